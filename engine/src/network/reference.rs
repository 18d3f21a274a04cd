//! A plan in plain arithmetic: every stage on vectors of slots, without keys or moduli, exact or with modelled noise.
//!
//! This is the oracle between the plain forward pass, which knows no slots, and the encrypted run, which knows no
//! channels: packing, rotations, masks and weights are right if it agrees with the first, and the encrypted run is right
//! if it agrees with it, stage by stage, as closely as the [`noise`](super::noise) allows.

use hear_model::network::Network;
use num_complex::Complex64;

use super::{
    lean::{reference::Interpreter, weights::LeanWeights},
    lola::{self, step::DotProducts},
    method::Family,
    nodes::{reference::NodeInterpreter, weights::NodeWeights},
    noise::{Exact, Noise},
    packing::{SLOTS, left},
    plan::{Activation, Linear, LinearLayer, Merge, Plan, Stage, Step},
    weights::{LinearIndex, Weights, merge_mask},
};

/// The slots of every ciphertext after a stage.
pub type Slots = Vec<Vec<Complex64>>;

/// The slots of all ciphertexts after every stage of the plan, for one clip. Where ciphertexts are nodes, each has one slot
/// here, the clip's.
///
/// # Panics
/// If the clip does not have 960 values, the network another shape than the plan, or under `lean-hear` a quadratic a
/// leading coefficient that is too small.
#[must_use]
pub fn run(plan: &Plan, network: &Network, clip: &[f64]) -> Vec<Slots> {
    run_with(plan, network, clip, &mut Exact)
}

/// [`run`] with noise wherever ciphertexts have it.
///
/// # Panics
/// As [`run`].
#[must_use]
pub fn run_with(plan: &Plan, network: &Network, clip: &[f64], noise: &mut impl Noise) -> Vec<Slots> {
    let weights = Weights::new(network);
    let lean_weights = || LeanWeights::new(network).expect("quadratics that complete to squares");
    let node_weights =
        || NodeWeights::new(network, plan.method.completes_squares()).expect("quadratics that complete to squares");
    let mut state: Slots = (0..plan.input.ciphertexts()).map(|index| plan.input.pack(index, &[clip])).collect();
    if plan.method.family() == Family::Nodes {
        // The other slots are other clips'.
        state.iter_mut().for_each(|slots| slots.truncate(1));
    }
    for fresh in &mut state {
        noise.encryption(fresh, plan.input.scale_bits);
    }
    let mut after = Vec::with_capacity(plan.stages.len());
    for stage in &plan.stages {
        state = match &stage.step {
            Step::Lean(step) => {
                Interpreter { plan, stage, weights: &lean_weights(), noise: &mut *noise }.step(step, &state)
            }
            Step::Nodes(step) => {
                NodeInterpreter { plan, stage, weights: &node_weights(), noise: &mut *noise }.step(step, &state)
            }
            _ => PaperStage { plan, stage, weights: &weights, noise: &mut *noise }.step(&state),
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
    plan.output.unpack(after.last().expect("a plan has stages"), 0)
}

/// A stage of one of the paper's methods at work.
struct PaperStage<'a, N> {
    plan: &'a Plan,
    stage: &'a Stage,
    weights: &'a Weights<'a>,
    noise: &'a mut N,
}

impl<N: Noise> PaperStage<'_, N> {
    fn step(&mut self, state: &Slots) -> Slots {
        match &self.stage.step {
            Step::Replicate { rotations } | Step::Pool { rotations } => {
                state.iter().map(|x| self.rotate_and_sum(x, rotations)).collect()
            }
            Step::Fold { rotations } if self.plan.switches.recursive_fold => {
                state.iter().map(|x| self.rotate_and_sum(x, rotations)).collect()
            }
            Step::Fold { rotations } => state.iter().map(|x| self.sum_of_rotations(x, rotations)).collect(),
            Step::Linear(linear) => self.linear(linear, state),
            Step::Activation(activation) => {
                state.iter().enumerate().map(|(output, x)| self.activation(activation, output, x)).collect()
            }
            Step::Merge(merge) => {
                state.chunks(merge.lane_offsets.len()).map(|group| self.merge(merge, group)).collect()
            }
            Step::Dots(dots) => self.dots(dots, state),
            Step::Lean(_) | Step::Nodes(_) => unreachable!("a stage of one of the paper's methods"),
        }
    }

    /// A rotated ciphertext of so many limbs, at a scale.
    fn rotate(&mut self, x: &[Complex64], rotation: i32, limbs: usize, scale_bits: f64) -> Vec<Complex64> {
        let mut turned = rotated(x, rotation);
        if rotation != 0 {
            self.switch(&mut turned, limbs, scale_bits);
        }
        turned
    }

    /// A key switch, with the division that ends it.
    fn switch(&mut self, slots: &mut [Complex64], limbs: usize, scale_bits: f64) {
        self.noise.switch(slots, &self.plan.key_switch(limbs), scale_bits);
        self.noise.division(slots, scale_bits);
    }

    fn rotate_and_sum(&mut self, x: &[Complex64], rotations: &[i32]) -> Vec<Complex64> {
        let mut sum = x.to_vec();
        for &rotation in rotations {
            let turned = self.rotate(&sum, rotation, self.stage.limbs_in, self.stage.scale_in_bits);
            add(&mut sum, &turned);
        }
        sum
    }

    fn sum_of_rotations(&mut self, x: &[Complex64], rotations: &[i32]) -> Vec<Complex64> {
        let mut sum = x.to_vec();
        for &rotation in rotations {
            let turned = self.rotate(x, rotation, self.stage.limbs_in, self.stage.scale_in_bits);
            add(&mut sum, &turned);
        }
        sum
    }

    /// log2 of the plaintexts' scale.
    fn factor_bits(&self) -> f64 {
        self.plan.factor_scale(self.stage).log2()
    }

    /// Limbs of a sum of products, and log2 of its scale: before the rescale, or after the rescale of every product.
    fn product(&self) -> (usize, f64) {
        if self.plan.switches.lazy_rescaling {
            (self.stage.limbs_in, self.stage.scale_in_bits + self.factor_bits())
        } else {
            (self.stage.limbs_out, self.stage.scale_out_bits)
        }
    }

    /// The rescale of a product, where products are rescaled one by one.
    fn rescale_product(&mut self, product: &mut [Complex64]) {
        if !self.plan.switches.lazy_rescaling {
            self.noise.division(product, self.stage.scale_out_bits);
        }
    }

    /// The rescale of a sum of products, where products are not rescaled one by one.
    fn rescale_sum(&mut self, sum: &mut [Complex64]) {
        if self.plan.switches.lazy_rescaling {
            self.noise.division(sum, self.stage.scale_out_bits);
        }
    }

    fn linear(&mut self, linear: &Linear, inputs: &Slots) -> Slots {
        let (limbs, scale_bits) = (self.stage.limbs_in, self.stage.scale_in_bits);
        let rotations = linear.babies();
        let mut babies = Vec::with_capacity(inputs.len());
        for x in inputs {
            let turned: Slots = rotations.iter().map(|&amount| self.rotate(x, amount, limbs, scale_bits)).collect();
            babies.push(turned);
        }
        (0..self.stage.outputs).map(|output| self.linear_output(linear, output, &babies)).collect()
    }

    fn linear_output(&mut self, linear: &Linear, output: usize, babies: &[Slots]) -> Vec<Complex64> {
        let (limbs, product_bits) = self.product();
        let mut total = vec![Complex64::ZERO; SLOTS];
        let giants = linear.giants();
        // There one division ends all rotations, and it is the rescale.
        let extended = self.plan.sums_rotations_extended(&giants);
        for (giant, &rotation) in giants.iter().enumerate() {
            let mut sum = vec![Complex64::ZERO; SLOTS];
            for (input, turned) in babies.iter().enumerate() {
                for (baby, x) in turned.iter().enumerate() {
                    let product = self.product_of(linear, LinearIndex { output, giant, input, baby }, x);
                    add(&mut sum, &product);
                }
            }
            let mut turned = rotated(&sum, rotation);
            if rotation != 0 {
                self.noise.switch(&mut turned, &self.plan.key_switch(limbs), product_bits);
                if !extended {
                    self.noise.division(&mut turned, product_bits);
                }
            }
            add(&mut total, &turned);
        }
        self.rescale_sum(&mut total);
        if linear.layer == LinearLayer::Dense {
            self.add_constant(&mut total, self.weights.dense_constant(), self.stage.scale_out_bits);
        }
        total
    }

    fn product_of(&mut self, linear: &Linear, index: LinearIndex, x: &[Complex64]) -> Vec<Complex64> {
        let mut plaintext = vec![0.0; SLOTS];
        self.weights.linear_into(linear, index, &mut plaintext);
        let factor_bits = self.factor_bits();
        let mut product = self.times(x, plaintext, factor_bits);
        self.rescale_product(&mut product);
        product
    }

    fn dots(&mut self, dots: &DotProducts, inputs: &Slots) -> Slots {
        let (limbs, out_bits) = (self.stage.limbs_in, self.stage.scale_out_bits);
        let middle_bits = dots.repacked_bits.unwrap_or(out_bits);
        let factor_bits = dots.weight_scale(self.plan, self.stage).log2();
        let mut outputs = Vec::with_capacity(self.stage.outputs);
        for output in 0..self.stage.outputs {
            let mut total = vec![Complex64::ZERO; SLOTS];
            for node in dots.nodes(output) {
                let mut sum = vec![Complex64::ZERO; SLOTS];
                for (input, x) in inputs.iter().enumerate() {
                    let mut slots = vec![0.0; SLOTS];
                    lola::weights::node_into(self.weights.network(), dots, node, input, &mut slots);
                    let product = self.times(x, slots, factor_bits);
                    add(&mut sum, &product);
                }
                let repacked = dots.repacked_bits.is_some();
                if repacked {
                    self.noise.division(&mut sum, middle_bits);
                }
                let rotated_limbs = dots.rotated_limbs(self.stage);
                let rotated_bits = if repacked { middle_bits } else { self.stage.scale_in_bits + factor_bits };
                for &rotation in &dots.rotations {
                    let turned = self.rotate(&sum, rotation, rotated_limbs, rotated_bits);
                    add(&mut sum, &turned);
                }
                if repacked {
                    let mut mask = vec![0.0; SLOTS];
                    mask[dots.place(node)] = 1.0;
                    let mask_bits = out_bits - middle_bits + self.plan.prime(limbs - 2).log2();
                    let masked = self.times(&sum, mask, mask_bits);
                    add(&mut total, &masked);
                } else {
                    self.noise.division(&mut sum, out_bits);
                    let bias = self.weights.network().dense().bias[node.channel];
                    total = sum.into_iter().map(|slot| slot + bias).collect();
                }
            }
            if dots.repacked_bits.is_some() {
                self.noise.division(&mut total, out_bits);
            }
            outputs.push(total);
        }
        outputs
    }

    /// A product with a plaintext.
    fn times(&mut self, x: &[Complex64], mut plaintext: Vec<f64>, scale_bits: f64) -> Vec<Complex64> {
        self.noise.real_plaintext(&mut plaintext, scale_bits);
        x.iter().zip(plaintext).map(|(x, factor)| x * factor).collect()
    }

    /// A sum with a plaintext.
    fn add_constant(&mut self, x: &mut [Complex64], mut plaintext: Vec<f64>, scale_bits: f64) {
        self.noise.real_plaintext(&mut plaintext, scale_bits);
        for (x, constant) in x.iter_mut().zip(plaintext) {
            *x += constant;
        }
    }

    /// x (a x + b) + c.
    fn activation(&mut self, activation: &Activation, output: usize, x: &[Complex64]) -> Vec<Complex64> {
        let quadratic = self.weights.activation(activation, output);
        let scales = self.plan.activation_scales(self.stage);
        let middle_bits = scales.middle.log2();
        let mut line = self.times(x, quadratic.a, scales.factor.log2());
        self.noise.division(&mut line, middle_bits);
        self.add_constant(&mut line, quadratic.b, middle_bits);
        let mut product: Vec<_> = line.iter().zip(x).map(|(line, x)| line * x).collect();
        self.switch(&mut product, self.stage.limbs_in - 1, self.stage.scale_in_bits + middle_bits);
        self.noise.division(&mut product, self.stage.scale_out_bits);
        self.add_constant(&mut product, quadratic.c, self.stage.scale_out_bits);
        product
    }

    fn merge(&mut self, merge: &Merge, group: &[Vec<Complex64>]) -> Vec<Complex64> {
        let (limbs, product_bits) = self.product();
        let factor_bits = self.factor_bits();
        let mut mask = merge_mask(merge);
        self.noise.real_plaintext(&mut mask, factor_bits);
        let mut sum = vec![Complex64::ZERO; SLOTS];
        for (x, rotation) in group.iter().zip(merge.rotations()) {
            let mut masked: Vec<_> = x.iter().zip(&mask).map(|(x, factor)| x * factor).collect();
            self.rescale_product(&mut masked);
            add(&mut sum, &self.rotate(&masked, rotation, limbs, product_bits));
        }
        self.rescale_sum(&mut sum);
        sum
    }
}

/// `total += x`.
pub(super) fn add(total: &mut [Complex64], x: &[Complex64]) {
    for (total, x) in total.iter_mut().zip(x) {
        *total += x;
    }
}

/// The slots turned to the left by `rotation`.
pub(super) fn rotated(x: &[Complex64], rotation: i32) -> Vec<Complex64> {
    let mut turned = x.to_vec();
    turned.rotate_left(left(rotation));
    turned
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
            check(Shape::new(dimension, 32).unwrap(), Method::Lola, Strategies::default(), Switches::default());
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
    fn nodes_agree_with_the_forward_pass_at_any_width() {
        for dimension in [Dimension::OneD, Dimension::TwoD] {
            for (method, width) in [(Method::NgraphHe2, 3), (Method::LeanNgraph, 4)] {
                let shape = Shape::new(dimension, width).unwrap();
                check(shape, method, Strategies::default(), Switches::default());
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
        for name in Method::FastHear.switches() {
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
