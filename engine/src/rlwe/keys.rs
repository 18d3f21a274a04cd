//! Secret, public and switching keys.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use hear_kernels::accumulate::{key_stream_insert, key_stream_words};
use hear_kernels::eltwise;
use thiserror::Error;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::random::reduce_small_into;
use super::{KeySwitchSpec, KeyTarget, PublicSeed, Purpose, Randomness, RandomnessError, SpecError, digit_ranges};
use crate::params::PrimeIndex;
use crate::ring::{Basis, Context, Ntt, Poly, Words, zeroed_words};

/// The secret key: a polynomial with uniform coefficients in {-1, 0, 1}.
///
/// Erased from memory when dropped; `Debug` shows nothing of it.
pub struct SecretKey {
    coefficients: Zeroizing<Vec<i8>>,
    /// NTT values over the whole pool.
    values: Zeroizing<Poly<Ntt>>,
}

impl SecretKey {
    /// A new secret key.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn generate(context: &Context, randomness: &Randomness) -> Result<Self, RandomnessError> {
        let mut coefficients = Zeroizing::new(vec![0; context.n()]);
        randomness.stream(&Purpose::SecretKey)?.ternary(&mut coefficients);
        Ok(Self::from_ternary(context, coefficients))
    }

    /// The key with these coefficients, as a file holds them.
    ///
    /// # Errors
    /// [`KeyError::NotTernary`] if they are not N numbers in {-1, 0, 1}.
    pub fn from_coefficients(context: &Context, coefficients: Zeroizing<Vec<i8>>) -> Result<Self, KeyError> {
        if coefficients.len() == context.n() && coefficients.iter().all(|x| (-1..=1).contains(x)) {
            Ok(Self::from_ternary(context, coefficients))
        } else {
            Err(KeyError::NotTernary)
        }
    }

    fn from_ternary(context: &Context, coefficients: Zeroizing<Vec<i8>>) -> Self {
        let pool = Basis::first(context.parameters().primes().len());
        let values = Zeroizing::new(small_to_ntt(context, &pool, &coefficients));
        Self { coefficients, values }
    }

    /// The coefficients, in {-1, 0, 1}.
    #[must_use]
    pub fn coefficients(&self) -> &[i8] {
        &self.coefficients
    }

    /// NTT values modulo a prime of the pool.
    pub(super) fn limb(&self, prime: PrimeIndex) -> &[u32] {
        self.values.limb(prime.get())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

impl ZeroizeOnDrop for SecretKey {}

/// The public key: an encryption (b, a) of zero over the data primes and the first special prime, with which encryption
/// takes its noise down to that of a rounding.
#[derive(Clone, Debug)]
pub struct PublicKey {
    seed: PublicSeed,
    basis: Basis,
    /// Limb pairs [b | a] over the basis.
    words: Words,
}

impl PublicKey {
    /// The public key that belongs to `secret`: b = e - a s with a from the public seed.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn generate(
        context: &Context,
        secret: &SecretKey,
        seed: PublicSeed,
        randomness: &Randomness,
    ) -> Result<Self, RandomnessError> {
        let mut errors = Zeroizing::new(vec![0; context.n()]);
        randomness.stream(&Purpose::PublicKey)?.binomial(context.parameters().coins(), &mut errors);
        let mut key = Self::expand(context, seed);
        for (pair, &prime) in key.words.chunks_exact_mut(2 * context.n()).zip(&*key.basis) {
            let (b, a) = pair.split_at_mut(context.n());
            let minus_secret = negative_in_montgomery_form(context, prime, secret.limb(prime));
            mask_errors(context, prime, &errors, a, &minus_secret, b);
        }
        Ok(key)
    }

    /// The key with this half b: one limb of N residues for each prime of [`PublicKey::basis_of`].
    ///
    /// # Errors
    /// [`KeyError::Residues`] if the number of residues is wrong or one of them is not below its prime.
    pub fn from_parts(context: &Context, seed: PublicSeed, b: &[u32]) -> Result<Self, KeyError> {
        let mut key = Self::expand(context, seed);
        check_residues(context, &key.basis, b)?;
        for (pair, b) in key.words.chunks_exact_mut(2 * context.n()).zip(b.chunks_exact(context.n())) {
            pair[..context.n()].copy_from_slice(b);
        }
        Ok(key)
    }

    /// The primes of a public key: the data primes and the first special prime.
    #[must_use]
    pub fn basis_of(context: &Context) -> Basis {
        Basis::first(context.parameters().max_limbs() + 1)
    }

    /// The seed of the uniform half.
    #[must_use]
    pub fn seed(&self) -> PublicSeed {
        self.seed
    }

    /// The primes, in the order of the limbs.
    #[must_use]
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// The limb pair [b | a] of the i-th prime of the basis.
    ///
    /// # Panics
    /// If there is no limb `i`.
    #[must_use]
    pub fn pair(&self, i: usize) -> &[u32] {
        let words = self.words.len() / self.basis.len();
        &self.words[i * words..(i + 1) * words]
    }

    /// The uniform half, with b still zero.
    fn expand(context: &Context, seed: PublicSeed) -> Self {
        let (basis, n) = (Self::basis_of(context), context.n());
        let mut words = zeroed_words(2 * n * basis.len());
        for (pair, &prime) in words.chunks_exact_mut(2 * n).zip(&*basis) {
            seed.public_key_stream(prime).uniform(context.modulus(prime), &mut pair[n..]);
        }
        Self { seed, basis, words }
    }
}

/// A switching key without its uniform halves, which the public seed gives back: what a file holds.
#[derive(Clone, Debug)]
pub struct CompressedKey {
    spec: KeySwitchSpec,
    /// The halves b: for each limb of the extended basis the N residues of each digit.
    b: Words,
}

impl CompressedKey {
    /// A new key: for each digit j, b_j = e_j - a_j s_out + P [limb in digit j] s_in.
    ///
    /// For a rotation or conjugation by sigma, s_in = s and s_out = sigma^-1(s), so that the automorphism is applied to
    /// the result of the switch; for relinearisation s_in = s^2 and s_out = s.
    ///
    /// # Errors
    /// If the spec does not fit the parameters, or the operating system gives no randomness.
    pub fn generate(
        context: &Context,
        secret: &SecretKey,
        spec: &KeySwitchSpec,
        seed: PublicSeed,
        randomness: &Randomness,
    ) -> Result<Self, KeyError> {
        let generator = Generator::new(context, secret, spec, seed, randomness)?;
        let n = context.n();
        let mut b = zeroed_words(spec.extended_len() * spec.digits * n);
        let mut a = zeroed_words(n);
        for (i, b) in b.chunks_exact_mut(n).enumerate() {
            generator.digit_into(i / spec.digits, i % spec.digits, &mut a, b);
        }
        Ok(Self { spec: spec.clone(), b })
    }

    /// The key with these halves b, limbs of the extended basis outermost, then digits, then residues.
    ///
    /// # Errors
    /// If the spec does not fit the parameters, the number of residues is wrong or one is not below its prime.
    pub fn from_parts(context: &Context, spec: KeySwitchSpec, b: Words) -> Result<Self, KeyError> {
        spec.check(context.parameters())?;
        let limbs: Vec<_> = spec.extended().flat_map(|prime| std::iter::repeat_n(prime, spec.digits)).collect();
        check_residues(context, &limbs, &b)?;
        Ok(Self { spec, b })
    }

    /// What the key is for.
    #[must_use]
    pub fn spec(&self) -> &KeySwitchSpec {
        &self.spec
    }

    /// The halves b: limbs of the extended basis outermost, then digits, then residues.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        &self.b
    }

    /// The whole key, with the uniform halves from the public seed that it was generated with.
    #[must_use]
    pub fn expand(&self, context: &Context, seed: PublicSeed) -> SwitchingKey {
        let mut arena = KeyArena::new(context, std::slice::from_ref(&self.spec));
        arena.places().for_each(|place| place.expand(context, self, seed));
        arena.into_only_key()
    }
}

/// A switching key ready for use: one stream of residues in Montgomery form for each limb of the extended basis, in the
/// layout of [`hear_kernels::accumulate::key_product_into`].
#[derive(Clone, Debug)]
pub struct SwitchingKey {
    spec: KeySwitchSpec,
    /// What this key and perhaps others lie in, and where in it.
    arena: Arc<Words>,
    range: Range<usize>,
}

impl SwitchingKey {
    /// A new key, the same as [`CompressedKey::generate`] and [`CompressedKey::expand`] give.
    ///
    /// # Errors
    /// As [`CompressedKey::generate`].
    pub fn generate(
        context: &Context,
        secret: &SecretKey,
        spec: &KeySwitchSpec,
        seed: PublicSeed,
        randomness: &Randomness,
    ) -> Result<Self, KeyError> {
        let mut arena = KeyArena::new(context, std::slice::from_ref(spec));
        arena.places().try_for_each(|place| place.generate(context, secret, seed, randomness))?;
        Ok(arena.into_only_key())
    }

    /// What the key is for.
    #[must_use]
    pub fn spec(&self) -> &KeySwitchSpec {
        &self.spec
    }

    /// Bytes of the key.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.range.len() * size_of::<u32>()
    }

    /// The stream of the m-th limb of the extended basis.
    ///
    /// # Panics
    /// If there is no limb `m`.
    #[must_use]
    pub fn stream(&self, m: usize) -> &[u32] {
        let words = self.range.len() / self.spec.extended_len();
        &self.arena[self.range.clone()][m * words..(m + 1) * words]
    }

    /// Whether the key switches ciphertexts over `limbs` cut into `digits` digits, with the special primes `special`.
    ///
    /// It does if the limbs are the first of its own, the special primes the same, and each digit the beginning of its
    /// own: then the factor P [limb in digit] that the key carries is the right one for every limb that is left.
    #[must_use]
    pub fn serves(&self, limbs: &[PrimeIndex], special: &[PrimeIndex], digits: usize) -> bool {
        if limbs.is_empty() || digits == 0 {
            return false;
        }
        // Groups of the same size begin alike, and a single group may be smaller than the key's first.
        let own_size = self.spec.limbs.len().div_ceil(self.spec.digits);
        let size = limbs.len().div_ceil(digits);
        self.spec.limbs.starts_with(limbs)
            && self.spec.special == special
            && limbs.len().div_ceil(size) == digits
            && (size == own_size || digits == 1 && size <= own_size)
    }
}

/// Room for switching keys side by side, so that they stand on huge pages however short each is, to be filled in any
/// order, by several threads if they like.
#[derive(Debug)]
pub struct KeyArena {
    words: Words,
    keys: Vec<(KeySwitchSpec, Range<usize>)>,
}

/// The place of one key in a [`KeyArena`].
#[derive(Debug)]
pub struct KeyPlace<'a> {
    spec: &'a KeySwitchSpec,
    words: &'a mut [u32],
}

impl KeyArena {
    /// Room for keys of these kinds.
    #[must_use]
    pub fn new(context: &Context, specs: &[KeySwitchSpec]) -> Self {
        let mut end = 0;
        let place = |spec: &KeySwitchSpec| {
            let start = end;
            end += spec.extended_len() * key_stream_words(spec.digits, context.n());
            (spec.clone(), start..end)
        };
        let keys = specs.iter().map(place).collect();
        Self { words: zeroed_words(end), keys }
    }

    /// The places of all keys, in the order of the kinds.
    pub fn places(&mut self) -> impl Iterator<Item = KeyPlace<'_>> {
        let mut rest = &mut *self.words;
        self.keys.iter().map(move |(spec, range)| {
            let (words, others) = std::mem::take(&mut rest).split_at_mut(range.len());
            rest = others;
            KeyPlace { spec, words }
        })
    }

    /// The keys, whose places have all been filled.
    pub fn into_keys(self) -> impl Iterator<Item = SwitchingKey> {
        let arena = Arc::new(self.words);
        self.keys.into_iter().map(move |(spec, range)| SwitchingKey { spec, arena: Arc::clone(&arena), range })
    }

    fn into_only_key(self) -> SwitchingKey {
        self.into_keys().next().expect("an arena of one key")
    }
}

impl KeyPlace<'_> {
    /// Makes a new key here: see [`SwitchingKey::generate`].
    ///
    /// # Errors
    /// As [`CompressedKey::generate`].
    pub fn generate(
        self,
        context: &Context,
        secret: &SecretKey,
        seed: PublicSeed,
        randomness: &Randomness,
    ) -> Result<(), KeyError> {
        let generator = Generator::new(context, secret, self.spec, seed, randomness)?;
        self.build(context, |m, digit, a, b| generator.digit_into(m, digit, a, b));
        Ok(())
    }

    /// Expands a key to this place: see [`CompressedKey::expand`].
    ///
    /// # Panics
    /// If the place is for a key of another kind.
    pub fn expand(self, context: &Context, key: &CompressedKey, seed: PublicSeed) {
        assert_eq!(*self.spec, key.spec, "the kind of the key");
        let (n, digits) = (context.n(), key.spec.digits);
        self.build(context, |m, digit, a, b| {
            uniform_half(context, &key.spec, seed, digit, m, a);
            b.copy_from_slice(&key.b[(m * digits + digit) * n..][..n]);
        });
    }

    /// Builds the streams from `polynomials(m, digit, a, b)`, which writes the plain halves of one digit of one limb.
    fn build(self, context: &Context, mut polynomials: impl FnMut(usize, usize, &mut [u32], &mut [u32])) {
        let (Self { spec, words }, n, isa) = (self, context.n(), context.isa());
        let (mut a, mut b) = (zeroed_words(n), zeroed_words(n));
        let streams = words.chunks_exact_mut(key_stream_words(spec.digits, n));
        for (m, (stream, prime)) in streams.zip(spec.extended()).enumerate() {
            for digit in 0..spec.digits {
                polynomials(m, digit, &mut a, &mut b);
                key_stream_insert(isa, context.modulus(prime), stream, spec.digits, digit, 0, &b);
                key_stream_insert(isa, context.modulus(prime), stream, spec.digits, digit, 1, &a);
            }
        }
    }
}

/// Everything that all digits of a new switching key share.
struct Generator<'a> {
    context: &'a Context,
    spec: &'a KeySwitchSpec,
    seed: PublicSeed,
    digits: Vec<Range<usize>>,
    /// For each limb of the extended basis.
    secrets: Vec<Secrets>,
    /// The errors of all digits.
    errors: Zeroizing<Vec<i8>>,
}

/// One limb of s_in times P, and of -s_out in Montgomery form.
struct Secrets {
    prime: PrimeIndex,
    input: Zeroizing<Vec<u32>>,
    minus_output: Zeroizing<Vec<u32>>,
}

impl<'a> Generator<'a> {
    fn new(
        context: &'a Context,
        secret: &SecretKey,
        spec: &'a KeySwitchSpec,
        seed: PublicSeed,
        randomness: &Randomness,
    ) -> Result<Self, KeyError> {
        spec.check(context.parameters())?;
        let mut errors = Zeroizing::new(vec![0; spec.digits * context.n()]);
        randomness.stream(&Purpose::SwitchingKey(spec))?.binomial(context.parameters().coins(), &mut errors);
        let secrets = spec.extended().map(|prime| Secrets::new(context, secret, spec, prime)).collect();
        Ok(Self { context, spec, seed, digits: digit_ranges(spec.limbs.len(), spec.digits), secrets, errors })
    }

    /// The halves of one digit of the key modulo the m-th prime of the extended basis.
    fn digit_into(&self, m: usize, digit: usize, a: &mut [u32], b: &mut [u32]) {
        let (context, n) = (self.context, self.context.n());
        let Secrets { prime, input, minus_output } = &self.secrets[m];
        uniform_half(context, self.spec, self.seed, digit, m, a);
        mask_errors(context, *prime, &self.errors[digit * n..(digit + 1) * n], a, minus_output, b);
        if self.digits[digit].contains(&m) {
            eltwise::add_assign(context.isa(), context.modulus(*prime), b, input);
        }
    }
}

impl Secrets {
    fn new(context: &Context, secret: &SecretKey, spec: &KeySwitchSpec, prime: PrimeIndex) -> Self {
        let (isa, modulus, secret) = (context.isa(), context.modulus(prime), secret.limb(prime));
        let (mut input, mut output) = (Zeroizing::new(secret.to_vec()), Zeroizing::new(secret.to_vec()));
        let inverse_automorphism = match spec.target {
            KeyTarget::Relinearize => {
                eltwise::mul_into(isa, modulus, &mut input, secret, secret);
                None
            }
            KeyTarget::Rotate(steps) => Some(context.rotation(-i64::from(steps))),
            KeyTarget::Conjugate => Some(context.automorphism(KeyTarget::Conjugate.galois_element(context.log_n()))),
        };
        if let Some(automorphism) = inverse_automorphism {
            automorphism.apply_into(isa, secret, &mut output);
        }
        let special = spec.special.iter().map(|&p| u64::from(context.modulus(p).value()));
        let product = special.fold(1, |product, p| modulus.mul(product, modulus.reduce_u64(p)));
        eltwise::mul_scalar_assign(isa, modulus, &mut input, product);
        Self { prime, input, minus_output: negative_in_montgomery_form(context, prime, &output) }
    }
}

/// The uniform half of one digit modulo the m-th prime of the extended basis.
fn uniform_half(context: &Context, spec: &KeySwitchSpec, seed: PublicSeed, digit: usize, m: usize, a: &mut [u32]) {
    let prime = if m < spec.limbs.len() { spec.limbs[m] } else { spec.special[m - spec.limbs.len()] };
    seed.switching_key_stream(spec, digit, prime).uniform(context.modulus(prime), a);
}

/// `b = e - a s` modulo one prime: NTT values, except `errors`, which are coefficients; of the secret, its negative in
/// Montgomery form ([`negative_in_montgomery_form`]).
pub(super) fn mask_errors(
    context: &Context,
    prime: PrimeIndex,
    errors: &[i8],
    a: &[u32],
    minus_secret: &[u32],
    b: &mut [u32],
) {
    reduce_small_into(context.modulus(prime), errors, b);
    context.table(prime).forward(b);
    eltwise::mul_montgomery_add_assign(context.isa(), context.modulus(prime), b, a, minus_secret);
}

/// `-s 2^32` modulo one prime.
pub(super) fn negative_in_montgomery_form(context: &Context, prime: PrimeIndex, secret: &[u32]) -> Zeroizing<Vec<u32>> {
    let (isa, modulus) = (context.isa(), context.modulus(prime));
    let mut negative = Zeroizing::new(secret.to_vec());
    eltwise::neg_assign(isa, modulus, &mut negative);
    eltwise::to_montgomery_assign(isa, modulus, &mut negative);
    negative
}

/// The NTT values of small coefficients over a basis.
pub(super) fn small_to_ntt(context: &Context, basis: &Basis, coefficients: &[i8]) -> Poly<Ntt> {
    let mut values = Poly::zero(context, basis);
    for (i, &prime) in basis.iter().enumerate() {
        let limb = values.limb_mut(i);
        reduce_small_into(context.modulus(prime), coefficients, limb);
        context.table(prime).forward(limb);
    }
    values
}

/// Whether `words` are N residues for each of `primes`, each below its prime.
pub(super) fn check_residues(context: &Context, primes: &[PrimeIndex], words: &[u32]) -> Result<(), KeyError> {
    let n = context.n();
    let in_range = |(limb, &prime): (&[u32], &PrimeIndex)| {
        let q = context.modulus(prime).value();
        limb.iter().fold(true, |holds, &x| holds & (x < q))
    };
    if words.len() == primes.len() * n && words.chunks_exact(n).zip(primes).all(in_range) {
        Ok(())
    } else {
        Err(KeyError::Residues)
    }
}

/// Why a key could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The spec is impossible.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// There is no randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The secret key's coefficients are wrong.
    #[error("a secret key needs N coefficients that are -1, 0 or 1")]
    NotTernary,
    /// Residues of the wrong number or size.
    #[error("a key's residues are too many, too few, or not below their primes")]
    Residues,
}
