//! Digits times a switching key.

use super::convolution::Accumulation;
use super::sums::{PRODUCTS_PER_FOLD, ProductSums};
use crate::automorphism::Automorphism;
use crate::bounds::debug_assert_reduced;
use crate::modulus::Modulus;
use crate::simd::{BLOCK, Isa, Lanes, ModulusLanes, dispatch};

/// The most digits of a key.
pub const MAX_DIGITS: usize = 32;

/// The blocks of the digits that are packed at once: 8 KiB at most.
const PACKED_BLOCKS: usize = 4;

/// How far ahead of its use a stream of words from memory is asked for, in words: 16 KiB.
///
/// The processor's own prefetching follows such a stream no further than the page. Measured on Zen 5 with keys of one digit
/// from memory: 15 us a limb without, 6 at 4 KiB, 4.5 from 8 KiB on, which is what a key in the cache takes.
const STREAM_AHEAD: usize = 4096;

/// How far ahead of its use a digit is asked for, in words: 4 KiB. Digits were written by other tasks, and wait in a farther
/// cache. Within whole inferences a third of the time of products with one digit was waiting for them.
const DIGIT_AHEAD: usize = 1024;

/// The words of one limb of a key of `digits` digits, each a pair of polynomials of `n` residues.
#[must_use]
pub const fn key_stream_words(digits: usize, n: usize) -> usize {
    2 * digits * n
}

/// `out_c[i] = sum_d digits[d][i] key[d][c][i] mod q` for the components c = 0 and 1.
///
/// The key may have more digits than `digits` does, as a key made for a high level serves lower ones: the first ones count.
///
/// - in: `digits` in `[0, q)`, N residues each; `key` in `[0, q)`, Montgomery form, in the stream's order
///   `[block of 16 residues][digit][component][16]`
/// - out: `[0, q)`, `[component][n]`
/// - order: the same on both sides; NTT values in bit-reversed order in practice
/// - bounds: see [the module](super)
///
/// # Panics
/// If `out` is not twice a multiple of 16 words long, `digits` are not 1 to [`MAX_DIGITS`] limbs of half that length,
/// or `key` is no stream of at least as many digits; in debug builds, if a residue is not below q.
pub fn key_product_into(isa: Isa, modulus: Modulus, digits: &[&[u32]], key: &[u32], out: &mut [u32]) {
    check_product(modulus, digits, key, out);
    dispatch!(isa, product(modulus: Modulus, digits: &[&[u32]], key: &[u32], add: bool = false, out: &mut [u32]));
}

/// [`key_product_into`], added to what `out`, in `[0, q)`, holds.
///
/// # Panics
/// As [`key_product_into`].
pub fn key_product_add_assign(isa: Isa, modulus: Modulus, digits: &[&[u32]], key: &[u32], out: &mut [u32]) {
    check_product(modulus, digits, key, out);
    debug_assert_reduced(out, modulus);
    dispatch!(isa, product(modulus: Modulus, digits: &[&[u32]], key: &[u32], add: bool = true, out: &mut [u32]));
}

/// Checks lengths and ranges.
#[track_caller]
fn check_product(modulus: Modulus, digits: &[&[u32]], key: &[u32], out: &[u32]) {
    assert!(!out.is_empty() && out.len().is_multiple_of(2 * BLOCK), "{} words are no pair of limbs", out.len());
    let (n, count) = (out.len() / 2, digits.len());
    assert!((1..=MAX_DIGITS).contains(&count), "{count} digits are not 1 to {MAX_DIGITS}");
    for digit in digits {
        assert_eq!(digit.len(), n, "residues of a digit");
        debug_assert_reduced(digit, modulus);
    }
    assert!(
        key.len().is_multiple_of(out.len()) && key.len() >= count * out.len(),
        "{} words are no key stream of {count} or more digits of {n} residues",
        key.len()
    );
    debug_assert_reduced(key, modulus);
}

/// A polynomial that is multiplied by a constant and added to component 0 of a product with a key.
#[derive(Clone, Copy, Debug)]
pub struct Addend<'a> {
    /// Its residues in `[0, q)`.
    pub values: &'a [u32],
    /// The constant in `[0, q)`, Montgomery form.
    pub factor: u32,
}

/// `out_c = sigma(sum_d digits[d] key[d][c] + [c = 0] factor addend)`, or that added to what `out` holds: a part of a
/// rotation, without the way to memory and back between the product and the automorphism.
///
/// - in: as [`key_product_into`]; `out` in `[0, q)` where it is added to
/// - out: `[0, q)`, `[component][n]`
/// - order: NTT values in bit-reversed order
///
/// # Panics
/// As [`key_product_into`], and if the automorphism is of another degree, or the addend of another length.
#[expect(clippy::too_many_arguments, reason = "an operand for each part of the formula")]
pub fn turned_key_product_into(
    isa: Isa,
    modulus: Modulus,
    digits: &[&[u32]],
    key: &[u32],
    addend: Option<Addend<'_>>,
    automorphism: &Automorphism,
    mode: Accumulation,
    out: &mut [u32],
) {
    check_product(modulus, digits, key, out);
    assert_eq!(out.len(), 2 << automorphism.log_n(), "words of a pair of limbs of the automorphism's degree");
    if let Some(Addend { values, factor }) = addend {
        assert_eq!(values.len(), out.len() / 2, "residues of the addend");
        debug_assert_reduced(values, modulus);
        debug_assert_reduced(&[factor], modulus);
    }
    if mode == Accumulation::Add {
        debug_assert_reduced(out, modulus);
    }
    dispatch!(isa, turned_product(
        modulus: Modulus,
        digits: &[&[u32]],
        key: &[u32],
        addend: Option<Addend<'_>>,
        automorphism: &Automorphism,
        mode: Accumulation,
        out: &mut [u32],
    ));
}

#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "an operand for each part of the formula")]
fn turned_product<L: Lanes>(
    l: L,
    modulus: Modulus,
    digits: &[&[u32]],
    key: &[u32],
    addend: Option<Addend<'_>>,
    automorphism: &Automorphism,
    mode: Accumulation,
    out: &mut [u32],
) {
    let sums = ProductSums::new(l, modulus);
    let (n, digit_count) = (out.len() / 2, digits.len());
    let key_block = key.len() / (n / BLOCK);
    let (out_0, out_1) = out.split_at_mut(n);
    let (out_0, out_1) = (out_0.as_chunks_mut::<BLOCK>().0, out_1.as_chunks_mut::<BLOCK>().0);
    let factor = l.spread_splat(addend.map_or(0, |addend| addend.factor));
    let mut packed = [0; MAX_DIGITS * BLOCK];
    for (block, key) in key.chunks_exact(key_block).enumerate() {
        let at = block * BLOCK;
        let digits = if let &[digit] = digits {
            &digit[at..]
        } else {
            for (digit, packed) in digits.iter().zip(packed.chunks_exact_mut(BLOCK)) {
                l.prefetch(digit, at + DIGIT_AHEAD);
                packed.copy_from_slice(&digit[at..at + BLOCK]);
            }
            &packed
        };
        let mut values = [[0; BLOCK]; 2];
        for lane in (0..BLOCK).step_by(L::COUNT) {
            let start = match addend {
                Some(Addend { values, .. }) => l.mul_wide(l.spread(l.load(&values[at + lane..][..L::COUNT])), factor),
                None => l.wide_splat(0),
            };
            let [sum_0, sum_1] = vector_product(l, sums, start, digit_count, &digits[lane..], &key[lane..]);
            l.store(sum_0, &mut values[0][lane..lane + L::COUNT]);
            l.store(sum_1, &mut values[1][lane..lane + L::COUNT]);
        }
        let (to, permutation) = automorphism.destination(block);
        for (values, out) in values.iter().zip([&mut out_0[to], &mut out_1[to]]) {
            let mut turned = [0; BLOCK];
            l.permute_block(values, permutation, &mut turned);
            for (turned, out) in turned.chunks_exact(L::COUNT).zip(out.chunks_exact_mut(L::COUNT)) {
                store_sum(l, sums, l.load(turned), mode == Accumulation::Add, out);
            }
        }
    }
}

#[inline(always)]
fn product<L: Lanes>(l: L, modulus: Modulus, digits: &[&[u32]], key: &[u32], add: bool, out: &mut [u32]) {
    let sums = ProductSums::new(l, modulus);
    let n = out.len() / 2;
    let key_block = key.len() / (n / BLOCK);
    let (out_0, out_1) = out.split_at_mut(n);
    let digit_count = digits.len();
    if let &[digit] = digits {
        block_products(l, sums, digit, digit_count, key, key_block, add, [out_0, out_1]);
        return;
    }
    // The digits of a few blocks side by side, as those of one block lie a power of two apart and would evict each other
    // from the caches.
    let mut packed = [0; PACKED_BLOCKS * MAX_DIGITS * BLOCK];
    let part = PACKED_BLOCKS * BLOCK;
    let outputs = out_0.chunks_mut(part).zip(out_1.chunks_mut(part));
    for ((first, key), (out_0, out_1)) in (0..n).step_by(part).zip(key.chunks(PACKED_BLOCKS * key_block)).zip(outputs) {
        for (d, digit) in digits.iter().enumerate() {
            let digit = &digit[first..][..out_0.len()];
            for (b, block) in digit.chunks_exact(BLOCK).enumerate() {
                packed[(b * digit_count + d) * BLOCK..][..BLOCK].copy_from_slice(block);
            }
        }
        block_products(l, sums, &packed, digit_count, key, key_block, add, [out_0, out_1]);
    }
}

/// The sums of both components for consecutive blocks: their digits are `[block][digit][16 residues]`, their parts of the
/// key `key_block` words each.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "three operands and their layouts")]
fn block_products<L: Lanes>(
    l: L,
    sums: ProductSums<L>,
    digits: &[u32],
    digit_count: usize,
    key: &[u32],
    key_block: usize,
    add: bool,
    [out_0, out_1]: [&mut [u32]; 2],
) {
    let operands = digits.chunks_exact(digit_count * BLOCK).zip(key.chunks_exact(key_block));
    let outputs = out_0.chunks_exact_mut(BLOCK).zip(out_1.chunks_exact_mut(BLOCK));
    for ((digits, key), (out_0, out_1)) in operands.zip(outputs) {
        for lane in (0..BLOCK).step_by(L::COUNT) {
            let [sum_0, sum_1] = vector_product(l, sums, l.wide_splat(0), digit_count, &digits[lane..], &key[lane..]);
            store_sum(l, sums, sum_0, add, &mut out_0[lane..lane + L::COUNT]);
            store_sum(l, sums, sum_1, add, &mut out_1[lane..lane + L::COUNT]);
        }
    }
}

/// The sums of both components for one vector; that of component 0 begins with `start`, at most one product of residues.
/// Digit d's stands at `digits[16 d]`, the key's components for it at `key[32 d]` and `key[32 d + 16]`.
#[inline(always)]
fn vector_product<L: Lanes>(
    l: L,
    sums: ProductSums<L>,
    start: L::Wide,
    digit_count: usize,
    digits: &[u32],
    key: &[u32],
) -> [L::Vector; 2] {
    let mut total = [start, l.wide_splat(0)];
    let mut d = 0;
    while d < digit_count {
        // Nothing is folded of the first products, of which the start is one.
        let is_first_group = d == 0;
        let group_end = digit_count.min(d + if is_first_group { PRODUCTS_PER_FOLD - 1 } else { PRODUCTS_PER_FOLD });
        while d < group_end {
            let digit = &digits[d * BLOCK..][..L::COUNT];
            l.prefetch(digit, DIGIT_AHEAD);
            let digit = l.spread(l.load(digit));
            let key = &key[d * 2 * BLOCK..][..BLOCK + L::COUNT];
            l.prefetch(key, STREAM_AHEAD);
            l.prefetch(key, STREAM_AHEAD + BLOCK);
            total[0] = sums.add_product(l, total[0], digit, l.spread(l.load(&key[..L::COUNT])));
            total[1] = sums.add_product(l, total[1], digit, l.spread(l.load(&key[BLOCK..])));
            d += 1;
        }
        if !is_first_group {
            total = [sums.fold(l, total[0]), sums.fold(l, total[1])];
        }
    }
    [sums.reduce(l, total[0]), sums.reduce(l, total[1])]
}

/// Stores a reduced sum, or adds it to what is there.
#[inline(always)]
pub(super) fn store_sum<L: Lanes>(l: L, sums: ProductSums<L>, sum: L::Vector, add: bool, out: &mut [u32]) {
    let value = if add { sums.add(l, l.load(out), sum) } else { sum };
    l.store(value, out);
}

/// Puts one polynomial of a key, plain residues, into the stream of one limb, in Montgomery form.
///
/// - in: `limb` in `[0, q)`; `stream` is [`key_stream_words`]`(digits, n)` long, for `n` residues in `limb`
/// - out: the residues of this digit and component in `stream`, in `[0, q)`; the others stay
///
/// # Panics
/// If a length is wrong, there is no such digit or component; in debug builds, if a residue is not below q.
pub fn key_stream_insert(
    isa: Isa,
    modulus: Modulus,
    stream: &mut [u32],
    digits: usize,
    digit: usize,
    component: usize,
    limb: &[u32],
) {
    let offset = check_stream(stream, digits, digit, component, limb.len());
    debug_assert_reduced(limb, modulus);
    let row = 2 * digits * BLOCK;
    dispatch!(isa, scatter(modulus: Modulus, limb: &[u32], row: usize, offset: usize, stream: &mut [u32]));
}

/// Writes `limb`'s blocks of 16 residues, in Montgomery form, at `offset` of each row of `stream`.
#[inline(always)]
pub(super) fn scatter<L: Lanes>(l: L, modulus: Modulus, limb: &[u32], row: usize, offset: usize, stream: &mut [u32]) {
    let lanes = ModulusLanes::new(l, modulus);
    // The Montgomery form of x is the Montgomery product of x and 2^64 mod q.
    let factor = l.splat(modulus.to_montgomery(modulus.montgomery_one()));
    for (block, row) in limb.chunks_exact(BLOCK).zip(stream.chunks_exact_mut(row)) {
        let out = &mut row[offset..offset + BLOCK];
        for (x, out) in block.chunks_exact(L::COUNT).zip(out.chunks_exact_mut(L::COUNT)) {
            l.store(lanes.mul_montgomery(l, l.load(x), factor), out);
        }
    }
}

/// One limb of a key, plain residues `[digit][component]`, as a stream.
///
/// - in: `limbs` in `[0, q)`, of equal length: component 0 of digit 0, component 1 of digit 0, component 0 of digit 1 ...
/// - out: `[0, q)`, Montgomery form, see [`key_product_into`]
///
/// # Panics
/// If the limbs are no 1 to [`MAX_DIGITS`] pairs of equal lengths, or `stream` is not [`key_stream_words`] long; in debug
/// builds, if a residue is not below q.
pub fn key_stream_from_limbs(isa: Isa, modulus: Modulus, limbs: &[&[u32]], stream: &mut [u32]) {
    let digits = limbs.len() / 2;
    assert!(limbs.len().is_multiple_of(2), "{} limbs are no pairs", limbs.len());
    for (i, limb) in limbs.iter().enumerate() {
        key_stream_insert(isa, modulus, stream, digits, i / 2, i % 2, limb);
    }
}

/// The inverse of [`key_stream_from_limbs`].
///
/// # Panics
/// As [`key_stream_from_limbs`].
pub fn key_stream_to_limbs(isa: Isa, modulus: Modulus, stream: &[u32], limbs: &mut [&mut [u32]]) {
    let digits = limbs.len() / 2;
    assert!(limbs.len().is_multiple_of(2), "{} limbs are no pairs", limbs.len());
    debug_assert_reduced(stream, modulus);
    for (i, limb) in limbs.iter_mut().enumerate() {
        let offset = check_stream(stream, digits, i / 2, i % 2, limb.len());
        dispatch!(isa, gather(modulus: Modulus, stream: &[u32], row: usize = 2 * digits * BLOCK, offset: usize, limb: &mut [u32]));
    }
}

/// The inverse of [`scatter`].
#[inline(always)]
fn gather<L: Lanes>(l: L, modulus: Modulus, stream: &[u32], row: usize, offset: usize, limb: &mut [u32]) {
    let (lanes, one) = (ModulusLanes::new(l, modulus), l.splat(1));
    for (row, block) in stream.chunks_exact(row).zip(limb.chunks_exact_mut(BLOCK)) {
        let residues = &row[offset..offset + BLOCK];
        for (x, out) in residues.chunks_exact(L::COUNT).zip(block.chunks_exact_mut(L::COUNT)) {
            l.store(lanes.mul_montgomery(l, l.load(x), one), out);
        }
    }
}

/// Where a polynomial's blocks of 16 stand in the rows of a stream, after checking lengths.
#[track_caller]
fn check_stream(stream: &[u32], digits: usize, digit: usize, component: usize, n: usize) -> usize {
    assert!((1..=MAX_DIGITS).contains(&digits), "{digits} digits, not 1 to {MAX_DIGITS}");
    assert!(n.is_multiple_of(BLOCK), "{n} residues are no whole blocks of {BLOCK}");
    assert_eq!(stream.len(), key_stream_words(digits, n), "words of a key stream of {digits} digits of {n} residues");
    assert!(digit < digits && component < 2, "digit {digit} of {digits}, component {component} of 2");
    (2 * digit + component) * BLOCK
}
