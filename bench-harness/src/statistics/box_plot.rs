//! What a box plot shows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quantile;

/// Median, quartiles, whiskers, and the values beyond them. The unit is that of the values.
///
/// - source: Tukey, "Exploratory data analysis", 1977: whiskers end at the last values within 1.5 interquartile ranges of
///   the box.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BoxPlot {
    /// The middle value.
    pub median: f64,
    /// The lower quartile.
    pub q1: f64,
    /// The upper quartile.
    pub q3: f64,
    /// The smallest value that is no outlier.
    pub low_whisker: f64,
    /// The largest value that is no outlier.
    pub high_whisker: f64,
    /// Values beyond the whiskers, ascending. They are marked, not dropped: median and quartiles are of all values.
    pub outliers: Vec<f64>,
}

impl BoxPlot {
    /// How far whiskers reach, in interquartile ranges.
    const REACH: f64 = 1.5;

    /// The box plot of `values`, in any order; `None` if there are none or one is NaN.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() || values.iter().any(|value| value.is_nan()) {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let [q1, median, q3] = [0.25, 0.5, 0.75].map(|fraction| quantile(&sorted, fraction));
        let reach = Self::REACH * (q3 - q1);
        let (inside, outliers): (Vec<f64>, Vec<f64>) =
            sorted.iter().partition(|&&value| (q1 - reach..=q3 + reach).contains(&value));
        // A box can lie between values, never beyond all of them.
        let (low_whisker, high_whisker) = (*inside.first()?, *inside.last()?);
        Some(Self { median, q1, q3, low_whisker, high_whisker, outliers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What R says: `boxplot.stats(c(2, 3, 3, 4, 4, 4, 5, 12))$out` is 12, and the whiskers are 2 and 5.
    #[test]
    fn values_beyond_one_and_a_half_boxes_are_marked() {
        let plot = BoxPlot::of(&[12.0, 4.0, 3.0, 4.0, 2.0, 3.0, 5.0, 4.0]).unwrap();
        assert_eq!((plot.low_whisker, plot.high_whisker), (2.0, 5.0));
        assert_eq!((plot.q1, plot.median, plot.q3), (3.0, 4.0, 4.25));
        assert_eq!(plot.outliers, [12.0]);
    }

    #[test]
    fn few_and_equal_values_are_their_own_box() {
        assert_eq!(BoxPlot::of(&[3.0]).unwrap().outliers, [0.0; 0]);
        let plot = BoxPlot::of(&[1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 2.0]).unwrap();
        assert_eq!((plot.low_whisker, plot.high_whisker), (1.0, 1.0));
        assert_eq!(plot.outliers, [0.5, 2.0]);
        assert_eq!((BoxPlot::of(&[]), BoxPlot::of(&[f64::NAN])), (None, None));
    }
}
