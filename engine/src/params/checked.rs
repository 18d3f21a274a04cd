//! Parameters that have been checked: the only ones that anything computes with.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use hear_kernels::primes::{is_prime, ntt_primes};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{MINIMUM_SIGMA, ParametersLiteral, max_log_qp};

/// Most primes of a pool; a bound for tables on the stack.
const MAX_PRIMES: usize = 64;
/// Residues stay below this.
const PRIME_LIMIT: u32 = 1 << 30;
/// Coins a side that one 64-bit draw of the error sampler provides.
const MAX_COINS: u32 = 32;
/// So that the standard deviation of a whole number of coins, squared again, gives that number.
const COINS_TOLERANCE: f64 = 1e-9;

/// The position of a prime in the pool `q_0, ..., q_{L-1}, p_0, ..., p_{K-1}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrimeIndex(pub usize);

impl PrimeIndex {
    /// The position as a subscript.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0
    }

    /// The positions `0 .. count`: the data primes of a ciphertext of `count` limbs.
    #[must_use]
    pub fn first(count: usize) -> Vec<Self> {
        Self::range(0..count)
    }

    /// The positions in `range`.
    #[must_use]
    pub fn range(range: Range<usize>) -> Vec<Self> {
        range.map(Self).collect()
    }
}

impl From<usize> for PrimeIndex {
    fn from(position: usize) -> Self {
        Self(position)
    }
}

/// BLAKE3 of what identifies parameters: degree, primes and error distribution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParametersHash(pub [u8; 32]);

impl fmt::Display for ParametersHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ParametersHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Checked, immutable parameters; cloning shares them.
///
/// All primes are distinct, below 2^30 and 1 mod 2N, with N in `2^10 ..= 2^16`; there is at least one data prime and
/// one special prime.
#[derive(Clone, PartialEq, Eq)]
pub struct Parameters(Arc<Inner>);

#[derive(PartialEq, Eq)]
struct Inner {
    name: String,
    log_n: u32,
    primes: Vec<u32>,
    data: usize,
    coins: u32,
    hash: ParametersHash,
}

impl Parameters {
    /// Checks a literal, including the bound for 128 bits of security ([`max_log_qp`]).
    ///
    /// # Errors
    /// What is wrong, in one sentence.
    pub fn new(literal: ParametersLiteral) -> Result<Self, ParametersError> {
        let parameters = Self::new_insecure(literal)?;
        let bound = max_log_qp(parameters.log_n()).ok_or(ParametersError::Degree { log_n: parameters.log_n() })?;
        if parameters.log_qp() > bound {
            return Err(ParametersError::Insecure { log_n: parameters.log_n(), log_qp: parameters.log_qp(), bound });
        }
        if parameters.sigma() < MINIMUM_SIGMA {
            return Err(ParametersError::NarrowErrors { sigma: parameters.sigma() });
        }
        Ok(parameters)
    }

    /// Checks everything but security: for tests at small degrees, never for data that matter.
    ///
    /// # Errors
    /// What is wrong, in one sentence.
    pub fn new_insecure(literal: ParametersLiteral) -> Result<Self, ParametersError> {
        let log_n = literal.log_n;
        if max_log_qp(log_n).is_none() {
            return Err(ParametersError::Degree { log_n });
        }
        let coins = 2.0 * literal.sigma * literal.sigma;
        if !(literal.sigma > 0.0 && coins <= f64::from(MAX_COINS)) {
            return Err(ParametersError::Sigma { sigma: literal.sigma });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked: 0 < coins <= 32")]
        let coins = (coins - COINS_TOLERANCE).ceil().max(1.0) as u32;

        let (data, special) = (count("q", &literal.q, &literal.q_bits)?, count("p", &literal.p, &literal.p_bits)?);
        if data == 0 || special == 0 || data + special > MAX_PRIMES {
            return Err(ParametersError::PrimeCount { data, special });
        }
        let mut chosen = choose(log_n, literal.q_bits.iter().chain(&literal.p_bits))?.into_iter();
        let mut primes = literal.q;
        primes.extend(chosen.by_ref().take(literal.q_bits.len()));
        primes.extend(literal.p);
        primes.extend(chosen);
        check_primes(log_n, &primes)?;

        let hash = hash(log_n, &primes, data, coins);
        Ok(Self(Arc::new(Inner { name: literal.name, log_n, primes, data, coins, hash })))
    }

    /// The parameters as a literal with its primes written out.
    #[must_use]
    pub fn literal(&self) -> ParametersLiteral {
        ParametersLiteral {
            name: self.0.name.clone(),
            log_n: self.0.log_n,
            q_bits: Vec::new(),
            p_bits: Vec::new(),
            q: self.q().to_vec(),
            p: self.p().to_vec(),
            sigma: self.sigma(),
        }
    }

    /// The name given by the literal.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// log2 of the ring degree.
    #[must_use]
    pub fn log_n(&self) -> u32 {
        self.0.log_n
    }

    /// The ring degree N.
    #[must_use]
    pub fn n(&self) -> usize {
        1 << self.0.log_n
    }

    /// Complex slots of a plaintext: N / 2.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.n() / 2
    }

    /// The pool of primes: the data primes, then the special ones.
    #[must_use]
    pub fn primes(&self) -> &[u32] {
        &self.0.primes
    }

    /// The prime at `index`.
    ///
    /// # Panics
    /// If `index` is outside the pool.
    #[must_use]
    pub fn prime(&self, index: PrimeIndex) -> u32 {
        self.0.primes[index.get()]
    }

    /// The data primes `q_0, q_1, ...`.
    #[must_use]
    pub fn q(&self) -> &[u32] {
        &self.0.primes[..self.0.data]
    }

    /// The special primes `p_0, p_1, ...`.
    #[must_use]
    pub fn p(&self) -> &[u32] {
        &self.0.primes[self.0.data..]
    }

    /// Limbs of a fresh ciphertext.
    #[must_use]
    pub fn max_limbs(&self) -> usize {
        self.0.data
    }

    /// The pool indices of the special primes.
    #[must_use]
    pub fn special(&self) -> Vec<PrimeIndex> {
        PrimeIndex::range(self.0.data..self.0.primes.len())
    }

    /// log2 of the product of the whole pool.
    #[must_use]
    pub fn log_qp(&self) -> f64 {
        self.0.primes.iter().map(|&prime| f64::from(prime).log2()).sum()
    }

    /// Coins a side of the centred binomial error.
    #[must_use]
    pub fn coins(&self) -> u32 {
        self.0.coins
    }

    /// Standard deviation of the errors, `sqrt(coins / 2)`.
    #[must_use]
    pub fn sigma(&self) -> f64 {
        (f64::from(self.0.coins) / 2.0).sqrt()
    }

    /// Identity of the parameters: equal exactly where degree, primes, their roles and the error distribution are.
    #[must_use]
    pub fn hash(&self) -> ParametersHash {
        self.0.hash
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameters")
            .field("name", &self.name())
            .field("log_n", &self.log_n())
            .field("q", &self.q())
            .field("p", &self.p())
            .field("log_qp", &self.log_qp())
            .field("sigma", &self.sigma())
            .finish()
    }
}

/// How many primes a literal asks for with its primes `given` or `sized`.
fn count(which: &'static str, given: &[u32], sized: &[u32]) -> Result<usize, ParametersError> {
    if given.is_empty() || sized.is_empty() {
        Ok(given.len() + sized.len())
    } else {
        Err(ParametersError::BothForms { which })
    }
}

/// For each size in bits, in order, the next of the largest primes of that size, ascending.
fn choose<'a>(log_n: u32, sizes: impl Iterator<Item = &'a u32> + Clone) -> Result<Vec<u32>, ParametersError> {
    let mut wanted: BTreeMap<u32, usize> = BTreeMap::new();
    for &bits in sizes.clone() {
        if !(log_n + 2..=30).contains(&bits) {
            return Err(ParametersError::PrimeSize { bits, smallest: log_n + 2 });
        }
        *wanted.entry(bits).or_default() += 1;
    }
    let mut descending = BTreeMap::new();
    for (bits, count) in wanted {
        let mut primes = ntt_primes(log_n, 1 << bits, count);
        primes.retain(|prime| prime >> (bits - 1) == 1);
        if primes.len() < count {
            return Err(ParametersError::TooFewPrimes { bits, log_n, wanted: count, found: primes.len() });
        }
        descending.insert(bits, primes);
    }
    Ok(sizes.filter_map(|bits| descending.get_mut(bits)?.pop()).collect())
}

fn check_primes(log_n: u32, primes: &[u32]) -> Result<(), ParametersError> {
    for (i, &prime) in primes.iter().enumerate() {
        if prime >= PRIME_LIMIT || prime % (2 << log_n) != 1 || !is_prime(prime) {
            return Err(ParametersError::NotAnNttPrime { value: prime, log_n });
        }
        if primes[..i].contains(&prime) {
            return Err(ParametersError::RepeatedPrime { prime });
        }
    }
    Ok(())
}

fn hash(log_n: u32, primes: &[u32], data: usize, coins: u32) -> ParametersHash {
    let mut hasher = blake3::Hasher::new_derive_key("hear-engine 2025 RNS-CKKS parameters");
    let mut word = |x: u32| {
        hasher.update(&x.to_le_bytes());
    };
    word(log_n);
    word(coins);
    for part in [&primes[..data], &primes[data..]] {
        word(u32::try_from(part.len()).expect("a pool has at most 64 primes"));
        part.iter().for_each(|&prime| word(prime));
    }
    ParametersHash(*hasher.finalize().as_bytes())
}

/// Why parameters were refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ParametersError {
    /// No shipped parameters have this name.
    #[error("no parameters are called {name:?}; there are {}", ParametersLiteral::NAMES.join(", "))]
    UnknownName {
        /// The name asked for.
        name: String,
    },
    /// The text is no parameter literal.
    #[error("the parameters cannot be read: {reason}")]
    Syntax {
        /// What the reader says.
        reason: String,
    },
    /// The degree is outside what is supported.
    #[error("log_n is {log_n}; degrees 2^10 to 2^16 are supported")]
    Degree {
        /// What was asked for.
        log_n: u32,
    },
    /// The error's width cannot be sampled.
    #[error("sigma is {sigma}; a number above 0 and at most 4 is needed")]
    Sigma {
        /// What was asked for.
        sigma: f64,
    },
    /// Both primes and sizes are given.
    #[error("{which} and {which}_bits are both given; give the primes or their sizes")]
    BothForms {
        /// `q` or `p`.
        which: &'static str,
    },
    /// Too few or too many primes.
    #[error("{data} data and {special} special primes; at least one of each is needed, {MAX_PRIMES} in all at most")]
    PrimeCount {
        /// Data primes.
        data: usize,
        /// Special primes.
        special: usize,
    },
    /// A size in bits is outside what is supported.
    #[error("a prime of {bits} bits is asked for; at this degree {smallest} to 30 are possible")]
    PrimeSize {
        /// What was asked for.
        bits: u32,
        /// The smallest size at this degree.
        smallest: u32,
    },
    /// There are not that many primes of this size.
    #[error("{wanted} primes of {bits} bits that are 1 mod 2^{} are asked for; there are {found}", log_n + 1)]
    TooFewPrimes {
        /// Size of the primes.
        bits: u32,
        /// log2 of the degree.
        log_n: u32,
        /// How many were asked for.
        wanted: usize,
        /// How many there are.
        found: usize,
    },
    /// A modulus is no prime below 2^30 that is 1 mod 2N.
    #[error("{value} is no prime below 2^30 that is 1 mod 2^{}", log_n + 1)]
    NotAnNttPrime {
        /// The modulus.
        value: u32,
        /// log2 of the degree.
        log_n: u32,
    },
    /// A prime stands twice in the pool.
    #[error("the prime {prime} stands twice in the pool")]
    RepeatedPrime {
        /// The prime.
        prime: u32,
    },
    /// The modulus is too large for 128 bits of security.
    #[error(
        "the primes multiply to {log_qp:.1} bits; 128 bits of security at N = 2^{log_n} allow {bound} bits (ternary secret)"
    )]
    Insecure {
        /// log2 of the degree.
        log_n: u32,
        /// log2 of the product of all primes.
        log_qp: f64,
        /// The largest that is allowed.
        bound: f64,
    },
    /// The errors are too narrow for the security bound to apply.
    #[error("the errors' standard deviation is {sigma:.2}; the security bound needs at least {MINIMUM_SIGMA}")]
    NarrowErrors {
        /// What was asked for.
        sigma: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_parameters_hold_the_bound_and_order_their_primes() {
        for (name, data) in [("hear", 11), ("fast-hear", 13)] {
            let parameters = ParametersLiteral::by_name(name).unwrap().check().unwrap();
            assert_eq!((parameters.name(), parameters.q().len(), parameters.p().len()), (name, data, 1));
            assert!(parameters.primes().is_sorted(), "ascending through q, then p");
            assert!(parameters.log_qp() < 430.0 && parameters.sigma() >= 3.2);
        }
    }

    #[test]
    fn a_modulus_above_the_bound_is_refused_with_both_figures() {
        let error = Parameters::new(ParametersLiteral::uniform("x", 14, 14, 1)).unwrap_err();
        assert!(matches!(error, ParametersError::Insecure { .. }));
        let sentence = error.to_string();
        assert!(sentence.contains("449.9 bits") && sentence.contains("430 bits"), "{sentence}");
        assert!(Parameters::new_insecure(ParametersLiteral::uniform("x", 14, 14, 1)).is_ok());
    }

    #[test]
    fn writing_the_primes_out_changes_nothing() {
        let parameters = Parameters::new(ParametersLiteral::uniform("x", 13, 5, 2)).unwrap();
        let again = Parameters::new(parameters.literal()).unwrap();
        assert_eq!(parameters, again);
        assert_eq!(parameters.hash(), again.hash());
        let text = toml::to_string(&parameters.literal()).unwrap();
        assert_eq!(ParametersLiteral::from_toml(&text).unwrap().check().unwrap(), parameters);
    }

    #[test]
    fn the_hash_tells_roles_and_degrees_apart_but_not_names() {
        let hash = |name, log_n, data, special| {
            Parameters::new_insecure(ParametersLiteral::uniform(name, log_n, data, special)).unwrap().hash()
        };
        let reference = hash("a", 13, 3, 2);
        assert_eq!(reference, hash("b", 13, 3, 2));
        assert_ne!(reference, hash("a", 13, 4, 1));
        assert_ne!(reference, hash("a", 14, 3, 2));
    }

    #[test]
    fn every_fault_of_a_literal_is_named() {
        let good = ParametersLiteral::uniform("x", 12, 2, 1);
        let fails = |change: fn(&mut ParametersLiteral), expected: &str| {
            let mut literal = good.clone();
            change(&mut literal);
            let sentence = Parameters::new(literal).unwrap_err().to_string();
            assert!(sentence.contains(expected), "{sentence:?} says nothing about {expected:?}");
        };
        fails(|x| x.log_n = 9, "log_n is 9");
        fails(|x| x.log_n = 17, "log_n is 17");
        fails(|x| x.sigma = f64::NAN, "sigma is NaN");
        fails(|x| x.sigma = 4.1, "sigma is 4.1");
        fails(|x| x.sigma = 1.0, "standard deviation is 1.00");
        fails(|x| x.q_bits.clear(), "0 data and 1 special");
        fails(|x| x.p_bits.clear(), "2 data and 0 special");
        fails(|x| x.q_bits = vec![30; 64], "64 data");
        fails(|x| x.q_bits[0] = 31, "31 bits");
        fails(|x| x.q_bits[0] = 13, "14 to 30");
        fails(|x| x.q_bits = vec![15; 20], "20 primes of 15 bits");
        fails(|x| x.q = vec![40961], "both given");
        fails(
            |x| {
                x.q_bits.clear();
                x.q = vec![8193];
            },
            "8193 is no prime",
        );
        fails(
            |x| {
                x.q_bits.clear();
                x.q = vec![40961, 40961];
            },
            "40961 stands twice",
        );
        assert!(ParametersLiteral::from_toml("name = 3").unwrap_err().to_string().contains("cannot be read"));
        assert!(ParametersLiteral::by_name("fast").unwrap_err().to_string().contains("hear, fast-hear"));
    }
}
