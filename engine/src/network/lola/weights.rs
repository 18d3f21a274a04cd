//! The slot vectors of dot products.

use hear_model::network::Network;

use super::step::{DotProducts, Node};
use crate::{
    ckks::{EncodeError, encode_scalar},
    network::{
        encode::NetworkEncodeError,
        packing::{BLOCK, BLOCKS, SLOTS},
        plan::{LinearLayer, Plan, Step},
    },
};

/// The weights of a node on one input ciphertext: a value for every slot that it reads, zero elsewhere.
///
/// # Panics
/// If `slots` is not [`SLOTS`] long.
pub(in crate::network) fn node_into(
    network: &Network,
    dots: &DotProducts,
    node: Node,
    input: usize,
    slots: &mut [f64],
) {
    assert_eq!(slots.len(), SLOTS, "slots of a ciphertext");
    slots.fill(0.0);
    match dots.layer {
        LinearLayer::Convolution(layer) => {
            let grid = dots.grid;
            let inside = |position: usize, offset: i32, count: usize| {
                position.checked_add_signed(offset as isize).filter(|&neighbour| neighbour < count)
            };
            for (index, tap) in grid.taps().into_iter().enumerate() {
                let row = inside(node.row, tap.row, grid.rows);
                let Some((row, column)) = row.zip(inside(node.column, tap.column, grid.columns)) else { continue };
                for block in 0..BLOCKS {
                    let kernel = network.layers()[layer].convolution.kernel(node.channel, input * BLOCKS + block);
                    slots[block * BLOCK + grid.slot(row, column)] = kernel[index];
                }
            }
        }
        LinearLayer::Dense => {
            let dense = network.dense();
            for block in 0..BLOCKS {
                slots[block * BLOCK] = dense.weight[node.channel * dense.in_features + input * BLOCKS + block];
            }
        }
    }
}

/// Checks that every value that is encoded as it is used fits its scale. No coefficient is larger than the scale times the
/// largest slot.
///
/// # Errors
/// If one does not.
pub(in crate::network) fn check(plan: &Plan, network: &Network) -> Result<(), NetworkEncodeError> {
    for stage in &plan.stages {
        let Step::Dots(dots) = &stage.step else { continue };
        let (weights, biases): (&[f64], &[f64]) = match dots.layer {
            LinearLayer::Convolution(layer) => (&network.layers()[layer].convolution.weight, &[]),
            LinearLayer::Dense => (&network.dense().weight, &network.dense().bias),
        };
        let fits = |values: &[f64], scale: f64| -> Result<(), EncodeError> {
            values.iter().try_for_each(|&value| encode_scalar(value, scale).map(drop))
        };
        fits(weights, dots.weight_scale(plan, stage))
            .and_then(|()| fits(biases, stage.scale_out_bits.exp2()))
            .map_err(|source| NetworkEncodeError::Value { stage: stage.name.clone(), source })?;
    }
    Ok(())
}
