//! `hear-bench csv`.

use std::{fs::File, io::Write};

use anyhow::Context as _;

use crate::{arguments::CsvArguments, csv, failure::Failure, record_lines::RecordFile};

pub(super) fn run(arguments: &CsvArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let RecordFile { lines, truncated } = RecordFile::read(&arguments.file)?;
    if let Some(line) = truncated {
        let file = arguments.file.display();
        eprintln!("hear-bench: WARNING: line {line} of {file} was cut off while it was written, and is left out");
    }
    match &arguments.out {
        None => csv::write(&lines, output)?,
        Some(path) => {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            csv::write(&lines, file)?;
        }
    }
    Ok(())
}
