//! Who does which task of a run, and when the run is over. It knows tasks as numbers only.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::sleep::Sleep;
use super::sync::{AtomicBool, AtomicUsize, Deque, Mutex, MutexGuard, Ordering, Steal, Stealer, pause};
use crate::placement::Placement;

/// The workers of one run.
///
/// Every worker has a deque of ready tasks. It puts in at one end; it and others take out at the other, the oldest first. So
/// workers that share a deque go through it side by side: tasks next to each other read the same keys and weights, which
/// then come from memory once for all of them. From the two ends they would come once for each.
#[derive(Debug)]
pub(super) struct Crew<'v> {
    deques: Vec<Mutex<Deque>>,
    stealers: Vec<Stealer>,
    /// Whom each worker visits, in which order.
    placement: &'v Placement,
    sleep: Sleep,
    unfinished: AtomicUsize,
    is_over: AtomicBool,
    /// How long a worker looks everywhere before it goes to sleep.
    patience: Duration,
}

/// A worker's place among the crew.
#[derive(Debug)]
pub(super) struct Seat<'c> {
    crew: &'c Crew<'c>,
    worker: usize,
    deque: MutexGuard<'c, Deque>,
    /// What to do next, ahead of everything in the deque.
    next: Option<usize>,
    pub(super) idleness: Idleness,
}

/// What a worker did when it had no task.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Idleness {
    pub(super) stolen_tasks: usize,
    pub(super) stealing: Duration,
    pub(super) waiting: Duration,
}

impl<'v> Crew<'v> {
    /// The first `workers` of those so placed, for so many tasks.
    pub(super) fn new(placement: &'v Placement, workers: usize, tasks: usize, patience: Duration) -> Self {
        let deques: Vec<_> = (0..workers).map(|_| Deque::new_fifo()).collect();
        let stealers = deques.iter().map(Deque::stealer).collect();
        Self {
            deques: deques.into_iter().map(Mutex::new).collect(),
            stealers,
            placement,
            sleep: Sleep::new(workers),
            unfinished: AtomicUsize::new(tasks),
            is_over: AtomicBool::new(tasks == 0),
            patience,
        }
    }

    /// Takes a worker's place until the result is dropped.
    pub(super) fn seat(&self, worker: usize) -> Seat<'_> {
        let deque = self.deques[worker].lock().unwrap_or_else(PoisonError::into_inner);
        Seat { crew: self, worker, deque, next: None, idleness: Idleness::default() }
    }

    /// Deals tasks, the most urgent first, out to the workers, before any of them has taken its place.
    pub(super) fn deal(&self, tasks: &[usize]) {
        for (number, &task) in tasks.iter().enumerate() {
            let deque = &self.deques[number % self.deques.len()];
            deque.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        }
    }

    /// Ends the run, whatever is left to do.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.sleep.wake_all();
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// The oldest task of the first worker that has one.
    fn steal(&self, worker: usize) -> Option<usize> {
        let victims = self.placement.victims(worker).iter();
        for stealer in victims.filter_map(|&victim| self.stealers.get(victim)) {
            loop {
                match stealer.steal() {
                    Steal::Success(task) => return Some(task),
                    Steal::Empty => break,
                    Steal::Retry => pause(),
                }
            }
        }
        None
    }
}

impl Seat<'_> {
    /// The next task to do; waits for one. `None` when the run is over.
    pub(super) fn next(&mut self) -> Option<usize> {
        let crew = self.crew;
        if crew.is_over() {
            return None;
        }
        if let Some(task) = self.next.take().or_else(|| self.deque.pop()) {
            return Some(task);
        }
        let mut since = Instant::now();
        let mut lap = |total: &mut Duration| {
            let now = Instant::now();
            *total += now - since;
            since = now;
        };
        loop {
            let looking = Instant::now();
            loop {
                if crew.is_over() {
                    return None;
                }
                let task = crew.steal(self.worker);
                if task.is_some() {
                    lap(&mut self.idleness.stealing);
                    self.idleness.stolen_tasks += 1;
                    return task;
                }
                if looking.elapsed() >= crew.patience {
                    break;
                }
                pause();
            }
            crew.sleep.announce(self.worker);
            let task = crew.steal(self.worker);
            if task.is_some() || crew.is_over() {
                crew.sleep.retract(self.worker);
                lap(&mut self.idleness.stealing);
                self.idleness.stolen_tasks += usize::from(task.is_some());
                return task;
            }
            lap(&mut self.idleness.stealing);
            crew.sleep.sleep(self.worker);
            lap(&mut self.idleness.waiting);
        }
    }

    /// Notes that a task has ended. `ready`, the most urgent first, can start because of that: this worker goes on with the
    /// first one.
    pub(super) fn finish(&mut self, ready: &[usize]) {
        if let Some((&next, others)) = ready.split_first() {
            debug_assert!(self.next.is_none(), "the task before this one was never taken");
            self.next = Some(next);
            others.iter().for_each(|&task| self.deque.push(task));
            if !others.is_empty() {
                self.crew.sleep.wake(others.len());
            }
        }
        // Release and acquire: the last worker has seen all others' results, and so has whoever sees it end the run.
        if self.crew.unfinished.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.crew.end();
        }
    }
}
