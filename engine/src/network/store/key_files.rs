//! The three key files: made one switching key at a time, read likewise.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use hear_kernels::simd::Isa;

use super::{
    Evaluation, OutputDirectory, Schemes, StoreError, Work,
    key_set::Pair,
    work::{InOrder, locked},
};
use crate::{
    network::{plan::Security, run::EvaluationKeys},
    rlwe::{CompressedKey, KeyArena, Randomness},
    wire::{EvaluationKeyReader, EvaluationKeyWriter, write_public_key, write_secret_key},
};

/// Name of the file for the monitoring service alone.
pub const SECRET_KEY_FILE: &str = "secret.key";
/// Name of the file for the homes.
pub const PUBLIC_KEY_FILE: &str = "public.key";
/// Name of the file for the cloud.
pub const EVALUATION_KEY_FILE: &str = "evaluation.key";

/// Switching keys that may wait, for each thread, until they are written: some 10 MB each.
const KEYS_WAITING_PER_THREAD: usize = 4;

/// What to do about a secret key that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it, and make no keys.
    Refuse,
    /// Replace it and the keys that belong to it.
    Replace,
}

/// Where the three files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFiles {
    /// For the monitoring service.
    pub secret: PathBuf,
    /// For the homes.
    pub public: PathBuf,
    /// For the cloud.
    pub evaluation: PathBuf,
}

impl KeyFiles {
    /// The files of a directory.
    #[must_use]
    pub fn in_directory(directory: &Path) -> Self {
        let [secret, public, evaluation] =
            [SECRET_KEY_FILE, PUBLIC_KEY_FILE, EVALUATION_KEY_FILE].map(|name| directory.join(name));
        Self { secret, public, evaluation }
    }

    fn paths(&self) -> [&Path; 3] {
        [&self.secret, &self.public, &self.evaluation]
    }
}

/// Makes the keys that the plans need, in parallel, and writes them to `directory`. Progress counts switching keys.
///
/// The files are written to a temporary directory beside their places and moved when all are complete, so that what is
/// visible belongs together; an error leaves nothing behind.
///
/// # Errors
/// If a secret key is there and is not to be replaced, the system refuses to write or gives no randomness, or the work was
/// stopped.
pub fn generate_key_files(
    directory: &Path,
    schemes: &Schemes,
    randomness: &Randomness,
    existing: Existing,
    work: &Work<'_>,
) -> Result<KeyFiles, StoreError> {
    let files = KeyFiles::in_directory(directory);
    if existing == Existing::Refuse && files.secret.exists() {
        return Err(StoreError::SecretKeyExists { path: files.secret });
    }
    let output = OutputDirectory::create(directory)?;
    let staging = private_directory(output.path()).map_err(|source| StoreError::File {
        path: directory.to_owned(),
        action: "write to the directory",
        source,
    })?;
    let staged = KeyFiles::in_directory(staging.path());

    let header = schemes.header(randomness.is_insecure());
    let Pair { decryptor, encryptor, seed } = Pair::generate(schemes, randomness)?;
    let Schemes { plans, context } = schemes;
    write_secret_key(&staged.secret, &header, decryptor.key())?;
    write_public_key(&staged.public, &header, context, encryptor.key())?;

    let specs = plans.keys();
    let mut writer = EvaluationKeyWriter::create(&staged.evaluation, &header, context, encryptor.key(), &specs)?;
    let write = |key: CompressedKey| writer.write(&key).map_err(StoreError::from);
    let in_order = InOrder::new(write, KEYS_WAITING_PER_THREAD * work.executor.workers());
    work.try_for_each(specs.len(), |index| {
        in_order.push(index, CompressedKey::generate(context, decryptor.key(), &specs[index], seed, randomness)?)
    })?;
    in_order.finish()?;
    drop(in_order);
    writer.finish()?;

    for (from, to) in staged.paths().into_iter().zip(files.paths()) {
        let refuse = |source| StoreError::File { path: to.to_owned(), action: "name the file", source };
        fs::rename(from, to).map_err(refuse)?;
    }
    Ok(files)
}

/// A temporary directory that only its owner can look into.
fn private_directory(parent: &Path) -> std::io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".keygen-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o700));
    }
    builder.tempdir_in(parent)
}

/// A file of evaluation keys whose header has been read and found good, and whose keys are still to be read.
#[derive(Debug)]
pub struct EvaluationFile {
    path: PathBuf,
    schemes: Schemes,
    reader: EvaluationKeyReader,
}

impl EvaluationFile {
    /// Opens the file and checks that it has every key that its plans need.
    ///
    /// # Errors
    /// If the file is none of evaluation keys, its header is damaged or refused, or a key is missing.
    pub fn open(path: &Path, security: Security, isa: Isa) -> Result<Self, StoreError> {
        let reader = EvaluationKeyReader::open(path)?;
        let schemes = Schemes::of_file(path, reader.header(), security, isa)?;
        let needed = schemes.plans.keys();
        if let Some(need) = needed.iter().find(|need| !reader.keys().contains(need)) {
            return Err(StoreError::MissingKey { path: path.to_owned(), need: need.to_string() });
        }
        Ok(Self { path: path.to_owned(), schemes, reader })
    }

    /// Plans and tables.
    #[must_use]
    pub fn schemes(&self) -> &Schemes {
        &self.schemes
    }

    /// Whether the keys were made from a seed that others may know.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        self.reader.header().insecure
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads all keys: one thread at a time reads, all of them expand. Progress counts keys.
    ///
    /// # Errors
    /// If the file is damaged, or the work was stopped.
    pub fn load(self, work: &Work<'_>) -> Result<Evaluation, StoreError> {
        let Self { schemes, reader, .. } = self;
        let (seed, insecure) = (reader.seed(), reader.header().insecure);
        let (context, public) = (&schemes.context, reader.public_key(&schemes.context)?);
        let mut arena = KeyArena::new(context, reader.keys());
        let count = reader.keys().len();
        let next = Mutex::new((reader, arena.places()));
        work.try_for_each(count, |_| {
            // Which of the keys a call gets does not matter: as many calls as keys.
            let (compressed, place) = {
                let (reader, places) = &mut *locked(&next);
                (reader.next_key(context)?, places.next())
            };
            if let (Some(compressed), Some(place)) = (compressed, place) {
                place.expand(context, &compressed, seed);
            }
            Ok::<_, StoreError>(())
        })?;
        let (reader, places) = next.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        drop(places);
        reader.finish()?;
        let keys: EvaluationKeys = arena.into_keys().collect();
        Ok(Evaluation::new(schemes, public, keys, insecure))
    }
}
