//! `hear-bench simulate`.

use std::io::Write;

use anyhow::{Context, Result, anyhow};
use hear_engine::network::method::Method;
use hear_scheduler::simulate::{Machine, Policy, Prediction, efficient_threads};
use serde::Serialize;

use super::{
    output::{Destination, write_entries},
    trace::{configuration, placements},
};
use crate::{
    arguments::{SimulateArguments, ThreadList},
    display,
    examination::simulation::{Simulator, policy_of, recordings, settings},
    failure::Failure,
    machine_file,
    observation::{self, Observation, Pick, Recording, Runs, observe},
    record::Identity,
};

/// The networks of `--validate`.
const NETWORKS: [&str; 4] = ["1d-64", "1d-128", "2d-64", "2d-128"];
/// Its methods.
const METHODS: [Method; 2] = [Method::LeanHear, Method::FastHear];
/// Runs on one thread that take longer than their tasks by this were interrupted by other programs.
const INTERRUPTED: f64 = 1.05;
/// A latency this much above the least is still among the fastest.
const NEARLY_LEAST: f64 = 1.05;

/// What `--json` writes of a network and method.
#[derive(Serialize)]
struct Record {
    #[serde(flatten)]
    identity: Identity,
    isa: String,
    measured_on: String,
    machine: String,
    machine_isa: String,
    policy: Policy,
    predictions: Vec<Prediction>,
    least_efficiency: f64,
    /// The most threads that are that efficient.
    efficient_threads: Option<usize>,
    /// With `--validate`.
    validation: Vec<Validation>,
}

/// A prediction from one thread beside the runs that it is of, whole inferences.
#[derive(Serialize)]
struct Validation {
    threads: usize,
    one_s: f64,
    /// What the medians of the tasks add up to on one thread: well below `one_s` where other programs got in between.
    one_predicted_s: f64,
    predicted_s: f64,
    measured_s: f64,
    /// Predicted over measured, less 1.
    error: f64,
    /// The same of the fastest run on one thread and the fastest one on several.
    fastest: Fastest,
}

#[derive(Serialize)]
struct Fastest {
    one_s: f64,
    predicted_s: f64,
    measured_s: f64,
    error: f64,
}

/// What is asked for.
struct Setting {
    simulator: Simulator,
    threads: Vec<usize>,
    efficiency: f64,
}

pub(super) fn run(arguments: &SimulateArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let setting = setting(arguments)?;
    let destination = arguments.json.as_deref().map(Destination::new);
    let mut records: Vec<Record> = Vec::new();
    if let Some(Destination::File(path)) = destination {
        write_entries(path, &records)?;
    }
    let mut finish = |record: Record, output: &mut dyn Write| -> Result<()> {
        if destination != Some(Destination::StandardOutput) {
            describe(&record, &setting.simulator.machine, output)?;
            output.flush()?;
        }
        records.push(record);
        match destination {
            Some(Destination::File(path)) => write_entries(path, &records),
            _ => Ok(()),
        }
    };
    if let Some(path) = &arguments.trace {
        let recording = Recording::read(path)?;
        let cpu = recording.cpu.clone();
        let record = setting.predict(&[recording])?;
        note_other_processor(cpu.as_deref(), &setting.simulator.measured_on);
        finish(record, output)?;
    } else {
        for (network, method) in subjects(arguments) {
            let settings = setting.observed(arguments)?;
            let placements: Vec<_> = settings.iter().map(|setting| setting.placement.clone()).collect();
            let configuration = configuration(&network, method, &arguments.runs, &placements)?;
            let observation = observe(&configuration, &settings)?;
            let recordings = recordings(&observation)?;
            let mut record = setting.predict(&recordings)?;
            let cpu = recordings.first().and_then(|recording| recording.cpu.as_deref());
            note_other_processor(cpu, &setting.simulator.measured_on);
            if arguments.validate {
                record.validation = setting.validate(&observation)?;
            }
            finish(record, output)?;
        }
    }
    if destination == Some(Destination::StandardOutput) {
        writeln!(output, "{}", serde_json::to_string_pretty(&records)?)?;
    }
    match objection(&records, arguments.accept) {
        None => Ok(()),
        Some(sentence) => Err(Failure::Outside(anyhow!(sentence))),
    }
}

fn setting(arguments: &SimulateArguments) -> Result<Setting, Failure> {
    let read = |path: &std::path::PathBuf| machine_file::read(path);
    let measured_on = match &arguments.measured_on {
        Some(path) => read(path)?,
        None => machine_file::reference(),
    };
    let machine = match &arguments.machine {
        Some(path) => read(path)?,
        None => measured_on.clone(),
    };
    let threads = match &arguments.threads {
        Some(ThreadList(threads)) => threads.clone(),
        None if arguments.validate => vec![2],
        None => (1..=machine.cores()).collect(),
    };
    let executor = policy_of(arguments.runs.executor);
    let policy = arguments.policy.unwrap_or(if arguments.validate { executor } else { Policy::Stealing });
    let machine_isa = arguments.machine_isa.clone();
    let simulator = Simulator { measured_on, machine, machine_isa, policy };
    Ok(Setting { simulator, threads, efficiency: arguments.efficiency })
}

/// Networks and methods, those of `--validate` where nothing is named.
fn subjects(arguments: &SimulateArguments) -> Vec<(String, Method)> {
    let networks = match arguments.network.as_slice() {
        [] => NETWORKS.map(str::to_owned).to_vec(),
        named => named.to_vec(),
    };
    let methods = match arguments.method.as_slice() {
        [] if arguments.validate => METHODS.to_vec(),
        [] => vec![Method::LeanHear],
        named => named.to_vec(),
    };
    let of_network = |network: &String| methods.iter().map(|&method| (network.clone(), method)).collect::<Vec<_>>();
    networks.iter().flat_map(of_network).collect()
}

/// Says on standard error, beside a prediction, that times of one processor were taken for those of another.
fn note_other_processor(cpu: Option<&str>, measured_on: &Machine) {
    if let Some(cpu) = cpu
        && !measured_on.name.contains(cpu)
    {
        eprintln!(
            "hear-bench: one thread was measured on {cpu}, its tasks were taken apart by the numbers of {}; \
             --measured-on names another machine",
            measured_on.name
        );
    }
}

impl Setting {
    /// What is measured: one thread, with tasks cut for each number of threads that is simulated; to validate, also these.
    fn observed(&self, arguments: &SimulateArguments) -> Result<Vec<observation::Setting>, Failure> {
        let one = &placements(&arguments.runs, Some(&[1]))?[0];
        let mut settings = settings(one, &self.threads);
        if arguments.validate {
            let several: Vec<_> = self.threads.iter().copied().filter(|&threads| threads > 1).collect();
            settings.extend(placements(&arguments.runs, Some(&several))?.into_iter().map(observation::Setting::from));
        }
        Ok(settings)
    }

    fn predict(&self, recordings: &[Recording]) -> Result<Record> {
        let predictions = self.simulator.predict(recordings, &self.threads)?;
        let recording = recordings.first().context("nothing was recorded")?;
        Ok(Record {
            identity: recording.identity.clone(),
            isa: recording.isa.clone(),
            measured_on: self.simulator.measured_on.name.clone(),
            machine: self.simulator.machine.name.clone(),
            machine_isa: self.simulator.machine_isa(recording).to_owned(),
            policy: self.simulator.policy,
            efficient_threads: efficient_threads(&predictions, self.efficiency),
            least_efficiency: self.efficiency,
            predictions,
            validation: Vec::new(),
        })
    }

    fn validate(&self, observation: &Observation) -> Result<Vec<Validation>> {
        let median = |runs: &Runs| runs.infer_s().map(|infer| infer.median);
        let least = |runs: &Runs| runs.infer_s().map(|infer| infer.min);
        let several = observation.runs.iter().filter(|runs| runs.threads > 1);
        let validation = several.map(|runs| {
            let one = observation.on_one(runs.threads)?;
            let (all, best) = (observation.recording(one, Pick::All)?, observation.recording(one, Pick::Fastest)?);
            let (all, best) = (self.simulator.scenario(&all)?, self.simulator.scenario(&best)?);
            let predicted_s = 1e-9 * all.predict(runs.threads).latency_ns;
            let measured_s = median(runs)?;
            let fastest_predicted_s = 1e-9 * best.predict(runs.threads).latency_ns;
            let fastest_measured_s = least(runs)?;
            Ok(Validation {
                threads: runs.threads,
                one_s: median(one)?,
                one_predicted_s: 1e-9 * all.predict(1).latency_ns,
                predicted_s,
                measured_s,
                error: predicted_s / measured_s - 1.0,
                fastest: Fastest {
                    one_s: least(one)?,
                    predicted_s: fastest_predicted_s,
                    measured_s: fastest_measured_s,
                    error: fastest_predicted_s / fastest_measured_s - 1.0,
                },
            })
        });
        validation.collect()
    }
}

fn describe(record: &Record, machine: &Machine, output: &mut dyn Write) -> Result<()> {
    let Identity { network, method, strategy, .. } = &record.identity;
    writeln!(output, "{network} {method} {strategy}, {} on {}", record.machine_isa, record.machine)?;
    writeln!(
        output,
        "  {:>7}{:>11}{:>10}{:>12}  {:<14}{:>10}{:>11}{:>10}{:>12}",
        "threads", "latency", "speed-up", "efficiency", "bound", "runs/s", "streams/s", "memory", "of streams"
    )?;
    for prediction in &record.predictions {
        let Prediction { threads, latency_ns, speed_up, efficiency, bound, .. } = prediction;
        writeln!(
            output,
            "  {threads:>7}{:>11}{speed_up:>10.2}{:>12}  {bound:<14}{:>10.1}{:>11.1}{:>10}{:>12}",
            display::seconds(latency_ns * 1e-9),
            format!("{:.0}%", 100.0 * efficiency),
            prediction.throughput_per_s,
            prediction.streams_per_s,
            display::bytes(prediction.memory_bytes),
            display::bytes(prediction.streams_memory_bytes)
        )?;
    }
    let least = 100.0 * record.least_efficiency;
    match record.efficient_threads {
        Some(threads) => write!(output, "  efficient up to {} (at least {least:.0}%)", display::threads(threads))?,
        None => write!(output, "  no number of threads is {least:.0}% efficient")?,
    }
    if let Some((threads, latency_ns)) = nearly_fastest(&record.predictions) {
        let latency = display::seconds(latency_ns * 1e-9);
        write!(output, "; {} suffice for {latency}, within 5% of the least", display::threads(threads))?;
    }
    writeln!(output)?;
    let most = record.predictions.iter().filter(|prediction| prediction.memory_bytes > machine.memory.bytes);
    if let Some(prediction) = most.min_by_key(|prediction| prediction.threads) {
        let [need, has] = [prediction.memory_bytes, machine.memory.bytes].map(display::bytes);
        writeln!(
            output,
            "  on {} it needs {need} of memory, the machine has {has}",
            display::threads(prediction.threads)
        )?;
    }
    for Validation { threads, one_s, one_predicted_s, predicted_s, measured_s, error, fastest } in &record.validation {
        let line = |output: &mut dyn Write, name: &str, one: f64, predicted: f64, measured: f64, error: f64| {
            let [one, predicted, measured] = [one, predicted, measured].map(display::seconds);
            writeln!(
                output,
                "  {name}: 1 thread {one}, {} predicted {predicted}, measured {measured}: {:+.1}%",
                display::threads(*threads),
                100.0 * error
            )
        };
        line(output, "medians", *one_s, *predicted_s, *measured_s, *error)?;
        if *one_s > INTERRUPTED * one_predicted_s {
            let tasks = display::seconds(*one_predicted_s);
            writeln!(output, "  other programs interrupted the runs: the tasks' medians are {tasks} on 1 thread")?;
        }
        line(output, "fastest", fastest.one_s, fastest.predicted_s, fastest.measured_s, fastest.error)?;
    }
    writeln!(output)?;
    Ok(())
}

/// The fewest threads whose latency is nearly the least, and that latency.
fn nearly_fastest(predictions: &[Prediction]) -> Option<(usize, f64)> {
    let least = predictions.iter().map(|prediction| prediction.latency_ns).min_by(f64::total_cmp)?;
    let good = predictions.iter().filter(|prediction| prediction.latency_ns <= NEARLY_LEAST * least);
    good.map(|prediction| (prediction.threads, prediction.latency_ns)).min_by_key(|&(threads, _)| threads)
}

/// One sentence on the prediction that is off by most, if by more than is accepted.
fn objection(records: &[Record], accept: f64) -> Option<String> {
    let all = records.iter().flat_map(|record| record.validation.iter().map(move |validation| (record, validation)));
    let worst = all.max_by(|a, b| a.1.error.abs().total_cmp(&b.1.error.abs()))?;
    let (Record { identity: Identity { network, method, .. }, .. }, Validation { threads, error, .. }) = worst;
    // What is no number is no small error.
    let exceeds = error.is_nan() || error.abs() > accept;
    exceeds.then(|| {
        format!(
            "{network} {method} on {}: the prediction is off by {:+.1}%, at most {:.1}% are accepted",
            display::threads(*threads),
            100.0 * error,
            100.0 * accept
        )
    })
}
