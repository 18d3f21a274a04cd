//! `hear encrypt`: clips become ciphertexts.

use std::{path::PathBuf, time::Instant};

use clap::Args;
use hear_engine::network::store::{Encryptor, OutputDirectory, RowKind};
use hear_model::input::{ClipSource, RowRange};
use serde_json::json;

use crate::{
    arguments::{Common, Seed, randomness, warn_if_insecure},
    failure::Failure,
    output,
    session::{Interrupt, Session},
};

/// Encrypt clips with the public key: one file a row, or one for as many rows as
/// are packed together
///
/// A row of the CSV file is a clip: 2 x 32 x 15 values (x of 15 joints in 32 frames, then y), or the authors' 1440 columns,
/// whose third channel is ignored. Values need not lie in [0, 1].
#[derive(Debug, Args)]
#[command(override_usage = USAGE, after_help = EXAMPLES)]
pub(crate) struct Encrypt {
    /// public.key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// Clips, one a line, or the shipped test set: synthetic
    #[arg(long, value_name = "CSV")]
    input: ClipSource,

    /// Rows A to B, zero-based, without B
    #[arg(long, value_name = "A..B")]
    rows: RowRange,

    /// Directory for row-000000.ct, row-000001.ct, ..., or rows-000000-008192.ct
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// For tests only: encrypt with a number or 64 hexadecimal digits
    #[arg(long)]
    seed: Option<Seed>,

    #[command(flatten)]
    common: Common,
}

/// Broken into lines by hand: clap does not.
const USAGE: &str = "\
hear encrypt [OPTIONS] --key <FILE> --input <CSV> --rows <A..B>
                    --out <DIR>";

const EXAMPLES: &str = "\
Examples:
  hear encrypt --key public.key --input clips.csv --rows 0..40 --out encrypted
  hear encrypt --key public.key --input synthetic --rows 0..40 --out encrypted";

impl Encrypt {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::new(&self.common, interrupt)?;
        let encryptor = Encryptor::load(&self.key, session.security, session.isa)?;
        warn_if_insecure(&self.key, encryptor.is_insecure());
        let clips = self.input.read(self.rows)?;
        let randomness = randomness(self.seed);

        let directory = OutputDirectory::create(&self.out)?;
        let progress = session.progress("encrypting rows");
        let report = |done, total| progress.set(done, total);
        let started = Instant::now();
        let path =
            |first: u64, clips: usize| directory.path().join(RowKind::Input.file_name(&(first..first + clips as u64)));
        let first_row = self.rows.start() as u64;
        if encryptor.clips() == 1 {
            session.work(&report).try_for_each(clips.len(), |index| {
                let row = first_row + index as u64;
                let encrypted = encryptor.encrypt(row, &clips[index..=index], &randomness)?;
                encryptor.write(&path(row, 1), &encrypted)
            })?;
        } else {
            // Clips that are packed together share ciphertexts, and these are shared out.
            for (packed, row) in clips.chunks(encryptor.clips()).zip((first_row..).step_by(encryptor.clips())) {
                encryptor.encrypt_to(&path(row, packed.len()), row, packed, &randomness, &session.work(&report))?;
            }
        }
        let encrypt_s = started.elapsed().as_secs_f64();
        drop(progress);

        let text = || {
            let (count, time) = (output::counted(clips.len(), "row"), output::seconds(encrypt_s));
            format!("encrypted {count} ({}) in {time}, in {}\n", self.rows, self.out.display())
        };
        session.print(text, || {
            json!({
                "rows": self.rows.iter().collect::<Vec<_>>(),
                "encrypt_s": encrypt_s,
                "packing_hash": output::hexadecimal(&encryptor.schemes().plans.packing_hash()),
                "threads": session.executor.workers(),
                "isa": session.isa.name(),
            })
        })
    }
}
