//! Names of stages, tasks and buffers: small integers, given out in order, meaningful for one graph only.

use std::fmt;
use std::ops::Range;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $label:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(super) u32);

        impl $name {
            /// The number itself; ids are consecutive from 0 in the order of declaration.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// # Panics
            /// At the 2^32nd id.
            pub(super) fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("a graph has fewer than 2^32 stages, tasks and buffers"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($label, " {}"), self.0)
            }
        }
    };
}

id!(
    /// A stage: a name under which the times of tasks are added up. Stages impose no order.
    StageId,
    "stage"
);
id!(
    /// A task; its index is its place in program order.
    TaskId,
    "task"
);
id!(
    /// A buffer of words.
    BufferId,
    "buffer"
);

/// Buffers with consecutive ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BufferRange {
    pub(super) first: u32,
    pub(super) count: u32,
}

impl BufferRange {
    /// The number of buffers.
    #[must_use]
    pub fn len(self) -> usize {
        self.count as usize
    }

    /// Whether there is no buffer in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The buffer at `index`.
    ///
    /// # Panics
    /// If `index` is not below [`Self::len`].
    #[must_use]
    pub fn get(self, index: usize) -> BufferId {
        assert!(index < self.len(), "buffer {index} of a range of {}", self.count);
        BufferId::from_index(self.first as usize + index)
    }

    /// The buffers at `range` of this range.
    ///
    /// # Panics
    /// If `range` is reversed or ends beyond [`Self::len`].
    #[must_use]
    pub fn slice(self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.len(), "buffers {range:?} of a range of {}", self.count);
        let first = BufferId::from_index(self.first as usize + range.start);
        Self { first: first.0, count: BufferId::from_index(range.len()).0 }
    }

    /// The buffers in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = BufferId> + Clone {
        (0..self.len()).map(move |index| self.get(index))
    }
}

impl From<BufferId> for BufferRange {
    fn from(buffer: BufferId) -> Self {
        Self { first: buffer.0, count: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_and_walked_in_order() {
        let range = BufferRange { first: 5, count: 4 };
        let ids: Vec<_> = range.slice(1..3).iter().map(BufferId::index).collect();
        assert_eq!(ids, [6, 7]);
        assert_eq!(range.get(3).index(), 8);
        assert!(range.slice(2..2).is_empty());
        assert_eq!(BufferRange::from(range.get(0)), range.slice(0..1));
    }

    #[test]
    #[should_panic(expected = "buffers 2..5 of a range of 4")]
    fn a_slice_beyond_the_end_is_refused() {
        let _ = BufferRange { first: 5, count: 4 }.slice(2..5);
    }
}
