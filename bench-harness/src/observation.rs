//! Inferences whose every task is noted down, on several numbers of threads in turn.

use std::{cell::RefCell, fs, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use hear_engine::{
    network::{
        encode::EncodedNetwork,
        lower::{Keep, cut_for},
        memory::MemoryPrediction,
        plan::Security,
        run::Inference,
        store::{KeySet, Scheme, Schemes, Work},
        throughput::Throughput,
    },
    ring::Context,
    rlwe::Randomness,
};
use hear_model::network::Network;
use hear_scheduler::{
    Cancel, Graph, Placement, Report,
    simulate::Workload,
    trace::{ChromeTrace, Profile, TraceError},
};
use serde::{Deserialize, Serialize};

use crate::{
    configuration::Configuration,
    counters::{Counters, Counts},
    display,
    progress::Progress,
    record::Identity,
    statistics::Summary,
    system::Machine,
    trial::{Times, Trial},
};

/// Verified inferences of one configuration on several numbers of threads.
pub struct Observation {
    /// Which configuration; its threads are those of the first runs.
    pub identity: Identity,
    /// The ring in which it ran.
    pub context: Arc<Context>,
    /// Memory beside that of a run: keys, weights, the program.
    pub resident_bytes: u64,
    /// The runs, in the order of asking.
    pub runs: Vec<Runs>,
    /// Why something was not counted, if it was not.
    pub counters_objection: Option<String>,
}

/// Where inferences run, and for how many threads their tasks are cut.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The workers.
    pub placement: Placement,
    /// For so many threads the tasks are cut, as [`cut_for`] says.
    pub cut_for: usize,
}

impl From<Placement> for Setting {
    /// Tasks for those who work.
    fn from(placement: Placement) -> Self {
        Self { cut_for: cut_for(placement.workers()), placement }
    }
}

/// Of things with tasks cut for some number of threads, the one for `threads`, or for the nearest number below that there is
/// one for, or else above. `None` of none.
pub fn nearest_cut<T>(things: impl IntoIterator<Item = T>, threads: usize, cut: impl Fn(&T) -> usize) -> Option<T> {
    let wanted = cut_for(threads);
    things.into_iter().min_by_key(|thing| (cut(thing) > wanted, cut(thing).abs_diff(wanted)))
}

/// Inferences on one number of threads.
pub struct Runs {
    /// Threads.
    pub threads: usize,
    /// For so many threads the tasks are cut.
    pub cut_for: usize,
    /// The tasks of an inference.
    pub graph: Graph,
    /// From the encrypted clip to the encrypted result.
    pub infer: Vec<Duration>,
    /// The part of it that is the graph's.
    pub reports: Vec<Report>,
    /// What the processor counted.
    pub counts: Vec<Counts>,
}

/// Classifies the clips of a configuration in each of these settings in turn, so that a machine whose speed wanders
/// wanders for all of them, and notes down every task.
///
/// # Errors
/// If something it needs is not there, or a decrypted logit is wrong.
pub fn observe(configuration: &Configuration, settings: &[Setting]) -> Result<Observation> {
    let protocol = &configuration.protocol;
    let network = Network::open(&configuration.network)?;
    let clips = configuration.read_clips()?;
    let scheme = Scheme::new(configuration.plan(network.shape())?, Security::Required, configuration.isa()?)?;
    let Scheme { plan, context } = &scheme;
    // Before the threads that they count.
    let counters = RefCell::new(Counters::open());
    let start = |setting: &Setting| protocol.executor.start(&setting.placement);
    let executors = settings.iter().map(start).collect::<Result<Vec<_>, _>>()?;
    let widest = executors.iter().max_by_key(|executor| executor.workers()).context("0 numbers of threads")?;
    let randomness = Randomness::from_os();
    let identity = Identity::from(configuration);
    let progress = Progress::new(display::identity(&identity));

    let cancel = Cancel::new();
    let work = Work::new(&**widest, &cancel);
    let show = |done, of| progress.show("keys", done, of);
    let keys = KeySet::generate(&Schemes::from(&scheme), &randomness, &work.with_progress(&show))?;
    let show = |done, of| progress.show("encode", done, of);
    let encoded = EncodedNetwork::new(context, plan, &network, &**widest, &cancel, &show)?;
    let mut trials = Vec::with_capacity(executors.len());
    for (executor, setting) in executors.iter().zip(settings) {
        let (keys_of, clips) = (&keys.evaluation.keys, Throughput::default());
        let inference = Inference::for_runs(context, plan, keys_of, &encoded, Keep::Result, clips, setting.cut_for)?;
        let trial = Trial::new(&network, plan, &keys, &randomness, inference, &**executor, protocol.tolerance)?;
        trials.push(trial.observed(&counters));
    }
    for (warm_up, clip) in clips.iter().cycle().take(protocol.warm_up).enumerate() {
        progress.show("warm-up", warm_up, protocol.warm_up);
        let row = protocol.first_row + warm_up % clips.len();
        trials.iter_mut().try_for_each(|trial| trial.run(row, std::slice::from_ref(clip)))?;
    }
    trials.iter_mut().for_each(Trial::restart);
    for (sample, (row, clip)) in (protocol.first_row..).zip(&clips).enumerate() {
        progress.show("infer", sample, clips.len());
        trials.iter_mut().try_for_each(|trial| trial.run(row, std::slice::from_ref(clip)))?;
    }
    progress.finish();
    let runs = settings.iter().zip(trials).map(|(setting, trial)| {
        let graph = trial.graph().clone();
        let (_, Times { infer, reports, counts, .. }) = trial.finish();
        Runs { threads: setting.placement.workers(), cut_for: setting.cut_for, graph, infer, reports, counts }
    });
    let memory = MemoryPrediction::new(plan, Throughput::default(), Security::Required, 1)?;
    Ok(Observation {
        identity,
        context: Arc::clone(context),
        resident_bytes: memory.total_bytes - memory.arena_bytes - memory.scratch_bytes,
        runs: runs.collect(),
        counters_objection: counters.borrow().objection().map(str::to_owned),
    })
}

impl Observation {
    /// The runs on so many threads.
    #[must_use]
    pub fn on(&self, threads: usize) -> Option<&Runs> {
        self.runs.iter().find(|runs| runs.threads == threads)
    }

    /// The runs on one thread whose tasks are cut for `threads`, or for the nearest number below that there are some for.
    ///
    /// # Errors
    /// If there are no runs on one thread.
    pub fn on_one(&self, threads: usize) -> Result<&Runs> {
        let on_one = self.runs.iter().filter(|runs| runs.threads == 1);
        let nearest = nearest_cut(on_one, threads, |runs| runs.cut_for);
        nearest.context("no runs on 1 thread: add 1 to the numbers of threads")
    }

    /// What a simulation replays: runs on one thread, of which `pick` chooses those that count.
    fn workload(&self, runs: &Runs, pick: Pick) -> Result<Workload> {
        let reports = match pick {
            Pick::All => runs.reports.clone(),
            Pick::Fastest => runs.fastest().cloned().into_iter().collect(),
        };
        let outside = runs.infer.iter().zip(&runs.reports).map(|(infer, report)| {
            u64::try_from(infer.as_nanos()).unwrap_or(u64::MAX).saturating_sub(report.wall_ns) as f64
        });
        let outside = Summary::of(&outside.collect::<Vec<_>>()).context("nothing was timed")?;
        let outside = Duration::from_secs_f64(1e-9 * if pick == Pick::All { outside.median } else { outside.min });
        Ok(Workload {
            resident_bytes: self.resident_bytes,
            outside_ns: u64::try_from(outside.as_nanos()).unwrap_or(u64::MAX),
            ..Workload::new(&runs.graph, &reports)?
        })
    }

    /// What `hear-bench trace --out` writes: the median run of each setting, and what a simulation needs of those on one
    /// thread, if there are some.
    ///
    /// # Errors
    /// If a run was not traced.
    pub fn file(&self) -> Result<TraceFile> {
        let mut trace = ChromeTrace::new();
        for runs in &self.runs {
            let Identity { network, method, .. } = &self.identity;
            let name = format!("{network} {method}, {}", display::threads(runs.threads));
            trace.add(&name, &runs.graph, runs.median().context("nothing was timed")?)?;
        }
        let most = self.runs.iter().map(|runs| runs.threads).max().unwrap_or(1);
        let recording = self.on_one(most).ok().map(|runs| self.recording(runs, Pick::All)).transpose()?;
        Ok(TraceFile { trace, recording })
    }

    /// What a simulation needs of runs on one thread ([`Observation::on_one`]).
    ///
    /// # Errors
    /// If nothing was traced.
    pub fn recording(&self, runs: &Runs, pick: Pick) -> Result<Recording> {
        Ok(Recording {
            version: RECORDING_VERSION,
            identity: Identity { threads: 1, ..self.identity.clone() },
            isa: self.context.isa().name().to_owned(),
            cpu: Machine::detect().cpu,
            cut_for: runs.cut_for,
            workload: self.workload(runs, pick)?,
        })
    }
}

/// Which runs count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// All, each task by its median.
    All,
    /// The fastest run alone.
    Fastest,
}

impl Runs {
    /// The run whose wall time is the median, the lower one of two.
    #[must_use]
    pub fn median(&self) -> Option<&Report> {
        let mut order: Vec<&Report> = self.reports.iter().collect();
        order.sort_by_key(|report| report.wall_ns);
        order.get(order.len().checked_sub(1)? / 2).copied()
    }

    /// The run with the least wall time.
    #[must_use]
    pub fn fastest(&self) -> Option<&Report> {
        self.reports.iter().min_by_key(|report| report.wall_ns)
    }

    /// The whole inferences in seconds.
    ///
    /// # Errors
    /// If there are none.
    pub fn infer_s(&self) -> Result<Summary> {
        let seconds: Vec<f64> = self.infer.iter().map(Duration::as_secs_f64).collect();
        Summary::of(&seconds).context("nothing was timed")
    }

    /// The profile of the median run.
    ///
    /// # Errors
    /// If nothing was traced.
    pub fn profile(&self) -> Result<Profile, TraceError> {
        Profile::new(&self.graph, self.median().ok_or(TraceError::NoRuns)?)
    }
}

/// The version of [`Recording`]s that this program writes and reads.
const RECORDING_VERSION: u32 = 2;

/// A file that a trace viewer opens, and from which runs can be simulated: viewers leave alone what they do not know.
#[derive(Debug, Serialize)]
pub struct TraceFile {
    #[serde(flatten)]
    trace: ChromeTrace,
    /// What a simulation needs; `None` without runs on one thread.
    #[serde(rename = "hear")]
    pub recording: Option<Recording>,
}

/// Runs on one thread, ready to be simulated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    version: u32,
    /// Which configuration.
    pub identity: Identity,
    /// The instruction set.
    pub isa: String,
    /// The processor on which they ran.
    pub cpu: Option<String>,
    /// For so many threads the tasks are cut.
    pub cut_for: usize,
    /// The tasks and their times.
    pub workload: Workload,
}

impl Recording {
    /// Reads it from a file that `hear-bench trace --out` wrote.
    ///
    /// # Errors
    /// If the file cannot be read, is no trace of this program and version, or has no runs on one thread.
    pub fn read(path: &Path) -> Result<Self> {
        #[derive(Deserialize)]
        struct File {
            hear: Option<Recording>,
        }
        let read = || {
            let file: File = serde_json::from_slice(&fs::read(path)?)?;
            let recording = file.hear.context("it has no runs on 1 thread")?;
            let Self { version, .. } = recording;
            ensure!(version == RECORDING_VERSION, "it is of version {version}, this program reads {RECORDING_VERSION}");
            recording.workload.check()?;
            Ok(recording)
        };
        read().with_context(|| format!("cannot use the trace {}", path.display()))
    }
}
