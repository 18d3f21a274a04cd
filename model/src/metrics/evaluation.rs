//! A network judged on labelled clips.

use rayon::prelude::*;
use serde::Serialize;

use super::{Class, Confusion, argmax, margin};
use crate::dataset::Dataset;
use crate::network::{ForwardTrace, LayerTrace, Network};

/// The largest magnitudes in one layer over all clips: they set the scales of encrypted evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LayerMagnitudes {
    /// After batch norm: what the activation reads.
    pub normalized: f64,
    /// After the activation.
    pub activated: f64,
    /// After pooling.
    pub pooled: f64,
}

/// What a network makes of labelled clips, by the `f64` forward pass.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// How often each class was taken for each.
    pub confusion: Confusion,
    /// The convolution layers.
    pub layers: [LayerMagnitudes; 3],
    /// The largest magnitude of a logit.
    pub largest_logit: f64,
    /// The smallest lead of a largest logit over the second.
    pub smallest_margin: f64,
}

impl Evaluation {
    /// Runs `network` on all clips, on all threads.
    #[must_use]
    pub fn of(network: &Network, dataset: &Dataset) -> Self {
        let clips = dataset.clips().par_iter().zip(dataset.labels());
        let single = clips.map(|(clip, &label)| Self::of_clip(&network.forward_layers(clip), label));
        single.reduce(Self::nothing, Self::and)
    }

    fn nothing() -> Self {
        Self {
            confusion: Confusion::default(),
            layers: [LayerMagnitudes::default(); 3],
            largest_logit: 0.0,
            smallest_margin: f64::INFINITY,
        }
    }

    fn of_clip(trace: &ForwardTrace, label: Class) -> Self {
        let layers = trace.layers.each_ref().map(|LayerTrace { normalized, activated, pooled }| LayerMagnitudes {
            normalized: normalized.max_abs(),
            activated: activated.max_abs(),
            pooled: pooled.max_abs(),
        });
        Self {
            confusion: [(label, argmax(&trace.logits))].into_iter().collect(),
            layers,
            largest_logit: trace.logits.iter().fold(0.0, |largest, logit| logit.abs().max(largest)),
            smallest_margin: margin(&trace.logits),
        }
    }

    /// Both together.
    fn and(mut self, other: Self) -> Self {
        self.confusion.merge(&other.confusion);
        for (layer, other) in self.layers.iter_mut().zip(other.layers) {
            layer.normalized = layer.normalized.max(other.normalized);
            layer.activated = layer.activated.max(other.activated);
            layer.pooled = layer.pooled.max(other.pooled);
        }
        self.largest_logit = self.largest_logit.max(other.largest_logit);
        self.smallest_margin = self.smallest_margin.min(other.smallest_margin);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::seeded_clips;
    use crate::metrics::CLASSES;
    use crate::network::{Dimension, Shape};

    #[test]
    fn the_extremes_are_those_of_the_single_clips() {
        let network = Network::seeded(Shape::new(Dimension::TwoD, 2).unwrap(), 3);
        let clips = seeded_clips(4, 7);
        let labels: Vec<Class> = CLASSES[..7].to_vec();
        let evaluation = Evaluation::of(&network, &Dataset::new(clips.clone(), labels.clone()));
        let logits: Vec<_> = clips.iter().map(|clip| network.forward(clip)).collect();
        let largest = logits.as_flattened().iter().fold(0.0_f64, |largest, logit| largest.max(logit.abs()));
        assert_eq!(evaluation.largest_logit, largest);
        assert_eq!(evaluation.smallest_margin, logits.iter().map(margin).fold(f64::INFINITY, f64::min));
        let confusion: Confusion = labels.into_iter().zip(logits.iter().map(argmax)).collect();
        assert_eq!(evaluation.confusion, confusion);
        let pooled = |clip: &[f64]| network.forward_layers(clip).layers[1].pooled.max_abs();
        assert_eq!(evaluation.layers[1].pooled, clips.iter().map(|clip| pooled(clip)).fold(0.0, f64::max));
    }
}
