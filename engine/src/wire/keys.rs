//! Files of secret, public and evaluation keys.

use std::collections::VecDeque;
use std::path::Path;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::bits::{packed_bytes, residue_bits};
use super::{Fault, FileReader, FileWriter, Header, Kind, WireError};
use crate::params::{Parameters, PrimeIndex};
use crate::ring::{Context, zeroed_words};
use crate::rlwe::{CompressedKey, KeySwitchSpec, PublicKey, PublicSeed, SecretKey};

/// Bits of a coefficient of the secret key in a file: -1, 0, 1 as 0, 1, 2.
const TERNARY_BITS: u32 = 2;

/// Writes a secret key, for the owner's eyes only.
///
/// # Errors
/// If the system refuses.
pub fn write_secret_key(path: &Path, header: &Header, key: &SecretKey) -> Result<(), WireError> {
    let digits: Vec<u32> = key.coefficients().iter().map(|&x| u32::from((x + 1).cast_unsigned())).collect();
    let digits = Zeroizing::new(digits);
    let bytes = packed_bytes(digits.len(), TERNARY_BITS) as u64;
    let mut writer = FileWriter::create(path, Kind::SecretKey, header, bytes)?;
    writer.write_residues(&digits, TERNARY_BITS)?;
    writer.finish()
}

/// A secret key as its file holds it: read whole and found intact.
#[derive(Debug)]
pub struct SecretKeyFile {
    header: Header,
    coefficients: Coefficients,
}

/// Coefficients that `Debug` does not show.
struct Coefficients(Zeroizing<Vec<i8>>);

impl std::fmt::Debug for Coefficients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(..)")
    }
}

impl SecretKeyFile {
    /// Reads a secret key's file.
    ///
    /// # Errors
    /// If the file is not what it should be or damaged.
    pub fn read(path: &Path) -> Result<Self, WireError> {
        let mut reader = FileReader::<Header>::open(path, Kind::SecretKey)?;
        let parameters = reader.header().parameters_insecure().map_err(|fault| fault.at(path))?;
        reader.expect_payload(packed_bytes(parameters.n(), TERNARY_BITS) as u64)?;
        let mut digits = Zeroizing::new(vec![0; parameters.n()]);
        reader.read_residues(&mut digits, TERNARY_BITS)?;
        let header = reader.finish()?;
        let mut coefficients = Zeroizing::new(Vec::with_capacity(digits.len()));
        for &digit in digits.iter() {
            coefficients.push(match digit {
                0 => -1,
                1 => 0,
                2 => 1,
                _ => return Err(Fault::malformed("a coefficient of the secret is not -1, 0 or 1").at(path)),
            });
        }
        Ok(Self { header, coefficients: Coefficients(coefficients) })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The key.
    ///
    /// # Errors
    /// If `context` has other parameters.
    pub fn into_key(self, context: &Context) -> Result<SecretKey, Fault> {
        self.header.check_parameters(context.parameters())?;
        Ok(SecretKey::from_coefficients(context, self.coefficients.0)?)
    }
}

/// The header of a public key's file.
#[derive(Debug, Serialize, Deserialize)]
struct PublicKeyHeader {
    header: Header,
    seed: PublicSeed,
}

/// Writes a public key: the half b, and the seed of the other.
///
/// # Errors
/// If the system refuses.
pub fn write_public_key(path: &Path, header: &Header, context: &Context, key: &PublicKey) -> Result<(), WireError> {
    let bits = bits_of(context.parameters(), key.basis().iter().copied());
    let header = PublicKeyHeader { header: header.clone(), seed: key.seed() };
    let mut writer = FileWriter::create(path, Kind::PublicKey, &header, payload_bytes(context.n(), &bits))?;
    for (i, &bits) in bits.iter().enumerate() {
        writer.write_residues(&key.pair(i)[..context.n()], bits)?;
    }
    writer.finish()
}

/// A public key as its file holds it: read whole and found intact.
#[derive(Debug)]
pub struct PublicKeyFile {
    header: PublicKeyHeader,
    b: Vec<u32>,
}

impl PublicKeyFile {
    /// Reads a public key's file.
    ///
    /// # Errors
    /// If the file is not what it should be or damaged.
    pub fn read(path: &Path) -> Result<Self, WireError> {
        let mut reader = FileReader::<PublicKeyHeader>::open(path, Kind::PublicKey)?;
        let parameters = reader.header().header.parameters_insecure().map_err(|fault| fault.at(path))?;
        reader.expect_payload(payload_bytes(parameters.n(), &public_key_bits(&parameters)))?;
        let b = read_public_key(&mut reader, &parameters)?;
        Ok(Self { header: reader.finish()?, b })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header.header
    }

    /// The key.
    ///
    /// # Errors
    /// If `context` has other parameters, or a residue is not below its prime.
    pub fn into_key(self, context: &Context) -> Result<PublicKey, Fault> {
        self.header.header.check_parameters(context.parameters())?;
        Ok(PublicKey::from_parts(context, self.header.seed, &self.b)?)
    }
}

/// The header of a file of evaluation keys.
#[derive(Debug, Serialize, Deserialize)]
struct EvaluationKeyHeader {
    header: Header,
    seed: PublicSeed,
    keys: Vec<KeySwitchSpec>,
}

/// Writes switching keys one after the other, so that they need not be in memory together.
#[derive(Debug)]
pub struct EvaluationKeyWriter {
    path: std::path::PathBuf,
    writer: FileWriter,
    parameters: Parameters,
    expected: VecDeque<KeySwitchSpec>,
}

impl EvaluationKeyWriter {
    /// Begins a file of these keys, all expanded from the seed of the public key, which stands before them.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn create(
        path: &Path,
        header: &Header,
        context: &Context,
        public: &PublicKey,
        keys: &[KeySwitchSpec],
    ) -> Result<Self, WireError> {
        let parameters = context.parameters().clone();
        let public_bits = bits_of(&parameters, public.basis().iter().copied());
        let bytes = payload_bytes(parameters.n(), &public_bits)
            + keys.iter().map(|spec| key_bytes(&parameters, spec)).sum::<u64>();
        let header = EvaluationKeyHeader { header: header.clone(), seed: public.seed(), keys: keys.to_vec() };
        let mut writer = FileWriter::create(path, Kind::EvaluationKeys, &header, bytes)?;
        for (i, &bits) in public_bits.iter().enumerate() {
            writer.write_residues(&public.pair(i)[..parameters.n()], bits)?;
        }
        Ok(Self { path: path.to_owned(), writer, parameters, expected: keys.iter().cloned().collect() })
    }

    /// Appends the next key, in the order announced.
    ///
    /// # Errors
    /// If it is another key, or the system refuses.
    pub fn write(&mut self, key: &CompressedKey) -> Result<(), WireError> {
        if self.expected.pop_front().as_ref() != Some(key.spec()) {
            let reason = format!("the key to {} was not the next one announced", key.spec());
            return Err(Fault::malformed(reason).at(&self.path));
        }
        let words = key.spec().digits * self.parameters.n();
        for (limb, bits) in key.words().chunks_exact(words).zip(bits_of(&self.parameters, key.spec().extended())) {
            self.writer.write_residues(limb, bits)?;
        }
        Ok(())
    }

    /// Completes the file.
    ///
    /// # Errors
    /// If keys are missing, or the system refuses.
    pub fn finish(self) -> Result<(), WireError> {
        self.writer.finish()
    }
}

/// Reads switching keys one after the other.
///
/// They are only known to be intact when [`EvaluationKeyReader::finish`] says so: nothing may be computed with them, let
/// alone written, before.
#[derive(Debug)]
pub struct EvaluationKeyReader {
    reader: FileReader<EvaluationKeyHeader>,
    /// The half b of the public key.
    public: Vec<u32>,
    parameters: Parameters,
    next: usize,
}

impl EvaluationKeyReader {
    /// Opens a file of evaluation keys.
    ///
    /// # Errors
    /// If the file is not what it should be or its header damaged.
    pub fn open(path: &Path) -> Result<Self, WireError> {
        let mut reader = FileReader::<EvaluationKeyHeader>::open(path, Kind::EvaluationKeys)?;
        let EvaluationKeyHeader { header, keys, .. } = reader.header();
        let parameters = header.parameters_insecure().map_err(|fault| fault.at(path))?;
        for spec in keys {
            spec.check(&parameters).map_err(|error| Fault::malformed(error.to_string()).at(path))?;
        }
        let public = payload_bytes(parameters.n(), &public_key_bits(&parameters));
        reader.expect_payload(public + keys.iter().map(|spec| key_bytes(&parameters, spec)).sum::<u64>())?;
        let public = read_public_key(&mut reader, &parameters)?;
        Ok(Self { reader, public, parameters, next: 0 })
    }

    /// The public key, with which results are drowned; as little known to be intact as the switching keys.
    ///
    /// # Errors
    /// If `context` has other parameters, or a residue is not below its prime.
    pub fn public_key(&self, context: &Context) -> Result<PublicKey, WireError> {
        let checked = self.header().check_parameters(context.parameters());
        checked.map_err(|fault| self.reader.error(fault))?;
        PublicKey::from_parts(context, self.seed(), &self.public).map_err(|error| self.reader.error(error.into()))
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.reader.header().header
    }

    /// The seed from which all keys of the file are expanded.
    #[must_use]
    pub fn seed(&self) -> PublicSeed {
        self.reader.header().seed
    }

    /// The keys of the file, in order.
    #[must_use]
    pub fn keys(&self) -> &[KeySwitchSpec] {
        &self.reader.header().keys
    }

    /// Reads the next key; `None` after the last.
    ///
    /// # Errors
    /// If `context` has other parameters, a residue is not below its prime, or the system refuses.
    pub fn next_key(&mut self, context: &Context) -> Result<Option<CompressedKey>, WireError> {
        let checked = self.header().check_parameters(context.parameters());
        checked.map_err(|fault| self.reader.error(fault))?;
        let Some(spec) = self.keys().get(self.next).cloned() else { return Ok(None) };
        self.next += 1;
        let words = spec.digits * self.parameters.n();
        let mut b = zeroed_words(spec.extended_len() * words);
        for (limb, bits) in b.chunks_exact_mut(words).zip(bits_of(&self.parameters, spec.extended())) {
            self.reader.read_residues(limb, bits)?;
        }
        let key = CompressedKey::from_parts(context, spec, b);
        key.map(Some).map_err(|error| self.reader.error(error.into()))
    }

    /// Checks that all keys have been read and the file is intact.
    ///
    /// # Errors
    /// If not.
    pub fn finish(self) -> Result<(), WireError> {
        self.reader.finish().map(|_| ())
    }
}

/// The half b of a public key.
fn read_public_key<H: DeserializeOwned>(
    reader: &mut FileReader<H>,
    parameters: &Parameters,
) -> Result<Vec<u32>, WireError> {
    let bits = public_key_bits(parameters);
    let mut b = vec![0; bits.len() * parameters.n()];
    for (limb, &bits) in b.chunks_exact_mut(parameters.n()).zip(&bits) {
        reader.read_residues(limb, bits)?;
    }
    Ok(b)
}

/// Bits of the residues of a public key: those of the data primes and the first special prime.
fn public_key_bits(parameters: &Parameters) -> Vec<u32> {
    bits_of(parameters, PrimeIndex::first(parameters.max_limbs() + 1))
}

/// Bits of the residues of each prime.
fn bits_of(parameters: &Parameters, primes: impl IntoIterator<Item = PrimeIndex>) -> Vec<u32> {
    primes.into_iter().map(|prime| residue_bits(parameters.prime(prime))).collect()
}

/// Bytes of one limb of `n` residues for each of these sizes.
fn payload_bytes(n: usize, bits: &[u32]) -> u64 {
    bits.iter().map(|&bits| packed_bytes(n, bits) as u64).sum()
}

/// Bytes of a compressed key.
fn key_bytes(parameters: &Parameters, spec: &KeySwitchSpec) -> u64 {
    payload_bytes(spec.digits * parameters.n(), &bits_of(parameters, spec.extended()))
}
