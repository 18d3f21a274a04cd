//! `hear keygen`: the three key files.

use std::{fs, path::PathBuf, time::Instant};

use clap::Args;
use hear_engine::network::{
    method::Method,
    plan::Plan,
    store::{Existing, Scheme, generate_key_files, read_plan},
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
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Keygen {
    /// A plan that `hear plan --out` stored
    #[arg(long, value_name = "FILE", conflicts_with_all = ["network", "method", "strategy", "without", "key_switching", "parameters", "machine"])]
    plan: Option<PathBuf>,

    /// 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights or a
    /// .safetensors file; only its shape matters here
    #[arg(long, value_name = "NETWORK", required_unless_present = "plan")]
    network: Option<String>,

    /// hear or fast-hear
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
  hear keygen --plan plan.json --out keys --force";

impl Keygen {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::new(&self.common, interrupt)?;
        let scheme = Scheme::new(self.plan(&session)?, session.security, session.isa)?;
        let randomness = randomness(self.seed);
        let existing = if self.force { Existing::Replace } else { Existing::Refuse };

        let started = Instant::now();
        let progress = session.progress("making keys");
        let report = |done, total| progress.set(done, total);
        let files = generate_key_files(&self.out, &scheme, &randomness, existing, &session.work(&report))?;
        drop(progress);
        let keygen_s = started.elapsed().as_secs_f64();

        let keys = scheme.plan.keys().len();
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
        let parties = [
            (&files.secret, "the monitoring service alone"),
            (&files.public, "the homes"),
            (&files.evaluation, "the cloud"),
        ];
        let text = || {
            let mut text = format!("{} in {}\n", output::counted(keys, "switching key"), output::seconds(keygen_s));
            for (path, party) in parties {
                text += &format!("{:>10}  {}  for {party}\n", output::bytes(size(path)), path.display());
            }
            text
        };
        session.print(text, || {
            let files = parties.map(|(path, _)| json!({ "path": path.to_string_lossy(), "bytes": size(path) }));
            let [secret, public, evaluation] = files;
            json!({
                "method": scheme.plan.method.name(),
                "plan_hash": output::hexadecimal(&scheme.plan.hash()),
                "keys": keys,
                "keygen_s": keygen_s,
                "threads": session.executor.workers(),
                "isa": session.isa.name(),
                "files": { "secret": secret, "public": public, "evaluation": evaluation },
            })
        })
    }

    fn plan(&self, session: &Session<'_>) -> Result<Plan, Failure> {
        match (&self.plan, &self.network, self.method) {
            (Some(path), _, _) => Ok(read_plan(path, session.security)?),
            (None, Some(network), Some(method)) => {
                let shape = open_network(network)?.shape();
                self.choices.plan(shape, method, session.security, self.common.threads())
            }
            _ => Err(Failure::Usage("needed is --plan, or --network and --method".to_owned())),
        }
    }
}
