//! What keys, encoding and inferences cost in time and memory.

use super::{Drawn, Sheet, mean_and_deviation, median_interval, method_name};
use crate::{
    experiment::{Quantity, Subject},
    record::{RawTimes, Record, StageRecord},
    report::{
        document::{Axis, Bar, BarSeries, Bars, BoxSeries, Boxes, Cell, Chart, Column, Part, Stacked, Table, Unit},
        format,
    },
    statistics::BoxPlot,
};

/// Table 1: merge, convolution and fold of every layer.
pub(super) fn convolutions(sheet: &Sheet<'_>) -> Drawn {
    let mut table = Table::new(
        "Thread-seconds of each convolutional layer",
        [
            Column::words("network"),
            Column::words("layer"),
            Column::numbers("n_P"),
            Column::words("method"),
            Column::numbers("before"),
            Column::numbers("convolution"),
            Column::numbers("after"),
            Column::numbers("layer"),
            Column::numbers("convolution, HEAR / this"),
            Column::numbers("layer, HEAR / this"),
        ],
    );
    let mut charts = Vec::new();
    for network in sheet.networks() {
        let mut parts =
            ["before", "convolution", "after"].map(|name| Part { name: name.to_owned(), values: Vec::new() });
        let mut categories = Vec::new();
        for layer in 1..=3_u32 {
            let load: u64 = if network.starts_with("1d") { 1 << (layer - 1) } else { 1 << (2 * (layer - 1)) };
            let mut hear: Option<[f64; 3]> = None;
            for method in sheet.methods() {
                let Some((_, record)) = sheet.of(network, method) else { continue };
                let times = layer_times(&record.stages, layer);
                let sum: f64 = times.iter().sum();
                if method_name(method) == "HEAR" {
                    hear = Some(times);
                }
                let gain = |own: f64, of: fn([f64; 3]) -> f64| {
                    hear.filter(|_| own > 0.0).map_or_else(String::new, |hear| format::ratio(of(hear) / own))
                };
                table.push([
                    network.to_owned(),
                    layer.to_string(),
                    load.to_string(),
                    method_name(method).to_owned(),
                    format::seconds(times[0]),
                    format::seconds(times[1]),
                    format::seconds(times[2]),
                    format::seconds(sum),
                    gain(times[1], |hear| hear[1]),
                    gain(sum, |hear| hear.iter().sum()),
                ]);
                categories.push(format!("conv{layer} {}", method_name(method)));
                parts.iter_mut().zip(times).for_each(|(part, time)| part.values.push(time));
            }
        }
        if !categories.is_empty() {
            let category = "layer and method".to_owned();
            let axis = Axis::linear("thread-seconds", Unit::Seconds);
            let plot = Stacked { category, categories, parts: parts.to_vec(), axis, limits: Vec::new() };
            charts.push(Chart::new(format!("Convolutional layers of {network}"), plot));
        }
    }
    Drawn::of(charts, table.opened())
}

/// The seconds of a convolutional layer: the steps before the convolution, the convolution, the steps after it up to the
/// activation.
fn layer_times(stages: &[StageRecord], layer: u32) -> [f64; 3] {
    let sum = |names: &[&str]| -> f64 {
        let is_meant = |stage: &&StageRecord| names.iter().any(|name| stage.name == format!("{name}{layer}"));
        stages.iter().filter(is_meant).map(|stage| stage.busy_s).sum()
    };
    [sum(&["merge", "pack"]), sum(&["conv"]), sum(&["fold"])]
}

/// Fig. 4a.
pub(super) fn key_generation(sheet: &Sheet<'_>) -> Drawn {
    times(sheet, "key generation", Quantity::Keygen, |raw| &raw.keygen_s)
}

/// Fig. 4b.
pub(super) fn encoding(sheet: &Sheet<'_>) -> Drawn {
    times(sheet, "encoding", Quantity::Encode, |raw| &raw.encode_s)
}

/// Bars of means with standard deviations.
fn times(sheet: &Sheet<'_>, what: &str, quantity: Quantity, of: fn(&RawTimes) -> &Vec<f64>) -> Drawn {
    let values = |record: &Record| record.raw.as_ref().map(of).cloned().unwrap_or_default();
    let axis = Axis::log(format!("time of {what}"), Unit::Seconds);
    // No logarithmic axis has a place for a mean less a deviation that is larger.
    let cut_off = |bar: Bar, values: &[f64]| {
        let least = values.iter().copied().reduce(f64::min).unwrap_or(bar.value);
        Bar { range: bar.range.map(|(low, high)| (low.max(least), high)), ..bar }
    };
    let bars = sheet.bars(axis, quantity, |_, record| {
        let values = values(record);
        mean_and_deviation(&values).map(|bar| cut_off(bar, &values))
    });
    let mut table = Table::new(
        format!("Time of {what}"),
        [
            Column::words("network"),
            Column::words("method"),
            Column::numbers("n"),
            Column::numbers("mean"),
            Column::numbers("standard deviation"),
            Column::numbers("median"),
            Column::numbers("95% interval of the median"),
            Column::numbers("least"),
            Column::numbers("most"),
        ],
    );
    for (subject, record) in sheet.measured() {
        let values = values(record);
        let Some(bar) = mean_and_deviation(&values) else { continue };
        let plot = BoxPlot::of(&values);
        let rounds = rounds(subject, of);
        let rounds: Vec<&[f64]> = rounds.iter().map(Vec::as_slice).collect();
        let extreme =
            |of: fn(f64, f64) -> f64| values.iter().copied().reduce(of).map_or_else(String::new, format::seconds);
        table.push([
            sheet.network(subject).to_owned(),
            method_name(subject.configuration.method).to_owned(),
            values.len().to_string(),
            format::seconds(bar.value),
            bar.range.map_or_else(String::new, |(_, high)| format::seconds(high - bar.value)),
            plot.map_or_else(String::new, |plot| format::seconds(plot.median)),
            median_interval(&rounds, &Unit::Seconds),
            extreme(f64::min),
            extreme(f64::max),
        ]);
    }
    let mut drawn = Drawn::of(vec![Chart::new(format!("Time of {what}"), bars)], table);
    if !drawn.charts.is_empty() {
        drawn.notes.push("In the chart, deviations below the mean end at the least value.".to_owned());
    }
    drawn
}

/// The single times of each round.
fn rounds(subject: &Subject, of: fn(&RawTimes) -> &Vec<f64>) -> Vec<Vec<f64>> {
    subject.records().filter_map(|record| record.raw.as_ref().map(of).cloned()).collect()
}

/// The times of runs as a box plot.
fn latency_of(record: &Record) -> Option<BoxPlot> {
    BoxPlot::of(&record.raw.as_ref()?.infer_s)
}

/// Times of runs of every network by method, with what the paper reports.
pub(super) fn latency_boxes(sheet: &Sheet<'_>, axis: &str) -> Boxes {
    let networks = sheet.networks();
    let series = |method| BoxSeries {
        name: method_name(method).to_owned(),
        boxes: networks.iter().map(|network| latency_of(sheet.of(network, method)?.1)).collect(),
        references: networks.iter().map(|network| sheet.paper(Quantity::Infer, network, method)).collect(),
    };
    Boxes {
        category: "network".to_owned(),
        categories: networks.iter().map(|&network| network.to_owned()).collect(),
        series: sheet.methods().into_iter().map(series).collect(),
        axis: Axis::log(axis, Unit::Seconds),
    }
}

/// Fig. 4c.
pub(super) fn latency(sheet: &Sheet<'_>) -> Drawn {
    let boxes = latency_boxes(sheet, "time of an inference");
    let mut table = Table::new(
        "Inference of an encrypted clip, and the steps around it",
        [
            Column::words("network"),
            Column::words("method"),
            Column::numbers("threads"),
            Column::numbers("n"),
            Column::numbers("median"),
            Column::numbers("95% interval of the median"),
            Column::numbers("quartiles"),
            Column::numbers("whiskers"),
            Column::numbers("outliers"),
            Column::numbers("HEAR / this"),
            Column::numbers("encryption"),
            Column::numbers("decryption"),
            Column::numbers("largest logit error"),
        ],
    );
    for (subject, record) in sheet.measured() {
        let Some(plot) = latency_of(record) else { continue };
        let rounds = rounds(subject, |raw| &raw.infer_s);
        let rounds: Vec<&[f64]> = rounds.iter().map(Vec::as_slice).collect();
        let hear = sheet.of(sheet.network(subject), hear_engine::network::method::Method::Hear);
        table.push([
            sheet.network(subject).to_owned(),
            method_name(subject.configuration.method).to_owned(),
            subject.configuration.threads.to_string(),
            record.infer_s.n.to_string(),
            format::seconds(plot.median),
            median_interval(&rounds, &Unit::Seconds),
            format!("{} to {}", format::seconds(plot.q1), format::seconds(plot.q3)),
            format!("{} to {}", format::seconds(plot.low_whisker), format::seconds(plot.high_whisker)),
            plot.outliers.len().to_string(),
            hear.map_or_else(String::new, |(_, hear)| format::ratio(hear.infer_s.median / plot.median)),
            format::seconds(record.encrypt_s.median),
            format::seconds(record.decrypt_s.median),
            format::significant(record.max_abs_logit_error, 3),
        ]);
    }
    Drawn::of(vec![Chart::new("Time of an inference", boxes)], table)
}

/// Figs. 4d and 4e.
pub(super) fn memory(sheet: &Sheet<'_>) -> Drawn {
    let peaks = |subject: &Subject| -> Vec<f64> {
        subject.records().filter_map(|record| record.peak_rss_bytes).map(|bytes| bytes as f64).collect()
    };
    let axis = Axis::linear("peak memory", Unit::Bytes);
    let bars = sheet.bars(axis, Quantity::PeakMemory, |subject, _| mean_and_deviation(&peaks(subject)));
    let (mut categories, mut parts) = (
        Vec::new(),
        ["keys", "encoded weights", "everything else"].map(|name| Part { name: name.to_owned(), values: Vec::new() }),
    );
    let mut table = Table::new(
        "Peak memory and its parts",
        [
            Column::words("network"),
            Column::words("method"),
            Column::numbers("n"),
            Column::numbers("mean peak"),
            Column::numbers("standard deviation"),
            Column::numbers("predicted"),
            Column::numbers("keys"),
            Column::numbers("encoded weights"),
            Column::numbers("everything else"),
        ],
    );
    for network in sheet.networks() {
        for method in sheet.methods() {
            let Some((subject, record)) = sheet.of(network, method) else { continue };
            let peaks = peaks(subject);
            let Some(peak) = mean_and_deviation(&peaks) else { continue };
            #[expect(clippy::cast_precision_loss, reason = "bytes of memory are far below 2^53")]
            let [keys, model] = [record.key_bytes as f64, record.model_bytes as f64];
            let rest = (peak.value - keys - model).max(0.0);
            categories.push(format!("{network} {}", method_name(method)));
            parts.iter_mut().zip([keys, model, rest]).for_each(|(part, bytes)| part.values.push(bytes));
            let bytes = |bytes: f64| Unit::Bytes.format(bytes, 3);
            table.push([
                network.to_owned(),
                method_name(method).to_owned(),
                peaks.len().to_string(),
                bytes(peak.value),
                peak.range.map_or_else(String::new, |(_, high)| bytes(high - peak.value)),
                format::bytes(record.predicted.memory_bytes),
                bytes(keys),
                bytes(model),
                bytes(rest),
            ]);
        }
    }
    let axis = Axis::linear("memory", Unit::Bytes);
    let category = "network and method".to_owned();
    let stacked = Stacked { category, categories, parts: parts.to_vec(), axis, limits: Vec::new() };
    let mut drawn = Drawn::of(vec![Chart::new("Peak memory", bars)], table);
    if !drawn.charts.is_empty() {
        drawn.charts.push(Chart::new("What it is made of", stacked));
    }
    drawn
}

/// Every stage of every network and method.
pub(super) fn stages(sheet: &Sheet<'_>) -> Drawn {
    let mut table = Table::new(
        "Stages of an inference",
        [
            Column::words("network"),
            Column::words("method"),
            Column::words("stage"),
            Column::numbers("thread-seconds"),
            Column::numbers("share"),
            Column::numbers("from its first task to its last"),
            Column::numbers("transforms"),
            Column::numbers("key switches"),
            Column::numbers("products with plaintexts"),
            Column::numbers("bytes read"),
        ],
    );
    let mut charts = Vec::new();
    for network in sheet.networks() {
        let mut names: Vec<&str> = Vec::new();
        for method in sheet.methods() {
            let Some((_, record)) = sheet.of(network, method) else { continue };
            let all: f64 = record.stages.iter().map(|stage| stage.busy_s).sum();
            for stage in &record.stages {
                if !names.contains(&&*stage.name) {
                    names.push(&stage.name);
                }
                table.push([
                    Cell::from(network),
                    method_name(method).into(),
                    stage.name.clone().into(),
                    format::seconds(stage.busy_s).into(),
                    format::percent(stage.busy_s / all).into(),
                    format::seconds(stage.span_s).into(),
                    format::count(stage.counts.ntt).into(),
                    format::count(stage.counts.key_switch).into(),
                    format::count(stage.counts.plain_product).into(),
                    format::bytes(stage.bytes).into(),
                ]);
            }
        }
        // The order in which an inference has them: that of the first method is not that of the others.
        names.sort_by_key(|name| stage_order(name));
        let series = |method| {
            let (_, record) = sheet.of(network, method)?;
            let bar =
                |name: &&str| record.stages.iter().find(|stage| stage.name == **name).map(|stage| stage.busy_s.into());
            let bars = names.iter().map(bar).collect();
            Some(BarSeries { name: method_name(method).to_owned(), bars, references: Vec::new() })
        };
        let series: Vec<_> = sheet.methods().into_iter().filter_map(series).collect();
        if !series.is_empty() {
            let categories = names.iter().map(|&name| name.to_owned()).collect();
            let axis = Axis::log("thread-seconds", Unit::Seconds);
            let bars = Bars { category: "stage".to_owned(), categories, series, axis, limits: Vec::new() };
            charts.push(Chart::new(format!("Stages of {network}"), bars));
        }
    }
    Drawn::of(charts, table)
}

/// By layer, and within a layer in the order of an inference; what has no layer comes last.
fn stage_order(name: &str) -> (u32, usize) {
    const KINDS: [&str; 8] = ["rotate", "merge", "pack", "conv", "fold", "act", "pool", "dense"];
    let kind = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let layer = name[kind.len()..].parse().unwrap_or(u32::MAX);
    (layer, KINDS.iter().position(|&known| known == kind).unwrap_or(KINDS.len()))
}
