//! One run in numbers.

use std::cmp::Reverse;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{TraceError, by_task, critical_path_of};
use crate::graph::Graph;
use crate::report::{Report, TaskTrace};
use crate::units::{Bytes, Share, Time};

/// How many of the longest tasks a profile lists.
const LONGEST: usize = 10;

/// Where the time of one run went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// From the call of the executor to its return.
    pub wall_ns: u64,
    /// The times of all tasks added up.
    pub work_ns: u64,
    /// The longest chain of dependencies.
    pub critical_path: CriticalPath,
    /// Work over critical path: no number of threads makes the run faster than one thread by more than this.
    pub parallelism: f64,
    /// One a worker.
    pub workers: Vec<WorkerProfile>,
    /// The stages that have tasks, in the order of declaration.
    pub stages: Vec<StageProfile>,
    /// The ten longest tasks, the longest first.
    pub longest: Vec<TaskProfile>,
}

/// The longest chain of dependencies by the measured times of its tasks: no run of these tasks is shorter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriticalPath {
    /// The times of its tasks added up.
    pub time_ns: u64,
    /// [`TaskId::index`](crate::TaskId::index) of its tasks, first to last.
    pub tasks: Vec<usize>,
}

/// What a worker did. The times add up to [`Profile::wall_ns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerProfile {
    /// How many tasks it ran.
    pub tasks: usize,
    /// How many of them another worker had made ready.
    pub stolen_tasks: usize,
    /// Running tasks.
    pub busy_ns: u64,
    /// Looking for tasks of others.
    pub stealing_ns: u64,
    /// Asleep, because every task that was left waited for another one or ran elsewhere.
    pub waiting_ns: u64,
    /// The rest: before it came, between tasks, after the last one.
    pub idle_ns: u64,
}

/// What a stage took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageProfile {
    /// Its name.
    pub name: String,
    /// Its tasks.
    pub tasks: usize,
    /// Its time: that of its tasks added up, over all workers.
    pub busy_ns: u64,
    /// Its part of [`Profile::work_ns`], in [0, 1].
    pub share: f64,
    /// The start of its first task.
    pub start_ns: u64,
    /// From there to the end of its last task. Spans overlap.
    pub span_ns: u64,
    /// Its tasks on the critical path, added up.
    pub critical_ns: u64,
    /// What its tasks read beside their buffers, as estimated.
    pub streamed_bytes: u64,
}

/// What a task took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskProfile {
    /// [`TaskId::index`](crate::TaskId::index) of the task.
    pub task: usize,
    /// Its stage.
    pub stage: String,
    /// Who ran it.
    pub worker: usize,
    /// Its start.
    pub start_ns: u64,
    /// Its time.
    pub time_ns: u64,
    /// What it was estimated to take on one thread.
    pub estimate_ns: u64,
    /// What it reads beside its buffers, as estimated.
    pub streamed_bytes: u64,
}

fn time_ns(entry: &TaskTrace) -> u64 {
    entry.end_ns - entry.start_ns
}

impl Profile {
    /// The profile of a traced run.
    ///
    /// # Errors
    /// If the report has no trace, or one of another graph.
    pub fn new(graph: &Graph, report: &Report) -> Result<Self, TraceError> {
        let entries = by_task(graph, report)?;
        let work_ns: u64 = entries.iter().map(time_ns).sum();
        let path = critical_path_of(graph, &entries);
        let critical_path =
            CriticalPath { time_ns: path.iter().map(|&task| time_ns(&entries[task])).sum(), tasks: path };
        Ok(Self {
            wall_ns: report.wall_ns,
            work_ns,
            parallelism: if critical_path.time_ns > 0 { work_ns as f64 / critical_path.time_ns as f64 } else { 1.0 },
            workers: workers(report),
            stages: stages(graph, &entries, work_ns, &critical_path),
            longest: longest(graph, &entries),
            critical_path,
        })
    }
}

fn workers(report: &Report) -> Vec<WorkerProfile> {
    let profile = |worker: &crate::report::WorkerReport| {
        let used = worker.busy_ns + worker.stealing_ns + worker.waiting_ns;
        WorkerProfile {
            tasks: worker.tasks,
            stolen_tasks: worker.stolen_tasks,
            busy_ns: worker.busy_ns,
            stealing_ns: worker.stealing_ns,
            waiting_ns: worker.waiting_ns,
            idle_ns: report.wall_ns.saturating_sub(used),
        }
    };
    report.workers.iter().map(profile).collect()
}

fn stages(graph: &Graph, entries: &[TaskTrace], work_ns: u64, path: &CriticalPath) -> Vec<StageProfile> {
    let mut of_stage: Vec<Vec<usize>> = vec![Vec::new(); graph.stage_count()];
    for task in graph.tasks() {
        of_stage[graph.stage(task).index()].push(task.index());
    }
    let ids: Vec<_> = graph.tasks().collect();
    let profile = |(name, tasks): (&str, &Vec<usize>)| {
        let sum = |tasks: &mut dyn Iterator<Item = usize>| tasks.map(|task| time_ns(&entries[task])).sum::<u64>();
        let start_ns = tasks.iter().map(|&task| entries[task].start_ns).min()?;
        let end_ns = tasks.iter().map(|&task| entries[task].end_ns).max()?;
        let busy_ns = sum(&mut tasks.iter().copied());
        Some(StageProfile {
            name: name.to_owned(),
            tasks: tasks.len(),
            busy_ns,
            share: Share::of(busy_ns as f64, work_ns as f64).0,
            start_ns,
            span_ns: end_ns - start_ns,
            // The tasks of a stage are ascending.
            critical_ns: sum(&mut path.tasks.iter().copied().filter(|task| tasks.binary_search(task).is_ok())),
            streamed_bytes: tasks.iter().map(|&task| graph.cost(ids[task]).streamed_bytes).sum(),
        })
    };
    graph.stage_names().zip(&of_stage).filter_map(profile).collect()
}

fn longest(graph: &Graph, entries: &[TaskTrace]) -> Vec<TaskProfile> {
    let mut tasks: Vec<_> = graph.tasks().zip(entries).collect();
    tasks.sort_by_key(|(task, entry)| (Reverse(time_ns(entry)), task.index()));
    let profile = |&(task, entry): &(crate::TaskId, &TaskTrace)| TaskProfile {
        task: task.index(),
        stage: graph.stage_name(graph.stage(task)).to_owned(),
        worker: entry.worker,
        start_ns: entry.start_ns,
        time_ns: time_ns(entry),
        estimate_ns: graph.cost(task).time_ns,
        streamed_bytes: graph.cost(task).streamed_bytes,
    };
    tasks.iter().take(LONGEST).map(profile).collect()
}

impl fmt::Display for Profile {
    /// Tables for a terminal, each line ended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ns = |ns: u64| Time(ns as f64);
        let capacity = self.wall_ns as f64 * self.workers.len() as f64;
        writeln!(
            f,
            "wall {}, work {} ({} of what {} could do)",
            ns(self.wall_ns),
            ns(self.work_ns),
            Share::of(self.work_ns as f64, capacity),
            if self.workers.len() == 1 { "1 worker".to_owned() } else { format!("{} workers", self.workers.len()) }
        )?;
        writeln!(
            f,
            "critical path {} in {} tasks: no number of threads is more than {:.1} times as fast as one",
            ns(self.critical_path.time_ns),
            self.critical_path.tasks.len(),
            self.parallelism
        )?;
        writeln!(
            f,
            "\n  {:<8}{:>8}{:>8}{:>9}{:>10}{:>9}{:>8}",
            "worker", "tasks", "stolen", "busy", "stealing", "waiting", "idle"
        )?;
        for (index, worker) in self.workers.iter().enumerate() {
            let share = |ns: u64| Share::of(ns as f64, self.wall_ns as f64);
            writeln!(
                f,
                "  {index:<8}{:>8}{:>8}{:>9}{:>10}{:>9}{:>8}",
                worker.tasks,
                worker.stolen_tasks,
                share(worker.busy_ns),
                share(worker.stealing_ns),
                share(worker.waiting_ns),
                share(worker.idle_ns)
            )?;
        }
        writeln!(
            f,
            "\n  {:<9}{:>6}{:>11}{:>8}{:>11}{:>11}{:>11}{:>10}",
            "stage", "tasks", "busy", "share", "from", "span", "on path", "streams"
        )?;
        for stage in &self.stages {
            writeln!(
                f,
                "  {:<9}{:>6}{:>11}{:>8}{:>11}{:>11}{:>11}{:>10}",
                stage.name,
                stage.tasks,
                ns(stage.busy_ns),
                Share(stage.share),
                ns(stage.start_ns),
                ns(stage.span_ns),
                ns(stage.critical_ns),
                Bytes(stage.streamed_bytes)
            )?;
        }
        writeln!(
            f,
            "\n  {:<9}{:<9}{:>7}{:>11}{:>11}{:>11}{:>10}",
            "longest", "stage", "worker", "from", "time", "estimate", "streams"
        )?;
        for task in &self.longest {
            writeln!(
                f,
                "  {:<9}{:<9}{:>7}{:>11}{:>11}{:>11}{:>10}",
                task.task,
                task.stage,
                task.worker,
                ns(task.start_ns),
                ns(task.time_ns),
                ns(task.estimate_ns),
                Bytes(task.streamed_bytes)
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{RUN, fan, report};
    use super::*;

    #[test]
    fn a_run_by_hand() {
        let profile = Profile::new(&fan(), &report(RUN)).unwrap();
        // 100 + 80 + 90 + 90 + 50; the path 0, 2, 3.
        assert_eq!((profile.wall_ns, profile.work_ns), (300, 410));
        assert_eq!(profile.critical_path, CriticalPath { time_ns: 280, tasks: vec![0, 2, 3] });
        assert!((profile.parallelism - 410.0 / 280.0).abs() < 1e-12);
        let idle: Vec<_> = profile.workers.iter().map(|worker| (worker.busy_ns, worker.idle_ns)).collect();
        assert_eq!(idle, [(270, 300 - 270 - 12), (140, 300 - 140 - 12)]);
        let [conv, pool] = &profile.stages[..] else { panic!("a stage without tasks is listed") };
        let times =
            |stage: &StageProfile| (stage.tasks, stage.busy_ns, stage.start_ns, stage.span_ns, stage.critical_ns);
        assert_eq!(times(conv), (3, 270, 0, 200, 190));
        assert_eq!(times(pool), (2, 140, 0, 290, 90));
        assert_eq!((conv.streamed_bytes, pool.streamed_bytes), (3_000, 0));
        assert!((conv.share + pool.share - 1.0).abs() < 1e-12);
        let order: Vec<_> = profile.longest.iter().map(|task| task.task).collect();
        assert_eq!(order, [0, 2, 3, 1, 4]);
        let json = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<Profile>(&json).unwrap(), profile);
    }

    #[test]
    fn what_people_read_is_narrow_and_complete() {
        let text = Profile::new(&fan(), &report(RUN)).unwrap().to_string();
        assert!(text.lines().all(|line| line.len() <= 100 && line.is_ascii()), "{text}");
        for part in ["critical path 0.3 us in 3 tasks", "1.5 times", "90.0%", "conv", "pool", "3.0 kB"] {
            assert!(text.contains(part), "{part:?} is not in {text}");
        }
        assert!(!text.contains("empty"), "{text}");
    }
}
