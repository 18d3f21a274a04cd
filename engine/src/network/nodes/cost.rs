//! What the stages of a plan on nodes cost, counted from their loops.

use hear_kernels::accumulate::ScalarRun;

use super::{
    encode,
    step::{Form, NodeActivation, NodeConvolution, NodeStep, Patch},
};
use crate::network::{
    cost::{Counts, Plaintexts, Units},
    plan::{Plan, Stage, Step},
};

/// What a stage costs a run, of however many clips.
pub(in crate::network) fn counts(plan: &Plan, stage: &Stage, step: &NodeStep) -> Counts {
    let limbs = stage.limbs_in as u64;
    match step {
        NodeStep::Convolution(convolution) => {
            let all = Patch { rows: 0..convolution.read.rows, columns: 0..convolution.read.columns };
            if !plan.switches.lazy_rescaling {
                return rescaled_products(plan, stage, convolution, &all, convolution.channels_out);
            }
            let one_limb = products(plan, convolution, &all, convolution.chunks());
            let mut counts = Counts { plain_product: convolution.products() as u64, ..one_limb * limbs };
            // Every patch reads all weights.
            counts.bytes_read *= patches(plan, convolution) as u64;
            counts += rescales(plan, stage, stage.outputs);
            counts
        }
        NodeStep::Activation(activation) => {
            let mut counts = activations(plan, stage, activation.form, stage.inputs);
            match activation.form {
                Form::Quadratic => counts.plain_product = stage.inputs as u64,
                Form::Square => counts += relinearizations(plan, stage, stage.outputs),
            }
            counts
        }
    }
}

/// The patches by which a convolution is made.
fn patches(plan: &Plan, convolution: &NodeConvolution) -> usize {
    let of_layer = |stage: &Stage| match &stage.step {
        Step::Nodes(NodeStep::Activation(activation)) if activation.follows(convolution) => {
            Some(activation.steps().iter().map(Vec::len).sum())
        }
        _ => None,
    };
    plan.stages.iter().find_map(of_layer).unwrap_or(1)
}

/// The products of so many channels on a patch, each of them rescaled.
pub(super) fn rescaled_products(
    plan: &Plan,
    stage: &Stage,
    convolution: &NodeConvolution,
    patch: &Patch,
    outputs: usize,
) -> Counts {
    let products = (runs(convolution, patch) * outputs) as u64;
    let limbs = stage.limbs_in as u64;
    let mut counts = Units::rescales(limbs, products);
    counts.plain_product = products;
    counts.product_limbs = 2 * limbs * products;
    counts.bytes_read = word_bytes(plan) * limbs * products;
    counts
}

/// Bytes of a weight's limb.
fn word_bytes(plan: &Plan) -> u64 {
    if plan.switches.scalar_weights { 4 } else { 4 << plan.parameters.log_n }
}

/// Pairs of an input and a row of weights that meet on a patch.
fn runs(convolution: &NodeConvolution, patch: &Patch) -> usize {
    convolution.runs(patch).iter().flatten().map(|run: &ScalarRun| run.count).sum()
}

/// One limb of the products of some chunks of channels on a patch.
pub(super) fn products(plan: &Plan, convolution: &NodeConvolution, patch: &Patch, chunks: usize) -> Counts {
    let outputs = chunks * convolution.chunk();
    let limbs = 2 * (runs(convolution, patch) * outputs) as u64;
    let bytes_read = word_bytes(plan) * (convolution.rows() * outputs) as u64;
    // A sum is fetched before it is written.
    let value_bytes = 2 * (patch.len() * outputs) as u64 * pair_bytes(plan);
    if plan.switches.scalar_weights {
        Counts { scalar_limbs: limbs, bytes_read, value_bytes, ..Counts::default() }
    } else {
        Counts { product_limbs: limbs, bytes_read, value_bytes, ..Counts::default() }
    }
}

/// Bytes of a limb of a ciphertext.
fn pair_bytes(plan: &Plan) -> u64 {
    8 << plan.parameters.log_n
}

/// Rescales of so many sums.
pub(super) fn rescales(plan: &Plan, stage: &Stage, sums: usize) -> Counts {
    let value_bytes = 2 * (sums * stage.limbs_in) as u64 * pair_bytes(plan);
    Counts { value_bytes, ..Units::rescales(stage.limbs_in as u64, sums as u64) }
}

/// So many activations, or squares, with one relinearisation key.
pub(super) fn activations(plan: &Plan, stage: &Stage, form: Form, count: usize) -> Counts {
    let (limbs, count) = (stage.limbs_in as u64, count as u64);
    let value_bytes = limbs * count * pair_bytes(plan);
    match form {
        Form::Quadratic => {
            let mut counts = Units::rescales(limbs, count);
            counts += switches(plan, limbs - 1, count);
            counts += Units::rescales(limbs - 1, count);
            // A product with a number, four between ciphertexts.
            counts.product_limbs += count * (2 * limbs + 4 * (limbs - 1));
            counts.value_bytes = value_bytes;
            counts
        }
        Form::Square => Counts { product_limbs: 3 * limbs * count, value_bytes, ..Counts::default() },
    }
}

/// Relinearisations of so many sums of squares, with one key.
pub(super) fn relinearizations(plan: &Plan, stage: &Stage, count: usize) -> Counts {
    let (limbs, count) = (stage.limbs_in as u64, count as u64);
    let mut counts = switches(plan, limbs, count);
    counts += Units::rescales(limbs, count);
    counts
}

/// Key switches with one key, which is too large for the caches near a core and read each time.
fn switches(plan: &Plan, limbs: u64, count: u64) -> Counts {
    Units::of(plan).key_switches(limbs, count, count)
}

/// The numbers of a stage on nodes.
pub(in crate::network) fn plaintexts(plan: &Plan, stage: &Stage, step: &NodeStep) -> Plaintexts {
    let count = match step {
        NodeStep::Convolution(convolution) => (convolution.rows() + 1) * convolution.channels_out,
        NodeStep::Activation(NodeActivation { form, channels, .. }) => match form {
            Form::Quadratic => 3 * channels,
            Form::Square => *channels,
        },
    };
    let forms = encode::forms_of(plan, stage, step);
    let words: usize = forms.iter().map(|form| form.limb_words * form.primes.len()).sum();
    Plaintexts { count: count as u64, bytes: 4 * words as u64, ntt: 0 }
}
