//! Clips with their labels.

use std::path::{Path, PathBuf};

use crate::input::{Clip, InputError, read_all_rows, read_labels};
use crate::metrics::{CLASSES, Class};
use crate::random::Uniform;

/// Clips and the class of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    clips: Vec<Clip>,
    labels: Vec<Class>,
}

/// Files that are no data set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// A file cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Another number of labels than of clips.
    #[error("{}: {labels} labels, but {} holds {clips} clips", label_path.display(), input_path.display())]
    Count {
        /// The clips' file.
        input_path: PathBuf,
        /// The labels' file.
        label_path: PathBuf,
        /// How many clips.
        clips: usize,
        /// How many labels.
        labels: usize,
    },
}

impl Dataset {
    /// Clips with as many labels.
    ///
    /// # Panics
    /// If there are more of the ones than of the others.
    #[must_use]
    pub fn new(clips: Vec<Clip>, labels: Vec<Class>) -> Self {
        assert_eq!(clips.len(), labels.len(), "a label a clip");
        Self { clips, labels }
    }

    /// The clips in the CSV file `input` and the labels in `label`.
    ///
    /// # Errors
    /// If a file cannot be read or holds something else, or there are more of the ones than of the others.
    pub fn read(input: &Path, label: &Path) -> Result<Self, DatasetError> {
        let (clips, labels) = (read_all_rows(input)?, read_labels(label)?);
        if clips.len() != labels.len() {
            return Err(DatasetError::Count {
                input_path: input.to_path_buf(),
                label_path: label.to_path_buf(),
                clips: clips.len(),
                labels: labels.len(),
            });
        }
        Ok(Self { clips, labels })
    }

    /// The clips in `{part}_input.csv` and the labels in `{part}_label.csv` of a directory.
    ///
    /// # Errors
    /// Those of [`Dataset::read`].
    pub fn read_part(directory: &Path, part: &str) -> Result<Self, DatasetError> {
        let file = |kind: &str| directory.join(format!("{part}_{kind}.csv"));
        Self::read(&file("input"), &file("label"))
    }

    /// The clips.
    #[must_use]
    pub fn clips(&self) -> &[Clip] {
        &self.clips
    }

    /// The label of every clip.
    #[must_use]
    pub fn labels(&self) -> &[Class] {
        &self.labels
    }

    /// How many clips.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clips.len()
    }

    /// Whether there is no clip.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clips.is_empty()
    }

    /// One in `parts` clips at random, and all others: classes are about as frequent in both as in this set. The same
    /// seed and number give the same split.
    ///
    /// # Panics
    /// If `parts` is 0.
    #[must_use]
    pub fn split(&self, parts: usize, seed: u64, number: u64) -> (Self, Self) {
        // Training takes the streams from 0 on.
        let mut random = Uniform::new(seed, u64::MAX - number);
        let (mut taken, mut rest) = (Vec::new(), Vec::new());
        // Counted on through the classes, so that what a small class lacks the next one gives.
        let mut count = 0;
        for class in CLASSES {
            let mut members: Vec<usize> = (0..self.len()).filter(|&index| self.labels[index] == class).collect();
            shuffle(&mut members, &mut random);
            for index in members {
                if count % parts == 0 {
                    taken.push(index)
                } else {
                    rest.push(index)
                }
                count += 1;
            }
        }
        (self.select(taken), self.select(rest))
    }

    /// The clips with these indices, in the order of the data set.
    fn select(&self, mut indices: Vec<usize>) -> Self {
        indices.sort_unstable();
        Self {
            clips: indices.iter().map(|&index| self.clips[index]).collect(),
            labels: indices.iter().map(|&index| self.labels[index]).collect(),
        }
    }
}

/// All orders are equally likely (Fisher and Yates).
pub(crate) fn shuffle(items: &mut [usize], random: &mut Uniform) {
    for last in (1..items.len()).rev() {
        #[expect(clippy::cast_possible_truncation, reason = "rounding down is what is wanted")]
        let other = (random.unit() * (last + 1) as f64) as usize;
        items.swap(last, other);
    }
}
