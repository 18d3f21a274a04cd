//! What the executors have in common: one run of one graph.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::stop::{Stop, catch};
use super::{Body, RunError, RunOptions};
use crate::graph::{Graph, TaskId};
use crate::memory::{self, Memory};
use crate::report::{Recorder, Report, elapsed_ns};

/// A run in progress: workers enter it, run tasks and leave.
pub(super) struct Session<'a> {
    run: memory::Run<'a>,
    body: &'a dyn Body,
    stop: Stop<'a>,
    started: Instant,
    recorders: Vec<Mutex<Recorder>>,
}

/// A worker inside a [`Session`].
pub(super) struct Worker<'s> {
    session: &'s Session<'s>,
    lease: memory::Worker<'s>,
    recorder: MutexGuard<'s, Recorder>,
}

impl<'a> Session<'a> {
    /// Starts a run for an executor of `workers` workers.
    pub(super) fn new(
        workers: usize,
        graph: &Graph,
        memory: &'a mut Memory,
        body: &'a dyn Body,
        options: &'a RunOptions,
    ) -> Result<Self, RunError> {
        let started = Instant::now();
        if memory.workers() < workers {
            return Err(RunError::TooFewWorkers { executor: workers, memory: memory.workers() });
        }
        let recorder = |_| Mutex::new(Recorder::new(graph, options.trace));
        Ok(Self {
            run: memory.begin(graph)?,
            body,
            stop: Stop::new(&options.cancel),
            started,
            recorders: (0..workers).map(recorder).collect(),
        })
    }

    /// Takes the place of worker `index`.
    ///
    /// # Panics
    /// If somebody has it.
    pub(super) fn worker(&self, index: usize) -> Worker<'_> {
        let lease = self.run.worker(index);
        // The lease excludes everybody else, so this lock is free.
        let recorder = self.recorders[index].lock().unwrap_or_else(PoisonError::into_inner);
        Worker { session: self, lease, recorder }
    }

    /// Runs all tasks in program order, on the calling thread in the place of worker 0, and ends the run.
    pub(super) fn in_program_order(self) -> Result<Report, RunError> {
        let mut worker = self.worker(0);
        for task in self.run.graph().tasks() {
            worker.run(task);
        }
        drop(worker);
        self.finish()
    }

    /// Ends the run.
    pub(super) fn finish(self) -> Result<Report, RunError> {
        let graph = self.run.graph().clone();
        self.run.finish();
        self.stop.into_result()?;
        let recorders =
            self.recorders.into_iter().map(|recorder| recorder.into_inner().unwrap_or_else(PoisonError::into_inner));
        let recorders = recorders.collect();
        Ok(Report::new(&graph, elapsed_ns(self.started), recorders))
    }
}

impl Worker<'_> {
    /// Runs a task, unless the run has failed or is cancelled, and returns whether it ended well.
    ///
    /// # Panics
    /// If the task has run, or if a predecessor has not: a mistake of the executor.
    pub(super) fn run(&mut self, task: TaskId) -> bool {
        let Session { run, body, stop, started, .. } = self.session;
        if stop.is_requested() {
            return false;
        }
        let start_ns = elapsed_ns(*started);
        let outcome = self.lease.run(task, |context| catch(|| body.run(task, context)));
        let end_ns = elapsed_ns(*started);
        let graph = run.graph();
        self.recorder.record(graph, task, self.lease.index(), start_ns, end_ns);
        match outcome {
            Ok(()) => true,
            Err(message) => {
                let stage = graph.stage_name(graph.stage(task)).to_owned();
                stop.fail(RunError::TaskPanicked { task, stage, message });
                false
            }
        }
    }

    /// Tells the successors of a task that has ended well, once; `ready` gets those that waited for nothing else.
    pub(super) fn release(&self, task: TaskId, ready: impl FnMut(TaskId)) {
        self.lease.release(task, ready);
    }

    /// Notes what the worker did when it had no task.
    pub(super) fn note_idleness(&mut self, stolen_tasks: usize, stealing: Duration, waiting: Duration) {
        self.recorder.idle(stolen_tasks, stealing, waiting);
    }
}
