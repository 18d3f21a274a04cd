//! What got faster or slower between two sets of rounds, and whether that exceeds the noise.
//!
//! A side is what one file holds, or one program gave: rounds by configuration. Rounds of one number and one session were
//! taken in turn and are compared in pairs; other rounds as two samples, and single processes by their quartiles.
//!
//! An interval of [`Quantity::Infer`] misses the truth once in 200 times, one of each other quantity once in 1000: of the
//! comparisons of a configuration with itself less than one in 80 says that anything differs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use crate::{
    display,
    environment::Noise,
    record::{ConfigRecord, Entry, Identity, Reason, Record, Unmeasured},
    record_lines::{RecordFile, RecordLine},
    statistics::{Basis, Comparison, Criterion, MIN_ROUNDS, Summary, Verdict},
};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Classifying the clips of a run, in seconds.
    Infer,
    /// Making all keys, in seconds.
    Keygen,
    /// Encoding the network's weights, in seconds.
    Encode,
    /// Loading a prepared model, in seconds.
    Load,
    /// Encrypting a clip, in seconds.
    Encrypt,
    /// Decrypting a result, in seconds.
    Decrypt,
    /// The most memory that the process ever had, in bytes.
    PeakMemory,
}

impl Quantity {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::Infer, Self::Keygen, Self::Encode, Self::Load, Self::Encrypt, Self::Decrypt, Self::PeakMemory];

    /// What people read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Infer => "infer",
            Self::Keygen => "keygen",
            Self::Encode => "encode",
            Self::Load => "load",
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
            Self::PeakMemory => "peak memory",
        }
    }

    /// The level of its intervals: most of the chance of a false alarm is spent on what matters most.
    #[must_use]
    pub fn level(self) -> f64 {
        if self == Self::Infer { 0.995 } else { 0.999 }
    }

    /// What a record says of it, as far as it does.
    #[must_use]
    pub fn of(self, record: &Record) -> Option<Summary> {
        match self {
            Self::Infer => Some(record.infer_s),
            Self::Keygen => Some(record.keygen_s),
            Self::Encode => Some(record.encode_s),
            Self::Load => record.load_s,
            Self::Encrypt => Some(record.encrypt_s),
            Self::Decrypt => Some(record.decrypt_s),
            Self::PeakMemory => Summary::of(&[record.peak_rss_bytes? as f64]),
        }
    }

    /// What stands for a round: its least value, because a machine makes runs slower, never faster, and may change its
    /// speed within a round. A change that some runs escape is not seen.
    #[must_use]
    pub fn of_round(self, record: &Record) -> Option<f64> {
        Some(self.of(record)?.min)
    }

    /// A value with its unit.
    #[must_use]
    pub fn display(self, value: f64) -> String {
        match self {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it came from as many bytes")]
            Self::PeakMemory => display::bytes(value as u64),
            _ => display::seconds(value),
        }
    }
}

/// A measured round of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// The session and the number in it; `None` of results that do not say.
    pub turn: Option<(String, usize)>,
    /// What was measured.
    pub record: Record,
    /// What else went on meanwhile.
    pub noise: Option<Noise>,
    /// Features of the program that make it wrong or slow on purpose.
    pub test_features: Vec<String>,
}

/// What one file holds, or one program gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    /// What it is called.
    pub name: String,
    /// Its rounds, by what tells configurations apart.
    rounds: BTreeMap<String, Vec<Round>>,
    /// Configurations that failed, with the reason.
    failed: Vec<(Identity, String)>,
    /// Records that hold something else than times: they are not compared.
    examined: usize,
    /// The number of a last line that was cut off.
    truncated: Option<usize>,
}

impl Side {
    /// The rounds of these lines.
    #[must_use]
    pub fn new(name: &str, lines: &[RecordLine]) -> Self {
        let mut side = Self { name: name.to_owned(), ..Self::default() };
        for line in lines {
            side.add(Some((line.session.clone(), line.round)), line.full_entry());
        }
        side
    }

    /// Reads a file: lines of records, or an array that `hear-bench run --json` wrote.
    ///
    /// # Errors
    /// If the file cannot be read, or is neither.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let text = fs::read(path).with_context(|| format!("cannot read {name}"))?;
        if !text.trim_ascii_start().starts_with(b"[") {
            let RecordFile { lines, truncated } = RecordFile::read(path)?;
            return Ok(Self { truncated, ..Self::new(&name, &lines) });
        }
        let entries: Vec<Entry> = serde_json::from_slice(&text)
            .with_context(|| format!("{name} holds no results of hear-bench run --json"))?;
        let mut side = Self { name, ..Self::default() };
        entries.into_iter().for_each(|entry| side.add(None, entry));
        Ok(side)
    }

    fn add(&mut self, turn: Option<(String, usize)>, entry: Entry) {
        match entry {
            Entry::Measured(record) => {
                let build = record.environment.as_ref().map(|environment| &environment.build);
                let test_features = build.map(|build| build.test_features.clone()).unwrap_or_default();
                let round = Round { turn, noise: record.noise, test_features, record: *record };
                self.rounds.entry(key(&round.record)).or_default().push(round);
            }
            Entry::Examined(_) => self.examined += 1,
            Entry::Unmeasured(Unmeasured { identity, reason: Reason::Failed(reason) }) => {
                self.failed.push((identity, reason));
            }
            Entry::Unmeasured(Unmeasured { reason: Reason::Skipped(_), .. }) => {}
        }
    }

    /// All measured rounds.
    pub fn all(&self) -> impl Iterator<Item = &Round> {
        self.rounds.values().flatten()
    }
}

/// What tells configurations apart: everything that a run depends on, but not how often it was repeated.
fn key(record: &Record) -> String {
    let config = &record.config;
    let protocol = crate::configuration::Protocol {
        first_row: 0,
        samples: 0,
        warm_up: 0,
        repeats: 0,
        tolerance: 0.0,
        ..config.protocol.clone()
    };
    let config = ConfigRecord { protocol, ..config.clone() };
    // What was read as JSON can be written as JSON; the empty string of what could not would only join what differs.
    serde_json::to_string(&(&record.identity, config)).unwrap_or_default()
}

/// A quantity on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// What.
    pub quantity: Quantity,
    /// The median over A's rounds of their least values.
    pub a: f64,
    /// The median over B's rounds of their least values.
    pub b: f64,
    /// B against A. Of pairs the ratio is the pairs', not that of the medians.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// Compares what was measured of one configuration. `smallest` is the smallest change that is reported, if it is not that
/// of [`Basis::smallest`]. Quantities that a side does not know are left out.
#[must_use]
pub fn compare_rounds(a: &[Round], b: &[Round], smallest: Option<f64>) -> Vec<Compared> {
    let compare = |&quantity: &Quantity| {
        let criterion = Criterion { level: quantity.level(), smallest };
        let values = |side: &[Round]| -> Option<Vec<f64>> {
            side.iter().map(|round| quantity.of_round(&round.record)).collect()
        };
        let (values_a, values_b) = (values(a)?, values(b)?);
        let pairs: Vec<_> = pairs(a, b)
            .into_iter()
            .filter_map(|(a, b)| Some((quantity.of_round(&a.record)?, quantity.of_round(&b.record)?)))
            .collect();
        let comparison = Comparison::of_pairs(&pairs, criterion)
            .or_else(|| Comparison::of_rounds(&values_a, &values_b, criterion))
            .or_else(|| {
                // Too few rounds to know how processes differ: all that is known is what one of them says of itself.
                let (a, b) = (quantity.of(&a.first()?.record)?, quantity.of(&b.first()?.record)?);
                Comparison::of_values(&a, &b, criterion)
            })?;
        let median = |values: &[f64]| Summary::of(values).map(|summary| summary.median);
        Some(Compared { quantity, a: median(&values_a)?, b: median(&values_b)?, comparison })
    };
    Quantity::ALL.iter().filter_map(compare).collect()
}

/// Rounds of one number in one session.
fn pairs<'a>(a: &'a [Round], b: &'a [Round]) -> Vec<(&'a Round, &'a Round)> {
    let of_turn: BTreeMap<_, _> = b.iter().filter_map(|round| Some((round.turn.as_ref()?, round))).collect();
    a.iter().filter_map(|round| Some((round, *of_turn.get(round.turn.as_ref()?)?))).collect()
}

/// A configuration on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConfigurationReport {
    /// Which one.
    #[serde(flatten)]
    pub identity: Identity,
    /// Clips of a run that share each pass over weights and keys.
    pub batch: usize,
    /// Independent batches of a run.
    pub streams: usize,
    /// Rounds of A.
    pub rounds_a: usize,
    /// Rounds of B.
    pub rounds_b: usize,
    /// Rounds that were taken in turn.
    pub pairs: usize,
    /// What was compared.
    pub compared: Vec<Compared>,
}

/// Two sides beside each other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What A is called.
    pub a: String,
    /// What B is called.
    pub b: String,
    /// What both have measured.
    pub configurations: Vec<ConfigurationReport>,
    /// What a reader must know to judge it: sentences.
    pub warnings: Vec<String>,
    /// How many quantities take more in B.
    pub slower: usize,
    /// How many quantities take less in B.
    pub faster: usize,
    /// What A measured and B failed to: no less a regression than what is slower.
    pub failed: Vec<String>,
}

/// What a comparison may leave out of account.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// Whether records of several machines may be compared.
    pub across_machines: bool,
    /// The smallest change that is reported: 0.02 is 2%; `None` for that of [`Basis::smallest`].
    pub smallest: Option<f64>,
}

impl Report {
    /// Compares B with A.
    ///
    /// # Errors
    /// If the sides have no configuration in common, or are of several machines without that being asked for.
    pub fn new(a: &Side, b: &Side, options: Options) -> Result<Self> {
        let machines: BTreeSet<_> = a.all().chain(b.all()).map(|round| machine(&round.record)).collect();
        if machines.len() > 1 && !options.across_machines {
            let machines: Vec<_> = machines.into_iter().collect();
            bail!(
                "{} and {} hold records of {} machines ({}), which --across-machines would compare",
                a.name,
                b.name,
                machines.len(),
                machines.join("; ")
            );
        }
        let mut configurations = Vec::new();
        for (key, rounds_a) in &a.rounds {
            let Some(rounds_b) = b.rounds.get(key) else { continue };
            let record = &rounds_a[0].record;
            configurations.push(ConfigurationReport {
                identity: record.identity.clone(),
                batch: record.batch,
                streams: record.streams,
                rounds_a: rounds_a.len(),
                rounds_b: rounds_b.len(),
                pairs: pairs(rounds_a, rounds_b).len(),
                compared: compare_rounds(rounds_a, rounds_b, options.smallest),
            });
        }
        let is_of = |identity: &Identity, side: &Side| side.all().any(|round| round.record.identity == *identity);
        let mut failed: Vec<_> = b.failed.iter().filter(|(identity, _)| is_of(identity, a)).collect();
        failed.dedup_by(|(left, _), (right, _)| left == right);
        if configurations.is_empty() && failed.is_empty() {
            let examined = match a.examined + b.examined {
                0 => String::new(),
                count => format!("; {count} of their records hold something else than times, which is not compared"),
            };
            bail!("{} and {} have no measured configuration in common{examined}", a.name, b.name);
        }
        let count = |verdict| {
            let all = configurations.iter().flat_map(|configuration| &configuration.compared);
            all.filter(|compared| compared.comparison.verdict == verdict).count()
        };
        Ok(Self {
            a: a.name.clone(),
            b: b.name.clone(),
            slower: count(Verdict::Slower),
            faster: count(Verdict::Faster),
            warnings: warnings(a, b, &configurations),
            failed: failed
                .iter()
                .map(|(identity, reason)| format!("{}: {reason}", display::identity(identity)))
                .collect(),
            configurations,
        })
    }

    /// Whether anything takes more in B, or fails there.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        self.slower > 0 || !self.failed.is_empty()
    }

    /// What is compared, how it came out, in one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let named = |verdict| {
            let mut names = Vec::new();
            for configuration in &self.configurations {
                for Compared { quantity, comparison, .. } in &configuration.compared {
                    if comparison.verdict == verdict {
                        let change = display::change(comparison.ratio);
                        let of = match &*self.configurations {
                            [_] => String::new(),
                            _ => format!("{}: ", display::identity(&configuration.identity)),
                        };
                        names.push(format!("{of}{} {change}", quantity.name()));
                    }
                }
            }
            names.join(", ")
        };
        let mut parts = Vec::new();
        if self.slower > 0 {
            parts.push(format!("B takes more ({})", named(Verdict::Slower)));
        }
        if self.faster > 0 {
            parts.push(format!("B takes less ({})", named(Verdict::Faster)));
        }
        if !self.failed.is_empty() {
            parts.push(format!("B fails ({})", self.failed.join(", ")));
        }
        if parts.is_empty() {
            let count: usize = self.configurations.iter().map(|configuration| configuration.compared.len()).sum();
            parts.push(format!("no difference beyond the noise in {count} comparisons"));
        }
        parts.join("; ")
    }
}

/// What tells machines apart: kernels are exchanged, and memory is never quite all there.
fn machine(record: &Record) -> String {
    let machine = &record.machine;
    let caches = [machine.caches.l1d_bytes, machine.caches.l2_bytes, machine.caches.l3_bytes]
        .map(|bytes| bytes.map_or_else(|| "unknown".to_owned(), display::bytes));
    let cpu = machine.cpu.as_deref().unwrap_or("an unknown processor");
    format!("{cpu}, {} cores, {}, caches {}", machine.cores, display::threads(machine.threads), caches.join(" + "))
}

fn warnings(a: &Side, b: &Side, configurations: &[ConfigurationReport]) -> Vec<String> {
    let mut warnings = Vec::new();
    for side in [a, b] {
        if let Some(line) = side.truncated {
            warnings.push(format!("line {line} of {} was cut off while it was written, and is left out", side.name));
        }
        if side.examined > 0 {
            let count = side.examined;
            warnings.push(format!("{count} records of {} hold something else than times, and are left out", side.name));
        }
        let features: BTreeSet<&str> = side.all().flat_map(|round| &round.test_features).map(String::as_str).collect();
        if !features.is_empty() {
            let features: Vec<_> = features.into_iter().collect();
            warnings.push(format!("{} is of a program built for tests only ({})", side.name, features.join(", ")));
        }
        let rounds = side.all().count();
        let noisy: Vec<_> = side.all().filter_map(|round| round.noise?.warning()).collect();
        if let Some(first) = noisy.first() {
            warnings.push(format!("{} of {rounds} rounds of {} were noisy ({first})", noisy.len(), side.name));
        }
        let isas: BTreeSet<&str> = side.all().map(|round| &*round.record.isa).collect();
        if isas.len() > 1 {
            let isas: Vec<_> = isas.into_iter().collect();
            warnings.push(format!("{} holds runs on {}", side.name, isas.join(" and ")));
        }
    }
    let isa = |side: &Side| side.all().map(|round| round.record.isa.clone()).next();
    if let (Some(of_a), Some(of_b)) = (isa(a), isa(b))
        && of_a != of_b
    {
        warnings.push(format!("A ran on {of_a}, B on {of_b}"));
    }
    let unpaired = configurations.iter().filter(|configuration| configuration.pairs < MIN_ROUNDS).count();
    if unpaired > 0 {
        let percent = 100.0 * Basis::Rounds.smallest();
        warnings.push(format!(
            "{unpaired} of {} configurations were not measured in turn ({MIN_ROUNDS} rounds of one session and more): the \
             machine's speed may have changed in between, so only changes of {percent:.0}% and more are reported unless \
             --smallest says otherwise",
            configurations.len()
        ));
    }
    for side in [a, b] {
        let other = if side.name == a.name { b } else { a };
        let alone = side.rounds.iter().filter(|(key, _)| !other.rounds.contains_key(*key));
        let alone: Vec<_> = alone.map(|(_, rounds)| display::identity(&rounds[0].record.identity)).collect();
        if !alone.is_empty() {
            warnings.push(format!("only {} has {}", side.name, alone.join("; ")));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{examination::tests::findings, record_lines::tests::examined_line};

    #[test]
    fn examinations_are_not_compared() {
        let lines = findings().map(|finding| examined_line(0, finding));
        let [a, b] = ["a", "b"].map(|name| Side::new(name, &lines));
        let error = Report::new(&a, &b, Options::default()).unwrap_err().to_string();
        assert_eq!(
            error,
            "a and b have no measured configuration in common; 8 of their records hold something else than times, which \
             is not compared"
        );
    }
}
