//! Operations on whole ciphertexts, checked: for examples, tests and small computations.
//!
//! Plans do not go through here: they schedule the functions of [`crate::rlwe`] limb by limb.

use std::sync::Arc;

use hear_kernels::eltwise;
use num_complex::Complex64;
use thiserror::Error;

use super::{EncodeError, Encoder, plaintext_half_limb_into, plaintext_limb_into};
use crate::ring::{Basis, Context, Words, zeroed_words};
use crate::rlwe::{
    Ciphertext, Gadget, KeySwitchSpec, KeyTarget, LimbPairDivision, PublicKey, SecretKey, Stream, SwitchingKey,
    decrypt, encrypt, limb_pair,
};

/// Scales count as equal within this relative difference: it moves slots by less than the noise does.
const SCALE_TOLERANCE: f64 = 1e-9;

/// Encodes, encrypts and computes with one context.
#[derive(Debug)]
pub struct Evaluator {
    context: Arc<Context>,
    encoder: Encoder,
}

impl Evaluator {
    /// An evaluator for `context`.
    #[must_use]
    pub fn new(context: &Arc<Context>) -> Self {
        Self { context: Arc::clone(context), encoder: Encoder::new(context.log_n()) }
    }

    /// The context.
    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// The encoder.
    #[must_use]
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Encrypts real slots (N/2 of them, or a period) over the first `limbs` data primes.
    ///
    /// # Errors
    /// If the values cannot be encoded, there are not so many primes, or the scale does not fit them.
    pub fn encrypt(
        &self,
        key: &PublicKey,
        slots: &[f64],
        limbs: usize,
        scale: f64,
        stream: &mut Stream,
    ) -> Result<Ciphertext, EvaluateError> {
        self.check_fresh(limbs, scale)?;
        Ok(encrypt(&self.context, key, &self.encoder.encode_real(slots, scale)?, limbs, scale, stream))
    }

    /// Encrypts complex slots; otherwise as [`Evaluator::encrypt`].
    ///
    /// # Errors
    /// As [`Evaluator::encrypt`].
    pub fn encrypt_complex(
        &self,
        key: &PublicKey,
        slots: &[Complex64],
        limbs: usize,
        scale: f64,
        stream: &mut Stream,
    ) -> Result<Ciphertext, EvaluateError> {
        self.check_fresh(limbs, scale)?;
        Ok(encrypt(&self.context, key, &self.encoder.encode_complex(slots, scale)?, limbs, scale, stream))
    }

    /// The N/2 slots of a ciphertext.
    #[must_use]
    pub fn decrypt(&self, secret: &SecretKey, ciphertext: &Ciphertext) -> Vec<Complex64> {
        self.encoder.decode(&decrypt(&self.context, secret, ciphertext), ciphertext.scale())
    }

    /// The real parts of the N/2 slots of a ciphertext.
    #[must_use]
    pub fn decrypt_real(&self, secret: &SecretKey, ciphertext: &Ciphertext) -> Vec<f64> {
        self.encoder.decode_real(&decrypt(&self.context, secret, ciphertext), ciphertext.scale())
    }

    /// `a + b`.
    ///
    /// # Errors
    /// If they differ in limbs or scale.
    pub fn add(&self, a: &Ciphertext, b: &Ciphertext) -> Result<Ciphertext, EvaluateError> {
        self.linear("add", a, b, limb_pair::add_assign)
    }

    /// `a - b`.
    ///
    /// # Errors
    /// If they differ in limbs or scale.
    pub fn sub(&self, a: &Ciphertext, b: &Ciphertext) -> Result<Ciphertext, EvaluateError> {
        self.linear("subtract", a, b, limb_pair::sub_assign)
    }

    /// `-a`.
    #[must_use]
    pub fn neg(&self, a: &Ciphertext) -> Ciphertext {
        let mut out = a.clone();
        for (pair, &prime) in out.pairs_mut().zip(&**a.basis()) {
            limb_pair::neg_assign(&self.context, prime, pair);
        }
        out
    }

    /// `a` plus real slots, encoded at a's scale.
    ///
    /// # Errors
    /// If the values cannot be encoded.
    pub fn add_plain(&self, a: &Ciphertext, slots: &[f64]) -> Result<Ciphertext, EvaluateError> {
        let n = self.context.n();
        let coefficients = self.encoder.encode_real(slots, a.scale())?;
        let (mut out, mut limb) = (a.clone(), zeroed_words(n));
        for (pair, &prime) in out.pairs_mut().zip(&**a.basis()) {
            plaintext_limb_into(&self.context, prime, &coefficients, &mut limb);
            eltwise::add_assign(self.context.isa(), self.context.modulus(prime), &mut pair[..n], &limb);
        }
        Ok(out)
    }

    /// `a` times real slots, encoded at `scale`, by which the result's scale grows.
    ///
    /// # Errors
    /// If the values cannot be encoded, or the product's scale does not fit the limbs.
    pub fn mul_plain(&self, a: &Ciphertext, slots: &[f64], scale: f64) -> Result<Ciphertext, EvaluateError> {
        let product_scale = self.check_scale("multiply by a plaintext", a.basis(), a.scale() * scale)?;
        let n = self.context.n();
        let coefficients = self.encoder.encode_real(slots, scale)?;
        let (mut limb, mut half) = (zeroed_words(n), zeroed_words(n / 2));
        let mut out = Ciphertext::zero(&self.context, a.basis().clone(), product_scale);
        for ((pair, out), &prime) in a.pairs().zip(out.pairs_mut()).zip(&**a.basis()) {
            plaintext_half_limb_into(&self.context, prime, &coefficients, &mut limb, &mut half);
            limb_pair::multiply_real_into(&self.context, prime, pair, &half, out);
        }
        Ok(out)
    }

    /// `a b`, relinearised.
    ///
    /// # Errors
    /// If they differ in limbs, the product's scale does not fit them, or the key is for something else.
    pub fn mul(&self, a: &Ciphertext, b: &Ciphertext, key: &SwitchingKey) -> Result<Ciphertext, EvaluateError> {
        check_bases("multiply", a, b)?;
        self.relinearized("multiply", a, a.scale() * b.scale(), key, |i, pair, square| {
            limb_pair::tensor_into(&self.context, a.basis()[i], a.pair(i), b.pair(i), pair, square);
        })
    }

    /// `a^2`, relinearised.
    ///
    /// # Errors
    /// As [`Evaluator::mul`].
    pub fn square(&self, a: &Ciphertext, key: &SwitchingKey) -> Result<Ciphertext, EvaluateError> {
        self.relinearized("square", a, a.scale() * a.scale(), key, |i, pair, square| {
            limb_pair::square_into(&self.context, a.basis()[i], a.pair(i), pair, square);
        })
    }

    /// Divides by the last `count` primes, and the scale with it.
    ///
    /// # Errors
    /// If no limb would be left, or none dropped.
    pub fn rescale(&self, a: &Ciphertext, count: usize) -> Result<Ciphertext, EvaluateError> {
        let too_few = EvaluateError::TooFewLimbs { operation: "rescale", limbs: a.limbs(), needed: count + 1 };
        if a.limbs() <= count {
            return Err(too_few);
        }
        let division = LimbPairDivision::rescale(&self.context, a.basis(), count).map_err(|_| too_few)?;
        let (keep, drop) = a.basis().split_at(a.limbs() - count);
        let divisor: f64 = drop.iter().map(|&prime| f64::from(self.context.modulus(prime).value())).product();
        let mut out = Ciphertext::zero(&self.context, Basis::new(keep), a.scale() / divisor);
        let pairs: Vec<_> = a.pairs().collect();
        let mut outputs: Vec<_> = out.pairs_mut().collect();
        division.apply_into(&pairs, &mut outputs, &mut zeroed_words(division.scratch_words()));
        Ok(out)
    }

    /// The first `limbs` limbs of `a`, at the same scale.
    ///
    /// # Errors
    /// If there are fewer, or the scale does not fit them.
    pub fn drop_to(&self, a: &Ciphertext, limbs: usize) -> Result<Ciphertext, EvaluateError> {
        if limbs == 0 || limbs > a.limbs() {
            return Err(EvaluateError::TooFewLimbs { operation: "drop limbs", limbs: a.limbs(), needed: limbs.max(1) });
        }
        self.check_scale("drop limbs", &a.basis()[..limbs], a.scale())?;
        let mut out = a.clone();
        out.truncate(limbs);
        Ok(out)
    }

    /// The slots rotated or conjugated as `key` is for.
    ///
    /// # Errors
    /// If the key is for relinearisation or for other limbs.
    pub fn apply(&self, a: &Ciphertext, key: &SwitchingKey) -> Result<Ciphertext, EvaluateError> {
        let gadget = self.gadget("rotate", a, key, |target| target != KeyTarget::Relinearize)?;
        let mut switched = Ciphertext::zero(&self.context, a.basis().clone(), a.scale());
        let mut outputs: Vec<_> = switched.pairs_mut().collect();
        let second: Vec<_> = a.component(1).collect();
        gadget.switch_into(&second, key, &mut outputs, &mut zeroed_words(gadget.switch_scratch_words()));
        Ok(self.finish_automorphism(a, key, switched))
    }

    /// [`Evaluator::apply`] for several keys with one decomposition: exactly the same ciphertexts.
    ///
    /// # Errors
    /// As [`Evaluator::apply`], for each key; and if their special primes or digits differ.
    pub fn apply_hoisted(&self, a: &Ciphertext, keys: &[&SwitchingKey]) -> Result<Vec<Ciphertext>, EvaluateError> {
        let Some((first, others)) = keys.split_first() else { return Ok(Vec::new()) };
        let automorphism = |target| target != KeyTarget::Relinearize;
        let gadget = self.gadget("rotate", a, first, automorphism)?;
        if let Some(other) = others.iter().find(|key| !automorphism(key.spec().target) || !gadget.accepts(key)) {
            return Err(EvaluateError::wrong_key("rotate", a, other));
        }
        let n = self.context.n();
        let mut coefficients = zeroed_words(gadget.coefficient_words());
        gadget.to_coefficients_into(a.component(1), &mut coefficients);
        let mut raised = zeroed_words(gadget.most_raised_words());
        let mut products: Vec<Words> = keys.iter().map(|_| zeroed_words(2 * n * gadget.extended().len())).collect();
        let mut own = a.component(1);
        for m in 0..gadget.extended().len() {
            let (own, raised) = (own.next(), &mut raised[..gadget.raised_words(m)]);
            gadget.raise_limb_into(m, &coefficients, raised);
            for (key, product) in keys.iter().zip(&mut products) {
                gadget.product_limb_into(m, own, raised, key, &mut product[2 * n * m..2 * n * (m + 1)]);
            }
        }
        let mut scratch = zeroed_words(gadget.mod_down_scratch_words());
        let results = keys.iter().zip(&products).map(|(key, product)| {
            let mut switched = Ciphertext::zero(&self.context, a.basis().clone(), a.scale());
            let pairs: Vec<_> = product.chunks_exact(2 * n).collect();
            gadget.mod_down_into(&pairs, &mut switched.pairs_mut().collect::<Vec<_>>(), &mut scratch);
            self.finish_automorphism(a, key, switched)
        });
        Ok(results.collect())
    }

    fn finish_automorphism(&self, a: &Ciphertext, key: &SwitchingKey, mut switched: Ciphertext) -> Ciphertext {
        let sigma = self.context.automorphism(key.spec().target.galois_element(self.context.log_n()));
        let mut out = Ciphertext::zero(&self.context, a.basis().clone(), a.scale());
        for (i, (switched, out)) in switched.pairs_mut().zip(out.pairs_mut()).enumerate() {
            limb_pair::finish_automorphism_into(&self.context, a.basis()[i], &sigma, a.pair(i), switched, out);
        }
        out
    }

    fn linear(
        &self,
        operation: &'static str,
        a: &Ciphertext,
        b: &Ciphertext,
        apply: impl Fn(&Context, crate::ring::PrimeIndex, &mut [u32], &[u32]),
    ) -> Result<Ciphertext, EvaluateError> {
        check_bases(operation, a, b)?;
        if (a.scale() / b.scale() - 1.0).abs() > SCALE_TOLERANCE {
            return Err(EvaluateError::Scales { operation, first: a.scale(), second: b.scale() });
        }
        let mut out = a.clone();
        for ((out, b), &prime) in out.pairs_mut().zip(b.pairs()).zip(&**a.basis()) {
            apply(&self.context, prime, out, b);
        }
        Ok(out)
    }

    /// A product of degree two, limb by limb from `tensor(i, pair, square)`, brought back to a ciphertext.
    fn relinearized(
        &self,
        operation: &'static str,
        a: &Ciphertext,
        scale: f64,
        key: &SwitchingKey,
        tensor: impl Fn(usize, &mut [u32], &mut [u32]),
    ) -> Result<Ciphertext, EvaluateError> {
        let scale = self.check_scale(operation, a.basis(), scale)?;
        let gadget = self.gadget(operation, a, key, |target| target == KeyTarget::Relinearize)?;
        let n = self.context.n();
        let mut out = Ciphertext::zero(&self.context, a.basis().clone(), scale);
        let mut squares = zeroed_words(a.limbs() * n);
        for (i, (pair, square)) in out.pairs_mut().zip(squares.chunks_exact_mut(n)).enumerate() {
            tensor(i, pair, square);
        }
        let mut switched = Ciphertext::zero(&self.context, a.basis().clone(), scale);
        let mut outputs: Vec<_> = switched.pairs_mut().collect();
        let mut scratch = zeroed_words(gadget.switch_scratch_words());
        gadget.switch_into(&squares.chunks_exact(n).collect::<Vec<_>>(), key, &mut outputs, &mut scratch);
        self.add(&out, &switched)
    }

    /// The gadget with which `key` switches `a`.
    fn gadget(
        &self,
        operation: &'static str,
        a: &Ciphertext,
        key: &SwitchingKey,
        wanted: impl Fn(KeyTarget) -> bool,
    ) -> Result<Gadget, EvaluateError> {
        let wrong = || EvaluateError::wrong_key(operation, a, key);
        let spec = key.spec();
        // A ciphertext that has lost limbs keeps the key's groups of limbs, of which it needs fewer.
        let digits = a.limbs().div_ceil(spec.limbs.len().div_ceil(spec.digits));
        let gadget = Gadget::new(&self.context, a.basis(), &spec.special, digits).map_err(|_| wrong())?;
        if wanted(spec.target) && gadget.accepts(key) { Ok(gadget) } else { Err(wrong()) }
    }

    fn check_fresh(&self, limbs: usize, scale: f64) -> Result<(), EvaluateError> {
        let max = self.context.parameters().max_limbs();
        if !(1..=max).contains(&limbs) {
            return Err(EvaluateError::Limbs { limbs, max });
        }
        self.check_scale("encrypt", &Basis::first(limbs), scale).map(|_| ())
    }

    /// The scale, if values of size 1 at that scale are below half the modulus.
    fn check_scale(
        &self,
        operation: &'static str,
        basis: &[crate::ring::PrimeIndex],
        scale: f64,
    ) -> Result<f64, EvaluateError> {
        let modulus_bits: f64 = basis.iter().map(|&prime| f64::from(self.context.modulus(prime).value()).log2()).sum();
        if scale.log2() < modulus_bits - 1.0 {
            Ok(scale)
        } else {
            Err(EvaluateError::ScaleTooLarge { operation, scale_bits: scale.log2(), modulus_bits })
        }
    }
}

fn check_bases(operation: &'static str, a: &Ciphertext, b: &Ciphertext) -> Result<(), EvaluateError> {
    if a.basis() == b.basis() {
        Ok(())
    } else {
        Err(EvaluateError::Bases { operation, first: a.limbs(), second: b.limbs() })
    }
}

/// Why an operation was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// Values could not be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Not a possible number of limbs.
    #[error("a ciphertext of {limbs} limbs is asked for; 1 to {max} are possible")]
    Limbs {
        /// Limbs asked for.
        limbs: usize,
        /// Data primes.
        max: usize,
    },
    /// Operands over different primes.
    #[error("cannot {operation} ciphertexts of {first} and {second} limbs; they must have the same")]
    Bases {
        /// What was asked for.
        operation: &'static str,
        /// Limbs of the first.
        first: usize,
        /// Limbs of the second.
        second: usize,
    },
    /// Operands at different scales.
    #[error("cannot {operation} ciphertexts at scales 2^{:.6} and 2^{:.6}; they must be equal", first.log2(), second.log2())]
    Scales {
        /// What was asked for.
        operation: &'static str,
        /// Scale of the first.
        first: f64,
        /// Scale of the second.
        second: f64,
    },
    /// The result would not fit its modulus.
    #[error("cannot {operation}: a scale of {scale_bits:.1} bits does not fit limbs of {modulus_bits:.1} bits in all")]
    ScaleTooLarge {
        /// What was asked for.
        operation: &'static str,
        /// log2 of the result's scale.
        scale_bits: f64,
        /// log2 of the product of its primes.
        modulus_bits: f64,
    },
    /// Not enough limbs.
    #[error("cannot {operation}: the ciphertext has {limbs} limbs and needs {needed}")]
    TooFewLimbs {
        /// What was asked for.
        operation: &'static str,
        /// Limbs there are.
        limbs: usize,
        /// Limbs needed at least.
        needed: usize,
    },
    /// The key is for something else.
    #[error("cannot {operation} a ciphertext of {limbs} limbs with a key to {key}")]
    Key {
        /// What was asked for.
        operation: &'static str,
        /// Limbs of the ciphertext.
        limbs: usize,
        /// What the key is for.
        key: Box<KeySwitchSpec>,
    },
}

impl EvaluateError {
    fn wrong_key(operation: &'static str, a: &Ciphertext, key: &SwitchingKey) -> Self {
        Self::Key { operation, limbs: a.limbs(), key: Box::new(key.spec().clone()) }
    }
}
