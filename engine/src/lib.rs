//! RNS-CKKS and encrypted inference: ring, then rlwe, then ckks, then circuits, then network; nothing imports upward.
#![deny(unsafe_code)]
pub mod circuits;
pub mod ckks;
pub mod network;
pub mod params;
pub mod ring;
pub mod rlwe;
pub mod wire;
