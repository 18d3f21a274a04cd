//! What the program prints: results on standard output, everything else on standard error.

use std::{
    io::{self, ErrorKind, Write},
    path::Path,
};

use serde_json::Value;

use crate::failure::Failure;

/// Prints results. A reader that has gone away (`hear-train eval | head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Outside(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints results for programs.
pub(crate) fn print_json(value: &Value) -> Result<(), Failure> {
    print(&format!("{value:#}\n"))
}

/// One line on standard error: names of files may hold anything, so what would break the line is replaced.
pub(crate) fn say(sentence: &str) {
    let line: String = sentence.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // If nobody reads standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "hear-train: {line}");
}

/// `1 row`, `2 rows`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A failure to write `path`.
pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::Outside(format!("cannot write {}: {error}", path.display()))
}
