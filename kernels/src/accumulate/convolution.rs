//! Tiles of ciphertexts times plaintexts with real slots.
//!
//! The loops run over pairs of blocks, b and its mirror n/16 - 1 - b, which share their weights. The inputs of a pair are
//! first packed side by side, the mirrored block with its lanes reversed, so that the products read two streams, weights
//! and packed inputs, instead of one per input and component: those lie a power of two apart and would evict each other
//! from the caches. What is packed goes through all tiles of a call before the next pairs are packed. What a mirrored block gives is reversed when it is stored.

use super::key_product::{scatter, store_sum};
use super::products::{PACKED_INPUT, Run, Weights, sum_products};
use super::sums::ProductSums;
use crate::bounds::debug_assert_reduced;
use crate::modulus::Modulus;
use crate::simd::{BLOCK, Isa, Lanes, dispatch};

/// The most inputs of one call: what is packed at once stays within 64 KiB.
pub const MAX_INPUTS: usize = 64;

/// The most outputs of a tile: every output adds four places that are written to in turn, and more than these compete for the
/// same places of the first-level cache.
pub const MAX_OUTPUTS: usize = 8;

/// The pairs of blocks that [`multiply_accumulate_into`] packs at once: enough to read whole runs of each input, few enough
/// for the packed inputs to stay in the cache.
const PAIRS_AT_ONCE: usize = 4;

/// How many inputs ahead of its use one is asked for, as inputs lie in memory.
const INPUTS_AHEAD: usize = 4;

/// How far ahead of their use weights are asked for, in words: 8 KiB.
const WEIGHTS_AHEAD: usize = 2048;

/// The residues of one component in a pair of blocks.
const PAIR: usize = 2 * BLOCK;

/// How many inputs and outputs a tile of weights has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TileShape {
    inputs: usize,
    outputs: usize,
}

impl TileShape {
    /// A tile of `inputs` by `outputs` plaintexts.
    ///
    /// # Panics
    /// If there are not 1 to [`MAX_INPUTS`] inputs and 1 to [`MAX_OUTPUTS`] outputs.
    #[must_use]
    pub const fn new(inputs: usize, outputs: usize) -> Self {
        assert!(1 <= inputs && inputs <= MAX_INPUTS, "the number of inputs of a tile is not supported");
        assert!(1 <= outputs && outputs <= MAX_OUTPUTS, "the number of outputs of a tile is not supported");
        Self { inputs, outputs }
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

    /// The words of the weights of one block.
    const fn block_words(self) -> usize {
        self.inputs * self.outputs * BLOCK
    }
}

/// What becomes of the values that the outputs held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Accumulation {
    /// They are overwritten.
    Overwrite,
    /// The sums are added to them.
    Add,
}

/// The words of one limb of a tile's weights, for ciphertexts of `n` residues a component.
#[must_use]
pub const fn weight_stream_words(shape: TileShape, n: usize) -> usize {
    n / PAIR * shape.block_words()
}

/// Puts one plaintext with real slots into a tile's weights, in Montgomery form.
///
/// - in: `half_limb` in `[0, q)`: the first n/2 residues, plain
/// - out: this plaintext's residues in `stream`, in `[0, q)`; the others stay
///
/// # Panics
/// If `half_limb` is no whole number of blocks of 16, `stream` is not [`weight_stream_words`] long, or the tile has no such
/// input or output; in debug builds, if a residue is not below q.
pub fn weight_stream_insert(
    isa: Isa,
    modulus: Modulus,
    stream: &mut [u32],
    shape: TileShape,
    input: usize,
    output: usize,
    half_limb: &[u32],
) {
    let (n, TileShape { inputs, outputs }) = (2 * half_limb.len(), shape);
    assert!(half_limb.len().is_multiple_of(BLOCK), "{} residues are no whole blocks of {BLOCK}", half_limb.len());
    assert_eq!(stream.len(), weight_stream_words(shape, n), "words of the weights of {inputs} by {outputs} plaintexts");
    assert!(input < inputs && output < outputs, "plaintext {input}, {output} of {inputs} by {outputs}");
    debug_assert_reduced(half_limb, modulus);
    let (row, offset) = (shape.block_words(), (input * outputs + output) * BLOCK);
    dispatch!(isa, scatter(modulus: Modulus, half_limb: &[u32], row: usize, offset: usize, stream: &mut [u32]));
}

/// The words of scratch that [`multiply_accumulate_into`] needs at least.
#[must_use]
pub const fn multiply_accumulate_scratch_words(inputs: usize, n: usize) -> usize {
    let pairs = n / PAIR;
    (if pairs < PAIRS_AT_ONCE { pairs } else { PAIRS_AT_ONCE }) * pair_words(inputs)
}

/// The words of one pair of packed blocks.
const fn pair_words(inputs: usize) -> usize {
    2 * inputs * PACKED_INPUT
}

/// The weights of some outputs, in the order of [`weight_stream_insert`].
#[derive(Clone, Copy, Debug)]
pub struct WeightTile<'a> {
    /// One limb of the weights of all inputs.
    pub stream: &'a [u32],
    /// How many outputs they are for.
    pub outputs: usize,
}

/// `out_o,c[i] = sum_k input_k,c[i] weight_k,o[i] mod q` for all outputs o of some tiles and the components c = 0 and 1. The
/// tiles share the packing of the inputs.
///
/// Where there are several times as many outputs as the tiles have, inputs and outputs are those of one batch after the
/// other, and the batches share each pass over the weights.
///
/// - in: `inputs` in `[0, q)`, each `[component][n]`; `tiles` for the outputs in their order, weights in `[0, q)`, Montgomery
///   form, the first n/2 residues of each plaintext in the stream's order `[block of 16 residues][input][output][16]`
///   ([`weight_stream_insert`] makes it)
/// - out: `[0, q)`, each `[component][n]`; `scratch` holds nothing of use afterwards
/// - order: NTT values in bit-reversed order
/// - bounds and mirrored weights: see [the module](super)
///
/// # Panics
/// If there are not 1 to [`MAX_INPUTS`] inputs, all of one length, a multiple of 64 words; if a tile has not 1 to
/// [`MAX_OUTPUTS`] outputs or not [`weight_stream_words`]; if the outputs are no multiple of those of the tiles, the inputs
/// not of as many batches, or the outputs of another length; if `scratch` has not at least [`multiply_accumulate_scratch_words`]; in debug builds, if a residue is not
/// below q.
pub fn multiply_accumulate_into(
    isa: Isa,
    modulus: Modulus,
    inputs: &[&[u32]],
    tiles: &[WeightTile<'_>],
    outputs: &mut [&mut [u32]],
    mode: Accumulation,
    scratch: &mut [u32],
) {
    assert!((1..=MAX_INPUTS).contains(&inputs.len()), "{} inputs, not 1 to {MAX_INPUTS}", inputs.len());
    let n = limb_length(inputs[0]);
    for input in inputs {
        assert_eq!(input.len(), 2 * n, "words of an input");
        debug_assert_reduced(input, modulus);
    }
    let of_tiles = tiles.iter().map(|tile| tile.outputs).sum::<usize>();
    let batches = (outputs.len() / of_tiles.max(1)).max(1);
    assert!(inputs.len().is_multiple_of(batches), "{} inputs of {batches} batches", inputs.len());
    let each = inputs.len() / batches;
    for WeightTile { stream, outputs } in tiles {
        let words = weight_stream_words(TileShape::new(each, *outputs), n);
        assert_eq!(stream.len(), words, "words of the weights of {each} by {outputs} plaintexts");
        debug_assert_reduced(stream, modulus);
    }
    assert_eq!(of_tiles * batches, outputs.len(), "outputs of tiles of {of_tiles}");
    for output in outputs.iter() {
        assert_eq!(output.len(), 2 * n, "words of an output");
        if mode == Accumulation::Add {
            debug_assert_reduced(output, modulus);
        }
    }
    let (words, given) = (multiply_accumulate_scratch_words(inputs.len(), n), scratch.len());
    assert!(given >= words, "{given} words of scratch, {words} needed");
    let panel = &mut scratch[..words];
    dispatch!(isa, pack_and_accumulate(
        batches: Batches = Batches { modulus, inputs: each, outputs: of_tiles, mode },
        inputs: &[&[u32]],
        panel: &mut [u32],
        tiles: &[WeightTile<'_>],
        outputs: &mut [&mut [u32]],
    ));
}

/// The residues of a component of a ciphertext's limb.
#[track_caller]
fn limb_length(limb_pair: &[u32]) -> usize {
    let words = limb_pair.len();
    assert!(words > 0 && words.is_multiple_of(2 * PAIR), "{words} words are no pair of limbs of whole pairs of blocks");
    words / 2
}

/// What a call computes for each of its batches.
#[derive(Clone, Copy)]
struct Batches {
    modulus: Modulus,
    inputs: usize,
    outputs: usize,
    mode: Accumulation,
}

/// What a tile's call computes.
#[derive(Clone, Copy)]
struct Call {
    modulus: Modulus,
    shape: TileShape,
    mode: Accumulation,
}

/// Packs as many pairs of blocks at a time as `panel` holds, of all batches, and takes them through all tiles, whose weights
/// stay in the first-level cache from batch to batch.
#[inline(always)]
fn pack_and_accumulate<L: Lanes>(
    l: L,
    batches: Batches,
    inputs: &[&[u32]],
    panel: &mut [u32],
    tiles: &[WeightTile<'_>],
    outputs: &mut [&mut [u32]],
) {
    let Batches { modulus, mode, .. } = batches;
    let (all, words) = (inputs[0].len() / 2 / PAIR, pair_words(batches.inputs));
    for first_pair in (0..all).step_by(PAIRS_AT_ONCE) {
        let pairs = PAIRS_AT_ONCE.min(all - first_pair);
        for (inputs, panel) in inputs.chunks_exact(batches.inputs).zip(panel.chunks_exact_mut(pairs * words)) {
            pack(l, inputs, first_pair, panel);
        }
        let mut first = 0;
        for tile in tiles {
            let shape = TileShape { inputs: batches.inputs, outputs: tile.outputs };
            let block_words = shape.block_words();
            let weights = &tile.stream[first_pair * block_words..];
            for (outputs, panel) in outputs.chunks_exact_mut(batches.outputs).zip(panel.chunks_exact(pairs * words)) {
                let of_tile = &mut outputs[first..first + tile.outputs];
                accumulate(l, Call { modulus, shape, mode }, first_pair, panel, weights, of_tile);
            }
            first += tile.outputs;
        }
    }
}

/// Packs the pairs of blocks from `first_pair` on, as many as `panel` holds.
#[inline(always)]
fn pack<L: Lanes>(l: L, inputs: &[&[u32]], first_pair: usize, panel: &mut [u32]) {
    let pair_words = pair_words(inputs.len());
    let pairs = panel.len() / pair_words;
    for (k, input) in inputs.iter().enumerate() {
        let n = input.len() / 2;
        let later = inputs.get(k + INPUTS_AHEAD).unwrap_or(input);
        for component in [0, 1] {
            let (x, later) = (&input[component * n..][..n], &later[component * n..][..n]);
            for pair in 0..pairs {
                let at = (first_pair + pair) * BLOCK;
                l.prefetch(later, at);
                l.prefetch(later, n - BLOCK - at);
                let packed = &mut panel[pair * pair_words + (2 * k + component) * BLOCK..];
                packed[..BLOCK].copy_from_slice(&x[at..at + BLOCK]);
                let mirror = &x[n - BLOCK - at..n - at];
                let packed_mirror = &mut packed[pair_words / 2..][..BLOCK];
                for (from, to) in mirror.rchunks_exact(L::COUNT).zip(packed_mirror.chunks_exact_mut(L::COUNT)) {
                    l.store(l.reverse(l.load(from)), to);
                }
            }
        }
    }
}

/// The outputs' blocks from `first_pair` on, as many pairs as `panel` holds.
#[inline(always)]
fn accumulate<L: Lanes>(
    l: L,
    call: Call,
    first_pair: usize,
    panel: &[u32],
    weights: &[u32],
    outputs: &mut [&mut [u32]],
) {
    let sums = ProductSums::new(l, call.modulus);
    let n = outputs[0].len() / 2;
    let block_words = call.shape.inputs * PACKED_INPUT;
    let pairs = panel.chunks_exact(2 * block_words).zip(weights.chunks_exact(call.shape.block_words()));
    for (b, (packed, weights)) in pairs.enumerate() {
        (0..weights.len()).step_by(BLOCK).for_each(|word| l.prefetch(weights, WEIGHTS_AHEAD + word));
        for lane in (0..BLOCK).step_by(L::COUNT) {
            let at = (first_pair + b) * BLOCK + lane;
            for reversed in [false, true] {
                let packed = &packed[if reversed { block_words } else { 0 } + lane..];
                let at = if reversed { n - L::COUNT - at } else { at };
                let to = Destination { at, reversed, mode: call.mode };
                accumulate_vector(l, sums, call.shape, packed, &weights[lane..], outputs, to);
            }
        }
    }
}

/// Where a vector of the sums goes.
#[derive(Clone, Copy)]
struct Destination {
    /// The index of its first residue in each component.
    at: usize,
    /// Whether its lanes are to be reversed.
    reversed: bool,
    mode: Accumulation,
}

/// One vector of all outputs: as many outputs at once as the registers hold sums for.
#[inline(always)]
fn accumulate_vector<L: Lanes>(
    l: L,
    sums: ProductSums<L>,
    shape: TileShape,
    packed: &[u32],
    weights: &[u32],
    outputs: &mut [&mut [u32]],
    to: Destination,
) {
    // A sum takes two registers and each output two sums. Of 32 registers (AVX-512) 4 outputs take 16, of 16 registers
    // (AVX2) 2 outputs take 8; the others hold operands and constants.
    let at_once = if L::REGISTERS == 32 { 4 } else { 2 };
    for (part, outputs) in outputs.chunks_mut(at_once).enumerate() {
        let weights = &weights[part * at_once * BLOCK..];
        match outputs {
            [a] => accumulate_part(l, sums, shape, packed, weights, [a], to),
            [a, b] => accumulate_part(l, sums, shape, packed, weights, [a, b], to),
            [a, b, c] => accumulate_part(l, sums, shape, packed, weights, [a, b, c], to),
            [a, b, c, d] => accumulate_part(l, sums, shape, packed, weights, [a, b, c, d], to),
            _ => unreachable!("a part has 1 to {at_once} outputs"),
        }
    }
}

/// One vector of `OUTPUTS` outputs. Input k's weights for these outputs start at `weights[16 (k outputs + output)]`, where the
/// tile's shape gives the number of outputs.
#[inline(always)]
fn accumulate_part<L: Lanes, const OUTPUTS: usize>(
    l: L,
    sums: ProductSums<L>,
    shape: TileShape,
    packed: &[u32],
    weights: &[u32],
    outputs: [&mut &mut [u32]; OUTPUTS],
    to: Destination,
) {
    let weights = Stream { words: weights, stride: shape.outputs * BLOCK };
    let reduced = sum_products::<L, OUTPUTS>(l, sums, [Run { inputs: shape.inputs, packed, weights }]);
    for (sum, output) in reduced.iter().zip(outputs) {
        let (out_0, out_1) = output.split_at_mut(output.len() / 2);
        store_at(l, sums, sum[0], out_0, to);
        store_at(l, sums, sum[1], out_1, to);
    }
}

/// Weights of one vector, a word a lane.
#[derive(Clone, Copy)]
struct Stream<'a> {
    words: &'a [u32],
    /// The words of one input.
    stride: usize,
}

impl<L: Lanes> Weights<L> for Stream<'_> {
    #[inline(always)]
    fn of_input(self, _l: L, input: usize, outputs: usize) -> Self {
        Self { words: &self.words[input * self.stride..][..(outputs - 1) * BLOCK + L::COUNT], ..self }
    }
    #[inline(always)]
    fn get(self, l: L, output: usize) -> L::Spread {
        l.spread(l.load(&self.words[output * BLOCK..][..L::COUNT]))
    }
}

/// Stores one vector of sums in a component of an output, or adds it to what is there.
#[inline(always)]
fn store_at<L: Lanes>(l: L, sums: ProductSums<L>, sum: L::Vector, out: &mut [u32], to: Destination) {
    let sum = if to.reversed { l.reverse(sum) } else { sum };
    store_sum(l, sums, sum, to.mode == Accumulation::Add, &mut out[to.at..to.at + L::COUNT]);
}
