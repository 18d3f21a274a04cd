//! Loops of the transforms that a tier has in an order of its own.
//!
//! The transforms in `ntt` are written once, over lanes, and the compiler orders their instructions. It keeps to the order
//! of the source, stage by stage, so that the chains of one iteration end at the same time while those of the next have not
//! begun, and loads factors into registers first. Where that costs enough, a tier has the same loops with an order from a
//! scheduler; the generic code is then their readable twin, and a test holds the one to the other.

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "assembly, which needs the token's proof")]
mod avx512;

#[cfg(target_arch = "x86_64")]
pub(super) use avx512::Avx512Loops;

use super::lanes::Twiddle;
use crate::modulus::Modulus;
use std::convert::Infallible;

/// The loops of the transforms, for 16 lanes. Intervals are named as in `ntt::forward` and `ntt::inverse`.
pub(crate) trait OrderedLoops: Copy {
    /// The three stages of a forward pass of radix 8 on one block.
    ///
    /// - in: plain; `[0, q)` if `reduced`
    /// - out: plain
    ///
    /// # Panics
    /// If the block's length is no multiple of 256, or there are not seven factors.
    fn forward_pass(self, modulus: Modulus, twiddles: &[Twiddle], reduced: bool, block: &mut [u32]);

    /// The forward stages across the rows of tiles of 256 residues.
    ///
    /// - in, out: plain
    ///
    /// # Panics
    /// If there are not 15 factors a tile.
    fn forward_rows(self, modulus: Modulus, rows: &[Twiddle], tiles: &mut [u32]);

    /// The forward stages along the rows of tiles.
    ///
    /// - in: plain
    /// - out: `[0, q)`
    ///
    /// # Panics
    /// If there are not 15 vectors of factors a tile, with their companions.
    fn forward_columns(self, modulus: Modulus, columns: &[u32], tiles: &mut [u32]);

    /// The inverse stages along the rows of tiles, from `source` if there is one. The factors are in forward order: the
    /// first tile's come last.
    ///
    /// - in: `[0, q)`
    /// - out: `[0, 2q)`
    ///
    /// # Panics
    /// If there are not 15 vectors of factors a tile, with their companions, or the source has another length.
    fn inverse_columns(self, modulus: Modulus, columns: &[u32], source: Option<&[u32]>, tiles: &mut [u32]);

    /// The inverse stages across the rows of tiles. The factors are in forward order: the first tile's come last.
    ///
    /// - in, out: `[0, 2q)`
    ///
    /// # Panics
    /// If there are not 15 factors a tile.
    fn inverse_rows(self, modulus: Modulus, rows: &[Twiddle], tiles: &mut [u32]);

    /// The three stages of an inverse pass of radix 8 on one block.
    ///
    /// - in, out: `[0, 2q)`
    ///
    /// # Panics
    /// If the block's length is no multiple of 256, or there are not seven factors.
    fn inverse_pass(self, modulus: Modulus, twiddles: &[Twiddle], block: &mut [u32]);

    /// The last inverse pass, of radix 8, which divides by N: `scaled` are the factors over N, `inverse_n` is 1 / N.
    ///
    /// - in: `[0, 2q)`
    /// - out: `[0, q)`
    ///
    /// # Panics
    /// If the block's length is no multiple of 256, or there are not seven factors and seven over N.
    fn inverse_last_pass(
        self,
        modulus: Modulus,
        twiddles: &[Twiddle],
        scaled: &[Twiddle],
        inverse_n: Twiddle,
        block: &mut [u32],
    );
}

/// The loops of the tiers that have none.
impl OrderedLoops for Infallible {
    fn forward_pass(self, _: Modulus, _: &[Twiddle], _: bool, _: &mut [u32]) {
        match self {}
    }
    fn forward_rows(self, _: Modulus, _: &[Twiddle], _: &mut [u32]) {
        match self {}
    }
    fn forward_columns(self, _: Modulus, _: &[u32], _: &mut [u32]) {
        match self {}
    }
    fn inverse_columns(self, _: Modulus, _: &[u32], _: Option<&[u32]>, _: &mut [u32]) {
        match self {}
    }
    fn inverse_rows(self, _: Modulus, _: &[Twiddle], _: &mut [u32]) {
        match self {}
    }
    fn inverse_pass(self, _: Modulus, _: &[Twiddle], _: &mut [u32]) {
        match self {}
    }
    fn inverse_last_pass(self, _: Modulus, _: &[Twiddle], _: &[Twiddle], _: Twiddle, _: &mut [u32]) {
        match self {}
    }
}
