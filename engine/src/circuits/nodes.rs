//! Steps on ciphertexts that are nodes: what is multiplied by and added is one number for all slots, so a residue a limb.

use hear_kernels::eltwise;

use super::{Levels, OfLimbs, activation, shared, split_pairs};
use crate::{
    ring::PrimeIndex,
    rlwe::{SwitchingKey, limb_pair},
};

/// The residues of a x^2 + b x + c, one a limb of x, of a x and of the result.
#[derive(Clone, Copy, Debug)]
pub struct ScalarQuadratic<'a> {
    /// Plain form.
    pub a: &'a [u32],
    /// Plain form.
    pub b: &'a [u32],
    /// Plain form.
    pub c: &'a [u32],
}

/// A number by which a ciphertext is multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// As one residue a limb.
    Scalar,
    /// As a polynomial, all of whose NTT values are that residue: what nGraph-HE2 saves.
    Polynomial,
}

/// One limb of `sum of factor x`: over pairs of ciphertexts and residues in Montgomery form, which are made polynomials.
///
/// # Panics
/// If a length is wrong, there is no product, or the scratch is shorter than N.
pub fn polynomial_sum_into<'x>(
    levels: &Levels,
    limb: usize,
    products: impl IntoIterator<Item = (&'x [u32], u32)>,
    out: &mut [u32],
    scratch: &mut [u32],
) {
    let context = levels.context();
    let (isa, modulus, n) = (context.isa(), context.modulus(PrimeIndex::from(limb)), context.n());
    let polynomial = &mut scratch[..n];
    let mut started = false;
    for (x, residue) in products {
        polynomial.fill(residue);
        for (x, out) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
            if started {
                eltwise::mul_montgomery_add_assign(isa, modulus, out, x, polynomial);
            } else {
                eltwise::mul_montgomery_into(isa, modulus, out, x, polynomial);
            }
        }
        started = true;
    }
    assert!(started, "a sum of no products");
}

/// `out = rescale(factor x)`, or that added to what `out` holds: one limb fewer than `x`. `residues` has one a limb, in
/// Montgomery form.
///
/// # Panics
/// If a number of limbs or a length is wrong, or the scratch is too short.
pub fn rescaled_product(
    levels: &Levels,
    factor: Factor,
    x: &[&[u32]],
    residues: &[u32],
    adds: bool,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let (context, limbs) = (levels.context(), x.len());
    let (isa, n) = (context.isa(), context.n());
    let (mut products, scratch) = split_pairs(scratch, limbs, n);
    for (limb, ((x, product), &residue)) in x.iter().zip(&mut products).zip(residues).enumerate() {
        match factor {
            Factor::Scalar => {
                let modulus = context.modulus(PrimeIndex::from(limb));
                eltwise::mul_scalar_into(isa, modulus, product, x, modulus.from_montgomery(residue));
            }
            Factor::Polynomial => polynomial_sum_into(levels, limb, [(*x, residue)], product, scratch),
        }
    }
    let products = shared(&products);
    if adds {
        let (mut rescaled, scratch) = split_pairs(scratch, limbs - 1, n);
        levels.rescale(limbs).apply_into(&products, &mut rescaled, scratch);
        for (limb, (out, rescaled)) in out.iter_mut().zip(&rescaled).enumerate() {
            limb_pair::add_assign(context, PrimeIndex::from(limb), out, rescaled);
        }
    } else {
        levels.rescale(limbs).apply_into(&products, out, scratch);
    }
}

/// Words of scratch of any of these steps on up to `limbs` limbs.
#[must_use]
pub fn scratch_words(levels: &Levels, limbs: usize) -> usize {
    levels.scratch_words(limbs) + 4 * limbs * levels.context().n()
}

/// `x <- rescale(x) + constant`: `x` has the limbs kept, `last` is the one dropped.
///
/// # Panics
/// If a length is wrong or the scratch is too short.
pub fn rescale_assign(levels: &Levels, x: &mut [&mut [u32]], last: &[u32], constant: &[u32], scratch: &mut [u32]) {
    let division = levels.rescale(x.len() + 1);
    let (remainders, scratch) = scratch.split_at_mut(division.remainder_words());
    division.remainders_into(|_, pair| pair.copy_from_slice(last), remainders, scratch);
    for (limb, x) in x.iter_mut().enumerate() {
        division.divide_limb_assign(limb, x, remainders, scratch);
    }
    add_scalar(levels, x, constant);
}

/// `out = x (a x + b) + c`, relinearised and rescaled: two limbs fewer than `x`; or that added to what `out` holds.
///
/// # Panics
/// If a number of limbs or a length is wrong, the key does not serve, or the scratch is too short.
pub fn quadratic(
    levels: &Levels,
    x: &[&[u32]],
    coefficients: ScalarQuadratic<'_>,
    relinearization: &SwitchingKey,
    adds: bool,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let (context, limbs) = (levels.context(), x.len());
    let n = context.n();
    let (mut line, scratch) = split_pairs(scratch, limbs - 1, n);
    {
        let (mut products, scratch) = split_pairs(scratch, limbs, n);
        for (limb, ((x, product), &a)) in x.iter().zip(&mut products).zip(coefficients.a).enumerate() {
            eltwise::mul_scalar_into(context.isa(), context.modulus(PrimeIndex::from(limb)), product, x, a);
        }
        levels.rescale(limbs).apply_into(&shared(&products), &mut line, scratch);
    }
    add_scalar(levels, &mut line, coefficients.b);
    let line = shared(&line);
    let x = &x[..limbs - 1];
    let none = std::iter::empty();
    if adds {
        let (mut result, scratch) = split_pairs(scratch, limbs - 2, n);
        activation::multiply_into(levels, x, &line, none, relinearization, &mut result, scratch);
        for (limb, (out, result)) in out.iter_mut().zip(&result).enumerate() {
            limb_pair::add_assign(context, PrimeIndex::from(limb), out, result);
        }
    } else {
        activation::multiply_into(levels, x, &line, none, relinearization, out, scratch);
    }
    add_scalar(levels, out, coefficients.c);
}

/// One limb of `sum of x^2`, before relinearisation: the first two components as a pair, the third, N values; or that added to
/// what is there.
///
/// # Panics
/// If a length is wrong or the scratch is shorter than 3 N.
pub fn square_sum<'x>(
    levels: &Levels,
    limb: usize,
    x: impl IntoIterator<Item = &'x [u32]>,
    mut adds: bool,
    pair: &mut [u32],
    third: &mut [u32],
    scratch: &mut [u32],
) {
    let (context, prime) = (levels.context(), PrimeIndex::from(limb));
    let (products, square) = scratch[..3 * context.n()].split_at_mut(2 * context.n());
    for x in x {
        if adds {
            limb_pair::square_into(context, prime, x, products, square);
            limb_pair::add_assign(context, prime, pair, products);
            eltwise::add_assign(context.isa(), context.modulus(prime), third, square);
        } else {
            limb_pair::square_into(context, prime, x, pair, third);
            adds = true;
        }
    }
}

/// `out = rescale(relinearised product) + constant`: one limb fewer than the product, of which `pairs` are the first two
/// components, which hold nothing of use afterwards, and `thirds` the third.
///
/// # Panics
/// If a number of limbs or a length is wrong, the key does not serve, or the scratch is too short.
pub fn relinearize_into(
    levels: &Levels,
    pairs: &mut [&mut [u32]],
    thirds: &[&[u32]],
    constant: &[u32],
    relinearization: &SwitchingKey,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    activation::relinearize_assign(levels, thirds, relinearization, pairs, scratch);
    let pairs: OfLimbs<_> = shared(pairs);
    levels.rescale(pairs.len()).apply_into(&pairs, out, scratch);
    add_scalar(levels, out, constant);
}

/// Adds a number, a residue a limb, in all slots: to every NTT value of component 0.
///
/// # Panics
/// If a length is wrong.
pub fn add_scalar(levels: &Levels, x: &mut [&mut [u32]], residues: &[u32]) {
    let context = levels.context();
    for (limb, (x, &residue)) in x.iter_mut().zip(residues).enumerate() {
        let modulus = context.modulus(PrimeIndex::from(limb));
        eltwise::add_scalar_assign(context.isa(), modulus, &mut x[..context.n()], residue);
    }
}
