//! The numbers of a network whose nodes are ciphertexts, as residues.

use std::sync::Arc;

use hear_kernels::{
    accumulate::{PeriodicShape, ScalarWeights, periodic_weight, periodic_weight_words, periodic_weights_insert},
    simd::BLOCK,
};
use hear_model::network::Network;
use hear_scheduler::{Cancel, Executor};

use super::{
    step::{Form, NodeActivation, NodeConvolution, NodeStep},
    weights::NodeWeights,
};
use crate::{
    ckks::{EncodeError, encode_scalar},
    network::{
        encode::{NetworkEncodeError, encode_pieces},
        plaintexts::{Form as PieceForm, PiecesMut, Plaintexts},
        plan::{Plan, Stage, Step},
    },
    params::PrimeIndex,
    ring::Context,
};

/// Where the numbers of a stage stand: its first piece of the arena. A convolution has a piece a chunk of outputs, then its
/// constants; a quadratic has a, b and c; squares have their constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) struct NodePieces {
    first: usize,
}

impl NodePieces {
    /// One limb of a chunk of a convolution's weights.
    pub(in crate::network) fn weights<'p>(
        self,
        plaintexts: &'p Plaintexts,
        convolution: &NodeConvolution,
        chunk: usize,
        limb: usize,
    ) -> ScalarWeights<'p> {
        let shape = weights_shape(convolution);
        let words = plaintexts.limb(self.first + chunk, limb);
        ScalarWeights { shape, words: &words[..periodic_weight_words(shape)] }
    }

    /// The weight of one row and output channel, a residue a limb, in Montgomery form.
    pub(in crate::network) fn weight(
        self,
        plaintexts: &Plaintexts,
        convolution: &NodeConvolution,
        row: usize,
        output: usize,
        limb: usize,
    ) -> u32 {
        let chunk = convolution.chunk();
        let ScalarWeights { shape, words } = self.weights(plaintexts, convolution, output / chunk, limb);
        periodic_weight(shape, row, output % chunk, 0, words)
    }

    /// One limb of a convolution's constants, one an output channel.
    pub(in crate::network) fn constants<'p>(
        self,
        plaintexts: &'p Plaintexts,
        convolution: &NodeConvolution,
        limb: usize,
    ) -> &'p [u32] {
        plaintexts.limb(self.first + convolution.chunks(), limb)
    }

    /// One limb of a coefficient of the quadratics, one a channel; or of the only one of squares.
    pub(in crate::network) fn coefficient(self, plaintexts: &Plaintexts, coefficient: usize, limb: usize) -> &[u32] {
        plaintexts.limb(self.first + coefficient, limb)
    }
}

fn weights_shape(convolution: &NodeConvolution) -> PeriodicShape {
    PeriodicShape::new(convolution.rows(), convolution.chunk(), 1)
}

/// One piece of encoding that a thread does on its own, and one piece of the arena.
#[derive(Clone, Copy, Debug)]
struct Unit {
    stage: usize,
    part: Part,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// The weights of a chunk of outputs, in Montgomery form.
    Weights { chunk: usize },
    /// What a convolution adds to its sums.
    Constants,
    /// A coefficient of a x^2 + b x + c.
    Coefficient(usize),
    /// What is added to sums of squares.
    Rest,
}

fn node_steps(plan: &Plan) -> impl Iterator<Item = (&Stage, &NodeStep)> {
    plan.stages.iter().filter_map(|stage| match &stage.step {
        Step::Nodes(step) => Some((stage, step)),
        _ => None,
    })
}

fn parts(step: &NodeStep) -> Vec<Part> {
    match step {
        NodeStep::Convolution(convolution) => {
            (0..convolution.chunks()).map(|chunk| Part::Weights { chunk }).chain([Part::Constants]).collect()
        }
        NodeStep::Activation(NodeActivation { form: Form::Quadratic, .. }) => (0..3).map(Part::Coefficient).collect(),
        NodeStep::Activation(NodeActivation { form: Form::Square, .. }) => vec![Part::Rest],
    }
}

fn units(plan: &Plan) -> Vec<Unit> {
    let of_stage = |(stage, (_, step)): (usize, (&Stage, &NodeStep))| {
        parts(step).into_iter().map(move |part| Unit { stage, part }).collect::<Vec<_>>()
    };
    node_steps(plan).enumerate().flat_map(of_stage).collect()
}

/// The pieces of the arena of a plan whose ciphertexts are nodes.
pub(in crate::network) fn forms(plan: &Plan) -> Vec<PieceForm> {
    node_steps(plan).flat_map(|(stage, step)| forms_of(plan, stage, step)).collect()
}

/// Those of a stage.
pub(super) fn forms_of(plan: &Plan, stage: &Stage, step: &NodeStep) -> Vec<PieceForm> {
    let channels = match step {
        NodeStep::Convolution(convolution) => convolution.channels_out,
        NodeStep::Activation(activation) => activation.channels,
    };
    let form = |part: Part| {
        let (words, limbs) = match (part, step) {
            (Part::Weights { .. }, NodeStep::Convolution(convolution)) => {
                (periodic_weight_words(weights_shape(convolution)), stage.limbs_in)
            }
            (Part::Coefficient(0), _) => (channels, stage.limbs_in),
            (Part::Coefficient(1), _) => (channels, stage.limbs_in - 1),
            _ => (channels, stage.limbs_out),
        };
        let primes = PrimeIndex::first(plan.plaintext_limbs(limbs));
        PieceForm { limb_words: words.next_multiple_of(BLOCK), primes }
    };
    parts(step).into_iter().map(form).collect()
}

/// Which of them is what: one entry a stage.
pub(in crate::network) fn pieces(plan: &Plan) -> Vec<NodePieces> {
    let mut first = 0;
    let of_stage = |(_, step): (&Stage, &NodeStep)| {
        let pieces = NodePieces { first };
        first += parts(step).len();
        pieces
    };
    node_steps(plan).map(of_stage).collect()
}

/// Encodes all numbers of a plan whose ciphertexts are nodes, in parallel.
///
/// # Errors
/// If an activation does not complete to a square where it should, a number does not fit its scale, or the executor was
/// stopped.
pub(in crate::network) fn encode(
    context: &Arc<Context>,
    plan: &Plan,
    network: &Network,
    pieces: &PiecesMut<'_>,
    executor: &dyn Executor,
    cancel: &Cancel,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<(), NetworkEncodeError> {
    let weights = NodeWeights::new(network, plan.method.completes_squares())?;
    let work = Encoding { context, plan, weights };
    let units = units(plan);
    let piece = |index, (): &mut ()| work.piece(units[index], &mut pieces.get(index));
    let stage = |index: usize| &plan.stages[units[index].stage];
    encode_pieces(units.len(), stage, executor, cancel, progress, || (), piece)
}

struct Encoding<'a> {
    context: &'a Arc<Context>,
    plan: &'a Plan,
    weights: NodeWeights<'a>,
}

impl Encoding<'_> {
    /// Encodes a unit into its piece of the arena, all zero before.
    fn piece(&self, Unit { stage, part }: Unit, out: &mut [u32]) -> Result<(), EncodeError> {
        let stage = &self.plan.stages[stage];
        let out_scale = stage.scale_out_bits.exp2();
        match (part, &stage.step) {
            (Part::Weights { chunk }, Step::Nodes(NodeStep::Convolution(convolution))) => {
                self.weights(stage, convolution, chunk, out)
            }
            (Part::Constants, Step::Nodes(NodeStep::Convolution(convolution))) => {
                let constant = |channel| self.weights.constant(convolution.layer, channel);
                self.scalars(convolution.channels_out, constant, out_scale, stage.limbs_out, out)
            }
            (Part::Coefficient(which), Step::Nodes(NodeStep::Activation(activation))) => {
                let scales = self.plan.activation_scales(stage);
                let (scale, limbs) = match which {
                    0 => (scales.factor, stage.limbs_in),
                    1 => (scales.middle, stage.limbs_in - 1),
                    _ => (out_scale, stage.limbs_out),
                };
                let coefficient = |channel| self.weights.quadratic(activation, channel)[which];
                self.scalars(activation.channels, coefficient, scale, limbs, out)
            }
            (Part::Rest, Step::Nodes(NodeStep::Activation(activation))) => {
                let rest = self.weights.rest(activation);
                self.scalars(activation.channels, |_| rest, out_scale, stage.limbs_out, out)
            }
            (part, step) => unreachable!("{part:?} is no part of {step:?}"),
        }
    }

    /// A number a channel, for so many limbs.
    fn scalars(
        &self,
        channels: usize,
        value: impl Fn(usize) -> f64,
        scale: f64,
        limbs: usize,
        out: &mut [u32],
    ) -> Result<(), EncodeError> {
        let limb_words = out.len() / self.plan.plaintext_limbs(limbs);
        for channel in 0..channels {
            let coefficient = encode_scalar(value(channel), scale)?;
            for (limb, out) in out.chunks_exact_mut(limb_words).enumerate() {
                out[channel] = self.context.modulus(PrimeIndex::from(limb)).reduce_i64(coefficient);
            }
        }
        Ok(())
    }

    fn weights(
        &self,
        stage: &Stage,
        convolution: &NodeConvolution,
        chunk: usize,
        out: &mut [u32],
    ) -> Result<(), EncodeError> {
        let (shape, scale) = (weights_shape(convolution), self.plan.factor_scale(stage));
        let limb_words = out.len() / self.plan.plaintext_limbs(stage.limbs_in);
        for row in 0..convolution.rows() {
            let (element, input) = (row / convolution.channels_in, row % convolution.channels_in);
            for place in 0..convolution.chunk() {
                let output = chunk * convolution.chunk() + place;
                let weight = self.weights.weight(convolution.layer, element, input, output);
                let coefficient = encode_scalar(weight, scale)?;
                for (limb, out) in out.chunks_exact_mut(limb_words).enumerate() {
                    let modulus = self.context.modulus(PrimeIndex::from(limb));
                    let residue = modulus.to_montgomery(modulus.reduce_i64(coefficient));
                    let words = &mut out[..periodic_weight_words(shape)];
                    periodic_weights_insert(shape, row, place, &[residue], words);
                }
            }
        }
        Ok(())
    }
}
