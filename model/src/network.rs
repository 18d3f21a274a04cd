//! A network: three convolution layers, each with batch norm, a quadratic activation and average pooling, then a dense
//! layer to ten logits; the architecture of HEAR.
//!
//! A [`Network`] holds the tensors that training produced, unfolded, in `f64`, in PyTorch's layout. It is checked when it
//! is made ([`Network::load`], [`Network::seeded`]) and immutable afterwards.

mod forward;
mod name;
mod seeded;
mod shape;

use std::fmt;
use std::path::PathBuf;

pub use forward::{FeatureMap, ForwardTrace, LayerTrace};
pub use name::{NetworkName, UnknownNetwork};
pub use shape::{
    CLASS_COUNT, Dimension, INPUT_CHANNELS, INPUT_VALUES, KERNEL_SIZE, LayerShape, MAX_WIDTH, Shape, ShapeError,
};

/// Added to the running variance before its root is taken, PyTorch's default.
pub const BATCH_NORM_EPSILON: f64 = 1e-5;

/// A checked network: every tensor has the size that [`Network::shape`] asks for, every value is finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    pub(crate) shape: Shape,
    pub(crate) source: Source,
    pub(crate) layers: [Layer; 3],
    pub(crate) dense: Dense,
}

impl Network {
    /// Dimension and width.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Where the weights come from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The three convolution layers.
    #[must_use]
    pub fn layers(&self) -> &[Layer; 3] {
        &self.layers
    }

    /// The layer that makes logits of the globally pooled features.
    #[must_use]
    pub fn dense(&self) -> &Dense {
        &self.dense
    }
}

/// Where a network's weights come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Random weights made from a seed: right shape and magnitudes, meaningless predictions.
    Seeded {
        /// The seed.
        seed: u64,
    },
    /// One of the trained networks that come with this crate.
    Shipped(NetworkName),
    /// A directory or file of weights.
    Path(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seeded { seed } => write!(f, "random weights of seed {seed} (not trained)"),
            Self::Shipped(name) => write!(f, "{name} (trained on synthetic skeletons)"),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

/// Convolution, batch norm, activation; pooling has no parameters and follows from the [`Shape`].
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// `conv{i}`.
    pub convolution: Convolution,
    /// `bn{i}`.
    pub batch_norm: BatchNorm,
    /// `act{i}`.
    pub activation: Activation,
}

/// A convolution with kernels of 3 (1D) or 3 x 3 (2D), stride 1 and same padding with zeros.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// Channels read; 2 in the first layer, where a third one of zeros was dropped on load.
    pub in_channels: usize,
    /// Channels produced.
    pub out_channels: usize,
    /// 1 (1D) or 3 (2D).
    pub kernel_rows: usize,
    /// `weight[out][in][row tap][column tap]`, row-major; a 1D kernel has one row.
    pub weight: Vec<f64>,
    /// One value an output channel.
    pub bias: Vec<f64>,
}

impl Convolution {
    /// The taps `[row][column]`, row-major, from input channel `input` to output channel `output`.
    ///
    /// # Panics
    /// If there is no such channel.
    #[must_use]
    pub fn kernel(&self, output: usize, input: usize) -> &[f64] {
        assert!(
            output < self.out_channels && input < self.in_channels,
            "kernel ({output}, {input}) of a convolution from {} to {} channels",
            self.in_channels,
            self.out_channels
        );
        let taps = self.kernel_rows * KERNEL_SIZE;
        let start = (output * self.in_channels + input) * taps;
        &self.weight[start..start + taps]
    }
}

/// Batch norm with the statistics of training: `(x - running_mean) / sqrt(running_var + epsilon) * weight + bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNorm {
    /// One value a channel.
    pub weight: Vec<f64>,
    /// One value a channel.
    pub bias: Vec<f64>,
    /// One value a channel.
    pub running_mean: Vec<f64>,
    /// One value a channel, not negative.
    pub running_var: Vec<f64>,
}

impl BatchNorm {
    /// `(scale, shift)` of a channel: batch norm is `scale * x + shift`.
    ///
    /// # Panics
    /// If there is no such channel.
    #[must_use]
    pub fn scale_and_shift(&self, channel: usize) -> (f64, f64) {
        let scale = self.weight[channel] / (self.running_var[channel] + BATCH_NORM_EPSILON).sqrt();
        (scale, self.bias[channel] - scale * self.running_mean[channel])
    }
}

/// The trained quadratic `alpha x^2 + beta x + c` of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activation {
    /// Coefficient of x^2.
    pub alpha: f64,
    /// Coefficient of x.
    pub beta: f64,
    /// Constant.
    pub c: f64,
}

impl Activation {
    /// The quadratic's value at `x`.
    #[must_use]
    pub fn apply(&self, x: f64) -> f64 {
        (self.alpha * x + self.beta) * x + self.c
    }
}

/// `weight x + bias`: one logit a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// Features read, 4 f.
    pub in_features: usize,
    /// `weight[class][feature]`, row-major.
    pub weight: Vec<f64>,
    /// One value a class.
    pub bias: [f64; CLASS_COUNT],
}
