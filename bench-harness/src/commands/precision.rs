//! `hear-bench precision`.

use std::io::Write;

use anyhow::{Result, anyhow, bail};
use hear_engine::network::method::StrategyChoice;
use hear_model::input::RowRange;
use hear_scheduler::{ExecutorKind, Placement};

use super::{
    output::{Destination, write_entries},
    place_one,
    run::{check, clip_source, open_network},
};
use crate::{
    arguments::PrecisionArguments,
    configuration::{Configuration, Protocol},
    display,
    examination::{Examination, Finding, examine},
    failure::Failure,
    record::{ConfigRecord, Entry, Examined, Identity, PrecisionRecord},
    verification::TOLERANCE,
};

pub(super) fn run(arguments: &PrecisionArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let rows = match arguments.rows {
        Some(rows) => rows,
        None => RowRange::new(0, arguments.samples)?,
    };
    // All of them now, not after minutes of measuring the first.
    let placement = place_one(ExecutorKind::default(), arguments.placement, arguments.threads)?;
    let configurations = configurations(arguments, rows, &placement)?;
    let destination = arguments.json.as_deref().map(Destination::new);
    let mut records: Vec<PrecisionRecord> = Vec::with_capacity(configurations.len());
    if let Some(Destination::File(path)) = destination {
        write_entries(path, &records)?;
    }
    for configuration in &configurations {
        let record = record(examine(configuration)?)?;
        if destination != Some(Destination::StandardOutput) {
            write!(output, "{}", display::precision(&record))?;
            output.flush()?;
        }
        records.push(record);
        if let Some(Destination::File(path)) = destination {
            write_entries(path, &records)?;
        }
    }
    if destination == Some(Destination::StandardOutput) {
        writeln!(output, "{}", serde_json::to_string_pretty(&records)?)?;
    }
    match records.iter().find_map(|record| objection(record, arguments.tolerance_bits)) {
        None => Ok(()),
        Some(sentence) => Err(Failure::Outside(anyhow!(sentence))),
    }
}

/// Every combination of networks and methods, with its clips.
fn configurations(
    arguments: &PrecisionArguments,
    rows: RowRange,
    placement: &Placement,
) -> Result<Vec<Configuration>, Failure> {
    let mut configurations = Vec::new();
    for network in &arguments.network {
        let shape = open_network(network)?.shape();
        for &method in &arguments.method {
            let configuration = Configuration {
                network: network.clone(),
                method,
                strategy: arguments.strategy.unwrap_or(StrategyChoice::of(method)),
                key_switching: arguments.key_switching,
                speeds: None,
                threads: placement.workers(),
                clips: clip_source(arguments.dataset.as_deref(), arguments.input.as_ref(), shape),
                labels: None,
                protocol: Protocol {
                    batch: 1,
                    streams: 1,
                    first_row: rows.start(),
                    samples: rows.count(),
                    warm_up: 0,
                    repeats: 1,
                    prepared: false,
                    executor: ExecutorKind::default(),
                    pin: placement.pin(),
                    without: Vec::new(),
                    isa: None,
                    tolerance: TOLERANCE,
                },
                examination: Examination::Precision,
            };
            check(&configuration, shape)?;
            configurations.push(configuration);
        }
    }
    Ok(configurations)
}

/// What `--json` writes of an examination.
fn record(entry: Entry) -> Result<PrecisionRecord> {
    let Entry::Examined(examined) = entry else { bail!("something else than precision was examined") };
    let Examined { identity: Identity { network, method, .. }, plan_hash, isa, samples, config, finding, .. } =
        *examined;
    let Finding::Precision(found) = finding else { bail!("{} was examined, not precision", finding.name()) };
    let ConfigRecord { clips, protocol: Protocol { first_row, .. }, .. } = config;
    Ok(PrecisionRecord { network, method, plan_hash, isa, clips, first_row, samples, stages: found.stages })
}

/// One sentence on the stage that exceeds its model by most, if by more than is accepted.
fn objection(record: &PrecisionRecord, tolerance_bits: f64) -> Option<String> {
    // What is no number is no noise of that size.
    let exceeds = |bits: f64| bits.is_nan() || bits > tolerance_bits;
    let exceeding = record.stages.iter().filter(|stage| exceeds(stage.difference_bits));
    let worst = exceeding.max_by(|a, b| a.difference_bits.total_cmp(&b.difference_bits))?;
    Some(format!(
        "{} {}: the noise after {} is 2^{:.2}, its model has 2^{:.2}; at most {tolerance_bits} bits more are accepted",
        record.network, record.method, worst.name, -worst.measured_bits, -worst.modelled_bits
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precision::StagePrecision;

    fn record(differences: [f64; 3]) -> PrecisionRecord {
        let stage = |(name, difference_bits): (&str, f64)| StagePrecision {
            name: name.to_owned(),
            limbs: 2,
            scale_bits: 20.0,
            largest: 1.0,
            headroom_bits: 38.0,
            measured_std: (difference_bits - 10.0).exp2(),
            measured_bits: 10.0 - difference_bits,
            modelled_std: (-10.0_f64).exp2(),
            modelled_bits: 10.0,
            difference_bits,
        };
        PrecisionRecord {
            network: "2d-64".to_owned(),
            method: "lean-hear".to_owned(),
            plan_hash: String::new(),
            isa: "avx2".to_owned(),
            clips: "synthetic".to_owned(),
            first_row: 0,
            samples: 1,
            stages: ["conv1", "act1", "conv2"].into_iter().zip(differences).map(stage).collect(),
        }
    }

    #[test]
    fn more_noise_than_modelled_is_objected_to_and_less_is_not() {
        assert_eq!(objection(&record([0.5, -3.0, 1.0]), 1.0), None);
        let sentence = objection(&record([1.5, 4.25, 0.0]), 1.0).unwrap();
        assert_eq!(
            sentence,
            "2d-64 lean-hear: the noise after act1 is 2^-5.75, its model has 2^-10.00; at most 1 bits more are accepted"
        );
        assert!(objection(&record([0.0, f64::NAN, 0.0]), 1.0).is_some());
    }
}
