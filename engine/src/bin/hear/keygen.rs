//! `hear keygen`: the three key files.

use std::{fs, path::PathBuf, sync::Arc, time::Instant};

use clap::Args;
use hear_engine::network::{
    method::Method,
    plan::Plan,
    plan_set::PlanSet,
    store::{Existing, Schemes, generate_key_files, read_plan},
};
use serde_json::json;

use crate::{
    arguments::{Choices, Common, Seed, open_network, randomness},
    failure::Failure,
    output,
    session::{Interrupt, Session},
};

/// Make the keys: secret.key, public.key, evaluation.key
///
/// secret.key stays with the monitoring service (mode 0600; nothing but `decrypt` reads it), public.key goes to the homes,
/// evaluation.key to the cloud. All three carry the plan. The hashes in the files detect accidents; that a file comes from
/// whom it should is for the transport to ensure.
///
/// Of several networks the plans must have the same parameters and read the same packing of a clip, as lean-hear's for 2D
/// networks do, or those for 1D. A clip is then encrypted once for all of them, and evaluation.key holds what their plans
/// need, each switching key once. Networks of one shape share a plan.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Keygen {
    /// A plan that `hear plan --out` stored; repeated for several
    #[arg(long, value_name = "FILE", conflicts_with_all = ["network", "method", "strategy", "without", "key_switching", "parameters", "machine"])]
    plan: Vec<PathBuf>,

    /// 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights or a
    /// .safetensors file, or several; only their shapes matter here
    #[arg(long, value_name = "NETWORK,...", value_delimiter = ',', required_unless_present = "plan")]
    network: Vec<String>,

    /// hear, fast-hear, lean-hear, lola, ngraph-he2 or lean-ngraph
    #[arg(long, required_unless_present = "plan")]
    method: Option<Method>,

    /// Directory for the keys
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Replace keys that are there
    #[arg(long)]
    force: bool,

    /// For tests only: keys from a number or 64 hexadecimal digits
    #[arg(long)]
    seed: Option<Seed>,

    #[command(flatten)]
    choices: Choices,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  hear keygen --network 2d-64 --method fast-hear --out keys
  hear keygen --network 2d-64,2d-128 --method lean-hear --out keys
  hear keygen --plan plan.json --out keys --force";

impl Keygen {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::new(&self.common, interrupt)?;
        let plans = PlanSet::new(self.plans(&session)?)?;
        let schemes = Schemes::new(plans, session.security, session.isa)?;
        let randomness = randomness(self.seed);
        let existing = if self.force { Existing::Replace } else { Existing::Refuse };

        let started = Instant::now();
        let progress = session.progress("making keys");
        let report = |done, total| progress.set(done, total);
        let files = generate_key_files(&self.out, &schemes, &randomness, existing, &session.work(&report))?;
        drop(progress);
        let keygen_s = started.elapsed().as_secs_f64();

        let plans = &schemes.plans;
        let keys = plans.keys().len();
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
        let parties = [
            (&files.secret, "the monitoring service alone"),
            (&files.public, "the homes"),
            (&files.evaluation, "the cloud"),
        ];
        let text = || {
            let (count, time) = (output::counted(keys, "switching key"), output::seconds(keygen_s));
            let shapes = output::listed(plans.iter().map(|plan| plan.shape));
            let mut text = format!("{count} for {shapes} in {time}\n");
            for (path, party) in parties {
                text += &format!("{:>10}  {}  for {party}\n", output::bytes(size(path)), path.display());
            }
            text
        };
        session.print(text, || {
            let files = parties.map(|(path, _)| json!({ "path": path.to_string_lossy(), "bytes": size(path) }));
            let [secret, public, evaluation] = files;
            let plan = |plan: &Arc<Plan>| {
                json!({
                    "network": plan.shape.to_string(),
                    "method": plan.method.name(),
                    "plan_hash": output::hexadecimal(&plan.hash()),
                })
            };
            json!({
                "plans": plans.iter().map(plan).collect::<Vec<_>>(),
                "keys": keys,
                "keygen_s": keygen_s,
                "threads": session.executor.workers(),
                "isa": session.isa.name(),
                "files": { "secret": secret, "public": public, "evaluation": evaluation },
            })
        })
    }

    /// The plans that were asked for, each once.
    fn plans(&self, session: &Session<'_>) -> Result<Vec<Plan>, Failure> {
        let mut plans = Vec::new();
        let mut add = |plan| {
            if !plans.contains(&plan) {
                plans.push(plan);
            }
        };
        for path in &self.plan {
            add(read_plan(path, session.security)?.0);
        }
        if let Some(method) = self.method {
            for network in &self.network {
                let shape = open_network(network)?.shape();
                add(self.choices.plan(shape, method, session.security, session.executor.workers())?);
            }
        }
        Ok(plans)
    }
}
