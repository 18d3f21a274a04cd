//! How exact slots are, in bits.

use std::fmt;

use num_complex::Complex64;

/// Statistics of the distance between slots and what they should be; bits are -log2 of a distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// The largest distance.
    pub max_error: f64,
    /// The mean distance.
    pub mean_error: f64,
    /// The root of the mean square distance.
    pub rms_error: f64,
    /// Bits of the worst slot.
    pub min_bits: f64,
    /// Mean over slots of their bits.
    pub mean_bits: f64,
    /// Bits of the best slot.
    pub max_bits: f64,
}

/// A distance below half an ulp of 1 counts as this many bits, so that exact slots leave means finite.
const EXACT_BITS: f64 = 53.0;

impl Precision {
    /// Compares complex slots.
    ///
    /// # Panics
    /// If there are none, or the numbers differ.
    #[must_use]
    pub fn of(slots: &[Complex64], expected: &[Complex64]) -> Self {
        assert_eq!(slots.len(), expected.len(), "slots to compare");
        Self::of_distances(slots.iter().zip(expected).map(|(a, b)| (a - b).norm()))
    }

    /// Compares real slots.
    ///
    /// # Panics
    /// If there are none, or the numbers differ.
    #[must_use]
    pub fn of_real(slots: &[f64], expected: &[f64]) -> Self {
        assert_eq!(slots.len(), expected.len(), "slots to compare");
        Self::of_distances(slots.iter().zip(expected).map(|(a, b)| (a - b).abs()))
    }

    fn of_distances(distances: impl ExactSizeIterator<Item = f64>) -> Self {
        let count = distances.len();
        assert!(count > 0, "no slots to compare");
        let mut sums = [0.0; 3];
        let mut largest = 0.0_f64;
        let mut bits = (f64::INFINITY, f64::NEG_INFINITY);
        for distance in distances {
            // A NaN must not hide: max ignores it.
            let distance = if distance.is_nan() { f64::INFINITY } else { distance };
            let of_slot = (-distance.log2()).min(EXACT_BITS);
            largest = largest.max(distance);
            bits = (bits.0.min(of_slot), bits.1.max(of_slot));
            for (sum, term) in sums.iter_mut().zip([distance, distance * distance, of_slot]) {
                *sum += term;
            }
        }
        let [mean_error, mean_square, mean_bits] = sums.map(|sum| sum / count as f64);
        Self {
            max_error: largest,
            mean_error,
            rms_error: mean_square.sqrt(),
            min_bits: bits.0,
            mean_bits,
            max_bits: bits.1,
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { min_bits, mean_bits, max_bits, .. } = self;
        write!(f, "{min_bits:.1} / {mean_bits:.1} / {max_bits:.1} bits (worst, mean, best slot)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_known_distances() {
        let precision = Precision::of_real(&[1.0, 2.5, 3.0, 4.125], &[1.0, 2.0, 3.25, 4.0]);
        assert_eq!((precision.max_error, precision.mean_error), (0.5, 0.875 / 4.0));
        assert_eq!((precision.min_bits, precision.max_bits), (1.0, 53.0));
        assert_eq!(precision.mean_bits, (53.0 + 1.0 + 2.0 + 3.0) / 4.0);
        assert_eq!(precision.to_string(), "1.0 / 14.8 / 53.0 bits (worst, mean, best slot)");
    }

    #[test]
    fn a_slot_that_is_no_number_counts_as_infinitely_wrong() {
        assert_eq!(Precision::of_real(&[f64::NAN, 0.0], &[0.0, 0.0]).max_error, f64::INFINITY);
    }
}
