//! The learning curve as SVG.

use plotters::prelude::*;

use super::trainer::Epoch;
use crate::metrics::DrawError;

/// Pixels of the picture.
const SIZE: (u32, u32) = (720, 420);

/// A line of the picture: what it is called, its colour, and its value in an epoch.
type Line = (&'static str, RGBColor, fn(&Epoch) -> Option<f64>);

const LINES: [Line; 4] = [
    ("training loss", BLACK, |epoch| Some(epoch.loss)),
    ("held-out loss", MAGENTA, |epoch| epoch.held_out_loss),
    ("training accuracy", BLUE, |epoch| Some(epoch.accuracy)),
    ("test accuracy", RED, |epoch| epoch.test_accuracy),
];

/// Loss and accuracy over the epochs, as SVG.
///
/// # Errors
/// If the drawing library fails.
pub fn svg(history: &[Epoch]) -> Result<String, DrawError> {
    let mut svg = String::new();
    draw(history, SVGBackend::with_string(&mut svg, SIZE)).map_err(|error| DrawError::new(&error))?;
    Ok(svg)
}

fn draw<B: DrawingBackend>(history: &[Epoch], backend: B) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let root = backend.into_drawing_area();
    root.fill(&WHITE)?;
    let values = || LINES.iter().flat_map(|(_, _, value)| history.iter().filter_map(value));
    let top = values().fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(40)
        .build_cartesian_2d(1..history.len().max(2), 0.0..top * 1.05)?;
    chart.configure_mesh().x_desc("epoch").light_line_style(WHITE).draw()?;
    for (name, color, value) in LINES {
        let points: Vec<_> = history.iter().filter_map(|epoch| Some((epoch.epoch, value(epoch)?))).collect();
        if points.is_empty() {
            continue;
        }
        let line = chart.draw_series(LineSeries::new(points, color))?;
        line.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color));
    }
    chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw()?;
    root.present()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_without_values_are_left_out() {
        let epoch = |epoch, loss, held_out_loss| Epoch {
            epoch,
            learning_rate: 0.05,
            loss,
            accuracy: 0.5,
            held_out_loss,
            test_accuracy: Some(0.25),
        };
        let three = svg(&[epoch(1, 2.0, None), epoch(2, 1.5, None)]).unwrap();
        let four = svg(&[epoch(1, 2.0, Some(1.9)), epoch(2, 1.5, Some(1.6))]).unwrap();
        let lines = |svg: &str| svg.matches("<polyline").count();
        assert_eq!(lines(&four), lines(&three) + 2, "a line and its sample in the legend");
        assert!(three.contains("training loss") && three.contains("test accuracy") && !three.contains("held-out"));
        assert!(four.contains("held-out"));
    }
}
