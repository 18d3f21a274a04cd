//! The stages of a lean plan on slots, in plain arithmetic.

use num_complex::Complex64;

use super::{
    step::{LeanStep, Part, SlotSums, SquareSums, Transform, Versions},
    weights::LeanWeights,
};
use crate::network::{
    packing::{SLOTS, left},
    reference::Slots,
};

/// A step on ciphertexts' slots, into `outputs` others.
#[must_use]
pub fn step(weights: &LeanWeights<'_>, step: &LeanStep, outputs: usize, inputs: &Slots) -> Slots {
    match step {
        LeanStep::Transform(map) => transform(weights, map, outputs, inputs),
        LeanStep::SquareSums(sums) => square_sums(weights, sums, inputs),
        LeanStep::Versions(made) => versions(weights, made, inputs),
        LeanStep::SlotSums(sums) => slot_sums(weights, sums, inputs),
    }
}

fn transform(weights: &LeanWeights<'_>, transform: &Transform, outputs: usize, inputs: &Slots) -> Slots {
    let output = |output: usize| {
        let mut total = vec![Complex64::ZERO; SLOTS];
        for (giant, &rotation) in transform.giants.iter().enumerate() {
            let sum = product_sum(weights, transform, outputs, giant * outputs + output, inputs);
            add_rotated(&mut total, &sum, rotation, Complex64::ONE);
        }
        if transform.conjugate {
            for slot in &mut total {
                *slot += slot.conj();
            }
        }
        if let Some(constant) = weights.transform_constant(transform, output) {
            add(&mut total, &constant);
        }
        total
    };
    (0..outputs).map(output).collect()
}

fn product_sum(
    weights: &LeanWeights<'_>,
    transform: &Transform,
    outputs: usize,
    sum: usize,
    inputs: &Slots,
) -> Vec<Complex64> {
    let mut total = vec![Complex64::ZERO; SLOTS];
    for (index, baby) in transform.babies.iter().enumerate() {
        let Some(factor) = weights.factor(transform, outputs, sum, index) else { continue };
        let (x, shift) = (&inputs[baby.input], left(baby.rotation + transform.turn(baby.input)));
        for (slot, total) in total.iter_mut().enumerate() {
            *total += factor[slot % factor.len()] * x[(slot + shift) % SLOTS];
        }
    }
    total
}

fn square_sums(weights: &LeanWeights<'_>, sums: &SquareSums, inputs: &Slots) -> Slots {
    let constant = weights.square_constant(sums);
    let of = |group: &Vec<(Part, usize)>| {
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
        if let Some(constant) = &constant {
            add(&mut total, constant);
        }
        total
    };
    sums.groups.iter().map(of).collect()
}

fn versions(weights: &LeanWeights<'_>, versions: &Versions, inputs: &Slots) -> Slots {
    let mut made = Vec::new();
    for x in inputs {
        for version in 0..versions.row_taps.len() {
            let mask = weights.version_mask(versions, version, 0);
            let masked: Vec<_> = x.iter().zip(mask).map(|(x, mask)| x * mask).collect();
            let mut folded = masked.clone();
            if let Some(rotation) = versions.fold {
                add_rotated(&mut folded, &masked, rotation, Complex64::I);
            }
            made.push(folded);
        }
    }
    made
}

fn slot_sums(weights: &LeanWeights<'_>, sums: &SlotSums, inputs: &Slots) -> Slots {
    let mut slots = inputs[0].clone();
    for &step in &sums.steps {
        let before = slots.clone();
        for rotation in sums.rotations(step) {
            add_rotated(&mut slots, &before, rotation, Complex64::ONE);
        }
    }
    add(&mut slots, &weights.dense_constant());
    vec![slots]
}

fn add(total: &mut [Complex64], x: &[Complex64]) {
    for (total, x) in total.iter_mut().zip(x) {
        *total += x;
    }
}

fn add_rotated(total: &mut [Complex64], x: &[Complex64], rotation: i32, factor: Complex64) {
    let shift = left(rotation);
    for (slot, total) in total.iter_mut().enumerate() {
        *total += factor * x[(slot + shift) % SLOTS];
    }
}
