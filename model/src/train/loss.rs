//! What training makes small.

use candle_core::{D, Device, Result, Tensor};

use super::options::Options;
use crate::metrics::Class;
use crate::network::CLASS_COUNT;

/// Mean cross-entropy of logits `[clip][class]` with smoothed labels, and the penalty on squared logits.
pub(super) fn loss(options: &Options, logits: &Tensor, labels: &[Class]) -> Result<Tensor> {
    let share = options.label_smoothing / CLASS_COUNT as f64;
    #[expect(clippy::cast_possible_truncation, reason = "training works in f32")]
    let [low, high] = [share, share + 1.0 - options.label_smoothing].map(|target| target as f32);
    let targets: Vec<f32> = labels
        .iter()
        .flat_map(|label| (0..CLASS_COUNT).map(|class| if class == label.index() { high } else { low }))
        .collect();
    let targets = Tensor::from_vec(targets, logits.shape(), &Device::Cpu)?;
    let cross_entropy = (logits.log_sum_exp(D::Minus1)? - (logits * targets)?.sum(D::Minus1)?)?.mean_all()?;
    cross_entropy + (logits.sqr()?.mean_all()? * options.logit_penalty)?
}

/// How many of the largest logits are those of the labels.
pub(super) fn right_answers(logits: &Tensor, labels: &[Class]) -> Result<usize> {
    let classes = logits.argmax(D::Minus1)?.to_vec1::<u32>()?;
    Ok(classes.iter().zip(labels).filter(|&(&class, label)| class as usize == label.index()).count())
}
