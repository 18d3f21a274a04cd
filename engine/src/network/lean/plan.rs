//! The stages of Lean-HEAR for a network's shape.

use std::fmt;

use hear_model::network::{Dimension, Shape};
use serde::{Deserialize, Serialize};

use super::{
    layout::{Layout, POOL_COLUMNS},
    scales::Scales,
    step::{Baby, BabyBasis, LeanStep, Map, Part, SlotSums, SquareSums, Transform, Versions},
};
use crate::{
    network::{
        key_switching::{Chain, KeySwitch},
        packing::{InputLayout, InputPacking, OutputLayout, OutputPacking, SLOTS, normalised_rotation},
        plan::{Stage, Step},
    },
    params::Parameters,
};

/// Limbs of a fresh ciphertext.
pub const LIMBS: usize = 8;

/// Slots of one class pair of the result: what the dense layer's sums end in.
const CLASS_STRIDE: usize = 1024;
/// Terms of a step of the dense layer's sums.
const SUM_RADIX: usize = 4;

/// log2 of the scale of the fresh ciphertext.
const INPUT_BITS: f64 = 33.0;
/// log2 of the scale of the logits.
const LOGIT_BITS: f64 = 21.0;

/// log2 of the scales of masks. Zeros and ones need the same whatever the network; the weights after them have as many bits
/// less.
#[derive(Clone, Copy, Debug)]
struct MaskBits {
    /// Of the rows.
    rows: f64,
    /// Of the merge.
    merge: f64,
}

impl MaskBits {
    fn of(dimension: Dimension) -> Self {
        match dimension {
            Dimension::TwoD => Self { rows: 14.0, merge: 15.0 },
            Dimension::OneD => Self { rows: 0.0, merge: 17.0 },
        }
    }
}

/// Where a slot's input channels stand in a packed ciphertext: the real part of slot t of a position, counted modulo the
/// number of channels, holds channel `base + (t + shift)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartSource {
    /// First channel.
    pub base: usize,
    /// Slots by which the channels are shifted.
    pub shift: usize,
}

/// How convolution 2 or 3 is packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvolutionPacking {
    /// Real and imaginary part of each input ciphertext.
    pub parts: Vec<[PartSource; 2]>,
    /// Slots from a column to the next.
    pub unit: usize,
    /// Channels of one part of one position, over which sources wrap.
    pub modulus: usize,
    /// Complex slots that hold all channels of a position.
    pub distinct: usize,
    /// Output ciphertexts.
    pub outputs: usize,
    /// Lanes that outputs are spread over.
    pub lanes: usize,
    /// Slots after which weights repeat.
    pub period: usize,
}

/// Groups of K channels that the first convolution makes.
fn groups(shape: Shape, layout: Layout) -> usize {
    shape.width() / layout.channels
}

impl ConvolutionPacking {
    /// The packing of convolution `layer`: 1 or 2, counted from 0.
    #[must_use]
    pub fn new(shape: Shape, layer: usize) -> Self {
        let layout = Layout::new(shape.dimension());
        let (channels, groups) = (layout.channels, groups(shape, layout));
        let source = |base, shift| PartSource { base, shift };
        if layer == 1 {
            let parts = match groups {
                // Half a ciphertext of real values: the imaginary part takes the other half of the channels.
                1 => vec![[source(0, 0), source(0, channels / 2)]],
                _ => {
                    (0..groups / 2).map(|m| [source(m * channels, 0), source((m + groups / 2) * channels, 0)]).collect()
                }
            };
            let distinct = if groups == 1 { channels / 2 } else { channels };
            return Self {
                parts,
                unit: channels,
                modulus: channels,
                distinct,
                outputs: 2 * groups,
                lanes: 1,
                period: channels,
            };
        }
        // Convolution 2 makes 2 groups ciphertexts, of which pairs are real and imaginary part: half as many.
        let (half, inputs) = (groups, (groups / 2).max(1));
        let parts = (0..inputs).map(|m| [source(2 * m * channels, 0), source((2 * m + half) * channels, 0)]).collect();
        // One ciphertext fills a position of grid 2 with replicas, two stand side by side.
        let distinct = if half == 1 { channels } else { 2 * channels };
        Self {
            parts,
            unit: POOL_COLUMNS * channels,
            modulus: distinct,
            distinct,
            outputs: 4 * shape.width() / (layout.lanes() * channels),
            lanes: layout.lanes(),
            // A lane's row is a slow digit of the slots.
            period: if layout.pool_rows == 2 { 2 * layout.row_stride() } else { POOL_COLUMNS * channels },
        }
    }
}

/// What a lean plan leaves open. What is not chosen is as in the specification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LeanChoices {
    /// Digits of convolution 1.
    pub windows_digits: Option<usize>,
    /// Convolutions 2 and 3.
    pub convolutions: [ConvolutionChoice; 2],
    /// Digits of the merge.
    pub merge_digits: Option<usize>,
}

/// What a lean plan leaves open of convolution 2 or 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConvolutionChoice {
    /// Rotations of each input and row tap, the unrotated one among them: a power of two that divides
    /// [`ConvolutionPacking::distinct`].
    pub steps: Option<usize>,
    /// Digits of the inputs, which share a decomposition among their rotations.
    pub baby_digits: Option<usize>,
    /// Digits of the sums, each of which is decomposed for one rotation.
    pub giant_digits: Option<usize>,
    /// Whether an input is first turned by its row tap, so that the inputs of all taps share the keys of the other
    /// rotations: fewer keys for a decomposition more an input.
    pub turned: bool,
}

impl fmt::Display for LeanChoices {
    /// `own` if nothing was chosen, else what was: `conv2 16 rotations in 2 digits, sums in 1; merge3 in 2 digits`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chosen = Vec::new();
        chosen.extend(self.windows_digits.map(|digits| format!("conv1 in {digits} digits")));
        for (choice, layer) in self.convolutions.iter().zip(2..) {
            let ConvolutionChoice { steps, baby_digits, giant_digits, turned } = choice;
            let number = |choice: &Option<usize>| choice.map_or("own".to_owned(), |number| number.to_string());
            if *choice != ConvolutionChoice::default() {
                let [steps, inputs, sums] = [steps, baby_digits, giant_digits].map(number);
                let turned = if *turned { ", rows turned" } else { "" };
                chosen.push(format!("conv{layer} {steps} rotations in {inputs} digits, sums in {sums}{turned}"));
            }
        }
        chosen.extend(self.merge_digits.map(|digits| format!("merge3 in {digits} digits")));
        if chosen.is_empty() { f.write_str("own") } else { f.write_str(&chosen.join("; ")) }
    }
}

/// Why a choice cannot be met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// No key switch has that many digits.
    #[error(
        "{digits} digits of {limbs} limbs, with a special prime for each limb of a digit, do not fit {primes} primes"
    )]
    Digits {
        /// The digits.
        digits: usize,
        /// The limbs.
        limbs: usize,
        /// Primes of the pool.
        primes: usize,
    },
    /// The rotations do not cover a position's slots evenly.
    #[error("{steps} rotations of an input: a power of two from 2 that divides {distinct} is needed")]
    Steps {
        /// The rotations.
        steps: usize,
        /// What they must divide.
        distinct: usize,
    },
}

/// Relative times of one limb's work, for the choice of baby steps: a transform, a multiply-accumulate with a plaintext
/// or a key, and a key's limb from memory.
const TRANSFORM: f64 = 8.0;
const PRODUCT: f64 = 0.4;
const KEY: f64 = 1.8;

/// The numbers of rotations of an input that a packing allows.
#[must_use]
pub fn possible_steps(packing: &ConvolutionPacking) -> Vec<usize> {
    (1..=7).map(|bits| 1 << bits).filter(|steps| packing.distinct.is_multiple_of(*steps)).collect()
}

/// The specification's number of rotations of an input: the one that takes the least of its time.
fn baby_steps(packing: &ConvolutionPacking, taps: usize, switch: &KeySwitch) -> usize {
    let (digits, extended) = (switch.digits as f64, switch.extended() as f64);
    let cost = |steps: usize| {
        let babies = (packing.parts.len() * (taps * steps - 1)) as f64;
        let giants = (packing.distinct / steps * 4 - 1) as f64;
        let baby = 2.0 * extended * TRANSFORM + 2.0 * digits * extended * (PRODUCT + KEY);
        let giant = packing.outputs as f64 * digits * extended * (TRANSFORM + 2.0 * PRODUCT);
        babies * baby + giants * (giant + 2.0 * digits * extended * KEY)
    };
    let steps = possible_steps(packing).into_iter();
    steps.min_by(|&a, &b| cost(a).total_cmp(&cost(b))).expect("two divides the number of slots")
}

/// The stages of a plan, the packing of its input and of its output.
#[derive(Debug)]
pub struct LeanStages {
    /// The stages.
    pub stages: Vec<Stage>,
    /// What the client packs.
    pub input: InputPacking,
    /// Where the logits stand.
    pub output: OutputPacking,
}

impl LeanStages {
    /// The stages for a shape that [`Layout::of`] accepts, on a chain of at least [`LIMBS`] data primes, at these scales.
    ///
    /// # Errors
    /// If a choice cannot be met.
    ///
    /// # Panics
    /// If the shape does not fill the slots or the chain is too short.
    pub fn new(
        shape: Shape,
        parameters: &Parameters,
        scales: Scales,
        choices: LeanChoices,
    ) -> Result<Self, ChoiceError> {
        let layout = Layout::of(shape).expect("a width that fills the slots");
        assert!(parameters.max_limbs() >= LIMBS, "{} data primes of {LIMBS}", parameters.max_limbs());
        let mut builder = Builder {
            shape,
            layout,
            parameters,
            stages: Vec::new(),
            ciphertexts: 1,
            limbs: LIMBS,
            scale_bits: INPUT_BITS,
        };
        builder.network(scales.bits().map(f64::from), MaskBits::of(shape.dimension()), choices)?;
        let layout = InputLayout::Windows(shape.dimension());
        let input = InputPacking { layout, limbs: LIMBS, scale_bits: INPUT_BITS };
        let output = OutputPacking {
            layout: OutputLayout::Pairs { stride: CLASS_STRIDE },
            classes: 10,
            limbs: builder.limbs,
            scale_bits: builder.scale_bits,
        };
        Ok(Self { stages: builder.stages, input, output })
    }
}

struct Builder<'a> {
    shape: Shape,
    layout: Layout,
    parameters: &'a Parameters,
    stages: Vec<Stage>,
    ciphertexts: usize,
    limbs: usize,
    scale_bits: f64,
}

impl Builder<'_> {
    fn push(&mut self, name: &str, outputs: usize, drop: usize, scale_out_bits: f64, step: LeanStep) {
        let limbs_out = self.limbs - drop;
        self.stages.push(Stage {
            name: name.to_owned(),
            inputs: self.ciphertexts,
            outputs,
            limbs_in: self.limbs,
            limbs_out,
            scale_in_bits: self.scale_bits,
            scale_out_bits,
            step: Step::Lean(step),
        });
        (self.ciphertexts, self.limbs, self.scale_bits) = (outputs, limbs_out, scale_out_bits);
    }

    fn switch(&self) -> KeySwitch {
        KeySwitch::fewest_digits(Chain::from(self.parameters), self.limbs)
    }

    /// A key switch in so many digits, if that was chosen.
    fn switch_in(&self, digits: Option<usize>) -> Result<KeySwitch, ChoiceError> {
        let Some(digits) = digits else { return Ok(self.switch()) };
        let (limbs, primes) = (self.limbs, self.parameters.primes().len());
        let switch = KeySwitch::with_digits(Chain::from(self.parameters), limbs, digits);
        switch.ok_or(ChoiceError::Digits { digits, limbs, primes })
    }

    fn network(&mut self, squared: [f64; 3], masks: MaskBits, choices: LeanChoices) -> Result<(), ChoiceError> {
        let groups = groups(self.shape, self.layout);
        self.windows(squared[0], choices.windows_digits)?;
        self.squares(0, first_squares(groups, self.layout.pool()));
        if groups == 1 || self.layout.row_taps().len() > 1 {
            let fold = (groups == 1).then(|| rotation(self.layout.channels / 2));
            let versions = Versions { fold, row_taps: self.layout.row_taps().to_vec(), switch: self.switch() };
            let outputs = self.ciphertexts * versions.row_taps.len();
            self.push("pack2", outputs, 0, self.scale_bits + masks.rows, LeanStep::Versions(versions));
        }
        self.convolution(1, squared[1], choices.convolutions[0])?;
        let half = self.ciphertexts / 2;
        self.squares(1, (0..half).map(|h| vec![(Part::Real, h), (Part::Imaginary, h + half)]).collect());
        self.merge(self.scale_bits + masks.merge, choices.merge_digits)?;
        self.convolution(2, squared[2], choices.convolutions[1])?;
        self.squares(2, (0..self.ciphertexts).map(|n| vec![(Part::Real, n)]).collect());
        self.dense(LOGIT_BITS);
        Ok(())
    }

    /// The first convolution: a ciphertext for each value of a pooling window and each group of channels.
    fn windows(&mut self, scale_bits: f64, digits: Option<usize>) -> Result<(), ChoiceError> {
        let (window, channels) = (self.layout.window(), self.layout.channels);
        let reach = i32::try_from(window).expect("at most 16") - 1;
        let transform = Transform {
            map: Map::Windows,
            period: channels,
            turns: Vec::new(),
            babies: (-reach..=reach).map(|rotation| Baby { input: 0, rotation }).collect(),
            baby_basis: BabyBasis::Extended,
            giants: vec![0],
            conjugate: true,
            switch: self.switch_in(digits)?,
            drop: 1,
        };
        let outputs = self.layout.pool() * groups(self.shape, self.layout);
        self.push("conv1", outputs, 1, scale_bits, LeanStep::Transform(transform));
        Ok(())
    }

    fn squares(&mut self, layer: usize, groups: Vec<Vec<(Part, usize)>>) {
        let outputs = groups.len();
        let scale_bits = 2.0 * self.scale_bits - self.prime_bits(self.limbs - 1);
        let step = LeanStep::SquareSums(SquareSums { layer, groups, switch: self.switch(), drop: 1 });
        self.push(&format!("act{}", layer + 1), outputs, 1, scale_bits, step);
    }

    fn convolution(&mut self, layer: usize, scale_bits: f64, choice: ConvolutionChoice) -> Result<(), ChoiceError> {
        let packing = ConvolutionPacking::new(self.shape, layer);
        let (baby_switch, switch) = (self.switch_in(choice.baby_digits)?, self.switch_in(choice.giant_digits)?);
        let taps = self.layout.row_taps();
        // A row of the grid that the convolution reads: as many of grid 1 as a pooling has merged.
        let row = self.layout.row_stride() * (packing.unit / self.layout.channels);
        let steps = choice.steps.unwrap_or_else(|| baby_steps(&packing, taps.len(), &switch));
        if !possible_steps(&packing).contains(&steps) {
            return Err(ChoiceError::Steps { steps, distinct: packing.distinct });
        }
        let (mut turns, mut babies) = (Vec::new(), Vec::new());
        for part in 0..packing.parts.len() {
            for (version, &tap) in taps.iter().enumerate() {
                let (input, by_tap) = (part * taps.len() + version, normalised_rotation(tap * rotation(row)));
                let with_baby = if choice.turned { 0 } else { by_tap };
                let turned = |low: usize| normalised_rotation(with_baby + rotation(low));
                babies.extend((0..steps).map(|low| Baby { input, rotation: turned(low) }));
                turns.extend(choice.turned.then_some(by_tap));
            }
        }
        let columns = (-2..2).flat_map(|column: i32| {
            (0..packing.distinct)
                .step_by(steps)
                .map(move |low| normalised_rotation(column * rotation(packing.unit) + rotation(low)))
        });
        let mut giants: Vec<i32> = columns.collect();
        giants.sort_by_key(|&amount| (amount != 0, amount));
        let transform = Transform {
            map: Map::Convolution(layer),
            period: packing.period,
            turns,
            babies,
            baby_basis: BabyBasis::Data(baby_switch),
            giants,
            conjugate: true,
            switch,
            drop: 1,
        };
        self.push(&format!("conv{}", layer + 1), packing.outputs, 1, scale_bits, LeanStep::Transform(transform));
        Ok(())
    }

    /// Pooling 2, lanes, replicas and row versions, as one map of masks.
    fn merge(&mut self, scale_bits: f64, digits: Option<usize>) -> Result<(), ChoiceError> {
        let layout = self.layout;
        let mut babies = Vec::new();
        for input in 0..self.ciphertexts {
            let side = (self.ciphertexts > 1).then_some(input % 2);
            let turned = |shift: MergeShift| Baby { input, rotation: shift.rotation(layout) };
            babies.extend(MergeShift::all(layout, side).map(turned));
        }
        let transform = Transform {
            map: Map::Merge,
            period: SLOTS,
            turns: Vec::new(),
            babies,
            baby_basis: BabyBasis::Extended,
            giants: vec![0],
            conjugate: false,
            switch: self.switch_in(digits)?,
            drop: 0,
        };
        let outputs = (self.ciphertexts / 2).max(1) * layout.row_taps().len();
        self.push("merge3", outputs, 0, scale_bits, LeanStep::Transform(transform));
        Ok(())
    }

    /// The dense layer on class pairs, then the sum over the slots of a pair.
    fn dense(&mut self, logit_bits: f64) {
        let pairs = SLOTS / CLASS_STRIDE;
        let product_bits = logit_bits + self.prime_bits(self.limbs - 1);
        let transform = Transform {
            map: Map::Dense,
            period: SLOTS,
            turns: Vec::new(),
            babies: (0..self.ciphertexts).map(|input| Baby { input, rotation: 0 }).collect(),
            baby_basis: BabyBasis::Data(self.switch()),
            giants: (0..pairs).map(|pair| normalised_rotation(rotation(pair * CLASS_STRIDE))).collect(),
            conjugate: false,
            switch: self.switch(),
            drop: 0,
        };
        self.push("dense", 1, 0, product_bits, LeanStep::Transform(transform));
        let steps = std::iter::successors(Some(1), |&step| Some(step * SUM_RADIX));
        let sums = SlotSums {
            steps: steps.take_while(|&step| step < CLASS_STRIDE).map(rotation).collect(),
            radix: SUM_RADIX,
            switch: self.switch(),
            drop: 1,
        };
        self.push("pool3", 1, 1, logit_bits, LeanStep::SlotSums(sums));
    }

    fn prime_bits(&self, index: usize) -> f64 {
        f64::from(self.parameters.q()[index]).log2()
    }
}

/// The sums of squares of the first activation: over the values of a pooling window, two groups of channels as real and
/// imaginary part where there are two.
fn first_squares(groups: usize, pool: usize) -> Vec<Vec<(Part, usize)>> {
    let outputs = (groups / 2).max(1);
    let of = |output: usize| {
        let group = move |value: usize, group: usize| value * groups + group;
        (0..pool).flat_map(move |value| {
            let imaginary = (groups > 1).then(|| (Part::Imaginary, group(value, output + groups / 2)));
            [(Part::Real, group(value, output))].into_iter().chain(imaginary)
        })
    };
    (0..outputs).map(|output| of(output).collect()).collect()
}

/// A shift, in rows and columns of grid 1, by which a lane reads the pooling window that its position belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergeShift {
    /// Rows down.
    pub row: i32,
    /// Columns to the right.
    pub column: i32,
}

impl MergeShift {
    /// All shifts that lanes need; those of the lanes of column `side` only, where an input fills but these.
    fn all(layout: Layout, side: Option<usize>) -> impl Iterator<Item = Self> {
        let reach = if layout.pool_rows == 2 { 1 } else { 0 };
        let columns = match side {
            None => -1..=1,
            Some(0) => 0..=1,
            Some(_) => -1..=0,
        };
        (-reach..=reach).flat_map(move |row| columns.clone().map(move |column| Self { row, column }))
    }

    fn rotation(self, layout: Layout) -> i32 {
        self.row * rotation(layout.row_stride()) + self.column * rotation(layout.channels)
    }

    /// The shift that a rotation of the merge takes.
    #[must_use]
    pub fn of(layout: Layout, amount: i32) -> Self {
        let (row_stride, channels) = (rotation(layout.row_stride()), rotation(layout.channels));
        let row = (amount + row_stride / 2).div_euclid(row_stride);
        Self { row, column: (amount - row * row_stride) / channels }
    }
}

fn rotation(slots: usize) -> i32 {
    i32::try_from(slots).expect("a rotation is below the number of slots")
}
