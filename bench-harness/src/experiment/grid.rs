//! Grids of configurations, and the profiles that choose among them.

use std::{fmt, str::FromStr, time::Duration};

use hear_engine::network::{
    key_switching::KeySwitching,
    method::{Method, StrategyChoice, Switches},
    throughput::Throughput,
};
use hear_scheduler::{ExecutorError, ExecutorKind, PlacementOptions, Topology, simulate::Machine};
use itertools::iproduct;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::Sources;
use crate::{
    configuration::{Configuration, Protocol},
    examination::Examination,
    machine_file,
    verification::TOLERANCE,
};

/// How much is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// Everything runs once, on the smallest network: proves that it works, says nothing about times
    Smoke,
    /// Few samples, and networks of 64 channels but for their memory: a quarter of an hour at most
    #[default]
    Quick,
    /// As much as the paper measured: a night
    Full,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Smoke, Self::Quick, Self::Full];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }

    /// How long it may take where nothing else is asked for: `quick` is to end within a quarter of an hour, with the report.
    #[must_use]
    pub fn time_limit(self) -> Option<Duration> {
        match self {
            Self::Quick => Some(Duration::from_secs(14 * 60)),
            Self::Smoke | Self::Full => None,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value that stands in a file as a string.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parsed<T>(pub T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|error| D::Error::custom(format!("{text:?}: {error}")))
    }
}

/// Numbers of threads, as a file names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadList {
    /// So many.
    Number(usize),
    /// `all`: one a physical core.
    All,
    /// `doubling`: 1, 2, 4 and so on below all of them, and all of them.
    Doubling,
}

impl FromStr for ThreadList {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            "doubling" => Ok(Self::Doubling),
            number => match number.parse() {
                Ok(number) if number > 0 => Ok(Self::Number(number)),
                _ => Err("expected a whole number from 1, all or doubling"),
            },
        }
    }
}

impl ThreadList {
    /// The numbers, on a machine that has `all`.
    #[must_use]
    pub fn numbers(self, all: usize) -> Vec<usize> {
        match self {
            Self::Number(number) => vec![number],
            Self::All => vec![all],
            Self::Doubling => {
                let below = std::iter::successors(Some(1_usize), |&number| number.checked_mul(2));
                below.take_while(|&number| number < all).chain([all]).collect()
            }
        }
    }
}

/// Every combination of what is listed. What is not listed is what `hear-bench run` takes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Names of networks; without any, nothing is measured.
    pub networks: Option<Vec<String>>,
    /// The methods.
    pub methods: Option<Vec<Method>>,
    /// Strategies: `auto`, `own`, one for all convolutions or one for each.
    pub strategies: Option<Vec<Parsed<StrategyChoice>>>,
    /// How keys are switched.
    pub key_switching: Option<Vec<KeySwitching>>,
    /// Numbers of threads: `all`, `doubling` or a number.
    pub threads: Option<Vec<Parsed<ThreadList>>>,
    /// Clips of a run: batch and streams.
    pub clips_a_run: Option<Vec<[usize; 2]>>,
    /// Optimisations that are switched off, separated by commas; an empty string for none.
    pub without: Option<Vec<String>>,
    /// Instruction sets, or `widest`.
    pub instruction_sets: Option<Vec<String>>,
    /// Clips of a round; of a run of several, rounded up to whole runs.
    pub samples: Option<usize>,
    /// How often keys are made and the network is encoded in a round.
    pub repeats: Option<usize>,
    /// Runs before the clock starts.
    pub warm_up: Option<usize>,
    /// Rounds, each in a process of its own.
    pub rounds: Option<usize>,
    /// What is found out.
    pub examination: Option<Examination>,
    /// The machine that a simulation predicts, a file of `configs/machines` without its ending; this one without.
    pub machine: Option<String>,
}

/// Why a grid yields no configurations.
#[derive(Debug, thiserror::Error)]
pub enum GridError {
    /// A value that is not known.
    #[error("{field} is {value:?}: {expected}")]
    Value {
        /// Where it stands.
        field: &'static str,
        /// What stands there.
        value: String,
        /// What may stand there.
        expected: String,
    },
    /// Threads that there cannot be.
    #[error(transparent)]
    Threads(#[from] ExecutorError),
}

impl Grid {
    /// This one, with what it does not list from `below`.
    #[must_use]
    pub fn over(&self, below: &Self) -> Self {
        let (own, below) = (self.clone(), below.clone());
        Self {
            networks: own.networks.or(below.networks),
            methods: own.methods.or(below.methods),
            strategies: own.strategies.or(below.strategies),
            key_switching: own.key_switching.or(below.key_switching),
            threads: own.threads.or(below.threads),
            clips_a_run: own.clips_a_run.or(below.clips_a_run),
            without: own.without.or(below.without),
            instruction_sets: own.instruction_sets.or(below.instruction_sets),
            samples: own.samples.or(below.samples),
            repeats: own.repeats.or(below.repeats),
            warm_up: own.warm_up.or(below.warm_up),
            rounds: own.rounds.or(below.rounds),
            examination: own.examination.or(below.examination),
            machine: own.machine.or(below.machine),
        }
    }

    /// How many rounds there are.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.rounds.unwrap_or(1)
    }

    /// Refuses what no machine could measure.
    ///
    /// # Errors
    /// If a value is not known or is nothing.
    pub fn check(&self) -> Result<(), GridError> {
        let refuse = |field, value: String, expected: &str| {
            Err(GridError::Value { field, value, expected: expected.to_owned() })
        };
        for (field, number) in [("samples", self.samples), ("repeats", self.repeats), ("rounds", self.rounds)] {
            if number == Some(0) {
                return refuse(field, "0".to_owned(), "expected a whole number from 1");
            }
        }
        for name in self.networks.iter().flatten() {
            if !Sources::NETWORKS.contains(&&**name) {
                return refuse("networks", name.clone(), "expected 1d-64, 1d-128, 2d-64 or 2d-128");
            }
        }
        for name in self.instruction_sets.iter().flatten() {
            if !["widest", "scalar", "avx2", "avx512"].contains(&&**name) {
                return refuse("instruction_sets", name.clone(), "expected widest, scalar, avx2 or avx512");
            }
        }
        if let Some(name) = self.machine.as_ref().filter(|name| machine_file::shipped(name).is_none()) {
            return refuse("machine", name.clone(), &format!("expected one of {}", machine_file::shipped_names()));
        }
        for &[batch, streams] in self.clips_a_run.iter().flatten() {
            if let Err(error) = Throughput::new(batch, streams) {
                return refuse("clips_a_run", format!("[{batch}, {streams}]"), &error.to_string());
            }
        }
        for list in self.without.iter().flatten() {
            let mut switches = Switches::default();
            if let Err(error) = switched_off(list).try_for_each(|name| switches.disable(name)) {
                return refuse("without", list.clone(), &error.to_string());
            }
        }
        Ok(())
    }

    /// The configurations, on this machine.
    ///
    /// # Errors
    /// If a number of threads is beyond what there can be.
    pub fn configurations(&self, sources: &Sources) -> Result<Vec<Configuration>, GridError> {
        let executor = ExecutorKind::default();
        let topology = Topology::detect();
        let place = |threads| executor.place(&topology, &PlacementOptions { threads, pin: None, smt: false });
        let all = place(None)?.workers();
        let threads = self.threads.clone().unwrap_or_else(|| vec![Parsed(ThreadList::All)]);
        let mut placements = Vec::new();
        for number in threads.iter().flat_map(|Parsed(list)| list.numbers(all)) {
            placements.push(place(Some(number))?);
        }
        let networks = self.networks.clone().unwrap_or_default();
        let methods = self.methods.clone().unwrap_or_else(|| vec![Method::LeanHear]);
        let strategies: Vec<_> = match &self.strategies {
            None => vec![None],
            Some(listed) => listed.iter().map(|&Parsed(strategy)| Some(strategy)).collect(),
        };
        let key_switching = self.key_switching.clone().unwrap_or_else(|| vec![KeySwitching::default()]);
        let clips_a_run = self.clips_a_run.clone().unwrap_or_else(|| vec![[1, 1]]);
        let without = self.without.clone().unwrap_or_else(|| vec![String::new()]);
        let sets = self.instruction_sets.clone().unwrap_or_else(|| vec!["widest".to_owned()]);
        let examination = self.examination(all);
        let mut configurations = Vec::new();
        for (network, &method, &strategy, &key_switching, placement, &[batch, streams], without, set) in
            iproduct!(&networks, &methods, &strategies, &key_switching, &placements, &clips_a_run, &without, &sets)
        {
            let inputs = sources.of(network);
            // Whole runs, as far as there are rows.
            let clips = batch * streams;
            let samples = self.samples.unwrap_or(20).next_multiple_of(clips).min(inputs.rows / clips * clips);
            if samples == 0 {
                continue;
            }
            configurations.push(Configuration {
                network: inputs.network.clone(),
                method,
                strategy: strategy.unwrap_or(StrategyChoice::of(method)),
                key_switching,
                speeds: sources.speeds.clone(),
                threads: placement.workers(),
                clips: inputs.clips.clone(),
                labels: inputs.labels.clone(),
                protocol: Protocol {
                    first_row: 0,
                    samples,
                    batch,
                    streams,
                    warm_up: self.warm_up.unwrap_or(1),
                    repeats: self.repeats.unwrap_or(1),
                    prepared: false,
                    executor,
                    pin: placement.pin(),
                    without: switched_off(without).map(str::to_owned).collect(),
                    isa: (set != "widest").then(|| set.clone()),
                    tolerance: TOLERANCE,
                },
                examination: examination.clone(),
            });
        }
        Ok(configurations)
    }
}

impl Grid {
    /// What is found out, on a machine with so many cores.
    fn examination(&self, cores: usize) -> Examination {
        let mut examination = self.examination.clone().unwrap_or_default();
        if let Examination::Simulation(options) = &mut examination {
            options.machine = self.machine.as_deref().and_then(machine_file::shipped).or(options.machine.take());
            let cores = options.machine.as_ref().map_or(cores, Machine::cores);
            options.threads.retain(|&threads| threads <= cores);
        }
        examination
    }
}

/// The names in a list that is separated by commas.
fn switched_off(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_threads_follow_the_machine() {
        let numbers = |text: &str, all| text.parse::<ThreadList>().unwrap().numbers(all);
        assert_eq!(numbers("doubling", 16), [1, 2, 4, 8, 16]);
        assert_eq!(numbers("doubling", 6), [1, 2, 4, 6]);
        assert_eq!(numbers("doubling", 1), [1]);
        assert_eq!((numbers("all", 24), numbers("3", 24)), (vec![24], vec![3]));
        assert!("0".parse::<ThreadList>().is_err());
    }

    #[test]
    fn every_combination_is_a_configuration_of_whole_runs() {
        let grid = Grid {
            networks: Some(vec!["1d-64".to_owned(), "2d-64".to_owned()]),
            methods: Some(vec![Method::FastHear, Method::LeanHear]),
            clips_a_run: Some(vec![[1, 1], [4, 2]]),
            without: Some(vec![String::new(), "hoisting, lazy-rescaling".to_owned()]),
            samples: Some(10),
            ..Grid::default()
        };
        let configurations = grid.configurations(&Sources::open(None, None).unwrap()).unwrap();
        assert_eq!(configurations.len(), 16);
        let protocols: Vec<_> = configurations.iter().map(|configuration| &configuration.protocol).collect();
        assert!(protocols.iter().any(|protocol| protocol.samples == 10 && protocol.without.is_empty()));
        assert!(protocols.iter().all(|protocol| protocol.samples.is_multiple_of(protocol.batch * protocol.streams)));
        let switched_off = ["hoisting".to_owned(), "lazy-rescaling".to_owned()];
        assert!(protocols.iter().any(|protocol| protocol.samples == 16 && protocol.without == switched_off));
        assert_eq!(configurations[0].strategy, StrategyChoice::Own);
    }

    /// The shipped test set has 608 rows.
    #[test]
    fn no_more_clips_are_asked_for_than_there_are() {
        let grid = |clips_a_run| Grid {
            networks: Some(vec!["1d-64".to_owned()]),
            clips_a_run: Some(vec![clips_a_run]),
            samples: Some(10_000),
            ..Grid::default()
        };
        let sources = Sources::open(None, None).unwrap();
        let samples = |clips_a_run| grid(clips_a_run).configurations(&sources).unwrap()[0].protocol.samples;
        assert_eq!((samples([1, 1]), samples([3, 1])), (608, 606));
    }
}
