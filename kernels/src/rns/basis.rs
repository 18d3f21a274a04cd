//! Checks of prime lists, and residues of products of primes.

use std::sync::Arc;

use crate::modulus::Modulus;
use crate::ntt::NttTable;
use crate::simd::Isa;

/// The most primes that one base conversion can start from: eight products of residues and the overflow's stay
/// below 2^33 t, where a sum needs no folding before its reduction modulo t.
pub const MAX_SOURCES: usize = 8;

/// Why no base conversion exists between two lists of primes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BasisError {
    /// No source prime, or more than [`MAX_SOURCES`].
    #[error("a base conversion starts from 1 to {MAX_SOURCES} primes, got {0}")]
    SourceCount(usize),
    /// The list of target primes is empty.
    #[error("a base conversion needs at least one target prime")]
    NoTarget,
    /// Two source moduli, or a source and a target modulus, have a common factor.
    #[error("the moduli {0} and {1} are not coprime")]
    NotCoprime(u32, u32),
    /// The NTT tables are of different lengths.
    #[error("NTT tables of {0} and of {1} values cannot be used together")]
    MixedLengths(usize, usize),
    /// The NTT tables were made for different instruction sets.
    #[error("NTT tables for {0} and for {1} cannot be used together")]
    MixedInstructions(Isa, Isa),
}

/// Checks that a conversion from `source` to `target` exists: 1 to [`MAX_SOURCES`] pairwise coprime sources, at least one
/// target, every target coprime to every source.
pub(super) fn check_moduli(source: &[Modulus], target: &[Modulus]) -> Result<(), BasisError> {
    if source.is_empty() || source.len() > MAX_SOURCES {
        return Err(BasisError::SourceCount(source.len()));
    }
    if target.is_empty() {
        return Err(BasisError::NoTarget);
    }
    for (i, a) in source.iter().enumerate() {
        for b in source[..i].iter().chain(target) {
            if greatest_common_divisor(a.value(), b.value()) != 1 {
                return Err(BasisError::NotCoprime(a.value(), b.value()));
            }
        }
    }
    Ok(())
}

/// The instruction set and the length shared by all `tables`, which are not empty.
pub(super) fn common_shape<'a>(
    tables: impl IntoIterator<Item = &'a Arc<NttTable>>,
) -> Result<(Isa, usize), BasisError> {
    let mut tables = tables.into_iter();
    let first = tables.next().ok_or(BasisError::NoTarget)?;
    for table in tables {
        if table.n() != first.n() {
            return Err(BasisError::MixedLengths(first.n(), table.n()));
        }
        if table.isa() != first.isa() {
            return Err(BasisError::MixedInstructions(first.isa(), table.isa()));
        }
    }
    Ok((first.isa(), first.n()))
}

/// The moduli of `tables`, in their order.
pub(super) fn moduli(tables: &[Arc<NttTable>]) -> Vec<Modulus> {
    tables.iter().map(|table| table.modulus()).collect()
}

/// The product of all `moduli` except the one at `skip`, modulo `m`; `skip = None` takes them all.
pub(super) fn product_modulo(moduli: &[Modulus], skip: Option<usize>, m: Modulus) -> u32 {
    moduli
        .iter()
        .enumerate()
        .filter(|&(i, _)| Some(i) != skip)
        .fold(1, |product, (_, factor)| m.mul(product, m.reduce_u64(u64::from(factor.value()))))
}

/// Euclid's algorithm.
fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
