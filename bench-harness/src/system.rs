//! What the operating system says about this process and this machine.

use std::fs;

use hear_scheduler::{Topology, topology::CacheSizes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// The machine that a record was made on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// The processor's name.
    pub cpu: Option<String>,
    /// Physical cores that this process may use.
    pub cores: usize,
    /// Threads that can run at one time, after affinity and control groups.
    pub threads: usize,
    /// Sizes of the caches that the first core sees.
    #[schemars(with = "schema::CacheSizes")]
    pub caches: CacheSizes,
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// The kernel's release.
    pub kernel: Option<String>,
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn detect() -> Self {
        Self::new(&Topology::detect(), fs::read_to_string("/proc/version").ok().as_deref())
    }

    fn new(topology: &Topology, version: Option<&str>) -> Self {
        Self {
            cpu: topology.model_name.clone(),
            cores: topology.cores.len(),
            threads: topology.usable_threads(),
            caches: topology.cache_sizes(),
            memory: topology.memory_bytes,
            kernel: version.and_then(kernel_release).map(str::to_owned),
        }
    }
}

/// The release in `/proc/version`, which reads `Linux version RELEASE (who built it) ...`: nothing else of it is recorded.
fn kernel_release(version: &str) -> Option<&str> {
    version.strip_prefix("Linux version ")?.split_whitespace().next()
}

/// The most memory that this process ever had resident.
#[must_use]
pub fn peak_rss_bytes() -> Option<u64> {
    kibibytes(&fs::read_to_string("/proc/self/status").ok()?, "VmHWM")
}

/// The memory that can be used without swapping, within what the control groups grant.
#[must_use]
pub fn available_memory_bytes() -> Option<u64> {
    let available = kibibytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable")?;
    Some(Topology::detect().memory_limit_bytes.map_or(available, |limit| limit.min(available)))
}

/// The value in bytes of the line `name: value kB`.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    value.trim().strip_suffix("kB")?.trim_end().parse::<u64>().ok()?.checked_mul(1024)
}

/// The commit of the sources that this program was built from, with `-dirty` where they were changed; `None` if it was built
/// outside of a repository.
#[must_use]
pub fn commit() -> Option<String> {
    // Of two programs that are compared, neither needs to be built from what the repository holds now.
    let commit = env!("HEAR_BENCH_COMMIT");
    (!commit.is_empty()).then(|| commit.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_release_stands_alone() {
        assert_eq!(kernel_release("Linux version 6.1.0-18-amd64 (who@where) (gcc) #1 SMP"), Some("6.1.0-18-amd64"));
        assert_eq!(kernel_release("FreeBSD 14"), None);
    }

    #[test]
    fn kibibytes_of_a_line() {
        let status = "Name:\thear\nVmPeak:\t  900 kB\nVmHWM:\t    1234 kB\n";
        assert_eq!(kibibytes(status, "VmHWM"), Some(1234 * 1024));
        assert_eq!(kibibytes(status, "VmRSS"), None);
        assert_eq!(kibibytes("VmHWM: many kB", "VmHWM"), None);
    }

    #[test]
    fn the_peak_grows_with_what_is_touched() {
        let before = peak_rss_bytes().unwrap();
        let memory = vec![1_u8; 64 << 20];
        let after = peak_rss_bytes().unwrap();
        assert!(std::hint::black_box(&memory).iter().all(|&x| x == 1));
        assert!(after >= 64 << 20 && after >= before, "{before} then {after}");
        assert!(available_memory_bytes().unwrap() > 0);
    }
}
