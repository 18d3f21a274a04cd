//! The baseline that a network has to beat: multinomial logistic regression on the values of a clip.
//!
//! It weighs every coordinate of every joint in every frame, and so finds what differs in the mean pose of actions, but
//! no motion that starts at another time or goes another way.

use crate::input::Clip;
use crate::metrics::{Class, argmax};
use crate::network::{CLASS_COUNT, INPUT_VALUES};

/// Passes over the clips, step length, momentum and weight decay of gradient descent: enough to converge on a thousand
/// clips and more.
const STEPS: usize = 400;
const STEP_LENGTH: f64 = 0.05;
const MOMENTUM: f64 = 0.9;
const WEIGHT_DECAY: f64 = 1e-3;

/// A linear classifier: for each class a weighted sum of a clip's values.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearClassifier {
    weights: Vec<[f64; INPUT_VALUES]>,
    biases: [f64; CLASS_COUNT],
}

impl LinearClassifier {
    /// The classifier of least cross-entropy on these clips with an L2 penalty on the weights, by gradient descent with
    /// momentum over all clips at once. The problem is convex and starts from zero: there is no randomness.
    ///
    /// # Panics
    /// If there are not as many labels as clips.
    #[must_use]
    pub fn fit(clips: &[Clip], labels: &[Class]) -> Self {
        assert_eq!(clips.len(), labels.len(), "one label a clip");
        let mut classifier = Self { weights: vec![[0.0; INPUT_VALUES]; CLASS_COUNT], biases: [0.0; CLASS_COUNT] };
        let mut velocity = classifier.clone();
        for _ in 0..STEPS {
            let slope = classifier.slope(clips, labels);
            for class in 0..CLASS_COUNT {
                let weights = classifier.weights[class].iter_mut().zip(&slope.weights[class]);
                for ((weight, slope), velocity) in weights.zip(&mut velocity.weights[class]) {
                    *velocity = MOMENTUM * *velocity - STEP_LENGTH * (slope + WEIGHT_DECAY * *weight);
                    *weight += *velocity;
                }
                velocity.biases[class] = MOMENTUM * velocity.biases[class] - STEP_LENGTH * slope.biases[class];
                classifier.biases[class] += velocity.biases[class];
            }
        }
        classifier
    }

    /// The class of the largest sum.
    #[must_use]
    pub fn predict(&self, clip: &Clip) -> Class {
        argmax(&self.logits(clip))
    }

    fn logits(&self, clip: &Clip) -> [f64; CLASS_COUNT] {
        std::array::from_fn(|class| {
            let products = self.weights[class].iter().zip(clip).map(|(weight, value)| weight * value);
            self.biases[class] + products.sum::<f64>()
        })
    }

    /// The gradient of the mean cross-entropy.
    fn slope(&self, clips: &[Clip], labels: &[Class]) -> Self {
        let mut slope = Self { weights: vec![[0.0; INPUT_VALUES]; CLASS_COUNT], biases: [0.0; CLASS_COUNT] };
        let part = 1.0 / clips.len().max(1) as f64;
        for (clip, label) in clips.iter().zip(labels) {
            let mut error = probabilities(&self.logits(clip));
            error[label.index()] -= 1.0;
            for (class, error) in error.into_iter().enumerate() {
                let error = part * error;
                slope.biases[class] += error;
                slope.weights[class].iter_mut().zip(clip).for_each(|(slope, value)| *slope += error * value);
            }
        }
        slope
    }
}

/// Softmax.
fn probabilities(logits: &[f64; CLASS_COUNT]) -> [f64; CLASS_COUNT] {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers = logits.map(|logit| (logit - largest).exp());
    let sum: f64 = powers.iter().sum();
    powers.map(|power| power / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::seeded_clips;
    use crate::metrics::CLASSES;

    #[test]
    fn what_a_plane_separates_is_learnt() {
        let mut clips = seeded_clips(5, 60);
        let labels: Vec<Class> = (0..60).map(|index| CLASSES[index % 10]).collect();
        for (clip, label) in clips.iter_mut().zip(&labels) {
            clip[10 * label.index()..][..10].iter_mut().for_each(|value| *value += 3.0);
        }
        let classifier = LinearClassifier::fit(&clips[..40], &labels[..40]);
        for (clip, label) in clips.iter().zip(&labels) {
            assert_eq!(classifier.predict(clip), *label);
        }
    }

    #[test]
    fn what_no_plane_separates_is_not() {
        // Exclusive or of two coordinates.
        let corner = |index: usize| {
            let mut clip = [0.0; INPUT_VALUES];
            clip[7] = (index % 2) as f64;
            clip[8] = (index / 2 % 2) as f64;
            clip
        };
        let clips: Vec<Clip> = (0..16).map(corner).collect();
        let labels: Vec<Class> =
            clips.iter().map(|clip| if clip[7] == clip[8] { Class::Walk } else { Class::Fall }).collect();
        let classifier = LinearClassifier::fit(&clips, &labels);
        let right = clips.iter().zip(&labels).filter(|(clip, label)| classifier.predict(clip) == **label).count();
        assert!(right <= 12, "{right} of 16");
    }

    #[test]
    fn the_slope_is_that_of_the_cross_entropy() {
        let clips = seeded_clips(6, 3);
        let labels = [Class::Run, Class::Fall, Class::Clap];
        let classifier = LinearClassifier::fit(&clips[..2], &labels[..2]);
        let loss = |classifier: &LinearClassifier| {
            let of = |(clip, label): (&Clip, &Class)| -probabilities(&classifier.logits(clip))[label.index()].ln();
            clips.iter().zip(&labels).map(of).sum::<f64>() / 3.0
        };
        let step = 1e-5;
        let mut moved = [classifier.clone(), classifier.clone()];
        moved[0].weights[Class::Run.index()][333] += step;
        moved[1].weights[Class::Run.index()][333] -= step;
        let want = (loss(&moved[0]) - loss(&moved[1])) / (2.0 * step);
        let got = classifier.slope(&clips, &labels).weights[Class::Run.index()][333];
        assert!((got - want).abs() < 1e-8, "{got} instead of {want}");
    }
}
