//! What other numbers of threads, and other machines, would take: runs on one thread, replayed.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use hear_engine::network::lower::cut_for;
use hear_scheduler::{
    ExecutorKind, Placement, PlacementOptions, Topology,
    simulate::{Bound, Machine, Policy, Prediction, Scenario, Streams},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Found, expect_single_clips};
use crate::{
    configuration::Configuration,
    environment::{Noise, NoiseWatch},
    hardware,
    observation::{Observation, Pick, Recording, Setting, nearest_cut, observe},
    statistics::Summary,
};

/// What is to be predicted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulationOptions {
    /// Numbers of threads, each at least 1.
    pub threads: Vec<usize>,
    /// The machine to predict, the table `hardware` of a machine file; `None` for this one, which is measured at the start.
    #[serde(default)]
    pub machine: Option<Machine>,
    /// The instruction set that it uses; `None` for that of the runs here.
    #[serde(default)]
    pub machine_isa: Option<String>,
}

/// Runs on one thread, and predictions from them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SimulationFinding {
    /// The machine on which one thread was measured.
    pub measured_on: String,
    /// The machine that was predicted.
    pub machine: String,
    /// Its instruction set.
    pub machine_isa: String,
    /// How tasks reach workers.
    #[schemars(with = "String")]
    pub policy: Policy,
    /// Whole inferences on one thread, measured, with tasks cut for it.
    pub one_thread_s: Summary,
    /// One a number of threads.
    pub predictions: Vec<PredictedRun>,
}

/// A run on so many threads as it is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PredictedRun {
    /// Threads.
    pub threads: usize,
    /// An inference on all threads.
    pub latency_s: f64,
    /// One thread's latency on the same machine over this one.
    pub speed_up: f64,
    /// That, over the number of threads.
    pub efficiency: f64,
    /// Clips a second, one after the other.
    pub throughput_per_s: f64,
    /// Clips a second if each thread has clips of its own.
    pub streams_per_s: f64,
    /// Memory of one clip at a time.
    pub memory_bytes: u64,
    /// Memory of as many clips at a time as there are threads.
    pub streams_memory_bytes: u64,
    /// What limits the latency: `work`, `critical-path`, `bandwidth`, `transfer` or `placement`.
    #[schemars(with = "String")]
    pub limited_by: Bound,
}

impl From<&Prediction> for PredictedRun {
    fn from(prediction: &Prediction) -> Self {
        Self {
            threads: prediction.threads,
            latency_s: 1e-9 * prediction.latency_ns,
            speed_up: prediction.speed_up,
            efficiency: prediction.efficiency,
            throughput_per_s: prediction.throughput_per_s,
            streams_per_s: prediction.streams_per_s,
            memory_bytes: prediction.memory_bytes,
            streams_memory_bytes: prediction.streams_memory_bytes,
            limited_by: prediction.bound,
        }
    }
}

/// The machines of a simulation, and how it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulator {
    /// Where one thread was measured.
    pub measured_on: Machine,
    /// What is predicted.
    pub machine: Machine,
    /// Its instruction set; `None` for that of what was measured.
    pub machine_isa: Option<String>,
    /// How tasks reach workers.
    pub policy: Policy,
}

impl Simulator {
    /// The instruction set of the predicted machine.
    #[must_use]
    pub fn machine_isa<'a>(&'a self, recording: &'a Recording) -> &'a str {
        self.machine_isa.as_deref().unwrap_or(&recording.isa)
    }

    /// A recording on the machine.
    ///
    /// # Errors
    /// If a machine cannot be, or the two have no kernel in common.
    pub fn scenario<'a>(&'a self, recording: &'a Recording) -> Result<Scenario<'a>> {
        let isa = self.machine_isa(recording);
        Ok(Scenario::new(&recording.workload, (&self.measured_on, &recording.isa), (&self.machine, isa), self.policy)?)
    }

    /// Replays for each number of threads the recording whose tasks are cut for it, or for the nearest number below that
    /// there is one for.
    ///
    /// # Errors
    /// Those of [`Simulator::scenario`].
    ///
    /// # Panics
    /// If a number of threads is 0.
    pub fn predict(&self, recordings: &[Recording], threads: &[usize]) -> Result<Vec<Prediction>> {
        let scenarios = recordings.iter().map(|recording| Ok((recording.cut_for, self.scenario(recording)?)));
        let scenarios = scenarios.collect::<Result<Vec<_>>>()?;
        // Where each thread does runs of its own, nobody cuts their tasks.
        let coarsest = scenarios.iter().min_by_key(|(of, _)| of);
        let predict = |&threads: &usize| {
            let (_, nearest) = nearest_cut(&scenarios, threads, |(of, _)| *of)?;
            let Streams { per_s, memory_bytes } = coarsest?.1.streams(threads);
            Some(Prediction { streams_per_s: per_s, streams_memory_bytes: memory_bytes, ..nearest.predict(threads) })
        };
        Ok(threads.iter().filter_map(predict).collect())
    }
}

/// How an executor's tasks reach workers. What has one worker is replayed on several as `stealing` would run it.
#[must_use]
pub fn policy_of(executor: ExecutorKind) -> Policy {
    match executor {
        ExecutorKind::ForkJoin => Policy::ForkJoin,
        ExecutorKind::Serial | ExecutorKind::Stealing => Policy::Stealing,
    }
}

/// What is measured to predict these numbers of threads: one thread, with tasks cut for each of them and for one.
#[must_use]
pub fn settings(one: &Placement, threads: &[usize]) -> Vec<Setting> {
    let cuts: BTreeSet<usize> = threads.iter().map(|&threads| cut_for(threads)).chain([1]).collect();
    cuts.into_iter().map(|cut_for| Setting { placement: one.clone(), cut_for }).collect()
}

/// The recordings of all runs on one thread.
///
/// # Errors
/// If nothing was traced.
pub fn recordings(observation: &Observation) -> Result<Vec<Recording>> {
    let on_one = observation.runs.iter().filter(|runs| runs.threads == 1);
    on_one.map(|runs| observation.recording(runs, Pick::All)).collect()
}

/// Traces runs on one thread, whatever number of threads the configuration has, and predicts the others.
pub(super) fn find(
    configuration: &Configuration,
    options: &SimulationOptions,
    mut watch: NoiseWatch,
) -> Found<SimulationFinding> {
    expect_single_clips(configuration, "a simulation")?;
    ensure!(!options.threads.contains(&0), "a run on 0 threads cannot be predicted: expected numbers from 1");
    let measured_on = hardware::measure()?;
    let machine = options.machine.clone().unwrap_or_else(|| measured_on.clone());
    let executor = configuration.protocol.executor;
    let (machine_isa, policy) = (options.machine_isa.clone(), policy_of(executor));
    let simulator = Simulator { measured_on, machine, machine_isa, policy };
    let pin = Some(configuration.protocol.pin);
    let one = executor.place(&Topology::detect(), &PlacementOptions { threads: Some(1), pin, smt: false })?;
    let observation = observe(configuration, &settings(&one, &options.threads))?;
    watch.note_frequency();
    // The threads that ran are gone, and with them what the system has counted of them.
    let noise = Noise { involuntary_switches: None, ..watch.finish() };
    let recordings = recordings(&observation)?;
    let predictions = simulator.predict(&recordings, &options.threads)?;
    let first = recordings.first().context("nothing was recorded")?;
    let finding = SimulationFinding {
        measured_on: simulator.measured_on.name.clone(),
        machine: simulator.machine.name.clone(),
        machine_isa: simulator.machine_isa(first).to_owned(),
        policy,
        one_thread_s: observation.on_one(1)?.infer_s()?,
        predictions: predictions.iter().map(PredictedRun::from).collect(),
    };
    Ok((finding, noise))
}
