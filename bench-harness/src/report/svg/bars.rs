//! Bars beside each other.

use super::{
    canvas::{Canvas, DrawError, Picture},
    legend::Sample,
    marks,
    palette::{INK, PAPER},
    plane::{Plane, Subject},
    ruler::{self, Base},
};
use crate::report::document::{Bar, Bars};

pub(super) fn draw(bars: &Bars, width: f64) -> Result<Picture, DrawError> {
    let count = bars.categories.len();
    let mut legend: Vec<_> =
        bars.series.iter().enumerate().map(|(index, series)| (series.name.clone(), Sample::Fill(index))).collect();
    if bars.series.iter().any(|series| series.references.iter().any(Option::is_some)) {
        legend.push(("paper".to_owned(), Sample::Paper));
    }
    let shown = bars.series.iter().flat_map(|series| series.bars.iter().take(count).flatten());
    let end = |value: f64| bars.axis.unit.format(value, 3);
    let ends = shown.map(|bar| bar.value).filter(|&value| ruler::drawable(bars.axis.scale, value)).map(end);
    let subject = Subject {
        category: &bars.category,
        names: &bars.categories,
        axis: &bars.axis,
        values: values(bars),
        base: Base::Bars,
        slots: bars.series.len(),
        legend,
        limits: &bars.limits,
        ends: ends.collect(),
    };
    let plane = Plane::new(subject, width);
    let (width, height) = plane.size();
    Canvas::paint(width, height, |canvas| {
        plane.draw_back(canvas)?;
        // Lines across lie behind bars' marks and values, but before the bars.
        for category in 0..count {
            for (index, series) in bars.series.iter().enumerate() {
                let (start, end) = plane.slot(category, index);
                let thin = (end - start) * 0.08;
                let bar = series.bars.get(category).copied().flatten().filter(|bar| plane.shows(bar.value));
                if let Some(Bar { value, .. }) = bar {
                    marks::block(canvas, plane.block((start + thin, end - thin), plane.base(), value), index)?;
                }
            }
        }
        plane.draw_front(canvas)?;
        for category in 0..count {
            for (index, series) in bars.series.iter().enumerate() {
                let (start, stop) = plane.slot(category, index);
                let middle = (start + stop) / 2.0;
                let bar = series.bars.get(category).copied().flatten().filter(|bar| plane.shows(bar.value));
                let reference = series.references.get(category).copied().flatten().filter(|&value| plane.shows(value));
                if let Some((low, high)) = bar.and_then(|bar| bar.range).filter(|range| shows_range(&plane, *range)) {
                    let half = (0.2 * (stop - start)).min(5.0);
                    canvas.line(plane.place(middle, low), plane.place(middle, high), INK, 1.25)?;
                    for cap in [low, high] {
                        canvas.line(plane.place(middle - half, cap), plane.place(middle + half, cap), INK, 1.25)?;
                    }
                }
                if let Some(reference) = reference {
                    marks::diamond(canvas, plane.place(plane.beside((start, stop)), reference), INK, PAPER)?;
                }
                match bar {
                    Some(Bar { value, range }) => {
                        let range = range.filter(|range| shows_range(&plane, *range));
                        let farthest = range.map_or(value, |(_, high)| high.max(value)).max(plane.base());
                        plane.draw_end(canvas, middle, farthest, &end(value))?;
                    }
                    None if reference.is_none() => plane.draw_missing(canvas, middle)?,
                    None => {}
                }
            }
        }
        Ok(())
    })
}

/// Every value that is shown.
pub(super) fn values(bars: &Bars) -> Vec<f64> {
    let count = bars.categories.len();
    let numbers =
        |bar: &Bar| std::iter::once(bar.value).chain(bar.range.into_iter().flat_map(|(low, high)| [low, high]));
    let measured = bars.series.iter().flat_map(|series| series.bars.iter().take(count).flatten()).flat_map(numbers);
    let reported = bars.series.iter().flat_map(|series| series.references.iter().take(count).flatten().copied());
    measured.chain(reported).collect()
}

fn shows_range(plane: &Plane<'_>, (low, high): (f64, f64)) -> bool {
    plane.shows(low) && plane.shows(high)
}
