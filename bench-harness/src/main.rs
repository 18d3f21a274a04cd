//! The laboratory's command line: see `hear-bench --help`.
#![forbid(unsafe_code)]

use std::{io::Write, process::ExitCode};

use clap::Parser;
use hear_bench::{arguments::Arguments, commands};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    let mut output = std::io::stdout().lock();
    let result = commands::run(arguments.command, &mut output);
    match result.and_then(|()| Ok(output.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("hear-bench: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

/// Prints help where it was asked for, else one sentence on what is wrong with the arguments.
fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // Nothing is left to do if the terminal is gone.
        let _ = error.print();
    } else {
        let message = error.render().to_string();
        // The first paragraph; what follows are tips and the usage.
        let sentence: Vec<_> = message.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
        let sentence = sentence.join(" ");
        eprintln!("hear-bench: {}", sentence.strip_prefix("error: ").unwrap_or(&sentence));
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}
