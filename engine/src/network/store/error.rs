//! Why keys, clips or files were refused.

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use hear_scheduler::RunError;

use crate::{
    ckks::EncodeError,
    network::{drowning::DrowningError, method::Method, plan::PlanError, plan_set::PlanSetError},
    rlwe::{KeyError, RandomnessError},
    wire::{Fault, WireError},
};

/// Why keys, clips or files were refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file that is not what it should be, damaged, or cannot be written.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A result that cannot be made fit to leave.
    #[error(transparent)]
    Drowning(#[from] DrowningError),
    /// A plan in a file that is refused.
    #[error("{}: {source}", path.display())]
    Plan {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PlanError,
    },
    /// Plans in a file that do not belong together.
    #[error("{}: {source}", path.display())]
    PlanSet {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PlanSetError,
    },
    /// The system refused.
    #[error("{}: cannot {action}: {source}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A file that is no stored plan.
    #[error("{}: not a stored plan ({reason}); needed is a file that `hear plan --out` wrote", path.display())]
    PlanFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A secret key would be overwritten.
    #[error("{}: a secret key exists there; replacing it (--force) makes everything encrypted under it unreadable", path.display())]
    SecretKeyExists {
        /// The file.
        path: PathBuf,
    },
    /// A key that the plan needs is not in the file.
    #[error("{}: the key to {need} is missing; needed are the keys that `hear keygen` makes for its plans", path.display())]
    MissingKey {
        /// The file.
        path: PathBuf,
        /// What is missing.
        need: String,
    },
    /// A model of a method that encodes its weights as it uses them.
    #[error(
        "{}: {method} encodes its weights as it uses them, which leaves nothing to prepare: give `hear infer` the network",
        path.display()
    )]
    NothingToPrepare {
        /// The file.
        path: PathBuf,
        /// The method.
        method: Method,
    },
    /// A prepared model of another plan than the keys'.
    #[error(
        "{}: prepared for {found}; the keys are for {keys}; needed is a model that `hear prepare` made with these keys",
        path.display()
    )]
    OtherModel {
        /// The file.
        path: PathBuf,
        /// Its method, shape and plan.
        found: String,
        /// Those of the keys, of each of their plans.
        keys: String,
    },
    /// A directory without encrypted rows.
    #[error("{}: no files in it are named like {example}", path.display())]
    NoRows {
        /// The directory.
        path: PathBuf,
        /// Such a name.
        example: String,
    },
    /// A directory with results of one network in it and of several below it.
    #[error("{}: results stand in it and in directories below it ({below}); needed is one or the other", path.display())]
    MixedResults {
        /// The directory.
        path: PathBuf,
        /// The directories below it that hold results.
        below: String,
    },
    /// A file that is not named after its row.
    #[error("{}: not named after a row; needed is a name like {example}", path.display())]
    RowName {
        /// The file.
        path: PathBuf,
        /// Such a name.
        example: String,
    },
    /// A file that is named after another row than the one it was made from.
    #[error("{}: it holds {}, but is named after {}", path.display(), rows_named(found), if found.end == found.start + 1 { "another row" } else { "others" })]
    OtherRow {
        /// The file.
        path: PathBuf,
        /// The rows that it was made from.
        found: Range<u64>,
    },
    /// More rows or ciphertexts than the packing has.
    #[error("{}: {count} ciphertexts of {}: its packing has {need_count} ciphertexts, of at most {most} rows", path.display(), rows_named(rows))]
    Packing {
        /// The file.
        path: PathBuf,
        /// Its ciphertexts.
        count: usize,
        /// Its rows.
        rows: Range<u64>,
        /// Ciphertexts of the packing.
        need_count: usize,
        /// Rows that it holds at most.
        most: usize,
    },
    /// A value of a clip that cannot be encrypted.
    #[error("row {row}, column {column}: {source}")]
    Value {
        /// The row.
        row: u64,
        /// The column, counted from 1, of the value that is most at fault.
        column: usize,
        /// The value and the limit.
        source: EncodeError,
    },
    /// A result of another form than the plan's.
    #[error(
        "{}: a result of {limbs} limbs at scale 2^{scale_bits:.3}; the plan's has {need_limbs} at 2^{need_bits:.3}",
        rows_named(rows)
    )]
    ResultForm {
        /// The rows.
        rows: Range<u64>,
        /// Its limbs.
        limbs: usize,
        /// log2 of its scale.
        scale_bits: f64,
        /// The plan's limbs.
        need_limbs: usize,
        /// log2 of the plan's scale.
        need_bits: f64,
    },
    /// Decryption gave noise.
    #[error(
        "{}: the result decrypts to noise; it was made with keys of another `hear keygen`, or the input's values \
         were too large for the network",
        rows_named(rows)
    )]
    Noise {
        /// The rows.
        rows: Range<u64>,
    },
    /// A key that could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The executor failed or was stopped.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// `row 12`, `rows 0..608`.
fn rows_named(rows: &Range<u64>) -> String {
    let Range { start, end } = rows;
    if *end == start + 1 { format!("row {start}") } else { format!("rows {start}..{end}") }
}

impl StoreError {
    /// A fault of a file.
    pub(super) fn fault(path: &Path, fault: Fault) -> Self {
        Self::Wire(WireError { path: path.to_owned(), fault })
    }
}
