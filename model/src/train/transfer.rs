//! Whether given weights are a better start than random ones: both are trained on one half of a data set and judged on
//! the other, for several halves.

use std::path::Path;

use serde::Serialize;

use super::{Options, TrainError, Trainer};
use crate::dataset::Dataset;
use crate::metrics::{Evaluation, Summary};
use crate::network::Network;

/// The two networks of one split, judged on the half that neither has seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Split {
    /// Counted from 1.
    pub number: u64,
    /// Clips that were trained on.
    pub training_clips: usize,
    /// Clips that were judged.
    pub test_clips: usize,
    /// Trained from random weights.
    pub scratch: Summary,
    /// Trained from the given weights.
    pub transfer: Summary,
}

/// Trains and judges both networks on split number `number` of `dataset`; the seed of the split is that of `scratch`.
/// `None` if `stop` said so.
///
/// # Errors
/// Those of training.
pub fn split(
    dataset: &Dataset,
    number: u64,
    scratch: &Options,
    (transfer, from): (&Options, &Network),
    stop: impl Fn() -> bool,
) -> Result<Option<Split>, TrainError> {
    let (training, test) = dataset.split(2, scratch.seed, number);
    let judge = |options: &Options, from| -> Result<Option<Summary>, TrainError> {
        let mut trainer = Trainer::new(options.clone(), training.clone(), None, from)?;
        while !trainer.is_finished() {
            if trainer.epoch(&stop)?.is_none() {
                return Ok(None);
            }
        }
        let network = trainer.network(Path::new("transfer"))?;
        Ok(Some(Evaluation::of(&network, &test).confusion.summary()))
    };
    let Some(from_scratch) = judge(scratch, None)? else { return Ok(None) };
    let Some(transferred) = judge(transfer, Some(from))? else { return Ok(None) };
    Ok(Some(Split {
        number,
        training_clips: training.len(),
        test_clips: test.len(),
        scratch: from_scratch,
        transfer: transferred,
    }))
}
