//! Element-wise kernels on every tier, each verified before it is timed.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hear_kernels::eltwise;
use hear_kernels::modulus::Modulus;
use hear_kernels::primes::ntt_primes;
use hear_kernels::simd::Isa;
use std::hint::black_box;

const LOG_N: u32 = 14;
const N: usize = 1 << LOG_N;

/// Pseudo-random residues.
fn residues(seed: u32, q: u32) -> Vec<u32> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state % q
    })
    .take(N)
    .collect()
}

/// The residue of each element's `formula`, computed with `%`.
fn expected(q: u32, formula: impl Fn(usize) -> i128) -> Vec<u32> {
    (0..N).map(|i| u32::try_from(formula(i).rem_euclid(q.into())).expect("a remainder is below its divisor")).collect()
}

fn kernels(c: &mut Criterion) {
    let primes = ntt_primes(LOG_N, Modulus::LIMIT, 2);
    let (q, other) = (primes[0], primes[1]);
    let modulus = Modulus::new(q).expect("a prime below the limit");
    let other = Modulus::new(other).expect("a prime below the limit");
    let (x, y) = (residues(1, q), residues(2, q));
    let (mut out, mut d1, mut d2) = (vec![0; N], vec![0; N], vec![0; N]);
    let signed: Vec<i64> = x.iter().zip(&y).map(|(&x, &y)| (i64::from(x) << 31) - (i64::from(y) << 30)).collect();
    let montgomery: Vec<u32> = y.iter().map(|&y| modulus.to_montgomery(y)).collect();
    let wide = |x: u32| i128::from(x);
    let sums = expected(q, |i| wide(x[i]) + wide(y[i]));
    let products = expected(q, |i| wide(x[i]) * wide(y[i]));
    let squares = expected(q, |i| wide(x[i]) * wide(x[i]));
    let scaled_sums = expected(q, |i| wide(x[i]) + wide(y[i]) * 12_345);
    let scaled = expected(q, |i| (wide(x[i]) - wide(y[i])) * 12_345);
    let reduced = expected(q, |i| signed[i].into());
    let lifted = expected(other.value(), |i| if x[i] > q / 2 { wide(x[i]) - wide(q) } else { wide(x[i]) });

    let mut group = c.benchmark_group(format!("eltwise_2^{LOG_N}"));
    group.throughput(Throughput::Elements(N as u64));
    for isa in Isa::all() {
        let mut run = |name: &str, expected: &[u32], kernel: &dyn Fn(&mut [u32])| {
            out.fill(u32::MAX);
            kernel(&mut out);
            assert_eq!(out, expected, "{name} on {isa}");
            group.bench_function(format!("{name}/{isa}"), |b| b.iter(|| kernel(black_box(&mut out))));
        };
        run("add_into", &sums, &|out| eltwise::add_into(isa, modulus, out, &x, &y));
        run("mul_into", &products, &|out| eltwise::mul_into(isa, modulus, out, &x, &y));
        run("mul_montgomery_into", &products, &|out| eltwise::mul_montgomery_into(isa, modulus, out, &x, &montgomery));
        run("sub_mul_scalar_into", &scaled, &|out| eltwise::sub_mul_scalar_into(isa, modulus, out, &x, &y, 12_345));
        run("lift_centred_into", &lifted, &|out| eltwise::lift_centred_into(isa, out, &x, modulus, other));
        run("reduce_signed_into", &reduced, &|out| eltwise::reduce_signed_into(isa, modulus, out, &signed));

        out.copy_from_slice(&x);
        eltwise::mul_scalar_add_assign(isa, modulus, &mut out, &y, 12_345);
        assert_eq!(out, scaled_sums, "mul_scalar_add_assign on {isa}");
        group.bench_function(format!("mul_scalar_add_assign/{isa}"), |b| {
            b.iter(|| eltwise::mul_scalar_add_assign(isa, modulus, black_box(&mut out), &y, 12_345));
        });

        eltwise::tensor_square_into(isa, modulus, &mut out, &mut d1, &mut d2, &x, &y);
        assert_eq!(out, squares, "tensor_square_into on {isa}");
        group.bench_function(format!("tensor_square_into/{isa}"), |b| {
            b.iter(|| eltwise::tensor_square_into(isa, modulus, black_box(&mut out), &mut d1, &mut d2, &x, &y));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).measurement_time(std::time::Duration::from_secs(1));
    targets = kernels
}
criterion_main!(benches);
