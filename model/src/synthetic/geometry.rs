//! Points in space, and limbs of two bones that reach for a point.
//!
//! Axes: x to the left of a body that faces y, z up. Lengths are in statures. The functions of angles come from `libm`
//! and not from the platform's library, so that a seed gives the same bits everywhere.

use std::ops::{Add, Mul, Sub};

/// A point or a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Vector {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) z: f64,
}

/// The point at `x` (left), `y` (forward), `z` (up).
pub(super) const fn vector(x: f64, y: f64, z: f64) -> Vector {
    Vector { x, y, z }
}

impl Add for Vector {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        vector(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for Vector {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + other * -1.0
    }
}

impl Mul<f64> for Vector {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        vector(self.x * factor, self.y * factor, self.z * factor)
    }
}

impl Vector {
    pub(super) fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub(super) fn length(self) -> f64 {
        self.dot(self).sqrt()
    }

    /// The direction of length 1, or `fallback` for a vector too short to have one.
    pub(super) fn direction_or(self, fallback: Self) -> Self {
        let length = self.length();
        if length > 1e-9 { self * (1.0 / length) } else { fallback }
    }

    /// The point mirrored at the plane between left and right.
    pub(super) fn mirrored(self) -> Self {
        vector(-self.x, self.y, self.z)
    }

    /// Turned by `angle` radians about the vertical, from forward to the left.
    pub(super) fn turned(self, angle: f64) -> Self {
        let (sin, cos) = libm::sincos(angle);
        vector(self.x * cos + self.y * sin, self.y * cos - self.x * sin, self.z)
    }
}

/// The point that lies `part` of the way from one to the other.
pub(super) fn blend(from: Vector, to: Vector, part: f64) -> Vector {
    from + (to - from) * part
}

/// From 0 before the unit interval to 1 after it, with rest at both ends (cubic `3 t^2 - 2 t^3`).
pub(super) fn ease(t: f64) -> f64 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Sine of `turns` full turns.
pub(super) fn wave(turns: f64) -> f64 {
    libm::sin(std::f64::consts::TAU * turns)
}

/// How a part of the body stands, in radians: upright and facing forward where all are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Attitude {
    /// Turn about the vertical, to the left.
    pub(super) heading: f64,
    /// Bend forward.
    pub(super) lean: f64,
    /// Bend to the left.
    pub(super) tilt: f64,
}

impl Attitude {
    /// A vector of the part in the axes of the room.
    pub(super) fn apply(self, v: Vector) -> Vector {
        let (sin, cos) = libm::sincos(self.lean);
        let leant = vector(v.x, v.y * cos + v.z * sin, v.z * cos - v.y * sin);
        let (sin, cos) = libm::sincos(self.tilt);
        let tilted = vector(leant.x * cos + leant.z * sin, leant.y, leant.z * cos - leant.x * sin);
        tilted.turned(self.heading)
    }
}

/// Middle joint and end of a limb with bones `upper` and `lower` that starts at `root` and reaches for `target`, its
/// middle joint pointing towards `pole` as far as it can.
///
/// A target out of reach is approached as far as the bones go.
pub(super) fn reach(root: Vector, target: Vector, upper: f64, lower: f64, pole: Vector) -> (Vector, Vector) {
    let axis = (target - root).direction_or(vector(0.0, 0.0, -1.0));
    let (nearest, farthest) = ((upper - lower).abs(), upper + lower);
    let distance = (target - root).length().clamp(1.02 * nearest + 0.02 * farthest, 0.999 * farthest);
    // The law of cosines gives the middle joint's place along the axis and beside it.
    let along = (upper * upper - lower * lower + distance * distance) / (2.0 * distance);
    let beside = (upper * upper - along * along).max(0.0).sqrt();
    let side = (pole - axis * pole.dot(axis)).direction_or(vector(1.0, 0.0, 0.0));
    (root + axis * along + side * beside, root + axis * distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limb_keeps_its_lengths_and_reaches_what_it_can() {
        let root = vector(0.1, -0.2, 0.5);
        let pole = vector(0.0, 1.0, 0.0);
        for (target, reached) in [
            (vector(0.3, 0.0, 0.3), true),
            (vector(0.1, -0.2, 0.1), true),
            (vector(3.0, 0.0, 0.0), false),
            (root, false),
        ] {
            let (middle, end) = reach(root, target, 0.25, 0.2, pole);
            assert!(((middle - root).length() - 0.25).abs() < 1e-12, "{target:?}");
            assert!(((end - middle).length() - 0.2).abs() < 1e-12, "{target:?}");
            assert_eq!((end - target).length() < 1e-12, reached, "{target:?}");
            assert!((middle - root).dot(pole) >= 0.0 || !reached, "{target:?}");
        }
    }

    #[test]
    fn attitudes_turn_the_vertical_where_they_say() {
        let up = vector(0.0, 0.0, 1.0);
        let quarter = std::f64::consts::FRAC_PI_2;
        let forward = Attitude { lean: quarter, ..Attitude::default() }.apply(up);
        assert!((forward - vector(0.0, 1.0, 0.0)).length() < 1e-12);
        let left = Attitude { tilt: quarter, ..Attitude::default() }.apply(up);
        assert!((left - vector(1.0, 0.0, 0.0)).length() < 1e-12);
        let both = Attitude { lean: quarter, heading: quarter, ..Attitude::default() }.apply(up);
        assert!((both - vector(1.0, 0.0, 0.0)).length() < 1e-12);
    }
}
