//! What each subcommand does.

mod calibrate;
mod kernels;
mod machine;
mod output;
mod precision;
mod run;
mod simulate;
mod trace;

use std::io::{Write, stdin};

use hear_scheduler::Topology;

use crate::{arguments::Command, child, failure::Failure};

/// Runs a subcommand; what people or programs are to read goes to `output`.
///
/// # Errors
/// As the subcommand says, in one sentence.
pub fn run(command: Command, output: &mut dyn Write) -> Result<(), Failure> {
    match command {
        Command::Run(arguments) => run::run(&arguments, output),
        Command::Precision(arguments) => precision::run(&arguments, output),
        Command::Kernels(arguments) => kernels::run(&arguments, output),
        Command::Calibrate(arguments) => calibrate::run(&arguments, output),
        Command::Machine => machine::run(output),
        Command::Trace(arguments) => trace::run(&arguments, output),
        Command::Simulate(arguments) => simulate::run(&arguments, output),
        Command::Measure => Ok(child::serve(&mut stdin().lock(), output)?),
    }
}

/// Threads of a measurement that asks for no number: as many as this process may use.
fn usable_threads() -> usize {
    Topology::detect().usable_threads()
}
