//! Batch norm, quadratic and average pooling in one pass forward and two passes back.

use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::statistics::{Statistics, total};
use super::storage::{contiguous, with_values};
use crate::network::LayerShape;

/// From the convolution's output `[clip, row, column][channel]` to the pooled activations
/// `[clip][pooled row][pooled column][channel]`.
///
/// With z = weight (x - mean) / deviation + bias it averages alpha z^2 + beta z + c over every pooling window. The second
/// argument holds weight and bias of batch norm, `[2][channel]`, the third alpha, beta and c. The gradient takes `statistics` for those of the
/// first argument itself; with others, as in evaluation, there is no gradient to ask for.
#[derive(Clone, Debug)]
pub(super) struct NormalizeActivatePool {
    layer: LayerShape,
    mean: Vec<f32>,
    inverse_deviation: Vec<f32>,
    /// The pooling window that each position of a plane belongs to; none where an odd row or column is dropped.
    windows: Vec<Option<usize>>,
}

/// The sums over all positions that the gradient needs, each of one value a channel; g is the gradient of z.
struct GradientSums {
    /// Of g.
    bias: Vec<f32>,
    /// Of g times normalised x.
    weight: Vec<f32>,
    /// Of the activation's gradient times z^2, times z, and alone.
    quadratic: [Vec<f32>; 3],
}

/// What the parameters make of batch norm and activation, borrowed: one value a channel, and three.
struct Coefficients<'a> {
    weight: &'a [f32],
    bias: &'a [f32],
    quadratic: &'a [f32],
}

impl<'a> Coefficients<'a> {
    fn new(affine: &'a [f32], quadratic: &'a [f32]) -> Self {
        let (weight, bias) = affine.split_at(affine.len() / 2);
        Self { weight, bias, quadratic }
    }
}

impl NormalizeActivatePool {
    pub(super) fn new(layer: LayerShape, statistics: Statistics) -> Self {
        let (pooled_rows, pooled_columns) = (layer.pooled_rows(), layer.pooled_columns());
        let window = |row: usize, column: usize| {
            let (row, column) = (row / layer.pool_rows, column / layer.pool_columns);
            (row < pooled_rows && column < pooled_columns).then_some(row * pooled_columns + column)
        };
        let windows = (0..layer.rows).flat_map(|row| (0..layer.columns).map(move |column| window(row, column)));
        Self {
            layer,
            inverse_deviation: statistics.inverse_deviation(),
            windows: windows.collect(),
            mean: statistics.mean,
        }
    }

    fn channels(&self) -> usize {
        self.layer.out_channels
    }

    fn plane_len(&self) -> usize {
        self.windows.len() * self.channels()
    }

    fn pooled_len(&self) -> usize {
        self.layer.pooled_rows() * self.layer.pooled_columns() * self.channels()
    }

    /// One over the number of positions in a window.
    fn share(&self) -> f32 {
        1.0 / (self.layer.pool_rows * self.layer.pool_columns) as f32
    }

    fn forward(&self, x: &[f32], coefficients: &Coefficients<'_>) -> Vec<f32> {
        let channels = self.channels();
        let &[alpha, beta, c] = coefficients.quadratic else { unreachable!("a quadratic has three coefficients") };
        let scale: Vec<f32> = coefficients.weight.iter().zip(&self.inverse_deviation).map(|(w, d)| w * d).collect();
        let shift: Vec<f32> =
            coefficients.bias.iter().zip(&scale).zip(&self.mean).map(|((b, s), mean)| b - s * mean).collect();
        let mut pooled = vec![0.0; x.len() / self.plane_len() * self.pooled_len()];
        let planes = pooled.par_chunks_exact_mut(self.pooled_len()).zip(x.par_chunks_exact(self.plane_len()));
        planes.for_each(|(pooled, plane)| {
            for (x, window) in plane.chunks_exact(channels).zip(&self.windows) {
                let Some(window) = window else { continue };
                let sums = &mut pooled[window * channels..][..channels];
                for (((sum, x), scale), shift) in sums.iter_mut().zip(x).zip(&scale).zip(&shift) {
                    let z = scale * x + shift;
                    *sum += (alpha * z + beta) * z + c;
                }
            }
            pooled.iter_mut().for_each(|sum| *sum *= self.share());
        });
        pooled
    }

    /// Normalised x and z of one value.
    #[inline]
    fn normalized(&self, coefficients: &Coefficients<'_>, channel: usize, x: f32) -> (f32, f32) {
        let normalized = (x - self.mean[channel]) * self.inverse_deviation[channel];
        (normalized, coefficients.weight[channel] * normalized + coefficients.bias[channel])
    }

    /// First pass: sums over all positions. `gradient` is that of the pooled values.
    fn gradient_sums(&self, x: &[f32], coefficients: &Coefficients<'_>, gradient: &[f32]) -> GradientSums {
        let channels = self.channels();
        let &[alpha, beta, _] = coefficients.quadratic else { unreachable!("a quadratic has three coefficients") };
        let planes = x.par_chunks_exact(self.plane_len()).zip(gradient.par_chunks_exact(self.pooled_len()));
        let parts: Vec<Vec<f32>> = planes
            .map(|(plane, gradient)| {
                let mut sums = vec![0.0; 5 * channels];
                let (bias, rest) = sums.split_at_mut(channels);
                let (weight, rest) = rest.split_at_mut(channels);
                let (square, rest) = rest.split_at_mut(channels);
                let (linear, constant) = rest.split_at_mut(channels);
                for (x, window) in plane.chunks_exact(channels).zip(&self.windows) {
                    let Some(window) = window else { continue };
                    let gradient = &gradient[window * channels..][..channels];
                    for channel in 0..channels {
                        let (normalized, z) = self.normalized(coefficients, channel, x[channel]);
                        let outer = self.share() * gradient[channel];
                        let inner = outer * (2.0 * alpha * z + beta);
                        bias[channel] += inner;
                        weight[channel] += inner * normalized;
                        square[channel] += outer * z * z;
                        linear[channel] += outer * z;
                        constant[channel] += outer;
                    }
                }
                sums
            })
            .collect();
        let sums = total(&parts);
        let vector = |index: usize| sums[index * channels..][..channels].to_vec();
        GradientSums { bias: vector(0), weight: vector(1), quadratic: [vector(2), vector(3), vector(4)] }
    }

    /// Second pass: the gradient of x, through the mean and the variance as well.
    fn gradient_of_input(
        &self,
        x: &[f32],
        coefficients: &Coefficients<'_>,
        gradient: &[f32],
        sums: &GradientSums,
    ) -> Vec<f32> {
        let channels = self.channels();
        let &[alpha, beta, _] = coefficients.quadratic else { unreachable!("a quadratic has three coefficients") };
        let positions = (x.len() / channels) as f32;
        let dropped = vec![0.0; channels];
        let mut result = vec![0.0; x.len()];
        let planes = result.par_chunks_exact_mut(self.plane_len()).zip(x.par_chunks_exact(self.plane_len()));
        planes.zip(gradient.par_chunks_exact(self.pooled_len())).for_each(|((result, plane), gradient)| {
            let rows = result.chunks_exact_mut(channels).zip(plane.chunks_exact(channels));
            for ((result, x), window) in rows.zip(&self.windows) {
                let gradient = window.map_or(&dropped[..], |window| &gradient[window * channels..][..channels]);
                for channel in 0..channels {
                    let (normalized, z) = self.normalized(coefficients, channel, x[channel]);
                    let inner = self.share() * gradient[channel] * (2.0 * alpha * z + beta);
                    let centred = inner - (sums.bias[channel] + normalized * sums.weight[channel]) / positions;
                    result[channel] = coefficients.weight[channel] * self.inverse_deviation[channel] * centred;
                }
            }
        });
        result
    }
}

impl CustomOp3 for NormalizeActivatePool {
    fn name(&self) -> &'static str {
        "normalize-activate-pool"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        affine: &CpuStorage,
        affine_layout: &Layout,
        quadratic: &CpuStorage,
        quadratic_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (affine, quadratic) = (contiguous(affine, affine_layout)?, contiguous(quadratic, quadratic_layout)?);
        let pooled = self.forward(contiguous(x, x_layout)?, &Coefficients::new(affine, quadratic));
        let (rows, columns) = (self.layer.pooled_rows(), self.layer.pooled_columns());
        let shape = Shape::from((pooled.len() / self.pooled_len(), rows, columns, self.channels()));
        Ok((CpuStorage::F32(pooled), shape))
    }

    fn bwd(
        &self,
        x: &Tensor,
        affine: &Tensor,
        quadratic: &Tensor,
        _pooled: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (affine_values, quadratic_values) = (affine.flatten_all()?.to_vec1()?, quadratic.to_vec1()?);
        let coefficients = Coefficients::new(&affine_values, &quadratic_values);
        let (sums, input) = with_values(x, |x| {
            with_values(gradient, |gradient| {
                let sums = self.gradient_sums(x, &coefficients, gradient);
                let input = self.gradient_of_input(x, &coefficients, gradient, &sums);
                (sums, input)
            })
        })??;
        let scalars = sums.quadratic.map(|sums| sums.iter().sum::<f32>());
        Ok((
            Some(Tensor::from_vec(input, x.shape(), &Device::Cpu)?),
            Some(Tensor::from_vec([sums.weight, sums.bias].concat(), affine.shape(), &Device::Cpu)?),
            Some(Tensor::from_vec(scalars.to_vec(), quadratic.shape(), &Device::Cpu)?),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{BATCH_NORM_EPSILON, Dimension, Shape as NetworkShape};
    use crate::random::Uniform;

    const CLIPS: usize = 3;

    /// The layers of a narrow network: 2 x 2 windows with a dropped column, and one window of all positions.
    fn layers() -> [LayerShape; 3] {
        NetworkShape::new(Dimension::TwoD, 1).unwrap().layers()
    }

    #[expect(clippy::cast_possible_truncation, reason = "training works in f32")]
    fn uniform(random: &mut Uniform, count: usize) -> Vec<f32> {
        (0..count).map(|_| random.between(-1.0, 1.0) as f32).collect()
    }

    fn matrix(layer: &LayerShape, values: Vec<f32>) -> Tensor {
        let rows = values.len() / layer.out_channels;
        Tensor::from_vec(values, (rows, layer.out_channels), &Device::Cpu).unwrap()
    }

    fn pooled(layer: LayerShape, arguments: &[Vec<f32>; 3]) -> Vec<f32> {
        let x = matrix(&layer, arguments[0].clone());
        let statistics = Statistics::of(&x, layer.rows * layer.columns).unwrap();
        let operation = NormalizeActivatePool::new(layer, statistics);
        operation.forward(&arguments[0], &Coefficients::new(&arguments[1], &arguments[2]))
    }

    #[test]
    fn forward_is_the_definition() {
        let layer = layers()[1];
        let (rows, columns, channels) = (layer.rows, layer.columns, layer.out_channels);
        let mut random = Uniform::new(1, 0);
        let x = uniform(&mut random, CLIPS * rows * columns * channels);
        let affine = uniform(&mut random, 2 * channels);
        let quadratic = vec![0.5, -0.25, 0.125];
        let found = pooled(layer, &[x.clone(), affine.clone(), quadratic]);
        let value = |clip: usize, row: usize, column: usize, channel: usize| {
            f64::from(x[((clip * rows + row) * columns + column) * channels + channel])
        };
        for channel in 0..channels {
            let all: Vec<f64> = x.iter().skip(channel).step_by(channels).map(|&x| f64::from(x)).collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            let variance = all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / all.len() as f64;
            let activated = |x: f64| {
                let z = f64::from(affine[channel]) * (x - mean) / (variance + BATCH_NORM_EPSILON).sqrt()
                    + f64::from(affine[channels + channel]);
                0.5 * z * z - 0.25 * z + 0.125
            };
            for (clip, row, column) in [(0, 0, 0), (1, 3, 2), (CLIPS - 1, 7, 1)] {
                let window = [(0, 0), (0, 1), (1, 0), (1, 1)];
                let values = window.map(|(i, j)| activated(value(clip, 2 * row + i, 2 * column + j, channel)));
                let index = ((clip * layer.pooled_rows() + row) * layer.pooled_columns() + column) * channels + channel;
                let error = f64::from(found[index]) - values.iter().sum::<f64>() / 4.0;
                assert!(error.abs() < 1e-5, "channel {channel}: {error}");
            }
        }
    }

    #[test]
    fn gradients_are_the_slopes() {
        for layer in layers() {
            let mut random = Uniform::new(2, 0);
            let positions = layer.rows * layer.columns;
            let x = uniform(&mut random, CLIPS * positions * layer.out_channels);
            let affine = uniform(&mut random, 2 * layer.out_channels);
            let arguments = [x, affine, vec![0.5, -0.25, 0.125]];
            let weights = uniform(&mut random, pooled(layer, &arguments).len());
            let sum = |arguments: &[Vec<f32>; 3]| {
                let pooled = pooled(layer, arguments);
                pooled.iter().zip(&weights).map(|(x, w)| f64::from(*x) * f64::from(*w)).sum::<f64>()
            };

            let x = matrix(&layer, arguments[0].clone());
            let affine =
                Tensor::new(arguments[1].clone(), &Device::Cpu).unwrap().reshape((2, layer.out_channels)).unwrap();
            let quadratic = Tensor::new(arguments[2].clone(), &Device::Cpu).unwrap();
            let operation = NormalizeActivatePool::new(layer, Statistics::of(&x, positions).unwrap());
            let gradient = Tensor::new(weights.clone(), &Device::Cpu).unwrap();
            let (a, b, c) = operation.bwd(&x, &affine, &quadratic, &gradient, &gradient).unwrap();
            let gradients = [a, b, c].map(|g| g.unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap());
            for (argument, gradient) in gradients.iter().enumerate() {
                let scale = gradient.iter().fold(0.0_f32, |largest, g| largest.max(g.abs()));
                for index in (0..gradient.len()).step_by(1 + gradient.len() / 20) {
                    let moved = |step: f32| {
                        let mut arguments = arguments.clone();
                        arguments[argument][index] += step;
                        sum(&arguments)
                    };
                    let slope = (moved(0.01) - moved(-0.01)) / 0.02;
                    let error = (slope - f64::from(gradient[index])).abs();
                    assert!(error < 0.02 * f64::from(scale), "argument {argument}, value {index}: {error} of {scale}");
                }
            }
        }
    }
}
