//! A plan at work: keys, plaintexts and tasks.

use std::{collections::BTreeMap, ops::Range, path::Path, slice, sync::Arc};

use arrayvec::ArrayVec;
use hear_kernels::accumulate::{Accumulation, WeightTile};
use hear_scheduler::{
    Body, Executor, Graph, GraphError, Memory, MemoryError, MemoryOptions, Report, RunError, RunOptions, TaskContext,
    TaskId,
};

use super::{
    encode::EncodedNetwork,
    encode::LinearTiling,
    lean::{self, run::LeanRun},
    lola::{self, run::DotRun},
    lower::{Keep, Lowered, Operation, PaperOperation, RunShape, lower},
    method::{Family, Method},
    nodes::{
        self,
        lower::input_offset,
        run::NodeRun,
        spill::{SpillError, SpillFile},
        tiling::Spill,
    },
    plan::{Plan, Stage, Step},
    throughput::Throughput,
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
    /// More or fewer clips than a run handles.
    #[error("{given} ciphertexts: a run of this inference is of {need}")]
    Clips {
        /// How many there are.
        given: usize,
        /// How many a run handles.
        need: usize,
    },
    /// Several packed inputs a run, where one holds many clips.
    #[error("{method} takes its clips in the slots of one input: a run has one batch in one stream")]
    NodeClips {
        /// The method.
        method: Method,
    },
    /// Nodes should wait in a file, and there is none.
    #[error("this run keeps ciphertexts in a file and was given no directory for it")]
    NoSpillFile,
    /// The file in which nodes wait.
    #[error(transparent)]
    Spill(#[from] SpillError),
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

/// Refuses runs of several packed inputs where one of them holds many clips.
///
/// # Errors
/// If it does.
pub fn check_clips(plan: &Plan, throughput: Throughput) -> Result<(), InferenceError> {
    if plan.method.family() == Family::Nodes && throughput != Throughput::default() {
        return Err(InferenceError::NodeClips { method: plan.method });
    }
    Ok(())
}

/// Words of scratch that a worker of a plan's runs needs.
///
/// # Errors
/// If no switching key can have the shape that the plan asks for, which no plan made here does.
pub fn scratch_words(context: &Arc<Context>, plan: &Plan, throughput: Throughput) -> Result<usize, SpecError> {
    match plan.method {
        Method::LeanHear => lean::run::scratch_words(context, plan, throughput.batch()),
        Method::Hear | Method::FastHear => Ok(plan.levels(context)?.scratch_words(plan.input.limbs)),
        Method::Lola => Ok(lola::run::scratch_words(&plan.levels(context)?, plan.input.limbs)),
        Method::NgraphHe2 | Method::LeanNgraph => nodes::run::scratch_words(context, plan),
    }
}

/// A network ready to run on ciphertexts: everything but the memory of a run.
#[derive(Debug)]
pub struct Inference<'a> {
    context: Arc<Context>,
    plan: &'a Plan,
    encoded: &'a EncodedNetwork,
    method: MethodRun<'a>,
    lowered: Lowered,
    shape: RunShape,
    /// Where nodes wait, if they do.
    spill: Option<SpillFile>,
}

/// Tables and keys, as the method needs them.
#[derive(Debug)]
enum MethodRun<'a> {
    Paper(PaperRun<'a>),
    Lean(LeanRun<'a>),
    Nodes(NodeRun<'a>),
}

impl<'a> Inference<'a> {
    /// Prepares tables and tasks for one clip a run on one thread, and checks that every key is there.
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
        Self::for_runs(context, plan, keys, encoded, keep, Throughput::default(), 1)
    }

    /// [`Inference::new`] for runs of several clips ([`Inference::run_clips`]), with tasks cut for `threads` threads
    /// ([`lower`]). On another number of threads too the results are the same, bit for bit.
    ///
    /// # Errors
    /// If a key is missing.
    pub fn for_runs(
        context: &Arc<Context>,
        plan: &'a Plan,
        keys: &'a EvaluationKeys,
        encoded: &'a EncodedNetwork,
        keep: Keep,
        shape: impl Into<RunShape>,
        threads: usize,
    ) -> Result<Self, InferenceError> {
        let shape @ RunShape { throughput, .. } = shape.into();
        check_clips(plan, throughput)?;
        let batch = throughput.batch();
        let find =
            |need: &KeySwitchSpec| keys.get(need).ok_or_else(|| InferenceError::MissingKey { need: need.to_string() });
        plan.keys().iter().try_for_each(|need| find(need).map(drop))?;
        let (method, scratch_words) = match plan.method {
            Method::LeanHear => {
                let run = LeanRun::new(context, plan, keys, encoded, batch)?;
                let scratch_words = run.scratch_words();
                (MethodRun::Lean(run), scratch_words)
            }
            Method::Hear | Method::FastHear | Method::Lola => {
                let levels = plan.levels(context)?;
                let switch = |(place, need): ((KeyTarget, usize), KeySwitchSpec)| {
                    let automorphism = context.automorphism(need.target.galois_element(context.log_n()));
                    Ok::<_, InferenceError>((place, Rotation { key: find(&need)?, automorphism }))
                };
                let switches = plan.key_uses().into_iter().map(switch).collect::<Result<_, _>>()?;
                let tiling = |stage: &Stage| match &stage.step {
                    Step::Linear(linear) => Some(LinearTiling::new(plan, stage, linear)),
                    _ => None,
                };
                let tilings = plan.stages.iter().map(tiling).collect();
                let scratch_words = scratch_words(context, plan, throughput)?;
                let dots = encoded.network().map(|network| DotRun::new(context, plan, network));
                let run = PaperRun { switches, tilings, encoded, levels, batch, dots };
                (MethodRun::Paper(run), scratch_words)
            }
            Method::NgraphHe2 | Method::LeanNgraph => {
                let run = NodeRun::new(context, plan, keys, encoded)?;
                let scratch_words = run.scratch_words();
                (MethodRun::Nodes(run), scratch_words)
            }
        };
        let lowered = lower(plan, shape, threads, scratch_words, keep, &MemoryOptions::default())?;
        Ok(Self { context: Arc::clone(context), plan, encoded, method, lowered, shape, spill: None })
    }

    /// How many packed inputs a run handles.
    #[must_use]
    pub fn throughput(&self) -> Throughput {
        self.shape.throughput
    }

    /// Makes the file in which nodes wait that are not in memory, in a directory. It has no name, and is gone with this value
    /// or the process. A run whose [`Tiling`](super::nodes::tiling::Tiling) has such nodes needs it before anything is loaded.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn spill_into(&mut self, directory: &Path) -> Result<(), InferenceError> {
        self.spill = Some(SpillFile::create(directory)?);
        Ok(())
    }

    /// Whether some nodes wait in a file.
    fn spills(&self) -> bool {
        self.plan.method.family() == Family::Nodes && self.shape.tiling.spill != Spill::Nothing
    }

    /// The tasks of a run: what a trace and a simulation need to know.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.lowered.graph
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
    /// If the ciphertext is none of this plan, or the run failed or was stopped; if runs handle several clips.
    pub fn run(
        &self,
        ciphertext: &Ciphertext,
        memory: &mut Memory,
        executor: &dyn Executor,
        options: &RunOptions,
    ) -> Result<(Ciphertext, Report), InferenceError> {
        let (mut results, report) = self.run_clips(slice::from_ref(ciphertext), memory, executor, options)?;
        Ok((results.pop().expect("as many results as clips"), report))
    }

    /// Classifies as many packed inputs as a run handles: the ciphertexts of one after the other, and so the results. They are,
    /// bit for bit, those of one at a time.
    ///
    /// # Errors
    /// If there are more or fewer, a ciphertext is none of this plan, or the run failed or was stopped.
    pub fn run_clips(
        &self,
        ciphertexts: &[Ciphertext],
        memory: &mut Memory,
        executor: &dyn Executor,
        options: &RunOptions,
    ) -> Result<(Vec<Ciphertext>, Report), InferenceError> {
        let (given, need) = (ciphertexts.len(), self.shape.throughput.clips() * self.plan.input.ciphertexts());
        if given != need {
            return Err(InferenceError::Clips { given, need });
        }
        ciphertexts.iter().try_for_each(|ciphertext| self.check(ciphertext))?;
        for (index, ciphertext) in ciphertexts.iter().enumerate() {
            self.write(index, ciphertext, memory);
        }
        self.run_loaded(memory, executor, options)
    }

    /// Copies one of the ciphertexts that a run reads to its place, so that not all of them are in memory twice.
    ///
    /// # Errors
    /// If the ciphertext is none of this plan.
    ///
    /// # Panics
    /// If a run does not read so many.
    pub fn load(&self, index: usize, ciphertext: &Ciphertext, memory: &mut Memory) -> Result<(), InferenceError> {
        self.check(ciphertext)?;
        self.write(index, ciphertext, memory);
        Ok(())
    }

    fn write(&self, index: usize, ciphertext: &Ciphertext, memory: &mut Memory) {
        if self.spills() {
            if let Some(file) = &self.spill {
                for limb in 0..ciphertext.limbs() {
                    file.write(input_offset(self.plan, index, limb), ciphertext.pair(limb));
                }
            }
            return;
        }
        for (limb, buffer) in self.lowered.inputs[index].iter().enumerate() {
            memory.write_input(buffer, ciphertext.pair(limb));
        }
    }

    /// [`Inference::run_clips`] on what [`Inference::load`] brought to its place.
    ///
    /// # Errors
    /// If a ciphertext is missing, or the run failed or was stopped.
    pub fn run_loaded(
        &self,
        memory: &mut Memory,
        executor: &dyn Executor,
        options: &RunOptions,
    ) -> Result<(Vec<Ciphertext>, Report), InferenceError> {
        if self.spills() && self.spill.is_none() {
            return Err(InferenceError::NoSpillFile);
        }
        let report = executor.run(&self.lowered.graph, memory, self, options)?;
        if let Some(failure) = self.spill.as_ref().and_then(SpillFile::failure) {
            return Err(failure.into());
        }
        let scale_bits = self.plan.output.scale_bits;
        let results = self.lowered.outputs.iter().map(|&output| self.value(memory, output, scale_bits)).collect();
        Ok((results, report))
    }

    /// Checks that a ciphertext is one that the plan reads.
    fn check(&self, ciphertext: &Ciphertext) -> Result<(), InferenceError> {
        let input = &self.plan.input;
        if **ciphertext.basis() != *PrimeIndex::first(input.limbs) {
            return Err(InferenceError::Input { limbs: ciphertext.basis().len(), need: input.limbs });
        }
        if (ciphertext.scale().log2() - input.scale_bits).abs() > 1e-9 {
            let scale_bits = ciphertext.scale().log2();
            return Err(InferenceError::Scale { scale_bits, need_bits: input.scale_bits });
        }
        Ok(())
    }

    /// What every stage made of the first clip in the run before, stage by stage, if it was asked to keep it.
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
            (Operation::Dots(operation), MethodRun::Paper(run)) => {
                let dots = run.dots.as_ref().expect("a plan with dot products has what they need");
                let rotation = |amount, limbs| run.rotation(amount, limbs);
                dots.run(&run.levels, operation, rotation, reads, writes, scratch);
            }
            (Operation::Nodes { stage, operation }, MethodRun::Nodes(run)) => {
                run.run(*stage, operation, reads, writes, scratch, self.spill.as_ref());
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
    tilings: Vec<Option<LinearTiling>>,
    encoded: &'a EncodedNetwork,
    levels: Levels,
    /// Clips of a task that serves a batch.
    batch: usize,
    /// Of a plan that has dot products.
    dots: Option<DotRun<'a>>,
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
        let (levels, n, batch) = (&self.levels, self.levels.context().n(), self.batch);
        match operation {
            PaperOperation::Decompose { limbs } => {
                let gadget = levels.gadget(*limbs);
                gadget.to_coefficients_into(reads.iter().map(|pair| &pair[n..]), writes[0]);
            }
            PaperOperation::RaiseAndMultiply { limbs, extended, rotations } => {
                for clip in 0..batch {
                    let (own, coefficients) = match *of_clip(reads, clip, batch) {
                        [pair, coefficients] => (Some(&pair[n..]), coefficients),
                        [coefficients] => (None, coefficients),
                        _ => unreachable!("the task names one or two buffers a clip"),
                    };
                    let keys = rotations.iter().map(|&amount| self.key(KeyTarget::Rotate(amount), *limbs));
                    let shared = SharedLimb { limbs: *limbs, extended: *extended, own, coefficients };
                    let writes = of_clip_mut(writes, clip, batch);
                    rotation::raise_and_multiply(levels, shared, keys, writes, scratch);
                }
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
                let key = self.key(*target, *limbs);
                for clip in 0..batch {
                    // Pairs, or polynomials of N values.
                    let second = of_clip(reads, clip, batch).iter().map(|values| &values[values.len() - n..]);
                    let [coefficients, remainders] = of_clip_mut(writes, clip, batch) else {
                        unreachable!("coefficients and remainders")
                    };
                    levels.gadget(*limbs).begin_switch(second, key, coefficients, remainders, scratch);
                }
            }
            PaperOperation::FinishRotateInto { rotation, limbs, part } => {
                let rotation = self.rotation(*rotation, *limbs);
                self.for_each_limb(*limbs, part, reads, writes, |part, x, out| {
                    rotation.finish_part_into(levels, part, x, out, scratch);
                });
            }
            PaperOperation::FinishRotateAssign { rotation, add, limbs, part } => {
                let rotation = self.rotation(*rotation, *limbs);
                self.for_each_limb(*limbs, part, reads, writes, |part, _, x| {
                    rotation.finish_part_assign(levels, part, x, *add, scratch);
                });
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
                linear::sum_of_products_into(levels.context(), *limb, batch, reads, chunks, writes, scratch);
            }
            PaperOperation::RescaledProducts { stage, tile, limbs } => {
                let weights = |input, limb| self.encoded.weights(*stage, *tile, input, limb);
                linear::sum_of_rescaled_products_into(levels, *limbs, reads, weights, writes, scratch);
            }
            PaperOperation::AddRotation { rotation, first, limbs, part } => {
                let sums = levels.sums(*limbs);
                let mode = if *first { Accumulation::Overwrite } else { Accumulation::Add };
                // Limb by limb, as clips share the limbs of the key.
                for (place, limb) in part.clone().enumerate() {
                    for clip in 0..batch {
                        let (reads, sum) = (of_clip(reads, clip, batch), &mut of_clip_mut(writes, clip, batch)[place]);
                        let (coefficients, x) = reads.split_at(usize::from(*rotation != 0));
                        let x = x.get(place).copied();
                        match coefficients {
                            [coefficients] => {
                                let rotation = self.rotation(*rotation, *limbs);
                                sums.add_rotation_limb(rotation, limb, coefficients, x, mode, sum, scratch);
                            }
                            _ => sums.add_limb(limb, x, mode, sum),
                        }
                    }
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
                let key = self.key(KeyTarget::Relinearize, *limbs);
                self.for_each_limb(*limbs, part, reads, writes, |part, squares, products| {
                    activation::relinearize_part_assign(levels, part, squares, key, products, scratch);
                });
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

    /// Goes through limbs `part` of a key switch, each of all clips before the next, as clips share the limbs of the key.
    /// What a clip reads begins with coefficients and remainders; `body` gets the rest of it and what it writes, of a limb.
    fn for_each_limb(
        &self,
        limbs: usize,
        part: &Range<usize>,
        reads: &[&[u32]],
        writes: &mut [&mut [u32]],
        mut body: impl FnMut(SwitchPart<'_>, &[&[u32]], &mut [&mut [u32]]),
    ) {
        for (place, limb) in part.clone().enumerate() {
            for clip in 0..self.batch {
                let [coefficients, remainders, values @ ..] = of_clip(reads, clip, self.batch) else {
                    unreachable!("the task names coefficients and remainders")
                };
                // A value that is changed in place stands among the writes alone.
                let values = values.get(place..=place).unwrap_or_default();
                let writes = &mut of_clip_mut(writes, clip, self.batch)[place..=place];
                body(SwitchPart { of: limbs, limbs: limb..limb + 1, coefficients, remainders }, values, writes);
            }
        }
    }
}

/// What belongs to one of `clips` clips, of what a task that serves a batch works on.
pub(super) fn of_clip<T>(slices: &[T], clip: usize, clips: usize) -> &[T] {
    let each = slices.len() / clips;
    &slices[clip * each..(clip + 1) * each]
}

/// [`of_clip`], to write.
pub(super) fn of_clip_mut<T>(slices: &mut [T], clip: usize, clips: usize) -> &mut [T] {
    let each = slices.len() / clips;
    &mut slices[clip * each..(clip + 1) * each]
}
