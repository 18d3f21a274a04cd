//! Files: keys, ciphertexts, results, prepared models.
//!
//! ```text
//! bytes 0..8    magic              8..10 format version   10..12 kind     (all integers little-endian)
//!       12..16  header's length    16..24 payload's length
//!       header (postcard), BLAKE3 of everything so far (32 bytes)
//!       payload: residues modulo q in ceil(log2 q) bits each, least significant bit first;
//!                of a prepared model zeros up to a multiple of 64 bytes, then words of 32 bits
//!       BLAKE3 of everything so far (32 bytes)
//! ```
//!
//! A reader trusts nothing: magic, version, kind and lengths are checked before memory is allocated, the header's hash
//! before it is parsed, residues against their primes, the file's hash before anything read is handed out as good. The
//! hashes detect accidents; they do not say who wrote a file. Where that matters, the transport must authenticate it.
//!
//! A writer writes to a temporary file in the same directory and renames it when it is complete and on the disk: other
//! processes see the old file or the new one, never half of one. Secret keys have mode 0600 from their first byte.

mod bits;
mod ciphertext;
mod error;
mod file;
mod header;
mod keys;
mod pieces;

pub use ciphertext::{CiphertextHeader, CiphertextReader, CiphertextWriter, ciphertext_bytes};
pub use error::{Fault, WireError};
pub use file::{FileReader, FileWriter, Kind};
pub use header::{Header, StoredPlan};
pub use keys::{
    EvaluationKeyReader, EvaluationKeyWriter, PublicKeyFile, SecretKeyFile, write_public_key, write_secret_key,
};
pub use pieces::{PieceHash, WordsReader};
