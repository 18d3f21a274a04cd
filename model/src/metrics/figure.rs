//! The confusion matrix as a picture and as a table.

use std::error::Error;
use std::fmt;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{CLASSES, Confusion};
use crate::network::CLASS_COUNT;

/// Pixels of a cell.
const CELL: i32 = 48;
/// Pixels before the first cell, for the names of the classes.
const MARGIN: i32 = 80;

/// A picture that cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw: {0}")]
pub struct DrawError(pub(crate) String);

impl DrawError {
    /// What the drawing library says.
    pub(crate) fn new(error: &impl Error) -> Self {
        Self(error.to_string())
    }
}

impl Confusion {
    /// The matrix as SVG: a row a label, a column a prediction, darker where more of the label's clips fall.
    ///
    /// # Errors
    /// If the drawing library fails.
    pub fn to_svg(&self) -> Result<String, DrawError> {
        let size = u32::try_from(MARGIN + CELL * i32::try_from(CLASS_COUNT).unwrap_or(0) + 16).unwrap_or(0);
        let mut svg = String::new();
        self.draw(SVGBackend::with_string(&mut svg, (size, size))).map_err(|error| DrawError::new(&error))?;
        Ok(svg)
    }

    fn draw<B: DrawingBackend>(&self, backend: B) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let root = backend.into_drawing_area();
        root.fill(&WHITE)?;
        let text = |color: &RGBColor, horizontal| {
            ("sans-serif", 14).into_font().color(color).pos(Pos::new(horizontal, VPos::Center))
        };
        root.draw(&Text::new("label \\ prediction", (MARGIN / 8, MARGIN / 4), ("sans-serif", 12).into_font()))?;
        for (row, label) in (0..).zip(CLASSES) {
            let y = MARGIN + CELL * row;
            root.draw(&Text::new(label.name(), (MARGIN - 8, y + CELL / 2), text(&BLACK, HPos::Right)))?;
            root.draw(&Text::new(label.name(), (y + CELL / 2, MARGIN - 16), text(&BLACK, HPos::Center)))?;
            let all: u64 = CLASSES.iter().map(|&prediction| self.count(label, prediction)).sum();
            for (column, prediction) in (0..).zip(CLASSES) {
                let x = MARGIN + CELL * column;
                let count = self.count(label, prediction);
                let share = count as f64 / all.max(1) as f64;
                let cell = [(x, y), (x + CELL - 1, y + CELL - 1)];
                root.draw(&Rectangle::new(cell, BLUE.mix(share).filled()))?;
                root.draw(&Rectangle::new(cell, BLACK.mix(0.2)))?;
                if count > 0 {
                    let color = if share > 0.5 { &WHITE } else { &BLACK };
                    let middle = (x + CELL / 2, y + CELL / 2);
                    root.draw(&Text::new(count.to_string(), middle, text(color, HPos::Center)))?;
                }
            }
        }
        root.present()
    }
}

/// A table: a row a label, a column a prediction.
impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>6}", "")?;
        for class in CLASSES {
            write!(f, "{:>6}", class.name())?;
        }
        for label in CLASSES {
            write!(f, "\n{:>6}", label.name())?;
            for prediction in CLASSES {
                match self.count(label, prediction) {
                    0 => write!(f, "{:>6}", ".")?,
                    count => write!(f, "{count:>6}")?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Class;

    #[test]
    fn the_table_and_the_picture_show_every_count_in_its_cell() {
        let pairs = [(Class::Walk, Class::Run, 7), (Class::Fall, Class::Fall, 29)];
        let pairs = pairs.into_iter().flat_map(|(label, prediction, n)| std::iter::repeat_n((label, prediction), n));
        let confusion: Confusion = pairs.collect();
        let lines: Vec<String> = confusion.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 11);
        assert_eq!(lines[8], format!("  walk{}     7{}", "     .".repeat(4), "     .".repeat(5)));
        assert!(lines[10].ends_with("    29"));
        let svg = confusion.to_svg().unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for text in ["walk", "fall", "\n7\n", "\n29\n"] {
            assert!(svg.contains(text), "{text:?} in {svg}");
        }
    }
}
