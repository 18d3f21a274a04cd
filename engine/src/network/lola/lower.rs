//! Dot products as tasks: some nodes of an output ciphertext each, then their sum.

use std::ops::Range;

use super::step::DotProducts;
use crate::network::{
    cost::Counts,
    lower::{Lowering, Operation, Value},
    plan::Stage,
};

/// Nodes of a task: enough that the sums that tasks leave are few, few enough that all threads have some.
const NODES_A_TASK: usize = 32;

/// What a task of dot products does.
#[derive(Clone, Debug)]
pub(in crate::network) struct DotOperation {
    /// The stage.
    pub(in crate::network) stage: usize,
    /// The output ciphertext.
    pub(in crate::network) output: usize,
    /// Which of its nodes.
    pub(in crate::network) nodes: Range<usize>,
}

impl Lowering<'_> {
    /// The tasks of a stage of dot products. Each reads all limbs of all inputs, and writes the sum of its nodes.
    pub(in crate::network) fn dot_products(
        &mut self,
        index: usize,
        stage: &Stage,
        dots: &DotProducts,
        state: &[Value],
        of_node: Counts,
    ) -> Vec<Value> {
        (0..stage.outputs)
            .map(|output| {
                let nodes = dots.nodes(output).len();
                let parts: Vec<Value> = (0..nodes)
                    .step_by(NODES_A_TASK)
                    .map(|first| {
                        let nodes = first..nodes.min(first + NODES_A_TASK);
                        let sum = self.value(stage.limbs_in - 1);
                        let work = of_node * nodes.len() as u64;
                        let operation = DotOperation { stage: index, output, nodes };
                        self.emit(Operation::Dots(operation), state, &[sum], work);
                        sum
                    })
                    .collect();
                match dots.repacked_bits {
                    Some(_) => self.sum(&parts, true, None),
                    None => parts[0],
                }
            })
            .collect()
    }
}
