//! The stages of a lean plan as tasks.
//!
//! A transform's pipeline:
//!
//! ```text
//! input --Raise--> digits of all limbs --Rotate, each rotation--> baby
//!      \--Decompose--> coefficients --ExtendedProducts, each limb: raise, rotate, multiply, all at once--> sums in QP
//! babies --Products, each group of sums and limb--> sums --Raise--> digits --SumGiants, each limb--> sums in QP
//! input --Raise--> digits of all limbs --ExtendedBabies, each limb--> babies in QP --Products--> sums in QP
//! sum in QP --ConjugateDecompose--> coefficients --AddConjugate, each limb--> sum in QP --Divide--> output
//! ```
//!
//! The third line takes the place of `ExtendedProducts` where more threads wait than there are limbs.

use std::{collections::BTreeSet, ops::Range};

use super::{
    encode::periodic_shape,
    step::{Baby, BabyBasis, LeanStep, SlotSums, SquareSums, Transform, Versions},
};
use crate::network::{
    cost::{Counts, SwitchUnits},
    lower::{Lowering, Operation, Value, even_ranges},
    plan::Stage,
};

/// Sums of products that one task makes: a few tiles of the kernel, so that packing the inputs costs little beside them.
pub(in crate::network) const GROUP: usize = 32;

/// From so many shares on that threads could use, babies in the extended basis are made by tasks of their own.
const WORTH_APART: usize = 3;

/// The sums of a group.
pub(in crate::network) fn group(sums: usize, group: usize) -> Range<usize> {
    group * GROUP..((group + 1) * GROUP).min(sums)
}

/// The tiles of a group: what its tasks can be cut into. Where plaintexts are whole limbs, each sum is one.
pub(in crate::network) fn tiles(transform: &Transform, outputs: usize, number: usize) -> usize {
    if transform.has_short_period() {
        periodic_shape(transform, outputs, number).tiles()
    } else {
        group(transform.sums(outputs), number).len()
    }
}

/// The sums of some tiles of a group.
pub(in crate::network) fn sums_of(
    transform: &Transform,
    outputs: usize,
    number: usize,
    tiles: Range<usize>,
) -> Range<usize> {
    let first = group(transform.sums(outputs), number).start;
    let in_group =
        if transform.has_short_period() { periodic_shape(transform, outputs, number).outputs_of(tiles) } else { tiles };
    first + in_group.start..first + in_group.end
}

/// What a task of a lean stage does with the slices that it gets. All name the stage, whose keys and tables they use.
#[derive(Clone, Debug)]
pub(in crate::network) enum LeanOperation {
    /// Coefficients of the second component of a ciphertext, or of a polynomial; reads its limbs.
    Decompose,
    /// The digits of all limbs of the second component of a ciphertext, an input or a sum; reads its limbs.
    Raise { of: Raised },
    /// A rotated ciphertext. Reads the digits of all limbs that have any but its own, then the ciphertext.
    Rotate { rotation: i32 },
    /// One limb of some tiles of a group of sums of products. Reads that limb of all babies.
    Products { group: usize, tiles: Range<usize>, limb: usize },
    /// One limb of all sums of products over babies in the extended basis. Reads for each input the coefficients where it
    /// has rotations, and its own limb if it has it.
    ExtendedProducts { limb: usize },
    /// One limb of some babies, all of one input, in the extended basis. Reads the input's digits of that limb, if it has any
    /// but its own, and its own limb if it has it.
    ExtendedBabies { babies: Range<usize>, limb: usize },
    /// One limb of some outputs' sums over giants. Reads for each of their sums the digits of that limb, if it has any but
    /// its own and the giant is not 0, and its own limb if it has it.
    SumGiants { outputs: usize, limb: usize },
    /// Coefficients of the second component of a sum in the extended basis, and that component itself in second halves.
    ConjugateDecompose,
    /// Adds the conjugate to one limb of a sum. Reads the coefficients, and the second component's limb if there is one.
    AddConjugate { limb: usize },
    /// Leaves the extended basis; with the stage's dropped primes and the output's constant, or without.
    Divide { output: Option<usize> },
    /// One limb of a sum of squares: a pair and the third component. Reads that limb of all inputs of the group.
    Squares { output: usize, limb: usize },
    /// One limb of a relinearised sum. Reads the coefficients, and the third component's and the pair's limb if there are.
    Relinearize { limb: usize },
    /// One limb of all versions of a ciphertext. Reads that limb, and that of the rotated ciphertext where it is folded.
    Versions { limb: usize },
    /// One limb of a step of slot sums. Reads the coefficients, and the ciphertext's own limb if it has it.
    SumSlots { step: i32, limb: usize },
}

impl LeanOperation {
    /// Whether one task works on all clips of a batch: those do that read weights or keys.
    pub(in crate::network) fn serves_batch(&self) -> bool {
        match self {
            Self::Rotate { .. }
            | Self::Products { .. }
            | Self::ExtendedProducts { .. }
            | Self::ExtendedBabies { .. }
            | Self::SumGiants { .. }
            | Self::AddConjugate { .. }
            | Self::Relinearize { .. }
            | Self::Versions { .. }
            | Self::SumSlots { .. } => true,
            Self::Decompose
            | Self::Raise { .. }
            | Self::ConjugateDecompose
            | Self::Divide { .. }
            | Self::Squares { .. } => false,
        }
    }
}

/// Whose digits are made: inputs and sums may have other numbers of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Raised {
    /// A stage's input.
    Input,
    /// A sum of products.
    Sum,
}

/// Buffers of a ciphertext's decomposition.
#[derive(Clone, Copy)]
struct Decomposition {
    coefficients: Value,
    value: Value,
}

/// Buffers of a ciphertext's digits: for each limb of the extended basis those that are not its own.
struct Digits {
    of_limb: Vec<Option<Value>>,
}

impl Lowering<'_> {
    /// The tasks of a stage.
    pub(in crate::network) fn lean(
        &mut self,
        index: usize,
        stage: &Stage,
        step: &LeanStep,
        state: &[Value],
    ) -> Vec<Value> {
        let n = self.n as u64;
        let (units, input_units) = (SwitchUnits::new(step.switch(), n), SwitchUnits::new(step.input_switch(), n));
        let mut lean = Lean { lowering: self, index, step, units, input_units };
        match step {
            LeanStep::Transform(transform) => lean.transform(stage, transform, state),
            LeanStep::SquareSums(sums) => lean.square_sums(stage, sums, state),
            LeanStep::Versions(versions) => lean.versions(versions, state),
            LeanStep::SlotSums(sums) => vec![lean.slot_sums(stage, sums, state[0])],
        }
    }
}

struct Lean<'l, 'p> {
    lowering: &'l mut Lowering<'p>,
    index: usize,
    step: &'l LeanStep,
    units: SwitchUnits,
    /// Of rotated inputs.
    input_units: SwitchUnits,
}

impl Lean<'_, '_> {
    fn limbs(&self) -> usize {
        self.step.switch().limbs
    }

    fn extended(&self) -> usize {
        self.step.switch().extended()
    }

    fn emit(&mut self, operation: LeanOperation, reads: &[Value], writes: &[Value], work: Counts) {
        let operation = Operation::Lean { stage: self.index, operation };
        self.lowering.emit(operation, reads, writes, work);
    }

    fn value(&mut self, limbs: usize) -> Value {
        self.lowering.value(limbs)
    }

    fn coefficients(&mut self) -> Value {
        let limbs = self.step.switch().coefficient_limbs();
        self.lowering.buffers(1, limbs * self.lowering.n)
    }

    /// Work of one limb of `count` products with a transform's plaintexts.
    fn factors(&self, transform: &Transform, count: usize) -> Counts {
        let Counts { product_limbs, bytes_read, .. } =
            self.units.products(count as u64, 1, 2 * transform.period as u64);
        Counts { product_limbs, bytes_read, ..Counts::default() }
    }

    /// Work of `limbs` limbs of an element-wise product.
    fn element_products(limbs: usize) -> Counts {
        Counts { product_limbs: limbs as u64, ..Counts::default() }
    }

    /// An even share of a stage's work among its limbs.
    fn share(counts: Counts, limbs: usize) -> Counts {
        let limbs = limbs as u64;
        Counts {
            ntt: counts.ntt / limbs,
            product_limbs: counts.product_limbs / limbs,
            key_limbs: counts.key_limbs / limbs,
            bytes_read: counts.bytes_read / limbs,
            ..Counts::default()
        }
    }

    /// `part` of `whole` equal shares of work.
    fn part_of(counts: Counts, part: usize, whole: usize) -> Counts {
        Self::share(counts * part as u64, whole)
    }

    fn transforms(ntt: usize) -> Counts {
        Counts { ntt: ntt as u64, ..Counts::default() }
    }

    fn decompose(&mut self, value: Value) -> Decomposition {
        let coefficients = self.coefficients();
        self.emit(LeanOperation::Decompose, &[value], &[coefficients], Self::transforms(self.limbs()));
        Decomposition { coefficients, value }
    }

    /// What a task on one limb reads of a decomposition: the coefficients, then the value's own limb if it has it.
    fn limb_reads(&self, decomposition: Decomposition, limb: usize) -> Vec<Value> {
        let own = (limb < self.limbs()).then(|| decomposition.value.limb(limb));
        [decomposition.coefficients].into_iter().chain(own).collect()
    }

    fn raise(&mut self, of: Raised, value: Value) -> Digits {
        let n = self.lowering.n;
        let (switch, units) = match of {
            Raised::Input => (self.step.input_switch(), self.input_units),
            Raised::Sum => (self.step.switch(), self.units),
        };
        let mut of_limb = Vec::with_capacity(switch.extended());
        for limb in 0..switch.extended() {
            let digits = switch.digits - usize::from(limb < switch.limbs);
            of_limb.push((digits > 0).then(|| self.lowering.buffers(1, digits * n)));
        }
        let writes: Vec<_> = of_limb.iter().flatten().copied().collect();
        self.emit(LeanOperation::Raise { of }, &[value], &writes, units.decompose(1));
        Digits { of_limb }
    }

    /// What rotations of an input read: its digits, then the ciphertext.
    fn raise_input(&mut self, x: Value) -> Vec<Value> {
        self.raise(Raised::Input, x).of_limb.into_iter().flatten().chain([x]).collect()
    }

    /// A rotation, not by 0, over the data limbs, of what [`Lean::raise_input`] gave.
    fn rotate(&mut self, reads: &[Value], rotation: i32) -> Value {
        let result = self.value(self.limbs());
        let mut work = self.input_units.key_products(1, 1);
        work += self.input_units.divide(1);
        self.emit(LeanOperation::Rotate { rotation }, reads, &[result], work);
        result
    }

    fn transform(&mut self, stage: &Stage, transform: &Transform, state: &[Value]) -> Vec<Value> {
        let sums = match &transform.baby_basis {
            BabyBasis::Extended => self.extended_sums(stage, transform, state),
            BabyBasis::Data(_) => {
                let sums = self.sums_of_products(transform, stage.outputs, state);
                self.sum_giants(transform, stage.outputs, &sums)
            }
        };
        if transform.conjugate {
            sums.iter().for_each(|&sum| self.add_conjugate(sum));
        }
        sums.into_iter().enumerate().map(|(output, sum)| self.divide(sum, stage.limbs_out, Some(output))).collect()
    }

    /// Sums over babies in the extended basis, one an output.
    fn extended_sums(&mut self, stage: &Stage, transform: &Transform, state: &[Value]) -> Vec<Value> {
        let extended = self.extended();
        let sums: Vec<_> = (0..stage.outputs).map(|_| self.value(extended)).collect();
        let rotations: Vec<i32> = transform.babies.iter().map(|baby| baby.rotation).filter(|&by| by != 0).collect();
        let keys = rotations.iter().collect::<BTreeSet<_>>().len();
        let mut work = self.units.decompose(state.len() as u64);
        work += self.units.key_products(rotations.len() as u64, keys as u64);
        let mut work = Self::share(work, extended);
        work += self.factors(transform, transform.products(stage.outputs));
        // Babies that go through memory cost a fifth more, so not for a little more balance.
        if self.lowering.shares(extended, work, WORTH_APART) == WORTH_APART {
            let babies = self.extended_babies(transform, state);
            self.products(transform, stage.outputs, &babies, &sums);
            return sums;
        }
        let decompositions: Vec<_> = state.iter().map(|&x| self.decompose(x)).collect();
        for limb in 0..extended {
            let reads: Vec<_> = decompositions.iter().flat_map(|&x| self.limb_reads(x, limb)).collect();
            let writes: Vec<_> = sums.iter().map(|sum| sum.limb(limb)).collect();
            self.emit(LeanOperation::ExtendedProducts { limb }, &reads, &writes, work);
        }
        sums
    }

    /// The rotated inputs in the extended basis, in the order of the transform's babies.
    fn extended_babies(&mut self, transform: &Transform, state: &[Value]) -> Vec<Value> {
        let extended = self.extended();
        let babies: Vec<_> = transform.babies.iter().map(|_| self.value(extended)).collect();
        for (input, &x) in state.iter().enumerate() {
            let digits = self.raise(Raised::Input, x);
            let of_input = transform.babies_of(input);
            let count = of_input.len();
            let work = Self::share(self.units.key_products(count as u64, count as u64), extended);
            let shares = self.lowering.shares(extended * state.len(), work, count);
            for limb in 0..extended {
                let own = (limb < self.limbs()).then(|| x.limb(limb));
                let reads: Vec<_> = digits.of_limb[limb].into_iter().chain(own).collect();
                for part in even_ranges(count, shares) {
                    let part = of_input.start + part.start..of_input.start + part.end;
                    let writes: Vec<_> = babies[part.clone()].iter().map(|baby| baby.limb(limb)).collect();
                    let work = Self::part_of(work, part.len(), count);
                    self.emit(LeanOperation::ExtendedBabies { babies: part, limb }, &reads, &writes, work);
                }
            }
        }
        babies
    }

    /// The rotated inputs over the data limbs, in the order of the transform's babies.
    fn babies(&mut self, transform: &Transform, state: &[Value]) -> Vec<Value> {
        let mut inputs = Vec::with_capacity(state.len());
        for (input, &x) in state.iter().enumerate() {
            inputs.push(match transform.turn(input) {
                0 => x,
                turn => {
                    let reads = self.raise_input(x);
                    self.rotate(&reads, turn)
                }
            });
        }
        let rotated = |input| transform.babies_of(input).any(|baby| transform.babies[baby].rotation != 0);
        let reads: Vec<_> = inputs
            .iter()
            .enumerate()
            .map(|(input, &x)| if rotated(input) { self.raise_input(x) } else { Vec::new() })
            .collect();
        let mut babies: Vec<_> = transform.babies.iter().map(|baby| inputs[baby.input]).collect();
        // Those with the same key one after the other: it then comes from memory once.
        let mut order: Vec<usize> = (0..babies.len()).collect();
        order.sort_by_key(|&baby| transform.babies[baby].rotation);
        for index in order {
            let Baby { input, rotation } = transform.babies[index];
            if rotation != 0 {
                babies[index] = self.rotate(&reads[input], rotation);
            }
        }
        babies
    }

    /// Sums of products over the data limbs, one for each giant and output.
    fn sums_of_products(&mut self, transform: &Transform, outputs: usize, state: &[Value]) -> Vec<Value> {
        let babies = self.babies(transform, state);
        let limbs = self.limbs();
        let sums: Vec<_> = (0..transform.sums(outputs)).map(|_| self.value(limbs)).collect();
        self.products(transform, outputs, &babies, &sums);
        sums
    }

    /// Sums of products, over all limbs that they have.
    fn products(&mut self, transform: &Transform, outputs: usize, babies: &[Value], sums: &[Value]) {
        let (limbs, groups) = (sums[0].limbs(), sums.len().div_ceil(GROUP));
        let products_of = |sums: Range<usize>| {
            let of_sum =
                |sum| (0..babies.len()).filter(move |&baby| transform.uses(outputs, sum % outputs, baby)).count();
            sums.map(of_sum).sum()
        };
        for number in 0..groups {
            let work = self.factors(transform, products_of(group(sums.len(), number)));
            let tiles = tiles(transform, outputs, number);
            let shares = self.lowering.shares(groups * limbs, work, tiles);
            for limb in 0..limbs {
                let reads: Vec<_> = babies.iter().map(|baby| baby.limb(limb)).collect();
                for tiles in even_ranges(tiles, shares) {
                    let of_tiles = sums_of(transform, outputs, number, tiles.clone());
                    let writes: Vec<_> = sums[of_tiles.clone()].iter().map(|sum| sum.limb(limb)).collect();
                    let work = self.factors(transform, products_of(of_tiles));
                    self.emit(LeanOperation::Products { group: number, tiles, limb }, &reads, &writes, work);
                }
            }
        }
    }

    /// For each output the sum of its giants' rotated sums, in the extended basis.
    fn sum_giants(&mut self, transform: &Transform, outputs: usize, sums: &[Value]) -> Vec<Value> {
        let extended = self.extended();
        let digits: Vec<_> = sums
            .iter()
            .enumerate()
            .map(|(index, &sum)| (transform.giants[index / outputs] != 0).then(|| self.raise(Raised::Sum, sum)))
            .collect();
        let totals: Vec<_> = (0..outputs).map(|_| self.value(extended)).collect();
        let rotated = (sums.len() - outputs) as u64;
        let work = Self::share(self.units.key_products(rotated, rotated / outputs as u64), extended);
        let shares = self.lowering.shares(extended, work, outputs);
        for limb in 0..extended {
            for part in even_ranges(outputs, shares) {
                let mut reads = Vec::new();
                for index in (0..transform.giants.len())
                    .flat_map(|giant| part.clone().map(move |output| giant * outputs + output))
                {
                    reads.extend(digits[index].as_ref().and_then(|digits| digits.of_limb[limb]));
                    reads.extend((limb < self.limbs()).then(|| sums[index].limb(limb)));
                }
                let writes: Vec<_> = totals[part.clone()].iter().map(|total| total.limb(limb)).collect();
                // Every part reads the keys.
                let work = Counts { bytes_read: work.bytes_read, ..Self::part_of(work, part.len(), outputs) };
                self.emit(LeanOperation::SumGiants { outputs: part.len(), limb }, &reads, &writes, work);
            }
        }
        totals
    }

    /// `sum <- sum + conjugate(sum)` in the extended basis.
    fn add_conjugate(&mut self, sum: Value) {
        let second = self.value(self.limbs());
        let coefficients = self.coefficients();
        let work = Self::transforms(self.extended() + self.limbs());
        self.emit(LeanOperation::ConjugateDecompose, &[sum], &[second, coefficients], work);
        let decomposition = Decomposition { coefficients, value: second };
        let work = Self::share(self.units.conjugate(1), self.extended());
        for limb in 0..self.extended() {
            let mut reads = self.limb_reads(decomposition, limb);
            reads.push(sum.limb(limb));
            self.emit(LeanOperation::AddConjugate { limb }, &reads, &[sum.limb(limb)], work);
        }
    }

    fn divide(&mut self, sum: Value, limbs: usize, output: Option<usize>) -> Value {
        let result = self.value(limbs);
        let mut work = self.units.divide(1);
        let adds_constant = output.is_some() && self.step.adds_constant();
        work += self.units.constants(limbs as u64, u64::from(adds_constant));
        self.emit(LeanOperation::Divide { output }, &[sum], &[result], work);
        result
    }

    fn square_sums(&mut self, stage: &Stage, sums: &SquareSums, state: &[Value]) -> Vec<Value> {
        let mut results = Vec::with_capacity(sums.groups.len());
        for (output, group) in sums.groups.iter().enumerate() {
            let (limbs, extended) = (self.limbs(), self.extended());
            let pairs = self.value(limbs);
            let thirds = self.lowering.buffers(limbs, self.lowering.n);
            for limb in 0..limbs {
                let reads: Vec<_> = group.iter().map(|&(_, input)| state[input].limb(limb)).collect();
                let writes = [pairs.limb(limb), thirds.slice(limb..limb + 1)];
                let work = Self::element_products(3 * group.len());
                self.emit(LeanOperation::Squares { output, limb }, &reads, &writes, work);
            }
            let decomposition = self.decompose(thirds);
            let total = self.value(extended);
            let mut work = self.units.key_products(1, 1);
            work += self.units.decompose(1);
            let work = Self::share(work, extended);
            for limb in 0..extended {
                let mut reads = self.limb_reads(decomposition, limb);
                reads.extend((limb < limbs).then(|| pairs.limb(limb)));
                self.emit(LeanOperation::Relinearize { limb }, &reads, &[total.limb(limb)], work);
            }
            results.push(self.divide(total, stage.limbs_out, Some(output)));
        }
        results
    }

    fn versions(&mut self, versions: &Versions, state: &[Value]) -> Vec<Value> {
        let limbs = self.limbs();
        let mut results = Vec::new();
        for &x in state {
            let turned = versions.fold.map(|rotation| {
                let reads = self.raise_input(x);
                self.rotate(&reads, rotation)
            });
            let made: Vec<_> = versions.row_taps.iter().map(|_| self.value(limbs)).collect();
            for limb in 0..limbs {
                let reads: Vec<_> = [x].into_iter().chain(turned).map(|value| value.limb(limb)).collect();
                let writes: Vec<_> = made.iter().map(|version| version.limb(limb)).collect();
                let masks = (reads.len() * writes.len()) as u64;
                let work = self.units.products(masks, 1, self.lowering.n as u64);
                self.emit(LeanOperation::Versions { limb }, &reads, &writes, work);
            }
            results.extend(made);
        }
        results
    }

    fn slot_sums(&mut self, stage: &Stage, sums: &SlotSums, x: Value) -> Value {
        let (limbs, extended) = (self.limbs(), self.extended());
        let mut value = x;
        for (number, &step) in sums.steps.iter().enumerate() {
            let decomposition = self.decompose(value);
            let total = self.value(extended);
            let mut work = self.units.decompose(1);
            work += self.units.key_products(sums.radix as u64 - 1, sums.radix as u64 - 1);
            let work = Self::share(work, extended);
            for limb in 0..extended {
                let reads = self.limb_reads(decomposition, limb);
                self.emit(LeanOperation::SumSlots { step, limb }, &reads, &[total.limb(limb)], work);
            }
            let last = number + 1 == sums.steps.len();
            value = self.divide(total, if last { stage.limbs_out } else { limbs }, last.then_some(0));
        }
        value
    }
}
