//! What the stages of a lean plan cost, counted from their loops.
//!
//! Conjugating a sum in the extended basis takes (1 + d) e transforms, as its second component must leave that basis first.

use std::collections::BTreeSet;

use super::encode::product_primes;
use super::step::{BabyBasis, LeanStep, SlotSums, SquareSums, Transform, Versions};
use crate::network::{
    cost::{Counts, Plaintexts, SwitchUnits},
    plan::Stage,
};

/// What a stage costs a clip; `n` is the ring degree.
pub(in crate::network) fn counts(step: &LeanStep, stage: &Stage, n: u64) -> Counts {
    let units = SwitchUnits::new(step.switch(), n);
    let mut counts = step_counts(step, stage, n, units);
    counts += units.constants(stage.limbs_out as u64, stage.outputs as u64 * u64::from(step.adds_constant()));
    counts
}

fn step_counts(step: &LeanStep, stage: &Stage, n: u64, units: SwitchUnits) -> Counts {
    match step {
        LeanStep::Transform(transform) => {
            transform_counts(transform, stage, units, SwitchUnits::new(step.input_switch(), n))
        }
        LeanStep::SquareSums(SquareSums { groups, drop, .. }) => {
            let outputs = groups.len() as u64;
            let squares = groups.iter().map(Vec::len).sum::<usize>() as u64;
            let mut counts = units.decompose(outputs);
            counts += units.key_products(outputs, 1);
            counts += units.divide(outputs);
            counts.rescale = outputs * u64::from(*drop > 0);
            counts.product_limbs += 3 * units.limbs * squares;
            counts
        }
        LeanStep::Versions(Versions { fold, row_taps, .. }) => {
            let (inputs, folds) = (stage.inputs as u64, stage.inputs as u64 * u64::from(fold.is_some()));
            let mut counts = units.decompose(folds);
            counts += units.key_products(folds, u64::from(fold.is_some()));
            counts += units.divide(folds);
            let masks = row_taps.len() as u64 * (1 + u64::from(fold.is_some()));
            counts += units.products(inputs * masks, units.limbs, units.limb_bytes / 4);
            counts
        }
        LeanStep::SlotSums(SlotSums { steps, radix, .. }) => {
            let (steps, rotations) = (steps.len() as u64, (steps.len() * (radix - 1)) as u64);
            let mut counts = units.decompose(steps);
            counts += units.key_products(rotations, rotations);
            counts += units.divide(steps);
            counts.hoisted_rotation = rotations - steps;
            counts.rescale = 1;
            counts
        }
    }
}

fn transform_counts(transform: &Transform, stage: &Stage, units: SwitchUnits, inputs: SwitchUnits) -> Counts {
    let outputs = stage.outputs as u64;
    let nonzero = |amounts: Vec<i32>| amounts.into_iter().filter(|&amount| amount != 0).collect::<Vec<_>>();
    let turns = nonzero(transform.turns.clone());
    let babies = nonzero(transform.babies.iter().map(|baby| baby.rotation).collect());
    let keys = turns.iter().chain(&babies).collect::<BTreeSet<_>>().len() as u64;
    let (turned, rotated) = (turns.len() as u64, babies.len() as u64);
    let decomposed = (0..stage.inputs)
        .filter(|&input| transform.babies.iter().any(|baby| baby.input == input && baby.rotation != 0))
        .count() as u64;
    let giants = transform.giants.iter().filter(|&&giant| giant != 0).count() as u64;
    let mut counts = inputs.decompose(turned + decomposed);
    counts += inputs.key_products(turned + rotated, keys);
    counts.hoisted_rotation = rotated - decomposed;
    let width = match transform.baby_basis {
        BabyBasis::Data(_) => {
            counts += inputs.divide(turned + rotated);
            units.limbs
        }
        BabyBasis::Extended => units.extended,
    };
    counts += units.products(transform.products(stage.outputs) as u64, width, 2 * transform.period as u64);
    counts += units.decompose(outputs * giants);
    counts += units.key_products(outputs * giants, giants);
    if transform.conjugate {
        counts += units.conjugate(outputs);
    }
    counts += units.divide(outputs);
    counts.rescale = outputs * u64::from(transform.drop > 0);
    counts
}

/// The plaintexts of a stage; `n` is the ring degree. Those of short period take no transform of a whole limb.
pub(in crate::network) fn plaintexts(step: &LeanStep, stage: &Stage, n: u64) -> Plaintexts {
    let whole = |count: usize, limbs: usize| {
        let ntt = (count * limbs) as u64;
        Plaintexts { count: count as u64, bytes: 4 * n * ntt, ntt }
    };
    let mut all = match step {
        LeanStep::Transform(transform) => {
            let (count, limbs) = (transform.products(stage.outputs), product_primes(transform).len());
            if transform.has_short_period() {
                let residues = (count * limbs * 2 * transform.period) as u64;
                Plaintexts { count: count as u64, bytes: 4 * residues, ntt: 0 }
            } else {
                whole(count, limbs)
            }
        }
        LeanStep::Versions(Versions { fold, row_taps, .. }) => {
            whole(row_taps.len() * (1 + usize::from(fold.is_some())), stage.limbs_in)
        }
        LeanStep::SquareSums(_) | LeanStep::SlotSums(_) => Plaintexts::default(),
    };
    if step.adds_constant() {
        all += whole(stage.outputs, stage.limbs_out);
    }
    all
}

#[cfg(test)]
mod tests {
    use hear_model::network::{Dimension, Shape};

    use crate::network::{
        cost::Counts,
        method::Method,
        plan::{Plan, PlanRequest},
    };

    fn counts(dimension: Dimension, width: usize) -> Counts {
        let shape = Shape::new(dimension, width).unwrap();
        Plan::new(&PlanRequest::new(shape, Method::LeanHear)).unwrap().counts()
    }

    /// The counts of the specification, `lean_network.py`: transforms, key limbs, and hoisted rotations, giants,
    /// conjugations and relinearisations. It leaves out products whose plaintext is zero, which are multiplied here too.
    #[test]
    fn counts_are_those_of_the_specification() {
        let specified = [
            (Dimension::TwoD, 128, 4216, 6708, 149 + 129 + 14 + 5, 6406),
            (Dimension::TwoD, 64, 2260, 4236, 99 + 69 + 7 + 3, 1682),
            (Dimension::OneD, 128, 4528, 5960, 85 + 183 + 24 + 14, 6236),
            (Dimension::OneD, 64, 2324, 3212, 53 + 95 + 12 + 7, 1590),
        ];
        for (dimension, width, ntt, key_limbs, key_switches, products) in specified {
            let counts = counts(dimension, width);
            assert_eq!((counts.ntt, counts.key_limbs, counts.key_switch), (ntt, key_limbs, key_switches));
            assert!(
                (products..products + products / 20).contains(&counts.plain_product),
                "{dimension}-{width}: {} products for {products}",
                counts.plain_product
            );
        }
    }
}
