//! Lines of numbers: what every CSV file here is made of; and how files are written.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// The longest line that is read, in bytes; a clip of 1440 columns takes about 16 thousand.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// A text file that cannot be read as lines of numbers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The operating system refuses.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// There is no line that holds anything.
    #[error("{}: the file is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A line is longer than [`MAX_LINE_BYTES`].
    #[error("{}, line {line}: longer than {MAX_LINE_BYTES} bytes, this is no CSV file of numbers", path.display())]
    LineTooLong {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A line is not UTF-8.
    #[error("{}, line {line}: not text (UTF-8)", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A field is not a number.
    #[error("{}, line {line}, column {column}: {text:?} is not a number", path.display())]
    NotANumber {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// The field, cut short if it is long.
        text: String,
    },
}

/// Writes a file beside `file`, then renames it: whoever reads `file` sees the old content or the new, and an error
/// leaves nothing behind.
///
/// # Errors
/// If the operating system refuses.
pub fn replace_file(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    // Nothing here is secret: the permissions of any new file, as the umask leaves them.
    #[cfg(unix)]
    let builder = builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(directory)?;
    temporary.write_all(bytes)?;
    temporary.persist(file)?;
    Ok(())
}

/// The lines of a file that are not blank, one at a time.
pub(crate) struct Lines<R> {
    path: PathBuf,
    reader: R,
    buffer: Vec<u8>,
    line: usize,
}

impl Lines<BufReader<File>> {
    pub(crate) fn open(path: &Path) -> Result<Self, TextError> {
        let file = File::open(path).map_err(|source| TextError::Read { path: path.to_path_buf(), source })?;
        Ok(Self::new(path, BufReader::new(file)))
    }
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(path: &Path, reader: R) -> Self {
        Self { path: path.to_path_buf(), reader, buffer: Vec::new(), line: 0 }
    }

    /// The next line that is not blank, without its end, and its number counted from 1; `None` after the last.
    pub(crate) fn next_line(&mut self) -> Result<Option<(usize, &str)>, TextError> {
        loop {
            self.buffer.clear();
            // One byte more than allowed, so that a line of exactly the limit and its end still fit.
            let mut limited = self.reader.by_ref().take(MAX_LINE_BYTES as u64 + 1);
            let read = limited.read_until(b'\n', &mut self.buffer);
            if read.map_err(|source| TextError::Read { path: self.path.clone(), source })? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if self.buffer.len() > MAX_LINE_BYTES && self.buffer.last() != Some(&b'\n') {
                return Err(TextError::LineTooLong { path: self.path.clone(), line: self.line });
            }
            if !self.buffer.trim_ascii().is_empty() {
                break;
            }
        }
        match std::str::from_utf8(&self.buffer) {
            Ok(text) => Ok(Some((self.line, text.trim_end_matches(['\n', '\r'])))),
            Err(_) => Err(TextError::NotUtf8 { path: self.path.clone(), line: self.line }),
        }
    }
}

/// The number in one field, which may be infinite or not a number in the sense of IEEE 754; `line` and `column` are
/// counted from 1.
pub(crate) fn parse_number(path: &Path, line: usize, column: usize, field: &str) -> Result<f64, TextError> {
    field.trim().parse().map_err(|_| TextError::NotANumber {
        path: path.to_path_buf(),
        line,
        column,
        text: excerpt(field.trim()),
    })
}

/// The first 40 characters, enough to recognise a field in an error.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Result<Vec<(usize, String)>, TextError> {
        let mut lines = Lines::new(Path::new("t.csv"), text);
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next_line()? {
            found.push((number, line.to_owned()));
        }
        Ok(found)
    }

    #[test]
    fn blank_lines_are_skipped_and_counted_and_line_ends_removed() {
        let found = all(b"\n1,2\r\n \t\n3\n\n4").unwrap();
        assert_eq!(found, [(2, "1,2".into()), (4, "3".into()), (6, "4".into())]);
        assert!(all(b"").unwrap().is_empty());
    }

    #[test]
    fn only_lines_within_the_limit_are_read() {
        let mut text = vec![b'1'; MAX_LINE_BYTES];
        text.extend_from_slice(b"\n2\n");
        assert_eq!(all(&text).unwrap().len(), 2);
        text.insert(0, b'1');
        assert!(matches!(all(&text), Err(TextError::LineTooLong { line: 1, .. })));
    }

    #[test]
    fn bytes_that_are_no_text_name_their_line() {
        assert!(matches!(all(b"1\n\xff\n"), Err(TextError::NotUtf8 { line: 2, .. })));
    }

    #[test]
    fn numbers_parse_with_spaces_around_and_errors_quote_the_field() {
        let path = Path::new("t.csv");
        assert_eq!(parse_number(path, 1, 1, " -1.5e2 ").unwrap(), -150.0);
        let error = parse_number(path, 7, 9, &"x".repeat(100)).unwrap_err().to_string();
        assert_eq!(error, format!("t.csv, line 7, column 9: {:?} is not a number", "x".repeat(40)));
    }
}
