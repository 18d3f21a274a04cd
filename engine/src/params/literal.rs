//! What a file says about parameters, before anyone has checked it.

use serde::{Deserialize, Serialize};

use super::{Parameters, ParametersError};

/// Unchecked parameters, as they stand in `configs/parameters/*.toml` and in the headers of files.
///
/// The data primes `q_i` and the special primes `p_j` are either given (`q`, `p`) or chosen by size (`q_bits`,
/// `p_bits`): of each size the largest primes that are 1 mod 2N, ascending through `q_0, q_1, ..., p_0, p_1, ...`.
/// Nothing computes with a literal: [`Parameters::new`] makes the checked value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParametersLiteral {
    /// A name for people; no part of the identity of the parameters.
    pub name: String,
    /// log2 of the ring degree N.
    pub log_n: u32,
    /// Sizes of the data primes in bits, or empty where `q` gives the primes.
    #[serde(default)]
    pub q_bits: Vec<u32>,
    /// Sizes of the special primes in bits, or empty where `p` gives the primes.
    #[serde(default)]
    pub p_bits: Vec<u32>,
    /// The data primes, or empty where `q_bits` gives their sizes.
    #[serde(default)]
    pub q: Vec<u32>,
    /// The special primes, or empty where `p_bits` gives their sizes.
    #[serde(default)]
    pub p: Vec<u32>,
    /// Smallest standard deviation of the errors that is acceptable; the sampler rounds it up to
    /// `sqrt(coins / 2)` for a whole number of coins.
    #[serde(default = "default_sigma")]
    pub sigma: f64,
}

fn default_sigma() -> f64 {
    3.2
}

impl ParametersLiteral {
    /// A literal of `data` and `special` primes of 30 bits each.
    #[must_use]
    pub fn uniform(name: &str, log_n: u32, data: usize, special: usize) -> Self {
        Self {
            name: name.to_owned(),
            log_n,
            q_bits: vec![30; data],
            p_bits: vec![30; special],
            q: Vec::new(),
            p: Vec::new(),
            sigma: default_sigma(),
        }
    }

    /// The shipped parameters called `name`: [`ParametersLiteral::NAMES`].
    ///
    /// # Errors
    /// [`ParametersError::UnknownName`], with the names that exist.
    pub fn by_name(name: &str) -> Result<Self, ParametersError> {
        let text = match name {
            "hear" => include_str!("../../../configs/parameters/hear.toml"),
            "fast-hear" => include_str!("../../../configs/parameters/fast-hear.toml"),
            "lean-hear" => include_str!("../../../configs/parameters/lean-hear.toml"),
            _ => return Err(ParametersError::UnknownName { name: name.to_owned() }),
        };
        Self::from_toml(text)
    }

    /// The names that [`ParametersLiteral::by_name`] knows.
    pub const NAMES: [&str; 3] = ["hear", "fast-hear", "lean-hear"];

    /// Reads a literal from TOML.
    ///
    /// # Errors
    /// [`ParametersError::Syntax`] with the reader's reason.
    pub fn from_toml(text: &str) -> Result<Self, ParametersError> {
        toml::from_str(text).map_err(|error| ParametersError::Syntax { reason: error.message().to_owned() })
    }

    /// The checked parameters, within the security bound.
    ///
    /// # Errors
    /// As [`Parameters::new`].
    pub fn check(self) -> Result<Parameters, ParametersError> {
        Parameters::new(self)
    }
}
