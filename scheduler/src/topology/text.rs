//! Files of `/proc` and `/sys`, and what stands in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A file's text without the white space around it.
pub(super) fn text(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

/// The value of the first line `name: value`.
pub(super) fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    })
}

/// The word in brackets, by which sysfs marks the one that holds: `always [madvise] never`.
pub(super) fn selected(text: &str) -> Option<&str> {
    text.split_whitespace().find_map(|word| word.strip_prefix('[')?.strip_suffix(']'))
}

/// A size as sysfs writes it: `32K`, `16M`, or bytes.
pub(super) fn size(text: &str) -> Option<u64> {
    let (number, unit) = match text.strip_suffix('K') {
        Some(number) => (number, 1 << 10),
        None => text.strip_suffix('M').map_or((text, 1), |number| (number, 1 << 20)),
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// A list as the kernel writes it: `0-3,8,10-11`.
pub(super) fn cpu_list(text: &str) -> Option<Vec<usize>> {
    /// Far above what Linux supports (8192); guards against nonsense that would fill the memory.
    const MOST: usize = 1 << 16;
    let mut cpus = BTreeSet::new();
    for part in text.trim().split(',').filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || last >= MOST {
            return None;
        }
        cpus.extend(first..=last);
    }
    Some(cpus.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_cpus() {
        assert_eq!(cpu_list("0-3,8,10-11\n"), Some(vec![0, 1, 2, 3, 8, 10, 11]));
        assert_eq!(cpu_list("5,1,5"), Some(vec![1, 5]));
        assert_eq!(cpu_list(""), Some(vec![]));
        for nonsense in ["x", "3-1", "0-99999999999", "-", "1--2"] {
            assert_eq!(cpu_list(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn selected_words() {
        assert_eq!(selected("always [madvise] never"), Some("madvise"));
        assert_eq!(selected("always madvise never"), None);
    }

    #[test]
    fn sizes() {
        assert_eq!(size("32K"), Some(32_768));
        assert_eq!(size("16M"), Some(16_777_216));
        assert_eq!(size("512"), Some(512));
        assert_eq!(size("12G"), None);
        assert_eq!(size("99999999999999999999K"), None);
    }
}
