//! Division by the product of some primes, with rounding.

use std::sync::Arc;

use super::basis::{BasisError, common_shape, moduli, product_modulo};
use super::convert::Converter;
use crate::eltwise;
use crate::modulus::Modulus;
use crate::ntt::NttTable;

/// Divides a polynomial by the product P of some of its primes: `round(x / P)` modulo each of the primes kept.
///
/// `(x - [x]_P) / P`, where `[x]_P`, the centred remainder, is read off the limbs to drop and converted to the primes kept.
/// NTT values in, NTT values out; exactly one inverse transform for each prime dropped and one forward transform for each
/// prime kept.
///
/// Dropping the special primes is the mod_down that ends a key switch; dropping the last prime or primes of the chain is a
/// rescale; dropping both at once does both with one rounding.
///
/// Rounding: for one prime dropped, `round` is exact. For k primes dropped it is exact unless the fraction of x / P lies
/// within k 2^-30 of one half, where it may be the other neighbour (see [`Converter`]).
///
/// Source: Cheon, Han, Kim, Kim, Song, "A full RNS variant of approximate homomorphic encryption", SAC 2018, algorithm 2,
/// with the exact centred conversion of [`Converter`] in place of the approximate one.
#[derive(Debug)]
pub struct ModDown {
    converter: Converter,
    keep: Vec<Kept>,
    drop: Vec<Arc<NttTable>>,
    n: usize,
}

/// A prime that stays.
#[derive(Debug)]
struct Kept {
    table: Arc<NttTable>,
    /// P^-1 modulo this prime.
    inverse_product: u32,
}

impl ModDown {
    /// Constants to divide by the primes of `drop` and keep those of `keep`.
    ///
    /// # Errors
    /// If `keep` or `drop` is empty or `drop` too long, if two moduli have a common factor, or if the tables differ in
    /// length or in instruction set.
    pub fn new(keep: &[Arc<NttTable>], drop: &[Arc<NttTable>]) -> Result<Self, BasisError> {
        let (isa, n) = common_shape(drop.iter().chain(keep))?;
        let dropped = moduli(drop);
        let converter = Converter::new(isa, &dropped, &moduli(keep))?;
        let keep = keep
            .iter()
            .map(|table| {
                let modulus: Modulus = table.modulus();
                let product = product_modulo(&dropped, None, modulus);
                let inverse_product =
                    modulus.inverse(product).expect("the converter checked that the primes are coprime");
                Kept { table: Arc::clone(table), inverse_product }
            })
            .collect();
        Ok(Self { converter, keep, drop: drop.to_vec(), n })
    }

    /// The number of primes kept.
    #[must_use]
    pub fn kept_count(&self) -> usize {
        self.keep.len()
    }

    /// The number of primes dropped.
    #[must_use]
    pub fn dropped_count(&self) -> usize {
        self.drop.len()
    }

    /// The words of scratch that one application needs at least.
    #[must_use]
    pub fn scratch_words(&self) -> usize {
        self.converter.overflow_words(self.n) + self.n
    }

    /// `out = round(x / P)` on the primes kept.
    ///
    /// - in: NTT values in `[0, q)`, bit-reversed order: `kept` one limb of n words for each prime kept; `dropped` one limb
    ///   after the other for the primes dropped
    /// - out: NTT values in `[0, q)`, bit-reversed order; `dropped` and `scratch` hold nothing of use afterwards
    ///
    /// # Panics
    /// If a number of limbs, a limb's length is wrong, or the scratch is too short.
    pub fn apply_into(&self, kept: &[&[u32]], dropped: &mut [u32], out: &mut [&mut [u32]], scratch: &mut [u32]) {
        assert_eq!(kept.len(), self.keep.len(), "limbs kept");
        assert_eq!(out.len(), self.keep.len(), "limbs of the result");
        let (overflow, remainder) = self.split_scratch(scratch);
        self.remainder_to_coefficients(dropped, overflow);
        for (j, (x, out)) in kept.iter().zip(out).enumerate() {
            self.remainder_modulo_into(j, dropped, overflow, remainder);
            let Kept { table, inverse_product } = &self.keep[j];
            eltwise::sub_mul_scalar_into(table.isa(), table.modulus(), out, x, remainder, *inverse_product);
        }
    }

    /// [`ModDown::apply_into`] with the result in place of the limbs kept.
    ///
    /// # Panics
    /// If a number of limbs, a limb's length is wrong, or the scratch is too short.
    pub fn apply_assign(&self, kept: &mut [&mut [u32]], dropped: &mut [u32], scratch: &mut [u32]) {
        assert_eq!(kept.len(), self.keep.len(), "limbs kept");
        let (overflow, remainder) = self.split_scratch(scratch);
        self.remainder_to_coefficients(dropped, overflow);
        for (j, x) in kept.iter_mut().enumerate() {
            self.remainder_modulo_into(j, dropped, overflow, remainder);
            let Kept { table, inverse_product } = &self.keep[j];
            eltwise::sub_mul_scalar_assign(table.isa(), table.modulus(), x, remainder, *inverse_product);
        }
    }

    /// The overflow of the conversion, and one limb.
    fn split_scratch<'a>(&self, scratch: &'a mut [u32]) -> (&'a mut [u32], &'a mut [u32]) {
        let (words, given) = (self.scratch_words(), scratch.len());
        assert!(given >= words, "{given} words of scratch, {words} needed");
        scratch[..words].split_at_mut(self.converter.overflow_words(self.n))
    }

    /// Brings the limbs to drop to coefficients and prepares them for conversion.
    fn remainder_to_coefficients(&self, dropped: &mut [u32], overflow: &mut [u32]) {
        assert_eq!(dropped.len(), self.drop.len() * self.n, "words of the limbs to drop");
        for (limb, table) in dropped.chunks_exact_mut(self.n).zip(&self.drop) {
            table.inverse(limb);
        }
        self.converter.prepare(dropped, overflow);
    }

    /// The NTT values of `[x]_P` modulo the j-th prime kept.
    fn remainder_modulo_into(&self, j: usize, prepared: &[u32], overflow: &[u32], out: &mut [u32]) {
        self.converter.convert_limb_into(j, prepared, overflow, out);
        self.keep[j].table.forward(out);
    }
}
