//! Clips varied while training, so that a network does not learn the clips themselves.

use super::options::Augmentation;
use crate::network::INPUT_VALUES;
use crate::random::Uniform;
use crate::skeleton::JOINT_COUNT;

/// Values of one coordinate of a clip.
const PLANE: usize = INPUT_VALUES / 2;

impl Augmentation {
    /// Varies one clip, `[coordinate][frame][joint]`. A joint that was not detected (both coordinates zero) stays so.
    pub(super) fn apply(&self, clip: &mut [f32; INPUT_VALUES], random: &mut Uniform) {
        // Every number is drawn whatever the options are: two runs that differ in one of them see the same others.
        let mirror = random.unit() < self.mirror;
        let dropped: [bool; JOINT_COUNT] = std::array::from_fn(|_| random.unit() < self.drop_joints);
        let (xs, ys) = clip.split_at_mut(PLANE);
        for (frame_x, frame_y) in xs.chunks_exact_mut(JOINT_COUNT).zip(ys.chunks_exact_mut(JOINT_COUNT)) {
            for joint in 0..JOINT_COUNT {
                let (x, y) = (&mut frame_x[joint], &mut frame_y[joint]);
                let noise = [gaussian(random), gaussian(random)].map(|noise| self.noise * noise);
                if *x == 0.0 && *y == 0.0 || dropped[joint] {
                    (*x, *y) = (0.0, 0.0);
                    continue;
                }
                #[expect(clippy::cast_possible_truncation, reason = "training works in f32")]
                let [noise_x, noise_y] = noise.map(|noise| noise as f32);
                *x = if mirror { 1.0 - *x } else { *x } + noise_x;
                *y += noise_y;
            }
            if mirror {
                exchange_sides(frame_x);
                exchange_sides(frame_y);
            }
        }
    }
}

/// Exchanges the joints of the left with those of the right: arms are joints 3 to 5 and 6 to 8, legs 9 to 11 and 12 to
/// 14.
fn exchange_sides(frame: &mut [f32]) {
    for left in [3, 9] {
        let (left, right) = frame[left..left + 6].split_at_mut(3);
        left.swap_with_slice(right);
    }
}

/// About normally distributed, with variance 1: the sum of four uniform numbers, scaled.
fn gaussian(random: &mut Uniform) -> f64 {
    let sum: f64 = (0..4).map(|_| random.unit() - 0.5).sum();
    sum * 3.0_f64.sqrt()
}
