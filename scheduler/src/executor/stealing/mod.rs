//! Work stealing.

mod crew;
#[cfg(test)]
#[expect(clippy::duplicate_mod, reason = "the same code over a model checker's primitives")]
mod model;
mod sleep;
mod sync;

use std::cmp::Reverse;
use std::time::Duration;

use self::crew::{Crew, Idleness, Seat};
use super::session::{self, Session};
use super::team::Team;
use super::{Body, Cancel, Executor, ExecutorError, RunError, RunOptions};
use crate::graph::{Graph, TaskId};
use crate::memory::Memory;
use crate::placement::Placement;
use crate::report::Report;

/// Threads of its own that take a task as soon as everything it waits for has ended.
///
/// - **What a worker does next.** When a task ends, the tasks that waited for nothing else are ready. The worker goes on
///   with the most urgent of them, the one with the longest chain of work behind it ([`Graph::remaining_ns`]), because its
///   cache holds what that task reads; the others go into its deque, from which it takes the oldest first. When there is
///   none, it steals the oldest of a worker near by.
/// - **Whom it steals from.** Those with whom it shares a cache first, then its NUMA node, its socket, the rest.
/// - **When it sleeps.** After some microseconds of looking at everybody's deque; `sleep.rs` tells how none oversleeps.
/// - **More threads than CPUs.** Where the placement says so, there are as many workers as can run at one time. More would
///   take turns, each with a cache full of another's data, and a task that others wait for would wait itself.
/// - **Between runs** the threads sleep and take no time. They are rayon's, which has solved in safe interfaces how threads
///   that outlive a run may borrow from it; tasks, deques and sleep are not rayon's.
/// - **A run called from one of its own tasks** is done by that worker alone: nobody waits for a worker that waits for him,
///   and there are never more threads at work than workers. Runs from other threads at one time take turns.
#[derive(Debug)]
pub struct Stealing {
    team: Team,
    placement: Placement,
}

/// How long a worker looks at everybody's deque before it sleeps: about as long as it takes to be woken, and a fraction of a
/// task.
const PATIENCE: Duration = Duration::from_micros(200);

impl Stealing {
    /// Starts `threads` threads, which the system places: see [`Self::on`].
    ///
    /// # Errors
    /// If `threads` is 0, or if the system gives no threads.
    pub fn new(threads: usize) -> Result<Self, ExecutorError> {
        Self::on(&Placement::unpinned(threads)?)
    }

    /// Starts a thread for each worker that can run, bound as `placement` says. They sleep between runs and end with the executor.
    ///
    /// # Errors
    /// If the system gives no threads, or does not bind one.
    pub fn on(placement: &Placement) -> Result<Self, ExecutorError> {
        let threads = placement.oversubscribed().map_or(placement.workers(), |limit| limit.usable);
        Ok(Self { team: Team::on(placement, threads)?, placement: placement.clone() })
    }
}

impl Executor for Stealing {
    fn name(&self) -> &'static str {
        "stealing"
    }

    fn workers(&self) -> usize {
        self.team.workers()
    }

    fn run(
        &self,
        graph: &Graph,
        memory: &mut Memory,
        body: &dyn Body,
        options: &RunOptions,
    ) -> Result<Report, RunError> {
        let session = Session::new(self.workers(), graph, memory, body, options)?;
        if self.team.is_caller_a_worker() {
            return session.in_program_order();
        }
        let sources = graph.tasks().filter(|&task| graph.predecessors(task).is_empty());
        let mut sources: Vec<_> = sources.map(TaskId::index).collect();
        sort_by_urgency(graph, &mut sources);
        let crew = Crew::new(&self.placement, self.workers(), graph.task_count(), PATIENCE);
        crew.deal(&sources);
        self.team.each_worker(|worker| work(graph, &crew, crew.seat(worker), session.worker(worker)));
        session.finish()
    }

    fn for_each(&self, count: usize, cancel: &Cancel, body: &(dyn Fn(usize, usize) + Sync)) -> Result<(), RunError> {
        self.team.for_each(count, cancel, body)
    }
}

/// What a worker does during a run.
fn work(graph: &Graph, crew: &Crew<'_>, mut seat: Seat<'_>, mut worker: session::Worker<'_>) {
    let mut ready = Vec::new();
    while let Some(index) = seat.next() {
        let task = graph.task(index);
        if !worker.run(task) {
            // The run has failed or is cancelled: what waits for this task will never be ready.
            crew.end();
            break;
        }
        ready.clear();
        worker.release(task, |successor| ready.push(successor.index()));
        sort_by_urgency(graph, &mut ready);
        seat.finish(&ready);
    }
    let Idleness { stolen_tasks, stealing, waiting } = seat.idleness;
    worker.note_idleness(stolen_tasks, stealing, waiting);
}

/// The most urgent first; of equally urgent ones those that come first in program order.
fn sort_by_urgency(graph: &Graph, tasks: &mut [usize]) {
    tasks.sort_unstable_by_key(|&task| (Reverse(graph.remaining_ns(graph.task(task))), task));
}
