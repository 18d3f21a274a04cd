//! A report with every kind of chart, and texts and numbers that are hard to show.

use hear_bench::{
    report::document::{
        Axis, Bar, BarSeries, Bars, BoxSeries, Boxes, Cell, Chart, Column, Document, Figure, Limit, Line, LineStyle,
        Lines, Mark, Matrix, Part, Point, Positions, Section, Stacked, Table, Unit,
    },
    statistics::BoxPlot,
};

/// What must never become markup.
pub(crate) const HOSTILE: &str = "<script>throw 1</script><img src='x' onerror='throw 2'> & \"quotes\" </style></svg>";

const NETWORKS: [&str; 4] = ["1d-16", "1d-64", "2d-64", "2d-128"];

pub(crate) fn document() -> Document {
    Document {
        title: "Encrypted inference: what the paper reports, measured again".into(),
        lead: vec![
            "Every figure and table of the paper that can be measured without its machine, measured on this one, with the \
             paper's numbers beside it."
                .into(),
            HOSTILE.into(),
        ],
        facts: [
            ("Machine", "Example processor with a long name at 2.10 GHz, 2 cores, 8 GB of memory"),
            ("Instructions", "avx512"),
            ("Commit", "0123456789abcdef0123456789abcdef01234567"),
            ("Compiler", "rustc 1.95.0"),
            ("Profile", "release"),
            ("Date", "2026-11-22"),
            ("Hostile", HOSTILE),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        warnings: vec![
            "The machine was noisy: 12% of the time went to other processes.".into(),
            format!("unbreakable-{}", "x".repeat(300)),
        ],
        sections: vec![
            section("times", "Times", vec![times(), speedups(), traffic()]),
            section("scaling", "Scaling", vec![threads(), stages(), bandwidth()]),
            section("memory", "Memory and budgets", vec![memory(), budget(), many()]),
            section("corners", "Corners", vec![corners()]),
            section("accuracy", "Accuracy", vec![confusion(), table(), skipped(), hostile()]),
        ],
    }
}

fn section(id: &str, title: &str, figures: Vec<Figure>) -> Section {
    Section {
        id: id.into(),
        title: title.into(),
        text: format!("What has to do with {}.", title.to_lowercase()),
        figures,
    }
}

fn figure(id: &str, place: &str, title: &str, charts: Vec<Chart>) -> Figure {
    Figure {
        id: id.into(),
        title: title.into(),
        place: (!place.is_empty()).then(|| place.to_owned()),
        summary: "One or two sentences say what is to be seen here and how it compares with what the paper reports."
            .into(),
        charts,
        command: format!("hear-bench reproduce --only {id} --rounds 12 --json results/{id}.json"),
        ..Figure::default()
    }
}

fn names(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// Values that scatter about one, the same every time.
fn scattered(centre: f64, seed: u32) -> Vec<f64> {
    let noise = |index: u32| f64::from((index * 7919 + seed * 104_729) % 1000) / 1000.0;
    let mut values: Vec<f64> = (0..24).map(|index| centre * (1.0 + 0.2 * noise(index))).collect();
    values.push(centre * 1.6);
    values
}

fn times() -> Figure {
    let series = |name: &str, factor: f64, seed: u32| BoxSeries {
        name: name.into(),
        boxes: (0..4)
            .map(|index| BoxPlot::of(&scattered(factor * 4.0_f64.powi(index), seed + index.unsigned_abs())))
            .collect(),
        references: (0..4).map(|index| (index != 1).then(|| 1.3 * factor * 4.0_f64.powi(index))).collect(),
    };
    let mut fast = series("fast-hear", 0.02, 1);
    fast.boxes[3] = None;
    fast.references[3] = None;
    let boxes = |axis| Boxes {
        category: "network".into(),
        categories: names(&NETWORKS),
        series: vec![fast.clone(), series("hear", 0.3, 2), series("baseline", 3.0, 3)],
        axis,
    };
    let charts = vec![
        Chart::new("Time of an inference", boxes(Axis::log("time of an inference", Unit::Seconds))),
        Chart::new("The same with equal steps", boxes(Axis::linear("time of an inference", Unit::Seconds))),
    ];
    Figure {
        notes: vec![
            "Whiskers end within 1.5 interquartile ranges.".into(),
            "The paper used 8 threads, this machine has 2.".into(),
        ],
        skipped: vec!["2d-128 with fast-hear: it would need 18.40 GB, and this machine has 8.20 GB.".into()],
        ..figure("fig4c", "Fig. 4c", "Times of inferences", charts)
    }
}

fn speedups() -> Figure {
    let bars = |factor: f64| -> Vec<Option<Bar>> {
        let bar = |index: i32| {
            let value = factor * (1.0 + f64::from(index) / 3.0);
            Some(Bar { value, range: Some((value * 0.94, value * 1.05)) })
        };
        (0..4).map(bar).collect()
    };
    let series = |name: &str, factor: f64| BarSeries {
        name: name.into(),
        bars: bars(factor),
        references: vec![Some(factor * 1.2), None, Some(factor), Some(factor * 2.4)],
    };
    let bars = Bars {
        category: "network".into(),
        categories: names(&NETWORKS),
        series: vec![series("hear over baseline", 3.0), series("fast-hear over hear", 1.4)],
        axis: Axis::linear("speed-up", Unit::Ratio),
        limits: vec![Limit { name: "no gain".into(), value: 1.0 }],
    };
    figure("fig5", "Fig. 5", "Speed-ups", vec![Chart::new("Speed-up by network", bars)])
}

fn traffic() -> Figure {
    let series = |name: &str, values: [f64; 3]| BarSeries {
        name: name.into(),
        bars: values.iter().map(|&value| (value > 0.0).then(|| value.into())).collect(),
        references: vec![],
    };
    let bars = Bars {
        category: "what is sent".into(),
        categories: names(&["input of a clip", "output", "keys, once for all clips of a camera and every strategy"]),
        series: vec![series("hear", [2.6e6, 3.2e5, 1.9e9]), series("fast-hear", [1.3e6, 1.6e5, 0.0])],
        axis: Axis::log("traffic", Unit::Bytes),
        limits: vec![],
    };
    figure("traffic", "", "Traffic", vec![Chart::new("What is sent", bars)])
}

fn threads() -> Figure {
    let line = |name: &str, style, color, seconds: f64, part: f64| Line {
        name: name.into(),
        style,
        color,
        points: [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]
            .map(|threads: f64| {
                let y = seconds * (part + (1.0 - part) / threads);
                Point { x: threads, y, range: (style == LineStyle::Measured).then_some((0.93 * y, 1.08 * y)) }
            })
            .into_iter()
            .take(if style == LineStyle::Measured { 4 } else { 7 })
            .collect(),
    };
    let lines = Lines {
        series: vec![
            line("hear, measured", LineStyle::Measured, 0, 4.0, 0.06),
            line("hear, predicted", LineStyle::Predicted, 0, 3.8, 0.05),
            line("fast-hear, measured", LineStyle::Measured, 1, 1.1, 0.09),
            line("fast-hear, predicted", LineStyle::Predicted, 1, 1.0, 0.08),
            line("paper", LineStyle::Reference, 2, 5.0, 0.04),
        ],
        x: Positions::Numbers(Axis::log2("threads", Unit::None)),
        y: Axis::log("time of an inference", Unit::Seconds),
        limits: vec![Limit { name: "a clip".into(), value: 0.5 }],
    };
    figure("fig6a", "Fig. 6a", "Threads", vec![Chart::new("Time by threads", lines)])
}

fn stages() -> Figure {
    let stage_names: Vec<String> = (1..=16).map(|index| format!("stage {index}: convolution")).collect();
    let line = |name: &str, style, color, bits: f64| Line {
        name: name.into(),
        style,
        color,
        points: (0..16).map(|index| (f64::from(index), bits - 0.8 * f64::from(index)).into()).collect(),
    };
    let lines = Lines {
        series: vec![
            line("measured", LineStyle::Measured, 0, 32.0),
            line("modelled", LineStyle::Predicted, 0, 31.5),
            line("least that keeps the class", LineStyle::Reference, 5, 14.0),
        ],
        x: Positions::Categories { label: "stage".into(), names: stage_names },
        y: Axis::linear("precision", Unit::Named("bits".into())),
        limits: vec![],
    };
    figure("precision", "", "Precision after every stage", vec![Chart::new("Precision", lines)])
}

fn bandwidth() -> Figure {
    let line = |color: usize| Line {
        name: format!("line {color} with quite a name"),
        style: LineStyle::Measured,
        color,
        points: (0..12)
            .map(|index| (0.25 * f64::from(index), (color as f64 + 1.0) * 1e-9 * 10.0_f64.powi(index / 2)).into())
            .collect(),
    };
    let mut series: Vec<Line> = (0..8).map(line).collect();
    series[0].points.push((1.0, f64::NAN).into());
    series[1].points.push((1.0, 0.0).into());
    let lines = Lines {
        series,
        x: Positions::Numbers(Axis::linear("load", Unit::Share)),
        y: Axis::log(
            "noise of a slot, relative to the largest value that may occur anywhere in the network",
            Unit::None,
        ),
        limits: vec![],
    };
    figure("noise", "", "Many lines over many powers of ten", vec![Chart::new("Noise by load", lines)])
}

fn memory() -> Figure {
    let part = |name: &str, values: [f64; 4]| Part { name: name.into(), values: values.to_vec() };
    let stacked = Stacked {
        category: "network".into(),
        categories: names(&NETWORKS),
        parts: vec![
            part("keys", [4e8, 6e8, 1.2e9, 2.4e9]),
            part("weights", [1e8, 5e8, 2e9, 4.1e9]),
            part("values", [2e8, 2e8, 4e8, 6e8]),
            part("scratch", [1e7, 1e7, 1e7, 3e7]),
        ],
        axis: Axis::linear("memory", Unit::Bytes),
        limits: vec![Limit { name: "this machine".into(), value: 8.2e9 }],
    };
    figure("table3", "Table 3", "Memory", vec![Chart::new("Memory by network", stacked)])
}

fn budget() -> Figure {
    let parts = (1..=16_u32).map(|index| Part {
        name: format!("stage {index}"),
        values: (0..3).map(|column| 0.004 * f64::from(1 + (index * 5 + column) % 7)).collect(),
    });
    let stacked = Stacked {
        category: String::new(),
        categories: names(&[
            "one camera",
            "two cameras that share a machine",
            "three cameras that share a machine, at night",
        ]),
        parts: parts.collect(),
        axis: Axis::linear("time of a frame", Unit::Seconds),
        limits: vec![Limit { name: "25 frames a second".into(), value: 0.04 }],
    };
    figure("camera", "", "The budget of a camera", vec![Chart::new("Where the time of a frame goes", stacked)])
}

fn many() -> Figure {
    let stage_names: Vec<String> =
        (1..=16).map(|index| format!("stage {index}: baby-step giant-step convolution with pooling")).collect();
    let series = |name: &str, factor: f64| BarSeries {
        name: name.into(),
        bars: (0..16).map(|index| Some((factor * 1.9_f64.powi(index)).into())).collect(),
        references: vec![Some(factor * 3.0)],
    };
    let bars = Bars {
        category: "stage".into(),
        categories: stage_names,
        series: vec![series("one thread", 4e-5), series("two threads", 2.1e-5)],
        axis: Axis::log("busy time", Unit::Seconds),
        limits: vec![],
    };
    figure("stages", "", "Many categories with long names", vec![Chart::new("Busy time by stage", bars)])
}

/// What lies at the edges: one and many of everything, values below 0 and very far apart, nothing at all.
fn corners() -> Figure {
    let series = |name: &str, values: &[f64]| BarSeries {
        name: name.into(),
        bars: values.iter().map(|&value| Some(value.into())).collect(),
        references: values.iter().map(|value| Some(1.1 * value)).collect(),
    };
    let bars = |count: usize, series: Vec<BarSeries>, axis| Bars {
        category: "category".into(),
        categories: (0..count).map(|index| format!("c{index}")).collect(),
        series,
        axis,
        limits: vec![],
    };
    let many = |count: usize| (0..count).map(|index| 0.3 + index as f64).collect::<Vec<_>>();
    let boxes = |categories: Vec<String>| Boxes {
        category: "network and method".into(),
        series: (0..3)
            .map(|index| BoxSeries {
                name: format!("series {index}"),
                boxes: (0_u32..)
                    .zip(&categories)
                    .map(|(seed, _)| BoxPlot::of(&scattered(0.004 * f64::from(index + 1 + seed), seed)))
                    .collect(),
                references: vec![Some(0.005); categories.len()],
            })
            .collect(),
        categories,
        axis: Axis::linear("time", Unit::Seconds),
    };
    let long = |index: usize| format!("2d-{index} fast-hear baby,giant,giant hybrid keys, {index} threads");
    let point = |name: &str, points: Vec<(f64, f64)>| Line {
        name: name.into(),
        points: points.into_iter().map(Point::from).collect(),
        ..Line::default()
    };
    let lines = |x, points| Lines {
        series: vec![point("", points)],
        x: Positions::Numbers(x),
        y: Axis::linear("bytes", Unit::Bytes),
        limits: vec![],
    };
    let stack = Stacked {
        category: "batch".into(),
        categories: (1..=16).map(|index| index.to_string()).collect(),
        parts: ["a", "b"].map(|name| Part { name: name.into(), values: many(16) }).to_vec(),
        axis: Axis::linear("values", Unit::None),
        limits: vec![Limit { name: String::new(), value: 8.0 }],
    };
    let charts = vec![
        Chart::new("One bar", bars(1, vec![series("", &[0.000_123])], Axis::linear("time", Unit::Seconds))),
        Chart::new(
            "Nine series below and above 0",
            bars(
                3,
                (0..9).map(|index| series(&format!("s{index}"), &[-1.0, 0.5, f64::from(index)])).collect(),
                Axis::linear("change", Unit::Share),
            ),
        ),
        Chart::new("Forty bars", bars(40, vec![series("a", &many(40))], Axis::linear("count", Unit::None))),
        Chart::new("Far apart", bars(3, vec![series("a", &[1e-9, 1.0, 1e12])], Axis::log("count", Unit::None))),
        Chart::new(
            "Large counts",
            bars(3, vec![series("a", &[123_456_789.0, 1.0, 98_765_432.0])], Axis::linear("count", Unit::None)),
        ),
        Chart::new("Boxes with long names", boxes((0..6).map(long).collect())),
        Chart::new("Many boxes", boxes((0..16).map(|index| format!("n{index}")).collect())),
        Chart::new("One point", lines(Axis::linear("threads", Unit::None), vec![(3.0, 5e6)])),
        Chart::new("Times across", lines(Axis::log("time", Unit::Seconds), vec![(1e-7, 1e9), (2e3, 5e6), (0.1, 3e3)])),
        Chart::new("Large numbers across", lines(Axis::linear("count", Unit::None), vec![(1e8, 1.0), (9e8, 2.0)])),
        Chart::new("Sixteen stacks", stack),
        Chart::new("Nothing", Bars::default()),
        Chart::new("No line", Lines::default()),
    ];
    figure("corners-all", "", "What lies at the edges", charts)
}

fn confusion() -> Figure {
    let classes = ["sit", "stand", "lie", "walk", "run", "jump", "bend", "wave", "fall"];
    let counts = |scale: u64| {
        let count = move |row: u64, column: u64| match row.abs_diff(column) {
            0 => scale * (20 + row),
            1 => scale * (row % 4),
            _ => 0,
        };
        (0..9).map(move |row| (0..9).map(move |column| count(row, column)).collect()).collect()
    };
    let matrix = |counts, columns: Vec<String>| Matrix {
        row: "label".into(),
        column: "prediction".into(),
        rows: names(&classes),
        columns,
        counts,
    };
    let long = classes.map(|class| format!("predicted to {class} down")).to_vec();
    let charts = vec![
        Chart::new("Labels and predictions", matrix(counts(1), names(&classes))),
        Chart::new("Many clips, long names", matrix(counts(1234), long)),
    ];
    figure("fig7", "Fig. 7", "Confusion", charts)
}

fn table() -> Figure {
    let columns =
        ["accuracy", "sensitivity", "specificity", "precision", "F1", "clips a second", "bytes a clip", "peak memory"];
    let columns = std::iter::once(Column::words("network")).chain(columns.map(Column::numbers));
    let mut table = Table::new("Plain and encrypted", columns);
    for network in NETWORKS {
        let mut row = vec![Cell::from(network)];
        row.extend((0..4).map(|index| Cell::from(format!("9{index}.25%"))));
        row.push(Cell::marked("96.1%", Mark::Reference));
        row.extend([Cell::marked("3.25", Mark::Best), "1.30 MB".into(), Cell::marked("skipped", Mark::Skipped)]);
        table.push(row);
    }
    table.rows[1][2].mark = Some(Mark::Attention);
    Figure { tables: vec![table], ..figure("table2", "Table 2", "A table without charts", Vec::new()) }
}

fn skipped() -> Figure {
    Figure {
        skipped: vec!["The paper's data are not here.".into(), "It would take more than an hour.".into()],
        ..figure("fig8", "Fig. 8", "A figure that was skipped as a whole", Vec::new())
    }
}

fn hostile() -> Figure {
    let text = HOSTILE.to_owned();
    let bars = Bars {
        category: text.clone(),
        categories: vec![text.clone(), "<b>bold</b>".into()],
        series: vec![BarSeries {
            name: text.clone(),
            bars: vec![Some(1.0.into()), Some(1e-3.into())],
            references: vec![],
        }],
        axis: Axis::linear(HOSTILE, Unit::Named("<u>".into())),
        limits: vec![Limit { name: text.clone(), value: 0.7 }],
    };
    let mut table = Table::new(HOSTILE, [Column::words(HOSTILE), Column::numbers(HOSTILE)]).opened();
    table.push([HOSTILE, HOSTILE]);
    Figure {
        tables: vec![table],
        notes: vec![text.clone()],
        skipped: vec![text.clone()],
        command: text.clone(),
        ..figure("hostile", HOSTILE, HOSTILE, vec![Chart::new(HOSTILE, bars)])
    }
}
