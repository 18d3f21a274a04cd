//! What others report, and the same quantity of what was measured here.

use hear_engine::network::method::Method;
use serde::Deserialize;

use super::{Sources, Subject};
use crate::{record::Record, report::document::Unit};

/// A value that somebody reports.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// Who.
    pub by: Reporter,
    /// What it is a value of.
    pub quantity: Quantity,
    /// The network, if it is of one.
    pub network: Option<String>,
    /// The method, if it is of one.
    pub method: Option<Method>,
    /// The value, or the two ends of its range.
    pub value: Range,
    /// How it comes about, if that matters.
    pub note: Option<String>,
}

/// Who reports a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reporter {
    /// The paper: an Intel Xeon Platinum 8268 with 16 threads.
    Paper,
    /// The authors' documentation, which prints a log: the same machine.
    AuthorsLog,
    /// The authors' program, run by us on two cores of an AMD EPYC (Zen 5) with two threads.
    AuthorsProgram,
}

impl Reporter {
    /// What stands in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper, Xeon 8268, 16 threads",
            Self::AuthorsLog => "authors' log, Xeon 8268, 16 threads",
            Self::AuthorsProgram => "authors' program, EPYC Zen 5, 2 threads",
        }
    }
}

/// One value, or a range.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Range {
    /// A value.
    One(f64),
    /// The lower and the upper end.
    Two([f64; 2]),
}

impl Range {
    /// Both ends.
    #[must_use]
    pub fn ends(self) -> (f64, f64) {
        match self {
            Self::One(value) => (value, value),
            Self::Two([low, high]) => (low, high),
        }
    }

    /// The value, or the middle of the range.
    #[must_use]
    pub fn middle(self) -> f64 {
        let (low, high) = self.ends();
        (low + high) / 2.0
    }
}

/// What is reported and measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// Making all keys.
    Keygen,
    /// Encoding the network's weights.
    Encode,
    /// Encrypting a clip.
    Encrypt,
    /// Classifying an encrypted clip.
    Infer,
    /// Decrypting a result.
    Decrypt,
    /// The peak of memory.
    PeakMemory,
    /// Switching keys in memory.
    KeyBytes,
    /// Key generation of Fast-HEAR over that of HEAR.
    KeygenFastOverHear,
    /// Encoding of HEAR over that of Fast-HEAR.
    EncodeHearOverFast,
    /// Inference of HEAR over that of Fast-HEAR.
    InferHearOverFast,
    /// Encoded weights of Fast-HEAR over those of HEAR.
    ModelFastOverHear,
    /// Peak of memory of Fast-HEAR over that of HEAR.
    PeakFastOverHear,
    /// The second convolution, by all threads.
    Conv2,
    /// The third convolution, by all threads.
    Conv3,
    /// Clips a second.
    Throughput,
    /// Clips a second by Fast-HEAR over those by nGraph-HE2.
    ThroughputFastOverNgraph,
    /// Inference by LoLa over that by Fast-HEAR.
    LatencyLolaOverFast,
    /// A clip's ciphertext.
    InputBytes,
    /// A result's ciphertext.
    OutputBytes,
    /// Predictions in an hour, one after the other.
    PredictionsPerHour,
    /// Bytes of results in an hour.
    OutputBytesPerHour,
    /// Right classes among all.
    Accuracy,
    /// Falls seen among all falls.
    Sensitivity,
    /// Silence among all clips without a fall.
    Specificity,
    /// Falls among all alarms.
    Precision,
    /// Harmonic mean of precision and sensitivity.
    F1,
    /// The largest difference of a decrypted logit from the plain one.
    LogitError,
    /// Finding the joints in a frame.
    PoseEstimationFrame,
    /// Finding the joints in all frames of a clip.
    PoseEstimationClip,
}

impl Quantity {
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Keygen => "key generation",
            Self::Encode => "encoding",
            Self::Encrypt => "encryption of a clip",
            Self::Infer => "inference",
            Self::Decrypt => "decryption",
            Self::PeakMemory => "peak memory",
            Self::KeyBytes => "keys",
            Self::KeygenFastOverHear => "key generation, Fast-HEAR over HEAR",
            Self::EncodeHearOverFast => "encoding, HEAR over Fast-HEAR",
            Self::InferHearOverFast => "inference, HEAR over Fast-HEAR",
            Self::ModelFastOverHear => "encoded weights, Fast-HEAR over HEAR",
            Self::PeakFastOverHear => "memory, Fast-HEAR over HEAR",
            Self::Conv2 => "second convolution",
            Self::Conv3 => "third convolution",
            Self::Throughput => "clips a second",
            Self::ThroughputFastOverNgraph => "throughput, Fast-HEAR over nGraph-HE2",
            Self::LatencyLolaOverFast => "latency, LoLa over Fast-HEAR",
            Self::InputBytes => "encrypted clip",
            Self::OutputBytes => "encrypted result",
            Self::PredictionsPerHour => "predictions an hour",
            Self::OutputBytesPerHour => "results, an hour",
            Self::Accuracy => "accuracy",
            Self::Sensitivity => "sensitivity",
            Self::Specificity => "specificity",
            Self::Precision => "precision",
            Self::F1 => "F1",
            Self::LogitError => "largest logit error",
            Self::PoseEstimationFrame => "pose estimation, a frame (V100)",
            Self::PoseEstimationClip => "pose estimation, a clip (V100)",
        }
    }

    /// What its values are in.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::Keygen
            | Self::Encode
            | Self::Encrypt
            | Self::Infer
            | Self::Decrypt
            | Self::Conv2
            | Self::Conv3
            | Self::PoseEstimationFrame
            | Self::PoseEstimationClip => Unit::Seconds,
            Self::PeakMemory | Self::KeyBytes | Self::InputBytes | Self::OutputBytes | Self::OutputBytesPerHour => {
                Unit::Bytes
            }
            Self::KeygenFastOverHear
            | Self::EncodeHearOverFast
            | Self::InferHearOverFast
            | Self::ModelFastOverHear
            | Self::PeakFastOverHear
            | Self::ThroughputFastOverNgraph
            | Self::LatencyLolaOverFast => Unit::Ratio,
            Self::Accuracy | Self::Sensitivity | Self::Specificity | Self::Precision | Self::F1 => Unit::Share,
            Self::Throughput | Self::PredictionsPerHour | Self::LogitError => Unit::None,
        }
    }

    /// How it is read from the record of one configuration: medians of times, the largest of memory. `None` if it is no
    /// quantity of one.
    #[must_use]
    pub fn reading(self) -> Option<fn(&Record) -> Option<f64>> {
        Some(match self {
            Self::Keygen => |record| Some(record.keygen_s.median),
            Self::Encode => |record| Some(record.encode_s.median),
            Self::Encrypt => |record| Some(record.encrypt_s.median),
            Self::Infer => |record| Some(record.infer_s.median),
            Self::Decrypt => |record| Some(record.decrypt_s.median),
            Self::PeakMemory => |record| record.peak_rss_bytes.map(|bytes| bytes as f64),
            Self::KeyBytes => |record| Some(record.key_bytes as f64),
            Self::Conv2 => |record| stage_seconds(record, "conv2"),
            Self::Conv3 => |record| stage_seconds(record, "conv3"),
            Self::Throughput => |record| Some(record.throughput_per_s),
            Self::InputBytes => |record| Some(record.input_ciphertext_bytes as f64),
            Self::OutputBytes => |record| Some(record.output_ciphertext_bytes as f64),
            Self::PredictionsPerHour => |record| Some(3600.0 * record.throughput_per_s),
            Self::OutputBytesPerHour => |record| {
                let a_clip = record.output_ciphertext_bytes as f64 / record.packed_clips as f64;
                Some(3600.0 * record.throughput_per_s * a_clip)
            },
            Self::Accuracy => |record| record.accuracy.accuracy,
            Self::Sensitivity => |record| record.accuracy.sensitivity,
            Self::Specificity => |record| record.accuracy.specificity,
            Self::Precision => |record| record.accuracy.precision,
            Self::F1 => |record| record.accuracy.f1,
            Self::LogitError => |record| Some(record.max_abs_logit_error),
            Self::KeygenFastOverHear
            | Self::EncodeHearOverFast
            | Self::InferHearOverFast
            | Self::ModelFastOverHear
            | Self::PeakFastOverHear
            | Self::ThroughputFastOverNgraph
            | Self::LatencyLolaOverFast
            | Self::PoseEstimationFrame
            | Self::PoseEstimationClip => return None,
        })
    }

    /// Its value in a record.
    #[must_use]
    pub fn of_record(self, record: &Record) -> Option<f64> {
        self.reading()?(record)
    }

    /// Of a network and a method, as far as it was measured; of a ratio, of the network with both methods.
    #[must_use]
    pub fn measured(
        self,
        subjects: &[Subject],
        sources: &Sources,
        network: &str,
        method: Option<Method>,
    ) -> Option<f64> {
        let record = |method: Method| {
            let is_meant = |subject: &&Subject| {
                sources.name_of(&subject.configuration.network) == network && subject.configuration.method == method
            };
            subjects.iter().filter(is_meant).find_map(Subject::record)
        };
        let ratio = |above: Method, below: Method, of: fn(&Record) -> Option<f64>| {
            Some(of(record(above)?)? / of(record(below)?)?)
        };
        let (fast, hear) = (Method::FastHear, Method::Hear);
        match self {
            Self::KeygenFastOverHear => ratio(fast, hear, |record| Some(record.keygen_s.median)),
            Self::EncodeHearOverFast => ratio(hear, fast, |record| Some(record.encode_s.median)),
            Self::InferHearOverFast => ratio(hear, fast, |record| Some(record.infer_s.median)),
            Self::ModelFastOverHear => ratio(fast, hear, |record| Some(record.model_bytes as f64)),
            Self::PeakFastOverHear => ratio(fast, hear, |record| record.peak_rss_bytes.map(|bytes| bytes as f64)),
            Self::ThroughputFastOverNgraph => ratio(fast, Method::NgraphHe2, |record| Some(record.throughput_per_s)),
            Self::LatencyLolaOverFast => ratio(Method::Lola, fast, |record| Some(record.infer_s.median)),
            other => other.of_record(record(method?)?),
        }
    }
}

/// What all threads together take for a stage, which is its thread-seconds over their number.
fn stage_seconds(record: &Record, name: &str) -> Option<f64> {
    let stage = record.stages.iter().find(|stage| stage.name == name)?;
    Some(stage.busy_s / record.identity.threads as f64)
}
