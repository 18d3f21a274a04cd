//! Where channels and positions stand in the slots.
//!
//! A slot is `(row * columns + column) * channels + channel`. In 2D there are 16 rows of 8 columns of 64 channels, in 1D one
//! row of 256 columns of 32 channels.
//!
//! - Grid 1, after pooling 1: 16 x 7 of the 16 x 8 positions (1D: 240 of 256).
//! - Grid 2, after pooling 2: the same slots, row = 2 row' + a and column = 2 column' + b. Lane (a, b) of a position
//!   (row', column') carries more of its channels (1D: lane b).
//!
//! At least one column of each row is zero, so a shift by a column may wrap. A shift by a row may not.

use hear_model::network::{Dimension, Shape};

use crate::network::packing::SLOTS;

/// Positions and channels of a dimension's slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    dimension: Dimension,
    /// Channels of a position: K.
    pub channels: usize,
    /// Columns of a row of positions.
    pub columns: usize,
    /// Rows of a pooling window: 2, or 1 in 1D.
    pub pool_rows: usize,
}

/// The place of one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Row of grid 1.
    pub row: usize,
    /// Column of grid 1.
    pub column: usize,
    /// Channel within the position.
    pub channel: usize,
}

/// Columns of a pooling window.
pub const POOL_COLUMNS: usize = 2;

impl Layout {
    /// The layout for a dimension.
    #[must_use]
    pub fn new(dimension: Dimension) -> Self {
        match dimension {
            Dimension::TwoD => Self { dimension, channels: 64, columns: 8, pool_rows: 2 },
            Dimension::OneD => Self { dimension, channels: 32, columns: 256, pool_rows: 1 },
        }
    }

    /// The layout for a network, if its channels fill it.
    #[must_use]
    pub fn of(shape: Shape) -> Option<Self> {
        let layout = Self::new(shape.dimension());
        Self::widths(shape.dimension()).contains(&shape.width()).then_some(layout)
    }

    /// The first-layer widths that fill the slots.
    #[must_use]
    pub fn widths(dimension: Dimension) -> &'static [usize] {
        match dimension {
            Dimension::TwoD => &[64, 128, 256],
            Dimension::OneD => &[32, 64, 128, 256],
        }
    }

    /// Values of a pooling window: 4, or 2 in 1D.
    #[must_use]
    pub fn pool(self) -> usize {
        self.pool_rows * POOL_COLUMNS
    }

    /// Lanes of grid 2: slots groups that share one of its positions. As many as a pooling window has values.
    #[must_use]
    pub fn lanes(self) -> usize {
        self.pool()
    }

    /// Inputs that the convolutions of one pooling window read: 4 x 4, or 4 in 1D.
    #[must_use]
    pub fn window(self) -> usize {
        match self.dimension {
            Dimension::TwoD => 16,
            Dimension::OneD => 4,
        }
    }

    /// Row and column, relative to the window's first output, of its input `index`.
    #[must_use]
    pub fn window_offset(self, index: usize) -> (isize, isize) {
        let index = index.cast_signed();
        match self.dimension {
            Dimension::TwoD => (index / 4 - 1, index % 4 - 1),
            Dimension::OneD => (0, index - 1),
        }
    }

    /// Slots from a row to the next one of grid 1.
    #[must_use]
    pub fn row_stride(self) -> usize {
        self.columns * self.channels
    }

    /// The taps of a convolution's rows: -1, 0, 1, or only 0 in 1D.
    #[must_use]
    pub fn row_taps(self) -> &'static [i32] {
        match self.dimension {
            Dimension::TwoD => &[-1, 0, 1],
            Dimension::OneD => &[0],
        }
    }

    /// Where a slot stands.
    #[must_use]
    pub fn place(self, slot: usize) -> Place {
        let position = slot / self.channels;
        Place { row: position / self.columns, column: position % self.columns, channel: slot % self.channels }
    }

    /// Rows of grid 1.
    #[must_use]
    pub fn rows(self) -> usize {
        SLOTS / self.row_stride()
    }

    /// The input's rows and columns.
    fn input(self) -> (usize, usize) {
        self.dimension.input_rows_and_columns()
    }

    /// The input that a slot of the packed clip holds, as row and column; `None` for padding.
    #[must_use]
    pub fn input_at(self, slot: usize) -> Option<(usize, usize)> {
        let place = self.place(slot);
        if !self.valid1(place) {
            return None;
        }
        let (rows, columns) = self.input();
        let (row, column) = self.window_offset(place.channel % self.window());
        let row = (self.pool_rows * place.row).checked_add_signed(row)?;
        let column = (POOL_COLUMNS * place.column).checked_add_signed(column)?;
        (row < rows && column < columns).then_some((row, column))
    }

    /// Whether a position belongs to grid 1.
    #[must_use]
    pub fn valid1(self, place: Place) -> bool {
        place.column < self.input().1 / POOL_COLUMNS
    }

    /// Whether a position's column belongs to grid 2.
    #[must_use]
    pub fn valid2(self, place: Place) -> bool {
        place.column / POOL_COLUMNS < self.input().1 / (POOL_COLUMNS * POOL_COLUMNS)
    }

    /// The lane (a, b) of grid 2 that a position of grid 1 is.
    #[must_use]
    pub fn lane(self, place: Place) -> (usize, usize) {
        (place.row % self.pool_rows, place.column % POOL_COLUMNS)
    }

    /// The number of a lane: 2 a + b.
    #[must_use]
    pub fn lane_number(self, place: Place) -> usize {
        let (a, b) = self.lane(place);
        a * POOL_COLUMNS + b
    }

    /// Positions of grid 2.
    #[must_use]
    pub fn positions2(self) -> usize {
        let (rows, columns) = self.input();
        rows / (self.pool_rows * self.pool_rows) * (columns / (POOL_COLUMNS * POOL_COLUMNS))
    }

    /// Whether row tap `tap` may read what stands at `row` of `rows` rows: a version of the input is zero on the row that
    /// a shift would wrap around.
    #[must_use]
    pub fn readable(tap: i32, row: usize, rows: usize) -> bool {
        match tap {
            -1 => row + 1 != rows,
            1 => row != 0,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_windows_hold_every_input_that_a_convolution_reads() {
        for dimension in [Dimension::OneD, Dimension::TwoD] {
            let layout = Layout::new(dimension);
            let (rows, columns) = dimension.input_rows_and_columns();
            let mut seen = vec![false; rows * columns];
            for slot in 0..SLOTS {
                if let Some((row, column)) = layout.input_at(slot) {
                    seen[row * columns + column] = true;
                }
            }
            assert!(seen.iter().all(|&seen| seen), "{dimension}");
            assert_eq!(layout.rows() * layout.row_stride(), SLOTS);
        }
    }

    #[test]
    fn a_window_starts_one_before_its_first_output() {
        let layout = Layout::new(Dimension::TwoD);
        // Row 1, column 2 of grid 1 is the window of outputs (2..4, 4..6): inputs (1..5, 3..7).
        let slot = (layout.columns + 2) * layout.channels;
        assert_eq!(layout.input_at(slot), Some((1, 3)));
        assert_eq!(layout.input_at(slot + 15), Some((4, 6)));
        assert_eq!(layout.input_at(slot + 16), Some((1, 3)), "repeated over the channels");
        assert_eq!(layout.input_at(0), None, "padding above");
    }
}
