//! `hear infer`: encrypted clips become encrypted logits.

mod networks;
mod summary;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Args;
use hear_engine::network::{
    lower::{Keep, RunShape},
    memory::MemoryPrediction,
    method::Method,
    nodes::tiling::Spill,
    run::{Inference, check_clips},
    store::{
        Evaluation, EvaluationFile, OutputDirectory, RowFile, RowKind, RowsOrigin, Scheme, UnusedSlots, read_plan,
    },
    throughput::Throughput,
};
use hear_engine::rlwe::Randomness;
use hear_scheduler::{Memory, RunOptions};

use crate::{
    arguments::{Clips, Common, memory, warn_if_insecure},
    failure::Failure,
    session::{Interrupt, Session},
};
use networks::{PlannedNetwork, Source, Weights, directory_names};
use summary::{NetworkSummary, Run, Summary};

/// Classify encrypted clips with the evaluation keys, without decrypting them
///
/// Runs every row-*.ct and rows-*.ct of a directory and writes row-*.out and rows-*.out, which only the owner of secret.key can read. The keys carry the
/// plan; the network must have the shape that the plan is for. A network is encoded first; a model that `hear prepare` made
/// of it need not be.
///
/// Several networks run on every ciphertext, which is read once. The keys must carry a plan for the shape of each. Results
/// then stand in a directory for each network, named after it or after its file: DIR/2d-64/row-000000.out.
#[derive(Debug, Args)]
#[command(override_usage = USAGE, after_help = EXAMPLES)]
pub(crate) struct Infer {
    /// evaluation.key
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,

    /// 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights or a
    /// .safetensors file, or several
    #[arg(
        long,
        value_name = "NETWORK,...",
        value_delimiter = ',',
        conflicts_with = "model",
        required_unless_present = "model"
    )]
    network: Vec<String>,

    /// A model that `hear prepare` made for a plan of the keys; repeated for
    /// several
    #[arg(long, value_name = "FILE")]
    model: Vec<PathBuf>,

    /// hear, fast-hear, lean-hear, lola, ngraph-he2 or lean-ngraph; must be the
    /// keys' method
    #[arg(long)]
    method: Option<Method>,

    /// Directory of row-000000.ct, row-000001.ct, ..., or one such file
    #[arg(long = "in", value_name = "DIR|FILE")]
    inputs: PathBuf,

    /// Directory for row-000000.out, row-000001.out, ..., or, of several
    /// networks, for a directory of these for each
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Show the time of every stage, averaged over the rows
    #[arg(long)]
    stages: bool,

    #[command(flatten)]
    clips: Clips,

    /// Lay out runs as a plan says that `hear plan --out` stored, which must be
    /// one of the keys'
    #[arg(long, value_name = "FILE", conflicts_with_all = ["batch", "streams", "memory_limit"])]
    plan: Option<PathBuf>,

    /// The memory that runs of a network may take, with keys and weights: 8GB,
    /// 500MB. The fastest way that stays within it is taken [default: any]
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    memory_limit: Option<u64>,

    /// Directory for a nameless file of ciphertexts that are not in memory, if
    /// the limit asks for that [default: --out]
    #[arg(long, value_name = "DIR")]
    spill: Option<PathBuf>,

    /// For tests only: leave partial sums in the slots of a result that hold no
    /// logits, instead of random values
    #[arg(long)]
    keep_unused_slots: bool,

    #[command(flatten)]
    common: Common,
}

/// Broken into lines by hand: clap does not.
const USAGE: &str = "\
hear infer [OPTIONS] --keys <FILE>
                  --network <NETWORK,...> | --model <FILE>...
                  --in <DIR|FILE> --out <DIR>";

const EXAMPLES: &str = "\
Examples:
  hear infer --keys evaluation.key --network 2d-64 --in encrypted --out results
  hear infer --keys evaluation.key --model 2d-64.model --in encrypted \\
             --out results
  hear infer --keys evaluation.key --network 2d-64,2d-128 --in encrypted \\
             --out results
  hear infer --keys evaluation.key --network 2d-128 --in encrypted \
             --out results --batch 4
  hear infer --keys evaluation.key --network net.safetensors \\
             --in encrypted/row-000012.ct --out results --stages";

impl Infer {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::new(&self.common, interrupt)?;
        let planned = self.plan.as_deref().map(|path| read_plan(path, session.security)).transpose()?;
        let throughput = match &planned {
            Some((_, run)) => run.throughput,
            None => self.clips.throughput()?,
        };
        let files = RowFile::list(&self.inputs, RowKind::Input)?;
        let sources = self.sources()?;
        let keys = EvaluationFile::open(&self.keys, session.security, session.isa)?;
        warn_if_insecure(&self.keys, keys.is_insecure());
        if let (Some(path), Some((plan, _))) = (&self.plan, &planned)
            && keys.schemes().plans.of_hash(&plan.hash()).is_none()
        {
            let (plan, keys) = (path.display(), self.keys.display());
            return Err(Failure::Outside(format!(
                "{plan}: {keys} was made for another plan: needed is the one of the keys"
            )));
        }

        // The weights first: they are refused sooner than the keys are read.
        let networks = self.load(sources, &keys, throughput, &session)?;
        let started = Instant::now();
        let progress = session.progress("loading keys");
        let report = |done, total| progress.set(done, total);
        let evaluation = keys.load(&session.work(&report))?;
        drop(progress);
        let key_load_s = started.elapsed().as_secs_f64();

        let randomness = Randomness::from_os();
        let unused = if self.keep_unused_slots { UnusedSlots::Keep } else { UnusedSlots::Drown(&randomness) };
        let planned = planned.map(|(_, run)| run);
        let limit = self.memory_limit;
        let spill = self.spill.as_deref().unwrap_or(&self.out);
        let cloud = Cloud { session: &session, evaluation: &evaluation, unused, throughput, planned, limit, spill };
        // Dropped after those below it, so that a failure leaves no empty directory.
        let out = OutputDirectory::create(&self.out)?;
        let first = throughput.of_rest(files.len().min(throughput.clips()));
        let ready = |network| cloud.ready(network, first, &out);
        let mut runs = networks.iter().map(ready).collect::<Result<Vec<_>, _>>()?;
        cloud.classify_all(&files, &mut runs)?;

        let summaries = runs.into_iter().map(|run| run.summary).collect();
        let summary = Summary { key_load_s, networks: summaries, with_stages: self.stages };
        session.print(|| summary.text(&self.out), || summary.json(&session))
    }

    fn sources(&self) -> Result<Vec<Source>, Failure> {
        let networks = self.network.iter().map(|given| Source::network(given));
        networks.chain(self.model.iter().map(|path| Ok(Source::Model(path.clone())))).collect()
    }

    /// Finds every network's name and plan, then encodes or reads them all.
    fn load(
        &self,
        sources: Vec<Source>,
        keys: &EvaluationFile,
        throughput: Throughput,
        session: &Session<'_>,
    ) -> Result<Vec<PlannedNetwork<Weights>>, Failure> {
        let directories = directory_names(&sources)?;
        let networks = sources.into_iter().zip(directories).map(|(source, directory)| source.planned(directory, keys));
        let networks = networks.collect::<Result<Vec<_>, _>>()?;
        networks.iter().try_for_each(|network| check_clips(&network.scheme.plan, throughput))?;
        networks.iter().try_for_each(|network| self.check_method(network.scheme.plan.method))?;
        networks.into_iter().map(|network| network.load(session)).collect()
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

/// What all networks are run with.
#[derive(Clone, Copy)]
struct Cloud<'a> {
    session: &'a Session<'a>,
    evaluation: &'a Evaluation,
    unused: UnusedSlots<'a>,
    throughput: Throughput,
    /// How a stored plan lays runs out.
    planned: Option<RunShape>,
    /// Bytes that a network's runs may take.
    limit: Option<u64>,
    /// Where ciphertexts wait that are not in memory.
    spill: &'a Path,
}

/// A network ready to run, and what it has done so far.
struct NetworkRun<'a> {
    inference: Inference<'a>,
    memory: Memory,
    directory: OutputDirectory,
    summary: NetworkSummary<'a>,
}

impl<'a> Cloud<'a> {
    fn ready(
        &self,
        network: &'a PlannedNetwork<Weights>,
        throughput: Throughput,
        out: &OutputDirectory,
    ) -> Result<NetworkRun<'a>, Failure> {
        let inference = self.inference(network, throughput)?;
        let memory = inference.memory(self.session.executor.workers())?;
        let directory = OutputDirectory::create(&out.path().join(network.directory.as_deref().unwrap_or_default()))?;
        Ok(NetworkRun { inference, memory, directory, summary: NetworkSummary { network, runs: Vec::new() } })
    }

    fn inference(
        &self,
        network: &'a PlannedNetwork<Weights>,
        throughput: Throughput,
    ) -> Result<Inference<'a>, Failure> {
        let (Scheme { plan, context }, encoded) = (&network.scheme, &network.weights.encoded);
        let keys = &self.evaluation.keys;
        let threads = self.session.executor.workers();
        let shape = match self.planned {
            Some(planned) => RunShape { throughput, ..planned },
            // Laying the tasks out takes time, which a start without a limit need not.
            None => match self.limit {
                Some(limit) => MemoryPrediction::fitting(plan, throughput, self.session.security, threads, limit)?.0,
                None => throughput.into(),
            },
        };
        let mut inference = Inference::for_runs(context, plan, keys, encoded, Keep::Result, shape, threads)?;
        if shape.tiling.spill != Spill::Nothing {
            inference.spill_into(self.spill)?;
        }
        Ok(inference)
    }

    /// Runs all networks on every packed input, as many at a time as a run handles; those that are left over as one batch.
    fn classify_all(&self, files: &[RowFile], runs: &mut [NetworkRun<'a>]) -> Result<(), Failure> {
        let (mut done, total) = (0, files.len() * runs.len());
        let progress = self.session.progress("classifying");
        progress.set(done, total);
        for files in files.chunks(self.throughput.clips()) {
            let throughput = self.throughput.of_rest(files.len());
            for run in runs.iter_mut().filter(|run| run.inference.throughput() != throughput) {
                // Smaller than the one that it takes the place of.
                run.inference = self.inference(run.summary.network, throughput)?;
                run.memory = run.inference.memory(self.session.executor.workers())?;
            }
            let origins = self.load(files, runs)?;
            for run in &mut *runs {
                self.session.interrupt.check()?;
                self.classify(files, &origins, run)?;
                done += files.len();
                progress.set(done, total);
            }
        }
        Ok(())
    }

    /// Reads what a run handles to its place, for all networks.
    fn load(&self, files: &[RowFile], runs: &mut [NetworkRun<'a>]) -> Result<Vec<RowsOrigin>, Failure> {
        let each = self.evaluation.schemes.plans.input().ciphertexts();
        let read = |(place, file): (usize, &RowFile)| {
            self.evaluation.read_each(file, |index, ciphertext| {
                for NetworkRun { inference, memory, .. } in &mut *runs {
                    let loaded = inference.load(place * each + index, &ciphertext, memory);
                    loaded.map_err(|error| Failure::Outside(format!("{}: {error}", file.path.display())))?;
                }
                Ok::<_, Failure>(())
            })
        };
        files.iter().enumerate().map(read).collect()
    }

    /// Runs a network on what was loaded, and writes the results.
    fn classify(&self, files: &[RowFile], origins: &[RowsOrigin], run: &mut NetworkRun<'_>) -> Result<(), Failure> {
        let NetworkRun { inference, memory, directory, summary } = run;
        let Session { executor, interrupt, .. } = self.session;
        let options = RunOptions { cancel: interrupt.cancel().clone(), ..RunOptions::default() };
        let started = Instant::now();
        let (results, report) = inference.run_loaded(memory, executor.as_ref(), &options).map_err(|error| {
            let paths: Vec<_> = files.iter().map(|file| file.path.display().to_string()).collect();
            Failure::Outside(format!("{}: {error}", paths.join(", ")))
        })?;
        let plan = &summary.network.scheme.plan;
        let mut results = results.into_iter();
        let release = |origin| {
            let of_input = results.by_ref().take(plan.output.ciphertexts()).collect();
            self.evaluation.release(plan, origin, of_input, self.unused)
        };
        let results = origins.iter().map(release).collect::<Result<Vec<_>, _>>()?;
        // Of a run of several clips each has its share.
        let rows: u64 = files.iter().map(|file| file.rows.end - file.rows.start).sum();
        let infer_s = started.elapsed().as_secs_f64() / rows as f64;
        for (file, result) in files.iter().zip(&results) {
            self.evaluation.write(&directory.path().join(RowKind::Result.file_name(&file.rows)), result)?;
            summary.runs.push(Run { rows: file.rows.clone(), infer_s, report: report.clone() });
        }
        Ok(())
    }
}
