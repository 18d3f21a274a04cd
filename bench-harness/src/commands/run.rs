//! `hear-bench run`.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use hear_engine::network::{cost::Speeds, method::StrategyChoice, throughput::Throughput};
use hear_model::{
    input::ClipSource,
    network::{Network, Shape},
    weights::WeightsError,
};
use hear_scheduler::{Pin, Placement};
use itertools::iproduct;

use super::{
    output::{Destination, write_entries},
    place,
};
use crate::{
    admission,
    arguments::{Bytes, RunArguments},
    configuration::{Configuration, InstructionsError, Protocol, dataset_inputs, dataset_labels},
    display,
    examination::Examination,
    failure::Failure,
    record::{Entry, Identity, Reason, Unmeasured},
    record_lines::RecordWriter,
    rounds::{Contender, Program, Session, in_turn, merged},
};

pub(super) fn run(arguments: &RunArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let (shapes, configurations) = checked_configurations(arguments)?;
    let objection = |configuration: &Configuration| {
        let limit = arguments.memory_limit.map(|Bytes(limit)| limit);
        admission::objection(configuration, shapes[&configuration.network], limit)
    };
    let destination = arguments.json.as_deref().map(Destination::new);
    if let Some(Destination::File(path)) = destination {
        write_entries(path, &[] as &[Entry])?;
    }
    let mut records = arguments.records.as_deref().map(RecordWriter::open).transpose()?;
    let session = Session::new(None);
    let contenders: Vec<_> =
        configurations.into_iter().map(|configuration| Contender { program: Program::This, configuration }).collect();
    let mut rounds: Vec<Vec<Entry>> = vec![Vec::new(); contenders.len()];
    for turn in in_turn(contenders.len(), arguments.rounds) {
        let (contender, of_contender) = (&contenders[turn.contender], &mut rounds[turn.contender]);
        // What was skipped or failed once would be again.
        if !matches!(of_contender.last(), Some(Entry::Unmeasured(_))) {
            let line = match objection(&contender.configuration)? {
                Some(reason) => {
                    let identity = Identity::from(&contender.configuration);
                    let entry = Entry::Unmeasured(Unmeasured { identity, reason: Reason::Skipped(reason) });
                    session.line(&contender.configuration, turn.round, entry)
                }
                None => session.measure(contender, turn.round)?,
            };
            if let Some(records) = &mut records {
                records.append(&line)?;
            }
            of_contender.push(line.full_entry());
        }
        if destination != Some(Destination::StandardOutput)
            && turn.round + 1 == arguments.rounds
            && let Some(entry) = merged(of_contender)
        {
            write!(output, "{}", display::entry(&entry, arguments.stages))?;
            output.flush()?;
        }
        if let Some(Destination::File(path)) = destination {
            // After every measurement: an interruption loses one, not all.
            write_entries(path, &entries(&rounds))?;
        }
    }
    let entries = entries(&rounds);
    if destination == Some(Destination::StandardOutput) {
        writeln!(output, "{}", serde_json::to_string_pretty(&entries)?)?;
    }
    match failures(&entries) {
        None => Ok(()),
        Some(sentence) => Err(Failure::Outside(anyhow!(sentence))),
    }
}

/// An entry for each configuration of which there are rounds.
fn entries(rounds: &[Vec<Entry>]) -> Vec<Entry> {
    rounds.iter().filter_map(|of_one| merged(of_one)).collect()
}

/// What the arguments list, and the shapes of its networks. Everything that measuring will need is looked at now, not after
/// an hour of measuring something else.
pub(super) fn checked_configurations(
    arguments: &RunArguments,
) -> Result<(BTreeMap<String, Shape>, Vec<Configuration>), Failure> {
    let shapes = shapes(&arguments.network)?;
    let configurations = configurations(arguments, &shapes)?;
    configurations.iter().try_for_each(|configuration| check(configuration, shapes[&configuration.network]))?;
    Ok((shapes, configurations))
}

/// Looks at everything that a measurement will need.
pub(super) fn check(configuration: &Configuration, shape: Shape) -> Result<(), Failure> {
    match configuration.isa() {
        Err(error @ InstructionsError::Environment(_)) => return Err(Failure::usage(error)),
        other => other?,
    };
    configuration.plan(shape)?;
    configuration.read_clips()?;
    configuration.read_labels()?;
    Ok(())
}

/// The shapes of the networks.
fn shapes(networks: &[String]) -> Result<BTreeMap<String, Shape>, Failure> {
    networks.iter().map(|name| Ok((name.clone(), open_network(name)?.shape()))).collect()
}

/// The network with that name or at that path.
pub(super) fn open_network(name: &str) -> Result<Network, Failure> {
    Network::open(name).map_err(|error| match error {
        WeightsError::UnknownNetwork(_) => Failure::usage(error),
        _ => error.into(),
    })
}

/// Every combination of what the arguments list.
fn configurations(arguments: &RunArguments, shapes: &BTreeMap<String, Shape>) -> Result<Vec<Configuration>, Failure> {
    let placements = place(arguments.ways.executor, arguments.ways.placement, &arguments.ways.threads)?;
    let throughput = Throughput::new(arguments.ways.batch, arguments.ways.streams).map_err(Failure::usage)?;
    let samples = arguments.rows.map_or(arguments.samples, |rows| rows.count());
    if !samples.is_multiple_of(throughput.clips()) {
        let (batch, streams) = (throughput.batch(), throughput.streams());
        return Err(Failure::usage(anyhow!(
            "{samples} clips are no whole runs of {streams} x {batch}: --samples must be a multiple of {}",
            throughput.clips()
        )));
    }
    let protocol = Protocol {
        batch: throughput.batch(),
        streams: throughput.streams(),
        first_row: arguments.rows.map_or(0, |rows| rows.start()),
        samples,
        warm_up: arguments.ways.warm_up,
        repeats: arguments.repeats,
        prepared: arguments.ways.prepared,
        executor: arguments.ways.executor,
        pin: Pin::None,
        without: arguments.ways.without.clone(),
        isa: arguments.ways.isa.clone(),
        tolerance: arguments.tolerance,
    };
    // Where nothing is chosen, each method gets what it gets everywhere.
    let strategies: Vec<_> = match arguments.ways.strategy.as_slice() {
        [] => vec![None],
        chosen => chosen.iter().copied().map(Some).collect(),
    };
    let combinations =
        iproduct!(&arguments.network, &arguments.method, &strategies, &arguments.ways.key_switching, &placements);
    let speeds = arguments.machine.as_deref().map(read_speeds).transpose()?;
    let configuration =
        |(network, &method, strategy, &key_switching, placement): (&String, _, &Option<_>, _, &Placement)| {
            let strategy = strategy.unwrap_or(StrategyChoice::of(method));
            let (clips, labels) = inputs(arguments, shapes[network]);
            let (network, speeds, threads) = (network.clone(), speeds.clone(), placement.workers());
            let protocol = Protocol { pin: placement.pin(), ..protocol.clone() };
            let examination = Examination::Times;
            Configuration {
                network,
                method,
                strategy,
                key_switching,
                speeds,
                threads,
                clips,
                labels,
                protocol,
                examination,
            }
        };
    Ok(combinations.map(configuration).collect())
}

/// The speeds in a machine's file.
pub(super) fn read_speeds(path: &Path) -> Result<Speeds> {
    let read = || Ok::<_, anyhow::Error>(Speeds::from_toml(&fs::read_to_string(path)?)?);
    read().with_context(|| format!("cannot use the machine {}", path.display()))
}

/// Where clips and labels of a network come from.
fn inputs(arguments: &RunArguments, shape: Shape) -> (ClipSource, Option<PathBuf>) {
    let clips = clip_source(arguments.dataset.as_deref(), arguments.input.as_ref(), shape);
    (clips, arguments.dataset.as_deref().map(dataset_labels).or_else(|| arguments.labels.clone()))
}

/// Where the clips of a network come from: a data set, a file or the shipped test set.
pub(super) fn clip_source(dataset: Option<&Path>, input: Option<&ClipSource>, shape: Shape) -> ClipSource {
    match (dataset, input) {
        (Some(dataset), _) => ClipSource::File(dataset_inputs(dataset, shape)),
        (None, Some(input)) => input.clone(),
        (None, None) => ClipSource::Synthetic,
    }
}

/// One sentence on what failed, if anything did.
fn failures(entries: &[Entry]) -> Option<String> {
    let reasons: Vec<_> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Unmeasured(Unmeasured { identity, reason: Reason::Failed(reason) }) => {
                Some(format!("{}: {reason}", display::identity(identity)))
            }
            _ => None,
        })
        .collect();
    match reasons.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first, ..] => {
            Some(format!("{} of {} configurations failed, the first one {first}", reasons.len(), entries.len()))
        }
    }
}
