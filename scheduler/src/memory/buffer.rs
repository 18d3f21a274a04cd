//! Aligned, zero-initialised words.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut, Range};
use std::ptr::NonNull;

use super::MemoryError;
use super::pages::{CACHE_LINE_BYTES, HUGE_PAGE_BYTES, Pages};

/// A fixed number of `u32`, zero at first.
///
/// It starts at a multiple of 64 bytes; from 2 MiB on at a multiple of 2 MiB, on huge pages where the system gives them.
pub struct Buffer {
    start: NonNull<u32>,
    words: usize,
    storage: Storage,
}

enum Storage {
    /// No words: `start` dangles.
    None,
    Heap(Layout),
    Pages(#[expect(dead_code, reason = "held for its drop")] Pages),
}

// SAFETY: a `Buffer` owns its words as a `Box<[u32]>` does, and neither kind of storage is tied to a thread.
unsafe impl Send for Buffer {}
// SAFETY: as above; through `&Buffer` the words can only be read, save by `Arena`, which answers for its own sharing.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// `words` zeros.
    ///
    /// # Errors
    /// [`MemoryError::Refused`] if the system has no room.
    pub fn zeroed(words: usize) -> Result<Self, MemoryError> {
        let refused = |source| MemoryError::Refused { words, source };
        let layout = Layout::array::<u32>(words)
            .and_then(|layout| layout.align_to(CACHE_LINE_BYTES))
            .map_err(|_| refused(io::ErrorKind::OutOfMemory.into()))?;
        let (start, storage) = if words == 0 {
            (NonNull::dangling(), Storage::None)
        } else if layout.size() >= HUGE_PAGE_BYTES {
            let pages = Pages::new(layout.size()).map_err(refused)?;
            (pages.start().cast(), Storage::Pages(pages))
        } else {
            // SAFETY: the layout has at least one word.
            let start = NonNull::new(unsafe { alloc_zeroed(layout) });
            (start.ok_or_else(|| refused(io::ErrorKind::OutOfMemory.into()))?.cast(), Storage::Heap(layout))
        };
        Ok(Self { start, words, storage })
    }

    /// The number of words, without the borrow of all of them that `len` makes.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// Where the words lie.
    pub(super) fn addresses(&self) -> Range<usize> {
        let start = self.start.addr().get();
        start..start + 4 * self.words
    }

    /// The first word. Valid for reads and writes of all words while the buffer lives.
    pub(super) fn start(&self) -> NonNull<u32> {
        self.start
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Storage::Heap(layout) = self.storage {
            // SAFETY: allocated in `zeroed` with this layout, and nothing borrows from a buffer that is dropped.
            unsafe { dealloc(self.start.as_ptr().cast(), layout) }
        }
    }
}

impl Deref for Buffer {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        // SAFETY: `start` is aligned and has `words` initialised words (or dangles with none); they live as long as
        // `self`, whose shared borrow keeps writers away.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.words) }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u32] {
        // SAFETY: as in `deref`; the exclusive borrow of `self` makes this the only access.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.words) }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer").field("words", &self.words).finish_non_exhaustive()
    }
}

/// The bytes of words, in the order of this machine: so that a file can be read to where its words are used.
#[must_use]
pub fn bytes_mut(words: &mut [u32]) -> &mut [u8] {
    let bytes = size_of_val(words);
    // SAFETY: the slice's memory, borrowed exclusively as long as the result lives. Bytes need no alignment, and any bytes
    // are words.
    unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), bytes) }
}

/// [`bytes_mut`], to write a file from where its words are.
#[must_use]
pub fn bytes(words: &[u32]) -> &[u8] {
    // SAFETY: the slice's memory, borrowed as long as the result lives. Bytes need no alignment, and words have no gaps.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_words() {
        let mut words = [1, 0x0203_0405];
        let bytes = bytes_mut(&mut words);
        assert_eq!(*bytes, [1_u32.to_ne_bytes(), 0x0203_0405_u32.to_ne_bytes()].concat());
        bytes[..4].copy_from_slice(&7_u32.to_ne_bytes());
        assert_eq!(words, [7, 0x0203_0405]);
        assert_eq!(super::bytes(&words), [7_u32.to_ne_bytes(), 0x0203_0405_u32.to_ne_bytes()].concat());
        assert!(bytes_mut(&mut []).is_empty());
    }

    #[test]
    fn words_are_zero_aligned_and_kept() {
        let huge = HUGE_PAGE_BYTES / 4;
        for (words, align) in [
            (0, 1),
            (1, CACHE_LINE_BYTES),
            (1000, CACHE_LINE_BYTES),
            (huge, HUGE_PAGE_BYTES),
            (huge + 1, HUGE_PAGE_BYTES),
        ] {
            let mut buffer = Buffer::zeroed(words).unwrap();
            assert_eq!(buffer.as_ptr().addr() % align, 0, "{words} words");
            assert_eq!(buffer.len(), words);
            // Miri would take minutes for every word.
            let step = if cfg!(miri) { 4099 } else { 1 };
            assert!(buffer.iter().step_by(step).all(|&word| word == 0));
            if let [first, .., last] = &mut buffer[..] {
                (*first, *last) = (1, 2);
                assert_eq!((buffer[0], buffer[words - 1]), (1, 2));
            }
        }
    }

    #[test]
    fn impossible_sizes_are_an_error_that_names_them() {
        let words = isize::MAX as usize / 4;
        for words in [words, usize::MAX] {
            let error = Buffer::zeroed(words).unwrap_err().to_string();
            assert!(error.contains(&words.to_string()), "{error}");
        }
    }
}
