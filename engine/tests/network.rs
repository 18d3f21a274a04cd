//! Encrypted networks against the plan in plain arithmetic and against the forward pass.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod parties;

use hear_engine::{
    network::{
        cost::Speeds,
        key_switching::KeySwitching,
        lola::step::DotProducts,
        lower::Keep,
        method::{Method, Strategies, Strategy, Switches},
        plan::{Plan, PlanRequest, Step},
        reference,
        run::Inference,
    },
    params::ParametersLiteral,
};
use hear_kernels::simd::Isa;
use hear_model::{
    input::seeded_clips,
    network::{Dimension, Network, Shape},
};
use hear_scheduler::{Executor, ForkJoin, RunOptions, Serial, Stealing};
use parties::{Parties, largest_difference};

fn small(dimension: Dimension) -> Network {
    Network::seeded(Shape::new(dimension, 32).expect("a width that packs"), 3)
}

fn clip() -> Vec<f64> {
    seeded_clips(1, 1)[0].to_vec()
}

/// Runs a plan and compares the slots after every stage with those of plain arithmetic, and its transforms with the plan's.
fn check_every_stage(network: &Network, request: &PlanRequest) {
    check_every_stage_of(network, Plan::new(request).unwrap());
}

fn check_every_stage_of(network: &Network, plan: Plan) {
    let method = plan.method;
    let parties = Parties::of_plan(Isa::detect(), network, plan, [5; 32]);
    let inference =
        Inference::new(&parties.context, &parties.plan, &parties.keys, &parties.encoded, Keep::Stages).unwrap();
    let executor = ForkJoin::new(2).unwrap();
    let mut memory = inference.memory(2).unwrap();
    let fresh = parties.encrypt_together(&[&clip()]);
    let before = parties.context.transforms();
    inference.run_clips(&fresh, &mut memory, &executor, &RunOptions::default()).unwrap();
    assert_eq!(parties.context.transforms() - before, parties.plan.counts().ntt, "transforms under {method}");
    let want = reference::run(&parties.plan, network, &clip());
    let got = inference.after_stages(&memory);
    assert_eq!(got.len(), want.len());
    for ((stage, got), want) in parties.plan.stages.iter().zip(&got).zip(&want) {
        assert_eq!(got.len(), want.len(), "ciphertexts after {}", stage.name);
        for (ciphertext, want) in got.iter().zip(want) {
            assert_eq!(ciphertext.limbs(), stage.limbs_out, "limbs after {}", stage.name);
            let size = want.iter().fold(1.0, |size: f64, x| size.max(x.norm()));
            let difference =
                parties.slots(ciphertext).iter().zip(want).map(|(x, y)| (x - y).norm()).fold(0.0, f64::max);
            // Logits have 21 bits of scale, and the last rescale alone rounds them by about 2e-3.
            let error = difference / size;
            assert!(error < 16e-3, "{method} {}: relative error {error} after {}", network.shape(), stage.name);
        }
    }
}

/// What is chosen for the machine that is described by default.
fn chosen(request: PlanRequest) -> PlanRequest {
    let parameters = ParametersLiteral::by_name(request.method.name()).unwrap().check().unwrap();
    let chosen = request.fastest(&parameters, &Speeds::default(), 2).unwrap();
    assert_ne!((chosen.strategies, chosen.lean), (request.strategies, request.lean), "something else than by default");
    chosen
}

#[test]
fn every_stage_of_the_papers_methods_agrees_with_the_plan_in_plain_arithmetic() {
    for (dimension, method) in [(Dimension::OneD, Method::FastHear), (Dimension::TwoD, Method::Hear)] {
        let network = small(dimension);
        for key_switching in KeySwitching::ALL {
            let request = PlanRequest { key_switching, ..PlanRequest::new(network.shape(), method) };
            check_every_stage(&network, &request);
        }
    }
}

#[test]
fn every_stage_of_lola_agrees_with_the_plan_in_plain_arithmetic() {
    let network = Network::seeded(Shape::new(Dimension::TwoD, 16).unwrap(), 3);
    for key_switching in KeySwitching::ALL {
        let request = PlanRequest { key_switching, ..PlanRequest::new(network.shape(), Method::Lola) };
        let mut plan = Plan::new(&request).unwrap();
        // A few positions of each channel: all of them take a minute.
        for stage in &mut plan.stages {
            if let Step::Dots(DotProducts { read, .. }) = &mut stage.step {
                *read = (read.0.min(2), read.1.min(2));
            }
        }
        check_every_stage_of(&network, plan);
    }
}

#[test]
fn every_stage_of_lean_hear_agrees_with_the_plan_in_plain_arithmetic() {
    let shapes = [(Dimension::OneD, 32), (Dimension::OneD, 128), (Dimension::TwoD, 64), (Dimension::TwoD, 256)];
    for (dimension, width) in shapes {
        let shape = Shape::new(dimension, width).unwrap();
        let own = PlanRequest::new(shape, Method::LeanHear);
        check_every_stage(&Network::seeded(shape, 3), &own);
        check_every_stage(&Network::seeded(shape, 3), &chosen(own));
    }
}

/// Runs an inference and checks that bytes and transforms are those that the plan predicts; returns logits and transforms.
fn run_as_predicted(parties: &Parties, executor: &dyn Executor) -> (Vec<f64>, u64) {
    let (context, plan) = (&parties.context, &parties.plan);
    let preparation = plan.preparation();
    assert_eq!(parties.encoded.bytes() as u64, preparation.plaintext_bytes, "bytes of plaintexts");
    assert_eq!(parties.keys.bytes() as u64, preparation.key_bytes, "bytes of keys");
    let of_stages: Vec<_> = plan.stages.iter().map(|stage| plan.stage_preparation(stage)).collect();
    let plaintexts: u64 = of_stages.iter().map(|of_stage| of_stage.plaintext_bytes).sum();
    assert_eq!(plaintexts, preparation.plaintext_bytes, "every plaintext is one stage's");
    let keys: u64 = of_stages.iter().map(|of_stage| of_stage.key_bytes).sum();
    assert!(keys >= preparation.key_bytes, "every key is some stage's: {keys} of {}", preparation.key_bytes);
    assert!(of_stages.iter().all(|of_stage| of_stage.key_bytes <= preparation.key_bytes));
    let inference = Inference::new(context, plan, &parties.keys, &parties.encoded, Keep::Result).unwrap();
    let mut memory = inference.memory(executor.workers()).unwrap();
    let fresh = parties.encrypt(&clip());
    let before = context.transforms();
    let (result, _) = inference.run(&fresh, &mut memory, executor, &RunOptions::default()).unwrap();
    let measured = context.transforms() - before;
    assert_eq!(measured, plan.counts().ntt, "transforms with {}, {:?}", plan.strategies, plan.switches);
    (parties.logits(&result), measured)
}

#[test]
fn lean_hear_costs_what_its_plan_says() {
    let executor = ForkJoin::new(2).unwrap();
    for (dimension, width) in [(Dimension::OneD, 64), (Dimension::TwoD, 128)] {
        let network = Network::seeded(Shape::new(dimension, width).unwrap(), 4);
        let own = PlanRequest::new(network.shape(), Method::LeanHear);
        let transforms = [own, chosen(own)].map(|request| {
            let parties = Parties::new(Isa::detect(), &network, &request);
            let (logits, transforms) = run_as_predicted(&parties, &executor);
            let error = largest_difference(&logits, &network.forward(&clip()));
            assert!(error < 0.05, "{}: logit error {error}", network.shape());
            transforms
        });
        assert!(transforms[1] < transforms[0], "{transforms:?}");
    }
}

#[test]
fn strategies_and_switches_change_the_cost_as_predicted_and_no_logit() {
    let network = small(Dimension::TwoD);
    let executor = ForkJoin::new(2).unwrap();
    let want = network.forward(&clip());
    let mut costs = Vec::new();
    let all = PlanRequest::new(network.shape(), Method::FastHear);
    let mut check = |request: PlanRequest| {
        let parties = Parties::new(Isa::detect(), &network, &request);
        let (logits, measured) = run_as_predicted(&parties, &executor);
        let error = largest_difference(&logits, &want);
        assert!(error < 0.05, "logit error {error} with {request:?}");
        let preparation = parties.plan.preparation();
        costs.push((measured, preparation.plaintext_bytes, preparation.encoding_ntt));
    };
    for strategy in Strategy::ALL {
        check(PlanRequest { strategies: Strategies([strategy; 3]), ..all });
        check(PlanRequest { strategies: Strategies([strategy; 3]), key_switching: KeySwitching::Hybrid, ..all });
    }
    check(all);
    for name in Method::FastHear.switches() {
        let mut switches = Switches::default();
        switches.disable(name).unwrap();
        check(PlanRequest { switches, ..all });
    }
    let before = 2 * Strategy::ALL.len();
    // Of the full strategy there are no sums to rotate, and inputs share their decompositions in either way.
    assert!(
        costs[2..before].chunks(2).all(|pair| pair[1].0 < pair[0].0 * 2 / 3),
        "hybrid keys save transforms: {costs:?}"
    );
    let (all_on, off) = (costs[before], &costs[before + 1..]);
    for (name, off) in Method::FastHear.switches().iter().zip(off) {
        assert_ne!(off, &all_on, "switching {name} off must cost something else");
    }
}

/// Runs an inference on every instruction set and several executors.
fn check_identical_ciphertexts(network: &Network, request: &PlanRequest) {
    let mut results = Vec::new();
    for isa in Isa::all() {
        let parties = Parties::new(isa, network, request);
        let executors: [Box<dyn Executor>; 4] = [
            Box::new(Serial),
            Box::new(ForkJoin::new(3).unwrap()),
            Box::new(Stealing::new(1).unwrap()),
            Box::new(Stealing::new(3).unwrap()),
        ];
        for executor in executors {
            let result = parties.infer(&clip(), executor.as_ref());
            results.push((isa.name(), executor.name().to_owned(), result.words().to_vec()));
        }
    }
    assert!(results.len() >= 4);
    for other in &results[1..] {
        assert!(
            other.2 == results[0].2,
            "{request:?}: {} {} differs from {} {}",
            other.0,
            other.1,
            results[0].0,
            results[0].1
        );
    }
    if Isa::all().len() < 3 {
        eprintln!(
            "this machine lacks an instruction set: tested {:?}",
            Isa::all().iter().map(|isa| isa.name()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn executors_and_instruction_sets_give_identical_ciphertexts() {
    let network = |width| Network::seeded(Shape::new(Dimension::OneD, width).unwrap(), 3);
    let request = |width, method| PlanRequest::new(network(width).shape(), method);
    let fast = request(16, Method::FastHear);
    check_identical_ciphertexts(&network(16), &fast);
    check_identical_ciphertexts(&network(16), &PlanRequest { key_switching: KeySwitching::Hybrid, ..fast });
    check_identical_ciphertexts(&network(32), &chosen(request(32, Method::LeanHear)));
}

/// Two networks, each with keys of its own, from a thread each: on one executor, and on one each.
#[test]
fn two_networks_run_at_one_time() {
    let lean = Network::seeded(Shape::new(Dimension::OneD, 32).unwrap(), 3);
    let fast = Network::seeded(Shape::new(Dimension::TwoD, 16).unwrap(), 4);
    let parties = [(&lean, Method::LeanHear, 1), (&fast, Method::FastHear, 2)].map(|(network, method, seed)| {
        Parties::with_seed(Isa::detect(), network, &PlanRequest::new(network.shape(), method), [seed; 32])
    });
    let alone = parties.each_ref().map(|parties| parties.infer(&clip(), &Serial));
    let shared = Stealing::new(2).unwrap();
    let own = [Stealing::new(2).unwrap(), Stealing::new(3).unwrap()];
    for executors in [[&shared, &shared], [&own[0], &own[1]]] {
        std::thread::scope(|scope| {
            for ((parties, alone), executor) in parties.iter().zip(&alone).zip(executors) {
                scope.spawn(move || {
                    for repetition in 0..3 {
                        let result = parties.infer(&clip(), executor);
                        assert!(result.words() == alone.words(), "{}, run {repetition}", parties.plan.method);
                    }
                });
            }
        });
    }
}

#[test]
fn what_lean_hear_cannot_do_is_refused_with_the_reason() {
    let request = |width, strategies, switches| {
        let shape = Shape::new(Dimension::TwoD, width).unwrap();
        let request = PlanRequest { strategies, switches, ..PlanRequest::new(shape, Method::LeanHear) };
        Plan::new(&request).unwrap_err().to_string()
    };
    for width in [16, 32, 96] {
        let error = request(width, Strategies::default(), Switches::default());
        assert!(error.contains(&format!("2d-{width}")) && error.contains("[64, 128, 256]"), "{error}");
    }
    let error = request(64, Strategies([Strategy::Full; 3]), Switches::default());
    assert!(error.contains("full,full,full"), "{error}");
    let mut switches = Switches::default();
    switches.disable("hoisting").unwrap();
    let error = request(64, Strategies::default(), switches);
    assert!(error.contains("switching off hoisting"), "{error}");
}
