//! Between the network under training and the checked `f64` network.

use std::path::Path;

use candle_core::{Device, Result, Tensor, Var};

use super::model::{Model, TrainedLayer};
use super::statistics::Statistics;
use crate::network::{CLASS_COUNT, KERNEL_SIZE, Network};
use crate::weights::{NamedTensor, WeightsError};

impl Model {
    /// The weights of `network`, rounded to `f32`. A bias of a convolution goes into the running mean after it.
    pub(super) fn from_network(network: &Network) -> Result<Self> {
        let shapes = network.shape().layers();
        let layer = |index: usize| -> Result<TrainedLayer> {
            let (layer, shape) = (&network.layers()[index], shapes[index]);
            let (convolution, norm, activation) = (&layer.convolution, &layer.batch_norm, &layer.activation);
            let (inputs, outputs) = (convolution.in_channels, convolution.out_channels);
            let taps = convolution.kernel_rows * KERNEL_SIZE;
            // [output][input][tap] becomes [tap][input][output].
            let kernel = tensor(&convolution.weight)?.reshape((outputs, inputs, taps))?.permute((2, 1, 0))?;
            let affine = tensor(&[&norm.weight[..], &norm.bias].concat())?;
            let mean = norm.running_mean.iter().zip(&convolution.bias).map(|(mean, bias)| mean - bias);
            Ok(TrainedLayer {
                shape,
                kernel_rows: convolution.kernel_rows,
                kernel: Var::from_tensor(&kernel.contiguous()?.reshape((taps * inputs, outputs))?)?,
                affine: Var::from_tensor(&affine.reshape((2, outputs))?)?,
                quadratic: Var::from_tensor(&tensor(&[activation.alpha, activation.beta, activation.c])?)?,
                running: Statistics { mean: to_f32(&mean.collect::<Vec<_>>()), variance: to_f32(&norm.running_var) },
            })
        };
        let dense = network.dense();
        let weight = tensor(&dense.weight)?.reshape((CLASS_COUNT, dense.in_features))?.t()?.contiguous()?;
        Ok(Self {
            shape: network.shape(),
            layers: [layer(0)?, layer(1)?, layer(2)?],
            dense_weight: Var::from_tensor(&weight)?,
            dense_bias: Var::from_tensor(&tensor(&dense.bias)?)?,
        })
    }

    /// The network with these weights, which names `origin` as its source.
    pub(super) fn to_network(&self, origin: &Path) -> Result<std::result::Result<Network, WeightsError>> {
        let mut tensors = Vec::new();
        let mut add = |name: String, size: &[usize], values: &[f32]| {
            let values = values.iter().copied().map(f64::from).collect();
            tensors.push(NamedTensor { name, size: size.to_vec(), values });
        };
        for (layer, number) in self.layers.iter().zip(1..) {
            let (inputs, outputs) = (layer.shape.in_channels, layer.shape.out_channels);
            let taps = layer.kernel_rows * KERNEL_SIZE;
            // [tap][input][output] becomes [output][input][tap].
            let kernel = layer.kernel.reshape((taps, inputs, outputs))?.permute((2, 1, 0))?;
            let kernel_size: &[usize] = if layer.kernel_rows == 1 { &[KERNEL_SIZE] } else { &[KERNEL_SIZE; 2] };
            let size = [&[outputs, inputs], kernel_size].concat();
            add(format!("conv{number}.weight"), &size, &kernel.flatten_all()?.to_vec1::<f32>()?);
            add(format!("conv{number}.bias"), &[outputs], &vec![0.0; outputs]);
            add(format!("bn{number}.weight"), &[outputs], &layer.affine.get(0)?.to_vec1::<f32>()?);
            add(format!("bn{number}.bias"), &[outputs], &layer.affine.get(1)?.to_vec1::<f32>()?);
            add(format!("bn{number}.running_mean"), &[outputs], &layer.running.mean);
            add(format!("bn{number}.running_var"), &[outputs], &layer.running.variance);
            for (name, value) in ["alpha", "beta", "c"].into_iter().zip(layer.quadratic.to_vec1::<f32>()?) {
                add(format!("act{number}.{name}"), &[1], &[value]);
            }
        }
        let size = [CLASS_COUNT, self.shape.feature_count()];
        add("linear.weight".to_owned(), &size, &self.dense_weight.t()?.flatten_all()?.to_vec1::<f32>()?);
        add("linear.bias".to_owned(), &[CLASS_COUNT], &self.dense_bias.to_vec1::<f32>()?);
        Ok(Network::from_tensors(origin, tensors))
    }
}

fn tensor(values: &[f64]) -> Result<Tensor> {
    Tensor::new(to_f32(values), &Device::Cpu)
}

#[expect(clippy::cast_possible_truncation, reason = "training works in f32")]
fn to_f32(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::seeded_clips;
    use crate::network::{Dimension, Shape};
    use crate::train::trainer::{planes, to_f32};

    fn networks() -> impl Iterator<Item = Network> {
        let shapes = [(Dimension::OneD, 6), (Dimension::TwoD, 5)];
        shapes.into_iter().map(|(dimension, width)| Network::seeded(Shape::new(dimension, width).unwrap(), 8))
    }

    #[test]
    fn the_network_under_training_computes_the_same_logits() {
        for network in networks() {
            let clips = seeded_clips(5, 9);
            let model = Model::from_network(&network).unwrap();
            let logits = model.logits(&planes(network.shape(), clips.iter().map(to_f32)).unwrap()).unwrap();
            for (clip, found) in clips.iter().zip(logits.to_vec2::<f32>().unwrap()) {
                for (found, wanted) in found.iter().zip(network.forward(clip)) {
                    assert!((f64::from(*found) - wanted).abs() < 1e-3, "{found} instead of {wanted}");
                }
            }
        }
    }

    #[test]
    fn weights_survive_both_ways() {
        for network in networks() {
            let back = Model::from_network(&network).unwrap().to_network(Path::new("trained")).unwrap().unwrap();
            assert_eq!(back.dense(), network.dense());
            for (back, layer) in back.layers().iter().zip(network.layers()) {
                assert_eq!(back.convolution.weight, layer.convolution.weight);
                assert_eq!(
                    (&back.batch_norm.weight, &back.batch_norm.bias),
                    (&layer.batch_norm.weight, &layer.batch_norm.bias)
                );
                assert_eq!(
                    (back.activation, &back.batch_norm.running_var),
                    (layer.activation, &layer.batch_norm.running_var)
                );
            }
            for clip in seeded_clips(6, 3) {
                for (back, logit) in back.forward(&clip).iter().zip(network.forward(&clip)) {
                    assert!((back - logit).abs() < 1e-4, "the bias is in the mean: {back} instead of {logit}");
                }
            }
        }
    }
}
