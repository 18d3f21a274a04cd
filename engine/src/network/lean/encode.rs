//! The plaintexts of a lean plan as residues.

use std::sync::Arc;

use hear_kernels::accumulate::{PeriodicShape, periodic_weight_words, periodic_weights_insert};
use hear_kernels::eltwise;
use hear_model::network::Network;
use hear_scheduler::{Cancel, Executor};
use num_complex::Complex64;

use super::{
    lower::{GROUP, group},
    step::{BabyBasis, LeanStep, Transform},
    weights::LeanWeights,
};
use crate::{
    ckks::{EncodeError, Encoder, EncoderScratch, PeriodicEncoder, PeriodicScratch, plaintext_limb_into},
    network::{
        encode::{NetworkEncodeError, encode_pieces},
        plaintexts::{Form, PiecesMut},
        plan::{Plan, Stage, Step},
    },
    params::PrimeIndex,
    ring::Context,
};

/// Where the plaintexts of a stage stand: pieces of the arena.
#[derive(Debug, Default)]
pub(in crate::network) struct LeanPieces {
    /// What products multiply by.
    pub(in crate::network) factors: Factors,
    /// What is added to each output, whole limbs; empty where nothing is.
    constants: Vec<usize>,
}

/// What products multiply by.
#[derive(Debug, Default)]
pub(in crate::network) enum Factors {
    /// Nothing.
    #[default]
    None,
    /// Weights of short period: a piece for each group of sums.
    Periodic(Vec<usize>),
    /// Plaintexts one by one, whole limbs in Montgomery form, sum by sum.
    Terms(Vec<Term>),
    /// For each version the mask of the ciphertext and, where it is folded, that of its rotation.
    Masks(Vec<(usize, Option<usize>)>),
}

/// One plaintext of a sum.
#[derive(Debug)]
pub(in crate::network) struct Term {
    /// The sum, giant * outputs + output.
    pub(in crate::network) sum: usize,
    /// The rotated input.
    pub(in crate::network) baby: usize,
    /// In Montgomery form.
    pub(in crate::network) piece: usize,
}

impl LeanPieces {
    /// The constant of an output.
    pub(in crate::network) fn constant(&self, output: usize) -> Option<usize> {
        self.constants.get(output).copied()
    }
}

/// The primes over which a transform's products are taken.
pub(in crate::network) fn product_primes(transform: &Transform) -> Vec<PrimeIndex> {
    match transform.baby_basis {
        BabyBasis::Data(_) => PrimeIndex::first(transform.switch.limbs),
        BabyBasis::Extended => transform.switch.primes(),
    }
}

/// The shape of a group of periodic products.
pub(in crate::network) fn periodic_shape(transform: &Transform, outputs: usize, number: usize) -> PeriodicShape {
    let sums = group(transform.sums(outputs), number).len();
    PeriodicShape::new(transform.babies.len(), sums, 2 * transform.period)
}

/// One piece of encoding that a thread does on its own, and the stage it belongs to.
#[derive(Clone, Copy, Debug)]
struct Unit {
    stage: usize,
    part: UnitPart,
}

#[derive(Clone, Copy, Debug)]
enum UnitPart {
    Group(usize),
    Term { sum: usize, baby: usize },
    Mask { version: usize, folded: bool },
    Constant { output: usize },
}

impl Unit {
    fn form(self, plan: &Plan, n: usize) -> Form {
        let stage = &plan.stages[self.stage];
        match (self.part, &stage.step) {
            (UnitPart::Group(number), Step::Lean(LeanStep::Transform(transform))) => {
                let limb_words = periodic_weight_words(periodic_shape(transform, stage.outputs, number));
                Form { limb_words, primes: product_primes(transform) }
            }
            (UnitPart::Term { .. }, Step::Lean(LeanStep::Transform(transform))) => {
                Form { limb_words: n, primes: product_primes(transform) }
            }
            (UnitPart::Mask { .. }, _) => Form { limb_words: n, primes: PrimeIndex::first(stage.limbs_in) },
            (UnitPart::Constant { .. }, _) => Form { limb_words: n, primes: PrimeIndex::first(stage.limbs_out) },
            (part, step) => unreachable!("{part:?} is no part of {step:?}"),
        }
    }
}

/// The pieces of the arena of a lean plan.
pub(in crate::network) fn forms(plan: &Plan, n: usize) -> Vec<Form> {
    units(plan).into_iter().map(|unit| unit.form(plan, n)).collect()
}

/// Which of them is what: one entry a stage.
pub(in crate::network) fn pieces(plan: &Plan) -> Vec<LeanPieces> {
    let mut stages: Vec<LeanPieces> = plan.stages.iter().map(|_| LeanPieces::default()).collect();
    for (piece, unit) in units(plan).iter().enumerate() {
        stages[unit.stage].place(unit.part, piece);
    }
    stages
}

/// Encodes all plaintexts of a lean plan, in parallel.
///
/// # Errors
/// If an activation does not complete to a square, a weight does not fit its scale, or the executor was stopped.
pub(in crate::network) fn encode(
    context: &Arc<Context>,
    plan: &Plan,
    network: &Network,
    pieces: &PiecesMut<'_>,
    executor: &dyn Executor,
    cancel: &Cancel,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<(), NetworkEncodeError> {
    let weights = LeanWeights::new(network)?;
    let work =
        Encoding { context, plan, weights, encoder: Encoder::new(context.log_n()), periodic: periodic(context, plan) };
    let units = units(plan);
    let piece = |index, scratch: &mut Scratch| work.piece(units[index], &mut pieces.get(index), scratch);
    let stage = |index: usize| &plan.stages[units[index].stage];
    encode_pieces(units.len(), stage, executor, cancel, progress, || Scratch::new(&work), piece)
}

impl LeanPieces {
    /// Notes which piece a part is; parts of a stage come in the order of its units.
    fn place(&mut self, part: UnitPart, piece: usize) {
        match (part, &mut self.factors) {
            (UnitPart::Constant { .. }, _) => self.constants.push(piece),
            (UnitPart::Group(_), Factors::Periodic(groups)) => groups.push(piece),
            (UnitPart::Group(_), factors) => *factors = Factors::Periodic(vec![piece]),
            (UnitPart::Term { sum, baby }, Factors::Terms(terms)) => terms.push(Term { sum, baby, piece }),
            (UnitPart::Term { sum, baby }, factors) => *factors = Factors::Terms(vec![Term { sum, baby, piece }]),
            (UnitPart::Mask { folded: false, .. }, Factors::Masks(masks)) => masks.push((piece, None)),
            (UnitPart::Mask { folded: false, .. }, factors) => *factors = Factors::Masks(vec![(piece, None)]),
            (UnitPart::Mask { folded: true, version }, Factors::Masks(masks)) => masks[version].1 = Some(piece),
            (UnitPart::Mask { folded: true, .. }, _) => {
                unreachable!("a version's own mask comes before its rotated one")
            }
        }
    }
}

/// An encoder for every short period of the plan.
fn periodic(context: &Arc<Context>, plan: &Plan) -> Vec<(usize, PeriodicEncoder)> {
    let mut encoders: Vec<(usize, PeriodicEncoder)> = Vec::new();
    for (_, step) in lean_steps(plan) {
        if let LeanStep::Transform(transform) = step
            && transform.has_short_period()
            && encoders.iter().all(|&(period, _)| period != transform.period)
        {
            encoders.push((transform.period, PeriodicEncoder::new(context, transform.period)));
        }
    }
    encoders
}

fn lean_steps(plan: &Plan) -> impl Iterator<Item = (&Stage, &LeanStep)> {
    plan.stages.iter().filter_map(|stage| match &stage.step {
        Step::Lean(step) => Some((stage, step)),
        _ => None,
    })
}

fn units(plan: &Plan) -> Vec<Unit> {
    let mut units = Vec::new();
    for (index, (stage, step)) in lean_steps(plan).enumerate() {
        let mut push = |part| units.push(Unit { stage: index, part });
        match step {
            LeanStep::Transform(transform) => {
                let sums = transform.sums(stage.outputs);
                if transform.has_short_period() {
                    (0..sums.div_ceil(GROUP)).for_each(|group| push(UnitPart::Group(group)));
                } else {
                    for sum in 0..sums {
                        let babies = 0..transform.babies.len();
                        let used = babies.filter(|&baby| transform.uses(stage.outputs, sum % stage.outputs, baby));
                        used.for_each(|baby| push(UnitPart::Term { sum, baby }));
                    }
                }
            }
            LeanStep::Versions(versions) => {
                for version in 0..versions.row_taps.len() {
                    push(UnitPart::Mask { version, folded: false });
                    if versions.fold.is_some() {
                        push(UnitPart::Mask { version, folded: true });
                    }
                }
            }
            LeanStep::SquareSums(_) | LeanStep::SlotSums(_) => {}
        }
        if step.adds_constant() {
            (0..stage.outputs).for_each(|output| push(UnitPart::Constant { output }));
        }
    }
    units
}

struct Encoding<'a> {
    context: &'a Arc<Context>,
    plan: &'a Plan,
    weights: LeanWeights<'a>,
    encoder: Encoder,
    periodic: Vec<(usize, PeriodicEncoder)>,
}

/// Buffers of a worker.
struct Scratch {
    coefficients: Vec<i64>,
    encoder: EncoderScratch,
    /// One for each periodic encoder.
    periodic: Vec<(PeriodicScratch, Vec<u32>)>,
}

impl Scratch {
    fn new(work: &Encoding<'_>) -> Self {
        let periodic = work.periodic.iter().map(|(_, encoder)| (encoder.scratch(), vec![0; encoder.residues()]));
        Self { coefficients: vec![0; work.context.n()], encoder: work.encoder.scratch(), periodic: periodic.collect() }
    }
}

impl Encoding<'_> {
    /// Encodes a unit into its piece of the arena, all zero before.
    fn piece(&self, unit: Unit, out: &mut [u32], scratch: &mut Scratch) -> Result<(), EncodeError> {
        let stage = &self.plan.stages[unit.stage];
        let Step::Lean(step) = &stage.step else { unreachable!("a lean plan has lean stages") };
        match (unit.part, step) {
            (UnitPart::Group(number), LeanStep::Transform(transform)) => {
                self.group(stage, transform, number, out, scratch)
            }
            (UnitPart::Term { sum, baby }, LeanStep::Transform(transform)) => {
                let slots = self.weights.factor(transform, stage.outputs, sum, baby);
                let slots = slots.expect("a unit for a product that there is");
                self.factor(&slots, self.plan.factor_scale(stage), &product_primes(transform), out, scratch)
            }
            (UnitPart::Mask { version, folded }, LeanStep::Versions(versions)) => {
                let rotation = versions.fold.filter(|_| folded).unwrap_or(0);
                let slots = self.weights.version_mask(versions, version, rotation);
                let primes = PrimeIndex::first(stage.limbs_in);
                self.factor(&slots, self.plan.factor_scale(stage), &primes, out, scratch)
            }
            (UnitPart::Constant { output }, step) => {
                let slots = match step {
                    LeanStep::Transform(transform) => self.weights.transform_constant(transform, output),
                    LeanStep::SquareSums(sums) => self.weights.square_constant(sums),
                    LeanStep::SlotSums(_) => Some(self.weights.dense_constant()),
                    LeanStep::Versions(_) => None,
                };
                let slots = slots.expect("a unit for a constant that there is");
                self.limbs(&slots, stage.scale_out_bits.exp2(), &PrimeIndex::first(stage.limbs_out), out, scratch)
            }
            (part, step) => unreachable!("{part:?} is no part of {step:?}"),
        }
    }

    /// The weights of a group of sums of short period.
    fn group(
        &self,
        stage: &Stage,
        transform: &Transform,
        number: usize,
        out: &mut [u32],
        scratch: &mut Scratch,
    ) -> Result<(), EncodeError> {
        let primes = product_primes(transform);
        let index = self.periodic.iter().position(|&(period, _)| period == transform.period);
        let index = index.expect("an encoder for each short period");
        let ((scratch, room), encoder) = (&mut scratch.periodic[index], &self.periodic[index].1);
        let shape = periodic_shape(transform, stage.outputs, number);
        let mut streams: Vec<_> = out.chunks_exact_mut(periodic_weight_words(shape)).collect();
        let scale = self.plan.factor_scale(stage);
        for (place, sum) in group(transform.sums(stage.outputs), number).enumerate() {
            for baby in 0..transform.babies.len() {
                let slots = self.weights.factor(transform, stage.outputs, sum, baby);
                let slots = slots.expect("periodic maps have a product of every sum with every baby");
                encoder.encode(&slots, scale, &primes, room, scratch, |limb, residues| {
                    periodic_weights_insert(shape, baby, place, residues, streams[limb]);
                })?;
            }
        }
        Ok(())
    }

    /// A plaintext's whole limbs, in Montgomery form.
    fn factor(
        &self,
        slots: &[Complex64],
        scale: f64,
        primes: &[PrimeIndex],
        out: &mut [u32],
        scratch: &mut Scratch,
    ) -> Result<(), EncodeError> {
        self.limbs(slots, scale, primes, out, scratch)?;
        for (limb, &prime) in out.chunks_exact_mut(self.context.n()).zip(primes) {
            eltwise::to_montgomery_assign(self.context.isa(), self.context.modulus(prime), limb);
        }
        Ok(())
    }

    /// A plaintext's whole limbs, plain form.
    fn limbs(
        &self,
        slots: &[Complex64],
        scale: f64,
        primes: &[PrimeIndex],
        out: &mut [u32],
        scratch: &mut Scratch,
    ) -> Result<(), EncodeError> {
        self.encoder.encode_complex_into(slots, scale, &mut scratch.coefficients, &mut scratch.encoder)?;
        for (limb, &prime) in out.chunks_exact_mut(self.context.n()).zip(primes) {
            plaintext_limb_into(self.context, prime, &scratch.coefficients, limb);
        }
        Ok(())
    }
}
