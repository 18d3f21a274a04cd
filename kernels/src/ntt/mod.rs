//! The negacyclic number-theoretic transform of one limb.
//!
//! [`NttTable`] evaluates a polynomial modulo X^N + 1 at the odd powers of psi, a primitive 2N-th root of unity, and
//! interpolates it again. Values stand in plain bit-reversed order on every instruction set.
//!
//! How the log2(N) stages run (forward; the inverse is the mirror image): the array is cut into blocks again and again, and
//! the stage that halves blocks of length 2h combines elements h apart.
//! 1. Passes of radix 4 and 8: a vector of each of the 4 or 8 parts of a block is loaded, two or three stages run in
//!    registers, the vectors are stored. The first pass goes through the whole array; then all that follows is done for
//!    one of its parts after the other, which stay in the first-level cache.
//! 2. Tiles of C x C residues, C lanes a vector: log2(C) stages across the C vectors; then, in a loop of its own, the last
//!    log2(C) stages, again across the vectors, each lane with its own factor, between a transposition and the one back.
//!    With two short loops the processor overlaps a tile with the next (3% faster, measured on Zen 3 with AVX2).
//!
//! Butterflies are Harvey's, lazy, with Shoup's constant products: see `forward` and `inverse` for the intervals.
//! Where a tier has the loops above in an order of its own, they run instead, see `simd::ordered`.
//! Factors are stored in the order of use, once for both directions, see `tables`. Vectors in registers are arrays with constant indices: iterators
//! over them would keep them in memory.

mod forward;
mod inverse;
mod registers;
mod tables;

#[cfg(test)]
mod tests;

use crate::bounds::debug_assert_reduced;
use crate::modulus::Modulus;
use crate::primes::is_prime;
use crate::simd::{Isa, dispatch};
use forward::forward;
use inverse::inverse;
use std::sync::atomic::{AtomicU64, Ordering};
use tables::{Scaling, Tables};

/// Why a transform cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NttError {
    /// The ring's degree is not supported.
    #[error("log_n is {0}; transforms exist for {min}..={max}", min = NttTable::MIN_LOG_N, max = NttTable::MAX_LOG_N)]
    Degree(u32),
    /// The modulus is not prime.
    #[error("the modulus {0} is not prime")]
    Composite(u32),
    /// There is no primitive 2N-th root of unity.
    #[error("the prime {modulus} is not 1 modulo 2N = 2^{}", log_n + 1)]
    NoRoot {
        /// The prime.
        modulus: u32,
        /// The logarithm of the degree asked for.
        log_n: u32,
    },
}

/// The transform between the coefficients of a polynomial modulo X^N + 1 and its NTT values, for one prime.
#[derive(Debug)]
pub struct NttTable {
    isa: Isa,
    modulus: Modulus,
    log_n: u32,
    root: u32,
    tables: Tables,
    scaling: Scaling,
    transforms: AtomicU64,
}

impl NttTable {
    /// The smallest supported log_n.
    pub const MIN_LOG_N: u32 = 10;
    /// The largest supported log_n.
    pub const MAX_LOG_N: u32 = 16;

    /// The transform of degree N = 2^`log_n` modulo the prime `modulus`.
    ///
    /// # Errors
    /// If `log_n` is not in 10..=16, or the modulus is not a prime that is 1 modulo 2N.
    ///
    /// # Panics
    /// Never: half of all residues are no squares, and each of them gives a root.
    pub fn new(isa: Isa, modulus: Modulus, log_n: u32) -> Result<Self, NttError> {
        if !(Self::MIN_LOG_N..=Self::MAX_LOG_N).contains(&log_n) {
            return Err(NttError::Degree(log_n));
        }
        let q = modulus.value();
        if !is_prime(q) {
            return Err(NttError::Composite(q));
        }
        if q % (2 << log_n) != 1 {
            return Err(NttError::NoRoot { modulus: q, log_n });
        }
        let root = (2..q)
            .map(|x| modulus.pow(x, u64::from((q - 1) >> (log_n + 1))))
            .find(|&root| modulus.pow(root, 1 << log_n) == q - 1)
            .expect("half of all residues are no squares");
        let tables = Tables::new(isa, modulus, log_n, root);
        let scaling = Scaling::new(modulus, log_n, &tables);
        Ok(Self { isa, modulus, log_n, root, tables, scaling, transforms: AtomicU64::new(0) })
    }

    /// The prime.
    #[must_use]
    pub fn modulus(&self) -> Modulus {
        self.modulus
    }

    /// The degree N.
    #[must_use]
    pub fn n(&self) -> usize {
        1 << self.log_n
    }

    /// The logarithm of the degree.
    #[must_use]
    pub fn log_n(&self) -> u32 {
        self.log_n
    }

    /// The instructions that the transforms use.
    #[must_use]
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// psi, the primitive 2N-th root of unity at whose odd powers polynomials are evaluated: x^((q - 1) / 2N) for the
    /// smallest x that gives one (the smallest x that is no square). The same on every instruction set.
    #[must_use]
    pub fn root(&self) -> u32 {
        self.root
    }

    /// Transforms done since the table was made, forward and inverse.
    #[must_use]
    pub fn transforms(&self) -> u64 {
        self.transforms.load(Ordering::Relaxed)
    }

    /// Coefficients to NTT values, in place: `values[i] = a(psi^(2 bitrev(i) + 1))`, with the log2(N) bits of `i`
    /// reversed.
    ///
    /// - in: `[0, q)`, coefficients in natural order
    /// - out: `[0, q)`, values in bit-reversed order
    /// - source: Harvey, "Faster arithmetic for number-theoretic transforms", 2014, algorithm 4; the negacyclic form of
    ///   Longa and Naehrig, "Speeding up the number theoretic transform", CANS 2016, algorithm 1.
    ///
    /// # Panics
    /// If there are not N residues; in debug builds, if one is not below q.
    pub fn forward(&self, values: &mut [u32]) {
        self.begin(values, true);
        dispatch!(self.isa, forward(modulus: Modulus = self.modulus, tables: &Tables = &self.tables, values: &mut [u32]));
    }

    /// NTT values to coefficients, in place: the inverse of [`Self::forward`], the division by N included.
    ///
    /// - in: `[0, q)`, values in bit-reversed order
    /// - out: `[0, q)`, coefficients in natural order
    /// - source: Harvey 2014, algorithm 3; Longa and Naehrig 2016, algorithm 2.
    ///
    /// # Panics
    /// If there are not N residues; in debug builds, if one is not below q.
    pub fn inverse(&self, values: &mut [u32]) {
        self.inverse_from(None, values);
    }

    /// [`Self::inverse`] of `values` into `coefficients`: faster than a copy and a transform in place.
    ///
    /// # Panics
    /// As [`Self::inverse`], for both.
    pub fn inverse_into(&self, values: &[u32], coefficients: &mut [u32]) {
        assert_eq!(values.len(), coefficients.len(), "residues of a transform");
        debug_assert_reduced(values, self.modulus);
        self.inverse_from(Some(values), coefficients);
    }

    fn inverse_from(&self, source: Option<&[u32]>, values: &mut [u32]) {
        self.begin(values, source.is_none());
        dispatch!(
            self.isa,
            inverse(
                modulus: Modulus = self.modulus,
                tables: &Tables = &self.tables,
                scaling: &Scaling = &self.scaling,
                source: Option<&[u32]>,
                values: &mut [u32],
            )
        );
    }

    /// Checks the residues, if they are the operand, and counts the transform.
    fn begin(&self, values: &[u32], are_operand: bool) {
        assert!(values.len() == self.n(), "a transform of {} residues was given {}", self.n(), values.len());
        if are_operand {
            debug_assert_reduced(values, self.modulus);
        }
        self.transforms.fetch_add(1, Ordering::Relaxed);
    }
}
