//! Encrypted inference: a network's shape becomes a [`plan`], a plan becomes tasks, tasks run on any executor.
//!
//! - [`method`]: what a user chooses; [`key_switching`]: how keys are switched at each level
//! - [`packing`]: where values stand in slots
//! - [`plan`]: what is computed, as data; [`cost`]: what that costs, [`memory`]: what it takes; [`choose`]: the fastest one for a machine;
//!   [`job`]: what many clips take; [`plan_set`]: plans that share encrypted clips
//! - [`weights`]: the plaintexts' slots; [`mod@reference`]: the plan in plain arithmetic; [`noise`]: what ciphertexts add
//! - [`calibration`]: whether a network's values fit, and the scales that suit them
//! - [`encode`]: plaintexts as residues; [`lower`]: a plan as tasks; [`run`]: keys, plaintexts and tasks at work
//! - [`lean`]: the method of our own; [`nodes`]: a ciphertext a node, for many clips at once; [`lola`]: a dot product a node
//! - [`store`]: what the parties do with keys and files

pub mod calibration;
pub mod choose;
pub mod cost;
pub mod drowning;
pub mod encode;
pub mod job;
pub mod key_switching;
pub mod lean;
pub mod lola;
pub mod lower;
pub mod memory;
pub mod method;
pub mod nodes;
pub mod noise;
pub mod packing;
mod plaintexts;
pub mod plan;
pub mod plan_set;
pub mod reference;
pub mod run;
pub mod store;
pub mod throughput;
pub mod weights;
