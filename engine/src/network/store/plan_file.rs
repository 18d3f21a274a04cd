//! Plans in files: JSON, for people and programs to read and compare.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::network::{
    lower::RunShape,
    plan::{Plan, Security},
};

/// What tells the file from other JSON.
const FORMAT: &str = "hear plan";
/// The version of the file's format; the plan has its own.
const VERSION: u32 = 1;
/// Plans take a few thousand bytes.
const MAX_FILE_BYTES: u64 = 16 << 20;

#[derive(Serialize)]
struct PlanDocument<'a> {
    format: &'a str,
    version: u32,
    /// [`Plan::hash`] in hexadecimal.
    hash: String,
    plan: &'a Plan,
    /// How runs are to be laid out.
    run: RunShape,
}

/// The document before its version is known to be ours.
#[derive(Deserialize)]
struct UncheckedDocument {
    format: String,
    version: u32,
    hash: String,
    plan: serde_json::Value,
    /// Files from before it was stored lack it.
    #[serde(default)]
    run: RunShape,
}

/// Writes a plan as JSON with its hash, and how runs of it are to be laid out. The file appears whole or not at all, and replaces one of the same name.
///
/// # Errors
/// If the system refuses.
pub fn write_plan(path: &Path, plan: &Plan, run: RunShape) -> Result<(), StoreError> {
    let document = PlanDocument { format: FORMAT, version: VERSION, hash: hexadecimal(&plan.hash()), plan, run };
    let mut text = serde_json::to_vec_pretty(&document).expect("a plan's numbers are finite and its keys are strings");
    text.push(b'\n');
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // What the user's mask leaves, not the owner-only mode of temporary files.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(directory)?;
        file.write_all(&text)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| StoreError::File { path: path.to_owned(), action: "write the file", source })
}

/// Reads what [`write_plan`] wrote, and checks the plan.
///
/// # Errors
/// If the file cannot be read, is no stored plan, was altered, or holds a plan that this version would not make.
pub fn read_plan(path: &Path, security: Security) -> Result<(Plan, RunShape), StoreError> {
    let mut text = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(MAX_FILE_BYTES).read_to_end(&mut text));
    read.map_err(|source| StoreError::File { path: path.to_owned(), action: "read the file", source })?;
    let refuse = |reason: String| StoreError::PlanFile { path: path.to_owned(), reason };
    if text.is_empty() {
        return Err(refuse("it is empty".to_owned()));
    }
    let document: UncheckedDocument = serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))?;
    if document.format != FORMAT {
        return Err(refuse(format!("its format is {:?}, not {FORMAT:?}", document.format)));
    }
    if document.version != VERSION {
        return Err(refuse(format!("its version is {}, this program reads {VERSION}", document.version)));
    }
    let plan: Plan = serde_json::from_value(document.plan).map_err(|error| refuse(error.to_string()))?;
    if document.hash != hexadecimal(&plan.hash()) {
        return Err(refuse("its content does not match its hash".to_owned()));
    }
    let plan = Plan::from_bytes(&plan.to_bytes(), security);
    let plan = plan.map_err(|source| StoreError::Plan { path: path.to_owned(), source })?;
    Ok((plan, document.run))
}

fn hexadecimal(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use hear_model::network::{Dimension, Shape};

    use super::*;
    use crate::network::{method::Method, plan::PlanRequest, throughput::Throughput};

    fn plan() -> Plan {
        Plan::new(&PlanRequest::new(Shape::new(Dimension::TwoD, 64).unwrap(), Method::FastHear)).unwrap()
    }

    #[test]
    fn a_stored_plan_is_read_back_exactly() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plan.json");
        let run = RunShape { throughput: Throughput::new(4, 2).unwrap(), ..RunShape::default() };
        write_plan(&path, &plan(), run).unwrap();
        assert_eq!(read_plan(&path, Security::Required).unwrap(), (plan(), run));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn altered_and_foreign_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plan.json");
        write_plan(&path, &plan(), RunShape::default()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let changed = [
            (String::new(), "it is empty"),
            ("[1, 2]".to_owned(), "not a stored plan"),
            (text[..text.len() / 2].to_owned(), "EOF"),
            (text.replace("hear plan", "other plan"), "its format is"),
            (text.replacen("\"version\": 1", "\"version\": 9", 1), "its version is 9"),
            (text.replacen("fast-hear", "hear", 1), "does not match its hash"),
            (text.replacen("fast-hear", "slow-hear", 1), "unknown variant"),
            (text.replacen("\"batch\": 1", "\"batch\": 99", 1), "batches of 99 clips in 1 streams"),
        ];
        for (text, reason) in changed {
            fs::write(&path, text).unwrap();
            let error = read_plan(&path, Security::Required).unwrap_err().to_string();
            assert!(error.contains(reason), "{error} should say: {reason}");
        }
    }
}
