use super::session::Session;
use super::team::Team;
use super::{Body, Cancel, Executor, ExecutorError, RunError, RunOptions};
use crate::graph::Graph;
use crate::memory::Memory;
use crate::placement::Placement;
use crate::report::Report;

/// Threads of its own, wave by wave: all tasks of one depth run, and when the last has ended, those of the next.
///
/// Within a wave the workers take the tasks one by one, the most costly first. The barrier between waves is the weakness
/// of this executor and its merit: nothing simpler uses all threads.
#[derive(Debug)]
pub struct ForkJoin {
    team: Team,
}

impl ForkJoin {
    /// Starts `threads` threads, which the system places: see [`Self::on`].
    ///
    /// # Errors
    /// If `threads` is 0, or if the system gives no threads.
    pub fn new(threads: usize) -> Result<Self, ExecutorError> {
        Self::on(&Placement::unpinned(threads)?)
    }

    /// Starts a thread a worker, each bound as `placement` says. They sleep between runs and end with the executor.
    ///
    /// # Errors
    /// If the system gives no threads, or does not bind one.
    pub fn on(placement: &Placement) -> Result<Self, ExecutorError> {
        Ok(Self { team: Team::on(placement, placement.workers())? })
    }
}

impl Executor for ForkJoin {
    fn name(&self) -> &'static str {
        "fork-join"
    }

    fn workers(&self) -> usize {
        self.team.workers()
    }

    fn run(
        &self,
        graph: &Graph,
        memory: &mut Memory,
        body: &dyn Body,
        options: &RunOptions,
    ) -> Result<Report, RunError> {
        let session = Session::new(self.workers(), graph, memory, body, options)?;
        for wave in graph.waves() {
            if let &[task] = wave {
                // The workers are waiting: the calling thread takes the place of the first one.
                session.worker(0).run(task);
            } else {
                self.team.share(wave.len(), |worker, numbers| {
                    let mut worker = session.worker(worker);
                    for number in numbers {
                        worker.run(wave[number]);
                    }
                });
            }
        }
        session.finish()
    }

    fn for_each(&self, count: usize, cancel: &Cancel, body: &(dyn Fn(usize, usize) + Sync)) -> Result<(), RunError> {
        self.team.for_each(count, cancel, body)
    }
}
