//! `hear-bench trace`, `simulate` and `machine` on a tiny network.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{collections::BTreeMap, fs, path::Path, process::Output};

use common::{bench, refused, text};
use hear_model::network::{Dimension, Network, Shape};
use serde_json::Value;
use tempfile::TempDir;

/// A directory with a network of width 16.
fn laboratory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let network = Network::seeded(Shape::new(Dimension::OneD, 16).unwrap(), 5);
    network.save_safetensors(directory.path().join("tiny.safetensors")).unwrap();
    directory
}

#[track_caller]
fn succeeded(output: &Output) -> &str {
    assert!(output.status.success(), "{:?} {}", output.status, text(&output.stderr));
    text(&output.stdout)
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_run_is_traced_summarised_and_replayed() {
    let laboratory = laboratory();
    let directory = laboratory.path();
    let arguments = "trace --network tiny.safetensors --method fast-hear --threads 1,2 --samples 3 --warm-up 1 \
                     --out trace.json --json summary.json";
    let shown = bench(directory, arguments);
    let shown = succeeded(&shown);
    for part in ["critical path", "longest", "conv3", "inflation", "2 threads: ", "counted: "] {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
    assert!(shown.lines().all(|line| line.is_ascii() && line.len() <= 120), "{shown}");

    // Each task once on each number of threads, none beside another one on its worker.
    let trace = json(&directory.join("trace.json"));
    let tasks = trace["hear"]["workload"]["tasks"].as_array().unwrap().len();
    let mut tracks: BTreeMap<(u64, u64), Vec<(f64, f64)>> = BTreeMap::new();
    for event in trace["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == "X") {
        let (start, duration) = (event["ts"].as_f64().unwrap(), event["dur"].as_f64().unwrap());
        let track = (event["pid"].as_u64().unwrap(), event["tid"].as_u64().unwrap());
        tracks.entry(track).or_default().push((start, start + duration));
    }
    assert_eq!(tracks.values().map(Vec::len).sum::<usize>(), 2 * tasks);
    for events in tracks.values_mut() {
        events.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(events.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1e-6));
    }

    let summary = json(&directory.join("summary.json"));
    assert_eq!((&summary["method"], &summary["samples"]), (&"fast-hear".into(), &3.into()));
    let runs = summary["runs"].as_array().unwrap();
    for (run, threads) in runs.iter().zip(1_u64..) {
        assert_eq!(run["threads"], threads);
        let profile = &run["profile"];
        let number = |name: &str| profile[name].as_u64().unwrap();
        assert!(number("work_ns") <= threads * number("wall_ns"));
        assert!(profile["critical_path"]["time_ns"].as_u64().unwrap() <= number("wall_ns"));
        assert_eq!(profile["longest"].as_array().unwrap().len(), 10);
        assert_eq!(profile["workers"].as_array().unwrap().len() as u64, threads);
    }
    assert_eq!((runs.len(), &summary["scaling"][0]["threads"]), (2, &2.into()));

    // The file is enough to simulate, on any machine.
    let xeon = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/machines/xeon-8268.toml");
    fs::copy(xeon, directory.join("xeon.toml")).unwrap();
    let simulate = "simulate --trace trace.json --threads 1..3,16 --machine xeon.toml --machine-isa avx512 --json -";
    let records: Value = serde_json::from_str(succeeded(&bench(directory, simulate))).unwrap();
    let predictions = records[0]["predictions"].as_array().unwrap();
    let number = |prediction: &Value, name: &str| prediction[name].as_f64().unwrap();
    assert_eq!(
        predictions.iter().map(|prediction| number(prediction, "threads")).collect::<Vec<_>>(),
        [1.0, 2.0, 3.0, 16.0]
    );
    for prediction in predictions {
        let bounds = &prediction["bounds"];
        for bound in ["work_ns", "critical_path_ns", "bandwidth_ns"] {
            assert!(number(bounds, bound) <= number(prediction, "latency_ns") * (1.0 + 1e-9), "{prediction}");
        }
        assert!(number(prediction, "streams_memory_bytes") >= number(prediction, "memory_bytes"));
        assert!(["work", "critical-path", "bandwidth", "placement"].contains(&prediction["bound"].as_str().unwrap()));
    }

    for (change, part) in [
        ("sockets = 2", "hardware.sockets = 0"),
        ("core_bytes_per_ns = 12.5", "hardware.memory.core_bytes_per_ns = 0"),
        ("threads_per_core", "unknown field `0`"),
    ] {
        let nonsense = fs::read_to_string(directory.join("xeon.toml")).unwrap();
        let key = change.split(" = ").next().unwrap();
        let replaced = if change.contains('=') { format!("{key} = 0") } else { "0".to_owned() };
        fs::write(directory.join("nonsense.toml"), nonsense.replacen(change, &replaced, 1)).unwrap();
        let output = bench(directory, "simulate --trace trace.json --machine nonsense.toml");
        refused(&output, 1, &["nonsense.toml", part]);
    }
    let unknown = bench(directory, "simulate --trace trace.json --machine xeon.toml --machine-isa sse9");
    refused(&unknown, 1, &["no kernel times for sse9"]);
}

/// Whatever the machine does meanwhile, the comparison is made; how good it is, only a quiet machine can say.
#[test]
fn a_prediction_is_compared_with_runs_on_the_machine_as_it_describes_itself() {
    let laboratory = laboratory();
    let directory = laboratory.path();
    let machine = bench(directory, "machine");
    fs::write(directory.join("mine.toml"), succeeded(&machine)).unwrap();
    let arguments = "simulate --validate --network tiny.safetensors --method fast-hear --threads 2 --samples 2 \
                     --warm-up 1 --machine mine.toml --measured-on mine.toml --accept 1000 --json result.json";
    let output = bench(directory, arguments);
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    assert!(succeeded(&output).contains("medians: 1 thread "), "{}", text(&output.stdout));
    let validation = json(&directory.join("result.json"))[0]["validation"][0].clone();
    assert_eq!(validation["threads"], 2);
    let number = |name: &str| validation[name].as_f64().unwrap();
    assert!((number("predicted_s") / number("measured_s") - 1.0 - number("error")).abs() < 1e-9);
    assert!(number("predicted_s") < 2.0 * number("one_s"), "{validation}");
}

#[test]
fn arguments_that_mean_nothing_are_refused() {
    let laboratory = laboratory();
    let refuse = |arguments: &str, code, parts: &[&str]| refused(&bench(laboratory.path(), arguments), code, parts);
    refuse("trace --network tiny.safetensors --threads 0", 2, &["0", "1,2,4 or 1..64"]);
    refuse("trace --network tiny.safetensors --method fast-hear --threads 2 --executor serial", 2, &["serial"]);
    refuse("trace --network nothing", 2, &["nothing"]);
    refuse("simulate --threads 1..4", 2, &["--network"]);
    refuse("simulate --network 2d-64 --trace x.json", 2, &["--trace"]);
    refuse("simulate --network 2d-64 --policy random", 2, &["stealing or fork-join"]);
    refuse("simulate --trace nowhere.json", 1, &["nowhere.json"]);
    refuse("simulate --trace tiny.safetensors", 1, &["cannot use the trace tiny.safetensors"]);
}

#[test]
fn help_shows_examples() {
    for command in ["trace", "simulate"] {
        let output = bench(Path::new("."), &format!("{command} --help"));
        let help = succeeded(&output);
        assert!(help.contains(&format!("\n  hear-bench {command} --network ")), "{help}");
        assert!(help.lines().all(|line| line.len() <= 100), "{help}");
    }
}
