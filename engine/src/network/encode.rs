//! A network's plaintexts as residues, in the order in which a run reads them.
//!
//! All plaintexts of these methods have real slots, so half of each limb's residues say everything
//! ([`hear_kernels::accumulate`]). A plaintext is encoded for the limbs of the ciphertext that it meets (the paper's
//! level-aware encoding), or for all of them where that is switched off.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use hear_kernels::accumulate::{TileShape, weight_stream_insert, weight_stream_words};
use hear_model::network::Network;
use hear_scheduler::{Cancel, Executor, RunError};

use super::{
    lean::{
        encode::{self as lean, EncodedLean},
        weights::LeadingCoefficientError,
    },
    method::Method,
    plan::{Linear, LinearLayer, Plan, Stage, Step},
    weights::{LinearIndex, Weights, merge_mask},
};
use crate::{
    ckks::{EncodeError, Encoder, EncoderScratch, plaintext_half_limb_into, plaintext_limb_into},
    params::PrimeIndex,
    ring::Context,
};

/// The plaintexts of a network under a plan.
#[derive(Debug)]
pub struct EncodedNetwork {
    stages: Vec<EncodedStage>,
}

/// The plaintexts of a stage.
#[derive(Debug)]
enum EncodedStage {
    /// A stage without plaintexts.
    None,
    /// Weight streams: `tiles[tile][chunk][limb]`, and the constant that is added at the end.
    Linear { tiles: Vec<Vec<Limbs>>, constant: Option<Limbs> },
    /// The quadratic of every ciphertext.
    Activation(Vec<EncodedQuadratic>),
    /// The mask.
    Merge(Limbs),
    /// A stage of `lean-hear`.
    Lean(EncodedLean),
}

/// Residues of a plaintext or of a stream of them, limb by limb.
pub(super) type Limbs = Vec<Vec<u32>>;

/// The coefficients of a x^2 + b x + c as plaintexts.
#[derive(Debug)]
pub struct EncodedQuadratic {
    /// a: halves in Montgomery form.
    pub a: Vec<Vec<u32>>,
    /// b: whole limbs.
    pub b: Vec<Vec<u32>>,
    /// c: whole limbs.
    pub c: Vec<Vec<u32>>,
}

/// Why a network could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum NetworkEncodeError {
    /// A value that the scale cannot hold.
    #[error("stage {stage}: {source}")]
    Value {
        /// The stage.
        stage: String,
        /// The value and the limit.
        source: EncodeError,
    },
    /// The network has another shape than the plan.
    #[error("the network is a {network}, the plan is for a {plan}")]
    Shape {
        /// The network's shape.
        network: String,
        /// The plan's shape.
        plan: String,
    },
    /// An activation whose square cannot be completed.
    #[error(transparent)]
    LeadingCoefficient(#[from] LeadingCoefficientError),
    /// The executor was stopped.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// One piece of encoding that a thread does on its own.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Weights { stage: usize, tile: usize, chunk: usize },
    Constant { stage: usize },
    Quadratic { stage: usize, ciphertext: usize },
    Mask { stage: usize },
}

/// What a [`Unit`] gives.
#[derive(Debug)]
enum Piece {
    Limbs(Limbs),
    Quadratic(EncodedQuadratic),
}

impl Unit {
    fn stage(self) -> usize {
        match self {
            Self::Weights { stage, .. }
            | Self::Constant { stage }
            | Self::Quadratic { stage, .. }
            | Self::Mask { stage } => stage,
        }
    }
}

/// Outputs and giants of a linear stage in the order in which tiles take them, and the inputs that a tile reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiling {
    /// Output ciphertexts.
    pub outputs: usize,
    /// Sums of products: outputs x giants; sum `giant * outputs + output`.
    pub sums: usize,
    /// Rotated inputs: inputs x babies; input `input * babies + baby`.
    pub inputs: usize,
    /// Babies of an input.
    pub babies: usize,
    /// Sums a tile.
    pub tile: usize,
    /// Inputs a chunk.
    pub chunk: usize,
}

impl Tiling {
    pub(super) fn new(plan: &Plan, stage: &Stage, linear: &Linear) -> Self {
        let (chunk, tile) = plan.tile();
        let (babies, giants) = (linear.babies().len(), linear.giants().len());
        Self {
            outputs: stage.outputs,
            sums: stage.outputs * giants,
            inputs: stage.inputs * babies,
            babies,
            tile,
            chunk,
        }
    }

    pub(super) fn tiles(self) -> usize {
        self.sums.div_ceil(self.tile)
    }

    pub(super) fn chunks(self) -> usize {
        self.inputs.div_ceil(self.chunk)
    }

    /// The sums of a tile.
    pub(super) fn sums_of(self, tile: usize) -> std::ops::Range<usize> {
        tile * self.tile..((tile + 1) * self.tile).min(self.sums)
    }

    /// The rotated inputs of a chunk.
    pub(super) fn inputs_of(self, chunk: usize) -> std::ops::Range<usize> {
        chunk * self.chunk..((chunk + 1) * self.chunk).min(self.inputs)
    }

    fn index(self, sum: usize, input: usize) -> LinearIndex {
        LinearIndex {
            output: sum % self.outputs,
            giant: sum / self.outputs,
            input: input / self.babies,
            baby: input % self.babies,
        }
    }
}

impl EncodedNetwork {
    /// Encodes all plaintexts of a network, in parallel. `progress` is called after every piece with the number of pieces
    /// done and their total.
    ///
    /// # Errors
    /// If the network has another shape than the plan, a weight does not fit its scale, or the executor was stopped.
    pub fn new(
        context: &Arc<Context>,
        plan: &Plan,
        network: &Network,
        executor: &dyn Executor,
        cancel: &Cancel,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Self, NetworkEncodeError> {
        if network.shape() != plan.shape {
            return Err(NetworkEncodeError::Shape {
                network: network.shape().to_string(),
                plan: plan.shape.to_string(),
            });
        }
        if plan.method == Method::LeanHear {
            let stages = lean::encode(context, plan, network, executor, cancel, progress)?;
            return Ok(Self { stages: stages.into_iter().map(EncodedStage::Lean).collect() });
        }
        let units = units(plan);
        let work = Encoding { context, plan, weights: Weights::new(network), encoder: Encoder::new(context.log_n()) };
        let pieces = in_parallel(
            executor,
            cancel,
            progress,
            units.len(),
            || work.scratch(),
            |index, scratch| work.piece(units[index], scratch),
        )?;
        let mut stages: Vec<_> = plan.stages.iter().map(|stage| EncodedStage::empty(plan, stage)).collect();
        for (unit, piece) in units.into_iter().zip(pieces) {
            let piece = piece.map_err(|source| {
                let stage = plan.stages[unit.stage()].name.clone();
                NetworkEncodeError::Value { stage, source }
            })?;
            stages[unit.stage()].place(unit, piece);
        }
        Ok(Self { stages })
    }

    /// Bytes of all residues.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let limbs = |limbs: &Limbs| limbs.iter().map(|limb| limb.len() * size_of::<u32>()).sum::<usize>();
        self.stages
            .iter()
            .map(|stage| match stage {
                EncodedStage::None => 0,
                EncodedStage::Linear { tiles, constant } => {
                    tiles.iter().flatten().map(limbs).sum::<usize>() + constant.as_ref().map_or(0, limbs)
                }
                EncodedStage::Activation(quadratics) => {
                    quadratics.iter().map(|q| limbs(&q.a) + limbs(&q.b) + limbs(&q.c)).sum()
                }
                EncodedStage::Merge(mask) => limbs(mask),
                EncodedStage::Lean(encoded) => encoded.bytes(),
            })
            .sum()
    }

    /// The stream of weights of one limb of a tile and a chunk of a linear stage.
    pub(super) fn weights(&self, stage: usize, tile: usize, chunk: usize, limb: usize) -> &[u32] {
        match &self.stages[stage] {
            EncodedStage::Linear { tiles, .. } => &tiles[tile][chunk][limb],
            other => unreachable!("a plan's linear stage has weights, not {other:?}"),
        }
    }

    /// The constant that a linear stage adds, whole limbs.
    pub(super) fn constant(&self, stage: usize) -> &[Vec<u32>] {
        match &self.stages[stage] {
            EncodedStage::Linear { constant: Some(limbs), .. } => limbs,
            other => unreachable!("a plan's dense stage has a constant, not {other:?}"),
        }
    }

    /// The quadratic of a ciphertext of an activation.
    pub(super) fn quadratic(&self, stage: usize, ciphertext: usize) -> &EncodedQuadratic {
        match &self.stages[stage] {
            EncodedStage::Activation(quadratics) => &quadratics[ciphertext],
            other => unreachable!("a plan's activation has quadratics, not {other:?}"),
        }
    }

    /// The plaintexts of a stage of `lean-hear`.
    pub(super) fn lean(&self, stage: usize) -> &EncodedLean {
        match &self.stages[stage] {
            EncodedStage::Lean(encoded) => encoded,
            other => unreachable!("a plan's lean stage has lean plaintexts, not {other:?}"),
        }
    }

    /// The mask of a merge, halves in Montgomery form.
    pub(super) fn mask(&self, stage: usize) -> &[Vec<u32>] {
        match &self.stages[stage] {
            EncodedStage::Merge(limbs) => limbs,
            other => unreachable!("a plan's merge has a mask, not {other:?}"),
        }
    }
}

impl EncodedStage {
    /// The stage with a place for every piece.
    fn empty(plan: &Plan, stage: &Stage) -> Self {
        match &stage.step {
            Step::Linear(linear) => {
                let tiling = Tiling::new(plan, stage, linear);
                Self::Linear { tiles: vec![vec![Limbs::new(); tiling.chunks()]; tiling.tiles()], constant: None }
            }
            Step::Activation(_) => Self::Activation(Vec::with_capacity(stage.inputs)),
            Step::Merge(_) => Self::Merge(Limbs::new()),
            Step::Lean(_) => Self::Lean(EncodedLean::default()),
            Step::Replicate { .. } | Step::Pool { .. } | Step::Fold { .. } => Self::None,
        }
    }

    /// Puts a piece where its unit belongs; units of a stage come in order.
    fn place(&mut self, unit: Unit, piece: Piece) {
        match (self, unit, piece) {
            (Self::Linear { tiles, .. }, Unit::Weights { tile, chunk, .. }, Piece::Limbs(limbs)) => {
                tiles[tile][chunk] = limbs;
            }
            (Self::Linear { constant, .. }, Unit::Constant { .. }, Piece::Limbs(limbs)) => *constant = Some(limbs),
            (Self::Activation(all), Unit::Quadratic { .. }, Piece::Quadratic(quadratic)) => all.push(quadratic),
            (Self::Merge(mask), Unit::Mask { .. }, Piece::Limbs(limbs)) => *mask = limbs,
            (stage, unit, _) => unreachable!("{unit:?} is no part of {stage:?}"),
        }
    }
}

/// The results of `piece` for every index below `count`, in order, on the executor's threads, each of which makes its scratch
/// once. `progress` is called after every piece with the number of pieces done and their total.
pub(super) fn in_parallel<T: Send + Sync, S: Send>(
    executor: &dyn Executor,
    cancel: &Cancel,
    progress: &(dyn Fn(usize, usize) + Sync),
    count: usize,
    scratch: impl Fn() -> S,
    piece: impl Fn(usize, &mut S) -> T + Sync,
) -> Result<Vec<T>, RunError> {
    let scratch: Vec<_> = (0..executor.workers()).map(|_| Mutex::new(scratch())).collect();
    let pieces: Vec<OnceLock<T>> = (0..count).map(|_| OnceLock::new()).collect();
    let done = AtomicUsize::new(0);
    executor.for_each(count, cancel, &|index, worker| {
        let mut scratch = scratch[worker].lock().unwrap_or_else(PoisonError::into_inner);
        // Every index comes once, so the cell is empty.
        let _ = pieces[index].set(piece(index, &mut scratch));
        progress(1 + done.fetch_add(1, Ordering::Relaxed), count);
    })?;
    let finished = |piece: OnceLock<T>| piece.into_inner().expect("a finished loop has done every piece");
    Ok(pieces.into_iter().map(finished).collect())
}

/// All units of a plan, the longest first within a stage.
fn units(plan: &Plan) -> Vec<Unit> {
    let mut units = Vec::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        match &stage.step {
            Step::Linear(linear) => {
                let tiling = Tiling::new(plan, stage, linear);
                for tile in 0..tiling.tiles() {
                    units.extend((0..tiling.chunks()).map(|chunk| Unit::Weights { stage: index, tile, chunk }));
                }
                if linear.layer == LinearLayer::Dense {
                    units.push(Unit::Constant { stage: index });
                }
            }
            Step::Activation(_) => {
                units.extend((0..stage.inputs).map(|ciphertext| Unit::Quadratic { stage: index, ciphertext }));
            }
            Step::Merge(_) => units.push(Unit::Mask { stage: index }),
            Step::Lean(_) => {}
            Step::Replicate { .. } | Step::Pool { .. } | Step::Fold { .. } => {}
        }
    }
    units
}

/// What encoding a unit needs.
struct Encoding<'a> {
    context: &'a Arc<Context>,
    plan: &'a Plan,
    weights: Weights<'a>,
    encoder: Encoder,
}

/// Buffers of a worker: for two plaintexts, which share a transform.
struct Scratch {
    slots: [Vec<f64>; 2],
    coefficients: [Vec<i64>; 2],
    limb: Vec<u32>,
    encoder: EncoderScratch,
}

impl Encoding<'_> {
    fn scratch(&self) -> Scratch {
        let n = self.context.n();
        Scratch {
            slots: std::array::from_fn(|_| vec![0.0; n / 2]),
            coefficients: std::array::from_fn(|_| vec![0; n]),
            limb: vec![0; n],
            encoder: self.encoder.scratch(),
        }
    }

    fn piece(&self, unit: Unit, scratch: &mut Scratch) -> Result<Piece, EncodeError> {
        let stage = &self.plan.stages[unit.stage()];
        match (unit, &stage.step) {
            (Unit::Weights { tile, chunk, .. }, Step::Linear(linear)) => {
                self.weight_stream(stage, linear, tile, chunk, scratch).map(Piece::Limbs)
            }
            (Unit::Constant { .. }, _) => {
                let limbs = self.plan.plaintext_limbs(stage.limbs_out);
                let constant = self.weights.dense_constant();
                self.addend(&constant, stage.scale_out_bits.exp2(), limbs, scratch).map(Piece::Limbs)
            }
            (Unit::Quadratic { ciphertext, .. }, Step::Activation(activation)) => {
                let quadratic = self.weights.activation(activation, ciphertext);
                let scales = self.plan.activation_scales(stage);
                let limbs = |at| self.plan.plaintext_limbs(at);
                let a = self.factor(&quadratic.a, scales.factor, limbs(stage.limbs_in), scratch)?;
                let b = self.addend(&quadratic.b, scales.middle, limbs(stage.limbs_in - 1), scratch)?;
                let c = self.addend(&quadratic.c, stage.scale_out_bits.exp2(), limbs(stage.limbs_out), scratch)?;
                Ok(Piece::Quadratic(EncodedQuadratic { a, b, c }))
            }
            (Unit::Mask { .. }, Step::Merge(merge)) => {
                let limbs = self.plan.plaintext_limbs(stage.limbs_in);
                self.factor(&merge_mask(merge), self.plan.factor_scale(stage), limbs, scratch).map(Piece::Limbs)
            }
            (unit, step) => unreachable!("{unit:?} is no part of {step:?}"),
        }
    }

    /// The streams of a tile's weights on a chunk of inputs, limb by limb.
    fn weight_stream(
        &self,
        stage: &Stage,
        linear: &Linear,
        tile: usize,
        chunk: usize,
        scratch: &mut Scratch,
    ) -> Result<Limbs, EncodeError> {
        let tiling = Tiling::new(self.plan, stage, linear);
        let (sums, inputs) = (tiling.sums_of(tile), tiling.inputs_of(chunk));
        let primes = PrimeIndex::first(self.plan.plaintext_limbs(stage.limbs_in));
        let (context, n) = (self.context, self.context.n());
        let shape = TileShape::new(inputs.len(), sums.len());
        let mut streams = vec![vec![0; weight_stream_words(shape, n)]; primes.len()];
        let scale = self.plan.factor_scale(stage);
        let plaintexts: Vec<_> =
            sums.enumerate().flat_map(|sum| inputs.clone().enumerate().map(move |input| (sum, input))).collect();
        for pair in plaintexts.chunks(2) {
            for (slots, &((_, sum), (_, input))) in scratch.slots.iter_mut().zip(pair) {
                self.weights.linear_into(linear, tiling.index(sum, input), slots);
            }
            let [first, second] = &mut scratch.coefficients;
            match pair {
                [_, _] => {
                    let slots = [&*scratch.slots[0], &scratch.slots[1]];
                    self.encoder.encode_real_pair_into(slots, scale, [first, second], &mut scratch.encoder)?;
                }
                _ => self.encoder.encode_real_into(&scratch.slots[0], scale, first, &mut scratch.encoder)?,
            }
            for (coefficients, &((output, _), (input, _))) in scratch.coefficients.iter().zip(pair) {
                for (&prime, stream) in primes.iter().zip(&mut streams) {
                    plaintext_limb_into(context, prime, coefficients, &mut scratch.limb);
                    let half = &scratch.limb[..n / 2];
                    weight_stream_insert(context.isa(), context.modulus(prime), stream, shape, input, output, half);
                }
            }
        }
        Ok(streams)
    }

    /// A plaintext to multiply by: the halves of its limbs, in Montgomery form.
    fn factor(&self, slots: &[f64], scale: f64, limbs: usize, scratch: &mut Scratch) -> Result<Limbs, EncodeError> {
        let coefficients = &mut scratch.coefficients[0];
        self.encoder.encode_real_into(slots, scale, coefficients, &mut scratch.encoder)?;
        let half = |prime| {
            let mut half = vec![0; self.context.n() / 2];
            plaintext_half_limb_into(self.context, prime, coefficients, &mut scratch.limb, &mut half);
            half
        };
        Ok(PrimeIndex::first(limbs).into_iter().map(half).collect())
    }

    /// A plaintext to add: whole limbs.
    fn addend(&self, slots: &[f64], scale: f64, limbs: usize, scratch: &mut Scratch) -> Result<Limbs, EncodeError> {
        let coefficients = &mut scratch.coefficients[0];
        self.encoder.encode_real_into(slots, scale, coefficients, &mut scratch.encoder)?;
        let whole = |prime| {
            let mut limb = vec![0; self.context.n()];
            plaintext_limb_into(self.context, prime, coefficients, &mut limb);
            limb
        };
        Ok(PrimeIndex::first(limbs).into_iter().map(whole).collect())
    }
}
