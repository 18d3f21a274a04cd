//! What the machine makes of it: threads, clips of a run, instruction sets, and floors.

use std::collections::BTreeSet;

use super::{Drawn, Sheet, median_interval, method_name};
use crate::{
    examination::{Finding, simulation::SimulationFinding},
    experiment::Subject,
    record::Record,
    report::{
        document::{
            Axis, Bar, BarSeries, Bars, Cell, Chart, Column, Line, LineStyle, Lines, Point, Positions, Table, Unit,
        },
        format,
    },
    statistics::Interval,
};

/// The median of inferences with its 95% interval over rounds.
fn latency_point(x: f64, subject: &Subject, record: &Record) -> Point {
    let interval = Interval::of_median(&of_rounds(subject), 0.95);
    Point { x, y: record.infer_s.median, range: interval.map(|Interval { low, high, .. }| (low, high)) }
}

/// The inferences of each round.
fn of_rounds(subject: &Subject) -> Vec<&[f64]> {
    subject.records().filter_map(|record| Some(record.raw.as_ref()?.infer_s.as_slice())).collect()
}

/// A number that stands on an axis.
#[expect(clippy::cast_precision_loss, reason = "threads and clips are few")]
fn coordinate(number: usize) -> f64 {
    number as f64
}

/// Latency by threads.
pub(super) fn threads(sheet: &Sheet<'_>) -> Drawn {
    let mut table = Table::new(
        "Latency by threads",
        [
            Column::words("network"),
            Column::words("method"),
            Column::numbers("threads"),
            Column::words("machine"),
            Column::words("how"),
            Column::numbers("latency"),
            Column::numbers("95% interval"),
            Column::numbers("speed-up"),
            Column::words("limited by"),
        ],
    );
    let mut charts = Vec::new();
    for network in sheet.networks() {
        let mut series: Vec<Line> = Vec::new();
        for (color, method) in sheet.methods().into_iter().enumerate() {
            let name = method_name(method);
            let is_meant =
                |subject: &&Subject| sheet.network(subject) == network && subject.configuration.method == method;
            let of_this: Vec<&Subject> = sheet.subjects.iter().filter(is_meant).collect();
            let measured: Vec<_> = of_this.iter().filter_map(|subject| Some((*subject, subject.record()?))).collect();
            let one = measured.iter().find(|(subject, _)| subject.configuration.threads == 1);
            for (subject, record) in &measured {
                table.push([
                    Cell::from(network),
                    name.into(),
                    subject.configuration.threads.to_string().into(),
                    "this one".into(),
                    "measured".into(),
                    format::seconds(record.infer_s.median).into(),
                    median_interval(&of_rounds(subject), &Unit::Seconds).into(),
                    one.map_or_else(String::new, |(_, one)| format::ratio(one.infer_s.median / record.infer_s.median))
                        .into(),
                    "".into(),
                ]);
            }
            let points = measured
                .iter()
                .map(|(subject, record)| latency_point(coordinate(subject.configuration.threads), subject, record));
            let points: Vec<_> = points.collect();
            if !points.is_empty() {
                series.push(Line { name: format!("{name}, measured"), style: LineStyle::Measured, color, points });
            }
            for finding in of_this.iter().filter_map(|subject| subject.finding()) {
                let Finding::Simulation(SimulationFinding { machine, measured_on, predictions, .. }) = finding else {
                    continue;
                };
                let (on, style) = if machine == measured_on {
                    ("this one".to_owned(), LineStyle::Predicted)
                } else {
                    (machine.clone(), LineStyle::Reference)
                };
                for run in predictions {
                    table.push([
                        Cell::from(network),
                        name.into(),
                        run.threads.to_string().into(),
                        on.clone().into(),
                        "predicted".into(),
                        format::seconds(run.latency_s).into(),
                        "".into(),
                        format::ratio(run.speed_up).into(),
                        run.limited_by.to_string().into(),
                    ]);
                }
                let points =
                    predictions.iter().map(|run| Point::from((coordinate(run.threads), run.latency_s))).collect();
                let suffix =
                    if style == LineStyle::Predicted { "predicted".to_owned() } else { format!("predicted for {on}") };
                series.push(Line { name: format!("{name}, {suffix}"), style, color, points });
            }
        }
        if !series.is_empty() {
            let x = Positions::Numbers(Axis::log2("threads", Unit::None));
            let y = Axis::log("time of an inference", Unit::Seconds);
            charts.push(Chart::new(
                format!("Latency of {network} by threads"),
                Lines { series, x, y, limits: Vec::new() },
            ));
        }
    }
    Drawn::of(charts, table)
}

/// Clips a second by clips of a run.
pub(super) fn throughput(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method"].map(Column::words).to_vec();
    columns.extend(
        [
            "batch",
            "streams",
            "clips a second",
            "over one at a time",
            "time of a run",
            "peak memory",
            "predicted memory",
        ]
        .map(Column::numbers),
    );
    let mut table = Table::new("Several clips of a run", columns);
    let (mut rates, mut peaks): (Vec<BarSeries>, Vec<BarSeries>) = (Vec::new(), Vec::new());
    let sizes: BTreeSet<(usize, usize)> =
        sheet.measured().map(|(_, record)| (record.batch * record.streams, record.batch)).collect();
    for network in sheet.networks() {
        for method in sheet.methods() {
            let of_this: Vec<&Record> = sheet.all_of(network, method).map(|(_, record)| record).collect();
            if of_this.is_empty() {
                continue;
            }
            // By the median run: a mean would be that of the slowest moments.
            let rate = |record: &Record| coordinate(record.batch * record.streams) / record.infer_s.median;
            let single = of_this.iter().find(|record| record.batch * record.streams == 1).map(|record| rate(record));
            for record in &of_this {
                table.push([
                    network.to_owned(),
                    method_name(method).to_owned(),
                    record.batch.to_string(),
                    record.streams.to_string(),
                    format::significant(rate(record), 3),
                    single.map_or_else(String::new, |single| format::ratio(rate(record) / single)),
                    format::seconds(record.infer_s.median),
                    record.peak_rss_bytes.map_or_else(String::new, format::bytes),
                    format::bytes(record.predicted.memory_bytes),
                ]);
            }
            let bars = |of: &dyn Fn(&Record) -> Option<f64>| -> Vec<Option<Bar>> {
                let at = |&(clips, batch): &(usize, usize)| {
                    let record = of_this
                        .iter()
                        .find(|record| (record.batch * record.streams, record.batch) == (clips, batch))?;
                    Some(of(record)?.into())
                };
                sizes.iter().map(at).collect()
            };
            let name = format!("{network} {}", method_name(method));
            rates.push(BarSeries {
                name: name.clone(),
                bars: bars(&|record| Some(rate(record))),
                references: Vec::new(),
            });
            #[expect(clippy::cast_precision_loss, reason = "bytes of memory are far below 2^53")]
            let peak = |record: &Record| record.peak_rss_bytes.map(|bytes| bytes as f64);
            peaks.push(BarSeries { name, bars: bars(&peak), references: Vec::new() });
        }
    }
    if table.rows.is_empty() {
        return Drawn::default();
    }
    let categories: Vec<_> = sizes.iter().map(|(clips, batch)| format!("{} × {batch}", clips / batch)).collect();
    let chart = |title: &str, axis, series| {
        let (category, categories) = ("streams × batch".to_owned(), categories.clone());
        Chart::new(title, Bars { category, categories, series, axis, limits: Vec::new() })
    };
    Drawn {
        charts: vec![
            chart("Clips a second", Axis::linear("clips a second", Unit::None), rates),
            chart("Peak memory", Axis::linear("peak memory", Unit::Bytes), peaks),
        ],
        tables: vec![table],
        ..Drawn::default()
    }
}

/// Latency by instruction set.
pub(super) fn instruction_sets(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method", "instruction set"].map(Column::words).to_vec();
    columns.extend(["inference", "95% interval", "over the fastest", "keys", "encoding"].map(Column::numbers));
    let mut table = Table::new("Inference by instruction set", columns);
    let mut sets: Vec<&str> = Vec::new();
    for (_, record) in sheet.measured() {
        if !sets.contains(&&*record.isa) {
            sets.push(&record.isa);
        }
    }
    let (mut categories, mut bars): (Vec<String>, Vec<Vec<Option<Bar>>>) = (Vec::new(), vec![Vec::new(); sets.len()]);
    for network in sheet.networks() {
        for method in sheet.methods() {
            let of_this: Vec<_> = sheet.all_of(network, method).collect();
            let Some(fastest) = of_this.iter().map(|(_, record)| record.infer_s.median).reduce(f64::min) else {
                continue;
            };
            categories.push(format!("{network} {}", method_name(method)));
            for (set, bars) in sets.iter().zip(&mut bars) {
                let found = of_this.iter().find(|(_, record)| record.isa == *set);
                bars.push(found.map(|(subject, record)| {
                    let Point { y, range, .. } = latency_point(0.0, subject, record);
                    Bar { value: y, range }
                }));
            }
            for (subject, record) in of_this {
                table.push([
                    network.to_owned(),
                    method_name(method).to_owned(),
                    record.isa.clone(),
                    format::seconds(record.infer_s.median),
                    median_interval(&of_rounds(subject), &Unit::Seconds),
                    format::ratio(record.infer_s.median / fastest),
                    format::seconds(record.keygen_s.median),
                    format::seconds(record.encode_s.median),
                ]);
            }
        }
    }
    if table.rows.is_empty() {
        return Drawn::default();
    }
    let series =
        sets.iter().zip(bars).map(|(set, bars)| BarSeries { name: (*set).to_owned(), bars, references: Vec::new() });
    let axis = Axis::log("time of an inference", Unit::Seconds);
    let category = "network and method".to_owned();
    let plot = Bars { category, categories, series: series.collect(), axis, limits: Vec::new() };
    Drawn { charts: vec![Chart::new("Inference by instruction set", plot)], tables: vec![table], ..Drawn::default() }
}

/// Stages against their floors.
pub(super) fn roofline(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method", "stage"].map(Column::words).to_vec();
    columns.extend(["measured", "transforms", "products", "bytes", "measured / largest floor"].map(Column::numbers));
    columns.push(Column::words("bound by"));
    let mut table = Table::new("Thread-seconds of every stage, and its floors", columns);
    let mut charts = Vec::new();
    let mut notes = Vec::new();
    for network in sheet.networks() {
        for method in sheet.methods() {
            let Some((_, record)) = sheet.of(network, method) else { continue };
            let name = format!("{network} {}", method_name(method));
            let speeds = &record.best_speeds;
            notes.push(format!(
                "Best speeds beside {name}: a transform of a limb {}, a product of a limb {}, {} GB/s a thread.",
                format::seconds(speeds.ntt_ns * 1e-9),
                format::seconds(speeds.product_ns * 1e-9),
                format::significant(speeds.bytes_per_ns, 3),
            ));
            if let Some(counted) = &record.counted {
                notes.push(format!("Counted in an inference of {name}: {}.", counted.describe()));
            }
            for stage in &record.stages {
                let floors = stage.floors;
                let (largest, by) =
                    [(floors.ntt_s, "transforms"), (floors.products_s, "products"), (floors.bytes_s, "bytes")]
                        .into_iter()
                        .reduce(|a, b| if b.0 > a.0 { b } else { a })
                        .unwrap_or_default();
                table.push([
                    network.to_owned(),
                    method_name(method).to_owned(),
                    stage.name.clone(),
                    format::seconds(stage.busy_s),
                    format::seconds(floors.ntt_s),
                    format::seconds(floors.products_s),
                    format::seconds(floors.bytes_s),
                    if largest > 0.0 { format::ratio(stage.busy_s / largest) } else { String::new() },
                    if largest > 0.0 { by.to_owned() } else { String::new() },
                ]);
            }
            let series = |name: &str, of: fn(&crate::record::StageRecord) -> f64| BarSeries {
                name: name.to_owned(),
                // What takes nothing has no place on a logarithmic axis.
                bars: record
                    .stages
                    .iter()
                    .map(|stage| Some(of(stage)).filter(|&time| time > 0.0).map(Into::into))
                    .collect(),
                references: Vec::new(),
            };
            charts.push(Chart::new(
                format!("Stages of {name} and their floors"),
                Bars {
                    category: "stage".to_owned(),
                    categories: record.stages.iter().map(|stage| stage.name.clone()).collect(),
                    series: vec![
                        series("measured", |stage| stage.busy_s),
                        series("transforms", |stage| stage.floors.ntt_s),
                        series("products", |stage| stage.floors.products_s),
                        series("bytes", |stage| stage.floors.bytes_s),
                    ],
                    axis: Axis::log("thread-seconds", Unit::Seconds),
                    limits: Vec::new(),
                },
            ));
        }
    }
    Drawn { notes, ..Drawn::of(charts, table) }
}
