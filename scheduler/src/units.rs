//! Numbers as people read them, and what is in the middle of several.

use std::fmt;

/// A time in nanoseconds, with three or four digits and a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time(
    /// The nanoseconds.
    pub f64,
);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(ns) = *self;
        let text = if ns >= 1e9 {
            format!("{:.3} s", ns * 1e-9)
        } else if ns >= 1e6 {
            format!("{:.2} ms", ns * 1e-6)
        } else {
            format!("{:.1} us", ns * 1e-3)
        };
        f.pad(&text)
    }
}

/// A number of bytes with a decimal unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bytes(
    /// How many.
    pub u64,
);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0 as f64;
        let text = match self.0 {
            1_000_000_000.. => format!("{:.2} GB", value / 1e9),
            1_000_000.. => format!("{:.1} MB", value / 1e6),
            1_000.. => format!("{:.1} kB", value / 1e3),
            bytes => format!("{bytes} B"),
        };
        f.pad(&text)
    }
}

/// A share in [0, 1] as a percentage; 0 of nothing is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(
    /// The share.
    pub f64,
);

impl Share {
    /// A part of a whole.
    #[must_use]
    pub fn of(part: f64, whole: f64) -> Self {
        Self(if whole > 0.0 { part / whole } else { 0.0 })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1}%", 100.0 * self.0))
    }
}

/// The middle of some values, the lower one of two; `None` of none.
#[must_use]
pub fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_units_that_fit_and_keep_their_column() {
        assert_eq!(format!("{:>10}|", Time(1_234_567.0)), "   1.23 ms|");
        assert_eq!(Time(2.5e9).to_string(), "2.500 s");
        assert_eq!(Time(340.0).to_string(), "0.3 us");
        assert_eq!([0, 1_500, 2_410_000_000].map(|bytes| Bytes(bytes).to_string()), ["0 B", "1.5 kB", "2.41 GB"]);
        assert_eq!(format!("{:>7}", Share::of(1.0, 8.0)), "  12.5%");
        assert_eq!(Share::of(1.0, 0.0).to_string(), "0.0%");
    }

    #[test]
    fn the_median_of_two_is_the_lower() {
        assert_eq!([vec![], vec![7], vec![9, 3], vec![5, 1, 3]].map(median), [None, Some(7), Some(3), Some(3)]);
    }
}
