//! Marks and strokes that tell things apart without their colour.

use super::{
    canvas::{Area, Canvas, Drawn, Place},
    palette::{self, Hue, INK, PAPER},
};
use crate::report::document::LineStyle;

/// Radius of the ring that is a value beyond the whiskers.
pub(super) const OUTLIER: f64 = 3.0;
/// Radius of the diamond that is what the paper reports.
pub(super) const DIAMOND: f64 = 5.5;
/// Radius of a mark on a line.
const MARK: f64 = 4.0;

/// A filled rectangle in the colour and the texture of the series.
pub(super) fn block(canvas: &Canvas<'_>, area: Area, series: usize) -> Drawn {
    canvas.textured(area, palette::series(series), series / palette::SERIES.len(), PAPER)
}

/// A box that lets see what is behind it.
pub(super) fn open_box(canvas: &Canvas<'_>, area: Area, hue: Hue) -> Drawn {
    canvas.fill(area, PAPER, 1.0)?;
    canvas.fill(area, hue, 0.35)?;
    canvas.outline(area, hue, 1.5)
}

/// What the paper reports: a diamond with a rim that sets it off from bars.
pub(super) fn diamond(canvas: &Canvas<'_>, centre: Place, hue: Hue, rim: Hue) -> Drawn {
    canvas.polygon(&square_on_edge(centre, DIAMOND + 1.5), rim)?;
    canvas.polygon(&square_on_edge(centre, DIAMOND), hue)
}

/// A line across a chart; each has its dashes.
pub(super) fn limit(canvas: &Canvas<'_>, from: Place, to: Place, index: usize) -> Drawn {
    let dashes = [(6.0, 4.0), (2.0, 3.0), (12.0, 4.0)];
    canvas.dashes(&[from, to], INK, 1.5, dashes[index % dashes.len()])
}

fn square_on_edge((x, y): Place, radius: f64) -> [Place; 4] {
    [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    /// Which colour and which mark.
    pub(super) color: usize,
    pub(super) style: LineStyle,
}

impl Stroke {
    fn hue(self) -> Hue {
        palette::series(self.color)
    }

    pub(super) fn draw(self, canvas: &Canvas<'_>, places: &[Place]) -> Drawn {
        if places.len() < 2 {
            return Ok(());
        }
        match self.style {
            LineStyle::Measured => canvas.path(places, self.hue(), 2.0),
            LineStyle::Predicted => canvas.dashes(places, self.hue(), 2.0, (8.0, 5.0)),
            LineStyle::Reference => canvas.dashes(places, self.hue(), 2.0, (2.0, 4.0)),
        }
    }

    /// The mark of a measured point; others have none, unless a single point is all there is.
    pub(super) fn mark(self, canvas: &Canvas<'_>, centre: Place) -> Drawn {
        if self.style == LineStyle::Measured { self.shape(canvas, centre) } else { Ok(()) }
    }

    /// The mark of the colour.
    pub(super) fn shape(self, canvas: &Canvas<'_>, (x, y): Place) -> Drawn {
        let hue = self.hue();
        let triangle = |way: f64| {
            let radius = MARK + 1.0;
            canvas.polygon(&[(x, y - way * radius), (x + radius, y + way * MARK), (x - radius, y + way * MARK)], hue)
        };
        match self.color % 6 {
            0 => canvas.disc((x, y), MARK, hue),
            1 => canvas.fill(Area::about((x, y), MARK - 0.5), hue, 1.0),
            2 => triangle(1.0),
            3 => canvas.polygon(&square_on_edge((x, y), MARK + 1.0), hue),
            4 => triangle(-1.0),
            _ => {
                canvas.disc((x, y), MARK, PAPER)?;
                canvas.ring((x, y), MARK, hue, 1.75)
            }
        }
    }

    /// An interval with caps, upright.
    pub(super) fn interval(self, canvas: &Canvas<'_>, x: f64, low: f64, high: f64) -> Drawn {
        canvas.line((x, low), (x, high), self.hue(), 1.25)?;
        for y in [low, high] {
            canvas.line((x - 4.0, y), (x + 4.0, y), self.hue(), 1.25)?;
        }
        Ok(())
    }
}
