//! Runs the built `hear` as its users do: as processes, with files.
#![allow(dead_code, reason = "every test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use hear_model::{
    input::{Clip, seeded_clips},
    network::{Dimension, Network, Shape},
};
use tempfile::TempDir;

/// Seed of the tests' networks and clips.
pub(crate) const SEED: u64 = 5;

/// What a process left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A call of `hear` with two threads and standard output and error in pipes.
pub(crate) fn command(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hear"));
    // The serial executor has no threads to give.
    let threads = if arguments.contains("--executor serial") { "1" } else { "2" };
    command.args(arguments.split_whitespace()).args(["--threads", threads]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_remove("HEAR_ISA");
    command
}

/// Runs `hear` in a directory; relative paths in `arguments` (no blanks in them) are relative to that.
pub(crate) fn hear(directory: &Path, arguments: &str) -> Finished {
    finish(command(arguments).current_dir(directory))
}

/// Runs a call to its end.
pub(crate) fn finish(command: &mut Command) -> Finished {
    let output = command.output().unwrap();
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Finished {
    /// Asserts success and silence on standard error; gives what was printed.
    #[track_caller]
    pub(crate) fn succeeded(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }

    /// Asserts success; gives the warnings.
    #[track_caller]
    pub(crate) fn warned(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        assert!(self.stderr.lines().all(|line| line.starts_with("hear: WARNING: ")), "{}", self.stderr);
        self.stderr
    }

    /// Asserts an exit code and one sentence on standard error with all of `parts`.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, parts: &[&str]) {
        let errors: Vec<_> = self.stderr.lines().filter(|line| !line.starts_with("hear: WARNING: ")).collect();
        assert_eq!((self.code, errors.len()), (Some(code), 1), "{self:?}");
        assert!(errors[0].starts_with("hear: "), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        for part in parts {
            assert!(errors[0].contains(part), "{:?} should contain {part:?}", errors[0]);
        }
        assert_eq!(self.stdout, "", "nothing is printed on failure");
    }
}

/// A directory with the smallest network that packs, `tiny.safetensors` (1D, width 16), and 8 clips in `clips.csv`.
pub(crate) fn workplace() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    tiny_network(Dimension::OneD).save_safetensors(directory.path().join("tiny.safetensors")).unwrap();
    write_clips(&directory.path().join("clips.csv"), &clips());
    directory
}

/// A folder with clips and a network that the method takes, `small.safetensors`.
pub(crate) fn workplace_for(method: &str) -> TempDir {
    let place = workplace();
    let small = place.path().join("small.safetensors");
    if method == "lean-hear" {
        // The narrowest network that fills the slots.
        let shape = Shape::new(Dimension::OneD, 32).unwrap();
        Network::seeded(shape, 3).save_safetensors(small).unwrap();
    } else {
        fs::rename(place.path().join("tiny.safetensors"), small).unwrap();
    }
    place
}

/// The network with all tensors of these names multiplied by powers of two.
pub(crate) fn scaled(network: &Network, powers: &[(&str, i32)]) -> Network {
    let directory = tempfile::tempdir().unwrap();
    network.save_directory(directory.path()).unwrap();
    for file in fs::read_dir(directory.path()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Some((_, power)) = powers.iter().find(|(prefix, _)| name.starts_with(prefix)) {
            let text = fs::read_to_string(&path).unwrap();
            let scaled = text.lines().map(|line| format!("{}\n", line.parse::<f64>().unwrap() * 2_f64.powi(*power)));
            fs::write(&path, scaled.collect::<String>()).unwrap();
        }
    }
    Network::load(directory.path()).unwrap()
}

/// The smallest network of a dimension that packs. The file of it holds the same weights rounded to `f32`.
pub(crate) fn tiny_network(dimension: Dimension) -> Network {
    Network::seeded(Shape::new(dimension, 16).unwrap(), SEED)
}

/// The clips of `clips.csv`.
pub(crate) fn clips() -> Vec<Clip> {
    seeded_clips(SEED, 8)
}

/// Writes clips as a CSV file that reads back exactly.
pub(crate) fn write_clips(path: &Path, clips: &[Clip]) {
    let line = |clip: &Clip| clip.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    fs::write(path, clips.iter().map(line).collect::<Vec<_>>().join("\n")).unwrap();
}

/// Moves a file into a new directory of its own.
pub(crate) fn alone(file: &Path) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(file, directory.path().join(file.file_name().unwrap())).unwrap();
    fs::remove_file(file).unwrap();
    directory
}

/// The names of everything in a directory, hidden or not, in order.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The published data set, or a line that says that it is not there.
pub(crate) fn dataset(test: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/hear-dataset");
    let path = PathBuf::from(std::env::var_os("HEAR_DATASET").unwrap_or_else(|| beside.into()));
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED (no dataset): {test}");
    None
}

/// The rows that `hear decrypt --logits --json` prints.
pub(crate) fn rows(json: &str) -> Vec<(u64, String, bool, [f64; 10])> {
    let rows: Vec<serde_json::Value> = serde_json::from_str(json).unwrap();
    let row = |row: serde_json::Value| {
        let logits: Vec<f64> = serde_json::from_value(row["logits"].clone()).unwrap();
        let class = row["class"].as_str().unwrap().to_owned();
        (row["row"].as_u64().unwrap(), class, row["fall"].as_bool().unwrap(), logits.try_into().unwrap())
    };
    rows.into_iter().map(row).collect()
}

/// The largest absolute difference of two rows of logits.
pub(crate) fn largest_difference(a: &[f64; 10], b: &[f64; 10]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
