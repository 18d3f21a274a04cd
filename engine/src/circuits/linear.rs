//! Products with plaintexts and their sums: convolutions, the dense layer, masks.

use arrayvec::ArrayVec;
use hear_kernels::{
    accumulate::{self, Accumulation, MAX_INPUTS, WeightTile},
    eltwise,
};

use super::{Levels, activation::add_constant, shared, split_pairs};
use crate::{
    ring::{Context, PrimeIndex},
    rlwe::limb_pair,
};

/// Outputs whose sums one multiply-accumulate holds in registers.
pub const TILE_OUTPUTS: usize = 4;
/// Tiles that one task makes: they share the packing of the inputs.
pub const GROUP_TILES: usize = 8;
/// Inputs whose products one multiply-accumulate adds before it reduces.
pub const CHUNK_INPUTS: usize = 16;

/// Words of scratch of [`sum_of_products_into`].
pub(super) fn multiply_accumulate_words(context: &Context) -> usize {
    accumulate::multiply_accumulate_scratch_words(accumulate::MAX_INPUTS, context.n())
}

/// One limb of some tiles of sums of products: `out[o] = sum over i of weights[o, i] x[i]`.
///
/// `chunks` gives, for each chunk of inputs, their number and the weights of all tiles. `x` and `out` give what belongs to
/// one of `clips` clips after the other; the clips share each pass over the weights.
///
/// # Panics
/// If the chunks do not add up to the inputs, a length is wrong, or the scratch is too short.
pub fn sum_of_products_into<'w>(
    context: &Context,
    limb: usize,
    clips: usize,
    x: &[&[u32]],
    chunks: impl IntoIterator<Item = (usize, impl AsRef<[WeightTile<'w>]>)>,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let modulus = context.modulus(PrimeIndex::from(limb));
    let (inputs, outputs) = (x.len() / clips, out.len() / clips);
    let (mut done, mut mode) = (0, Accumulation::Overwrite);
    for (count, tiles) in chunks {
        let at_once = (MAX_INPUTS / count).max(1);
        for (x, out) in x.chunks(at_once * inputs).zip(out.chunks_mut(at_once * outputs)) {
            let of_clips = x.chunks_exact(inputs).flat_map(|x| &x[done..done + count]);
            let chunk: ArrayVec<_, MAX_INPUTS> = of_clips.copied().collect();
            accumulate::multiply_accumulate_into(context.isa(), modulus, &chunk, tiles.as_ref(), out, mode, scratch);
        }
        (done, mode) = (done + count, Accumulation::Add);
    }
    assert_eq!(done, inputs, "inputs that have weights");
}

/// A sum of products each of which is rescaled on its own: `out = sum over i of rescale(weights[i] x[i])`.
///
/// `x` gives all limbs of input 0, then of input 1, ...; `weights(i, limb)` the halves of weight i.
///
/// # Panics
/// If a number of limbs or a length is wrong, or the scratch is too short.
pub fn sum_of_rescaled_products_into<'w>(
    levels: &Levels,
    limbs: usize,
    x: &[&[u32]],
    weights: impl Fn(usize, usize) -> &'w [u32],
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let context = levels.context();
    let n = context.n();
    for (input, x) in x.chunks_exact(limbs).enumerate() {
        let (mut product, scratch) = split_pairs(scratch, limbs, n);
        for (limb, (x, product)) in x.iter().zip(&mut product).enumerate() {
            limb_pair::multiply_real_into(context, PrimeIndex::from(limb), x, weights(input, limb), product);
        }
        if input == 0 {
            levels.rescale(limbs).apply_into(&shared(&product), out, scratch);
        } else {
            let (mut rescaled, scratch) = split_pairs(scratch, limbs - 1, n);
            levels.rescale(limbs).apply_into(&shared(&product), &mut rescaled, scratch);
            for (limb, (out, rescaled)) in out.iter_mut().zip(&rescaled).enumerate() {
                limb_pair::add_assign(context, PrimeIndex::from(limb), out, rescaled);
            }
        }
    }
}

/// The sum of values of `limbs` limbs, rescaled where `rescale` is set, plus a plaintext where there is one.
///
/// `terms` gives all limbs of the first value, then of the second, ...
///
/// # Panics
/// If a number of limbs or a length is wrong, or the scratch is too short.
pub fn sum_into<'w>(
    levels: &Levels,
    limbs: usize,
    terms: &[&[u32]],
    rescale: bool,
    constant: Option<impl IntoIterator<Item = &'w [u32]>>,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let context = levels.context();
    let add = |sums: &mut [&mut [u32]]| {
        for (limb, sum) in sums.iter_mut().enumerate() {
            let modulus = context.modulus(PrimeIndex::from(limb));
            sum.copy_from_slice(terms[limb]);
            for term in terms.iter().skip(limb + limbs).step_by(limbs) {
                eltwise::add_assign(context.isa(), modulus, sum, term);
            }
        }
    };
    if rescale {
        let (mut sums, scratch) = split_pairs(scratch, limbs, context.n());
        add(&mut sums);
        levels.rescale(limbs).apply_into(&shared(&sums), out, scratch);
    } else {
        add(out);
    }
    if let Some(constant) = constant {
        add_constant(levels, out, constant);
    }
}

/// `out = mask x`, rescaled where `rescale` is set. `mask` holds halves in Montgomery form.
///
/// # Panics
/// If a number of limbs or a length is wrong, or the scratch is too short.
pub fn mask_into<'w>(
    levels: &Levels,
    x: &[&[u32]],
    mask: impl IntoIterator<Item = &'w [u32]>,
    rescale: bool,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let context = levels.context();
    let multiply = |out: &mut [&mut [u32]]| {
        for (limb, ((x, mask), out)) in x.iter().zip(mask).zip(out).enumerate() {
            limb_pair::multiply_real_into(context, PrimeIndex::from(limb), x, mask, out);
        }
    };
    if rescale {
        let (mut products, scratch) = split_pairs(scratch, x.len(), context.n());
        multiply(&mut products);
        levels.rescale(x.len()).apply_into(&shared(&products), out, scratch);
    } else {
        multiply(out);
    }
}
