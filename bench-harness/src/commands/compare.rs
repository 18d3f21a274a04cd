//! `hear-bench compare`.

use std::{fs, io::Write, path::Path};

use anyhow::{Context as _, Result, anyhow};

use super::{
    output::{Destination, Layout, write_value},
    run::checked_configurations,
};
use crate::{
    arguments::CompareArguments,
    comparison::{Compared, ConfigurationReport, Options, Quantity, Report, Side},
    display,
    failure::Failure,
    record_lines::{RecordLine, RecordWriter},
    rounds::{Contender, Program, Session, in_turn},
    statistics::{Comparison, MIN_ROUNDS},
};

/// At most so many times the rounds that were asked for.
const MOST: usize = 3;
/// Rounds after which it is looked whether there are enough.
const LOOK_EVERY: usize = 4;
/// How far an interval may reach to either side, as a part of the change that is to be found. At the interval's level
/// (99.5%, about three standard errors) the change lies two standard errors beyond what would be overlooked.
const REACH: f64 = 0.6;

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
    let rounds = arguments.runs.rounds;
    let of_side = |path: &Path, lines: &[RecordLine]| Side::new(&path.display().to_string(), lines);
    // Of fewer rounds no interval is made, however many there are.
    let most = if rounds < MIN_ROUNDS { rounds } else { MOST * rounds };
    for turn in in_turn(contenders.len(), most) {
        let is_time_to_look = turn.round >= rounds && (turn.round - rounds).is_multiple_of(LOOK_EVERY);
        // Between rounds: whoever takes the last turn of one takes the first of the next.
        if is_time_to_look && lines[0].len() + lines[1].len() == turn.round * contenders.len() {
            let [a, b] =
                [(&arguments.a, &lines[0]), (&arguments.b, &lines[1])].map(|(path, lines)| of_side(path, lines));
            if is_sharp(&a, &b, arguments.runs.find / 100.0)? {
                break;
            }
        }
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
    Ok((of_side(&arguments.a, &lines[0]), of_side(&arguments.b, &lines[1])))
}

/// Whether a change of inference by `find` (0.1 is a tenth) would be found in every configuration. Only how wide the
/// intervals are is looked at, never where they lie: who stops as soon as there is a difference finds differences.
fn is_sharp(a: &Side, b: &Side, find: f64) -> Result<bool> {
    let report = Report::new(a, b, Options { across_machines: true, smallest: None })?;
    let is_sharp = |compared: &Compared| {
        let Comparison { low, high, .. } = compared.comparison;
        (high / low).ln() / 2.0 <= REACH * find.ln_1p()
    };
    let of_inference =
        |of: &ConfigurationReport| of.compared.iter().find(|of| of.quantity == Quantity::Infer).is_some_and(is_sharp);
    Ok(report.configurations.iter().all(of_inference))
}
