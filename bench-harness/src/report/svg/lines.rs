//! Lines over numbers or ordered categories.

use super::{
    canvas::{Area, Canvas, DrawError, Drawn, Picture, Place, Script, Side},
    legend::{Legend, Sample},
    marks::{self, Stroke},
    palette::{GRID, INK, MUTED},
    plane::{GAP, MARGIN, SIZE, axis_label, draw_nothing, limit_entries},
    ruler::{self, Base, Ruler},
    words::{self, LINE},
};
use crate::report::document::{Axis, Line, Lines, Point, Positions, Scale};

/// Heights of the axis on wide and on narrow pages.
const HEIGHT: f64 = 320.0;
const NARROW_HEIGHT: f64 = 250.0;
/// Below this width a page is narrow.
const NARROW: f64 = 500.0;
/// Names of categories are turned where they do not fit; then so much of them is shown.
const TURNED: f64 = 150.0;

pub(super) fn draw(lines: &Lines, width: f64) -> Result<Picture, DrawError> {
    let chart = LineChart::new(lines, width);
    Canvas::paint(width, chart.height, |canvas| chart.draw(canvas))
}

/// Whether a point has a place.
pub(super) fn drawable(lines: &Lines, point: &Point) -> bool {
    let across = match &lines.x {
        Positions::Numbers(axis) => ruler::drawable(axis.scale, point.x),
        Positions::Categories { names, .. } => (0.0..names.len() as f64).contains(&point.x),
    };
    across && ruler::drawable(lines.y.scale, point.y)
}

/// What is across.
enum Across<'a> {
    Numbers { axis: &'a Axis, ruler: Ruler },
    Categories { label: &'a str, names: Vec<String>, turned: bool },
}

impl<'a> Across<'a> {
    fn new(lines: &'a Lines, length: f64) -> Self {
        match &lines.x {
            Positions::Numbers(axis) => {
                let values: Vec<f64> = points(lines).map(|point| point.x).collect();
                let base = if axis.scale == Scale::Linear { Base::Steps } else { Base::Tight };
                Self::Numbers { axis, ruler: Ruler::across(axis, &values, base, length, SIZE) }
            }
            Positions::Categories { label, names } => {
                let room = length / names.len().max(1) as f64;
                let turned = words::widest(names.iter().map(String::as_str), SIZE) + 8.0 > room;
                let names = names.iter().map(|name| words::cut(name, SIZE, if turned { TURNED } else { room }));
                Self::Categories { label, names: names.collect(), turned }
            }
        }
    }

    /// The height of what is written at the ticks.
    fn height(&self) -> f64 {
        match self {
            Self::Categories { names, turned: true, .. } => words::widest(names.iter().map(String::as_str), SIZE),
            _ => SIZE * LINE,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Numbers { axis, .. } => axis_label(axis),
            Self::Categories { label, .. } => (*label).to_owned(),
        }
    }

    fn share(&self, x: f64) -> f64 {
        match self {
            Self::Numbers { ruler, .. } => ruler.share(x),
            Self::Categories { names, .. } => (x + 0.5) / names.len().max(1) as f64,
        }
    }
}

struct LineChart<'a> {
    lines: &'a Lines,
    width: f64,
    height: f64,
    area: Area,
    legend: Legend,
    label: Vec<String>,
    label_across: Vec<String>,
    up: Ruler,
    across: Across<'a>,
}

impl<'a> LineChart<'a> {
    fn new(lines: &'a Lines, width: f64) -> Self {
        let room = width - 2.0 * MARGIN;
        let stroke = |line: &Line| Stroke { color: line.color, style: line.style };
        let entries = lines.series.iter().map(|line| (line.name.clone(), Sample::Line(stroke(line))));
        let legend = Legend::new(entries.chain(limit_entries(&lines.limits, &lines.y.unit)), room);
        let mut values: Vec<f64> = lines.limits.iter().map(|limit| limit.value).collect();
        for point in points(lines) {
            values.push(point.y);
            values.extend(point.range.into_iter().flat_map(|(low, high)| [low, high]));
        }
        let up = Ruler::new(&lines.y, &values, Base::Steps, 6);
        let left = MARGIN + up.widest(SIZE) + GAP;
        // The last label reaches beyond its tick.
        let right = width - MARGIN - 24.0;
        let across = Across::new(lines, right - left);
        let label = words::wrap(&axis_label(&lines.y), SIZE, room, 2).lines;
        let label_across = words::wrap(&across.label(), SIZE, room, 2).lines;
        let top = MARGIN + legend.height + label.len() as f64 * SIZE * LINE + SIZE;
        let bottom = top + if width < NARROW { NARROW_HEIGHT } else { HEIGHT };
        let height = bottom + GAP + across.height() + 4.0 + label_across.len() as f64 * SIZE * LINE + MARGIN;
        let area = Area { left, top, right, bottom };
        Self { lines, width, height, area, legend, label, label_across, up, across }
    }

    fn place(&self, x: f64, y: f64) -> Place {
        let Area { left, bottom, .. } = self.area;
        (left + self.across.share(x) * self.area.width(), bottom - self.up.share(y) * self.area.height())
    }

    fn draw(&self, canvas: &Canvas<'_>) -> Drawn {
        self.draw_back(canvas)?;
        if points(self.lines).next().is_none() {
            draw_nothing(canvas, self.area)?;
        }
        let Area { left, right, .. } = self.area;
        for (index, limit) in self.lines.limits.iter().enumerate().filter(|(_, limit)| self.up.shows(limit.value)) {
            let y = self.place(0.0, limit.value).1;
            marks::limit(canvas, (left, y), (right, y), index)?;
        }
        for line in &self.lines.series {
            self.draw_line(canvas, line)?;
        }
        Ok(())
    }

    fn draw_line(&self, canvas: &Canvas<'_>, line: &Line) -> Drawn {
        let stroke = Stroke { color: line.color, style: line.style };
        let mut points: Vec<&Point> = line.points.iter().filter(|point| drawable(self.lines, point)).collect();
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        let places: Vec<Place> = points.iter().map(|point| self.place(point.x, point.y)).collect();
        for point in &points {
            if let Some((low, high)) = point.range
                && self.up.shows(low)
                && self.up.shows(high)
            {
                let (x, [low, high]) = (self.place(point.x, low).0, [low, high].map(|y| self.place(point.x, y).1));
                stroke.interval(canvas, x, low, high)?;
            }
        }
        stroke.draw(canvas, &places)?;
        match &places[..] {
            [only] => stroke.shape(canvas, *only),
            places => places.iter().try_for_each(|place| stroke.mark(canvas, *place)),
        }
    }

    fn draw_back(&self, canvas: &Canvas<'_>) -> Drawn {
        self.legend.draw(canvas, (MARGIN, MARGIN))?;
        let Area { left, top, right, bottom } = self.area;
        let mut y = MARGIN + self.legend.height + SIZE * LINE / 2.0;
        for line in &self.label {
            canvas.text(line, (MARGIN, y), Script::new(SIZE, INK, Side::Start))?;
            y += SIZE * LINE;
        }
        for value in &self.up.between {
            let y = self.place(0.0, *value).1;
            canvas.line((left, y), (right, y), GRID, 0.5)?;
        }
        for tick in &self.up.ticks {
            let y = self.place(0.0, tick.value).1;
            canvas.line((left, y), (right, y), GRID, 1.0)?;
            canvas.text(&tick.label, (left - GAP, y), Script::new(SIZE, MUTED, Side::End))?;
        }
        let under = bottom + GAP;
        match &self.across {
            Across::Numbers { ruler, .. } => {
                for tick in &ruler.ticks {
                    let x = left + ruler.share(tick.value) * self.area.width();
                    canvas.line((x, top), (x, bottom), GRID, 1.0)?;
                    let script = Script::new(SIZE, MUTED, Side::Middle);
                    canvas.text(&tick.label, (x, under + SIZE * LINE / 2.0), script)?;
                }
            }
            Across::Categories { names, turned, .. } => {
                for (index, name) in names.iter().enumerate() {
                    let x = left + self.across.share(index as f64) * self.area.width();
                    canvas.line((x, bottom), (x, bottom + 4.0), MUTED, 1.0)?;
                    let (y, side) =
                        if *turned { (under, Side::End) } else { (under + SIZE * LINE / 2.0, Side::Middle) };
                    canvas.text(name, (x, y), Script { upwards: *turned, ..Script::new(SIZE, INK, side) })?;
                }
            }
        }
        canvas.line((left, bottom), (right, bottom), MUTED, 1.25)?;
        let mut y = under + self.across.height() + 4.0 + SIZE * LINE / 2.0;
        for line in &self.label_across {
            let half = words::width(line, SIZE) / 2.0;
            // A label longer than the axis is centred on the picture.
            let x = ((left + right) / 2.0).min(self.width - MARGIN - half).max(MARGIN + half);
            canvas.text(line, (x, y), Script::new(SIZE, INK, Side::Middle))?;
            y += SIZE * LINE;
        }
        Ok(())
    }
}

fn points(lines: &Lines) -> impl Iterator<Item = &Point> {
    lines.series.iter().flat_map(|line| &line.points).filter(|point| drawable(lines, point))
}
