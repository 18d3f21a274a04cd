//! How far a measurement is.

use indicatif::{ProgressBar, ProgressStyle};

/// A line on the terminal, if there is one.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A line that begins with what is measured.
    pub(crate) fn new(subject: String) -> Self {
        let bar = ProgressBar::new(0);
        let template = "{prefix}: {msg} {wide_bar} {pos}/{len}";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(subject);
        Self(bar)
    }

    pub(crate) fn show(&self, step: &'static str, done: usize, of: usize) {
        if self.0.message() != step {
            self.0.set_message(step);
        }
        self.0.set_length(of as u64);
        self.0.set_position(done as u64);
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
