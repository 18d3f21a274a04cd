//! Experiments: what is measured for a figure or table, how it is drawn, and what the paper reports of it.
//!
//! An experiment is a TOML file ([`Experiment`]); those of the paper and ours come with the program ([`Catalogue`]). Under a
//! [`Profile`] it yields configurations ([`Grid`]), which [`Campaign::measure`] measures as far as its file of records lacks
//! them, and from whose records [`drawing`] makes the figures of the report.

mod campaign;
mod document;
pub mod drawing;
mod grid;
mod reported;
mod results;
mod schedule;
mod sources;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

pub use campaign::{Campaign, Step, Turnout};
pub use document::document;
pub use drawing::Drawing;
pub use grid::{Grid, GridError, Profile, ThreadList};
pub use reported::{Quantity, Range, Reported, Reporter};
pub use results::{Results, Subject};
pub use schedule::Clock;
pub use sources::{Sources, SourcesError};

/// A figure or table: a file of `configs/experiments`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// What it is called on the command line: the name of its file.
    #[serde(skip)]
    pub id: String,
    /// What it shows, in a few words.
    pub title: String,
    /// Where the paper has it, as `Fig. 4c`; `None` if it has not.
    pub place: Option<String>,
    /// The part of the report that it stands in.
    pub part: Part,
    /// How it is drawn.
    pub drawing: Drawing,
    /// What it shows, in a sentence or two.
    pub summary: String,
    /// What a reader must know to compare.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The networks that are shown, of those that are measured; `None` for all of them.
    pub networks: Option<Vec<String>>,
    /// What is measured for it.
    #[serde(default)]
    pub measure: Vec<Measure>,
    /// What others report of it.
    #[serde(default)]
    pub reported: Vec<Reported>,
}

/// A part of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The figures and tables of the paper.
    Paper,
    /// What the paper's supplement and its text report.
    Supplement,
    /// What we add.
    Ours,
}

impl Part {
    /// Every part, in the order of the report.
    pub const ALL: [Self; 3] = [Self::Paper, Self::Supplement, Self::Ours];

    /// What links to it are called.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Supplement => "supplement",
            Self::Ours => "ours",
        }
    }

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Paper => "The paper's figures",
            Self::Supplement => "The paper's supplement",
            Self::Ours => "Beyond the paper",
        }
    }
}

/// What is measured for an experiment: grids of configurations, or what another experiment measures.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// The experiment whose measurements are shown here in another way.
    pub same_as: Option<String>,
    /// What all profiles have in common.
    #[serde(default)]
    pub always: Grid,
    /// What is particular to [`Profile::Smoke`].
    #[serde(default)]
    pub smoke: Grid,
    /// What is particular to [`Profile::Quick`].
    #[serde(default)]
    pub quick: Grid,
    /// What is particular to [`Profile::Full`].
    #[serde(default)]
    pub full: Grid,
}

impl Measure {
    /// The grid under a profile.
    #[must_use]
    pub fn grid(&self, profile: Profile) -> Grid {
        let own = match profile {
            Profile::Smoke => &self.smoke,
            Profile::Quick => &self.quick,
            Profile::Full => &self.full,
        };
        own.over(&self.always)
    }
}

/// Why there is no experiment.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// A file or directory cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no experiment.
    #[error("{} is no experiment: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        reason: String,
    },
    /// A directory holds no experiment.
    #[error("{} holds no experiment: expected files that end in .toml", path.display())]
    Empty {
        /// The directory.
        path: PathBuf,
    },
    /// Nothing is called so.
    #[error("there is no experiment {name:?}: there are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// All names.
        known: String,
    },
}

impl Experiment {
    /// The experiment in the text of a file; `path` is for its name and for errors.
    ///
    /// # Errors
    /// If the text is no TOML, or has keys or values that are not known.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ExperimentError> {
        let malformed = |reason| ExperimentError::Malformed { path: path.into(), reason };
        let mut experiment: Self = toml::from_str(text).map_err(|error| malformed(sentence(&error, text)))?;
        experiment.id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for measure in &experiment.measure {
            if measure.same_as.is_some()
                && *measure != (Measure { same_as: measure.same_as.clone(), ..Measure::default() })
            {
                return Err(malformed("a measurement that is the same as another's has no grid of its own".to_owned()));
            }
            for profile in Profile::ALL {
                measure.grid(profile).check().map_err(|error| malformed(format!("{error}, under {profile}")))?;
            }
        }
        Ok(experiment)
    }
}

/// What is wrong with a TOML file on one line, with the place.
fn sentence(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    match error.span() {
        Some(span) => format!("line {}: {message}", text[..span.start.min(text.len())].matches('\n').count() + 1),
        None => message,
    }
}

/// Whether a text is one small letter.
fn is_letter(text: &str) -> bool {
    matches!(text.as_bytes(), [b'a'..=b'z'])
}

/// The experiments that there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue(Vec<Experiment>);

/// Includes files of `configs/experiments`, in the order of the report.
macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../configs/experiments/", $name, ".toml")))),*]
    };
}

/// The files that come with the program, in the order of the report.
const SHIPPED: [(&str, &str); 28] = shipped![
    "table1",
    "fig4a",
    "fig4b",
    "fig4c",
    "fig4d",
    "fig4e",
    "fig4f",
    "fig4g",
    "fig4h",
    "fig5a",
    "fig5b",
    "fig5c",
    "fig5d",
    "fig5e",
    "fig5f",
    "theory",
    "strategies",
    "optimisations",
    "parameters",
    "stages",
    "communication",
    "threads",
    "throughput",
    "instruction-sets",
    "roofline",
    "precision",
    "scenarios",
    "camera",
];

impl Catalogue {
    /// The experiments that come with the program.
    ///
    /// # Panics
    /// Never: a test reads them all.
    #[must_use]
    pub fn shipped() -> Self {
        let parse = |(name, text): &(&str, &str)| Experiment::parse(Path::new(&format!("{name}.toml")), text);
        let experiments = SHIPPED.iter().map(parse).collect::<Result<_, _>>();
        Self::checked(experiments.expect("shipped experiments are well-formed"), Path::new("configs/experiments"))
            .expect("shipped experiments are consistent")
    }

    /// The experiments in a directory, by name.
    ///
    /// # Errors
    /// If the directory or a file cannot be read, or a file is no experiment.
    pub fn read(directory: &Path) -> Result<Self, ExperimentError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ExperimentError::Read { path, source }
        };
        let mut experiments = Vec::new();
        for entry in fs::read_dir(directory).map_err(failed(directory))? {
            let path = entry.map_err(failed(directory))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = fs::read_to_string(&path).map_err(failed(&path))?;
                experiments.push(Experiment::parse(&path, &text)?);
            }
        }
        if experiments.is_empty() {
            return Err(ExperimentError::Empty { path: directory.into() });
        }
        experiments.sort_by(|a, b| (a.part, &a.id).cmp(&(b.part, &b.id)));
        Self::checked(experiments, directory)
    }

    /// Refuses references to nothing, and in circles.
    fn checked(experiments: Vec<Experiment>, directory: &Path) -> Result<Self, ExperimentError> {
        let catalogue = Self(experiments);
        for experiment in &catalogue.0 {
            if let Err(reason) = catalogue.check_references(experiment) {
                let path = directory.join(format!("{}.toml", experiment.id));
                return Err(ExperimentError::Malformed { path, reason });
            }
        }
        Ok(catalogue)
    }

    /// Follows what an experiment shows in another way, and what that shows.
    fn check_references(&self, experiment: &Experiment) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![experiment];
        while let Some(next) = open.pop() {
            for name in next.measure.iter().filter_map(|measure| measure.same_as.as_deref()) {
                let other = self.get(name).map_err(|error| error.to_string())?;
                if other.id == experiment.id {
                    return Err(format!("it measures the same as {}, which measures the same as it", next.id));
                }
                if seen.insert(name) {
                    open.push(other);
                }
            }
        }
        Ok(())
    }

    /// All of them, in the order of the report.
    #[must_use]
    pub fn experiments(&self) -> &[Experiment] {
        &self.0
    }

    /// The experiment of that name.
    ///
    /// # Errors
    /// If there is none.
    pub fn get(&self, name: &str) -> Result<&Experiment, ExperimentError> {
        self.0.iter().find(|experiment| experiment.id == name).ok_or_else(|| ExperimentError::Unknown {
            name: name.to_owned(),
            known: self.0.iter().map(|experiment| &*experiment.id).collect::<Vec<_>>().join(", "),
        })
    }

    /// The experiments of these names, in the order of the report; all of them if no name is given. `fig5` is all of fig5a,
    /// fig5b and so on.
    ///
    /// # Errors
    /// If nothing is called so.
    pub fn select(&self, names: &[String]) -> Result<Vec<&Experiment>, ExperimentError> {
        let is_meant = |name: &String, experiment: &Experiment| {
            let panel = experiment.id.strip_prefix(name.as_str());
            panel.is_some_and(|panel| panel.is_empty() || is_letter(panel))
        };
        for name in names {
            if !self.0.iter().any(|experiment| is_meant(name, experiment)) {
                self.get(name)?;
            }
        }
        let is_wanted =
            |experiment: &&Experiment| names.is_empty() || names.iter().any(|name| is_meant(name, experiment));
        Ok(self.0.iter().filter(is_wanted).collect())
    }

    /// The grids of an experiment under a profile, with those of the experiments that it shows in another way.
    #[must_use]
    pub fn grids(&self, experiment: &Experiment, profile: Profile) -> Vec<Grid> {
        let of = |measure: &Measure| match &measure.same_as {
            None => vec![measure.grid(profile)],
            Some(name) => self.get(name).map(|other| self.grids(other, profile)).unwrap_or_default(),
        };
        experiment.measure.iter().flat_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../configs/experiments");

    #[test]
    fn what_comes_with_the_program_is_the_folder_and_every_figure_is_measured_under_every_profile() {
        let catalogue = Catalogue::shipped();
        let in_folder: BTreeSet<_> = fs::read_dir(FOLDER)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        let shipped: BTreeSet<_> = catalogue.experiments().iter().map(|experiment| experiment.id.clone()).collect();
        assert_eq!(shipped, in_folder);
        assert!(catalogue.experiments().is_sorted_by_key(|experiment| experiment.part), "parts follow each other");
        let sources = Sources::open(None, None).unwrap();
        for experiment in catalogue.experiments() {
            for profile in Profile::ALL {
                let grids = catalogue.grids(experiment, profile);
                let measured: usize =
                    grids.iter().map(|grid| grid.configurations(&sources).unwrap().len() * grid.rounds()).sum();
                assert!(measured > 0, "{} under {profile}", experiment.id);
            }
        }
    }

    #[test]
    fn a_folder_is_read_as_what_comes_with_the_program_is() {
        let mut shipped = Catalogue::shipped().0;
        shipped.sort_by(|a, b| (a.part, &a.id).cmp(&(b.part, &b.id)));
        assert_eq!(Catalogue::read(Path::new(FOLDER)).unwrap().0, shipped);
    }

    const GOOD: &str = r#"
title = "Latency"
part = "ours"
drawing = "latency"
summary = "What it takes."

[[measure]]
[measure.always]
networks = ["2d-64"]
samples = 3
[measure.full]
samples = 5
rounds = 2
"#;

    fn refuse(text: &str) -> String {
        let error = Experiment::parse(Path::new("folder/mine.toml"), text).unwrap_err().to_string();
        assert!(error.starts_with("folder/mine.toml is no experiment: ") && !error.contains('\n'), "{error}");
        error
    }

    #[test]
    fn a_profile_replaces_what_is_common_to_all() {
        let experiment = Experiment::parse(Path::new("mine.toml"), GOOD).unwrap();
        let grid = |profile| experiment.measure[0].grid(profile);
        assert_eq!((grid(Profile::Quick).samples, grid(Profile::Quick).rounds()), (Some(3), 1));
        assert_eq!((grid(Profile::Full).samples, grid(Profile::Full).rounds()), (Some(5), 2));
        assert_eq!(grid(Profile::Full).networks, Some(vec!["2d-64".to_owned()]));
    }

    #[test]
    fn unknown_keys_and_values_are_one_sentence_with_the_place() {
        let replaced = |from: &str, to: &str| {
            assert!(GOOD.contains(from), "{from}");
            refuse(&GOOD.replacen(from, to, 1))
        };
        let unknown = replaced("samples = 3", "smaples = 3");
        assert!(unknown.contains("line 10: unknown field `smaples`"), "{unknown}");
        assert!(replaced("title =", "tilte =").contains("line 2: unknown field `tilte`"));
        let drawing = replaced("\"latency\"", "\"pie\"");
        assert!(drawing.contains("unknown variant `pie`"), "{drawing}");
        let network = replaced("2d-64", "3d-64");
        assert!(network.contains("networks is \"3d-64\": expected 1d-64, 1d-128, 2d-64 or 2d-128"), "{network}");
        assert!(replaced("samples = 3", "samples = 0").contains("samples is \"0\": expected a whole number from 1"));
        assert!(replaced("samples = 3", "samples = -3").contains("line 10: "));
        let method = replaced("samples = 3", "methods = [\"slow-hear\"]");
        assert!(method.contains("unknown variant `slow-hear`"), "{method}");
        let threads = replaced("samples = 3", "threads = [\"many\"]");
        assert!(threads.contains("\"many\": expected a whole number from 1, all or doubling"), "{threads}");
        let switch = replaced("samples = 3", "without = [\"gravity\"]");
        assert!(switch.contains("without is \"gravity\": "), "{switch}");
        let clips = replaced("samples = 3", "clips_a_run = [[0, 1]]");
        assert!(clips.contains("clips_a_run is \"[0, 1]\": "), "{clips}");
        let set = replaced("samples = 3", "instruction_sets = [\"neon\"]");
        assert!(set.contains("instruction_sets is \"neon\": expected widest, scalar, avx2 or avx512"), "{set}");
        let machine = replaced("samples = 3", "machine = \"abacus\"");
        assert!(machine.contains("machine is \"abacus\": expected "), "{machine}");
        let examination = replaced("samples = 3", "examination = { kind = \"dissection\" }");
        assert!(examination.contains("unknown variant `dissection`"), "{examination}");
        let both = replaced("[measure.always]", "same_as = \"fig4c\"\n[measure.always]");
        assert!(both.ends_with("the same as another's has no grid of its own"), "{both}");
        assert!(refuse("title = ").contains("line 1: "));
    }

    #[test]
    fn experiments_refer_to_each_other_but_not_in_circles() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, same_as: &str| {
            let text =
                GOOD[..GOOD.find("[[measure]]").unwrap()].to_owned() + &format!("[[measure]]\nsame_as = {same_as:?}\n");
            fs::write(directory.path().join(name), text).unwrap();
        };
        let message = || Catalogue::read(directory.path()).unwrap_err().to_string();
        assert!(message().ends_with("holds no experiment: expected files that end in .toml"), "{}", message());
        write("a.toml", "nothing");
        assert!(
            message().contains("a.toml is no experiment: there is no experiment \"nothing\": there are a"),
            "{}",
            message()
        );
        write("a.toml", "a");
        assert!(message().contains("a.toml is no experiment: it measures the same as a, which"), "{}", message());
        write("a.toml", "b");
        write("b.toml", "c");
        write("c.toml", "a");
        assert!(message().contains("a.toml is no experiment: it measures the same as c, which"), "{}", message());
        fs::write(directory.path().join("c.toml"), GOOD).unwrap();
        let catalogue = Catalogue::read(directory.path()).unwrap();
        assert_eq!(
            catalogue.grids(catalogue.get("a").unwrap(), Profile::Full),
            catalogue.grids(catalogue.get("c").unwrap(), Profile::Full)
        );
        assert!(catalogue.select(&["d".to_owned()]).is_err());
    }

    #[test]
    fn the_number_of_a_figure_is_all_of_its_panels() {
        let catalogue = Catalogue::shipped();
        let ids = |name: &str| {
            let selected = catalogue.select(&[name.to_owned()]).unwrap();
            selected.iter().map(|experiment| &*experiment.id).collect::<Vec<_>>()
        };
        assert_eq!(ids("fig5"), ["fig5a", "fig5b", "fig5c", "fig5d", "fig5e", "fig5f"]);
        assert_eq!((ids("fig5c"), ids("theory")), (vec!["fig5c"], vec!["theory"]));
        assert!(catalogue.select(&["fig".to_owned()]).is_err() && catalogue.select(&[String::new()]).is_err());
    }
}
