//! A quadratic a x^2 + b x + c of every slot, as x (a x + b) + c: two levels.

use hear_kernels::eltwise;

use super::{Levels, OfLimbs, rotation::SwitchPart, shared, split_pairs};
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
    let mut squares: OfLimbs<_> = squares.chunks_exact_mut(n).collect();
    tensor_into(levels, x, y, &mut products, &mut squares);
    relinearize_assign(levels, &shared(&squares), relinearization, &mut products, scratch);
    rescale_into(levels, &shared(&products), c, out, scratch);
}

/// The product of two ciphertexts, of three components: pairs of the first two, and the third.
///
/// # Panics
/// If numbers of limbs or lengths are wrong.
pub fn tensor_into(
    levels: &Levels,
    x: &[&[u32]],
    y: &[&[u32]],
    products: &mut [&mut [u32]],
    squares: &mut [&mut [u32]],
) {
    let limbs = x.len();
    assert!([y.len(), products.len(), squares.len()] == [limbs; 3], "limbs of a product");
    for (limb, (product, square)) in products.iter_mut().zip(squares).enumerate() {
        limb_pair::tensor_into(levels.context(), PrimeIndex::from(limb), x[limb], y[limb], product, square);
    }
}

/// Relinearises a product of three components: `products` are pairs of the first two, `squares` the third.
///
/// # Panics
/// If numbers of limbs or lengths are wrong, the key does not serve, or the scratch is too short.
pub fn relinearize_assign(
    levels: &Levels,
    squares: &[&[u32]],
    relinearization: &SwitchingKey,
    products: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let limbs = products.len();
    let mut product = Product { context: levels.context(), first: 0, squares, products };
    levels.gadget(limbs).switch(&mut product, relinearization, scratch);
}

/// Relinearises some limbs of a product, after [`crate::rlwe::Gadget::begin_switch`] of its third component: `squares` and
/// `products` give these.
///
/// # Panics
/// If lengths differ, the key does not serve, or the scratch is shorter than [`crate::rlwe::Gadget::part_scratch_words`].
pub fn relinearize_part_assign(
    levels: &Levels,
    part: SwitchPart<'_>,
    squares: &[&[u32]],
    relinearization: &SwitchingKey,
    products: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    let mut product = Product { context: levels.context(), first: part.limbs.start, squares, products };
    part.finish(levels, &mut product, relinearization, scratch);
}

/// `out = rescale(x) + c`: one limb fewer. `c` holds whole limbs.
///
/// # Panics
/// If numbers of limbs or lengths are wrong, or the scratch is too short.
pub fn rescale_into<'w>(
    levels: &Levels,
    x: &[&[u32]],
    c: impl IntoIterator<Item = &'w [u32]>,
    out: &mut [&mut [u32]],
    scratch: &mut [u32],
) {
    levels.rescale(x.len()).apply_into(x, out, scratch);
    add_constant(levels, out, c);
}

/// Limbs of a product of two ciphertexts, of three components, from the `first` on.
struct Product<'a, 'b, 'c> {
    context: &'a Context,
    first: usize,
    squares: &'a [&'a [u32]],
    products: &'b mut [&'c mut [u32]],
}

impl Switched for Product<'_, '_, '_> {
    fn values(&self, limb: usize) -> &[u32] {
        self.squares[limb - self.first]
    }

    fn take(&mut self, limb: usize, pair: &mut [u32]) {
        limb_pair::add_assign(self.context, PrimeIndex::from(limb), self.products[limb - self.first], pair);
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
