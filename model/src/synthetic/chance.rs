//! Random choices.

use crate::random::Uniform;

/// A stream of random choices that a seed and the stream's number determine.
pub(super) struct Chance(Uniform);

impl Chance {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(Uniform::new(seed, stream))
    }

    /// A number in [low, high).
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0.between(low, high)
    }

    /// Whether an event of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.0.unit() < probability
    }

    /// A normal variate of mean 0 and variance 1 (Box and Muller 1958).
    pub(super) fn normal(&mut self) -> f64 {
        // 1 - u is in (0, 1], so that the logarithm is finite.
        let radius = (-2.0 * libm::log(1.0 - self.0.unit())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.0.unit())
    }

    /// A positive number whose logarithm is normal: `median` times or divided by `factor` at one standard deviation.
    pub(super) fn about(&mut self, median: f64, factor: f64) -> f64 {
        median * libm::exp(libm::log(factor) * self.normal())
    }

    /// An index below `count`.
    ///
    /// # Panics
    /// If `count` is zero.
    #[expect(clippy::cast_possible_truncation, reason = "the product is below count")]
    pub(super) fn below(&mut self, count: usize) -> usize {
        assert!(count > 0, "there is nothing to choose from");
        ((self.0.unit() * count as f64) as usize).min(count - 1)
    }

    /// One of the choices.
    ///
    /// # Panics
    /// If there are none.
    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_variates_have_mean_zero_and_variance_one() {
        let mut chance = Chance::new(1, 2);
        let values: Vec<f64> = (0..20_000).map(|_| chance.normal()).collect();
        let mean = values.iter().sum::<f64>() / 20_000.0;
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }

    #[test]
    fn indices_stay_below_their_count() {
        let mut chance = Chance::new(1, 3);
        let mut seen = [0; 3];
        for _ in 0..300 {
            seen[chance.below(3)] += 1;
        }
        assert!(seen.iter().all(|&n| n > 60), "{seen:?}");
    }
}
