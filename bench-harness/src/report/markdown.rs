//! The summary in GitHub's Markdown: tables instead of charts.

use std::fmt::{self, Write as _};

use super::document::{Chart, Document, Figure, Mark, Table};

/// The whole summary.
#[must_use]
pub fn markdown(document: &Document) -> String {
    let mut text = String::new();
    let written = write(&mut text, document);
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    text
}

fn write(text: &mut String, document: &Document) -> fmt::Result {
    writeln!(text, "# {}", inline(&document.title))?;
    for paragraph in &document.lead {
        writeln!(text, "\n{}", block(paragraph))?;
    }
    for warning in &document.warnings {
        writeln!(text, "\n> **Warning:** {}", inline(warning))?;
    }
    if !document.facts.is_empty() {
        writeln!(text, "\n| | |\n| --- | --- |")?;
        for (name, value) in &document.facts {
            writeln!(text, "| {} | {} |", inline(name), inline(value))?;
        }
    }
    for section in &document.sections {
        writeln!(text, "\n## {}", inline(&section.title))?;
        if !section.text.is_empty() {
            writeln!(text, "\n{}", block(&section.text))?;
        }
        for figure in &section.figures {
            self::figure(text, figure)?;
        }
    }
    Ok(())
}

fn figure(text: &mut String, figure: &Figure) -> fmt::Result {
    let place = figure.place.as_ref().map_or_else(String::new, |place| format!("{}: ", inline(place)));
    let skipped = if figure.is_skipped() { " (skipped)" } else { "" };
    writeln!(text, "\n### {place}{}{skipped}", inline(&figure.title))?;
    if !figure.summary.is_empty() {
        writeln!(text, "\n{}", block(&figure.summary))?;
    }
    let derived: Vec<Table>;
    let tables = if figure.tables.is_empty() {
        derived = figure.charts.iter().map(Chart::table).collect();
        &derived
    } else {
        &figure.tables
    };
    for table in tables {
        self::table(text, table)?;
    }
    if !figure.notes.is_empty() {
        writeln!(text)?;
    }
    for note in &figure.notes {
        writeln!(text, "- {}", block(note))?;
    }
    if !figure.skipped.is_empty() {
        writeln!(text, "\nSkipped:\n")?;
    }
    for reason in &figure.skipped {
        writeln!(text, "- {}", block(reason))?;
    }
    if !figure.command.is_empty() {
        // A fence must be longer than any in the command.
        let longest = figure.command.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(3.max(longest + 1));
        writeln!(text, "\n{fence}sh\n{}\n{fence}", figure.command)?;
    }
    Ok(())
}

fn table(text: &mut String, table: &Table) -> fmt::Result {
    if !table.caption.is_empty() {
        writeln!(text, "\n**{}**", inline(&table.caption))?;
    }
    if table.columns.is_empty() {
        return Ok(());
    }
    write!(text, "\n|")?;
    for column in &table.columns {
        write!(text, " {} |", inline(&column.name))?;
    }
    write!(text, "\n|")?;
    for column in &table.columns {
        write!(text, " {} |", if column.numeric { "---:" } else { "---" })?;
    }
    writeln!(text)?;
    for row in &table.rows {
        write!(text, "|")?;
        for index in 0..table.columns.len() {
            let cell = row.get(index).cloned().unwrap_or_default();
            let shown = inline(&cell.text);
            match cell.mark {
                _ if shown.is_empty() => write!(text, " |")?,
                Some(Mark::Best | Mark::Attention) => write!(text, " **{shown}** |")?,
                Some(Mark::Reference) => write!(text, " *{shown}* |")?,
                Some(Mark::Skipped) | None => write!(text, " {shown} |")?,
            }
        }
        writeln!(text)?;
    }
    Ok(())
}

/// A text within a line: nothing in it is markup, and it stays on its line.
fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let letters: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    for (index, &letter) in letters.iter().enumerate() {
        // Within words an underscore means nothing, and names are full of them.
        let within =
            |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphanumeric());
        let special = match letter {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' => true,
            '&' => within(Some(index + 1)) || letters.get(index + 1) == Some(&'#'),
            '_' => !(within(index.checked_sub(1)) && within(Some(index + 1))),
            _ => false,
        };
        if special {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// A text at the beginning of a line, where more is markup.
fn block(text: &str) -> String {
    let text = inline(text);
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    match text[digits..].chars().next() {
        Some('#' | '-' | '+' | '=') if digits == 0 => format!("\\{text}"),
        Some('.' | ')') if digits > 0 => format!("{}\\{}", &text[..digits], &text[digits..]),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::{BarSeries, Bars, Cell, Column, Section};

    #[test]
    fn markup_is_escaped_where_it_would_be_read() {
        assert_eq!(inline("a|b <script> *x* `y` [z](u)"), r"a\|b \<script\> \*x\* \`y\` \[z\](u)");
        assert_eq!(inline("peak_rss_bytes, _x_"), r"peak_rss_bytes, \_x\_");
        assert_eq!(inline("a & b, &lt; &#60;"), r"a & b, \&lt; \&#60;");
        assert_eq!(inline("two\nlines\r\n"), "two lines");
        assert_eq!(
            ["# no", "- no", "1. no", "12 yes", "a - b"].map(block),
            [r"\# no", r"\- no", r"1\. no", "12 yes", "a - b"]
        );
    }

    #[test]
    fn a_report_is_headings_lists_and_tables() {
        let mut table = Table::new("Times", [Column::words("network"), Column::numbers("time")]);
        table.push([Cell::from("a|b"), Cell::marked("1 ms", Mark::Reference)]);
        table.push([Cell::from("short")]);
        let series = BarSeries { name: "ours".into(), bars: vec![Some(2.0.into())], references: Vec::new() };
        let bars =
            Bars { category: "of".into(), categories: vec!["x".into()], series: vec![series], ..Bars::default() };
        let figures = vec![
            Figure {
                id: "fig1".into(),
                title: "One".into(),
                place: Some("Fig. 1".into()),
                summary: "It shows.".into(),
                tables: vec![table],
                notes: vec!["A note.".into()],
                command: "hear-bench `x`".into(),
                ..Figure::default()
            },
            Figure {
                id: "two".into(),
                title: "Two".into(),
                charts: vec![Chart::new("Bars", bars)],
                ..Figure::default()
            },
            Figure { id: "three".into(), title: "Three".into(), skipped: vec!["No time.".into()], ..Figure::default() },
        ];
        let document = Document {
            title: "Report".into(),
            lead: vec!["Lead.".into()],
            facts: vec![("CPU".into(), "one".into())],
            warnings: vec!["Noise.".into()],
            sections: vec![Section { id: "s".into(), title: "Section".into(), text: String::new(), figures }],
        };
        let expected = "# Report\n\nLead.\n\n> **Warning:** Noise.\n\n| | |\n| --- | --- |\n| CPU | one |\n\n## Section\n\n\
            ### Fig. 1: One\n\nIt shows.\n\n**Times**\n\n| network | time |\n| --- | ---: |\n| a\\|b | *1 ms* |\n| short | |\n\n\
            - A note.\n\n```sh\nhear-bench `x`\n```\n\n### Two\n\n**Bars**\n\n| of | ours |\n| --- | ---: |\n| x | 2.000 |\n\n\
            ### Three (skipped)\n\nSkipped:\n\n- No time.\n";
        assert_eq!(markdown(&document), expected);
    }

    #[test]
    fn a_fence_is_longer_than_those_it_holds() {
        let figure = Figure { command: "echo ````".into(), ..Figure::default() };
        let mut text = String::new();
        super::figure(&mut text, &figure).unwrap();
        assert!(text.contains("\n`````sh\necho ````\n`````\n"), "{text}");
    }
}
