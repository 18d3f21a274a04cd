//! Limb arithmetic for RNS-CKKS on slices of `u32` residues.
#![warn(missing_docs)]
pub mod accumulate;
pub mod automorphism;
mod bounds;
pub mod eltwise;
pub mod modulus;
pub mod ntt;
pub mod primes;
pub mod rns;
pub mod simd;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
