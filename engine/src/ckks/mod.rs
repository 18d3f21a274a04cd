//! CKKS: real and complex slots on top of [`crate::rlwe`].
mod encoder;
mod evaluator;
mod fft;
mod periodic;
mod plaintext;
mod precision;

pub use encoder::{COEFFICIENT_LIMIT, EncodeError, Encoder, EncoderScratch, encode_scalar};
pub use evaluator::{EvaluateError, Evaluator};
pub use periodic::{PeriodicEncoder, PeriodicScratch};
pub use plaintext::{plaintext_half_limb_into, plaintext_limb_into};
pub use precision::Precision;
