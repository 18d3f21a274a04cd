//! Whether a network's values fit the limbs of a plan, and the scales that suit them.
//!
//! A [`Calibration`] runs rows that stand for all through the plan in plain arithmetic. What must fit are the coefficients of
//! the polynomials whose slots the values are: times the scale they must stay below half the modulus, or the run's result is
//! nonsense. They are a few bits smaller than the largest slot. What is left over is the headroom.
//!
//! Under `hear` and `fast-hear` scales are fixed: a stage without the headroom that is asked for is refused. Under `lean-hear`
//! the scales of what activations square follow what they square:
//!
//! 1. The plan's scales suit values of up to 2^2, as trained networks have them. Where the largest value is more than 2^3.5 or
//!    less than 2^0.5, the scale of that layer is lowered or raised by as many bits, if the noise model then has at least half
//!    a bit less noise in the logits.
//! 2. Scales whose stages lack headroom are lowered bit by bit, down to the least of [`Scales::BITS`].
//! 3. What still lacks headroom is refused, and so are the logits' stages, whose scale is the plan's.

use hear_model::{input::Clip, network::Network};
use hear_scheduler::{Cancel, Executor, RunError};
use num_complex::Complex64;

use super::{
    encode::{NetworkEncodeError, check_shape, in_parallel},
    lean::{
        scales::Scales,
        step::{LeanStep, Map, Transform},
        weights::LeanWeights,
    },
    method::Method,
    noise::{Deviation, Modelled},
    plan::{Linear, LinearLayer, Plan, PlanError, Security, Stage, Step},
    reference::{self, Slots},
};
use crate::ckks::{Encoder, EncoderScratch};

/// log2 of the largest squared value that the plan's scales suit.
const SUITED_BITS: f64 = 2.0;
/// Ranges that are off by less than this many bits, rounded, are no reason for another scale.
const LEAST_SHIFT_BITS: f64 = 2.0;
/// What other scales must gain in the noise of the logits.
const LEAST_GAIN_BITS: f64 = 0.5;
/// Rows on which the noise of two choices is compared.
const NOISE_ROWS: usize = 4;

/// What is to be calibrated, and on what.
#[derive(Clone, Copy, Debug)]
pub struct Calibration<'a> {
    /// The plan at its own scales.
    pub plan: &'a Plan,
    /// The network.
    pub network: &'a Network,
    /// Rows that stand for all; some dozens suffice.
    pub clips: &'a [Clip],
    /// Headroom that every stage is to have.
    pub margin_bits: f64,
}

/// A network's scales and what they leave.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// The plan at the scales that were chosen: what the network is to be encoded for.
    pub plan: Plan,
    /// The stage with the least headroom.
    pub tightest: String,
    /// Its headroom.
    pub headroom_bits: f64,
}

/// A stage whose values do not fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "{stage} lacks {:.1} bits: coefficients reach {largest:.2e}, and {limbs} limb{} at a scale of {scale_bits:.0} bits hold{} up \
     to {most:.2e} with a margin of {margin_bits} bits; {}",
    Self::rounded_up(*.lacking_bits),
    if *.limbs == 1 { "" } else { "s" },
    if *.limbs == 1 { "s" } else { "" },
    self.advice()
)]
pub struct RoomError {
    /// The stage, as the plan calls it.
    pub stage: String,
    /// Bits that it lacks.
    pub lacking_bits: f64,
    /// The largest coefficient that was seen, before the scale.
    pub largest: f64,
    /// Its limbs.
    pub limbs: usize,
    /// log2 of its scale.
    pub scale_bits: f64,
    /// The largest coefficient that would do.
    pub most: f64,
    /// The margin that was asked for.
    pub margin_bits: f64,
    /// What decides the size of its values.
    pub remedy: Remedy,
}

/// What helps a stage whose values do not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Smaller logits: the dense layer's parameters can be divided.
    Logits,
    /// Smaller activations; lean-hear lowers the scale where this method cannot.
    ActivationsOrLean,
    /// Smaller activations: the scale is as low as it can be.
    Activations,
}

impl RoomError {
    /// To a tenth of a bit, so that what is lacking is never called nothing.
    fn rounded_up(bits: f64) -> f64 {
        (10.0 * bits).ceil() / 10.0
    }

    fn advice(&self) -> String {
        match self.remedy {
            Remedy::Logits => format!(
                "divide the weights and biases of the dense layer by 2^{:.0}, which changes no class",
                self.lacking_bits.ceil()
            ),
            Remedy::ActivationsOrLean => {
                "train the network to smaller activations, or use lean-hear, whose scales follow them".to_owned()
            }
            Remedy::Activations => {
                "its scale is as low as it can be; train the network to smaller activations".to_owned()
            }
        }
    }
}

/// Why a network could not be calibrated.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// A stage whose values do not fit.
    #[error(transparent)]
    Room(#[from] RoomError),
    /// A network that the plan does not take, or work that was stopped.
    #[error(transparent)]
    Network(#[from] NetworkEncodeError),
    /// A plan that is at fault.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl From<RunError> for CalibrationError {
    fn from(error: RunError) -> Self {
        Self::Network(error.into())
    }
}

impl Calibration<'_> {
    /// Takes the ranges and chooses the scales. `progress` is called after every row with the number of rows done and their
    /// total.
    ///
    /// # Errors
    /// If a stage's values do not fit at any scale, the network is not the plan's, or the executor was stopped.
    ///
    /// # Panics
    /// If there are no clips, or one does not have 960 values.
    pub fn run(
        &self,
        executor: &dyn Executor,
        cancel: &Cancel,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Calibrated, CalibrationError> {
        assert!(!self.clips.is_empty(), "rows to calibrate on");
        check_shape(self.plan, self.network)?;
        if self.plan.method.completes_squares() {
            LeanWeights::new(self.network).map_err(NetworkEncodeError::from)?;
        }
        let ranges = self.ranges(executor, cancel, progress)?;
        let plan = self.choose(&ranges, executor, cancel)?;
        let (stage, range) = tightest(&plan, &ranges);
        let (tightest, headroom_bits) = (stage.name.clone(), plan.headroom_bits(stage, range.coefficient));
        Ok(Calibrated { plan, tightest, headroom_bits })
    }

    /// The ranges after every stage.
    fn ranges(
        &self,
        executor: &dyn Executor,
        cancel: &Cancel,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Vec<Range>, RunError> {
        let encoder = Encoder::new(self.plan.parameters.log_n);
        let of_row = |row: usize, scratch: &mut EncoderScratch| {
            let after = reference::run(self.plan, self.network, &self.clips[row]);
            let ranges = after.iter().map(|slots| Range::of(slots, &encoder, scratch));
            ranges.collect::<Vec<_>>()
        };
        let rows = in_parallel(executor, cancel, progress, self.clips.len(), || encoder.scratch(), of_row)?;
        let largest = |stage: usize| rows.iter().map(|row| row[stage]).fold(Range::default(), Range::or);
        Ok((0..self.plan.stages.len()).map(largest).collect())
    }

    /// The plan at the scales that suit the ranges.
    fn choose(&self, ranges: &[Range], executor: &dyn Executor, cancel: &Cancel) -> Result<Plan, CalibrationError> {
        let own = self.fitted(self.plan.clone(), ranges);
        let Some(scales) = following(self.plan, ranges) else { return own };
        let (own, other) = match (own, self.fitted(self.plan.with_scales(scales)?, ranges)) {
            (Ok(own), Ok(other)) => (own, other),
            (own, other) => return other.or(own),
        };
        let noise = |plan| self.logit_noise(plan, executor, cancel);
        let gain_bits = (noise(&own)? / noise(&other)?).log2();
        Ok(if gain_bits >= LEAST_GAIN_BITS { other } else { own })
    }

    /// The plan with its scales lowered until everything fits.
    fn fitted(&self, mut plan: Plan, ranges: &[Range]) -> Result<Plan, CalibrationError> {
        loop {
            // Where most is lacking: what helps there is enough elsewhere.
            let (stage, range) = tightest(&plan, ranges);
            let lacking_bits = self.margin_bits - plan.headroom_bits(stage, range.coefficient);
            if lacking_bits <= 0.0 {
                return Ok(plan);
            }
            let lowered = plan.scales().zip(governing_layer(stage)).map(|(scales, layer)| {
                let mut bits = scales.bits();
                bits[layer] -= 1;
                Scales::new(bits)
            });
            match lowered {
                Some(Ok(scales)) => plan = plan.with_scales(scales)?,
                _ => return Err(self.refusal(&plan, stage, range.coefficient, lacking_bits).into()),
            }
        }
    }

    fn refusal(&self, plan: &Plan, stage: &Stage, largest: f64, lacking_bits: f64) -> RoomError {
        let remedy = match (makes_logits(stage), plan.method) {
            (true, _) => Remedy::Logits,
            (false, Method::LeanHear | Method::LeanNgraph) => Remedy::Activations,
            (false, Method::Hear | Method::FastHear | Method::Lola | Method::NgraphHe2) => Remedy::ActivationsOrLean,
        };
        RoomError {
            stage: stage.name.clone(),
            lacking_bits,
            largest,
            limbs: stage.limbs_out,
            scale_bits: stage.scale_out_bits,
            most: (plan.headroom_bits(stage, 1.0) - self.margin_bits).exp2(),
            margin_bits: self.margin_bits,
            remedy,
        }
    }

    /// The standard deviation of the noise in the result that the model has.
    fn logit_noise(&self, plan: &Plan, executor: &dyn Executor, cancel: &Cancel) -> Result<f64, CalibrationError> {
        let parameters = plan.checked_parameters(Security::Waived)?;
        let of_row = |row: usize, (): &mut ()| {
            let clip = &self.clips[row];
            let exact = reference::run(plan, self.network, clip);
            let noisy = reference::run_with(plan, self.network, clip, &mut Modelled::new(&parameters, row as u64));
            let mut deviation = Deviation::default();
            for (noisy, exact) in noisy.last().into_iter().flatten().zip(exact.last().into_iter().flatten()) {
                deviation.add(noisy, exact);
            }
            deviation
        };
        let rows = in_parallel(executor, cancel, &|_, _| {}, self.clips.len().min(NOISE_ROWS), || (), of_row)?;
        Ok(rows.into_iter().sum::<Deviation>().std())
    }
}

/// The largest absolute values after a stage; infinite where one is no number.
#[derive(Clone, Copy, Debug, Default)]
struct Range {
    slot: f64,
    coefficient: f64,
}

impl Range {
    fn of(slots: &Slots, encoder: &Encoder, scratch: &mut EncoderScratch) -> Self {
        let of_ciphertext = |slots: &Vec<Complex64>| Self {
            slot: slots.iter().fold(0.0, |slot, value| larger(slot, value.norm())),
            coefficient: encoder.largest_coefficient(slots, scratch),
        };
        slots.iter().map(of_ciphertext).fold(Self::default(), Self::or)
    }

    /// The larger of two ranges.
    fn or(self, other: Self) -> Self {
        Self { slot: larger(self.slot, other.slot), coefficient: larger(self.coefficient, other.coefficient) }
    }
}

/// The larger of two absolute values, of which none that is no number gets lost.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}

/// The stage with the least headroom.
fn tightest<'p>(plan: &'p Plan, ranges: &[Range]) -> (&'p Stage, Range) {
    let headroom = |&(stage, range): &(&Stage, Range)| plan.headroom_bits(stage, range.coefficient);
    let stages = plan.stages.iter().zip(ranges.iter().copied());
    stages.min_by(|a, b| headroom(a).total_cmp(&headroom(b))).expect("a plan has stages")
}

/// Scales that suit the largest values that are squared, where the plan's do not.
fn following(plan: &Plan, ranges: &[Range]) -> Option<Scales> {
    let own = plan.scales()?;
    let mut bits = own.bits();
    for (stage, range) in plan.stages.iter().zip(ranges) {
        let Some(layer) = convolution(stage) else { continue };
        let shift = (range.slot.log2() - SUITED_BITS).round();
        if shift.abs() >= LEAST_SHIFT_BITS {
            let (least, most) = (f64::from(*Scales::BITS.start()), f64::from(*Scales::BITS.end()));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
            {
                bits[layer] = (f64::from(bits[layer]) - shift).clamp(least, most) as u8;
            }
        }
    }
    Scales::new(bits).ok().filter(|&scales| scales != own)
}

/// The layer whose convolution a stage of `lean-hear` is.
fn convolution(stage: &Stage) -> Option<usize> {
    match &stage.step {
        Step::Lean(LeanStep::Transform(Transform { map: Map::Windows, .. })) => Some(0),
        Step::Lean(LeanStep::Transform(Transform { map: Map::Convolution(layer), .. })) => Some(*layer),
        _ => None,
    }
}

/// The layer whose scale decides at which one a stage's results stand; `None` where that is the plan's.
fn governing_layer(stage: &Stage) -> Option<usize> {
    match &stage.step {
        Step::Lean(LeanStep::SquareSums(sums)) => Some(sums.layer),
        Step::Lean(LeanStep::Versions(_)) => Some(0),
        Step::Lean(LeanStep::Transform(Transform { map: Map::Merge, .. })) => Some(1),
        _ => convolution(stage),
    }
}

/// Whether a stage's results are logits, or sums that become logits.
fn makes_logits(stage: &Stage) -> bool {
    match &stage.step {
        Step::Lean(LeanStep::Transform(Transform { map, .. })) => *map == Map::Dense,
        Step::Lean(step) => matches!(step, LeanStep::SlotSums(_)),
        Step::Linear(Linear { layer, .. }) => *layer == LinearLayer::Dense,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use hear_model::{network::NetworkName, synthetic};
    use hear_scheduler::ForkJoin;

    use super::*;
    use crate::network::plan::PlanRequest;

    fn plan(network: &Network) -> Plan {
        Plan::new(&PlanRequest::new(network.shape(), Method::LeanHear)).unwrap()
    }

    #[test]
    fn the_scales_of_plans_suit_trained_networks() {
        let (executor, cancel, clips) = (ForkJoin::new(2).unwrap(), Cancel::new(), synthetic::test_set().0);
        for name in [NetworkName::OneD64, NetworkName::TwoD64] {
            let network = Network::shipped(name);
            let plan = plan(&network);
            let calibration = Calibration { plan: &plan, network: &network, clips: &clips[..2], margin_bits: 1.0 };
            let noise = |bits| {
                let plan = plan.with_scales(Scales::new(bits).unwrap()).unwrap();
                calibration.logit_noise(&plan, &executor, &cancel).unwrap()
            };
            let own = plan.scales().unwrap().bits();
            let least = noise(own);
            for layer in 0..3 {
                // Bits less cost precision; more give none that is worth another choice.
                for (change, least_ratio) in [(-3, 1.5), (3, (-LEAST_GAIN_BITS).exp2())] {
                    let mut bits = own;
                    bits[layer] = bits[layer].checked_add_signed(change).unwrap();
                    let ratio = noise(bits) / least;
                    eprintln!("{name}, {bits:?}: {ratio}");
                    assert!(ratio > least_ratio, "{name} at {bits:?} has {ratio:.2} times the noise of its plan");
                }
            }
        }
    }
}
