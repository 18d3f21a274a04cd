//! What a measurement will need, from its plan alone, so that nothing is started that the system would have to kill.

use hear_engine::{
    network::{
        cost::Speeds,
        plan::{Plan, PlanError, Security},
        run::InferenceError,
        throughput::{RunPrediction, Throughput},
    },
    ring::Context,
};
use hear_kernels::simd::Isa;

/// What a process holds beside keys, plaintexts and the memory of a run: program, tables, weights in the clear, the other
/// two keys, ciphertexts, stacks, what the allocator keeps. Measured at 40 to 70 MB; a prediction should err upwards.
const OTHER_BYTES: u64 = 128_000_000;

/// The memory of a measurement, by what takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPrediction {
    /// Switching keys.
    pub keys_bytes: u64,
    /// Encoded weights.
    pub plaintexts_bytes: u64,
    /// Values of an inference.
    pub arena_bytes: u64,
    /// Intermediate values of all workers.
    pub scratch_bytes: u64,
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
    /// What a plan's runs of some clips need on `threads` threads.
    ///
    /// # Errors
    /// If the plan's parameters are refused or its tasks cannot be laid out.
    pub fn new(plan: &Plan, throughput: Throughput, threads: usize) -> Result<Self, PredictionError> {
        let context = Context::new(&plan.checked_parameters(Security::Required)?, Isa::detect());
        let preparation = plan.preparation();
        let run = RunPrediction::new(&context, plan, throughput, &Speeds::default(), threads)?;
        Ok(Self {
            keys_bytes: preparation.key_bytes,
            plaintexts_bytes: preparation.plaintext_bytes,
            arena_bytes: run.arena_bytes,
            scratch_bytes: run.scratch_bytes,
        })
    }

    /// All of it.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        let Self { keys_bytes, plaintexts_bytes, arena_bytes, scratch_bytes } = self;
        keys_bytes + plaintexts_bytes + arena_bytes + scratch_bytes + OTHER_BYTES
    }
}
