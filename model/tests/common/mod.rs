//! What several tests need.

use std::path::PathBuf;

/// The data set's folder, `HEAR_DATASET` or that beside the workspace; without it, says that `test` is skipped.
pub(crate) fn dataset(test: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/hear-dataset"));
    let path = std::env::var_os("HEAR_DATASET").map_or_else(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED (no dataset): {test}");
    None
}
