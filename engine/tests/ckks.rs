//! Encoding against the definition, operations on slots against plain arithmetic, precision against pinned floors.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::f64::consts::PI;
use std::sync::Arc;

use hear_engine::ckks::{EncodeError, Encoder, EvaluateError, Evaluator, Precision, plaintext_limb_into};
use hear_engine::params::{Parameters, ParametersLiteral, PrimeIndex};
use hear_engine::ring::Context;
use hear_engine::rlwe::{
    Ciphertext, KeySwitchSpec, KeyTarget, PublicKey, PublicSeed, Purpose, Randomness, SecretKey, Stream, SwitchingKey,
};
use hear_kernels::simd::Isa;
use num_complex::Complex64;

/// Pseudo-random values in [-1, 1).
fn values(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}

fn complex_values(seed: u64, count: usize) -> Vec<Complex64> {
    values(seed, count).into_iter().zip(values(!seed, count)).map(|(re, im)| Complex64::new(re, im)).collect()
}

/// Slot j of a polynomial by the definition: m(zeta^(5^j)).
fn evaluate(coefficients: &[f64]) -> Vec<Complex64> {
    let n = coefficients.len();
    let mut power = 1;
    (0..n / 2)
        .map(|_| {
            let slot = coefficients
                .iter()
                .enumerate()
                .map(|(k, &c)| Complex64::from_polar(c, PI * ((power * k) % (2 * n)) as f64 / n as f64));
            let slot = slot.sum();
            power = power * 5 % (2 * n);
            slot
        })
        .collect()
}

fn as_f64(coefficients: &[i64]) -> Vec<f64> {
    coefficients.iter().map(|&x| x as f64).collect()
}

const SCALE: f64 = (1_u64 << 40) as f64;

#[test]
fn the_largest_coefficient_is_that_of_the_encoding_and_at_most_the_largest_slot() {
    let encoder = Encoder::new(8);
    let slots = complex_values(5, encoder.slots());
    let mut scratch = encoder.scratch();
    let largest = encoder.largest_coefficient(&slots, &mut scratch);
    let encoded = as_f64(&encoder.encode_complex(&slots, SCALE).unwrap());
    let expected = encoded.iter().fold(0.0_f64, |largest, x| largest.max(x.abs())) / SCALE;
    assert!((largest - expected).abs() < 1.0 / SCALE, "{largest} for {expected}");
    assert!(largest <= slots.iter().fold(0.0, |largest: f64, slot| largest.max(slot.norm())));
    // A constant is its own only coefficient, also a negative one.
    let constant = vec![Complex64::from(-3.0); encoder.slots()];
    assert!((encoder.largest_coefficient(&constant, &mut scratch) - 3.0).abs() < 1e-12);
    let not_a_number = vec![Complex64::from(f64::NAN); encoder.slots()];
    assert!(encoder.largest_coefficient(&not_a_number, &mut scratch).is_nan());
}

#[test]
fn encoded_slots_are_the_polynomial_s_values() {
    for log_n in 2..=8 {
        let encoder = Encoder::new(log_n);
        let n = encoder.n();
        let mut period = 1;
        while period <= n / 2 {
            let complex = complex_values(u64::from(log_n), period);
            let coefficients = as_f64(&encoder.encode_complex(&complex, SCALE).unwrap());
            let expected: Vec<_> = complex.iter().cycle().take(n / 2).map(|z| z * SCALE).collect();
            // Rounding moves a coefficient by at most half, a slot by at most n / 2.
            let error = Precision::of(&evaluate(&coefficients), &expected).max_error;
            assert!(error <= n as f64 / 2.0, "complex, N = {n}, period {period}: {error}");

            let real = values(u64::from(log_n), period);
            let coefficients = as_f64(&encoder.encode_real(&real, SCALE).unwrap());
            let expected: Vec<_> = real.iter().cycle().take(n / 2).map(|&x| Complex64::from(x * SCALE)).collect();
            let error = Precision::of(&evaluate(&coefficients), &expected).max_error;
            assert!(error <= n as f64 / 2.0, "real, N = {n}, period {period}: {error}");
            period *= 2;
        }
    }
}

#[test]
fn decoded_slots_are_the_polynomial_s_values() {
    for log_n in 2..=8 {
        let encoder = Encoder::new(log_n);
        let coefficients = values(3, encoder.n());
        let precision = Precision::of(&encoder.decode(&coefficients, 1.0), &evaluate(&coefficients));
        assert!(precision.max_error < 1e-12, "N = {}: {}", encoder.n(), precision.max_error);
    }
}

#[test]
fn encoding_keeps_49_bits_at_every_degree() {
    for log_n in 10..=16 {
        let encoder = Encoder::new(log_n);
        let slots = values(1, encoder.slots());
        let scale = (1_u64 << 58) as f64;
        let decoded = encoder.decode_real(&as_f64(&encoder.encode_real(&slots, scale).unwrap()), scale);
        let precision = Precision::of_real(&decoded, &slots);
        assert!(precision.min_bits > 49.0, "log_n {log_n}: {precision}");
    }
}

#[test]
fn two_real_vectors_encode_together_as_they_do_apart() {
    let encoder = Encoder::new(12);
    let mut scratch = encoder.scratch();
    for period in [1, 2, 64, 2048] {
        let (a, b) = (values(4, period), values(5, period));
        let (mut first, mut second) = (vec![1; encoder.n()], vec![1; encoder.n()]);
        encoder.encode_real_pair_into([&a, &b], SCALE, [&mut first, &mut second], &mut scratch).unwrap();
        for (together, slots) in [(first, a), (second, b)] {
            let apart = encoder.encode_real(&slots, SCALE).unwrap();
            let furthest = together.iter().zip(&apart).map(|(x, y)| (x - y).abs()).max();
            assert!(furthest <= Some(1), "period {period}: {furthest:?}");
            assert!(together.iter().any(|&x| x != 0));
        }
    }
}

#[test]
fn real_slots_give_mirrored_ntt_values_and_periods_constant_blocks() {
    let context = context(11, 1);
    let encoder = Encoder::new(11);
    let (n, mut limb) = (encoder.n(), vec![0; encoder.n()]);
    for period in [1, 16, 256, n / 2] {
        let coefficients = encoder.encode_real(&values(6, period), SCALE).unwrap();
        plaintext_limb_into(&context, PrimeIndex(0), &coefficients, &mut limb);
        for i in 0..n / 2 {
            assert_eq!(limb[i], limb[n - 1 - i], "period {period}, value {i}");
        }
        for block in limb.chunks_exact(n / (2 * period)) {
            assert!(block.iter().all(|x| x == &block[0]), "period {period}");
        }
    }
}

#[test]
fn what_cannot_be_encoded_is_refused_with_the_values() {
    let encoder = Encoder::new(10);
    let refused = |slots: &[f64], scale: f64| encoder.encode_real(slots, scale).unwrap_err();
    assert_eq!(refused(&[0.0; 3], 1.0), EncodeError::Length { length: 3, slots: 512 });
    assert_eq!(refused(&[], 1.0), EncodeError::Length { length: 0, slots: 512 });
    assert_eq!(refused(&[0.0; 1024], 1.0), EncodeError::Length { length: 1024, slots: 512 });
    assert_eq!(refused(&[1.0], 0.0), EncodeError::Scale { scale: 0.0 });
    assert!(matches!(refused(&[1.0], f64::NAN), EncodeError::Scale { .. }));
    assert!(matches!(refused(&[1.0, f64::NAN], 1.0), EncodeError::NotFinite { value } if value.is_nan()));
    assert_eq!(refused(&[1.0, f64::NEG_INFINITY], 1.0), EncodeError::NotFinite { value: f64::NEG_INFINITY });
    let limit = (1_u64 << 22) as f64;
    assert_eq!(refused(&[-limit], SCALE), EncodeError::TooLarge { value: -limit, scale: SCALE, limit });
    assert!(refused(&[limit], SCALE).to_string().starts_with("values outside what the scale can hold"));
    // Just below: the rounding that follows must be exact too.
    assert_eq!(encoder.encode_real(&[limit - 1.0], SCALE).unwrap()[0], ((1 << 22) - 1) << 40);
    let lengths = encoder.encode_real_pair_into(
        [&[1.0], &[1.0, 2.0]],
        1.0,
        [&mut vec![0; 1024], &mut vec![0; 1024]],
        &mut encoder.scratch(),
    );
    assert_eq!(lengths, Err(EncodeError::Lengths { first: 1, second: 2 }));
}

#[test]
fn rounding_goes_to_the_nearest_integer_and_ties_to_even() {
    let encoder = Encoder::new(4);
    // A constant vector is the constant polynomial.
    for (value, expected) in [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (0.49, 0), (-3.7, -4)] {
        assert_eq!(encoder.encode_real(&[value], 1.0).unwrap()[0], expected, "{value}");
    }
    for value in [(1_i64 << 51) - 1, 1 << 51, (1 << 51) + 1, (1 << 53) - 1, 1 << 60] {
        assert_eq!(encoder.encode_real(&[value as f64], 1.0).unwrap()[0], value);
        assert_eq!(encoder.encode_real(&[-value as f64], 1.0).unwrap()[0], -value);
    }
}

fn context(log_n: u32, data: usize) -> Arc<Context> {
    let literal = ParametersLiteral::uniform("test", log_n, data, 1);
    Context::new(&Parameters::new_insecure(literal).unwrap(), Isa::detect())
}

/// One party that can do everything.
struct Party {
    evaluator: Evaluator,
    secret: SecretKey,
    public: PublicKey,
    randomness: Randomness,
    stream: Stream,
}

impl Party {
    fn new(log_n: u32, data: usize) -> Self {
        let context = context(log_n, data);
        let randomness = Randomness::from_seed_insecure([1; 32]);
        let secret = SecretKey::generate(&context, &randomness).unwrap();
        let public = PublicKey::generate(&context, &secret, PublicSeed([2; 32]), &randomness).unwrap();
        let stream = randomness.stream(&Purpose::Encryption { row: 0, ciphertext: 0 }).unwrap();
        Self { evaluator: Evaluator::new(&context), secret, public, randomness, stream }
    }

    fn key(&self, target: KeyTarget, limbs: usize) -> SwitchingKey {
        let context = self.evaluator.context();
        let spec = KeySwitchSpec::one_digit_a_limb(context.parameters(), target, limbs);
        SwitchingKey::generate(context, &self.secret, &spec, PublicSeed([2; 32]), &self.randomness).unwrap()
    }

    fn slots(&self) -> usize {
        self.evaluator.context().slots()
    }

    fn encrypt(&mut self, slots: &[f64], limbs: usize) -> Ciphertext {
        self.evaluator.encrypt(&self.public, slots, limbs, SCALE, &mut self.stream).unwrap()
    }

    #[track_caller]
    fn check(&self, ciphertext: &Ciphertext, expected: impl IntoIterator<Item = f64>, floor_bits: f64) {
        let expected: Vec<f64> = expected.into_iter().collect();
        let precision = Precision::of_real(&self.evaluator.decrypt_real(&self.secret, ciphertext), &expected);
        assert!(precision.min_bits > floor_bits, "{precision}, wanted {floor_bits}");
        assert!(precision.min_bits < floor_bits + 2.0, "{precision}: raise the floor of {floor_bits}");
    }
}

#[test]
fn operations_compute_on_slots_to_their_precision() {
    let mut party = Party::new(13, 5);
    let (x, y) = (values(7, party.slots()), values(8, party.slots()));
    let (a, b) = (party.encrypt(&x, 5), party.encrypt(&y, 5));
    let evaluator = &party.evaluator;
    let pairs = || x.iter().zip(&y);
    party.check(&a, x.iter().copied(), 26.5);
    party.check(&evaluator.add(&a, &b).unwrap(), pairs().map(|(x, y)| x + y), 26.0);
    party.check(&evaluator.sub(&a, &b).unwrap(), pairs().map(|(x, y)| x - y), 26.0);
    party.check(&evaluator.neg(&a), x.iter().map(|x| -x), 26.5);
    party.check(&evaluator.add_plain(&a, &y).unwrap(), pairs().map(|(x, y)| x + y), 26.5);
    party.check(&evaluator.drop_to(&a, 2).unwrap(), x.iter().copied(), 26.5);

    let product = evaluator.mul_plain(&a, &y, SCALE).unwrap();
    assert_eq!(product.scale(), SCALE * SCALE);
    party.check(&product, pairs().map(|(x, y)| x * y), 26.5);
    let periodic = evaluator.mul_plain(&a, &[3.0, -2.0], SCALE).unwrap();
    party.check(&periodic, x.iter().zip([3.0, -2.0].iter().cycle()).map(|(x, y)| x * y), 25.0);

    let key = party.key(KeyTarget::Relinearize, 5);
    party.check(&evaluator.mul(&a, &b, &key).unwrap(), pairs().map(|(x, y)| x * y), 26.0);
    let square = evaluator.square(&a, &key).unwrap();
    party.check(&square, x.iter().map(|x| x * x), 26.0);
    // Dividing 80 bits by 30 leaves 50: rounding costs nothing. Then again, with the same key at a lower level.
    let square = evaluator.rescale(&square, 1).unwrap();
    assert_eq!(square.limbs(), 4);
    party.check(&square, x.iter().map(|x| x * x), 26.0);
    party.check(&evaluator.square(&square, &key).unwrap(), x.iter().map(|x| x.powi(4)), 25.0);
    let twice = evaluator.rescale(&evaluator.square(&square, &key).unwrap(), 2).unwrap();
    assert_eq!(twice.limbs(), 2);
    party.check(&twice, x.iter().map(|x| x.powi(4)), 25.0);
}

#[test]
fn rotations_move_slots_and_hoisting_changes_no_bit() {
    let mut party = Party::new(12, 3);
    let x = values(9, party.slots());
    let a = party.encrypt(&x, 3);
    let lower = party.evaluator.drop_to(&a, 2).unwrap();
    let steps = [1, 5, -3, 1024, 2047];
    let keys: Vec<_> = steps.iter().map(|&steps| party.key(KeyTarget::Rotate(steps), 3)).collect();
    for ciphertext in [&a, &lower] {
        let hoisted = party.evaluator.apply_hoisted(ciphertext, &keys.iter().collect::<Vec<_>>()).unwrap();
        for ((&steps, key), hoisted) in steps.iter().zip(&keys).zip(&hoisted) {
            let rotated = party.evaluator.apply(ciphertext, key).unwrap();
            assert!(&rotated == hoisted, "rotation by {steps}");
            let mut expected = x.clone();
            expected.rotate_left(usize::try_from(i64::from(steps).rem_euclid(x.len() as i64)).unwrap());
            party.check(&rotated, expected, 25.0);
        }
    }
}

#[test]
fn conjugation_conjugates_and_rotation_keeps_imaginary_parts() {
    let mut party = Party::new(11, 2);
    let z = complex_values(10, party.slots());
    let evaluator = &party.evaluator;
    let a = evaluator.encrypt_complex(&party.public, &z, 2, SCALE, &mut party.stream).unwrap();
    let check = |ciphertext: &Ciphertext, expected: &[Complex64]| {
        let precision = Precision::of(&evaluator.decrypt(&party.secret, ciphertext), expected);
        assert!(precision.min_bits > 26.0, "{precision}");
    };
    check(&a, &z);
    let conjugate = evaluator.apply(&a, &party.key(KeyTarget::Conjugate, 2)).unwrap();
    check(&conjugate, &z.iter().map(Complex64::conj).collect::<Vec<_>>());
    let mut expected = z.clone();
    expected.rotate_left(100);
    check(&evaluator.apply(&a, &party.key(KeyTarget::Rotate(100), 2)).unwrap(), &expected);
}

#[test]
fn the_longest_chain_keeps_its_precision_down_to_the_last_limb() {
    let literal = ParametersLiteral::by_name("fast-hear").unwrap();
    let context = Context::new(&Parameters::new(literal).unwrap(), Isa::detect());
    let randomness = Randomness::from_seed_insecure([1; 32]);
    let secret = SecretKey::generate(&context, &randomness).unwrap();
    let public = PublicKey::generate(&context, &secret, PublicSeed([2; 32]), &randomness).unwrap();
    let evaluator = Evaluator::new(&context);
    let scale = (1_u64 << 28) as f64;
    let x = values(11, context.slots());
    let mut stream = randomness.stream(&Purpose::Encryption { row: 0, ciphertext: 0 }).unwrap();
    let mut a = evaluator.encrypt(&public, &x, 13, scale, &mut stream).unwrap();
    for limbs in (2..=13).rev() {
        assert_eq!(a.limbs(), limbs);
        // A plaintext at the scale of the prime that is dropped leaves the scale as it was.
        let divisor = f64::from(context.modulus(PrimeIndex(limbs - 1)).value());
        a = evaluator.rescale(&evaluator.mul_plain(&a, &[-1.0], divisor).unwrap(), 1).unwrap();
        assert!((a.scale() / scale - 1.0).abs() < 1e-12, "scale {}", a.scale());
    }
    let precision = Precision::of_real(&evaluator.decrypt_real(&secret, &a), &x);
    assert!(precision.min_bits > 13.5, "{precision}");
}

#[test]
fn impossible_operations_are_refused_with_what_was_there() {
    let mut party = Party::new(10, 3);
    let x = values(12, 4);
    let (a, b) = (party.encrypt(&x, 3), party.encrypt(&x, 2));
    let relinearize = party.key(KeyTarget::Relinearize, 2);
    let rotate = party.key(KeyTarget::Rotate(1), 3);
    let evaluator = &party.evaluator;
    let sentence = |result: Result<Ciphertext, EvaluateError>| result.unwrap_err().to_string();
    assert_eq!(sentence(evaluator.add(&a, &b)), "cannot add ciphertexts of 3 and 2 limbs; they must have the same");
    let mut scaled = a.clone();
    scaled.set_scale(2.0 * SCALE);
    assert_eq!(
        sentence(evaluator.sub(&a, &scaled)),
        "cannot subtract ciphertexts at scales 2^40.000000 and 2^41.000000; they must be equal"
    );
    assert_eq!(
        sentence(evaluator.mul_plain(&b, &x, SCALE)),
        "cannot multiply by a plaintext: a scale of 80.0 bits does not fit limbs of 60.0 bits in all"
    );
    assert_eq!(sentence(evaluator.rescale(&b, 2)), "cannot rescale: the ciphertext has 2 limbs and needs 3");
    assert!(matches!(evaluator.rescale(&b, 0), Err(EvaluateError::TooFewLimbs { .. })));
    assert!(matches!(evaluator.drop_to(&b, 3), Err(EvaluateError::TooFewLimbs { limbs: 2, needed: 3, .. })));
    assert!(matches!(evaluator.drop_to(&a, 0), Err(EvaluateError::TooFewLimbs { .. })));
    assert!(matches!(evaluator.drop_to(&a, 1), Err(EvaluateError::ScaleTooLarge { .. })));
    assert_eq!(
        sentence(evaluator.square(&a, &relinearize)),
        "cannot square a ciphertext of 3 limbs with a key to relinearize at 2 limbs, 1 special primes, 2 digits"
    );
    assert!(matches!(evaluator.square(&a, &rotate), Err(EvaluateError::Key { .. })));
    assert!(matches!(evaluator.apply(&b, &relinearize), Err(EvaluateError::Key { .. })));
    assert!(matches!(evaluator.apply_hoisted(&b, &[&rotate, &relinearize]), Err(EvaluateError::Key { .. })));
    assert_eq!(evaluator.apply_hoisted(&b, &[]).unwrap(), []);
    let mut fresh = |limbs, scale| evaluator.encrypt(&party.public, &x, limbs, scale, &mut party.stream);
    assert_eq!(sentence(fresh(4, SCALE)), "a ciphertext of 4 limbs is asked for; 1 to 3 are possible");
    assert!(matches!(fresh(0, SCALE), Err(EvaluateError::Limbs { .. })));
    assert!(matches!(fresh(1, SCALE), Err(EvaluateError::ScaleTooLarge { .. })));
    assert!(matches!(fresh(2, f64::NAN), Err(EvaluateError::ScaleTooLarge { .. })));
}
