//! Every executor against the definition, and what happens when tasks fail.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hear_scheduler::report::TaskTrace;
use hear_scheduler::{
    BufferId, Cancel, Executor, ForkJoin, Graph, GraphBuilder, Memory, MemoryOptions, Placement, PlacementOptions,
    RunError, RunOptions, Serial, Stealing, TaskContext, TaskId, Topology,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::programs::{Program, config, programs};

fn executors() -> Vec<Box<dyn Executor>> {
    let mut executors: Vec<Box<dyn Executor>> = vec![Box::new(Serial)];
    for threads in [1, 2, 3, 8] {
        executors.push(Box::new(ForkJoin::new(threads).unwrap()));
        executors.push(Box::new(Stealing::new(threads).unwrap()));
    }
    executors
}

/// Those that have threads, with so many.
fn with_threads(threads: usize) -> [Box<dyn Executor>; 2] {
    [Box::new(ForkJoin::new(threads).unwrap()), Box::new(Stealing::new(threads).unwrap())]
}

fn label(executor: &dyn Executor) -> String {
    format!("{} with {} workers", executor.name(), executor.workers())
}

fn run(
    program: &Program,
    graph: &Graph,
    ids: &[BufferId],
    memory: &mut Memory,
    executor: &dyn Executor,
) -> Vec<Vec<u32>> {
    program.write_inputs(ids, memory);
    let body = |task: TaskId, context: &mut TaskContext<'_>| program.run_task(task, context);
    executor.run(graph, memory, &body, &RunOptions::default()).unwrap();
    program.read_outputs(ids, memory)
}

/// Twice in the same memory, so that what the first run leaves behind meets the second.
#[test]
fn results_are_those_of_program_order() {
    let executors = executors();
    let result = TestRunner::new(config(300)).run(&programs(24, 60), |program| {
        let (graph, ids) = program.build().unwrap();
        let expected = program.oracle();
        for executor in &executors {
            let mut memory = Memory::new(&graph, executor.workers()).unwrap();
            for repetition in 0..2 {
                let outputs = run(&program, &graph, &ids, &mut memory, &**executor);
                prop_assert_eq!(&outputs, &expected, "{}, run {}", label(&**executor), repetition);
            }
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// Thousands of random programs, on as many workers as there are CPUs here and on many more.
#[test]
fn stealing_is_program_order_thousands_of_times() {
    let executors = [2, 3, 16].map(|threads| Stealing::new(threads).unwrap());
    let result = TestRunner::new(config(2000)).run(&programs(24, 100), |program| {
        let (graph, ids) = program.build().unwrap();
        let expected = program.oracle();
        for executor in &executors {
            let mut memory = Memory::new(&graph, executor.workers()).unwrap();
            let outputs = run(&program, &graph, &ids, &mut memory, executor);
            prop_assert_eq!(&outputs, &expected, "{}", label(executor));
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// `count` tasks that depend on nothing, in two stages.
fn independent(count: usize) -> (Graph, BufferId) {
    let mut builder = GraphBuilder::new();
    let stages = [builder.stage("even"), builder.stage("odd")];
    let buffers = builder.buffers(count, 4);
    builder.output(buffers);
    for (index, buffer) in buffers.iter().enumerate() {
        builder.task(stages[index % 2], 1_000, &[], &[buffer.into()]);
    }
    (builder.finish(&MemoryOptions::default()).unwrap(), buffers.get(0))
}

fn fill(task: TaskId, context: &mut TaskContext<'_>) {
    context.writes[0].fill(u32::try_from(task.index()).unwrap());
}

#[test]
fn a_panic_is_an_error_and_the_next_run_works() {
    for executor in executors() {
        let (graph, first) = independent(20);
        let mut memory = Memory::new(&graph, executor.workers()).unwrap();
        let failing = |task: TaskId, context: &mut TaskContext<'_>| {
            assert!(task.index() != 7, "no luck with {task}");
            fill(task, context);
        };
        let error = executor.run(&graph, &mut memory, &failing, &RunOptions::default()).unwrap_err();
        assert_eq!(error.to_string(), "task 7 (stage odd) panicked: no luck with task 7", "{}", label(&*executor));
        assert!(matches!(error, RunError::TaskPanicked { .. }));

        executor.run(&graph, &mut memory, &fill, &RunOptions::default()).unwrap();
        assert_eq!(memory.read_output(first), [0; 4]);
    }
}

#[test]
fn nothing_that_depends_on_a_failed_task_runs() {
    for executor in executors() {
        let mut builder = GraphBuilder::new();
        let stage = builder.stage("stage");
        let [a, b] = [builder.buffer(1), builder.buffer(1)];
        builder.task(stage, 1, &[], &[a.into()]);
        builder.task(stage, 1, &[a.into()], &[b.into()]);
        let graph = builder.finish(&MemoryOptions::default()).unwrap();
        let calls = AtomicUsize::new(0);
        let body = |_: TaskId, _: &mut TaskContext<'_>| {
            calls.fetch_add(1, Ordering::Relaxed);
            panic!("first task");
        };
        let mut memory = Memory::new(&graph, executor.workers()).unwrap();
        assert!(executor.run(&graph, &mut memory, &body, &RunOptions::default()).is_err());
        assert_eq!(calls.into_inner(), 1, "{}", label(&*executor));
    }
}

#[test]
fn cancelling_stops_between_tasks() {
    for executor in executors() {
        let (graph, first) = independent(1000);
        let mut memory = Memory::new(&graph, executor.workers()).unwrap();
        let options = RunOptions::default();
        let calls = AtomicUsize::new(0);
        let cancelling = |task: TaskId, context: &mut TaskContext<'_>| {
            if calls.fetch_add(1, Ordering::Relaxed) == 9 {
                options.cancel.cancel();
            }
            fill(task, context);
        };
        let result = executor.run(&graph, &mut memory, &cancelling, &options);
        assert_eq!(result, Err(RunError::Cancelled), "{}", label(&*executor));
        // The tenth call cancels; every other worker may be between its look at the switch and its call.
        let calls = calls.into_inner();
        assert!((10..10 + executor.workers()).contains(&calls), "{calls} calls, {}", label(&*executor));

        executor.run(&graph, &mut memory, &fill, &RunOptions::default()).unwrap();
        assert_eq!(memory.read_output(first), [0; 4]);
    }
}

/// Within 100 ms, though two of three workers are asleep: all tasks are one chain.
#[test]
fn a_switch_turned_by_another_thread_ends_a_run() {
    for executor in with_threads(3) {
        let mut builder = GraphBuilder::new();
        let stage = builder.stage("chain");
        let buffer = builder.buffer(1);
        builder.input(buffer);
        for _ in 0..100_000 {
            builder.task(stage, 1, &[buffer.into()], &[buffer.into()]);
        }
        let graph = builder.finish(&MemoryOptions::default()).unwrap();
        let mut memory = Memory::new(&graph, 3).unwrap();
        memory.write_input(buffer, &[0]);
        let options = RunOptions::default();
        let slow = |_: TaskId, _: &mut TaskContext<'_>| thread::sleep(Duration::from_millis(1));
        thread::scope(|scope| {
            let guard = options.cancel.clone().on_drop();
            let dropped = scope.spawn(|| {
                thread::sleep(Duration::from_millis(20));
                drop(guard);
                Instant::now()
            });
            assert_eq!(executor.run(&graph, &mut memory, &slow, &options), Err(RunError::Cancelled));
            let took = dropped.join().unwrap().elapsed();
            assert!(took < Duration::from_millis(100), "{took:?}, {}", label(&*executor));
        });
    }
}

/// Nanoseconds that the threads of executors in this process have run.
#[cfg(target_os = "linux")]
fn worker_ns() -> u64 {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().map(|thread| thread.unwrap().path());
    let workers = threads.filter(|thread| {
        std::fs::read_to_string(thread.join("comm")).is_ok_and(|name| name.starts_with("hear-worker"))
    });
    let ran = |thread: std::path::PathBuf| {
        let times = std::fs::read_to_string(thread.join("schedstat")).unwrap();
        times.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    workers.map(ran).sum()
}

/// Below 1% of a CPU, all of them together.
#[test]
#[cfg(target_os = "linux")]
fn between_runs_workers_take_no_time() {
    for executor in with_threads(4) {
        let (graph, _) = independent(100);
        let mut memory = Memory::new(&graph, 4).unwrap();
        executor.run(&graph, &mut memory, &fill, &RunOptions::default()).unwrap();
        // They look around before they go to sleep.
        thread::sleep(Duration::from_millis(50));
        let (before, idle) = (worker_ns(), Duration::from_millis(500));
        assert!(before > 0, "the workers were found");
        thread::sleep(idle);
        let ran = u128::from(worker_ns() - before);
        assert!(ran * 100 < idle.as_nanos(), "{ran} ns of {idle:?}, {}", label(&*executor));
    }
}

/// While one worker has a long task and the others none, they sleep.
#[test]
#[cfg(target_os = "linux")]
fn workers_without_a_task_do_not_spin() {
    let executor = Stealing::new(4).unwrap();
    let (graph, _) = independent(1);
    let mut memory = Memory::new(&graph, 4).unwrap();
    let sleeping = |task: TaskId, context: &mut TaskContext<'_>| {
        thread::sleep(Duration::from_millis(300));
        fill(task, context);
    };
    let before = worker_ns();
    let report = executor.run(&graph, &mut memory, &sleeping, &RunOptions::default()).unwrap();
    let ran = Duration::from_nanos(worker_ns() - before);
    assert!(ran < Duration::from_millis(30), "{ran:?}");
    let waiting: Vec<_> = report.workers.iter().filter(|worker| worker.waiting_ns > 200_000_000).collect();
    assert_eq!(waiting.len(), 3, "{report:?}");
}

/// One executor, two threads, a memory each; one of the runs fails now and then.
#[test]
fn two_runs_at_one_time() {
    for executor in executors() {
        let mut runner = TestRunner::deterministic();
        let program = programs(24, 60).new_tree(&mut runner).unwrap().current();
        let (graph, ids) = program.build().unwrap();
        let expected = program.oracle();
        let (other_graph, _) = independent(30);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut memory = Memory::new(&graph, executor.workers()).unwrap();
                for _ in 0..100 {
                    assert_eq!(run(&program, &graph, &ids, &mut memory, &*executor), expected);
                }
            });
            scope.spawn(|| {
                let mut memory = Memory::new(&other_graph, executor.workers()).unwrap();
                for repetition in 0..20 {
                    let body = |task: TaskId, context: &mut TaskContext<'_>| {
                        assert!(repetition % 10 != 9 || task.index() != 5, "task 5 of run {repetition}");
                        fill(task, context);
                    };
                    let result = executor.run(&other_graph, &mut memory, &body, &RunOptions::default());
                    assert_eq!(result.is_err(), repetition % 10 == 9);
                }
            });
        });
    }
}

#[test]
fn a_task_may_use_the_executor_itself() {
    for executor in with_threads(2) {
        let (graph, first) = independent(8);
        let (inner_graph, inner_first) = independent(8);
        let nested = |task: TaskId, context: &mut TaskContext<'_>| {
            let mut memory = Memory::new(&inner_graph, 2).unwrap();
            executor.run(&inner_graph, &mut memory, &fill, &RunOptions::default()).unwrap();
            assert_eq!(memory.read_output(inner_first), [0; 4]);
            let visits = AtomicUsize::new(0);
            let visit = |_: usize, _: usize| {
                visits.fetch_add(1, Ordering::Relaxed);
            };
            executor.for_each(10, &Cancel::new(), &visit).unwrap();
            assert_eq!(visits.into_inner(), 10);
            fill(task, context);
        };
        let mut memory = Memory::new(&graph, 2).unwrap();
        executor.run(&graph, &mut memory, &nested, &RunOptions::default()).unwrap();
        assert_eq!(memory.read_output(first), [0; 4]);
    }
}

/// Called from many threads of another pool, an executor has no more tasks in hand than workers.
#[test]
fn inside_another_pool_no_more_tasks_run_than_there_are_workers() {
    for executor in with_threads(2) {
        let (graph, _) = independent(20);
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let body = |task: TaskId, context: &mut TaskContext<'_>| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_micros(200));
            fill(task, context);
            running.fetch_sub(1, Ordering::SeqCst);
        };
        let callers = rayon::ThreadPoolBuilder::new().num_threads(6).build().unwrap();
        callers.broadcast(|_| {
            let mut memory = Memory::new(&graph, 2).unwrap();
            executor.run(&graph, &mut memory, &body, &RunOptions::default()).unwrap();
        });
        assert_eq!(most.into_inner(), 2, "{}", label(&*executor));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let executor = ForkJoin::new(2).unwrap();
    let (graph, _) = independent(3);
    let mut memory = Memory::new(&graph, 1).unwrap();
    let error = executor.run(&graph, &mut memory, &fill, &RunOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "the executor has 2 workers, but the memory was made for 1");

    let (other, _) = independent(3);
    let error = Serial.run(&other, &mut memory, &fill, &RunOptions::default()).unwrap_err();
    assert_eq!(error, RunError::OtherGraph);

    let error = ForkJoin::new(0).unwrap_err();
    assert_eq!(error.to_string(), "an executor of 0 threads cannot run anything; at least 1 is needed");
}

#[test]
fn reports_add_up() {
    for executor in executors() {
        let (graph, _) = independent(21);
        let mut memory = Memory::new(&graph, executor.workers()).unwrap();
        let body = |task: TaskId, context: &mut TaskContext<'_>| {
            thread::sleep(Duration::from_millis(1));
            fill(task, context);
        };
        let traced = RunOptions { trace: true, ..RunOptions::default() };
        let report = executor.run(&graph, &mut memory, &body, &traced).unwrap();

        let stages: Vec<_> = report.stages.iter().map(|stage| (stage.name.as_str(), stage.tasks)).collect();
        assert_eq!(stages, [("even", 11), ("odd", 10)]);
        assert_eq!(report.workers.len(), executor.workers());
        assert_eq!(report.workers.iter().map(|worker| worker.tasks).sum::<usize>(), 21);

        let trace = report.trace.unwrap();
        assert_eq!(trace.iter().map(|trace| trace.task).collect::<HashSet<_>>(), (0..21).collect());
        let busy = |trace: &TaskTrace| trace.end_ns - trace.start_ns;
        assert!(trace.iter().all(|trace| busy(trace) >= 1_000_000 && trace.end_ns <= report.wall_ns));
        for (parity, stage) in report.stages.iter().enumerate() {
            let tasks: Vec<_> = trace.iter().filter(|trace| trace.task % 2 == parity).collect();
            let start_ns = tasks.iter().map(|trace| trace.start_ns).min().unwrap();
            let end_ns = tasks.iter().map(|trace| trace.end_ns).max().unwrap();
            assert_eq!((stage.start_ns, stage.span_ns), (start_ns, end_ns - start_ns));
            assert_eq!(stage.busy_ns, tasks.iter().map(|trace| busy(trace)).sum::<u64>());
        }
        for (index, worker) in report.workers.iter().enumerate() {
            let mut tasks: Vec<_> = trace.iter().filter(|trace| trace.worker == index).collect();
            assert_eq!(worker.busy_ns, tasks.iter().map(|trace| busy(trace)).sum::<u64>());
            tasks.sort_by_key(|trace| trace.start_ns);
            assert!(tasks.windows(2).all(|pair| pair[0].end_ns <= pair[1].start_ns), "one task at a time");
        }

        let report = executor.run(&graph, &mut memory, &fill, &RunOptions::default()).unwrap();
        assert_eq!(report.trace, None);
    }
}

#[test]
fn loops_visit_every_index_once() {
    for executor in executors() {
        for count in [0, 1, 7, 1000] {
            let visits: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
            let places: Vec<Mutex<()>> = (0..executor.workers()).map(|_| Mutex::new(())).collect();
            let body = |index: usize, worker: usize| {
                let _place = places[worker].try_lock().expect("one call a worker at one time");
                visits[index].fetch_add(1, Ordering::Relaxed);
            };
            executor.for_each(count, &Cancel::new(), &body).unwrap();
            assert!(visits.iter().all(|visits| visits.load(Ordering::Relaxed) == 1), "{}", label(&*executor));
        }
    }
}

#[test]
fn loops_end_early_with_one_error() {
    for executor in executors() {
        let failing = |index: usize, _: usize| assert!(index != 3, "bad index");
        let error = executor.for_each(10, &Cancel::new(), &failing).unwrap_err();
        assert_eq!(error, RunError::ItemPanicked { index: 3, message: "bad index".to_owned() });

        let cancel = Cancel::new();
        let calls = AtomicUsize::new(0);
        let body = |_: usize, _: usize| {
            calls.fetch_add(1, Ordering::Relaxed);
            cancel.cancel();
        };
        assert_eq!(executor.for_each(1000, &cancel, &body), Err(RunError::Cancelled));
        assert!(calls.into_inner() <= executor.workers());
    }
}

/// As many workers at one time as there are: all wait for one another.
#[test]
fn independent_tasks_run_at_one_time() {
    for executor in with_threads(3) {
        let (graph, _) = independent(3);
        let mut memory = Memory::new(&graph, 3).unwrap();
        let barrier = std::sync::Barrier::new(3);
        let body = |task: TaskId, context: &mut TaskContext<'_>| {
            barrier.wait();
            fill(task, context);
        };
        executor.run(&graph, &mut memory, &body, &RunOptions::default()).unwrap();
    }
}

/// What a barrier forbids: the second task of a chain runs while a task of the first one's depth still does.
#[test]
fn stealing_waits_for_what_a_task_needs_and_for_nothing_else() {
    let mut builder = GraphBuilder::new();
    let stage = builder.stage("stage");
    let [a, b, c] = [builder.buffer(1), builder.buffer(1), builder.buffer(1)];
    let first = builder.task(stage, 1, &[], &[a.into()]);
    let second = builder.task(stage, 1, &[a.into()], &[b.into()]);
    let long = builder.task(stage, 1, &[], &[c.into()]);
    let graph = builder.finish(&MemoryOptions::default()).unwrap();
    let meeting = std::sync::Barrier::new(2);
    let body = |task: TaskId, _: &mut TaskContext<'_>| {
        if task == second || task == long {
            meeting.wait();
        }
    };
    let executor = Stealing::new(2).unwrap();
    let mut memory = Memory::new(&graph, 2).unwrap();
    let report = executor.run(&graph, &mut memory, &body, &RunOptions::default()).unwrap();
    assert_eq!(report.stages[0].tasks, 3);
    assert_eq!(graph.successors(first), [second]);
}

/// A worker goes on with the task that has the longest chain behind it.
#[test]
fn the_most_urgent_task_comes_first() {
    let mut builder = GraphBuilder::new();
    let stage = builder.stage("stage");
    let buffers = builder.buffers(6, 1);
    let [root, short, long, end, middle, last] = [0, 1, 2, 3, 4, 5].map(|index| buffers.get(index));
    builder.task(stage, 1, &[], &[root.into()]);
    builder.task(stage, 2, &[root.into()], &[short.into()]);
    builder.task(stage, 1, &[root.into()], &[long.into()]);
    builder.task(stage, 9, &[long.into()], &[end.into()]);
    builder.task(stage, 5, &[root.into()], &[middle.into()]);
    builder.task(stage, 1, &[root.into()], &[last.into()]);
    let graph = builder.finish(&MemoryOptions::default()).unwrap();
    let order = Mutex::new(Vec::new());
    let body = |task: TaskId, _: &mut TaskContext<'_>| order.lock().unwrap().push(task.index());
    let mut memory = Memory::new(&graph, 1).unwrap();
    Stealing::new(1).unwrap().run(&graph, &mut memory, &body, &RunOptions::default()).unwrap();
    assert_eq!(order.into_inner().unwrap(), [0, 2, 3, 4, 1, 5]);
}

/// More threads than CPUs: there are as many workers as CPUs.
#[test]
fn surplus_threads_are_not_started() {
    let topology = Topology { allowed_cpus: vec![0, 1], can_pin: false, ..Topology::default() };
    let options = PlacementOptions { threads: Some(64), ..PlacementOptions::default() };
    let placement = Placement::new(&topology, &options).unwrap();
    assert_eq!(placement.oversubscribed().map(|limit| limit.usable), Some(2));
    let executor = Stealing::on(&placement).unwrap();
    assert_eq!(executor.workers(), 2);
    let (graph, first) = independent(200);
    let mut memory = Memory::new(&graph, executor.workers()).unwrap();
    for _ in 0..10 {
        let report = executor.run(&graph, &mut memory, &fill, &RunOptions::default()).unwrap();
        assert_eq!(memory.read_output(first), [0; 4]);
        assert_eq!(report.workers.iter().map(|worker| worker.tasks).sum::<usize>(), 200);
    }
}
