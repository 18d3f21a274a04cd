//! `hear-bench run` on a tiny network: what it writes is held field by field to the contract.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/laboratory.rs"]
mod laboratory;

use std::{fs, path::Path, process::Command};

use common::{bench, refused, text};
use hear_model::network::{Dimension, Network, Shape};
use laboratory::{Laboratory, assert_keys, succeeded};
use serde_json::Value;

/// Every field of the contract, and what is said beyond it.
const FIELDS: [&str; 49] = [
    "network",
    "method",
    "strategy",
    "key_switching",
    "chosen",
    "plan_hash",
    "threads",
    "batch",
    "streams",
    "samples",
    "isa",
    "keygen_s",
    "encode_s",
    "load_s",
    "encrypt_s",
    "infer_s",
    "decrypt_s",
    "raw",
    "rounds",
    "stages",
    "best_speeds",
    "throughput_per_s",
    "peak_rss_bytes",
    "huge_page_bytes",
    "key_bytes",
    "model_bytes",
    "input_ciphertext_bytes",
    "output_ciphertext_bytes",
    "packed_clips",
    "max_abs_logit_error",
    "mean_abs_logit_error",
    "argmax_agreement",
    "changed_rows",
    "accuracy",
    "sensitivity",
    "specificity",
    "precision",
    "f1",
    "confusion",
    "plain",
    "params",
    "counted",
    "counts",
    "predicted",
    "machine",
    "commit",
    "config",
    "noise",
    "environment",
];

/// Asserts the summary of `n` times: ascending, and plausible seconds.
#[track_caller]
fn assert_times(value: &Value, n: u64) {
    assert_keys(value, ["median", "q1", "q3", "min", "max", "n"]);
    assert_eq!(value["n"], n);
    let ascending: Vec<_> = ["min", "q1", "median", "q3", "max"].map(|name| value[name].as_f64().unwrap()).into();
    assert!(ascending.is_sorted() && ascending[0] > 1e-6 && ascending[4] < 600.0, "{ascending:?}");
}

#[test]
fn records_keep_the_contract_field_by_field() {
    let laboratory = Laboratory::new();
    let output = laboratory.run(
        "--method hear,fast-hear --threads 2 --rows 1..3 --warm-up 1 --input clips.csv --labels classes.csv \
         --stages --json records.json",
    );
    succeeded(&output);
    let entries = laboratory.entries("records.json");
    let stages = [
        "conv1 act1 pool1 conv2 act2 pool2 conv3 act3 pool3 dense",
        "conv1 act1 pool1 merge2 conv2 act2 pool2 merge3 conv3 fold3 act3 pool3 dense",
    ];
    assert_eq!(entries.len(), 2);
    for ((entry, method), (limbs, stages)) in
        entries.iter().zip(["hear", "fast-hear"]).zip([11, 13].into_iter().zip(stages))
    {
        assert_keys(entry, FIELDS);
        assert_eq!(entry["network"], "tiny.safetensors");
        assert_eq!(entry["method"], method);
        assert_eq!(entry["strategy"], "baby,giant,giant");
        assert_eq!((&entry["key_switching"], &entry["chosen"]), (&"paper".into(), &"baby,giant,giant".into()));
        let hash = entry["plan_hash"].as_str().unwrap();
        assert!(hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{hash}");
        assert_eq!((&entry["threads"], &entry["batch"], &entry["samples"]), (&2.into(), &1.into(), &2.into()));
        assert!(["scalar", "avx2", "avx512"].contains(&entry["isa"].as_str().unwrap()));

        for step in ["keygen_s", "encode_s"] {
            assert_times(&entry[step], 1);
        }
        for step in ["encrypt_s", "infer_s", "decrypt_s"] {
            assert_times(&entry[step], 2);
        }
        assert!(entry["load_s"].is_null());
        let infer_s = entry["infer_s"]["median"].as_f64().unwrap();
        // Of two samples the median is the mean.
        assert!((entry["throughput_per_s"].as_f64().unwrap() * infer_s - 1.0).abs() < 1e-9);

        check_stages(entry, stages, infer_s);
        check_sizes(entry, limbs);

        let [largest, mean] = ["max_abs_logit_error", "mean_abs_logit_error"].map(|name| entry[name].as_f64().unwrap());
        assert!(0.0 < mean && mean <= largest && largest <= 0.25, "{mean} {largest}");
        assert_eq!(entry["argmax_agreement"], 1.0);
        assert_eq!(entry["changed_rows"], Value::Array(Vec::new()));
        // The labels are the plain network's classes.
        assert_eq!(entry["accuracy"], 1.0);
        check_confusion(entry, 2);

        assert_keys(&entry["params"], ["log_n", "q_bits", "p_bits", "dnum", "log_qp"]);
        assert_eq!(entry["params"]["log_n"], 14);
        assert_eq!(entry["params"]["q_bits"], Value::from(vec![30; limbs]));
        assert_eq!(entry["params"]["p_bits"], Value::from(vec![30]));
        assert_eq!(entry["params"]["dnum"], limbs);
        let log_qp = entry["params"]["log_qp"].as_f64().unwrap();
        assert!((log_qp - 30.0 * (limbs as f64 + 1.0)).abs() < 0.1, "{log_qp}");

        assert_keys(&entry["machine"], ["cpu", "cores", "threads", "caches", "memory", "kernel"]);
        assert_keys(&entry["machine"]["caches"], ["l1d_bytes", "l2_bytes", "l3_bytes"]);
        assert!(entry["machine"]["cores"].as_u64().unwrap() >= 1);
        assert!(entry["commit"].is_null() || entry["commit"].as_str().unwrap().len() >= 40);

        let config = &entry["config"];
        assert_keys(
            config,
            [
                "shape",
                "weights",
                "clips",
                "first_row",
                "samples",
                "batch",
                "streams",
                "warm_up",
                "repeats",
                "prepared",
                "executor",
                "pin",
                "without",
                "isa",
                "tolerance",
            ],
        );
        assert_eq!((&config["shape"], &config["weights"]), (&"1d-16".into(), &"tiny.safetensors".into()));
        assert_eq!((&config["clips"], &config["executor"]), (&"clips.csv".into(), &"stealing".into()));
        let pin = config["pin"].as_str().unwrap();
        assert!(["compact", "none"].contains(&pin), "{pin}: the default where threads fit, and where they do not");
        assert_eq!((&config["first_row"], &config["warm_up"], &config["repeats"]), (&1.into(), &1.into(), &1.into()));
    }
    let json = fs::read_to_string(laboratory.path("records.json")).unwrap();
    let directory = laboratory.directory.path().to_str().unwrap();
    assert!(!json.contains(directory) && !json.contains(env!("CARGO_MANIFEST_DIR")), "a path is recorded");

    let shown = text(&output.stdout);
    for part in
        ["tiny.safetensors hear baby,giant,giant, 2 threads", "tiny.safetensors fast-hear", "fold3", "as predicted"]
    {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
    assert!(!shown.contains("NOT as predicted"), "{shown}");
}

#[track_caller]
fn check_stages(entry: &Value, names: &str, infer_s: f64) {
    let counts = ["ntt", "key_switch", "hoisted_rotation", "plain_product", "rescale", "bytes_read"];
    let stages = entry["stages"].as_array().unwrap();
    let found: Vec<_> = stages.iter().map(|stage| stage["name"].as_str().unwrap()).collect();
    assert_eq!(found.join(" "), names);
    for stage in stages {
        assert_keys(stage, ["name", "busy_s", "span_s", "counts", "bytes", "floors", "memory"]);
        let [busy_s, span_s] = ["busy_s", "span_s"].map(|name| stage[name].as_f64().unwrap());
        assert!(0.0 < busy_s && busy_s <= 2.0 * span_s, "{stage}: two threads");
        assert_keys(&stage["memory"], ["key_bytes", "plaintext_bytes", "value_bytes"]);
        let held = |name: &str| stage["memory"][name].as_u64().unwrap();
        // At least its inputs, and no keys or weights but those that there are.
        assert!(held("value_bytes") > 0, "{stage}");
        assert!(held("key_bytes") <= entry["key_bytes"].as_u64().unwrap(), "{stage}");
        assert!(held("plaintext_bytes") <= entry["model_bytes"].as_u64().unwrap(), "{stage}");
        assert!(span_s <= 2.0 * infer_s, "{stage}: medians of two samples");
        assert_eq!(stage["bytes"], stage["counts"]["bytes_read"]);
    }
    for name in counts {
        let sum: u64 = stages.iter().map(|stage| stage["counts"][name].as_u64().unwrap()).sum();
        assert_eq!(entry["counts"][name], sum, "{name}");
    }
    assert_keys(&entry["predicted"], ["ntt", "infer_s", "speeds", "memory_bytes"]);
    assert_eq!(entry["counts"]["ntt"], entry["predicted"]["ntt"], "measured and predicted transforms");
    assert!(entry["predicted"]["infer_s"].as_f64().unwrap() > 0.0);
}

/// The classes of `clips` clips whose labels are the plain network's.
#[track_caller]
fn check_confusion(entry: &Value, clips: u64) {
    let plain = &entry["plain"];
    assert_keys(plain, ["accuracy", "sensitivity", "specificity", "precision", "f1", "confusion"]);
    assert_eq!(plain["accuracy"], 1.0);
    assert_eq!(plain["confusion"], entry["confusion"]);
    let rows = plain["confusion"].as_array().unwrap();
    assert_eq!(rows.len(), 10);
    let counts = rows.iter().enumerate().flat_map(|(label, row)| {
        let row = row.as_array().unwrap();
        assert_eq!(row.len(), 10);
        row.iter().enumerate().map(move |(prediction, count)| (label == prediction, count.as_u64().unwrap()))
    });
    let (right, wrong): (Vec<_>, Vec<_>) = counts.partition(|(right, _)| *right);
    let sum = |counts: Vec<(bool, u64)>| counts.into_iter().map(|(_, count)| count).sum::<u64>();
    assert_eq!((sum(right), sum(wrong)), (clips, 0));
}

#[track_caller]
fn check_sizes(entry: &Value, limbs: usize) {
    let bytes = |name: &str| entry[name].as_u64().unwrap();
    // Two components of N residues of 30 bits a limb; the dense layer leaves one limb.
    let limb = 2 * 16_384 * 30 / 8;
    let (input, output) = (bytes("input_ciphertext_bytes"), bytes("output_ciphertext_bytes"));
    assert!((limb * limbs as u64..limb * limbs as u64 + 1000).contains(&input), "{input}");
    assert!((limb..limb + 1000).contains(&output), "{output}");
    let peak = bytes("peak_rss_bytes");
    assert!(peak > bytes("key_bytes") + bytes("model_bytes"), "{peak}");
    let predicted = entry["predicted"]["memory_bytes"].as_u64().unwrap();
    assert!(peak.abs_diff(predicted) <= peak / 10, "{peak} of {predicted}");
}

/// What `hear plan` and `hear-bench run` say that a run will take is what it takes.
#[test]
fn the_peak_of_memory_is_predicted_within_a_tenth() {
    let line = "run --network 1d-64,2d-64 --method lean-hear,fast-hear --threads 2 --samples 2 --warm-up 0 --repeats 1 \
                --json -";
    let output = bench(Path::new("."), line);
    succeeded(&output);
    let entries: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(entries.len(), 4);
    for entry in &entries {
        let (network, method) = (&entry["network"], &entry["method"]);
        let peak = entry["peak_rss_bytes"].as_u64().unwrap();
        let predicted = entry["predicted"]["memory_bytes"].as_u64().unwrap();
        eprintln!("{network} {method}: {peak} bytes, {predicted} predicted, {:.3}", predicted as f64 / peak as f64);
        assert!(peak.abs_diff(predicted) <= peak / 10, "{network} {method}: {peak} bytes, {predicted} predicted");
        let huge = entry["huge_page_bytes"].as_u64();
        assert!(huge.is_none_or(|huge| huge < predicted), "{huge:?}");
    }
}

#[test]
fn wrong_logits_get_no_times_and_exit_code_1() {
    let laboratory = Laboratory::new();
    let output = laboratory.run("--samples 1 --warm-up 0 --tolerance 1e-12 --json records.json");
    refused(&output, 1, &["tiny.safetensors fast-hear", "logits are wrong: on row 0", "at most 1e-12 is accepted"]);
    let entries = laboratory.entries("records.json");
    assert_eq!(entries.len(), 1);
    assert_keys(&entries[0], ["network", "method", "strategy", "key_switching", "threads", "failed"]);
    assert!(entries[0]["failed"].as_str().unwrap().contains("logits are wrong"));
    let shown = text(&output.stdout);
    assert!(shown.contains("FAILED, no times") && !shown.contains("infer"), "{shown}");
}

#[test]
fn what_does_not_fit_is_skipped_with_the_reason() {
    let laboratory = Laboratory::new();
    let output = laboratory.run("--method hear,fast-hear --threads 1 --memory-limit 1MB --json records.json");
    succeeded(&output);
    let entries = laboratory.entries("records.json");
    assert_eq!(entries.len(), 2);
    for entry in &entries {
        assert_keys(entry, ["network", "method", "strategy", "key_switching", "threads", "skipped"]);
        let reason = entry["skipped"].as_str().unwrap();
        assert!(reason.starts_with("it would need ") && reason.ends_with("--memory-limit is 1.0 MB"), "{reason}");
    }
    assert!(text(&output.stdout).contains("skipped: it would need "));
}

#[test]
fn more_threads_than_can_run_are_warned_of_once() {
    let laboratory = Laboratory::new();
    let output = laboratory.run("--method hear,fast-hear --threads 1,1000,1024 --memory-limit 1MB --json -");
    assert!(output.status.success(), "{:?}", output.status);
    let stderr = text(&output.stderr);
    assert!(stderr.starts_with("hear-bench: WARNING: of 1024 threads "), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

/// The same clips with an optimisation off, another executor and another instruction set: the same classes, and as many
/// transforms as each plan predicts.
#[test]
fn switches_executors_and_instructions_are_what_was_asked_for() {
    let laboratory = Laboratory::new();
    let run = |arguments: &str| {
        let output = laboratory.run(&format!("--samples 1 --warm-up 0 --json - {arguments}"));
        succeeded(&output);
        let mut entries: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(entries.len(), 1);
        let entry = entries.remove(0);
        assert_eq!(entry["counts"]["ntt"], entry["predicted"]["ntt"]);
        entry
    };
    let all = run("--threads 2 --pin none");
    assert_eq!(all["config"]["pin"], "none");
    let without = run("--executor serial --without hoisting,recursive-fold --isa scalar");
    assert_eq!(without["config"]["without"], Value::from(vec!["hoisting", "recursive-fold"]));
    assert_eq!((&without["config"]["executor"], &without["threads"]), (&"serial".into(), &1.into()));
    assert_eq!(without["isa"], "scalar");
    assert!(without["counts"]["ntt"].as_u64().unwrap() > all["counts"]["ntt"].as_u64().unwrap());
    assert_ne!(without["plan_hash"], all["plan_hash"]);
    assert_eq!(all["config"]["clips"], "synthetic");
    assert!(all["accuracy"].is_number(), "the test set has labels");
    assert!(all["sensitivity"].is_null(), "its first clip is no fall");
}

#[test]
fn clips_of_a_run_are_counted_one_by_one() {
    let laboratory = Laboratory::new();
    succeeded(&laboratory.run("--batch 2 --streams 2 --samples 4 --warm-up 0 --json batch.json"));
    succeeded(&laboratory.run("--samples 1 --warm-up 0 --json one.json"));
    let [batch] = &laboratory.entries("batch.json")[..] else { panic!("one configuration") };
    let [one] = &laboratory.entries("one.json")[..] else { panic!("one configuration") };
    assert_eq!((&batch["batch"], &batch["streams"], &batch["samples"]), (&2.into(), &2.into(), &4.into()));
    assert_times(&batch["infer_s"], 1);
    assert_times(&batch["encrypt_s"], 4);
    assert_eq!(batch["counts"], one["counts"], "counts are a clip's");
    let (throughput, run_s) =
        (batch["throughput_per_s"].as_f64().unwrap(), batch["infer_s"]["median"].as_f64().unwrap());
    assert!((throughput * run_s - 4.0).abs() < 1e-6, "{throughput} clips a second, {run_s} s a run");
    let memory = |record: &Value| record["predicted"]["memory_bytes"].as_u64().unwrap();
    assert!(memory(batch) > memory(one));
}

#[test]
fn a_prepared_model_is_read_and_run() {
    let laboratory = Laboratory::new();
    succeeded(&laboratory.run("--prepared --samples 1 --warm-up 0 --json prepared.json"));
    let [entry] = &laboratory.entries("prepared.json")[..] else { panic!("one configuration") };
    assert_times(&entry["load_s"], 1);
    assert_eq!(entry["config"]["prepared"], true);
}

#[test]
fn a_machine_is_calibrated_and_plans_are_chosen_for_it() {
    let laboratory = Laboratory::new();
    succeeded(&bench(laboratory.directory.path(), "calibrate --samples 1 --threads 2 --out mine.toml"));
    let written = fs::read_to_string(laboratory.path("mine.toml")).unwrap();
    let machine: toml::Table = written.parse().unwrap();
    assert!(machine["speeds"]["ntt_ns"].as_float().unwrap() > 100.0, "{written}");
    let shared_reads = machine["speeds"]["shared_reads"].as_float().unwrap();
    assert!((0.0..=1.0).contains(&shared_reads), "{written}");
    assert_eq!(machine["threads"].as_integer(), Some(2));
    for run in machine["runs"].as_array().unwrap() {
        let ratio = run["predicted_s"].as_float().unwrap() / run["measured_s"].as_float().unwrap();
        assert!((0.2..5.0).contains(&ratio), "{run}");
    }

    succeeded(&laboratory.run("--samples 1 --strategy auto --machine mine.toml --json auto.json"));
    let [entry] = &laboratory.entries("auto.json")[..] else { panic!("one configuration") };
    assert_eq!((&entry["strategy"], &entry["predicted"]["speeds"]), (&"auto".into(), &written_name(&machine)));
    let chosen = entry["chosen"].as_str().unwrap();
    assert!(chosen.split(',').all(|strategy| ["full", "baby", "giant"].contains(&strategy)), "{chosen}");

    fs::write(laboratory.path("slow.toml"), written.replace("ntt_ns = ", "ntt_ns = -")).unwrap();
    for (file, parts) in
        [("nowhere.toml", ["nowhere.toml", "No such file"]), ("slow.toml", ["slow.toml", "ntt_ns = -"])]
    {
        refused(&laboratory.run(&format!("--strategy auto --machine {file}")), 1, &parts);
    }
}

fn written_name(machine: &toml::Table) -> Value {
    machine["speeds"]["name"].as_str().unwrap().into()
}

#[test]
fn arguments_that_name_nothing_known_end_with_exit_code_2() {
    let laboratory = Laboratory::new();
    let cases: [(&str, &[&str]); 17] = [
        ("run", &["--network"]),
        ("run --network 3d-64", &["3d-64", "1d-64", "2d-128"]),
        ("run --network 1d-64 --method fast", &["'fast'", "hear, fast-hear"]),
        ("run --network 1d-64 --strategy small", &["'small'", "full, baby, giant"]),
        ("run --network 1d-64 --strategy full,baby", &["names 2 strategies"]),
        ("run --network 1d-64 --without speed", &["'speed'", "recursive-fold"]),
        ("run --network 1d-64 --executor magic", &["'magic'", "serial, fork-join, stealing"]),
        ("run --network 1d-64 --isa sse9", &["'sse9'", "avx2"]),
        ("run --network 1d-64 --threads 0", &["'0'", "from 1 to 1024"]),
        ("run --network 1d-64 --threads 2 --executor serial", &["serial", "2 threads", "expected 1"]),
        ("run --network 1d-64 --pin loose", &["'loose'", "compact, spread or none"]),
        ("run --network 1d-64 --samples none", &["'none'"]),
        ("run --network 1d-64 --batch 3 --samples 4", &["4 clips", "multiple of 3"]),
        ("run --network 1d-64 --batch 33 --streams 2", &["batches of 33", "1 to 64"]),
        ("run --network 1d-64 --rows 4..4", &["4..4"]),
        ("run --network 1d-64 --memory-limit lots", &["'lots'", "16GB"]),
        ("run --network 1d-64 --tolerance NaN", &["'NaN'", "above 0"]),
    ];
    for (arguments, parts) in cases {
        let output = bench(laboratory.directory.path(), arguments);
        refused(&output, 2, parts);
        assert!(output.stdout.is_empty(), "{arguments}: {}", text(&output.stdout));
    }
}

#[test]
fn what_cannot_be_read_or_written_ends_with_exit_code_1_before_anything_is_measured() {
    let laboratory = Laboratory::new();
    fs::write(laboratory.path("short.csv"), "0\n1\n").unwrap();
    fs::write(laboratory.path("broken.safetensors"), "not tensors").unwrap();
    let eight = Network::seeded(Shape::new(Dimension::OneD, 8).unwrap(), 1);
    eight.save_safetensors(laboratory.path("eight.safetensors")).unwrap();
    let cases: [(&str, &[&str]); 8] = [
        ("run --network 1d-64 --threads 1024 --pin spread", &["1024 threads cannot be pinned (spread)"]),
        ("run --network broken.safetensors", &["broken.safetensors"]),
        ("run --network eight.safetensors", &["8 channels does not pack"]),
        ("run --network tiny.safetensors --input missing.csv", &["missing.csv"]),
        ("run --network tiny.safetensors --input clips.csv", &["clips.csv", "0..20", "there are 3"]),
        ("run --network tiny.safetensors --input clips.csv --rows 0..3 --labels short.csv", &["short.csv", "2 labels"]),
        ("run --network tiny.safetensors --dataset nowhere", &["test_input.csv"]),
        ("run --network tiny.safetensors --json nowhere/records.json", &["nowhere/records.json"]),
    ];
    for (arguments, parts) in cases {
        let output = bench(laboratory.directory.path(), arguments);
        refused(&output, 1, parts);
        assert!(output.stdout.is_empty(), "{arguments}: {}", text(&output.stdout));
    }
    assert!(!laboratory.path("records.json").exists());
}

#[test]
fn an_instruction_set_that_the_cpu_lacks_or_the_environment_invents_is_refused() {
    let laboratory = Laboratory::new();
    let has_avx512 = hear_kernels::simd::Isa::all().iter().any(|isa| isa.name() == "avx512");
    if has_avx512 {
        eprintln!("SKIPPED (this CPU has AVX-512): an instruction set that the CPU lacks");
    } else {
        refused(&laboratory.run("--isa avx512"), 1, &["this CPU has no instruction set avx512"]);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_hear-bench"))
        .args(["run", "--network", "1d-64"])
        .env("HEAR_ISA", "sse9")
        .output()
        .unwrap();
    refused(&output, 2, &["HEAR_ISA", "sse9"]);
}

#[test]
fn the_machine_is_described_as_toml() {
    let output = bench(Path::new("."), "machine");
    succeeded(&output);
    let description: toml::Table = text(&output.stdout).parse().unwrap();
    let cpus = description["topology"]["allowed_cpus"].as_array().unwrap().len();
    let threads = description["machine"]["threads"].as_integer().unwrap();
    assert!(threads >= 1 && cpus >= usize::try_from(threads).unwrap());
}

#[test]
fn the_topology_is_shown_as_a_tree_and_as_json() {
    let output = bench(Path::new("."), "topology --threads 1 --pin none");
    succeeded(&output);
    let shown = text(&output.stdout);
    assert!(shown.contains("1 thread, not pinned") && shown.contains("\npackage"), "{shown}");
    let output = bench(Path::new("."), "topology --json");
    succeeded(&output);
    let description: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_keys(&description, ["topology", "placement"]);
    let source = if cfg!(feature = "hwloc") { "hwloc" } else { "sysfs" };
    assert_eq!(description["topology"]["source"], source);
    let workers = description["placement"]["workers"].as_array().unwrap();
    assert_keys(&workers[0], ["cpu", "core", "last_level_cache", "numa_node", "package", "victims"]);
    assert_eq!(workers[0]["victims"].as_array().unwrap().len(), workers.len() - 1);
    refused(&bench(Path::new("."), "topology --threads 0"), 2, &["'0'", "from 1 to 1024"]);
}

#[test]
fn a_measuring_process_that_is_given_nonsense_says_so() {
    // Standard input is empty here.
    refused(&bench(Path::new("."), "measure"), 1, &["cannot read a configuration"]);
}

#[test]
fn help_shows_examples_and_hides_the_measuring_process() {
    let output = bench(Path::new("."), "--help");
    succeeded(&output);
    let help = text(&output.stdout);
    assert!(help.contains("Examples:") && !help.contains("measure "), "{help}");
    for command in ["run", "precision"] {
        let output = bench(Path::new("."), &format!("{command} --help"));
        succeeded(&output);
        let help = text(&output.stdout);
        assert!(help.contains(&format!("\n  hear-bench {command} --network ")), "{help}");
        assert!(help.lines().all(|line| line.len() <= 100), "{help}");
    }
}
