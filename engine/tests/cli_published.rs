//! The command line on the published network and data, where they are.

mod common;

use common::{dataset, hear, largest_difference, rows};
use hear_model::{
    input::{RowRange, read_rows},
    metrics::{argmax, margin},
    network::Network,
};

/// The largest logit error that the authors' own program shows is 0.232.
const TOLERANCE: f64 = 0.25;

#[test]
fn fast_hear_on_the_published_2d_64_end_to_end() {
    let Some(dataset) = dataset("fast_hear_on_the_published_2d_64_end_to_end") else { return };
    let place = tempfile::tempdir().unwrap();
    let (weights, inputs) = (dataset.join("parameters_conv2d_64"), dataset.join("test_input.csv"));
    let (weights, inputs) = (weights.canonicalize().unwrap(), inputs.canonicalize().unwrap());
    let (network, range) = (Network::load(&weights).unwrap(), RowRange::new(100, 103).unwrap());
    let clips = read_rows(&inputs, range).unwrap();

    let (weights, inputs) = (weights.display(), inputs.display());
    for arguments in [
        format!("keygen --network {weights} --method fast-hear --out keys"),
        format!("encrypt --key keys/public.key --input {inputs} --rows {range} --out in"),
        format!("infer --keys keys/evaluation.key --network {weights} --method fast-hear --in in --out out"),
    ] {
        hear(place.path(), &arguments).succeeded();
    }
    let decrypted = rows(&hear(place.path(), "decrypt --key keys/secret.key --in out --logits --json").succeeded());
    assert_eq!(decrypted.len(), range.count());
    for ((row, class, _, logits), clip) in decrypted.into_iter().zip(&clips) {
        let plain = network.forward(clip);
        let error = largest_difference(&logits, &plain);
        assert!(error <= TOLERANCE, "row {row}: logit error {error}");
        if margin(&plain) > 2.0 * TOLERANCE {
            assert_eq!(class, argmax(&plain).name(), "row {row}");
        }
    }
}
