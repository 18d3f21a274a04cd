//! One thread against several, stage by stage.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::TraceError;
use crate::graph::Graph;
use crate::report::Report;
use crate::units::{Bytes, Share, Time, median};

/// A stage below this part of the speed-up that its threads could give is named.
const GOOD_EFFICIENCY: f64 = 0.85;
/// Stages below this part of the work are not named: they do not matter, and the clock is coarse.
const SMALLEST_SHARE: f64 = 0.01;
/// From this part of the memory's bandwidth on, waiting for memory is what a stage does. Reads of weights alternate with
/// arithmetic, so no stage reaches the bandwidth of a program that does nothing but read.
const BANDWIDTH_BOUND: f64 = 0.6;

/// How much longer the same tasks take when several threads run them, from medians over runs.
///
/// A stage's time is its busy thread-seconds. Its *inflation* is that time on T threads over that on one: 1 where threads
/// do not hinder each other, more where they share a cache, the memory's bandwidth or a core. With all T threads at its
/// tasks, the stage would be done `T / inflation` times as fast as on one: its *speed-up*. What a stage loses because
/// threads have nothing to do is no property of that stage and stands in the difference between
/// [`Self::speed_up_without_idling`] and [`Self::speed_up`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// T: the workers of the runs that are compared with one thread's.
    pub threads: usize,
    /// Median wall time on one thread.
    pub one_wall_ns: u64,
    /// Median wall time on T threads.
    pub wall_ns: u64,
    /// The former over the latter.
    pub speed_up: f64,
    /// Median work on T threads over that on one.
    pub inflation: f64,
    /// T over that: the speed-up if no thread had ever been without a task.
    pub speed_up_without_idling: f64,
    /// The stages that have tasks, in the order of declaration.
    pub stages: Vec<StageScaling>,
}

/// A stage on one and on T threads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageScaling {
    /// Its name.
    pub name: String,
    /// Its part of the work on one thread, in [0, 1].
    pub share: f64,
    /// Its time on one thread.
    pub one_busy_ns: u64,
    /// Its time on T threads, added up over them.
    pub busy_ns: u64,
    /// The latter over the former.
    pub inflation: f64,
    /// T over that.
    pub speed_up: f64,
    /// From its first task to its last, on T threads. Spans overlap.
    pub span_ns: u64,
    /// What its tasks read beside their buffers, as estimated.
    pub streamed_bytes: u64,
    /// How fast T threads at this stage read that: bytes over its time on T threads, times T. GB/s.
    pub streamed_bytes_per_ns: f64,
    /// What keeps it below 85% of T; `None` where it is above, or too small to matter.
    pub hindrance: Option<Hindrance>,
}

/// What threads share that slows a stage down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hindrance {
    /// The memory's bandwidth: the stage alone streams at 60% of it or more.
    Bandwidth,
    /// Something else: caches, the frequency, other programs.
    Sharing,
}

impl Scaling {
    /// Compares runs on one worker with runs of `graph` on several, all of which have as many. Those on one may be of other
    /// tasks of the same stages. `bytes_per_ns` is what
    /// these several threads read from memory at most together, where it is known.
    ///
    /// # Errors
    /// If there are no runs on either side.
    pub fn new(
        graph: &Graph,
        one: &[Report],
        several: &[Report],
        bytes_per_ns: Option<f64>,
    ) -> Result<Self, TraceError> {
        let threads = several.first().ok_or(TraceError::NoRuns)?.workers.len();
        let of = |reports: &[Report], field: &dyn Fn(&Report) -> u64| {
            median(reports.iter().map(field).collect()).ok_or(TraceError::NoRuns)
        };
        let (one_wall_ns, wall_ns) = (of(one, &|run| run.wall_ns)?, of(several, &|run| run.wall_ns)?);
        let work = |run: &Report| run.workers.iter().map(|worker| worker.busy_ns).sum();
        let (one_work, work) = (of(one, &work)?, of(several, &work)?);
        let mut streamed = vec![0_u64; graph.stage_count()];
        for task in graph.tasks() {
            streamed[graph.stage(task).index()] += graph.cost(task).streamed_bytes;
        }
        let mut stages = Vec::new();
        for (stage, name) in graph.stage_names().enumerate() {
            let reported = |run: &Report| run.stages.get(stage).is_some_and(|stage| stage.tasks > 0);
            if !one.iter().chain(several).all(reported) {
                continue;
            }
            let one_busy_ns = of(one, &|run| run.stages[stage].busy_ns)?;
            let busy_ns = of(several, &|run| run.stages[stage].busy_ns)?;
            let span_ns = of(several, &|run| run.stages[stage].span_ns)?;
            let inflation = ratio(busy_ns, one_busy_ns);
            let mut stage = StageScaling {
                name: name.to_owned(),
                share: Share::of(one_busy_ns as f64, one_work as f64).0,
                one_busy_ns,
                busy_ns,
                inflation,
                speed_up: threads as f64 / inflation,
                span_ns,
                streamed_bytes: streamed[stage],
                streamed_bytes_per_ns: ratio(streamed[stage], busy_ns) * threads as f64,
                hindrance: None,
            };
            stage.hindrance = stage.hindrance(threads, bytes_per_ns);
            stages.push(stage);
        }
        let inflation = ratio(work, one_work);
        Ok(Self {
            threads,
            one_wall_ns,
            wall_ns,
            speed_up: ratio(one_wall_ns, wall_ns),
            inflation,
            speed_up_without_idling: threads as f64 / inflation,
            stages,
        })
    }
}

/// `a / b`; 1 where there is nothing to compare with.
fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 1.0 } else { a as f64 / b as f64 }
}

impl StageScaling {
    fn hindrance(&self, threads: usize, bytes_per_ns: Option<f64>) -> Option<Hindrance> {
        let is_good = self.speed_up >= GOOD_EFFICIENCY * threads as f64;
        if threads == 1 || is_good || self.share < SMALLEST_SHARE {
            return None;
        }
        let bound = bytes_per_ns.is_some_and(|most| self.streamed_bytes_per_ns >= BANDWIDTH_BOUND * most);
        Some(if bound { Hindrance::Bandwidth } else { Hindrance::Sharing })
    }
}

impl fmt::Display for Scaling {
    /// A table for a terminal, each line ended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ns = |ns: u64| Time(ns as f64);
        writeln!(
            f,
            "{} threads: {} instead of {}, {:.2} times as fast; without idling it would be {:.2}",
            self.threads,
            ns(self.wall_ns),
            ns(self.one_wall_ns),
            self.speed_up,
            self.speed_up_without_idling
        )?;
        writeln!(
            f,
            "  {:<9}{:>7}{:>11}{:>11}{:>10}{:>9}{:>11}{:>10}{:>11}",
            "stage", "share", "busy, 1", "busy", "inflation", "speed-up", "span", "streams", "GB/s"
        )?;
        for stage in &self.stages {
            writeln!(
                f,
                "  {:<9}{:>7}{:>11}{:>11}{:>10.2}{:>9.2}{:>11}{:>10}{:>11.1}",
                stage.name,
                Share(stage.share),
                ns(stage.one_busy_ns),
                ns(stage.busy_ns),
                stage.inflation,
                stage.speed_up,
                ns(stage.span_ns),
                Bytes(stage.streamed_bytes),
                stage.streamed_bytes_per_ns
            )?;
        }
        for stage in &self.stages {
            let StageScaling { name, speed_up, streamed_bytes, streamed_bytes_per_ns, .. } = stage;
            match stage.hindrance {
                None => {}
                Some(Hindrance::Bandwidth) => writeln!(
                    f,
                    "  {name} reaches {speed_up:.2}: memory, from which it streams {} at {streamed_bytes_per_ns:.1} GB/s",
                    Bytes(*streamed_bytes)
                )?,
                Some(Hindrance::Sharing) => writeln!(
                    f,
                    "  {name} reaches {speed_up:.2}, at {streamed_bytes_per_ns:.1} GB/s: caches, frequency or other programs"
                )?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{RUN, fan, report};
    use super::*;

    /// [`fan`] one task after the other.
    const SERIAL: [(usize, u64, u64); 5] = [(0, 0, 100), (0, 100, 160), (0, 160, 220), (0, 220, 310), (0, 310, 360)];

    fn scaling(bytes_per_ns: Option<f64>) -> Scaling {
        Scaling::new(&fan(), &[report(SERIAL)], &[report(RUN)], bytes_per_ns).unwrap()
    }

    #[test]
    fn inflation_and_speed_up_by_hand() {
        let scaling = scaling(None);
        assert_eq!((scaling.threads, scaling.one_wall_ns, scaling.wall_ns), (2, 370, 300));
        let [conv, pool] = &scaling.stages[..] else { panic!("a stage without tasks is listed") };
        // conv: 100 + 60 + 60 on one thread, 100 + 80 + 90 on two; pool: 140 on both.
        assert_eq!((conv.one_busy_ns, conv.busy_ns, pool.busy_ns), (220, 270, 140));
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
        close(conv.inflation, 270.0 / 220.0);
        close(conv.speed_up, 2.0 * 220.0 / 270.0);
        close(pool.speed_up, 2.0);
        close(scaling.inflation, 410.0 / 360.0);
        close(scaling.speed_up, 370.0 / 300.0);
        close(conv.streamed_bytes_per_ns, 2.0 * 3_000.0 / 270.0);
        assert_eq!((conv.hindrance, pool.hindrance), (Some(Hindrance::Sharing), None));
    }

    #[test]
    fn bandwidth_is_the_reason_where_a_stage_reaches_it() {
        assert_eq!(scaling(Some(30.0)).stages[0].hindrance, Some(Hindrance::Bandwidth));
        assert_eq!(scaling(Some(60.0)).stages[0].hindrance, Some(Hindrance::Sharing));
        let text = scaling(Some(30.0)).to_string();
        assert!(text.contains("conv reaches 1.63: memory, from which it streams 3.0 kB at 22.2 GB/s"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 100 && line.is_ascii()), "{text}");
    }

    #[test]
    fn the_medians_count_and_nothing_has_none() {
        let mut slow = report(RUN);
        slow.stages[0].busy_ns = 10_000;
        let several = [report(RUN), slow, report(RUN)];
        let scaling = Scaling::new(&fan(), &[report(SERIAL)], &several, None).unwrap();
        assert_eq!(scaling.stages[0].busy_ns, 270);
        assert_eq!(Scaling::new(&fan(), &[], &several, None), Err(TraceError::NoRuns));
    }
}
