//! Who answers queries.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use hear_engine::network::{store::Logits, throughput::Throughput};

use crate::{
    configuration::Configuration,
    preparation::Preparation,
    progress::Progress,
    trial::{EncryptedRun, Trial},
};

/// Threads that sleep wake up to so much too late: the last part of a wait is spent awake.
const AWAKE: Duration = Duration::from_millis(2);

/// Answers queries, and has a clock.
pub(super) trait Service {
    /// What the clock shows.
    fn now(&self) -> Duration;

    /// Lets time pass until the clock shows this; no time if it does already.
    fn wait_until(&mut self, moment: Duration);

    /// Answers a query. The clock stands still while the answer is checked.
    ///
    /// # Errors
    /// If it is wrong.
    fn answer(&mut self, query: usize) -> Result<()>;
}

/// Classifies encrypted clips.
pub(super) struct EncryptedService<'a> {
    trial: Trial<'a>,
    /// All clips of the configuration, by runs.
    pool: Vec<PooledRun>,
    clips_a_run: usize,
    runs_a_query: usize,
    /// When the clock showed 0.
    start: Instant,
    /// How long it has stood still.
    still: Duration,
    step: &'static str,
    progress: &'a Progress,
}

/// The clips of a run, and what the plain network says of them.
struct PooledRun {
    encrypted: EncryptedRun,
    plain: Vec<Logits>,
}

impl<'a> EncryptedService<'a> {
    /// Encrypts the configuration's clips, and classifies some before any clock runs.
    pub(super) fn new(
        configuration: &Configuration,
        preparation: &'a Preparation,
        throughput: Throughput,
        progress: &'a Progress,
    ) -> Result<Self> {
        let protocol = &configuration.protocol;
        let clips = configuration.read_clips()?;
        ensure!(
            clips.len().is_multiple_of(throughput.clips()),
            "{} clips are no whole runs of {} x {}: expected a multiple of {}",
            clips.len(),
            throughput.streams(),
            throughput.batch(),
            throughput.clips()
        );
        let method = preparation.scheme.plan.method;
        ensure!(
            preparation.scheme.plan.input.ciphertexts() == 1,
            "queries are of clips of one ciphertext each: an input of {method} has {}",
            preparation.scheme.plan.input.ciphertexts()
        );
        let mut trial = preparation.trial(throughput, protocol.tolerance)?;
        let mut pool = Vec::new();
        let first_rows = (protocol.first_row..).step_by(throughput.clips());
        for (first_row, clips) in first_rows.zip(clips.chunks_exact(throughput.clips())) {
            let plain = clips.iter().map(|clip| preparation.network.forward(clip)).collect();
            pool.push(PooledRun { encrypted: trial.encrypt(first_row, clips)?, plain });
        }
        let mut service = Self {
            trial,
            pool,
            clips_a_run: throughput.clips(),
            runs_a_query: 1,
            start: Instant::now(),
            still: Duration::ZERO,
            step: "warm-up",
            progress,
        };
        (0..protocol.warm_up).try_for_each(|query| service.answer(query))?;
        Ok(service)
    }

    /// The clips of the configuration.
    pub(super) fn clips(&self) -> usize {
        self.pool.len() * self.clips_a_run
    }

    /// From here on queries are of so many runs.
    pub(super) fn begin(&mut self, step: &'static str, runs_a_query: usize) {
        (self.step, self.runs_a_query) = (step, runs_a_query);
    }

    /// The results that were checked, and the largest difference of a logit.
    pub(super) fn finish(self) -> (usize, f64) {
        let (verification, _) = self.trial.finish();
        (verification.clips(), verification.max_abs_error())
    }
}

impl Service for EncryptedService<'_> {
    fn now(&self) -> Duration {
        self.start.elapsed() - self.still
    }

    fn wait_until(&mut self, moment: Duration) {
        loop {
            let left = moment.saturating_sub(self.now());
            if left.is_zero() {
                return;
            } else if left <= AWAKE {
                std::hint::spin_loop();
            } else {
                thread::sleep(left - AWAKE);
            }
        }
    }

    fn answer(&mut self, query: usize) -> Result<()> {
        let Self { trial, pool, runs_a_query, .. } = self;
        let runs = (query * *runs_a_query..).take(*runs_a_query).map(|run| &pool[run % pool.len()]);
        let results = runs.clone().map(|run| Ok(trial.classify(&run.encrypted)?.0)).collect::<Result<Vec<_>>>()?;
        let answered = Instant::now();
        for (PooledRun { plain, .. }, results) in runs.zip(&results) {
            let mut plain = plain.iter().copied();
            results.iter().try_for_each(|result| trial.check(&mut plain, result))?;
        }
        self.progress.show(self.step, query, query + 1);
        self.still += answered.elapsed();
        Ok(())
    }
}
