//! Encoded coefficients to the residues that ciphertexts are multiplied with.

use hear_kernels::eltwise;

use crate::ring::{Context, PrimeIndex};

/// The NTT values of a plaintext modulo one prime, plain form: one forward NTT.
///
/// - in: N coefficients below 2^62 in absolute value
/// - out: N residues in `[0, q)`, bit-reversed order
///
/// # Panics
/// If a length is wrong.
pub fn plaintext_limb_into(context: &Context, prime: PrimeIndex, coefficients: &[i64], out: &mut [u32]) {
    eltwise::reduce_signed_into(context.isa(), context.modulus(prime), out, coefficients);
    context.table(prime).forward(out);
}

/// The first half of the NTT values of a plaintext with real slots, in Montgomery form: what
/// [`crate::rlwe::limb_pair::multiply_real_into`] takes. One forward NTT.
///
/// - in: N coefficients from [`Encoder::encode_real_into`](super::Encoder::encode_real_into); N words of scratch
/// - out: N/2 residues in `[0, q)`
///
/// # Panics
/// If a length is wrong.
pub fn plaintext_half_limb_into(
    context: &Context,
    prime: PrimeIndex,
    coefficients: &[i64],
    scratch: &mut [u32],
    out: &mut [u32],
) {
    plaintext_limb_into(context, prime, coefficients, scratch);
    out.copy_from_slice(&scratch[..context.n() / 2]);
    eltwise::to_montgomery_assign(context.isa(), context.modulus(prime), out);
}
