//! Confidence intervals by resampling.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quantile;

/// How often a sample is drawn anew: the ends of an interval at 95% then rest on 125 of these each.
const RESAMPLES: usize = 5000;
/// Intervals of the same values are the same.
const SEED: u64 = 0x6865_6172;

/// A confidence interval. The unit is that of the values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How often an interval made like this holds the truth, in (0, 1).
    pub level: f64,
}

impl Interval {
    /// The interval of the median of all values, by the percentile bootstrap. Several rounds are drawn as wholes, because
    /// values of one process resemble each other; of a single round, values are drawn. `None` if there are fewer than two
    /// values or one is NaN.
    ///
    /// - source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapters 8 and 13.
    ///
    /// # Panics
    /// If the level is outside (0, 1).
    #[must_use]
    pub fn of_median(rounds: &[&[f64]], level: f64) -> Option<Self> {
        assert!(0.0 < level && level < 1.0, "a level of {level}");
        let count: usize = rounds.iter().map(|round| round.len()).sum();
        if count < 2 || rounds.iter().any(|round| round.is_empty() || round.iter().any(|value| value.is_nan())) {
            return None;
        }
        let mut random = fastrand::Rng::with_seed(SEED);
        let mut drawn = Vec::with_capacity(count);
        let draw = || {
            drawn.clear();
            match rounds {
                [values] => drawn.extend((0..values.len()).map(|_| values[random.usize(..values.len())])),
                _ => rounds.iter().for_each(|_| drawn.extend(rounds[random.usize(..rounds.len())])),
            }
            drawn.sort_by(f64::total_cmp);
            quantile(&drawn, 0.5)
        };
        let mut medians: Vec<f64> = std::iter::repeat_with(draw).take(RESAMPLES).collect();
        medians.sort_by(f64::total_cmp);
        let outside = (1.0 - level) / 2.0;
        Some(Self { low: quantile(&medians, outside), high: quantile(&medians, 1.0 - outside), level })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of 100 intervals hold the median of the distribution that values are drawn from.
    fn held(mut round: impl FnMut(&mut fastrand::Rng) -> Vec<f64>, rounds: usize, truth: f64) -> usize {
        let mut random = fastrand::Rng::with_seed(7);
        let holds = |_: &usize| {
            let rounds: Vec<_> = (0..rounds).map(|_| round(&mut random)).collect();
            let rounds: Vec<&[f64]> = rounds.iter().map(Vec::as_slice).collect();
            let interval = Interval::of_median(&rounds, 0.95).unwrap();
            interval.low <= truth && truth <= interval.high
        };
        (0..100).filter(holds).count()
    }

    #[test]
    fn nineteen_of_twenty_intervals_hold_the_median() {
        // -ln of a uniform value is exponential: skewed, as times are.
        let held = held(|random| (0..20).map(|_| -random.f64().ln()).collect(), 1, 2.0_f64.ln());
        assert!((89..=99).contains(&held), "{held} of 100");
    }

    /// Values of a round share its luck: an interval over single values would be far too narrow.
    #[test]
    fn rounds_are_drawn_as_wholes() {
        let round = |random: &mut fastrand::Rng| {
            let luck = random.f64();
            (0..10).map(|_| luck + 0.01 * random.f64()).collect()
        };
        let held = held(round, 15, 0.505);
        assert!((86..=100).contains(&held), "{held} of 100");
    }

    #[test]
    fn an_interval_is_the_same_every_time_and_needs_two_values() {
        let values: &[f64] = &[3.0, 1.0, 2.0, 5.0];
        let interval = Interval::of_median(&[values], 0.99).unwrap();
        assert_eq!(Interval::of_median(&[values], 0.99), Some(interval));
        assert!((1.0..=2.5).contains(&interval.low) && (2.5..=5.0).contains(&interval.high), "{interval:?}");
        assert_eq!(Interval::of_median(&[&[1.0]], 0.99), None);
        assert_eq!(Interval::of_median(&[&[1.0, f64::NAN]], 0.99), None);
        assert_eq!(Interval::of_median(&[], 0.99), None);
    }

    #[test]
    #[should_panic(expected = "a level of 1")]
    fn certainty_is_refused() {
        let _ = Interval::of_median(&[&[1.0, 2.0]], 1.0);
    }
}
