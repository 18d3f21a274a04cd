//! The numbers of charts as tables, for those who do not see them or want to know exactly.

use super::{
    document::{
        Bar, Bars, Boxes, Cell, Chart, Column, Line, LineStyle, Lines, Mark, Matrix, Plot, Positions, Stacked, Table,
    },
    format, svg,
};
use crate::statistics::BoxPlot;

/// Significant digits of numbers.
const DIGITS: usize = 4;

impl Chart {
    /// What the chart shows, as numbers.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut table = match &self.plot {
            Plot::Boxes(plot) => boxes(plot),
            Plot::Bars(plot) => bars(plot),
            Plot::Stacked(plot) => stacked(plot),
            Plot::Lines(plot) => lines(plot),
            Plot::Matrix(plot) => matrix(plot),
        };
        table.caption.clone_from(&self.title);
        table
    }
}

fn boxes(plot: &Boxes) -> Table {
    let reported = plot.series.iter().any(|series| series.references.iter().any(Option::is_some));
    let numbers = ["median", "lower quartile", "upper quartile", "lower whisker", "upper whisker", "outliers"];
    let columns =
        [Column::words(&plot.category), Column::words("series")].into_iter().chain(numbers.map(Column::numbers));
    let mut table = Table::new("", columns.chain(reported.then(|| Column::numbers("paper"))));
    for (index, name) in plot.categories.iter().enumerate() {
        for series in &plot.series {
            let measured = series.boxes.get(index).and_then(Option::as_ref);
            let reference = series.references.get(index).copied().flatten();
            let mut row: Vec<Cell> = vec![name.as_str().into(), series.name.as_str().into()];
            match measured {
                Some(BoxPlot { median, q1, q3, low_whisker, high_whisker, outliers }) => {
                    let numbers = [median, q1, q3, low_whisker, high_whisker];
                    row.extend(numbers.map(|value| Cell::from(plot.axis.unit.format(*value, DIGITS))));
                    row.push(format::count(outliers.len() as u64).into());
                }
                None => row.extend(numbers.map(|_| missing())),
            }
            if reported {
                row.push(reference_cell(reference.map(|value| plot.axis.unit.format(value, DIGITS))));
            }
            table.push(row);
        }
    }
    table
}

fn bars(plot: &Bars) -> Table {
    let mut table = Table::new("", [Column::words(&plot.category)]);
    table.rows = plot.categories.iter().map(|name| vec![name.as_str().into()]).collect();
    let format = |value: f64| plot.axis.unit.format(value, DIGITS);
    for series in &plot.series {
        table.columns.push(Column::numbers(&series.name));
        for (row, index) in table.rows.iter_mut().zip(0..) {
            row.push(match series.bars.get(index).copied().flatten() {
                Some(Bar { value, range: None }) => format(value).into(),
                Some(Bar { value, range: Some((low, high)) }) => {
                    format!("{} ({} to {})", format(value), format(low), format(high)).into()
                }
                None => missing(),
            });
        }
        if series.references.iter().any(Option::is_some) {
            table.columns.push(Column::numbers(format!("{}, paper", series.name)));
            for (row, index) in table.rows.iter_mut().zip(0..) {
                row.push(reference_cell(series.references.get(index).copied().flatten().map(format)));
            }
        }
    }
    table
}

fn stacked(plot: &Stacked) -> Table {
    let parts = plot.parts.iter().map(|part| Column::numbers(&part.name));
    let columns = std::iter::once(Column::words(&plot.category)).chain(parts).chain([Column::numbers("sum")]);
    let mut table = Table::new("", columns);
    let format = |value: f64| Cell::from(plot.axis.unit.format(value, DIGITS));
    for (index, name) in plot.categories.iter().enumerate() {
        let parts = plot.parts.iter().map(|part| format(part.values.get(index).copied().unwrap_or(0.0)));
        table.push(std::iter::once(name.as_str().into()).chain(parts).chain([format(svg::sum(plot, index))]));
    }
    table
}

fn lines(plot: &Lines) -> Table {
    let format = |value: f64| plot.y.unit.format(value, DIGITS);
    let named = |line: &Line| match line.style {
        LineStyle::Predicted if !line.name.contains("predicted") => format!("{}, predicted", line.name),
        _ => line.name.clone(),
    };
    let mut across: Vec<f64> = plot.series.iter().flat_map(|line| line.points.iter().map(|point| point.x)).collect();
    across.sort_by(f64::total_cmp);
    across.dedup_by(|a, b| a.to_bits() == b.to_bits());
    let (first, name): (Column, Box<dyn Fn(f64) -> String>) = match &plot.x {
        Positions::Numbers(axis) => {
            (Column::numbers(&axis.label), Box::new(|value| axis.unit.tick(value, value, DIGITS)))
        }
        Positions::Categories { label, names } => {
            let name = |value: f64| {
                let named = names.iter().zip(0_u32..).find(|(_, index)| f64::from(*index) == value);
                named.map_or_else(|| format::significant(value, DIGITS), |(name, _)| name.clone())
            };
            (Column::words(label), Box::new(name))
        }
    };
    let columns = plot.series.iter().map(|line| Column::numbers(named(line)));
    let mut table = Table::new("", std::iter::once(first).chain(columns));
    for x in across {
        let cell = |line: &Line| {
            let point = line.points.iter().find(|point| point.x.to_bits() == x.to_bits());
            let Some(point) = point else { return Cell::from("") };
            let text = match point.range {
                Some((low, high)) => format!("{} ({} to {})", format(point.y), format(low), format(high)),
                None => format(point.y),
            };
            Cell { text, mark: (line.style == LineStyle::Reference).then_some(Mark::Reference) }
        };
        table.push(std::iter::once(name(x).into()).chain(plot.series.iter().map(cell)));
    }
    table
}

fn matrix(plot: &Matrix) -> Table {
    let columns = plot.columns.iter().map(Column::numbers);
    let corner = Column::words(format!("{} \\ {}", plot.row, plot.column));
    let mut table = Table::new("", std::iter::once(corner).chain(columns));
    for (row, name) in plot.rows.iter().enumerate() {
        let counts = (0..plot.columns.len()).map(|column| format::count(svg::count(plot, row, column)).into());
        table.push(std::iter::once(Cell::from(name.as_str())).chain(counts));
    }
    table
}

fn missing() -> Cell {
    Cell::marked(format::MISSING, Mark::Skipped)
}

fn reference_cell(text: Option<String>) -> Cell {
    text.map_or_else(missing, |text| Cell::marked(text, Mark::Reference))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::{Axis, BarSeries, BoxSeries, Part, Point, Unit};

    fn texts(table: &Table) -> Vec<Vec<&str>> {
        table.rows.iter().map(|row| row.iter().map(|cell| &*cell.text).collect()).collect()
    }

    fn heads(table: &Table) -> Vec<&str> {
        table.columns.iter().map(|column| &*column.name).collect()
    }

    #[test]
    fn bars_are_columns_with_intervals_and_references_beside_them() {
        let series = BarSeries {
            name: "hear".into(),
            bars: vec![Some(Bar { value: 0.5, range: Some((0.4, 0.6)) }), None],
            references: vec![None, Some(2.0)],
        };
        let axis = Axis::linear("time", Unit::Seconds);
        let bars = Bars {
            category: "network".into(),
            categories: vec!["a".into(), "b".into()],
            series: vec![series],
            axis,
            limits: vec![],
        };
        let table = Chart::new("Times", bars).table();
        assert_eq!((&*table.caption, heads(&table)), ("Times", vec!["network", "hear", "hear, paper"]));
        assert_eq!(texts(&table), [["a", "500.0 ms (400.0 ms to 600.0 ms)", "–"], ["b", "–", "2.000 s"]]);
        assert_eq!(table.rows[1][2].mark, Some(Mark::Reference));
    }

    #[test]
    fn boxes_and_stacks_show_all_their_numbers() {
        let series =
            BoxSeries { name: "hear".into(), boxes: vec![BoxPlot::of(&[1.0, 1.0, 1.0, 9.0])], references: vec![] };
        let boxes = Boxes { categories: vec!["a".into()], series: vec![series], ..Boxes::default() };
        let table = Chart::new("", boxes).table();
        assert_eq!(texts(&table), [["a", "hear", "1.000", "1.000", "3.000", "1.000", "1.000", "1"]]);
        let part = |name: &str, value| Part { name: name.into(), values: vec![value] };
        let parts = vec![part("keys", 2e6), part("weights", 1e9)];
        let axis = Axis::linear("", Unit::Bytes);
        let stacked = Stacked { categories: vec!["a".into()], parts, axis, ..Stacked::default() };
        assert_eq!(texts(&Chart::new("", stacked).table()), [["a", "2.000 MB", "1.000 GB", "1.002 GB"]]);
    }

    #[test]
    fn lines_meet_in_rows_of_the_same_place() {
        let line = |name: &str, style, points: &[(f64, f64)]| Line {
            name: name.into(),
            style,
            color: 0,
            points: points.iter().copied().map(Point::from).collect(),
        };
        let series = vec![
            line("hear", LineStyle::Measured, &[(2.0, 1.0), (1.0, 2.0)]),
            line("hear", LineStyle::Predicted, &[(4.0, 0.5), (1.0, 2.5)]),
        ];
        let x = Positions::Numbers(Axis::log2("threads", Unit::None));
        let lines = Lines { series: series.clone(), x, ..Lines::default() };
        let table = Chart::new("", lines).table();
        assert_eq!(heads(&table), ["threads", "hear", "hear, predicted"]);
        assert_eq!(texts(&table), [["1", "2.000", "2.500"], ["2", "1.000", ""], ["4", "", "0.5000"]]);
        let x = Positions::Categories { label: "stage".into(), names: vec!["one".into(), "two".into()] };
        let table = Chart::new("", Lines { series, x, ..Lines::default() }).table();
        assert_eq!(texts(&table)[0][0], "two");
    }
}
