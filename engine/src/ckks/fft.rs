//! The complex transform between slots and coefficients, on separate arrays of real and imaginary parts (which lets the
//! compiler vectorise every butterfly).
//!
//! Source: Cheon, Han, Kim, Kim, Song, "Bootstrapping for approximate homomorphic encryption", EUROCRYPT 2018, section
//! 5.1 (the special FFT over the powers of 5).

use std::f64::consts::TAU;

/// Twiddle factors for every size up to the slots of one degree.
#[derive(Debug)]
pub(crate) struct SpecialFft {
    /// For a stage of blocks of `len` elements, entries `len/2 .. len`: exp(2 pi i 5^j / 4 len), j = 0 .. len/2.
    re: Vec<f64>,
    im: Vec<f64>,
}

impl SpecialFft {
    /// Tables for sizes up to `2^log_slots`.
    pub(crate) fn new(log_slots: u32) -> Self {
        let slots = 1_usize << log_slots;
        let (mut re, mut im) = (vec![0.0; slots], vec![0.0; slots]);
        for log_len in 1..=log_slots {
            let (half, order) = (1_usize << (log_len - 1), 8_u32 << (log_len - 1));
            let mut power = 1;
            for j in half..2 * half {
                let (sin, cos) = unit(power, order);
                (re[j], im[j]) = (cos, sin);
                power = power * 5 % order;
            }
        }
        Self { re, im }
    }

    /// Coefficients (u_k = m_k + i m_{k + size}) to slots, in place; any power of two up to the table's size.
    pub(crate) fn forward(&self, re: &mut [f64], im: &mut [f64]) {
        self.check(re, im);
        bit_reverse(re);
        bit_reverse(im);
        let mut half = 1;
        while half < re.len() {
            let (twiddle_re, twiddle_im) = self.twiddles(half);
            for (re, im) in re.chunks_exact_mut(2 * half).zip(im.chunks_exact_mut(2 * half)) {
                let (a, b) = halves(re, im, half);
                for j in 0..half {
                    let product_re = b.0[j] * twiddle_re[j] - b.1[j] * twiddle_im[j];
                    let product_im = b.0[j] * twiddle_im[j] + b.1[j] * twiddle_re[j];
                    (b.0[j], b.1[j]) = (a.0[j] - product_re, a.1[j] - product_im);
                    (a.0[j], a.1[j]) = (a.0[j] + product_re, a.1[j] + product_im);
                }
            }
            half *= 2;
        }
    }

    /// Slots to coefficients times `factor` (the caller includes 1 / size), in place.
    pub(crate) fn inverse(&self, re: &mut [f64], im: &mut [f64], factor: f64) {
        self.check(re, im);
        let mut half = re.len() / 2;
        while half >= 1 {
            let (twiddle_re, twiddle_im) = self.twiddles(half);
            for (re, im) in re.chunks_exact_mut(2 * half).zip(im.chunks_exact_mut(2 * half)) {
                let (a, b) = halves(re, im, half);
                for j in 0..half {
                    let difference = (a.0[j] - b.0[j], a.1[j] - b.1[j]);
                    (a.0[j], a.1[j]) = (a.0[j] + b.0[j], a.1[j] + b.1[j]);
                    b.0[j] = difference.0 * twiddle_re[j] + difference.1 * twiddle_im[j];
                    b.1[j] = difference.1 * twiddle_re[j] - difference.0 * twiddle_im[j];
                }
            }
            half /= 2;
        }
        for part in [re, im] {
            bit_reverse(part);
            part.iter_mut().for_each(|x| *x *= factor);
        }
    }

    fn twiddles(&self, half: usize) -> (&[f64], &[f64]) {
        (&self.re[half..2 * half], &self.im[half..2 * half])
    }

    fn check(&self, re: &[f64], im: &[f64]) {
        assert!(
            re.len() == im.len() && re.len().is_power_of_two() && re.len() <= self.re.len().max(1),
            "a transform of {} and {} values by tables for {}",
            re.len(),
            im.len(),
            self.re.len()
        );
    }
}

/// A block's real and imaginary parts.
type Parts<'a> = (&'a mut [f64], &'a mut [f64]);

/// The two halves of a block, all four slices of the same known length.
#[inline(always)]
fn halves<'a>(re: &'a mut [f64], im: &'a mut [f64], half: usize) -> (Parts<'a>, Parts<'a>) {
    let ((re_a, re_b), (im_a, im_b)) = (re.split_at_mut(half), im.split_at_mut(half));
    ((re_a, &mut im_a[..half]), (&mut re_b[..half], &mut im_b[..half]))
}

/// Sine and cosine of 2 pi `power` / `order` for an order that 8 divides, from an angle in the first octant: symmetric to the last bit.
fn unit(power: u32, order: u32) -> (f64, f64) {
    let eighth = order / 8;
    let (octant, rest) = (power / eighth, power % eighth);
    let angle = |x: u32| TAU * f64::from(x) / f64::from(order);
    let (sin, cos) = angle(if octant % 2 == 0 { rest } else { eighth - rest }).sin_cos();
    match octant {
        0 => (sin, cos),
        1 => (cos, sin),
        2 => (cos, -sin),
        3 => (sin, -cos),
        4 => (-sin, -cos),
        5 => (-cos, -sin),
        6 => (-cos, sin),
        _ => (-sin, cos),
    }
}

/// Bit-reversed order, in place.
fn bit_reverse(values: &mut [f64]) {
    let shift = usize::BITS - values.len().trailing_zeros();
    if values.len() < 4 {
        return;
    }
    for i in 0..values.len() {
        let j = i.reverse_bits() >> shift;
        if i < j {
            values.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twiddles_are_the_roots_of_unity() {
        for order in [8, 16, 64, 4096] {
            for power in (1..order).step_by(2) {
                let (sin, cos) = unit(power, order);
                let angle = TAU * f64::from(power) / f64::from(order);
                assert!((sin - angle.sin()).abs() < 1e-15 && (cos - angle.cos()).abs() < 1e-15, "{power}/{order}");
                assert!((sin.hypot(cos) - 1.0).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn forward_undoes_inverse() {
        let fft = SpecialFft::new(10);
        for size in [1_usize, 2, 4, 64, 1024] {
            let values: Vec<f64> = (0..size).map(|i| ((i * i + 3) as f64).sin()).collect();
            let (mut re, mut im) = (values.clone(), values.iter().rev().copied().collect::<Vec<_>>());
            let before = (re.clone(), im.clone());
            fft.inverse(&mut re, &mut im, 1.0 / size as f64);
            fft.forward(&mut re, &mut im);
            for i in 0..size {
                assert!((re[i] - before.0[i]).abs() < 1e-14 && (im[i] - before.1[i]).abs() < 1e-14, "{size}: {i}");
            }
        }
    }
}
