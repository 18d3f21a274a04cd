//! Division of limb pairs by some of their primes: mod_down, rescale, or both at once.

use hear_kernels::rns::{BasisError, ModDown};

use crate::params::PrimeIndex;
use crate::ring::Context;

/// Most limbs of a ciphertext: the size of tables of slices on the stack.
pub const MAX_LIMBS: usize = 64;

/// A step of a division limb by limb.
#[derive(Debug)]
pub enum LimbStep<'a> {
    /// Write this limb of the dividend.
    Make {
        /// Which limb.
        limb: usize,
        /// Where.
        pair: &'a mut [u32],
    },
    /// This limb of the quotient is ready, and may be overwritten.
    Take {
        /// Which limb.
        limb: usize,
        /// The quotient.
        pair: &'a mut [u32],
    },
}

/// Divides both components of a ciphertext by the product of the primes dropped, with rounding.
#[derive(Debug)]
pub struct LimbPairDivision {
    division: ModDown,
    n: usize,
}

impl LimbPairDivision {
    /// Divides ciphertexts over `keep` and `drop` by the product of `drop`.
    ///
    /// # Errors
    /// If one of them is empty, `drop` is too long, or a prime stands twice.
    pub fn new(context: &Context, keep: &[PrimeIndex], drop: &[PrimeIndex]) -> Result<Self, BasisError> {
        let division = ModDown::new(&context.tables(keep), &context.tables(drop))?;
        Ok(Self { division, n: context.n() })
    }

    /// A rescale of ciphertexts over `limbs` by the last `count` of them.
    ///
    /// # Errors
    /// If nothing is dropped or nothing is left.
    ///
    /// # Panics
    /// If `count` exceeds the limbs.
    pub fn rescale(context: &Context, limbs: &[PrimeIndex], count: usize) -> Result<Self, BasisError> {
        let (keep, drop) = limbs.split_at(limbs.len() - count);
        Self::new(context, keep, drop)
    }

    /// Limbs of the result.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.division.kept_count()
    }

    /// Limbs divided by.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.division.dropped_count()
    }

    /// NTTs of one application.
    #[must_use]
    pub fn transforms(&self) -> u64 {
        2 * (self.kept() + self.dropped()) as u64
    }

    /// Words of scratch that [`LimbPairDivision::apply_into`] needs.
    #[must_use]
    pub fn scratch_words(&self) -> usize {
        self.division.scratch_words()
    }

    /// Words of scratch that [`LimbPairDivision::stream`] needs.
    #[must_use]
    pub fn stream_scratch_words(&self) -> usize {
        self.remainder_words() + 3 * self.n
    }

    /// Words of the remainders of both components.
    #[must_use]
    pub fn remainder_words(&self) -> usize {
        2 * self.division.remainder_words()
    }

    /// `out = round(x / product)`: `pairs` has the limb pairs kept, then those dropped; `out` those kept.
    ///
    /// # Panics
    /// If a number of limbs or a length is wrong, or the scratch too short.
    pub fn apply_into(&self, pairs: &[&[u32]], out: &mut [&mut [u32]], scratch: &mut [u32]) {
        for component in 0..2 {
            self.apply_component_into(component, pairs, out, scratch);
        }
    }

    /// One component of [`LimbPairDivision::apply_into`]: 0 or 1. It writes only that half of each pair of `out`.
    ///
    /// # Panics
    /// As [`LimbPairDivision::apply_into`], and if there is no such component.
    pub fn apply_component_into(
        &self,
        component: usize,
        pairs: &[&[u32]],
        out: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let (n, kept, dropped) = (self.n, self.kept(), self.dropped());
        assert!(component < 2, "component {component} of a pair");
        assert!(pairs.len() == kept + dropped && out.len() == kept, "{} limb pairs into {}", pairs.len(), out.len());
        let half = component * n..(component + 1) * n;
        let mut inputs: [&[u32]; MAX_LIMBS] = [&[]; MAX_LIMBS];
        let mut outputs: [&mut [u32]; MAX_LIMBS] = std::array::from_fn(|_| Default::default());
        for (input, pair) in inputs.iter_mut().zip(pairs) {
            *input = &pair[half.clone()];
        }
        for (output, pair) in outputs.iter_mut().zip(out) {
            *output = &mut pair[half.clone()];
        }
        let (inputs, dropped) = inputs[..kept + dropped].split_at(kept);
        self.division.apply_into(inputs, dropped, &mut outputs[..kept], scratch);
    }

    /// Divides pairs that are made one after the other, so that few of them are in memory at a time: first all dropped ones
    /// are asked for, then one after the other each of those kept is asked for and handed over divided. Limbs count as in
    /// [`LimbPairDivision::apply_into`].
    ///
    /// # Panics
    /// If the scratch is too short.
    pub fn stream(&self, mut step: impl FnMut(LimbStep<'_>), scratch: &mut [u32]) {
        let (remainders, scratch) = scratch.split_at_mut(self.remainder_words());
        self.remainders_into(|limb, pair| step(LimbStep::Make { limb, pair }), remainders, scratch);
        let (pair, scratch) = scratch.split_at_mut(2 * self.n);
        for limb in 0..self.kept() {
            step(LimbStep::Make { limb, pair });
            self.divide_limb_assign(limb, pair, remainders, scratch);
            step(LimbStep::Take { limb, pair });
        }
    }

    /// The first part of [`LimbPairDivision::stream`]: the remainders, from the limbs dropped, which `make` writes one after
    /// the other.
    ///
    /// # Panics
    /// If the scratch does not hold 2N words, or there is not [`LimbPairDivision::remainder_words`] room.
    pub fn remainders_into(
        &self,
        mut make: impl FnMut(usize, &mut [u32]),
        remainders: &mut [u32],
        scratch: &mut [u32],
    ) {
        assert_eq!(remainders.len(), self.remainder_words(), "words of the remainders");
        let (n, division) = (self.n, &self.division);
        let pair = &mut scratch[..2 * n];
        let words = division.remainder_words();
        for index in 0..self.dropped() {
            make(self.kept() + index, pair);
            for (values, remainder) in pair.chunks_exact(n).zip(remainders.chunks_exact_mut(words)) {
                division.drop_limb(index, values, remainder);
            }
        }
        remainders.chunks_exact_mut(words).for_each(|remainder| division.prepare(remainder));
    }

    /// The second part, for each of the limbs kept: `pair <- round(pair / product)`.
    ///
    /// # Panics
    /// If there is no such limb, a length is wrong, or the scratch does not hold N words.
    pub fn divide_limb_assign(&self, limb: usize, pair: &mut [u32], remainders: &[u32], scratch: &mut [u32]) {
        assert_eq!(remainders.len(), self.remainder_words(), "words of the remainders");
        let remainders = remainders.chunks_exact(self.division.remainder_words());
        for (values, remainder) in pair.chunks_exact_mut(self.n).zip(remainders) {
            self.division.divide_limb_assign(limb, values, remainder, scratch);
        }
    }
}
