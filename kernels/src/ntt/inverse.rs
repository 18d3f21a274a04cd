//! The inverse transform: Gentleman-Sande butterflies from bit-reversed values to coefficients.
//!
//! Every residue between butterflies lies in `[0, 2q)`. A sum is reduced by one subtraction and one minimum; a difference
//! is made positive by adding 2q and multiplied, which gives `[0, 2q)` from any operand.
//!
//! The factors are the forward transform's, read from the end, and the difference has the opposite sign, see `tables`. A
//! tile's rows are loaded last first, so that its lanes meet their factors in the order of the table.

use super::registers::{Bounds, load_parts, load_tile_backward, split_parts, store_parts, store_tile};
use super::tables::{Factors, Pass, Scaling, Tables};
use crate::modulus::Modulus;
use crate::simd::{Factor, Lanes, OrderedLoops, Twiddle};

/// How many tiles ahead of its use a source is asked for: it was written by other tasks, and waits in a farther cache.
const TILES_AHEAD: usize = 4;

/// Transforms `source`, or else `values` in place, into `values`, the division by N included.
///
/// - in: `[0, q)`, values in bit-reversed order
/// - out: `[0, q)`, coefficients
#[inline(always)]
pub(super) fn inverse<L: Lanes>(
    l: L,
    modulus: Modulus,
    tables: &Tables,
    scaling: &Scaling,
    source: Option<&[u32]>,
    values: &mut [u32],
) {
    transform(l, Bounds::new(l, modulus, l.ordered()), tables, scaling, source, values);
}

/// [`inverse`], with the loops that `bounds` names.
#[inline(always)]
pub(super) fn transform<L: Lanes>(
    l: L,
    bounds: Bounds<L>,
    tables: &Tables,
    scaling: &Scaling,
    source: Option<&[u32]>,
    values: &mut [u32],
) {
    let Some((last, rest)) = tables.passes.split_first() else { unreachable!("there is a last pass") };
    let parts = last.radix;
    let length = values.len() / parts;
    for (part, values) in values.chunks_exact_mut(length).enumerate() {
        let source = source.map(|source| &source[part * length..(part + 1) * length]);
        tiles(l, bounds, tables, part, source, values);
        for next in rest.iter().rev() {
            pass(l, bounds, next, part, parts, values);
        }
    }
    match last.radix {
        8 => last_block::<L, 8>(l, bounds, &last.twiddles, scaling, values),
        4 => last_block::<L, 4>(l, bounds, &last.twiddles, scaling, values),
        radix => unreachable!("no pass of radix {radix} is made"),
    }
}

/// The first stages of all in part number `part` of the array, in squares of `COUNT` vectors, from `source` if there is one.
///
/// - in, out: `[0, 2q)`
#[inline(always)]
fn tiles<L: Lanes>(l: L, bounds: Bounds<L>, tables: &Tables, part: usize, source: Option<&[u32]>, values: &mut [u32]) {
    let area = L::COUNT * L::COUNT;
    let count = values.len() / area;
    if let Some(ordered) = bounds.ordered {
        let (rows, columns) = tables.of_tiles_from_end::<L>(part * count, count);
        ordered.inverse_columns(bounds.modulus, columns.0, source, values);
        ordered.inverse_rows(bounds.modulus, rows, values);
        return;
    }
    for (i, tile) in values.chunks_exact_mut(area).enumerate() {
        let (_, columns) = tables.of_tiles_from_end::<L>(part * count + i, 1);
        let mut square = match source {
            Some(source) => {
                let tile = &source[i * area..(i + 1) * area];
                (0..L::COUNT).for_each(|row| l.prefetch(tile, TILES_AHEAD * area + row * L::COUNT));
                load_tile_backward(l, tile)
            }
            None => load_tile_backward(l, tile),
        };
        l.transpose(&mut square);
        stages(l, bounds, columns, true, square.as_mut(), L::COUNT);
        l.transpose(&mut square);
        store_tile(l, square, tile);
    }
    for (i, tile) in values.chunks_exact_mut(area).enumerate() {
        let (rows, _) = tables.of_tiles_from_end::<L>(part * count + i, 1);
        let mut square = load_tile_backward(l, tile);
        stages(l, bounds, rows, false, square.as_mut(), L::COUNT);
        store_tile(l, square, tile);
    }
}

/// One pass through part number `part` of `parts` of the array.
///
/// - in, out: `[0, 2q)`
#[inline(always)]
fn pass<L: Lanes>(l: L, bounds: Bounds<L>, pass: &Pass, part: usize, parts: usize, values: &mut [u32]) {
    let twiddles = pass.of_part(parts - 1 - part, parts);
    match pass.radix {
        8 => blocks::<L, 8>(l, bounds, twiddles, values),
        4 => blocks::<L, 4>(l, bounds, twiddles, values),
        radix => unreachable!("no pass of radix {radix} is made"),
    }
}

/// The stages of a pass, with `RADIX - 1` factors a block.
///
/// - in, out: `[0, 2q)`
#[inline(always)]
fn blocks<L: Lanes, const RADIX: usize>(l: L, bounds: Bounds<L>, twiddles: &[Twiddle], values: &mut [u32]) {
    let length = values.len() / (twiddles.len() / (RADIX - 1));
    for (block, twiddles) in values.chunks_exact_mut(length).zip(twiddles.chunks_exact(RADIX - 1).rev()) {
        if let (8, Some(ordered)) = (RADIX, bounds.ordered) {
            ordered.inverse_pass(bounds.modulus, twiddles, block);
            continue;
        }
        let mut parts = split_parts::<RADIX>(block);
        for i in (0..length / RADIX).step_by(L::COUNT) {
            let mut vectors = load_parts(l, &parts, i);
            stages(l, bounds, twiddles, false, &mut vectors, RADIX);
            store_parts(l, vectors, &mut parts, i);
        }
    }
}

/// The last pass, through the whole array, which divides by N, see [`Scaling`].
///
/// - in: `[0, 2q)`
/// - out: `[0, q)`
#[inline(always)]
fn last_block<L: Lanes, const RADIX: usize>(
    l: L,
    bounds: Bounds<L>,
    twiddles: &[Twiddle],
    scaling: &Scaling,
    values: &mut [u32],
) {
    if let (8, Some(ordered)) = (RADIX, bounds.ordered) {
        ordered.inverse_last_pass(bounds.modulus, twiddles, &scaling.twiddles, scaling.inverse_n, values);
        return;
    }
    let factors = Scaled { plain: twiddles, scaled: &scaling.twiddles };
    let inverse_n = scaling.inverse_n.splat(l);
    let length = values.len() / RADIX;
    let mut parts = split_parts::<RADIX>(values);
    for i in (0..length).step_by(L::COUNT) {
        let mut vectors = load_parts(l, &parts, i);
        stages(l, bounds, factors, false, &mut vectors, RADIX / 2);
        for k in 0..RADIX / 2 {
            let (a, b) = (vectors[k], vectors[k + RADIX / 2]);
            let (sum, difference) = (l.add(a, b), l.add(l.sub(b, a), bounds.two_q));
            let below_two_q =
                if k == 0 { l.mul_shoup_lazy(sum, inverse_n, bounds.q) } else { l.reduce_once(sum, bounds.two_q) };
            let product = l.mul_shoup_lazy(difference, factors.get(l, 0, k), bounds.q);
            vectors[k] = l.reduce_once(below_two_q, bounds.q);
            vectors[k + RADIX / 2] = l.reduce_once(product, bounds.q);
        }
        store_parts(l, vectors, &mut parts, i);
    }
}

/// Those of the last pass: the first butterfly of a block is that of two sums of all that came before, or of two residues,
/// which nothing has divided by N so far.
#[derive(Clone, Copy)]
struct Scaled<'a> {
    plain: &'a [Twiddle],
    scaled: &'a [Twiddle],
}

impl<L: Lanes> Factors<L> for Scaled<'_> {
    #[inline(always)]
    fn get(self, l: L, index: usize, butterfly: usize) -> Factor<L> {
        let twiddles = if butterfly == 0 { self.scaled } else { self.plain };
        twiddles[index].splat(l)
    }
}

/// The stages that make blocks of up to `longest` vectors.
///
/// - in: `[0, 2q)`; `[0, q)` if `reduced`
/// - out: `[0, 2q)`
#[inline(always)]
fn stages<L: Lanes>(
    l: L,
    bounds: Bounds<L>,
    factors: impl Factors<L>,
    reduced: bool,
    vectors: &mut [L::Vector],
    longest: usize,
) {
    if longest > 1 {
        stage::<L, 1>(l, bounds, factors, reduced, vectors);
    }
    if longest > 2 {
        stage::<L, 2>(l, bounds, factors, false, vectors);
    }
    if longest > 4 {
        stage::<L, 4>(l, bounds, factors, false, vectors);
    }
    if longest > 8 {
        stage::<L, 8>(l, bounds, factors, false, vectors);
    }
}

/// One stage: butterflies of vectors `HALF` apart.
///
/// - in: `[0, 2q)`; `[0, q)` if `reduced`
/// - out: `[0, 2q)`
#[inline(always)]
fn stage<L: Lanes, const HALF: usize>(
    l: L,
    bounds: Bounds<L>,
    factors: impl Factors<L>,
    reduced: bool,
    vectors: &mut [L::Vector],
) {
    let blocks = vectors.len() / (2 * HALF);
    for butterfly in 0..vectors.len() / 2 {
        let (block, i) = (butterfly / HALF, butterfly % HALF);
        let (low, high) = (2 * HALF * block + i, 2 * HALF * block + i + HALF);
        let (a, b) = (vectors[low], vectors[high]);
        let difference = l.add(l.sub(b, a), bounds.two_q);
        let sum = l.add(a, b);
        vectors[low] = if reduced { sum } else { l.reduce_once(sum, bounds.two_q) };
        vectors[high] = l.mul_shoup_lazy(difference, factors.get(l, 2 * (blocks - 1) - block, i), bounds.q);
    }
}
