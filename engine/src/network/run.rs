//! A plan at work: keys, plaintexts and tasks.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use arrayvec::ArrayVec;
use hear_kernels::accumulate::{Accumulation, WeightTile};
use hear_scheduler::{
    Body, Executor, GraphError, Memory, MemoryError, MemoryOptions, Report, RunError, RunOptions, TaskContext, TaskId,
};

use super::{
    encode::EncodedNetwork,
    encode::Tiling,
    lean::run::LeanRun,
    lower::{Keep, Lowered, Operation, PaperOperation, lower},
    method::Method,
    plan::{Plan, Stage, Step},
};
use crate::{
    circuits::{
        Levels, activation,
        linear::{self, GROUP_TILES},
        rotation::{self, Rotation, SharedLimb, SwitchPart},
    },
    params::PrimeIndex,
    ring::{Basis, Context},
    rlwe::{Ciphertext, KeySwitchSpec, KeyTarget, SpecError, SwitchingKey},
};

/// The switching keys of a plan, or of several that share them, by their kind.
#[derive(Debug, Default)]
pub struct EvaluationKeys {
    keys: BTreeMap<KeySwitchSpec, SwitchingKey>,
}

impl EvaluationKeys {
    /// Adds a key; one of the same kind is replaced.
    pub fn insert(&mut self, key: SwitchingKey) {
        self.keys.insert(key.spec().clone(), key);
    }

    /// The key of exactly this kind.
    #[must_use]
    pub fn get(&self, spec: &KeySwitchSpec) -> Option<&SwitchingKey> {
        self.keys.get(spec)
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Bytes of all keys.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.keys.values().map(SwitchingKey::bytes).sum()
    }
}

impl FromIterator<SwitchingKey> for EvaluationKeys {
    fn from_iter<I: IntoIterator<Item = SwitchingKey>>(keys: I) -> Self {
        Self { keys: keys.into_iter().map(|key| (key.spec().clone(), key)).collect() }
    }
}

/// Why an inference could not start or end.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// A key that the plan needs is not among those given.
    #[error("the evaluation keys lack the key to {need}: make them for this plan with `hear keygen`")]
    MissingKey {
        /// What is missing.
        need: String,
    },
    /// The ciphertext has other limbs than the plan's input.
    #[error("a ciphertext of {limbs} limbs: the plan reads one of {need}")]
    Input {
        /// Its limbs.
        limbs: usize,
        /// The plan's.
        need: usize,
    },
    /// The ciphertext has another scale than the plan's input.
    #[error("a ciphertext at scale 2^{scale_bits:.3}: the plan reads one at 2^{need_bits:.3}")]
    Scale {
        /// log2 of its scale.
        scale_bits: f64,
        /// log2 of the plan's.
        need_bits: f64,
    },
    /// Key switching tables that cannot be made.
    #[error(transparent)]
    Tables(#[from] SpecError),
    /// A graph that cannot be built.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Memory that the system does not give.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The run failed or was stopped.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A network ready to run on ciphertexts: everything but the memory of a run.
#[derive(Debug)]
pub struct Inference<'a> {
    context: Arc<Context>,
    plan: &'a Plan,
    encoded: &'a EncodedNetwork,
    method: MethodRun<'a>,
    lowered: Lowered,
}

/// Tables and keys, as the method needs them.
#[derive(Debug)]
enum MethodRun<'a> {
    Paper(PaperRun<'a>),
    Lean(LeanRun<'a>),
}

impl<'a> Inference<'a> {
    /// Prepares tables and tasks, and checks that every key is there.
    ///
    /// # Errors
    /// If a key is missing.
    pub fn new(
        context: &Arc<Context>,
        plan: &'a Plan,
        keys: &'a EvaluationKeys,
        encoded: &'a EncodedNetwork,
        keep: Keep,
    ) -> Result<Self, InferenceError> {
        let find =
            |need: &KeySwitchSpec| keys.get(need).ok_or_else(|| InferenceError::MissingKey { need: need.to_string() });
        plan.keys().iter().try_for_each(|need| find(need).map(drop))?;
        let (method, scratch_words) = match plan.method {
            Method::LeanHear => {
                let run = LeanRun::new(context, plan, keys, encoded)?;
                let words = run.scratch_words();
                (MethodRun::Lean(run), words)
            }
            Method::Hear | Method::FastHear => {
                let levels = plan.levels(context)?;
                let words = levels.scratch_words(plan.input.limbs);
                let switch = |(place, need): ((KeyTarget, usize), KeySwitchSpec)| {
                    let automorphism = context.automorphism(need.target.galois_element(context.log_n()));
                    Ok::<_, InferenceError>((place, Rotation { key: find(&need)?, automorphism }))
                };
                let switches = plan.key_uses().into_iter().map(switch).collect::<Result<_, _>>()?;
                let tiling = |stage: &Stage| match &stage.step {
                    Step::Linear(linear) => Some(Tiling::new(plan, stage, linear)),
                    _ => None,
                };
                let tilings = plan.stages.iter().map(tiling).collect();
                (MethodRun::Paper(PaperRun { switches, tilings, encoded, levels }), words)
            }
        };
        let lowered = lower(plan, scratch_words, keep, &MemoryOptions::default())?;
        Ok(Self { context: Arc::clone(context), plan, encoded, method, lowered })
    }

    /// Memory for runs on so many workers, one run at a time.
    ///
    /// # Errors
    /// If the system does not give it.
    pub fn memory(&self, workers: usize) -> Result<Memory, InferenceError> {
        Ok(Memory::new(&self.lowered.graph, workers)?)
    }

    /// Bytes of that memory.
    #[must_use]
    pub fn memory_bytes(&self, workers: usize) -> usize {
        self.lowered.graph.arena_bytes() + workers * self.lowered.graph.scratch_bytes_per_worker()
    }

    /// Classifies a clip: from the fresh ciphertext to the ciphertext of the logits.
    ///
    /// # Errors
    /// If the ciphertext is none of this plan, or the run failed or was stopped.
    pub fn run(
        &self,
        ciphertext: &Ciphertext,
        memory: &mut Memory,
        executor: &dyn Executor,
        options: &RunOptions,
    ) -> Result<(Ciphertext, Report), InferenceError> {
        let input = &self.plan.input;
        if **ciphertext.basis() != *PrimeIndex::first(input.limbs) {
            return Err(InferenceError::Input { limbs: ciphertext.basis().len(), need: input.limbs });
        }
        if (ciphertext.scale().log2() - input.scale_bits).abs() > 1e-9 {
            let scale_bits = ciphertext.scale().log2();
            return Err(InferenceError::Scale { scale_bits, need_bits: input.scale_bits });
        }
        for (limb, buffer) in self.lowered.input.iter().enumerate() {
            memory.write_input(buffer, ciphertext.pair(limb));
        }
        let report = executor.run(&self.lowered.graph, memory, self, options)?;
        let output = &self.plan.output;
        let result = self.value(memory, self.lowered.output, output.scale_bits);
        Ok((result, report))
    }

    /// What every stage made in the run before, stage by stage, if it was asked to keep it.
    #[must_use]
    pub fn after_stages(&self, memory: &Memory) -> Vec<Vec<Ciphertext>> {
        let stages = self.lowered.after_stages.iter().enumerate();
        stages
            .map(|(stage, values)| {
                let scale_bits = self.encoded.scale_bits(stage);
                values.iter().map(|&value| self.value(memory, value, scale_bits)).collect()
            })
            .collect()
    }

    fn value(&self, memory: &Memory, buffers: hear_scheduler::BufferRange, scale_bits: f64) -> Ciphertext {
        let mut value = Ciphertext::zero(&self.context, Basis::first(buffers.len()), scale_bits.exp2());
        for (limb, buffer) in buffers.iter().enumerate() {
            value.pair_mut(limb).copy_from_slice(memory.read_output(buffer));
        }
        value
    }
}

impl Body for Inference<'_> {
    fn run(&self, task: TaskId, context: &mut TaskContext<'_>) {
        let TaskContext { reads, writes, scratch, .. } = context;
        match (&self.lowered.operations[task.index()], &self.method) {
            (Operation::Copy, _) => {
                for (from, to) in reads.iter().zip(writes.iter_mut()) {
                    to.copy_from_slice(from);
                }
            }
            (Operation::Lean { stage, operation }, MethodRun::Lean(run)) => {
                run.run(*stage, operation, reads, writes, scratch);
            }
            (Operation::Paper(operation), MethodRun::Paper(run)) => run.run(operation, reads, writes, scratch),
            (operation, _) => unreachable!("{operation:?} is of another method than the plan"),
        }
    }
}

/// Tables and keys of one of the paper's methods: all that its tasks would have to allocate for.
#[derive(Debug)]
struct PaperRun<'a> {
    /// Keys, with what they turn by, for ciphertexts of so many limbs.
    switches: BTreeMap<(KeyTarget, usize), Rotation<'a>>,
    /// Of the linear stages.
    tilings: Vec<Option<Tiling>>,
    encoded: &'a EncodedNetwork,
    levels: Levels,
}

impl PaperRun<'_> {
    /// The key for ciphertexts of so many limbs.
    fn key(&self, target: KeyTarget, limbs: usize) -> &SwitchingKey {
        self.switches[&(target, limbs)].key
    }

    fn rotation(&self, amount: i32, limbs: usize) -> &Rotation<'_> {
        &self.switches[&(KeyTarget::Rotate(amount), limbs)]
    }

    fn run(&self, operation: &PaperOperation, reads: &[&[u32]], writes: &mut [&mut [u32]], scratch: &mut [u32]) {
        let (levels, n) = (&self.levels, self.levels.context().n());
        match operation {
            PaperOperation::Decompose { limbs } => {
                let gadget = levels.gadget(*limbs);
                gadget.to_coefficients_into(reads.iter().map(|pair| &pair[n..]), writes[0]);
            }
            PaperOperation::RaiseAndMultiply { limbs, extended, rotations } => {
                let (own, coefficients) = match reads[..] {
                    [pair, coefficients] => (Some(&pair[n..]), coefficients),
                    [coefficients] => (None, coefficients),
                    _ => unreachable!("the task names one or two buffers"),
                };
                let keys = rotations.iter().map(|&amount| self.key(KeyTarget::Rotate(amount), *limbs));
                let shared = SharedLimb { limbs: *limbs, extended: *extended, own, coefficients };
                rotation::raise_and_multiply(levels, shared, keys, writes, scratch);
            }
            PaperOperation::FinishRotation { limbs, rotation } => {
                let (extended, x) = reads.split_at(reads.len() - limbs);
                self.rotation(*rotation, *limbs).finish_into(levels, extended, x, writes, scratch);
            }
            PaperOperation::RotateInto { rotation } => {
                self.rotation(*rotation, reads.len()).apply_into(levels, reads, writes, scratch)
            }
            PaperOperation::RotateAssign { rotation, add } => {
                self.rotation(*rotation, writes.len()).apply_assign(levels, writes, *add, scratch);
            }
            PaperOperation::BeginSwitch { target, limbs } => {
                // Pairs, or polynomials of N values.
                let second = reads.iter().map(|values| &values[values.len() - n..]);
                let [coefficients, remainders] = writes else { unreachable!("coefficients and remainders") };
                let key = self.key(*target, *limbs);
                levels.gadget(*limbs).begin_switch(second, key, coefficients, remainders, scratch);
            }
            PaperOperation::FinishRotateInto { rotation, limbs, part } => {
                let (part, x) = switch_part(*limbs, part, reads);
                self.rotation(*rotation, *limbs).finish_part_into(levels, part, x, writes, scratch);
            }
            PaperOperation::FinishRotateAssign { rotation, add, limbs, part } => {
                let (part, _) = switch_part(*limbs, part, reads);
                self.rotation(*rotation, *limbs).finish_part_assign(levels, part, writes, *add, scratch);
            }
            PaperOperation::Products { stage, tiles, limb } => {
                let tiling = self.tilings[*stage].expect("products are a linear stage's");
                let tile = |chunk, tile| WeightTile {
                    stream: self.encoded.weights(*stage, tile, chunk, *limb),
                    outputs: tiling.width(tile),
                };
                let chunk = |chunk| {
                    let tiles: ArrayVec<_, GROUP_TILES> = tiles.clone().map(|number| tile(chunk, number)).collect();
                    (tiling.inputs_of(chunk).len(), tiles)
                };
                let chunks = (0..tiling.chunks()).map(chunk);
                linear::sum_of_products_into(levels.context(), *limb, reads, chunks, writes, scratch);
            }
            PaperOperation::RescaledProducts { stage, tile, limbs } => {
                let weights = |input, limb| self.encoded.weights(*stage, *tile, input, limb);
                linear::sum_of_rescaled_products_into(levels, *limbs, reads, weights, writes, scratch);
            }
            PaperOperation::AddRotation { rotation, first, limbs, part } => {
                let (sums, part) = (levels.sums(*limbs), part.clone());
                let mode = if *first { Accumulation::Overwrite } else { Accumulation::Add };
                match (rotation, reads) {
                    (0, x) => sums.lift_limbs_into(part, x, mode, writes),
                    (&amount, [coefficients, x @ ..]) => {
                        let rotation = self.rotation(amount, *limbs);
                        sums.rotate_limbs_into(rotation, part, coefficients, x, mode, writes, scratch);
                    }
                    (amount, []) => unreachable!("a rotation by {amount} of nothing"),
                }
            }
            PaperOperation::DivideSum { limbs, constant } => {
                let constant = constant.map(|stage| self.encoded.constant(stage));
                levels.sums(*limbs).divide_into(reads, constant, writes, scratch);
            }
            PaperOperation::Sum { limbs, rescale, constant } => {
                let constant = constant.map(|stage| self.encoded.constant(stage));
                linear::sum_into(levels, *limbs, reads, *rescale, constant, writes, scratch);
            }
            PaperOperation::Line { stage, ciphertext } => {
                let quadratic = self.encoded.quadratic(*stage, *ciphertext);
                activation::line_into(levels, reads, quadratic.a(), quadratic.b(), writes, scratch);
            }
            PaperOperation::Multiply { stage, ciphertext } => {
                let quadratic = self.encoded.quadratic(*stage, *ciphertext);
                let (y, x) = reads.split_at(reads.len() / 2);
                let key = self.key(KeyTarget::Relinearize, y.len());
                activation::multiply_into(levels, x, y, quadratic.c(), key, writes, scratch);
            }
            PaperOperation::Tensor => {
                let (y, x) = reads.split_at(reads.len() / 2);
                let (products, squares) = writes.split_at_mut(y.len());
                activation::tensor_into(levels, x, y, products, squares);
            }
            PaperOperation::Relinearize { limbs, part } => {
                let (part, squares) = switch_part(*limbs, part, reads);
                let key = self.key(KeyTarget::Relinearize, *limbs);
                activation::relinearize_part_assign(levels, part, squares, key, writes, scratch);
            }
            PaperOperation::Rescale { stage, ciphertext } => {
                let quadratic = self.encoded.quadratic(*stage, *ciphertext);
                activation::rescale_into(levels, reads, quadratic.c(), writes, scratch);
            }
            PaperOperation::Mask { stage, rescale } => {
                linear::mask_into(levels, reads, self.encoded.mask(*stage), *rescale, writes, scratch);
            }
        }
    }
}

/// A part of a key switch: what its task reads begins with coefficients and remainders.
fn switch_part<'s, 'r>(of: usize, limbs: &Range<usize>, reads: &'s [&'r [u32]]) -> (SwitchPart<'r>, &'s [&'r [u32]]) {
    let [coefficients, remainders, rest @ ..] = reads else {
        unreachable!("the task names coefficients and remainders")
    };
    (SwitchPart { of, limbs: limbs.clone(), coefficients, remainders }, rest)
}
