//! The steps of an encrypted network on the limb pairs of one or a few ciphertexts.
//!
//! Each is one task of a run: it takes what it reads, what it writes and scratch memory, allocates nothing large, and
//! knows neither plans nor threads. A value is a list of limb pairs, the residues of component 0 then of component 1 of
//! one limb, as NTT values; its limbs belong to the first data primes.

pub mod activation;
pub mod extended;
pub mod linear;
pub mod nodes;
pub mod rotation;
pub mod squares;

use std::sync::Arc;

use arrayvec::ArrayVec;
use extended::ExtendedBasis;

use crate::{
    ring::{Context, PrimeIndex},
    rlwe::{Gadget, KeySwitchSpec, LimbPairDivision, MAX_LIMBS, SpecError},
};

/// Precomputed tables for ciphertexts of every number of limbs of a chain.
#[derive(Debug)]
pub struct Levels {
    context: Arc<Context>,
    /// Key switching and sums of rotated ciphertexts, by number of limbs; [0] is unused.
    bases: Vec<Option<ExtendedBasis>>,
    /// By number of limbs before the rescale; [0] and [1] are unused.
    rescales: Vec<Option<LimbPairDivision>>,
}

impl Levels {
    /// Tables for up to `limbs` limbs; `key_switch` gives the shape of the keys at each number of them.
    ///
    /// # Errors
    /// If no switching key can have such a shape.
    pub fn new(
        context: &Arc<Context>,
        limbs: usize,
        key_switch: impl Fn(usize) -> KeySwitchSpec,
    ) -> Result<Self, SpecError> {
        let basis = |l: usize| match l {
            0 => Ok(None),
            // The last limb cannot be dropped.
            _ => ExtendedBasis::new(context, &key_switch(l), usize::from(l > 1)).map(Some),
        };
        let rescale = |l: usize| match l {
            0 | 1 => None,
            _ => Some(
                LimbPairDivision::rescale(context, &PrimeIndex::first(l), 1)
                    .expect("one of at least two distinct primes is dropped"),
            ),
        };
        let bases = (0..=limbs).map(basis).collect::<Result<_, _>>()?;
        let rescales = (0..=limbs).map(rescale).collect();
        Ok(Self { context: Arc::clone(context), bases, rescales })
    }

    /// The ring.
    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Key switching at so many limbs.
    ///
    /// # Panics
    /// If there are no tables for it.
    #[must_use]
    pub fn gadget(&self, limbs: usize) -> &Gadget {
        self.sums(limbs).gadget()
    }

    /// Sums of rotated ciphertexts, with a rescale that leaves one limb fewer where there are several.
    ///
    /// # Panics
    /// If there are no tables for it.
    #[must_use]
    pub fn sums(&self, limbs: usize) -> &ExtendedBasis {
        self.bases[limbs].as_ref().expect("a ciphertext has at least one limb")
    }

    /// The rescale that leaves one limb fewer.
    ///
    /// # Panics
    /// If there are no tables for it.
    #[must_use]
    pub fn rescale(&self, limbs: usize) -> &LimbPairDivision {
        self.rescales[limbs].as_ref().expect("a rescaled ciphertext has at least two limbs")
    }

    /// Words of scratch that any step on up to `limbs` limbs needs.
    #[must_use]
    pub fn scratch_words(&self, limbs: usize) -> usize {
        (1..=limbs).map(|l| self.step_words(l)).max().unwrap_or(0)
    }

    /// The largest step is a product with relinearisation: sums, square and switched parts, then the switch or rescale.
    fn step_words(&self, limbs: usize) -> usize {
        let n = self.context.n();
        let rescale = if limbs > 1 { self.rescale(limbs).scratch_words() } else { 0 };
        let gadget = self.gadget(limbs);
        let switch = gadget.switch_scratch_words().max(gadget.mod_down_scratch_words());
        let own = 5 * limbs * n + 2 * n + switch.max(rescale).max(linear::multiply_accumulate_words(&self.context));
        own.max(self.sums(limbs).scratch_words())
    }
}

/// One slice a limb, on the stack: tasks do not allocate.
pub(crate) type OfLimbs<S> = ArrayVec<S, MAX_LIMBS>;

/// The first `limbs` pairs of 2N words of `scratch`, and the rest of it.
fn split_pairs(scratch: &mut [u32], limbs: usize, n: usize) -> (OfLimbs<&mut [u32]>, &mut [u32]) {
    let (pairs, rest) = scratch.split_at_mut(limbs * 2 * n);
    (pairs.chunks_exact_mut(2 * n).collect(), rest)
}

/// A reborrowed view of mutable pairs.
fn shared<'a>(pairs: &'a [&mut [u32]]) -> OfLimbs<&'a [u32]> {
    pairs.iter().map(|pair| &**pair).collect()
}
