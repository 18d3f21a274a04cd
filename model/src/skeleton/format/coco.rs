//! COCO's keypoints, as results or as annotations.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::layout::COCO;
use super::person::Chooser;
use super::{ReadError, frame_number, read_json};
use crate::skeleton::frame::Skeleton;

/// A person in an image. Results add a score of the whole person, annotations much else; neither is needed.
#[derive(Deserialize)]
struct Person {
    image_id: ImageId,
    keypoints: Vec<f64>,
    category_id: Option<u64>,
}

/// The number of an image, or its file name, as some estimators write it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "an image_id is a number or a file name")]
enum ImageId {
    Number(u64),
    Name(String),
}

/// An annotation file. Its list of images tells of frames in which nobody is.
#[derive(Deserialize)]
struct Annotations {
    #[serde(default)]
    images: Vec<Image>,
    annotations: Vec<Person>,
}

#[derive(Deserialize)]
struct Image {
    id: u64,
}

/// The category of persons.
const PERSON: u64 = 1;

/// The frames in the order of the images' numbers. Results do not tell of images in which nobody was found.
pub(super) fn read(path: &Path) -> Result<Vec<Skeleton>, ReadError> {
    let (images, people) = parse(path)?;
    let mut frames: BTreeMap<u64, Vec<Skeleton>> = images.iter().map(|image| (image.id, Vec::new())).collect();
    for (entry, person) in people.iter().enumerate() {
        if let Some(found) = person.category_id.filter(|&category| category != PERSON) {
            return Err(ReadError::Category { path: path.to_path_buf(), entry, found });
        }
        let skeleton = COCO.skeleton(&person.keypoints).ok_or_else(|| ReadError::Keypoints {
            path: path.to_path_buf(),
            entry,
            found: person.keypoints.len(),
            needed: format!("{} (COCO)", COCO.numbers()),
        })?;
        let number = match &person.image_id {
            ImageId::Number(number) => *number,
            ImageId::Name(name) => frame_number(path, name)?,
        };
        frames.entry(number).or_default().push(skeleton);
    }
    if frames.is_empty() {
        return Err(ReadError::NoFrames { path: path.to_path_buf(), needed: "persons with keypoints" });
    }
    let mut chooser = Chooser::default();
    Ok(frames.into_values().map(|people| chooser.choose(people)).collect())
}

/// Both forms: the first character tells them apart.
fn parse(path: &Path) -> Result<(Vec<Image>, Vec<Person>), ReadError> {
    let json = read_json(path)?;
    let parsed = if json.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice(&json).map(|people| (Vec::new(), people))
    } else {
        serde_json::from_slice(&json).map(|Annotations { images, annotations }| (images, annotations))
    };
    let needed = "COCO keypoints, results or annotations";
    parsed.map_err(|source| ReadError::Json { path: path.to_path_buf(), needed, source })
}
