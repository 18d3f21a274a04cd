//! The steps of a lean plan, as data.

use hear_kernels::accumulate::MIN_PERIODIC_BLOCK;
use serde::{Deserialize, Serialize};

use crate::{
    network::{key_switching::KeySwitch, packing::SLOTS},
    rlwe::{KeySwitchSpec, KeyTarget},
};

/// A stage of a lean plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LeanStep {
    /// A linear map: convolutions, the merge, the dense layer.
    Transform(Transform),
    /// An activation on completed squares, with the sum over a pooling window where there is one.
    SquareSums(SquareSums),
    /// The second convolution's inputs.
    Versions(Versions),
    /// The sum over positions and channels that ends the network.
    SlotSums(SlotSums),
}

impl LeanStep {
    /// How the stage switches keys, but for [`LeanStep::input_switch`].
    #[must_use]
    pub fn switch(&self) -> &KeySwitch {
        match self {
            Self::Transform(Transform { switch, .. })
            | Self::SquareSums(SquareSums { switch, .. })
            | Self::Versions(Versions { switch, .. })
            | Self::SlotSums(SlotSums { switch, .. }) => switch,
        }
    }

    /// Data primes dropped at the end.
    #[must_use]
    pub fn drop(&self) -> usize {
        match self {
            Self::Transform(Transform { drop, .. })
            | Self::SquareSums(SquareSums { drop, .. })
            | Self::SlotSums(SlotSums { drop, .. }) => *drop,
            Self::Versions(_) => 0,
        }
    }

    /// Whether the stage adds constants to its outputs.
    #[must_use]
    pub fn adds_constant(&self) -> bool {
        match self {
            Self::Transform(transform) => transform.map != Map::Dense,
            Self::SquareSums(sums) => sums.layer == 0,
            Self::Versions(_) => false,
            Self::SlotSums(_) => true,
        }
    }

    /// How the keys that rotate the stage's inputs are switched.
    #[must_use]
    pub fn input_switch(&self) -> &KeySwitch {
        match self {
            Self::Transform(Transform { baby_basis: BabyBasis::Data(switch), .. }) => switch,
            _ => self.switch(),
        }
    }

    /// By how much the stage's inputs are rotated, some repeatedly.
    #[must_use]
    pub fn input_rotations(&self) -> Vec<i32> {
        match self {
            Self::Transform(transform) => {
                let babies = transform.babies.iter().map(|baby| baby.rotation);
                babies.chain(transform.turns.iter().copied()).filter(|&amount| amount != 0).collect()
            }
            Self::Versions(versions) => versions.fold.into_iter().collect(),
            Self::SquareSums(_) | Self::SlotSums(_) => Vec::new(),
        }
    }

    /// What the stage's other keys are for, some repeatedly.
    #[must_use]
    pub fn key_targets(&self) -> Vec<KeyTarget> {
        match self {
            Self::Transform(transform) => {
                let giants = transform.giants.iter().filter(|&&amount| amount != 0).map(|&by| KeyTarget::Rotate(by));
                giants.chain(transform.conjugate.then_some(KeyTarget::Conjugate)).collect()
            }
            Self::SquareSums(_) => vec![KeyTarget::Relinearize],
            Self::Versions(_) => Vec::new(),
            Self::SlotSums(sums) => {
                sums.steps.iter().flat_map(|&step| sums.rotations(step)).map(KeyTarget::Rotate).collect()
            }
        }
    }

    /// The stage's keys, some repeatedly.
    #[must_use]
    pub fn keys(&self) -> Vec<KeySwitchSpec> {
        let inputs = self.input_rotations().into_iter().map(|by| self.input_switch().key(KeyTarget::Rotate(by)));
        inputs.chain(self.key_targets().into_iter().map(|target| self.switch().key(target))).collect()
    }
}

/// A rotated input of a [`Transform`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baby {
    /// Which ciphertext.
    pub input: usize,
    /// Slots to the left; 0 for the input itself.
    pub rotation: i32,
}

/// In which basis a transform's rotated inputs are held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BabyBasis {
    /// Divided by the special primes of a key switch of their own: shared by many sums.
    Data(KeySwitch),
    /// Still with the special primes: no division, but wider products.
    Extended,
}

/// Which plaintexts a transform multiplies by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Map {
    /// Convolution 1 on the client's windows.
    Windows,
    /// Convolution 2 or 3: `Convolution(1)`, `Convolution(2)`.
    Convolution(usize),
    /// Pooling 2, masks, lanes, replicas and row versions.
    Merge,
    /// The dense layer.
    Dense,
}

/// A linear map on ciphertexts:
///
/// ```text
/// input[i]   = rotate(input[i], turn[i])                                     only where there are turns
/// sum[g, o]  = sum over babies b of weight[g, o, b] * rotate(input[b], rotation[b])
/// acc[o]     = sum over giants g of rotate(sum[g, o], giant[g])              in the extended basis
/// out[o]     = divide(acc[o] + conjugate(acc[o])) + constant[o]              conjugate only where asked for
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transform {
    /// The plaintexts.
    pub map: Map,
    /// Slots after which the plaintexts repeat.
    pub period: usize,
    /// Rotations of the inputs before anything else, one each; none if empty. Inputs whose rotations differ by a turn only
    /// then share the keys of the others.
    pub turns: Vec<i32>,
    /// Rotated inputs, those of one ciphertext together.
    pub babies: Vec<Baby>,
    /// Where they are held.
    pub baby_basis: BabyBasis,
    /// Rotations of the sums; `[0]` for none.
    pub giants: Vec<i32>,
    /// Whether the conjugate is added, which leaves twice the real part.
    pub conjugate: bool,
    /// How keys are switched: those of sums, and of babies that stay in the extended basis.
    pub switch: KeySwitch,
    /// Primes dropped at the end, beside the special ones.
    pub drop: usize,
}

/// The factor of a square in a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// 1.
    Real,
    /// i.
    Imaginary,
}

/// `out[o] = sum over (part, x) of part * x^2, relinearised and rescaled, plus constant[o]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SquareSums {
    /// Which activation: 0, 1 or 2.
    pub layer: usize,
    /// For each output the inputs that it sums.
    pub groups: Vec<Vec<(Part, usize)>>,
    /// How keys are switched.
    pub switch: KeySwitch,
    /// Primes dropped at the end.
    pub drop: usize,
}

/// What the second convolution reads, from what the first activation gives: one version for each row tap, from which the
/// row that the tap's shift would wrap around is masked away, and where channels fill half a ciphertext only, the other half
/// of them as imaginary part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Versions {
    /// `x + i rotate(x, amount)` first, where there is an amount.
    pub fold: Option<i32>,
    /// Row taps, one version each.
    pub row_taps: Vec<i32>,
    /// How keys are switched.
    pub switch: KeySwitch,
}

/// `x <- sum over i of rotate(x, i * step)`, i below the radix, one step after the other: sums runs of slots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotSums {
    /// The steps.
    pub steps: Vec<i32>,
    /// Terms of a step.
    pub radix: usize,
    /// How keys are switched.
    pub switch: KeySwitch,
    /// Primes dropped at the end.
    pub drop: usize,
}

impl Transform {
    /// Sums of products: giants x outputs; sum `giant * outputs + output`.
    #[must_use]
    pub fn sums(&self, outputs: usize) -> usize {
        self.giants.len() * outputs
    }

    /// Whether plaintexts repeat so soon that they are kept as few residues: blocks of equal ones are long enough for the
    /// kernel.
    #[must_use]
    pub fn has_short_period(&self) -> bool {
        SLOTS / self.period >= MIN_PERIODIC_BLOCK
    }

    /// Whether `output` has a product with a baby. (Where it has, the plaintext may still be zero.)
    #[must_use]
    pub fn uses(&self, outputs: usize, output: usize, baby: usize) -> bool {
        if self.map != Map::Merge {
            return true;
        }
        // Two inputs stand side by side in each merged ciphertext, of which there are versions.
        let merged = (self.babies.last().map_or(1, |baby| baby.input + 1) / 2).max(1);
        let versions = outputs / merged;
        merged == 1 || self.babies[baby].input / 2 == output / versions
    }

    /// Products with plaintexts.
    #[must_use]
    pub fn products(&self, outputs: usize) -> usize {
        let of_output = |output| (0..self.babies.len()).filter(|&baby| self.uses(outputs, output, baby)).count();
        self.giants.len() * (0..outputs).map(of_output).sum::<usize>()
    }

    /// The rotation of an input before its babies.
    #[must_use]
    pub fn turn(&self, input: usize) -> i32 {
        self.turns.get(input).copied().unwrap_or(0)
    }

    /// The rotated inputs of ciphertext `input`, as indices into the babies.
    #[must_use]
    pub fn babies_of(&self, input: usize) -> std::ops::Range<usize> {
        let start = self.babies.iter().position(|baby| baby.input == input).unwrap_or(0);
        start..start + self.babies.iter().filter(|baby| baby.input == input).count()
    }
}

impl SlotSums {
    /// The rotations of a step, without the one by 0.
    pub fn rotations(&self, step: i32) -> impl Iterator<Item = i32> {
        (1..self.radix).map(move |index| i32::try_from(index).expect("a small radix") * step)
    }
}
