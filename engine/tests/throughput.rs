//! Several clips a run: what comes out, and what it costs.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod parties;

use hear_engine::{
    network::{
        key_switching::KeySwitching,
        lower::{Keep, lower},
        method::{Method, Switches},
        plan::{Plan, PlanRequest},
        run::Inference,
        throughput::Throughput,
    },
    rlwe::Ciphertext,
};
use hear_kernels::simd::Isa;
use hear_model::{
    input::seeded_clips,
    network::{Dimension, Network, Shape},
};
use hear_scheduler::{Executor, ForkJoin, Graph, MemoryOptions, RunOptions, Serial};
use parties::Parties;

/// Runs clips together, and with tasks cut for so many threads, and one at a time on one thread: the ciphertexts must be
/// the same, bit for bit.
fn check(request: &PlanRequest, network: &Network, cases: &[(usize, usize)], threads: usize) {
    let parties = Parties::new(Isa::detect(), network, request);
    let Parties { context, plan, keys, encoded, .. } = &parties;
    let most = cases.iter().map(|(batch, streams)| batch * streams).max().unwrap_or(1);
    let clips: Vec<Ciphertext> = seeded_clips(9, most).iter().map(|clip| parties.encrypt(clip)).collect();
    let one = Inference::new(context, plan, keys, encoded, Keep::Result).unwrap();
    let mut memory = one.memory(1).unwrap();
    let want: Vec<Ciphertext> =
        clips.iter().map(|clip| one.run(clip, &mut memory, &Serial, &RunOptions::default()).unwrap().0).collect();
    assert!(want.windows(2).all(|pair| pair[0].words() != pair[1].words()), "clips differ");
    for &(batch, streams) in cases {
        let throughput = Throughput::new(batch, streams).unwrap();
        let together = Inference::for_runs(context, plan, keys, encoded, Keep::Result, throughput, threads).unwrap();
        let more = throughput.clips() > 1;
        assert!(!more || together.memory_bytes(2) >= one.memory_bytes(2), "more clips need more memory");
        let executors: [Box<dyn Executor>; 2] = [Box::new(Serial), Box::new(ForkJoin::new(3).unwrap())];
        for executor in executors {
            let mut memory = together.memory(executor.workers()).unwrap();
            let before = context.transforms();
            let clips = &clips[..throughput.clips()];
            let (got, _) = together.run_clips(clips, &mut memory, &*executor, &RunOptions::default()).unwrap();
            let transforms = context.transforms() - before;
            assert_eq!(transforms, plan.counts().ntt * throughput.clips() as u64, "every clip takes its transforms");
            for (clip, (got, want)) in got.iter().zip(&want).enumerate() {
                assert!(got.words() == want.words(), "{request:?}, {throughput:?}, {}, clip {clip}", executor.name());
            }
        }
    }
}

fn network(dimension: Dimension, width: usize) -> Network {
    Network::seeded(Shape::new(dimension, width).unwrap(), 3)
}

const EVERY: [(usize, usize); 5] = [(1, 2), (2, 1), (2, 2), (3, 1), (3, 2)];

#[test]
fn clips_run_together_as_one_at_a_time_under_lean_hear() {
    for (dimension, width, cases) in [(Dimension::OneD, 32, &EVERY[..]), (Dimension::TwoD, 64, &EVERY[1..2])] {
        let network = network(dimension, width);
        check(&PlanRequest::new(network.shape(), Method::LeanHear), &network, cases, 1);
    }
}

#[test]
fn tasks_cut_for_many_threads_give_the_same() {
    for (dimension, width, cases) in [
        (Dimension::OneD, 32, &[(1, 1), (2, 2)][..]),
        (Dimension::TwoD, 64, &[(1, 1)]),
        (Dimension::TwoD, 128, &[(1, 1)]),
    ] {
        let network = network(dimension, width);
        let request = PlanRequest::new(network.shape(), Method::LeanHear);
        let plan = Plan::new(&request).unwrap();
        let graph = |threads| {
            let lowered = lower(&plan, Throughput::default(), threads, 0, Keep::Result, &MemoryOptions::default());
            lowered.unwrap().graph
        };
        let longest_path = |graph: &Graph| graph.tasks().map(|task| graph.remaining_ns(task)).max().unwrap();
        let (coarse, fine) = (graph(1), graph(64));
        assert!(fine.tasks().len() > coarse.tasks().len());
        let (long, short) = (longest_path(&coarse), longest_path(&fine));
        // Small networks have little that can be cut.
        assert!(short <= long && (width < 128 || 4 * short <= 3 * long), "{} {long} then {short} ns", request.shape);
        check(&request, &network, cases, 64);
    }
}

#[test]
fn clips_run_together_as_one_at_a_time_under_the_papers_methods() {
    let network = network(Dimension::OneD, 16);
    check(&PlanRequest::new(network.shape(), Method::FastHear), &network, &EVERY[..4], 1);
    for method in [Method::FastHear, Method::Hear] {
        for key_switching in KeySwitching::ALL {
            let request = PlanRequest { key_switching, ..PlanRequest::new(network.shape(), method) };
            check(&request, &network, &[(3, 2)], 1);
        }
    }
    for name in Method::FastHear.switches() {
        let mut switches = Switches::default();
        switches.disable(name).unwrap();
        let request = PlanRequest { switches, ..PlanRequest::new(network.shape(), Method::FastHear) };
        check(&request, &network, &[(2, 1)], 1);
    }
}

#[test]
fn a_run_takes_as_many_clips_as_it_was_prepared_for() {
    let network = network(Dimension::OneD, 32);
    let parties = Parties::new(Isa::detect(), &network, &PlanRequest::new(network.shape(), Method::LeanHear));
    let Parties { context, plan, keys, encoded, .. } = &parties;
    let two = Throughput::new(2, 1).unwrap();
    let inference = Inference::for_runs(context, plan, keys, encoded, Keep::Result, two, 1).unwrap();
    let mut memory = inference.memory(1).unwrap();
    let clip = parties.encrypt(&seeded_clips(1, 1)[0]);
    let error = inference.run(&clip, &mut memory, &Serial, &RunOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "1 ciphertexts: a run of this inference is of 2");
}
