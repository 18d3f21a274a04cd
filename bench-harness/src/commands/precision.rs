//! `hear-bench precision`.

use std::io::Write;

use anyhow::{Result, anyhow};
use hear_engine::network::{
    cost::Speeds,
    method::{Method, StrategyChoice},
    plan::{Plan, PlanRequest, Security},
    store::Scheme,
};
use hear_kernels::simd::Isa;
use hear_model::{
    input::{Clip, ClipSource, RowRange},
    network::Network,
};
use hear_scheduler::{Executor, ExecutorKind};

use super::{
    output::{Destination, write_entries},
    place_one,
    run::{clip_source, open_network},
};
use crate::{
    arguments::PrecisionArguments,
    configuration::network_name,
    display,
    failure::Failure,
    precision::Experiment,
    progress::Progress,
    record::{PrecisionRecord, hexadecimal},
};

/// What is measured next.
struct Subject {
    name: String,
    network: Network,
    scheme: Scheme,
    source: ClipSource,
    clips: Vec<Clip>,
}

pub(super) fn run(arguments: &PrecisionArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let rows = match arguments.rows {
        Some(rows) => rows,
        None => RowRange::new(0, arguments.samples)?,
    };
    // All of them now, not after minutes of measuring the first.
    let kind = ExecutorKind::default();
    let placement = place_one(kind, arguments.placement, arguments.threads)?;
    let subjects = subjects(arguments, rows, placement.workers())?;
    let executor = kind.start(&placement)?;
    let destination = arguments.json.as_deref().map(Destination::new);
    let mut records: Vec<PrecisionRecord> = Vec::with_capacity(subjects.len());
    if let Some(Destination::File(path)) = destination {
        write_entries(path, &records)?;
    }
    for subject in &subjects {
        let record = measure(subject, rows, &*executor)?;
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
fn subjects(arguments: &PrecisionArguments, rows: RowRange, threads: usize) -> Result<Vec<Subject>, Failure> {
    let isa = Isa::from_environment().map_err(Failure::usage)?;
    let mut subjects = Vec::new();
    for name in &arguments.network {
        let network = open_network(name)?;
        let source = clip_source(arguments.dataset.as_deref(), arguments.input.as_ref(), network.shape());
        let clips = source.read(rows)?;
        for &method in &arguments.method {
            let key_switching = arguments.key_switching;
            let request = PlanRequest { key_switching, ..PlanRequest::new(network.shape(), method) };
            let strategy = arguments.strategy.unwrap_or(StrategyChoice::of(method));
            let plan = Plan::with_strategy(request, strategy, &Speeds::default(), threads)?;
            let scheme = Scheme::new(plan, Security::Required, isa)?;
            let (name, network) = (network_name(name), network.clone());
            subjects.push(Subject { name, network, scheme, source: source.clone(), clips: clips.clone() });
        }
    }
    Ok(subjects)
}

fn measure(subject: &Subject, rows: RowRange, executor: &dyn Executor) -> Result<PrecisionRecord> {
    let Subject { name, network, scheme, source, clips } = subject;
    let method: Method = scheme.plan.method;
    let progress = Progress::new(format!("{name} {method}"));
    let experiment = Experiment { network, scheme, scales: None, clips, executor };
    let stages = experiment.measure(&|step, done, of| progress.show(step, done, of))?;
    progress.finish();
    Ok(PrecisionRecord {
        network: name.clone(),
        method: method.to_string(),
        plan_hash: hexadecimal(&scheme.plan.hash()),
        isa: scheme.context.isa().name().to_owned(),
        clips: source.to_string(),
        first_row: rows.start(),
        samples: clips.len(),
        stages,
    })
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
