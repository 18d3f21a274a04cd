//! The topology as Linux tells it in `/proc` and `/sys`.

use std::collections::BTreeSet;
use std::path::Path;

use super::control_groups::ControlGroups;
use super::text::{cpu_list, field, selected, size, text};
use super::{Cache, Core, NumaNode, Source, Topology};

/// The machine whose `/proc` and `/sys` lie under `root`.
pub(super) fn read(root: &Path) -> Topology {
    let system = root.join("sys/devices/system");
    let status = text(&root.join("proc/self/status"));
    let allowed_cpus = status
        .as_deref()
        .and_then(|status| field(status, "Cpus_allowed_list"))
        .and_then(cpu_list)
        .or_else(|| cpu_list(&text(&system.join("cpu/online"))?))
        .unwrap_or_default();
    let control_groups = ControlGroups::read(root);
    Topology {
        source: Source::Sysfs,
        fallback: None,
        model_name: text(&root.join("proc/cpuinfo"))
            .and_then(|cpuinfo| Some(field(&cpuinfo, "model name")?.to_owned())),
        can_pin: !allowed_cpus.is_empty(),
        cpu_quota: control_groups.cpu_quota(),
        cores: cores(&system, &allowed_cpus),
        caches: caches(&system, &allowed_cpus),
        numa_nodes: numa_nodes(&system),
        memory_bytes: text(&root.join("proc/meminfo")).and_then(|meminfo| memory(&meminfo, "MemTotal")),
        memory_limit_bytes: control_groups.memory_limit_bytes(),
        huge_pages: text(&root.join("sys/kernel/mm/transparent_hugepage/enabled"))
            .and_then(|modes| Some(selected(&modes)?.to_owned())),
        allowed_cpus,
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

fn caches(system: &Path, allowed_cpus: &[usize]) -> Vec<Cache> {
    // Every CPU that shares a cache lists it; the set keeps one of each, in the order of level and first CPU.
    let mut caches = BTreeSet::new();
    for &cpu in allowed_cpus {
        for index in 0.. {
            let cache = system.join(format!("cpu/cpu{cpu}/cache/index{index}"));
            let Some(level) = text(&cache.join("level")) else { break };
            let Ok(level) = level.parse() else { continue };
            if text(&cache.join("type")).as_deref() == Some("Instruction") {
                continue;
            }
            let shared = text(&cache.join("shared_cpu_list")).and_then(|cpus| cpu_list(&cpus)).unwrap_or_default();
            let mut cpus: Vec<_> = shared.into_iter().filter(|cpu| allowed_cpus.contains(cpu)).collect();
            if !cpus.contains(&cpu) {
                // A list that leaves out its own CPU tells nothing.
                cpus = vec![cpu];
            }
            let bytes = text(&cache.join("size")).and_then(|bytes| size(&bytes));
            caches.insert(Cache { level, cpus, bytes });
        }
    }
    caches.into_iter().collect()
}

fn numa_nodes(system: &Path) -> Vec<NumaNode> {
    let ids = text(&system.join("node/online")).and_then(|online| cpu_list(&online)).unwrap_or_default();
    let node = |id| {
        let directory = system.join(format!("node/node{id}"));
        let distances = text(&directory.join("distance")).map(|distances| {
            distances.split_whitespace().map(str::parse).collect::<Result<Vec<u32>, _>>().unwrap_or_default()
        });
        NumaNode {
            id,
            cpus: text(&directory.join("cpulist")).and_then(|cpus| cpu_list(&cpus)).unwrap_or_default(),
            memory_bytes: text(&directory.join("meminfo"))
                .and_then(|meminfo| memory(&meminfo, &format!("Node {id} MemTotal"))),
            // As many as there are nodes, or what they are distances to is unknown.
            distances: distances.filter(|distances| distances.len() == ids.len()).unwrap_or_default(),
        }
    };
    ids.iter().copied().map(node).collect()
}

/// The bytes in a line `name: value kB`.
fn memory(text: &str, name: &str) -> Option<u64> {
    size(&field(text, name)?.replace(" kB", "K"))
}
