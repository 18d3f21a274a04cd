//! The slot vectors of a lean plan's plaintexts.

use hear_model::network::{CLASS_COUNT, Layer, Network};
use num_complex::Complex64;

use super::{
    layout::{Layout, POOL_COLUMNS},
    plan::{ConvolutionPacking, MergeShift, PartSource},
    step::{Baby, Map, SquareSums, Transform, Versions},
};
use crate::network::packing::{SLOTS, left};

/// Leading coefficients of quadratics below this in absolute value are refused: completing the square divides by them, so
/// that the value squared would grow beyond its limbs.
pub const LEAST_LEADING_COEFFICIENT: f64 = 1.0 / 1024.0;

/// A network that has no completed squares.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "layer {layer}'s activation has the leading coefficient {alpha:e}: lean-hear completes the square and divides by its \
     root, so it needs at least {LEAST_LEADING_COEFFICIENT:.5} in absolute value; use fast-hear, or train with a larger one"
)]
pub struct LeadingCoefficientError {
    /// The layer, counted from 1.
    pub layer: usize,
    /// Its leading coefficient.
    pub alpha: f64,
}

/// A convolution with batch norm, bias and completed square folded in: act(x) = sign (conv(x) + bias)^2 + rest.
#[derive(Clone, Debug)]
struct Folded {
    /// A factor for each output channel's weights.
    gain: Vec<f64>,
    bias: Vec<f64>,
    sign: f64,
    rest: f64,
}

/// Folds layer `number`, counted from 1.
fn fold(layer: &Layer, number: usize) -> Result<Folded, LeadingCoefficientError> {
    let (alpha, beta, gamma) = (layer.activation.alpha, layer.activation.beta, layer.activation.c);
    if alpha.abs() < LEAST_LEADING_COEFFICIENT {
        return Err(LeadingCoefficientError { layer: number, alpha });
    }
    let root = alpha.abs().sqrt();
    let channels = layer.convolution.out_channels;
    let affine = |channel| layer.batch_norm.scale_and_shift(channel);
    let bias = |channel| {
        let (scale, shift) = affine(channel);
        root * (scale * layer.convolution.bias[channel] + shift + beta / (2.0 * alpha))
    };
    Ok(Folded {
        gain: (0..channels).map(|channel| affine(channel).0 * root).collect(),
        bias: (0..channels).map(bias).collect(),
        sign: alpha.signum(),
        rest: gamma - beta * beta / (4.0 * alpha),
    })
}

/// The slot vectors of one network's plaintexts.
#[derive(Clone, Debug)]
pub struct LeanWeights<'a> {
    network: &'a Network,
    layout: Layout,
    layers: [Folded; 3],
}

impl<'a> LeanWeights<'a> {
    /// Folds a network.
    ///
    /// # Errors
    /// If a quadratic's leading coefficient is too small.
    pub fn new(network: &'a Network) -> Result<Self, LeadingCoefficientError> {
        let [first, second, third] = network.layers();
        let layers = [fold(first, 1)?, fold(second, 2)?, fold(third, 3)?];
        let layout = Layout::new(network.shape().dimension());
        Ok(Self { network, layout, layers })
    }

    /// The weight of convolution `layer` from channel `input` to channel `output` at a tap, with what the layer before
    /// leaves to it: the sign of its square and the divisor of its pooling. Taps count row by row.
    pub(in crate::network) fn weight(&self, layer: usize, output: usize, input: usize, tap: usize) -> f64 {
        let before = match layer {
            0 => 1.0,
            _ => self.layers[layer - 1].sign / self.layout.pool() as f64,
        };
        self.network.layers()[layer].convolution.kernel(output, input)[tap] * self.layers[layer].gain[output] * before
    }

    /// One plaintext of a transform, a period of it, already rotated against the giant's rotation that follows; `None` if
    /// the sum has no such term. `sum` is `giant * outputs + output`.
    #[must_use]
    pub fn factor(&self, transform: &Transform, outputs: usize, sum: usize, baby: usize) -> Option<Vec<Complex64>> {
        let (giant, output) = (transform.giants[sum / outputs], sum % outputs);
        if !transform.uses(outputs, output, baby) {
            return None;
        }
        Some(match transform.map {
            Map::Windows => self.window_weights(transform, output, baby),
            Map::Convolution(layer) => self.convolution_weights(transform, layer, output, giant, baby),
            Map::Merge => self.merge_mask(transform, output, baby),
            Map::Dense => self.dense_weights(giant, baby),
        })
    }

    /// Convolution 1: output (p, q, g) is value (p, q) of each pooling window, channels of group g.
    fn window_weights(&self, transform: &Transform, output: usize, baby: usize) -> Vec<Complex64> {
        let layout = self.layout;
        let (channels, window) = (layout.channels.cast_signed(), layout.window().cast_signed());
        let groups = self.network.shape().width() / layout.channels;
        let (value, group) = (output / groups, output % groups);
        let (p, q) = ((value / 2).cast_signed(), (value % 2).cast_signed());
        let reach = if layout.pool_rows == 2 { 1 } else { 0 };
        let rotation = transform.babies[baby].rotation as isize;
        let weight = |channel: isize| {
            let source = channel + rotation;
            // A negative rotation serves only where the positive one with the same input would leave the position.
            let inside = 0 <= source && source < channels && (rotation >= 0 || source + window >= channels);
            let (row, column) = layout.window_offset(source.rem_euclid(window).cast_unsigned());
            let (row, column) = (row - p, column - q);
            if !inside || row.abs() > reach || column.abs() > 1 {
                return Complex64::ZERO;
            }
            let (row, column) = ((row + reach).cast_unsigned(), (column + 1).cast_unsigned());
            let output = channel.cast_unsigned() + group * layout.channels;
            let weight = |input| self.weight(0, output, input, 3 * row + column);
            // z + conj z with x0 + i x1: half of w0 - i w1.
            Complex64::new(weight(0), -weight(1)) / 2.0
        };
        (0..channels).map(weight).collect()
    }

    fn convolution_weights(
        &self,
        transform: &Transform,
        layer: usize,
        output: usize,
        giant: i32,
        baby: usize,
    ) -> Vec<Complex64> {
        let packing = ConvolutionPacking::new(self.network.shape(), layer);
        let taps = self.layout.row_taps();
        let baby = transform.babies[baby];
        let (part, version) = (baby.input / taps.len(), baby.input % taps.len());
        let row_tap = taps[version];
        let row_slots = i32::try_from(self.layout.row_stride() * (packing.unit / self.layout.channels));
        let by_tap = if transform.turns.is_empty() { row_tap * row_slots.expect("at most the slots") } else { 0 };
        let low = baby.rotation - by_tap;
        let amount = (giant + low) as isize;
        let kernel_row = if taps.len() == 1 { 0 } else { (row_tap + 1).cast_unsigned() as usize };
        let unit = packing.unit.cast_signed();
        let weight = |slot: usize| {
            let channel = self.output_channel(&packing, output, slot);
            let of_part = |source: PartSource| {
                let t = (slot % packing.unit).cast_signed() + amount + source.shift.cast_signed();
                let tap = t.div_euclid(unit);
                if tap.abs() > 1 {
                    return 0.0;
                }
                let input = source.base + t.rem_euclid(packing.modulus.cast_signed()).cast_unsigned();
                self.weight(layer, channel, input, 3 * kernel_row + (tap + 1).cast_unsigned())
            };
            let [real, imaginary] = packing.parts[part];
            Complex64::new(of_part(real), -of_part(imaginary)) / 2.0
        };
        let mut slots: Vec<_> = (0..packing.period).map(weight).collect();
        // rotate(w, -giant)[s] = w[s - giant]
        slots.rotate_right(left(giant) % packing.period);
        slots
    }

    /// The channel that `slot` of output ciphertext `output` of a convolution holds.
    fn output_channel(&self, packing: &ConvolutionPacking, output: usize, slot: usize) -> usize {
        let place = self.layout.place(slot);
        let lane = if packing.lanes == 1 { 0 } else { self.layout.lane_number(place) };
        (output * packing.lanes + lane) * self.layout.channels + place.channel
    }

    /// The slots of grid 2 that version `output` of the merge takes from a shifted input.
    fn merge_mask(&self, transform: &Transform, output: usize, baby: usize) -> Vec<Complex64> {
        let layout = self.layout;
        let taps = layout.row_taps();
        let tap = taps[output % taps.len()];
        let Baby { input, rotation } = transform.babies[baby];
        let shift = MergeShift::of(layout, rotation);
        // One input fills all columns with replicas; two stand side by side.
        let side = transform.babies.last().is_some_and(|baby| baby.input > 0).then_some(input % 2);
        let within = |lane: usize, shift: i32, size: usize| {
            lane.checked_add_signed(shift as isize).is_some_and(|read| read < size)
        };
        let kept = |slot| {
            let place = layout.place(slot);
            let (a, b) = layout.lane(place);
            self.merged(tap, slot)
                && side.is_none_or(|side| side == b)
                && within(a, shift.row, layout.pool_rows)
                && within(b, shift.column, POOL_COLUMNS)
        };
        (0..SLOTS).map(|slot| if kept(slot) { Complex64::ONE } else { Complex64::ZERO }).collect()
    }

    /// Whether a slot of a merged ciphertext's version for a row tap holds a value: a position of grid 2 that the tap may
    /// read.
    fn merged(&self, tap: i32, slot: usize) -> bool {
        let (layout, place) = (self.layout, self.layout.place(slot));
        let rows = layout.rows() / layout.pool_rows;
        layout.valid2(place) && Layout::readable(tap, place.row / layout.pool_rows, rows)
    }

    /// Two classes as real and imaginary part, a pair for each value of the top slot digit, as they stand before the
    /// giant's rotation.
    fn dense_weights(&self, giant: i32, input: usize) -> Vec<Complex64> {
        let layout = self.layout;
        let packing = ConvolutionPacking::new(self.network.shape(), 2);
        let pairs = 8;
        let stride = SLOTS / pairs;
        let shift = left(giant) / stride;
        let weight = |class: usize, channel: usize| {
            if class < CLASS_COUNT { self.dense_weight(class, channel) } else { 0.0 }
        };
        (0..SLOTS)
            .map(|slot| {
                if !layout.valid2(layout.place(slot)) {
                    return Complex64::ZERO;
                }
                let class = 2 * ((slot / stride + pairs - shift) % pairs);
                let channel = self.output_channel(&packing, input, slot);
                Complex64::new(weight(class, channel), weight(class + 1, channel))
            })
            .collect()
    }

    /// What a transform adds to its outputs at the end.
    #[must_use]
    pub fn transform_constant(&self, transform: &Transform, output: usize) -> Option<Vec<Complex64>> {
        let (shape, layout) = (self.network.shape(), self.layout);
        match transform.map {
            Map::Windows => {
                let group = output % (shape.width() / layout.channels);
                let bias = |slot| {
                    let place = layout.place(slot);
                    if layout.valid1(place) {
                        self.layers[0].bias[group * layout.channels + place.channel]
                    } else {
                        0.0
                    }
                };
                Some((0..SLOTS).map(|slot| bias(slot).into()).collect())
            }
            Map::Convolution(layer) => {
                let packing = ConvolutionPacking::new(shape, layer);
                let bias = |slot| self.layers[layer].bias[self.output_channel(&packing, output, slot)];
                Some((0..SLOTS).map(|slot| bias(slot).into()).collect())
            }
            Map::Merge => {
                let tap = layout.row_taps()[output % layout.row_taps().len()];
                let rest = self.rest(1);
                let both = Complex64::new(rest, rest);
                Some((0..SLOTS).map(|slot| if self.merged(tap, slot) { both } else { Complex64::ZERO }).collect())
            }
            Map::Dense => None,
        }
    }

    /// The weight of a channel's sum of squares in a logit, with the sign of the last squares and the divisor of their pooling.
    pub(in crate::network) fn dense_weight(&self, class: usize, channel: usize) -> f64 {
        let dense = self.network.dense();
        let factor = self.layers[2].sign / self.layout.positions2() as f64;
        dense.weight[class * dense.in_features + channel] * factor
    }

    /// What is added to the sums of a channel of convolution `layer`.
    pub(in crate::network) fn bias(&self, layer: usize, channel: usize) -> f64 {
        self.layers[layer].bias[channel]
    }

    /// What is added to a logit: with it the constant of the last activation.
    pub(in crate::network) fn logit_constant(&self, class: usize) -> f64 {
        let dense = self.network.dense();
        let row = &dense.weight[class * dense.in_features..(class + 1) * dense.in_features];
        dense.bias[class] + self.layers[2].rest * row.iter().sum::<f64>()
    }

    /// e of activation `layer`, summed over a pooling window, before the sign that the weights after it carry.
    pub(in crate::network) fn rest(&self, layer: usize) -> f64 {
        self.layers[layer].sign * self.layout.pool() as f64 * self.layers[layer].rest
    }

    /// What an activation's sums add: only the first one's do, the others' constants are added after the merge and after
    /// the dense layer.
    #[must_use]
    pub fn square_constant(&self, sums: &SquareSums) -> Option<Vec<Complex64>> {
        if sums.layer > 0 {
            return None;
        }
        let layout = self.layout;
        let imaginary = self.network.shape().width() > layout.channels;
        let rest = Complex64::new(self.rest(0), if imaginary { self.rest(0) } else { 0.0 });
        let constant = |slot| if layout.valid1(layout.place(slot)) { rest } else { Complex64::ZERO };
        Some((0..SLOTS).map(constant).collect())
    }

    /// The mask of a version, rotated left by `rotation`: 0 on the row that its tap must not read.
    #[must_use]
    pub fn version_mask(&self, versions: &Versions, version: usize, rotation: i32) -> Vec<Complex64> {
        let (tap, shift) = (versions.row_taps[version], left(rotation));
        let row = |slot| self.layout.place((slot + shift) % SLOTS).row;
        let readable = |slot| Layout::readable(tap, row(slot), self.layout.rows());
        (0..SLOTS).map(|slot| if readable(slot) { Complex64::ONE } else { Complex64::ZERO }).collect()
    }

    /// The constants of the logits, as class pairs.
    #[must_use]
    pub fn dense_constant(&self) -> Vec<Complex64> {
        let mut slots = vec![Complex64::ZERO; SLOTS];
        for pair in 0..CLASS_COUNT / 2 {
            slots[pair * (SLOTS / 8)] =
                Complex64::new(self.logit_constant(2 * pair), self.logit_constant(2 * pair + 1));
        }
        slots
    }
}

#[cfg(test)]
mod tests {
    use hear_model::network::{Dimension, Shape};

    use super::*;

    #[test]
    fn a_leading_coefficient_that_is_too_small_is_refused() {
        let mut layers = Network::seeded(Shape::new(Dimension::OneD, 32).unwrap(), 1).layers().clone();
        layers[1].activation.alpha = -1e-5;
        let error = fold(&layers[1], 2).unwrap_err().to_string();
        assert!(error.contains("layer 2") && error.contains("-1e-5") && error.contains("fast-hear"), "{error}");
        layers[1].activation.alpha = -0.5;
        let folded = fold(&layers[1], 2).unwrap();
        // a x^2 + b x + c = sign (sqrt|a| (x + b/2a))^2 + e
        let activation = layers[1].activation;
        let x = 0.3;
        let root = activation.alpha.abs().sqrt() * (x + activation.beta / (2.0 * activation.alpha));
        assert!((folded.sign * root * root + folded.rest - activation.apply(x)).abs() < 1e-12);
    }
}
