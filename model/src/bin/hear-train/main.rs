//! `hear-train`: skeletons, synthetic data, training and evaluation of the networks, all in the clear.
//! `hear-train --help` says what it does.

#[cfg(feature = "train")]
mod card;
mod eval;
mod export;
mod failure;
mod fit;
#[cfg_attr(not(feature = "train"), expect(dead_code, reason = "only training takes long"))]
mod interrupt;
mod output;
mod preprocess;
#[cfg(feature = "train")]
mod progress;
mod synth;
mod training;
mod transfer;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use interrupt::Interrupt;

/// Prepares skeleton clips and trains the networks that `hear` evaluates under encryption.
#[derive(Debug, Parser)]
#[command(name = "hear-train", version, max_term_width = 80, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  hear-train preprocess --in raw_joints.csv --out clips.csv
  hear-train synth      --out data
  hear-train fit        --network 2d-64 --data data --out 2d-64.safetensors
  hear-train eval       --network 2d-64.safetensors --data data
  hear-train export     --network 2d-64.safetensors --out parameters_conv2d_64

Exit codes: 0; 1 for bad files and values; 2 for arguments that do not parse or
name nothing known; 130 when interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    Preprocess(preprocess::Preprocess),
    Synth(synth::Synth),
    Fit(fit::Fit),
    Eval(eval::Eval),
    Export(export::Export),
    Transfer(transfer::Transfer),
}

impl Command {
    fn run(self) -> Result<(), Failure> {
        match self {
            Self::Preprocess(preprocess) => preprocess.run(),
            Self::Synth(synth) => synth.run(),
            // The others are done within seconds and end at once, as the system has it.
            Self::Fit(fit) => fit.run(&Interrupt::watch()?),
            Self::Eval(eval) => eval.run(),
            Self::Export(export) => export.run(),
            Self::Transfer(transfer) => transfer.run(&Interrupt::watch()?),
        }
    }
}

fn main() -> ExitCode {
    match Cli::try_parse().map_err(Failure::from_clap).and_then(|cli| cli.command.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_consistent_and_every_help_has_examples_and_fits_80_columns() {
        let mut command = Cli::command();
        command.build();
        command.clone().debug_assert();
        let names: Vec<_> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        assert_eq!(names, ["preprocess", "synth", "fit", "eval", "export", "transfer", "help"]);
        for name in names.iter().filter(|&name| name != "help") {
            let help = command.find_subcommand_mut(name).unwrap().render_long_help().to_string();
            assert!(help.contains(&format!("Examples:\n  hear-train {name}")), "{help}");
            let longest = help.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(longest.chars().count() <= 80, "hear-train {name} --help: {longest}");
        }
    }
}
