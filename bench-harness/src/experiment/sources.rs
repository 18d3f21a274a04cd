//! Where networks, clips, labels and speeds of a campaign come from.

use std::path::{Path, PathBuf};

use hear_engine::network::cost::Speeds;
use hear_model::{
    input::{ClipSource, InputError, read_labels},
    network::{Network, NetworkName, Shape},
    weights::WeightsError,
};

use crate::configuration::{dataset_inputs, dataset_labels};

/// What a network of an experiment stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    /// As an experiment names it.
    pub name: &'static str,
    /// A name or a path, as [`Network::open`] takes it.
    pub network: String,
    /// Its shape.
    pub shape: Shape,
    /// Its clips.
    pub clips: ClipSource,
    /// A file of their labels; those of the shipped test set are known without one.
    pub labels: Option<PathBuf>,
    /// How many clips there are.
    pub rows: usize,
}

/// Where networks, clips and labels come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Sources {
    inputs: Vec<Inputs>,
    /// Networks that a directory was given for, which does not hold them.
    missing: Vec<&'static str>,
    dataset: bool,
    /// The machine by whose speeds plans are chosen, or `None` for the default.
    pub speeds: Option<Speeds>,
}

/// Why networks or clips cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    /// There is no such directory.
    #[error("{option}: {} is no directory", path.display())]
    Directory {
        /// The option.
        option: &'static str,
        /// The path.
        path: PathBuf,
    },
    /// None of the networks is there.
    #[error(
        "{} holds no network: expected folders such as parameters_conv2d_64 or files such as 2d-64.safetensors",
        path.display()
    )]
    NoNetwork {
        /// The directory.
        path: PathBuf,
    },
    /// A network is another than its name says.
    #[error("{} is a network of shape {found}, but its name says {name}", path.display())]
    Shape {
        /// Its path.
        path: PathBuf,
        /// The name.
        name: &'static str,
        /// What it is.
        found: String,
    },
    /// There is a file for one, but not for all.
    #[error("{} is missing: a data set has test_input.csv and test_label.csv", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Inputs and labels do not go together.
    #[error("{} has {labels} labels, but {} has {rows} rows", label_file.display(), input_file.display())]
    Count {
        /// The labels.
        label_file: PathBuf,
        /// How many.
        labels: usize,
        /// The inputs.
        input_file: PathBuf,
        /// How many.
        rows: usize,
    },
    /// A network cannot be read.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Inputs or labels cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
}

impl Sources {
    /// The networks that experiments may name.
    pub const NETWORKS: [&str; 4] = ["1d-64", "1d-128", "2d-64", "2d-128"];

    /// The shipped networks and test set, or those in directories: of networks in the authors' layout or as
    /// `.safetensors`; of a data set with the published names. A directory of networks that holds a data set is one. Of
    /// networks that the directory does not hold, the shipped ones are taken.
    ///
    /// All files are read here, so that nothing turns out to be unreadable after an hour.
    ///
    /// # Errors
    /// If a directory or a file in it is not what it must be.
    pub fn open(networks: Option<&Path>, dataset: Option<&Path>) -> Result<Self, SourcesError> {
        for (option, path) in [("--networks", networks), ("--dataset", dataset)] {
            if let Some(path) = path.filter(|path| !path.is_dir()) {
                return Err(SourcesError::Directory { option, path: path.into() });
            }
        }
        let dataset = dataset.or(networks.filter(|directory| dataset_labels(directory).exists()));
        let labels = dataset.map(dataset_labels);
        let label_count = match &labels {
            None => 0,
            Some(path) if !path.exists() => return Err(SourcesError::Missing { path: path.clone() }),
            Some(path) => read_labels(path)?.len(),
        };
        let mut sources = Self { inputs: Vec::new(), missing: Vec::new(), dataset: dataset.is_some(), speeds: None };
        for name in Self::NETWORKS {
            let path = networks.and_then(|directory| network_in(directory, name));
            if networks.is_some() && path.is_none() {
                sources.missing.push(name);
            }
            let network = path.as_ref().map_or_else(|| name.to_owned(), |path| path.to_string_lossy().into_owned());
            let shape = Network::open(&network)?.shape();
            if let Some(path) = path.filter(|_| name.parse::<NetworkName>().is_ok_and(|name| name.shape() != shape)) {
                return Err(SourcesError::Shape { path, name, found: shape.to_string() });
            }
            let clips = match dataset.map(|dataset| dataset_inputs(dataset, shape)) {
                None => ClipSource::Synthetic,
                Some(path) if !path.exists() => return Err(SourcesError::Missing { path }),
                Some(path) => ClipSource::File(path),
            };
            let rows = match sources.inputs.iter().find(|known| known.clips == clips) {
                Some(known) => known.rows,
                None => clips.read_all()?.len(),
            };
            if let (Some(label_file), ClipSource::File(input_file)) = (&labels, &clips)
                && label_count != rows
            {
                let (label_file, input_file) = (label_file.clone(), input_file.clone());
                return Err(SourcesError::Count { label_file, labels: label_count, input_file, rows });
            }
            sources.inputs.push(Inputs { name, network, shape, clips, labels: labels.clone(), rows });
        }
        if let (Some(path), true) = (networks, sources.missing.len() == Self::NETWORKS.len()) {
            return Err(SourcesError::NoNetwork { path: path.into() });
        }
        Ok(sources)
    }

    /// What a network of an experiment stands for.
    ///
    /// # Panics
    /// If it is none of [`Sources::NETWORKS`], which [`super::Grid::check`] has refused.
    #[must_use]
    pub fn of(&self, name: &str) -> &Inputs {
        self.inputs.iter().find(|inputs| inputs.name == name).expect("grids name known networks")
    }

    /// What is opened by this name or path.
    #[must_use]
    pub fn at(&self, network: &str) -> Option<&Inputs> {
        self.inputs.iter().find(|inputs| inputs.network == network)
    }

    /// How an experiment names the network that is opened by this name or path.
    #[must_use]
    pub fn name_of<'a>(&self, network: &'a str) -> &'a str {
        self.at(network).map_or(network, |inputs| inputs.name)
    }

    /// What a reader must know of where things come from, a sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.missing.len() == Self::NETWORKS.len() || self.inputs.iter().all(|inputs| inputs.network == inputs.name)
        {
            notes.push("Networks: those that come with the program, trained on synthetic skeletons.".to_owned());
        } else {
            notes.push("Networks: those in the directory that --networks names.".to_owned());
            if !self.missing.is_empty() {
                let missing = self.missing.join(", ");
                notes.push(format!(
                    "That directory does not hold {missing}: of these, the networks that come with the program."
                ));
            }
        }
        notes.push(if self.dataset {
            "Clips: the data set in the directory that --dataset or --networks names.".to_owned()
        } else {
            "Clips: the synthetic test set that comes with the program. Accuracies on it say nothing about the paper's \
             data: for those, name the authors' directory with --networks."
                .to_owned()
        });
        if let Some(Speeds { name, .. }) = &self.speeds {
            notes.push(format!("What plans leave open is chosen by the speeds of {name}."));
        }
        notes
    }
}

/// The network of that name in a directory, in the authors' layout or as a file.
fn network_in(directory: &Path, name: &str) -> Option<PathBuf> {
    let published = directory.join(format!("parameters_conv{}", name.replace('-', "_")));
    let file = directory.join(format!("{name}.safetensors"));
    [published, file].into_iter().find(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_comes_with_the_program_needs_no_directory() {
        let sources = Sources::open(None, None).unwrap();
        let inputs = sources.of("2d-128");
        assert_eq!((&*inputs.network, &inputs.clips, inputs.rows), ("2d-128", &ClipSource::Synthetic, 608));
        assert_eq!(sources.name_of("2d-128"), "2d-128");
        assert!(sources.notes().iter().any(|note| note.contains("synthetic")), "{:?}", sources.notes());
    }

    #[test]
    fn directories_without_what_they_must_hold_are_one_sentence() {
        let directory = tempfile::tempdir().unwrap();
        let message = |networks, dataset| Sources::open(networks, dataset).unwrap_err().to_string();
        let none = message(Some(directory.path()), None);
        assert!(none.contains("holds no network: expected folders such as parameters_conv2d_64"), "{none}");
        let missing = message(None, Some(directory.path()));
        assert!(
            missing.ends_with("test_label.csv is missing: a data set has test_input.csv and test_label.csv"),
            "{missing}"
        );
        fs::write(dataset_labels(directory.path()), "1\n2\n").unwrap();
        let missing = message(None, Some(directory.path()));
        assert!(missing.contains("test_input.csv is missing"), "{missing}");
        let zeros = vec!["0"; 960].join(",");
        fs::write(directory.path().join("test_input.csv"), format!("{zeros}\n")).unwrap();
        let count = message(None, Some(directory.path()));
        assert!(
            count.contains("test_label.csv has 2 labels, but ") && count.ends_with("test_input.csv has 1 rows"),
            "{count}"
        );
        let nowhere = message(None, Some(Path::new("nowhere")));
        assert_eq!(nowhere, "--dataset: nowhere is no directory");
    }
}
