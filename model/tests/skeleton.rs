//! From frames to clips: the rule of normalisation, what is refused, and that a camera and a file give the same.

use hear_model::input::{Clip, seeded_clips};
use hear_model::skeleton::{
    ClipError, FRAME_COUNT, JOINT_COUNT, Joint, Keypoint, MAX_FRAMES, Preprocessing, ShortRecording, Skeleton,
    SlidingWindow, WindowError,
};

/// A recording of a person all of whose joints are detected, at places from 20 to 320 pixels.
fn recording(seed: u64, frames: usize) -> Vec<Skeleton> {
    let clips = seeded_clips(seed, frames.div_ceil(FRAME_COUNT));
    let pixels = |clip: &Clip, axis: usize, frame: usize, joint: usize| {
        20.0 + 300.0 * clip[(axis * FRAME_COUNT + frame) * JOINT_COUNT + joint]
    };
    let skeleton = |frame: usize| {
        let (clip, frame) = (&clips[frame / FRAME_COUNT], frame % FRAME_COUNT);
        let keypoint = |(index, joint)| {
            let (x, y) = (pixels(clip, 0, frame, index), pixels(clip, 1, frame, index));
            (joint, Keypoint { x, y, score: 0.5 })
        };
        Joint::ALL.into_iter().enumerate().map(keypoint).collect()
    };
    (0..frames).map(skeleton).collect()
}

/// Every frame with all its keypoints changed.
fn changed(frames: &[Skeleton], change: impl Fn(Keypoint) -> Keypoint) -> Vec<Skeleton> {
    frames.iter().map(|frame| frame.detected().map(|(joint, keypoint)| (joint, change(keypoint))).collect()).collect()
}

fn largest_difference(one: &Clip, other: &Clip) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
}

#[test]
fn size_and_place_of_a_fully_detected_person_do_not_matter() {
    let preprocessing = Preprocessing::default();
    for seed in 0..20 {
        let frames = recording(seed, FRAME_COUNT);
        let clip = preprocessing.clip(&frames).unwrap();
        for channel in clip.chunks_exact(FRAME_COUNT * JOINT_COUNT) {
            assert_eq!(channel.iter().copied().fold(f64::INFINITY, f64::min), 0.0);
            assert_eq!(channel.iter().copied().fold(f64::NEG_INFINITY, f64::max), 1.0);
        }
        for (scale_x, scale_y, move_x, move_y) in
            [(1.0, 1.0, 77.7, -15.3), (0.31, 0.31, 0.0, 0.0), (4.2, 1.7, -60.0, 900.0)]
        {
            let moved = changed(&frames, |Keypoint { x, y, score }| Keypoint {
                x: scale_x * x + move_x,
                y: scale_y * y + move_y,
                score,
            });
            let difference = largest_difference(&preprocessing.clip(&moved).unwrap(), &clip);
            assert!(difference < 1e-12, "seed {seed}: {difference:e}");
        }
    }
}

#[test]
fn zeros_take_no_part_and_negatives_stay_negative() {
    let at = |x, y| Some(Keypoint { x, y, score: 0.0 });
    let mut frames = vec![Skeleton::default(); FRAME_COUNT];
    frames[0][Joint::Head] = at(100.0, 40.0);
    frames[0][Joint::Neck] = at(300.0, 0.0);
    frames[1][Joint::Head] = at(150.0, 20.0);
    frames[1][Joint::Neck] = at(-100.0, 60.0);
    let clip = Preprocessing::default().clip(&frames).unwrap();
    let value =
        |axis: usize, frame: usize, joint: Joint| clip[(axis * FRAME_COUNT + frame) * JOINT_COUNT + joint.index()];
    // x: smallest positive 100, then at most 200; y: smallest positive 20, then at most 40.
    assert_eq!([value(0, 0, Joint::Head), value(0, 0, Joint::Neck)], [0.0, 1.0]);
    assert_eq!([value(0, 1, Joint::Head), value(0, 1, Joint::Neck)], [0.25, -1.0]);
    assert_eq!([value(1, 0, Joint::Head), value(1, 0, Joint::Neck)], [0.5, 0.0]);
    assert_eq!([value(1, 1, Joint::Head), value(1, 1, Joint::Neck)], [0.0, 1.0]);
    assert_eq!(clip.iter().filter(|&&value| value != 0.0).count(), 5);
}

#[test]
fn joints_are_left_out_before_frames_are_selected_and_coordinates_normalised() {
    // The ankle leaps about, far away and with a low score; all the rest moves slowly.
    let mut frames = recording(3, 40);
    let without: Vec<_> = frames.iter().map(|frame| frame.without("left-ankle".parse().unwrap(), None)).collect();
    let expected = Preprocessing::default().clip(&without).unwrap();
    for (index, frame) in frames.iter_mut().enumerate() {
        frame[Joint::LeftAnkle] = Some(Keypoint { x: [900.0, 5.0][index % 2], y: 700.0, score: 0.1 });
    }
    assert_ne!(Preprocessing::default().clip(&frames).unwrap(), expected);
    let dropped = Preprocessing { dropped: "11".parse().unwrap(), ..Preprocessing::default() };
    assert_eq!(dropped.clip(&frames).unwrap(), expected);
    let sure = Preprocessing { least_score: Some(0.4), ..Preprocessing::default() };
    assert_eq!(sure.clip(&frames).unwrap(), expected);
}

#[test]
fn short_recordings_are_refused_or_end_with_their_last_frame() {
    let preprocessing = Preprocessing::default();
    let frames = recording(5, FRAME_COUNT);
    assert_eq!(preprocessing.clip(&frames[..31]), Err(ClipError::TooShort { found: 31 }));
    assert_eq!(preprocessing.clip(&[]), Err(ClipError::TooShort { found: 0 }));
    let repeating = Preprocessing { short: ShortRecording::RepeatLast, ..preprocessing };
    let mut padded = frames[..20].to_vec();
    padded.resize(FRAME_COUNT, frames[19]);
    assert_eq!(repeating.clip(&frames[..20]), preprocessing.clip(&padded));
    assert_eq!(repeating.clip(&frames), preprocessing.clip(&frames));
    assert_eq!(repeating.clip(&[]), Err(ClipError::TooShort { found: 0 }));
    assert_eq!(repeating.clip(&frames[..1]), Err(ClipError::Frozen { frames: 1 }));
}

#[test]
fn recordings_that_show_nothing_are_refused() {
    let preprocessing = Preprocessing::default();
    let frames = recording(6, 50);
    assert_eq!(preprocessing.clip(&[frames[7]; 50]), Err(ClipError::Frozen { frames: 50 }));
    assert_eq!(preprocessing.clip(&[Skeleton::default(); 33]), Err(ClipError::NoJoints { frames: 33 }));
    let sure = Preprocessing { least_score: Some(0.6), ..preprocessing };
    assert_eq!(sure.clip(&frames), Err(ClipError::NoJoints { frames: 50 }));
    let vertical = changed(&frames, |keypoint| Keypoint { x: 8.0, ..keypoint });
    assert_eq!(preprocessing.clip(&vertical), Err(ClipError::NoRange { axis: "x" }));
    let above = changed(&frames, |keypoint| Keypoint { y: -keypoint.y, ..keypoint });
    assert_eq!(preprocessing.clip(&above), Err(ClipError::NoRange { axis: "y" }));
    let far = changed(&frames, |keypoint| Keypoint { x: if keypoint.x > 200.0 { 1e308 } else { -1e308 }, ..keypoint });
    assert_eq!(preprocessing.clip(&far), Err(ClipError::NoRange { axis: "x" }));
    let long = vec![frames[0]; MAX_FRAMES + 1];
    assert_eq!(preprocessing.clip(&long), Err(ClipError::TooLong { found: MAX_FRAMES + 1 }));
}

#[test]
fn a_camera_and_a_file_give_the_same_clips() {
    let preprocessing = Preprocessing { dropped: "11 14".parse().unwrap(), ..Preprocessing::default() };
    let frames = recording(9, 200);
    for (length, stride) in [(32, 1), (32, 32), (50, 7), (64, 90), (200, 3)] {
        let mut window = SlidingWindow::new(preprocessing, length, stride).unwrap();
        let streamed: Vec<_> = frames.iter().filter_map(|&frame| window.push(frame)).map(Result::unwrap).collect();
        let starts = (0..=frames.len() - length).step_by(stride);
        let whole: Vec<_> = starts.map(|start| preprocessing.clip(&frames[start..start + length]).unwrap()).collect();
        assert_eq!(streamed, whole, "window {length}, stride {stride}");
    }
}

#[test]
fn a_window_goes_on_after_frames_in_which_nobody_was() {
    let mut window = SlidingWindow::new(Preprocessing::default(), 32, 32).unwrap();
    let nobody = [Skeleton::default(); 32].into_iter();
    let results: Vec<_> = nobody.chain(recording(1, 32)).filter_map(|frame| window.push(frame)).collect();
    assert_eq!(results[0], Err(ClipError::NoJoints { frames: 32 }));
    assert_eq!(results[1], Preprocessing::default().clip(&recording(1, 32)));
    for length in [0, 31, MAX_FRAMES + 1] {
        assert_eq!(SlidingWindow::new(Preprocessing::default(), length, 1).unwrap_err(), WindowError::Length(length));
    }
    assert_eq!(SlidingWindow::new(Preprocessing::default(), 32, 0).unwrap_err(), WindowError::Stride);
}
