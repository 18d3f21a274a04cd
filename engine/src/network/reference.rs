//! A plan in plain arithmetic: every stage on vectors of slots, without keys, noise or moduli.
//!
//! This is the oracle between the plain forward pass, which knows no slots, and the encrypted run, which knows no
//! channels: packing, rotations, masks and weights are right if it agrees with the first, and the encrypted run is right
//! if it agrees with it, stage by stage.

use hear_model::network::Network;
use num_complex::Complex64;

use super::{
    lean::{reference as lean, weights::LeanWeights},
    packing::{SLOTS, left},
    plan::{Linear, LinearLayer, Plan, Step},
    weights::{LinearIndex, Weights, merge_mask},
};

/// The slots of every ciphertext after a stage.
pub type Slots = Vec<Vec<Complex64>>;

/// The slots of all ciphertexts after every stage of the plan, for one clip.
///
/// # Panics
/// If the clip does not have 960 values, the network another shape than the plan, or under `lean-hear` a quadratic a
/// leading coefficient that is too small.
#[must_use]
pub fn run(plan: &Plan, network: &Network, clip: &[f64]) -> Vec<Slots> {
    let weights = Weights::new(network);
    let lean_weights = || LeanWeights::new(network).expect("quadratics that complete to squares");
    let mut state = vec![plan.input.pack(clip)];
    let mut after = Vec::with_capacity(plan.stages.len());
    for stage in &plan.stages {
        state = match &stage.step {
            Step::Replicate { rotations } | Step::Pool { rotations } => {
                state.iter().map(|x| rotate_and_sum(x, rotations)).collect()
            }
            Step::Fold { rotations } if plan.switches.recursive_fold => {
                state.iter().map(|x| rotate_and_sum(x, rotations)).collect()
            }
            Step::Fold { rotations } => state.iter().map(|x| sum_of_rotations(x, rotations)).collect(),
            Step::Linear(linear) => {
                (0..stage.outputs).map(|output| linear_output(&weights, linear, &state, output)).collect()
            }
            Step::Activation(activation) => state
                .iter()
                .enumerate()
                .map(|(output, x)| {
                    let q = weights.activation(activation, output);
                    (0..SLOTS).map(|s| x[s] * (q.a[s] * x[s] + q.b[s]) + q.c[s]).collect()
                })
                .collect(),
            Step::Merge(merge) => {
                let mask = merge_mask(merge);
                state
                    .chunks(merge.lane_offsets.len())
                    .map(|group| {
                        let mut sum = vec![Complex64::ZERO; SLOTS];
                        for (x, rotation) in group.iter().zip(merge.rotations()) {
                            let masked: Vec<Complex64> = x.iter().zip(&mask).map(|(x, m)| x * m).collect();
                            add_rotated(&mut sum, &masked, rotation);
                        }
                        sum
                    })
                    .collect()
            }
            Step::Lean(step) => lean::step(&lean_weights(), step, stage.outputs, &state),
        };
        after.push(state.clone());
    }
    after
}

/// The logits that a plan yields in plain arithmetic.
///
/// # Panics
/// As [`run`].
#[must_use]
pub fn logits(plan: &Plan, network: &Network, clip: &[f64]) -> Vec<f64> {
    let after = run(plan, network, clip);
    let result = after.last().and_then(|slots| slots.first()).expect("a plan ends in one ciphertext");
    plan.output.unpack(result)
}

fn linear_output(weights: &Weights<'_>, linear: &Linear, inputs: &Slots, output: usize) -> Vec<Complex64> {
    let mut total = vec![Complex64::ZERO; SLOTS];
    let mut plaintext = vec![0.0; SLOTS];
    for (giant, &giant_rotation) in linear.giants().iter().enumerate() {
        let mut sum = vec![Complex64::ZERO; SLOTS];
        for (input, x) in inputs.iter().enumerate() {
            for (baby, &rotation) in linear.babies().iter().enumerate() {
                weights.linear_into(linear, LinearIndex { output, giant, input, baby }, &mut plaintext);
                let shift = left(rotation);
                for (slot, (sum, w)) in sum.iter_mut().zip(&plaintext).enumerate() {
                    *sum += w * x[(slot + shift) % SLOTS];
                }
            }
        }
        add_rotated(&mut total, &sum, giant_rotation);
    }
    if linear.layer == LinearLayer::Dense {
        for (slot, constant) in total.iter_mut().zip(weights.dense_constant()) {
            *slot += constant;
        }
    }
    total
}

fn rotate_and_sum(x: &[Complex64], rotations: &[i32]) -> Vec<Complex64> {
    let mut sum = x.to_vec();
    for &rotation in rotations {
        let turned = sum.clone();
        add_rotated(&mut sum, &turned, rotation);
    }
    sum
}

fn sum_of_rotations(x: &[Complex64], rotations: &[i32]) -> Vec<Complex64> {
    let mut sum = x.to_vec();
    for &rotation in rotations {
        add_rotated(&mut sum, x, rotation);
    }
    sum
}

fn add_rotated(sum: &mut [Complex64], x: &[Complex64], rotation: i32) {
    let shift = left(rotation);
    for (slot, sum) in sum.iter_mut().enumerate() {
        *sum += x[(slot + shift) % SLOTS];
    }
}

#[cfg(test)]
mod tests {
    use hear_model::network::{Dimension, Network, Shape};

    use super::*;
    use crate::network::{
        method::{Method, Strategies, Strategy, Switches},
        plan::PlanRequest,
    };

    fn clip() -> Vec<f64> {
        (0..960).map(|i| 0.5 + 0.5 * f64::from(i * i % 977).sin()).collect()
    }

    fn check(shape: Shape, method: Method, strategies: Strategies, switches: Switches) {
        let network = Network::seeded(shape, 5);
        let plan = Plan::new(&PlanRequest { strategies, switches, ..PlanRequest::new(shape, method) }).unwrap();
        let clip = clip();
        let want = network.forward(&clip);
        let got = logits(&plan, &network, &clip);
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-9, "{shape:?} {method} {strategies} {switches:?}: {got} for {want}");
        }
    }

    #[test]
    fn every_method_and_strategy_agrees_with_the_forward_pass() {
        for dimension in [Dimension::OneD, Dimension::TwoD] {
            for method in [Method::Hear, Method::FastHear] {
                for strategy in Strategy::ALL {
                    check(Shape::new(dimension, 32).unwrap(), method, Strategies([strategy; 3]), Switches::default());
                }
            }
        }
    }

    #[test]
    fn lean_hear_agrees_with_the_forward_pass_at_every_width() {
        for (dimension, widths) in [(Dimension::OneD, [32, 64, 128]), (Dimension::TwoD, [64, 128, 256])] {
            for width in widths {
                let shape = Shape::new(dimension, width).unwrap();
                check(shape, Method::LeanHear, Strategies::default(), Switches::default());
            }
        }
    }

    #[test]
    fn widths_that_do_not_fill_the_lanes_agree_with_the_forward_pass() {
        for dimension in [Dimension::OneD, Dimension::TwoD] {
            for width in [16, 48] {
                check(
                    Shape::new(dimension, width).unwrap(),
                    Method::FastHear,
                    Strategies::default(),
                    Switches::default(),
                );
            }
        }
    }

    #[test]
    fn switching_an_optimisation_off_changes_no_logit() {
        for name in Switches::NAMES {
            let mut switches = Switches::default();
            switches.disable(name).unwrap();
            for dimension in [Dimension::OneD, Dimension::TwoD] {
                check(Shape::new(dimension, 32).unwrap(), Method::FastHear, Strategies::default(), switches);
            }
        }
    }

    #[test]
    fn widths_that_do_not_pack_are_refused_with_the_reason() {
        for width in [8, 40, 272] {
            let shape = Shape::new(Dimension::TwoD, width).unwrap();
            let request = PlanRequest::new(shape, Method::FastHear);
            let error = Plan::new(&request).unwrap_err().to_string();
            assert!(error.contains(&format!("{width} channels does not pack")), "{error}");
        }
    }
}
