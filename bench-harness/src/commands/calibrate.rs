//! `hear-bench calibrate`.

use std::{fs, io::Write, ops::Range};

use anyhow::{Context, Result, bail};
use hear_engine::network::{cost::Speeds, key_switching::KeySwitching, method::Method, throughput::Throughput};
use hear_model::{input::ClipSource, network::Network};
use hear_scheduler::{ExecutorKind, Placement, simulate};
use serde::Serialize;

use super::place_one;
use crate::{
    arguments::CalibrateArguments,
    calibration::{Together, fit},
    child,
    configuration::{Configuration, Protocol},
    display,
    examination::Examination,
    failure::Failure,
    hardware,
    record::{Entry, Identity, Reason, Record, Unmeasured},
    rounds::Program,
    system::Machine,
};

/// What is run: networks small enough that all of them take a minute, and different in what takes their time.
const RUNS: [(&str, Method, &str, KeySwitching); 8] = [
    ("2d-64", Method::LeanHear, "own", KeySwitching::Paper),
    ("2d-128", Method::LeanHear, "own", KeySwitching::Paper),
    ("2d-128", Method::LeanHear, "auto", KeySwitching::Paper),
    ("1d-128", Method::LeanHear, "own", KeySwitching::Paper),
    ("2d-64", Method::FastHear, "baby,giant,giant", KeySwitching::Paper),
    ("2d-64", Method::FastHear, "giant,baby,baby", KeySwitching::Hybrid),
    ("1d-64", Method::FastHear, "full,full,full", KeySwitching::Paper),
    ("1d-64", Method::FastHear, "full,giant,giant", KeySwitching::Hybrid),
];

/// Which of them are run with several clips at a time as well, and how many: batch and streams.
const TOGETHER: (Range<usize>, [usize; 2]) = (0..2, [6, 2]);

/// What runs them.
const EXECUTOR: ExecutorKind = ExecutorKind::Stealing;

/// What is written: predictions of plans read the speeds, simulations the hardware; the rest says how they came about.
#[derive(Serialize)]
struct Calibration {
    speeds: Speeds,
    hardware: simulate::Machine,
    machine: Machine,
    isa: String,
    threads: usize,
    runs: Vec<Run>,
}

/// One inference, as measured and as predicted from the fitted speeds.
#[derive(Serialize)]
struct Run {
    #[serde(flatten)]
    identity: Identity,
    measured_s: f64,
    predicted_s: f64,
}

pub(super) fn run(arguments: &CalibrateArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let placement = place_one(EXECUTOR, arguments.placement, arguments.threads)?;
    let records =
        RUNS.iter().map(|run| measured(&configuration(arguments, &placement, run)?)).collect::<Result<Vec<_>>>()?;
    let machine = Machine::detect();
    let isa = records[0].isa.clone();
    let threads = records[0].identity.threads;
    let cpu = machine.cpu.as_deref().unwrap_or("unknown processor");
    let scalar_ns = hardware::scalar_ns(threads)?;
    let mut speeds = fit(format!("{cpu}, {isa}, {}", display::threads(threads)), &records, scalar_ns)?;
    speeds.shared_reads = shared_reads(arguments, &placement, &records, &speeds)?;
    let run = |record: &Record| Run {
        identity: record.identity.clone(),
        measured_s: record.infer_s.median,
        predicted_s: speeds.seconds(&record.counts, threads),
    };
    let runs = records.iter().map(run).collect();
    let hardware = hardware::measure()?;
    let text = toml::to_string(&Calibration { speeds, hardware, machine, isa, threads, runs })?;
    match &arguments.out {
        None => write!(output, "{text}")?,
        Some(path) => fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?,
    }
    Ok(())
}

/// What the clips of a batch share, on average over some runs.
fn shared_reads(
    arguments: &CalibrateArguments,
    placement: &Placement,
    records: &[Record],
    speeds: &Speeds,
) -> Result<f64> {
    let (which, [batch, streams]) = TOGETHER;
    let throughput = Throughput::new(batch, streams)?;
    let mut shares = Vec::new();
    for index in which {
        let mut configuration = configuration(arguments, placement, &RUNS[index])?;
        let samples = (3 * arguments.samples).next_multiple_of(throughput.clips());
        configuration.protocol = Protocol { batch, streams, samples, warm_up: 1, ..configuration.protocol };
        let together_s = measured(&configuration)?.infer_s.median;
        let plan = configuration.plan(Network::open(&configuration.network)?.shape())?;
        let (alone_s, threads) = (records[index].infer_s.median, configuration.working_threads());
        shares.push(Together { plan: &plan, throughput, threads, alone_s, together_s }.shared_reads(speeds)?);
    }
    Ok(shares.iter().sum::<f64>() / shares.len() as f64)
}

/// One of the inferences.
fn configuration(
    arguments: &CalibrateArguments,
    placement: &Placement,
    run: &(&str, Method, &str, KeySwitching),
) -> Result<Configuration> {
    let (network, method, strategies, key_switching) = *run;
    Ok(Configuration {
        network: network.to_owned(),
        method,
        strategy: strategies.parse()?,
        key_switching,
        speeds: None,
        threads: placement.workers(),
        clips: ClipSource::Synthetic,
        labels: None,
        protocol: Protocol {
            batch: 1,
            streams: 1,
            first_row: 0,
            samples: arguments.samples,
            warm_up: 2,
            repeats: 1,
            prepared: false,
            executor: EXECUTOR,
            pin: placement.pin(),
            without: Vec::new(),
            isa: None,
            tolerance: crate::verification::TOLERANCE,
        },
        examination: Examination::Times,
    })
}

/// Measures an inference in a process of its own.
fn measured(configuration: &Configuration) -> Result<Record> {
    match child::run(&Program::This.path()?, configuration)? {
        Entry::Measured(record) => Ok(*record),
        Entry::Examined(examined) => bail!("{} was examined, not times", examined.finding.name()),
        Entry::Unmeasured(Unmeasured { identity, reason: Reason::Failed(reason) | Reason::Skipped(reason) }) => {
            bail!("{}: {reason}", display::identity(&identity))
        }
    }
}
