//! Bad input to the command line: the right exit code, one sentence that names the offending value and what was expected,
//! and nothing half-written.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::{clips, command, finish, hear, names, tiny_network, workplace, write_clips};
use hear_engine::{
    params::{Parameters, ParametersLiteral},
    ring::Context,
    wire::{EvaluationKeyReader, EvaluationKeyWriter},
};
use hear_kernels::simd::Isa;
use hear_model::network::{Dimension, Network};
use tempfile::TempDir;

const KEYGEN: &str = "keygen --network tiny.safetensors --method fast-hear";
const ENCRYPT: &str = "encrypt --key keys/public.key --input clips.csv --rows 0..2 --out in";
const INFER: &str = "infer --keys keys/evaluation.key --network tiny.safetensors --in in --out out";
const DECRYPT: &str = "decrypt --key keys/secret.key --in out";

/// A workplace with keys, two encrypted clips and their results.
fn finished_workplace() -> TempDir {
    let place = workplace();
    for arguments in [&format!("{KEYGEN} --out keys"), ENCRYPT, INFER] {
        hear(place.path(), arguments).succeeded();
    }
    place
}

#[test]
fn names_that_nothing_has_are_answered_with_those_that_exist() {
    let place = workplace();
    let plan = "plan --network 2d-64 --method fast-hear";
    let cases: [(&str, &[&str]); 14] = [
        ("plan --network 2d-64 --method fastest", &["'fastest'", "hear, fast-hear"]),
        ("plan --network 3d-64 --method hear", &["\"3d-64\"", "1d-64, 1d-128, 2d-64, 2d-128"]),
        (&format!("{plan} --strategy small"), &["'small'", "full, baby, giant"]),
        (&format!("{plan} --strategy full,baby"), &["'full,baby'", "names 2 strategies"]),
        (&format!("{plan} --without speed"), &["'speed'", "hoisting", "recursive-fold"]),
        (&format!("{plan} --executor magic"), &["'magic'", "serial, fork-join, stealing"]),
        (&format!("{plan} --fast"), &["'--fast'"]),
        ("plan --method hear", &["--network"]),
        ("keygen --network 2d-64 --out keys", &["--method"]),
        ("keygen --plan p --method hear --out keys", &["--plan", "--method"]),
        ("keygen --network 2d-64 --method hear --out keys --seed tree", &["'tree'", "64 hexadecimal digits"]),
        ("encrypt --key k --input c --rows 4..2 --out in", &["'4..2'", "the end must exceed the start"]),
        ("conjure", &["'conjure'"]),
        (&format!("{plan} --pin loose"), &["'loose'", "compact, spread or none"]),
    ];
    for (arguments, parts) in cases {
        hear(place.path(), arguments).failed(2, parts);
    }
    let threads = finish(
        std::process::Command::new(env!("CARGO_BIN_EXE_hear"))
            .args("plan --network 2d-64 --method hear --threads 0".split(' ')),
    );
    threads.failed(2, &["'0'", "--threads", "from 1 to 1024"]);
    let mut isa = command(plan);
    finish(isa.env("HEAR_ISA", "sse9")).failed(2, &["sse9", "scalar, avx2 or avx512"]);
    assert_eq!(names(place.path()), ["clips.csv", "tiny.safetensors"]);
}

/// Nothing is read before: the files named here do not exist.
#[test]
fn threads_that_the_machine_does_not_have_are_warned_of_or_refused() {
    let place = workplace();
    let run = |arguments: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hear"));
        finish(command.args(arguments.split(' ')).env_remove("HEAR_ISA").current_dir(place.path()))
    };
    let pinned = run("decrypt --key secret.key --in out --threads 1024 --pin compact");
    pinned.failed(1, &["1024 threads cannot be pinned (compact)"]);
    let serial = run("decrypt --key secret.key --in out --threads 2 --executor serial");
    serial.failed(2, &["executor serial", "2 threads", "expected 1"]);
    let many = run("decrypt --key secret.key --in out --threads 512");
    many.failed(1, &["secret.key"]);
    assert_eq!(many.stderr.matches("WARNING: of 512 threads").count(), 1, "{}", many.stderr);
    // A plan may be for another machine.
    run("plan --network 1d-64 --method lean-hear --threads 64").succeeded();
}

#[test]
fn no_command_shows_the_help_and_a_closed_pipe_is_no_failure() {
    let help = finish(std::process::Command::new(env!("CARGO_BIN_EXE_hear")).env_remove("HEAR_ISA"));
    assert_eq!((help.code, help.stdout.as_str()), (Some(2), ""));
    assert!(help.stderr.contains("Usage: hear <COMMAND>"), "{}", help.stderr);
    let mut child = command("plan --network 2d-128 --method fast-hear --json").spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn weak_malformed_and_foreign_parameters_are_refused() {
    let place = workplace();
    let plan = "plan --network tiny.safetensors --method fast-hear --parameters p.toml";
    let write = |text: &str| fs::write(place.path().join("p.toml"), text).unwrap();
    write("name = \"weak\"\nlog_n = 14\nq_bits = [30,30,30,30,30,30,30,30,30,30,30,30,30,30]\np_bits = [30]\n");
    hear(place.path(), plan).failed(1, &["p.toml", "449.9 bits", "128 bits", "430 bits"]);
    let keygen = "keygen --network tiny.safetensors --method fast-hear --parameters p.toml --out keys";
    hear(place.path(), keygen).failed(1, &["p.toml", "449.9 bits", "430 bits"]);
    let waived = hear(place.path(), &format!("{plan} --out weak.json --insecure-parameters")).warned();
    assert!(waived.contains("--insecure-parameters") && waived.contains("nothing is protected"), "{waived}");
    // Weak plans stay refused wherever the flag is not repeated.
    hear(place.path(), "keygen --plan weak.json --out keys").failed(1, &["weak.json", "449.9 bits", "430 bits"]);

    write("name = \"short\"\nlog_n = 14\nq_bits = [30,30,30]\np_bits = [30]\n");
    hear(place.path(), plan).failed(1, &["'short'", "3 data primes", "13"]);
    write("name = \"small\"\nlog_n = 13\nq_bits = [30,30,30]\np_bits = [30]\n");
    hear(place.path(), plan).failed(1, &["'small'", "log_n 13", "14"]);
    write("name = \"odd\"\nlog_n = 14\nq = [1073741827]\np_bits = [30]\n");
    hear(place.path(), plan).failed(1, &["p.toml", "1073741827", "2^30"]);
    write("log_n = \"many\"");
    hear(place.path(), plan).failed(1, &["p.toml", "cannot be read"]);
    fs::remove_file(place.path().join("p.toml")).unwrap();
    hear(place.path(), plan).failed(1, &["p.toml"]);
    assert_eq!(names(place.path()), ["clips.csv", "tiny.safetensors", "weak.json"]);
}

#[test]
fn altered_plans_are_refused() {
    let place = workplace();
    hear(place.path(), "plan --network tiny.safetensors --method hear --out plan.json").succeeded();
    let path = place.path().join("plan.json");
    let text = fs::read_to_string(&path).unwrap();
    for (text, reason) in [
        (text.replacen("\"limbs_in\": 11", "\"limbs_in\": 10", 1), "does not match its hash"),
        (text[..100].to_owned(), "not a stored plan"),
        (String::new(), "it is empty"),
    ] {
        fs::write(&path, text).unwrap();
        hear(place.path(), "keygen --plan plan.json --out keys").failed(1, &["plan.json", reason]);
    }
    hear(place.path(), "keygen --plan none.json --out keys").failed(1, &["none.json", "cannot read"]);
    assert_eq!(names(place.path()), ["clips.csv", "plan.json", "tiny.safetensors"]);
}

/// Writes a network in the layout in which the authors publish theirs; gives the files of `conv2.weight` and `bn3.bias`.
fn write_directory(directory: &Path, network: &Network) -> (PathBuf, PathBuf) {
    fs::create_dir(directory).unwrap();
    let write = |name: &str, size: &[usize], values: &[f64]| {
        let path = directory.join(format!("{name}_torch.Size({size:?}).csv"));
        fs::write(&path, values.iter().map(|value| format!("{value}\n")).collect::<String>()).unwrap();
        path
    };
    let mut named = Vec::new();
    for (number, layer) in (1..).zip(network.layers()) {
        let convolution = &layer.convolution;
        let channels = convolution.out_channels;
        let size = [channels, convolution.in_channels, 3];
        named.push(write(&format!("conv{number}.weight"), &size, &convolution.weight));
        write(&format!("conv{number}.bias"), &[channels], &convolution.bias);
        let norm = &layer.batch_norm;
        write(&format!("bn{number}.weight"), &[channels], &norm.weight);
        named.push(write(&format!("bn{number}.bias"), &[channels], &norm.bias));
        write(&format!("bn{number}.running_mean"), &[channels], &norm.running_mean);
        write(&format!("bn{number}.running_var"), &[channels], &norm.running_var);
        for (name, value) in
            [("alpha", layer.activation.alpha), ("beta", layer.activation.beta), ("c", layer.activation.c)]
        {
            write(&format!("act{number}.{name}"), &[1], &[value]);
        }
    }
    let dense = network.dense();
    write("linear.weight", &[10, dense.in_features], &dense.weight);
    write("linear.bias", &[10], &dense.bias);
    (named[2].clone(), named[5].clone())
}

#[test]
fn broken_networks_are_refused_before_anything_is_made() {
    let place = workplace();
    let keygen = "keygen --network net --method fast-hear --out keys";
    let (weight, bias) = write_directory(&place.path().join("net"), &tiny_network(Dimension::OneD));
    hear(place.path(), "plan --network net --method hear").succeeded();
    let whole = fs::read_to_string(&bias).unwrap();
    for (value, named) in [("NaN", "NaN"), ("inf", "inf"), ("cat", "cat")] {
        fs::write(&bias, whole.replacen(whole.lines().nth(3).unwrap(), value, 1)).unwrap();
        hear(place.path(), keygen).failed(1, &["bn3.bias", named]);
    }
    fs::write(&bias, whole.lines().skip(1).collect::<Vec<_>>().join("\n")).unwrap();
    hear(place.path(), keygen).failed(1, &["bn3.bias", "63 values", "64"]);
    fs::remove_file(&bias).unwrap();
    hear(place.path(), keygen).failed(1, &["bn3.bias", "missing"]);
    fs::write(&bias, whole).unwrap();
    fs::rename(&weight, weight.with_file_name("conv2.weight_torch.Size([16, 32, 3]).csv")).unwrap();
    hear(place.path(), keygen).failed(1, &["conv2.weight", "[16, 32, 3]"]);

    let tiny = place.path().join("tiny.safetensors");
    let bytes = fs::read(&tiny).unwrap();
    let keygen = "keygen --network tiny.safetensors --method fast-hear --out keys";
    for part in [&bytes[..bytes.len() / 2], &bytes[..4], &[]] {
        fs::write(&tiny, part).unwrap();
        hear(place.path(), keygen).failed(1, &["tiny.safetensors"]);
    }
    hear(place.path(), "keygen --network clips.csv --method hear --out keys")
        .failed(1, &["clips.csv", "not a network"]);
    let narrow = Network::seeded(hear_model::network::Shape::new(Dimension::TwoD, 8).unwrap(), 1);
    narrow.save_safetensors(&tiny).unwrap();
    hear(place.path(), keygen).failed(1, &["8 channels does not pack", "multiple of 16"]);
    assert_eq!(names(place.path()), ["clips.csv", "net", "tiny.safetensors"]);
}

#[test]
fn clips_that_are_no_clips_are_refused_with_row_or_line_and_column() {
    let place = workplace();
    hear(place.path(), &format!("{KEYGEN} --out keys")).succeeded();
    let csv = place.path().join("clips.csv");
    let good = fs::read_to_string(&csv).unwrap();
    let lines: Vec<&str> = good.lines().collect();
    let (first, second) = (lines[0], lines[1]);
    let cut = second.rsplit_once(',').unwrap().0;
    let with_value = |value: &str| {
        let mut fields: Vec<_> = second.split(',').collect();
        fields[41] = value;
        format!("{first}\n{}\n", fields.join(","))
    };
    let cases: [(String, &[&str]); 7] = [
        (format!("{first}\n{cut}\n"), &["line 2", "959 columns", "960"]),
        (with_value("jump"), &["line 2", "column 42", "\"jump\""]),
        (with_value("nan"), &["line 2", "column 42", "NaN"]),
        (with_value("-inf"), &["line 2", "column 42", "inf"]),
        (with_value("-3e12"), &["row 1", "column 42", "-3e12", "scale"]),
        (first.to_owned(), &["rows 0..2", "there are 1"]),
        (String::new(), &["clips.csv", "empty"]),
    ];
    for (text, parts) in cases {
        fs::write(&csv, text).unwrap();
        let _ = fs::remove_dir_all(place.path().join("in"));
        hear(place.path(), ENCRYPT).failed(1, parts);
        // Rows before the bad one may be there, whole.
        let left = if place.path().join("in").exists() { names(&place.path().join("in")) } else { Vec::new() };
        assert!(left.iter().all(|name| name == "row-000000.ct"), "left: {left:?}");
    }
    fs::write(&csv, good).unwrap();
    hear(place.path(), &ENCRYPT.replace("0..2", "7..9")).failed(1, &["clips.csv", "7..9", "there are 8"]);
    hear(place.path(), &ENCRYPT.replace("clips.csv", "none.csv")).failed(1, &["none.csv"]);
    hear(place.path(), &ENCRYPT.replace("clips.csv", "keys/public.key")).failed(1, &["public.key", "line 1"]);
}

#[test]
fn output_that_cannot_be_written_is_refused() {
    let place = finished_workplace();
    fs::write(place.path().join("file"), "in the way").unwrap();
    for arguments in [
        format!("{KEYGEN} --out file/keys"),
        format!("{KEYGEN} --out file"),
        ENCRYPT.replace("--out in", "--out file/in"),
        INFER.replace("--out out", "--out file"),
        "plan --network tiny.safetensors --method hear --out file/plan.json".to_owned(),
    ] {
        hear(place.path(), &arguments).failed(1, &["file", "cannot"]);
    }
    // A file of the name of a result cannot be replaced by it if it is a directory.
    fs::create_dir_all(place.path().join("taken/row-000000.out/x")).unwrap();
    hear(place.path(), &INFER.replace("--out out", "--out taken")).failed(1, &["row-000000.out", "cannot"]);
    assert_eq!(names(&place.path().join("taken")), ["row-000000.out"], "no temporary file is left");
    assert_eq!(fs::read_to_string(place.path().join("file")).unwrap(), "in the way");
}

#[test]
fn damaged_and_misplaced_files_are_refused() {
    let place = finished_workplace();
    let file = |name: &str| place.path().join(name);
    let encrypt = ENCRYPT.replace("--out in", "--out new");
    let infer = INFER.replace("--out out", "--out new");
    let uses: [(&str, &str); 5] = [
        ("keys/public.key", &encrypt),
        ("keys/evaluation.key", &infer),
        ("in/row-000000.ct", &infer),
        ("keys/secret.key", DECRYPT),
        ("out/row-000000.out", DECRYPT),
    ];
    for (name, arguments) in uses {
        let path = file(name);
        let good = fs::read(&path).unwrap();
        let check = |bytes: &[u8], parts: &[&str]| {
            fs::write(&path, bytes).unwrap();
            let finished = hear(place.path(), arguments);
            finished.failed(1, &[&[name], parts].concat());
            assert!(!file("new").exists(), "{name}: left {:?}", names(&file("new")));
        };
        check(&[], &["empty"]);
        check(&good[..20], &["truncated"]);
        check(&good[..good.len() - 1], &["truncated"]);
        check(&[&good[..], b"x"].concat(), &["corrupted"]);
        check(b"row,class\n0,fall\n this is some other file of more than a few bytes", &["no file of this program"]);
        for (position, parts) in
            [(8, "version"), (60, "corrupted"), (good.len() / 2, ""), (good.len() - 1, "corrupted")]
        {
            let mut flipped = good.clone();
            flipped[position] ^= 4;
            check(&flipped, &[parts]);
        }
        fs::remove_file(&path).unwrap();
        let missing = hear(place.path(), arguments);
        // The other row is still there, so without this one there is nothing wrong.
        if name.starts_with("keys/") {
            missing.failed(1, &[name, "cannot open"]);
        }
        let _ = fs::remove_dir_all(file("new"));
        fs::write(&path, good).unwrap();
    }

    // One party's file in another one's place.
    let swapped = encrypt.replace("public.key", "secret.key");
    hear(place.path(), &swapped).failed(1, &["secret.key", "a secret key, not a public key"]);
    let swapped = infer.replace("evaluation.key", "public.key");
    hear(place.path(), &swapped).failed(1, &["public.key", "a public key, not a file of evaluation keys"]);
    fs::copy(file("in/row-000000.ct"), file("out/row-000007.out")).unwrap();
    hear(place.path(), DECRYPT).failed(1, &["row-000007.out", "an encrypted input, not an encrypted result"]);
    fs::rename(file("out/row-000000.out"), file("out/row-000007.out")).unwrap();
    hear(place.path(), DECRYPT).failed(1, &["row-000007.out", "row 0"]);
    fs::rename(file("out/row-000007.out"), file("out/mine.out")).unwrap();
    hear(place.path(), DECRYPT).failed(1, &["mine.out", "row-000012.out"]);
    hear(place.path(), &DECRYPT.replace("--in out", "--in in")).failed(1, &["in", "row-000012.out"]);
    hear(place.path(), &DECRYPT.replace("--in out", "--in none")).failed(1, &["none"]);

    // A later row that is bad leaves the earlier ones' results, whole.
    let path = file("in/row-000001.ct");
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    hear(place.path(), &infer).failed(1, &["row-000001.ct", "corrupted"]);
    assert_eq!(names(&file("new")), ["row-000000.out"]);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let place = finished_workplace();
    let file = |name: &str| place.path().join(name);
    let make = |out: &str, options: &str| {
        hear(place.path(), &format!("keygen --network tiny.safetensors --out {out}/keys {options}")).succeeded();
        let encrypt = ENCRYPT.replace("--out in", &format!("--out {out}/in")).replace("keys/", &format!("{out}/keys/"));
        hear(place.path(), &encrypt).succeeded();
        fs::remove_file(file(&format!("{out}/keys/evaluation.key"))).unwrap();
    };
    make("hear", "--method hear");
    make("plan", "--method fast-hear --strategy full");
    make("packing", "--method fast-hear --without interlaced-input");
    make("again", "--method fast-hear");

    let infer = INFER.replace("--out out", "--out new");
    let infer_from = |inputs: &str| hear(place.path(), &infer.replace("--in in", &format!("--in {inputs}/in")));
    infer_from("hear").failed(1, &["row-000000.ct", "other parameters"]);
    infer_from("packing").failed(1, &["row-000000.ct", "another packing"]);
    let decrypt_with = |keys: &str| hear(place.path(), &DECRYPT.replace("keys/", &format!("{keys}/keys/")));
    decrypt_with("hear").failed(1, &["row-000000.out", "other parameters"]);
    decrypt_with("plan").failed(1, &["row-000000.out", "another plan"]);
    decrypt_with("again").failed(1, &["row 0", "noise", "another `hear keygen`"]);

    hear(place.path(), &format!("{infer} --method hear"))
        .failed(1, &["--method is hear", "fast-hear", "evaluation.key"]);
    tiny_network(Dimension::TwoD).save_safetensors(file("other.safetensors")).unwrap();
    let other = infer.replace("tiny.safetensors", "other.safetensors");
    hear(place.path(), &other).failed(1, &["2d-16", "1d-16"]);
    hear(place.path(), &infer.replace("tiny.safetensors", "1d-32")).failed(2, &["\"1d-32\"", "1d-64"]);

    drop_a_key(&file("keys/evaluation.key"), &file("fewer.key"));
    let fewer = infer.replace("keys/evaluation.key", "fewer.key");
    hear(place.path(), &fewer).failed(1, &["fewer.key", "is missing", "hear keygen"]);
    assert!(!file("new").exists());

    // Encrypted for another secret key: the cloud cannot know, the monitoring service is told.
    infer_from("again").succeeded();
    hear(place.path(), "decrypt --key keys/secret.key --in new").failed(1, &["row 0", "noise"]);

    // Too large for the network, though not for the scale.
    let mut large = clips();
    large.truncate(1);
    large[0].iter_mut().for_each(|x| *x *= 3e4);
    write_clips(&file("clips.csv"), &large);
    hear(place.path(), &ENCRYPT.replace("0..2 --out in", "0..1 --out large")).succeeded();
    hear(place.path(), &INFER.replace("--in in --out out", "--in large --out large")).succeeded();
    hear(place.path(), "decrypt --key keys/secret.key --in large").failed(1, &["row 0", "too large for the network"]);
}

/// Copies a file of evaluation keys without its last rotation.
fn drop_a_key(from: &Path, to: &Path) {
    let literal: ParametersLiteral = ParametersLiteral::by_name("fast-hear").unwrap();
    let context = Context::new(&Parameters::new(literal).unwrap(), Isa::detect());
    let mut reader = EvaluationKeyReader::open(from).unwrap();
    let (_, kept) = reader.keys().split_last().unwrap();
    let kept = kept.to_vec();
    let header = reader.header().clone();
    let public = reader.public_key(&context).unwrap();
    let mut writer = EvaluationKeyWriter::create(to, &header, &context, &public, &kept).unwrap();
    for _ in &kept {
        writer.write(&reader.next_key(&context).unwrap().unwrap()).unwrap();
    }
    writer.finish().unwrap();
}
