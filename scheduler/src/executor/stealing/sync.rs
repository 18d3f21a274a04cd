//! What the protocol is built from. [`super::model`] puts a model checker's in the place of these.

pub(super) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
pub(super) use std::sync::{Condvar, Mutex, MutexGuard};

pub(super) use crossbeam::deque::Steal;

/// A worker's ready tasks, by number.
pub(super) type Deque = crossbeam::deque::Worker<usize>;
/// The far end of a worker's deque.
pub(super) type Stealer = crossbeam::deque::Stealer<usize>;

/// Passes the time of a moment.
pub(super) fn pause() {
    std::hint::spin_loop();
}
