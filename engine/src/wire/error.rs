//! Why a file was refused.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Kind;
use crate::params::{ParametersError, ParametersHash};
use crate::rlwe::KeyError;

/// What is wrong with which file.
#[derive(Debug, Error)]
#[error("{}: {fault}", path.display())]
pub struct WireError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The operating system refused.
    #[error("cannot {action}: {error}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// It is a directory, a pipe or a device.
    #[error("this is no regular file")]
    NotAFile,
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It does not begin as our files do.
    #[error("this is no file of this program")]
    Foreign,
    /// It is shorter than it says.
    #[error("the file is truncated: it has {bytes} bytes and should have {expected}")]
    Truncated {
        /// Its length.
        bytes: u64,
        /// What its first bytes say.
        expected: u64,
    },
    /// It is longer than it says.
    #[error("the file is corrupted: it has {bytes} bytes and should have {expected}")]
    TooLong {
        /// Its length.
        bytes: u64,
        /// What its first bytes say.
        expected: u64,
    },
    /// It is of another format version.
    #[error("the file has format version {found}; this program reads version {expected}")]
    Version {
        /// Its version.
        found: u16,
        /// Ours.
        expected: u16,
    },
    /// It is something else.
    #[error("this is {found}, not {expected}")]
    Kind {
        /// What it is.
        found: Kind,
        /// What was asked for.
        expected: Kind,
    },
    /// It is of a kind that this program does not know.
    #[error("this is of unknown kind {found}, not {expected}")]
    UnknownKind {
        /// The kind's number.
        found: u16,
        /// What was asked for.
        expected: Kind,
    },
    /// A hash is not that of the content.
    #[error("the file is corrupted: its content does not match its hash")]
    Corrupted,
    /// The hash is right, the content is not.
    #[error("the file is malformed: {reason}")]
    Malformed {
        /// What makes no sense.
        reason: String,
    },
    /// Its parameters are refused.
    #[error("its parameters are refused: {0}")]
    Parameters(ParametersError),
    /// It belongs to other parameters.
    #[error("it was made with other parameters (hash {found}, expected {expected})")]
    OtherParameters {
        /// Hash of its parameters.
        found: ParametersHash,
        /// Hash of ours.
        expected: ParametersHash,
    },
    /// It belongs to another plan or packing.
    #[error("it was made for another {what} (hash {found}, expected {expected})")]
    OtherPlan {
        /// Plan or packing.
        what: &'static str,
        /// Hash of its plan.
        found: String,
        /// Hash of ours.
        expected: String,
    },
}

impl Fault {
    pub(super) fn io(action: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Io { action, error }
    }

    pub(super) fn malformed(reason: impl Into<String>) -> Self {
        Self::Malformed { reason: reason.into() }
    }

    pub(super) fn at(self, path: &Path) -> WireError {
        WireError { path: path.to_owned(), fault: self }
    }
}

// Sentences are whole: the sources that they quote are not offered a second time.
impl From<ParametersError> for Fault {
    fn from(error: ParametersError) -> Self {
        Self::Parameters(error)
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        Self::malformed(error.to_string())
    }
}

/// A hash in hexadecimal.
pub(super) fn hexadecimal(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}
