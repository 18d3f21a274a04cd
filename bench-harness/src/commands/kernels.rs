//! `hear-bench kernels`.

use std::io::Write;

use hear_kernels::simd::Isa;

use super::output::{Destination, Layout, write_value};
use crate::{
    arguments::KernelsArguments,
    configuration::find_isa,
    failure::Failure,
    kernels::{HAS_PEERS, comparison::Comparison, library_times::LibraryTimes, measure},
    system::{self, Machine},
};

pub(super) fn run(arguments: &KernelsArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let isas = match &arguments.isa {
        Some(name) => vec![find_isa(name)?],
        None => {
            let widest = Isa::from_environment().map_err(Failure::usage)?;
            let all = Isa::all();
            let count = all.iter().position(|&isa| isa == widest).map_or(all.len(), |position| position + 1);
            all[..count].to_vec()
        }
    };
    // Before minutes of measuring.
    let libraries = arguments.peers.as_deref().map(LibraryTimes::read).transpose()?.unwrap_or_default();
    let mut times = measure(&isas, arguments.rounds)?;
    times.extend(libraries.times);
    let widest = isas.last().map_or("", |isa| isa.name());
    let comparison = Comparison::new(times, libraries.missing, widest, arguments.rounds);
    let destination = arguments.json.as_deref().map(Destination::new);
    let record = || comparison.record(Machine::detect(), system::commit());
    match destination {
        Some(Destination::StandardOutput) => {
            writeln!(output, "{}", serde_json::to_string_pretty(&record())?)?;
            return Ok(());
        }
        Some(Destination::File(path)) => write_value(path, &record(), Layout::Pretty)?,
        None => {}
    }
    write!(output, "{comparison}")?;
    if !HAS_PEERS {
        writeln!(output, "\nPublic crates are timed beside these where hear-bench is built with --features peers.")?;
    }
    Ok(())
}
