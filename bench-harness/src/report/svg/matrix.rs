//! How often each row met each column.

use super::{
    canvas::{Area, Canvas, DrawError, Picture, Script, Side},
    palette::{GRID, HEAT, HEAT_TEXT, INK, MUTED},
    plane::{GAP, MARGIN, SIZE},
    words::{self, LINE},
};
use crate::report::{document::Matrix, format};

/// The largest side of a cell.
const CELL: f64 = 52.0;
/// Columns' names are turned where they do not fit; then so much of them is shown.
const TURNED: f64 = 170.0;
/// The least size at which numbers can be read.
const LEAST: f64 = 9.0;
/// From this share of a row on, a cell is so dark that its number is light.
const DARK: f64 = 0.75;

pub(super) fn draw(matrix: &Matrix, width: f64) -> Result<Picture, DrawError> {
    let Matrix { row, column, rows, columns, .. } = matrix;
    let names: Vec<String> = rows.iter().map(|name| words::cut(name, SIZE, 0.28 * width)).collect();
    let left = MARGIN + words::widest(names.iter().map(String::as_str), SIZE) + GAP;
    let cell = ((width - MARGIN - left) / columns.len().max(1) as f64).min(CELL);
    let turned = columns.iter().any(|name| words::width(name, SIZE) + 4.0 > cell);
    let heads: Vec<String> =
        columns.iter().map(|name| words::cut(name, SIZE, if turned { TURNED } else { cell })).collect();
    let head = if turned { words::widest(heads.iter().map(String::as_str), SIZE) } else { SIZE * LINE };
    let explained = words::wrap(&format!("rows: {row}; columns: {column}"), SIZE, width - 2.0 * MARGIN, 2).lines;
    let top = MARGIN + explained.len() as f64 * SIZE * LINE + 4.0 + head + GAP;
    let height = top + cell * rows.len() as f64 + MARGIN;
    // Numbers are of one size, so that a small one does not look like less.
    let counts = || (0..rows.len()).flat_map(|row| (0..columns.len()).map(move |column| count(matrix, row, column)));
    let longest = words::widest(counts().map(format::count).collect::<Vec<_>>().iter().map(String::as_str), 1.0);
    let size = SIZE.min((cell - 4.0) / longest.max(0.1)).min(0.6 * cell);
    Canvas::paint(width, height, |canvas| {
        for (index, line) in explained.iter().enumerate() {
            let y = MARGIN + (index as f64 + 0.5) * SIZE * LINE;
            canvas.text(line, (MARGIN, y), Script::new(SIZE, MUTED, Side::Start))?;
        }
        for (index, head) in heads.iter().enumerate() {
            let x = left + (index as f64 + 0.5) * cell;
            let (y, side) = if turned { (top - GAP, Side::Start) } else { (top - GAP - SIZE / 2.0, Side::Middle) };
            canvas.text(head, (x, y), Script { upwards: turned, ..Script::new(SIZE, INK, side) })?;
        }
        for (row, name) in names.iter().enumerate() {
            let y = top + row as f64 * cell;
            canvas.text(name, (left - GAP, y + cell / 2.0), Script::new(SIZE, INK, Side::End))?;
            let all: u64 = (0..columns.len()).map(|column| count(matrix, row, column)).fold(0, u64::saturating_add);
            for column in 0..columns.len() {
                let x = left + column as f64 * cell;
                let area = Area { left: x, top: y, right: x + cell, bottom: y + cell };
                let number = count(matrix, row, column);
                let share = number as f64 / all.max(1) as f64;
                canvas.fill(area, HEAT, share)?;
                canvas.outline(area, GRID, 1.0)?;
                if number > 0 && size >= LEAST {
                    let hue = if share > DARK { HEAT_TEXT } else { INK };
                    let middle = (x + cell / 2.0, y + cell / 2.0);
                    canvas.text(&format::count(number), middle, Script::new(size, hue, Side::Middle))?;
                }
            }
        }
        Ok(())
    })
}

/// How often a row met a column.
pub(in crate::report) fn count(matrix: &Matrix, row: usize, column: usize) -> u64 {
    matrix.counts.get(row).and_then(|counts| counts.get(column)).copied().unwrap_or(0)
}
