//! Random networks whose values behave as a trained network's do, for measurements and tests.
//!
//! Kernels are uniform; batch norm takes the statistics of a few seeded clips, as training would have left them; the
//! dense layer is a matched filter for the same clips. So values are of order one in every layer at any width, logits and
//! dense weights have the magnitude of the published networks', and different clips get different classes, though the
//! classes mean nothing. All weights are rounded to `f32`, so that a network survives its file unchanged.

use super::forward::input_map;
use super::{
    Activation, BatchNorm, CLASS_COUNT, Convolution, Dense, FeatureMap, KERNEL_SIZE, Layer, LayerShape, Network, Shape,
    Source,
};
use crate::input::seeded_clips;
use crate::random::Uniform;

/// One is concave, as in one of the published networks.
const ACTIVATIONS: [Activation; 3] = [
    Activation { alpha: 0.25, beta: 0.75, c: -0.25 },
    Activation { alpha: 0.25, beta: 0.625, c: -0.125 },
    Activation { alpha: -1.0, beta: 0.75, c: 0.5 },
];

/// The largest logit on the clips of the matched filter, bias apart.
const LARGEST_LOGIT: f64 = 20.0;

impl Network {
    /// Random weights of `shape`, the same for the same seed on every platform.
    #[must_use]
    pub fn seeded(shape: Shape, seed: u64) -> Self {
        let mut random = Uniform::new(seed, 0);
        let [first, second, third] = shape.layers();
        let clips = seeded_clips(seed, CLASS_COUNT);
        let mut maps: Vec<FeatureMap> = clips.iter().map(|clip| input_map(&first, clip)).collect();
        let layers = [(first, ACTIVATIONS[0]), (second, ACTIVATIONS[1]), (third, ACTIVATIONS[2])];
        let layers = layers.map(|(layer_shape, activation)| {
            let convolution = random_convolution(&mut random, shape, &layer_shape);
            let batch_norm = calibrated_batch_norm(&mut random, &convolution, &maps);
            let layer = Layer { convolution, batch_norm, activation };
            for map in &mut maps {
                *map = layer.forward(&layer_shape, map).pooled;
            }
            layer
        });
        let dense = matched_filter(&mut random, shape.feature_count(), &maps);
        Self { shape, source: Source::Seeded { seed }, layers, dense }
    }
}

/// Kernels whose outputs have about the variance of their inputs.
fn random_convolution(random: &mut Uniform, shape: Shape, layer: &LayerShape) -> Convolution {
    let kernel_rows = shape.dimension().kernel_rows();
    let taps = layer.in_channels * kernel_rows * KERNEL_SIZE;
    let bound = (3.0 / taps as f64).sqrt();
    Convolution {
        in_channels: layer.in_channels,
        out_channels: layer.out_channels,
        kernel_rows,
        weight: uniform(random, layer.out_channels * taps, -bound, bound),
        bias: uniform(random, layer.out_channels, -0.125, 0.125),
    }
}

/// Batch norm with the mean and the variance of every channel that `convolution` produces from `maps`.
fn calibrated_batch_norm(random: &mut Uniform, convolution: &Convolution, maps: &[FeatureMap]) -> BatchNorm {
    let outputs: Vec<FeatureMap> = maps.iter().map(|map| convolution.forward(map)).collect();
    let channels = convolution.out_channels;
    let (mut running_mean, mut running_var) = (Vec::with_capacity(channels), Vec::with_capacity(channels));
    for channel in 0..channels {
        let values = || outputs.iter().flat_map(|map| map.channel(channel));
        let count = values().count() as f64;
        let mean = values().sum::<f64>() / count;
        running_mean.push(to_f32_precision(mean));
        running_var.push(to_f32_precision(values().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count));
    }
    BatchNorm {
        weight: uniform(random, channels, 0.25, 0.75),
        bias: uniform(random, channels, -0.25, 0.25),
        running_mean,
        running_var,
    }
}

/// The weights of class k are the deviation of the k-th map's features from their mean over all maps. Random weights
/// would have to be ten times larger for logits of the same magnitude, and amplify errors as much.
fn matched_filter(random: &mut Uniform, in_features: usize, maps: &[FeatureMap]) -> Dense {
    let mean = |feature| maps.iter().map(|map| map.values[feature]).sum::<f64>() / maps.len() as f64;
    let means: Vec<f64> = (0..in_features).map(mean).collect();
    let mut weight: Vec<f64> =
        maps.iter().flat_map(|map| map.values.iter().zip(&means).map(|(x, mean)| x - mean)).collect();
    let largest = weight.chunks_exact(in_features).map(|row| dot(row, row)).fold(0.0, f64::max);
    for weight in &mut weight {
        *weight = to_f32_precision(*weight * LARGEST_LOGIT / largest);
    }
    let bias = std::array::from_fn(|class| {
        let centre = dot(&weight[class * in_features..][..in_features], &means);
        to_f32_precision(random.between(-1.0, 1.0) - centre)
    });
    Dense { in_features, weight, bias }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `count` numbers of [low, high) in `f32` precision.
fn uniform(random: &mut Uniform, count: usize, low: f64, high: f64) -> Vec<f64> {
    (0..count).map(|_| to_f32_precision(random.between(low, high))).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "the rounding is what is wanted")]
fn to_f32_precision(x: f64) -> f64 {
    f64::from(x as f32)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::metrics::argmax;
    use crate::network::{Dimension, NetworkName};

    fn largest(logits: &[[f64; CLASS_COUNT]]) -> f64 {
        logits.as_flattened().iter().fold(0.0, |largest, logit| logit.abs().max(largest))
    }

    #[test]
    fn seeded_networks_have_logits_like_trained_ones_and_tell_clips_apart() {
        for name in NetworkName::ALL {
            let network = Network::seeded(name.shape(), 1);
            assert_eq!(*network.source(), Source::Seeded { seed: 1 });
            let traces: Vec<_> = seeded_clips(77, 20).iter().map(|clip| network.forward_layers(clip)).collect();
            let logits: Vec<_> = traces.iter().map(|trace| trace.logits).collect();
            assert!((5.0..60.0).contains(&largest(&logits)), "{name}: logits up to {}", largest(&logits));
            let classes: HashSet<_> = logits.iter().map(argmax).collect();
            assert!(classes.len() >= 3, "{name}: {classes:?}");
            for layer in traces.iter().flat_map(|trace| &trace.layers) {
                assert!((0.5..16.0).contains(&layer.normalized.max_abs()), "{name}: {}", layer.normalized.max_abs());
            }
        }
    }

    #[test]
    fn logits_are_centred_and_scaled_on_the_clips_of_the_matched_filter() {
        let network = Network::seeded(Shape::new(Dimension::TwoD, 4).unwrap(), 6);
        let logits: Vec<_> = seeded_clips(6, CLASS_COUNT).iter().map(|clip| network.forward(clip)).collect();
        for class in 0..CLASS_COUNT {
            let mean = logits.iter().map(|row| row[class]).sum::<f64>() / CLASS_COUNT as f64;
            assert!(mean.abs() <= 1.0 + 1e-4, "class {class}: mean {mean}");
        }
        assert!((largest(&logits) - LARGEST_LOGIT).abs() <= 1.0 + 1e-4, "{}", largest(&logits));
    }

    #[test]
    fn inputs_unlike_the_clips_stay_bounded() {
        let mut random = Uniform::new(78, 0);
        let noise = uniform(&mut random, 960, 0.0, 1.0);
        for name in NetworkName::ALL {
            let network = Network::seeded(name.shape(), 1);
            assert!(largest(&[network.forward(&noise)]) < 60.0, "{name}, noise");
            for value in [0.0, 1.0] {
                let logits = network.forward(&[value; 960]);
                assert!(largest(&[logits]) < 1000.0, "{name}, all values {value}: {logits:?}");
            }
        }
    }

    #[test]
    fn every_width_gives_finite_weights_that_depend_on_the_seed_alone() {
        for dimension in [Dimension::OneD, Dimension::TwoD] {
            for width in [1, 2, 5] {
                let shape = Shape::new(dimension, width).unwrap();
                let network = Network::seeded(shape, 3);
                assert_eq!(network.shape(), shape);
                assert_eq!(network, Network::seeded(shape, 3));
                assert_ne!(network.dense(), Network::seeded(shape, 4).dense());
                assert!(network.forward(&seeded_clips(1, 1)[0]).iter().all(|logit| logit.is_finite()));
            }
        }
    }
}
