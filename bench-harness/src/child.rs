//! Measurements in processes of their own.
//!
//! The program starts itself, or another version of itself, with a hidden subcommand, writes the configuration to its standard input as JSON and reads
//! what came of it from its standard output. Standard error is shared: progress goes there.

use std::{
    io::{Read, Write},
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result};

use crate::{
    configuration::Configuration,
    examination::examine,
    record::{Entry, Identity, Reason, Unmeasured},
};

/// The hidden subcommand.
pub const SUBCOMMAND: &str = "measure";

/// Measures a configuration in a new process of an executable of hear-bench. Whatever happens to that process becomes an
/// entry.
///
/// # Errors
/// If no process can be started.
pub fn run(program: &Path, configuration: &Configuration) -> Result<Entry> {
    let mut child = Command::new(program)
        .arg(SUBCOMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {} to measure with it", program.display()))?;
    let request = serde_json::to_vec(configuration).context("cannot write a configuration")?;
    if let Some(mut stdin) = child.stdin.take() {
        // A process that is gone before it has read says why with its exit status.
        let _ = stdin.write_all(&request);
    }
    let output = child.wait_with_output().context("cannot wait for the process that measures")?;
    let entry = serde_json::from_slice(&output.stdout);
    Ok(entry.unwrap_or_else(|_| failed(configuration, ending(output.status))))
}

/// The other side: reads a configuration, examines it, and writes an entry.
///
/// # Errors
/// If no configuration can be read or no entry written.
pub fn serve(input: &mut dyn Read, output: &mut dyn Write) -> Result<()> {
    let configuration = serde_json::from_reader(input).context("cannot read a configuration")?;
    let entry = examine(&configuration).unwrap_or_else(|error| failed(&configuration, format!("{error:#}")));
    serde_json::to_writer(&mut *output, &entry).context("cannot write the result")?;
    output.flush().context("cannot write the result")
}

fn failed(configuration: &Configuration, reason: String) -> Entry {
    Entry::Unmeasured(Unmeasured { identity: Identity::from(configuration), reason: Reason::Failed(reason) })
}

/// How a process without a result ended.
fn ending(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            let cause = if signal == 9 { ", perhaps because memory ran out" } else { "" };
            return format!("the process that measured was killed by signal {signal}{cause}");
        }
    }
    format!("the process that measured gave no result ({status})")
}
