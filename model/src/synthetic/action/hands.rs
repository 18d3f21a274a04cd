//! What the hands do while the body stands or sits: clapping, waving, pouring.

use super::Motion;
use crate::synthetic::body::{ANKLE, HANGING, Pose};
use crate::synthetic::chance::Chance;
use crate::synthetic::geometry::{Attitude, Vector, blend, ease, vector, wave};

/// A body that stays where it is: standing or sitting, leaning and swaying a little.
#[derive(Debug)]
struct Bearing {
    seated: bool,
    trunk: Attitude,
    nod: f64,
    sway: f64,
    sway_rate: f64,
    sway_phase: f64,
    /// How far the feet stand apart and one before the other.
    apart: f64,
    stagger: f64,
}

impl Bearing {
    fn random(seated: f64, chance: &mut Chance) -> Self {
        Self {
            seated: chance.happens(seated),
            trunk: Attitude {
                heading: 0.15 * chance.normal(),
                lean: 0.05 + 0.08 * chance.normal(),
                tilt: 0.05 * chance.normal(),
            },
            nod: 0.15 + 0.15 * chance.normal(),
            sway: chance.between(0.0, 0.05),
            sway_rate: chance.between(0.2, 0.8),
            sway_phase: chance.between(0.0, 1.0),
            apart: chance.between(0.04, 0.1),
            stagger: chance.between(-0.06, 0.06),
        }
    }

    fn pose(&self, time: f64, hands: [Vector; 2]) -> Pose {
        let sway = self.sway * wave(self.sway_phase + self.sway_rate * time);
        let trunk = Attitude { tilt: self.trunk.tilt + sway, lean: self.trunk.lean + 0.5 * sway, ..self.trunk };
        let standing = Pose::standing();
        let (height, forward) = if self.seated { (0.29, 0.24) } else { (standing.pelvis.z, 0.0) };
        Pose {
            pelvis: vector(-0.3 * sway, 0.0, height),
            trunk,
            nod: self.nod,
            hands,
            feet: [
                vector(self.apart, forward + self.stagger, ANKLE),
                vector(-self.apart, forward - self.stagger, ANKLE),
            ],
            ..standing
        }
    }
}

/// Both hands meet again and again.
#[derive(Debug)]
pub(super) struct Clap {
    bearing: Bearing,
    /// Where the hands meet, seen from the left shoulder.
    meeting: Vector,
    /// How far each hand goes outwards.
    amplitude: f64,
    /// How far the two move up and down against each other.
    slant: f64,
    rate: f64,
    phase: f64,
}

impl Clap {
    pub(super) fn random(chance: &mut Chance) -> Self {
        let overhead = chance.happens(0.15);
        let up = if overhead { chance.between(0.5, 0.8) } else { chance.between(-0.55, 0.1) };
        Self {
            bearing: Bearing::random(0.35, chance),
            meeting: vector(-0.3, chance.between(0.45, 0.75) - if overhead { 0.3 } else { 0.0 }, up),
            amplitude: chance.between(0.2, 0.55),
            slant: chance.between(-0.4, 0.4),
            rate: chance.between(1.8, 4.0),
            phase: chance.between(0.0, 1.0),
        }
    }
}

impl Motion for Clap {
    fn pose(&self, time: f64) -> Pose {
        let open = self.amplitude * 0.5 * (1.0 - wave(self.phase + self.rate * time + 0.25));
        let hand = |sign: f64| self.meeting + vector(open, -0.2 * open, sign * self.slant * open);
        self.bearing.pose(time, [hand(1.0), hand(-1.0)])
    }
}

/// A raised hand goes to and fro.
#[derive(Debug)]
pub(super) struct Wave {
    bearing: Bearing,
    middle: Vector,
    amplitude: f64,
    rate: f64,
    phase: f64,
    both: bool,
    other: Vector,
    /// When the hand is up; negative if it is from the start.
    raised: f64,
}

impl Wave {
    pub(super) fn random(span: f64, chance: &mut Chance) -> Self {
        let resting = [HANGING, vector(0.35, 0.1, -0.6), vector(-0.15, 0.55, -0.6)];
        Self {
            bearing: Bearing::random(0.2, chance),
            middle: vector(chance.between(0.1, 0.55), chance.between(0.15, 0.5), chance.between(0.15, 0.8)),
            amplitude: chance.between(0.12, 0.35),
            rate: chance.between(1.0, 2.6),
            phase: chance.between(0.0, 1.0),
            both: chance.happens(0.15),
            other: chance.one_of(&resting),
            raised: chance.between(-span, 0.4 * span),
        }
    }
}

impl Motion for Wave {
    fn pose(&self, time: f64) -> Pose {
        let swing = self.amplitude * wave(self.phase + self.rate * time);
        let up = ease(1.0 + (time - self.raised) / 0.5);
        let waving = blend(HANGING, self.middle + vector(swing, 0.0, -0.4 * swing.abs()), up);
        let other = if self.both { waving + vector(-2.0 * swing * up, 0.0, 0.0) } else { self.other };
        self.bearing.pose(time, [other, waving])
    }
}

/// One hand lifts a vessel and tips it over the other, which holds a cup or rests on the table.
#[derive(Debug)]
pub(super) struct Pour {
    bearing: Bearing,
    /// Where the pouring hand comes from, and where it is before and after tipping.
    rest: Vector,
    lifted: Vector,
    tipped: Vector,
    other: Vector,
    lifting_starts: f64,
    lifting_takes: f64,
    tipping_takes: f64,
}

impl Pour {
    pub(super) fn random(span: f64, chance: &mut Chance) -> Self {
        let cup = vector(chance.between(-0.3, 0.05), chance.between(0.45, 0.75), chance.between(-0.65, -0.35));
        // The cup stands before the left shoulder: across the body for the right hand.
        let lifted = vector(chance.between(-0.25, 0.25), cup.y, cup.z + chance.between(0.25, 0.5));
        let tipped = lifted + vector(chance.between(-0.25, -0.05), 0.0, chance.between(-0.05, 0.2));
        let mut bearing = Bearing::random(0.2, chance);
        bearing.nod = chance.between(0.35, 0.8);
        bearing.trunk.lean = chance.between(0.0, 0.3);
        Self {
            bearing,
            rest: vector(chance.between(0.0, 0.3), chance.between(0.35, 0.7), chance.between(-0.7, -0.4)),
            lifted,
            tipped,
            other: cup,
            lifting_starts: chance.between(-0.8, 0.3) * span,
            lifting_takes: chance.between(0.5, 0.9),
            tipping_takes: chance.between(0.6, 1.5),
        }
    }
}

impl Motion for Pour {
    fn pose(&self, time: f64) -> Pose {
        let since = time - self.lifting_starts;
        let lifting = blend(self.rest, self.lifted, ease(since / self.lifting_takes));
        let tipping = ease((since - self.lifting_takes) / self.tipping_takes);
        let hand = blend(lifting, self.tipped, tipping);
        self.bearing.pose(time, [self.other, hand])
    }
}
