use super::session::Session;
use super::stop::{Stop, catch};
use super::{Body, Cancel, Executor, RunError, RunOptions};
use crate::graph::Graph;
use crate::memory::Memory;
use crate::report::Report;

/// The calling thread, in program order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Serial;

impl Executor for Serial {
    fn name(&self) -> &'static str {
        "serial"
    }

    fn workers(&self) -> usize {
        1
    }

    fn run(
        &self,
        graph: &Graph,
        memory: &mut Memory,
        body: &dyn Body,
        options: &RunOptions,
    ) -> Result<Report, RunError> {
        Session::new(1, graph, memory, body, options)?.in_program_order()
    }

    fn for_each(&self, count: usize, cancel: &Cancel, body: &(dyn Fn(usize, usize) + Sync)) -> Result<(), RunError> {
        let stop = Stop::new(cancel);
        for index in 0..count {
            if stop.is_requested() {
                break;
            }
            if let Err(message) = catch(|| body(index, 0)) {
                stop.fail(RunError::ItemPanicked { index, message });
            }
        }
        stop.into_result()
    }
}
