//! The protocol under a model checker: loom runs these tests once for every interleaving of the threads, and for every
//! value that a relaxed load may see under the C11 memory model, up to a number of preemptions.
//!
//! The code is that of [`super::crew`] and [`super::sleep`] itself, compiled a second time over loom's primitives. Only the
//! deque is another: crossbeam's has models of its own, so here stands the weakest thing with its interface. Whether it has
//! tasks is a relaxed load, so nothing but the protocol's own fences makes one thread see another's tasks.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::placement::Placement;

#[path = "crew.rs"]
mod crew;
#[path = "sleep.rs"]
mod sleep;

use crew::Crew;
use sleep::Sleep;

mod sync {
    pub(super) use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
    pub(super) use loom::sync::{Condvar, Mutex, MutexGuard};

    pub(super) use super::{Deque, Steal, Stealer};

    pub(super) fn pause() {
        loom::thread::yield_now();
    }
}

/// Tasks, and whether there are any.
#[derive(Debug)]
struct Queue {
    tasks: loom::sync::Mutex<VecDeque<usize>>,
    count: AtomicUsize,
}

#[derive(Debug)]
struct Deque(Arc<Queue>);

#[derive(Debug)]
struct Stealer(Arc<Queue>);

#[expect(dead_code, reason = "this model of a deque never asks for another try")]
enum Steal<T> {
    Success(T),
    Empty,
    Retry,
}

impl Queue {
    fn take(&self, take: impl FnOnce(&mut VecDeque<usize>) -> Option<usize>) -> Option<usize> {
        if self.count.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut tasks = self.tasks.lock().unwrap();
        let task = take(&mut tasks);
        self.count.store(tasks.len(), Ordering::Relaxed);
        task
    }
}

impl Deque {
    fn new_fifo() -> Self {
        Self(Arc::new(Queue { tasks: loom::sync::Mutex::default(), count: AtomicUsize::new(0) }))
    }

    fn stealer(&self) -> Stealer {
        Stealer(Arc::clone(&self.0))
    }

    fn push(&self, task: usize) {
        let mut tasks = self.0.tasks.lock().unwrap();
        tasks.push_back(task);
        self.0.count.store(tasks.len(), Ordering::Relaxed);
    }

    fn pop(&self) -> Option<usize> {
        self.0.take(VecDeque::pop_front)
    }
}

impl Stealer {
    fn steal(&self) -> Steal<usize> {
        self.0.take(VecDeque::pop_front).map_or(Steal::Empty, Steal::Success)
    }
}

fn check(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// Kept from one execution to the next: it is no part of the model.
fn placement(workers: usize) -> &'static Placement {
    static PLACEMENTS: [OnceLock<Placement>; 2] = [const { OnceLock::new() }; 2];
    PLACEMENTS[workers - 2].get_or_init(|| Placement::unpinned(workers).unwrap())
}

/// Workers run a graph, given as the successors of each task, each of which has one predecessor; task 0 is dealt out. Every
/// task runs once, and everybody comes home: loom reports threads that wait for ever.
fn run(workers: usize, preemptions: usize, successors: &'static [&'static [usize]]) {
    check(preemptions, move || {
        let crew = Arc::new(Crew::new(placement(workers), workers, successors.len(), Duration::ZERO));
        let runs: Arc<Vec<AtomicUsize>> = Arc::new(successors.iter().map(|_| AtomicUsize::new(0)).collect());
        crew.deal(&[0]);
        let work = |worker: usize| {
            let (crew, runs) = (Arc::clone(&crew), Arc::clone(&runs));
            move || {
                let mut seat = crew.seat(worker);
                while let Some(task) = seat.next() {
                    runs[task].fetch_add(1, Ordering::Relaxed);
                    seat.finish(successors[task]);
                }
            }
        };
        let others: Vec<_> = (1..workers).map(|worker| thread::spawn(work(worker))).collect();
        work(0)();
        others.into_iter().for_each(|other| other.join().unwrap());
        assert!(runs.iter().all(|runs| runs.load(Ordering::Relaxed) == 1));
    });
}

#[test]
fn two_workers_share_what_becomes_ready() {
    run(2, 3, &[&[1, 2], &[], &[]]);
}

#[test]
fn a_chain_leaves_the_other_worker_asleep_until_its_end() {
    run(2, 3, &[&[1], &[2], &[]]);
}

#[test]
fn three_workers_come_home() {
    run(3, 2, &[&[1, 2], &[], &[]]);
}

/// No task lies about while a worker sleeps: two that wait for each other both get a worker.
#[test]
fn tasks_that_meet_are_run_at_one_time() {
    check(3, || {
        let crew = Arc::new(Crew::new(placement(2), 2, 3, Duration::ZERO));
        let arrived = Arc::new((loom::sync::Mutex::new(0), loom::sync::Condvar::new()));
        crew.deal(&[0]);
        let work = |worker: usize| {
            let (crew, arrived) = (Arc::clone(&crew), Arc::clone(&arrived));
            move || {
                let mut seat = crew.seat(worker);
                while let Some(task) = seat.next() {
                    if task == 0 {
                        seat.finish(&[1, 2]);
                        continue;
                    }
                    let (count, changed) = &*arrived;
                    let mut count = count.lock().unwrap();
                    *count += 1;
                    changed.notify_all();
                    while *count < 2 {
                        count = changed.wait(count).unwrap();
                    }
                    drop(count);
                    seat.finish(&[]);
                }
            }
        };
        let other = thread::spawn(work(1));
        work(0)();
        other.join().unwrap();
    });
}

/// A run that fails ends for those who sleep, too.
#[test]
fn an_end_wakes_everybody() {
    check(3, || {
        let crew = Arc::new(Crew::new(placement(2), 2, 2, Duration::ZERO));
        let other = {
            let crew = Arc::clone(&crew);
            thread::spawn(move || assert!(crew.seat(1).next().is_none(), "there is no task"))
        };
        crew.end();
        other.join().unwrap();
    });
}

/// Every task that becomes ready is found by a worker that looks, or wakes one that sleeps: with as many tasks as sleepers,
/// each of whom goes home with one, nobody is left asleep.
#[test]
fn as_many_wake_as_there_are_tasks() {
    check(3, || {
        let sleep = Arc::new(Sleep::new(2));
        let tasks = Arc::new(AtomicUsize::new(0));
        let take = |tasks: &AtomicUsize| {
            // Read and write in one, so that two workers never take the same task, and relaxed: no help for the protocol.
            tasks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
        };
        let sleepers: Vec<_> = (0..2)
            .map(|worker| {
                let (sleep, tasks) = (Arc::clone(&sleep), Arc::clone(&tasks));
                thread::spawn(move || {
                    loop {
                        sleep.announce(worker);
                        if take(&tasks) {
                            sleep.retract(worker);
                            break;
                        }
                        sleep.sleep(worker);
                        if take(&tasks) {
                            break;
                        }
                    }
                })
            })
            .collect();
        for _ in 0..2 {
            tasks.fetch_add(1, Ordering::Relaxed);
            sleep.wake(1);
        }
        sleepers.into_iter().for_each(|sleeper| sleeper.join().unwrap());
    });
}
