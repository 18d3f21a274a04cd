//! Jumping, once or again and again.

use super::Motion;
use crate::synthetic::body::{ANKLE, HANGING, Pose, STANDING};
use crate::synthetic::chance::Chance;
use crate::synthetic::geometry::{Attitude, Vector, blend, ease, vector, wave};

/// Free fall, in statures (1.7 m) a second squared.
const GRAVITY: f64 = 5.8;

/// Crouch, take-off, flight and landing; then again or standing up.
#[derive(Debug)]
pub(super) struct Jump {
    /// How deep the pelvis sinks before the jump, and how high it rises in flight, in statures.
    crouch: f64,
    height: f64,
    /// Seconds of the crouch, half before its deepest point.
    crouch_takes: f64,
    /// Statures a second in flight.
    speed: f64,
    /// How far the knees are drawn up in flight, in statures.
    tuck: f64,
    /// Where the hands go in flight.
    hands: Vector,
    lean: f64,
    /// When the first crouch begins; often before the first frame.
    starts: f64,
    repeated: bool,
}

impl Jump {
    pub(super) fn random(span: f64, chance: &mut Chance) -> Self {
        let repeated = chance.happens(0.35);
        let arms = [vector(0.15, 0.35, 0.85), vector(0.6, 0.3, 0.5), vector(0.25, 0.5, -0.2), vector(0.7, 0.1, -0.1)];
        let takes = chance.between(0.45, 0.8);
        Self {
            crouch: if repeated { chance.between(0.03, 0.12) } else { chance.between(0.08, 0.24) },
            height: if repeated { chance.between(0.06, 0.2) } else { chance.between(0.12, 0.4) },
            crouch_takes: if repeated { 0.5 * takes } else { takes },
            speed: if repeated || chance.happens(0.3) { 0.0 } else { chance.between(0.3, 2.0) },
            tuck: chance.between(0.0, 0.2),
            hands: chance.one_of(&arms),
            lean: chance.between(0.2, 0.8),
            starts: if repeated { -chance.between(0.0, 1.0) } else { chance.between(-0.4, 0.25) * span },
            repeated,
        }
    }

    fn flight_takes(&self) -> f64 {
        2.0 * (2.0 * self.height / GRAVITY).sqrt()
    }
}

impl Motion for Jump {
    fn pose(&self, time: f64) -> Pose {
        let flight_takes = self.flight_takes();
        let round = self.crouch_takes + flight_takes;
        let mut since = time - self.starts;
        if self.repeated {
            since -= round * libm::floor(since / round);
        }
        let flight = ((since - self.crouch_takes) / flight_takes).clamp(0.0, 1.0);
        let rise = 4.0 * self.height * flight * (1.0 - flight);
        // Before the flight a crouch, after it one more to soften the landing.
        let sinking = |since: f64| wave((since / self.crouch_takes).clamp(0.0, 1.0) / 2.0);
        let crouch = sinking(since) + if self.repeated { 0.0 } else { 0.8 * sinking(since - round) };
        let in_air = wave(flight / 2.0);
        let way = self.speed * flight_takes * flight;
        let lift = rise + self.tuck * in_air;
        let lean = self.lean * crouch * (self.crouch / 0.2).min(1.0) + 0.15 * in_air;
        let back = vector(0.2, -0.35, -0.85);
        // In a short flight the hands have no time to go all the way.
        let swing = ease(in_air * 1.5) * (1.6 * flight_takes).min(1.0);
        let hand = blend(blend(HANGING, back, crouch.clamp(0.0, 1.0)), self.hands, swing);
        // Legs swing ahead of the body before it lands.
        let ahead = way + 0.25 * self.speed.min(1.0) * flight * in_air;
        Pose {
            pelvis: vector(0.0, way - 0.1 * crouch * self.crouch / 0.2, STANDING + rise - self.crouch * crouch),
            hips: Attitude { lean: 0.5 * lean, ..Attitude::default() },
            trunk: Attitude { lean, ..Attitude::default() },
            nod: 0.1 - 0.4 * lean,
            hands: [hand; 2],
            feet: [vector(0.07, ahead, ANKLE + lift), vector(-0.07, ahead, ANKLE + lift)],
        }
    }
}
