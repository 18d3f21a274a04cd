//! The tasks of a lean plan at work.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use arrayvec::ArrayVec;
use hear_kernels::{
    accumulate::{Accumulation, multiply_accumulate_periodic_into, multiply_accumulate_periodic_scratch_words},
    eltwise,
};

use super::{
    encode::{Factors, LeanPieces, periodic_shape},
    lower::{LeanOperation, Raised, sums_of, tiles},
    step::{BabyBasis, LeanStep, Part, SlotSums, SquareSums, Transform},
};
use crate::{
    circuits::{
        OfLimbs,
        extended::{ExtendedBasis, RaisedLimb},
        rotation::Rotation,
        squares,
    },
    network::{
        encode::EncodedNetwork,
        key_switching::KeySwitch,
        plaintexts::Plaintexts,
        plan::{Plan, Step},
        run::{EvaluationKeys, of_clip, of_clip_mut},
        throughput::MAX_CLIPS,
    },
    ring::Context,
    rlwe::{KeyTarget, SpecError, SwitchingKey},
};

/// The most rotated inputs of a transform that holds them in the extended basis. Checked when an inference is prepared.
const MOST_EXTENDED_BABIES: usize = 64;

/// Tables and keys of a lean plan, stage by stage.
#[derive(Debug)]
pub(in crate::network) struct LeanRun<'a> {
    context: Arc<Context>,
    encoded: &'a EncodedNetwork,
    stages: Vec<StageRun<'a>>,
    /// Clips of a task that serves a batch.
    batch: usize,
}

#[derive(Debug)]
struct StageRun<'a> {
    step: &'a LeanStep,
    outputs: usize,
    tables: Tables,
    rotations: BTreeMap<i32, Rotation<'a>>,
    input_rotations: BTreeMap<i32, Rotation<'a>>,
    conjugation: Option<Rotation<'a>>,
    relinearization: Option<&'a SwitchingKey>,
}

impl<'a> LeanRun<'a> {
    /// Makes the tables; all keys of the plan are there.
    pub(in crate::network) fn new(
        context: &Arc<Context>,
        plan: &'a Plan,
        keys: &'a EvaluationKeys,
        encoded: &'a EncodedNetwork,
        batch: usize,
    ) -> Result<Self, SpecError> {
        let mut stages = Vec::new();
        for stage in &plan.stages {
            let Step::Lean(step) = &stage.step else { continue };
            let tables = Tables::new(context, step)?;
            if let LeanStep::Transform(Transform { babies, baby_basis: BabyBasis::Extended, .. }) = step {
                assert!(babies.len() <= MOST_EXTENDED_BABIES, "{} rotated inputs of {}", babies.len(), stage.name);
            }
            let rotation = |switch: &KeySwitch, target: KeyTarget| {
                let key = keys.get(&switch.key(target)).expect("checked when the inference was prepared");
                Rotation { key, automorphism: context.automorphism(target.galois_element(context.log_n())) }
            };
            let input = |amount| (amount, rotation(step.input_switch(), KeyTarget::Rotate(amount)));
            let input_rotations = step.input_rotations().into_iter().map(input).collect();
            let mut run = StageRun {
                step,
                outputs: stage.outputs,
                tables,
                rotations: BTreeMap::new(),
                input_rotations,
                conjugation: None,
                relinearization: None,
            };
            for target in step.key_targets() {
                let rotation = rotation(step.switch(), target);
                match target {
                    KeyTarget::Rotate(amount) => {
                        run.rotations.insert(amount, rotation);
                    }
                    KeyTarget::Conjugate => run.conjugation = Some(rotation),
                    KeyTarget::Relinearize => run.relinearization = Some(rotation.key),
                }
            }
            stages.push(run);
        }
        Ok(Self { context: Arc::clone(context), encoded, stages, batch })
    }

    /// Words of scratch that a worker needs.
    pub(in crate::network) fn scratch_words(&self) -> usize {
        let of_stage = |stage: &StageRun<'_>| stage.tables.scratch_words(stage.step, self.context.n(), self.batch);
        self.stages.iter().map(of_stage).max().unwrap_or(0)
    }

    /// Does a task.
    pub(in crate::network) fn run(
        &self,
        stage: usize,
        operation: &LeanOperation,
        reads: &[&[u32]],
        writes: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let task = Task {
            context: &self.context,
            plaintexts: self.encoded.plaintexts(),
            pieces: self.encoded.lean(stage),
            stage: &self.stages[stage],
            batch: self.batch,
        };
        task.run(operation, reads, writes, scratch);
    }
}

/// Key-switching tables of a stage.
#[derive(Debug)]
struct Tables {
    basis: Arc<ExtendedBasis>,
    /// Of rotated inputs.
    input_basis: Arc<ExtendedBasis>,
}

impl Tables {
    fn new(context: &Arc<Context>, step: &LeanStep) -> Result<Self, SpecError> {
        let tables = |switch: &KeySwitch| {
            let shape = switch.key(KeyTarget::Relinearize);
            ExtendedBasis::new(context, &shape, step.drop()).map(Arc::new)
        };
        let basis = tables(step.switch())?;
        let own = step.input_switch() != step.switch();
        let input_basis = if own { tables(step.input_switch())? } else { Arc::clone(&basis) };
        Ok(Self { basis, input_basis })
    }

    fn scratch_words(&self, step: &LeanStep, n: usize, batch: usize) -> usize {
        let digits = self.basis.gadget().most_raised_words();
        let own = match step {
            LeanStep::Transform(transform) => {
                let babies = transform.babies.len();
                // Digits and all babies' limbs, of all clips.
                let held = match transform.baby_basis {
                    BabyBasis::Data(_) => 0,
                    BabyBasis::Extended => batch * (digits + 2 * n * babies),
                };
                held + multiply_accumulate_periodic_scratch_words(babies, n)
            }
            LeanStep::SquareSums(_) => 3 * n + digits,
            LeanStep::Versions(_) => n,
            LeanStep::SlotSums(_) => batch * digits,
        };
        own.max(self.basis.scratch_words()).max(self.input_basis.scratch_words())
    }
}

/// Words of scratch that a worker needs for batches of so many clips.
pub(in crate::network) fn scratch_words(context: &Arc<Context>, plan: &Plan, batch: usize) -> Result<usize, SpecError> {
    let mut most = 0;
    for stage in &plan.stages {
        if let Step::Lean(step) = &stage.step {
            most = most.max(Tables::new(context, step)?.scratch_words(step, context.n(), batch));
        }
    }
    Ok(most)
}

impl StageRun<'_> {
    /// The tables for the digits of inputs or of sums.
    fn basis(&self, of: Raised) -> &ExtendedBasis {
        match of {
            Raised::Input => &self.tables.input_basis,
            Raised::Sum => &self.tables.basis,
        }
    }
}

/// A task's surroundings.
#[derive(Clone, Copy)]
struct Task<'t> {
    context: &'t Context,
    plaintexts: &'t Plaintexts,
    pieces: &'t LeanPieces,
    stage: &'t StageRun<'t>,
    batch: usize,
}

/// What tasks read, taken in order.
struct Reads<'r, 's> {
    rest: std::slice::Iter<'s, &'r [u32]>,
}

impl<'r> Reads<'r, '_> {
    fn next(&mut self) -> &'r [u32] {
        self.rest.next().expect("a task reads what its lowering names")
    }
}

impl<'t> Task<'t> {
    fn run(self, operation: &LeanOperation, reads: &[&[u32]], writes: &mut [&mut [u32]], scratch: &mut [u32]) {
        let (basis, n) = (&self.stage.tables.basis, self.context.n());
        match *operation {
            LeanOperation::Decompose => {
                // Pairs, or polynomials of N values.
                let second = reads.iter().map(|values| &values[values.len() - n..]);
                basis.gadget().to_coefficients_into(second, writes[0]);
            }
            LeanOperation::Raise { of } => {
                let basis = self.stage.basis(of);
                let mut raised = by_limb(basis, writes.iter_mut().map(|limb| &mut **limb));
                basis.raise_into(reads.iter().map(|pair| &pair[n..]), &mut raised, scratch);
            }
            LeanOperation::Rotate { rotation } => {
                let (limbs, basis) = (basis.limbs(), &self.stage.tables.input_basis);
                for clip in 0..self.batch {
                    let (reads, writes) = (of_clip(reads, clip, self.batch), of_clip_mut(writes, clip, self.batch));
                    let (raised, x) = reads.split_at(reads.len() - limbs);
                    let raised = by_limb(basis, raised.iter().copied());
                    basis.rotate_into(&self.stage.input_rotations[&rotation], &raised, x, writes, scratch);
                }
            }
            LeanOperation::Products { group, ref tiles, limb } => {
                self.products(group, tiles.clone(), limb, reads, writes, scratch);
            }
            LeanOperation::ExtendedProducts { limb } => self.extended_products(limb, reads, writes, scratch),
            LeanOperation::ExtendedBabies { ref babies, limb } => {
                let has_others = basis.gadget().raised_words(limb) > 0;
                for (place, index) in babies.clone().enumerate() {
                    for clip in 0..self.batch {
                        let (reads, out) = (of_clip(reads, clip, self.batch), of_clip_mut(writes, clip, self.batch));
                        let (raised, pair) = reads.split_at(usize::from(has_others));
                        let (raised, pair) = (raised.first().copied().unwrap_or_default(), pair.first().copied());
                        let digits = RaisedLimb { limb, own: pair.map(|pair| &pair[n..]), raised };
                        self.extended_baby(index, limb, (digits, pair), out[place]);
                    }
                }
            }
            LeanOperation::SumGiants { outputs, limb } => self.sum_giants(outputs, limb, reads, writes),
            LeanOperation::ConjugateDecompose => {
                let (coefficients, second) = writes.split_last_mut().expect("two kinds of results");
                basis.leave_second_into(reads, second, scratch);
                basis.gadget().to_coefficients_into(second.iter().map(|pair| &pair[n..]), coefficients);
            }
            LeanOperation::AddConjugate { limb } => {
                let conjugation = self.stage.conjugation.as_ref().expect("a conjugating stage has the key");
                let (raised, scratch) = scratch.split_at_mut(basis.gadget().most_raised_words());
                for (clip, sum) in writes.iter_mut().enumerate() {
                    let reads = of_clip(reads, clip, self.batch);
                    let own = reads.get(1).map(|pair| &pair[n..]);
                    let digits = basis.raise_limb_into(limb, own, reads[0], raised);
                    basis.add_own_automorphism(conjugation, digits, sum, scratch);
                }
            }
            LeanOperation::Divide { output: Some(output) } => {
                let constant = self.pieces.constant(output).map(|piece| self.plaintexts.limbs(piece));
                basis.divide_into(reads, constant, writes, scratch);
            }
            LeanOperation::Divide { output: None } => basis.leave_into(reads, writes, scratch),
            LeanOperation::Squares { output, limb } => self.squares(output, limb, reads, writes, scratch),
            LeanOperation::Relinearize { limb } => {
                let key = self.stage.relinearization.expect("a squaring stage has the key");
                for (clip, total) in writes.iter_mut().enumerate() {
                    let reads = of_clip(reads, clip, self.batch);
                    let digits = basis.raise_limb_into(limb, reads.get(1).copied(), reads[0], scratch);
                    basis.relinearize_limb_into(key, digits, reads.get(2).copied(), total);
                }
            }
            LeanOperation::Versions { limb } => self.versions(limb, reads, writes, scratch),
            LeanOperation::SumSlots { step, limb } => self.sum_slots(step, limb, reads, writes, scratch),
        }
    }

    /// One limb of the sums of products of some tiles of a group, of one clip after the other.
    fn products(
        self,
        number: usize,
        tiles: Range<usize>,
        limb: usize,
        babies: &[&[u32]],
        sums: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let (transform, outputs) = self.transform();
        let (isa, modulus) = (self.context.isa(), self.context.modulus(self.stage.tables.basis.prime(limb)));
        match &self.pieces.factors {
            Factors::Periodic(groups) => {
                let shape = periodic_shape(transform, outputs, number);
                let (weights, mode) = (self.plaintexts.limb(groups[number], limb), Accumulation::Overwrite);
                // Weights are few beside the products with them: clips share them through the farther caches.
                for clip in 0..self.batch {
                    let (babies, sums) = (of_clip(babies, clip, self.batch), of_clip_mut(sums, clip, self.batch));
                    multiply_accumulate_periodic_into(
                        isa,
                        modulus,
                        shape,
                        tiles.clone(),
                        babies,
                        weights,
                        sums,
                        mode,
                        scratch,
                    );
                }
            }
            Factors::Terms(terms) => {
                let n = self.context.n();
                let first = sums_of(transform, outputs, number, tiles).start;
                for place in 0..sums.len() / self.batch {
                    let mut started = false;
                    for term in terms.iter().filter(|term| term.sum == first + place) {
                        let factor = self.plaintexts.limb(term.piece, limb);
                        for clip in 0..self.batch {
                            let x = of_clip(babies, clip, self.batch)[term.baby];
                            let out = &mut of_clip_mut(sums, clip, self.batch)[place];
                            for (out, x) in out.chunks_exact_mut(n).zip(x.chunks_exact(n)) {
                                if started {
                                    eltwise::mul_montgomery_add_assign(isa, modulus, out, x, factor);
                                } else {
                                    eltwise::mul_montgomery_into(isa, modulus, out, x, factor);
                                }
                            }
                        }
                        started = true;
                    }
                    assert!(started, "sum {} of no products", first + place);
                }
            }
            other => unreachable!("a transform has weights, not {other:?}"),
        }
    }

    fn extended_products(self, limb: usize, reads: &[&[u32]], sums: &mut [&mut [u32]], scratch: &mut [u32]) {
        let (basis, n) = (&self.stage.tables.basis, self.context.n());
        let (transform, outputs) = self.transform();
        let (raised, scratch) = scratch.split_at_mut(self.batch * basis.gadget().most_raised_words());
        let (babies, scratch) = scratch.split_at_mut(self.batch * 2 * n * transform.babies.len());
        let mut reads = self.reads(reads);
        let inputs = transform.babies.last().map_or(0, |baby| baby.input + 1);
        for input in 0..inputs {
            let digits = self.raise(limb, &mut reads, raised);
            for index in transform.babies_of(input) {
                // All clips while the key's limb is in the cache.
                for (clip, &digits) in digits.iter().enumerate() {
                    let baby = (clip * transform.babies.len() + index) * 2 * n;
                    self.extended_baby(index, limb, digits, &mut babies[baby..baby + 2 * n]);
                }
            }
        }
        let mut sums = sums.chunks_exact_mut(sums.len() / self.batch);
        let one = Self { batch: 1, ..self };
        for babies in babies.chunks_exact(2 * n * transform.babies.len()) {
            let babies: ArrayVec<_, MOST_EXTENDED_BABIES> = babies.chunks_exact(2 * n).collect();
            let sums = sums.next().expect("sums of every clip");
            one.products(0, 0..tiles(transform, outputs, 0), limb, &babies, sums, scratch);
        }
    }

    /// One limb of a rotated input in the extended basis, from its digits and its own limb, if it has it.
    fn extended_baby(
        self,
        index: usize,
        limb: usize,
        (digits, pair): (RaisedLimb<'_>, Option<&[u32]>),
        baby: &mut [u32],
    ) {
        let basis = &self.stage.tables.basis;
        match self.transform().0.babies[index].rotation {
            0 => basis.lift_limb_into(limb, pair, baby),
            amount => {
                let c0 = pair.map(|pair| &pair[..self.context.n()]);
                let rotation = &self.stage.input_rotations[&amount];
                basis.rotate_limb_into(rotation, digits, c0, Accumulation::Overwrite, baby);
            }
        }
    }

    /// What each clip reads.
    fn reads<'r, 's>(self, reads: &'s [&'r [u32]]) -> ArrayVec<Reads<'r, 's>, MAX_CLIPS> {
        (0..self.batch).map(|clip| Reads { rest: of_clip(reads, clip, self.batch).iter() }).collect()
    }

    /// One limb of every clip's digits, from the coefficients and its own limb, if it has it, that come next in its reads.
    fn raise<'r: 'd, 'd>(
        self,
        limb: usize,
        reads: &mut [Reads<'r, '_>],
        raised: &'d mut [u32],
    ) -> ArrayVec<(RaisedLimb<'d>, Option<&'r [u32]>), MAX_CLIPS> {
        let (basis, n) = (&self.stage.tables.basis, self.context.n());
        let raised = raised.chunks_exact_mut(basis.gadget().most_raised_words());
        let of_clip = |(reads, raised): (&mut Reads<'r, '_>, &'d mut [u32])| {
            let coefficients = reads.next();
            let pair = (limb < basis.limbs()).then(|| reads.next());
            (basis.raise_limb_into(limb, pair.map(|pair| &pair[n..]), coefficients, raised), pair)
        };
        reads.iter_mut().zip(raised).map(of_clip).collect()
    }

    fn sum_giants(self, outputs: usize, limb: usize, reads: &[&[u32]], totals: &mut [&mut [u32]]) {
        let (basis, n) = (&self.stage.tables.basis, self.context.n());
        let (transform, _) = self.transform();
        let has_others = basis.gadget().raised_words(limb) > 0;
        let mut reads = self.reads(reads);
        // The giant by 0 comes first and overwrites.
        for &giant in &transform.giants {
            for (totals, reads) in totals.chunks_exact_mut(outputs).zip(&mut reads) {
                for total in totals {
                    let raised = if has_others && giant != 0 { reads.next() } else { &[] };
                    let pair = (limb < basis.limbs()).then(|| reads.next());
                    if giant == 0 {
                        basis.lift_limb_into(limb, pair, total);
                        continue;
                    }
                    let digits = RaisedLimb { limb, own: pair.map(|pair| &pair[n..]), raised };
                    let c0 = pair.map(|pair| &pair[..n]);
                    basis.rotate_limb_into(&self.stage.rotations[&giant], digits, c0, Accumulation::Add, total);
                }
            }
        }
    }

    fn squares(self, output: usize, limb: usize, reads: &[&[u32]], writes: &mut [&mut [u32]], scratch: &mut [u32]) {
        let LeanStep::SquareSums(SquareSums { groups, .. }) = self.stage.step else {
            unreachable!("squares of a squaring stage")
        };
        let [pair, third] = writes else { unreachable!("a pair and the third component") };
        let of = |part| groups[output].iter().zip(reads).filter(move |((of, _), _)| *of == part).map(|(_, &x)| x);
        let (real, imaginary) = (of(Part::Real), of(Part::Imaginary));
        squares::square_sums_into(
            self.context,
            self.stage.tables.basis.prime(limb),
            real,
            imaginary,
            pair,
            third,
            scratch,
        );
    }

    fn versions(self, limb: usize, reads: &[&[u32]], writes: &mut [&mut [u32]], scratch: &mut [u32]) {
        let Factors::Masks(masks) = &self.pieces.factors else { unreachable!("versions have masks") };
        for (version, &(own, rotated)) in masks.iter().enumerate() {
            for clip in 0..self.batch {
                let (reads, out) =
                    (of_clip(reads, clip, self.batch), &mut of_clip_mut(writes, clip, self.batch)[version]);
                let own = self.plaintexts.limb(own, limb);
                let folded = rotated.map(|mask| (reads[1], self.plaintexts.limb(mask, limb)));
                let prime = self.stage.tables.basis.prime(limb);
                squares::masked_into(self.context, prime, (reads[0], own), folded, out, scratch);
            }
        }
    }

    fn sum_slots(self, step: i32, limb: usize, reads: &[&[u32]], totals: &mut [&mut [u32]], scratch: &mut [u32]) {
        let LeanStep::SlotSums(sums @ SlotSums { .. }) = self.stage.step else { unreachable!("slot sums' stage") };
        let (basis, n) = (&self.stage.tables.basis, self.context.n());
        let digits = self.raise(limb, &mut self.reads(reads), scratch);
        for (total, &(_, pair)) in totals.iter_mut().zip(&digits) {
            basis.lift_limb_into(limb, pair, total);
        }
        for amount in sums.rotations(step) {
            for (total, &(digits, pair)) in totals.iter_mut().zip(&digits) {
                let c0 = pair.map(|pair| &pair[..n]);
                basis.rotate_limb_into(&self.stage.rotations[&amount], digits, c0, Accumulation::Add, total);
            }
        }
    }

    /// The stage's transform and its number of outputs.
    fn transform(self) -> (&'t Transform, usize) {
        match self.stage.step {
            LeanStep::Transform(transform) => (transform, self.stage.outputs),
            other => unreachable!("a transform's task in {other:?}"),
        }
    }
}

/// A slice for each limb of the extended basis, empty where a polynomial's own values are its only digit.
fn by_limb<S: Default>(basis: &ExtendedBasis, slices: impl IntoIterator<Item = S>) -> OfLimbs<S> {
    let mut slices = slices.into_iter();
    let of_limb = |limb| match basis.gadget().raised_words(limb) {
        0 => S::default(),
        _ => slices.next().expect("digits of every limb that has others than its own"),
    };
    (0..basis.extended()).map(of_limb).collect()
}

#[cfg(test)]
mod tests {
    use hear_model::network::{Dimension, Shape};

    use super::*;
    use crate::network::{lean::layout::Layout, method::Method, plan::PlanRequest};

    #[test]
    fn the_babies_of_every_plan_fit() {
        for dimension in [Dimension::OneD, Dimension::TwoD] {
            for &width in Layout::widths(dimension) {
                let request = PlanRequest::new(Shape::new(dimension, width).unwrap(), Method::LeanHear);
                for stage in Plan::new(&request).unwrap().stages {
                    if let Step::Lean(LeanStep::Transform(transform)) = &stage.step
                        && transform.baby_basis == BabyBasis::Extended
                    {
                        let babies = transform.babies.len();
                        assert!(babies <= MOST_EXTENDED_BABIES, "{dimension}-{width} {}: {babies}", stage.name);
                    }
                }
            }
        }
    }
}
