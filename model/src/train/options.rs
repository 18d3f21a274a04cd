//! What a run depends on besides its clips.

use serde::{Deserialize, Serialize};

use crate::network::Shape;

/// Everything that decides the weights besides the clips and the weights that a run starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// Dimension and width of the network.
    pub shape: Shape,
    /// Passes over the training clips.
    pub epochs: usize,
    /// Clips in a mini-batch; the last one of an epoch may hold fewer.
    pub batch: usize,
    /// The learning rate before the first milestone.
    pub learning_rate: f64,
    /// Epochs, counted from 1, before which the learning rate falls to a tenth.
    pub milestones: Vec<usize>,
    /// Epochs in which the learning rate rises linearly to its first value.
    pub warm_up: usize,
    /// What is left of the velocity after a step.
    pub momentum: f64,
    /// Added to every gradient, times the parameter.
    pub weight_decay: f64,
    /// The largest Euclidean norm of the gradient over all parameters; a longer one is scaled down.
    pub clip_norm: f64,
    /// Share of a label's weight that is spread evenly over all classes.
    pub label_smoothing: f64,
    /// Weight in the loss of the mean squared logit.
    pub logit_penalty: f64,
    /// Whether the dense layer starts at random even where the other weights are given: for labels of another meaning.
    pub fresh_dense: bool,
    /// How clips are varied.
    pub augmentation: Augmentation,
    /// Epochs without progress on clips held out of training after which training stops.
    pub early_stop: Option<usize>,
    /// Seed of everything random.
    pub seed: u64,
}

impl Options {
    /// What the paper says, and for the rest what this crate's networks were trained with.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        let epochs = 200;
        Self {
            shape,
            epochs,
            batch: 64,
            learning_rate: 0.05,
            milestones: Self::default_milestones(epochs),
            warm_up: 5,
            momentum: 0.9,
            weight_decay: 5e-4,
            clip_norm: 1.0,
            label_smoothing: 0.1,
            logit_penalty: 1e-3,
            fresh_dense: false,
            augmentation: Augmentation::default(),
            early_stop: None,
            seed: 1,
        }
    }

    /// Half and three quarters of the way.
    #[must_use]
    pub fn default_milestones(epochs: usize) -> Vec<usize> {
        vec![epochs / 2 + 1, epochs * 3 / 4 + 1]
    }

    /// The learning rate `done` epochs (a fraction within an epoch) after the start of training.
    pub(super) fn learning_rate_after(&self, done: f64) -> f64 {
        let warm_up = if self.warm_up == 0 { 1.0 } else { (done / self.warm_up as f64).min(1.0) };
        let passed = self.milestones.iter().filter(|&&milestone| (milestone as f64) < done + 1.0).count();
        self.learning_rate * warm_up * 0.1_f64.powi(i32::try_from(passed).unwrap_or(i32::MAX))
    }
}

/// How the clips of a mini-batch are varied, each on its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Augmentation {
    /// Probability that left and right are exchanged.
    pub mirror: f64,
    /// Probability of each joint to be missing throughout the clip.
    pub drop_joints: f64,
    /// Standard deviation of what is added to every coordinate of a joint that was detected; coordinates lie in [0, 1].
    pub noise: f64,
}

impl Default for Augmentation {
    fn default() -> Self {
        Self { mirror: 0.5, drop_joints: 0.02, noise: 0.01 }
    }
}
