//! `hear plan`: what would run, and what that costs.

mod ways;

use std::{path::PathBuf, str::FromStr, sync::Arc};

use clap::{Args, ValueEnum};
use hear_engine::{
    network::{
        cost::{Counts, Preparation, Speeds},
        job::Job,
        memory::MemoryPrediction,
        method::{Method, UnknownName},
        plan::{Plan, Security, Stage},
        store::{OutputDirectory, write_plan},
        throughput::RunPrediction,
    },
    params::{Parameters, max_log_qp},
    ring::Context,
};
use serde_json::{Value, json};

use ways::{Way, Ways};

use crate::{
    arguments::{Choices, Clips, Common, memory, open_network},
    failure::Failure,
    output::{bytes, counted, hexadecimal, seconds, thousands},
    session::{Interrupt, Session},
};

/// Show what would run: levels, rotations, products, bytes, predicted seconds
///
/// A plan follows from the network's shape and the choices below; weights and keys have no part in it. Stored with --out it
/// can be compared and given to `hear keygen --plan`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ShowPlan {
    /// 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights or a
    /// .safetensors file; only its shape matters here
    #[arg(long, value_name = "NETWORK")]
    network: String,

    /// hear, fast-hear, lean-hear, lola, ngraph-he2 or lean-ngraph; auto: the one
    /// that is predicted to classify --samples clips first
    #[arg(long)]
    method: MethodChoice,

    /// How many clips are to be classified [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with_all = ["throughput", "batch", "streams"])]
    samples: Option<u64>,

    /// Store the plan as JSON
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Choose batch and streams: auto takes what is predicted to classify the
    /// most clips a second
    #[arg(long, value_name = "auto", conflicts_with_all = ["batch", "streams"])]
    throughput: Option<ThroughputChoice>,

    /// The memory that a run may take, with keys and weights: 8GB, 500MB. The
    /// fastest way that stays within it is taken [default: any]
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    memory_limit: Option<u64>,

    #[command(flatten)]
    clips: Clips,

    #[command(flatten)]
    choices: Choices,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  hear plan --network 2d-128 --method fast-hear
  hear plan --network 2d-64 --method hear --strategy full,giant,giant --json
  hear plan --network 2d-64 --method fast-hear --without hoisting --out p.json
  hear plan --network 2d-128 --method lean-hear --strategy auto \\
            --machine server.toml --out p.json
  hear plan --network 2d-64 --samples 5000 --memory-limit 16GB --method auto \
            --out p.json
  hear plan --network 2d-128 --method lean-hear --throughput auto \
            --memory-limit 8GB --threads 16";

/// A method, or the wish that it be chosen.
#[derive(Clone, Copy, Debug)]
enum MethodChoice {
    Auto,
    Is(Method),
}

impl FromStr for MethodChoice {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        if name == "auto" { Ok(Self::Auto) } else { name.parse().map(Self::Is) }
    }
}

/// How batch and streams are chosen.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ThroughputChoice {
    /// By prediction.
    Auto,
}

impl ShowPlan {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::idle(&self.common, interrupt)?;
        let threads = self.common.planned_threads()?;
        let speeds = self.choices.speeds()?;
        let shape = open_network(&self.network)?.shape();
        let planned = |method| self.choices.plan(shape, method, session.security, threads);
        let context =
            |plan: &Plan| Ok::<_, Failure>(Context::new(&plan.checked_parameters(session.security)?, session.isa));
        let job = Job {
            samples: self.samples.unwrap_or(1),
            memory_limit_bytes: self.memory_limit.unwrap_or(u64::MAX),
            threads,
            speeds: &speeds,
        };
        let way = |method| {
            let predict = || {
                let plan = planned(method)?;
                let prediction = job.predict(&context(&plan)?, &plan, session.security)?;
                Ok((plan, prediction))
            };
            Way { method, outcome: predict() }
        };
        let (plan, run, ways) = match (self.method, self.samples) {
            (MethodChoice::Auto, _) => {
                let ways = Ways::new(job.samples, Method::ALL.map(way).into());
                let (plan, prediction) = ways.best()?;
                (plan, prediction.run, Some(ways))
            }
            (MethodChoice::Is(method), Some(_)) => {
                let ways = Ways::new(job.samples, vec![way(method)]);
                let (plan, prediction) = ways.best()?;
                (plan, prediction.run, Some(ways))
            }
            (MethodChoice::Is(method), None) => {
                let plan = planned(method)?;
                let run = self.run_of(&plan, &context(&plan)?, &session, threads, &speeds)?;
                (plan, run, None)
            }
        };
        if let Some(path) = &self.out {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let _directory = parent.map(OutputDirectory::create).transpose()?;
            write_plan(path, &plan, run.shape)?;
        }
        let summary = Summary::new(plan, run, ways, speeds.clone(), session.security, threads)?;
        session.print(|| summary.table(), || summary.json())
    }

    /// A run where no number of clips is given.
    fn run_of(
        &self,
        plan: &Plan,
        context: &Arc<Context>,
        session: &Session<'_>,
        threads: usize,
        speeds: &Speeds,
    ) -> Result<RunPrediction, Failure> {
        Ok(match self.throughput {
            Some(ThroughputChoice::Auto) => RunPrediction::fastest(context, plan, speeds, threads, self.memory_limit)?,
            None => {
                let throughput = self.clips.throughput()?;
                let limit = self.memory_limit.unwrap_or(u64::MAX);
                let (shape, _) = MemoryPrediction::fitting(plan, throughput, session.security, threads, limit)?;
                RunPrediction::new(context, plan, shape, speeds, threads)?
            }
        })
    }
}

/// A plan and everything that is counted from it.
struct Summary {
    plan: Plan,
    parameters: Parameters,
    stages: Vec<Counts>,
    total: Counts,
    preparation: Preparation,
    speeds: Speeds,
    threads: usize,
    run: RunPrediction,
    /// Where a number of clips is given.
    ways: Option<Ways>,
}

impl Summary {
    fn new(
        plan: Plan,
        run: RunPrediction,
        ways: Option<Ways>,
        speeds: Speeds,
        security: Security,
        threads: usize,
    ) -> Result<Self, Failure> {
        let parameters = plan.checked_parameters(security)?;
        Ok(Self {
            stages: plan.stages.iter().map(|stage| plan.stage_counts(stage)).collect(),
            total: plan.counts(),
            preparation: plan.preparation(),
            speeds,
            parameters,
            plan,
            threads,
            run,
            ways,
        })
    }

    fn predicted_s(&self) -> f64 {
        self.speeds.seconds(&self.total, self.threads)
    }

    fn bound_bits(&self) -> f64 {
        max_log_qp(self.parameters.log_n()).unwrap_or(0.0)
    }

    fn table(&self) -> String {
        let Self { plan, parameters, total, preparation, run, .. } = self;
        let mut text = self.ways.as_ref().map_or_else(String::new, Ways::table);
        text += &format!(
            "{}, method {}, key switching {}",
            plan.shape,
            plan.method,
            plan.method.key_switching_name(plan.key_switching),
        );
        let disabled = plan.switches.disabled();
        if !disabled.is_empty() {
            text += &format!(", without {}", disabled.join(", "));
        }
        text += &format!("\nchosen: {}", plan.chosen().replace("; ", "\n        "));
        text += &format!("\nplan {}\n", hexadecimal(&plan.hash()));
        text += &format!(
            "parameters {}: N = 2^{}, {} data and {} special primes,\n           log2 QP = {:.1} of at most {} bits\n\n",
            parameters.name(),
            parameters.log_n(),
            parameters.q().len(),
            parameters.p().len(),
            parameters.log_qp(),
            self.bound_bits(),
        );
        text += &format!(
            "{:<10}{:>12}{:>10}{:>10}{:>10}{:>14}{:>12}\n",
            "stage", "ciphertexts", "limbs", "switches", "products", "NTTs", "bytes read"
        );
        for (stage, counts) in plan.stages.iter().zip(&self.stages) {
            let ciphertexts = format!("{} -> {}", stage.inputs, stage.outputs);
            let limbs = format!("{} -> {}", stage.limbs_in, stage.limbs_out);
            text += &Self::row(&stage.name, &ciphertexts, &limbs, counts);
        }
        text += &Self::row("total", "", "", total);
        text += &format!(
            "\n{} of {} key switches share a decomposition (hoisting); {} rescales\n",
            thousands(total.hoisted_rotation),
            thousands(total.key_switch),
            thousands(total.rescale),
        );
        text += &format!("{:>8} switching keys: {}\n", thousands(preparation.keys), bytes(preparation.key_bytes));
        text += &format!(
            "{:>8} plaintexts:     {}, {} NTTs to encode\n",
            thousands(preparation.plaintexts),
            bytes(preparation.plaintext_bytes),
            thousands(preparation.encoding_ntt),
        );
        text += &format!(
            "\nruns of {}{} ({} of {}) on {}\n",
            if plan.input.clips() > 1 { "up to " } else { "" },
            counted(run.clips(), "clip"),
            counted(run.shape.throughput.streams(), "stream"),
            run.shape.throughput.batch(),
            counted(self.threads, "thread"),
        );
        text += &format!(
            "memory:    {}, of that {} values and {} scratch\n",
            bytes(run.memory.total_bytes),
            bytes(run.memory.arena_bytes),
            bytes(run.memory.scratch_bytes),
        );
        text += &format!(
            "predicted: {} a run, {}, at the speeds of\n           {}:\n\
             \x20          {:.1} us an NTT, {:.2} us a product, {:.2} us one with a number,\n\
             \x20          {:.2} us one with a key, {:.2} us one of a base conversion\n",
            seconds(run.seconds),
            rate(run.clips_per_s()),
            self.speeds.name,
            self.speeds.ntt_ns * 1e-3,
            self.speeds.product_ns * 1e-3,
            self.speeds.scalar_ns * 1e-3,
            self.speeds.key_product_ns * 1e-3,
            self.speeds.conversion_ns * 1e-3,
        );
        text
    }

    fn row(name: &str, ciphertexts: &str, limbs: &str, counts: &Counts) -> String {
        format!(
            "{name:<10}{ciphertexts:>12}{limbs:>10}{:>10}{:>10}{:>14}{:>12}\n",
            thousands(counts.key_switch),
            thousands(counts.plain_product),
            thousands(counts.ntt),
            bytes(counts.bytes_read),
        )
    }

    fn json(&self) -> Value {
        let Self { plan, parameters, total, preparation, run, speeds, threads, .. } = self;
        let stage = |(stage, counts): (&Stage, &Counts)| {
            json!({
                "name": stage.name,
                "inputs": stage.inputs,
                "outputs": stage.outputs,
                "limbs_in": stage.limbs_in,
                "limbs_out": stage.limbs_out,
                "counts": counts,
            })
        };
        json!({
            "network": plan.shape.to_string(),
            "method": plan.method.name(),
            "strategy": plan.chosen(),
            "key_switching": plan.method.key_switching_name(plan.key_switching),
            "without": plan.switches.disabled(),
            "plan_hash": hexadecimal(&plan.hash()),
            "packing_hash": hexadecimal(&plan.packing_hash()),
            "params": {
                "name": parameters.name(),
                "log_n": parameters.log_n(),
                "q": parameters.q(),
                "p": parameters.p(),
                "log_qp": parameters.log_qp(),
                "log_qp_bound": self.bound_bits(),
            },
            "stages": plan.stages.iter().zip(&self.stages).map(stage).collect::<Vec<_>>(),
            "counts": total,
            "preparation": preparation,
            "memory": run.memory,
            "threads": threads,
            "speeds": speeds,
            "predicted_s": self.predicted_s(),
            "job": self.ways.as_ref().map(Ways::json),
            "run": {
                "clips": run.clips(),
                "tiling": (plan.input.clips() > 1).then_some(run.shape.tiling),
                "batch": run.shape.throughput.batch(),
                "streams": run.shape.throughput.streams(),
                "predicted_s": run.seconds,
                "throughput_per_s": run.clips_per_s(),
                "memory_bytes": run.memory.total_bytes,
            },
        })
    }
}

/// Clips a second, or an hour where a second is too short for one.
fn rate(clips_per_s: f64) -> String {
    if clips_per_s < 1.0 {
        format!("{:.1} clips an hour", 3600.0 * clips_per_s)
    } else {
        format!("{clips_per_s:.1} clips a second")
    }
}
