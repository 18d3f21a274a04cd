//! From joints in space to points in a picture of 320 x 240 pixels.

use std::f64::consts::{FRAC_PI_2, PI};

use super::body::Joints;
use super::chance::Chance;
use super::geometry::{Vector, vector, wave};
use crate::metrics::Class;
use crate::skeleton::{JOINT_COUNT, Joint};

/// Width and height of the picture in pixels.
pub(super) const PICTURE: [f64; 2] = [320.0, 240.0];

/// A point in the picture, in pixels from its left upper corner.
pub(super) type Point = [f64; 2];

/// A camera that looks at a body, and may follow it, shake and zoom.
#[derive(Debug)]
pub(super) struct Camera {
    /// From where it looks: 0 into the face, a quarter turn from the body's left.
    azimuth: f64,
    /// How steeply it looks down.
    elevation: f64,
    /// Statures from the body.
    distance: f64,
    /// Pixels a stature at that distance.
    scale: f64,
    /// The height it looks at, in statures, and where in the picture that appears.
    aim: f64,
    centre: Point,
    /// How much of the body's way it follows.
    following: f64,
    roll: f64,
    /// Pixels and oscillations a second of a shaky hand.
    shake: f64,
    shake_rate: f64,
    /// Relative growth of the scale a second.
    zoom: f64,
}

impl Camera {
    /// A camera as such actions are filmed with: falls by surveillance cameras high on a wall, for the most part; what
    /// hands do from the front and often from so near that the legs are outside.
    pub(super) fn random(class: Class, chance: &mut Chance) -> Self {
        let (on_wall, near, frontal) = match class {
            Class::Clap | Class::Pour => (0.05, 0.6, 0.7),
            Class::Wave => (0.05, 0.4, 0.7),
            Class::Sit | Class::Stand => (0.2, 0.2, 0.3),
            Class::Jump | Class::Pick => (0.1, 0.1, 0.2),
            Class::Walk | Class::Run => (0.15, 0.2, 0.2),
            Class::Fall => (0.7, 0.05, 0.2),
        };
        let azimuth = if chance.happens(frontal) { 0.5 * chance.normal() } else { chance.between(-PI, PI) };
        if chance.happens(on_wall) {
            return Self::on_wall(azimuth, chance);
        }
        let near = chance.happens(near);
        let [width, height] = PICTURE;
        Self {
            azimuth,
            elevation: 0.05 + 0.08 * chance.normal(),
            distance: chance.between(2.5, 8.0),
            scale: if near { chance.between(230.0, 420.0) } else { chance.about(120.0, 1.45).clamp(50.0, 215.0) },
            aim: if near { chance.between(0.68, 0.8) } else { chance.between(0.4, 0.55) },
            centre: [0.5 * width + 35.0 * chance.normal(), 0.5 * height + 12.0 * chance.normal()],
            following: if chance.happens(0.8) { chance.between(0.7, 1.0) } else { 0.0 },
            roll: 0.03 * chance.normal(),
            shake: if chance.happens(0.4) { chance.between(0.5, 4.0) } else { 0.0 },
            shake_rate: chance.between(0.3, 2.0),
            zoom: if chance.happens(0.2) { 0.2 * chance.normal() } else { 0.0 },
        }
    }

    /// A fixed camera near the ceiling that sees a whole room.
    fn on_wall(azimuth: f64, chance: &mut Chance) -> Self {
        let [width, height] = PICTURE;
        Self {
            azimuth,
            elevation: chance.between(0.1, 0.6),
            distance: chance.between(2.0, 5.0),
            scale: chance.about(95.0, 1.3).clamp(45.0, 160.0),
            aim: 0.4,
            centre: [0.5 * width + 45.0 * chance.normal(), 0.55 * height + 20.0 * chance.normal()],
            following: 0.0,
            roll: 0.02 * chance.normal(),
            shake: 0.0,
            shake_rate: 1.0,
            zoom: 0.0,
        }
    }

    /// Where the joints appear at a time, in front of a camera that looks at `middle` if it does not follow the body.
    pub(super) fn project(&self, joints: &Joints, middle: Vector, time: f64) -> [Point; JOINT_COUNT] {
        let pelvis = joints[Joint::Pelvis.index()];
        let followed = middle + (pelvis - middle) * self.following;
        let target = vector(followed.x, followed.y, self.aim);
        let (sin_a, cos_a) = libm::sincos(self.azimuth);
        let (sin_e, cos_e) = libm::sincos(self.elevation);
        let towards = vector(sin_a * cos_e, cos_a * cos_e, sin_e);
        let up = vector(-sin_a * sin_e, -cos_a * sin_e, cos_e);
        let right = vector(cos_a, -sin_a, 0.0);
        let (sin_r, cos_r) = libm::sincos(self.roll);
        let shake = [wave(self.shake_rate * time), wave(1.3 * self.shake_rate * time + 0.3)].map(|w| w * self.shake);
        let scale = self.scale * libm::exp(self.zoom * time);
        joints.map(|joint| {
            let seen = joint - target;
            // What comes very near would grow without bound.
            let depth = (self.distance - seen.dot(towards)).max(0.3 * self.distance);
            let (x, y) = (seen.dot(right), -seen.dot(up));
            let scale = scale * self.distance / depth;
            [
                self.centre[0] + shake[0] + scale * (x * cos_r - y * sin_r),
                self.centre[1] + shake[1] + scale * (x * sin_r + y * cos_r),
            ]
        })
    }

    /// Pixels a stature.
    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// Whether it looks at the body from its side, so that one arm and one leg hide the others.
    pub(super) fn sees_side(&self) -> bool {
        (libm::fabs(libm::remainder(self.azimuth, PI)) - FRAC_PI_2).abs() < 0.5
    }

    /// Whether it sees the body's left.
    pub(super) fn sees_left(&self) -> bool {
        libm::sin(self.azimuth) > 0.0
    }
}

/// Whether the picture shows the point.
pub(super) fn in_picture(point: Point) -> bool {
    (0.0..PICTURE[0]).contains(&point[0]) && (0.0..PICTURE[1]).contains(&point[1])
}
