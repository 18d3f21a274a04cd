//! The tasks of a plan on nodes at work.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use arrayvec::ArrayVec;
use hear_kernels::accumulate::{self, ScalarRun, ScalarWeights};

use super::{
    encode::NodePieces,
    lower::{MOST_CHUNKS, NodeOperation},
    spill::SpillFile,
    step::{NodeActivation, NodeConvolution, NodeStep, Patch},
};
use crate::{
    circuits::{Levels, OfLimbs, nodes},
    network::{
        encode::EncodedNetwork,
        plaintexts::Plaintexts,
        plan::{Plan, Stage, Step},
        run::EvaluationKeys,
    },
    params::PrimeIndex,
    ring::Context,
    rlwe::{KeyTarget, SpecError, SwitchingKey},
};

/// Positions whose activations are summed at once, at most: those of a window or a strip.
const MOST_POSITIONS: usize = 16;

/// Tables and keys of a plan on nodes.
#[derive(Debug)]
pub(in crate::network) struct NodeRun<'a> {
    plan: &'a Plan,
    encoded: &'a EncodedNetwork,
    levels: Levels,
    /// Relinearisation keys, by limbs.
    keys: BTreeMap<usize, &'a SwitchingKey>,
}

/// Words of scratch that a worker needs.
///
/// # Errors
/// If no switching key can have the shape that the plan asks for, which no plan made here does.
pub(in crate::network) fn scratch_words(context: &Arc<Context>, plan: &Plan) -> Result<usize, SpecError> {
    let levels = plan.levels(context)?;
    Ok(of_levels(plan, &levels))
}

fn of_levels(plan: &Plan, levels: &Levels) -> usize {
    let n = levels.context().n();
    let products = plan.stages.iter().map(|stage| match &stage.step {
        Step::Nodes(NodeStep::Convolution(convolution)) => {
            accumulate::multiply_accumulate_scalar_scratch_words(most_inputs(plan, convolution), n)
        }
        _ => 0,
    });
    products.max().unwrap_or(0).max(nodes::scratch_words(levels, plan.input.limbs))
}

/// The most nodes that a patch of a convolution reads.
fn most_inputs(plan: &Plan, convolution: &NodeConvolution) -> usize {
    let patches = plan.stages.iter().find_map(|stage| match &stage.step {
        Step::Nodes(NodeStep::Activation(activation)) if activation.follows(convolution) => Some(activation.steps()),
        _ => None,
    });
    let patches = patches.unwrap_or_else(|| vec![vec![Patch { rows: 0..1, columns: 0..1 }]]);
    let positions = patches.iter().flatten().map(|patch| convolution.field(patch).len());
    positions.max().unwrap_or(0) * convolution.channels_in
}

impl<'a> NodeRun<'a> {
    /// Makes the tables; all keys of the plan are there.
    pub(in crate::network) fn new(
        context: &Arc<Context>,
        plan: &'a Plan,
        keys: &'a EvaluationKeys,
        encoded: &'a EncodedNetwork,
    ) -> Result<Self, SpecError> {
        let levels = plan.levels(context)?;
        let key = |((target, limbs), spec)| {
            assert_eq!(target, KeyTarget::Relinearize, "nodes are never rotated");
            (limbs, keys.get(&spec).expect("checked when the inference was prepared"))
        };
        let keys = plan.key_uses().into_iter().map(key).collect();
        Ok(Self { plan, encoded, levels, keys })
    }

    /// Words of scratch that a worker needs.
    pub(in crate::network) fn scratch_words(&self) -> usize {
        of_levels(self.plan, &self.levels)
    }

    /// Does a task.
    pub(in crate::network) fn run(
        &self,
        stage: usize,
        operation: &NodeOperation,
        reads: &[&[u32]],
        writes: &mut [&mut [u32]],
        scratch: &mut [u32],
        spill: Option<&SpillFile>,
    ) {
        if spill.is_some_and(SpillFile::has_failed) {
            return;
        }
        let task = Task { run: self, stage: &self.plan.stages[stage], pieces: self.encoded.nodes(stage) };
        match operation {
            NodeOperation::Products { patch, chunks, limb } => {
                let chunks = chunks.clone();
                task.products(
                    patch,
                    chunks.map(|chunk| task.weights(chunk, *limb)).collect(),
                    *limb,
                    reads,
                    writes,
                    scratch,
                );
            }
            NodeOperation::PolynomialProducts { patch, chunks, limb } => {
                task.polynomial_products(patch, chunks.clone(), *limb, reads, writes, scratch);
            }
            NodeOperation::RescaledProducts { patch, group } => {
                task.rescaled_products(patch, *group, reads, writes, scratch);
            }
            NodeOperation::Rescale { group } => task.rescale(*group, reads, writes, scratch),
            NodeOperation::Quadratics { group, adds } => task.quadratics(*group, *adds, reads, writes, scratch),
            NodeOperation::Squares { adds } => task.squares(*adds, reads, writes, scratch),
            NodeOperation::Relinearize { group } => task.relinearize(*group, reads, writes, scratch),
            NodeOperation::Spill { offset } => {
                let mut offset = *offset;
                for limb in reads {
                    file(spill).write(offset, limb);
                    offset += size_of_val(*limb) as u64;
                }
                writes[0].fill(0);
            }
            NodeOperation::Fetch { offsets } => {
                for (&offset, limb) in offsets.iter().zip(writes) {
                    file(spill).read(offset, limb);
                }
            }
        }
    }
}

/// The file of a run that has one.
fn file(spill: Option<&SpillFile>) -> &SpillFile {
    spill.expect("a run of such tasks is not started without a file")
}

/// What the tasks of a stage share.
#[derive(Clone, Copy)]
struct Task<'r, 'a> {
    run: &'r NodeRun<'a>,
    stage: &'r Stage,
    pieces: NodePieces,
}

impl<'r> Task<'r, '_> {
    fn plaintexts(self) -> &'r Plaintexts {
        self.run.encoded.plaintexts()
    }

    fn convolution(self) -> &'r NodeConvolution {
        match &self.stage.step {
            Step::Nodes(NodeStep::Convolution(convolution)) => convolution,
            other => unreachable!("a convolution's task in {other:?}"),
        }
    }

    fn activation(self) -> &'r NodeActivation {
        match &self.stage.step {
            Step::Nodes(NodeStep::Activation(activation)) => activation,
            other => unreachable!("an activation's task in {other:?}"),
        }
    }

    fn weights(self, chunk: usize, limb: usize) -> ScalarWeights<'r> {
        self.pieces.weights(self.plaintexts(), self.convolution(), chunk, limb)
    }

    fn products(
        self,
        patch: &Patch,
        weights: ArrayVec<ScalarWeights<'_>, MOST_CHUNKS>,
        limb: usize,
        reads: &[&[u32]],
        writes: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let context = self.run.levels.context();
        let runs = self.convolution().runs(patch);
        let sums: ArrayVec<&[ScalarRun], MOST_POSITIONS> = runs.iter().map(Vec::as_slice).collect();
        let modulus = context.modulus(PrimeIndex::from(limb));
        accumulate::multiply_accumulate_scalar_into(
            context.isa(),
            modulus,
            context.n(),
            reads,
            &sums,
            &weights,
            writes,
            scratch,
        );
    }

    /// The pairs of an input and a row of weights that meet at the positions of a patch.
    fn meetings(self, patch: &Patch) -> Vec<Vec<(usize, usize)>> {
        let of_run = |run: ScalarRun| (0..run.count).map(move |i| (run.input + i, run.row + i));
        let runs = self.convolution().runs(patch).into_iter();
        runs.map(|runs| runs.into_iter().flat_map(of_run).collect()).collect()
    }

    fn polynomial_products(
        self,
        patch: &Patch,
        chunks: Range<usize>,
        limb: usize,
        reads: &[&[u32]],
        writes: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let (convolution, pair) = (self.convolution(), self.pair());
        let inputs: Vec<&[u32]> = reads.iter().flat_map(|slice| slice.chunks_exact(pair)).collect();
        let mut sums = writes.iter_mut().flat_map(|slice| slice.chunks_exact_mut(pair));
        for chunk in chunks {
            for meetings in self.meetings(patch) {
                for output in chunk * convolution.chunk()..(chunk + 1) * convolution.chunk() {
                    let weight = |row| self.pieces.weight(self.plaintexts(), convolution, row, output, limb);
                    let products = meetings.iter().map(|&(input, row)| (inputs[input], weight(row)));
                    let sum = sums.next().expect("as many sums as outputs");
                    nodes::polynomial_sum_into(&self.run.levels, limb, products, sum, scratch);
                }
            }
        }
    }

    fn rescaled_products(
        self,
        patch: &Patch,
        group: usize,
        reads: &[&[u32]],
        writes: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let (convolution, pair) = (self.convolution(), self.pair());
        let (limbs, each) = (self.stage.limbs_in, self.ciphertexts(writes[0]));
        // Those of one limb after the other.
        let inputs: Vec<Vec<&[u32]>> = reads
            .chunks_exact(reads.len() / limbs)
            .map(|of_limb| of_limb.iter().flat_map(|slice| slice.chunks_exact(pair)).collect())
            .collect();
        let factor =
            if self.run.plan.switches.scalar_weights { nodes::Factor::Scalar } else { nodes::Factor::Polynomial };
        let meetings = self.meetings(patch).concat();
        for place in 0..each {
            let output = group * each + place;
            let mut sum: OfLimbs<&mut [u32]> =
                writes.iter_mut().map(|limb| &mut limb[place * pair..(place + 1) * pair]).collect();
            for (index, &(input, row)) in meetings.iter().enumerate() {
                let x: OfLimbs<&[u32]> = inputs.iter().map(|of_limb| of_limb[input]).collect();
                let weight = |limb| self.pieces.weight(self.plaintexts(), convolution, row, output, limb);
                let residues: OfLimbs<u32> = (0..limbs).map(weight).collect();
                nodes::rescaled_product(&self.run.levels, factor, &x, &residues, index > 0, &mut sum, scratch);
            }
            let constant = |limb| self.pieces.constants(self.plaintexts(), convolution, limb)[output];
            let constant: OfLimbs<u32> = (0..self.stage.limbs_out).map(constant).collect();
            nodes::add_scalar(&self.run.levels, &mut sum, &constant);
        }
    }

    /// Ciphertexts of a slice of pairs.
    fn ciphertexts(self, slice: &[u32]) -> usize {
        slice.len() / self.pair()
    }

    /// Words of a limb of a ciphertext.
    fn pair(self) -> usize {
        2 * self.run.levels.context().n()
    }

    fn rescale(self, group: usize, reads: &[&[u32]], writes: &mut [&mut [u32]], scratch: &mut [u32]) {
        let (convolution, kept, pair) = (self.convolution(), self.stage.limbs_out, self.pair());
        let constants: OfLimbs<_> =
            (0..kept).map(|limb| self.pieces.constants(self.plaintexts(), convolution, limb)).collect();
        for (last, sums) in reads.iter().zip(writes.chunks_exact_mut(kept)) {
            let each = self.ciphertexts(last);
            for (place, last) in last.chunks_exact(pair).enumerate() {
                let constant: OfLimbs<u32> = constants.iter().map(|limb| limb[group * each + place]).collect();
                let mut sum: OfLimbs<&mut [u32]> =
                    sums.iter_mut().map(|limb| &mut limb[place * pair..(place + 1) * pair]).collect();
                nodes::rescale_assign(&self.run.levels, &mut sum, last, &constant, scratch);
            }
        }
    }

    fn quadratics(self, group: usize, adds: bool, reads: &[&[u32]], writes: &mut [&mut [u32]], scratch: &mut [u32]) {
        let (limbs, pair) = (self.stage.limbs_in, self.pair());
        let each = self.ciphertexts(writes[0]);
        debug_assert_eq!(self.activation().channels % each, 0);
        let key = self.run.keys[&(limbs - 1)];
        for place in 0..each {
            let coefficient = |which, limbs: usize| -> OfLimbs<u32> {
                let limb = |limb| self.pieces.coefficient(self.plaintexts(), which, limb)[group * each + place];
                (0..limbs).map(limb).collect()
            };
            let (a, b, c) = (coefficient(0, limbs), coefficient(1, limbs - 1), coefficient(2, self.stage.limbs_out));
            let part = place * pair..(place + 1) * pair;
            for (position, x) in reads.chunks_exact(limbs).enumerate() {
                let x: OfLimbs<&[u32]> = x.iter().map(|limb| &limb[part.clone()]).collect();
                let mut out: OfLimbs<&mut [u32]> = writes.iter_mut().map(|limb| &mut limb[part.clone()]).collect();
                let coefficients = nodes::ScalarQuadratic { a: &a, b: &b, c: &c };
                let adds = adds || position > 0;
                nodes::quadratic(&self.run.levels, &x, coefficients, key, adds, &mut out, scratch);
            }
        }
    }

    fn squares(self, adds: bool, reads: &[&[u32]], writes: &mut [&mut [u32]], scratch: &mut [u32]) {
        let (limbs, pair) = (self.stage.limbs_in, self.pair());
        let (pairs, thirds) = writes.split_at_mut(limbs);
        for (limb, (pairs, thirds)) in pairs.iter_mut().zip(thirds).enumerate() {
            let sums = pairs.chunks_exact_mut(pair).zip(thirds.chunks_exact_mut(pair / 2));
            for (place, (sum, third)) in sums.enumerate() {
                let x = reads.iter().skip(limb).step_by(limbs).map(|x| &x[place * pair..(place + 1) * pair]);
                nodes::square_sum(&self.run.levels, limb, x, adds, sum, third, scratch);
            }
        }
    }

    fn relinearize(self, group: usize, reads: &[&[u32]], writes: &mut [&mut [u32]], scratch: &mut [u32]) {
        let (limbs, pair) = (self.stage.limbs_in, self.pair());
        let (pairs, results) = writes.split_at_mut(limbs);
        let each = self.ciphertexts(pairs[0]);
        for place in 0..each {
            let of_limb = |limb| self.pieces.coefficient(self.plaintexts(), 0, limb)[group * each + place];
            let constant: OfLimbs<u32> = (0..self.stage.limbs_out).map(of_limb).collect();
            let part = place * pair..(place + 1) * pair;
            let mut sum: OfLimbs<&mut [u32]> = pairs.iter_mut().map(|limb| &mut limb[part.clone()]).collect();
            let mut result: OfLimbs<&mut [u32]> = results.iter_mut().map(|limb| &mut limb[part.clone()]).collect();
            let thirds: OfLimbs<&[u32]> =
                reads.iter().map(|limb| &limb[place * pair / 2..(place + 1) * pair / 2]).collect();
            let key = self.run.keys[&limbs];
            nodes::relinearize_into(&self.run.levels, &mut sum, &thirds, &constant, key, &mut result, scratch);
        }
    }
}
