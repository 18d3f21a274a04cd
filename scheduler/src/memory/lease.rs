//! Lending the arena to tasks.

use std::mem;
use std::ops::Range;
use std::sync::{MutexGuard, TryLockError};

use super::{Buffer, Memory, MemoryError, extent};
use crate::graph::{Graph, TaskId};

/// What a task works on: slices in the order in which it declared its buffers, ranges flattened.
///
/// The fields can be borrowed at one time: `let TaskContext { reads, writes, scratch, .. } = context;`.
#[derive(Debug)]
pub struct TaskContext<'a> {
    /// The buffers that the task reads and does not write.
    pub reads: Vec<&'a [u32]>,
    /// The buffers that the task writes. One that it also reads holds its value; any other holds anything.
    pub writes: Vec<&'a mut [u32]>,
    /// The worker's scratch memory, as its previous task left it.
    pub scratch: &'a mut [u32],
    /// The worker that runs the task, below [`Executor::workers`](crate::Executor::workers).
    pub worker: usize,
}

/// What a worker keeps from task to task.
pub(super) struct WorkerStorage {
    scratch: Buffer,
    /// Empty between tasks: kept for their capacity, so that a task with many buffers allocates nothing.
    reads: Vec<&'static [u32]>,
    writes: Vec<&'static mut [u32]>,
}

impl WorkerStorage {
    pub(super) fn new(scratch_words: usize) -> Result<Self, MemoryError> {
        Ok(Self { scratch: Buffer::zeroed(scratch_words)?, reads: Vec::new(), writes: Vec::new() })
    }

    /// Where the scratch lies.
    pub(super) fn scratch_addresses(&self) -> Range<usize> {
        self.scratch.addresses()
    }
}

/// One run of a graph in a memory: nothing else can use that memory meanwhile.
pub(crate) struct Run<'m> {
    memory: &'m mut Memory,
}

impl<'m> Run<'m> {
    /// All tasks of `memory` are pending.
    pub(super) fn new(memory: &'m mut Memory) -> Self {
        Self { memory }
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.memory.graph
    }

    /// Takes the place of a worker until the result is dropped.
    ///
    /// # Panics
    /// If the memory has no such worker, or if that place is taken.
    pub(crate) fn worker(&self, index: usize) -> Worker<'_> {
        let storage = match self.memory.workers[index].try_lock() {
            Ok(storage) => storage,
            // A panic left it unlocked; its contents are a scratch area and capacities, valid whatever they are.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => panic!("worker {index} is in use"),
        };
        Worker { memory: self.memory, index, storage }
    }

    /// Ends the run. The outputs become readable if every task has ended well.
    pub(crate) fn finish(self) {
        self.memory.outputs_are_valid = self.memory.ledger.all_done();
    }
}

/// A worker's part in a [`Run`].
pub(crate) struct Worker<'r> {
    memory: &'r Memory,
    index: usize,
    storage: MutexGuard<'r, WorkerStorage>,
}

impl Worker<'_> {
    /// Tells the successors of a task that has ended well, once; `ready` gets those that waited for nothing else.
    pub(crate) fn release(&self, task: TaskId, ready: impl FnMut(TaskId)) {
        self.memory.ledger.release(&self.memory.graph, task, ready);
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// Calls `body` with the task's buffers. If it fails (or panics), the task counts as unfinished, and what depends on
    /// it cannot start.
    ///
    /// # Errors
    /// That of `body`.
    ///
    /// # Panics
    /// If the task started before in this run, or if one of its predecessors has not ended.
    pub(crate) fn run<E>(
        &mut self,
        task: TaskId,
        body: impl FnOnce(&mut TaskContext<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Memory { graph, arena, ledger, .. } = self.memory;
        let WorkerStorage { scratch, reads: kept_reads, writes: kept_writes } = &mut *self.storage;
        ledger.claim(graph, task);

        let mut reads: Vec<&[u32]> = mem::take(kept_reads);
        reads.extend(graph.reads(task).iter().flat_map(|range| range.iter()).map(|buffer| {
            // SAFETY: only buffers of this task and of tasks unordered with it are lent out now (the ledger's claim).
            // This task does not write what it reads here, and the unordered ones write no word that it touches (the
            // invariant of `graph`). The slices end with this call, before `finish`: `body` takes a context of any
            // lifetime, so it cannot keep them.
            unsafe { arena.shared(extent(graph, buffer)) }
        }));
        let mut writes: Vec<&mut [u32]> = mem::take(kept_writes);
        writes.extend(graph.writes(task).iter().flat_map(|range| range.iter()).map(|buffer| {
            // SAFETY: as above; moreover the task lists no buffer twice among its writes, buffers alive at one time
            // share no word, and the unordered tasks do not even read a word that this one writes.
            unsafe { arena.exclusive(extent(graph, buffer)) }
        }));

        let mut context = TaskContext { reads, writes, scratch, worker: self.index };
        let outcome = body(&mut context);
        let TaskContext { reads, writes, .. } = context;
        *kept_reads = recycle(reads, |_| unreachable!("the vector is empty"));
        *kept_writes = recycle(writes, |_| unreachable!("the vector is empty"));
        if outcome.is_ok() {
            ledger.finish(task);
        }
        outcome
    }
}

/// Empties a vector and returns its capacity for elements of another lifetime.
///
/// The standard library collects in place where source and target elements have one layout, which is all that two
/// lifetimes of one reference differ by; `never` stands for the conversion of elements that do not exist.
fn recycle<A, B>(mut vector: Vec<A>, never: impl FnMut(A) -> B) -> Vec<B> {
    vector.clear();
    vector.into_iter().map(never).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{GraphBuilder, MemoryOptions};

    #[test]
    fn recycled_vectors_keep_their_capacity() {
        let words = [0_u32; 4];
        let mut vector: Vec<&[u32]> = Vec::with_capacity(100);
        vector.extend([&words[..]; 50]);
        let (start, capacity) = (vector.as_ptr(), vector.capacity());
        let recycled: Vec<&'static [u32]> = recycle(vector, |_| unreachable!());
        assert!(recycled.is_empty());
        assert_eq!((recycled.as_ptr(), recycled.capacity()), (start, capacity));
    }

    /// Three tasks: `a = [1, 2]`, then `b = a + a` beside `a` read by another task at the same time.
    #[test]
    fn tasks_get_what_they_declared_and_share_what_they_read() {
        let mut builder = GraphBuilder::new();
        let stage = builder.stage("stage");
        let a = builder.buffers(2, 2);
        let [b, c] = [builder.buffer(2), builder.buffer(2)];
        builder.output(b);
        builder.output(c);
        builder.scratch_words(3);
        let fill = builder.task(stage, 1, &[], &[a]);
        let left = builder.task(stage, 1, &[a.get(1).into(), a], &[b.into()]);
        let right = builder.task(stage, 1, &[a], &[c.into()]);
        let graph = builder.finish(&MemoryOptions::default()).unwrap();
        let mut memory = Memory::new(&graph, 2).unwrap();

        let run = memory.begin(&graph).unwrap();
        let (mut one, mut two) = (run.worker(0), run.worker(1));
        let result: Result<(), ()> = one.run(fill, |context| {
            for (slot, value) in context.writes.iter_mut().zip([1, 10]) {
                slot.fill(value);
            }
            Ok(())
        });
        assert_eq!(result, Ok(()));
        // The right task runs while the left one holds its slices.
        let result: Result<(), ()> = one.run(left, |context| {
            let TaskContext { reads, writes, scratch, worker } = context;
            assert_eq!((reads.len(), writes.len(), scratch.len(), *worker), (3, 1, 3, 0));
            two.run(right, |context| {
                context.writes[0].copy_from_slice(context.reads[1]);
                context.scratch.fill(7);
                Ok::<_, ()>(())
            })?;
            writes[0][0] = reads.iter().map(|read| read[0]).sum();
            writes[0][1] = scratch[0];
            Ok(())
        });
        assert_eq!(result, Ok(()));
        drop((one, two));
        run.finish();
        assert_eq!(memory.read_output(b), [21, 0]);
        assert_eq!(memory.read_output(c), [10, 10]);
    }

    #[test]
    fn a_failed_task_stays_unfinished() {
        let mut builder = GraphBuilder::new();
        let stage = builder.stage("stage");
        let a = builder.buffer(1);
        builder.output(a);
        let task = builder.task(stage, 1, &[], &[a.into()]);
        let graph = builder.finish(&MemoryOptions::default()).unwrap();
        let mut memory = Memory::new(&graph, 1).unwrap();
        let run = memory.begin(&graph).unwrap();
        assert_eq!(run.worker(0).run(task, |_| Err("no")), Err("no"));
        run.finish();
        assert!(!memory.outputs_are_valid);
    }

    #[test]
    #[should_panic(expected = "worker 0 is in use")]
    fn one_worker_has_one_place() {
        let graph = GraphBuilder::new().finish(&MemoryOptions::default()).unwrap();
        let mut memory = Memory::new(&graph, 1).unwrap();
        let run = memory.begin(&graph).unwrap();
        let _first = run.worker(0);
        let _second = run.worker(0);
    }
}
