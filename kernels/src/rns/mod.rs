//! Residue number systems: moving a polynomial from one set of primes to another.
//!
//! - [`Converter`]: exact, centred base conversion on coefficients, in two phases, so that all target primes share the
//!   first one;
//! - [`ModUp`]: the residues of a key-switching digit modulo further primes, as NTT values;
//! - [`ModDown`]: division by the product of some primes with rounding, from NTT values to NTT values. It serves the
//!   division by special primes after a key switch, rescaling, and both in one step.
//!
//! Polynomials are limb-major: limb `i` of `s` stands in the words `i n .. (i + 1) n`.

mod basis;
mod convert;
mod mod_down;
mod mod_up;
#[cfg(test)]
mod tests;

pub use basis::{BasisError, MAX_SOURCES};
pub use convert::Converter;
pub use mod_down::ModDown;
pub use mod_up::ModUp;
