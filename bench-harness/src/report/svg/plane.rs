//! Categories beside an axis of values: what box plots, bars and stacks stand on.
//!
//! Categories stand side by side where their names fit under them, and lie below each other elsewhere, with the names
//! before them or, on a narrow page, over them.

use super::{
    canvas::{Area, Canvas, Drawn, Place, Script, Side},
    legend::{Legend, Sample},
    marks,
    palette::{GRID, INK, MUTED, PAPER},
    ruler::{Base, Ruler},
    words::{self, LINE},
};
use crate::report::document::{Axis, Limit, Scale, Unit};

/// Size of the letters of names and ticks.
pub(super) const SIZE: f64 = 13.0;
/// Size of the letters of values at the ends of bars.
const SMALL: f64 = 12.0;
/// Around everything.
pub(super) const MARGIN: f64 = 6.0;
/// Between an axis and its labels.
pub(super) const GAP: f64 = 7.0;
/// Below this width names lie over their categories.
const NARROW: f64 = 500.0;
/// Heights of the axis where categories stand side by side.
const HEIGHT: f64 = 320.0;
const NARROW_HEIGHT: f64 = 240.0;
/// The part of a category that is left empty where they stand side by side.
const EMPTY: f64 = 0.25;
/// The greatest width of what stands in a category.
const WIDEST: f64 = 84.0;
/// Between categories that lie below each other.
const BETWEEN: f64 = 12.0;

/// What is to stand on a plane.
pub(super) struct Subject<'a> {
    /// What categories are.
    pub(super) category: &'a str,
    pub(super) names: &'a [String],
    pub(super) axis: &'a Axis,
    /// All values that are to be shown.
    pub(super) values: Vec<f64>,
    pub(super) base: Base,
    /// How many things stand in a category.
    pub(super) slots: usize,
    pub(super) legend: Vec<(String, Sample)>,
    pub(super) limits: &'a [Limit],
    /// What is written at the ends of bars, if there is room.
    pub(super) ends: Vec<String>,
}

impl Subject<'_> {
    fn has_references(&self) -> bool {
        self.legend.iter().any(|(_, sample)| *sample == Sample::Paper)
    }
}

/// Where categories and values are.
struct Layout {
    area: Area,
    height: f64,
    ruler: Ruler,
    /// Whether values go upwards and categories to the right.
    upright: bool,
    /// The names of categories, in lines.
    names: Vec<Vec<String>>,
    /// Whether names lie over their categories, not before them.
    over: bool,
    /// Whether there is room for values at the ends of bars.
    ends: bool,
}

/// Categories beside an axis, with their places.
pub(super) struct Plane<'a> {
    subject: Subject<'a>,
    width: f64,
    layout: Layout,
    label: Vec<String>,
    legend: Legend,
}

impl<'a> Plane<'a> {
    pub(super) fn new(mut subject: Subject<'a>, width: f64) -> Self {
        subject.values.extend(subject.limits.iter().map(|limit| limit.value));
        let limits = limit_entries(subject.limits, &subject.axis.unit);
        let legend = Legend::new(subject.legend.iter().cloned().chain(limits), width - 2.0 * MARGIN);
        let label = words::wrap(&axis_label(subject.axis), SIZE, width - 2.0 * MARGIN, 2).lines;
        let room = Room { width, top: MARGIN + legend.height, label: label.len() as f64 * SIZE * LINE };
        let layout = Layout::upright(&subject, &room).unwrap_or_else(|| Layout::lying(&subject, &room));
        Self { subject, width, layout, label, legend }
    }

    pub(super) fn size(&self) -> (f64, f64) {
        (self.width, self.layout.height)
    }

    pub(super) fn shows(&self, value: f64) -> bool {
        self.layout.ruler.shows(value)
    }

    /// Where bars start.
    pub(super) fn base(&self) -> f64 {
        self.layout.ruler.base()
    }

    /// The place of a value, so many pixels along the categories.
    pub(super) fn place(&self, along: f64, value: f64) -> Place {
        let Area { left, top, right, bottom } = self.layout.area;
        let share = self.layout.ruler.share(value);
        if self.layout.upright {
            (along, bottom - share * (bottom - top))
        } else {
            (left + share * (right - left), along)
        }
    }

    /// From where to where a slot of a category reaches along the categories.
    pub(super) fn slot(&self, category: usize, slot: usize) -> (f64, f64) {
        let (start, end) = self.band(category);
        let size = (end - start) / self.subject.slots.max(1) as f64;
        (start + slot as f64 * size, start + (slot + 1) as f64 * size)
    }

    /// From where to where the slots of a category reach.
    fn band(&self, category: usize) -> (f64, f64) {
        let Layout { area, upright, names, over, .. } = &self.layout;
        let (from, length) = if *upright { (area.left, area.width()) } else { (area.top, area.height()) };
        let size = length / names.len().max(1) as f64;
        let start = from + category as f64 * size;
        if *upright {
            let used = ((1.0 - EMPTY) * size).min(WIDEST * self.subject.slots.max(1) as f64);
            let middle = start + size / 2.0;
            (middle - used / 2.0, middle + used / 2.0)
        } else {
            let rows = if *over { names.iter().map(Vec::len).max().unwrap_or(1) as f64 } else { 0.0 };
            (start + rows * SIZE * LINE + BETWEEN / 2.0, start + size - BETWEEN / 2.0)
        }
    }

    /// Where the paper's mark is along the categories: where there is room, beside what was measured, which it would hide.
    pub(super) fn beside(&self, (start, end): (f64, f64)) -> f64 {
        let share = if self.layout.upright { 0.84 } else { 0.5 };
        start + share * (end - start)
    }

    /// The rectangle between two places along the categories and two values.
    pub(super) fn block(&self, (start, end): (f64, f64), low: f64, high: f64) -> Area {
        Area::between(self.place(start, low), self.place(end, high))
    }

    /// Legend, axis, names and lines across: what lies behind the values.
    pub(super) fn draw_back(&self, canvas: &Canvas<'_>) -> Drawn {
        let Layout { area, ruler, .. } = &self.layout;
        self.legend.draw(canvas, (MARGIN, MARGIN))?;
        for value in &ruler.between {
            self.across(*value).iter().try_for_each(|ends| canvas.path(ends, GRID, 0.5))?;
        }
        for tick in &ruler.ticks {
            self.across(tick.value).iter().try_for_each(|ends| canvas.path(ends, GRID, 1.0))?;
            let (x, y) = self.place(0.0, tick.value);
            let (place, side) = if self.layout.upright {
                ((area.left - GAP, y), Side::End)
            } else {
                ((x, area.bottom + GAP + SIZE / 2.0), Side::Middle)
            };
            canvas.text(&tick.label, place, Script::new(SIZE, MUTED, side))?;
        }
        if !self.subject.values.iter().any(|&value| self.shows(value)) {
            draw_nothing(canvas, *area)?;
        }
        self.draw_label(canvas)?;
        self.draw_names(canvas)
    }

    /// What lies before the values: where they start, and limits.
    pub(super) fn draw_front(&self, canvas: &Canvas<'_>) -> Drawn {
        self.across(self.base()).iter().try_for_each(|ends| canvas.path(ends, MUTED, 1.25))?;
        for (index, limit) in self.subject.limits.iter().enumerate().filter(|(_, limit)| self.shows(limit.value)) {
            self.across(limit.value).iter().try_for_each(|&[from, to]| marks::limit(canvas, from, to, index))?;
        }
        Ok(())
    }

    /// The line across all categories at a value, in pieces where names are in its way.
    fn across(&self, value: f64) -> Vec<[Place; 2]> {
        let Layout { area, upright, names, over, .. } = &self.layout;
        let pieces = if *upright {
            vec![(area.left, area.right)]
        } else if *over {
            (0..names.len()).map(|category| self.band(category)).map(|(start, end)| (start - 3.0, end + 3.0)).collect()
        } else {
            vec![(area.top, area.bottom)]
        };
        pieces.into_iter().map(|(from, to)| [self.place(from, value), self.place(to, value)]).collect()
    }

    /// Writes a value beyond the end of a bar, if there is room for all of them. Where the paper's marks may be in the way,
    /// and could be taken for what the value belongs to, values stand at the end of the axis.
    pub(super) fn draw_end(&self, canvas: &Canvas<'_>, along: f64, value: f64, text: &str) -> Drawn {
        let Layout { area, upright, ends, .. } = &self.layout;
        if !ends {
            return Ok(());
        }
        let (x, y) = self.place(along, value);
        let apart = self.subject.has_references();
        let (place, start, side) = if *upright {
            let y = if apart { area.top } else { y } - GAP - SMALL / 2.0;
            ((x, y), x - words::width(text, SMALL) / 2.0, Side::Middle)
        } else {
            let x = if apart { area.right } else { x } + GAP;
            ((x, y), x, Side::Start)
        };
        // Lines across would strike it out.
        let (top, bottom) = (place.1 - SMALL / 2.0, place.1 + SMALL / 2.0);
        let behind = Area { left: start, top, right: start + words::width(text, SMALL), bottom };
        canvas.fill(behind, PAPER, 0.8)?;
        canvas.text(text, place, Script::new(SMALL, INK, side))
    }

    /// A dash where there is no value, so that nobody takes it for 0.
    pub(super) fn draw_missing(&self, canvas: &Canvas<'_>, along: f64) -> Drawn {
        let (x, y) = self.place(along, self.base());
        let place = if self.layout.upright { (x, y - SIZE / 2.0) } else { (x + GAP + 2.0, y) };
        canvas.text("–", place, Script { bold: true, ..Script::new(1.2 * SIZE, MUTED, Side::Middle) })
    }

    /// The label of the axis: over it where values go upwards, else under it.
    fn draw_label(&self, canvas: &Canvas<'_>) -> Drawn {
        let (mut y, place, side) = if self.layout.upright {
            (MARGIN + self.legend.height, MARGIN, Side::Start)
        } else {
            let under = self.layout.area.bottom + GAP + SIZE * LINE;
            (under, self.layout.area.left, Side::Start)
        };
        // A long label would leave the picture if it started where the axis does.
        let widest = words::widest(self.label.iter().map(String::as_str), SIZE);
        let x = place.min(self.width - MARGIN - widest).max(MARGIN);
        for line in &self.label {
            canvas.text(line, (x, y + SIZE * LINE / 2.0), Script::new(SIZE, INK, side))?;
            y += SIZE * LINE;
        }
        Ok(())
    }

    fn draw_names(&self, canvas: &Canvas<'_>) -> Drawn {
        let Layout { area, upright, names, over, .. } = &self.layout;
        for (category, lines) in names.iter().enumerate() {
            let (start, end) = self.band(category);
            let middle = (start + end) / 2.0;
            let height = SIZE * LINE;
            let (x, first, side) = if *upright {
                (middle, area.bottom + GAP + height / 2.0, Side::Middle)
            } else if *over {
                (MARGIN, start - height * (lines.len() as f64 - 0.5) - 2.0, Side::Start)
            } else {
                (area.left - GAP, middle - height * (lines.len() as f64 - 1.0) / 2.0, Side::End)
            };
            for (index, line) in lines.iter().enumerate() {
                canvas.text(line, (x, first + index as f64 * height), Script::new(SIZE, INK, side))?;
            }
        }
        let rows = names.iter().map(Vec::len).max().unwrap_or(0) as f64;
        if *upright {
            let place = ((area.left + area.right) / 2.0, area.bottom + GAP + (rows + 0.5) * SIZE * LINE);
            let text = words::cut(self.subject.category, SIZE, self.width - 2.0 * MARGIN);
            canvas.text(&text, place, Script::new(SIZE, MUTED, Side::Middle))?;
        }
        Ok(())
    }
}

/// What a layout has to leave room for.
struct Room {
    width: f64,
    /// Everything over label and axis.
    top: f64,
    /// The height of the label.
    label: f64,
}

impl Layout {
    /// Categories side by side, if their names fit under them.
    fn upright(subject: &Subject<'_>, room: &Room) -> Option<Self> {
        let height = if room.width < NARROW { NARROW_HEIGHT } else { HEIGHT };
        let ruler = Ruler::new(subject.axis, &subject.values, subject.base, 6);
        let left = MARGIN + ruler.widest(SIZE) + GAP;
        let right = room.width - MARGIN;
        let band = (right - left) / subject.names.len().max(1) as f64;
        let wrapped: Vec<_> = subject.names.iter().map(|name| words::wrap(name, SIZE, band - SIZE, 2)).collect();
        // What stands in a category has to be seen.
        let slot = band * (1.0 - EMPTY) / subject.slots.max(1) as f64;
        if wrapped.iter().any(|name| name.cut) || slot < 13.0 {
            return None;
        }
        let ends = !subject.ends.is_empty() && subject.ends.iter().all(|text| words::width(text, SMALL) + 3.0 <= slot);
        // A tick at the upper end is half as high as its letters, and so may be a value over a bar.
        let top = room.top + room.label + if ends { GAP + 1.5 * SMALL } else { SIZE };
        let area = Area { left, top, right, bottom: top + height };
        let names: Vec<_> = wrapped.into_iter().map(|name| name.lines).collect();
        let rows = names.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let category = if subject.category.is_empty() { 0.0 } else { SIZE * LINE };
        let height = area.bottom + GAP + rows * SIZE * LINE + category + MARGIN;
        Some(Self { area, height, ruler, upright: true, names, over: false, ends })
    }

    /// Categories below each other.
    fn lying(subject: &Subject<'_>, room: &Room) -> Self {
        let count = subject.names.len();
        let most = 0.3 * room.width;
        let over =
            room.width < NARROW && words::widest(subject.names.iter().map(String::as_str), SIZE) > 0.2 * room.width;
        let wrapped = |name: &String| {
            if over {
                words::wrap(name, SIZE, room.width - 2.0 * MARGIN, 2).lines
            } else {
                words::wrap(name, SIZE, most, 3).lines
            }
        };
        let names: Vec<Vec<String>> = subject.names.iter().map(wrapped).collect();
        let before = if over { 0.0 } else { words::widest(names.iter().flatten().map(String::as_str), SIZE) + GAP };
        let ends = words::widest(subject.ends.iter().map(String::as_str), SMALL);
        // Labels of the first and the last tick reach beyond the axis; how far shows only when there is an axis.
        let outside = Ruler::new(subject.axis, &subject.values, subject.base, 6).widest(SIZE) / 2.0;
        let left = MARGIN + before.max(outside);
        let right = room.width - MARGIN - outside.max(if ends > 0.0 { ends + GAP } else { 0.0 });
        let ruler = Ruler::across(subject.axis, &subject.values, subject.base, right - left, SIZE);
        let slots = subject.slots.max(1) as f64;
        let slot = (900.0 / (count.max(1) as f64 * slots)).clamp(13.0, 20.0);
        let rows = names.iter().map(Vec::len).max().unwrap_or(1) as f64;
        let name = rows * SIZE * LINE;
        let band = BETWEEN + if over { name + slots * slot } else { name.max(slots * slot) };
        let top = room.top + 4.0;
        let area = Area { left, top, right, bottom: top + (count as f64 * band).max(40.0) };
        let height = area.bottom + GAP + SIZE * LINE + room.label + MARGIN;
        Self { area, height, ruler, upright: false, names, over, ends: ends > 0.0 }
    }
}

/// Says that there is nothing to see.
pub(super) fn draw_nothing(canvas: &Canvas<'_>, area: Area) -> Drawn {
    let middle = ((area.left + area.right) / 2.0, area.top + 0.45 * area.height());
    canvas.text("no values", middle, Script::new(SIZE, MUTED, Side::Middle))
}

/// The label of an axis with what its ticks do not say.
pub(super) fn axis_label(axis: &Axis) -> String {
    let mut label = axis.label.clone();
    if let Unit::Named(unit) = &axis.unit
        && !unit.is_empty()
    {
        label.push_str(&format!(" ({unit})"));
    }
    if axis.scale != Scale::Linear && !label.is_empty() {
        label.push_str(", logarithmic");
    }
    label
}

/// Entries of a legend for lines across.
pub(super) fn limit_entries(limits: &[Limit], unit: &Unit) -> impl Iterator<Item = (String, Sample)> {
    let named = |limit: &Limit| match &*limit.name {
        "" => unit.format(limit.value, 3),
        name => format!("{name}: {}", unit.format(limit.value, 3)),
    };
    limits.iter().enumerate().map(move |(index, limit)| (named(limit), Sample::Limit(index)))
}
