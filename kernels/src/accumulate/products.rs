//! The inner loop of the convolutions: one vector of several outputs, summed over the inputs.

use super::sums::{PRODUCTS_PER_FOLD, ProductSums};
use crate::simd::{BLOCK, Lanes};

/// The words of one input in one block of packed inputs: both components.
pub(super) const PACKED_INPUT: usize = 2 * BLOCK;

/// Where the products of one vector find their weights.
pub(super) trait Weights<L: Lanes>: Copy {
    /// The weights of one input for `outputs` outputs, and no others.
    fn of_input(self, l: L, input: usize, outputs: usize) -> Self;

    /// The weights of one output, one a lane, after [`Weights::of_input`].
    fn get(self, l: L, output: usize) -> L::Spread;
}

/// The most outputs of [`sum_products`].
pub(super) const MAX_OUTPUTS_AT_ONCE: usize = 6;

/// Runs the body for each output, [`MAX_OUTPUTS_AT_ONCE`] at most, with a constant index.
///
/// The compiler unrolls a loop over more than five outputs too late: their sums would be stored in memory after every input.
macro_rules! for_outputs {
    ($output:ident < $outputs:ident, $body:expr) => {
        for_outputs!(@ $output, $outputs, $body, 0 1 2 3 4 5)
    };
    (@ $output:ident, $outputs:ident, $body:expr, $($index:literal)*) => {$(
        if $index < $outputs {
            let $output = $index;
            $body;
        }
    )*};
}

/// Products of a sum: of so many inputs, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Run<'a, W> {
    pub(super) inputs: usize,
    /// Input k's vectors stand at `packed[32 k + 16 component]`.
    pub(super) packed: &'a [u32],
    pub(super) weights: W,
}

/// `sums[o][c] = sum_k input_k,c weight_k,o 2^-32 mod q` over the inputs of all runs, for one vector of the components c = 0
/// and 1 of `OUTPUTS` outputs.
///
/// - in: `[0, q)`
/// - out: `[0, q)`
/// - bounds: see [the module](super)
#[inline(always)]
pub(super) fn sum_products<'a, L: Lanes, const OUTPUTS: usize>(
    l: L,
    sums: ProductSums<L>,
    runs: impl IntoIterator<Item = Run<'a, impl Weights<L>>>,
) -> [[L::Vector; 2]; OUTPUTS] {
    const { assert!(OUTPUTS <= MAX_OUTPUTS_AT_ONCE) };
    let mut totals = [[l.wide_splat(0); 2]; OUTPUTS];
    let mut is_first_group = true;
    for Run { inputs, packed, weights } in runs {
        let mut k = 0;
        while k < inputs {
            let group_end = inputs.min(k + PRODUCTS_PER_FOLD);
            while k < group_end {
                let x = &packed[k * PACKED_INPUT..][..BLOCK + L::COUNT];
                let weights = weights.of_input(l, k, OUTPUTS);
                let (x_0, x_1) = (l.spread(l.load(&x[..L::COUNT])), l.spread(l.load(&x[BLOCK..])));
                for_outputs!(o < OUTPUTS, {
                    let weight = weights.get(l, o);
                    totals[o][0] = sums.add_product(l, totals[o][0], x_0, weight);
                    totals[o][1] = sums.add_product(l, totals[o][1], x_1, weight);
                });
                k += 1;
            }
            if !is_first_group {
                for_outputs!(o < OUTPUTS, totals[o] = [sums.fold(l, totals[o][0]), sums.fold(l, totals[o][1])]);
            }
            is_first_group = false;
        }
    }
    let mut reduced = [[l.splat(0); 2]; OUTPUTS];
    for_outputs!(o < OUTPUTS, reduced[o] = [sums.reduce(l, totals[o][0]), sums.reduce(l, totals[o][1])]);
    reduced
}
