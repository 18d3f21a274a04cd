//! Sitting down and standing up.

use super::Motion;
use crate::synthetic::body::{ANKLE, HANGING, Pose, STANDING};
use crate::synthetic::chance::Chance;
use crate::synthetic::geometry::{Attitude, Vector, blend, ease, vector, wave};

/// From standing to a seat; standing up is the same course backwards, a little more bent.
#[derive(Debug)]
pub(super) struct Seat {
    upwards: bool,
    /// Height of the hips on the seat, and how far it is behind the feet, in statures.
    height: f64,
    behind: f64,
    /// Bend of the trunk on the way, and on the seat.
    bend: f64,
    recline: f64,
    /// Where the hands are on the seat.
    hands: [Vector; 2],
    twist: f64,
    starts: f64,
    takes: f64,
    stagger: f64,
    /// Statures a second at which somebody who has stood up walks away.
    speed: f64,
}

impl Seat {
    pub(super) fn sitting_down(span: f64, chance: &mut Chance) -> Self {
        Self::random(false, span, chance)
    }

    pub(super) fn standing_up(span: f64, chance: &mut Chance) -> Self {
        Self::random(true, span, chance)
    }

    fn random(upwards: bool, span: f64, chance: &mut Chance) -> Self {
        let takes = chance.between(0.7, 1.3);
        let hand = |chance: &mut Chance| chance.one_of(if upwards { &PUSHING } else { &RESTING });
        Self {
            upwards,
            height: chance.between(0.22, 0.34),
            behind: chance.between(0.2, 0.27),
            bend: if upwards { chance.between(0.5, 1.0) } else { chance.between(0.15, 0.6) },
            recline: if upwards { chance.between(0.0, 0.2) } else { chance.between(-0.35, 0.0) },
            hands: [hand(chance), hand(chance)],
            twist: if upwards { 0.1 } else { 0.3 } * chance.normal(),
            // Most of the way lies within the clip.
            starts: chance.between(-0.2 * takes, (span - 0.9 * takes).max(0.0)),
            takes,
            stagger: chance.between(-0.06, 0.06),
            speed: if upwards && chance.happens(0.5) { chance.between(0.1, 0.5) } else { 0.0 },
        }
    }
}

/// Wrists of somebody who pushes himself up from knees, armrests or seat.
const PUSHING: [Vector; 3] = [vector(-0.05, 0.65, -0.7), vector(0.3, 0.2, -0.85), vector(0.2, -0.1, -0.9)];
/// Wrists of somebody who sits at ease: in the lap, on the knees, on armrests.
const RESTING: [Vector; 3] = [vector(-0.25, 0.45, -0.7), vector(-0.05, 0.6, -0.6), vector(0.35, 0.3, -0.7)];

impl Motion for Seat {
    fn pose(&self, time: f64) -> Pose {
        let done = ((time - self.starts) / self.takes).clamp(0.0, 1.0);
        let seated = if self.upwards { 1.0 - done } else { done };
        // On the way up the trunk bends before the hips leave the seat; on the way down hips and trunk go together.
        let low = ease(if self.upwards { 1.4 * seated } else { 1.1 * seated });
        let lean = self.bend * wave(ease(seated) / 2.0) + self.recline * ease(seated);
        let hand = |side: usize| blend(HANGING, self.hands[side], ease(seated));
        // Somebody who is up walks away, half a stride at a time.
        let since = (time - self.starts - 0.8 * self.takes).max(0.0);
        let forward = self.speed * since;
        let step = 0.4 * self.speed * wave(0.9 * since);
        Pose {
            pelvis: vector(0.0, forward - self.behind * low, STANDING + (self.height - STANDING) * low),
            hips: Attitude { lean: 0.6 * lean, ..Attitude::default() },
            trunk: Attitude { lean, heading: self.twist * wave(ease(seated) / 2.0), tilt: 0.0 },
            nod: 0.1 - 0.3 * lean,
            hands: [hand(0), hand(1)],
            feet: [
                vector(0.07, forward + self.stagger + step, ANKLE),
                vector(-0.07, forward - self.stagger - step, ANKLE),
            ],
        }
    }
}
