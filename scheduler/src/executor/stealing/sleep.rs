//! How workers sleep, and why none oversleeps.
//!
//! A worker that finds no task must not spin for long: it would take a core from a worker that has one, heat the socket,
//! and slow its neighbours' clocks. It must not oversleep either: a task that is ready while a worker sleeps is a core
//! lost, and if everybody slept the run would hang. The danger is the moment between *I looked everywhere and found
//! nothing* and *I sleep*: a task that becomes ready in between would be nobody's business.
//!
//! So a worker goes to sleep in three steps:
//!
//! 1. it **announces** that it will sleep: its number goes on the list of sleepers;
//! 2. it **looks everywhere once more**; if it finds a task, it retracts the announcement;
//! 3. it **sleeps** until its bell has rung.
//!
//! Whoever makes a task ready does it in two:
//!
//! 1. it **puts the task** into its deque;
//! 2. it **looks at the list**; if somebody is on it, it takes a number off the list and rings that worker's bell.
//!
//! Each side writes first and looks second, with a sequentially consistent fence in between. The fences have an order, so
//! one of the two sees what the other wrote: either the worker's second look finds the task, or the other finds the worker
//! on the list. (This is Dekker's argument, as in rayon's sleep module and in every eventcount.) The look at the list is a
//! load of one counter when nobody sleeps, which is the case that has to be cheap: no lock is taken while all workers are
//! busy.
//!
//! A bell is a flag with a condition variable, not a pulse: it stays rung until its worker has heard it, so it does not
//! matter whether the worker is already asleep when it rings. A number leaves the list together with the decision to ring
//! that bell, so two tasks that become ready wake two workers and never one twice.
//!
//! A worker that retracts may find its number gone: somebody has rung for it, meaning another task than the one that it
//! found. It passes the ring on to another sleeper, so that the number of workers woken is never less than the number of
//! tasks that asked for one. The bell that is left rung will wake it once for nothing, and it strikes its number off the
//! list when it wakes, so that nobody counts on a sleeper that is up.
//!
//! The run's end rings every bell. [`super::model`] lets a model checker try every interleaving.

use std::sync::PoisonError;

use super::sync::{AtomicUsize, Condvar, Mutex, MutexGuard, Ordering, fence};

/// The sleepers of one run.
#[derive(Debug)]
pub(super) struct Sleep {
    /// Who has announced to sleep and has not been rung for; the last one is woken first: its caches are the warmest.
    sleepers: Mutex<Vec<usize>>,
    /// How many they are, changed under the lock.
    count: AtomicUsize,
    bells: Vec<Bell>,
}

#[derive(Debug)]
struct Bell {
    has_rung: Mutex<bool>,
    rings: Condvar,
}

impl Sleep {
    pub(super) fn new(workers: usize) -> Self {
        let bell = |_| Bell { has_rung: Mutex::new(false), rings: Condvar::new() };
        Self {
            sleepers: Mutex::new(Vec::with_capacity(workers)),
            count: AtomicUsize::new(0),
            bells: (0..workers).map(bell).collect(),
        }
    }

    /// First step: from here on, whoever makes a task ready sees `worker` among the sleepers.
    pub(super) fn announce(&self, worker: usize) {
        let mut sleepers = lock(&self.sleepers);
        sleepers.push(worker);
        self.count.store(sleepers.len(), Ordering::Relaxed);
        drop(sleepers);
        // Between the announcement and the second look: paired with the fence in `wake`.
        fence(Ordering::SeqCst);
    }

    /// Instead of the third step: `worker` has found a task.
    pub(super) fn retract(&self, worker: usize) {
        if !self.strike_off(worker) {
            self.wake(1);
        }
    }

    /// Takes `worker` off the list, if it is there.
    fn strike_off(&self, worker: usize) -> bool {
        let mut sleepers = lock(&self.sleepers);
        let place = sleepers.iter().position(|&sleeper| sleeper == worker);
        place.map(|place| sleepers.remove(place));
        self.count.store(sleepers.len(), Ordering::Relaxed);
        place.is_some()
    }

    /// Third step: returns when somebody has rung for `worker`, perhaps long ago.
    pub(super) fn sleep(&self, worker: usize) {
        let bell = &self.bells[worker];
        let mut has_rung = lock(&bell.has_rung);
        while !*has_rung {
            has_rung = bell.rings.wait(has_rung).unwrap_or_else(PoisonError::into_inner);
        }
        *has_rung = false;
        drop(has_rung);
        self.strike_off(worker);
    }

    /// Wakes up to `count` sleepers, to be called after the tasks for them have been made ready.
    pub(super) fn wake(&self, count: usize) {
        // Between the tasks and the look at the list: paired with the fence in `announce`.
        fence(Ordering::SeqCst);
        for _ in 0..count {
            if self.count.load(Ordering::Relaxed) == 0 {
                return;
            }
            let mut sleepers = lock(&self.sleepers);
            let sleeper = sleepers.pop();
            self.count.store(sleepers.len(), Ordering::Relaxed);
            drop(sleepers);
            if let Some(sleeper) = sleeper {
                self.ring(sleeper);
            }
        }
    }

    /// Wakes everybody, for good: what they sleep for has ended.
    pub(super) fn wake_all(&self) {
        (0..self.bells.len()).for_each(|worker| self.ring(worker));
    }

    fn ring(&self, worker: usize) {
        let bell = &self.bells[worker];
        *lock(&bell.has_rung) = true;
        bell.rings.notify_one();
    }
}

/// Nothing here panics while it holds a lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
