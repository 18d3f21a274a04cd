//! Falls in every direction, from standing, walking, a chair or the edge of a bed, after which the body lies still.

use std::f64::consts::FRAC_PI_2;

use super::Motion;
use super::gait::Gait;
use crate::synthetic::body::{ANKLE, Pose};
use crate::synthetic::chance::Chance;
use crate::synthetic::geometry::{Attitude, Vector, blend, ease, vector, wave};

/// Height of the pelvis of somebody who lies on the ground.
const LYING: f64 = 0.07;

/// A body that topples over its feet or sinks in its knees, faster and faster, and then lies.
#[derive(Debug)]
pub(super) struct Fall {
    start: Start,
    /// The direction of the fall, turned to the left of forward.
    direction: f64,
    /// How the trunk lies at the end.
    lying: Attitude,
    /// How far the pelvis lies from where it stood: much for a topple, little for a collapse.
    distance: f64,
    /// Where the arms go in the fall, and how they lie.
    flung: [Vector; 2],
    spread: [Vector; 2],
    /// How far the legs are drawn up in the end, from 0 (stretched) to 1.
    curled: f64,
    starts: f64,
    takes: f64,
}

/// What the body does before.
#[derive(Debug)]
enum Start {
    Walking(Gait),
    Standing,
    /// With the pelvis at this height.
    Sitting(f64),
}

impl Fall {
    pub(super) fn random(span: f64, chance: &mut Chance) -> Self {
        let start = match chance.below(4) {
            0 => Start::Walking(Gait::walking(chance)),
            1 => Start::Sitting(chance.between(0.25, 0.35)),
            _ => Start::Standing,
        };
        let direction = chance.below(4) as f64 * FRAC_PI_2 + 0.25 * chance.normal();
        let flat = chance.between(1.35, 1.6);
        let hand = |chance: &mut Chance| {
            vector(chance.between(-0.2, 0.8), chance.between(-0.3, 0.9), chance.between(-0.6, 0.6))
        };
        let takes = chance.between(0.6, 1.1);
        Self {
            start,
            direction,
            lying: Attitude {
                heading: 0.2 * chance.normal(),
                lean: flat * libm::cos(direction),
                tilt: flat * libm::sin(direction),
            },
            distance: chance.between(0.1, 0.5),
            flung: [hand(chance), hand(chance)],
            spread: [hand(chance), hand(chance)],
            curled: chance.between(0.0, 0.8),
            starts: chance.between(-0.15 * takes, (span - 0.95 * takes).max(0.1)),
            takes,
        }
    }

    fn before(&self, time: f64) -> Pose {
        match &self.start {
            Start::Standing => Pose::standing(),
            Start::Walking(gait) => gait.pose(time),
            Start::Sitting(height) => {
                let mut pose = Pose::standing();
                pose.pelvis.z = *height;
                pose.feet = pose.feet.map(|foot| foot + vector(0.0, 0.22, 0.0));
                pose.hands = [vector(0.0, 0.6, -0.6); 2];
                pose
            }
        }
    }
}

impl Motion for Fall {
    fn pose(&self, time: f64) -> Pose {
        let before = self.before(time.min(self.starts));
        let done = ((time - self.starts) / self.takes).clamp(0.0, 1.0);
        // A body that topples gains speed all the way: the angle grows with the square of the time.
        let angle = done * done;
        let after = ((time - self.starts - self.takes) / 0.25).clamp(0.0, 1.0);
        let bounce = 0.02 * wave(after / 2.0);
        let away = vector(0.0, 1.0, 0.0).turned(self.direction);
        let pelvis = before.pelvis + away * (self.distance * ease(done));
        let height = before.pelvis.z + (LYING - before.pelvis.z) * angle + bounce;
        let part = |from: f64, to: f64| from + (to - from) * angle;
        let trunk = Attitude {
            heading: before.trunk.heading + self.lying.heading * angle,
            lean: part(before.trunk.lean, self.lying.lean),
            tilt: part(before.trunk.tilt, self.lying.tilt),
        };
        // Legs end up stretched away from the trunk, or drawn up.
        let leg = 0.48 * (1.0 - 0.5 * self.curled);
        let foot = |side: usize| {
            let across = vector(if side == 0 { 0.07 } else { -0.07 }, 0.0, 0.0);
            let lying = vector(pelvis.x, pelvis.y, ANKLE) - away * leg + across;
            blend(before.feet[side], lying, ease(1.6 * done - 0.6))
        };
        let hand = |side: usize| {
            let flung = blend(before.hands[side], self.flung[side], ease(1.5 * done));
            blend(flung, self.spread[side], ease(after))
        };
        Pose {
            pelvis: vector(pelvis.x, pelvis.y, height),
            hips: Attitude { heading: trunk.heading, lean: 0.8 * trunk.lean, tilt: 0.8 * trunk.tilt },
            trunk,
            nod: part(before.nod, 0.1),
            hands: [hand(0), hand(1)],
            feet: [foot(0), foot(1)],
        }
    }
}
