//! Records in lines, what they hold, and what is compared and exported of them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/laboratory.rs"]
mod laboratory;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use common::{bench, refused, text};
use hear_bench::{
    comparison::{Options, Quantity, Report, Side},
    record::Entry,
    record_lines::{RecordFile, RecordLine, RecordWriter},
    statistics::{Basis, Verdict},
};
use laboratory::{Laboratory, assert_keys, succeeded};
use serde_json::Value;

/// A line as version 1 of records was first written: whatever is added later, it stays readable.
const LINE: &str = include_str!("data/record-version-1.jsonl");

/// Two rounds in `runs.jsonl`, which every test of what reads them changes as it needs.
fn measured(laboratory: &Laboratory) -> RecordFile {
    fs::write(laboratory.path("line.jsonl"), LINE).unwrap();
    let RecordFile { mut lines, .. } = RecordFile::read(&laboratory.path("line.jsonl")).unwrap();
    lines.push(RecordLine { round: 1, ..lines[0].clone() });
    write(&laboratory.path("runs.jsonl"), &lines);
    RecordFile { lines, truncated: None }
}

/// So many rounds of a session like this one, whose inferences take `factor` as long and wander as machines do.
fn rounds(like: &RecordLine, session: &str, count: usize, factor: f64) -> Vec<RecordLine> {
    let round = |round: usize| {
        let mut line = RecordLine { session: session.to_owned(), round, ..like.clone() };
        // Speeds wander by a fifth, for both of a pair alike, and by a thousandth for each.
        let wander = 1.0 + 0.2 * (0.7 * round as f64).sin();
        let own = 1.0 + 0.001 * ((round * 7 + session.len()) as f64 + factor).sin();
        if let Entry::Measured(record) = &mut line.entry {
            let times = &mut record.infer_s;
            for time in [&mut times.median, &mut times.q1, &mut times.q3, &mut times.min, &mut times.max] {
                *time = 0.04 * wander * own * factor;
            }
            for times in [&mut record.keygen_s, &mut record.encode_s, &mut record.encrypt_s, &mut record.decrypt_s] {
                times.min = 0.01 * wander;
            }
            record.peak_rss_bytes = Some(100_000_000);
        }
        line.noise = None;
        line
    };
    (0..count).map(round).collect()
}

fn write(path: &Path, lines: &[RecordLine]) {
    let mut writer = RecordWriter::open(path).unwrap();
    lines.iter().for_each(|line| writer.append(line).unwrap());
}

fn record(line: &mut RecordLine) -> &mut hear_bench::record::Record {
    let Entry::Measured(record) = &mut line.entry else { panic!("it was measured") };
    record
}

#[test]
fn rounds_are_lines_that_fit_the_schema_and_one_entry_of_the_array() {
    let laboratory = Laboratory::new();
    let line = "run --network 1d-64 --method lean-hear --strategy auto --strategy own --samples 2 --warm-up 0 --repeats 1 \
                --rounds 3 --records runs.jsonl --json runs.json";
    let output = bench(laboratory.directory.path(), line);
    succeeded(&output);
    let lines = RecordFile::read(&laboratory.path("runs.jsonl")).unwrap().lines;
    let order: Vec<_> = lines.iter().map(|line| (line.round, &*line.identity().strategy)).collect();
    let expected = [(0, "auto"), (0, "own"), (1, "own"), (1, "auto"), (2, "auto"), (2, "own")];
    assert_eq!(order, expected);
    assert!(lines.iter().all(|line| line.session == lines[0].session && line.experiment.is_none()));
    assert_eq!(lines[0].configuration, lines[3].configuration);
    assert_ne!(lines[0].configuration, lines[1].configuration);
    assert!(lines.iter().is_sorted_by_key(|line| line.unix_s) && lines[0].unix_s > 1_700_000_000);

    let schema: Value = serde_json::from_str(include_str!("../schema/record.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in fs::read_to_string(laboratory.path("runs.jsonl")).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(validator.is_valid(&line), "{:?}", validator.iter_errors(&line).next().map(|error| error.to_string()));
        let mut wrong = line.clone();
        wrong["entry"]["counts"]["ntt"] = Value::from(-1);
        assert!(!validator.is_valid(&wrong), "the schema accepts anything");
        assert_keys(
            &line,
            [
                "format",
                "version",
                "experiment",
                "configuration",
                "session",
                "round",
                "unix_s",
                "entry",
                "environment",
                "noise",
            ],
        );
        let times = &line["entry"]["raw"];
        assert_keys(times, ["keygen_s", "encode_s", "load_s", "encrypt_s", "infer_s", "decrypt_s"]);
        assert_eq!(times["infer_s"].as_array().unwrap().len(), 2);
        assert_eq!((&line["entry"]["noise"], &line["entry"]["environment"]), (&Value::Null, &Value::Null));
        assert!(line["noise"]["elapsed_s"].as_f64().unwrap() > 0.0);
        assert_keys(
            &line["environment"],
            ["machine", "microcode", "governor", "transparent_huge_pages", "isa", "build"],
        );
    }

    let entries = laboratory.entries("runs.json");
    assert_eq!(entries.len(), 2);
    for (entry, strategy) in entries.iter().zip(["auto", "own"]) {
        assert_eq!((&entry["strategy"], &entry["rounds"], &entry["samples"]), (&strategy.into(), &3.into(), &6.into()));
        let of_strategy: Vec<_> = lines.iter().filter(|line| line.identity().strategy == strategy).collect();
        let all: Vec<f64> =
            of_strategy.iter().flat_map(|line| line.record().unwrap().raw.clone().unwrap().infer_s).collect();
        assert_eq!(entry["raw"]["infer_s"], Value::from(all.clone()));
        assert_eq!(entry["infer_s"]["n"], 6);
        assert_eq!(entry["infer_s"]["min"], all.iter().copied().reduce(f64::min).unwrap());
        let peak = of_strategy.iter().filter_map(|line| line.record().unwrap().peak_rss_bytes).max();
        assert_eq!(entry["peak_rss_bytes"].as_u64(), peak);
        assert!(entry["noise"]["elapsed_s"].as_f64() > of_strategy[0].noise.map(|noise| noise.elapsed_s));
        assert!(entry["environment"]["build"]["compiler"].as_str().unwrap().starts_with("rustc"));
    }
    let shown = text(&output.stdout);
    assert!(shown.contains("3 processes") && shown.matches("throughput").count() == 2, "{shown}");
}

#[test]
fn rounds_end_with_the_first_failure() {
    let laboratory = Laboratory::new();
    let output = laboratory.run("--samples 1 --warm-up 0 --tolerance 1e-12 --rounds 5 --records runs.jsonl --json -");
    refused(&output, 1, &["logits are wrong"]);
    let lines = RecordFile::read(&laboratory.path("runs.jsonl")).unwrap().lines;
    assert!(matches!(&lines[..], [line] if line.record().is_none() && line.environment.is_some()), "{lines:?}");
    let entries: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(entries.len() == 1 && entries[0]["failed"].is_string(), "{entries:?}");
}

/// Results that were published stay readable, whatever is recorded in addition.
#[test]
fn all_results_of_run_in_the_repository_are_read() {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results");
    let mut files = 0;
    for machine in fs::read_dir(&results).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for path in fs::read_dir(machine).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(Value::Array(values)) = serde_json::from_str(&fs::read_to_string(&path).unwrap_or_default()) else {
                continue;
            };
            // Records of precision, traces and simulations stand there too.
            if values.iter().any(|value| value.get("infer_s").is_none()) {
                continue;
            }
            for value in values {
                let network = value["network"].clone();
                let entry: Entry = serde_json::from_value(value)
                    .unwrap_or_else(|error| panic!("{}, {network}: {error}", path.display()));
                let Entry::Measured(record) = entry else { panic!("{}, {network} was measured", path.display()) };
                assert!(record.infer_s.median > 0.0);
            }
            files += 1;
        }
    }
    assert!(files >= 2, "{files} files of results");
}

fn verdict(report: &Report, quantity: Quantity) -> (Basis, Verdict) {
    let compared = report.configurations[0].compared.iter().find(|compared| compared.quantity == quantity).unwrap();
    (compared.comparison.basis, compared.comparison.verdict)
}

#[test]
fn what_was_taken_in_turn_is_compared_in_pairs_and_a_tenth_is_found() {
    let laboratory = Laboratory::new();
    let like = &measured(&laboratory).lines[0];
    let (a, b) = (rounds(like, "one", 10, 1.0), rounds(like, "one", 10, 1.1));
    write(&laboratory.path("a.jsonl"), &a);
    write(&laboratory.path("b.jsonl"), &b);
    write(&laboratory.path("later.jsonl"), &rounds(like, "two", 10, 1.1));
    let compare = |arguments: &str| bench(laboratory.directory.path(), &format!("compare {arguments}"));

    let output = compare("a.jsonl b.jsonl --json comparison.json");
    succeeded(&output);
    let shown = text(&output.stdout);
    for part in ["10 pairs of rounds", "1.100", "SLOWER", "B takes more (infer +10.0%)."] {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
    assert_eq!(shown.matches("SLOWER").count(), 1, "{shown}");
    let report: Value = serde_json::from_str(&fs::read_to_string(laboratory.path("comparison.json")).unwrap()).unwrap();
    let infer = &report["configurations"][0]["compared"][0];
    assert_eq!(
        (&infer["quantity"], &infer["verdict"], &infer["basis"]),
        (&"infer".into(), &"slower".into(), &"pairs".into())
    );
    assert_eq!((&report["slower"], &report["faster"]), (&1.into(), &0.into()));

    refused(
        &compare("a.jsonl b.jsonl --json - --fail-on-regression"),
        1,
        &["b.jsonl is worse than a.jsonl", "infer +10.0%"],
    );
    succeeded(&compare("b.jsonl a.jsonl --fail-on-regression"));
    succeeded(&compare("a.jsonl b.jsonl --fail-on-regression --smallest 15"));
    let same = compare("a.jsonl a.jsonl --fail-on-regression");
    succeeded(&same);
    assert!(text(&same.stdout).contains("No difference beyond the noise in 6 comparisons"), "{}", text(&same.stdout));

    // Another session: the machine may have been another's in between.
    let output = compare("a.jsonl later.jsonl --fail-on-regression");
    succeeded(&output);
    let shown = text(&output.stdout);
    assert!(shown.contains("not measured in turn") && shown.contains("changes of 30%"), "{shown}");
    let (a, later) = (Side::new("a", &a), Side::read(&laboratory.path("later.jsonl")).unwrap());
    let report = Report::new(&a, &later, Options::default()).unwrap();
    assert_eq!(verdict(&report, Quantity::Infer), (Basis::Rounds, Verdict::NoDifference));
    let much_later = Side::new("much later", &rounds(like, "three", 10, 2.0));
    let report = Report::new(&a, &much_later, Options::default()).unwrap();
    assert_eq!(verdict(&report, Quantity::Infer), (Basis::Rounds, Verdict::Slower));
    assert_eq!(verdict(&report, Quantity::PeakMemory), (Basis::Rounds, Verdict::NoDifference));
}

#[test]
fn arrays_of_run_are_compared_as_single_processes() {
    let laboratory = Laboratory::new();
    let mut lines = measured(&laboratory).lines;
    let entries: Vec<_> = lines.iter().take(1).map(RecordLine::full_entry).collect();
    fs::write(laboratory.path("a.json"), serde_json::to_string(&entries).unwrap()).unwrap();
    let times = &mut record(&mut lines[0]).infer_s;
    for time in [&mut times.median, &mut times.q1, &mut times.q3, &mut times.min, &mut times.max] {
        *time *= 3.0;
    }
    record(&mut lines[0]).infer_s.q3 = record(&mut lines[0]).infer_s.q1;
    let entries: Vec<_> = lines.iter().take(1).map(RecordLine::full_entry).collect();
    fs::write(laboratory.path("b.json"), serde_json::to_string(&entries).unwrap()).unwrap();
    let [a, b] = ["a.json", "b.json"].map(|name| Side::read(&laboratory.path(name)).unwrap());
    let report = Report::new(&a, &b, Options::default()).unwrap();
    assert_eq!(verdict(&report, Quantity::Infer).0, Basis::Values);
    assert!((report.configurations[0].compared[0].comparison.ratio - 3.0).abs() < 1e-9);
    assert_eq!(verdict(&report, Quantity::Keygen), (Basis::Values, Verdict::NoDifference));
    assert!(report.warnings.iter().any(|warning| warning.contains("not measured in turn")), "{:?}", report.warnings);
}

#[test]
fn what_cannot_be_compared_is_refused_in_one_sentence() {
    let laboratory = Laboratory::new();
    let like = &measured(&laboratory).lines[0];
    let good = rounds(like, "one", 4, 1.0);
    write(&laboratory.path("good.jsonl"), &good);
    let changed = |name: &str, change: fn(&mut RecordLine)| {
        let mut lines = good.clone();
        lines.iter_mut().for_each(change);
        write(&laboratory.path(name), &lines);
    };
    changed("machine.jsonl", |line| record(line).machine.cpu = Some("Another CPU".to_owned()));
    changed("network.jsonl", |line| record(line).identity.network = "another".to_owned());
    let text_of = |name: &str| fs::read_to_string(laboratory.path(name)).unwrap();
    let good_text = text_of("good.jsonl");
    fs::write(laboratory.path("version.jsonl"), good_text.replace(r#""version":1"#, r#""version":2"#)).unwrap();
    fs::write(laboratory.path("broken.jsonl"), format!("{good_text}oops\n{good_text}")).unwrap();
    fs::write(laboratory.path("other.json"), "[1, 2]").unwrap();
    let cases: [(&str, i32, &[&str]); 8] = [
        ("good.jsonl machine.jsonl", 1, &["of 2 machines", "Another CPU", "--across-machines"]),
        ("good.jsonl network.jsonl", 1, &["good.jsonl and network.jsonl have no measured configuration in common"]),
        ("version.jsonl good.jsonl", 1, &["version.jsonl:1 is a record of version 2", "reads version 1"]),
        ("good.jsonl broken.jsonl", 1, &["broken.jsonl:5 is no record of hear-bench"]),
        ("good.jsonl other.json", 1, &["other.json holds no results"]),
        ("good.jsonl missing.jsonl", 1, &["cannot read missing.jsonl"]),
        ("good.jsonl", 2, &["<B>"]),
        ("--programs good.jsonl good.jsonl", 2, &["--network"]),
    ];
    for (arguments, code, parts) in cases {
        refused(&bench(laboratory.directory.path(), &format!("compare {arguments}")), code, parts);
    }
    let across = bench(laboratory.directory.path(), "compare good.jsonl machine.jsonl --across-machines");
    succeeded(&across);
    // Appending to what is no file of records would spoil it.
    for (name, part) in
        [("version.jsonl", "version 2"), ("broken.jsonl", ":5 is no record"), ("other.json", ":1 is no record")]
    {
        let before = text_of(name);
        refused(&laboratory.run(&format!("--samples 1 --records {name}")), 1, &[part]);
        assert_eq!(text_of(name), before);
    }
}

#[test]
fn what_a_reader_must_know_is_said() {
    let laboratory = Laboratory::new();
    let like = &measured(&laboratory).lines[0];
    let (a, mut b) = (rounds(like, "one", 4, 1.0), rounds(like, "one", 4, 1.0));
    b[1].noise = like.noise.map(|noise| hear_bench::environment::Noise {
        steal_share: Some(0.25),
        other_load_share: Some(0.0),
        frequency_ratio: None,
        ..noise
    });
    for line in &mut b {
        record(line).isa = "scalar".to_owned();
        line.environment.as_mut().unwrap().build.test_features = vec!["slowed".to_owned()];
    }
    write(&laboratory.path("a.jsonl"), &a);
    write(&laboratory.path("b.jsonl"), &b);
    let whole = fs::read(laboratory.path("b.jsonl")).unwrap();
    fs::write(laboratory.path("b.jsonl"), [&whole[..], &whole[..300]].concat()).unwrap();
    let output = bench(laboratory.directory.path(), "compare a.jsonl b.jsonl");
    succeeded(&output);
    let shown = text(&output.stdout);
    for part in [
        "1 of 4 rounds of b.jsonl were noisy (the hypervisor took 25% of the CPUs' time)",
        "b.jsonl is of a program built for tests only (slowed)",
        "B on scalar",
        "line 5 of b.jsonl was cut off",
    ] {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
}

#[test]
fn what_only_the_other_program_can_do_is_a_regression() {
    let laboratory = Laboratory::new();
    let like = &measured(&laboratory).lines[0];
    write(&laboratory.path("a.jsonl"), &rounds(like, "one", 4, 1.0));
    let line = "run --network 1d-64 --method lean-hear --threads 2 --samples 2 --warm-up 0 --repeats 1 --tolerance 1e-12 \
                --records b.jsonl";
    let output = bench(laboratory.directory.path(), line);
    refused(&output, 1, &["logits are wrong"]);
    let output = bench(laboratory.directory.path(), "compare a.jsonl b.jsonl --fail-on-regression");
    refused(&output, 1, &["b.jsonl is worse than a.jsonl: B fails", "logits are wrong"]);
}

/// This program against itself, and against one that is no hear-bench.
#[test]
fn two_programs_are_measured_in_turn() {
    let laboratory = Laboratory::new();
    let program = env!("CARGO_BIN_EXE_hear-bench");
    let compare = |other: &str, arguments: &str| -> Output {
        let line = format!("compare --programs {program} {other} --network 1d-64 {arguments}");
        bench(laboratory.directory.path(), &line)
    };
    let output = compare(program, "--rounds 4 --find 1000000000 --samples 2 --warm-up 0 --records kept --json -");
    succeeded(&output);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let configuration = &report["configurations"][0];
    assert_eq!((&configuration["pairs"], &configuration["method"]), (&4.into(), &"lean-hear".into()));
    assert_eq!(configuration["compared"].as_array().unwrap().len(), 6);
    assert!(configuration["compared"].as_array().unwrap().iter().all(|compared| compared["basis"] == "pairs"));
    let kept = ["a.jsonl", "b.jsonl"].map(|name| RecordFile::read(&laboratory.path("kept").join(name)).unwrap().lines);
    let turns = kept.each_ref().map(|lines| lines.iter().map(|line| (&line.session, line.round)).collect::<Vec<_>>());
    assert!(turns[0] == turns[1] && turns[0].len() == 4, "{turns:?}");
    // What was kept says the same as what was compared.
    let [a, b] = ["a.jsonl", "b.jsonl"].map(|name| Side::read(&laboratory.path("kept").join(name)).unwrap());
    let again = serde_json::to_value(Report::new(&a, &b, Options::default()).unwrap()).unwrap();
    assert_eq!(again["configurations"], report["configurations"]);

    // So small a change is never found: there are as many rounds as there may be.
    let output = compare(program, "--rounds 4 --find 0.0001 --warm-up 0 --repeats 1 --samples 1 --json -");
    succeeded(&output);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["configurations"][0]["pairs"], 12);

    refused(&compare("nowhere/hear-bench", ""), 1, &["cannot find the program nowhere/hear-bench"]);
    refused(&compare("clips.csv", ""), 1, &["cannot start", "clips.csv", "Permission denied"]);
    let no_laboratory = PathBuf::from("/bin/true");
    if no_laboratory.exists() {
        refused(&compare("/bin/true", ""), 1, &["with /bin/true: 1d-64 lean-hear", "gave no result"]);
    }
}

#[test]
fn records_become_rows_for_spreadsheets() {
    let laboratory = Laboratory::new();
    let lines = measured(&laboratory).lines;
    let output = bench(laboratory.directory.path(), "csv runs.jsonl --out runs.csv");
    succeeded(&output);
    let mut reader = csv::Reader::from_path(laboratory.path("runs.csv")).unwrap();
    let head = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    for (row, line) in rows.iter().zip(&lines) {
        let field = |name: &str| row.get(head.iter().position(|column| column == name).unwrap()).unwrap();
        assert_eq!((field("outcome"), field("network")), ("measured", "1d-64"));
        let record = line.record().unwrap();
        assert_eq!(field("infer_q1_s").parse(), Ok(record.infer_s.q1));
        assert_eq!(field("peak_rss_bytes").parse().ok(), record.peak_rss_bytes);
        assert_eq!((field("round").parse(), field("session")), (Ok(line.round), &*line.session));
    }
    let shown = bench(laboratory.directory.path(), "csv runs.jsonl");
    assert_eq!(shown.stdout, fs::read(laboratory.path("runs.csv")).unwrap());
    refused(&bench(laboratory.directory.path(), "csv missing.jsonl"), 1, &["cannot read missing.jsonl"]);
    refused(&bench(laboratory.directory.path(), "csv runs.jsonl --out nowhere/runs.csv"), 1, &["nowhere/runs.csv"]);
}

/// A result with one wrong residue is never timed.
#[test]
#[cfg(feature = "fault-injection")]
fn a_wrong_kernel_gets_no_times_and_fails_the_run() {
    let laboratory = Laboratory::new();
    let line = "run --network 1d-64 --method lean-hear --strategy auto --strategy own --samples 1 --warm-up 0 --repeats 1 \
                --records runs.jsonl --json runs.json";
    let run = |fault: Option<&str>| {
        let mut command = common::command(laboratory.directory.path(), line);
        fault.map(|fault| command.env("HEAR_BENCH_FAULT", fault));
        command.output().unwrap()
    };
    refused(&run(Some("residue")), 1, &["2 of 2 configurations failed", "row 0: the result decrypts to noise"]);
    refused(
        &run(Some("logits")),
        1,
        &["2 of 2 configurations failed", "logits are wrong: on row 0 one is off by 1.00"],
    );
    for line in RecordFile::read(&laboratory.path("runs.jsonl")).unwrap().lines {
        assert!(line.record().is_none() && line.noise.is_none(), "{line:?}");
        assert_eq!(line.environment.unwrap().build.test_features, ["fault-injection"]);
    }
    let entries = laboratory.entries("runs.json");
    assert!(entries.len() == 2 && entries.iter().all(|entry| entry.get("infer_s").is_none()), "{entries:?}");
    refused(&run(Some("everything")), 1, &["HEAR_BENCH_FAULT is everything: expected residue or logits"]);
    let output = run(None);
    succeeded(&output);
    assert!(text(&output.stdout).contains("built for tests only (fault-injection)"), "{}", text(&output.stdout));
}
