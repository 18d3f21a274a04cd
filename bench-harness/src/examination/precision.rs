//! Noise after every stage, beside its model.

use anyhow::{Result, ensure};
use hear_engine::network::{plan::Security, store::Scheme};
use hear_model::network::Network;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Found, expect_single_clips};
use crate::{
    configuration::Configuration,
    environment::NoiseWatch,
    precision::{Experiment, StagePrecision},
    progress::Progress,
};

/// The noise of a configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrecisionFinding {
    /// What was found, in the plan's order.
    pub stages: Vec<StagePrecision>,
}

/// Classifies the configuration's clips one by one and looks at the slots after every stage.
pub(super) fn find(
    configuration: &Configuration,
    network: &Network,
    progress: &Progress,
    mut watch: NoiseWatch,
) -> Found<PrecisionFinding> {
    expect_single_clips(configuration, "precision")?;
    let clips = configuration.read_clips()?;
    let scheme = Scheme::new(configuration.plan(network.shape())?, Security::Required, configuration.isa()?)?;
    let executor = configuration.start()?;
    let experiment = Experiment { network, scheme: &scheme, scales: None, clips: &clips, executor: &*executor };
    let stages = experiment.measure(&|step, done, of| progress.show(step, done, of))?;
    watch.note_frequency();
    stages.iter().try_for_each(check)?;
    Ok((PrecisionFinding { stages }, watch.finish()))
}

/// JSON has no infinities: a record with one could not be read.
fn check(stage: &StagePrecision) -> Result<()> {
    let StagePrecision { name, measured_std, modelled_std, headroom_bits, .. } = stage;
    let are_numbers = [stage.measured_bits, stage.modelled_bits, stage.difference_bits, *headroom_bits];
    ensure!(
        are_numbers.iter().all(|bits| bits.is_finite()),
        "the noise after {name} has no size in bits: {measured_std:e} was measured, its model has {modelled_std:e}, the \
         headroom is {headroom_bits} bits"
    );
    Ok(())
}
