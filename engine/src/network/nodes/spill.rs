//! Where nodes wait that are not in memory.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use hear_scheduler::memory::{bytes, bytes_mut};

/// A nameless file: it is gone when the process ends, however that is.
///
/// Tasks cannot fail, so the first error is kept; after it nothing is read or written any more, and whoever started the run
/// asks for it at the end.
#[derive(Debug)]
pub(in crate::network) struct SpillFile {
    file: File,
    directory: PathBuf,
    failure: OnceLock<io::Error>,
}

/// A file in which nodes should wait, and which the system refuses.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot {action} the file in which ciphertexts wait that are not in memory: {source}", directory.display())]
pub struct SpillError {
    /// Its directory.
    pub directory: PathBuf,
    /// What was tried.
    pub action: &'static str,
    /// What the system says.
    pub source: io::Error,
}

impl SpillFile {
    /// A file in a directory.
    ///
    /// # Errors
    /// If the system refuses.
    pub(in crate::network) fn create(directory: &Path) -> Result<Self, SpillError> {
        match tempfile::tempfile_in(directory) {
            Ok(file) => Ok(Self { file, directory: directory.to_owned(), failure: OnceLock::new() }),
            Err(source) => Err(SpillError { directory: directory.to_owned(), action: "create", source }),
        }
    }

    /// Whether something has failed: then there is nothing to compute with.
    pub(in crate::network) fn has_failed(&self) -> bool {
        self.failure.get().is_some()
    }

    /// Writes words at `offset` bytes.
    pub(in crate::network) fn write(&self, offset: u64, words: &[u32]) {
        self.note(self.file.write_all_at(bytes(words), offset));
    }

    /// Reads what was written at `offset` bytes; zeros if something has failed.
    pub(in crate::network) fn read(&self, offset: u64, words: &mut [u32]) {
        if self.has_failed() {
            words.fill(0);
        } else {
            self.note(self.file.read_exact_at(bytes_mut(words), offset));
        }
    }

    fn note(&self, result: io::Result<()>) {
        if let Err(error) = result {
            // The first one says what is wrong.
            let _ = self.failure.set(error);
        }
    }

    /// What went wrong, if anything did. The file is of no use then.
    pub(in crate::network) fn failure(&self) -> Option<SpillError> {
        let source = self.failure.get()?;
        // An error of the system has no copy, but its number.
        let source = source.raw_os_error().map_or_else(|| source.kind().into(), io::Error::from_raw_os_error);
        Some(SpillError { directory: self.directory.clone(), action: "use", source })
    }
}
