//! Clips on their way through all three parties, with the clock running.

use std::{
    cell::RefCell,
    path::Path,
    slice,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use hear_engine::{
    network::{
        plan::Plan,
        run::Inference,
        store::{EncryptedRows, KeySet, Logits, RowsOrigin, RowsResult, StoreError, UnusedSlots},
    },
    params::PrimeIndex,
    rlwe::{Ciphertext, Randomness},
    wire::ciphertext_bytes,
};
use hear_model::{input::Clip, network::Network};
use hear_scheduler::{Executor, Graph, Memory, Report, RunOptions};

use crate::{
    counters::{Counters, Counts},
    verification::Verification,
};

/// Clips on their way from a home through the cloud to the monitoring service.
pub(crate) struct Trial<'a> {
    network: &'a Network,
    plan: &'a Plan,
    keys: &'a KeySet,
    randomness: &'a Randomness,
    inference: Inference<'a>,
    executor: &'a dyn Executor,
    memory: Memory,
    options: RunOptions,
    counters: Option<&'a RefCell<Counters>>,
    tolerance: f64,
    verification: Verification,
    times: Times,
}

/// The clips of a run, encrypted.
pub(crate) struct EncryptedRun {
    origins: Vec<RowsOrigin>,
    /// What a run reads; `None` where it is in its place already, because it is too much to be in memory twice.
    ciphertexts: Option<Vec<Ciphertext>>,
}

/// What the clock and the counters say, one entry a clip; of inferences one a run.
#[derive(Default)]
pub(crate) struct Times {
    pub(crate) encrypt: Vec<Duration>,
    pub(crate) infer: Vec<Duration>,
    pub(crate) decrypt: Vec<Duration>,
    pub(crate) reports: Vec<Report>,
    /// What the processor counted during inferences, where it was asked to.
    pub(crate) counts: Vec<Counts>,
    /// Transforms of a clip: the same for every one.
    pub(crate) ntt: Option<u64>,
    /// Bytes of an encrypted clip and of an encrypted result as files: the same for every clip.
    pub(crate) file_bytes: Option<(u64, u64)>,
}

impl<'a> Trial<'a> {
    /// Allocates the memory of a run.
    pub(crate) fn new(
        network: &'a Network,
        plan: &'a Plan,
        keys: &'a KeySet,
        randomness: &'a Randomness,
        inference: Inference<'a>,
        executor: &'a dyn Executor,
        tolerance: f64,
    ) -> Result<Self> {
        let memory = inference.memory(executor.workers())?;
        let (verification, times) = (Verification::new(tolerance), Times::default());
        let (options, counters) = (RunOptions::default(), None);
        Ok(Self {
            network,
            plan,
            keys,
            randomness,
            inference,
            executor,
            memory,
            options,
            counters,
            tolerance,
            verification,
            times,
        })
    }

    /// Reads these counters before and after every run; they were opened before the executor started its threads.
    pub(crate) fn counted(self, counters: &'a RefCell<Counters>) -> Self {
        Self { counters: Some(counters), ..self }
    }

    /// Notes down every task, and reads these counters.
    pub(crate) fn observed(mut self, counters: &'a RefCell<Counters>) -> Self {
        self.options.trace = true;
        self.counted(counters)
    }

    /// The tasks of an inference.
    pub(crate) fn graph(&self) -> &Graph {
        self.inference.graph()
    }

    /// Forgets the clips so far.
    pub(crate) fn restart(&mut self) {
        self.verification = Verification::new(self.tolerance);
        self.times = Times::default();
    }

    /// Encrypts the clips of a run, the first of them row `first_row`, classifies and decrypts them, and compares the logits
    /// with those of the plain forward pass.
    pub(crate) fn run(&mut self, first_row: usize, clips: &[Clip]) -> Result<()> {
        let run = self.encrypt(first_row, clips)?;
        let (results, report) = self.classify(&run)?;
        self.times.reports.push(report);
        let mut plain = clips.iter().map(|clip| self.network.forward(clip)).collect::<Vec<_>>().into_iter();
        for result in &results {
            self.check(&mut plain, result)?;
        }
        if let (None, [output, ..]) = (self.times.file_bytes, &*results) {
            let output = file_bytes(|path| self.keys.evaluation.write(path, output))?;
            self.times.file_bytes = Some((self.input_file_bytes(&run)?, output));
        }
        Ok(())
    }

    /// Encrypts the clips of a run, the first of them row `first_row`.
    pub(crate) fn encrypt(&mut self, first_row: usize, clips: &[Clip]) -> Result<EncryptedRun> {
        let encryptor = &self.keys.encryptor;
        if self.plan.input.ciphertexts() > 1 {
            return self.encrypt_in_place(first_row, clips);
        }
        let (mut origins, mut ciphertexts) = (Vec::with_capacity(clips.len()), Vec::with_capacity(clips.len()));
        for (row, clip) in (first_row..).zip(clips) {
            let start = Instant::now();
            let encrypted = encryptor.encrypt(row as u64, slice::from_ref(clip), self.randomness)?;
            self.times.encrypt.push(start.elapsed());
            origins.push(encrypted.origin());
            ciphertexts.extend(encrypted.ciphertexts);
        }
        Ok(EncryptedRun { origins, ciphertexts: Some(ciphertexts) })
    }

    /// Encrypts packed inputs of several ciphertexts, each to its place. The time of a clip that is packed with others is its
    /// share.
    fn encrypt_in_place(&mut self, first_row: usize, clips: &[Clip]) -> Result<EncryptedRun> {
        let (encryptor, input) = (&self.keys.encryptor, &self.plan.input);
        let each = input.ciphertexts();
        let mut origins = Vec::new();
        for (place, clips) in clips.chunks(input.clips()).enumerate() {
            let first = (first_row + place * input.clips()) as u64;
            let mut time = Duration::ZERO;
            for index in 0..each {
                let start = Instant::now();
                let ciphertext = encryptor.encrypt_one(first, clips, index, self.randomness)?;
                time += start.elapsed();
                self.inference.load(place * each + index, &ciphertext, &mut self.memory)?;
            }
            self.times.encrypt.push(time / u32::try_from(clips.len()).context("too many clips")?);
            let insecure = encryptor.is_insecure() || self.randomness.is_insecure();
            origins.push(RowsOrigin { rows: first..first + clips.len() as u64, insecure });
        }
        Ok(EncryptedRun { origins, ciphertexts: None })
    }

    /// Bytes of the first packed input of a run as a file; of one that is in its place, of its residues.
    fn input_file_bytes(&self, run: &EncryptedRun) -> Result<u64> {
        let (encryptor, input) = (&self.keys.encryptor, &self.plan.input);
        if let Some(ciphertexts) = &run.ciphertexts {
            let RowsOrigin { rows, insecure } = run.origins[0].clone();
            let ciphertexts = ciphertexts[..input.ciphertexts()].to_vec();
            return file_bytes(|path| encryptor.write(path, &EncryptedRows { rows, ciphertexts, insecure }));
        }
        let count = u32::try_from(input.ciphertexts()).context("too many ciphertexts")?;
        Ok(ciphertext_bytes(&encryptor.schemes().context, &PrimeIndex::first(input.limbs), count))
    }

    /// Classifies the clips of a run: from the encrypted clips to the results that leave the cloud.
    pub(crate) fn classify(&mut self, run: &EncryptedRun) -> Result<(Vec<RowsResult<'a>>, Report)> {
        let (plan, KeySet { evaluation, .. }) = (self.plan, self.keys);
        let context = &evaluation.schemes.context;
        let transforms = context.transforms();
        let counts = self.counters.map(|counters| counters.borrow_mut().read());
        let start = Instant::now();
        let (memory, options) = (&mut self.memory, &self.options);
        let inferred = match &run.ciphertexts {
            Some(ciphertexts) => self.inference.run_clips(ciphertexts, memory, self.executor, options),
            None => self.inference.run_loaded(memory, self.executor, options),
        };
        #[cfg_attr(not(feature = "fault-injection"), expect(unused_mut, reason = "only a fault changes it"))]
        let (mut inferred, report) = inferred?;
        #[cfg(feature = "fault-injection")]
        fault::inject(context, &mut inferred)?;
        let ntt = (context.transforms() - transforms) / run.origins.len() as u64;
        let unused = UnusedSlots::Drown(self.randomness);
        let mut inferred = inferred.into_iter();
        let release = |origin| {
            let of_input = inferred.by_ref().take(plan.output.ciphertexts()).collect();
            evaluation.release(plan, origin, of_input, unused)
        };
        let results = run.origins.iter().map(release).collect::<Result<Vec<_>, _>>()?;
        #[cfg(feature = "slowed")]
        spin(start.elapsed() / 10);
        self.times.infer.push(start.elapsed());
        if let (Some(counters), Some(before)) = (self.counters, counts) {
            self.times.counts.push(counters.borrow_mut().read().since(&before));
        }
        if *self.times.ntt.get_or_insert(ntt) != ntt {
            let first_row = run.origins[0].rows.start;
            bail!("row {first_row} took {ntt} transforms, not as many as the rows before");
        }
        Ok((results, report))
    }

    /// Decrypts a result and compares its logits with those of the plain forward pass, which come next. A row's time is its
    /// share.
    pub(crate) fn check(&mut self, plain: &mut impl Iterator<Item = Logits>, result: &RowsResult<'_>) -> Result<()> {
        let start = Instant::now();
        let rows = self.keys.decryptor.logits(result)?;
        self.times.decrypt.push(start.elapsed() / u32::try_from(rows.len()).context("too many rows")?);
        for (row, logits) in rows {
            let plain = plain.next().context("more results than clips")?;
            self.verification.check(usize::try_from(row).context("a row's number")?, &plain, &logits)?;
        }
        Ok(())
    }

    /// How much of the memory of a run lies on huge pages.
    pub(crate) fn huge_page_bytes(&self) -> Option<u64> {
        self.memory.huge_page_bytes().map(|bytes| bytes as u64)
    }

    /// What is known of all clips since the start or the last restart.
    pub(crate) fn finish(self) -> (Verification, Times) {
        (self.verification, self.times)
    }
}

/// Takes time, so that tests know by how much a program is slower than another.
#[cfg(feature = "slowed")]
fn spin(duration: Duration) {
    let start = Instant::now();
    while start.elapsed() < duration {
        std::hint::spin_loop();
    }
}

/// Faults that tests ask for, to see that they are found.
#[cfg(feature = "fault-injection")]
mod fault {
    use anyhow::{Context as _, Result, bail};
    use hear_engine::{ring::Context, rlwe::Ciphertext};

    /// What is to go wrong with the first result. `residue`: one residue is another, as a kernel with an error would leave
    /// it, and nothing but noise decrypts. `logits`: 1 is added to every slot, which only a comparison of logits finds.
    const VARIABLE: &str = "HEAR_BENCH_FAULT";

    pub(super) fn inject(context: &Context, results: &mut [Ciphertext]) -> Result<()> {
        let fault = std::env::var(VARIABLE).ok();
        let Some(fault) = fault.as_deref() else { return Ok(()) };
        let result = results.first_mut().context("there is no result")?;
        match fault {
            "residue" => {
                let residue = &mut result.pair_mut(0)[0];
                *residue = residue.checked_sub(1).unwrap_or(1);
            }
            "logits" => {
                let (scale, basis) = (result.scale(), result.basis().clone());
                for (limb, &prime) in basis.iter().enumerate() {
                    let q = context.modulus(prime).value();
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a residue below q")]
                    let one = (scale.round() % f64::from(q)) as u32;
                    // A constant polynomial has the same value everywhere.
                    result.pair_mut(limb)[..context.n()].iter_mut().for_each(|residue| {
                        *residue = (*residue + one) % q;
                    });
                }
            }
            other => bail!("{VARIABLE} is {other}: expected residue or logits"),
        }
        Ok(())
    }
}

/// Bytes of a file that is written for nothing else.
fn file_bytes(write: impl FnOnce(&Path) -> Result<(), StoreError>) -> Result<u64> {
    let directory = tempfile::tempdir().context("cannot create a temporary directory")?;
    let path = directory.path().join("ciphertext");
    write(&path)?;
    Ok(path.metadata().context("cannot read a file's size")?.len())
}
