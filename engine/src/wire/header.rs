//! What key files say about themselves.

use serde::{Deserialize, Serialize};

use super::Fault;
use super::error::hexadecimal;
use crate::params::{Parameters, ParametersHash, ParametersLiteral};

/// A plan as a file carries it; this module does not look inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredPlan {
    /// Hash of the plan.
    pub hash: [u8; 32],
    /// The plan.
    pub bytes: Vec<u8>,
}

impl StoredPlan {
    /// Refuses another plan.
    ///
    /// # Errors
    /// If the hashes differ.
    pub fn check(&self, expected: &[u8; 32]) -> Result<(), Fault> {
        check_plan_hash("plan", &self.hash, expected)
    }
}

/// What every file of keys carries: its parameters, and the plans that it was made for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The parameters, primes written out.
    pub parameters: ParametersLiteral,
    /// Hash of the parameters.
    pub parameters_hash: ParametersHash,
    /// The plans. Whether there are any, and whether they belong together, is for those to judge who look inside.
    pub plans: Vec<StoredPlan>,
    /// Made from a seed that others may know: for tests only.
    pub insecure: bool,
}

impl Header {
    /// A header.
    #[must_use]
    pub fn new(parameters: &Parameters, plans: Vec<StoredPlan>, insecure: bool) -> Self {
        Self { parameters: parameters.literal(), parameters_hash: parameters.hash(), plans, insecure }
    }

    /// The parameters, checked as anyone else's.
    ///
    /// # Errors
    /// If they are refused, or their hash is not the one that stands beside them.
    pub fn parameters(&self) -> Result<Parameters, Fault> {
        self.hashed(Parameters::new(self.parameters.clone())?)
    }

    /// The parameters, security aside: for tests.
    ///
    /// # Errors
    /// As [`Header::parameters`].
    pub fn parameters_insecure(&self) -> Result<Parameters, Fault> {
        self.hashed(Parameters::new_insecure(self.parameters.clone())?)
    }

    fn hashed(&self, parameters: Parameters) -> Result<Parameters, Fault> {
        check_parameters_hash(self.parameters_hash, parameters.hash())?;
        Ok(parameters)
    }

    /// Refuses a file of other parameters.
    ///
    /// # Errors
    /// If they differ.
    pub fn check_parameters(&self, expected: &Parameters) -> Result<(), Fault> {
        check_parameters_hash(self.parameters_hash, expected.hash())
    }
}

pub(super) fn check_parameters_hash(found: ParametersHash, expected: ParametersHash) -> Result<(), Fault> {
    if found == expected { Ok(()) } else { Err(Fault::OtherParameters { found, expected }) }
}

pub(super) fn check_plan_hash(what: &'static str, found: &[u8; 32], expected: &[u8; 32]) -> Result<(), Fault> {
    if found == expected {
        Ok(())
    } else {
        Err(Fault::OtherPlan { what, found: hexadecimal(found), expected: hexadecimal(expected) })
    }
}
