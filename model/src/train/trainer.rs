//! The run itself.

use std::path::Path;

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::checkpoint::{Best, CheckpointError, State, fingerprint};
use super::descent::Descent;
use super::loss::{loss, right_answers};
use super::model::Model;
use super::options::Options;
use crate::dataset::{Dataset, shuffle};
use crate::input::Clip;
use crate::metrics::Class;
use crate::network::{INPUT_CHANNELS, INPUT_VALUES, Network, Shape};
use crate::random::Uniform;
use crate::weights::WeightsError;

/// The stream of random numbers that the first weights come from; epoch n, counted from 1, has stream n.
const WEIGHTS_STREAM: u64 = 0;
/// One in so many training clips is held out where training may stop early.
const HELD_OUT: usize = 10;
/// Clips that are evaluated at once.
const EVALUATION_BATCH: usize = 64;

/// What an epoch came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Counted from 1.
    pub epoch: usize,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// Mean loss over the training clips, each as it was varied and with the weights at its turn.
    pub loss: f64,
    /// Share of training clips that were classified rightly at their turn.
    pub accuracy: f64,
    /// Mean loss over the clips held out, if there are any.
    pub held_out_loss: Option<f64>,
    /// Accuracy on the test clips, if there are any.
    pub test_accuracy: Option<f64>,
}

/// Training that cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// No clips to train on.
    #[error("{count} training clips; needed are at least {needed}")]
    TooFewClips {
        /// How many there are.
        count: usize,
        /// How many would do.
        needed: usize,
    },
    /// The weights to start from belong to another network.
    #[error("the weights to start from are those of a {found} network; asked for is {needed}")]
    Shape {
        /// The weights' shape.
        found: Shape,
        /// The shape asked for.
        needed: Shape,
    },
    /// The loss is no number any more.
    #[error("training diverged in epoch {epoch}; a smaller learning rate or a longer warm-up may help")]
    Diverged {
        /// Counted from 1.
        epoch: usize,
    },
    /// A checkpoint cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The trained weights make no network.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The framework refuses an operation.
    #[error("the tensor library: {0}")]
    Tensor(#[from] candle_core::Error),
}

/// A run of training.
#[derive(Debug)]
pub struct Trainer {
    options: Options,
    fingerprint: [u8; 32],
    training: Dataset,
    held_out: Option<Dataset>,
    test: Option<Dataset>,
    model: Model,
    descent: Descent,
    history: Vec<Epoch>,
    best: Option<Best>,
}

impl Trainer {
    /// A run at its start: from the weights of `from`, or random ones. The `test` clips are evaluated after every epoch
    /// and change nothing.
    ///
    /// # Errors
    /// If there are too few clips, or `from` has another shape than the options ask for.
    pub fn new(
        options: Options,
        training: Dataset,
        test: Option<Dataset>,
        from: Option<&Network>,
    ) -> Result<Self, TrainError> {
        let needed = if options.early_stop.is_some() { HELD_OUT } else { 2 };
        if training.len() < needed {
            return Err(TrainError::TooFewClips { count: training.len(), needed });
        }
        let fingerprint = fingerprint(&[Some(&training), test.as_ref()], from);
        let mut first_weights = Uniform::new(options.seed, WEIGHTS_STREAM);
        let model = match from {
            Some(network) if network.shape() != options.shape => {
                return Err(TrainError::Shape { found: network.shape(), needed: options.shape });
            }
            Some(network) => {
                let mut model = Model::from_network(network)?;
                if options.fresh_dense {
                    model.renew_dense(&mut first_weights)?;
                }
                model
            }
            None => Model::random(options.shape, &mut first_weights)?,
        };
        let (held_out, training) = match options.early_stop {
            Some(_) => {
                let (held_out, rest) = training.split(HELD_OUT, options.seed, 0);
                (Some(held_out), rest)
            }
            None => (None, training),
        };
        let descent = Descent::new(&model.parameters())?;
        Ok(Self { options, fingerprint, training, held_out, test, model, descent, history: Vec::new(), best: None })
    }

    /// Goes on from the checkpoint in `path`, if there is one; says whether there was.
    ///
    /// # Errors
    /// If the file is damaged, no checkpoint, or that of a run with other options, clips or first weights.
    pub fn resume(&mut self, path: &Path) -> Result<bool, TrainError> {
        let Some(state) = State::read(path)? else { return Ok(false) };
        let foreign = |what| CheckpointError::Foreign { path: path.to_path_buf(), what };
        if state.options != self.options {
            return Err(foreign("options").into());
        }
        if state.fingerprint != self.fingerprint {
            return Err(foreign("clips or first weights").into());
        }
        self.model.restore(&state.snapshot)?;
        self.descent.restore(state.velocity)?;
        (self.history, self.best) = (state.history, state.best);
        Ok(true)
    }

    /// Writes a checkpoint.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        let state = State {
            options: self.options.clone(),
            fingerprint: self.fingerprint,
            snapshot: self.model.snapshot()?,
            velocity: self.descent.to_values()?,
            history: self.history.clone(),
            best: self.best.clone(),
        };
        Ok(state.write(path)?)
    }

    /// What the run depends on.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The epochs so far.
    #[must_use]
    pub fn history(&self) -> &[Epoch] {
        &self.history
    }

    /// Whether all epochs are done, or those held out say that it is time to stop.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let stale = self.best.as_ref().map_or(0, |best| self.history.len() - best.epoch);
        self.history.len() >= self.options.epochs || self.options.early_stop.is_some_and(|patience| stale >= patience)
    }

    /// The network trained so far, or with early stopping the best so far; `origin` becomes its source.
    ///
    /// # Errors
    /// If a weight is not finite.
    pub fn network(&self, origin: &Path) -> Result<Network, TrainError> {
        if let Some(best) = &self.best {
            let mut model = Model::random(self.options.shape, &mut Uniform::new(0, 0))?;
            model.restore(&best.snapshot)?;
            return Ok(model.to_network(origin)??);
        }
        Ok(self.model.to_network(origin)??)
    }

    /// Trains for one epoch. Where `stop` says so between two steps, the answer is `None` and the run is of no use any
    /// more: it goes on from the last checkpoint.
    ///
    /// # Errors
    /// If training diverges.
    pub fn epoch(&mut self, stop: impl Fn() -> bool) -> Result<Option<&Epoch>, TrainError> {
        let epoch = self.history.len() + 1;
        let mut random = Uniform::new(self.options.seed, epoch as u64);
        let mut order: Vec<usize> = (0..self.training.len()).collect();
        shuffle(&mut order, &mut random);
        let steps = order.len().div_ceil(self.options.batch);
        let (mut sum, mut right, mut learning_rate) = (0.0, 0, 0.0);
        for (step, batch) in order.chunks(self.options.batch).enumerate() {
            if stop() {
                return Ok(None);
            }
            let done = (epoch - 1) as f64 + step as f64 / steps as f64;
            learning_rate = self.options.learning_rate_after(done);
            let (clips, labels) = self.varied(batch, &mut random)?;
            let logits = self.model.logits_in_training(&clips)?;
            let loss = loss(&self.options, &logits, &labels)?;
            self.descent.step(&self.options, &self.model.parameters(), &loss.backward()?, learning_rate)?;
            self.model.bound_quadratics()?;
            sum += f64::from(loss.to_scalar::<f32>()?) * batch.len() as f64;
            right += right_answers(&logits, &labels)?;
        }
        let count = order.len() as f64;
        let loss = sum / count;
        if !loss.is_finite() {
            return Err(TrainError::Diverged { epoch });
        }
        let held_out_loss = self.held_out.as_ref().map(|held_out| self.evaluate(held_out)).transpose()?;
        let test = self.test.as_ref().map(|test| self.evaluate(test)).transpose()?;
        if let Some((loss, _)) = held_out_loss
            && self.best.as_ref().is_none_or(|best| loss < best.loss)
        {
            self.best = Some(Best { epoch, loss, snapshot: self.model.snapshot()? });
        }
        self.history.push(Epoch {
            epoch,
            learning_rate,
            loss,
            accuracy: right as f64 / count,
            held_out_loss: held_out_loss.map(|(loss, _)| loss),
            test_accuracy: test.map(|(_, accuracy)| accuracy),
        });
        Ok(self.history.last())
    }

    /// The training clips with these indices, each varied, and their labels.
    fn varied(&self, indices: &[usize], random: &mut Uniform) -> candle_core::Result<(Tensor, Vec<Class>)> {
        let clips = indices.iter().map(|&index| {
            let mut clip = to_f32(&self.training.clips()[index]);
            self.options.augmentation.apply(&mut clip, random);
            clip
        });
        let labels = indices.iter().map(|&index| self.training.labels()[index]).collect();
        Ok((planes(self.options.shape, clips)?, labels))
    }

    /// Mean loss and accuracy of the network so far.
    fn evaluate(&self, dataset: &Dataset) -> candle_core::Result<(f64, f64)> {
        let (mut sum, mut right) = (0.0, 0);
        let batches = dataset.clips().chunks(EVALUATION_BATCH).zip(dataset.labels().chunks(EVALUATION_BATCH));
        for (clips, labels) in batches {
            let logits = self.model.logits(&planes(self.options.shape, clips.iter().map(to_f32))?)?;
            sum += f64::from(loss(&self.options, &logits, labels)?.to_scalar::<f32>()?) * clips.len() as f64;
            right += right_answers(&logits, labels)?;
        }
        Ok((sum / dataset.len() as f64, right as f64 / dataset.len() as f64))
    }
}

/// Clips `[coordinate][position]` as the first layer reads them: `[clip][row][column][coordinate]`.
pub(super) fn planes(shape: Shape, clips: impl Iterator<Item = [f32; INPUT_VALUES]>) -> candle_core::Result<Tensor> {
    let (rows, columns) = shape.dimension().input_rows_and_columns();
    let mut values = Vec::new();
    for clip in clips {
        let (xs, ys) = clip.split_at(INPUT_VALUES / INPUT_CHANNELS);
        values.extend(xs.iter().zip(ys).flat_map(|(&x, &y)| [x, y]));
    }
    let count = values.len() / INPUT_VALUES;
    Tensor::from_vec(values, (count, rows, columns, INPUT_CHANNELS), &Device::Cpu)
}

#[expect(clippy::cast_possible_truncation, reason = "training works in f32")]
pub(super) fn to_f32(clip: &Clip) -> [f32; INPUT_VALUES] {
    clip.map(|value| value as f32)
}
