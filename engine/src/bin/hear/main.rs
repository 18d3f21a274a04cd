//! `hear`: encrypted action recognition from the command line. `hear --help` says what it does.

mod arguments;
mod decrypt;
mod demo;
mod encrypt;
mod failure;
mod infer;
mod keygen;
mod output;
mod plan;
mod prepare;
mod session;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use session::Interrupt;

/// Recognises actions in encrypted skeleton clips, and raises fall alarms.
///
/// Homes encrypt clips of 32 skeletons, a cloud classifies them with a convolutional network without decrypting them, and
/// a monitoring service reads the result. Three parties, three files: public.key, evaluation.key, secret.key.
#[derive(Debug, Parser)]
#[command(name = "hear", version, max_term_width = 80, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  hear demo
  hear plan    --network 2d-64 --method fast-hear
  hear keygen  --network 2d-64 --method fast-hear --out keys
  hear encrypt --key keys/public.key --input clips.csv --rows 0..40 --out in
  hear prepare --network 2d-64 --keys keys/evaluation.key --out 2d-64.model
  hear infer   --keys keys/evaluation.key --model 2d-64.model --in in --out out
  hear decrypt --key keys/secret.key --in out

Environment:
  HEAR_ISA  caps the instruction set: scalar, avx2 or avx512. Results are the
            same bytes on all of them.

Exit codes: 0; 1 for bad files and values; 2 for arguments that do not parse or
name nothing known; 130 when interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Plan(plan::ShowPlan),
    Keygen(keygen::Keygen),
    Encrypt(encrypt::Encrypt),
    Prepare(prepare::Prepare),
    Infer(infer::Infer),
    Decrypt(decrypt::Decrypt),
}

impl Command {
    fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        match self {
            Self::Demo(demo) => demo.run(interrupt),
            Self::Plan(plan) => plan.run(interrupt),
            Self::Keygen(keygen) => keygen.run(interrupt),
            Self::Encrypt(encrypt) => encrypt.run(interrupt),
            Self::Prepare(prepare) => prepare.run(interrupt),
            Self::Infer(infer) => infer.run(interrupt),
            Self::Decrypt(decrypt) => decrypt.run(interrupt),
        }
    }
}

fn main() -> ExitCode {
    let result = Cli::try_parse().map_err(Failure::from_clap).and_then(|cli| {
        let interrupt = Interrupt::watch()?;
        cli.command.run(&interrupt).map_err(|failure| failure.or_interrupted(&interrupt))
    });
    match result {
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
        assert_eq!(names, ["demo", "plan", "keygen", "encrypt", "prepare", "infer", "decrypt", "help"]);
        for name in names.iter().filter(|&name| name != "help") {
            let help = command.find_subcommand_mut(name).unwrap().render_long_help().to_string();
            assert!(help.contains(&format!("Examples:\n  hear {name}")), "{help}");
            let longest = help.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(longest.chars().count() <= 80, "hear {name} --help: {longest}");
        }
    }
}
