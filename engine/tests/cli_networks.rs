//! Several networks on one encrypted clip: one set of keys for all, and the results that each gives alone.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod common;

use std::{collections::BTreeSet, fs, path::Path};

use common::{Finished, clips, hear, largest_difference, names, tiny_network, workplace};
use hear_model::{
    input::Clip,
    metrics::{Class, argmax},
    network::{Dimension, Network, Shape},
    synthetic,
};
use serde_json::Value;
use tempfile::TempDir;

/// Logits of networks with random weights are this far off at most; measured 0.02.
const TOLERANCE: f64 = 0.1;

const ENCRYPT: &str = "encrypt --key keys/public.key --input clips.csv --rows 2..4 --out in";
const INFER: &str = "infer --keys keys/evaluation.key --in in --out out";
const DECRYPT: &str = "decrypt --key keys/secret.key --in out";

/// A folder with clips and networks that lean-hear takes: `narrow` and `wide` of two shapes, `other` of the first one.
fn workplace_for_several() -> TempDir {
    let place = workplace();
    for (name, width, seed) in [("narrow", 32, 3), ("wide", 64, 4), ("other", 32, 5)] {
        let network = Network::seeded(Shape::new(Dimension::OneD, width).unwrap(), seed);
        network.save_safetensors(file(&place, &format!("{name}.safetensors"))).unwrap();
    }
    place
}

fn file(place: &TempDir, name: &str) -> std::path::PathBuf {
    place.path().join(name)
}

fn read(place: &TempDir, name: &str) -> Vec<u8> {
    fs::read(file(place, name)).unwrap()
}

fn bytes(place: &TempDir, name: &str) -> u64 {
    fs::metadata(file(place, name)).unwrap().len()
}

/// Runs a call that succeeds; gives what it printed.
#[track_caller]
fn run(place: &TempDir, arguments: &str) -> String {
    let Finished { code, stdout, stderr } = hear(place.path(), arguments);
    assert_eq!(code, Some(0), "{stderr}");
    stdout
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Checks what `hear decrypt --logits --json` says of every network and row against the plain networks.
fn check_against_plain(decrypted: &Value, networks: &[(&str, Network)], clips: &[Clip]) {
    for entry in decrypted.as_array().unwrap() {
        let (_, network) = networks.iter().find(|(name, _)| entry["network"] == *name).unwrap();
        let logits: [f64; 10] = serde_json::from_value(entry["logits"].clone()).unwrap();
        let row = usize::try_from(entry["row"].as_u64().unwrap()).unwrap();
        let plain = network.forward(&clips[row]);
        assert!(largest_difference(&logits, &plain) < TOLERANCE, "{entry} instead of {plain:?}");
        assert_eq!(entry["class"], argmax(&logits).name());
        assert_eq!(entry["fall"], argmax(&logits) == Class::Fall);
    }
}

#[test]
fn several_networks_give_on_one_ciphertext_what_each_gives_alone() {
    let place = workplace_for_several();
    let keygen = "keygen --method lean-hear --seed 7 --network";
    run(&place, &format!("{keygen} narrow.safetensors,wide.safetensors --out keys"));
    run(&place, &format!("{ENCRYPT} --seed 8"));
    let infer = "--network narrow.safetensors,wide.safetensors --keep-unused-slots";
    let text = run(&place, &format!("{INFER} {infer}"));
    for part in ["classified 2 rows with 2 networks", "narrow", "wide", "network encoded in"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(names(&file(&place, "out")), ["narrow", "wide"]);

    let mut apart = 0;
    for name in ["narrow", "wide"] {
        run(&place, &format!("{keygen} {name}.safetensors --out {name}/keys"));
        apart += bytes(&place, &format!("{name}/keys/evaluation.key"));
        for directory in ["in", "out"].map(|directory| format!("{name}/{directory}")) {
            fs::create_dir(file(&place, &directory)).unwrap();
        }
        // Made with other keys of the same secret, the clip is the same file.
        let own = |arguments: &str| {
            let arguments = arguments.replace("keys/", &format!("{name}/keys/"));
            arguments.replace("in in", &format!("in {name}/in")).replace("--out ", &format!("--out {name}/"))
        };
        run(&place, &own(&format!("{ENCRYPT} --seed 8")));
        run(&place, &own(&format!("{INFER} --network {name}.safetensors --keep-unused-slots")));
        for row in ["row-000002", "row-000003"] {
            assert!(read(&place, &format!("in/{row}.ct")) == read(&place, &format!("{name}/in/{row}.ct")));
            let [joint, alone] = [format!("out/{name}/{row}.out"), format!("{name}/out/{row}.out")];
            assert!(read(&place, &joint) == read(&place, &alone), "{joint} differs from {alone}");
        }
    }
    let together = bytes(&place, "keys/evaluation.key");
    assert!(together < apart, "{together} bytes for both, {apart} for each");

    let decrypted = json(&run(&place, &format!("{DECRYPT} --logits --json")));
    let order: Vec<_> = decrypted.as_array().unwrap().iter().map(|entry| (&entry["row"], &entry["network"])).collect();
    assert_eq!(
        order,
        [
            (&2.into(), &"narrow".into()),
            (&2.into(), &"wide".into()),
            (&3.into(), &"narrow".into()),
            (&3.into(), &"wide".into())
        ]
    );
    let networks =
        ["narrow", "wide"].map(|name| (name, Network::load(file(&place, &format!("{name}.safetensors"))).unwrap()));
    check_against_plain(&decrypted, &networks, &clips());
    let table = run(&place, DECRYPT);
    assert!(table.starts_with("     row  network  class   fall\n       2  narrow   "), "{table}");
    assert_eq!(table.lines().count(), 5, "{table}");
    // One network's directory reads as one network's results.
    let alone = json(&run(&place, &format!("{DECRYPT}/wide --json")));
    assert_eq!(alone.as_array().unwrap().len(), 2);
    assert!(alone[0]["network"].is_null(), "{alone}");
}

#[test]
fn the_shipped_2d_networks_share_a_clip_and_their_models_are_prepared_with_the_same_keys() {
    let place = tempfile::tempdir().unwrap();
    let made = json(&run(&place, "keygen --network 2d-64,2d-128 --method lean-hear --out keys --json"));
    assert_eq!([&made["plans"][0]["network"], &made["plans"][1]["network"]], ["2d-64", "2d-128"]);
    run(&place, "encrypt --key keys/public.key --input synthetic --rows 0..2 --out in");
    for network in ["2d-64", "2d-128"] {
        let prepare = format!("prepare --keys keys/evaluation.key --network {network} --out models/{network}.model");
        run(&place, &prepare);
    }
    // Either order of the networks: the plan is found by the network, not by its place.
    let models = "--model models/2d-128.model --model models/2d-64.model";
    let summary = json(&run(&place, &format!("{INFER} {models} --json --stages")));
    for (entry, name) in summary["networks"].as_array().unwrap().iter().zip(["2d-128", "2d-64"]) {
        assert_eq!((&entry["network"], &entry["method"]), (&name.into(), &"lean-hear".into()), "{summary}");
        assert!(entry["load_s"].as_f64().unwrap() > 0.0 && entry["encode_s"].is_null(), "{summary}");
        assert_eq!(entry["rows"].as_array().unwrap().len(), 2);
        assert!(entry["stages"].as_array().unwrap().iter().any(|stage| stage["name"] == "conv1"), "{summary}");
    }
    let hashes: BTreeSet<_> = made["plans"].as_array().unwrap().iter().map(|plan| plan["plan_hash"].as_str()).collect();
    let ran = summary["networks"].as_array().unwrap().iter().map(|network| network["plan_hash"].as_str()).collect();
    assert_eq!(hashes, ran);

    let (clips, _) = synthetic::test_set();
    let decrypted = json(&run(&place, &format!("{DECRYPT} --logits --json")));
    assert_eq!(decrypted.as_array().unwrap().len(), 4);
    let networks = ["2d-64", "2d-128"].map(|name| (name, Network::open(name).unwrap()));
    check_against_plain(&decrypted, &networks, &clips);

    // The same keys serve one network: the layout of one.
    run(&place, &INFER.replace("--out out", "--network 2d-128 --out one"));
    assert_eq!(names(&file(&place, "one")), ["row-000000.out", "row-000001.out"]);
    let one = json(&run(&place, "decrypt --key keys/secret.key --in one --json"));
    assert!(one[0]["network"].is_null() && one[0]["class"] == decrypted[0]["class"], "{one}");
}

#[test]
fn networks_of_one_shape_share_a_plan() {
    let place = workplace_for_several();
    let keygen = "keygen --method lean-hear --network narrow.safetensors,other.safetensors --out keys --json";
    assert_eq!(json(&run(&place, keygen))["plans"].as_array().unwrap().len(), 1);
    run(&place, ENCRYPT);
    run(&place, &format!("{INFER} --network narrow.safetensors --network other.safetensors"));
    let decrypted = json(&run(&place, &format!("{DECRYPT} --logits --json")));
    assert_eq!(decrypted.as_array().unwrap().len(), 4);
    let networks =
        ["narrow", "other"].map(|name| (name, Network::load(file(&place, &format!("{name}.safetensors"))).unwrap()));
    check_against_plain(&decrypted, &networks, &clips());
}

#[test]
fn plans_that_cannot_share_keys_are_refused_with_what_differs() {
    let place = workplace_for_several();
    tiny_network(Dimension::OneD).save_safetensors(file(&place, "tiny.safetensors")).unwrap();
    let refused = |arguments: &str, parts: &[&str]| {
        hear(place.path(), &format!("keygen {arguments} --out keys")).failed(1, parts);
        assert!(!file(&place, "keys").exists());
    };
    refused(
        "--network 2d-64,1d-64 --method lean-hear",
        &["lean-hear on a 2d-64 and lean-hear on a 1d-64", "packed differently", "windows of a 2d clip"],
    );
    let plan = |name: &str, options: &str| {
        run(&place, &format!("plan {options} --out {name}"));
    };
    plan("lean", "--network wide.safetensors --method lean-hear");
    plan("fast", "--network tiny.safetensors --method fast-hear");
    plan("full", "--network tiny.safetensors --method fast-hear --strategy full");
    refused(
        "--plan lean --plan fast",
        &[
            "lean-hear on a 1d-64 and fast-hear on a 1d-16",
            "parameters differ",
            "'lean-hear' with 8 data and 4 special",
        ],
    );
    refused("--plan fast --plan full", &["two plans for a 1d-16 network", "one plan a shape"]);
    hear(place.path(), "keygen --network 2d-64,3d-64 --method lean-hear --out keys").failed(2, &["3d-64"]);
    hear(place.path(), "keygen --plan lean --network 1d-64 --out keys").failed(2, &["--plan", "--network"]);
    // The same plan twice is one plan.
    run(&place, "keygen --plan lean --plan lean --out keys");
}

#[test]
fn networks_without_a_plan_or_a_name_of_their_own_are_refused() {
    let place = workplace_for_several();
    run(&place, "keygen --network narrow.safetensors,wide.safetensors --method lean-hear --out keys");
    run(&place, ENCRYPT);
    let refused = |code: i32, networks: &str, parts: &[&str]| {
        hear(place.path(), &format!("{INFER} {networks}")).failed(code, parts);
        assert!(!file(&place, "out").exists());
    };
    let made_for = "evaluation.key was made for a 1d-32 and a 1d-64";
    refused(1, "--network wide.safetensors,1d-128", &["the network is a 1d-128", made_for, "keys for a 1d-128"]);
    refused(1, "--network 2d-64", &["the network is a 2d-64", made_for]);
    hear(place.path(), "prepare --keys keys/evaluation.key --network 2d-64 --out m").failed(1, &["a 2d-64", made_for]);
    fs::create_dir(file(&place, "copies")).unwrap();
    fs::copy(file(&place, "wide.safetensors"), file(&place, "copies/narrow.safetensors")).unwrap();
    let parts = ["'narrow.safetensors'", "'copies/narrow.safetensors'", "would both go to 'narrow'"];
    refused(2, "--network narrow.safetensors,copies/narrow.safetensors", &parts);
    refused(2, "--network narrow.safetensors,", &["\"\"", "1d-64, 1d-128"]);
    let method = "--network narrow.safetensors,wide.safetensors --method hear";
    refused(1, method, &["--method is hear", "made for lean-hear"]);

    // A model of a plan that the keys do not serve.
    run(&place, "keygen --network 1d-128 --method lean-hear --out foreign");
    run(&place, "prepare --keys foreign/evaluation.key --network 1d-128 --out foreign.model");
    let parts = ["foreign.model", "lean-hear on a 1d-128", "lean-hear on a 1d-32", "lean-hear on a 1d-64"];
    refused(1, "--model foreign.model", &parts);

    // Results: of a plan that the key does not serve, and of one network among those of several.
    run(&place, "encrypt --key foreign/public.key --input clips.csv --rows 0..1 --out foreign/in");
    let infer = "infer --keys foreign/evaluation.key --model foreign.model --in foreign/in --out foreign/out";
    run(&place, infer);
    let decrypt = "decrypt --key keys/secret.key --in";
    hear(place.path(), &format!("{decrypt} foreign/out")).failed(1, &["row-000000.out", "another plan", " or "]);
    run(&place, &format!("{INFER} --network narrow.safetensors,wide.safetensors"));
    misplace(&file(&place, "out"), "narrow/row-000002.out", "row-000002.out");
    hear(place.path(), &format!("{decrypt} out")).failed(1, &["out", "directories below it (narrow, wide)"]);
}

fn misplace(directory: &Path, from: &str, to: &str) {
    fs::copy(directory.join(from), directory.join(to)).unwrap();
}
