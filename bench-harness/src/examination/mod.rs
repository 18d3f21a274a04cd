//! What else than times is found out about a configuration, each in the same process and record as times are.

pub mod precision;
pub mod preprocessing;
pub mod scenarios;
pub mod simulation;

use anyhow::{Result, ensure};
use hear_engine::network::throughput::Throughput;
use hear_model::network::Network;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    configuration::Configuration,
    display,
    environment::{Environment, Noise, NoiseWatch},
    measure::measure,
    progress::Progress,
    record::{ConfigRecord, Entry, Examined, Identity, hexadecimal},
};
use precision::PrecisionFinding;
use preprocessing::PreprocessingFinding;
use scenarios::{ScenarioFinding, ScenarioOptions};
use simulation::{SimulationFinding, SimulationOptions};

/// What is found out about a configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Examination {
    /// Times, memory, errors, accuracy: a [`Record`](crate::record::Record).
    #[default]
    Times,
    /// Noise after every stage, beside its model.
    Precision,
    /// The four scenarios of MLPerf.
    Scenarios(ScenarioOptions),
    /// What other numbers of threads would take, replayed from runs on one thread. The configuration's threads are those
    /// for which its plan is made.
    Simulation(SimulationOptions),
    /// What the camera's side does before it encrypts: frames become clips.
    Preprocessing,
}

impl Examination {
    /// Whether it is the one that there was before there was a choice.
    #[must_use]
    pub fn is_times(&self) -> bool {
        *self == Self::Times
    }
}

/// What was found out, other than times of whole inferences. Times are seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Finding {
    /// Of [`Examination::Precision`].
    Precision(PrecisionFinding),
    /// Of [`Examination::Scenarios`].
    Scenarios(Box<ScenarioFinding>),
    /// Of [`Examination::Simulation`].
    Simulation(SimulationFinding),
    /// Of [`Examination::Preprocessing`].
    Preprocessing(PreprocessingFinding),
}

impl Finding {
    /// What it is called, in records and by people.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Precision(_) => "precision",
            Self::Scenarios(_) => "scenarios",
            Self::Simulation(_) => "simulation",
            Self::Preprocessing(_) => "preprocessing",
        }
    }
}

/// Finds out what a configuration asks for.
///
/// # Errors
/// If something that it needs is not there, or a decrypted logit is wrong: then nothing is found.
pub fn examine(configuration: &Configuration) -> Result<Entry> {
    if configuration.examination.is_times() {
        return Ok(Entry::Measured(Box::new(measure(configuration)?)));
    }
    let network = Network::open(&configuration.network)?;
    let plan = configuration.plan(network.shape())?;
    let progress = Progress::new(display::identity(&Identity::from(configuration)));
    let watch = NoiseWatch::start();
    let (finding, noise) = match &configuration.examination {
        Examination::Times => unreachable!("times are measured above"),
        Examination::Precision => {
            let (found, noise) = precision::find(configuration, &network, &progress, watch)?;
            (Finding::Precision(found), noise)
        }
        Examination::Scenarios(options) => {
            let (found, noise) = scenarios::find(configuration, options, &progress, watch)?;
            (Finding::Scenarios(Box::new(found)), noise)
        }
        Examination::Simulation(options) => {
            let (found, noise) = simulation::find(configuration, options, watch)?;
            (Finding::Simulation(found), noise)
        }
        Examination::Preprocessing => {
            let (found, noise) = preprocessing::find(&configuration.protocol, watch)?;
            (Finding::Preprocessing(found), noise)
        }
    };
    progress.finish();
    Ok(Entry::Examined(Box::new(Examined {
        identity: Identity::from(configuration),
        plan_hash: hexadecimal(&plan.hash()),
        isa: configuration.isa()?.name().to_owned(),
        samples: configuration.protocol.samples,
        config: ConfigRecord::new(configuration, &network),
        finding,
        noise: Some(noise),
        environment: Some(Environment::detect()),
    })))
}

/// What was found, and what else went on meanwhile.
type Found<T> = Result<(T, Noise)>;

/// Refuses runs of several clips, for `what` looks at those of one.
fn expect_single_clips(configuration: &Configuration, what: &str) -> Result<()> {
    let throughput = configuration.protocol.throughput();
    let (batch, streams) = (throughput.batch(), throughput.streams());
    ensure!(throughput == Throughput::default(), "{what} is of runs of one clip: {streams} x {batch} were asked for");
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use hear_scheduler::simulate::{Bound, Policy};

    use super::*;
    use crate::{machine_file, precision::StagePrecision, statistics::Summary};
    use scenarios::{OfflineFinding, ServerFinding, StreamFinding, Tail, TriedRate};
    use simulation::PredictedRun;

    /// One of each kind.
    pub(crate) fn examinations() -> [Examination; 5] {
        let options =
            ScenarioOptions { latency_bound_s: 0.1, seconds: 2.0, least_queries: 5, clips_a_query: 8, seed: 1 };
        let simulation = SimulationOptions {
            threads: vec![1, 16],
            machine: Some(machine_file::reference()),
            machine_isa: Some("avx2".to_owned()),
        };
        [
            Examination::Times,
            Examination::Precision,
            Examination::Scenarios(options),
            Examination::Simulation(simulation),
            Examination::Preprocessing,
        ]
    }

    /// One of each kind.
    pub(crate) fn findings() -> [Finding; 4] {
        let [_, _, Examination::Scenarios(options), ..] = examinations() else { panic!("the third are scenarios") };
        let summary = Summary { median: 0.02, q1: 0.01, q3: 0.03, min: 0.01, max: 0.04, n: 5 };
        let tail = Tail {
            percent: 99,
            latency_s: 0.04,
            at_most_s: Some(0.05),
            queries: 5,
            queries_asked_for: 270_336,
            enough: false,
        };
        let stage = StagePrecision {
            name: "conv1".to_owned(),
            limbs: 8,
            scale_bits: 29.5,
            largest: 3.0,
            headroom_bits: 12.25,
            measured_std: 2.5e-6,
            measured_bits: 18.6,
            modelled_std: 2.25e-6,
            modelled_bits: 18.8,
            difference_bits: 0.2,
        };
        let raw_latency_s = vec![0.01, 0.02, 0.04];
        let stream = StreamFinding { clips_a_query: 8, tail, latency_s: summary, raw_latency_s: raw_latency_s.clone() };
        let tried =
            TriedRate { rate_per_s: 25.0, achieved_per_s: 24.5, tail, latency_s: summary, raw_latency_s, holds: true };
        let scenarios = ScenarioFinding {
            options,
            single_stream: StreamFinding { clips_a_query: 1, ..stream.clone() },
            multi_stream: stream,
            server: ServerFinding { rate_per_s: Some(25.0), capacity_per_s: 50.0, tried: vec![tried] },
            offline: OfflineFinding {
                clips: 100,
                elapsed_s: 2.0,
                clips_per_s: 50.0,
                clips_asked_for: 24_576,
                enough: false,
            },
            verified: 321,
            max_abs_logit_error: 0.015_625,
        };
        let prediction = PredictedRun {
            threads: 16,
            latency_s: 0.005,
            speed_up: 8.0,
            efficiency: 0.5,
            throughput_per_s: 200.0,
            streams_per_s: 400.0,
            memory_bytes: 1_000,
            streams_memory_bytes: 2_000,
            limited_by: Bound::CriticalPath,
        };
        [
            Finding::Precision(PrecisionFinding { stages: vec![stage] }),
            Finding::Scenarios(Box::new(scenarios)),
            Finding::Simulation(SimulationFinding {
                measured_on: "here".to_owned(),
                machine: "there".to_owned(),
                machine_isa: "avx2".to_owned(),
                policy: Policy::Stealing,
                one_thread_s: summary,
                predictions: vec![prediction],
            }),
            Finding::Preprocessing(PreprocessingFinding {
                frames: 32,
                seed: 1,
                clip_s: summary,
                raw_clip_s: vec![0.01, 0.02, 0.04],
            }),
        ]
    }

    #[test]
    fn kinds_are_called_the_same_everywhere() {
        for (finding, examination) in findings().iter().zip(&examinations()[1..]) {
            let (finding_json, examination) =
                (serde_json::to_value(finding).unwrap(), serde_json::to_value(examination).unwrap());
            assert_eq!(finding_json["kind"], finding.name());
            assert_eq!(examination["kind"], finding.name());
        }
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        let refused = |text: &str| serde_json::from_str::<Examination>(text).unwrap_err().to_string();
        assert!(refused(r#"{"kind": "speed"}"#).contains("unknown variant `speed`"));
        assert!(refused(r#"{"kind": "simulation", "threads": [1], "cores": 2}"#).contains("unknown field `cores`"));
    }
}
