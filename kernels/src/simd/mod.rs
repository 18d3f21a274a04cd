//! Vector instructions: the only module of the crate that contains intrinsics and assembly.
//!
//! - [`Isa`] is the public token: which instructions to use, with the proof that this CPU has them.
//! - `Lanes` is what algorithms are written over, once, for every tier.
//! - `dispatch!` turns such an algorithm into one thin `#[target_feature]` function per tier.
//!
//! A generic algorithm is compiled for the wide instructions only when it is inlined into those functions. So every
//! function over `Lanes` is `#[inline(always)]`, and none passes vectors through closures or recursion.

mod dispatch;
mod isa;
mod lanes;
#[cfg(any(test, feature = "testing"))]
mod model;
mod ordered;
mod scalar;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "intrinsics, which need the token's proof")]
mod avx2;
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "intrinsics, which need the token's proof")]
mod avx512;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub use avx512::Avx512;
pub use isa::{Isa, IsaError};
#[cfg(any(test, feature = "testing"))]
pub use model::Model;
pub use scalar::Scalar;

pub(crate) use dispatch::dispatch;
pub(crate) use lanes::{Factor, Lanes, ModulusLanes, Twiddle};
pub(crate) use ordered::OrderedLoops;

/// Residues in a block: the unit of lengths, of automorphisms and of stream layouts on every tier.
pub const BLOCK: usize = 16;
