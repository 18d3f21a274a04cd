//! Charts as pictures.

mod bars;
mod boxes;
mod canvas;
mod legend;
mod lines;
mod marks;
mod matrix;
pub(super) mod palette;
mod plane;
mod ruler;
mod stacked;
mod words;

pub use canvas::DrawError;
pub(super) use canvas::Picture;
pub(super) use matrix::count;
pub(super) use stacked::sum;

use super::document::{Plot, Scale};

/// Widths of a picture for wide and for narrow pages: letters are of the same size on both.
pub(super) const WIDE: f64 = 860.0;
pub(super) const NARROW: f64 = 380.0;

/// Draws for a page of that many pixels.
pub(super) fn draw(plot: &Plot, width: f64) -> Result<Picture, DrawError> {
    match plot {
        Plot::Boxes(plot) => boxes::draw(plot, width),
        Plot::Bars(plot) => bars::draw(plot, width),
        Plot::Stacked(plot) => stacked::draw(plot, width),
        Plot::Lines(plot) => lines::draw(plot, width),
        Plot::Matrix(plot) => matrix::draw(plot, width),
    }
}

/// How many values have no place in the picture.
pub(super) fn omitted(plot: &Plot) -> usize {
    let without =
        |scale: Scale, values: Vec<f64>| values.into_iter().filter(|&value| !ruler::drawable(scale, value)).count();
    match plot {
        Plot::Boxes(plot) => without(plot.axis.scale, boxes::values(plot)),
        Plot::Bars(plot) => without(plot.axis.scale, bars::values(plot)),
        Plot::Stacked(plot) => {
            let parts = plot.parts.iter().flat_map(|part| part.values.iter().take(plot.categories.len()));
            parts.filter(|&&value| !ruler::drawable(Scale::Linear, value) || value < 0.0).count()
        }
        Plot::Lines(plot) => {
            let points = plot.series.iter().flat_map(|line| &line.points);
            points.filter(|point| !lines::drawable(plot, point)).count()
        }
        Plot::Matrix(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        report::document::{
            Axis, Bar, BarSeries, Bars, BoxSeries, Boxes, Limit, Line, LineStyle, Lines, Matrix, Part, Point,
            Positions, Stacked, Unit,
        },
        statistics::BoxPlot,
    };

    const ODD: [&[f64]; 9] = [
        &[],
        &[0.0],
        &[1.5],
        &[2.0, 2.0, 2.0],
        &[0.0, 0.0, 0.0],
        &[1e-9, 1.0, 1e9],
        &[-3.0, 0.0, 4.0],
        &[f64::NAN, f64::INFINITY, 1.0],
        &[1e-300, 1e300, f64::MIN_POSITIVE],
    ];

    fn axes() -> Vec<Axis> {
        let units = [Unit::None, Unit::Seconds, Unit::Bytes, Unit::Share, Unit::Ratio, Unit::Named("Gbit/s".into())];
        let all = units.into_iter().flat_map(|unit| {
            [Scale::Linear, Scale::Log, Scale::Log2].map(|scale| Axis {
                label: "values".into(),
                unit: unit.clone(),
                scale,
            })
        });
        all.collect()
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("category {index} with a name")).collect()
    }

    /// Every kind of plot with the same values.
    fn plots(values: &[f64], axis: &Axis) -> Vec<Plot> {
        let named = |index: usize| format!("series {index}");
        let limits = vec![Limit { name: "limit".into(), value: values.first().copied().unwrap_or(1.0) }];
        let categories = names(values.len());
        let category = "network".to_owned();
        let references: Vec<_> = values.iter().rev().copied().map(Some).collect();
        let boxed = |&value: &f64| {
            let (low_whisker, high_whisker) = (value * 0.5, value * 3.0);
            Some(BoxPlot {
                median: value,
                q1: value,
                q3: value * 2.0,
                low_whisker,
                high_whisker,
                outliers: values.to_vec(),
            })
        };
        let box_series = |index| BoxSeries {
            name: named(index),
            boxes: values.iter().map(boxed).collect(),
            references: references.clone(),
        };
        let bar = |&value: &f64| Some(Bar { value, range: Some((value * 0.5, value * 2.0)) });
        let bar_series = |index| BarSeries {
            name: named(index),
            bars: values.iter().map(bar).collect(),
            references: references.clone(),
        };
        let part = |index| Part { name: named(index), values: values.to_vec() };
        let styles = [LineStyle::Measured, LineStyle::Predicted, LineStyle::Reference];
        let line = |index: usize| Line {
            name: named(index),
            style: styles[index % 3],
            color: index,
            points: values.iter().map(|&value| Point { x: value, y: value, range: Some((0.0, value)) }).collect(),
        };
        let lines = |x| Lines { series: (0..8).map(line).collect(), x, y: axis.clone(), limits: limits.clone() };
        vec![
            Boxes {
                category: category.clone(),
                categories: categories.clone(),
                series: (0..3).map(box_series).collect(),
                axis: axis.clone(),
            }
            .into(),
            Bars {
                category: category.clone(),
                categories: categories.clone(),
                series: (0..9).map(bar_series).collect(),
                axis: axis.clone(),
                limits: limits.clone(),
            }
            .into(),
            Stacked {
                category,
                categories: categories.clone(),
                parts: (0..16).map(part).collect(),
                axis: axis.clone(),
                limits: limits.clone(),
            }
            .into(),
            lines(Positions::Numbers(axis.clone())).into(),
            lines(Positions::Categories { label: "stage".into(), names: categories }).into(),
        ]
    }

    #[test]
    fn every_kind_of_plot_bears_odd_values() {
        for axis in axes() {
            for values in ODD {
                for plot in plots(values, &axis) {
                    for width in [WIDE, NARROW] {
                        let picture = draw(&plot, width).unwrap();
                        assert!(picture.view.0 > 0 && picture.view.1 > 100, "{plot:?}");
                        assert!(picture.view.1 < 40_000, "{} high: {plot:?}", picture.view.1);
                        for nonsense in ["NaN", "inf", "2147483647", "<svg", "</svg"] {
                            assert!(!picture.shapes.contains(nonsense), "{nonsense} in {} of {plot:?}", picture.shapes);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn plots_of_nothing_are_drawn() {
        let empty: [Plot; 5] = [
            Boxes::default().into(),
            Bars::default().into(),
            Stacked::default().into(),
            Lines::default().into(),
            Matrix::default().into(),
        ];
        for plot in empty {
            for width in [WIDE, NARROW] {
                assert!(draw(&plot, width).unwrap().view.1 > 10, "{plot:?}");
            }
        }
    }

    #[test]
    fn entries_beyond_the_categories_are_ignored_and_missing_ones_are_marked() {
        let series =
            |bars: usize| BarSeries { name: "ours".into(), bars: vec![Some(1.0.into()); bars], references: Vec::new() };
        let picture = |bars: usize| {
            let bars = Bars { categories: names(2), series: vec![series(bars)], ..Bars::default() };
            draw(&bars.into(), WIDE).unwrap()
        };
        assert_eq!(picture(2), picture(7));
        assert!(!picture(2).shapes.contains("\n–\n") && picture(1).shapes.contains("\n–\n"));
    }

    #[test]
    fn what_has_no_place_is_counted() {
        let points = [(1.0, 1.0), (2.0, 0.0), (f64::NAN, 1.0), (3.0, -1.0)].map(Point::from).to_vec();
        let lines =
            |y: Axis| Lines { series: vec![Line { points: points.clone(), ..Line::default() }], y, ..Lines::default() };
        assert_eq!(omitted(&lines(Axis::linear("", Unit::None)).into()), 1);
        assert_eq!(omitted(&lines(Axis::log("", Unit::None)).into()), 3);
    }

    #[test]
    fn cells_are_as_dark_as_their_part_of_the_row() {
        let matrix = Matrix {
            row: "label".into(),
            column: "prediction".into(),
            rows: vec!["walk".into(), "fall".into()],
            columns: vec!["walk".into(), "fall".into()],
            counts: vec![vec![3, 1], vec![0, 12_345]],
        };
        for width in [WIDE, NARROW] {
            let picture = draw(&matrix.clone().into(), width).unwrap();
            assert!(picture.shapes.contains("opacity=\"0.75\" fill=\"#0B5FA5\""), "{}", picture.shapes);
            assert!(picture.shapes.contains("12\u{202f}345"), "{}", picture.shapes);
        }
    }

    #[test]
    fn words_are_escaped() {
        let bars = Bars {
            categories: vec!["<script>&\"'".into()],
            series: vec![BarSeries { name: "<b>".into(), bars: vec![Some(1.0.into())], references: Vec::new() }],
            ..Bars::default()
        };
        let picture = draw(&bars.into(), WIDE).unwrap();
        assert!(!picture.shapes.contains("<script") && !picture.shapes.contains("<b>"));
        assert!(picture.shapes.contains("&lt;script&gt;&amp;"));
    }
}
