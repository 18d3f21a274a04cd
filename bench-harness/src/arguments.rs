//! The command line.

mod compare;
mod observe;
mod reproduce;

use std::{path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, Parser, Subcommand};
use hear_engine::network::{
    key_switching::KeySwitching,
    method::{Method, StrategyChoice, Switches, UnknownName},
};
use hear_model::input::{ClipSource, RowRange};
use hear_scheduler::{ExecutorKind, Pin, placement::parse_threads};

use crate::verification::TOLERANCE;

pub use compare::{CompareArguments, CsvArguments, ProgramsArguments};
pub use observe::{RunsArguments, SimulateArguments, ThreadList, ThreadListError, TraceArguments};
pub use reproduce::ReproduceArguments;

/// The laboratory: runs networks on encrypted data, verifies, times and records.
#[derive(Debug, Parser)]
#[command(name = "hear-bench", version, arg_required_else_help = true, max_term_width = 100, after_help = EXAMPLES)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure networks, methods, strategies and numbers of threads against each other
    Run(Box<RunArguments>),
    /// Measure and draw the paper's figures and tables, and ours
    Reproduce(Box<ReproduceArguments>),
    /// Measure the noise after every stage, and hold it to its model
    Precision(PrecisionArguments),
    /// Time single kernels on one thread, on every instruction set of this CPU, beside other libraries
    Kernels(KernelsArguments),
    /// Measure the speeds of this machine, by which plans are chosen for it, as TOML
    Calibrate(CalibrateArguments),
    /// Print what this machine has and how fast it is, as TOML that simulate reads
    Machine,
    /// Show sockets, NUMA nodes, caches, cores and CPUs as a tree, and where threads would work
    Topology(TopologyArguments),
    /// Show where the time of a run goes: workers, stages, critical path, longest tasks
    Trace(Box<TraceArguments>),
    /// Predict what a run would take on other numbers of threads and on other machines
    Simulate(Box<SimulateArguments>),
    /// Say what got faster or slower between two files of records, or two builds
    Compare(Box<CompareArguments>),
    /// Write records as comma-separated values
    Csv(CsvArguments),
    /// Measure one configuration given as JSON on standard input
    #[command(name = crate::child::SUBCOMMAND, hide = true)]
    Measure,
}

const EXAMPLES: &str = "\
Examples:
  hear-bench run --network 2d-64 --method lean-hear,fast-hear --threads 1,2 --samples 20
  hear-bench run --network 2d-64 --stages --json results.json
  hear-bench compare monday.jsonl tuesday.jsonl
  hear-bench reproduce --profile quick
  hear-bench precision --network 2d-64
  hear-bench kernels
  hear-bench calibrate --out mine.toml
  hear-bench machine > mine.toml
  hear-bench topology
  hear-bench trace --network 2d-128 --threads 1,2 --out trace.json
  hear-bench simulate --network 2d-128 --threads 1..64 --machine configs/machines/xeon-8268.toml";

/// Where threads work.
#[derive(Clone, Copy, Debug, Args)]
pub struct PlacementArguments {
    /// Bind threads to CPUs: compact (cores side by side), spread (as far apart as they go), none [default: compact where
    /// each thread has a CPU of its own]
    #[arg(long, value_name = "HOW")]
    pub pin: Option<Pin>,
    /// Without --threads, work on every logical CPU instead of every physical core
    #[arg(long)]
    pub smt: bool,
}

/// The ways in which networks are run: what `run` and `compare --programs` have in common.
#[derive(Clone, Debug, Args)]
pub struct WaysArguments {
    /// Strategy of all convolutions, or of each (full, baby, giant), auto, or the method's own; repeat the option to
    /// compare [default: auto for lean-hear, own for the others]
    #[arg(long, value_name = "auto|own|S|S,S,S")]
    pub strategy: Vec<StrategyChoice>,
    /// How the keys of hear and fast-hear are switched: paper (one special prime), hybrid (several, fewer digits)
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "paper")]
    pub key_switching: Vec<KeySwitching>,
    /// Numbers of threads [default: one a physical core that this process may use]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = parse_threads)]
    pub threads: Vec<usize>,
    /// Where threads work
    #[command(flatten)]
    pub placement: PlacementArguments,
    /// Clips that a run handles at a time: they share each pass over weights and keys
    #[arg(long, value_name = "B", default_value = "1", value_parser = positive)]
    pub batch: usize,
    /// Batches that a run handles at a time, independently
    #[arg(long, value_name = "S", default_value = "1", value_parser = positive)]
    pub streams: usize,
    /// Runs before the clock starts
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub warm_up: usize,
    /// Write the network as a prepared model, time reading it, and run what was read
    #[arg(long)]
    pub prepared: bool,
    /// Optimisations to switch off: hoisting, lazy-rescaling, level-aware-encoding, interlaced-input, recursive-fold,
    /// scalar-weights
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = switch)]
    pub without: Vec<String>,
    /// What runs the tasks: stealing, fork-join, serial
    #[arg(long, value_name = "NAME", default_value_t)]
    pub executor: ExecutorKind,
    /// Instruction set: scalar, avx2, avx512 [default: the widest that HEAR_ISA allows]
    #[arg(long, value_name = "NAME", value_parser = instruction_set)]
    pub isa: Option<String>,
}

const RUN_EXAMPLES: &str = "\
Every combination of network, method, strategy and threads is measured in a process of its own. A
configuration whose decrypted logits are wrong gets no times and ends the program with exit code 1.

Examples:
  hear-bench run --network 2d-64 --method lean-hear,fast-hear --threads 1,2 --samples 20
  hear-bench run --network 2d-64,2d-128 --strategy full --strategy baby,giant,giant --stages
  hear-bench run --network hear-dataset/parameters_conv2d_64 --dataset hear-dataset \\
                 --rows 0..608 --json all.json
  hear-bench run --network 1d-64 --without hoisting --memory-limit 4GB --json -
  hear-bench run --network 2d-64 --method hear,lean-hear --rounds 10 --records runs.jsonl";

/// `hear-bench run`.
#[derive(Debug, Args)]
#[command(max_term_width = 100, after_help = RUN_EXAMPLES)]
pub struct RunArguments {
    /// Networks: 1d-64, 1d-128, 2d-64, 2d-128, directories of published weights, .safetensors files
    #[arg(long, value_name = "NAME|PATH", value_delimiter = ',', required = true)]
    pub network: Vec<String>,
    /// Methods: hear, fast-hear, lean-hear, lola, ngraph-he2, lean-ngraph
    #[arg(long, value_name = "METHOD", value_delimiter = ',', default_value = "fast-hear")]
    pub method: Vec<Method>,
    /// How the networks are run
    #[command(flatten)]
    pub ways: WaysArguments,
    /// The machine by whose speeds auto chooses, a file of calibrate [default: a machine with AVX-512]
    #[arg(long, value_name = "FILE")]
    pub machine: Option<PathBuf>,
    /// Clips that are classified with the clock running, the first ones of the input
    #[arg(long, value_name = "N", default_value = "20", value_parser = positive)]
    pub samples: usize,
    /// Rows of the input instead of the first ones, zero-based, without B; also sets the samples
    #[arg(long, value_name = "A..B", conflicts_with = "samples")]
    pub rows: Option<RowRange>,
    /// How often keys are made and the network is encoded
    #[arg(long, value_name = "N", default_value = "3", value_parser = positive)]
    pub repeats: usize,
    /// Folder with the published inputs and labels (test_input*.csv, test_label.csv)
    #[arg(long, value_name = "DIR", conflicts_with_all = ["input", "labels"])]
    pub dataset: Option<PathBuf>,
    /// Clips, one a line of 960 or 1440 columns [default: synthetic, the shipped test set]
    #[arg(long, value_name = "CSV")]
    pub input: Option<ClipSource>,
    /// Labels of the clips, one a line, for accuracy and fall detection
    #[arg(long, value_name = "CSV", requires = "input")]
    pub labels: Option<PathBuf>,
    /// Skip what is predicted to need more memory [default: 90% of what is available]
    #[arg(long, value_name = "SIZE")]
    pub memory_limit: Option<Bytes>,
    /// The largest difference of a decrypted logit from the plain one that is accepted
    #[arg(long, value_name = "X", default_value_t = TOLERANCE, value_parser = tolerance)]
    pub tolerance: f64,
    /// Print where the time of an inference goes
    #[arg(long)]
    pub stages: bool,
    /// How often everything is measured, each time in a new process; configurations take turns
    #[arg(long, value_name = "R", default_value = "1", value_parser = positive)]
    pub rounds: usize,
    /// Append a line of JSON a round to FILE, as soon as it is measured
    #[arg(long, value_name = "FILE")]
    pub records: Option<PathBuf>,
    /// Write an array of one object a configuration to FILE, or to standard output instead of the text
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

const PRECISION_EXAMPLES: &str = "\
Clips are encrypted and classified; what every stage makes is decrypted and compared with plain
arithmetic. Noise is the standard deviation of the real and imaginary parts of all slots; bits are
its -log2. The model adds the noise of encryption, of rounded plaintexts, key switches and divisions
to the same arithmetic. Headroom is log2 of what the limbs hold over the largest slot. A stage that
exceeds its model by more than --tolerance-bits ends the program with exit code 1.

Examples:
  hear-bench precision --network 2d-64
  hear-bench precision --network 1d-64,2d-64 --method lean-hear,fast-hear --samples 4
  hear-bench precision --network hear-dataset/parameters_conv2d_64 --dataset hear-dataset \\
                       --rows 0..8
  hear-bench precision --network 1d-64 --tolerance-bits 0.2 --json -";

/// `hear-bench precision`.
#[derive(Debug, Args)]
#[command(max_term_width = 100, after_help = PRECISION_EXAMPLES)]
pub struct PrecisionArguments {
    /// Networks: 1d-64, 1d-128, 2d-64, 2d-128, directories of published weights, .safetensors files
    #[arg(long, value_name = "NAME|PATH", value_delimiter = ',', required = true)]
    pub network: Vec<String>,
    /// Methods: hear, fast-hear, lean-hear, lola, ngraph-he2, lean-ngraph
    #[arg(long, value_name = "METHOD", value_delimiter = ',', default_value = "lean-hear")]
    pub method: Vec<Method>,
    /// Strategy of all convolutions, or of each (full, baby, giant), auto, or the method's own [default: auto for
    /// lean-hear, own for the others]
    #[arg(long, value_name = "auto|own|S|S,S,S")]
    pub strategy: Option<StrategyChoice>,
    /// How the keys of hear and fast-hear are switched: paper, hybrid
    #[arg(long, value_name = "NAME", default_value_t)]
    pub key_switching: KeySwitching,
    /// Threads [default: one a physical core that this process may use]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// Where threads work
    #[command(flatten)]
    pub placement: PlacementArguments,
    /// Clips that are classified, the first ones of the input
    #[arg(long, value_name = "N", default_value = "4", value_parser = positive)]
    pub samples: usize,
    /// Rows of the input instead of the first ones, zero-based, without B; also sets the samples
    #[arg(long, value_name = "A..B", conflicts_with = "samples")]
    pub rows: Option<RowRange>,
    /// Folder with the published inputs (test_input*.csv)
    #[arg(long, value_name = "DIR", conflicts_with = "input")]
    pub dataset: Option<PathBuf>,
    /// Clips, one a line of 960 or 1440 columns [default: synthetic, the shipped test set]
    #[arg(long, value_name = "CSV")]
    pub input: Option<ClipSource>,
    /// By how many bits a stage's noise may exceed its model
    #[arg(long, value_name = "BITS", default_value = "0.5", value_parser = tolerance)]
    pub tolerance_bits: f64,
    /// Write an array of one object a network and method to FILE, or to standard output instead of the text
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

const KERNELS_EXAMPLES: &str = "\
Every kernel is held to its definition before it is timed. Built with the feature peers, public
crates do the same operations in the same rounds. scripts/peers.sh measures OpenFHE and SEAL and
then runs this program beside them: all of it in one table. Ratios are medians over the least one of
ours on the widest instruction set: above 1 is slower than ours.

Examples:
  hear-bench kernels
  hear-bench kernels --isa avx2 --rounds 101
  hear-bench kernels --json kernels.json
  cargo run --release -p hear-bench --features peers -- kernels
  scripts/peers.sh --out peers.json --json kernels.json
  hear-bench kernels --peers peers.json";

/// `hear-bench kernels`.
#[derive(Debug, Args)]
#[command(max_term_width = 100, after_help = KERNELS_EXAMPLES)]
pub struct KernelsArguments {
    /// Instruction set: scalar, avx2, avx512 [default: all that HEAR_ISA allows]
    #[arg(long, value_name = "NAME", value_parser = instruction_set)]
    pub isa: Option<String>,
    /// How often each kernel is timed; the median is printed
    #[arg(long, value_name = "N", default_value = "21", value_parser = positive)]
    pub rounds: usize,
    /// Times of libraries, as scripts/peers.sh writes them, to stand in the same table
    #[arg(long, value_name = "FILE")]
    pub peers: Option<PathBuf>,
    /// Write all times and ratios to FILE, or to standard output instead of the text
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

/// `hear-bench calibrate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Runs eight inferences of shipped networks, verified, and fits to the times of their stages what a transform, a\nproduct and a byte take within a run. About a minute; keep the machine idle.\n\nExamples:\n  hear-bench calibrate --out mine.toml\n  hear plan --network 2d-128 --method fast-hear --strategy auto --machine mine.toml\n  hear-bench run --network 2d-128 --method fast-hear --strategy auto --machine mine.toml"
)]
pub struct CalibrateArguments {
    /// File for the speeds [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Threads that work at one time [default: one a physical core that this process may use]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// Where threads work
    #[command(flatten)]
    pub placement: PlacementArguments,
    /// Clips of each inference
    #[arg(long, value_name = "N", default_value = "12", value_parser = positive)]
    pub samples: usize,
}

/// `hear-bench topology`.
#[derive(Clone, Copy, Debug, Args)]
#[command(
    after_help = "Built with the feature hwloc it asks hwloc how the machine is built, else the system itself.\n\nExamples:\n  hear-bench topology\n  hear-bench topology --threads 4 --pin spread\n  hear-bench topology --json"
)]
pub struct TopologyArguments {
    /// Threads [default: one a physical core that this process may use]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// Where they work
    #[command(flatten)]
    pub placement: PlacementArguments,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A number of bytes, written `16GB`, `1.5GiB`, `500 MB` or `4096`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

/// What is no number of bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a size such as 16GB, 1.5GiB or 500MB")]
pub struct BytesError;

impl FromStr for Bytes {
    type Err = BytesError;

    fn from_str(text: &str) -> Result<Self, BytesError> {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit: f64 = match unit.trim() {
            "" | "B" => 1.0,
            "kB" | "KB" => 1e3,
            "MB" => 1e6,
            "GB" => 1e9,
            "TB" => 1e12,
            "KiB" => f64::from(1 << 10),
            "MiB" => f64::from(1 << 20),
            "GiB" => f64::from(1 << 30),
            "TiB" => (1_u64 << 40) as f64,
            _ => return Err(BytesError),
        };
        let bytes = number.parse::<f64>().map_err(|_| BytesError)? * unit;
        // 2^53: exact integers, and far above any memory.
        if !(0.0..=9.0e15).contains(&bytes) {
            return Err(BytesError);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within [0, 9e15]")]
        Ok(Self(bytes as u64))
    }
}

/// How long something may take; `none` for as long as it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimit(pub Option<Duration>);

/// What is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as 90s, 45min or 2h 30min, or none")]
pub struct TimeLimitError;

impl FromStr for TimeLimit {
    type Err = TimeLimitError;

    fn from_str(text: &str) -> Result<Self, TimeLimitError> {
        match text {
            "none" => Ok(Self(None)),
            time => humantime::parse_duration(time).map(|limit| Self(Some(limit))).map_err(|_| TimeLimitError),
        }
    }
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("expected a whole number from 1".to_owned()),
    }
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if number > 0.0 && f64::is_finite(number) => Ok(number),
        _ => Err("expected a number above 0".to_owned()),
    }
}

fn switch(name: &str) -> Result<String, UnknownName> {
    Switches::default().disable(name).map(|()| name.to_owned())
}

fn instruction_set(name: &str) -> Result<String, String> {
    if ["scalar", "avx2", "avx512"].contains(&name) {
        Ok(name.to_owned())
    } else {
        Err("expected scalar, avx2 or avx512".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes_have_decimal_and_binary_units() {
        let bytes = |text: &str| text.parse::<Bytes>().map(|Bytes(bytes)| bytes);
        assert_eq!(bytes("16GB"), Ok(16_000_000_000));
        assert_eq!(bytes("1.5GiB"), Ok(3 << 29));
        assert_eq!(bytes("500 MB"), Ok(500_000_000));
        assert_eq!(bytes("4096"), Ok(4096));
        for wrong in ["", "GB", "-1GB", "1,5GB", "1e9", "16 gigabytes", "1.2.3GB", "99999999TB"] {
            assert_eq!(bytes(wrong), Err(BytesError), "{wrong}");
        }
    }

    #[test]
    fn times_have_units_and_none_is_no_limit() {
        let limit = |text: &str| text.parse::<TimeLimit>().map(|TimeLimit(limit)| limit);
        assert_eq!(limit("45min"), Ok(Some(Duration::from_secs(2700))));
        assert_eq!(limit("2h 30m"), Ok(Some(Duration::from_secs(9000))));
        assert_eq!(limit("none"), Ok(None));
        for wrong in ["", "45", "soon", "-1h"] {
            assert_eq!(limit(wrong), Err(TimeLimitError), "{wrong}");
        }
    }

    #[test]
    fn lists_are_split_at_commas_and_strategies_are_repeated() {
        let line = "hear-bench run --network 2d-64,1d-64 --method hear,fast-hear --strategy full --strategy baby,giant,full \
                    --threads 1,2";
        let Command::Run(run) = Arguments::parse_from(line.split_whitespace()).command else {
            panic!("another command")
        };
        assert_eq!(run.network, ["2d-64", "1d-64"]);
        assert_eq!(run.method, [Method::Hear, Method::FastHear]);
        assert_eq!(
            run.ways.strategy.iter().map(StrategyChoice::to_string).collect::<Vec<_>>(),
            ["full,full,full", "baby,giant,full"]
        );
        assert_eq!((run.ways.threads, run.samples, run.ways.warm_up), (vec![1, 2], 20, 1));
    }
}
