//! Where the values of a tensor stand in the slots of ciphertexts.
//!
//! A ciphertext's slots are 16 blocks of 512. A block holds one channel: 32 rows of 15 columns, padded to 16, for a 2D
//! network; 480 positions for a 1D one. Pooling leaves the valid positions where they are and makes them sparser, so the
//! row-major layout stays: position (row, column) is at `row * row_stride + column * column_stride` of its block. What
//! stands between valid positions is junk, or another channel's values where ciphertexts have been interlaced
//! ([`Grid::lane_steps`]).

use std::{collections::BTreeMap, fmt};

use hear_model::network::{Dimension, INPUT_CHANNELS, INPUT_VALUES};
use num_complex::Complex64;
use serde::{Deserialize, Serialize};

use super::lean::layout::Layout;

/// Slots of a ciphertext: N/2 with N = 2^14, the only ring that the paper's networks use.
pub const SLOTS: usize = 1 << 13;
/// Slots of a block: the power of two above 32 x 15 positions.
pub const BLOCK: usize = 512;
/// Blocks of a ciphertext: how many channels it holds.
pub const BLOCKS: usize = SLOTS / BLOCK;

/// The valid positions of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grid {
    /// Rows of valid positions.
    pub rows: usize,
    /// Columns of valid positions.
    pub columns: usize,
    /// Slots from a valid row to the next.
    pub row_stride: usize,
    /// Slots from a valid column to the next.
    pub column_stride: usize,
}

impl Grid {
    /// The input's grid: every position is valid.
    #[must_use]
    pub fn input(dimension: Dimension) -> Self {
        match dimension {
            Dimension::TwoD => Self { rows: 32, columns: 15, row_stride: 16, column_stride: 1 },
            Dimension::OneD => Self { rows: 1, columns: 480, row_stride: BLOCK, column_stride: 1 },
        }
    }

    /// The grid after one average pooling, which halves (an odd last column is dropped) and doubles the strides.
    #[must_use]
    pub fn pooled(self) -> Self {
        let columns = Self { columns: self.columns / 2, column_stride: self.column_stride * 2, ..self };
        if self.is_flat() { columns } else { Self { rows: self.rows / 2, row_stride: self.row_stride * 2, ..columns } }
    }

    /// Whether there is one row only: a 1D network.
    #[must_use]
    pub fn is_flat(self) -> bool {
        self.rows == 1
    }

    /// Number of valid positions.
    #[must_use]
    pub fn positions(self) -> usize {
        self.rows * self.columns
    }

    /// The slot, within its block, of a valid position.
    #[must_use]
    pub fn slot(self, row: usize, column: usize) -> usize {
        row * self.row_stride + column * self.column_stride
    }

    /// The slots of all valid positions of a block, row-major.
    pub fn slots(self) -> impl Iterator<Item = usize> {
        (0..self.rows).flat_map(move |row| (0..self.columns).map(move |column| self.slot(row, column)))
    }

    /// Rotations that sum each valid position's pooling window of 2 x 2 (or 2) into the window's first position, by
    /// rotate-and-add.
    #[must_use]
    pub fn window_steps(self) -> Vec<usize> {
        if self.is_flat() { vec![self.column_stride] } else { vec![self.column_stride, self.row_stride] }
    }

    /// Rotations that sum all valid positions of a block into its first, by rotate-and-add. They double, so they also
    /// reach positions beyond the last column, which must hold zeros.
    #[must_use]
    pub fn global_steps(self) -> Vec<usize> {
        let doublings =
            |count: usize, stride: usize| (0..count.next_power_of_two().trailing_zeros()).map(move |bit| stride << bit);
        doublings(self.columns, self.column_stride).chain(doublings(self.rows, self.row_stride)).collect()
    }

    /// Slot distances between interlaced ciphertexts, one for each bit of the lane's number: lane 2^k stands
    /// `lane_steps()[k]` slots behind lane 0. There are as many lanes as positions that pooling has made junk.
    #[must_use]
    pub fn lane_steps(self, input: Self) -> Vec<usize> {
        let mut steps = Vec::new();
        let (mut row, mut column) = (input.row_stride, input.column_stride);
        while column < self.column_stride {
            steps.push(column);
            column *= 2;
            if !self.is_flat() {
                steps.push(row);
                row *= 2;
            }
        }
        steps
    }

    /// The slots from a position to its neighbours that a kernel of width 3 reads, row-major; the centre is 0.
    #[must_use]
    pub fn taps(self) -> Vec<Tap> {
        let rows = if self.is_flat() { 0..=0 } else { -1..=1 };
        rows.flat_map(|row| (-1..=1).map(move |column| Tap { row, column })).collect()
    }

    /// The rotation that brings a tap's input to the position that reads it.
    #[must_use]
    pub fn tap_rotation(self, tap: Tap) -> i32 {
        // Strides are at most a block, far below 2^31.
        #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "strides are at most BLOCK")]
        let (row_stride, column_stride) = (self.row_stride as i32, self.column_stride as i32);
        tap.row * row_stride + tap.column * column_stride
    }

    /// The valid positions whose neighbour at `tap` is valid too: elsewhere the convolution reads padding.
    pub fn slots_with_neighbour(self, tap: Tap) -> impl Iterator<Item = usize> {
        let inside = |position: usize, offset: i32, count: usize| {
            position.checked_add_signed(offset as isize).is_some_and(|neighbour| neighbour < count)
        };
        (0..self.rows).filter(move |&row| inside(row, tap.row, self.rows)).flat_map(move |row| {
            (0..self.columns)
                .filter(move |&column| inside(column, tap.column, self.columns))
                .map(move |column| self.slot(row, column))
        })
    }
}

/// One element of a convolution's kernel, relative to its centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tap {
    /// -1, 0 or 1; always 0 in a 1D network.
    pub row: i32,
    /// -1, 0 or 1.
    pub column: i32,
}

/// How the client packs a clip.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputPacking {
    /// Where the values stand.
    pub layout: InputLayout,
    /// Limbs of the fresh ciphertext.
    pub limbs: usize,
    /// log2 of the scale of the fresh ciphertext.
    pub scale_bits: f64,
}

/// Where the values of a clip stand in the slots.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum InputLayout {
    /// A channel a block.
    Blocks {
        /// The positions of a channel in a block.
        grid: Grid,
        /// Whether all blocks hold copies, channels alternating; else the first two blocks hold the two channels.
        interlaced: bool,
    },
    /// The windows of the first pooling, as `lean-hear` reads them: see [`super::lean::layout`].
    Windows(Dimension),
    /// A ciphertext for each element of the first kernel and channel, in that order: the channel, shifted by the element, in all
    /// blocks; zero where a position has no such neighbour.
    Taps(Grid),
    /// A ciphertext a value of a clip, a slot a clip: position by position, there channel by channel.
    Nodes {
        /// Rows of positions.
        rows: usize,
        /// Columns of positions.
        columns: usize,
        /// The most clips.
        slots: usize,
    },
}

impl InputPacking {
    /// Ciphertexts of a packed input.
    #[must_use]
    pub fn ciphertexts(&self) -> usize {
        match self.layout {
            InputLayout::Blocks { .. } | InputLayout::Windows(_) => 1,
            InputLayout::Taps(grid) => INPUT_CHANNELS * grid.taps().len(),
            InputLayout::Nodes { rows, columns, .. } => INPUT_CHANNELS * rows * columns,
        }
    }

    /// The most clips of a packed input.
    #[must_use]
    pub fn clips(&self) -> usize {
        match self.layout {
            InputLayout::Blocks { .. } | InputLayout::Windows(_) | InputLayout::Taps(_) => 1,
            InputLayout::Nodes { slots, .. } => slots,
        }
    }

    /// Slots of one ciphertext of a packed input, from its clips: each 2 x 32 x 15 values, channel-major, as the networks take
    /// them.
    ///
    /// # Panics
    /// If there is no such ciphertext, no clip or more than a packed input holds, or a clip has not 960 values.
    #[must_use]
    pub fn pack(&self, ciphertext: usize, clips: &[&[f64]]) -> Vec<Complex64> {
        assert!(ciphertext < self.ciphertexts(), "ciphertext {ciphertext} of {}", self.ciphertexts());
        assert!((1..=self.clips()).contains(&clips.len()), "{} clips of at most {}", clips.len(), self.clips());
        for clip in clips {
            assert_eq!(clip.len(), INPUT_VALUES, "values of a clip");
        }
        let clip = clips[0];
        let mut slots = vec![Complex64::ZERO; SLOTS];
        match self.layout {
            InputLayout::Blocks { grid, interlaced } => {
                let blocks = if interlaced { BLOCKS } else { INPUT_CHANNELS };
                for block in 0..blocks {
                    let channel = &clip[block % INPUT_CHANNELS * grid.positions()..][..grid.positions()];
                    for (slot, &value) in grid.slots().zip(channel) {
                        slots[block * BLOCK + slot] = value.into();
                    }
                }
            }
            InputLayout::Windows(dimension) => {
                let layout = Layout::new(dimension);
                let columns = dimension.input_rows_and_columns().1;
                let (first, second) = clip.split_at(INPUT_VALUES / INPUT_CHANNELS);
                for (slot, value) in slots.iter_mut().enumerate() {
                    if let Some((row, column)) = layout.input_at(slot) {
                        let position = row * columns + column;
                        *value = Complex64::new(first[position], second[position]);
                    }
                }
            }
            InputLayout::Taps(grid) => {
                let tap = grid.taps()[ciphertext / INPUT_CHANNELS];
                let channel = &clip[ciphertext % INPUT_CHANNELS * grid.positions()..][..grid.positions()];
                let values: BTreeMap<usize, f64> = grid.slots().zip(channel.iter().copied()).collect();
                for slot in grid.slots_with_neighbour(tap) {
                    let neighbour = slot.checked_add_signed(grid.tap_rotation(tap) as isize);
                    let value = values[&neighbour.expect("a neighbour in the block")];
                    (0..BLOCKS).for_each(|block| slots[block * BLOCK + slot] = value.into());
                }
            }
            InputLayout::Nodes { rows, columns, slots: count } => {
                slots.resize(count, Complex64::ZERO);
                let (position, channel) = (ciphertext / INPUT_CHANNELS, ciphertext % INPUT_CHANNELS);
                for (slot, clip) in slots.iter_mut().zip(clips) {
                    *slot = clip[channel * rows * columns + position].into();
                }
            }
        }
        slots
    }
}

/// `windows of a 2d clip, 8 limbs at scale 2^34`.
impl fmt::Display for InputPacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} limbs at scale 2^{}", self.layout, self.limbs, self.scale_bits)
    }
}

impl fmt::Display for InputLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocks { grid: Grid { rows, columns, .. }, interlaced } => {
                let place = if *interlaced { "copies in all blocks" } else { "in the first blocks" };
                write!(f, "channels of {rows} x {columns} {place}")
            }
            Self::Windows(dimension) => write!(f, "windows of a {dimension} clip"),
            Self::Taps(Grid { rows, columns, .. }) => {
                write!(f, "channels of {rows} x {columns}, a ciphertext for each and each element of the first kernel")
            }
            Self::Nodes { rows, columns, slots } => {
                write!(f, "{INPUT_CHANNELS} x {rows} x {columns} ciphertexts, up to {slots} clips in their slots")
            }
        }
    }
}

/// Where the logits stand in the slots of the result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputPacking {
    /// Which slots and which of their parts.
    pub layout: OutputLayout,
    /// Number of logits.
    pub classes: usize,
    /// Limbs of the result.
    pub limbs: usize,
    /// log2 of the scale of the result.
    pub scale_bits: f64,
}

/// Which slots hold logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutputLayout {
    /// Logit c is the real part of slot c * stride.
    Real {
        /// Slots from a logit to the next.
        stride: usize,
    },
    /// Logits 2 c and 2 c + 1 are the real and the imaginary part of slot c * stride.
    Pairs {
        /// Slots from a pair to the next.
        stride: usize,
    },
    /// Logit c of a clip is the real part of the clip's slot of ciphertext c: the first, if a packed input is one clip.
    Nodes,
}

impl OutputPacking {
    /// Ciphertexts of a result.
    #[must_use]
    pub fn ciphertexts(&self) -> usize {
        match self.layout {
            OutputLayout::Real { .. } | OutputLayout::Pairs { .. } => 1,
            OutputLayout::Nodes => self.classes,
        }
    }

    /// The logits of a clip among the slots of the ciphertexts of a decrypted result.
    ///
    /// # Panics
    /// If there are fewer ciphertexts or slots than the logits need.
    #[must_use]
    pub fn unpack(&self, ciphertexts: &[Vec<Complex64>], clip: usize) -> Vec<f64> {
        let logit = |class: usize| {
            let (ciphertext, slot, part) = self.place(class, clip);
            let value = ciphertexts[ciphertext][slot];
            match part {
                SlotPart::Real => value.re,
                SlotPart::Imaginary => value.im,
            }
        };
        (0..self.classes).map(logit).collect()
    }

    /// Sets to zero what [`Self::unpack`] reads of one ciphertext of a result, of the first `clips` clips.
    ///
    /// # Panics
    /// As [`Self::unpack`].
    pub fn clear_logits(&self, ciphertext: usize, clips: usize, slots: &mut [Complex64]) {
        for clip in 0..clips {
            for class in 0..self.classes {
                match self.place(class, clip) {
                    (place, slot, SlotPart::Real) if place == ciphertext => slots[slot].re = 0.0,
                    (place, slot, SlotPart::Imaginary) if place == ciphertext => slots[slot].im = 0.0,
                    _ => {}
                }
            }
        }
    }

    /// Ciphertext, slot and part of a logit.
    fn place(&self, class: usize, clip: usize) -> (usize, usize, SlotPart) {
        match self.layout {
            OutputLayout::Real { stride } => (0, class * stride, SlotPart::Real),
            OutputLayout::Pairs { stride } if class.is_multiple_of(2) => (0, class / 2 * stride, SlotPart::Real),
            OutputLayout::Pairs { stride } => (0, class / 2 * stride, SlotPart::Imaginary),
            OutputLayout::Nodes => (class, clip, SlotPart::Real),
        }
    }
}

/// Where a logit is in its slot.
#[derive(Clone, Copy)]
enum SlotPart {
    Real,
    Imaginary,
}

/// `amount` modulo the number of slots, as the number of least magnitude: equal rotations have equal numbers, so that
/// they share a key.
#[must_use]
pub fn normalised_rotation(amount: i32) -> i32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "8192")]
    let slots = SLOTS as i32;
    let left = amount.rem_euclid(slots);
    if left > slots / 2 { left - slots } else { left }
}

/// A rotation as slots to the left, not negative.
#[must_use]
pub fn left(rotation: i32) -> usize {
    let slots = i64::try_from(SLOTS).expect("8192");
    usize::try_from(i64::from(rotation).rem_euclid(slots)).expect("not negative")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grids(dimension: Dimension) -> [Grid; 3] {
        let input = Grid::input(dimension);
        [input, input.pooled(), input.pooled().pooled()]
    }

    #[test]
    fn pooling_halves_drops_an_odd_column_and_doubles_the_strides() {
        let two = grids(Dimension::TwoD);
        assert_eq!(two.map(|g| (g.rows, g.columns)), [(32, 15), (16, 7), (8, 3)]);
        assert_eq!(two.map(|g| (g.row_stride, g.column_stride)), [(16, 1), (32, 2), (64, 4)]);
        let one = grids(Dimension::OneD);
        assert_eq!(one.map(|g| (g.rows, g.columns, g.column_stride)), [(1, 480, 1), (1, 240, 2), (1, 120, 4)]);
    }

    #[test]
    fn lanes_and_positions_never_share_a_slot_and_stay_in_their_block() {
        for dimension in [Dimension::OneD, Dimension::TwoD] {
            let [input, once, twice] = grids(dimension);
            for (grid, lanes) in [(input, 0), (once, 1), (twice, 2)] {
                let steps = grid.lane_steps(input);
                assert_eq!(steps.len(), if dimension == Dimension::TwoD { 2 * lanes } else { lanes });
                let mut used = vec![false; BLOCK];
                for lane in 0..1_usize << steps.len() {
                    let offset: usize = steps.iter().enumerate().map(|(bit, step)| (lane >> bit & 1) * step).sum();
                    for slot in grid.slots() {
                        assert!(!std::mem::replace(&mut used[slot + offset], true), "lane {lane}, slot {slot}");
                    }
                }
            }
        }
    }

    #[test]
    fn rotations_are_normalised_to_the_least_magnitude() {
        assert_eq!(
            [0, 1, -1, 4096, 4097, -4096, 8191, 8192].map(normalised_rotation),
            [0, 1, -1, 4096, -4095, 4096, -1, 0]
        );
    }

    #[test]
    fn a_packed_clip_repeats_its_channels_over_the_blocks() {
        let clip: Vec<f64> = (0..960).map(f64::from).collect();
        let grid = Grid::input(Dimension::TwoD);
        let pack = |interlaced| {
            let layout = InputLayout::Blocks { grid, interlaced };
            InputPacking { layout, limbs: 13, scale_bits: 30.0 }.pack(0, &[&clip])
        };
        let slots = pack(true);
        assert_eq!((slots[16 + 3].re, slots[3 * BLOCK + 2 * 16 + 14].re), (18.0, 480.0 + 44.0));
        assert_eq!(slots[15], Complex64::ZERO);
        let once = pack(false);
        assert_eq!(once[..2 * BLOCK], slots[..2 * BLOCK]);
        assert!(once[2 * BLOCK..].iter().all(|&x| x == Complex64::ZERO));
    }
}
