//! Inferences whose every task is noted down, on several numbers of threads in turn.

use std::{cell::RefCell, fs, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use hear_engine::{
    network::{
        encode::EncodedNetwork,
        lower::Keep,
        memory::MemoryPrediction,
        plan::Security,
        run::Inference,
        store::{KeySet, Scheme, Schemes, Work},
    },
    ring::Context,
    rlwe::Randomness,
};
use hear_model::network::Network;
use hear_scheduler::{
    Cancel, Graph, Placement, Report,
    simulate::Workload,
    trace::{ChromeTrace, Profile, TraceError},
    units::median,
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
    trial::Trial,
};

/// Verified inferences of one configuration on several numbers of threads.
pub struct Observation {
    /// Which configuration; its threads are those of the first runs.
    pub identity: Identity,
    /// The ring in which it ran.
    pub context: Arc<Context>,
    /// The tasks of an inference.
    pub graph: Graph,
    /// Memory beside that of a run: keys, weights, the program.
    pub resident_bytes: u64,
    /// The runs, one entry a number of threads, in the order of asking.
    pub runs: Vec<Runs>,
    /// Why something was not counted, if it was not.
    pub counters_objection: Option<String>,
}

/// Inferences on one number of threads.
pub struct Runs {
    /// Threads.
    pub threads: usize,
    /// From the encrypted clip to the encrypted result.
    pub infer: Vec<Duration>,
    /// The part of it that is the graph's.
    pub reports: Vec<Report>,
    /// What the processor counted.
    pub counts: Vec<Counts>,
}

/// Classifies the clips of a configuration on each of these placements in turn, so that a machine whose speed wanders
/// wanders for all of them, and notes down every task.
///
/// # Errors
/// If something it needs is not there, or a decrypted logit is wrong.
pub fn observe(configuration: &Configuration, placements: &[Placement]) -> Result<Observation> {
    let protocol = &configuration.protocol;
    let network = Network::open(&configuration.network)?;
    let clips = configuration.read_clips()?;
    let scheme = Scheme::new(configuration.plan(network.shape())?, Security::Required, configuration.isa()?)?;
    let Scheme { plan, context } = &scheme;
    // Before the threads that they count.
    let counters = RefCell::new(Counters::open());
    let start = |placement: &Placement| protocol.executor.start(placement);
    let executors = placements.iter().map(start).collect::<Result<Vec<_>, _>>()?;
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
    for executor in &executors {
        let inference = Inference::new(context, plan, &keys.evaluation.keys, &encoded, Keep::Result)?;
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
    let graph = trials[0].graph().clone();
    let runs = placements.iter().zip(trials).map(|(placement, trial)| {
        let (_, times) = trial.finish();
        Runs { threads: placement.workers(), infer: times.infer, reports: times.reports, counts: times.counts }
    });
    let memory = MemoryPrediction::new(plan, configuration.protocol.throughput(), Security::Required, 1)?;
    Ok(Observation {
        identity,
        context: Arc::clone(context),
        graph,
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

    /// What a simulation replays: the runs on one thread, of which `pick` chooses those that count.
    ///
    /// # Errors
    /// If there are no runs on one thread.
    pub fn workload(&self, pick: Pick) -> Result<Workload> {
        let runs = self.on(1).context("no runs on 1 thread: add 1 to the numbers of threads")?;
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
            ..Workload::new(&self.graph, &reports)?
        })
    }

    /// What `hear-bench trace --out` writes: the median run of each number of threads, and what a simulation needs of
    /// those on one thread, if there are some.
    ///
    /// # Errors
    /// If a run was not traced.
    pub fn file(&self) -> Result<TraceFile> {
        let mut trace = ChromeTrace::new();
        for runs in &self.runs {
            let Identity { network, method, .. } = &self.identity;
            let name = format!("{network} {method}, {}", display::threads(runs.threads));
            trace.add(&name, &self.graph, runs.median().context("nothing was timed")?)?;
        }
        let recording = self.on(1).map(|_| self.recording(Pick::All)).transpose()?;
        Ok(TraceFile { trace, recording })
    }

    /// What a simulation needs of the runs on one thread.
    ///
    /// # Errors
    /// If there are none.
    pub fn recording(&self, pick: Pick) -> Result<Recording> {
        Ok(Recording {
            version: RECORDING_VERSION,
            identity: Identity { threads: 1, ..self.identity.clone() },
            isa: self.context.isa().name().to_owned(),
            cpu: Machine::detect().cpu,
            workload: self.workload(pick)?,
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
    pub fn profile(&self, graph: &Graph) -> Result<Profile, TraceError> {
        Profile::new(graph, self.median().ok_or(TraceError::NoRuns)?)
    }

    /// The medians of what was counted, each for itself.
    #[must_use]
    pub fn median_counts(&self) -> Counts {
        let median = |field: fn(&Counts) -> Option<u64>| median(self.counts.iter().map(field).collect::<Option<_>>()?);
        Counts {
            cycles: median(|counts| counts.cycles),
            instructions: median(|counts| counts.instructions),
            cache_misses: median(|counts| counts.cache_misses),
            dtlb_misses: median(|counts| counts.dtlb_misses),
            context_switches: median(|counts| counts.context_switches),
            page_faults: median(|counts| counts.page_faults),
        }
    }
}

/// The version of [`Recording`]s that this program writes and reads.
const RECORDING_VERSION: u32 = 1;

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
