//! The frame of all files: magic, version, kind, header, payload, hashes.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::bits::{pack, packed_bytes, unpack};
use super::{Fault, WireError};

/// The first bytes. The line ends and the control character betray transfers in text mode.
const MAGIC: [u8; 8] = *b"HEAR\r\n\x1a\n";
/// The version of the format that this program writes and reads.
const VERSION: u16 = 4;
/// Bytes before the header.
const PREFIX_BYTES: usize = 24;
/// Bytes of a hash.
pub(super) const HASH_BYTES: usize = 32;
/// The longest header that is read: plans and lists of keys stand in it, not residues.
const MAX_HEADER_BYTES: u32 = 16 << 20;
/// Buffer of file operations.
const BUFFER_BYTES: usize = 1 << 20;

/// Words in a payload begin at a multiple of this.
const WORDS_ALIGN: usize = 64;
/// The longest header before words.
const MAX_WORDS_HEADER_BYTES: usize = (2 << 20) - 256;
/// Words that are brought into the order of files at one time.
const WORDS_AT_ONE_TIME: usize = 64 << 10;

/// The zero bytes at `offset` of a file before words can begin.
pub(super) fn word_padding(offset: u64) -> &'static [u8] {
    const ZEROS: [u8; WORDS_ALIGN] = [0; WORDS_ALIGN];
    let count = offset.next_multiple_of(WORDS_ALIGN as u64) - offset;
    &ZEROS[..usize::try_from(count).unwrap_or_default()]
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The secret key.
    SecretKey,
    /// The public key.
    PublicKey,
    /// Switching keys.
    EvaluationKeys,
    /// The ciphertext of an input.
    Ciphertext,
    /// The ciphertext of a result.
    Result,
    /// The encoded weights of a network.
    PreparedModel,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::SecretKey, Self::PublicKey, Self::EvaluationKeys, Self::Ciphertext, Self::Result, Self::PreparedModel];

    const fn number(self) -> u16 {
        match self {
            Self::SecretKey => 1,
            Self::PublicKey => 2,
            Self::EvaluationKeys => 3,
            Self::Ciphertext => 4,
            Self::Result => 5,
            Self::PreparedModel => 6,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecretKey => "a secret key",
            Self::PublicKey => "a public key",
            Self::EvaluationKeys => "a file of evaluation keys",
            Self::Ciphertext => "an encrypted input",
            Self::Result => "an encrypted result",
            Self::PreparedModel => "a prepared model",
        })
    }
}

/// Writes one file from front to back.
///
/// Until [`FileWriter::finish`] the file has no name of its own; dropping the writer before leaves nothing behind.
#[derive(Debug)]
pub struct FileWriter {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    hasher: blake3::Hasher,
    remaining: u64,
    packed: Zeroizing<Vec<u8>>,
}

impl FileWriter {
    /// Begins a file with a payload of `payload_bytes`.
    ///
    /// # Errors
    /// If the header is longer than 16 MiB or the system refuses.
    pub fn create<H: Serialize>(path: &Path, kind: Kind, header: &H, payload_bytes: u64) -> Result<Self, WireError> {
        Self::begin(path, kind, header, |_| Ok(payload_bytes))
    }

    /// Begins a file with a payload of `words` words of 32 bits, which [`WordsReader`](super::WordsReader) reads: zeros up to
    /// a multiple of 64 bytes, then the words.
    ///
    /// # Errors
    /// If the header is longer than 2 MiB or the system refuses.
    pub fn create_words<H: Serialize>(path: &Path, kind: Kind, header: &H, words: usize) -> Result<Self, WireError> {
        let mut padding: &[u8] = &[];
        let payload_bytes = |header_bytes: usize| {
            if header_bytes > MAX_WORDS_HEADER_BYTES {
                return Err(Fault::malformed("its header is longer than 2 MiB"));
            }
            padding = word_padding((PREFIX_BYTES + header_bytes + HASH_BYTES) as u64);
            Ok((padding.len() + words * size_of::<u32>()) as u64)
        };
        let mut writer = Self::begin(path, kind, header, payload_bytes)?;
        writer.write_bytes(padding)?;
        Ok(writer)
    }

    fn begin<H: Serialize>(
        path: &Path,
        kind: Kind,
        header: &H,
        payload_bytes: impl FnOnce(usize) -> Result<u64, Fault>,
    ) -> Result<Self, WireError> {
        let begin = || {
            let header = Zeroizing::new(postcard::to_stdvec(header).map_err(|e| Fault::malformed(e.to_string()))?);
            let payload_bytes = payload_bytes(header.len())?;
            let header_bytes = u32::try_from(header.len()).ok().filter(|&length| length <= MAX_HEADER_BYTES);
            let header_bytes = header_bytes.ok_or_else(|| Fault::malformed("the header is longer than 16 MiB"))?;
            let file = temporary_beside(path, kind).map_err(Fault::io("create the file"))?;
            let mut writer = Self {
                path: path.to_owned(),
                file: BufWriter::with_capacity(BUFFER_BYTES, file),
                hasher: blake3::Hasher::new(),
                remaining: payload_bytes,
                packed: Zeroizing::default(),
            };
            writer.write(&MAGIC)?;
            writer.write(&VERSION.to_le_bytes())?;
            writer.write(&kind.number().to_le_bytes())?;
            writer.write(&header_bytes.to_le_bytes())?;
            writer.write(&payload_bytes.to_le_bytes())?;
            writer.write(&header)?;
            writer.write_hash()?;
            Ok(writer)
        };
        begin().map_err(|fault: Fault| fault.at(path))
    }

    /// Appends bytes to the payload.
    ///
    /// # Errors
    /// If the payload gets longer than announced or the system refuses.
    pub fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        let result = match self.remaining.checked_sub(bytes.len() as u64) {
            Some(remaining) => {
                self.remaining = remaining;
                self.write(bytes)
            }
            None => Err(Fault::malformed("more was written than announced")),
        };
        result.map_err(|fault| fault.at(&self.path))
    }

    /// Appends values below `2^bits` to the payload, packed.
    ///
    /// # Errors
    /// As [`FileWriter::write_bytes`].
    pub fn write_residues(&mut self, values: &[u32], bits: u32) -> Result<(), WireError> {
        let mut packed = std::mem::take(&mut *self.packed);
        packed.clear();
        pack(values, bits, &mut packed);
        let result = self.write_bytes(&packed);
        *self.packed = packed;
        result
    }

    /// Appends words to the payload, as they are.
    ///
    /// # Errors
    /// As [`FileWriter::write_bytes`].
    pub fn write_words(&mut self, words: &[u32]) -> Result<(), WireError> {
        words.chunks(WORDS_AT_ONE_TIME).try_for_each(|words| self.write_residues(words, u32::BITS))
    }

    /// Completes the file, brings it to the disk and gives it its name, replacing a file that had it.
    ///
    /// # Errors
    /// If the payload is shorter than announced or the system refuses; then nothing is left behind.
    pub fn finish(mut self) -> Result<(), WireError> {
        let path = std::mem::take(&mut self.path);
        let complete = move |path: &Path| {
            if self.remaining > 0 {
                return Err(Fault::malformed("less was written than announced"));
            }
            self.write_hash()?;
            let file = self.file.into_inner().map_err(|error| error.into_error());
            let file = file.map_err(Fault::io("write the file"))?;
            file.as_file().sync_all().map_err(Fault::io("write the file"))?;
            file.persist(path).map_err(|error| Fault::io("name the file")(error.error))?;
            // So that the name survives a power failure; where directories cannot be opened the system sees to it.
            if let Ok(directory) = File::open(directory_of(path)) {
                directory.sync_all().map_err(Fault::io("write the directory"))?;
            }
            Ok(())
        };
        complete(&path).map_err(|fault| fault.at(&path))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.hasher.update(bytes);
        self.file.write_all(bytes).map_err(Fault::io("write the file"))
    }

    fn write_hash(&mut self) -> Result<(), Fault> {
        let hash = self.hasher.finalize();
        self.write(hash.as_bytes())
    }
}

/// The directory that a file stands in.
fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A nameless file in the directory of `path`, for the owner only if it is to hold a secret.
fn temporary_beside(path: &Path, kind: Kind) -> std::io::Result<NamedTempFile> {
    let mut prefix = path.file_name().unwrap_or(OsStr::new("file")).to_owned();
    prefix.push(".partial-");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Files that are no secret get what the user's mask leaves.
        let mode = if kind == Kind::SecretKey { 0o600 } else { 0o666 };
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = kind;
    builder.tempfile_in(directory_of(path))
}

/// Reads one file from front to back.
///
/// What is read is only known to be intact when [`FileReader::finish`] says so.
#[derive(Debug)]
pub struct FileReader<H> {
    path: PathBuf,
    file: BufReader<File>,
    hasher: blake3::Hasher,
    payload_bytes: u64,
    remaining: u64,
    packed: Zeroizing<Vec<u8>>,
    header: H,
}

impl<H: DeserializeOwned> FileReader<H> {
    /// Opens a file of the given kind and reads its header, whose hash is checked.
    ///
    /// # Errors
    /// If the file cannot be read, is empty, foreign, truncated, too long, of another version or kind, or corrupted up to
    /// the header's end.
    pub fn open(path: &Path, kind: Kind) -> Result<Self, WireError> {
        Self::open_inner(path, kind).map_err(|fault| fault.at(path))
    }

    fn open_inner(path: &Path, kind: Kind) -> Result<Self, Fault> {
        // Before opening: a pipe would wait for its writer.
        if !fs::metadata(path).map_err(Fault::io("open the file"))?.is_file() {
            return Err(Fault::NotAFile);
        }
        let file = File::open(path).map_err(Fault::io("open the file"))?;
        let bytes = file.metadata().map_err(Fault::io("read the file"))?.len();
        let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
        let mut hasher = blake3::Hasher::new();

        let mut prefix = [0; PREFIX_BYTES];
        let present = usize::try_from(bytes).unwrap_or(usize::MAX).min(PREFIX_BYTES);
        read_exact(&mut file, &mut hasher, &mut prefix[..present])?;
        let magic = present.min(MAGIC.len());
        if present == 0 {
            return Err(Fault::Empty);
        }
        if prefix[..magic] != MAGIC[..magic] {
            return Err(Fault::Foreign);
        }
        if present < PREFIX_BYTES {
            return Err(Fault::Truncated { bytes, expected: (PREFIX_BYTES + 2 * HASH_BYTES) as u64 });
        }
        let [_, rest @ ..] = &prefix.as_chunks::<8>().0 else { return Err(Fault::Foreign) };
        let [[v0, v1, k0, k1, h0, h1, h2, h3], payload] = *rest else { return Err(Fault::Foreign) };
        let (version, number) = (u16::from_le_bytes([v0, v1]), u16::from_le_bytes([k0, k1]));
        if version != VERSION {
            return Err(Fault::Version { found: version, expected: VERSION });
        }
        match Kind::ALL.into_iter().find(|kind| kind.number() == number) {
            Some(found) if found == kind => {}
            Some(found) => return Err(Fault::Kind { found, expected: kind }),
            None => return Err(Fault::UnknownKind { found: number, expected: kind }),
        }
        let (header_bytes, payload_bytes) = (u32::from_le_bytes([h0, h1, h2, h3]), u64::from_le_bytes(payload));
        let frame = (PREFIX_BYTES + 2 * HASH_BYTES) as u64 + u64::from(header_bytes);
        let expected = payload_bytes.checked_add(frame).ok_or(Fault::Corrupted)?;
        if bytes < expected {
            return Err(Fault::Truncated { bytes, expected });
        }
        if bytes > expected {
            return Err(Fault::TooLong { bytes, expected });
        }
        if header_bytes > MAX_HEADER_BYTES {
            return Err(Fault::malformed("the header is longer than 16 MiB"));
        }
        let mut header = Zeroizing::new(vec![0; header_bytes as usize]);
        read_exact(&mut file, &mut hasher, &mut header)?;
        check_hash(&mut file, &mut hasher)?;
        let header = match postcard::take_from_bytes(&header) {
            Ok((header, [])) => header,
            Ok(_) => return Err(Fault::malformed("the header is longer than its content")),
            Err(error) => return Err(Fault::malformed(format!("the header cannot be read ({error})"))),
        };
        Ok(Self {
            path: path.to_owned(),
            file,
            hasher,
            payload_bytes,
            remaining: payload_bytes,
            packed: Zeroizing::default(),
            header,
        })
    }
}

impl<H> FileReader<H> {
    /// The header.
    #[must_use]
    pub fn header(&self) -> &H {
        &self.header
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the payload.
    #[must_use]
    pub fn payload_bytes(&self) -> u64 {
        self.payload_bytes
    }

    /// Bytes that have been read.
    pub(super) fn position(&self) -> u64 {
        self.hasher.count()
    }

    /// Path, file, a hasher that has seen everything read, and header.
    pub(super) fn into_parts(self) -> (PathBuf, File, blake3::Hasher, H) {
        (self.path, self.file.into_inner(), self.hasher, self.header)
    }

    /// Refuses a payload that is not `expected` bytes long; to be called before memory for it is allocated.
    ///
    /// # Errors
    /// If it is not.
    pub fn expect_payload(&self, expected: u64) -> Result<(), WireError> {
        if self.payload_bytes == expected {
            Ok(())
        } else {
            let reason = format!("its payload has {} bytes, its header asks for {expected}", self.payload_bytes);
            Err(self.error(Fault::malformed(reason)))
        }
    }

    /// Reads the next bytes of the payload.
    ///
    /// # Errors
    /// If there are not so many left or the system refuses.
    pub fn read_bytes(&mut self, out: &mut [u8]) -> Result<(), WireError> {
        let result = match self.remaining.checked_sub(out.len() as u64) {
            Some(remaining) => {
                self.remaining = remaining;
                read_exact(&mut self.file, &mut self.hasher, out)
            }
            None => Err(Fault::malformed("its payload is shorter than its header asks for")),
        };
        result.map_err(|fault| self.error(fault))
    }

    /// Reads packed values of `bits` bits from the payload.
    ///
    /// # Errors
    /// As [`FileReader::read_bytes`].
    pub fn read_residues(&mut self, out: &mut [u32], bits: u32) -> Result<(), WireError> {
        let mut packed = std::mem::take(&mut *self.packed);
        packed.resize(packed_bytes(out.len(), bits), 0);
        let result = self.read_bytes(&mut packed).map(|()| unpack(&packed, bits, out));
        *self.packed = packed;
        result
    }

    /// Checks that the payload has been read to its end and that the file's hash is right; gives the header back.
    ///
    /// # Errors
    /// If something is left or the hash is wrong.
    pub fn finish(mut self) -> Result<H, WireError> {
        let result = if self.remaining == 0 {
            check_hash(&mut self.file, &mut self.hasher)
        } else {
            Err(Fault::malformed("its payload is longer than its header asks for"))
        };
        match result {
            Ok(()) => Ok(self.header),
            Err(fault) => Err(self.error(fault)),
        }
    }

    pub(super) fn error(&self, fault: Fault) -> WireError {
        fault.at(&self.path)
    }
}

fn read_exact(file: &mut impl Read, hasher: &mut blake3::Hasher, out: &mut [u8]) -> Result<(), Fault> {
    file.read_exact(out).map_err(Fault::io("read the file"))?;
    hasher.update(out);
    Ok(())
}

/// Reads a hash and compares it with that of everything before.
fn check_hash(file: &mut impl Read, hasher: &mut blake3::Hasher) -> Result<(), Fault> {
    let expected = hasher.finalize();
    let mut found = [0; HASH_BYTES];
    read_exact(file, hasher, &mut found)?;
    let intact = expected == blake3::Hash::from_bytes(found);
    if intact { Ok(()) } else { Err(Fault::Corrupted) }
}
