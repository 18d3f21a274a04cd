//! The 15 joints and sets of them.

use std::fmt;
use std::str::FromStr;

use crate::text::excerpt;

/// Joints of a skeleton.
pub const JOINT_COUNT: usize = 15;

/// The joints in the order of a clip's columns.
///
/// The paper names the first two head top and upper neck. In the data that its authors publish they are what COCO's
/// 17 keypoints give: wherever both shoulders (hips) were detected, the neck (pelvis) is the point halfway between them,
/// down to its score, and 15 is 17 without eyes and ears and with these two. So the head is the nose, as in COCO.
/// Left and right are the person's own: who faces the camera has the left shoulder on the right of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Joint {
    /// The nose.
    Head,
    /// Halfway between the shoulders.
    Neck,
    /// Halfway between the hips.
    Pelvis,
    /// The left shoulder.
    LeftShoulder,
    /// The left elbow.
    LeftElbow,
    /// The left wrist.
    LeftWrist,
    /// The right shoulder.
    RightShoulder,
    /// The right elbow.
    RightElbow,
    /// The right wrist.
    RightWrist,
    /// The left hip.
    LeftHip,
    /// The left knee.
    LeftKnee,
    /// The left ankle.
    LeftAnkle,
    /// The right hip.
    RightHip,
    /// The right knee.
    RightKnee,
    /// The right ankle.
    RightAnkle,
}

impl Joint {
    /// Every joint, in the order of a clip's columns.
    pub const ALL: [Self; JOINT_COUNT] = [
        Self::Head,
        Self::Neck,
        Self::Pelvis,
        Self::LeftShoulder,
        Self::LeftElbow,
        Self::LeftWrist,
        Self::RightShoulder,
        Self::RightElbow,
        Self::RightWrist,
        Self::LeftHip,
        Self::LeftKnee,
        Self::LeftAnkle,
        Self::RightHip,
        Self::RightKnee,
        Self::RightAnkle,
    ];

    /// The joint's column in a clip, 0 to 14.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The joint's name in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Neck => "neck",
            Self::Pelvis => "pelvis",
            Self::LeftShoulder => "left-shoulder",
            Self::LeftElbow => "left-elbow",
            Self::LeftWrist => "left-wrist",
            Self::RightShoulder => "right-shoulder",
            Self::RightElbow => "right-elbow",
            Self::RightWrist => "right-wrist",
            Self::LeftHip => "left-hip",
            Self::LeftKnee => "left-knee",
            Self::LeftAnkle => "left-ankle",
            Self::RightHip => "right-hip",
            Self::RightKnee => "right-knee",
            Self::RightAnkle => "right-ankle",
        }
    }
}

impl fmt::Display for Joint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What names no joint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no joint; needed is an index from 0 to 14 or a name such as head, left-knee or right-wrist")]
pub struct JointError {
    text: String,
}

/// By index or by name.
impl FromStr for Joint {
    type Err = JointError;

    fn from_str(text: &str) -> Result<Self, JointError> {
        let by_index = || Self::ALL.get(text.parse::<usize>().ok()?).copied();
        let by_name = || Self::ALL.into_iter().find(|joint| joint.name() == text);
        by_index().or_else(by_name).ok_or_else(|| JointError { text: excerpt(text) })
    }
}

/// Some of the joints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JointSet([bool; JOINT_COUNT]);

impl JointSet {
    /// Whether the joint is one of them.
    #[must_use]
    pub const fn contains(self, joint: Joint) -> bool {
        self.0[joint.index()]
    }

    /// The joints of either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Joint::ALL.into_iter().filter(|&joint| self.contains(joint) || other.contains(joint)).collect()
    }
}

impl FromIterator<Joint> for JointSet {
    fn from_iter<I: IntoIterator<Item = Joint>>(joints: I) -> Self {
        let mut set = Self::default();
        for joint in joints {
            set.0[joint.index()] = true;
        }
        set
    }
}

/// Joints with commas or spaces between them; nothing is the empty set.
impl FromStr for JointSet {
    type Err = JointError;

    fn from_str(text: &str) -> Result<Self, JointError> {
        text.split([',', ' ']).filter(|name| !name.is_empty()).map(str::parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joints_are_found_by_index_and_by_name() {
        for (index, joint) in Joint::ALL.into_iter().enumerate() {
            assert_eq!(joint.index(), index);
            assert_eq!(joint.name().parse(), Ok(joint));
            assert_eq!(index.to_string().parse(), Ok(joint));
        }
        for text in ["", "15", "-1", "knee", "Head", "1.0"] {
            let sentence = text.parse::<Joint>().unwrap_err().to_string();
            assert!(sentence.starts_with(&format!("{text:?} is no joint; needed is an index from 0 to 14")));
        }
    }

    #[test]
    fn sets_are_lists_with_commas_or_spaces() {
        let ankles: JointSet = [Joint::LeftAnkle, Joint::RightAnkle].into_iter().collect();
        for text in ["11,14", "14 11", " left-ankle, right-ankle ", "11,11,14"] {
            assert_eq!(text.parse(), Ok(ankles), "{text}");
        }
        assert_eq!("".parse(), Ok(JointSet::default()));
        assert!("11;14".parse::<JointSet>().is_err());
        let both = ankles.union("head".parse().unwrap());
        assert!(both.contains(Joint::Head) && both.contains(Joint::LeftAnkle) && !both.contains(Joint::Neck));
    }
}
