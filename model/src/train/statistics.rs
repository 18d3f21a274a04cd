//! What batch norm knows of a channel.

use candle_core::{Result, Tensor};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::storage::with_values;
use crate::network::BATCH_NORM_EPSILON;

/// How far running statistics move towards those of a mini-batch, PyTorch's default.
const STATISTICS_MOMENTUM: f32 = 0.1;

/// Mean and variance of every channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Statistics {
    pub(super) mean: Vec<f32>,
    /// Over all values, not all but one.
    pub(super) variance: Vec<f32>,
}

impl Statistics {
    /// Of a matrix `[position][channel]`; sums are formed by blocks of `block` positions.
    pub(super) fn of(sums: &Tensor, block: usize) -> Result<Self> {
        let (positions, channels) = sums.dims2()?;
        with_values(sums, |values| {
            let means = |add: &(dyn Fn(&mut [f32], &[f32]) + Sync)| {
                let mut sums = channel_sums(values, channels, block * channels, add);
                sums.iter_mut().for_each(|sum| *sum /= positions as f32);
                sums
            };
            let mean = means(&|sums, row| sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x));
            let variance = means(&|sums, row| {
                for ((sum, x), mean) in sums.iter_mut().zip(row).zip(&mean) {
                    *sum += (x - mean) * (x - mean);
                }
            });
            Self { mean, variance }
        })
    }

    /// Moves towards the statistics of a batch of `positions`; the variance as an unbiased estimate, as PyTorch does.
    pub(super) fn follow(&mut self, batch: &Self, positions: usize) {
        let unbiased = positions as f32 / (positions as f32 - 1.0);
        let step = |running: &mut [f32], batch: &[f32], factor: f32| {
            for (running, batch) in running.iter_mut().zip(batch) {
                *running += STATISTICS_MOMENTUM * (factor * batch - *running);
            }
        };
        step(&mut self.mean, &batch.mean, 1.0);
        step(&mut self.variance, &batch.variance, unbiased);
    }

    /// One over the standard deviation of every channel.
    pub(super) fn inverse_deviation(&self) -> Vec<f32> {
        #[expect(clippy::cast_possible_truncation, reason = "a small constant")]
        let epsilon = BATCH_NORM_EPSILON as f32;
        self.variance.iter().map(|variance| 1.0 / (variance + epsilon).sqrt()).collect()
    }
}

/// Adds up the rows of every block with `add`, blocks side by side and their sums in order, so that the result does not
/// depend on the number of threads.
fn channel_sums(
    values: &[f32],
    channels: usize,
    block_len: usize,
    add: &(dyn Fn(&mut [f32], &[f32]) + Sync),
) -> Vec<f32> {
    let blocks: Vec<Vec<f32>> = values
        .par_chunks(block_len)
        .map(|block| {
            let mut sums = vec![0.0; channels];
            block.chunks_exact(channels).for_each(|row| add(&mut sums, row));
            sums
        })
        .collect();
    total(&blocks)
}

/// The sum of vectors of one length, from first to last.
pub(super) fn total(parts: &[Vec<f32>]) -> Vec<f32> {
    let mut sums = vec![0.0; parts.first().map_or(0, Vec::len)];
    for part in parts {
        sums.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
    }
    sums
}
