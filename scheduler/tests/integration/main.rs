//! Tests of the public interface.

mod executors;
mod graph;
mod programs;
mod topology;
