//! The network as training sees it: `f32` tensors of candle, channels last, with gradients.

use candle_core::{Device, Result, Tensor, Var};
use serde::{Deserialize, Serialize};

use super::activation::NormalizeActivatePool;
use super::statistics::Statistics;
use super::unfold::Unfold;
use crate::network::{CLASS_COUNT, KERNEL_SIZE, LayerShape, Shape};
use crate::random::Uniform;

/// The smallest magnitude of a quadratic's leading coefficient that training leaves.
pub const MIN_LEADING_COEFFICIENT: f32 = 0.05;

/// The least-squares parabola of ReLU under a standard normal argument: 1 / sqrt(8 pi), 1/2, 1 / sqrt(8 pi).
const INITIAL_QUADRATIC: [f32; 3] = [0.199_471_14, 0.5, 0.199_471_14];

/// A layer's trained tensors and its running statistics.
///
/// The convolution has no bias of its own: batch norm subtracts the mean, and any bias with it.
#[derive(Debug)]
pub(super) struct TrainedLayer {
    pub(super) shape: LayerShape,
    /// 1 or 3.
    pub(super) kernel_rows: usize,
    /// `[row tap, column tap, input][output]`.
    pub(super) kernel: Var,
    /// Weight and bias of batch norm, `[2][output]`.
    pub(super) affine: Var,
    /// alpha, beta and c.
    pub(super) quadratic: Var,
    pub(super) running: Statistics,
}

/// The network under training.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) shape: Shape,
    pub(super) layers: [TrainedLayer; 3],
    /// `[feature][class]`.
    pub(super) dense_weight: Var,
    /// `[class]`.
    pub(super) dense_bias: Var,
}

/// The values of all parameters and running statistics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Snapshot {
    /// Row-major, in the order of [`Model::parameters`].
    parameters: Vec<Vec<f32>>,
    statistics: [Statistics; 3],
}

impl Model {
    /// Random weights as PyTorch draws them: uniform within one over the root of the number of values that an output
    /// reads.
    pub(super) fn random(shape: Shape, random: &mut Uniform) -> Result<Self> {
        let [first, second, third] = shape.layers();
        let kernel_rows = shape.dimension().kernel_rows();
        let mut layer = |layer: LayerShape| -> Result<TrainedLayer> {
            let channels = layer.out_channels;
            let affine = [vec![1.0_f32; channels], vec![0.0; channels]].concat();
            Ok(TrainedLayer {
                shape: layer,
                kernel_rows,
                kernel: uniform(random, kernel_rows * KERNEL_SIZE * layer.in_channels, channels)?,
                affine: Var::from_vec(affine, (2, channels), &Device::Cpu)?,
                quadratic: Var::new(&INITIAL_QUADRATIC, &Device::Cpu)?,
                running: Statistics { mean: vec![0.0; channels], variance: vec![1.0; channels] },
            })
        };
        let layers = [layer(first)?, layer(second)?, layer(third)?];
        let dense_weight = uniform(random, shape.feature_count(), CLASS_COUNT)?;
        let dense_bias = Var::zeros(CLASS_COUNT, candle_core::DType::F32, &Device::Cpu)?;
        Ok(Self { shape, layers, dense_weight, dense_bias })
    }

    /// Gives the dense layer random weights, as at the start.
    pub(super) fn renew_dense(&mut self, random: &mut Uniform) -> Result<()> {
        self.dense_weight = uniform(random, self.shape.feature_count(), CLASS_COUNT)?;
        self.dense_bias.set(&self.dense_bias.zeros_like()?)
    }

    /// Logits `[clip][class]` of clips `[clip][row][column][coordinate]`, normalised by their own statistics, which the
    /// running statistics follow.
    pub(super) fn logits_in_training(&mut self, clips: &Tensor) -> Result<Tensor> {
        let mut x = clips.clone();
        for layer in &mut self.layers {
            let sums = layer.convolve(&x)?;
            let statistics = Statistics::of(&sums, layer.shape.rows * layer.shape.columns)?;
            layer.running.follow(&statistics, sums.dim(0)?);
            x = layer.activate(&sums, statistics)?;
        }
        self.classify(&x)
    }

    /// Logits as the finished network computes them, with the running statistics.
    pub(super) fn logits(&self, clips: &Tensor) -> Result<Tensor> {
        let mut x = clips.clone();
        for layer in &self.layers {
            x = layer.activate(&layer.convolve(&x)?, layer.running.clone())?;
        }
        self.classify(&x)
    }

    fn classify(&self, pooled: &Tensor) -> Result<Tensor> {
        pooled.flatten_from(1)?.matmul(&self.dense_weight)?.broadcast_add(&self.dense_bias)
    }

    /// What gradient descent changes, always in the same order.
    pub(super) fn parameters(&self) -> Vec<&Var> {
        let layers = self.layers.iter().flat_map(|layer| [&layer.kernel, &layer.affine, &layer.quadratic]);
        layers.chain([&self.dense_weight, &self.dense_bias]).collect()
    }

    /// All values.
    pub(super) fn snapshot(&self) -> Result<Snapshot> {
        let parameters = self.parameters().into_iter().map(|parameter| parameter.flatten_all()?.to_vec1());
        let statistics = self.layers.each_ref().map(|layer| layer.running.clone());
        Ok(Snapshot { parameters: parameters.collect::<Result<_>>()?, statistics })
    }

    /// Values as [`Self::snapshot`] gave them.
    pub(super) fn restore(&mut self, snapshot: &Snapshot) -> Result<()> {
        for (parameter, values) in self.parameters().into_iter().zip(&snapshot.parameters) {
            parameter.set(&Tensor::from_slice(values, parameter.shape(), &Device::Cpu)?)?;
        }
        for (layer, statistics) in self.layers.iter_mut().zip(&snapshot.statistics) {
            layer.running.clone_from(statistics);
        }
        Ok(())
    }

    /// Keeps leading coefficients away from zero, where completing the square would need huge numbers.
    pub(super) fn bound_quadratics(&self) -> Result<()> {
        for layer in &self.layers {
            let mut quadratic = layer.quadratic.to_vec1::<f32>()?;
            if quadratic[0].abs() < MIN_LEADING_COEFFICIENT {
                quadratic[0] = MIN_LEADING_COEFFICIENT.copysign(quadratic[0]);
                layer.quadratic.set(&Tensor::new(quadratic, &Device::Cpu)?)?;
            }
        }
        Ok(())
    }
}

/// A matrix of numbers within one over the root of `rows`.
fn uniform(random: &mut Uniform, rows: usize, columns: usize) -> Result<Var> {
    let bound = 1.0 / (rows as f64).sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "weights are f32")]
    let values: Vec<f32> = (0..rows * columns).map(|_| random.between(-bound, bound) as f32).collect();
    Var::from_vec(values, (rows, columns), &Device::Cpu)
}

impl TrainedLayer {
    fn convolve(&self, planes: &Tensor) -> Result<Tensor> {
        planes.apply_op1(Unfold { layer: self.shape, kernel_rows: self.kernel_rows })?.matmul(&self.kernel)
    }

    fn activate(&self, sums: &Tensor, statistics: Statistics) -> Result<Tensor> {
        sums.apply_op3(&self.affine, &self.quadratic, NormalizeActivatePool::new(self.shape, statistics))
    }
}
