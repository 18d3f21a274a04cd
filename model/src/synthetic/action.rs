//! The ten actions: for each a pose at every time, with random parameters.
//!
//! All bodies start near the origin and face forward. Right-handed actions are written with the right hand; clips are
//! mirrored later. Ranges of speeds, angles and durations are round numbers for healthy adults.

mod fall;
mod gait;
mod hands;
mod jump;
mod pick;
mod seat;

use super::body::Pose;
use super::chance::Chance;
use crate::metrics::Class;

/// A course of poses.
pub(super) trait Motion {
    /// The pose `time` seconds after the first frame.
    fn pose(&self, time: f64) -> Pose;
}

/// A random course of an action that shows what is typical of it within `span` seconds.
pub(super) fn random(class: Class, span: f64, chance: &mut Chance) -> Box<dyn Motion> {
    match class {
        Class::Clap => Box::new(hands::Clap::random(chance)),
        Class::Jump => Box::new(jump::Jump::random(span, chance)),
        Class::Pick => Box::new(pick::Pick::random(span, chance)),
        Class::Pour => Box::new(hands::Pour::random(span, chance)),
        Class::Run => Box::new(gait::Gait::running(chance)),
        Class::Sit => Box::new(seat::Seat::sitting_down(span, chance)),
        Class::Stand => Box::new(seat::Seat::standing_up(span, chance)),
        Class::Walk => Box::new(gait::Gait::walking(chance)),
        Class::Wave => Box::new(hands::Wave::random(span, chance)),
        Class::Fall => Box::new(fall::Fall::random(span, chance)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::body::{Body, Joints};
    use super::super::geometry::Vector;
    use super::*;
    use crate::metrics::CLASSES;
    use crate::skeleton::Joint;

    const SPAN: f64 = 1.4;

    /// The joints of random bodies at 29 times within the span.
    fn courses(class: Class, count: u64) -> Vec<Vec<Joints>> {
        let course = |stream| {
            let mut chance = Chance::new(11, stream);
            let body = Body::random(&mut chance);
            let action = random(class, SPAN, &mut chance);
            (0..29).map(|frame| body.joints(&action.pose(f64::from(frame) / 28.0 * SPAN))).collect()
        };
        (0..count).map(course).collect()
    }

    fn height(joints: &Joints, joint: Joint) -> f64 {
        joints[joint.index()].z
    }

    /// How often `holds` is true among courses of a class, from 0 to 1.
    fn share(class: Class, holds: impl Fn(&[Joints]) -> bool) -> f64 {
        let courses = courses(class, 100);
        courses.iter().filter(|course| holds(course)).count() as f64 / 100.0
    }

    /// Whether both ankles are above the ground, where they are in a stance.
    fn in_air(joints: &Joints) -> bool {
        [Joint::LeftAnkle, Joint::RightAnkle].iter().all(|&ankle| height(joints, ankle) > 0.06)
    }

    #[test]
    fn all_joints_stay_together_and_move_smoothly() {
        for class in CLASSES {
            for course in courses(class, 30) {
                for (now, next) in course.iter().zip(&course[1..]) {
                    for (joint, (&here, &there)) in now.iter().zip(next).enumerate() {
                        let reach: Vector = here - now[Joint::Pelvis.index()];
                        assert!(reach.length() < 0.85, "{class}, joint {joint}: {reach:?}");
                        // 50 ms at 9 statures (15 m) a second.
                        assert!((there - here).length() < 0.45, "{class}, joint {joint}: {here:?} to {there:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn whoever_falls_lies_in_the_end_and_nobody_else_does() {
        let lies = |course: &[Joints]| height(&course[28], Joint::Neck) < 0.3;
        assert!(share(Class::Fall, lies) > 0.9);
        for class in CLASSES.into_iter().filter(|&class| class != Class::Fall && class != Class::Pick) {
            assert_eq!(share(class, lies), 0.0, "{class}");
        }
    }

    #[test]
    fn falls_go_in_all_directions() {
        for (sideways, sign) in [(true, 1.0), (true, -1.0), (false, 1.0), (false, -1.0)] {
            let went = |course: &[Joints]| {
                let spine = course[28][Joint::Neck.index()] - course[28][Joint::Pelvis.index()];
                sign * if sideways { spine.x } else { spine.y } > 0.15
            };
            assert!(share(Class::Fall, went) > 0.15, "{sideways} {sign}");
        }
    }

    #[test]
    fn sitting_down_lowers_the_hips_and_standing_up_raises_them() {
        let rise = |course: &[Joints]| height(&course[28], Joint::Pelvis) - height(&course[0], Joint::Pelvis);
        assert!(share(Class::Sit, |course| rise(course) < -0.08) > 0.9);
        assert!(share(Class::Stand, |course| rise(course) > 0.08) > 0.9);
    }

    #[test]
    fn runners_and_jumpers_leave_the_ground_and_walkers_do_not() {
        let flies = |course: &[Joints]| course.iter().any(in_air);
        assert!(share(Class::Run, flies) > 0.9);
        assert!(share(Class::Jump, flies) > 0.9);
        let long = |course: &[Joints]| course.iter().filter(|joints| in_air(joints)).count() > 2;
        assert!(share(Class::Walk, long) < 0.1);
        for class in [Class::Clap, Class::Pick, Class::Pour, Class::Sit, Class::Wave] {
            assert_eq!(share(class, flies), 0.0, "{class}");
        }
    }

    #[test]
    fn hands_do_what_the_action_says() {
        let lowest = |course: &[Joints], joint| course.iter().map(|joints| height(joints, joint)).fold(9.0, f64::min);
        assert!(share(Class::Pick, |course| lowest(course, Joint::RightWrist) < 0.3) > 0.8);
        assert_eq!(share(Class::Wave, |course| lowest(course, Joint::RightWrist) < 0.15), 0.0);
        let raised = |course: &[Joints]| {
            course.iter().any(|joints| height(joints, Joint::RightWrist) > height(joints, Joint::RightShoulder))
        };
        assert!(share(Class::Wave, raised) > 0.9);
        let gap = |joints: &Joints| (joints[Joint::LeftWrist.index()] - joints[Joint::RightWrist.index()]).length();
        let meets = |course: &[Joints]| {
            let gaps: Vec<f64> = course.iter().map(gap).collect();
            let least = gaps.iter().copied().fold(9.0, f64::min);
            least < 0.12 && gaps.iter().any(|gap| *gap > least + 0.05)
        };
        assert!(share(Class::Clap, meets) > 0.9);
    }
}
