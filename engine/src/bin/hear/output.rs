//! What the program prints: results on standard output, everything else on standard error.

use std::io::{self, ErrorKind, Write};

use serde_json::Value;

use crate::failure::Failure;

/// Prints results. A reader that has gone away (`hear plan | head`) is no failure.
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
    // If nobody reads standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "hear: {}", one_line(sentence));
}

/// The same text with blanks in place of what would break the line or steer the terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A hash in hexadecimal.
pub(crate) fn hexadecimal(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes in powers of ten.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [(&str, f64); 3] = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let size = count as f64;
    match UNITS.into_iter().find(|&(_, unit)| size >= unit) {
        Some((name, unit)) => format!("{:.*} {name}", usize::from(size < 100.0 * unit), size / unit),
        None => format!("{count} bytes"),
    }
}

/// Seconds with three significant digits or so.
pub(crate) fn seconds(time_s: f64) -> String {
    match time_s {
        t if t >= 100.0 => format!("{t:.0} s"),
        t if t >= 1.0 => format!("{t:.2} s"),
        t => format!("{:.1} ms", t * 1e3),
    }
}

/// A number with its thousands set apart.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

/// `1 row`, `2 rows`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    match &*items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The most memory that the process has had, in bytes, where the system says.
pub(crate) fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [7, 1_500, 12_000_000, 123_456_789, 2_060_000_000].map(bytes),
            ["7 bytes", "1.5 kB", "12.0 MB", "123 MB", "2.1 GB"]
        );
        assert_eq!([0.0123, 1.234, 250.0].map(seconds), ["12.3 ms", "1.23 s", "250 s"]);
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1 000", "1 234 567"]);
        assert_eq!([counted(1, "row"), counted(3, "row")], ["1 row", "3 rows"]);
        assert_eq!([&["a"][..], &["a", "b"], &["a", "b", "c"]].map(listed), ["a", "a and b", "a, b and c"]);
        assert_eq!(hexadecimal(&[0x0f; 32])[..4], *"0f0f");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_peak_of_memory_is_known() {
        assert!(peak_rss_bytes().unwrap() > 100_000);
    }
}
