//! The factors of a transform, in the order of the forward transform's use.
//!
//! The inverse transform reads the same factors, from the other end: block `k` of the stage that has 2^s blocks is
//! multiplied by psi^e with e = bitrev(2^s + k) forward and by psi^-e = -psi^(N - e) in the inverse, and N - e =
//! bitrev(2^s + (2^s - 1 - k)). So its factor is minus that of the block as far from the end, and the minus goes into the
//! difference. That halves what the factors take of the caches, for which the tables of a dozen primes compete: a forward and an
//! inverse transform take 3% less time, measured on Zen 5 with 12 primes in turn.

use crate::modulus::Modulus;
use crate::simd::{Factor, Isa, Lanes, Twiddle, dispatch};
use aligned_vec::{AVec, ConstAlign};

/// The factors of a few consecutive stages that run in registers, as a binary heap without its unused entry: factor
/// `2^t - 1 + k` belongs to block `k` of stage `t`.
pub(super) trait Factors<L: Lanes>: Copy {
    /// The factor of this index, for butterfly number `butterfly` of its block.
    fn get(self, l: L, index: usize, butterfly: usize) -> Factor<L>;
}

/// One factor for all lanes.
impl<L: Lanes> Factors<L> for &[Twiddle] {
    #[inline(always)]
    fn get(self, l: L, index: usize, _butterfly: usize) -> Factor<L> {
        self[index].splat(l)
    }
}

/// One factor a lane, as [`Factor::load`] takes them.
#[derive(Clone, Copy)]
pub(super) struct PerLane<'a>(pub(super) &'a [u32]);

impl<L: Lanes> Factors<L> for PerLane<'_> {
    #[inline(always)]
    fn get(self, l: L, index: usize, _butterfly: usize) -> Factor<L> {
        Factor::load(l, &self.0[2 * index * L::COUNT..2 * (index + 1) * L::COUNT])
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

/// All factors, for both directions.
#[derive(Debug)]
pub(super) struct Tables {
    /// The passes before the tiles, in forward order; at least one.
    pub(super) passes: Vec<Pass>,
    /// Tiles in the array.
    tiles: usize,
    /// For the first half of a tile's stages: `COUNT - 1` factors a tile.
    tile_rows: Vec<Twiddle>,
    /// For the second half, [`PerLane`]: `COUNT - 1` vectors of factors a tile, with companions. Lane `j` holds the
    /// factor of the tile's row `j`.
    tile_columns: AVec<u32, ConstAlign<64>>,
}

impl Tables {
    /// The factors for the powers of `root`, that is psi, for the vectors of `isa`.
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
                tile_columns.extend(lanes.clone().map(|twiddle| twiddle.shoup));
                tile_columns.extend(lanes.map(|twiddle| twiddle.value));
            }
        }
        Self { passes, tiles: 1 << stage, tile_rows, tile_columns: AVec::from_slice(64, &tile_columns) }
    }

    /// The factors of the stages across and along the rows of `count` tiles from tile `first` on.
    #[inline(always)]
    pub(super) fn of_tiles<L: Lanes>(&self, first: usize, count: usize) -> (&[Twiddle], PerLane<'_>) {
        let (factors, words) = (L::COUNT - 1, 2 * L::COUNT * (L::COUNT - 1));
        (
            &self.tile_rows[first * factors..(first + count) * factors],
            PerLane(&self.tile_columns[first * words..(first + count) * words]),
        )
    }

    /// [`Self::of_tiles`], `first` counted from the last tile on; the first tile's factors come last.
    #[inline(always)]
    pub(super) fn of_tiles_from_end<L: Lanes>(&self, first: usize, count: usize) -> (&[Twiddle], PerLane<'_>) {
        self.of_tiles::<L>(self.tiles - first - count, count)
    }
}

/// The factors that divide by N, in the inverse transform's last pass.
///
/// Every residue must be divided once on its way through the pass. Where a difference is taken the factor can do it, so
/// the factor of the first difference on the way does, and one residue of each column, the sum of all, has a product of its
/// own.
#[derive(Debug)]
pub(super) struct Scaling {
    /// 1 / N.
    pub(super) inverse_n: Twiddle,
    /// The last pass's factors, which are the first pass's of the forward transform, over N.
    pub(super) twiddles: Vec<Twiddle>,
}

impl Scaling {
    pub(super) fn new(modulus: Modulus, log_n: u32, tables: &Tables) -> Self {
        // N divides q - 1, so -(q - 1) / N is the inverse of N.
        let inverse_n = modulus.neg((modulus.value() - 1) >> log_n);
        let over_n = |twiddle: &Twiddle| Twiddle::new(modulus, modulus.mul(twiddle.value, inverse_n));
        Self {
            inverse_n: Twiddle::new(modulus, inverse_n),
            twiddles: tables.passes[0].twiddles.iter().map(over_n).collect(),
        }
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
