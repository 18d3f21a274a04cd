//! A tiny network, and what `hear-bench run` says of it: what tests of measurements and records share.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::PathBuf, process::Output};

use hear_model::{
    input::seeded_clips,
    metrics::argmax,
    network::{Dimension, Network, Shape},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{bench, text};

/// A directory with a network of width 16, three clips and the classes that the plain network sees in them.
pub(crate) struct Laboratory {
    pub(crate) directory: TempDir,
}

const CLIPS: usize = 3;

impl Laboratory {
    pub(crate) fn new() -> Self {
        let laboratory = Self { directory: tempfile::tempdir().unwrap() };
        let network = Network::seeded(Shape::new(Dimension::OneD, 16).unwrap(), 5);
        network.save_safetensors(laboratory.path("tiny.safetensors")).unwrap();
        // What the file holds is rounded to f32.
        let network = Network::load(laboratory.path("tiny.safetensors")).unwrap();
        let clips = seeded_clips(9, CLIPS);
        let line = |clip: &[f64]| clip.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        let text: Vec<_> = clips.iter().map(|clip| line(clip)).collect();
        fs::write(laboratory.path("clips.csv"), text.join("\n")).unwrap();
        let classes: Vec<_> = clips.iter().map(|clip| argmax(&network.forward(clip)).index().to_string()).collect();
        fs::write(laboratory.path("classes.csv"), classes.join("\n")).unwrap();
        laboratory
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs `hear-bench run` on the network in that directory.
    pub(crate) fn run(&self, arguments: &str) -> Output {
        bench(self.directory.path(), &format!("run --network tiny.safetensors --repeats 1 {arguments}"))
    }

    pub(crate) fn entries(&self, name: &str) -> Vec<Value> {
        serde_json::from_str(&fs::read_to_string(self.path(name)).unwrap()).unwrap()
    }
}

/// Asserts success and silence on standard error, which is no terminal here.
#[track_caller]
pub(crate) fn succeeded(output: &Output) {
    assert!(output.status.success() && output.stderr.is_empty(), "{:?} {}", output.status, text(&output.stderr));
}

#[track_caller]
fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[track_caller]
pub(crate) fn assert_keys<const N: usize>(value: &Value, mut expected: [&str; N]) {
    expected.sort_unstable();
    assert_eq!(keys(value), expected);
}
