//! Dot products at work.

use std::sync::Arc;

use hear_kernels::accumulate;
use hear_model::network::Network;

use super::{
    lower::DotOperation,
    step::{DotProducts, Node},
    weights,
};
use crate::{
    circuits::{Levels, OfLimbs, nodes, rotation::Rotation},
    ckks::{Encoder, EncoderScratch, encode_scalar, plaintext_half_limb_into},
    network::{
        packing::SLOTS,
        plan::{Plan, Stage, Step},
    },
    params::PrimeIndex,
    ring::Context,
};

/// What dot products need beside keys. Their plaintexts are too many to be kept, and are encoded as they are used.
#[derive(Debug)]
pub(in crate::network) struct DotRun<'a> {
    plan: &'a Plan,
    network: &'a Network,
    encoder: Encoder,
}

/// A node of a stage, with what computing it needs.
struct DotProduct<'a> {
    of: &'a DotRun<'a>,
    levels: &'a Levels,
    stage: &'a Stage,
    dots: &'a DotProducts,
    node: Node,
}

/// Room for a plaintext. A task allocates it, which is nothing beside its dot products.
struct Room {
    slots: Vec<f64>,
    coefficients: Vec<i64>,
    encoder: EncoderScratch,
    limb: Vec<u32>,
    half: Vec<u32>,
}

/// Words of scratch that a worker needs on up to `limbs` limbs: for the products, for the rescaled sum, and for what acts on it.
pub(in crate::network) fn scratch_words(levels: &Levels, limbs: usize) -> usize {
    levels.scratch_words(limbs) + 2 * limbs * 2 * levels.context().n()
}

impl<'a> DotRun<'a> {
    /// What the dot products of a plan need.
    pub(in crate::network) fn new(context: &Arc<Context>, plan: &'a Plan, network: &'a Network) -> Self {
        Self { plan, network, encoder: Encoder::new(context.log_n()) }
    }

    /// Does a task. `rotation` is that by an amount, of ciphertexts of so many limbs.
    pub(in crate::network) fn run<'k>(
        &self,
        levels: &Levels,
        operation: &DotOperation,
        rotation: impl Fn(i32, usize) -> &'k Rotation<'k>,
        reads: &[&[u32]],
        writes: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let stage = &self.plan.stages[operation.stage];
        let Step::Dots(dots) = &stage.step else { unreachable!("a dot product's task in {:?}", stage.step) };
        let (limbs, pair) = (stage.limbs_in, 2 * levels.context().n());
        let (products, scratch) = scratch.split_at_mut(limbs * pair);
        let mut products: OfLimbs<&mut [u32]> = products.chunks_exact_mut(pair).collect();
        let (sum, scratch) = scratch.split_at_mut((limbs - 1) * pair);
        let mut sum: OfLimbs<&mut [u32]> = sum.chunks_exact_mut(pair).collect();
        let mut room = Room::new(levels.context().n(), &self.encoder);
        for (index, &node) in dots.nodes(operation.output)[operation.nodes.clone()].iter().enumerate() {
            let node = DotProduct { of: self, levels, stage, dots, node };
            node.products(reads, &mut products, &mut room);
            let sum_up = |x: &mut [&mut [u32]], scratch: &mut [u32]| {
                for &amount in &dots.rotations {
                    rotation(amount, x.len()).apply_assign(levels, x, true, scratch);
                }
            };
            if let Some(bits) = dots.repacked_bits {
                levels.rescale(limbs).apply_into(&shared(&products), &mut sum, scratch);
                sum_up(&mut sum, scratch);
                node.repack(bits, &sum, index > 0, writes, &mut room);
            } else {
                sum_up(&mut products, scratch);
                levels.rescale(limbs).apply_into(&shared(&products), writes, scratch);
                node.add_bias(writes);
            }
        }
    }
}

impl DotProduct<'_> {
    /// The sum over all inputs of their products with the node's weights.
    fn products(&self, reads: &[&[u32]], products: &mut [&mut [u32]], room: &mut Room) {
        let scale = self.dots.weight_scale(self.of.plan, self.stage);
        for (input, x) in reads.chunks_exact(self.stage.limbs_in).enumerate() {
            weights::node_into(self.of.network, self.dots, self.node, input, &mut room.slots);
            self.multiply(scale, x, input > 0, products, room);
        }
    }

    /// Adds the node's slot of its sum to what the nodes before it made; the first overwrites.
    fn repack(&self, bits: f64, sum: &[&mut [u32]], adds: bool, writes: &mut [&mut [u32]], room: &mut Room) {
        room.slots.fill(0.0);
        room.slots[self.dots.place(self.node)] = 1.0;
        let scale = (self.stage.scale_out_bits - bits).exp2() * self.of.plan.prime(self.stage.limbs_in - 2);
        self.multiply(scale, &shared(sum), adds, writes, room);
    }

    /// The bias of a logit.
    fn add_bias(&self, writes: &mut [&mut [u32]]) {
        let bias = encode_scalar(self.of.network.dense().bias[self.node.channel], self.stage.scale_out_bits.exp2());
        let bias = bias.expect("checked when the network was encoded");
        let residue = |limb| self.levels.context().modulus(PrimeIndex::from(limb)).reduce_i64(bias);
        let residues: OfLimbs<u32> = (0..self.stage.limbs_out).map(residue).collect();
        nodes::add_scalar(self.levels, writes, &residues);
    }

    /// `out = plaintext x`, or that added, where the plaintext's slots are in the room.
    fn multiply(&self, scale: f64, x: &[&[u32]], adds: bool, out: &mut [&mut [u32]], room: &mut Room) {
        let context = self.levels.context();
        let Room { slots, coefficients, encoder, limb: values, half } = room;
        let encoded = self.of.encoder.encode_real_into(slots, scale, coefficients, encoder);
        encoded.expect("checked when the network was encoded");
        for (limb, (x, out)) in x.iter().zip(out).enumerate() {
            let prime = PrimeIndex::from(limb);
            plaintext_half_limb_into(context, prime, coefficients, values, half);
            let (isa, modulus) = (context.isa(), context.modulus(prime));
            if adds {
                accumulate::multiply_real_add_assign(isa, modulus, x, half, out);
            } else {
                accumulate::multiply_real_into(isa, modulus, x, half, out);
            }
        }
    }
}

/// Limbs, to read.
fn shared<'a>(limbs: &'a [&mut [u32]]) -> OfLimbs<&'a [u32]> {
    limbs.iter().map(|limb| &**limb).collect()
}

impl Room {
    fn new(n: usize, encoder: &Encoder) -> Self {
        Self {
            slots: vec![0.0; SLOTS],
            coefficients: vec![0; n],
            encoder: encoder.scratch(),
            limb: vec![0; n],
            half: vec![0; n / 2],
        }
    }
}
