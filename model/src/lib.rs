//! The plain side of encrypted action recognition: what a network is, where its weights come from, what it computes
//! on clear inputs, and how its predictions are judged. Nothing here knows of encryption.
//!
//! - [`skeleton`]: pose estimates become clips, as the paper prepares them: files of several formats, or a live stream.
//! - [`synthetic`]: seeded clips of ten actions from a kinematic model of the body, and the shipped test set.
//! - [`network`]: shapes, layers, the `f64` forward pass that encrypted results are compared with, seeded networks.
//! - [`weights`]: the shipped networks, and networks in files: the published CSV directories and `.safetensors`.
//! - `train`: training, with the feature of that name.
//! - [`dataset`]: clips with their labels.
//! - [`input`]: clips of skeletons, labels and logits in CSV files, seeded clips.
//! - [`metrics`]: classes, confusion matrix, fall detection.
//! - [`baseline`]: a linear classifier, which networks have to beat.
//!
//! ```
//! use hear_model::network::{Network, NetworkName};
//! use hear_model::{metrics, synthetic};
//!
//! let network = Network::shipped(NetworkName::OneD64);
//! let (clips, labels) = synthetic::test_set();
//! let right = clips[..20].iter().zip(&labels).filter(|&(clip, &label)| {
//!     metrics::argmax(&network.forward(clip)) == label
//! });
//! assert!(right.count() >= 18);
//! ```
#![forbid(unsafe_code)]

pub mod baseline;
pub mod dataset;
pub mod input;
pub mod metrics;
pub mod network;
mod random;
pub mod skeleton;
pub mod synthetic;
pub mod text;
#[cfg(feature = "train")]
pub mod train;
pub mod weights;
