//! A graph with what its tasks took, and how far apart they touch the same memory.

use std::collections::BTreeMap;
use std::mem;

use serde::{Deserialize, Serialize};

use crate::graph::{BufferRange, Graph};
use crate::report::Report;
use crate::trace::{TraceError, by_task};
use crate::units::median;

/// Memory is followed in pieces of this many words: 16 KiB, an eighth of a limb of two polynomials of degree 2^14.
const BLOCK_WORDS: usize = 4096;
/// Distances are rounded up to this.
const MEBIBYTE: u64 = 1 << 20;

/// Everything that a simulation needs to know of a graph and its runs on one thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// The names of the stages.
    pub stages: Vec<String>,
    /// The tasks in program order.
    pub tasks: Vec<WorkloadTask>,
    /// The arena of a run.
    pub arena_bytes: u64,
    /// Scratch memory of each worker.
    pub scratch_bytes_per_worker: u64,
    /// What is in memory beside that, whatever the number of threads: keys, weights, the program. The caller's to fill in.
    pub resident_bytes: u64,
    /// What a run takes outside of its graph, on one thread. The caller's to fill in.
    pub outside_ns: u64,
}

/// A task, as it ran on one thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadTask {
    /// The index of its stage.
    pub stage: usize,
    /// What it took: the median of the measured runs.
    pub time_ns: u64,
    /// What it was estimated to take; executors order tasks by it.
    pub estimate_ns: u64,
    /// What it reads beside its buffers.
    pub streamed_bytes: u64,
    /// What it touches of its buffers, by the bytes touched since their places were last used: nearest first.
    pub fetched: Vec<Reuse>,
    /// What it writes, by the bytes touched until the places are next written: nearest first.
    pub written: Vec<Reuse>,
    /// What it reads, by the task of the same run that wrote it last, ascending.
    pub sources: Vec<Source>,
    /// The tasks that it waits for, by index: all of them earlier ones.
    pub predecessors: Vec<usize>,
}

/// Bytes whose memory is used again after some distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reuse {
    /// The bytes that are touched in between, in MiB, rounded up.
    pub distance_mib: u64,
    /// How many bytes are used again.
    pub bytes: u64,
}

/// Bytes that a task reads, and who wrote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The index of the task that wrote them last.
    pub task: usize,
    /// How many.
    pub bytes: u64,
    /// The bytes that are touched in between, in MiB, rounded up.
    pub distance_mib: u64,
}

/// A workload that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkloadError {
    /// There is nothing to run.
    #[error("a workload of 0 tasks: at least 1 is needed")]
    Empty,
    /// A task names a stage that there is not.
    #[error("task {task} is of stage {stage}, but there are {stages}")]
    UnknownStage {
        /// The task.
        task: usize,
        /// Its stage.
        stage: usize,
        /// The stages.
        stages: usize,
    },
    /// A task waits for itself or for a later one.
    #[error("task {task} waits for task {predecessor}: tasks wait for earlier ones")]
    Backwards {
        /// The task.
        task: usize,
        /// What it waits for.
        predecessor: usize,
    },
}

impl Workload {
    /// The workload of traced runs of `graph`, all of them on one worker: each task's time is its median.
    ///
    /// # Errors
    /// If there is no run, or one without a trace, or of another graph.
    pub fn new(graph: &Graph, runs: &[Report]) -> Result<Self, TraceError> {
        let traces = runs.iter().map(|run| by_task(graph, run)).collect::<Result<Vec<_>, _>>()?;
        let Traffic { mut fetched, mut written, mut sources } = Traffic::of(graph);
        let tasks = graph.tasks().map(|id| {
            let task = id.index();
            let times = traces.iter().map(|trace| trace[task].end_ns - trace[task].start_ns).collect();
            let cost = graph.cost(id);
            Ok(WorkloadTask {
                stage: graph.stage(id).index(),
                time_ns: median(times).ok_or(TraceError::NoRuns)?,
                estimate_ns: cost.time_ns,
                streamed_bytes: cost.streamed_bytes,
                fetched: mem::take(&mut fetched[task]),
                written: mem::take(&mut written[task]),
                sources: mem::take(&mut sources[task]),
                predecessors: graph.predecessors(id).iter().map(|task| task.index()).collect(),
            })
        });
        Ok(Self {
            stages: graph.stage_names().map(str::to_owned).collect(),
            tasks: tasks.collect::<Result<_, _>>()?,
            arena_bytes: graph.arena_bytes() as u64,
            scratch_bytes_per_worker: graph.scratch_bytes_per_worker() as u64,
            resident_bytes: 0,
            outside_ns: 0,
        })
    }

    /// Whether it can be run.
    ///
    /// # Errors
    /// If it has no tasks, or a task names what there is not.
    pub fn check(&self) -> Result<(), WorkloadError> {
        let stages = self.stages.len();
        for (task, &WorkloadTask { stage, ref predecessors, ref sources, .. }) in self.tasks.iter().enumerate() {
            if stage >= stages {
                return Err(WorkloadError::UnknownStage { task, stage, stages });
            }
            let sources = sources.iter().map(|source| &source.task);
            if let Some(&predecessor) = predecessors.iter().chain(sources).find(|&&predecessor| predecessor >= task) {
                return Err(WorkloadError::Backwards { task, predecessor });
            }
        }
        if self.tasks.is_empty() { Err(WorkloadError::Empty) } else { Ok(()) }
    }

    /// The tasks' times added up.
    #[must_use]
    pub fn work_ns(&self) -> u64 {
        self.tasks.iter().map(|task| task.time_ns).sum()
    }

    /// What each task moves to and from memory behind a cache of so many bytes.
    pub(super) fn memory_bytes(&self, cache_bytes: u64) -> Vec<f64> {
        let touched: u64 = self.tasks.iter().map(WorkloadTask::touched_bytes).sum();
        let streams = touched > cache_bytes;
        let of_task = |task: &WorkloadTask| {
            let buffers = task.fetched.iter().chain(&task.written).filter(|reuse| reuse.exceeds(cache_bytes));
            let buffers: u64 = buffers.map(|reuse| reuse.bytes).sum();
            (buffers + if streams { task.streamed_bytes } else { 0 }) as f64
        };
        self.tasks.iter().map(of_task).collect()
    }

    /// What each task reads that is still in a cache of so many bytes, and the tasks that wrote it.
    pub(super) fn cached_sources(&self, cache_bytes: u64) -> Vec<Vec<(usize, f64)>> {
        let near = |source: &&Source| source.distance_mib.saturating_mul(MEBIBYTE) <= cache_bytes;
        let of_task = |task: &WorkloadTask| {
            task.sources.iter().filter(near).map(|source| (source.task, source.bytes as f64)).collect()
        };
        self.tasks.iter().map(of_task).collect()
    }
}

impl WorkloadTask {
    fn touched_bytes(&self) -> u64 {
        self.streamed_bytes + self.fetched.iter().map(|reuse| reuse.bytes).sum::<u64>()
    }
}

impl Reuse {
    fn exceeds(&self, cache_bytes: u64) -> bool {
        self.distance_mib.saturating_mul(MEBIBYTE) > cache_bytes
    }
}

/// [`WorkloadTask::fetched`], [`WorkloadTask::written`] and [`WorkloadTask::sources`] of every task.
struct Traffic {
    fetched: Vec<Vec<Reuse>>,
    written: Vec<Vec<Reuse>>,
    sources: Vec<Vec<Source>>,
}

/// A piece of the arena: when it was last touched, and who wrote it last and when. Times are bytes touched so far.
#[derive(Clone, Copy, Default)]
struct Block {
    touched_at: u64,
    written_at: u64,
    writer: Option<usize>,
}

impl Traffic {
    /// Follows every piece of the arena through two runs in program order; the second one counts, so that what is left of
    /// one run meets the next.
    fn of(graph: &Graph) -> Self {
        let mut blocks = vec![Block::default(); graph.arena_words().div_ceil(BLOCK_WORDS)];
        let mut fetched = vec![BTreeMap::new(); graph.task_count()];
        let mut written = fetched.clone();
        let mut sources: Vec<BTreeMap<usize, Source>> = vec![BTreeMap::new(); graph.task_count()];
        let mut clock = 0;
        for counts in [false, true] {
            for id in graph.tasks() {
                let task = id.index();
                let start = clock;
                let mut touch = |ranges: &[BufferRange], writes: bool| {
                    for (block, bytes) in pieces(graph, ranges) {
                        let place = &mut blocks[block];
                        if counts {
                            *fetched[task].entry(distance_mib(start, place.touched_at)).or_insert(0) += bytes;
                            // What has no earlier writer is an input, or what an earlier run has left.
                            if let Some(writer) = place.writer.filter(|&writer| !writes && writer < task) {
                                let distance_mib = distance_mib(start, place.written_at);
                                let none = Source { task: writer, bytes: 0, distance_mib };
                                let source = sources[task].entry(writer).or_insert(none);
                                source.bytes += bytes;
                                source.distance_mib = source.distance_mib.min(distance_mib);
                            }
                            if let Some(writer) = place.writer.filter(|_| writes) {
                                let distance = distance_mib(start, place.written_at);
                                *written[writer].entry(distance).or_insert(0) += bytes;
                            }
                        }
                        place.touched_at = start;
                        if writes {
                            (place.written_at, place.writer) = (start, Some(task));
                        }
                        clock += bytes;
                    }
                };
                touch(graph.reads(id), false);
                touch(graph.writes(id), true);
                clock += graph.cost(id).streamed_bytes;
            }
        }
        let rows = |maps: Vec<BTreeMap<u64, u64>>| {
            let row = |map: BTreeMap<u64, u64>| {
                map.into_iter().map(|(distance_mib, bytes)| Reuse { distance_mib, bytes }).collect()
            };
            maps.into_iter().map(row).collect()
        };
        let sources = sources.into_iter().map(|sources| sources.into_values().collect()).collect();
        Self { fetched: rows(fetched), written: rows(written), sources }
    }
}

fn distance_mib(now: u64, then: u64) -> u64 {
    now.saturating_sub(then).div_ceil(MEBIBYTE)
}

/// The pieces of the arena that some buffers lie in, and how many bytes of each.
fn pieces<'a>(graph: &'a Graph, ranges: &'a [BufferRange]) -> impl Iterator<Item = (usize, u64)> + 'a {
    let extents = ranges.iter().flat_map(|range| range.iter()).filter_map(|buffer| graph.extent(buffer));
    extents.flat_map(|extent| {
        let (start, end) = (extent.offset, extent.offset + extent.words);
        (start / BLOCK_WORDS..end.div_ceil(BLOCK_WORDS)).map(move |block| {
            let words = end.min((block + 1) * BLOCK_WORDS) - start.max(block * BLOCK_WORDS);
            (block, (words * size_of::<u32>()) as u64)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{GraphBuilder, MemoryOptions, ReusePolicy, TaskCost};
    use crate::trace::testing::{RUN, fan, report};

    #[test]
    fn times_are_medians_and_the_rest_is_the_graphs() {
        let graph = fan();
        let mut late = RUN;
        late[3].2 = 500;
        let runs = [report(RUN), report(late), report(RUN)];
        let workload = Workload::new(&graph, &runs).unwrap();
        assert_eq!(workload.check(), Ok(()));
        assert_eq!(workload.stages, ["conv", "pool", "empty"]);
        let times: Vec<_> = workload.tasks.iter().map(|task| task.time_ns).collect();
        assert_eq!((times, workload.work_ns()), (vec![100, 80, 90, 90, 50], 410));
        let predecessors: Vec<_> = workload.tasks.iter().map(|task| task.predecessors.clone()).collect();
        assert_eq!(predecessors, [vec![], vec![0], vec![0], vec![1, 2], vec![]]);
        assert_eq!(Workload::new(&graph, &[]), Err(TraceError::NoRuns));
        let text = serde_json::to_string(&workload).unwrap();
        assert_eq!(serde_json::from_str::<Workload>(&text).unwrap(), workload);
    }

    /// 8 MiB are written, 40 MiB streamed, the 8 MiB read, and overwritten.
    #[test]
    fn what_was_pushed_out_comes_from_memory_and_went_there() {
        const MIB: u64 = MEBIBYTE;
        let mut builder = GraphBuilder::new();
        let stage = builder.stage("stage");
        let buffer = builder.buffer(8 << 18);
        let cost = |streamed_bytes| TaskCost { time_ns: 1, streamed_bytes };
        builder.task(stage, cost(0), &[], &[buffer.into()]);
        builder.task(stage, cost(40 * MIB), &[], &[]);
        builder.task(stage, cost(0), &[buffer.into()], &[]);
        builder.task(stage, cost(0), &[], &[buffer.into()]);
        let graph = builder.finish(&MemoryOptions { reuse: ReusePolicy::Never }).unwrap();
        let Traffic { fetched, written, sources } = Traffic::of(&graph);
        let reuse = |distance_mib, mib| vec![Reuse { distance_mib, bytes: mib * MIB }];
        assert_eq!(fetched, [reuse(8, 8), vec![], reuse(48, 8), reuse(8, 8)]);
        assert_eq!(written, [reuse(56, 8), vec![], vec![], reuse(8, 8)]);

        // The reader has the first writer's bytes, 48 MiB later.
        let source = Source { task: 0, bytes: 8 * MIB, distance_mib: 48 };
        assert_eq!(sources, [vec![], vec![], vec![source], vec![]]);

        let workload = workload_of(&graph);
        assert_eq!(workload.cached_sources(32 * MIB)[2], []);
        assert_eq!(workload.cached_sources(50 * MIB)[2], [(0, (8 * MIB) as f64)]);
        let mib = |cache_mib: u64| -> Vec<f64> {
            workload.memory_bytes(cache_mib * MIB).iter().map(|bytes| bytes / MIB as f64).collect()
        };
        assert_eq!(mib(4), [16.0, 40.0, 8.0, 16.0]);
        assert_eq!(mib(32), [8.0, 40.0, 8.0, 0.0]);
        assert_eq!(mib(50), [8.0, 40.0, 0.0, 0.0]);
        // Everything that a run touches: 64 MiB.
        assert_eq!(mib(64), [0.0; 4]);
    }

    fn workload_of(graph: &Graph) -> Workload {
        use crate::executor::{Executor, RunOptions, Serial};
        use crate::memory::{Memory, TaskContext};
        let mut memory = Memory::new(graph, 1).unwrap();
        let body = |_, _: &mut TaskContext<'_>| ();
        let options = RunOptions { trace: true, ..RunOptions::default() };
        let report = Serial.run(graph, &mut memory, &body, &options).unwrap();
        Workload::new(graph, &[report]).unwrap()
    }

    #[test]
    fn a_workload_from_a_file_is_checked() {
        let good = workload_of(&fan());
        let refuse = |change: fn(&mut Workload)| {
            let mut workload = good.clone();
            change(&mut workload);
            workload.check().unwrap_err().to_string()
        };
        assert_eq!(refuse(|workload| workload.tasks.clear()), "a workload of 0 tasks: at least 1 is needed");
        assert_eq!(refuse(|workload| workload.tasks[1].stage = 3), "task 1 is of stage 3, but there are 3");
        assert_eq!(
            refuse(|workload| workload.tasks[2].predecessors.push(2)),
            "task 2 waits for task 2: tasks wait for earlier ones"
        );
    }
}
