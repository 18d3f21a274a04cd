//! Sums of products in 64-bit lanes.

use crate::modulus::Modulus;
use crate::simd::{Lanes, ModulusLanes};

/// The products of two residues that may be added to a folded sum before it is folded again.
pub(super) const PRODUCTS_PER_FOLD: usize = 8;

/// The constants to keep sums of products within 64 bits and to reduce them; [the module](super) proves the bounds.
#[derive(Clone, Copy)]
pub(crate) struct ProductSums<L: Lanes> {
    modulus: ModulusLanes<L>,
    /// 2^33 q.
    fold: L::Wide,
}

impl<L: Lanes> ProductSums<L> {
    /// The constants of `modulus` in every lane.
    #[inline(always)]
    pub(crate) fn new(l: L, modulus: Modulus) -> Self {
        Self { modulus: ModulusLanes::new(l, modulus), fold: l.wide_splat(u64::from(modulus.value()) << 33) }
    }

    /// `sum + a b`.
    #[inline(always)]
    pub(crate) fn add_product(self, l: L, sum: L::Wide, a: L::Spread, b: L::Spread) -> L::Wide {
        l.wide_add(sum, l.mul_wide(a, b))
    }

    /// The sum, made smaller by a multiple of q.
    ///
    /// - in: `[0, 2^34 q)`
    /// - out: `[0, 2^33 q)`
    #[inline(always)]
    pub(crate) fn fold(self, l: L, sum: L::Wide) -> L::Wide {
        l.wide_reduce_once(sum, self.fold)
    }

    /// `sum 2^-32 mod q`.
    ///
    /// - in: `[0, 2^33 q)`
    /// - out: `[0, q)`
    /// - why: with m = sum q^-1 mod 2^32, sum - m q is a multiple of 2^32 in (-2^32 q, 2^33 q); its high half lies in
    ///   (-q, 2q). Added q, a negative one wraps around to the smaller number, and no other does.
    /// - source: Montgomery, "Modular multiplication without trial division", 1985, with the signed quotient.
    #[inline(always)]
    pub(crate) fn reduce(self, l: L, sum: L::Wide) -> L::Vector {
        let m = l.low_product(sum, self.modulus.inverse);
        let multiple = l.mul_wide(m, self.modulus.q_spread);
        let high = l.wide_high(l.wide_sub(sum, multiple));
        l.reduce_once(l.make_positive(high, self.modulus.q), self.modulus.q)
    }

    /// `a + b mod q`; in and out: `[0, q)`.
    #[inline(always)]
    pub(crate) fn add(self, l: L, a: L::Vector, b: L::Vector) -> L::Vector {
        self.modulus.add(l, a, b)
    }
}
