//! Shapes in pixels of the page, drawn by plotters.

use plotters::{
    backend::SVGBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _},
    element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle, Text},
    style::{
        Color as _, FontStyle, FontTransform, IntoFont as _, ShapeStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::palette::Hue;

/// Plotters draws at whole numbers; a pixel is so many of them, so that positions are exact enough.
const FINENESS: f64 = 4.0;
/// The size that plotters writes is so much smaller than the one it is given.
const FONT: f64 = 1.24;

/// Why a picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw: {0}")]
pub struct DrawError(String);

impl From<DrawingAreaErrorKind<std::io::Error>> for DrawError {
    fn from(error: DrawingAreaErrorKind<std::io::Error>) -> Self {
        Self(error.to_string())
    }
}

/// Whether a shape could be drawn.
pub(super) type Drawn = Result<(), DrawError>;

/// A place, from the top left corner.
pub(super) type Place = (f64, f64);

/// A rectangle, from its top left to its bottom right corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    /// The rectangle between two corners, in any order.
    pub(super) fn between(a: Place, b: Place) -> Self {
        Self { left: a.0.min(b.0), top: a.1.min(b.1), right: a.0.max(b.0), bottom: a.1.max(b.1) }
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The square about a place.
    pub(super) fn about((x, y): Place, radius: f64) -> Self {
        Self { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
    }
}

/// How words look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Script {
    pub(super) size: f64,
    pub(super) hue: Hue,
    pub(super) side: Side,
    pub(super) bold: bool,
    /// From the bottom to the top.
    pub(super) upwards: bool,
}

impl Script {
    pub(super) fn new(size: f64, hue: Hue, side: Side) -> Self {
        Self { size, hue, side, bold: false, upwards: false }
    }
}

/// Which end of a text its place is; its middle is on the height of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Start,
    Middle,
    End,
}

/// A picture as the inside of an `svg` element.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Picture {
    /// Width and height in the numbers that shapes use.
    pub(in crate::report) view: (u32, u32),
    /// The shapes, as SVG.
    pub(in crate::report) shapes: String,
}

/// Something to draw on.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl Canvas<'_> {
    /// A picture of that many pixels of the page.
    pub(super) fn paint(
        width: f64,
        height: f64,
        draw: impl FnOnce(&Canvas<'_>) -> Drawn,
    ) -> Result<Picture, DrawError> {
        let view = (fine(width).unsigned_abs().max(1), fine(height).unsigned_abs().max(1));
        let mut svg = String::new();
        {
            let canvas = Canvas { area: SVGBackend::with_string(&mut svg, view).into_drawing_area() };
            draw(&canvas)?;
            canvas.area.present()?;
        }
        // What is around the shapes is written by whoever knows the name of the picture.
        let shapes = svg.split_once('>').map_or("", |(_, rest)| rest).trim();
        let shapes = shapes.strip_suffix("</svg>").unwrap_or(shapes).trim().to_owned();
        Ok(Picture { view, shapes })
    }

    pub(super) fn line(&self, from: Place, to: Place, hue: Hue, stroke: f64) -> Drawn {
        self.path(&[from, to], hue, stroke)
    }

    pub(super) fn path(&self, places: &[Place], hue: Hue, stroke: f64) -> Drawn {
        let style = hue.rgb().stroke_width(fine(stroke).unsigned_abs());
        Ok(self.area.draw(&PathElement::new(all_fine(places), style))?)
    }

    pub(super) fn dashes(&self, places: &[Place], hue: Hue, stroke: f64, (dash, gap): (f64, f64)) -> Drawn {
        let style = hue.rgb().stroke_width(fine(stroke).unsigned_abs());
        Ok(self.area.draw(&DashedPathElement::new(all_fine(places), fine(dash), fine(gap), style))?)
    }

    pub(super) fn fill(&self, area: Area, hue: Hue, opacity: f64) -> Drawn {
        let corners = [fine_place((area.left, area.top)), fine_place((area.right, area.bottom))];
        Ok(self.area.draw(&Rectangle::new(corners, hue.rgb().mix(opacity).filled()))?)
    }

    pub(super) fn outline(&self, area: Area, hue: Hue, stroke: f64) -> Drawn {
        let Area { left, top, right, bottom } = area;
        self.path(&[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], hue, stroke)
    }

    /// A filled rectangle whose diagonal stripes tell it from others of its colour; the first texture has none.
    pub(super) fn textured(&self, area: Area, hue: Hue, texture: usize, stripes: Hue) -> Drawn {
        self.fill(area, hue, 1.0)?;
        let slopes: &[f64] = match texture {
            0 => &[],
            1 => &[1.0],
            2 => &[-1.0],
            _ => &[1.0, -1.0],
        };
        const STEP: f64 = 6.0;
        for slope in slopes {
            // Lines of the whole picture, of which the part inside is drawn: stripes of neighbours go on.
            let (from, to) = if *slope > 0.0 {
                (area.top - area.right, area.bottom - area.left)
            } else {
                (area.top + area.left, area.bottom + area.right)
            };
            let mut offset = (from / STEP).ceil() * STEP;
            while offset < to {
                // y = slope * x + offset
                let at = |y: f64| (y - offset) / slope;
                let (low, high) = (at(area.top).min(at(area.bottom)), at(area.top).max(at(area.bottom)));
                let (left, right) = (low.max(area.left), high.min(area.right));
                if left < right {
                    self.line((left, slope * left + offset), (right, slope * right + offset), stripes, 1.25)?;
                }
                offset += STEP;
            }
        }
        Ok(())
    }

    pub(super) fn polygon(&self, places: &[Place], hue: Hue) -> Drawn {
        Ok(self.area.draw(&Polygon::new(all_fine(places), hue.rgb().filled()))?)
    }

    pub(super) fn disc(&self, centre: Place, radius: f64, hue: Hue) -> Drawn {
        Ok(self.area.draw(&Circle::new(fine_place(centre), fine(radius), hue.rgb().filled()))?)
    }

    pub(super) fn ring(&self, centre: Place, radius: f64, hue: Hue, stroke: f64) -> Drawn {
        let style: ShapeStyle = hue.rgb().stroke_width(fine(stroke).unsigned_abs());
        Ok(self.area.draw(&Circle::new(fine_place(centre), fine(radius), style))?)
    }

    pub(super) fn text(&self, text: &str, place: Place, script: Script) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        let side = match script.side {
            Side::Start => HPos::Left,
            Side::Middle => HPos::Center,
            Side::End => HPos::Right,
        };
        let mut font = ("sans-serif", script.size * FINENESS * FONT).into_font();
        if script.bold {
            font = font.style(FontStyle::Bold);
        }
        if script.upwards {
            font = font.transform(FontTransform::Rotate270);
        }
        let style = font.color(&script.hue.rgb()).pos(Pos::new(side, VPos::Center));
        Ok(self.area.draw(&Text::new(text, fine_place(place), style))?)
    }
}

fn fine_place((x, y): Place) -> (i32, i32) {
    (fine(x), fine(y))
}

fn all_fine(places: &[Place]) -> Vec<(i32, i32)> {
    places.iter().copied().map(fine_place).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and pictures are far smaller")]
fn fine(pixels: f64) -> i32 {
    (pixels * FINENESS).round() as i32
}
