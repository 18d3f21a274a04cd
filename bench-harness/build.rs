//! Notes down what this program is built from and how, so that records can say it: the commit, the compiler, its flags.

use std::{env, process::Command};

fn main() {
    // Everything that the program is built from: when it changes, so may the commit's mark for changed files.
    for path in
        ["../kernels", "../scheduler", "../engine", "../model", "src", "Cargo.toml", "build.rs", "../Cargo.lock"]
    {
        println!("cargo::rerun-if-changed={path}");
    }
    // Grows with every commit and every change of branch.
    if let Some(log) = git(&["rev-parse", "--path-format=absolute", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    let commit = git(&["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]);
    println!("cargo::rustc-env=HEAR_BENCH_COMMIT={}", commit.unwrap_or_default());
    println!("cargo::rustc-env=HEAR_BENCH_COMPILER={}", compiler().unwrap_or_default());
    for (variable, name) in [
        ("TARGET", "TARGET"),
        ("PROFILE", "PROFILE"),
        ("OPT_LEVEL", "OPT_LEVEL"),
        ("CARGO_CFG_TARGET_FEATURE", "FEATURES"),
    ] {
        println!("cargo::rustc-env=HEAR_BENCH_{name}={}", env::var(variable).unwrap_or_default());
    }
    println!("cargo::rustc-env=HEAR_BENCH_FLAGS={}", flags(&env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default()));
}

/// What git prints on one line; `None` without git or outside of a repository.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}

/// `rustc 1.95.0 (...)`.
fn compiler() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The flags, without those that name a path: records carry none.
fn flags(encoded: &str) -> String {
    let flags: Vec<_> = encoded.split('\u{1f}').filter(|flag| !flag.contains(['/', '\\'])).collect();
    flags.join(" ")
}
