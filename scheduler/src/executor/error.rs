use super::ExecutorKind;
use crate::graph::{BufferId, TaskId};
use crate::placement::{BindError, Pin, PlacementError};

/// Why there is no executor.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecutorError {
    /// The workers cannot be placed: there would be none, for example.
    #[error(transparent)]
    Placement(#[from] PlacementError),
    /// A worker is not where it should be.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// An executor without threads of its own, asked for several workers or for bound ones.
    #[error(
        "the executor {executor} works on the calling thread: {workers} threads with pinning {pin} were asked for, expected 1 with pinning none"
    )]
    CallingThread {
        /// The executor.
        executor: ExecutorKind,
        /// How many workers were asked for.
        workers: usize,
        /// How they were to be bound.
        pin: Pin,
    },
    /// The system gave no threads.
    #[error("{threads} threads could not be started: {reason}")]
    Refused {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
}

/// Why a run did not end well.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The memory was made for another graph.
    #[error("the memory belongs to another graph; make one for the graph that runs")]
    OtherGraph,
    /// The memory has less scratch than the executor has workers.
    #[error("the executor has {executor} workers, but the memory was made for {memory}")]
    TooFewWorkers {
        /// The executor's workers.
        executor: usize,
        /// The memory's.
        memory: usize,
    },
    /// The caller has not written an input since the last run.
    #[error("input {buffer} was not written for this run")]
    InputNotWritten {
        /// The input.
        buffer: BufferId,
    },
    /// A task panicked.
    #[error("{task} (stage {stage}) panicked: {message}")]
    TaskPanicked {
        /// The task.
        task: TaskId,
        /// The name of its stage.
        stage: String,
        /// The panic's message.
        message: String,
    },
    /// A call of a parallel loop panicked.
    #[error("item {index} panicked: {message}")]
    ItemPanicked {
        /// Its index.
        index: usize,
        /// The panic's message.
        message: String,
    },
    /// [`Cancel::cancel`](crate::Cancel::cancel) was called.
    #[error("cancelled")]
    Cancelled,
}
