//! Files that describe machines: `configs/machines/*.toml`.
//!
//! One file serves two readers. The table `speeds`, fitted by `hear-bench calibrate`, is what plans are chosen by; the
//! table `hardware`, measured by `hear-bench machine` or written by hand, is what `hear-bench simulate` replays runs on.
//! The other tables say how these came about. A key that none of the readers knows is refused: it would be a misspelling.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow};
use hear_engine::network::cost::Speeds;
use hear_scheduler::simulate::Machine;
use serde::{Deserialize, de::IgnoredAny};

/// The file of the machine that was measured where nothing else is said.
const REFERENCE: &str = include_str!("../../configs/machines/epyc-zen5-2-cores.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MachineFile {
    hardware: Option<Machine>,
    #[serde(rename = "speeds")]
    _speeds: Option<Speeds>,
    #[serde(default, rename = "machine")]
    _machine: IgnoredAny,
    #[serde(default, rename = "topology")]
    _topology: IgnoredAny,
    #[serde(default, rename = "isa")]
    _isa: IgnoredAny,
    #[serde(default, rename = "threads")]
    _threads: IgnoredAny,
    #[serde(default, rename = "runs")]
    _runs: IgnoredAny,
}

/// The machine that a file describes for simulations.
///
/// # Errors
/// If the file cannot be read, has unknown keys or no table `hardware`, or describes a machine that cannot be: one
/// sentence with the file and the key.
pub fn read(path: &Path) -> Result<Machine> {
    let read = || parse(&fs::read_to_string(path)?);
    read().with_context(|| format!("cannot use the machine {}", path.display()))
}

/// The files that come with the program: `configs/machines`.
const SHIPPED: [(&str, &str); 3] = [
    ("epyc-zen5-2-cores", REFERENCE),
    ("xeon-8268", include_str!("../../configs/machines/xeon-8268.toml")),
    ("xeon-granite-rapids-2-cores", include_str!("../../configs/machines/xeon-granite-rapids-2-cores.toml")),
];

/// Their names, as a sentence lists them.
#[must_use]
pub fn shipped_names() -> String {
    SHIPPED.map(|(name, _)| name).join(", ")
}

/// The machine that a file of this name describes, among those that come with the program.
///
/// # Panics
/// Never: the shipped files are tested.
#[must_use]
pub fn shipped(name: &str) -> Option<Machine> {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
    Some(parse(text).expect("the shipped machines are tested"))
}

/// The machine on which traces were recorded where nothing else is said.
///
/// # Panics
/// Never: the shipped file is tested.
#[must_use]
pub fn reference() -> Machine {
    parse(REFERENCE).expect("the shipped machine is tested")
}

fn parse(text: &str) -> Result<Machine> {
    let file: MachineFile = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| 1 + text[..span.start].matches('\n').count());
        let place = line.map_or_else(String::new, |line| format!("line {line}: "));
        anyhow!("{place}{}", error.message().replace('\n', " "))
    })?;
    let machine = file.hardware.context("it has no table `hardware`; `hear-bench machine` prints one")?;
    machine.check()?;
    Ok(machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_machines_can_be_simulated_and_planned_for() {
        let reference = reference();
        assert_eq!(reference.cores(), 2);
        assert!(Speeds::from_toml(REFERENCE).is_ok());
        let xeon = shipped("xeon-8268").unwrap();
        assert_eq!((xeon.cores_per_socket, xeon.threads_per_core), (24, 2));
        assert!(xeon.kernels_ns.contains_key("avx512"));
        for (name, text) in SHIPPED {
            assert!(shipped(name).is_some() && shipped_names().contains(name));
            // Nobody measured the paper's machine: it has no speeds to plan by.
            assert_eq!(Speeds::from_toml(text).is_ok(), name != "xeon-8268", "{name}");
        }
        assert_eq!(shipped("epyc-zen5-2-cores"), Some(reference));
        assert_eq!(shipped("abacus"), None);
    }

    #[test]
    fn nonsense_is_one_sentence_with_file_and_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mine.toml");
        let refuse = |text: &str| {
            fs::write(&path, text).unwrap();
            let sentence = format!("{:#}", read(&path).unwrap_err());
            assert!(sentence.contains("mine.toml") && !sentence.contains('\n'), "{sentence}");
            sentence
        };
        let replaced = |from: &str, to: &str| {
            assert!(REFERENCE.contains(from), "{from}");
            refuse(&REFERENCE.replacen(from, to, 1))
        };
        assert!(replaced("cores_per_socket = 2", "cores_per_socket = 0").contains("hardware.cores_per_socket = 0"));
        assert!(replaced("cores_per_socket = 2", "cores_per_socket = -2").contains("line "));
        let negative = replaced("core_bytes_per_ns = ", "core_bytes_per_ns = -");
        assert!(negative.contains("hardware.memory.core_bytes_per_ns = -"), "{negative}");
        let unknown = replaced("cores_per_socket", "cores_a_socket");
        assert!(unknown.contains("line ") && unknown.contains("unknown field `cores_a_socket`"), "{unknown}");
        assert!(replaced("[hardware.caches]", "[hardware.cashes]").contains("`cashes`"));
        assert!(refuse("").contains("no table `hardware`"));
        assert!(format!("{:#}", read(Path::new("nowhere.toml")).unwrap_err()).contains("nowhere.toml"));
    }
}
