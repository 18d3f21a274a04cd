//! What a plan costs: operations and bytes counted from its loops, and seconds predicted from a machine's speeds.
//!
//! Counts are of one limb's worth of work at the plan's ring. Of key switching at l limbs with d digits and k special
//! primes, e = l + k: decomposing takes d e transforms, l inverse ones among them; a key product is 2 d e limbs; dividing
//! by the special primes, with or without a rescale, takes 2 e transforms; a rescale of its own 2 l. Runs are tested to do
//! exactly as many transforms as this says.

use std::ops::{AddAssign, Mul};

use serde::{Deserialize, Serialize};

use super::key_switching::{Chain, KeySwitch, KeySwitching};
use super::lean::cost as lean;
use super::lola::step::DotProducts;
use super::nodes::cost as nodes;
use super::plan::{Linear, LinearLayer, Plan, Stage, Step};
use super::throughput::Throughput;
use crate::rlwe::{KeySwitchSpec, digit_ranges};

/// Operations and bytes of a stage or of a whole plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Transforms of one limb, either direction.
    pub ntt: u64,
    /// Key switches of every kind.
    pub key_switch: u64,
    /// Those among them that share the decomposition of another.
    pub hoisted_rotation: u64,
    /// Ciphertexts multiplied by a plaintext.
    pub plain_product: u64,
    /// Ciphertexts rescaled.
    pub rescale: u64,
    /// Multiply-accumulates of one limb with a plaintext or between ciphertexts.
    pub product_limbs: u64,
    /// Multiply-accumulates of one limb with a number: one residue for all of it.
    #[serde(default)] // Records from before there were any lack it.
    pub scalar_limbs: u64,
    /// Multiply-accumulates of one limb with a key.
    pub key_limbs: u64,
    /// Limbs converted from, times limbs converted to, of base conversions from several limbs. (A conversion from one limb is a
    /// part of the transform that follows.)
    #[serde(default)] // Records from before it was counted lack it.
    pub conversion_limbs: u64,
    /// Bytes of plaintexts and keys that are read. A key that tasks of a stage use one after the other counts once.
    pub bytes_read: u64,
    /// Bytes of ciphertexts that go to memory or come from it because they are too many for caches: where ciphertexts are nodes.
    #[serde(default)] // Records from before there were any lack it.
    pub value_bytes: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.ntt += other.ntt;
        self.key_switch += other.key_switch;
        self.hoisted_rotation += other.hoisted_rotation;
        self.plain_product += other.plain_product;
        self.rescale += other.rescale;
        self.product_limbs += other.product_limbs;
        self.scalar_limbs += other.scalar_limbs;
        self.key_limbs += other.key_limbs;
        self.conversion_limbs += other.conversion_limbs;
        self.bytes_read += other.bytes_read;
        self.value_bytes += other.value_bytes;
    }
}

impl Mul<u64> for Counts {
    type Output = Self;

    fn mul(self, by: u64) -> Self {
        Self {
            ntt: self.ntt * by,
            key_switch: self.key_switch * by,
            hoisted_rotation: self.hoisted_rotation * by,
            plain_product: self.plain_product * by,
            rescale: self.rescale * by,
            product_limbs: self.product_limbs * by,
            scalar_limbs: self.scalar_limbs * by,
            key_limbs: self.key_limbs * by,
            conversion_limbs: self.conversion_limbs * by,
            bytes_read: self.bytes_read * by,
            value_bytes: self.value_bytes * by,
        }
    }
}

impl Counts {
    /// Of `batch` clips that share what is read.
    #[must_use]
    pub fn of_batch(self, batch: usize) -> Self {
        Self { bytes_read: self.bytes_read, ..self * batch as u64 }
    }
}

/// What must be held before a plan runs, and what making it costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preparation {
    /// Switching keys.
    pub keys: u64,
    /// Bytes of switching keys in memory.
    pub key_bytes: u64,
    /// Plaintexts.
    pub plaintexts: u64,
    /// Bytes of encoded plaintexts.
    pub plaintext_bytes: u64,
    /// Transforms that encoding takes.
    pub encoding_ntt: u64,
}

/// Speeds of one thread of a machine when all its threads work, for predictions and choices. `hear-bench calibrate`
/// measures them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speeds {
    /// Name of the machine.
    pub name: String,
    /// Nanoseconds of a transform of one limb with the element-wise passes around it, N = 2^14.
    pub ntt_ns: f64,
    /// Nanoseconds of multiplying and adding one limb, N = 2^14.
    pub product_ns: f64,
    /// Nanoseconds of multiplying one limb with a number and adding. A file that lacks it is from before it was measured; half
    /// of a product's is near.
    #[serde(default)]
    pub scalar_ns: f64,
    /// Nanoseconds of multiplying one limb with a key, and adding.
    pub key_product_ns: f64,
    /// Nanoseconds of multiplying and adding one limb in a base conversion.
    pub conversion_ns: f64,
    /// Nanoseconds of a byte of a plaintext, a key or another operand from memory, beside its arithmetic.
    pub byte_ns: f64,
    /// Bytes a nanosecond that all threads together stream from memory.
    pub bytes_per_ns: f64,
    /// How much of reading keys and weights the clips of a batch save each other, from 0 to 1: what more clips hold takes the
    /// place of keys and weights in near caches. A file that lacks it is from before it was measured: nothing is saved.
    #[serde(default)]
    pub shared_reads: f64,
}

/// Why speeds in a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpeedsError {
    /// No TOML, or without a table of speeds.
    #[error("no speeds of a machine: {0}; `hear-bench calibrate` measures them")]
    Format(#[from] toml::de::Error),
    /// A number that is no time.
    #[error(
        "{name} = {value} among the speeds of {machine}: a time must be a number from 0, a transform and the memory more, \
         shared_reads one from 0 to 1"
    )]
    Value {
        /// The machine.
        machine: String,
        /// The field.
        name: &'static str,
        /// What it has.
        value: f64,
    },
}

/// A file about a machine, of which predictions need the speeds.
#[derive(Deserialize)]
struct MachineFile {
    speeds: Speeds,
}

impl Default for Speeds {
    /// A machine with AVX-512, two threads: what is used where no machine is named.
    fn default() -> Self {
        const DEFAULT: &str = include_str!("../../../configs/machines/epyc-zen5-2-cores.toml");
        Self::from_toml(DEFAULT).expect("the shipped speeds are tested")
    }
}

impl Speeds {
    /// The table `speeds` of a file that `hear-bench calibrate` wrote.
    ///
    /// # Errors
    /// If there is none, or a number in it is no time.
    pub fn from_toml(text: &str) -> Result<Self, SpeedsError> {
        let MachineFile { mut speeds } = toml::from_str(text)?;
        if speeds.scalar_ns == 0.0 {
            speeds.scalar_ns = speeds.product_ns / 2.0;
        }
        let Self {
            name: _,
            ntt_ns,
            product_ns,
            scalar_ns,
            key_product_ns,
            conversion_ns,
            byte_ns,
            bytes_per_ns,
            shared_reads,
        } = speeds;
        let times = [
            ("product_ns", product_ns),
            ("scalar_ns", scalar_ns),
            ("key_product_ns", key_product_ns),
            ("conversion_ns", conversion_ns),
            ("byte_ns", byte_ns),
        ];
        let positive = [("ntt_ns", ntt_ns), ("bytes_per_ns", bytes_per_ns)];
        let wrong = times.into_iter().find(|(_, value)| !(value.is_finite() && *value >= 0.0));
        let wrong = wrong.or(positive.into_iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)));
        let wrong = wrong.or((!(0.0..=1.0).contains(&shared_reads)).then_some(("shared_reads", shared_reads)));
        match wrong {
            Some((name, value)) => Err(SpeedsError::Value { machine: speeds.name, name, value }),
            None => Ok(speeds),
        }
    }

    /// Predicted nanoseconds of one thread for so much work.
    #[must_use]
    pub fn task_ns(&self, counts: &Counts) -> u64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a task takes less than a second")]
        let whole = self.work_ns(counts) as u64;
        whole
    }

    fn work_ns(&self, counts: &Counts) -> f64 {
        counts.ntt as f64 * self.ntt_ns
            + counts.product_limbs as f64 * self.product_ns
            + counts.scalar_limbs as f64 * self.scalar_ns
            + counts.key_limbs as f64 * self.key_product_ns
            + counts.conversion_limbs as f64 * self.conversion_ns
            + (counts.bytes_read + counts.value_bytes) as f64 * self.byte_ns
    }

    /// Predicted seconds of a plan's run on `threads` threads that share nothing but memory.
    #[must_use]
    pub fn seconds(&self, counts: &Counts, threads: usize) -> f64 {
        let work = self.work_ns(counts);
        let streaming = (counts.bytes_read + counts.value_bytes) as f64 / self.bytes_per_ns;
        (work / threads as f64).max(streaming) * 1e-9
    }
}

/// Products of limbs in a base conversion, if it is from several limbs.
fn conversion(sources: u64, targets: u64) -> u64 {
    if sources > 1 { sources * targets } else { 0 }
}

/// Counts of one key switch and of products at its level.
#[derive(Clone, Copy, Debug)]
pub(super) struct SwitchUnits {
    pub(super) limb_bytes: u64,
    pub(super) limbs: u64,
    pub(super) extended: u64,
    digits: u64,
    /// Conversions of a decomposition.
    raised: u64,
}

impl SwitchUnits {
    /// For ciphertexts of ring degree n.
    pub(super) fn new(switch: &KeySwitch, n: u64) -> Self {
        let (limbs, extended) = (switch.limbs as u64, switch.extended() as u64);
        let raise = |digit: std::ops::Range<usize>| conversion(digit.len() as u64, extended - digit.len() as u64);
        let raised = digit_ranges(switch.limbs, switch.digits).into_iter().map(raise).sum();
        Self { limb_bytes: 4 * n, limbs, extended, digits: switch.digits as u64, raised }
    }

    /// Decompositions.
    pub(super) fn decompose(self, count: u64) -> Counts {
        let (ntt, conversion_limbs) = (count * self.digits * self.extended, count * self.raised);
        Counts { ntt, conversion_limbs, ..Counts::default() }
    }

    /// Divisions of a ciphertext.
    pub(super) fn divide(self, count: u64) -> Counts {
        let conversion_limbs = 2 * count * conversion(self.extended - self.limbs, self.limbs);
        Counts { ntt: count * 2 * self.extended, conversion_limbs, ..Counts::default() }
    }

    /// Products with `keys` different keys, `count` in all.
    pub(super) fn key_products(self, count: u64, keys: u64) -> Counts {
        let key_limbs = 2 * self.digits * self.extended;
        Counts {
            key_switch: count,
            key_limbs: count * key_limbs,
            bytes_read: keys * key_limbs * self.limb_bytes,
            ..Counts::default()
        }
    }

    /// What all limbs of a key switch wait for: coefficients, products modulo the special primes, their transforms back.
    pub(super) fn begin_switch(self) -> Counts {
        let special = self.extended - self.limbs;
        let Counts { key_limbs, bytes_read, .. } = self.limb_key_products(1, 1);
        Counts {
            ntt: self.limbs + special * (self.digits + 2),
            key_limbs: special * key_limbs,
            bytes_read: special * bytes_read,
            conversion_limbs: self.raised - self.limbs * (self.raised / self.extended),
            ..Counts::default()
        }
    }

    /// One data limb of a key switch, after [`SwitchUnits::begin_switch`].
    pub(super) fn finish_switch_limb(self) -> Counts {
        let conversion_limbs = self.raised / self.extended + 2 * conversion(self.extended - self.limbs, 1);
        Counts { ntt: self.digits + 1, conversion_limbs, ..self.limb_key_products(1, 1) }
    }

    /// One limb of the extended basis of a rotation that is added to a sum there.
    pub(super) fn rotate_limb(self) -> Counts {
        // Of d e transforms l go back to coefficients, which is another task.
        let raised = self.digits * self.extended - self.limbs;
        let (ntt, conversion_limbs) = (raised.div_ceil(self.extended), self.raised / self.extended);
        Counts { ntt, conversion_limbs, ..self.limb_key_products(1, 1) }
    }

    /// One limb of [`SwitchUnits::key_products`].
    pub(super) fn limb_key_products(self, count: u64, keys: u64) -> Counts {
        let Counts { key_limbs, bytes_read, .. } = self.key_products(count, keys);
        Counts { key_limbs: key_limbs / self.extended, bytes_read: bytes_read / self.extended, ..Counts::default() }
    }

    /// `count` plaintexts of so many whole limbs that are added.
    pub(super) fn constants(self, limbs: u64, count: u64) -> Counts {
        Counts { bytes_read: count * limbs * self.limb_bytes, ..Counts::default() }
    }

    /// Conjugations of sums in the extended basis, which are added to the sums.
    pub(super) fn conjugate(self, count: u64) -> Counts {
        let mut counts = self.key_products(count, u64::from(count > 0));
        counts += self.decompose(count);
        counts.ntt += count * self.extended;
        counts.conversion_limbs += count * conversion(self.extended - self.limbs, self.limbs);
        counts
    }

    /// Products with plaintexts over so many limbs, of which so many words are read.
    pub(super) fn products(self, count: u64, limbs: u64, words: u64) -> Counts {
        Counts {
            plain_product: count,
            product_limbs: 2 * limbs * count,
            bytes_read: 4 * words * limbs * count,
            ..Counts::default()
        }
    }
}

/// Counts by ring, chain and way of switching keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units {
    n: u64,
    chain: Chain,
    switching: KeySwitching,
}

impl Units {
    pub(super) fn of(plan: &Plan) -> Self {
        Self { n: 1 << plan.parameters.log_n, chain: plan.chain(), switching: plan.key_switching() }
    }

    /// Of key switches at l limbs.
    pub(super) fn at(self, l: u64) -> SwitchUnits {
        SwitchUnits::new(&self.switching.at(self.chain, usize::try_from(l).expect("a number of limbs")), self.n)
    }

    /// `count` key switches at l limbs that share `decompositions` decompositions.
    pub(super) fn key_switches(self, l: u64, count: u64, decompositions: u64) -> Counts {
        let units = self.at(l);
        let mut counts = units.decompose(decompositions);
        counts += units.divide(count);
        counts += units.key_products(count, count);
        counts.hoisted_rotation = count - decompositions.min(count);
        counts
    }

    /// `sums` sums of `rotations` rotated values each and one that is not, in the extended basis, with their rescale.
    pub(super) fn rotated_sums(self, l: u64, sums: u64, rotations: u64) -> Counts {
        let units = self.at(l);
        let mut counts = units.decompose(sums * rotations);
        counts += units.key_products(sums * rotations, sums * rotations);
        counts += units.divide(sums);
        counts.rescale = sums;
        counts
    }

    pub(super) fn rescales(l: u64, count: u64) -> Counts {
        Counts { ntt: count * 2 * l, rescale: count, ..Counts::default() }
    }

    /// `count` plaintexts of l whole limbs that are added.
    pub(super) fn constants(self, l: u64, count: u64) -> Counts {
        Counts { bytes_read: count * l * self.n * 4, ..Counts::default() }
    }

    /// `count` products of a ciphertext of l limbs with a plaintext of real slots, half of which is stored.
    pub(super) fn products(self, l: u64, count: u64) -> Counts {
        Counts {
            plain_product: count,
            product_limbs: count * 2 * l,
            bytes_read: count * l * self.n * 2,
            ..Counts::default()
        }
    }
}

fn nonzero(rotations: &[i32]) -> u64 {
    rotations.iter().filter(|&&amount| amount != 0).count() as u64
}

impl Plan {
    /// What a stage costs a clip.
    #[must_use]
    pub fn stage_counts(&self, stage: &Stage) -> Counts {
        let units = Units::of(self);
        let (inputs, outputs) = (stage.inputs as u64, stage.outputs as u64);
        let (l, next) = (stage.limbs_in as u64, stage.limbs_out as u64);
        let lazy = self.switches.lazy_rescaling;
        let hoisted = |l: u64, ciphertexts: u64, rotations: u64| {
            let decompositions = if rotations == 0 {
                0
            } else if self.switches.hoisting {
                ciphertexts
            } else {
                ciphertexts * rotations
            };
            units.key_switches(l, ciphertexts * rotations, decompositions)
        };
        let unhoisted = |l: u64, count: u64| units.key_switches(l, count, count);
        let mut counts = Counts::default();
        match &stage.step {
            Step::Replicate { rotations } | Step::Pool { rotations } => {
                counts += unhoisted(l, inputs * nonzero(rotations));
            }
            Step::Fold { rotations } if self.switches.recursive_fold => {
                counts += unhoisted(l, inputs * nonzero(rotations));
            }
            Step::Fold { rotations } => counts += hoisted(l, inputs, nonzero(rotations)),
            Step::Linear(linear) => {
                let (babies, giants) = (linear.babies(), linear.giants());
                let products = outputs * inputs * (babies.len() * giants.len()) as u64;
                counts += hoisted(l, inputs, nonzero(&babies));
                counts += units.products(l, products);
                counts += units.constants(next, u64::from(linear.layer == LinearLayer::Dense));
                if self.sums_rotations_extended(&giants) {
                    counts += units.rotated_sums(l, outputs, nonzero(&giants));
                } else {
                    counts += Units::rescales(l, if lazy { outputs } else { products });
                    counts += unhoisted(if lazy { l } else { next }, outputs * nonzero(&giants));
                }
            }
            Step::Activation(_) => {
                counts += units.products(l, inputs);
                counts += Units::rescales(l, inputs);
                counts += unhoisted(l - 1, inputs);
                counts += Units::rescales(l - 1, inputs);
                // Four products between ciphertexts.
                counts.product_limbs += inputs * 4 * (l - 1);
                counts += units.constants(l - 1 + next, inputs);
            }
            Step::Merge(merge) => {
                let rotated = inputs - inputs.div_ceil(merge.lane_offsets.len() as u64);
                counts += units.products(l, inputs);
                counts += Units::rescales(l, if lazy { outputs } else { inputs });
                counts += unhoisted(if lazy { l } else { next }, rotated);
            }
            Step::Lean(step) => counts += lean::counts(step, stage, units.n),
            Step::Nodes(step) => counts += nodes::counts(self, stage, step),
            Step::Dots(dots) => {
                let nodes: usize = (0..stage.outputs).map(|output| dots.nodes(output).len()).sum();
                counts += self.dot_counts(stage, dots) * nodes as u64;
                if dots.repacked_bits.is_some() {
                    counts += Units::rescales(l - 1, outputs);
                }
            }
        }
        counts
    }

    /// What one dot product costs, with encoding its plaintexts.
    pub(super) fn dot_counts(&self, stage: &Stage, dots: &DotProducts) -> Counts {
        let (units, inputs, l) = (Units::of(self), stage.inputs as u64, stage.limbs_in as u64);
        let masks = u64::from(dots.repacked_bits.is_some());
        let mut counts = units.products(l, inputs);
        counts += units.products(l - 1, masks);
        // Plaintexts are made, not read.
        counts.bytes_read = 0;
        counts.ntt += inputs * l + masks * (l - 1);
        counts += Units::rescales(l, 1);
        let rotations = nonzero(&dots.rotations);
        counts += units.key_switches(dots.rotated_limbs(stage) as u64, rotations, rotations);
        counts
    }

    /// What a run of several clips costs where a batch saves that part of its reads ([`Speeds::shared_reads`]), in stages whose
    /// tasks serve a batch.
    #[must_use]
    pub fn counts_of_run(&self, throughput: Throughput, shared_reads: f64) -> Counts {
        let mut total = Counts::default();
        for stage in &self.stages {
            let apart = self.stage_counts(stage) * throughput.batch() as u64;
            let shared = match &stage.step {
                Step::Dots(_) => apart,
                _ => self.stage_counts(stage).of_batch(throughput.batch()),
            };
            let saved = (apart.bytes_read - shared.bytes_read) as f64 * shared_reads;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "at most the bytes of all clips"
            )]
            let bytes_read = apart.bytes_read - saved as u64;
            total += Counts { bytes_read, ..apart };
        }
        total * throughput.streams() as u64
    }

    /// What the whole plan costs a clip.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut total = Counts::default();
        for stage in &self.stages {
            total += self.stage_counts(stage);
        }
        total
    }

    /// Keys and plaintexts that must be there before the plan runs.
    #[must_use]
    pub fn preparation(&self) -> Preparation {
        let mut plaintexts = Plaintexts::default();
        for stage in &self.stages {
            plaintexts += self.stage_plaintexts(stage);
        }
        self.preparation_of(&self.keys(), plaintexts)
    }

    /// Keys and plaintexts that a stage uses. A key that several stages use is counted in each of them.
    #[must_use]
    pub fn stage_preparation(&self, stage: &Stage) -> Preparation {
        self.preparation_of(&self.stage_keys(stage), self.stage_plaintexts(stage))
    }

    fn preparation_of(&self, keys: &[KeySwitchSpec], plaintexts: Plaintexts) -> Preparation {
        let n = 1 << self.parameters.log_n;
        Preparation {
            keys: keys.len() as u64,
            key_bytes: keys.iter().map(|key| key.key_bytes(n) as u64).sum(),
            plaintexts: plaintexts.count,
            plaintext_bytes: plaintexts.bytes,
            encoding_ntt: plaintexts.ntt,
        }
    }

    fn stage_plaintexts(&self, stage: &Stage) -> Plaintexts {
        let n = 1_u64 << self.parameters.log_n;
        match &stage.step {
            Step::Lean(step) => lean::plaintexts(step, stage, n),
            Step::Nodes(step) => nodes::plaintexts(self, stage, step),
            _ => {
                let mut all = Plaintexts::default();
                for (count, at, halves) in stage_plaintexts(stage) {
                    let limbs = count * self.plaintext_limbs(at) as u64;
                    all += Plaintexts { count, bytes: limbs * halves * n * 2, ntt: limbs };
                }
                all
            }
        }
    }
}

/// Plaintexts of a stage.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plaintexts {
    /// How many.
    pub(super) count: u64,
    /// Bytes of their residues.
    pub(super) bytes: u64,
    /// Transforms of whole limbs that encoding them takes.
    pub(super) ntt: u64,
}

impl AddAssign for Plaintexts {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.bytes += other.bytes;
        self.ntt += other.ntt;
    }
}

/// How many plaintexts a stage has, the limbs of their operands, and how many halves of a limb are stored: one of a
/// factor, two of an addend.
fn stage_plaintexts(stage: &Stage) -> Vec<(u64, usize, u64)> {
    let inputs = stage.inputs as u64;
    match &stage.step {
        Step::Linear(linear) => {
            let products = linear_plaintexts(stage, linear) as u64;
            let constants = u64::from(linear.layer == LinearLayer::Dense);
            vec![(products, stage.limbs_in, 1), (constants, stage.limbs_out, 2)]
        }
        Step::Activation(_) => {
            vec![(inputs, stage.limbs_in, 1), (inputs, stage.limbs_in - 1, 2), (inputs, stage.limbs_out, 2)]
        }
        Step::Merge(_) => vec![(1, stage.limbs_in, 1)],
        Step::Lean(_) | Step::Nodes(_) | Step::Dots(_) => Vec::new(),
        Step::Replicate { .. } | Step::Pool { .. } | Step::Fold { .. } => Vec::new(),
    }
}

/// How many products a linear stage has.
fn linear_plaintexts(stage: &Stage, linear: &Linear) -> usize {
    stage.outputs * stage.inputs * linear.babies().len() * linear.giants().len()
}

#[cfg(test)]
mod tests {
    use hear_model::network::{Dimension, Shape};

    use crate::network::{
        method::Method,
        plan::{Plan, PlanRequest},
    };

    fn plan(dimension: Dimension, width: usize, method: Method) -> Plan {
        Plan::new(&PlanRequest::new(Shape::new(dimension, width).unwrap(), method)).unwrap()
    }

    /// The paper's counts for Fast-HEAR with baby, giant, giant: products 2 x 9 x 8 + 8 + 4608 + 16 + 4608 + 512 and one
    /// for each of the 56 activations; 53 hoisted rotations in 1 + 2 + 1 decompositions; 796 others and 56 relinearisations.
    #[test]
    fn fast_hear_on_2d_128_has_the_papers_counts() {
        let counts = plan(Dimension::TwoD, 128, Method::FastHear).counts();
        assert_eq!(counts.plain_product, 9896 + 56);
        assert_eq!(counts.key_switch, 53 + 796 + 56);
        assert_eq!(counts.hoisted_rotation, 53 - 4);
    }

    #[test]
    fn fast_hear_on_2d_64_has_the_papers_counts() {
        let counts = plan(Dimension::TwoD, 64, Method::FastHear).counts();
        assert_eq!(counts.plain_product, 3796 + 28);
        assert_eq!(counts.key_switch, 38 + 389 + 28);
    }
}
