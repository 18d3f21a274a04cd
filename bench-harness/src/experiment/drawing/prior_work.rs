//! The paper's comparison with prior work: measured, extrapolated where it was not, and in theory.

use hear_engine::network::{
    cost::Counts,
    method::Method,
    packing::Grid,
    plan::{Plan, PlanRequest},
};
use hear_model::network::{INPUT_CHANNELS, Shape};

use super::{Drawn, Sheet, cost::latency_boxes, method_name};
use crate::{
    experiment::{Quantity, Sources, Subject},
    record::Record,
    report::{
        document::{Axis, Cell, Chart, Column, Mark, Table, Unit},
        format,
    },
    statistics::BoxPlot,
};

/// Fig. 5a: runs of all methods, and what those that were not measured would take.
pub(super) fn running_times(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method"].map(Column::words).to_vec();
    columns.extend(
        [
            "threads",
            "clips a run",
            "n",
            "median",
            "quartiles",
            "clips a second",
            "encryption of a clip",
            "decryption of a clip",
            "other class than plain",
            "largest logit error",
        ]
        .map(Column::numbers),
    );
    let mut table = Table::new("Runs", columns);
    for (subject, record) in by_network(sheet) {
        let Some(plot) = record.raw.as_ref().and_then(|raw| BoxPlot::of(&raw.infer_s)) else { continue };
        table.push([
            sheet.network(subject).to_owned(),
            method_name(subject.configuration.method).to_owned(),
            subject.configuration.threads.to_string(),
            clips_of_a_run(record).to_string(),
            record.infer_s.n.to_string(),
            format::seconds(plot.median),
            format!("{} to {}", format::seconds(plot.q1), format::seconds(plot.q3)),
            format::significant(record.throughput_per_s, 3),
            format::seconds(record.encrypt_s.median),
            format::seconds(record.decrypt_s.median),
            record.changed_rows.len().to_string(),
            format::significant(record.max_abs_logit_error, 3),
        ]);
    }
    let boxes = latency_boxes(sheet, "time of a run");
    let mut drawn = Drawn::of(vec![Chart::new("Time of a run", boxes)], table);
    if !drawn.charts.is_empty() {
        drawn.tables.extend(extrapolated(sheet));
    }
    drawn
}

/// What was measured, network by network.
fn by_network<'a>(sheet: &'a Sheet<'_>) -> Vec<(&'a Subject, &'a Record)> {
    let methods = sheet.methods();
    let pairs = itertools::iproduct!(sheet.networks(), methods);
    pairs.filter_map(|(network, method)| sheet.of(network, method)).collect()
}

/// Clips that one run classifies.
fn clips_of_a_run(record: &Record) -> usize {
    record.packed_clips * record.batch * record.streams
}

/// What runs of networks that were not measured would take: the median of another network under the same method, times the
/// ratio of the work that the plans predict. The nearest in work is taken.
fn extrapolated(sheet: &Sheet<'_>) -> Option<Table> {
    let mut columns = ["network", "method", "extrapolated from"].map(Column::words).to_vec();
    columns.extend(["measured there", "predicted work, this / that", "extrapolated"].map(Column::numbers));
    let mut table = Table::new("Extrapolated, not measured", columns).opened();
    for (network, method) in itertools::iproduct!(Sources::NETWORKS, sheet.methods()) {
        if sheet.of(network, method).is_some() {
            continue;
        }
        let shape = sheet.sources.of(network).shape;
        let estimates = sheet.measured().filter(|(subject, _)| subject.configuration.method == method);
        let estimates = estimates.filter_map(|(subject, record)| {
            let configuration = &subject.configuration;
            let plan = configuration.plan(shape).ok()?;
            let ratio = configuration.predicted_seconds(&plan) / record.predicted.infer_s;
            Some((subject, record, ratio))
        });
        let nearest = estimates.min_by(|a, b| a.2.ln().abs().total_cmp(&b.2.ln().abs()));
        let Some((subject, record, ratio)) = nearest else { continue };
        table.push([
            Cell::from(network),
            method_name(method).into(),
            sheet.network(subject).into(),
            format::seconds(record.infer_s.median).into(),
            format::ratio(ratio).into(),
            Cell::marked(format::seconds(record.infer_s.median * ratio), Mark::Skipped),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Fig. 5c.
pub(super) fn performance(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method"].map(Column::words).to_vec();
    columns.extend(
        ["latency", "clips a run", "clips a second", "clips a second, this / nGraph-HE2", "latency, LoLa / this"]
            .map(Column::numbers),
    );
    let mut table = Table::new("Latency and throughput", columns).opened();
    for (subject, record) in by_network(sheet) {
        let of = |method| sheet.of(sheet.network(subject), method).map(|(_, record)| record);
        let ratio = |other: Option<&Record>, of: fn(&Record, &Record) -> f64| {
            other.map_or_else(
                || Cell::marked("not measured", Mark::Skipped),
                |other| format::ratio(of(record, other)).into(),
            )
        };
        table.push([
            Cell::from(sheet.network(subject)),
            method_name(subject.configuration.method).into(),
            format::seconds(record.infer_s.median).into(),
            clips_of_a_run(record).to_string().into(),
            format::significant(record.throughput_per_s, 3).into(),
            ratio(of(Method::NgraphHe2), |this, ngraph| this.throughput_per_s / ngraph.throughput_per_s),
            ratio(of(Method::Lola), |this, lola| lola.infer_s.median / this.infer_s.median),
        ]);
    }
    let bars = |axis: &str, unit, quantity: Quantity| {
        let axis = Axis::log(axis, unit);
        sheet.bars(axis, quantity, |_, record| quantity.of_record(record).map(Into::into))
    };
    let charts = vec![
        Chart::new("Latency", bars("time of a run", Unit::Seconds, Quantity::Infer)),
        Chart::new("Throughput", bars("clips a second", Unit::None, Quantity::Throughput)),
    ];
    Drawn::of(charts, table)
}

/// The methods whose complexities the paper gives.
const IN_THEORY: [Method; 4] = [Method::Hear, Method::FastHear, Method::Lola, Method::NgraphHe2];

/// What the paper says of a convolution under a method: its words, and their value without the constant.
struct Complexity {
    what: &'static str,
    formula: &'static str,
    value: f64,
}

/// A convolution of a network.
#[derive(Clone, Copy)]
struct Layer {
    number: usize,
    grid: Grid,
    inputs: usize,
    outputs: usize,
}

impl Layer {
    /// The convolutions of a network.
    fn all(shape: Shape) -> Vec<Self> {
        let (mut grid, mut inputs) = (Grid::input(shape.dimension()), INPUT_CHANNELS);
        let layer = |number| {
            let layer = Self { number, grid, inputs, outputs: shape.width() << (number - 1) };
            (grid, inputs) = (grid.pooled(), layer.outputs);
            layer
        };
        (1..=3).map(layer).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "products of sizes of a network are far below 2^53")]
    fn complexity(self, method: Method) -> Complexity {
        let (taps, positions) = (self.grid.taps().len() as f64, self.grid.positions() as f64);
        let (inputs, outputs) = (self.inputs as f64, self.outputs as f64);
        match method {
            Method::Lola if self.number == 1 => {
                Complexity { what: "products", formula: "f_h f_w c_in", value: taps * inputs }
            }
            Method::Lola => Complexity {
                what: "rotations",
                formula: "h w c_out log2(f_h f_w c_in)",
                value: positions * outputs * (taps * inputs).log2(),
            },
            Method::NgraphHe2 | Method::LeanNgraph => Complexity {
                what: "products",
                formula: "f_h f_w h w c_in c_out",
                value: taps * positions * inputs * outputs,
            },
            Method::Hear | Method::FastHear | Method::LeanHear => {
                Complexity { what: "products", formula: "f_h f_w c_in c_out", value: taps * inputs * outputs }
            }
        }
    }
}

/// The paper's complexities beside the counts of plans.
pub(super) fn theory(_: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "layer", "method", "the paper counts"].map(Column::words).to_vec();
    columns.extend(["by the paper", "products", "rotations", "of those hoisted", "plan / paper"].map(Column::numbers));
    let mut table = Table::new("Operations of each convolution", columns).opened();
    for name in Sources::NETWORKS {
        let shape: hear_model::network::NetworkName = name.parse().expect("networks of experiments have names");
        let shape = shape.shape();
        for layer in Layer::all(shape) {
            for method in IN_THEORY {
                let plan =
                    Plan::new(&PlanRequest::new(shape, method)).expect("all methods of the paper pack its networks");
                let Complexity { what, formula, value } = layer.complexity(method);
                let counts = layer_counts(&plan, layer.number);
                let exact = if what == "rotations" { counts.key_switch } else { counts.plain_product };
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "counts far below 2^53"
                )]
                table.push([
                    name.to_owned(),
                    format!("conv{}", layer.number),
                    method_name(method).to_owned(),
                    format!("{what}: {formula}"),
                    format::count(value.round() as u64),
                    format::count(counts.plain_product),
                    format::count(counts.key_switch),
                    format::count(counts.hoisted_rotation),
                    format::significant(exact as f64 / value, 3),
                ]);
            }
        }
    }
    Drawn::of(Vec::new(), table)
}

/// What a plan has for a convolution, with the steps before and after it.
fn layer_counts(plan: &Plan, number: usize) -> Counts {
    let names = ["replicate", "merge", "conv", "fold"].map(|kind| match kind {
        "replicate" if number == 1 => kind.to_owned(),
        kind => format!("{kind}{number}"),
    });
    let mut counts = Counts::default();
    for stage in plan.stages.iter().filter(|stage| names.contains(&stage.name)) {
        counts += plan.stage_counts(stage);
    }
    counts
}
