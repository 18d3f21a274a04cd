//! Ctrl-C during long work.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::failure::Failure;

/// The switch that Ctrl-C and requests to terminate throw: work that watches it ends at the next good moment.
#[derive(Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for signals from now on, which then no longer end the program by themselves.
    pub(crate) fn watch() -> Result<Self, Failure> {
        let thrown = Arc::new(AtomicBool::new(false));
        let switch = Arc::clone(&thrown);
        // Nothing but the switch itself is handed from thread to thread: no ordering is needed.
        ctrlc::set_handler(move || switch.store(true, Ordering::Relaxed))?;
        Ok(Self(thrown))
    }

    /// Whether somebody asked the program to stop.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
