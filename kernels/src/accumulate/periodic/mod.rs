//! Ciphertexts times plaintexts with periodic slots.
//!
//! A plaintext whose slots repeat with a period p has a polynomial in X^(n/2p), which has only 2p distinct NTT values: in
//! bit-reversed order each of them stands in n/2p consecutive places. So a weight is as many words as there are such
//! *blocks*, and a product loads one word for a whole vector. What bounds the sums then is the multiplier, not the memory.
//!
//! The inputs of a run of residues are first packed side by side, then every tile of outputs reads them. Both loops ask for
//! what they need next before the processor would: it takes long to see where such short runs of so many arrays lead.
//!
//! Where a block is half a vector (8 residues of 16 lanes), the packed inputs of two blocks are interleaved: then even lanes
//! belong to one block and odd lanes to the other, and these have registers of their own anyway.

mod scalar;
mod weights;

use std::ops::Range;

pub use scalar::{ScalarRun, ScalarWeights, multiply_accumulate_scalar_into, multiply_accumulate_scalar_scratch_words};
pub use weights::{PeriodicShape, periodic_weight, periodic_weight_words, periodic_weights_insert};

use super::convolution::Accumulation;
use super::key_product::store_sum;
use super::products::{PACKED_INPUT, Run, Weights, sum_products};
use super::sums::ProductSums;
use crate::bounds::debug_assert_reduced;
use crate::modulus::Modulus;
use crate::simd::{BLOCK, Isa, Lanes, dispatch};
use weights::check_weights;

/// The fewest residues in a block of a periodic plaintext.
pub const MIN_PERIODIC_BLOCK: usize = 8;

/// The most words of packed inputs, unless blocks of 16 residues of so many inputs are more: 256 KiB, what the second-level
/// cache holds beside the rest.
const PACKED_WORDS: usize = 1 << 16;

/// How far ahead weights are asked for: the words of a page.
const WEIGHTS_AHEAD: usize = 1024;

/// The words of scratch that [`multiply_accumulate_periodic_into`] needs at least.
#[must_use]
pub const fn multiply_accumulate_periodic_scratch_words(inputs: usize, n: usize) -> usize {
    2 * inputs * run_length(inputs, n)
}

/// The residues of each input that are packed at once: a power of two.
const fn run_length(inputs: usize, n: usize) -> usize {
    let mut run = BLOCK;
    while run < n && 4 * inputs * run <= PACKED_WORDS {
        run *= 2;
    }
    run
}

/// `out_o,c[i] = sum_k input_k,c[i] weight_k,o[i] mod q` for the outputs o of some tiles and the components c = 0 and 1,
/// where the weights are periodic: constant on blocks of `n / blocks` residues. What one call sums, several may share:
/// each takes some of the tiles, and all the same weights.
///
/// - in: `inputs` in `[0, q)`, each `[component][n]`; `weights` in `[0, q)`, in Montgomery form, in the order that
///   [`periodic_weights_insert`] makes
/// - out: `[0, q)`, each `[component][n]`, those of `tiles` only; `scratch` holds nothing of use afterwards
/// - order: NTT values in bit-reversed order
/// - bounds: see [the module](super)
///
/// # Panics
/// If there are not as many inputs as `shape` says, or outputs as its `tiles` have, all of one length; if n is no power of two, below 16, or
/// its blocks are shorter than [`MIN_PERIODIC_BLOCK`]; if `weights` is not [`periodic_weight_words`] long, or `scratch` not
/// at least [`multiply_accumulate_periodic_scratch_words`]; in debug builds, if a residue is not below q.
#[expect(clippy::too_many_arguments, reason = "the operands, what to do with them, and where")]
pub fn multiply_accumulate_periodic_into(
    isa: Isa,
    modulus: Modulus,
    shape: PeriodicShape,
    tiles: Range<usize>,
    inputs: &[&[u32]],
    weights: &[u32],
    outputs: &mut [&mut [u32]],
    mode: Accumulation,
    scratch: &mut [u32],
) {
    let n = inputs.first().map_or(0, |input| input.len() / 2);
    let convolution = Convolution { modulus, shape, first_tile: tiles.start, end_tile: tiles.end, n, mode };
    convolution.check_operands(inputs, outputs);
    check_weights(shape, weights);
    debug_assert_reduced(weights, modulus);
    let (words, given) = (multiply_accumulate_periodic_scratch_words(shape.inputs(), n), scratch.len());
    assert!(given >= words, "{given} words of scratch, {words} needed");
    let packed = &mut scratch[..words];
    dispatch!(isa, convolve(
        convolution: Convolution,
        inputs: &[&[u32]],
        weights: &[u32],
        packed: &mut [u32],
        outputs: &mut [&mut [u32]],
    ));
}

/// What a call computes.
#[derive(Clone, Copy)]
struct Convolution {
    modulus: Modulus,
    shape: PeriodicShape,
    /// The first tile that is summed.
    first_tile: usize,
    /// The first one after it that is not.
    end_tile: usize,
    /// The residues of a component.
    n: usize,
    mode: Accumulation,
}

impl Convolution {
    #[track_caller]
    fn check_operands(self, inputs: &[&[u32]], outputs: &[&mut [u32]]) {
        let Self { modulus, shape, n, mode, .. } = self;
        assert_eq!(inputs.len(), shape.inputs(), "inputs of a convolution");
        assert_eq!(outputs.len(), shape.outputs_of(self.tiles()).len(), "outputs of a convolution");
        let blocks = shape.blocks();
        assert!(
            n.is_power_of_two() && n >= BLOCK && n >= MIN_PERIODIC_BLOCK * blocks,
            "limbs of {n} residues have no {blocks} blocks of {MIN_PERIODIC_BLOCK} or more"
        );
        for input in inputs {
            assert_eq!(input.len(), 2 * n, "words of an input");
            debug_assert_reduced(input, modulus);
        }
        for output in outputs {
            assert_eq!(output.len(), 2 * n, "words of an output");
            if mode == Accumulation::Add {
                debug_assert_reduced(output, modulus);
            }
        }
    }

    #[inline(always)]
    fn tiles(self) -> Range<usize> {
        self.first_tile..self.end_tile
    }

    /// The residues that share a weight.
    #[inline(always)]
    fn block_length(self) -> usize {
        self.n / self.shape.blocks()
    }

    /// Whether a vector spans two blocks, interleaved.
    #[inline(always)]
    fn is_interleaved<L: Lanes>(self) -> bool {
        self.block_length() < L::COUNT
    }
}

/// How many inputs ahead of its use one is asked for: they lie in memory, and a run of one is packed faster than the next
/// one comes.
const INPUTS_AHEAD: usize = 4;

/// The source of each lane of two interleaved blocks of [`MIN_PERIODIC_BLOCK`] residues.
const INTERLEAVED: [u32; BLOCK] = [0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15];

/// The inverse of [`INTERLEAVED`].
const APART: [u32; BLOCK] = [0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15];

#[inline(always)]
fn convolve<L: Lanes>(
    l: L,
    convolution: Convolution,
    inputs: &[&[u32]],
    weights: &[u32],
    packed: &mut [u32],
    outputs: &mut [&mut [u32]],
) {
    let sums = ProductSums::new(l, convolution.modulus);
    let Convolution { shape, first_tile, .. } = convolution;
    let first_output = shape.tile_start(first_tile);
    let packed_block = shape.inputs() * PACKED_INPUT;
    let run = packed.len() / packed_block * BLOCK;
    for first in (0..convolution.n).step_by(run) {
        pack(l, convolution.is_interleaved::<L>(), inputs.len(), inputs.iter().copied(), first, packed);
        for tile in convolution.tiles() {
            let (start, end) = (shape.tile_start(tile) - first_output, shape.tile_start(tile + 1) - first_output);
            let outputs = &mut outputs[start..end];
            for (b, packed) in packed.chunks_exact(packed_block).enumerate() {
                for lane in (0..BLOCK).step_by(L::COUNT) {
                    let at = first + b * BLOCK + lane;
                    let weights = &weights[shape.weights_start(at / convolution.block_length(), tile)..];
                    accumulate_tile(l, sums, convolution, &packed[lane..], weights, outputs, at);
                }
            }
        }
    }
}

/// Packs the residues of `count` inputs from `first` on, as many as `packed` holds: `[block of 16 residues][input][component][16]`.
#[inline(always)]
fn pack<'a, L: Lanes>(
    l: L,
    interleave: bool,
    count: usize,
    inputs: impl Iterator<Item = &'a [u32]> + Clone,
    first: usize,
    packed: &mut [u32],
) {
    let run = packed.len() / (2 * count);
    let mut later = inputs.clone().skip(INPUTS_AHEAD);
    for (k, input) in inputs.enumerate() {
        let n = input.len() / 2;
        let next = later.next().unwrap_or(input);
        for component in [0, 1] {
            let next = &next[component * n + first..];
            let (blocks, _) = input[component * n + first..][..run].as_chunks::<BLOCK>();
            let (packed, _) = packed[(2 * k + component) * BLOCK..].as_chunks_mut::<BLOCK>();
            for (b, (block, packed)) in blocks.iter().zip(packed.iter_mut().step_by(2 * count)).enumerate() {
                l.prefetch(next, b * BLOCK);
                if interleave {
                    l.permute_block(block, &INTERLEAVED, packed);
                } else {
                    *packed = *block;
                }
            }
        }
    }
}

/// One vector, the one from residue `at` on, of the outputs of a tile: as many outputs at once as the registers hold sums
/// for.
///
/// `packed` begins with that vector of the first input, `weights` with the weights of the tile.
#[inline(always)]
fn accumulate_tile<L: Lanes>(
    l: L,
    sums: ProductSums<L>,
    convolution: Convolution,
    packed: &[u32],
    weights: &[u32],
    outputs: &mut [&mut [u32]],
    at: usize,
) {
    let at_once = outputs_at_once::<L>();
    let stride = outputs.len();
    for (part, outputs) in outputs.chunks_mut(at_once).enumerate() {
        let weights = TileWeights { words: &weights[part * at_once..], stride };
        match outputs {
            [a] => accumulate_part(l, sums, convolution, packed, weights, [a], at),
            [a, b] => accumulate_part(l, sums, convolution, packed, weights, [a, b], at),
            [a, b, c] => accumulate_part(l, sums, convolution, packed, weights, [a, b, c], at),
            [a, b, c, d] => accumulate_part(l, sums, convolution, packed, weights, [a, b, c, d], at),
            [a, b, c, d, e] => accumulate_part(l, sums, convolution, packed, weights, [a, b, c, d, e], at),
            [a, b, c, d, e, f] => accumulate_part(l, sums, convolution, packed, weights, [a, b, c, d, e, f], at),
            _ => unreachable!("a part has 1 to {at_once} outputs"),
        }
    }
}

/// The outputs whose sums the registers hold: a sum takes two and each output has two sums, so that of 32 registers (AVX-512)
/// 6 outputs take 24, and of 16 (AVX2) 2 outputs 8; the others hold operands.
#[inline(always)]
const fn outputs_at_once<L: Lanes>() -> usize {
    if L::REGISTERS >= 32 { 6 } else { 2 }
}

/// [`accumulate_tile`] for `OUTPUTS` outputs at once.
#[inline(always)]
fn accumulate_part<L: Lanes, const OUTPUTS: usize>(
    l: L,
    sums: ProductSums<L>,
    convolution: Convolution,
    packed: &[u32],
    weights: TileWeights<'_>,
    outputs: [&mut &mut [u32]; OUTPUTS],
    at: usize,
) {
    let inputs = convolution.shape.inputs();
    let interleaved = convolution.is_interleaved::<L>();
    let values = if interleaved {
        let odd = TileWeights { words: &weights.words[inputs * weights.stride..], ..weights };
        sum_products::<L, OUTPUTS>(l, sums, [Run { inputs, packed, weights: Interleaved { even: weights, odd } }])
    } else {
        sum_products::<L, OUTPUTS>(l, sums, [Run { inputs, packed, weights }])
    };
    for (values, output) in values.into_iter().zip(outputs) {
        for (value, output) in values.into_iter().zip(output.chunks_exact_mut(convolution.n)) {
            let value = if interleaved { set_apart(l, value) } else { value };
            store_sum(l, sums, value, convolution.mode == Accumulation::Add, &mut output[at..at + L::COUNT]);
        }
    }
}

/// The lanes of a vector of interleaved blocks in the order of residues.
#[inline(always)]
fn set_apart<L: Lanes>(l: L, vector: L::Vector) -> L::Vector {
    let (mut interleaved, mut apart) = ([0; BLOCK], [0; BLOCK]);
    l.store(vector, &mut interleaved[..L::COUNT]);
    l.permute_block(&interleaved, &APART, &mut apart);
    l.load(&apart[..L::COUNT])
}

/// The weights of a tile for one block: a word for all lanes.
#[derive(Clone, Copy)]
struct TileWeights<'a> {
    /// `[input][output of the tile]`.
    words: &'a [u32],
    /// The outputs of the tile.
    stride: usize,
}

impl<L: Lanes> Weights<L> for TileWeights<'_> {
    #[inline(always)]
    fn of_input(self, l: L, input: usize, outputs: usize) -> Self {
        let words = &self.words[input * self.stride..][..outputs];
        l.prefetch(words, WEIGHTS_AHEAD);
        Self { words, ..self }
    }
    #[inline(always)]
    fn get(self, l: L, output: usize) -> L::Spread {
        l.spread_splat(self.words[output])
    }
}

/// The weights of a tile for two blocks, one in the even lanes and one in the odd lanes.
#[derive(Clone, Copy)]
struct Interleaved<'a> {
    even: TileWeights<'a>,
    odd: TileWeights<'a>,
}

impl<L: Lanes> Weights<L> for Interleaved<'_> {
    #[inline(always)]
    fn of_input(self, l: L, input: usize, outputs: usize) -> Self {
        Self { even: self.even.of_input(l, input, outputs), odd: self.odd.of_input(l, input, outputs) }
    }
    #[inline(always)]
    fn get(self, l: L, output: usize) -> L::Spread {
        l.spread_pair(self.even.words[output], self.odd.words[output])
    }
}
