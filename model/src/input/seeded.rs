//! Motion without meaning, for runs without a data set.

use super::Clip;
use crate::network::{INPUT_CHANNELS, INPUT_VALUES};
use crate::random::Uniform;

const FRAMES: usize = 32;
const JOINTS: usize = 15;
/// Frames between two of the random positions that a joint passes.
const FRAMES_PER_STEP: usize = 8;
/// How much of a joint's range is its own place in the clip; the rest is motion.
const PLACE: f64 = 0.6;
/// The least part of the unit interval that all joints of a clip together move in.
const SMALLEST_SIZE: f64 = 0.25;

/// `count` clips in which every joint drifts smoothly around a place of its own, all values in [0, 1).
///
/// The motion resembles no action and its class means nothing. Clip `i` of a seed is the same whatever `count` is.
#[must_use]
pub fn seeded_clips(seed: u64, count: usize) -> Vec<Clip> {
    (0..count).map(|index| clip(&mut Uniform::new(seed, 1 + index as u64))).collect()
}

fn clip(random: &mut Uniform) -> Clip {
    let mut clip = [0.0; INPUT_VALUES];
    for coordinate in 0..INPUT_CHANNELS {
        let size = random.between(SMALLEST_SIZE, 1.0);
        let low = random.between(0.0, 1.0 - size);
        for joint in 0..JOINTS {
            let place = random.unit();
            let stops: [f64; FRAMES / FRAMES_PER_STEP + 1] = std::array::from_fn(|_| random.unit());
            for frame in 0..FRAMES {
                let motion = between_stops(&stops, frame);
                let position = PLACE * place + (1.0 - PLACE) * motion;
                clip[(coordinate * FRAMES + frame) * JOINTS + joint] = low + size * position;
            }
        }
    }
    clip
}

/// The position at `frame` of a path that rests at every stop (cubic `3 t^2 - 2 t^3` from each to the next).
fn between_stops(stops: &[f64], frame: usize) -> f64 {
    let (from, to) = (stops[frame / FRAMES_PER_STEP], stops[frame / FRAMES_PER_STEP + 1]);
    let t = (frame % FRAMES_PER_STEP) as f64 / FRAMES_PER_STEP as f64;
    from + (to - from) * t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_are_smooth_distinct_and_within_the_unit_interval() {
        let clips = seeded_clips(3, 5);
        for clip in &clips {
            assert!(clip.iter().all(|x| (0.0..1.0).contains(x)));
            // The cubic's slope is at most 1.5 ranges a step.
            let largest_step = (1.0 - PLACE) * 1.5 / FRAMES_PER_STEP as f64;
            for plane in clip.chunks(FRAMES * JOINTS) {
                for (now, next) in plane.iter().zip(&plane[JOINTS..]) {
                    assert!((next - now).abs() <= largest_step);
                }
            }
            let moved = clip.iter().zip(&clip[JOINTS..]).map(|(now, next)| (next - now).abs()).sum::<f64>();
            assert!(moved > 10.0, "sum of all motion: {moved}");
        }
        assert!((1..5).all(|i| clips[i] != clips[0]));
    }

    #[test]
    fn a_clip_depends_on_seed_and_index_alone() {
        assert_eq!(seeded_clips(3, 5)[..2], seeded_clips(3, 2)[..]);
        assert_ne!(seeded_clips(3, 1), seeded_clips(4, 1));
        assert!(seeded_clips(3, 0).is_empty());
    }
}
