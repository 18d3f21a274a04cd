//! The forward pass in `f64`: what encrypted inference is compared with.

use super::{
    BatchNorm, CLASS_COUNT, Convolution, Dense, INPUT_CHANNELS, INPUT_VALUES, KERNEL_SIZE, Layer, LayerShape, Network,
};

/// Values of one layer: `values[channel][row][column]`, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMap {
    /// Number of planes.
    pub channels: usize,
    /// Rows of a plane; 1 in 1D.
    pub rows: usize,
    /// Columns of a plane.
    pub columns: usize,
    /// `channels * rows * columns` values.
    pub values: Vec<f64>,
}

impl FeatureMap {
    /// Values of one channel, row-major.
    ///
    /// # Panics
    /// If there is no such channel.
    #[must_use]
    pub fn channel(&self, channel: usize) -> &[f64] {
        let plane = self.rows * self.columns;
        &self.values[channel * plane..][..plane]
    }

    /// The largest absolute value, which decides what scale a ciphertext can have.
    #[must_use]
    pub fn max_abs(&self) -> f64 {
        self.values.iter().fold(0.0, |largest, x| x.abs().max(largest))
    }
}

/// What one convolution layer produced.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerTrace {
    /// After convolution and batch norm: what the activation reads.
    pub normalized: FeatureMap,
    /// After the activation.
    pub activated: FeatureMap,
    /// After average pooling; one value a channel in the last layer.
    pub pooled: FeatureMap,
}

/// What every layer produced.
#[derive(Clone, Debug, PartialEq)]
pub struct ForwardTrace {
    /// The convolution layers.
    pub layers: [LayerTrace; 3],
    /// One a class.
    pub logits: [f64; CLASS_COUNT],
}

impl Network {
    /// Logits of one clip: `input[coordinate][frame][joint]`, row-major. Values are not confined to [0, 1].
    ///
    /// # Panics
    /// If `input` does not hold [`INPUT_VALUES`] values.
    #[must_use]
    pub fn forward(&self, input: &[f64]) -> [f64; CLASS_COUNT] {
        self.forward_layers(input).logits
    }

    /// Logits of one clip with the values after every layer, to find where precision is lost.
    ///
    /// # Panics
    /// If `input` does not hold [`INPUT_VALUES`] values.
    #[must_use]
    pub fn forward_layers(&self, input: &[f64]) -> ForwardTrace {
        let [shape1, shape2, shape3] = self.shape.layers();
        let [layer1, layer2, layer3] = &self.layers;
        let first = layer1.forward(&shape1, &input_map(&shape1, input));
        let second = layer2.forward(&shape2, &first.pooled);
        let third = layer3.forward(&shape3, &second.pooled);
        let logits = self.dense.forward(&third.pooled.values);
        ForwardTrace { layers: [first, second, third], logits }
    }
}

/// A clip as the map that the first layer reads.
///
/// # Panics
/// If `input` does not hold [`INPUT_VALUES`] values.
pub(super) fn input_map(first: &LayerShape, input: &[f64]) -> FeatureMap {
    assert_eq!(input.len(), INPUT_VALUES, "values of a clip");
    FeatureMap { channels: INPUT_CHANNELS, rows: first.rows, columns: first.columns, values: input.to_vec() }
}

impl Layer {
    /// Convolution, batch norm, activation, pooling.
    pub(super) fn forward(&self, shape: &LayerShape, input: &FeatureMap) -> LayerTrace {
        let mut normalized = self.convolution.forward(input);
        self.batch_norm.forward_assign(&mut normalized);
        let mut activated = normalized.clone();
        for x in &mut activated.values {
            *x = self.activation.apply(*x);
        }
        let pooled = average_pool(shape, &activated);
        LayerTrace { normalized, activated, pooled }
    }
}

impl Convolution {
    /// Stride 1, zeros around the input.
    ///
    /// Planes stand in padded rows of `columns + 2` values, so that a tap is one shift of the whole plane and the inner
    /// loop runs over all of it; the sums that straddle two rows fall on padding and are dropped.
    pub(super) fn forward(&self, input: &FeatureMap) -> FeatureMap {
        let (rows, columns) = (input.rows, input.columns);
        let stride = columns + KERNEL_SIZE - 1;
        let sums = rows * stride;
        let padded = self.padded(input, stride);
        let mut values = Vec::with_capacity(self.out_channels * rows * columns);
        let mut sum = vec![0.0; sums];
        for output in 0..self.out_channels {
            sum.fill(self.bias[output]);
            for (channel, plane) in padded.iter().enumerate() {
                for (row, taps) in self.kernel(output, channel).chunks_exact(KERNEL_SIZE).enumerate() {
                    let x = &plane[row * stride..];
                    let shifted = x[..sums].iter().zip(&x[1..]).zip(&x[2..]);
                    for (sum, ((x0, x1), x2)) in sum.iter_mut().zip(shifted) {
                        *sum += taps[0] * x0 + taps[1] * x1 + taps[2] * x2;
                    }
                }
            }
            values.extend(sum.chunks_exact(stride).flat_map(|row| &row[..columns]));
        }
        FeatureMap { channels: self.out_channels, rows, columns, values }
    }

    /// Every channel with a zero before and after each row of `stride` values, and in 2D a row of zeros above and below.
    fn padded(&self, input: &FeatureMap, stride: usize) -> Vec<Vec<f64>> {
        let above = self.kernel_rows / 2;
        let channels = (0..input.channels).map(|channel| {
            // The last shifts of the last row read two values more.
            let mut plane = vec![0.0; (input.rows + 2 * above) * stride + KERNEL_SIZE - 1];
            let rows = plane[above * stride..].chunks_exact_mut(stride);
            for (padded, row) in rows.zip(input.channel(channel).chunks_exact(input.columns)) {
                padded[1..=input.columns].copy_from_slice(row);
            }
            plane
        });
        channels.collect()
    }
}

impl BatchNorm {
    fn forward_assign(&self, map: &mut FeatureMap) {
        for (channel, plane) in map.values.chunks_exact_mut(map.rows * map.columns).enumerate() {
            let (scale, shift) = self.scale_and_shift(channel);
            for x in plane {
                *x = scale * *x + shift;
            }
        }
    }
}

/// Averages of disjoint windows; what does not fill a window is dropped.
fn average_pool(shape: &LayerShape, input: &FeatureMap) -> FeatureMap {
    let (rows, columns) = (shape.pooled_rows(), shape.pooled_columns());
    let window = (shape.pool_rows * shape.pool_columns) as f64;
    let mut values = Vec::with_capacity(input.channels * rows * columns);
    for channel in 0..input.channels {
        let plane = input.channel(channel);
        for row in 0..rows {
            for column in 0..columns {
                let lines = plane.chunks_exact(input.columns).skip(row * shape.pool_rows).take(shape.pool_rows);
                let sum: f64 = lines.flat_map(|line| &line[column * shape.pool_columns..][..shape.pool_columns]).sum();
                values.push(sum / window);
            }
        }
    }
    FeatureMap { channels: input.channels, rows, columns, values }
}

impl Dense {
    pub(super) fn forward(&self, features: &[f64]) -> [f64; CLASS_COUNT] {
        let mut logits = self.bias;
        for (logit, weights) in logits.iter_mut().zip(self.weight.chunks_exact(self.in_features)) {
            *logit += weights.iter().zip(features).map(|(w, x)| w * x).sum::<f64>();
        }
        logits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::seeded_clips;
    use crate::network::{BATCH_NORM_EPSILON, Dimension, Shape};

    /// The definition, one output value at a time, straight from the unfolded tensors.
    fn oracle(network: &Network, input: &[f64]) -> [f64; CLASS_COUNT] {
        let two = network.shape().dimension() == Dimension::TwoD;
        let (mut rows, mut columns) = if two { (32, 15) } else { (1, 480) };
        let mut x: Vec<Vec<Vec<f64>>> =
            input.chunks(rows * columns).map(|plane| plane.chunks(columns).map(<[f64]>::to_vec).collect()).collect();
        for (number, layer) in network.layers().iter().enumerate() {
            let outputs = network.shape().width() << number;
            let kernel_rows = if two { 3 } else { 1 };
            let mut y = vec![vec![vec![0.0; columns]; rows]; outputs];
            for (o, plane) in y.iter_mut().enumerate() {
                for (r, line) in plane.iter_mut().enumerate() {
                    for (c, value) in line.iter_mut().enumerate() {
                        let mut sum = layer.convolution.bias[o];
                        for (i, source) in x.iter().enumerate() {
                            for u in 0..kernel_rows {
                                for v in 0..3 {
                                    let above = if two { 1 } else { 0 };
                                    let Some(line) = (r + u).checked_sub(above).and_then(|r| source.get(r)) else {
                                        continue;
                                    };
                                    let Some(value) = (c + v).checked_sub(1).and_then(|c| line.get(c)) else {
                                        continue;
                                    };
                                    let index = ((o * x.len() + i) * kernel_rows + u) * 3 + v;
                                    sum += layer.convolution.weight[index] * value;
                                }
                            }
                        }
                        let bn = &layer.batch_norm;
                        let n = (sum - bn.running_mean[o]) / (bn.running_var[o] + BATCH_NORM_EPSILON).sqrt()
                            * bn.weight[o]
                            + bn.bias[o];
                        let a = &layer.activation;
                        *value = a.alpha * n.powi(2) + a.beta * n + a.c;
                    }
                }
            }
            let (down, across) = match (number, two) {
                (2, _) => (rows, columns),
                (_, true) => (2, 2),
                (_, false) => (1, 2),
            };
            (rows, columns) = (rows / down, columns / across);
            let pooled = |plane: &Vec<Vec<f64>>, r: usize, c: usize| {
                let window = (0..down).flat_map(|i| (0..across).map(move |j| (i, j)));
                window.map(|(i, j)| plane[down * r + i][across * c + j]).sum::<f64>() / (down * across) as f64
            };
            x = y
                .iter()
                .map(|p| (0..rows).map(|r| (0..columns).map(|c| pooled(p, r, c)).collect()).collect())
                .collect();
        }
        let mut logits = [0.0; CLASS_COUNT];
        for (class, logit) in logits.iter_mut().enumerate() {
            *logit = network.dense().bias[class];
            for (feature, plane) in x.iter().enumerate() {
                *logit += network.dense().weight[class * x.len() + feature] * plane[0][0];
            }
        }
        logits
    }

    #[test]
    fn forward_matches_the_definition() {
        for dimension in [Dimension::OneD, Dimension::TwoD] {
            for width in [1, 3, 8] {
                let network = Network::seeded(Shape::new(dimension, width).unwrap(), 40 + width as u64);
                for clip in seeded_clips(9, 2) {
                    let (got, want) = (network.forward(&clip), oracle(&network, &clip));
                    for (got, want) in got.iter().zip(want) {
                        assert!((got - want).abs() < 1e-10, "{dimension}-{width}: {got} instead of {want}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_trace_has_every_layers_planes_and_the_same_logits() {
        let network = Network::seeded(Shape::new(Dimension::TwoD, 2).unwrap(), 5);
        let clip = &seeded_clips(9, 1)[0];
        let trace = network.forward_layers(clip);
        let size = |map: &FeatureMap| (map.channels, map.rows, map.columns, map.values.len());
        let sizes = trace.layers.each_ref().map(|l| [size(&l.normalized), size(&l.activated), size(&l.pooled)]);
        assert_eq!(sizes[0], [(2, 32, 15, 960), (2, 32, 15, 960), (2, 16, 7, 224)]);
        assert_eq!(sizes[1], [(4, 16, 7, 448), (4, 16, 7, 448), (4, 8, 3, 96)]);
        assert_eq!(sizes[2], [(8, 8, 3, 192), (8, 8, 3, 192), (8, 1, 1, 8)]);
        for (layer, trace) in network.layers().iter().zip(&trace.layers) {
            for (x, y) in trace.normalized.values.iter().zip(&trace.activated.values) {
                let Layer { activation: a, .. } = layer;
                assert!((a.alpha * x * x + a.beta * x + a.c - y).abs() < 1e-12);
            }
        }
        assert_eq!(trace.logits, network.forward(clip));
        let last = &trace.layers[2].activated;
        let mean = last.channel(7).iter().sum::<f64>() / 24.0;
        assert!((mean - trace.layers[2].pooled.channel(7)[0]).abs() < 1e-12);
    }

    #[test]
    #[should_panic(expected = "values of a clip")]
    fn a_clip_of_another_length_is_refused() {
        let network = Network::seeded(Shape::new(Dimension::OneD, 1).unwrap(), 5);
        let _ = network.forward(&[0.0; 1440]);
    }
}
