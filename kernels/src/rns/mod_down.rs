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

    /// The words of a remainder: the limbs dropped, then the overflow of their conversion.
    #[must_use]
    pub fn remainder_words(&self) -> usize {
        self.drop.len() * self.n + self.converter.overflow_words(self.n)
    }

    /// The words of scratch that one application needs at least.
    #[must_use]
    pub fn scratch_words(&self) -> usize {
        self.remainder_words() + self.n
    }

    /// `out = round(x / P)` on the primes kept.
    ///
    /// - in: NTT values in `[0, q)`, bit-reversed order, one limb of n words for each prime kept and dropped
    /// - out: NTT values in `[0, q)`, bit-reversed order
    ///
    /// # Panics
    /// If a number of limbs, a limb's length is wrong, or the scratch is too short.
    pub fn apply_into(&self, kept: &[&[u32]], dropped: &[&[u32]], out: &mut [&mut [u32]], scratch: &mut [u32]) {
        assert_eq!(kept.len(), self.keep.len(), "limbs kept");
        assert_eq!(dropped.len(), self.drop.len(), "limbs dropped");
        assert_eq!(out.len(), self.keep.len(), "limbs of the result");
        let (words, given) = (self.scratch_words(), scratch.len());
        assert!(given >= words, "{given} words of scratch, {words} needed");
        let (remainder, converted) = scratch[..words].split_at_mut(self.remainder_words());
        for (index, dropped) in dropped.iter().enumerate() {
            self.drop_limb(index, dropped, remainder);
        }
        self.prepare(remainder);
        for (j, (x, out)) in kept.iter().zip(out).enumerate() {
            let Kept { table, inverse_product } = self.converted(j, remainder, converted);
            eltwise::sub_mul_scalar_into(table.isa(), table.modulus(), out, x, converted, *inverse_product);
        }
    }

    /// First step of a division limb by limb: one of the limbs dropped, NTT values in `[0, q)`, into its place in
    /// `remainder`.
    ///
    /// # Panics
    /// If there is no such limb or a length is wrong.
    pub fn drop_limb(&self, index: usize, values: &[u32], remainder: &mut [u32]) {
        assert_eq!(remainder.len(), self.remainder_words(), "words of the remainder");
        self.drop[index].inverse_into(values, &mut remainder[index * self.n..(index + 1) * self.n]);
    }

    /// Second step, once all limbs have been dropped.
    ///
    /// # Panics
    /// If the length is wrong.
    pub fn prepare(&self, remainder: &mut [u32]) {
        assert_eq!(remainder.len(), self.remainder_words(), "words of the remainder");
        let (limbs, overflow) = remainder.split_at_mut(self.drop.len() * self.n);
        self.converter.prepare(limbs, overflow);
    }

    /// Third step, for each of the primes kept: `x <- round(x / P)`, NTT values in `[0, q)`.
    ///
    /// # Panics
    /// If there is no such limb, a length is wrong, or the scratch is shorter than a limb.
    pub fn divide_limb_assign(&self, j: usize, x: &mut [u32], remainder: &[u32], scratch: &mut [u32]) {
        let converted = &mut scratch[..self.n];
        let Kept { table, inverse_product } = self.converted(j, remainder, converted);
        eltwise::sub_mul_scalar_assign(table.isa(), table.modulus(), x, converted, *inverse_product);
    }

    /// The NTT values of `[x]_P` modulo the j-th prime kept, which is returned.
    fn converted(&self, j: usize, remainder: &[u32], out: &mut [u32]) -> &Kept {
        assert_eq!(remainder.len(), self.remainder_words(), "words of the remainder");
        let (limbs, overflow) = remainder.split_at(self.drop.len() * self.n);
        self.converter.convert_limb_into(j, limbs, overflow, out);
        self.keep[j].table.forward(out);
        &self.keep[j]
    }
}
