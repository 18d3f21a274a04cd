//! What `scripts/peers.py` measured of libraries that are no crates: an array of entries, each with times or with the
//! reason why there are none.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use super::{Implementation, KernelTimes, Operation, Subject};
use crate::statistics::Summary;

/// An operation of a library, as the file has it. Either times or a reason are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    library: String,
    version: String,
    operation: Operation,
    limbs: usize,
    /// What says how it was done; absent where it was not.
    #[serde(default)]
    parameters: String,
    /// Microseconds a call, a value a round.
    samples_us: Option<Vec<f64>>,
    reason: Option<String>,
}

/// An operation that a library does not offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is missing.
    pub subject: Subject,
    /// The library and its version.
    pub library: String,
    /// Why.
    pub reason: String,
}

/// What libraries were measured to take, and what they do not offer.
#[derive(Clone, Debug, Default)]
pub struct LibraryTimes {
    /// Times, verified by the script.
    pub times: Vec<KernelTimes>,
    /// What there are no times of.
    pub missing: Vec<Missing>,
}

/// Why times of libraries were not read.
#[derive(Debug, thiserror::Error)]
pub enum LibraryTimesError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}; scripts/peers.sh makes such a file")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{path} holds no times of libraries as scripts/peers.sh writes them: {source}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// An entry cannot be.
    #[error("{path}: {subject} by {library} has {found}; expected times above 0, or the reason why there are none")]
    Entry {
        /// The file.
        path: String,
        /// The operation.
        subject: Subject,
        /// The library.
        library: String,
        /// What is there.
        found: &'static str,
    },
}

impl LibraryTimes {
    /// Reads what `scripts/peers.py` wrote.
    ///
    /// # Errors
    /// If the file cannot be read, is no such array, or an entry has neither times nor a reason, or both.
    pub fn read(path: &Path) -> Result<Self, LibraryTimesError> {
        let name = || path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| LibraryTimesError::Unreadable { path: name(), source })?;
        let entries: Vec<Entry> =
            serde_json::from_str(&text).map_err(|source| LibraryTimesError::Malformed { path: name(), source })?;
        let mut all = Self::default();
        for entry in entries {
            let subject = Subject::new(entry.operation, entry.limbs);
            let refuse = |library, found| Err(LibraryTimesError::Entry { path: name(), subject, library, found });
            let Entry { library, version, parameters, .. } = entry;
            match (entry.samples_us, entry.reason) {
                (Some(samples), None) if samples.iter().any(|time| time.is_nan() || *time <= 0.0) => {
                    return refuse(library, "a time that is not above 0");
                }
                (Some(samples), None) => {
                    let Some(call_us) = Summary::of(&samples) else {
                        return refuse(library, "no times");
                    };
                    let implementation = Implementation { name: library, version, isa: None, parameters, ours: false };
                    all.times.push(KernelTimes { subject, implementation, call_us });
                }
                (None, Some(reason)) => {
                    all.missing.push(Missing { subject, library: format!("{library} {version}"), reason });
                }
                (Some(_), Some(_)) => return refuse(library, "times and a reason"),
                (None, None) => return refuse(library, "neither times nor a reason"),
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(text: &str) -> Result<LibraryTimes, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let path = file.path().display().to_string();
        LibraryTimes::read(file.path()).map_err(|error| error.to_string().replace(&path, "FILE"))
    }

    #[test]
    fn times_are_summed_up_and_reasons_are_kept() {
        let LibraryTimes { times, missing } = read(
            r#"[{"library": "L", "version": "1", "operation": "rotation", "limbs": 7, "parameters": "p",
                 "samples_us": [3, 1, 2.5]},
                {"library": "L", "version": "1", "operation": "ntt-forward", "limbs": 1, "reason": "hidden"}]"#,
        )
        .unwrap();
        let [KernelTimes { subject, implementation, call_us }] = times.as_slice() else { panic!("{times:?}") };
        assert_eq!(*subject, Subject::new(Operation::Rotation, 7));
        assert_eq!(implementation.to_string(), "L 1");
        assert_eq!((call_us.median, call_us.min, call_us.n), (2.5, 1.0, 3));
        assert!(!implementation.ours);
        let subject = Subject::of_one_limb(Operation::NttForward);
        assert_eq!(missing, [Missing { subject, library: "L 1".to_owned(), reason: "hidden".to_owned() }]);
    }

    #[test]
    fn what_no_script_of_ours_wrote_is_refused_in_one_sentence() {
        let head = r#"[{"library": "L", "version": "1", "operation": "rotation", "limbs": 7"#;
        for (text, sentence) in [
            (String::new(), "FILE holds no times of libraries as scripts/peers.sh writes them: EOF while parsing"),
            ("{}".to_owned(), "FILE holds no times of libraries as scripts/peers.sh writes them: invalid type: map"),
            (
                format!("{head}, \"unit\": \"ms\"}}]"),
                "FILE holds no times of libraries as scripts/peers.sh writes them: unknown field `unit`",
            ),
            (format!("{head}}}]"), "FILE: rotation, 7 limbs by L has neither times nor a reason; expected"),
            (format!("{head}, \"samples_us\": []}}]"), "FILE: rotation, 7 limbs by L has no times; expected"),
            (
                format!("{head}, \"samples_us\": [1, 0]}}]"),
                "FILE: rotation, 7 limbs by L has a time that is not above 0; expected",
            ),
            (
                format!("{head}, \"samples_us\": [1], \"reason\": \"r\"}}]"),
                "FILE: rotation, 7 limbs by L has times and a reason; expected",
            ),
            (
                head.replace("rotation", "turn") + "}]",
                "FILE holds no times of libraries as scripts/peers.sh writes them: unknown variant `turn`",
            ),
        ] {
            let error = read(&text).map(|_| ()).unwrap_err();
            assert!(error.starts_with(sentence) && error.lines().count() == 1, "{error}");
        }
        let error = LibraryTimes::read(Path::new("no-such-file.json")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read no-such-file.json: No such file"), "{error}");
    }
}
