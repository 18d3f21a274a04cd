//! The scales that a network may choose.

use std::{fmt, ops::RangeInclusive};

use hear_model::network::Dimension;

/// log2 of the scales at which the values stand that the three activations square.
///
/// They are the scales of a lean plan that neither ciphertexts that travel nor keys depend on, so that a network may choose
/// them when it is encoded. A network whose activations square values 2^k times as large, and whose next weights are
/// 2^2k times smaller, has the same plaintexts, bit by bit, and the same noise in its logits at a scale of k bits less:
/// good scales follow the range of what is squared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scales([u8; 3]);

/// A scale that no network may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "activation {layer} squares values at a scale of {bits} bits: it must be {} to {} bits",
    Scales::BITS.start(),
    Scales::BITS.end()
)]
pub struct ScaleError {
    /// The activation, counted from 1.
    pub layer: usize,
    /// log2 of its scale.
    pub bits: u8,
}

impl Scales {
    /// What a scale may be. Squares stand at twice its bits less those of a prime, 30. The least suits values of 2^16, whose
    /// squares fill what limbs there are for the last activation; values that ask for more than the largest are so small that
    /// the network hardly squares at all.
    pub const BITS: RangeInclusive<u8> = 12..=34;

    /// Scales of so many bits.
    ///
    /// # Errors
    /// If one is outside [`Scales::BITS`].
    pub fn new(bits: [u8; 3]) -> Result<Self, ScaleError> {
        match bits.into_iter().zip(1..).find(|(bits, _)| !Self::BITS.contains(bits)) {
            Some((bits, layer)) => Err(ScaleError { layer, bits }),
            None => Ok(Self(bits)),
        }
    }

    /// The scales of plans: chosen by noise analysis on trained networks, so that the errors of all layers are of one size.
    #[must_use]
    pub fn of(dimension: Dimension) -> Self {
        match dimension {
            Dimension::TwoD => Self([26, 26, 28]),
            Dimension::OneD => Self([27, 26, 27]),
        }
    }

    /// log2 of the scales, a layer each.
    #[must_use]
    pub fn bits(self) -> [u8; 3] {
        self.0
    }
}

impl fmt::Display for Scales {
    /// `26, 26, 28 bits`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third] = self.0;
        write!(f, "{first}, {second}, {third} bits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_outside_the_range_are_refused() {
        let error = Scales::new([26, 35, 28]).unwrap_err().to_string();
        assert_eq!(error, "activation 2 squares values at a scale of 35 bits: it must be 12 to 34 bits");
        assert!(Scales::new([11, 26, 28]).is_err());
        assert_eq!(Scales::of(Dimension::OneD).to_string(), "27, 26, 27 bits");
    }
}
