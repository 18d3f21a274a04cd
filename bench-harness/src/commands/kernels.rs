//! `hear-bench kernels`.

use std::io::Write;

use hear_kernels::simd::Isa;

use crate::{
    arguments::KernelsArguments,
    configuration::find_isa,
    failure::Failure,
    kernels::{KernelTimes, measure},
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
    let times = measure(&isas, arguments.rounds)?;
    writeln!(output, "N = 2^14, one thread, microseconds a call: median of {} rounds", arguments.rounds)?;
    write!(output, "{:<36}", "")?;
    for isa in &isas {
        write!(output, "{:>12}", isa.name())?;
    }
    writeln!(output)?;
    // The instruction sets of a kernel stand side by side.
    for row in times.chunks(isas.len()) {
        let name = row.first().map_or("", |times| &times.name);
        write!(output, "{name:<36}")?;
        for KernelTimes { call_us, .. } in row {
            write!(output, "{:>12.2}", call_us.median)?;
        }
        writeln!(output)?;
    }
    Ok(())
}
