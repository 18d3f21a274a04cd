//! Encryption with the public or the secret key, and decryption.

use hear_kernels::eltwise;
use zeroize::Zeroizing;

use super::keys::{mask_errors, negative_in_montgomery_form, small_to_ntt};
use super::random::Stream;
use super::{Ciphertext, LimbPairDivision, PublicKey, SecretKey};
use crate::ring::{Basis, Coefficients, Context, Ntt, Poly, zeroed_words};

/// Encrypts integer coefficients with the public key, over the first `limbs` data primes.
///
/// `v (b, a) + (e0, e1)` with a ternary mask v is made over one special prime more and divided by it with rounding, and
/// then the message is added: the noise is that of the rounding, a few bits, and not that of the products with v.
///
/// - in: N coefficients below 2^62 in absolute value, already multiplied by `scale`
/// - `stream`: a stream of its own for every encryption
///
/// # Panics
/// If there are not N coefficients, or `limbs` is not between 1 and the number of data primes.
#[must_use]
pub fn encrypt(
    context: &Context,
    key: &PublicKey,
    coefficients: &[i64],
    limbs: usize,
    scale: f64,
    stream: &mut Stream,
) -> Ciphertext {
    let (n, isa, coins) = (context.n(), context.isa(), context.parameters().coins());
    check_limbs(context, limbs);
    let basis = Basis::first(limbs);
    let special = *key.basis().last().expect("a public key has a special prime");
    let extended = Basis::new(&[&*basis, &[special]].concat());

    let mut small = Zeroizing::new(vec![0; n]);
    stream.ternary(&mut small);
    let mask = Zeroizing::new(small_to_ntt(context, &extended, &small));
    let mut masked = Ciphertext::zero(context, extended.clone(), scale);
    for component in 0..2 {
        stream.binomial(coins, &mut small);
        let error = Zeroizing::new(small_to_ntt(context, &extended, &small));
        for (i, pair) in masked.pairs_mut().enumerate() {
            let modulus = context.modulus(extended[i]);
            let half = component * n..(component + 1) * n;
            let key = &key.pair(if i < limbs { i } else { key.basis().len() - 1 })[half.clone()];
            let out = &mut pair[half];
            eltwise::mul_into(isa, modulus, out, key, mask.limb(i));
            eltwise::add_assign(isa, modulus, out, error.limb(i));
        }
    }

    let division = LimbPairDivision::new(context, &basis, &[special]).expect("distinct primes of the pool");
    let mut ciphertext = Ciphertext::zero(context, basis.clone(), scale);
    let pairs: Vec<_> = masked.pairs().collect();
    let mut out: Vec<_> = ciphertext.pairs_mut().collect();
    division.apply_into(&pairs, &mut out, &mut zeroed_words(division.scratch_words()));
    add_message(context, &mut ciphertext, coefficients);
    ciphertext
}

/// Encrypts integer coefficients with the secret key, over the first `limbs` data primes: c1 is uniform and
/// c0 = e - c1 s + message.
///
/// Otherwise as [`encrypt`].
///
/// # Panics
/// As [`encrypt`].
#[must_use]
pub fn encrypt_with_secret(
    context: &Context,
    secret: &SecretKey,
    coefficients: &[i64],
    limbs: usize,
    scale: f64,
    stream: &mut Stream,
) -> Ciphertext {
    let n = context.n();
    check_limbs(context, limbs);
    let basis = Basis::first(limbs);
    let mut errors = Zeroizing::new(vec![0; n]);
    stream.binomial(context.parameters().coins(), &mut errors);
    let mut ciphertext = Ciphertext::zero(context, basis.clone(), scale);
    for (pair, &prime) in ciphertext.pairs_mut().zip(&*basis) {
        let (c0, c1) = pair.split_at_mut(n);
        stream.uniform(context.modulus(prime), c1);
        let minus_secret = negative_in_montgomery_form(context, prime, secret.limb(prime));
        mask_errors(context, prime, &errors, c1, &minus_secret, c0);
    }
    add_message(context, &mut ciphertext, coefficients);
    ciphertext
}

/// The message's N coefficients c0 + c1 s, the centred integers modulo all limbs, rounded to `f64`; still multiplied by
/// the ciphertext's scale.
///
/// The result carries the noise, and who sees it exactly can compute the secret key: it is for the key's owner alone (Li,
/// Micciancio, "On the security of homomorphic encryption on approximate numbers", EUROCRYPT 2021).
///
/// # Panics
/// If the ciphertext is of another degree.
#[must_use]
pub fn decrypt(context: &Context, secret: &SecretKey, ciphertext: &Ciphertext) -> Vec<f64> {
    let (n, isa) = (context.n(), context.isa());
    let basis = ciphertext.basis();
    let mut message = Poly::<Ntt>::zero(context, basis);
    for (i, (pair, &prime)) in ciphertext.pairs().zip(&**basis).enumerate() {
        let (modulus, out) = (context.modulus(prime), message.limb_mut(i));
        eltwise::mul_into(isa, modulus, out, &pair[n..], secret.limb(prime));
        eltwise::add_assign(isa, modulus, out, &pair[..n]);
    }
    reconstruct(context, Zeroizing::new(message.into_coefficients(context)))
}

/// The centred integers with these residues, rounded to `f64`.
///
/// By mixed radix with centred digits, x = d_0 + q_0 (d_1 + q_1 (d_2 + ...)), d_i = (..(x - d_0) / q_0 - d_1 ..) mod q_i:
/// the higher digits of a small x are zero, whatever its sign, so that its double is exact to 53 bits. Constant time is
/// not needed here: who decrypts knows the result.
fn reconstruct(context: &Context, mut digits: Zeroizing<Poly<Coefficients>>) -> Vec<f64> {
    let (n, isa, basis) = (context.n(), context.isa(), digits.basis().clone());
    let mut lower = Zeroizing::new(vec![0; n]);
    for (i, &prime) in basis.iter().enumerate() {
        let modulus = context.modulus(prime);
        for (j, &other) in basis[..i].iter().enumerate() {
            let other = context.modulus(other);
            let inverse = modulus.inverse(modulus.reduce_u64(u64::from(other.value())));
            eltwise::lift_centred_into(isa, &mut lower, digits.limb(j), other, modulus);
            let inverse = inverse.expect("the primes of a basis are distinct");
            eltwise::sub_mul_scalar_assign(isa, modulus, digits.limb_mut(i), &lower, inverse);
        }
    }
    let mut values = vec![0.0; n];
    for (digit, &prime) in digits.limbs().zip(&*basis).rev() {
        let q = f64::from(context.modulus(prime).value());
        for (value, &residue) in values.iter_mut().zip(digit) {
            let residue = f64::from(residue);
            *value = *value * q + if residue > q / 2.0 { residue - q } else { residue };
        }
    }
    values
}

/// Adds integer coefficients to c0.
fn add_message(context: &Context, ciphertext: &mut Ciphertext, coefficients: &[i64]) {
    let message = Poly::<Coefficients>::from_signed(context, ciphertext.basis(), coefficients);
    let message = Zeroizing::new(message.into_ntt(context));
    let basis = ciphertext.basis().clone();
    for (i, (pair, &prime)) in ciphertext.pairs_mut().zip(&*basis).enumerate() {
        eltwise::add_assign(context.isa(), context.modulus(prime), &mut pair[..context.n()], message.limb(i));
    }
}

fn check_limbs(context: &Context, limbs: usize) {
    let max = context.parameters().max_limbs();
    assert!((1..=max).contains(&limbs), "{limbs} limbs, not 1 to {max}");
}
