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
        encode::{Limbs, NetworkEncodeError, in_parallel},
        plan::{Plan, Stage, Step},
    },
    params::PrimeIndex,
    ring::Context,
};

/// The plaintexts of a stage.
#[derive(Debug, Default)]
pub(in crate::network) struct EncodedLean {
    /// What products multiply by.
    pub(in crate::network) factors: Factors,
    /// What is added to each output, whole limbs; empty where nothing is.
    pub(in crate::network) constants: Vec<Limbs>,
}

/// What products multiply by.
#[derive(Debug, Default)]
pub(in crate::network) enum Factors {
    /// Nothing.
    #[default]
    None,
    /// Weights of short period: `[group of sums][limb]`.
    Periodic(Vec<Limbs>),
    /// Plaintexts one by one, whole limbs in Montgomery form, sum by sum.
    Terms(Vec<Term>),
    /// For each version the mask of the ciphertext and, where it is folded, that of its rotation.
    Masks(Vec<[Option<Limbs>; 2]>),
}

/// One plaintext of a sum.
#[derive(Debug)]
pub(in crate::network) struct Term {
    /// The sum, giant * outputs + output.
    pub(in crate::network) sum: usize,
    /// The rotated input.
    pub(in crate::network) baby: usize,
    /// In Montgomery form.
    pub(in crate::network) limbs: Limbs,
}

impl EncodedLean {
    /// Bytes of all residues.
    pub(in crate::network) fn bytes(&self) -> usize {
        let words = |limbs: &Limbs| limbs.iter().map(Vec::len).sum::<usize>();
        let factors: usize = match &self.factors {
            Factors::None => 0,
            Factors::Periodic(groups) => groups.iter().map(words).sum(),
            Factors::Terms(terms) => terms.iter().map(|term| words(&term.limbs)).sum(),
            Factors::Masks(masks) => masks.iter().flatten().flatten().map(words).sum(),
        };
        (factors + self.constants.iter().map(words).sum::<usize>()) * size_of::<u32>()
    }

    /// The constant of an output.
    pub(in crate::network) fn constant(&self, output: usize) -> Option<&[Vec<u32>]> {
        self.constants.get(output).map(Vec::as_slice)
    }
}

/// The primes over which a transform's products are taken.
pub(in crate::network) fn product_primes(transform: &Transform) -> Vec<PrimeIndex> {
    match transform.baby_basis {
        BabyBasis::Data => PrimeIndex::first(transform.switch.limbs),
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

/// Encodes all plaintexts of a lean plan, in parallel: one entry a stage.
///
/// # Errors
/// If an activation does not complete to a square, a weight does not fit its scale, or the executor was stopped.
pub(in crate::network) fn encode(
    context: &Arc<Context>,
    plan: &Plan,
    network: &Network,
    executor: &dyn Executor,
    cancel: &Cancel,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<EncodedLean>, NetworkEncodeError> {
    let weights = LeanWeights::new(network)?;
    let work =
        Encoding { context, plan, weights, encoder: Encoder::new(context.log_n()), periodic: periodic(context, plan) };
    let units = units(plan);
    let scratch = || Scratch::new(&work);
    let pieces = in_parallel(executor, cancel, progress, units.len(), scratch, |index, scratch| {
        work.piece(units[index], scratch)
    })?;
    let mut stages: Vec<EncodedLean> = plan.stages.iter().map(|_| EncodedLean::default()).collect();
    for (unit, piece) in units.iter().zip(pieces) {
        let stage = || plan.stages[unit.stage].name.clone();
        let limbs = piece.map_err(|source| NetworkEncodeError::Value { stage: stage(), source })?;
        stages[unit.stage].place(unit.part, limbs);
    }
    Ok(stages)
}

impl EncodedLean {
    /// Puts a piece where it belongs; pieces of a stage come in the order of its units.
    fn place(&mut self, part: UnitPart, limbs: Limbs) {
        match (part, &mut self.factors) {
            (UnitPart::Constant { .. }, _) => self.constants.push(limbs),
            (UnitPart::Group(_), Factors::Periodic(groups)) => groups.push(limbs),
            (UnitPart::Group(_), factors) => *factors = Factors::Periodic(vec![limbs]),
            (UnitPart::Term { sum, baby }, Factors::Terms(terms)) => terms.push(Term { sum, baby, limbs }),
            (UnitPart::Term { sum, baby }, factors) => *factors = Factors::Terms(vec![Term { sum, baby, limbs }]),
            (UnitPart::Mask { folded: false, .. }, Factors::Masks(masks)) => masks.push([Some(limbs), None]),
            (UnitPart::Mask { folded: false, .. }, factors) => *factors = Factors::Masks(vec![[Some(limbs), None]]),
            (UnitPart::Mask { folded: true, version }, Factors::Masks(masks)) => masks[version][1] = Some(limbs),
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
    fn piece(&self, unit: Unit, scratch: &mut Scratch) -> Result<Limbs, EncodeError> {
        let stage = &self.plan.stages[unit.stage];
        let Step::Lean(step) = &stage.step else { unreachable!("a lean plan has lean stages") };
        match (unit.part, step) {
            (UnitPart::Group(number), LeanStep::Transform(transform)) => self.group(stage, transform, number, scratch),
            (UnitPart::Term { sum, baby }, LeanStep::Transform(transform)) => {
                let slots = self.weights.factor(transform, stage.outputs, sum, baby);
                let slots = slots.expect("a unit for a product that there is");
                let mut limbs =
                    self.limbs(&slots, self.plan.factor_scale(stage), &product_primes(transform), scratch)?;
                self.to_montgomery(&product_primes(transform), &mut limbs);
                Ok(limbs)
            }
            (UnitPart::Mask { version, folded }, LeanStep::Versions(versions)) => {
                let rotation = versions.fold.filter(|_| folded).unwrap_or(0);
                let slots = self.weights.version_mask(versions, version, rotation);
                let primes = PrimeIndex::first(stage.limbs_in);
                let mut limbs = self.limbs(&slots, self.plan.factor_scale(stage), &primes, scratch)?;
                self.to_montgomery(&primes, &mut limbs);
                Ok(limbs)
            }
            (UnitPart::Constant { output }, step) => {
                let slots = match step {
                    LeanStep::Transform(transform) => self.weights.transform_constant(transform, output),
                    LeanStep::SquareSums(sums) => self.weights.square_constant(sums),
                    LeanStep::SlotSums(_) => Some(self.weights.dense_constant()),
                    LeanStep::Versions(_) => None,
                };
                let slots = slots.expect("a unit for a constant that there is");
                self.limbs(&slots, stage.scale_out_bits.exp2(), &PrimeIndex::first(stage.limbs_out), scratch)
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
        scratch: &mut Scratch,
    ) -> Result<Limbs, EncodeError> {
        let primes = product_primes(transform);
        let index = self.periodic.iter().position(|&(period, _)| period == transform.period);
        let index = index.expect("an encoder for each short period");
        let ((scratch, room), encoder) = (&mut scratch.periodic[index], &self.periodic[index].1);
        let shape = periodic_shape(transform, stage.outputs, number);
        let mut streams = vec![vec![0; periodic_weight_words(shape)]; primes.len()];
        let scale = self.plan.factor_scale(stage);
        for (place, sum) in group(transform.sums(stage.outputs), number).enumerate() {
            for baby in 0..transform.babies.len() {
                let slots = self.weights.factor(transform, stage.outputs, sum, baby);
                let slots = slots.expect("periodic maps have a product of every sum with every baby");
                encoder.encode(&slots, scale, &primes, room, scratch, |limb, residues| {
                    periodic_weights_insert(shape, baby, place, residues, &mut streams[limb]);
                })?;
            }
        }
        Ok(streams)
    }

    /// A plaintext's whole limbs, plain form.
    fn limbs(
        &self,
        slots: &[Complex64],
        scale: f64,
        primes: &[PrimeIndex],
        scratch: &mut Scratch,
    ) -> Result<Limbs, EncodeError> {
        self.encoder.encode_complex_into(slots, scale, &mut scratch.coefficients, &mut scratch.encoder)?;
        let limb = |&prime: &PrimeIndex| {
            let mut limb = vec![0; self.context.n()];
            plaintext_limb_into(self.context, prime, &scratch.coefficients, &mut limb);
            limb
        };
        Ok(primes.iter().map(limb).collect())
    }

    fn to_montgomery(&self, primes: &[PrimeIndex], limbs: &mut Limbs) {
        for (limb, &prime) in limbs.iter_mut().zip(primes) {
            eltwise::to_montgomery_assign(self.context.isa(), self.context.modulus(prime), limb);
        }
    }
}
