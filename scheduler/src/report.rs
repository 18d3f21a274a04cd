//! What a run took.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::graph::{Graph, TaskId};

/// The times of one run. They start at 0 when the run does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// From the call of the executor to its return.
    pub wall_ns: u64,
    /// One a stage of the graph, in the order of declaration.
    pub stages: Vec<StageReport>,
    /// One a worker.
    pub workers: Vec<WorkerReport>,
    /// One a task that ran, by start; only where [`RunOptions::trace`](crate::RunOptions::trace) asked for it.
    pub trace: Option<Vec<TaskTrace>>,
}

/// The times of a stage. Stages may overlap: spans then add up to more than the wall time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageReport {
    /// The name of the stage.
    pub name: String,
    /// How many of its tasks ran.
    pub tasks: usize,
    /// The times of its tasks added up, over all workers.
    pub busy_ns: u64,
    /// The start of its first task; 0 if none ran.
    pub start_ns: u64,
    /// From there to the end of its last task.
    pub span_ns: u64,
}

/// The share of a worker. What is neither busy, stealing nor waiting of the run's wall time was idle: before the worker
/// came, between tasks, and after no task was left to wait for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerReport {
    /// How many tasks it ran.
    pub tasks: usize,
    /// Their times added up.
    pub busy_ns: u64,
    /// How many of its tasks another worker had made ready.
    pub stolen_tasks: usize,
    /// Looking for tasks of others.
    pub stealing_ns: u64,
    /// Asleep, because every task that was left waited for another one or ran elsewhere.
    pub waiting_ns: u64,
}

/// When and where a task ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskTrace {
    /// [`TaskId::index`] of the task.
    pub task: usize,
    /// The worker that ran it.
    pub worker: usize,
    /// Its start.
    pub start_ns: u64,
    /// Its end.
    pub end_ns: u64,
}

/// What one worker notes down during a run.
#[derive(Debug)]
pub(crate) struct Recorder {
    stages: Vec<Interval>,
    total: WorkerReport,
    trace: Option<Vec<TaskTrace>>,
}

/// Tasks of one stage on one worker.
#[derive(Clone, Copy, Debug)]
struct Interval {
    tasks: usize,
    busy_ns: u64,
    start_ns: u64,
    end_ns: u64,
}

impl Interval {
    const EMPTY: Self = Self { tasks: 0, busy_ns: 0, start_ns: u64::MAX, end_ns: 0 };

    fn merge(self, other: Self) -> Self {
        Self {
            tasks: self.tasks + other.tasks,
            busy_ns: self.busy_ns + other.busy_ns,
            start_ns: self.start_ns.min(other.start_ns),
            end_ns: self.end_ns.max(other.end_ns),
        }
    }
}

impl Recorder {
    pub(crate) fn new(graph: &Graph, trace: bool) -> Self {
        Self {
            stages: vec![Interval::EMPTY; graph.stage_count()],
            total: WorkerReport::default(),
            trace: trace.then(Vec::new),
        }
    }

    pub(crate) fn idle(&mut self, stolen_tasks: usize, stealing: Duration, waiting: Duration) {
        self.total.stolen_tasks += stolen_tasks;
        self.total.stealing_ns += nanoseconds(stealing);
        self.total.waiting_ns += nanoseconds(waiting);
    }

    pub(crate) fn record(&mut self, graph: &Graph, task: TaskId, worker: usize, start_ns: u64, end_ns: u64) {
        let busy_ns = end_ns - start_ns;
        let stage = &mut self.stages[graph.stage(task).index()];
        *stage = stage.merge(Interval { tasks: 1, busy_ns, start_ns, end_ns });
        self.total.tasks += 1;
        self.total.busy_ns += busy_ns;
        if let Some(trace) = &mut self.trace {
            trace.push(TaskTrace { task: task.index(), worker, start_ns, end_ns });
        }
    }
}

impl Report {
    /// Adds up what the workers noted down.
    pub(crate) fn new(graph: &Graph, wall_ns: u64, recorders: Vec<Recorder>) -> Self {
        let stage = |(index, name): (usize, &str)| {
            let all = recorders.iter().map(|recorder| recorder.stages[index]).fold(Interval::EMPTY, Interval::merge);
            let start_ns = all.start_ns.min(all.end_ns);
            StageReport {
                name: name.to_owned(),
                tasks: all.tasks,
                busy_ns: all.busy_ns,
                start_ns,
                span_ns: all.end_ns - start_ns,
            }
        };
        let stages = graph.stage_names().enumerate().map(stage).collect();
        let workers = recorders.iter().map(|recorder| recorder.total).collect();
        let traces: Option<Vec<Vec<TaskTrace>>> = recorders.into_iter().map(|recorder| recorder.trace).collect();
        let trace = traces.map(|traces| {
            let mut all = traces.concat();
            all.sort_by_key(|trace| (trace.start_ns, trace.task));
            all
        });
        Self { wall_ns, stages, workers, trace }
    }
}

/// Nanoseconds since `start`.
pub(crate) fn elapsed_ns(start: Instant) -> u64 {
    nanoseconds(start.elapsed())
}

/// They fit for 584 years.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{GraphBuilder, MemoryOptions};

    #[test]
    fn workers_add_up_to_stages() {
        let mut builder = GraphBuilder::new();
        let [conv, pool] = ["conv", "pool"].map(|name| builder.stage(name));
        builder.stage("empty");
        let tasks = [conv, pool, conv].map(|stage| builder.task(stage, 1, &[], &[]));
        let graph = builder.finish(&MemoryOptions::default()).unwrap();
        let mut recorders = [Recorder::new(&graph, true), Recorder::new(&graph, true)];
        recorders[1].record(&graph, tasks[0], 1, 10, 30);
        recorders[1].record(&graph, tasks[1], 1, 31, 32);
        recorders[0].record(&graph, tasks[2], 0, 5, 20);
        let report = Report::new(&graph, 40, recorders.into());

        let stage = |name: &str, tasks, busy_ns, start_ns, span_ns| StageReport {
            name: name.to_owned(),
            tasks,
            busy_ns,
            start_ns,
            span_ns,
        };
        assert_eq!(
            report.stages,
            [stage("conv", 2, 35, 5, 25), stage("pool", 1, 1, 31, 1), stage("empty", 0, 0, 0, 0)]
        );
        let worker = |(tasks, busy_ns)| WorkerReport { tasks, busy_ns, ..WorkerReport::default() };
        assert_eq!(report.workers, [(1, 15), (2, 21)].map(worker));
        let order: Vec<_> = report.trace.unwrap().iter().map(|trace| (trace.task, trace.worker)).collect();
        assert_eq!(order, [(2, 0), (0, 1), (1, 1)]);
    }
}
