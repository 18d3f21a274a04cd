//! Programs over buffers, and the graphs they compile to.
//!
//! [`GraphBuilder`] records a program; [`GraphBuilder::finish`] checks it, places the buffers in one arena
//! ([`MemoryOptions`]) and derives the order between tasks. The invariant that everything else stands on:
//!
//! > Two tasks that touch a common word of the arena, one of them writing, are connected by a path of dependencies that
//! > follows program order.
//!
//! It covers the buffers' contents (read after write, write after read, write after write) and the reuse of memory alike
//! (a buffer that takes the place of earlier ones is first written after their last uses), so any executor that respects
//! [`Graph::predecessors`] computes what program order computes.

mod builder;
mod dependencies;
mod error;
mod ids;
mod placement;
mod rows;

use std::fmt;
use std::sync::Arc;

pub use builder::GraphBuilder;
use builder::flat;
pub use error::GraphError;
pub use ids::{BufferId, BufferRange, StageId, TaskId};
pub use placement::{Extent, MemoryOptions, ReusePolicy};
use rows::Rows;

/// A compiled program: immutable, and cheap to clone.
#[derive(Clone)]
pub struct Graph(Arc<Compiled>);

struct Compiled {
    stages: Vec<String>,
    tasks: Vec<Task>,
    /// What each task only reads: a buffer that it also writes stands among its writes alone.
    reads: Rows<BufferRange>,
    writes: Rows<BufferRange>,
    predecessors: Rows<TaskId>,
    successors: Rows<TaskId>,
    /// One a task: see [`Graph::remaining_ns`].
    remaining_ns: Vec<u64>,
    waves: Rows<TaskId>,
    buffers: Vec<Buffer>,
    /// One a buffer; `None` where nothing uses it.
    extents: Vec<Option<Extent>>,
    arena_words: usize,
    scratch_words: usize,
}

/// What a task is estimated to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskCost {
    /// Nanoseconds on one thread.
    pub time_ns: u64,
    /// Bytes that it reads beside its buffers, such as weights and keys: what every task brings from memory anew.
    pub streamed_bytes: u64,
}

impl From<u64> for TaskCost {
    /// A task of so many nanoseconds that reads nothing but its buffers.
    fn from(time_ns: u64) -> Self {
        Self { time_ns, streamed_bytes: 0 }
    }
}

#[derive(Clone, Copy)]
struct Task {
    stage: StageId,
    cost: TaskCost,
}

#[derive(Clone, Copy)]
struct Buffer {
    words: usize,
    is_input: bool,
    is_output: bool,
}

impl Graph {
    /// The number of tasks; their ids are `0..task_count()` in program order.
    #[must_use]
    pub fn task_count(&self) -> usize {
        self.0.tasks.len()
    }

    /// The tasks in program order.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = TaskId> + use<> {
        (0..self.task_count()).map(TaskId::from_index)
    }

    /// The task with that [index](TaskId::index).
    pub(crate) fn task(&self, index: usize) -> TaskId {
        debug_assert!(index < self.task_count(), "task {index} of {}", self.task_count());
        TaskId::from_index(index)
    }

    /// The number of stages.
    #[must_use]
    pub fn stage_count(&self) -> usize {
        self.0.stages.len()
    }

    /// The names of the stages, in the order of declaration.
    pub fn stage_names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.stages.iter().map(String::as_str)
    }

    /// The stage of a task.
    ///
    /// # Panics
    /// As every method here that takes an id: if it is of another graph and this one has none of that number.
    #[must_use]
    pub fn stage(&self, task: TaskId) -> StageId {
        self.0.tasks[task.index()].stage
    }

    /// The name of a stage.
    #[must_use]
    pub fn stage_name(&self, stage: StageId) -> &str {
        &self.0.stages[stage.index()]
    }

    /// The caller's estimate of what a task takes.
    #[must_use]
    pub fn cost(&self, task: TaskId) -> TaskCost {
        self.0.tasks[task.index()].cost
    }

    /// What a task only reads, in the declared order. A buffer that the task lists as read and written stands among
    /// [`Self::writes`] alone.
    #[must_use]
    pub fn reads(&self, task: TaskId) -> &[BufferRange] {
        self.0.reads.row(task.index())
    }

    /// What a task writes, in the declared order.
    #[must_use]
    pub fn writes(&self, task: TaskId) -> &[BufferRange] {
        self.0.writes.row(task.index())
    }

    /// The tasks that must have ended before `task` starts: sorted, each once, all of them earlier in program order.
    #[must_use]
    pub fn predecessors(&self, task: TaskId) -> &[TaskId] {
        self.0.predecessors.row(task.index())
    }

    /// The tasks that wait for `task`: sorted, each once, all of them later in program order.
    #[must_use]
    pub fn successors(&self, task: TaskId) -> &[TaskId] {
        self.0.successors.row(task.index())
    }

    /// The estimated time from the start of `task` to the end of the run on as many threads as one likes: the length of
    /// the longest chain that begins with it. What has more of it is more urgent.
    #[must_use]
    pub fn remaining_ns(&self, task: TaskId) -> u64 {
        self.0.remaining_ns[task.index()]
    }

    /// The number of dependencies: the lengths of all [`Self::predecessors`] added up.
    #[must_use]
    pub fn dependency_count(&self) -> usize {
        self.0.predecessors.item_count()
    }

    /// The tasks by depth: a wave's tasks depend on earlier waves only. Within a wave the most costly come first.
    pub fn waves(&self) -> impl ExactSizeIterator<Item = &[TaskId]> {
        self.0.waves.iter()
    }

    /// The number of buffers.
    #[must_use]
    pub fn buffer_count(&self) -> usize {
        self.0.buffers.len()
    }

    /// The size of a buffer in words of 32 bits.
    #[must_use]
    pub fn words(&self, buffer: BufferId) -> usize {
        self.0.buffers[buffer.index()].words
    }

    /// Whether the buffer is an input: written by the caller before each run.
    #[must_use]
    pub fn is_input(&self, buffer: BufferId) -> bool {
        self.0.buffers[buffer.index()].is_input
    }

    /// The inputs.
    pub fn inputs(&self) -> impl Iterator<Item = BufferId> {
        self.buffers().filter(|&buffer| self.is_input(buffer))
    }

    /// Whether the buffer is an output: kept until the run's end.
    #[must_use]
    pub fn is_output(&self, buffer: BufferId) -> bool {
        self.0.buffers[buffer.index()].is_output
    }

    /// Where a buffer lies in the arena; `None` for one that no task uses and that is neither input nor output.
    #[must_use]
    pub fn extent(&self, buffer: BufferId) -> Option<Extent> {
        self.0.extents[buffer.index()]
    }

    /// The size of the arena that holds all buffers.
    #[must_use]
    pub fn arena_bytes(&self) -> usize {
        self.0.arena_words * size_of::<u32>()
    }

    /// By stage, in the order of [`Self::stage_names`]: the most bytes of buffers that are in use at one time while its tasks
    /// run in program order. A buffer is in use from the first task that touches it to the last; inputs from the start, and
    /// outputs to the end. Executors that run tasks side by side stay within [`Self::arena_bytes`], not within this.
    #[must_use]
    pub fn live_bytes(&self) -> Vec<usize> {
        let (tasks, mut touches) = (self.task_count(), vec![None; self.buffer_count()]);
        for task in self.tasks() {
            for buffer in flat(self.reads(task)).chain(flat(self.writes(task))) {
                touches[buffer.index()].get_or_insert((task.index(), 0)).1 = task.index();
            }
        }
        // What each task finds new, and what it is the last to use.
        let (mut new, mut done) = (vec![0; tasks], vec![0; tasks + 1]);
        for (buffer, touched) in self.buffers().zip(touches) {
            let first = if self.is_input(buffer) { Some(0) } else { touched.map(|(first, _)| first) };
            let last = if self.is_output(buffer) { Some(tasks) } else { touched.map(|(_, last)| last) };
            if let (Some(first), Some(last)) = (first, last)
                && first < tasks
            {
                new[first] += self.words(buffer);
                done[last] += self.words(buffer);
            }
        }
        let (mut live, mut most) = (0, vec![0; self.stage_count()]);
        for task in self.tasks() {
            live += new[task.index()];
            let of_stage = &mut most[self.stage(task).index()];
            *of_stage = live.max(*of_stage);
            live -= done[task.index()];
        }
        most.into_iter().map(|words| words * size_of::<u32>()).collect()
    }

    /// The scratch memory that every worker has.
    #[must_use]
    pub fn scratch_bytes_per_worker(&self) -> usize {
        self.0.scratch_words * size_of::<u32>()
    }

    pub(crate) fn arena_words(&self) -> usize {
        self.0.arena_words
    }

    pub(crate) fn scratch_words(&self) -> usize {
        self.0.scratch_words
    }

    pub(crate) fn buffers(&self) -> impl ExactSizeIterator<Item = BufferId> + use<> {
        (0..self.buffer_count()).map(BufferId::from_index)
    }

    /// Whether both are clones of one compilation.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph")
            .field("tasks", &self.task_count())
            .field("dependencies", &self.dependency_count())
            .field("waves", &self.waves().len())
            .field("buffers", &self.buffer_count())
            .field("arena_bytes", &self.arena_bytes())
            .field("scratch_bytes_per_worker", &self.scratch_bytes_per_worker())
            .finish()
    }
}
