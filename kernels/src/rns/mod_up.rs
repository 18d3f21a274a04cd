//! From the coefficients of a key-switching digit to its NTT values modulo other primes.

use std::sync::Arc;

use super::basis::{BasisError, common_shape, moduli};
use super::convert::Converter;
use crate::ntt::NttTable;

/// Raises a polynomial, known modulo the primes of one digit, to further primes: exact centred base conversion, then one
/// forward NTT per target limb.
///
/// ```text
/// coefficients --prepare--> (y, overflow) --raise_limb_into(j)--> NTT values modulo target j
/// ```
///
/// The digit's coefficients are prepared once for all targets, and each target limb is made alone, so that a key switch
/// needs to hold the digits of one limb only.
///
/// Source: Cheon, Han, Kim, Kim, Song, "A full RNS variant of approximate homomorphic encryption", SAC 2018, algorithm 1,
/// with the exact conversion of [`Converter`] in place of the approximate one.
#[derive(Debug)]
pub struct ModUp {
    converter: Converter,
    targets: Vec<Arc<NttTable>>,
    n: usize,
}

impl ModUp {
    /// Constants to raise polynomials from the primes of `digit` to those of `targets`, which are others.
    ///
    /// # Errors
    /// If there are no targets or no or too many sources, if two moduli have a common factor, or if the tables differ in
    /// length or in instruction set.
    pub fn new(digit: &[Arc<NttTable>], targets: &[Arc<NttTable>]) -> Result<Self, BasisError> {
        let (isa, n) = common_shape(digit.iter().chain(targets))?;
        let converter = Converter::new(isa, &moduli(digit), &moduli(targets))?;
        Ok(Self { converter, targets: targets.to_vec(), n })
    }

    /// The number of primes of the digit.
    #[must_use]
    pub fn source_count(&self) -> usize {
        self.converter.source_count()
    }

    /// The number of target limbs.
    #[must_use]
    pub fn target_count(&self) -> usize {
        self.targets.len()
    }

    /// The words that [`ModUp::prepare`] writes beside the coefficients: none for a digit of one prime, else n.
    #[must_use]
    pub fn overflow_words(&self) -> usize {
        self.converter.overflow_words(self.n)
    }

    /// Phase one, once for all targets: see [`Converter::prepare`], which states intervals and order.
    ///
    /// # Panics
    /// If `coefficients` does not hold one limb for each prime of the digit, or `overflow` is not
    /// [`ModUp::overflow_words`] long.
    pub fn prepare(&self, coefficients: &mut [u32], overflow: &mut [u32]) {
        self.check(coefficients, overflow);
        self.converter.prepare(coefficients, overflow);
    }

    /// Phase two: the polynomial's NTT values modulo the prime of target `target_index`.
    ///
    /// - in: what [`ModUp::prepare`] left
    /// - out: `[0, t)`, bit-reversed order; one forward transform
    ///
    /// # Panics
    /// If a length is wrong or there is no target `target_index`.
    pub fn raise_limb_into(&self, target_index: usize, prepared: &[u32], overflow: &[u32], out: &mut [u32]) {
        self.check(prepared, overflow);
        self.converter.convert_limb_into(target_index, prepared, overflow, out);
        self.targets[target_index].forward(out);
    }

    fn check(&self, coefficients: &[u32], overflow: &[u32]) {
        assert_eq!(coefficients.len(), self.source_count() * self.n, "words of the digit's coefficients");
        assert_eq!(overflow.len(), self.overflow_words(), "words of the overflow");
    }
}
