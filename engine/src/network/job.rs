//! What classifying a number of clips takes under a plan: how many runs, laid out how.
//!
//! One clip is served soonest by a method that packs a clip densely; thousands together by one whose ciphertexts are nodes, as
//! a run of it takes as long for one clip as for thousands. Between the two, the number of clips, the network and the memory
//! decide.

use std::sync::Arc;

use super::{
    cost::Speeds,
    memory::{MemoryPrediction, PredictionError},
    plan::{Plan, Security},
    throughput::{RunPrediction, Throughput},
};
use crate::ring::Context;

/// Clips to be classified, and on what.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// How many clips: at least one.
    pub samples: u64,
    /// Bytes that runs may take, with keys and weights.
    pub memory_limit_bytes: u64,
    /// Threads.
    pub threads: usize,
    /// Their speeds.
    pub speeds: &'a Speeds,
}

/// A way to do a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobPrediction {
    /// One run.
    pub run: RunPrediction,
    /// How many.
    pub runs: u64,
    /// Seconds of all.
    pub seconds: f64,
}

impl Job<'_> {
    /// The fastest way to do the job under a plan.
    ///
    /// # Errors
    /// If no way stays within the memory, or the plan's tasks cannot be laid out.
    pub fn predict(
        &self,
        context: &Arc<Context>,
        plan: &Plan,
        security: Security,
    ) -> Result<JobPrediction, PredictionError> {
        let Self { memory_limit_bytes: limit, threads, speeds, .. } = *self;
        let (shape, _) = MemoryPrediction::fitting(plan, Throughput::default(), security, threads, limit)?;
        let one = self.of_run(RunPrediction::new(context, plan, shape, speeds, threads)?);
        if plan.input.clips() > 1 {
            return Ok(one);
        }
        let several = self.of_run(RunPrediction::fastest(context, plan, speeds, threads, Some(limit))?);
        Ok(if several.seconds < one.seconds { several } else { one })
    }

    fn of_run(&self, run: RunPrediction) -> JobPrediction {
        let runs = self.samples.div_ceil(run.clips() as u64);
        JobPrediction { run, runs, seconds: runs as f64 * run.seconds }
    }
}

#[cfg(test)]
mod tests {
    use hear_kernels::simd::Isa;
    use hear_model::network::{Dimension, Shape};

    use super::*;
    use crate::network::{
        method::Method,
        plan::{Plan, PlanRequest},
    };

    /// The method with the least predicted time, of those that there is a way for.
    fn best(samples: u64, memory_limit_bytes: u64) -> Option<(Method, JobPrediction)> {
        let speeds = Speeds::default();
        let job = Job { samples, memory_limit_bytes, threads: 2, speeds: &speeds };
        let ways = Method::ALL.into_iter().filter_map(|method| {
            let plan = Plan::new(&PlanRequest::new(Shape::new(Dimension::TwoD, 64).unwrap(), method)).unwrap();
            let context = Context::new(&plan.checked_parameters(Security::Required).unwrap(), Isa::detect());
            Some((method, job.predict(&context, &plan, Security::Required).ok()?))
        });
        ways.min_by(|a, b| a.1.seconds.total_cmp(&b.1.seconds))
    }

    #[test]
    fn few_clips_go_one_by_one_and_thousands_together_where_there_is_memory() {
        const GB: u64 = 1_000_000_000;
        let (method, one) = best(1, 16 * GB).unwrap();
        assert_eq!((method, one.runs, one.run.clips()), (Method::LeanHear, 1, 1));
        let (method, many) = best(20_000, 16 * GB).unwrap();
        assert_eq!((method, many.runs), (Method::LeanNgraph, 3), "8192 clips a run");
        assert_eq!(many.seconds, 3.0 * many.run.seconds);
        let (method, little) = best(20_000, GB / 2).unwrap();
        assert_eq!(method, Method::LeanHear, "nodes take gigabytes");
        assert!(little.run.memory.total_bytes <= GB / 2);
        assert!(best(1, GB / 100).is_none());
    }
}
