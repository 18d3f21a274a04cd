//! Model cards: what is known about a trained network, as Markdown.

use std::fmt;

use hear_model::metrics::Evaluation;
use hear_model::network::Network;
use hear_model::train::{Epoch, Options};

use crate::eval::percent;

/// What a card tells.
pub(crate) struct Card<'a> {
    pub(crate) network: &'a Network,
    pub(crate) options: &'a Options,
    pub(crate) history: &'a [Epoch],
    /// How many clips it was trained on.
    pub(crate) clips: usize,
    /// The network that training started from.
    pub(crate) from: Option<&'a str>,
    pub(crate) evaluation: &'a Evaluation,
}

impl fmt::Display for Card<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (options, evaluation) = (self.options, self.evaluation);
        let summary = evaluation.confusion.summary();
        writeln!(f, "# {}\n", self.network.shape())?;
        writeln!(
            f,
            "Classifies clips of skeletons (2 x 32 frames x 15 joints) into ten actions, of which one is a fall.\n"
        )?;
        writeln!(f, "## Training\n")?;
        let command: Vec<String> = std::env::args().skip(1).collect();
        writeln!(f, "- command: `hear-train {}`", command.join(" "))?;
        writeln!(f, "- training clips: {}; seed {}", self.clips, options.seed)?;
        writeln!(f, "- start: {}", self.from.unwrap_or("random weights"))?;
        writeln!(
            f,
            "- {} epochs of mini-batches of {}; learning rate {}, a tenth from epochs {:?} on, warm-up {} epochs; \
             momentum {}, weight decay {}, gradient norm at most {}; label smoothing {}, penalty on squared logits {}",
            self.history.len(),
            options.batch,
            options.learning_rate,
            options.milestones,
            options.warm_up,
            options.momentum,
            options.weight_decay,
            options.clip_norm,
            options.label_smoothing,
            options.logit_penalty
        )?;
        let augmentation = &options.augmentation;
        writeln!(
            f,
            "- variation of clips: mirrored {}, joints dropped {}, noise {}",
            augmentation.mirror, augmentation.drop_joints, augmentation.noise
        )?;
        writeln!(f, "\n## On {} test clips\n", evaluation.confusion.total())?;
        writeln!(f, "| accuracy | fall sensitivity | specificity | precision | F1 |\n|---|---|---|---|---|")?;
        let figures = [summary.accuracy, summary.sensitivity, summary.specificity, summary.precision, summary.f1];
        writeln!(f, "| {} |\n", figures.map(percent).join(" | "))?;
        writeln!(f, "Rows are labels, columns predictions.\n\n```text\n{}\n```\n", evaluation.confusion)?;
        writeln!(f, "## Ranges on the test clips\n")?;
        writeln!(
            f,
            "| layer | after batch norm | after activation | after pooling | activation |\n|---|---|---|---|---|"
        )?;
        for (number, (layer, trained)) in (1..).zip(evaluation.layers.iter().zip(self.network.layers())) {
            let quadratic = &trained.activation;
            writeln!(
                f,
                "| {number} | {:.2} | {:.2} | {:.2} | {:.4} x^2 {:+.4} x {:+.4} |",
                layer.normalized, layer.activated, layer.pooled, quadratic.alpha, quadratic.beta, quadratic.c
            )?;
        }
        writeln!(
            f,
            "\nLargest logit {:.2}; smallest lead of the largest logit over the second {:.4}.\n",
            evaluation.largest_logit, evaluation.smallest_margin
        )?;
        writeln!(f, "## Licence\n\nMIT OR Apache-2.0")
    }
}
