//! From a plan to tasks: which values there are, and which task reads and writes which.
//!
//! A value is a ciphertext, one buffer of 2N words a limb: component 0, then component 1, as NTT values. Tasks are coarse
//! (a tenth of a millisecond to a few) and name what they read and write; their order of execution follows from that
//! alone. Stages are emitted breadth first, so that the tasks of a stage do not wait for each other's memory.

use std::ops::Range;

use hear_scheduler::{BufferRange, Graph, GraphBuilder, GraphError, MemoryOptions, StageId, TaskCost};
use serde::{Deserialize, Serialize};

use super::{
    cost::{Counts, Speeds, Units},
    encode::LinearTiling,
    lean::lower::LeanOperation,
    lola::lower::DotOperation,
    method::Family,
    nodes::{
        lower::{NodeLowering, NodeOperation},
        tiling::{Spill, Tiling},
    },
    plan::{Linear, LinearLayer, Plan, Stage, Step},
    throughput::Throughput,
};
use crate::{circuits::linear::GROUP_TILES, rlwe::KeyTarget};

/// The longest key switch that stays one task, in nanoseconds of the default machine.
const WHOLE_SWITCH_NS: u64 = 600_000;

/// What the parts of a longer one should take: long against what a task costs, short against an inference on many threads.
const PART_NS: u64 = 400_000;

/// How many tasks a thread should find where a plan's tasks are few and long: enough that the last ones end together.
const TASKS_A_THREAD: usize = 4;

/// The shortest share of a task that is parted to be more of them: below it, what shares do each for themselves, as packing
/// the same inputs, would be much of their work.
const SHORTEST_SHARE_NS: u64 = 150_000;

/// For how many threads tasks are cut that run on `threads`. The numbers are few, so that one trace stands for the runs on
/// many numbers of threads.
#[must_use]
pub fn cut_for(threads: usize) -> usize {
    threads.next_power_of_two()
}

/// A plan as a graph of tasks.
#[derive(Debug)]
pub struct Lowered {
    /// The tasks, their buffers and their order.
    pub graph: Graph,
    /// What each task does, by its number.
    pub(super) operations: Vec<Operation>,
    /// The fresh ciphertexts, those of one packed input after the other; none where they wait in a file.
    pub inputs: Vec<BufferRange>,
    /// The results, those of one packed input after the other.
    pub outputs: Vec<BufferRange>,
    /// Copies of what every stage made of the first clip, where they were asked for.
    pub after_stages: Vec<Vec<BufferRange>>,
}

/// What a task does with the slices that it gets, in the order in which it named them.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    /// A copy of a value, for whoever looks between stages.
    Copy,
    /// A task of one of the paper's methods.
    Paper(PaperOperation),
    /// A task of a stage of `lean-hear`.
    Lean { stage: usize, operation: LeanOperation },
    /// A task of a stage of dot products.
    Dots(DotOperation),
    /// A task of a stage on nodes.
    Nodes { stage: usize, operation: NodeOperation },
}

/// What a task of one of the paper's methods does.
#[derive(Clone, Debug)]
pub(super) enum PaperOperation {
    /// Coefficients of component 1 of a value: the part of a key switch that rotations of one ciphertext share.
    Decompose { limbs: usize },
    /// One extended limb of the decomposition, times that limb of several keys. Reads the value's own limb unless the
    /// extended limb is a special prime's, and the coefficients.
    RaiseAndMultiply { limbs: usize, extended: usize, rotations: Vec<i32> },
    /// Leaves the extended basis and turns: rotate((c0 + k0, k1)). Reads the extended limbs, then the value.
    FinishRotation { limbs: usize, rotation: i32 },
    /// Rotates a value into another.
    RotateInto { rotation: i32 },
    /// `x <- rotate(x)`, or `x <- x + rotate(x)`.
    RotateAssign { rotation: i32, add: bool },
    /// Begins a key switch of a value, or of a polynomial: coefficients and remainders.
    BeginSwitch { target: KeyTarget, limbs: usize },
    /// Some limbs of a [`PaperOperation::RotateInto`]. Reads coefficients, remainders, and these limbs of the value.
    FinishRotateInto { rotation: i32, limbs: usize, part: Range<usize> },
    /// Some limbs of a [`PaperOperation::RotateAssign`]. Reads coefficients and remainders.
    FinishRotateAssign { rotation: i32, add: bool, limbs: usize, part: Range<usize> },
    /// One limb of some tiles of sums of products. Reads that limb of all rotated inputs.
    Products { stage: usize, tiles: Range<usize>, limb: usize },
    /// A sum whose products are rescaled one by one. Reads all limbs of all rotated inputs, input by input.
    RescaledProducts { stage: usize, tile: usize, limbs: usize },
    /// Some limbs of the extended basis of a sum that a value begins, or to which it is added, rotated. Reads the value's
    /// coefficients unless the amount is 0, and those of the limbs that it has.
    AddRotation { rotation: i32, first: bool, limbs: usize, part: Range<usize> },
    /// Leaves the extended basis, rescaled, and a linear stage's constant.
    DivideSum { limbs: usize, constant: Option<usize> },
    /// The sum of values of so many limbs, rescaled or not, and a linear stage's constant.
    Sum { limbs: usize, rescale: bool, constant: Option<usize> },
    /// `y = a x + b`, rescaled. Reads x.
    Line { stage: usize, ciphertext: usize },
    /// `x y + c`, relinearised and rescaled. Reads y, then as many limbs of x.
    Multiply { stage: usize, ciphertext: usize },
    /// `x y` in three components: pairs of the first two, then the third. Reads y, then as many limbs of x.
    Tensor,
    /// Relinearises some limbs of a product. Reads coefficients, remainders, and these limbs of the third component.
    Relinearize { limbs: usize, part: Range<usize> },
    /// `x + c`, rescaled.
    Rescale { stage: usize, ciphertext: usize },
    /// A merge's mask times a value, rescaled or not.
    Mask { stage: usize, rescale: bool },
}

impl Operation {
    /// Whether one task works on all clips of a batch: it then finds the operands of one clip after the other. Those do that
    /// read weights or keys; the others would share nothing.
    fn serves_batch(&self) -> bool {
        match self {
            Self::Copy | Self::Dots(_) | Self::Nodes { .. } => false,
            Self::Paper(operation) => operation.serves_batch(),
            Self::Lean { operation, .. } => operation.serves_batch(),
        }
    }
}

impl PaperOperation {
    /// See [`Operation::serves_batch`]. Key switches that are one task are those of runs of one clip. Masks, quadratics and
    /// constants are small, and read again so soon that they come from a cache.
    fn serves_batch(&self) -> bool {
        match self {
            Self::RaiseAndMultiply { .. }
            | Self::BeginSwitch { .. }
            | Self::FinishRotateInto { .. }
            | Self::FinishRotateAssign { .. }
            | Self::Relinearize { .. }
            | Self::AddRotation { .. }
            | Self::Products { .. } => true,
            Self::Decompose { .. }
            | Self::FinishRotation { .. }
            | Self::RotateInto { .. }
            | Self::RotateAssign { .. }
            | Self::RescaledProducts { .. }
            | Self::DivideSum { .. }
            | Self::Sum { .. }
            | Self::Line { .. }
            | Self::Multiply { .. }
            | Self::Tensor
            | Self::Rescale { .. }
            | Self::Mask { .. } => false,
        }
    }
}

/// What to keep beside the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// The result only.
    #[default]
    Result,
    /// Every stage's values too.
    Stages,
}

/// The buffers of something, a value (one a limb) or coefficients, of every clip of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    /// Those of all clips, clip after clip.
    buffers: BufferRange,
    /// How many a clip has.
    each: usize,
    /// The first of a clip's that this is.
    first: usize,
    limbs: usize,
}

impl Value {
    pub(super) fn limbs(self) -> usize {
        self.limbs
    }

    /// Some of the limbs.
    pub(super) fn slice(self, limbs: Range<usize>) -> Self {
        assert!(limbs.start <= limbs.end && limbs.end <= self.limbs, "limbs {limbs:?} of {}", self.limbs);
        Self { first: self.first + limbs.start, limbs: limbs.len(), ..self }
    }

    pub(super) fn limb(self, limb: usize) -> Self {
        self.slice(limb..limb + 1)
    }

    /// The first limbs.
    pub(super) fn first(self, limbs: usize) -> Self {
        self.slice(0..limbs)
    }

    /// The buffers of all clips, where a clip has no others than these limbs, or there is one clip.
    fn kept(self) -> BufferRange {
        if self.limbs == self.each { self.buffers } else { self.of_clip(0) }
    }

    /// What belongs to a clip.
    fn of_clip(self, clip: usize) -> BufferRange {
        let first = clip * self.each + self.first;
        self.buffers.slice(first..first + self.limbs)
    }
}

/// How a run is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunShape {
    /// How many packed inputs it handles.
    pub throughput: Throughput,
    /// How much of it is in memory at a time, where ciphertexts are nodes.
    pub tiling: Tiling,
}

impl From<Throughput> for RunShape {
    fn from(throughput: Throughput) -> Self {
        Self { throughput, ..Self::default() }
    }
}

/// Turns a plan into the tasks of a run. What `threads` would have too few tasks for is cut finer ([`cut_for`] so many); a
/// run on any other number of threads is right too.
///
/// # Errors
/// If the graph cannot be built: a fault of this module, not of its input.
pub fn lower(
    plan: &Plan,
    shape: impl Into<RunShape>,
    threads: usize,
    scratch_words: usize,
    keep: Keep,
    memory: &MemoryOptions,
) -> Result<Lowered, GraphError> {
    let RunShape { throughput, tiling } = shape.into();
    let n = 1_usize << plan.parameters.log_n;
    let mut graph = GraphBuilder::new();
    graph.scratch_words(scratch_words);
    let stage = graph.stage("input");
    let stages = plan.stages.iter().map(|stage| graph.stage(&stage.name)).collect();
    let (units, speeds) = (Units::of(plan), Speeds::default());
    let threads = cut_for(threads);
    let mut lowering =
        Lowering { plan, n, throughput, threads, units, speeds, graph, operations: Vec::new(), stages, stage };
    let family = plan.method.family();
    let held = if family == Family::Nodes && tiling.spill != Spill::Nothing { 0 } else { plan.input.ciphertexts() };
    let inputs: Vec<_> = (0..held).map(|_| lowering.value(plan.input.limbs)).collect();
    inputs.iter().for_each(|input| lowering.graph.input(input.buffers));
    let mut after_stages = Vec::new();
    let outputs = if family == Family::Nodes {
        NodeLowering::new(&mut lowering, plan, tiling, &inputs).run()
    } else {
        let mut state = inputs.clone();
        for (index, stage) in plan.stages.iter().enumerate() {
            lowering.enter(index);
            state = lowering.stage(index, stage, state);
            if keep == Keep::Stages {
                after_stages.push(state.iter().map(|&value| lowering.copy(value).of_clip(0)).collect());
            }
        }
        state
    };
    outputs.iter().for_each(|output| lowering.graph.output(output.kept()));
    let of_clips = |values: &[Value]| {
        let clips = 0..throughput.clips();
        clips.flat_map(|clip| values.iter().map(move |value| value.of_clip(clip))).collect()
    };
    let (inputs, outputs) = (of_clips(&inputs), of_clips(&outputs));
    let graph = lowering.graph.finish(memory)?;
    Ok(Lowered { graph, operations: lowering.operations, inputs, outputs, after_stages })
}

pub(super) struct Lowering<'p> {
    plan: &'p Plan,
    pub(super) n: usize,
    throughput: Throughput,
    threads: usize,
    units: Units,
    speeds: Speeds,
    graph: GraphBuilder,
    operations: Vec<Operation>,
    stages: Vec<StageId>,
    stage: StageId,
}

impl Lowering<'_> {
    /// The tasks from here on belong to a stage of the plan.
    pub(super) fn enter(&mut self, stage: usize) {
        self.stage = self.stages[stage];
    }

    /// Predicted nanoseconds of a task.
    pub(super) fn task_ns(&self, work: Counts) -> u64 {
        self.speeds.task_ns(&work)
    }

    fn stage(&mut self, index: usize, stage: &Stage, state: Vec<Value>) -> Vec<Value> {
        let lazy = self.plan.switches.lazy_rescaling;
        match &stage.step {
            Step::Replicate { rotations } | Step::Pool { rotations } => self.rotate_and_sum(state, rotations),
            Step::Fold { rotations } if self.plan.switches.recursive_fold => self.rotate_and_sum(state, rotations),
            Step::Fold { rotations } => {
                let turned: Vec<_> = state.iter().map(|&x| self.rotations(x, rotations)).collect();
                let sum = |(x, mut turned): (Value, Vec<Value>)| {
                    turned.push(x);
                    self.sum(&turned, false, None)
                };
                state.into_iter().zip(turned).map(sum).collect()
            }
            Step::Linear(linear) => self.linear(index, stage, linear, &state),
            Step::Activation(_) => {
                let line = |(ciphertext, &x): (usize, &Value)| {
                    let y = self.value(x.limbs() - 1);
                    let operation = PaperOperation::Line { stage: index, ciphertext };
                    let mut work = self.products(x.limbs(), 1);
                    work += Units::rescales(x.limbs() as u64, 1);
                    work += self.constant(y.limbs());
                    self.emit_paper(operation, &[x], &[y], work);
                    y
                };
                let lines: Vec<_> = state.iter().enumerate().map(line).collect();
                let multiply = |(ciphertext, (x, y)): (usize, (&Value, Value))| self.multiply(index, ciphertext, *x, y);
                state.iter().zip(lines).enumerate().map(multiply).collect()
            }
            Step::Merge(merge) => {
                let rotations = merge.rotations();
                let lanes = merge.lane_offsets.len();
                let mut masked = Vec::with_capacity(state.len());
                for &x in &state {
                    let limbs = if lazy { x.limbs() } else { x.limbs() - 1 };
                    let y = self.value(limbs);
                    let operation = PaperOperation::Mask { stage: index, rescale: !lazy };
                    let mut work = self.products(x.limbs(), 1);
                    work += Units::rescales(x.limbs() as u64, u64::from(!lazy));
                    self.emit_paper(operation, &[x], &[y], work);
                    masked.push(y);
                }
                for (position, &y) in masked.iter().enumerate() {
                    self.rotate_assign(y, rotations[position % lanes], false);
                }
                masked.chunks(lanes).map(|group| self.sum(group, lazy, None)).collect()
            }
            Step::Lean(step) => self.lean(index, stage, step, &state),
            Step::Dots(dots) => {
                let of_node = self.plan.dot_counts(stage, dots);
                self.dot_products(index, stage, dots, &state, of_node)
            }
            Step::Nodes(_) => unreachable!("stages on nodes are not lowered one by one"),
        }
    }

    fn linear(&mut self, index: usize, stage: &Stage, linear: &Linear, state: &[Value]) -> Vec<Value> {
        let lazy = self.plan.switches.lazy_rescaling;
        let tiling = LinearTiling::new(self.plan, stage, linear);
        let babies = linear.babies();
        let inputs: Vec<Value> = state.iter().flat_map(|&x| self.rotations(x, &babies)).collect();
        let limbs = stage.limbs_in;
        let width = if lazy { limbs } else { limbs - 1 };
        let sums: Vec<Value> = (0..tiling.sums).map(|_| self.value(width)).collect();
        let group = if lazy { GROUP_TILES } else { 1 };
        for first in (0..tiling.tiles()).step_by(group) {
            let tiles = first..tiling.tiles().min(first + group);
            if lazy {
                let of_tiles = &sums[tiling.sums_of(tiles.clone())];
                for limb in 0..limbs {
                    let reads: Vec<_> = inputs.iter().map(|x| x.limb(limb)).collect();
                    let writes: Vec<_> = of_tiles.iter().map(|x| x.limb(limb)).collect();
                    let work = self.products(1, inputs.len() * of_tiles.len());
                    let operation = PaperOperation::Products { stage: index, tiles: tiles.clone(), limb };
                    self.emit_paper(operation, &reads, &writes, work);
                }
            } else {
                let of_tile = &sums[tiling.sums_of(tiles)];
                let operation = PaperOperation::RescaledProducts { stage: index, tile: first, limbs };
                let mut work = self.products(limbs, inputs.len());
                work += Units::rescales(limbs as u64, inputs.len() as u64);
                self.emit_paper(operation, &inputs, of_tile, work);
            }
        }
        let giants = linear.giants();
        let constant = (linear.layer == LinearLayer::Dense).then_some(index);
        let terms = |output| sums.iter().skip(output).step_by(tiling.outputs).copied().collect::<Vec<_>>();
        if self.plan.sums_rotations_extended(&giants) {
            return (0..tiling.outputs).map(|output| self.sum_rotations(&terms(output), &giants, constant)).collect();
        }
        for (sum, &x) in sums.iter().enumerate() {
            self.rotate_assign(x, giants[sum / tiling.outputs], false);
        }
        (0..tiling.outputs).map(|output| self.sum(&terms(output), lazy, constant)).collect()
    }

    /// The rotations of a value; where the amount is 0, the value itself.
    fn rotations(&mut self, x: Value, amounts: &[i32]) -> Vec<Value> {
        let turned: Vec<i32> = amounts.iter().copied().filter(|&amount| amount != 0).collect();
        let mut results = if self.plan.switches.hoisting && !turned.is_empty() {
            self.hoisted_rotations(x, &turned)
        } else {
            turned.iter().map(|&rotation| self.rotation(x, rotation)).collect()
        };
        for (position, _) in amounts.iter().enumerate().filter(|&(_, &amount)| amount == 0) {
            results.insert(position, x);
        }
        results
    }

    /// Rotations, none by 0, that share the decomposition of the value.
    fn hoisted_rotations(&mut self, x: Value, rotations: &[i32]) -> Vec<Value> {
        let limbs = x.limbs();
        let switch = self.plan.key_switch(limbs);
        let coefficients = self.decompose(x);
        let products: Vec<Value> = rotations.iter().map(|_| self.value(switch.extended())).collect();
        for extended in 0..switch.extended() {
            let mut reads = vec![coefficients];
            if extended < limbs {
                reads.insert(0, x.limb(extended));
            }
            let writes: Vec<_> = products.iter().map(|product| product.limb(extended)).collect();
            let operation = PaperOperation::RaiseAndMultiply { limbs, extended, rotations: rotations.to_vec() };
            let mut work =
                self.units.at(limbs as u64).limb_key_products(rotations.len() as u64, rotations.len() as u64);
            work += Self::transforms(switch.digits);
            self.emit_paper(operation, &reads, &writes, work);
        }
        let mut results = Vec::with_capacity(rotations.len());
        for (&rotation, product) in rotations.iter().zip(products) {
            let result = self.value(limbs);
            let operation = PaperOperation::FinishRotation { limbs, rotation };
            let work = self.units.at(limbs as u64).divide(1);
            self.emit_paper(operation, &[product, x], &[result], work);
            results.push(result);
        }
        results
    }

    /// The coefficients of a value's component 1.
    fn decompose(&mut self, x: Value) -> Value {
        let limbs = x.limbs();
        let coefficients = self.buffers(1, self.plan.key_switch(limbs).coefficient_limbs() * self.n);
        self.emit_paper(PaperOperation::Decompose { limbs }, &[x], &[coefficients], Self::transforms(limbs));
        coefficients
    }

    fn transforms(ntt: usize) -> Counts {
        Counts { ntt: ntt as u64, ..Counts::default() }
    }

    /// A rotation that shares nothing.
    fn rotation(&mut self, x: Value, rotation: i32) -> Value {
        let (limbs, result) = (x.limbs(), self.value(x.limbs()));
        if self.is_whole(limbs) {
            let operation = PaperOperation::RotateInto { rotation };
            self.emit_paper(operation, &[x], &[result], self.key_switch(limbs));
            return result;
        }
        let begun = self.begin_switch(KeyTarget::Rotate(rotation), limbs, x);
        self.finish_switch(limbs, |lowering, part, work| {
            let [reads, writes] = [x, result].map(|value| value.slice(part.clone()));
            let operation = PaperOperation::FinishRotateInto { rotation, limbs, part };
            lowering.emit_paper(operation, &[begun[0], begun[1], reads], &[writes], work);
        });
        result
    }

    /// Whether a key switch is short enough for one task.
    fn is_whole(&self, limbs: usize) -> bool {
        // Clips of a batch share the limbs of a key, so its tasks go limb by limb.
        self.throughput.batch() == 1 && self.speeds.task_ns(&self.key_switch(limbs)) <= WHOLE_SWITCH_NS
    }

    /// What the tasks of a key switch share: coefficients and remainders of a value or a polynomial.
    fn begin_switch(&mut self, target: KeyTarget, limbs: usize, polynomial: Value) -> [Value; 2] {
        let switch = self.plan.key_switch(limbs);
        let begun = [switch.coefficient_limbs(), switch.remainder_limbs()].map(|limbs| self.buffers(1, limbs * self.n));
        let work = self.units.at(limbs as u64).begin_switch();
        self.emit_paper(PaperOperation::BeginSwitch { target, limbs }, &[polynomial], &begun, work);
        begun
    }

    /// Emits the rest of a key switch in parts of some limbs.
    fn finish_switch(&mut self, limbs: usize, mut emit: impl FnMut(&mut Self, Range<usize>, Counts)) {
        let of_limb = self.units.at(limbs as u64).finish_switch_limb();
        for part in self.parts(limbs, of_limb) {
            let work = of_limb * part.len() as u64;
            emit(self, part, work);
        }
    }

    /// Into how many tasks, at most `most`, each of `tasks` that a clip has at a time is cut, so that all threads have some.
    /// `work` is what one of them does for a clip.
    pub(super) fn shares(&self, tasks: usize, work: Counts, most: usize) -> usize {
        if self.threads == 1 {
            return 1;
        }
        let wanted = (TASKS_A_THREAD * self.threads).div_ceil(tasks * self.throughput.streams());
        let time_ns = self.speeds.task_ns(&work.of_batch(self.throughput.batch()));
        let long_enough = usize::try_from(time_ns / SHORTEST_SHARE_NS).unwrap_or(most);
        wanted.min(long_enough).clamp(1, most)
    }

    /// Runs of limbs for tasks of about [`PART_NS`].
    fn parts(&self, limbs: usize, of_limb: Counts) -> impl Iterator<Item = Range<usize>> + use<> {
        let time_ns = self.speeds.task_ns(&of_limb.of_batch(self.throughput.batch())) * limbs as u64;
        let parts = usize::try_from(time_ns.div_ceil(PART_NS)).map_or(limbs, |parts| parts.clamp(1, limbs));
        even_ranges(limbs, parts)
    }

    /// `x y + c` of an activation, relinearised and rescaled.
    fn multiply(&mut self, stage: usize, ciphertext: usize, x: Value, y: Value) -> Value {
        let limbs = y.limbs();
        let (x, z) = (x.first(limbs), self.value(limbs - 1));
        let tensor = Counts { product_limbs: 4 * limbs as u64, ..Counts::default() };
        let mut rescale = Units::rescales(limbs as u64, 1);
        rescale += self.constant(z.limbs());
        if self.is_whole(limbs) {
            let operation = PaperOperation::Multiply { stage, ciphertext };
            let mut work = self.key_switch(limbs);
            work += tensor;
            work += rescale;
            self.emit_paper(operation, &[y, x], &[z], work);
            return z;
        }
        let (products, squares) = (self.value(limbs), self.buffers(limbs, self.n));
        self.emit_paper(PaperOperation::Tensor, &[y, x], &[products, squares], tensor);
        let begun = self.begin_switch(KeyTarget::Relinearize, limbs, squares);
        self.finish_switch(limbs, |lowering, part, work| {
            let (reads, writes) = (squares.slice(part.clone()), products.slice(part.clone()));
            let operation = PaperOperation::Relinearize { limbs, part };
            lowering.emit_paper(operation, &[begun[0], begun[1], reads, writes], &[writes], work);
        });
        self.emit_paper(PaperOperation::Rescale { stage, ciphertext }, &[products], &[z], rescale);
        z
    }

    fn rotate_and_sum(&mut self, state: Vec<Value>, rotations: &[i32]) -> Vec<Value> {
        for &rotation in rotations {
            for &x in &state {
                self.rotate_assign(x, rotation, true);
            }
        }
        state
    }

    fn rotate_assign(&mut self, x: Value, rotation: i32, add: bool) {
        if rotation == 0 && !add {
            return;
        }
        let limbs = x.limbs();
        if self.is_whole(limbs) {
            let operation = PaperOperation::RotateAssign { rotation, add };
            self.emit_paper(operation, &[x], &[x], self.key_switch(limbs));
            return;
        }
        let begun = self.begin_switch(KeyTarget::Rotate(rotation), limbs, x);
        self.finish_switch(limbs, |lowering, part, work| {
            let values = x.slice(part.clone());
            let operation = PaperOperation::FinishRotateAssign { rotation, add, limbs, part };
            lowering.emit_paper(operation, &[begun[0], begun[1], values], &[values], work);
        });
    }

    pub(super) fn sum(&mut self, terms: &[Value], rescale: bool, constant: Option<usize>) -> Value {
        let limbs = terms[0].limbs();
        let result = self.value(if rescale { limbs - 1 } else { limbs });
        let mut work = Units::rescales(limbs as u64, u64::from(rescale));
        work.product_limbs += (limbs * terms.len()) as u64;
        work += self.constant(constant.map_or(0, |_| result.limbs()));
        self.emit_paper(PaperOperation::Sum { limbs, rescale, constant }, terms, &[result], work);
        result
    }

    /// The sum of the terms, each rotated by its amount, in the extended basis; rescaled.
    fn sum_rotations(&mut self, terms: &[Value], rotations: &[i32], constant: Option<usize>) -> Value {
        let limbs = terms[0].limbs();
        let (switch, units) = (self.plan.key_switch(limbs), self.units.at(limbs as u64));
        let (extended, sum) = (switch.extended(), self.value(switch.extended()));
        for (index, (&x, &rotation)) in terms.iter().zip(rotations).enumerate() {
            let (coefficients, of_limb) = if rotation == 0 {
                (None, Counts { product_limbs: 2, ..Counts::default() })
            } else {
                (Some(self.decompose(x)), units.rotate_limb())
            };
            for part in self.parts(extended, of_limb) {
                let own = part.start.min(limbs)..part.end.min(limbs);
                let own = (!own.is_empty()).then(|| x.slice(own));
                let mut reads: Vec<_> = coefficients.into_iter().chain(own).collect();
                let (first, writes) = (index == 0, sum.slice(part.clone()));
                if rotation == 0 && reads.is_empty() && !first {
                    // P x is zero modulo special primes.
                    continue;
                }
                if !first {
                    reads.push(writes);
                }
                let work = of_limb * part.len() as u64;
                let operation = PaperOperation::AddRotation { rotation, first, limbs, part };
                self.emit_paper(operation, &reads, &[writes], work);
            }
        }
        let result = self.value(limbs - 1);
        let mut work = units.divide(1);
        work += self.constant(constant.map_or(0, |_| result.limbs()));
        self.emit_paper(PaperOperation::DivideSum { limbs, constant }, &[sum], &[result], work);
        result
    }

    fn copy(&mut self, x: Value) -> Value {
        let copy = self.value(x.limbs());
        self.graph.output(copy.buffers);
        self.emit(Operation::Copy, &[x], &[copy], Counts::default());
        copy
    }

    pub(super) fn value(&mut self, limbs: usize) -> Value {
        self.buffers(limbs, 2 * self.n)
    }

    /// One key switch that shares nothing.
    fn key_switch(&self, limbs: usize) -> Counts {
        self.units.key_switches(limbs as u64, 1, 1)
    }

    /// Products of ciphertexts of so many limbs with plaintexts.
    fn products(&self, limbs: usize, count: usize) -> Counts {
        self.units.products(limbs as u64, count as u64)
    }

    /// A plaintext of so many limbs that is added.
    fn constant(&self, limbs: usize) -> Counts {
        self.units.constants(limbs as u64, 1)
    }

    fn emit_paper(&mut self, operation: PaperOperation, reads: &[Value], writes: &[Value], work: Counts) {
        self.emit(Operation::Paper(operation), reads, writes, work);
    }

    /// So many buffers a clip.
    pub(super) fn buffers(&mut self, limbs: usize, words: usize) -> Value {
        let buffers = self.graph.buffers(self.throughput.clips() * limbs, words);
        Value { buffers, each: limbs, first: 0, limbs }
    }

    /// Adds a task for every clip, or for every batch where it reads weights or keys. The cost is predicted from the
    /// work for one clip, whose bytes are those that the task reads beside its buffers.
    pub(super) fn emit(&mut self, operation: Operation, reads: &[Value], writes: &[Value], work: Counts) {
        let of_clip =
            |values: &[Value], clip: usize| values.iter().map(|value| value.of_clip(clip)).collect::<Vec<_>>();
        // Clip by clip and stream by stream, so that all are alive together and do not wait for each other's memory.
        let at_once = if operation.serves_batch() { self.throughput.batch() } else { 1 };
        let cost = self.cost(work.of_batch(at_once));
        for first in (0..self.throughput.clips()).step_by(at_once) {
            let of_clips =
                |values: &[Value]| (first..first + at_once).flat_map(|clip| of_clip(values, clip)).collect::<Vec<_>>();
            self.graph.task(self.stage, cost, &of_clips(reads), &of_clips(writes));
            self.operations.push(operation.clone());
        }
    }

    fn cost(&self, work: Counts) -> TaskCost {
        TaskCost { time_ns: self.speeds.task_ns(&work), streamed_bytes: work.bytes_read }
    }
}

/// `count` things as `parts` ranges of about the same length.
pub(super) fn even_ranges(count: usize, parts: usize) -> impl Iterator<Item = Range<usize>> {
    (0..parts).map(move |part| part * count / parts..(part + 1) * count / parts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hear_model::network::{Dimension, Shape};

    use super::*;
    use crate::network::{
        key_switching::{KeySwitch, KeySwitching},
        lean::step::{BabyBasis, LeanStep},
        method::Method,
        plan::PlanRequest,
    };

    fn plans() -> Vec<Plan> {
        let mut plans = Vec::new();
        for (dimension, width) in
            [(Dimension::OneD, 64), (Dimension::OneD, 128), (Dimension::TwoD, 64), (Dimension::TwoD, 128)]
        {
            let shape = Shape::new(dimension, width).unwrap();
            plans.extend(Method::ALL.map(|method| Plan::new(&PlanRequest::new(shape, method)).unwrap()));
            let request = PlanRequest::new(shape, Method::FastHear);
            plans.push(Plan::new(&PlanRequest { key_switching: KeySwitching::Hybrid, ..request }).unwrap());
        }
        plans
    }

    /// Bytes of keys that several tasks of a stage read, each time but the first. The plan counts a key once a stage where
    /// the stage's tasks use it one after the other; the paper's methods never do.
    fn read_again(stage: &Stage, n: usize) -> u64 {
        let Step::Lean(step) = &stage.step else { return 0 };
        let key_bytes = |switch: &KeySwitch| 4 * n * 2 * switch.digits * switch.extended();
        let (inputs, others) = match step {
            LeanStep::Transform(transform) => {
                let rotations = step.input_rotations();
                let distinct = rotations.iter().collect::<BTreeSet<_>>().len();
                let babies = match transform.baby_basis {
                    BabyBasis::Data(_) => rotations.len() - distinct,
                    // One task a limb reads that limb of all keys.
                    BabyBasis::Extended => 0,
                };
                (babies, if transform.conjugate { stage.outputs - 1 } else { 0 })
            }
            LeanStep::SquareSums(_) => (0, stage.outputs - 1),
            LeanStep::Versions(versions) => (versions.fold.map_or(0, |_| stage.inputs - 1), 0),
            LeanStep::SlotSums(_) => (0, 0),
        };
        (inputs * key_bytes(step.input_switch()) + others * key_bytes(step.switch())) as u64
    }

    #[test]
    fn tasks_stream_the_bytes_that_their_plan_counts() {
        for plan in plans() {
            let lowered = lower(&plan, Throughput::default(), 1, 16, Keep::Result, &MemoryOptions::default()).unwrap();
            let graph = &lowered.graph;
            for stage in &plan.stages {
                let tasks = graph.tasks().filter(|&task| graph.stage_name(graph.stage(task)) == stage.name);
                let streamed: u64 = tasks.map(|task| graph.cost(task).streamed_bytes).sum();
                let counted = plan.stage_counts(stage).bytes_read + read_again(stage, 1 << plan.parameters.log_n);
                assert_eq!(streamed, counted, "{} {} {}", plan.shape, plan.method, stage.name);
            }
        }
    }
}
