//! What a graph promises, on random programs; and the mistakes that it refuses.

use hear_scheduler::graph::Extent;
use hear_scheduler::{Graph, GraphBuilder, MemoryOptions, ReusePolicy};
use proptest::prelude::*;

use crate::programs::{config, programs};

/// By task: the tasks that come before it in every order that the dependencies allow.
fn ancestors(graph: &Graph) -> Vec<Vec<bool>> {
    let mut ancestors: Vec<Vec<bool>> = Vec::new();
    for task in graph.tasks() {
        let mut row = vec![false; graph.task_count()];
        for predecessor in graph.predecessors(task) {
            row[predecessor.index()] = true;
            for (earlier, &is_ancestor) in ancestors[predecessor.index()].iter().enumerate() {
                row[earlier] |= is_ancestor;
            }
        }
        ancestors.push(row);
    }
    ancestors
}

fn overlap(a: Extent, b: Extent) -> bool {
    a.offset < b.offset + b.words && b.offset < a.offset + a.words
}

proptest! {
    #![proptest_config(config(512))]

    /// The invariant of `graph`, by brute force over all pairs of tasks and all pairs of their extents.
    #[test]
    fn tasks_in_conflict_are_ordered(program in programs(20, 40)) {
        let (graph, ids) = program.build().unwrap();
        let ancestors = ancestors(&graph);
        let extents = |buffers: &[usize]| -> Vec<Extent> {
            buffers.iter().map(|&buffer| graph.extent(ids[buffer]).unwrap()).collect()
        };
        let touched: Vec<_> = program.steps.iter().map(|step| (extents(&step.reads), extents(&step.writes))).collect();
        for (later, (reads, writes)) in touched.iter().enumerate() {
            for (earlier, (earlier_reads, earlier_writes)) in touched[..later].iter().enumerate() {
                let any = |a: &[Extent], b: &[Extent]| a.iter().any(|a| b.iter().any(|b| overlap(*a, *b)));
                let conflict = any(writes, earlier_writes) || any(writes, earlier_reads) || any(reads, earlier_writes);
                prop_assert!(!conflict || ancestors[later][earlier], "tasks {earlier} and {later}");
            }
        }
    }

    /// What a stage finds in use at most, by brute force over its tasks and all buffers.
    #[test]
    fn live_bytes_are_those_of_the_fullest_task(program in programs(20, 40)) {
        let (graph, ids) = program.build().unwrap();
        let is_touched = |task: usize, buffer: usize| {
            program.steps[task].reads.contains(&buffer) || program.steps[task].writes.contains(&buffer)
        };
        let tasks = program.steps.len();
        let is_live = |task: usize, buffer: usize| {
            let before = (0..=task).any(|earlier| is_touched(earlier, buffer)) || program.inputs.contains(&buffer);
            let after = (task..tasks).any(|later| is_touched(later, buffer)) || program.outputs.contains(&buffer);
            before && after
        };
        let mut expected = vec![0; graph.stage_count()];
        for task in graph.tasks() {
            let live = (0..ids.len()).filter(|&buffer| is_live(task.index(), buffer));
            let bytes = live.map(|buffer| 4 * graph.words(ids[buffer])).sum::<usize>();
            let most = &mut expected[graph.stage(task).index()];
            *most = bytes.max(*most);
        }
        prop_assert_eq!(graph.live_bytes(), expected.clone());
        prop_assert!(expected.iter().all(|&bytes| bytes <= graph.arena_bytes()));
    }

    /// Buffers in use at one time lie apart, aligned and within the arena; inputs are in use from the start, outputs to
    /// the end.
    #[test]
    fn buffers_alive_together_lie_apart(program in programs(20, 40)) {
        let (graph, ids) = program.build().unwrap();
        let end = program.steps.len() + 1;
        let lifetime = |buffer: usize| {
            let uses = program.steps.iter().enumerate();
            let uses = uses.filter(|(_, step)| step.reads.contains(&buffer) || step.writes.contains(&buffer));
            let mut moments: Vec<usize> = uses.map(|(task, _)| task + 1).collect();
            moments.extend(program.inputs.contains(&buffer).then_some(0));
            moments.extend(program.outputs.contains(&buffer).then_some(end));
            Some((*moments.iter().min()?, *moments.iter().max()?))
        };
        let lifetimes: Vec<_> = (0..ids.len()).map(lifetime).collect();
        for (a, &a_id) in ids.iter().enumerate() {
            prop_assert_eq!(graph.extent(a_id).is_some(), lifetimes[a].is_some());
            let (Some(a_extent), Some((a_first, a_last))) = (graph.extent(a_id), lifetimes[a]) else { continue };
            prop_assert_eq!(a_extent.words, program.buffers[a]);
            prop_assert_eq!(a_extent.offset % 16, 0);
            prop_assert!((a_extent.offset + a_extent.words) * 4 <= graph.arena_bytes());
            for (b, &b_id) in ids.iter().enumerate().skip(a + 1) {
                let (Some(b_extent), Some((b_first, b_last))) = (graph.extent(b_id), lifetimes[b]) else { continue };
                let distance = match program.reuse {
                    ReusePolicy::Never => usize::MAX,
                    ReusePolicy::Distance(distance) => distance,
                };
                let apart = a_last.saturating_add(distance) < b_first || b_last.saturating_add(distance) < a_first;
                prop_assert!(apart || !overlap(a_extent, b_extent), "buffers {a} and {b}");
            }
        }
    }

    /// Waves hold every task once, after its predecessors, and the costly ones first.
    #[test]
    fn waves_respect_dependencies(program in programs(20, 40)) {
        let (graph, _) = program.build().unwrap();
        let mut wave_of = vec![None; graph.task_count()];
        for (number, wave) in graph.waves().enumerate() {
            prop_assert!(!wave.is_empty());
            prop_assert!(wave.is_sorted_by(|a, b| graph.cost(*a).time_ns >= graph.cost(*b).time_ns));
            for task in wave {
                prop_assert_eq!(wave_of[task.index()].replace(number), None);
            }
        }
        for task in graph.tasks() {
            prop_assert!(wave_of[task.index()].is_some());
            for predecessor in graph.predecessors(task) {
                prop_assert!(predecessor < &task);
                prop_assert!(wave_of[predecessor.index()] < wave_of[task.index()]);
            }
        }
    }
}

/// A stage of independent work loses none of its parallelism to a reuse of memory at the default distance.
#[test]
fn reuse_at_a_distance_keeps_chains_apart() {
    let mut builder = GraphBuilder::new();
    let stage = builder.stage("stage");
    let outputs = builder.buffers(1000, 16);
    builder.output(outputs);
    for output in outputs.iter() {
        let temporary = builder.buffer(16);
        builder.task(stage, 1, &[], &[temporary.into()]);
        builder.task(stage, 1, &[temporary.into()], &[output.into()]);
    }
    let graph = builder.finish(&MemoryOptions::default()).unwrap();
    // The temporary of chain i dies at task 2i + 1 and serves from the next even task after 2i + 1 + 64 on: 33 are live.
    assert_eq!(graph.arena_bytes(), (1000 + 33) * 64);
    // A wave deeper for each reuse: 33 chains side by side.
    assert_eq!(graph.waves().len(), 2 * 1000_usize.div_ceil(33));
}

#[test]
fn a_buffer_in_both_lists_is_a_write() {
    let mut builder = GraphBuilder::new();
    let stage = builder.stage("stage");
    let buffers = builder.buffers(4, 1);
    builder.input(buffers);
    let task = builder.task(stage, 7, &[buffers, buffers.get(0).into()], &[buffers.get(1).into()]);
    let graph = builder.finish(&MemoryOptions::default()).unwrap();
    let reads = [buffers.slice(0..1), buffers.slice(2..4), buffers.slice(0..1)];
    assert_eq!(graph.reads(task), reads);
    assert_eq!(graph.writes(task), [buffers.slice(1..2)]);
    assert_eq!((graph.stage_name(graph.stage(task)), graph.cost(task).time_ns), ("stage", 7));
}

#[test]
fn mistakes_are_refused_with_a_sentence() {
    let refuse = |record: &dyn Fn(&mut GraphBuilder)| {
        let mut builder = GraphBuilder::new();
        record(&mut builder);
        builder.finish(&MemoryOptions::default()).unwrap_err().to_string()
    };
    let read_first = refuse(&|builder| {
        let stage = builder.stage("conv1");
        let buffer = builder.buffer(1);
        builder.task(stage, 1, &[buffer.into()], &[]);
        builder.task(stage, 1, &[], &[buffer.into()]);
    });
    assert_eq!(read_first, "task 0 (stage conv1) reads buffer 0, which is no input and which no earlier task writes");
    let in_place_first = refuse(&|builder| {
        let stage = builder.stage("conv1");
        let buffer = builder.buffer(1);
        builder.task(stage, 1, &[buffer.into()], &[buffer.into()]);
    });
    assert_eq!(in_place_first, read_first);
    let twice = refuse(&|builder| {
        let stage = builder.stage("conv1");
        let buffers = builder.buffers(2, 1);
        builder.task(stage, 1, &[], &[buffers, buffers.get(1).into()]);
    });
    assert_eq!(twice, "task 0 (stage conv1) writes buffer 1 twice; list it once");
    let never = refuse(&|builder| {
        let buffers = builder.buffers(2, 1);
        builder.input(buffers.get(0));
        builder.output(buffers);
    });
    assert_eq!(never, "buffer 1 is an output, but it is no input and no task writes it");
    let empty = refuse(&|builder| {
        builder.buffers(3, 0);
    });
    assert_eq!(empty, "buffer 0 has no words; a buffer needs at least one");
    let foreign_stage = refuse(&|builder| {
        let stage = GraphBuilder::new().stage("elsewhere");
        builder.task(stage, 1, &[], &[]);
    });
    assert_eq!(foreign_stage, "task 0 belongs to stage 0, but this graph has 0 stages");
    let foreign = GraphBuilder::new().buffers(10, 1);
    let foreign_buffer = refuse(&|builder| {
        let stage = builder.stage("conv1");
        builder.buffers(3, 1);
        builder.task(stage, 1, &[], &[]);
        builder.task(stage, 1, &[], &[foreign.slice(1..5)]);
    });
    assert_eq!(foreign_buffer, "task 1 names buffer 3, but this graph has 3 buffers");
    assert!(refuse(&|builder| builder.input(foreign)).starts_with("an input names buffer 0"));
    assert!(refuse(&|builder| builder.output(foreign)).starts_with("an output names buffer 0"));
    let large = refuse(&|builder| {
        builder.buffers(2, usize::MAX / 8);
    });
    assert!(large.ends_with("more than this machine can address"), "{large}");
}

#[test]
fn an_empty_program_is_a_graph() {
    for reuse in [ReusePolicy::Never, ReusePolicy::Distance(0), ReusePolicy::Distance(usize::MAX)] {
        let graph = GraphBuilder::new().finish(&MemoryOptions { reuse }).unwrap();
        assert_eq!((graph.task_count(), graph.waves().len(), graph.arena_bytes()), (0, 0, 0));
    }
}
