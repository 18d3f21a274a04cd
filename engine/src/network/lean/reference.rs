//! The stages of a lean plan on slots, in plain arithmetic or with noise.

use num_complex::Complex64;

use super::{
    step::{BabyBasis, LeanStep, Part, SlotSums, SquareSums, Transform, Versions},
    weights::LeanWeights,
};
use crate::network::{
    noise::Noise,
    packing::SLOTS,
    plan::{Plan, Stage},
    reference::{Slots, add, rotated},
};

/// A stage at work.
pub(in crate::network) struct Interpreter<'a, N> {
    /// The plan that the stage belongs to.
    pub(in crate::network) plan: &'a Plan,
    /// The stage.
    pub(in crate::network) stage: &'a Stage,
    /// The network's plaintexts.
    pub(in crate::network) weights: &'a LeanWeights<'a>,
    /// What a run adds.
    pub(in crate::network) noise: &'a mut N,
}

impl<N: Noise> Interpreter<'_, N> {
    /// The stage's step on ciphertexts' slots.
    pub(in crate::network) fn step(&mut self, step: &LeanStep, inputs: &Slots) -> Slots {
        match step {
            LeanStep::Transform(transform) => self.transform(transform, inputs),
            LeanStep::SquareSums(sums) => self.square_sums(sums, inputs),
            LeanStep::Versions(versions) => self.versions(versions, inputs),
            LeanStep::SlotSums(sums) => self.slot_sums(sums, inputs),
        }
    }

    /// log2 of the plaintexts' scale.
    fn factor_bits(&self) -> f64 {
        self.plan.factor_scale(self.stage).log2()
    }

    /// log2 of the scale of products, before primes are dropped.
    fn product_bits(&self) -> f64 {
        self.stage.scale_in_bits + self.factor_bits()
    }

    fn transform(&mut self, transform: &Transform, inputs: &Slots) -> Slots {
        let product_bits = self.product_bits();
        let babies = self.babies(transform, inputs);
        let mut results = Vec::with_capacity(self.stage.outputs);
        for output in 0..self.stage.outputs {
            let mut total = vec![Complex64::ZERO; SLOTS];
            for (giant, &rotation) in transform.giants.iter().enumerate() {
                let mut sum = self.product_sum(transform, giant * self.stage.outputs + output, &babies);
                if rotation != 0 {
                    sum = rotated(&sum, rotation);
                    self.noise.switch(&mut sum, &transform.switch, product_bits);
                }
                add(&mut total, &sum);
            }
            if transform.conjugate {
                let mut conjugate: Vec<_> = total.iter().map(Complex64::conj).collect();
                // One component leaves the extended basis to be decomposed.
                self.noise.division(&mut conjugate, product_bits);
                self.noise.switch(&mut conjugate, &transform.switch, product_bits);
                add(&mut total, &conjugate);
            }
            let constant = self.weights.transform_constant(transform, output);
            self.close(&mut total, constant);
            results.push(total);
        }
        results
    }

    /// The rotated inputs.
    fn babies(&mut self, transform: &Transform, inputs: &Slots) -> Slots {
        let mut babies = Vec::with_capacity(transform.babies.len());
        for (input, x) in inputs.iter().enumerate() {
            let x = self.rotated_input(transform, x, transform.turn(input));
            for baby in &transform.babies[transform.babies_of(input)] {
                babies.push(self.rotated_input(transform, &x, baby.rotation));
            }
        }
        babies
    }

    fn rotated_input(&mut self, transform: &Transform, x: &[Complex64], rotation: i32) -> Vec<Complex64> {
        let mut slots = rotated(x, rotation);
        if rotation != 0 {
            let scale_bits = self.stage.scale_in_bits;
            match &transform.baby_basis {
                BabyBasis::Data(switch) => {
                    self.noise.switch(&mut slots, switch, scale_bits);
                    self.noise.division(&mut slots, scale_bits);
                }
                BabyBasis::Extended => self.noise.switch(&mut slots, &transform.switch, scale_bits),
            }
        }
        slots
    }

    fn product_sum(&mut self, transform: &Transform, sum: usize, babies: &Slots) -> Vec<Complex64> {
        let factor_bits = self.factor_bits();
        let mut total = vec![Complex64::ZERO; SLOTS];
        for (index, baby) in babies.iter().enumerate() {
            let Some(mut factor) = self.weights.factor(transform, self.stage.outputs, sum, index) else { continue };
            self.noise.plaintext(&mut factor, factor_bits);
            for (total, x) in total.chunks_exact_mut(factor.len()).zip(baby.chunks_exact(factor.len())) {
                for ((total, factor), x) in total.iter_mut().zip(&factor).zip(x) {
                    *total += factor * x;
                }
            }
        }
        total
    }

    fn square_sums(&mut self, sums: &SquareSums, inputs: &Slots) -> Slots {
        let mut results = Vec::with_capacity(sums.groups.len());
        for group in &sums.groups {
            let mut total = vec![Complex64::ZERO; SLOTS];
            for &(part, input) in group {
                let factor = match part {
                    Part::Real => Complex64::ONE,
                    Part::Imaginary => Complex64::I,
                };
                for (total, x) in total.iter_mut().zip(&inputs[input]) {
                    *total += factor * x * x;
                }
            }
            self.noise.switch(&mut total, &sums.switch, 2.0 * self.stage.scale_in_bits);
            let constant = self.weights.square_constant(sums);
            self.close(&mut total, constant);
            results.push(total);
        }
        results
    }

    fn versions(&mut self, versions: &Versions, inputs: &Slots) -> Slots {
        let mut made = Vec::new();
        for x in inputs {
            let folded = versions.fold.map(|rotation| (rotation, self.turned(versions, x, rotation)));
            for version in 0..versions.row_taps.len() {
                let mut total = self.masked(versions, version, 0, x);
                if let Some((rotation, turned)) = &folded {
                    let other = self.masked(versions, version, *rotation, turned);
                    let other: Vec<_> = other.into_iter().map(|x| Complex64::I * x).collect();
                    add(&mut total, &other);
                }
                made.push(total);
            }
        }
        made
    }

    fn turned(&mut self, versions: &Versions, x: &[Complex64], rotation: i32) -> Vec<Complex64> {
        let mut turned = rotated(x, rotation);
        self.noise.switch(&mut turned, &versions.switch, self.stage.scale_in_bits);
        self.noise.division(&mut turned, self.stage.scale_in_bits);
        turned
    }

    fn masked(&mut self, versions: &Versions, version: usize, rotation: i32, x: &[Complex64]) -> Vec<Complex64> {
        let mut mask = self.weights.version_mask(versions, version, rotation);
        let mask_bits = self.factor_bits();
        self.noise.plaintext(&mut mask, mask_bits);
        x.iter().zip(mask).map(|(x, mask)| x * mask).collect()
    }

    fn slot_sums(&mut self, sums: &SlotSums, inputs: &Slots) -> Slots {
        let scale_bits = self.stage.scale_in_bits;
        let mut slots = inputs[0].clone();
        for (number, &step) in sums.steps.iter().enumerate() {
            let before = slots.clone();
            for rotation in sums.rotations(step) {
                let mut turned = rotated(&before, rotation);
                self.noise.switch(&mut turned, &sums.switch, scale_bits);
                add(&mut slots, &turned);
            }
            if number + 1 < sums.steps.len() {
                self.noise.division(&mut slots, scale_bits);
            }
        }
        self.close(&mut slots, Some(self.weights.dense_constant()));
        vec![slots]
    }

    /// The end of a stage: the division that drops its primes, and its constant.
    fn close(&mut self, slots: &mut [Complex64], constant: Option<Vec<Complex64>>) {
        self.noise.division(slots, self.stage.scale_out_bits);
        if let Some(mut constant) = constant {
            self.noise.plaintext(&mut constant, self.stage.scale_out_bits);
            add(slots, &constant);
        }
    }
}
