//! Under what a measurement was made: the machine, its settings, the build; and how much else went on meanwhile.
//!
//! No host, user or path is recorded.

use std::{
    env, fs,
    sync::OnceLock,
    time::{Duration, Instant},
};

use hear_kernels::simd::Isa;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    record::hexadecimal,
    system::{Machine, commit},
};

/// The machine, its settings and the build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// The machine: processor, cores, caches, memory, kernel.
    pub machine: Machine,
    /// The revision of the processor's microcode.
    pub microcode: Option<String>,
    /// How the kernel chooses the first CPU's frequency; `None` where it does not, as in most virtual machines.
    pub governor: Option<String>,
    /// When the kernel gives huge pages: `always`, `madvise` or `never`.
    pub transparent_huge_pages: Option<String>,
    /// The widest instruction set that the processor and the variable `HEAR_ISA` allow.
    pub isa: String,
    /// What the program was built from and how.
    pub build: Build,
}

/// What a program was built from and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Build {
    /// The version of hear-bench.
    pub version: String,
    /// The commit, hexadecimal; `None` if it was built outside of a repository.
    pub commit: Option<String>,
    /// Whether files were changed since that commit.
    pub dirty: Option<bool>,
    /// BLAKE3 of the program, hexadecimal, where the commit does not say what it was built from.
    #[serde(default)]
    pub executable: Option<String>,
    /// The compiler.
    pub compiler: String,
    /// The platform that it was built for.
    pub target: String,
    /// `release` or `debug`.
    pub profile: String,
    /// How far the compiler optimises: `0` to `3`, `s` or `z`.
    pub opt_level: String,
    /// What the compiler could take for granted of the processor, separated by commas.
    pub target_features: String,
    /// Further flags of the compiler, without those that name a path.
    pub flags: String,
    /// Features that make a program wrong or slow on purpose, to test the laboratory; empty in every other build.
    pub test_features: Vec<String>,
}

impl Environment {
    /// What this process runs under.
    #[must_use]
    pub fn detect() -> Self {
        let read = |path: &str| fs::read_to_string(path).ok();
        let governor = read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
        let huge_pages = read("/sys/kernel/mm/transparent_hugepage/enabled");
        Self {
            machine: Machine::detect(),
            microcode: read("/proc/cpuinfo").and_then(|text| microcode(&text).map(str::to_owned)),
            governor: governor.map(|text| text.trim().to_owned()),
            transparent_huge_pages: huge_pages.and_then(|text| selected(&text).map(str::to_owned)),
            // A variable that names nothing known is refused before anything is measured.
            isa: Isa::from_environment().map_or_else(|error| error.to_string(), |isa| isa.name().to_owned()),
            build: Build::this(),
        }
    }
}

impl Build {
    /// Of this program.
    #[must_use]
    pub fn this() -> Self {
        let described = commit();
        let (commit, dirty) = described.as_deref().map_or((None, None), |described| {
            let clean = described.strip_suffix("-dirty");
            (Some(clean.unwrap_or(described).to_owned()), Some(clean.is_some()))
        });
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit,
            dirty,
            executable: (dirty != Some(false)).then(executable).flatten(),
            compiler: env!("HEAR_BENCH_COMPILER").to_owned(),
            target: env!("HEAR_BENCH_TARGET").to_owned(),
            profile: env!("HEAR_BENCH_PROFILE").to_owned(),
            opt_level: env!("HEAR_BENCH_OPT_LEVEL").to_owned(),
            target_features: env!("HEAR_BENCH_FEATURES").to_owned(),
            flags: env!("HEAR_BENCH_FLAGS").to_owned(),
            test_features: TEST_FEATURES.iter().map(|&name| name.to_owned()).collect(),
        }
    }
}

/// BLAKE3 of this program's file, if it can be read.
fn executable() -> Option<String> {
    static HASH: OnceLock<Option<String>> = OnceLock::new();
    let hash = || Some(hexadecimal(blake3::hash(&fs::read(env::current_exe().ok()?).ok()?).as_bytes()));
    HASH.get_or_init(hash).clone()
}

/// Features of this build that no measurement for others may have.
pub const TEST_FEATURES: &[&str] = &[
    #[cfg(feature = "slowed")]
    "slowed",
    #[cfg(feature = "fault-injection")]
    "fault-injection",
];

/// The revision in `/proc/cpuinfo`.
fn microcode(cpuinfo: &str) -> Option<&str> {
    values(cpuinfo, "microcode").next()
}

/// The values of the lines `name : value` of `/proc/cpuinfo`.
fn values<'a>(cpuinfo: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    cpuinfo.lines().filter_map(move |line| {
        let (key, value) = line.split_once(':')?;
        (key.trim_end() == name).then_some(value.trim())
    })
}

/// The word in brackets, which is how the kernel marks what it has chosen.
fn selected(text: &str) -> Option<&str> {
    text.split_once('[')?.1.split_once(']').map(|(word, _)| word)
}

/// What else went on while something was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Noise {
    /// Seconds that were watched.
    pub elapsed_s: f64,
    /// The part of all CPUs' time that the hypervisor gave to other machines, in [0, 1].
    pub steal_share: Option<f64>,
    /// The part of all CPUs' time that other programs and the kernel's interrupts took, in [0, 1].
    pub other_load_share: Option<f64>,
    /// The fastest CPU's lowest frequency over its highest among the readings, in (0, 1]; `None` where no two of them are
    /// known. A virtual machine may report a constant.
    pub frequency_ratio: Option<f64>,
    /// How often a thread of the process had to leave its CPU.
    pub involuntary_switches: Option<u64>,
}

impl Noise {
    /// Steal time from which on a measurement is called noisy: one tick in fifty. An idle host steals a few in a thousand.
    pub const STEAL_SHARE: f64 = 0.02;
    /// Load of others from which on a measurement is called noisy. What a desktop or a monitoring agent takes is below.
    pub const OTHER_LOAD_SHARE: f64 = 0.05;
    /// A frequency below this part of the highest one is called noisy. One step of a usual boost table is about 0.98.
    pub const FREQUENCY_RATIO: f64 = 0.95;

    /// One sentence on what is beyond the bounds, if anything is. Switches have none: they follow from the others, or from
    /// more threads than CPUs.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let percent = |share: f64| format!("{:.0}%", 100.0 * share);
        let mut causes = Vec::new();
        if let Some(share) = self.steal_share.filter(|&share| share > Self::STEAL_SHARE) {
            causes.push(format!("the hypervisor took {} of the CPUs' time", percent(share)));
        }
        if let Some(share) = self.other_load_share.filter(|&share| share > Self::OTHER_LOAD_SHARE) {
            causes.push(format!("other programs took {} of the CPUs' time", percent(share)));
        }
        if let Some(ratio) = self.frequency_ratio.filter(|&ratio| ratio < Self::FREQUENCY_RATIO) {
            causes.push(format!("the frequency fell to {}", percent(ratio)));
        }
        (!causes.is_empty()).then(|| causes.join(", "))
    }

    /// The noise of several measurements as that of one; `None` of none.
    #[must_use]
    pub fn joined(of: &[Self]) -> Option<Self> {
        let elapsed_s: f64 = of.iter().map(|noise| noise.elapsed_s).sum();
        let mean = |share: fn(&Self) -> Option<f64>| {
            let parts: Option<Vec<f64>> = of.iter().map(|noise| Some(share(noise)? * noise.elapsed_s)).collect();
            parts.map(|parts| parts.iter().sum::<f64>() / elapsed_s.max(f64::MIN_POSITIVE))
        };
        (!of.is_empty()).then(|| Self {
            elapsed_s,
            steal_share: mean(|noise| noise.steal_share),
            other_load_share: mean(|noise| noise.other_load_share),
            frequency_ratio: of.iter().filter_map(|noise| noise.frequency_ratio).reduce(f64::min),
            involuntary_switches: of.iter().map(|noise| noise.involuntary_switches).sum(),
        })
    }
}

/// Watches what else goes on, from [`NoiseWatch::start`] to [`NoiseWatch::finish`].
#[derive(Debug)]
pub struct NoiseWatch {
    start: Instant,
    ticks: Option<(Ticks, u64)>,
    switches: Option<u64>,
    frequencies_mhz: Vec<f64>,
}

impl NoiseWatch {
    /// Starts.
    #[must_use]
    pub fn start() -> Self {
        Self { start: Instant::now(), ticks: ticks_now(), switches: switches_now(), frequencies_mhz: Vec::new() }
    }

    /// Reads the frequency. To be called between runs, when a busy CPU has had the time to reach its frequency: at rest it
    /// is low everywhere.
    pub fn note_frequency(&mut self) {
        self.frequencies_mhz.extend(frequency_now());
    }

    /// What went on since the start. To be called while the threads that were measured are still there.
    #[must_use]
    pub fn finish(self) -> Noise {
        let elapsed = self.start.elapsed();
        let shares = self.ticks.zip(ticks_now()).and_then(|(before, after)| shares(before, after));
        let switches = self.switches.zip(switches_now()).map(|(before, after)| after.saturating_sub(before));
        Noise::new(elapsed, shares, &self.frequencies_mhz, switches)
    }
}

impl Noise {
    fn new(elapsed: Duration, shares: Option<Shares>, frequencies_mhz: &[f64], switches: Option<u64>) -> Self {
        let lowest = frequencies_mhz.iter().copied().reduce(f64::min);
        let highest = frequencies_mhz.iter().copied().reduce(f64::max);
        Self {
            elapsed_s: elapsed.as_secs_f64(),
            steal_share: shares.map(|shares| shares.steal),
            other_load_share: shares.map(|shares| shares.others),
            frequency_ratio: lowest.zip(highest).filter(|_| frequencies_mhz.len() > 1).map(|(low, high)| low / high),
            involuntary_switches: switches,
        }
    }
}

/// The time of all CPUs since the start of the machine, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticks {
    /// Of work, with interrupts.
    busy: u64,
    /// Taken by the hypervisor.
    steal: u64,
    /// All.
    total: u64,
}

/// The first line of `/proc/stat`: `cpu user nice system idle iowait irq softirq steal guest guest_nice`. A guest's time
/// is a part of the user's.
fn ticks(stat: &str) -> Option<Ticks> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let fields: Vec<u64> = line.split_whitespace().map(|field| field.parse().ok()).collect::<Option<_>>()?;
    let &[user, nice, system, idle, io_wait, interrupts, soft_interrupts, steal, ..] = &*fields else { return None };
    let busy = user + nice + system + interrupts + soft_interrupts;
    Some(Ticks { busy, steal, total: busy + idle + io_wait + steal })
}

/// The ticks of all threads of a process: fields 14 and 15 of `/proc/PID/stat`. The second field, the program's name in
/// parentheses, may hold anything.
fn own_ticks(stat: &str) -> Option<u64> {
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace().skip(11);
    let (user, system) = (fields.next()?.parse::<u64>().ok()?, fields.next()?.parse::<u64>().ok()?);
    Some(user + system)
}

fn ticks_now() -> Option<(Ticks, u64)> {
    let own = own_ticks(&fs::read_to_string("/proc/self/stat").ok()?)?;
    Some((ticks(&fs::read_to_string("/proc/stat").ok()?)?, own))
}

/// Parts of all CPUs' time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shares {
    steal: f64,
    others: f64,
}

/// What the others took between two readings of everybody's ticks and one's own; `None` if no tick has passed.
fn shares(before: (Ticks, u64), after: (Ticks, u64)) -> Option<Shares> {
    let passed = |of: fn(&Ticks) -> u64| of(&after.0).saturating_sub(of(&before.0));
    let (busy, steal, total) = (passed(|t| t.busy), passed(|t| t.steal), passed(|t| t.total));
    let others = busy.saturating_sub(after.1.saturating_sub(before.1));
    (total > 0).then(|| Shares { steal: steal as f64 / total as f64, others: others as f64 / total as f64 })
}

/// The frequency of the fastest CPU, which is a busy one.
fn frequency_now() -> Option<f64> {
    let of_cpu = |entry: std::io::Result<fs::DirEntry>| {
        let text = fs::read_to_string(entry.ok()?.path().join("cpufreq/scaling_cur_freq")).ok()?;
        Some(text.trim().parse::<f64>().ok()? / 1e3)
    };
    let scaled = fs::read_dir("/sys/devices/system/cpu").ok()?.filter_map(of_cpu).reduce(f64::max);
    scaled.or_else(|| frequency(&fs::read_to_string("/proc/cpuinfo").ok()?))
}

/// The highest frequency in `/proc/cpuinfo`, in MHz.
fn frequency(cpuinfo: &str) -> Option<f64> {
    values(cpuinfo, "cpu MHz").filter_map(|value| value.parse().ok()).reduce(f64::max)
}

/// Of all threads of this process that there are.
fn switches_now() -> Option<u64> {
    let of_thread = |entry: std::io::Result<fs::DirEntry>| {
        // A thread may end in the meantime.
        switches(&fs::read_to_string(entry.ok()?.path().join("status")).ok()?)
    };
    Some(fs::read_dir("/proc/self/task").ok()?.filter_map(of_thread).sum())
}

/// The number in `/proc/PID/task/TID/status`.
fn switches(status: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPUINFO: &str = "\
processor\t: 0
model name\t: AMD EPYC
microcode\t: 0xa101144
cpu MHz\t\t: 2596.096
processor\t: 1
microcode\t: 0xa101144
cpu MHz\t\t: 3400.500
";

    #[test]
    fn the_processors_lines_are_found() {
        assert_eq!(microcode(CPUINFO), Some("0xa101144"));
        assert_eq!(frequency(CPUINFO), Some(3400.5));
        assert_eq!((microcode("processor: 0"), frequency("cpu MHz : fast")), (None, None));
    }

    #[test]
    fn the_kernels_choice_stands_in_brackets() {
        assert_eq!(selected("always [madvise] never\n"), Some("madvise"));
        assert_eq!(selected("always madvise never"), None);
    }

    #[test]
    fn ticks_are_of_all_cpus_and_a_guest_counts_once() {
        let stat = "cpu  100 20 30 400 50 6 7 8 90 9\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
        assert_eq!(ticks(stat), Some(Ticks { busy: 163, steal: 8, total: 621 }));
        assert_eq!(ticks("cpu0 1 2 3 4 5 6 7 8"), None);
        assert_eq!(ticks("cpu  1 2 3"), None);
        assert_eq!(ticks("cpu  1 2 3 4 5 6 7 many"), None);
    }

    #[test]
    fn own_ticks_follow_a_name_that_holds_anything() {
        let stat = "42 (a) b (c)) R 1 2 3 4 -1 4194304 99 0 0 0 17 25 0 0 20 0 3 0 4635556";
        assert_eq!(own_ticks(stat), Some(42));
        assert_eq!(own_ticks("42 (cut off) R 1 2"), None);
    }

    #[test]
    fn others_took_what_is_neither_idle_nor_ones_own() {
        let before = (Ticks { busy: 1000, steal: 10, total: 5000 }, 300);
        let after = (Ticks { busy: 1150, steal: 15, total: 5200 }, 420);
        assert_eq!(shares(before, after), Some(Shares { steal: 0.025, others: 0.15 }));
        assert_eq!(shares(before, before), None);
        // The two files are not read at one moment: a tick may be known as one's own before it is known at all.
        let early = (Ticks { busy: 1100, steal: 10, total: 5200 }, 401);
        assert_eq!(shares(before, early).map(|shares| shares.others), Some(0.0));
    }

    #[test]
    fn switches_are_those_that_were_forced() {
        assert_eq!(switches("voluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t12\n"), Some(12));
        assert_eq!(switches("voluntary_ctxt_switches:\t7\n"), None);
    }

    fn noise(steal: f64, others: f64, frequencies_mhz: &[f64]) -> Noise {
        let shares = Shares { steal, others };
        Noise::new(Duration::from_secs(2), Some(shares), frequencies_mhz, Some(3))
    }

    #[test]
    fn what_is_beyond_a_bound_is_named_and_nothing_else() {
        assert_eq!(noise(0.02, 0.05, &[2000.0, 1900.0]).warning(), None);
        let loud = noise(0.10, 0.30, &[2000.0, 1500.0, 1900.0]);
        let sentence = "the hypervisor took 10% of the CPUs' time, other programs took 30% of the CPUs' time, \
                        the frequency fell to 75%";
        assert_eq!(loud.warning().as_deref(), Some(sentence));
        assert_eq!(noise(0.0, 0.0, &[1500.0]).frequency_ratio, None, "one reading is no change");
        assert_eq!(Noise::new(Duration::from_secs(1), None, &[], None).warning(), None);
    }

    #[test]
    fn the_noise_of_several_measurements_is_weighted_by_their_time() {
        let (short, mut long) = (noise(0.3, 0.0, &[2.0, 1.0]), noise(0.0, 0.3, &[]));
        long.elapsed_s = 4.0;
        let joined = Noise::joined(&[short, long]).unwrap();
        assert!((joined.steal_share.unwrap() - 0.1).abs() < 1e-12, "{joined:?}");
        assert!((joined.other_load_share.unwrap() - 0.2).abs() < 1e-12, "{joined:?}");
        assert_eq!((joined.elapsed_s, joined.frequency_ratio), (6.0, Some(0.5)));
        assert_eq!(joined.involuntary_switches, Some(6));
        assert_eq!(Noise::joined(&[]), None);
    }

    /// Threads that work for no one but this test's process are its own; those of others are not.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_watch_sees_the_machine() {
        let mut watch = NoiseWatch::start();
        watch.note_frequency();
        std::thread::sleep(Duration::from_millis(60));
        watch.note_frequency();
        let noise = watch.finish();
        assert!(noise.elapsed_s >= 0.06, "{noise:?}");
        for share in [noise.steal_share, noise.other_load_share] {
            assert!(share.is_some_and(|share| (0.0..=1.0).contains(&share)), "{noise:?}");
        }
        assert!(noise.frequency_ratio.is_none_or(|ratio| 0.0 < ratio && ratio <= 1.0), "{noise:?}");
        assert!(noise.involuntary_switches.is_some(), "{noise:?}");
    }

    #[test]
    fn a_build_says_what_it_is() {
        let environment = Environment::detect();
        let build = &environment.build;
        assert!(build.compiler.starts_with("rustc 1."), "{build:?}");
        assert!(
            build.commit.as_ref().is_none_or(|commit| commit.len() >= 40 && !commit.contains("dirty")),
            "{build:?}"
        );
        assert_eq!(build.commit.is_some(), build.dirty.is_some());
        assert_eq!(build.executable.is_some(), build.dirty != Some(false), "a clean commit says it all");
        assert_eq!(build.test_features, TEST_FEATURES);
        let json = serde_json::to_string(&environment).unwrap();
        assert!(!json.contains(env!("CARGO_MANIFEST_DIR")) && !json.contains("/home/"), "{json}");
        assert_eq!(serde_json::from_str::<Environment>(&json).unwrap(), environment);
    }
}
