//! A plan: what will be computed on ciphertexts, as data.
//!
//! A plan depends on a network's shape and on what the user chose, never on weights or keys. It is a list of stages, each
//! a loop described by its bounds (ciphertexts, rotations, limbs, scales), not a list of products. Everything else follows
//! from it: the keys that are needed ([`Plan::keys`]), the operations and bytes ([`super::cost`]), the slot vectors of the
//! plaintexts ([`super::weights`]), the result in plain arithmetic ([`super::reference`]), the tasks ([`super::lower`]).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hear_model::network::{INPUT_CHANNELS, Shape};
use serde::{Deserialize, Serialize};

use super::{
    key_switching::{Chain, KeySwitch, KeySwitching},
    lean::{
        layout::Layout,
        plan::{ChoiceError, LeanChoices, LeanStages},
        scales::Scales,
        step::LeanStep,
    },
    lola::{self, step::DotProducts},
    method::{Family, Method, Strategies, Strategy, Switches},
    nodes::{
        plan::NodeStages,
        step::{Form, NodeActivation, NodeStep},
    },
    packing::{
        BLOCK, BLOCKS, Grid, InputLayout, InputPacking, OutputLayout, OutputPacking, SLOTS, Tap, normalised_rotation,
    },
};
use crate::{
    circuits::{
        Levels,
        linear::{CHUNK_INPUTS, TILE_OUTPUTS},
    },
    params::{Parameters, ParametersError, ParametersLiteral},
    ring::Context,
    rlwe::{KeySwitchSpec, KeyTarget, SpecError},
};

/// Version of the plan's format and of the meaning of its fields: part of its hash.
const PLAN_VERSION: u32 = 4;

/// What a user asks for.
#[derive(Clone, Copy, Debug)]
pub struct PlanRequest {
    /// Dimension and width of the network.
    pub shape: Shape,
    /// The method.
    pub method: Method,
    /// A strategy for each convolution.
    pub strategies: Strategies,
    /// Which of the paper's optimisations are on.
    pub switches: Switches,
    /// How the paper's methods switch keys.
    pub key_switching: KeySwitching,
    /// What `lean-hear` leaves open.
    pub lean: LeanChoices,
}

impl PlanRequest {
    /// What a user gets who chooses nothing but a method.
    #[must_use]
    pub fn new(shape: Shape, method: Method) -> Self {
        let (strategies, switches, key_switching, lean) = Default::default();
        Self { shape, method, strategies, switches, key_switching, lean }
    }
}

/// What will be computed. See the [module](self).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    version: u32,
    /// Dimension and width of the network.
    pub shape: Shape,
    /// The method.
    pub method: Method,
    /// A strategy for each convolution.
    pub strategies: Strategies,
    /// Which of the paper's optimisations are on.
    pub switches: Switches,
    /// How the paper's methods switch keys.
    pub key_switching: KeySwitching,
    /// What `lean-hear` leaves open.
    pub lean: LeanChoices,
    /// The ring and the primes.
    pub parameters: ParametersLiteral,
    /// How the client packs a clip.
    pub input: InputPacking,
    /// What the cloud does, in order.
    pub stages: Vec<Stage>,
    /// Where the logits stand in the result.
    pub output: OutputPacking,
}

/// A step on all ciphertexts of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// `conv1`, `act1`, `pool1`, `merge2`, ... as reports name it.
    pub name: String,
    /// Number of ciphertexts it reads.
    pub inputs: usize,
    /// Number of ciphertexts it makes.
    pub outputs: usize,
    /// Limbs of the ciphertexts it reads.
    pub limbs_in: usize,
    /// Limbs of the ciphertexts it makes.
    pub limbs_out: usize,
    /// log2 of the scale of what it reads.
    pub scale_in_bits: f64,
    /// log2 of the scale of what it makes.
    pub scale_out_bits: f64,
    /// What it does.
    pub step: Step,
}

/// The kinds of stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// `x <- x + rotate(x, amount)`, one amount after the other: fills all blocks with copies of the first two.
    Replicate {
        /// Rotations, in order.
        rotations: Vec<i32>,
    },
    /// A convolution or the dense layer.
    Linear(Linear),
    /// `a x^2 + b x + c` with a, b, c a channel's: batch norm, bias, the quadratic and the following pooling's scale.
    Activation(Activation),
    /// `x <- x + rotate(x, amount)`, one amount after the other: sums a pooling window.
    Pool {
        /// Rotations, in order.
        rotations: Vec<i32>,
    },
    /// Masks the valid positions and interlaces up to `lanes` ciphertexts into one.
    Merge(Merge),
    /// Sums the lanes of a merged convolution back into lane 0.
    Fold {
        /// `x <- x + rotate(x, amount)` one after the other, or all amounts on the same x (`recursive_fold` off).
        rotations: Vec<i32>,
    },
    /// A step of `lean-hear`.
    Lean(LeanStep),
    /// A dot product a node, of `lola`.
    Dots(DotProducts),
    /// A step on ciphertexts that are nodes: of `ngraph-he2` or `lean-ngraph`.
    Nodes(NodeStep),
}

/// Which weights a linear stage multiplies by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinearLayer {
    /// Convolution 0, 1 or 2.
    Convolution(usize),
    /// The dense layer.
    Dense,
}

/// `out_j = sum over giants g of rotate(sum over inputs i, babies b of w[j, g, i, b] * rotate(in_i, b), g)`, then rescale:
/// the paper's equations 8 to 10, which differ in what is a baby and what a giant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// The weights.
    pub layer: LinearLayer,
    /// Block b of an output takes input channels from block b + shift, for shift in 0..block_shifts.
    pub block_shifts: usize,
    /// The kernel's elements; the dense layer has the centre only.
    pub taps: Vec<Tap>,
    /// Valid positions of the outputs (equal to the inputs': the stride is 1).
    pub grid: Grid,
    /// Slot offset of every lane of an input; only lane 0 without interlacing.
    pub lane_offsets: Vec<usize>,
    /// Ciphertexts of the layer before that were interlaced: lane l of input i was ciphertext `i * lanes + l` of them.
    pub sources: usize,
    /// Which rotations act on the input.
    pub strategy: Strategy,
    /// Whether an input is what one element of the kernel reads of one channel, in all blocks: element by element, there channel
    /// by channel.
    pub per_tap: bool,
}

/// A pair of indices that one product of a [`Linear`] stage serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Index into `0..block_shifts`.
    pub block_shift: usize,
    /// Index into [`Linear::taps`].
    pub tap: usize,
}

/// An activation's constants.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activation {
    /// 0, 1 or 2.
    pub layer: usize,
    /// Valid positions.
    pub grid: Grid,
    /// Whether a, b, c are zero outside the valid positions, so that what a global pooling reads there is zero.
    pub masked: bool,
    /// The values are divided by this, so that the pooling that follows only sums.
    pub pooled_positions: usize,
}

/// See [`Plan::activation_scales`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivationScales {
    /// Scale of the plaintext a.
    pub factor: f64,
    /// Scale of a x + b.
    pub middle: f64,
}

/// Interlacing of punctured ciphertexts (the paper's preprocessing).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// Valid positions of each input.
    pub grid: Grid,
    /// Where lane l goes: `lane_offsets[l]` slots to the right.
    pub lane_offsets: Vec<usize>,
}

/// Whether parameters below 128 bits of security are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// They are.
    Required,
    /// They are not: for experiments on data that need no protection.
    Waived,
}

/// A network or a choice that this engine cannot pack.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The width does not fill ciphertexts.
    #[error(
        "a first layer of {width} channels does not pack: a ciphertext holds {BLOCKS} channels, so the width must be a \
         multiple of {BLOCKS} of at most {most}"
    )]
    Width {
        /// The network's first width.
        width: usize,
        /// The widest that is accepted.
        most: usize,
    },
    /// The width does not fill the slots of `lean-hear`.
    #[error(
        "a {shape} network does not pack under lean-hear: its channels fill the slots for first layers of {widths:?} \
         channels only; use fast-hear"
    )]
    LeanWidth {
        /// The network's shape.
        shape: Shape,
        /// The widths that do.
        widths: &'static [usize],
    },
    /// A choice of scales that only `lean-hear` has.
    #[error("the scales of {method} are fixed: a network can choose them under lean-hear only")]
    FixedScales {
        /// The method.
        method: Method,
    },
    /// A choice that only other methods have.
    #[error("{choice} is nothing that {method} leaves to choose")]
    Choice {
        /// The method.
        method: Method,
        /// What was chosen.
        choice: String,
    },
    /// A choice that only `lean-hear` has.
    #[error("digits and numbers of rotations are chosen for lean-hear alone, not for {method}")]
    PaperChoice {
        /// The method.
        method: Method,
    },
    /// A choice for `lean-hear` that cannot be met.
    #[error(transparent)]
    LeanChoice(#[from] ChoiceError),
    /// The parameter set has another ring or too few primes.
    #[error(
        "parameter set '{name}' has log_n {log_n} and {limbs} data primes: this plan needs log_n {need_log_n} and {need_limbs}"
    )]
    Parameters {
        /// The set's name.
        name: String,
        /// Its ring.
        log_n: u32,
        /// Its number of data primes.
        limbs: usize,
        /// The ring that the packing needs.
        need_log_n: u32,
        /// The number of primes that the levels need.
        need_limbs: usize,
    },
    /// Parameters that are malformed, or too weak.
    #[error(transparent)]
    UnusableParameters(#[from] ParametersError),
    /// A stored plan that was made by another version or altered.
    #[error("the stored plan is not one that this version makes: {reason}")]
    Stored {
        /// What differs.
        reason: String,
    },
}

/// log2 of the scales at which the stages' results stand, apart from what the levels themselves fix.
///
/// A scale of 30 bits and more than that where there are limbs to hold it: rotations add noise of a fixed size, so a
/// larger scale makes it relatively smaller, but the plaintexts then have fewer bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct PaperScaleBits {
    pub(super) input: f64,
    pub(super) convolution: f64,
    pub(super) activation: f64,
    pub(super) merge: f64,
    /// After the last activation, at two limbs: rotations want it large, the dense layer's weights, which get what is left
    /// up to `logits` + 30 bits, want it small.
    pub(super) last_activation: f64,
    pub(super) logits: f64,
}

pub(super) const PAPER_SCALES: PaperScaleBits = PaperScaleBits {
    input: 34.0,
    convolution: 33.0,
    activation: 33.0,
    merge: 33.0,
    last_activation: 29.0,
    logits: 21.0,
};

/// Convolutions of a network, each with an activation and a pooling.
pub(super) const LAYERS: usize = 3;

/// The widest first layer: its third convolution's 4f channels are 64 ciphertexts.
const WIDEST: usize = 256;

impl Plan {
    /// The plan for a request, with the method's own parameter set.
    ///
    /// # Errors
    /// If the width does not pack.
    pub fn new(request: &PlanRequest) -> Result<Self, PlanError> {
        let parameters = ParametersLiteral::by_name(request.method.parameters())?.check()?;
        Self::with_parameters(request, &parameters)
    }

    /// The plan for a request on a given ring and chain of primes.
    ///
    /// # Errors
    /// If the width does not pack, or the chain has too few primes, too many special ones, or another ring.
    pub fn with_parameters(request: &PlanRequest, parameters: &Parameters) -> Result<Self, PlanError> {
        let PlanRequest { shape, method, strategies, switches, key_switching, lean } = *request;
        check_width(shape, method)?;
        check_choices(request)?;
        let limbs = parameters.max_limbs();
        let need_limbs = method.levels() + 1;
        // Nodes have a slot a clip, so that any number of slots will do.
        let fits = parameters.slots() == SLOTS || method.family() == Family::Nodes;
        if !fits || limbs < need_limbs {
            return Err(PlanError::Parameters {
                name: parameters.name().to_owned(),
                log_n: parameters.log_n(),
                limbs,
                need_log_n: SLOTS.trailing_zeros() + 1,
                need_limbs,
            });
        }
        let scales = Scales::of(shape.dimension());
        let (stages, input, output) = match method {
            Method::Hear | Method::FastHear => paper_stages(request, limbs),
            Method::Lola => lola::plan::stages(shape, limbs),
            Method::LeanHear => {
                let LeanStages { stages, input, output } = LeanStages::new(shape, parameters, scales, lean)?;
                (stages, input, output)
            }
            Method::NgraphHe2 | Method::LeanNgraph => {
                let NodeStages { stages, input, output } = match method {
                    Method::NgraphHe2 => NodeStages::of_paper(shape, parameters),
                    _ => NodeStages::of_lean(shape, parameters, scales),
                };
                (stages, input, output)
            }
        };
        let parameters = parameters.literal();
        Ok(Self {
            version: PLAN_VERSION,
            shape,
            method,
            strategies,
            switches,
            key_switching,
            lean,
            parameters,
            input,
            stages,
            output,
        })
    }

    /// The same plan with its stages at the scales that a network chose: for its plaintexts, for what stands between input
    /// and logits, and for the noise there. Keys, ciphertexts and results belong to the plan without choices, whose hash
    /// they carry; the hash of this one binds nothing, and a file with it is refused.
    ///
    /// # Errors
    /// If the method's scales are fixed.
    pub fn with_scales(&self, scales: Scales) -> Result<Self, PlanError> {
        let parameters = self.checked_parameters(Security::Waived)?;
        let stages = match self.method {
            Method::LeanHear => LeanStages::new(self.shape, &parameters, scales, self.lean)?.stages,
            Method::LeanNgraph => NodeStages::of_lean(self.shape, &parameters, scales).stages,
            method @ (Method::Hear | Method::FastHear | Method::Lola | Method::NgraphHe2) => {
                return Err(PlanError::FixedScales { method });
            }
        };
        Ok(Self { stages, ..self.clone() })
    }

    /// The scales that a network can choose; `None` where all are fixed.
    #[must_use]
    pub fn scales(&self) -> Option<Scales> {
        if !self.method.completes_squares() {
            return None;
        }
        let bits = |name: &str| self.stage(name).map(|stage| stage.scale_out_bits);
        let [Some(first), Some(second), Some(third)] = ["conv1", "conv2", "conv3"].map(bits) else { return None };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a byte became this number")]
        Scales::new([first, second, third].map(|bits| bits as u8)).ok()
    }

    /// log2 of what the limbs of a stage's results hold, half their modulus divided by the scale, over their largest
    /// coefficient. No coefficient exceeds the largest slot: where this is positive for that, values fit for certain.
    #[must_use]
    pub fn headroom_bits(&self, stage: &Stage, largest: f64) -> f64 {
        let modulus_bits: f64 = (0..stage.limbs_out).map(|index| self.prime(index).log2()).sum();
        modulus_bits - 1.0 - stage.scale_out_bits - largest.log2()
    }

    /// The checked parameters of the plan.
    ///
    /// # Errors
    /// If they are below 128 bits of security and that is not waived.
    pub fn checked_parameters(&self, security: Security) -> Result<Parameters, PlanError> {
        let literal = self.parameters.clone();
        Ok(match security {
            Security::Required => Parameters::new(literal)?,
            Security::Waived => Parameters::new_insecure(literal)?,
        })
    }

    /// Checks that a plan read from a file is exactly the plan that this version makes for the same request, so that
    /// nothing in a file can ask for something that was never checked.
    fn verify(&self, security: Security) -> Result<(), PlanError> {
        if self.version != PLAN_VERSION {
            let reason = format!("its version is {}, this one's is {PLAN_VERSION}", self.version);
            return Err(PlanError::Stored { reason });
        }
        let request = PlanRequest {
            shape: self.shape,
            method: self.method,
            strategies: self.strategies,
            switches: self.switches,
            key_switching: self.key_switching,
            lean: self.lean,
        };
        let remade = Self::with_parameters(&request, &self.checked_parameters(security)?)?;
        if &remade != self {
            return Err(PlanError::Stored { reason: "its stages differ from those of the same request".to_owned() });
        }
        Ok(())
    }

    /// BLAKE3 of the plan: what keys, ciphertexts and results are bound to.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        *blake3::hash(&self.to_bytes()).as_bytes()
    }

    /// BLAKE3 of the part of the plan that a client needs: parameters and packing of the input.
    #[must_use]
    pub fn packing_hash(&self) -> [u8; 32] {
        let bytes = postcard::to_stdvec(&(&self.parameters, &self.input)).expect("plain data always serialises");
        *blake3::hash(&bytes).as_bytes()
    }

    /// The plan as files carry it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("plain data always serialises")
    }

    /// A plan read from a file, verified.
    ///
    /// # Errors
    /// If the bytes are no plan, or one that this version does not make.
    pub fn from_bytes(bytes: &[u8], security: Security) -> Result<Self, PlanError> {
        let plan: Self =
            postcard::from_bytes(bytes).map_err(|error| PlanError::Stored { reason: error.to_string() })?;
        plan.verify(security)?;
        Ok(plan)
    }

    /// What was chosen: the strategies, or what `lean-hear` leaves open.
    #[must_use]
    pub fn chosen(&self) -> String {
        match self.method {
            Method::LeanHear => self.lean.to_string(),
            Method::Hear | Method::FastHear => self.strategies.to_string(),
            Method::Lola | Method::NgraphHe2 | Method::LeanNgraph => "own".to_owned(),
        }
    }

    /// How many primes there are.
    #[must_use]
    pub fn chain(&self) -> Chain {
        Chain::from(&self.parameters)
    }

    /// The key switch of ciphertexts of `limbs` limbs. (A stage of `lean-hear` has its own.)
    #[must_use]
    pub fn key_switch(&self, limbs: usize) -> KeySwitch {
        self.key_switching().at(self.chain(), limbs)
    }

    /// How keys are switched: `lean-ngraph` leaves no choice.
    pub(super) fn key_switching(&self) -> KeySwitching {
        if self.method.completes_squares() { KeySwitching::Hybrid } else { self.key_switching }
    }

    /// Whether the sums that a linear stage rotates by `giants` are added in the extended basis, before the one division
    /// of each output.
    #[must_use]
    pub fn sums_rotations_extended(&self, giants: &[i32]) -> bool {
        let Switches { hoisting, lazy_rescaling, .. } = self.switches;
        self.key_switching == KeySwitching::Hybrid && hoisting && lazy_rescaling && giants.len() > 1
    }

    /// The stage of that name.
    #[must_use]
    pub fn stage(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name == name)
    }

    /// Limbs at which the plaintexts of a stage's operands at `limbs` are encoded.
    #[must_use]
    pub fn plaintext_limbs(&self, limbs: usize) -> usize {
        if self.switches.level_aware_encoding { limbs } else { self.input.limbs }
    }

    /// The scale of a plaintext by which a stage multiplies once before it drops its primes.
    #[must_use]
    pub fn factor_scale(&self, stage: &Stage) -> f64 {
        let dropped: f64 = (stage.limbs_out..stage.limbs_in).map(|index| self.prime(index)).product();
        (stage.scale_out_bits - stage.scale_in_bits).exp2() * dropped
    }

    /// The scales inside an activation, x (a x + b) + c: that of a, and that of a x + b after its rescale.
    #[must_use]
    pub fn activation_scales(&self, stage: &Stage) -> ActivationScales {
        let ratio = (stage.scale_out_bits - stage.scale_in_bits).exp2();
        let middle = ratio * self.prime(stage.limbs_in - 2);
        ActivationScales { factor: middle * self.prime(stage.limbs_in - 1) / stage.scale_in_bits.exp2(), middle }
    }

    /// Data prime q_i.
    pub(super) fn prime(&self, index: usize) -> f64 {
        f64::from(self.parameters.q[index])
    }

    /// Inputs whose products are added before a reduction, and outputs that share a pass: one and one where every
    /// product is rescaled on its own.
    #[must_use]
    pub fn tile(&self) -> (usize, usize) {
        if self.switches.lazy_rescaling { (CHUNK_INPUTS, TILE_OUTPUTS) } else { (1, 1) }
    }

    /// The tables of every method but `lean-hear`.
    ///
    /// # Errors
    /// If no switching key can have the shape that the plan asks for, which no plan made here does.
    pub fn levels(&self, context: &Arc<Context>) -> Result<Levels, SpecError> {
        let key_switch = |limbs| self.key_switch(limbs).key(KeyTarget::Relinearize);
        Levels::new(context, self.input.limbs, key_switch)
    }

    /// The switching keys that the plan needs, each once.
    #[must_use]
    pub fn keys(&self) -> Vec<KeySwitchSpec> {
        let lean = self.stages.iter().filter_map(|stage| match &stage.step {
            Step::Lean(step) => Some(step.keys()),
            _ => None,
        });
        let keys: BTreeSet<_> = lean.flatten().chain(self.key_uses().into_values()).collect();
        keys.into_iter().collect()
    }

    /// The switching keys that a stage needs, each once.
    #[must_use]
    pub fn stage_keys(&self, stage: &Stage) -> Vec<KeySwitchSpec> {
        let keys: BTreeSet<_> = match &stage.step {
            Step::Lean(step) => step.keys().into_iter().collect(),
            _ => {
                let specs = self.key_uses();
                stage.key_uses(&self.switches).into_iter().map(|of| specs[&of].clone()).collect()
            }
        };
        keys.into_iter().collect()
    }

    /// The key switches of the paper's methods: what for and at how many limbs, with the key that does it. With
    /// [`KeySwitching::Paper`] that is the one made for the highest level at which the target is used, else one of the
    /// level's own.
    #[must_use]
    pub fn key_uses(&self) -> BTreeMap<(KeyTarget, usize), KeySwitchSpec> {
        let uses: BTreeSet<_> = self.stages.iter().flat_map(|stage| stage.key_uses(&self.switches)).collect();
        // Sorted by target, then limbs: the last one of a target is its highest level.
        let highest: BTreeMap<KeyTarget, usize> = uses.iter().copied().collect();
        let spec = |(target, limbs): (KeyTarget, usize)| {
            let level = match self.key_switching() {
                KeySwitching::Paper => highest[&target],
                KeySwitching::Hybrid => limbs,
            };
            ((target, limbs), self.key_switch(level).key(target))
        };
        uses.into_iter().map(spec).collect()
    }
}

/// Checks that a network's channels pack under a method.
fn check_width(shape: Shape, method: Method) -> Result<(), PlanError> {
    let width = shape.width();
    match method {
        Method::LeanHear if Layout::of(shape).is_none() => {
            Err(PlanError::LeanWidth { shape, widths: Layout::widths(shape.dimension()) })
        }
        Method::Hear | Method::FastHear | Method::Lola if !width.is_multiple_of(BLOCKS) || width > WIDEST => {
            Err(PlanError::Width { width, most: WIDEST })
        }
        _ => Ok(()),
    }
}

/// Checks that nothing was chosen that the method does not have.
fn check_choices(request: &PlanRequest) -> Result<(), PlanError> {
    let PlanRequest { method, strategies, switches, key_switching, lean, .. } = *request;
    if method != Method::LeanHear && lean != LeanChoices::default() {
        return Err(PlanError::PaperChoice { method });
    }
    let has_strategies = matches!(method, Method::Hear | Method::FastHear);
    let choice = if let Some(name) = switches.disabled().into_iter().find(|name| !method.switches().contains(name)) {
        format!("switching off {name}")
    } else if !has_strategies && strategies != Strategies::default() {
        format!("the strategy {strategies}")
    } else if method.completes_squares() && key_switching != KeySwitching::default() {
        format!("{key_switching} key switching")
    } else {
        return Ok(());
    };
    Err(PlanError::Choice { method, choice })
}

/// The stages of one of the paper's methods on a chain of so many limbs, and the packings of input and output.
fn paper_stages(request: &PlanRequest, limbs: usize) -> (Vec<Stage>, InputPacking, OutputPacking) {
    let grid = Grid::input(request.shape.dimension());
    let layout = InputLayout::Blocks { grid, interlaced: request.switches.interlaced_input };
    let input = InputPacking { layout, limbs, scale_bits: PAPER_SCALES.input };
    let mut builder = Builder::new(input);
    builder.network(request.shape, request.method, request.strategies, request.switches, grid);
    let layout = OutputLayout::Real { stride: BLOCK };
    let output = OutputPacking { layout, classes: 10, limbs: builder.limbs, scale_bits: builder.scale_bits };
    (builder.stages, input, output)
}

/// Walks the network, keeping track of what the next stage reads.
pub(super) struct Builder {
    pub(super) stages: Vec<Stage>,
    pub(super) ciphertexts: usize,
    pub(super) limbs: usize,
    pub(super) scale_bits: f64,
}

impl Builder {
    /// Before the first stage.
    pub(super) fn new(input: InputPacking) -> Self {
        let InputPacking { limbs, scale_bits, .. } = input;
        Self { stages: Vec::new(), ciphertexts: input.ciphertexts(), limbs, scale_bits }
    }

    pub(super) fn push(&mut self, name: String, outputs: usize, levels: usize, scale_out_bits: f64, step: Step) {
        let limbs_out = self.limbs - levels;
        self.stages.push(Stage {
            name,
            inputs: self.ciphertexts,
            outputs,
            limbs_in: self.limbs,
            limbs_out,
            scale_in_bits: self.scale_bits,
            scale_out_bits,
            step,
        });
        (self.ciphertexts, self.limbs, self.scale_bits) = (outputs, limbs_out, scale_out_bits);
    }

    fn network(&mut self, shape: Shape, method: Method, strategies: Strategies, switches: Switches, input: Grid) {
        if !switches.interlaced_input {
            let copies = BLOCKS / INPUT_CHANNELS;
            // A rotation to the right by 2, 4, 8 blocks, that is, to the left by the rest.
            let rotations =
                (0..copies.trailing_zeros()).map(|bit| rotation(-1, (BLOCK * INPUT_CHANNELS) << bit)).collect();
            self.push("replicate".to_owned(), 1, 0, self.scale_bits, Step::Replicate { rotations });
        }
        let mut grid = input;
        for (layer, strategy) in strategies.0.into_iter().enumerate() {
            let number = layer + 1;
            let mut lane_offsets = vec![0];
            let mut lane_steps = Vec::new();
            let sources = self.ciphertexts;
            if method == Method::FastHear && layer > 0 {
                lane_steps = grid.lane_steps(input);
                // Fewer ciphertexts than lanes fill the first lanes only.
                lane_steps.truncate(sources.next_power_of_two().trailing_zeros() as usize);
                lane_offsets = (0..1_usize << lane_steps.len())
                    .map(|lane| lane_steps.iter().enumerate().map(|(bit, step)| (lane >> bit & 1) * step).sum())
                    .collect();
                let merged = sources.div_ceil(lane_offsets.len());
                let merge = Merge { grid, lane_offsets: lane_offsets.clone() };
                self.push(format!("merge{number}"), merged, 1, PAPER_SCALES.merge, Step::Merge(merge));
            }
            let block_shifts = if layer == 0 { INPUT_CHANNELS } else { BLOCKS };
            let linear = Linear {
                layer: LinearLayer::Convolution(layer),
                block_shifts,
                taps: grid.taps(),
                grid,
                lane_offsets: lane_offsets.clone(),
                sources,
                strategy,
                per_tap: false,
            };
            let outputs = (shape.width() << layer) / BLOCKS;
            self.push(format!("conv{number}"), outputs, 1, PAPER_SCALES.convolution, Step::Linear(linear));
            if lane_offsets.len() > 1 {
                let rotations = if switches.recursive_fold {
                    lane_steps.iter().map(|&step| rotation(1, step)).collect()
                } else {
                    lane_offsets[1..].iter().map(|&offset| rotation(1, offset)).collect()
                };
                self.push(format!("fold{number}"), outputs, 0, PAPER_SCALES.convolution, Step::Fold { rotations });
            }
            grid = self.activate_and_pool(layer, grid);
        }
        let dense = Linear {
            layer: LinearLayer::Dense,
            block_shifts: BLOCKS,
            taps: vec![Tap { row: 0, column: 0 }],
            grid,
            lane_offsets: vec![0],
            sources: self.ciphertexts,
            strategy: Strategy::Baby,
            per_tap: false,
        };
        self.push("dense".to_owned(), 1, 1, PAPER_SCALES.logits, Step::Linear(dense));
    }

    /// The activation and the pooling of a layer: of windows, and after the last layer of all positions. Returns the positions
    /// that are left.
    pub(super) fn activate_and_pool(&mut self, layer: usize, grid: Grid) -> Grid {
        let (number, outputs) = (layer + 1, self.ciphertexts);
        let last = number == LAYERS;
        let (steps, pooled_positions) = if last {
            (grid.global_steps(), grid.positions())
        } else {
            (grid.window_steps(), if grid.is_flat() { 2 } else { 4 })
        };
        let activation = Activation { layer, grid, masked: last, pooled_positions };
        let scale_bits = if last { PAPER_SCALES.last_activation } else { PAPER_SCALES.activation };
        self.push(format!("act{number}"), outputs, 2, scale_bits, Step::Activation(activation));
        let rotations = steps.into_iter().map(|step| rotation(1, step)).collect();
        self.push(format!("pool{number}"), outputs, 0, scale_bits, Step::Pool { rotations });
        if last { grid } else { grid.pooled() }
    }
}

/// A rotation by `sign * steps` slots to the left.
fn rotation(sign: i32, steps: usize) -> i32 {
    normalised_rotation(sign * i32::try_from(steps).expect("a rotation is below the number of slots"))
}

impl Linear {
    /// Rotations of an input, in the order of the products; 0 where none is needed.
    #[must_use]
    pub fn babies(&self) -> Vec<i32> {
        match self.strategy {
            Strategy::Full => self
                .shift_rotations()
                .iter()
                .flat_map(|shift| self.tap_rotations().into_iter().map(move |tap| normalised_rotation(shift + tap)))
                .collect(),
            Strategy::Baby => self.tap_rotations(),
            Strategy::Giant => self.shift_rotations(),
        }
    }

    /// Rotations of the sums of products.
    #[must_use]
    pub fn giants(&self) -> Vec<i32> {
        match self.strategy {
            Strategy::Full => vec![0],
            Strategy::Baby => self.shift_rotations(),
            Strategy::Giant => self.tap_rotations(),
        }
    }

    /// What the product of a giant's and a baby's rotation serves, by their indices.
    #[must_use]
    pub fn term(&self, giant: usize, baby: usize) -> Term {
        match self.strategy {
            Strategy::Full => Term { block_shift: baby / self.taps.len(), tap: baby % self.taps.len() },
            Strategy::Baby => Term { block_shift: giant, tap: baby },
            Strategy::Giant => Term { block_shift: baby, tap: giant },
        }
    }

    fn shift_rotations(&self) -> Vec<i32> {
        (0..self.block_shifts).map(|shift| rotation(1, shift * BLOCK)).collect()
    }

    fn tap_rotations(&self) -> Vec<i32> {
        self.taps.iter().map(|&tap| normalised_rotation(self.grid.tap_rotation(tap))).collect()
    }
}

impl Merge {
    /// Rotations that bring a ciphertext into its lane.
    #[must_use]
    pub fn rotations(&self) -> Vec<i32> {
        self.lane_offsets.iter().map(|&offset| rotation(-1, offset)).collect()
    }
}

impl Stage {
    /// The key switches of a stage, each kind once: what for, and at how many limbs.
    #[must_use]
    pub fn key_uses(&self, switches: &Switches) -> Vec<(KeyTarget, usize)> {
        let product = if switches.lazy_rescaling { self.limbs_in } else { self.limbs_out };
        let rotate = |amounts: &[i32], limbs: usize| {
            amounts.iter().filter(|&&amount| amount != 0).map(|&amount| (KeyTarget::Rotate(amount), limbs)).collect()
        };
        match &self.step {
            Step::Replicate { rotations } | Step::Pool { rotations } | Step::Fold { rotations } => {
                rotate(rotations, self.limbs_in)
            }
            Step::Linear(linear) => {
                let mut uses: Vec<_> = rotate(&linear.babies(), self.limbs_in);
                uses.extend(rotate(&linear.giants(), product));
                uses
            }
            Step::Activation(_) => vec![(KeyTarget::Relinearize, self.limbs_in - 1)],
            Step::Dots(dots) => rotate(&dots.rotations, dots.rotated_limbs(self)),
            Step::Merge(merge) => rotate(&merge.rotations(), product),
            Step::Nodes(NodeStep::Activation(NodeActivation { form: Form::Quadratic, .. })) => {
                vec![(KeyTarget::Relinearize, self.limbs_in - 1)]
            }
            Step::Nodes(NodeStep::Activation(NodeActivation { form: Form::Square, .. })) => {
                vec![(KeyTarget::Relinearize, self.limbs_in)]
            }
            Step::Lean(_) | Step::Nodes(NodeStep::Convolution(_)) => Vec::new(),
        }
    }
}
