//! The networks that one call of `hear infer` runs: how each is named, which plan it runs under, its plaintexts.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

use hear_engine::network::{
    encode::EncodedNetwork,
    store::{EvaluationFile, ModelFile, Scheme},
};
use hear_model::network::{Network, NetworkName};

use crate::{
    arguments::{open_network, scheme_for},
    failure::Failure,
    session::Session,
};

/// A network as it was given, opened.
pub(super) enum Source {
    /// By name or path.
    Network {
        /// The name or path.
        given: String,
        /// The weights.
        network: Box<Network>,
    },
    /// A prepared model, whose file waits for the keys that say which plans there are.
    Model(PathBuf),
}

impl Source {
    /// The network of that name or path.
    pub(super) fn network(given: &str) -> Result<Self, Failure> {
        Ok(Self::Network { given: given.to_owned(), network: Box::new(open_network(given)?) })
    }

    /// The name or path.
    fn given(&self) -> &Path {
        match self {
            Self::Network { given, .. } => Path::new(given),
            Self::Model(path) => path,
        }
    }

    /// The name of the directory for its results: what was given, without the way there and the extension.
    fn directory(&self) -> Result<String, Failure> {
        let given = self.given();
        let name = if given.is_dir() { given.file_name() } else { given.file_stem() };
        name.map(|name| name.to_string_lossy().into_owned()).ok_or_else(|| {
            let given = given.display();
            Failure::Usage(format!("'{given}' ends in no name for a directory of results; needed is a path that does"))
        })
    }

    /// Finds the plan among the keys' that the network runs under.
    pub(super) fn planned(
        self,
        directory: Option<String>,
        keys: &EvaluationFile,
    ) -> Result<PlannedNetwork<Waiting>, Failure> {
        Ok(match self {
            Self::Network { given, network } => {
                let scheme = scheme_for(&network, keys)?;
                PlannedNetwork { name: given, directory, scheme, weights: Waiting::Network(network) }
            }
            Self::Model(path) => {
                let file = ModelFile::open(&path, keys.schemes())?;
                let scheme = file.scheme().clone();
                // A prepared model knows the names of shipped networks, and the shape of others.
                let name = file
                    .network()
                    .map(NetworkName::as_str)
                    .map_or_else(|| scheme.plan.shape.to_string(), str::to_owned);
                PlannedNetwork { name, directory, scheme, weights: Waiting::Model(path, Box::new(file)) }
            }
        })
    }
}

/// The names of the directories below `--out` for the results of each network; of one network there is none.
pub(super) fn directory_names(sources: &[Source]) -> Result<Vec<Option<String>>, Failure> {
    if let [_] = sources {
        return Ok(vec![None]);
    }
    let mut taken = BTreeMap::new();
    let mut name = |source: &Source| {
        let (name, given) = (source.directory()?, source.given().display());
        match taken.insert(name.clone(), given.to_string()) {
            None => Ok(Some(name)),
            Some(other) => Err(Failure::Usage(format!(
                "the results of '{other}' and '{given}' would both go to '{name}': needed are networks of different names"
            ))),
        }
    };
    sources.iter().map(&mut name).collect()
}

/// A network, and the plan that it runs under.
pub(super) struct PlannedNetwork<W> {
    /// What reports call it where it is the only one.
    pub(super) name: String,
    /// The name of its directory, and what reports call it, where there are several.
    pub(super) directory: Option<String>,
    /// The plan and its tables.
    pub(super) scheme: Scheme,
    /// Its plaintexts, or what they are made from.
    pub(super) weights: W,
}

/// Plaintexts that are still to be made or read.
pub(super) enum Waiting {
    Network(Box<Network>),
    Model(PathBuf, Box<ModelFile>),
}

/// Plaintexts and where they came from.
pub(super) struct Weights {
    pub(super) encoded: EncodedNetwork,
    pub(super) origin: Origin,
}

/// Where plaintexts came from, and in what time.
pub(super) enum Origin {
    Encoded { encode_s: f64 },
    Read { file: PathBuf, load_s: f64 },
}

impl PlannedNetwork<Waiting> {
    /// Encodes the network, or reads the model.
    pub(super) fn load(self, session: &Session<'_>) -> Result<PlannedNetwork<Weights>, Failure> {
        let Self { name, directory, scheme, weights } = self;
        let weights = match weights {
            Waiting::Network(network) => encode(&network, &scheme, session)?,
            Waiting::Model(path, file) => read(path, *file, session)?,
        };
        Ok(PlannedNetwork { name, directory, scheme, weights })
    }
}

fn encode(network: &Network, Scheme { plan, context }: &Scheme, session: &Session<'_>) -> Result<Weights, Failure> {
    let started = Instant::now();
    let progress = session.progress("encoding the network");
    let report = |done, total| progress.set(done, total);
    let (executor, cancel) = (session.executor.as_ref(), session.interrupt.cancel());
    let encoded = EncodedNetwork::new(context, plan, network, executor, cancel, &report)?;
    Ok(Weights { encoded, origin: Origin::Encoded { encode_s: started.elapsed().as_secs_f64() } })
}

fn read(path: PathBuf, file: ModelFile, session: &Session<'_>) -> Result<Weights, Failure> {
    let started = Instant::now();
    let progress = session.progress("reading the model");
    let report = |done, total| progress.set(done, total);
    let encoded = file.load(&session.work(&report))?;
    Ok(Weights { encoded, origin: Origin::Read { file: path, load_s: started.elapsed().as_secs_f64() } })
}
