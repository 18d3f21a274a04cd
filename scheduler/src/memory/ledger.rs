//! Which tasks of a run have started and which have ended.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use crate::graph::{Graph, TaskId};

const PENDING: u8 = 0;
const CLAIMED: u8 = 1;
const DONE: u8 = 2;

/// The states of a graph's tasks. It refuses every order but those that the graph allows, so that an executor with a
/// mistake ends in a panic and never in a data race.
pub(super) struct Ledger {
    states: Vec<AtomicU8>,
    /// How many predecessors of each task have not ended.
    waits_for: Vec<AtomicU32>,
}

impl Ledger {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut ledger = Self {
            states: graph.tasks().map(|_| AtomicU8::new(PENDING)).collect(),
            waits_for: graph.tasks().map(|_| AtomicU32::new(0)).collect(),
        };
        ledger.reset(graph);
        ledger
    }

    /// Makes every task pending again.
    pub(super) fn reset(&mut self, graph: &Graph) {
        self.states.iter_mut().for_each(|state| *state.get_mut() = PENDING);
        for (task, waits_for) in graph.tasks().zip(&mut self.waits_for) {
            let predecessors = graph.predecessors(task).len();
            *waits_for.get_mut() = u32::try_from(predecessors).expect("a graph has fewer than 2^32 tasks");
        }
    }

    /// Starts a task. From here to [`Self::finish`] no task that shares a word with it in conflict is running: those
    /// before it have ended, as checked here, and those after it cannot start, as checked there.
    ///
    /// # Panics
    /// If the task started before, or if one of its predecessors has not ended.
    pub(super) fn claim(&self, graph: &Graph, task: TaskId) {
        // Acquire, paired with the release in `finish`: what the predecessors wrote is visible to this thread.
        let waits_for = graph
            .predecessors(task)
            .iter()
            .find(|predecessor| self.states[predecessor.index()].load(Ordering::Acquire) != DONE);
        assert!(waits_for.is_none(), "{task} started before {waits_for:?} ended");
        let previous = self.states[task.index()].swap(CLAIMED, Ordering::Relaxed);
        assert_eq!(previous, PENDING, "{task} started twice in one run");
    }

    /// Ends a task. The caller has dropped every reference to the task's words.
    pub(super) fn finish(&self, task: TaskId) {
        self.states[task.index()].store(DONE, Ordering::Release);
    }

    /// Tells the successors of a task that it has ended, to be called once; `ready` gets those that waited for nothing
    /// else.
    pub(super) fn release(&self, graph: &Graph, task: TaskId, mut ready: impl FnMut(TaskId)) {
        for &successor in graph.successors(task) {
            // Acquire and release: who brings the count to zero has seen all other predecessors end, and so has, by way of
            // the queue that the task goes through, the thread that starts it.
            if self.waits_for[successor.index()].fetch_sub(1, Ordering::AcqRel) == 1 {
                ready(successor);
            }
        }
    }

    pub(super) fn all_done(&mut self) -> bool {
        self.states.iter_mut().all(|state| *state.get_mut() == DONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{GraphBuilder, MemoryOptions};

    /// Task 0 writes what task 1 reads.
    fn chain() -> Graph {
        let mut builder = GraphBuilder::new();
        let stage = builder.stage("stage");
        let [a, b] = [builder.buffer(1), builder.buffer(1)];
        builder.task(stage, 1, &[], &[a.into()]);
        builder.task(stage, 1, &[a.into()], &[b.into()]);
        builder.finish(&MemoryOptions::default()).unwrap()
    }

    #[test]
    fn tasks_start_once_and_in_order() {
        let graph = chain();
        let [first, second] = [0, 1].map(|index| graph.tasks().nth(index).unwrap());
        let mut ledger = Ledger::new(&graph);
        for _run in 0..2 {
            ledger.claim(&graph, first);
            ledger.finish(first);
            assert!(!ledger.all_done());
            let mut ready = Vec::new();
            ledger.release(&graph, first, |task| ready.push(task));
            assert_eq!(ready, [second]);
            ledger.claim(&graph, second);
            ledger.finish(second);
            ledger.release(&graph, second, |task| unreachable!("{task} follows the last one"));
            assert!(ledger.all_done());
            ledger.reset(&graph);
        }
    }

    #[test]
    #[should_panic(expected = "task 1 started before Some(TaskId(0)) ended")]
    fn a_task_before_its_predecessor_is_refused() {
        let graph = chain();
        let ledger = Ledger::new(&graph);
        let mut tasks = graph.tasks();
        ledger.claim(&graph, tasks.next().unwrap());
        ledger.claim(&graph, tasks.next().unwrap());
    }

    #[test]
    #[should_panic(expected = "task 0 started twice in one run")]
    fn a_task_twice_is_refused() {
        let graph = chain();
        let ledger = Ledger::new(&graph);
        let first = graph.tasks().next().unwrap();
        ledger.claim(&graph, first);
        ledger.finish(first);
        ledger.claim(&graph, first);
    }
}
