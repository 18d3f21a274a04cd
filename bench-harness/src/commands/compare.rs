//! `hear-bench compare`.

use std::{fs, io::Write};

use anyhow::{Context as _, Result, anyhow};

use super::{
    output::{Destination, Layout, write_value},
    run::checked_configurations,
};
use crate::{
    arguments::CompareArguments,
    comparison::{Options, Report, Side},
    display,
    failure::Failure,
    record_lines::{RecordLine, RecordWriter},
    rounds::{Contender, Program, Session, in_turn},
};

pub(super) fn run(arguments: &CompareArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let (a, b) =
        if arguments.programs { measure(arguments)? } else { (Side::read(&arguments.a)?, Side::read(&arguments.b)?) };
    let options = Options {
        across_machines: arguments.across_machines,
        smallest: arguments.smallest.map(|percent| percent / 100.0),
    };
    let report = Report::new(&a, &b, options)?;
    match arguments.json.as_deref().map(Destination::new) {
        Some(Destination::StandardOutput) => writeln!(output, "{}", serde_json::to_string_pretty(&report)?)?,
        Some(Destination::File(path)) => {
            write_value(path, &report, Layout::Pretty)?;
            write!(output, "{}", display::comparison(&report))?;
        }
        None => write!(output, "{}", display::comparison(&report))?,
    }
    output.flush()?;
    if arguments.fail_on_regression && report.is_worse() {
        return Err(Failure::Outside(anyhow!("{} is worse than {}: {}", report.b, report.a, report.summary())));
    }
    Ok(())
}

/// Measures with both programs in turn.
fn measure(arguments: &CompareArguments) -> Result<(Side, Side), Failure> {
    let programs = [&arguments.a, &arguments.b].map(|path| Program::at(path));
    let [a, b] = programs;
    let programs = [a?, b?];
    let (_, configurations) = checked_configurations(&arguments.runs.as_run())?;
    let contenders: Vec<_> = configurations
        .into_iter()
        .flat_map(|configuration| {
            programs.clone().map(|program| Contender { program, configuration: configuration.clone() })
        })
        .collect();
    let mut writers = match &arguments.runs.records {
        None => None,
        Some(directory) => {
            fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
            let open = |name: &str| RecordWriter::open(&directory.join(name));
            Some([open("a.jsonl")?, open("b.jsonl")?])
        }
    };
    let session = Session::new(None);
    let mut lines: [Vec<RecordLine>; 2] = [Vec::new(), Vec::new()];
    for turn in in_turn(contenders.len(), arguments.runs.rounds) {
        let line = session.measure(&contenders[turn.contender], turn.round)?;
        // Contenders alternate: A, B, A, B, ...
        let side = turn.contender % 2;
        if let Some(writers) = &mut writers {
            writers[side].append(&line)?;
        }
        let failure = display::failure(&line.entry);
        lines[side].push(line);
        if let Some(reason) = failure {
            // It would fail in every round.
            let program = [&arguments.a, &arguments.b][side].display();
            return Err(Failure::Outside(anyhow!("with {program}: {reason}")));
        }
    }
    let side = |path: &std::path::Path, lines: &[RecordLine]| Side::new(&path.display().to_string(), lines);
    Ok((side(&arguments.a, &lines[0]), side(&arguments.b, &lines[1])))
}
