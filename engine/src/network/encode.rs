//! A network's plaintexts as residues, in the order in which a run reads them.
//!
//! All plaintexts of these methods have real slots, so half of each limb's residues say everything
//! ([`hear_kernels::accumulate`]). A plaintext is encoded for the limbs of the ciphertext that it meets (the paper's
//! level-aware encoding), or for all of them where that is switched off.

use std::{
    ops::Range,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use hear_kernels::accumulate::{TileShape, weight_stream_insert, weight_stream_words};
use hear_model::network::Network;
use hear_scheduler::{Cancel, Executor, RunError};

use super::{
    lean::{
        encode::{self as lean, LeanPieces},
        scales::Scales,
        weights::LeadingCoefficientError,
    },
    lola,
    method::Family,
    nodes::encode::{self as nodes, NodePieces},
    plaintexts::{Form, Layout, PiecesMut, Plaintexts},
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
    /// The scales that the network chose, where it can.
    scales: Option<Scales>,
    /// log2 of the scale after every stage.
    scale_bits: Vec<f64>,
    index: Index,
    plaintexts: Plaintexts,
    /// The weights themselves, under a method that encodes most of them as it uses them.
    network: Option<Network>,
}

/// Which piece of the arena is what.
#[derive(Debug)]
enum Index {
    /// For `hear` and `fast-hear`, stage by stage.
    Paper(Vec<StagePieces>),
    /// For `lean-hear`, stage by stage.
    Lean(Vec<LeanPieces>),
    /// Where ciphertexts are nodes, stage by stage.
    Nodes(Vec<NodePieces>),
}

/// The pieces of a stage.
#[derive(Clone, Copy, Debug)]
struct StagePieces {
    /// The first.
    first: usize,
    /// How many a tile or a ciphertext has; what comes after all tiles is the constant.
    each: usize,
    /// Tiles.
    tiles: usize,
}

/// The quadratic of a ciphertext.
#[derive(Clone, Copy, Debug)]
pub(super) struct EncodedQuadratic<'a> {
    plaintexts: &'a Plaintexts,
    first: usize,
}

impl<'a> EncodedQuadratic<'a> {
    /// a: halves in Montgomery form.
    pub(super) fn a(self) -> impl Iterator<Item = &'a [u32]> {
        self.plaintexts.limbs(self.first)
    }

    /// b: whole limbs.
    pub(super) fn b(self) -> impl Iterator<Item = &'a [u32]> {
        self.plaintexts.limbs(self.first + 1)
    }

    /// c: whole limbs.
    pub(super) fn c(self) -> impl Iterator<Item = &'a [u32]> {
        self.plaintexts.limbs(self.first + 2)
    }
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

/// One piece of encoding that a thread does on its own, and one piece of the arena.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Weights { stage: usize, tile: usize, chunk: usize },
    Constant { stage: usize },
    Quadratic { stage: usize, ciphertext: usize, coefficient: Coefficient },
    Mask { stage: usize },
}

/// Of a x^2 + b x + c.
#[derive(Clone, Copy, Debug)]
enum Coefficient {
    A,
    B,
    C,
}

impl Coefficient {
    const ALL: [Self; 3] = [Self::A, Self::B, Self::C];
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

    fn form(self, plan: &Plan, n: usize) -> Form {
        let stage = &plan.stages[self.stage()];
        let form = |limb_words, limbs| Form { limb_words, primes: PrimeIndex::first(plan.plaintext_limbs(limbs)) };
        match (self, &stage.step) {
            (Self::Weights { tile, chunk, .. }, Step::Linear(linear)) => {
                let tiling = LinearTiling::new(plan, stage, linear);
                form(weight_stream_words(tiling.shape(tile, chunk), n), stage.limbs_in)
            }
            (Self::Constant { .. }, _) => form(n, stage.limbs_out),
            (Self::Quadratic { coefficient, .. }, _) => match coefficient {
                Coefficient::A => form(n / 2, stage.limbs_in),
                Coefficient::B => form(n, stage.limbs_in - 1),
                Coefficient::C => form(n, stage.limbs_out),
            },
            (Self::Mask { .. }, _) => form(n / 2, stage.limbs_in),
            (unit, step) => unreachable!("{unit:?} is no part of {step:?}"),
        }
    }
}

/// Outputs and giants of a linear stage in the order in which tiles take them, and the inputs that a tile reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinearTiling {
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

impl LinearTiling {
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

    /// The sums of some tiles.
    pub(super) fn sums_of(self, tiles: Range<usize>) -> Range<usize> {
        tiles.start * self.tile..(tiles.end * self.tile).min(self.sums)
    }

    /// Sums of a tile: fewer in the last one.
    pub(super) fn width(self, tile: usize) -> usize {
        self.sums_of(tile..tile + 1).len()
    }

    /// The rotated inputs of a chunk.
    pub(super) fn inputs_of(self, chunk: usize) -> Range<usize> {
        chunk * self.chunk..((chunk + 1) * self.chunk).min(self.inputs)
    }

    /// Inputs and sums of a tile's chunk.
    fn shape(self, tile: usize, chunk: usize) -> TileShape {
        TileShape::new(self.inputs_of(chunk).len(), self.width(tile))
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

/// Refuses a network of another shape than the plan's.
pub(super) fn check_shape(plan: &Plan, network: &Network) -> Result<(), NetworkEncodeError> {
    if network.shape() == plan.shape {
        return Ok(());
    }
    Err(NetworkEncodeError::Shape { network: network.shape().to_string(), plan: plan.shape.to_string() })
}

impl EncodedNetwork {
    /// Encodes all plaintexts of a network at the scales of the plan, its own or those of [`Plan::with_scales`], in parallel.
    /// `progress` is called after every piece with the number of pieces done and their total.
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
        check_shape(plan, network)?;
        let mut encoded = Self::zeroed(context, plan);
        let pieces = encoded.plaintexts.pieces_mut();
        match plan.method.family() {
            Family::Packed => encode(context, plan, network, &pieces, executor, cancel, progress)?,
            Family::Lean => lean::encode(context, plan, network, &pieces, executor, cancel, progress)?,
            Family::Nodes => nodes::encode(context, plan, network, &pieces, executor, cancel, progress)?,
        }
        drop(pieces);
        if plan.method.encodes_as_it_runs() {
            lola::weights::check(plan, network)?;
            encoded.network = Some(network.clone());
        }
        Ok(encoded)
    }

    /// The plaintexts that a plan asks for, all of them zero.
    pub(super) fn zeroed(context: &Context, plan: &Plan) -> Self {
        let (index, layout) = Self::layout(context, plan);
        let scale_bits = plan.stages.iter().map(|stage| stage.scale_out_bits).collect();
        Self { scales: plan.scales(), scale_bits, index, plaintexts: Plaintexts::zeroed(layout), network: None }
    }

    /// Words of the plaintexts that a plan asks for.
    pub(super) fn words_of(context: &Context, plan: &Plan) -> usize {
        Self::layout(context, plan).1.words()
    }

    fn layout(context: &Context, plan: &Plan) -> (Index, Layout) {
        let n = context.n();
        let (index, forms) = match plan.method.family() {
            Family::Packed => {
                (Index::Paper(stage_pieces(plan)), units(plan).into_iter().map(|unit| unit.form(plan, n)).collect())
            }
            Family::Lean => (Index::Lean(lean::pieces(plan)), lean::forms(plan, n)),
            Family::Nodes => (Index::Nodes(nodes::pieces(plan)), nodes::forms(plan)),
        };
        (index, Layout::new(forms))
    }

    /// The scales that the network chose; `None` where all are fixed.
    #[must_use]
    pub fn scales(&self) -> Option<Scales> {
        self.scales
    }

    /// log2 of the scale at which the results of a stage stand.
    pub(super) fn scale_bits(&self, stage: usize) -> f64 {
        self.scale_bits[stage]
    }

    /// Bytes of all residues.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(self.plaintexts.words())
    }

    /// All residues.
    pub(super) fn plaintexts(&self) -> &Plaintexts {
        &self.plaintexts
    }

    /// All residues, to be filled.
    pub(super) fn plaintexts_mut(&mut self) -> &mut Plaintexts {
        &mut self.plaintexts
    }

    /// The stream of weights of one limb of a tile and a chunk of a linear stage.
    pub(super) fn weights(&self, stage: usize, tile: usize, chunk: usize, limb: usize) -> &[u32] {
        let StagePieces { first, each, .. } = self.stage(stage);
        self.plaintexts.limb(first + tile * each + chunk, limb)
    }

    /// The constant that a linear stage adds, whole limbs.
    pub(super) fn constant(&self, stage: usize) -> impl Iterator<Item = &[u32]> {
        let StagePieces { first, each, tiles } = self.stage(stage);
        self.plaintexts.limbs(first + tiles * each)
    }

    /// The quadratic of a ciphertext of an activation.
    pub(super) fn quadratic(&self, stage: usize, ciphertext: usize) -> EncodedQuadratic<'_> {
        let StagePieces { first, each, .. } = self.stage(stage);
        EncodedQuadratic { plaintexts: &self.plaintexts, first: first + ciphertext * each }
    }

    /// Where the plaintexts of a stage of `lean-hear` stand.
    pub(super) fn lean(&self, stage: usize) -> &LeanPieces {
        match &self.index {
            Index::Lean(stages) => &stages[stage],
            other => unreachable!("a lean plan has lean plaintexts, not {other:?}"),
        }
    }

    /// The network, under a method that encodes most plaintexts as it uses them.
    pub(super) fn network(&self) -> Option<&Network> {
        self.network.as_ref()
    }

    /// Where the numbers of a stage on nodes stand.
    pub(super) fn nodes(&self, stage: usize) -> NodePieces {
        match &self.index {
            Index::Nodes(stages) => stages[stage],
            other => unreachable!("a plan on nodes has their numbers, not {other:?}"),
        }
    }

    /// The mask of a merge, halves in Montgomery form.
    pub(super) fn mask(&self, stage: usize) -> impl Iterator<Item = &[u32]> {
        self.plaintexts.limbs(self.stage(stage).first)
    }

    fn stage(&self, stage: usize) -> StagePieces {
        match &self.index {
            Index::Paper(stages) => stages[stage],
            other => unreachable!("a plan of the paper's methods has their plaintexts, not {other:?}"),
        }
    }
}

/// Which pieces the stages have, in the order of [`units`].
fn stage_pieces(plan: &Plan) -> Vec<StagePieces> {
    let units = units(plan);
    let pieces = |(index, stage): (usize, &Stage)| {
        let first = units.partition_point(|unit| unit.stage() < index);
        let (each, tiles) = match &stage.step {
            Step::Linear(linear) => {
                let tiling = LinearTiling::new(plan, stage, linear);
                (tiling.chunks(), tiling.tiles())
            }
            Step::Activation(_) => (Coefficient::ALL.len(), 0),
            _ => (1, 0),
        };
        StagePieces { first, each, tiles }
    };
    plan.stages.iter().enumerate().map(pieces).collect()
}

/// Encodes all plaintexts of a plan of the paper's methods, in parallel.
fn encode(
    context: &Arc<Context>,
    plan: &Plan,
    network: &Network,
    pieces: &PiecesMut<'_>,
    executor: &dyn Executor,
    cancel: &Cancel,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<(), NetworkEncodeError> {
    let units = units(plan);
    let work = Encoding { context, plan, weights: Weights::new(network), encoder: Encoder::new(context.log_n()) };
    let piece = |index, scratch: &mut Scratch| work.piece(units[index], &mut pieces.get(index), scratch);
    let stage = |index: usize| &plan.stages[units[index].stage()];
    encode_pieces(units.len(), stage, executor, cancel, progress, || work.scratch(), piece)
}

/// Encodes every piece below `count`, in parallel; an error names the piece's stage.
pub(super) fn encode_pieces<'p, S: Send>(
    count: usize,
    stage: impl Fn(usize) -> &'p Stage,
    executor: &dyn Executor,
    cancel: &Cancel,
    progress: &(dyn Fn(usize, usize) + Sync),
    scratch: impl Fn() -> S,
    piece: impl Fn(usize, &mut S) -> Result<(), EncodeError> + Sync,
) -> Result<(), NetworkEncodeError> {
    let results = in_parallel(executor, cancel, progress, count, scratch, piece)?;
    for (index, result) in results.into_iter().enumerate() {
        result.map_err(|source| NetworkEncodeError::Value { stage: stage(index).name.clone(), source })?;
    }
    Ok(())
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

/// All units of a plan of the paper's methods, in the order in which a run reads what they give.
fn units(plan: &Plan) -> Vec<Unit> {
    let mut units = Vec::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        match &stage.step {
            Step::Linear(linear) => {
                let tiling = LinearTiling::new(plan, stage, linear);
                for tile in 0..tiling.tiles() {
                    units.extend((0..tiling.chunks()).map(|chunk| Unit::Weights { stage: index, tile, chunk }));
                }
                if linear.layer == LinearLayer::Dense {
                    units.push(Unit::Constant { stage: index });
                }
            }
            Step::Activation(_) => {
                units.extend((0..stage.inputs).flat_map(|ciphertext| {
                    Coefficient::ALL.map(|coefficient| Unit::Quadratic { stage: index, ciphertext, coefficient })
                }));
            }
            Step::Merge(_) => units.push(Unit::Mask { stage: index }),
            Step::Lean(_) | Step::Nodes(_) | Step::Dots(_) => {}
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

    /// Encodes a unit into its piece of the arena, all zero before.
    fn piece(&self, unit: Unit, out: &mut [u32], scratch: &mut Scratch) -> Result<(), EncodeError> {
        let stage = &self.plan.stages[unit.stage()];
        match (unit, &stage.step) {
            (Unit::Weights { tile, chunk, .. }, Step::Linear(linear)) => {
                self.weight_stream(stage, linear, (tile, chunk), out, scratch)
            }
            (Unit::Constant { .. }, _) => {
                self.addend(&self.weights.dense_constant(), stage.scale_out_bits.exp2(), out, scratch)
            }
            (Unit::Quadratic { ciphertext, coefficient, .. }, Step::Activation(activation)) => {
                let quadratic = self.weights.activation(activation, ciphertext);
                let scales = self.plan.activation_scales(stage);
                match coefficient {
                    Coefficient::A => self.factor(&quadratic.a, scales.factor, out, scratch),
                    Coefficient::B => self.addend(&quadratic.b, scales.middle, out, scratch),
                    Coefficient::C => self.addend(&quadratic.c, stage.scale_out_bits.exp2(), out, scratch),
                }
            }
            (Unit::Mask { .. }, Step::Merge(merge)) => {
                self.factor(&merge_mask(merge), self.plan.factor_scale(stage), out, scratch)
            }
            (unit, step) => unreachable!("{unit:?} is no part of {step:?}"),
        }
    }

    /// The streams of a tile's weights on a chunk of inputs, limb by limb.
    fn weight_stream(
        &self,
        stage: &Stage,
        linear: &Linear,
        (tile, chunk): (usize, usize),
        out: &mut [u32],
        scratch: &mut Scratch,
    ) -> Result<(), EncodeError> {
        let tiling = LinearTiling::new(self.plan, stage, linear);
        let (sums, inputs) = (tiling.sums_of(tile..tile + 1), tiling.inputs_of(chunk));
        let (context, n) = (self.context, self.context.n());
        let shape = tiling.shape(tile, chunk);
        let limb_words = weight_stream_words(shape, n);
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
                for (limb, stream) in out.chunks_exact_mut(limb_words).enumerate() {
                    let prime = PrimeIndex::from(limb);
                    plaintext_limb_into(context, prime, coefficients, &mut scratch.limb);
                    let half = &scratch.limb[..n / 2];
                    weight_stream_insert(context.isa(), context.modulus(prime), stream, shape, input, output, half);
                }
            }
        }
        Ok(())
    }

    /// A plaintext to multiply by: the halves of its limbs, in Montgomery form.
    fn factor(&self, slots: &[f64], scale: f64, out: &mut [u32], scratch: &mut Scratch) -> Result<(), EncodeError> {
        let coefficients = &mut scratch.coefficients[0];
        self.encoder.encode_real_into(slots, scale, coefficients, &mut scratch.encoder)?;
        for (limb, half) in out.chunks_exact_mut(self.context.n() / 2).enumerate() {
            plaintext_half_limb_into(self.context, PrimeIndex::from(limb), coefficients, &mut scratch.limb, half);
        }
        Ok(())
    }

    /// A plaintext to add: whole limbs.
    fn addend(&self, slots: &[f64], scale: f64, out: &mut [u32], scratch: &mut Scratch) -> Result<(), EncodeError> {
        let coefficients = &mut scratch.coefficients[0];
        self.encoder.encode_real_into(slots, scale, coefficients, &mut scratch.encoder)?;
        for (limb, whole) in out.chunks_exact_mut(self.context.n()).enumerate() {
            plaintext_limb_into(self.context, PrimeIndex::from(limb), coefficients, whole);
        }
        Ok(())
    }
}
