//! What a plan costs: operations and bytes counted from its loops, and seconds predicted from a machine's speeds.
//!
//! Counts are of one limb's worth of work at the plan's ring, with one digit a limb and k special primes. Switching a
//! polynomial of l limbs takes l inverse transforms, l (l - 1) + k l forward ones, and 2 (k + l) to leave the extended
//! basis; a rescale takes 2 l. Runs are tested to do exactly as many transforms as this says.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::lean::cost as lean;
use super::plan::{Linear, LinearLayer, Plan, Stage, Step};
use crate::{params::Parameters, rlwe::KeySwitchSpec};

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
    /// Multiply-accumulates of one limb with a key.
    pub key_limbs: u64,
    /// Bytes of plaintexts and keys that are read.
    pub bytes_read: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.ntt += other.ntt;
        self.key_switch += other.key_switch;
        self.hoisted_rotation += other.hoisted_rotation;
        self.plain_product += other.plain_product;
        self.rescale += other.rescale;
        self.product_limbs += other.product_limbs;
        self.key_limbs += other.key_limbs;
        self.bytes_read += other.bytes_read;
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

/// Speeds of one thread of a machine, for predictions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speeds {
    /// Name of the machine or of its instruction set.
    pub name: String,
    /// Nanoseconds of a transform of one limb with the element-wise passes around it, N = 2^14.
    pub ntt_ns: f64,
    /// Nanoseconds of multiplying and adding one limb, operands from memory, N = 2^14.
    pub product_ns: f64,
    /// Bytes a nanosecond that one thread streams from memory.
    pub bytes_per_ns: f64,
}

impl Default for Speeds {
    /// One thread of a processor of 2021 with AVX2 (EPYC, Zen 3): what predictions use where no machine is named. Fitted
    /// to the measured inferences of `hear` and `fast-hear` on 2D-64 on one thread.
    fn default() -> Self {
        Self { name: "avx2".to_owned(), ntt_ns: 27_000.0, product_ns: 4_800.0, bytes_per_ns: 20.0 }
    }
}

impl Speeds {
    /// Predicted nanoseconds of one thread for so much work.
    #[must_use]
    pub fn task_ns(&self, counts: &Counts) -> u64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a task takes less than a second")]
        let whole = self.work_ns(counts) as u64;
        whole
    }

    fn work_ns(&self, counts: &Counts) -> f64 {
        counts.ntt as f64 * self.ntt_ns + (counts.product_limbs + counts.key_limbs) as f64 * self.product_ns
    }

    /// Predicted seconds of a plan's run on `threads` threads that share nothing but memory.
    #[must_use]
    pub fn seconds(&self, counts: &Counts, threads: usize) -> f64 {
        let work = self.work_ns(counts);
        let streaming = counts.bytes_read as f64 / self.bytes_per_ns;
        (work / threads as f64).max(streaming) * 1e-9
    }
}

/// Counts by ring and chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units {
    n: u64,
    special: u64,
}

impl Units {
    pub(super) fn of(plan: &Plan) -> Self {
        Self { n: 1 << plan.parameters.log_n, special: plan.special_limbs() as u64 }
    }

    fn decompose(self, l: u64) -> u64 {
        l * (l + self.special)
    }

    pub(super) fn mod_down(self, l: u64) -> u64 {
        2 * (self.special + l)
    }

    fn rescale(l: u64) -> u64 {
        2 * l
    }

    fn limb_bytes(self) -> u64 {
        self.n * 4
    }

    /// `count` key switches at l limbs that share `decompositions` decompositions.
    pub(super) fn key_switches(self, l: u64, count: u64, decompositions: u64) -> Counts {
        let key_limbs = 2 * l * (l + self.special);
        Counts {
            ntt: decompositions * self.decompose(l) + count * self.mod_down(l),
            key_switch: count,
            hoisted_rotation: count - decompositions.min(count),
            key_limbs: count * key_limbs,
            bytes_read: count * key_limbs * self.limb_bytes(),
            ..Counts::default()
        }
    }

    pub(super) fn rescales(l: u64, count: u64) -> Counts {
        Counts { ntt: count * Self::rescale(l), rescale: count, ..Counts::default() }
    }

    /// `count` products of a ciphertext of l limbs with a plaintext of real slots, half of which is stored.
    pub(super) fn products(self, l: u64, count: u64) -> Counts {
        Counts {
            plain_product: count,
            product_limbs: count * 2 * l,
            bytes_read: count * l * self.limb_bytes() / 2,
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
                counts += Units::rescales(l, if lazy { outputs } else { products });
                counts += unhoisted(if lazy { l } else { next }, outputs * nonzero(&giants));
            }
            Step::Activation(_) => {
                counts += units.products(l, inputs);
                counts += Units::rescales(l, inputs);
                counts += unhoisted(l - 1, inputs);
                counts += Units::rescales(l - 1, inputs);
                // Four products between ciphertexts.
                counts.product_limbs += inputs * 4 * (l - 1);
            }
            Step::Merge(merge) => {
                let rotated = inputs - inputs.div_ceil(merge.lane_offsets.len() as u64);
                counts += units.products(l, inputs);
                counts += Units::rescales(l, if lazy { outputs } else { inputs });
                counts += unhoisted(if lazy { l } else { next }, rotated);
            }
            Step::Lean(step) => counts += lean::counts(step, stage, units.n),
        }
        counts
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
    pub fn preparation(&self, parameters: &Parameters) -> Preparation {
        let limb_bytes = 4_u64 << self.parameters.log_n;
        let keys = self.keys(parameters);
        let key_bytes =
            |spec: &KeySwitchSpec| (2 * spec.digits * (spec.limbs.len() + spec.special.len())) as u64 * limb_bytes;
        let mut all = Plaintexts::default();
        for stage in &self.stages {
            if let Step::Lean(step) = &stage.step {
                all += lean::plaintexts(step, stage, limb_bytes / 4);
            }
            for (count, at, halves) in stage_plaintexts(stage) {
                let limbs = count * self.plaintext_limbs(at) as u64;
                all += Plaintexts { count, bytes: limbs * halves * limb_bytes / 2, ntt: limbs };
            }
        }
        Preparation {
            keys: keys.len() as u64,
            key_bytes: keys.iter().map(key_bytes).sum(),
            plaintexts: all.count,
            plaintext_bytes: all.bytes,
            encoding_ntt: all.ntt,
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
        Step::Lean(_) => Vec::new(),
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
        method::{Method, Strategies, Switches},
        plan::{Plan, PlanRequest},
    };

    fn plan(dimension: Dimension, width: usize, method: Method) -> Plan {
        Plan::new(&PlanRequest {
            shape: Shape::new(dimension, width).unwrap(),
            method,
            strategies: Strategies::default(),
            switches: Switches::default(),
        })
        .unwrap()
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
