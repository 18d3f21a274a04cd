//! Every operation of every tier against plain integer arithmetic, lane by lane.
#![expect(clippy::cast_possible_truncation, reason = "halves of integers, and small numbers")]

use super::{Factor, Lanes, ModulusLanes, dispatch};
use crate::modulus::Modulus;
use crate::testing::{mul_mod, random_words, remainder, residues, tiers};

const EDGES: [u32; 8] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, u32::MAX, u32::MAX - 1, 1 << 30];

/// `COUNT` integers: edges, in an order that `seed` turns, then pseudo-random ones.
fn lanes<L: Lanes>(seed: u64) -> Vec<u32> {
    let mut edges = EDGES;
    edges.rotate_left(seed as usize % EDGES.len());
    edges.into_iter().chain(random_words(seed).map(|word| word as u32)).take(L::COUNT).collect()
}

fn stored<L: Lanes>(l: L, v: L::Vector) -> Vec<u32> {
    let mut out = vec![0; L::COUNT];
    l.store(v, &mut out);
    out
}

fn stored_wide<L: Lanes>(l: L, x: L::Wide) -> Vec<u64> {
    let (low, high) = (stored(l, l.wide_low(x)), stored(l, l.wide_high(x)));
    low.into_iter().zip(high).map(|(low, high)| u64::from(high) << 32 | u64::from(low)).collect()
}

fn map(x: &[u32], y: &[u32], f: impl Fn(u32, u32) -> u32) -> Vec<u32> {
    x.iter().zip(y).map(|(&x, &y)| f(x, y)).collect()
}

fn map_wide(x: &[u32], y: &[u32], f: impl Fn(u64, u64) -> u64) -> Vec<u64> {
    x.iter().zip(y).map(|(&x, &y)| f(u64::from(x), u64::from(y))).collect()
}

#[inline(always)]
fn check_arithmetic<L: Lanes>(l: L, seed: u64) {
    let (x, y) = (lanes::<L>(seed), lanes::<L>(seed / 8 + 1));
    let (a, b) = (l.load(&x), l.load(&y));
    assert_eq!(stored(l, a), x);
    assert_eq!(stored(l, l.splat(y[0])), vec![y[0]; L::COUNT]);
    assert_eq!(stored(l, l.add(a, b)), map(&x, &y, u32::wrapping_add));
    assert_eq!(stored(l, l.sub(a, b)), map(&x, &y, u32::wrapping_sub));
    assert_eq!(stored(l, l.min(a, b)), map(&x, &y, u32::min));
    assert_eq!(stored(l, l.mul_low(a, b)), map(&x, &y, u32::wrapping_mul));

    let products = l.mul_wide(l.spread(a), l.spread(b));
    assert_eq!(stored_wide(l, products), map_wide(&x, &y, |x, y| x * y));
    let followed: Vec<u32> = y.iter().chain(&[x[0]]).copied().collect();
    let by_loaded = l.mul_wide(l.spread(a), l.load_spread(&followed));
    assert_eq!(stored_wide(l, by_loaded), map_wide(&x, &y, |x, y| x * y));
    let by_constant = l.mul_wide(l.spread(a), l.spread_splat(y[0]));
    assert_eq!(stored_wide(l, by_constant), map_wide(&x, &y, |x, _| x * u64::from(y[0])));
    let by_pair = l.mul_wide(l.spread(a), l.spread_pair(y[0], x[0]));
    let pair: Vec<u32> = (0..L::COUNT).map(|i| if i % 2 == 0 { y[0] } else { x[0] }).collect();
    assert_eq!(stored_wide(l, by_pair), map_wide(&x, &pair, |x, y| x * y));
    let squares = l.mul_wide(l.spread(a), l.spread(a));
    let of_low = l.mul_wide(l.spread_low(products), l.spread(a));
    assert_eq!(stored_wide(l, of_low), map_wide(&x, &y, |x, y| ((x * y) & 0xffff_ffff) * x));
    let of_low_product = l.mul_wide(l.low_product(products, l.spread(b)), l.spread(a));
    assert_eq!(stored_wide(l, of_low_product), map_wide(&x, &y, |x, y| (x * y % (1 << 32) * y % (1 << 32)) * x));
    assert_eq!(stored_wide(l, l.wide_add(products, squares)), map_wide(&x, &y, |x, y| (x * y).wrapping_add(x * x)));
    assert_eq!(stored_wide(l, l.wide_sub(products, squares)), map_wide(&x, &y, |x, y| (x * y).wrapping_sub(x * x)));
    assert_eq!(stored_wide(l, l.wide_shift_right::<31>(products)), map_wide(&x, &y, |x, y| (x * y) >> 31));
    assert_eq!(stored_wide(l, l.wide_splat(1 << 63 | 5)), vec![1 << 63 | 5; L::COUNT]);
    for bound in [1 << 63, (1 << 63) - 25] {
        // The products are below 2^64 - 2^33 + 2, that is below 2 bound.
        let reduced = l.wide_reduce_once(products, l.wide_splat(bound));
        let expected = map_wide(&x, &y, |x, y| if x * y < bound { x * y } else { x * y - bound });
        assert_eq!(stored_wide(l, reduced), expected);
    }
}

#[inline(always)]
fn check_moves<L: Lanes>(l: L, seed: u64) {
    let x = lanes::<L>(seed);
    // Any address may be asked for.
    l.prefetch(&x, 1 << seed);
    assert_eq!(stored(l, l.reverse(l.load(&x))), x.iter().rev().copied().collect::<Vec<_>>());

    let wide: Vec<i64> = [i64::MIN, -1, i64::MAX, 1 << 32]
        .into_iter()
        .chain(random_words(seed).map(u64::cast_signed))
        .take(L::COUNT)
        .collect();
    let (low, high) = l.load_halves(&wide);
    assert_eq!(stored(l, low), wide.iter().map(|&x| x as u32).collect::<Vec<_>>());
    assert_eq!(stored(l, high), wide.iter().map(|&x| (x >> 32) as u32).collect::<Vec<_>>());

    let mut square = l.square(l.splat(7));
    for (row, v) in square.as_mut().iter_mut().enumerate() {
        assert_eq!(stored(l, *v), vec![7; L::COUNT]);
        let numbers: Vec<u32> = (0..L::COUNT).map(|column| (100 * row + column) as u32).collect();
        *v = l.load(&numbers);
    }
    l.transpose(&mut square);
    for (column, &mut v) in square.as_mut().iter_mut().enumerate() {
        assert_eq!(stored(l, v), (0..L::COUNT).map(|row| (100 * row + column) as u32).collect::<Vec<_>>());
    }

    let words: Vec<u32> = random_words(seed).map(|word| word as u32).take(32).collect();
    let (block, table) = (words[..16].try_into().unwrap(), words[16..].try_into().unwrap());
    let mut out = [0; 16];
    l.permute_block(block, table, &mut out);
    assert_eq!(out, table.map(|source: u32| words[source as usize % 16]));
}

#[inline(always)]
fn check_modular<L: Lanes>(l: L, modulus: Modulus) {
    let q = modulus.value();
    let m = ModulusLanes::new(l, modulus);
    for seed in 0..16 {
        let x: Vec<u32> = lanes::<L>(seed);
        let a = residues(q, 16, seed)[..L::COUNT].to_vec();
        let mut b = residues(q, 16, seed + 100);
        b.rotate_left(seed as usize);
        b.truncate(L::COUNT);
        let (va, vb) = (l.load(&a), l.load(&b));
        let of_all = stored(l, l.mul_shoup_lazy(l.load(&x), Factor::of(l, b[0], modulus), m.q));
        for (&result, &x) in of_all.iter().zip(&x) {
            assert!(result < 2 * q, "mul_shoup_lazy left [0, 2q)");
            assert_eq!(result % q, mul_mod(x, b[0], q));
        }
        let factors: Vec<u32> = b.iter().map(|&b| modulus.shoup(b)).chain(b.iter().copied()).collect();
        let by_lane = stored(l, l.reduce_once(l.mul_shoup_lazy(va, Factor::load(l, &factors), m.q), m.q));
        assert_eq!(by_lane, map(&a, &b, |a, b| mul_mod(a, b, q)));
        assert_eq!(stored(l, m.add(l, va, vb)), map(&a, &b, |a, b| remainder(u128::from(a) + u128::from(b), q)));
        assert_eq!(stored(l, m.sub(l, va, vb)), map(&a, &b, |a, b| remainder(u128::from(a + q - b), q)));
        // The product of any x and of a reduced residue is below 2^32 q.
        let product = stored(l, m.mul_montgomery(l, l.load(&x), vb));
        for ((&product, &x), &b) in product.iter().zip(&x).zip(&b) {
            assert!(product < q, "a Montgomery product left [0, q)");
            assert_eq!(remainder(u128::from(product) << 32, q), mul_mod(x, b, q));
        }
    }
}

#[test]
fn arithmetic_is_that_of_integers_in_every_lane() {
    for isa in tiers() {
        for seed in 0..64 {
            dispatch!(isa, check_arithmetic(seed: u64));
        }
    }
}

#[test]
fn moves_are_those_of_arrays() {
    for isa in tiers() {
        for seed in 0..16 {
            dispatch!(isa, check_moves(seed: u64));
        }
    }
}

#[test]
fn modular_operations_keep_their_intervals() {
    for q in [3, 5, 12_289, (1 << 29) + 11, (1 << 30) - 35, (1 << 30) - 1] {
        for isa in tiers() {
            dispatch!(isa, check_modular(modulus: Modulus = Modulus::new(q).unwrap()));
        }
    }
}
