//! Prepared models: a network's plaintexts as a run reads them, in a file.

use std::{
    io,
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use hear_model::network::NetworkName;
use hear_scheduler::RunError;
use serde::{Deserialize, Serialize};

use super::{Scheme, Schemes, StoreError, Work};
use crate::{
    network::{
        encode::EncodedNetwork,
        lean::scales::Scales,
        plaintexts::PiecesMut,
        plan::{Plan, Security},
    },
    wire::{Fault, FileWriter, Header, Kind, PieceHash, WordsReader},
};

/// Words that are written between two looks at the switch that stops the work.
const WORDS_AT_ONE_TIME: usize = 1 << 20;

/// What a prepared model's file says about itself. The shape of the network stands in the plan.
#[derive(Debug, Serialize, Deserialize)]
struct ModelHeader {
    header: Header,
    /// The name of a shipped network. Others have none: paths are nobody else's business.
    network: Option<String>,
    /// log2 of the scales that the network chose, where it can. Nothing before the plaintexts depends on them, so that the
    /// plan's hash binds none.
    scales: Option<[u8; 3]>,
}

/// Writes a prepared model. Until [`ModelWriter::write`] ends well there is no file of that name.
#[derive(Debug)]
pub struct ModelWriter {
    writer: FileWriter,
    scales: Option<Scales>,
}

impl ModelWriter {
    /// Begins the file, so that a place that cannot be written is known before the network is encoded. `network` is the
    /// name of a shipped one, `scales` are those that it will be encoded at, where the plan has a choice.
    ///
    /// # Errors
    /// If the system refuses, a directory stands in the way, or the method encodes as it runs.
    pub fn create(
        path: &Path,
        scheme: &Scheme,
        network: Option<NetworkName>,
        scales: Option<Scales>,
    ) -> Result<Self, StoreError> {
        if path.is_dir() {
            let source = io::ErrorKind::IsADirectory.into();
            return Err(StoreError::File { path: path.to_owned(), action: "write the file", source });
        }
        check_kept(path, &scheme.plan)?;
        let network = network.map(|name| name.as_str().to_owned());
        let header = Schemes::from(scheme).header(false);
        let header = ModelHeader { header, network, scales: scales.map(Scales::bits) };
        let words = EncodedNetwork::words_of(&scheme.context, &scheme.plan);
        let writer = FileWriter::create_words(path, Kind::PreparedModel, &header, words)?;
        Ok(Self { writer, scales })
    }

    /// Writes the plaintexts and gives the file its name. Progress counts pieces.
    ///
    /// # Errors
    /// If the system refuses, the plaintexts are another plan's, or the work was stopped.
    ///
    /// # Panics
    /// If the plaintexts are encoded at other scales than the file was begun with.
    pub fn write(self, encoded: &EncodedNetwork, work: &Work<'_>) -> Result<(), StoreError> {
        let Self { mut writer, scales } = self;
        assert_eq!(encoded.scales(), scales, "scales of the plaintexts and of the file");
        let pieces = encoded.plaintexts().words().chunks(WORDS_AT_ONE_TIME);
        let total = pieces.len();
        for (index, words) in pieces.enumerate() {
            if work.cancel.is_cancelled() {
                return Err(RunError::Cancelled.into());
            }
            writer.write_words(words)?;
            (work.progress)(index + 1, total);
        }
        Ok(writer.finish()?)
    }
}

/// A prepared model whose header has been read and found good, and whose plaintexts are still to be read.
#[derive(Debug)]
pub struct ModelFile {
    reader: WordsReader<ModelHeader>,
    scheme: Scheme,
    /// The plan of the scheme at the model's scales.
    plan: Plan,
    network: Option<NetworkName>,
}

impl ModelFile {
    /// Opens the file and finds the plan among `schemes` that it was prepared for.
    ///
    /// # Errors
    /// If the file is no prepared model, its header is damaged, or it was prepared for another plan.
    pub fn open(path: &Path, schemes: &Schemes) -> Result<Self, StoreError> {
        let reader = WordsReader::<ModelHeader>::open(path, Kind::PreparedModel)?;
        let ModelHeader { header, network, scales } = reader.header();
        let scheme = scheme_of(path, header, schemes)?;
        check_kept(path, &scheme.plan)?;
        let malformed = |reason: &str| StoreError::from(reader.malformed(reason));
        let plan = plan_at(&scheme.plan, *scales).map_err(|reason| malformed(&reason))?;
        let network = network.as_deref().map(str::parse::<NetworkName>).transpose();
        let network = network.map_err(|_| malformed("its network has a name that none has"))?;
        reader.expect_words(EncodedNetwork::words_of(&scheme.context, &plan))?;
        Ok(Self { reader, scheme, plan, network })
    }

    /// The plan that it was prepared for, and its tables.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The name of the network, if it is a shipped one.
    #[must_use]
    pub fn network(&self) -> Option<NetworkName> {
        self.network
    }

    /// Reads all plaintexts, on all threads: each reads, hashes and checks the words of a piece where they are to be used.
    /// Progress counts pieces.
    ///
    /// The hash finds every accident. It does not say that `hear prepare` wrote the file, so residues are held to their
    /// primes as well: kernels promise results for residues only, and check them in debug builds.
    ///
    /// # Errors
    /// If the file is damaged, or the work was stopped.
    ///
    /// # Panics
    /// If the system has no memory.
    pub fn load(self, work: &Work<'_>) -> Result<EncodedNetwork, StoreError> {
        let Self { reader, scheme: Scheme { context, .. }, plan, .. } = self;
        let mut encoded = EncodedNetwork::zeroed(&context, &plan);
        let (layout, words) = encoded.plaintexts_mut().words_mut();
        let count = reader.pieces();
        let pieces = PiecesMut::new(words, (0..count).map(|piece| reader.words_of(piece).len()));
        let hashes: Vec<OnceLock<PieceHash>> = (0..count).map(|_| OnceLock::new()).collect();
        let all_reduced = AtomicBool::new(true);
        work.try_for_each(count, |piece| {
            let hash = reader.read(piece, &mut pieces.get(piece), |first, words| {
                if !layout.are_reduced(&context, first, words) {
                    all_reduced.store(false, Ordering::Relaxed);
                }
            })?;
            // Every piece comes once, so the cell is empty.
            let _ = hashes[piece].set(hash);
            Ok::<_, StoreError>(())
        })?;
        drop(pieces);
        let hash = |hash: OnceLock<PieceHash>| hash.into_inner().expect("a finished loop has read every piece");
        let hashes: Vec<_> = hashes.into_iter().map(hash).collect();
        let not_reduced = reader.malformed("a residue is not below its prime");
        // First: a damaged file is to be called damaged.
        reader.finish(&hashes)?;
        if all_reduced.into_inner() { Ok(encoded) } else { Err(not_reduced.into()) }
    }
}

/// Refuses a method whose plaintexts no file can hold.
fn check_kept(path: &Path, plan: &Plan) -> Result<(), StoreError> {
    if plan.method.encodes_as_it_runs() {
        return Err(StoreError::NothingToPrepare { path: path.to_owned(), method: plan.method });
    }
    Ok(())
}

/// The plan at the scales that a file names, which may be anything.
fn plan_at(plan: &Plan, scales: Option<[u8; 3]>) -> Result<Plan, String> {
    match (plan.scales(), scales) {
        (None, None) => Ok(plan.clone()),
        (Some(_), Some(bits)) => {
            let scales = Scales::new(bits).map_err(|error| error.to_string())?;
            plan.with_scales(scales).map_err(|error| error.to_string())
        }
        (None, Some(_)) => Err(format!("it names scales, which {} does not let a network choose", plan.method)),
        (Some(_), None) => Err(format!("it names no scales, which a network chooses under {}", plan.method)),
    }
}

/// The scheme that a model was prepared for; one of another plan than the keys' is refused.
fn scheme_of(path: &Path, header: &Header, schemes: &Schemes) -> Result<Scheme, StoreError> {
    let fault = |fault| StoreError::fault(path, fault);
    let malformed = |reason: &str| fault(Fault::Malformed { reason: reason.to_owned() });
    let [stored] = &*header.plans else { return Err(malformed("it is not for one plan")) };
    let Some(plan) = schemes.plans.of_hash(&stored.hash) else {
        // What it was prepared for, if that is a plan that this version makes.
        let found = Plan::from_bytes(&stored.bytes, Security::Waived).ok().filter(|found| found.hash() == stored.hash);
        let found = found.map_or_else(|| "a plan that this version does not make".to_owned(), |plan| described(&plan));
        let keys = schemes.plans.iter().map(|plan| described(plan)).collect::<Vec<_>>().join(", and ");
        return Err(StoreError::OtherModel { path: path.to_owned(), found, keys });
    };
    if stored.bytes != plan.to_bytes() {
        return Err(malformed("its plan is not the one of its hash"));
    }
    header.check_parameters(schemes.context.parameters()).map_err(fault)?;
    Ok(schemes.of_plan(plan))
}

/// `fast-hear on a 2d-64, plan 0123abcd`.
fn described(plan: &Plan) -> String {
    let hash = blake3::Hash::from_bytes(plan.hash()).to_hex();
    format!("{} on a {}, plan {}", plan.method, plan.shape, &hash[..8])
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use hear_kernels::simd::Isa;
    use hear_model::network::{Dimension, Network, Shape};
    use hear_scheduler::{Cancel, ForkJoin};
    use tempfile::TempDir;

    use super::*;
    use crate::network::{
        method::{Method, Strategies},
        plan::PlanRequest,
    };

    struct Fixture {
        scheme: Scheme,
        executor: ForkJoin,
        cancel: Cancel,
        directory: TempDir,
    }

    impl Fixture {
        fn new(method: Method) -> Self {
            let width = if method == Method::LeanHear { 32 } else { 16 };
            Self {
                scheme: scheme(method, width, Strategies::default()),
                executor: ForkJoin::new(2).unwrap(),
                cancel: Cancel::new(),
                directory: TempDir::new().unwrap(),
            }
        }

        fn path(&self) -> PathBuf {
            self.directory.path().join("model")
        }

        fn work(&self) -> Work<'_> {
            Work::new(&self.executor, &self.cancel)
        }

        fn encode(&self) -> EncodedNetwork {
            let Scheme { plan, context } = &self.scheme;
            let network = Network::seeded(plan.shape, 3);
            EncodedNetwork::new(context, plan, &network, &self.executor, &self.cancel, &|_, _| {}).unwrap()
        }

        fn write(&self, encoded: &EncodedNetwork) {
            let name = Some(NetworkName::OneD64);
            let writer = ModelWriter::create(&self.path(), &self.scheme, name, encoded.scales()).unwrap();
            writer.write(encoded, &self.work()).unwrap();
        }

        fn read(&self) -> Result<EncodedNetwork, StoreError> {
            ModelFile::open(&self.path(), &Schemes::from(&self.scheme))?.load(&self.work())
        }

        /// A file with right hashes and anything in it.
        fn forge(&self, change: impl FnOnce(&mut ModelHeader), words: &[u32]) -> String {
            let scales = self.scheme.plan.scales().map(Scales::bits);
            let mut header = ModelHeader { header: Schemes::from(&self.scheme).header(false), network: None, scales };
            change(&mut header);
            let mut writer = FileWriter::create_words(&self.path(), Kind::PreparedModel, &header, words.len()).unwrap();
            writer.write_words(words).unwrap();
            writer.finish().unwrap();
            let error = self.read().unwrap_err();
            assert!(error.names(&self.path()), "{error}");
            error.to_string()
        }
    }

    impl StoreError {
        fn names(&self, path: &Path) -> bool {
            self.to_string().starts_with(&format!("{}: ", path.display()))
        }
    }

    fn scheme(method: Method, width: usize, strategies: Strategies) -> Scheme {
        let shape = Shape::new(Dimension::OneD, width).unwrap();
        let request = PlanRequest { strategies, ..PlanRequest::new(shape, method) };
        Scheme::new(Plan::new(&request).unwrap(), Security::Required, Isa::detect()).unwrap()
    }

    #[test]
    fn a_method_that_encodes_as_it_runs_is_refused() {
        let fixture = Fixture::new(Method::Lola);
        let error = ModelWriter::create(&fixture.path(), &fixture.scheme, None, None).unwrap_err();
        assert!(error.names(&fixture.path()) && error.to_string().contains("nothing to prepare"), "{error}");
        assert!(!fixture.path().exists());
        let error = fixture.forge(|_| {}, &[]);
        assert!(error.contains("nothing to prepare"), "{error}");
    }

    #[test]
    fn what_is_read_is_what_was_encoded() {
        for method in [Method::Hear, Method::FastHear, Method::LeanHear] {
            let fixture = Fixture::new(method);
            let encoded = fixture.encode();
            fixture.write(&encoded);
            let file = ModelFile::open(&fixture.path(), &Schemes::from(&fixture.scheme)).unwrap();
            assert_eq!(file.network(), Some(NetworkName::OneD64));
            let read = file.load(&fixture.work()).unwrap();
            assert!(read.plaintexts().words() == encoded.plaintexts().words(), "{method}");
            assert!(encoded.plaintexts().words().iter().any(|&word| word != 0));
            let bytes = fs::metadata(fixture.path()).unwrap().len();
            assert!((encoded.bytes() as u64..encoded.bytes() as u64 + (64 << 10)).contains(&bytes), "{bytes} bytes");
            assert_eq!(fs::read_dir(fixture.directory.path()).unwrap().count(), 1, "no temporary file is left");
        }
    }

    #[test]
    fn damage_anywhere_is_refused() {
        let fixture = Fixture::new(Method::Hear);
        fixture.write(&fixture.encode());
        let mut bytes = fs::read(fixture.path()).unwrap();
        let count = bytes.len();
        // A stride that meets every position in a word, and both ends.
        for place in (0..count).step_by(count / 60 + 1).chain(count - 70..count).chain(0..30) {
            bytes[place] ^= 1 << (place % 8);
            fs::write(fixture.path(), &bytes).unwrap();
            let error = fixture.read().unwrap_err();
            assert!(error.names(&fixture.path()), "{error}");
            bytes[place] ^= 1 << (place % 8);
        }
        for length in (0..count).step_by(count / 20 + 1).chain([1, 8, 23, 24, count - 33, count - 1]) {
            fs::write(fixture.path(), &bytes[..length]).unwrap();
            let error = fixture.read().unwrap_err().to_string();
            assert!(error.contains("truncated") || length == 0, "{length}: {error}");
        }
        bytes.push(0);
        fs::write(fixture.path(), &bytes).unwrap();
        assert!(fixture.read().unwrap_err().to_string().contains("should have"));
    }

    #[test]
    fn right_hashes_around_wrong_content_do_not_help() {
        let fixture = Fixture::new(Method::LeanHear);
        let words = fixture.encode().plaintexts().words().to_vec();
        for (place, word) in [(0, u32::MAX), (words.len() / 2, 1 << 30), (words.len() - 1, 1 << 31)] {
            let mut words = words.clone();
            words[place] = word;
            assert!(fixture.forge(|_| (), &words).contains("not below its prime"), "word {place}");
        }
        assert!(fixture.forge(|_| (), &words[16..]).contains("its header asks for"));
        assert!(fixture.forge(|_| (), &[]).contains("its header asks for"));
        let name = |header: &mut ModelHeader| header.network = Some("../../etc".to_owned());
        assert!(fixture.forge(name, &words).contains("a name that none has"));
        let scales = |header: &mut ModelHeader| header.scales = Some([26, 200, 26]);
        assert!(fixture.forge(scales, &words).contains("activation 2 squares values at a scale of 200 bits"));
        let scales = |header: &mut ModelHeader| header.scales = None;
        assert!(fixture.forge(scales, &words).contains("it names no scales"));
        let plan = |header: &mut ModelHeader| header.header.plans[0].bytes.push(0);
        assert!(fixture.forge(plan, &words).contains("not the one of its hash"));
        let hash = |header: &mut ModelHeader| header.header.plans[0].hash[3] ^= 1;
        assert!(fixture.forge(hash, &words).contains("a plan that this version does not make"));
        let none = |header: &mut ModelHeader| header.header.plans.clear();
        assert!(fixture.forge(none, &words).contains("not for one plan"));
        let twice = |header: &mut ModelHeader| header.header.plans.extend_from_within(..);
        assert!(fixture.forge(twice, &words).contains("not for one plan"));
        let other = scheme(Method::Hear, 16, Strategies::default());
        let parameters = |header: &mut ModelHeader| header.header.parameters_hash = other.context.parameters().hash();
        assert!(fixture.forge(parameters, &words).contains("other parameters"));
    }

    #[test]
    fn scales_are_read_back_where_there_are_any_and_refused_elsewhere() {
        let fixture = Fixture::new(Method::LeanHear);
        let Scheme { plan, context } = &fixture.scheme;
        let scales = Scales::new([26, 25, 24]).unwrap();
        let network = Network::seeded(plan.shape, 3);
        let (executor, cancel) = (&fixture.executor, &fixture.cancel);
        let chosen = plan.with_scales(scales).unwrap();
        let encoded = EncodedNetwork::new(context, &chosen, &network, executor, cancel, &|_, _| {}).unwrap();
        fixture.write(&encoded);
        assert_eq!(fixture.read().unwrap().scales(), Some(scales));

        let fixture = Fixture::new(Method::Hear);
        let words = fixture.encode().plaintexts().words().to_vec();
        let forged = fixture.forge(|header| header.scales = Some([26, 26, 26]), &words);
        assert!(forged.contains("hear does not let a network choose"), "{forged}");
        fixture.write(&fixture.encode());
        assert_eq!(fixture.read().unwrap().scales(), None);
    }

    #[test]
    fn models_of_another_method_shape_or_strategy_are_refused_in_one_sentence() {
        let fixture = Fixture::new(Method::FastHear);
        fixture.write(&fixture.encode());
        let strategies: Strategies = "full".parse().unwrap();
        for (method, width, strategies, keys) in [
            (Method::Hear, 16, Strategies::default(), "hear on a 1d-16"),
            (Method::FastHear, 32, Strategies::default(), "fast-hear on a 1d-32"),
            (Method::FastHear, 16, strategies, "fast-hear on a 1d-16"),
        ] {
            let schemes = Schemes::from(&scheme(method, width, strategies));
            let error = ModelFile::open(&fixture.path(), &schemes).unwrap_err();
            assert!(error.names(&fixture.path()), "{error}");
            let error = error.to_string();
            let found = "prepared for fast-hear on a 1d-16, plan ";
            assert!(error.contains(found) && error.contains(&format!("the keys are for {keys}, plan ")), "{error}");
        }
    }

    #[test]
    fn a_stopped_writer_leaves_nothing_and_a_bad_place_is_known_at_once() {
        let fixture = Fixture::new(Method::Hear);
        let encoded = fixture.encode();
        let writer = ModelWriter::create(&fixture.path(), &fixture.scheme, None, encoded.scales()).unwrap();
        let stop = |_, _| fixture.cancel.cancel();
        let error = writer.write(&encoded, &fixture.work().with_progress(&stop)).unwrap_err();
        assert!(matches!(error, StoreError::Run(RunError::Cancelled)), "{error}");
        assert_eq!(fs::read_dir(fixture.directory.path()).unwrap().count(), 0);
        let error = ModelWriter::create(fixture.directory.path(), &fixture.scheme, None, None).unwrap_err().to_string();
        assert!(error.contains("cannot write the file"), "{error}");
    }
}
