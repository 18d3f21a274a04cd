//! `hear-train fit`: labelled clips become a network.

use std::path::PathBuf;

use clap::Args;
use hear_model::network::Shape;

use crate::{
    failure::Failure,
    interrupt::Interrupt,
    training::{Training, shape},
};

/// Train a network on labelled clips
///
/// The state of training is written to FILE.checkpoint after every epoch, and removed at the end. Interrupted or killed,
/// the same command goes on from there and ends with the same weights.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Fit {
    /// 1d-64, 1d-128, 2d-64, 2d-128, or another width
    #[arg(long, value_name = "NETWORK", value_parser = shape)]
    network: Shape,

    /// Directory of train_input.csv and train_label.csv, and of test_input.csv
    /// and test_label.csv, by which the result is judged
    #[arg(long, value_name = "DIR")]
    data: PathBuf,

    /// Where the weights go, a .safetensors file [default: NETWORK.safetensors]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Write kernels and dense weights as f16
    #[arg(long)]
    f16: bool,

    /// Start from the weights of this network instead of random ones
    #[arg(long, value_name = "NETWORK")]
    from: Option<String>,

    /// Write loss and accuracy of all epochs as a picture (SVG)
    #[arg(long, value_name = "FILE")]
    curve: Option<PathBuf>,

    /// Write a model card (Markdown)
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,

    /// A line an epoch on standard error
    #[arg(long)]
    verbose: bool,

    /// Show no progress, not even on a terminal
    #[arg(long)]
    quiet: bool,

    /// Report as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    training: Training,
}

const EXAMPLES: &str = "\
Examples:
  hear-train fit --network 2d-64 --data data --out 2d-64.safetensors
  hear-train fit --network 1d-64 --data data --curve curve.svg --card 1d-64.md
  hear-train fit --network 2d-64 --data own --from 2d-64 --epochs 30
      --learning-rate 0.01";

#[cfg(not(feature = "train"))]
impl Fit {
    pub(crate) fn run(self, _interrupt: &Interrupt) -> Result<(), Failure> {
        Err(crate::training::missing("fit"))
    }
}

#[cfg(feature = "train")]
mod run {
    use std::path::Path;
    use std::time::Instant;

    use hear_model::dataset::Dataset;
    use hear_model::metrics::Evaluation;
    use hear_model::network::Network;
    use hear_model::text::replace_file;
    use hear_model::train::{Epoch, Trainer, curve};
    use hear_model::weights::Precision;
    use serde_json::json;

    use super::{Failure, Fit, Interrupt, PathBuf};
    use crate::card::Card;
    use crate::eval;
    use crate::output::{cannot_write, print, print_json, say};
    use crate::progress;

    impl Fit {
        pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
            let started = Instant::now();
            let out = self.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.safetensors", self.network)));
            if out.extension().is_none_or(|extension| extension != "safetensors") {
                return Err(Failure::Usage(format!(
                    "--out {}: needed is a name that ends in .safetensors",
                    out.display()
                )));
            }
            let training = Dataset::read_part(&self.data, "train")?;
            let test = Dataset::read_part(&self.data, "test")?;
            let from = self.from.as_deref().map(Network::open).transpose();
            let from = from.map_err(|error| Failure::from_network(&error))?;
            let options = self.training.options(self.network);
            let clips = training.len();
            let mut trainer = Trainer::new(options.clone(), training, Some(test.clone()), from.as_ref())?;
            self.train(&mut trainer, &checkpoint_of(&out), interrupt)?;

            let precision = if self.f16 { Precision::Half } else { Precision::Single };
            trainer.network(&out)?.save_safetensors_with(&out, precision)?;
            // Judged is what the file holds.
            let network = Network::load(&out)?;
            let evaluation = Evaluation::of(&network, &test);
            let history = trainer.history();
            if let Some(path) = &self.curve {
                replace_file(path, curve::svg(history)?.as_bytes()).map_err(|error| cannot_write(path, &error))?;
            }
            if let Some(path) = &self.card {
                let card = Card {
                    network: &network,
                    options: &options,
                    history,
                    clips,
                    from: self.from.as_deref(),
                    evaluation: &evaluation,
                };
                replace_file(path, card.to_string().as_bytes()).map_err(|error| cannot_write(path, &error))?;
            }
            std::fs::remove_file(checkpoint_of(&out)).map_err(|error| cannot_write(&checkpoint_of(&out), &error))?;
            if self.json {
                return print_json(&json!({
                    "network": out,
                    "options": options,
                    "seconds": started.elapsed().as_secs_f64(),
                    "epochs": history,
                    "test": eval::report_json(&network, &test, &evaluation),
                }));
            }
            print(&format!("wrote {}\n{}", out.display(), eval::report(&network, &test, &evaluation)))
        }

        /// Runs the epochs that are left, each followed by a checkpoint.
        fn train(&self, trainer: &mut Trainer, checkpoint: &Path, interrupt: &Interrupt) -> Result<(), Failure> {
            if trainer.resume(checkpoint)? {
                say(&format!("going on after epoch {}, from {}", trainer.history().len(), checkpoint.display()));
            }
            let epochs = trainer.options().epochs;
            let bar = progress::bar("training", epochs as u64, self.quiet || self.verbose);
            bar.set_position(trainer.history().len() as u64);
            while !trainer.is_finished() {
                let Some(epoch) = trainer.epoch(|| interrupt.is_set())? else {
                    bar.finish_and_clear();
                    let done = trainer.history().len();
                    return Err(Failure::Interrupted(format!("stopped after epoch {done}; the same command goes on")));
                };
                let line = line(epoch);
                if self.verbose && !self.quiet {
                    say(&format!("epoch {} of {epochs}: {line}", epoch.epoch));
                }
                bar.set_position(epoch.epoch as u64);
                bar.set_message(line);
                trainer.save(checkpoint)?;
            }
            bar.finish_and_clear();
            // A run that was killed between its last epoch and its end has one already; this one may not.
            Ok(trainer.save(checkpoint)?)
        }
    }

    fn line(epoch: &Epoch) -> String {
        let test = epoch.test_accuracy.map_or(String::new(), |test| format!(", test {:.1}%", 100.0 * test));
        format!("loss {:.4}, training {:.1}%{test}", epoch.loss, 100.0 * epoch.accuracy)
    }

    /// Beside the weights, with their whole name in its own.
    fn checkpoint_of(out: &Path) -> PathBuf {
        let mut name = out.as_os_str().to_owned();
        name.push(".checkpoint");
        PathBuf::from(name)
    }
}
