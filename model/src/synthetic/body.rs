//! A body of fifteen joints: proportions, pose, and the joints in space that the two give.

use super::chance::Chance;
use super::geometry::{Attitude, Vector, reach, vector};
use crate::skeleton::{JOINT_COUNT, Joint};

/// The joints of a body in the room, in the order of [`Joint::ALL`].
pub(super) type Joints = [Vector; JOINT_COUNT];

/// The first joint of each limb in the order of [`Joint::ALL`]: arms left and right, legs left and right.
pub(super) const LIMBS: [usize; 4] = [3, 6, 9, 12];

/// Height of the ankle above the sole.
pub(super) const ANKLE: f64 = 0.04;
/// Height of the pelvis of somebody who stands straight.
pub(super) const STANDING: f64 = 0.52;

/// Lengths of a body in statures.
///
/// The means are those of Drillis and Contini (1966) as tabulated in Winter, Biomechanics and Motor Control of Human
/// Movement, rounded; the spread is a few per cent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body {
    trunk: f64,
    /// From the middle of the shoulders up and forward to the nose.
    head: f64,
    nose: f64,
    half_shoulders: f64,
    half_hips: f64,
    upper_arm: f64,
    forearm: f64,
    thigh: f64,
    shank: f64,
}

impl Body {
    pub(super) fn random(chance: &mut Chance) -> Self {
        let mut length = |mean| chance.about(mean, 1.06);
        // Legs carry the pelvis at the same height in every pose: only the knee's place along them varies.
        let knee = length(0.245);
        Self {
            trunk: length(0.29),
            head: length(0.12),
            nose: length(0.06),
            half_shoulders: length(0.11),
            half_hips: length(0.06),
            upper_arm: length(0.18),
            forearm: length(0.15),
            thigh: knee,
            shank: 0.49 - knee,
        }
    }

    /// The joints of a pose in the room.
    pub(super) fn joints(&self, pose: &Pose) -> Joints {
        let heading = Attitude { heading: pose.trunk.heading, ..Attitude::default() };
        let neck = pose.pelvis + pose.trunk.apply(vector(0.0, 0.0, self.trunk));
        let head = Attitude { lean: pose.trunk.lean + pose.nod, ..pose.trunk };
        let mut joints: Joints = [Vector::default(); JOINT_COUNT];
        joints[Joint::Head.index()] = neck + head.apply(vector(0.0, self.nose, self.head));
        joints[Joint::Neck.index()] = neck;
        joints[Joint::Pelvis.index()] = pose.pelvis;
        for (side, sign) in [(0, 1.0), (1, -1.0)] {
            let shoulder = neck + pose.trunk.apply(vector(sign * self.half_shoulders, 0.0, 0.0));
            let outwards = |v: Vector| vector(sign * v.x, v.y, v.z);
            let wrist = shoulder + heading.apply(outwards(pose.hands[side])) * (self.upper_arm + self.forearm);
            // Elbows point down, back and away from the body.
            let elbows = pose.trunk.apply(outwards(vector(0.6, -0.6, -0.8)));
            let (elbow, wrist) = reach(shoulder, wrist, self.upper_arm, self.forearm, elbows);
            joints[LIMBS[side]..][..3].copy_from_slice(&[shoulder, elbow, wrist]);

            let hip = pose.pelvis + pose.hips.apply(vector(sign * self.half_hips, 0.0, 0.0));
            let knees = pose.hips.apply(outwards(vector(0.15, 1.0, 0.0)));
            let (knee, ankle) = reach(hip, pose.feet[side], self.thigh, self.shank, knees);
            joints[LIMBS[2 + side]..][..3].copy_from_slice(&[hip, knee, ankle]);
        }
        joints
    }
}

/// Where a body's parts are. Left comes first in pairs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pose {
    /// The pelvis in the room, in statures; the ground is at z = 0.
    pub(super) pelvis: Vector,
    /// How the pelvis stands: it turns hips and knees.
    pub(super) hips: Attitude,
    /// How the trunk stands: it turns shoulders and head.
    pub(super) trunk: Attitude,
    /// Bend of the head forward of the trunk.
    pub(super) nod: f64,
    /// The wrists seen from their shoulders, in arm lengths: outwards, forward of the trunk's heading, up. An arm that
    /// hangs down is (0, 0, -1).
    pub(super) hands: [Vector; 2],
    /// The ankles in the room, in statures.
    pub(super) feet: [Vector; 2],
}

impl Pose {
    /// Somebody who stands at the origin with hanging arms and faces forward.
    pub(super) fn standing() -> Self {
        Self {
            pelvis: vector(0.0, 0.0, STANDING),
            hips: Attitude::default(),
            trunk: Attitude::default(),
            nod: 0.1,
            hands: [HANGING; 2],
            feet: [vector(0.06, 0.0, ANKLE), vector(-0.06, 0.0, ANKLE)],
        }
    }

    /// The pose turned about the vertical through the origin and then moved.
    pub(super) fn placed(mut self, turn: f64, shift: Vector) -> Self {
        self.pelvis = self.pelvis.turned(turn) + shift;
        self.feet = self.feet.map(|foot| foot.turned(turn) + shift);
        self.hips.heading += turn;
        self.trunk.heading += turn;
        self
    }
}

/// An arm that hangs down, slightly bent.
pub(super) const HANGING: Vector = vector(0.1, 0.1, -0.95);

/// Left and right exchanged, in space and in the order of the joints.
pub(super) fn mirrored(joints: &Joints) -> Joints {
    let mut mirrored = joints.map(Vector::mirrored);
    exchange_sides(&mut mirrored);
    mirrored
}

/// Exchanges the left and the right limbs.
pub(super) fn exchange_sides<T>(joints: &mut [T; JOINT_COUNT]) {
    for joint in [3, 4, 5, 9, 10, 11] {
        joints.swap(joint, joint + 3);
    }
}
