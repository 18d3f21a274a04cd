//! The topology reader on trees of files as different machines have them, and on this machine.

use std::fs;
use std::path::Path;

use hear_scheduler::Topology;
use hear_scheduler::topology::{Cache, CacheSizes, Core, NumaNode, Source};
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{text}\n")).unwrap();
    }
    root
}

/// Two sockets of two cores with two threads each, one CPU of them forbidden, control groups of version 2.
#[test]
fn server_with_two_sockets() {
    let mut files = vec![
        ("proc/cpuinfo".to_owned(), "processor\t: 0\nmodel name\t: Some Processor @ 2.90GHz\nmodel\t: 1".to_owned()),
        ("proc/meminfo".to_owned(), "MemTotal:       24576000 kB\nMemFree:        1 kB".to_owned()),
        ("proc/self/status".to_owned(), "Name:\ttest\nCpus_allowed:\tfe\nCpus_allowed_list:\t1-7".to_owned()),
        ("proc/self/cgroup".to_owned(), "0::/user.slice/job".to_owned()),
        ("sys/fs/cgroup/user.slice/cpu.max".to_owned(), "350000 100000".to_owned()),
        ("sys/fs/cgroup/user.slice/job/cpu.max".to_owned(), "max 100000".to_owned()),
        ("sys/fs/cgroup/user.slice/memory.max".to_owned(), "max".to_owned()),
        ("sys/fs/cgroup/user.slice/job/memory.max".to_owned(), "8589934592".to_owned()),
        ("sys/devices/system/cpu/online".to_owned(), "0-7".to_owned()),
        ("sys/devices/system/node/online".to_owned(), "0-1".to_owned()),
        ("sys/devices/system/node/node0/cpulist".to_owned(), "0-1,4-5".to_owned()),
        ("sys/devices/system/node/node1/cpulist".to_owned(), "2-3,6-7".to_owned()),
        ("sys/devices/system/node/node0/distance".to_owned(), "10 21".to_owned()),
        ("sys/devices/system/node/node1/distance".to_owned(), "21 10 40".to_owned()),
        (
            "sys/devices/system/node/node0/meminfo".to_owned(),
            "Node 0 MemTotal:  1000 kB\nNode 0 MemFree: 1 kB".to_owned(),
        ),
        ("sys/kernel/mm/transparent_hugepage/enabled".to_owned(), "always [madvise] never".to_owned()),
    ];
    for cpu in 0..8 {
        let directory = format!("sys/devices/system/cpu/cpu{cpu}");
        files.push((format!("{directory}/topology/core_cpus_list"), format!("{},{}", cpu % 4, cpu % 4 + 4)));
        files.push((format!("{directory}/topology/physical_package_id"), (cpu % 4 / 2).to_string()));
        let core = format!("{},{}", cpu % 4, cpu % 4 + 4);
        let socket = if cpu % 4 < 2 { "0-1,4-5" } else { "2-3,6-7" };
        let caches = [
            ("1", "Data", "32K", core.as_str()),
            ("1", "Instruction", "64K", &core),
            ("2", "Unified", "1M", &core),
            ("3", "Unified", "36608K", socket),
        ];
        for (index, (level, kind, size, cpus)) in caches.into_iter().enumerate() {
            let cache = format!("{directory}/cache/index{index}");
            files.push((format!("{cache}/level"), level.to_owned()));
            files.push((format!("{cache}/type"), kind.to_owned()));
            files.push((format!("{cache}/size"), size.to_owned()));
            files.push((format!("{cache}/shared_cpu_list"), cpus.to_owned()));
        }
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let topology = Topology::read(tree(&files).path());

    let core = |package, cpus: &[usize]| Core { package: Some(package), cpus: cpus.to_vec() };
    let cache = |level, bytes: u64, cpus: &[usize]| Cache { level, bytes: Some(bytes), cpus: cpus.to_vec() };
    let expected = Topology {
        source: Source::Sysfs,
        fallback: None,
        model_name: Some("Some Processor @ 2.90GHz".to_owned()),
        allowed_cpus: (1..8).collect(),
        can_pin: true,
        cpu_quota: Some(3.5),
        memory_bytes: Some(24_576_000 << 10),
        memory_limit_bytes: Some(8_589_934_592),
        huge_pages: Some("madvise".to_owned()),
        cores: vec![core(0, &[1, 5]), core(1, &[2, 6]), core(1, &[3, 7]), core(0, &[4])],
        caches: vec![
            cache(1, 32 << 10, &[1, 5]),
            cache(1, 32 << 10, &[2, 6]),
            cache(1, 32 << 10, &[3, 7]),
            cache(1, 32 << 10, &[4]),
            cache(2, 1 << 20, &[1, 5]),
            cache(2, 1 << 20, &[2, 6]),
            cache(2, 1 << 20, &[3, 7]),
            cache(2, 1 << 20, &[4]),
            cache(3, 36_608 << 10, &[1, 4, 5]),
            cache(3, 36_608 << 10, &[2, 3, 6, 7]),
        ],
        numa_nodes: vec![
            NumaNode { id: 0, cpus: vec![0, 1, 4, 5], memory_bytes: Some(1000 << 10), distances: vec![10, 21] },
            // Three distances between two nodes tell nothing.
            NumaNode { id: 1, cpus: vec![2, 3, 6, 7], memory_bytes: None, distances: Vec::new() },
        ],
    };
    assert_eq!(topology, expected);
    assert_eq!((topology.usable_threads(), topology.usable_cores()), (3, 3));
    let sizes = CacheSizes { l1d_bytes: Some(32 << 10), l2_bytes: Some(1 << 20), l3_bytes: Some(36_608 << 10) };
    assert_eq!(topology.cache_sizes(), sizes);
    assert_eq!((topology.numa_node_of(6), topology.numa_node_of(8)), (Some(1), None));
    assert_eq!((topology.last_level_cache_of(4), topology.last_level_cache_of(0)), (Some(8), None));

    let json = serde_json::to_string(&topology).unwrap();
    assert_eq!(serde_json::from_str::<Topology>(&json).unwrap(), expected);
}

#[test]
fn control_groups_of_version_1() {
    let root = tree(&[
        ("proc/self/status", "Cpus_allowed_list:\t0-3"),
        ("proc/self/cgroup", "4:memory:/box\n2:cpu,cpuacct:/box/inner\n1:cpuset:/\n0::/"),
        ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1"),
        ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000"),
        ("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "250000"),
        ("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000"),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712"),
        ("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "1073741824"),
    ]);
    let topology = Topology::read(root.path());
    assert_eq!(topology.cpu_quota, Some(2.5));
    assert_eq!(topology.memory_limit_bytes, Some(1 << 30));
    assert_eq!(topology.usable_threads(), 2);
    // Without topology files every CPU counts as a core.
    assert_eq!(topology.cores.len(), 4);
}

#[test]
fn nothing_known_is_no_failure() {
    let root = tree(&[
        ("proc/self/status", "Cpus_allowed_list: what"),
        ("proc/self/cgroup", "0::\nnonsense"),
        ("sys/fs/cgroup/cpu.max", "0 0"),
        ("proc/meminfo", "MemTotal: many kB"),
        ("sys/devices/system/node/online", "0-"),
    ]);
    assert_eq!(Topology::read(root.path()), Topology::default());
    assert_eq!(Topology::read(Path::new("/does-not-exist")), Topology::default());
    assert_eq!(Topology::default().usable_threads(), 1);
}

/// The standard library reads the same sources by other means.
#[test]
fn this_machine() {
    let topology = Topology::detect();
    assert_eq!(topology.usable_threads(), std::thread::available_parallelism().unwrap().get());
    let cpus: Vec<_> = topology.cores.iter().flat_map(|core| core.cpus.iter().copied()).collect();
    assert_eq!(cpus.len(), topology.allowed_cpus.len(), "every allowed CPU is on one core: {topology:?}");
    if cfg!(target_os = "linux") {
        assert!(topology.memory_bytes.is_some_and(|bytes| bytes > 1 << 28), "{topology:?}");
    }
}

/// Both sources on this machine, then hwloc on machines that it makes up.
#[cfg(feature = "hwloc")]
mod hwloc {
    use std::process::Command;

    use hear_scheduler::topology::HwlocError;

    use super::*;

    #[test]
    fn both_sources_see_the_same_machine() {
        let sysfs = Topology::from_sysfs();
        assert_eq!((sysfs.source, &sysfs.fallback), (Source::Sysfs, &None));
        let hwloc = Topology::detect();
        assert_eq!((hwloc.source, &hwloc.fallback), (Source::Hwloc, &None));
        assert_eq!(hwloc.cores, sysfs.cores);
        assert_eq!(hwloc.caches, sysfs.caches);
        assert_eq!(hwloc.numa_nodes, sysfs.numa_nodes);
        assert_eq!(Topology { source: Source::Sysfs, ..hwloc }, sysfs);
    }

    /// Two sockets of two nodes with a last-level cache each, two cores of two threads in each.
    const SYNTHETIC: &str = "Package:2 L3Cache:2(size=16777216) [NUMANode(memory=1073741824)] L2Cache:2(size=1048576) \
                             L1dCache:1(size=32768) Core:1 PU:2(indexes=8,0,9,1,10,2,11,3,12,4,13,5,14,6,15,7)";

    /// What hwloc makes of an environment, asked in a process that has it: `seen_in_another_environment` below.
    fn seen(name: &str, value: &str, expected: &str) {
        let test = "topology::hwloc::seen_in_another_environment";
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env(name, value)
            .env("EXPECTED", expected)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "the other test has another name");
    }

    #[test]
    fn other_machines_are_read_and_refused() {
        seen("HWLOC_SYNTHETIC", SYNTHETIC, "server");
        seen("HWLOC_SYNTHETIC", "Core:1 PU:1", "unknown");
        seen("HWLOC_XMLFILE", "/does-not-exist.xml", "failure");
    }

    #[test]
    #[ignore = "run by other_machines_are_read_and_refused, in another environment"]
    fn seen_in_another_environment() {
        let base = Topology { allowed_cpus: (1..16).collect(), ..Topology::default() };
        let seen = base.with_hwloc();
        match std::env::var("EXPECTED").unwrap().as_str() {
            "unknown" => assert_eq!(seen, Err(HwlocError::UnknownCpu { cpu: 1 })),
            "failure" => assert!(seen.is_err(), "{seen:?}"),
            _ => {
                let topology = seen.unwrap();
                let core = |cpu| Core {
                    package: Some(cpu / 4),
                    cpus: [cpu, cpu + 8].into_iter().filter(|&cpu| cpu > 0).collect(),
                };
                let mut cores: Vec<_> = (0..8).map(core).collect();
                // CPU 0 is forbidden: its core is known by the sibling.
                cores.rotate_left(1);
                assert_eq!(topology.cores, cores);
                let last: Vec<_> = topology.caches.iter().filter(|cache| cache.level == 3).collect();
                assert_eq!((last.len(), last[0].bytes, &last[0].cpus), (4, Some(16 << 20), &vec![1, 8, 9]));
                assert_eq!(topology.caches.iter().filter(|cache| cache.level < 3).count(), 16);
                let nodes: Vec<_> = topology.numa_nodes.iter().map(|node| node.cpus.clone()).collect();
                assert_eq!(nodes, [[0, 1, 8, 9], [2, 3, 10, 11], [4, 5, 12, 13], [6, 7, 14, 15]]);
                assert_eq!(topology.numa_nodes[3].id, 3);
            }
        }
    }
}
