//! The published joints become the published inputs.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

mod common;

use common::dataset;
use hear_model::input::{Clip, read_all_rows};
use hear_model::skeleton::format::{Format, Recording};
use hear_model::skeleton::{FRAME_COUNT, JOINT_COUNT, Joint, JointSet, Keypoint, Preprocessing, Skeleton};

/// The joints that are zero in all frames of a published input.
fn absent(clip: &Clip) -> JointSet {
    let is_zero = |joint: &Joint| (0..2 * FRAME_COUNT).all(|row| clip[row * JOINT_COUNT + joint.index()] == 0.0);
    Joint::ALL.into_iter().filter(is_zero).collect()
}

/// The rows that differ from the published ones by more than 1e-6 somewhere, if `dropped` joints are left out of each.
fn differing(recordings: &[Recording], published: &[Clip], dropped: impl Fn(&Clip) -> JointSet) -> Vec<usize> {
    assert_eq!((recordings.len(), published.len()), (608, 608));
    let same = |recording: &Recording, want: &Clip| {
        let preprocessing = Preprocessing { dropped: dropped(want), ..Preprocessing::default() };
        let got = preprocessing.clip(&recording.frames).unwrap();
        got.iter().zip(want).all(|(got, want)| (got - want).abs() <= 1e-6)
    };
    (0..608).filter(|&row| !same(&recordings[row], &published[row])).collect()
}

#[test]
fn published_inputs_are_reproduced() {
    let Some(folder) = dataset("published_inputs_are_reproduced") else { return };
    let recordings = Format::Joints.read(folder.join("raw_joints.csv")).unwrap();
    for inputs in ["test_input.csv", "test_input_conv1d_64.csv"] {
        let published = read_all_rows(folder.join(inputs)).unwrap();
        let as_it_is = differing(&recordings, &published, |_| JointSet::default());
        let told = differing(&recordings, &published, absent);
        let (same, same_told) = (608 - as_it_is.len(), 608 - told.len());
        eprintln!("{inputs}: {same} of 608 rows; told which joints to drop, {same_told}; the others are {told:?}");
        assert!(same >= 487 && same_told >= 600, "{inputs}: {same}, {same_told}");
        // A joint seen in one frame only, as the least of both coordinates, is zero without having been dropped.
        assert!(told.iter().all(|row| !as_it_is.contains(row)), "{inputs}: neither way gives all of {told:?}");
    }
}

/// What [`Joint`] says of neck and pelvis. Rows that hold no pixels but what looks normalised already are left out.
#[test]
fn published_necks_and_pelvises_lie_halfway() {
    let Some(folder) = dataset("published_necks_and_pelvises_lie_halfway") else { return };
    let mut recordings = Format::Joints.read(folder.join("raw_joints.csv")).unwrap();
    let outside = |keypoint: Keypoint| keypoint.x > 1.0 || keypoint.y > 1.0;
    let in_pixels = |frame: &Skeleton| frame.detected().any(|(_, keypoint)| outside(keypoint));
    recordings.retain(|recording| recording.frames.iter().any(in_pixels));
    assert_eq!(recordings.len(), 578);
    let mut count = 0;
    for frame in recordings.iter().flat_map(|recording| &recording.frames) {
        for (middle, left, right) in
            [(Joint::Neck, Joint::LeftShoulder, Joint::RightShoulder), (Joint::Pelvis, Joint::LeftHip, Joint::RightHip)]
        {
            let (Some(middle), Some(left), Some(right)) = (frame[middle], frame[left], frame[right]) else { continue };
            // Rounded to whole pixels.
            let (x, y) = (f64::midpoint(left.x, right.x), f64::midpoint(left.y, right.y));
            assert!((middle.x - x).abs() <= 1.001 && (middle.y - y).abs() <= 1.001);
            assert!((middle.score - f64::midpoint(left.score, right.score)).abs() <= 0.001);
            count += 1;
        }
    }
    assert!(count > 30_000, "{count}");
}
