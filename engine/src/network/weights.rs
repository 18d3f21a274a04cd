//! The slot vectors of a plan's plaintexts, from a network's weights.

use hear_model::network::{INPUT_CHANNELS, Layer, Network};

use super::{
    packing::{BLOCK, BLOCKS, SLOTS, left},
    plan::{Activation, Linear, LinearLayer, Merge},
};

/// The slot vectors of one network's plaintexts.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    network: &'a Network,
}

/// The coefficients of a x^2 + b x + c in every slot of a ciphertext.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadratic {
    /// The coefficient of x^2.
    pub a: Vec<f64>,
    /// The coefficient of x.
    pub b: Vec<f64>,
    /// The constant.
    pub c: Vec<f64>,
}

/// Which plaintext of a linear stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearIndex {
    /// Output ciphertext.
    pub output: usize,
    /// Index into [`Linear::giants`].
    pub giant: usize,
    /// Input ciphertext.
    pub input: usize,
    /// Index into [`Linear::babies`].
    pub baby: usize,
}

impl<'a> Weights<'a> {
    /// The plaintexts of a network.
    #[must_use]
    pub fn new(network: &'a Network) -> Self {
        Self { network }
    }

    /// The network.
    pub(super) fn network(&self) -> &'a Network {
        self.network
    }

    /// The plaintext of one product of a linear stage, already rotated against the giant's rotation that follows.
    /// Everything that an output does not read is zero: padding, other lanes, missing channels.
    ///
    /// # Panics
    /// If `slots` is not [`SLOTS`] long.
    pub fn linear_into(&self, linear: &Linear, index: LinearIndex, slots: &mut [f64]) {
        assert_eq!(slots.len(), SLOTS, "slots of a ciphertext");
        slots.fill(0.0);
        // rotate(w, -giant)[s] = w[s - giant]
        let shift = left(linear.giants()[index.giant]);
        let term = linear.term(index.giant, index.baby);
        for block in 0..BLOCKS {
            let source_block = (block + term.block_shift) % BLOCKS;
            match linear.layer {
                LinearLayer::Convolution(layer) if linear.per_tap => {
                    let (tap, channel) = (index.input / INPUT_CHANNELS, index.input % INPUT_CHANNELS);
                    let convolution = &self.network.layers()[layer].convolution;
                    let weight = convolution.kernel(index.output * BLOCKS + block, channel)[tap];
                    slots[block * BLOCK..(block + 1) * BLOCK].fill(weight);
                }
                LinearLayer::Convolution(layer) => {
                    let output = index.output * BLOCKS + block;
                    for (lane, offset) in linear.lane_offsets.iter().enumerate() {
                        let source = index.input * linear.lane_offsets.len() + lane;
                        if source >= linear.sources {
                            continue;
                        }
                        let input = source * BLOCKS + source_block;
                        // The input's blocks alternate between its two channels.
                        let input = if layer == 0 { input % linear.block_shifts } else { input };
                        let weight = self.network.layers()[layer].convolution.kernel(output, input)[term.tap];
                        for slot in linear.grid.slots_with_neighbour(linear.taps[term.tap]) {
                            slots[(block * BLOCK + slot + offset + shift) % SLOTS] = weight;
                        }
                    }
                }
                LinearLayer::Dense => {
                    let dense = self.network.dense();
                    if let Some(row) = dense.weight.chunks_exact(dense.in_features).nth(block) {
                        slots[(block * BLOCK + shift) % SLOTS] = row[index.input * BLOCKS + source_block];
                    }
                }
            }
        }
    }

    /// The dense layer's constants, in the first slot of each class's block.
    #[must_use]
    pub fn dense_constant(&self) -> Vec<f64> {
        let mut slots = vec![0.0; SLOTS];
        for (block, &bias) in self.network.dense().bias.iter().enumerate() {
            slots[block * BLOCK] = bias;
        }
        slots
    }

    /// The quadratics of the channels of a ciphertext.
    #[must_use]
    pub fn activation(&self, activation: &Activation, output: usize) -> Quadratic {
        let layer = &self.network.layers()[activation.layer];
        let mut quadratic = Quadratic { a: vec![0.0; SLOTS], b: vec![0.0; SLOTS], c: vec![0.0; SLOTS] };
        for block in 0..BLOCKS {
            let [a, b, c] = activation_coefficients(layer, output * BLOCKS + block, activation.pooled_positions);
            let base = block * BLOCK;
            let mut set = |slot: usize| {
                (quadratic.a[slot], quadratic.b[slot], quadratic.c[slot]) = (a, b, c);
            };
            if activation.masked {
                activation.grid.slots().for_each(|slot| set(base + slot));
            } else {
                (base..base + BLOCK).for_each(&mut set);
            }
        }
        quadratic
    }
}

/// Bias, batch norm, quadratic and the scale of the pooling that follows, as one quadratic a x^2 + b x + c of a channel's bare
/// sum: with g = weight / sqrt(var + eps) and h = g (bias - mean) + shift, alpha (g x + h)^2 + beta (g x + h) + c.
pub(super) fn activation_coefficients(layer: &Layer, channel: usize, pooled_positions: usize) -> [f64; 3] {
    let (alpha, beta, gamma) = (layer.activation.alpha, layer.activation.beta, layer.activation.c);
    let (gain, shift) = layer.batch_norm.scale_and_shift(channel);
    let shift = shift + gain * layer.convolution.bias[channel];
    #[expect(clippy::cast_precision_loss, reason = "at most 480")]
    let scale = 1.0 / pooled_positions as f64;
    let a = scale * alpha * gain * gain;
    let b = scale * gain * (2.0 * alpha * shift + beta);
    let c = scale * (alpha * shift * shift + beta * shift + gamma);
    [a, b, c]
}

/// One at the valid positions of every block, zero elsewhere.
#[must_use]
pub fn merge_mask(merge: &Merge) -> Vec<f64> {
    let mut slots = vec![0.0; SLOTS];
    for block in 0..BLOCKS {
        for slot in merge.grid.slots() {
            slots[block * BLOCK + slot] = 1.0;
        }
    }
    slots
}
