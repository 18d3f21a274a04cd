//! What each subcommand does.

mod calibrate;
mod compare;
mod csv;
mod kernels;
mod machine;
mod output;
mod precision;
mod reproduce;
mod run;
mod simulate;
mod topology;
mod trace;

use std::io::{Write, stdin};

use hear_scheduler::{ExecutorError, ExecutorKind, Placement, PlacementOptions, Topology};

use crate::{
    arguments::{Command, PlacementArguments},
    child,
    failure::Failure,
};

/// Runs a subcommand; what people or programs are to read goes to `output`.
///
/// # Errors
/// As the subcommand says, in one sentence.
pub fn run(command: Command, output: &mut dyn Write) -> Result<(), Failure> {
    match command {
        Command::Run(arguments) => run::run(&arguments, output),
        Command::Reproduce(arguments) => reproduce::run(&arguments, output),
        Command::Precision(arguments) => precision::run(&arguments, output),
        Command::Kernels(arguments) => kernels::run(&arguments, output),
        Command::Calibrate(arguments) => calibrate::run(&arguments, output),
        Command::Machine => machine::run(output),
        Command::Topology(arguments) => topology::run(&arguments, output),
        Command::Trace(arguments) => trace::run(&arguments, output),
        Command::Simulate(arguments) => simulate::run(&arguments, output),
        Command::Compare(arguments) => compare::run(&arguments, output),
        Command::Csv(arguments) => csv::run(&arguments, output),
        Command::Measure => Ok(child::serve(&mut stdin().lock(), output)?),
    }
}

/// Places the workers for each number of threads, or for the default one if there is none. What is beyond the machine is
/// warned of, once.
fn place(executor: ExecutorKind, arguments: PlacementArguments, threads: &[usize]) -> Result<Vec<Placement>, Failure> {
    let PlacementArguments { pin, smt } = arguments;
    let topology = Topology::detect();
    let place = |threads| {
        executor.place(&topology, &PlacementOptions { threads, pin, smt }).map_err(|error| match error {
            ExecutorError::CallingThread { .. } => Failure::usage(error),
            _ => error.into(),
        })
    };
    let placements = if threads.is_empty() {
        vec![place(None)?]
    } else {
        threads.iter().map(|&threads| place(Some(threads))).collect::<Result<_, _>>()?
    };
    let most = placements.iter().filter_map(Placement::oversubscribed).max_by_key(|warning| warning.threads);
    if let Some(warning) = most {
        eprintln!("hear-bench: WARNING: {warning}");
    }
    Ok(placements)
}

/// The one placement where no list of threads is given.
fn place_one(
    executor: ExecutorKind,
    arguments: PlacementArguments,
    threads: Option<usize>,
) -> Result<Placement, Failure> {
    Ok(place(executor, arguments, threads.as_slice())?.remove(0))
}
