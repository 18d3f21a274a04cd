//! Sixteen lanes of 32 bits: AVX-512 F, DQ, BW and VL.

use super::lanes::Lanes;
use super::ordered::Avx512Loops;
use std::arch::asm;
use std::arch::x86_64::*;

/// Proof that this CPU has AVX-512 F, DQ, BW and VL: only [`Avx512::detect`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Avx512(());

impl Avx512 {
    /// The token, if this CPU has all four extensions.
    #[must_use]
    pub fn detect() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        has_all.then_some(Self(()))
    }
}

/// Even and odd lanes apart, each in the 64-bit lanes of one register.
#[derive(Clone, Copy)]
pub(crate) struct EvenOdd {
    even: __m512i,
    odd: __m512i,
}

/// The even lanes of a vector of 32-bit lanes.
const EVEN: __mmask16 = 0x5555;

/// The high halves of the 64-bit lanes of `even` and `odd`, interleaved.
///
/// One masked move puts the even lanes' high halves beside the odd ones'. It stands in assembly because the compiler turns
/// the intrinsic `_mm512_mask_shuffle_epi32` into a permutation of two registers, which takes three cycles instead of one,
/// in the middle of every product's chain.
#[inline]
#[target_feature(enable = "avx512f")]
fn merge_high_halves(even: __m512i, odd: __m512i) -> __m512i {
    let mut merged = odd;
    // SAFETY: the instruction is part of AVX-512 F and touches nothing but the registers named.
    unsafe {
        asm!(
            "vmovshdup {merged}{{{mask}}}, {even}",
            merged = inout(zmm_reg) merged,
            even = in(zmm_reg) even,
            mask = in(kreg) EVEN,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    merged
}

/// The products of the even lanes' 32-bit integers.
///
/// The intrinsic `_mm512_mul_epu32` in assembly: where only low halves of products are used, the compiler turns the
/// intrinsic into a multiplication of 64-bit lanes, which takes three times as long.
#[inline]
#[target_feature(enable = "avx512f")]
fn mul_even(a: __m512i, b: __m512i) -> __m512i {
    let product;
    // SAFETY: the instruction is part of AVX-512 F and touches nothing but the registers named.
    unsafe {
        asm!(
            "vpmuludq {product}, {a}, {b}",
            product = lateout(zmm_reg) product,
            a = in(zmm_reg) a,
            b = in(zmm_reg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    product
}

/// Safety of every block below: `self` was made by [`Avx512::detect`], so the CPU has the instructions; memory is only
/// touched through slices whose length was just checked.
impl Lanes for Avx512 {
    type Vector = __m512i;
    type Spread = EvenOdd;
    type Wide = EvenOdd;
    type Square = [__m512i; 16];
    type Ordered = Avx512Loops;

    const COUNT: usize = 16;
    const REGISTERS: usize = 32;

    #[inline(always)]
    fn ordered(self) -> Option<Avx512Loops> {
        Some(Avx512Loops::new(self))
    }
    #[inline(always)]
    fn splat(self, x: u32) -> __m512i {
        // SAFETY: see the impl.
        unsafe { _mm512_set1_epi32(x.cast_signed()) }
    }
    #[inline(always)]
    fn load(self, from: &[u32]) -> __m512i {
        assert_eq!(from.len(), Self::COUNT);
        // SAFETY: see the impl; 16 residues are 64 readable bytes.
        unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
    }
    #[inline(always)]
    fn store(self, v: __m512i, to: &mut [u32]) {
        assert_eq!(to.len(), Self::COUNT);
        // SAFETY: see the impl; 16 residues are 64 writable bytes.
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), v) }
    }
    #[inline(always)]
    fn prefetch(self, from: &[u32], ahead: usize) {
        // SAFETY: a prefetch reads nothing that the program sees and never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(from.as_ptr().wrapping_add(ahead).cast()) }
    }
    #[inline(always)]
    fn load_halves(self, from: &[i64]) -> (__m512i, __m512i) {
        assert_eq!(from.len(), Self::COUNT);
        // SAFETY: see the impl; 16 integers are 128 readable bytes, loaded as two times 64.
        unsafe {
            let first = _mm512_loadu_si512(from.as_ptr().cast());
            let second = _mm512_loadu_si512(from.as_ptr().add(8).cast());
            let low = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let high = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            (_mm512_permutex2var_epi32(first, low, second), _mm512_permutex2var_epi32(first, high, second))
        }
    }

    #[inline(always)]
    fn add(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: see the impl.
        unsafe { _mm512_add_epi32(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: see the impl.
        unsafe { _mm512_sub_epi32(a, b) }
    }
    #[inline(always)]
    fn min(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: see the impl.
        unsafe { _mm512_min_epu32(a, b) }
    }
    #[inline(always)]
    fn mul_low(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: see the impl.
        unsafe { _mm512_mullo_epi32(a, b) }
    }

    #[inline(always)]
    fn reverse(self, v: __m512i) -> __m512i {
        // SAFETY: see the impl.
        unsafe {
            let table = _mm512_setr_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
            _mm512_permutexvar_epi32(table, v)
        }
    }
    #[inline(always)]
    fn transpose(self, square: &mut [__m512i; 16]) {
        let r = *square;
        // SAFETY: see the impl.
        unsafe {
            // Within groups of four rows, four by four lanes: group g's column c in every quarter of `quads[4 g + c]`.
            let mut quads = r;
            for g in [0, 4, 8, 12] {
                let (a0, a1) = (_mm512_unpacklo_epi32(r[g], r[g + 1]), _mm512_unpackhi_epi32(r[g], r[g + 1]));
                let (a2, a3) = (_mm512_unpacklo_epi32(r[g + 2], r[g + 3]), _mm512_unpackhi_epi32(r[g + 2], r[g + 3]));
                quads[g] = _mm512_unpacklo_epi64(a0, a2);
                quads[g + 1] = _mm512_unpackhi_epi64(a0, a2);
                quads[g + 2] = _mm512_unpacklo_epi64(a1, a3);
                quads[g + 3] = _mm512_unpackhi_epi64(a1, a3);
            }
            // Then, for each column, four by four quarters.
            for c in [0, 1, 2, 3] {
                let (g0, g1, g2, g3) = (quads[c], quads[4 + c], quads[8 + c], quads[12 + c]);
                let even_low = _mm512_shuffle_i32x4::<0b10_00_10_00>(g0, g1);
                let even_high = _mm512_shuffle_i32x4::<0b10_00_10_00>(g2, g3);
                let odd_low = _mm512_shuffle_i32x4::<0b11_01_11_01>(g0, g1);
                let odd_high = _mm512_shuffle_i32x4::<0b11_01_11_01>(g2, g3);
                square[c] = _mm512_shuffle_i32x4::<0b10_00_10_00>(even_low, even_high);
                square[4 + c] = _mm512_shuffle_i32x4::<0b10_00_10_00>(odd_low, odd_high);
                square[8 + c] = _mm512_shuffle_i32x4::<0b11_01_11_01>(even_low, even_high);
                square[12 + c] = _mm512_shuffle_i32x4::<0b11_01_11_01>(odd_low, odd_high);
            }
        }
    }
    #[inline(always)]
    fn square(self, v: __m512i) -> [__m512i; 16] {
        [v; 16]
    }
    #[inline(always)]
    fn permute_block(self, block: &[u32; 16], table: &[u32; 16], out: &mut [u32; 16]) {
        let (block, table) = (self.load(block), self.load(table));
        // SAFETY: see the impl.
        self.store(unsafe { _mm512_permutexvar_epi32(table, block) }, out);
    }

    #[inline(always)]
    fn spread(self, v: __m512i) -> EvenOdd {
        // SAFETY: see the impl.
        EvenOdd { even: v, odd: unsafe { _mm512_srli_epi64::<32>(v) } }
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
        unsafe { EvenOdd { even: _mm512_mul_epu32(a.even, b.even), odd: _mm512_mul_epu32(a.odd, b.odd) } }
    }
    #[inline(always)]
    fn low_product(self, x: EvenOdd, factor: EvenOdd) -> EvenOdd {
        // SAFETY: see the impl.
        unsafe { EvenOdd { even: mul_even(x.even, factor.even), odd: mul_even(x.odd, factor.odd) } }
    }

    #[inline(always)]
    fn wide_splat(self, x: u64) -> EvenOdd {
        // SAFETY: see the impl.
        let v = unsafe { _mm512_set1_epi64(x.cast_signed()) };
        EvenOdd { even: v, odd: v }
    }
    #[inline(always)]
    fn wide_add(self, a: EvenOdd, b: EvenOdd) -> EvenOdd {
        // SAFETY: see the impl.
        unsafe { EvenOdd { even: _mm512_add_epi64(a.even, b.even), odd: _mm512_add_epi64(a.odd, b.odd) } }
    }
    #[inline(always)]
    fn wide_sub(self, a: EvenOdd, b: EvenOdd) -> EvenOdd {
        // SAFETY: see the impl.
        unsafe { EvenOdd { even: _mm512_sub_epi64(a.even, b.even), odd: _mm512_sub_epi64(a.odd, b.odd) } }
    }
    #[inline(always)]
    fn wide_reduce_once(self, x: EvenOdd, bound: EvenOdd) -> EvenOdd {
        let difference = self.wide_sub(x, bound);
        // SAFETY: see the impl.
        unsafe {
            EvenOdd { even: _mm512_min_epu64(x.even, difference.even), odd: _mm512_min_epu64(x.odd, difference.odd) }
        }
    }
    #[inline(always)]
    fn wide_shift_right<const BITS: u32>(self, x: EvenOdd) -> EvenOdd {
        // SAFETY: see the impl.
        unsafe { EvenOdd { even: _mm512_srli_epi64::<BITS>(x.even), odd: _mm512_srli_epi64::<BITS>(x.odd) } }
    }
    /// One masked move puts the odd lanes' low halves beside the even ones'.
    #[inline(always)]
    fn wide_low(self, x: EvenOdd) -> __m512i {
        // SAFETY: see the impl.
        unsafe { _mm512_mask_shuffle_epi32::<0b10_10_00_00>(x.even, !EVEN, x.odd) }
    }
    #[inline(always)]
    fn wide_high(self, x: EvenOdd) -> __m512i {
        // SAFETY: see the impl.
        unsafe { merge_high_halves(x.even, x.odd) }
    }
}
