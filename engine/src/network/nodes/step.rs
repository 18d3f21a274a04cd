//! The steps of a plan whose ciphertexts are nodes, as data.

use std::ops::Range;

use hear_kernels::accumulate::ScalarRun;
use hear_model::network::{Dimension, LayerShape};
use serde::{Deserialize, Serialize};

use crate::network::plan::LinearLayer;

/// A stage of such a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeStep {
    /// Sums of products, rescaled, with a constant where the network has one: a convolution, or the dense layer.
    Convolution(NodeConvolution),
    /// Activations and their sums over a pooling window.
    Activation(NodeActivation),
}

/// A rectangle of rows and columns: the positions of a layer, or a window of them.
///
/// The one long axis of a 1D network is its rows here, so that every network is made row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plane {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
}

/// `out[p, o] = sum over kernel elements e, channels i of weight[e, i, o] * in[p + e, i]` on the positions p that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeConvolution {
    /// The weights.
    pub layer: LinearLayer,
    /// Positions of the inputs.
    pub plane: Plane,
    /// Positions of the outputs: fewer, where a pooling drops some.
    pub read: Plane,
    /// Elements of the kernel: its centre is `rows / 2`, `columns / 2`.
    pub kernel: Plane,
    /// Channels of the inputs.
    pub channels_in: usize,
    /// Channels of the outputs.
    pub channels_out: usize,
}

/// The activations of all positions that are read, summed over windows that lie side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeActivation {
    /// 0, 1 or 2.
    pub layer: usize,
    /// Positions of the inputs.
    pub plane: Plane,
    /// Positions that are summed.
    pub window: Plane,
    /// Channels.
    pub channels: usize,
    /// What is summed.
    pub form: Form,
}

/// How an activation is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// `a x^2 + b x + c` as x (a x + b) + c, each relinearised: two levels.
    Quadratic,
    /// `x^2`, relinearised once a window, plus a constant: one level. The rest of the quadratic is in the weights around it.
    Square,
}

/// Outputs whose weights stand together, at most.
const CHUNK: usize = 32;

/// Ciphertexts that share a buffer, at most: what a task of an activation works on.
const GROUP: usize = 8;

/// Positions of a row of the last layer whose sums share their inputs.
const STRIP: usize = 4;

impl Plane {
    /// Number of positions.
    #[must_use]
    pub fn positions(self) -> usize {
        self.rows * self.columns
    }

    /// The positions and the pooling window of a layer.
    pub(super) fn of(dimension: Dimension, layer: &LayerShape) -> (Self, Self) {
        let LayerShape { rows, columns, pool_rows, pool_columns, .. } = *layer;
        match dimension {
            Dimension::TwoD => (Self { rows, columns }, Self { rows: pool_rows, columns: pool_columns }),
            Dimension::OneD => (Self { rows: columns, columns: rows }, Self { rows: pool_columns, columns: pool_rows }),
        }
    }

    /// What lies within `reach` of some positions, cut off at the edges.
    fn around(self, patch: &Patch, kernel: Self) -> Patch {
        let grow = |range: &Range<usize>, reach: usize, end: usize| {
            range.start.saturating_sub(reach)..(range.end + reach).min(end)
        };
        Patch {
            rows: grow(&patch.rows, kernel.rows / 2, self.rows),
            columns: grow(&patch.columns, kernel.columns / 2, self.columns),
        }
    }
}

/// Some neighbouring positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Their rows.
    pub rows: Range<usize>,
    /// Their columns.
    pub columns: Range<usize>,
}

impl Patch {
    /// Number of positions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All positions, row by row.
    pub fn positions(&self) -> impl Iterator<Item = (usize, usize)> + Clone + use<> {
        let columns = self.columns.clone();
        self.rows.clone().flat_map(move |row| columns.clone().map(move |column| (row, column)))
    }

    /// The place of a position among [`Patch::positions`].
    fn index(&self, row: usize, column: usize) -> usize {
        (row - self.rows.start) * self.columns.len() + column - self.columns.start
    }
}

/// The largest divisor of `count` that is at most `most` and a multiple of `unit`, which divides `count`.
const fn largest_part(count: usize, most: usize, unit: usize) -> usize {
    let mut part = if most < count { most } else { count };
    while part > unit && !(count.is_multiple_of(part) && part.is_multiple_of(unit)) {
        part -= 1;
    }
    if part < unit { unit } else { part }
}

/// Ciphertexts of a position that share a buffer, of `channels`.
#[must_use]
pub const fn group(channels: usize) -> usize {
    largest_part(channels, GROUP, 1)
}

impl NodeConvolution {
    /// Rows of weights: elements of the kernel times channels of the inputs; row `element * channels_in + channel`.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.kernel.positions() * self.channels_in
    }

    /// Outputs whose weights stand together.
    #[must_use]
    pub fn chunk(&self) -> usize {
        largest_part(self.channels_out, CHUNK, group(self.channels_out))
    }

    /// Number of chunks.
    #[must_use]
    pub fn chunks(&self) -> usize {
        self.channels_out / self.chunk()
    }

    /// The inputs that some positions read.
    #[must_use]
    pub fn field(&self, patch: &Patch) -> Patch {
        self.plane.around(patch, self.kernel)
    }

    /// The products of each position of a patch: runs over the inputs of [`NodeConvolution::field`], position by position and
    /// there channel by channel.
    #[must_use]
    pub fn runs(&self, patch: &Patch) -> Vec<Vec<ScalarRun>> {
        let (field, channels) = (self.field(patch), self.channels_in);
        let of_position = |(row, column): (usize, usize)| {
            let of_row = |kernel_row: usize| {
                let input_row = (row + kernel_row).checked_sub(self.kernel.rows / 2)?;
                let first = (self.kernel.columns / 2).saturating_sub(column);
                let end = self.kernel.columns.min(self.plane.columns + self.kernel.columns / 2 - column);
                (input_row < self.plane.rows).then(|| ScalarRun {
                    input: field.index(input_row, column + first - self.kernel.columns / 2) * channels,
                    row: (kernel_row * self.kernel.columns + first) * channels,
                    count: (end - first) * channels,
                })
            };
            (0..self.kernel.rows).filter_map(of_row).collect()
        };
        patch.positions().map(of_position).collect()
    }

    /// Products of ciphertexts with weights.
    #[must_use]
    pub fn products(&self) -> usize {
        let all = Patch { rows: 0..self.read.rows, columns: 0..self.read.columns };
        let rows: usize = self.runs(&all).iter().flatten().map(|run| run.count).sum();
        rows * self.channels_out
    }
}

impl NodeActivation {
    /// Whether it takes the results of this convolution.
    #[must_use]
    pub fn follows(&self, convolution: &NodeConvolution) -> bool {
        convolution.layer == LinearLayer::Convolution(self.layer)
    }

    /// Whether one window takes all positions: then every row adds to the same sums.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.window == self.plane
    }

    /// Positions of the results.
    #[must_use]
    pub fn pooled(&self) -> Plane {
        Plane { rows: self.plane.rows / self.window.rows, columns: self.plane.columns / self.window.columns }
    }

    /// Positions that are read: a last row or column of no whole window is not.
    #[must_use]
    pub fn read(&self) -> Plane {
        let pooled = self.pooled();
        Plane { rows: pooled.rows * self.window.rows, columns: pooled.columns * self.window.columns }
    }

    /// The patches by which the layer is made, in steps: each step's together give rows of the results, or, where one window
    /// takes all, add to it.
    #[must_use]
    pub fn steps(&self) -> Vec<Vec<Patch>> {
        let read = self.read();
        if self.is_global() {
            let rows = (STRIP / read.columns).max(1);
            let strip =
                |first: usize| vec![Patch { rows: first..read.rows.min(first + rows), columns: 0..read.columns }];
            return (0..read.rows).step_by(rows).map(strip).collect();
        }
        let window = |row: usize, column: usize| Patch {
            rows: row * self.window.rows..(row + 1) * self.window.rows,
            columns: column * self.window.columns..(column + 1) * self.window.columns,
        };
        let pooled = self.pooled();
        (0..pooled.rows).map(|row| (0..pooled.columns).map(|column| window(row, column)).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_divide_what_they_are_parts_of() {
        for (count, most, unit, part) in
            [(64, 8, 1, 8), (10, 8, 1, 5), (2, 8, 1, 2), (7, 8, 1, 7), (11, 8, 1, 1), (10, 32, 5, 10), (48, 32, 8, 24)]
        {
            assert_eq!(largest_part(count, most, unit), part, "{count} {most} {unit}");
        }
    }

    fn convolution(plane: Plane, kernel: Plane) -> NodeConvolution {
        let layer = LinearLayer::Convolution(1);
        NodeConvolution { layer, plane, read: plane, kernel, channels_in: 4, channels_out: 6 }
    }

    /// Every pair of an input and an element of the kernel that meet, and no other, whatever patch a position is in.
    #[test]
    fn runs_are_the_neighbours_that_are_there() {
        let square = Plane { rows: 3, columns: 3 };
        for (plane, kernel) in [
            (Plane { rows: 4, columns: 3 }, square),
            (Plane { rows: 1, columns: 1 }, square),
            (Plane { rows: 9, columns: 1 }, Plane { rows: 3, columns: 1 }),
            (Plane { rows: 1, columns: 1 }, Plane { rows: 1, columns: 1 }),
        ] {
            let convolution = convolution(plane, kernel);
            for rows in 1..=plane.rows {
                for columns in 1..=plane.columns {
                    let patch = Patch { rows: plane.rows - rows..plane.rows, columns: 0..columns };
                    let field = convolution.field(&patch);
                    let inputs: Vec<_> = field.positions().collect();
                    for ((row, column), runs) in patch.positions().zip(convolution.runs(&patch)) {
                        let mut met = Vec::new();
                        for run in runs {
                            assert!(run.count > 0);
                            for i in 0..run.count {
                                let (input, weight) = (run.input + i, run.row + i);
                                assert_eq!(input % 4, weight % 4, "the channel");
                                met.push((inputs[input / 4], weight / 4, input % 4));
                            }
                        }
                        let mut expected = Vec::new();
                        for element in 0..kernel.positions() {
                            let (down, right) = (element / kernel.columns, element % kernel.columns);
                            let neighbour = (row + down, column + right);
                            let inside = neighbour.0 >= kernel.rows / 2
                                && neighbour.1 >= kernel.columns / 2
                                && neighbour.0 - kernel.rows / 2 < plane.rows
                                && neighbour.1 - kernel.columns / 2 < plane.columns;
                            if inside {
                                let at = (neighbour.0 - kernel.rows / 2, neighbour.1 - kernel.columns / 2);
                                expected.extend((0..4).map(|channel| (at, element, channel)));
                            }
                        }
                        assert_eq!(met, expected, "{plane:?} {kernel:?} {patch:?} ({row}, {column})");
                    }
                }
            }
        }
    }

    #[test]
    fn steps_take_every_position_that_is_read_once() {
        for (plane, window) in [
            (Plane { rows: 32, columns: 15 }, Plane { rows: 2, columns: 2 }),
            (Plane { rows: 8, columns: 3 }, Plane { rows: 8, columns: 3 }),
            (Plane { rows: 480, columns: 1 }, Plane { rows: 2, columns: 1 }),
            (Plane { rows: 119, columns: 1 }, Plane { rows: 119, columns: 1 }),
        ] {
            let activation = NodeActivation { layer: 0, plane, window, channels: 8, form: Form::Square };
            let mut seen: Vec<_> = activation.steps().iter().flatten().flat_map(Patch::positions).collect();
            seen.sort_unstable();
            let read = activation.read();
            let all = Patch { rows: 0..read.rows, columns: 0..read.columns };
            assert_eq!(seen, all.positions().collect::<Vec<_>>());
        }
    }
}
