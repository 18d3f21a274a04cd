//! The forward transform: Cooley-Tukey butterflies from coefficients to bit-reversed values.
//!
//! Intervals: a *plain* residue lies in `[0, 4q)`; a *signed* one is a two's complement number in `(-2q, 2q)`. A butterfly
//! first brings its addend to `[0, 2q)`: one subtraction or addition and one minimum, either way. Its other operand must
//! be plain. The sum is plain; the difference is signed, and is made plain by adding 2q only where its next use is not
//! that of an addend.

use super::registers::{Bounds, load_parts, load_tile, split_parts, store_parts, store_tile};
use super::tables::{Factors, Pass, Tables};
use crate::modulus::Modulus;
use crate::simd::{Lanes, OrderedLoops, Twiddle};

/// Transforms `values` in place.
///
/// - in: `[0, q)`, coefficients
/// - out: `[0, q)`, values in bit-reversed order
#[inline(always)]
pub(super) fn forward<L: Lanes>(l: L, modulus: Modulus, tables: &Tables, values: &mut [u32]) {
    transform(l, Bounds::new(l, modulus, l.ordered()), tables, values);
}

/// [`forward`], with the loops that `bounds` names.
#[inline(always)]
pub(super) fn transform<L: Lanes>(l: L, bounds: Bounds<L>, tables: &Tables, values: &mut [u32]) {
    let Some((first, rest)) = tables.passes.split_first() else { unreachable!("there is a first pass") };
    pass(l, bounds, first, 0, 1, true, values);
    let parts = first.radix;
    let length = values.len() / parts;
    for (part, values) in values.chunks_exact_mut(length).enumerate() {
        for next in rest {
            pass(l, bounds, next, part, parts, false, values);
        }
        tiles(l, bounds, tables, part, values);
    }
}

/// One pass through part number `part` of `parts` of the array.
///
/// - in: plain; `[0, q)` if `reduced`
/// - out: plain
#[inline(always)]
fn pass<L: Lanes>(l: L, bounds: Bounds<L>, pass: &Pass, part: usize, parts: usize, reduced: bool, values: &mut [u32]) {
    let twiddles = pass.of_part(part, parts);
    match pass.radix {
        8 => blocks::<L, 8>(l, bounds, twiddles, reduced, values),
        4 => blocks::<L, 4>(l, bounds, twiddles, reduced, values),
        radix => unreachable!("no pass of radix {radix} is made"),
    }
}

/// The stages of a pass, with `RADIX - 1` factors a block.
///
/// - in: plain; `[0, q)` if `reduced`
/// - out: plain
#[inline(always)]
fn blocks<L: Lanes, const RADIX: usize>(
    l: L,
    bounds: Bounds<L>,
    twiddles: &[Twiddle],
    reduced: bool,
    values: &mut [u32],
) {
    let length = values.len() / (twiddles.len() / (RADIX - 1));
    for (block, twiddles) in values.chunks_exact_mut(length).zip(twiddles.chunks_exact(RADIX - 1)) {
        if let (8, Some(ordered)) = (RADIX, bounds.ordered) {
            ordered.forward_pass(bounds.modulus, twiddles, reduced, block);
            continue;
        }
        let mut parts = split_parts::<RADIX>(block);
        for i in (0..length / RADIX).step_by(L::COUNT) {
            let mut vectors = load_parts(l, &parts, i);
            stages(l, bounds, twiddles, reduced, &mut vectors);
            make_plain(l, bounds, &mut vectors);
            store_parts(l, vectors, &mut parts, i);
        }
    }
}

/// The last stages of all in part number `part` of the array, in squares of `COUNT` vectors.
///
/// - in: plain
/// - out: `[0, q)`
#[inline(always)]
fn tiles<L: Lanes>(l: L, bounds: Bounds<L>, tables: &Tables, part: usize, values: &mut [u32]) {
    let count = values.len() / (L::COUNT * L::COUNT);
    if let Some(ordered) = bounds.ordered {
        let (rows, columns) = tables.of_tiles::<L>(part * count, count);
        ordered.forward_rows(bounds.modulus, rows, values);
        ordered.forward_columns(bounds.modulus, columns.0, values);
        return;
    }
    for (i, tile) in values.chunks_exact_mut(L::COUNT * L::COUNT).enumerate() {
        let (rows, _) = tables.of_tiles::<L>(part * count + i, 1);
        let mut square = load_tile(l, tile);
        stages(l, bounds, rows, false, square.as_mut());
        make_plain(l, bounds, square.as_mut());
        store_tile(l, square, tile);
    }
    for (i, tile) in values.chunks_exact_mut(L::COUNT * L::COUNT).enumerate() {
        let (_, columns) = tables.of_tiles::<L>(part * count + i, 1);
        let mut square = load_tile(l, tile);
        l.transpose(&mut square);
        stages(l, bounds, columns, false, square.as_mut());
        reduce(l, bounds, square.as_mut());
        l.transpose(&mut square);
        store_tile(l, square, tile);
    }
}

/// log2 of `vectors.len()` stages on a block that has one vector of each part.
///
/// - in: plain; `[0, q)` if `reduced`
/// - out: even vectors plain, odd ones signed
#[inline(always)]
fn stages<L: Lanes>(l: L, bounds: Bounds<L>, factors: impl Factors<L>, reduced: bool, vectors: &mut [L::Vector]) {
    let first = vectors.len() / 2;
    if first >= 8 {
        stage::<L, 8>(l, bounds, factors, reduced && first == 8, vectors);
    }
    if first >= 4 {
        stage::<L, 4>(l, bounds, factors, reduced && first == 4, vectors);
    }
    if first >= 2 {
        stage::<L, 2>(l, bounds, factors, reduced && first == 2, vectors);
    }
    if first >= 1 {
        stage::<L, 1>(l, bounds, factors, false, vectors);
    }
}

/// One stage: butterflies of vectors `HALF` apart.
///
/// - in: plain, `[0, q)` if `reduced`; but signed where the stage before leaves it so, in the addends of odd blocks
/// - out: plain; but signed are the differences that the next stage, in blocks half as long, takes as addends, and all
///   differences of the last stage
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
        let addend = if reduced {
            vectors[low]
        } else if block % 2 == 0 {
            l.reduce_once(vectors[low], bounds.two_q)
        } else {
            l.make_positive(vectors[low], bounds.two_q)
        };
        let product = l.mul_shoup_lazy(vectors[high], factors.get(l, blocks - 1 + block, i), bounds.q);
        let difference = l.sub(addend, product);
        vectors[low] = l.add(addend, product);
        vectors[high] = if i < HALF.div_ceil(2) { difference } else { l.add(difference, bounds.two_q) };
    }
}

/// Makes the output of [`stages`] plain.
#[inline(always)]
fn make_plain<L: Lanes>(l: L, bounds: Bounds<L>, vectors: &mut [L::Vector]) {
    for odd in (1..vectors.len()).step_by(2) {
        vectors[odd] = l.add(vectors[odd], bounds.two_q);
    }
}

/// Reduces the output of [`stages`] to `[0, q)`.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "an iterator over the vectors would keep them in memory")]
fn reduce<L: Lanes>(l: L, bounds: Bounds<L>, vectors: &mut [L::Vector]) {
    for k in 0..vectors.len() {
        let below_two_q = if k % 2 == 0 {
            l.reduce_once(vectors[k], bounds.two_q)
        } else {
            l.make_positive(vectors[k], bounds.two_q)
        };
        vectors[k] = l.reduce_once(below_two_q, bounds.q);
    }
}
