//! A ciphertext a node of the network, a clip a slot: the line of CryptoNets, nGraph-HE and nGraph-HE2.
//!
//! Slots never meet, so nothing is ever rotated: a convolution is a sum of ciphertexts times numbers, a pooling a sum of
//! ciphertexts. A run takes as long for one clip as for a ciphertext's slots full of them, 8192.
//!
//! - **Weights are scalars** (nGraph-HE2): a constant polynomial has the same NTT value everywhere, so a weight is one residue
//!   a limb, and a product loads one word for a whole limb.
//! - **Rescaling is lazy** (nGraph-HE2): a sum of products is rescaled once.
//! - **Plaintexts are encoded for the level of their use** (nGraph-HE2's depth-aware encoding).
//! - **Only nodes that are read are computed.** A pooling that drops an odd last column leaves some that are not.
//! - **Rows, not layers.** A layer's nodes together are tens of gigabytes. But a row of a layer reads three rows of the one
//!   before, and so on up to the input; so the last layer's rows are made one after the other, each when the rows that it
//!   reads are there, and rows that nobody reads any more give their memory to others ([`tiling`]).
//!
//! `ngraph-he2` spends levels as `hear` does. `lean-ngraph`, ours, completes squares as `lean-hear` does: an activation takes
//! one level and the squares of a pooling window are added before one relinearisation.
//!
//! Sources: Gilad-Bachrach et al., "CryptoNets", ICML 2016; Boemer et al., "nGraph-HE", CF 2019, and "nGraph-HE2", WAHC 2019.

pub(super) mod cost;
pub(super) mod encode;
pub(super) mod lower;
pub(super) mod plan;
pub(super) mod reference;
pub(super) mod run;
pub mod spill;
pub mod step;
pub mod tiling;
pub(super) mod weights;
