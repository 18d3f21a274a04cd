//! Skeletons in lines of numbers.

use std::path::Path;

use super::Recording;
use super::layout::MPII;
use crate::input::{InputError, for_each_array};
use crate::skeleton::frame::{Keypoint, Skeleton};
use crate::skeleton::joint::{JOINT_COUNT, Joint};

/// Columns of a clip: 32 frames of 15 joints.
pub(super) const CLIP_COLUMNS: usize = 1440;
/// Columns of a frame: MPII's 16 joints.
pub(super) const FRAME_COLUMNS: usize = 48;

/// A clip of 32 frames a row, exactly as the numbers say: only the place (0, 0) means that a joint was not detected.
pub(super) fn read_clips(path: &Path) -> Result<Vec<Recording>, InputError> {
    let mut clips = Vec::new();
    for_each_array(path, |line, numbers: &[f64; CLIP_COLUMNS]| {
        let frames = numbers.chunks_exact(3 * JOINT_COUNT).map(frame).collect();
        clips.push(Recording { origin: format!("{}, line {line}", path.display()), frames });
    })?;
    Ok(clips)
}

fn frame(numbers: &[f64]) -> Skeleton {
    let keypoints = numbers.chunks_exact(3).map(|numbers| Keypoint { x: numbers[0], y: numbers[1], score: numbers[2] });
    Joint::ALL.into_iter().zip(keypoints).filter(|(_, keypoint)| (keypoint.x, keypoint.y) != (0.0, 0.0)).collect()
}

/// A frame a row, in MPII's order.
pub(super) fn read_frames(path: &Path) -> Result<Vec<Skeleton>, InputError> {
    let mut frames = Vec::new();
    for_each_array(path, |_, numbers: &[f64; FRAME_COLUMNS]| frames.extend(MPII.skeleton(numbers)))?;
    Ok(frames)
}
