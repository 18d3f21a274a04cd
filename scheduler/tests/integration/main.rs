//! Tests of the public interface.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

mod executors;
mod graph;
mod placement;
mod programs;
mod topology;
