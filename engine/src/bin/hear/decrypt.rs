//! `hear decrypt`: results become classes and alarms.

use std::path::PathBuf;

use clap::Args;
use hear_engine::network::store::{Decryptor, Logits, ResultFile};
use hear_model::metrics::{CLASSES, Class, argmax};
use serde_json::{Value, json};

use crate::{
    arguments::{Common, warn_if_insecure},
    failure::Failure,
    output::one_line,
    session::{Interrupt, Session},
};

/// Decrypt results with the secret key: class and fall alarm of each row
///
/// Results of several networks stand in directories of the networks' names; they are told apart by these.
///
/// Whoever is given decrypted logits can work towards the secret key: values that an approximate scheme decrypts carry the
/// ciphertexts' noise (Li and Micciancio, Eurocrypt 2021). Classes and alarms may be passed on, logits should not.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Decrypt {
    /// secret.key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// Directory of row-000000.out, row-000001.out, ..., or of such directories,
    /// one a network, or one such file
    #[arg(long = "in", value_name = "DIR|FILE")]
    results: PathBuf,

    /// Show the ten logits too; do not pass them on
    #[arg(long)]
    logits: bool,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  hear decrypt --key secret.key --in results
  hear decrypt --key secret.key --in results/row-000012.out --logits --json";

/// What a network says of a row.
struct Row {
    /// The network's name, where there are several.
    network: Option<String>,
    row: u64,
    logits: Logits,
}

impl Row {
    fn class(&self) -> Class {
        argmax(&self.logits)
    }

    fn is_fall(&self) -> bool {
        self.class() == Class::Fall
    }

    fn json(&self, with_logits: bool) -> Value {
        let mut value = json!({ "row": self.row, "class": self.class().name(), "fall": self.is_fall() });
        if let Some(network) = &self.network {
            value["network"] = json!(network);
        }
        if with_logits {
            value["logits"] = json!(self.logits);
        }
        value
    }
}

impl Decrypt {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::new(&self.common, interrupt)?;
        let decryptor = Decryptor::load(&self.key, session.security, session.isa)?;
        warn_if_insecure(&self.key, decryptor.is_insecure());
        let results = ResultFile::list(&self.results)?;

        let progress = session.progress("decrypting results");
        let count = results.len();
        let (mut rows, mut done) = (Vec::with_capacity(count), 0);
        for ResultFile { network, file } in results {
            interrupt.check()?;
            for (row, logits) in decryptor.logits(&decryptor.read(&file)?)? {
                rows.push(Row { network: network.clone(), row, logits });
            }
            done += 1;
            progress.set(done, count);
        }
        drop(progress);

        let json = || rows.iter().map(|row| row.json(self.logits)).collect();
        session.print(|| self.table(&rows), json)
    }

    fn table(&self, rows: &[Row]) -> String {
        let networks = rows.iter().filter_map(|row| row.network.as_deref());
        let width = networks.map(|name| name.chars().count().max("network".len())).max();
        // Without a name there is no column.
        let column = |name: &str| width.map_or_else(String::new, |width| format!("  {:<width$}", one_line(name)));
        let mut text = format!("{:>8}{}  {:<6}  fall", "row", column("network"), "class");
        if self.logits {
            CLASSES.iter().for_each(|class| text += &format!("  {:>8}", class.name()));
        }
        for row in rows {
            text += &format!(
                "\n{:>8}{}  {:<6}  {:<4}",
                row.row,
                column(row.network.as_deref().unwrap_or_default()),
                row.class().name(),
                if row.is_fall() { "FALL" } else { "-" }
            );
            if self.logits {
                row.logits.iter().for_each(|logit| text += &format!("  {logit:>8.3}"));
            }
        }
        text + "\n"
    }
}
