//! What the processor and the kernel count while a program runs, where they are permitted to say.

use hear_scheduler::units::median;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was counted, of all threads that the program started since the counters were opened, and of the one that opened
/// them. What could not be counted is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Processor cycles outside of the kernel.
    pub cycles: Option<u64>,
    /// Instructions that were completed, outside of the kernel.
    pub instructions: Option<u64>,
    /// Reads that the last cache did not have.
    pub cache_misses: Option<u64>,
    /// Reads whose page the first-level data TLB did not have.
    pub dtlb_misses: Option<u64>,
    /// How often a thread left a core.
    pub context_switches: Option<u64>,
    /// How often a page was touched that was not mapped.
    pub page_faults: Option<u64>,
}

impl Counts {
    /// What was counted between an earlier reading and this one.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let difference = |now: Option<u64>, then: Option<u64>| Some(now?.saturating_sub(then?));
        Self {
            cycles: difference(self.cycles, earlier.cycles),
            instructions: difference(self.instructions, earlier.instructions),
            cache_misses: difference(self.cache_misses, earlier.cache_misses),
            dtlb_misses: difference(self.dtlb_misses, earlier.dtlb_misses),
            context_switches: difference(self.context_switches, earlier.context_switches),
            page_faults: difference(self.page_faults, earlier.page_faults),
        }
    }

    /// The medians of several readings, each for itself.
    #[must_use]
    pub fn medians(of: &[Self]) -> Self {
        let median = |field: fn(&Self) -> Option<u64>| median(of.iter().map(field).collect::<Option<_>>()?);
        Self {
            cycles: median(|counts| counts.cycles),
            instructions: median(|counts| counts.instructions),
            cache_misses: median(|counts| counts.cache_misses),
            dtlb_misses: median(|counts| counts.dtlb_misses),
            context_switches: median(|counts| counts.context_switches),
            page_faults: median(|counts| counts.page_faults),
        }
    }

    /// One line.
    #[must_use]
    pub fn describe(&self) -> String {
        let ratio = match (self.instructions, self.cycles) {
            (Some(instructions), Some(cycles)) if cycles > 0 => {
                Some(format!("{:.2} instructions a cycle", instructions as f64 / cycles as f64))
            }
            _ => None,
        };
        let parts = [
            (self.cycles, "cycles"),
            (self.instructions, "instructions"),
            (self.cache_misses, "last-level misses"),
            (self.dtlb_misses, "dTLB misses"),
            (self.context_switches, "context switches"),
            (self.page_faults, "page faults"),
        ];
        let counted = parts.into_iter().filter_map(|(count, name)| Some(format!("{} {name}", readable(count?))));
        let text: Vec<String> = counted.chain(ratio).collect();
        if text.is_empty() { "nothing could be counted".to_owned() } else { text.join(", ") }
    }
}

/// A count with three or four digits.
fn readable(count: u64) -> String {
    let value = count as f64;
    match count {
        1_000_000_000.. => format!("{:.2}e9", value * 1e-9),
        1_000_000.. => format!("{:.2}e6", value * 1e-6),
        100_000.. => format!("{:.0}e3", value * 1e-3),
        _ => count.to_string(),
    }
}

pub use system::Counters;

#[cfg(target_os = "linux")]
mod system {
    use std::{fs, io, path::Path};

    use perf_event::{
        Builder, Counter, ReadFormat,
        events::{Cache, CacheId, CacheOp, CacheResult, Event, Hardware, Software},
    };

    use super::Counts;

    /// Open counters. Threads that were started before are not counted.
    #[derive(Debug)]
    pub struct Counters {
        cycles: Option<Counter>,
        instructions: Option<Counter>,
        cache_misses: Option<Counter>,
        dtlb_misses: Option<Counter>,
        context_switches: Option<Counter>,
        page_faults: Option<Counter>,
        objection: Option<String>,
    }

    impl Counters {
        /// Opens what the system permits.
        #[must_use]
        pub fn open() -> Self {
            let misses = |which| Cache { which, operation: CacheOp::READ, result: CacheResult::MISS };
            let mut refusal = None;
            let mut hardware =
                |counter: io::Result<Counter>| counter.map_err(|error| refusal.get_or_insert(error.kind())).ok();
            let cycles = hardware(open(Hardware::CPU_CYCLES, false));
            let instructions = hardware(open(Hardware::INSTRUCTIONS, false));
            let cache_misses =
                hardware(open(misses(CacheId::LL), false).or_else(|_| open(Hardware::CACHE_MISSES, false)));
            let dtlb_misses = hardware(open(misses(CacheId::DTLB), false));
            Self {
                cycles,
                instructions,
                cache_misses,
                dtlb_misses,
                // Switches and faults happen in the kernel: without its part they would be 0.
                context_switches: open(Software::CONTEXT_SWITCHES, true).ok(),
                page_faults: open(Software::PAGE_FAULTS, true).or_else(|_| open(Software::PAGE_FAULTS, false)).ok(),
                objection: refusal.map(|kind| objection(kind, Path::new("/"))),
            }
        }

        /// One sentence on why something is not counted, if it is not.
        #[must_use]
        pub fn objection(&self) -> Option<&str> {
            self.objection.as_deref()
        }

        /// What was counted so far. Where the processor has fewer counters than are open they take turns, and counts are
        /// scaled to the whole time.
        pub fn read(&mut self) -> Counts {
            Counts {
                cycles: read(&mut self.cycles),
                instructions: read(&mut self.instructions),
                cache_misses: read(&mut self.cache_misses),
                dtlb_misses: read(&mut self.dtlb_misses),
                context_switches: read(&mut self.context_switches),
                page_faults: read(&mut self.page_faults),
            }
        }
    }

    /// A counter of the calling thread and of those that it starts from now on. Not in a group: the kernel reads no group
    /// of inherited counters.
    fn open(event: impl Event, with_kernel: bool) -> io::Result<Counter> {
        let mut builder = Builder::new(event);
        builder.inherit(true).enabled(true).exclude_kernel(!with_kernel);
        builder.read_format(ReadFormat::TOTAL_TIME_ENABLED | ReadFormat::TOTAL_TIME_RUNNING);
        builder.build()
    }

    fn read(counter: &mut Option<Counter>) -> Option<u64> {
        let data = counter.as_mut()?.read_full().ok()?;
        let (enabled, running) = (data.time_enabled()?.as_nanos(), data.time_running()?.as_nanos());
        if running == 0 {
            // It never had its turn, unless nothing ran at all.
            return (enabled == 0).then_some(0);
        }
        u64::try_from(u128::from(data.count()) * enabled / running).ok()
    }

    /// Why the processor's counters are not there: from what the system call said, and what stands under `root`.
    fn objection(kind: io::ErrorKind, root: &Path) -> String {
        let paranoid = fs::read_to_string(root.join("proc/sys/kernel/perf_event_paranoid"));
        let paranoid = paranoid.map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned());
        let devices = root.join("sys/bus/event_source/devices");
        let has_unit = ["cpu", "cpu_core", "armv8_pmuv3_0"].iter().any(|unit| devices.join(unit).exists());
        if kind == io::ErrorKind::PermissionDenied {
            format!(
                "hardware counters are not permitted: kernel.perf_event_paranoid is {paranoid}, at most 2 is needed"
            )
        } else if !has_unit {
            format!(
                "this machine shows no hardware counters, as virtual machines often do not \
                 (kernel.perf_event_paranoid is {paranoid})"
            )
        } else {
            format!("some hardware counters could not be opened: {kind} (kernel.perf_event_paranoid is {paranoid})")
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_reason_names_what_is_missing() {
            let root = tempfile::tempdir().unwrap();
            let sentence = |kind| objection(kind, root.path());
            assert!(sentence(io::ErrorKind::PermissionDenied).contains("paranoid is unknown"));
            fs::create_dir_all(root.path().join("proc/sys/kernel")).unwrap();
            fs::write(root.path().join("proc/sys/kernel/perf_event_paranoid"), "3\n").unwrap();
            assert!(sentence(io::ErrorKind::PermissionDenied).contains("paranoid is 3, at most 2 is needed"));
            assert!(sentence(io::ErrorKind::NotFound).contains("no hardware counters"));
            fs::create_dir_all(root.path().join("sys/bus/event_source/devices/cpu")).unwrap();
            assert!(sentence(io::ErrorKind::NotFound).starts_with("some hardware counters"));
        }

        #[test]
        fn what_is_counted_grows_with_the_threads_work_or_the_reason_is_given() {
            let mut counters = Counters::open();
            let before = counters.read();
            std::thread::spawn(|| std::hint::black_box((0..10_000_000_u64).fold(0, |a, b| a ^ b.rotate_left(3))))
                .join()
                .unwrap();
            let counts = counters.read().since(&before);
            match counts.instructions {
                Some(instructions) => assert!(instructions > 1_000_000, "{counts:?}"),
                None => assert!(counters.objection().unwrap().contains("perf_event_paranoid"), "{counters:?}"),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Counts;

    /// Counters: there are none on this system.
    #[derive(Debug)]
    pub struct Counters;

    impl Counters {
        /// Opens nothing.
        #[must_use]
        pub fn open() -> Self {
            Self
        }

        /// Why nothing is counted.
        #[must_use]
        pub fn objection(&self) -> Option<&str> {
            Some("hardware counters are read on Linux only")
        }

        /// Nothing.
        pub fn read(&mut self) -> Counts {
            Counts::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_is_not_shown() {
        let before = Counts { cycles: Some(1_000), context_switches: Some(3), ..Counts::default() };
        let after =
            Counts { cycles: Some(2_501_000), instructions: Some(9), context_switches: Some(10), ..Counts::default() };
        let counts = after.since(&before);
        assert_eq!(counts.describe(), "2.50e6 cycles, 7 context switches");
        let both = Counts { instructions: Some(5_000_000), ..counts };
        assert!(both.describe().ends_with("2.00 instructions a cycle"), "{}", both.describe());
        assert_eq!(Counts::default().describe(), "nothing could be counted");
    }
}
