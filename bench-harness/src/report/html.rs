//! The page: one file without anything external, which works without its script, too.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::{
    ReportError,
    document::{Cell, Chart, Column, Document, Figure, Mark, Plot, Section, Table},
    svg::{self, Picture},
};

/// Nothing external, whatever the texts say.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The whole page.
///
/// # Errors
/// If a chart cannot be drawn.
pub fn html(document: &Document) -> Result<String, ReportError> {
    let sections = document.sections.iter().map(section).collect::<Result<Vec<_>, _>>()?;
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (document.title) }
                style { (PreEscaped(svg::palette::style_sheet())) (PreEscaped(STYLE)) }
            }
            body {
                header {
                    // Without the script it could do nothing.
                    button.theme type="button" data-toggle-theme hidden { "Light / dark" }
                    h1 { (document.title) }
                    @for paragraph in &document.lead { p.lead { (paragraph) } }
                    (warnings(&document.warnings))
                    @if !document.facts.is_empty() {
                        dl.facts {
                            @for (name, value) in &document.facts { div { dt { (name) } dd { (value) } } }
                        }
                    }
                }
                (contents(&document.sections))
                main { @for section in &sections { (section) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    Ok(page.into_string())
}

fn warnings(warnings: &[String]) -> Markup {
    markup! {
        @if !warnings.is_empty() {
            div.warnings role="note" aria-label="Warnings" {
                @for warning in warnings { p { strong { "Warning: " } (warning) } }
            }
        }
    }
}

fn contents(sections: &[Section]) -> Markup {
    markup! {
        nav aria-labelledby="contents" {
            h2 #contents { "Contents" }
            ol {
                @for section in sections {
                    li {
                        a href={ "#" (section.id) } { (section.title) }
                        @if !section.figures.is_empty() {
                            ul { @for figure in &section.figures { li { (entry(figure)) } } }
                        }
                    }
                }
            }
        }
    }
}

fn entry(figure: &Figure) -> Markup {
    markup! {
        a href={ "#" (figure.id) } {
            @if let Some(place) = &figure.place { span.place { (place) } " " }
            (figure.title)
        }
        @if figure.is_skipped() { " " span.tag { "skipped" } }
    }
}

fn section(section: &Section) -> Result<Markup, ReportError> {
    let figures = section.figures.iter().map(figure).collect::<Result<Vec<_>, _>>()?;
    Ok(markup! {
        section #(section.id) aria-labelledby={ (section.id) "-title" } {
            h2 #{ (section.id) "-title" } { (section.title) }
            @if !section.text.is_empty() { p.summary { (section.text) } }
            @for figure in &figures { (figure) }
        }
    })
}

fn figure(figure: &Figure) -> Result<Markup, ReportError> {
    let numbered = figure.charts.iter().zip(1..);
    let charts = numbered.map(|(shown, number)| chart(&figure.id, number, shown)).collect::<Result<Vec<_>, _>>()?;
    let derived: Vec<Table>;
    let tables = if figure.tables.is_empty() {
        derived = figure.charts.iter().map(Chart::table).collect();
        &derived
    } else {
        &figure.tables
    };
    let (open, folded): (Vec<&Table>, Vec<&Table>) =
        tables.iter().partition(|table| table.open || figure.charts.is_empty());
    let title = format!("{}-title", figure.id);
    Ok(markup! {
        article.skipped[figure.is_skipped()] #(figure.id) aria-labelledby=(title) {
            h3 #(title) {
                @if let Some(place) = &figure.place { span.place { (place) } " " }
                (figure.title)
                @if figure.is_skipped() { " " span.tag { "skipped" } }
            }
            @if !figure.summary.is_empty() { p.summary { (figure.summary) } }
            @for chart in &charts { (chart) }
            @for table in open { (self::table(table)) }
            @if !folded.is_empty() {
                details {
                    summary { "Data" }
                    @for table in folded { (self::table(table)) }
                }
            }
            (list("notes", None, &figure.notes))
            (list("left-out", Some("Skipped"), &figure.skipped))
            (command(figure))
        }
    })
}

fn list(class: &str, heading: Option<&str>, sentences: &[String]) -> Markup {
    markup! {
        @if !sentences.is_empty() {
            div.(class) {
                @if let Some(heading) = heading { p { strong { (heading) } } }
                ul { @for sentence in sentences { li { (sentence) } } }
            }
        }
    }
}

fn command(figure: &Figure) -> Markup {
    let name = format!("{}-command", figure.id);
    markup! {
        @if !figure.command.is_empty() {
            div.command {
                // Lines break between words only, never after the hyphens of an option.
                code #(name) {
                    @for (index, word) in figure.command.split(' ').enumerate() {
                        @if index > 0 { " " }
                        span { (word) }
                    }
                }
                button type="button" data-copy=(name) hidden { "Copy" }
            }
        }
    }
}

fn chart(figure: &str, number: usize, chart: &Chart) -> Result<Markup, ReportError> {
    let draw = |width| {
        svg::draw(&chart.plot, width).map_err(|source| ReportError::Draw { chart: chart.title.clone(), source })
    };
    let (wide, narrow) = (draw(svg::WIDE)?, draw(svg::NARROW)?);
    let name = format!("{figure}-chart-{number}");
    let omitted = svg::omitted(&chart.plot);
    Ok(markup! {
        figure {
            @if !chart.title.is_empty() { figcaption { (chart.title) } }
            (picture("wide", &name, chart, wide))
            (picture("narrow", &name, chart, narrow))
            @if omitted > 0 {
                p.omitted {
                    @if omitted == 1 { "One value has" } @else { (omitted) " values have" }
                    " no place on the axis; the data below have all."
                }
            }
        }
    })
}

fn picture(kind: &str, name: &str, chart: &Chart, picture: Picture) -> Markup {
    let Picture { view: (width, height), shapes } = picture;
    let [title, text] = ["title", "text"].map(|part| format!("{name}-{kind}-{part}"));
    markup! {
        svg.chart.(kind) viewBox={ "0 0 " (width) " " (height) } role="img" aria-labelledby={ (title) " " (text) }
            xmlns="http://www.w3.org/2000/svg" {
            title #(title) { (chart.title) }
            desc #(text) { (description(&chart.plot)) }
            // Plotters escapes the texts in it.
            (PreEscaped(shapes))
        }
    }
}

/// What a chart shows, for those who do not see it.
fn description(plot: &Plot) -> String {
    let among = |names: Vec<&str>| match &names[..] {
        [] => String::new(),
        names => format!(" ({})", names.join(", ")),
    };
    let by = |what: &str, label: &str, category: &str, names: Vec<&str>| {
        let by = if category.is_empty() { String::new() } else { format!(" by {category}") };
        format!("{what}: {label}{by}{}. The numbers are in the table under it.", among(names))
    };
    match plot {
        Plot::Boxes(plot) => {
            let names = plot.series.iter().map(|series| &*series.name).collect();
            by("Box plots", &plot.axis.label, &plot.category, names)
        }
        Plot::Bars(plot) => {
            let names = plot.series.iter().map(|series| &*series.name).collect();
            by("Bars", &plot.axis.label, &plot.category, names)
        }
        Plot::Stacked(plot) => {
            let names = plot.parts.iter().map(|part| &*part.name).collect();
            by("Bars of parts", &plot.axis.label, &plot.category, names)
        }
        Plot::Lines(plot) => {
            let names = plot.series.iter().map(|line| &*line.name).collect();
            by("Lines", &plot.y.label, plot.x.label(), names)
        }
        Plot::Matrix(plot) => by("Matrix of counts", &plot.row, &plot.column, Vec::new()),
    }
}

fn table(table: &Table) -> Markup {
    markup! {
        // A wide table scrolls by itself, by the keyboard, too.
        div.scroll tabindex="0" role="region" aria-label=(if table.caption.is_empty() { "Table" } else { &table.caption }) {
            table {
                @if !table.caption.is_empty() { caption { (table.caption) } }
                thead { tr { @for column in &table.columns { th.number[column.numeric] scope="col" { (column.name) } } } }
                tbody { @for row in &table.rows { (self::row(&table.columns, row)) } }
            }
        }
    }
}

fn row(columns: &[Column], cells: &[Cell]) -> Markup {
    markup! {
        tr {
            @for (index, column) in columns.iter().enumerate() {
                @let cell = cells.get(index).cloned().unwrap_or_default();
                @if index == 0 && !column.numeric {
                    th.(class(cell.mark)) scope="row" { (cell.text) }
                } @else {
                    td.(class(cell.mark)).number[column.numeric].name[!column.numeric && is_name(&cell.text)] { (cell.text) }
                }
            }
        }
    }
}

/// Whether a text is a name such as `Fast-HEAR`, which is not to be broken at its hyphen.
fn is_name(text: &str) -> bool {
    text.len() <= 12 && !text.contains(' ')
}

fn class(mark: Option<Mark>) -> &'static str {
    match mark {
        None => "cell",
        Some(Mark::Best) => "best",
        Some(Mark::Reference) => "reference",
        Some(Mark::Skipped) => "missing",
        Some(Mark::Attention) => "attention",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::{Axis, Bar, BarSeries, Bars, Limit, Unit};

    const HOSTILE: &str = "<script>alert(1)</script><img src=http://example.org onerror=\"x\"> & 'quoted' </style>";

    /// A document all of whose texts are the same.
    fn of(text: &str) -> Document {
        let text = text.to_owned();
        let bars = Bars {
            category: text.clone(),
            categories: vec![text.clone()],
            series: vec![BarSeries {
                name: text.clone(),
                bars: vec![Some(Bar { value: 1.0, range: None })],
                references: vec![Some(2.0)],
            }],
            axis: Axis::linear(&text, Unit::Named(text.clone())),
            limits: vec![Limit { name: text.clone(), value: 1.5 }],
        };
        let mut table = Table::new(&text, [Column::words(&text), Column::numbers(&text)]).opened();
        table.push([&*text, &*text]);
        let figure = |id: &str| Figure {
            id: id.into(),
            title: text.clone(),
            place: Some(text.clone()),
            summary: text.clone(),
            charts: vec![Chart::new(&text, bars.clone())],
            tables: vec![table.clone()],
            notes: vec![text.clone()],
            skipped: vec![text.clone()],
            command: text.clone(),
        };
        let skipped =
            Figure { id: "fig9".into(), title: "Nothing".into(), skipped: vec![text.clone()], ..Figure::default() };
        Document {
            title: text.clone(),
            lead: vec![text.clone()],
            facts: vec![(text.clone(), text.clone())],
            warnings: vec![text.clone()],
            sections: vec![Section {
                id: "one".into(),
                title: text.clone(),
                text: text.clone(),
                figures: vec![figure("fig1"), figure("fig2"), skipped],
            }],
        }
    }

    #[test]
    fn no_text_becomes_markup() {
        let page = html(&of(HOSTILE)).unwrap();
        assert!(!page.contains("<script>alert") && !page.contains("<img") && !page.contains("\"x\""));
        assert_eq!((page.matches("<script").count(), page.matches("</style").count()), (1, 1));
    }

    #[test]
    fn nothing_points_outside() {
        let page = html(&Document::default()).unwrap() + &html(&of("plain")).unwrap();
        let page = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        for outside in ["http:", "https:", "\"//", "url(", "@import", "<link", "<iframe", "javascript:"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.matches("href=").count() > 3);
        assert_eq!(page.matches("href=").count(), page.matches("href=\"#").count());
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn every_figure_is_there_once_and_in_the_contents() {
        let document = of(HOSTILE);
        let page = html(&document).unwrap();
        for figure in &document.sections[0].figures {
            assert_eq!(page.matches(&format!("id=\"{}\"", figure.id)).count(), 1);
            assert_eq!(page.matches(&format!("href=\"#{}\"", figure.id)).count(), 1);
        }
        assert_eq!(page.matches("<svg").count(), 4, "a wide and a narrow one for each chart");
        assert_eq!(page.matches(">skipped<").count(), 2, "in the contents and over the figure");
        assert_eq!(html(&document).unwrap(), page);
    }

    #[test]
    fn marks_and_alignment_are_classes_and_a_command_stays_as_it_is() {
        let columns = [Column::words("a"), Column::numbers("b"), Column::words("c"), Column::words("d")];
        let cells =
            [Cell::marked("x", Mark::Best), Cell::marked("1", Mark::Reference), "Fast-HEAR".into(), "so be it".into()];
        let text = row(&columns, &cells).into_string();
        let (name, number) = ("<th class=\"best\" scope=\"row\">x</th>", "<td class=\"reference number\">1</td>");
        let words = "<td class=\"cell name\">Fast-HEAR</td><td class=\"cell\">so be it</td>";
        assert_eq!(text, format!("<tr>{name}{number}{words}</tr>"));
        let figure = Figure { id: "f".into(), command: "a --b  c".into(), ..Figure::default() };
        let text = command(&figure).into_string().replace("<span>", "").replace("</span>", "");
        assert!(text.contains(">a --b  c</code>"), "{text}");
    }

    #[test]
    fn all_names_of_elements_differ() {
        let page = html(&of(HOSTILE)).unwrap();
        let mut names: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_figure_without_tables_gets_those_of_its_charts() {
        let mut document = of(HOSTILE);
        document.sections[0].figures.truncate(1);
        document.sections[0].figures[0].tables.clear();
        let page = html(&document).unwrap();
        assert!(page.contains("<details>") && page.matches("<table>").count() == 1);
    }
}
