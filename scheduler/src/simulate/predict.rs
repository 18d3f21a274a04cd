//! What a run would take, and why no less.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::machine::{Machine, MachineError, Transfer, Worker};
use super::schedule::{Bandwidth, Policy, Replay};
use super::workload::{Workload, WorkloadError};
use crate::trace::critical_path;

/// From this part of a latency on, what is lost beside a perfect division of the work is what limits it.
const NOTABLE_LOSS: f64 = 0.1;

/// A workload on a machine, ready to be predicted for any number of threads.
#[derive(Clone, Debug)]
pub struct Scenario<'a> {
    workload: &'a Workload,
    machine: &'a Machine,
    policy: Policy,
    predecessors: Vec<Vec<usize>>,
    estimates: Vec<u64>,
    /// Computing of each task, at speed 1, with what scheduling it costs.
    compute_ns: Vec<f64>,
    /// The part of its bytes that each task was seen to move at most: less than all where it took less than they take.
    parts: Vec<f64>,
    /// What each task moves to and from memory here.
    bytes: Vec<f64>,
    /// What each task reads from caches here, and the tasks that wrote it.
    sources: Vec<Vec<(usize, f64)>>,
    /// What is outside of the graph, at speed 1.
    outside_ns: f64,
}

/// Why nothing can be predicted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// A machine that cannot be.
    #[error("{name}: {source}")]
    Machine {
        /// What people call it.
        name: String,
        /// What is wrong.
        source: MachineError,
    },
    /// A workload that cannot be run.
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    /// Machines that cannot be compared.
    #[error(
        "{name} has no kernel times for {isa} in common with {other} for {other_isa}: one kernel in both is needed"
    )]
    NoKernels {
        /// The machine to predict.
        name: String,
        /// Its instruction set.
        isa: String,
        /// The machine that was measured.
        other: String,
        /// Its instruction set.
        other_isa: String,
    },
}

/// A run on so many threads. Times are of whole runs, what is outside of the graph included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Threads.
    pub threads: usize,
    /// One run on all threads.
    pub latency_ns: f64,
    /// One thread's latency on the same machine over this one.
    pub speed_up: f64,
    /// That, over the number of threads.
    pub efficiency: f64,
    /// What limits it.
    pub bound: Bound,
    /// The latencies that it cannot be below.
    pub bounds: Bounds,
    /// What makes up the latency beside a perfect division of the work.
    pub losses: Losses,
    /// Runs a second, one after the other.
    pub throughput_per_s: f64,
    /// Runs a second if each thread has runs of its own.
    pub streams_per_s: f64,
    /// Memory of one run at a time.
    pub memory_bytes: u64,
    /// Memory of as many runs at a time as there are threads.
    pub streams_memory_bytes: u64,
}

/// Runs of which each thread has its own, on so many threads.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Streams {
    /// Runs a second, of all threads.
    pub per_s: f64,
    /// Memory of as many runs at a time as there are threads.
    pub memory_bytes: u64,
}

/// What a latency cannot be below.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// All work, divided by the threads.
    pub work_ns: f64,
    /// The longest chain of dependencies, with what is outside of the graph.
    pub critical_path_ns: f64,
    /// All bytes, over what the sockets in use have.
    pub bandwidth_ns: f64,
}

/// Parts of a latency: with [`Bounds::work_ns`] they add up to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// Because there is a chain longer than each thread's share, or something outside of the graph.
    pub critical_path_ns: f64,
    /// Because there were no tasks, or none that small, when a thread was free; with waking up and barriers.
    pub placement_ns: f64,
    /// Because threads read what others wrote.
    pub transfer_ns: f64,
    /// Because threads share the memory's bandwidth.
    pub bandwidth_ns: f64,
}

/// What limits a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The work: its perfect division is 90% of the latency or more. More threads help.
    Work,
    /// Dependencies, or what is outside of the graph.
    CriticalPath,
    /// The memory.
    Bandwidth,
    /// Reading what other cores have just written.
    Transfer,
    /// The tasks are too large or become ready too late.
    Placement,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Work => "work",
            Self::CriticalPath => "critical path",
            Self::Bandwidth => "bandwidth",
            Self::Transfer => "transfers",
            Self::Placement => "placement",
        })
    }
}

impl<'a> Scenario<'a> {
    /// A workload that was measured on one thread of a machine with an instruction set, on this machine with that one.
    ///
    /// # Errors
    /// If a machine or the workload cannot be, or the machines have no kernel in common.
    pub fn new(
        workload: &'a Workload,
        (measured_on, measured_isa): (&Machine, &str),
        (machine, isa): (&'a Machine, &str),
        policy: Policy,
    ) -> Result<Self, ScenarioError> {
        for machine in [measured_on, machine] {
            let name = machine.name.clone();
            machine.check().map_err(|source| ScenarioError::Machine { name, source })?;
        }
        workload.check()?;
        let slowness = machine.slowness(isa, measured_on, measured_isa).ok_or_else(|| ScenarioError::NoKernels {
            name: machine.name.clone(),
            isa: isa.to_owned(),
            other: measured_on.name.clone(),
            other_isa: measured_isa.to_owned(),
        })?;
        // Measured at the frequency of one core in use.
        let scale = slowness * measured_on.workers(1)[0].speed;
        let core = measured_on.memory.core_bytes_per_ns;
        let moved = workload.memory_bytes(measured_on.caches.l3_bytes);
        let mut compute_ns = Vec::with_capacity(moved.len());
        let mut parts = Vec::with_capacity(moved.len());
        for (task, bytes) in workload.tasks.iter().zip(moved) {
            // A task that took less than its bytes take had a part of them in cache.
            let time = task.time_ns as f64;
            let memory = (bytes / core).min(time);
            compute_ns.push((time - memory) * scale + machine.overhead.task_ns);
            parts.push(if bytes > 0.0 { memory * core / bytes } else { 1.0 });
        }
        let bytes = behind(workload, &parts, machine.caches.l3_bytes);
        Ok(Self {
            workload,
            machine,
            policy,
            predecessors: workload.tasks.iter().map(|task| task.predecessors.clone()).collect(),
            estimates: workload.tasks.iter().map(|task| task.estimate_ns).collect(),
            compute_ns,
            parts,
            bytes,
            sources: workload.cached_sources(machine.caches.l3_bytes),
            outside_ns: workload.outside_ns as f64 * scale,
        })
    }

    /// What a run on so many threads would take.
    ///
    /// # Panics
    /// If `threads` is 0.
    #[must_use]
    pub fn predict(&self, threads: usize) -> Prediction {
        assert!(threads > 0, "a run on 0 threads");
        let workers = self.machine.workers(threads);
        let socket = self.machine.memory.socket_bytes_per_ns;
        let transfer = self.machine.transfer.map_or(0.0, Transfer::ns_per_byte);
        let latency_ns = self.latency_ns(&workers, socket, transfer);
        let one = if threads == 1 { latency_ns } else { self.latency_ns(&self.machine.workers(1), socket, transfer) };
        let apart_ns = self.latency_ns(&workers, f64::INFINITY, 0.0);
        let uncontended_ns = if transfer > 0.0 { self.latency_ns(&workers, f64::INFINITY, transfer) } else { apart_ns };
        let bounds = self.bounds(&workers);
        let outside = self.outside_ns / workers[0].speed;
        // What would be left if every free thread found a task: at least the outside and the threads' even shares.
        let dependent = bounds.critical_path_ns.max(outside + bounds.work_ns - outside / threads as f64);
        let losses = Losses {
            critical_path_ns: (dependent - bounds.work_ns).max(0.0),
            placement_ns: (apart_ns - dependent).max(0.0),
            transfer_ns: (uncontended_ns - apart_ns).max(0.0),
            bandwidth_ns: (latency_ns - uncontended_ns).max(0.0),
        };
        let Workload { arena_bytes, scratch_bytes_per_worker, resident_bytes, .. } = *self.workload;
        let scratch = threads as u64 * scratch_bytes_per_worker;
        let streams = self.streams(threads);
        Prediction {
            threads,
            latency_ns,
            speed_up: one / latency_ns,
            efficiency: one / latency_ns / threads as f64,
            bound: losses.largest(latency_ns),
            bounds,
            losses,
            throughput_per_s: 1e9 / latency_ns,
            streams_per_s: streams.per_s,
            memory_bytes: resident_bytes + arena_bytes + scratch,
            streams_memory_bytes: streams.memory_bytes,
        }
    }

    /// What [`Scenario::predict`] says of runs of which each thread has its own, without replaying one on all threads.
    ///
    /// # Panics
    /// If `threads` is 0.
    #[must_use]
    pub fn streams(&self, threads: usize) -> Streams {
        assert!(threads > 0, "runs on 0 threads");
        let Workload { arena_bytes, scratch_bytes_per_worker, resident_bytes, .. } = *self.workload;
        let per_s = self.streams_per_s(&self.machine.workers(threads));
        let memory_bytes = resident_bytes + threads as u64 * (arena_bytes + scratch_bytes_per_worker);
        Streams { per_s, memory_bytes }
    }

    fn latency_ns(&self, workers: &[Worker], socket_bytes_per_ns: f64, transfer_ns_per_byte: f64) -> f64 {
        let replay = Replay {
            predecessors: &self.predecessors,
            estimates: &self.estimates,
            compute_ns: &self.compute_ns,
            bytes: &self.bytes,
            sources: &self.sources,
            transfer_ns_per_byte,
            workers,
            bandwidth: Bandwidth { core: self.machine.memory.core_bytes_per_ns, socket: socket_bytes_per_ns },
            wake_ns: self.machine.overhead.wake_ns,
            policy: self.policy,
        };
        self.outside_ns / workers[0].speed + replay.makespan_ns()
    }

    fn bounds(&self, workers: &[Worker]) -> Bounds {
        let core = self.machine.memory.core_bytes_per_ns;
        let speed: f64 = workers.iter().map(|worker| worker.speed).sum();
        let fastest = workers.iter().map(|worker| worker.speed).fold(0.0, f64::max);
        let (compute, bytes): (f64, f64) = (self.compute_ns.iter().sum(), self.bytes.iter().sum());
        let times: Vec<f64> =
            self.compute_ns.iter().zip(&self.bytes).map(|(compute, bytes)| compute / fastest + bytes / core).collect();
        let (_, path) = critical_path(&times, |task| self.predecessors[task].iter().copied());
        let bandwidth: f64 = per_socket(workers)
            .iter()
            .map(|here| (here.len() as f64 * core).min(self.machine.memory.socket_bytes_per_ns))
            .sum();
        Bounds {
            work_ns: (self.outside_ns + compute) / speed + bytes / core / workers.len() as f64,
            critical_path_ns: self.outside_ns / workers[0].speed + path,
            bandwidth_ns: bytes / bandwidth,
        }
    }

    /// Each worker does whole runs, one after the other, at a place of its own in them: what they ask of memory is even.
    fn streams_per_s(&self, workers: &[Worker]) -> f64 {
        let memory = self.machine.memory;
        let bandwidth = Bandwidth { core: memory.core_bytes_per_ns, socket: memory.socket_bytes_per_ns };
        let compute: f64 = self.outside_ns + self.compute_ns.iter().sum::<f64>();
        let rate = |here: &Vec<Worker>| {
            let cache = self.machine.caches.l3_bytes / here.len().max(1) as u64;
            let bytes: f64 = behind(self.workload, &self.parts, cache).iter().sum();
            let runs: Vec<_> = here.iter().map(|worker| (compute / worker.speed, bytes)).collect();
            let times = bandwidth.ns_per_byte(&runs);
            runs.iter().zip(times).map(|((compute, bytes), time)| 1e9 / (compute + bytes * time)).sum::<f64>()
        };
        per_socket(workers).iter().map(rate).sum()
    }
}

/// These parts of what each task moves to and from memory behind a cache of so many bytes.
fn behind(workload: &Workload, parts: &[f64], cache_bytes: u64) -> Vec<f64> {
    workload.memory_bytes(cache_bytes).iter().zip(parts).map(|(bytes, part)| bytes * part).collect()
}

/// The workers of each socket that has some.
fn per_socket(workers: &[Worker]) -> Vec<Vec<Worker>> {
    let sockets = workers.iter().map(|worker| worker.socket + 1).max().unwrap_or(0);
    let mut here = vec![Vec::new(); sockets];
    workers.iter().for_each(|worker| here[worker.socket].push(*worker));
    here.retain(|workers| !workers.is_empty());
    here
}

impl Losses {
    fn largest(&self, latency_ns: f64) -> Bound {
        let Self { critical_path_ns, placement_ns, transfer_ns, bandwidth_ns } = *self;
        let causes = [
            (Bound::CriticalPath, critical_path_ns),
            (Bound::Bandwidth, bandwidth_ns),
            (Bound::Transfer, transfer_ns),
            (Bound::Placement, placement_ns),
        ];
        let all: f64 = causes.iter().map(|cause| cause.1).sum();
        let largest = causes.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
        largest.filter(|_| all >= NOTABLE_LOSS * latency_ns).map_or(Bound::Work, |(bound, _)| bound)
    }
}

/// The most threads, among those predicted, whose efficiency is at least that. `None` if all are below.
#[must_use]
pub fn efficient_threads(predictions: &[Prediction], least_efficiency: f64) -> Option<usize> {
    let good = predictions.iter().filter(|prediction| prediction.efficiency >= least_efficiency);
    good.map(|prediction| prediction.threads).max()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::super::machine::testing::machine;
    use super::super::{Overhead, Reuse, WorkloadTask};
    use super::*;

    const MIB: u64 = 1 << 20;

    /// Tasks are (time, streamed bytes, predecessors); what streams is more than the cache holds.
    fn workload(tasks: &[(u64, u64, &[usize])]) -> Workload {
        let task = |&(time_ns, streamed_bytes, predecessors): &(u64, u64, &[usize])| WorkloadTask {
            stage: 0,
            time_ns,
            estimate_ns: time_ns,
            streamed_bytes,
            fetched: vec![Reuse { distance_mib: 1, bytes: 64 * MIB }],
            written: Vec::new(),
            sources: Vec::new(),
            predecessors: predecessors.to_vec(),
        };
        Workload {
            stages: vec!["stage".to_owned()],
            tasks: tasks.iter().map(task).collect(),
            arena_bytes: 1_000,
            scratch_bytes_per_worker: 10,
            resident_bytes: 5_000,
            outside_ns: 0,
        }
    }

    fn predict(workload: &Workload, machine: &Machine, threads: usize) -> Prediction {
        let here = (machine, "wide");
        Scenario::new(workload, here, here, Policy::Stealing).unwrap().predict(threads)
    }

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-9, "{found}, not {expected}");
    }

    #[test]
    fn one_thread_takes_what_was_measured() {
        let tasks: [(u64, u64, &[usize]); 3] = [(100, 300, &[]), (50, 900, &[0]), (70, 0, &[])];
        let mut workload = workload(&tasks);
        workload.outside_ns = 30;
        let one = predict(&workload, &machine(1, 4), 1);
        close(one.latency_ns, 250.0);
        close(one.speed_up, 1.0);
        assert_eq!((one.bound, one.memory_bytes), (Bound::Work, 6_010));
        close(one.streams_per_s, 1e9 / 250.0);
    }

    #[test]
    fn what_limits_a_run_is_named() {
        let chain: [(u64, u64, &[usize]); 3] = [(100, 0, &[]), (100, 0, &[0]), (100, 0, &[1])];
        let path = predict(&workload(&chain), &machine(1, 4), 4);
        assert_eq!(path.bound, Bound::CriticalPath);
        close(path.latency_ns, 300.0);
        close(path.losses.critical_path_ns, 225.0);

        let three: [(u64, u64, &[usize]); 3] = [(100, 0, &[]), (100, 0, &[]), (100, 0, &[])];
        let coarse = predict(&workload(&three), &machine(1, 4), 2);
        assert_eq!(coarse.bound, Bound::Placement);
        close(coarse.latency_ns, 200.0);
        close(coarse.losses.placement_ns, 50.0);

        let reading: [(u64, u64, &[usize]); 4] = [(100, 1000, &[]); 4];
        let memory = predict(&workload(&reading), &machine(1, 4), 4);
        assert_eq!(memory.bound, Bound::Bandwidth);
        close(memory.latency_ns, 4000.0 / 16.0);
        close(memory.bounds.bandwidth_ns, 250.0);
        close(memory.losses.bandwidth_ns, 150.0);
        // Four sockets have four memories.
        close(predict(&workload(&reading), &machine(4, 1), 4).latency_ns, 100.0);

        let work: [(u64, u64, &[usize]); 4] = [(100, 0, &[]); 4];
        let divided = predict(&workload(&work), &machine(1, 4), 4);
        assert_eq!((divided.bound, divided.efficiency), (Bound::Work, 1.0));
        let mut serial = workload(&work);
        serial.outside_ns = 100;
        let serial = predict(&serial, &machine(1, 4), 4);
        assert_eq!(serial.bound, Bound::CriticalPath);
        close(serial.latency_ns, 200.0);
        close(serial.losses.critical_path_ns, 75.0);
    }

    #[test]
    fn streams_divide_nothing_but_the_memory() {
        let chain: [(u64, u64, &[usize]); 2] = [(100, 500, &[]), (100, 500, &[0])];
        let two = predict(&workload(&chain), &machine(1, 2), 2);
        // Each of two computes for 100 and moves 1000 bytes; with the other one it has 8 of the 16 bytes a nanosecond.
        let latency = 2e9 / two.streams_per_s;
        let p = 1.0 - 100.0 / latency;
        assert!((latency - (100.0 + 1000.0 * (0.1 + 0.025 * p))).abs() < 1e-6, "{latency}");
        assert_eq!((two.memory_bytes, two.streams_memory_bytes), (6_020, 7_020));
        let alone = (machine(1, 2), workload(&chain));
        let scenario = Scenario::new(&alone.1, (&alone.0, "wide"), (&alone.0, "wide"), Policy::Stealing).unwrap();
        assert_eq!(scenario.streams(2), Streams { per_s: two.streams_per_s, memory_bytes: 7_020 });
        // Four do no more than all memory gives, and no less than if they took turns.
        let mut shared = machine(1, 4);
        shared.memory.socket_bytes_per_ns = 16.0;
        let four = predict(&workload(&chain), &shared, 4);
        assert!(four.streams_per_s < 4e9 / 250.0 && four.streams_per_s > 2.0 * 1e9 / 200.0, "{}", four.streams_per_s);
    }

    #[test]
    fn another_machine_scales_both_parts() {
        // 50 of computing and 500 bytes.
        let tasks: [(u64, u64, &[usize]); 1] = [(100, 500, &[])];
        let workload = workload(&tasks);
        let here = machine(1, 2);
        let mut there = machine(1, 2);
        there.kernels_ns.insert("narrow".to_owned(), [("sum".to_owned(), 300.0)].into());
        there.memory.core_bytes_per_ns = 5.0;
        there.overhead = Overhead { task_ns: 7.0, wake_ns: 0.0 };
        let scenario = Scenario::new(&workload, (&here, "wide"), (&there, "narrow"), Policy::ForkJoin).unwrap();
        close(scenario.predict(1).latency_ns, 150.0 + 100.0 + 7.0);
        let error = Scenario::new(&workload, (&here, "wide"), (&there, "none"), Policy::Stealing).unwrap_err();
        assert!(error.to_string().contains("no kernel times for none in common with a test's for wide"), "{error}");
        let nowhere = Machine { sockets: 0, ..machine(1, 1) };
        let error = Scenario::new(&workload, (&here, "wide"), (&nowhere, "wide"), Policy::Stealing).unwrap_err();
        assert_eq!(error.to_string(), "a test's: hardware.sockets = 0: expected a whole number from 1 to 65536");
    }

    #[test]
    fn the_most_threads_that_are_efficient() {
        let tasks: [(u64, u64, &[usize]); 8] = [(100, 0, &[]); 8];
        let workload = workload(&tasks);
        let predictions: Vec<_> =
            [1, 2, 4, 5, 8, 16].map(|threads| predict(&workload, &machine(1, 16), threads)).into();
        assert_eq!(efficient_threads(&predictions, 0.8), Some(8));
        assert_eq!(efficient_threads(&predictions[3..4], 0.9), None);
    }

    /// Tasks of random times and bytes, each waiting for some of those before it.
    fn workloads() -> impl Strategy<Value = Workload> {
        let task = (1..1_000_u64, 0..5_000_u64, prop::collection::vec(any::<prop::sample::Index>(), 0..3));
        prop::collection::vec(task, 1..40).prop_map(|tasks| {
            let mut made = workload(&[]);
            for (index, (time_ns, streamed_bytes, picks)) in tasks.into_iter().enumerate() {
                let before =
                    picks.iter().filter(|_| index > 0).map(|pick| pick.index(index.max(1))).collect::<Vec<_>>();
                made.tasks.extend(workload(&[(time_ns, streamed_bytes, &before)]).tasks);
            }
            made
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 2 } else { 200 },
            rng_seed: RngSeed::Fixed(7),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn latencies_stay_within_their_bounds(workload in workloads(), threads in 1..20_usize) {
            let machine = machine(1, 32);
            let here = (&machine, "wide");
            let work = workload.work_ns() as f64;
            let slack = 1e-6 * work;
            for policy in [Policy::Stealing, Policy::ForkJoin] {
                let scenario = Scenario::new(&workload, here, here, policy).unwrap();
                let Prediction { latency_ns, bounds, losses, .. } = scenario.predict(threads);
                prop_assert!(latency_ns >= bounds.work_ns.max(bounds.critical_path_ns) - slack);
                prop_assert!(latency_ns >= bounds.bandwidth_ns - slack);
                prop_assert!(latency_ns <= work + slack);
                let Losses { critical_path_ns, placement_ns, transfer_ns, bandwidth_ns } = losses;
                let parts = bounds.work_ns + critical_path_ns + placement_ns + transfer_ns + bandwidth_ns;
                prop_assert!(parts >= latency_ns - slack);
                prop_assert!((scenario.predict(1).latency_ns - work).abs() <= slack);
            }
        }

        /// Graham, "Bounds on multiprocessing timing anomalies", 1969: whoever leaves no thread free while a task is
        /// ready takes at most `work / T + path (1 - 1 / T)`.
        #[test]
        fn no_thread_is_free_while_a_task_is_ready(mut workload in workloads(), threads in 1..20_usize) {
            workload.tasks.iter_mut().for_each(|task| task.streamed_bytes = 0);
            let Prediction { latency_ns, bounds, .. } = predict(&workload, &machine(1, 32), threads);
            let graham = bounds.work_ns + bounds.critical_path_ns * (1.0 - 1.0 / threads as f64);
            prop_assert!(latency_ns <= graham * (1.0 + 1e-9));
            // So more threads cost at most what the path gives; without limit they reach the path.
            let more = predict(&workload, &machine(1, 32), threads + 1);
            prop_assert!(more.latency_ns <= graham * (1.0 + 1e-9));
            let unlimited = predict(&workload, &machine(1, 64), 64);
            prop_assert!((unlimited.latency_ns / unlimited.bounds.critical_path_ns - 1.0).abs() < 1e-9);
        }
    }
}
