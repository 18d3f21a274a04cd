//! The arguments of what looks into runs: `trace` and `simulate`.

use std::{collections::BTreeSet, path::PathBuf, str::FromStr};

use clap::{ArgAction, Args};
use hear_engine::network::{
    key_switching::KeySwitching,
    method::{Method, StrategyChoice},
};
use hear_scheduler::{
    ExecutorKind,
    placement::{MAX_THREADS, parse_threads},
    simulate::Policy,
};

use super::{PlacementArguments, instruction_set, positive, tolerance};

const TRACE_EXAMPLES: &str = "\
Inferences are verified, then run on each number of threads in turn. The median run of each is
summarised: its workers, stages, critical path and longest tasks. With 1 among several numbers of
threads, stages are compared: a stage's time is its busy thread-seconds, its inflation that time on T
threads over that on one. --out writes a file for https://ui.perfetto.dev or chrome://tracing, which
hear-bench simulate reads too.

Examples:
  hear-bench trace --network 2d-128
  hear-bench trace --network 2d-128 --method fast-hear --threads 1,2 --samples 20 --out trace.json
  hear-bench trace --network 2d-64 --threads 1,2 --executor fork-join --json -
  hear-bench trace --network 2d-64 --threads 1 --tasks-for 16 --out trace.json";

/// `hear-bench trace`.
#[derive(Debug, Args)]
#[command(max_term_width = 100, after_help = TRACE_EXAMPLES)]
pub struct TraceArguments {
    /// Network: 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights, a .safetensors file
    #[arg(long, value_name = "NAME|PATH")]
    pub network: String,
    /// Method: hear, fast-hear, lean-hear
    #[arg(long, value_name = "METHOD", default_value = "lean-hear")]
    pub method: Method,
    /// Numbers of threads: 1,2,4 or 1..8 [default: 1 and one a physical core]
    #[arg(long, value_name = "LIST")]
    pub threads: Option<ThreadList>,
    /// Cut tasks for N threads, not for those that run: what a simulation of N threads needs
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub tasks_for: Option<usize>,
    /// How inferences are made
    #[command(flatten)]
    pub runs: RunsArguments,
    /// Write the median runs to FILE, for a trace viewer and for simulations
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the summary as a JSON object to FILE, or to standard output instead of the text
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

const SIMULATE_EXAMPLES: &str = "\
Inferences are verified and traced on one thread here, or read from a file of hear-bench trace; then
their tasks are replayed on the described machine, on each number of threads. What limits each point
is named: work (more threads help), critical path, bandwidth, or placement (tasks too large or ready
too late). Nothing is fitted to runs on several threads. --validate runs those as well, in turn with
one thread, and says by how much the prediction is off: medians and, after them, the fastest runs.

Examples:
  hear-bench simulate --network 2d-128 --threads 1..64 --machine configs/machines/xeon-8268.toml
  hear-bench simulate --trace trace.json --threads 1,2,4,8,16 --machine mine.toml --json -
  hear-bench machine > mine.toml
  hear-bench simulate --validate --machine mine.toml --measured-on mine.toml --samples 20";

/// `hear-bench simulate`.
#[derive(Debug, Args)]
#[command(max_term_width = 100, after_help = SIMULATE_EXAMPLES)]
pub struct SimulateArguments {
    /// Networks, as for run [default with --validate: 1d-64,1d-128,2d-64,2d-128]
    #[arg(long, value_name = "NAME|PATH", value_delimiter = ',', required_unless_present_any = ["trace", "validate"])]
    pub network: Vec<String>,
    /// Methods: hear, fast-hear, lean-hear, lola, ngraph-he2, lean-ngraph [default: lean-hear; with --validate lean-hear,fast-hear]
    #[arg(long, value_name = "METHOD", value_delimiter = ',')]
    pub method: Vec<Method>,
    /// Replay a file of hear-bench trace instead of measuring
    #[arg(long, value_name = "FILE", conflicts_with_all = ["network", "method", "validate"])]
    pub trace: Option<PathBuf>,
    /// Numbers of threads: 1,2,4 or 1..64, both ends included [default: all cores of the machine one by one; with
    /// --validate 2]
    #[arg(long, value_name = "LIST")]
    pub threads: Option<ThreadList>,
    /// The machine to predict, a file of hear-bench machine [default: that of --measured-on]
    #[arg(long, value_name = "FILE")]
    pub machine: Option<PathBuf>,
    /// The machine on which one thread was measured [default: configs/machines/epyc-zen5-2-cores.toml]
    #[arg(long, value_name = "FILE")]
    pub measured_on: Option<PathBuf>,
    /// The instruction set that the machine uses, one of its kernels_ns [default: that of the measured runs]
    #[arg(long, value_name = "NAME")]
    pub machine_isa: Option<String>,
    /// How tasks reach workers: stealing, fork-join [default: stealing; with --validate that of --executor]
    #[arg(long, value_name = "NAME", value_parser = policy)]
    pub policy: Option<Policy>,
    /// The least efficiency (speed-up over threads) of a number of threads that counts as efficient
    #[arg(long, value_name = "X", default_value = "0.8", value_parser = tolerance)]
    pub efficiency: f64,
    /// Measure the other numbers of threads too, and compare
    #[arg(long)]
    pub validate: bool,
    /// With --validate: the largest error that ends the program with exit code 0, as a part of what was measured
    #[arg(long, value_name = "X", default_value = "0.1", value_parser = tolerance, requires = "validate")]
    pub accept: f64,
    /// How inferences are made
    #[command(flatten)]
    pub runs: RunsArguments,
    /// Write an array of one object a network and method to FILE, or to standard output instead of the text
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

/// How traced inferences are made.
#[derive(Debug, Args)]
pub struct RunsArguments {
    /// Strategy of all convolutions, or of each (full, baby, giant), auto, or the method's own [default: auto for
    /// lean-hear, own for the others]
    #[arg(long, value_name = "auto|own|S|S,S,S")]
    pub strategy: Option<StrategyChoice>,
    /// How the keys of hear and fast-hear are switched: paper, hybrid
    #[arg(long, value_name = "NAME", default_value_t)]
    pub key_switching: KeySwitching,
    /// What runs the tasks: stealing, fork-join, serial
    #[arg(long, value_name = "NAME", default_value_t)]
    pub executor: ExecutorKind,
    /// Where threads work
    #[command(flatten)]
    pub placement: PlacementArguments,
    /// Instruction set: scalar, avx2, avx512 [default: the widest that HEAR_ISA allows]
    #[arg(long, value_name = "NAME", value_parser = instruction_set)]
    pub isa: Option<String>,
    /// Inferences on each number of threads
    #[arg(long, value_name = "N", default_value = "10", value_parser = positive)]
    pub samples: usize,
    /// Inferences on each number of threads before those
    #[arg(long, value_name = "N", default_value_t = 2, action = ArgAction::Set)]
    pub warm_up: usize,
}

/// Numbers of threads, ascending, each once: `1,2,4`, `1..64` (both ends included), or a mixture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadList(pub Vec<usize>);

/// What is no list of numbers of threads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected whole numbers from 1 to {MAX_THREADS}, such as 1,2,4 or 1..64")]
pub struct ThreadListError;

impl FromStr for ThreadList {
    type Err = ThreadListError;

    fn from_str(text: &str) -> Result<Self, ThreadListError> {
        let number = |text: &str| parse_threads(text.trim()).map_err(|_| ThreadListError);
        let mut threads = BTreeSet::new();
        for part in text.split(',') {
            let (first, last) = part.split_once("..").unwrap_or((part, part));
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return Err(ThreadListError);
            }
            threads.extend(first..=last);
        }
        Ok(Self(threads.into_iter().collect()))
    }
}

fn policy(name: &str) -> Result<Policy, String> {
    match name {
        "stealing" => Ok(Policy::Stealing),
        "fork-join" => Ok(Policy::ForkJoin),
        _ => Err("expected stealing or fork-join".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_threads_have_ranges() {
        let threads = |text: &str| text.parse::<ThreadList>().map(|ThreadList(threads)| threads);
        assert_eq!(threads("1,2,4"), Ok(vec![1, 2, 4]));
        assert_eq!(threads("4..6,1,5"), Ok(vec![1, 4, 5, 6]));
        assert_eq!(threads("7"), Ok(vec![7]));
        for wrong in ["", "0", "3..1", "1,,2", "1..", "a", "-1", "1..=4", "1..99999999"] {
            assert_eq!(threads(wrong), Err(ThreadListError), "{wrong}");
        }
    }
}
