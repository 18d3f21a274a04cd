//! Transforms of one limb on every tier, against the crate `tfhe-ntt`; each is verified before it is timed.
//!
//! `tfhe-ntt` orders its values differently and leaves the division by N to another call, which is timed with its inverse.
//! It chooses its instructions itself, among those that it was compiled for: AVX2 at most, with the feature `tfhe-avx512`
//! AVX-512, too. Its name in the results says which.

use criterion::{Criterion, criterion_group, criterion_main};
use hear_kernels::automorphism::{Automorphism, galois_element};
use hear_kernels::modulus::Modulus;
use hear_kernels::ntt::NttTable;
use hear_kernels::primes::ntt_primes;
use hear_kernels::simd::Isa;
use std::hint::black_box;
use tfhe_ntt::prime32::Plan;

const SIZES: [u32; 3] = [13, 14, 15];

/// What `tfhe-ntt` is compiled for.
const TFHE: &str = if cfg!(feature = "tfhe-avx512") { "tfhe-ntt (up to avx512)" } else { "tfhe-ntt (up to avx2)" };

/// Pseudo-random residues.
fn residues(n: usize, q: u32) -> Vec<u32> {
    let mut state = 1_u32;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state % q
    })
    .take(n)
    .collect()
}

/// The value of a polynomial at `x`, by Horner's rule.
fn evaluate(coefficients: &[u32], x: u32, q: u32) -> u32 {
    let (x, q) = (u64::from(x), u64::from(q));
    let value = coefficients.iter().rev().fold(0, |sum, &a| (sum * x + u64::from(a)) % q);
    u32::try_from(value).expect("a remainder is below its divisor")
}

/// Some values of the forward transform against the definition, and the inverse.
fn verify(table: &NttTable, input: &[u32]) {
    let q = table.modulus().value();
    let mut values = input.to_vec();
    table.forward(&mut values);
    for i in [0, 1, 17, table.n() / 2 + 5, table.n() - 1] {
        let odd = 2 * (i.reverse_bits() >> (usize::BITS - table.log_n())) + 1;
        let point = table.modulus().pow(table.root(), odd as u64);
        assert_eq!(values[i], evaluate(input, point, q), "{}: value {i}", table.isa());
    }
    table.inverse(&mut values);
    assert_eq!(values, input, "{}", table.isa());
}

fn transforms(c: &mut Criterion) {
    for log_n in SIZES {
        let q = ntt_primes(log_n, Modulus::LIMIT, 1)[0];
        let modulus = Modulus::new(q).expect("a prime below the limit");
        let input = residues(1 << log_n, q);
        let mut group = c.benchmark_group(format!("ntt_2^{log_n}"));
        for isa in Isa::all() {
            let table = NttTable::new(isa, modulus, log_n).expect("the prime has a root");
            verify(&table, &input);
            let mut values = input.clone();
            group.bench_function(format!("forward/{isa}"), |b| b.iter(|| table.forward(black_box(&mut values))));
            group.bench_function(format!("inverse/{isa}"), |b| b.iter(|| table.inverse(black_box(&mut values))));
        }
        let plan = Plan::try_new(1 << log_n, q).expect("tfhe-ntt supports the prime");
        let mut values = input.clone();
        plan.fwd(&mut values);
        plan.inv(&mut values);
        plan.normalize(&mut values);
        assert_eq!(values, input, "tfhe-ntt");
        group.bench_function(format!("forward/{TFHE}"), |b| b.iter(|| plan.fwd(black_box(&mut values))));
        group.bench_function(format!("inverse/{TFHE}"), |b| {
            b.iter(|| {
                plan.inv(black_box(&mut values));
                plan.normalize(&mut values);
            });
        });
        group.finish();
    }
}

fn automorphisms(c: &mut Criterion) {
    let log_n = 14;
    let q = ntt_primes(log_n, Modulus::LIMIT, 1)[0];
    let modulus = Modulus::new(q).expect("a prime below the limit");
    let automorphism = Automorphism::new(log_n, galois_element(3, log_n)).expect("a Galois element");
    let input = residues(1 << log_n, q);
    let mut out = vec![0; 1 << log_n];
    let mut group = c.benchmark_group(format!("automorphism_2^{log_n}"));
    for isa in Isa::all() {
        let table = NttTable::new(isa, modulus, log_n).expect("the prime has a root");
        automorphism.apply_coefficients_into(modulus, &input, &mut out);
        table.forward(&mut out);
        let expected = out.clone();
        let mut values = input.clone();
        table.forward(&mut values);
        automorphism.apply_into(isa, &values, &mut out);
        assert_eq!(out, expected, "{isa}");
        group.bench_function(format!("values/{isa}"), |b| {
            b.iter(|| automorphism.apply_into(isa, black_box(&values), black_box(&mut out)));
        });
        let mut sum = input.clone();
        automorphism.apply_add_assign(isa, modulus, &values, &mut sum);
        assert!(sum.iter().zip(&input).zip(&expected).all(|((&sum, &a), &b)| sum == modulus.add(a, b)), "{isa}");
        group.bench_function(format!("values added/{isa}"), |b| {
            b.iter(|| automorphism.apply_add_assign(isa, modulus, black_box(&values), black_box(&mut sum)));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50).measurement_time(std::time::Duration::from_secs(2));
    targets = transforms, automorphisms
}
criterion_main!(benches);
