//! What a switching key is for: plain data, as plans list it.

use std::fmt;
use std::ops::Range;

use hear_kernels::accumulate::MAX_DIGITS;
use hear_kernels::automorphism::{conjugation, galois_element};
use hear_kernels::rns::MAX_SOURCES;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::params::{Parameters, PrimeIndex};

/// What a switching key brings back under the secret key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyTarget {
    /// The square of the secret, after a product of ciphertexts.
    Relinearize,
    /// The secret after a rotation of the slots to the left by so many (right where negative).
    Rotate(i32),
    /// The secret after conjugation of the slots.
    Conjugate,
}

impl KeyTarget {
    /// The Galois element of the automorphism, 1 for [`KeyTarget::Relinearize`].
    #[must_use]
    pub fn galois_element(self, log_n: u32) -> u32 {
        match self {
            Self::Relinearize => 1,
            Self::Rotate(steps) => galois_element(i64::from(steps), log_n),
            Self::Conjugate => conjugation(log_n),
        }
    }
}

impl fmt::Display for KeyTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relinearize => f.write_str("relinearize"),
            Self::Rotate(steps) => write!(f, "rotate by {steps}"),
            Self::Conjugate => f.write_str("conjugate"),
        }
    }
}

/// One switching key: what it is for, the primes that it is made over, and its digits.
///
/// The data limbs are cut into `digits` groups of `ceil(limbs / digits)` consecutive limbs, the last one possibly smaller
/// ([`digit_ranges`]). The product of the special primes must be of the size of the largest group's product: as many
/// primes at least.
///
/// The key serves every ciphertext over the first l' of its limbs whose digits are the beginnings of the key's: always
/// so where each digit is one limb. See [`super::SwitchingKey::serves`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeySwitchSpec {
    /// What it is for.
    pub target: KeyTarget,
    /// The data limbs of the ciphertexts that it switches.
    pub limbs: Vec<PrimeIndex>,
    /// The special primes, any of the pool that are no data limbs here.
    pub special: Vec<PrimeIndex>,
    /// How many digits.
    pub digits: usize,
}

impl KeySwitchSpec {
    /// A key for ciphertexts of `limbs` limbs in as many digits, with the first special prime.
    ///
    /// # Panics
    /// If `parameters` has fewer data primes.
    #[must_use]
    pub fn one_digit_a_limb(parameters: &Parameters, target: KeyTarget, limbs: usize) -> Self {
        assert!(limbs <= parameters.max_limbs(), "{limbs} limbs of {}", parameters.max_limbs());
        let special = PrimeIndex::range(parameters.max_limbs()..parameters.max_limbs() + 1);
        Self { target, limbs: PrimeIndex::first(limbs), special, digits: limbs }
    }

    /// Limbs and special primes: the basis of the key.
    pub fn extended(&self) -> impl Iterator<Item = PrimeIndex> {
        self.limbs.iter().chain(&self.special).copied()
    }

    /// How many limbs the basis of the key has.
    #[must_use]
    pub fn extended_len(&self) -> usize {
        self.limbs.len() + self.special.len()
    }

    /// Bytes of the key in memory.
    #[must_use]
    pub fn key_bytes(&self, n: usize) -> usize {
        2 * self.extended_len() * self.digits * n * size_of::<u32>()
    }

    /// The spec, if the pool of `parameters` has its primes and its digits can be switched.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, parameters: &Parameters) -> Result<(), SpecError> {
        let pool = parameters.primes().len();
        let extended: Vec<_> = self.extended().collect();
        for (i, &prime) in extended.iter().enumerate() {
            if prime.get() >= pool {
                return Err(SpecError::OutsidePool { prime: prime.get(), pool });
            }
            if extended[..i].contains(&prime) {
                return Err(SpecError::Repeated { prime: prime.get() });
            }
        }
        let (limbs, special) = (self.limbs.len(), self.special.len());
        if self.digits == 0 || digit_ranges(limbs, self.digits).len() != self.digits {
            return Err(SpecError::Digits { digits: self.digits, limbs });
        }
        let size = limbs.div_ceil(self.digits);
        if special < size {
            return Err(SpecError::TooFewSpecial { special, size });
        }
        if self.digits > MAX_DIGITS || special > MAX_SOURCES {
            return Err(SpecError::TooLarge { digits: self.digits, special });
        }
        Ok(())
    }

    /// Writes the spec into a hash, unambiguously.
    pub(super) fn write(&self, hasher: &mut blake3::Hasher) {
        let (kind, steps) = match self.target {
            KeyTarget::Relinearize => (0_u8, 0),
            KeyTarget::Rotate(steps) => (1, steps),
            KeyTarget::Conjugate => (2, 0),
        };
        hasher.update(&[kind]).update(&steps.to_le_bytes()).update(&(self.digits as u64).to_le_bytes());
        for part in [&self.limbs, &self.special] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            part.iter().for_each(|prime| {
                hasher.update(&(prime.get() as u64).to_le_bytes());
            });
        }
    }
}

impl fmt::Display for KeySwitchSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, limbs, special, digits } = self;
        write!(f, "{target} at {} limbs, {} special primes, {digits} digits", limbs.len(), special.len())
    }
}

/// The groups of consecutive limbs that make the digits: `ceil(limbs / digits)` limbs each, the last one possibly fewer.
///
/// There are fewer than `digits` where the limbs run out before (5 limbs in 4 digits make groups of 2, 2, 1).
#[must_use]
pub fn digit_ranges(limbs: usize, digits: usize) -> Vec<Range<usize>> {
    if digits == 0 {
        return Vec::new();
    }
    let size = limbs.div_ceil(digits).max(1);
    (0..limbs).step_by(size).map(|start| start..limbs.min(start + size)).collect()
}

/// Why a switching key cannot exist.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SpecError {
    /// A prime is not in the pool.
    #[error("a switching key over prime {prime} of a pool of {pool}")]
    OutsidePool {
        /// Its index.
        prime: usize,
        /// Primes in the pool.
        pool: usize,
    },
    /// A prime stands twice among limbs and special primes.
    #[error("a switching key with prime {prime} twice")]
    Repeated {
        /// Its index.
        prime: usize,
    },
    /// The limbs cannot be cut into so many groups of equal size.
    #[error("a switching key with {digits} digits of {limbs} limbs; equal groups do not give that many")]
    Digits {
        /// Digits asked for.
        digits: usize,
        /// Limbs there are.
        limbs: usize,
    },
    /// The special primes' product is smaller than a digit's.
    #[error("a switching key with {special} special primes for digits of {size} limbs; as many are needed")]
    TooFewSpecial {
        /// Special primes.
        special: usize,
        /// Limbs of the largest digit.
        size: usize,
    },
    /// More digits, or larger ones, than the kernels take.
    #[error(
        "a switching key with {digits} digits and {special} special primes; {MAX_DIGITS} and {MAX_SOURCES} at most"
    )]
    TooLarge {
        /// Digits asked for.
        digits: usize,
        /// Special primes.
        special: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::ParametersLiteral;

    #[test]
    fn digits_are_groups_of_equal_size() {
        assert_eq!(digit_ranges(4, 4), [0..1, 1..2, 2..3, 3..4]);
        assert_eq!(digit_ranges(5, 2), [0..3, 3..5]);
        assert_eq!(digit_ranges(5, 4), [0..2, 2..4, 4..5]);
        assert_eq!(digit_ranges(3, 1).first(), Some(&(0..3)));
        assert!(digit_ranges(3, 0).is_empty() && digit_ranges(0, 2).is_empty());
    }

    #[test]
    fn impossible_keys_are_refused_with_the_reason() {
        let parameters = Parameters::new_insecure(ParametersLiteral::uniform("x", 12, 5, 2)).unwrap();
        let spec = |limbs: Vec<PrimeIndex>, special: Vec<PrimeIndex>, digits| {
            KeySwitchSpec { target: KeyTarget::Conjugate, limbs, special, digits }.check(&parameters)
        };
        let (first, range) = (PrimeIndex::first, PrimeIndex::range);
        assert_eq!(spec(first(5), range(5..7), 3), Ok(()));
        assert_eq!(spec(first(3), range(4..7), 1), Ok(()), "a dropped data prime serves as a special one");
        assert_eq!(spec(first(5), range(5..8), 3), Err(SpecError::OutsidePool { prime: 7, pool: 7 }));
        assert_eq!(spec(first(5), range(4..6), 3), Err(SpecError::Repeated { prime: 4 }));
        assert_eq!(spec(first(5), range(5..7), 4), Err(SpecError::Digits { digits: 4, limbs: 5 }));
        assert_eq!(spec(first(5), range(5..7), 0), Err(SpecError::Digits { digits: 0, limbs: 5 }));
        assert_eq!(spec(vec![], range(5..7), 1), Err(SpecError::Digits { digits: 1, limbs: 0 }));
        assert_eq!(spec(first(5), range(5..7), 2), Err(SpecError::TooFewSpecial { special: 2, size: 3 }));
        assert_eq!(spec(first(1), vec![], 1), Err(SpecError::TooFewSpecial { special: 0, size: 1 }));
    }
}
