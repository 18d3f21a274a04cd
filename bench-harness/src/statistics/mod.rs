//! Repeated measurements summed up and compared.
//!
//! What is measured here is noisy in three ways, and each has its answer. Single values are slow now and then, never fast:
//! a round of a process is represented by its least value, and outliers are marked, not dropped ([`BoxPlot`]). The
//! machine's speed drifts within minutes: what is compared is measured in turn, and judged by pairs of neighbours
//! ([`Comparison::of_pairs`]). And each process has its own luck with memory: rounds are processes, and intervals are
//! over rounds, never over the values of one process, wherever there are enough of them.

mod box_plot;
mod comparison;
mod interval;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, DiscreteCDF as _};

pub use box_plot::BoxPlot;
pub use comparison::{Basis, Comparison, Criterion, MIN_ROUNDS, Verdict};
pub use interval::Interval;

/// Median, quartiles and range of a sample. The unit is that of the values; the field that holds it names it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The middle value.
    pub median: f64,
    /// The lower quartile.
    pub q1: f64,
    /// The upper quartile.
    pub q3: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// How many values there are.
    pub n: usize,
}

impl Summary {
    /// The summary of `values`, in any order; `None` if there are none or one is NaN.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.iter().any(|value| value.is_nan()) {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (&min, &max) = (sorted.first()?, sorted.last()?);
        let at = |fraction| quantile(&sorted, fraction);
        Some(Self { median: at(0.5), q1: at(0.25), q3: at(0.75), min, max, n: sorted.len() })
    }
}

/// The quantile at `fraction` in [0, 1] of ascending values, by linear interpolation between the two nearest ranks: the
/// position is `fraction * (n - 1)`, counted from 0. The default of R and `NumPy`.
///
/// - source: Hyndman and Fan, "Sample quantiles in statistical packages", 1996, definition 7.
///
/// # Panics
/// If there are no values or `fraction` is outside [0, 1].
#[must_use]
pub fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    assert!((0.0..=1.0).contains(&fraction), "a quantile at {fraction}");
    assert!(!sorted.is_empty(), "a quantile of no values");
    let position = fraction * (sorted.len() - 1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= position <= n - 1")]
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

/// The percentile of ascending values by the nearest rank: the least value that `percent` in a hundred of all do not
/// exceed. Where a bound is to hold for so many, this is the value that must be below it.
///
/// - source: Hyndman and Fan, "Sample quantiles in statistical packages", 1996, definition 1.
///
/// # Panics
/// If there are no values or `percent` is above 100.
#[must_use]
pub fn percentile(sorted: &[f64], percent: usize) -> f64 {
    assert!(!sorted.is_empty(), "a percentile of no values");
    sorted[percentile_rank(sorted.len(), percent) - 1]
}

/// How many of `count` values, counted from the least one, [`percentile`] looks at: all others may be larger.
///
/// # Panics
/// If `percent` is above 100.
#[must_use]
pub fn percentile_rank(count: usize, percent: usize) -> usize {
    assert!(percent <= 100, "a percentile at {percent}");
    (percent * count).div_ceil(100).max(1)
}

/// What a percentile of the distribution behind some values does not exceed with 99% confidence: the least of the ascending
/// values that it lies above in at most one of a hundred samples of this size, whatever the distribution. `None` where even
/// the largest one is not that sure.
///
/// How many of `n` values lie above the percentile `p` is binomial with the probability `1 - p`, so the value with `t` others
/// above it is sure if `P(at most t of n) <= 1%`.
///
/// - source: Conover, "Practical nonparametric statistics", 3.2; MLPerf inference rules, "Early stopping criterion", which
///   reports this in place of the percentile where there are few queries.
///
/// # Panics
/// If `percent` is above 100.
#[must_use]
pub fn percentile_at_most(sorted: &[f64], percent: usize) -> Option<f64> {
    assert!(percent <= 100, "a percentile at {percent}");
    let above = Binomial::new(1.0 - percent as f64 / 100.0, sorted.len() as u64).ok()?;
    let (mut ascending, mut most) = (sorted.iter().rev(), None);
    for others in 0..sorted.len() as u64 {
        if above.cdf(others) > 0.01 {
            break;
        }
        most = ascending.next().copied();
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 459 is the least n with 0.99^n at most 1%, 44 that with 0.9^n; the rest by R: `qbinom(0.01, n, 0.01) - 1` others.
    #[test]
    fn few_values_say_little_of_a_percentile() {
        let values = |count: u32| -> Vec<f64> { (1..=count).map(f64::from).collect() };
        assert_eq!(percentile_at_most(&[], 99), None);
        assert_eq!(percentile_at_most(&values(458), 99), None);
        assert_eq!(percentile_at_most(&values(459), 99), Some(459.0));
        assert_eq!((percentile_at_most(&values(43), 90), percentile_at_most(&values(44), 90)), (None, Some(44.0)));
        assert_eq!(percentile_at_most(&values(10_000), 99), Some(9_923.0));
    }

    /// By its meaning: of many samples it is below the true percentile in at most one of a hundred.
    #[test]
    fn a_percentile_is_rarely_above_what_it_is_said_not_to_exceed() {
        let mut random = fastrand::Rng::with_seed(6);
        let mut wrong = 0;
        for _ in 0..2000 {
            let mut sample: Vec<f64> = (0..200).map(|_| random.f64()).collect();
            sample.sort_by(f64::total_cmp);
            wrong += usize::from(percentile_at_most(&sample, 90).is_some_and(|most| most < 0.9));
        }
        assert!((1..=30).contains(&wrong), "{wrong} of 2000");
    }

    /// What R says: `quantile(c(7, 1, 3, 10), c(0, .25, .5, .75, 1))` is 1, 2.5, 5, 7.75, 10.
    #[test]
    fn quartiles_of_an_even_sample_interpolate() {
        let summary = Summary::of(&[7.0, 1.0, 3.0, 10.0]).unwrap();
        assert_eq!(summary, Summary { median: 5.0, q1: 2.5, q3: 7.75, min: 1.0, max: 10.0, n: 4 });
    }

    #[test]
    fn quartiles_of_five_values_are_values() {
        let summary = Summary::of(&[5.0, 4.0, 3.0, 2.0, 1.0]).unwrap();
        assert_eq!(summary, Summary { median: 3.0, q1: 2.0, q3: 4.0, min: 1.0, max: 5.0, n: 5 });
    }

    #[test]
    fn one_value_is_its_own_summary() {
        assert_eq!(Summary::of(&[2.5]), Some(Summary { median: 2.5, q1: 2.5, q3: 2.5, min: 2.5, max: 2.5, n: 1 }));
    }

    #[test]
    fn nothing_and_nan_have_no_summary() {
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn a_percentile_is_the_least_value_that_so_many_do_not_exceed() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(
            [0, 1, 50, 90, 99, 100].map(|percent| percentile(&values, percent)),
            [1., 2., 100., 180., 198., 200.]
        );
        // Of fewer than a hundred values only the largest is not exceeded by 99 in a hundred.
        assert_eq!(percentile(&values[..99], 99), 99.0);
        assert_eq!([1, 50, 51].map(|percent| percentile(&[3.0, 7.0], percent)), [3.0, 3.0, 7.0]);
    }

    #[test]
    #[should_panic(expected = "a quantile at 1.5")]
    fn a_fraction_above_one_is_refused() {
        let _ = quantile(&[1.0], 1.5);
    }
}
