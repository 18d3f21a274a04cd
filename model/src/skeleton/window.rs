//! Clips of a recording that does not end.

use std::collections::VecDeque;

use super::frame::Skeleton;
use super::preprocessing::{ClipError, Preprocessing};
use super::select::{FRAME_COUNT, MAX_FRAMES};
use crate::input::Clip;

/// The last frames of a camera. Clip `k` is made of the frames from `k * stride` to `k * stride + length`.
#[derive(Clone, Debug)]
pub struct SlidingWindow {
    preprocessing: Preprocessing,
    length: usize,
    stride: usize,
    /// The last frames, at most `length`.
    frames: VecDeque<Skeleton>,
    /// Frames still to come until the next clip.
    missing: usize,
}

/// A window that gives no clips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// The window is too short or too long.
    #[error("a window of {0} frames; needed are {FRAME_COUNT} to {MAX_FRAMES}")]
    Length(usize),
    /// The window does not move.
    #[error("the window must move; needed is a stride of at least 1 frame")]
    Stride,
}

impl SlidingWindow {
    /// A window of `length` frames that gives a clip as soon as it is full, then after every `stride` frames.
    ///
    /// # Errors
    /// If `length` is not 32 to 4096, or `stride` is zero.
    pub fn new(preprocessing: Preprocessing, length: usize, stride: usize) -> Result<Self, WindowError> {
        if !(FRAME_COUNT..=MAX_FRAMES).contains(&length) {
            return Err(WindowError::Length(length));
        }
        if stride == 0 {
            return Err(WindowError::Stride);
        }
        Ok(Self { preprocessing, length, stride, frames: VecDeque::with_capacity(length), missing: length })
    }

    /// Takes the next frame, in which nobody may be, and gives a clip if one is due: what [`Preprocessing::clip`] makes
    /// of the window's frames. After an error the window goes on.
    pub fn push(&mut self, frame: Skeleton) -> Option<Result<Clip, ClipError>> {
        if self.frames.len() == self.length {
            self.frames.pop_front();
        }
        self.frames.push_back(frame);
        self.missing -= 1;
        if self.missing > 0 {
            return None;
        }
        self.missing = self.stride;
        Some(self.preprocessing.clip(self.frames.make_contiguous()))
    }
}
