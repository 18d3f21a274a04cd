//! This machine as simulations see it: what it has, and a few quick measurements.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use hear_engine::{
    network::{
        method::Method,
        plan::{Plan, PlanRequest, Security},
    },
    ring::Context,
};
use hear_kernels::simd::Isa;
use hear_model::network::{Dimension, Shape};
use hear_scheduler::{
    Executor, GraphBuilder, Memory, MemoryOptions, RunOptions, Serial, TaskContext, TaskId, Topology,
    affinity::bind_current_thread,
    simulate::{Caches, Machine, MainMemory, Overhead, Transfer},
};

use crate::{
    floors::{self, BestSpeeds},
    statistics::Summary,
};

/// Empty tasks of the graph by which the cost of a task is measured.
const EMPTY_TASKS: usize = 10_000;
/// How often a thread is woken.
const WAKES: usize = 400;
/// Where sysfs does not say: the size of a common third level.
const USUAL_L3_BYTES: u64 = 32 << 20;
/// How fast a thread of a shared core is taken to compute against one alone: vector code of the kind here gains a fifth
/// from a second thread. Not measured.
const SHARED_CORE_SPEED: f64 = 0.6;

/// What one thread writes and another one reads, in cache lines: 512 KiB, which a second level holds, as the values are
/// that tasks hand on.
const TRANSFER_LINES: usize = 8192;
/// The usual length of a cache line.
const LINE_BYTES: usize = 64;
/// How often it is handed over.
const TRANSFERS: usize = 200;

/// [`Machine::kernels_ns`].
type KernelTimes = BTreeMap<String, BTreeMap<String, f64>>;

/// Measures this machine in a second or two. It should do nothing else meanwhile.
///
/// Of the numbers, [`Machine::shared_core_speed`] is an assumption, and [`Machine::frequency`] stays empty.
///
/// # Errors
/// If the threads or the memory for it are not given.
pub fn measure() -> Result<Machine> {
    let topology = Topology::detect();
    let sockets = topology.cores.iter().map(|core| core.package).collect::<BTreeSet<_>>().len().max(1);
    let cores = topology.cores.len().max(1);
    let threads_per_core = topology.cores.iter().map(|core| core.cpus.len()).max().unwrap_or(1);
    let (kernels_ns, core_bytes_per_ns) = kernels()?;
    let readers = topology.usable_cores();
    let together = readers as f64 * context(Isa::detect()).map(|context| bytes_per_ns(&context, readers))?;
    let caches = topology.cache_sizes();
    // A socket may have several third levels, each of some of its cores.
    let l3_bytes: u64 = topology.caches.iter().filter(|cache| cache.level == 3).filter_map(|cache| cache.bytes).sum();
    let transfer = transfer(&topology);
    Ok(Machine {
        name: topology.model_name.unwrap_or_else(|| "unknown processor".to_owned()),
        sockets,
        cores_per_socket: cores.div_ceil(sockets),
        threads_per_core,
        shared_core_speed: if threads_per_core > 1 { SHARED_CORE_SPEED } else { 1.0 },
        caches: Caches {
            l1d_bytes: caches.l1d_bytes.unwrap_or(0),
            l2_bytes: caches.l2_bytes.unwrap_or(0),
            l3_bytes: if l3_bytes > 0 { l3_bytes / sockets as u64 } else { USUAL_L3_BYTES },
        },
        memory: MainMemory {
            bytes: topology.memory_bytes.unwrap_or(u64::from(u32::MAX)),
            core_bytes_per_ns: rounded(core_bytes_per_ns),
            // A machine that does something else may read less with all cores than it did with one.
            socket_bytes_per_ns: rounded((together / sockets as f64).max(core_bytes_per_ns)),
        },
        transfer,
        overhead: Overhead { task_ns: rounded(task_ns()?), wake_ns: rounded(wake_ns()) },
        frequency: Vec::new(),
        kernels_ns,
    })
}

/// What one core takes for a transform and for multiplying and adding one limb, by instruction set; and what it reads.
fn kernels() -> Result<(KernelTimes, f64)> {
    let mut kernels_ns = KernelTimes::new();
    let mut core_bytes_per_ns = 0.0_f64;
    for isa in Isa::all() {
        let BestSpeeds { ntt_ns, product_ns, bytes_per_ns } = BestSpeeds::measure(&*context(isa)?, 1);
        let kernels = [("transform", ntt_ns), ("product", product_ns)];
        let kernels = kernels.into_iter().map(|(name, ns)| (name.to_owned(), rounded(ns))).collect();
        kernels_ns.insert(isa.name().to_owned(), kernels);
        core_bytes_per_ns = core_bytes_per_ns.max(bytes_per_ns);
    }
    Ok((kernels_ns, core_bytes_per_ns))
}

/// What a product of a limb with a number takes, with so many threads at it.
///
/// # Errors
/// If the environment names no instruction set.
pub(crate) fn scalar_ns(threads: usize) -> Result<f64> {
    let isa = Isa::from_environment()?;
    Ok(rounded(floors::scalar_ns(isa, &*context(isa)?, threads)))
}

/// What each of so many threads reads while all of them do.
fn bytes_per_ns(context: &Context, threads: usize) -> f64 {
    BestSpeeds::measure(context, threads).bytes_per_ns
}

/// How fast a core reads what it wrote itself, and what another one wrote: medians. `None` where there is one core only.
fn transfer(topology: &Topology) -> Option<Transfer> {
    let package = topology.cores.first()?.package;
    let mut neighbours =
        topology.cores.iter().filter(|core| core.package == package).filter_map(|core| core.cpus.first());
    let (&reader, &writer) = (neighbours.next()?, neighbours.next()?);
    // Where threads cannot be bound, the system keeps two busy ones apart.
    let bind = |cpu| drop(topology.can_pin.then(|| bind_current_thread(cpu)));
    // A word of each line: what moves is the line.
    const WORDS: usize = LINE_BYTES / size_of::<u64>();
    let memory: Vec<AtomicU64> = (0..TRANSFER_LINES * WORDS).map(|_| AtomicU64::new(0)).collect();
    let write = |value| memory.iter().step_by(WORDS).for_each(|word| word.store(value, Ordering::Relaxed));
    let read = || {
        let start = Instant::now();
        let sum = memory.iter().step_by(WORDS).fold(0_u64, |sum, word| sum.wrapping_add(word.load(Ordering::Relaxed)));
        std::hint::black_box(sum);
        (TRANSFER_LINES * LINE_BYTES) as f64 / (start.elapsed().as_secs_f64() * 1e9)
    };
    // Counts up: odd while it is the writer's turn.
    let turn = AtomicU64::new(0);
    let await_turn = |number| {
        while turn.load(Ordering::Acquire) != number {
            std::hint::spin_loop();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            bind(writer);
            for number in 0..TRANSFERS as u64 {
                await_turn(2 * number + 1);
                write(number);
                turn.store(2 * number + 2, Ordering::Release);
            }
        });
        let measure = || {
            bind(reader);
            let round = |number| {
                turn.store(2 * number + 1, Ordering::Release);
                await_turn(2 * number + 2);
                let other = read();
                write(number);
                (read(), other)
            };
            let (own, other): (Vec<f64>, Vec<f64>) = (0..TRANSFERS as u64).map(round).unzip();
            Some(Transfer { own_bytes_per_ns: median(own)?, other_bytes_per_ns: median(other)? })
        };
        // In a thread of its own: the caller's stays where it may run.
        scope.spawn(measure).join().ok().flatten()
    })
}

fn median(values: Vec<f64>) -> Option<f64> {
    Summary::of(&values).map(|summary| rounded(summary.median))
}

/// The tables of `lean-hear`, by which kernels are timed.
fn context(isa: Isa) -> Result<std::sync::Arc<Context>> {
    let shape = Shape::new(Dimension::TwoD, 64)?;
    let plan = Plan::new(&PlanRequest::new(shape, Method::LeanHear))?;
    Ok(Context::new(&plan.checked_parameters(Security::Required)?, isa))
}

/// Nanoseconds that a task takes beside its own work: the median of some runs of empty tasks.
fn task_ns() -> Result<f64> {
    let mut builder = GraphBuilder::new();
    let stage = builder.stage("empty");
    for _ in 0..EMPTY_TASKS {
        builder.task(stage, 1, &[], &[]);
    }
    let graph = builder.finish(&MemoryOptions::default())?;
    let mut memory = Memory::new(&graph, 1)?;
    let body = |_: TaskId, _: &mut TaskContext<'_>| ();
    let mut walls = Vec::new();
    for _ in 0..5 {
        walls.push(Serial.run(&graph, &mut memory, &body, &RunOptions::default())?.wall_ns);
    }
    walls.sort_unstable();
    Ok(walls[walls.len() / 2] as f64 / EMPTY_TASKS as f64)
}

/// Nanoseconds from waking a thread that sleeps to its running: the median of half the time in which two threads wake
/// each other.
fn wake_ns() -> f64 {
    let (called, answered) = (AtomicBool::new(false), AtomicBool::new(false));
    let wait = |flag: &AtomicBool| {
        // A thread may wake for no reason.
        while !flag.swap(false, Ordering::Acquire) {
            thread::park();
        }
    };
    let caller = thread::current();
    let mut times = thread::scope(|scope| {
        let sleeper = scope.spawn(|| {
            for _ in 0..WAKES {
                wait(&called);
                answered.store(true, Ordering::Release);
                caller.unpark();
            }
        });
        let round = |_| {
            // Long enough for the sleeper to be asleep.
            thread::sleep(Duration::from_micros(50));
            let start = Instant::now();
            called.store(true, Ordering::Release);
            sleeper.thread().unpark();
            wait(&answered);
            start.elapsed()
        };
        (0..WAKES).map(round).collect::<Vec<_>>()
    });
    times.sort_unstable();
    times[WAKES / 2].as_secs_f64() * 1e9 / 2.0
}

/// Four significant digits: more would be noise.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_what_they_are_worth() {
        assert_eq!([7636.846, 0.067_880_1, 52.38, 0.0].map(rounded), [7637.0, 0.067_88, 52.38, 0.0]);
    }

    #[test]
    fn tasks_and_wakes_take_time_but_not_much() {
        let (task, wake) = (task_ns().unwrap(), wake_ns());
        assert!(task > 1.0 && task < 1e6, "{task}");
        assert!(wake > 100.0 && wake < 1e8, "{wake}");
    }

    #[test]
    fn bytes_are_handed_over_where_there_are_two_cores() {
        let topology = Topology::detect();
        let found = transfer(&topology);
        assert_eq!(found.is_some(), topology.cores.len() > 1);
        if let Some(Transfer { own_bytes_per_ns, other_bytes_per_ns }) = found {
            assert!(own_bytes_per_ns > 0.01 && other_bytes_per_ns > 0.01, "{own_bytes_per_ns}, {other_bytes_per_ns}");
        }
    }
}
