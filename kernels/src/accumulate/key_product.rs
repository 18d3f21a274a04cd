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
    let n = out.len() / 2;
    let (out_0, out_1) = out.split_at_mut(n);
    let mut turned = Turned {
        sums: ProductSums::new(l, modulus),
        addend: addend.map(|addend| addend.values),
        factor: l.spread_splat(addend.map_or(0, |addend| addend.factor)),
        automorphism,
        add: mode == Accumulation::Add,
        out: [out_0, out_1],
    };
    for_each_block(l, digits, key, n, &mut turned);
}

#[inline(always)]
fn product<L: Lanes>(l: L, modulus: Modulus, digits: &[&[u32]], key: &[u32], add: bool, out: &mut [u32]) {
    let n = out.len() / 2;
    let (out_0, out_1) = out.split_at_mut(n);
    let mut in_place = InPlace { sums: ProductSums::new(l, modulus), add, out: [out_0, out_1] };
    for_each_block(l, digits, key, n, &mut in_place);
}

/// What becomes of the digits of a block of 16 residues.
///
/// A trait and not a closure: closures are not inlined for certain, and only what is inlined into a function with target
/// features is compiled with them.
trait BlockProduct<L: Lanes> {
    /// Takes the block's digits `[digit][16 residues]`, its part of the key `[digit][component][16]` and the number of digits.
    fn block(&mut self, l: L, block: usize, digits: &[u32], key: &[u32], digit_count: usize);
}

/// The sums stay where they are.
struct InPlace<'o, L: Lanes> {
    sums: ProductSums<L>,
    add: bool,
    out: [&'o mut [u32]; 2],
}

impl<L: Lanes> BlockProduct<L> for InPlace<'_, L> {
    #[inline(always)]
    fn block(&mut self, l: L, block: usize, digits: &[u32], key: &[u32], digit_count: usize) {
        for lane in (0..BLOCK).step_by(L::COUNT) {
            let start = l.wide_splat(0);
            let sum = vector_product(l, self.sums, start, digit_count, &digits[lane..], &key[lane..]);
            let at = block * BLOCK + lane;
            store_sum(l, self.sums, sum[0], self.add, &mut self.out[0][at..at + L::COUNT]);
            store_sum(l, self.sums, sum[1], self.add, &mut self.out[1][at..at + L::COUNT]);
        }
    }
}

/// The sums are turned by an automorphism.
struct Turned<'o, L: Lanes> {
    sums: ProductSums<L>,
    addend: Option<&'o [u32]>,
    factor: L::Spread,
    automorphism: &'o Automorphism,
    add: bool,
    out: [&'o mut [u32]; 2],
}

impl<L: Lanes> BlockProduct<L> for Turned<'_, L> {
    #[inline(always)]
    fn block(&mut self, l: L, block: usize, digits: &[u32], key: &[u32], digit_count: usize) {
        let mut sums = [[0; BLOCK]; 2];
        for lane in (0..BLOCK).step_by(L::COUNT) {
            let start = match self.addend {
                Some(values) => {
                    let x = &values[block * BLOCK + lane..][..L::COUNT];
                    l.prefetch(x, DIGIT_AHEAD);
                    l.mul_wide(l.spread(l.load(x)), self.factor)
                }
                None => l.wide_splat(0),
            };
            let sum = vector_product(l, self.sums, start, digit_count, &digits[lane..], &key[lane..]);
            l.store(sum[0], &mut sums[0][lane..lane + L::COUNT]);
            l.store(sum[1], &mut sums[1][lane..lane + L::COUNT]);
        }
        let (to, permutation) = self.automorphism.destination(block);
        for component in [0, 1] {
            let mut turned = [0; BLOCK];
            l.permute_block(&sums[component], permutation, &mut turned);
            let out = &mut self.out[component][to * BLOCK..][..BLOCK];
            for (turned, out) in turned.chunks_exact(L::COUNT).zip(out.chunks_exact_mut(L::COUNT)) {
                store_sum(l, self.sums, l.load(turned), self.add, out);
            }
        }
    }
}

/// Takes all blocks. The number of digits is a constant to the compiler where there are as few as keys of `lean-hear` have.
#[inline(always)]
fn for_each_block<L: Lanes>(l: L, digits: &[&[u32]], key: &[u32], n: usize, product: &mut impl BlockProduct<L>) {
    match *digits {
        [digit] => {
            let key_block = key.len() / (n / BLOCK);
            for (block, (digit, key)) in digit.chunks_exact(BLOCK).zip(key.chunks_exact(key_block)).enumerate() {
                l.prefetch(digit, DIGIT_AHEAD);
                product.block(l, block, digit, &key[..2 * BLOCK], 1);
            }
        }
        [_, _] => packed_blocks::<L, 2>(l, digits, key, n, product),
        [_, _, _] => packed_blocks::<L, 3>(l, digits, key, n, product),
        [_, _, _, _] => packed_blocks::<L, 4>(l, digits, key, n, product),
        _ => packed_blocks::<L, MAX_DIGITS>(l, digits, key, n, product),
    }
}

/// The blocks of `COUNT` digits, or of any number below [`MAX_DIGITS`] where it is that.
///
/// The digits of a few blocks are brought side by side first, as those of one block lie a power of two apart and would evict
/// each other from the caches.
#[inline(always)]
fn packed_blocks<L: Lanes, const COUNT: usize>(
    l: L,
    digits: &[&[u32]],
    key: &[u32],
    n: usize,
    product: &mut impl BlockProduct<L>,
) {
    let count = if COUNT == MAX_DIGITS { digits.len() } else { COUNT };
    let key_block = key.len() / (n / BLOCK);
    let mut packed = [[0; MAX_DIGITS * BLOCK]; PACKED_BLOCKS];
    for (first, key) in (0..n).step_by(PACKED_BLOCKS * BLOCK).zip(key.chunks(PACKED_BLOCKS * key_block)) {
        let blocks = key.len() / key_block;
        for (d, digit) in digits[..count].iter().enumerate() {
            let digit = &digit[first..first + blocks * BLOCK];
            for (block, packed) in digit.chunks_exact(BLOCK).zip(&mut packed) {
                l.prefetch(block, DIGIT_AHEAD);
                packed[d * BLOCK..][..BLOCK].copy_from_slice(block);
            }
        }
        for (b, (packed, key)) in packed.iter().zip(key.chunks_exact(key_block)).enumerate() {
            product.block(l, first / BLOCK + b, &packed[..count * BLOCK], &key[..2 * count * BLOCK], count);
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
