//! Times of single kernels on one thread, at the ring of the paper's networks, beside what public crates and libraries
//! take for the same. Each is verified before it is timed.
//!
//! - `ours`: `hear-kernels` and the key switches of `hear-engine`, on each instruction set
//! - `peers`: public crates (feature `peers`), which take turns with ours
//! - [`library_times`]: what `scripts/peers.py` measured of libraries that are no crates
//! - [`comparison`]: all of them as a table and as a record
//!
//! Operands stay where the caches keep them from call to call, but for the weights of a multiply-accumulate, which come
//! from memory as in an inference.

pub mod comparison;
pub mod library_times;
mod ours;
#[cfg(feature = "peers")]
mod peers;

use std::{
    fmt,
    time::{Duration, Instant},
};

use hear_engine::{
    ckks::EvaluateError,
    params::ParametersError,
    rlwe::{KeyError, RandomnessError, SpecError},
};
use hear_kernels::simd::Isa;
use serde::{Deserialize, Serialize};

use crate::statistics::Summary;

/// log2 of the ring's degree.
pub const LOG_N: u32 = 14;
/// Whether this program has peers to time beside ours.
pub const HAS_PEERS: bool = cfg!(feature = "peers");

/// A round repeats a kernel for at least so long.
const ROUND: Duration = Duration::from_millis(2);
/// Inputs and outputs of a tile of products, as runs use them.
const TILE: (usize, usize) = (16, 4);
/// Bytes of weights that a multiply-accumulate goes through before it sees the first again: more than the caches hold.
const STREAMED_BYTES: usize = 96 << 20;

/// What a kernel does. Kernels with one operation and one number of limbs are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Coefficients of one limb to negacyclic NTT values.
    NttForward,
    /// The inverse of [`Operation::NttForward`], with its division by N.
    NttInverse,
    /// One limb of the sums over 16 ciphertexts times plaintexts, for 4 outputs; plaintexts come from memory.
    MultiplyAccumulate,
    /// One limb of the sum over 13 digits times a key, for both components.
    KeyProduct,
    /// Brings one polynomial, or a third component, back under the secret key.
    KeySwitch,
    /// A rotation of the slots: an automorphism and a key switch.
    Rotation,
}

/// An operation and the limbs that it is done on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// What is done.
    pub operation: Operation,
    /// Limbs of the operand.
    pub limbs: usize,
}

impl Subject {
    const fn new(operation: Operation, limbs: usize) -> Self {
        Self { operation, limbs }
    }

    const fn of_one_limb(operation: Operation) -> Self {
        Self::new(operation, 1)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (inputs, outputs) = TILE;
        match self.operation {
            Operation::NttForward => f.write_str("NTT, forward, a limb"),
            Operation::NttInverse => f.write_str("NTT, inverse, a limb"),
            Operation::MultiplyAccumulate => write!(f, "multiply-accumulate, a limb, {inputs} x {outputs}"),
            Operation::KeyProduct => f.write_str("key product, a limb, 13 digits"),
            Operation::KeySwitch => write!(f, "key switch, {} limbs", self.limbs),
            Operation::Rotation => write!(f, "rotation, {} limbs", self.limbs),
        }
    }
}

/// Who does it, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Implementation {
    /// The crate or library.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The instruction set, where it is known.
    pub isa: Option<String>,
    /// What else says what is done: primes, digits, security.
    pub parameters: String,
    /// Whether it is this workspace's: then it is what others are compared with.
    pub ours: bool,
}

impl fmt::Display for Implementation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, version, isa, .. } = self;
        write!(f, "{name} {version}")?;
        isa.as_ref().map_or(Ok(()), |isa| write!(f, " {isa}"))
    }
}

/// A kernel's times.
#[derive(Clone, Debug)]
pub struct KernelTimes {
    /// What was timed.
    pub subject: Subject,
    /// Who does it.
    pub implementation: Implementation,
    /// Microseconds a call.
    pub call_us: Summary,
}

/// Why kernels were not timed.
#[derive(Debug, thiserror::Error)]
pub enum KernelsError {
    /// A kernel computes something else than its definition.
    #[error("{subject} by {implementation} is wrong: {reason}")]
    Wrong {
        /// What it should do.
        subject: Subject,
        /// Who does it.
        implementation: Box<Implementation>,
        /// Where it differs.
        reason: String,
    },
    /// The parameters are refused.
    #[error(transparent)]
    Parameters(#[from] ParametersError),
    /// No tables or keys can be made.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A key cannot be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The system gives no randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// Encryption failed.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// A peer refuses parameters or operands.
    #[error("{peer} refuses what it is given: {reason}")]
    Peer {
        /// The crate.
        peer: &'static str,
        /// What it says.
        reason: String,
    },
}

/// A kernel with operands of its own, verified.
struct Kernel {
    subject: Subject,
    implementation: Implementation,
    call: Box<dyn FnMut()>,
}

/// Verifies and times our kernels on each instruction set and, with the feature `peers`, those of public crates, taking
/// turns within each of `rounds` rounds. Kernels of one subject follow each other.
///
/// # Errors
/// If a kernel is wrong, whoever's it is: then nothing is timed.
pub fn measure(isas: &[Isa], rounds: usize) -> Result<Vec<KernelTimes>, KernelsError> {
    let mut kernels = Vec::new();
    for &isa in isas {
        kernels.extend(ours::all(isa)?);
    }
    #[cfg(feature = "peers")]
    kernels.extend(peers::all()?);
    // What is compared is timed within milliseconds. The sort is stable: instruction sets keep their order.
    kernels.sort_by_key(|kernel| kernel.subject);
    let mut kernels: Vec<_> = kernels.into_iter().map(|kernel| (kernel, Vec::with_capacity(rounds))).collect();
    let calls: Vec<u32> = kernels.iter_mut().map(|(kernel, _)| calls_a_round(&mut kernel.call)).collect();
    for _ in 0..rounds {
        for ((kernel, times_us), &calls) in kernels.iter_mut().zip(&calls) {
            times_us.push(time_calls(&mut kernel.call, calls).as_secs_f64() * 1e6 / f64::from(calls));
        }
    }
    let summed_up = kernels.into_iter().filter_map(|(Kernel { subject, implementation, .. }, times_us)| {
        Summary::of(&times_us).map(|call_us| KernelTimes { subject, implementation, call_us })
    });
    Ok(summed_up.collect())
}

fn time_calls(call: &mut dyn FnMut(), calls: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        call();
    }
    start.elapsed()
}

/// How many calls fill a round; the first calls, which this makes, also warm up.
fn calls_a_round(call: &mut dyn FnMut()) -> u32 {
    let mut calls = 1;
    while time_calls(call, calls) < ROUND {
        calls *= 2;
    }
    calls
}

/// Refuses a kernel that differs from its definition at a position.
fn verify(subject: Subject, implementation: &Implementation, wrong: Option<usize>) -> Result<(), KernelsError> {
    wrong.map_or(Ok(()), |position| {
        let reason = format!("its output differs from the definition at position {position}");
        Err(KernelsError::Wrong { subject, implementation: Box::new(implementation.clone()), reason })
    })
}

/// The first position at which two slices differ.
fn differing<T: PartialEq>(found: &[T], expected: &[T]) -> Option<usize> {
    found.iter().zip(expected).position(|(found, expected)| found != expected)
}

/// Residues in [0, `below`) from a seed; good enough for kernels, whose time does not depend on values.
///
/// - source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (`SplitMix64`)
fn residues(seed: u64, below: u32, count: usize) -> Vec<u32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((x ^ (x >> 31)) % u64::from(below)).unwrap_or(0)
    };
    (0..count).map(|_| next()).collect()
}

/// Buffers of weights, one after the other, all with the same content.
struct Ring<T> {
    buffers: Vec<T>,
    next: usize,
}

impl<T: Clone> Ring<T> {
    /// As many copies of a buffer of so many bytes as no cache holds.
    fn streamed(buffer: T, bytes: usize) -> Self {
        Self { buffers: vec![buffer; STREAMED_BYTES.div_ceil(bytes)], next: 0 }
    }

    fn next(&mut self) -> &T {
        let at = self.next;
        self.next = (at + 1) % self.buffers.len();
        &self.buffers[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_is_right_and_timed() {
        let isas = Isa::all();
        let times = measure(&isas, 1).unwrap();
        let (ours, peers): (Vec<_>, Vec<_>) = times.iter().partition(|times| times.implementation.ours);
        assert_eq!(ours.len(), 14 * isas.len());
        for KernelTimes { subject, implementation, call_us } in &times {
            assert!(call_us.min > 0.1 && call_us.n == 1, "{subject} by {implementation}: {call_us:?}");
        }
        // A rotation at 13 limbs does 10 times the transforms of one at 4.
        let rotation = |limbs| {
            let of = |times: &&&KernelTimes| times.subject == Subject::new(Operation::Rotation, limbs);
            ours.iter().find(of).unwrap().call_us.median
        };
        assert!(rotation(13) > rotation(4), "{} {}", rotation(13), rotation(4));
        if HAS_PEERS {
            for subject in ours.iter().map(|times| times.subject) {
                let compared = peers.iter().any(|peer| peer.subject == subject);
                assert!(compared || subject.operation == Operation::KeyProduct, "nothing beside {subject}");
            }
        } else {
            assert!(peers.is_empty());
        }
    }

    #[test]
    fn a_wrong_kernel_is_named_with_the_position() {
        let implementation = ours::implementation(Isa::capped("scalar").unwrap(), String::new());
        let subject = Subject::of_one_limb(Operation::NttForward);
        let error = verify(subject, &implementation, differing(&[1, 2, 3], &[1, 2, 4])).unwrap_err().to_string();
        let expected = format!(
            "NTT, forward, a limb by HEAR {} scalar is wrong: its output differs from the definition at position 2",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(error, expected);
    }
}
