//! The topology reader on trees of files as different machines have them, and on this machine.

use std::fs;
use std::path::Path;

use hear_scheduler::Topology;
use hear_scheduler::topology::{Caches, Core, NumaNode};
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
    ];
    for cpu in 0..8 {
        let directory = format!("sys/devices/system/cpu/cpu{cpu}");
        files.push((format!("{directory}/topology/core_cpus_list"), format!("{},{}", cpu % 4, cpu % 4 + 4)));
        files.push((format!("{directory}/topology/physical_package_id"), (cpu % 4 / 2).to_string()));
        let caches =
            [("1", "Data", "32K"), ("1", "Instruction", "64K"), ("2", "Unified", "1M"), ("3", "Unified", "36608K")];
        for (index, (level, kind, size)) in caches.into_iter().enumerate() {
            let cache = format!("{directory}/cache/index{index}");
            files.push((format!("{cache}/level"), level.to_owned()));
            files.push((format!("{cache}/type"), kind.to_owned()));
            files.push((format!("{cache}/size"), size.to_owned()));
        }
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let topology = Topology::read(tree(&files).path());

    let core = |package, cpus: &[usize]| Core { package: Some(package), cpus: cpus.to_vec() };
    let expected = Topology {
        model_name: Some("Some Processor @ 2.90GHz".to_owned()),
        allowed_cpus: (1..8).collect(),
        cpu_quota: Some(3.5),
        cores: vec![core(0, &[1, 5]), core(1, &[2, 6]), core(1, &[3, 7]), core(0, &[4])],
        caches: Caches { l1d_bytes: Some(32 << 10), l2_bytes: Some(1 << 20), l3_bytes: Some(36_608 << 10) },
        numa_nodes: vec![NumaNode { id: 0, cpus: vec![0, 1, 4, 5] }, NumaNode { id: 1, cpus: vec![2, 3, 6, 7] }],
        memory_bytes: Some(24_576_000 << 10),
        memory_limit_bytes: Some(8_589_934_592),
    };
    assert_eq!(topology, expected);
    assert_eq!(topology.usable_threads(), 3);

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
