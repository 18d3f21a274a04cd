//! Division of limb pairs by some of their primes: mod_down, rescale, or both at once.

use hear_kernels::rns::{BasisError, ModDown};

use crate::params::PrimeIndex;
use crate::ring::Context;

/// Most limbs of a ciphertext: the size of tables of slices on the stack.
pub(super) const MAX_LIMBS: usize = 64;

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

    /// Words of scratch that one application needs.
    #[must_use]
    pub fn scratch_words(&self) -> usize {
        self.dropped() * self.n + self.division.scratch_words()
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
        let (drops, scratch) = scratch.split_at_mut(dropped * n);
        for (drop, pair) in drops.chunks_exact_mut(n).zip(&pairs[kept..]) {
            drop.copy_from_slice(&pair[half.clone()]);
        }
        let mut inputs: [&[u32]; MAX_LIMBS] = [&[]; MAX_LIMBS];
        let mut outputs: [&mut [u32]; MAX_LIMBS] = std::array::from_fn(|_| Default::default());
        for i in 0..kept {
            inputs[i] = &pairs[i][half.clone()];
        }
        for (output, pair) in outputs.iter_mut().zip(out) {
            *output = &mut pair[half.clone()];
        }
        self.division.apply_into(&inputs[..kept], drops, &mut outputs[..kept], scratch);
    }
}
