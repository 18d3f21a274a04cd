//! Arguments that several commands share.

use std::path::{Path, PathBuf};

use clap::Args;
use hear_engine::{
    network::{
        cost::Speeds,
        key_switching::KeySwitching,
        method::{Method, StrategyChoice, Switches, UnknownName},
        plan::{Plan, PlanError, PlanRequest, Security},
        store::{EvaluationFile, Scheme},
        throughput::Throughput,
    },
    params::{Parameters, ParametersLiteral},
    rlwe::Randomness,
};
use hear_model::network::{Network, Shape};
use hear_scheduler::{
    Executor, ExecutorError, ExecutorKind, Pin, Placement, PlacementOptions, Topology, placement::parse_threads,
};

use crate::{failure::Failure, output};

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Threads to work on [default: one a physical core that the system allows]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    threads: Option<usize>,

    /// Bind threads to CPUs: compact (cores side by side), spread (as far apart
    /// as they go) or none [default: compact if each has a CPU of its own]
    #[arg(long, value_name = "HOW")]
    pin: Option<Pin>,

    /// Without --threads, work on every logical CPU instead of every core
    #[arg(long)]
    smt: bool,

    /// How work reaches the threads: stealing (a task starts as soon as what it
    /// waits for has ended), fork-join (threads meet after every depth of the
    /// task graph) or serial (one thread, in program order)
    #[arg(long, value_name = "NAME", default_value_t)]
    executor: ExecutorKind,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Show no progress, not even on a terminal
    #[arg(long)]
    pub(crate) quiet: bool,

    /// Accept parameters below 128 bits of security: protects NOTHING
    #[arg(long)]
    pub(crate) insecure_parameters: bool,
}

impl Common {
    /// The workers and where they work.
    pub(crate) fn place(&self) -> Result<Placement, Failure> {
        self.place_with(PlacementOptions { threads: self.threads, pin: self.pin, smt: self.smt })
    }

    /// How many workers a plan is made for. They need not be there: it may run on another machine.
    pub(crate) fn planned_threads(&self) -> Result<usize, Failure> {
        let options = PlacementOptions { threads: self.threads, pin: Some(Pin::None), smt: self.smt };
        Ok(self.place_with(options)?.workers())
    }

    fn place_with(&self, options: PlacementOptions) -> Result<Placement, Failure> {
        self.executor.place(&Topology::detect(), &options).map_err(|error| match error {
            ExecutorError::CallingThread { .. } => Failure::Usage(error.to_string()),
            _ => error.into(),
        })
    }

    /// Starts the workers.
    pub(crate) fn start(&self, placement: &Placement) -> Result<Box<dyn Executor>, Failure> {
        Ok(self.executor.start(placement)?)
    }
}

/// What a plan is made from, besides network and method.
#[derive(Debug, Args)]
#[command(next_help_heading = "Plan options")]
pub(crate) struct Choices {
    /// full, baby or giant: the order of rotations, for all three convolutions
    /// or for each; auto: what is predicted to be fastest on --machine; own:
    /// the authors' order, or the specification of lean-hear [default: auto for
    /// lean-hear, own for the others]
    #[arg(long, value_name = "auto|own|S[,S,S]")]
    pub(crate) strategy: Option<StrategyChoice>,

    /// The machine that will run the plan: a file of `hear-bench calibrate`
    /// [default: a machine with AVX-512]
    #[arg(long, value_name = "FILE")]
    pub(crate) machine: Option<PathBuf>,

    /// Optimisations to switch off: hoisting, lazy-rescaling,
    /// level-aware-encoding, interlaced-input, recursive-fold, scalar-weights
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = switch)]
    pub(crate) without: Vec<String>,

    /// How keys of hear, fast-hear and ngraph-he2 are switched: paper (one special
    /// prime, one digit a limb) or hybrid (dropped primes as special ones,
    /// few digits, a key a level)
    #[arg(long, value_name = "NAME", default_value_t)]
    pub(crate) key_switching: KeySwitching,

    /// Parameters from a TOML file [default: those of the method]
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Option<PathBuf>,
}

/// How many clips a run handles.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Clips {
    /// Clips that a run handles at a time: they share each pass over weights
    /// and keys
    #[arg(long, value_name = "B", default_value_t = 1)]
    pub(crate) batch: usize,

    /// Batches that a run handles at a time, independently: for more threads
    /// than a batch has work for
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) streams: usize,
}

impl Clips {
    /// The clips of a run.
    pub(crate) fn throughput(self) -> Result<Throughput, Failure> {
        Throughput::new(self.batch, self.streams).map_err(|error| Failure::Usage(error.to_string()))
    }
}

/// A size with its unit.
pub(crate) fn memory(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("GB", 1_000_000_000), ("MB", 1_000_000)];
    let parsed = UNITS.iter().find_map(|(unit, bytes)| {
        let count: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
        count.checked_mul(*bytes)
    });
    parsed.ok_or_else(|| "expected a whole number of GB, MB, GiB or MiB, such as 8GB".to_owned())
}

/// The name of an optimisation.
fn switch(name: &str) -> Result<String, UnknownName> {
    Switches::default().disable(name).map(|()| name.to_owned())
}

impl Choices {
    /// The plan for a network's shape and a method, to be run on so many threads.
    pub(crate) fn plan(
        &self,
        shape: Shape,
        method: Method,
        security: Security,
        threads: usize,
    ) -> Result<Plan, Failure> {
        let mut switches = Switches::default();
        for name in &self.without {
            switches.disable(name)?;
        }
        let key_switching = self.key_switching;
        let request = PlanRequest { switches, key_switching, ..PlanRequest::new(shape, method) };
        let parameters = match &self.parameters {
            None => ParametersLiteral::by_name(method.parameters())
                .and_then(ParametersLiteral::check)
                .map_err(PlanError::from)?,
            Some(path) => read_parameters(path, security)?,
        };
        let request = request.with_strategy(self.strategy(method), &parameters, &self.speeds()?, threads)?;
        Ok(Plan::with_parameters(&request, &parameters)?)
    }

    /// What was chosen, or else what the method gets.
    pub(crate) fn strategy(&self, method: Method) -> StrategyChoice {
        self.strategy.unwrap_or(StrategyChoice::of(method))
    }

    /// The speeds of the machine that will run the plan.
    pub(crate) fn speeds(&self) -> Result<Speeds, Failure> {
        let Some(path) = &self.machine else { return Ok(Speeds::default()) };
        Speeds::from_toml(&read_toml(path, "machine")?).map_err(|error| refuse(path, &error))
    }
}

/// Files about parameters and machines are a few lines.
const MAX_TOML_BYTES: u64 = 1 << 20;

/// Says which file is refused.
fn refuse(path: &Path, reason: &dyn std::fmt::Display) -> Failure {
    Failure::Outside(format!("{}: {reason}", path.display()))
}

fn read_toml(path: &Path, what: &str) -> Result<String, Failure> {
    let read = || {
        let bytes = std::fs::metadata(path)?.len();
        if bytes > MAX_TOML_BYTES {
            return Err(std::io::Error::other(format!("{bytes} bytes; at most {MAX_TOML_BYTES} are read")));
        }
        std::fs::read_to_string(path)
    };
    read().map_err(|error| refuse(path, &format_args!("cannot read the {what}: {error}")))
}

fn read_parameters(path: &Path, security: Security) -> Result<Parameters, Failure> {
    let refuse = |reason: &dyn std::fmt::Display| refuse(path, reason);
    let literal = ParametersLiteral::from_toml(&read_toml(path, "parameters")?).map_err(|error| refuse(&error))?;
    let parameters = match security {
        Security::Required => Parameters::new(literal),
        Security::Waived => Parameters::new_insecure(literal),
    };
    parameters.map_err(|error| refuse(&error))
}

/// The network with that name or at that path.
pub(crate) fn open_network(name_or_path: &str) -> Result<Network, Failure> {
    Network::open(name_or_path).map_err(|error| Failure::from_network(&error))
}

/// The scheme among the keys' that a network runs under.
pub(crate) fn scheme_for(network: &Network, keys: &EvaluationFile) -> Result<Scheme, Failure> {
    let shape = network.shape();
    keys.schemes().of_shape(shape).ok_or_else(|| {
        let plans = output::listed(keys.schemes().plans.iter().map(|plan| format!("a {}", plan.shape)));
        let keys = keys.path().display();
        Failure::Outside(format!(
            "the network is a {shape}, but {keys} was made for {plans}: needed are keys for a {shape}"
        ))
    })
}

/// A seed for tests.
#[derive(Clone)]
pub(crate) struct Seed([u8; 32]);

/// Shows nothing.
impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// What is no seed.
#[derive(Debug, thiserror::Error)]
#[error("needed is a number below 2^64 or 64 hexadecimal digits")]
pub(crate) struct SeedError;

impl std::str::FromStr for Seed {
    type Err = SeedError;

    fn from_str(text: &str) -> Result<Self, SeedError> {
        let mut seed = [0; 32];
        if let Ok(number) = text.parse::<u64>() {
            seed[..8].copy_from_slice(&number.to_le_bytes());
            return Ok(Self(seed));
        }
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(SeedError);
        }
        for (byte, pair) in seed.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| SeedError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| SeedError)?;
        }
        Ok(Self(seed))
    }
}

/// Randomness of the system; or, with a warning, from a seed.
pub(crate) fn randomness(seed: Option<Seed>) -> Randomness {
    match seed {
        None => Randomness::from_os(),
        Some(Seed(seed)) => {
            output::say("WARNING: --seed is for tests: whoever knows it can decrypt everything made now");
            Randomness::from_seed_insecure(seed)
        }
    }
}

/// Warns of a file that was made from a seed.
pub(crate) fn warn_if_insecure(path: &Path, insecure: bool) {
    if insecure {
        output::say(&format!("WARNING: {} was made from a --seed, for tests: it protects nothing", path.display()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_numbers_or_64_hexadecimal_digits() {
        let seed = |text: &str| text.parse::<Seed>().map(|seed| seed.0).ok();
        assert_eq!(seed("258").unwrap()[..3], [2, 1, 0]);
        assert_eq!(seed(&"0f".repeat(32)), Some([15; 32]));
        for text in ["", "x", "-1", "18446744073709551616", "0f", &"0g".repeat(32), &"é".repeat(32)] {
            assert_eq!(seed(text), None, "{text}");
        }
    }
}
