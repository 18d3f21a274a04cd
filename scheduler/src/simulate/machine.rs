//! A machine as a few numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A machine to simulate: the table `hardware` of a machine file. Bandwidths are bytes a nanosecond, which is GB/s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// What people call it.
    pub name: String,
    /// Sockets, each with memory of its own.
    pub sockets: usize,
    /// Physical cores of a socket.
    pub cores_per_socket: usize,
    /// Threads that a core runs at one time.
    pub threads_per_core: usize,
    /// How fast each thread of a core computes while all of them do, against one alone: in (0, 1].
    pub shared_core_speed: f64,
    /// Caches.
    pub caches: Caches,
    /// Memory.
    pub memory: MainMemory,
    /// How fast a core reads what cores have just written; without it, as fast as what it wrote itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
    /// What scheduling costs.
    pub overhead: Overhead,
    /// How a socket's frequency depends on how many of its cores are in use, against that at which the kernels were
    /// timed: ascending, interpolated, constant beyond both ends. Empty: it does not.
    #[serde(default)]
    pub frequency: Vec<Frequency>,
    /// How long one core takes for some kernels with everything in cache, by instruction set and kernel. Machines are
    /// compared by the kernels that both list; the names mean nothing else.
    pub kernels_ns: BTreeMap<String, BTreeMap<String, f64>>,
}

/// The data caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caches {
    /// First level, of a core.
    pub l1d_bytes: u64,
    /// Second level, of a core.
    pub l2_bytes: u64,
    /// Third level, of a socket.
    pub l3_bytes: u64,
}

/// The memory.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MainMemory {
    /// Its size, of all sockets.
    pub bytes: u64,
    /// What one core reads alone.
    pub core_bytes_per_ns: f64,
    /// What all cores of a socket read together, from the socket's own memory.
    pub socket_bytes_per_ns: f64,
}

/// Reading what lies in the caches of some core, bytes a nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// What the reader wrote itself.
    pub own_bytes_per_ns: f64,
    /// What another core of the socket wrote.
    pub other_bytes_per_ns: f64,
}

impl Transfer {
    /// How much longer a byte takes that another core wrote.
    pub(super) fn ns_per_byte(self) -> f64 {
        (self.other_bytes_per_ns.recip() - self.own_bytes_per_ns.recip()).max(0.0)
    }
}

/// What scheduling costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overhead {
    /// To start and end a task.
    pub task_ns: f64,
    /// From a task's being ready to its start on a worker that slept.
    pub wake_ns: f64,
}

/// A point of a frequency curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frequency {
    /// Cores of the socket that are in use.
    pub cores: usize,
    /// The frequency against that at which the kernels were timed.
    pub relative: f64,
}

/// A number in a machine's description that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MachineError {
    /// A number out of its range.
    #[error("hardware.{key} = {value}: expected {expected}")]
    Value {
        /// The key.
        key: String,
        /// What it has.
        value: String,
        /// What it should have.
        expected: &'static str,
    },
    /// A socket that reads less than its core.
    #[error(
        "hardware.memory.socket_bytes_per_ns = {socket}: expected at least core_bytes_per_ns = {core}, which one core \
         reads alone"
    )]
    Bandwidth {
        /// Of the socket.
        socket: f64,
        /// Of a core.
        core: f64,
    },
    /// A curve whose points are not in order.
    #[error("hardware.frequency has {second} cores after {first}: expected ascending numbers of cores")]
    Order {
        /// A point's cores.
        first: usize,
        /// The next one's.
        second: usize,
    },
}

impl Machine {
    /// Whether there can be such a machine.
    ///
    /// # Errors
    /// The first number that cannot be, with its key.
    pub fn check(&self) -> Result<(), MachineError> {
        let refuse =
            |key: &str, value: String, expected| Err(MachineError::Value { key: key.to_owned(), value, expected });
        let counts = [
            ("sockets", self.sockets),
            ("cores_per_socket", self.cores_per_socket),
            ("threads_per_core", self.threads_per_core),
        ];
        for (key, value) in counts {
            // Above any machine, and low enough that products of them are numbers of threads.
            if !(1..=65_536).contains(&value) {
                return refuse(key, value.to_string(), "a whole number from 1 to 65536");
            }
        }
        let MainMemory { bytes, core_bytes_per_ns, socket_bytes_per_ns } = self.memory;
        let sizes = [("caches.l3_bytes", self.caches.l3_bytes), ("memory.bytes", bytes)];
        if let Some((key, _)) = sizes.into_iter().find(|&(_, bytes)| bytes == 0) {
            return refuse(key, "0".to_owned(), "a number of bytes from 1");
        }
        let kernels = self.kernels_ns.iter().flat_map(|(isa, kernels)| {
            kernels.iter().map(move |(kernel, &ns)| (format!("kernels_ns.{isa}.{kernel}"), ns))
        });
        let frequencies = self.frequency.iter().map(|point| ("frequency.relative".to_owned(), point.relative));
        let positive = [
            ("memory.core_bytes_per_ns".to_owned(), core_bytes_per_ns),
            ("memory.socket_bytes_per_ns".to_owned(), socket_bytes_per_ns),
        ];
        let transfers = self.transfer.iter().flat_map(|transfer| {
            [
                ("transfer.own_bytes_per_ns".to_owned(), transfer.own_bytes_per_ns),
                ("transfer.other_bytes_per_ns".to_owned(), transfer.other_bytes_per_ns),
            ]
        });
        for (key, value) in positive.into_iter().chain(transfers).chain(frequencies).chain(kernels) {
            if !(value.is_finite() && value > 0.0) {
                return refuse(&key, value.to_string(), "a number above 0");
            }
        }
        for (key, value) in [("overhead.task_ns", self.overhead.task_ns), ("overhead.wake_ns", self.overhead.wake_ns)] {
            if !(value.is_finite() && value >= 0.0) {
                return refuse(key, value.to_string(), "a number from 0");
            }
        }
        if !(self.shared_core_speed > 0.0 && self.shared_core_speed <= 1.0) {
            return refuse("shared_core_speed", self.shared_core_speed.to_string(), "a number above 0, at most 1");
        }
        if socket_bytes_per_ns < core_bytes_per_ns {
            return Err(MachineError::Bandwidth { socket: socket_bytes_per_ns, core: core_bytes_per_ns });
        }
        if self.kernels_ns.is_empty() {
            return refuse("kernels_ns", "{}".to_owned(), "an instruction set with its kernels' times");
        }
        match self.frequency.windows(2).find(|pair| pair[0].cores >= pair[1].cores) {
            Some(pair) => Err(MachineError::Order { first: pair[0].cores, second: pair[1].cores }),
            None => Ok(()),
        }
    }

    /// Physical cores of all sockets.
    #[must_use]
    pub fn cores(&self) -> usize {
        self.sockets * self.cores_per_socket
    }

    /// How many times as long `self` computes with `isa` as `other` with `other_isa`: the mean over the kernels that both
    /// list. `None` if there is none.
    pub(super) fn slowness(&self, isa: &str, other: &Self, other_isa: &str) -> Option<f64> {
        let (own, others) = (self.kernels_ns.get(isa)?, other.kernels_ns.get(other_isa)?);
        let ratios: Vec<f64> =
            own.iter().filter_map(|(kernel, ns)| others.get(kernel).map(|other| ns / other)).collect();
        (!ratios.is_empty()).then(|| ratios.iter().sum::<f64>() / ratios.len() as f64)
    }

    /// The socket and the speed of each of so many workers. A speed is against one core alone at the frequency at which
    /// kernels were timed.
    pub(super) fn workers(&self, threads: usize) -> Vec<Worker> {
        let cores = self.cores();
        // Worker by worker the next core, socket by socket; then the cores' other threads; then from the start again.
        let core = |worker: usize| worker % cores;
        let mut of_core = vec![0_usize; cores.min(threads)];
        (0..threads).for_each(|worker| of_core[core(worker)] += 1);
        let worker = |worker| {
            let core = core(worker);
            let socket = core / self.cores_per_socket;
            let first = socket * self.cores_per_socket;
            let used = of_core.len().min(first + self.cores_per_socket) - first;
            Worker {
                socket,
                speed: self.relative_frequency(used) * self.core_speed(threads as f64 / of_core.len() as f64),
            }
        };
        (0..threads).map(worker).collect()
    }

    /// How fast a thread computes if a core has so many on average: in between linearly.
    fn core_speed(&self, threads: f64) -> f64 {
        let (most, shared) = (self.threads_per_core as f64, self.shared_core_speed);
        if threads <= 1.0 {
            1.0
        } else if threads <= most {
            // What all threads of a core do together grows evenly with their number.
            let together = 1.0 + (threads - 1.0) / (most - 1.0) * (most * shared - 1.0);
            together / threads
        } else {
            most * if self.threads_per_core > 1 { shared } else { 1.0 } / threads
        }
    }

    fn relative_frequency(&self, cores: usize) -> f64 {
        let above = self.frequency.iter().position(|point| point.cores >= cores);
        match (above, self.frequency.last()) {
            (_, None) => 1.0,
            (None, Some(last)) => last.relative,
            (Some(0), Some(_)) => self.frequency[0].relative,
            (Some(index), Some(_)) => {
                let (below, above) = (self.frequency[index - 1], self.frequency[index]);
                let part = (cores - below.cores) as f64 / (above.cores - below.cores) as f64;
                below.relative + part * (above.relative - below.relative)
            }
        }
    }
}

/// Where a worker is and how fast it computes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Worker {
    pub(super) socket: usize,
    pub(super) speed: f64,
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A machine without overhead: kernels take 100 ns, a core reads 10 bytes/ns, a socket 16.
    pub(in super::super) fn machine(sockets: usize, cores_per_socket: usize) -> Machine {
        Machine {
            name: "a test's".to_owned(),
            sockets,
            cores_per_socket,
            threads_per_core: 1,
            shared_core_speed: 0.6,
            caches: Caches { l1d_bytes: 1 << 15, l2_bytes: 1 << 20, l3_bytes: 32 << 20 },
            memory: MainMemory { bytes: 1 << 34, core_bytes_per_ns: 10.0, socket_bytes_per_ns: 16.0 },
            transfer: None,
            overhead: Overhead { task_ns: 0.0, wake_ns: 0.0 },
            frequency: Vec::new(),
            kernels_ns: BTreeMap::from([("wide".to_owned(), BTreeMap::from([("sum".to_owned(), 100.0)]))]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::machine;
    use super::*;

    #[test]
    fn nonsense_is_refused_with_its_key() {
        assert_eq!(machine(1, 2).check(), Ok(()));
        let refuse = |change: fn(&mut Machine)| {
            let mut machine = machine(1, 2);
            change(&mut machine);
            machine.check().unwrap_err().to_string()
        };
        assert_eq!(
            refuse(|machine| machine.cores_per_socket = 0),
            "hardware.cores_per_socket = 0: expected a whole number from 1 to 65536"
        );
        assert_eq!(
            refuse(|machine| machine.memory.core_bytes_per_ns = -3.0),
            "hardware.memory.core_bytes_per_ns = -3: expected a number above 0"
        );
        assert_eq!(
            refuse(|machine| machine.overhead.wake_ns = f64::NAN),
            "hardware.overhead.wake_ns = NaN: expected a number from 0"
        );
        let transfer = |machine: &mut Machine| {
            machine.transfer = Some(Transfer { own_bytes_per_ns: 100.0, other_bytes_per_ns: 0.0 });
        };
        assert_eq!(refuse(transfer), "hardware.transfer.other_bytes_per_ns = 0: expected a number above 0");
        assert!(refuse(|machine| machine.shared_core_speed = 1.5).contains("shared_core_speed = 1.5"));
        assert!(refuse(|machine| machine.memory.bytes = 0).contains("memory.bytes = 0"));
        assert!(refuse(|machine| machine.memory.socket_bytes_per_ns = 9.0).contains("at least core_bytes_per_ns = 10"));
        assert!(refuse(|machine| machine.kernels_ns.clear()).contains("hardware.kernels_ns = {}"));
        assert!(
            refuse(|machine| {
                machine.kernels_ns.entry("wide".to_owned()).or_default().insert("sum".to_owned(), 0.0);
            })
            .contains("hardware.kernels_ns.wide.sum = 0")
        );
        assert!(
            refuse(|machine| {
                machine.frequency = [4, 4].map(|cores| Frequency { cores, relative: 1.0 }).to_vec();
            })
            .contains("4 cores after 4")
        );
    }

    #[test]
    fn workers_fill_sockets_then_threads_then_take_turns() {
        let two = machine(2, 2);
        let sockets = |threads| two.workers(threads).iter().map(|worker| worker.socket).collect::<Vec<_>>();
        assert_eq!(sockets(3), [0, 0, 1]);
        assert_eq!(sockets(5), [0, 0, 1, 1, 0]);
        let speed = |machine: &Machine, threads: usize| machine.workers(threads)[0].speed;
        assert_eq!([1, 4, 8].map(|threads| speed(&two, threads)), [1.0, 1.0, 0.5]);
        let smt = Machine { threads_per_core: 2, ..machine(1, 2) };
        for (threads, expected) in [(2, 1.0), (4, 0.6), (8, 0.3)] {
            assert!((speed(&smt, threads) - expected).abs() < 1e-12, "{threads} threads");
        }
        // Three threads on two cores: together between 2 and 2.4 times as fast as one.
        let together: f64 = smt.workers(3).iter().map(|worker| worker.speed).sum();
        assert!((together - 2.2).abs() < 1e-12, "{together}");
    }

    #[test]
    fn the_frequency_follows_the_cores_in_use_of_a_socket() {
        let frequency = [(1, 1.2), (3, 1.0)].map(|(cores, relative)| Frequency { cores, relative }).to_vec();
        let machine = Machine { frequency, ..machine(2, 4) };
        let speeds = |threads| machine.workers(threads).iter().map(|worker| worker.speed).collect::<Vec<_>>();
        assert_eq!(speeds(1), [1.2]);
        assert!(speeds(2).iter().all(|speed| (speed - 1.1).abs() < 1e-12));
        assert_eq!(speeds(5), [1.0, 1.0, 1.0, 1.0, 1.2]);
    }

    #[test]
    fn slowness_is_the_mean_ratio_of_shared_kernels() {
        let other = machine(1, 1);
        let mut slow = machine(1, 1);
        slow.kernels_ns.insert("narrow".to_owned(), BTreeMap::from([("sum".to_owned(), 250.0)]));
        assert_eq!(slow.slowness("narrow", &other, "wide"), Some(2.5));
        assert_eq!(slow.slowness("narrow", &slow, "wide"), Some(2.5));
        assert_eq!(slow.slowness("none", &other, "wide"), None);
    }
}
