//! Training on clear clips, as the paper trains: stochastic gradient descent with momentum 0.9, weight decay 5e-4 and
//! mini-batches of 64, 200 epochs, a learning rate of 0.05 that falls to a tenth at milestones.
//!
//! - [`Options`]: everything that a run depends on besides its clips.
//! - [`Trainer`]: the run, an epoch at a time.
//! - [`checkpoint`]: a run in a file, from which it goes on.
//! - [`curve`]: the learning curve as SVG.
//! - [`transfer`]: whether given weights are a better start than random ones.
//!
//! # Framework
//! Tensors, matrix products and automatic differentiation are candle's, on the CPU. Only what has a better gradient than
//! the composed one is written here: unfolding (a convolution becomes one matrix product) and the fused batch norm,
//! quadratic and pooling. A step on 64 clips of 2d-64 takes 0.1 s of one core of an AMD EPYC; composed of candle's
//! operations it takes 0.22 s of two cores (0.3 s with unfolding by `narrow` and `cat` instead of `conv2d`), and 5.8 s
//! with burn 0.20 on its ndarray backend.
//!
//! # What keeps a quadratic from diverging
//! - Batch norm stands before it, so its argument has mean 0 and variance 1 in every channel until training says
//!   otherwise, and weight decay holds that scale down.
//! - It starts as the least-squares parabola of ReLU under a standard normal argument, 0.2 x^2 + 0.5 x + 0.2.
//! - The gradient's norm over all parameters is clipped ([`Options::clip_norm`]), and the learning rate rises from
//!   nothing within the first epochs ([`Options::warm_up`]).
//! - Label smoothing and a penalty on squared logits keep the logits small, which encryption needs.
//! - The coefficient of x^2 never falls below [`MIN_LEADING_COEFFICIENT`] in magnitude: encrypted evaluation may
//!   complete the square and divides by it.
//!
//! # Reproducibility
//! All randomness follows from the seed and the number of the epoch. Sums are formed in an order that does not depend on
//! the number of threads, and no matrix product splits its inner dimension among threads: the same command on the same
//! kind of processor gives the same weights, bit for bit, also when it is interrupted and resumed.

mod activation;
mod augment;
pub mod checkpoint;
mod convert;
pub mod curve;
mod descent;
mod loss;
mod model;
mod options;
mod statistics;
mod storage;
mod trainer;
pub mod transfer;
mod unfold;

pub use model::MIN_LEADING_COEFFICIENT;
pub use options::{Augmentation, Options};
pub use trainer::{Epoch, TrainError, Trainer};
