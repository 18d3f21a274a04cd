//! Payloads of plain words, read and hashed in pieces by several threads.
//!
//! BLAKE3 is a tree: the hashes of aligned pieces are joined to that of the whole file, which is the one that any other
//! reader computes from front to back. So the format knows nothing of pieces.

use std::{
    fs::File,
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use blake3::hazmat::{ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root};
use hear_scheduler::memory::bytes_mut;
use serde::de::DeserializeOwned;

use super::{
    Fault, FileReader, Kind, WireError,
    file::{HASH_BYTES, word_padding},
};

/// Bytes of a piece, counted from the file's begin: a whole subtree of the hash, and as long as a huge page.
const PIECE_BYTES: u64 = 2 << 20;
/// Words that are read at one time: they are hashed and looked at while they are in the cache.
const PART_WORDS: usize = 64 << 10;
/// Bytes of a word.
const WORD_BYTES: u64 = size_of::<u32>() as u64;

/// Reads a file of words in pieces, in any order and from several threads.
///
/// What is read is only known to be intact when [`WordsReader::finish`] says so.
#[derive(Debug)]
pub struct WordsReader<H> {
    path: PathBuf,
    file: File,
    header: H,
    /// Has seen everything before the words.
    head: blake3::Hasher,
    /// Where the words begin.
    begin: u64,
    /// Where they end.
    end: u64,
}

/// The hash of a piece.
#[derive(Clone, Debug)]
pub struct PieceHash(blake3::Hasher);

impl<H: DeserializeOwned> WordsReader<H> {
    /// Opens a file that [`FileWriter::create_words`](super::FileWriter::create_words) began, and reads its header, whose
    /// hash is checked.
    ///
    /// # Errors
    /// As [`FileReader::open`], or if the payload is no whole number of words.
    pub fn open(path: &Path, kind: Kind) -> Result<Self, WireError> {
        let mut reader = FileReader::open(path, kind)?;
        let padding = word_padding(reader.position());
        let mut found = vec![0; padding.len()];
        reader.read_bytes(&mut found)?;
        if found != padding {
            return Err(reader.error(Fault::malformed("what stands before its words is not zero")));
        }
        let begin = reader.position();
        let end = begin + reader.payload_bytes() - padding.len() as u64;
        if !(end - begin).is_multiple_of(WORD_BYTES) {
            return Err(reader.error(Fault::malformed("its payload is no whole number of words")));
        }
        if begin > PIECE_BYTES {
            return Err(reader.error(Fault::malformed("its header is longer than 2 MiB")));
        }
        let (path, file, head, header) = reader.into_parts();
        Ok(Self { path, file, header, head, begin, end })
    }
}

impl<H> WordsReader<H> {
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

    /// Refuses a payload that has not `expected` words; to be called before memory for it is allocated.
    ///
    /// # Errors
    /// If it has not.
    pub fn expect_words(&self, expected: usize) -> Result<(), WireError> {
        let words = (self.end - self.begin) / WORD_BYTES;
        if words == expected as u64 {
            Ok(())
        } else {
            Err(self.error(Fault::malformed(format!("it has {words} words, its header asks for {expected}"))))
        }
    }

    /// How many pieces there are: at least one.
    #[must_use]
    pub fn pieces(&self) -> usize {
        usize::try_from(self.end.div_ceil(PIECE_BYTES)).unwrap_or(usize::MAX)
    }

    /// The words of a piece. Except at both ends these are multiples of 16.
    #[must_use]
    pub fn words_of(&self, piece: usize) -> Range<usize> {
        let word = |number: u64| {
            let byte = (number * PIECE_BYTES).clamp(self.begin, self.end);
            usize::try_from((byte - self.begin) / WORD_BYTES).unwrap_or(usize::MAX)
        };
        word(piece as u64)..word(piece as u64 + 1)
    }

    /// Reads a piece, and shows `inspect` its words, a few at a time: the number of the first of them, and the words.
    ///
    /// # Errors
    /// If the system refuses, or the file has become shorter.
    ///
    /// # Panics
    /// If `out` has not the length of [`WordsReader::words_of`].
    pub fn read(
        &self,
        piece: usize,
        out: &mut [u32],
        mut inspect: impl FnMut(usize, &[u32]),
    ) -> Result<PieceHash, WireError> {
        let Range { start, end } = self.words_of(piece);
        assert_eq!(out.len(), end - start, "words of piece {piece}");
        let mut hasher = if piece == 0 {
            self.head.clone()
        } else {
            let mut hasher = blake3::Hasher::new();
            hasher.set_input_offset(piece as u64 * PIECE_BYTES);
            hasher
        };
        let mut first = start;
        for part in out.chunks_mut(PART_WORDS) {
            let bytes = bytes_mut(part);
            let offset = self.begin + first as u64 * WORD_BYTES;
            read_exact_at(&self.file, bytes, offset).map_err(|error| self.read_error(error))?;
            hasher.update(bytes);
            // Nothing to do on most machines.
            part.iter_mut().for_each(|word| *word = u32::from_le(*word));
            inspect(first, part);
            first += part.len();
        }
        Ok(PieceHash(hasher))
    }

    /// Checks the file's hash, given those of all pieces in order; gives the header back.
    ///
    /// # Errors
    /// If the hash is wrong, or the file has another length than when it was opened.
    pub fn finish(self, pieces: &[PieceHash]) -> Result<H, WireError> {
        assert_eq!(pieces.len(), self.pieces(), "hashes of all pieces");
        let mut stored = [0; HASH_BYTES];
        read_exact_at(&self.file, &mut stored, self.end).map_err(|error| self.read_error(error))?;
        self.check_length()?;
        if join(pieces, self.end) == blake3::Hash::from_bytes(stored) {
            Ok(self.header)
        } else {
            Err(self.error(Fault::Corrupted))
        }
    }

    /// An error about this file.
    pub(crate) fn malformed(&self, reason: &str) -> WireError {
        self.error(Fault::malformed(reason))
    }

    fn error(&self, fault: Fault) -> WireError {
        fault.at(&self.path)
    }

    /// Refuses a file that was cut or grew while it was read.
    fn check_length(&self) -> Result<(), WireError> {
        let metadata = self.file.metadata().map_err(|error| self.error(Fault::io("read the file")(error)))?;
        let (bytes, expected) = (metadata.len(), self.end + HASH_BYTES as u64);
        match bytes {
            _ if bytes < expected => Err(self.error(Fault::Truncated { bytes, expected })),
            _ if bytes > expected => Err(self.error(Fault::TooLong { bytes, expected })),
            _ => Ok(()),
        }
    }

    fn read_error(&self, error: io::Error) -> WireError {
        if error.kind() == io::ErrorKind::UnexpectedEof
            && let Err(error) = self.check_length()
        {
            return error;
        }
        self.error(Fault::io("read the file")(error))
    }
}

/// The hash of `bytes` bytes, given those of their pieces.
fn join(pieces: &[PieceHash], bytes: u64) -> blake3::Hash {
    let ([left, right], [left_bytes, right_bytes]) = match pieces {
        [PieceHash(only)] => return only.finalize(),
        _ => halves(pieces, bytes),
    };
    merge_subtrees_root(&subtree(left, left_bytes), &subtree(right, right_bytes), Mode::Hash)
}

fn subtree(pieces: &[PieceHash], bytes: u64) -> ChainingValue {
    let ([left, right], [left_bytes, right_bytes]) = match pieces {
        [PieceHash(only)] => return only.finalize_non_root(),
        _ => halves(pieces, bytes),
    };
    merge_subtrees_non_root(&subtree(left, left_bytes), &subtree(right, right_bytes), Mode::Hash)
}

/// The two subtrees of more than one piece: the left one is a power of two pieces.
fn halves(pieces: &[PieceHash], bytes: u64) -> ([&[PieceHash]; 2], [u64; 2]) {
    let left_bytes = left_subtree_len(bytes);
    let left = usize::try_from(left_bytes / PIECE_BYTES).unwrap_or(usize::MAX);
    let (left, right) = pieces.split_at(left);
    ([left, right], [left_bytes, bytes - left_bytes])
}

#[cfg(unix)]
fn read_exact_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, offset)
}

/// Without positions of their own, threads take turns.
#[cfg(not(unix))]
fn read_exact_at(mut file: &File, out: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(out)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::wire::FileWriter;

    const KIND: Kind = Kind::PreparedModel;

    /// Words that differ from piece to piece.
    fn words(count: usize) -> Vec<u32> {
        (0..u32::try_from(count).unwrap()).map(|i| i.wrapping_mul(0x9e37_79b9)).collect()
    }

    fn write(path: &Path, header: &str, words: &[u32]) {
        let mut writer = FileWriter::create_words(path, KIND, &header, words.len()).unwrap();
        writer.write_words(words).unwrap();
        writer.finish().unwrap();
    }

    fn read(path: &Path) -> Result<(String, Vec<u32>), WireError> {
        let reader = WordsReader::<String>::open(path, KIND)?;
        let mut words = vec![0; reader.words_of(reader.pieces() - 1).end];
        let mut hashes = Vec::new();
        // Backwards: no piece needs the one before.
        for piece in (0..reader.pieces()).rev() {
            let mut next = reader.words_of(piece).start;
            let out = &mut words[reader.words_of(piece)];
            let hash = reader.read(piece, out, |first, words| {
                assert_eq!(first, next);
                next += words.len();
            });
            hashes.insert(0, hash?);
            assert_eq!(next, reader.words_of(piece).end, "all words are shown");
        }
        Ok((reader.finish(&hashes)?, words))
    }

    #[test]
    fn pieces_join_to_the_hash_of_the_file_from_front_to_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("words");
        let piece = usize::try_from(PIECE_BYTES / WORD_BYTES).unwrap();
        for count in [0, 1, 16, 255, 256, piece - 48, piece - 31, piece, 2 * piece, 3 * piece - 77, 5 * piece + 1] {
            for header in ["", "a header", &"x".repeat(1000)] {
                let words = words(count);
                write(&path, header, &words);
                assert_eq!(read(&path).unwrap(), (header.to_owned(), words), "{count} words");
                // The other reader, whose hash is sequential.
                let mut reader = FileReader::<String>::open(&path, KIND).unwrap();
                let mut payload = vec![0; usize::try_from(reader.payload_bytes()).unwrap()];
                reader.read_bytes(&mut payload).unwrap();
                reader.finish().unwrap();
            }
        }
    }

    #[test]
    fn a_change_of_any_byte_and_any_cut_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("words");
        let piece = usize::try_from(PIECE_BYTES / WORD_BYTES).unwrap();
        write(&path, "header", &words(piece + 64));
        let intact = fs::read(&path).unwrap();
        let near = |place: usize| place.saturating_sub(3)..(place + 4).min(intact.len());
        let half = usize::try_from(PIECE_BYTES).unwrap();
        for place in (0..200).chain(near(half / 2)).chain(near(half)).chain(intact.len() - 50..intact.len()) {
            let mut bytes = intact.clone();
            bytes[place] ^= 1 << (place % 8);
            fs::write(&path, &bytes).unwrap();
            assert!(read(&path).is_err(), "byte {place}");
            fs::write(&path, &intact[..place]).unwrap();
            let fault = read(&path).unwrap_err().fault;
            assert!(matches!(fault, Fault::Truncated { .. } | Fault::Empty), "{place} bytes: {fault}");
        }
        fs::write(&path, [&intact[..], b"x"].concat()).unwrap();
        assert!(matches!(read(&path).unwrap_err().fault, Fault::TooLong { .. }));
    }

    #[test]
    fn files_that_change_their_length_while_they_are_read_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("words");
        let expected = words(1000);
        let mut out = vec![0; 1000];
        for change in [-4000_i64, -1, 1] {
            write(&path, "header", &expected);
            let reader = WordsReader::<String>::open(&path, KIND).unwrap();
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.set_len(file.metadata().unwrap().len().checked_add_signed(change).unwrap()).unwrap();
            let result = reader.read(0, &mut out, |_, _| {}).and_then(|hash| reader.finish(&[hash]).map(|_| ()));
            let fault = result.unwrap_err().fault;
            let expected = if change < 0 {
                matches!(fault, Fault::Truncated { .. })
            } else {
                matches!(fault, Fault::TooLong { .. })
            };
            assert!(expected, "{change}: {fault}");
        }
    }

    #[test]
    fn right_hashes_around_wrong_content_do_not_help() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("words");
        let forge = |header: &str, payload: &[u8]| {
            let mut writer = FileWriter::create(&path, KIND, &header, payload.len() as u64).unwrap();
            writer.write_bytes(payload).unwrap();
            writer.finish().unwrap();
            read(&path).unwrap_err().fault.to_string()
        };
        assert!(forge("", &[]).contains("shorter"));
        assert!(forge("", &[1; 100]).contains("not zero"));
        assert!(forge("", &[0; 100]).contains("no whole number of words"));
        assert!(forge(&"x".repeat(3 << 20), &[0; 100]).contains("longer than 2 MiB"));
        let long = "x".repeat(3 << 20);
        let refused = FileWriter::create_words(&path, KIND, &long, 1).unwrap_err().to_string();
        assert!(refused.contains("longer than 2 MiB"), "{refused}");

        write(&path, "", &[1, 2, 3]);
        let reader = WordsReader::<String>::open(&path, KIND).unwrap();
        assert!(reader.expect_words(3).is_ok());
        assert!(reader.expect_words(4).unwrap_err().to_string().contains("it has 3 words, its header asks for 4"));
    }
}
