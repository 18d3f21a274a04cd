//! How much memory running a plan takes, from the plan alone: before keys are made or a network is encoded.

use hear_kernels::simd::Isa;
use hear_model::network::Shape;
use hear_scheduler::{Graph, MemoryOptions, memory::HUGE_PAGE_BYTES, units::Bytes};
use serde::{Deserialize, Serialize};

use super::lower::{Keep, RunShape, lower};
use super::method::{Family, Method};
use super::nodes::tiling::Tiling;
use super::plan::{Plan, PlanError, Security};
use super::run::{InferenceError, check_clips, scratch_words};
use super::throughput::Throughput;
use crate::ring::Context;

/// What a process has beside the memory that follows from the plan: its program and libraries (10 MB), and on the heap
/// tables, tasks, the other keys, weights and clips in the clear, ciphertexts that come and go (9 to 12 MB). Measured with
/// `hear-bench run` on the shipped networks.
const PROCESS_BYTES: u64 = 21_000_000;

/// What a thread has beside its scratch: its stack, and what the allocator keeps for it after keys and plaintexts are made.
/// Measured as above, at 2 to 3 MB.
const THREAD_BYTES: u64 = 2_500_000;

/// The memory of a process that holds keys and an encoded network and runs a plan, by what takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryPrediction {
    /// Switching keys.
    pub keys_bytes: u64,
    /// Encoded weights.
    pub plaintexts_bytes: u64,
    /// Values of an inference.
    pub arena_bytes: u64,
    /// Intermediate values of all workers.
    pub scratch_bytes: u64,
    /// The process itself and its threads.
    pub process_bytes: u64,
    /// All of it, which is the peak: nothing that comes before a run takes more.
    pub total_bytes: u64,
}

/// Why a prediction could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PredictionError {
    /// The plan is refused.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The plan cannot be turned into tasks.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// However a run is laid out, it takes more.
    #[error(
        "{method} on a {shape} network takes {} of memory at least, on {threads} threads; the limit is {}",
        Bytes(*least_bytes),
        Bytes(*limit_bytes)
    )]
    Limit {
        /// The method.
        method: Method,
        /// The network's shape.
        shape: Shape,
        /// The limit.
        limit_bytes: u64,
        /// The least that would do.
        least_bytes: u64,
        /// The threads.
        threads: usize,
    },
}

impl MemoryPrediction {
    /// What runs of so many clips need on `threads` threads.
    ///
    /// # Errors
    /// If the plan's parameters are refused or its tasks cannot be laid out.
    pub fn new(
        plan: &Plan,
        shape: impl Into<RunShape>,
        security: Security,
        threads: usize,
    ) -> Result<Self, PredictionError> {
        let shape = shape.into();
        check_clips(plan, shape.throughput)?;
        let context = Context::new(&plan.checked_parameters(security)?, Isa::detect());
        let scratch_words = scratch_words(&context, plan, shape.throughput).map_err(InferenceError::from)?;
        let lowered = lower(plan, shape, threads, scratch_words, Keep::Result, &MemoryOptions::default());
        let graph = lowered.map_err(InferenceError::from)?.graph;
        Ok(Self::of_graph(plan, &graph, threads))
    }

    /// The fastest way to lay out runs of so many packed inputs that stays within a limit. Where ciphertexts are no nodes there
    /// is one way only.
    ///
    /// # Errors
    /// If no way stays within it; if the plan's parameters are refused or its tasks cannot be laid out.
    pub fn fitting(
        plan: &Plan,
        throughput: Throughput,
        security: Security,
        threads: usize,
        limit_bytes: u64,
    ) -> Result<(RunShape, Self), PredictionError> {
        let tilings = match plan.method.family() {
            Family::Nodes => Tiling::fastest_first(),
            Family::Packed | Family::Lean => vec![Tiling::default()],
        };
        let mut least_bytes = u64::MAX;
        for tiling in tilings {
            let shape = RunShape { throughput, tiling };
            let prediction = Self::new(plan, shape, security, threads)?;
            if prediction.total_bytes <= limit_bytes {
                return Ok((shape, prediction));
            }
            least_bytes = least_bytes.min(prediction.total_bytes);
        }
        Err(PredictionError::Limit { method: plan.method, shape: plan.shape, limit_bytes, least_bytes, threads })
    }

    /// What runs of a graph that a plan was lowered to need on `threads` threads.
    pub(super) fn of_graph(plan: &Plan, graph: &Graph, threads: usize) -> Self {
        let preparation = plan.preparation();
        let mut prediction = Self {
            keys_bytes: on_pages(preparation.key_bytes),
            plaintexts_bytes: on_pages(preparation.plaintext_bytes),
            arena_bytes: on_pages(graph.arena_bytes() as u64),
            scratch_bytes: threads as u64 * on_pages(graph.scratch_bytes_per_worker() as u64),
            process_bytes: PROCESS_BYTES + threads as u64 * THREAD_BYTES,
            total_bytes: 0,
        };
        let Self { keys_bytes, plaintexts_bytes, arena_bytes, scratch_bytes, process_bytes, .. } = prediction;
        prediction.total_bytes = keys_bytes + plaintexts_bytes + arena_bytes + scratch_bytes + process_bytes;
        prediction
    }
}

/// What a buffer of that size takes: huge pages, from the size of one on.
fn on_pages(bytes: u64) -> u64 {
    const HUGE: u64 = HUGE_PAGE_BYTES as u64;
    if bytes < HUGE { bytes } else { bytes.next_multiple_of(HUGE) }
}
