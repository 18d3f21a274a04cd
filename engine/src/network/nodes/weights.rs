//! The numbers that nodes are multiplied by and that are added to them.

use hear_model::network::Network;

use super::step::NodeActivation;
use crate::network::{
    lean::weights::{LeadingCoefficientError, LeanWeights},
    plan::LinearLayer,
    weights::activation_coefficients,
};

/// The numbers of one network, as its method divides them between convolutions and activations.
#[derive(Clone, Debug)]
pub(in crate::network) struct NodeWeights<'a> {
    network: &'a Network,
    /// Where squares are completed.
    lean: Option<LeanWeights<'a>>,
}

impl<'a> NodeWeights<'a> {
    /// The numbers under a method that completes squares or does not.
    ///
    /// # Errors
    /// If it does and a quadratic's leading coefficient is too small.
    pub(in crate::network) fn new(
        network: &'a Network,
        completes_squares: bool,
    ) -> Result<Self, LeadingCoefficientError> {
        let lean = completes_squares.then(|| LeanWeights::new(network)).transpose()?;
        Ok(Self { network, lean })
    }

    /// The weight from channel `input` to channel `output` at an element of the kernel.
    pub(in crate::network) fn weight(&self, layer: LinearLayer, element: usize, input: usize, output: usize) -> f64 {
        match (layer, &self.lean) {
            (LinearLayer::Convolution(layer), Some(lean)) => lean.weight(layer, output, input, element),
            (LinearLayer::Convolution(layer), None) => {
                self.network.layers()[layer].convolution.kernel(output, input)[element]
            }
            (LinearLayer::Dense, Some(lean)) => lean.dense_weight(output, input),
            (LinearLayer::Dense, None) => {
                let dense = self.network.dense();
                dense.weight[output * dense.in_features + input]
            }
        }
    }

    /// What is added to the sums of channel `output`.
    pub(in crate::network) fn constant(&self, layer: LinearLayer, output: usize) -> f64 {
        match (layer, &self.lean) {
            (LinearLayer::Convolution(layer), Some(lean)) => lean.bias(layer, output),
            // It is a part of the quadratic.
            (LinearLayer::Convolution(_), None) => 0.0,
            (LinearLayer::Dense, Some(lean)) => lean.logit_constant(output),
            (LinearLayer::Dense, None) => self.network.dense().bias[output],
        }
    }

    /// The coefficients of a x^2 + b x + c of a channel.
    pub(in crate::network) fn quadratic(&self, activation: &NodeActivation, channel: usize) -> [f64; 3] {
        let layer = &self.network.layers()[activation.layer];
        activation_coefficients(layer, channel, activation.window.positions())
    }

    /// What is added to a sum of completed squares. (After the last layer it is a part of the logits' constants.)
    pub(in crate::network) fn rest(&self, activation: &NodeActivation) -> f64 {
        match &self.lean {
            Some(lean) if !activation.is_global() => lean.rest(activation.layer),
            _ => 0.0,
        }
    }
}
