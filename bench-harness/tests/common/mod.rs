//! What tests of the command line share.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    path::Path,
    process::{Command, Output},
};

/// `hear-bench` in a directory.
pub(crate) fn command(directory: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hear-bench"));
    command.args(arguments.split_whitespace()).current_dir(directory).env_remove("HEAR_ISA");
    command
}

/// Runs `hear-bench` in a directory.
pub(crate) fn bench(directory: &Path, arguments: &str) -> Output {
    command(directory, arguments).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Asserts the exit code and one sentence on standard error that holds `parts`.
#[track_caller]
pub(crate) fn refused(output: &Output, code: i32, parts: &[&str]) {
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.starts_with("hear-bench: ") && stderr.trim_end().lines().count() == 1, "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "{part:?} is not in {stderr}");
    }
}
