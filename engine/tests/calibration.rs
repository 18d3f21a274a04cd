//! Networks whose values outgrow a plan's limbs are refused, and those that suit other scales get them.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod common;
mod parties;

use common::scaled;
use hear_engine::network::{
    calibration::{Calibrated, Calibration, CalibrationError, RoomError},
    encode::EncodedNetwork,
    lean::scales::Scales,
    method::Method,
    plan::{Plan, PlanRequest},
    reference::{self, Slots},
};
use hear_kernels::simd::Isa;
use hear_model::{
    input::{Clip, seeded_clips},
    network::{Dimension, Network, NetworkName, Shape},
    synthetic,
};
use hear_scheduler::{Cancel, ForkJoin};
use parties::{Parties, largest_difference};

/// The same function of a clip, whose third activation squares values 2^bits times as large.
fn with_large_third_activation(network: &Network, bits: i32) -> Network {
    scaled(network, &[("act3.", 2 * bits), ("linear.weight", -2 * bits)])
}

fn small() -> Network {
    Network::seeded(Shape::new(Dimension::OneD, 32).unwrap(), 3)
}

fn clips() -> Vec<Clip> {
    seeded_clips(1, 2)
}

fn plan(network: &Network, method: Method) -> Plan {
    Plan::new(&PlanRequest::new(network.shape(), method)).unwrap()
}

fn calibrate(network: &Network, method: Method, clips: &[Clip]) -> Result<Calibrated, CalibrationError> {
    let plan = plan(network, method);
    let calibration = Calibration { plan: &plan, network, clips, margin_bits: 1.0 };
    calibration.run(&ForkJoin::new(2).unwrap(), &Cancel::new(), &|_, _| {})
}

#[track_caller]
fn refusal(network: &Network, method: Method) -> RoomError {
    match calibrate(network, method, &clips()) {
        Err(CalibrationError::Room(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// The largest logit error of an encrypted run, of a network encoded for `plan` or its method's own.
fn logit_error(network: &Network, method: Method, plan: Option<&Plan>) -> f64 {
    let mut parties = Parties::new(Isa::detect(), network, &PlanRequest::new(network.shape(), method));
    let executor = ForkJoin::new(2).unwrap();
    if let Some(plan) = plan {
        let cancel = Cancel::new();
        parties.encoded = EncodedNetwork::new(&parties.context, plan, network, &executor, &cancel, &|_, _| {}).unwrap();
    }
    let clip = &clips()[0];
    largest_difference(&parties.logits(&parties.infer(clip, &executor)), &network.forward(clip))
}

/// Whether all values fit their limbs.
fn fits_at(plan: &Plan, network: &Network) -> bool {
    let after = reference::run(plan, network, &clips()[0]);
    let largest = |slots: &Slots| slots.iter().flatten().map(|slot| slot.norm()).fold(0.0, f64::max);
    plan.stages.iter().zip(&after).all(|(stage, slots)| plan.headroom_bits(stage, largest(slots)) > 0.0)
}

#[test]
fn shipped_networks_keep_the_scales_of_their_plans() {
    let rows: Vec<Clip> = synthetic::test_set().0.into_iter().step_by(100).take(4).collect();
    for name in NetworkName::ALL {
        let network = Network::shipped(name);
        let calibrated = calibrate(&network, Method::LeanHear, &rows).unwrap();
        assert_eq!(calibrated.plan, plan(&network, Method::LeanHear), "{name}");
        assert!(calibrated.headroom_bits > 3.0, "{name}: {calibrated:?}");
        assert_eq!(calibrated.tightest, "pool3", "{name}");
    }
}

#[test]
fn larger_squares_at_a_smaller_scale_are_the_same_plaintexts() {
    let network = small();
    let large = with_large_third_activation(&network, 6);
    let own = plan(&network, Method::LeanHear);
    let [first, second, third] = own.scales().unwrap().bits();
    let lowered = own.with_scales(Scales::new([first, second, third - 6]).unwrap()).unwrap();
    let (own_error, lowered_error) =
        (logit_error(&network, Method::LeanHear, None), logit_error(&large, Method::LeanHear, Some(&lowered)));
    // Keys and encryptions are of one seed: the same plaintexts give the same ciphertext.
    assert!((own_error - lowered_error).abs() < 1e-9, "{own_error} {lowered_error}");
    assert!(own_error < 0.05);
}

#[test]
fn a_network_with_large_activations_gets_lower_scales_and_right_logits() {
    // At the plan's scales everything fits, but the dense layer's weights are rounded away; then nothing fits.
    for (bits, fits) in [(7, true), (17, false)] {
        let network = with_large_third_activation(&small(), bits);
        let own = plan(&network, Method::LeanHear);
        assert_eq!(fits_at(&own, &network), fits);
        let calibrated = calibrate(&network, Method::LeanHear, &clips()).unwrap();
        let (own_bits, bits) = (own.scales().unwrap().bits(), calibrated.plan.scales().unwrap().bits());
        assert_eq!(own_bits[..2], bits[..2]);
        assert!(bits[2] + 6 <= own_bits[2], "{bits:?}");
        assert_eq!((&own.input, &own.output), (&calibrated.plan.input, &calibrated.plan.output));
        let [at_own, at_chosen] =
            [None, Some(&calibrated.plan)].map(|plan| logit_error(&network, Method::LeanHear, plan));
        assert!(at_chosen < 0.05 && at_own > 0.5, "errors {at_own} at the plan's scales, {at_chosen} at others");
    }
}

#[test]
fn logits_that_outgrow_their_limb_are_refused_with_what_to_do() {
    let network = scaled(&small(), &[("linear.", 14)]);
    let error = refusal(&network, Method::LeanHear);
    assert_eq!((error.stage.as_str(), error.limbs), ("pool3", 1));
    let sentence = error.to_string();
    assert!(sentence.starts_with(&format!("pool3 lacks {:.1} bits: ", (10.0 * error.lacking_bits).ceil() / 10.0)));
    let divisor = (0..64).find(|&bits| f64::from(bits) >= error.lacking_bits).unwrap();
    assert!(sentence.ends_with(&format!("by 2^{divisor}, which changes no class")), "{sentence}");
    // It is no false alarm, and the advice is good.
    let relative = logit_error(&network, Method::LeanHear, None) / 2_f64.powi(14);
    assert!(relative > 0.5, "the logits are off by {relative} times those of the network");
    calibrate(&scaled(&network, &[("linear.", -divisor)]), Method::LeanHear, &clips()).unwrap();
    let barely = scaled(&network, &[("linear.", 1 - divisor)]);
    assert!(refusal(&barely, Method::LeanHear).lacking_bits < 1.0);
}

#[test]
fn the_papers_methods_have_fixed_scales_and_refuse() {
    for method in [Method::Hear, Method::FastHear] {
        calibrate(&small(), method, &clips()).unwrap();
        let network = with_large_third_activation(&small(), 18);
        let error = refusal(&network, method);
        assert_eq!((error.stage.as_str(), error.limbs), ("pool3", 2), "{error}");
        assert!(error.lacking_bits > 4.0 && error.to_string().contains("use lean-hear"), "{error}");
        let own = logit_error(&network, method, None);
        assert!(own > 0.5, "{method}: {own}");
    }
}

#[test]
fn scales_that_lack_even_at_their_least_are_refused() {
    let error = refusal(&with_large_third_activation(&small(), 40), Method::LeanHear);
    assert_eq!(error.stage, "act3");
    assert!(error.to_string().contains("as low as it can be"), "{error}");
    // Beyond what numbers hold.
    let error = refusal(&scaled(&small(), &[("act3.", 1000), ("act2.", 500)]), Method::LeanHear);
    assert!(error.lacking_bits == f64::INFINITY && error.most.is_finite(), "{error}");
    // What a convolution reads, with many limbs left.
    let network = scaled(&small(), &[("act1.", 250), ("conv2.weight", -250)]);
    let error = refusal(&network, Method::LeanHear);
    assert_eq!((error.stage.as_str(), error.limbs), ("pack2", 6), "{error}");
}
