//! One measurement: keys, encoding, encryption, inference, decryption; verified, timed, recorded.
//!
//! It runs in a process of its own ([`crate::child`]), so that its peak of memory is that of its configuration alone.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use hear_engine::{
    network::{
        cost::Counts,
        encode::EncodedNetwork,
        lower::Keep,
        memory::MemoryPrediction,
        plan::{Plan, Security, Stage},
        run::Inference,
        store::{KeySet, ModelFile, ModelWriter, Scheme, Schemes, Work},
    },
    rlwe::Randomness,
};
use hear_model::network::Network;
use hear_scheduler::{Cancel, Report};

use crate::{
    configuration::{Configuration, weights_origin},
    display,
    environment::{Environment, Noise, NoiseWatch},
    floors::BestSpeeds,
    progress::Progress,
    record::{
        Accuracy, ConfigRecord, Identity, ParametersRecord, Predicted, RawTimes, Record, StageRecord, hexadecimal,
    },
    statistics::Summary,
    system::{Machine, commit, peak_rss_bytes},
    trial::{Times, Trial},
    verification::Verification,
};

/// Measures a configuration.
///
/// # Errors
/// If something it needs is not there, or a decrypted logit is wrong: then there are no times.
pub fn measure(configuration: &Configuration) -> Result<Record> {
    let protocol = &configuration.protocol;
    let network = Network::open(&configuration.network)?;
    let plan = configuration.plan(network.shape())?;
    let (clips, labels) = (configuration.read_clips()?, configuration.read_labels()?);
    let scheme = Scheme::new(plan, Security::Required, configuration.isa()?)?;
    let Scheme { plan, context } = &scheme;
    let executor = configuration.start()?;
    let randomness = Randomness::from_os();
    let progress = Progress::new(display::identity(&Identity::from(configuration)));

    let mut watch = NoiseWatch::start();
    let cancel = Cancel::new();
    let work = Work::new(&*executor, &cancel);
    let (keys, keygen) = repeat(protocol.repeats, || {
        let progress = |done, of| progress.show("keys", done, of);
        Ok(KeySet::generate(&Schemes::from(&scheme), &randomness, &work.with_progress(&progress))?)
    })?;
    let (encoded, encode) = repeat(protocol.repeats, || {
        let progress = |done, of| progress.show("encode", done, of);
        Ok(EncodedNetwork::new(context, plan, &network, &*executor, &cancel, &progress)?)
    })?;
    let (encoded, load) = if protocol.prepared {
        let progress = |done, of| progress.show("model", done, of);
        let (encoded, load) = read_prepared(&scheme, encoded, protocol.repeats, &work.with_progress(&progress))?;
        (encoded, Some(load))
    } else {
        (encoded, None)
    };
    let throughput = protocol.throughput();
    let inference = Inference::for_runs(
        context,
        plan,
        &keys.evaluation.keys,
        &encoded,
        Keep::Result,
        throughput,
        executor.workers(),
    )?;
    let mut trial = Trial::new(&network, plan, &keys, &randomness, inference, &*executor, protocol.tolerance)?;
    let runs = || (protocol.first_row..).step_by(throughput.clips()).zip(clips.chunks_exact(throughput.clips()));
    for (warm_up, (row, clips)) in runs().cycle().take(protocol.warm_up).enumerate() {
        progress.show("warm-up", warm_up, protocol.warm_up);
        trial.run(row, clips)?;
    }
    trial.restart();
    watch.note_frequency();
    for (run, (row, of_run)) in runs().enumerate() {
        progress.show("infer", run * throughput.clips(), clips.len());
        trial.run(row, of_run)?;
    }
    watch.note_frequency();
    let noise = watch.finish();
    progress.finish();
    // Before anything that belongs to the report only.
    let (peak_rss_bytes, huge_page_bytes) = (peak_rss_bytes(), trial.huge_page_bytes());
    let (verification, times) = trial.finish();
    let measured = Measured {
        keygen,
        encode,
        load,
        times,
        peak_rss_bytes,
        huge_page_bytes,
        noise,
        key_bytes: keys.evaluation.keys.bytes(),
        model_bytes: encoded.bytes(),
        accuracy: labels.map_or_else(Default::default, |labels| verification.accuracy(protocol.first_row, &labels)),
        verification,
    };
    measured.into_record(configuration, &network, &scheme)
}

/// All that a measurement found out.
struct Measured {
    keygen: Vec<Duration>,
    encode: Vec<Duration>,
    load: Option<Vec<Duration>>,
    times: Times,
    peak_rss_bytes: Option<u64>,
    huge_page_bytes: Option<u64>,
    noise: Noise,
    key_bytes: usize,
    model_bytes: usize,
    accuracy: Accuracy,
    verification: Verification,
}

impl Measured {
    fn into_record(self, configuration: &Configuration, network: &Network, scheme: &Scheme) -> Result<Record> {
        let Self { times, verification, .. } = self;
        let Scheme { plan, context } = scheme;
        let throughput = configuration.protocol.throughput();
        let (input_ciphertext_bytes, output_ciphertext_bytes) = times.file_bytes.context("no clip was measured")?;
        let best_speeds = BestSpeeds::measure(context, configuration.working_threads());
        let predicted_counts = plan.counts();
        let raw = RawTimes {
            keygen_s: seconds(&self.keygen),
            encode_s: seconds(&self.encode),
            load_s: self.load.as_deref().map(seconds).unwrap_or_default(),
            encrypt_s: seconds(&times.encrypt),
            infer_s: seconds(&times.infer),
            decrypt_s: seconds(&times.decrypt),
        };
        let speeds = configuration.speeds.clone().unwrap_or_default();
        let predicted = Predicted {
            ntt: predicted_counts.ntt,
            infer_s: speeds.seconds(&predicted_counts.of_run(throughput), configuration.working_threads()),
            speeds: speeds.name,
            memory_bytes: MemoryPrediction::new(plan, throughput, Security::Required, configuration.working_threads())?
                .total_bytes,
        };
        Ok(Record {
            identity: Identity::from(configuration),
            chosen: plan.chosen(),
            plan_hash: hexadecimal(&plan.hash()),
            batch: throughput.batch(),
            streams: throughput.streams(),
            samples: times.infer.len() * throughput.clips(),
            isa: context.isa().name().to_owned(),
            keygen_s: summary(&raw.keygen_s)?,
            encode_s: summary(&raw.encode_s)?,
            load_s: self.load.is_some().then(|| summary(&raw.load_s)).transpose()?,
            encrypt_s: summary(&raw.encrypt_s)?,
            infer_s: summary(&raw.infer_s)?,
            decrypt_s: summary(&raw.decrypt_s)?,
            raw: Some(raw),
            rounds: 1,
            stages: stages(plan, &best_speeds, &times.reports),
            best_speeds,
            throughput_per_s: (times.infer.len() * throughput.clips()) as f64
                / times.infer.iter().sum::<Duration>().as_secs_f64(),
            peak_rss_bytes: self.peak_rss_bytes,
            huge_page_bytes: self.huge_page_bytes,
            key_bytes: self.key_bytes as u64,
            model_bytes: self.model_bytes as u64,
            input_ciphertext_bytes,
            output_ciphertext_bytes,
            max_abs_logit_error: verification.max_abs_error(),
            mean_abs_logit_error: verification.mean_abs_error(),
            argmax_agreement: verification.argmax_agreement(),
            changed_rows: verification.changed().to_vec(),
            accuracy: self.accuracy,
            params: ParametersRecord::new(plan, context.parameters()),
            counts: Counts { ntt: times.ntt.context("no clip was measured")?, ..predicted_counts },
            predicted,
            machine: Machine::detect(),
            commit: commit(),
            config: ConfigRecord {
                shape: network.shape().to_string(),
                weights: weights_origin(network.source()),
                clips: configuration.clips.to_string(),
                protocol: configuration.protocol.clone(),
            },
            noise: Some(self.noise),
            environment: Some(Environment::detect()),
        })
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

/// The plan's stages with the medians of their times.
fn stages(plan: &Plan, best_speeds: &BestSpeeds, reports: &[Report]) -> Vec<StageRecord> {
    let record = |stage: &Stage| {
        let of_stage = reports.iter().flat_map(|report| &report.stages).filter(|report| report.name == stage.name);
        let median_s = |times_ns: Vec<u64>| {
            let seconds: Vec<f64> = times_ns.into_iter().map(|ns| ns as f64 * 1e-9).collect();
            Summary::of(&seconds).map_or(0.0, |summary| summary.median)
        };
        let counts = plan.stage_counts(stage);
        StageRecord {
            name: stage.name.clone(),
            busy_s: median_s(of_stage.clone().map(|report| report.busy_ns).collect()),
            span_s: median_s(of_stage.map(|report| report.span_ns).collect()),
            counts,
            bytes: counts.bytes_read,
            floors: best_speeds.floors(&counts),
        }
    };
    plan.stages.iter().map(record).collect()
}

fn seconds(durations: &[Duration]) -> Vec<f64> {
    durations.iter().map(Duration::as_secs_f64).collect()
}

fn summary(seconds: &[f64]) -> Result<Summary> {
    Summary::of(seconds).context("nothing was timed")
}
