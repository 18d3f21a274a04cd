//! A network as stages of LoLa.

use hear_model::network::{CLASS_COUNT, Shape};

use super::step::DotProducts;
use crate::network::{
    method::Strategy,
    packing::{BLOCKS, Grid, InputLayout, InputPacking, OutputLayout, OutputPacking, Tap},
    plan::{Builder, LAYERS, Linear, LinearLayer, PAPER_SCALES, Stage, Step},
};

/// The stages on a chain of so many limbs, and the packings of input and output.
pub(in crate::network) fn stages(shape: Shape, limbs: usize) -> (Vec<Stage>, InputPacking, OutputPacking) {
    let mut grid = Grid::input(shape.dimension());
    let input = InputPacking { layout: InputLayout::Taps(grid), limbs, scale_bits: PAPER_SCALES.input };
    let mut builder = Builder::new(input);
    for layer in 0..LAYERS {
        let channels = shape.width() << layer;
        let (levels, scale_bits, step) = if layer == 0 {
            (1, PAPER_SCALES.convolution, Step::Linear(first_convolution(grid, input.ciphertexts())))
        } else {
            (2, PAPER_SCALES.merge, Step::Dots(convolution(layer, grid, channels)))
        };
        builder.push(format!("conv{}", layer + 1), channels / BLOCKS, levels, scale_bits, step);
        grid = builder.activate_and_pool(layer, grid);
    }
    let layer = LinearLayer::Dense;
    let rotations = DotProducts::rotations(layer, grid);
    let dense = DotProducts { layer, grid, channels: CLASS_COUNT, read: (1, 1), rotations, repacked_bits: None };
    builder.push("dense".to_owned(), CLASS_COUNT, 1, PAPER_SCALES.logits, Step::Dots(dense));
    let Builder { stages, limbs, scale_bits, .. } = builder;
    (stages, input, OutputPacking { layout: OutputLayout::Nodes, classes: CLASS_COUNT, limbs, scale_bits })
}

/// The restricted linear operation: every input is what one element of the kernel reads of one channel.
fn first_convolution(grid: Grid, inputs: usize) -> Linear {
    Linear {
        layer: LinearLayer::Convolution(0),
        block_shifts: 1,
        taps: vec![Tap { row: 0, column: 0 }],
        grid,
        lane_offsets: vec![0],
        sources: inputs,
        strategy: Strategy::Baby,
        per_tap: true,
    }
}

/// A dot product for every position that is read after this layer: a pooling of windows may leave a row or column out.
fn convolution(layer: usize, grid: Grid, channels: usize) -> DotProducts {
    let pooled = grid.pooled();
    let read = match (layer + 1 == LAYERS, grid.is_flat()) {
        (true, _) => (grid.rows, grid.columns),
        (false, true) => (pooled.rows, 2 * pooled.columns),
        (false, false) => (2 * pooled.rows, 2 * pooled.columns),
    };
    let layer = LinearLayer::Convolution(layer);
    let rotations = DotProducts::rotations(layer, grid);
    DotProducts { layer, grid, channels, read, rotations, repacked_bits: Some(PAPER_SCALES.convolution) }
}
