//! Sixteen lanes emulated with arrays: the widest tier's code paths on any CPU, for tests.

use super::lanes::Lanes;
use super::scalar::Scalar;
use std::array::from_fn;
use std::convert::Infallible;

/// The token of the emulated tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Model;

/// Each method is the reference tier's, lane by lane; `spread` and `wide` keep the lanes in order, as the widest tier
/// gives no promise about the order inside.
impl Lanes for Model {
    type Vector = [u32; 16];
    type Spread = [u32; 16];
    type Wide = [u64; 16];
    type Square = [[u32; 16]; 16];
    type Ordered = Infallible;

    const COUNT: usize = 16;
    const REGISTERS: usize = 32;

    fn ordered(self) -> Option<Infallible> {
        None
    }

    fn splat(self, x: u32) -> [u32; 16] {
        [x; 16]
    }
    fn load(self, from: &[u32]) -> [u32; 16] {
        from.try_into().expect("16 residues")
    }
    fn store(self, v: [u32; 16], to: &mut [u32]) {
        to.copy_from_slice(&v);
    }
    fn prefetch(self, _from: &[u32], _ahead: usize) {}
    fn load_halves(self, from: &[i64]) -> ([u32; 16], [u32; 16]) {
        assert_eq!(from.len(), Self::COUNT);
        let halves = |i: usize| Scalar.load_halves(&from[i..=i]);
        (from_fn(|i| halves(i).0), from_fn(|i| halves(i).1))
    }

    fn add(self, a: [u32; 16], b: [u32; 16]) -> [u32; 16] {
        from_fn(|i| Scalar.add(a[i], b[i]))
    }
    fn sub(self, a: [u32; 16], b: [u32; 16]) -> [u32; 16] {
        from_fn(|i| Scalar.sub(a[i], b[i]))
    }
    fn min(self, a: [u32; 16], b: [u32; 16]) -> [u32; 16] {
        from_fn(|i| Scalar.min(a[i], b[i]))
    }
    fn mul_low(self, a: [u32; 16], b: [u32; 16]) -> [u32; 16] {
        from_fn(|i| Scalar.mul_low(a[i], b[i]))
    }

    fn reverse(self, v: [u32; 16]) -> [u32; 16] {
        from_fn(|i| v[15 - i])
    }
    fn transpose(self, square: &mut [[u32; 16]; 16]) {
        *square = from_fn(|i| from_fn(|j| square[j][i]));
    }
    fn square(self, v: [u32; 16]) -> [[u32; 16]; 16] {
        [v; 16]
    }
    fn permute_block(self, block: &[u32; 16], table: &[u32; 16], out: &mut [u32; 16]) {
        Scalar.permute_block(block, table, out);
    }

    fn spread(self, v: [u32; 16]) -> [u32; 16] {
        v
    }
    fn load_spread(self, from: &[u32]) -> [u32; 16] {
        assert_eq!(from.len(), Self::COUNT + 1);
        self.load(&from[..Self::COUNT])
    }
    fn spread_splat(self, x: u32) -> [u32; 16] {
        [x; 16]
    }
    fn spread_pair(self, even: u32, odd: u32) -> [u32; 16] {
        from_fn(|i| if i % 2 == 0 { even } else { odd })
    }
    fn spread_low(self, x: [u64; 16]) -> [u32; 16] {
        self.wide_low(x)
    }
    fn mul_wide(self, a: [u32; 16], b: [u32; 16]) -> [u64; 16] {
        from_fn(|i| Scalar.mul_wide(a[i], b[i]))
    }

    fn wide_splat(self, x: u64) -> [u64; 16] {
        [x; 16]
    }
    fn wide_add(self, a: [u64; 16], b: [u64; 16]) -> [u64; 16] {
        from_fn(|i| Scalar.wide_add(a[i], b[i]))
    }
    fn wide_sub(self, a: [u64; 16], b: [u64; 16]) -> [u64; 16] {
        from_fn(|i| Scalar.wide_sub(a[i], b[i]))
    }
    fn wide_reduce_once(self, x: [u64; 16], bound: [u64; 16]) -> [u64; 16] {
        from_fn(|i| Scalar.wide_reduce_once(x[i], bound[i]))
    }
    fn wide_shift_right<const BITS: u32>(self, x: [u64; 16]) -> [u64; 16] {
        x.map(|x| Scalar.wide_shift_right::<BITS>(x))
    }
    fn wide_low(self, x: [u64; 16]) -> [u32; 16] {
        x.map(|x| Scalar.wide_low(x))
    }
    fn wide_high(self, x: [u64; 16]) -> [u32; 16] {
        x.map(|x| Scalar.wide_high(x))
    }
}
