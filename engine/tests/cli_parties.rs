//! The command line as three parties use it: separate processes with nothing but their own files.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

mod common;

use std::{fs, path::Path};

use common::{alone, clips, command, finish, hear, largest_difference, names, rows, workplace, workplace_for};
use hear_kernels::simd::Isa;
use hear_model::{
    metrics::{Class, argmax},
    network::Network,
};

/// Logits of the small networks are this far off at most; measured 0.005, with lean-hear 0.02.
const TOLERANCE: f64 = 0.1;

#[test]
fn three_processes_with_nothing_but_their_own_files_agree_with_the_plain_network() {
    for method in ["fast-hear", "hear", "lean-hear"] {
        let owner = workplace_for(method);
        let network = Network::load(owner.path().join("small.safetensors")).unwrap();
        hear(owner.path(), &format!("keygen --network small.safetensors --method {method} --out keys")).succeeded();
        assert_eq!(names(&owner.path().join("keys")), ["evaluation.key", "public.key", "secret.key"]);
        check_modes(&owner.path().join("keys"));
        let [home, cloud, monitoring] =
            ["public.key", "evaluation.key", "secret.key"].map(|name| alone(&owner.path().join("keys").join(name)));
        fs::rename(owner.path().join("clips.csv"), home.path().join("clips.csv")).unwrap();
        fs::rename(owner.path().join("small.safetensors"), cloud.path().join("small.safetensors")).unwrap();
        owner.close().unwrap();

        let encrypt = "encrypt --key public.key --input clips.csv --rows 2..4 --out in";
        let printed = hear(home.path(), encrypt).succeeded();
        assert!(printed.contains("encrypted 2 rows (2..4)"), "{printed}");
        fs::rename(home.path().join("in"), cloud.path().join("in")).unwrap();
        home.close().unwrap();
        assert_eq!(names(&cloud.path().join("in")), ["row-000002.ct", "row-000003.ct"]);

        let infer = "infer --keys evaluation.key --network small.safetensors --in in --out out --json --stages";
        let printed = hear(cloud.path(), &format!("{infer} --method {method}")).succeeded();
        let summary: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert_eq!((summary["method"].as_str(), summary["rows"].as_array().unwrap().len()), (Some(method), 2));
        assert!(summary["stages"].as_array().unwrap().iter().any(|stage| stage["name"] == "conv1"), "{printed}");
        fs::rename(cloud.path().join("out"), monitoring.path().join("out")).unwrap();
        cloud.close().unwrap();
        assert_eq!(names(&monitoring.path().join("out")), ["row-000002.out", "row-000003.out"]);

        let decrypted = rows(&hear(monitoring.path(), "decrypt --key secret.key --in out --logits --json").succeeded());
        assert_eq!(decrypted.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 3]);
        for (row, class, fall, logits) in decrypted {
            let plain = network.forward(&clips()[usize::try_from(row).unwrap()]);
            let error = largest_difference(&logits, &plain);
            assert!(error < TOLERANCE, "{method}, row {row}: logit error {error}");
            assert_eq!((class.as_str(), fall), (argmax(&logits).name(), argmax(&logits) == Class::Fall));
        }
        let table = hear(monitoring.path(), "decrypt --key secret.key --in out/row-000003.out").succeeded();
        assert_eq!(table.lines().count(), 2, "{table}");
        let json = hear(monitoring.path(), "decrypt --key secret.key --in out --json").succeeded();
        assert!(!json.contains("logits"), "logits only where they are asked for: {json}");
    }
}

/// The secret key is its owner's alone; the other files have what the mask leaves, and are no secret.
fn check_modes(keys: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(keys.join(name)).expect("keygen has made it").permissions().mode() & 0o777;
        assert_eq!(mode("secret.key"), 0o600);
        assert!(mode("public.key") & 0o400 != 0);
    }
    #[cfg(not(unix))]
    let _ = keys;
}

#[test]
fn instruction_sets_threads_and_executors_give_identical_files_from_one_seed() {
    for method in ["fast-hear", "lean-hear"] {
        identical_files_from_one_seed(method);
    }
}

fn identical_files_from_one_seed(method: &str) {
    let place = workplace_for(method);
    let run = |environment: Option<&str>, out: &str, extra: &str| {
        let commands = [
            format!("keygen --network small.safetensors --method {method} --out {out} --seed 7 {extra}"),
            format!("encrypt --key {out}/public.key --input clips.csv --rows 0..1 --out {out} --seed 8 {extra}"),
            format!(
                "infer --keys {out}/evaluation.key --network small.safetensors --in {out} --out {out} \
                 --keep-unused-slots {extra}"
            ),
        ];
        for arguments in commands {
            let mut command = command(&arguments);
            command.current_dir(place.path()).envs(environment.map(|isa| ("HEAR_ISA", isa)));
            assert!(
                finish(&mut command).warned().contains("--seed"),
                "seeds and what was made from them are warned of"
            );
        }
    };
    let files = ["secret.key", "public.key", "evaluation.key", "row-000000.ct", "row-000000.out"];
    let hashes = |out: &str| {
        files.map(|name| blake3::hash(&fs::read(place.path().join(out).join(name)).unwrap()).to_hex().to_string())
    };
    let mut all = Vec::new();
    for isa in Isa::all() {
        run(Some(isa.name()), isa.name(), "");
        all.push((isa.name(), hashes(isa.name())));
    }
    run(None, "serial", "--executor serial");
    all.push(("serial", hashes("serial")));
    for (name, hashes) in &all[1..] {
        assert_eq!(hashes, &all[0].1, "{method}, {name} against {}", all[0].0);
    }
    if Isa::all().len() < 3 {
        eprintln!(
            "SKIPPED (no AVX-512): instruction_sets_threads_and_executors_give_identical_files_from_one_seed, in part"
        );
    }

    // Without a seed no two runs give the same.
    for out in ["first", "second"] {
        let arguments = format!("encrypt --key serial/public.key --input clips.csv --rows 0..1 --out {out}");
        hear(place.path(), &arguments).warned();
    }
    let [first, second] =
        ["first", "second"].map(|out| fs::read(place.path().join(out).join("row-000000.ct")).unwrap());
    assert!(first != second, "two encryptions of one clip must differ");
}

#[test]
fn rows_of_a_batch_are_those_of_one_run_each_and_the_last_batch_may_be_smaller() {
    let place = workplace_for("lean-hear");
    let run = |arguments: &str| hear(place.path(), arguments).succeeded();
    run("keygen --network small.safetensors --method lean-hear --out keys");
    run("encrypt --key keys/public.key --input synthetic --rows 0..5 --out encrypted");
    let infer = "infer --keys keys/evaluation.key --network small.safetensors --in encrypted --keep-unused-slots";
    run(&format!("{infer} --out one"));
    run(&format!("{infer} --out several --batch 2 --streams 2"));
    for row in 0..5 {
        let [one, several] =
            ["one", "several"].map(|out| fs::read(place.path().join(out).join(format!("row-00000{row}.out"))).unwrap());
        assert!(one == several, "row {row}");
    }
    let plan = "plan --network small.safetensors --method lean-hear --json";
    let auto: serde_json::Value =
        serde_json::from_str(&run(&format!("{plan} --throughput auto --memory-limit 1GB"))).unwrap();
    let given: serde_json::Value = serde_json::from_str(&run(&format!("{plan} --batch 2 --streams 3"))).unwrap();
    assert_eq!((&given["run"]["batch"], &given["run"]["streams"]), (&2.into(), &3.into()));
    assert!(auto["run"]["memory_bytes"].as_u64().unwrap() <= 1_000_000_000);
    hear(place.path(), &format!("{plan} --batch 65")).failed(2, &["batches of 65", "1 to 64"]);
    hear(place.path(), &format!("{plan} --throughput auto --memory-limit much")).failed(2, &["8GB"]);
}

#[test]
fn a_stored_plan_makes_the_same_keys_as_its_options() {
    let place = workplace();
    let options = "--network tiny.safetensors --method hear --strategy full,baby,giant --without hoisting";
    let shown = hear(place.path(), &format!("plan {options} --out plans/plan.json --json")).succeeded();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(names(&place.path().join("plans")), ["plan.json"]);
    let hash = |arguments: &str| {
        let made = hear(place.path(), arguments).warned();
        assert!(made.contains("--seed"), "{made}");
    };
    hash(&format!("keygen {options} --out a --seed 1"));
    hash("keygen --plan plans/plan.json --out b --seed 1");
    for name in ["secret.key", "public.key", "evaluation.key"] {
        let [a, b] = ["a", "b"].map(|out| fs::read(place.path().join(out).join(name)).unwrap());
        assert!(a == b, "{name} differs");
    }
    assert_eq!(shown["strategy"], "full,baby,giant");
    assert_eq!(shown["without"][0], "hoisting");
    let counted: u64 = shown["stages"].as_array().unwrap().iter().map(|s| s["counts"]["ntt"].as_u64().unwrap()).sum();
    assert_eq!(shown["counts"]["ntt"].as_u64(), Some(counted));
    assert_eq!(shown["counts"]["hoisted_rotation"], 0);
    let table = hear(place.path(), &format!("plan {options}")).succeeded();
    assert!(table.contains(shown["plan_hash"].as_str().unwrap()) && table.contains("conv3"), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
}

#[test]
fn the_demo_tells_its_story_and_needs_no_file() {
    let place = workplace();
    let empty = tempfile::tempdir().unwrap();
    let network = place.path().join("tiny.safetensors");
    let demo = format!("demo --network {} --samples 2", network.display());
    let text = hear(empty.path(), &demo).succeeded();
    for part in ["1d-16", "fast-hear", "encrypt a clip", "without decrypting it", "logit error"] {
        assert!(text.contains(part), "{text}");
    }
    let json = hear(empty.path(), &format!("{demo} --method hear --json")).succeeded();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let samples = json["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 2);
    for sample in samples {
        let error = sample["max_abs_logit_error"].as_f64().unwrap();
        assert!(error > 0.0 && error < TOLERANCE, "{sample}");
    }
    assert!(names(empty.path()).is_empty(), "the demo works in memory");
}

#[test]
fn existing_secret_keys_are_only_replaced_on_request() {
    let place = workplace();
    let keygen = "keygen --network tiny.safetensors --method hear --out keys";
    hear(place.path(), keygen).succeeded();
    let key = place.path().join("keys/secret.key");
    let before = fs::read(&key).unwrap();
    hear(place.path(), keygen).failed(1, &["keys/secret.key", "--force"]);
    assert!(fs::read(&key).unwrap() == before);
    hear(place.path(), &format!("{keygen} --force")).succeeded();
    assert!(fs::read(&key).unwrap() != before);
    assert_eq!(names(&place.path().join("keys")), ["evaluation.key", "public.key", "secret.key"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_key_generation_with_one_line_and_no_file() {
    let place = workplace();
    for signal in ["-INT", "-TERM"] {
        // Many keys, so that the signal comes in time.
        let arguments = "keygen --network 2d-64 --method hear --strategy full --out keys";
        let child = command(arguments).current_dir(place.path()).spawn().unwrap();
        let keys = place.path().join("keys");
        let started = |path: &Path| path.is_dir() && !names(path).is_empty();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while !started(&keys) {
            assert!(std::time::Instant::now() < deadline, "no temporary file appeared");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let killed = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(stderr, "hear: interrupted; nothing half-written is left\n");
        assert!(!keys.exists(), "left: {:?}", names(&keys));
    }
}
