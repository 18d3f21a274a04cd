//! Files of encrypted inputs and results: one ciphertext, or several that belong together.

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::bits::{packed_bytes, residue_bits};
use super::header::{check_parameters_hash, check_plan_hash};
use super::{Fault, FileReader, FileWriter, Kind, WireError};
use crate::params::{ParametersHash, PrimeIndex};
use crate::ring::{Basis, Context, zeroed_words};
use crate::rlwe::Ciphertext;

/// What a file of ciphertexts says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CiphertextHeader {
    /// Hash of the parameters.
    pub parameters_hash: ParametersHash,
    /// Hash of the packing: where values stand in the slots.
    pub packing_hash: [u8; 32],
    /// The rows of the input that it was made from.
    pub rows: Range<u64>,
    /// How many ciphertexts there are, all alike.
    pub count: u32,
    /// The primes of their limbs.
    pub limbs: Vec<PrimeIndex>,
    /// Their scale.
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

/// Bytes of the residues of so many ciphertexts of these limbs in a file.
#[must_use]
pub fn ciphertext_bytes(context: &Context, limbs: &[PrimeIndex], count: u32) -> u64 {
    payload_bytes(context, &bits_of(context, limbs), count)
}

/// Bytes of limb pairs.
fn payload_bytes(context: &Context, bits: &[u32], count: u32) -> u64 {
    u64::from(count) * bits.iter().map(|&bits| packed_bytes(2 * context.n(), bits) as u64).sum::<u64>()
}

/// Writes a file of ciphertexts ([`Kind::Ciphertext`] or [`Kind::Result`]), one after the other, so that they need not be in
/// memory together.
#[derive(Debug)]
pub struct CiphertextWriter {
    writer: FileWriter,
    bits: Vec<u32>,
    limbs: Vec<PrimeIndex>,
    scale: f64,
}

impl CiphertextWriter {
    /// Begins a file. The parameters' hash is that of `context`.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn create(path: &Path, kind: Kind, context: &Context, header: &CiphertextHeader) -> Result<Self, WireError> {
        let bits = bits_of(context, &header.limbs);
        let writer = FileWriter::create(path, kind, header, payload_bytes(context, &bits, header.count))?;
        Ok(Self { writer, bits, limbs: header.limbs.clone(), scale: header.scale })
    }

    /// Appends a ciphertext.
    ///
    /// # Errors
    /// If there are more than announced or the system refuses.
    ///
    /// # Panics
    /// If it has other limbs or another scale than the header says.
    pub fn write(&mut self, ciphertext: &Ciphertext) -> Result<(), WireError> {
        assert!(
            **ciphertext.basis() == *self.limbs && ciphertext.scale().to_bits() == self.scale.to_bits(),
            "a ciphertext of the header's limbs and scale"
        );
        ciphertext.pairs().zip(&self.bits).try_for_each(|(pair, &bits)| self.writer.write_residues(pair, bits))
    }

    /// Completes the file: it appears whole or not at all.
    ///
    /// # Errors
    /// If there are fewer ciphertexts than announced or the system refuses.
    pub fn finish(self) -> Result<(), WireError> {
        self.writer.finish()
    }
}

/// Reads a file of ciphertexts ([`Kind::Ciphertext`] or [`Kind::Result`]) made with the parameters of a context, one after the
/// other.
///
/// What is read is only known to be intact when [`CiphertextReader::finish`] says so.
#[derive(Debug)]
pub struct CiphertextReader<'c> {
    reader: FileReader<CiphertextHeader>,
    context: &'c Context,
    basis: Basis,
    bits: Vec<u32>,
}

impl<'c> CiphertextReader<'c> {
    /// Opens a file and checks its header. Whether its packing is the right one is [`CiphertextHeader::check_packing`]'s
    /// matter.
    ///
    /// # Errors
    /// If the file is not what it should be, or belongs to other parameters.
    pub fn open(path: &Path, kind: Kind, context: &'c Context) -> Result<Self, WireError> {
        let reader = FileReader::<CiphertextHeader>::open(path, kind)?;
        check_header(reader.header(), context).map_err(|fault| fault.at(path))?;
        let basis = Basis::new(&reader.header().limbs);
        let bits = bits_of(context, &basis);
        reader.expect_payload(payload_bytes(context, &bits, reader.header().count))?;
        Ok(Self { reader, context, basis, bits })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &CiphertextHeader {
        self.reader.header()
    }

    /// The next ciphertext.
    ///
    /// # Errors
    /// If there is none, it is damaged, or the system refuses.
    pub fn read(&mut self) -> Result<Ciphertext, WireError> {
        let pair = 2 * self.context.n();
        let mut words = zeroed_words(pair * self.basis.len());
        for (pair, &bits) in words.chunks_exact_mut(pair).zip(&self.bits) {
            self.reader.read_residues(pair, bits)?;
        }
        let scale = self.reader.header().scale;
        let ciphertext = Ciphertext::from_words(self.context, self.basis.clone(), scale, words);
        ciphertext.map_err(|error| self.reader.error(Fault::from(error)))
    }

    /// Checks that all ciphertexts have been read and that the file is intact.
    ///
    /// # Errors
    /// If it is not.
    pub fn finish(self) -> Result<CiphertextHeader, WireError> {
        self.reader.finish()
    }
}

/// Refuses other parameters, limbs that are no distinct primes of the pool, and impossible scales.
fn check_header(header: &CiphertextHeader, context: &Context) -> Result<(), Fault> {
    check_parameters_hash(header.parameters_hash, context.parameters().hash())?;
    let (limbs, pool) = (&header.limbs, context.parameters().primes().len());
    let distinct = limbs.iter().enumerate().all(|(i, prime)| prime.get() < pool && !limbs[..i].contains(prime));
    if limbs.is_empty() || limbs.len() > pool || !distinct {
        return Err(Fault::malformed("its limbs are no distinct primes of the parameters"));
    }
    if header.count == 0 || header.rows.is_empty() {
        let (count, rows) = (header.count, &header.rows);
        return Err(Fault::malformed(format!("it has {count} ciphertexts of the rows {}..{}", rows.start, rows.end)));
    }
    if !(header.scale.is_normal() && header.scale > 0.0) {
        return Err(Fault::malformed(format!("its scale is {}", header.scale)));
    }
    Ok(())
}
