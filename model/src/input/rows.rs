//! Which rows of a file.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::text::excerpt;

/// Rows `start..end`, zero-based and half-open, at least one; written `A..B`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowRange {
    start: usize,
    end: usize,
}

/// What is no range of rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowRangeError {
    /// The end does not lie behind the start.
    #[error("rows {start}..{end} are none: the end must exceed the start")]
    Empty {
        /// The first row.
        start: usize,
        /// The row behind the last.
        end: usize,
    },
    /// The text is not `A..B`.
    #[error("{text:?} is no range of rows; needed is A..B, zero-based and without B, for example 0..40")]
    Syntax {
        /// The text, cut short if it is long.
        text: String,
    },
}

impl RowRange {
    /// Rows `start` to `end`, without the latter.
    ///
    /// # Errors
    /// If `end` does not exceed `start`.
    pub const fn new(start: usize, end: usize) -> Result<Self, RowRangeError> {
        if start < end { Ok(Self { start, end }) } else { Err(RowRangeError::Empty { start, end }) }
    }

    /// The first row.
    #[must_use]
    pub const fn start(self) -> usize {
        self.start
    }

    /// The row behind the last.
    #[must_use]
    pub const fn end(self) -> usize {
        self.end
    }

    /// The number of rows, at least 1.
    #[must_use]
    pub const fn count(self) -> usize {
        self.end - self.start
    }

    /// The rows, to go through.
    #[must_use]
    pub const fn iter(self) -> Range<usize> {
        self.start..self.end
    }
}

impl TryFrom<Range<usize>> for RowRange {
    type Error = RowRangeError;
    fn try_from(range: Range<usize>) -> Result<Self, RowRangeError> {
        Self::new(range.start, range.end)
    }
}

impl FromStr for RowRange {
    type Err = RowRangeError;
    fn from_str(text: &str) -> Result<Self, RowRangeError> {
        let bounds = text.split_once("..").and_then(|(start, end)| Some((start.parse().ok()?, end.parse().ok()?)));
        let (start, end) = bounds.ok_or_else(|| RowRangeError::Syntax { text: excerpt(text) })?;
        Self::new(start, end)
    }
}

impl fmt::Display for RowRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_parse_and_print() {
        let rows: RowRange = "12..40".parse().unwrap();
        assert_eq!((rows.start(), rows.end(), rows.count(), rows.to_string()), (12, 40, 28, "12..40".into()));
        assert_eq!(RowRange::try_from(12..40), Ok(rows));
        assert_eq!(rows.iter().collect::<Vec<_>>(), (12..40).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "3", "3..", "..3", "a..b", "0..=4", "-1..4", "1...4", "0..99999999999999999999"] {
            assert_eq!(text.parse::<RowRange>(), Err(RowRangeError::Syntax { text: text.into() }));
        }
        for (start, end) in [(4, 4), (5, 4)] {
            assert_eq!(format!("{start}..{end}").parse::<RowRange>(), Err(RowRangeError::Empty { start, end }));
        }
        let error = "4..4".parse::<RowRange>().unwrap_err().to_string();
        assert_eq!(error, "rows 4..4 are none: the end must exceed the start");
    }
}
