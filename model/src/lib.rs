//! The plain side of encrypted action recognition: what a network is, where its weights come from, what it computes
//! on clear inputs, and how its predictions are judged. Nothing here knows of encryption.
//!
//! - [`network`]: shapes, layers, the `f64` forward pass that encrypted results are compared with, seeded networks.
//! - [`weights`]: networks in files: the published CSV directories and `.safetensors`.
//! - [`input`]: clips of skeletons, labels and logits in CSV files, seeded clips.
//! - [`metrics`]: classes, confusion matrix, fall detection.
//!
//! ```
//! use hear_model::{input, metrics, network::Network};
//!
//! let network = Network::by_name("1d-64")?;
//! for clip in input::seeded_clips(1, 2) {
//!     let logits = network.forward(&clip);
//!     let class = metrics::argmax(&logits);
//!     assert!(metrics::margin(&logits) >= 0.0 && class.index() < 10);
//! }
//! # Ok::<(), hear_model::network::UnknownNetwork>(())
//! ```
#![forbid(unsafe_code)]

pub mod input;
pub mod metrics;
pub mod network;
mod random;
pub mod text;
pub mod weights;
