//! Which keypoints of an estimator the joints are made of.

use crate::skeleton::frame::{Keypoint, Skeleton};
use crate::skeleton::joint::{JOINT_COUNT, Joint};

/// The keypoints of a pose estimator, and which of them make each joint: one, or the point halfway between two.
#[derive(Debug)]
pub(super) struct Layout {
    /// Keypoints of one person.
    pub(super) keypoints: usize,
    /// For each joint the keypoints whose mean it is.
    sources: [&'static [usize]; JOINT_COUNT],
}

/// Nose, eyes, ears, then left and right in turn: shoulders, elbows, wrists, hips, knees, ankles.
pub(super) const COCO: Layout = Layout {
    keypoints: 17,
    sources: [&[0], &[5, 6], &[11, 12], &[5], &[7], &[9], &[6], &[8], &[10], &[11], &[13], &[15], &[12], &[14], &[16]],
};

/// OpenPose's BODY_25: nose, neck, right arm, left arm, mid hip, right leg, left leg, eyes, ears, feet.
pub(super) const BODY_25: Layout = Layout {
    keypoints: 25,
    sources: [&[0], &[1], &[8], &[5], &[6], &[7], &[2], &[3], &[4], &[12], &[13], &[14], &[9], &[10], &[11]],
};

/// OpenPose's COCO: nose, neck, right arm, left arm, right leg, left leg, eyes, ears.
pub(super) const OPENPOSE_COCO: Layout = Layout {
    keypoints: 18,
    sources: [&[0], &[1], &[8, 11], &[5], &[6], &[7], &[2], &[3], &[4], &[11], &[12], &[13], &[8], &[9], &[10]],
};

/// Right leg upwards, left leg downwards, pelvis, thorax, upper neck, head top, right arm inwards, left arm outwards.
///
/// Halfway between upper neck (the base of the skull) and head top is about where the nose is.
pub(super) const MPII: Layout = Layout {
    keypoints: 16,
    sources: [
        &[8, 9],
        &[12, 13],
        &[2, 3],
        &[13],
        &[14],
        &[15],
        &[12],
        &[11],
        &[10],
        &[3],
        &[4],
        &[5],
        &[2],
        &[1],
        &[0],
    ],
};

impl Layout {
    /// The skeleton of one person: x, y and score of each keypoint in turn; `None` if there are more or fewer.
    pub(super) fn skeleton(&self, numbers: &[f64]) -> Option<Skeleton> {
        let (keypoints, []) = numbers.as_chunks() else { return None };
        if keypoints.len() != self.keypoints {
            return None;
        }
        let joint = |sources: &[usize]| mean(sources.iter().map(|&source| detected(keypoints[source])));
        let joints = Joint::ALL.into_iter().zip(self.sources);
        Some(joints.filter_map(|(name, sources)| Some((name, joint(sources)?))).collect())
    }

    /// How many numbers a person has, for errors.
    pub(super) fn numbers(&self) -> usize {
        3 * self.keypoints
    }
}

/// The keypoint, unless its score or its place say that it was not detected.
fn detected([x, y, score]: [f64; 3]) -> Option<Keypoint> {
    (score > 0.0 && (x, y) != (0.0, 0.0)).then_some(Keypoint { x, y, score })
}

/// The mean of keypoints, if all were detected.
fn mean(keypoints: impl ExactSizeIterator<Item = Option<Keypoint>>) -> Option<Keypoint> {
    let weight = 1.0 / keypoints.len() as f64;
    keypoints.into_iter().try_fold(Keypoint { x: 0.0, y: 0.0, score: 0.0 }, |sum, keypoint| {
        let Keypoint { x, y, score } = keypoint?;
        Some(Keypoint { x: sum.x + weight * x, y: sum.y + weight * y, score: sum.score + weight * score })
    })
}
