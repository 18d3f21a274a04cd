//! The canonical embedding: vectors of slots to integer polynomials and back.
//!
//! Slot j of a polynomial m is m(zeta^(5^j)), with zeta = exp(i pi / N). In this order the automorphism X -> X^(5^r)
//! rotates the slots left by r and X -> X^-1 conjugates them.
//!
//! Slots that repeat with period s < N/2 belong to a polynomial in X^(N/2s): such a vector is given by its first s
//! slots and costs a transform of size s.

use num_complex::Complex64;
use thiserror::Error;

use super::fft::SpecialFft;

/// Encoded coefficients stay below this in absolute value.
pub const COEFFICIENT_LIMIT: f64 = (1_u64 << 62) as f64;

/// Encodes and decodes at one ring degree; immutable, to be shared.
#[derive(Debug)]
pub struct Encoder {
    n: usize,
    fft: SpecialFft,
}

/// The coefficient of the constant polynomial whose slots are all `value`: the nearest integer to `value` times `scale`.
///
/// # Errors
/// [`EncodeError`]: a value that is not finite, or too large for the scale.
pub fn encode_scalar(value: f64, scale: f64) -> Result<i64, EncodeError> {
    if !(scale.is_finite() && scale > 0.0) {
        return Err(EncodeError::Scale { scale });
    }
    let coefficient = value * scale;
    check_range(&[coefficient], &[], || value, scale)?;
    #[expect(clippy::cast_possible_truncation, reason = "below 2^62")]
    Ok(coefficient.round() as i64)
}

/// Room for one encoding at a time: one a worker, reused. Made by [`Encoder::scratch`].
#[derive(Clone, Debug)]
pub struct EncoderScratch {
    re: Vec<f64>,
    im: Vec<f64>,
}

impl Encoder {
    /// An encoder for degree `2^log_n`.
    ///
    /// # Panics
    /// If `log_n` is outside `2 ..= 16`.
    #[must_use]
    pub fn new(log_n: u32) -> Self {
        assert!((2..=16).contains(&log_n), "an encoder for degree 2^{log_n}");
        Self { n: 1 << log_n, fft: SpecialFft::new(log_n - 1) }
    }

    /// The ring degree N.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Slots of a polynomial: N / 2.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.n / 2
    }

    /// Room for the encoding functions.
    #[must_use]
    pub fn scratch(&self) -> EncoderScratch {
        EncoderScratch { re: vec![0.0; self.slots()], im: vec![0.0; self.slots()] }
    }

    /// Encodes real slots: `coefficients` become the nearest integers to `scale` times the polynomial whose slots are
    /// `slots`, repeated to N/2 if there are fewer.
    ///
    /// The result is exactly symmetric, m(X^-1) = m(X): its NTT values in bit-reversed order satisfy
    /// `value[i] == value[n - 1 - i]`.
    ///
    /// # Errors
    /// [`EncodeError`]: a length that does not divide N/2, values that are not finite, or too large for the scale.
    ///
    /// # Panics
    /// If `coefficients` is not N long or `scratch` belongs to another degree.
    pub fn encode_real_into(
        &self,
        slots: &[f64],
        scale: f64,
        coefficients: &mut [i64],
        scratch: &mut EncoderScratch,
    ) -> Result<(), EncodeError> {
        let (re, im) = self.prepare(slots.len(), scale, coefficients.len(), scratch)?;
        re.copy_from_slice(slots);
        im.fill(0.0);
        self.fft.inverse(re, im, scale / slots.len() as f64);
        check_range(re, im, || largest_real(slots), scale)?;
        write_symmetric(|k| (re[k], im[k]), coefficients, slots.len());
        Ok(())
    }

    /// Encodes two real vectors of one length with one transform; the same result as [`Encoder::encode_real_into`] on
    /// each, up to the last rounding.
    ///
    /// The transform of a + i b is A + X^(N/2) B with symmetric A and B, which X -> X^-1 tells apart.
    ///
    /// # Errors
    /// As [`Encoder::encode_real_into`]; [`EncodeError::Lengths`] where the lengths differ.
    ///
    /// # Panics
    /// As [`Encoder::encode_real_into`].
    pub fn encode_real_pair_into(
        &self,
        slots: [&[f64]; 2],
        scale: f64,
        coefficients: [&mut [i64]; 2],
        scratch: &mut EncoderScratch,
    ) -> Result<(), EncodeError> {
        let [a, b] = slots;
        if a.len() != b.len() {
            return Err(EncodeError::Lengths { first: a.len(), second: b.len() });
        }
        let (re, im) = self.prepare(a.len(), scale, coefficients[0].len(), scratch)?;
        assert_eq!(coefficients[1].len(), self.n, "room for {} coefficients", coefficients[1].len());
        re.copy_from_slice(a);
        im.copy_from_slice(b);
        self.fft.inverse(re, im, scale / a.len() as f64);
        check_range(re, im, || largest_real(a).max_by_size(largest_real(b)), scale)?;
        let [first, second] = coefficients;
        write_symmetric(|k| (re[k], im[k]), first, a.len());
        write_symmetric(|k| (im[k], -re[k]), second, a.len());
        Ok(())
    }

    /// Encodes complex slots; otherwise as [`Encoder::encode_real_into`], without the symmetry.
    ///
    /// # Errors
    /// As [`Encoder::encode_real_into`].
    ///
    /// # Panics
    /// As [`Encoder::encode_real_into`].
    pub fn encode_complex_into(
        &self,
        slots: &[Complex64],
        scale: f64,
        coefficients: &mut [i64],
        scratch: &mut EncoderScratch,
    ) -> Result<(), EncodeError> {
        let (re, im) = self.prepare(slots.len(), scale, coefficients.len(), scratch)?;
        for ((re, im), slot) in re.iter_mut().zip(&mut *im).zip(slots) {
            (*re, *im) = (slot.re, slot.im);
        }
        self.fft.inverse(re, im, scale / slots.len() as f64);
        let largest = || slots.iter().fold(Largest::NONE, |largest, z| largest.seen(z.re).seen(z.im)).value;
        check_range(re, im, largest, scale)?;
        let (low, high) = coefficients.split_at_mut(self.n / 2);
        write_rounded(re, low);
        write_rounded(im, high);
        Ok(())
    }

    /// [`Encoder::encode_real_into`] with room of its own.
    ///
    /// # Errors
    /// As [`Encoder::encode_real_into`].
    pub fn encode_real(&self, slots: &[f64], scale: f64) -> Result<Vec<i64>, EncodeError> {
        let mut coefficients = vec![0; self.n];
        self.encode_real_into(slots, scale, &mut coefficients, &mut self.scratch())?;
        Ok(coefficients)
    }

    /// [`Encoder::encode_complex_into`] with room of its own.
    ///
    /// # Errors
    /// As [`Encoder::encode_real_into`].
    pub fn encode_complex(&self, slots: &[Complex64], scale: f64) -> Result<Vec<i64>, EncodeError> {
        let mut coefficients = vec![0; self.n];
        self.encode_complex_into(slots, scale, &mut coefficients, &mut self.scratch())?;
        Ok(coefficients)
    }

    /// The largest absolute value of a coefficient of the polynomial with these slots, before any scale: what a modulus
    /// must hold. At most the largest slot.
    ///
    /// # Panics
    /// If there are not N/2 slots or `scratch` belongs to another degree.
    #[must_use]
    pub fn largest_coefficient(&self, slots: &[Complex64], scratch: &mut EncoderScratch) -> f64 {
        assert_eq!(slots.len(), self.slots(), "slots of a polynomial");
        let EncoderScratch { re, im } = scratch;
        for ((re, im), slot) in re.iter_mut().zip(&mut *im).zip(slots) {
            (*re, *im) = (slot.re, slot.im);
        }
        self.fft.inverse(re, im, 1.0 / slots.len() as f64);
        re.iter().chain(&*im).fold(0.0, |largest: f64, x| largest.max_by_size(*x)).abs()
    }

    /// The N/2 slots of a polynomial, divided by `scale`.
    ///
    /// # Panics
    /// If there are not N coefficients.
    #[must_use]
    pub fn decode(&self, coefficients: &[f64], scale: f64) -> Vec<Complex64> {
        let (re, im) = self.decode_parts(coefficients, scale);
        re.into_iter().zip(im).map(|(re, im)| Complex64::new(re, im)).collect()
    }

    /// The real parts of the N/2 slots of a polynomial, divided by `scale`.
    ///
    /// # Panics
    /// If there are not N coefficients.
    #[must_use]
    pub fn decode_real(&self, coefficients: &[f64], scale: f64) -> Vec<f64> {
        self.decode_parts(coefficients, scale).0
    }

    fn decode_parts(&self, coefficients: &[f64], scale: f64) -> (Vec<f64>, Vec<f64>) {
        assert_eq!(coefficients.len(), self.n, "{} coefficients to decode", coefficients.len());
        let (low, high) = coefficients.split_at(self.n / 2);
        let divided = |part: &[f64]| part.iter().map(|x| x / scale).collect::<Vec<_>>();
        let (mut re, mut im) = (divided(low), divided(high));
        self.fft.forward(&mut re, &mut im);
        (re, im)
    }

    /// Checks the arguments that all encodings share and cuts the scratch to the period.
    fn prepare<'a>(
        &self,
        period: usize,
        scale: f64,
        coefficients: usize,
        scratch: &'a mut EncoderScratch,
    ) -> Result<(&'a mut [f64], &'a mut [f64]), EncodeError> {
        assert_eq!(coefficients, self.n, "room for {coefficients} coefficients");
        assert_eq!(scratch.re.len(), self.slots(), "scratch for {} slots", scratch.re.len());
        if period == 0 || !self.slots().is_multiple_of(period) {
            return Err(EncodeError::Length { length: period, slots: self.slots() });
        }
        if !(scale.is_finite() && scale > 0.0) {
            return Err(EncodeError::Scale { scale });
        }
        Ok((&mut scratch.re[..period], &mut scratch.im[..period]))
    }
}

/// The symmetric part of the transform `u` of a period: with (re, im) = u(k), coefficient k (of the ring of degree
/// twice the period) is (re(k) - im(period - k)) / 2, and coefficient -k its negative.
#[inline(always)]
fn write_symmetric(u: impl Fn(usize) -> (f64, f64), coefficients: &mut [i64], period: usize) {
    let n = coefficients.len();
    let gap = n / (2 * period);
    if gap > 1 {
        coefficients.fill(0);
    }
    coefficients[0] = round(u(0).0);
    coefficients[n / 2] = 0;
    for k in 1..period {
        let rounded = round(0.5 * (u(k).0 - u(period - k).1));
        coefficients[k * gap] = rounded;
        coefficients[n - k * gap] = -rounded;
    }
}

/// Rounds the transform of one half into every gap-th coefficient of its half.
fn write_rounded(from: &[f64], to: &mut [i64]) {
    let gap = to.len() / from.len();
    to.fill(0);
    for (to, &from) in to.iter_mut().step_by(gap).zip(from) {
        *to = round(from);
    }
}

/// The nearest integer, ties to even, of |x| < 2^62.
///
/// Below 2^51 without a call to the mathematics library: adding 1.5 2^52 leaves an ulp of 1, so that the sum's bits
/// count up from those of the constant.
#[inline(always)]
fn round(x: f64) -> i64 {
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    if x.abs() < (1_u64 << 51) as f64 {
        (x + MAGIC).to_bits().cast_signed() - MAGIC.to_bits().cast_signed()
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "the encoder has checked |x| < 2^62")]
        {
            x.round_ties_even() as i64
        }
    }
}

/// Refuses a transform with a coefficient that is not below [`COEFFICIENT_LIMIT`]; the slots are only looked at then.
fn check_range(re: &[f64], im: &[f64], largest: impl Fn() -> f64, scale: f64) -> Result<(), EncodeError> {
    // A NaN must not pass: every comparison with it is false.
    let holds = |part: &[f64]| part.iter().fold(true, |holds, x| holds & (x.abs() < COEFFICIENT_LIMIT));
    if holds(re) && holds(im) {
        return Ok(());
    }
    let value = largest();
    if value.is_finite() {
        Err(EncodeError::TooLarge { value, scale, limit: COEFFICIENT_LIMIT / scale })
    } else {
        Err(EncodeError::NotFinite { value })
    }
}

/// The value of largest size so far; one that is not finite wins and stays.
#[derive(Clone, Copy)]
struct Largest {
    value: f64,
}

impl Largest {
    const NONE: Self = Self { value: 0.0 };

    fn seen(self, value: f64) -> Self {
        Self { value: self.value.max_by_size(value) }
    }
}

trait MaxBySize {
    fn max_by_size(self, other: f64) -> f64;
}

impl MaxBySize for f64 {
    fn max_by_size(self, other: f64) -> f64 {
        if !self.is_finite() || self.abs() >= other.abs() { self } else { other }
    }
}

fn largest_real(slots: &[f64]) -> f64 {
    slots.iter().fold(Largest::NONE, |largest, &x| largest.seen(x)).value
}

/// Why values could not be encoded.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The number of values does not divide the slots.
    #[error("{length} values to encode; their number must divide {slots}")]
    Length {
        /// How many values there are.
        length: usize,
        /// Slots of a polynomial.
        slots: usize,
    },
    /// Two vectors encoded together differ in length.
    #[error("{first} and {second} values to encode together; their numbers must be equal")]
    Lengths {
        /// Values of the first vector.
        first: usize,
        /// Values of the second vector.
        second: usize,
    },
    /// The scale is no positive number.
    #[error("the scale is {scale}; a positive number is needed")]
    Scale {
        /// The scale.
        scale: f64,
    },
    /// A value is NaN or infinite.
    #[error("a value to encode is {value}; finite numbers are needed")]
    NotFinite {
        /// The value.
        value: f64,
    },
    /// The scaled values do not fit in 62 bits.
    #[error(
        "values outside what the scale can hold: the largest is {value:e}; with scale 2^{:.1} at most about {limit:e} is possible",
        scale.log2()
    )]
    TooLarge {
        /// The value of largest size.
        value: f64,
        /// The scale.
        scale: f64,
        /// The largest coefficient before scaling.
        limit: f64,
    },
}
