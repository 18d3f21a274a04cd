//! The networks that come with the crate, judged by the test set that comes with it.

use hear_model::baseline::LinearClassifier;
use hear_model::dataset::Dataset;
use hear_model::metrics::{Confusion, Evaluation};
use hear_model::network::{Network, NetworkName, Source};
use hear_model::synthetic::{Size, Split, TEST_SET_SEED, generate, test_set};

/// Encryption has scales for values of this size; logits leave with 21 bits of scale in a prime of 30.
const LARGEST_LOGIT: f64 = 60.0;

#[test]
fn shipped_networks_see_falls_and_tell_actions_apart() {
    let (clips, labels) = test_set();
    let dataset = Dataset::new(clips, labels);
    for name in NetworkName::ALL {
        let network = Network::shipped(name);
        assert_eq!((network.shape(), network.source()), (name.shape(), &Source::Shipped(name)));
        let evaluation = Evaluation::of(&network, &dataset);
        let summary = evaluation.confusion.summary();
        assert!(summary.accuracy >= Some(0.95), "{name}: {summary:?}");
        assert!(summary.sensitivity >= Some(0.95) && summary.specificity >= Some(0.99), "{name}: {summary:?}");
        assert!(evaluation.largest_logit < LARGEST_LOGIT, "{name}: {}", evaluation.largest_logit);
    }
}

#[test]
fn a_linear_classifier_is_ten_points_worse() {
    let training = generate(TEST_SET_SEED, Split::Training, Size { clips: 5000, falls: 290 });
    let (clips, labels): (Vec<_>, Vec<_>) = training.into_iter().map(|sample| (sample.clip, sample.class)).unzip();
    let classifier = LinearClassifier::fit(&clips, &labels);
    let (clips, labels) = test_set();
    let confusion: Confusion = labels.into_iter().zip(clips.iter().map(|clip| classifier.predict(clip))).collect();
    let accuracy = confusion.summary().accuracy;
    assert!(accuracy > Some(0.5) && accuracy < Some(0.85), "{accuracy:?}");
}
