//! `hear-bench reproduce`, from experiments to reports.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "report/browser.rs"]
#[expect(dead_code, reason = "tests of the report also print, and press buttons")]
mod browser;
mod common;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use browser::{Browser, Page, Theme};
use common::{bench, command, refused, text};
use hear_bench::{
    experiment::Catalogue,
    record::{Entry, Record},
    record_lines::{RecordFile, RecordLine, RecordWriter},
};
use hear_model::metrics::argmax;
use serde_json::Value;
use tempfile::TempDir;

/// An experiment that is measured in a second.
const SMALL: &str = r#"
title = "Latency"
part = "ours"
drawing = "latency"
summary = "What it takes."

[[measure]]
[measure.always]
networks = ["1d-64"]
methods = ["lean-hear"]
samples = 1
warm_up = 0
"#;

/// A directory with [`SMALL`] as the one experiment of the folder `mine`.
fn small() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("mine")).unwrap();
    fs::write(directory.path().join("mine/latency.toml"), SMALL).unwrap();
    directory
}

fn records(directory: &Path) -> PathBuf {
    directory.join("out/records.jsonl")
}

fn lines(directory: &Path) -> Vec<RecordLine> {
    RecordFile::read(&records(directory)).unwrap().lines
}

fn record(line: &RecordLine) -> &Record {
    let Entry::Measured(record) = &line.entry else { panic!("not measured: {:?}", line.entry) };
    record
}

/// What is in the directory of the reports: nothing but these.
#[track_caller]
fn assert_holds(directory: &Path, names: &[&str]) {
    let found: BTreeSet<_> = fs::read_dir(directory.join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, names.iter().map(|&name| name.to_owned()).collect());
}

/// The whole of the profile `smoke`, killed on the way: every figure is there, no round is lost, none is measured twice.
#[test]
fn what_was_killed_goes_on_and_every_figure_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = "reproduce --profile smoke --out out";
    let mut killed = command(directory.path(), arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Where exactly it is killed differs from run to run, and is to differ.
    let start = Instant::now();
    let count =
        || fs::read(records(directory.path())).unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count();
    while count() < 3 {
        assert!(start.elapsed() < Duration::from_secs(120), "{} rounds in two minutes", count());
        thread::sleep(Duration::from_millis(20));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let before = lines(directory.path());
    assert!(before.len() >= 3);

    let output = bench(directory.path(), arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    assert!(shown.contains(&format!("{} rounds are in out/records.jsonl already.", before.len())), "{shown}");
    let after = lines(directory.path());
    assert_eq!(after[..before.len()], before, "finished rounds stay as they were");
    let rounds: BTreeSet<_> = after.iter().map(|line| (&line.configuration, line.round)).collect();
    assert_eq!(rounds.len(), after.len(), "a round was measured twice");

    let schema: Value = serde_json::from_str(include_str!("../schema/record.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in fs::read_to_string(records(directory.path())).unwrap().lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }

    let [html, markdown] =
        ["report.html", "report.md"].map(|name| fs::read_to_string(directory.path().join("out").join(name)).unwrap());
    for experiment in Catalogue::shipped().experiments() {
        let id = &experiment.id;
        assert!(html.contains(&format!("id=\"{id}\"")), "{id} is not in the page");
        assert!(markdown.contains(&format!("hear-bench reproduce {id} --profile smoke")), "{id} is not in the summary");
    }
    assert!(markdown.contains("none was skipped as a whole"), "{markdown}");
    assert_holds(directory.path(), &["records.jsonl", "report.html", "report.md"]);

    if let Some(browser) = Browser::find() {
        let widths = [400, 1400];
        let findings = browser.examine(&widths.map(|width| Page { html: &html, width }), Theme::Light);
        assert_eq!(findings.len(), widths.len());
        for (width, found) in widths.into_iter().zip(&findings) {
            assert!(found.problems.is_empty() && found.requests == 0, "{width} pixels: {found:?}");
            assert!(found.overflow <= 0.0, "{width} pixels: {} too wide", found.overflow);
            assert!(found.clipped.is_empty() && found.colliding.is_empty(), "{width} pixels: {found:?}");
            for experiment in Catalogue::shipped().experiments() {
                let shown = found.figures.iter().find(|shown| shown.id == experiment.id);
                let charts = shown.map_or(0, |shown| shown.charts.len());
                // These are tables.
                let is_table = ["parameters", "theory"].contains(&&*experiment.id);
                assert!(charts > 0 || is_table, "{width} pixels: {} has no chart", experiment.id);
            }
        }
    }

    let again = bench(directory.path(), arguments);
    assert!(again.status.success() && !text(&again.stdout).contains(" an inference"), "{}", text(&again.stdout));
    assert_eq!(lines(directory.path()), after);

    // Drawing alone shows the same.
    fs::remove_file(directory.path().join("out/report.html")).unwrap();
    let drawn = bench(directory.path(), &format!("{arguments} --draw-only"));
    assert!(drawn.status.success(), "{}", text(&drawn.stderr));
    assert_eq!(fs::read_to_string(directory.path().join("out/report.html")).unwrap(), html);
    assert_eq!(lines(directory.path()), after);
}

#[test]
fn what_does_not_fit_is_skipped_with_its_reason_before_it_starts() {
    let directory = small();
    let arguments = "reproduce --experiments mine --out out --memory-limit 100MB";
    let output = bench(directory.path(), arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let markdown = fs::read_to_string(directory.path().join("out/report.md")).unwrap();
    assert!(markdown.contains("--memory-limit is 100"), "{markdown}");
    assert!(markdown.contains("one was skipped as a whole, with its reason"), "{markdown}");
    // Skipped again for the same reason is nothing new; with enough memory it is measured.
    bench(directory.path(), arguments);
    assert_eq!(lines(directory.path()).len(), 1);
    assert!(bench(directory.path(), "reproduce --experiments mine --out out").status.success());
    assert_eq!(lines(directory.path()).iter().filter(|line| line.record().is_some()).count(), 1);
}

#[test]
fn what_would_not_end_in_time_is_left_for_another_start() {
    let directory = small();
    let arguments = "reproduce --experiments mine --out out";
    let report = || fs::read_to_string(directory.path().join("out/report.md")).unwrap();
    let output = bench(directory.path(), &format!("{arguments} --time-limit 0s"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(report().contains("longer than what was left of --time-limit 0s"), "{}", report());
    assert!(report().contains("one was skipped as a whole, with its reason"), "{}", report());
    assert!(lines(directory.path()).iter().all(|line| line.record().is_none()));
    assert!(bench(directory.path(), arguments).status.success());
    let measured = lines(directory.path());
    assert_eq!(measured.iter().filter(|line| line.record().is_some()).count(), 1);
    assert!(!report().contains("Not all rounds"), "{}", report());

    // Of what was measured there are fewer rounds, which is no reason to hide them.
    fs::write(directory.path().join("mine/latency.toml"), format!("{SMALL}rounds = 3\n")).unwrap();
    let output = bench(directory.path(), &format!("{arguments} --time-limit 0s"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("There was no time for 2 further rounds"), "{}", text(&output.stdout));
    assert_eq!(lines(directory.path()), measured);
    assert!(report().contains("Not all rounds were measured: 1 of 3 that the profile asks for."), "{}", report());
    assert!(report().contains("1 of 3, each in a process of its own"), "{}", report());
    assert!(bench(directory.path(), &format!("{arguments} --time-limit none")).status.success());
    assert_eq!(lines(directory.path()).len(), measured.len() + 2);
}

#[test]
fn what_it_takes_is_said_before() {
    let directory = small();
    let output = bench(directory.path(), "reproduce --experiments mine --list");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    assert!(shown.contains("latency  Latency: 1 round, about 1 s"), "{shown}");
    assert!(
        shown.contains("1 round in all under the profile quick, each in a process of its own: about 1 s"),
        "{shown}"
    );
    assert!(!directory.path().join("reproduction").exists());
}

#[test]
fn what_cannot_be_is_one_sentence() {
    let directory = small();
    let path = directory.path();
    refused(&bench(path, "reproduce fig7"), 2, &["there is no experiment \"fig7\": there are table1, fig4a"]);
    refused(&bench(path, "reproduce --profile slow"), 2, &["slow", "smoke, quick, full"]);
    refused(
        &bench(path, "reproduce --time-limit soon"),
        2,
        &["soon", "expected a time such as 90s, 45min or 2h 30min"],
    );
    refused(&bench(path, "reproduce --dataset nowhere"), 1, &["--dataset: nowhere is no directory"]);
    refused(&bench(path, "reproduce --dataset mine"), 1, &["mine/test_label.csv is missing: a data set has"]);
    refused(&bench(path, "reproduce --networks mine"), 1, &["mine holds no network: expected folders such as"]);
    refused(&bench(path, "reproduce --machine nowhere"), 1, &["cannot use the machine nowhere: No such file"]);
    refused(&bench(path, "reproduce --experiments nowhere"), 1, &["cannot read nowhere: No such file"]);
    refused(&bench(path, "reproduce --out nowhere --draw-only"), 1, &["nowhere/records.jsonl is missing"]);
    refused(&bench(path, "reproduce --out mine/latency.toml"), 1, &["cannot make mine/latency.toml: "]);
    fs::create_dir(path.join("wrong")).unwrap();
    fs::write(path.join("wrong/latency.toml"), SMALL.replace("samples", "smaples")).unwrap();
    let wrong = bench(path, "reproduce --experiments wrong");
    refused(&wrong, 1, &["wrong/latency.toml is no experiment: line 11: unknown field `smaples`"]);
    // Nothing was begun.
    let entries = fs::read_dir(path).unwrap().count();
    assert_eq!(entries, 2, "mine and wrong");
}

#[test]
fn records_of_another_version_or_machine_are_not_gone_on_with() {
    let directory = small();
    let arguments = "reproduce --experiments mine --out out";
    assert!(bench(directory.path(), arguments).status.success());
    let good = fs::read_to_string(records(directory.path())).unwrap();

    fs::write(records(directory.path()), good.replace("\"version\":1,", "\"version\":2,")).unwrap();
    let output = bench(directory.path(), arguments);
    refused(&output, 1, &["out/records.jsonl:1 is a record of version 2, but this program reads version 1"]);

    fs::write(records(directory.path()), &good).unwrap();
    let mut other = lines(directory.path()).remove(0);
    other.environment.as_mut().unwrap().machine.cpu = Some("Abacus".to_owned());
    RecordWriter::open(&records(directory.path())).unwrap().append(&other).unwrap();
    for arguments in [arguments.to_owned(), format!("{arguments} --draw-only")] {
        let output = bench(directory.path(), &arguments);
        refused(&output, 1, &["out/records.jsonl holds rounds of ", "Abacus", "choose another directory with --out"]);
    }
}

/// A limit on the size of files stands in for a full disk: a write fails half-way.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_one_sentence_and_leaves_whole_files() {
    let directory = small();
    let arguments = "reproduce --experiments mine --out out";
    assert!(bench(directory.path(), arguments).status.success());
    let size = |name: &str| fs::metadata(directory.path().join("out").join(name)).unwrap().len();
    let (page, record) = (size("report.html"), size("records.jsonl"));
    fs::remove_dir_all(directory.path().join("out")).unwrap();

    // In blocks of 512 bytes: too few for the first page; enough for pages, but not for a record.
    let limited = |bytes: u64| {
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" {arguments}", bytes / 512);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_hear-bench")]).current_dir(directory.path());
        shell.output().unwrap()
    };
    refused(&limited(page / 4), 1, &["cannot write out/report.html: File too large"]);
    assert_holds(directory.path(), &[]);

    // A record that begins where the limit is near. The file is larger than what measuring writes elsewhere.
    assert!(bench(directory.path(), arguments).status.success());
    let filler = fs::read_to_string(records(directory.path())).unwrap();
    let count = usize::try_from((page + 3_000_000) / record).unwrap();
    let others = filler.replace("\"round\":0", "\"round\":7").repeat(count);
    fs::write(records(directory.path()), &others).unwrap();
    refused(&limited(others.len() as u64 + record / 2), 1, &["cannot write out/records.jsonl: File too large"]);
    assert_eq!(lines(directory.path()).len(), count, "what was cut off costs itself alone");
    assert_holds(directory.path(), &["records.jsonl", "report.html", "report.md"]);
    assert!(bench(directory.path(), arguments).status.success());
    assert_eq!(lines(directory.path()).len(), count + 1);
}

/// A kernel that is wrong has no time, and the program fails, but every other configuration is measured.
#[test]
#[cfg(feature = "fault-injection")]
fn a_wrong_kernel_gets_no_time_and_fails_the_reproduction() {
    let directory = small();
    for (fault, sentence) in
        [("residue", "row 0: the result decrypts to noise"), ("logits", "logits are wrong: on row 0")]
    {
        let arguments = format!("reproduce --experiments mine --out {fault}");
        let output = command(directory.path(), &arguments).env("HEAR_BENCH_FAULT", fault).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{fault}");
        let stderr = text(&output.stderr);
        assert!(stderr.contains(sentence), "{stderr}");
        let lines = RecordFile::read(&directory.path().join(fault).join("records.jsonl")).unwrap().lines;
        assert!(lines.len() == 1 && lines[0].record().is_none(), "{lines:?}");
        let markdown = fs::read_to_string(directory.path().join(fault).join("report.md")).unwrap();
        assert!(markdown.contains(sentence), "{markdown}");
        assert!(!markdown.contains("median"), "there is a time: {markdown}");
    }
}

/// Figures 4f to 4h on the paper's published test set, with its published networks.
#[test]
fn published_networks_are_judged_on_the_published_test_set() {
    let dataset = env::var_os("HEAR_DATASET")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/hear-dataset"), PathBuf::from);
    if !dataset.exists() {
        eprintln!("SKIPPED (no dataset): published_networks_are_judged_on_the_published_test_set");
        return;
    }
    /// Among the first of the published rows, enough to have several classes.
    const ROWS: usize = 24;
    let directory = tempfile::tempdir().unwrap();
    let mine = directory.path().join("mine");
    fs::create_dir(&mine).unwrap();
    for name in ["fig4f", "fig4g", "fig4h"] {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/experiments").join(format!("{name}.toml"));
        let text = fs::read_to_string(shipped).unwrap().replace("samples = 608", &format!("samples = {ROWS}"));
        fs::write(mine.join(format!("{name}.toml")), text).unwrap();
    }
    let arguments = "reproduce fig4f fig4g fig4h --experiments mine --out out --networks";
    let output = command(directory.path(), arguments).arg(dataset.canonicalize().unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));

    let numbers = |name: &str| -> Vec<Vec<f64>> {
        let text = fs::read_to_string(dataset.join(name)).unwrap();
        text.lines()
            .take(ROWS)
            .map(|line| line.split(',').map(|value| value.trim().parse().unwrap()).collect())
            .collect()
    };
    let labels = numbers("test_label.csv");
    for line in &lines(directory.path()) {
        let record = record(line);
        let logits = match &*record.config.weights {
            "parameters_conv1d_64" => numbers("test_prob_conv1d_64.csv"),
            "parameters_conv2d_64" => numbers("test_prob_conv2d_64.csv"),
            other => panic!("not a published network: {other}"),
        };
        let mut expected = [[0; 10]; 10];
        for (label, logits) in labels.iter().zip(&logits) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "labels are 0 to 9")]
            let label = label[0] as usize;
            expected[label][argmax(logits.as_slice().try_into().unwrap()).index()] += 1;
        }
        let plain = record.plain.as_ref().unwrap();
        assert_eq!(plain.confusion, expected, "{}", record.config.weights);
        // The encrypted run may differ where the plain margin is small, and says where.
        let moved: u64 = plain
            .confusion
            .iter()
            .flatten()
            .zip(record.confusion.unwrap().iter().flatten())
            .map(|(a, b)| a.abs_diff(*b))
            .sum();
        assert!(moved <= 2 * record.changed_rows.len() as u64, "{moved} beyond {:?}", record.changed_rows);
    }
    let markdown = fs::read_to_string(directory.path().join("out/report.md")).unwrap();
    for part in [
        "encrypted, Lean-HEAR",
        "86.21%",
        "2d-64, the plain network, 24 clips",
        "2d-64, the encrypted run, Lean-HEAR, 24 clips",
    ] {
        assert!(markdown.contains(part), "{part:?} is not in {markdown}");
    }
    assert!(!markdown.contains(dataset.to_str().unwrap()), "a path is in the report");
}
