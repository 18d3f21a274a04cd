//! What a stage would take at least: its transforms, its multiply-accumulates and its bytes, each at the best speed that
//! this machine reaches when it does nothing else. The largest of the three is a stage's floor; what is above it is left
//! to win.

use std::{
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use hear_engine::{
    network::{
        cost::Counts,
        nodes::step::{NodeConvolution, Patch, Plane},
        plan::LinearLayer,
    },
    ring::{Context, PrimeIndex, zeroed_words},
};
use hear_kernels::{
    accumulate::{
        Accumulation, PeriodicShape, ScalarWeights, multiply_accumulate_periodic_into,
        multiply_accumulate_periodic_scratch_words, multiply_accumulate_scalar_into,
        multiply_accumulate_scalar_scratch_words, periodic_weight_words,
    },
    simd::Isa,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rounds of which the fastest counts.
const ROUNDS: usize = 15;
/// What every thread reads to find out the bandwidth: more than its share of the caches.
const STREAM_BYTES: usize = 64 << 20;
/// The tile of products that is timed: as large as runs use, so that packing the inputs costs as little as there.
const TILE: (usize, usize, usize) = (48, 36, 128);

/// The best speeds of a machine with so many threads at work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BestSpeeds {
    /// Nanoseconds of a transform of one limb in cache, the mean of both directions.
    pub ntt_ns: f64,
    /// Nanoseconds of multiplying and adding one limb, operands and weights in cache.
    pub product_ns: f64,
    /// Bytes a nanosecond that each thread reads while all of them read.
    pub bytes_per_ns: f64,
}

/// The least thread-seconds of a stage, by what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Floors {
    /// Transforms.
    pub ntt_s: f64,
    /// Multiply-accumulates with plaintexts and keys.
    pub products_s: f64,
    /// Reading plaintexts and keys.
    pub bytes_s: f64,
}

impl Floors {
    /// The largest of them, in seconds.
    #[must_use]
    pub fn largest(self) -> f64 {
        self.ntt_s.max(self.products_s).max(self.bytes_s)
    }
}

impl BestSpeeds {
    /// Measures them.
    #[must_use]
    pub fn measure(context: &Context, threads: usize) -> Self {
        let (isa, n) = (context.isa(), context.n());
        let table = context.table(PrimeIndex(0));
        let mut values = zeroed_words(n);
        let ntt = fastest(|| {
            table.forward(&mut values);
            table.inverse(&mut values);
        });
        Self {
            ntt_ns: nanoseconds(ntt) / 2.0,
            product_ns: product_ns(isa, context),
            bytes_per_ns: STREAM_BYTES as f64 / nanoseconds(stream(threads)),
        }
    }

    /// The floors of so much work.
    #[must_use]
    pub fn floors(&self, counts: &Counts) -> Floors {
        Floors {
            ntt_s: counts.ntt as f64 * self.ntt_ns * 1e-9,
            products_s: (counts.product_limbs + counts.scalar_limbs + counts.key_limbs) as f64 * self.product_ns * 1e-9,
            bytes_s: counts.bytes_read as f64 / self.bytes_per_ns * 1e-9,
        }
    }
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// The fastest of some calls.
fn fastest(mut call: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        call();
        start.elapsed()
    };
    // Two more, the first of which warm up.
    (0..ROUNDS + 2).map(time).min().unwrap_or_default()
}

fn product_ns(isa: Isa, context: &Context) -> f64 {
    let (inputs, outputs, blocks) = TILE;
    let (n, modulus) = (context.n(), context.modulus(PrimeIndex(0)));
    let shape = PeriodicShape::new(inputs, outputs, blocks);
    let x = zeroed_words(inputs * 2 * n);
    let x: Vec<&[u32]> = x.chunks_exact(2 * n).collect();
    let weights = zeroed_words(periodic_weight_words(shape));
    let mut scratch = zeroed_words(multiply_accumulate_periodic_scratch_words(inputs, n));
    let mut out = zeroed_words(outputs * 2 * n);
    let mut out: Vec<&mut [u32]> = out.chunks_exact_mut(2 * n).collect();
    let time = fastest(|| {
        let mode = Accumulation::Overwrite;
        multiply_accumulate_periodic_into(
            isa,
            modulus,
            shape,
            0..shape.tiles(),
            &x,
            &weights,
            &mut out,
            mode,
            &mut scratch,
        );
    });
    nanoseconds(time) / (2 * inputs * outputs) as f64
}

/// Nanoseconds of multiplying a limb with a number and adding, with so many threads at it at once: sums of a pooling window of
/// a middle layer, whose inputs come from memory.
pub(crate) fn scalar_ns(isa: Isa, context: &Context, threads: usize) -> f64 {
    const CHANNELS: usize = 64;
    let plane = Plane { rows: 4, columns: 4 };
    let convolution = NodeConvolution {
        layer: LinearLayer::Convolution(1),
        plane,
        read: plane,
        kernel: Plane { rows: 3, columns: 3 },
        channels_in: CHANNELS,
        channels_out: CHANNELS,
    };
    // All of whose neighbours are there.
    let patch = Patch { rows: 1..3, columns: 1..3 };
    let (n, modulus) = (context.n(), context.modulus(PrimeIndex(0)));
    let (runs, field) = (convolution.runs(&patch), convolution.field(&patch));
    let runs: Vec<_> = runs.iter().map(Vec::as_slice).collect();
    let shape = PeriodicShape::new(convolution.rows(), CHANNELS, 1);
    let call = || {
        let inputs = zeroed_words(field.len() * CHANNELS * 2 * n);
        let inputs: Vec<&[u32]> = inputs.chunks_exact(2 * n).collect();
        let words = zeroed_words(periodic_weight_words(shape));
        let mut scratch = zeroed_words(multiply_accumulate_scalar_scratch_words(inputs.len(), n));
        let mut sums = zeroed_words(patch.len() * CHANNELS * 2 * n);
        let mut sums: Vec<&mut [u32]> = sums.chunks_exact_mut(2 * n).collect();
        let weights = [ScalarWeights { shape, words: &words }];
        fastest(|| multiply_accumulate_scalar_into(isa, modulus, n, &inputs, &runs, &weights, &mut sums, &mut scratch))
    };
    let products = 2 * patch.len() * convolution.rows() * CHANNELS;
    nanoseconds(slowest_of(threads, call)) / products as f64
}

/// What the slowest of so many threads that do the same at one time takes.
fn slowest_of(threads: usize, work: impl Fn() -> Duration + Sync) -> Duration {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).max().unwrap_or_default()
    })
}

/// The time in which each of so many threads reads memory of its own, all at once.
fn stream(threads: usize) -> Duration {
    let read = || {
        let memory = vec![1_u64; STREAM_BYTES / size_of::<u64>()];
        // Eight sums, so that additions do not wait for each other.
        fastest(|| {
            let mut sums = [0_u64; 8];
            for words in black_box(&memory).as_chunks::<8>().0 {
                for (sum, &word) in sums.iter_mut().zip(words) {
                    *sum = sum.wrapping_add(word);
                }
            }
            black_box(sums);
        })
    };
    slowest_of(threads, read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_grow_with_the_work_and_the_largest_is_the_floor() {
        let speeds = BestSpeeds { ntt_ns: 10_000.0, product_ns: 500.0, bytes_per_ns: 20.0 };
        let counts =
            Counts { ntt: 100, product_limbs: 1_000, key_limbs: 3_000, bytes_read: 30_000_000, ..Counts::default() };
        let floors = speeds.floors(&counts);
        let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-12;
        assert!(close(floors.ntt_s, 1e-3) && close(floors.products_s, 2e-3) && close(floors.bytes_s, 1.5e-3));
        assert!(close(floors.largest(), 2e-3));
    }
}
