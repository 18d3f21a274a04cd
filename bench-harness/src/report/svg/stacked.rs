//! Bars made up of parts.

use super::{
    canvas::{Canvas, DrawError, Picture},
    legend::Sample,
    marks,
    palette::PAPER,
    plane::{Plane, Subject},
    ruler::Base,
};
use crate::report::document::{Axis, Scale, Stacked};

pub(super) fn draw(stacked: &Stacked, width: f64) -> Result<Picture, DrawError> {
    let count = stacked.categories.len();
    // Lengths of parts mean nothing where equal factors are equal distances.
    let axis = Axis { scale: Scale::Linear, ..stacked.axis.clone() };
    let sums: Vec<f64> = (0..count).map(|category| sum(stacked, category)).collect();
    let end = |sum: f64| axis.unit.format(sum, 3);
    let names = stacked.parts.iter().enumerate();
    let subject = Subject {
        category: &stacked.category,
        names: &stacked.categories,
        axis: &axis,
        values: sums.clone(),
        base: Base::Bars,
        slots: 1,
        legend: names.map(|(index, part)| (part.name.clone(), Sample::Fill(index))).collect(),
        limits: &stacked.limits,
        ends: sums.iter().copied().map(end).collect(),
    };
    let plane = Plane::new(subject, width);
    let (width, height) = plane.size();
    Canvas::paint(width, height, |canvas| {
        plane.draw_back(canvas)?;
        for category in 0..count {
            let (start, stop) = plane.slot(category, 0);
            let middle = (start + stop) / 2.0;
            let half = ((stop - start) / 2.0).min(36.0);
            let mut below = 0.0;
            for (index, part) in stacked.parts.iter().enumerate() {
                let value = drawn_part(part.values.get(category).copied());
                if value > 0.0 {
                    let area = plane.block((middle - half, middle + half), below, below + value);
                    marks::block(canvas, area, index)?;
                    // Neighbours of like brightness need a seam; very thin parts would vanish behind theirs.
                    if area.width().min(area.height()) > 3.0 {
                        canvas.outline(area, PAPER, 0.75)?;
                    }
                    below += value;
                }
            }
        }
        plane.draw_front(canvas)?;
        for (category, &sum) in sums.iter().enumerate() {
            let (start, stop) = plane.slot(category, 0);
            plane.draw_end(canvas, (start + stop) / 2.0, sum, &end(sum))?;
        }
        Ok(())
    })
}

/// The length of all parts of a category.
pub(in crate::report) fn sum(stacked: &Stacked, category: usize) -> f64 {
    stacked.parts.iter().map(|part| drawn_part(part.values.get(category).copied())).sum()
}

/// What is drawn of a part: nothing of what is no length.
fn drawn_part(value: Option<f64>) -> f64 {
    value.filter(|value| value.is_finite()).unwrap_or(0.0).clamp(0.0, 1e90)
}
