//! A plan on nodes in plain arithmetic: one clip, so a node is one slot.

use num_complex::Complex64;

use super::{
    step::{Form, NodeActivation, NodeConvolution, NodeStep, Patch},
    weights::NodeWeights,
};
use crate::network::{
    noise::Noise,
    packing::SLOTS,
    plan::{Plan, Stage},
};

/// A stage at work. Nodes stand position by position and there channel by channel.
pub(in crate::network) struct NodeInterpreter<'a, N> {
    pub(in crate::network) plan: &'a Plan,
    pub(in crate::network) stage: &'a Stage,
    pub(in crate::network) weights: &'a NodeWeights<'a>,
    pub(in crate::network) noise: &'a mut N,
}

/// What errors of ciphertexts are told that see one slot of [`SLOTS`]: errors of slots follow from how many there are.
fn of_one_slot(scale_bits: f64) -> f64 {
    scale_bits - (SLOTS as f64).log2() / 2.0
}

impl<N: Noise> NodeInterpreter<'_, N> {
    pub(in crate::network) fn step(&mut self, step: &NodeStep, state: &[Vec<Complex64>]) -> Vec<Vec<Complex64>> {
        match step {
            NodeStep::Convolution(convolution) => self.convolution(convolution, state),
            NodeStep::Activation(activation) => self.activation(activation, state),
        }
    }

    /// A number as it is after its rounding.
    fn number(&mut self, value: f64, scale_bits: f64) -> Complex64 {
        let mut number = [value.into()];
        self.noise.plaintext(&mut number, scale_bits);
        number[0].re.into()
    }

    fn divide(&mut self, x: &mut Complex64, scale_bits: f64) {
        let mut slots = [*x];
        self.noise.division(&mut slots, of_one_slot(scale_bits));
        *x = slots[0];
    }

    /// A key switch, with the division that ends it.
    fn switch(&mut self, x: &mut Complex64, limbs: usize, scale_bits: f64) {
        let mut slots = [*x];
        self.noise.switch(&mut slots, &self.plan.key_switch(limbs), of_one_slot(scale_bits));
        *x = slots[0];
        self.divide(x, scale_bits);
    }

    fn convolution(&mut self, convolution: &NodeConvolution, state: &[Vec<Complex64>]) -> Vec<Vec<Complex64>> {
        let factor_bits = self.plan.factor_scale(self.stage).log2();
        let (lazy, out_bits) = (self.plan.switches.lazy_rescaling, self.stage.scale_out_bits);
        let mut numbers = Vec::with_capacity(convolution.rows() * convolution.channels_out);
        for row in 0..convolution.rows() {
            let (element, input) = (row / convolution.channels_in, row % convolution.channels_in);
            for output in 0..convolution.channels_out {
                let weight = self.weights.weight(convolution.layer, element, input, output);
                numbers.push(self.number(weight, factor_bits));
            }
        }
        let constants: Vec<_> = (0..convolution.channels_out)
            .map(|output| self.number(self.weights.constant(convolution.layer, output), out_bits))
            .collect();
        // One patch of all positions, whose field is all inputs.
        let all = Patch { rows: 0..convolution.read.rows, columns: 0..convolution.read.columns };
        let field = convolution.field(&all);
        let width = convolution.plane.columns;
        let inputs: Vec<Complex64> = field
            .positions()
            .flat_map(|(row, column)| {
                let first = (row * width + column) * convolution.channels_in;
                state[first..first + convolution.channels_in].iter().map(|slots| slots[0])
            })
            .collect();
        let mut results = Vec::new();
        for runs in convolution.runs(&all) {
            for output in 0..convolution.channels_out {
                let mut sum = Complex64::ZERO;
                for run in &runs {
                    for i in 0..run.count {
                        let mut product =
                            inputs[run.input + i] * numbers[(run.row + i) * convolution.channels_out + output];
                        if !lazy {
                            self.divide(&mut product, out_bits);
                        }
                        sum += product;
                    }
                }
                if lazy {
                    self.divide(&mut sum, out_bits);
                }
                results.push(vec![sum + constants[output]]);
            }
        }
        results
    }

    fn activation(&mut self, activation: &NodeActivation, state: &[Vec<Complex64>]) -> Vec<Vec<Complex64>> {
        let (channels, pooled) = (activation.channels, activation.pooled());
        let mut results = vec![Complex64::ZERO; pooled.positions() * channels];
        let scales = self.plan.activation_scales(self.stage);
        let out_bits = self.stage.scale_out_bits;
        let numbers: Vec<[Complex64; 3]> = match activation.form {
            Form::Quadratic => (0..channels)
                .map(|channel| {
                    let [a, b, c] = self.weights.quadratic(activation, channel);
                    let bits = [scales.factor.log2(), scales.middle.log2(), out_bits];
                    [self.number(a, bits[0]), self.number(b, bits[1]), self.number(c, bits[2])]
                })
                .collect(),
            Form::Square => Vec::new(),
        };
        let read = activation.read();
        for (index, x) in state.iter().enumerate() {
            let (position, channel) = (index / channels, index % channels);
            let (row, column) = (position / read.columns, position % read.columns);
            let window = row / activation.window.rows * pooled.columns + column / activation.window.columns;
            let x = x[0];
            let value = match activation.form {
                Form::Square => x * x,
                Form::Quadratic => {
                    let (limbs, middle_bits) = (self.stage.limbs_in, scales.middle.log2());
                    let [a, b, c] = numbers[channel];
                    let mut line = a * x;
                    self.divide(&mut line, middle_bits);
                    let mut product = (line + b) * x;
                    self.switch(&mut product, limbs - 1, self.stage.scale_in_bits + middle_bits);
                    self.divide(&mut product, out_bits);
                    product + c
                }
            };
            results[window * channels + channel] += value;
        }
        if activation.form == Form::Square {
            let rest = self.number(self.weights.rest(activation), out_bits);
            for result in &mut results {
                self.switch(result, self.stage.limbs_in, 2.0 * self.stage.scale_in_bits);
                self.divide(result, out_bits);
                *result += rest;
            }
        }
        results.into_iter().map(|result| vec![result]).collect()
    }
}
