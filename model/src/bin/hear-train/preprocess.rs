//! `hear-train preprocess`: skeletons become clips.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;
use hear_model::input::{Clip, write_clips};
use hear_model::network::INPUT_VALUES;
use hear_model::skeleton::format::{Format, Recording};
use hear_model::skeleton::{ClipError, JointSet, Preprocessing, ShortRecording, SlidingWindow};
use serde_json::json;

use crate::{failure::Failure, output};

/// Make clips for the networks from what a pose estimator saw
///
/// A clip is 32 frames of 15 joints, normalised to [0, 1]: a row of 960 columns, x of 15 joints in 32 frames, then y. Of
/// longer recordings 32 frames are selected, first of all dropping those that differ least from the frame before.
///
/// Formats: joints (CSV, 1440 columns: x, y, score of 15 joints in 32 frames; a clip a row), coco (JSON results or
/// annotations), openpose (a folder of JSON files, one a frame: BODY_25 or COCO), mpii (CSV, 48 columns: x, y, score of 16
/// joints; a frame a row). Of several persons in a frame one is followed, at first the surest.
///
/// Joints, by name or index 0 to 14: head, neck, pelvis, left-shoulder, left-elbow, left-wrist, the same on the right,
/// left-hip, left-knee, left-ankle, the same on the right.
#[derive(Debug, Args)]
#[command(override_usage = USAGE, after_help = EXAMPLES)]
pub(crate) struct Preprocess {
    /// What the pose estimator wrote
    #[arg(long = "in", value_name = "FILE|DIR")]
    input: PathBuf,

    /// File for the clips
    #[arg(long, value_name = "CSV")]
    out: PathBuf,

    /// joints, coco, openpose or mpii [default: what the input looks like]
    #[arg(long, value_name = "NAME")]
    format: Option<Format>,

    /// Leave out joints with a score below this [default: leave out none]
    #[arg(long, value_name = "SCORE", value_parser = not_negative)]
    score_threshold: Option<f64>,

    /// Leave out these joints
    #[arg(long, value_name = "JOINT,...", default_value = "", hide_default_value = true)]
    drop: JointSet,

    /// Leave out other joints of each recording: a line each, which may be empty
    #[arg(long, value_name = "FILE")]
    drop_from: Option<PathBuf>,

    /// Drop frames in which joints moved less than this, on average
    #[arg(long, value_name = "PIXELS", default_value_t = 5.0, value_parser = not_negative)]
    threshold: f64,

    /// Lengthen recordings of fewer than 32 frames by repeating the last one
    #[arg(long, conflicts_with = "window")]
    repeat_last: bool,

    /// Make a clip of every so many frames of a recording, 32 to 4096
    #[arg(long, value_name = "FRAMES")]
    window: Option<usize>,

    /// Frames from the start of a window to the next [default: no overlap]
    #[arg(long, value_name = "FRAMES", requires = "window")]
    stride: Option<usize>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Broken into lines by hand: clap does not.
const USAGE: &str = "hear-train preprocess [OPTIONS] --in <FILE|DIR> --out <CSV>";

const EXAMPLES: &str = "\
Examples:
  hear-train preprocess --in raw_joints.csv --out clips.csv
  hear-train preprocess --in hrnet.json --score-threshold 0.4 --out clips.csv
  hear-train preprocess --in openpose_output --window 64 --stride 32 \\
                        --drop left-ankle,right-ankle --out clips.csv";

fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|&number: &f64| number >= 0.0 && number.is_finite());
    number.ok_or_else(|| "needed is a number of at least 0".to_owned())
}

/// A window that makes no clip.
struct Skipped {
    frames: Range<usize>,
    reason: ClipError,
}

impl Preprocess {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let format = self.format.map_or_else(|| Format::detect(&self.input), Ok)?;
        if self.window.is_some() && format == Format::Joints {
            return Err(Failure::Usage("--window is for recordings; a row of joints is a clip already".to_owned()));
        }
        let recordings = format.read(&self.input)?;
        let (mut clips, mut skipped) = (Vec::new(), Vec::new());
        for (recording, dropped) in recordings.iter().zip(self.dropped(recordings.len())?) {
            match self.window {
                None => clips.push(self.preprocessing(dropped).clip(&recording.frames).map_err(naming(recording))?),
                Some(length) => self.slide(length, recording, dropped, &mut clips, &mut skipped)?,
            }
        }
        write_clips(&self.out, &clips).map_err(|error| output::cannot_write(&self.out, &error))?;
        warn_of_normalized(&recordings);
        self.print(format, &clips, &skipped)
    }

    fn preprocessing(&self, dropped: JointSet) -> Preprocessing {
        Preprocessing {
            dropped,
            least_score: self.score_threshold,
            frame_threshold: self.threshold,
            short: if self.repeat_last { ShortRecording::RepeatLast } else { ShortRecording::Refuse },
        }
    }

    /// The joints to leave out of each of so many recordings.
    fn dropped(&self, recordings: usize) -> Result<Vec<JointSet>, Failure> {
        let Some(path) = &self.drop_from else { return Ok(vec![self.drop; recordings]) };
        let sets = read_joint_sets(path)?;
        if sets.len() != recordings {
            let (path, found) = (path.display(), output::counted(sets.len(), "line"));
            return Err(Failure::Outside(format!(
                "{path}: {found}; needed is one for each of {recordings} recordings"
            )));
        }
        Ok(sets.into_iter().map(|set| set.union(self.drop)).collect())
    }

    /// The clips of a window that slides over a recording. Windows that make none, in which nobody is for example, are
    /// skipped, but one must be left.
    fn slide(
        &self,
        length: usize,
        recording: &Recording,
        dropped: JointSet,
        clips: &mut Vec<Clip>,
        skipped: &mut Vec<Skipped>,
    ) -> Result<(), Failure> {
        let stride = self.stride.unwrap_or(length);
        let window = SlidingWindow::new(self.preprocessing(dropped), length, stride);
        let mut window = window.map_err(|error| Failure::Usage(error.to_string()))?;
        for (index, frame) in recording.frames.iter().enumerate() {
            match window.push(*frame) {
                None => {}
                Some(Ok(clip)) => clips.push(clip),
                Some(Err(reason)) => skipped.push(Skipped { frames: index + 1 - length..index + 1, reason }),
            }
        }
        match skipped.first() {
            _ if !clips.is_empty() => Ok(()),
            Some(Skipped { reason, .. }) => Err(naming(recording)(reason)),
            None => {
                let (origin, found) = (&recording.origin, recording.frames.len());
                Err(Failure::Outside(format!("{origin}: {found} frames; needed are the {length} of a window")))
            }
        }
    }

    fn print(&self, format: Format, clips: &[Clip], skipped: &[Skipped]) -> Result<(), Failure> {
        for Skipped { frames, reason } in skipped {
            output::say(&format!("frames {}..{} are skipped: {reason}", frames.start, frames.end));
        }
        if self.json {
            let skipped = skipped.iter().map(|skipped| {
                json!({ "frames": [skipped.frames.start, skipped.frames.end], "reason": skipped.reason.to_string() })
            });
            return output::print_json(&json!({
                "format": format.name(),
                "clips": clips.len(),
                "columns": INPUT_VALUES,
                "skipped": skipped.collect::<Vec<_>>(),
            }));
        }
        let (count, input, out) = (output::counted(clips.len(), "clip"), self.input.display(), self.out.display());
        output::print(&format!("{count} of {INPUT_VALUES} columns from {input} ({format}), in {out}\n"))
    }
}

/// Warns of recordings that hold what no camera sees, everything within one pixel.
fn warn_of_normalized(recordings: &[Recording]) {
    let in_one_pixel = |recording: &&Recording| {
        let mut keypoints = recording.frames.iter().flat_map(|frame| frame.detected().map(|(_, keypoint)| keypoint));
        keypoints.all(|keypoint| keypoint.x <= 1.0 && keypoint.y <= 1.0)
    };
    let mut suspects = recordings.iter().filter(in_one_pixel);
    if let Some(Recording { origin, .. }) = suspects.next() {
        let more = match suspects.count() {
            0 => String::new(),
            count => format!(" (and {count} more)"),
        };
        output::say(&format!("WARNING: {origin}{more}: no coordinate exceeds 1 pixel, this looks normalised already"));
    }
}

/// Names the recording in an error.
fn naming<E: ToString>(recording: &Recording) -> impl Fn(E) -> Failure + '_ {
    |error| Failure::Outside(format!("{}: {}", recording.origin, error.to_string()))
}

/// Sets of joints, one a line; an empty line is the empty set.
fn read_joint_sets(path: &Path) -> Result<Vec<JointSet>, Failure> {
    let text = fs::read_to_string(path);
    let text = text.map_err(|error| Failure::Outside(format!("cannot read {}: {error}", path.display())))?;
    let set = |(index, line): (usize, &str)| {
        let naming = |error| Failure::Outside(format!("{}, line {}: {error}", path.display(), index + 1));
        line.parse().map_err(naming)
    };
    text.lines().enumerate().map(set).collect()
}
