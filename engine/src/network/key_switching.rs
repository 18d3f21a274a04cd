//! How a plan switches keys: at every number of limbs, with which special primes and in how many digits.

use std::{fmt, str::FromStr};

use hear_kernels::rns::MAX_SOURCES;
use serde::{Deserialize, Serialize};

use super::method::UnknownName;
use crate::{
    params::{Parameters, ParametersLiteral, PrimeIndex},
    rlwe::{KeySwitchSpec, KeyTarget, digit_ranges},
};

/// How many primes a parameter set has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Data primes: the first ones of the pool.
    pub data: usize,
    /// Primes made to be special: the others.
    pub special: usize,
}

impl Chain {
    fn pool(self) -> usize {
        self.data + self.special
    }
}

impl From<&Parameters> for Chain {
    fn from(parameters: &Parameters) -> Self {
        Self { data: parameters.q().len(), special: parameters.p().len() }
    }
}

impl From<&ParametersLiteral> for Chain {
    fn from(parameters: &ParametersLiteral) -> Self {
        Self { data: parameters.q.len(), special: parameters.p.len() }
    }
}

/// How the paper's methods switch keys. (`lean-hear` has one way, which is like [`KeySwitching::Hybrid`].)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeySwitching {
    /// As in the paper: one digit a limb and one special prime. A key serves all levels below its own.
    #[default]
    Paper,
    /// Ours: as few digits as the chain allows, with the primes dropped so far as special primes. A key is made for each
    /// level of its use. The rotated sums of a convolution are added before the one division by the special primes and
    /// the rescale's prime (double hoisting).
    Hybrid,
}

impl KeySwitching {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Paper, Self::Hybrid];

    /// The name that the command line uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Hybrid => "hybrid",
        }
    }

    /// The key switch of ciphertexts of `limbs` limbs.
    ///
    /// # Panics
    /// If the chain has fewer data primes, or no special prime.
    #[must_use]
    pub fn at(self, chain: Chain, limbs: usize) -> KeySwitch {
        assert!(limbs <= chain.data && chain.special > 0, "{limbs} limbs of {chain:?}");
        match self {
            Self::Paper => KeySwitch { limbs, special: PrimeIndex::range(chain.data..chain.data + 1), digits: limbs },
            Self::Hybrid => KeySwitch::fewest_digits(chain, limbs),
        }
    }
}

impl fmt::Display for KeySwitching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for KeySwitching {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|way| way.name() == name)
            .ok_or_else(|| UnknownName::new("key switching", name, &Self::ALL.map(Self::name)))
    }
}

/// A key switch: over which limbs, with which special primes, in how many digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySwitch {
    /// The data limbs.
    pub limbs: usize,
    /// The special primes: primes that were dropped before may be among them.
    pub special: Vec<PrimeIndex>,
    /// Digits.
    pub digits: usize,
}

impl KeySwitch {
    /// As few digits as the pool of primes allows.
    ///
    /// # Panics
    /// If the pool has not even one prime beside the limbs.
    #[must_use]
    pub fn fewest_digits(chain: Chain, limbs: usize) -> Self {
        let switch = (1..=limbs).find_map(|digits| Self::with_digits(chain, limbs, digits));
        switch.expect("a special prime for one digit a limb")
    }

    /// A key switch in so many digits, with as many special primes as a digit has limbs: the last ones of the pool. `None`
    /// if equal digits do not give that many, or the pool has too few primes.
    #[must_use]
    pub fn with_digits(chain: Chain, limbs: usize, digits: usize) -> Option<Self> {
        if digits == 0 || digit_ranges(limbs, digits).len() != digits {
            return None;
        }
        let (pool, special) = (chain.pool(), limbs.div_ceil(digits));
        let fits = limbs + special <= pool && special <= MAX_SOURCES;
        fits.then(|| Self { limbs, special: PrimeIndex::range(pool - special..pool), digits })
    }

    /// The key for `target`.
    #[must_use]
    pub fn key(&self, target: KeyTarget) -> KeySwitchSpec {
        KeySwitchSpec {
            target,
            limbs: PrimeIndex::first(self.limbs),
            special: self.special.clone(),
            digits: self.digits,
        }
    }

    /// Polynomials of words that a decomposition takes: the limbs' coefficients, and for each digit of several limbs what
    /// makes its conversion exact.
    #[must_use]
    pub fn coefficient_limbs(&self) -> usize {
        self.limbs + digit_ranges(self.limbs, self.digits).iter().filter(|digit| digit.len() > 1).count()
    }

    /// Polynomials of words that the remainders of both components by the special primes take.
    #[must_use]
    pub fn remainder_limbs(&self) -> usize {
        2 * (self.special.len() + usize::from(self.special.len() > 1))
    }

    /// Limbs of the extended basis.
    #[must_use]
    pub fn extended(&self) -> usize {
        self.limbs + self.special.len()
    }

    /// The primes of the extended basis: data limbs, then special ones.
    #[must_use]
    pub fn primes(&self) -> Vec<PrimeIndex> {
        [PrimeIndex::first(self.limbs), self.special.clone()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::ParametersLiteral;

    #[test]
    fn dropped_primes_serve_as_special_ones() {
        let parameters = ParametersLiteral::by_name("fast-hear").unwrap().check().unwrap();
        let shapes: Vec<_> = [13, 12, 10, 9, 8, 6, 5, 2]
            .map(|limbs| KeySwitching::Hybrid.at(Chain::from(&parameters), limbs))
            .iter()
            .map(|switch| (switch.limbs, switch.special.len(), switch.digits))
            .collect();
        assert_eq!(
            shapes,
            [(13, 1, 13), (12, 2, 6), (10, 4, 3), (9, 5, 2), (8, 4, 2), (6, 6, 1), (5, 5, 1), (2, 2, 1)]
        );
        for limbs in 1..=13 {
            for switching in KeySwitching::ALL {
                let spec = switching.at(Chain::from(&parameters), limbs).key(KeyTarget::Relinearize);
                assert_eq!(spec.check(&parameters), Ok(()), "{switching} at {limbs} limbs");
            }
        }
    }

    #[test]
    fn digits_that_do_not_fit_are_none() {
        let chain = Chain { data: 8, special: 4 };
        assert!(KeySwitch::with_digits(chain, 8, 1).is_none(), "sixteen primes of twelve");
        assert!(KeySwitch::with_digits(chain, 5, 4).is_none(), "groups of two give three digits");
        assert!(KeySwitch::with_digits(chain, 5, 0).is_none());
        assert!(KeySwitch::with_digits(chain, 5, usize::MAX).is_none());
        assert!(KeySwitch::with_digits(chain, 5, 5).is_some());
    }

    #[test]
    fn names_round_trip() {
        for switching in KeySwitching::ALL {
            assert_eq!(switching.name().parse::<KeySwitching>().unwrap(), switching);
        }
        assert!("lean".parse::<KeySwitching>().is_err());
    }
}
