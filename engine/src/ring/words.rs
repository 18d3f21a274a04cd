//! Memory that the engine owns itself: keys and ciphertexts outside a plan's arena.

use aligned_vec::{AVec, ConstAlign};

/// Residues on a boundary of 64 bytes: a cache line, and the widest vector register.
pub type Words = AVec<u32, ConstAlign<64>>;

/// `count` words, all zero.
#[must_use]
pub fn zeroed_words(count: usize) -> Words {
    let mut words = Words::with_capacity(64, count);
    words.resize(count, 0);
    words
}

/// A copy of `from`.
#[must_use]
pub fn words_from(from: &[u32]) -> Words {
    Words::from_slice(64, from)
}
