//! Threads that sleep between runs: what the executors with threads have in common.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::stop::{Stop, catch};
use super::{Cancel, ExecutorError, RunError};
use crate::placement::Placement;

/// Worker threads, numbered from 0.
#[derive(Debug)]
pub(super) struct Team {
    pool: ThreadPool,
}

impl Team {
    /// Starts threads for the first `threads` workers, each bound as `placement` says. They end with the team.
    pub(super) fn on(placement: &Placement, threads: usize) -> Result<Self, ExecutorError> {
        let failure = Arc::new(Mutex::new(None));
        let start = {
            let (placement, failure) = (placement.clone(), Arc::clone(&failure));
            move |worker| {
                if let Err(error) = placement.bind_current_thread(worker) {
                    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                }
            }
        };
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("hear-worker-{index}"))
            .start_handler(start)
            .build()
            .map_err(|error| ExecutorError::Refused { threads, reason: error.to_string() })?;
        // Threads take up work when they are bound, so whoever has answered is.
        pool.broadcast(|_| ());
        let failure = failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(Ok(Self { pool }), |error| Err(error.into()))
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
