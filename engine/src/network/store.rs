//! What the parties do with keys and files: the library behind the command line, for tests and measurements too.
//!
//! - [`Scheme`]: a plan and its tables; [`Schemes`]: the plans that a set of keys serves, on the same tables
//! - [`KeySet`]: all keys of some plans in memory; [`generate_key_files`]: the three files, without holding them in memory
//! - [`Encryptor`] (the homes), [`Evaluation`] (the cloud), [`Decryptor`] (the monitoring service): what one party can
//!   do, each made from its own key alone
//! - [`ModelWriter`], [`ModelFile`]: a network's plaintexts in a file, so that the cloud need not encode them again
//! - [`RowFile`]: how the files of encrypted rows are named; [`ResultFile`]: how those of several networks are told apart;
//!   [`write_plan`], [`read_plan`]: plans in files
//!
//! Every key file carries the whole plans, so that a party needs nothing but its key. What does not belong together is
//! refused: keys and ciphertexts of other parameters, plans or packings by their hashes, results that another key
//! encrypted by what decrypting them gives.

mod directory;
mod error;
mod key_files;
mod key_set;
mod model_file;
mod party;
mod plan_file;
mod results;
mod rows;
mod work;

pub use directory::OutputDirectory;
pub use error::StoreError;
pub use key_files::{
    EVALUATION_KEY_FILE, EvaluationFile, Existing, KeyFiles, PUBLIC_KEY_FILE, SECRET_KEY_FILE, generate_key_files,
};
pub use key_set::KeySet;
pub use model_file::{ModelFile, ModelWriter};
pub use party::{
    Decryptor, EncryptedRows, Encryptor, Evaluation, Logits, RowsOrigin, RowsResult, Scheme, Schemes, UnusedSlots,
};
pub use plan_file::{read_plan, write_plan};
pub use results::ResultFile;
pub use rows::{RowFile, RowKind};
pub use work::Work;
