//! Operations on limb pairs: one limb of a ciphertext, [c0 | c1], 2N NTT values modulo one prime in `[0, q)`.
//!
//! Sums and differences of pairs are [`hear_kernels::eltwise`]'s on 2N words. All functions panic if a length is wrong.

use hear_kernels::accumulate;
use hear_kernels::automorphism::Automorphism;
use hear_kernels::eltwise;

use crate::ring::{Context, PrimeIndex};

/// `a + b`.
///
/// # Panics
/// If a length is wrong.
pub fn add_into(context: &Context, prime: PrimeIndex, a: &[u32], b: &[u32], out: &mut [u32]) {
    eltwise::add_into(context.isa(), context.modulus(prime), out, a, b);
}

/// `a <- a + b`.
///
/// # Panics
/// If a length is wrong.
pub fn add_assign(context: &Context, prime: PrimeIndex, a: &mut [u32], b: &[u32]) {
    eltwise::add_assign(context.isa(), context.modulus(prime), a, b);
}

/// `a <- a - b`.
///
/// # Panics
/// If a length is wrong.
pub fn sub_assign(context: &Context, prime: PrimeIndex, a: &mut [u32], b: &[u32]) {
    eltwise::sub_assign(context.isa(), context.modulus(prime), a, b);
}

/// `a <- -a`.
///
/// # Panics
/// If a length is wrong.
pub fn neg_assign(context: &Context, prime: PrimeIndex, a: &mut [u32]) {
    eltwise::neg_assign(context.isa(), context.modulus(prime), a);
}

/// Adds a plaintext with real slots, of which `half` has the first N/2 NTT values (plain form), to a pair's c0.
///
/// # Panics
/// If a length is wrong.
pub fn add_real_plain_assign(context: &Context, prime: PrimeIndex, pair: &mut [u32], half: &[u32]) {
    let n = context.n();
    assert!(pair.len() == 2 * n && half.len() == n / 2, "a pair of {}, half of {} words", pair.len(), half.len());
    let modulus = context.modulus(prime);
    let (low, high) = pair[..n].split_at_mut(n / 2);
    eltwise::add_assign(context.isa(), modulus, low, half);
    // value[n - 1 - i] == value[i].
    for (x, &w) in high.iter_mut().rev().zip(half) {
        *x = modulus.add(*x, w);
    }
}

/// Multiplies a pair by a plaintext with real slots, of which `half` has the first N/2 NTT values in Montgomery form.
///
/// # Panics
/// If a length is wrong.
pub fn multiply_real_into(context: &Context, prime: PrimeIndex, pair: &[u32], half: &[u32], out: &mut [u32]) {
    accumulate::multiply_real_into(context.isa(), context.modulus(prime), pair, half, out);
}

/// Multiplies a pair by the integer constant `w`, reduced modulo the prime.
///
/// # Panics
/// If a length is wrong.
pub fn multiply_scalar_assign(context: &Context, prime: PrimeIndex, pair: &mut [u32], w: u32) {
    eltwise::mul_scalar_assign(context.isa(), context.modulus(prime), pair, w);
}

/// The tensor square (c0^2, 2 c0 c1, c1^2): the first two as a pair in `out`, the third, N values, in `square`.
///
/// # Panics
/// If a length is wrong.
pub fn square_into(context: &Context, prime: PrimeIndex, pair: &[u32], out: &mut [u32], square: &mut [u32]) {
    let ((a0, a1), (d0, d1)) = (pair.split_at(context.n()), out.split_at_mut(context.n()));
    eltwise::tensor_square_into(context.isa(), context.modulus(prime), d0, d1, square, a0, a1);
}

/// The tensor product (a0 b0, a0 b1 + a1 b0, a1 b1), laid out as by [`square_into`].
///
/// # Panics
/// If a length is wrong.
pub fn tensor_into(context: &Context, prime: PrimeIndex, a: &[u32], b: &[u32], out: &mut [u32], square: &mut [u32]) {
    let n = context.n();
    let ((a0, a1), (b0, b1), (d0, d1)) = (a.split_at(n), b.split_at(n), out.split_at_mut(n));
    eltwise::tensor_into(context.isa(), context.modulus(prime), d0, d1, square, a0, a1, b0, b1);
}

/// Ends the switch of an automorphism sigma: `out = (sigma(c0 + k0), sigma(k1))`, where `switched` is the pair (k0, k1)
/// from [`Gadget::switch`](super::Gadget::switch) or [`Gadget::mod_down_into`](super::Gadget::mod_down_into). `switched`
/// holds nothing of use afterwards.
///
/// # Panics
/// If a length is wrong.
pub fn finish_automorphism_into(
    context: &Context,
    prime: PrimeIndex,
    sigma: &Automorphism,
    pair: &[u32],
    switched: &mut [u32],
    out: &mut [u32],
) {
    let n = context.n();
    assert!(
        pair.len() == 2 * n && switched.len() == 2 * n && out.len() == 2 * n,
        "pairs of {}, {} and {} words",
        pair.len(),
        switched.len(),
        out.len()
    );
    eltwise::add_assign(context.isa(), context.modulus(prime), &mut switched[..n], &pair[..n]);
    for (from, to) in switched.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        sigma.apply_into(context.isa(), from, to);
    }
}
