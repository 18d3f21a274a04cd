//! Picking something up from the floor.

use super::Motion;
use crate::synthetic::body::{ANKLE, HANGING, Pose, STANDING};
use crate::synthetic::chance::Chance;
use crate::synthetic::geometry::{Attitude, Vector, blend, ease, vector};

/// Down to the floor with bent back, bent knees or both, and up again with the find.
#[derive(Debug)]
pub(super) struct Pick {
    /// Bend of the trunk and fall of the pelvis at the lowest point.
    lean: f64,
    squat: f64,
    /// Where the hands go down there.
    hands: [Vector; 2],
    /// What the hands hold before the body afterwards.
    holding: Vector,
    stagger: f64,
    twist: f64,
    /// When the body starts down, how long it takes, stays and takes to come up.
    starts: f64,
    down_takes: f64,
    stays: f64,
    up_takes: f64,
}

impl Pick {
    pub(super) fn random(span: f64, chance: &mut Chance) -> Self {
        // 0 stoops with straight knees, 1 squats with a straight back.
        let squatting = chance.between(0.0, 1.0);
        let find = vector(chance.between(-0.25, 0.1), chance.between(0.1, 0.4), -0.95);
        let both = chance.happens(0.4);
        let down_takes = chance.between(0.5, 1.0);
        Self {
            lean: 1.6 - 0.7 * squatting + 0.1 * chance.normal(),
            squat: 0.05 + 0.23 * squatting,
            hands: [if both { find } else { vector(0.15, 0.15, -0.6) }, find],
            holding: vector(-0.1, 0.45, -0.5),
            stagger: chance.between(-0.08, 0.08),
            twist: 0.15 * chance.normal(),
            // The lowest point comes in the middle of the clip or a little later.
            starts: chance.between(0.35, 0.7) * span - down_takes,
            down_takes,
            stays: chance.between(0.0, 0.3),
            up_takes: chance.between(0.5, 1.0),
        }
    }
}

impl Motion for Pick {
    fn pose(&self, time: f64) -> Pose {
        let down = ease((time - self.starts) / self.down_takes);
        let up = ease((time - self.starts - self.down_takes - self.stays) / self.up_takes);
        let low = down - up;
        let hand = |side: usize| blend(blend(HANGING, self.hands[side], down), self.holding, up);
        let bend = self.lean * low;
        Pose {
            // The hips go back to keep the balance.
            pelvis: vector(0.0, -0.12 * low, STANDING - self.squat * low),
            hips: Attitude { lean: 0.5 * bend, ..Attitude::default() },
            trunk: Attitude { lean: bend, heading: self.twist * low, tilt: 0.0 },
            nod: 0.1 + 0.2 * low,
            hands: [if self.hands[0] == self.hands[1] { hand(0) } else { blend(HANGING, self.hands[0], low) }, hand(1)],
            feet: [vector(0.07, self.stagger, ANKLE), vector(-0.07, -self.stagger, ANKLE)],
        }
    }
}
