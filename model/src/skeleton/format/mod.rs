//! Files of skeletons: what pose estimators write, mapped onto the 15 joints.
//!
//! | format | what is read | frames |
//! |---|---|---|
//! | `joints` | CSV of 1440 columns: 32 frames x 15 joints x (x, y, score), as the published `raw_joints.csv` | each row is a recording of 32 |
//! | `coco` | JSON, the list of COCO results or an annotation file: `image_id` and `keypoints` (17 x 3) | the images, in the order of their numbers |
//! | `openpose` | a folder of JSON files, one a frame, with `people[].pose_keypoints_2d`: BODY_25 (25 x 3) or COCO (18 x 3) | the files, in the order of the numbers in their names |
//! | `mpii` | CSV of 48 columns: 16 joints x (x, y, score), MPII's order, as `numpy.savetxt` writes HRNet's predictions | the rows |
//!
//! Where each joint comes from:
//!
//! | joint | COCO | BODY_25 | OpenPose's COCO | MPII |
//! |---|---|---|---|---|
//! | head | nose | nose | nose | between upper neck and head top |
//! | neck | between the shoulders | neck | neck | between the shoulders |
//! | pelvis | between the hips | mid hip | between the hips | between the hips |
//! | the other twelve | the same | the same | the same | the same |
//! | left out | eyes, ears | eyes, ears, toes, heels | eyes, ears | pelvis, thorax |
//!
//! A point between two others has their mean as its coordinates and its score, and is detected if both are. Estimators
//! write the score 0, or the place (0, 0), for what they did not detect; in `joints` the place (0, 0) alone says so, since
//! the published data hold joints of score 0 that take part.
//!
//! Where several persons are in a frame, the one is taken who stands nearest to the one taken last: the least mean distance
//! of joints, if that is at most half the diagonal of that person's bounding box. If nobody stands so near, or nobody was
//! seen before, it is the person with the largest sum of scores.

mod coco;
mod csv;
mod error;
mod layout;
mod openpose;
mod person;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

pub use error::ReadError;

use super::frame::Skeleton;
use crate::input::InputError;
use crate::text::{Lines, TextError, excerpt};

/// The largest JSON file that is read.
pub const MAX_JSON_BYTES: u64 = 1 << 28;

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV, one clip of 32 frames a row.
    Joints,
    /// COCO results or annotations.
    Coco,
    /// A folder of OpenPose's files.
    OpenPose,
    /// CSV in MPII's order, one frame a row.
    Mpii,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Joints, Self::Coco, Self::OpenPose, Self::Mpii];

    /// The format's name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Joints => "joints",
            Self::Coco => "coco",
            Self::OpenPose => "openpose",
            Self::Mpii => "mpii",
        }
    }

    /// The format that a folder, the first character of a file, or the columns of its first row betray.
    ///
    /// # Errors
    /// If the file cannot be read, is empty, or is a CSV file with another number of columns than 48 and 1440.
    pub fn detect(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        if path.is_dir() {
            return Ok(Self::OpenPose);
        }
        // A JSON file may be one line longer than any line of a CSV file: its start decides before lines are read.
        let start = read_at_most(path, 64)?;
        if let Some(b'[' | b'{') = start.trim_ascii_start().first() {
            return Ok(Self::Coco);
        }
        let mut lines = Lines::open(path)?;
        let (line, text) = lines.next_line()?.ok_or_else(|| TextError::Empty { path: path.to_path_buf() })?;
        match text.split(',').count() {
            csv::CLIP_COLUMNS => Ok(Self::Joints),
            csv::FRAME_COLUMNS => Ok(Self::Mpii),
            found => {
                let needed = format!("{} (joints) or {} (mpii)", csv::CLIP_COLUMNS, csv::FRAME_COLUMNS);
                Err(InputError::Columns { path: path.to_path_buf(), line, found, needed }.into())
            }
        }
    }

    /// The recordings in files of this format: each row of `joints`, else one.
    ///
    /// # Errors
    /// If the files cannot be read or hold anything else.
    pub fn read(self, path: impl AsRef<Path>) -> Result<Vec<Recording>, ReadError> {
        let path = path.as_ref();
        let frames = match self {
            Self::Joints => return Ok(csv::read_clips(path)?),
            Self::Coco => coco::read(path)?,
            Self::OpenPose => openpose::read(path)?,
            Self::Mpii => csv::read_frames(path)?,
        };
        Ok(vec![Recording { origin: path.display().to_string(), frames }])
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no format; needed is joints, coco, openpose or mpii")]
pub struct FormatError {
    text: String,
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        let format = Self::ALL.into_iter().find(|format| format.name() == text);
        format.ok_or_else(|| FormatError { text: excerpt(text) })
    }
}

/// The frames of one person in one video.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Where it comes from: the file, and the line if there are several in it.
    pub origin: String,
    /// The frames in their order.
    pub frames: Vec<Skeleton>,
}

/// All bytes of a JSON file, at least one that is not blank.
fn read_json(path: &Path) -> Result<Vec<u8>, ReadError> {
    let bytes = read_at_most(path, MAX_JSON_BYTES + 1)?;
    if bytes.len() as u64 > MAX_JSON_BYTES {
        return Err(ReadError::TooLarge { path: path.to_path_buf() });
    }
    if bytes.trim_ascii().is_empty() {
        return Err(TextError::Empty { path: path.to_path_buf() }.into());
    }
    Ok(bytes)
}

fn read_at_most(path: &Path, count: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(count).read_to_end(&mut bytes));
    read.map_err(|source| ReadError::Read { path: path.to_path_buf(), source })?;
    Ok(bytes)
}

/// The last number in the name of a file or image, without its extension: `walk2_000000000017_keypoints.json` is 17.
fn frame_number(path: &Path, name: &str) -> Result<u64, ReadError> {
    let stem = Path::new(name).file_stem().and_then(|stem| stem.to_str()).unwrap_or(name);
    let digits = stem.rsplit(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty());
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| ReadError::NoFrameNumber { path: path.to_path_buf(), name: excerpt(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_found_by_name() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        let sentence = "\"COCO\" is no format; needed is joints, coco, openpose or mpii";
        assert_eq!("COCO".parse::<Format>().unwrap_err().to_string(), sentence);
    }

    #[test]
    fn frames_are_numbered_by_the_last_number_of_their_name() {
        let number = |name| frame_number(Path::new("folder"), name).ok();
        assert_eq!(number("walk2_000000000017_keypoints.json"), Some(17));
        assert_eq!(["9.jpg", "frame10.mp4", "a/3/img_0.png"].map(number), [Some(9), Some(10), Some(0)]);
        assert_eq!(["", "frame.json", "99999999999999999999.json"].map(number), [None; 3]);
    }
}
