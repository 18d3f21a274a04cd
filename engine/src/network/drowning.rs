//! What leaves the cloud is the answer and nothing more.
//!
//! A result holds logits in a few slots; the others hold what the sums left there, which depends on the provider's
//! weights in other ways than the logits do. Before a result leaves, random values are added to every slot and part of a
//! slot that holds no logit, encrypted freshly with the public key, so that the polynomials are random anew as well.
//!
//! The random values are as large as the result's modulus allows: uniform in `[-A, A]` with A from [`amplitude`], in
//! the hundreds to thousands for one limb, where what they cover is in the tens. That hides a value but for the share
//! value/A of the cases; it is no proof of statistical distance, which would need a modulus that the last level lacks.

use std::ops::Range;

use hear_kernels::eltwise;
use num_complex::Complex64;
use zeroize::Zeroizing;

use super::packing::OutputPacking;
use crate::{
    ckks::{EncodeError, Encoder},
    ring::Context,
    rlwe::{Ciphertext, PublicKey, Purpose, Randomness, RandomnessError, encrypt},
};

/// Standard deviations within which all coefficients of a random plaintext lie, but for a chance of 2^-35.
const DEVIATIONS: f64 = 8.0;
/// The part of the modulus that random values may take; the rest is for the logits and what stands beside them.
const SHARE: f64 = 0.45;

/// Why a result could not be drowned.
#[derive(Debug, thiserror::Error)]
pub enum DrowningError {
    /// The operating system gives no randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The random values do not fit the ciphertext.
    #[error("random values for the unused slots of a result: {0}")]
    Encode(#[from] EncodeError),
}

/// The largest random value at a scale, for a modulus.
///
/// Coefficients of slots with independent real and imaginary parts, uniform in `[-A, A]`, have the standard deviation
/// `A scale sqrt(2 / 3 N)`; a coefficient must stay below half the modulus.
#[must_use]
pub fn amplitude(modulus: f64, scale: f64, slots: usize) -> f64 {
    let deviation_of_one = scale * (1.0 / (3.0 * slots as f64)).sqrt();
    SHARE * modulus / 2.0 / (DEVIATIONS * deviation_of_one)
}

/// Adds random values where one ciphertext of a result, that of some rows, holds no logits, and an encryption of zero.
///
/// # Errors
/// If the operating system gives no randomness.
#[expect(clippy::too_many_arguments, reason = "the tables, what is drowned, and with what")]
pub fn drown(
    context: &Context,
    encoder: &Encoder,
    key: &PublicKey,
    output: &OutputPacking,
    rows: &Range<u64>,
    ciphertext: usize,
    randomness: &Randomness,
    result: &mut Ciphertext,
) -> Result<(), DrowningError> {
    let scale = result.scale();
    let modulus: f64 = result.basis().iter().map(|&prime| f64::from(context.parameters().prime(prime))).product();
    let amplitude = amplitude(modulus, scale, context.slots());
    let number = u32::try_from(ciphertext).expect("a result has few ciphertexts");
    let mut stream = randomness.stream(&Purpose::Drowning { row: rows.start, ciphertext: number })?;
    let mut parts = Zeroizing::new(vec![0.0; 2 * context.slots()]);
    stream.signed_units(&mut parts);
    let mut slots: Vec<_> =
        parts.as_chunks().0.iter().map(|&[re, im]| Complex64::new(amplitude * re, amplitude * im)).collect();
    let clips = usize::try_from(rows.end - rows.start).expect("at most the slots");
    output.clear_logits(ciphertext, clips, &mut slots);
    let coefficients = Zeroizing::new(encoder.encode_complex(&slots, scale)?);
    let random = encrypt(context, key, &coefficients, result.limbs(), scale, &mut stream);
    let basis = result.basis().clone();
    for ((pair, random), &prime) in result.pairs_mut().zip(random.pairs()).zip(&*basis) {
        eltwise::add_assign(context.isa(), context.modulus(prime), pair, random);
    }
    Ok(())
}
