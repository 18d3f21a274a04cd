//! RNS-CKKS and encrypted inference: ring, then rlwe, then ckks, then circuits, then network; nothing imports upward.
#![deny(unsafe_code)]
pub mod params;
pub mod ring;
pub mod rlwe;
pub mod ckks;
pub mod circuits;
pub mod network;
pub mod wire;
