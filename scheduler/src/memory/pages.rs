//! Zeroed memory straight from the operating system, on 2 MiB pages where it gives them.

use std::io;
use std::ptr::NonNull;

/// The size of a cache line on the machines in view.
pub const CACHE_LINE_BYTES: usize = 64;
/// The size of a huge page.
pub const HUGE_PAGE_BYTES: usize = 2 << 20;

/// Zeroed memory that starts at a multiple of [`HUGE_PAGE_BYTES`]; given back on drop.
///
/// The pages are not touched here: the thread that first writes one decides on which NUMA node it lies.
pub(super) struct Pages(imp::Pages);

impl Pages {
    /// # Errors
    /// What the system says when it refuses.
    pub(super) fn new(bytes: usize) -> io::Result<Self> {
        imp::Pages::new(bytes).map(Self)
    }

    pub(super) fn start(&self) -> NonNull<u8> {
        self.0.start
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
mod imp {
    use super::{HUGE_PAGE_BYTES, NonNull, io};

    pub(super) struct Pages {
        pub(super) start: NonNull<u8>,
        /// The mapping: `start`'s pages and what alignment took on both sides.
        mapping: NonNull<libc::c_void>,
        mapping_bytes: usize,
    }

    impl Pages {
        pub(super) fn new(bytes: usize) -> io::Result<Self> {
            // Untouched pages cost nothing, so alignment is bought with one huge page of addresses.
            let mapping_bytes = bytes
                .checked_next_multiple_of(HUGE_PAGE_BYTES)
                .and_then(|bytes| bytes.checked_add(HUGE_PAGE_BYTES))
                .ok_or(io::ErrorKind::OutOfMemory)?;
            // SAFETY: an anonymous mapping at an address of the system's choice touches no existing memory.
            let address = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    mapping_bytes,
                    libc::PROT_READ | libc::PROT_WRITE,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                    -1,
                    0,
                )
            };
            if address == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            let mapping = NonNull::new(address).ok_or(io::ErrorKind::OutOfMemory)?;
            let skip = mapping.addr().get().next_multiple_of(HUGE_PAGE_BYTES) - mapping.addr().get();
            // SAFETY: `skip` is below HUGE_PAGE_BYTES, which the mapping has beyond the bytes asked for.
            let start = unsafe { mapping.byte_add(skip) }.cast::<u8>();
            // A refusal (a kernel without huge pages) leaves pages of 4 KiB, which only cost time.
            // SAFETY: the range lies within the mapping made above, and the advice changes no contents.
            let _refusal_is_harmless =
                unsafe { libc::madvise(start.as_ptr().cast(), mapping_bytes - skip, libc::MADV_HUGEPAGE) };
            Ok(Self { start, mapping, mapping_bytes })
        }
    }

    impl Drop for Pages {
        fn drop(&mut self) {
            // SAFETY: this is the mapping made in `new`, whole; its owner is gone, so nothing refers to it.
            let result = unsafe { libc::munmap(self.mapping.as_ptr(), self.mapping_bytes) };
            debug_assert_eq!(result, 0, "munmap: {}", io::Error::last_os_error());
        }
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod imp {
    use super::{HUGE_PAGE_BYTES, NonNull, io};
    use std::alloc::{Layout, alloc_zeroed, dealloc};

    pub(super) struct Pages {
        pub(super) start: NonNull<u8>,
        layout: Layout,
    }

    impl Pages {
        pub(super) fn new(bytes: usize) -> io::Result<Self> {
            let layout = Layout::from_size_align(bytes.max(1), HUGE_PAGE_BYTES).map_err(io::Error::other)?;
            // SAFETY: the layout has at least one byte.
            let start = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(io::ErrorKind::OutOfMemory)?;
            Ok(Self { start, layout })
        }
    }

    impl Drop for Pages {
        fn drop(&mut self) {
            // SAFETY: allocated in `new` with this layout; its owner is gone, so nothing refers to it.
            unsafe { dealloc(self.start.as_ptr(), self.layout) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_aligned() {
        for bytes in [0, 1, HUGE_PAGE_BYTES, HUGE_PAGE_BYTES + 1] {
            let pages = Pages::new(bytes).unwrap();
            assert_eq!(pages.start().addr().get() % HUGE_PAGE_BYTES, 0, "{bytes} bytes");
        }
    }

    #[test]
    fn sizes_beyond_the_address_space_are_an_error() {
        assert!(Pages::new(usize::MAX).is_err());
        assert!(Pages::new(isize::MAX as usize).is_err());
    }
}
