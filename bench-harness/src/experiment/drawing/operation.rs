//! A service in operation: what goes over the line, how clips arrive, how many cameras a server follows.

use super::{Drawn, Sheet, method_name};
use crate::{
    examination::{
        Finding,
        preprocessing::PreprocessingFinding,
        scenarios::{ScenarioFinding, Tail},
    },
    experiment::{Quantity, Subject},
    record::Record,
    report::{
        document::{Axis, BarSeries, Bars, Cell, Chart, Column, Limit, Mark, Part, Stacked, Table, Unit},
        format,
    },
};

/// What a home's line carries, each way.
const LINE_BITS_PER_S: f64 = 10e6;

/// Sizes of ciphertexts, and bytes an hour.
pub(super) fn communication(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method"].map(Column::words).to_vec();
    columns.extend(
        [
            "encrypted clip",
            "encrypted result",
            "evaluation keys in memory",
            "predictions an hour",
            "clips in, an hour",
            "results out, an hour",
            "line in, Mbit/s",
            "line out, Mbit/s",
        ]
        .map(Column::numbers),
    );
    let mut table = Table::new("What goes over the line", columns);
    for (subject, record) in sheet.measured() {
        let Some(hourly) = Quantity::PredictionsPerHour.of_record(record) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "sizes of files are far below 2^53")]
        let [input, output] = [record.input_ciphertext_bytes as f64, record.output_ciphertext_bytes as f64];
        let megabits = |bytes: f64| format::significant(8.0 * bytes * record.throughput_per_s / 1e6, 3);
        let bytes = |bytes: f64| Unit::Bytes.format(bytes, 3);
        table.push([
            sheet.network(subject).to_owned(),
            method_name(subject.configuration.method).to_owned(),
            bytes(input),
            bytes(output),
            format::bytes(record.key_bytes),
            format::significant(hourly, 3),
            bytes(input * hourly),
            bytes(output * hourly),
            megabits(input),
            megabits(output),
        ]);
    }
    if table.rows.is_empty() {
        return Drawn::default();
    }
    let axis = Axis::log("predictions an hour, one after the other", Unit::None);
    let bars = sheet.bars(axis, Quantity::PredictionsPerHour, |_, record| {
        Quantity::PredictionsPerHour.of_record(record).map(Into::into)
    });
    Drawn { charts: vec![Chart::new("Predictions an hour", bars)], tables: vec![table.opened()], ..Drawn::default() }
}

/// Where the time between a camera and the decrypted result goes.
struct Budget {
    name: String,
    making_s: f64,
    encryption_s: f64,
    sending_s: f64,
    inference_s: f64,
    returning_s: f64,
    decryption_s: f64,
}

impl Budget {
    /// The parts, in the order of their turn.
    fn parts(&self) -> [(&'static str, f64); 6] {
        [
            ("making the clip", self.making_s),
            ("encryption", self.encryption_s),
            ("sending the clip", self.sending_s),
            ("inference", self.inference_s),
            ("sending the result", self.returning_s),
            ("decryption", self.decryption_s),
        ]
    }

    /// All of them.
    fn sum_s(&self) -> f64 {
        self.parts().iter().map(|(_, time)| time).sum()
    }
}

/// Seconds on a home's line.
fn transfer_s(bytes: f64) -> f64 {
    8.0 * bytes / LINE_BITS_PER_S
}

/// From the camera to the decrypted result.
pub(super) fn camera(sheet: &Sheet<'_>) -> Drawn {
    let making = sheet.subjects.iter().filter_map(Subject::finding).find_map(|finding| match finding {
        Finding::Preprocessing(PreprocessingFinding { clip_s, .. }) => Some(clip_s.median),
        _ => None,
    });
    let (Some(making_s), Some(clip_period_s)) = (making, reported(sheet, Quantity::PoseEstimationClip)) else {
        return Drawn::default();
    };
    let of_record = |subject: &Subject, record: &Record| {
        #[expect(clippy::cast_precision_loss, reason = "sizes of files are far below 2^53")]
        let [input, output] = [record.input_ciphertext_bytes as f64, record.output_ciphertext_bytes as f64];
        Budget {
            name: sheet.label(subject),
            making_s,
            encryption_s: record.encrypt_s.median,
            sending_s: transfer_s(input),
            inference_s: record.infer_s.median,
            returning_s: transfer_s(output),
            decryption_s: record.decrypt_s.median,
        }
    };
    let mut budgets: Vec<Budget> = sheet.measured().map(|(subject, record)| of_record(subject, record)).collect();
    if budgets.is_empty() {
        return Drawn::default();
    }
    let here = budgets.len();
    budgets.extend(paper(sheet));

    let mut columns = vec![Column::words("who"), Column::numbers("pose estimation, a clip")];
    columns.extend(budgets[0].parts().map(|(name, _)| Column::numbers(name)));
    columns.extend(["after pose estimation", "cameras one server follows"].map(Column::numbers));
    let mut table = Table::new("From the camera to the decrypted result", columns).opened();
    for (index, budget) in budgets.iter().enumerate() {
        let cell = |text: String| if index < here { Cell::from(text) } else { Cell::marked(text, Mark::Reference) };
        let mut row = vec![cell(budget.name.clone()), Cell::marked(format::seconds(clip_period_s), Mark::Reference)];
        // The paper says nothing of making clips.
        row.extend(
            budget.parts().map(|(_, time)| cell(if time > 0.0 { format::seconds(time) } else { String::new() })),
        );
        row.push(cell(format::seconds(budget.sum_s())));
        row.push(cell(format::significant(clip_period_s / budget.inference_s, 3)));
        table.push(row);
    }
    let categories: Vec<String> = budgets.iter().map(|budget| budget.name.clone()).collect();
    let parts = (0..budgets[0].parts().len()).map(|part| Part {
        name: budgets[0].parts()[part].0.to_owned(),
        values: budgets.iter().map(|budget| budget.parts()[part].1).collect(),
    });
    let stacked = Stacked {
        category: "network and method".to_owned(),
        categories: categories.clone(),
        parts: parts.collect(),
        axis: Axis::linear("time after the pose estimation", Unit::Seconds),
        limits: vec![Limit { name: "pose estimation of the next clip".to_owned(), value: clip_period_s }],
    };
    let cameras = Bars {
        category: "network and method".to_owned(),
        categories,
        series: vec![BarSeries {
            name: "cameras".to_owned(),
            bars: budgets.iter().map(|budget| Some((clip_period_s / budget.inference_s).into())).collect(),
            references: Vec::new(),
        }],
        axis: Axis::log("cameras one server follows", Unit::None),
        limits: Vec::new(),
    };
    Drawn {
        charts: vec![
            Chart::new("After the pose estimation", stacked),
            Chart::new("Cameras one server follows", cameras),
        ],
        tables: vec![table],
        ..Drawn::default()
    }
}

/// What the paper reports of a quantity, whatever the network.
fn reported(sheet: &Sheet<'_>, quantity: Quantity) -> Option<f64> {
    sheet
        .experiment
        .reported
        .iter()
        .find(|reported| reported.quantity == quantity)
        .map(|reported| reported.value.middle())
}

/// The paper's own figures.
fn paper(sheet: &Sheet<'_>) -> Option<Budget> {
    let of = |quantity| reported(sheet, quantity);
    Some(Budget {
        name: "the paper, 2d-128 Fast-HEAR".to_owned(),
        making_s: 0.0,
        encryption_s: of(Quantity::Encrypt)?,
        sending_s: transfer_s(of(Quantity::InputBytes)?),
        inference_s: of(Quantity::Infer)?,
        returning_s: transfer_s(of(Quantity::OutputBytes)?),
        decryption_s: of(Quantity::Decrypt)?,
    })
}

/// The scenarios of MLPerf.
pub(super) fn scenarios(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = ["network", "method", "scenario", "what counts"].map(Column::words).to_vec();
    columns.extend(
        ["value", "with 99% confidence at most", "median latency", "queries", "MLPerf asks for"].map(Column::numbers),
    );
    let mut table = Table::new("MLPerf's scenarios", columns).opened();
    let mut rates = ["network", "method"].map(Column::words).to_vec();
    rates.extend(
        [
            "rate, clips a second",
            "answered, clips a second",
            "99th percentile",
            "with 99% confidence at most",
            "queries",
        ]
        .map(Column::numbers),
    );
    rates.push(Column::words("within the bound"));
    let mut rates = Table::new("Rates that the server was tried at", rates);
    let (mut categories, mut tails, mut speeds) =
        (Vec::new(), [Vec::new(), Vec::new(), Vec::new()], [Vec::new(), Vec::new(), Vec::new()]);
    let mut bounds = Vec::new();
    for (subject, finding) in sheet.subjects.iter().filter_map(|subject| Some((subject, subject.finding()?))) {
        let Finding::Scenarios(finding) = finding else { continue };
        let ScenarioFinding { options, single_stream, multi_stream, server, offline, .. } = &**finding;
        let (network, method) = (sheet.network(subject), method_name(subject.configuration.method));
        let asked = |tail: &Tail| {
            let text = format::count(tail.queries_asked_for as u64);
            if tail.enough { Cell::from(text) } else { Cell::marked(text, Mark::Attention) }
        };
        let at_most = |tail: &Tail| tail.at_most_s.map_or_else(|| "too few queries".to_owned(), format::seconds);
        let mut push = |scenario: &str, texts: [String; 5], asked: Cell| {
            let mut row = vec![Cell::from(network), method.into(), scenario.into()];
            row.extend(texts.map(Cell::from));
            row.push(asked);
            table.push(row);
        };
        for (scenario, stream) in [("single stream", single_stream), ("multiple streams", multi_stream)] {
            let clips = match stream.clips_a_query {
                1 => "a clip".to_owned(),
                clips => format!("{clips} clips"),
            };
            let texts = [
                format!("{}th percentile of the latency of {clips}", stream.tail.percent),
                format::seconds(stream.tail.latency_s),
                at_most(&stream.tail),
                format::seconds(stream.latency_s.median),
                format::count(stream.tail.queries as u64),
            ];
            push(scenario, texts, asked(&stream.tail));
        }
        let held = server.rate_per_s.and_then(|rate| server.tried.iter().find(|tried| tried.rate_per_s == rate));
        let texts = [
            format!("clips a second, 99th percentile within {}", format::seconds(options.latency_bound_s)),
            server.rate_per_s.map_or_else(|| "none held".to_owned(), |rate| format::significant(rate, 3)),
            String::new(),
            held.map_or_else(String::new, |tried| format::seconds(tried.latency_s.median)),
            held.map_or_else(String::new, |tried| format::count(tried.tail.queries as u64)),
        ];
        push("server", texts, held.map_or_else(|| Cell::from(""), |tried| asked(&tried.tail)));
        let asked_for = format::count(offline.clips_asked_for as u64);
        let texts = [
            "clips a second".to_owned(),
            format::significant(offline.clips_per_s, 3),
            String::new(),
            String::new(),
            format::count(offline.clips as u64),
        ];
        push(
            "offline",
            texts,
            if offline.enough { asked_for.into() } else { Cell::marked(asked_for, Mark::Attention) },
        );
        for tried in &server.tried {
            rates.push([
                network.to_owned(),
                method.to_owned(),
                format::significant(tried.rate_per_s, 3),
                format::significant(tried.achieved_per_s, 3),
                format::seconds(tried.tail.latency_s),
                at_most(&tried.tail),
                format::count(tried.tail.queries as u64),
                if tried.holds { "yes" } else { "no" }.to_owned(),
            ]);
        }
        categories.push(format!("{network} {method}"));
        let latencies = [
            Some(single_stream.tail.latency_s),
            Some(multi_stream.tail.latency_s),
            held.map(|tried| tried.tail.latency_s),
        ];
        tails.iter_mut().zip(latencies).for_each(|(bars, latency)| bars.push(latency.map(Into::into)));
        let per_s = [Some(1.0 / single_stream.latency_s.median), server.rate_per_s, Some(offline.clips_per_s)];
        speeds.iter_mut().zip(per_s).for_each(|(bars, rate)| bars.push(rate.map(Into::into)));
        let limit = Limit { name: "bound of the server".to_owned(), value: options.latency_bound_s };
        if !bounds.contains(&limit) {
            bounds.push(limit);
        }
    }
    if table.rows.is_empty() {
        return Drawn::default();
    }
    let bars = |names: [&str; 3], bars: [Vec<Option<crate::report::document::Bar>>; 3], axis, limits| {
        let series = names.into_iter().zip(bars);
        Bars {
            category: "network and method".to_owned(),
            categories: categories.clone(),
            series: series
                .map(|(name, bars)| BarSeries { name: name.to_owned(), bars, references: Vec::new() })
                .collect(),
            axis,
            limits,
        }
    };
    let tails = bars(
        ["single stream, 90th percentile", "multiple streams, 99th percentile", "server, 99th percentile"],
        tails,
        Axis::log("latency", Unit::Seconds),
        bounds,
    );
    let speeds =
        bars(["single stream", "server", "offline"], speeds, Axis::linear("clips a second", Unit::None), Vec::new());
    Drawn {
        charts: vec![
            Chart::new("Latencies of the scenarios", tails),
            Chart::new("Clips a second in the scenarios", speeds),
        ],
        tables: vec![table, rates],
        ..Drawn::default()
    }
}
