//! `hear-train transfer`: whether given weights are a better start than random ones.

use std::path::PathBuf;

use clap::Args;

use crate::{
    failure::Failure,
    interrupt::Interrupt,
    training::{Training, count, positive},
};

/// Compare training from given weights with training from random ones
///
/// Each split halves the clips at random, classes alike. On one half a network is trained from random weights and another
/// from the given ones, with the same options; both are judged on the other half.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, override_usage = USAGE)]
pub(crate) struct Transfer {
    /// Clips of 960 or 1440 columns
    #[arg(long, value_name = "CSV")]
    input: PathBuf,

    /// A label (0 to 9) for each clip
    #[arg(long, value_name = "CSV")]
    label: PathBuf,

    /// The network whose weights are tried
    #[arg(long, value_name = "NETWORK")]
    from: String,

    /// How many splits
    #[arg(long, value_name = "N", default_value = "5", value_parser = count())]
    splits: usize,

    /// Another first learning rate for the given weights
    #[arg(long, value_name = "RATE", value_parser = positive)]
    from_learning_rate: Option<f64>,

    /// Show no progress, not even on a terminal
    #[arg(long)]
    quiet: bool,

    /// Report as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    training: Training,
}

/// Clap's own has a line of more than 80 columns.
const USAGE: &str = "\
hear-train transfer [OPTIONS]
           --input <CSV> --label <CSV> --from <NETWORK>";

const EXAMPLES: &str = "\
Examples:
  hear-train transfer --input clips.csv --label labels.csv --from 2d-64
      --epochs 60 --from-learning-rate 0.02";

#[cfg(not(feature = "train"))]
impl Transfer {
    pub(crate) fn run(self, _interrupt: &Interrupt) -> Result<(), Failure> {
        Err(crate::training::missing("transfer"))
    }
}

#[cfg(feature = "train")]
mod run {
    use std::fmt::Write;

    use hear_model::dataset::Dataset;
    use hear_model::network::Network;
    use hear_model::train::{Options, transfer};
    use serde_json::json;

    use super::{Failure, Interrupt, Transfer};
    use crate::eval::percent;
    use crate::output::{print, print_json};
    use crate::progress;

    impl Transfer {
        pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
            let dataset = Dataset::read(&self.input, &self.label)?;
            let from = Network::open(&self.from).map_err(|error| Failure::from_network(&error))?;
            let scratch = self.training.options(from.shape());
            let learning_rate = self.from_learning_rate.unwrap_or(scratch.learning_rate);
            let transferred = Options { learning_rate, ..scratch.clone() };
            let bar = progress::bar("splits", self.splits as u64, self.quiet);
            let mut splits = Vec::new();
            for number in 1..=self.splits as u64 {
                let split = transfer::split(&dataset, number, &scratch, (&transferred, &from), || interrupt.is_set())?;
                splits.push(split.ok_or_else(|| Failure::Interrupted("stopped; nothing was written".to_owned()))?);
                bar.inc(1);
            }
            bar.finish_and_clear();
            let mean = |accuracy: fn(&transfer::Split) -> Option<f64>| {
                splits.iter().filter_map(accuracy).sum::<f64>() / splits.len() as f64
            };
            let (mean_scratch, mean_transfer) = (mean(|s| s.scratch.accuracy), mean(|s| s.transfer.accuracy));
            let better = if mean_transfer > mean_scratch { "given weights" } else { "random weights" };
            if self.json {
                return print_json(&json!({
                    "splits": splits,
                    "mean_accuracy": { "scratch": mean_scratch, "transfer": mean_transfer },
                    "better": better,
                }));
            }
            let mut text = String::from("split   random weights   given weights\n");
            for split in &splits {
                let accuracies = [split.scratch.accuracy, split.transfer.accuracy].map(percent);
                // Writing to a string does not fail.
                let _ = writeln!(text, "{:>5}{:>17}{:>16}", split.number, accuracies[0], accuracies[1]);
            }
            let means = [mean_scratch, mean_transfer].map(|mean| percent(Some(mean)));
            print(&format!("{text} mean{:>17}{:>16}\nthe better start: {better}\n", means[0], means[1]))
        }
    }
}
