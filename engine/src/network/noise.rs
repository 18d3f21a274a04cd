//! The noise of RNS-CKKS as a model: what a run on ciphertexts adds to the slots of plain arithmetic.
//!
//! [`reference`](super::reference) interprets a plan on slots and calls a [`Noise`] wherever a run adds an error. [`Exact`]
//! adds none. [`Modelled`] adds independent normal errors, whose variances follow from the parameters. With N coefficients,
//! h = 2N/3 of which a uniform ternary secret has nonzero on average, and switching keys whose errors have the standard
//! deviation sigma:
//!
//! | error | variance of a coefficient |
//! |---|---|
//! | division with rounding, by special primes, by dropped primes or by both at once: r0 + r1 s, r uniform in [-1/2, 1/2) | (1 + h) / 12 |
//! | key switch, before the division by P: the sum over digits of digit times error, the digits uniform in [-D/2, D/2) | sum over digits of N sigma^2 (D/P)^2 / 12 |
//! | plaintext, rounded to integers | 1 / 12 |
//! | fresh encryption: it ends in a division, after which its products with small polynomials are too small to count | (1 + h) / 12 + 1 / 12 |
//!
//! Coefficients of variance v that are independent make slots whose real and imaginary parts have variance v N/2 each:
//! slots are values at roots of unity. Slots that repeat with period n belong to a polynomial with 2n coefficients, so that
//! their rounding has variance n/12 a part, and repeats too. Real slots belong to a symmetric polynomial: its error is real,
//! of variance 2n/12.
//!
//! Sources: Costache, Curtis, Hales, Murphy, Ogilvie, Player, "On the precision loss in approximate homomorphic encryption",
//! SAC 2023 (errors as normal variates); Han, Ki, "Better bootstrapping for approximate homomorphic encryption", CT-RSA 2020
//! (the key switch).

use std::iter::Sum;

use chacha20::{ChaCha8Rng, rand_core::SeedableRng};
use num_complex::Complex64;
use rand_distr::{Distribution, StandardNormal};

use super::key_switching::KeySwitch;
use crate::{
    params::{Parameters, PrimeIndex},
    rlwe::digit_ranges,
};

/// What a run on ciphertexts adds to slots. Scales are given as log2.
pub trait Noise {
    /// The rounding of a plaintext, of which `slots` are one period.
    fn plaintext(&mut self, slots: &mut [Complex64], scale_bits: f64);

    /// The rounding of a plaintext with real slots.
    fn real_plaintext(&mut self, slots: &mut [f64], scale_bits: f64);

    /// A fresh encryption.
    fn encryption(&mut self, slots: &mut [Complex64], scale_bits: f64);

    /// A key switch, without the division that ends it.
    fn switch(&mut self, slots: &mut [Complex64], switch: &KeySwitch, scale_bits: f64);

    /// A division with rounding, after which the slots stand at that scale.
    fn division(&mut self, slots: &mut [Complex64], scale_bits: f64);
}

/// Plain arithmetic: no noise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exact;

impl Noise for Exact {
    fn plaintext(&mut self, _: &mut [Complex64], _: f64) {}
    fn real_plaintext(&mut self, _: &mut [f64], _: f64) {}
    fn encryption(&mut self, _: &mut [Complex64], _: f64) {}
    fn switch(&mut self, _: &mut [Complex64], _: &KeySwitch, _: f64) {}
    fn division(&mut self, _: &mut [Complex64], _: f64) {}
}

/// Variance of the rounding of a coefficient to an integer.
const ROUNDING: f64 = 1.0 / 12.0;

/// Normal errors of the size that parameters give.
#[derive(Debug)]
pub struct Modelled {
    random: ChaCha8Rng,
    n: f64,
    /// Variance of the errors in switching keys: sigma^2.
    key_error: f64,
    /// log2 of every prime of the pool.
    prime_bits: Vec<f64>,
}

impl Modelled {
    /// A model whose errors the seed determines.
    #[must_use]
    pub fn new(parameters: &Parameters, seed: u64) -> Self {
        let prime_bits = parameters.primes().iter().map(|&prime| f64::from(prime).log2()).collect();
        // The difference of two sums of fair coins.
        let key_error = f64::from(parameters.coins()) / 2.0;
        Self { random: ChaCha8Rng::seed_from_u64(seed), n: (2 * parameters.slots()) as f64, key_error, prime_bits }
    }

    /// Variance of a coefficient after a division: r0 + r1 s.
    fn division_variance(&self) -> f64 {
        ROUNDING * (1.0 + 2.0 / 3.0 * self.n)
    }

    /// Variance of a coefficient after a key switch, before the division.
    fn switch_variance(&self, switch: &KeySwitch) -> f64 {
        let bits = |primes: &[PrimeIndex]| primes.iter().map(|prime| self.prime_bits[prime.get()]).sum::<f64>();
        let (limbs, special) = (PrimeIndex::first(switch.limbs), bits(&switch.special));
        let digits = digit_ranges(switch.limbs, switch.digits).into_iter();
        let relative: f64 = digits.map(|digit| (2.0 * (bits(&limbs[digit]) - special)).exp2()).sum();
        ROUNDING * self.n * self.key_error * relative
    }

    /// Adds what independent coefficients of that variance make of slots.
    fn add(&mut self, slots: &mut [Complex64], coefficient_variance: f64, scale_bits: f64) {
        let deviation = (coefficient_variance * slots.len() as f64).sqrt() / scale_bits.exp2();
        for slot in slots {
            let mut normal = || -> f64 { StandardNormal.sample(&mut self.random) };
            *slot += deviation * Complex64::new(normal(), normal());
        }
    }
}

impl Noise for Modelled {
    fn plaintext(&mut self, slots: &mut [Complex64], scale_bits: f64) {
        let scaled = slots[0] * scale_bits.exp2();
        let is_integer = scaled.re.fract() == 0.0 && scaled.im.fract() == 0.0;
        if !(is_integer && slots.iter().all(|slot| *slot == slots[0])) {
            self.add(slots, ROUNDING, scale_bits);
        }
    }

    fn real_plaintext(&mut self, slots: &mut [f64], scale_bits: f64) {
        let is_constant = slots.iter().all(|slot| *slot == slots[0]);
        if is_constant && (slots[0] * scale_bits.exp2()).fract() == 0.0 {
            return;
        }
        let deviation = (ROUNDING * 2.0 * slots.len() as f64).sqrt() / scale_bits.exp2();
        for slot in slots {
            let normal: f64 = StandardNormal.sample(&mut self.random);
            *slot += deviation * normal;
        }
    }

    fn encryption(&mut self, slots: &mut [Complex64], scale_bits: f64) {
        self.add(slots, self.division_variance() + ROUNDING, scale_bits);
    }

    fn switch(&mut self, slots: &mut [Complex64], switch: &KeySwitch, scale_bits: f64) {
        self.add(slots, self.switch_variance(switch), scale_bits);
    }

    fn division(&mut self, slots: &mut [Complex64], scale_bits: f64) {
        self.add(slots, self.division_variance(), scale_bits);
    }
}

/// The root of the mean square of differences.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deviation {
    squares: f64,
    parts: usize,
}

impl Deviation {
    /// Takes in the real and imaginary parts of slots and of what they should be.
    ///
    /// # Panics
    /// If the numbers differ.
    pub fn add(&mut self, slots: &[Complex64], expected: &[Complex64]) {
        assert_eq!(slots.len(), expected.len(), "slots to compare");
        self.squares += slots.iter().zip(expected).map(|(slot, expected)| (slot - expected).norm_sqr()).sum::<f64>();
        self.parts += 2 * slots.len();
    }

    /// The standard deviation of a part, in the unit of the slots; NaN if none was taken in.
    #[must_use]
    pub fn std(self) -> f64 {
        (self.squares / self.parts as f64).sqrt()
    }
}

impl Sum for Deviation {
    fn sum<I: Iterator<Item = Self>>(deviations: I) -> Self {
        let add = |a: Self, b: Self| Self { squares: a.squares + b.squares, parts: a.parts + b.parts };
        deviations.fold(Self::default(), add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::ParametersLiteral;

    /// The standard deviation of the real and imaginary parts of what `noise` adds to nothing, times 2^20.
    fn deviation(slots: usize, noise: impl FnOnce(&mut Modelled, &mut [Complex64])) -> f64 {
        let parameters = ParametersLiteral::by_name("lean-hear").unwrap().check().unwrap();
        let mut values = vec![Complex64::ZERO; slots];
        noise(&mut Modelled::new(&parameters, 3), &mut values);
        let mut deviation = Deviation::default();
        deviation.add(&values, &vec![Complex64::ZERO; slots]);
        deviation.std() * 20_f64.exp2()
    }

    #[track_caller]
    fn assert_near(deviation: f64, expected: f64) {
        assert!((deviation / expected - 1.0).abs() < 0.03, "{deviation} for {expected}");
    }

    #[test]
    fn errors_have_the_size_that_the_parameters_give() {
        // sqrt((1 + 2/3 2^14) / 12 * 2^13)
        assert_near(deviation(8192, |noise, slots| noise.division(slots, 20.0)), 2730.8);
        // Two primes of a digit over two special primes: sqrt(2^14 10.5 / 12 * 2^13), all primes being near 2^30.
        let switch = KeySwitch { limbs: 2, special: PrimeIndex::range(10..12), digits: 1 };
        assert_near(deviation(8192, |noise, slots| noise.switch(slots, &switch, 20.0)), 10_837.0);
        // As many digits as limbs: one over two special primes is nothing.
        let switch = KeySwitch { limbs: 2, special: PrimeIndex::range(10..12), digits: 2 };
        assert!(deviation(8192, |noise, slots| noise.switch(slots, &switch, 20.0)) < 1e-3);
        // sqrt(4096 / 12) for a plaintext of period 4096 that is no constant.
        let plaintext = |noise: &mut Modelled, slots: &mut [Complex64]| {
            slots[0].re = 0.1;
            noise.plaintext(slots, 20.0);
            slots[0] = slots[1];
        };
        assert_near(deviation(4096, plaintext), 18.475);
    }

    #[test]
    fn the_deviation_is_that_of_all_real_and_imaginary_parts() {
        let mut deviations = [Deviation::default(); 2];
        deviations[0].add(&[Complex64::new(1.0, 2.0)], &[Complex64::new(4.0, 2.0)]);
        deviations[1].add(&[Complex64::new(0.0, 1.0)], &[Complex64::ZERO]);
        assert_eq!(deviations.into_iter().sum::<Deviation>().std(), (10.0_f64 / 4.0).sqrt());
    }

    #[test]
    fn constants_that_are_integers_at_their_scale_are_not_rounded() {
        let parameters = ParametersLiteral::by_name("lean-hear").unwrap().check().unwrap();
        let mut noise = Modelled::new(&parameters, 3);
        let (mut ones, mut halves) = (vec![Complex64::ONE; 64], vec![0.5; 64]);
        noise.plaintext(&mut ones, 0.0);
        noise.real_plaintext(&mut halves, 1.0);
        assert!(ones.iter().all(|one| *one == Complex64::ONE) && halves.iter().all(|half| *half == 0.5));
        noise.real_plaintext(&mut halves, 0.0);
        assert!(halves.iter().any(|half| *half != 0.5));
    }
}
