//! Running graphs.
//!
//! All executors give the result of program order, bit for bit: they differ in time only.

mod error;
mod fork_join;
mod kind;
mod serial;
mod session;
mod stealing;
mod stop;
mod team;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use error::{ExecutorError, RunError};
pub use fork_join::ForkJoin;
pub use kind::{ExecutorKind, UnknownExecutor};
pub use serial::Serial;
pub use stealing::Stealing;

use crate::graph::{Graph, TaskId};
use crate::memory::{Memory, TaskContext};
use crate::report::Report;

/// What tasks do.
///
/// Every function and closure of this shape is one.
pub trait Body: Sync {
    /// Does the work of `task` on the buffers in `context`, and returns when all of it is done. A panic ends the run.
    fn run(&self, task: TaskId, context: &mut TaskContext<'_>);
}

impl<F: Fn(TaskId, &mut TaskContext<'_>) + Sync> Body for F {
    fn run(&self, task: TaskId, context: &mut TaskContext<'_>) {
        self(task, context);
    }
}

/// A way to run the tasks of a graph.
pub trait Executor: fmt::Debug + Send + Sync {
    /// A short name for reports: `serial`, `fork-join`, `stealing`.
    fn name(&self) -> &'static str;

    /// How many workers there are: at least one. Each is a thread, or the caller's.
    fn workers(&self) -> usize;

    /// Runs every task of `graph` once, in an order that its dependencies allow, and returns what it took.
    ///
    /// Any thread may call it, several at one time with a memory each. An error leaves `memory` ready for the next run,
    /// whose inputs have to be written again.
    ///
    /// # Errors
    /// - before anything runs: [`RunError::OtherGraph`], [`RunError::TooFewWorkers`], [`RunError::InputNotWritten`];
    /// - [`RunError::TaskPanicked`], the first of several, and [`RunError::Cancelled`]: tasks that have started end, and
    ///   no other starts.
    fn run(
        &self,
        graph: &Graph,
        memory: &mut Memory,
        body: &dyn Body,
        options: &RunOptions,
    ) -> Result<Report, RunError>;

    /// Calls `body(index, worker)` once for every index below `count`, in any order: a plain parallel loop. At one time
    /// every worker runs one call at most; `worker` is below [`Self::workers`].
    ///
    /// # Errors
    /// [`RunError::ItemPanicked`], the first of several, and [`RunError::Cancelled`]: calls that have started end, and no
    /// other starts.
    fn for_each(&self, count: usize, cancel: &Cancel, body: &(dyn Fn(usize, usize) + Sync)) -> Result<(), RunError>;
}

/// Settings of one run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Ends the run early.
    pub cancel: Cancel,
    /// Notes down when and where each task ran: [`Report::trace`].
    pub trace: bool,
}

/// A switch that ends runs early; its clones are the same switch. It cannot be switched back.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A switch that is off.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the runs that were given this switch, as soon as their running tasks have ended. Safe to call from any
    /// thread, and from a signal handler.
    pub fn cancel(&self) {
        // Only the flag itself is communicated.
        self.0.store(true, Ordering::Relaxed);
    }

    /// A guard that turns the switch when it is dropped: for work whose owner may go away.
    #[must_use]
    pub fn on_drop(self) -> CancelOnDrop {
        CancelOnDrop(self)
    }

    /// Whether [`Self::cancel`] has been called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Cancels when it is dropped: see [`Cancel::on_drop`].
#[derive(Debug)]
pub struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
