//! Noise after every stage: measured with the secret key, and as the parameters let expect.

use std::{slice, sync::Mutex};

use anyhow::{Context as _, Result, ensure};
use hear_engine::{
    network::{
        encode::EncodedNetwork,
        lean::scales::Scales,
        lower::Keep,
        noise::{Deviation, Modelled},
        plan::{Plan, Stage},
        reference::{self, Slots},
        run::Inference,
        store::{KeySet, Scheme, Schemes, Work},
    },
    rlwe::Randomness,
};
use hear_model::{input::Clip, network::Network};
use hear_scheduler::{Cancel, Executor, Memory, RunOptions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is run, and what it is held to.
#[derive(Clone, Copy, Debug)]
pub struct Experiment<'a> {
    /// The network.
    pub network: &'a Network,
    /// The plan and its tables. The model is of this plan.
    pub scheme: &'a Scheme,
    /// The scales of the run, where they are to be others than the plan's.
    pub scales: Option<Scales>,
    /// What is classified.
    pub clips: &'a [Clip],
    /// The threads.
    pub executor: &'a dyn Executor,
}

/// A stage's slots and their noise, over all ciphertexts and clips.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StagePrecision {
    /// The plan's name for it.
    pub name: String,
    /// Limbs of what it makes.
    pub limbs: usize,
    /// log2 of the scale of what it makes.
    pub scale_bits: f64,
    /// The largest absolute value of a slot.
    pub largest: f64,
    /// [`Plan::headroom_bits`] over it: positive where values fit for certain.
    pub headroom_bits: f64,
    /// Standard deviation of the real and imaginary parts of slots from plain arithmetic.
    pub measured_std: f64,
    /// -log2 of it.
    pub measured_bits: f64,
    /// The standard deviation that the noise model has.
    pub modelled_std: f64,
    /// -log2 of it.
    pub modelled_bits: f64,
    /// log2 of measured over modelled: positive where there is more noise than the model has.
    pub difference_bits: f64,
}

impl Experiment<'_> {
    /// Classifies the clips with new keys and looks at the slots after every stage. `progress` is called with what is done
    /// now, the number of items done and their total.
    ///
    /// The model's errors are those of a fixed seed; keys and encryptions are of the system's randomness.
    ///
    /// # Errors
    /// If the network is not the plan's, the scales are fixed or the system refuses threads, memory or randomness.
    ///
    /// # Panics
    /// If a clip does not have 960 values.
    pub fn measure(&self, progress: &(dyn Fn(&'static str, usize, usize) + Sync)) -> Result<Vec<StagePrecision>> {
        let Self { network, scheme: Scheme { plan, context }, scales, executor, .. } = *self;
        let (method, clips) = (plan.method, plan.input.clips());
        ensure!(clips == 1, "{method} takes {clips} clips at a time: there are no slots of one clip to look at");
        let rescaled = scales.map(|scales| plan.with_scales(scales)).transpose()?;
        let run_plan = rescaled.as_ref().unwrap_or(plan);
        let (randomness, cancel) = (Randomness::from_os(), Cancel::new());
        let watch = |done, of| progress("keys", done, of);
        let keys = KeySet::generate(
            &Schemes::from(self.scheme),
            &randomness,
            &Work::new(executor, &cancel).with_progress(&watch),
        )?;
        let watch = |done, of| progress("encode", done, of);
        let encoded = EncodedNetwork::new(context, run_plan, network, executor, &cancel, &watch)?;
        let inference = Inference::new(context, plan, &keys.evaluation.keys, &encoded, Keep::Stages)?;
        let mut memory = inference.memory(executor.workers())?;
        let mut stages: Vec<_> = run_plan.stages.iter().map(|_| Observations::default()).collect();
        for (row, clip) in self.clips.iter().enumerate() {
            progress("clips", row, self.clips.len());
            let plain = self.plain(row as u64, clip)?;
            let measured = decrypted(&keys, &inference, &mut memory, executor, (row as u64, clip, &randomness))?;
            for (((stage, measured), exact), modelled) in
                stages.iter_mut().zip(&measured).zip(&plain.exact).zip(&plain.modelled)
            {
                stage.add(measured, exact, modelled);
            }
        }
        Ok(run_plan.stages.iter().zip(stages).map(|(stage, seen)| seen.summary(run_plan, stage)).collect())
    }

    /// A clip's slots in plain arithmetic, exact and with modelled noise, side by side.
    fn plain(&self, row: u64, clip: &Clip) -> Result<Plain> {
        let (plan, network): (&Plan, _) = (&self.scheme.plan, self.network);
        let plain = Mutex::new(Plain::default());
        self.executor.for_each(2, &Cancel::new(), &|index, _| {
            let slots = if index == 0 {
                reference::run(plan, network, clip)
            } else {
                let mut model = Modelled::new(self.scheme.context.parameters(), row);
                reference::run_with(plan, network, clip, &mut model)
            };
            // A panic elsewhere ends the loop with an error.
            if let Ok(mut plain) = plain.lock() {
                *(if index == 0 { &mut plain.exact } else { &mut plain.modelled }) = slots;
            }
        })?;
        plain.into_inner().ok().context("a thread panicked")
    }
}

/// The slots after every stage in plain arithmetic.
#[derive(Default)]
struct Plain {
    exact: Vec<Slots>,
    modelled: Vec<Slots>,
}

/// The slots after every stage of an encrypted run.
fn decrypted(
    keys: &KeySet,
    inference: &Inference<'_>,
    memory: &mut Memory,
    executor: &dyn Executor,
    (row, clip, randomness): (u64, &Clip, &Randomness),
) -> Result<Vec<Slots>> {
    let encrypted = keys.encryptor.encrypt(row, slice::from_ref(clip), randomness)?;
    inference.run_clips(&encrypted.ciphertexts, memory, executor, &RunOptions::default())?;
    let slots = |ciphertexts: Vec<_>| ciphertexts.iter().map(|ciphertext| keys.decryptor.slots(ciphertext)).collect();
    Ok(inference.after_stages(memory).into_iter().map(slots).collect())
}

/// What was seen of a stage.
#[derive(Clone, Copy, Debug, Default)]
struct Observations {
    largest: f64,
    measured: Deviation,
    modelled: Deviation,
}

impl Observations {
    /// Takes in a clip.
    fn add(&mut self, measured: &Slots, exact: &Slots, modelled: &Slots) {
        for ((measured, exact), modelled) in measured.iter().zip(exact).zip(modelled) {
            self.largest = measured.iter().fold(self.largest, |largest, slot| largest.max(slot.norm()));
            self.measured.add(measured, exact);
            self.modelled.add(modelled, exact);
        }
    }

    fn summary(&self, plan: &Plan, stage: &Stage) -> StagePrecision {
        let [measured_std, modelled_std] = [self.measured, self.modelled].map(Deviation::std);
        StagePrecision {
            name: stage.name.clone(),
            limbs: stage.limbs_out,
            scale_bits: stage.scale_out_bits,
            largest: self.largest,
            headroom_bits: plan.headroom_bits(stage, self.largest),
            measured_std,
            measured_bits: -measured_std.log2(),
            modelled_std,
            modelled_bits: -modelled_std.log2(),
            difference_bits: (measured_std / modelled_std).log2(),
        }
    }
}
