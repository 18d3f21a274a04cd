//! Encrypted networks against the plan in plain arithmetic and against the forward pass.

mod parties;

use hear_engine::network::{
    lower::Keep,
    method::{Method, Strategies, Strategy, Switches},
    reference,
    run::Inference,
};
use hear_kernels::simd::Isa;
use hear_model::{
    input::seeded_clips,
    network::{Dimension, Network, Shape},
};
use hear_scheduler::{Executor, ForkJoin, RunOptions, Serial};
use parties::{Parties, largest_difference};

fn small(dimension: Dimension) -> Network {
    Network::seeded(Shape::new(dimension, 32).expect("a width that packs"), 3)
}

fn clip() -> Vec<f64> {
    seeded_clips(1, 1)[0].to_vec()
}

#[test]
fn every_stage_agrees_with_the_plan_in_plain_arithmetic() {
    for (dimension, method) in [(Dimension::OneD, Method::FastHear), (Dimension::TwoD, Method::Hear)] {
        let network = small(dimension);
        let parties = Parties::new(Isa::detect(), &network, method, Strategies::default(), Switches::default());
        let inference =
            Inference::new(&parties.context, &parties.plan, &parties.keys, &parties.encoded, Keep::Stages).unwrap();
        let executor = ForkJoin::new(2).unwrap();
        let mut memory = inference.memory(2).unwrap();
        inference.run(&parties.encrypt(&clip()), &mut memory, &executor, &RunOptions::default()).unwrap();
        let want = reference::run(&parties.plan, &network, &clip());
        let got = inference.after_stages(&memory);
        assert_eq!(got.len(), want.len());
        for ((stage, got), want) in parties.plan.stages.iter().zip(&got).zip(&want) {
            assert_eq!(got.len(), want.len(), "ciphertexts after {}", stage.name);
            for (ciphertext, want) in got.iter().zip(want) {
                assert_eq!(ciphertext.limbs(), stage.limbs_out, "limbs after {}", stage.name);
                let size = want.iter().fold(1.0, |size: f64, x| size.max(x.abs()));
                let error = largest_difference(&parties.slots(ciphertext), want) / size;
                // Logits have 21 bits of scale, and the last rescale alone rounds them by about 2e-3.
                assert!(error < 8e-3, "{method} {dimension}: relative error {error} after {}", stage.name);
            }
        }
    }
}

#[test]
fn strategies_and_switches_change_the_cost_as_predicted_and_no_logit() {
    let network = small(Dimension::TwoD);
    let executor = ForkJoin::new(2).unwrap();
    let want = network.forward(&clip());
    let mut costs = Vec::new();
    let mut check = |strategies: Strategies, switches: Switches| {
        let parties = Parties::new(Isa::detect(), &network, Method::FastHear, strategies, switches);
        let context = &parties.context;
        let preparation = parties.plan.preparation(context.parameters());
        assert_eq!(parties.encoded.bytes() as u64, preparation.plaintext_bytes, "bytes of plaintexts");
        assert_eq!(parties.keys.bytes() as u64, preparation.key_bytes, "bytes of keys");
        let inference = Inference::new(context, &parties.plan, &parties.keys, &parties.encoded, Keep::Result).unwrap();
        let mut memory = inference.memory(2).unwrap();
        let fresh = parties.encrypt(&clip());
        let before = context.transforms();
        let (result, _) = inference.run(&fresh, &mut memory, &executor, &RunOptions::default()).unwrap();
        let measured = context.transforms() - before;
        assert_eq!(measured, parties.plan.counts().ntt, "transforms with {strategies}, {switches:?}");
        let error = largest_difference(&parties.logits(&result), &want);
        assert!(error < 0.05, "logit error {error} with {strategies}, {switches:?}");
        costs.push((measured, preparation.plaintext_bytes, preparation.encoding_ntt));
    };
    for strategy in Strategy::ALL {
        check(Strategies([strategy; 3]), Switches::default());
    }
    check(Strategies::default(), Switches::default());
    for name in Switches::NAMES {
        let mut switches = Switches::default();
        switches.disable(name).unwrap();
        check(Strategies::default(), switches);
    }
    let (all_on, off) = (costs[Strategy::ALL.len()], &costs[Strategy::ALL.len() + 1..]);
    for (name, off) in Switches::NAMES.iter().zip(off) {
        assert_ne!(off, &all_on, "switching {name} off must cost something else");
    }
}

#[test]
fn executors_and_instruction_sets_give_identical_ciphertexts() {
    let network = Network::seeded(Shape::new(Dimension::OneD, 16).unwrap(), 3);
    let mut results = Vec::new();
    for isa in Isa::all() {
        let parties = Parties::new(isa, &network, Method::FastHear, Strategies::default(), Switches::default());
        let executors: [Box<dyn Executor>; 3] =
            [Box::new(Serial), Box::new(ForkJoin::new(1).unwrap()), Box::new(ForkJoin::new(3).unwrap())];
        for executor in executors {
            let result = parties.infer(&clip(), executor.as_ref());
            results.push((isa.name(), executor.name().to_owned(), result.words().to_vec()));
        }
    }
    assert!(results.len() >= 3);
    for other in &results[1..] {
        assert!(other.2 == results[0].2, "{} {} differs from {} {}", other.0, other.1, results[0].0, results[0].1);
    }
    if Isa::all().len() < 3 {
        eprintln!(
            "this machine lacks an instruction set: tested {:?}",
            Isa::all().iter().map(|isa| isa.name()).collect::<Vec<_>>()
        );
    }
}
