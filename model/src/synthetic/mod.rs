//! Synthetic skeleton clips of the ten actions, from a kinematic model of the body.
//!
//! A clip is made in four steps, each with random parameters of its own: a body's proportions, an
//! action's course of poses, a camera that looks at it, and a pose estimator that finds most of the joints in the
//! picture. The result is then normalised as real skeletons are.
//!
//! The same seed gives the same clips, bit for bit, on every platform: sines, exponentials and logarithms come from
//! the crate `libm`.

mod action;
mod body;
mod camera;
mod chance;
mod detector;
mod geometry;
mod picture;
mod shipped;

pub use picture::film_strips;
pub use shipped::{TEST_SET_SEED, test_set};

use body::Body;
use camera::Camera;
use chance::Chance;
use detector::Detector;

use crate::input::Clip;
use crate::metrics::{CLASSES, Class};
use crate::network::CLASS_COUNT;
use crate::skeleton::{FRAME_COUNT, Joint, Preprocessing, Skeleton};

/// A clip is worth keeping if so many of its frames show so many joints.
const LEAST_FRAMES: usize = 12;
const LEAST_JOINTS: usize = 5;

/// A clip with what it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The action.
    pub class: Class,
    /// What the pose estimator found, before normalisation: pixels in a picture of 320 x 240.
    pub frames: [Skeleton; FRAME_COUNT],
    /// What a network reads.
    pub clip: Clip,
}

/// Which of two sets that share no clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// To fit a network to.
    Training,
    /// To judge it by.
    Test,
}

/// How many clips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Clips in all.
    pub clips: usize,
    /// Falls among them.
    pub falls: usize,
}

impl Size {
    /// The paper's training set.
    pub const TRAINING: Self = Self { clips: 1430, falls: 84 };
    /// The paper's test set.
    pub const TEST: Self = Self { clips: 608, falls: 29 };

    /// Clips of each class: the daily activities in fixed proportions, walking the most frequent.
    ///
    /// # Panics
    /// If there are more falls than clips.
    #[must_use]
    pub fn counts(self) -> [usize; CLASS_COUNT] {
        assert!(self.falls <= self.clips, "{} falls among {} clips", self.falls, self.clips);
        const SHARES: [usize; CLASS_COUNT - 1] = [2, 3, 2, 2, 3, 2, 2, 4, 2];
        const SHARES_IN_ALL: usize = 22;
        let activities = self.clips - self.falls;
        let mut counts = [0; CLASS_COUNT];
        let mut shares_before = 0;
        // The differences of rounded sums add up to the sum.
        for (count, share) in counts.iter_mut().zip(SHARES) {
            let shares = shares_before + share;
            *count = activities * shares / SHARES_IN_ALL - activities * shares_before / SHARES_IN_ALL;
            shares_before = shares;
        }
        counts[Class::Fall.index()] = self.falls;
        counts
    }
}

/// The clips of a seed in random order.
///
/// # Panics
/// If there are more falls than clips.
#[must_use]
pub fn generate(seed: u64, split: Split, size: Size) -> Vec<Sample> {
    // Stream 0 of a split orders its classes, the following ones make its clips.
    let first = match split {
        Split::Training => 0,
        Split::Test => 1 << 63,
    };
    let mut chance = Chance::new(seed, first);
    let counted = CLASSES.into_iter().zip(size.counts());
    let mut classes: Vec<Class> = counted.flat_map(|(class, count)| std::iter::repeat_n(class, count)).collect();
    for last in (1..classes.len()).rev() {
        classes.swap(last, chance.below(last + 1));
    }
    let streams = first + 1..;
    streams.zip(classes).map(|(stream, class)| sample(class, &mut Chance::new(seed, stream))).collect()
}

/// One clip of an action; one on which nearly nothing is to be seen is thrown away and made anew.
fn sample(class: Class, chance: &mut Chance) -> Sample {
    loop {
        let frames = record(class, chance);
        let seen = frames.iter().filter(|skeleton| skeleton.detected().count() >= LEAST_JOINTS).count();
        if seen < LEAST_FRAMES {
            continue;
        }
        if let Ok(clip) = Preprocessing::default().clip(&frames) {
            return Sample { class, frames, clip };
        }
    }
}

/// What a random estimator finds in the pictures of a random camera before which a random body moves.
fn record(class: Class, chance: &mut Chance) -> [Skeleton; FRAME_COUNT] {
    let body = Body::random(chance);
    let rate = chance.one_of(&[24.0, 25.0, 30.0]);
    // Dropping near-duplicate frames stretches the time that the frames of a clip cover.
    let span = chance.between(0.8, 1.5) * FRAME_COUNT as f64 / rate;
    let action = action::random(class, span, chance);
    let mirrored = chance.happens(0.5);
    let camera = Camera::random(class, chance);
    let mut detector = Detector::random(&camera, chance);
    let room = |time: f64| {
        let joints = body.joints(&action.pose(time));
        if mirrored { body::mirrored(&joints) } else { joints }
    };
    let middle = room(0.5 * span)[Joint::Pelvis.index()];
    std::array::from_fn(|frame| {
        let time = span * frame as f64 / (FRAME_COUNT - 1) as f64;
        let joints = room(time);
        let spine = joints[Joint::Neck.index()] - joints[Joint::Pelvis.index()];
        let upright = (spine.z / spine.length()).clamp(0.0, 1.0);
        detector.detect(frame, camera.project(&joints, middle, time), 1.0 - upright, chance)
    })
}
