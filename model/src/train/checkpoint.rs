//! A run in a file, from which it goes on.
//!
//! The file is a line that names the format, the BLAKE3 hash of what follows, and the state of the run in postcard's
//! encoding. It appears whole or not at all, and replaces the one before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::model::Snapshot;
use super::options::Options;
use super::trainer::Epoch;
use crate::dataset::Dataset;
use crate::network::Network;
use crate::text::replace_file;

/// The first bytes of every checkpoint.
const FORMAT: &[u8] = b"hear-train checkpoint 1\n";
/// Bytes of the hash after them.
const HASH_BYTES: usize = blake3::OUT_LEN;

/// A checkpoint that cannot be written, read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The operating system refuses to read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The operating system refuses to write.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Another kind of file.
    #[error("{}: not a checkpoint of hear-train; needed is one, or no file of that name", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// A checkpoint that was truncated or altered.
    #[error("{}: a truncated or damaged checkpoint; without it training starts anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The checkpoint of another run.
    #[error("{}: the checkpoint of a run with other {what}; without it training starts anew", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
    },
}

/// The weights that did best on the clips held out of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Best {
    pub(super) epoch: usize,
    pub(super) loss: f64,
    pub(super) snapshot: Snapshot,
}

/// A run between two epochs; what is random in later epochs follows from the seed and their numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) options: Options,
    /// Hash of all clips and of the weights at the start.
    pub(super) fingerprint: [u8; 32],
    pub(super) snapshot: Snapshot,
    pub(super) velocity: Vec<Vec<f32>>,
    pub(super) history: Vec<Epoch>,
    pub(super) best: Option<Best>,
}

impl State {
    pub(super) fn write(&self, path: &Path) -> Result<(), CheckpointError> {
        let write_error = |source| CheckpointError::Write { path: path.to_path_buf(), source };
        let payload = postcard::to_stdvec(self).map_err(|error| write_error(io::Error::other(error)))?;
        let bytes = [FORMAT, blake3::hash(&payload).as_bytes(), &payload].concat();
        replace_file(path, &bytes).map_err(write_error)
    }

    /// The state in `path`; `None` without such a file.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, CheckpointError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CheckpointError::Read { path: path.to_path_buf(), source }),
        };
        let Some(rest) = bytes.strip_prefix(FORMAT) else {
            return Err(CheckpointError::Format { path: path.to_path_buf() });
        };
        let damaged = || CheckpointError::Damaged { path: path.to_path_buf() };
        let (hash, payload) = rest.split_at_checked(HASH_BYTES).ok_or_else(damaged)?;
        if blake3::hash(payload).as_bytes() != hash {
            return Err(damaged());
        }
        postcard::from_bytes(payload).map(Some).map_err(|_| damaged())
    }
}

/// A hash of all clips, their labels and the weights that a run starts from.
pub(super) fn fingerprint(datasets: &[Option<&Dataset>], from: Option<&Network>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut add = |values: &[f64]| values.iter().for_each(|value| _ = hasher.update(&value.to_le_bytes()));
    for dataset in datasets {
        add(&[dataset.map_or(0, Dataset::len) as f64]);
        for (clip, label) in dataset.iter().flat_map(|dataset| dataset.clips().iter().zip(dataset.labels())) {
            add(clip);
            add(&[label.index() as f64]);
        }
    }
    if let Some(network) = from {
        for layer in network.layers() {
            let (convolution, norm, activation) = (&layer.convolution, &layer.batch_norm, &layer.activation);
            for values in [&convolution.weight, &convolution.bias, &norm.weight, &norm.bias] {
                add(values);
            }
            add(&norm.running_mean);
            add(&norm.running_var);
            add(&[activation.alpha, activation.beta, activation.c]);
        }
        add(&network.dense().weight);
        add(&network.dense().bias);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Dimension, Shape};
    use crate::random::Uniform;
    use crate::train::model::Model;

    #[test]
    fn whatever_is_cut_off_or_altered_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.checkpoint");
        assert_eq!(State::read(&path).unwrap(), None);
        let shape = Shape::new(Dimension::OneD, 1).unwrap();
        let state = State {
            options: Options::new(shape),
            fingerprint: [7; 32],
            snapshot: Model::random(shape, &mut Uniform::new(1, 0)).unwrap().snapshot().unwrap(),
            velocity: vec![vec![0.5, -0.25]],
            history: Vec::new(),
            best: None,
        };
        state.write(&path).unwrap();
        assert_eq!(State::read(&path).unwrap().as_ref(), Some(&state));
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let error = State::read(&path).unwrap_err();
            let short = length < FORMAT.len();
            assert_eq!(matches!(error, CheckpointError::Format { .. }), short, "{length} bytes: {error}");
        }
        for index in (0..whole.len()).step_by(11) {
            let mut altered = whole.clone();
            altered[index] ^= 1;
            fs::write(&path, altered).unwrap();
            assert!(State::read(&path).is_err(), "byte {index}");
        }
    }
}
