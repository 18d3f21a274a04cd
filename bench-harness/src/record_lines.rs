//! Records in files: one line of JSON a round, so that whoever is interrupted keeps every round but the one at work, and
//! whoever goes on appends.
//!
//! `schema/record.schema.json` describes a line. Bytes are on the disk when [`RecordWriter::append`] returns.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    configuration::Configuration,
    environment::{Environment, Noise},
    record::{Entry, Examined, Identity, Record, hexadecimal},
};

/// What every line says of itself.
pub const FORMAT: &str = "hear-bench-record";
/// The version of lines that this program writes and reads.
pub const VERSION: u32 = 1;
/// How every line begins.
const BEGINNING: &str = r#"{"format":"hear-bench-record","#;

/// A round of a configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordLine {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What it was measured for, if that has a name.
    pub experiment: Option<String>,
    /// BLAKE3 of the configuration: [`configuration_hash`].
    pub configuration: String,
    /// Whoever is measured in turn shares a session: rounds of one number in one session are neighbours in time.
    pub session: String,
    /// The round, from 0.
    pub round: usize,
    /// When it ended: seconds since 1970, UTC.
    pub unix_s: u64,
    /// What came of it. Its fields `environment` and `noise` are null: they stand beside it.
    pub entry: Entry,
    /// Under what it was measured; `null` where a program that failed did not tell, or is older than this field.
    pub environment: Option<Environment>,
    /// What else went on meanwhile; `null` where nothing was measured.
    pub noise: Option<Noise>,
}

impl RecordLine {
    /// Whether anything was measured or found out.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        !matches!(self.entry, Entry::Unmeasured(_))
    }

    /// The record, if it was measured.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        match &self.entry {
            Entry::Measured(record) => Some(record),
            Entry::Examined(_) | Entry::Unmeasured(_) => None,
        }
    }

    /// What was found out, if that is something else than times.
    #[must_use]
    pub fn examined(&self) -> Option<&Examined> {
        match &self.entry {
            Entry::Examined(examined) => Some(examined),
            Entry::Measured(_) | Entry::Unmeasured(_) => None,
        }
    }

    /// Which configuration it is of.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        self.entry.identity()
    }

    /// The entry, with environment and noise where `hear-bench run --json` has them.
    #[must_use]
    pub fn full_entry(&self) -> Entry {
        let mut entry = self.entry.clone();
        let (environment, noise) = match &mut entry {
            Entry::Measured(record) => (&mut record.environment, &mut record.noise),
            Entry::Examined(examined) => (&mut examined.environment, &mut examined.noise),
            Entry::Unmeasured(_) => return entry,
        };
        environment.clone_from(&self.environment);
        *noise = self.noise;
        entry
    }
}

/// BLAKE3 of a configuration's canonical JSON (keys sorted, no spaces), hexadecimal.
///
/// # Panics
/// Never: a configuration is always JSON.
#[must_use]
pub fn configuration_hash(configuration: &Configuration) -> String {
    let value = serde_json::to_value(configuration).expect("a configuration is always JSON");
    hexadecimal(blake3::hash(canonical(&value).as_bytes()).as_bytes())
}

/// Sorted here: how a map of JSON is ordered depends on a feature that any package may switch on.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let fields: Vec<_> = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(&**key), canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// Why records cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordFileError {
    /// The file cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is no record.
    #[error("{}:{line} is no record of hear-bench: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A line is a record of another version.
    #[error("{}:{line} is a record of version {found}, but this program reads version {VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Its version.
        found: u64,
    },
}

/// What a file of records holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordFile {
    /// Its lines.
    pub lines: Vec<RecordLine>,
    /// The number, from 1, of a last line that was cut off while it was written.
    pub truncated: Option<usize>,
}

impl RecordFile {
    /// Reads a file. A last line that was cut off is left out and told of; anything else that is no record is an error.
    ///
    /// # Errors
    /// If the file cannot be read, or a line is no record or of another version.
    pub fn read(path: &Path) -> Result<Self, RecordFileError> {
        let text =
            fs::read(path).map_err(|source| RecordFileError::File { action: "read", path: path.into(), source })?;
        // What is not UTF-8 becomes a character that no JSON allows.
        Self::parse(path, &String::from_utf8_lossy(&text))
    }

    /// What `text` holds; `path` is for errors.
    fn parse(path: &Path, text: &str) -> Result<Self, RecordFileError> {
        let mut file = Self::default();
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            if line.trim().is_empty() {
                continue;
            }
            match parse_line(path, number, line.trim_end()) {
                Ok(line) => file.lines.push(line),
                Err(_) if is_cut_off(line) => file.truncated = Some(number),
                Err(error) => return Err(error),
            }
        }
        Ok(file)
    }
}

/// Whether this is the beginning of a record, without the end of its line: nothing else may be lost.
fn is_cut_off(line: &str) -> bool {
    !line.ends_with('\n') && (line.starts_with(BEGINNING) || BEGINNING.starts_with(line))
}

fn parse_line(path: &Path, line: usize, text: &str) -> Result<RecordLine, RecordFileError> {
    /// What is looked at first: lines of another version may be anything beyond.
    #[derive(Deserialize)]
    struct Head {
        format: String,
        version: u64,
    }
    let malformed = |reason| RecordFileError::Malformed { path: path.into(), line, reason };
    // It counts from the beginning of a line, which is not that of the file.
    let reason = |error: serde_json::Error| error.to_string().replace("line 1 ", "");
    let head: Head = serde_json::from_str(text).map_err(|error| malformed(reason(error)))?;
    if head.format != FORMAT {
        return Err(malformed(format!("its format is {:?}, expected {FORMAT:?}", head.format)));
    }
    if head.version != u64::from(VERSION) {
        return Err(RecordFileError::Version { path: path.into(), line, found: head.version });
    }
    serde_json::from_str(text).map_err(|error| malformed(reason(error)))
}

/// Appends records to a file.
#[derive(Debug)]
pub struct RecordWriter {
    path: PathBuf,
    file: File,
}

impl RecordWriter {
    /// Opens a file, or makes it. Of a line that was cut off nothing is left.
    ///
    /// # Errors
    /// If the file cannot be opened, or holds anything but records.
    pub fn open(path: &Path) -> Result<Self, RecordFileError> {
        let failed = |source| RecordFileError::File { action: "write", path: path.into(), source };
        let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
        let bytes = fs::read(path).map_err(failed)?;
        RecordFile::parse(path, &String::from_utf8_lossy(&bytes))?;
        if bytes.last().is_some_and(|&last| last != b'\n') {
            let start = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
            let is_whole = serde_json::from_slice::<RecordLine>(&bytes[start..]).is_ok();
            if is_whole { file.write_all(b"\n") } else { file.set_len(start as u64) }.map_err(failed)?;
        }
        Ok(Self { path: path.into(), file })
    }

    /// Appends a line, and returns when it is on the disk.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn append(&mut self, line: &RecordLine) -> Result<(), RecordFileError> {
        let mut write = || -> io::Result<()> {
            let mut bytes = serde_json::to_vec(line)?;
            bytes.push(b'\n');
            self.file.write_all(&bytes)?;
            self.file.sync_data()
        };
        let failed = |source| RecordFileError::File { action: "write", path: self.path.clone(), source };
        write().map_err(failed)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use hear_engine::network::key_switching::KeySwitching;
    use hear_model::input::ClipSource;

    use super::*;
    use crate::{
        examination::{
            Examination, Finding,
            tests::{examinations, findings},
        },
        record::{Reason, Unmeasured},
    };

    /// The schema of a line, as the repository holds it.
    const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/record.schema.json");

    fn schema() -> Value {
        serde_json::to_value(schemars::schema_for!(RecordLine)).unwrap()
    }

    #[test]
    #[ignore = "writes schema/record.schema.json anew, after a change of what is recorded"]
    fn write_the_schema() {
        fs::write(SCHEMA, serde_json::to_string_pretty(&schema()).unwrap() + "\n").unwrap();
    }

    #[test]
    fn the_schema_in_the_repository_is_that_of_the_program() {
        let written: Value = serde_json::from_str(&fs::read_to_string(SCHEMA).unwrap()).unwrap();
        assert_eq!(written, schema(), "cargo test -p hear-bench --lib write_the_schema -- --ignored");
    }

    pub(crate) fn failed_line(round: usize) -> RecordLine {
        let identity = Identity {
            network: "2d-64".into(),
            method: "lean-hear".into(),
            strategy: "auto".into(),
            key_switching: "own".into(),
            threads: 2,
        };
        RecordLine {
            format: FORMAT.into(),
            version: VERSION,
            experiment: Some("figure 7".into()),
            configuration: "ab".repeat(32),
            session: "0011223344556677".into(),
            round,
            unix_s: 1_800_000_000,
            entry: Entry::Unmeasured(Unmeasured { identity, reason: Reason::Failed("logits are wrong".into()) }),
            environment: None,
            noise: None,
        }
    }

    /// A line as version 1 of records was first written, by an older program.
    const OLD_LINE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/record-version-1.jsonl"));

    fn old_line() -> RecordLine {
        serde_json::from_str(OLD_LINE).unwrap()
    }

    pub(crate) fn examined_line(round: usize, finding: Finding) -> RecordLine {
        let old = old_line();
        let record = old.record().unwrap();
        let examined = Examined {
            identity: record.identity.clone(),
            plan_hash: record.plan_hash.clone(),
            isa: record.isa.clone(),
            samples: record.samples,
            config: record.config.clone(),
            finding,
            noise: None,
            environment: None,
        };
        RecordLine { round, entry: Entry::Examined(Box::new(examined)), ..old }
    }

    /// The configuration of [`OLD_LINE`], but for what is found out.
    pub(crate) fn old_configuration(examination: Examination) -> Configuration {
        let old = old_line();
        let Record { identity, config, .. } = old.record().unwrap();
        Configuration {
            network: identity.network.clone(),
            method: identity.method.parse().unwrap(),
            strategy: identity.strategy.parse().unwrap(),
            key_switching: KeySwitching::Paper,
            speeds: None,
            threads: identity.threads,
            clips: ClipSource::Synthetic,
            labels: None,
            protocol: config.protocol.clone(),
            examination,
        }
    }

    /// What an older program called a configuration is what this one calls it.
    #[test]
    fn hashes_of_measurements_stay_what_they_were() {
        const HASH: &str = "81fbf701532a8c57027972f481d49130d14d275382bea7570b92c43dbf4cb39e";
        assert_eq!(configuration_hash(&old_configuration(Examination::Times)), HASH);
        assert_eq!(old_line().configuration, HASH);
        let written = serde_json::to_value(old_configuration(Examination::Times)).unwrap();
        assert_eq!(written.get("examination"), None, "older programs refuse what they do not know");
    }

    #[test]
    fn examinations_are_configurations_of_their_own() {
        let mut hashes = BTreeSet::new();
        for examination in examinations() {
            let configuration = old_configuration(examination);
            let text = serde_json::to_string(&configuration).unwrap();
            assert_eq!(serde_json::from_str::<Configuration>(&text).unwrap(), configuration);
            assert!(hashes.insert(configuration_hash(&configuration)), "{text}");
        }
    }

    /// Nothing but its fields says what an entry is.
    #[test]
    fn entries_of_every_kind_are_read_as_what_they_are_and_fit_the_schema() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let examined = findings().map(|finding| examined_line(3, finding));
        for line in [old_line(), failed_line(3)].into_iter().chain(examined) {
            for line in [line.clone(), RecordLine { entry: line.full_entry(), ..line }] {
                let value = serde_json::to_value(&line).unwrap();
                assert_eq!(serde_json::from_value::<RecordLine>(value.clone()).unwrap(), line);
                let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{errors:?}");
            }
        }
        let mut wrong = serde_json::to_value(examined_line(0, findings()[1].clone())).unwrap();
        wrong["entry"]["finding"]["kind"] = Value::from("speed");
        assert!(!validator.is_valid(&wrong), "the schema accepts anything");
        assert!(serde_json::from_value::<RecordLine>(wrong).is_err());
    }

    #[test]
    fn what_stands_beside_an_entry_is_put_back() {
        for line in [old_line(), examined_line(0, findings()[0].clone())] {
            let (environment, noise) = match line.full_entry() {
                Entry::Measured(record) => (record.environment, record.noise),
                Entry::Examined(examined) => (examined.environment, examined.noise),
                Entry::Unmeasured(_) => panic!("something was found out"),
            };
            assert!(environment.is_some() && noise.is_some());
            assert_eq!((environment, noise), (line.environment, line.noise));
        }
    }

    fn file(lines: &[RecordLine]) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("records.jsonl");
        let mut writer = RecordWriter::open(&path).unwrap();
        lines.iter().for_each(|line| writer.append(line).unwrap());
        (directory, path)
    }

    #[test]
    fn what_is_appended_is_read() {
        let lines = [failed_line(0), failed_line(1)];
        let (_directory, path) = file(&lines[..1]);
        RecordWriter::open(&path).unwrap().append(&lines[1]).unwrap();
        assert_eq!(RecordFile::read(&path).unwrap(), RecordFile { lines: lines.to_vec(), truncated: None });
        assert!(fs::read_to_string(&path).unwrap().lines().all(|line| line.starts_with(BEGINNING)));
    }

    /// Whatever a kill leaves of the last line, the others are read, and whoever goes on loses only that one.
    #[test]
    fn a_line_that_was_cut_off_costs_itself_alone() {
        let (_directory, path) = file(&[failed_line(0), failed_line(1)]);
        let whole = fs::read(&path).unwrap();
        let first = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
        for length in [first + 1, first + 20, first + 200, whole.len() - 2] {
            fs::write(&path, &whole[..length]).unwrap();
            let read = RecordFile::read(&path).unwrap();
            assert_eq!((read.lines, read.truncated), (vec![failed_line(0)], Some(2)), "{length} bytes");
            RecordWriter::open(&path).unwrap().append(&failed_line(2)).unwrap();
            assert_eq!(RecordFile::read(&path).unwrap().lines, [failed_line(0), failed_line(2)], "{length} bytes");
        }
        // Only the end of the line is lacking: nothing is lost.
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(RecordFile::read(&path).unwrap().truncated, None);
        RecordWriter::open(&path).unwrap().append(&failed_line(2)).unwrap();
        assert_eq!(RecordFile::read(&path).unwrap().lines.len(), 3);
    }

    #[test]
    fn what_is_no_record_is_refused_with_its_place_and_never_overwritten() {
        let (_directory, path) = file(&[failed_line(0)]);
        let good = fs::read_to_string(&path).unwrap();
        let cases = [
            (format!("{good}oops\n{good}"), ":2 is no record of hear-bench: expected value at column 1"),
            (format!("{good}{}\n{good}", &good[..80]), ":2 is no record of hear-bench: EOF"),
            (good.replace("hear-bench-record", "diary"), ":1 is no record of hear-bench: its format is \"diary\""),
            (
                good.replace(r#""version":1"#, r#""version":7"#),
                ":1 is a record of version 7, but this program reads version 1",
            ),
            (good.replace(r#""round":0"#, r#""round":-1"#), ":1 is no record of hear-bench: invalid value"),
            ("a,b,c".to_owned(), ":1 is no record of hear-bench: expected value"),
            ("{\"format\":1}".to_owned(), ":1 is no record of hear-bench: invalid type"),
        ];
        for (text, sentence) in cases {
            fs::write(&path, &text).unwrap();
            for error in [RecordFile::read(&path).unwrap_err(), RecordWriter::open(&path).unwrap_err()] {
                let message = error.to_string();
                assert!(message.contains("records.jsonl") && message.contains(sentence), "{message}");
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        let error = RecordFile::read(Path::new("nowhere.jsonl")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read nowhere.jsonl: No such file"), "{error}");
    }

    #[test]
    fn canonical_json_is_sorted_and_dense() {
        let value: Value = serde_json::from_str(r#"{"b": [1, {"d": null, "c": "\"x"}], "a": 0.25}"#).unwrap();
        assert_eq!(canonical(&value), r#"{"a":0.25,"b":[1,{"c":"\"x","d":null}]}"#);
    }
}
