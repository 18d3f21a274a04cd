//! What one run of the program works with: threads, instructions, interruption, progress.

use std::time::Duration;

use hear_engine::network::{plan::Security, store::Work};
use hear_kernels::simd::Isa;
use hear_scheduler::{Cancel, Executor, Serial};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{arguments::Common, failure::Failure, output};

/// The switch that Ctrl-C and requests to terminate throw.
#[derive(Debug)]
pub(crate) struct Interrupt(Cancel);

impl Interrupt {
    /// Watches for signals from now on.
    pub(crate) fn watch() -> Result<Self, Failure> {
        let cancel = Cancel::new();
        let thrown = cancel.clone();
        ctrlc::set_handler(move || thrown.cancel())?;
        Ok(Self(cancel))
    }

    /// The switch.
    pub(crate) fn cancel(&self) -> &Cancel {
        &self.0
    }

    /// Ends what is between two pieces of work.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.0.is_cancelled() { Err(Failure::Interrupted) } else { Ok(()) }
    }
}

/// Everything of [`Common`], made ready.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) executor: Box<dyn Executor>,
    pub(crate) isa: Isa,
    pub(crate) security: Security,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) json: bool,
    quiet: bool,
}

impl<'a> Session<'a> {
    /// Starts threads, finds the instructions, and warns where threads are too many or security was waived.
    pub(crate) fn new(common: &Common, interrupt: &'a Interrupt) -> Result<Self, Failure> {
        let placement = common.place()?;
        if let Some(warning) = placement.oversubscribed() {
            output::say(&format!("WARNING: {warning}"));
        }
        Self::with_executor(common, interrupt, common.start(&placement)?)
    }

    /// As [`Self::new`], for who computes nothing: without threads.
    pub(crate) fn idle(common: &Common, interrupt: &'a Interrupt) -> Result<Self, Failure> {
        Self::with_executor(common, interrupt, Box::new(Serial))
    }

    fn with_executor(common: &Common, interrupt: &'a Interrupt, executor: Box<dyn Executor>) -> Result<Self, Failure> {
        let isa = Isa::from_environment().map_err(|error| Failure::Usage(error.to_string()))?;
        let security = if common.insecure_parameters {
            output::say(
                "WARNING: --insecure-parameters waives the check for 128 bits of security; nothing is protected",
            );
            Security::Waived
        } else {
            Security::Required
        };
        Ok(Self { executor, isa, security, interrupt, json: common.json, quiet: common.quiet })
    }

    /// Work on the session's threads, watched by a progress bar.
    pub(crate) fn work<'w>(&'w self, progress: &'w (dyn Fn(usize, usize) + Sync)) -> Work<'w> {
        Work::new(self.executor.as_ref(), self.interrupt.cancel()).with_progress(progress)
    }

    /// A progress bar: on a terminal, unless `--quiet`.
    pub(crate) fn progress(&self, what: &'static str) -> Progress {
        let target = if self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target).with_message(what);
        // Without a length until the first item is done: the template must fit both.
        let style = ProgressStyle::with_template("{msg:<22} [{bar:30}] {pos}/{len} {elapsed}");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress(bar)
    }

    /// Prints `text`, or with `--json` the value.
    pub(crate) fn print(
        &self,
        text: impl FnOnce() -> String,
        json: impl FnOnce() -> serde_json::Value,
    ) -> Result<(), Failure> {
        if self.json { output::print_json(&json()) } else { output::print(&text()) }
    }
}

/// A progress bar that vanishes when it is dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Shows that so many of all items are done.
    pub(crate) fn set(&self, done: usize, total: usize) {
        self.0.set_length(total as u64);
        // Threads report in any order.
        self.0.set_position(self.0.position().max(done as u64));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
