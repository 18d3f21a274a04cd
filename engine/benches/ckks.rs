//! Encoding, encryption, keys and key switching with the parameters of `fast-hear` at 13 limbs, on one thread; each is
//! verified before it is timed.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hear_engine::ckks::{Encoder, Evaluator, Precision};
use hear_engine::params::ParametersLiteral;
use hear_engine::ring::{Context, zeroed_words};
use hear_engine::rlwe::{
    Ciphertext, CompressedKey, Gadget, KeySwitchSpec, KeyTarget, PublicKey, PublicSeed, Purpose, Randomness, SecretKey,
    SwitchingKey, decrypt, encrypt,
};
use hear_kernels::simd::Isa;

const SEED: PublicSeed = PublicSeed([1; 32]);
const LIMBS: usize = 13;
const SCALE: f64 = (1_u64 << 40) as f64;

fn encoding(c: &mut Criterion) {
    let encoder = Encoder::new(14);
    let slots: Vec<f64> = (0..encoder.slots()).map(|i| (i as f64).sin()).collect();
    let mut scratch = encoder.scratch();
    let (mut first, mut second) = (vec![0; encoder.n()], vec![0; encoder.n()]);
    let mut group = c.benchmark_group("encode_2^14");
    for period in [slots.len(), 512] {
        let slots = &slots[..period];
        let encode = |first: &mut [i64], scratch: &mut _| encoder.encode_real_into(slots, SCALE, first, scratch);
        encode(&mut first, &mut scratch).expect("small values");
        let coefficients: Vec<f64> = first.iter().map(|&x| x as f64).collect();
        let expected: Vec<f64> = slots.iter().cycle().take(encoder.slots()).copied().collect();
        assert!(Precision::of_real(&encoder.decode_real(&coefficients, SCALE), &expected).min_bits > 30.0);
        group.bench_function(format!("real/{period}"), |b| b.iter(|| encode(black_box(&mut first), &mut scratch)));
        group.bench_function(format!("real_pair/{period}"), |b| {
            b.iter(|| {
                let coefficients = [black_box(&mut *first), &mut *second];
                encoder.encode_real_pair_into([slots, slots], SCALE, coefficients, &mut scratch)
            });
        });
    }
}

fn cryptography(c: &mut Criterion) {
    let parameters = ParametersLiteral::by_name("fast-hear").and_then(ParametersLiteral::check);
    let parameters = parameters.expect("shipped parameters");
    let context = Context::new(&parameters, Isa::from_environment().expect("HEAR_ISA names a tier"));
    let evaluator = Evaluator::new(&context);
    let randomness = Randomness::from_seed_insecure([2; 32]);
    let secret = SecretKey::generate(&context, &randomness).expect("seeded");
    let public = PublicKey::generate(&context, &secret, SEED, &randomness).expect("seeded");
    let spec = KeySwitchSpec::one_digit_a_limb(&parameters, KeyTarget::Rotate(1), LIMBS);
    let generate = || SwitchingKey::generate(&context, &secret, &spec, SEED, &randomness).expect("a possible key");
    let compressed = CompressedKey::generate(&context, &secret, &spec, SEED, &randomness).expect("a possible key");
    let key = compressed.expand(&context, SEED);

    let slots: Vec<f64> = (0..context.slots()).map(|i| (i as f64).cos()).collect();
    let coefficients = evaluator.encoder().encode_real(&slots, SCALE).expect("small values");
    let mut stream = randomness.stream(&Purpose::Encryption { row: 0, ciphertext: 0 }).expect("seeded");
    let fresh = encrypt(&context, &public, &coefficients, LIMBS, SCALE, &mut stream);
    let verify = |ciphertext: &Ciphertext, expected: &[f64]| {
        let precision = Precision::of_real(&evaluator.decrypt_real(&secret, ciphertext), expected);
        assert!(precision.min_bits > 20.0, "{precision}");
    };
    verify(&fresh, &slots);
    let mut expected = slots;
    expected.rotate_left(1);
    for key in [&key, &generate()] {
        verify(&evaluator.apply(&fresh, key).expect("the key fits"), &expected);
    }

    let name = format!("fast-hear/{}", context.isa());
    let mut group = c.benchmark_group(name);
    group.sample_size(20);
    group.bench_function("encrypt", |b| {
        b.iter(|| encrypt(&context, &public, black_box(&coefficients), LIMBS, SCALE, &mut stream));
    });
    group.bench_function("decrypt", |b| b.iter(|| decrypt(&context, &secret, black_box(&fresh))));
    group.bench_function("switching_key/generate", |b| b.iter(generate));
    group.bench_function("switching_key/expand", |b| b.iter(|| compressed.expand(&context, black_box(SEED))));
    let gadget = Gadget::new(&context, fresh.basis(), &spec.special, spec.digits).expect("a possible gadget");
    let mut switched = Ciphertext::zero(&context, fresh.basis().clone(), SCALE);
    let mut scratch = zeroed_words(gadget.switch_scratch_words());
    let mut outputs: Vec<_> = switched.pairs_mut().collect();
    group.bench_function("key_switch", |b| {
        let second: Vec<_> = fresh.component(1).collect();
        b.iter(|| gadget.switch_into(black_box(&second), &key, &mut outputs, &mut scratch));
    });
}

criterion_group!(benches, encoding, cryptography);
criterion_main!(benches);
