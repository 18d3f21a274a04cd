//! The laboratory: runs networks on encrypted data, verifies what comes out, times it and records it.
//!
//! - [`arguments`]: the command line; [`commands`]: what each subcommand does
//! - [`configuration`]: what one measurement is of; [`record`]: what it yields, the JSON contract
//! - [`measure`]: one measurement, in a process of its own ([`child`]); [`examination`]: what else is found out there;
//!   [`kernels`]: single kernels
//! - [`calibration`]: the speeds of a machine, by which plans are chosen for it
//! - [`experiment`]: what is measured for the paper's figures and ours; [`report`]: how they are shown
//! - [`admission`]: what is not started because it would not fit
//! - [`rounds`]: configurations and programs measured in turn; [`record_lines`]: rounds in files, and [`csv`];
//!   [`comparison`]: whether two sets of rounds differ by more than the noise
//! - [`environment`]: under what a measurement was made, and what else went on meanwhile
//! - [`verification`]: nothing is timed that is not right; [`statistics`]: how repeated values are summed up
//! - [`observation`]: runs with every task noted down, and [`counters`]; [`machine_file`]: machines to simulate them on,
//!   and [`hardware`]: this one
//! - [`precision`]: noise after every stage, beside its model
//! - [`system`]: what the operating system says about this process and this machine
//! - [`display`]: what people read; [`machine_tree`]: the machine as a tree
#![forbid(unsafe_code)]

pub mod admission;
pub mod arguments;
pub mod calibration;
pub mod child;
pub mod commands;
pub mod comparison;
pub mod configuration;
pub mod counters;
pub mod csv;
pub mod display;
pub mod environment;
pub mod examination;
pub mod experiment;
pub mod failure;
pub mod floors;
pub mod hardware;
pub mod kernels;
pub mod machine_file;
pub mod machine_tree;
pub mod measure;
pub mod observation;
pub mod precision;
mod preparation;
mod progress;
pub mod record;
pub mod record_lines;
pub mod report;
pub mod rounds;
mod schema;
pub mod statistics;
pub mod system;
mod trial;
pub mod verification;
