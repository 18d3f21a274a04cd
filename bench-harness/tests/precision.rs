//! The noise of runs is the noise that the model has.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use hear_bench::precision::{Experiment, StagePrecision};
use hear_engine::network::{
    lean::scales::Scales,
    method::Method,
    plan::{Plan, PlanRequest, Security},
    store::Scheme,
};
use hear_kernels::simd::Isa;
use hear_model::{
    input::{ClipSource, RowRange},
    network::{Dimension, Network, NetworkName, Shape},
};
use hear_scheduler::ForkJoin;
use serde_json::Value;

/// The noise of a network on two clips.
fn measure(network: &Network, method: Method, scales: Option<Scales>) -> Vec<StagePrecision> {
    let plan = Plan::new(&PlanRequest::new(network.shape(), method)).unwrap();
    let scheme = Scheme::new(plan, Security::Required, Isa::detect()).unwrap();
    let clips = ClipSource::Synthetic.read(RowRange::new(0, 2).unwrap()).unwrap();
    let executor = ForkJoin::new(2).unwrap();
    let experiment = Experiment { network, scheme: &scheme, scales, clips: &clips, executor: &executor };
    experiment.measure(&|_, _, _| {}).unwrap()
}

fn seeded(dimension: Dimension, width: usize) -> Network {
    Network::seeded(Shape::new(dimension, width).unwrap(), 3)
}

#[track_caller]
fn assert_as_modelled(stages: &[StagePrecision], tolerance_bits: f64) {
    for StagePrecision { name, measured_std, modelled_std, difference_bits, .. } in stages {
        assert!(
            difference_bits.abs() < tolerance_bits,
            "after {name} the noise is {measured_std:.2e}, its model has {modelled_std:.2e}"
        );
    }
}

#[test]
fn the_noise_of_lean_hear_is_that_of_the_model_after_every_stage() {
    // The smallest networks that pack.
    for (dimension, width) in [(Dimension::OneD, 32), (Dimension::TwoD, 64)] {
        assert_as_modelled(&measure(&seeded(dimension, width), Method::LeanHear, None), 1.0);
    }
}

#[test]
fn the_noise_of_the_papers_methods_is_that_of_the_model_after_every_stage() {
    assert_as_modelled(&measure(&seeded(Dimension::OneD, 32), Method::FastHear, None), 0.5);
    assert_as_modelled(&measure(&seeded(Dimension::TwoD, 32), Method::Hear, None), 0.5);
}

#[test]
fn a_scale_that_is_too_small_is_noticed_where_it_is() {
    for name in [NetworkName::OneD64, NetworkName::TwoD64] {
        let network = Network::shipped(name);
        for layer in 0..3 {
            let mut bits = Scales::of(network.shape().dimension()).bits();
            bits[layer] -= 3;
            let stages = measure(&network, Method::LeanHear, Some(Scales::new(bits).unwrap()));
            let noisy = stages.iter().find(|stage| stage.difference_bits > 0.5).unwrap();
            assert!(
                [format!("conv{}", layer + 1), format!("act{}", layer + 1)].contains(&noisy.name),
                "the first stage with more noise is {}",
                noisy.name
            );
        }
    }
}

fn precision(arguments: &str) -> (Option<i32>, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let network = Network::seeded(Shape::new(Dimension::OneD, 32).unwrap(), 5);
    network.save_safetensors(directory.path().join("tiny.safetensors")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_hear-bench"))
        .args(["precision", "--network", "tiny.safetensors", "--samples", "1", "--threads", "2"])
        .args(arguments.split_whitespace())
        .current_dir(directory.path())
        .env_remove("HEAR_ISA")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_table_and_the_record_say_the_same() {
    // Few clips of a tiny network: the noise of ten logits says little about its deviation.
    let (code, table, errors) = precision("--tolerance-bits 2");
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(table.starts_with("tiny.safetensors lean-hear, "), "{table}");
    assert!(table.lines().all(|line| line.len() <= 100), "{table}");
    let (code, json, errors) = precision("--tolerance-bits 2 --method fast-hear,lean-hear --json -");
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let records: Vec<Value> = serde_json::from_str(&json).unwrap();
    let [fast, lean] = records.as_slice() else { panic!("{json}") };
    assert_eq!((&fast["method"], &lean["method"]), (&"fast-hear".into(), &"lean-hear".into()));
    let stages = lean["stages"].as_array().unwrap();
    assert!(table.lines().count() > stages.len());
    for (stage, line) in stages.iter().zip(table.lines().skip(3)) {
        let number = |name: &str| stage[name].as_f64().unwrap();
        assert!(line.trim_start().starts_with(stage["name"].as_str().unwrap()), "{line} {stage}");
        assert!(number("headroom_bits") > 0.0 && number("largest") > 0.0);
        assert_eq!(-number("measured_std").log2(), number("measured_bits"));
        assert_eq!(-number("modelled_std").log2(), number("modelled_bits"));
        assert!((number("modelled_bits") - number("measured_bits") - number("difference_bits")).abs() < 1e-9);
    }
}

#[test]
fn noise_beyond_the_tolerance_ends_with_exit_code_1_and_one_sentence() {
    // The model's noise is drawn anew: no run has exactly as much.
    let (code, table, errors) = precision("--tolerance-bits 1e-9");
    assert!(table.contains("pool3"), "{table}");
    assert_eq!(code, Some(1));
    assert!(errors.starts_with("hear-bench: tiny.safetensors lean-hear: the noise after "), "{errors}");
    assert_eq!(errors.lines().count(), 1);
}
