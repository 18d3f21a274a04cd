//! Files of encrypted inputs and results.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::bits::{packed_bytes, residue_bits};
use super::header::{check_parameters_hash, check_plan_hash};
use super::{Fault, FileReader, FileWriter, Kind, WireError};
use crate::params::{ParametersHash, PrimeIndex};
use crate::ring::{Basis, Context, zeroed_words};
use crate::rlwe::Ciphertext;

/// What a ciphertext's file says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CiphertextHeader {
    /// Hash of the parameters.
    pub parameters_hash: ParametersHash,
    /// Hash of the packing: where values stand in the slots.
    pub packing_hash: [u8; 32],
    /// The row of the input that it was made from.
    pub row: u64,
    /// The primes of its limbs.
    pub limbs: Vec<PrimeIndex>,
    /// Its scale.
    pub scale: f64,
    /// Made from a seed that others may know: for tests only.
    pub insecure: bool,
}

impl CiphertextHeader {
    /// Refuses a ciphertext of another packing.
    ///
    /// # Errors
    /// If the hashes differ.
    pub fn check_packing(&self, expected: &[u8; 32]) -> Result<(), Fault> {
        check_plan_hash("packing", &self.packing_hash, expected)
    }
}

/// Bits of the residues of each prime.
fn bits_of(context: &Context, limbs: &[PrimeIndex]) -> Vec<u32> {
    limbs.iter().map(|&prime| residue_bits(context.parameters().prime(prime))).collect()
}

/// Bytes of limb pairs.
fn payload_bytes(context: &Context, bits: &[u32]) -> u64 {
    bits.iter().map(|&bits| packed_bytes(2 * context.n(), bits) as u64).sum()
}

/// Writes a ciphertext ([`Kind::Ciphertext`] or [`Kind::Result`]).
///
/// # Errors
/// If the system refuses.
pub fn write_ciphertext(
    path: &Path,
    kind: Kind,
    context: &Context,
    ciphertext: &Ciphertext,
    packing_hash: [u8; 32],
    row: u64,
    insecure: bool,
) -> Result<(), WireError> {
    let header = CiphertextHeader {
        parameters_hash: context.parameters().hash(),
        packing_hash,
        row,
        limbs: ciphertext.basis().to_vec(),
        scale: ciphertext.scale(),
        insecure,
    };
    let bits = bits_of(context, ciphertext.basis());
    let mut writer = FileWriter::create(path, kind, &header, payload_bytes(context, &bits))?;
    for (pair, &bits) in ciphertext.pairs().zip(&bits) {
        writer.write_residues(pair, bits)?;
    }
    writer.finish()
}

/// Reads a ciphertext ([`Kind::Ciphertext`] or [`Kind::Result`]) made with the parameters of `context`.
///
/// # Errors
/// If the file is not what it should be, is damaged, or belongs to other parameters. Whether its packing is the right one
/// is [`CiphertextHeader::check_packing`]'s matter.
pub fn read_ciphertext(
    path: &Path,
    kind: Kind,
    context: &Context,
) -> Result<(CiphertextHeader, Ciphertext), WireError> {
    let mut reader = FileReader::<CiphertextHeader>::open(path, kind)?;
    check_header(reader.header(), context).map_err(|fault| fault.at(path))?;
    let basis = Basis::new(&reader.header().limbs);
    let bits = bits_of(context, &basis);
    reader.expect_payload(payload_bytes(context, &bits))?;
    let mut words = zeroed_words(2 * context.n() * basis.len());
    for (pair, &bits) in words.chunks_exact_mut(2 * context.n()).zip(&bits) {
        reader.read_residues(pair, bits)?;
    }
    let header = reader.finish()?;
    let ciphertext = Ciphertext::from_words(context, basis, header.scale, words);
    let ciphertext = ciphertext.map_err(|error| Fault::from(error).at(path))?;
    Ok((header, ciphertext))
}

/// Refuses other parameters, limbs that are no distinct primes of the pool, and impossible scales.
fn check_header(header: &CiphertextHeader, context: &Context) -> Result<(), Fault> {
    check_parameters_hash(header.parameters_hash, context.parameters().hash())?;
    let (limbs, pool) = (&header.limbs, context.parameters().primes().len());
    let distinct = limbs.iter().enumerate().all(|(i, prime)| prime.get() < pool && !limbs[..i].contains(prime));
    if limbs.is_empty() || limbs.len() > pool || !distinct {
        return Err(Fault::malformed("its limbs are no distinct primes of the parameters"));
    }
    if !(header.scale.is_normal() && header.scale > 0.0) {
        return Err(Fault::malformed(format!("its scale is {}", header.scale)));
    }
    Ok(())
}
