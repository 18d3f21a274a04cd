//! How much memory running a plan takes, from the plan alone: before keys are made or a network is encoded.

use hear_kernels::simd::Isa;
use hear_scheduler::{Graph, MemoryOptions, memory::HUGE_PAGE_BYTES};
use serde::{Deserialize, Serialize};

use super::lower::{Keep, lower};
use super::plan::{Plan, PlanError, Security};
use super::run::{InferenceError, scratch_words};
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
}

impl MemoryPrediction {
    /// What runs of so many clips need on `threads` threads.
    ///
    /// # Errors
    /// If the plan's parameters are refused or its tasks cannot be laid out.
    pub fn new(
        plan: &Plan,
        throughput: Throughput,
        security: Security,
        threads: usize,
    ) -> Result<Self, PredictionError> {
        let context = Context::new(&plan.checked_parameters(security)?, Isa::detect());
        let scratch_words = scratch_words(&context, plan, throughput).map_err(InferenceError::from)?;
        let lowered = lower(plan, throughput, threads, scratch_words, Keep::Result, &MemoryOptions::default());
        let graph = lowered.map_err(InferenceError::from)?.graph;
        Ok(Self::of_graph(plan, &graph, threads))
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
