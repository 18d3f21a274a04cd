//! What every tier can do: the operations that algorithms are written over.

use super::ordered::OrderedLoops;
use crate::modulus::Modulus;

/// A vector of [`Lanes::COUNT`] lanes of `u32`. Implementors are zero-sized tokens: `self` is the proof that the
/// instructions exist.
///
/// Three kinds of registers:
/// - `Vector`: one `u32` a lane, in order;
/// - `Spread`: the same `u32` values as operands of widening products: even and odd lanes apart, each in the low half
///   of a 64-bit lane whose high half is ignored;
/// - `Wide`: one `u64` a lane, even and odd lanes apart.
///
/// Arithmetic wraps. Only these methods touch memory.
pub(crate) trait Lanes: Copy {
    /// `COUNT` lanes of `u32`.
    type Vector: Copy;
    /// `COUNT` lanes of `u32`, spread for [`Lanes::mul_wide`].
    type Spread: Copy;
    /// `COUNT` lanes of `u64`.
    type Wide: Copy;
    /// `COUNT` vectors: a square of `u32`.
    type Square: Copy + AsMut<[Self::Vector]>;
    /// What [`Lanes::ordered`] gives.
    type Ordered: OrderedLoops;

    /// Lanes in a vector: 1, 8 or 16; it divides [`BLOCK`](super::BLOCK).
    const COUNT: usize;
    /// Registers that hold a `Vector`, or half a `Wide`.
    const REGISTERS: usize;

    /// Hand-ordered loops of the transforms, on the tier that has them.
    fn ordered(self) -> Option<Self::Ordered>;

    /// `x` in every lane.
    fn splat(self, x: u32) -> Self::Vector;
    /// # Panics
    /// If `from` is not `COUNT` long.
    fn load(self, from: &[u32]) -> Self::Vector;
    /// # Panics
    /// If `to` is not `COUNT` long.
    fn store(self, v: Self::Vector, to: &mut [u32]);
    /// Asks for the cache line that begins `ahead` words after the start of `from`, which may lie outside: a hint, without
    /// effect on what is computed.
    fn prefetch(self, from: &[u32], ahead: usize);
    /// The low and the high halves of `COUNT` integers of 64 bits.
    ///
    /// # Panics
    /// If `from` is not `COUNT` long.
    fn load_halves(self, from: &[i64]) -> (Self::Vector, Self::Vector);

    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// The smaller one, as unsigned integers.
    fn min(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Low 32 bits of the product.
    fn mul_low(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// The lanes in the opposite order.
    fn reverse(self, v: Self::Vector) -> Self::Vector;
    /// Rows and columns exchanged.
    fn transpose(self, square: &mut Self::Square);
    /// A square with `v` in every row.
    fn square(self, v: Self::Vector) -> Self::Square;
    /// `out[i] = block[table[i]]`; only the low four bits of a table's entry count.
    fn permute_block(self, block: &[u32; 16], table: &[u32; 16], out: &mut [u32; 16]);

    fn spread(self, v: Self::Vector) -> Self::Spread;
    /// [`Lanes::spread`] of a vector from memory. One more word must follow it, which does not count: with it the odd
    /// lanes can be loaded from one word on, which takes no arithmetic unit.
    ///
    /// # Panics
    /// If `from` is not `COUNT + 1` long.
    fn load_spread(self, from: &[u32]) -> Self::Spread;
    /// [`Lanes::spread`] of [`Lanes::splat`].
    fn spread_splat(self, x: u32) -> Self::Spread;
    /// `even` in the even lanes and `odd` in the odd lanes, spread.
    fn spread_pair(self, even: u32, odd: u32) -> Self::Spread;
    /// The low half of each 64-bit lane, spread (it costs nothing).
    fn spread_low(self, x: Self::Wide) -> Self::Spread;
    /// All 64 bits of the products.
    fn mul_wide(self, a: Self::Spread, b: Self::Spread) -> Self::Wide;

    /// `x` in every 64-bit lane.
    fn wide_splat(self, x: u64) -> Self::Wide;
    fn wide_add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    fn wide_sub(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// `x - bound` if that is not negative, else `x`.
    ///
    /// - in: `x` in `[0, 2 bound)`, `bound` at most 2^63
    /// - out: `[0, bound)`
    fn wide_reduce_once(self, x: Self::Wide, bound: Self::Wide) -> Self::Wide;
    /// Logical shift of each 64-bit lane.
    fn wide_shift_right<const BITS: u32>(self, x: Self::Wide) -> Self::Wide;
    /// The low half of each 64-bit lane, in order.
    fn wide_low(self, x: Self::Wide) -> Self::Vector;
    /// The high half of each 64-bit lane, in order.
    fn wide_high(self, x: Self::Wide) -> Self::Vector;

    /// The low 32 bits of `x factor`, spread.
    #[inline(always)]
    fn low_product(self, x: Self::Wide, factor: Self::Spread) -> Self::Spread {
        self.spread_low(self.mul_wide(self.spread_low(x), factor))
    }

    /// `x - bound` if that is not negative, else `x`: one subtraction, one minimum.
    ///
    /// - in: `x` in `[0, 2 bound)`, `bound` at most 2^31
    /// - out: `[0, bound)`
    #[inline(always)]
    fn reduce_once(self, x: Self::Vector, bound: Self::Vector) -> Self::Vector {
        self.min(x, self.sub(x, bound))
    }

    /// `x + bound` if `x` is negative in two's complement, else `x`.
    ///
    /// - in: `x` in `[-bound, bound)`, `bound` at most 2^31
    /// - out: `[0, bound)`
    #[inline(always)]
    fn make_positive(self, x: Self::Vector, bound: Self::Vector) -> Self::Vector {
        self.min(x, self.add(x, bound))
    }

    /// `x w mod q`, not fully reduced, for a constant factor.
    ///
    /// - in: any `x`; `q` below 2^31, the factor's modulus
    /// - out: `[0, 2q)`
    /// - why: with t = floor(x shoup / 2^32) and shoup = floor(w 2^32 / q), 0 <= x w / q - t < 2, so x w - t q lies in
    ///   [0, 2q) and its low 32 bits are exact.
    /// - source: V. Shoup's NTL; Harvey, "Faster arithmetic for number-theoretic transforms", 2014, section 3.
    #[inline(always)]
    fn mul_shoup_lazy(self, x: Self::Vector, factor: Factor<Self>, q: Self::Vector) -> Self::Vector {
        let quotient = self.wide_high(self.mul_wide(self.spread(x), factor.shoup));
        self.sub(self.mul_low(x, factor.value), self.mul_low(quotient, q))
    }

    /// `x 2^-32 mod q`.
    ///
    /// - in: `x` in `[0, 2^32 q)`
    /// - out: `[0, q)`
    /// - why: with m = x q^-1 mod 2^32, x - m q is a multiple of 2^32 that lies in (-2^32 q, 2^32 q).
    /// - source: Montgomery, "Modular multiplication without trial division", 1985, with the signed quotient.
    #[inline(always)]
    fn montgomery_reduce(self, x: Self::Wide, modulus: ModulusLanes<Self>) -> Self::Vector {
        let m = self.low_product(x, modulus.inverse);
        let multiple = self.mul_wide(m, modulus.q_spread);
        self.make_positive(self.wide_high(self.wide_sub(x, multiple)), modulus.q)
    }
}

/// A constant factor with its Shoup companion, as it lies in memory.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Twiddle {
    /// floor(value 2^32 / q), see [`Modulus::shoup`].
    pub(crate) shoup: u32,
    /// In `[0, q)`.
    pub(crate) value: u32,
}

impl Twiddle {
    pub(crate) fn new(modulus: Modulus, value: u32) -> Self {
        Self { shoup: modulus.shoup(value), value }
    }

    /// The factor in every lane.
    #[inline(always)]
    pub(crate) fn splat<L: Lanes>(self, l: L) -> Factor<L> {
        Factor::splat(l, self.value, self.shoup)
    }
}

/// Constant factors with their Shoup companions, one a lane.
#[derive(Clone, Copy)]
pub(crate) struct Factor<L: Lanes> {
    /// In `[0, q)`.
    pub(crate) value: L::Vector,
    /// floor(value 2^32 / q), see [`Modulus::shoup`].
    pub(crate) shoup: L::Spread,
}

impl<L: Lanes> Factor<L> {
    /// The same factor in every lane.
    #[inline(always)]
    pub(crate) fn splat(l: L, value: u32, shoup: u32) -> Self {
        Self { value: l.splat(value), shoup: l.spread_splat(shoup) }
    }

    /// `value` modulo `modulus` in every lane.
    #[inline(always)]
    pub(crate) fn of(l: L, value: u32, modulus: Modulus) -> Self {
        Self::splat(l, value, modulus.shoup(value))
    }

    /// `COUNT` factors: their companions, then their values.
    ///
    /// # Panics
    /// If there are not `2 COUNT` words.
    #[inline(always)]
    pub(crate) fn load(l: L, words: &[u32]) -> Self {
        assert_eq!(words.len(), 2 * L::COUNT);
        Self { value: l.load(&words[L::COUNT..]), shoup: l.load_spread(&words[..=L::COUNT]) }
    }
}

/// A modulus in every lane, in the forms that products need.
#[derive(Clone, Copy)]
pub(crate) struct ModulusLanes<L: Lanes> {
    /// q.
    pub(crate) q: L::Vector,
    /// q, for widening products.
    pub(crate) q_spread: L::Spread,
    /// q^-1 mod 2^32.
    pub(crate) inverse: L::Spread,
}

impl<L: Lanes> ModulusLanes<L> {
    /// The constants of `modulus` in every lane.
    #[inline(always)]
    pub(crate) fn new(l: L, modulus: Modulus) -> Self {
        let q = modulus.value();
        Self { q: l.splat(q), q_spread: l.spread_splat(q), inverse: l.spread_splat(modulus.inverse_2_32()) }
    }

    /// `a b 2^-32 mod q`: the product, if one operand is in Montgomery form.
    ///
    /// - in: `a b` in `[0, 2^32 q)`
    /// - out: `[0, q)`
    #[inline(always)]
    pub(crate) fn mul_montgomery(self, l: L, a: L::Vector, b: L::Vector) -> L::Vector {
        l.montgomery_reduce(l.mul_wide(l.spread(a), l.spread(b)), self)
    }

    /// `a + b mod q`; in and out: `[0, q)`.
    #[inline(always)]
    pub(crate) fn add(self, l: L, a: L::Vector, b: L::Vector) -> L::Vector {
        l.reduce_once(l.add(a, b), self.q)
    }

    /// `a - b mod q`; in and out: `[0, q)`.
    #[inline(always)]
    pub(crate) fn sub(self, l: L, a: L::Vector, b: L::Vector) -> L::Vector {
        l.make_positive(l.sub(a, b), self.q)
    }
}
