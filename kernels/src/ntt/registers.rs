//! What the transforms hold in registers: moduli, vectors of a block's parts, squares of a tile.

use crate::modulus::Modulus;
use crate::simd::Lanes;

/// The moduli of the lazy intervals, in every lane, and who works with them.
#[derive(Clone, Copy)]
pub(super) struct Bounds<L: Lanes> {
    pub(super) q: L::Vector,
    pub(super) two_q: L::Vector,
    /// q.
    pub(super) modulus: Modulus,
    /// The hand-ordered loops to use, if any.
    pub(super) ordered: Option<L::Ordered>,
}

impl<L: Lanes> Bounds<L> {
    #[inline(always)]
    pub(super) fn new(l: L, modulus: Modulus, ordered: Option<L::Ordered>) -> Self {
        Self { q: l.splat(modulus.value()), two_q: l.splat(2 * modulus.value()), modulus, ordered }
    }
}

/// The `RADIX` equal parts of a block, whose length is a multiple of `RADIX`.
///
/// Cut one by one, so that the compiler sees that all have one length.
#[inline(always)]
pub(super) fn split_parts<const RADIX: usize>(mut block: &mut [u32]) -> [&mut [u32]; RADIX] {
    let length = block.len() / RADIX;
    let mut parts = [(); RADIX].map(|()| <&mut [u32]>::default());
    for part in &mut parts {
        (*part, block) = block.split_at_mut(length);
    }
    parts
}

/// The vector at offset `i` of each part.
#[inline(always)]
pub(super) fn load_parts<L: Lanes, const RADIX: usize>(
    l: L,
    parts: &[&mut [u32]; RADIX],
    i: usize,
) -> [L::Vector; RADIX] {
    let mut vectors = [l.splat(0); RADIX];
    for k in 0..RADIX {
        vectors[k] = l.load(&parts[k][i..i + L::COUNT]);
    }
    vectors
}

/// The inverse of [`load_parts`].
#[inline(always)]
pub(super) fn store_parts<L: Lanes, const RADIX: usize>(
    l: L,
    vectors: [L::Vector; RADIX],
    parts: &mut [&mut [u32]; RADIX],
    i: usize,
) {
    for k in 0..RADIX {
        l.store(vectors[k], &mut parts[k][i..i + L::COUNT]);
    }
}

/// The rows of a tile of `COUNT` times `COUNT` residues.
#[inline(always)]
pub(super) fn load_tile<L: Lanes>(l: L, tile: &[u32]) -> L::Square {
    let mut square = l.square(l.splat(0));
    let vectors = square.as_mut();
    for k in 0..L::COUNT {
        vectors[k] = l.load(&tile[k * L::COUNT..][..L::COUNT]);
    }
    square
}

/// The rows of a tile, last row first.
#[inline(always)]
pub(super) fn load_tile_backward<L: Lanes>(l: L, tile: &[u32]) -> L::Square {
    let mut square = l.square(l.splat(0));
    let vectors = square.as_mut();
    for k in 0..L::COUNT {
        vectors[k] = l.load(&tile[(L::COUNT - 1 - k) * L::COUNT..][..L::COUNT]);
    }
    square
}

/// The inverse of [`load_tile`].
#[inline(always)]
pub(super) fn store_tile<L: Lanes>(l: L, mut square: L::Square, tile: &mut [u32]) {
    let vectors = square.as_mut();
    for k in 0..L::COUNT {
        l.store(vectors[k], &mut tile[k * L::COUNT..][..L::COUNT]);
    }
}
