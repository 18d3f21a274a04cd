//! The stages of a network whose nodes are ciphertexts as tasks.
//!
//! A patch of a layer, the positions of one pooling window, some channels at a time:
//!
//! ```text
//! nodes around the patch --Products, each limb, chunks of channels--> sums --Rescale, each group--> sums
//! sums --Quadratics, each group: activations, added over the patch--> pooled nodes
//! sums --Squares, each group: added over the patch--> sums of squares --Relinearize--> pooled nodes
//! ```
//!
//! Activations come one block of channels after the products of the next: then the sums of two blocks are alive together, and
//! products do not wait for the memory of the activations before them.

use std::{collections::VecDeque, ops::Range};

use super::{
    cost,
    step::{Form, NodeActivation, NodeConvolution, NodeStep, Patch, Plane, group},
    tiling::{Order, Spill, Tiling},
};
use crate::network::{
    cost::Counts,
    lower::{Lowering, Operation, Value},
    plan::{Plan, Stage, Step},
};

/// Chunks of weights of a task, at most: what it finds room for without allocating.
pub(in crate::network) const MOST_CHUNKS: usize = 64;

/// Words of a buffer that says that something is done.
const TOKEN_WORDS: usize = 16;

/// What a task on nodes does with the slices that it gets. All name the stage, whose numbers they use. Slices hold one limb of
/// the ciphertexts of a group of channels at one position.
#[derive(Clone, Debug)]
pub(in crate::network) enum NodeOperation {
    /// One limb of the sums of some chunks of channels on a patch. Reads that limb of all nodes around it; writes
    /// `[chunk][position][group]`.
    Products {
        /// The positions.
        patch: Patch,
        /// The chunks.
        chunks: Range<usize>,
        /// The limb.
        limb: usize,
    },
    /// [`NodeOperation::Products`] with polynomials in place of numbers.
    PolynomialProducts {
        /// The positions.
        patch: Patch,
        /// The chunks.
        chunks: Range<usize>,
        /// The limb.
        limb: usize,
    },
    /// Sums of a group of channels at a position, each product of which is rescaled. Reads all limbs of all nodes around it.
    RescaledProducts {
        /// The position.
        patch: Patch,
        /// The group of channels.
        group: usize,
    },
    /// Divides sums of some positions by the last prime and adds the constants, in place. Reads the last limb of each
    /// position, and all others, which it writes: those of one position after the other.
    Rescale {
        /// The group of channels.
        group: usize,
    },
    /// Activations of some positions, summed into one. Reads all limbs of one position after the other, and where it adds the
    /// sum itself.
    Quadratics {
        /// The group of channels.
        group: usize,
        /// Whether it adds to what is there.
        adds: bool,
    },
    /// Sums of squares of some positions, three components. Reads as [`NodeOperation::Quadratics`]; writes the limbs of pairs
    /// of the first two components, then those of the third.
    Squares {
        /// Whether it adds to what is there.
        adds: bool,
    },
    /// Writes all limbs of a group to a file, the first at `offset` bytes. Writes a buffer that says that it is there.
    Spill {
        /// Where.
        offset: u64,
    },
    /// Reads one limb of the groups of a position from a file. Reads the buffers that say that they are there.
    Fetch {
        /// Where they stand, in bytes.
        offsets: Vec<u64>,
    },
    /// Relinearises and rescales sums of squares. Reads all limbs of pairs, and of third components; writes the pairs, which
    /// hold nothing of use afterwards, and the results.
    Relinearize {
        /// The group of channels.
        group: usize,
    },
}

/// Where a group of nodes is.
#[derive(Clone, Copy)]
enum Place {
    Memory(Value),
    /// In a file.
    File {
        /// Where its first limb begins.
        offset: u64,
        /// Bytes of a limb.
        limb_bytes: u64,
        /// Ready when it is there; absent if that is before the run.
        token: Option<Value>,
    },
}

/// The nodes of a layer that have been made.
struct Nodes {
    plane: Plane,
    /// Groups of channels of a position.
    groups: usize,
    /// Ciphertexts of a group.
    each: usize,
    /// Position by position, group by group.
    places: Vec<Option<Place>>,
    /// Rows that are complete.
    rows: usize,
}

impl Nodes {
    fn new(plane: Plane, groups: usize, each: usize) -> Self {
        Self { plane, groups, each, places: vec![None; plane.positions() * groups], rows: 0 }
    }

    fn get(&self, (row, column): (usize, usize), group: usize) -> Place {
        self.places[self.index(row, column, group)].expect("rows are made before they are read")
    }

    fn set(&mut self, (row, column): (usize, usize), group: usize, place: Place) {
        let index = self.index(row, column, group);
        self.places[index] = Some(place);
    }

    fn index(&self, row: usize, column: usize, group: usize) -> usize {
        (row * self.plane.columns + column) * self.groups + group
    }
}

/// A convolution and the activation that follows it.
struct Layer<'p> {
    convolution: ConvolutionStage<'p>,
    index: usize,
    stage: &'p Stage,
    activation: &'p NodeActivation,
    /// Rows of the results, or strips that are added to the one result.
    steps: Vec<Vec<Patch>>,
    done: usize,
    /// Sums of activations of all strips, by group.
    sums: Vec<Value>,
    /// Sums of squares of all strips, by group.
    squares: Vec<[Value; 2]>,
}

#[derive(Clone, Copy)]
struct ConvolutionStage<'p> {
    index: usize,
    stage: &'p Stage,
    convolution: &'p NodeConvolution,
}

/// Emits the tasks of all stages.
pub(in crate::network) struct NodeLowering<'l, 'p> {
    lowering: &'l mut Lowering<'p>,
    plan: &'p Plan,
    tiling: Tiling,
    layers: Vec<Layer<'p>>,
    dense: ConvolutionStage<'p>,
    /// What layer l reads, then what the dense layer reads.
    nodes: Vec<Nodes>,
    /// Bytes of the file that are taken.
    file_bytes: u64,
}

/// Where limb `limb` of fresh ciphertext `index` stands in the file, if they wait there.
pub(in crate::network) fn input_offset(plan: &Plan, index: usize, limb: usize) -> u64 {
    ((index * plan.input.limbs + limb) << (plan.parameters.log_n + 1)) as u64 * size_of::<u32>() as u64
}

impl<'l, 'p> NodeLowering<'l, 'p> {
    /// `inputs` are the fresh ciphertexts, position by position and there channel by channel.
    pub(in crate::network) fn new(
        lowering: &'l mut Lowering<'p>,
        plan: &'p Plan,
        tiling: Tiling,
        inputs: &[Value],
    ) -> Self {
        let step = |index: usize| match &plan.stages[index].step {
            Step::Nodes(step) => step,
            _ => unreachable!("a plan on nodes"),
        };
        let convolution = |index: usize| match step(index) {
            NodeStep::Convolution(convolution) => ConvolutionStage { index, stage: &plan.stages[index], convolution },
            NodeStep::Activation(_) => unreachable!("convolutions and activations take turns"),
        };
        let layer = |index: usize| match step(index + 1) {
            NodeStep::Activation(activation) => Layer {
                convolution: convolution(index),
                index: index + 1,
                stage: &plan.stages[index + 1],
                activation,
                steps: activation.steps(),
                done: 0,
                sums: Vec::new(),
                squares: Vec::new(),
            },
            NodeStep::Convolution(_) => unreachable!("convolutions and activations take turns"),
        };
        let last = plan.stages.len() - 1;
        let layers: Vec<_> = (0..last).step_by(2).map(layer).collect();
        let first = layers[0].convolution.convolution;
        let mut input = Nodes::new(first.plane, first.channels_in, 1);
        let place = |index: usize| match inputs.get(index) {
            Some(&value) => Place::Memory(value),
            None => {
                Place::File { offset: input_offset(plan, index, 0), limb_bytes: input_offset(plan, 0, 1), token: None }
            }
        };
        input.places = (0..plan.input.ciphertexts()).map(|index| Some(place(index))).collect();
        input.rows = first.plane.rows;
        let results = layers.iter().map(|layer| {
            let (activation, each) = (layer.activation, group(layer.activation.channels));
            Nodes::new(activation.pooled(), activation.channels / each, each)
        });
        let nodes = [input].into_iter().chain(results).collect();
        let file_bytes = input_offset(plan, plan.input.ciphertexts(), 0);
        Self { lowering, plan, tiling, layers, dense: convolution(last), nodes, file_bytes }
    }

    /// Puts a group of nodes where it waits to be read.
    fn keep(&mut self, stage: usize, layer: usize, position: (usize, usize), group: usize, value: Value) {
        // What the dense layer reads is little, and strips add to it.
        let place = if self.tiling.spill == Spill::Nodes && layer < self.layers.len() {
            let token = self.lowering.buffers(1, TOKEN_WORDS);
            let limb_bytes =
                (self.nodes[layer].each << (self.plan.parameters.log_n + 1)) as u64 * size_of::<u32>() as u64;
            let offset = self.file_bytes;
            self.file_bytes += limb_bytes * value.limbs() as u64;
            self.emit(stage, NodeOperation::Spill { offset }, &[value], &[token], Counts::default());
            Place::File { offset, limb_bytes, token: Some(token) }
        } else {
            Place::Memory(value)
        };
        self.nodes[layer].set(position, group, place);
    }

    /// One limb of all groups of a position of what a layer reads.
    fn limb_of(&mut self, stage: usize, layer: usize, position: (usize, usize), limb: usize) -> Vec<Value> {
        let nodes = &self.nodes[layer];
        let (groups, each) = (nodes.groups, nodes.each);
        let places: Vec<_> = (0..groups).map(|group| nodes.get(position, group)).collect();
        let mut values = Vec::with_capacity(groups);
        let (mut offsets, mut tokens) = (Vec::new(), Vec::new());
        for place in places {
            match place {
                Place::Memory(value) => values.push(value.limb(limb)),
                Place::File { offset, limb_bytes, token } => {
                    offsets.push(offset + limb as u64 * limb_bytes);
                    tokens.extend(token);
                }
            }
        }
        if !offsets.is_empty() {
            let fetched = self.lowering.buffers(offsets.len(), each * 2 * self.lowering.n);
            self.emit(stage, NodeOperation::Fetch { offsets }, &tokens, &[fetched], Counts::default());
            values.push(fetched);
        }
        values
    }

    /// Emits all tasks; the results are the logits, one ciphertext each.
    pub(in crate::network) fn run(mut self) -> Vec<Value> {
        match self.tiling.order {
            Order::Layers => (0..self.layers.len()).for_each(|layer| self.finish(layer)),
            Order::Rows => self.finish(self.layers.len() - 1),
        }
        let patch = Patch { rows: 0..1, columns: 0..1 };
        let (dense, layer) = (self.dense, self.layers.len());
        let sums = self.products(dense, layer, &patch, 0..dense.convolution.chunks());
        for (output, sum) in sums.iter().enumerate() {
            self.rescale(dense, output, std::slice::from_ref(sum));
        }
        sums.into_iter().map(|sum| sum.first(dense.stage.limbs_out)).collect()
    }

    /// All steps of a layer that are not done.
    fn finish(&mut self, layer: usize) {
        while self.layers[layer].done < self.layers[layer].steps.len() {
            self.step(layer);
        }
    }

    /// The next step of a layer, after those of the layers before that it needs; or all of them at once.
    fn step(&mut self, layer: usize) {
        let (convolution, done) = (self.layers[layer].convolution, self.layers[layer].done);
        let end = match self.tiling.order {
            Order::Layers => self.layers[layer].steps.len(),
            Order::Rows => done + 1,
        };
        let patches: Vec<Patch> = self.layers[layer].steps[done..end].concat();
        let needed = patches.iter().map(|patch| convolution.convolution.field(patch).rows.end).max().unwrap_or(0);
        while self.nodes[layer].rows < needed {
            self.step(layer - 1);
        }
        // What has sums and waits for its activations.
        let mut waiting = VecDeque::new();
        let most_waiting = match self.tiling.order {
            Order::Layers => usize::MAX,
            Order::Rows => 1,
        };
        for patch in patches {
            for block in self.blocks(convolution.convolution) {
                let sums = self.products(convolution, layer, &patch, block.clone());
                waiting.push_back((patch.clone(), block, sums));
                if waiting.len() > most_waiting
                    && let Some((patch, block, sums)) = waiting.pop_front()
                {
                    self.activate(layer, &patch, block, &sums);
                }
            }
        }
        for (patch, block, sums) in waiting {
            self.activate(layer, &patch, block, &sums);
        }
        self.layers[layer].done = end;
        if !self.layers[layer].activation.is_global() {
            self.nodes[layer + 1].rows = end;
        } else if end == self.layers[layer].steps.len() {
            self.relinearize_all(layer);
        }
    }

    /// Chunks of channels that are computed before their activations are.
    fn blocks(&self, convolution: &NodeConvolution) -> Vec<Range<usize>> {
        let each = (self.tiling.channels / convolution.chunk()).max(1);
        let chunks = convolution.chunks();
        (0..chunks).step_by(each).map(|first| first..chunks.min(first + each)).collect()
    }

    fn emit(&mut self, stage: usize, operation: NodeOperation, reads: &[Value], writes: &[Value], work: Counts) {
        self.lowering.enter(stage);
        self.lowering.emit(Operation::Nodes { stage, operation }, reads, writes, work);
    }

    /// The sums of some chunks of channels on a patch, and their groups of channels: `[chunk][position][group]`.
    fn products(
        &mut self,
        ConvolutionStage { index, stage, convolution }: ConvolutionStage<'_>,
        layer: usize,
        patch: &Patch,
        chunks: Range<usize>,
    ) -> Vec<Value> {
        let each = self.ciphertexts(index, convolution);
        let groups = chunks.len() * patch.len() * convolution.chunk() / each;
        let words = each * 2 * self.lowering.n;
        if !self.plan.switches.lazy_rescaling {
            let sums: Vec<Value> = (0..groups).map(|_| self.lowering.buffers(stage.limbs_out, words)).collect();
            self.rescaled_products((index, stage, convolution), layer, patch, chunks, &sums);
            return sums;
        }
        let sums: Vec<Value> = (0..groups).map(|_| self.lowering.buffers(stage.limbs_in, words)).collect();
        let of_chunk = cost::products(self.plan, convolution, patch, 1);
        let share = self.chunks_a_task(of_chunk);
        for limb in 0..stage.limbs_in {
            let field = convolution.field(patch).positions();
            let reads: Vec<_> = field.flat_map(|position| self.limb_of(index, layer, position, limb)).collect();
            for first in chunks.clone().step_by(share) {
                let part = first..chunks.end.min(first + share);
                let each = groups / chunks.len();
                let writes = &sums[(part.start - chunks.start) * each..(part.end - chunks.start) * each];
                let writes: Vec<_> = writes.iter().map(|value| value.limb(limb)).collect();
                let work = cost::products(self.plan, convolution, patch, part.len());
                let patch = patch.clone();
                let operation = if self.plan.switches.scalar_weights {
                    NodeOperation::Products { patch, chunks: part, limb }
                } else {
                    NodeOperation::PolynomialProducts { patch, chunks: part, limb }
                };
                self.emit(index, operation, &reads, &writes, work);
            }
        }
        sums
    }

    /// The tasks of sums whose products are rescaled one by one.
    fn rescaled_products(
        &mut self,
        (index, stage, convolution): (usize, &Stage, &NodeConvolution),
        layer: usize,
        patch: &Patch,
        chunks: Range<usize>,
        sums: &[Value],
    ) {
        let each = self.ciphertexts(index, convolution);
        let groups = convolution.chunk() / each;
        for (place, &sum) in sums.iter().enumerate() {
            let (chunk, place) = (chunks.start + place / (groups * patch.len()), place % (groups * patch.len()));
            let (row, column) = patch.positions().nth(place / groups).expect("a position of the patch");
            let patch = Patch { rows: row..row + 1, columns: column..column + 1 };
            let limbs = 0..stage.limbs_in;
            let reads: Vec<_> = limbs
                .flat_map(|limb| {
                    let field = convolution.field(&patch).positions();
                    field.flat_map(|position| self.limb_of(index, layer, position, limb)).collect::<Vec<_>>()
                })
                .collect();
            let work = cost::rescaled_products(self.plan, stage, convolution, &patch, each);
            let operation = NodeOperation::RescaledProducts { patch, group: chunk * groups + place % groups };
            self.emit(index, operation, &reads, &[sum], work);
        }
    }

    /// Ciphertexts that share a buffer. The dense layer's results leave one by one.
    fn ciphertexts(&self, index: usize, convolution: &NodeConvolution) -> usize {
        if index == self.dense.index { 1 } else { group(convolution.channels_out) }
    }

    /// How many chunks a task takes: packing the inputs is shared, but tasks should not get long.
    fn chunks_a_task(&self, of_chunk: Counts) -> usize {
        const LONGEST_NS: u64 = 100_000_000;
        let chunks = LONGEST_NS / self.lowering.task_ns(of_chunk).max(1);
        usize::try_from(chunks).unwrap_or(MOST_CHUNKS).clamp(1, MOST_CHUNKS)
    }

    /// Rescales sums of a group of channels, one a position.
    fn rescale(&mut self, stage: ConvolutionStage<'_>, group: usize, sums: &[Value]) {
        let ConvolutionStage { index, stage, convolution } = stage;
        if !self.plan.switches.lazy_rescaling {
            return;
        }
        let last: Vec<_> = sums.iter().map(|sum| sum.limb(stage.limbs_out)).collect();
        let kept: Vec<_> = sums.iter().map(|sum| sum.first(stage.limbs_out)).collect();
        let reads: Vec<_> = last.into_iter().chain(kept.iter().copied()).collect();
        let work = cost::rescales(self.plan, stage, sums.len() * self.ciphertexts(index, convolution));
        self.emit(index, NodeOperation::Rescale { group }, &reads, &kept, work);
    }

    /// The activations of a block of channels on a patch.
    fn activate(&mut self, layer: usize, patch: &Patch, chunks: Range<usize>, sums: &[Value]) {
        let Layer { convolution, index, stage, activation, .. } = self.layers[layer];
        let chunk = convolution.convolution.chunk();
        let each = group(activation.channels);
        let (groups, positions) = (chunk / each, patch.len());
        for place in 0..chunks.len() * groups {
            let group = chunks.start * groups + place;
            let (of_chunk, place) = (place / groups, place % groups);
            let sum = |position: usize| sums[(of_chunk * positions + position) * groups + place];
            let sums: Vec<_> = (0..positions).map(sum).collect();
            self.rescale(convolution, group, &sums);
            let sums: Vec<_> = sums.into_iter().map(|sum| sum.first(stage.limbs_in)).collect();
            self.activate_group(layer, (index, stage, activation), patch, group, &sums);
        }
    }

    fn activate_group(
        &mut self,
        layer: usize,
        (index, stage, activation): (usize, &Stage, &NodeActivation),
        patch: &Patch,
        group: usize,
        sums: &[Value],
    ) {
        let each = super::step::group(activation.channels);
        let words = each * 2 * self.lowering.n;
        let position = if activation.is_global() {
            (0, 0)
        } else {
            (patch.rows.start / activation.window.rows, patch.columns.start / activation.window.columns)
        };
        // Patches of one window add to what the first of them began.
        let adds = activation.is_global() && patch.rows.start > 0;
        let work = cost::activations(self.plan, stage, activation.form, sums.len() * each);
        match activation.form {
            Form::Quadratic => {
                let result =
                    if adds { self.layers[layer].sums[group] } else { self.lowering.buffers(stage.limbs_out, words) };
                let reads: Vec<_> = sums.iter().copied().chain(adds.then_some(result)).collect();
                self.emit(index, NodeOperation::Quadratics { group, adds }, &reads, &[result], work);
                if !adds {
                    self.keep(index, layer + 1, position, group, result);
                    self.layers[layer].sums.push(result);
                }
            }
            Form::Square => {
                let squares = if adds {
                    self.layers[layer].squares[group]
                } else {
                    let thirds = self.lowering.buffers(stage.limbs_in, words / 2);
                    [self.lowering.buffers(stage.limbs_in, words), thirds]
                };
                let before = squares.into_iter().filter(|_| adds);
                let reads: Vec<_> = sums.iter().copied().chain(before).collect();
                self.emit(index, NodeOperation::Squares { adds }, &reads, &squares, work);
                if !activation.is_global() {
                    self.relinearize(layer, position, group, squares);
                } else if !adds {
                    assert_eq!(self.layers[layer].squares.len(), group, "groups come in order");
                    self.layers[layer].squares.push(squares);
                }
            }
        }
    }

    /// The end of sums of squares over all positions.
    fn relinearize_all(&mut self, layer: usize) {
        for (group, squares) in std::mem::take(&mut self.layers[layer].squares).into_iter().enumerate() {
            self.relinearize(layer, (0, 0), group, squares);
        }
    }

    fn relinearize(&mut self, layer: usize, position: (usize, usize), group: usize, [pairs, thirds]: [Value; 2]) {
        let Layer { index, stage, activation, .. } = self.layers[layer];
        let each = super::step::group(activation.channels);
        let result = self.lowering.buffers(stage.limbs_out, each * 2 * self.lowering.n);
        let work = cost::relinearizations(self.plan, stage, each);
        let operation = NodeOperation::Relinearize { group };
        self.emit(index, operation, &[pairs, thirds], &[pairs, result], work);
        self.keep(index, layer + 1, position, group, result);
    }
}

#[cfg(test)]
mod tests {
    use hear_model::network::{Dimension, Shape};
    use hear_scheduler::MemoryOptions;

    use super::*;
    use crate::network::{
        lower::{Keep, RunShape, lower},
        method::Method,
        plan::PlanRequest,
    };

    /// A prime number of channels has chunks of one.
    #[test]
    fn tasks_have_no_more_chunks_than_there_is_room_for() {
        for width in [1, 67, 127] {
            let shape = Shape::new(Dimension::TwoD, width).unwrap();
            let plan = Plan::new(&PlanRequest::new(shape, Method::LeanNgraph)).unwrap();
            let tiling = Tiling { channels: usize::MAX, ..Tiling::default() };
            let run = RunShape { tiling, ..RunShape::default() };
            let lowered = lower(&plan, run, 2, 16, Keep::Result, &MemoryOptions::default()).unwrap();
            let chunks = lowered.operations.iter().filter_map(|operation| match operation {
                Operation::Nodes { operation: NodeOperation::Products { chunks, .. }, .. } => Some(chunks.len()),
                _ => None,
            });
            let most = chunks.max().unwrap();
            assert!((1..=MOST_CHUNKS).contains(&most), "width {width}: {most}");
        }
    }
}
