//! What one measurement is of: everything that the measuring process is told.

use std::path::{Path, PathBuf};

use hear_engine::network::{
    cost::Speeds,
    key_switching::KeySwitching,
    method::{Method, StrategyChoice, Switches, UnknownName},
    plan::{Plan, PlanError, PlanRequest},
    throughput::Throughput,
};
use hear_kernels::simd::{Isa, IsaError};
use hear_model::{
    input::{Clip, ClipSource, InputError, RowRange, read_labels},
    metrics::Class,
    network::{Dimension, NetworkName, Shape, Source},
};
use hear_scheduler::{Executor, ExecutorError, ExecutorKind, Pin, PlacementOptions, Topology};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::examination::Examination;

/// One network, method, strategy and number of threads, and how it is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// A name or a path, as [`hear_model::network::Network::open`] takes it.
    pub network: String,
    /// The method.
    pub method: Method,
    /// A strategy for each convolution, or the wish that they be chosen.
    pub strategy: StrategyChoice,
    /// How keys are switched.
    pub key_switching: KeySwitching,
    /// The machine by whose speeds strategies are chosen, or `None` for the default.
    pub speeds: Option<Speeds>,
    /// Threads that work.
    pub threads: usize,
    /// Where the clips come from.
    pub clips: ClipSource,
    /// A file of labels, one for each row of the clips' file; those of the shipped test set are known without one.
    pub labels: Option<PathBuf>,
    /// How it is measured.
    pub protocol: Protocol,
    /// What is found out about it. Times are what it was before there was a choice: they are not written, so that hashes
    /// of configurations stay what they were.
    #[serde(default, skip_serializing_if = "Examination::is_times")]
    pub examination: Examination,
}

/// How a measurement is made: what a reader needs to repeat it. It stands in the record as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// The first row.
    pub first_row: usize,
    /// Clips that are encrypted, classified and decrypted with the clock running, run after run.
    pub samples: usize,
    /// Clips of a run that share each pass over weights and keys.
    #[serde(default = "one")]
    pub batch: usize,
    /// Independent batches of a run.
    #[serde(default = "one")]
    pub streams: usize,
    /// Runs before that, without the clock.
    pub warm_up: usize,
    /// How often keys are made, the network is encoded and, where it is prepared, read.
    pub repeats: usize,
    /// Whether the network is written as a prepared model, and read, before it runs.
    #[serde(default)]
    pub prepared: bool,
    /// What runs the tasks.
    #[schemars(with = "String")]
    pub executor: ExecutorKind,
    /// How its threads are bound to CPUs.
    #[serde(default = "not_pinned")]
    #[schemars(with = "String")]
    pub pin: Pin,
    /// Optimisations that are switched off.
    pub without: Vec<String>,
    /// The instruction set, or `None` for what the environment allows.
    pub isa: Option<String>,
    /// The largest logit error that is accepted.
    pub tolerance: f64,
}

/// As many clips as runs were of before there could be more.
pub(crate) fn one() -> usize {
    1
}

/// How threads were bound before they could be.
fn not_pinned() -> Pin {
    Pin::None
}

impl Protocol {
    /// The clips of a run.
    ///
    /// # Panics
    /// If no run has so many, which the command line has refused.
    #[must_use]
    pub fn throughput(&self) -> Throughput {
        Throughput::new(self.batch, self.streams).expect("the command line has refused what no run handles")
    }
}

/// An instruction set that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstructionsError {
    /// The CPU does not have it.
    #[error("this CPU has no instruction set {name}: it has {available}")]
    Missing {
        /// The name.
        name: String,
        /// What there is.
        available: String,
    },
    /// The environment names nothing known.
    #[error(transparent)]
    Environment(#[from] IsaError),
}

impl Configuration {
    /// The switches, without those that are turned off.
    ///
    /// # Errors
    /// If there is no optimisation of that name.
    pub fn switches(&self) -> Result<Switches, UnknownName> {
        let mut switches = Switches::default();
        self.protocol.without.iter().try_for_each(|name| switches.disable(name))?;
        Ok(switches)
    }

    /// Starts what runs the tasks, each thread on its CPU.
    ///
    /// # Errors
    /// If the system gives no threads, or does not bind them.
    pub fn start(&self) -> Result<Box<dyn Executor>, ExecutorError> {
        let Protocol { executor, pin, .. } = self.protocol;
        let options = PlacementOptions { threads: Some(self.threads), pin: Some(pin), smt: false };
        executor.start(&executor.place(&Topology::detect(), &options)?)
    }

    /// How many of its threads can work at one time here: plans are chosen and predictions made for these.
    #[must_use]
    pub fn working_threads(&self) -> usize {
        self.threads.min(Topology::detect().usable_threads())
    }

    /// The plan for a network of this shape.
    ///
    /// # Errors
    /// If the network does not pack.
    ///
    /// # Panics
    /// If a switch is unknown, which the command line has refused.
    pub fn plan(&self, shape: Shape) -> Result<Plan, PlanError> {
        let switches = self.switches().expect("the command line has refused unknown switches");
        let request =
            PlanRequest { switches, key_switching: self.key_switching, ..PlanRequest::new(shape, self.method) };
        Plan::with_strategy(request, self.strategy, &self.speeds.clone().unwrap_or_default(), self.working_threads())
    }

    /// What a run of a plan is predicted to take here, in seconds, by its work alone.
    #[must_use]
    pub fn predicted_seconds(&self, plan: &Plan) -> f64 {
        let speeds = self.speeds.clone().unwrap_or_default();
        let counts = plan.counts_of_run(self.protocol.throughput(), speeds.shared_reads);
        speeds.seconds(&counts, self.working_threads())
    }

    /// The instruction set: what is asked for, else what the environment allows.
    ///
    /// # Errors
    /// If this CPU does not have it, or the environment names none.
    pub fn isa(&self) -> Result<Isa, InstructionsError> {
        match &self.protocol.isa {
            Some(name) => find_isa(name),
            None => Ok(Isa::from_environment()?),
        }
    }

    /// The rows that are measured.
    ///
    /// # Panics
    /// If there are none, which the command line has refused.
    #[must_use]
    pub fn rows(&self) -> RowRange {
        let Protocol { first_row, samples, .. } = self.protocol;
        RowRange::new(first_row, first_row + samples).expect("the command line has refused to measure nothing")
    }

    /// The clips that are measured.
    ///
    /// # Errors
    /// If the file does not hold them.
    pub fn read_clips(&self) -> Result<Vec<Clip>, InputError> {
        self.clips.read(self.rows())
    }

    /// The labels of the clips that are measured, if there are any.
    ///
    /// # Errors
    /// If the file holds anything but labels, or fewer than the last row asks for.
    pub fn read_labels(&self) -> Result<Option<Vec<Class>>, LabelsError> {
        let rows = self.rows();
        let Some(path) = &self.labels else { return Ok(self.clips.labels(rows)?) };
        let mut labels = read_labels(path)?;
        if labels.len() < rows.end() {
            return Err(LabelsError::TooFew { path: path.clone(), count: labels.len(), rows });
        }
        labels.truncate(rows.end());
        Ok(Some(labels.split_off(rows.start())))
    }
}

/// Why there are no labels for the clips.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] InputError),
    /// The file ends too early.
    #[error("{}: {count} labels, but rows {rows} are measured", path.display())]
    TooFew {
        /// The file.
        path: PathBuf,
        /// Labels in it.
        count: usize,
        /// The rows.
        rows: RowRange,
    },
}

/// What an ordinary file or directory is called, or the name of a shipped network: records never carry a path.
#[must_use]
pub fn network_name(name_or_path: &str) -> String {
    match name_or_path.parse::<NetworkName>() {
        Ok(name) => name.to_string(),
        Err(_) => file_name(Path::new(name_or_path)),
    }
}

/// The instruction set of that name, exactly that one.
///
/// # Errors
/// If this CPU does not have it.
pub fn find_isa(name: &str) -> Result<Isa, InstructionsError> {
    let all = Isa::all();
    all.iter().copied().find(|isa| isa.name() == name).ok_or_else(|| {
        let available = all.iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", ");
        InstructionsError::Missing { name: name.to_owned(), available }
    })
}

/// What a record says about a network's weights.
#[must_use]
pub fn weights_origin(source: &Source) -> String {
    match source {
        Source::Path(path) => file_name(path),
        shipped => shipped.to_string(),
    }
}

/// The file of a published data set that holds a network's inputs: the one made for the network if there is one, else the
/// common one.
#[must_use]
pub fn dataset_inputs(dataset: &Path, shape: Shape) -> PathBuf {
    let dimension = match shape.dimension() {
        Dimension::OneD => "conv1d",
        Dimension::TwoD => "conv2d",
    };
    let own = dataset.join(format!("test_input_{dimension}_{}.csv", shape.width()));
    if own.exists() { own } else { dataset.join("test_input.csv") }
}

/// The file of a published data set that holds the labels.
#[must_use]
pub fn dataset_labels(dataset: &Path) -> PathBuf {
    dataset.join("test_label.csv")
}

/// The last component of a path.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use hear_model::synthetic;

    use super::*;

    fn configuration() -> Configuration {
        Configuration {
            network: "some/where/tiny.safetensors".to_owned(),
            method: Method::FastHear,
            strategy: StrategyChoice::Own,
            speeds: None,
            key_switching: KeySwitching::default(),
            threads: 1,
            clips: ClipSource::Synthetic,
            labels: None,
            protocol: Protocol {
                batch: 1,
                streams: 1,
                first_row: 2,
                samples: 3,
                warm_up: 1,
                repeats: 1,
                prepared: false,
                executor: ExecutorKind::Serial,
                pin: Pin::None,
                without: vec!["hoisting".to_owned()],
                isa: None,
                tolerance: 0.25,
            },
            examination: Examination::Times,
        }
    }

    #[test]
    fn names_carry_no_directories() {
        let configuration = configuration();
        assert_eq!(network_name(&configuration.network), "tiny.safetensors");
        assert_eq!(weights_origin(&Source::Path("/a/parameters_conv1d_64/".into())), "parameters_conv1d_64");
    }

    #[test]
    fn rows_pick_clips_and_labels_of_the_shipped_test_set() {
        let (clips, labels) = synthetic::test_set();
        assert_eq!(configuration().read_clips().unwrap(), clips[2..5]);
        assert_eq!(configuration().read_labels().unwrap().unwrap(), labels[2..5]);
    }

    #[test]
    fn switches_are_turned_off_by_name() {
        assert_eq!(configuration().switches().unwrap().disabled(), ["hoisting"]);
    }

    #[test]
    fn labels_are_those_of_the_rows_and_must_reach_them() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("labels.csv");
        let mut configuration = Configuration { labels: Some(path.clone()), ..configuration() };
        std::fs::write(&path, "0\n1\n2\n3\n9\n5\n").unwrap();
        let labels = configuration.read_labels().unwrap().unwrap();
        assert_eq!(labels, [Class::Pick, Class::Pour, Class::Fall]);
        configuration.protocol.samples = 5;
        let error = configuration.read_labels().unwrap_err().to_string();
        assert!(error.ends_with("labels.csv: 6 labels, but rows 2..7 are measured"), "{error}");
    }

    #[test]
    fn a_data_set_has_inputs_of_a_networks_own_or_common_ones() {
        let directory = tempfile::tempdir().unwrap();
        let own = directory.path().join("test_input_conv1d_64.csv");
        std::fs::write(&own, "").unwrap();
        let one = Shape::new(Dimension::OneD, 64).unwrap();
        let two = Shape::new(Dimension::TwoD, 64).unwrap();
        assert_eq!(dataset_inputs(directory.path(), one), own);
        assert_eq!(dataset_inputs(directory.path(), two), directory.path().join("test_input.csv"));
    }
}
