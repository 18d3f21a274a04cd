//! `hear infer`: encrypted clips become encrypted logits.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Args;
use hear_engine::network::{
    encode::EncodedNetwork,
    lower::Keep,
    method::Method,
    run::Inference,
    store::{Evaluation, EvaluationFile, ModelFile, OutputDirectory, RowFile, RowKind, Scheme, UnusedSlots},
};
use hear_engine::rlwe::Randomness;
use hear_model::network::{Network, NetworkName};
use hear_scheduler::{Report, RunOptions, report::StageReport};
use serde_json::{Value, json};

use crate::{
    arguments::{Common, open_network, warn_if_insecure},
    failure::Failure,
    output,
    session::{Interrupt, Session},
};

/// Classify encrypted clips with the evaluation keys, without decrypting them
///
/// Runs every row-*.ct of a directory and writes row-*.out, which only the owner of secret.key can read. The keys carry the
/// plan; the network must have the shape that the plan is for. A network is encoded first; a model that `hear prepare` made
/// of it need not be.
#[derive(Debug, Args)]
#[command(override_usage = USAGE, after_help = EXAMPLES)]
pub(crate) struct Infer {
    /// evaluation.key
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,

    /// 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights or a
    /// .safetensors file
    #[arg(long, value_name = "NETWORK", conflicts_with = "model", required_unless_present = "model")]
    network: Option<String>,

    /// A model that `hear prepare` made for the keys' plan
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,

    /// hear, fast-hear or lean-hear; must be the keys' method
    #[arg(long)]
    method: Option<Method>,

    /// Directory of row-000000.ct, row-000001.ct, ..., or one such file
    #[arg(long = "in", value_name = "DIR|FILE")]
    inputs: PathBuf,

    /// Directory for row-000000.out, row-000001.out, ...
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Show the time of every stage, averaged over the rows
    #[arg(long)]
    stages: bool,

    /// For tests only: leave partial sums in the slots of a result that hold no
    /// logits, instead of random values
    #[arg(long)]
    keep_unused_slots: bool,

    #[command(flatten)]
    common: Common,
}

/// Broken into lines by hand: clap does not.
const USAGE: &str = "\
hear infer [OPTIONS] --keys <FILE> --network <NETWORK> | --model <FILE>
                  --in <DIR|FILE> --out <DIR>";

const EXAMPLES: &str = "\
Examples:
  hear infer --keys evaluation.key --network 2d-64 --in encrypted --out results
  hear infer --keys evaluation.key --model 2d-64.model --in encrypted \\
             --out results
  hear infer --keys evaluation.key --network net.safetensors \\
             --in encrypted/row-000012.ct --out results --stages";

impl Infer {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::new(&self.common, interrupt)?;
        let files = RowFile::list(&self.inputs, RowKind::Input)?;
        let network = self.network.as_deref().map(open_network).transpose()?;
        let keys = EvaluationFile::open(&self.keys, session.security, session.isa)?;
        warn_if_insecure(&self.keys, keys.is_insecure());
        self.check_method(keys.scheme().plan.method)?;

        // The weights first: they are refused sooner than the keys are read.
        let scheme = keys.scheme().clone();
        let weights = match (&network, &self.model) {
            (Some(network), _) => Weights::encode(network, &scheme, &session)?,
            (None, Some(model)) => Weights::read(model, &scheme, &session)?,
            (None, None) => unreachable!("clap asks for one of them"),
        };

        let started = Instant::now();
        let progress = session.progress("loading keys");
        let report = |done, total| progress.set(done, total);
        let evaluation = keys.load(&session.work(&report))?;
        drop(progress);
        let key_load_s = started.elapsed().as_secs_f64();

        let Weights { encoded, origin } = weights;
        let inference = Inference::new(&scheme.context, &scheme.plan, &evaluation.keys, &encoded, Keep::Result)?;
        let randomness = Randomness::from_os();
        let unused = if self.keep_unused_slots { UnusedSlots::Keep } else { UnusedSlots::Drown(&randomness) };
        let directory = OutputDirectory::create(&self.out)?;
        let rows = run_rows(&session, &inference, (&evaluation, unused), &files, &directory)?;

        let summary = Summary { key_load_s, origin, rows, with_stages: self.stages };
        let name = self.network.as_deref();
        session.print(|| summary.text(&self.out), || summary.json(name, &evaluation, &session))
    }

    fn check_method(&self, keys: Method) -> Result<(), Failure> {
        match self.method {
            Some(method) if method != keys => Err(Failure::Outside(format!(
                "--method is {method}, but {} was made for {keys}: needed are keys for {method}, or --method {keys}",
                self.keys.display()
            ))),
            _ => Ok(()),
        }
    }
}

/// A network's plaintexts and where they came from.
struct Weights {
    encoded: EncodedNetwork,
    origin: Origin,
}

/// Where plaintexts came from, and in what time.
enum Origin {
    Encoded { encode_s: f64 },
    Read { file: PathBuf, network: Option<NetworkName>, load_s: f64 },
}

impl Weights {
    fn encode(network: &Network, scheme: &Scheme, session: &Session<'_>) -> Result<Self, Failure> {
        let started = Instant::now();
        let progress = session.progress("encoding the network");
        let report = |done, total| progress.set(done, total);
        let (executor, cancel) = (session.executor.as_ref(), session.interrupt.cancel());
        let encoded = EncodedNetwork::new(&scheme.context, &scheme.plan, network, executor, cancel, &report)?;
        Ok(Self { encoded, origin: Origin::Encoded { encode_s: started.elapsed().as_secs_f64() } })
    }

    fn read(path: &Path, scheme: &Scheme, session: &Session<'_>) -> Result<Self, Failure> {
        let started = Instant::now();
        let progress = session.progress("reading the model");
        let report = |done, total| progress.set(done, total);
        let file = ModelFile::open(path, scheme)?;
        let network = file.network();
        let encoded = file.load(&session.work(&report))?;
        let load_s = started.elapsed().as_secs_f64();
        Ok(Self { encoded, origin: Origin::Read { file: path.to_owned(), network, load_s } })
    }
}

/// One row's inference.
struct Row {
    row: u64,
    infer_s: f64,
    report: Report,
}

fn run_rows(
    session: &Session<'_>,
    inference: &Inference<'_>,
    (evaluation, unused): (&Evaluation, UnusedSlots<'_>),
    files: &[RowFile],
    directory: &OutputDirectory,
) -> Result<Vec<Row>, Failure> {
    let executor = session.executor.as_ref();
    let options = RunOptions { cancel: session.interrupt.cancel().clone(), ..RunOptions::default() };
    let mut memory = inference.memory(executor.workers())?;
    let progress = session.progress("classifying rows");
    progress.set(0, files.len());
    let mut rows = Vec::with_capacity(files.len());
    for file in files {
        session.interrupt.check()?;
        let input = evaluation.read(file)?;
        let started = Instant::now();
        let (ciphertext, report) = inference
            .run(&input.ciphertext, &mut memory, executor, &options)
            .map_err(|error| Failure::Outside(format!("{}: {error}", file.path.display())))?;
        let result = evaluation.release(&input, ciphertext, unused)?;
        let infer_s = started.elapsed().as_secs_f64();
        evaluation.write(&directory.path().join(RowKind::Result.file_name(file.row)), &result)?;
        rows.push(Row { row: file.row, infer_s, report });
        progress.set(rows.len(), files.len());
    }
    Ok(rows)
}

/// What there is to say about a run.
struct Summary {
    key_load_s: f64,
    origin: Origin,
    rows: Vec<Row>,
    with_stages: bool,
}

/// A stage's times, averaged over rows.
struct StageTimes {
    name: String,
    tasks: usize,
    busy_s: f64,
    span_s: f64,
}

impl Summary {
    fn mean(&self, of: impl Fn(&Row) -> f64) -> f64 {
        self.rows.iter().map(of).sum::<f64>() / self.rows.len().max(1) as f64
    }

    fn stages(&self) -> Vec<StageTimes> {
        let Some(first) = self.rows.first() else { return Vec::new() };
        let stage = |(index, stage): (usize, &StageReport)| StageTimes {
            name: stage.name.clone(),
            tasks: stage.tasks,
            busy_s: self.mean(|row| row.report.stages[index].busy_ns as f64 * 1e-9),
            span_s: self.mean(|row| row.report.stages[index].span_ns as f64 * 1e-9),
        };
        // The graph's inputs are a stage without tasks.
        first.report.stages.iter().enumerate().filter(|(_, stage)| stage.tasks > 0).map(stage).collect()
    }

    fn text(&self, directory: &Path) -> String {
        let origin = match &self.origin {
            Origin::Encoded { encode_s } => format!("network encoded in {}", output::seconds(*encode_s)),
            Origin::Read { file, load_s, .. } => format!("{} read in {}", file.display(), output::seconds(*load_s)),
        };
        let mut text = format!(
            "classified {}, {} a row, in {} (keys read in {}, {origin})\n",
            output::counted(self.rows.len(), "row"),
            output::seconds(self.mean(|row| row.infer_s)),
            directory.display(),
            output::seconds(self.key_load_s),
        );
        if self.with_stages {
            text += &format!("\n{:<10}{:>8}{:>14}{:>14}\n", "stage", "tasks", "thread time", "span");
            for StageTimes { name, tasks, busy_s, span_s } in self.stages() {
                text +=
                    &format!("{name:<10}{tasks:>8}{:>14}{:>14}\n", output::seconds(busy_s), output::seconds(span_s));
            }
        }
        text
    }

    fn json(&self, network: Option<&str>, evaluation: &Evaluation, session: &Session<'_>) -> Value {
        let plan = &evaluation.scheme.plan;
        let (model, encode_s, load_s, shipped) = match &self.origin {
            Origin::Encoded { encode_s } => (None, Some(encode_s), None, None),
            Origin::Read { file, network, load_s } => (Some(file), None, Some(load_s), *network),
        };
        // A prepared model knows the names of shipped networks, and the shape of others.
        let network =
            network.or(shipped.map(NetworkName::as_str)).map_or_else(|| plan.shape.to_string(), str::to_owned);
        let mut value = json!({
            "network": network,
            "model": model,
            "method": plan.method.name(),
            "plan_hash": output::hexadecimal(&plan.hash()),
            "threads": session.executor.workers(),
            "executor": session.executor.name(),
            "isa": session.isa.name(),
            "key_load_s": self.key_load_s,
            "encode_s": encode_s,
            "load_s": load_s,
            "peak_rss_bytes": output::peak_rss_bytes(),
            "rows": self.rows.iter().map(|row| json!({ "row": row.row, "infer_s": row.infer_s })).collect::<Vec<_>>(),
        });
        if self.with_stages {
            let stage = |stage: StageTimes| json!({ "name": stage.name, "tasks": stage.tasks, "busy_s": stage.busy_s, "span_s": stage.span_s });
            value["stages"] = self.stages().into_iter().map(stage).collect();
        }
        value
    }
}
