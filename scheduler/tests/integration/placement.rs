//! Where workers go, on machines of different builds, and on this one.

use hear_scheduler::placement::{BindError, Oversubscribed, PlacementError, Site};
use hear_scheduler::topology::{Cache, Core, NumaNode};
use hear_scheduler::{
    Cancel, Executor, ExecutorError, ExecutorKind, ForkJoin, Pin, Placement, PlacementOptions, Topology, affinity,
};
use proptest::prelude::*;

/// How a machine is built: numbers of parts in the part before.
#[derive(Clone, Copy, Debug)]
struct Build {
    packages: usize,
    nodes: usize,
    caches: usize,
    cores: usize,
    ways: usize,
}

impl Build {
    fn cpus(self) -> usize {
        self.packages * self.nodes * self.caches * self.cores * self.ways
    }

    /// The machine, with its `order[i]`-th logical CPU called `i`: systems number them in different ways.
    fn topology(self, order: &[usize]) -> Topology {
        let Self { nodes, caches, cores, ways, .. } = self;
        let name = |place: usize| order.iter().position(|&other| other == place).unwrap();
        let groups = |size: usize| {
            let group = |first: usize| {
                let mut cpus: Vec<_> = (first..first + size).map(name).collect();
                cpus.sort_unstable();
                cpus
            };
            (0..self.cpus()).step_by(size).map(group).collect::<Vec<_>>()
        };
        let per_package = nodes * caches * cores * ways;
        let package = |cpus: &[usize]| Some(7 * (order[cpus[0]] / per_package));
        let mut all_cores: Vec<_> =
            groups(ways).into_iter().map(|cpus| Core { package: package(&cpus), cpus }).collect();
        all_cores.sort_by_key(|core| core.cpus[0]);
        let mut all_caches: Vec<_> =
            groups(ways).into_iter().map(|cpus| Cache { level: 2, cpus, bytes: None }).collect();
        all_caches.extend(groups(cores * ways).into_iter().map(|cpus| Cache { level: 3, cpus, bytes: None }));
        all_caches.sort();
        let numa_nodes = groups(caches * cores * ways).into_iter().enumerate();
        Topology {
            allowed_cpus: (0..self.cpus()).collect(),
            can_pin: true,
            cores: all_cores,
            caches: all_caches,
            numa_nodes: numa_nodes.map(|(id, cpus)| NumaNode { id, cpus, ..NumaNode::default() }).collect(),
            ..Topology::default()
        }
    }
}

/// Two sockets of two nodes, two caches a node, two cores a cache, two threads a core: numbered as Linux on Intel does it,
/// all first threads before all second ones.
fn server() -> Topology {
    let build = Build { packages: 2, nodes: 2, caches: 2, cores: 2, ways: 2 };
    let order: Vec<_> = (0..32).map(|cpu| cpu % 16 * 2 + cpu / 16).collect();
    build.topology(&order)
}

fn options(threads: usize, pin: Pin) -> PlacementOptions {
    PlacementOptions { threads: Some(threads), pin: Some(pin), smt: false }
}

fn cpus(topology: &Topology, threads: usize, pin: Pin) -> Vec<usize> {
    let placement = Placement::new(topology, &options(threads, pin)).unwrap();
    placement.sites().iter().map(|site| site.cpu.unwrap()).collect()
}

#[test]
fn compact_workers_fill_one_part_after_the_other_and_siblings_come_last() {
    assert_eq!(cpus(&server(), 5, Pin::Compact), [0, 1, 2, 3, 4]);
    assert_eq!(cpus(&server(), 32, Pin::Compact), (0..32).collect::<Vec<_>>());
    // As AMD's firmware or a hypervisor may number them: siblings side by side.
    let build = Build { packages: 1, nodes: 1, caches: 2, cores: 2, ways: 2 };
    let adjacent = build.topology(&(0..8).collect::<Vec<_>>());
    assert_eq!(cpus(&adjacent, 6, Pin::Compact), [0, 2, 4, 6, 1, 3]);
}

#[test]
fn spread_workers_take_sockets_nodes_and_caches_in_turn() {
    // Sockets first (0 | 8), then nodes (4 | 12), then caches (2 | 10, 6 | 14); the second core of a cache only then.
    let expected = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
    assert_eq!(cpus(&server(), 16, Pin::Spread), expected);
    assert_eq!(cpus(&server(), 18, Pin::Spread)[16..], [16, 24], "siblings after all cores");
}

#[test]
fn forbidden_cpus_and_odd_numbers_are_no_obstacle() {
    let mut topology = server();
    // A container with CPUs 3, 5, 19 and 21: two whole cores of one socket, in two nodes.
    let allowed = [3, 5, 19, 21];
    topology.allowed_cpus = allowed.to_vec();
    topology.cores.iter_mut().for_each(|core| core.cpus.retain(|cpu| allowed.contains(cpu)));
    topology.cores.retain(|core| !core.cpus.is_empty());
    topology.caches.iter_mut().for_each(|cache| cache.cpus.retain(|cpu| allowed.contains(cpu)));
    topology.caches.retain(|cache| !cache.cpus.is_empty());
    assert_eq!(cpus(&topology, 4, Pin::Compact), [3, 5, 19, 21]);
    let placement = Placement::new(&topology, &PlacementOptions::default()).unwrap();
    assert_eq!((placement.workers(), placement.pin()), (2, Pin::Compact));
    let site = placement.sites()[1];
    assert_eq!((site.cpu, site.core, site.numa_node, site.package), (Some(5), Some(1), Some(1), Some(0)));
}

#[test]
fn the_default_is_a_worker_a_core_within_the_quota() {
    let mut topology = server();
    let workers = |topology: &Topology, smt| {
        let placement = Placement::new(topology, &PlacementOptions { smt, ..PlacementOptions::default() }).unwrap();
        assert_eq!((placement.pin(), placement.oversubscribed()), (Pin::Compact, None));
        placement.workers()
    };
    assert_eq!((workers(&topology, false), workers(&topology, true)), (16, 32));
    topology.cpu_quota = Some(20.5);
    assert_eq!((workers(&topology, false), workers(&topology, true)), (16, 20));
    topology.cpu_quota = Some(0.5);
    assert_eq!((workers(&topology, false), workers(&topology, true)), (1, 1));
}

#[test]
fn too_many_threads_are_not_pinned_by_default_and_are_warned_of() {
    let topology = server();
    let placement = Placement::new(&topology, &PlacementOptions { threads: Some(33), ..Default::default() }).unwrap();
    assert_eq!((placement.workers(), placement.pin(), placement.cpu(32)), (33, Pin::None, None));
    let warning = placement.oversubscribed().unwrap();
    assert_eq!(warning, Oversubscribed { threads: 33, usable: 32 });
    assert_eq!(warning.to_string(), "of 33 threads 32 work at one time: this process may run no more");
    // The quota: every thread has a CPU, but not the time.
    let quota = Topology { cpu_quota: Some(2.0), ..server() };
    let placement = Placement::new(&quota, &options(3, Pin::Compact)).unwrap();
    assert_eq!(placement.oversubscribed(), Some(Oversubscribed { threads: 3, usable: 2 }));
}

#[test]
fn what_is_impossible_is_refused_in_one_sentence() {
    let refused = |topology: &Topology, options| Placement::new(topology, &options).unwrap_err();
    let none = PlacementOptions { threads: Some(0), ..PlacementOptions::default() };
    assert_eq!(refused(&server(), none), PlacementError::NoThreads);
    assert_eq!(Placement::unpinned(0), Err(PlacementError::NoThreads));
    assert_eq!(
        refused(&server(), options(33, Pin::Spread)).to_string(),
        "33 threads cannot be pinned (spread): each needs a CPU of its own, and this process may use 32"
    );
    let unbindable = Topology { can_pin: false, ..server() };
    assert_eq!(refused(&unbindable, options(1, Pin::Compact)), PlacementError::NoAffinity { pin: Pin::Compact });
    let placement = Placement::new(&unbindable, &PlacementOptions::default()).unwrap();
    assert_eq!(placement.pin(), Pin::None, "nothing was asked for");
}

#[test]
fn names_are_those_of_the_command_line() {
    for pin in Pin::ALL {
        assert_eq!(pin.to_string().parse(), Ok(pin));
        assert_eq!(serde_json::to_value(pin).unwrap(), pin.name());
    }
    assert_eq!(
        "loose".parse::<Pin>().unwrap_err().to_string(),
        "unknown pinning 'loose': expected compact, spread or none"
    );
    for kind in ExecutorKind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        assert_eq!(kind.start(&Placement::unpinned(1).unwrap()).unwrap().name(), kind.name());
    }
    let error = "magic".parse::<ExecutorKind>().unwrap_err().to_string();
    assert_eq!(error, "unknown executor 'magic': expected serial, fork-join, stealing");
}

#[test]
fn the_nearest_victims_come_first_and_thieves_spread() {
    let mut topology = server();
    for (index, node) in topology.numa_nodes.iter_mut().enumerate() {
        // The nodes of sockets that are wired crosswise: 0 is nearer to 3 than to 2.
        node.distances = [[10, 12, 32, 22], [12, 10, 22, 32], [32, 22, 10, 12], [22, 32, 12, 10]][index].to_vec();
    }
    let placement = Placement::new(&topology, &options(32, Pin::Compact)).unwrap();
    // Worker w is CPU w: 16 is its sibling, 1 and 17 share the cache, 2, 3, 18, 19 the node, 4..8 and 20..24 the socket.
    let sets = |worker: usize| {
        let mut victims = placement.victims(worker).to_vec();
        for range in [0..1, 1..3, 3..7, 7..15, 15..23, 23..31] {
            victims[range].sort_unstable();
        }
        victims
    };
    let expected = [
        16, 1, 17, 2, 3, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31, 8, 9, 10, 11, 24, 25, 26,
        27,
    ];
    assert_eq!(sets(0), expected);
    // The first victims outside of the node are all different.
    let mut first: Vec<_> = (0..32).map(|worker| placement.victims(worker)[7]).collect();
    first.sort_unstable();
    assert_eq!(first, (0..32).collect::<Vec<_>>());

    let unpinned = Placement::unpinned(4).unwrap();
    assert_eq!([0, 1, 2, 3].map(|worker| unpinned.victims(worker)), [[1, 2, 3], [2, 3, 0], [3, 0, 1], [0, 1, 2]]);
    assert!(Placement::unpinned(1).unwrap().victims(0).is_empty());
}

proptest! {
    /// Whatever the machine and the numbers of its CPUs: no CPU twice, no sibling before every core has a worker, each
    /// other worker a victim once, and nearer ones first.
    #[test]
    fn every_placement_is_sound(
        (build, order) in (1..3_usize, 1..3_usize, 1..4_usize, 1..4_usize, 1..3_usize)
            .prop_map(|(packages, nodes, caches, cores, ways)| Build { packages, nodes, caches, cores, ways })
            .prop_flat_map(|build| (Just(build), Just((0..build.cpus()).collect::<Vec<_>>()).prop_shuffle())),
        pin in prop::sample::select(vec![Pin::Compact, Pin::Spread]),
        share in 0.0..1.0_f64,
    ) {
        let topology = build.topology(&order);
        let threads = (1..=build.cpus()).find(|&threads| threads as f64 >= share * build.cpus() as f64).unwrap();
        let placement = Placement::new(&topology, &options(threads, pin)).unwrap();
        let sites = placement.sites();
        let distinct = |part: fn(&Site) -> Option<usize>, sites: &[Site]| {
            let mut all: Vec<_> = sites.iter().map(part).collect();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        prop_assert_eq!(distinct(|site| site.cpu, sites), threads);
        let cores = topology.cores.len();
        prop_assert_eq!(distinct(|site| site.core, &sites[..threads.min(cores)]), threads.min(cores));
        let packages = distinct(|site| site.package, &sites[..threads.min(cores)]);
        match pin {
            Pin::Spread => prop_assert_eq!(packages, threads.min(build.packages)),
            _ => prop_assert_eq!(packages, threads.min(cores).div_ceil(cores / build.packages)),
        }
        for worker in 0..threads {
            let victims = placement.victims(worker);
            let mut all = victims.to_vec();
            all.push(worker);
            all.sort_unstable();
            prop_assert_eq!(all, (0..threads).collect::<Vec<_>>());
            let far = |&other: &usize| {
                let parts: [fn(&Site) -> Option<usize>; 4] =
                    [|site| site.core, |site| site.last_level_cache, |site| site.numa_node, |site| site.package];
                parts.iter().position(|part| part(&sites[worker]) == part(&sites[other])).unwrap_or(parts.len())
            };
            prop_assert!(victims.iter().map(far).is_sorted());
        }
    }
}

/// Where the threads of an executor on this machine really are.
#[test]
fn workers_are_where_the_placement_says() {
    let topology = Topology::detect();
    if !topology.can_pin {
        eprintln!("SKIPPED (this system binds no threads)");
        return;
    }
    let before = affinity::current_thread_cpus().unwrap();
    for pin in Pin::ALL {
        let placement = Placement::new(&topology, &options(topology.allowed_cpus.len(), pin)).unwrap();
        let executor = ForkJoin::on(&placement).unwrap();
        assert_eq!(executor.workers(), placement.workers());
        let check = |_index: usize, worker: usize| {
            let expected = placement.cpu(worker).map_or_else(|| before.clone(), |cpu| vec![cpu]);
            assert_eq!(affinity::current_thread_cpus().unwrap(), expected, "worker {worker}");
        };
        executor.for_each(100, &Cancel::new(), &check).unwrap();
    }
    assert_eq!(affinity::current_thread_cpus().unwrap(), before, "the caller stays free");
}

#[test]
fn a_cpu_that_is_not_there_fails_the_start() {
    if !affinity::is_supported() {
        eprintln!("SKIPPED (this system binds no threads)");
        return;
    }
    let mut topology = Build { packages: 1, nodes: 1, caches: 1, cores: 2, ways: 1 }.topology(&[0, 1]);
    // Numbers that only a fake machine has.
    for (core, cpu) in topology.cores.iter_mut().zip([1021, 1022]) {
        core.cpus = vec![cpu];
    }
    let placement = Placement::new(&topology, &options(2, Pin::Compact)).unwrap();
    let error = ForkJoin::on(&placement).unwrap_err();
    assert!(matches!(error, ExecutorError::Bind(BindError { cpu: 1021 | 1022, .. })), "{error}");
}

#[test]
fn the_calling_thread_is_one_worker_and_is_not_bound() {
    let topology = server();
    let placement = ExecutorKind::Serial.place(&topology, &PlacementOptions::default()).unwrap();
    assert_eq!((placement.workers(), placement.pin()), (1, Pin::None));
    for (threads, pin) in [(2, Pin::None), (1, Pin::Compact)] {
        let error = ExecutorKind::Serial.place(&topology, &options(threads, pin)).unwrap_err();
        assert!(matches!(error, ExecutorError::CallingThread { .. }), "{error}");
        let placement = Placement::new(&topology, &options(threads, pin)).unwrap();
        assert!(matches!(ExecutorKind::Serial.start(&placement), Err(ExecutorError::CallingThread { .. })));
    }
    assert_eq!(ExecutorKind::ForkJoin.place(&topology, &PlacementOptions::default()).unwrap().workers(), 16);
}
