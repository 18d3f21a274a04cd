//! What was measured so far, by configuration and round.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    configuration::Configuration,
    environment::Environment,
    examination::Finding,
    record::{Entry, Reason, Record, Unmeasured},
    record_lines::{RecordFile, RecordFileError, RecordLine, configuration_hash},
    rounds::merged,
    system::Machine,
};

/// Why records cannot be gone on with, or drawn.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] RecordFileError),
    /// Rounds of another machine, or of several.
    #[error("{} holds rounds of {found}, and {expected}: choose another directory with --out", path.display())]
    Machine {
        /// The file.
        path: PathBuf,
        /// The machine of a round.
        found: String,
        /// What it is not.
        expected: String,
    },
}

/// What was measured so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    rounds: BTreeMap<String, BTreeMap<usize, RecordLine>>,
    left_aside: usize,
}

impl Results {
    /// The rounds in a file that can be gone on with here: those of this machine and this build. Of others it says how many
    /// there are. Without a file, there is nothing.
    ///
    /// # Errors
    /// If the file cannot be read, or holds rounds of another machine.
    pub fn to_go_on(path: &Path, here: &Environment) -> Result<Self, ResultsError> {
        let mut results = Self::default();
        for line in lines(path)? {
            let Some(environment) = &line.environment else { continue };
            if is_other(&environment.machine, &here.machine) {
                let (found, expected) = (name(&environment.machine), format!("this is {}", name(&here.machine)));
                return Err(ResultsError::Machine { path: path.into(), found, expected });
            }
            if environment.build == here.build {
                results.keep(line);
            } else {
                results.left_aside += 1;
            }
        }
        Ok(results)
    }

    /// All rounds in a file, to draw them.
    ///
    /// # Errors
    /// If the file cannot be read, or holds rounds of several machines.
    pub fn to_draw(path: &Path) -> Result<Self, ResultsError> {
        let mut results = Self::default();
        let mut first: Option<Machine> = None;
        for line in lines(path)? {
            if let Some(environment) = &line.environment {
                let first = first.get_or_insert_with(|| environment.machine.clone());
                if is_other(first, &environment.machine) {
                    let (found, expected) = (name(first), format!("others of {}", name(&environment.machine)));
                    return Err(ResultsError::Machine { path: path.into(), found, expected });
                }
            }
            results.keep(line);
        }
        Ok(results)
    }

    /// How many rounds of other builds were left aside.
    #[must_use]
    pub fn left_aside(&self) -> usize {
        self.left_aside
    }

    /// Keeps a round: the latest of its number, but nothing that was measured gives way to what was not.
    pub fn keep(&mut self, line: RecordLine) {
        let rounds = self.rounds.entry(line.configuration.clone()).or_default();
        if line.is_measured() || !rounds.get(&line.round).is_some_and(RecordLine::is_measured) {
            rounds.insert(line.round, line);
        }
    }

    /// The round of a configuration.
    #[must_use]
    pub fn round(&self, configuration_hash: &str, round: usize) -> Option<&RecordLine> {
        self.rounds.get(configuration_hash)?.get(&round)
    }

    /// Whether any round of a configuration was measured.
    #[must_use]
    pub fn is_measured(&self, configuration_hash: &str) -> bool {
        let mut rounds = self.rounds.get(configuration_hash).into_iter().flat_map(BTreeMap::values);
        rounds.any(RecordLine::is_measured)
    }

    /// All rounds.
    pub fn lines(&self) -> impl Iterator<Item = &RecordLine> {
        self.rounds.values().flat_map(BTreeMap::values)
    }

    /// The first rounds of a configuration, as far as there are any.
    #[must_use]
    pub fn subject(&self, configuration: Configuration, rounds: usize) -> Subject {
        let of_this = self.rounds.get(&configuration_hash(&configuration));
        let lines: Vec<_> =
            of_this.into_iter().flat_map(|of_this| of_this.range(..rounds)).map(|(_, line)| line.clone()).collect();
        // A round that did not fit once is no reason to hide those that did.
        let entries: Vec<Entry> = lines.iter().map(|line| line.entry.clone()).collect();
        let measured: Vec<Entry> = entries.iter().filter(|entry| !is_skipped(entry)).cloned().collect();
        let merged = merged(if measured.is_empty() { &entries } else { &measured });
        Subject { configuration, rounds, lines, merged }
    }
}

/// What is in a file, if it is there.
fn lines(path: &Path) -> Result<Vec<RecordLine>, RecordFileError> {
    if path.exists() { Ok(RecordFile::read(path)?.lines) } else { Ok(Vec::new()) }
}

fn is_skipped(entry: &Entry) -> bool {
    matches!(entry, Entry::Unmeasured(Unmeasured { reason: Reason::Skipped(_), .. }))
}

/// Whether times of one say nothing about the other. Memory and kernels may change.
fn is_other(a: &Machine, b: &Machine) -> bool {
    (&a.cpu, a.cores, a.threads) != (&b.cpu, b.cores, b.threads)
}

fn name(machine: &Machine) -> String {
    let Machine { cpu, cores, .. } = machine;
    format!("{} with {cores} cores", cpu.as_deref().unwrap_or("an unknown processor"))
}

/// A configuration with what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// The configuration.
    pub configuration: Configuration,
    /// How many rounds the profile asks for.
    pub rounds: usize,
    /// Those that there are.
    pub lines: Vec<RecordLine>,
    /// All of them as one; `None` if there is none yet.
    pub merged: Option<Entry>,
}

impl Subject {
    /// The record of all rounds, if it was measured.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        match &self.merged {
            Some(Entry::Measured(record)) => Some(record),
            _ => None,
        }
    }

    /// The records of the rounds.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.lines.iter().filter_map(RecordLine::record)
    }

    /// What was found out, if anything was.
    #[must_use]
    pub fn finding(&self) -> Option<&Finding> {
        match &self.merged {
            Some(Entry::Examined(examined)) => Some(&examined.finding),
            _ => None,
        }
    }

    /// How many rounds were measured.
    #[must_use]
    pub fn measured(&self) -> usize {
        self.lines.iter().filter(|line| line.is_measured()).count()
    }

    /// Why there is nothing, if there is nothing.
    #[must_use]
    pub fn objection(&self) -> Option<&str> {
        match &self.merged {
            Some(Entry::Unmeasured(Unmeasured {
                reason: Reason::Skipped(reason) | Reason::Failed(reason), ..
            })) => Some(reason),
            Some(_) => None,
            None => Some("it was not measured yet"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{record_lines::RecordWriter, record_lines::tests::failed_line};

    fn line(round: usize, cpu: &str, version: &str) -> RecordLine {
        let mut environment = Environment::detect();
        environment.machine.cpu = Some(cpu.to_owned());
        environment.build.version = version.to_owned();
        RecordLine { environment: Some(environment), ..failed_line(round) }
    }

    fn file(lines: &[RecordLine]) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("records.jsonl");
        let mut writer = RecordWriter::open(&path).unwrap();
        lines.iter().for_each(|line| writer.append(line).unwrap());
        (directory, path)
    }

    #[test]
    fn rounds_of_other_builds_are_left_aside_and_those_of_other_machines_refused() {
        let here = line(0, "this", "1").environment.unwrap();
        let (_directory, path) = file(&[line(0, "this", "1"), line(1, "this", "2")]);
        let results = Results::to_go_on(&path, &here).unwrap();
        assert_eq!((results.lines().count(), results.left_aside()), (1, 1));
        assert_eq!(Results::to_draw(&path).unwrap().lines().count(), 2);
        let (_directory, path) = file(&[line(0, "this", "1"), line(1, "another", "1")]);
        for error in [Results::to_go_on(&path, &here).unwrap_err(), Results::to_draw(&path).unwrap_err()] {
            let sentence = error.to_string();
            assert!(
                sentence.contains("another with ") && sentence.ends_with("choose another directory with --out"),
                "{sentence}"
            );
        }
        assert_eq!(Results::to_go_on(Path::new("nowhere.jsonl"), &here).unwrap(), Results::default());
    }
}
