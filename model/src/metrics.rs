//! How predictions are judged: the ten classes, the confusion matrix, and a fall as the event to detect.

mod evaluation;
mod figure;

use std::fmt;

pub use evaluation::{Evaluation, LayerMagnitudes};
pub use figure::DrawError;
use serde::{Serialize, Serializer};

use crate::network::CLASS_COUNT;

/// An action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// 0.
    Clap,
    /// 1.
    Jump,
    /// 2.
    Pick,
    /// 3.
    Pour,
    /// 4.
    Run,
    /// 5.
    Sit,
    /// 6.
    Stand,
    /// 7.
    Walk,
    /// 8.
    Wave,
    /// 9, the event that an alarm is for.
    Fall,
}

/// The classes in the order of labels and logits.
pub const CLASSES: [Class; CLASS_COUNT] = [
    Class::Clap,
    Class::Jump,
    Class::Pick,
    Class::Pour,
    Class::Run,
    Class::Sit,
    Class::Stand,
    Class::Walk,
    Class::Wave,
    Class::Fall,
];

impl Class {
    /// Label and index of the logit, below 10.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The class of a label, if it is below 10.
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        CLASSES.get(index).copied()
    }

    /// The name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clap => "clap",
            Self::Jump => "jump",
            Self::Pick => "pick",
            Self::Pour => "pour",
            Self::Run => "run",
            Self::Sit => "sit",
            Self::Stand => "stand",
            Self::Walk => "walk",
            Self::Wave => "wave",
            Self::Fall => "fall",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The class of the largest logit; of equal ones the first. NaN is never the largest.
#[must_use]
pub fn argmax(logits: &[f64; CLASS_COUNT]) -> Class {
    let best = CLASSES
        .into_iter()
        .zip(logits)
        .reduce(|best, next| if *next.1 > *best.1 || best.1.is_nan() { next } else { best });
    best.map_or(Class::Clap, |(class, _)| class)
}

/// How far the largest logit exceeds the second largest. Where this is more than twice an error, the error cannot have
/// changed the class.
#[must_use]
pub fn margin(logits: &[f64; CLASS_COUNT]) -> f64 {
    let (mut first, mut second) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for &logit in logits {
        second = second.max(logit.min(first));
        first = first.max(logit);
    }
    first - second
}

/// How often each class was taken for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    counts: [[u64; CLASS_COUNT]; CLASS_COUNT],
}

/// `counts[label][prediction]`.
impl Serialize for Confusion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.counts.serialize(serializer)
    }
}

impl Confusion {
    /// Counts one prediction.
    pub fn record(&mut self, label: Class, prediction: Class) {
        self.counts[label.index()][prediction.index()] += 1;
    }

    /// Counts all predictions of `other` too.
    pub fn merge(&mut self, other: &Self) {
        for (count, other) in self.counts.as_flattened_mut().iter_mut().zip(other.counts.as_flattened()) {
            *count += other;
        }
    }

    /// How often `label` was taken for `prediction`.
    #[must_use]
    pub fn count(&self, label: Class, prediction: Class) -> u64 {
        self.counts[label.index()][prediction.index()]
    }

    /// All predictions.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.as_flattened().iter().sum()
    }

    /// Right predictions among all; `None` without any.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        ratio(CLASSES.iter().map(|&class| self.count(class, class)).sum(), self.total())
    }

    /// Detection of `positive` against all other classes.
    #[must_use]
    pub fn detection(&self, positive: Class) -> Detection {
        let mut detection = Detection::default();
        for label in CLASSES {
            for prediction in CLASSES {
                let count = match (label == positive, prediction == positive) {
                    (true, true) => &mut detection.true_positives,
                    (true, false) => &mut detection.false_negatives,
                    (false, true) => &mut detection.false_positives,
                    (false, false) => &mut detection.true_negatives,
                };
                *count += self.count(label, prediction);
            }
        }
        detection
    }

    /// Detection of falls.
    #[must_use]
    pub fn falls(&self) -> Detection {
        self.detection(Class::Fall)
    }

    /// The figures that reports print.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let falls = self.falls();
        Summary {
            accuracy: self.accuracy(),
            sensitivity: falls.sensitivity(),
            specificity: falls.specificity(),
            precision: falls.precision(),
            f1: falls.f1(),
        }
    }
}

/// Pairs of label and prediction.
impl FromIterator<(Class, Class)> for Confusion {
    fn from_iter<I: IntoIterator<Item = (Class, Class)>>(pairs: I) -> Self {
        let mut confusion = Self::default();
        confusion.extend(pairs);
        confusion
    }
}

/// Pairs of label and prediction.
impl Extend<(Class, Class)> for Confusion {
    fn extend<I: IntoIterator<Item = (Class, Class)>>(&mut self, pairs: I) {
        for (label, prediction) in pairs {
            self.record(label, prediction);
        }
    }
}

/// Counts of a two-class decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Detection {
    /// Events detected.
    pub true_positives: u64,
    /// Alarms without event.
    pub false_positives: u64,
    /// No event, no alarm.
    pub true_negatives: u64,
    /// Events missed.
    pub false_negatives: u64,
}

impl Detection {
    /// Detected events among all events (recall); `None` without events.
    #[must_use]
    pub fn sensitivity(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Silence among all clips without event; `None` without such clips.
    #[must_use]
    pub fn specificity(&self) -> Option<f64> {
        ratio(self.true_negatives, self.true_negatives + self.false_positives)
    }

    /// Events among all alarms; `None` without alarms.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Harmonic mean of precision and sensitivity; `None` without events and alarms.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        ratio(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)
    }
}

/// Accuracy over all classes and the detection of falls; a figure without cases is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// [`Confusion::accuracy`].
    pub accuracy: Option<f64>,
    /// [`Detection::sensitivity`] of falls.
    pub sensitivity: Option<f64>,
    /// [`Detection::specificity`] of falls.
    pub specificity: Option<f64>,
    /// [`Detection::precision`] of falls.
    pub precision: Option<f64>,
    /// [`Detection::f1`] of falls.
    pub f1: Option<f64>,
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_stand_in_the_order_of_their_labels() {
        for (index, class) in CLASSES.into_iter().enumerate() {
            assert_eq!((class.index(), Class::from_index(index)), (index, Some(class)));
            assert_eq!(serde_json::to_string(&class).unwrap(), format!("{:?}", class.name()));
        }
        assert_eq!(Class::from_index(10), None);
        assert_eq!((Class::Fall.index(), Class::Fall.to_string()), (9, "fall".into()));
    }

    #[test]
    fn argmax_and_margin_of_logits() {
        let logits = [0.5, -3.0, 7.25, 1.0, 7.0, -9.0, 0.0, 0.0, 2.0, 6.0];
        assert_eq!((argmax(&logits), margin(&logits)), (Class::Pick, 0.25));
        assert_eq!((argmax(&[-2.0; 10]), margin(&[-2.0; 10])), (Class::Clap, 0.0));
        let mut broken = [f64::NAN; 10];
        broken[9] = -5.0;
        assert_eq!(argmax(&broken), Class::Fall);
    }

    /// 8 falls, of which 6 are seen; 92 other clips, of which 3 raise an alarm and 10 more are taken for another action.
    fn example() -> Confusion {
        let cases = [
            (Class::Fall, Class::Fall, 6),
            (Class::Fall, Class::Sit, 2),
            (Class::Sit, Class::Fall, 3),
            (Class::Walk, Class::Run, 10),
            (Class::Walk, Class::Walk, 79),
        ];
        cases
            .into_iter()
            .flat_map(|(label, prediction, count)| std::iter::repeat_n((label, prediction), count))
            .collect()
    }

    #[test]
    fn metrics_of_a_worked_example() {
        let confusion = example();
        assert_eq!((confusion.total(), confusion.count(Class::Walk, Class::Run)), (100, 10));
        assert_eq!(confusion.accuracy(), Some(0.85));
        let falls = confusion.falls();
        assert_eq!(falls, Detection { true_positives: 6, false_positives: 3, true_negatives: 89, false_negatives: 2 });
        assert_eq!((falls.sensitivity(), falls.specificity()), (Some(0.75), Some(89.0 / 92.0)));
        assert_eq!((falls.precision(), falls.f1()), (Some(6.0 / 9.0), Some(12.0 / 17.0)));
        assert_eq!(confusion.detection(Class::Run).precision(), Some(0.0));
    }

    #[test]
    fn figures_without_cases_are_none() {
        let empty = Confusion::default().summary();
        let none = Summary { accuracy: None, sensitivity: None, specificity: None, precision: None, f1: None };
        assert_eq!(empty, none);
        let quiet: Confusion = [(Class::Walk, Class::Walk)].into_iter().collect();
        assert_eq!(quiet.summary(), Summary { accuracy: Some(1.0), specificity: Some(1.0), ..none });
    }

    #[test]
    fn a_report_carries_rows_of_labels() {
        let json = serde_json::to_value(example()).unwrap();
        assert_eq!((&json[7][4], &json[4][7], &json[5][9]), (&10.into(), &0.into(), &3.into()));
        let json = serde_json::to_value(Confusion::default().summary()).unwrap();
        assert!(json["f1"].is_null());
    }
}
