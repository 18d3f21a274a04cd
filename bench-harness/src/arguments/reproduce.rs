//! `hear-bench reproduce`.

use std::path::PathBuf;

use clap::Args;

use super::{Bytes, TimeLimit};
use crate::experiment::Profile;

const EXAMPLES: &str = "\
Figures: table1, fig4a to fig4h, fig5a to fig5f, theory, strategies, optimisations, parameters,
stages, communication, threads, throughput, instruction-sets, roofline, precision, scenarios, camera;
fig4 and fig5 are all of theirs. --list says what each of them shows.

DIR gets records.jsonl (every round as soon as it is measured), report.html and report.md. Started
again with the same arguments it goes on where it was; what is measured is not measured again.
What is predicted not to fit into memory or into the time is skipped, and the report says so: of
every figure the first round is measured before any second one, short ones first, so that little
time gives something of everything.

Examples:
  hear-bench reproduce
  hear-bench reproduce fig5 theory
  hear-bench reproduce fig4c fig4f --networks HEAR --out fall-detection
  hear-bench reproduce --profile full --machine my-xeon.toml --out results/my-xeon
  hear-bench reproduce --profile full --machine my-xeon.toml --out results/my-xeon --time-limit 2h
  hear-bench reproduce --profile full --machine my-xeon.toml --out results/my-xeon --draw-only";

/// `hear-bench reproduce`.
#[derive(Debug, Args)]
#[command(max_term_width = 100, after_help = EXAMPLES)]
pub struct ReproduceArguments {
    /// Figures and tables, by name [default: all of them]
    #[arg(value_name = "FIGURE")]
    pub figures: Vec<String>,
    /// How much is measured
    #[arg(long, value_enum, default_value_t)]
    pub profile: Profile,
    /// Folder with networks in the authors' layout (parameters_conv2d_64, ...) or as files (2d-64.safetensors, ...)
    /// [default: those that come with the program]
    #[arg(long, value_name = "DIR")]
    pub networks: Option<PathBuf>,
    /// Folder with the published inputs and labels (test_input*.csv, test_label.csv) [default: that of the networks if it
    /// holds them, else the synthetic test set that comes with the program]
    #[arg(long, value_name = "DIR")]
    pub dataset: Option<PathBuf>,
    /// The machine by whose speeds plans are chosen, a file of calibrate [default: a machine with AVX-512]
    #[arg(long, value_name = "FILE")]
    pub machine: Option<PathBuf>,
    /// Folder for records and reports
    #[arg(long, value_name = "DIR", default_value = "reproduction")]
    pub out: PathBuf,
    /// Folder of experiments in place of those that come with the program
    #[arg(long, value_name = "DIR")]
    pub experiments: Option<PathBuf>,
    /// Skip what is predicted to need more memory [default: 90% of what is available]
    #[arg(long, value_name = "SIZE")]
    pub memory_limit: Option<Bytes>,
    /// Begin nothing that is not expected to end within this time, such as 45min or 2h, or none for no limit [default:
    /// 14min under quick, else none]
    #[arg(long, value_name = "TIME")]
    pub time_limit: Option<TimeLimit>,
    /// Measure nothing: draw what the records in --out hold, of whatever build
    #[arg(long)]
    pub draw_only: bool,
    /// Say what there is, and what it would measure
    #[arg(long, conflicts_with = "draw_only")]
    pub list: bool,
}
