//! Which 32 frames of a recording make the clip.

use super::frame::Skeleton;

/// Frames of a clip.
pub const FRAME_COUNT: usize = 32;

/// The most frames that one clip is selected from: more than a minute. The work grows with the square.
pub const MAX_FRAMES: usize = 4096;

/// Exactly 32 of at least as many frames, in their order.
///
/// The paper (Methods, data preprocessing): the interchangeability score of two consecutive frames is the mean Euclidean
/// distance of corresponding joints; where it is below a threshold "the frame is dropped until we reach the required
/// number". What it leaves open is decided thus:
///
/// - The most interchangeable pair of neighbours comes first (the earliest of equal ones), and its later frame is
///   dropped; the frame behind it is then compared with the one before it, so slow motion adds up and is not lost.
/// - Only joints detected in both frames count. Two frames without any joint are fully interchangeable (score 0), two
///   that have joints but none in common are not at all (infinite).
/// - When no score is below the threshold any more and more than 32 frames remain, every remaining frame shows motion,
///   and 32 evenly spaced ones are taken, the first and the last among them: what was a fast motion remains one.
///
/// # Panics
/// If there are fewer than 32 frames.
pub(super) fn select(frames: &[Skeleton], threshold: f64) -> [Skeleton; FRAME_COUNT] {
    assert!(frames.len() >= FRAME_COUNT, "{} frames; needed are {FRAME_COUNT}", frames.len());
    let mut frames: Vec<&Skeleton> = frames.iter().collect();
    // `scores[i]` is that of frames i and i + 1.
    let mut scores: Vec<f64> = frames.windows(2).map(|pair| interchangeability(pair[0], pair[1])).collect();
    while frames.len() > FRAME_COUNT {
        let lowest = scores.iter().enumerate().min_by(|one, other| one.1.total_cmp(other.1));
        let Some((pair, _)) = lowest.filter(|&(_, &score)| score < threshold) else { break };
        frames.remove(pair + 1);
        scores.remove(pair);
        if let Some(next) = frames.get(pair + 1) {
            scores[pair] = interchangeability(frames[pair], next);
        }
    }
    std::array::from_fn(|index| *frames[index * (frames.len() - 1) / (FRAME_COUNT - 1)])
}

/// The mean distance of corresponding joints, in pixels: small if one frame can stand for the other.
fn interchangeability(one: &Skeleton, other: &Skeleton) -> f64 {
    let nobody = one.is_empty() && other.is_empty();
    one.mean_distance(other).unwrap_or(if nobody { 0.0 } else { f64::INFINITY })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::{Joint, Keypoint};

    /// A frame whose only joint is at `x`.
    fn frame(x: f64) -> Skeleton {
        [(Joint::Head, Keypoint { x, y: 50.0, score: 1.0 })].into_iter().collect()
    }

    fn frames(positions: impl IntoIterator<Item = f64>) -> Vec<Skeleton> {
        positions.into_iter().map(frame).collect()
    }

    fn positions(frames: &[Skeleton]) -> Vec<f64> {
        frames.iter().map(|frame| frame[Joint::Head].unwrap().x).collect()
    }

    #[test]
    fn frames_that_stand_still_go_first() {
        let moving = (0..32).map(|index| f64::from(index) * 10.0);
        let still = [70.0, 70.5, 74.9, 0.0];
        let mut all: Vec<f64> = moving.clone().chain(still).collect();
        all.sort_by(f64::total_cmp);
        assert_eq!(positions(&select(&frames(all), 5.0)), moving.collect::<Vec<_>>());
    }

    #[test]
    fn slow_motion_adds_up() {
        // 63 steps of 4 pixels: dropping every second frame leaves 32 steps of 8.
        let slow = (0..64).map(|index| f64::from(index) * 4.0);
        let steps: Vec<f64> = positions(&select(&frames(slow), 5.0)).windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|&step| step == 8.0), "{steps:?}");
    }

    #[test]
    fn above_the_threshold_frames_are_evenly_spaced() {
        let fast = (0..125).map(|index| f64::from(index) * 6.0);
        let every_fourth: Vec<f64> = (0..32).map(|index| f64::from(index) * 24.0).collect();
        assert_eq!(positions(&select(&frames(fast.clone()), 5.0)), every_fourth);
        assert_eq!(positions(&select(&frames(fast), 0.0)), every_fourth);
    }

    #[test]
    fn exactly_32_frames_stay_as_they_are() {
        let still = frames([7.0; 32]);
        assert_eq!(select(&still, 5.0)[..], still[..]);
    }

    #[test]
    fn frames_without_joints_are_interchangeable_with_each_other_only() {
        let mut all = frames((0..31).map(|index| f64::from(index) * 10.0));
        all.splice(5..5, [Skeleton::default(); 4]);
        let selected = select(&all, 5.0);
        assert_eq!(selected.iter().filter(|frame| frame.is_empty()).count(), 1);
        assert_eq!(selected[4..6], [frame(40.0), Skeleton::default()]);
    }
}
