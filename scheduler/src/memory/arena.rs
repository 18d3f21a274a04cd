//! One buffer lent out in pieces.

use std::ops::Range;

use super::Buffer;
use crate::graph::Extent;

/// The words of all buffers of a graph.
pub(super) struct Arena(Buffer);

impl Arena {
    pub(super) fn new(buffer: Buffer) -> Self {
        Self(buffer)
    }

    /// Where it lies.
    pub(super) fn addresses(&self) -> Range<usize> {
        self.0.addresses()
    }

    /// A piece of an arena that nobody writes: `self` must not be lent out by [`Self::exclusive`] at the time.
    ///
    /// # Panics
    /// If the extent ends beyond the arena; so do all methods here.
    pub(super) fn get(&self, extent: Extent) -> &[u32] {
        &self.0[extent.offset..extent.offset + extent.words]
    }

    /// As [`Self::get`], to write.
    pub(super) fn get_mut(&mut self, extent: Extent) -> &mut [u32] {
        &mut self.0[extent.offset..extent.offset + extent.words]
    }

    /// A piece to read while other pieces may be written.
    ///
    /// # Safety
    /// While the result lives, no `&mut` to a word of the extent exists.
    pub(super) unsafe fn shared(&self, extent: Extent) -> &[u32] {
        let start = self.piece(extent);
        // SAFETY: `piece` checked that the words are the buffer's, which outlives `self`'s borrow; the caller excludes
        // writers.
        unsafe { std::slice::from_raw_parts(start, extent.words) }
    }

    /// A piece to write while other pieces are used.
    ///
    /// # Safety
    /// While the result lives, no other reference to a word of the extent exists.
    #[expect(clippy::mut_from_ref, reason = "the pieces are disjoint: that is what the caller promises")]
    pub(super) unsafe fn exclusive(&self, extent: Extent) -> &mut [u32] {
        let start = self.piece(extent);
        // SAFETY: as in `shared`; the caller excludes every other reference.
        unsafe { std::slice::from_raw_parts_mut(start, extent.words) }
    }

    fn piece(&self, extent: Extent) -> *mut u32 {
        let words = self.0.words();
        assert!(
            extent.offset <= words && extent.words <= words - extent.offset,
            "{extent:?} in an arena of {words} words"
        );
        // SAFETY: the offset is within the buffer, or at its end.
        unsafe { self.0.start().add(extent.offset) }.as_ptr()
    }
}
