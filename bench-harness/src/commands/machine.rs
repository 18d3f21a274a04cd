//! `hear-bench machine`.

use std::io::Write;

use hear_scheduler::Topology;
use serde::Serialize;

use crate::{failure::Failure, system::Machine};

/// What a machine has: the summary that records carry, then the details.
#[derive(Serialize)]
struct Description {
    machine: Machine,
    topology: Topology,
}

pub(super) fn run(output: &mut dyn Write) -> Result<(), Failure> {
    let description = Description { machine: Machine::detect(), topology: Topology::detect() };
    write!(output, "{}", toml::to_string(&description)?)?;
    Ok(())
}
