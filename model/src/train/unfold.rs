//! A convolution as one matrix product: every position's neighbourhood becomes a row.

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::storage::{contiguous, with_values};
use crate::network::{KERNEL_SIZE, LayerShape};

/// From planes `[clip][row][column][channel]` to the matrix `[clip, row, column][row tap][column tap][channel]`, with
/// zeros where a tap lies outside the plane. Times a matrix `[taps and channels][output]` it is the convolution with
/// stride 1 and same padding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unfold {
    pub(super) layer: LayerShape,
    /// 1 or 3.
    pub(super) kernel_rows: usize,
}

/// Where the taps of one kernel row read and write: values of a plane, values of the matrix.
struct Piece {
    plane: std::ops::Range<usize>,
    matrix: std::ops::Range<usize>,
}

impl Unfold {
    /// Values of a matrix row.
    fn row_len(&self) -> usize {
        self.kernel_rows * KERNEL_SIZE * self.layer.in_channels
    }

    /// Values of a clip's planes.
    fn plane_len(&self) -> usize {
        self.layer.rows * self.layer.columns * self.layer.in_channels
    }

    /// Values of a clip's rows in the matrix.
    fn matrix_len(&self) -> usize {
        self.layer.rows * self.layer.columns * self.row_len()
    }

    /// The columns under one kernel row are neighbours in memory: a piece for each position and kernel row that lies
    /// inside the plane.
    fn pieces(&self) -> impl Iterator<Item = Piece> {
        let Self { layer: LayerShape { rows, columns, in_channels, .. }, kernel_rows } = *self;
        let row_len = self.row_len();
        let inside = move |row: usize, tap: usize| (row + tap).checked_sub(kernel_rows / 2).filter(|&row| row < rows);
        let taps = move |row| (0..kernel_rows).filter_map(move |tap| Some((tap, inside(row, tap)?)));
        (0..rows).flat_map(move |row| {
            (0..columns).flat_map(move |column| {
                taps(row).map(move |(tap, source)| {
                    let first = column.saturating_sub(1);
                    let end = columns.min(column + 2);
                    let start =
                        (row * columns + column) * row_len + (tap * KERNEL_SIZE + first + 1 - column) * in_channels;
                    Piece {
                        plane: (source * columns + first) * in_channels..(source * columns + end) * in_channels,
                        matrix: start..start + (end - first) * in_channels,
                    }
                })
            })
        })
    }

    fn unfold(&self, planes: &[f32]) -> Vec<f32> {
        let clips = planes.len() / self.plane_len();
        let mut matrix = vec![0.0; clips * self.matrix_len()];
        let rows = matrix.par_chunks_exact_mut(self.matrix_len());
        rows.zip(planes.par_chunks_exact(self.plane_len())).for_each(|(matrix, plane)| {
            for piece in self.pieces() {
                matrix[piece.matrix].copy_from_slice(&plane[piece.plane]);
            }
        });
        matrix
    }

    /// The transpose of [`Self::unfold`].
    fn fold(&self, matrix: &[f32]) -> Vec<f32> {
        let clips = matrix.len() / self.matrix_len();
        let mut planes = vec![0.0; clips * self.plane_len()];
        let rows = matrix.par_chunks_exact(self.matrix_len());
        planes.par_chunks_exact_mut(self.plane_len()).zip(rows).for_each(|(plane, matrix)| {
            for piece in self.pieces() {
                for (sum, value) in plane[piece.plane].iter_mut().zip(&matrix[piece.matrix]) {
                    *sum += value;
                }
            }
        });
        planes
    }
}

impl CustomOp1 for Unfold {
    fn name(&self) -> &'static str {
        "unfold"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let matrix = self.unfold(contiguous(storage, layout)?);
        let rows = matrix.len() / self.row_len();
        Ok((CpuStorage::F32(matrix), Shape::from((rows, self.row_len()))))
    }

    fn bwd(&self, planes: &Tensor, _matrix: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let folded = with_values(gradient, |gradient| self.fold(gradient))?;
        Ok(Some(Tensor::from_vec(folded, planes.shape(), &Device::Cpu)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Dimension, Shape};

    #[test]
    fn every_tap_reads_its_neighbour_or_zero() {
        for (dimension, kernel_rows) in [(Dimension::OneD, 1), (Dimension::TwoD, 3)] {
            let layer = Shape::new(dimension, 2).unwrap().layers()[1];
            let unfold = Unfold { layer, kernel_rows };
            let planes: Vec<f32> = (0..2 * unfold.plane_len()).map(|index| 1.0 + index as f32).collect();
            let matrix = unfold.unfold(&planes);
            let (rows, columns, channels) = (layer.rows, layer.columns, layer.in_channels);
            let value = |clip: usize, row: Option<usize>, column: Option<usize>, channel: usize| {
                let (Some(row), Some(column)) = (row.filter(|&r| r < rows), column.filter(|&c| c < columns)) else {
                    return 0.0;
                };
                planes[((clip * rows + row) * columns + column) * channels + channel]
            };
            let mut index = 0;
            for (clip, row, column) in positions(2, rows, columns) {
                for (up, left, channel) in positions(kernel_rows, KERNEL_SIZE, channels) {
                    let (row, column) = ((row + up).checked_sub(kernel_rows / 2), (column + left).checked_sub(1));
                    assert_eq!(matrix[index], value(clip, row, column, channel), "{dimension}, value {index}");
                    index += 1;
                }
            }
            assert_eq!(index, matrix.len());
        }
    }

    fn positions(a: usize, b: usize, c: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        (0..a).flat_map(move |i| (0..b).flat_map(move |j| (0..c).map(move |k| (i, j, k))))
    }

    #[test]
    fn folding_is_the_transpose() {
        let layer = Shape::new(Dimension::TwoD, 3).unwrap().layers()[1];
        let unfold = Unfold { layer, kernel_rows: 3 };
        // Small integers, so that both sums are exact.
        let x: Vec<f32> = (0..unfold.plane_len()).map(|i| (i % 7) as f32 - 3.0).collect();
        let y: Vec<f32> = (0..unfold.matrix_len()).map(|i| (i % 5) as f32 - 2.0).collect();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        assert_eq!(dot(&unfold.unfold(&x), &y), dot(&x, &unfold.fold(&y)));
    }
}
