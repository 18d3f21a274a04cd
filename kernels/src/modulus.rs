//! One odd modulus below 2^30 with the constants that the kernels need.

/// Why a number is refused as modulus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModulusError {
    /// An even modulus, or one outside [3, 2^30).
    #[error("the modulus {0} is not an odd number in [3, 2^30)")]
    Invalid(u32),
}

/// An odd modulus q in [3, 2^30).
///
/// The upper bound leaves two bits in a `u32`: the lazy kernels keep residues in [0, 4q).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Modulus {
    q: u32,
    /// q^-1 mod 2^32.
    inverse: u32,
    /// 2^32 mod q.
    r: u32,
    /// floor((2^64 - 1) / q).
    barrett: u64,
}

impl Modulus {
    /// Moduli are below this: 2^30.
    pub const LIMIT: u32 = 1 << 30;

    /// The modulus `q`, prime or not.
    ///
    /// # Errors
    /// [`ModulusError::Invalid`] if `q` is even, below 3 or not below 2^30.
    pub const fn new(q: u32) -> Result<Self, ModulusError> {
        if q.is_multiple_of(2) || q < 3 || q >= Self::LIMIT {
            return Err(ModulusError::Invalid(q));
        }
        // Newton's iteration: an odd q is its own inverse modulo 8, and every step doubles the number of right bits.
        let mut inverse = q;
        let mut bits = 3;
        while bits < 32 {
            inverse = inverse.wrapping_mul(2_u32.wrapping_sub(q.wrapping_mul(inverse)));
            bits *= 2;
        }
        let r = low_half((1 << 32) % (q as u64));
        Ok(Self { q, inverse, r, barrett: u64::MAX / (q as u64) })
    }

    /// q.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.q
    }

    /// q^-1 mod 2^32, for Montgomery reduction.
    #[must_use]
    pub const fn inverse_2_32(self) -> u32 {
        self.inverse
    }

    /// 2^32 mod q: the Montgomery form of 1.
    #[must_use]
    pub const fn montgomery_one(self) -> u32 {
        self.r
    }

    /// `a + b mod q`; in and out: `[0, q)`.
    #[must_use]
    pub const fn add(self, a: u32, b: u32) -> u32 {
        debug_assert!(a < self.q && b < self.q, "an operand is not reduced");
        let sum = a + b;
        if sum >= self.q { sum - self.q } else { sum }
    }

    /// `a - b mod q`; in and out: `[0, q)`.
    #[must_use]
    pub const fn sub(self, a: u32, b: u32) -> u32 {
        debug_assert!(a < self.q && b < self.q, "an operand is not reduced");
        if a >= b { a - b } else { a + self.q - b }
    }

    /// `-a mod q`; in and out: `[0, q)`.
    #[must_use]
    pub const fn neg(self, a: u32) -> u32 {
        self.sub(0, a)
    }

    /// `a b mod q`.
    ///
    /// - in: any `a` and `b`
    /// - out: `[0, q)`
    #[must_use]
    pub const fn mul(self, a: u32, b: u32) -> u32 {
        self.reduce_u64(a as u64 * b as u64)
    }

    /// `base^exponent mod q`.
    #[must_use]
    pub const fn pow(self, base: u32, mut exponent: u64) -> u32 {
        let mut square = base % self.q;
        let mut power = 1;
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = self.mul(power, square);
            }
            square = self.mul(square, square);
            exponent >>= 1;
        }
        power
    }

    /// The inverse of `a` modulo q, if `a` and q have no common divisor.
    #[must_use]
    pub fn inverse(self, a: u32) -> Option<u32> {
        // Euclid's algorithm, extended for the coefficient of `a`; it stays below q in absolute value.
        let (mut old, mut new) = ((i64::from(self.q), 0_i64), (i64::from(a % self.q), 1_i64));
        while new.0 != 0 {
            let quotient = old.0 / new.0;
            (old, new) = (new, (old.0 - quotient * new.0, old.1 - quotient * new.1));
        }
        (old.0 == 1).then(|| self.reduce_i64(old.1))
    }

    /// `x mod q` in `[0, q)`, for any `x`.
    ///
    /// With b = floor((2^64 - 1) / q) >= (2^64 - q) / q, x / q - x b / 2^64 <= x / 2^64 < 1: the quotient
    /// floor(x b / 2^64) is at most one too small, and the remainder is below 2q.
    #[must_use]
    pub const fn reduce_u64(self, x: u64) -> u32 {
        let quotient = ((x as u128 * self.barrett as u128) >> 64) as u64;
        let remainder = low_half(x - quotient * self.q as u64);
        if remainder >= self.q { remainder - self.q } else { remainder }
    }

    /// `x mod q` in `[0, q)`, for any `x`.
    #[must_use]
    pub const fn reduce_i64(self, x: i64) -> u32 {
        let magnitude = self.reduce_u64(x.unsigned_abs());
        if x < 0 { self.neg(magnitude) } else { magnitude }
    }

    /// `x 2^32 mod q`, the Montgomery form of any `x`.
    #[must_use]
    pub const fn to_montgomery(self, x: u32) -> u32 {
        self.reduce_u64((x as u64) << 32)
    }

    /// `x 2^-32 mod q`: the inverse of [`Self::to_montgomery`].
    ///
    /// - in: any `x`
    /// - out: `[0, q)`
    #[must_use]
    pub const fn from_montgomery(self, x: u32) -> u32 {
        // x - m q is a multiple of 2^32 in (-2^32 q, 2^32), so its high half is 0 or negative and above -q.
        let m = x.wrapping_mul(self.inverse);
        let high = low_half((m as u64 * self.q as u64) >> 32);
        if high == 0 { 0 } else { self.q - high }
    }

    /// floor(w 2^32 / q): Shoup's companion of the constant factor `w` in `[0, q)`.
    #[must_use]
    pub const fn shoup(self, w: u32) -> u32 {
        debug_assert!(w < self.q, "the factor is not reduced");
        low_half(((w as u64) << 32) / self.q as u64)
    }
}

/// The low 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "the truncation is the function")]
const fn low_half(x: u64) -> u32 {
    x as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{mul_mod, random_words, remainder, remainder_signed, residues};

    const MODULI: [u32; 8] = [3, 5, 9, 12_289, 65_537, (1 << 29) + 1, (1 << 30) - 35, (1 << 30) - 1];

    #[test]
    fn operations_are_those_of_integers() {
        for q in MODULI {
            let m = Modulus::new(q).unwrap();
            assert_eq!(m.value(), q);
            assert_eq!(m.inverse_2_32().wrapping_mul(q), 1);
            assert_eq!(m.montgomery_one(), remainder(1 << 32, q));
            let mut other = residues(q, 256, 1);
            other.rotate_left(1);
            for (a, b) in residues(q, 256, 2).into_iter().zip(other) {
                let (wide_a, wide_b, wide_q) = (u128::from(a), u128::from(b), u128::from(q));
                assert_eq!(m.add(a, b), remainder(wide_a + wide_b, q));
                assert_eq!(m.sub(a, b), remainder(wide_a + wide_q - wide_b, q));
                assert_eq!(m.neg(a), remainder(wide_q - wide_a, q));
                assert_eq!(m.mul(a, b), mul_mod(a, b, q));
                assert_eq!(m.to_montgomery(a), remainder(wide_a << 32, q));
                assert_eq!(m.from_montgomery(m.to_montgomery(a)), a);
                assert_eq!(u128::from(m.shoup(a)), (wide_a << 32) / wide_q);
                let power = (0..b % 50).fold(1 % q, |power, _| mul_mod(power, a, q));
                assert_eq!(m.pow(a, u64::from(b % 50)), power, "{a}^{} mod {q}", b % 50);
            }
        }
    }

    #[test]
    fn any_integer_is_reduced() {
        for q in MODULI {
            let m = Modulus::new(q).unwrap();
            let multiples = [u64::MAX / u64::from(q) * u64::from(q), u64::from(q) * u64::from(q), u64::from(q)];
            let edges = multiples.into_iter().flat_map(|x| [x - 1, x, x.saturating_add(1)]);
            for x in edges.chain([0, u64::MAX, 1 << 63]).chain(random_words(3).take(1000)) {
                assert_eq!(m.reduce_u64(x), remainder(u128::from(x), q), "{x} mod {q}");
                let signed = x.cast_signed();
                assert_eq!(m.reduce_i64(signed), remainder_signed(i128::from(signed), q), "{signed} mod {q}");
                let low = low_half(x);
                assert_eq!(m.to_montgomery(m.from_montgomery(low)), remainder(u128::from(low), q));
            }
        }
    }

    #[test]
    fn inverses_exist_for_coprime_residues() {
        for q in MODULI {
            let m = Modulus::new(q).unwrap();
            for a in residues(q, 256, 4) {
                let divisor = (1..=a.min(1000)).rev().find(|d| a % d == 0 && q % d == 0);
                match m.inverse(a) {
                    Some(inverse) => assert_eq!(mul_mod(a, inverse, q), 1, "{a} mod {q}"),
                    None => assert!(a == 0 || divisor > Some(1), "{a} has an inverse modulo {q}"),
                }
            }
        }
        assert_eq!(Modulus::new(9).unwrap().inverse(6), None);
    }

    #[test]
    fn what_is_no_modulus_is_refused() {
        for q in [0, 1, 2, 4, 1 << 30, (1 << 30) + 1, u32::MAX] {
            assert_eq!(Modulus::new(q), Err(ModulusError::Invalid(q)));
        }
        assert_eq!(Modulus::new(4).unwrap_err().to_string(), "the modulus 4 is not an odd number in [3, 2^30)");
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "an operand is not reduced")]
    fn an_unreduced_operand_is_refused_in_debug_builds() {
        let _ = Modulus::new(17).unwrap().add(17, 0);
    }
}
