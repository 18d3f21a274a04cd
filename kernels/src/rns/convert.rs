//! Exact centred base conversion of coefficients.

use super::basis::{BasisError, check_moduli, product_modulo};
use crate::accumulate::ProductSums;
use crate::bounds::debug_assert_reduced;
use crate::eltwise;
use crate::modulus::Modulus;
use crate::simd::{BLOCK, Factor, Isa, Lanes, dispatch};

/// The fractions y_i / s_i are summed in units of 2^-60: eight of them, and one half for rounding, stay below 2^64.
const FRACTION_BITS: u32 = 60;

/// Converts integers known by their residues modulo the source primes s_i, with product S, to residues modulo target
/// primes t_j.
///
/// The integer meant is the centred one, x in (-S/2, S/2). With y_i = x (S / s_i)^-1 mod s_i,
///
/// ```text
/// x = sum y_i S / s_i - v S,   v = round(sum y_i / s_i)
/// ```
///
/// so a target's residue is `sum y_i (S / s_i mod t) - v (S mod t)`. The y_i and the overflow v do not depend on the
/// target: [`Converter::prepare`] computes them once, [`Converter::convert_limb_into`] does the rest for one target.
///
/// Exactness: for one source prime the result is x itself. For s primes, v comes from fixed-point fractions that are each
/// too small by less than 2^-30, so that the result is x, except that where x lies below -S/2 + s 2^-30 S it may be x + S.
/// Always, the result is congruent to x modulo S and within S (1/2 + s 2^-30) of zero. All instruction sets agree bit by
/// bit.
///
/// Source: Halevi, Polyakov, Shoup, "An improved RNS variant of the BFV homomorphic encryption scheme", CT-RSA 2019,
/// section 2.2, with fixed-point in place of floating-point fractions.
#[derive(Debug)]
pub struct Converter {
    isa: Isa,
    source: Vec<Source>,
    target: Vec<Target>,
}

/// Phase one's constants for a source prime s.
#[derive(Clone, Copy, Debug)]
struct Source {
    modulus: Modulus,
    /// (S / s)^-1 mod s.
    cofactor_inverse: u32,
    /// Shoup's companion of `cofactor_inverse`.
    cofactor_inverse_shoup: u32,
    /// 2^(30 - b), where b is the number of bits of s: `y scale` is below 2^30.
    scale: u32,
    /// floor(2^(30 + b) / s), in [2^30, 2^31): `y scale reciprocal` is y / s in units of 2^-60, too small by less than 2^30
    /// of them.
    reciprocal: u32,
}

/// Phase two's constants for a target prime t, in Montgomery form.
#[derive(Clone, Debug)]
struct Target {
    modulus: Modulus,
    /// S / s_i mod t for each source prime.
    cofactors: Vec<u32>,
    /// -S mod t.
    minus_product: u32,
}

impl Source {
    fn new(source: &[Modulus], index: usize) -> Self {
        let modulus = source[index];
        let cofactor = product_modulo(source, Some(index), modulus);
        let cofactor_inverse = modulus.inverse(cofactor).expect("the source moduli are pairwise coprime");
        let bits = modulus.value().ilog2() + 1;
        let reciprocal = (1_u64 << (FRACTION_BITS - 30 + bits)) / u64::from(modulus.value());
        Self {
            modulus,
            cofactor_inverse,
            cofactor_inverse_shoup: modulus.shoup(cofactor_inverse),
            scale: 1 << (30 - bits),
            reciprocal: u32::try_from(reciprocal).expect("an odd modulus of b bits is above 2^(b - 1)"),
        }
    }
}

impl Target {
    fn new(source: &[Modulus], modulus: Modulus) -> Self {
        let cofactors =
            (0..source.len()).map(|i| modulus.to_montgomery(product_modulo(source, Some(i), modulus))).collect();
        let product = product_modulo(source, None, modulus);
        Self { modulus, cofactors, minus_product: modulus.to_montgomery(modulus.neg(product)) }
    }
}

impl Converter {
    /// Constants to convert from the moduli `source` to the moduli `target`.
    ///
    /// # Errors
    /// If there is no source modulus or more than [`MAX_SOURCES`](super::MAX_SOURCES), if there is no target modulus, or if
    /// two source moduli, or a source and a target modulus, have a common factor.
    pub fn new(isa: Isa, source: &[Modulus], target: &[Modulus]) -> Result<Self, BasisError> {
        check_moduli(source, target)?;
        Ok(Self {
            isa,
            source: (0..source.len()).map(|i| Source::new(source, i)).collect(),
            target: target.iter().map(|&modulus| Target::new(source, modulus)).collect(),
        })
    }

    /// The number of source primes.
    #[must_use]
    pub fn source_count(&self) -> usize {
        self.source.len()
    }

    /// The number of target primes.
    #[must_use]
    pub fn target_count(&self) -> usize {
        self.target.len()
    }

    /// The words of overflow for polynomials of `n` coefficients: none for one source prime, else `n`.
    #[must_use]
    pub fn overflow_words(&self, n: usize) -> usize {
        if self.source.len() == 1 { 0 } else { n }
    }

    /// Phase one: `limbs[i] <- y_i`, `overflow <- v`.
    ///
    /// For one source prime y = x, and there is nothing to do.
    ///
    /// - in: residues in `[0, s_i)`, limb-major, any order of coefficients
    /// - out: the same intervals and order; `overflow` in `[0, s]` for s source primes
    ///
    /// # Panics
    /// If `limbs` does not hold limbs of equal length, a multiple of 16, for all source primes, or `overflow` is not
    /// [`Converter::overflow_words`] long.
    pub fn prepare(&self, limbs: &mut [u32], overflow: &mut [u32]) {
        self.check_prepared(limbs, overflow);
        if self.source.len() > 1 {
            dispatch!(self.isa, prepare(source: &[Source] = &self.source, limbs: &mut [u32], overflow: &mut [u32]));
        }
    }

    /// Phase two: `out <- x mod t` for the target prime `target_index`.
    ///
    /// - in: what [`Converter::prepare`] left
    /// - out: `[0, t)`, the same order of coefficients
    ///
    /// # Panics
    /// If there is no target `target_index`, or a length is wrong.
    pub fn convert_limb_into(&self, target_index: usize, prepared: &[u32], overflow: &[u32], out: &mut [u32]) {
        let n = self.check_prepared(prepared, overflow);
        assert_eq!(out.len(), n, "words of the converted limb");
        let target = &self.target[target_index];
        match self.source.len() {
            1 => eltwise::lift_centred_into(self.isa, out, prepared, self.source[0].modulus, target.modulus),
            2 => self.combine_into::<2>(target, prepared, overflow, out),
            3 => self.combine_into::<3>(target, prepared, overflow, out),
            4 => self.combine_into::<4>(target, prepared, overflow, out),
            5 => self.combine_into::<5>(target, prepared, overflow, out),
            6 => self.combine_into::<6>(target, prepared, overflow, out),
            7 => self.combine_into::<7>(target, prepared, overflow, out),
            8 => self.combine_into::<8>(target, prepared, overflow, out),
            count => unreachable!("a conversion starts from {count} primes"),
        }
    }

    /// [`combine`] for a known number of source primes, which makes it about twice as fast.
    fn combine_into<const SOURCES: usize>(&self, target: &Target, prepared: &[u32], overflow: &[u32], out: &mut [u32]) {
        let limbs: [&[u32]; SOURCES] = std::array::from_fn(|i| &prepared[i * out.len()..(i + 1) * out.len()]);
        dispatch!(self.isa, [const SOURCES: usize] combine(
            target: &Target,
            limbs: [&[u32]; SOURCES],
            overflow: &[u32],
            out: &mut [u32],
        ));
    }

    /// The length of a limb, after checking all lengths.
    fn check_prepared(&self, limbs: &[u32], overflow: &[u32]) -> usize {
        let (words, count) = (limbs.len(), self.source.len());
        assert!(
            words.is_multiple_of(BLOCK * count),
            "{words} words do not hold {count} limbs of whole blocks of {BLOCK}"
        );
        let n = words / count;
        assert_eq!(overflow.len(), self.overflow_words(n), "words of overflow for limbs of {n} residues");
        if n > 0 {
            for (limb, source) in limbs.chunks_exact(n).zip(&self.source) {
                debug_assert_reduced(limb, source.modulus);
            }
        }
        n
    }
}

/// Phase one for all source primes, vector by vector.
#[inline(always)]
fn prepare<L: Lanes>(l: L, source: &[Source], limbs: &mut [u32], overflow: &mut [u32]) {
    let n = overflow.len();
    for (at, overflow) in (0..n).step_by(L::COUNT).zip(overflow.chunks_exact_mut(L::COUNT)) {
        let mut fractions = l.wide_splat(1 << (FRACTION_BITS - 1));
        for (i, source) in source.iter().enumerate() {
            let limb = &mut limbs[i * n + at..][..L::COUNT];
            let q = l.splat(source.modulus.value());
            let factor = Factor::splat(l, source.cofactor_inverse, source.cofactor_inverse_shoup);
            let y = l.reduce_once(l.mul_shoup_lazy(l.load(limb), factor, q), q);
            l.store(y, limb);
            let scaled = l.spread(l.mul_low(y, l.splat(source.scale)));
            fractions = l.wide_add(fractions, l.mul_wide(scaled, l.spread_splat(source.reciprocal)));
        }
        l.store(l.wide_low(l.wide_shift_right::<FRACTION_BITS>(fractions)), overflow);
    }
}

/// Phase two for one target prime t.
///
/// The sum is at most 8 (2^30 - 1) (t - 1) + 8 (t - 1) < 2^33 t, as the eight y_i are below 2^30, the overflow is at most 8
/// and the constants are below t. So it needs no folding.
#[inline(always)]
fn combine<L: Lanes, const SOURCES: usize>(
    l: L,
    target: &Target,
    limbs: [&[u32]; SOURCES],
    overflow: &[u32],
    out: &mut [u32],
) {
    let sums = ProductSums::new(l, target.modulus);
    let minus_product = l.spread_splat(target.minus_product);
    let mut cofactors = [minus_product; SOURCES];
    for (spread, &cofactor) in cofactors.iter_mut().zip(&target.cofactors) {
        *spread = l.spread_splat(cofactor);
    }
    for (v, out) in out.chunks_exact_mut(L::COUNT).enumerate() {
        let at = v * L::COUNT;
        let mut sum = l.mul_wide(l.spread(l.load(&overflow[at..at + L::COUNT])), minus_product);
        for i in 0..SOURCES {
            let y = l.spread(l.load(&limbs[i][at..at + L::COUNT]));
            sum = sums.add_product(l, sum, y, cofactors[i]);
        }
        l.store(sums.reduce(l, sum), out);
    }
}
