//! One person in one frame.

use std::ops::{Index, IndexMut};

use super::joint::{JOINT_COUNT, Joint, JointSet};

/// A joint that was detected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keypoint {
    /// Pixels from the left edge of the picture; negative if the joint is thought to lie outside it.
    pub x: f64,
    /// Pixels from the top edge.
    pub y: f64,
    /// How sure the pose estimator is: about 0 to 1, of the estimator's own kind.
    pub score: f64,
}

/// One person in one frame: a joint that was not detected is `None`. Nobody at all is [`Skeleton::default`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Skeleton([Option<Keypoint>; JOINT_COUNT]);

impl Skeleton {
    /// The joints that were detected.
    pub fn detected(&self) -> impl Iterator<Item = (Joint, Keypoint)> + '_ {
        Joint::ALL.into_iter().filter_map(|joint| Some((joint, self[joint]?)))
    }

    /// Whether no joint was detected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.detected().next().is_none()
    }

    /// The skeleton without the joints of a set and without those whose score is below a threshold.
    #[must_use]
    pub fn without(&self, dropped: JointSet, least_score: Option<f64>) -> Self {
        let keep = |joint, keypoint: Keypoint| {
            !dropped.contains(joint) && least_score.is_none_or(|least| keypoint.score >= least)
        };
        self.detected().filter(|&(joint, keypoint)| keep(joint, keypoint)).collect()
    }

    /// The mean Euclidean distance, in pixels, between the joints that both skeletons have; `None` if there are none.
    #[must_use]
    pub fn mean_distance(&self, other: &Self) -> Option<f64> {
        let (mut sum, mut count) = (0.0, 0);
        for (joint, here) in self.detected() {
            if let Some(there) = other[joint] {
                sum += (here.x - there.x).hypot(here.y - there.y);
                count += 1;
            }
        }
        (count > 0).then(|| sum / f64::from(count))
    }
}

impl Index<Joint> for Skeleton {
    type Output = Option<Keypoint>;

    fn index(&self, joint: Joint) -> &Option<Keypoint> {
        &self.0[joint.index()]
    }
}

impl IndexMut<Joint> for Skeleton {
    fn index_mut(&mut self, joint: Joint) -> &mut Option<Keypoint> {
        &mut self.0[joint.index()]
    }
}

impl FromIterator<(Joint, Keypoint)> for Skeleton {
    fn from_iter<I: IntoIterator<Item = (Joint, Keypoint)>>(keypoints: I) -> Self {
        let mut skeleton = Self::default();
        for (joint, keypoint) in keypoints {
            skeleton[joint] = Some(keypoint);
        }
        skeleton
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64, score: f64) -> Keypoint {
        Keypoint { x, y, score }
    }

    #[test]
    fn distances_are_over_the_joints_that_both_have() {
        let one: Skeleton = [(Joint::Head, at(0.0, 0.0, 1.0)), (Joint::Neck, at(1.0, 1.0, 1.0))].into_iter().collect();
        let mut two = one;
        two[Joint::Neck] = Some(at(4.0, 5.0, 0.2));
        assert_eq!(one.mean_distance(&two), Some(2.5));
        two[Joint::Head] = None;
        two[Joint::Pelvis] = Some(at(100.0, 100.0, 1.0));
        assert_eq!((one.mean_distance(&two), two.mean_distance(&one)), (Some(5.0), Some(5.0)));
        assert_eq!(one.mean_distance(&Skeleton::default()), None);
    }

    #[test]
    fn joints_are_dropped_by_name_and_by_score() {
        let skeleton: Skeleton = [
            (Joint::Head, at(1.0, 1.0, 0.0)),
            (Joint::LeftKnee, at(1.0, 2.0, 0.4)),
            (Joint::RightKnee, at(2.0, 2.0, 0.39)),
        ]
        .into_iter()
        .collect();
        let left = |dropped: &str, least| {
            let skeleton = skeleton.without(dropped.parse().unwrap(), least);
            skeleton.detected().map(|(joint, _)| joint).collect::<Vec<_>>()
        };
        assert_eq!(left("", None), [Joint::Head, Joint::LeftKnee, Joint::RightKnee]);
        assert_eq!(left("", Some(0.4)), [Joint::LeftKnee]);
        assert_eq!(left("left-knee", None), [Joint::Head, Joint::RightKnee]);
        assert!(skeleton.without("head 10 13".parse().unwrap(), None).is_empty());
    }
}
