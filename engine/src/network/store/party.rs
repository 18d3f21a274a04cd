//! What each party can do.

use std::{path::Path, sync::Arc};

use hear_kernels::simd::Isa;
use hear_model::{input::Clip, network::CLASS_COUNT};
use num_complex::Complex64;

use super::{RowFile, StoreError};
use crate::{
    ckks::{EncodeError, Encoder},
    network::{
        drowning::drown,
        plan::{Plan, PlanError, Security},
        run::EvaluationKeys,
    },
    ring::Context,
    rlwe::{Ciphertext, PublicKey, Purpose, Randomness, SecretKey, decrypt, encrypt},
    wire::{CiphertextHeader, Fault, Header, Kind, PublicKeyFile, SecretKeyFile, read_ciphertext, write_ciphertext},
};

/// One logit a class.
pub type Logits = [f64; CLASS_COUNT];

/// Scales count as equal within this difference of their log2.
const SCALE_TOLERANCE_BITS: f64 = 1e-9;

/// Decrypted coefficients stay below this part of half the modulus unless they are noise: of 2^14 uniform ones some do
/// not, but for a chance of 0.98^(2^14) < 2^-470.
const LARGEST_COEFFICIENT: f64 = 0.98;

/// A plan and the tables for its parameters: what all parties agree on. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The tables.
    pub context: Arc<Context>,
}

impl Scheme {
    /// The scheme of a plan.
    ///
    /// # Errors
    /// If its parameters are refused.
    pub fn new(plan: Plan, security: Security, isa: Isa) -> Result<Self, PlanError> {
        let context = Context::new(&plan.checked_parameters(security)?, isa);
        Ok(Self { plan: Arc::new(plan), context })
    }

    /// The scheme of a key's file.
    pub(super) fn of_file(path: &Path, header: &Header, security: Security, isa: Isa) -> Result<Self, StoreError> {
        let fault = |fault| StoreError::fault(path, fault);
        // First, so that weak parameters are refused as such.
        match security {
            Security::Required => header.parameters(),
            Security::Waived => header.parameters_insecure(),
        }
        .map_err(fault)?;
        let refuse = |source| StoreError::Plan { path: path.to_owned(), source };
        let plan = Plan::from_bytes(&header.plan, security).map_err(refuse)?;
        header.check_plan(&plan.hash()).map_err(fault)?;
        let scheme = Self::new(plan, security, isa).map_err(refuse)?;
        header.check_parameters(scheme.context.parameters()).map_err(fault)?;
        Ok(scheme)
    }

    /// What key files of this scheme say about themselves.
    pub(super) fn header(&self, insecure: bool) -> Header {
        Header::new(self.context.parameters(), self.plan.hash(), self.plan.to_bytes(), insecure)
    }

    fn read(&self, file: &RowFile, kind: Kind) -> Result<(CiphertextHeader, RowCiphertext), StoreError> {
        let (header, ciphertext) = read_ciphertext(&file.path, kind, &self.context)?;
        file.check(header.row)?;
        let row = RowCiphertext { row: header.row, ciphertext, insecure: header.insecure };
        Ok((header, row))
    }
}

/// An encrypted clip or its encrypted logits.
#[derive(Clone, Debug)]
pub struct RowCiphertext {
    /// The row of the input that it belongs to.
    pub row: u64,
    /// The ciphertext.
    pub ciphertext: Ciphertext,
    /// Whether a seed that others may know had a part in it: for tests only.
    pub insecure: bool,
}

/// A home: encrypts clips, and can decrypt nothing.
#[derive(Debug)]
pub struct Encryptor {
    scheme: Scheme,
    key: PublicKey,
    encoder: Encoder,
    insecure: bool,
}

impl Encryptor {
    /// An encryptor with this key.
    #[must_use]
    pub fn new(scheme: Scheme, key: PublicKey, insecure: bool) -> Self {
        let encoder = Encoder::new(scheme.context.log_n());
        Self { scheme, key, encoder, insecure }
    }

    /// An encryptor with the key in a file.
    ///
    /// # Errors
    /// If the file is no intact public key, or one that this version or level of security refuses.
    pub fn load(path: &Path, security: Security, isa: Isa) -> Result<Self, StoreError> {
        let file = PublicKeyFile::read(path)?;
        let scheme = Scheme::of_file(path, file.header(), security, isa)?;
        let insecure = file.header().insecure;
        let key = file.into_key(&scheme.context).map_err(|fault| StoreError::fault(path, fault))?;
        Ok(Self::new(scheme, key, insecure))
    }

    /// Plan and tables.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The public key.
    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Whether the key was made from a seed that others may know.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        self.insecure
    }

    /// Packs, encodes and encrypts a clip.
    ///
    /// # Errors
    /// If a value is too large for the plan's scale, or the operating system gives no randomness.
    pub fn encrypt(&self, row: u64, clip: &Clip, randomness: &Randomness) -> Result<RowCiphertext, StoreError> {
        let input = &self.scheme.plan.input;
        let scale = input.scale_bits.exp2();
        let coefficients = self.encoder.encode_complex(&input.pack(clip), scale);
        let coefficients = coefficients.map_err(|source| value_error(row, clip, source))?;
        let mut stream = randomness.stream(&Purpose::Encryption { row })?;
        let ciphertext = encrypt(&self.scheme.context, &self.key, &coefficients, input.limbs, scale, &mut stream);
        Ok(RowCiphertext { row, ciphertext, insecure: self.insecure || randomness.is_insecure() })
    }

    /// Writes an encrypted clip. The file appears whole or not at all.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&self, path: &Path, row: &RowCiphertext) -> Result<(), StoreError> {
        let Scheme { plan, context } = &self.scheme;
        let RowCiphertext { row, ciphertext, insecure } = row;
        Ok(write_ciphertext(path, Kind::Ciphertext, context, ciphertext, plan.packing_hash(), *row, *insecure)?)
    }
}

/// Points at the value of largest size, or the first that is not finite.
fn value_error(row: u64, clip: &Clip, source: EncodeError) -> StoreError {
    let size = |value: f64| if value.is_finite() { value.abs() } else { f64::INFINITY };
    let largest = (0..clip.len()).reduce(|best, next| if size(clip[next]) > size(clip[best]) { next } else { best });
    // The clip's values are the first columns of both layouts of input files.
    StoreError::Value { row, column: largest.map_or(0, |index| index + 1), source }
}

/// The cloud's keys: computes on what it cannot read.
#[derive(Debug)]
pub struct Evaluation {
    /// Plan and tables.
    pub scheme: Scheme,
    /// The switching keys of the plan.
    pub keys: EvaluationKeys,
    /// Whether the keys were made from a seed that others may know.
    pub insecure: bool,
    public: PublicKey,
    encoder: Encoder,
}

/// What becomes of the slots of a result that hold no logits.
#[derive(Clone, Copy, Debug)]
pub enum UnusedSlots<'a> {
    /// They are drowned in random values: see [`drowning`](crate::network::drowning).
    Drown(&'a Randomness),
    /// They keep partial sums, for tests that compare results bit by bit.
    Keep,
}

impl Evaluation {
    /// The keys of a plan, and the public key for the encryptions of zero that results leave with.
    #[must_use]
    pub fn new(scheme: Scheme, public: PublicKey, keys: EvaluationKeys, insecure: bool) -> Self {
        let encoder = Encoder::new(scheme.context.log_n());
        Self { scheme, keys, insecure, public, encoder }
    }

    /// What leaves the cloud of the result of `input`.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn release(
        &self,
        input: &RowCiphertext,
        mut result: Ciphertext,
        unused: UnusedSlots<'_>,
    ) -> Result<RowCiphertext, StoreError> {
        let Scheme { plan, context } = &self.scheme;
        let mut insecure = input.insecure;
        if let UnusedSlots::Drown(randomness) = unused {
            insecure |= randomness.is_insecure();
            drown(context, &self.encoder, &self.public, &plan.output, input.row, randomness, &mut result)?;
        }
        Ok(RowCiphertext { row: input.row, ciphertext: result, insecure })
    }

    /// Reads an encrypted clip.
    ///
    /// # Errors
    /// If the file is not intact, or of other parameters, another packing or another row than its name says.
    pub fn read(&self, file: &RowFile) -> Result<RowCiphertext, StoreError> {
        let (header, row) = self.scheme.read(file, Kind::Ciphertext)?;
        let packing = header.check_packing(&self.scheme.plan.packing_hash());
        packing.map_err(|fault| StoreError::fault(&file.path, fault))?;
        Ok(row)
    }

    /// Writes encrypted logits. The file appears whole or not at all.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&self, path: &Path, row: &RowCiphertext) -> Result<(), StoreError> {
        let Scheme { plan, context } = &self.scheme;
        let insecure = self.insecure || row.insecure;
        Ok(write_ciphertext(path, Kind::Result, context, &row.ciphertext, plan.hash(), row.row, insecure)?)
    }
}

/// The monitoring service: reads results.
#[derive(Debug)]
pub struct Decryptor {
    scheme: Scheme,
    key: SecretKey,
    encoder: Encoder,
    insecure: bool,
}

impl Decryptor {
    /// A decryptor with this key.
    #[must_use]
    pub fn new(scheme: Scheme, key: SecretKey, insecure: bool) -> Self {
        let encoder = Encoder::new(scheme.context.log_n());
        Self { scheme, key, encoder, insecure }
    }

    /// A decryptor with the key in a file.
    ///
    /// # Errors
    /// If the file is no intact secret key, or one that this version or level of security refuses.
    pub fn load(path: &Path, security: Security, isa: Isa) -> Result<Self, StoreError> {
        let file = SecretKeyFile::read(path)?;
        let scheme = Scheme::of_file(path, file.header(), security, isa)?;
        let insecure = file.header().insecure;
        let key = file.into_key(&scheme.context).map_err(|fault| StoreError::fault(path, fault))?;
        Ok(Self::new(scheme, key, insecure))
    }

    /// Plan and tables.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The secret key.
    pub(super) fn key(&self) -> &SecretKey {
        &self.key
    }

    /// Whether the key was made from a seed that others may know.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        self.insecure
    }

    /// Reads encrypted logits.
    ///
    /// # Errors
    /// If the file is not intact, or of other parameters, another plan or another row than its name says.
    pub fn read(&self, file: &RowFile) -> Result<RowCiphertext, StoreError> {
        let (header, row) = self.scheme.read(file, Kind::Result)?;
        let expected = self.scheme.plan.hash();
        if header.packing_hash != expected {
            let [found, expected] =
                [header.packing_hash, expected].map(|hash| blake3::Hash::from_bytes(hash).to_string());
            return Err(StoreError::fault(&file.path, Fault::OtherPlan { what: "plan", found, expected }));
        }
        Ok(row)
    }

    /// All slots of a ciphertext of the plan, also of one between two stages: for measurements of noise. They are to be
    /// shared even less than logits.
    #[must_use]
    pub fn slots(&self, ciphertext: &Ciphertext) -> Vec<Complex64> {
        self.encoder.decode(&decrypt(&self.scheme.context, &self.key, ciphertext), ciphertext.scale())
    }

    /// Decrypts logits.
    ///
    /// Whoever learns them can work towards the secret key, because decrypted values of an approximate scheme carry the
    /// ciphertext's noise (Li and Micciancio, "On the Security of Homomorphic Encryption on Approximate Numbers",
    /// Eurocrypt 2021): the class may be told to others, the logits should not.
    ///
    /// # Errors
    /// If the result has not the form of the plan's, or decrypts to noise: one that belongs to another secret key, or
    /// whose values outgrew its modulus.
    pub fn logits(&self, row: &RowCiphertext) -> Result<Logits, StoreError> {
        let RowCiphertext { row, ciphertext, .. } = row;
        let Scheme { plan, context } = &self.scheme;
        let (output, scale_bits) = (&plan.output, ciphertext.scale().log2());
        let limbs = ciphertext.limbs();
        if limbs != output.limbs || (scale_bits - output.scale_bits).abs() > SCALE_TOLERANCE_BITS {
            let (need_limbs, need_bits) = (output.limbs, output.scale_bits);
            return Err(StoreError::ResultForm { row: *row, limbs, scale_bits, need_limbs, need_bits });
        }
        let coefficients = decrypt(context, &self.key, ciphertext);
        let modulus: f64 =
            ciphertext.basis().iter().map(|&prime| f64::from(context.parameters().prime(prime))).product();
        if coefficients.iter().any(|x| x.abs() > LARGEST_COEFFICIENT * modulus / 2.0) {
            return Err(StoreError::Noise { row: *row });
        }
        let logits = output.unpack(&self.encoder.decode(&coefficients, ciphertext.scale()));
        Ok(std::array::from_fn(|class| logits[class]))
    }
}
