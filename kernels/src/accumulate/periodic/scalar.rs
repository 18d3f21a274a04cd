//! Ciphertexts times scalars: the convolutions of a network whose every node is a ciphertext.
//!
//! A plaintext with the same value in all slots is a constant polynomial, whose NTT values are all equal: a periodic
//! plaintext of one block. A sum has such a product for every element of a kernel that meets an input, so sums of
//! neighbouring nodes share most of their inputs, which are packed once for all of them, and all of their weights.

use super::super::key_product::store_sum;
use super::super::products::{PACKED_INPUT, Run, sum_products};
use super::super::sums::ProductSums;
use super::weights::check_weights;
use super::{PeriodicShape, TileWeights, multiply_accumulate_periodic_scratch_words, outputs_at_once, pack};
use crate::bounds::debug_assert_reduced;
use crate::modulus::Modulus;
use crate::simd::{BLOCK, Isa, Lanes, dispatch};

/// Products of a sum: `count` inputs from `input` on, times as many rows of weights from `row` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalarRun {
    /// The first input.
    pub input: usize,
    /// The first row of weights.
    pub row: usize,
    /// How many.
    pub count: usize,
}

/// The weights of some outputs.
#[derive(Clone, Copy, Debug)]
pub struct ScalarWeights<'a> {
    /// Its inputs are the rows, of one word for each of its outputs; it has one block.
    pub shape: PeriodicShape,
    /// In `[0, q)`, in Montgomery form, in the order that [`periodic_weights_insert`](super::periodic_weights_insert) makes.
    pub words: &'a [u32],
}

/// The words of scratch that [`multiply_accumulate_scalar_into`] needs at least.
#[must_use]
pub const fn multiply_accumulate_scalar_scratch_words(inputs: usize, n: usize) -> usize {
    multiply_accumulate_periodic_scratch_words(inputs, n)
}

/// `out_s,o,c[i] = sum of input_k,c[i] weight_r,o mod q` over the pairs of inputs k and rows r in the runs of sum s, for all
/// sums s, all outputs o of all `weights`, and the components c = 0 and 1.
///
/// - in: `inputs` in `[0, q)`: ciphertexts `[component][n]`, the same number of them in each slice
/// - out: `[0, q)`: ciphertexts, the same number of them in each slice, in the order `[weights][sum][output]`; `scratch` holds
///   nothing of use afterwards
/// - order: any, that of the inputs
/// - bounds: see [the module](super::super)
///
/// # Panics
/// If n is no multiple of 16; if there is no input, slices of inputs or outputs do not hold whole ciphertexts, as many each,
/// or there are not as many outputs as asked for; if a run leaves the inputs or the rows, or a sum has none; if weights have
/// more than one block or another length than their shape says; if `scratch` is not at least
/// [`multiply_accumulate_scalar_scratch_words`] long; in debug builds, if a residue is not below q.
#[expect(clippy::too_many_arguments, reason = "the operands, what to do with them, and where")]
pub fn multiply_accumulate_scalar_into(
    isa: Isa,
    modulus: Modulus,
    n: usize,
    inputs: &[&[u32]],
    sums: &[&[ScalarRun]],
    weights: &[ScalarWeights<'_>],
    outputs: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    assert!(n > 0 && n.is_multiple_of(BLOCK), "limbs of {n} residues are no whole blocks");
    let inputs_each = ciphertexts_each(n, inputs.iter().map(|slice| slice.len()));
    let outputs_each = ciphertexts_each(n, outputs.iter().map(|slice| slice.len()));
    let count = inputs.len() * inputs_each;
    let mut of_weights = 0;
    for &ScalarWeights { shape, words } in weights {
        assert_eq!(shape.blocks(), 1, "blocks of a scalar");
        check_weights(shape, words);
        debug_assert_reduced(words, modulus);
        of_weights += shape.outputs();
        for run in sums.iter().flat_map(|runs| runs.iter()) {
            let inside = run.input + run.count <= count && run.row + run.count <= shape.inputs();
            assert!(inside && run.count > 0, "{run:?} of {count} inputs and {} rows", shape.inputs());
        }
    }
    assert!(sums.iter().all(|runs| !runs.is_empty()), "a sum of no products");
    assert_eq!(outputs.len() * outputs_each, sums.len() * of_weights, "outputs of a convolution");
    inputs.iter().for_each(|slice| debug_assert_reduced(slice, modulus));
    let (words, given) = (multiply_accumulate_scalar_scratch_words(count, n), scratch.len());
    assert!(given >= words, "{given} words of scratch, {words} needed");
    let packed = &mut scratch[..words];
    dispatch!(isa, convolve(
        call: Call = Call { modulus, n, inputs: count, outputs_each },
        inputs: &[&[u32]],
        sums: &[&[ScalarRun]],
        weights: &[ScalarWeights<'_>],
        packed: &mut [u32],
        outputs: &mut [&mut [u32]],
    ));
}

/// How many ciphertexts there are in each slice of those lengths.
#[track_caller]
fn ciphertexts_each(n: usize, mut lengths: impl Iterator<Item = usize>) -> usize {
    let first = lengths.next().unwrap_or(0);
    assert!(first > 0 && first.is_multiple_of(2 * n), "slices of {first} words hold no whole ciphertexts of {n}");
    assert!(lengths.all(|length| length == first), "slices hold unequal numbers of ciphertexts");
    first / (2 * n)
}

/// What a call computes.
#[derive(Clone, Copy)]
struct Call {
    modulus: Modulus,
    /// The residues of a component.
    n: usize,
    /// Ciphertexts.
    inputs: usize,
    /// Ciphertexts of a slice of outputs.
    outputs_each: usize,
}

#[inline(always)]
fn convolve<L: Lanes>(
    l: L,
    call: Call,
    inputs: &[&[u32]],
    sums: &[&[ScalarRun]],
    weights: &[ScalarWeights<'_>],
    packed: &mut [u32],
    outputs: &mut [&mut [u32]],
) {
    let constants = ProductSums::new(l, call.modulus);
    let block_words = call.inputs * PACKED_INPUT;
    let run = packed.len() / block_words * BLOCK;
    let ciphertexts = inputs.iter().flat_map(|slice| slice.chunks_exact(2 * call.n));
    for first in (0..call.n).step_by(run) {
        // The last run may be shorter.
        let packed = &mut packed[..run.min(call.n - first) / BLOCK * block_words];
        pack(l, false, call.inputs, ciphertexts.clone(), first, packed);
        let mut output = 0;
        for &ScalarWeights { shape, words } in weights {
            for runs in sums {
                for tile in 0..shape.tiles() {
                    let tile_outputs = shape.outputs_of(tile..tile + 1);
                    let tile_words = &words[shape.weights_start(0, tile)..];
                    let tile_weights = TileWeights { words: tile_words, stride: tile_outputs.len() };
                    for (b, packed) in packed.chunks_exact(block_words).enumerate() {
                        for lane in (0..BLOCK).step_by(L::COUNT) {
                            let at = first + b * BLOCK + lane;
                            let to = Destination { output: output + tile_outputs.start, at };
                            accumulate_tile(l, constants, call, runs, &packed[lane..], tile_weights, outputs, to);
                        }
                    }
                }
                output += shape.outputs();
            }
        }
    }
}

/// Where a vector of the sums of a tile goes.
#[derive(Clone, Copy)]
struct Destination {
    /// The first ciphertext among all outputs.
    output: usize,
    /// The index of the first residue in each component.
    at: usize,
}

/// One vector of the outputs of a tile: as many outputs at once as the registers hold sums for.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "one vector of one tile, with its operands")]
fn accumulate_tile<L: Lanes>(
    l: L,
    constants: ProductSums<L>,
    call: Call,
    runs: &[ScalarRun],
    packed: &[u32],
    weights: TileWeights<'_>,
    outputs: &mut [&mut [u32]],
    to: Destination,
) {
    let at_once = outputs_at_once::<L>();
    for first in (0..weights.stride).step_by(at_once) {
        let part = TileWeights { words: &weights.words[first..], ..weights };
        let to = Destination { output: to.output + first, ..to };
        match at_once.min(weights.stride - first) {
            1 => accumulate_part::<L, 1>(l, constants, call, runs, packed, part, outputs, to),
            2 => accumulate_part::<L, 2>(l, constants, call, runs, packed, part, outputs, to),
            3 => accumulate_part::<L, 3>(l, constants, call, runs, packed, part, outputs, to),
            4 => accumulate_part::<L, 4>(l, constants, call, runs, packed, part, outputs, to),
            5 => accumulate_part::<L, 5>(l, constants, call, runs, packed, part, outputs, to),
            6 => accumulate_part::<L, 6>(l, constants, call, runs, packed, part, outputs, to),
            other => unreachable!("{other} outputs of a part of 1 to {at_once}"),
        }
    }
}

/// [`accumulate_tile`] for `OUTPUTS` outputs at once.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "one vector of a part of a tile, with its operands")]
fn accumulate_part<L: Lanes, const OUTPUTS: usize>(
    l: L,
    constants: ProductSums<L>,
    call: Call,
    runs: &[ScalarRun],
    packed: &[u32],
    weights: TileWeights<'_>,
    outputs: &mut [&mut [u32]],
    to: Destination,
) {
    let runs = runs.iter().map(|run| Run {
        inputs: run.count,
        packed: &packed[run.input * PACKED_INPUT..],
        weights: TileWeights { words: &weights.words[run.row * weights.stride..], ..weights },
    });
    let values = sum_products::<L, OUTPUTS>(l, constants, runs);
    for (o, values) in values.into_iter().enumerate() {
        let index = to.output + o;
        let start = index % call.outputs_each * 2 * call.n + to.at;
        let slice = &mut outputs[index / call.outputs_each];
        for (component, value) in values.into_iter().enumerate() {
            let at = start + component * call.n;
            store_sum(l, constants, value, false, &mut slice[at..at + L::COUNT]);
        }
    }
}
