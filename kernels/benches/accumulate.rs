//! Sums of products: 10^9 multiply-accumulates a second (criterion's `Gelem/s`), checked before they are timed.
//!
//! Weights and keys are read from a ring of buffers larger than the caches (`streamed`), as in an inference, or from one
//! buffer (`cached`). `HEAR_ISA` caps the instructions.

use std::cell::Cell;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hear_kernels::accumulate::{
    Accumulation, PeriodicShape, TileShape, WeightTile, key_product_into, key_stream_words, multiply_accumulate_into,
    multiply_accumulate_periodic_into, multiply_accumulate_periodic_scratch_words, multiply_accumulate_scratch_words,
    multiply_real_into, periodic_weight_words, periodic_weights_insert, weight_stream_words,
};
use hear_kernels::modulus::Modulus;
use hear_kernels::simd::Isa;

/// log_n = 14, as in the networks' parameter sets.
const N: usize = 1 << 14;
/// The largest prime below 2^30 that is 1 modulo 2^15.
const Q: u32 = 1_073_643_521;
/// Bytes of weights or keys that no cache of ours holds.
const STREAMED_BYTES: usize = 96 << 20;

/// Fixed pseudo-random residues in `[0, Q)`.
fn residues(count: usize, seed: u64) -> Vec<u32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((state >> 33) % u64::from(Q)).expect("a remainder of a 32-bit number")
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// `count` words in each of as many buffers as the kind of run needs.
fn buffers(words: usize, streamed: bool) -> Vec<Vec<u32>> {
    let count = if streamed { STREAMED_BYTES.div_ceil(4 * words) } else { 1 };
    (0..count).map(|i| residues(words, 1000 + i as u64)).collect()
}

/// Each call gives the next buffer.
struct Ring<'a> {
    buffers: &'a [Vec<u32>],
    next: Cell<usize>,
}

impl<'a> Ring<'a> {
    fn new(buffers: &'a [Vec<u32>]) -> Self {
        Self { buffers, next: Cell::new(0) }
    }

    fn next(&self) -> &'a [u32] {
        let index = self.next.get();
        self.next.set((index + 1) % self.buffers.len());
        &self.buffers[index]
    }
}

/// `sum a b 2^-32 mod Q`, as one factor is in Montgomery form.
fn oracle(modulus: Modulus, products: impl Iterator<Item = (u32, u32)>) -> u32 {
    let sum: u128 = products.map(|(a, b)| u128::from(a) * u128::from(b)).sum();
    modulus.from_montgomery(u32::try_from(sum % u128::from(Q)).expect("a residue"))
}

/// The tiles of a buffer that holds the streams of several.
fn split(weights: &[u32], words: usize, outputs: usize) -> Vec<WeightTile<'_>> {
    weights.chunks_exact(words).map(|stream| WeightTile { stream, outputs }).collect()
}

fn tiles(c: &mut Criterion) {
    let (isa, modulus) = (Isa::from_environment().expect("a known tier"), Modulus::new(Q).expect("an odd modulus"));
    let mut group = c.benchmark_group(format!("multiply_accumulate/{isa}"));
    for (inputs, outputs, tiles) in [(16, 4, 1), (16, 4, 8), (16, 1, 1), (64, 4, 1)] {
        let shape = TileShape::new(inputs, outputs);
        let ciphertexts: Vec<Vec<u32>> = (0..inputs).map(|k| residues(2 * N, k as u64)).collect();
        let ciphertexts: Vec<&[u32]> = ciphertexts.iter().map(Vec::as_slice).collect();
        let mut scratch = vec![0; multiply_accumulate_scratch_words(inputs, N)];
        let mut sums = vec![vec![0; 2 * N]; tiles * outputs];
        let mut sums: Vec<&mut [u32]> = sums.iter_mut().map(Vec::as_mut_slice).collect();
        let mode = Accumulation::Overwrite;

        for streamed in [false, true] {
            let words = weight_stream_words(shape, N);
            let weights = buffers(tiles * words, streamed);
            multiply_accumulate_into(
                isa,
                modulus,
                &ciphertexts,
                &split(&weights[0], words, outputs),
                &mut sums,
                mode,
                &mut scratch,
            );
            for (o, sums) in sums.iter().enumerate() {
                let stream = &weights[0][o / outputs * words..];
                for (at, &sum) in sums.iter().enumerate() {
                    let i = (at % N).min(N - 1 - at % N);
                    let weight = |k| stream[((i / 16 * inputs + k) * outputs + o % outputs) * 16 + i % 16];
                    assert_eq!(sum, oracle(modulus, (0..inputs).map(|k| (ciphertexts[k][at], weight(k)))));
                }
            }

            let ring = Ring::new(&weights);
            let kind = if streamed { "streamed" } else { "cached" };
            group.throughput(Throughput::Elements((2 * N * inputs * outputs * tiles) as u64));
            group.bench_function(format!("{inputs}x{outputs}x{tiles}/{kind}"), |b| {
                b.iter(|| {
                    let tiles = split(ring.next(), words, outputs);
                    multiply_accumulate_into(isa, modulus, &ciphertexts, &tiles, &mut sums, mode, &mut scratch);
                });
            });
        }
    }
    group.finish();
}

fn periodic(c: &mut Criterion) {
    let (isa, modulus) = (Isa::from_environment().expect("a known tier"), Modulus::new(Q).expect("an odd modulus"));
    let mut group = c.benchmark_group(format!("periodic/{isa}"));
    for (inputs, outputs, block_length) in
        [(48, 64, 128), (31, 8, 128), (48, 32, 8), (48, 32, 16), (16, 128, 128), (24, 32, 128)]
    {
        let shape = PeriodicShape::new(inputs, outputs, N / block_length);
        let ciphertexts: Vec<Vec<u32>> = (0..inputs).map(|k| residues(2 * N, k as u64)).collect();
        let ciphertexts: Vec<&[u32]> = ciphertexts.iter().map(Vec::as_slice).collect();
        let plaintexts: Vec<Vec<u32>> =
            (0..inputs * outputs).map(|i| residues(shape.blocks(), 1000 + i as u64)).collect();
        let mut weights = vec![0; periodic_weight_words(shape)];
        for (i, plaintext) in plaintexts.iter().enumerate() {
            periodic_weights_insert(shape, i / outputs, i % outputs, plaintext, &mut weights);
        }
        let mut scratch = vec![0; multiply_accumulate_periodic_scratch_words(inputs, N)];
        let mut sums = vec![vec![0; 2 * N]; outputs];
        let mut sums: Vec<&mut [u32]> = sums.iter_mut().map(Vec::as_mut_slice).collect();
        let mut run = |sums: &mut [&mut [u32]]| {
            let mode = Accumulation::Overwrite;
            multiply_accumulate_periodic_into(
                isa,
                modulus,
                shape,
                0..shape.tiles(),
                &ciphertexts,
                &weights,
                sums,
                mode,
                &mut scratch,
            );
        };
        run(&mut sums);
        for (o, sums) in sums.iter().enumerate() {
            for (at, &sum) in sums.iter().enumerate().step_by(7) {
                let weight = |k: usize| plaintexts[k * outputs + o][at % N / block_length];
                assert_eq!(sum, oracle(modulus, (0..inputs).map(|k| (ciphertexts[k][at], weight(k)))));
            }
        }
        group.throughput(Throughput::Elements((2 * N * inputs * outputs) as u64));
        group.bench_function(format!("{inputs}x{outputs}/blocks of {block_length}"), |b| b.iter(|| run(&mut sums)));
    }
    group.finish();
}

fn key_products(c: &mut Criterion) {
    let (isa, modulus) = (Isa::from_environment().expect("a known tier"), Modulus::new(Q).expect("an odd modulus"));
    let mut group = c.benchmark_group(format!("key_product/{isa}"));
    for digit_count in [1, 2, 4, 13] {
        let residues_of_digits = residues(digit_count * N, 1);
        let digits: Vec<&[u32]> = residues_of_digits.chunks_exact(N).collect();
        let mut out = vec![0; 2 * N];
        for streamed in [false, true] {
            let keys = buffers(key_stream_words(digit_count, N), streamed);
            key_product_into(isa, modulus, &digits, &keys[0], &mut out);
            for (at, &sum) in out.iter().enumerate() {
                let (component, i) = (at / N, at % N);
                let key = |d| keys[0][((i / 16 * digit_count + d) * 2 + component) * 16 + i % 16];
                assert_eq!(sum, oracle(modulus, (0..digit_count).map(|d| (digits[d][i], key(d)))));
            }
            let ring = Ring::new(&keys);
            let kind = if streamed { "streamed" } else { "cached" };
            group.throughput(Throughput::Elements((2 * N * digit_count) as u64));
            group.bench_function(format!("{digit_count}/{kind}"), |b| {
                b.iter(|| key_product_into(isa, modulus, &digits, ring.next(), &mut out));
            });
        }
    }
    group.finish();
}

fn real_products(c: &mut Criterion) {
    let (isa, modulus) = (Isa::from_environment().expect("a known tier"), Modulus::new(Q).expect("an odd modulus"));
    let mut group = c.benchmark_group(format!("multiply_real/{isa}"));
    let (ciphertext, weight, mut out) = (residues(2 * N, 1), residues(N / 2, 2), vec![0; 2 * N]);
    multiply_real_into(isa, modulus, &ciphertext, &weight, &mut out);
    for (at, &product) in out.iter().enumerate() {
        let i = (at % N).min(N - 1 - at % N);
        assert_eq!(product, oracle(modulus, std::iter::once((ciphertext[at], weight[i]))));
    }
    group.throughput(Throughput::Elements(2 * N as u64));
    group.bench_function("cached", |b| {
        b.iter(|| multiply_real_into(isa, modulus, &ciphertext, black_box(&weight), &mut out));
    });
    group.finish();
}

criterion_group!(benches, tiles, periodic, key_products, real_products);
criterion_main!(benches);
