//! Who of several persons the recording is about.

use crate::skeleton::frame::Skeleton;

/// How far the same person can be from one frame to the next, in diagonals of the bounding box.
const REACH: f64 = 0.5;

/// Follows one person through the frames.
#[derive(Debug, Default)]
pub(super) struct Chooser {
    /// The person in the last frame that had one.
    last: Option<Skeleton>,
}

impl Chooser {
    /// The person who stands nearest to the last one, if somebody is within reach; else whose joints have the largest sum
    /// of scores. Of equal ones it is the first; [`Skeleton::default`] if there is nobody.
    pub(super) fn choose(&mut self, mut people: Vec<Skeleton>) -> Skeleton {
        people.retain(|person| !person.is_empty());
        let nearest = self.last.and_then(|last| {
            let reach = REACH * diagonal(&last);
            let near = |person: &Skeleton| Some((last.mean_distance(person)?, *person));
            let within_reach = people.iter().filter_map(near).filter(|&(distance, _)| distance <= reach);
            within_reach.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, person)| person)
        });
        // Reversed, because the last of equal maxima would be taken.
        let surest = || people.iter().rev().copied().max_by(|one, other| score(one).total_cmp(&score(other)));
        let chosen = nearest.or_else(surest);
        self.last = chosen.or(self.last);
        chosen.unwrap_or_default()
    }
}

/// The sum of the joints' scores.
fn score(person: &Skeleton) -> f64 {
    person.detected().map(|(_, keypoint)| keypoint.score).sum()
}

/// The diagonal of the bounding box, in pixels.
fn diagonal(person: &Skeleton) -> f64 {
    let extent = |values: Vec<f64>| {
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest - values.iter().copied().fold(f64::INFINITY, f64::min)
    };
    let (xs, ys) = person.detected().map(|(_, keypoint)| (keypoint.x, keypoint.y)).unzip();
    extent(xs).hypot(extent(ys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::{Joint, Keypoint};

    /// A person 100 pixels tall at `x`.
    fn person(x: f64, score: f64) -> Skeleton {
        let head = (Joint::Head, Keypoint { x, y: 20.0, score });
        [head, (Joint::LeftAnkle, Keypoint { x, y: 120.0, score })].into_iter().collect()
    }

    #[test]
    fn the_surest_person_comes_first_and_is_followed() {
        let mut chooser = Chooser::default();
        assert_eq!(chooser.choose(vec![Skeleton::default()]), Skeleton::default());
        assert_eq!(chooser.choose(vec![person(10.0, 0.5), person(200.0, 0.6)]), person(200.0, 0.6));
        assert_eq!(chooser.choose(vec![person(20.0, 0.9), person(210.0, 0.1)]), person(210.0, 0.1));
        assert_eq!(chooser.choose(vec![]), Skeleton::default());
        // Seen again where it was last, though it was away for a frame.
        assert_eq!(chooser.choose(vec![person(20.0, 0.9), person(260.0, 0.1)]), person(260.0, 0.1));
        // Nobody within half of 100 pixels.
        assert_eq!(chooser.choose(vec![person(20.0, 0.9), person(311.0, 0.1)]), person(20.0, 0.9));
        assert_eq!(chooser.choose(vec![person(30.0, 0.8), person(10.0, 0.8)]), person(30.0, 0.8));
    }
}
