//! The ways to classify a number of clips, method by method.

use hear_engine::network::{job::JobPrediction, method::Method, plan::Plan};
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    output::{bytes, counted, hexadecimal, seconds},
};

/// How a method would do a job, or why it cannot.
pub(super) struct Way {
    pub(super) method: Method,
    pub(super) outcome: Result<(Plan, JobPrediction), Failure>,
}

/// The fastest first, then those that there are none of.
pub(super) struct Ways {
    samples: u64,
    ways: Vec<Way>,
}

impl Way {
    fn seconds(&self) -> f64 {
        self.outcome.as_ref().map_or(f64::INFINITY, |(_, prediction)| prediction.seconds)
    }

    fn line(&self) -> String {
        let name = self.method.name();
        match &self.outcome {
            Ok((_, JobPrediction { run, runs, seconds: time })) => format!(
                "{name:>12}{:>12}{:>10}  {} of {}{}\n",
                seconds(*time),
                bytes(run.memory.total_bytes),
                counted(usize::try_from(*runs).unwrap_or(usize::MAX), "run"),
                if run.clips() > 1 { "up to " } else { "" },
                counted(run.clips(), "clip"),
            ),
            Err(reason) => format!("{name:>12}  {reason}\n"),
        }
    }

    fn json(&self) -> Value {
        match &self.outcome {
            Ok((plan, JobPrediction { run, runs, seconds })) => json!({
                "method": self.method.name(),
                "plan_hash": hexadecimal(&plan.hash()),
                "predicted_s": seconds,
                "runs": runs,
                "clips_a_run": run.clips(),
                "memory_bytes": run.memory.total_bytes,
            }),
            Err(reason) => json!({ "method": self.method.name(), "reason": reason.to_string() }),
        }
    }
}

impl Ways {
    /// The ways to classify so many clips.
    pub(super) fn new(samples: u64, mut ways: Vec<Way>) -> Self {
        ways.sort_by(|a, b| a.seconds().total_cmp(&b.seconds()));
        Self { samples, ways }
    }

    /// The fastest; if there is none, why.
    pub(super) fn best(&self) -> Result<(Plan, JobPrediction), Failure> {
        if let Some(Way { outcome: Ok((plan, prediction)), .. }) = self.ways.first() {
            return Ok((plan.clone(), *prediction));
        }
        let reasons = self.ways.iter().filter_map(|way| Some(way.outcome.as_ref().err()?.to_string()));
        let reasons: Vec<_> = reasons.collect();
        Err(Failure::Outside(format!("there is no way: {}", reasons.join("; "))))
    }

    pub(super) fn table(&self) -> String {
        let clips = counted(usize::try_from(self.samples).unwrap_or(usize::MAX), "clip");
        let lines: String = self.ways.iter().map(Way::line).collect();
        format!("{clips}, predicted:\n{lines}\n")
    }

    pub(super) fn json(&self) -> Value {
        json!({ "samples": self.samples, "ways": self.ways.iter().map(Way::json).collect::<Vec<_>>() })
    }
}
