//! Which worker works where: CPUs for threads, and whom a worker without work asks first.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::affinity;
use crate::topology::Topology;

/// How workers are bound to CPUs. Every way gives each worker a physical core of its own as long as there are cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pin {
    /// Side by side: the cores of one last-level cache, NUMA node and socket before those of the next. Workers share
    /// caches, and memory is near.
    Compact,
    /// Apart: sockets, NUMA nodes and last-level caches in turn. Workers have the most cache and memory bandwidth each.
    Spread,
    /// Not at all: the system moves threads as it likes.
    None,
}

impl Pin {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Compact, Self::Spread, Self::None];

    /// Its name on the command line and in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Spread => "spread",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A way of pinning that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown pinning '{0}': expected compact, spread or none")]
pub struct UnknownPin(String);

impl FromStr for Pin {
    type Err = UnknownPin;

    fn from_str(name: &str) -> Result<Self, UnknownPin> {
        Self::ALL.into_iter().find(|pin| pin.name() == name).ok_or_else(|| UnknownPin(name.to_owned()))
    }
}

/// The largest number of threads that may be asked for: beyond it is a slip of the keyboard.
pub const MAX_THREADS: usize = 1024;

/// Reads a number of threads from a command line.
///
/// # Errors
/// If it is none in `1..=MAX_THREADS`.
pub fn parse_threads(text: &str) -> Result<usize, ThreadsError> {
    text.parse().ok().filter(|threads| (1..=MAX_THREADS).contains(threads)).ok_or(ThreadsError)
}

/// What is no number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a whole number of threads from 1 to {MAX_THREADS}")]
pub struct ThreadsError;

/// What is wanted of a [`Placement`]. What is left open follows from the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlacementOptions {
    /// How many workers; `None` for one a physical core that this process may use, at most the quota of its control
    /// groups.
    pub threads: Option<usize>,
    /// How they are bound; `None` for [`Pin::Compact`] where each gets a CPU of its own, and else [`Pin::None`].
    pub pin: Option<Pin>,
    /// Whether the default number of workers counts every logical CPU instead of every physical core.
    pub smt: bool,
}

/// Why workers cannot be placed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlacementError {
    /// Nobody to work.
    #[error("an executor of 0 threads cannot run anything; at least 1 is needed")]
    NoThreads,
    /// Pinning was asked for, and would put two workers on one CPU.
    #[error("{threads} threads cannot be pinned ({pin}): each needs a CPU of its own, and this process may use {cpus}")]
    TooFewCpus {
        /// How many workers.
        threads: usize,
        /// The allowed CPUs.
        cpus: usize,
        /// What was asked for.
        pin: Pin,
    },
    /// Pinning was asked for where it cannot be done.
    #[error("threads cannot be pinned ({pin}): this system does not let a thread be bound to a CPU")]
    NoAffinity {
        /// What was asked for.
        pin: Pin,
    },
}

/// More workers than can run at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("of {threads} threads {usable} work at one time: this process may run no more")]
pub struct Oversubscribed {
    /// The workers.
    pub threads: usize,
    /// What CPU set and quota allow.
    pub usable: usize,
}

/// A worker whose thread the system did not bind.
#[derive(Debug, thiserror::Error)]
#[error("worker {worker} could not be bound to CPU {cpu}: {source}")]
pub struct BindError {
    /// The worker.
    pub worker: usize,
    /// Its CPU.
    pub cpu: usize,
    /// What the system said.
    pub source: io::Error,
}

/// Where one worker works. All of it is unknown for a worker that is not bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The logical CPU.
    pub cpu: Option<usize>,
    /// The index of its core in [`Topology::cores`].
    pub core: Option<usize>,
    /// The index of its largest cache in [`Topology::caches`].
    pub last_level_cache: Option<usize>,
    /// The index of its node in [`Topology::numa_nodes`].
    pub numa_node: Option<usize>,
    /// The number of its socket.
    pub package: Option<usize>,
}

/// How far two workers are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    SameCore,
    SameCache,
    SameNode,
    SamePackage,
    /// What lies between the nodes, as the system measures it, if it does.
    Apart(Option<u32>),
}

/// Workers, each with its place on a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pin: Pin,
    sites: Vec<Site>,
    victims: Vec<Vec<usize>>,
    oversubscribed: Option<Oversubscribed>,
}

impl Placement {
    /// Places workers on a machine.
    ///
    /// # Errors
    /// If there would be no worker; if pinning is asked for and impossible.
    pub fn new(topology: &Topology, options: &PlacementOptions) -> Result<Self, PlacementError> {
        let default = if options.smt { topology.usable_threads() } else { topology.usable_cores() };
        let threads = options.threads.unwrap_or(default);
        if threads == 0 {
            return Err(PlacementError::NoThreads);
        }
        let cpus = topology.allowed_cpus.len();
        let fits = threads <= cpus;
        let pin = match options.pin {
            None if fits && topology.can_pin => Pin::Compact,
            None | Some(Pin::None) => Pin::None,
            Some(pin) if !topology.can_pin => return Err(PlacementError::NoAffinity { pin }),
            Some(pin) if !fits => return Err(PlacementError::TooFewCpus { threads, cpus, pin }),
            Some(pin) => pin,
        };
        let sites = match pin {
            Pin::Compact => ways(topology).concat(),
            Pin::Spread => ways(topology).into_iter().flat_map(|sites| alternate(sites, &LEVELS)).collect(),
            Pin::None => vec![Site::default(); threads],
        };
        let sites: Vec<_> = sites.into_iter().take(threads).collect();
        debug_assert_eq!(sites.len(), threads, "every allowed CPU is on one core");
        let usable = topology.usable_threads();
        Ok(Self {
            pin,
            victims: victims(&sites, topology),
            sites,
            oversubscribed: (threads > usable).then_some(Oversubscribed { threads, usable }),
        })
    }

    /// Workers that the system places.
    ///
    /// # Errors
    /// If there would be none.
    pub fn unpinned(threads: usize) -> Result<Self, PlacementError> {
        if threads == 0 {
            return Err(PlacementError::NoThreads);
        }
        let sites = vec![Site::default(); threads];
        let victims = victims(&sites, &Topology::default());
        Ok(Self { pin: Pin::None, sites, victims, oversubscribed: None })
    }

    /// How many workers there are: at least one.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.sites.len()
    }

    /// How they are bound.
    #[must_use]
    pub fn pin(&self) -> Pin {
        self.pin
    }

    /// Where each works.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The CPU that a worker is to be bound to, if any.
    ///
    /// # Panics
    /// If there is no such worker; so does [`Self::victims`].
    #[must_use]
    pub fn cpu(&self, worker: usize) -> Option<usize> {
        self.sites[worker].cpu
    }

    /// Binds the calling thread to the CPU of a worker, if it has one.
    ///
    /// # Errors
    /// What the system says when it refuses.
    ///
    /// # Panics
    /// If there is no such worker.
    pub fn bind_current_thread(&self, worker: usize) -> Result<(), BindError> {
        let Some(cpu) = self.cpu(worker) else { return Ok(()) };
        affinity::bind_current_thread(cpu).map_err(|source| BindError { worker, cpu, source })
    }

    /// All other workers, in the order in which a worker without work should ask them: those of its core and its
    /// last-level cache first, then those of its NUMA node, of its socket, and the rest, the nearest node first. Workers
    /// that are equally far from several others start at different ones of them.
    #[must_use]
    pub fn victims(&self, worker: usize) -> &[usize] {
        &self.victims[worker]
    }

    /// What to warn of, if the workers are more than can run at one time.
    #[must_use]
    pub fn oversubscribed(&self) -> Option<Oversubscribed> {
        self.oversubscribed
    }
}

/// The sites of a machine, those of the first hardware thread of every core, then those of the second, and so on: SMT
/// siblings come when no core is left. Cores come socket by socket, node by node, cache by cache.
fn ways(topology: &Topology) -> Vec<Vec<Site>> {
    let mut cores: Vec<_> = (0..topology.cores.len()).map(|core| sites(topology, core)).collect();
    cores.retain(|sites| !sites.is_empty());
    cores.sort_by_key(|sites| (sites[0].package, sites[0].numa_node, sites[0].last_level_cache, sites[0].cpu));
    let most = cores.iter().map(Vec::len).max().unwrap_or(0);
    (0..most).map(|way| cores.iter().filter_map(|sites| sites.get(way).copied()).collect()).collect()
}

/// The sites of a core.
fn sites(topology: &Topology, core: usize) -> Vec<Site> {
    let site = |&cpu: &usize| Site {
        cpu: Some(cpu),
        core: Some(core),
        last_level_cache: topology.last_level_cache_of(cpu),
        numa_node: topology.numa_node_of(cpu),
        package: topology.cores[core].package,
    };
    topology.cores[core].cpus.iter().map(site).collect()
}

/// Which part of a machine a site belongs to.
type Part = fn(&Site) -> Option<usize>;

/// The levels of a machine, outermost first.
const LEVELS: [Part; 3] = [|site| site.package, |site| site.numa_node, |site| site.last_level_cache];

/// Sites of the parts of the first level in turn, and within a part of those of the next level.
fn alternate(sites: Vec<Site>, levels: &[Part]) -> Vec<Site> {
    let Some((part, inner)) = levels.split_first() else { return sites };
    let mut parts = BTreeMap::<_, Vec<Site>>::new();
    sites.into_iter().for_each(|site| parts.entry(part(&site)).or_default().push(site));
    let parts: Vec<_> = parts.into_values().map(|sites| alternate(sites, inner)).collect();
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest).flat_map(|index| parts.iter().filter_map(move |part| part.get(index).copied())).collect()
}

/// For every worker the others, the nearest first. Among those that are equally far it starts at the one at which the
/// fewest workers start, and goes round from there, so that thieves spread over their victims.
fn victims(sites: &[Site], topology: &Topology) -> Vec<Vec<usize>> {
    let workers = sites.len();
    let mut starts: BTreeMap<(Distance, usize), usize> = BTreeMap::new();
    let of_worker = |worker: usize| {
        let mut by_distance: BTreeMap<Distance, Vec<usize>> = BTreeMap::new();
        for other in (worker + 1..workers).chain(0..worker) {
            by_distance.entry(distance(&sites[worker], &sites[other], topology)).or_default().push(other);
        }
        let mut victims = Vec::with_capacity(workers - 1);
        for (distance, mut others) in by_distance {
            let count = |other: usize| starts.get(&(distance, other)).copied().unwrap_or(0);
            // The first of several: the next one after the worker.
            let start = (0..others.len()).min_by_key(|&index| count(others[index])).unwrap_or(0);
            others.rotate_left(start);
            *starts.entry((distance, others[0])).or_default() += 1;
            victims.extend(others);
        }
        victims
    };
    (0..workers).map(of_worker).collect()
}

fn distance(from: &Site, to: &Site, topology: &Topology) -> Distance {
    // Unknown is not the same place, save that workers nobody has placed are all equally far.
    let same = |part: fn(&Site) -> Option<usize>| part(from).is_some() && part(from) == part(to);
    if same(|site| site.core) {
        Distance::SameCore
    } else if same(|site| site.last_level_cache) {
        Distance::SameCache
    } else if same(|site| site.numa_node) {
        Distance::SameNode
    } else if same(|site| site.package) {
        Distance::SamePackage
    } else {
        let measured = from
            .numa_node
            .zip(to.numa_node)
            .and_then(|(from, to)| topology.numa_nodes[from].distances.get(to).copied());
        Distance::Apart(measured)
    }
}
