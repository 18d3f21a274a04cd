//! What a pose estimator makes of a picture: noise, outliers, exchanged sides, and joints that it does not find.

use std::ops::Range;

use super::body::{LIMBS, exchange_sides};
use super::camera::{Camera, PICTURE, Point, in_picture};
use super::chance::Chance;
use crate::skeleton::{FRAME_COUNT, JOINT_COUNT, Joint, Keypoint, Skeleton};

/// Noise relative to that of a shoulder, and how often a joint in plain view is missed: more towards the ends of the
/// limbs.
const JOINT_NOISE: [f64; JOINT_COUNT] = [1.0, 1.0, 1.0, 1.0, 1.2, 1.5, 1.0, 1.2, 1.5, 1.2, 1.3, 1.5, 1.2, 1.3, 1.5];
const JOINT_MISSED: [f64; JOINT_COUNT] =
    [0.02, 0.01, 0.02, 0.01, 0.03, 0.06, 0.01, 0.03, 0.06, 0.02, 0.04, 0.08, 0.02, 0.04, 0.08];
/// The least joints that make a person.
const LEAST_JOINTS: usize = 4;
/// The least score of a joint that counts as detected.
const LEAST_SCORE: f64 = 0.4;

/// A pose estimator on one clip.
#[derive(Debug)]
pub(super) struct Detector {
    /// Standard deviation of a shoulder's error in pixels.
    noise: f64,
    /// Factor on the probabilities of missing a joint.
    weakness: f64,
    /// Joints it never finds in this clip.
    never: [bool; JOINT_COUNT],
    /// The limbs that the body hides at times.
    hidden: [bool; 4],
    /// Probability that a joint is taken for something else, and how far off that typically is in pixels.
    outliers: f64,
    reach: f64,
    /// Probability a frame that a run of frames with exchanged sides begins.
    exchanges: f64,
    /// The frames in which it finds the body.
    found: Range<usize>,
    /// Frames of exchanged sides still to come.
    exchanged: usize,
}

impl Detector {
    pub(super) fn random(camera: &Camera, chance: &mut Chance) -> Self {
        let mut never = [false; JOINT_COUNT];
        for (limb, probability) in LIMBS.into_iter().zip([0.015, 0.015, 0.08, 0.08]) {
            if chance.happens(probability) {
                never[limb + 2] = true;
                never[limb + 1] = chance.happens(0.5);
            }
        }
        let far = if camera.sees_left() { [false, true, false, true] } else { [true, false, true, false] };
        let late = if chance.happens(0.05) { chance.below(8) } else { 0 };
        let early = if chance.happens(0.15) { chance.below(7) } else { 0 };
        Self {
            noise: chance.about(0.25 + 0.0015 * camera.scale(), 1.4),
            weakness: chance.about(0.4, 2.0),
            never,
            hidden: if camera.sees_side() { far } else { [false; 4] },
            outliers: chance.between(0.0, 0.006),
            reach: 0.15 * camera.scale(),
            exchanges: if camera.sees_side() { 0.01 } else { 0.002 },
            found: late..FRAME_COUNT - early,
            exchanged: 0,
        }
    }

    /// What it finds in the frame of this number, where the joints appear at `points` and `lying` (from 0 to 1) tells
    /// how far from upright the body is.
    pub(super) fn detect(
        &mut self,
        frame: usize,
        mut points: [Point; JOINT_COUNT],
        lying: f64,
        chance: &mut Chance,
    ) -> Skeleton {
        if self.exchanged > 0 {
            self.exchanged -= 1;
        } else if chance.happens(self.exchanges) {
            self.exchanged = 1 + chance.below(4);
        }
        if self.exchanged > 0 {
            exchange_sides(&mut points);
        }
        let mut skeleton = Skeleton::default();
        for joint in Joint::ALL {
            skeleton[joint] = self.joint(joint.index(), points[joint.index()], lying, chance);
        }
        skeleton[Joint::Neck] = halfway(skeleton[Joint::LeftShoulder], skeleton[Joint::RightShoulder]);
        skeleton[Joint::Pelvis] = halfway(skeleton[Joint::LeftHip], skeleton[Joint::RightHip]);
        // Who lies is lost in single frames, and sometimes for good.
        if chance.happens(0.02 * lying * lying) {
            self.found.end = self.found.end.min(frame);
        }
        let lost = !self.found.contains(&frame)
            || chance.happens(0.15 * lying * lying)
            || skeleton.detected().count() < LEAST_JOINTS;
        if lost { Skeleton::default() } else { skeleton }
    }

    fn joint(&self, joint: usize, point: Point, lying: f64, chance: &mut Chance) -> Option<Keypoint> {
        let limb = (joint >= LIMBS[0]).then(|| (joint - LIMBS[0]) / 3);
        let hidden = limb.is_some_and(|limb| self.hidden[limb]);
        let difficulty = (1.0 + lying) * if hidden { 2.5 } else { 1.0 };
        let sigma = self.noise * JOINT_NOISE[joint] * difficulty.min(3.0);
        let mut found = point.map(|place| place + sigma * chance.normal());
        if chance.happens(self.outliers) {
            found = found.map(|place| place + self.reach * chance.normal());
        }
        let missed = chance.happens((JOINT_MISSED[joint] * self.weakness * difficulty).min(0.8));
        let unseen = !in_picture(found) && chance.happens(0.9);
        let score = (0.75 + 0.12 * chance.normal() - 0.1 * lying).clamp(LEAST_SCORE, 1.0);
        // What is found lies inside the picture: a coordinate of 0 would say that it was not.
        let [x, y] = [0, 1].map(|axis| found[axis].clamp(0.5, PICTURE[axis] - 0.5));
        (!(missed || unseen || self.never[joint])).then_some(Keypoint { x, y, score })
    }
}

/// The point halfway between two, if both were found: so estimators without neck and pelvis give these.
fn halfway(one: Option<Keypoint>, other: Option<Keypoint>) -> Option<Keypoint> {
    let (one, other) = (one?, other?);
    let mean = |a: f64, b: f64| 0.5 * (a + b);
    Some(Keypoint { x: mean(one.x, other.x), y: mean(one.y, other.y), score: mean(one.score, other.score) })
}
