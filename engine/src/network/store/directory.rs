//! Directories that programs write into.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::StoreError;

/// A directory for output, made where it was missing. If it was made here and is still empty when this is dropped, it is
/// removed again: a program that fails leaves nothing behind.
#[derive(Debug)]
pub struct OutputDirectory {
    path: PathBuf,
    made_here: bool,
}

impl OutputDirectory {
    /// Makes the directory and those above it, unless they exist.
    ///
    /// # Errors
    /// If the system refuses, or a file stands in the way.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let made_here = !path.exists();
        let refuse = |source| StoreError::File { path: path.to_owned(), action: "make the directory", source };
        fs::create_dir_all(path).map_err(refuse)?;
        Ok(Self { path: path.to_owned(), made_here })
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for OutputDirectory {
    fn drop(&mut self) {
        if self.made_here {
            // Fails where something stands in it, which is how it should be.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_new_and_empty_directory_is_removed_again() {
        let root = tempfile::tempdir().unwrap();
        let (old, new, used) = (root.path().join("old"), root.path().join("new"), root.path().join("used"));
        fs::create_dir(&old).unwrap();
        for path in [&old, &new, &used] {
            let directory = OutputDirectory::create(path).unwrap();
            assert!(directory.path().is_dir());
            if path == &used {
                fs::write(path.join("file"), "x").unwrap();
            }
        }
        assert_eq!([&old, &new, &used].map(|path| path.exists()), [true, false, true]);
        let error = OutputDirectory::create(&used.join("file")).unwrap_err().to_string();
        assert!(error.contains("cannot make the directory"), "{error}");
    }
}
