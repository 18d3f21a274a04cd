//! Networks whose every node is a ciphertext: right on every clip, and the same bits however the work is cut.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

mod parties;

use hear_engine::{
    network::{
        lower::{Keep, RunShape},
        memory::MemoryPrediction,
        method::{Method, Switches},
        nodes::tiling::{Order, Spill, Tiling},
        plan::{Plan, PlanRequest, Security},
        run::Inference,
        throughput::Throughput,
    },
    rlwe::Ciphertext,
};
use hear_kernels::simd::Isa;
use hear_model::network::{Dimension, Network, Shape};
use hear_scheduler::{Executor, ForkJoin, RunOptions, Serial, Stealing};
use parties::{Parties, largest_difference};

const METHODS: [Method; 2] = [Method::NgraphHe2, Method::LeanNgraph];

fn network(dimension: Dimension, width: usize) -> Network {
    Network::seeded(Shape::new(dimension, width).unwrap(), 11)
}

fn clips(count: usize) -> Vec<Vec<f64>> {
    let value = |clip: usize, i: usize| 0.5 + 0.5 * ((i * i % 977 + 31 * clip) as f64).sin();
    (0..count).map(|clip| (0..960).map(|i| value(clip, i)).collect()).collect()
}

fn shape(tiling: Tiling) -> RunShape {
    RunShape { throughput: Throughput::default(), tiling }
}

/// The ring of these tests: too small to be secure.
const LOG_N: u32 = 10;

fn parties(isa: Isa, network: &Network, request: &PlanRequest) -> Parties {
    Parties::on_small_ring(isa, network, request, LOG_N)
}

fn classify(
    parties: &Parties,
    inputs: &[Ciphertext],
    tiling: Tiling,
    threads: usize,
    executor: &dyn Executor,
) -> Vec<Ciphertext> {
    parties.infer_loaded(inputs, shape(tiling), threads, executor)
}

#[test]
fn every_clip_gets_its_own_logits_and_transforms_are_counted() {
    for dimension in [Dimension::OneD, Dimension::TwoD] {
        for method in METHODS {
            let network = network(dimension, 2);
            let parties = parties(Isa::detect(), &network, &PlanRequest::new(network.shape(), method));
            let clips = clips(3);
            let views: Vec<&[f64]> = clips.iter().map(Vec::as_slice).collect();
            let inputs = parties.encrypt_together(&views);
            let executor = ForkJoin::new(2).unwrap();
            let before = parties.context.transforms();
            let results = classify(&parties, &inputs, Tiling::default(), 2, &executor);
            let transforms = parties.context.transforms() - before;
            assert_eq!(transforms, parties.plan.counts().ntt, "{dimension} {method}");
            assert_eq!(results.len(), 10);
            let slots: Vec<_> = results.iter().map(|result| parties.slots(result)).collect();
            for (slot, clip) in clips.iter().enumerate() {
                let difference = largest_difference(&parties.plan.output.unpack(&slots, slot), &network.forward(clip));
                assert!(difference < 0.02, "{dimension} {method} clip {slot}: {difference}");
            }
        }
    }
}

#[test]
fn orders_tilings_executors_and_instruction_sets_give_the_same_bits() {
    for method in METHODS {
        let network = network(Dimension::TwoD, 2);
        let clips = clips(1);
        let of = |isa| {
            let parties = parties(isa, &network, &PlanRequest::new(network.shape(), method));
            let inputs = parties.encrypt_together(&[&clips[0]]);
            (parties, inputs)
        };
        let (parties, inputs) = of(Isa::detect());
        let expected = classify(&parties, &inputs, Tiling::default(), 1, &Serial);
        let executors: [Box<dyn Executor>; 2] =
            [Box::new(ForkJoin::new(2).unwrap()), Box::new(Stealing::new(3).unwrap())];
        for order in Order::ALL {
            for spill in [Spill::Nothing, Spill::Inputs, Spill::Nodes] {
                for (executor, channels) in executors.iter().zip([1, 128]) {
                    let tiling = Tiling { order, channels, spill };
                    let got = classify(&parties, &inputs, tiling, 16, &**executor);
                    assert!(got == expected, "{method} {tiling:?}");
                }
            }
        }
        if let Some(isa) = Isa::all().into_iter().find(|isa| isa.name() != Isa::detect().name()) {
            let (parties, inputs) = of(isa);
            let got = classify(&parties, &inputs, Tiling::default(), 1, executors[0].as_ref());
            assert!(got == expected, "{method} {}", isa.name());
        }
    }
}

/// The way from CryptoNets to nGraph-HE2: each of its optimisations off, and all of them.
#[test]
fn switching_optimisations_off_changes_the_work_and_no_logit() {
    let network = network(Dimension::OneD, 1);
    let clips = clips(1);
    let plain = network.forward(&clips[0]);
    let (mut counts, mut weights, mut plaintexts) = (Vec::new(), Vec::new(), Vec::new());
    for without in ["", "level-aware-encoding", "scalar-weights", "lazy-rescaling", "lazy-rescaling scalar-weights"] {
        let mut switches = Switches::default();
        without.split_whitespace().for_each(|name| switches.disable(name).unwrap());
        let request = PlanRequest { switches, ..PlanRequest::new(network.shape(), Method::NgraphHe2) };
        let parties = parties(Isa::detect(), &network, &request);
        let executor = ForkJoin::new(2).unwrap();
        let inputs = parties.encrypt_together(&[&clips[0]]);
        let before = parties.context.transforms();
        let results = classify(&parties, &inputs, Tiling::default(), 2, &executor);
        assert_eq!(parties.context.transforms() - before, parties.plan.counts().ntt, "without {without:?}");
        let slots: Vec<_> = results.iter().map(|result| parties.slots(result)).collect();
        let difference = largest_difference(&parties.plan.output.unpack(&slots, 0), &plain);
        assert!(difference < 0.02, "without {without:?}: {difference}");
        counts.push(parties.plan.counts());
        weights.push(parties.plan.stage_counts(parties.plan.stage("conv2").unwrap()).bytes_read);
        plaintexts.push(parties.encoded.bytes());
    }
    let [all, unaware, polynomials, eager, cryptonets] = counts[..] else { panic!("five of them") };
    assert!(plaintexts[1] > plaintexts[0] && plaintexts[2] == plaintexts[0]);
    assert_eq!((unaware.ntt, polynomials.ntt), (all.ntt, all.ntt));
    assert_eq!(weights[2], weights[0] << LOG_N, "a word for each of 2^10 residues");
    // A rescale for every product, in place of one for every sum.
    let sums = 480 + 2 * 240 + 4 * 120 + 10;
    let products = all.plain_product - (480 + 480 + 480);
    assert_eq!(eager.rescale - all.rescale, products - sums);
    assert_eq!((cryptonets.ntt, cryptonets.plain_product), (eager.ntt, all.plain_product));
}

#[test]
fn a_run_without_its_file_is_refused() {
    let network = network(Dimension::OneD, 1);
    let request = PlanRequest::new(network.shape(), Method::LeanNgraph);
    let Parties { context, plan, keys, encoded, .. } = &parties(Isa::detect(), &network, &request);
    let tiling = Tiling { spill: Spill::Inputs, ..Tiling::default() };
    let inference = Inference::for_runs(context, plan, keys, encoded, Keep::Result, shape(tiling), 1).unwrap();
    let mut memory = inference.memory(1).unwrap();
    let error = inference.run_loaded(&mut memory, &Serial, &RunOptions::default()).unwrap_err().to_string();
    assert!(error.contains("was given no directory"), "{error}");
}

#[test]
fn rows_take_a_fraction_of_the_memory_of_layers() {
    for dimension in [Dimension::OneD, Dimension::TwoD] {
        for method in METHODS {
            let shape_of = Shape::new(dimension, 64).unwrap();
            let plan = Plan::new(&PlanRequest::new(shape_of, method)).unwrap();
            let arena = |order| {
                let tiling = Tiling { order, ..Tiling::default() };
                MemoryPrediction::new(&plan, shape(tiling), Security::Required, 2).unwrap().arena_bytes
            };
            let (layers, rows) = (arena(Order::Layers), arena(Order::Rows));
            assert!(5 * rows < layers, "{dimension} {method}: {rows} of {layers} bytes");
        }
    }
}
