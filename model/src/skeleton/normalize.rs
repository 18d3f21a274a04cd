//! Coordinates in pixels become numbers from 0 to 1.

use super::frame::Skeleton;
use super::joint::JOINT_COUNT;
use super::select::FRAME_COUNT;
use crate::input::Clip;
use crate::network::INPUT_VALUES;

/// The clip of 32 frames; or the name of the coordinate that spans no range.
///
/// Per coordinate, as the published inputs come from the published joints: zeros (joints that were not detected, and
/// coordinates that are exactly 0) stay zero and take no part; from the others the smallest positive one is subtracted,
/// then they are divided by what is now the largest. Positive coordinates come to lie in [0, 1]; negative ones, outside the
/// picture, stay negative.
pub(super) fn normalize(frames: &[Skeleton; FRAME_COUNT]) -> Result<Clip, &'static str> {
    let mut clip = [0.0; INPUT_VALUES];
    let (xs, ys) = clip.split_at_mut(FRAME_COUNT * JOINT_COUNT);
    for (row, frame) in frames.iter().enumerate() {
        for (joint, keypoint) in frame.detected() {
            let index = row * JOINT_COUNT + joint.index();
            xs[index] = keypoint.x;
            ys[index] = keypoint.y;
        }
    }
    scale(xs).ok_or("x")?;
    scale(ys).ok_or("y")?;
    Ok(clip)
}

/// Min-max normalisation of the values that are not zero; `None` if the positive ones span no range, or one so large or
/// small that the quotients are not finite.
fn scale(values: &mut [f64]) -> Option<()> {
    let positive = || values.iter().copied().filter(|&value| value > 0.0);
    let smallest = positive().fold(f64::INFINITY, f64::min);
    let range = positive().fold(0.0, f64::max) - smallest;
    if range <= 0.0 {
        return None;
    }
    for value in values.iter_mut().filter(|value| **value != 0.0) {
        *value = (*value - smallest) / range;
    }
    values.iter().all(|value| value.is_finite()).then_some(())
}
