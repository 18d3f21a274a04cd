//! What the machine offers: processors, caches, memory, and how much of them this process may use.
//!
//! [`Topology::detect`] asks hwloc where the crate is built with its feature `hwloc`, and else, or where hwloc fails, reads
//! `/proc` and `/sys` (Linux). [`Topology::source`] says which of the two it was; what a system does not tell stays
//! unknown.

mod control_groups;
#[cfg(feature = "hwloc")]
mod hwloc;
mod sysfs;
mod text;

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

#[cfg(feature = "hwloc")]
pub use hwloc::HwlocError;

use crate::affinity;

/// A machine as this process sees it.
///
/// No numbers are contiguous: a process may be allowed any CPUs, and systems number the siblings of a core next to each
/// other or far apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Topology {
    /// Who told how packages, NUMA nodes, caches and cores lie; the rest is always read from `/proc` and `/sys`.
    pub source: Source,
    /// Why it was not hwloc, where the program was built with it: one sentence.
    pub fallback: Option<String>,
    /// The processor's name.
    pub model_name: Option<String>,
    /// The logical CPUs that this process may run on, ascending. Never empty after [`Self::detect`].
    pub allowed_cpus: Vec<usize>,
    /// Whether threads can be bound to CPUs, as far as is known.
    pub can_pin: bool,
    /// How many CPUs' worth of time the control groups grant; `None` without a limit.
    pub cpu_quota: Option<f64>,
    /// The machine's memory.
    pub memory_bytes: Option<u64>,
    /// How much of it the control groups grant; `None` without a limit.
    pub memory_limit_bytes: Option<u64>,
    /// When the system gives huge pages: `always`, `madvise` (to who asks, as [`Memory`](crate::Memory) does) or `never`.
    pub huge_pages: Option<String>,
    /// The physical cores that have an allowed CPU, by their first one.
    pub cores: Vec<Core>,
    /// The data and unified caches of the allowed CPUs, by level and first CPU.
    pub caches: Vec<Cache>,
    /// The NUMA nodes with CPUs or memory, by number.
    pub numa_nodes: Vec<NumaNode>,
}

/// Who told how a machine is built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Linux, in `/sys`.
    #[default]
    Sysfs,
    /// The library hwloc.
    Hwloc,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sysfs => "sysfs",
            Self::Hwloc => "hwloc",
        })
    }
}

/// A physical core.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Core {
    /// The number of its socket.
    pub package: Option<usize>,
    /// Its allowed logical CPUs, ascending: more than one with SMT.
    pub cpus: Vec<usize>,
}

/// A cache of data, or of data and instructions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cache {
    /// 1 for the one next to the core.
    pub level: u8,
    /// The allowed logical CPUs that share it, ascending.
    pub cpus: Vec<usize>,
    /// Its size.
    pub bytes: Option<u64>,
}

/// The sizes of the data and unified caches, an instance of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheSizes {
    /// First level, data.
    pub l1d_bytes: Option<u64>,
    /// Second level.
    pub l2_bytes: Option<u64>,
    /// Third level.
    pub l3_bytes: Option<u64>,
}

/// A NUMA node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumaNode {
    /// Its number.
    pub id: usize,
    /// All of its logical CPUs, ascending, allowed or not.
    pub cpus: Vec<usize>,
    /// Its memory.
    pub memory_bytes: Option<u64>,
    /// How far each node is, in the order of [`Topology::numa_nodes`]: 10 is its own memory, 20 takes twice as long. Empty
    /// where the system does not say.
    pub distances: Vec<u32>,
}

impl Topology {
    /// This machine.
    #[must_use]
    pub fn detect() -> Self {
        let topology = Self::from_sysfs();
        #[cfg(feature = "hwloc")]
        let topology = topology.with_hwloc().unwrap_or_else(|error| {
            let fallback = Some(format!("hwloc is not used: {error}"));
            Self { fallback, ..topology }
        });
        topology
    }

    /// This machine, without asking hwloc.
    #[must_use]
    pub fn from_sysfs() -> Self {
        let mut topology = Self::read(Path::new("/"));
        if topology.allowed_cpus.is_empty() {
            // No /proc: the standard library knows other ways to count.
            topology.allowed_cpus = (0..std::thread::available_parallelism().map_or(1, usize::from)).collect();
            topology.cores = topology.allowed_cpus.iter().map(|&cpu| Core { package: None, cpus: vec![cpu] }).collect();
        }
        topology.can_pin = affinity::is_supported();
        topology
    }

    /// The machine whose `/proc` and `/sys` lie under `root`. Files that are missing or that do not parse leave their
    /// fields empty.
    #[must_use]
    pub fn read(root: &Path) -> Self {
        sysfs::read(root)
    }

    /// How many threads can run at one time: the allowed CPUs, or the whole part of the quota if that is less; at least 1.
    #[must_use]
    pub fn usable_threads(&self) -> usize {
        self.within_quota(self.allowed_cpus.len())
    }

    /// How many threads can run at one time with a physical core each: at most [`Self::usable_threads`].
    #[must_use]
    pub fn usable_cores(&self) -> usize {
        self.within_quota(self.cores.len())
    }

    /// `threads`, or the whole part of the quota if that is less; at least 1.
    fn within_quota(&self, threads: usize) -> usize {
        // Counted down to, so that no float has to become an integer.
        let granted = |&threads: &usize| self.cpu_quota.is_none_or(|quota| threads as f64 <= quota);
        (1..=threads).rev().find(granted).unwrap_or(1)
    }

    /// The index in [`Self::numa_nodes`] of the node of a CPU.
    #[must_use]
    pub fn numa_node_of(&self, cpu: usize) -> Option<usize> {
        self.numa_nodes.iter().position(|node| node.cpus.contains(&cpu))
    }

    /// The index in [`Self::caches`] of the largest cache that a CPU has a share in: the one of the highest level.
    #[must_use]
    pub fn last_level_cache_of(&self, cpu: usize) -> Option<usize> {
        self.caches.iter().rposition(|cache| cache.cpus.contains(&cpu))
    }

    /// The sizes of the caches of the first allowed CPU.
    #[must_use]
    pub fn cache_sizes(&self) -> CacheSizes {
        let bytes = |level| {
            let first = self.allowed_cpus.first()?;
            self.caches.iter().find(|cache| cache.level == level && cache.cpus.contains(first))?.bytes
        };
        CacheSizes { l1d_bytes: bytes(1), l2_bytes: bytes(2), l3_bytes: bytes(3) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_round_down_but_never_to_zero() {
        let threads = |cpus: usize, cpu_quota| {
            Topology { allowed_cpus: (0..cpus).collect(), cpu_quota, ..Topology::default() }.usable_threads()
        };
        assert_eq!(threads(8, None), 8);
        assert_eq!(threads(8, Some(3.9)), 3);
        assert_eq!(threads(8, Some(8.0)), 8);
        assert_eq!(threads(8, Some(100.0)), 8);
        assert_eq!(threads(8, Some(0.5)), 1);
        assert_eq!(threads(0, None), 1);
    }
}
