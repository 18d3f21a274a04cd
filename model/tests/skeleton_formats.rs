//! What pose estimators write: which keypoint becomes which joint, and one sentence for files of another kind.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

use std::fs;
use std::path::Path;

use hear_model::skeleton::format::Format;
use hear_model::skeleton::{Joint, Keypoint, Skeleton};
use serde_json::{Value, json};

/// The keypoints' names in the order of COCO's documentation.
const COCO: &str = "nose left-eye right-eye left-ear right-ear left-shoulder right-shoulder left-elbow right-elbow \
    left-wrist right-wrist left-hip right-hip left-knee right-knee left-ankle right-ankle";
/// The same of OpenPose's documentation.
const BODY_25: &str = "nose neck right-shoulder right-elbow right-wrist left-shoulder left-elbow left-wrist mid-hip right-hip \
    right-knee right-ankle left-hip left-knee left-ankle right-eye left-eye right-ear left-ear left-big-toe left-small-toe \
    left-heel right-big-toe right-small-toe right-heel";
const OPENPOSE_COCO: &str = "nose neck right-shoulder right-elbow right-wrist left-shoulder left-elbow left-wrist right-hip \
    right-knee right-ankle left-hip left-knee left-ankle right-eye left-eye right-ear left-ear";
/// The same of MPII's.
const MPII: &str = "right-ankle right-knee right-hip left-hip left-knee left-ankle pelvis thorax upper-neck head-top \
    right-wrist right-elbow right-shoulder left-shoulder left-elbow left-wrist";

/// A person: no two keypoints are alike.
fn person(names: &str) -> Vec<f64> {
    let keypoint = |index| [10.0 + index as f64, 200.0 - 3.0 * index as f64, 0.5 + index as f64 / 64.0];
    (0..names.split_whitespace().count()).flat_map(keypoint).collect()
}

/// The skeleton of `person(names)`: joints by name, and head, neck and pelvis halfway between two keypoints.
fn expected(names: &str, points: [(Joint, &str, &str); 3]) -> Skeleton {
    let numbers = person(names);
    let keypoint = |name: &str| {
        let index = names.split_whitespace().position(|other| other == name).unwrap();
        [numbers[3 * index], numbers[3 * index + 1], numbers[3 * index + 2]]
    };
    let between = |(joint, one, other): (Joint, &str, &str)| {
        let (one, other) = (keypoint(one), keypoint(other));
        let [x, y, score] = std::array::from_fn(|index| (one[index] + other[index]) / 2.0);
        (joint, Keypoint { x, y, score })
    };
    let limbs = Joint::ALL[3..].iter().map(|&joint| (joint, joint.name(), joint.name()));
    points.into_iter().chain(limbs).map(between).collect()
}

const BETWEEN_SHOULDERS: (Joint, &str, &str) = (Joint::Neck, "left-shoulder", "right-shoulder");
const BETWEEN_HIPS: (Joint, &str, &str) = (Joint::Pelvis, "left-hip", "right-hip");
const NOSE: (Joint, &str, &str) = (Joint::Head, "nose", "nose");

/// The frames in a file called `name`, whose format is recognised.
fn read_file(name: &str, content: &str) -> Result<(Format, Vec<Skeleton>), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    read(&path).map_err(|sentence| sentence.replace(&format!("{}/", folder.path().display()), ""))
}

fn read(path: &Path) -> Result<(Format, Vec<Skeleton>), String> {
    let format = Format::detect(path).map_err(|error| error.to_string())?;
    let mut recordings = format.read(path).map_err(|error| error.to_string())?;
    assert_eq!(recordings.len(), 1);
    Ok((format, recordings.remove(0).frames))
}

/// The frames of a folder of OpenPose's files, each with these people.
fn read_openpose(files: &[(&str, Value)]) -> Result<Vec<Skeleton>, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content.to_string()).unwrap();
    }
    let (format, frames) =
        read(folder.path()).map_err(|error| error.replace(&folder.path().display().to_string(), "op"))?;
    assert_eq!(format, Format::OpenPose);
    Ok(frames)
}

#[test]
fn coco_results_are_ordered_by_image_and_mapped_by_name() {
    let skeleton = expected(COCO, [NOSE, BETWEEN_SHOULDERS, BETWEEN_HIPS]);
    let mut moved = person(COCO);
    moved[0] += 1.0;
    let entry = |image: Value, keypoints: &[f64]| json!({ "image_id": image, "category_id": 1, "keypoints": keypoints, "score": 0.9 });
    for images in [[json!(10), json!(9)], [json!("img10.jpg"), json!("img9.jpg")]] {
        let [last, first] = images;
        let results = json!([entry(last, &moved), entry(first, &person(COCO))]).to_string();
        let (format, frames) = read_file("results.json", &results).unwrap();
        assert_eq!(format, Format::Coco);
        assert_eq!(frames[0], skeleton);
        assert_eq!((frames.len(), frames[1][Joint::Head].unwrap().x), (2, 11.0));
        assert_eq!(frames[1][Joint::RightAnkle], skeleton[Joint::RightAnkle]);
    }
}

#[test]
fn coco_annotations_tell_of_images_without_persons() {
    let file = json!({
        "info": { "year": 2017 },
        "images": [{ "id": 3, "file_name": "c.jpg" }, { "id": 1 }, { "id": 2 }],
        "annotations": [{ "id": 5, "image_id": 3, "iscrowd": 0, "bbox": [1, 2, 3, 4], "keypoints": person(COCO) }],
    });
    let (format, frames) = read_file("person_keypoints.json", &file.to_string()).unwrap();
    assert_eq!(format, Format::Coco);
    assert!(frames[0].is_empty() && frames[1].is_empty() && frames.len() == 3);
    assert_eq!(frames[2], expected(COCO, [NOSE, BETWEEN_SHOULDERS, BETWEEN_HIPS]));
}

#[test]
fn openpose_frames_are_ordered_by_number_and_may_be_empty() {
    let people =
        |names: &str| json!({ "version": 1.3, "people": [{ "person_id": [-1], "pose_keypoints_2d": person(names) }] });
    let files = [
        ("walk_10_keypoints.json", people(OPENPOSE_COCO)),
        ("walk_9_keypoints.json", json!({ "people": [] })),
        ("walk_8_keypoints.json", people(BODY_25)),
        ("notes.txt", json!("not a frame")),
    ];
    let frames = read_openpose(&files).unwrap();
    let neck = (Joint::Neck, "neck", "neck");
    assert_eq!(frames[0], expected(BODY_25, [NOSE, neck, (Joint::Pelvis, "mid-hip", "mid-hip")]));
    assert!(frames[1].is_empty() && frames.len() == 3);
    assert_eq!(frames[2], expected(OPENPOSE_COCO, [NOSE, neck, BETWEEN_HIPS]));
}

#[test]
fn mpii_rows_are_frames() {
    let row: Vec<String> = person(MPII).iter().map(f64::to_string).collect();
    let (format, frames) = read_file("predictions.csv", &format!("{0}\n{0}\n", row.join(","))).unwrap();
    assert_eq!(format, Format::Mpii);
    let head = (Joint::Head, "upper-neck", "head-top");
    assert_eq!(frames, [expected(MPII, [head, BETWEEN_SHOULDERS, BETWEEN_HIPS]); 2]);
}

#[test]
fn a_point_between_two_is_detected_if_both_are() {
    let mut keypoints = person(COCO);
    keypoints[3 * 5 + 2] = 0.0; // the left shoulder's score
    keypoints[3 * 12..3 * 12 + 2].fill(0.0); // the right hip's place
    let results = json!([{ "image_id": 1, "keypoints": keypoints }]).to_string();
    let (_, frames) = read_file("results.json", &results).unwrap();
    let missing: Vec<_> = Joint::ALL.into_iter().filter(|&joint| frames[0][joint].is_none()).collect();
    assert_eq!(missing, [Joint::Neck, Joint::Pelvis, Joint::LeftShoulder, Joint::RightHip]);
}

#[test]
fn in_rows_of_joints_only_the_place_says_that_a_joint_is_missing() {
    let mut numbers = vec!["0".to_owned(); 1440];
    numbers[3..6].clone_from_slice(&["5", "0", "0"].map(str::to_owned));
    numbers[8] = "0.9".to_owned();
    let (format, frames) = read_file("raw.csv", &numbers.join(",")).unwrap();
    assert_eq!(format, Format::Joints);
    assert_eq!(frames.len(), 32);
    assert_eq!(frames[0].detected().collect::<Vec<_>>(), [(Joint::Neck, Keypoint { x: 5.0, y: 0.0, score: 0.0 })]);
    assert!(frames[1..].iter().all(Skeleton::is_empty));
}

#[test]
fn files_of_another_kind_are_refused_with_one_sentence() {
    let of_another_kind = [
        ("a.json", "[]", "a.json: no persons with keypoints in it"),
        ("a.json", "[1]", "a.json: not COCO keypoints, results or annotations: invalid type"),
        ("a.json", "{}", "a.json: not COCO keypoints, results or annotations: missing field `annotations`"),
        (
            "a.json",
            r#"{"people": []}"#,
            "a.json: not COCO keypoints, results or annotations: missing field `annotations`",
        ),
        (
            "a.json",
            r#"[{"image_id": 1}]"#,
            "a.json: not COCO keypoints, results or annotations: missing field `keypoints`",
        ),
        ("a.json", r#"[{"image_id": 1, "keypoints": [1e999]}]"#, "number out of range at line 1"),
        (
            "a.json",
            r#"[{"image_id": 1, "keypoints": [NaN]}]"#,
            "not COCO keypoints, results or annotations: expected value",
        ),
        ("a.json", r#"[{"image_id": null, "keypoints": []}]"#, "an image_id is a number or a file name"),
        (
            "a.json",
            r#"[{"image_id": 1, "keypoints": [1, 2, 3]}]"#,
            "a.json, entry 0: 3 keypoint numbers; needed are 51 (COCO)",
        ),
        (
            "a.json",
            r#"[{"image_id": 1, "category_id": 18, "keypoints": []}]"#,
            "a.json, entry 0: category 18; needed is 1, a person",
        ),
        ("a.json", "[{\"image_id\": 1, \"keypoi", "EOF while parsing"),
        ("a.csv", "", "a.csv: the file is empty"),
        ("a.csv", "\n \n", "a.csv: the file is empty"),
        ("a.csv", "1,2\n", "a.csv, line 1: 2 columns; needed is 1440 (joints) or 48 (mpii)"),
    ];
    for (name, content, needed) in of_another_kind {
        let sentence = read_file(name, content).unwrap_err();
        assert!(sentence.contains(needed) && !sentence.contains('\n'), "{content}: {sentence}");
    }
    let absent = Format::detect("no/such/file").unwrap_err().to_string();
    assert!(absent.starts_with("cannot read no/such/file: "), "{absent}");
    let absent = Format::OpenPose.read("no/such/folder").unwrap_err().to_string();
    assert!(absent.starts_with("cannot read no/such/folder: "), "{absent}");
}

#[test]
fn folders_of_another_kind_are_refused_with_one_sentence() {
    let nobody = || json!({ "people": [] });
    let folders: [(&[(&str, Value)], &str); 5] = [
        (&[], "op: no JSON files, one a frame, in it"),
        (&[("frame.json", nobody())], "op: the name \"frame.json\" holds no frame number to order the frames by"),
        (
            &[("a_1.json", nobody()), ("b_01.json", nobody())],
            "op: two files are frame 1; needed is one recording a folder",
        ),
        (&[("1.json", json!([]))], "op/1.json: not a frame of OpenPose: "),
        (
            &[("1.json", json!({ "people": [{ "pose_keypoints_2d": [0, 0, 0] }] }))],
            "op/1.json, entry 0: 3 keypoint numbers; needed are 75 (BODY_25) or 54 (COCO)",
        ),
    ];
    for (files, needed) in folders {
        let sentence = read_openpose(files).unwrap_err();
        assert!(sentence.starts_with(needed) && !sentence.contains('\n'), "{sentence}");
    }
}
