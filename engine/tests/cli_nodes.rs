//! The command line where a ciphertext is a node and its slots are clips: many rows a file, and memory that can be limited.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

mod common;

use std::{fs, path::Path, process::Command};

use common::{finish, hear, largest_difference, names, rows, write_clips};
use hear_engine::network::method::Method;
use hear_model::{
    input::{Clip, seeded_clips},
    network::{Dimension, Network, Shape},
};
use tempfile::TempDir;

/// Slots of the ring of these tests, which is too small to be secure.
const SLOTS: usize = 512;

/// Logits are this far off at most on that ring; measured 0.01.
const TOLERANCE: f64 = 0.1;

/// Primes of the chain, and special ones.
fn primes(method: &str) -> (usize, usize) {
    if method == "lean-ngraph" { (8, 4) } else { (11, 1) }
}

/// A directory with `small.safetensors`, `clips.csv` and the keys for a method.
fn workplace(method: &str, clips: &[Clip]) -> (TempDir, Network) {
    let place = tempfile::tempdir().unwrap();
    let shape = Shape::new(Dimension::TwoD, 2).unwrap();
    Network::seeded(shape, 3).save_safetensors(place.path().join("small.safetensors")).unwrap();
    write_clips(&place.path().join("clips.csv"), clips);
    let (data, special) = primes(method);
    let parameters = format!(
        "name = \"small\"\nlog_n = {}\nq_bits = {:?}\np_bits = {:?}\n",
        (2 * SLOTS).ilog2(),
        vec![30; data],
        vec![30; special]
    );
    fs::write(place.path().join("small.toml"), parameters).unwrap();
    let keygen = "keygen --network small.safetensors --parameters small.toml --insecure-parameters --out keys";
    hear(place.path(), &format!("{keygen} --method {method}")).warned();
    let network = Network::load(place.path().join("small.safetensors")).unwrap();
    (place, network)
}

fn encrypt(place: &Path, rows: &str) {
    let encrypt = "encrypt --key keys/public.key --input clips.csv --out in --insecure-parameters";
    hear(place, &format!("{encrypt} --rows {rows}")).warned();
}

const INFER: &str = "infer --keys keys/evaluation.key --network small.safetensors --in in --insecure-parameters";

/// Decrypts what is in `out` and holds it to the plain network.
fn check(place: &Path, network: &Network, clips: &[Clip], expected: impl Iterator<Item = usize>, out: &str) {
    let decrypt = format!("decrypt --key keys/secret.key --in {out} --logits --json --insecure-parameters");
    let decrypted = rows(&hear(place, &decrypt).stdout);
    assert_eq!(
        decrypted.iter().map(|row| usize::try_from(row.0).unwrap()).collect::<Vec<_>>(),
        expected.collect::<Vec<_>>()
    );
    for (row, _, _, logits) in decrypted {
        let error = largest_difference(&logits, &network.forward(&clips[usize::try_from(row).unwrap()]));
        assert!(error < TOLERANCE, "row {row}: logit error {error}");
    }
}

#[test]
fn rows_are_packed_together_and_more_than_there_are_slots_are_split() {
    let clips = seeded_clips(5, SLOTS + 8);
    for method in ["ngraph-he2", "lean-ngraph"] {
        let (place, network) = workplace(method, &clips);
        encrypt(place.path(), &format!("3..{}", SLOTS + 8));
        let files = [format!("rows-000003-{:06}", SLOTS + 3), format!("rows-{:06}-{:06}", SLOTS + 3, SLOTS + 8)];
        assert_eq!(names(&place.path().join("in")), files.clone().map(|name| name + ".ct"));
        hear(place.path(), &format!("{INFER} --out out --method {method}")).warned();
        assert_eq!(names(&place.path().join("out")), files.map(|name| name + ".out"));
        check(place.path(), &network, &clips, 3..SLOTS + 8, "out");
    }
}

/// A plan's tiling under a limit, or the sentence that says why there is none.
fn tiling(place: &Path, megabytes: u64) -> Result<serde_json::Value, String> {
    let plan =
        "plan --network small.safetensors --method lean-ngraph --parameters small.toml --insecure-parameters --json";
    let finished = hear(place, &format!("{plan} --memory-limit {megabytes}MB"));
    if finished.code == Some(0) {
        let plan: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
        Ok(plan["run"]["tiling"].clone())
    } else {
        finished.failed(1, &["lean-ngraph on a 2d-2 network takes", "of memory at least", "the limit is"]);
        Err(finished.stderr)
    }
}

#[test]
fn memory_limits_are_met_by_files_or_refused_with_the_least_that_would_do() {
    let clips = seeded_clips(5, 3);
    let (place, network) = workplace("lean-ngraph", &clips);
    encrypt(place.path(), "0..3");
    assert_eq!(tiling(place.path(), 10_000).unwrap()["spill"], "nothing");
    // The least limit for which there is a way.
    let least = (20..200).find(|&megabytes| tiling(place.path(), megabytes).is_ok()).unwrap();
    assert_eq!(tiling(place.path(), least).unwrap()["spill"], "nodes");
    let sentence = tiling(place.path(), least - 1).unwrap_err();
    assert!(sentence.contains("MB of memory at least"), "{sentence}");
    hear(place.path(), &format!("{INFER} --out refused --memory-limit {}MB", least - 1))
        .failed(1, &["of memory at least"]);
    assert!(!place.path().join("refused").exists(), "a refused run leaves nothing");

    hear(place.path(), &format!("{INFER} --out free --keep-unused-slots")).warned();
    hear(place.path(), &format!("{INFER} --out tight --keep-unused-slots --memory-limit {least}MB")).warned();
    let result = |out: &str| fs::read(place.path().join(out).join("rows-000000-000003.out")).unwrap();
    assert!(result("free") == result("tight"), "files change no bit");
    check(place.path(), &network, &clips, 0..3, "tight");

    // A limit on the size of files stands in for a full disk.
    let call = format!("{INFER} --out full --memory-limit {least}MB --threads 2");
    let script = format!("trap '' XFSZ; ulimit -f 20000; exec \"$0\" {call}");
    let mut command = Command::new("bash");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_hear")]).current_dir(place.path());
    finish(&mut command).failed(1, &["full: cannot use the file in which ciphertexts wait", "File too large"]);
    assert!(!place.path().join("full").exists(), "nothing is left over");
    // A directory that is not there.
    hear(place.path(), &format!("{INFER} --out none --memory-limit {least}MB --spill nowhere"))
        .failed(1, &["nowhere: cannot create the file in which ciphertexts wait"]);
}

#[test]
fn a_plan_for_a_job_is_followed_by_keys_clips_and_runs() {
    let clips = seeded_clips(5, 3);
    let (place, network) = workplace("lean-ngraph", &clips);
    let plan = "plan --network small.safetensors --parameters small.toml --insecure-parameters --json";
    let job = |arguments: &str| -> serde_json::Value {
        let finished = hear(place.path(), &format!("{plan} {arguments}"));
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        serde_json::from_str(&finished.stdout).unwrap()
    };
    // Of the methods only those over nodes take a ring as small as this, or a chain as short.
    let chosen = job("--method auto --samples 1500 --memory-limit 90MB --out plan.json");
    assert_eq!((chosen["method"].as_str(), chosen["run"]["clips"].as_u64()), (Some("lean-ngraph"), Some(SLOTS as u64)));
    let ways = chosen["job"]["ways"].as_array().unwrap();
    let all = Method::ALL.len();
    assert_eq!((ways.len(), &ways[0]["method"], &ways[0]["runs"]), (all, &"lean-ngraph".into(), &3.into()));
    assert!(ways[1..].iter().all(|way| way["reason"].is_string()), "{ways:?}");
    assert_eq!(job("--method lean-ngraph --samples 5")["job"]["ways"].as_array().unwrap().len(), 1);
    hear(place.path(), "plan --network small.safetensors --method auto --samples 0").failed(2, &["--samples", "0"]);
    let tight = "plan --network small.safetensors --method auto --memory-limit 1MB";
    hear(place.path(), tight).failed(1, &["there is no way", "lean-ngraph on a 2d-2 network takes"]);

    hear(place.path(), "keygen --plan plan.json --out keys --force --insecure-parameters").warned();
    encrypt(place.path(), "0..3");
    hear(place.path(), &format!("{INFER} --out out --plan plan.json")).warned();
    check(place.path(), &network, &clips, 0..3, "out");
    job("--method lean-ngraph --key-switching paper --out other.json");
    let other = fs::read_to_string(place.path().join("other.json")).unwrap();
    assert!(
        other.contains("\"nothing\"")
            && !fs::read_to_string(place.path().join("plan.json")).unwrap().contains("\"nothing\"")
    );
    let keys = "keygen --network small.safetensors --method ngraph-he2 --out paper --insecure-parameters";
    hear(place.path(), keys).warned();
    let infer = INFER.replace("keys/evaluation.key", "paper/evaluation.key");
    hear(place.path(), &format!("{infer} --out none --plan plan.json")).failed(1, &["was made for another plan"]);
}

#[test]
fn what_the_method_does_not_have_is_refused() {
    let clips = seeded_clips(5, 1);
    let (place, _) = workplace("ngraph-he2", &clips);
    let plan = "plan --network small.safetensors --method";
    for (arguments, part) in [
        ("ngraph-he2 --without hoisting", "switching off hoisting is nothing that ngraph-he2 leaves to choose"),
        ("ngraph-he2 --strategy full", "the strategy full"),
        ("lean-ngraph --without scalar-weights", "switching off scalar-weights"),
        ("lean-ngraph --key-switching hybrid", "hybrid key switching"),
        ("ngraph-he2 --batch 2", "ngraph-he2 takes its clips in the slots of one input"),
    ] {
        hear(place.path(), &format!("{plan} {arguments}")).failed(1, &[part]);
    }
    encrypt(place.path(), "0..1");
    assert_eq!(names(&place.path().join("in")), ["row-000000.ct"]);
    hear(place.path(), &format!("{INFER} --out out --batch 2")).failed(1, &["in the slots of one input"]);
}
