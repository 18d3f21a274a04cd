//! The step of a LoLa plan that no other method has, as data.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::network::{
    packing::{BLOCK, BLOCKS, Grid, normalised_rotation},
    plan::{LinearLayer, Plan, Stage},
};

/// For every node: its inputs times its weights, summed over the slots by rotations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DotProducts {
    /// The weights.
    pub layer: LinearLayer,
    /// Valid positions of inputs and outputs.
    pub grid: Grid,
    /// Channels of the outputs; classes of the dense layer.
    pub channels: usize,
    /// Rows and columns of the positions that are computed, the first of the grid: those that are read by what follows.
    pub read: (usize, usize),
    /// `x <- x + rotate(x, amount)`, one amount after the other.
    pub rotations: Vec<i32>,
    /// log2 of the scale of a node's sum before its mask; `None` if nodes are not repacked, and every one is a ciphertext.
    pub repacked_bits: Option<f64>,
}

/// A node: a position and a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The row of its position.
    pub row: usize,
    /// The column of its position.
    pub column: usize,
    /// The channel.
    pub channel: usize,
}

impl DotProducts {
    /// Rotations that sum over the blocks, and over a window of three, or four where the fourth is zero, positions around each.
    #[must_use]
    pub fn rotations(layer: LinearLayer, grid: Grid) -> Vec<i32> {
        let amount = |slots: usize| i32::try_from(slots).expect("a rotation is below the number of slots");
        let blocks = (0..BLOCKS.trailing_zeros()).map(|bit| amount(BLOCK << bit));
        // x[k] + x[k + s], then that and the same two positions before: k - 2 s to k + s.
        let window = |stride: usize| [amount(stride), -2 * amount(stride)];
        let windows = match layer {
            LinearLayer::Dense => Vec::new(),
            LinearLayer::Convolution(_) if grid.is_flat() => vec![grid.column_stride],
            LinearLayer::Convolution(_) => vec![grid.column_stride, grid.row_stride],
        };
        blocks.chain(windows.into_iter().flat_map(window)).map(normalised_rotation).collect()
    }

    /// Nodes of an output ciphertext, in the order in which they are computed.
    #[must_use]
    pub fn nodes(&self, output: usize) -> Vec<Node> {
        let Some(_) = self.repacked_bits else {
            return vec![Node { row: 0, column: 0, channel: output }];
        };
        let (rows, columns) = self.read;
        let channels: Range<usize> = output * BLOCKS..((output + 1) * BLOCKS).min(self.channels);
        let positions =
            move |channel| (0..rows).flat_map(move |row| (0..columns).map(move |column| Node { row, column, channel }));
        channels.flat_map(positions).collect()
    }

    /// Limbs of the sums that are rotated. Where a mask follows they are rescaled before, which makes rotations cheaper; a sum
    /// that is a result is rescaled after, as rotations at the scale of a result would drown it.
    #[must_use]
    pub fn rotated_limbs(&self, stage: &Stage) -> usize {
        stage.limbs_in - usize::from(self.repacked_bits.is_some())
    }

    /// The slot at which a node's sum stands.
    #[must_use]
    pub fn place(&self, node: Node) -> usize {
        match self.repacked_bits {
            Some(_) => node.channel % BLOCKS * BLOCK + self.grid.slot(node.row, node.column),
            None => 0,
        }
    }

    /// The scale of the weights: what brings a product, rescaled, to the scale of the sum.
    #[must_use]
    pub fn weight_scale(&self, plan: &Plan, stage: &Stage) -> f64 {
        let sum_bits = self.repacked_bits.unwrap_or(stage.scale_out_bits);
        (sum_bits - stage.scale_in_bits).exp2() * plan.prime(stage.limbs_in - 1)
    }
}
