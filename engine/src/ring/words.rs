//! Memory that the engine owns itself: keys and ciphertexts outside a plan's arena.

use std::fmt;
use std::ops::{Deref, DerefMut};

use hear_scheduler::memory::Buffer;

/// A fixed number of residues that start on a boundary of 64 bytes; large ones lie on huge pages.
pub struct Words(Buffer);

/// `count` words, all zero.
///
/// # Panics
/// If the system has no memory.
#[must_use]
pub fn zeroed_words(count: usize) -> Words {
    match Buffer::zeroed(count) {
        Ok(buffer) => Words(buffer),
        // As for any other allocation: nothing sensible can go on without it.
        Err(error) => panic!("{error}"),
    }
}

/// A copy of `from`.
///
/// # Panics
/// If the system has no memory.
#[must_use]
pub fn words_from(from: &[u32]) -> Words {
    let mut words = zeroed_words(from.len());
    words.copy_from_slice(from);
    words
}

impl Deref for Words {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.0
    }
}

impl DerefMut for Words {
    fn deref_mut(&mut self) -> &mut [u32] {
        &mut self.0
    }
}

impl Clone for Words {
    fn clone(&self) -> Self {
        words_from(self)
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({})", self.len())
    }
}
