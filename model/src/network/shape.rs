//! Sizes of everything in a network, which follow from two numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Coordinates of a joint: x and y.
pub const INPUT_CHANNELS: usize = 2;
/// Values of a clip: 2 coordinates x 32 frames x 15 joints.
pub const INPUT_VALUES: usize = 960;
/// Taps of a kernel along a row, and in 2D along a column.
pub const KERNEL_SIZE: usize = 3;
/// Actions told apart.
pub const CLASS_COUNT: usize = 10;
/// The largest first-layer width accepted; twice this in 2D would take gigabytes of weights.
pub const MAX_WIDTH: usize = 1024;

/// Whether kernels move along time and joints at once or only along the flattened clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Dimension {
    /// Kernels of 3 on 480 positions: 32 frames x 15 joints, row-major.
    #[serde(rename = "1d")]
    OneD,
    /// Kernels of 3 x 3 on 32 frames x 15 joints.
    #[serde(rename = "2d")]
    TwoD,
}

impl Dimension {
    /// Rows and columns of the input: (1, 480) or (32, 15).
    #[must_use]
    pub const fn input_rows_and_columns(self) -> (usize, usize) {
        match self {
            Self::OneD => (1, 480),
            Self::TwoD => (32, 15),
        }
    }

    /// Rows of a kernel: 1 or 3.
    #[must_use]
    pub const fn kernel_rows(self) -> usize {
        match self {
            Self::OneD => 1,
            Self::TwoD => KERNEL_SIZE,
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneD => "1d",
            Self::TwoD => "2d",
        })
    }
}

/// Dimension and first-layer width f: layers have f, 2f and 4f channels. Prints as `2d-64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "UncheckedShape")]
pub struct Shape {
    dimension: Dimension,
    width: usize,
}

/// A [`Shape`] as a file has it.
#[derive(Deserialize)]
struct UncheckedShape {
    dimension: Dimension,
    width: usize,
}

impl TryFrom<UncheckedShape> for Shape {
    type Error = ShapeError;
    fn try_from(shape: UncheckedShape) -> Result<Self, ShapeError> {
        Self::new(shape.dimension, shape.width)
    }
}

/// A width outside [1, [`MAX_WIDTH`]].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a first layer of {width} channels; needed is 1 to {MAX_WIDTH}")]
pub struct ShapeError {
    /// The width that was asked for.
    pub width: usize,
}

impl Shape {
    /// The shape of width `width`.
    ///
    /// # Errors
    /// If `width` is 0 or above [`MAX_WIDTH`].
    pub const fn new(dimension: Dimension, width: usize) -> Result<Self, ShapeError> {
        if width == 0 || width > MAX_WIDTH { Err(ShapeError { width }) } else { Ok(Self { dimension, width }) }
    }

    /// 1D or 2D.
    #[must_use]
    pub const fn dimension(self) -> Dimension {
        self.dimension
    }

    /// Channels of the first layer, f.
    #[must_use]
    pub const fn width(self) -> usize {
        self.width
    }

    /// Features that the dense layer reads, 4f.
    #[must_use]
    pub const fn feature_count(self) -> usize {
        4 * self.width
    }

    /// The three convolution layers.
    #[must_use]
    pub fn layers(self) -> [LayerShape; 3] {
        let (mut in_channels, mut out_channels) = (INPUT_CHANNELS, self.width);
        let (mut rows, mut columns) = self.dimension.input_rows_and_columns();
        [1, 2, 3].map(|number| {
            let window = match (number, self.dimension) {
                (3, _) => (rows, columns),
                (_, Dimension::OneD) => (1, 2),
                (_, Dimension::TwoD) => (2, 2),
            };
            let layer =
                LayerShape { in_channels, out_channels, rows, columns, pool_rows: window.0, pool_columns: window.1 };
            (in_channels, out_channels) = (out_channels, 2 * out_channels);
            (rows, columns) = (layer.pooled_rows(), layer.pooled_columns());
            layer
        })
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.dimension, self.width)
    }
}

/// Sizes of one convolution layer. Convolution, batch norm and activation keep the plane; pooling shrinks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LayerShape {
    /// Channels read.
    pub in_channels: usize,
    /// Channels produced.
    pub out_channels: usize,
    /// Rows of the plane before pooling; 1 in 1D.
    pub rows: usize,
    /// Columns of the plane before pooling.
    pub columns: usize,
    /// Rows of a pooling window, which is also its stride; all rows in the last layer.
    pub pool_rows: usize,
    /// Columns of a pooling window, which is also its stride; all columns in the last layer.
    pub pool_columns: usize,
}

impl LayerShape {
    /// Rows after pooling; an odd last row is dropped.
    #[must_use]
    pub const fn pooled_rows(&self) -> usize {
        self.rows / self.pool_rows
    }

    /// Columns after pooling; an odd last column is dropped.
    #[must_use]
    pub const fn pooled_columns(&self) -> usize {
        self.columns / self.pool_columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planes(shape: Shape) -> [(usize, usize, usize, usize, usize, usize); 3] {
        shape.layers().map(|l| (l.in_channels, l.out_channels, l.rows, l.columns, l.pooled_rows(), l.pooled_columns()))
    }

    #[test]
    fn planes_shrink_as_the_published_networks_do() {
        let two = Shape::new(Dimension::TwoD, 64).unwrap();
        assert_eq!(planes(two), [(2, 64, 32, 15, 16, 7), (64, 128, 16, 7, 8, 3), (128, 256, 8, 3, 1, 1)]);
        let one = Shape::new(Dimension::OneD, 3).unwrap();
        assert_eq!(planes(one), [(2, 3, 1, 480, 1, 240), (3, 6, 1, 240, 1, 120), (6, 12, 1, 120, 1, 1)]);
        assert_eq!((two.to_string(), one.to_string()), ("2d-64".into(), "1d-3".into()));
    }

    #[test]
    fn the_input_is_two_planes() {
        for dimension in [Dimension::OneD, Dimension::TwoD] {
            let (rows, columns) = dimension.input_rows_and_columns();
            assert_eq!(INPUT_CHANNELS * rows * columns, INPUT_VALUES);
        }
    }

    #[test]
    fn a_shape_from_a_file_is_checked() {
        let shape = Shape::new(Dimension::TwoD, 128).unwrap();
        let text = serde_json::to_string(&shape).unwrap();
        assert_eq!(text, r#"{"dimension":"2d","width":128}"#);
        assert_eq!(serde_json::from_str::<Shape>(&text).unwrap(), shape);
        for width in [0, MAX_WIDTH + 1] {
            let error = serde_json::from_str::<Shape>(&format!(r#"{{"dimension":"1d","width":{width}}}"#)).unwrap_err();
            assert!(error.to_string().starts_with(&ShapeError { width }.to_string()), "{error}");
        }
    }
}
