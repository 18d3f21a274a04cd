//! What a report says, as plain data: no colours, no pixels, no markup.
//!
//! All texts are plain text; whoever renders them escapes them. Values of charts are in base units (seconds, bytes, shares
//! of 1), and their [`Axis`] says which; cells of tables are formatted already ([`super::format`]).

use crate::statistics::BoxPlot;

/// A whole report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What stands at the top and in the title of the window.
    pub title: String,
    /// Paragraphs before everything else.
    pub lead: Vec<String>,
    /// Under what everything was measured: names and values such as machine, commit, compiler, profile and date.
    pub facts: Vec<(String, String)>,
    /// What makes the figures less sure, such as a noisy machine.
    pub warnings: Vec<String>,
    /// Figures that belong together.
    pub sections: Vec<Section>,
}

/// Figures that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Letters, digits and hyphens, and no other section's or figure's: what links point to.
    pub id: String,
    /// A heading.
    pub title: String,
    /// A paragraph on what the figures have in common; may be empty.
    pub text: String,
    /// The figures, in the order in which they are shown.
    pub figures: Vec<Figure>,
}

/// One thing that is shown, by charts and tables. One without either was skipped as a whole: it is shown with its reasons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// Letters, digits and hyphens such as `fig4c`, and no other section's or figure's: what links point to.
    pub id: String,
    /// A heading.
    pub title: String,
    /// Where the paper has it, such as `Fig. 4c`; `None` if the paper has nothing like it.
    pub place: Option<String>,
    /// One or two sentences: what is to be seen here.
    pub summary: String,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// What is listed. A figure without tables gets those of its charts ([`Chart::table`]).
    pub tables: Vec<Table>,
    /// What a reader must know, a sentence each.
    pub notes: Vec<String>,
    /// What was skipped and why, a sentence each.
    pub skipped: Vec<String>,
    /// The command that shows the same again; may be empty.
    pub command: String,
}

impl Figure {
    /// Whether nothing of it was measured.
    #[must_use]
    pub fn is_skipped(&self) -> bool {
        self.charts.is_empty() && self.tables.is_empty()
    }
}

/// Rows of formatted cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What it lists.
    pub caption: String,
    /// The heads of the columns.
    pub columns: Vec<Column>,
    /// Rows, each as long as `columns`; missing cells at the end of a row are shown empty, surplus ones left out.
    pub rows: Vec<Vec<Cell>>,
    /// Whether it is shown at once; otherwise it is folded away under the charts. A table in a figure without charts is
    /// always shown.
    pub open: bool,
}

impl Table {
    /// A table without rows, folded away under charts.
    #[must_use]
    pub fn new(caption: impl Into<String>, columns: impl IntoIterator<Item = Column>) -> Self {
        Self { caption: caption.into(), columns: columns.into_iter().collect(), rows: Vec::new(), open: false }
    }

    /// The same table, shown at once.
    #[must_use]
    pub fn opened(self) -> Self {
        Self { open: true, ..self }
    }

    /// Adds a row below the others.
    pub fn push<C: Into<Cell>>(&mut self, row: impl IntoIterator<Item = C>) {
        self.rows.push(row.into_iter().map(Into::into).collect());
    }
}

/// The head of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// What stands in it, with the unit if cells do not name theirs.
    pub name: String,
    /// Whether cells are numbers, which are set to the right.
    pub numeric: bool,
}

impl Column {
    /// A column of words, set to the left.
    #[must_use]
    pub fn words(name: impl Into<String>) -> Self {
        Self { name: name.into(), numeric: false }
    }

    /// A column of numbers, set to the right.
    #[must_use]
    pub fn numbers(name: impl Into<String>) -> Self {
        Self { name: name.into(), numeric: true }
    }
}

/// What stands in one place of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What is read.
    pub text: String,
    /// What is special about it.
    pub mark: Option<Mark>,
}

impl Cell {
    /// A cell that is marked.
    #[must_use]
    pub fn marked(text: impl Into<String>, mark: Mark) -> Self {
        Self { text: text.into(), mark: Some(mark) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, mark: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// What is special about a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The best of its kind: set in bold.
    Best,
    /// What the paper reports, not what was measured here: set in italics.
    Reference,
    /// Not measured: set back.
    Skipped,
    /// A value that needs attention, such as an outlier or a missed limit.
    Attention,
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows, in a few words: its accessible name, and the line above it.
    pub title: String,
    /// How it is drawn, and of what.
    pub plot: Plot,
}

impl Chart {
    /// A chart.
    #[must_use]
    pub fn new(title: impl Into<String>, plot: impl Into<Plot>) -> Self {
        Self { title: title.into(), plot: plot.into() }
    }
}

/// How something is drawn, and of what. Values that are not finite, and values at or below 0 on a logarithmic axis, are
/// left out, and the chart says how many.
#[derive(Clone, Debug, PartialEq)]
pub enum Plot {
    /// Box plots: the spread of repeated measurements.
    Boxes(Boxes),
    /// Bars from a common base.
    Bars(Bars),
    /// Bars made up of parts.
    Stacked(Stacked),
    /// Lines over a number or an ordered category.
    Lines(Lines),
    /// How often each row met each column.
    Matrix(Matrix),
}

impl From<Boxes> for Plot {
    fn from(plot: Boxes) -> Self {
        Self::Boxes(plot)
    }
}

impl From<Bars> for Plot {
    fn from(plot: Bars) -> Self {
        Self::Bars(plot)
    }
}

impl From<Stacked> for Plot {
    fn from(plot: Stacked) -> Self {
        Self::Stacked(plot)
    }
}

impl From<Lines> for Plot {
    fn from(plot: Lines) -> Self {
        Self::Lines(plot)
    }
}

impl From<Matrix> for Plot {
    fn from(plot: Matrix) -> Self {
        Self::Matrix(plot)
    }
}

/// Categories of which each series has a box plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Boxes {
    /// What the categories are, such as `network`.
    pub category: String,
    /// The names of the categories.
    pub categories: Vec<String>,
    /// What is compared within a category.
    pub series: Vec<BoxSeries>,
    /// Of the values.
    pub axis: Axis,
}

/// One of several things that are compared within every category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BoxSeries {
    /// Its name in the legend.
    pub name: String,
    /// A box plot a category; `None`, or no entry, where there is nothing.
    pub boxes: Vec<Option<BoxPlot>>,
    /// What the paper reports for each category; may be shorter than the categories.
    pub references: Vec<Option<f64>>,
}

/// Categories of which each series has a bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// What the categories are, such as `network`.
    pub category: String,
    /// The names of the categories.
    pub categories: Vec<String>,
    /// What is compared within a category.
    pub series: Vec<BarSeries>,
    /// Of the values. On a logarithmic axis bars start at the end of the axis, not at 0.
    pub axis: Axis,
    /// Lines across all categories, such as a limit.
    pub limits: Vec<Limit>,
}

/// One of several things that are compared within every category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarSeries {
    /// Its name in the legend.
    pub name: String,
    /// A bar a category; `None`, or no entry, where there is nothing.
    pub bars: Vec<Option<Bar>>,
    /// What the paper reports for each category; may be shorter than the categories.
    pub references: Vec<Option<f64>>,
}

/// A value and how sure it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bar {
    /// The value.
    pub value: f64,
    /// The ends of its interval, the lower first.
    pub range: Option<(f64, f64)>,
}

impl From<f64> for Bar {
    fn from(value: f64) -> Self {
        Self { value, range: None }
    }
}

/// A line across a chart at one value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limit {
    /// Its name in the legend.
    pub name: String,
    /// Where it is.
    pub value: f64,
}

/// Categories of which each is a bar of parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stacked {
    /// What the categories are, such as `network`.
    pub category: String,
    /// The names of the categories.
    pub categories: Vec<String>,
    /// The parts, first at the base.
    pub parts: Vec<Part>,
    /// Of the sums; always linear.
    pub axis: Axis,
    /// Lines across all categories, such as a budget.
    pub limits: Vec<Limit>,
}

/// A part of every bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Its name in the legend.
    pub name: String,
    /// How large it is in each category: at least 0; no entry is 0.
    pub values: Vec<f64>,
}

/// Lines over a number or an ordered category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// The lines.
    pub series: Vec<Line>,
    /// Across.
    pub x: Positions,
    /// Upwards.
    pub y: Axis,
    /// Lines across the whole chart, such as a limit.
    pub limits: Vec<Limit>,
}

/// A line through points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// What its points are.
    pub style: LineStyle,
    /// Lines with the same number share their colour and marks, such as a method measured and the same method predicted.
    pub color: usize,
    /// Its points, in any order; they are joined from left to right.
    pub points: Vec<Point>,
}

/// A point of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Across; the index of the category if there are categories.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// The ends of the interval of `y`, the lower first.
    pub range: Option<(f64, f64)>,
}

impl From<(f64, f64)> for Point {
    fn from((x, y): (f64, f64)) -> Self {
        Self { x, y, range: None }
    }
}

/// What the points of a line are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineStyle {
    /// Measured here: solid, with marks.
    #[default]
    Measured,
    /// Predicted by a model: dashed.
    Predicted,
    /// Reported elsewhere or ideal: dotted.
    Reference,
}

/// What points of a line lie over.
#[derive(Clone, Debug, PartialEq)]
pub enum Positions {
    /// Numbers.
    Numbers(Axis),
    /// Ordered categories, at equal distances.
    Categories {
        /// What they are, such as `stage`.
        label: String,
        /// Their names.
        names: Vec<String>,
    },
}

impl Positions {
    /// What they are.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Numbers(axis) => &axis.label,
            Self::Categories { label, .. } => label,
        }
    }
}

impl Default for Positions {
    fn default() -> Self {
        Self::Numbers(Axis::default())
    }
}

/// How often each row met each column, such as label and prediction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// What rows are, such as `label`.
    pub row: String,
    /// What columns are, such as `prediction`.
    pub column: String,
    /// The names of rows.
    pub rows: Vec<String>,
    /// The names of columns.
    pub columns: Vec<String>,
    /// A row of counts a row; missing ones are 0.
    pub counts: Vec<Vec<u64>>,
}

/// An axis of numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What the numbers are, such as `time of an inference`, without the unit.
    pub label: String,
    /// What they are measured in.
    pub unit: Unit,
    /// How they are spaced.
    pub scale: Scale,
}

impl Axis {
    /// An axis of equal steps.
    #[must_use]
    pub fn linear(label: impl Into<String>, unit: Unit) -> Self {
        Self { label: label.into(), unit, scale: Scale::Linear }
    }

    /// An axis of equal factors.
    #[must_use]
    pub fn log(label: impl Into<String>, unit: Unit) -> Self {
        Self { label: label.into(), unit, scale: Scale::Log }
    }

    /// An axis of doublings, such as a number of threads.
    #[must_use]
    pub fn log2(label: impl Into<String>, unit: Unit) -> Self {
        Self { label: label.into(), unit, scale: Scale::Log2 }
    }
}

/// How the numbers of an axis are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps.
    #[default]
    Linear,
    /// Equal factors, marked at powers of 10.
    Log,
    /// Equal factors, marked at powers of 2.
    Log2,
}

/// What numbers are measured in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Counts and other bare numbers.
    #[default]
    None,
    /// Seconds, shown as µs, ms or s.
    Seconds,
    /// Bytes, shown with decimal units.
    Bytes,
    /// Shares of 1, shown as percentages.
    Share,
    /// Ratios, shown with a multiplication sign.
    Ratio,
    /// Any other unit, by its name; it stands beside the label of an axis.
    Named(String),
}
