//! A machine as a tree for people: sockets, NUMA nodes, caches, cores, CPUs, and the worker that a placement has on each.

use std::fmt::{Result, Write};

use hear_scheduler::{
    Pin, Placement, Topology,
    topology::{Cache, Core, NumaNode},
};

use crate::display::{bytes, threads};

/// The machine and who works where.
#[must_use]
pub fn machine_tree(topology: &Topology, placement: &Placement) -> String {
    let mut text = String::new();
    let tree = Tree { topology, placement };
    let written = tree.summary(&mut text).and_then(|()| tree.parts(&mut text)).and_then(|()| tree.footer(&mut text));
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    text
}

struct Tree<'a> {
    topology: &'a Topology,
    placement: &'a Placement,
}

/// What a core is part of, outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    label: String,
    /// Tells parts with one label apart.
    first_cpu: usize,
}

impl Tree<'_> {
    fn summary(&self, text: &mut String) -> Result {
        let Topology { source, fallback, model_name, cpu_quota, memory_bytes, memory_limit_bytes, huge_pages, .. } =
            self.topology;
        writeln!(text, "{}, as {source} sees it", model_name.as_deref().unwrap_or("unknown processor"))?;
        if let Some(fallback) = fallback {
            writeln!(text, "  {fallback}")?;
        }
        let known = |bytes: Option<u64>| bytes.map_or_else(|| "unknown".to_owned(), self::bytes);
        let limit = memory_limit_bytes.map_or_else(|| "no limit".to_owned(), |limit| format!("limit {}", bytes(limit)));
        writeln!(text, "  memory      {}, {limit}", known(*memory_bytes))?;
        writeln!(text, "  huge pages  {}", huge_pages.as_deref().unwrap_or("unknown"))?;
        let quota = cpu_quota.map_or_else(|| "no quota".to_owned(), |quota| format!("quota of {quota:.2} CPUs"));
        writeln!(text, "  allowed     CPUs {}, {quota}", cpu_list(&self.topology.allowed_cpus))?;
        let (placement, pin) = (threads(self.placement.workers()), self.placement.pin());
        match pin {
            Pin::None => writeln!(text, "  placement   {placement}, not pinned")?,
            pin => writeln!(text, "  placement   {placement}, {pin}")?,
        }
        if let Some(warning) = self.placement.oversubscribed() {
            writeln!(text, "              {warning}")?;
        }
        writeln!(text)
    }

    /// Core by core, with a line for every part that begins with it.
    fn parts(&self, text: &mut String) -> Result {
        let mut cores: Vec<_> =
            self.topology.cores.iter().enumerate().filter(|(_, core)| !core.cpus.is_empty()).collect();
        cores.sort_by_key(|(_, core)| self.order(core));
        let mut open: Vec<Part> = Vec::new();
        for (index, core) in cores {
            let parts = self.parts_of(core);
            let same = open.iter().zip(&parts).take_while(|(open, part)| open == part).count();
            for (depth, part) in parts.iter().enumerate().skip(same) {
                writeln!(text, "{:indent$}{}", "", part.label, indent = 2 * depth)?;
            }
            write!(text, "{:indent$}core {index}", "", indent = 2 * parts.len())?;
            for cache in self.caches(core).filter(|cache| is_private(cache, core)) {
                write!(text, ", {}", cache_label(cache))?;
            }
            let cpus: Vec<_> = core.cpus.iter().map(|&cpu| self.cpu_label(cpu)).collect();
            writeln!(text, ": {}", cpus.join(", "))?;
            open = parts;
        }
        Ok(())
    }

    /// NUMA nodes that no core is in, and how far nodes are apart.
    fn footer(&self, text: &mut String) -> Result {
        let nodes = &self.topology.numa_nodes;
        for node in nodes.iter().filter(|node| node.cpus.is_empty()) {
            writeln!(text, "{}, without CPUs", node_label(node))?;
        }
        if nodes.len() > 1 && nodes.iter().all(|node| node.distances.len() == nodes.len()) {
            writeln!(text, "\ndistances of NUMA nodes")?;
            let row = |values: &mut dyn Iterator<Item = String>| {
                values.fold(String::new(), |row, value| row + &format!("{value:>6}"))
            };
            writeln!(text, "      {}", row(&mut nodes.iter().map(|node| node.id.to_string())))?;
            for node in nodes {
                writeln!(text, "{:>6}{}", node.id, row(&mut node.distances.iter().map(u32::to_string)))?;
            }
        }
        Ok(())
    }

    /// Where a core comes: parts of a machine side by side, whatever the numbers of their CPUs.
    fn order(&self, core: &Core) -> (Option<usize>, Option<usize>, Vec<usize>, usize) {
        let first = core.cpus[0];
        let shared = self.shared_caches(core).iter().map(|cache| cache.cpus[0]).collect();
        (core.package, self.topology.numa_node_of(first), shared, first)
    }

    fn parts_of(&self, core: &Core) -> Vec<Part> {
        let first = core.cpus[0];
        let package = core.package.map_or_else(|| "package".to_owned(), |package| format!("package {package}"));
        let mut parts = vec![Part { label: package, first_cpu: 0 }];
        if let Some(node) = self.topology.numa_node_of(first) {
            parts.push(Part { label: node_label(&self.topology.numa_nodes[node]), first_cpu: 0 });
        }
        let shared = self.shared_caches(core);
        parts.extend(shared.iter().map(|cache| Part { label: cache_label(cache), first_cpu: cache.cpus[0] }));
        parts
    }

    /// The caches of a core, the largest first.
    fn caches(&self, core: &Core) -> impl Iterator<Item = &Cache> {
        let first = core.cpus[0];
        self.topology.caches.iter().rev().filter(move |cache| cache.cpus.contains(&first))
    }

    /// Those that it shares with other cores. The last level always stands on a line of its own.
    fn shared_caches(&self, core: &Core) -> Vec<&Cache> {
        self.caches(core).filter(|cache| !is_private(cache, core)).collect()
    }

    fn cpu_label(&self, cpu: usize) -> String {
        match self.placement.sites().iter().position(|site| site.cpu == Some(cpu)) {
            Some(worker) => format!("CPU {cpu} (worker {worker})"),
            None => format!("CPU {cpu}"),
        }
    }
}

/// Whether no other core has a share.
fn is_private(cache: &Cache, core: &Core) -> bool {
    cache.level < 3 && cache.cpus.iter().all(|cpu| core.cpus.contains(cpu))
}

fn cache_label(cache: &Cache) -> String {
    let kind = if cache.level == 1 { "L1d".to_owned() } else { format!("L{}", cache.level) };
    cache.bytes.map_or_else(|| kind.clone(), |bytes| format!("{kind} {}", binary_bytes(bytes)))
}

fn node_label(node: &NumaNode) -> String {
    let memory = node.memory_bytes.map_or_else(String::new, |memory| format!(", {}", bytes(memory)));
    format!("NUMA node {}{memory}", node.id)
}

/// A size as caches have it: `48 KiB`, `1.25 MiB`.
fn binary_bytes(bytes: u64) -> String {
    let value = bytes as f64;
    match bytes {
        1_048_576.. => format!("{} MiB", round(value / 1_048_576.0)),
        1_024.. => format!("{} KiB", round(value / 1_024.0)),
        _ => format!("{bytes} B"),
    }
}

/// To hundredths.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// `0-3,8,10-11`.
fn cpu_list(cpus: &[usize]) -> String {
    let runs = cpus.chunk_by(|before, after| before + 1 == *after);
    let run = |run: &[usize]| match run {
        [one] => one.to_string(),
        _ => format!("{}-{}", run[0], run[run.len() - 1]),
    };
    runs.map(run).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use hear_scheduler::PlacementOptions;

    use super::*;

    fn core(package: usize, cpus: &[usize]) -> Core {
        Core { package: Some(package), cpus: cpus.to_vec() }
    }

    fn cache(level: u8, bytes: u64, cpus: &[usize]) -> Cache {
        Cache { level, bytes: Some(bytes), cpus: cpus.to_vec() }
    }

    /// Two sockets with a node each, one without two of its CPUs, siblings far apart, and a node of memory alone.
    fn server() -> Topology {
        let cores = vec![core(0, &[0, 4]), core(0, &[1, 5]), core(1, &[2]), core(1, &[3])];
        let mut caches: Vec<_> = cores.iter().map(|core| cache(1, 48 << 10, &core.cpus)).collect();
        caches.extend(cores.iter().map(|core| cache(2, 5 << 18, &core.cpus)));
        caches.extend([cache(3, 32 << 20, &[0, 1, 4, 5]), cache(3, 32 << 20, &[2, 3])]);
        let node = |id, cpus: &[usize], distances: [u32; 3]| NumaNode {
            id,
            cpus: cpus.to_vec(),
            memory_bytes: Some(64_000_000_000),
            distances: distances.to_vec(),
        };
        Topology {
            model_name: Some("Some Processor".to_owned()),
            allowed_cpus: (0..6).collect(),
            can_pin: true,
            cpu_quota: Some(3.5),
            memory_bytes: Some(192_000_000_000),
            huge_pages: Some("madvise".to_owned()),
            cores,
            caches,
            numa_nodes: vec![
                node(0, &[0, 1, 4, 5], [10, 21, 17]),
                node(1, &[2, 3, 6, 7], [21, 10, 28]),
                node(2, &[], [17, 28, 10]),
            ],
            ..Topology::default()
        }
    }

    #[test]
    fn a_server_is_a_tree_with_its_workers() {
        let topology = server();
        let placement = Placement::new(&topology, &PlacementOptions::default()).unwrap();
        let expected = "\
Some Processor, as sysfs sees it
  memory      192.00 GB, no limit
  huge pages  madvise
  allowed     CPUs 0-5, quota of 3.50 CPUs
  placement   3 threads, compact

package 0
  NUMA node 0, 64.00 GB
    L3 32 MiB
      core 0, L2 1.25 MiB, L1d 48 KiB: CPU 0 (worker 0), CPU 4
      core 1, L2 1.25 MiB, L1d 48 KiB: CPU 1 (worker 1), CPU 5
package 1
  NUMA node 1, 64.00 GB
    L3 32 MiB
      core 2, L2 1.25 MiB, L1d 48 KiB: CPU 2 (worker 2)
      core 3, L2 1.25 MiB, L1d 48 KiB: CPU 3
NUMA node 2, 64.00 GB, without CPUs

distances of NUMA nodes
           0     1     2
     0    10    21    17
     1    21    10    28
     2    17    28    10
";
        assert_eq!(machine_tree(&topology, &placement), expected);
    }

    /// Cores that share a second-level cache in pairs, no socket known, and more threads than CPUs.
    #[test]
    fn shared_caches_have_lines_of_their_own_and_what_is_unknown_is_left_out() {
        let cores: Vec<_> = (0..4).map(|cpu| Core { package: None, cpus: vec![cpu] }).collect();
        let caches = vec![cache(2, 2 << 20, &[0, 2]), cache(2, 2 << 20, &[1, 3])];
        let fallback = Some("hwloc is not used: it slept".to_owned());
        let topology = Topology { allowed_cpus: (0..4).collect(), cores, caches, fallback, ..Topology::default() };
        let placement =
            Placement::new(&topology, &PlacementOptions { threads: Some(5), ..Default::default() }).unwrap();
        let expected = "\
unknown processor, as sysfs sees it
  hwloc is not used: it slept
  memory      unknown, no limit
  huge pages  unknown
  allowed     CPUs 0-3, no quota
  placement   5 threads, not pinned
              of 5 threads 4 work at one time: this process may run no more

package
  L2 2 MiB
    core 0: CPU 0
    core 2: CPU 2
  L2 2 MiB
    core 1: CPU 1
    core 3: CPU 3
";
        assert_eq!(machine_tree(&topology, &placement), expected);
    }

    #[test]
    fn lists_are_as_short_as_the_kernels() {
        assert_eq!(cpu_list(&[0, 1, 2, 3, 8, 10, 11]), "0-3,8,10-11");
        assert_eq!(cpu_list(&[]), "");
    }
}
