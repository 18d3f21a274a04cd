//! Random programs, and what they compute by definition.

use hear_scheduler::{
    BufferId, BufferRange, Graph, GraphBuilder, GraphError, Memory, MemoryOptions, ReusePolicy, TaskContext, TaskId,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The same cases every time; a failure prints the smallest program that shows it.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    // Miri is some thousand times slower.
    let cases = if cfg!(miri) { cases.div_ceil(100) } else { cases };
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(2024), failure_persistence: None, ..ProptestConfig::default() }
}

/// One task of a [`Program`]: indices of buffers.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) reads: Vec<usize>,
    pub(crate) writes: Vec<usize>,
    pub(crate) cost_ns: u64,
}

/// A valid program: nothing is read before it is written, nothing written twice by one task.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Sizes in words.
    pub(crate) buffers: Vec<usize>,
    pub(crate) inputs: Vec<usize>,
    pub(crate) outputs: Vec<usize>,
    pub(crate) steps: Vec<Step>,
    pub(crate) reuse: ReusePolicy,
}

/// Programs of at most `buffers` buffers and `steps` tasks.
pub(crate) fn programs(buffers: usize, steps: usize) -> impl Strategy<Value = Program> {
    // Small sizes, sizes around a cache line, and some above a page, whose places are skewed.
    let words = prop_oneof![4 => 1..40_usize, 1 => 1000..1100_usize];
    let reuse = prop_oneof![
        Just(ReusePolicy::Never),
        Just(ReusePolicy::Distance(0)),
        (1..8_usize).prop_map(ReusePolicy::Distance)
    ];
    // Picks among the buffers are reduced modulo their number when the program is put together.
    let picks = |most| prop::collection::vec(any::<prop::sample::Index>(), 0..=most);
    let step = (picks(6), picks(3), any::<bool>(), 0..100_u64);
    (prop::collection::vec(words, 1..=buffers), picks(4), picks(4), prop::collection::vec(step, 0..=steps), reuse)
        .prop_map(|(buffers, inputs, outputs, steps, reuse)| {
            let place = |picks: Vec<prop::sample::Index>| -> Vec<usize> {
                picks.iter().map(|pick| pick.index(buffers.len())).collect()
            };
            let inputs = place(inputs);
            let mut is_written = vec![false; buffers.len()];
            inputs.iter().for_each(|&buffer| is_written[buffer] = true);
            let mut program_steps = Vec::new();
            for (reads, writes, in_place, cost_ns) in steps {
                let mut reads = place(reads);
                let mut writes = place(writes);
                writes.sort_unstable();
                writes.dedup();
                if in_place {
                    reads.extend(&writes);
                }
                reads.retain(|&buffer| is_written[buffer]);
                writes.iter().for_each(|&buffer| is_written[buffer] = true);
                program_steps.push(Step { reads, writes, cost_ns });
            }
            let outputs = place(outputs).into_iter().filter(|&buffer| is_written[buffer]).collect();
            Program { buffers, inputs, outputs, steps: program_steps, reuse }
        })
}

impl Program {
    /// The graph, and the ids of its buffers.
    pub(crate) fn build(&self) -> Result<(Graph, Vec<BufferId>), GraphError> {
        let mut builder = GraphBuilder::new();
        let ids: Vec<BufferId> = self.buffers.iter().map(|&words| builder.buffer(words)).collect();
        let stages = [builder.stage("even"), builder.stage("odd")];
        self.inputs.iter().for_each(|&buffer| builder.input(ids[buffer]));
        self.outputs.iter().for_each(|&buffer| builder.output(ids[buffer]));
        let ranges =
            |buffers: &[usize]| -> Vec<BufferRange> { buffers.iter().map(|&buffer| ids[buffer].into()).collect() };
        for (index, step) in self.steps.iter().enumerate() {
            builder.task(stages[index % 2], step.cost_ns, &ranges(&step.reads), &ranges(&step.writes));
        }
        builder.scratch_words(1);
        Ok((builder.finish(&MemoryOptions { reuse: self.reuse })?, ids))
    }

    /// The first contents of input `buffer`.
    pub(crate) fn input(&self, buffer: usize) -> Vec<u32> {
        (0..self.buffers[buffer]).map(|word| mix(buffer, word)).collect()
    }

    /// The outputs by definition: one vector a buffer, tasks in program order, no arena and no dependencies.
    pub(crate) fn oracle(&self) -> Vec<Vec<u32>> {
        let mut contents: Vec<Vec<u32>> = self.buffers.iter().map(|&words| vec![0; words]).collect();
        for &buffer in &self.inputs {
            contents[buffer] = self.input(buffer);
        }
        for (task, step) in self.steps.iter().enumerate() {
            let before = contents.clone();
            let reads: Vec<&[u32]> = step
                .reads
                .iter()
                .filter(|read| !step.writes.contains(read))
                .map(|&read| before[read].as_slice())
                .collect();
            for (position, &write) in step.writes.iter().enumerate() {
                let in_place = step.reads.contains(&write);
                operation(task, position, in_place, &reads, &mut contents[write]);
            }
        }
        self.outputs.iter().map(|&output| contents[output].clone()).collect()
    }

    /// What the task does on the slices that the scheduler gives it.
    pub(crate) fn run_task(&self, task: TaskId, context: &mut TaskContext<'_>) {
        let step = &self.steps[task.index()];
        let TaskContext { reads, writes, scratch, .. } = context;
        assert_eq!(writes.len(), step.writes.len());
        // Nobody else has this worker's scratch.
        scratch.fill(u32::try_from(task.index()).unwrap());
        for (position, write) in writes.iter_mut().enumerate() {
            let in_place = step.reads.contains(&step.writes[position]);
            operation(task.index(), position, in_place, reads, write);
        }
        assert_eq!(scratch[0] as usize, task.index());
    }

    pub(crate) fn write_inputs(&self, ids: &[BufferId], memory: &mut Memory) {
        for &buffer in &self.inputs {
            memory.write_input(ids[buffer], &self.input(buffer));
        }
    }

    pub(crate) fn read_outputs(&self, ids: &[BufferId], memory: &Memory) -> Vec<Vec<u32>> {
        self.outputs.iter().map(|&output| memory.read_output(ids[output]).to_vec()).collect()
    }
}

/// Some function of everything that the task may read, different for each task and each of its writes.
fn operation(task: usize, position: usize, in_place: bool, reads: &[&[u32]], write: &mut [u32]) {
    let seed = mix(task, position);
    let digest = reads
        .iter()
        .flat_map(|read| read.iter())
        .fold(seed, |digest, &word| (digest ^ word).wrapping_mul(0x9e37_79b1).rotate_left(13));
    for (index, word) in write.iter_mut().enumerate() {
        let before = if in_place { *word } else { 0 };
        *word = before.rotate_left(7) ^ digest ^ mix(index, 1);
    }
}

fn mix(a: usize, b: usize) -> u32 {
    let fold = |digest: u32, byte: &u8| (digest ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    a.to_le_bytes().iter().chain(&b.to_le_bytes()).fold(0x811c_9dc5, fold)
}
