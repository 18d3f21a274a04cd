//! Where results stand: those of one network in a directory, those of several each in a directory of its own below it.
//!
//! ```text
//! results/row-000000.out                                one network
//! results/2d-64/row-000000.out                          several: the directories have the networks' names
//! results/2d-128/row-000000.out
//! ```

use std::path::{Path, PathBuf};

use super::{
    RowFile, RowKind, StoreError,
    rows::{entries, is_directory, no_rows},
};

/// A file of encrypted logits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultFile {
    /// The name of the network that they are of, where there are directories of several.
    pub network: Option<String>,
    /// The file.
    pub file: RowFile,
}

impl ResultFile {
    /// The results in a directory, or in the directories directly below it, by row and then by network; or the one file
    /// that `path` is. Everything else is none of our business.
    ///
    /// # Errors
    /// If a directory cannot be read, there are no results, or some whose name is not that of a row, or they stand both in
    /// the directory and below it.
    pub fn list(path: &Path) -> Result<Vec<Self>, StoreError> {
        let alone = |file| Self { network: None, file };
        if !is_directory(path)? {
            return Ok(vec![alone(RowFile::new(path.to_owned(), RowKind::Result)?)]);
        }
        let entries = entries(path)?;
        let here = RowFile::among(&entries, RowKind::Result)?;
        let below = networks(&entries)?;
        if here.is_empty() && below.is_empty() {
            return Err(no_rows(path, RowKind::Result));
        }
        if !here.is_empty() && !below.is_empty() {
            let below = below.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
            return Err(StoreError::MixedResults { path: path.to_owned(), below });
        }
        let of_one = |(name, files): (String, Vec<RowFile>)| {
            files.into_iter().map(move |file| Self { network: Some(name.clone()), file })
        };
        let mut files: Vec<_> = here.into_iter().map(alone).chain(below.into_iter().flat_map(of_one)).collect();
        // Stable: the networks keep the order of their names.
        files.sort_by_key(|result| result.file.rows.start);
        Ok(files)
    }
}

/// The directories among these entries that hold results, by name.
fn networks(entries: &[PathBuf]) -> Result<Vec<(String, Vec<RowFile>)>, StoreError> {
    let mut networks = Vec::new();
    for path in entries.iter().filter(|path| path.is_dir()) {
        let files = RowFile::among(&self::entries(path)?, RowKind::Result)?;
        if let (Some(name), false) = (path.file_name(), files.is_empty()) {
            networks.push((name.to_string_lossy().into_owned(), files));
        }
    }
    Ok(networks)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn results_of_one_network_and_of_several_are_found() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            path
        };
        let list = |path: &Path| {
            let files = ResultFile::list(path);
            files.map(|files| {
                files.into_iter().map(|result| (result.file.rows.start, result.network)).collect::<Vec<_>>()
            })
        };
        let refused = |path: &Path| list(path).unwrap_err().to_string();
        assert!(refused(root.path()).contains("no files in it are named like row-000012.out"));
        for name in ["b/row-000000.out", "b/row-000007.out", "a/row-000007.out", "notes/a.txt", "c/row-000001.ct"] {
            write(name);
        }
        let network = |name: &str| Some(name.to_owned());
        assert_eq!(list(root.path()).unwrap(), [(0, network("b")), (7, network("a")), (7, network("b"))]);
        assert_eq!(list(&root.path().join("b")).unwrap(), [(0, None), (7, None)]);
        assert_eq!(list(&root.path().join("b/row-000007.out")).unwrap(), [(7, None)]);
        assert!(refused(&root.path().join("none")).contains("cannot read"));
        assert!(refused(&root.path().join("notes")).contains("row-000012.out"));
        let mine = write("a/mine.out");
        assert!(refused(root.path()).contains("mine.out"));
        fs::remove_file(mine).unwrap();
        write("row-000001.out");
        assert!(refused(root.path()).contains("in it and in directories below it (a, b)"));
    }
}
