//! Encryption and key switching against the definitions, in exact arithmetic; sizes of noise, counts of transforms.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::sync::Arc;

use hear_engine::params::{Parameters, ParametersLiteral, PrimeIndex};
use hear_engine::ring::{Basis, Coefficients, Context, Ntt, Poly, words_from, zeroed_words};
use hear_engine::rlwe::{
    Ciphertext, CompressedKey, Gadget, KeySwitchSpec, KeyTarget, LimbPairDivision, PublicKey, PublicSeed, Purpose,
    Randomness, SecretKey, SwitchingKey, decrypt, digit_ranges, encrypt, encrypt_with_secret, limb_pair,
};
use hear_kernels::eltwise;
use hear_kernels::simd::Isa;

const PUBLIC_SEED: PublicSeed = PublicSeed([9; 32]);

fn randomness() -> Randomness {
    Randomness::from_seed_insecure([3; 32])
}

fn context_on(isa: Isa, log_n: u32, data: usize, special: usize) -> Arc<Context> {
    let literal = ParametersLiteral::uniform("test", log_n, data, special);
    Context::new(&Parameters::new_insecure(literal).unwrap(), isa)
}

fn context(log_n: u32, data: usize, special: usize) -> Arc<Context> {
    context_on(Isa::detect(), log_n, data, special)
}

/// Pseudo-random residues with both ends of the interval planted.
fn random_poly(context: &Context, basis: &Basis) -> Poly<Ntt> {
    let mut poly = Poly::zero(context, basis);
    let mut state = 0x0123_4567_89ab_cdef_u64;
    for (i, &prime) in basis.iter().enumerate() {
        let q = context.modulus(prime).value();
        for (j, out) in poly.limb_mut(i).iter_mut().enumerate() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *out = match j {
                0 => 0,
                1 => q - 1,
                _ => ((state >> 32) % u64::from(q)) as u32,
            };
        }
    }
    poly
}

/// The secret as NTT values, from its published coefficients.
fn secret_poly(context: &Context, basis: &Basis, secret: &SecretKey) -> Poly<Ntt> {
    let coefficients: Vec<i64> = secret.coefficients().iter().map(|&x| i64::from(x)).collect();
    Poly::<Coefficients>::from_signed(context, basis, &coefficients).into_ntt(context)
}

fn multiply(context: &Context, a: &Poly<Ntt>, b: &Poly<Ntt>) -> Poly<Ntt> {
    let mut out = Poly::zero(context, a.basis());
    for (i, &prime) in a.basis().iter().enumerate() {
        eltwise::mul_into(context.isa(), context.modulus(prime), out.limb_mut(i), a.limb(i), b.limb(i));
    }
    out
}

fn apply(context: &Context, galois_element: u32, a: &Poly<Ntt>) -> Poly<Ntt> {
    let mut out = Poly::zero(context, a.basis());
    for i in 0..a.basis().len() {
        context.automorphism(galois_element).apply_into(context.isa(), a.limb(i), out.limb_mut(i));
    }
    out
}

/// The largest coefficient of message(ciphertext) - expected.
fn noise(context: &Context, secret: &SecretKey, ciphertext: &Ciphertext, expected: &Poly<Ntt>) -> f64 {
    let mut difference = ciphertext.clone();
    for (i, &prime) in expected.basis().iter().enumerate() {
        let c0 = &mut difference.pair_mut(i)[..context.n()];
        eltwise::sub_assign(context.isa(), context.modulus(prime), c0, expected.limb(i));
    }
    decrypt(context, secret, &difference).iter().fold(0.0, |largest, x| x.abs().max(largest))
}

fn switch(context: &Context, gadget: &Gadget, polynomial: &Poly<Ntt>, key: &SwitchingKey) -> Ciphertext {
    let mut out = Ciphertext::zero(context, polynomial.basis().clone(), 1.0);
    let mut scratch = zeroed_words(gadget.switch_scratch_words());
    gadget.switch_into(
        &polynomial.limbs().collect::<Vec<_>>(),
        key,
        &mut out.pairs_mut().collect::<Vec<_>>(),
        &mut scratch,
    );
    out
}

fn spec(target: KeyTarget, limbs: usize, special: Vec<PrimeIndex>, digits: usize) -> KeySwitchSpec {
    KeySwitchSpec { target, limbs: PrimeIndex::first(limbs), special, digits }
}

/// Largest coefficient of the noise that a switch may add: eight standard deviations of `digits` products of digits,
/// uniform below P / 2 in size, with errors, divided by P; and of the rounding of both components.
fn switch_noise_bound(context: &Context, digits: usize) -> f64 {
    let n = context.n() as f64;
    let products = digits as f64 * n / 12.0 * context.parameters().sigma().powi(2);
    let rounding = (1.0 + n * 2.0 / 3.0) / 12.0;
    8.0 * (products + rounding).sqrt()
}

#[test]
fn encryption_adds_the_noise_that_it_should_and_no_more() {
    let context = context(12, 3, 1);
    let secret = SecretKey::generate(&context, &randomness()).unwrap();
    let public = PublicKey::generate(&context, &secret, PUBLIC_SEED, &randomness()).unwrap();
    let coefficients: Vec<i64> = (0..context.n() as i64).map(|i| (i * i * 7919) % (1 << 20) - (1 << 19)).collect();
    for limbs in 1..=3 {
        let basis = Basis::first(limbs);
        let message = Poly::from_signed(&context, &basis, &coefficients).into_ntt(&context);
        let mut stream = randomness().stream(&Purpose::Encryption { row: 5, ciphertext: 0 }).unwrap();
        let fresh = encrypt(&context, &public, &coefficients, limbs, 1.0, &mut stream);
        let largest = noise(&context, &secret, &fresh, &message);
        // Rounding of (c0, c1) only: the error of the key, times the mask, is divided by the special prime.
        let bound = 8.0 * ((1.0 + context.n() as f64 * 2.0 / 3.0) / 12.0).sqrt();
        assert!(largest > 1.0 && largest < bound, "{limbs} limbs: public-key noise {largest}, bound {bound}");

        let fresh = encrypt_with_secret(&context, &secret, &coefficients, limbs, 1.0, &mut stream);
        let largest = noise(&context, &secret, &fresh, &message);
        assert!(largest > 1.0 && largest <= 21.0, "{limbs} limbs: secret-key noise {largest}");
    }
}

#[test]
fn decryption_is_exact_for_values_of_either_sign_up_to_the_whole_modulus() {
    let context = context(10, 3, 1);
    let secret = SecretKey::generate(&context, &randomness()).unwrap();
    let mut coefficients = vec![0_i64; context.n()];
    let values = [0, 1, -1, (1 << 52) + 1, -(1 << 52) - 1, (1 << 61) + (1 << 20), -(1 << 61)];
    coefficients[..values.len()].copy_from_slice(&values);
    for limbs in [3, 2, 1] {
        // A trivial ciphertext, so that there is no noise.
        let basis = Basis::first(limbs);
        let message = Poly::from_signed(&context, &basis, &coefficients).into_ntt(&context);
        let mut trivial = Ciphertext::zero(&context, basis.clone(), 1.0);
        for i in 0..limbs {
            trivial.pair_mut(i)[..context.n()].copy_from_slice(message.limb(i));
        }
        let q: i128 = basis.iter().map(|&prime| i128::from(context.modulus(prime).value())).product();
        let decrypted = decrypt(&context, &secret, &trivial);
        for (&got, &value) in decrypted.iter().zip(&coefficients) {
            let residue = i128::from(value).rem_euclid(q);
            let centred = if residue > q / 2 { residue - q } else { residue };
            assert_eq!(got, centred as f64, "{value} at {limbs} limbs");
        }
    }
}

#[test]
fn switching_moves_a_uniform_polynomial_for_every_shape_of_gadget() {
    let context = context(11, 5, 4);
    let secret = SecretKey::generate(&context, &randomness()).unwrap();
    let targets = [KeyTarget::Relinearize, KeyTarget::Rotate(3), KeyTarget::Rotate(-7), KeyTarget::Conjugate];
    let mut shapes = 0;
    for (limbs, special_count) in (1..=5).flat_map(|limbs| (1..=4).map(move |special| (limbs, special))) {
        let basis = Basis::first(limbs);
        let polynomial = random_poly(&context, &basis);
        let s = secret_poly(&context, &basis, &secret);
        for digits in 1..=limbs {
            let special = PrimeIndex::range(5..5 + special_count);
            let Ok(gadget) = Gadget::new(&context, &basis, &special, digits) else {
                let possible = digit_ranges(limbs, digits).len() == digits && limbs.div_ceil(digits) <= special_count;
                assert!(!possible, "{limbs} limbs, {special_count} special primes, {digits} digits were refused");
                continue;
            };
            shapes += 1;
            let target = targets[shapes % targets.len()];
            let spec = spec(target, limbs, special, digits);
            let key = SwitchingKey::generate(&context, &secret, &spec, PUBLIC_SEED, &randomness()).unwrap();
            let switched = switch(&context, &gadget, &polynomial, &key);
            let product = multiply(&context, &polynomial, &s);
            let (result, expected) = if target == KeyTarget::Relinearize {
                (switched, multiply(&context, &product, &s))
            } else {
                // The switched pair is one under sigma^-1(s): sigma brings it under s.
                let galois = target.galois_element(context.log_n());
                let mut result = switched.clone();
                for i in 0..limbs {
                    let (sigma, input) = (context.automorphism(galois), zeroed_words(2 * context.n()));
                    let mut pair = words_from(switched.pair(i));
                    let prime = basis[i];
                    limb_pair::finish_automorphism_into(&context, prime, &sigma, &input, &mut pair, result.pair_mut(i));
                }
                (result, apply(&context, galois, &product))
            };
            let (largest, bound) = (noise(&context, &secret, &result, &expected), switch_noise_bound(&context, digits));
            assert!(largest > 1.0 && largest < bound, "{spec}: noise {largest}, bound {bound}");
        }
    }
    assert_eq!(shapes, 37, "shapes of gadgets tried");
}

#[test]
fn dropped_data_primes_serve_as_special_primes() {
    let context = context(11, 6, 1);
    let secret = SecretKey::generate(&context, &randomness()).unwrap();
    let basis = Basis::first(3);
    let special = PrimeIndex::range(4..7);
    let key = SwitchingKey::generate(
        &context,
        &secret,
        &spec(KeyTarget::Relinearize, 3, special.clone(), 1),
        PUBLIC_SEED,
        &randomness(),
    );
    let gadget = Gadget::new(&context, &basis, &special, 1).unwrap();
    let polynomial = random_poly(&context, &basis);
    let s = secret_poly(&context, &basis, &secret);
    let expected = multiply(&context, &multiply(&context, &polynomial, &s), &s);
    let switched = switch(&context, &gadget, &polynomial, &key.unwrap());
    let largest = noise(&context, &secret, &switched, &expected);
    assert!(largest > 1.0 && largest < switch_noise_bound(&context, 1), "noise {largest}");
}

#[test]
fn a_key_serves_lower_levels_whose_digits_begin_its_own() {
    let context = context(11, 6, 3);
    let secret = SecretKey::generate(&context, &randomness()).unwrap();
    for (special_count, digits, lower) in [
        (1, 6, &[(6, 6), (5, 5), (3, 3), (1, 1)][..]),
        (2, 3, &[(6, 3), (5, 3), (4, 2), (3, 2), (2, 1), (1, 1)]),
        (3, 2, &[(6, 2), (5, 2), (3, 1), (2, 1)]),
    ] {
        let special = PrimeIndex::range(6..6 + special_count);
        let spec = spec(KeyTarget::Relinearize, 6, special.clone(), digits);
        let key = SwitchingKey::generate(&context, &secret, &spec, PUBLIC_SEED, &randomness()).unwrap();
        for &(limbs, digits) in lower {
            let basis = Basis::first(limbs);
            assert!(key.serves(&basis, &special, digits), "{spec} at {limbs} limbs in {digits} digits");
            let gadget = Gadget::new(&context, &basis, &special, digits).unwrap();
            let polynomial = random_poly(&context, &basis);
            let s = secret_poly(&context, &basis, &secret);
            let expected = multiply(&context, &multiply(&context, &polynomial, &s), &s);
            let largest = noise(&context, &secret, &switch(&context, &gadget, &polynomial, &key), &expected);
            assert!(largest > 1.0 && largest < switch_noise_bound(&context, digits), "{spec}: noise {largest}");
        }
        assert!(!key.serves(&PrimeIndex::range(1..3), &special, 2), "other limbs");
        assert!(!key.serves(&PrimeIndex::first(4), &PrimeIndex::range(5..7), 4), "other special primes");
    }
    let wide = spec(KeyTarget::Relinearize, 6, PrimeIndex::range(6..9), 2);
    let key = SwitchingKey::generate(&context, &secret, &wide, PUBLIC_SEED, &randomness()).unwrap();
    assert!(!key.serves(&PrimeIndex::first(4), &wide.special, 2), "groups of two do not begin groups of three");
    assert!(!key.serves(&PrimeIndex::first(4), &wide.special, 4), "nor do single limbs");
}

#[test]
#[should_panic(expected = "a key to relinearize at 3 limbs, 1 special primes, 3 digits used at 2 limbs, 1 digits")]
fn a_key_is_not_used_where_it_does_not_serve() {
    let context = context(10, 3, 2);
    let secret = SecretKey::generate(&context, &randomness()).unwrap();
    let spec = spec(KeyTarget::Relinearize, 3, PrimeIndex::range(3..4), 3);
    let key = SwitchingKey::generate(&context, &secret, &spec, PUBLIC_SEED, &randomness()).unwrap();
    let gadget = Gadget::new(&context, &PrimeIndex::first(2), &PrimeIndex::range(3..5), 1).unwrap();
    switch(&context, &gadget, &random_poly(&context, &Basis::first(2)), &key);
}

#[test]
fn every_step_does_as_many_transforms_as_it_says() {
    let context = context(10, 5, 3);
    let secret = SecretKey::generate(&context, &randomness()).unwrap();
    for (limbs, special_count, digits) in [(5, 1, 5), (5, 3, 2), (4, 2, 2), (3, 3, 1), (1, 1, 1)] {
        let (basis, special) = (Basis::first(limbs), PrimeIndex::range(5..5 + special_count));
        let gadget = Gadget::new(&context, &basis, &special, digits).unwrap();
        let spec = spec(KeyTarget::Conjugate, limbs, special, digits);
        let key = SwitchingKey::generate(&context, &secret, &spec, PUBLIC_SEED, &randomness()).unwrap();
        let polynomial = random_poly(&context, &basis);
        let counted = |work: &mut dyn FnMut()| {
            let before = context.transforms();
            work();
            context.transforms() - before
        };
        let (l, k) = (limbs as u64, special_count as u64);

        let mut coefficients = zeroed_words(gadget.coefficient_words());
        let count = counted(&mut || gadget.to_coefficients_into(polynomial.limbs(), &mut coefficients));
        assert_eq!((count, count), (gadget.transforms_to_coefficients(), l));

        let mut raised = zeroed_words(gadget.most_raised_words());
        for m in 0..gadget.extended().len() {
            let raised = &mut raised[..gadget.raised_words(m)];
            let count = counted(&mut || gadget.raise_limb_into(m, &coefficients, raised));
            let expected = if m < limbs { digits as u64 - 1 } else { digits as u64 };
            assert_eq!((count, count), (gadget.transforms_raise_limb(m), expected), "limb {m}");
        }
        let (last, mut out) = (gadget.extended().len() - 1, zeroed_words(2 * context.n()));
        assert_eq!(counted(&mut || gadget.product_limb_into(last, None, &raised, &key, &mut out)), 0);

        let pairs: Vec<_> = (0..limbs + special_count).map(|_| zeroed_words(2 * context.n())).collect();
        let pairs: Vec<&[u32]> = pairs.iter().map(|pair| &**pair).collect();
        let mut down = Ciphertext::zero(&context, basis.clone(), 1.0);
        let mut scratch = zeroed_words(gadget.mod_down_scratch_words());
        let count = counted(&mut || {
            gadget.mod_down_into(&pairs, &mut down.pairs_mut().collect::<Vec<_>>(), &mut scratch);
        });
        assert_eq!((count, count), (gadget.transforms_mod_down(), 2 * (l + k)));

        let count = counted(&mut || {
            switch(&context, &gadget, &polynomial, &key);
        });
        assert_eq!(count, gadget.transforms_switch());
        if digits == limbs {
            assert_eq!(count, l + l * (l - 1) + k * l + 2 * (l + k), "one digit a limb");
        }
    }
}

#[test]
fn compressed_keys_expand_to_the_keys_generated_whole() {
    let context = context(11, 4, 2);
    let secret = SecretKey::generate(&context, &randomness()).unwrap();
    for (target, digits) in [(KeyTarget::Relinearize, 4), (KeyTarget::Rotate(-1), 2), (KeyTarget::Conjugate, 2)] {
        let spec = spec(target, 4, PrimeIndex::range(4..6), digits);
        let whole = SwitchingKey::generate(&context, &secret, &spec, PUBLIC_SEED, &randomness()).unwrap();
        let compressed = CompressedKey::generate(&context, &secret, &spec, PUBLIC_SEED, &randomness()).unwrap();
        let words = compressed.words();
        let again = CompressedKey::from_parts(&context, spec.clone(), words_from(words)).unwrap();
        let expanded = again.expand(&context, PUBLIC_SEED);
        assert_eq!(whole.bytes(), spec.key_bytes(context.n()));
        for m in 0..spec.extended_len() {
            assert_eq!(whole.stream(m), expanded.stream(m), "{spec}, limb {m}");
        }
        let other = again.expand(&context, PublicSeed([8; 32]));
        assert_ne!(whole.stream(0), other.stream(0), "another seed");

        let mut bad = words_from(words);
        bad[0] = context.modulus(PrimeIndex(0)).value();
        assert!(CompressedKey::from_parts(&context, spec.clone(), bad).is_err(), "a residue equal to its prime");
        assert!(CompressedKey::from_parts(&context, spec.clone(), words_from(&words[1..])).is_err(), "a word missing");
    }
}

#[test]
fn rescale_and_mod_down_at_once_equal_the_division_of_the_message() {
    let context = context(11, 4, 2);
    let secret = SecretKey::generate(&context, &randomness()).unwrap();
    let extended = [PrimeIndex::first(4), PrimeIndex::range(4..6)].concat();
    for (keep, drop) in [(3, 3..4), (2, 2..4), (4, 4..6), (3, 3..6)] {
        let (keep, drop) = (&extended[..keep], &extended[drop]);
        let all = Basis::new(&[keep, drop].concat());
        let divisor: f64 = drop.iter().map(|&prime| f64::from(context.modulus(prime).value())).product();
        // A message of 20 bits times the divisor, plus something small: the quotient is known to rounding.
        let wanted: Vec<i64> = (0..context.n() as i64).map(|i| (i * 7919) % (1 << 20) - (1 << 19)).collect();
        let small = Poly::from_signed(&context, &all, &wanted).into_ntt(&context);
        let mut input = Ciphertext::zero(&context, all.clone(), 1.0);
        let uniform = random_poly(&context, &all);
        let s = secret_poly(&context, &all, &secret);
        for (i, &prime) in all.iter().enumerate() {
            let (isa, modulus) = (context.isa(), context.modulus(prime));
            let factor = drop.iter().fold(1, |product, &other| {
                modulus.mul(product, modulus.reduce_u64(u64::from(context.modulus(other).value())))
            });
            let (c0, c1) = input.pair_mut(i).split_at_mut(context.n());
            // c1 is uniform, c0 = message - c1 s.
            c1.copy_from_slice(uniform.limb(i));
            c0.copy_from_slice(small.limb(i));
            eltwise::mul_scalar_assign(isa, modulus, c0, factor);
            let mut masked = words_from(c1);
            eltwise::mul_assign(isa, modulus, &mut masked, s.limb(i));
            eltwise::sub_assign(isa, modulus, c0, &masked);
        }
        let division = LimbPairDivision::new(&context, keep, drop).unwrap();
        assert_eq!((division.kept(), division.dropped()), (keep.len(), drop.len()));
        let mut out = Ciphertext::zero(&context, Basis::new(keep), 1.0 / divisor);
        let before = context.transforms();
        division.apply_into(
            &input.pairs().collect::<Vec<_>>(),
            &mut out.pairs_mut().collect::<Vec<_>>(),
            &mut zeroed_words(division.scratch_words()),
        );
        assert_eq!(context.transforms() - before, division.transforms());
        let expected = Poly::from_signed(&context, out.basis(), &wanted).into_ntt(&context);
        let largest = noise(&context, &secret, &out, &expected);
        let bound = 8.0 * ((1.0 + context.n() as f64 * 2.0 / 3.0) / 12.0).sqrt();
        assert!(largest > 1.0 && largest < bound, "{} dropped: {largest}, bound {bound}", drop.len());
    }
}

#[test]
fn all_instruction_sets_make_the_same_keys_and_ciphertexts() {
    let mut reference = None;
    for isa in Isa::all() {
        let context = context_on(isa, 12, 4, 2);
        let secret = SecretKey::generate(&context, &randomness()).unwrap();
        let public = PublicKey::generate(&context, &secret, PUBLIC_SEED, &randomness()).unwrap();
        let coefficients: Vec<i64> = (0..context.n() as i64).map(|i| i * i * i - (1 << 34)).collect();
        let mut stream = randomness().stream(&Purpose::Encryption { row: 0, ciphertext: 0 }).unwrap();
        let fresh = encrypt(&context, &public, &coefficients, 4, 1.0, &mut stream);
        let spec = spec(KeyTarget::Rotate(5), 4, PrimeIndex::range(4..6), 2);
        let key = SwitchingKey::generate(&context, &secret, &spec, PUBLIC_SEED, &randomness()).unwrap();
        let gadget = Gadget::new(&context, fresh.basis(), &spec.special, 2).unwrap();
        let mut switched = Ciphertext::zero(&context, fresh.basis().clone(), 1.0);
        gadget.switch_into(
            &fresh.component(1).collect::<Vec<_>>(),
            &key,
            &mut switched.pairs_mut().collect::<Vec<_>>(),
            &mut zeroed_words(gadget.switch_scratch_words()),
        );
        let made = (fresh.words().to_vec(), switched.words().to_vec(), key.stream(0).to_vec());
        match &reference {
            None => reference = Some((isa, made)),
            Some((first, reference)) => assert!(made == *reference, "{isa:?} differs from {first:?}"),
        }
    }
}

#[test]
fn real_plaintexts_add_and_multiply_by_halves() {
    let context = context(10, 1, 1);
    let prime = PrimeIndex(0);
    let (n, modulus) = (context.n(), context.modulus(prime));
    let poly = random_poly(&context, &Basis::first(1));
    let half = &poly.limb(0)[..n / 2];
    let pair: Vec<u32> = poly.limb(0).iter().chain(poly.limb(0).iter().rev()).copied().collect();
    let mut sum = pair.clone();
    limb_pair::add_real_plain_assign(&context, prime, &mut sum, half);
    let montgomery: Vec<u32> = half.iter().map(|&w| modulus.to_montgomery(w)).collect();
    let mut product = vec![0; 2 * n];
    limb_pair::multiply_real_into(&context, prime, &pair, &montgomery, &mut product);
    for i in 0..2 * n {
        let w = half[(i % n).min(n - 1 - i % n)];
        assert_eq!(sum[i], if i < n { modulus.add(pair[i], w) } else { pair[i] }, "sum, word {i}");
        assert_eq!(product[i], modulus.mul(pair[i], w), "product, word {i}");
    }
}

#[test]
fn secrets_do_not_show() {
    let context = context(10, 1, 1);
    let randomness = randomness();
    let secret = SecretKey::generate(&context, &randomness).unwrap();
    let stream = randomness.stream(&Purpose::SecretKey).unwrap();
    assert_eq!(format!("{secret:?} {randomness:?} {stream:?}"), "SecretKey(..) Randomness(insecure seed) Stream(..)");
}
