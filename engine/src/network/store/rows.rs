//! The names of files of encrypted rows.

use std::{
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
};

use super::StoreError;

/// A row to show what names are like.
const EXAMPLE: Range<u64> = 12..13;

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

    /// The name of the file of one row, or of several rows together.
    #[must_use]
    pub fn file_name(self, rows: &Range<u64>) -> String {
        let (start, end, extension) = (rows.start, rows.end, self.extension());
        if end == start + 1 {
            format!("row-{start:06}.{extension}")
        } else {
            format!("rows-{start:06}-{end:06}.{extension}")
        }
    }

    /// The rows of a file of that name, if it is the name of some.
    fn rows(self, name: &str) -> Option<Range<u64>> {
        let name_of = name.strip_suffix(self.extension())?.strip_suffix('.')?;
        let rows = match name_of.strip_prefix("rows-") {
            Some(range) => {
                let (start, end) = range.split_once('-')?;
                start.parse().ok()?..end.parse().ok()?
            }
            None => {
                let row: u64 = name_of.strip_prefix("row-")?.parse().ok()?;
                row..row.checked_add(1)?
            }
        };
        // The name made of the numbers again: so that no two names mean the same rows.
        Some(rows).filter(|rows| !rows.is_empty() && self.file_name(rows) == name)
    }
}

/// A file of an encrypted row, or of several rows together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFile {
    /// The rows, as the name says.
    pub rows: Range<u64>,
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
        files.sort_by_key(|file| (file.rows.start, file.rows.end));
        Ok(files)
    }

    pub(super) fn new(path: PathBuf, kind: RowKind) -> Result<Self, StoreError> {
        match path.file_name().and_then(|name| kind.rows(name.to_str()?)) {
            Some(rows) => Ok(Self { rows, path }),
            None => Err(StoreError::RowName { path, example: kind.file_name(&EXAMPLE) }),
        }
    }

    /// Refuses a file that holds other rows than its name says.
    pub(super) fn check(&self, found: &Range<u64>) -> Result<(), StoreError> {
        if *found == self.rows {
            Ok(())
        } else {
            Err(StoreError::OtherRow { path: self.path.clone(), found: found.clone() })
        }
    }
}

/// A directory without rows.
pub(super) fn no_rows(path: &Path, kind: RowKind) -> StoreError {
    StoreError::NoRows { path: path.to_owned(), example: kind.file_name(&EXAMPLE) }
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
        for rows in [0..1, 12..13, 999_999..1_000_000, 1_000_000..1_000_001, u64::MAX - 1..u64::MAX, 0..608, 7..9] {
            assert_eq!(RowKind::Input.rows(&RowKind::Input.file_name(&rows)), Some(rows));
        }
        assert_eq!(RowKind::Result.file_name(&(12..13)), "row-000012.out");
        assert_eq!(RowKind::Result.file_name(&(0..608)), "rows-000000-000608.out");
        for name in [
            "row-12.ct",
            "row-000012.out",
            "row-+00012.ct",
            "row-.ct",
            "row-0000012.ct",
            "ct",
            "row-00001x.ct",
            "rows-000012-000013.ct",
            "rows-000012-000012.ct",
            "rows-000012-000011.ct",
            "rows-000012.ct",
            "row-18446744073709551615.ct",
        ] {
            assert_eq!(RowKind::Input.rows(name), None, "{name}");
        }
    }

    #[test]
    fn a_directory_lists_its_rows_in_order_and_ignores_other_files() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["row-000010.ct", "rows-000005-000009.ct", "row-1000000.ct", "row-000001.out", "notes.txt"] {
            fs::write(directory.path().join(name), "").unwrap();
        }
        let rows = |kind| {
            RowFile::list(directory.path(), kind).unwrap().iter().map(|file| file.rows.start).collect::<Vec<_>>()
        };
        assert_eq!(rows(RowKind::Input), [5, 10, 1_000_000]);
        assert_eq!(rows(RowKind::Result), [1]);
        let one = RowFile::list(&directory.path().join("rows-000005-000009.ct"), RowKind::Input).unwrap();
        assert_eq!(one[0].rows, 5..9);
        fs::write(directory.path().join("mine.ct"), "").unwrap();
        let error = RowFile::list(directory.path(), RowKind::Input).unwrap_err().to_string();
        assert!(error.contains("mine.ct") && error.contains("row-000012.ct"), "{error}");
    }
}
