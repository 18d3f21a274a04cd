//! Whether decrypted logits are right: nothing is timed that is not.

use hear_engine::network::store::Logits;
use hear_model::{
    metrics::{Class, Confusion, argmax, margin},
    network::CLASS_COUNT,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The largest difference of a decrypted logit from the plain one that is accepted where nothing else is asked for.
pub const TOLERANCE: f64 = 0.25;

/// Compares decrypted logits with those of the plain forward pass, clip by clip.
///
/// A clip is wrong if a logit differs by more than the tolerance. No rule for the class is needed beside that: logits
/// that differ by at most e keep their class wherever the plain margin exceeds 2 e, so classes that differ all the same
/// belong to clips that the plain network hardly tells apart; they are counted and listed.
#[derive(Debug)]
pub struct Verification {
    tolerance: f64,
    largest: f64,
    sum: f64,
    differences: usize,
    predictions: Vec<Prediction>,
    changed: Vec<ChangedClass>,
}

/// The classes of a clip.
#[derive(Clone, Copy, Debug)]
struct Prediction {
    row: usize,
    decrypted: Class,
    plain: Class,
}

/// How labels were classified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusions {
    /// By encrypted runs.
    pub decrypted: Confusion,
    /// By the plain network on the same clips.
    pub plain: Confusion,
}

/// A clip whose class the encrypted run changed within the tolerance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedClass {
    /// The clip.
    pub row: usize,
    /// By how much the plain network's largest logit exceeds its second.
    pub margin: f64,
}

/// Logits that are wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("logits are wrong: on row {row} one is off by {error:.3e}, at most {tolerance:e} is accepted")]
pub struct WrongLogits {
    /// The clip.
    pub row: usize,
    /// The largest difference; NaN if a decrypted logit is.
    pub error: f64,
    /// What is accepted.
    pub tolerance: f64,
}

impl Verification {
    /// A comparison that accepts differences up to `tolerance`.
    #[must_use]
    pub fn new(tolerance: f64) -> Self {
        Self { tolerance, largest: 0.0, sum: 0.0, differences: 0, predictions: Vec::new(), changed: Vec::new() }
    }

    /// Compares one clip.
    ///
    /// # Errors
    /// If a logit differs by more than the tolerance.
    pub fn check(&mut self, row: usize, plain: &Logits, decrypted: &Logits) -> Result<(), WrongLogits> {
        let differences = std::array::from_fn::<f64, CLASS_COUNT, _>(|class| (plain[class] - decrypted[class]).abs());
        let error = differences.into_iter().fold(0.0, |largest, x| if x > largest || x.is_nan() { x } else { largest });
        if error.is_nan() || error > self.tolerance {
            return Err(WrongLogits { row, error, tolerance: self.tolerance });
        }
        self.largest = self.largest.max(error);
        self.sum += differences.iter().sum::<f64>();
        self.differences += CLASS_COUNT;
        let prediction = Prediction { row, decrypted: argmax(decrypted), plain: argmax(plain) };
        if prediction.decrypted != prediction.plain {
            self.changed.push(ChangedClass { row, margin: margin(plain) });
        }
        self.predictions.push(prediction);
        Ok(())
    }

    /// Clips that were compared and right.
    #[must_use]
    pub fn clips(&self) -> usize {
        self.predictions.len()
    }

    /// The largest difference of a logit.
    #[must_use]
    pub fn max_abs_error(&self) -> f64 {
        self.largest
    }

    /// The mean difference of a logit; 0 before the first clip.
    #[must_use]
    pub fn mean_abs_error(&self) -> f64 {
        self.sum / self.differences.max(1) as f64
    }

    /// The share of clips with the plain network's class, in [0, 1].
    #[must_use]
    pub fn argmax_agreement(&self) -> f64 {
        1.0 - self.changed.len() as f64 / self.predictions.len().max(1) as f64
    }

    /// The clips with another class than the plain network's.
    #[must_use]
    pub fn changed(&self) -> &[ChangedClass] {
        &self.changed
    }

    /// How the labels of rows `first_row..` were classified.
    ///
    /// # Panics
    /// If there are fewer labels than rows.
    #[must_use]
    pub fn confusions(&self, first_row: usize, labels: &[Class]) -> Confusions {
        let mut confusions = Confusions::default();
        for &Prediction { row, decrypted, plain } in &self.predictions {
            confusions.decrypted.record(labels[row - first_row], decrypted);
            confusions.plain.record(labels[row - first_row], plain);
        }
        confusions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Logits = [0.0, 1.0, 5.0, 4.9, 0.0, 0.0, 0.0, 0.0, 0.0, -3.0];

    fn moved(class: usize, by: f64) -> Logits {
        let mut logits = PLAIN;
        logits[class] += by;
        logits
    }

    #[test]
    fn errors_are_summed_up_over_clips() {
        let mut verification = Verification::new(0.25);
        verification.check(3, &PLAIN, &moved(0, -0.25)).unwrap();
        verification.check(4, &PLAIN, &moved(3, 0.125)).unwrap();
        assert_eq!(verification.max_abs_error(), 0.25);
        assert!((verification.mean_abs_error() - 0.375 / 20.0).abs() < 1e-12);
        assert_eq!(verification.argmax_agreement(), 0.5);
        let [changed] = verification.changed() else { panic!("{:?}", verification.changed()) };
        assert_eq!(changed.row, 4);
        assert!((changed.margin - 0.1).abs() < 1e-12);
    }

    #[test]
    fn a_logit_beyond_the_tolerance_or_nan_is_wrong() {
        let mut verification = Verification::new(0.25);
        let error = verification.check(7, &PLAIN, &moved(9, -0.3)).unwrap_err();
        assert_eq!(error.to_string(), "logits are wrong: on row 7 one is off by 3.000e-1, at most 2.5e-1 is accepted");
        let error = verification.check(8, &PLAIN, &moved(2, f64::NAN)).unwrap_err();
        assert!(error.error.is_nan() && error.row == 8);
        assert_eq!(verification.max_abs_error(), 0.0);
    }

    #[test]
    fn labels_are_matched_by_row() {
        let mut verification = Verification::new(0.25);
        for row in 10..13 {
            verification.check(row, &PLAIN, &PLAIN).unwrap();
        }
        verification.check(13, &PLAIN, &moved(3, 0.125)).unwrap();
        let Confusions { decrypted, plain } =
            verification.confusions(10, &[Class::Pick, Class::Pick, Class::Fall, Class::Pick]);
        assert_eq!((plain.summary().accuracy, plain.summary().sensitivity), (Some(0.75), Some(0.0)));
        assert_eq!((plain.count(Class::Fall, Class::Pick), plain.count(Class::Pick, Class::Pick)), (1, 3));
        assert_eq!((decrypted.count(Class::Pick, Class::Pour), decrypted.total()), (1, 4));
        assert_eq!((decrypted.summary().accuracy, verification.clips()), (Some(0.5), 4));
    }
}
