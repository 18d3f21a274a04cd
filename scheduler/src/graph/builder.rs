//! Recording a program and compiling it.

use std::ops::Range;
use std::sync::Arc;

use super::dependencies;
use super::placement::{self, Lifetime};
use super::rows::Rows;
use super::{
    Buffer, BufferId, BufferRange, Compiled, Graph, GraphError, MemoryOptions, StageId, Task, TaskCost, TaskId,
};

/// A program being recorded: buffers, and tasks over them in the order in which a single thread would run them.
///
/// Nothing is checked before [`Self::finish`], which reports the first mistake.
#[derive(Default)]
pub struct GraphBuilder {
    stages: Vec<String>,
    tasks: Vec<Task>,
    reads: Rows<BufferRange>,
    writes: Rows<BufferRange>,
    buffers: Vec<Buffer>,
    inputs: Vec<BufferRange>,
    outputs: Vec<BufferRange>,
    scratch_words: usize,
}

/// The moments at which buffers are born and die: the start, then each task in program order, then the end.
struct Positions {
    tasks: usize,
}

impl Positions {
    const START: usize = 0;

    fn of(task: usize) -> usize {
        task + 1
    }

    fn end(&self) -> usize {
        self.tasks + 1
    }
}

impl GraphBuilder {
    /// An empty program.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a stage: tasks of a stage are reported together. Two stages may have one name.
    ///
    /// # Panics
    /// At the 2^32nd stage.
    pub fn stage(&mut self, name: &str) -> StageId {
        let stage = StageId::from_index(self.stages.len());
        self.stages.push(name.to_owned());
        stage
    }

    /// Declares a buffer of `words` words of 32 bits. What it holds before its first write is unspecified.
    ///
    /// # Panics
    /// At the 2^32nd buffer.
    pub fn buffer(&mut self, words: usize) -> BufferId {
        self.buffers(1, words).get(0)
    }

    /// Declares `count` buffers of `words` words each, with consecutive ids.
    ///
    /// # Panics
    /// At the 2^32nd buffer.
    pub fn buffers(&mut self, count: usize, words: usize) -> BufferRange {
        let first = BufferId::from_index(self.buffers.len()).0;
        let end = BufferId::from_index(self.buffers.len() + count).0;
        self.buffers.resize(end as usize, Buffer { words, is_input: false, is_output: false });
        BufferRange { first, count: end - first }
    }

    /// Makes buffers inputs: the caller writes them before each run ([`Memory::write_input`]). Their memory may serve
    /// other buffers after their last use, so that they have to be written again for the next run.
    ///
    /// [`Memory::write_input`]: crate::Memory::write_input
    pub fn input(&mut self, buffers: impl Into<BufferRange>) {
        self.inputs.push(buffers.into());
    }

    /// Makes buffers outputs: they are kept to the end of the run, for [`Memory::read_output`].
    ///
    /// [`Memory::read_output`]: crate::Memory::read_output
    pub fn output(&mut self, buffers: impl Into<BufferRange>) {
        self.outputs.push(buffers.into());
    }

    /// Appends a task to the program.
    ///
    /// - `cost`: an estimate of its time (nanoseconds, or a [`TaskCost`]); it orders the work and never changes a result.
    /// - `reads`: what it reads. A buffer may stand there more than once.
    /// - `writes`: what it writes, each buffer once. A buffer in `writes` alone must be overwritten whole: what it holds
    ///   on entry is unspecified. A buffer in both lists is changed in place: the task gets it among its writes only.
    ///
    /// # Panics
    /// At the 2^32nd task.
    pub fn task(
        &mut self,
        stage: StageId,
        cost: impl Into<TaskCost>,
        reads: &[BufferRange],
        writes: &[BufferRange],
    ) -> TaskId {
        let task = TaskId::from_index(self.tasks.len());
        self.tasks.push(Task { stage, cost: cost.into() });
        self.reads.push(reads.iter().copied());
        self.writes.push(writes.iter().copied());
        task
    }

    /// Asks for at least `words` words of scratch memory a worker; the largest request counts. A task finds its scratch
    /// as the worker's previous task left it.
    pub fn scratch_words(&mut self, words: usize) {
        self.scratch_words = self.scratch_words.max(words);
    }

    /// Checks the program, places its buffers and derives the order of its tasks.
    ///
    /// # Errors
    /// The first mistake found, as a sentence: see [`GraphError`].
    pub fn finish(mut self, options: &MemoryOptions) -> Result<Graph, GraphError> {
        self.mark_inputs_and_outputs()?;
        self.check_stages_and_sizes()?;
        self.check_names()?;
        let reads = self.check_contents_and_drop_in_place_reads()?;

        let words: Vec<usize> = self.buffers.iter().map(|buffer| buffer.words).collect();
        let placement = placement::place(&words, &self.lifetimes(&reads), options);
        let displaced = |task: usize| placement.displaced_at(Positions::of(task));
        let predecessors = dependencies::derive(self.buffers.len(), &reads, &self.writes, displaced);
        let successors = dependencies::reverse(&predecessors);
        let remaining_ns = dependencies::remaining(&successors, |task| self.tasks[task].cost.time_ns);
        let waves = dependencies::waves(&predecessors, |task| self.tasks[task].cost.time_ns);

        Ok(Graph(Arc::new(Compiled {
            stages: self.stages,
            tasks: self.tasks,
            reads,
            writes: self.writes,
            predecessors,
            successors,
            remaining_ns,
            waves,
            buffers: self.buffers,
            extents: placement.extents,
            arena_words: placement.arena_words,
            scratch_words: self.scratch_words,
        })))
    }

    fn mark_inputs_and_outputs(&mut self) -> Result<(), GraphError> {
        for range in &self.inputs {
            let range = known(*range, self.buffers.len(), || "an input".to_owned())?;
            self.buffers[range].iter_mut().for_each(|buffer| buffer.is_input = true);
        }
        for range in &self.outputs {
            let range = known(*range, self.buffers.len(), || "an output".to_owned())?;
            self.buffers[range].iter_mut().for_each(|buffer| buffer.is_output = true);
        }
        Ok(())
    }

    fn check_stages_and_sizes(&self) -> Result<(), GraphError> {
        for (task, Task { stage, .. }) in self.tasks.iter().enumerate() {
            if stage.index() >= self.stages.len() {
                let task = TaskId::from_index(task);
                return Err(GraphError::UnknownStage { task, stage: *stage, stages: self.stages.len() });
            }
        }
        if let Some(empty) = self.buffers.iter().position(|buffer| buffer.words == 0) {
            return Err(GraphError::EmptyBuffer { buffer: BufferId::from_index(empty) });
        }
        placement::check_total(self.buffers.iter().map(|buffer| buffer.words).chain([self.scratch_words]))
    }

    fn check_names(&self) -> Result<(), GraphError> {
        for (task, (reads, writes)) in self.reads.iter().zip(self.writes.iter()).enumerate() {
            for &range in reads.iter().chain(writes) {
                known(range, self.buffers.len(), || TaskId::from_index(task).to_string())?;
            }
        }
        Ok(())
    }

    /// Checks in program order that what is read has been written, and returns the reads without those in place.
    fn check_contents_and_drop_in_place_reads(&self) -> Result<Rows<BufferRange>, GraphError> {
        let mut is_written: Vec<bool> = self.buffers.iter().map(|buffer| buffer.is_input).collect();
        let mut last_writer: Vec<Option<usize>> = vec![None; self.buffers.len()];
        let mut only_read = Rows::new();
        for (task, (reads, writes)) in self.reads.iter().zip(self.writes.iter()).enumerate() {
            let place = || (TaskId::from_index(task), self.stages[self.tasks[task].stage.index()].clone());
            if let Some(buffer) = flat(reads).find(|buffer| !is_written[buffer.index()]) {
                let (task, stage) = place();
                return Err(GraphError::ReadBeforeWrite { task, stage, buffer });
            }
            for buffer in flat(writes) {
                if last_writer[buffer.index()].replace(task) == Some(task) {
                    let (task, stage) = place();
                    return Err(GraphError::WrittenTwice { task, stage, buffer });
                }
                is_written[buffer.index()] = true;
            }
            only_read.push(ranges(flat(reads).filter(|buffer| last_writer[buffer.index()] != Some(task))));
        }
        match self.buffers.iter().zip(is_written).position(|(buffer, written)| buffer.is_output && !written) {
            Some(index) => Err(GraphError::OutputNeverWritten { buffer: BufferId::from_index(index) }),
            None => Ok(only_read),
        }
    }

    /// From the first to the last use of each buffer, in [`Positions`].
    fn lifetimes(&self, reads: &Rows<BufferRange>) -> Vec<Option<Lifetime>> {
        let positions = Positions { tasks: self.tasks.len() };
        let mut lifetimes: Vec<Option<Lifetime>> =
            self.buffers.iter().map(|buffer| buffer.is_input.then(|| Lifetime::at(Positions::START))).collect();
        for (task, (reads, writes)) in reads.iter().zip(self.writes.iter()).enumerate() {
            for buffer in flat(reads).chain(flat(writes)) {
                let position = Positions::of(task);
                lifetimes[buffer.index()].get_or_insert(Lifetime::at(position)).last = position;
            }
        }
        for (lifetime, buffer) in lifetimes.iter_mut().zip(&self.buffers) {
            if let (Some(lifetime), true) = (lifetime, buffer.is_output) {
                lifetime.last = positions.end();
            }
        }
        lifetimes
    }
}

/// The indices of a range, if all of its buffers exist.
fn known(range: BufferRange, buffers: usize, user: impl Fn() -> String) -> Result<Range<usize>, GraphError> {
    let indices = range.first as usize..range.first as usize + range.len();
    if indices.end <= buffers || indices.is_empty() {
        Ok(indices)
    } else {
        let buffer = BufferId::from_index(indices.start.max(buffers));
        Err(GraphError::UnknownBuffer { user: user(), buffer, buffers })
    }
}

/// The buffers of ranges, one after the other.
pub(super) fn flat(ranges: &[BufferRange]) -> impl Iterator<Item = BufferId> + Clone {
    ranges.iter().flat_map(|range| range.iter())
}

/// The shortest list of ranges with these buffers in this order.
fn ranges(buffers: impl Iterator<Item = BufferId>) -> Vec<BufferRange> {
    let mut ranges: Vec<BufferRange> = Vec::new();
    for buffer in buffers {
        match ranges.last_mut() {
            Some(range) if range.first.checked_add(range.count) == Some(buffer.0) => range.count += 1,
            _ => ranges.push(buffer.into()),
        }
    }
    ranges
}
