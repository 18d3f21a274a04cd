//! How well classes match labels, plain and encrypted.

use hear_model::metrics::{CLASSES, Class};

use super::{Drawn, Sheet, method_name};
use crate::{
    experiment::Subject,
    record::{Accuracy, Record},
    report::{
        document::{Axis, BarSeries, Bars, Cell, Chart, Column, Mark, Matrix, Table, Unit},
        format,
    },
};

/// A measure of the classification, and how it is called.
type Measure = (&'static str, fn(&Accuracy) -> Option<f64>);

/// What the paper draws of the classification.
const MEASURES: [Measure; 5] = [
    ("accuracy", |accuracy| accuracy.accuracy),
    ("sensitivity", |accuracy| accuracy.sensitivity),
    ("specificity", |accuracy| accuracy.specificity),
    ("precision", |accuracy| accuracy.precision),
    ("F1", |accuracy| accuracy.f1),
];

/// Fig. 4f.
pub(super) fn classification(sheet: &Sheet<'_>) -> Drawn {
    let mut columns = vec![Column::words("network"), Column::words("run"), Column::numbers("clips")];
    columns.extend(MEASURES.iter().map(|(name, _)| Column::numbers(*name)));
    columns.extend(["other class than plain", "largest logit error", "mean logit error"].map(Column::numbers));
    let mut table = Table::new("Classification", columns).opened();
    let mut charts = Vec::new();
    for network in sheet.networks() {
        let mut series = Vec::new();
        for method in sheet.methods() {
            let Some((_, record)) = sheet.of(network, method) else { continue };
            let mut add = |name: &str, accuracy: &Accuracy, errors: [String; 3]| {
                let values = MEASURES.map(|(_, of)| of(accuracy));
                let mut row = vec![Cell::from(network), name.into(), record.samples.to_string().into()];
                row.extend(values.map(|value| match value {
                    Some(value) => Cell::from(Unit::Share.format(value, 4)),
                    None => Cell::marked("no such clips", Mark::Skipped),
                }));
                row.extend(errors.map(Cell::from));
                table.push(row);
                let bars = values.iter().map(|value| value.map(Into::into)).collect();
                series.push(BarSeries { name: name.to_owned(), bars, references: Vec::new() });
            };
            if let (true, Some(plain)) = (is_first(sheet, network, record), &record.plain) {
                add("plain", &plain.accuracy, Default::default());
            }
            let significant = |error| format::significant(error, 3);
            let errors = [significant(record.max_abs_logit_error), significant(record.mean_abs_logit_error)];
            let [largest, mean] = errors;
            let changed = record.changed_rows.len().to_string();
            add(&format!("encrypted, {}", method_name(method)), &record.accuracy, [changed, largest, mean]);
        }
        if !series.is_empty() {
            let references = sheet.experiment.reported.iter();
            let reference = |(name, _): &Measure| {
                references
                    .clone()
                    .find(|reported| reported.quantity.name() == *name)
                    .map(|reported| reported.value.middle())
            };
            series[0].references = MEASURES.iter().map(reference).collect();
            let categories = MEASURES.iter().map(|(name, _)| (*name).to_owned()).collect();
            let (category, axis) = ("measure".to_owned(), Axis::linear("share", Unit::Share));
            charts.push(Chart::new(
                format!("Classification by {network}"),
                Bars { category, categories, series, axis, limits: Vec::new() },
            ));
        }
    }
    Drawn::of(charts, table)
}

/// Whether a record is the first of its network: the plain network is the same for all methods.
fn is_first(sheet: &Sheet<'_>, network: &str, record: &Record) -> bool {
    sheet.methods().into_iter().find_map(|method| sheet.of(network, method)).is_some_and(|(_, first)| first == record)
}

/// Fig. 4g.
pub(super) fn confusion_plain(sheet: &Sheet<'_>) -> Drawn {
    confusion(
        sheet,
        "the plain network",
        |record| record.plain.as_ref().map(|plain| plain.confusion),
        |_, _| String::new(),
    )
}

/// Fig. 4h.
pub(super) fn confusion_encrypted(sheet: &Sheet<'_>) -> Drawn {
    let name = |_: &Sheet<'_>, subject: &Subject| format!(", {}", method_name(subject.configuration.method));
    confusion(sheet, "the encrypted run", |record| record.confusion, name)
}

/// What records call the clips whose classes are known by name.
const SHIPPED: &str = "synthetic";

/// What the classes of clips are called.
fn names(clips: &str) -> Vec<String> {
    let name = |class: &Class| match class {
        _ if clips == SHIPPED => class.name().to_owned(),
        Class::Fall => format!("{} {class}", class.index()),
        _ => class.index().to_string(),
    };
    CLASSES.iter().map(name).collect()
}

/// One matrix a network, of the paper's method where it was measured.
fn confusion(
    sheet: &Sheet<'_>,
    what: &str,
    of: fn(&Record) -> Option<[[u64; 10]; 10]>,
    name: fn(&Sheet<'_>, &Subject) -> String,
) -> Drawn {
    use hear_engine::network::method::Method::{FastHear, Hear, LeanHear};
    let mut drawn = Drawn::default();
    // The network that the paper draws comes first.
    for network in sheet.networks().into_iter().rev() {
        let Some((subject, record)) =
            [FastHear, LeanHear, Hear].into_iter().find_map(|method| sheet.of(network, method))
        else {
            continue;
        };
        let Some(counts) = of(record) else { continue };
        let title = format!("{network}, {what}{}, {} clips", name(sheet, subject), record.samples);
        let names = names(&record.config.clips);
        let mut columns = vec![Column::words("label \\ taken for")];
        columns.extend(names.iter().cloned().map(Column::numbers));
        let mut table = Table::new(title.clone(), columns);
        for (name, row) in names.iter().zip(&counts) {
            table.push(std::iter::once(name.clone()).chain(row.iter().map(u64::to_string)));
        }
        drawn.charts.push(Chart::new(
            title,
            Matrix {
                row: "label".to_owned(),
                column: "taken for".to_owned(),
                rows: names.clone(),
                columns: names,
                counts: counts.iter().map(|row| row.to_vec()).collect(),
            },
        ));
        drawn.tables.push(table);
    }
    if !drawn.charts.is_empty() && sheet.measured().any(|(_, record)| record.config.clips != SHIPPED) {
        let note = "Labels of a data set are shown as their numbers. That 9 is a fall is known; which actions the others are, \
                    the published data do not say.";
        drawn.notes.push(note.to_owned());
    }
    if drawn.charts.is_empty() && sheet.measured().next().is_some() {
        drawn.notes.push("There are no labels for these clips.".to_owned());
    }
    drawn
}
