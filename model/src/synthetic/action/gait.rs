//! Walking and running.

use super::Motion;
use crate::synthetic::body::{ANKLE, Pose, STANDING};
use crate::synthetic::chance::Chance;
use crate::synthetic::geometry::{Attitude, ease, vector, wave};

/// A gait: both legs go through the same cycle, half a stride apart, and the arms swing against them.
///
/// Perry, Gait Analysis (1992): walking has each foot on the ground for about 60% of a stride, running for less than
/// half of it, so that both are in the air for a while.
#[derive(Debug)]
pub(super) struct Gait {
    /// Strides (two steps) a second.
    rate: f64,
    /// Statures a stride.
    stride: f64,
    /// Part of the stride that a foot is on the ground.
    stance: f64,
    /// How high the swinging ankle is lifted, in statures.
    lift: f64,
    /// How high the pelvis is on average, and how far it goes up and down.
    height: f64,
    bounce: f64,
    lean: f64,
    /// Turn of the shoulders against the hips, in radians.
    twist: f64,
    /// Swing of the wrists in arm lengths, about their place forward and up.
    swing: f64,
    hands_forward: f64,
    hands_up: f64,
    /// Radians a second by which the path bends.
    bend: f64,
    /// Part of the stride that is over at the first frame.
    phase: f64,
}

impl Gait {
    pub(super) fn walking(chance: &mut Chance) -> Self {
        let bent = if chance.happens(0.2) { chance.between(0.0, 0.4) } else { 0.0 };
        Self {
            rate: chance.between(0.7, 1.1),
            stride: chance.between(0.55, 0.9),
            stance: chance.between(0.58, 0.66),
            lift: chance.between(0.04, 0.1),
            height: STANDING - 0.02,
            bounce: chance.between(0.008, 0.016),
            lean: chance.between(-0.05, 0.15),
            twist: chance.between(0.03, 0.15),
            swing: chance.between(0.05, 0.45),
            hands_forward: 0.1 + bent,
            hands_up: -0.92 + bent,
            bend: 0.25 * chance.normal(),
            phase: chance.between(0.0, 1.0),
        }
    }

    pub(super) fn running(chance: &mut Chance) -> Self {
        Self {
            rate: chance.between(1.2, 1.7),
            stride: chance.between(0.9, 1.9),
            stance: chance.between(0.3, 0.42),
            lift: chance.between(0.16, 0.32),
            height: STANDING - chance.between(0.02, 0.05),
            bounce: chance.between(0.015, 0.035),
            lean: chance.between(0.05, 0.35),
            twist: chance.between(0.1, 0.3),
            swing: chance.between(0.3, 0.6),
            hands_forward: chance.between(0.15, 0.35),
            hands_up: chance.between(-0.6, -0.3),
            bend: 0.25 * chance.normal(),
            phase: chance.between(0.0, 1.0),
        }
    }

    /// How far in front of the pelvis and how high the ankle is after `phase` of a stride that starts as the heel
    /// strikes.
    fn ankle(&self, phase: f64) -> (f64, f64) {
        let phase = phase - libm::floor(phase);
        let half_step = self.stride.min(1.2) * self.stance / 2.0;
        if phase < self.stance {
            let done = phase / self.stance;
            let heel_rise = 0.25 * self.lift * ease((done - 0.6) / 0.4);
            return (half_step * (1.0 - 2.0 * done), ANKLE + heel_rise);
        }
        let done = (phase - self.stance) / (1.0 - self.stance);
        // Highest early in the swing, as the knee bends; 0.25 joins the heel's rise.
        let lift = self.lift * (0.25 * (1.0 - ease(done)) + wave(done / 2.0) * (1.2 - 0.6 * done));
        (half_step * (2.0 * ease(done) - 1.0), ANKLE + lift)
    }
}

impl Motion for Gait {
    fn pose(&self, time: f64) -> Pose {
        let phase = self.phase + self.rate * time;
        let step = |phase: f64| wave(phase + 0.25);
        let ankles = [self.ankle(phase), self.ankle(phase + 0.5)];
        // The pelvis is lowest as a heel strikes, twice a stride, in walking; in running it is in mid-stance.
        let late = if self.stance > 0.5 { 0.0 } else { self.stance / 2.0 };
        let bounce = -self.bounce * wave(2.0 * (phase - late) + 0.25);
        let hand = |forward: f64| vector(0.12, self.hands_forward + forward, self.hands_up + 0.5 * forward.max(0.0));
        let pose = Pose {
            pelvis: vector(0.0, 0.0, self.height + bounce),
            hips: Attitude { lean: 0.5 * self.lean, heading: -0.5 * self.twist * step(phase), tilt: 0.0 },
            trunk: Attitude { lean: self.lean, heading: self.twist * step(phase), tilt: 0.0 },
            nod: 0.1 - 0.5 * self.lean,
            hands: [hand(-self.swing * step(phase)), hand(self.swing * step(phase))],
            feet: [vector(0.05, ankles[0].0, ankles[0].1), vector(-0.05, ankles[1].0, ankles[1].1)],
        };
        let (turn, way) = (self.bend * time, self.stride * self.rate * time);
        pose.placed(turn, vector(0.0, way, 0.0).turned(turn / 2.0))
    }
}
