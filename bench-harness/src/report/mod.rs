//! Reports of experiments: a [`Document`] as plain data, and its two renderings, one HTML file without anything external
//! and a Markdown summary.
//!
//! - [`document`]: what a report says; [`mod@format`]: numbers as people read them
//! - [`html()`]: the page, with charts for wide and narrow, light and dark surroundings and for print
//! - [`markdown()`]: the same with tables instead of charts

pub mod document;
pub mod format;
mod html;
mod markdown;
mod svg;
mod table;

use std::{
    io,
    path::{Path, PathBuf},
};

pub use document::Document;
pub use html::html;
pub use markdown::markdown;
pub use svg::DrawError;

/// The name of the page in its directory.
pub const HTML_FILE: &str = "report.html";
/// The name of the summary in its directory.
pub const MARKDOWN_FILE: &str = "report.md";

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The drawing library fails.
    #[error("the chart \"{chart}\": {source}")]
    Draw {
        /// The title of the chart.
        chart: String,
        /// The reason.
        source: DrawError,
    },
    /// The operating system refuses.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

/// Writes [`HTML_FILE`] and [`MARKDOWN_FILE`] into a directory that exists; whoever reads one of them sees the old report
/// or the new, never a part.
///
/// # Errors
/// If a chart cannot be drawn, or the operating system refuses.
pub fn write(document: &Document, directory: &Path) -> Result<(), ReportError> {
    // Both exist before either is replaced.
    let files = [(HTML_FILE, html(document)?), (MARKDOWN_FILE, markdown(document))];
    for (name, text) in files {
        let path = directory.join(name);
        hear_model::text::replace_file(&path, text.as_bytes()).map_err(|source| ReportError::Write { path, source })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn both_files_replace_the_old_ones_and_errors_name_the_file() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(HTML_FILE), "old and much longer than nothing".repeat(10_000)).unwrap();
        let document = Document { title: "A & B".into(), ..Document::default() };
        write(&document, directory.path()).unwrap();
        let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
        assert!(read(HTML_FILE).starts_with("<!DOCTYPE html><html lang=\"en\">"));
        assert!(read(HTML_FILE).ends_with("</html>") && read(HTML_FILE).contains("<title>A &amp; B</title>"));
        assert_eq!(read(MARKDOWN_FILE), "# A & B\n");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "nothing temporary is left");
        let error = write(&document, &directory.path().join("none")).unwrap_err().to_string();
        assert!(error.starts_with("cannot write ") && error.contains(HTML_FILE), "{error}");
    }
}
