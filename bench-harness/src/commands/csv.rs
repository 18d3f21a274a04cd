//! `hear-bench csv`.

use std::{fs, io::Write};

use anyhow::Context as _;

use crate::{arguments::CsvArguments, csv, failure::Failure, record_lines::RecordFile};

pub(super) fn run(arguments: &CsvArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let RecordFile { lines, truncated } = RecordFile::read(&arguments.file)?;
    if let Some(line) = truncated {
        let file = arguments.file.display();
        eprintln!("hear-bench: WARNING: line {line} of {file} was cut off while it was written, and is left out");
    }
    // What is refused must not cost an older file.
    let mut text = Vec::new();
    let left_out = csv::write(&lines, &mut text)?;
    match &arguments.out {
        None => output.write_all(&text)?,
        Some(path) => fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?,
    }
    if left_out > 0 {
        eprintln!("hear-bench: WARNING: {left_out} records hold something else than times, and are left out");
    }
    Ok(())
}
