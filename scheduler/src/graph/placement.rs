//! Where each buffer lies in the arena.
//!
//! Buffers are placed in the order of their first uses. One that has seen its last use leaves its extent to later
//! buffers, as [`ReusePolicy`] allows; a new buffer takes the smallest free extent that holds it, the first of several,
//! and the arena grows where none does. The previous occupants of an extent are remembered, so that the dependencies can
//! make the new one wait for them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{BufferId, GraphError};
use crate::memory::{CACHE_LINE_BYTES, HUGE_PAGE_BYTES};

const WORD_BYTES: usize = size_of::<u32>();
const LINE_WORDS: usize = CACHE_LINE_BYTES / WORD_BYTES;
const HUGE_PAGE_WORDS: usize = HUGE_PAGE_BYTES / WORD_BYTES;
/// Buffers from this size on have 2 MiB pages to themselves; rounding up costs them a quarter at most.
const OWN_PAGES_WORDS: usize = 4 * HUGE_PAGE_WORDS;
/// Buffers from this size on take an odd number of cache lines: see [`Footprint::of`].
const SKEWED_WORDS: usize = 4096 / WORD_BYTES;

/// How the buffers of a graph are placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryOptions {
    /// When memory serves again.
    pub reuse: ReusePolicy,
}

/// When the memory of a buffer may serve another one.
///
/// Reuse costs parallelism: the new buffer's first writer waits for the old one's last users. The distance keeps them so
/// far apart in program order that they are rarely in flight together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReusePolicy {
    /// Never: every buffer has memory of its own.
    Never,
    /// For tasks that come, in program order, more than this many tasks after the last use.
    Distance(usize),
}

impl Default for ReusePolicy {
    /// 64 tasks: a few for each worker of the machines in view.
    fn default() -> Self {
        Self::Distance(64)
    }
}

/// A piece of the arena, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Its first word.
    pub offset: usize,
    /// Its length.
    pub words: usize,
}

/// The first and the last moment at which a buffer is in use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetime {
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Lifetime {
    pub(super) fn at(position: usize) -> Self {
        Self { first: position, last: position }
    }
}

/// The result of [`place`].
pub(super) struct Placement {
    /// One a buffer; `None` for those without a lifetime.
    pub(super) extents: Vec<Option<Extent>>,
    pub(super) arena_words: usize,
    displaced: BTreeMap<usize, Vec<BufferId>>,
}

impl Placement {
    /// The buffers whose memory the buffers born at `position` take over.
    pub(super) fn displaced_at(&self, position: usize) -> &[BufferId] {
        self.displaced.get(&position).map_or(&[], Vec::as_slice)
    }
}

/// Refuses buffers that no arena could hold, so that no sum of sizes overflows below.
pub(super) fn check_total(words: impl Iterator<Item = usize>) -> Result<(), GraphError> {
    // Room for rounding and alignment of each to a 2 MiB page.
    let worst: u128 = words.map(|words| words as u128 + 2 * HUGE_PAGE_WORDS as u128).sum();
    if worst * WORD_BYTES as u128 > isize::MAX as u128 {
        return Err(GraphError::TooLarge { words: worst });
    }
    Ok(())
}

/// Gives every buffer with a lifetime an extent; extents of buffers alive at one time are disjoint.
///
/// `words` and `lifetimes` have an entry a buffer, and `words` have passed [`check_total`].
pub(super) fn place(words: &[usize], lifetimes: &[Option<Lifetime>], options: &MemoryOptions) -> Placement {
    // Large ones first among those born together: they leave fewer holes.
    let mut births: Vec<(usize, Reverse<usize>, usize)> = Vec::new();
    let mut deaths: Vec<(usize, usize)> = Vec::new();
    for (buffer, lifetime) in lifetimes.iter().enumerate() {
        if let Some(lifetime) = lifetime {
            births.push((lifetime.first, Reverse(words[buffer]), buffer));
            deaths.push((lifetime.last, buffer));
        }
    }
    births.sort_unstable();
    deaths.sort_unstable();

    let mut extents = vec![None; words.len()];
    let mut footprints = vec![Extent { offset: 0, words: 0 }; words.len()];
    let mut displaced: BTreeMap<usize, Vec<BufferId>> = BTreeMap::new();
    let mut free = FreeList::default();
    let mut occupants = Occupants::default();
    let mut dead = deaths.into_iter().peekable();
    for (position, Reverse(size), buffer) in births {
        if let ReusePolicy::Distance(distance) = options.reuse {
            while let Some((_, buffer)) = dead.next_if(|(last, _)| last.saturating_add(distance) < position) {
                free.give(footprints[buffer]);
            }
        }
        let footprint = free.take(Footprint::of(size));
        footprints[buffer] = footprint;
        extents[buffer] = Some(Extent { offset: footprint.offset, words: size });
        let previous = occupants.settle(footprint, BufferId::from_index(buffer));
        if !previous.is_empty() {
            displaced.entry(position).or_default().extend(previous);
        }
    }
    Placement { extents, arena_words: free.end, displaced }
}

/// The room that a buffer takes, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Footprint {
    words: usize,
    align: usize,
}

impl Footprint {
    /// Whole cache lines, so that no two buffers share one. Buffers of [`OWN_PAGES_WORDS`] or more take whole 2 MiB
    /// pages. Between [`SKEWED_WORDS`] and there the number of lines is odd: buffers of a power of two, one after the
    /// other, would put equal indices into the same set of every cache, and a task that walks through a hundred of them
    /// in step would have a few ways to hold them all.
    fn of(words: usize) -> Self {
        if words >= OWN_PAGES_WORDS {
            return Self { words: words.next_multiple_of(HUGE_PAGE_WORDS), align: HUGE_PAGE_WORDS };
        }
        let lines = words.div_ceil(LINE_WORDS);
        let lines = if words >= SKEWED_WORDS { lines | 1 } else { lines };
        Self { words: lines * LINE_WORDS, align: LINE_WORDS }
    }
}

/// The free extents below the arena's end; neighbours are merged.
#[derive(Default)]
struct FreeList {
    /// Lengths by offset.
    by_offset: BTreeMap<usize, usize>,
    /// The same as (length, offset).
    by_size: BTreeSet<(usize, usize)>,
    end: usize,
}

impl FreeList {
    /// The smallest free extent that holds the footprint, else fresh words at the end.
    fn take(&mut self, footprint: Footprint) -> Extent {
        let fits = |&&(words, offset): &&(usize, usize)| {
            offset.next_multiple_of(footprint.align) - offset + footprint.words <= words
        };
        let (words, offset) = match self.by_size.range((footprint.words, 0)..).find(fits) {
            Some(&found) => found,
            None => self.grow(footprint),
        };
        self.remove(offset, words);
        let start = offset.next_multiple_of(footprint.align);
        let end = start + footprint.words;
        self.insert(offset, start - offset);
        self.insert(end, offset + words - end);
        Extent { offset: start, words: footprint.words }
    }

    /// Extends the arena until its last free extent holds the footprint, and returns that one as (length, offset).
    fn grow(&mut self, footprint: Footprint) -> (usize, usize) {
        let offset = match self.by_offset.last_key_value() {
            Some((&offset, &words)) if offset + words == self.end => {
                self.remove(offset, words);
                offset
            }
            _ => self.end,
        };
        self.end = offset.next_multiple_of(footprint.align) + footprint.words;
        self.insert(offset, self.end - offset);
        (self.end - offset, offset)
    }

    fn give(&mut self, Extent { mut offset, mut words }: Extent) {
        if let Some(&after) = self.by_offset.get(&(offset + words)) {
            self.remove(offset + words, after);
            words += after;
        }
        if let Some((&before, &length)) = self.by_offset.range(..offset).next_back()
            && before + length == offset
        {
            self.remove(before, length);
            offset = before;
            words += length;
        }
        self.insert(offset, words);
    }

    fn insert(&mut self, offset: usize, words: usize) {
        if words > 0 {
            self.by_offset.insert(offset, words);
            self.by_size.insert((words, offset));
        }
    }

    fn remove(&mut self, offset: usize, words: usize) {
        self.by_offset.remove(&offset);
        self.by_size.remove(&(words, offset));
    }
}

/// Which buffer each word of the arena belonged to last.
#[derive(Default)]
struct Occupants {
    /// Disjoint pieces by offset: their ends, and their buffers.
    pieces: BTreeMap<usize, (usize, BufferId)>,
}

impl Occupants {
    /// Gives an extent to `buffer` and returns the buffers that had words of it before.
    fn settle(&mut self, extent: Extent, buffer: BufferId) -> Vec<BufferId> {
        let (start, end) = (extent.offset, extent.offset + extent.words);
        let from = match self.pieces.range(..start).next_back() {
            Some((&offset, &(piece_end, _))) if piece_end > start => offset,
            _ => start,
        };
        let overlapping: Vec<_> =
            self.pieces.range(from..end).map(|(&offset, &(piece_end, owner))| (offset, piece_end, owner)).collect();
        for &(offset, piece_end, owner) in &overlapping {
            self.pieces.remove(&offset);
            if offset < start {
                self.pieces.insert(offset, (start, owner));
            }
            if piece_end > end {
                self.pieces.insert(end, (piece_end, owner));
            }
        }
        self.pieces.insert(start, (end, buffer));
        overlapping.into_iter().map(|(_, _, owner)| owner).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISTANCE_0: MemoryOptions = MemoryOptions { reuse: ReusePolicy::Distance(0) };

    fn lifetime(first: usize, last: usize) -> Option<Lifetime> {
        Some(Lifetime { first, last })
    }

    #[test]
    fn footprints_are_whole_lines_odd_lines_and_whole_pages() {
        let words = |words| Footprint::of(words).words;
        assert_eq!(words(1), 16);
        assert_eq!(words(16), 16);
        assert_eq!(words(1008), 1008, "below 4 KiB: 63 lines stay 63");
        assert_eq!(words(1024), 65 * 16, "4 KiB: 64 lines become 65");
        assert_eq!(words(32_768), 2049 * 16, "128 KiB: 2048 lines become 2049");
        assert_eq!(words(OWN_PAGES_WORDS + 1), 5 * HUGE_PAGE_WORDS);
        assert_eq!(Footprint::of(OWN_PAGES_WORDS), Footprint { words: OWN_PAGES_WORDS, align: HUGE_PAGE_WORDS });
    }

    #[test]
    fn the_smallest_free_extent_serves_and_neighbours_merge() {
        let line = |words| Footprint { words, align: 16 };
        let mut free = FreeList::default();
        let taken: Vec<_> = [64, 16, 32, 16].map(|words| free.take(line(words))).into();
        assert_eq!(free.end, 128);
        free.give(taken[0]);
        free.give(taken[2]);
        assert_eq!(free.take(line(32)).offset, 80, "32 words fit exactly between the others");
        assert_eq!(free.take(line(48)).offset, 0);
        free.give(Extent { offset: 0, words: 48 });
        free.give(taken[1]);
        assert_eq!(free.take(line(80)), Extent { offset: 0, words: 80 }, "0..64 and 64..80 are one extent again");
        assert_eq!(free.take(line(16)).offset, 128, "nothing is free: the arena grows");
    }

    #[test]
    fn growth_starts_at_a_free_tail_and_gaps_of_alignment_serve() {
        let mut free = FreeList::default();
        let first = free.take(Footprint { words: 32, align: 16 });
        free.give(first);
        assert_eq!(free.take(Footprint { words: 48, align: 16 }), Extent { offset: 0, words: 48 });
        assert_eq!(free.end, 48);
        assert_eq!(free.take(Footprint { words: 64, align: 64 }).offset, 64);
        assert_eq!(free.take(Footprint { words: 16, align: 16 }).offset, 48, "the gap before it");
    }

    #[test]
    fn previous_owners_are_found_piece_by_piece() {
        let id = BufferId;
        let extent = |offset, words| Extent { offset, words };
        let mut occupants = Occupants::default();
        assert_eq!(occupants.settle(extent(0, 32), id(0)), []);
        assert_eq!(occupants.settle(extent(32, 32), id(1)), []);
        assert_eq!(occupants.settle(extent(16, 32), id(2)), [id(0), id(1)]);
        assert_eq!(occupants.settle(extent(4, 4), id(3)), [id(0)], "in the middle of a piece");
        assert_eq!(
            occupants.settle(extent(0, 64), id(4)),
            [id(0), id(3), id(0), id(2), id(1)],
            "what was left of each"
        );
        assert_eq!(occupants.settle(extent(8, 8), id(5)), [id(4)]);
    }

    #[test]
    fn buffers_of_one_size_take_as_much_as_are_alive_at_once() {
        // A window of 5 sliding over 100 buffers.
        let lifetimes: Vec<_> = (0..100).map(|first| lifetime(first, first + 4)).collect();
        let words = vec![16; 100];
        assert_eq!(place(&words, &lifetimes, &DISTANCE_0).arena_words, 5 * 16);
        let far = MemoryOptions { reuse: ReusePolicy::Distance(3) };
        assert_eq!(place(&words, &lifetimes, &far).arena_words, 8 * 16);
        let never = MemoryOptions { reuse: ReusePolicy::Never };
        assert_eq!(place(&words, &lifetimes, &never).arena_words, 100 * 16);
    }

    #[test]
    fn unused_buffers_take_nothing_and_a_successor_displaces_its_predecessor() {
        let placement = place(&[16, 999, 16], &[lifetime(0, 1), None, lifetime(2, 3)], &DISTANCE_0);
        assert_eq!(placement.arena_words, 16);
        assert_eq!(placement.extents[1], None);
        assert_eq!(placement.extents[0], placement.extents[2]);
        assert_eq!(placement.displaced_at(2), [BufferId(0)]);
        assert_eq!(placement.displaced_at(0), []);
    }

    #[test]
    fn sums_that_overflow_are_refused() {
        assert!(check_total([usize::MAX, usize::MAX].into_iter()).is_err());
        assert!(check_total([isize::MAX as usize / 4].into_iter()).is_err());
        assert!(check_total([1 << 30, 1].into_iter()).is_ok());
    }
}
