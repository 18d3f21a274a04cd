//! Numbers as people read them.

use super::document::Unit;

/// Below this, and from its inverse times ten on, numbers are powers of ten.
const SMALL: f64 = 1e-4;
const LARGE: f64 = 1e9;

/// A time with three digits: `12.3 ms`.
#[must_use]
pub fn seconds(value: f64) -> String {
    Unit::Seconds.format(value, 3)
}

/// A duration as people say it, in one or two units: `40 s`, `1 min 40 s`, `25 min`, `3 h 20 min`. At least a second.
#[must_use]
pub fn duration(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
    let seconds = seconds.round().max(1.0) as u64;
    let (hours, minutes) = (seconds / 3600, seconds / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, 1..10) if !seconds.is_multiple_of(60) => format!("{minutes} min {} s", seconds % 60),
        (0, _) => format!("{minutes} min"),
        _ if minutes.is_multiple_of(60) => format!("{hours} h"),
        _ => format!("{hours} h {} min", minutes % 60),
    }
}

/// A number of bytes with three digits and a decimal unit: `2.41 GB`.
#[must_use]
pub fn bytes(value: u64) -> String {
    Unit::Bytes.format(value as f64, 3)
}

/// A share of 1 as a percentage with one decimal: `12.3%`.
#[must_use]
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1}%", 100.0 * share) } else { MISSING.to_owned() }
}

/// A ratio with three digits: `1.23×`.
#[must_use]
pub fn ratio(value: f64) -> String {
    Unit::Ratio.format(value, 3)
}

/// A count, in groups of three digits from 10 000 on.
#[must_use]
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A number with that many significant digits; digits before the point are never rounded away: `0.0123`, `1.50`, `1235`.
/// Very small and large ones are powers of ten: `1.23×10⁻⁹`.
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let (mantissa, exponent) = rounded(value, digits);
    if value.abs() < SMALL || value.abs() >= LARGE {
        return format!("{mantissa}×10{}", superscript(exponent));
    }
    let decimals = usize::try_from(i32::try_from(digits).unwrap_or(i32::MAX) - 1 - exponent).unwrap_or(0);
    grouped(&format!("{value:.decimals$}"))
}

/// A number as a power of ten, unless it is one of a few digits.
pub(super) fn power(value: f64) -> String {
    let (mantissa, exponent) = rounded(value, 3);
    match (without_zeros(&mantissa), exponent) {
        (_, 0..=2) => without_zeros(&significant(value, 3)).to_owned(),
        ("1", _) => format!("10{}", superscript(exponent)),
        (mantissa, _) => format!("{mantissa}×10{}", superscript(exponent)),
    }
}

/// What stands for a number that there is not.
pub(super) const MISSING: &str = "–";

impl Unit {
    /// A value with that many significant digits and its unit.
    #[must_use]
    pub fn format(&self, value: f64, digits: usize) -> String {
        let (factor, suffix) = self.suffix(value);
        self.join(significant(value * factor, digits), suffix)
    }

    /// A value for an axis, without zeros at its end; the unit's prefix is the one that suits `reference`.
    pub(super) fn tick(&self, value: f64, reference: f64, digits: usize) -> String {
        let (factor, suffix) = self.suffix(reference);
        let number = significant(value * factor, digits);
        let trimmed = match number.split_once('×') {
            Some((mantissa, power)) => match without_zeros(mantissa) {
                "1" => power.to_owned(),
                mantissa => format!("{mantissa}×{power}"),
            },
            None => without_zeros(&number).to_owned(),
        };
        // Nothing of anything needs no unit, but a share of nothing would look like a count.
        let bare = trimmed == "0" && !matches!(self, Self::Share);
        // A named unit stands beside the label of the axis.
        if bare || matches!(self, Self::Named(_)) { trimmed } else { self.join(trimmed, suffix) }
    }

    /// What a value is multiplied by, and what then stands behind it.
    fn suffix(&self, value: f64) -> (f64, &str) {
        let magnitude = value.abs();
        match self {
            Self::None => (1.0, ""),
            Self::Ratio => (1.0, "×"),
            Self::Share => (100.0, "%"),
            Self::Named(name) => (1.0, name),
            Self::Seconds if magnitude >= 1.0 || magnitude == 0.0 || value.is_nan() => (1.0, "s"),
            Self::Seconds if magnitude >= 1e-3 => (1e3, "ms"),
            Self::Seconds if magnitude >= 1e-6 => (1e6, "µs"),
            Self::Seconds => (1e9, "ns"),
            Self::Bytes if magnitude >= 1e12 => (1e-12, "TB"),
            Self::Bytes if magnitude >= 1e9 => (1e-9, "GB"),
            Self::Bytes if magnitude >= 1e6 => (1e-6, "MB"),
            Self::Bytes if magnitude >= 1e3 => (1e-3, "kB"),
            Self::Bytes => (1.0, "B"),
        }
    }

    fn join(&self, number: String, suffix: &str) -> String {
        if number == MISSING || suffix.is_empty() {
            return number;
        }
        let space = if matches!(self, Self::Share | Self::Ratio) { "" } else { " " };
        format!("{number}{space}{suffix}")
    }
}

/// A number's digits and its power of ten, after it was rounded to so many digits.
fn rounded(value: f64, digits: usize) -> (String, i32) {
    let text = format!("{value:.*e}", digits.max(1) - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.to_owned(), exponent.parse().unwrap_or(0))
}

fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |character: char| character.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize]);
    exponent.to_string().chars().map(digit).collect()
}

/// Digits before the point in groups of three, if there are more than four.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let (sign, digits) = whole.split_at(whole.len() - whole.trim_start_matches('-').len());
    if digits.len() <= 4 {
        return number.to_owned();
    }
    let mut text = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text + rest
}

fn without_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_three_digits_and_units_that_fit() {
        let times = [12.3456, 0.78, 0.001, 0.000_012_34, 3e-9, 0.0, 123.4, 0.999_9].map(seconds);
        assert_eq!(times, ["12.3 s", "780 ms", "1.00 ms", "12.3 µs", "3.00 ns", "0 s", "123 s", "1000 ms"]);
        let sizes = [0, 999, 1_000, 1_500_000, 2_410_000_000, 3_000_000_000_000].map(bytes);
        assert_eq!(sizes, ["0 B", "999 B", "1.00 kB", "1.50 MB", "2.41 GB", "3.00 TB"]);
        assert_eq!(seconds(f64::NAN), "–");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let durations = [0.2, 40.4, 60.0, 100.0, 1500.0, 3600.0, 12_000.0, 14_400.4].map(duration);
        assert_eq!(durations, ["1 s", "40 s", "1 min", "1 min 40 s", "25 min", "1 h", "3 h 20 min", "4 h"]);
    }

    #[test]
    fn digits_before_the_point_are_kept_and_in_groups() {
        let numbers = [9.996, 0.012_345, 1234.5, 123_456.7, -12_345_678.0].map(|value| significant(value, 3));
        assert_eq!(numbers, ["10.0", "0.0123", "1234", "123\u{202f}457", "-12\u{202f}345\u{202f}678"]);
        assert_eq!([999, 9999, 10_000].map(count), ["999", "9999", "10\u{202f}000"]);
        assert_eq!([1.23e-9, -4e12].map(|value| significant(value, 3)), ["1.23×10⁻⁹", "-4.00×10¹²"]);
    }

    #[test]
    fn shares_and_ratios_have_their_signs() {
        assert_eq!((percent(0.1234), ratio(1.234)), ("12.3%".to_owned(), "1.23×".to_owned()));
        assert_eq!((percent(f64::INFINITY), ratio(f64::NAN)), ("–".to_owned(), "–".to_owned()));
        assert_eq!(Unit::Named("Gbit/s".to_owned()).format(2.5, 3), "2.50 Gbit/s");
    }

    #[test]
    fn ticks_share_a_prefix_and_have_no_needless_zeros() {
        let ticks = [0.0, 0.5, 1.0, 1.5].map(|value| Unit::Seconds.tick(value, 1.5, 3));
        assert_eq!(ticks, ["0", "0.5 s", "1 s", "1.5 s"]);
        assert_eq!(Unit::Share.tick(0.0, 1.0, 3), "0%");
        assert_eq!([1e-9, 2e-9, 1e10].map(|value| Unit::None.tick(value, value, 3)), ["10⁻⁹", "2×10⁻⁹", "10¹⁰"]);
        assert_eq!(Unit::Named("W".to_owned()).tick(20.0, 20.0, 3), "20");
    }
}
