//! A real browser that looks at pages and says what it finds.
//!
//! It is run once for several pages, each in a frame of its own of a page around them: so widths can be less than those of
//! windows, and no driver is needed, because the page around writes down what it finds in its frames.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;

/// What is said where there is no browser.
pub(crate) const SKIPPED: &str = "SKIPPED (no Chromium)";
/// Longer than any run on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// Notes down what goes wrong in a frame from its very beginning.
const OBSERVER: &str = include_str!("observer.js");
/// Looks at all frames when they are there.
const EXAMINER: &str = include_str!("examiner.js");

/// A way to start the browser.
pub(crate) struct Browser {
    program: PathBuf,
}

/// A page as it is shown in a frame.
pub(crate) struct Page<'a> {
    pub(crate) html: &'a str,
    /// Pixels.
    pub(crate) width: u32,
}

/// What the surroundings want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// What was found in a frame.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Findings {
    /// Errors and warnings of scripts, and what the policy refused.
    pub(crate) problems: Vec<String>,
    /// How many files were asked for besides the page.
    pub(crate) requests: usize,
    /// By how many pixels the page is wider than its frame, with everything folded and unfolded.
    pub(crate) overflow: f64,
    /// Everything that has charts or is a figure.
    pub(crate) figures: Vec<Shown>,
    /// The size of the smallest letters in charts, in pixels.
    pub(crate) smallest_text: f64,
    /// Texts in charts that reach out of them.
    pub(crate) clipped: Vec<String>,
    /// Texts in charts that lie on each other.
    pub(crate) colliding: Vec<String>,
    /// How bright the surroundings are from 0 to 255, at first and after the button was pressed.
    pub(crate) brightness: [f64; 2],
    /// How bright the words of charts are, likewise.
    pub(crate) ink: [f64; 2],
    /// What the first button to copy says after it was pressed.
    pub(crate) copied: String,
}

/// A figure as it is shown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    pub(crate) id: String,
    /// Widths and heights of charts that are to be seen.
    pub(crate) charts: Vec<[f64; 2]>,
}

impl Browser {
    /// `$CHROMIUM`, or what is installed; says so if there is none.
    pub(crate) fn find() -> Option<Self> {
        let named = env::var_os("CHROMIUM").filter(|name| !name.is_empty()).map(PathBuf::from);
        let paths = env::var_os("PATH").unwrap_or_default();
        let candidates = env::split_paths(&paths)
            .flat_map(|directory| ["chromium", "chromium-browser", "google-chrome"].map(|name| directory.join(name)));
        let program = named.or_else(|| candidates.into_iter().find(|program| program.is_file()));
        if program.is_none() {
            eprintln!("{SKIPPED}");
        }
        Some(Self { program: program? })
    }

    /// Shows pages in frames and says what it finds in each.
    pub(crate) fn examine(&self, pages: &[Page<'_>], theme: Theme) -> Vec<Findings> {
        let directory = tempfile::tempdir().unwrap();
        let frames = pages.iter().map(|Page { html, width }| {
            let observed = html.replacen("<head>", &format!("<head><script>{OBSERVER}</script>"), 1);
            let source = observed.replace('&', "&amp;").replace('"', "&quot;");
            format!("<iframe style=\"width:{width}px;height:900px;border:0\" srcdoc=\"{source}\"></iframe>\n")
        });
        let frames: String = frames.collect();
        let around = format!("<!DOCTYPE html><meta charset=\"utf-8\"><body>{frames}<script>{EXAMINER}</script>");
        fs::write(directory.path().join("around.html"), around).unwrap();
        let scheme = if theme == Theme::Dark { 0 } else { 1 };
        let arguments = [
            format!("--blink-settings=preferredColorScheme={scheme}"),
            "--virtual-time-budget=20000".into(),
            "--dump-dom".into(),
        ];
        let output = self.run(directory.path(), &arguments, "around.html");
        let found = output.split_once("<pre>").and_then(|(_, rest)| rest.split_once("</pre>"));
        let (found, _) = found.unwrap_or_else(|| panic!("the browser found nothing: {output:.2000}"));
        serde_json::from_str(found).unwrap()
    }

    /// Prints a page and returns the PDF.
    pub(crate) fn print(&self, html: &str) -> Vec<u8> {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("page.html"), html).unwrap();
        let file = directory.path().join("page.pdf");
        let arguments = [format!("--print-to-pdf={}", file.display()), "--no-pdf-header-footer".into()];
        self.run(directory.path(), &arguments, "page.html");
        fs::read(file).unwrap()
    }

    /// Runs it for a file in a directory of its own and returns what it prints.
    fn run(&self, directory: &Path, arguments: &[String], file: &str) -> String {
        let [output, errors] = ["output", "errors"].map(|name| directory.join(name));
        let mut child = Command::new(&self.program)
            // The sandbox refuses to run for the superuser, and what is shown here is ours.
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--disable-extensions", "--disable-background-networking", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", directory.join("profile").display()))
            .args(arguments)
            .arg(format!("file://{}", directory.join(file).display()))
            .stdin(Stdio::null())
            .stdout(fs::File::create(&output).unwrap())
            .stderr(fs::File::create(&errors).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.program.display()));
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("the browser did not end: {}", fs::read_to_string(errors).unwrap());
            }
            thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success(), "{status}: {}", fs::read_to_string(errors).unwrap());
        fs::read_to_string(output).unwrap()
    }
}
