//! `hear-train eval`: how good a network is on labelled clips.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use hear_model::baseline::LinearClassifier;
use hear_model::dataset::Dataset;
use hear_model::metrics::{Confusion, Evaluation, Summary};
use hear_model::network::Network;
use hear_model::text::replace_file;
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    output::{cannot_write, counted, print, print_json},
};

/// Judge a network on labelled clips
///
/// Falls are what sensitivity, specificity, precision and F1 are about. The largest magnitudes in each layer set the
/// scales of encrypted evaluation.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Eval {
    /// 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights or a
    /// .safetensors file
    #[arg(long, value_name = "NETWORK")]
    network: String,

    /// Directory of test_input.csv and test_label.csv
    #[arg(long, value_name = "DIR", required_unless_present = "input", conflicts_with_all = ["input", "label"])]
    data: Option<PathBuf>,

    /// Clips of 960 or 1440 columns
    #[arg(long, value_name = "CSV", requires = "label")]
    input: Option<PathBuf>,

    /// A label (0 to 9) for each clip
    #[arg(long, value_name = "CSV", requires = "input")]
    label: Option<PathBuf>,

    /// Write the confusion matrix as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Compare with a linear classifier, fitted to train_input.csv and
    /// train_label.csv in the directory
    #[arg(long, requires = "data")]
    linear: bool,

    /// Report as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  hear-train eval --network 2d-64 --data data --linear --svg confusion.svg
  hear-train eval --network own.safetensors --input clips.csv --label labels.csv";

impl Eval {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let network = Network::open(&self.network).map_err(|error| Failure::from_network(&error))?;
        let dataset = match (&self.data, &self.input, &self.label) {
            (Some(directory), ..) => Dataset::read_part(directory, "test")?,
            (None, Some(input), Some(label)) => Dataset::read(input, label)?,
            _ => return Err(Failure::Usage("needed is --data, or --input and --label".to_owned())),
        };
        let linear = match &self.data {
            Some(directory) if self.linear => Some(linear(&Dataset::read_part(directory, "train")?, &dataset)),
            _ => None,
        };
        let evaluation = Evaluation::of(&network, &dataset);
        if let Some(path) = &self.svg {
            replace_file(path, evaluation.confusion.to_svg()?.as_bytes())
                .map_err(|error| cannot_write(path, &error))?;
        }
        if self.json {
            let mut value = report_json(&network, &dataset, &evaluation);
            if let Some(linear) = linear {
                value["linear"] = json!(linear);
            }
            return print_json(&value);
        }
        let mut text = report(&network, &dataset, &evaluation);
        if let Some(linear) = linear {
            text += &format!("\nlinear classifier: {}\n", sentence(&linear));
        }
        print(&text)
    }
}

/// How a linear classifier does on the same clips.
fn linear(training: &Dataset, test: &Dataset) -> Summary {
    let classifier = LinearClassifier::fit(training.clips(), training.labels());
    let predictions = test.clips().iter().map(|clip| classifier.predict(clip));
    test.labels().iter().copied().zip(predictions).collect::<Confusion>().summary()
}

/// Accuracy and the detection of falls.
fn sentence(summary: &Summary) -> String {
    let Summary { accuracy, sensitivity, specificity, precision, f1 } = summary;
    format!(
        "accuracy {}; falls: sensitivity {}, specificity {}, precision {}, F1 {}",
        percent(*accuracy),
        percent(*sensitivity),
        percent(*specificity),
        percent(*precision),
        percent(*f1)
    )
}

/// A share in per cent; a dash where there were no cases.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", 100.0 * share))
}

/// The report for people.
pub(crate) fn report(network: &Network, dataset: &Dataset, evaluation: &Evaluation) -> String {
    let mut text = format!(
        "{} from {}, {}: {}\n\n{}\n\nlargest magnitudes  normalized   activated      pooled\n",
        network.shape(),
        network.source(),
        counted(dataset.len(), "clip"),
        sentence(&evaluation.confusion.summary()),
        evaluation.confusion
    );
    for (number, layer) in (1..).zip(&evaluation.layers) {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "layer {number:<12}{:>12.2}{:>12.2}{:>12.2}",
            layer.normalized, layer.activated, layer.pooled
        );
    }
    let Evaluation { largest_logit, smallest_margin, .. } = evaluation;
    text + &format!("largest logit {largest_logit:.2}, smallest margin {smallest_margin:.4}\n")
}

/// The report for programs.
pub(crate) fn report_json(network: &Network, dataset: &Dataset, evaluation: &Evaluation) -> Value {
    json!({
        "network": network.shape().to_string(),
        "source": network.source().to_string(),
        "clips": dataset.len(),
        "summary": evaluation.confusion.summary(),
        "evaluation": evaluation,
    })
}
