//! `hear-train synth`: synthetic clips in CSV files.

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Args;
use hear_model::input::{write_clips, write_labels};
use hear_model::metrics::CLASSES;
use hear_model::skeleton::Joint;
use hear_model::synthetic::{Sample, Size, Split, film_strips, generate};
use hear_model::text::replace_file;
use serde_json::json;

use crate::failure::Failure;
use crate::output;

/// Make synthetic clips of the ten actions
///
/// A model of the human body moves before a camera, and a pose estimator with realistic faults watches it. Written are
/// train_input.csv and test_input.csv (960 columns a clip) with train_label.csv and test_label.csv. The same seed gives
/// the same files on every platform.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Synth {
    /// Directory for the files; made if it is missing
    #[arg(long, value_name = "DIR", required_unless_present = "picture")]
    out: Option<PathBuf>,

    /// Makes other clips
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Training clips
    #[arg(long, value_name = "N", default_value_t = Size::TRAINING.clips)]
    train: usize,

    /// Falls among them
    #[arg(long, value_name = "N", default_value_t = Size::TRAINING.falls)]
    train_falls: usize,

    /// Test clips
    #[arg(long, value_name = "N", default_value_t = Size::TEST.clips)]
    test: usize,

    /// Falls among them
    #[arg(long, value_name = "N", default_value_t = Size::TEST.falls)]
    test_falls: usize,

    /// Also write the joints before normalisation: train_joints.csv and
    /// test_joints.csv, 32 frames x 15 joints x (x, y, score), in pixels
    #[arg(long, requires = "out")]
    raw: bool,

    /// Draw a training clip of each class as film strips (SVG)
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,

    /// Report as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  hear-train synth --out data
  hear-train synth --out large --seed 7 --train 14300 --train-falls 840
  hear-train synth --picture clips.svg";

impl Synth {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let training = size("train", self.train, self.train_falls)?;
        let test = size("test", self.test, self.test_falls)?;
        let training = generate(self.seed, Split::Training, training);
        let mut files = Vec::new();
        if let Some(folder) = &self.out {
            let in_folder = |error| Failure::Outside(format!("{}: {error}", folder.display()));
            fs::create_dir_all(folder).map_err(in_folder)?;
            for (name, samples) in [("train", &training), ("test", &generate(self.seed, Split::Test, test))] {
                let path = |kind: &str| folder.join(format!("{name}_{kind}.csv"));
                let clips: Vec<_> = samples.iter().map(|sample| sample.clip).collect();
                let labels: Vec<_> = samples.iter().map(|sample| sample.class).collect();
                files.push(written(path("input"), |path| write_clips(path, &clips))?);
                files.push(written(path("label"), |path| write_labels(path, &labels))?);
                if self.raw {
                    files.push(written(path("joints"), |path| replace_file(path, joints_csv(samples).as_bytes()))?);
                }
            }
        }
        if let Some(path) = &self.picture {
            let one_of_each = CLASSES.iter().filter_map(|&class| training.iter().find(|sample| sample.class == class));
            let strips = film_strips(&one_of_each.cloned().collect::<Vec<_>>());
            files.push(written(path.clone(), |path| replace_file(path, strips.as_bytes()))?);
        }
        self.report(&files)
    }
}

impl Synth {
    fn report(&self, files: &[PathBuf]) -> Result<(), Failure> {
        if self.json {
            let files: Vec<_> = files.iter().map(|path| path.to_string_lossy()).collect();
            return output::print_json(&json!({ "seed": self.seed, "files": files }));
        }
        let lines = files.iter().map(|path| format!("{}\n", path.display()));
        output::print(&lines.collect::<String>())
    }
}

/// Clips are kept in memory until they are written: 30 kB each.
const MOST_CLIPS: usize = 100_000;

/// A size that can be made: its falls are among its clips.
fn size(name: &str, clips: usize, falls: usize) -> Result<Size, Failure> {
    if clips > MOST_CLIPS {
        return Err(Failure::Usage(format!("--{name} {clips}: at most {MOST_CLIPS} clips are made at once")));
    }
    if falls > clips {
        return Err(Failure::Usage(format!("--{name}-falls {falls}: there are {clips} clips only (--{name})")));
    }
    Ok(Size { clips, falls })
}

/// The path of a file that was written.
fn written(path: PathBuf, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<PathBuf, Failure> {
    write(&path).map_err(|error| output::cannot_write(&path, &error))?;
    Ok(path)
}

/// The file of joints before normalisation, as `hear-train preprocess` reads it: a clip a line.
fn joints_csv(samples: &[Sample]) -> String {
    let line = |sample: &Sample| {
        let joints = sample.frames.iter().flat_map(|skeleton| Joint::ALL.map(|joint| skeleton[joint]));
        let fields =
            joints.map(|found| found.map_or("0,0,0".to_owned(), |at| format!("{},{},{}", at.x, at.y, at.score)));
        fields.collect::<Vec<_>>().join(",") + "\n"
    };
    samples.iter().map(line).collect()
}
