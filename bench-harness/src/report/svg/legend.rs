//! What colours and marks stand for.

use super::{
    canvas::{Area, Canvas, Drawn, Place, Script, Side},
    marks::{self, Stroke},
    palette::{self, INK, PAPER},
    words,
};

/// Size of the letters.
const SIZE: f64 = 13.0;
/// From one row to the next.
const ROW: f64 = 20.0;
/// Width of the samples.
const SAMPLE: f64 = 26.0;
/// Under the last row.
const UNDER: f64 = 8.0;
/// Between a sample and its name, and between entries.
const GAP: (f64, f64) = (6.0, 18.0);

/// What stands for something in a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sample {
    /// A filled rectangle of the series with that index.
    Fill(usize),
    /// A box of a box plot of the series with that index.
    Box(usize),
    /// A line, with marks if it was measured.
    Line(Stroke),
    /// What the paper reports.
    Paper,
    /// A value beyond the whiskers.
    Outlier,
    /// A line across, the how manieth.
    Limit(usize),
}

/// All entries with their places, relative to the top left corner.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Legend {
    entries: Vec<(Place, Sample, String)>,
    /// The height of all rows and the room under them; 0 if there are none.
    pub(super) height: f64,
}

impl Legend {
    /// Entries with names, in rows of at most that width.
    pub(super) fn new(entries: impl IntoIterator<Item = (String, Sample)>, width: f64) -> Self {
        let (mut x, mut y) = (0.0, 0.0);
        let mut placed = Vec::new();
        for (name, sample) in entries.into_iter().filter(|(name, _)| !name.is_empty()) {
            let name = words::cut(&name, SIZE, width - SAMPLE - GAP.0);
            let needed = SAMPLE + GAP.0 + words::width(&name, SIZE);
            if x > 0.0 && x + needed > width {
                (x, y) = (0.0, y + ROW);
            }
            placed.push(((x, y), sample, name));
            x += needed + GAP.1;
        }
        let height = if placed.is_empty() { 0.0 } else { y + ROW + UNDER };
        Self { entries: placed, height }
    }

    pub(super) fn draw(&self, canvas: &Canvas<'_>, (left, top): Place) -> Drawn {
        for ((x, y), sample, name) in &self.entries {
            let (x, y) = (left + x, top + y + ROW / 2.0);
            let centre = (x + SAMPLE / 2.0, y);
            let swatch = Area { left: x + 4.0, top: y - 6.0, right: x + SAMPLE - 4.0, bottom: y + 6.0 };
            match *sample {
                Sample::Fill(index) => marks::block(canvas, swatch, index)?,
                Sample::Box(index) => {
                    let hue = palette::series(index);
                    marks::open_box(canvas, swatch, hue)?;
                    canvas.line((centre.0, swatch.top), (centre.0, swatch.bottom), hue, 2.5)?;
                }
                Sample::Line(stroke) => {
                    stroke.draw(canvas, &[(x, y), (x + SAMPLE, y)])?;
                    stroke.mark(canvas, centre)?;
                }
                Sample::Paper => marks::diamond(canvas, centre, INK, PAPER)?,
                Sample::Outlier => canvas.ring(centre, marks::OUTLIER, INK, 1.25)?,
                Sample::Limit(index) => marks::limit(canvas, (x, y), (x + SAMPLE, y), index)?,
            }
            let script = Script::new(SIZE, INK, Side::Start);
            canvas.text(name, (x + SAMPLE + GAP.0, y), script)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_flow_into_rows_and_long_names_are_cut() {
        let entries = |count: usize| (0..count).map(|index| (format!("series {index}"), Sample::Fill(index)));
        let one = Legend::new(entries(2), 400.0);
        let two = Legend::new(entries(5), 400.0);
        assert_eq!((one.height, two.height), (ROW + UNDER, 2.0 * ROW + UNDER));
        assert_eq!(Legend::new([(String::new(), Sample::Paper)], 400.0).height, 0.0);
        let long = Legend::new([("x".repeat(500), Sample::Paper)], 300.0);
        assert!(long.entries[0].2.ends_with('…'));
    }
}
