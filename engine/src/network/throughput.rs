//! How many clips one run of a network handles, and which number of them is predicted to be fastest.

use std::sync::Arc;

use hear_scheduler::MemoryOptions;
use serde::{Deserialize, Serialize};

use super::{
    cost::Speeds,
    lower::{Keep, RunShape, lower},
    memory::MemoryPrediction,
    plan::Plan,
    run::{InferenceError, scratch_words},
};
use crate::ring::Context;

/// The most clips of a run: what arenas and the slices of a task are laid out for.
pub const MAX_CLIPS: usize = 64;

/// How many clips a run handles, and how: `streams` times all tasks, independent of each other, for `batch` clips each.
///
/// The clips of a batch share every pass over weights and keys: a task that reads them works on all clips of its batch, so
/// a weight or a limb of a key comes from memory once. The other tasks exist once a clip. Streams share nothing, but fill
/// the gaps that a batch leaves where it has fewer tasks at a time than there are threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "UncheckedThroughput")]
pub struct Throughput {
    batch: usize,
    streams: usize,
}

/// A [`Throughput`] as a file has it.
#[derive(Deserialize)]
struct UncheckedThroughput {
    batch: usize,
    streams: usize,
}

impl TryFrom<UncheckedThroughput> for Throughput {
    type Error = ThroughputError;

    fn try_from(UncheckedThroughput { batch, streams }: UncheckedThroughput) -> Result<Self, ThroughputError> {
        Self::new(batch, streams)
    }
}

/// Clips that no run handles at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "batches of {batch} clips in {streams} streams: 1 to {MAX_CLIPS} clips a run are possible, in at least one of each"
)]
pub struct ThroughputError {
    /// Clips of a batch.
    pub batch: usize,
    /// Streams.
    pub streams: usize,
}

impl Default for Throughput {
    /// One clip at a time.
    fn default() -> Self {
        Self { batch: 1, streams: 1 }
    }
}

impl Throughput {
    /// `streams` batches of `batch` clips.
    ///
    /// # Errors
    /// If that is none, or more than [`MAX_CLIPS`].
    pub fn new(batch: usize, streams: usize) -> Result<Self, ThroughputError> {
        match batch.checked_mul(streams) {
            Some(1..=MAX_CLIPS) => Ok(Self { batch, streams }),
            _ => Err(ThroughputError { batch, streams }),
        }
    }

    /// Clips that share each pass over weights and keys.
    #[must_use]
    pub fn batch(self) -> usize {
        self.batch
    }

    /// Independent batches of a run.
    #[must_use]
    pub fn streams(self) -> usize {
        self.streams
    }

    /// Clips of a run.
    #[must_use]
    pub fn clips(self) -> usize {
        self.batch * self.streams
    }

    /// What runs the last clips of many: as many in one batch as the others do in all streams, or fewer.
    ///
    /// # Panics
    /// If there are none, or more than a run handles.
    #[must_use]
    pub fn of_rest(self, clips: usize) -> Self {
        assert!((1..=self.clips()).contains(&clips), "{clips} clips of a run of {}", self.clips());
        if clips == self.clips() { self } else { Self { batch: clips, streams: 1 } }
    }
}

/// What a run of several clips is predicted to take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunPrediction {
    /// How the run is laid out.
    pub shape: RunShape,
    /// The most clips of a packed input.
    packed: usize,
    /// Seconds of a run, all clips of it.
    pub seconds: f64,
    /// What running the plan so needs.
    pub memory: MemoryPrediction,
}

/// The batches that [`RunPrediction::fastest`] tries.
const BATCHES: [usize; 6] = [1, 2, 3, 4, 6, 8];
/// The streams that it tries.
const STREAMS: [usize; 4] = [1, 2, 4, 8];
/// The most clips that it tries: what more would share is little, and a clip waits for all of its run.
const MOST_CLIPS: usize = 16;
/// By how much more clips a run must be faster: they take more memory and wait longer.
const WORTH: f64 = 1.02;

impl RunPrediction {
    /// Predicts a run on `threads` threads of a machine.
    ///
    /// The time is that of the work on all threads, longer by what one thread does of the critical path while the others
    /// wait (Brent, 1974), but at least that of streaming keys and weights, which the clips of a batch share.
    ///
    /// # Errors
    /// If the plan's tasks cannot be laid out.
    pub fn new(
        context: &Arc<Context>,
        plan: &Plan,
        shape: impl Into<RunShape>,
        speeds: &Speeds,
        threads: usize,
    ) -> Result<Self, InferenceError> {
        let shape @ RunShape { throughput, .. } = shape.into();
        let scratch_words = scratch_words(context, plan, throughput)?;
        let graph = lower(plan, shape, threads, scratch_words, Keep::Result, &MemoryOptions::default())?.graph;
        let counts = plan.counts_of_run(throughput, speeds.shared_reads);
        // Tasks are estimated for the default machine; of this one their share of all work is taken.
        let total_ns: u64 = graph.tasks().map(|task| graph.cost(task).time_ns).sum();
        let critical_ns = graph.tasks().map(|task| graph.remaining_ns(task)).max().unwrap_or(0);
        let critical = critical_ns as f64 / total_ns as f64;
        let work = speeds.seconds(&counts, 1);
        let seconds = work * (critical + (1.0 - critical) / threads as f64);
        Ok(Self {
            shape,
            packed: plan.input.clips(),
            seconds: seconds.max(speeds.seconds(&counts, threads)),
            memory: MemoryPrediction::of_graph(plan, &graph, threads),
        })
    }

    /// Clips of a run, at most.
    #[must_use]
    pub fn clips(&self) -> usize {
        self.shape.throughput.clips() * self.packed
    }

    /// Clips a second, of runs of as many as they can be.
    #[must_use]
    pub fn clips_per_s(&self) -> f64 {
        self.clips() as f64 / self.seconds
    }

    /// The numbers of clips that are predicted to be fastest among those whose memory, with keys and weights, stays within a
    /// limit; one clip at a time where none does.
    ///
    /// # Errors
    /// If the plan's tasks cannot be laid out.
    pub fn fastest(
        context: &Arc<Context>,
        plan: &Plan,
        speeds: &Speeds,
        threads: usize,
        memory_limit_bytes: Option<u64>,
    ) -> Result<Self, InferenceError> {
        let predict = |throughput| Self::new(context, plan, throughput, speeds, threads);
        let mut best = predict(Throughput::default())?;
        if plan.input.clips() > 1 {
            return Ok(best);
        }
        let mut candidates: Vec<_> =
            STREAMS.iter().flat_map(|&streams| BATCHES.map(|batch| Throughput { batch, streams })).collect();
        candidates.retain(|throughput| (2..=MOST_CLIPS).contains(&throughput.clips()));
        candidates.sort_by_key(|throughput| throughput.clips());
        for throughput in candidates {
            let prediction = predict(throughput)?;
            let fits = memory_limit_bytes.is_none_or(|limit| prediction.memory.total_bytes <= limit);
            if fits && prediction.clips_per_s() > best.clips_per_s() * WORTH {
                best = prediction;
            }
        }
        Ok(best)
    }
}

#[cfg(test)]
mod tests {
    use hear_kernels::simd::Isa;
    use hear_model::network::{Dimension, Shape};

    use super::*;
    use crate::network::{
        method::Method,
        plan::{PlanRequest, Security},
    };

    fn plan(method: Method) -> (Arc<Context>, Plan) {
        let plan = Plan::new(&PlanRequest::new(Shape::new(Dimension::TwoD, 64).unwrap(), method)).unwrap();
        let context = Context::new(&plan.checked_parameters(Security::Required).unwrap(), Isa::detect());
        (context, plan)
    }

    #[test]
    fn batches_pay_where_reading_is_slow_and_streams_where_threads_are_many() {
        let (context, plan) = plan(Method::LeanHear);
        let speeds = Speeds::default();
        let predict = |(batch, streams), speeds: &Speeds, threads| {
            RunPrediction::new(&context, &plan, Throughput { batch, streams }, speeds, threads).unwrap()
        };
        let slow = Speeds { byte_ns: 1.0, bytes_per_ns: 1.0, shared_reads: 1.0, ..speeds.clone() };
        let free = Speeds { byte_ns: 0.0, bytes_per_ns: 1e9, ..speeds.clone() };
        let faster = |a: RunPrediction, b: RunPrediction| a.clips_per_s() / b.clips_per_s();
        assert!(faster(predict((4, 1), &slow, 1), predict((1, 1), &slow, 1)) > 1.5);
        let displaced = Speeds { shared_reads: 0.0, ..slow.clone() };
        assert!((faster(predict((4, 1), &displaced, 1), predict((1, 1), &displaced, 1)) - 1.0).abs() < 1e-3);
        assert!((faster(predict((4, 1), &free, 1), predict((1, 1), &free, 1)) - 1.0).abs() < 1e-3);
        assert!(faster(predict((1, 4), &free, 16), predict((1, 1), &free, 16)) > 1.2);
        assert!((faster(predict((1, 4), &free, 1), predict((1, 1), &free, 1)) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_fastest_clips_fit_into_the_memory() {
        let (context, plan) = plan(Method::LeanHear);
        let speeds = Speeds::default();
        let fastest = |limit| RunPrediction::fastest(&context, &plan, &speeds, 16, limit).unwrap();
        let free = fastest(None);
        assert!(free.clips() > 1, "{free:?}");
        let limit = free.memory.total_bytes - 1;
        let limited = fastest(Some(limit));
        assert!(limited.memory.total_bytes <= limit && limited.clips_per_s() <= free.clips_per_s() * WORTH);
        assert_eq!(fastest(Some(0)).shape.throughput, Throughput::default());
    }

    #[test]
    fn none_and_too_many_are_refused_with_what_was_asked_for() {
        for (batch, streams) in [(0, 1), (1, 0), (MAX_CLIPS, 2), (usize::MAX, 2)] {
            let error = Throughput::new(batch, streams).unwrap_err().to_string();
            assert!(error.contains(&format!("batches of {batch} clips in {streams} streams")), "{error}");
        }
        let most = Throughput::new(MAX_CLIPS / 2, 2).unwrap();
        assert_eq!((most.batch(), most.streams(), most.clips()), (MAX_CLIPS / 2, 2, MAX_CLIPS));
        assert_eq!(Throughput::default(), Throughput::new(1, 1).unwrap());
    }

    #[test]
    fn the_rest_is_one_batch() {
        let throughput = Throughput::new(3, 2).unwrap();
        assert_eq!(throughput.of_rest(6), throughput);
        assert_eq!(throughput.of_rest(5), Throughput::new(5, 1).unwrap());
    }
}
