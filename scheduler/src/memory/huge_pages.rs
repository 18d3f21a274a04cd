//! How much memory lies on huge pages, as `/proc/self/smaps` tells it.

use std::fs;
use std::ops::Range;

/// How many bytes of these ranges of addresses lie on huge pages; `None` where the system does not say.
///
/// The system counts by mapping, and may have joined one with a neighbour. Then the huge pages of both count as lying in
/// the range first, so the sum may be too large, but never larger than the ranges.
pub(super) fn huge_page_bytes(ranges: &[Range<usize>]) -> Option<usize> {
    in_smaps(&fs::read_to_string("/proc/self/smaps").ok()?, ranges)
}

fn in_smaps(smaps: &str, ranges: &[Range<usize>]) -> Option<usize> {
    let mut bytes = None;
    let mut overlap = 0;
    for line in smaps.lines() {
        if let Some(mapping) = mapping(line) {
            let within =
                |range: &Range<usize>| range.end.min(mapping.end).saturating_sub(range.start.max(mapping.start));
            overlap = ranges.iter().map(within).sum();
        } else if let Some(kibibytes) = line.strip_prefix("AnonHugePages:") {
            let huge = kibibytes.trim().strip_suffix(" kB")?.parse::<usize>().ok()? << 10;
            *bytes.get_or_insert(0) += huge.min(overlap);
        }
    }
    bytes
}

/// The addresses in the first line of a mapping: `7f0000200000-7f0000400000 rw-p 00000000 00:00 0 [name]`.
fn mapping(line: &str) -> Option<Range<usize>> {
    let (start, end) = line.split_whitespace().next()?.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    Some(address(start)?..address(end)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMAPS: &str = "\
200000-600000 rw-p 00000000 00:00 0
Size:               4096 kB
AnonHugePages:      2048 kB
VmFlags: rd wr mr mw me ac hg
7f0000000000-7f0001000000 rw-p 00000000 00:00 0 [anon: arena]
AnonHugePages:     16384 kB
7ffd-7fff r--p 00000000 00:00 0 [vvar]
AnonHugePages:         0 kB
";

    #[test]
    fn mappings_count_as_far_as_they_overlap() {
        let bytes = |ranges: &[(usize, usize)]| {
            let ranges: Vec<_> = ranges.iter().map(|&(start, end)| start..end).collect();
            in_smaps(SMAPS, &ranges)
        };
        assert_eq!(bytes(&[(0x20_0000, 0x60_0000)]), Some(2 << 20), "half of it is on small pages");
        assert_eq!(bytes(&[(0x20_0000, 0x30_0000)]), Some(1 << 20), "no more than the range");
        assert_eq!(bytes(&[(0x20_0000, 0x60_0000), (0x7f00_0020_0000, 0x7f00_0040_0000)]), Some(4 << 20));
        assert_eq!(bytes(&[(0x60_0000, 0x70_0000)]), Some(0));
        assert_eq!(bytes(&[]), Some(0));
        assert_eq!(in_smaps("", &[]), None, "nothing is known");
        assert_eq!(in_smaps("0-1 rw-p\nAnonHugePages: many kB\n", &[]), None);
    }
}
