use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::session::Session;
use super::stop::{Stop, catch};
use super::{Body, Cancel, Executor, ExecutorError, RunError, RunOptions};
use crate::graph::Graph;
use crate::memory::Memory;
use crate::placement::Placement;
use crate::report::Report;

/// Threads of its own, wave by wave: all tasks of one depth run, and when the last has ended, those of the next.
///
/// Within a wave the workers take the tasks one by one, the most costly first. The barrier between waves is the weakness
/// of this executor and its merit: nothing simpler uses all threads.
#[derive(Debug)]
pub struct ForkJoin {
    pool: ThreadPool,
}

impl ForkJoin {
    /// Starts `threads` threads, which the system places: see [`Self::on`].
    ///
    /// # Errors
    /// If `threads` is 0, or if the system gives no threads.
    pub fn new(threads: usize) -> Result<Self, ExecutorError> {
        Self::on(&Placement::unpinned(threads)?)
    }

    /// Starts a thread a worker, each bound as `placement` says. They sleep between runs and end with the executor.
    ///
    /// # Errors
    /// If the system gives no threads, or does not bind one.
    pub fn on(placement: &Placement) -> Result<Self, ExecutorError> {
        let threads = placement.workers();
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

    /// Hands the numbers below `count` out to the workers: each calls `work` once, with its own index and an iterator
    /// over the numbers that it takes as it goes.
    ///
    /// A broadcast, not rayon's parallel iterators: a worker inside `work` takes up nothing else, even if a task uses
    /// rayon, so its place is never asked for twice.
    fn share(&self, count: usize, work: impl Fn(usize, &mut dyn Iterator<Item = usize>) + Sync) {
        let next = AtomicUsize::new(0);
        self.pool.broadcast(|context| {
            let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&number| number < count);
            work(context.index(), &mut std::iter::from_fn(take));
        });
    }
}

impl Executor for ForkJoin {
    fn name(&self) -> &'static str {
        "fork-join"
    }

    fn workers(&self) -> usize {
        self.pool.current_num_threads()
    }

    fn run(
        &self,
        graph: &Graph,
        memory: &mut Memory,
        body: &dyn Body,
        options: &RunOptions,
    ) -> Result<Report, RunError> {
        let session = Session::new(self.workers(), graph, memory, body, options)?;
        for wave in graph.waves() {
            if let &[task] = wave {
                // The workers are waiting: the calling thread takes the place of the first one.
                session.worker(0).run(task);
            } else {
                self.share(wave.len(), |worker, numbers| {
                    let mut worker = session.worker(worker);
                    numbers.for_each(|number| worker.run(wave[number]));
                });
            }
        }
        session.finish()
    }

    fn for_each(&self, count: usize, cancel: &Cancel, body: &(dyn Fn(usize, usize) + Sync)) -> Result<(), RunError> {
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
