//! LoLa: latency-optimised prior work, as the paper describes it.
//!
//! - **The first convolution's input comes as r ciphertexts**, one for each element of the kernel and channel: the clip shifted
//!   by that element. So the convolution is r products with plaintexts an output ciphertext (the "restricted linear operation"),
//!   and no rotation.
//! - **The other layers are dot products**, one a node: the inputs times the node's weights, then rotate-and-sum over the
//!   block's channels and the kernel's elements: log2 of their number. A mask keeps the node's slot, and the nodes of a
//!   ciphertext are added: repacked before the activation.
//!
//! Ciphertexts are laid out as under `hear`, so that activations and poolings are the same steps. Masks take a level each:
//! twelve levels, the parameters of `fast-hear`.
//!
//! Source: Brutzkus, Elisha, Gilad-Bachrach, "Low Latency Privacy Preserving Inference", ICML 2019.

pub(super) mod lower;
pub(super) mod plan;
pub(super) mod run;
pub mod step;
pub(super) mod weights;
