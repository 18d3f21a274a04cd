//! What a traced run tells: where its time went, as a file for a viewer and as a summary.
//!
//! - [`ChromeTrace`]: every task on its worker's track, in the format that [Perfetto](https://ui.perfetto.dev) and
//!   `chrome://tracing` open.
//! - [`Profile`]: one run in numbers: workers, stages, the critical path, the longest tasks.
//! - [`Scaling`]: runs of one graph on one thread against runs on several, stage by stage.
//!
//! A stage's *time* is its busy thread-seconds: the times of its tasks added up, over all workers. Its *span*, from the
//! start of the first task to the end of the last, overlaps the spans of its neighbours and adds up to nothing; it stands
//! apart.

mod chrome;
mod profile;
mod scaling;

pub use chrome::ChromeTrace;
pub use profile::{CriticalPath, Profile, StageProfile, TaskProfile, WorkerProfile};
pub use scaling::{Hindrance, Scaling, StageScaling};

use crate::graph::{BufferRange, Graph, TaskId};
use crate::report::{Report, TaskTrace};

/// Why a report cannot be looked at task by task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The run was not traced.
    #[error("the run noted down no tasks: ask for them with `RunOptions::trace`")]
    NotTraced,
    /// There is no run.
    #[error("0 traced runs: at least 1 is needed")]
    NoRuns,
    /// The trace has another number of tasks than the graph.
    #[error("the trace has {traced} tasks, the graph {tasks}: it is of another graph")]
    OtherGraph {
        /// Entries of the trace.
        traced: usize,
        /// Tasks of the graph.
        tasks: usize,
    },
    /// The trace names a task that the graph does not have, or one twice.
    #[error("the trace names task {task} twice, or beyond the {tasks} tasks of the graph: each must stand there once")]
    Repeated {
        /// The task.
        task: usize,
        /// Tasks of the graph.
        tasks: usize,
    },
    /// The trace names a worker that the report does not have.
    #[error("task {task} ran on worker {worker}, but the report has {workers} workers")]
    UnknownWorker {
        /// The task.
        task: usize,
        /// Its worker.
        worker: usize,
        /// Workers of the report.
        workers: usize,
    },
    /// A task ended before it started, or started before one that it waits for had ended.
    #[error("task {task} ran from {start_ns} to {end_ns} ns, but cannot have started before {earliest_ns} ns")]
    Disordered {
        /// The task.
        task: usize,
        /// Its start.
        start_ns: u64,
        /// Its end.
        end_ns: u64,
        /// When the last of its predecessors ended.
        earliest_ns: u64,
    },
}

/// The entries of a report's trace by task, checked: each task once, after its predecessors.
pub(crate) fn by_task(graph: &Graph, report: &Report) -> Result<Vec<TaskTrace>, TraceError> {
    let trace = report.trace.as_ref().ok_or(TraceError::NotTraced)?;
    let (tasks, workers) = (graph.task_count(), report.workers.len());
    if trace.len() != tasks {
        return Err(TraceError::OtherGraph { traced: trace.len(), tasks });
    }
    let mut entries: Vec<Option<TaskTrace>> = vec![None; tasks];
    for &entry in trace {
        let TaskTrace { task, worker, .. } = entry;
        let place = entries.get_mut(task).filter(|place| place.is_none());
        *place.ok_or(TraceError::Repeated { task, tasks })? = Some(entry);
        if worker >= workers {
            return Err(TraceError::UnknownWorker { task, worker, workers });
        }
    }
    // As many entries as tasks and none twice: none is missing.
    let entries: Vec<TaskTrace> = entries.into_iter().flatten().collect();
    for (id, &TaskTrace { task, start_ns, end_ns, .. }) in graph.tasks().zip(&entries) {
        let ends = graph.predecessors(id).iter().map(|predecessor| entries[predecessor.index()].end_ns);
        let earliest_ns = ends.max().unwrap_or(0);
        if start_ns < earliest_ns || end_ns < start_ns {
            return Err(TraceError::Disordered { task, start_ns, end_ns, earliest_ns });
        }
    }
    Ok(entries)
}

/// The sizes of some buffers added up, in bytes.
pub(crate) fn buffer_bytes(graph: &Graph, ranges: &[BufferRange]) -> u64 {
    let words = ranges.iter().flat_map(|range| range.iter()).map(|buffer| graph.words(buffer) as u64);
    words.sum::<u64>() * size_of::<u32>() as u64
}

/// The longest chain of dependencies by the tasks' times, first to last, and its length. `predecessors` of a task are
/// earlier tasks.
pub(crate) fn critical_path<P: Iterator<Item = usize>>(
    times: &[f64],
    predecessors: impl Fn(usize) -> P,
) -> (Vec<usize>, f64) {
    let mut ends: Vec<f64> = Vec::with_capacity(times.len());
    let mut before: Vec<Option<usize>> = Vec::with_capacity(times.len());
    for (task, time) in times.iter().enumerate() {
        let last = predecessors(task).max_by(|&a, &b| ends[a].total_cmp(&ends[b]));
        ends.push(time + last.map_or(0.0, |last| ends[last]));
        before.push(last);
    }
    let end = (0..times.len()).max_by(|&a, &b| ends[a].total_cmp(&ends[b]));
    let mut path: Vec<usize> = std::iter::successors(end, |&task| before[task]).collect();
    path.reverse();
    (path, end.map_or(0.0, |end| ends[end]))
}

/// The critical path of a run, by index.
pub(crate) fn critical_path_of(graph: &Graph, entries: &[TaskTrace]) -> Vec<usize> {
    let times: Vec<f64> = entries.iter().map(|entry| (entry.end_ns - entry.start_ns) as f64).collect();
    let ids: Vec<TaskId> = graph.tasks().collect();
    critical_path(&times, |task| graph.predecessors(ids[task]).iter().map(|task| task.index())).0
}

#[cfg(test)]
pub(crate) mod testing {
    //! A graph with a report that was written by hand.

    use super::*;
    use crate::graph::{GraphBuilder, MemoryOptions, TaskCost};
    use crate::report::{StageReport, WorkerReport};

    /// A fan: `conv` 0 feeds `conv` 1 and 2, both feed `pool` 3; `pool` 4 is alone.
    pub(crate) fn fan() -> Graph {
        let mut builder = GraphBuilder::new();
        let [conv, pool] = ["conv", "pool"].map(|name| builder.stage(name));
        builder.stage("empty");
        let buffers = builder.buffers(5, 1024);
        let [a, b, c, d, e] = std::array::from_fn(|index| buffers.slice(index..index + 1));
        let cost = |time_ns, streamed_bytes| TaskCost { time_ns, streamed_bytes };
        builder.task(conv, cost(10, 1_000), &[], &[a]);
        builder.task(conv, cost(20, 2_000), &[a], &[b]);
        builder.task(conv, cost(30, 0), &[a], &[c]);
        builder.task(pool, cost(40, 0), &[b, c], &[d]);
        builder.task(pool, cost(50, 0), &[], &[e]);
        builder.finish(&MemoryOptions::default()).unwrap()
    }

    /// A report of [`fan`] on two workers; entries are (worker, start, end) by task.
    pub(crate) fn report(entries: [(usize, u64, u64); 5]) -> Report {
        let trace: Vec<TaskTrace> = entries
            .iter()
            .enumerate()
            .map(|(task, &(worker, start_ns, end_ns))| TaskTrace { task, worker, start_ns, end_ns })
            .collect();
        let wall_ns = entries.iter().map(|entry| entry.2).max().unwrap() + 10;
        let worker = |index| {
            let own = entries.iter().filter(|entry| entry.0 == index);
            let busy_ns = own.clone().map(|entry| entry.2 - entry.1).sum();
            WorkerReport { tasks: own.count(), busy_ns, stolen_tasks: index, stealing_ns: 5, waiting_ns: 7 }
        };
        let stage = |name: &str, tasks: &[usize]| {
            let own = tasks.iter().map(|&task| entries[task]);
            let start_ns = own.clone().map(|entry| entry.1).min().unwrap_or(0);
            StageReport {
                name: name.to_owned(),
                tasks: tasks.len(),
                busy_ns: own.clone().map(|entry| entry.2 - entry.1).sum(),
                start_ns,
                span_ns: own.map(|entry| entry.2).max().unwrap_or(0) - start_ns,
            }
        };
        Report {
            wall_ns,
            stages: vec![stage("conv", &[0, 1, 2]), stage("pool", &[3, 4]), stage("empty", &[])],
            workers: (0..2).map(worker).collect(),
            trace: Some(trace),
        }
    }

    /// A run of [`fan`] in 300 ns: worker 0 runs 0, 1, 3, worker 1 runs 4, 2.
    pub(crate) const RUN: [(usize, u64, u64); 5] =
        [(0, 0, 100), (0, 100, 180), (1, 110, 200), (0, 200, 290), (1, 0, 50)];
}

#[cfg(test)]
mod tests {
    use super::testing::{RUN, fan, report};
    use super::*;

    #[test]
    fn a_trace_that_cannot_be_is_refused() {
        let graph = fan();
        assert!(by_task(&graph, &report(RUN)).is_ok());
        let refuse = |change: fn(&mut Report)| {
            let mut report = report(RUN);
            change(&mut report);
            by_task(&graph, &report).unwrap_err()
        };
        assert_eq!(refuse(|report| report.trace = None), TraceError::NotTraced);
        assert_eq!(
            refuse(|report| report.trace.as_mut().unwrap().truncate(4)),
            TraceError::OtherGraph { traced: 4, tasks: 5 }
        );
        assert_eq!(
            refuse(|report| report.trace.as_mut().unwrap()[1].task = 0),
            TraceError::Repeated { task: 0, tasks: 5 }
        );
        assert_eq!(
            refuse(|report| report.trace.as_mut().unwrap()[1].task = 9),
            TraceError::Repeated { task: 9, tasks: 5 }
        );
        assert_eq!(
            refuse(|report| report.trace.as_mut().unwrap()[4].worker = 2),
            TraceError::UnknownWorker { task: 4, worker: 2, workers: 2 }
        );
        let early = refuse(|report| report.trace.as_mut().unwrap()[3].start_ns = 190);
        assert_eq!(early.to_string(), "task 3 ran from 190 to 290 ns, but cannot have started before 200 ns");
    }
}
