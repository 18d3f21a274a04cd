//! Rotations of the slots, alone or as part of a rotate-and-sum.

use std::{ops::Range, sync::Arc};

use hear_kernels::{automorphism::Automorphism, eltwise};

use super::{Levels, split_pairs};
use crate::{
    ring::{Context, PrimeIndex},
    rlwe::{Gadget, Switched, SwitchingKey, limb_pair},
};

/// A rotation with its key.
#[derive(Clone, Debug)]
pub struct Rotation<'k> {
    /// Switches back to the secret key.
    pub key: &'k SwitchingKey,
    /// Moves the slots.
    pub automorphism: Arc<Automorphism>,
}

impl Rotation<'_> {
    /// `out = rotate(x)`.
    ///
    /// # Panics
    /// If numbers of limbs or lengths differ, the key does not serve, or the scratch is too short.
    pub fn apply_into(&self, levels: &Levels, x: &[&[u32]], out: &mut [&mut [u32]], scratch: &mut [u32]) {
        self.switch_into(levels.context(), levels.gadget(x.len()), x, out, scratch);
    }

    /// [`Rotation::apply_into`] with any number of digits and special primes: those of the gadget.
    ///
    /// # Panics
    /// As [`Rotation::apply_into`]; the scratch must hold [`Gadget::switch_scratch_words`].
    pub fn switch_into(
        &self,
        context: &Context,
        gadget: &Gadget,
        x: &[&[u32]],
        out: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        assert_eq!(x.len(), out.len(), "limbs of a rotation");
        let mut apart = Apart { sigma: &self.automorphism, context, gadget, first: 0, x, out };
        gadget.switch(&mut apart, self.key, scratch);
    }

    /// `x <- rotate(x)`, or `x <- x + rotate(x)` where `add` is set.
    ///
    /// # Panics
    /// If lengths differ, the key does not serve, or the scratch is too short.
    pub fn apply_assign(&self, levels: &Levels, x: &mut [&mut [u32]], add: bool, scratch: &mut [u32]) {
        let limbs = x.len();
        levels.gadget(limbs).switch(&mut InPlace { rotation: self, levels, first: 0, x, add }, self.key, scratch);
    }

    /// Some limbs of [`Rotation::apply_into`], after [`Gadget::begin_switch`]: `x` and `out` give these.
    ///
    /// # Panics
    /// If lengths differ, the key does not serve, or the scratch is shorter than [`Gadget::part_scratch_words`].
    pub fn finish_part_into(
        &self,
        levels: &Levels,
        part: SwitchPart<'_>,
        x: &[&[u32]],
        out: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let (context, gadget) = (levels.context(), levels.gadget(part.of));
        let mut apart = Apart { sigma: &self.automorphism, context, gadget, first: part.limbs.start, x, out };
        part.finish(levels, &mut apart, self.key, scratch);
    }

    /// Some limbs of [`Rotation::apply_assign`], after [`Gadget::begin_switch`]: `x` gives these.
    ///
    /// # Panics
    /// As [`Rotation::finish_part_into`].
    pub fn finish_part_assign(
        &self,
        levels: &Levels,
        part: SwitchPart<'_>,
        x: &mut [&mut [u32]],
        add: bool,
        scratch: &mut [u32],
    ) {
        let mut in_place = InPlace { rotation: self, levels, first: part.limbs.start, x, add };
        part.finish(levels, &mut in_place, self.key, scratch);
    }

    /// The end of a hoisted rotation: `out = rotate((c0 + k0, k1))`, where `extended` holds the products with the key over
    /// the extended basis and `x` is the ciphertext (c0, c1).
    ///
    /// # Panics
    /// If numbers of limbs or lengths differ, or the scratch is too short.
    pub fn finish_into(
        &self,
        levels: &Levels,
        extended: &[&[u32]],
        x: &[&[u32]],
        out: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let (context, n) = (levels.context(), levels.context().n());
        let (mut switched, scratch) = split_pairs(scratch, x.len(), n);
        levels.gadget(x.len()).mod_down_into(extended, &mut switched, scratch);
        for (limb, ((x, switched), out)) in x.iter().zip(switched).zip(out).enumerate() {
            let prime = PrimeIndex::from(limb);
            limb_pair::finish_automorphism_into(context, prime, &self.automorphism, x, switched, out);
        }
    }
}

/// Some limbs of a key switch that [`Gadget::begin_switch`] began.
#[derive(Clone, Debug)]
pub struct SwitchPart<'a> {
    /// Limbs of the ciphertext.
    pub of: usize,
    /// Which of them.
    pub limbs: Range<usize>,
    /// The ciphertext's coefficients.
    pub coefficients: &'a [u32],
    /// The remainders by the special primes.
    pub remainders: &'a [u32],
}

impl SwitchPart<'_> {
    pub(super) fn finish(&self, levels: &Levels, state: &mut impl Switched, key: &SwitchingKey, scratch: &mut [u32]) {
        let gadget = levels.gadget(self.of);
        gadget.finish_switch(self.limbs.clone(), state, key, self.coefficients, self.remainders, scratch);
    }
}

/// Limbs of a ciphertext and of its rotation, from the `first` on.
struct Apart<'a, 'b, 'c, 'd> {
    sigma: &'a Automorphism,
    context: &'a Context,
    gadget: &'a Gadget,
    first: usize,
    x: &'b [&'b [u32]],
    out: &'c mut [&'d mut [u32]],
}

impl Switched for Apart<'_, '_, '_, '_> {
    fn values(&self, limb: usize) -> &[u32] {
        &self.x[limb - self.first][self.context.n()..]
    }

    fn take(&mut self, limb: usize, pair: &mut [u32]) {
        let place = limb - self.first;
        let (prime, x, out) = (self.gadget.limbs()[limb], self.x[place], &mut *self.out[place]);
        limb_pair::finish_automorphism_into(self.context, prime, self.sigma, x, pair, out);
    }
}

/// Limbs of a ciphertext, from the `first` on, that its rotation replaces, or is added to.
struct InPlace<'a, 'c, 'd> {
    rotation: &'a Rotation<'a>,
    levels: &'a Levels,
    first: usize,
    x: &'c mut [&'d mut [u32]],
    add: bool,
}

impl Switched for InPlace<'_, '_, '_> {
    fn values(&self, limb: usize) -> &[u32] {
        &self.x[limb - self.first][self.levels.context().n()..]
    }

    fn take(&mut self, limb: usize, pair: &mut [u32]) {
        let (context, sigma) = (self.levels.context(), &self.rotation.automorphism);
        let (isa, n, modulus) = (context.isa(), context.n(), context.modulus(PrimeIndex::from(limb)));
        let x = &mut *self.x[limb - self.first];
        eltwise::add_assign(isa, modulus, &mut pair[..n], &x[..n]);
        for (x, pair) in x.chunks_exact_mut(n).zip(pair.chunks_exact(n)) {
            if self.add {
                sigma.apply_add_assign(isa, modulus, pair, x);
            } else {
                sigma.apply_into(isa, pair, x);
            }
        }
    }
}

/// One limb of the decomposition that rotations of a ciphertext share.
#[derive(Clone, Copy, Debug)]
pub struct SharedLimb<'a> {
    /// Limbs of the ciphertext.
    pub limbs: usize,
    /// The limb of the extended basis: the ciphertext's own, then the special primes'.
    pub extended: usize,
    /// The N residues of component 1 modulo that prime, absent for a special prime.
    pub own: Option<&'a [u32]>,
    /// The coefficients from [`crate::rlwe::Gadget::to_coefficients_into`].
    pub coefficients: &'a [u32],
}

/// Multiplies one limb of a decomposition by that limb of several keys: `out[r]` is a limb pair of the extended basis.
///
/// # Panics
/// If a key does not serve, a length is wrong, or the scratch is too short.
pub fn raise_and_multiply<'k>(
    levels: &Levels,
    shared: SharedLimb<'_>,
    keys: impl IntoIterator<Item = &'k SwitchingKey>,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let gadget = levels.gadget(shared.limbs);
    let raised = &mut scratch[..gadget.raised_words(shared.extended)];
    gadget.raise_limb_into(shared.extended, shared.coefficients, raised);
    for (key, out) in keys.into_iter().zip(out) {
        gadget.product_limb_into(shared.extended, shared.own, raised, key, out);
    }
}
