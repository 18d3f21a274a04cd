//! Hybrid key switching, cut into the steps that a plan schedules.
//!
//! ```text
//! polynomial --to_coefficients--> digits' coefficients          l inverse NTTs
//!   for every limb m of the extended basis:
//!     raise_limb  --> the digits modulo that prime              a forward NTT for each digit that m is not part of
//!     product_limb --> sum over digits of digit x key           a limb pair
//! mod_down --> limb pairs over the data limbs                   2 (l + k) NTTs
//! ```
//!
//! Only the digits of one limb are alive at a time. Hoisting shares the first two steps among rotations: `raise_limb`
//! once, `product_limb` for each key. `stream` multiplies and divides limb by limb, special primes first, so that the
//! products need not be in memory together.
//!
//! Source: Han, Ki, "Better bootstrapping for approximate homomorphic encryption", CT-RSA 2020, section 3 (hybrid key
//! switching), with the exact base conversion of [`hear_kernels::rns`].

use std::ops::Range;
use std::sync::Arc;

use hear_kernels::accumulate::{Accumulation, Addend, MAX_DIGITS, key_product_into, turned_key_product_into};
use hear_kernels::automorphism::Automorphism;
use hear_kernels::rns::ModUp;

use super::{KeySwitchSpec, KeyTarget, LimbPairDivision, LimbStep, SpecError, SwitchingKey, digit_ranges};
use crate::ring::{Context, PrimeIndex};

/// Everything precomputed to switch keys over one choice of limbs, special primes and digits.
#[derive(Debug)]
pub struct Gadget {
    context: Arc<Context>,
    /// The limbs, then the special primes.
    extended: Vec<PrimeIndex>,
    limbs: usize,
    digits: Vec<Digit>,
    mod_down: LimbPairDivision,
}

/// One group of limbs.
#[derive(Debug)]
struct Digit {
    limbs: Range<usize>,
    /// Its coefficients, then the conversion's overflow, in the words that `to_coefficients_into` writes.
    words: Range<usize>,
    mod_up: ModUp,
}

impl Gadget {
    /// Precomputes for ciphertexts over `limbs`.
    ///
    /// # Errors
    /// If no switching key can have this shape.
    pub fn new(
        context: &Arc<Context>,
        limbs: &[PrimeIndex],
        special: &[PrimeIndex],
        digits: usize,
    ) -> Result<Self, SpecError> {
        let spec =
            KeySwitchSpec { target: KeyTarget::Relinearize, limbs: limbs.to_vec(), special: special.to_vec(), digits };
        spec.check(context.parameters())?;
        let extended: Vec<_> = spec.extended().collect();
        let mut end = 0;
        let digits = digit_ranges(limbs.len(), digits).into_iter().map(|limbs| {
            let targets: Vec<_> = [&extended[..limbs.start], &extended[limbs.end..]].concat();
            let mod_up = ModUp::new(&context.tables(&extended[limbs.clone()]), &context.tables(&targets))
                .expect("checked spec: distinct primes, and a special prime is a target");
            let start = end;
            end += limbs.len() * context.n() + mod_up.overflow_words();
            Digit { limbs, words: start..end, mod_up }
        });
        let digits = digits.collect();
        let mod_down = LimbPairDivision::new(context, limbs, special).expect("checked spec: distinct primes");
        Ok(Self { context: Arc::clone(context), extended, limbs: limbs.len(), digits, mod_down })
    }

    /// The data limbs.
    #[must_use]
    pub fn limbs(&self) -> &[PrimeIndex] {
        &self.extended[..self.limbs]
    }

    /// The special primes.
    #[must_use]
    pub fn special(&self) -> &[PrimeIndex] {
        &self.extended[self.limbs..]
    }

    /// Data limbs, then special primes.
    #[must_use]
    pub fn extended(&self) -> &[PrimeIndex] {
        &self.extended
    }

    /// How many digits.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.digits.len()
    }

    /// The division by the special primes that ends a switch.
    #[must_use]
    pub fn mod_down(&self) -> &LimbPairDivision {
        &self.mod_down
    }

    /// Whether `key` can be used here.
    #[must_use]
    pub fn accepts(&self, key: &SwitchingKey) -> bool {
        key.serves(self.limbs(), self.special(), self.digits())
    }

    /// Words that [`Gadget::to_coefficients_into`] writes.
    #[must_use]
    pub fn coefficient_words(&self) -> usize {
        self.digits.last().map_or(0, |digit| digit.words.end)
    }

    /// Words that [`Gadget::raise_limb_into`] writes for the m-th limb of the extended basis: N for each digit that the limb
    /// is not part of.
    #[must_use]
    pub fn raised_words(&self, m: usize) -> usize {
        (self.digits() - usize::from(m < self.limbs)) * self.context.n()
    }

    /// The most words that [`Gadget::raise_limb_into`] writes.
    #[must_use]
    pub fn most_raised_words(&self) -> usize {
        self.digits() * self.context.n()
    }

    /// Words of scratch for [`Gadget::mod_down_into`].
    #[must_use]
    pub fn mod_down_scratch_words(&self) -> usize {
        self.mod_down.scratch_words()
    }

    /// Words of scratch for [`Gadget::stream`].
    #[must_use]
    pub fn stream_scratch_words(&self) -> usize {
        self.mod_down.stream_scratch_words()
    }

    /// Words of scratch for [`Gadget::switch`].
    #[must_use]
    pub fn switch_scratch_words(&self) -> usize {
        self.coefficient_words() + self.remainder_words() + self.part_scratch_words()
    }

    /// Words of scratch for [`Gadget::begin_switch`] and [`Gadget::finish_switch`].
    #[must_use]
    pub fn part_scratch_words(&self) -> usize {
        self.most_raised_words() + 3 * self.context.n()
    }

    /// Words of the remainders that [`Gadget::begin_switch`] leaves.
    #[must_use]
    pub fn remainder_words(&self) -> usize {
        self.mod_down.remainder_words()
    }

    /// NTTs of [`Gadget::to_coefficients_into`].
    #[must_use]
    pub fn transforms_to_coefficients(&self) -> u64 {
        self.limbs as u64
    }

    /// NTTs of [`Gadget::raise_limb_into`] for the m-th limb of the extended basis.
    #[must_use]
    pub fn transforms_raise_limb(&self, m: usize) -> u64 {
        self.digits.iter().filter(|digit| !digit.limbs.contains(&m)).count() as u64
    }

    /// NTTs of [`Gadget::mod_down_into`].
    #[must_use]
    pub fn transforms_mod_down(&self) -> u64 {
        self.mod_down.transforms()
    }

    /// NTTs of the decomposition that rotations share: to coefficients, and up to every limb.
    #[must_use]
    pub fn transforms_decompose(&self) -> u64 {
        let raise: u64 = (0..self.extended.len()).map(|m| self.transforms_raise_limb(m)).sum();
        self.transforms_to_coefficients() + raise
    }

    /// NTTs of [`Gadget::switch`].
    #[must_use]
    pub fn transforms_switch(&self) -> u64 {
        self.transforms_decompose() + self.transforms_mod_down()
    }

    /// The coefficients of a polynomial, prepared for [`Gadget::raise_limb_into`].
    ///
    /// - in: NTT values, N for each data limb, in order (of a ciphertext's limb pairs: `pairs.map(|pair| &pair[n..])`)
    /// - out: [`Gadget::coefficient_words`]
    ///
    /// # Panics
    /// If a number of limbs or a length is wrong.
    pub fn to_coefficients_into<'a>(&self, polynomial: impl IntoIterator<Item = &'a [u32]>, coefficients: &mut [u32]) {
        let n = self.context.n();
        assert_eq!(coefficients.len(), self.coefficient_words(), "words for the coefficients");
        let mut polynomial = polynomial.into_iter();
        for digit in &self.digits {
            let words = &mut coefficients[digit.words.clone()];
            let (limbs, overflow) = words.split_at_mut(digit.limbs.len() * n);
            for (limb, &prime) in limbs.chunks_exact_mut(n).zip(&self.extended[digit.limbs.clone()]) {
                let values = polynomial.next().expect("one slice of the polynomial for each data limb");
                self.context.table(prime).inverse_into(values, limb);
            }
            digit.mod_up.prepare(limbs, overflow);
        }
        assert!(polynomial.next().is_none(), "more slices than the {} data limbs", self.limbs);
    }

    /// The NTT values modulo the m-th prime of the extended basis of all digits that the limb is not part of: of that digit
    /// they are the polynomial's own.
    ///
    /// - out: [`Gadget::raised_words`]
    ///
    /// # Panics
    /// If there is no limb `m` or a length is wrong.
    pub fn raise_limb_into(&self, m: usize, coefficients: &[u32], raised: &mut [u32]) {
        let n = self.context.n();
        assert!(m < self.extended.len(), "limb {m} of {}", self.extended.len());
        assert_eq!(coefficients.len(), self.coefficient_words(), "words of the coefficients");
        assert_eq!(raised.len(), self.raised_words(m), "words for the digits");
        let others = self.digits.iter().filter(|digit| !digit.limbs.contains(&m));
        for (digit, out) in others.zip(raised.chunks_exact_mut(n)) {
            let target = if m < digit.limbs.start { m } else { m - digit.limbs.len() };
            let (limbs, overflow) = coefficients[digit.words.clone()].split_at(digit.limbs.len() * n);
            digit.mod_up.raise_limb_into(target, limbs, overflow, out);
        }
    }

    /// The sum over digits of digit times key, modulo the m-th prime of the extended basis: a limb pair.
    ///
    /// `own` are the polynomial's own NTT values modulo that prime, absent for a special prime; `raised` is from
    /// [`Gadget::raise_limb_into`].
    ///
    /// # Panics
    /// If there is no limb `m`, `own` is there for a special prime or missing for a data limb, the key does not serve here,
    /// or a length is wrong.
    pub fn product_limb_into(
        &self,
        m: usize,
        own: Option<&[u32]>,
        raised: &[u32],
        key: &SwitchingKey,
        out: &mut [u32],
    ) {
        let (digits, stream) = (self.digits_of(m, own, raised), self.stream_of(m, key));
        let modulus = self.context.modulus(self.extended[m]);
        key_product_into(self.context.isa(), modulus, &digits[..self.digits()], stream, out);
    }

    /// [`Gadget::product_limb_into`] with an addend, turned by an automorphism: see [`turned_key_product_into`].
    ///
    /// # Panics
    /// As [`Gadget::product_limb_into`], and if the automorphism is of another degree.
    #[expect(clippy::too_many_arguments, reason = "an operand for each part of the formula")]
    pub fn turned_product_limb_into(
        &self,
        m: usize,
        own: Option<&[u32]>,
        raised: &[u32],
        key: &SwitchingKey,
        addend: Option<Addend<'_>>,
        automorphism: &Automorphism,
        mode: Accumulation,
        out: &mut [u32],
    ) {
        let (digits, stream) = (self.digits_of(m, own, raised), self.stream_of(m, key));
        let (isa, modulus) = (self.context.isa(), self.context.modulus(self.extended[m]));
        let digits = &digits[..self.digits()];
        turned_key_product_into(isa, modulus, digits, stream, addend, automorphism, mode, out);
    }

    /// All digits of a limb: those raised, and the polynomial's own values where the limb is part of a digit.
    fn digits_of<'a>(&self, m: usize, own: Option<&'a [u32]>, raised: &'a [u32]) -> [&'a [u32]; MAX_DIGITS] {
        assert_eq!(own.is_some(), m < self.limbs, "own values are there exactly for data limbs, not for limb {m}");
        assert_eq!(raised.len(), self.raised_words(m), "words of the digits");
        let mut others = raised.chunks_exact(self.context.n());
        let mut digits: [&[u32]; MAX_DIGITS] = [&[]; MAX_DIGITS];
        for (digit, values) in self.digits.iter().zip(&mut digits) {
            *values = match own {
                Some(own) if digit.limbs.contains(&m) => own,
                _ => others.next().expect("one limb for each other digit"),
            };
        }
        digits
    }

    /// A key's stream for a limb. Limbs that the ciphertext has lost stand between its own and the special ones.
    fn stream_of<'k>(&self, m: usize, key: &'k SwitchingKey) -> &'k [u32] {
        assert!(self.accepts(key), "a key to {} used at {} limbs, {} digits", key.spec(), self.limbs, self.digits());
        key.stream(if m < self.limbs { m } else { key.spec().limbs.len() + m - self.limbs })
    }

    /// Divides the limb pairs over the extended basis by the special primes.
    ///
    /// # Panics
    /// If a number of limbs or a length is wrong, or the scratch too short.
    pub fn mod_down_into(&self, extended: &[&[u32]], out: &mut [&mut [u32]], scratch: &mut [u32]) {
        self.mod_down.apply_into(extended, out, scratch);
    }

    /// Multiplies and divides limb by limb: see [`LimbPairDivision::stream`], of [`Gadget::mod_down`].
    ///
    /// # Panics
    /// If the scratch is shorter than [`Gadget::stream_scratch_words`].
    pub fn stream(&self, step: impl FnMut(LimbStep<'_>), scratch: &mut [u32]) {
        self.mod_down.stream(step, scratch);
    }

    /// All steps at once: limb pairs (k0, k1) over the data limbs with k0 + k1 s_out = polynomial times s_in, to noise.
    ///
    /// `state` gives N NTT values of the polynomial for each data limb, and gets the results limb by limb: those of a limb
    /// when its values are not needed any more, so that they may take their place.
    ///
    /// # Panics
    /// If the key does not serve here, a number of limbs or a length is wrong, or the scratch is shorter than
    /// [`Gadget::switch_scratch_words`].
    pub fn switch(&self, state: &mut impl Switched, key: &SwitchingKey, scratch: &mut [u32]) {
        let (coefficients, scratch) = scratch.split_at_mut(self.coefficient_words());
        let (remainders, scratch) = scratch.split_at_mut(self.remainder_words());
        self.begin_switch((0..self.limbs).map(|limb| state.values(limb)), key, coefficients, remainders, scratch);
        self.finish_switch(0..self.limbs, state, key, coefficients, remainders, scratch);
    }

    /// The part of [`Gadget::switch`] that all limbs of the result wait for: the polynomial's coefficients
    /// ([`Gadget::to_coefficients_into`]), and the remainders of the products by the special primes.
    ///
    /// # Panics
    /// As [`Gadget::switch`]; the scratch must hold [`Gadget::part_scratch_words`], the remainders
    /// [`Gadget::remainder_words`].
    pub fn begin_switch<'a>(
        &self,
        polynomial: impl IntoIterator<Item = &'a [u32]>,
        key: &SwitchingKey,
        coefficients: &mut [u32],
        remainders: &mut [u32],
        scratch: &mut [u32],
    ) {
        self.to_coefficients_into(polynomial, coefficients);
        let (raised, scratch) = scratch.split_at_mut(self.most_raised_words());
        let make = |limb: usize, pair: &mut [u32]| {
            let raised = &mut raised[..self.raised_words(limb)];
            self.raise_limb_into(limb, coefficients, raised);
            self.product_limb_into(limb, None, raised, key, pair);
        };
        self.mod_down.remainders_into(make, remainders, scratch);
    }

    /// The rest of [`Gadget::switch`] for some limbs of the result. `state` gives their values and gets their results.
    ///
    /// # Panics
    /// As [`Gadget::begin_switch`], and if there are no such limbs.
    pub fn finish_switch(
        &self,
        limbs: Range<usize>,
        state: &mut impl Switched,
        key: &SwitchingKey,
        coefficients: &[u32],
        remainders: &[u32],
        scratch: &mut [u32],
    ) {
        let (raised, scratch) = scratch.split_at_mut(self.most_raised_words());
        let (pair, scratch) = scratch.split_at_mut(2 * self.context.n());
        for limb in limbs {
            let raised = &mut raised[..self.raised_words(limb)];
            self.raise_limb_into(limb, coefficients, raised);
            self.product_limb_into(limb, Some(state.values(limb)), raised, key, pair);
            self.mod_down.divide_limb_assign(limb, pair, remainders, scratch);
            state.take(limb, pair);
        }
    }

    /// [`Gadget::switch`] of a polynomial into limb pairs of their own.
    ///
    /// # Panics
    /// As [`Gadget::switch`].
    pub fn switch_into(&self, polynomial: &[&[u32]], key: &SwitchingKey, out: &mut [&mut [u32]], scratch: &mut [u32]) {
        assert!(polynomial.len() == self.limbs && out.len() == self.limbs, "limbs of the polynomial and of the result");
        self.switch(&mut Apart { polynomial, out }, key, scratch);
    }
}

/// What [`Gadget::switch`] works on.
pub trait Switched {
    /// The N NTT values of one limb of the polynomial.
    fn values(&self, limb: usize) -> &[u32];

    /// Takes one limb of the result, which may be overwritten.
    fn take(&mut self, limb: usize, pair: &mut [u32]);
}

/// A polynomial and a result that stand apart.
struct Apart<'a, 'b, 'c> {
    polynomial: &'a [&'a [u32]],
    out: &'b mut [&'c mut [u32]],
}

impl Switched for Apart<'_, '_, '_> {
    fn values(&self, limb: usize) -> &[u32] {
        self.polynomial[limb]
    }

    fn take(&mut self, limb: usize, pair: &mut [u32]) {
        self.out[limb].copy_from_slice(pair);
    }
}
