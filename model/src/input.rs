//! What goes into a network and what is known about it: clips, labels and logits in CSV files, and seeded clips.
//!
//! A file holds one clip a line; blank lines are skipped and count as no row.

mod rows;
mod seeded;
mod source;

use std::io;
use std::path::{Path, PathBuf};

pub use rows::{RowRange, RowRangeError};
pub use seeded::seeded_clips;
pub use source::ClipSource;

use crate::metrics::{CLASSES, Class};
use crate::network::{CLASS_COUNT, INPUT_VALUES};
use crate::text::{Lines, TextError, excerpt, parse_number, replace_file};

/// Columns of the published inputs: a third channel follows x and y and is ignored.
pub const PUBLISHED_COLUMNS: usize = 1440;

/// One clip, `[coordinate][frame][joint]`, row-major: 2 x 32 x 15 values, which a 1D network reads as 2 x 480.
pub type Clip = [f64; INPUT_VALUES];

/// A file that does not hold the rows asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The file holds no lines of numbers.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A row has a column too many or too few.
    #[error("{}, line {line}: {found} columns; needed is {needed}", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// Columns of the row.
        found: usize,
        /// What would do.
        needed: String,
    },
    /// A number is infinite or NaN.
    #[error("{}, line {line}, column {column}: {value} is not finite", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// The number.
        value: f64,
    },
    /// The file ends before the last row asked for.
    #[error("{}: rows {rows} were asked for, but there are {count}", path.display())]
    RowsOutOfRange {
        /// The file.
        path: PathBuf,
        /// The rows asked for.
        rows: RowRange,
        /// The rows that exist.
        count: usize,
    },
    /// A label is no class.
    #[error("{}, line {line}: {text:?} is no label; needed is an integer from 0 to 9", path.display())]
    Label {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The label, cut short if it is long.
        text: String,
    },
}

/// The clips in `rows` of a CSV file with 1440 columns (the published layout: channel-major 3 x 32 x 15, of which the
/// third channel is ignored, though its fields must be finite numbers) or 960 columns (without it).
///
/// Rows outside the range are neither parsed nor checked.
///
/// # Errors
/// If the file cannot be read, is empty or has too few rows; if a row of the range has another number of columns than
/// 960, 1440 or its predecessors, or holds anything but finite numbers.
pub fn read_rows(path: impl AsRef<Path>, rows: RowRange) -> Result<Vec<Clip>, InputError> {
    clips(path.as_ref(), Some(rows))
}

/// The clips in all rows of a CSV file, as [`read_rows`] reads them.
///
/// # Errors
/// Those of [`read_rows`].
pub fn read_all_rows(path: impl AsRef<Path>) -> Result<Vec<Clip>, InputError> {
    clips(path.as_ref(), None)
}

fn clips(path: &Path, rows: Option<RowRange>) -> Result<Vec<Clip>, InputError> {
    let mut clips = Vec::new();
    let mut columns = None;
    for_each_row(path, rows, |line, text| {
        let values = parse_row(path, line, text)?;
        let found = values.len();
        if found != columns.unwrap_or(found) || ![INPUT_VALUES, PUBLISHED_COLUMNS].contains(&found) {
            let needed = columns.map_or_else(
                || format!("{INPUT_VALUES} or {PUBLISHED_COLUMNS}"),
                |columns| format!("{columns}, as in the rows before"),
            );
            return Err(InputError::Columns { path: path.to_path_buf(), line, found, needed });
        }
        columns = Some(found);
        clips.push(std::array::from_fn(|index| values[index]));
        Ok(())
    })?;
    Ok(clips)
}

/// The classes in a CSV file of one label (0 to 9) a line.
///
/// # Errors
/// If the file cannot be read or is empty, or a line is no label.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Vec<Class>, InputError> {
    let path = path.as_ref();
    let mut labels = Vec::new();
    for_each_row(path, None, |line, text| {
        let class = text.trim().parse().ok().and_then(|index: usize| CLASSES.get(index));
        let label = || InputError::Label { path: path.to_path_buf(), line, text: excerpt(text.trim()) };
        labels.push(*class.ok_or_else(label)?);
        Ok(())
    })?;
    Ok(labels)
}

/// The logits in a CSV file of ten columns.
///
/// # Errors
/// If the file cannot be read or is empty, or a row holds anything but ten finite numbers.
pub fn read_logits(path: impl AsRef<Path>) -> Result<Vec<[f64; CLASS_COUNT]>, InputError> {
    let mut logits = Vec::new();
    for_each_array(path.as_ref(), |_, row| logits.push(*row))?;
    Ok(logits)
}

/// Writes clips as [`read_rows`] reads them: one a line, 960 columns, each number with the digits that identify it. The
/// file is there whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn write_clips(path: impl AsRef<Path>, clips: &[Clip]) -> io::Result<()> {
    let mut text = String::new();
    for clip in clips {
        let fields: Vec<String> = clip.iter().map(f64::to_string).collect();
        text += &fields.join(",");
        text.push('\n');
    }
    replace_file(path.as_ref(), text.as_bytes())
}

/// Writes labels as [`read_labels`] reads them: one a line, 0 to 9. The file is there whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn write_labels(path: impl AsRef<Path>, labels: &[Class]) -> io::Result<()> {
    let text: String = labels.iter().map(|label| format!("{}\n", label.index())).collect();
    replace_file(path.as_ref(), text.as_bytes())
}

/// Calls `visit` with line number and numbers of each row, all of which have `COLUMNS`.
pub(crate) fn for_each_array<const COLUMNS: usize>(
    path: &Path,
    mut visit: impl FnMut(usize, &[f64; COLUMNS]),
) -> Result<(), InputError> {
    for_each_row(path, None, |line, text| {
        let row = parse_row(path, line, text)?;
        let numbers = row.as_array().ok_or_else(|| InputError::Columns {
            path: path.to_path_buf(),
            line,
            found: row.len(),
            needed: COLUMNS.to_string(),
        })?;
        visit(line, numbers);
        Ok(())
    })
}

/// Calls `visit` with line number and text of each row in `rows`, or of every row.
fn for_each_row(
    path: &Path,
    rows: Option<RowRange>,
    mut visit: impl FnMut(usize, &str) -> Result<(), InputError>,
) -> Result<(), InputError> {
    let mut lines = Lines::open(path)?;
    let mut count = 0;
    while rows.is_none_or(|rows| count < rows.end()) {
        let Some((line, text)) = lines.next_line()? else { break };
        if rows.is_none_or(|rows| count >= rows.start()) {
            visit(line, text)?;
        }
        count += 1;
    }
    match rows {
        _ if count == 0 => Err(TextError::Empty { path: path.to_path_buf() }.into()),
        Some(rows) if count < rows.end() => Err(InputError::RowsOutOfRange { path: path.to_path_buf(), rows, count }),
        _ => Ok(()),
    }
}

/// The finite numbers of a row.
fn parse_row(path: &Path, line: usize, text: &str) -> Result<Vec<f64>, InputError> {
    let parse = |(index, field)| {
        let value = parse_number(path, line, index + 1, field)?;
        if value.is_finite() {
            return Ok(value);
        }
        Err(InputError::NotFinite { path: path.to_path_buf(), line, column: index + 1, value })
    };
    text.split(',').enumerate().map(parse).collect()
}
