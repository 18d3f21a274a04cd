//! Arguments of the commands that train.

use clap::{Args, builder::RangedU64ValueParser};
use hear_model::network::{Dimension, Shape};
#[cfg(feature = "train")]
use hear_model::train::{Augmentation, Options};

/// What a run depends on besides network and clips; what is not given has the default of `Options`.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Training options")]
pub(crate) struct Training {
    /// Passes over the training clips [default: 200]
    #[arg(long, value_name = "N", value_parser = count())]
    epochs: Option<usize>,

    /// Clips in a mini-batch [default: 64]
    #[arg(long, value_name = "N", value_parser = count())]
    batch: Option<usize>,

    /// The first learning rate [default: 0.05]
    #[arg(long, value_name = "RATE", value_parser = positive)]
    learning_rate: Option<f64>,

    /// Epochs, counted from 1, from which on the learning rate is a tenth
    /// [default: after half and after three quarters]
    #[arg(long, value_name = "N,...", value_delimiter = ',')]
    milestones: Option<Vec<usize>>,

    /// Epochs in which the learning rate rises to its first value
    /// [default: 5, or a tenth of the epochs if that is less]
    #[arg(long, value_name = "N")]
    warm_up: Option<usize>,

    /// Weight decay [default: 0.0005]
    #[arg(long, value_name = "X", value_parser = not_negative)]
    weight_decay: Option<f64>,

    /// Share of a label's weight that goes to all classes [default: 0.1]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    label_smoothing: Option<f64>,

    /// Weight of the mean squared logit in the loss [default: 0.001]
    #[arg(long, value_name = "X", value_parser = not_negative)]
    logit_penalty: Option<f64>,

    /// How often left and right are exchanged [default: 0.5]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    mirror: Option<f64>,

    /// How often a joint is missing throughout a clip [default: 0.02]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    drop_joints: Option<f64>,

    /// Standard deviation of noise on coordinates [default: 0.01]
    #[arg(long, value_name = "X", value_parser = not_negative)]
    noise: Option<f64>,

    /// Hold out a tenth of the training clips, stop after N epochs in which
    /// their loss has not fallen, and keep the best weights
    #[arg(long, value_name = "N", value_parser = count())]
    early_stop: Option<usize>,

    /// Start the dense layer at random even where weights are given: for labels
    /// of another meaning
    #[arg(long)]
    fresh_dense: bool,

    /// Makes other first weights, orders and variations
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

#[cfg(feature = "train")]
impl Training {
    pub(crate) fn options(&self, shape: Shape) -> Options {
        let standard = Options::new(shape);
        let epochs = self.epochs.unwrap_or(standard.epochs);
        Options {
            epochs,
            batch: self.batch.unwrap_or(standard.batch),
            learning_rate: self.learning_rate.unwrap_or(standard.learning_rate),
            milestones: self.milestones.clone().unwrap_or_else(|| Options::default_milestones(epochs)),
            warm_up: self.warm_up.unwrap_or_else(|| standard.warm_up.min(epochs / 10)),
            weight_decay: self.weight_decay.unwrap_or(standard.weight_decay),
            label_smoothing: self.label_smoothing.unwrap_or(standard.label_smoothing),
            logit_penalty: self.logit_penalty.unwrap_or(standard.logit_penalty),
            augmentation: Augmentation {
                mirror: self.mirror.unwrap_or(standard.augmentation.mirror),
                drop_joints: self.drop_joints.unwrap_or(standard.augmentation.drop_joints),
                noise: self.noise.unwrap_or(standard.augmentation.noise),
            },
            early_stop: self.early_stop,
            fresh_dense: self.fresh_dense,
            seed: self.seed,
            ..standard
        }
    }
}

/// What a command that trains says where training was left out.
#[cfg(not(feature = "train"))]
pub(crate) fn missing(command: &str) -> crate::failure::Failure {
    crate::failure::Failure::Usage(format!(
        "this hear-train was built without training; `cargo build --release -p hear-model --features train` makes one \
         that has {command}"
    ))
}

/// A dimension and a width: `2d-64`.
pub(crate) fn shape(text: &str) -> Result<Shape, String> {
    let parse = || {
        let (dimension, width) = text.split_once('-')?;
        let dimension = [Dimension::OneD, Dimension::TwoD].into_iter().find(|known| known.to_string() == dimension)?;
        Some((dimension, width.parse().ok()?))
    };
    let (dimension, width) = parse().ok_or("needed is 1d or 2d and a width, such as 2d-64")?;
    Shape::new(dimension, width).map_err(|error| error.to_string())
}

pub(crate) fn count() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=1_000_000)
}

pub(crate) fn positive(text: &str) -> Result<f64, String> {
    number(text, "a number above 0", |x| x > 0.0)
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, "0 or a number above", |x| x >= 0.0)
}

fn share(text: &str) -> Result<f64, String> {
    number(text, "a number from 0 to 1", |x| (0.0..=1.0).contains(&x))
}

fn number(text: &str, needed: &str, fits: impl Fn(f64) -> bool) -> Result<f64, String> {
    let value = text.parse().ok().filter(|&value: &f64| value.is_finite() && fits(value));
    value.ok_or_else(|| format!("needed is {needed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_named_by_dimension_and_width() {
        assert_eq!(shape("1d-32"), Ok(Shape::new(Dimension::OneD, 32).unwrap()));
        for text in ["2d", "3d-64", "2d-0", "2d-x", "2d-9999", ""] {
            assert!(shape(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_checked() {
        assert_eq!((positive("0.05"), not_negative("0"), share("1")), (Ok(0.05), Ok(0.0), Ok(1.0)));
        for result in [positive("0"), positive("inf"), positive("NaN"), not_negative("-1"), share("1.01"), share("x")] {
            assert!(result.is_err());
        }
    }
}
