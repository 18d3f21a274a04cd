//! The names of files of encrypted rows.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::StoreError;

/// What the files of rows hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// Encrypted clips, `row-000012.ct`.
    Input,
    /// Encrypted logits, `row-000012.out`.
    Result,
}

impl RowKind {
    fn extension(self) -> &'static str {
        match self {
            Self::Input => "ct",
            Self::Result => "out",
        }
    }

    /// The name of a row's file.
    #[must_use]
    pub fn file_name(self, row: u64) -> String {
        format!("row-{row:06}.{}", self.extension())
    }

    /// The row of a file of that name, if it is the name of one.
    fn row(self, name: &str) -> Option<u64> {
        let digits = name.strip_prefix("row-")?.strip_suffix(self.extension())?.strip_suffix('.')?;
        // The name made of the number again: so that no two names mean the same row.
        digits.parse().ok().filter(|&row| self.file_name(row) == name)
    }
}

/// A file of an encrypted row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowFile {
    /// The row, as the name says.
    pub row: u64,
    /// The file.
    pub path: PathBuf,
}

impl RowFile {
    /// The files of one kind in a directory, by row; or the one file that `path` is. Files with other extensions are
    /// none of our business.
    ///
    /// # Errors
    /// If the directory cannot be read, has no such file, or has one with this extension that is not named after a row.
    pub fn list(path: &Path, kind: RowKind) -> Result<Vec<Self>, StoreError> {
        if !is_directory(path)? {
            return Ok(vec![Self::new(path.to_owned(), kind)?]);
        }
        let files = Self::among(&entries(path)?, kind)?;
        if files.is_empty() { Err(no_rows(path, kind)) } else { Ok(files) }
    }

    /// The files of one kind among the entries of a directory, by row.
    pub(super) fn among(entries: &[PathBuf], kind: RowKind) -> Result<Vec<Self>, StoreError> {
        let of_kind = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == kind.extension());
        let files = entries.iter().filter(of_kind).map(|path| Self::new(path.clone(), kind));
        let mut files = files.collect::<Result<Vec<_>, _>>()?;
        files.sort();
        Ok(files)
    }

    pub(super) fn new(path: PathBuf, kind: RowKind) -> Result<Self, StoreError> {
        match path.file_name().and_then(|name| kind.row(name.to_str()?)) {
            Some(row) => Ok(Self { row, path }),
            None => Err(StoreError::RowName { path, example: kind.file_name(12) }),
        }
    }

    /// Refuses a file that holds another row than its name says.
    pub(super) fn check(&self, found: u64) -> Result<(), StoreError> {
        if found == self.row { Ok(()) } else { Err(StoreError::OtherRow { path: self.path.clone(), found }) }
    }
}

/// A directory without rows.
pub(super) fn no_rows(path: &Path, kind: RowKind) -> StoreError {
    StoreError::NoRows { path: path.to_owned(), example: kind.file_name(12) }
}

/// Whether what stands there is a directory; it must be there.
pub(super) fn is_directory(path: &Path) -> Result<bool, StoreError> {
    Ok(fs::metadata(path).map_err(cannot_read(path))?.is_dir())
}

/// What stands in a directory, in the order of names.
pub(super) fn entries(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(path).map_err(cannot_read(path))?;
    let mut entries: Vec<_> =
        entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map_err(cannot_read(path))?;
    entries.sort();
    Ok(entries)
}

fn cannot_read(path: &Path) -> impl Fn(io::Error) -> StoreError + '_ {
    |source| StoreError::File { path: path.to_owned(), action: "read the directory", source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_rows_round_trip_and_nothing_else_is_a_row() {
        for row in [0, 12, 999_999, 1_000_000, u64::MAX] {
            assert_eq!(RowKind::Input.row(&RowKind::Input.file_name(row)), Some(row));
        }
        assert_eq!(RowKind::Result.file_name(12), "row-000012.out");
        for name in ["row-12.ct", "row-000012.out", "row-+00012.ct", "row-.ct", "row-0000012.ct", "ct", "row-00001x.ct"]
        {
            assert_eq!(RowKind::Input.row(name), None, "{name}");
        }
    }

    #[test]
    fn a_directory_lists_its_rows_in_order_and_ignores_other_files() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["row-000010.ct", "row-000009.ct", "row-1000000.ct", "row-000001.out", "notes.txt"] {
            fs::write(directory.path().join(name), "").unwrap();
        }
        let rows =
            |kind| RowFile::list(directory.path(), kind).unwrap().iter().map(|file| file.row).collect::<Vec<_>>();
        assert_eq!(rows(RowKind::Input), [9, 10, 1_000_000]);
        assert_eq!(rows(RowKind::Result), [1]);
        let one = RowFile::list(&directory.path().join("row-000009.ct"), RowKind::Input).unwrap();
        assert_eq!(one[0].row, 9);
        fs::write(directory.path().join("mine.ct"), "").unwrap();
        let error = RowFile::list(directory.path(), RowKind::Input).unwrap_err().to_string();
        assert!(error.contains("mine.ct") && error.contains("row-000012.ct"), "{error}");
    }
}
