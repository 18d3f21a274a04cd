//! `hear-bench trace`.

use std::io::Write;

use anyhow::Result;
use hear_engine::network::{
    lower::cut_for,
    method::{Method, StrategyChoice},
};
use hear_model::input::ClipSource;
use hear_scheduler::{
    ExecutorKind, Pin, Placement,
    trace::{Profile, Scaling},
};
use serde::Serialize;

use super::{
    output::{Destination, Layout, write_value},
    place, place_one,
    run::{check, open_network},
};
use crate::{
    arguments::{RunsArguments, ThreadList, TraceArguments},
    configuration::{Configuration, Protocol},
    counters::Counts,
    display,
    examination::Examination,
    failure::Failure,
    floors::BestSpeeds,
    observation::{Observation, Setting, observe},
    record::Identity,
    statistics::Summary,
    system::{Machine, commit},
    verification::TOLERANCE,
};

/// What `--json` writes.
#[derive(Serialize)]
struct Record {
    #[serde(flatten)]
    identity: Identity,
    isa: String,
    executor: ExecutorKind,
    samples: usize,
    /// Why something was not counted, if it was not.
    counters_objection: Option<String>,
    runs: Vec<RunRecord>,
    /// One a number of threads above 1, where 1 is among them.
    scaling: Vec<Scaling>,
    machine: Machine,
    commit: Option<String>,
}

#[derive(Serialize)]
struct RunRecord {
    threads: usize,
    /// For so many threads the tasks are cut.
    cut_for: usize,
    /// Whole inferences.
    infer_s: Summary,
    /// Medians.
    counts: Counts,
    /// Of the run whose wall time is the median.
    profile: Profile,
}

pub(super) fn run(arguments: &TraceArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let threads = arguments.threads.as_ref().map(|ThreadList(threads)| threads.as_slice());
    let placements = placements(&arguments.runs, threads)?;
    let configuration = configuration(&arguments.network, arguments.method, &arguments.runs, &placements)?;
    let cut = |setting: Setting| Setting { cut_for: arguments.tasks_for.map_or(setting.cut_for, cut_for), ..setting };
    let settings: Vec<_> = placements.into_iter().map(Setting::from).map(cut).collect();
    let observation = observe(&configuration, &settings)?;
    if let Some(path) = &arguments.out {
        write_value(path, &observation.file()?, Layout::Compact)?;
    }
    let record = record(&observation, &arguments.runs)?;
    let destination = arguments.json.as_deref().map(Destination::new);
    if destination != Some(Destination::StandardOutput) {
        describe(&record, output)?;
    }
    match destination {
        None => {}
        Some(Destination::StandardOutput) => writeln!(output, "{}", serde_json::to_string_pretty(&record)?)?,
        Some(Destination::File(path)) => write_value(path, &record, Layout::Pretty)?,
    }
    Ok(())
}

/// The workers for each number of threads; without a list, for one thread and as many as can run.
pub(super) fn placements(runs: &RunsArguments, threads: Option<&[usize]>) -> Result<Vec<Placement>, Failure> {
    if let Some(threads) = threads {
        return place(runs.executor, runs.placement, threads);
    }
    let most = place_one(runs.executor, runs.placement, None)?;
    if most.workers() == 1 {
        return Ok(vec![most]);
    }
    Ok(vec![place_one(runs.executor, runs.placement, Some(1))?, most])
}

/// What is run: clips of the shipped test set under a plan for the most of these threads.
pub(super) fn configuration(
    network: &str,
    method: Method,
    runs: &RunsArguments,
    placements: &[Placement],
) -> Result<Configuration, Failure> {
    let shape = open_network(network)?.shape();
    let widest = placements.iter().max_by_key(|placement| placement.workers());
    let configuration = Configuration {
        network: network.to_owned(),
        method,
        strategy: runs.strategy.unwrap_or(StrategyChoice::of(method)),
        key_switching: runs.key_switching,
        speeds: None,
        threads: widest.map_or(1, Placement::workers),
        clips: ClipSource::Synthetic,
        labels: None,
        protocol: Protocol {
            batch: 1,
            streams: 1,
            first_row: 0,
            samples: runs.samples,
            warm_up: runs.warm_up,
            repeats: 1,
            prepared: false,
            executor: runs.executor,
            pin: widest.map_or(Pin::None, Placement::pin),
            without: Vec::new(),
            isa: runs.isa.clone(),
            tolerance: TOLERANCE,
        },
        examination: Examination::Times,
    };
    check(&configuration, shape)?;
    Ok(configuration)
}

fn record(observation: &Observation, arguments: &RunsArguments) -> Result<Record> {
    let context = &observation.context;
    let runs = observation.runs.iter().map(|runs| {
        Ok(RunRecord {
            threads: runs.threads,
            infer_s: runs.infer_s()?,
            counts: Counts::medians(&runs.counts),
            cut_for: runs.cut_for,
            profile: runs.profile()?,
        })
    });
    let runs = runs.collect::<Result<_>>()?;
    let mut scaling = Vec::new();
    if let Some(one) = observation.on(1) {
        for several in observation.runs.iter().filter(|runs| runs.threads > 1) {
            let bytes_per_ns = BestSpeeds::measure(context, several.threads).bytes_per_ns * several.threads as f64;
            scaling.push(Scaling::new(&several.graph, &one.reports, &several.reports, Some(bytes_per_ns))?);
        }
    }
    Ok(Record {
        identity: observation.identity.clone(),
        isa: context.isa().name().to_owned(),
        executor: arguments.executor,
        samples: arguments.samples,
        counters_objection: observation.counters_objection.clone(),
        runs,
        scaling,
        machine: Machine::detect(),
        commit: commit(),
    })
}

fn describe(record: &Record, output: &mut dyn Write) -> Result<()> {
    let Record { identity, isa, executor, samples, .. } = record;
    let Identity { network, method, strategy, .. } = identity;
    writeln!(output, "{network} {method} {strategy}, {isa}, {executor}, median of {samples} runs")?;
    for RunRecord { threads, infer_s, counts, profile, .. } in &record.runs {
        let [median, least] = [infer_s.median, infer_s.min].map(display::seconds);
        writeln!(output, "\n{}: inference {median}, at least {least}", display::threads(*threads))?;
        write!(output, "{profile}")?;
        writeln!(output, "\n  counted: {}", counts.describe())?;
    }
    if let Some(objection) = &record.counters_objection {
        writeln!(output, "  {objection}")?;
    }
    for scaling in &record.scaling {
        write!(output, "\n{scaling}")?;
    }
    Ok(())
}
