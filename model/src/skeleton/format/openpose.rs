//! OpenPose's folders: one JSON file a frame.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::layout::{BODY_25, OPENPOSE_COCO};
use super::person::Chooser;
use super::{ReadError, frame_number, read_json};
use crate::skeleton::frame::Skeleton;

/// One file.
#[derive(Deserialize)]
struct Frame {
    people: Vec<Person>,
}

#[derive(Deserialize)]
struct Person {
    pose_keypoints_2d: Vec<f64>,
}

/// The frames in the order of the numbers in the files' names; files that are not called `.json` are none.
pub(super) fn read(folder: &Path) -> Result<Vec<Skeleton>, ReadError> {
    let mut chooser = Chooser::default();
    files(folder)?.values().map(|file| Ok(chooser.choose(people(file)?))).collect()
}

/// The files by frame number, at least one.
fn files(folder: &Path) -> Result<BTreeMap<u64, PathBuf>, ReadError> {
    let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let entries = entries.map_err(|source| ReadError::Read { path: folder.to_path_buf(), source })?;
    let mut files = BTreeMap::new();
    for file in entries.into_iter().map(|entry| entry.path()) {
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let number = frame_number(folder, &name)?;
        if files.insert(number, file).is_some() {
            return Err(ReadError::FrameTwice { path: folder.to_path_buf(), number });
        }
    }
    if files.is_empty() {
        return Err(ReadError::NoFrames { path: folder.to_path_buf(), needed: "JSON files, one a frame," });
    }
    Ok(files)
}

/// Everybody in one file.
fn people(file: &Path) -> Result<Vec<Skeleton>, ReadError> {
    let needed = "a frame of OpenPose";
    let frame: Frame = serde_json::from_slice(&read_json(file)?).map_err(|source| ReadError::Json {
        path: file.to_path_buf(),
        needed,
        source,
    })?;
    let skeleton = |(entry, Person { pose_keypoints_2d: numbers }): (usize, &Person)| {
        let skeleton = BODY_25.skeleton(numbers).or_else(|| OPENPOSE_COCO.skeleton(numbers));
        skeleton.ok_or_else(|| ReadError::Keypoints {
            path: file.to_path_buf(),
            entry,
            found: numbers.len(),
            needed: format!("{} (BODY_25) or {} (COCO)", BODY_25.numbers(), OPENPOSE_COCO.numbers()),
        })
    };
    frame.people.iter().enumerate().map(skeleton).collect()
}
