//! Galois automorphisms X -> X^g of one limb, on NTT values and on coefficients.
//!
//! On values in bit-reversed order an automorphism moves whole blocks of 16. Write the index of a value as i = 16 B + l,
//! and reverse bits: bitrev(i) = l' N/16 + B' with l' the reversed four bits of l and B' the reversed bits of B. The value
//! i of the result is the argument's at psi^(g (2 bitrev(i) + 1)), and with g (2 B' + 1) = 2 (c N/16 + D') + 1,
//!
//! ```text
//! g (2 bitrev(i) + 1) = 2 ((g l' + c) N/16 + D') + 1   (mod 2N)
//! ```
//!
//! so all lanes of block B come from the one block D, and lane l from the lane whose reversed bits are g l' + c modulo 16:
//! one of 16 permutations of the lanes.

use crate::bounds::debug_assert_reduced;
use crate::modulus::Modulus;
use crate::ntt::NttTable;
use crate::simd::{BLOCK, Isa, Lanes, ModulusLanes, dispatch};

/// Why an automorphism cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AutomorphismError {
    /// The ring's degree is not supported.
    #[error("log_n is {0}; automorphisms exist for {min}..={max}", min = NttTable::MIN_LOG_N, max = NttTable::MAX_LOG_N)]
    Degree(u32),
    /// Galois elements are the odd residues modulo 2N.
    #[error("the Galois element {galois_element} is not an odd number below 2N = 2^{}", log_n + 1)]
    Element {
        /// What was asked for.
        galois_element: u32,
        /// The logarithm of the degree.
        log_n: u32,
    },
}

/// The Galois element of the rotation by `rotation` slots to the left (to the right if negative): 5^`rotation` mod 2N.
///
/// The N/2 slots are cyclic: rotations are taken modulo N/2.
///
/// # Panics
/// If `log_n` is not in 1..=30.
#[must_use]
pub fn galois_element(rotation: i64, log_n: u32) -> u32 {
    assert!((1..=30).contains(&log_n), "log_n {log_n} is not in 1..=30");
    let mask = (2_u32 << log_n) - 1;
    let slots = 1_i64 << (log_n - 1);
    // Wrapping products are exact modulo a power of two.
    let (mut power, mut square, mut exponent) = (1_u32, 5_u32, rotation.rem_euclid(slots));
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        exponent >>= 1;
    }
    power & mask
}

/// The Galois element of complex conjugation: 2N - 1.
///
/// # Panics
/// If `log_n` is above 30.
#[must_use]
pub fn conjugation(log_n: u32) -> u32 {
    assert!(log_n <= 30, "log_n {log_n} is above 30");
    (2_u32 << log_n) - 1
}

/// The automorphism X -> X^g of polynomials of degree below N, for every modulus.
#[derive(Clone, Debug)]
pub struct Automorphism {
    log_n: u32,
    galois_element: u32,
    /// For each block of the result, 16 times its source block plus the number c of its lane permutation.
    sources: Vec<u32>,
    /// For each block of the argument, 16 times the block of the result that it becomes, plus that one's number c.
    destinations: Vec<u32>,
    /// `permutations[c][l]` is the source lane of lane l.
    permutations: [[u32; BLOCK]; BLOCK],
}

impl Automorphism {
    /// The automorphism X -> X^`galois_element` for polynomials of degree below 2^`log_n`.
    ///
    /// # Errors
    /// If `log_n` is not in 10..=16, or the element is even or not below 2N.
    pub fn new(log_n: u32, galois_element: u32) -> Result<Self, AutomorphismError> {
        if !(NttTable::MIN_LOG_N..=NttTable::MAX_LOG_N).contains(&log_n) {
            return Err(AutomorphismError::Degree(log_n));
        }
        if galois_element.is_multiple_of(2) || galois_element >= 2 << log_n {
            return Err(AutomorphismError::Element { galois_element, log_n });
        }
        let log_blocks = log_n - BLOCK.ilog2();
        let reverse = |x: u32, bits: u32| x.reverse_bits() >> (u32::BITS - bits);
        let sources = (0..1 << log_blocks)
            .map(|block| {
                // 2N divides 2^32, so the product may wrap; the exponent is 2 (c N/16 + D') + 1.
                let exponent = galois_element.wrapping_mul(2 * reverse(block, log_blocks) + 1) & ((2 << log_n) - 1);
                let (permutation, source) = (exponent >> 1 >> log_blocks, (exponent >> 1) & ((1 << log_blocks) - 1));
                reverse(source, log_blocks) << 4 | permutation
            })
            .collect::<Vec<_>>();
        let mut destinations = vec![0; sources.len()];
        for (block, source) in (0..).zip(&sources) {
            destinations[(source >> 4) as usize] = block << 4 | (source & 15);
        }
        let mut permutations = [[0; BLOCK]; BLOCK];
        for (c, permutation) in (0..).zip(&mut permutations) {
            for (lane, source) in (0..).zip(permutation) {
                *source = reverse(galois_element.wrapping_mul(reverse(lane, 4)).wrapping_add(c) & 15, 4);
            }
        }
        Ok(Self { log_n, galois_element, sources, destinations, permutations })
    }

    /// g, odd and below 2N.
    #[must_use]
    pub fn galois_element(&self) -> u32 {
        self.galois_element
    }

    /// The logarithm of the degree N.
    #[must_use]
    pub fn log_n(&self) -> u32 {
        self.log_n
    }

    /// The automorphism on NTT values.
    ///
    /// - in, out: any `u32`, moved as they are; values in bit-reversed order
    ///
    /// # Panics
    /// If there are not N values.
    pub fn apply_into(&self, isa: Isa, values: &[u32], out: &mut [u32]) {
        self.assert_degree(values, out);
        let automorphism = self;
        dispatch!(isa, move_blocks(automorphism: &Automorphism, values: &[u32], out: &mut [u32]));
    }

    /// `sum += sigma(values) mod q`, where sigma is the automorphism on NTT values.
    ///
    /// - in, out: `[0, q)`, values in bit-reversed order
    ///
    /// # Panics
    /// If there are not N values; in debug builds, if one is not below q.
    pub fn apply_add_assign(&self, isa: Isa, modulus: Modulus, values: &[u32], sum: &mut [u32]) {
        self.assert_degree(values, sum);
        debug_assert_reduced(values, modulus);
        debug_assert_reduced(sum, modulus);
        let automorphism = self;
        dispatch!(isa, add_blocks(
            automorphism: &Automorphism,
            modulus: Modulus,
            values: &[u32],
            sum: &mut [u32],
        ));
    }

    /// The automorphism on coefficients: the coefficient of X^i becomes that of X^(g i), with X^N = -1.
    ///
    /// - in, out: `[0, q)`, coefficients in natural order
    ///
    /// # Panics
    /// If there are not N coefficients; in debug builds, if one is not below q.
    pub fn apply_coefficients_into(&self, modulus: Modulus, coefficients: &[u32], out: &mut [u32]) {
        self.assert_degree(coefficients, out);
        debug_assert_reduced(coefficients, modulus);
        let n = 1_usize << self.log_n;
        let mut exponent = 0;
        for &coefficient in coefficients {
            let index = exponent & (n - 1);
            out[index] = if exponent < n { coefficient } else { modulus.neg(coefficient) };
            exponent = (exponent + self.galois_element as usize) & (2 * n - 1);
        }
    }

    /// For each block of the result: its source block, and the source lane of each of its lanes.
    #[inline(always)]
    fn moves<'a>(&'a self, values: &'a [u32]) -> impl Iterator<Item = (&'a [u32; BLOCK], &'a [u32; BLOCK])> {
        let (values, _) = values.as_chunks::<BLOCK>();
        self.sources.iter().map(move |&source| {
            let (block, permutation) = ((source >> 4) as usize, (source & 15) as usize);
            (&values[block], &self.permutations[permutation])
        })
    }

    /// Where a block of the argument goes: the block of the result, and the source lane of each of its lanes.
    #[inline(always)]
    pub(crate) fn destination(&self, block: usize) -> (usize, &[u32; BLOCK]) {
        let destination = self.destinations[block];
        ((destination >> 4) as usize, &self.permutations[(destination & 15) as usize])
    }

    fn assert_degree(&self, input: &[u32], out: &[u32]) {
        let n = 1 << self.log_n;
        assert!(
            out.len() == n && input.len() == n,
            "an automorphism of {n} residues was given {} and room for {}",
            input.len(),
            out.len()
        );
    }
}

#[inline(always)]
fn move_blocks<L: Lanes>(l: L, automorphism: &Automorphism, values: &[u32], out: &mut [u32]) {
    let (out, _) = out.as_chunks_mut::<BLOCK>();
    for (out, (block, permutation)) in out.iter_mut().zip(automorphism.moves(values)) {
        l.permute_block(block, permutation, out);
    }
}

#[inline(always)]
fn add_blocks<L: Lanes>(l: L, automorphism: &Automorphism, modulus: Modulus, values: &[u32], sum: &mut [u32]) {
    let lanes = ModulusLanes::new(l, modulus);
    let (sum, _) = sum.as_chunks_mut::<BLOCK>();
    for (sum, (block, permutation)) in sum.iter_mut().zip(automorphism.moves(values)) {
        let mut moved = [0; BLOCK];
        l.permute_block(block, permutation, &mut moved);
        for (sum, moved) in sum.chunks_exact_mut(L::COUNT).zip(moved.chunks_exact(L::COUNT)) {
            l.store(lanes.add(l, l.load(sum), l.load(moved)), sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primes::ntt_primes;
    use crate::testing::{residues, tiers};

    fn table(isa: Isa, log_n: u32) -> NttTable {
        NttTable::new(isa, Modulus::new(ntt_primes(log_n, 1 << 30, 1)[0]).unwrap(), log_n).unwrap()
    }

    fn elements(log_n: u32) -> Vec<u32> {
        let rotations = [0, 1, -1, 2, 3, 64, -500, 1 << (log_n - 2), i64::MAX, i64::MIN];
        let mut elements: Vec<u32> = rotations.iter().map(|&rotation| galois_element(rotation, log_n)).collect();
        elements.extend([3, 7, 15, 17, conjugation(log_n), conjugation(log_n) - 4]);
        elements
    }

    /// By substitution into a polynomial whose powers are reduced one X^N = -1 at a time.
    fn substituted(coefficients: &[u32], g: u32, q: u32) -> Vec<u32> {
        let n = coefficients.len() as u64;
        let mut out = vec![0; coefficients.len()];
        for (i, &coefficient) in coefficients.iter().enumerate() {
            let (mut exponent, mut value) = (i as u64 * u64::from(g), coefficient);
            while exponent >= n {
                exponent -= n;
                value = (q - value) % q;
            }
            out[usize::try_from(exponent).unwrap()] = value;
        }
        out
    }

    #[test]
    fn coefficients_are_substituted() {
        let modulus = table(Isa::detect(), 10).modulus();
        let input = residues(modulus.value(), 1024, 1);
        for g in elements(10) {
            let mut out = vec![0; 1024];
            Automorphism::new(10, g).unwrap().apply_coefficients_into(modulus, &input, &mut out);
            assert_eq!(out, substituted(&input, g, modulus.value()), "g {g}");
        }
    }

    #[test]
    fn both_domains_agree_on_every_tier() {
        for log_n in [10, 13, 16] {
            for isa in tiers() {
                let table = table(isa, log_n);
                let input = residues(table.modulus().value(), table.n(), 2);
                let mut values = input.clone();
                table.forward(&mut values);
                for g in elements(log_n) {
                    let automorphism = Automorphism::new(log_n, g).unwrap();
                    let mut expected = vec![0; table.n()];
                    automorphism.apply_coefficients_into(table.modulus(), &input, &mut expected);
                    table.forward(&mut expected);
                    let mut moved = vec![0; table.n()];
                    automorphism.apply_into(isa, &values, &mut moved);
                    assert!(moved == expected, "{isa}, log_n {log_n}, g {g}");

                    let mut sum = residues(table.modulus().value(), table.n(), 3);
                    sum.rotate_left(g as usize % table.n());
                    let sums: Vec<u32> = sum.iter().zip(&expected).map(|(&a, &b)| table.modulus().add(a, b)).collect();
                    automorphism.apply_add_assign(isa, table.modulus(), &values, &mut sum);
                    assert!(sum == sums, "{isa}, log_n {log_n}, g {g}, added");
                }
            }
        }
    }

    #[test]
    fn elements_are_powers_of_five() {
        let mut power = 1;
        for rotation in 0..512 {
            assert_eq!(galois_element(rotation, 10), power);
            assert_eq!(galois_element(rotation - 512, 10), power);
            power = power * 5 % 2048;
        }
        assert_eq!(power, 1, "there are N/2 slots");
        assert_eq!(conjugation(14), 32_767);
        assert_eq!(conjugation(30), (1 << 31) - 1);
    }

    #[test]
    fn what_is_no_automorphism_is_refused() {
        assert_eq!(Automorphism::new(9, 5).unwrap_err(), AutomorphismError::Degree(9));
        for galois_element in [0, 4, 2049] {
            let error = Automorphism::new(10, galois_element).unwrap_err();
            assert_eq!(error, AutomorphismError::Element { galois_element, log_n: 10 });
        }
    }

    #[test]
    #[should_panic(expected = "an automorphism of 1024 residues was given 1024 and room for 1040")]
    fn a_wrong_length_is_refused() {
        Automorphism::new(10, 5).unwrap().apply_into(Isa::detect(), &[0; 1024], &mut [0; 1040]);
    }

    #[test]
    #[should_panic(expected = "an automorphism of 1024 residues was given 512 and room for 1024")]
    fn a_wrong_length_is_refused_when_added() {
        let modulus = table(Isa::detect(), 10).modulus();
        Automorphism::new(10, 5).unwrap().apply_add_assign(Isa::detect(), modulus, &[0; 512], &mut [0; 1024]);
    }
}
