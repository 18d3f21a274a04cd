//! `hear-train` as a user runs it, above all `preprocess`: what it writes, and for bad input the right exit code, one
//! sentence that names the file, the place and what was expected, and nothing half-written.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::dataset;
use hear_model::input::read_all_rows;
use hear_model::skeleton::format::Format;
use hear_model::skeleton::{Joint, Preprocessing};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Runs `hear-train` with these arguments, separated by spaces, in a folder.
fn hear_train(folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hear-train"));
    command.current_dir(folder).args(arguments.split_whitespace()).output().unwrap()
}

fn preprocess(folder: &Path, arguments: &str) -> Output {
    hear_train(folder, &format!("preprocess {arguments}"))
}

/// What it prints, if it succeeds.
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The sentence with which it fails, without the program's name.
fn complaint(output: &Output, code: i32) -> String {
    let sentence = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{sentence}");
    assert!(output.stdout.is_empty() && sentence.lines().count() == 1, "{sentence}");
    sentence.trim_end().strip_prefix("hear-train: ").unwrap().to_owned()
}

/// A row of 1440 numbers: a person all of whose joints move.
fn row() -> Vec<String> {
    let number = |index: usize| match index % 3 {
        2 => "0.9".to_owned(),
        _ => format!("{}", 50 + (index * 37) % 101),
    };
    (0..1440).map(number).collect()
}

/// A folder with `raw.csv` of three rows, the second as `change` makes it.
fn folder_with(change: impl Fn(&mut Vec<String>)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = [row(), row(), row()];
    change(&mut rows[1]);
    fs::write(folder.path().join("raw.csv"), rows.map(|row| row.join(",") + "\n").concat()).unwrap();
    folder
}

/// COCO results of a person who walks through so many frames, and of nobody after the first `seen`.
fn walk(frames: usize, seen: usize) -> Value {
    let number = |frame: usize, index: usize| match index % 3 {
        0 => (20 + 6 * frame + 3 * (index % 5)) as f64,
        1 => (100 + index + (frame * index) % 11) as f64,
        _ if frame < seen => 0.8,
        _ => 0.0,
    };
    let keypoints = |frame| (0..51).map(|index| number(frame, index)).collect::<Vec<_>>();
    (0..frames).map(|frame| json!({ "image_id": frame, "category_id": 1, "keypoints": keypoints(frame) })).collect()
}

#[test]
fn clips_are_written_as_the_library_makes_them() {
    let folder = folder_with(|_| {});
    let path = folder.path();
    fs::write(path.join("walk.json"), walk(130, 130).to_string()).unwrap();
    fs::write(path.join("drops.txt"), "11 14\n\nleft-knee\n").unwrap();

    let text = printed(&preprocess(path, "--in raw.csv --out clips.csv --drop head --drop-from drops.txt"));
    assert_eq!(text, "3 clips of 960 columns from raw.csv (joints), in clips.csv\n");
    let recordings = Format::Joints.read(path.join("raw.csv")).unwrap();
    let expected = ["head 11 14", "head", "head 10"].iter().zip(&recordings).map(|(dropped, recording)| {
        let preprocessing = Preprocessing { dropped: dropped.parse().unwrap(), ..Preprocessing::default() };
        preprocessing.clip(&recording.frames).unwrap()
    });
    assert_eq!(read_all_rows(path.join("clips.csv")).unwrap(), expected.collect::<Vec<_>>());

    let frames = &Format::Coco.read(path.join("walk.json")).unwrap()[0].frames;
    for (arguments, windows) in [
        ("--window 40 --stride 30", vec![(0, 40), (30, 70), (60, 100), (90, 130)]),
        ("--window 50", vec![(0, 50), (50, 100)]),
        ("", vec![(0, 130)]),
    ] {
        printed(&preprocess(path, &format!("--in walk.json --format coco --out clips.csv {arguments}")));
        let clip = |(start, end): (usize, usize)| Preprocessing::default().clip(&frames[start..end]).unwrap();
        let expected = windows.into_iter().map(clip);
        assert_eq!(read_all_rows(path.join("clips.csv")).unwrap(), expected.collect::<Vec<_>>(), "{arguments}");
    }
}

#[test]
fn windows_in_which_nobody_is_are_skipped_and_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("walk.json"), walk(96, 40).to_string()).unwrap();
    let output = preprocess(folder.path(), "--in walk.json --out clips.csv --window 32 --json");
    let report: Value = serde_json::from_str(&printed(&output)).unwrap();
    let skipped = json!([{ "frames": [64, 96], "reason": "all joints are missing in all 32 frames" }]);
    assert_eq!(report, json!({ "format": "coco", "clips": 2, "columns": 960, "skipped": skipped }));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "hear-train: frames 64..96 are skipped: all joints are missing in all 32 frames\n");
}

#[test]
fn rows_that_look_normalised_already_are_pointed_out() {
    let folder = folder_with(|row| {
        for (index, field) in row.iter_mut().enumerate() {
            *field = format!("{}", (index * 37 % 101) as f64 / 100.0);
        }
    });
    let output = preprocess(folder.path(), "--in raw.csv --out clips.csv");
    printed(&output);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("hear-train: WARNING: raw.csv, line 2: no coordinate exceeds 1 pixel"), "{said}");
}

#[test]
fn bad_rows_are_refused_with_one_sentence_and_nothing_is_written() {
    type Change = fn(&mut Vec<String>);
    let cases: [(Change, &str); 7] = [
        (|row| row.truncate(1439), "raw.csv, line 2: 1439 columns; needed is 1440"),
        (|row| row[7] = "left".to_owned(), "raw.csv, line 2, column 8: \"left\" is not a number"),
        (|row| row[7] = "NaN".to_owned(), "raw.csv, line 2, column 8: NaN is not finite"),
        (|row| row[7] = "inf".to_owned(), "raw.csv, line 2, column 8: inf is not finite"),
        (|row| row.fill("0".to_owned()), "raw.csv, line 2: all joints are missing in all 32 frames"),
        (
            |row| (45..1440).for_each(|index| row[index] = row[index % 45].clone()),
            "raw.csv, line 2: no two of the 32 frames differ, bit for bit: a frozen picture, not a recording",
        ),
        (
            |row| row.iter_mut().step_by(3).for_each(|x| *x = "80".to_owned()),
            "raw.csv, line 2: the x coordinates of the joints span no finite range to normalise by; needed are two different positive \
             ones",
        ),
    ];
    for (change, sentence) in cases {
        let folder = folder_with(change);
        assert_eq!(complaint(&preprocess(folder.path(), "--in raw.csv --out clips.csv"), 1), sentence);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{sentence}");
    }
}

#[test]
fn bad_files_are_refused_with_one_sentence() {
    let folder = folder_with(|_| {});
    let path = folder.path();
    let files = [
        ("empty.csv", String::new()),
        ("other.json", r#"{"frames": []}"#.to_owned()),
        ("cut.json", walk(40, 40).to_string().split_off(1)),
        ("short.json", walk(31, 31).to_string()),
        ("walk.json", walk(40, 40).to_string()),
        ("nobody.json", walk(40, 0).to_string()),
        ("drops.txt", "1\n2\n".to_owned()),
        ("names.txt", "1\n2 tail\n3\n".to_owned()),
    ];
    for (name, content) in files {
        fs::write(path.join(name), content).unwrap();
    }
    fs::write(path.join("binary.csv"), [0xff, 0xfe, 0x00]).unwrap();
    fs::create_dir(path.join("folder")).unwrap();
    let out = "--out clips.csv";
    let cases = [
        (format!("--in empty.csv {out}"), "empty.csv: the file is empty"),
        (format!("--in binary.csv {out}"), "binary.csv, line 1: not text (UTF-8)"),
        (format!("--in other.json {out}"), "other.json: not COCO keypoints, results or annotations: missing field"),
        (format!("--in cut.json {out}"), "cut.json: not COCO keypoints, results or annotations: "),
        (format!("--in short.json {out}"), "short.json: 31 frames are too short a clip; needed are 32"),
        (format!("--in nobody.json {out}"), "nobody.json: all joints are missing in all 40 frames"),
        (format!("--in walk.json --window 41 {out}"), "walk.json: 40 frames; needed are the 41 of a window"),
        (format!("--in nobody.json --window 32 {out}"), "nobody.json: all joints are missing in all 32 frames"),
        (format!("--in walk.json --format joints {out}"), "walk.json, line 1, column 1: "),
        (format!("--in raw.csv --format coco {out}"), "raw.csv: not COCO keypoints, results or annotations: "),
        (format!("--in folder {out}"), "folder: no JSON files, one a frame, in it"),
        (format!("--in absent.csv {out}"), "cannot read absent.csv: "),
        (
            format!("--in raw.csv --drop-from drops.txt {out}"),
            "drops.txt: 2 lines; needed is one for each of 3 recordings",
        ),
        (
            format!("--in raw.csv --drop-from names.txt {out}"),
            "names.txt, line 2: \"tail\" is no joint; needed is an index",
        ),
        (format!("--in raw.csv --drop-from absent.txt {out}"), "cannot read absent.txt: "),
        ("--in raw.csv --out folder".to_owned(), "cannot write folder: "),
        ("--in raw.csv --out absent/clips.csv".to_owned(), "cannot write absent/clips.csv: "),
    ];
    let before = fs::read_dir(path).unwrap().count();
    for (arguments, sentence) in cases {
        let found = complaint(&preprocess(path, &arguments), 1);
        assert!(found.starts_with(sentence), "{arguments}: {found}");
    }
    assert_eq!(fs::read_dir(path).unwrap().count(), before);
    printed(&preprocess(path, &format!("--in short.json --repeat-last {out}")));
}

#[test]
fn bad_arguments_are_refused_with_one_sentence() {
    let folder = folder_with(|_| {});
    fs::write(folder.path().join("walk.json"), walk(40, 40).to_string()).unwrap();
    let cases = [
        ("--in raw.csv --out o.csv --window 32", "--window is for recordings; a row of joints is a clip already"),
        ("--in walk.json --out o.csv --window 31", "a window of 31 frames; needed are 32 to 4096"),
        (
            "--in walk.json --out o.csv --window 32 --stride 0",
            "the window must move; needed is a stride of at least 1 frame",
        ),
        (
            "--in walk.json --out o.csv --stride 3",
            "the following required arguments were not provided: --window <FRAMES>",
        ),
        (
            "--in raw.csv --out o.csv --format bvh",
            "invalid value 'bvh' for '--format <NAME>': \"bvh\" is no format; needed is",
        ),
        (
            "--in raw.csv --out o.csv --drop 15",
            "invalid value '15' for '--drop <JOINT,...>': \"15\" is no joint; needed is",
        ),
        (
            "--in raw.csv --out o.csv --threshold NaN",
            "invalid value 'NaN' for '--threshold <PIXELS>': needed is a number",
        ),
        (
            "--in raw.csv --out o.csv --score-threshold=-1",
            "invalid value '-1' for '--score-threshold <SCORE>': needed is a",
        ),
        ("--in raw.csv", "the following required arguments were not provided: --out <CSV>"),
    ];
    for (arguments, sentence) in cases {
        let found = complaint(&preprocess(folder.path(), arguments), 2);
        assert!(found.starts_with(sentence), "{arguments}: {found}");
    }
}

#[test]
fn clips_and_labels_to_judge_by_are_checked() {
    let folder = folder_with(|_| {});
    let path = folder.path();
    printed(&preprocess(path, "--in raw.csv --out clips.csv"));
    let cases = [
        ("0\n9\n10\n", "labels.csv, line 3: \"10\" is no label; needed is an integer from 0 to 9"),
        ("0\n-1\n2\n", "labels.csv, line 2: \"-1\" is no label; needed is an integer from 0 to 9"),
        ("0\n9\n", "labels.csv: 2 labels, but clips.csv holds 3 clips"),
        ("", "labels.csv: the file is empty"),
    ];
    for (labels, sentence) in cases {
        fs::write(path.join("labels.csv"), labels).unwrap();
        let output = hear_train(path, "eval --network 1d-64 --input clips.csv --label labels.csv");
        assert_eq!(complaint(&output, 1), sentence);
    }
}

/// Permissions mean nothing to an administrator, as whom tests may run.
#[test]
#[cfg(unix)]
fn files_that_may_not_be_read_or_written_are_named() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder_with(|_| {});
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::write(folder.path().join("secret.csv"), "1").unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    fs::set_permissions(folder.path().join("secret.csv"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::write(locked.join("probe"), "").is_ok() {
        eprintln!("SKIPPED (runs as an administrator): files_that_may_not_be_read_or_written_are_named");
        return;
    }
    let found = complaint(&preprocess(folder.path(), "--in raw.csv --out locked/clips.csv"), 1);
    assert!(found.starts_with("cannot write locked/clips.csv: "), "{found}");
    let found = complaint(&preprocess(folder.path(), "--in secret.csv --out clips.csv"), 1);
    assert!(found.starts_with("cannot read secret.csv: "), "{found}");
}

/// The acceptance test of the command.
#[test]
fn published_inputs_are_reproduced_row_by_row() {
    let Some(data) = dataset("published_inputs_are_reproduced_row_by_row") else { return };
    let published = read_all_rows(data.join("test_input.csv")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let absent = |clip: &[f64; 960]| {
        let absent = Joint::ALL
            .map(Joint::index)
            .into_iter()
            .filter(|joint| clip[*joint..].iter().step_by(15).all(|&v| v == 0.0));
        absent.map(|joint| joint.to_string()).collect::<Vec<_>>().join(" ") + "\n"
    };
    fs::write(folder.path().join("drops.txt"), published.iter().map(absent).collect::<String>()).unwrap();
    let input = data.canonicalize().unwrap().join("raw_joints.csv");
    for (arguments, least) in [("", 487), ("--drop-from drops.txt", 600)] {
        printed(&preprocess(folder.path(), &format!("--in {} --out clips.csv {arguments}", input.display())));
        let clips = read_all_rows(folder.path().join("clips.csv")).unwrap();
        assert_eq!(clips.len(), published.len());
        let close =
            |row: &usize| clips[*row].iter().zip(&published[*row]).all(|(got, want)| (got - want).abs() <= 1e-6);
        let same = (0..published.len()).filter(close).count();
        assert!(same >= least, "{arguments}: {same}");
    }
}
