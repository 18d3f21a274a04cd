//! The preconditions that kernels check: lengths always, ranges in debug builds.

use crate::modulus::Modulus;
use crate::simd::BLOCK;

/// # Panics
/// If a length differs from the first or is no multiple of [`BLOCK`].
#[inline]
#[track_caller]
pub(crate) fn assert_lengths<const SLICES: usize>(lengths: [usize; SLICES]) {
    assert!(
        lengths.iter().all(|&length| length == lengths[0] && length.is_multiple_of(BLOCK)),
        "lengths {lengths:?} are not one multiple of {BLOCK}"
    );
}

/// # Panics
/// In debug builds, if a residue is not below q.
#[inline]
#[track_caller]
pub(crate) fn debug_assert_reduced(residues: &[u32], modulus: Modulus) {
    debug_assert!(
        residues.iter().all(|&x| x < modulus.value()),
        "a residue is not below the modulus {}",
        modulus.value()
    );
}
