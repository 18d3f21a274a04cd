//! What can be wrong with files of skeletons.

use std::io;
use std::path::PathBuf;

use super::MAX_JSON_BYTES;
use crate::input::InputError;
use crate::text::TextError;

/// Files that are not of the format.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A CSV file does not hold the numbers.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The file or folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file is too large.
    #[error("{}: more than {MAX_JSON_BYTES} bytes, the most that is read of a JSON file", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is no JSON, or JSON of another schema.
    #[error("{}: not {needed}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What it should be.
        needed: &'static str,
        /// What it is instead, and where.
        source: serde_json::Error,
    },
    /// Somebody has another number of keypoints.
    #[error("{}, entry {entry}: {found} keypoint numbers; needed are {needed}", path.display())]
    Keypoints {
        /// The file.
        path: PathBuf,
        /// The person, counted from 0 in the order of the file.
        entry: usize,
        /// How many numbers there are.
        found: usize,
        /// How many there should be.
        needed: String,
    },
    /// Something that is no person has keypoints.
    #[error("{}, entry {entry}: category {found}; needed is 1, a person", path.display())]
    Category {
        /// The file.
        path: PathBuf,
        /// The entry, counted from 0.
        entry: usize,
        /// Its category.
        found: u64,
    },
    /// A name does not say which frame it is.
    #[error("{}: the name {name:?} holds no frame number to order the frames by", path.display())]
    NoFrameNumber {
        /// The file or folder.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// Two files are the same frame.
    #[error("{}: two files are frame {number}; needed is one recording a folder", path.display())]
    FrameTwice {
        /// The folder.
        path: PathBuf,
        /// The frame's number.
        number: u64,
    },
    /// There are no frames at all.
    #[error("{}: no {needed} in it", path.display())]
    NoFrames {
        /// The file or folder.
        path: PathBuf,
        /// What it should hold.
        needed: &'static str,
    },
}

impl From<TextError> for ReadError {
    fn from(error: TextError) -> Self {
        Self::Input(error.into())
    }
}
