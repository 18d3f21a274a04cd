//! Task graphs over buffers of 32-bit words, memory planned ahead of the run, and the executors that run them.
//!
//! The crate knows no ciphertext. A caller declares buffers and, in *program order*, tasks that read and write them:
//!
//! 1. [`GraphBuilder`] takes the program and [`GraphBuilder::finish`] compiles it to an immutable [`Graph`]: every
//!    buffer gets its place in one arena, and the order between tasks is *derived* from what they read and write, so a
//!    program cannot forget a dependency.
//! 2. [`Memory`] is the arena and one scratch area a worker, allocated once and reused by any number of runs.
//! 3. An [`Executor`] runs the graph: [`Serial`] in program order, [`ForkJoin`] on threads, each bound to the CPU that a
//!    [`Placement`] chose for it from the machine's [`Topology`]. The result is that of
//!    program order, bit for bit, whatever the executor and the number of threads.
//!
//! Beside that, [`trace`] says where the time of a run went, and [`simulate`] what a run would take on another machine.
//!
//! The operations themselves stay with the caller, usually in a `Vec` indexed by [`TaskId::index`], behind [`Body`].
//!
//! ```
//! use hear_scheduler::{
//!     Executor, ForkJoin, GraphBuilder, Memory, MemoryOptions, RunOptions, TaskContext, TaskId,
//! };
//!
//! // squares[i] = input[i]^2, then total = sum of squares.
//! let mut builder = GraphBuilder::new();
//! let input = builder.buffers(4, 1);
//! let squares = builder.buffers(4, 1);
//! let total = builder.buffer(1);
//! builder.input(input);
//! builder.output(total);
//! let square_stage = builder.stage("square");
//! let sum_stage = builder.stage("sum");
//! for (from, to) in input.iter().zip(squares.iter()) {
//!     builder.task(square_stage, 1_000, &[from.into()], &[to.into()]);
//! }
//! let sum = builder.task(sum_stage, 2_000, &[squares], &[total.into()]);
//! let graph = builder.finish(&MemoryOptions::default())?;
//!
//! let executor = ForkJoin::new(2)?;
//! let mut memory = Memory::new(&graph, executor.workers())?;
//! for (buffer, value) in input.iter().zip(1..) {
//!     memory.write_input(buffer, &[value]);
//! }
//! let body = |task: TaskId, context: &mut TaskContext<'_>| {
//!     context.writes[0][0] = if task == sum {
//!         context.reads.iter().map(|square| square[0]).sum()
//!     } else {
//!         context.reads[0][0].pow(2)
//!     };
//! };
//! let report = executor.run(&graph, &mut memory, &body, &RunOptions::default())?;
//! assert_eq!(memory.read_output(total), [1 + 4 + 9 + 16]);
//! assert_eq!(report.stages[0].tasks, 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(unsafe_code)]

pub mod affinity;
pub mod executor;
pub mod graph;
pub mod memory;
pub mod placement;
pub mod report;
pub mod simulate;
pub mod topology;
pub mod trace;
pub mod units;

pub use executor::{
    Body, Cancel, CancelOnDrop, Executor, ExecutorError, ExecutorKind, ForkJoin, RunError, RunOptions, Serial, Stealing,
};
pub use graph::{
    BufferId, BufferRange, Graph, GraphBuilder, GraphError, MemoryOptions, ReusePolicy, StageId, TaskCost, TaskId,
};
pub use memory::{Memory, MemoryError, TaskContext};
pub use placement::{Pin, Placement, PlacementOptions};
pub use report::Report;
pub use topology::Topology;
