//! Measuring what experiments ask for, and nothing twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use anyhow::{Context as _, Result};

use super::{Catalogue, Clock, Experiment, Grid, GridError, Profile, Results, Sources, Subject, schedule::expected_s};
use crate::{
    admission,
    configuration::Configuration,
    record::{Entry, Identity, Reason, Unmeasured},
    record_lines::{RecordLine, RecordWriter, configuration_hash},
    rounds::{Contender, Program, Session, Turn, in_turn},
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
    /// The time that there is.
    pub clock: Clock,
    /// By experiment, what rounds that are taken in turn belong to.
    pub sessions: BTreeMap<String, Session>,
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
    /// What it is expected to take in all, in seconds, before anything was measured; 0 if it has no plan.
    pub expected_s: f64,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turnout<'a> {
    /// It was measured before.
    Known,
    /// An earlier round of the configuration came to nothing.
    Hopeless,
    /// There is no time for another round of what was measured before.
    Late,
    /// It was measured, skipped or failed now.
    New(&'a RecordLine),
}

impl Campaign<'_> {
    /// All rounds of all configurations, each once: first the first round of every grid, the grid first that is expected to
    /// take least, then the second rounds, and so on. So whoever ends it early has something of every figure. Within a round
    /// of a grid configurations are taken in turn.
    ///
    /// # Errors
    /// If a grid asks for what this machine cannot have.
    pub fn steps(&self) -> Result<Vec<Step>, GridError> {
        let (mut blocks, mut seen, mut expected) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        for experiment in &self.selected {
            for grid in self.catalogue.grids(experiment, self.profile) {
                let once: Vec<Step> = grid
                    .configurations(&self.sources)?
                    .into_iter()
                    .map(|configuration| {
                        let hash = configuration_hash(&configuration);
                        let expected_s =
                            *expected.entry(hash.clone()).or_insert_with(|| self.expected_s(&configuration));
                        let (experiment, rounds) = (experiment.id.clone(), grid.rounds());
                        Step { experiment, configuration, hash, round: 0, rounds, expected_s }
                    })
                    .collect();
                let turns: Vec<Turn> = in_turn(once.len(), grid.rounds()).collect();
                for of_round in turns.chunk_by(|a, b| a.round == b.round) {
                    let in_round =
                        of_round.iter().map(|turn| Step { round: turn.round, ..once[turn.contender].clone() });
                    let new: Vec<Step> = in_round.filter(|step| seen.insert((step.hash.clone(), step.round))).collect();
                    blocks.push(new);
                }
            }
        }
        let cost = |block: &[Step]| block.iter().map(|step| step.expected_s).sum::<f64>();
        blocks.retain(|block| !block.is_empty());
        blocks.sort_by(|a, b| a[0].round.cmp(&b[0].round).then(cost(a).total_cmp(&cost(b))));
        Ok(blocks.into_iter().flatten().collect())
    }

    /// What a round of a configuration is expected to take.
    fn expected_s(&self, configuration: &Configuration) -> f64 {
        let shape = self.sources.at(&configuration.network).map(|inputs| inputs.shape);
        let plan = shape.and_then(|shape| configuration.plan(shape).ok());
        plan.map_or(0.0, |plan| expected_s(configuration, &plan))
    }

    /// Measures what is not known yet of these steps, and appends each round to `writer` before the next one starts.
    /// `observe` is told of each step after it. What is not expected to end in time is skipped, and the reason is its record,
    /// unless another round of it was measured.
    ///
    /// # Errors
    /// If a record cannot be written, or no process can be started. What fails otherwise is a record.
    pub fn measure(
        &mut self,
        steps: &[Step],
        writer: &mut RecordWriter,
        observe: &mut dyn FnMut(&Step, Turnout<'_>) -> Result<()>,
    ) -> Result<()> {
        for step in steps {
            let known = self.results.round(&step.hash, step.round);
            if known.is_some_and(RecordLine::is_measured) {
                observe(step, Turnout::Known)?;
                continue;
            }
            if self.hopeless.contains(&step.hash) {
                observe(step, Turnout::Hopeless)?;
                continue;
            }
            let out_of_time = self.clock.objection(step, self.clock.elapsed());
            if out_of_time.is_some() && self.results.is_measured(&step.hash) {
                observe(step, Turnout::Late)?;
                continue;
            }
            let objection = self.objection(&step.configuration)?.or(out_of_time);
            let new_session = || Session::new(Some(&step.experiment));
            let session = self.sessions.entry(step.experiment.clone()).or_insert_with(new_session);
            let line = match objection {
                Some(reason) => {
                    let identity = Identity::from(&step.configuration);
                    let entry = Entry::Unmeasured(Unmeasured { identity, reason: Reason::Skipped(reason) });
                    session.line(&step.configuration, step.round, entry)
                }
                None => {
                    let contender = Contender { program: Program::This, configuration: step.configuration.clone() };
                    let start = Instant::now();
                    let line = session.measure(&contender, step.round)?;
                    self.clock.note(step, start.elapsed());
                    line
                }
            };
            if !line.is_measured() {
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

#[cfg(test)]
mod tests {
    use hear_engine::network::method::Method;

    use super::*;

    /// Two figures over rounds, of which the first takes longer.
    const FIGURES: [(&str, &str); 2] = [("a-slow", "samples = 50\nrounds = 2"), ("b-fast", "samples = 1\nrounds = 3")];

    #[test]
    fn first_rounds_come_first_and_short_ones_before_long_ones() {
        let directory = tempfile::tempdir().unwrap();
        for (name, grid) in FIGURES {
            let head = "title = \"Latency\"\npart = \"ours\"\ndrawing = \"latency\"\nsummary = \"What it takes.\"";
            let grid = format!("networks = [\"1d-64\"]\nmethods = [\"hear\", \"lean-hear\"]\n{grid}");
            let text = format!("{head}\n[[measure]]\n[measure.always]\n{grid}\n");
            std::fs::write(directory.path().join(format!("{name}.toml")), text).unwrap();
        }
        let catalogue = Catalogue::read(directory.path()).unwrap();
        let campaign = Campaign {
            catalogue: &catalogue,
            selected: catalogue.select(&[]).unwrap(),
            profile: Profile::Quick,
            sources: Sources::open(None, None).unwrap(),
            memory_limit: None,
            results: Results::default(),
            hopeless: BTreeSet::new(),
            clock: Clock::start(None),
            sessions: BTreeMap::new(),
        };
        let steps = campaign.steps().unwrap();
        let order: Vec<_> =
            steps.iter().map(|step| (&*step.experiment, step.round, step.configuration.method)).collect();
        let (hear, lean) = (Method::Hear, Method::LeanHear);
        assert_eq!(
            order,
            [
                ("b-fast", 0, hear),
                ("b-fast", 0, lean),
                ("a-slow", 0, hear),
                ("a-slow", 0, lean),
                ("b-fast", 1, lean),
                ("b-fast", 1, hear),
                ("a-slow", 1, lean),
                ("a-slow", 1, hear),
                ("b-fast", 2, hear),
                ("b-fast", 2, lean),
            ]
        );
        assert!(steps.iter().all(|step| step.expected_s > 0.0));
    }
}
