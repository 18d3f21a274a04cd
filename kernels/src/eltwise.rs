//! Element-wise arithmetic on limbs.
//!
//! Every residue is fully reduced, in and out: `[0, q)`. Every function takes limbs of one length, a multiple of
//! [`BLOCK`], in any order of coefficients or values. All instruction sets give identical results.

use crate::bounds::{assert_lengths, debug_assert_reduced};
use crate::modulus::Modulus;
use crate::simd::{BLOCK, Factor, Isa, Lanes, ModulusLanes, dispatch};

/// An element-wise function of `INPUTS` residues.
trait Formula<const INPUTS: usize>: Copy {
    /// What the function needs in registers.
    type Constants<L: Lanes>: Copy;

    fn constants<L: Lanes>(self, l: L) -> Self::Constants<L>;

    fn apply<L: Lanes>(l: L, constants: Self::Constants<L>, inputs: [L::Vector; INPUTS]) -> L::Vector;
}

/// `out = formula(x)`.
fn map1_into<F: Formula<1>>(isa: Isa, formula: F, out: &mut [u32], x: &[u32]) {
    #[inline(always)]
    fn run<L: Lanes, F: Formula<1>>(l: L, formula: F, out: &mut [u32], x: &[u32]) {
        let constants = formula.constants(l);
        for (out, x) in out.chunks_exact_mut(L::COUNT).zip(x.chunks_exact(L::COUNT)) {
            l.store(F::apply(l, constants, [l.load(x)]), out);
        }
    }
    assert_lengths([out.len(), x.len()]);
    dispatch!(isa, [F: Formula<1>] run(formula: F, out: &mut [u32], x: &[u32]));
}

/// `x = formula(x)`.
fn map1_assign<F: Formula<1>>(isa: Isa, formula: F, x: &mut [u32]) {
    #[inline(always)]
    fn run<L: Lanes, F: Formula<1>>(l: L, formula: F, x: &mut [u32]) {
        let constants = formula.constants(l);
        for x in x.chunks_exact_mut(L::COUNT) {
            l.store(F::apply(l, constants, [l.load(x)]), x);
        }
    }
    assert_lengths([x.len()]);
    dispatch!(isa, [F: Formula<1>] run(formula: F, x: &mut [u32]));
}

/// `out = formula(x, y)`.
fn map2_into<F: Formula<2>>(isa: Isa, formula: F, out: &mut [u32], x: &[u32], y: &[u32]) {
    #[inline(always)]
    fn run<L: Lanes, F: Formula<2>>(l: L, formula: F, out: &mut [u32], x: &[u32], y: &[u32]) {
        let constants = formula.constants(l);
        let inputs = x.chunks_exact(L::COUNT).zip(y.chunks_exact(L::COUNT));
        for (out, (x, y)) in out.chunks_exact_mut(L::COUNT).zip(inputs) {
            l.store(F::apply(l, constants, [l.load(x), l.load(y)]), out);
        }
    }
    assert_lengths([out.len(), x.len(), y.len()]);
    dispatch!(isa, [F: Formula<2>] run(formula: F, out: &mut [u32], x: &[u32], y: &[u32]));
}

/// `x = formula(x, y)`.
fn map2_assign<F: Formula<2>>(isa: Isa, formula: F, x: &mut [u32], y: &[u32]) {
    #[inline(always)]
    fn run<L: Lanes, F: Formula<2>>(l: L, formula: F, x: &mut [u32], y: &[u32]) {
        let constants = formula.constants(l);
        for (x, y) in x.chunks_exact_mut(L::COUNT).zip(y.chunks_exact(L::COUNT)) {
            l.store(F::apply(l, constants, [l.load(x), l.load(y)]), x);
        }
    }
    assert_lengths([x.len(), y.len()]);
    dispatch!(isa, [F: Formula<2>] run(formula: F, x: &mut [u32], y: &[u32]));
}

/// `x = formula(x, y, z)`.
fn map3_assign<F: Formula<3>>(isa: Isa, formula: F, x: &mut [u32], y: &[u32], z: &[u32]) {
    #[inline(always)]
    fn run<L: Lanes, F: Formula<3>>(l: L, formula: F, x: &mut [u32], y: &[u32], z: &[u32]) {
        let constants = formula.constants(l);
        let inputs = y.chunks_exact(L::COUNT).zip(z.chunks_exact(L::COUNT));
        for (x, (y, z)) in x.chunks_exact_mut(L::COUNT).zip(inputs) {
            l.store(F::apply(l, constants, [l.load(x), l.load(y), l.load(z)]), x);
        }
    }
    assert_lengths([x.len(), y.len(), z.len()]);
    dispatch!(isa, [F: Formula<3>] run(formula: F, x: &mut [u32], y: &[u32], z: &[u32]));
}

/// Whether every word is a residue: in `[0, q)`. For words from outside; between kernels it is known.
///
/// # Panics
/// If the length is no multiple of 16.
#[must_use]
pub fn are_reduced(isa: Isa, modulus: Modulus, x: &[u32]) -> bool {
    #[inline(always)]
    fn run<L: Lanes>(l: L, modulus: Modulus, x: &[u32]) -> bool {
        let (q, mut least) = (l.splat(modulus.value()), l.splat(u32::MAX));
        // x - q wraps around for residues alone, to 2^32 - q or more.
        for x in x.chunks_exact(L::COUNT) {
            least = l.min(least, l.sub(l.load(x), q));
        }
        let mut lanes = [u32::MAX; BLOCK];
        l.store(least, &mut lanes[..L::COUNT]);
        lanes.iter().all(|&lane| lane >= modulus.value().wrapping_neg())
    }
    assert_lengths([x.len()]);
    dispatch!(isa, run(modulus: Modulus, x: &[u32]) -> bool)
}

/// `x + y mod q`.
#[derive(Clone, Copy)]
struct Add(Modulus);

impl Formula<2> for Add {
    type Constants<L: Lanes> = ModulusLanes<L>;

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> ModulusLanes<L> {
        ModulusLanes::new(l, self.0)
    }
    #[inline(always)]
    fn apply<L: Lanes>(l: L, modulus: ModulusLanes<L>, [x, y]: [L::Vector; 2]) -> L::Vector {
        modulus.add(l, x, y)
    }
}

/// `x += y mod q`.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn add_assign(isa: Isa, modulus: Modulus, x: &mut [u32], y: &[u32]) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y, modulus);
    map2_assign(isa, Add(modulus), x, y);
}

/// `out = x + y mod q`.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn add_into(isa: Isa, modulus: Modulus, out: &mut [u32], x: &[u32], y: &[u32]) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y, modulus);
    map2_into(isa, Add(modulus), out, x, y);
}

/// `x - y mod q`.
#[derive(Clone, Copy)]
struct Sub(Modulus);

impl Formula<2> for Sub {
    type Constants<L: Lanes> = ModulusLanes<L>;

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> ModulusLanes<L> {
        ModulusLanes::new(l, self.0)
    }
    #[inline(always)]
    fn apply<L: Lanes>(l: L, modulus: ModulusLanes<L>, [x, y]: [L::Vector; 2]) -> L::Vector {
        modulus.sub(l, x, y)
    }
}

/// `x -= y mod q`.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn sub_assign(isa: Isa, modulus: Modulus, x: &mut [u32], y: &[u32]) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y, modulus);
    map2_assign(isa, Sub(modulus), x, y);
}

/// `out = x - y mod q`.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn sub_into(isa: Isa, modulus: Modulus, out: &mut [u32], x: &[u32], y: &[u32]) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y, modulus);
    map2_into(isa, Sub(modulus), out, x, y);
}

/// `-x mod q`.
#[derive(Clone, Copy)]
struct Neg(Modulus);

impl Formula<1> for Neg {
    type Constants<L: Lanes> = ModulusLanes<L>;

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> ModulusLanes<L> {
        ModulusLanes::new(l, self.0)
    }
    #[inline(always)]
    fn apply<L: Lanes>(l: L, modulus: ModulusLanes<L>, [x]: [L::Vector; 1]) -> L::Vector {
        modulus.sub(l, l.splat(0), x)
    }
}

/// `x = -x mod q`.
///
/// # Panics
/// If the length is no multiple of 16; in debug builds, if a residue is not reduced.
pub fn neg_assign(isa: Isa, modulus: Modulus, x: &mut [u32]) {
    debug_assert_reduced(x, modulus);
    map1_assign(isa, Neg(modulus), x);
}

/// `x + w mod q` for a constant `w`.
#[derive(Clone, Copy)]
struct AddScalar(Modulus, u32);

impl Formula<1> for AddScalar {
    type Constants<L: Lanes> = (ModulusLanes<L>, L::Vector);

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> Self::Constants<L> {
        (ModulusLanes::new(l, self.0), l.splat(self.1))
    }
    #[inline(always)]
    fn apply<L: Lanes>(l: L, (modulus, w): Self::Constants<L>, [x]: [L::Vector; 1]) -> L::Vector {
        modulus.add(l, x, w)
    }
}

/// `x += w mod q` for a constant `w`.
///
/// # Panics
/// If the length is no multiple of 16; in debug builds, if a residue or `w` is not reduced.
pub fn add_scalar_assign(isa: Isa, modulus: Modulus, x: &mut [u32], w: u32) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(&[w], modulus);
    map1_assign(isa, AddScalar(modulus, w), x);
}

/// `x w mod q` for a constant `w`.
#[derive(Clone, Copy)]
struct MulScalar(Modulus, u32);

impl Formula<1> for MulScalar {
    type Constants<L: Lanes> = (L::Vector, Factor<L>);

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> Self::Constants<L> {
        (l.splat(self.0.value()), Factor::of(l, self.1, self.0))
    }
    #[inline(always)]
    fn apply<L: Lanes>(l: L, (q, w): Self::Constants<L>, [x]: [L::Vector; 1]) -> L::Vector {
        l.reduce_once(l.mul_shoup_lazy(x, w, q), q)
    }
}

/// `x = x w mod q` for a constant `w`.
///
/// # Panics
/// If the length is no multiple of 16; in debug builds, if a residue or `w` is not reduced.
pub fn mul_scalar_assign(isa: Isa, modulus: Modulus, x: &mut [u32], w: u32) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(&[w], modulus);
    map1_assign(isa, MulScalar(modulus, w), x);
}

/// `out = x w mod q` for a constant `w`.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue or `w` is not reduced.
pub fn mul_scalar_into(isa: Isa, modulus: Modulus, out: &mut [u32], x: &[u32], w: u32) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(&[w], modulus);
    map1_into(isa, MulScalar(modulus, w), out, x);
}

/// `sum + x w mod q`.
impl Formula<2> for MulScalar {
    type Constants<L: Lanes> = (L::Vector, Factor<L>);

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> Self::Constants<L> {
        <Self as Formula<1>>::constants(self, l)
    }
    #[inline(always)]
    fn apply<L: Lanes>(l: L, (q, w): Self::Constants<L>, [sum, x]: [L::Vector; 2]) -> L::Vector {
        let product = l.reduce_once(l.mul_shoup_lazy(x, w, q), q);
        l.reduce_once(l.add(sum, product), q)
    }
}

/// `sum += x w mod q` for a constant `w`.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue or `w` is not reduced.
pub fn mul_scalar_add_assign(isa: Isa, modulus: Modulus, sum: &mut [u32], x: &[u32], w: u32) {
    debug_assert_reduced(sum, modulus);
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(&[w], modulus);
    map2_assign(isa, MulScalar(modulus, w), sum, x);
}

/// `x = x 2^32 mod q`: to Montgomery form.
///
/// # Panics
/// If the length is no multiple of 16; in debug builds, if a residue is not reduced.
pub fn to_montgomery_assign(isa: Isa, modulus: Modulus, x: &mut [u32]) {
    mul_scalar_assign(isa, modulus, x, modulus.montgomery_one());
}

/// `x y mod q`, both plain.
#[derive(Clone, Copy)]
struct Mul(Modulus);

impl Formula<2> for Mul {
    type Constants<L: Lanes> = (ModulusLanes<L>, Factor<L>);

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> Self::Constants<L> {
        (ModulusLanes::new(l, self.0), Factor::of(l, self.0.montgomery_one(), self.0))
    }
    /// The first operand is brought to Montgomery form, in `[0, 2q)`: the product is below 2q^2, hence below 2^32 q.
    #[inline(always)]
    fn apply<L: Lanes>(l: L, (modulus, r): Self::Constants<L>, [x, y]: [L::Vector; 2]) -> L::Vector {
        modulus.mul_montgomery(l, l.mul_shoup_lazy(x, r, modulus.q), y)
    }
}

/// `out = x y mod q`, both operands plain.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn mul_into(isa: Isa, modulus: Modulus, out: &mut [u32], x: &[u32], y: &[u32]) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y, modulus);
    map2_into(isa, Mul(modulus), out, x, y);
}

/// `x = x y mod q`, both operands plain.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn mul_assign(isa: Isa, modulus: Modulus, x: &mut [u32], y: &[u32]) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y, modulus);
    map2_assign(isa, Mul(modulus), x, y);
}

/// `x y 2^-32 mod q`.
#[derive(Clone, Copy)]
struct MulMontgomery(Modulus);

impl Formula<2> for MulMontgomery {
    type Constants<L: Lanes> = ModulusLanes<L>;

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> ModulusLanes<L> {
        ModulusLanes::new(l, self.0)
    }
    #[inline(always)]
    fn apply<L: Lanes>(l: L, modulus: ModulusLanes<L>, [x, y]: [L::Vector; 2]) -> L::Vector {
        modulus.mul_montgomery(l, x, y)
    }
}

/// `sum + x y 2^-32 mod q`.
impl Formula<3> for MulMontgomery {
    type Constants<L: Lanes> = ModulusLanes<L>;

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> ModulusLanes<L> {
        ModulusLanes::new(l, self.0)
    }
    #[inline(always)]
    fn apply<L: Lanes>(l: L, modulus: ModulusLanes<L>, [sum, x, y]: [L::Vector; 3]) -> L::Vector {
        modulus.add(l, sum, modulus.mul_montgomery(l, x, y))
    }
}

/// `out = x y mod q`, with `y` in Montgomery form and the result plain.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn mul_montgomery_into(isa: Isa, modulus: Modulus, out: &mut [u32], x: &[u32], y_montgomery: &[u32]) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y_montgomery, modulus);
    map2_into(isa, MulMontgomery(modulus), out, x, y_montgomery);
}

/// `x = x y mod q`, with `y` in Montgomery form and the result plain.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn mul_montgomery_assign(isa: Isa, modulus: Modulus, x: &mut [u32], y_montgomery: &[u32]) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y_montgomery, modulus);
    map2_assign(isa, MulMontgomery(modulus), x, y_montgomery);
}

/// `sum += x y mod q`, with `y` in Montgomery form, everything else plain.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn mul_montgomery_add_assign(isa: Isa, modulus: Modulus, sum: &mut [u32], x: &[u32], y_montgomery: &[u32]) {
    debug_assert_reduced(sum, modulus);
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y_montgomery, modulus);
    map3_assign(isa, MulMontgomery(modulus), sum, x, y_montgomery);
}

/// `(x - y) w mod q` for a constant `w`.
#[derive(Clone, Copy)]
struct SubMulScalar(Modulus, u32);

impl Formula<2> for SubMulScalar {
    type Constants<L: Lanes> = (L::Vector, Factor<L>);

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> Self::Constants<L> {
        (l.splat(self.0.value()), Factor::of(l, self.1, self.0))
    }
    /// The difference is only made positive, in `(0, 2q)`: Shoup's product takes any operand.
    #[inline(always)]
    fn apply<L: Lanes>(l: L, (q, w): Self::Constants<L>, [x, y]: [L::Vector; 2]) -> L::Vector {
        let difference = l.add(l.sub(x, y), q);
        l.reduce_once(l.mul_shoup_lazy(difference, w, q), q)
    }
}

/// `out = (x - y) w mod q` for a constant `w`: the last step of mod_down and of rescale.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue or `w` is not reduced.
pub fn sub_mul_scalar_into(isa: Isa, modulus: Modulus, out: &mut [u32], x: &[u32], y: &[u32], w: u32) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y, modulus);
    debug_assert_reduced(&[w], modulus);
    map2_into(isa, SubMulScalar(modulus, w), out, x, y);
}

/// `x = (x - y) w mod q` for a constant `w`: the last step of mod_down and of rescale.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue or `w` is not reduced.
pub fn sub_mul_scalar_assign(isa: Isa, modulus: Modulus, x: &mut [u32], y: &[u32], w: u32) {
    debug_assert_reduced(x, modulus);
    debug_assert_reduced(y, modulus);
    debug_assert_reduced(&[w], modulus);
    map2_assign(isa, SubMulScalar(modulus, w), x, y);
}

/// A centred residue modulo another modulus.
#[derive(Clone, Copy)]
struct LiftCentred {
    from: Modulus,
    to: Modulus,
}

/// The registers of [`LiftCentred`].
#[derive(Clone, Copy)]
struct LiftConstants<L: Lanes> {
    from: L::Vector,
    /// (from - 1) / 2, the largest centred residue.
    half: L::Vector,
    to: L::Vector,
    one: Factor<L>,
    /// -half modulo `to`.
    minus_half: L::Vector,
}

impl Formula<1> for LiftCentred {
    type Constants<L: Lanes> = LiftConstants<L>;

    #[inline(always)]
    fn constants<L: Lanes>(self, l: L) -> LiftConstants<L> {
        let half = self.from.value() / 2;
        LiftConstants {
            from: l.splat(self.from.value()),
            half: l.splat(half),
            to: l.splat(self.to.value()),
            one: Factor::of(l, 1, self.to),
            minus_half: l.splat(self.to.reduce_i64(-i64::from(half))),
        }
    }
    /// The centred residue is `(x + half mod from) - half`.
    #[inline(always)]
    fn apply<L: Lanes>(l: L, c: LiftConstants<L>, [x]: [L::Vector; 1]) -> L::Vector {
        let shifted = l.reduce_once(l.add(x, c.half), c.from);
        let reduced = l.reduce_once(l.mul_shoup_lazy(shifted, c.one, c.to), c.to);
        l.reduce_once(l.add(reduced, c.minus_half), c.to)
    }
}

/// `out = x mod to`, where a residue modulo `from` is read as the integer nearest to zero: `x - from` if
/// `x > from / 2`.
///
/// - in: `[0, from)`
/// - out: `[0, to)`
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn lift_centred_into(isa: Isa, out: &mut [u32], x: &[u32], from: Modulus, to: Modulus) {
    debug_assert_reduced(x, from);
    map1_into(isa, LiftCentred { from, to }, out, x);
}

/// `d0 = a0^2`, `d1 = 2 a0 a1`, `d2 = a1^2`, all mod q: the square of a ciphertext, before relinearisation.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
pub fn tensor_square_into(
    isa: Isa,
    modulus: Modulus,
    d0: &mut [u32],
    d1: &mut [u32],
    d2: &mut [u32],
    a0: &[u32],
    a1: &[u32],
) {
    /// Operands in Montgomery form stay in `[0, 2q)`: products and twice a product are below 4q^2, hence below 2^32 q.
    #[inline(always)]
    fn run<L: Lanes>(l: L, modulus: Modulus, [d0, d1, d2]: [&mut [u32]; 3], [a0, a1]: [&[u32]; 2]) {
        let m = ModulusLanes::new(l, modulus);
        let r = Factor::of(l, modulus.montgomery_one(), modulus);
        let inputs = a0.chunks_exact(L::COUNT).zip(a1.chunks_exact(L::COUNT));
        let outputs =
            d0.chunks_exact_mut(L::COUNT).zip(d1.chunks_exact_mut(L::COUNT)).zip(d2.chunks_exact_mut(L::COUNT));
        for (((d0, d1), d2), (a0, a1)) in outputs.zip(inputs) {
            let (a0, a1) = (l.load(a0), l.load(a1));
            let (a0_montgomery, a1_montgomery) = (l.mul_shoup_lazy(a0, r, m.q), l.mul_shoup_lazy(a1, r, m.q));
            l.store(m.mul_montgomery(l, a0_montgomery, a0), d0);
            l.store(m.mul_montgomery(l, l.add(a0_montgomery, a0_montgomery), a1), d1);
            l.store(m.mul_montgomery(l, a1_montgomery, a1), d2);
        }
    }
    assert_lengths([d0.len(), d1.len(), d2.len(), a0.len(), a1.len()]);
    debug_assert_reduced(a0, modulus);
    debug_assert_reduced(a1, modulus);
    dispatch!(isa, run(modulus: Modulus, d: [&mut [u32]; 3] = [d0, d1, d2], a: [&[u32]; 2] = [a0, a1]));
}

/// `d0 = a0 b0`, `d1 = a0 b1 + a1 b0`, `d2 = a1 b1`, all mod q: the product of two ciphertexts, before relinearisation.
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if a residue is not reduced.
#[expect(clippy::too_many_arguments, reason = "three outputs and two operands of two components each")]
pub fn tensor_into(
    isa: Isa,
    modulus: Modulus,
    d0: &mut [u32],
    d1: &mut [u32],
    d2: &mut [u32],
    a0: &[u32],
    a1: &[u32],
    b0: &[u32],
    b1: &[u32],
) {
    /// Operands in Montgomery form stay in `[0, 2q)`: the sum of two products is below 4q^2, hence below 2^32 q.
    #[inline(always)]
    fn run<L: Lanes>(l: L, modulus: Modulus, [d0, d1, d2]: [&mut [u32]; 3], [a0, a1, b0, b1]: [&[u32]; 4]) {
        let m = ModulusLanes::new(l, modulus);
        let r = Factor::of(l, modulus.montgomery_one(), modulus);
        let a = a0.chunks_exact(L::COUNT).zip(a1.chunks_exact(L::COUNT));
        let b = b0.chunks_exact(L::COUNT).zip(b1.chunks_exact(L::COUNT));
        let outputs =
            d0.chunks_exact_mut(L::COUNT).zip(d1.chunks_exact_mut(L::COUNT)).zip(d2.chunks_exact_mut(L::COUNT));
        for (((d0, d1), d2), ((a0, a1), (b0, b1))) in outputs.zip(a.zip(b)) {
            let a0 = l.spread(l.mul_shoup_lazy(l.load(a0), r, m.q));
            let a1 = l.spread(l.mul_shoup_lazy(l.load(a1), r, m.q));
            let (b0, b1) = (l.spread(l.load(b0)), l.spread(l.load(b1)));
            l.store(l.montgomery_reduce(l.mul_wide(a0, b0), m), d0);
            l.store(l.montgomery_reduce(l.wide_add(l.mul_wide(a0, b1), l.mul_wide(a1, b0)), m), d1);
            l.store(l.montgomery_reduce(l.mul_wide(a1, b1), m), d2);
        }
    }
    assert_lengths([d0.len(), d1.len(), d2.len(), a0.len(), a1.len(), b0.len(), b1.len()]);
    for operand in [a0, a1, b0, b1] {
        debug_assert_reduced(operand, modulus);
    }
    dispatch!(isa, run(modulus: Modulus, d: [&mut [u32]; 3] = [d0, d1, d2], operands: [&[u32]; 4] = [a0, a1, b0, b1]));
}

/// `out = x mod q` for signed integers, such as an encoded plaintext's coefficients.
///
/// - in: `(-2^62, 2^62)`
/// - out: `[0, q)`
///
/// # Panics
/// If the lengths differ or are no multiple of 16; in debug builds, if an integer is out of range.
pub fn reduce_signed_into(isa: Isa, modulus: Modulus, out: &mut [u32], x: &[i64]) {
    /// With x = high 2^32 + low and high + 2^30 in [0, 2^31), x is (high + 2^30) 2^32 + low - 2^62. The first term is
    /// reduced to `[0, q)`, the second to `[0, 2q)`, the third is a constant below q: below 4q together.
    #[inline(always)]
    fn run<L: Lanes>(l: L, modulus: Modulus, out: &mut [u32], x: &[i64]) {
        let q = l.splat(modulus.value());
        let two_q = l.splat(2 * modulus.value());
        let one = Factor::of(l, 1, modulus);
        let r = Factor::of(l, modulus.montgomery_one(), modulus);
        let offset = l.splat(1 << 30);
        let minus_offset = l.splat(modulus.reduce_i64(-(1 << 62)));
        for (out, x) in out.chunks_exact_mut(L::COUNT).zip(x.chunks_exact(L::COUNT)) {
            let (low, high) = l.load_halves(x);
            let high = l.reduce_once(l.mul_shoup_lazy(l.add(high, offset), r, q), q);
            let low = l.mul_shoup_lazy(low, one, q);
            let sum = l.add(l.add(high, low), minus_offset);
            l.store(l.reduce_once(l.reduce_once(sum, two_q), q), out);
        }
    }
    assert_lengths([out.len(), x.len()]);
    debug_assert!(x.iter().all(|x| x.unsigned_abs() < 1 << 62), "an integer is not within 2^62 of zero");
    dispatch!(isa, run(modulus: Modulus, out: &mut [u32], x: &[i64]));
}

#[cfg(test)]
mod tests;
