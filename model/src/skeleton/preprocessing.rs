//! The one way from frames to a clip.

use super::frame::Skeleton;
use super::joint::JointSet;
use super::normalize::normalize;
use super::select::{FRAME_COUNT, MAX_FRAMES, select};
use crate::input::Clip;

/// How frames become a clip: the choices. [`Preprocessing::default`] is what the published inputs were made with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preprocessing {
    /// Joints that are left out in all frames.
    pub dropped: JointSet,
    /// Joints with a lower score are left out of their frame; `None` keeps all, even those of score 0.
    pub least_score: Option<f64>,
    /// In pixels: of more than 32 frames, those that differ less from the frame before are dropped first.
    pub frame_threshold: f64,
    /// What becomes of recordings of fewer than 32 frames.
    pub short: ShortRecording,
}

impl Default for Preprocessing {
    fn default() -> Self {
        Self { dropped: JointSet::default(), least_score: None, frame_threshold: 5.0, short: ShortRecording::Refuse }
    }
}

/// What becomes of recordings of fewer than 32 frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShortRecording {
    /// An error: a network that knows 32 frames of motion would be shown less.
    #[default]
    Refuse,
    /// The last frame is repeated until there are 32: the person is taken to stay as it is.
    RepeatLast,
}

/// Frames that make no clip.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClipError {
    /// Too few frames.
    #[error("{found} frames are too short a clip; needed are {FRAME_COUNT}")]
    TooShort {
        /// Frames that there are.
        found: usize,
    },
    /// Too many frames.
    #[error("{found} frames are too long for one clip; needed are at most {MAX_FRAMES}, or a window")]
    TooLong {
        /// Frames that there are.
        found: usize,
    },
    /// Nobody is in the picture.
    #[error("all joints are missing in all {frames} frames")]
    NoJoints {
        /// Frames that there are.
        frames: usize,
    },
    /// A picture that stands still: no pose estimator finds the same pixels twice in two pictures.
    #[error("no two of the {frames} frames differ, bit for bit: a frozen picture, not a recording")]
    Frozen {
        /// Frames that there are.
        frames: usize,
    },
    /// All joints are in one line.
    #[error(
        "the {axis} coordinates of the joints span no finite range to normalise by; needed are two different positive ones"
    )]
    NoRange {
        /// `x` or `y`.
        axis: &'static str,
    },
}

impl Preprocessing {
    /// The clip that these frames make, in the paper's order: joints are left out, 32 frames are selected, and the
    /// coordinates normalised.
    ///
    /// # Errors
    /// If there are too few or too many frames, no joint is left, all frames are the same, or the positive coordinates of
    /// one axis span no range.
    pub fn clip(&self, frames: &[Skeleton]) -> Result<Clip, ClipError> {
        if frames.len() > MAX_FRAMES {
            return Err(ClipError::TooLong { found: frames.len() });
        }
        if frames.len() < FRAME_COUNT && (self.short == ShortRecording::Refuse || frames.is_empty()) {
            return Err(ClipError::TooShort { found: frames.len() });
        }
        if frames.iter().all(|frame| frame == &frames[0]) && !frames[0].is_empty() {
            return Err(ClipError::Frozen { frames: frames.len() });
        }
        let mut kept: Vec<_> = frames.iter().map(|frame| frame.without(self.dropped, self.least_score)).collect();
        if kept.iter().all(Skeleton::is_empty) {
            return Err(ClipError::NoJoints { frames: frames.len() });
        }
        let last = kept[kept.len() - 1];
        kept.resize(kept.len().max(FRAME_COUNT), last);
        normalize(&select(&kept, self.frame_threshold)).map_err(|axis| ClipError::NoRange { axis })
    }
}
