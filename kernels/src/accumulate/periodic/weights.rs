//! The weights of a convolution with periodic plaintexts: how many, and in which order.

use std::ops::Range;

/// The most outputs of a tile: 6 outputs have 24 registers of sums, of the 32 that AVX-512 has.
const MAX_TILE: usize = 6;

/// The blocks of a group. Where blocks are short, the loops go through many of them before they turn to the next tile, and
/// read its weights for a whole group in one stream.
const GROUP: usize = 16;

/// The number of inputs and outputs of a convolution with periodic plaintexts, and of the words of each plaintext.
///
/// Outputs are summed in tiles of up to six, as few and as equal as possible. The weights' order follows the loops, and is
/// the same on every instruction set: `[group of 16 blocks][tile of outputs][block][input][output of the tile]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeriodicShape {
    inputs: usize,
    outputs: usize,
    blocks: usize,
}

impl PeriodicShape {
    /// `inputs` by `outputs` plaintexts, each of `blocks` distinct NTT values: twice the period of their slots.
    ///
    /// # Panics
    /// If there is no input or no output, or `blocks` is no power of two.
    #[must_use]
    pub const fn new(inputs: usize, outputs: usize, blocks: usize) -> Self {
        assert!(inputs > 0 && outputs > 0, "a convolution needs an input and an output");
        assert!(blocks.is_power_of_two(), "the blocks of a periodic plaintext are no power of two");
        Self { inputs, outputs, blocks }
    }

    /// The number of inputs.
    #[must_use]
    pub const fn inputs(self) -> usize {
        self.inputs
    }

    /// The number of outputs.
    #[must_use]
    pub const fn outputs(self) -> usize {
        self.outputs
    }

    /// The distinct NTT values of a plaintext.
    #[must_use]
    pub const fn blocks(self) -> usize {
        self.blocks
    }

    /// The number of tiles.
    #[must_use]
    pub const fn tiles(self) -> usize {
        self.outputs.div_ceil(MAX_TILE)
    }

    /// The outputs of some tiles.
    ///
    /// # Panics
    /// If there are no such tiles.
    #[must_use]
    pub fn outputs_of(self, tiles: Range<usize>) -> Range<usize> {
        assert!(tiles.start < tiles.end && tiles.end <= self.tiles(), "tiles {tiles:?} of {}", self.tiles());
        self.tile_start(tiles.start)..self.tile_start(tiles.end)
    }

    /// The first output of a tile.
    pub(super) const fn tile_start(self, tile: usize) -> usize {
        tile * self.outputs / self.tiles()
    }

    /// The number of outputs of a tile.
    const fn tile_outputs(self, tile: usize) -> usize {
        self.tile_start(tile + 1) - self.tile_start(tile)
    }

    /// The tile of a plaintext, and its place among the weights of that tile for one block.
    const fn place(self, input: usize, output: usize) -> (usize, usize) {
        // The last tile that starts at or before the output.
        let tile = ((output + 1) * self.tiles() - 1) / self.outputs;
        (tile, input * self.tile_outputs(tile) + output - self.tile_start(tile))
    }

    /// Where the weights of a tile for one block begin.
    pub(super) const fn weights_start(self, block: usize, tile: usize) -> usize {
        let group = if self.blocks < GROUP { self.blocks } else { GROUP };
        let in_group = block % group;
        let plaintexts =
            (block - in_group) * self.outputs + group * self.tile_start(tile) + in_group * self.tile_outputs(tile);
        self.inputs * plaintexts
    }
}

/// The words of one limb of the weights of a convolution with periodic plaintexts.
#[must_use]
pub const fn periodic_weight_words(shape: PeriodicShape) -> usize {
    shape.blocks * shape.inputs * shape.outputs
}

/// Puts one periodic plaintext into the weights of a convolution.
///
/// - in: `residues_montgomery` in `[0, q)`: the plaintext's distinct NTT values in bit-reversed order, in Montgomery form
/// - out: this plaintext's words in `weights`; the others stay
///
/// # Panics
/// If `residues_montgomery` does not hold one word a block, `weights` is not [`periodic_weight_words`] long, or there is no
/// such input or output.
pub fn periodic_weights_insert(
    shape: PeriodicShape,
    input: usize,
    output: usize,
    residues_montgomery: &[u32],
    weights: &mut [u32],
) {
    let PeriodicShape { inputs, outputs, blocks } = shape;
    assert!(input < inputs && output < outputs, "plaintext {input}, {output} of {inputs} by {outputs}");
    assert_eq!(residues_montgomery.len(), blocks, "distinct residues of a periodic plaintext");
    check_weights(shape, weights);
    let (tile, in_tile) = shape.place(input, output);
    for (block, &residue) in residues_montgomery.iter().enumerate() {
        weights[shape.weights_start(block, tile) + in_tile] = residue;
    }
}

/// A word of a periodic plaintext, as [`periodic_weights_insert`] put it there.
///
/// # Panics
/// If there is no such block, input or output, or `weights` is not [`periodic_weight_words`] long.
#[must_use]
pub fn periodic_weight(shape: PeriodicShape, input: usize, output: usize, block: usize, weights: &[u32]) -> u32 {
    let PeriodicShape { inputs, outputs, blocks } = shape;
    let inside = input < inputs && output < outputs && block < blocks;
    assert!(inside, "block {block} of plaintext {input}, {output} of {inputs} by {outputs} of {blocks} blocks");
    check_weights(shape, weights);
    let (tile, in_tile) = shape.place(input, output);
    weights[shape.weights_start(block, tile) + in_tile]
}

#[track_caller]
pub(super) fn check_weights(shape: PeriodicShape, weights: &[u32]) {
    assert_eq!(weights.len(), periodic_weight_words(shape), "words of the weights of {shape:?}");
}
