//! The speeds of a machine, fitted to the times of stages that it ran.
//!
//! A stage's thread time is taken to be a sum: transforms, multiply-accumulates with plaintexts, with keys and in base
//! conversions, bytes read, each as often as the plan counts them times what one takes. What one takes is found by least
//! squares without negative terms (Lawson, Hanson, "Solving Least Squares Problems", 1974, chapter 23) over the stages of
//! several networks and methods, each weighted by its own size: a percent is as bad in a small stage as in a large one.
//! These are speeds within a run, with the misses of the caches and the passes between the kernels; single kernels are
//! faster.

use anyhow::{Result, ensure};
use hear_engine::{
    network::{
        cost::{Counts, Speeds},
        plan::{Plan, Security},
        run::InferenceError,
        throughput::{RunPrediction, Throughput},
    },
    ring::Context,
};
use hear_kernels::simd::Isa;
use ndarray::{Array1, Array2};

use crate::record::Record;

/// Stages that take less than this part of their inference are weighted as if they took it: the clock is coarse.
const SMALLEST_SHARE: f64 = 0.02;
/// What is counted.
const TERMS: usize = 5;

/// What a stage does and how long it took.
struct Sample {
    counts: Counts,
    seconds: f64,
    weight: f64,
}

/// Fits the speeds of the machine that made the records, one thread's share of them. Products with numbers are in none of the
/// runs: their speed is given. What batches share is not known from runs of one clip: [`Together`] says it.
///
/// # Errors
/// If there are fewer stages than speeds, or no transform among them.
pub fn fit(name: String, records: &[Record], scalar_ns: f64) -> Result<Speeds> {
    let samples: Vec<_> = records.iter().flat_map(samples).collect();
    ensure!(samples.len() > TERMS, "{} stages are too few to fit {TERMS} speeds to", samples.len());
    let row = |sample: &Sample| terms(&sample.counts).map(|count| count * sample.weight);
    let counts: Vec<f64> = samples.iter().flat_map(row).collect();
    let counts = Array2::from_shape_vec((samples.len(), TERMS), counts)?;
    let nanoseconds: Array1<f64> = samples.iter().map(|sample| sample.seconds * 1e9 * sample.weight).collect();
    let (fitted, _) = nnls::nnls(counts.view(), nanoseconds.view());
    let [ntt_ns, product_ns, key_product_ns, conversion_ns, byte_ns] = std::array::from_fn(|term| fitted[term]);
    ensure!(ntt_ns > 0.0, "the times of the stages do not depend on their transforms: the machine was too busy");
    let bytes_per_ns = records.iter().map(|record| record.best_speeds.bytes_per_ns * record.identity.threads as f64);
    let bytes_per_ns = bytes_per_ns.fold(0.0, f64::max);
    let shared_reads = 0.0;
    Ok(Speeds {
        name,
        ntt_ns,
        product_ns,
        scalar_ns,
        key_product_ns,
        conversion_ns,
        byte_ns,
        bytes_per_ns,
        shared_reads,
    })
}

/// A plan's runs of one clip and of several, as measured.
#[derive(Debug)]
pub struct Together<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Clips of the second kind of runs.
    pub throughput: Throughput,
    /// Threads of both.
    pub threads: usize,
    /// Seconds of a run of one clip.
    pub alone_s: f64,
    /// Seconds of a run of several, all of its clips.
    pub together_s: f64,
}

impl Together<'_> {
    /// How much of their reads the clips of a batch saved each other ([`Speeds::shared_reads`]): that with which runs of
    /// several clips are predicted to take as much longer than runs of one as they did.
    ///
    /// # Errors
    /// If the plan is refused or its tasks cannot be laid out.
    pub fn shared_reads(&self, speeds: &Speeds) -> Result<f64> {
        let context = Context::new(&self.plan.checked_parameters(Security::Required)?, Isa::detect());
        let seconds = |throughput, shared_reads| {
            let speeds = Speeds { shared_reads, ..speeds.clone() };
            Ok::<_, InferenceError>(RunPrediction::new(&context, self.plan, throughput, &speeds, self.threads)?.seconds)
        };
        let alone = seconds(Throughput::default(), 0.0)?;
        // What is predicted falls in a straight line from nothing shared to everything.
        let (nothing, everything) = (seconds(self.throughput, 0.0)?, seconds(self.throughput, 1.0)?);
        let as_measured = alone * self.together_s / self.alone_s;
        Ok(((nothing - as_measured) / (nothing - everything).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0))
    }
}

fn samples(record: &Record) -> impl Iterator<Item = Sample> {
    let whole: f64 = record.stages.iter().map(|stage| stage.busy_s).sum();
    record.stages.iter().filter(|stage| stage.counts != Counts::default()).map(move |stage| Sample {
        counts: stage.counts,
        seconds: stage.busy_s,
        weight: 1.0 / stage.busy_s.max(SMALLEST_SHARE * whole),
    })
}

/// The counts in the order of the speeds.
fn terms(counts: &Counts) -> [f64; TERMS] {
    let Counts { ntt, product_limbs, key_limbs, conversion_limbs, bytes_read, .. } = *counts;
    [ntt, product_limbs, key_limbs, conversion_limbs, bytes_read].map(|count| count as f64)
}

#[cfg(test)]
mod tests {
    use hear_engine::network::{method::Method, plan::PlanRequest};
    use hear_model::network::{Dimension, Shape};

    use super::*;

    fn counts(seed: u64) -> Counts {
        let count = |place: u64, most: u64| 1 + (seed * 2_654_435_761 + place * 40_503) % most;
        Counts {
            ntt: count(1, 1000),
            product_limbs: count(2, 20_000),
            key_limbs: count(3, 5_000),
            conversion_limbs: count(4, 10_000),
            bytes_read: count(5, 300_000_000),
            ..Counts::default()
        }
    }

    /// Times that were predicted with a share give that share back, and what no share explains gives one end.
    #[test]
    fn what_batches_share_is_found_again() {
        let shape = Shape::new(Dimension::TwoD, 64).unwrap();
        let plan = Plan::new(&PlanRequest::new(shape, Method::LeanHear)).unwrap();
        let context = Context::new(&plan.checked_parameters(Security::Required).unwrap(), Isa::detect());
        let (speeds, throughput) = (Speeds::default(), Throughput::new(6, 2).unwrap());
        let predict = |throughput, shared_reads| {
            let speeds = Speeds { shared_reads, ..speeds.clone() };
            RunPrediction::new(&context, &plan, throughput, &speeds, 2).unwrap().seconds
        };
        // Twice as slow a machine shares as much.
        let alone_s = 2.0 * predict(Throughput::default(), 0.3);
        let found = |together_s| {
            Together { plan: &plan, throughput, threads: 2, alone_s, together_s }.shared_reads(&speeds).unwrap()
        };
        assert!((found(2.0 * predict(throughput, 0.3)) - 0.3).abs() < 1e-3);
        assert_eq!((found(f64::MIN_POSITIVE), found(100.0)), (1.0, 0.0));
    }

    #[test]
    fn speeds_are_found_again_and_none_is_negative() {
        let truth = [9000.0, 450.0, 0.0, 300.0, 0.03];
        let samples: Vec<_> = (0..40).map(counts).collect();
        let rows: Vec<f64> = samples.iter().flat_map(terms).collect();
        let matrix = Array2::from_shape_vec((samples.len(), TERMS), rows).unwrap();
        let times: Array1<f64> =
            samples.iter().map(|counts| terms(counts).iter().zip(truth).map(|(n, t)| n * t).sum::<f64>()).collect();
        let (fitted, _) = nnls::nnls(matrix.view(), times.view());
        for (found, expected) in fitted.iter().zip(truth) {
            assert!((found - expected).abs() < 1e-3 * (1.0 + expected), "{fitted} for {truth:?}");
        }
    }
}
