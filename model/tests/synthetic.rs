//! Synthetic clips as a whole, and the command that writes them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

use std::path::Path;
use std::process::{Command, Output};

use hear_model::baseline::LinearClassifier;
use hear_model::input::{Clip, read_all_rows, read_labels};
use hear_model::metrics::{CLASSES, Class};
use hear_model::skeleton::{JOINT_COUNT, Joint, Preprocessing};
use hear_model::synthetic::{Sample, Size, Split, film_strips, generate};

const SMALL: Size = Size { clips: 120, falls: 12 };

fn clips(samples: &[Sample]) -> Vec<Clip> {
    samples.iter().map(|sample| sample.clip).collect()
}

fn labels(samples: &[Sample]) -> Vec<Class> {
    samples.iter().map(|sample| sample.class).collect()
}

#[test]
fn the_paper_s_sizes_are_kept_and_every_action_occurs() {
    for (size, clips, falls) in [(Size::TRAINING, 1430, 84), (Size::TEST, 608, 29)] {
        let counts = size.counts();
        assert_eq!((counts.iter().sum::<usize>(), counts[Class::Fall.index()]), (clips, falls));
        assert!(counts.iter().all(|&count| count >= falls), "{counts:?}");
    }
    let samples = generate(3, Split::Test, SMALL);
    let counted = CLASSES.map(|class| samples.iter().filter(|sample| sample.class == class).count());
    assert_eq!(counted, SMALL.counts());
    assert!(samples[..12].windows(2).any(|pair| pair[0].class != pair[1].class), "not in random order");
    assert!(generate(3, Split::Test, Size { clips: 0, falls: 0 }).is_empty());
    assert_eq!(labels(&generate(3, Split::Test, Size { clips: 2, falls: 2 })), [Class::Fall; 2]);
}

#[test]
fn a_seed_determines_the_clips_and_the_sets_share_none() {
    let test = generate(3, Split::Test, SMALL);
    assert_eq!(test, generate(3, Split::Test, SMALL));
    for other in [generate(4, Split::Test, SMALL), generate(3, Split::Training, SMALL)] {
        assert!(other.iter().all(|sample| test.iter().all(|ours| ours.clip != sample.clip)));
    }
}

#[test]
fn clips_are_what_preprocessing_makes_of_the_joints() {
    for sample in generate(5, Split::Training, SMALL) {
        assert_eq!(Preprocessing::default().clip(&sample.frames).as_ref(), Ok(&sample.clip));
        for plane in sample.clip.chunks(32 * JOINT_COUNT) {
            assert!(plane.iter().all(|value| (0.0..=1.0).contains(value)));
            assert!(plane.contains(&1.0) && plane.contains(&0.0));
        }
    }
}

#[test]
fn joints_are_missed_more_often_towards_the_feet() {
    let samples = generate(6, Split::Training, Size { clips: 400, falls: 20 });
    let frames = || samples.iter().flat_map(|sample| &sample.frames);
    let missed = |joint| frames().filter(|skeleton| skeleton[joint].is_none()).count() as f64 / (400.0 * 32.0);
    let shares = [Joint::Head, Joint::RightElbow, Joint::RightWrist, Joint::RightKnee, Joint::RightAnkle].map(missed);
    assert!(shares.is_sorted(), "{shares:?}");
    assert!(shares[0] > 0.02 && shares[0] < 0.15 && shares[4] > 0.2 && shares[4] < 0.6, "{shares:?}");
    // Whole clips without feet, and clips in which they flicker.
    let in_clip =
        |sample: &Sample| sample.frames.iter().filter(|skeleton| skeleton[Joint::LeftAnkle].is_some()).count();
    assert!(samples.iter().filter(|sample| in_clip(sample) == 0).count() > 20);
    assert!(samples.iter().filter(|sample| (1..32).contains(&in_clip(sample))).count() > 100);
}

#[test]
fn a_linear_classifier_learns_something_but_not_all() {
    let training = generate(7, Split::Training, Size { clips: 700, falls: 40 });
    let test = generate(7, Split::Test, Size { clips: 300, falls: 15 });
    let classifier = LinearClassifier::fit(&clips(&training), &labels(&training));
    let right = test.iter().filter(|sample| classifier.predict(&sample.clip) == sample.class).count();
    let accuracy = right as f64 / 300.0;
    eprintln!("linear classifier: {accuracy:.3}");
    assert!((0.35..0.8).contains(&accuracy), "{accuracy}");
}

#[test]
fn film_strips_show_every_clip() {
    let samples = generate(8, Split::Test, SMALL);
    let svg = film_strips(&samples[..4]);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    for sample in &samples[..4] {
        assert!(svg.contains(&format!(">{}</text>", sample.class)));
    }
    assert_eq!(svg.matches("<svg ").count(), svg.matches("</svg>").count());
    assert!(svg.matches("<path ").count() > 4 * 11 * 5 && !svg.contains("NaN"));
}

fn synth(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hear-train")).arg("synth").args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn the_command_writes_files_that_read_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let sizes = ["--train", "30", "--train-falls", "3", "--test", "20", "--test-falls", "2"];
    let output = synth(
        &[&["--out", "data", "--seed", "9", "--raw", "--json", "--picture", "clips.svg"], &sizes[..]].concat(),
        folder.path(),
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["seed"], report["files"].as_array().unwrap().len()), (&9.into(), 7));
    let data = folder.path().join("data");
    for (name, split, size) in
        [("train", Split::Training, Size { clips: 30, falls: 3 }), ("test", Split::Test, Size { clips: 20, falls: 2 })]
    {
        let samples = generate(9, split, size);
        assert_eq!(read_all_rows(data.join(format!("{name}_input.csv"))).unwrap(), clips(&samples));
        assert_eq!(read_labels(data.join(format!("{name}_label.csv"))).unwrap(), labels(&samples));
        // Preprocessing the raw joints gives the same clips.
        let again = folder.path().join("again.csv");
        let output = Command::new(env!("CARGO_BIN_EXE_hear-train"))
            .arg("preprocess")
            .arg("--in")
            .arg(data.join(format!("{name}_joints.csv")))
            .arg("--out")
            .arg(&again)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(read_all_rows(&again).unwrap(), clips(&samples));
    }
    assert!(folder.path().join("clips.svg").is_file());
}

#[test]
fn bad_arguments_end_with_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for (arguments, code, words) in [
        (&["--out", "data", "--train", "10", "--train-falls", "11"][..], 2, "11"),
        (&["--out", "data", "--test-falls", "609"], 2, "608"),
        (&["--out", "data", "--train", "1000000000000"], 2, "at most"),
        (&["--out", "data", "--seed", "x"], 2, "--seed"),
        (&[], 2, "--out"),
        (&["--raw", "--picture", "p.svg"], 2, "--out"),
        (&["--out", "file"], 1, "file"),
        (&["--picture", "none/p.svg"], 1, "none/p.svg"),
    ] {
        let output = synth(arguments, folder.path());
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {sentence}");
        assert!(sentence.contains(words) && sentence.trim().lines().count() == 1, "{arguments:?}: {sentence}");
        assert!(!folder.path().join("data").exists());
    }
}
