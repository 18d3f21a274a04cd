//! How work ends early.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Cancel, RunError};

/// Whether to go on, shared by the workers of one run.
#[derive(Debug)]
pub(super) struct Stop<'a> {
    cancel: &'a Cancel,
    has_failed: AtomicBool,
    failure: Mutex<Option<RunError>>,
}

impl<'a> Stop<'a> {
    pub(super) fn new(cancel: &'a Cancel) -> Self {
        Self { cancel, has_failed: AtomicBool::new(false), failure: Mutex::new(None) }
    }

    /// Whether nothing more should start. To be asked before each piece of work, and only if there is one: a run whose
    /// work is all done is not cancelled.
    pub(super) fn is_requested(&self) -> bool {
        if !self.has_failed.load(Ordering::Relaxed) && self.cancel.is_cancelled() {
            self.fail(RunError::Cancelled);
        }
        self.has_failed.load(Ordering::Relaxed)
    }

    /// Ends the work with an error; the first one counts.
    pub(super) fn fail(&self, error: RunError) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.has_failed.store(true, Ordering::Relaxed);
    }

    pub(super) fn into_result(self) -> Result<(), RunError> {
        self.failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// Calls `work` and turns a panic into its message.
pub(super) fn catch(work: impl FnOnce()) -> Result<(), String> {
    // What the work leaves half done is its own (results of a failed run cannot be read) or the caller's, who is told.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| message(&*payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(a panic without a text)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::panic_any;

    #[test]
    fn panics_become_their_messages() {
        assert_eq!(catch(|| ()), Ok(()));
        assert_eq!(catch(|| panic!("plain")), Err("plain".to_owned()));
        assert_eq!(catch(|| panic!("{} and {}", 1, 2)), Err("1 and 2".to_owned()));
        assert_eq!(catch(|| panic_any(7)), Err("(a panic without a text)".to_owned()));
    }

    #[test]
    fn the_first_failure_counts() {
        let cancel = Cancel::new();
        let stop = Stop::new(&cancel);
        assert!(!stop.is_requested());
        let first = RunError::ItemPanicked { index: 1, message: String::new() };
        stop.fail(first.clone());
        cancel.cancel();
        assert!(stop.is_requested());
        assert_eq!(stop.into_result(), Err(first));
        assert!(Stop::new(&cancel).is_requested());
        assert_eq!(Stop::new(&cancel).into_result(), Ok(()), "nobody asked: all work was done");
    }
}
