//! What runs of a configuration need, made once: keys and encoded weights.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use hear_engine::{
    network::{
        encode::EncodedNetwork,
        lower::Keep,
        plan::Security,
        run::Inference,
        store::{KeySet, ModelFile, ModelWriter, Scheme, Schemes, Work},
        throughput::Throughput,
    },
    rlwe::Randomness,
};
use hear_model::network::Network;
use hear_scheduler::{Cancel, Executor};

use crate::{configuration::Configuration, progress::Progress, trial::Trial};

/// Everything but the memory of a run.
pub(crate) struct Preparation {
    pub(crate) network: Network,
    pub(crate) scheme: Scheme,
    pub(crate) executor: Box<dyn Executor>,
    pub(crate) randomness: Randomness,
    pub(crate) keys: KeySet,
    pub(crate) encoded: EncodedNetwork,
    /// What making keys took, each time.
    pub(crate) keygen: Vec<Duration>,
    /// What encoding the weights took, each time.
    pub(crate) encode: Vec<Duration>,
    /// What reading a prepared model took, each time, if there is one.
    pub(crate) load: Option<Vec<Duration>>,
}

impl Preparation {
    /// Starts the threads and makes everything `repeats` times, at least once.
    pub(crate) fn new(configuration: &Configuration, repeats: usize, progress: &Progress) -> Result<Self> {
        let network = Network::open(&configuration.network)?;
        let scheme = Scheme::new(configuration.plan(network.shape())?, Security::Required, configuration.isa()?)?;
        let executor = configuration.start()?;
        let randomness = Randomness::from_os();
        let cancel = Cancel::new();
        let work = Work::new(&*executor, &cancel);
        let (keys, keygen) = repeat(repeats, || {
            let show = |done, of| progress.show("keys", done, of);
            Ok(KeySet::generate(&Schemes::from(&scheme), &randomness, &work.with_progress(&show))?)
        })?;
        let (encoded, encode) = repeat(repeats, || {
            let show = |done, of| progress.show("encode", done, of);
            Ok(EncodedNetwork::new(&scheme.context, &scheme.plan, &network, &*executor, &cancel, &show)?)
        })?;
        let (encoded, load) = if configuration.protocol.prepared {
            let show = |done, of| progress.show("model", done, of);
            let (encoded, load) = read_prepared(&scheme, encoded, repeats, &work.with_progress(&show))?;
            (encoded, Some(load))
        } else {
            (encoded, None)
        };
        Ok(Self { network, scheme, executor, randomness, keys, encoded, keygen, encode, load })
    }

    /// How many of `samples` clips a run handles: as many as its packed inputs hold.
    pub(crate) fn clips_a_run(&self, throughput: Throughput, samples: usize) -> usize {
        throughput.clips() * self.scheme.plan.input.clips().min(samples).max(1)
    }

    /// Runs of so many clips, with memory of their own.
    pub(crate) fn trial(&self, throughput: Throughput, tolerance: f64) -> Result<Trial<'_>> {
        let Self { network, scheme: Scheme { plan, context }, executor, randomness, keys, encoded, .. } = self;
        let inference = Inference::for_runs(
            context,
            plan,
            &keys.evaluation.keys,
            encoded,
            Keep::Result,
            throughput,
            executor.workers(),
        )?;
        Trial::new(network, plan, keys, randomness, inference, &**executor, tolerance)
    }
}

/// Writes a network as a prepared model and reads it, as often as asked for.
fn read_prepared(
    scheme: &Scheme,
    encoded: EncodedNetwork,
    times: usize,
    work: &Work<'_>,
) -> Result<(EncodedNetwork, Vec<Duration>)> {
    let directory = tempfile::tempdir().context("cannot create a temporary directory")?;
    let path = directory.path().join("prepared.model");
    ModelWriter::create(&path, scheme, None, encoded.scales())?.write(&encoded, work)?;
    drop(encoded);
    let schemes = Schemes::from(scheme);
    repeat(times, || Ok(ModelFile::open(&path, &schemes)?.load(work)?))
}

/// Calls `work` as often as asked for, at least once, and returns the last result with all times. A result is dropped
/// before the next one is made, so that memory holds one of them.
fn repeat<T>(times: usize, mut work: impl FnMut() -> Result<T>) -> Result<(T, Vec<Duration>)> {
    let mut timed = || {
        let start = Instant::now();
        work().map(|result| (result, start.elapsed()))
    };
    let (mut result, first) = timed()?;
    let mut durations = vec![first];
    for _ in 1..times {
        drop(result);
        let next = timed()?;
        result = next.0;
        durations.push(next.1);
    }
    Ok((result, durations))
}
