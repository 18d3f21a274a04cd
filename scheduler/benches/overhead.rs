//! What a task costs beside its own work: graphs of empty tasks, nanoseconds a task.
//!
//! `wide`: layers of 64 tasks, each of which waits for one task of the layer before. `chain`: one task after the other, so
//! that every worker but one has nothing to do.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hear_scheduler::{
    Executor, ForkJoin, Graph, GraphBuilder, Memory, MemoryOptions, RunOptions, Serial, Stealing, TaskContext, TaskId,
    Topology,
};

const TASKS: usize = 6400;

/// Layers of so many tasks; each changes one buffer.
fn layers(width: usize) -> Graph {
    let mut builder = GraphBuilder::new();
    let stage = builder.stage("empty");
    let buffers = builder.buffers(width, 16);
    builder.input(buffers);
    for index in 0..TASKS {
        let buffer = buffers.get(index % width).into();
        builder.task(stage, 1, &[buffer], &[buffer]);
    }
    builder.finish(&MemoryOptions::default()).expect("a valid program")
}

fn empty_tasks(criterion: &mut Criterion) {
    let threads = Topology::detect().usable_threads();
    let mut executors: Vec<Box<dyn Executor>> = vec![Box::new(Serial)];
    for threads in [1, threads] {
        executors.push(Box::new(ForkJoin::new(threads).expect("threads")));
        executors.push(Box::new(Stealing::new(threads).expect("threads")));
    }
    for (name, graph) in [("wide", layers(64)), ("chain", layers(1))] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(TASKS as u64));
        for executor in &executors {
            let mut memory = Memory::new(&graph, executor.workers()).expect("memory");
            let inputs: Vec<_> = graph.inputs().collect();
            let body = |task: TaskId, context: &mut TaskContext<'_>| {
                black_box((task, &mut context.writes[0]));
            };
            let mut run = || {
                for &input in &inputs {
                    memory.input_mut(input).fill(0);
                }
                let report = executor.run(&graph, &mut memory, &body, &RunOptions::default()).expect("a run");
                assert_eq!(report.stages[0].tasks, TASKS);
            };
            group.bench_function(BenchmarkId::new(executor.name(), executor.workers()), |bencher| {
                bencher.iter(&mut run)
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30);
    targets = empty_tasks
}
criterion_main!(benches);
