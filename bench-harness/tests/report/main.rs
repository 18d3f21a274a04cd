//! Reports in a real browser: what people see of them on wide and narrow, light and dark screens, and on paper.

mod browser;
mod sample;

use std::{fs, path::Path};

use browser::{Browser, Findings, Page, Theme};
use hear_bench::report::{self, Document};

const WIDTHS: [u32; 3] = [400, 800, 1400];

/// What is wrong with a page.
fn faults(findings: &Findings, document: &Document, theme: Theme) -> Vec<String> {
    let mut faults: Vec<String> = findings.problems.iter().map(|problem| format!("problem: {problem}")).collect();
    let mut fault = |wrong: bool, text: String| {
        if wrong {
            faults.push(text);
        }
    };
    fault(findings.requests > 0, format!("{} requests", findings.requests));
    fault(findings.overflow > 0.0, format!("overflow: {} pixels", findings.overflow));
    for figure in document.sections.iter().flat_map(|section| &section.figures) {
        let shown = findings.figures.iter().find(|shown| shown.id == figure.id);
        // One for each chart: the wide or the narrow one.
        let charts = shown.map(|shown| shown.charts.len());
        fault(charts != Some(figure.charts.len()), format!("{}: {charts:?} charts", figure.id));
        let small =
            shown.iter().flat_map(|shown| &shown.charts).any(|[width, height]| *width < 300.0 || *height < 100.0);
        fault(small, format!("{}: small charts", figure.id));
    }
    fault(findings.smallest_text < 9.0, format!("letters of {} pixels", findings.smallest_text));
    fault(!findings.clipped.is_empty(), format!("clipped: {:?}", findings.clipped));
    fault(!findings.colliding.is_empty(), format!("colliding: {:?}", findings.colliding));
    let mut expected = [Theme::Light, Theme::Dark];
    if theme == Theme::Dark {
        expected.reverse();
    }
    for ((theme, paper), ink) in expected.into_iter().zip(findings.brightness).zip(findings.ink) {
        let right = match theme {
            Theme::Light => paper > 240.0 && ink < 60.0,
            Theme::Dark => paper < 50.0 && ink > 200.0,
        };
        fault(!right, format!("{theme:?}: words of brightness {ink} on {paper}"));
    }
    fault(!["Copied", "Selected"].contains(&&*findings.copied), format!("copied: {}", findings.copied));
    faults
}

#[test]
fn a_report_is_right_at_every_width_in_light_and_dark() {
    let document = sample::document();
    // Left there for people to look at.
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    report::write(&document, directory).unwrap();
    let html = fs::read_to_string(directory.join(report::HTML_FILE)).unwrap();
    let Some(browser) = Browser::find() else { return };
    for theme in [Theme::Light, Theme::Dark] {
        let findings = browser.examine(&WIDTHS.map(|width| Page { html: &html, width }), theme);
        assert_eq!(findings.len(), WIDTHS.len());
        for (width, findings) in WIDTHS.into_iter().zip(&findings) {
            let faults = faults(findings, &document, theme);
            assert!(faults.is_empty(), "{width} pixels, {theme:?}:\n{}", faults.join("\n"));
        }
    }
}

/// Each check finds what it is there for.
#[test]
fn what_is_broken_is_found() {
    let Some(browser) = Browser::find() else { return };
    let document = sample::document();
    let html = report::html(&document).unwrap();
    let broken = |place: &str, replacement: &str| {
        assert!(html.contains(place), "{place}");
        html.replacen(place, replacement, 1)
    };
    let cases = [
        ("problem: Uncaught", broken("</main>", "</main><script>nothing.there()</script>")),
        ("problem: console", broken("</main>", "</main><script>console.error('console')</script>")),
        ("problem: refused", broken("</main>", "<img src=\"https://example.org/x.png\"></main>")),
        ("overflow", broken("</main>", "<div style=\"width:3000px;height:1px\"></div></main>")),
        ("overflow", broken("<summary>", "<div style=\"width:3000px;height:1px\"></div><summary>")),
        ("fig4c: None", broken("id=\"fig4c\"", "id=\"other\"")),
        ("fig5: Some(0)", broken("id=\"fig5\"", "id=\"fig5\" hidden")),
        ("charts", broken("</style>", "svg { display: none !important }</style>")),
        ("small charts", broken("</style>", "svg { width: 50px !important }</style>")),
        ("letters", broken("</style>", "svg { width: 200px !important }</style>")),
        ("clipped", html.replace("text-anchor=\"start\"", "text-anchor=\"end\"")),
        ("colliding", broken("</style>", "svg text { font-size: 90px !important }</style>")),
        ("brightness", broken("</style>", "body { background: #808080 !important }</style>")),
        ("brightness", broken("root.dataset.theme = ", "root.dataset.other = ")),
        ("copied", html.replace("data-copy=", "data-other=")),
    ];
    let pages: Vec<Page<'_>> = cases.iter().map(|(_, html)| Page { html, width: 400 }).collect();
    let findings = browser.examine(&pages, Theme::Light);
    for ((expected, _), findings) in cases.iter().zip(&findings) {
        let faults = faults(findings, &document, Theme::Light);
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:?}");
    }
}

#[test]
fn a_report_can_be_printed() {
    let Some(browser) = Browser::find() else { return };
    let printed = |html: &str| {
        let pdf = browser.print(html);
        assert!(pdf.starts_with(b"%PDF-") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
        let pages = String::from_utf8_lossy(&pdf).matches("/Type /Page\n").count();
        (pages, pdf.len())
    };
    let document = sample::document();
    let html = report::html(&document).unwrap();
    let folded = html.replace("details::details-content {", ".none {");
    let ((pages, all), (_, folded)) = (printed(&html), printed(&folded));
    assert!(pages > 3, "{pages} pages");
    assert!(
        all > folded + folded / 4,
        "{all} bytes, {folded} with the data folded away: they are not unfolded on paper"
    );
}
