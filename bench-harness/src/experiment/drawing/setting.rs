//! What can be set: strategies, optimisations, parameters; and the precision that follows.

use super::{Drawn, Sheet, method_name};
use crate::{
    examination::{Finding, precision::PrecisionFinding},
    record::StageMemory,
    report::{
        document::{
            Axis, Bar, BarSeries, Bars, Chart, Column, Line, LineStyle, Lines, Part, Point, Positions, Stacked, Table,
            Unit,
        },
        format,
    },
    statistics::Comparison,
    statistics::Criterion,
};

/// The convolutions of a network.
const CONVOLUTIONS: [&str; 3] = ["conv1", "conv2", "conv3"];

/// Strategies by convolution.
pub(super) fn strategies(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method", "strategy", "which is"].map(Column::words).to_vec();
    columns.extend(CONVOLUTIONS.map(Column::numbers));
    columns.extend(
        ["key switches of the three", "inference", "peak memory", "keys", "encoded weights"].map(Column::numbers),
    );
    let mut table = Table::new("Strategies, thread-seconds of each convolution", columns);
    let mut columns = ["network", "method", "strategy", "convolution"].map(Column::words).to_vec();
    columns.extend(["keys that it uses", "encoded weights", "values, at most", "together"].map(Column::numbers));
    let mut memory = Table::new("Strategies, memory of each convolution", columns);
    let (mut charts, mut memory_charts) = (Vec::new(), Vec::new());
    for network in sheet.networks() {
        for method in sheet.methods() {
            let (mut series, mut held) = (Vec::new(), Vec::new());
            for (_, record) in sheet.all_of(network, method) {
                let stages = CONVOLUTIONS.map(|name| record.stages.iter().find(|stage| stage.name == name));
                let times = stages.map(|stage| stage.map(|stage| stage.busy_s));
                let switches: u64 = stages.iter().flatten().map(|stage| stage.counts.key_switch).sum();
                let strategy = &record.identity.strategy;
                let mut row =
                    vec![network.to_owned(), method_name(method).to_owned(), strategy.clone(), record.chosen.clone()];
                row.extend(times.map(|time| time.map_or_else(String::new, format::seconds)));
                row.extend([
                    format::count(switches),
                    format::seconds(record.infer_s.median),
                    record.peak_rss_bytes.map_or_else(String::new, format::bytes),
                    format::bytes(record.key_bytes),
                    format::bytes(record.model_bytes),
                ]);
                table.push(row);
                let bars = times.map(|time| time.map(Into::into)).to_vec();
                let short = short_strategy(strategy);
                series.push(BarSeries { name: short.clone(), bars, references: Vec::new() });
                for stage in stages.into_iter().flatten() {
                    let StageMemory { key_bytes, plaintext_bytes, value_bytes } = stage.memory;
                    // Records from before it was noted down have nothing.
                    if stage.memory.total_bytes() > 0 {
                        let words = [network, method_name(method), &short, &stage.name];
                        let bytes = [key_bytes, plaintext_bytes, value_bytes, stage.memory.total_bytes()];
                        memory.push(words.map(str::to_owned).into_iter().chain(bytes.map(format::bytes)));
                        held.push((format!("{} {short}", stage.name), stage.memory));
                    }
                }
            }
            if !held.is_empty() {
                held.sort_by(|(a, _), (b, _)| a[..5].cmp(&b[..5]));
                let title = format!("Memory of the convolutions of {network}, {}", method_name(method));
                memory_charts.push(Chart::new(title, stacked_memory(&held)));
            }
            if !series.is_empty() {
                let (category, axis) = ("convolution".to_owned(), Axis::linear("thread-seconds", Unit::Seconds));
                let categories = CONVOLUTIONS.map(str::to_owned).to_vec();
                charts.push(Chart::new(
                    format!("Strategies of {network}, {}", method_name(method)),
                    Bars { category, categories, series, axis, limits: Vec::new() },
                ));
            }
        }
    }
    let mut drawn = Drawn::of(charts, table);
    if !memory.rows.is_empty() {
        drawn.charts.extend(memory_charts);
        drawn.tables.push(memory);
    }
    drawn
}

/// What convolutions hold in memory.
fn stacked_memory(held: &[(String, StageMemory)]) -> Stacked {
    let part = |name: &str, of: fn(&StageMemory) -> u64| Part {
        name: name.to_owned(),
        values: held.iter().map(|(_, memory)| of(memory) as f64).collect(),
    };
    Stacked {
        category: "convolution and strategy".to_owned(),
        categories: held.iter().map(|(name, _)| name.clone()).collect(),
        parts: vec![
            part("keys", |memory| memory.key_bytes),
            part("encoded weights", |memory| memory.plaintext_bytes),
            part("values", |memory| memory.value_bytes),
        ],
        axis: Axis::linear("memory", Unit::Bytes),
        limits: Vec::new(),
    }
}

/// `full` for `full,full,full`.
fn short_strategy(strategy: &str) -> String {
    match strategy.split(',').collect::<Vec<_>>()[..] {
        [first, second, third] if first == second && second == third => first.to_owned(),
        _ => strategy.to_owned(),
    }
}

/// Optimisations switched off, against all of them on.
pub(super) fn optimisations(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method", "switched off"].map(Column::words).to_vec();
    columns.extend(
        ["inference", "over all on", "interval", "encoding", "encoded weights", "keys", "peak memory", "transforms"]
            .map(Column::numbers),
    );
    let mut table = Table::new("Inference without an optimisation", columns);
    let mut charts = Vec::new();
    for network in sheet.networks() {
        for method in sheet.methods() {
            let of_this: Vec<_> = sheet.all_of(network, method).collect();
            let all_on = of_this.iter().find(|(subject, _)| subject.configuration.protocol.without.is_empty());
            let (mut names, mut bars) = (Vec::new(), Vec::new());
            for (subject, record) in &of_this {
                let without = subject.configuration.protocol.without.join(", ");
                let name = if without.is_empty() { "nothing".to_owned() } else { without };
                let ratio = all_on.map(|(_, all)| record.infer_s.median / all.infer_s.median);
                let pairs = all_on.map(|(all, _)| pairs(all, subject)).unwrap_or_default();
                let compared = Comparison::of_pairs(&pairs, Criterion { level: 0.95, smallest: None });
                table.push([
                    network.to_owned(),
                    method_name(method).to_owned(),
                    name.clone(),
                    format::seconds(record.infer_s.median),
                    ratio.map_or_else(String::new, format::ratio),
                    compared
                        .map_or_else(String::new, |compared| format!("{:.3} to {:.3}", compared.low, compared.high)),
                    format::seconds(record.encode_s.median),
                    format::bytes(record.model_bytes),
                    format::bytes(record.key_bytes),
                    record.peak_rss_bytes.map_or_else(String::new, format::bytes),
                    format::count(record.counts.ntt),
                ]);
                names.push(name);
                let range = Some((record.infer_s.q1, record.infer_s.q3));
                bars.push(Some(Bar { value: record.infer_s.median, range }));
            }
            if !names.is_empty() {
                let series = vec![BarSeries { name: method_name(method).to_owned(), bars, references: Vec::new() }];
                let (category, axis) = ("switched off".to_owned(), Axis::linear("time of an inference", Unit::Seconds));
                charts.push(Chart::new(
                    format!("Inference of {network}, {}, medians and quartiles", method_name(method)),
                    Bars { category, categories: names, series, axis, limits: Vec::new() },
                ));
            }
        }
    }
    Drawn::of(charts, table)
}

/// The fastest inferences of rounds that were neighbours in time.
fn pairs(a: &crate::experiment::Subject, b: &crate::experiment::Subject) -> Vec<(f64, f64)> {
    let neighbours = a.lines.iter().filter_map(|line| {
        let other = b.lines.iter().find(|other| (&other.session, other.round) == (&line.session, line.round))?;
        Some((line.record()?.infer_s.min, other.record()?.infer_s.min))
    });
    neighbours.collect()
}

/// The parameters of each method.
pub(super) fn parameters(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method"].map(Column::words).to_vec();
    columns.extend(
        [
            "N",
            "data primes",
            "special primes",
            "log QP",
            "bits below the bound",
            "digits",
            "keys",
            "key switches",
            "transforms",
        ]
        .map(Column::numbers),
    );
    let mut table = Table::new("Encryption parameters", columns);
    for (subject, record) in sheet.measured() {
        let params = &record.params;
        let bits = |bits: &[u32]| match (bits.iter().min(), bits.iter().max()) {
            (Some(least), Some(most)) if least < most => format!("{} of {least} to {most} bits", bits.len()),
            (Some(one), _) => format!("{} of {one} bits", bits.len()),
            _ => "none".to_owned(),
        };
        let bound = hear_engine::params::max_log_qp(params.log_n);
        table.push([
            sheet.network(subject).to_owned(),
            method_name(subject.configuration.method).to_owned(),
            format::count(1 << params.log_n),
            bits(&params.q_bits),
            bits(&params.p_bits),
            format!("{:.1}", params.log_qp),
            bound.map_or_else(String::new, |bound| format!("{:.1}", bound - params.log_qp)),
            params.dnum.to_string(),
            format::bytes(record.key_bytes),
            format::count(record.counts.key_switch),
            format::count(record.counts.ntt),
        ]);
    }
    Drawn::of(Vec::new(), table.opened())
}

/// Bits of noise after every stage, measured and modelled.
pub(super) fn precision(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method", "stage"].map(Column::words).to_vec();
    columns.extend(
        [
            "limbs",
            "scale, bits",
            "largest value",
            "headroom, bits",
            "measured, bits",
            "modelled, bits",
            "difference, bits",
        ]
        .map(Column::numbers),
    );
    let mut table = Table::new("Noise after every stage", columns);
    let mut charts = Vec::new();
    for (subject, finding) in sheet.subjects.iter().filter_map(|subject| Some((subject, subject.finding()?))) {
        let Finding::Precision(PrecisionFinding { stages }) = finding else { continue };
        let (network, method) = (sheet.network(subject), method_name(subject.configuration.method));
        for stage in stages {
            table.push([
                network.to_owned(),
                method.to_owned(),
                stage.name.clone(),
                stage.limbs.to_string(),
                format!("{:.2}", stage.scale_bits),
                format::significant(stage.largest, 3),
                format!("{:.1}", stage.headroom_bits),
                format!("{:.2}", stage.measured_bits),
                format!("{:.2}", stage.modelled_bits),
                format!("{:+.2}", stage.difference_bits),
            ]);
        }
        let line = |name: &str, style, of: fn(&crate::precision::StagePrecision) -> f64| Line {
            name: name.to_owned(),
            style,
            color: 0,
            #[expect(clippy::cast_precision_loss, reason = "a few stages")]
            points: stages.iter().enumerate().map(|(index, stage)| Point::from((index as f64, of(stage)))).collect(),
        };
        charts.push(Chart::new(
            format!("Bits after every stage of {network}, {method}"),
            Lines {
                series: vec![
                    line("measured", LineStyle::Measured, |stage| stage.measured_bits),
                    line("modelled", LineStyle::Predicted, |stage| stage.modelled_bits),
                ],
                x: Positions::Categories {
                    label: "stage".to_owned(),
                    names: stages.iter().map(|stage| stage.name.clone()).collect(),
                },
                y: Axis::linear("-log2 of the noise's standard deviation", Unit::Named("bits".to_owned())),
                limits: Vec::new(),
            },
        ));
    }
    Drawn::of(charts, table)
}
