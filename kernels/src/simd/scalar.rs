//! The reference tier: one lane, plain integer arithmetic, every CPU.

use super::lanes::Lanes;
use std::convert::Infallible;

/// The token of the reference tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scalar;

#[expect(clippy::cast_possible_truncation, reason = "halves of 64-bit lanes are taken by truncation")]
impl Lanes for Scalar {
    type Vector = u32;
    type Spread = u32;
    type Wide = u64;
    type Square = [u32; 1];
    type Ordered = Infallible;

    const COUNT: usize = 1;
    const REGISTERS: usize = 16;

    #[inline(always)]
    fn ordered(self) -> Option<Infallible> {
        None
    }
    #[inline(always)]
    fn splat(self, x: u32) -> u32 {
        x
    }
    #[inline(always)]
    fn load(self, from: &[u32]) -> u32 {
        assert_eq!(from.len(), Self::COUNT);
        from[0]
    }
    #[inline(always)]
    fn store(self, v: u32, to: &mut [u32]) {
        assert_eq!(to.len(), Self::COUNT);
        to[0] = v;
    }
    #[inline(always)]
    fn prefetch(self, _from: &[u32], _ahead: usize) {}
    #[inline(always)]
    fn load_halves(self, from: &[i64]) -> (u32, u32) {
        assert_eq!(from.len(), Self::COUNT);
        let bits = from[0].cast_unsigned();
        (bits as u32, (bits >> 32) as u32)
    }

    #[inline(always)]
    fn add(self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
    #[inline(always)]
    fn sub(self, a: u32, b: u32) -> u32 {
        a.wrapping_sub(b)
    }
    #[inline(always)]
    fn min(self, a: u32, b: u32) -> u32 {
        a.min(b)
    }
    #[inline(always)]
    fn mul_low(self, a: u32, b: u32) -> u32 {
        a.wrapping_mul(b)
    }

    #[inline(always)]
    fn reverse(self, v: u32) -> u32 {
        v
    }
    #[inline(always)]
    fn transpose(self, _square: &mut [u32; 1]) {}
    #[inline(always)]
    fn square(self, v: u32) -> [u32; 1] {
        [v]
    }
    #[inline(always)]
    fn permute_block(self, block: &[u32; 16], table: &[u32; 16], out: &mut [u32; 16]) {
        for (out, &source) in out.iter_mut().zip(table) {
            *out = block[source as usize % 16];
        }
    }

    #[inline(always)]
    fn spread(self, v: u32) -> u32 {
        v
    }
    #[inline(always)]
    fn load_spread(self, from: &[u32]) -> u32 {
        assert_eq!(from.len(), Self::COUNT + 1);
        from[0]
    }
    #[inline(always)]
    fn spread_splat(self, x: u32) -> u32 {
        x
    }
    #[inline(always)]
    fn spread_pair(self, even: u32, _odd: u32) -> u32 {
        even
    }
    #[inline(always)]
    fn spread_low(self, x: u64) -> u32 {
        x as u32
    }
    #[inline(always)]
    fn mul_wide(self, a: u32, b: u32) -> u64 {
        u64::from(a) * u64::from(b)
    }

    #[inline(always)]
    fn wide_splat(self, x: u64) -> u64 {
        x
    }
    #[inline(always)]
    fn wide_add(self, a: u64, b: u64) -> u64 {
        a.wrapping_add(b)
    }
    #[inline(always)]
    fn wide_sub(self, a: u64, b: u64) -> u64 {
        a.wrapping_sub(b)
    }
    #[inline(always)]
    fn wide_reduce_once(self, x: u64, bound: u64) -> u64 {
        x.min(x.wrapping_sub(bound))
    }
    #[inline(always)]
    fn wide_shift_right<const BITS: u32>(self, x: u64) -> u64 {
        x >> BITS
    }
    #[inline(always)]
    fn wide_low(self, x: u64) -> u32 {
        x as u32
    }
    #[inline(always)]
    fn wide_high(self, x: u64) -> u32 {
        (x >> 32) as u32
    }
}
