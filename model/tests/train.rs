//! Training: it learns, it is reproducible, and it goes on after an interruption as if there had been none.
#![cfg(feature = "train")]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

use std::path::Path;

use hear_model::dataset::Dataset;
use hear_model::input::seeded_clips;
use hear_model::metrics::{CLASSES, Evaluation};
use hear_model::network::{Dimension, Network, Shape};
use hear_model::train::{
    Augmentation, MIN_LEADING_COEFFICIENT, Options, TrainError, Trainer, checkpoint::CheckpointError,
};

/// Clips of four classes that differ in where a joint moves, with noise between them.
fn dataset(seed: u64, clips: usize) -> Dataset {
    let mut clips = seeded_clips(seed, clips);
    for (index, clip) in clips.iter_mut().enumerate() {
        let joint = 3 * (index % 4);
        for frame in 0..32 {
            clip[frame * 15 + joint] = if frame % 2 == 0 { 1.0 } else { 0.0 };
        }
    }
    let labels = (0..clips.len()).map(|index| CLASSES[index % 4]).collect();
    Dataset::new(clips, labels)
}

fn options(epochs: usize) -> Options {
    Options {
        epochs,
        batch: 16,
        milestones: vec![epochs],
        warm_up: 1,
        augmentation: Augmentation { mirror: 0.0, drop_joints: 0.02, noise: 0.01 },
        ..Options::new(Shape::new(Dimension::TwoD, 4).unwrap())
    }
}

fn run(trainer: &mut Trainer, epochs: usize) {
    for _ in 0..epochs {
        assert!(trainer.epoch(|| false).unwrap().is_some());
    }
}

fn weights(trainer: &Trainer) -> Network {
    trainer.network(Path::new("trained")).unwrap()
}

#[test]
fn training_learns_and_agrees_with_the_forward_pass() {
    let test = dataset(2, 60);
    let mut trainer = Trainer::new(options(12), dataset(1, 120), Some(test.clone()), None).unwrap();
    run(&mut trainer, 12);
    assert!(trainer.is_finished());
    let last = trainer.history().last().unwrap();
    assert!(last.loss < 0.8 * trainer.history()[0].loss, "{:?}", trainer.history());
    let network = weights(&trainer);
    let accuracy = Evaluation::of(&network, &test).confusion.accuracy();
    assert_eq!(accuracy, last.test_accuracy, "both forward passes");
    assert!(accuracy > Some(0.9), "{accuracy:?}");
    for layer in network.layers() {
        assert!(layer.activation.alpha.abs() >= f64::from(MIN_LEADING_COEFFICIENT));
    }
}

#[test]
fn a_run_that_goes_on_ends_with_the_same_weights() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.checkpoint");
    let start = || Trainer::new(options(5), dataset(1, 50), None, None).unwrap();
    let mut whole = start();
    run(&mut whole, 5);

    let mut first = start();
    assert!(!first.resume(&path).unwrap());
    run(&mut first, 2);
    first.save(&path).unwrap();
    // Interrupted within the third epoch.
    let asked = std::cell::Cell::new(0);
    assert!(first.epoch(|| asked.replace(asked.get() + 1) == 2).unwrap().is_none());
    let mut second = start();
    assert!(second.resume(&path).unwrap());
    run(&mut second, 3);
    assert_eq!(weights(&second), weights(&whole));
    assert_eq!(second.history(), whole.history());

    let other = Trainer::new(Options { seed: 2, ..options(5) }, dataset(1, 50), None, None).unwrap();
    let refused = |mut trainer: Trainer, needed: &str| match trainer.resume(&path) {
        Err(TrainError::Checkpoint(CheckpointError::Foreign { what, .. })) => assert_eq!(what, needed),
        other => panic!("{other:?}"),
    };
    refused(other, "options");
    refused(Trainer::new(options(5), dataset(3, 50), None, None).unwrap(), "clips or first weights");
    let from = Network::seeded(options(5).shape, 1);
    refused(Trainer::new(options(5), dataset(1, 50), None, Some(&from)).unwrap(), "clips or first weights");
}

#[test]
fn early_stopping_keeps_the_best_weights() {
    let options = Options { early_stop: Some(2), learning_rate: 1e-9, ..options(30) };
    let mut trainer = Trainer::new(options, dataset(1, 60), None, None).unwrap();
    while !trainer.is_finished() {
        run(&mut trainer, 1);
    }
    assert!(trainer.history().len() < 30, "nothing is learnt at this rate");
    assert!(trainer.history().iter().all(|epoch| epoch.held_out_loss.is_some()));
}

#[test]
fn what_cannot_be_trained_is_refused() {
    let error = Trainer::new(options(1), dataset(1, 1), None, None).unwrap_err();
    assert_eq!(error.to_string(), "1 training clips; needed are at least 2");
    let from = Network::seeded(Shape::new(Dimension::OneD, 4).unwrap(), 1);
    let error = Trainer::new(options(1), dataset(1, 8), None, Some(&from)).unwrap_err();
    assert_eq!(error.to_string(), "the weights to start from are those of a 1d-4 network; asked for is 2d-4");
    let mut trainer = Trainer::new(Options { learning_rate: 1e30, ..options(3) }, dataset(1, 40), None, None).unwrap();
    let diverged = (0..3).find_map(|_| trainer.epoch(|| false).err());
    assert!(matches!(diverged, Some(TrainError::Diverged { .. })), "{diverged:?}");
}
