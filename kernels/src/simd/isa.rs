//! The tier of instructions, as a value that proves that the CPU has them.

use super::Scalar;
#[cfg(target_arch = "x86_64")]
use super::{Avx2, Avx512};
use std::fmt;

/// The instructions to use: made once, then passed by value into every table and kernel. Holding one proves that the
/// CPU has them; all tiers give identical results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isa {
    /// One lane, plain integer arithmetic: the reference, on every CPU.
    Scalar(Scalar),
    /// Eight lanes.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// Sixteen lanes: AVX-512 F, DQ, BW and VL.
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    /// Sixteen lanes emulated with arrays, for tests of wide code on narrow CPUs.
    #[cfg(any(test, feature = "testing"))]
    Model(super::Model),
}

/// Why the environment's choice of instructions was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IsaError {
    /// The variable holds no tier's name.
    #[error("{variable}={value:?} names no instruction set; expected scalar, avx2 or avx512", variable = Isa::VARIABLE)]
    Unknown {
        /// What the variable holds.
        value: String,
    },
}

impl Isa {
    /// The environment variable that caps the tier: `scalar`, `avx2` or `avx512`.
    pub const VARIABLE: &'static str = "HEAR_ISA";

    /// The tiers' names, narrowest first.
    const NAMES: [&'static str; 3] = ["scalar", "avx2", "avx512"];

    /// The widest instructions of this CPU, whatever the environment says.
    #[must_use]
    pub fn detect() -> Self {
        Self::at_most(Self::NAMES.len() - 1)
    }

    /// The widest instructions of this CPU that are no wider than the variable `HEAR_ISA` allows (no cap if it is not
    /// set).
    ///
    /// # Errors
    /// [`IsaError::Unknown`] if the variable holds no tier's name.
    pub fn from_environment() -> Result<Self, IsaError> {
        match std::env::var_os(Self::VARIABLE) {
            None => Ok(Self::detect()),
            Some(value) => Self::capped(&value.to_string_lossy()),
        }
    }

    /// The widest instructions of this CPU that are no wider than the tier called `name`.
    ///
    /// # Errors
    /// [`IsaError::Unknown`] if there is no such tier.
    pub fn capped(name: &str) -> Result<Self, IsaError> {
        Self::NAMES
            .iter()
            .position(|&tier| tier == name)
            .map(Self::at_most)
            .ok_or_else(|| IsaError::Unknown { value: name.to_owned() })
    }

    /// Every tier that this CPU can run, narrowest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut tiers: Vec<Self> = (0..Self::NAMES.len()).map(Self::at_most).collect();
        tiers.dedup();
        tiers
    }

    /// The tier's name, as `HEAR_ISA` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar(_) => Self::NAMES[0],
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Self::NAMES[1],
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => Self::NAMES[2],
            #[cfg(any(test, feature = "testing"))]
            Self::Model(_) => "model",
        }
    }

    /// The widest tier that the CPU has among the first `cap + 1` of [`Self::NAMES`].
    fn at_most(cap: usize) -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if cap >= 2
                && let Some(token) = Avx512::detect()
            {
                return Self::Avx512(token);
            }
            if cap >= 1
                && let Some(token) = Avx2::detect()
            {
                return Self::Avx2(token);
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = cap;
        Self::Scalar(Scalar)
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_gives_the_widest_tier_at_or_below_it() {
        assert_eq!(Isa::capped("scalar"), Ok(Isa::Scalar(Scalar)));
        assert_eq!(Isa::capped("avx512"), Ok(Isa::detect()));
        let all = Isa::all();
        assert_eq!(all.first(), Some(&Isa::Scalar(Scalar)));
        assert_eq!(all.last(), Some(&Isa::detect()));
        for isa in all {
            assert_eq!(Isa::capped(isa.name()), Ok(isa));
        }
    }

    #[test]
    fn an_unknown_tier_is_named_in_the_error() {
        let error = Isa::capped("sse9").unwrap_err();
        assert_eq!(error.to_string(), "HEAR_ISA=\"sse9\" names no instruction set; expected scalar, avx2 or avx512");
    }
}
