//! What a run would take on another number of threads, or on another machine.
//!
//! A [`Workload`] is a graph with what its tasks took on one thread; a [`Machine`] is described by a few numbers. A
//! [`Scenario`] replays the one on the other, event by event, and says what the run would take, and why it takes no less.
//! Nothing in it is fitted to a run on several threads.
//!
//! # The model
//! **Tasks.** A task has a computing part and a memory part. The bytes that it moves to and from memory, over what one
//! core reads alone, are its memory part on the machine where it was measured, but never more than all of its time; the
//! rest is computing. On another machine the computing part is scaled by the ratio of kernel times
//! ([`Machine::kernels_ns`]), the memory part by the ratio of bandwidths.
//!
//! **Bytes.** What a task streams ([`TaskCost::streamed_bytes`](crate::TaskCost::streamed_bytes)) comes from memory,
//! unless everything that a run touches fits into the third-level cache. A buffer comes from memory where the bytes
//! touched since its place in the arena was last used exceed that cache, and goes back to memory where the bytes until
//! its place is next written do. Distances are those of program order, which is that of the measured run; other orders
//! reuse about as much, since the cache is shared by the cores that work. Faster caches are part of the computing.
//!
//! **Transfers.** What a task reads that a task of another worker wrote takes longer than what its own worker wrote, by what
//! [`Machine::transfer`] says a byte, unless it comes from memory anyway. On the machine that was measured all of it was its
//! own. Who wrote what is known during the replay only.
//!
//! **Contention.** Within a task the two parts alternate finely, and independently of other tasks. While k tasks of a
//! socket are at their memory parts, each moves what one core can have, or a k-th of what the socket can have where that is
//! less; a task is taken to go on at the mean of that over k, which is found anew whenever a task starts or ends. So tasks
//! that ask for half of the socket's bandwidth slow each other down a little, because now and then they ask at the same
//! time, and tasks that do nothing but read share it equally.
//!
//! **Cores.** Threads fill sockets one after the other, a core each; then second threads of cores; what is beyond that
//! takes turns. A socket's frequency is that for the number of its cores in use. Where threads share a core, all are
//! taken to be slowed down evenly.
//!
//! **Scheduling.** [`Policy::Stealing`] does what [`Stealing`](crate::Stealing) does: a worker that ends a task goes on with
//! the most urgent one that became ready by it and keeps the others; without one it takes the oldest that it kept, then
//! the oldest that another one kept, and sleeps if there is none; what is kept wakes sleepers, who come
//! [`Overhead::wake_ns`] later. Urgent is what has the longest way to the end by the estimates, which are what executors
//! know. [`Policy::ForkJoin`]: wave by wave, the most costly task first. Each task costs [`Overhead::task_ns`] beside its own
//! time.
//!
//! What the model leaves out: memory of another socket (all data lie near their readers), that writing to where another
//! core's data lie takes longer too, and the system's other work.

mod machine;
mod predict;
mod schedule;
mod workload;

pub use machine::{Caches, Frequency, Machine, MachineError, MainMemory, Overhead, Transfer};
pub use predict::{Bound, Bounds, Losses, Prediction, Scenario, ScenarioError, Streams, efficient_threads};
pub use schedule::Policy;
pub use workload::{Reuse, Source, Workload, WorkloadError, WorkloadTask};
