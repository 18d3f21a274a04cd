use super::{BufferId, StageId, TaskId};

/// Why a program is no graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// A buffer of zero words.
    #[error("{buffer} has no words; a buffer needs at least one")]
    EmptyBuffer {
        /// The buffer.
        buffer: BufferId,
    },
    /// A task names a stage of another builder.
    #[error("{task} belongs to {stage}, but this graph has {stages} stages")]
    UnknownStage {
        /// The task.
        task: TaskId,
        /// The stage it names.
        stage: StageId,
        /// How many stages there are.
        stages: usize,
    },
    /// A task, an input or an output names a buffer of another builder.
    #[error("{user} names {buffer}, but this graph has {buffers} buffers")]
    UnknownBuffer {
        /// What names the buffer: "task 3", "an input", "an output".
        user: String,
        /// The buffer it names.
        buffer: BufferId,
        /// How many buffers there are.
        buffers: usize,
    },
    /// A task lists one buffer twice among its writes.
    #[error("{task} (stage {stage}) writes {buffer} twice; list it once")]
    WrittenTwice {
        /// The task.
        task: TaskId,
        /// The name of its stage.
        stage: String,
        /// The buffer.
        buffer: BufferId,
    },
    /// A task reads what nothing has written.
    #[error("{task} (stage {stage}) reads {buffer}, which is no input and which no earlier task writes")]
    ReadBeforeWrite {
        /// The task.
        task: TaskId,
        /// The name of its stage.
        stage: String,
        /// The buffer.
        buffer: BufferId,
    },
    /// An output that nothing writes.
    #[error("{buffer} is an output, but it is no input and no task writes it")]
    OutputNeverWritten {
        /// The buffer.
        buffer: BufferId,
    },
    /// The buffers together exceed what a process can address.
    #[error("the buffers have {words} words together, more than this machine can address")]
    TooLarge {
        /// Their size without any reuse.
        words: u128,
    },
}
