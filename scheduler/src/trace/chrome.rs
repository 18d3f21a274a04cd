//! The trace-event format.
//!
//! - source: "Trace Event Format", the Chromium project: the JSON object format, complete events (`X`), metadata (`M`) and
//!   flow events (`s`, `f`). Times are microseconds; fractions are allowed and keep the nanoseconds.

use serde::Serialize;

use super::{TraceError, buffer_bytes, by_task, critical_path_of};
use crate::graph::Graph;
use crate::report::{Report, TaskTrace};

/// Runs as trace events; what serde makes of it as JSON is a file that Perfetto and `chrome://tracing` open.
///
/// A run is a process, a worker a thread of it, and a task a complete event named after its stage. Arrows follow the
/// critical path.
#[derive(Clone, Debug, Serialize)]
pub struct ChromeTrace {
    #[serde(rename = "traceEvents")]
    events: Vec<Event>,
    #[serde(rename = "displayTimeUnit")]
    unit: &'static str,
    /// The number of the next run.
    #[serde(skip)]
    next_process: usize,
    /// The number of the next arrow: unique in the file, because viewers match arrows by it.
    #[serde(skip)]
    next_flow: usize,
}

impl Default for ChromeTrace {
    fn default() -> Self {
        Self { events: Vec::new(), unit: "ms", next_process: 1, next_flow: 1 }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Event {
    name: String,
    #[serde(rename = "ph")]
    phase: &'static str,
    #[serde(rename = "ts", skip_serializing_if = "Option::is_none")]
    start_us: Option<f64>,
    #[serde(rename = "dur", skip_serializing_if = "Option::is_none")]
    duration_us: Option<f64>,
    #[serde(rename = "pid")]
    process: usize,
    #[serde(rename = "tid")]
    thread: usize,
    #[serde(rename = "cat", skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    /// Where an arrow ends: at the enclosing event rather than at the next one.
    #[serde(rename = "bp", skip_serializing_if = "Option::is_none")]
    binding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Args>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Args {
    Name { name: String },
    Order { sort_index: usize },
    Task { task: usize, estimate_ns: u64, streamed_bytes: u64, read_bytes: u64, written_bytes: u64 },
}

/// Microseconds of nanoseconds: exact to the nanosecond for runs of less than a hundred days.
fn microseconds(ns: u64) -> f64 {
    ns as f64 / 1e3
}

impl ChromeTrace {
    /// A file without runs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a run under a name such as `2 threads`.
    ///
    /// # Errors
    /// If the report has no trace, or one of another graph.
    pub fn add(&mut self, name: &str, graph: &Graph, report: &Report) -> Result<(), TraceError> {
        let entries = by_task(graph, report)?;
        let process = self.next_process;
        self.next_process += 1;
        self.metadata("process_name", process, 0, Args::Name { name: name.to_owned() });
        for worker in 0..report.workers.len() {
            self.metadata("thread_name", process, worker, Args::Name { name: format!("worker {worker}") });
            self.metadata("thread_sort_index", process, worker, Args::Order { sort_index: worker });
        }
        for (task, entry) in graph.tasks().zip(&entries) {
            let cost = graph.cost(task);
            self.events.push(Event {
                start_us: Some(microseconds(entry.start_ns)),
                duration_us: Some(microseconds(entry.end_ns - entry.start_ns)),
                category: Some("task"),
                args: Some(Args::Task {
                    task: entry.task,
                    estimate_ns: cost.time_ns,
                    streamed_bytes: cost.streamed_bytes,
                    read_bytes: buffer_bytes(graph, graph.reads(task)),
                    written_bytes: buffer_bytes(graph, graph.writes(task)),
                }),
                ..Event::new(graph.stage_name(graph.stage(task)), "X", process, entry.worker)
            });
        }
        for pair in critical_path_of(graph, &entries).windows(2) {
            self.arrow(process, &entries[pair[0]], &entries[pair[1]]);
        }
        Ok(())
    }

    fn metadata(&mut self, name: &str, process: usize, thread: usize, args: Args) {
        self.events.push(Event { args: Some(args), ..Event::new(name, "M", process, thread) });
    }

    /// An arrow from the end of a task to the start of another. A viewer ties its ends to the events that enclose them,
    /// so it begins within the last nanosecond of the first task.
    fn arrow(&mut self, process: usize, from: &TaskTrace, to: &TaskTrace) {
        let id = self.next_flow;
        self.next_flow += 1;
        let mut end = |phase, task: &TaskTrace, ns, binding| {
            self.events.push(Event {
                start_us: Some(microseconds(ns)),
                category: Some("critical path"),
                id: Some(id),
                binding,
                ..Event::new("critical path", phase, process, task.worker)
            });
        };
        end("s", from, from.end_ns.saturating_sub(1).max(from.start_ns), None);
        end("f", to, to.start_ns, Some("e"));
    }
}

impl Event {
    fn new(name: &str, phase: &'static str, process: usize, thread: usize) -> Self {
        Self {
            name: name.to_owned(),
            phase,
            start_us: None,
            duration_us: None,
            process,
            thread,
            category: None,
            id: None,
            binding: None,
            args: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::super::testing::{RUN, fan, report};
    use super::*;

    /// The rules of the format that viewers rely on, and each task of each run once.
    fn check(json: &Value, tasks: usize) -> BTreeMap<u64, usize> {
        let mut tracks: BTreeMap<(u64, u64), Vec<(u64, u64)>> = BTreeMap::new();
        let (mut names, mut done, mut arrows) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        let ns = |value: &Value| {
            let rounded = (value.as_f64().unwrap() * 1e3).round();
            assert!(rounded >= 0.0);
            format!("{rounded:.0}").parse::<u64>().unwrap()
        };
        for event in json["traceEvents"].as_array().unwrap() {
            let (process, thread) = (event["pid"].as_u64().unwrap(), event["tid"].as_u64().unwrap());
            assert!(event["name"].is_string());
            match event["ph"].as_str().unwrap() {
                "M" => {
                    names.insert((process, thread, event["name"].as_str().unwrap().to_owned()));
                }
                "X" => {
                    let (start, duration) = (ns(&event["ts"]), ns(&event["dur"]));
                    tracks.entry((process, thread)).or_default().push((start, start + duration));
                    let task = event["args"]["task"].as_u64().unwrap();
                    *done.entry((process, task)).or_insert(0) += 1;
                }
                phase @ ("s" | "f") => {
                    let ends: &mut Vec<_> = arrows.entry((process, event["id"].as_u64().unwrap())).or_default();
                    assert_eq!(phase == "f", ends.len() == 1, "an arrow starts once, then ends once");
                    assert_eq!(event.get("bp").is_some(), phase == "f");
                    ends.push((thread, ns(&event["ts"])));
                }
                other => panic!("an event of phase {other}"),
            }
        }
        for (&(process, thread), events) in &mut tracks {
            events.sort_unstable();
            assert!(events.windows(2).all(|pair| pair[0].1 <= pair[1].0), "tasks overlap on worker {thread}");
            assert!(names.contains(&(process, thread, "thread_name".to_owned())));
            assert!(names.contains(&(process, 0, "process_name".to_owned())));
        }
        let processes: BTreeSet<u64> = done.keys().map(|&(process, _)| process).collect();
        for &process in &processes {
            assert!((0..tasks as u64).all(|task| done.get(&(process, task)) == Some(&1)), "each task once");
        }
        for (&(process, _), ends) in &arrows {
            let [from, to] = ends[..] else { panic!("an arrow with {} ends", ends.len()) };
            assert!(from.1 <= to.1, "an arrow into the past");
            for (thread, at) in [from, to] {
                let inside = |event: &&(u64, u64)| event.0 <= at && at < event.1;
                assert!(tracks[&(process, thread)].iter().any(|event| inside(&event)), "an arrow from nowhere");
            }
        }
        processes.iter().map(|&p| (p, arrows.keys().filter(|key| key.0 == p).count())).collect()
    }

    #[test]
    fn two_runs_make_a_well_formed_file() {
        let graph = fan();
        let mut trace = ChromeTrace::new();
        trace.add("2 threads", &graph, &report(RUN)).unwrap();
        trace.add("again", &graph, &report(RUN)).unwrap();
        let text = serde_json::to_string(&trace).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        // The critical path 0, 2, 3 has two arrows, in each run.
        assert_eq!(check(&json, 5), BTreeMap::from([(1, 2), (2, 2)]));
        let tasks = json["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == "X");
        let second = tasks.clone().nth(1).unwrap();
        assert_eq!(
            (&second["name"], &second["cat"], &second["ts"], &second["dur"]),
            (&"conv".into(), &"task".into(), &0.1.into(), &0.08.into())
        );
        let expected = serde_json::json!({
            "task": 1, "estimate_ns": 20, "streamed_bytes": 2_000, "read_bytes": 4096, "written_bytes": 4096
        });
        assert_eq!(second["args"], expected);
    }

    #[test]
    fn a_run_that_was_not_traced_is_refused() {
        let mut untraced = report(RUN);
        untraced.trace = None;
        assert_eq!(ChromeTrace::new().add("none", &fan(), &untraced), Err(TraceError::NotTraced));
    }

    #[test]
    fn a_real_run_is_well_formed() {
        use crate::executor::{Executor, ForkJoin, RunOptions};
        use crate::memory::{Memory, TaskContext};
        let graph = fan();
        let executor = ForkJoin::new(2).unwrap();
        let mut memory = Memory::new(&graph, 2).unwrap();
        let body = |_, context: &mut TaskContext<'_>| context.writes[0].fill(1);
        let options = RunOptions { trace: true, ..RunOptions::default() };
        let report = executor.run(&graph, &mut memory, &body, &options).unwrap();
        let mut trace = ChromeTrace::new();
        trace.add("a run", &graph, &report).unwrap();
        let arrows = check(&serde_json::to_value(&trace).unwrap(), 5);
        assert!((0..=2).contains(&arrows[&1]), "{arrows:?}");
    }
}
