//! `hear-bench machine`.

use std::io::Write;

use hear_scheduler::{Topology, simulate};
use serde::Serialize;

use crate::{failure::Failure, hardware, system::Machine};

/// What stands above the tables.
const HEADER: &str = "\
# What this machine has, as hear-bench machine found it. hear-bench simulate --machine reads the table
# `hardware`: its kernels, bandwidths (bytes a nanosecond, GB/s) and overheads are measured; the speed of
# threads that share a core is assumed. Where the frequency falls as more cores of a socket work, add
#   [[hardware.frequency]]
#   cores = 16        # in use
#   relative = 0.9    # against the frequency at which one core was measured
";

/// What simulations read, the summary that records carry, then the details.
#[derive(Serialize)]
struct Description {
    hardware: simulate::Machine,
    machine: Machine,
    topology: Topology,
}

pub(super) fn run(output: &mut dyn Write) -> Result<(), Failure> {
    let description =
        Description { hardware: hardware::measure()?, machine: Machine::detect(), topology: Topology::detect() };
    write!(output, "{HEADER}\n{}", toml::to_string(&description)?)?;
    Ok(())
}
