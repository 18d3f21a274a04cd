//! Sums of products modulo a prime: the inner loops of key switching and of convolutions.
//!
//! - [`key_product_into`]: the digits of a decomposed polynomial times a switching key; [`turned_key_product_into`]: with
//!   the automorphism of a rotation;
//! - [`multiply_accumulate_into`]: tiles of ciphertexts times plaintexts with real slots, summed over the inputs;
//! - [`multiply_accumulate_periodic_into`]: ciphertexts times plaintexts with periodic slots, summed over the inputs;
//! - [`multiply_accumulate_scalar_into`]: ciphertexts times plaintexts with one value in all slots, many sums of the same
//!   inputs at once;
//! - [`multiply_real_into`]: one ciphertext times one such plaintext.
//!
//! All of them work modulo one prime, on NTT values in bit-reversed order. A ciphertext's limb is 2n words, component 0 and
//! then component 1. Keys and plaintexts are held in Montgomery form, so that a sum of products needs one reduction, and in
//! streams: the order in which the loops read them.
//!
//! # Sums without reduction
//!
//! Products of residues are summed in 64 bits. Let a sum be below 2^33 q before eight products are added. Each is at most
//! (q - 1)^2 < 2^30 q, as q < 2^30, so that the sum stays below 2^33 q + 8 2^30 q = 2^34 q < 2^64. Folding, which subtracts
//! 2^33 q if the sum is not below it, brings it back below 2^33 q. The Montgomery reduction of such a sum gives a value in
//! (-q, 2q), which two corrections bring to `[0, q)`.
//!
//! Even and odd lanes have sums of their own, as the widening product of the instruction sets takes every other lane.
//!
//! # Real slots
//!
//! The polynomial of a plaintext with real slots is fixed by the conjugation X -> X^-1, which exchanges the NTT values i and
//! n - 1 - i in bit-reversed order. So only the first n/2 residues are stored. Block b of 16 residues serves block
//! n/16 - 1 - b too, with its lanes reversed.

mod convolution;
mod key_product;
mod periodic;
mod products;
mod real_product;
mod sums;
#[cfg(test)]
mod tests;

pub use convolution::{
    Accumulation, MAX_INPUTS, MAX_OUTPUTS, TileShape, WeightTile, multiply_accumulate_into,
    multiply_accumulate_scratch_words, weight_stream_insert, weight_stream_words,
};
pub use key_product::{
    Addend, MAX_DIGITS, key_product_add_assign, key_product_into, key_stream_from_limbs, key_stream_insert,
    key_stream_to_limbs, key_stream_words, turned_key_product_into,
};
pub use periodic::{
    MIN_PERIODIC_BLOCK, PeriodicShape, ScalarRun, ScalarWeights, multiply_accumulate_periodic_into,
    multiply_accumulate_periodic_scratch_words, multiply_accumulate_scalar_into,
    multiply_accumulate_scalar_scratch_words, periodic_weight, periodic_weight_words, periodic_weights_insert,
};
pub use real_product::{multiply_real_add_assign, multiply_real_into};
pub(crate) use sums::ProductSums;
