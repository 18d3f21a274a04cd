//! Threads that sleep between runs: what the executors with threads have in common.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::stop::{Stop, catch};
use super::{Cancel, ExecutorError, RunError};

/// Worker threads, numbered from 0.
#[derive(Debug)]
pub(super) struct Team {
    pool: ThreadPool,
}

impl Team {
    /// Starts the threads, which end with the team.
    pub(super) fn new(threads: usize) -> Result<Self, ExecutorError> {
        // Rayon reads 0 as "as many as there are CPUs".
        if threads == 0 {
            return Err(ExecutorError::NoThreads);
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("hear-worker-{index}"))
            .build()
            .map_err(|error| ExecutorError::Refused { threads, reason: error.to_string() })?;
        Ok(Self { pool })
    }

    pub(super) fn workers(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Whether the calling thread is one of the team's: it must not wait for the others, who may wait for it.
    pub(super) fn is_caller_a_worker(&self) -> bool {
        self.pool.current_thread_index().is_some()
    }

    /// Calls `work` once on every worker, with its number, and returns when all have returned.
    ///
    /// A broadcast, not rayon's parallel iterators: a worker inside `work` takes up nothing else, even if a task uses
    /// rayon, so its place is never asked for twice.
    pub(super) fn each_worker(&self, work: impl Fn(usize) + Sync) {
        self.pool.broadcast(|context| work(context.index()));
    }

    /// Hands the numbers below `count` out to the workers: each calls `work` once, with its own number and an iterator over
    /// the numbers that it takes as it goes.
    pub(super) fn share(&self, count: usize, work: impl Fn(usize, &mut dyn Iterator<Item = usize>) + Sync) {
        let next = AtomicUsize::new(0);
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&number| number < count);
        match self.pool.current_thread_index() {
            Some(worker) => work(worker, &mut std::iter::from_fn(take)),
            None => self.each_worker(|worker| work(worker, &mut std::iter::from_fn(take))),
        }
    }

    /// See [`Executor::for_each`](super::Executor::for_each).
    pub(super) fn for_each(
        &self,
        count: usize,
        cancel: &Cancel,
        body: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<(), RunError> {
        let stop = Stop::new(cancel);
        self.share(count, |worker, indices| {
            for index in indices {
                if stop.is_requested() {
                    break;
                }
                if let Err(message) = catch(|| body(index, worker)) {
                    stop.fail(RunError::ItemPanicked { index, message });
                }
            }
        });
        stop.into_result()
    }
}
