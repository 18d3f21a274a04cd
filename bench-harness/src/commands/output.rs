//! Where records go.

use std::{
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use serde::Serialize;

/// Where records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination<'a> {
    StandardOutput,
    File(&'a Path),
}

impl<'a> Destination<'a> {
    pub(super) fn new(path: &'a Path) -> Self {
        if path == Path::new("-") { Self::StandardOutput } else { Self::File(path) }
    }
}

/// Replaces the file by all entries so far; it is never there in part.
pub(super) fn write_entries(path: &Path, entries: &[impl Serialize]) -> Result<()> {
    write_value(path, entries, Layout::Pretty)
}

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// For people too.
    Pretty,
    /// On one line: for what only programs read.
    Compact,
}

/// Replaces the file by a value; it is never there in part.
pub(super) fn write_value<T: Serialize + ?Sized>(path: &Path, value: &T, layout: Layout) -> Result<()> {
    let write = || -> Result<()> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        match layout {
            Layout::Pretty => serde_json::to_writer_pretty(&mut file, value)?,
            Layout::Compact => {
                // The writer makes many small pieces.
                let mut buffered = BufWriter::new(&mut file);
                serde_json::to_writer(&mut buffered, value)?;
                buffered.flush()?;
            }
        }
        writeln!(file)?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
