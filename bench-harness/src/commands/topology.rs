//! `hear-bench topology`.

use std::io::Write;

use hear_scheduler::{ExecutorKind, Pin, Placement, PlacementOptions, Topology, placement::Site};
use serde::Serialize;

use crate::{arguments::TopologyArguments, failure::Failure, machine_tree::machine_tree};

/// The machine and who would work where.
#[derive(Serialize)]
struct Description<'a> {
    topology: &'a Topology,
    placement: PlacementDescription<'a>,
}

/// A placement, worker by worker.
#[derive(Serialize)]
struct PlacementDescription<'a> {
    pin: Pin,
    workers: Vec<Worker<'a>>,
}

#[derive(Serialize)]
struct Worker<'a> {
    #[serde(flatten)]
    site: Site,
    /// Whom it asks for work, in this order.
    victims: &'a [usize],
}

pub(super) fn run(arguments: &TopologyArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let topology = Topology::detect();
    let TopologyArguments { threads, placement, json } = *arguments;
    let options = PlacementOptions { threads, pin: placement.pin, smt: placement.smt };
    let placement = ExecutorKind::default().place(&topology, &options)?;
    if json {
        let description = Description { topology: &topology, placement: describe(&placement) };
        writeln!(output, "{}", serde_json::to_string_pretty(&description)?)?;
    } else {
        write!(output, "{}", machine_tree(&topology, &placement))?;
    }
    Ok(())
}

fn describe(placement: &Placement) -> PlacementDescription<'_> {
    let worker = |(worker, &site)| Worker { site, victims: placement.victims(worker) };
    PlacementDescription { pin: placement.pin(), workers: placement.sites().iter().enumerate().map(worker).collect() }
}
