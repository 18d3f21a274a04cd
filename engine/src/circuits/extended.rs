//! Steps of a linear map whose sums stay in the extended basis: the data limbs and the special primes.
//!
//! A value there is P times what it stands for. Rotated inputs and rotated sums are added without leaving it, so that a sum
//! costs one division, by the special primes and the rescale's primes at once (double hoisting: Bossuat, Mouchet,
//! Troncoso-Pastoriza, Hubaux, "Efficient bootstrapping for approximate homomorphic encryption with non-sparse keys",
//! EUROCRYPT 2021). All steps but divisions work on one limb.

use std::sync::Arc;

use hear_kernels::{
    accumulate::{Accumulation, Addend},
    eltwise,
};

use super::rotation::Rotation;
use crate::{
    ring::{Context, PrimeIndex},
    rlwe::{Gadget, KeySwitchSpec, LimbPairDivision, LimbStep, SpecError, SwitchingKey, limb_pair},
};

/// Tables for key switching at one level, and for the division that ends a sum.
#[derive(Debug)]
pub struct ExtendedBasis {
    context: Arc<Context>,
    gadget: Gadget,
    /// P modulo each data limb.
    special_product: Vec<u32>,
    /// By the special primes and the primes dropped.
    division: LimbPairDivision,
}

/// One limb of a polynomial's digits.
#[derive(Clone, Copy, Debug)]
pub struct RaisedLimb<'a> {
    /// The limb of the extended basis.
    pub limb: usize,
    /// The polynomial's own NTT values modulo that prime; absent for special primes.
    pub own: Option<&'a [u32]>,
    /// The other digits, from [`Gadget::raise_limb_into`].
    pub raised: &'a [u32],
}

impl ExtendedBasis {
    /// Tables for ciphertexts and keys of `spec`'s shape; sums drop their last `drop` data primes.
    ///
    /// # Errors
    /// If no switching key can have this shape.
    ///
    /// # Panics
    /// If nothing is left after the drop.
    pub fn new(context: &Arc<Context>, spec: &KeySwitchSpec, drop: usize) -> Result<Self, SpecError> {
        let gadget = Gadget::new(context, &spec.limbs, &spec.special, spec.digits)?;
        let special_product = spec.limbs.iter().map(|&limb| {
            let modulus = context.modulus(limb);
            spec.special.iter().fold(1, |product, &special| {
                modulus.mul(product, modulus.reduce_u64(u64::from(context.modulus(special).value())))
            })
        });
        let special_product = special_product.collect();
        let (keep, dropped) = spec.limbs.split_at(spec.limbs.len() - drop);
        let division = LimbPairDivision::new(context, keep, &[dropped, &spec.special].concat())
            .expect("a checked spec: distinct primes, of which some are kept");
        Ok(Self { context: Arc::clone(context), gadget, special_product, division })
    }

    /// The key switch.
    #[must_use]
    pub fn gadget(&self) -> &Gadget {
        &self.gadget
    }

    /// Data limbs.
    #[must_use]
    pub fn limbs(&self) -> usize {
        self.gadget.limbs().len()
    }

    /// Limbs of the extended basis.
    #[must_use]
    pub fn extended(&self) -> usize {
        self.gadget.extended().len()
    }

    /// The prime of a limb of the extended basis.
    #[must_use]
    pub fn prime(&self, limb: usize) -> PrimeIndex {
        self.gadget.extended()[limb]
    }

    /// Words of scratch for any step, beside what its caller keeps of its own.
    #[must_use]
    pub fn scratch_words(&self) -> usize {
        let n = self.context.n();
        let own = (self.gadget.most_raised_words() + n).max(self.gadget.coefficient_words());
        own.max(self.gadget.stream_scratch_words()).max(self.division.scratch_words())
    }

    /// The digits of a polynomial modulo all primes of the extended basis, but those that are its own values: `raised` has a
    /// slice for each limb, [`Gadget::raised_words`] long.
    ///
    /// # Panics
    /// If a number of limbs or a length is wrong, or the scratch is too short.
    pub fn raise_into<'r>(
        &self,
        polynomial: impl IntoIterator<Item = &'r [u32]>,
        raised: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        assert_eq!(raised.len(), self.extended(), "limbs of the digits");
        let coefficients = &mut scratch[..self.gadget.coefficient_words()];
        self.gadget.to_coefficients_into(polynomial, coefficients);
        for (limb, raised) in raised.iter_mut().enumerate() {
            self.gadget.raise_limb_into(limb, coefficients, raised);
        }
    }

    /// One limb of the digits of a polynomial, from the coefficients of [`Gadget::to_coefficients_into`].
    ///
    /// # Panics
    /// If a length is wrong, or `raised` too short.
    pub fn raise_limb_into<'r>(
        &self,
        limb: usize,
        own: Option<&'r [u32]>,
        coefficients: &[u32],
        raised: &'r mut [u32],
    ) -> RaisedLimb<'r> {
        let raised = &mut raised[..self.gadget.raised_words(limb)];
        self.gadget.raise_limb_into(limb, coefficients, raised);
        RaisedLimb { limb, own, raised }
    }

    /// A rotated ciphertext over the data limbs: `out = rotate((c0, 0) + key switch of c1)`, from the digits of all limbs of
    /// the extended basis.
    ///
    /// # Panics
    /// If a number of limbs or a length is wrong, the key does not serve, or the scratch is too short.
    pub fn rotate_into(
        &self,
        rotation: &Rotation<'_>,
        raised: &[&[u32]],
        x: &[&[u32]],
        out: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        let (context, n) = (&self.context, self.context.n());
        let step = |step: LimbStep<'_>| match step {
            LimbStep::Make { limb, pair } => {
                let own = x.get(limb).map(|x| &x[n..]);
                self.gadget.product_limb_into(limb, own, raised[limb], rotation.key, pair);
            }
            LimbStep::Take { limb, pair } => {
                let (prime, sigma) = (self.prime(limb), &rotation.automorphism);
                limb_pair::finish_automorphism_into(context, prime, sigma, x[limb], pair, out[limb]);
            }
        };
        self.gadget.stream(step, scratch);
    }

    /// One limb of a rotated ciphertext in the extended basis: `out = rotate(P (c0, 0) + digits key)`, or that added to what
    /// `out` holds. `c0` is absent for special primes, modulo which P is zero.
    ///
    /// # Panics
    /// If a length is wrong or the key does not serve.
    pub fn rotate_limb_into(
        &self,
        rotation: &Rotation<'_>,
        digits: RaisedLimb<'_>,
        c0: Option<&[u32]>,
        mode: Accumulation,
        out: &mut [u32],
    ) {
        let addend = c0.map(|values| {
            let modulus = self.context.modulus(self.prime(digits.limb));
            Addend { values, factor: modulus.to_montgomery(self.special_product[digits.limb]) }
        });
        self.turned_product_into(rotation, digits, addend, mode, out);
    }

    /// Adds to one limb of a sum in the extended basis its own automorphism: `sum <- sum + sigma(sum)`, where the digits are
    /// those of its second component after the division by P.
    ///
    /// # Panics
    /// As [`ExtendedBasis::rotate_limb_into`], and if the scratch does not hold N words.
    pub fn add_own_automorphism(
        &self,
        rotation: &Rotation<'_>,
        digits: RaisedLimb<'_>,
        sum: &mut [u32],
        scratch: &mut [u32],
    ) {
        let own = &mut scratch[..self.context.n()];
        own.copy_from_slice(&sum[..own.len()]);
        let factor = self.context.modulus(self.prime(digits.limb)).montgomery_one();
        self.turned_product_into(rotation, digits, Some(Addend { values: own, factor }), Accumulation::Add, sum);
    }

    /// One limb of a relinearised product in the extended basis: `out = P pair + digits key`.
    ///
    /// # Panics
    /// As [`ExtendedBasis::rotate_limb_into`].
    pub fn relinearize_limb_into(
        &self,
        key: &SwitchingKey,
        digits: RaisedLimb<'_>,
        pair: Option<&[u32]>,
        out: &mut [u32],
    ) {
        let RaisedLimb { limb, own, raised } = digits;
        self.gadget.product_limb_into(limb, own, raised, key, out);
        if let Some(pair) = pair {
            self.add_times_special(digits.limb, pair, out);
        }
    }

    /// One limb of a ciphertext in the extended basis: `out = P x`, zero modulo special primes.
    ///
    /// # Panics
    /// If a length is wrong.
    pub fn lift_limb_into(&self, limb: usize, x: Option<&[u32]>, out: &mut [u32]) {
        let Some(x) = x else {
            out.fill(0);
            return;
        };
        let modulus = self.context.modulus(self.prime(limb));
        eltwise::mul_scalar_into(self.context.isa(), modulus, out, x, self.special_product[limb]);
    }

    /// The end of a sum: divides by the special primes and the primes dropped, and adds a constant, whole limbs.
    ///
    /// # Panics
    /// If a number of limbs or a length is wrong, or the scratch is too short.
    pub fn divide_into<'w>(
        &self,
        sum: &[&[u32]],
        constant: Option<impl IntoIterator<Item = &'w [u32]>>,
        out: &mut [&mut [u32]],
        scratch: &mut [u32],
    ) {
        self.division.apply_into(sum, out, scratch);
        self.add_constant(constant, out);
    }

    /// One limb of a sum in the extended basis: `sum <- rotate(x)`, or that added to what `sum` holds. `x` is the ciphertext's
    /// limb, absent for special primes, `coefficients` are [`Gadget::to_coefficients_into`]'s of all.
    ///
    /// # Panics
    /// If a length is wrong, the key does not serve, or the scratch is shorter than [`Gadget::most_raised_words`].
    #[expect(clippy::too_many_arguments, reason = "the operands, what to do with them, and where")]
    pub fn add_rotation_limb(
        &self,
        rotation: &Rotation<'_>,
        limb: usize,
        coefficients: &[u32],
        x: Option<&[u32]>,
        mode: Accumulation,
        sum: &mut [u32],
        scratch: &mut [u32],
    ) {
        let (c0, own) = x.map(|pair| pair.split_at(self.context.n())).unzip();
        let digits = self.raise_limb_into(limb, own, coefficients, scratch);
        self.rotate_limb_into(rotation, digits, c0, mode, sum);
    }

    /// One limb of a sum in the extended basis that begins with a ciphertext, or to which one is added as it is.
    ///
    /// # Panics
    /// If a length is wrong.
    pub fn add_limb(&self, limb: usize, x: Option<&[u32]>, mode: Accumulation, sum: &mut [u32]) {
        match (mode, x) {
            (Accumulation::Overwrite, x) => self.lift_limb_into(limb, x, sum),
            (Accumulation::Add, Some(x)) => self.add_times_special(limb, x, sum),
            // P x is zero modulo special primes.
            (Accumulation::Add, None) => {}
        }
    }

    /// [`ExtendedBasis::divide_into`] by the special primes alone.
    ///
    /// # Panics
    /// As [`ExtendedBasis::divide_into`].
    pub fn leave_into(&self, sum: &[&[u32]], out: &mut [&mut [u32]], scratch: &mut [u32]) {
        self.gadget.mod_down_into(sum, out, scratch);
    }

    /// The second component of a sum after the division by the special primes, in the second halves of `out`.
    ///
    /// # Panics
    /// As [`ExtendedBasis::divide_into`].
    pub fn leave_second_into(&self, sum: &[&[u32]], out: &mut [&mut [u32]], scratch: &mut [u32]) {
        self.gadget.mod_down().apply_component_into(1, sum, out, scratch);
    }

    fn add_constant<'w>(&self, constant: Option<impl IntoIterator<Item = &'w [u32]>>, out: &mut [&mut [u32]]) {
        let n = self.context.n();
        for (limb, (out, constant)) in out.iter_mut().zip(constant.into_iter().flatten()).enumerate() {
            let modulus = self.context.modulus(self.prime(limb));
            eltwise::add_assign(self.context.isa(), modulus, &mut out[..n], constant);
        }
    }

    fn turned_product_into(
        &self,
        rotation: &Rotation<'_>,
        digits: RaisedLimb<'_>,
        addend: Option<Addend<'_>>,
        mode: Accumulation,
        out: &mut [u32],
    ) {
        let (RaisedLimb { limb, own, raised }, sigma) = (digits, &rotation.automorphism);
        self.gadget.turned_product_limb_into(limb, own, raised, rotation.key, addend, sigma, mode, out);
    }

    /// `sum <- sum + P x`.
    fn add_times_special(&self, limb: usize, x: &[u32], sum: &mut [u32]) {
        let modulus = self.context.modulus(self.prime(limb));
        eltwise::mul_scalar_add_assign(self.context.isa(), modulus, sum, x, self.special_product[limb]);
    }
}
