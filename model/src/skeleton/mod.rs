//! Skeletons: what a pose estimator sees in a video, and how it becomes a [`Clip`](crate::input::Clip).
//!
//! - [`Joint`], [`Keypoint`], [`Skeleton`]: the 15 joints of one person in one frame.
//! - [`Preprocessing`]: the one way from frames to a clip, for files and for cameras: joints that are not to be trusted
//!   are taken away, 32 frames are selected, coordinates are normalised.
//! - [`SlidingWindow`]: takes the frames of a camera one by one and gives a clip every so many frames.
//! - [`format`](mod@format): the files that pose estimators write, each mapped onto the 15 joints.
//!
//! ```
//! use hear_model::skeleton::{Joint, Keypoint, Preprocessing, Skeleton, SlidingWindow};
//!
//! let mut window = SlidingWindow::new(Preprocessing::default(), 32, 16)?;
//! let mut clips = 0;
//! for frame in 0..64 {
//!     let mut skeleton = Skeleton::default(); // in earnest: what the pose estimator saw in this frame
//!     skeleton[Joint::Head] = Some(Keypoint { x: 100.0 + f64::from(frame), y: 40.0, score: 0.9 });
//!     skeleton[Joint::Pelvis] = Some(Keypoint { x: 100.0 + f64::from(frame), y: 120.0, score: 0.8 });
//!     if let Some(clip) = window.push(skeleton) {
//!         assert!(clip?.iter().all(|value| (0.0..=1.0).contains(value)));
//!         clips += 1;
//!     }
//! }
//! assert_eq!(clips, 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod format;
mod frame;
mod joint;
mod normalize;
mod preprocessing;
mod select;
mod window;

pub use frame::{Keypoint, Skeleton};
pub use joint::{JOINT_COUNT, Joint, JointError, JointSet};
pub use preprocessing::{ClipError, Preprocessing, ShortRecording};
pub use select::{FRAME_COUNT, MAX_FRAMES};
pub use window::{SlidingWindow, WindowError};
