//! Eight lanes of 32 bits: AVX2.

use super::lanes::Lanes;
use std::arch::x86_64::*;
use std::convert::Infallible;

/// Proof that this CPU has AVX2: only [`Avx2::detect`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Avx2(());

impl Avx2 {
    /// The token, if this CPU has AVX2.
    #[must_use]
    pub fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

impl Avx2 {
    /// `x` in the 64-bit lanes where `difference` is negative, else `difference`.
    #[inline(always)]
    fn choose_by_sign(self, difference: __m256i, x: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let difference = _mm256_castsi256_pd(difference);
            _mm256_castpd_si256(_mm256_blendv_pd(difference, _mm256_castsi256_pd(x), difference))
        }
    }
}

/// Even and odd lanes apart, each in the 64-bit lanes of one register.
#[derive(Clone, Copy)]
pub(crate) struct EvenOdd {
    even: __m256i,
    odd: __m256i,
}

/// Safety of every block below: `self` was made by [`Avx2::detect`], so the CPU has AVX2; memory is only touched
/// through slices whose length was just checked.
impl Lanes for Avx2 {
    type Vector = __m256i;
    type Spread = EvenOdd;
    type Wide = EvenOdd;
    type Square = [__m256i; 8];
    type Ordered = Infallible;

    const COUNT: usize = 8;
    const REGISTERS: usize = 16;

    #[inline(always)]
    fn ordered(self) -> Option<Infallible> {
        None
    }
    #[inline(always)]
    fn splat(self, x: u32) -> __m256i {
        // SAFETY: see the impl.
        unsafe { _mm256_set1_epi32(x.cast_signed()) }
    }
    #[inline(always)]
    fn load(self, from: &[u32]) -> __m256i {
        assert_eq!(from.len(), Self::COUNT);
        // SAFETY: see the impl; 8 residues are 32 readable bytes.
        unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }
    }
    #[inline(always)]
    fn store(self, v: __m256i, to: &mut [u32]) {
        assert_eq!(to.len(), Self::COUNT);
        // SAFETY: see the impl; 8 residues are 32 writable bytes.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), v) }
    }
    #[inline(always)]
    fn prefetch(self, from: &[u32], ahead: usize) {
        // SAFETY: a prefetch reads nothing that the program sees and never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(from.as_ptr().wrapping_add(ahead).cast()) }
    }
    #[inline(always)]
    fn load_halves(self, from: &[i64]) -> (__m256i, __m256i) {
        assert_eq!(from.len(), Self::COUNT);
        // SAFETY: see the impl; 8 integers are 64 readable bytes, loaded as two times 32.
        unsafe {
            let first = _mm256_loadu_ps(from.as_ptr().cast());
            let second = _mm256_loadu_ps(from.as_ptr().add(4).cast());
            let low = _mm256_castps_si256(_mm256_shuffle_ps::<0b10_00_10_00>(first, second));
            let high = _mm256_castps_si256(_mm256_shuffle_ps::<0b11_01_11_01>(first, second));
            (_mm256_permute4x64_epi64::<0b11_01_10_00>(low), _mm256_permute4x64_epi64::<0b11_01_10_00>(high))
        }
    }

    #[inline(always)]
    fn add(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: see the impl.
        unsafe { _mm256_add_epi32(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: see the impl.
        unsafe { _mm256_sub_epi32(a, b) }
    }
    #[inline(always)]
    fn min(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: see the impl.
        unsafe { _mm256_min_epu32(a, b) }
    }
    #[inline(always)]
    fn mul_low(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: see the impl.
        unsafe { _mm256_mullo_epi32(a, b) }
    }

    #[inline(always)]
    fn reverse(self, v: __m256i) -> __m256i {
        // SAFETY: see the impl.
        unsafe { _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0)) }
    }
    /// Pairs of lanes, then quarters, then halves change places.
    #[inline(always)]
    fn transpose(self, square: &mut [__m256i; 8]) {
        let [r0, r1, r2, r3, r4, r5, r6, r7] = *square;
        // SAFETY: see the impl.
        unsafe {
            let (a0, a1) = (_mm256_unpacklo_epi32(r0, r1), _mm256_unpackhi_epi32(r0, r1));
            let (a2, a3) = (_mm256_unpacklo_epi32(r2, r3), _mm256_unpackhi_epi32(r2, r3));
            let (a4, a5) = (_mm256_unpacklo_epi32(r4, r5), _mm256_unpackhi_epi32(r4, r5));
            let (a6, a7) = (_mm256_unpacklo_epi32(r6, r7), _mm256_unpackhi_epi32(r6, r7));
            let (b0, b1) = (_mm256_unpacklo_epi64(a0, a2), _mm256_unpackhi_epi64(a0, a2));
            let (b2, b3) = (_mm256_unpacklo_epi64(a1, a3), _mm256_unpackhi_epi64(a1, a3));
            let (b4, b5) = (_mm256_unpacklo_epi64(a4, a6), _mm256_unpackhi_epi64(a4, a6));
            let (b6, b7) = (_mm256_unpacklo_epi64(a5, a7), _mm256_unpackhi_epi64(a5, a7));
            *square = [
                _mm256_permute2x128_si256::<0x20>(b0, b4),
                _mm256_permute2x128_si256::<0x20>(b1, b5),
                _mm256_permute2x128_si256::<0x20>(b2, b6),
                _mm256_permute2x128_si256::<0x20>(b3, b7),
                _mm256_permute2x128_si256::<0x31>(b0, b4),
                _mm256_permute2x128_si256::<0x31>(b1, b5),
                _mm256_permute2x128_si256::<0x31>(b2, b6),
                _mm256_permute2x128_si256::<0x31>(b3, b7),
            ];
        }
    }
    #[inline(always)]
    fn square(self, v: __m256i) -> [__m256i; 8] {
        [v; 8]
    }
    /// Each half of the result takes its lanes from both halves of the block; bit 3 of the table, moved to the sign,
    /// chooses.
    #[inline(always)]
    fn permute_block(self, block: &[u32; 16], table: &[u32; 16], out: &mut [u32; 16]) {
        let (low, high) = (self.load(&block[..8]), self.load(&block[8..]));
        for half in [0, 8] {
            let table = self.load(&table[half..half + 8]);
            // SAFETY: see the impl.
            let lanes = unsafe {
                let from_low = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(low, table));
                let from_high = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(high, table));
                let choice = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(table));
                _mm256_castps_si256(_mm256_blendv_ps(from_low, from_high, choice))
            };
            self.store(lanes, &mut out[half..half + 8]);
        }
    }

    #[inline(always)]
    fn spread(self, v: __m256i) -> EvenOdd {
        // SAFETY: see the impl.
        EvenOdd { even: v, odd: unsafe { _mm256_srli_epi64::<32>(v) } }
    }
    #[inline(always)]
    fn load_spread(self, from: &[u32]) -> EvenOdd {
        assert_eq!(from.len(), Self::COUNT + 1);
        EvenOdd { even: self.load(&from[..Self::COUNT]), odd: self.load(&from[1..]) }
    }
    #[inline(always)]
    fn spread_splat(self, x: u32) -> EvenOdd {
        let v = self.splat(x);
        EvenOdd { even: v, odd: v }
    }
    #[inline(always)]
    fn spread_pair(self, even: u32, odd: u32) -> EvenOdd {
        EvenOdd { even: self.splat(even), odd: self.splat(odd) }
    }
    #[inline(always)]
    fn spread_low(self, x: EvenOdd) -> EvenOdd {
        x
    }
    #[inline(always)]
    fn mul_wide(self, a: EvenOdd, b: EvenOdd) -> EvenOdd {
        // SAFETY: see the impl.
        unsafe { EvenOdd { even: _mm256_mul_epu32(a.even, b.even), odd: _mm256_mul_epu32(a.odd, b.odd) } }
    }

    #[inline(always)]
    fn wide_splat(self, x: u64) -> EvenOdd {
        // SAFETY: see the impl.
        let v = unsafe { _mm256_set1_epi64x(x.cast_signed()) };
        EvenOdd { even: v, odd: v }
    }
    #[inline(always)]
    fn wide_add(self, a: EvenOdd, b: EvenOdd) -> EvenOdd {
        // SAFETY: see the impl.
        unsafe { EvenOdd { even: _mm256_add_epi64(a.even, b.even), odd: _mm256_add_epi64(a.odd, b.odd) } }
    }
    #[inline(always)]
    fn wide_sub(self, a: EvenOdd, b: EvenOdd) -> EvenOdd {
        // SAFETY: see the impl.
        unsafe { EvenOdd { even: _mm256_sub_epi64(a.even, b.even), odd: _mm256_sub_epi64(a.odd, b.odd) } }
    }
    /// There is no minimum of 64-bit lanes: the sign of the difference chooses, which is the borrow because `x` is below
    /// `2 bound` and `bound` at most 2^63.
    #[inline(always)]
    fn wide_reduce_once(self, x: EvenOdd, bound: EvenOdd) -> EvenOdd {
        let difference = self.wide_sub(x, bound);
        EvenOdd { even: self.choose_by_sign(difference.even, x.even), odd: self.choose_by_sign(difference.odd, x.odd) }
    }
    #[inline(always)]
    fn wide_shift_right<const BITS: u32>(self, x: EvenOdd) -> EvenOdd {
        let count = i64::from(BITS);
        // SAFETY: see the impl.
        unsafe {
            let count = _mm_cvtsi64_si128(count);
            EvenOdd { even: _mm256_srl_epi64(x.even, count), odd: _mm256_srl_epi64(x.odd, count) }
        }
    }
    #[inline(always)]
    fn wide_low(self, x: EvenOdd) -> __m256i {
        // SAFETY: see the impl.
        unsafe { _mm256_blend_epi32::<0b1010_1010>(x.even, _mm256_slli_epi64::<32>(x.odd)) }
    }
    #[inline(always)]
    fn wide_high(self, x: EvenOdd) -> __m256i {
        // SAFETY: see the impl.
        unsafe { _mm256_blend_epi32::<0b1010_1010>(_mm256_srli_epi64::<32>(x.even), x.odd) }
    }
}
