//! The arguments of what reads records: `compare` and `csv`.

use std::path::PathBuf;

use clap::Args;
use hear_engine::network::method::Method;

use super::{RunArguments, WaysArguments, positive, tolerance};
use crate::verification::TOLERANCE;

const COMPARE_EXAMPLES: &str = "\
A and B are files of hear-bench run: --records (lines, a round each) or --json. Rounds of one
session were measured in turn and are compared in pairs, each by its fastest run, with an interval
that holds the truth 199 times in 200 (inference) or 999 in 1000 (the rest). Less than 2% is not
reported, nor less than 30% of what was not measured in turn: machines change their speed by that.

With --programs A and B are executables of hear-bench, which are run in turn here.

Examples:
  hear-bench compare monday.jsonl tuesday.jsonl
  hear-bench compare --programs ./old ./new --network 2d-64 --rounds 20 --samples 10
  hear-bench compare --programs ./old ./new --network 1d-64,2d-64 --records runs \\
                     --fail-on-regression";

/// `hear-bench compare`.
#[derive(Debug, Args)]
#[command(max_term_width = 100, after_help = COMPARE_EXAMPLES)]
pub struct CompareArguments {
    /// What B is held against
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// What is judged
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// End with exit code 1 if anything takes more in B, or fails there
    #[arg(long)]
    pub fail_on_regression: bool,
    /// The smallest change that is reported, in percent [default: 2, or 30 of what was not measured in turn]
    #[arg(long, value_name = "PERCENT", value_parser = tolerance)]
    pub smallest: Option<f64>,
    /// Compare records of different machines
    #[arg(long)]
    pub across_machines: bool,
    /// Write the comparison as a JSON object to FILE, or to standard output instead of the text
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// A and B are executables of hear-bench: measure with them in turn
    #[arg(long, requires = "network")]
    pub programs: bool,
    /// What the programs measure
    #[command(flatten)]
    pub runs: ProgramsArguments,
}

/// What two programs measure in turn.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --programs")]
pub struct ProgramsArguments {
    /// Networks: 1d-64, 1d-128, 2d-64, 2d-128, directories of published weights, .safetensors files
    #[arg(long, value_name = "NAME|PATH", value_delimiter = ',', requires = "programs")]
    pub network: Vec<String>,
    /// Methods: hear, fast-hear, lean-hear, lola, ngraph-he2, lean-ngraph
    #[arg(long, value_name = "METHOD", value_delimiter = ',', default_value = "lean-hear")]
    pub method: Vec<Method>,
    /// How both run the networks
    #[command(flatten)]
    pub ways: WaysArguments,
    /// Pairs of processes at least; 16 find a tenth on a quiet machine
    #[arg(long, value_name = "R", default_value = "16", value_parser = positive)]
    pub rounds: usize,
    /// On a noisy machine go on, to three times as many at most, until a change of inference by so much would be found
    #[arg(long, value_name = "PERCENT", default_value = "10", value_parser = tolerance)]
    pub find: f64,
    /// Clips that each process classifies with the clock running
    #[arg(long, value_name = "N", default_value = "10", value_parser = positive)]
    pub samples: usize,
    /// How often each process makes keys and encodes the network
    #[arg(long, value_name = "N", default_value = "1", value_parser = positive)]
    pub repeats: usize,
    /// Keep the records of both programs in DIR, as a.jsonl and b.jsonl
    #[arg(long, value_name = "DIR", requires = "programs")]
    pub records: Option<PathBuf>,
}

impl ProgramsArguments {
    /// The same as arguments of `hear-bench run`.
    #[must_use]
    pub fn as_run(&self) -> RunArguments {
        RunArguments {
            network: self.network.clone(),
            method: self.method.clone(),
            ways: self.ways.clone(),
            machine: None,
            samples: self.samples,
            rows: None,
            repeats: self.repeats,
            dataset: None,
            input: None,
            labels: None,
            memory_limit: None,
            tolerance: TOLERANCE,
            stages: false,
            rounds: self.rounds,
            records: None,
            json: None,
        }
    }
}

/// `hear-bench csv`.
#[derive(Debug, Args)]
#[command(
    after_help = "A row a round: medians of times in seconds, sizes in bytes; what was not measured is empty.\n\nExamples:\n  hear-bench run --network 2d-64 --rounds 5 --records runs.jsonl\n  hear-bench csv runs.jsonl --out runs.csv"
)]
pub struct CsvArguments {
    /// A file of hear-bench run --records
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// File for the rows [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
