//! Where clips come from.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Clip, InputError, RowRange, read_all_rows, read_rows};
use crate::metrics::Class;
use crate::synthetic;

/// What the shipped test set is called where a file may be given.
const SHIPPED: &str = "synthetic";

/// Where clips come from: the shipped test set, called `synthetic`, or a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClipSource {
    /// The shipped test set, [`synthetic::test_set`].
    Synthetic,
    /// A CSV file, as [`read_rows`] reads it.
    File(PathBuf),
}

impl ClipSource {
    /// The clips in `rows`.
    ///
    /// # Errors
    /// Those of [`read_rows`]; of the shipped test set, if it has too few rows.
    pub fn read(&self, rows: RowRange) -> Result<Vec<Clip>, InputError> {
        match self {
            Self::Synthetic => Ok(shipped(rows)?.0),
            Self::File(path) => read_rows(path, rows),
        }
    }

    /// All clips.
    ///
    /// # Errors
    /// Those of [`read_all_rows`].
    pub fn read_all(&self) -> Result<Vec<Clip>, InputError> {
        match self {
            Self::Synthetic => Ok(synthetic::test_set().0),
            Self::File(path) => read_all_rows(path),
        }
    }

    /// The labels of the clips in `rows`, as far as the source has labels.
    ///
    /// # Errors
    /// If the shipped test set has too few rows.
    pub fn labels(&self, rows: RowRange) -> Result<Option<Vec<Class>>, InputError> {
        match self {
            Self::Synthetic => Ok(Some(shipped(rows)?.1)),
            Self::File(_) => Ok(None),
        }
    }
}

/// Clips and labels of the shipped test set.
fn shipped(rows: RowRange) -> Result<(Vec<Clip>, Vec<Class>), InputError> {
    let (mut clips, mut labels) = synthetic::test_set();
    if clips.len() < rows.end() {
        return Err(InputError::RowsOutOfRange { path: SHIPPED.into(), rows, count: clips.len() });
    }
    clips.truncate(rows.end());
    labels.truncate(rows.end());
    Ok((clips.split_off(rows.start()), labels.split_off(rows.start())))
}

impl FromStr for ClipSource {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == SHIPPED { Self::Synthetic } else { Self::File(text.into()) })
    }
}

impl fmt::Display for ClipSource {
    /// What the file is called, without its directory.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Synthetic => f.write_str(SHIPPED),
            Self::File(path) => Path::new(path.file_name().unwrap_or(path.as_os_str())).display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_test_set_is_read_by_rows_with_its_labels() {
        let source: ClipSource = "synthetic".parse().unwrap();
        let rows = RowRange::new(3, 6).unwrap();
        let (clips, labels) = synthetic::test_set();
        assert_eq!(source.read(rows).unwrap(), clips[3..6]);
        assert_eq!(source.labels(rows).unwrap().unwrap(), labels[3..6]);
        assert_eq!(source.read_all().unwrap(), clips);
        let error = source.read(RowRange::new(600, 700).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "synthetic: rows 600..700 were asked for, but there are 608");
    }

    #[test]
    fn anything_else_is_a_file_shown_without_its_directory() {
        let source: ClipSource = "/a/b/c.csv".parse().unwrap();
        assert_eq!(source, ClipSource::File("/a/b/c.csv".into()));
        assert_eq!(source.to_string(), "c.csv");
        assert!(source.read(RowRange::new(0, 1).unwrap()).is_err() && source.read_all().is_err());
        assert_eq!(source.labels(RowRange::new(0, 1).unwrap()).unwrap(), None);
    }
}
