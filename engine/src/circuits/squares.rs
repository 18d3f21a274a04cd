//! Sums of squares, and complex factors, limb by limb.

use hear_kernels::eltwise;

use crate::{
    ring::{Context, PrimeIndex},
    rlwe::limb_pair,
};

/// One limb of `sum of x^2 + i sum of y^2`, before relinearisation: the first two components as a pair in `out`, the third,
/// N values, in `third`.
///
/// # Panics
/// If there is no x, a length is wrong, or the scratch is shorter than 3 N.
pub fn square_sums_into<'a>(
    context: &Context,
    prime: PrimeIndex,
    real: impl IntoIterator<Item = &'a [u32]>,
    imaginary: impl IntoIterator<Item = &'a [u32]>,
    out: &mut [u32],
    third: &mut [u32],
    scratch: &mut [u32],
) {
    let (n, mut started) = (context.n(), false);
    let (pair, square) = scratch[..3 * n].split_at_mut(2 * n);
    let mut add = |x: &[u32], out: &mut [u32], third: &mut [u32]| {
        if started {
            limb_pair::square_into(context, prime, x, pair, square);
            limb_pair::add_assign(context, prime, out, pair);
            eltwise::add_assign(context.isa(), context.modulus(prime), third, square);
        } else {
            limb_pair::square_into(context, prime, x, out, third);
            started = true;
        }
    };
    let mut turned = false;
    for x in imaginary {
        add(x, out, third);
        turned = true;
    }
    if turned {
        out.chunks_exact_mut(n).chain([&mut *third]).for_each(|values| multiply_by_i(context, prime, values));
    }
    for x in real {
        add(x, out, third);
    }
    assert!(started, "a sum of no squares");
}

/// Multiplies N NTT values by those of X^(N/2), which is i in every slot.
///
/// # Panics
/// If a length is wrong.
pub fn multiply_by_i(context: &Context, prime: PrimeIndex, values: &mut [u32]) {
    let (n, modulus) = (context.n(), context.modulus(prime));
    // psi^(N/2 (2 k + 1)) = psi^(N/2) (-1)^k, and in bit-reversed order the odd k are the second half.
    let unit = modulus.pow(context.table(prime).root(), n as u64 / 2);
    let (even, odd) = values.split_at_mut(n / 2);
    eltwise::mul_scalar_assign(context.isa(), modulus, even, unit);
    eltwise::mul_scalar_assign(context.isa(), modulus, odd, modulus.neg(unit));
}

/// One limb of `x mask`, plus `i y mask'` where there is one; masks are whole limbs in Montgomery form.
///
/// # Panics
/// If a length is wrong or the scratch is shorter than N.
pub fn masked_into(
    context: &Context,
    prime: PrimeIndex,
    (x, mask): (&[u32], &[u32]),
    folded: Option<(&[u32], &[u32])>,
    out: &mut [u32],
    scratch: &mut [u32],
) {
    let (n, isa, modulus) = (context.n(), context.isa(), context.modulus(prime));
    for (component, out) in out.chunks_exact_mut(n).enumerate() {
        let half = component * n..(component + 1) * n;
        eltwise::mul_montgomery_into(isa, modulus, out, &x[half.clone()], mask);
        if let Some((y, mask)) = folded {
            let turned = &mut scratch[..n];
            eltwise::mul_montgomery_into(isa, modulus, turned, &y[half], mask);
            multiply_by_i(context, prime, turned);
            eltwise::add_assign(isa, modulus, out, turned);
        }
    }
}
