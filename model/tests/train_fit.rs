//! `hear-train fit`, killed and started again, and what reads its weights.
#![cfg(feature = "train")]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use hear_model::dataset::Dataset;
use hear_model::input::{seeded_clips, write_clips, write_labels};
use hear_model::metrics::{CLASSES, Evaluation};
use hear_model::network::Network;
use serde_json::Value;

fn write_data(folder: &Path) {
    for (part, seed, count) in [("train", 1, 80), ("test", 2, 20)] {
        let labels: Vec<_> = (0..count).map(|index| CLASSES[index % 10]).collect();
        write_clips(folder.join(format!("{part}_input.csv")), &seeded_clips(seed, count)).unwrap();
        write_labels(folder.join(format!("{part}_label.csv")), &labels).unwrap();
    }
}

fn hear_train(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hear-train"));
    command.current_dir(folder).args(arguments.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &Path, arguments: &str) -> Output {
    let output = hear_train(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn a_killed_run_goes_on_and_ends_with_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_data(folder);
    let fit = |out: &str| format!("fit --network 2d-3 --data . --epochs 12 --batch 16 --out {out}");
    run(folder, &fit("whole.safetensors"));

    let checkpoint = folder.join("killed.safetensors.checkpoint");
    let mut child = hear_train(folder, &fit("killed.safetensors")).spawn().unwrap();
    let started = Instant::now();
    while !checkpoint.exists() && child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "no checkpoint");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!folder.join("killed.safetensors").exists(), "the run was killed before its end");
    let output = run(folder, &fit("killed.safetensors"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("going on after epoch"), "{output:?}");
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    assert_eq!(read("killed.safetensors"), read("whole.safetensors"));
    assert!(!checkpoint.exists());

    fs::write(&checkpoint, "something else").unwrap();
    let output = hear_train(folder, &fit("killed.safetensors")).output().unwrap();
    let sentence = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        sentence.contains("not a checkpoint of hear-train") && sentence.trim_end().lines().count() == 1,
        "{sentence}"
    );
}

#[test]
fn reports_agree_with_the_library_and_weights_survive_every_layout() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_data(folder);
    let output =
        run(folder, "fit --network 1d-3 --data . --epochs 2 --out n.safetensors --curve c.svg --card n.md --json");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["epochs"].as_array().unwrap().len(), 2);
    let network = Network::load(folder.join("n.safetensors")).unwrap();
    let test = Dataset::read_part(folder, "test").unwrap();
    let evaluation = serde_json::to_value(Evaluation::of(&network, &test)).unwrap();
    assert_eq!(report["test"]["evaluation"], evaluation);
    let card = fs::read_to_string(folder.join("n.md")).unwrap();
    assert!(card.starts_with("# 1d-3\n") && card.contains("hear-train fit --network 1d-3 --data ."), "{card}");
    assert!(fs::read_to_string(folder.join("c.svg")).unwrap().contains("training loss"));

    let output = run(folder, "eval --network n.safetensors --data . --svg m.svg --linear --json");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["evaluation"], evaluation);
    assert!(report["linear"]["accuracy"].is_number());
    assert!(fs::read_to_string(folder.join("m.svg")).unwrap().starts_with("<svg"));

    run(folder, "export --network n.safetensors --out csv");
    run(folder, "export --network csv --out again.safetensors");
    assert_eq!(fs::read(folder.join("again.safetensors")).unwrap(), fs::read(folder.join("n.safetensors")).unwrap());
    let output = hear_train(folder, "export --network n.safetensors --out csv").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds tensors already"), "{output:?}");

    run(folder, "export --network n.safetensors --out half.safetensors --f16");
    let half = Network::load(folder.join("half.safetensors")).unwrap();
    for clip in test.clips() {
        for (half, full) in half.forward(clip).iter().zip(network.forward(clip)) {
            assert!((half - full).abs() < 1e-2 * full.abs().max(1.0), "{half} instead of {full}");
        }
    }
}

#[test]
fn transfer_names_the_better_start() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_data(folder);
    run(folder, "fit --network 1d-2 --data . --epochs 1 --out n.safetensors");
    let arguments =
        "transfer --input train_input.csv --label train_label.csv --from n.safetensors --splits 2 --epochs 1 --json";
    let report: Value = serde_json::from_slice(&run(folder, arguments).stdout).unwrap();
    let splits = report["splits"].as_array().unwrap();
    assert_eq!(splits.len(), 2);
    assert_eq!((&splits[0]["training_clips"], &splits[1]["test_clips"]), (&40.into(), &40.into()));
    let means = ["scratch", "transfer"].map(|start| report["mean_accuracy"][start].as_f64().unwrap());
    let mean = splits.iter().map(|split| split["transfer"]["accuracy"].as_f64().unwrap()).sum::<f64>() / 2.0;
    assert!((means[1] - mean).abs() < 1e-12);
    let better = if means[1] > means[0] { "given weights" } else { "random weights" };
    assert_eq!(report["better"], better);
}
