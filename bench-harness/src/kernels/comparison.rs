//! Times beside each other: a table for people, a record for programs.

use std::fmt;

use itertools::Itertools;
use serde::{Deserialize, Serialize};

use super::{Implementation, KernelTimes, LOG_N, Operation, Subject, library_times::Missing};
use crate::{statistics::Summary, system::Machine};

/// What `hear-bench kernels --json` writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KernelsRecord {
    /// The machine that everything ran on.
    pub machine: Machine,
    /// The commit of the sources of our kernels and of this program.
    pub commit: Option<String>,
    /// log2 of the ring's degree.
    pub log_n: u32,
    /// Who did what in which time, grouped by operation.
    pub kernels: Vec<KernelRecord>,
    /// What libraries do not offer.
    pub missing: Vec<MissingRecord>,
}

/// An implementation's times of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KernelRecord {
    /// What was timed, for people.
    pub name: String,
    /// The operation.
    pub operation: Operation,
    /// Limbs of its operand.
    pub limbs: usize,
    /// The crate or library.
    pub implementation: String,
    /// Its version.
    pub version: String,
    /// The instruction set, where it is known.
    pub isa: Option<String>,
    /// What else says what is done.
    pub parameters: String,
    /// Microseconds a call.
    pub call_us: Summary,
    /// The median over that of ours: see [`Comparison::new`]. Absent where nothing of ours does the operation.
    pub ratio: Option<f64>,
    /// Whether its output was held to the definition before it was timed: nothing else is timed.
    pub verified: bool,
}

/// An operation that a library does not offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingRecord {
    /// The operation.
    pub operation: Operation,
    /// Limbs of its operand.
    pub limbs: usize,
    /// The library with its version.
    pub implementation: String,
    /// Why it is not there.
    pub reason: String,
}

/// Times grouped by what they are of, with ratios.
#[derive(Clone, Debug)]
pub struct Comparison {
    rounds: usize,
    rows: Vec<(KernelTimes, Option<f64>)>,
    missing: Vec<Missing>,
}

impl Comparison {
    /// Groups times by operation and limbs. The ratio of a kernel is its median over the least median of ours on the
    /// instruction set `widest`: above 1 where it is slower. `rounds` is how often ours were timed.
    #[must_use]
    pub fn new(mut times: Vec<KernelTimes>, mut missing: Vec<Missing>, widest: &str, rounds: usize) -> Self {
        // Most limbs first, ours first.
        let order = |subject: Subject| (subject.operation, usize::MAX - subject.limbs);
        times.sort_by_key(|times| (order(times.subject), !times.implementation.ours));
        missing.sort_by_key(|missing| order(missing.subject));
        let best = |subject| {
            let base = times.iter().filter(|times| {
                let Implementation { ours, isa, .. } = &times.implementation;
                times.subject == subject && *ours && isa.as_deref() == Some(widest)
            });
            base.map(|times| times.call_us.median).min_by(f64::total_cmp)
        };
        let ratios: Vec<_> =
            times.iter().map(|times| best(times.subject).map(|best| times.call_us.median / best)).collect();
        Self { rounds, rows: times.into_iter().zip(ratios).collect(), missing }
    }

    /// All of it for programs.
    #[must_use]
    pub fn record(&self, machine: Machine, commit: Option<String>) -> KernelsRecord {
        let kernel = |(times, ratio): &(KernelTimes, Option<f64>)| {
            let KernelTimes { subject, implementation, call_us } = times;
            let Implementation { name, version, isa, parameters, .. } = implementation.clone();
            KernelRecord {
                name: subject.to_string(),
                operation: subject.operation,
                limbs: subject.limbs,
                implementation: name,
                version,
                isa,
                parameters,
                call_us: *call_us,
                ratio: *ratio,
                verified: true,
            }
        };
        let missing = |missing: &Missing| MissingRecord {
            operation: missing.subject.operation,
            limbs: missing.subject.limbs,
            implementation: missing.library.clone(),
            reason: missing.reason.clone(),
        };
        KernelsRecord {
            machine,
            commit,
            log_n: LOG_N,
            kernels: self.rows.iter().map(kernel).collect(),
            missing: self.missing.iter().map(missing).collect(),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "N = 2^{LOG_N}, one thread, microseconds a call: median of {} rounds for ours", self.rounds)?;
        let mut shown = None;
        for (KernelTimes { subject, implementation, call_us }, ratio) in &self.rows {
            if shown.replace(*subject) != Some(*subject) {
                writeln!(f, "\n{:<36}{:>12}{:>8}", subject.to_string(), "us", "ratio")?;
            }
            write!(f, "  {:<34}{:>12.2}", implementation.to_string(), call_us.median)?;
            match ratio {
                Some(ratio) => write!(f, "{ratio:>8.2}")?,
                None => write!(f, "{:>8}", "")?,
            }
            writeln!(f, "  {}", implementation.parameters)?;
        }
        for (reason, missing) in &self.missing.iter().chunk_by(|missing| (&missing.library, &missing.reason)) {
            let subjects = missing.map(|missing| missing.subject).join("; ");
            writeln!(f, "\n{} has no {subjects}: {}", reason.0, reason.1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(operation: Operation, limbs: usize, name: &str, isa: Option<&str>, median: f64) -> KernelTimes {
        let implementation = Implementation {
            name: name.to_owned(),
            version: "1".to_owned(),
            isa: isa.map(str::to_owned),
            parameters: "p".to_owned(),
            ours: name == "HEAR",
        };
        KernelTimes { subject: Subject { operation, limbs }, implementation, call_us: Summary::of(&[median]).unwrap() }
    }

    fn comparison() -> Comparison {
        let rotation = |limbs, name, isa, median| times(Operation::Rotation, limbs, name, isa, median);
        let all = vec![
            rotation(4, "HEAR", Some("avx2"), 3.0),
            rotation(4, "HEAR", Some("avx512"), 2.0),
            rotation(4, "L", None, 12.0),
            rotation(4, "HEAR", Some("avx512"), 2.5),
            rotation(13, "L", None, 40.0),
            times(Operation::NttForward, 1, "L", None, 9.0),
            times(Operation::NttForward, 1, "HEAR", Some("avx512"), 6.0),
        ];
        let missing = [7, 13].map(|limbs| Missing {
            subject: Subject::new(Operation::KeySwitch, limbs),
            library: "L 1".to_owned(),
            reason: "it is hidden".to_owned(),
        });
        Comparison::new(all, missing.to_vec(), "avx512", 21)
    }

    #[test]
    fn ratios_are_to_the_fastest_of_ours_on_the_widest_instruction_set() {
        let rows = comparison().record(Machine::detect(), None).kernels;
        let rows: Vec<_> = rows
            .iter()
            .map(|row| (row.operation, row.limbs, &*row.implementation, row.call_us.median, row.ratio))
            .collect();
        let (ntt, rotation) = (Operation::NttForward, Operation::Rotation);
        let expected = [
            (ntt, 1, "HEAR", 6.0, Some(1.0)),
            (ntt, 1, "L", 9.0, Some(1.5)),
            (rotation, 13, "L", 40.0, None),
            (rotation, 4, "HEAR", 3.0, Some(1.5)),
            (rotation, 4, "HEAR", 2.0, Some(1.0)),
            (rotation, 4, "HEAR", 2.5, Some(1.25)),
            (rotation, 4, "L", 12.0, Some(6.0)),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn the_table_is_grouped_by_operation_and_says_what_is_missing() {
        let text = comparison().to_string();
        let groups: Vec<_> = text.split("\n\n").collect();
        let [_, ntt, high, low, missing] = groups.as_slice() else { panic!("{text}") };
        assert!(ntt.starts_with("NTT, forward, a limb") && ntt.contains("  L 1  ") && ntt.contains("9.00    1.50  p"));
        assert!(high.starts_with("rotation, 13 limbs") && high.contains("40.00          p"), "{high}");
        assert!(low.starts_with("rotation, 4 limbs") && low.lines().count() == 5, "{low}");
        assert_eq!(*missing, "L 1 has no key switch, 13 limbs; key switch, 7 limbs: it is hidden\n");
    }

    #[test]
    fn the_record_survives_json() {
        let record = comparison().record(Machine::detect(), Some("a commit".to_owned()));
        let text = serde_json::to_string(&record).unwrap();
        assert!(text.contains(r#""operation":"ntt-forward""#), "{text}");
        assert_eq!(serde_json::from_str::<KernelsRecord>(&text).unwrap(), record);
    }
}
