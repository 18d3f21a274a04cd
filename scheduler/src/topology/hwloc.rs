//! The topology as the library hwloc tells it.
//!
//! hwloc keeps NUMA nodes outside of its tree, at a depth below zero, and its binding `hwloc2` panics when it is asked for
//! the objects there. So nodes are not asked for: every processing unit says which ones are its own. Whatever else may
//! panic is caught.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hwloc2::{Bitmap, ObjectType, TopologyFlag, TopologyObject};

use super::{Cache, Core, NumaNode, Source, Topology};

/// Why hwloc tells nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HwlocError {
    /// The library failed.
    #[error("the library could not look at this machine")]
    NotLoaded,
    /// The binding panicked.
    #[error("its binding panicked, as it does with versions of the library that it does not know")]
    Panicked,
    /// It sees another machine, as with `HWLOC_SYNTHETIC` and `HWLOC_XMLFILE`.
    #[error("it does not know CPU {cpu}, which this process may use")]
    UnknownCpu {
        /// The CPU.
        cpu: usize,
    },
}

impl Topology {
    /// The same machine with packages, NUMA nodes, caches and cores as hwloc sees them. Sizes of nodes and distances
    /// between them stay.
    ///
    /// # Errors
    /// If hwloc fails, or does not know an allowed CPU.
    pub fn with_hwloc(&self) -> Result<Self, HwlocError> {
        let read = || {
            // Nodes have CPUs that this process may not use, too.
            let topology =
                hwloc2::Topology::with_flags(vec![TopologyFlag::IncludeDisallowed]).ok_or(HwlocError::NotLoaded)?;
            self.refined_by(&Objects::new(&topology))
        };
        catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(HwlocError::Panicked))
    }

    fn refined_by(&self, objects: &Objects<'_>) -> Result<Self, HwlocError> {
        let Objects { cores, caches, units } = objects;
        let known: BTreeSet<usize> = units.iter().flat_map(|unit| cpus(unit)).collect();
        if let Some(&cpu) = self.allowed_cpus.iter().find(|cpu| !known.contains(cpu)) {
            return Err(HwlocError::UnknownCpu { cpu });
        }
        let allowed = |object: &TopologyObject| {
            cpus(object).into_iter().filter(|cpu| self.allowed_cpus.contains(cpu)).collect::<Vec<_>>()
        };

        let mut refined = Self { source: Source::Hwloc, fallback: None, ..self.clone() };
        // Where hwloc sees no cores, each unit is one.
        let of_cores = if cores.is_empty() { units } else { cores };
        refined.cores = of_cores.iter().map(|core| Core { package: package(core), cpus: allowed(core) }).collect();
        refined.cores.retain(|core| !core.cpus.is_empty());
        refined.cores.sort_by_key(|core| core.cpus[0]);
        let cache = |&(level, object): &(u8, &TopologyObject)| {
            let bytes = object.cache_attributes().map(|attributes| attributes.size()).filter(|&bytes| bytes > 0);
            Cache { level, cpus: allowed(object), bytes }
        };
        refined.caches = caches.iter().map(cache).collect();
        refined.caches.retain(|cache| !cache.cpus.is_empty());
        refined.caches.sort();
        refined.numa_nodes = self.nodes_of(units);
        Ok(refined)
    }

    /// The nodes of the units. Those without units are the ones that `self` has.
    fn nodes_of(&self, units: &[&TopologyObject]) -> Vec<NumaNode> {
        let mut nodes: BTreeMap<usize, BTreeSet<usize>> =
            self.numa_nodes.iter().map(|node| (node.id, BTreeSet::new())).collect();
        for unit in units {
            for node in unit.nodeset().map(members).unwrap_or_default() {
                nodes.entry(node).or_default().extend(cpus(unit));
            }
        }
        let same_ids = nodes.keys().eq(self.numa_nodes.iter().map(|node| &node.id));
        let node = |(id, cpus): (usize, BTreeSet<usize>)| {
            let known = self.numa_nodes.iter().find(|node| node.id == id);
            NumaNode {
                id,
                cpus: cpus.into_iter().collect(),
                memory_bytes: known.and_then(|node| node.memory_bytes),
                // They are in the order of the nodes, so they hold for these nodes only.
                distances: known.filter(|_| same_ids).map(|node| node.distances.clone()).unwrap_or_default(),
            }
        };
        nodes.into_iter().map(node).collect()
    }
}

/// The objects of a machine that say something about CPUs.
struct Objects<'a> {
    cores: Vec<&'a TopologyObject>,
    /// With their levels.
    caches: Vec<(u8, &'a TopologyObject)>,
    /// Processing units: logical CPUs.
    units: Vec<&'a TopologyObject>,
}

impl<'a> Objects<'a> {
    fn new(topology: &'a hwloc2::Topology) -> Self {
        let mut objects = Self { cores: Vec::new(), caches: Vec::new(), units: Vec::new() };
        for object in (0..topology.depth()).flat_map(|depth| topology.objects_at_depth(depth)) {
            match object.object_type() {
                ObjectType::Core => objects.cores.push(object),
                ObjectType::PU => objects.units.push(object),
                ObjectType::L1Cache => objects.caches.push((1, object)),
                ObjectType::L2Cache => objects.caches.push((2, object)),
                ObjectType::L3Cache => objects.caches.push((3, object)),
                ObjectType::L4Cache => objects.caches.push((4, object)),
                ObjectType::L5Cache => objects.caches.push((5, object)),
                _ => {}
            }
        }
        objects
    }
}

/// The number of an object's socket.
fn package(object: &TopologyObject) -> Option<usize> {
    let package = successors(object.parent(), |object| object.parent())
        .find(|object| matches!(object.object_type(), ObjectType::Package))?;
    // What has no number is -1.
    (package.os_index() != u32::MAX).then_some(package.os_index() as usize)
}

/// The logical CPUs of an object, ascending.
fn cpus(object: &TopologyObject) -> Vec<usize> {
    object.cpuset().map(members).unwrap_or_default()
}

/// The members of a set, ascending; none of an infinite one.
fn members(set: Bitmap) -> Vec<usize> {
    if set.weight() < 0 { Vec::new() } else { set.into_iter().map(|member| member as usize).collect() }
}
