//! The memory of a graph: allocated once, lent to tasks in pieces.
//!
//! This module holds all `unsafe` code of the crate. Its argument in one paragraph: buffers that are alive together lie
//! apart, and tasks that touch a common word in conflict are ordered by dependencies (both guaranteed and tested by
//! [`graph`](crate::graph)); a run keeps a ledger of tasks and lends a task's buffers only after all of its
//! predecessors have ended, once. So at no time do two tasks hold slices that overlap with one of them writing, whatever
//! the executor does: an executor with a mistake panics.

#[expect(unsafe_code, reason = "lends disjoint pieces of one buffer")]
mod arena;
#[expect(unsafe_code, reason = "owns raw memory")]
mod buffer;
mod huge_pages;
#[expect(unsafe_code, reason = "asks the arena for pieces, which the ledger and the graph keep apart")]
mod lease;
mod ledger;
#[expect(unsafe_code, reason = "system calls for memory")]
mod pages;

use std::fmt;
use std::io;
use std::sync::Mutex;

use arena::Arena;
pub use buffer::{Buffer, bytes, bytes_mut};
pub use lease::TaskContext;
use lease::WorkerStorage;
pub(crate) use lease::{Run, Worker};
use ledger::Ledger;
pub use pages::{CACHE_LINE_BYTES, HUGE_PAGE_BYTES};

use crate::executor::RunError;
use crate::graph::{BufferId, Extent, Graph};

/// Why there is no memory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// The system refused.
    #[error("the system refused {words} words of 4 bytes: {source}")]
    Refused {
        /// How many words of 32 bits were asked for.
        words: usize,
        /// What the system said.
        source: io::Error,
    },
}

/// The memory in which a graph runs: the arena of its buffers, and scratch for each worker.
///
/// It serves any number of runs of that graph, one at a time; runs at one time need a memory each. Allocating it touches
/// no page, so that each page comes to lie near the worker that first writes it.
pub struct Memory {
    graph: Graph,
    arena: Arena,
    workers: Vec<Mutex<WorkerStorage>>,
    ledger: Ledger,
    /// By buffer: whether the caller has written it since the last run.
    input_is_written: Vec<bool>,
    /// Whether the last run has ended well.
    outputs_are_valid: bool,
}

impl Memory {
    /// Memory for `graph` on an executor of at most `workers` workers.
    ///
    /// # Errors
    /// [`MemoryError::Refused`] if the system has no room.
    pub fn new(graph: &Graph, workers: usize) -> Result<Self, MemoryError> {
        let worker = |_| WorkerStorage::new(graph.scratch_words()).map(Mutex::new);
        Ok(Self {
            graph: graph.clone(),
            arena: Arena::new(Buffer::zeroed(graph.arena_words())?),
            workers: (0..workers).map(worker).collect::<Result<_, _>>()?,
            ledger: Ledger::new(graph),
            input_is_written: vec![false; graph.buffer_count()],
            outputs_are_valid: false,
        })
    }

    /// How many workers there is scratch for.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers.len()
    }

    /// The arena and all scratch.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.graph.arena_bytes() + self.workers() * self.graph.scratch_bytes_per_worker()
    }

    /// How much of it lies on huge pages by now, at most: pages come when they are first written, so ask after a run.
    /// `None` where the system does not say.
    #[must_use]
    pub fn huge_page_bytes(&self) -> Option<usize> {
        // A worker that is running keeps its scratch to itself, but nobody runs: a run borrows `self` exclusively.
        let scratch = self.workers.iter().filter_map(|worker| worker.try_lock().ok());
        let mut ranges: Vec<_> = scratch.map(|worker| worker.scratch_addresses()).collect();
        ranges.push(self.arena.addresses());
        huge_pages::huge_page_bytes(&ranges)
    }

    /// An input to be filled for the next run; it counts as written. A run consumes its inputs: they have to be written
    /// before each.
    ///
    /// # Panics
    /// If `buffer` is no input.
    pub fn input_mut(&mut self, buffer: BufferId) -> &mut [u32] {
        assert!(self.graph.is_input(buffer), "{buffer} is no input");
        self.input_is_written[buffer.index()] = true;
        // Writing an input may overwrite the outputs of the last run.
        self.outputs_are_valid = false;
        self.arena.get_mut(extent(&self.graph, buffer))
    }

    /// Writes an input for the next run: see [`Self::input_mut`].
    ///
    /// # Panics
    /// If `buffer` is no input, or if `words` has not its length.
    pub fn write_input(&mut self, buffer: BufferId, words: &[u32]) {
        self.input_mut(buffer).copy_from_slice(words);
    }

    /// An output of the last run.
    ///
    /// # Panics
    /// If `buffer` is no output; if no run has ended well, or an input has been written since.
    #[must_use]
    pub fn read_output(&self, buffer: BufferId) -> &[u32] {
        assert!(self.graph.is_output(buffer), "{buffer} is no output");
        assert!(self.outputs_are_valid, "{buffer} is read, but no run has ended well since the inputs were written");
        self.arena.get(extent(&self.graph, buffer))
    }

    /// Starts a run.
    ///
    /// # Errors
    /// If the memory is of another graph, or if an input is not written.
    pub(crate) fn begin(&mut self, graph: &Graph) -> Result<Run<'_>, RunError> {
        if !self.graph.is_same(graph) {
            return Err(RunError::OtherGraph);
        }
        let missing = |buffer: &BufferId| graph.is_input(*buffer) && !self.input_is_written[buffer.index()];
        if let Some(buffer) = graph.buffers().find(missing) {
            return Err(RunError::InputNotWritten { buffer });
        }
        self.input_is_written.fill(false);
        self.outputs_are_valid = false;
        self.ledger.reset(graph);
        Ok(Run::new(self))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("graph", &self.graph)
            .field("workers", &self.workers())
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}

/// # Panics
/// If nothing uses the buffer.
fn extent(graph: &Graph, buffer: BufferId) -> Extent {
    graph.extent(buffer).expect("inputs, outputs and what tasks use have an extent")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{GraphBuilder, MemoryOptions};

    fn one_input() -> (Graph, BufferId) {
        let mut builder = GraphBuilder::new();
        let buffer = builder.buffer(2);
        builder.input(buffer);
        builder.output(buffer);
        (builder.finish(&MemoryOptions::default()).unwrap(), buffer)
    }

    #[test]
    fn inputs_are_consumed_and_outputs_kept() {
        let (graph, buffer) = one_input();
        let mut memory = Memory::new(&graph, 1).unwrap();
        assert!(matches!(memory.begin(&graph).err(), Some(RunError::InputNotWritten { buffer: b }) if b == buffer));
        memory.write_input(buffer, &[3, 4]);
        memory.begin(&graph).unwrap().finish();
        assert_eq!(memory.read_output(buffer), [3, 4]);
        assert!(memory.begin(&graph).is_err(), "the input is consumed");
        assert_eq!(memory.bytes(), 64);
    }

    /// The first write to a page brings it: before, no memory is taken.
    #[test]
    #[cfg(all(target_os = "linux", not(miri)))]
    fn pages_come_with_the_first_write() {
        let mut builder = GraphBuilder::new();
        let buffer = builder.buffer(4 * HUGE_PAGE_BYTES / 4);
        builder.input(buffer);
        builder.output(buffer);
        let mut memory = Memory::new(&builder.finish(&MemoryOptions::default()).unwrap(), 1).unwrap();
        assert_eq!(memory.huge_page_bytes(), Some(0), "nobody has written");
        memory.input_mut(buffer).fill(1);
        let huge = memory.huge_page_bytes().unwrap();
        assert!(huge <= memory.bytes() && huge.is_multiple_of(HUGE_PAGE_BYTES), "{huge}");
        let modes = std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
        if modes.contains("[never]") || modes.is_empty() {
            assert_eq!(huge, 0);
        }
    }

    #[test]
    fn memory_of_another_graph_is_refused() {
        let (graph, buffer) = one_input();
        let mut memory = Memory::new(&one_input().0, 1).unwrap();
        memory.write_input(buffer, &[3, 4]);
        assert!(matches!(memory.begin(&graph).err(), Some(RunError::OtherGraph)));
    }

    #[test]
    #[should_panic(expected = "no run has ended well since")]
    fn outputs_before_a_run_are_refused() {
        let (graph, buffer) = one_input();
        let _ = Memory::new(&graph, 1).unwrap().read_output(buffer);
    }
}
