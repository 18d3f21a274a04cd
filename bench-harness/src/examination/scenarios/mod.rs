//! The four scenarios of MLPerf's load generator.
//!
//! - **Single stream**: one clip after another; the 90th percentile of the latency.
//! - **Multiple streams**: queries of several clips, each sent when the one before is answered; the 99th percentile of the
//!   query's latency.
//! - **Server**: clips arrive as a Poisson process; the largest rate at which the 99th percentile of the latency is at most
//!   a bound. Latency counts from the scheduled arrival: who is served late because others were slow has waited.
//! - **Offline**: all clips are there at once; clips a second.
//!
//! Latency is from the encrypted clip to the encrypted result that leaves the cloud. Keys and weights are made once. Every
//! result is decrypted and compared with the plain network's, and the clock of the scenario stands still meanwhile; one
//! that is wrong fails the whole examination. Single clips are classified on all threads, in the order of their arrival;
//! queries of several clips, and all clips at once, in runs of the configuration's batch and streams.
//!
//! MLPerf asks for 600 seconds of each scenario, and for as many queries as a percentile needs; a finding says of each
//! percentile how many there were, how many were asked for, and what it does not exceed with 99% confidence by these few: what
//! its rule for fewer queries ("early stopping") reports instead.
//!
//! - source: Reddi et al., "MLPerf inference benchmark", ISCA 2020; MLPerf inference rules, "Scenarios", "Load generator".

mod arrivals;
mod load;
mod search;
mod service;

use std::time::Duration;

use anyhow::{Result, ensure};
use hear_engine::network::throughput::Throughput;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Found;
use crate::{
    configuration::Configuration,
    environment::NoiseWatch,
    preparation::Preparation,
    progress::Progress,
    statistics::{Summary, percentile, percentile_at_most},
};
use load::one_after_another;
use service::EncryptedService;

/// The percentile that is reported of single streams.
const SINGLE_STREAM_PERCENT: usize = 90;
/// The percentile that is reported of multiple streams, and held to the bound of the server.
const TAIL_PERCENT: usize = 99;
/// Clips of the offline scenario that MLPerf's rules ask for.
const OFFLINE_CLIPS_ASKED_FOR: usize = 24_576;

/// How scenarios are run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioOptions {
    /// What the 99th percentile of the server's latency must not exceed, in seconds, above 0.
    pub latency_bound_s: f64,
    /// The least duration of each scenario, and of the server at each rate, in seconds. The server is tried at up to
    /// seven rates.
    pub seconds: f64,
    /// The least number of queries of single and multiple streams, and of the server at each rate; from 1. Of fewer than a
    /// hundred queries the 99th percentile is the longest latency.
    pub least_queries: usize,
    /// Clips of a query of multiple streams: whole runs of the configuration's batch and streams.
    #[serde(default = "mlperf_clips_a_query")]
    pub clips_a_query: usize,
    /// The seed of the arrivals.
    pub seed: u64,
}

/// MLPerf's.
fn mlperf_clips_a_query() -> usize {
    8
}

impl ScenarioOptions {
    /// Refuses what cannot be run.
    fn check(&self, throughput: Throughput) -> Result<()> {
        let Self { latency_bound_s, seconds, least_queries, clips_a_query, .. } = *self;
        ensure!(latency_bound_s > 0.0, "a latency bound of {latency_bound_s} s: expected a time above 0");
        // A year: more would be no duration that anybody waits for.
        ensure!((0.0..=3.2e7).contains(&seconds), "scenarios of {seconds} s: expected a time from 0 to 3.2e7");
        ensure!(least_queries > 0, "scenarios of {least_queries} queries: expected a number from 1");
        ensure!(
            clips_a_query > 0 && clips_a_query.is_multiple_of(throughput.clips()),
            "queries of {clips_a_query} clips are no whole runs of {} x {}: expected a multiple of {}",
            throughput.streams(),
            throughput.batch(),
            throughput.clips()
        );
        Ok(())
    }

    fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

/// What the scenarios came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioFinding {
    /// How they were run.
    pub options: ScenarioOptions,
    /// One clip after another.
    pub single_stream: StreamFinding,
    /// One query of several clips after another.
    pub multi_stream: StreamFinding,
    /// Random arrivals.
    pub server: ServerFinding,
    /// All clips at once.
    pub offline: OfflineFinding,
    /// Results that were decrypted and compared with the plain network's: all, with those before the clock ran.
    pub verified: usize,
    /// Largest difference of a logit from the plain network's.
    pub max_abs_logit_error: f64,
}

/// Queries one after another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StreamFinding {
    /// Clips of a query.
    pub clips_a_query: usize,
    /// The scenario's percentile of the latency of a query.
    pub tail: Tail,
    /// Latencies of queries.
    pub latency_s: Summary,
    /// Each of them, in the order of the queries; empty in records from before they were kept.
    #[serde(default)]
    pub raw_latency_s: Vec<f64>,
}

/// A percentile of latencies, and how much it can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tail {
    /// Which percentile.
    pub percent: usize,
    /// The least latency that so many queries in a hundred do not exceed.
    pub latency_s: f64,
    /// What the percentile does not exceed with 99% confidence, by how many queries there were: MLPerf's estimate where a run
    /// is stopped early. `None` for too few queries, and in records from before it was computed.
    #[serde(default)]
    pub at_most_s: Option<f64>,
    /// The queries that it rests on.
    pub queries: usize,
    /// The queries that MLPerf asks for: [`queries_asked_for`].
    pub queries_asked_for: usize,
    /// Whether there were so many.
    pub enough: bool,
}

impl Tail {
    /// Of ascending latencies, of which there is at least one.
    fn of(sorted: &[f64], percent: usize) -> Self {
        let (queries, asked_for) = (sorted.len(), queries_asked_for(percent));
        Self {
            percent,
            latency_s: percentile(sorted, percent),
            at_most_s: percentile_at_most(sorted, percent),
            queries,
            queries_asked_for: asked_for,
            enough: queries >= asked_for,
        }
    }
}

/// Random arrivals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerFinding {
    /// The largest of the tried rates that held, clips a second; `None` if none did, and where a single stream's median
    /// exceeds the bound, so that none was tried.
    pub rate_per_s: Option<f64>,
    /// One over the mean latency of the single stream: no larger rate was tried, for the queue would grow without end.
    pub capacity_per_s: f64,
    /// Every rate that was tried, in that order.
    pub tried: Vec<TriedRate>,
}

/// The server at one rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TriedRate {
    /// The rate of the schedule, clips a second.
    pub rate_per_s: f64,
    /// Clips over the time until the last one was answered.
    pub achieved_per_s: f64,
    /// The 99th percentile of the latency from the scheduled arrival; of fewer queries than the least number where the bound
    /// could not hold any more.
    pub tail: Tail,
    /// These latencies.
    pub latency_s: Summary,
    /// Each of them, in the order of arrival; empty in records from before they were kept.
    #[serde(default)]
    pub raw_latency_s: Vec<f64>,
    /// Whether the percentile is at most the bound.
    pub holds: bool,
}

/// All clips at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OfflineFinding {
    /// Clips that were classified: all of the configuration, as often as it took to fill the time.
    pub clips: usize,
    /// What it took.
    pub elapsed_s: f64,
    /// One over the other.
    pub clips_per_s: f64,
    /// Clips that MLPerf's rules ask for.
    pub clips_asked_for: usize,
    /// Whether there were so many.
    pub enough: bool,
}

/// The queries that a percentile needs, in (50, 100): so many that with 99% confidence the share of queries below the
/// bound is known within a twentieth of what is above it.
///
/// `n = z^2 p (1 - p) / m^2` with `m = (1 - p) / 20` and the normal distribution's `z` for 99%, rounded up to a multiple of
/// 2^13: 24,576 for the 90th and 270,336 for the 99th percentile.
///
/// - source: Reddi et al., "MLPerf inference benchmark", ISCA 2020, on statistically confident tail latencies; MLPerf
///   inference rules, appendix "Number of queries".
#[must_use]
pub fn queries_asked_for(percent: usize) -> usize {
    /// Half of 1% lies beyond it on either side.
    const Z: f64 = 2.575_829_303_548_901;
    let p = percent as f64 / 100.0;
    let margin = (1.0 - p) / 20.0;
    let queries = Z * Z * p * (1.0 - p) / (margin * margin);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and far below 2^53")]
    (queries.ceil() as usize).next_multiple_of(1 << 13)
}

/// Runs the scenarios: those of single clips first, for they say how fast the server can be.
pub(super) fn find(
    configuration: &Configuration,
    options: &ScenarioOptions,
    progress: &Progress,
    mut watch: NoiseWatch,
) -> Found<ScenarioFinding> {
    let throughput = configuration.protocol.throughput();
    options.check(throughput)?;
    let preparation = Preparation::new(configuration, 1, progress)?;

    let mut service = EncryptedService::new(configuration, &preparation, Throughput::default(), progress)?;
    watch.note_frequency();
    service.begin("single stream", 1);
    let single = one_after_another(&mut service, options.least_queries, options.duration())?;
    service.begin("server", 1);
    let server = load::server(&mut service, options, &single)?;
    let (mut verified, mut max_abs_logit_error) = service.finish();

    let mut service = EncryptedService::new(configuration, &preparation, throughput, progress)?;
    service.begin("multiple streams", options.clips_a_query / throughput.clips());
    let multi = one_after_another(&mut service, options.least_queries, options.duration())?;
    // All clips are one query; it is asked anew until the time is full.
    let clips = service.clips();
    service.begin("offline", clips / throughput.clips());
    let offline = one_after_another(&mut service, 1, options.duration())?;
    watch.note_frequency();
    let (also_verified, error) = service.finish();
    verified += also_verified;
    max_abs_logit_error = error.max(max_abs_logit_error);

    let finding = ScenarioFinding {
        options: options.clone(),
        single_stream: stream(1, single, SINGLE_STREAM_PERCENT),
        multi_stream: stream(options.clips_a_query, multi, TAIL_PERCENT),
        server,
        offline: offline_finding(offline.len() * clips, offline.iter().sum()),
        verified,
        max_abs_logit_error,
    };
    Ok((finding, watch.finish()))
}

/// At least one latency.
fn stream(clips_a_query: usize, latencies: Vec<f64>, percent: usize) -> StreamFinding {
    let (sorted, latency_s) = sorted(latencies.clone());
    StreamFinding { clips_a_query, tail: Tail::of(&sorted, percent), latency_s, raw_latency_s: latencies }
}

fn offline_finding(clips: usize, elapsed_s: f64) -> OfflineFinding {
    OfflineFinding {
        clips,
        elapsed_s,
        clips_per_s: clips as f64 / elapsed_s,
        clips_asked_for: OFFLINE_CLIPS_ASKED_FOR,
        enough: clips >= OFFLINE_CLIPS_ASKED_FOR,
    }
}

/// At least one latency in ascending order, with their summary.
fn sorted(mut latencies: Vec<f64>) -> (Vec<f64>, Summary) {
    latencies.sort_by(f64::total_cmp);
    let summary = Summary::of(&latencies).expect("times of at least one query");
    (latencies, summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_need_as_many_queries_as_the_rules_say() {
        assert_eq!([90, 95, 97, 99].map(queries_asked_for), [24_576, 57_344, 90_112, 270_336]);
    }

    #[test]
    fn a_percentile_says_what_it_rests_on() {
        let latencies: Vec<f64> = (1..=1000).map(f64::from).collect();
        let tail = Tail::of(&latencies, 99);
        assert_eq!((tail.latency_s, tail.queries, tail.enough), (990.0, 1000, false));
        assert!(Tail::of(&vec![0.5; 24_576], 90).enough);
    }

    #[test]
    fn what_cannot_be_run_is_refused() {
        let good = ScenarioOptions { latency_bound_s: 0.1, seconds: 1.0, least_queries: 1, clips_a_query: 8, seed: 1 };
        let refused = |options: ScenarioOptions, batch| {
            options.check(Throughput::new(batch, 1).unwrap()).err().map(|error| error.to_string())
        };
        assert_eq!(refused(good.clone(), 4), None);
        let sentence = refused(good.clone(), 3).unwrap();
        assert_eq!(sentence, "queries of 8 clips are no whole runs of 1 x 3: expected a multiple of 3");
        for wrong in [
            ScenarioOptions { latency_bound_s: f64::NAN, ..good.clone() },
            ScenarioOptions { seconds: f64::INFINITY, ..good.clone() },
            ScenarioOptions { least_queries: 0, ..good.clone() },
            ScenarioOptions { clips_a_query: 0, ..good.clone() },
        ] {
            assert!(refused(wrong.clone(), 1).is_some_and(|sentence| sentence.contains("expected")), "{wrong:?}");
        }
        let read: ScenarioOptions =
            serde_json::from_str(r#"{"latency_bound_s": 0.1, "seconds": 1, "least_queries": 1, "seed": 1}"#).unwrap();
        assert_eq!(read, good);
    }
}
