//! What making clips of skeletons takes.

use std::{hint::black_box, time::Instant};

use anyhow::{Context as _, Result, ensure};
use hear_model::{
    skeleton::{FRAME_COUNT, Preprocessing},
    synthetic::{Sample, Size, Split, TEST_SET_SEED, generate},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Found;
use crate::{configuration::Protocol, environment::NoiseWatch, statistics::Summary};

/// What making clips of skeletons took on one thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreprocessingFinding {
    /// Frames of a clip before frames are selected.
    pub frames: usize,
    /// The seed of the synthetic recordings.
    pub seed: u64,
    /// From a recording's skeletons to what is encrypted.
    pub clip_s: Summary,
    /// Every single time, in the order in which they were taken.
    pub raw_clip_s: Vec<f64>,
}

/// Makes as many clips as the protocol has samples, after its warm-up, and holds each to the generator's.
pub(super) fn find(protocol: &Protocol, mut watch: NoiseWatch) -> Found<PreprocessingFinding> {
    // Falls are the same work as everything else; they stand in their share of the shipped test set.
    let clips = protocol.samples;
    let falls = clips * Size::TEST.falls / Size::TEST.clips;
    let samples = generate(TEST_SET_SEED, Split::Test, Size { clips, falls });
    watch.note_frequency();
    samples.iter().cycle().take(protocol.warm_up).try_for_each(|sample| timed(sample).map(drop))?;
    let raw_clip_s = samples.iter().map(timed).collect::<Result<Vec<_>>>()?;
    watch.note_frequency();
    let clip_s = Summary::of(&raw_clip_s).context("nothing was timed")?;
    Ok((PreprocessingFinding { frames: FRAME_COUNT, seed: TEST_SET_SEED, clip_s, raw_clip_s }, watch.finish()))
}

/// Seconds that a clip takes.
fn timed(sample: &Sample) -> Result<f64> {
    let preprocessing = Preprocessing::default();
    let frames = black_box(&sample.frames);
    let start = Instant::now();
    let clip = black_box(preprocessing.clip(frames));
    let seconds = start.elapsed().as_secs_f64();
    ensure!(clip? == sample.clip, "the clip of a recording is another one than the generator's");
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_that_is_not_the_generators_is_not_timed() {
        let mut sample = generate(TEST_SET_SEED, Split::Test, Size { clips: 1, falls: 0 }).remove(0);
        assert!(timed(&sample).unwrap() > 0.0);
        sample.clip[7] += 1e-9;
        assert!(timed(&sample).unwrap_err().to_string().contains("another one"));
    }
}
