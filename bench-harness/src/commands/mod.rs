//! What each subcommand does.

mod kernels;
mod machine;
mod output;
mod precision;
mod run;

use std::io::{Write, stdin};

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
        Command::Machine => machine::run(output),
        Command::Measure => Ok(child::serve(&mut stdin().lock(), output)?),
    }
}
