//! Encrypted inference with trained networks: the shipped ones on the shipped test set, and the paper's published ones on
//! its published test set, where the data are there.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod common;
mod parties;

use common::dataset;
use hear_engine::network::{method::Method, plan::PlanRequest, throughput::Throughput};
use hear_kernels::simd::Isa;
use hear_model::{
    input::{Clip, read_all_rows},
    metrics::{argmax, margin},
    network::{Network, NetworkName},
    synthetic,
};
use hear_scheduler::ForkJoin;
use parties::{Parties, largest_difference};

/// The largest logit error accepted: that of the authors' own program is 0.232.
fn tolerance(method: Method) -> f64 {
    match method {
        Method::LeanHear | Method::LeanNgraph => 0.1,
        Method::Hear | Method::FastHear | Method::Lola | Method::NgraphHe2 => 0.25,
    }
}

/// Runs rows spread over the test set, and those whose class is the closest call, and compares logits and classes.
fn check(network: &Network, clips: &[Clip], method: Method, rows: usize) {
    let name = network.source();
    let plain: Vec<[f64; 10]> = clips.iter().map(|clip| network.forward(clip)).collect();
    let mut closest: Vec<usize> = (0..clips.len()).collect();
    closest.sort_by(|&a, &b| margin(&plain[a]).total_cmp(&margin(&plain[b])));
    let chosen = closest.into_iter().take(2).chain((0..clips.len()).step_by(clips.len() / (rows - 2)));

    let parties = Parties::new(Isa::detect(), network, &PlanRequest::new(network.shape(), method));
    let executor = ForkJoin::new(2).unwrap();
    let mut largest: f64 = 0.0;
    for row in chosen.take(rows) {
        let logits = parties.logits(&parties.infer(&clips[row], &executor));
        let error = largest_difference(&logits, &plain[row]);
        assert!(error <= tolerance(method), "{name}, {method}: logit error {error} on row {row}");
        if margin(&plain[row]) > 2.0 * error {
            let logits: [f64; 10] = logits.try_into().unwrap();
            assert_eq!(argmax(&logits), argmax(&plain[row]), "{name}, {method}: class of row {row}");
        }
        largest = largest.max(error);
    }
    eprintln!("{name}, {method}: largest logit error {largest:.4} on {rows} rows");
}

/// The published network with its published inputs, where the data are there.
fn check_published(test: &str, parameters: &str, inputs: &str, method: Method, rows: usize) {
    let Some(dataset) = dataset(test) else { return };
    let network = Network::load(dataset.join(parameters)).unwrap();
    check(&network, &read_all_rows(dataset.join(inputs)).unwrap(), method, rows);
}

/// A network with a ciphertext a node, on all rows of the published test set at once. The ring is smaller than it is meant to
/// be, which changes neither a plan nor an algorithm and takes an eighth of the time; `results/` has the figures of the whole one.
fn check_published_nodes(test: &str, method: Method) {
    const LOG_N: u32 = 11;
    let Some(dataset) = dataset(test) else { return };
    let network = Network::load(dataset.join("parameters_conv2d_64")).unwrap();
    let clips = read_all_rows(dataset.join("test_input.csv")).unwrap();
    let views: Vec<&[f64]> = clips.iter().map(|clip| &clip[..]).collect();
    let request = PlanRequest::new(network.shape(), method);
    let parties = Parties::on_small_ring(Isa::detect(), &network, &request, LOG_N);
    let inputs = parties.encrypt_together(&views);
    let results = parties.infer_loaded(&inputs, Throughput::default(), 2, &ForkJoin::new(2).unwrap());
    let slots: Vec<_> = results.iter().map(|result| parties.slots(result)).collect();
    let mut largest: f64 = 0.0;
    for (row, clip) in clips.iter().enumerate() {
        let (logits, plain) = (parties.plan.output.unpack(&slots, row), network.forward(clip));
        let error = largest_difference(&logits, &plain);
        assert!(error <= tolerance(method), "{method}: logit error {error} on row {row}");
        if margin(&plain) > 2.0 * error {
            let logits: [f64; 10] = logits.try_into().unwrap();
            assert_eq!(argmax(&logits), argmax(&plain), "{method}: class of row {row}");
        }
        largest = largest.max(error);
    }
    eprintln!("{method}: largest logit error {largest:.4} on {} rows", clips.len());
}

#[test]
fn ngraph_he2_on_all_published_rows() {
    check_published_nodes("ngraph_he2_on_all_published_rows", Method::NgraphHe2);
}

#[test]
fn lean_ngraph_on_all_published_rows() {
    check_published_nodes("lean_ngraph_on_all_published_rows", Method::LeanNgraph);
}

#[test]
fn lean_hear_on_the_shipped_networks() {
    for name in NetworkName::ALL {
        check(&Network::shipped(name), &synthetic::test_set().0, Method::LeanHear, 8);
    }
}

#[test]
fn fast_hear_on_the_shipped_networks() {
    for name in [NetworkName::OneD64, NetworkName::TwoD64] {
        check(&Network::shipped(name), &synthetic::test_set().0, Method::FastHear, 4);
    }
}

#[test]
fn fast_hear_on_the_published_2d_64() {
    let test = "fast_hear_on_the_published_2d_64";
    check_published(test, "parameters_conv2d_64", "test_input.csv", Method::FastHear, 12);
}

#[test]
fn fast_hear_on_the_published_1d_64() {
    let test = "fast_hear_on_the_published_1d_64";
    check_published(test, "parameters_conv1d_64", "test_input_conv1d_64.csv", Method::FastHear, 12);
}

#[test]
fn hear_on_the_published_2d_64() {
    let test = "hear_on_the_published_2d_64";
    check_published(test, "parameters_conv2d_64", "test_input.csv", Method::Hear, 6);
}

#[test]
fn hear_on_the_published_1d_64() {
    let test = "hear_on_the_published_1d_64";
    check_published(test, "parameters_conv1d_64", "test_input_conv1d_64.csv", Method::Hear, 6);
}

#[test]
fn lean_hear_on_the_published_2d_64() {
    let test = "lean_hear_on_the_published_2d_64";
    check_published(test, "parameters_conv2d_64", "test_input.csv", Method::LeanHear, 40);
}

#[test]
fn lean_hear_on_the_published_1d_64() {
    let test = "lean_hear_on_the_published_1d_64";
    check_published(test, "parameters_conv1d_64", "test_input_conv1d_64.csv", Method::LeanHear, 40);
}
