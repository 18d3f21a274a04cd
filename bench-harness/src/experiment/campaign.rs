//! Measuring what experiments ask for, and nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};

use super::{Catalogue, Experiment, Grid, GridError, Profile, Results, Sources, Subject};
use crate::{
    admission,
    configuration::Configuration,
    record::{Entry, Identity, Reason, Unmeasured},
    record_lines::{RecordLine, RecordWriter, configuration_hash},
    rounds::{Contender, Program, Session, in_turn},
};

/// Experiments under a profile, with what was measured of them so far.
#[derive(Debug)]
pub struct Campaign<'a> {
    /// All experiments that there are.
    pub catalogue: &'a Catalogue,
    /// Those that were asked for.
    pub selected: Vec<&'a Experiment>,
    /// How much is measured.
    pub profile: Profile,
    /// Where networks and clips come from.
    pub sources: Sources,
    /// What is predicted to need more memory is skipped; `None` for most of what is available.
    pub memory_limit: Option<u64>,
    /// What was measured so far.
    pub results: Results,
    /// Configurations of which a round came to nothing since the start.
    pub hopeless: BTreeSet<String>,
}

/// A round of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The experiment that it is measured for.
    pub experiment: String,
    /// The configuration.
    pub configuration: Configuration,
    /// Its hash.
    pub hash: String,
    /// The round, from 0.
    pub round: usize,
    /// How many rounds there are.
    pub rounds: usize,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turnout<'a> {
    /// It was measured before.
    Known,
    /// An earlier round of the configuration came to nothing.
    Hopeless,
    /// It was measured, skipped or failed now.
    New(&'a RecordLine),
}

impl Campaign<'_> {
    /// All rounds of all configurations, each once: grid by grid, and within a grid in turn.
    ///
    /// # Errors
    /// If a grid asks for what this machine cannot have.
    pub fn steps(&self) -> Result<Vec<Step>, GridError> {
        let (mut steps, mut seen) = (Vec::new(), BTreeSet::new());
        for experiment in &self.selected {
            for grid in self.catalogue.grids(experiment, self.profile) {
                let configurations = grid.configurations(&self.sources)?;
                let hashes: Vec<_> = configurations.iter().map(configuration_hash).collect();
                for turn in in_turn(configurations.len(), grid.rounds()) {
                    let hash = &hashes[turn.contender];
                    if seen.insert((hash.clone(), turn.round)) {
                        steps.push(Step {
                            experiment: experiment.id.clone(),
                            configuration: configurations[turn.contender].clone(),
                            hash: hash.clone(),
                            round: turn.round,
                            rounds: grid.rounds(),
                        });
                    }
                }
            }
        }
        Ok(steps)
    }

    /// Measures what is not known yet of these steps, and appends each round to `writer` before the next one starts.
    /// `observe` is told of each step after it.
    ///
    /// # Errors
    /// If a record cannot be written, or no process can be started. What fails otherwise is a record.
    pub fn measure(
        &mut self,
        steps: &[Step],
        writer: &mut RecordWriter,
        observe: &mut dyn FnMut(&Step, Turnout<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut sessions: BTreeMap<&str, Session> = BTreeMap::new();
        for step in steps {
            let known = self.results.round(&step.hash, step.round);
            if known.is_some_and(|line| !matches!(line.entry, Entry::Unmeasured(_))) {
                observe(step, Turnout::Known)?;
                continue;
            }
            if self.hopeless.contains(&step.hash) {
                observe(step, Turnout::Hopeless)?;
                continue;
            }
            let session = sessions.entry(&step.experiment).or_insert_with(|| Session::new(Some(&step.experiment)));
            let line = match self.objection(&step.configuration)? {
                Some(reason) => {
                    let identity = Identity::from(&step.configuration);
                    let entry = Entry::Unmeasured(Unmeasured { identity, reason: Reason::Skipped(reason) });
                    session.line(&step.configuration, step.round, entry)
                }
                None => {
                    let contender = Contender { program: Program::This, configuration: step.configuration.clone() };
                    session.measure(&contender, step.round)?
                }
            };
            if matches!(line.entry, Entry::Unmeasured(_)) {
                self.hopeless.insert(step.hash.clone());
            }
            // What is skipped for the same reason as before says nothing new.
            if known.is_none_or(|known| known.entry != line.entry) {
                writer.append(&line)?;
            }
            observe(step, Turnout::New(&line))?;
            self.results.keep(line);
        }
        Ok(())
    }

    /// Why a configuration is not measured here, if it is not.
    fn objection(&self, configuration: &Configuration) -> Result<Option<String>> {
        let inputs = self.sources.at(&configuration.network).context("a network of no experiment")?;
        if let Err(error) = configuration.isa() {
            return Ok(Some(error.to_string()));
        }
        if let Err(error) = configuration.plan(inputs.shape) {
            return Ok(Some(error.to_string()));
        }
        admission::objection(configuration, inputs.shape, self.memory_limit)
    }

    /// What was measured for an experiment: its grids, and of each its configurations.
    ///
    /// # Errors
    /// If a grid asks for what this machine cannot have.
    pub fn subjects(&self, experiment: &Experiment) -> Result<Vec<Subject>, GridError> {
        let mut subjects: Vec<Subject> = Vec::new();
        let of_grid = |grid: Grid| {
            let subject = |configuration| self.results.subject(configuration, grid.rounds());
            Ok::<_, GridError>(grid.configurations(&self.sources)?.into_iter().map(subject).collect::<Vec<_>>())
        };
        for grid in self.catalogue.grids(experiment, self.profile) {
            subjects.extend(of_grid(grid)?);
        }
        Ok(subjects)
    }
}
