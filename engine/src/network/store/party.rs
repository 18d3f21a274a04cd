//! What each party can do.

use std::{path::Path, sync::Arc};

use hear_kernels::simd::Isa;
use hear_model::{
    input::Clip,
    network::{CLASS_COUNT, Shape},
};
use num_complex::Complex64;

use super::{RowFile, StoreError};
use crate::{
    ckks::{EncodeError, Encoder},
    network::{
        drowning::drown,
        plan::{Plan, PlanError, Security},
        plan_set::PlanSet,
        run::EvaluationKeys,
    },
    ring::Context,
    rlwe::{Ciphertext, PublicKey, Purpose, Randomness, SecretKey, decrypt, encrypt},
    wire::{
        CiphertextHeader, Fault, Header, Kind, PublicKeyFile, SecretKeyFile, StoredPlan, read_ciphertext,
        write_ciphertext,
    },
};

/// One logit a class.
pub type Logits = [f64; CLASS_COUNT];

/// Scales count as equal within this difference of their log2.
const SCALE_TOLERANCE_BITS: f64 = 1e-9;

/// Decrypted coefficients stay below this part of half the modulus unless they are noise: of 2^14 uniform ones some do
/// not, but for a chance of 0.98^(2^14) < 2^-470.
const LARGEST_COEFFICIENT: f64 = 0.98;

/// A plan and the tables for its parameters: what a network runs with. Cloning shares them.
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
}

/// The plans that a set of keys serves, and the tables for their parameters: what all parties agree on. Cloning shares
/// them.
#[derive(Clone, Debug)]
pub struct Schemes {
    /// The plans.
    pub plans: PlanSet,
    /// The tables.
    pub context: Arc<Context>,
}

impl Schemes {
    /// The schemes of some plans.
    ///
    /// # Errors
    /// If their parameters are refused.
    pub fn new(plans: PlanSet, security: Security, isa: Isa) -> Result<Self, PlanError> {
        let context = Context::new(&plans.checked_parameters(security)?, isa);
        Ok(Self { plans, context })
    }

    /// The schemes of a key's file.
    pub(super) fn of_file(path: &Path, header: &Header, security: Security, isa: Isa) -> Result<Self, StoreError> {
        let fault = |fault| StoreError::fault(path, fault);
        // First, so that weak parameters are refused as such.
        match security {
            Security::Required => header.parameters(),
            Security::Waived => header.parameters_insecure(),
        }
        .map_err(fault)?;
        let refuse = |source| StoreError::Plan { path: path.to_owned(), source };
        let remade = |stored: &StoredPlan| {
            let plan = Plan::from_bytes(&stored.bytes, security).map_err(refuse)?;
            stored.check(&plan.hash()).map_err(fault)?;
            Ok(plan)
        };
        let plans: Vec<_> = header.plans.iter().map(remade).collect::<Result<_, StoreError>>()?;
        let plans = PlanSet::new(plans).map_err(|source| StoreError::PlanSet { path: path.to_owned(), source })?;
        let schemes = Self::new(plans, security, isa).map_err(refuse)?;
        header.check_parameters(schemes.context.parameters()).map_err(fault)?;
        Ok(schemes)
    }

    /// The scheme for networks of a shape.
    #[must_use]
    pub fn of_shape(&self, shape: Shape) -> Option<Scheme> {
        self.plans.of_shape(shape).map(|plan| self.of_plan(plan))
    }

    /// The scheme of one of the plans.
    pub(super) fn of_plan(&self, plan: &Arc<Plan>) -> Scheme {
        Scheme { plan: Arc::clone(plan), context: Arc::clone(&self.context) }
    }

    /// What key files of these schemes say about themselves.
    pub(super) fn header(&self, insecure: bool) -> Header {
        let stored = |plan: &Arc<Plan>| StoredPlan { hash: plan.hash(), bytes: plan.to_bytes() };
        Header::new(self.context.parameters(), self.plans.iter().map(stored).collect(), insecure)
    }

    fn read(&self, file: &RowFile, kind: Kind) -> Result<(CiphertextHeader, RowCiphertext), StoreError> {
        let (header, ciphertext) = read_ciphertext(&file.path, kind, &self.context)?;
        file.check(header.row)?;
        let row = RowCiphertext { row: header.row, ciphertext, insecure: header.insecure };
        Ok((header, row))
    }
}

/// The schemes of one plan.
impl From<&Scheme> for Schemes {
    fn from(Scheme { plan, context }: &Scheme) -> Self {
        Self { plans: Arc::clone(plan).into(), context: Arc::clone(context) }
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

/// Encrypted logits, and the plan that made them.
#[derive(Clone, Debug)]
pub struct RowResult<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The logits.
    pub encrypted: RowCiphertext,
}

/// A home: encrypts clips, and can decrypt nothing.
#[derive(Debug)]
pub struct Encryptor {
    schemes: Schemes,
    key: PublicKey,
    encoder: Encoder,
    insecure: bool,
}

impl Encryptor {
    /// An encryptor with this key.
    #[must_use]
    pub fn new(schemes: Schemes, key: PublicKey, insecure: bool) -> Self {
        let encoder = Encoder::new(schemes.context.log_n());
        Self { schemes, key, encoder, insecure }
    }

    /// An encryptor with the key in a file.
    ///
    /// # Errors
    /// If the file is no intact public key, or one that this version or level of security refuses.
    pub fn load(path: &Path, security: Security, isa: Isa) -> Result<Self, StoreError> {
        let file = PublicKeyFile::read(path)?;
        let schemes = Schemes::of_file(path, file.header(), security, isa)?;
        let insecure = file.header().insecure;
        let key = file.into_key(&schemes.context).map_err(|fault| StoreError::fault(path, fault))?;
        Ok(Self::new(schemes, key, insecure))
    }

    /// Plans and tables.
    #[must_use]
    pub fn schemes(&self) -> &Schemes {
        &self.schemes
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
    /// If a value is too large for the input's scale, or the operating system gives no randomness.
    pub fn encrypt(&self, row: u64, clip: &Clip, randomness: &Randomness) -> Result<RowCiphertext, StoreError> {
        let Schemes { plans, context } = &self.schemes;
        let input = plans.input();
        let scale = input.scale_bits.exp2();
        let coefficients = self.encoder.encode_complex(&input.pack(clip), scale);
        let coefficients = coefficients.map_err(|source| value_error(row, clip, source))?;
        let mut stream = randomness.stream(&Purpose::Encryption { row })?;
        let ciphertext = encrypt(context, &self.key, &coefficients, input.limbs, scale, &mut stream);
        Ok(RowCiphertext { row, ciphertext, insecure: self.insecure || randomness.is_insecure() })
    }

    /// Writes an encrypted clip. The file appears whole or not at all.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&self, path: &Path, row: &RowCiphertext) -> Result<(), StoreError> {
        let Schemes { plans, context } = &self.schemes;
        let RowCiphertext { row, ciphertext, insecure } = row;
        Ok(write_ciphertext(path, Kind::Ciphertext, context, ciphertext, plans.packing_hash(), *row, *insecure)?)
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
    /// Plans and tables.
    pub schemes: Schemes,
    /// The switching keys of the plans, each once.
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
    /// The keys of some plans, and the public key for the encryptions of zero that results leave with.
    #[must_use]
    pub fn new(schemes: Schemes, public: PublicKey, keys: EvaluationKeys, insecure: bool) -> Self {
        let encoder = Encoder::new(schemes.context.log_n());
        Self { schemes, keys, insecure, public, encoder }
    }

    /// What leaves the cloud of the result of `input` under one of the plans. The random values of several results of one
    /// input have nothing in common, unless they come from a seed.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn release<'p>(
        &self,
        plan: &'p Plan,
        input: &RowCiphertext,
        mut result: Ciphertext,
        unused: UnusedSlots<'_>,
    ) -> Result<RowResult<'p>, StoreError> {
        let mut insecure = self.insecure || input.insecure;
        if let UnusedSlots::Drown(randomness) = unused {
            insecure |= randomness.is_insecure();
            let context = &self.schemes.context;
            drown(context, &self.encoder, &self.public, &plan.output, input.row, randomness, &mut result)?;
        }
        Ok(RowResult { plan, encrypted: RowCiphertext { row: input.row, ciphertext: result, insecure } })
    }

    /// Reads an encrypted clip.
    ///
    /// # Errors
    /// If the file is not intact, or of other parameters, another packing or another row than its name says.
    pub fn read(&self, file: &RowFile) -> Result<RowCiphertext, StoreError> {
        let (header, row) = self.schemes.read(file, Kind::Ciphertext)?;
        let packing = header.check_packing(&self.schemes.plans.packing_hash());
        packing.map_err(|fault| StoreError::fault(&file.path, fault))?;
        Ok(row)
    }

    /// Writes encrypted logits. The file appears whole or not at all.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&self, path: &Path, result: &RowResult<'_>) -> Result<(), StoreError> {
        let RowResult { plan, encrypted: RowCiphertext { row, ciphertext, insecure } } = result;
        let context = &self.schemes.context;
        Ok(write_ciphertext(path, Kind::Result, context, ciphertext, plan.hash(), *row, *insecure)?)
    }
}

/// The monitoring service: reads results.
#[derive(Debug)]
pub struct Decryptor {
    schemes: Schemes,
    key: SecretKey,
    encoder: Encoder,
    insecure: bool,
}

impl Decryptor {
    /// A decryptor with this key.
    #[must_use]
    pub fn new(schemes: Schemes, key: SecretKey, insecure: bool) -> Self {
        let encoder = Encoder::new(schemes.context.log_n());
        Self { schemes, key, encoder, insecure }
    }

    /// A decryptor with the key in a file.
    ///
    /// # Errors
    /// If the file is no intact secret key, or one that this version or level of security refuses.
    pub fn load(path: &Path, security: Security, isa: Isa) -> Result<Self, StoreError> {
        let file = SecretKeyFile::read(path)?;
        let schemes = Schemes::of_file(path, file.header(), security, isa)?;
        let insecure = file.header().insecure;
        let key = file.into_key(&schemes.context).map_err(|fault| StoreError::fault(path, fault))?;
        Ok(Self::new(schemes, key, insecure))
    }

    /// Plans and tables.
    #[must_use]
    pub fn schemes(&self) -> &Schemes {
        &self.schemes
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
    /// If the file is not intact, or of other parameters, a plan that the key does not serve or another row than its name
    /// says.
    pub fn read(&self, file: &RowFile) -> Result<RowResult<'_>, StoreError> {
        let (header, encrypted) = self.schemes.read(file, Kind::Result)?;
        let plans = &self.schemes.plans;
        match plans.of_hash(&header.packing_hash) {
            Some(plan) => Ok(RowResult { plan, encrypted }),
            None => {
                let hexadecimal = |hash| blake3::Hash::from_bytes(hash).to_string();
                let found = hexadecimal(header.packing_hash);
                let expected = plans.iter().map(|plan| hexadecimal(plan.hash())).collect::<Vec<_>>().join(" or ");
                Err(StoreError::fault(&file.path, Fault::OtherPlan { what: "plan", found, expected }))
            }
        }
    }

    /// All slots of a ciphertext of the plan, also of one between two stages: for measurements of noise. They are to be
    /// shared even less than logits.
    #[must_use]
    pub fn slots(&self, ciphertext: &Ciphertext) -> Vec<Complex64> {
        self.encoder.decode(&decrypt(&self.schemes.context, &self.key, ciphertext), ciphertext.scale())
    }

    /// Decrypts logits.
    ///
    /// Whoever learns them can work towards the secret key, because decrypted values of an approximate scheme carry the
    /// ciphertext's noise (Li and Micciancio, "On the Security of Homomorphic Encryption on Approximate Numbers",
    /// Eurocrypt 2021): the class may be told to others, the logits should not.
    ///
    /// # Errors
    /// If the result has not the form of its plan's, or decrypts to noise: one that belongs to another secret key, or
    /// whose values outgrew its modulus.
    pub fn logits(&self, result: &RowResult<'_>) -> Result<Logits, StoreError> {
        let RowResult { plan, encrypted: RowCiphertext { row, ciphertext, .. } } = result;
        let context = &self.schemes.context;
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

#[cfg(test)]
mod tests {
    use hear_model::network::Dimension;

    use super::*;
    use crate::network::{method::Method, plan::PlanRequest};

    fn plan(method: Method, dimension: Dimension, width: usize) -> Plan {
        let shape = Shape::new(dimension, width).unwrap();
        Plan::new(&PlanRequest::new(shape, method)).unwrap()
    }

    fn stored(plan: &Plan) -> StoredPlan {
        StoredPlan { hash: plan.hash(), bytes: plan.to_bytes() }
    }

    fn read(header: &Header) -> Result<Schemes, String> {
        let schemes = Schemes::of_file(Path::new("the.key"), header, Security::Required, Isa::detect());
        schemes.map_err(|error| error.to_string())
    }

    #[test]
    fn plans_in_files_are_remade_and_must_belong_together() {
        let [narrow, wide] = [64, 128].map(|width| plan(Method::LeanHear, Dimension::TwoD, width));
        let schemes = PlanSet::new([narrow.clone(), wide.clone()]).unwrap();
        let schemes = Schemes::new(schemes, Security::Required, Isa::detect()).unwrap();
        let good = schemes.header(false);
        assert_eq!(read(&good).unwrap().plans, schemes.plans);
        assert_eq!(*read(&good).unwrap().of_shape(wide.shape).unwrap().plan, wide);

        let [flat, fast] = [(Method::LeanHear, Dimension::OneD), (Method::FastHear, Dimension::TwoD)]
            .map(|(method, dimension)| stored(&plan(method, dimension, 256)));
        let mut altered = wide.clone();
        altered.stages[1].scale_out_bits += 1.0;
        let mut misnamed = stored(&wide);
        misnamed.hash[0] ^= 1;
        let mut shorter = stored(&wide);
        shorter.bytes.pop();
        for (plans, part) in [
            (vec![], "no plan is given"),
            (vec![stored(&narrow), stored(&narrow)], "two plans for a 2d-64 network"),
            (vec![stored(&narrow), flat], "read it packed differently"),
            (vec![stored(&narrow), fast.clone()], "their parameters differ"),
            (vec![fast], "made with other parameters"),
            (vec![stored(&narrow), stored(&altered)], "its stages differ"),
            (vec![stored(&narrow), misnamed], "another plan"),
            (vec![shorter, stored(&narrow)], "not one that this version makes"),
        ] {
            let error = read(&Header { plans, ..good.clone() }).unwrap_err();
            assert!(error.starts_with("the.key: ") && error.contains(part), "{error} should say: {part}");
        }
    }
}
