//! The residues of all plaintexts of a network: one arena, in the order in which a run reads them.
//!
//! Where everything stands follows from the plan alone. So an arena can be stored and read as it is, and every limb of it is
//! known to be one modulo which prime.

use std::{
    fmt,
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use hear_kernels::{eltwise, simd::BLOCK};

use crate::{
    params::PrimeIndex,
    ring::{Context, Words, zeroed_words},
};

/// Size and primes of a piece: a plaintext, or a stream of them over the same primes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// Words of each limb.
    pub limb_words: usize,
    /// The primes of the limbs.
    pub primes: Vec<PrimeIndex>,
}

impl Form {
    fn words(&self) -> usize {
        self.limb_words * self.primes.len()
    }
}

/// Where the pieces of an arena stand: one after the other without gaps.
#[derive(Debug)]
pub(super) struct Layout {
    pieces: Vec<Form>,
    /// The first word of each piece, and the end of the last.
    starts: Vec<usize>,
}

impl Layout {
    /// # Panics
    /// If a limb is no whole number of blocks of 16 words: the kernels need that.
    pub(super) fn new(pieces: Vec<Form>) -> Self {
        let mut starts = vec![0];
        for piece in &pieces {
            assert!(piece.limb_words.is_multiple_of(BLOCK), "a limb of {} words", piece.limb_words);
            starts.push(starts[starts.len() - 1] + piece.words());
        }
        Self { pieces, starts }
    }

    /// Words of the arena.
    pub(super) fn words(&self) -> usize {
        self.starts[self.pieces.len()]
    }

    fn limb(&self, piece: usize, limb: usize) -> Range<usize> {
        let Form { limb_words, primes } = &self.pieces[piece];
        assert!(limb < primes.len(), "limb {limb} of {}", primes.len());
        let start = self.starts[piece] + limb * limb_words;
        start..start + limb_words
    }

    /// Whether `words`, those of the arena from `first` on, are below their primes.
    ///
    /// # Panics
    /// If `first` or the number of words is no multiple of 16, or there are not so many words.
    pub(super) fn are_reduced(&self, context: &Context, first: usize, words: &[u32]) -> bool {
        // The last piece that starts at or before the first word.
        let mut piece = self.starts.partition_point(|&start| start <= first) - 1;
        let (mut at, mut rest, mut all) = (first, words, true);
        while !rest.is_empty() {
            let Form { limb_words, primes } = &self.pieces[piece];
            let within = at - self.starts[piece];
            if within == limb_words * primes.len() {
                piece += 1;
                continue;
            }
            let (limb, count) = (within / limb_words, (limb_words - within % limb_words).min(rest.len()));
            let (words, others) = rest.split_at(count);
            all &= eltwise::are_reduced(context.isa(), context.modulus(primes[limb]), words);
            (at, rest) = (at + count, others);
        }
        all
    }
}

/// An arena and its layout.
pub(super) struct Plaintexts {
    layout: Layout,
    words: Words,
}

impl Plaintexts {
    /// All zero.
    pub(super) fn zeroed(layout: Layout) -> Self {
        Self { words: zeroed_words(layout.words()), layout }
    }

    /// The whole arena.
    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    /// The whole arena and where its pieces stand, to be filled.
    pub(super) fn words_mut(&mut self) -> (&Layout, &mut [u32]) {
        (&self.layout, &mut self.words)
    }

    /// The pieces, each to be filled by one thread.
    pub(super) fn pieces_mut(&mut self) -> PiecesMut<'_> {
        PiecesMut::new(&mut self.words, self.layout.pieces.iter().map(Form::words))
    }

    /// A limb of a piece.
    pub(super) fn limb(&self, piece: usize, limb: usize) -> &[u32] {
        &self.words[self.layout.limb(piece, limb)]
    }

    /// All limbs of a piece.
    pub(super) fn limbs(&self, piece: usize) -> impl ExactSizeIterator<Item = &[u32]> {
        let Form { limb_words, .. } = self.layout.pieces[piece];
        self.words[self.layout.starts[piece]..self.layout.starts[piece + 1]].chunks_exact(limb_words)
    }
}

/// Without the residues.
impl fmt::Debug for Plaintexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plaintexts").field("pieces", &self.layout.pieces.len()).finish_non_exhaustive()
    }
}

/// Neighbouring stretches of an arena, so that threads can fill them at one time.
pub(super) struct PiecesMut<'w>(Vec<Mutex<&'w mut [u32]>>);

impl<'w> PiecesMut<'w> {
    /// Stretches of these lengths, from the first word on.
    ///
    /// # Panics
    /// If there are not so many words.
    pub(super) fn new(words: &'w mut [u32], lengths: impl IntoIterator<Item = usize>) -> Self {
        let mut rest = words;
        let split = lengths.into_iter().map(|length| rest.split_off_mut(..length).expect("as many words as announced"));
        Self(split.map(Mutex::new).collect())
    }

    /// A stretch, which nobody else fills at the time.
    pub(super) fn get(&self, piece: usize) -> MutexGuard<'_, &'w mut [u32]> {
        self.0[piece].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use hear_kernels::simd::Isa;

    use super::*;
    use crate::params::{Parameters, ParametersLiteral};

    fn layout() -> Layout {
        let form = |limb_words, limbs| Form { limb_words, primes: PrimeIndex::first(limbs) };
        Layout::new(vec![form(32, 2), form(16, 0), form(16, 3)])
    }

    #[test]
    fn pieces_stand_one_after_the_other() {
        let mut plaintexts = Plaintexts::zeroed(layout());
        assert_eq!(plaintexts.words().len(), 64 + 48);
        for (piece, length) in [64, 0, 48].into_iter().enumerate() {
            let pieces = plaintexts.pieces_mut();
            let mut words = pieces.get(piece);
            assert_eq!(words.len(), length);
            words.fill(u32::try_from(piece + 1).unwrap());
        }
        plaintexts.words_mut().1[64 + 32] = 9;
        assert_eq!(plaintexts.limb(0, 1), [1; 32]);
        assert_eq!(plaintexts.limb(2, 2)[..2], [9, 3]);
        assert_eq!([0, 1, 2].map(|piece| plaintexts.limbs(piece).len()), [2, 0, 3]);
        assert_eq!(plaintexts.limbs(2).next().unwrap(), [3; 16]);
    }

    #[test]
    fn every_limb_is_held_to_its_own_prime_wherever_a_stretch_is_cut() {
        let mut literal = ParametersLiteral::uniform("arena", 10, 3, 1);
        literal.q_bits = vec![30, 25, 20];
        let context = Context::new(&Parameters::new_insecure(literal).unwrap(), Isa::detect());
        let layout = layout();
        let limbs = [(0, 32), (1, 32), (0, 16), (1, 16), (2, 16)];
        let prime = |limb: usize| context.modulus(PrimeIndex::from(limb)).value();
        let greatest: Vec<u32> = limbs.iter().flat_map(|&(limb, count)| vec![prime(limb) - 1; count]).collect();
        for first in (0..=greatest.len()).step_by(16) {
            for end in (first..=greatest.len()).step_by(16) {
                assert!(layout.are_reduced(&context, first, &greatest[first..end]), "{first}..{end}");
                for bad in first..end {
                    let mut words = greatest[first..end].to_vec();
                    words[bad - first] += 1;
                    assert!(!layout.are_reduced(&context, first, &words), "{bad} of {first}..{end}");
                }
            }
        }
    }
}
