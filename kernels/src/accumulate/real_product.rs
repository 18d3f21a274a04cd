//! One ciphertext times one plaintext with real slots.

use crate::bounds::debug_assert_reduced;
use crate::modulus::Modulus;
use crate::simd::{BLOCK, Isa, Lanes, ModulusLanes, dispatch};

/// `out_c[i] = ciphertext_c[i] weight[i] mod q` for the components c = 0 and 1, where `weight[n - 1 - i] = weight[i]`.
///
/// - in: `ciphertext` in `[0, q)`, `[component][n]`; `weight_half` in `[0, q)`, Montgomery form, the first n/2 residues
/// - out: `[0, q)`, `[component][n]`
/// - order: NTT values in bit-reversed order
///
/// # Panics
/// If `out` is no multiple of 64 words long, `ciphertext` is not as long, or `weight_half` not a quarter; in debug builds,
/// if a residue is not below q.
pub fn multiply_real_into(isa: Isa, modulus: Modulus, ciphertext: &[u32], weight_half: &[u32], out: &mut [u32]) {
    check(modulus, ciphertext, weight_half, out);
    dispatch!(isa, multiply(modulus: Modulus, ciphertext: &[u32], weight_half: &[u32], add: bool = false, out: &mut [u32]));
}

/// [`multiply_real_into`], added to what `out`, in `[0, q)`, holds.
///
/// # Panics
/// As [`multiply_real_into`].
pub fn multiply_real_add_assign(isa: Isa, modulus: Modulus, ciphertext: &[u32], weight_half: &[u32], out: &mut [u32]) {
    check(modulus, ciphertext, weight_half, out);
    debug_assert_reduced(out, modulus);
    dispatch!(isa, multiply(modulus: Modulus, ciphertext: &[u32], weight_half: &[u32], add: bool = true, out: &mut [u32]));
}

/// Checks lengths and ranges.
#[track_caller]
fn check(modulus: Modulus, ciphertext: &[u32], weight_half: &[u32], out: &[u32]) {
    let words = out.len();
    assert!(
        words > 0 && words.is_multiple_of(4 * BLOCK),
        "{words} words are no pair of limbs of whole pairs of blocks"
    );
    assert_eq!(ciphertext.len(), words, "words of the ciphertext's limb");
    assert_eq!(weight_half.len(), words / 4, "words of half a plaintext's limb");
    debug_assert_reduced(ciphertext, modulus);
    debug_assert_reduced(weight_half, modulus);
}

#[inline(always)]
fn multiply<L: Lanes>(l: L, modulus: Modulus, ciphertext: &[u32], weight_half: &[u32], add: bool, out: &mut [u32]) {
    let lanes = ModulusLanes::new(l, modulus);
    let n = out.len() / 2;
    for (x, out) in ciphertext.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        let (x_first, x_second) = x.split_at(n / 2);
        let (out_first, out_second) = out.split_at_mut(n / 2);
        let first = x_first.chunks_exact(L::COUNT).zip(out_first.chunks_exact_mut(L::COUNT));
        let second = x_second.rchunks_exact(L::COUNT).zip(out_second.rchunks_exact_mut(L::COUNT));
        for ((weight, (x, out)), (x_mirror, out_mirror)) in weight_half.chunks_exact(L::COUNT).zip(first).zip(second) {
            let weight = l.load(weight);
            store_product(l, lanes, l.load(x), weight, add, out);
            store_product(l, lanes, l.load(x_mirror), l.reverse(weight), add, out_mirror);
        }
    }
}

/// Stores a product, or adds it to what is there.
#[inline(always)]
fn store_product<L: Lanes>(l: L, lanes: ModulusLanes<L>, x: L::Vector, weight: L::Vector, add: bool, out: &mut [u32]) {
    let product = lanes.mul_montgomery(l, x, weight);
    let value = if add { lanes.add(l, l.load(out), product) } else { product };
    l.store(value, out);
}
