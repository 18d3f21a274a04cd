//! One measurement: keys, encoding, encryption, inference, decryption; verified, timed, recorded.
//!
//! It runs in a process of its own ([`crate::child`]), so that its peak of memory is that of its configuration alone.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use anyhow::{Context as _, Result};
use hear_engine::network::{
    cost::{Counts, Preparation as PlanPreparation},
    memory::MemoryPrediction,
    plan::{Plan, Security, Stage},
    store::Scheme,
};
use hear_scheduler::{Graph, Report};

use crate::{
    configuration::Configuration,
    counters::{self, Counters},
    display,
    environment::{Environment, Noise, NoiseWatch},
    floors::BestSpeeds,
    preparation::Preparation,
    progress::Progress,
    record::{
        Accuracy, ConfigRecord, Identity, ParametersRecord, PlainClassification, Predicted, RawTimes, Record,
        StageMemory, StageRecord, confusion_counts, hexadecimal,
    },
    statistics::Summary,
    system::{Machine, commit, peak_rss_bytes},
    trial::Times,
    verification::{Confusions, Verification},
};

/// Measures a configuration.
///
/// # Errors
/// If something it needs is not there, or a decrypted logit is wrong: then there are no times.
pub fn measure(configuration: &Configuration) -> Result<Record> {
    let protocol = &configuration.protocol;
    let (clips, labels) = (configuration.read_clips()?, configuration.read_labels()?);
    let progress = Progress::new(display::identity(&Identity::from(configuration)));
    let mut watch = NoiseWatch::start();
    // Before the threads that they count.
    let counters = RefCell::new(Counters::open());
    let preparation = Preparation::new(configuration, protocol.repeats, &progress)?;
    let throughput = protocol.throughput();
    let mut trial = preparation.trial(throughput, protocol.tolerance)?.counted(&counters);
    let clips_a_run = preparation.clips_a_run(throughput, clips.len());
    let runs = || (protocol.first_row..).step_by(clips_a_run).zip(clips.chunks(clips_a_run));
    for (warm_up, (row, clips)) in runs().cycle().take(protocol.warm_up).enumerate() {
        progress.show("warm-up", warm_up, protocol.warm_up);
        trial.run(row, clips)?;
    }
    trial.restart();
    watch.note_frequency();
    for (run, (row, of_run)) in runs().enumerate() {
        progress.show("infer", run * clips_a_run, clips.len());
        trial.run(row, of_run)?;
    }
    watch.note_frequency();
    let noise = watch.finish();
    progress.finish();
    // Before anything that belongs to the report only.
    let (peak_rss_bytes, huge_page_bytes) = (peak_rss_bytes(), trial.huge_page_bytes());
    let value_bytes = value_bytes(trial.graph());
    let (verification, times) = trial.finish();
    let confusions = labels.map(|labels| verification.confusions(protocol.first_row, &labels));
    let measured = Measured {
        preparation: &preparation,
        times,
        peak_rss_bytes,
        huge_page_bytes,
        value_bytes,
        noise,
        confusions,
        verification,
    };
    measured.into_record(configuration)
}

/// All that a measurement found out.
struct Measured<'a> {
    preparation: &'a Preparation,
    times: Times,
    peak_rss_bytes: Option<u64>,
    huge_page_bytes: Option<u64>,
    /// By stage.
    value_bytes: BTreeMap<String, u64>,
    noise: Noise,
    /// Where there are labels.
    confusions: Option<Confusions>,
    verification: Verification,
}

impl Measured<'_> {
    fn into_record(self, configuration: &Configuration) -> Result<Record> {
        let Self { times, verification, confusions, .. } = self;
        let Preparation { network, scheme: Scheme { plan, context }, keys, encoded, keygen, encode, load, .. } =
            self.preparation;
        let throughput = configuration.protocol.throughput();
        let samples = configuration.protocol.samples;
        let (input_ciphertext_bytes, output_ciphertext_bytes) = times.file_bytes.context("no clip was measured")?;
        let best_speeds = BestSpeeds::measure(context, configuration.working_threads());
        let predicted_counts = plan.counts();
        let raw = RawTimes {
            keygen_s: seconds(keygen),
            encode_s: seconds(encode),
            load_s: load.as_deref().map(seconds).unwrap_or_default(),
            encrypt_s: seconds(&times.encrypt),
            infer_s: seconds(&times.infer),
            decrypt_s: seconds(&times.decrypt),
        };
        let predicted = Predicted {
            ntt: predicted_counts.ntt,
            infer_s: configuration.predicted_seconds(plan),
            speeds: configuration.speeds.clone().unwrap_or_default().name,
            memory_bytes: MemoryPrediction::new(plan, throughput, Security::Required, configuration.working_threads())?
                .total_bytes,
        };
        Ok(Record {
            identity: Identity::from(configuration),
            chosen: plan.chosen(),
            plan_hash: hexadecimal(&plan.hash()),
            batch: throughput.batch(),
            streams: throughput.streams(),
            samples,
            isa: context.isa().name().to_owned(),
            keygen_s: summary(&raw.keygen_s)?,
            encode_s: summary(&raw.encode_s)?,
            load_s: load.is_some().then(|| summary(&raw.load_s)).transpose()?,
            encrypt_s: summary(&raw.encrypt_s)?,
            infer_s: summary(&raw.infer_s)?,
            decrypt_s: summary(&raw.decrypt_s)?,
            raw: Some(raw),
            rounds: 1,
            counted: Some(counters::Counts::medians(&times.counts)),
            stages: stages(plan, &best_speeds, &times.reports, &self.value_bytes),
            best_speeds,
            throughput_per_s: samples as f64 / times.infer.iter().sum::<Duration>().as_secs_f64(),
            peak_rss_bytes: self.peak_rss_bytes,
            huge_page_bytes: self.huge_page_bytes,
            key_bytes: keys.evaluation.keys.bytes() as u64,
            model_bytes: encoded.bytes() as u64,
            input_ciphertext_bytes,
            output_ciphertext_bytes,
            packed_clips: plan.input.clips().min(samples),
            max_abs_logit_error: verification.max_abs_error(),
            mean_abs_logit_error: verification.mean_abs_error(),
            argmax_agreement: verification.argmax_agreement(),
            changed_rows: verification.changed().to_vec(),
            accuracy: confusions.as_ref().map_or_else(Accuracy::default, |all| all.decrypted.summary().into()),
            confusion: confusions.as_ref().map(|all| confusion_counts(&all.decrypted)),
            plain: confusions.as_ref().map(|all| PlainClassification::from(&all.plain)),
            params: ParametersRecord::new(plan, context.parameters()),
            counts: Counts { ntt: times.ntt.context("no clip was measured")?, ..predicted_counts },
            predicted,
            machine: Machine::detect(),
            commit: commit(),
            config: ConfigRecord::new(configuration, network),
            noise: Some(self.noise),
            environment: Some(Environment::detect()),
        })
    }
}

/// By stage, the most bytes of values in use at one time.
fn value_bytes(graph: &Graph) -> BTreeMap<String, u64> {
    let mut by_name = BTreeMap::new();
    for (name, bytes) in graph.stage_names().zip(graph.live_bytes()) {
        let most = by_name.entry(name.to_owned()).or_insert(0);
        *most = (bytes as u64).max(*most);
    }
    by_name
}

/// The plan's stages with the medians of their times, and what they hold in memory.
fn stages(
    plan: &Plan,
    best_speeds: &BestSpeeds,
    reports: &[Report],
    value_bytes: &BTreeMap<String, u64>,
) -> Vec<StageRecord> {
    let record = |stage: &Stage| {
        let of_stage = reports.iter().flat_map(|report| &report.stages).filter(|report| report.name == stage.name);
        let median_s = |times_ns: Vec<u64>| {
            let seconds: Vec<f64> = times_ns.into_iter().map(|ns| ns as f64 * 1e-9).collect();
            Summary::of(&seconds).map_or(0.0, |summary| summary.median)
        };
        let counts = plan.stage_counts(stage);
        let PlanPreparation { key_bytes, plaintext_bytes, .. } = plan.stage_preparation(stage);
        let value_bytes = value_bytes.get(&stage.name).copied().unwrap_or_default();
        StageRecord {
            name: stage.name.clone(),
            busy_s: median_s(of_stage.clone().map(|report| report.busy_ns).collect()),
            span_s: median_s(of_stage.map(|report| report.span_ns).collect()),
            counts,
            bytes: counts.bytes_read,
            floors: best_speeds.floors(&counts),
            memory: StageMemory { key_bytes, plaintext_bytes, value_bytes },
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
