//! Configurations and programs measured in turn, each round in a process of its own.
//!
//! The speed of a machine drifts within minutes. What is to be compared is measured round by round, and every second round
//! in reverse order (A B, B A, A B, ...), so that a steady drift favours nobody.
//!
//! ```no_run
//! # fn example(contenders: &[hear_bench::rounds::Contender]) -> anyhow::Result<()> {
//! use hear_bench::{record_lines::RecordWriter, rounds::{Session, in_turn}};
//!
//! let session = Session::new(Some("figure 7"));
//! let mut writer = RecordWriter::open("records.jsonl".as_ref())?;
//! for turn in in_turn(contenders.len(), 12) {
//!     writer.append(&session.measure(&contenders[turn.contender], turn.round)?)?;
//! }
//! # Ok(())
//! # }
//! ```

use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result};

use crate::{
    child,
    configuration::Configuration,
    environment::{Environment, Noise},
    record::{Accuracy, Entry, RawTimes, Reason, Record, StageRecord, Unmeasured},
    record_lines::{FORMAT, RecordLine, VERSION, configuration_hash},
    statistics::Summary,
};

/// What takes a turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Contender {
    /// The program that measures.
    pub program: Program,
    /// What it measures.
    pub configuration: Configuration,
}

/// A program that measures: this one, or another version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// This one.
    This,
    /// An executable of hear-bench.
    Other(PathBuf),
}

impl Program {
    /// The executable at that path.
    ///
    /// # Errors
    /// If there is none.
    pub fn at(path: &Path) -> Result<Self> {
        // A path without directories would be looked for in PATH.
        let path = path.canonicalize().with_context(|| format!("cannot find the program {}", path.display()))?;
        Ok(Self::Other(path))
    }

    /// Where it is.
    ///
    /// # Errors
    /// If this program cannot tell where it is.
    pub fn path(&self) -> Result<PathBuf> {
        match self {
            Self::This => std::env::current_exe().context("cannot find this program"),
            Self::Other(path) => Ok(path.clone()),
        }
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The round, from 0.
    pub round: usize,
    /// The index of the contender.
    pub contender: usize,
}

/// All turns: in each round every contender once, in every second round the last one first.
pub fn in_turn(contenders: usize, rounds: usize) -> impl Iterator<Item = Turn> {
    (0..rounds).flat_map(move |round| {
        (0..contenders).map(move |place| {
            let contender = if round.is_multiple_of(2) { place } else { contenders - 1 - place };
            Turn { round, contender }
        })
    })
}

/// Rounds that are taken in turn: lines of one session and one round are neighbours in time.
#[derive(Clone, Debug)]
pub struct Session {
    id: String,
    experiment: Option<String>,
}

impl Session {
    /// A session of its own, with the name of what it is for.
    #[must_use]
    pub fn new(experiment: Option<&str>) -> Self {
        Self { id: format!("{:016x}", fastrand::u64(..)), experiment: experiment.map(str::to_owned) }
    }

    /// Measures a contender in a new process. Whatever happens to that process becomes an entry.
    ///
    /// # Errors
    /// If no process can be started.
    pub fn measure(&self, contender: &Contender, round: usize) -> Result<RecordLine> {
        let Contender { program, configuration } = contender;
        let entry = child::run(&program.path()?, configuration)?;
        let mut line = self.line(configuration, round, entry);
        if *program != Program::This && matches!(line.entry, Entry::Unmeasured(_)) {
            // Whatever that program is, it is not this one.
            line.environment = None;
        }
        Ok(line)
    }

    /// The line of an entry: its own environment and noise, and this program's environment where nothing was
    /// measured.
    #[must_use]
    pub fn line(&self, configuration: &Configuration, round: usize, mut entry: Entry) -> RecordLine {
        let (environment, noise) = match &mut entry {
            Entry::Measured(record) => (record.environment.take(), record.noise.take()),
            Entry::Examined(examined) => (examined.environment.take(), examined.noise.take()),
            Entry::Unmeasured(_) => (Some(Environment::detect()), None),
        };
        RecordLine {
            format: FORMAT.to_owned(),
            version: VERSION,
            experiment: self.experiment.clone(),
            configuration: configuration_hash(configuration),
            session: self.id.clone(),
            round,
            unix_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
            entry,
            environment,
            noise,
        }
    }
}

/// The rounds of one configuration as one entry: what failed if one did, else what was skipped, else one record over all
/// times. `None` without rounds. Of examinations it is the last one: each sums up many runs already, and neither
/// percentiles nor predictions of several can be joined.
#[must_use]
pub fn merged(rounds: &[Entry]) -> Option<Entry> {
    let unmeasured = |wanted: fn(&Reason) -> bool| {
        rounds.iter().find(|entry| matches!(entry, Entry::Unmeasured(Unmeasured { reason, .. }) if wanted(reason)))
    };
    let failed = unmeasured(|reason| matches!(reason, Reason::Failed(_)));
    if let Some(entry) = failed.or_else(|| unmeasured(|_| true)) {
        return Some(entry.clone());
    }
    if let Some(examined @ Entry::Examined(_)) = rounds.last() {
        return Some(examined.clone());
    }
    let records: Vec<&Record> = rounds
        .iter()
        .filter_map(|entry| match entry {
            Entry::Measured(record) => Some(&**record),
            Entry::Examined(_) | Entry::Unmeasured(_) => None,
        })
        .collect();
    Some(Entry::Measured(Box::new(merged_records(&records)?)))
}

/// One record of several: times of all rounds together, the largest of sizes and errors, medians of stages, means of
/// shares; the rest is the first round's.
fn merged_records(records: &[&Record]) -> Option<Record> {
    let (&first, rest) = records.split_first()?;
    if rest.is_empty() {
        return Some(first.clone());
    }
    let raw = raw_times(records);
    let runs_s: f64 = raw.infer_s.iter().sum();
    let samples: usize = records.iter().map(|record| record.samples).sum();
    let mean = |of: fn(&Record) -> f64| records.iter().map(|&record| of(record)).sum::<f64>() / records.len() as f64;
    let largest = |of: fn(&Record) -> f64| records.iter().map(|&record| of(record)).fold(0.0, f64::max);
    let mut changed_rows = Vec::new();
    for changed in records.iter().flat_map(|record| &record.changed_rows) {
        if !changed_rows.iter().any(|known: &crate::verification::ChangedClass| known.row == changed.row) {
            changed_rows.push(*changed);
        }
    }
    let noises: Option<Vec<Noise>> = records.iter().map(|record| record.noise).collect();
    Some(Record {
        samples,
        keygen_s: Summary::of(&raw.keygen_s)?,
        encode_s: Summary::of(&raw.encode_s)?,
        load_s: Summary::of(&raw.load_s),
        encrypt_s: Summary::of(&raw.encrypt_s)?,
        infer_s: Summary::of(&raw.infer_s)?,
        decrypt_s: Summary::of(&raw.decrypt_s)?,
        throughput_per_s: samples as f64 / runs_s,
        raw: Some(raw),
        rounds: records.iter().map(|record| record.rounds).sum(),
        stages: merged_stages(records),
        peak_rss_bytes: records.iter().filter_map(|record| record.peak_rss_bytes).max(),
        huge_page_bytes: records.iter().filter_map(|record| record.huge_page_bytes).max(),
        max_abs_logit_error: largest(|record| record.max_abs_logit_error),
        mean_abs_logit_error: mean(|record| record.mean_abs_logit_error),
        argmax_agreement: mean(|record| record.argmax_agreement),
        changed_rows,
        accuracy: merged_accuracy(records),
        noise: noises.as_deref().and_then(Noise::joined),
        ..first.clone()
    })
}

/// The times of all rounds; of a round without single times (an older program's) the median.
fn raw_times(records: &[&Record]) -> RawTimes {
    let all = |raw: fn(&RawTimes) -> &Vec<f64>, summary: fn(&Record) -> Option<Summary>| {
        let of_round = |record: &&Record| match &record.raw {
            Some(times) => raw(times).clone(),
            None => summary(record).map(|summary| summary.median).into_iter().collect(),
        };
        records.iter().flat_map(of_round).collect()
    };
    RawTimes {
        keygen_s: all(|raw| &raw.keygen_s, |record| Some(record.keygen_s)),
        encode_s: all(|raw| &raw.encode_s, |record| Some(record.encode_s)),
        load_s: all(|raw| &raw.load_s, |record| record.load_s),
        encrypt_s: all(|raw| &raw.encrypt_s, |record| Some(record.encrypt_s)),
        infer_s: all(|raw| &raw.infer_s, |record| Some(record.infer_s)),
        decrypt_s: all(|raw| &raw.decrypt_s, |record| Some(record.decrypt_s)),
    }
}

fn merged_stages(records: &[&Record]) -> Vec<StageRecord> {
    let Some((first, _)) = records.split_first() else { return Vec::new() };
    let median = |stage: &StageRecord, of: fn(&StageRecord) -> f64| {
        let times: Vec<f64> =
            records.iter().flat_map(|record| &record.stages).filter(|other| other.name == stage.name).map(of).collect();
        Summary::of(&times).map_or(0.0, |summary| summary.median)
    };
    let merged = |stage: &StageRecord| StageRecord {
        busy_s: median(stage, |stage| stage.busy_s),
        span_s: median(stage, |stage| stage.span_s),
        ..stage.clone()
    };
    first.stages.iter().map(merged).collect()
}

fn merged_accuracy(records: &[&Record]) -> Accuracy {
    let mean = |of: fn(&Accuracy) -> Option<f64>| {
        let shares: Option<Vec<f64>> = records.iter().map(|record| of(&record.accuracy)).collect();
        shares.map(|shares| shares.iter().sum::<f64>() / shares.len().max(1) as f64)
    };
    Accuracy {
        accuracy: mean(|accuracy| accuracy.accuracy),
        sensitivity: mean(|accuracy| accuracy.sensitivity),
        specificity: mean(|accuracy| accuracy.specificity),
        precision: mean(|accuracy| accuracy.precision),
        f1: mean(|accuracy| accuracy.f1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        examination::{Examination, tests::findings},
        record_lines::tests::{examined_line, failed_line, old_configuration},
    };

    #[test]
    fn every_second_round_is_reversed() {
        let turns: Vec<_> = in_turn(3, 3).map(|turn| (turn.round, turn.contender)).collect();
        assert_eq!(turns, [(0, 0), (0, 1), (0, 2), (1, 2), (1, 1), (1, 0), (2, 0), (2, 1), (2, 2)]);
        assert_eq!(in_turn(0, 5).count() + in_turn(5, 0).count(), 0);
    }

    #[test]
    fn a_failure_is_the_entry_of_all_rounds() {
        let failed = failed_line(0).entry;
        let Entry::Unmeasured(Unmeasured { identity, .. }) = &failed else { panic!("it failed") };
        let skipped =
            Entry::Unmeasured(Unmeasured { identity: identity.clone(), reason: Reason::Skipped("too large".into()) });
        assert_eq!(merged(&[skipped.clone(), failed.clone()]), Some(failed));
        assert_eq!(merged(std::slice::from_ref(&skipped)), Some(skipped));
        assert_eq!(merged(&[]), None);
    }

    #[test]
    fn the_last_examination_stands_for_all_rounds() {
        let [first, .., last] = findings().map(|finding| examined_line(0, finding).entry);
        assert_eq!(merged(&[first.clone(), last.clone()]), Some(last));
        let failed = failed_line(0).entry;
        assert_eq!(merged(&[failed.clone(), first]), Some(failed));
    }

    #[test]
    fn what_stands_beside_a_line_is_taken_out_of_its_entry() {
        let line = examined_line(0, findings()[0].clone());
        let again = Session::new(None).line(&old_configuration(Examination::Precision), 2, line.full_entry());
        assert_eq!((&again.entry, &again.environment, &again.noise), (&line.entry, &line.environment, &line.noise));
    }

    #[test]
    fn sessions_differ() {
        assert_ne!(Session::new(None).id, Session::new(None).id);
        let missing = Program::at(Path::new("no-such-program")).unwrap_err();
        assert_eq!(
            format!("{missing:#}"),
            "cannot find the program no-such-program: No such file or directory (os error 2)"
        );
    }
}
