//! What each party can do.

use std::{
    ops::Range,
    path::Path,
    sync::{Arc, OnceLock},
};

use hear_kernels::simd::Isa;
use hear_model::{
    input::Clip,
    network::{CLASS_COUNT, Shape},
};
use num_complex::Complex64;

use super::{RowFile, StoreError, Work};
use crate::{
    ckks::{EncodeError, Encoder},
    network::{
        drowning::drown,
        packing::OutputPacking,
        plan::{Plan, PlanError, Security},
        plan_set::PlanSet,
        run::EvaluationKeys,
    },
    params::PrimeIndex,
    ring::Context,
    rlwe::{Ciphertext, PublicKey, Purpose, Randomness, SecretKey, decrypt, encrypt},
    wire::{
        CiphertextHeader, CiphertextReader, CiphertextWriter, Fault, Header, Kind, PublicKeyFile, SecretKeyFile,
        StoredPlan,
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

    /// Opens a file of encrypted rows.
    fn open(&self, file: &RowFile, kind: Kind) -> Result<CiphertextReader<'_>, StoreError> {
        let reader = CiphertextReader::open(&file.path, kind, &self.context)?;
        file.check(&reader.header().rows)?;
        Ok(reader)
    }
}

/// The schemes of one plan.
impl From<&Scheme> for Schemes {
    fn from(Scheme { plan, context }: &Scheme) -> Self {
        Self { plans: Arc::clone(plan).into(), context: Arc::clone(context) }
    }
}

/// An encrypted clip, or several that are packed together; or their encrypted logits.
#[derive(Clone, Debug)]
pub struct EncryptedRows {
    /// The rows of the input that they belong to.
    pub rows: Range<u64>,
    /// The ciphertexts: as many as the packing has.
    pub ciphertexts: Vec<Ciphertext>,
    /// Whether a seed that others may know had a part in them: for tests only.
    pub insecure: bool,
}

impl EncryptedRows {
    /// Bytes of their residues.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.ciphertexts.iter().map(|ciphertext| size_of_val(ciphertext.words())).sum()
    }

    /// What they belong to, without the ciphertexts.
    #[must_use]
    pub fn origin(&self) -> RowsOrigin {
        RowsOrigin { rows: self.rows.clone(), insecure: self.insecure }
    }
}

/// Which rows ciphertexts belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsOrigin {
    /// The rows.
    pub rows: Range<u64>,
    /// Whether a seed that others may know had a part in them: for tests only.
    pub insecure: bool,
}

/// Encrypted logits, and the plan that made them.
#[derive(Clone, Debug)]
pub struct RowsResult<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The logits.
    pub encrypted: EncryptedRows,
}

/// Ciphertexts that are made at a time before they are written: enough for all threads.
const WRITTEN_AT_ONCE: usize = 64;

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

    /// The most clips that are encrypted together.
    #[must_use]
    pub fn clips(&self) -> usize {
        self.schemes.plans.input().clips()
    }

    /// Packs, encodes and encrypts clips, those of the rows from `first_row` on.
    ///
    /// # Errors
    /// If a value is too large for the input's scale, or the operating system gives no randomness.
    ///
    /// # Panics
    /// If there is no clip or more than are packed together.
    pub fn encrypt(
        &self,
        first_row: u64,
        clips: &[Clip],
        randomness: &Randomness,
    ) -> Result<EncryptedRows, StoreError> {
        let count = self.schemes.plans.input().ciphertexts();
        let ciphertexts = (0..count).map(|index| self.encrypt_one(first_row, clips, index, randomness));
        let ciphertexts = ciphertexts.collect::<Result<_, _>>()?;
        Ok(EncryptedRows { rows: rows_from(first_row, clips), ciphertexts, insecure: self.leaves_insecure(randomness) })
    }

    /// One of the ciphertexts of [`Encryptor::encrypt`].
    ///
    /// # Errors
    /// As [`Encryptor::encrypt`].
    ///
    /// # Panics
    /// As [`Encryptor::encrypt`], and if there is no such ciphertext.
    pub fn encrypt_one(
        &self,
        first_row: u64,
        clips: &[Clip],
        ciphertext: usize,
        randomness: &Randomness,
    ) -> Result<Ciphertext, StoreError> {
        let Schemes { plans, context } = &self.schemes;
        let input = plans.input();
        let scale = input.scale_bits.exp2();
        let values: Vec<&[f64]> = clips.iter().map(|clip| &clip[..]).collect();
        let coefficients = self.encoder.encode_complex(&input.pack(ciphertext, &values), scale);
        let coefficients = coefficients.map_err(|source| value_error(first_row, clips, source))?;
        let ciphertext = u32::try_from(ciphertext).expect("an input has few ciphertexts");
        let mut stream = randomness.stream(&Purpose::Encryption { row: first_row, ciphertext })?;
        Ok(encrypt(context, &self.key, &coefficients, input.limbs, scale, &mut stream))
    }

    fn leaves_insecure(&self, randomness: &Randomness) -> bool {
        self.insecure || randomness.is_insecure()
    }

    /// Encrypts clips into a file, some ciphertexts at a time, which `work` shares out. The file appears whole or not at all.
    ///
    /// # Errors
    /// As [`Encryptor::encrypt`], or if the system refuses or the work was stopped.
    ///
    /// # Panics
    /// As [`Encryptor::encrypt`].
    pub fn encrypt_to(
        &self,
        path: &Path,
        first_row: u64,
        clips: &[Clip],
        randomness: &Randomness,
        work: &Work<'_>,
    ) -> Result<(), StoreError> {
        let input = self.schemes.plans.input();
        let count = input.ciphertexts();
        let rows = rows_from(first_row, clips);
        let header = self.header(rows, count, input.limbs, input.scale_bits.exp2(), self.leaves_insecure(randomness));
        let mut writer = CiphertextWriter::create(path, Kind::Ciphertext, &self.schemes.context, &header)?;
        for first in (0..count).step_by(WRITTEN_AT_ONCE) {
            let at_once = WRITTEN_AT_ONCE.min(count - first);
            let made: Vec<OnceLock<Ciphertext>> = (0..at_once).map(|_| OnceLock::new()).collect();
            Work::new(work.executor, work.cancel).try_for_each(at_once, |index| {
                let ciphertext = self.encrypt_one(first_row, clips, first + index, randomness)?;
                // Every index comes once, so the cell is empty.
                let _ = made[index].set(ciphertext);
                Ok::<_, StoreError>(())
            })?;
            for ciphertext in made {
                writer.write(&ciphertext.into_inner().expect("a finished loop has made every ciphertext"))?;
            }
            (work.progress)(first + at_once, count);
        }
        Ok(writer.finish()?)
    }

    fn header(&self, rows: Range<u64>, count: usize, limbs: usize, scale: f64, insecure: bool) -> CiphertextHeader {
        let Schemes { plans, context } = &self.schemes;
        CiphertextHeader {
            parameters_hash: context.parameters().hash(),
            packing_hash: plans.packing_hash(),
            rows,
            count: u32::try_from(count).expect("an input has few ciphertexts"),
            limbs: PrimeIndex::first(limbs),
            scale,
            insecure,
        }
    }

    /// Writes encrypted clips. The file appears whole or not at all.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&self, path: &Path, rows: &EncryptedRows) -> Result<(), StoreError> {
        write_rows(path, Kind::Ciphertext, &self.schemes.context, self.schemes.plans.packing_hash(), rows)
    }
}

fn rows_from(first_row: u64, clips: &[Clip]) -> Range<u64> {
    first_row..first_row + clips.len() as u64
}

/// Writes ciphertexts of some rows, all of one basis and scale.
fn write_rows(
    path: &Path,
    kind: Kind,
    context: &Context,
    packing_hash: [u8; 32],
    rows: &EncryptedRows,
) -> Result<(), StoreError> {
    let EncryptedRows { rows, ciphertexts, insecure } = rows;
    let header = CiphertextHeader {
        parameters_hash: context.parameters().hash(),
        packing_hash,
        rows: rows.clone(),
        count: u32::try_from(ciphertexts.len()).expect("few ciphertexts"),
        limbs: ciphertexts[0].basis().to_vec(),
        scale: ciphertexts[0].scale(),
        insecure: *insecure,
    };
    let mut writer = CiphertextWriter::create(path, kind, context, &header)?;
    ciphertexts.iter().try_for_each(|ciphertext| writer.write(ciphertext))?;
    Ok(writer.finish()?)
}

/// Points at the value of largest size, or the first that is not finite.
fn value_error(first_row: u64, clips: &[Clip], source: EncodeError) -> StoreError {
    let size = |value: f64| if value.is_finite() { value.abs() } else { f64::INFINITY };
    let values = clips.iter().zip(first_row..).flat_map(|(clip, row)| {
        // The clip's values are the first columns of both layouts of input files.
        clip.iter().zip(1..).map(move |(&value, column)| (row, column, size(value)))
    });
    let largest = values.reduce(|best, next| if next.2 > best.2 { next } else { best });
    let (row, column, _) = largest.unwrap_or((first_row, 0, 0.0));
    StoreError::Value { row, column, source }
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

    /// What leaves the cloud of the result of an input under one of the plans. The random values of several results of one
    /// input have nothing in common, unless they come from a seed.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn release<'p>(
        &self,
        plan: &'p Plan,
        input: &RowsOrigin,
        mut results: Vec<Ciphertext>,
        unused: UnusedSlots<'_>,
    ) -> Result<RowsResult<'p>, StoreError> {
        let mut insecure = self.insecure || input.insecure;
        if let UnusedSlots::Drown(randomness) = unused {
            insecure |= randomness.is_insecure();
            let (context, rows) = (&self.schemes.context, &input.rows);
            for (index, result) in results.iter_mut().enumerate() {
                drown(context, &self.encoder, &self.public, &plan.output, rows, index, randomness, result)?;
            }
        }
        Ok(RowsResult { plan, encrypted: EncryptedRows { rows: input.rows.clone(), ciphertexts: results, insecure } })
    }

    /// Reads the ciphertexts of encrypted clips one after the other, so that they need not be in memory together. They are only
    /// known to be intact when this returns.
    ///
    /// # Errors
    /// If the file is not intact, or of other parameters, another packing or other rows than its name says; or the first that
    /// `take` returns.
    pub fn read_each<E: From<StoreError>>(
        &self,
        file: &RowFile,
        mut take: impl FnMut(usize, Ciphertext) -> Result<(), E>,
    ) -> Result<RowsOrigin, E> {
        let mut reader = self.schemes.open(file, Kind::Ciphertext)?;
        let plans = &self.schemes.plans;
        let packing = reader.header().check_packing(&plans.packing_hash());
        packing.map_err(|fault| StoreError::fault(&file.path, fault))?;
        let (count, rows) = (reader.header().count as usize, reader.header().rows.clone());
        let (need_count, most) = (plans.input().ciphertexts(), plans.input().clips());
        if count != need_count || rows.end - rows.start > most as u64 {
            return Err(StoreError::Packing { path: file.path.clone(), count, rows, need_count, most }.into());
        }
        for index in 0..count {
            take(index, reader.read().map_err(StoreError::from)?)?;
        }
        let header = reader.finish().map_err(StoreError::from)?;
        Ok(RowsOrigin { rows: header.rows, insecure: header.insecure })
    }

    /// Reads encrypted clips.
    ///
    /// # Errors
    /// As [`Evaluation::read_each`].
    pub fn read(&self, file: &RowFile) -> Result<EncryptedRows, StoreError> {
        let mut ciphertexts = Vec::new();
        let RowsOrigin { rows, insecure } = self.read_each(file, |_, ciphertext| {
            ciphertexts.push(ciphertext);
            Ok::<_, StoreError>(())
        })?;
        Ok(EncryptedRows { rows, ciphertexts, insecure })
    }

    /// Writes encrypted logits. The file appears whole or not at all.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&self, path: &Path, result: &RowsResult<'_>) -> Result<(), StoreError> {
        write_rows(path, Kind::Result, &self.schemes.context, result.plan.hash(), &result.encrypted)
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
    pub fn read(&self, file: &RowFile) -> Result<RowsResult<'_>, StoreError> {
        let mut reader = self.schemes.open(file, Kind::Result)?;
        let (plans, packing_hash) = (&self.schemes.plans, reader.header().packing_hash);
        let Some(plan) = plans.of_hash(&packing_hash) else {
            let hexadecimal = |hash| blake3::Hash::from_bytes(hash).to_string();
            let found = hexadecimal(packing_hash);
            let expected = plans.iter().map(|plan| hexadecimal(plan.hash())).collect::<Vec<_>>().join(" or ");
            return Err(StoreError::fault(&file.path, Fault::OtherPlan { what: "plan", found, expected }));
        };
        let (count, rows) = (reader.header().count as usize, reader.header().rows.clone());
        let (need_count, most) = (plan.output.ciphertexts(), plan.input.clips());
        if count != need_count || rows.end - rows.start > most as u64 {
            return Err(StoreError::Packing { path: file.path.clone(), count, rows, need_count, most });
        }
        let ciphertexts = (0..count).map(|_| reader.read()).collect::<Result<_, _>>()?;
        let insecure = reader.finish()?.insecure;
        Ok(RowsResult { plan, encrypted: EncryptedRows { rows, ciphertexts, insecure } })
    }

    /// All slots of a ciphertext of the plan, also of one between two stages: for measurements of noise. They are to be
    /// shared even less than logits.
    #[must_use]
    pub fn slots(&self, ciphertext: &Ciphertext) -> Vec<Complex64> {
        self.encoder.decode(&decrypt(&self.schemes.context, &self.key, ciphertext), ciphertext.scale())
    }

    /// Decrypts the logits of every row of a result.
    ///
    /// Whoever learns them can work towards the secret key, because decrypted values of an approximate scheme carry the
    /// ciphertext's noise (Li and Micciancio, "On the Security of Homomorphic Encryption on Approximate Numbers",
    /// Eurocrypt 2021): the class may be told to others, the logits should not.
    ///
    /// # Errors
    /// If the result has not the form of its plan's, or decrypts to noise: one that belongs to another secret key, or
    /// whose values outgrew its modulus.
    pub fn logits(&self, result: &RowsResult<'_>) -> Result<Vec<(u64, Logits)>, StoreError> {
        let RowsResult { plan, encrypted: EncryptedRows { rows, ciphertexts, .. } } = result;
        let slots = ciphertexts.iter().map(|ciphertext| self.result_slots(&plan.output, rows, ciphertext));
        let slots = slots.collect::<Result<Vec<_>, _>>()?;
        let logits = |clip| {
            let logits = plan.output.unpack(&slots, clip);
            std::array::from_fn(|class| logits[class])
        };
        Ok(rows.clone().enumerate().map(|(clip, row)| (row, logits(clip))).collect())
    }

    /// The slots of one ciphertext of a result.
    fn result_slots(
        &self,
        output: &OutputPacking,
        rows: &Range<u64>,
        ciphertext: &Ciphertext,
    ) -> Result<Vec<Complex64>, StoreError> {
        let context = &self.schemes.context;
        let (limbs, scale_bits) = (ciphertext.limbs(), ciphertext.scale().log2());
        if limbs != output.limbs || (scale_bits - output.scale_bits).abs() > SCALE_TOLERANCE_BITS {
            let (need_limbs, need_bits) = (output.limbs, output.scale_bits);
            return Err(StoreError::ResultForm { rows: rows.clone(), limbs, scale_bits, need_limbs, need_bits });
        }
        let coefficients = decrypt(context, &self.key, ciphertext);
        let modulus: f64 =
            ciphertext.basis().iter().map(|&prime| f64::from(context.parameters().prime(prime))).product();
        if coefficients.iter().any(|x| x.abs() > LARGEST_COEFFICIENT * modulus / 2.0) {
            return Err(StoreError::Noise { rows: rows.clone() });
        }
        Ok(self.encoder.decode(&coefficients, ciphertext.scale()))
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
