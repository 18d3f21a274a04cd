//! Prepared models: the same results as from the network itself, and refusal of everything that is not one.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod common;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use common::{clips, command, finish, hear, names, scaled, tiny_network, workplace, workplace_for};
use hear_model::network::{Dimension, Network};
use tempfile::TempDir;

const INFER: &str = "infer --keys keys/evaluation.key --in in";
const PREPARE: &str = "prepare --keys keys/evaluation.key --network small.safetensors --out small.model";

/// A folder with a network that the method takes, keys for it, and an encrypted clip; all from seeds.
fn prepared_workplace(method: &str) -> TempDir {
    let place = workplace_for(method);
    let keygen = format!("keygen --network small.safetensors --method {method} --out keys --seed 7");
    hear(place.path(), &keygen).warned();
    hear(place.path(), "encrypt --key keys/public.key --input clips.csv --rows 0..1 --out in --seed 8").warned();
    let printed = hear(place.path(), PREPARE).succeeded();
    assert!(printed.contains("small.model: network 1d-") && printed.contains("encoded in"), "{printed}");
    place
}

fn read(place: &Path, name: &str) -> Vec<u8> {
    fs::read(place.join(name)).unwrap()
}

#[test]
fn a_prepared_model_gives_the_same_bytes_as_the_network() {
    for method in ["hear", "fast-hear", "lean-hear"] {
        let place = prepared_workplace(method);
        let run = |arguments: &str| {
            let printed =
                finish(command(&format!("{INFER} {arguments} --keep-unused-slots --json")).current_dir(place.path()));
            assert_eq!(printed.code, Some(0), "{}", printed.stderr);
            serde_json::from_str::<serde_json::Value>(&printed.stdout).unwrap()
        };
        let encoded = run("--network small.safetensors --out encoded");
        assert!(encoded["encode_s"].as_f64().unwrap() > 0.0, "{encoded}");
        assert!(encoded["load_s"].is_null() && encoded["model"].is_null(), "{encoded}");
        let loaded = run("--model small.model --out loaded");
        assert!(loaded["load_s"].as_f64().unwrap() > 0.0 && loaded["encode_s"].is_null(), "{loaded}");
        assert_eq!((&loaded["model"], &loaded["method"]), (&"small.model".into(), &method.into()));
        assert!(loaded["network"].as_str().unwrap().starts_with("1d-"), "{loaded}");
        assert!(
            read(place.path(), "encoded/row-000000.out") == read(place.path(), "loaded/row-000000.out"),
            "{method}: the model gives another result than the network"
        );
        run("--model small.model --out serial --executor serial");
        assert!(read(place.path(), "serial/row-000000.out") == read(place.path(), "loaded/row-000000.out"));

        // The same file whoever prepares it; nothing in it tells where.
        let text = hear(place.path(), &format!("{PREPARE}.again --executor serial")).succeeded();
        assert!(text.contains(method), "{text}");
        let model = read(place.path(), "small.model");
        assert!(model == read(place.path(), "small.model.again"));
        let head = String::from_utf8_lossy(&model[..4096]).into_owned();
        assert!(!head.contains("small") && !head.contains("tmp"), "{head}");
    }
}

#[test]
fn text_says_where_the_weights_came_from() {
    let place = prepared_workplace("hear");
    let printed = |arguments: &str| {
        let finished = hear(place.path(), &format!("{INFER} {arguments} --out out"));
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        finished.stdout
    };
    let text = printed("--model small.model");
    assert!(text.contains("small.model read in") && !text.contains("encoded"), "{text}");
    let text = printed("--network small.safetensors");
    assert!(text.contains("network encoded in") && !text.contains("small.model"), "{text}");
    let json = hear(place.path(), &format!("{PREPARE} --json")).succeeded();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let bytes = fs::metadata(place.path().join("small.model")).unwrap().len();
    assert_eq!((json["file_bytes"].as_u64(), json["network"].as_str()), (Some(bytes), Some("1d-16")), "{json}");
    assert!(json["model_bytes"].as_u64().unwrap() < bytes && json["encode_s"].is_f64(), "{json}");
}

#[test]
fn a_network_with_large_activations_is_prepared_at_scales_that_suit_it() {
    let place = workplace_for("lean-hear");
    let small = Network::load(place.path().join("small.safetensors")).unwrap();
    let large = scaled(&small, &[("act3.", 14), ("linear.weight", -14)]);
    large.save_directory(place.path().join("large")).unwrap();
    hear(place.path(), "keygen --network large --method lean-hear --out keys").succeeded();
    hear(place.path(), "encrypt --key keys/public.key --input clips.csv --rows 0..2 --out in").succeeded();
    let prepare = "prepare --keys keys/evaluation.key --network large --out large.model --calibrate clips.csv";
    let json: serde_json::Value =
        serde_json::from_str(&hear(place.path(), &format!("{prepare} --json")).succeeded()).unwrap();
    let [first, second, third] = [0, 1, 2].map(|layer| json["scales_bits"][layer].as_u64().unwrap());
    assert_eq!((first, second, json["calibration"].as_str()), (27, 26, Some("clips.csv")), "{json}");
    assert!(third < 24 && json["least_headroom_bits"].as_f64().unwrap() > 1.0, "{json}");
    let text = hear(place.path(), prepare).succeeded();
    assert!(text.contains(&format!("squares at 27, 26, {third} bits; least headroom ")), "{text}");

    hear(place.path(), "infer --keys keys/evaluation.key --model large.model --in in --out out").succeeded();
    let decrypted = hear(place.path(), "decrypt --key keys/secret.key --in out --logits --json").succeeded();
    let decrypted: serde_json::Value = serde_json::from_str(&decrypted).unwrap();
    for (row, clip) in decrypted.as_array().unwrap().iter().zip(clips()) {
        for (logit, want) in row["logits"].as_array().unwrap().iter().zip(small.forward(&clip)) {
            assert!((logit.as_f64().unwrap() - want).abs() < 0.05, "{logit} for {want}");
        }
    }
}

#[test]
fn a_network_whose_values_do_not_fit_is_refused_and_leaves_no_file() {
    for method in ["lean-hear", "fast-hear"] {
        let place = workplace_for(method);
        let small = Network::load(place.path().join("small.safetensors")).unwrap();
        scaled(&small, &[("linear.", 16)]).save_directory(place.path().join("large")).unwrap();
        hear(place.path(), &format!("keygen --network large --method {method} --out keys")).succeeded();
        let stage = if method == "lean-hear" { "pool3" } else { "dense" };
        let prepare = "prepare --keys keys/evaluation.key --network large --out large.model --margin-bits";
        let refused = hear(place.path(), &format!("{prepare} 0.5"));
        refused.failed(1, &[&format!("{stage} lacks "), " bits: coefficients reach ", "divide the weights and biases"]);
        assert!(!place.path().join("large.model").exists());
        hear(place.path(), &format!("{prepare}=-1")).failed(2, &["--margin-bits"]);
        hear(place.path(), &format!("{prepare} 0 --calibrate none.csv")).failed(1, &["none.csv"]);
    }
}

#[test]
fn arguments_that_contradict_each_other_are_refused() {
    let place = workplace();
    hear(place.path(), &format!("{INFER} --out out --network n --model m")).failed(2, &["--network", "--model"]);
    hear(place.path(), &format!("{INFER} --out out")).failed(2, &["--network"]);
    hear(place.path(), "prepare --network tiny.safetensors --out m").failed(2, &["--keys"]);
    hear(place.path(), "prepare --network 3d-64 --keys k --out m").failed(2, &["3d-64"]);
    hear(place.path(), "prepare --network tiny.safetensors --keys none.key --out m").failed(1, &["none.key"]);
    assert_eq!(names(place.path()), ["clips.csv", "tiny.safetensors"]);
}

#[test]
fn what_is_no_whole_model_of_this_plan_is_refused() {
    let place = prepared_workplace("fast-hear");
    let path = place.path().join("small.model");
    let good = fs::read(&path).unwrap();
    let infer = || {
        let mut finished = hear(place.path(), &format!("{INFER} --model small.model --out new"));
        // The keys are from a seed, which is warned of first.
        finished.stderr = finished.stderr.lines().skip(1).map(|line| format!("{line}\n")).collect();
        assert!(!place.path().join("new").exists());
        finished
    };
    let check = |bytes: &[u8], parts: &[&str]| {
        fs::write(&path, bytes).unwrap();
        infer().failed(1, &[&["small.model"], parts].concat());
    };
    check(&[], &["empty"]);
    for length in [1, 20, 100, good.len() / 2, good.len() - 33, good.len() - 1] {
        check(&good[..length], &["truncated"]);
    }
    check(&[&good[..], b"x"].concat(), &["corrupted"]);
    check(&b"0.5,0.25\n".repeat(1000), &["no file of this program"]);
    for (position, part) in [
        (8, "version"),
        (10, "not a prepared model"),
        (60, "corrupted"),
        (good.len() / 2, "corrupted"),
        (good.len() - 1, "corrupted"),
    ] {
        let mut flipped = good.clone();
        flipped[position] ^= 4;
        check(&flipped, &[part]);
    }
    check(&read(place.path(), "keys/evaluation.key"), &["a file of evaluation keys, not a prepared model"]);
    check(&read(place.path(), "keys/secret.key"), &["a secret key, not a prepared model"]);
    fs::remove_file(&path).unwrap();
    infer().failed(1, &["small.model", "cannot open"]);
    fs::create_dir(&path).unwrap();
    infer().failed(1, &["small.model", "no regular file"]);
    hear(place.path(), PREPARE).failed(1, &["small.model", "cannot write"]);
    fs::remove_dir(&path).unwrap();

    // A model in a key's place.
    fs::write(&path, &good).unwrap();
    let swapped = "infer --keys small.model --model small.model --in in --out new";
    hear(place.path(), swapped).failed(1, &["small.model", "a prepared model, not a file of evaluation keys"]);

    // Keys of another method, and of another strategy.
    for (method, options) in [("hear", ""), ("fast-hear", "--strategy full")] {
        let keygen = format!("keygen --network small.safetensors --method {method} {options} --out other");
        hear(place.path(), &keygen).succeeded();
        let infer = "infer --keys other/evaluation.key --model small.model --in in --out new";
        let parts =
            ["small.model", "prepared for fast-hear on a 1d-16", &format!("the keys are for {method} on a 1d-16")];
        hear(place.path(), infer).failed(1, &parts);
        fs::remove_dir_all(place.path().join("other")).unwrap();
    }
    // Keys made anew for the same plan go with it.
    hear(place.path(), "keygen --network small.safetensors --method fast-hear --out anew").succeeded();
    let anew = "infer --keys anew/evaluation.key --model small.model --in in --out anew";
    finish(command(anew).current_dir(place.path())).succeeded();

    tiny_network(Dimension::TwoD).save_safetensors(place.path().join("other.safetensors")).unwrap();
    let other = PREPARE.replace("small.safetensors", "other.safetensors").replace("small.model", "new/other.model");
    hear(place.path(), &other).failed(1, &["2d-16", "1d-16", "evaluation.key"]);
    hear(place.path(), &PREPARE.replace("--out ", "--out clips.csv/")).failed(1, &["clips.csv", "cannot"]);
    assert!(!place.path().join("new").exists());
}

#[cfg(unix)]
#[test]
fn whoever_ends_it_halfway_finds_no_model() {
    let place = prepared_workplace("hear");
    fs::remove_file(place.path().join("small.model")).unwrap();
    let before = names(place.path());
    for signal in ["-INT", "-TERM", "-KILL"] {
        // On one thread without vectors, so that the signal comes in time.
        let mut call = command(&format!("{PREPARE} --executor serial"));
        let child = call.env("HEAR_ISA", "scalar").current_dir(place.path()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let partial = loop {
            let partial = names(place.path()).into_iter().find(|name| name.starts_with("small.model.partial-"));
            if let Some(partial) = partial {
                break partial;
            }
            assert!(Instant::now() < deadline, "no temporary file appeared");
            std::thread::sleep(Duration::from_millis(1));
        };
        let killed = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let output = child.wait_with_output().unwrap();
        if signal == "-KILL" {
            // Nobody could tidy up; what is left is no model, by name or by content.
            assert_eq!(names(place.path()).len(), before.len() + 1);
            let infer = hear(place.path(), &format!("{INFER} --out out --model {partial}"));
            assert_eq!(infer.code, Some(1), "{}", infer.stderr);
            assert!(infer.stderr.contains("empty") || infer.stderr.contains("truncated"), "{}", infer.stderr);
        } else {
            assert_eq!(output.status.code(), Some(130), "{signal}");
            assert_eq!(String::from_utf8(output.stderr).unwrap(), "hear: interrupted; nothing half-written is left\n");
            assert_eq!(names(place.path()), before, "{signal}");
        }
    }
}
