//! What a measurement yields: the JSON objects that `hear-bench run --json` and `hear-bench precision --json` write.
//!
//! Field names are a contract with whoever reads the files. Times are seconds, sizes bytes; a field whose value is not
//! known is `null`, never absent.

use hear_engine::{
    network::{cost::Counts, key_switching::KeySwitching, plan::Plan},
    params::Parameters,
};
use hear_model::{
    metrics::{self, CLASSES, Confusion},
    network::{CLASS_COUNT, Network},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    configuration::{Configuration, Protocol, network_name, one, weights_origin},
    counters,
    environment::{Environment, Noise},
    examination::Finding,
    floors::{BestSpeeds, Floors},
    precision::StagePrecision,
    schema,
    statistics::Summary,
    system::Machine,
    verification::ChangedClass,
};

/// One element of a file of results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Entry {
    /// A measurement that was verified.
    Measured(Box<Record>),
    /// Something else that was found out.
    Examined(Box<Examined>),
    /// A configuration that has no times.
    Unmeasured(Unmeasured),
}

impl Entry {
    /// Which configuration it is of.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        match self {
            Self::Measured(record) => &record.identity,
            Self::Examined(examined) => &examined.identity,
            Self::Unmeasured(Unmeasured { identity, .. }) => identity,
        }
    }
}

/// What an [`Examination`](crate::examination::Examination) other than that of times found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Examined {
    /// Which configuration.
    #[serde(flatten)]
    pub identity: Identity,
    /// BLAKE3 of the plan, hexadecimal.
    pub plan_hash: String,
    /// The instruction set.
    pub isa: String,
    /// Clips of the configuration, from its first row on.
    pub samples: usize,
    /// How it was measured.
    pub config: ConfigRecord,
    /// What was found out.
    pub finding: Finding,
    /// What else went on meanwhile; `None` where it stands beside the entry.
    #[serde(default)]
    pub noise: Option<Noise>,
    /// Under what it was measured; `None` where it stands beside the entry.
    #[serde(default)]
    pub environment: Option<Environment>,
}

/// A configuration without times, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unmeasured {
    /// Which configuration.
    #[serde(flatten)]
    pub identity: Identity,
    /// Why.
    #[serde(flatten)]
    pub reason: Reason,
}

/// Why a configuration has no times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It was not started: it would not have fitted.
    Skipped(String),
    /// It ended with an error, or its results were wrong.
    Failed(String),
}

/// What tells the configurations of a run apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// A shipped network's name, or what the file or directory is called.
    pub network: String,
    /// The method.
    pub method: String,
    /// A strategy for each convolution, separated by commas, or `auto`; `own` of `lean-hear`.
    pub strategy: String,
    /// How keys are switched: `paper` or `hybrid`; `lean-hear` has its own way, called `own`.
    #[serde(default = "paper")]
    pub key_switching: String,
    /// Threads that work.
    pub threads: usize,
}

/// How keys were switched before there was a choice.
fn paper() -> String {
    KeySwitching::Paper.name().to_owned()
}

impl From<&Configuration> for Identity {
    fn from(configuration: &Configuration) -> Self {
        Self {
            network: network_name(&configuration.network),
            method: configuration.method.to_string(),
            strategy: configuration.method.strategy_name(configuration.strategy),
            key_switching: configuration.method.key_switching_name(configuration.key_switching),
            threads: configuration.threads,
        }
    }
}

/// A verified measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Which configuration.
    #[serde(flatten)]
    pub identity: Identity,
    /// What the plan takes of what was open: strategies, or what `lean-hear` chose.
    #[serde(default)]
    pub chosen: String,
    /// BLAKE3 of the plan, hexadecimal.
    pub plan_hash: String,
    /// Clips of a run that share each pass over weights and keys.
    pub batch: usize,
    /// Independent batches of a run.
    #[serde(default = "one")]
    pub streams: usize,
    /// Clips that were classified with the clock running.
    pub samples: usize,
    /// The instruction set.
    pub isa: String,
    /// Making the secret, the public and all switching keys.
    pub keygen_s: Summary,
    /// Encoding the network's weights.
    pub encode_s: Summary,
    /// Loading a prepared model; `None` where the weights were encoded instead.
    pub load_s: Option<Summary>,
    /// Packing, encoding and encrypting a clip.
    pub encrypt_s: Summary,
    /// Classifying the encrypted clips of a run.
    pub infer_s: Summary,
    /// Decrypting and decoding a result.
    pub decrypt_s: Summary,
    /// Every single time, in the order in which they were taken; `None` in records from before they were kept.
    #[serde(default)]
    pub raw: Option<RawTimes>,
    /// Processes that were measured one after the other, and are summed up here.
    #[serde(default = "one")]
    pub rounds: usize,
    /// What processor and kernel counted during a run, medians over runs; `None` in records from before it was counted.
    #[serde(default)]
    pub counted: Option<counters::Counts>,
    /// Where the time of an inference goes, in the plan's order.
    pub stages: Vec<StageRecord>,
    /// The best speeds of the machine, by which stages have floors; zeros, and no floors, in records from before.
    #[serde(default)]
    pub best_speeds: BestSpeeds,
    /// Clips classified in a second, run after run.
    pub throughput_per_s: f64,
    /// The most memory that the measuring process ever had.
    pub peak_rss_bytes: Option<u64>,
    /// How much of the memory of a run (values and scratch) lay on huge pages when it had ended.
    pub huge_page_bytes: Option<u64>,
    /// Switching keys in memory.
    pub key_bytes: u64,
    /// Encoded weights in memory.
    pub model_bytes: u64,
    /// A packed input's ciphertexts as a file: those of a clip, or of `packed_clips`.
    pub input_ciphertext_bytes: u64,
    /// Its result's ciphertexts as a file.
    pub output_ciphertext_bytes: u64,
    /// Clips of a packed input: several where a ciphertext is a node of the network.
    #[serde(default = "one")]
    pub packed_clips: usize,
    /// Largest difference of a decrypted logit from the plain forward pass on the same clip.
    pub max_abs_logit_error: f64,
    /// Mean of these differences.
    pub mean_abs_logit_error: f64,
    /// Share of clips with the class of the plain forward pass, in [0, 1].
    pub argmax_agreement: f64,
    /// The clips with another class: none of them has a plain margin above twice its error.
    pub changed_rows: Vec<ChangedClass>,
    /// How well decrypted classes match the labels; all `None` without labels.
    #[serde(flatten)]
    pub accuracy: Accuracy,
    /// How often each label was decrypted as each class; `None` without labels, and in records from before it was counted.
    #[serde(default)]
    pub confusion: Option<ConfusionCounts>,
    /// The same of the plain network on the same clips.
    #[serde(default)]
    pub plain: Option<PlainClassification>,
    /// The ring and the primes.
    pub params: ParametersRecord,
    /// What the plan says that an inference costs; `ntt` is measured.
    #[schemars(with = "schema::Counts")]
    pub counts: Counts,
    /// What was predicted before the start.
    pub predicted: Predicted,
    /// The machine.
    pub machine: Machine,
    /// The commit of the program's sources, with `-dirty` where they were changed; `None` if it cannot be found out.
    pub commit: Option<String>,
    /// How it was measured.
    pub config: ConfigRecord,
    /// What else went on meanwhile; `None` in records from before it was watched.
    #[serde(default)]
    pub noise: Option<Noise>,
    /// Under what it was measured; `None` in records from before it was noted down.
    #[serde(default)]
    pub environment: Option<Environment>,
}

/// Every single time of a measurement, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RawTimes {
    /// Making all keys.
    pub keygen_s: Vec<f64>,
    /// Encoding the network's weights.
    pub encode_s: Vec<f64>,
    /// Loading a prepared model; empty where the weights were encoded instead.
    pub load_s: Vec<f64>,
    /// Encrypting a clip.
    pub encrypt_s: Vec<f64>,
    /// Classifying the clips of a run.
    pub infer_s: Vec<f64>,
    /// Decrypting a result.
    pub decrypt_s: Vec<f64>,
}

/// A stage of an inference: medians over the samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StageRecord {
    /// The plan's name for it.
    pub name: String,
    /// Seconds of work, added up over all threads.
    pub busy_s: f64,
    /// Seconds from the start of its first task to the end of its last; spans of stages may overlap.
    pub span_s: f64,
    /// What the plan says that it costs.
    #[schemars(with = "schema::Counts")]
    pub counts: Counts,
    /// Bytes of plaintexts and keys that it reads.
    pub bytes: u64,
    /// What it would take at least.
    #[serde(default)]
    pub floors: Floors,
    /// What it holds in memory; zeros in records from before it was noted down.
    #[serde(default)]
    pub memory: StageMemory,
}

/// What a stage holds in memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageMemory {
    /// The switching keys that it uses, whoever else uses them.
    pub key_bytes: u64,
    /// Its encoded weights and other plaintexts.
    pub plaintext_bytes: u64,
    /// The most that the run's values take at one time during its tasks, in the order of the program: its own, and what
    /// later stages wait for.
    pub value_bytes: u64,
}

impl StageMemory {
    /// All of it.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.key_bytes + self.plaintext_bytes + self.value_bytes
    }
}

/// Accuracy over all classes and the detection of falls; `None` without labels or without cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Accuracy {
    /// Right classes among all.
    pub accuracy: Option<f64>,
    /// Falls seen among all falls.
    pub sensitivity: Option<f64>,
    /// Silence among all clips without a fall.
    pub specificity: Option<f64>,
    /// Falls among all alarms.
    pub precision: Option<f64>,
    /// Harmonic mean of precision and sensitivity.
    pub f1: Option<f64>,
}

impl From<metrics::Summary> for Accuracy {
    fn from(summary: metrics::Summary) -> Self {
        let metrics::Summary { accuracy, sensitivity, specificity, precision, f1 } = summary;
        Self { accuracy, sensitivity, specificity, precision, f1 }
    }
}

/// `counts[label][prediction]`, in the order of [`metrics::CLASSES`].
pub type ConfusionCounts = [[u64; CLASS_COUNT]; CLASS_COUNT];

/// A confusion matrix as records have it.
#[must_use]
pub fn confusion_counts(confusion: &Confusion) -> ConfusionCounts {
    CLASSES.map(|label| CLASSES.map(|prediction| confusion.count(label, prediction)))
}

/// How the plain network, in f64, classifies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlainClassification {
    /// How well its classes match the labels.
    #[serde(flatten)]
    pub accuracy: Accuracy,
    /// How often each label was taken for each class.
    pub confusion: ConfusionCounts,
}

impl From<&Confusion> for PlainClassification {
    fn from(confusion: &Confusion) -> Self {
        Self { accuracy: confusion.summary().into(), confusion: confusion_counts(confusion) }
    }
}

/// The ring and the primes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParametersRecord {
    /// log2 of the ring degree.
    pub log_n: u32,
    /// Sizes of the data primes.
    pub q_bits: Vec<u32>,
    /// Sizes of the special primes.
    pub p_bits: Vec<u32>,
    /// Digits of a key switch at the highest level.
    pub dnum: usize,
    /// log2 of the product of all primes.
    pub log_qp: f64,
}

impl ParametersRecord {
    /// The parameters of a plan.
    #[must_use]
    pub fn new(plan: &Plan, parameters: &Parameters) -> Self {
        let bits = |primes: &[u32]| primes.iter().map(|prime| u32::BITS - prime.leading_zeros()).collect();
        Self {
            log_n: parameters.log_n(),
            q_bits: bits(parameters.q()),
            p_bits: bits(parameters.p()),
            dnum: plan.keys().iter().map(|key| key.digits).max().unwrap_or(0),
            log_qp: parameters.log_qp(),
        }
    }
}

/// What was predicted before the start, from the plan alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Predicted {
    /// Transforms of an inference.
    pub ntt: u64,
    /// Seconds of a run on a machine with the speeds called `speeds`.
    pub infer_s: f64,
    /// The speeds behind `infer_s`.
    pub speeds: String,
    /// The peak of memory.
    pub memory_bytes: u64,
}

/// How a measurement was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigRecord {
    /// Dimension and width of the network.
    pub shape: String,
    /// Where its weights come from.
    pub weights: String,
    /// Where the clips come from.
    pub clips: String,
    /// How it was measured.
    #[serde(flatten)]
    pub protocol: Protocol,
}

impl ConfigRecord {
    /// Of a configuration whose network has this shape and source.
    #[must_use]
    pub fn new(configuration: &Configuration, network: &Network) -> Self {
        Self {
            shape: network.shape().to_string(),
            weights: weights_origin(network.source()),
            clips: configuration.clips.to_string(),
            protocol: configuration.protocol.clone(),
        }
    }
}

/// The noise of a network under a method: what `hear-bench precision --json` writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrecisionRecord {
    /// A shipped network's name, or what the file or directory is called.
    pub network: String,
    /// The method.
    pub method: String,
    /// BLAKE3 of the plan, hexadecimal.
    pub plan_hash: String,
    /// The instruction set.
    pub isa: String,
    /// Where the clips come from.
    pub clips: String,
    /// The first row.
    pub first_row: usize,
    /// Clips that were classified.
    pub samples: usize,
    /// What was found, in the plan's order.
    pub stages: Vec<StagePrecision>,
}

/// Bytes in hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
