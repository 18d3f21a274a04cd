//! Ring learning with errors: keys, ciphertexts, encryption and key switching.
//!
//! A ciphertext (c0, c1) stands for the message c0 + c1 s. It is stored by limbs: for each prime the N residues of c0,
//! then those of c1, all NTT values in bit-reversed order. Such a *limb pair* of 2N words is the unit that plans move
//! about; every operation below is a function on limb pairs, and the owned types only hold them together.
mod ciphertext;
mod division;
mod encryption;
mod key_switch;
mod keys;
pub mod limb_pair;
mod random;
mod spec;

pub use ciphertext::Ciphertext;
pub use division::{LimbPairDivision, LimbStep, MAX_LIMBS};
pub use encryption::{decrypt, encrypt, encrypt_with_secret};
pub use key_switch::{Gadget, Switched};
pub use keys::{CompressedKey, KeyArena, KeyError, KeyPlace, PublicKey, SecretKey, SwitchingKey};
pub use random::{PublicSeed, Purpose, Randomness, RandomnessError, Stream};
pub use spec::{KeySwitchSpec, KeyTarget, SpecError, digit_ranges};
