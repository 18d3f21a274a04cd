//! A quadratic a x^2 + b x + c of every slot, as x (a x + b) + c: two levels.

use hear_kernels::eltwise;

use super::{Levels, shared, split_pairs};
use crate::{
    ring::{Context, PrimeIndex},
    rlwe::{Switched, SwitchingKey, limb_pair},
};

/// `out = a x + b`, rescaled: one limb fewer than `x`. `a` holds halves in Montgomery form, `b` whole limbs.
///
/// # Panics
/// If numbers of limbs or lengths are wrong, or the scratch is too short.
pub fn line_into<'w>(
    levels: &Levels,
    x: &[&[u32]],
    a: impl IntoIterator<Item = &'w [u32]>,
    b: impl IntoIterator<Item = &'w [u32]>,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let context = levels.context();
    let (mut products, scratch) = split_pairs(scratch, x.len(), context.n());
    for (limb, ((x, a), product)) in x.iter().zip(a).zip(&mut products).enumerate() {
        limb_pair::multiply_real_into(context, PrimeIndex::from(limb), x, a, product);
    }
    levels.rescale(x.len()).apply_into(&shared(&products), out, scratch);
    add_constant(levels, out, b);
}

/// `out = x y + c`, relinearised and rescaled: one limb fewer than `x` and `y`. `c` holds whole limbs.
///
/// # Panics
/// If numbers of limbs or lengths are wrong, the key does not serve, or the scratch is too short.
pub fn multiply_into<'w>(
    levels: &Levels,
    x: &[&[u32]],
    y: &[&[u32]],
    c: impl IntoIterator<Item = &'w [u32]>,
    relinearization: &SwitchingKey,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let (context, limbs) = (levels.context(), x.len());
    let n = context.n();
    let (mut products, scratch) = split_pairs(scratch, limbs, n);
    let (squares, scratch) = scratch.split_at_mut(limbs * n);
    for (limb, product) in products.iter_mut().enumerate() {
        let square = &mut squares[limb * n..(limb + 1) * n];
        limb_pair::tensor_into(context, PrimeIndex::from(limb), x[limb], y[limb], product, square);
    }
    levels.gadget(limbs).switch(&mut Product { context, squares, products: &mut products }, relinearization, scratch);
    levels.rescale(limbs).apply_into(&shared(&products), out, scratch);
    add_constant(levels, out, c);
}

/// A product of two ciphertexts, of three components.
struct Product<'a, 'b, 'c> {
    context: &'a Context,
    squares: &'a [u32],
    products: &'b mut [&'c mut [u32]],
}

impl Switched for Product<'_, '_, '_> {
    fn values(&self, limb: usize) -> &[u32] {
        let n = self.context.n();
        &self.squares[limb * n..(limb + 1) * n]
    }

    fn take(&mut self, limb: usize, pair: &mut [u32]) {
        limb_pair::add_assign(self.context, PrimeIndex::from(limb), self.products[limb], pair);
    }
}

/// Adds a plaintext, whole limbs, to component 0.
pub(super) fn add_constant<'w>(levels: &Levels, x: &mut [&mut [u32]], constant: impl IntoIterator<Item = &'w [u32]>) {
    let context = levels.context();
    for (limb, (x, constant)) in x.iter_mut().zip(constant).enumerate() {
        let modulus = context.modulus(PrimeIndex::from(limb));
        eltwise::add_assign(context.isa(), modulus, &mut x[..context.n()], constant);
    }
}
