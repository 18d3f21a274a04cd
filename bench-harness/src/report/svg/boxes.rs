//! Box plots.

use super::{
    canvas::{Canvas, DrawError, Drawn, Picture},
    legend::Sample,
    marks,
    palette::{self, INK, PAPER},
    plane::{Plane, Subject},
    ruler::Base,
};
use crate::{report::document::Boxes, statistics::BoxPlot};

pub(super) fn draw(boxes: &Boxes, width: f64) -> Result<Picture, DrawError> {
    let drawn = || boxes.series.iter().flat_map(|series| series.boxes.iter().take(boxes.categories.len()).flatten());
    let mut legend: Vec<_> =
        boxes.series.iter().enumerate().map(|(index, series)| (series.name.clone(), Sample::Box(index))).collect();
    if boxes.series.iter().any(|series| series.references.iter().any(Option::is_some)) {
        legend.push(("paper".to_owned(), Sample::Paper));
    }
    if drawn().any(|plot| !plot.outliers.is_empty()) {
        legend.push(("beyond 1.5 interquartile ranges".to_owned(), Sample::Outlier));
    }
    let subject = Subject {
        category: &boxes.category,
        names: &boxes.categories,
        axis: &boxes.axis,
        values: values(boxes),
        base: Base::Steps,
        slots: boxes.series.len(),
        legend,
        limits: &[],
        ends: Vec::new(),
    };
    let plane = Plane::new(subject, width);
    let (width, height) = plane.size();
    Canvas::paint(width, height, |canvas| {
        plane.draw_back(canvas)?;
        plane.draw_front(canvas)?;
        for (index, series) in boxes.series.iter().enumerate() {
            for category in 0..boxes.categories.len() {
                let slot = plane.slot(category, index);
                let middle = (slot.0 + slot.1) / 2.0;
                let plot = series.boxes.get(category).and_then(Option::as_ref);
                let reference = series.references.get(category).copied().flatten();
                match plot {
                    Some(plot) => draw_box(canvas, &plane, slot, index, plot)?,
                    None if reference.is_none() => plane.draw_missing(canvas, middle)?,
                    None => {}
                }
                if let Some(reference) = reference.filter(|&reference| plane.shows(reference)) {
                    marks::diamond(canvas, plane.place(plane.beside(slot), reference), INK, PAPER)?;
                }
            }
        }
        Ok(())
    })
}

/// Every value that is shown.
pub(super) fn values(boxes: &Boxes) -> Vec<f64> {
    let count = boxes.categories.len();
    let numbers = |plot: &BoxPlot| {
        let BoxPlot { median, q1, q3, low_whisker, high_whisker, outliers } = plot;
        let mut numbers = vec![*median, *q1, *q3, *low_whisker, *high_whisker];
        numbers.extend(outliers);
        numbers
    };
    let measured = boxes.series.iter().flat_map(|series| series.boxes.iter().take(count).flatten()).flat_map(numbers);
    let reported = boxes.series.iter().flat_map(|series| series.references.iter().take(count).flatten().copied());
    measured.chain(reported).collect()
}

fn draw_box(canvas: &Canvas<'_>, plane: &Plane<'_>, (start, end): (f64, f64), series: usize, plot: &BoxPlot) -> Drawn {
    let hue = palette::series(series);
    let (middle, half) = ((start + end) / 2.0, (0.28 * (end - start)).clamp(4.0, 22.0));
    let whisker = |from: f64, to: f64| -> Drawn {
        canvas.line(plane.place(middle, from), plane.place(middle, to), hue, 1.5)?;
        canvas.line(plane.place(middle - half / 2.0, to), plane.place(middle + half / 2.0, to), hue, 1.5)
    };
    if [plot.q1, plot.low_whisker].iter().all(|&value| plane.shows(value)) {
        whisker(plot.q1, plot.low_whisker)?;
    }
    if [plot.q3, plot.high_whisker].iter().all(|&value| plane.shows(value)) {
        whisker(plot.q3, plot.high_whisker)?;
    }
    if [plot.q1, plot.q3].iter().all(|&value| plane.shows(value)) {
        marks::open_box(canvas, plane.block((middle - half, middle + half), plot.q1, plot.q3), hue)?;
    }
    if plane.shows(plot.median) {
        canvas.line(plane.place(middle - half, plot.median), plane.place(middle + half, plot.median), hue, 3.0)?;
    }
    for &outlier in plot.outliers.iter().filter(|&&value| plane.shows(value)) {
        canvas.ring(plane.place(middle, outlier), marks::OUTLIER, hue, 1.25)?;
    }
    Ok(())
}
