//! What the machine offers: processors, caches, memory, and how much of them this process may use.
//!
//! Read from `/proc` and `/sys` (Linux); what a system does not tell stays unknown.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A machine as this process sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Topology {
    /// The processor's name.
    pub model_name: Option<String>,
    /// The logical CPUs that this process may run on, ascending. Never empty after [`Self::detect`].
    pub allowed_cpus: Vec<usize>,
    /// How many CPUs' worth of time the control groups grant; `None` without a limit.
    pub cpu_quota: Option<f64>,
    /// The physical cores that have an allowed CPU, by their first one.
    pub cores: Vec<Core>,
    /// The caches of the first allowed CPU.
    pub caches: Caches,
    /// The NUMA nodes with CPUs or memory.
    pub numa_nodes: Vec<NumaNode>,
    /// The machine's memory.
    pub memory_bytes: Option<u64>,
    /// How much of it the control groups grant; `None` without a limit.
    pub memory_limit_bytes: Option<u64>,
}

/// A physical core.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Core {
    /// The number of its socket.
    pub package: Option<usize>,
    /// Its allowed logical CPUs, ascending: more than one with SMT.
    pub cpus: Vec<usize>,
}

/// The sizes of the data and unified caches, an instance of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caches {
    /// First level, data.
    pub l1d_bytes: Option<u64>,
    /// Second level.
    pub l2_bytes: Option<u64>,
    /// Third level.
    pub l3_bytes: Option<u64>,
}

/// A NUMA node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumaNode {
    /// Its number.
    pub id: usize,
    /// All of its logical CPUs, ascending, allowed or not.
    pub cpus: Vec<usize>,
}

impl Topology {
    /// This machine.
    #[must_use]
    pub fn detect() -> Self {
        let mut topology = Self::read(Path::new("/"));
        if topology.allowed_cpus.is_empty() {
            // No /proc: the standard library knows other ways to count.
            topology.allowed_cpus = (0..std::thread::available_parallelism().map_or(1, usize::from)).collect();
            topology.cores = topology.allowed_cpus.iter().map(|&cpu| Core { package: None, cpus: vec![cpu] }).collect();
        }
        topology
    }

    /// The machine whose `/proc` and `/sys` lie under `root`. Files that are missing or that do not parse leave their
    /// fields empty.
    #[must_use]
    pub fn read(root: &Path) -> Self {
        let system = root.join("sys/devices/system");
        let status = text(&root.join("proc/self/status"));
        let allowed_cpus = status
            .as_deref()
            .and_then(|status| field(status, "Cpus_allowed_list"))
            .and_then(cpu_list)
            .or_else(|| cpu_list(&text(&system.join("cpu/online"))?))
            .unwrap_or_default();
        let control_groups = ControlGroups::read(root);
        Self {
            model_name: text(&root.join("proc/cpuinfo"))
                .and_then(|cpuinfo| Some(field(&cpuinfo, "model name")?.to_owned())),
            cpu_quota: control_groups.cpu_quota(),
            cores: cores(&system, &allowed_cpus),
            caches: allowed_cpus.first().map(|&cpu| caches(&system, cpu)).unwrap_or_default(),
            numa_nodes: numa_nodes(&system),
            memory_bytes: text(&root.join("proc/meminfo"))
                .and_then(|meminfo| size(&field(&meminfo, "MemTotal")?.replace(" kB", "K"))),
            memory_limit_bytes: control_groups.memory_limit_bytes(),
            allowed_cpus,
        }
    }

    /// How many threads can run at one time: the allowed CPUs, or the whole part of the quota if that is less; at least 1.
    #[must_use]
    pub fn usable_threads(&self) -> usize {
        let allowed = self.allowed_cpus.len().max(1);
        // Counted up to, so that no float has to become an integer.
        let granted = |&threads: &usize| self.cpu_quota.is_none_or(|quota| threads as f64 <= quota);
        (1..=allowed).rev().find(granted).unwrap_or(1)
    }
}

fn cores(system: &Path, allowed_cpus: &[usize]) -> Vec<Core> {
    let mut cores = Vec::new();
    let mut seen = BTreeSet::new();
    for &cpu in allowed_cpus {
        if !seen.insert(cpu) {
            continue;
        }
        let topology = system.join(format!("cpu/cpu{cpu}/topology"));
        // The older name of the same file is the one that old kernels have.
        let siblings = ["core_cpus_list", "thread_siblings_list"]
            .iter()
            .find_map(|name| cpu_list(&text(&topology.join(name))?))
            .unwrap_or_default();
        let mut cpus = vec![cpu];
        cpus.extend(siblings.into_iter().filter(|sibling| allowed_cpus.contains(sibling) && seen.insert(*sibling)));
        let package = text(&topology.join("physical_package_id")).and_then(|package| package.parse().ok());
        cores.push(Core { package, cpus });
    }
    cores
}

fn caches(system: &Path, cpu: usize) -> Caches {
    let mut caches = Caches::default();
    for index in 0.. {
        let cache = system.join(format!("cpu/cpu{cpu}/cache/index{index}"));
        let Some(level) = text(&cache.join("level")) else { break };
        let kind = text(&cache.join("type"));
        let bytes = text(&cache.join("size")).and_then(|bytes| size(&bytes));
        match (level.as_str(), kind.as_deref()) {
            (_, Some("Instruction")) => {}
            ("1", _) => caches.l1d_bytes = bytes,
            ("2", _) => caches.l2_bytes = bytes,
            ("3", _) => caches.l3_bytes = bytes,
            _ => {}
        }
    }
    caches
}

fn numa_nodes(system: &Path) -> Vec<NumaNode> {
    let ids = text(&system.join("node/online")).and_then(|online| cpu_list(&online)).unwrap_or_default();
    let node = |id| {
        let cpus = text(&system.join(format!("node/node{id}/cpulist"))).and_then(|cpus| cpu_list(&cpus));
        NumaNode { id, cpus: cpus.unwrap_or_default() }
    };
    ids.into_iter().map(node).collect()
}

/// The control groups of this process: its own and their ancestors, of both versions.
struct ControlGroups {
    unified: Vec<PathBuf>,
    cpu: Vec<PathBuf>,
    memory: Vec<PathBuf>,
}

impl ControlGroups {
    fn read(root: &Path) -> Self {
        let mount = root.join("sys/fs/cgroup");
        let mut groups = Self { unified: Vec::new(), cpu: Vec::new(), memory: Vec::new() };
        // Lines of `hierarchy:controllers:/path`; the hierarchy of version 2 has number 0 and no controllers.
        for line in text(&root.join("proc/self/cgroup")).unwrap_or_default().lines() {
            let mut parts = line.splitn(3, ':');
            let (Some(hierarchy), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            if hierarchy == "0" && controllers.is_empty() {
                groups.unified = with_ancestors(&mount, path);
            }
            for controller in controllers.split(',') {
                let directories = with_ancestors(&mount.join(controllers), path);
                match controller {
                    "cpu" => groups.cpu = directories,
                    "memory" => groups.memory = directories,
                    _ => {}
                }
            }
        }
        groups
    }

    /// The tightest limit of all.
    fn cpu_quota(&self) -> Option<f64> {
        let unified = self.unified.iter().filter_map(|group| {
            let limit = text(&group.join("cpu.max"))?;
            let (quota, period) = limit.split_once(' ')?;
            ratio(quota, period)
        });
        let legacy = self.cpu.iter().filter_map(|group| {
            ratio(&text(&group.join("cpu.cfs_quota_us"))?, &text(&group.join("cpu.cfs_period_us"))?)
        });
        unified.chain(legacy).min_by(f64::total_cmp)
    }

    fn memory_limit_bytes(&self) -> Option<u64> {
        let unified = self.unified.iter().map(|group| group.join("memory.max"));
        let legacy = self.memory.iter().map(|group| group.join("memory.limit_in_bytes"));
        // Version 1 writes "no limit" as the largest number of whole pages.
        let is_limit = |&bytes: &u64| bytes < 1 << 62;
        unified.chain(legacy).filter_map(|file| text(&file)?.parse().ok()).filter(is_limit).min()
    }
}

/// The directory of a group and those of its ancestors, up to the mount point. In a container the path may be that of the
/// host: directories that do not exist have no limits to read.
fn with_ancestors(mount: &Path, path: &str) -> Vec<PathBuf> {
    let path = Path::new(path.trim_start_matches('/'));
    path.ancestors().map(|ancestor| mount.join(ancestor)).collect()
}

/// Of a quota and its period; `None` for "max", -1 and whatever else is no limit.
fn ratio(quota: &str, period: &str) -> Option<f64> {
    let (quota, period): (f64, f64) = (quota.parse().ok()?, period.parse().ok()?);
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

/// A file's text without the white space around it.
fn text(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

/// The value of the first line `name: value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    })
}

/// A size as sysfs writes it: `32K`, `16M`, or bytes.
fn size(text: &str) -> Option<u64> {
    let (number, unit) = match text.strip_suffix('K') {
        Some(number) => (number, 1 << 10),
        None => text.strip_suffix('M').map_or((text, 1), |number| (number, 1 << 20)),
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// A list as the kernel writes it: `0-3,8,10-11`.
fn cpu_list(text: &str) -> Option<Vec<usize>> {
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
    fn sizes() {
        assert_eq!(size("32K"), Some(32_768));
        assert_eq!(size("16M"), Some(16_777_216));
        assert_eq!(size("512"), Some(512));
        assert_eq!(size("12G"), None);
        assert_eq!(size("99999999999999999999K"), None);
    }

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
