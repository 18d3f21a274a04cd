//! The published networks on the published test set: the real oracle of the forward pass.
//!
//! The data are looked for in `HEAR_DATASET`, else beside the workspace.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

mod common;

use common::dataset;
use hear_model::input::{Clip, PUBLISHED_COLUMNS, RowRange, read_all_rows, read_labels, read_logits, read_rows};
use hear_model::metrics::{Class, Confusion, argmax, margin};
use hear_model::network::{Network, Source};

const ROWS: usize = 608;

/// What the test set holds for one network.
struct Published {
    network: Network,
    inputs: Vec<Clip>,
    logits: Vec<[f64; 10]>,
    labels: Vec<Class>,
}

/// The published network of width 64 with the inputs in the file `inputs`.
fn published(test: &str, dimension: &str, inputs: &str) -> Option<Published> {
    let folder = dataset(test)?;
    Some(Published {
        network: Network::load(folder.join(format!("parameters_conv{dimension}_64"))).unwrap(),
        inputs: read_all_rows(folder.join(inputs)).unwrap(),
        logits: read_logits(folder.join(format!("test_prob_conv{dimension}_64.csv"))).unwrap(),
        labels: read_labels(folder.join("test_label.csv")).unwrap(),
    })
}

/// Compares all logits and returns the confusion matrix of our predictions.
fn check_logits(published: &Published) -> Confusion {
    assert_eq!((published.inputs.len(), published.logits.len(), published.labels.len()), (ROWS, ROWS, ROWS));
    let mut confusion = Confusion::default();
    let mut largest = 0.0_f64;
    for (row, (input, want)) in published.inputs.iter().zip(&published.logits).enumerate() {
        let got = published.network.forward(input);
        let error = got.iter().zip(want).map(|(got, want)| (got - want).abs()).fold(0.0, f64::max);
        assert!(error < 1e-4, "row {row}: {got:?} instead of {want:?}");
        assert!(margin(want) <= 2.0 * error || argmax(&got) == argmax(want), "row {row}");
        largest = largest.max(error);
        confusion.record(published.labels[row], argmax(&got));
    }
    eprintln!(
        "{}: largest difference of {ROWS} rows: {largest:.2e}; {:?}",
        published.network.shape(),
        confusion.summary()
    );
    confusion
}

#[test]
fn logits_and_fall_detection_of_2d_64() {
    let Some(published) = published("logits_and_fall_detection_of_2d_64", "2d", "test_input.csv") else { return };
    assert_eq!(published.network.shape().to_string(), "2d-64");
    assert!(matches!(published.network.source(), Source::Path(path) if path.ends_with("parameters_conv2d_64")));
    let confusion = check_logits(&published);
    let falls = confusion.falls();
    assert_eq!(falls.true_positives + falls.false_negatives, 29);
    let rounded = |figure: Option<f64>| (figure.unwrap() * 1e4).round() / 1e4;
    assert_eq!(rounded(falls.sensitivity()), 0.8621);
    assert_eq!(rounded(falls.specificity()), 0.9914);
}

#[test]
fn logits_of_1d_64() {
    let Some(published) = published("logits_of_1d_64", "1d", "test_input_conv1d_64.csv") else { return };
    assert_eq!(published.network.shape().to_string(), "1d-64");
    let confusion = check_logits(&published);
    assert_eq!(confusion.total(), ROWS as u64);
}

#[test]
fn a_published_network_survives_its_safetensors_file() {
    let Some(folder) = dataset("a_published_network_survives_its_safetensors_file") else { return };
    let temporary = tempfile::tempdir().unwrap();
    let file = temporary.path().join("2d-64.safetensors");
    let network = Network::load(folder.join("parameters_conv2d_64")).unwrap();
    network.save_safetensors(&file).unwrap();
    let again = Network::load(&file).unwrap();
    let input = read_rows(folder.join("test_input.csv"), RowRange::new(17, 18).unwrap()).unwrap()[0];
    for (got, want) in again.forward(&input).iter().zip(network.forward(&input)) {
        assert!((got - want).abs() < 1e-4, "{got} instead of {want}");
    }
}

#[test]
fn rows_of_the_published_inputs() {
    let Some(folder) = dataset("rows_of_the_published_inputs") else { return };
    let file = folder.join("test_input.csv");
    let all = read_all_rows(&file).unwrap();
    assert_eq!(read_rows(&file, RowRange::new(3, 7).unwrap()).unwrap(), all[3..7]);
    let error = read_rows(&file, RowRange::new(600, 609).unwrap()).unwrap_err().to_string();
    assert!(error.ends_with("rows 600..609 were asked for, but there are 608"), "{error}");
    let first_line = std::fs::read_to_string(&file).unwrap().lines().next().unwrap().to_owned();
    let fields: Vec<f64> = first_line.split(',').map(|field| field.parse().unwrap()).collect();
    assert_eq!((fields.len(), &fields[..960]), (PUBLISHED_COLUMNS, &all[0][..]));
}
