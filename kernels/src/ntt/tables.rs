//! The factors of a transform, in the order of use.

use crate::modulus::Modulus;
use crate::simd::{Factor, Isa, Lanes, dispatch};
use aligned_vec::{AVec, ConstAlign};

/// A constant factor with its Shoup companion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Twiddle {
    value: u32,
    shoup: u32,
}

impl Twiddle {
    pub(super) fn new(modulus: Modulus, value: u32) -> Self {
        Self { value, shoup: modulus.shoup(value) }
    }

    /// The factor in every lane.
    #[inline(always)]
    pub(super) fn splat<L: Lanes>(self, l: L) -> Factor<L> {
        Factor::splat(l, self.value, self.shoup)
    }
}

/// The factors of a few consecutive stages that run in registers, as a binary heap without its unused entry: factor
/// `2^t - 1 + k` belongs to block `k` of stage `t`.
pub(super) trait Factors<L: Lanes>: Copy {
    fn get(self, l: L, index: usize) -> Factor<L>;
}

/// One factor for all lanes.
impl<L: Lanes> Factors<L> for &[Twiddle] {
    #[inline(always)]
    fn get(self, l: L, index: usize) -> Factor<L> {
        self[index].splat(l)
    }
}

/// One factor a lane: for each factor `COUNT` values, then their `COUNT` companions.
#[derive(Clone, Copy)]
pub(super) struct PerLane<'a>(&'a [u32]);

impl<L: Lanes> Factors<L> for PerLane<'_> {
    #[inline(always)]
    fn get(self, l: L, index: usize) -> Factor<L> {
        let (values, shoup) = self.0[2 * index * L::COUNT..2 * (index + 1) * L::COUNT].split_at(L::COUNT);
        Factor::load(l, values, shoup)
    }
}

/// One pass of radix 4 or 8.
#[derive(Debug)]
pub(super) struct Pass {
    /// 4 or 8.
    pub(super) radix: usize,
    /// `radix - 1` factors a block.
    pub(super) twiddles: Vec<Twiddle>,
}

impl Pass {
    /// The factors for part number `part` of `parts` of the array.
    #[inline(always)]
    pub(super) fn of_part(&self, part: usize, parts: usize) -> &[Twiddle] {
        let count = self.twiddles.len() / parts;
        &self.twiddles[part * count..(part + 1) * count]
    }
}

/// All factors of one direction.
#[derive(Debug)]
pub(super) struct Tables {
    /// The passes before the tiles, in forward order; at least one.
    pub(super) passes: Vec<Pass>,
    /// For the first half of a tile's stages: `COUNT - 1` factors a tile.
    tile_rows: Vec<Twiddle>,
    /// For the second half, [`PerLane`]: `COUNT - 1` vectors of factors a tile, with companions. Lane `j` holds the
    /// factor of the tile's row `j`.
    tile_columns: AVec<u32, ConstAlign<64>>,
}

impl Tables {
    /// The factors for the powers of `root` (psi forward, its inverse for the inverse), for the vectors of `isa`.
    pub(super) fn new(isa: Isa, modulus: Modulus, log_n: u32, root: u32) -> Self {
        let powers = bit_reversed_powers(modulus, log_n, root);
        // Block k of stage s has the factor root^bitrev(2^s + k).
        let twiddle = |stage: u32, block: usize| Twiddle::new(modulus, powers[(1 << stage) + block]);
        // The factors of `stages` stages from `stage` on, inside one block.
        let heap = |stage: u32, block: usize, stages: u32| {
            (0..stages).flat_map(move |t| (0..1 << t).map(move |k| (stage + t, (block << t) + k)))
        };

        let log_lanes = lane_count(isa).ilog2();
        let mut passes = Vec::new();
        let mut stage = 0;
        while stage < log_n - 2 * log_lanes {
            // Passes of three stages after as few of two as are needed.
            let stages = if (log_n - 2 * log_lanes - stage).is_multiple_of(3) { 3 } else { 2 };
            let twiddles =
                (0..1 << stage).flat_map(|block| heap(stage, block, stages)).map(|(s, k)| twiddle(s, k)).collect();
            passes.push(Pass { radix: 1 << stages, twiddles });
            stage += stages;
        }

        let mut tile_rows = Vec::new();
        let mut tile_columns = Vec::new();
        for tile in 0..1 << stage {
            tile_rows.extend(heap(stage, tile, log_lanes).map(|(s, k)| twiddle(s, k)));
            // A row is a block of `COUNT` residues, which the last stages cut further.
            for (t, k) in heap(0, 0, log_lanes) {
                let rows = (tile << log_lanes)..((tile + 1) << log_lanes);
                let lanes = rows.map(|row| twiddle(stage + log_lanes + t, (row << t) + k));
                tile_columns.extend(lanes.clone().map(|twiddle| twiddle.value));
                tile_columns.extend(lanes.map(|twiddle| twiddle.shoup));
            }
        }
        Self { passes, tile_rows, tile_columns: AVec::from_slice(64, &tile_columns) }
    }

    /// The factors of the stages across and along the rows of a tile.
    #[inline(always)]
    pub(super) fn of_tile<L: Lanes>(&self, tile: usize) -> (&[Twiddle], PerLane<'_>) {
        let count = L::COUNT - 1;
        let vector = 2 * L::COUNT;
        (
            &self.tile_rows[tile * count..(tile + 1) * count],
            PerLane(&self.tile_columns[tile * count * vector..(tile + 1) * count * vector]),
        )
    }
}

/// The factors of the inverse transform's last stage, in which the division by N is folded.
#[derive(Debug)]
pub(super) struct Scaling {
    /// 1 / N, for the sums.
    pub(super) sum: Twiddle,
    /// root^bitrev(1) / N, for the differences.
    pub(super) difference: Twiddle,
}

impl Scaling {
    pub(super) fn new(modulus: Modulus, log_n: u32, inverse_root: u32) -> Self {
        // N divides q - 1, so -(q - 1) / N is the inverse of N.
        let inverse_n = modulus.neg((modulus.value() - 1) >> log_n);
        let last = modulus.pow(inverse_root, 1 << (log_n - 1));
        Self { sum: Twiddle::new(modulus, inverse_n), difference: Twiddle::new(modulus, modulus.mul(last, inverse_n)) }
    }
}

/// `powers[bitrev(i)] = root^i` for `i` below N.
fn bit_reversed_powers(modulus: Modulus, log_n: u32, root: u32) -> Vec<u32> {
    let mut powers = vec![0; 1 << log_n];
    let mut power = 1;
    for i in 0..powers.len() {
        powers[i.reverse_bits() >> (usize::BITS - log_n)] = power;
        power = modulus.mul(power, root);
    }
    powers
}

/// Lanes in a vector of `isa`.
fn lane_count(isa: Isa) -> usize {
    #[inline(always)]
    fn count<L: Lanes>(_: L) -> usize {
        L::COUNT
    }
    dispatch!(isa, count() -> usize)
}
