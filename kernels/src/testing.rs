//! Oracles, inputs and tiers for tests, in this crate and (feature `testing`) in others.
//!
//! The oracles are definitions, computed with `%` on 128-bit integers, and share no arithmetic with the kernels.

use crate::simd::{Isa, Model};

/// Every tier that this CPU can run, and the emulated one of sixteen lanes.
#[must_use]
pub fn tiers() -> Vec<Isa> {
    let mut tiers = Isa::all();
    tiers.push(Isa::Model(Model));
    tiers
}

/// A fixed pseudo-random sequence of 64-bit integers (splitmix64).
pub fn random_words(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    })
}

/// `count` residues in `[0, bound)`: the edges of the interval planted at the start and at the end, where the first and
/// the last lanes are, and the pseudo-random sequence of `seed` between them.
#[must_use]
pub fn residues(bound: u32, count: usize, seed: u64) -> Vec<u32> {
    let mut residues: Vec<u32> = random_words(seed)
        .map(|word| u32::try_from(word % u64::from(bound)).expect("a remainder is below its divisor"))
        .take(count)
        .collect();
    let edges = [bound - 1, 0, 1 % bound, bound / 2, bound / 2 + bound % 2, bound - 1];
    for (i, &edge) in edges.iter().enumerate().take(count / 2) {
        residues[i] = edge;
        residues[count - 1 - i] = edge;
    }
    residues
}

/// `a b mod q`.
#[must_use]
pub fn mul_mod(a: u32, b: u32, q: u32) -> u32 {
    remainder(u128::from(a) * u128::from(b), q)
}

/// `x mod q`.
#[must_use]
pub fn remainder(x: u128, q: u32) -> u32 {
    u32::try_from(x % u128::from(q)).expect("a remainder is below its divisor")
}

/// `x mod q` in `[0, q)`.
#[must_use]
pub fn remainder_signed(x: i128, q: u32) -> u32 {
    u32::try_from(x.rem_euclid(i128::from(q))).expect("a remainder is below its divisor")
}

/// The lowest `bits` bits of `i` in the opposite order.
#[must_use]
pub fn bit_reverse(i: usize, bits: u32) -> usize {
    (0..bits).fold(0, |reversed, bit| reversed << 1 | (i >> bit & 1))
}

/// The definition of the transform in N^2 products: `values[i] = sum_j a_j root^((2 bitrev(i) + 1) j) mod q`.
#[must_use]
pub fn naive_forward(coefficients: &[u32], root: u32, q: u32) -> Vec<u32> {
    let n = coefficients.len();
    let mut powers = vec![1];
    for i in 1..2 * n {
        powers.push(mul_mod(powers[i - 1], root, q));
    }
    (0..n)
        .map(|i| {
            let odd = 2 * bit_reverse(i, n.ilog2()) + 1;
            let terms = coefficients.iter().enumerate();
            remainder(terms.map(|(j, &a)| u128::from(a) * u128::from(powers[odd * j % (2 * n)])).sum(), q)
        })
        .collect()
}

/// The product of two polynomials modulo X^N + 1 and q, in N^2 products.
#[must_use]
pub fn naive_negacyclic_product(a: &[u32], b: &[u32], q: u32) -> Vec<u32> {
    let n = a.len();
    let mut sums = vec![0_i128; n];
    for (i, &a) in a.iter().enumerate() {
        for (j, &b) in b.iter().enumerate() {
            let product = i128::from(a) * i128::from(b);
            sums[(i + j) % n] += if i + j < n { product } else { -product };
        }
    }
    sums.into_iter().map(|sum| remainder_signed(sum, q)).collect()
}
