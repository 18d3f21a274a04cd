//! Work that is shared out to threads, may fail, and can be stopped.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
};

use hear_scheduler::{Cancel, Executor, RunError};

/// On which threads to work, how to be stopped, and whom to tell how far it is.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The threads.
    pub executor: &'a dyn Executor,
    /// Stops the work early.
    pub cancel: &'a Cancel,
    /// Called after every item with the number of items done and their total.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

impl std::fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("executor", &self.executor).field("cancel", &self.cancel).finish_non_exhaustive()
    }
}

impl<'a> Work<'a> {
    /// Work without anyone who watches.
    #[must_use]
    pub fn new(executor: &'a dyn Executor, cancel: &'a Cancel) -> Self {
        Self { executor, cancel, progress: &|_, _| {} }
    }

    /// The same work, watched.
    #[must_use]
    pub fn with_progress(self, progress: &'a (dyn Fn(usize, usize) + Sync)) -> Self {
        Self { progress, ..self }
    }

    /// Calls `body` once for every index below `count`, in any order.
    ///
    /// # Errors
    /// The first that a call returns; no other call starts then. [`RunError`] if a call panicked or the work was stopped.
    pub fn try_for_each<E: From<RunError> + Send>(
        &self,
        count: usize,
        body: impl Fn(usize) -> Result<(), E> + Sync,
    ) -> Result<(), E> {
        let failure = Mutex::new(None);
        let done = AtomicUsize::new(0);
        self.executor.for_each(count, self.cancel, &|index, _| {
            if locked(&failure).is_some() {
                return;
            }
            match body(index) {
                Ok(()) => (self.progress)(1 + done.fetch_add(1, Ordering::Relaxed), count),
                Err(error) => {
                    locked(&failure).get_or_insert(error);
                }
            }
        })?;
        failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// Hands items to a sink in the order of their numbers, whichever order they are finished in.
///
/// Threads that finish an item while another one is busy with the sink leave it to that one and go on, unless too much is
/// waiting: then they wait too, so that a slow sink bounds the memory.
pub(super) struct InOrder<T, S> {
    waiting: Mutex<BTreeMap<usize, T>>,
    sink: Mutex<Sink<S>>,
    most_waiting: usize,
}

struct Sink<S> {
    next: usize,
    accept: S,
}

impl<T, E, S: FnMut(T) -> Result<(), E>> InOrder<T, S> {
    /// Hands the items to `accept`; at most about `most_waiting` of them wait.
    pub(super) fn new(accept: S, most_waiting: usize) -> Self {
        Self { waiting: Mutex::default(), sink: Mutex::new(Sink { next: 0, accept }), most_waiting }
    }

    /// Takes the item of that number; every number from 0 on comes once.
    pub(super) fn push(&self, number: usize, item: T) -> Result<(), E> {
        let waiting = {
            let mut waiting = locked(&self.waiting);
            waiting.insert(number, item);
            waiting.len()
        };
        let sink = if waiting > self.most_waiting {
            locked(&self.sink)
        } else {
            match self.sink.try_lock() {
                Ok(sink) => sink,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return Ok(()),
            }
        };
        self.drain(sink)
    }

    /// Hands over what was left to a thread that had just stopped looking.
    pub(super) fn finish(&self) -> Result<(), E> {
        self.drain(locked(&self.sink))
    }

    fn drain(&self, mut sink: MutexGuard<'_, Sink<S>>) -> Result<(), E> {
        loop {
            // The lock on what is waiting is not held while the sink works.
            let next = locked(&self.waiting).remove(&sink.next);
            let Some(item) = next else { return Ok(()) };
            (sink.accept)(item)?;
            sink.next += 1;
        }
    }
}

/// Locks a mutex whose content is whole at any time: a panic elsewhere has not spoilt it.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use hear_scheduler::ForkJoin;

    use super::*;

    #[derive(Debug, PartialEq)]
    enum Failure {
        Run(RunError),
        At(usize),
    }

    impl From<RunError> for Failure {
        fn from(error: RunError) -> Self {
            Self::Run(error)
        }
    }

    #[test]
    fn items_reach_the_sink_in_order_whatever_the_threads_do() {
        let executor = ForkJoin::new(4).unwrap();
        let cancel = Cancel::new();
        let mut seen = Vec::new();
        let accept = |item: usize| {
            seen.push(item);
            Ok::<_, Failure>(())
        };
        let in_order = InOrder::new(accept, 2);
        let body = |index: usize| {
            // Later items of a group of four finish first.
            std::thread::sleep(std::time::Duration::from_micros(200 * (3 - index as u64 % 4)));
            in_order.push(index, 10 * index)
        };
        Work::new(&executor, &cancel).try_for_each(100, body).unwrap();
        in_order.finish().unwrap();
        drop(in_order);
        assert_eq!(seen, (0..100).map(|index| 10 * index).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_ends_the_loop_and_is_returned() {
        let executor = ForkJoin::new(2).unwrap();
        let cancel = Cancel::new();
        let started = AtomicUsize::new(0);
        let result = Work::new(&executor, &cancel).try_for_each(10_000, |index| {
            started.fetch_add(1, Ordering::Relaxed);
            if index == 5 { Err(Failure::At(index)) } else { Ok(()) }
        });
        assert_eq!(result, Err(Failure::At(5)));
        assert!(started.into_inner() < 10_000);
    }

    #[test]
    fn a_cancelled_loop_says_so_and_progress_counts_to_the_total() {
        let executor = ForkJoin::new(2).unwrap();
        let cancel = Cancel::new();
        let largest = AtomicUsize::new(0);
        let progress = |done: usize, total: usize| {
            assert_eq!(total, 7);
            largest.fetch_max(done, Ordering::Relaxed);
        };
        let work = Work::new(&executor, &cancel).with_progress(&progress);
        work.try_for_each(7, |_| Ok::<_, Failure>(())).unwrap();
        assert_eq!(largest.load(Ordering::Relaxed), 7);
        cancel.cancel();
        assert_eq!(work.try_for_each(7, |_| Ok(())), Err(Failure::Run(RunError::Cancelled)));
    }
}
