//! Lean-HEAR: the whole network on eight limbs, without a lane to fold.
//!
//! ```text
//! limbs   8      7              6      5      4       4      3      2          1
//!         conv1  act1 + pool1   conv2  act2   merge3  conv3  act3   dense,pool3   logits
//! ```
//!
//! What it does differently from the paper's methods:
//!
//! - **The client packs windows.** Each position of the grid after pooling 1 holds, repeated over its slots, the inputs
//!   x0 + i x1 of its pooling window's convolutions. The four outputs of a window (two in 1D) are ciphertexts of their
//!   own, so that pooling 1 is a sum of ciphertexts.
//! - **Squares are completed**: a x^2 + b x + c = sign (sqrt|a| (x + b/2a))^2 + e. The root, batch norm and b/2a go into
//!   the convolution before, the sign and the pool's divisor into the weights after; e is added where it is read. An
//!   activation takes one level.
//! - **Squares are summed before the one relinearisation and rescale**, two sums as real and imaginary part.
//! - **Channels are dense.** A slot holds one channel of one position ([`layout`]), so that a convolution has no lanes to
//!   fold. Weights depend on the channel only: their period is short, and so is their encoding.
//! - **Scales follow the values that are squared** ([`scales`]): a network may choose them when it is encoded.
//! - **Masks take no level**: they are zeros and ones at a scale of few bits, and the weights after them have as many
//!   bits fewer.
//! - **Keys are made for the level of their use**, with dropped primes as special ones: one or two digits.
//! - **Sums are taken in the extended basis**: one division a sum, by the special primes and the rescale's prime at once.
//!
//! `weights` gives the slot vectors of all plaintexts, `reference` the network on slots in plain arithmetic.

pub(super) mod cost;
pub mod encode;
pub mod layout;
pub(super) mod lower;
pub mod plan;
pub(super) mod reference;
pub(super) mod run;
pub mod scales;
pub mod step;
pub mod weights;
