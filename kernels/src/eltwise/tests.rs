//! Every kernel on every tier against its definition in 128-bit arithmetic.

use super::*;
use crate::testing::{random_words, remainder, remainder_signed, residues, tiers};

/// Primes and other odd moduli, at both ends of the interval.
const MODULI: [u32; 6] = [3, 5, 12_289, 536_870_923, (1 << 30) - 35, (1 << 30) - 1];

const LENGTH: usize = 16 * 7;

fn modulus(q: u32) -> Modulus {
    Modulus::new(q).unwrap()
}

/// Limbs that bring every edge of one together with different edges of the others.
fn limbs<const COUNT: usize>(q: u32) -> [Vec<u32>; COUNT] {
    std::array::from_fn(|i| {
        let mut limb = residues(q, LENGTH, i as u64);
        limb.rotate_left(i);
        limb
    })
}

/// Runs `kernel(isa, modulus, limbs)` on every tier and modulus; it returns what the definition says each element is,
/// as `formula(elements of the limbs, q)` in signed integers.
fn check<const COUNT: usize>(
    kernel: impl Fn(Isa, Modulus, &[Vec<u32>; COUNT]) -> Vec<u32>,
    formula: impl Fn([i128; COUNT]) -> i128,
) {
    for q in MODULI {
        let limbs = limbs::<COUNT>(q);
        let element = |i: usize| std::array::from_fn(|limb: usize| i128::from(limbs[limb][i]));
        let expected: Vec<u32> = (0..LENGTH).map(|i| remainder_signed(formula(element(i)), q)).collect();
        for isa in tiers() {
            assert_eq!(kernel(isa, modulus(q), &limbs), expected, "{isa}, q {q}");
        }
    }
}

/// The result of an in-place kernel on a copy of `x`.
fn assigned(x: &[u32], kernel: impl FnOnce(&mut [u32])) -> Vec<u32> {
    let mut x = x.to_vec();
    kernel(&mut x);
    x
}

/// The result of an out-of-place kernel, into a limb of other content.
fn filled(kernel: impl FnOnce(&mut [u32])) -> Vec<u32> {
    assigned(&[u32::MAX; LENGTH], kernel)
}

#[test]
fn words_that_are_no_residues_are_found_wherever_they_stand() {
    for q in MODULI {
        let [x] = limbs::<1>(q);
        for isa in tiers() {
            assert!(are_reduced(isa, modulus(q), &x) && are_reduced(isa, modulus(q), &[]), "{isa}, q {q}");
            for (place, word) in [(0, q), (LENGTH - 1, q), (33, q + 1), (50, 1 << 31), (17, u32::MAX)] {
                let mut x = x.clone();
                x[place] = word;
                assert!(!are_reduced(isa, modulus(q), &x), "{isa}, q {q}: {word} at {place}");
            }
        }
    }
}

#[test]
fn sums_and_differences() {
    check(|isa, m, [x, y]| assigned(x, |x| add_assign(isa, m, x, y)), |[x, y]| x + y);
    check(|isa, m, [x, y]| filled(|out| add_into(isa, m, out, x, y)), |[x, y]| x + y);
    check(|isa, m, [x, y]| assigned(x, |x| sub_assign(isa, m, x, y)), |[x, y]| x - y);
    check(|isa, m, [x, y]| filled(|out| sub_into(isa, m, out, x, y)), |[x, y]| x - y);
    check(|isa, m, [x]| assigned(x, |x| neg_assign(isa, m, x)), |[x]| -x);
}

#[test]
fn products() {
    check(|isa, m, [x, y]| assigned(x, |x| mul_assign(isa, m, x, y)), |[x, y]| x * y);
    check(|isa, m, [x, y]| filled(|out| mul_into(isa, m, out, x, y)), |[x, y]| x * y);
    check(|isa, m, [x]| assigned(x, |x| to_montgomery_assign(isa, m, x)), |[x]| x << 32);
    let montgomery = |isa, m, y: &[u32]| assigned(y, |y| to_montgomery_assign(isa, m, y));
    check(|isa, m, [x, y]| filled(|out| mul_montgomery_into(isa, m, out, x, &montgomery(isa, m, y))), |[x, y]| x * y);
    check(|isa, m, [x, y]| assigned(x, |x| mul_montgomery_assign(isa, m, x, &montgomery(isa, m, y))), |[x, y]| x * y);
    check(
        |isa, m, [sum, x, y]| assigned(sum, |sum| mul_montgomery_add_assign(isa, m, sum, x, &montgomery(isa, m, y))),
        |[sum, x, y]| sum + x * y,
    );
}

#[test]
fn operations_with_a_constant() {
    for w in [|_| 0, |_| 1, |q| q / 2, |q| q - 1] as [fn(u32) -> u32; 4] {
        for q in MODULI {
            let m = modulus(q);
            let [x, y] = limbs(q);
            let w = w(q);
            let element = |formula: fn(i128, i128, i128) -> i128| -> Vec<u32> {
                let pairs = x.iter().zip(&y);
                pairs.map(|(&x, &y)| remainder_signed(formula(x.into(), y.into(), w.into()), q)).collect()
            };
            for isa in tiers() {
                let context = format!("{isa}, q {q}, w {w}");
                let sum = assigned(&x, |x| add_scalar_assign(isa, m, x, w));
                assert_eq!(sum, element(|x, _, w| x + w), "{context}");
                let product = assigned(&x, |x| mul_scalar_assign(isa, m, x, w));
                assert_eq!(product, element(|x, _, w| x * w), "{context}");
                assert_eq!(filled(|out| mul_scalar_into(isa, m, out, &x, w)), product, "{context}");
                let sum = assigned(&x, |sum| mul_scalar_add_assign(isa, m, sum, &y, w));
                assert_eq!(sum, element(|x, y, w| x + y * w), "{context}");
                let difference = element(|x, y, w| (x - y) * w);
                assert_eq!(filled(|out| sub_mul_scalar_into(isa, m, out, &x, &y, w)), difference, "{context}");
                assert_eq!(assigned(&x, |x| sub_mul_scalar_assign(isa, m, x, &y, w)), difference, "{context}");
            }
        }
    }
}

#[test]
fn products_of_ciphertexts() {
    let tensor = |isa, m, [a0, a1, b0, b1]: &[Vec<u32>; 4]| {
        let mut d = [vec![1; LENGTH], vec![1; LENGTH], vec![1; LENGTH]];
        let [d0, d1, d2] = &mut d;
        tensor_into(isa, m, d0, d1, d2, a0, a1, b0, b1);
        d
    };
    check(|isa, m, limbs| tensor(isa, m, limbs)[0].clone(), |[a0, _, b0, _]| a0 * b0);
    check(|isa, m, limbs| tensor(isa, m, limbs)[1].clone(), |[a0, a1, b0, b1]| a0 * b1 + a1 * b0);
    check(|isa, m, limbs| tensor(isa, m, limbs)[2].clone(), |[_, a1, _, b1]| a1 * b1);

    let square = |isa, m, [a0, a1]: &[Vec<u32>; 2]| {
        let mut d = [vec![1; LENGTH], vec![1; LENGTH], vec![1; LENGTH]];
        let [d0, d1, d2] = &mut d;
        tensor_square_into(isa, m, d0, d1, d2, a0, a1);
        d
    };
    check(|isa, m, limbs| square(isa, m, limbs)[0].clone(), |[a0, _]| a0 * a0);
    check(|isa, m, limbs| square(isa, m, limbs)[1].clone(), |[a0, a1]| 2 * a0 * a1);
    check(|isa, m, limbs| square(isa, m, limbs)[2].clone(), |[_, a1]| a1 * a1);
}

#[test]
fn centred_residues_are_lifted_between_any_moduli() {
    for from in MODULI {
        let [x] = limbs(from);
        for to in MODULI {
            let centred = |x: u32| if x > from / 2 { i128::from(x) - i128::from(from) } else { i128::from(x) };
            let expected: Vec<u32> = x.iter().map(|&x| remainder_signed(centred(x), to)).collect();
            for isa in tiers() {
                let out = filled(|out| lift_centred_into(isa, out, &x, modulus(from), modulus(to)));
                assert_eq!(out, expected, "{isa}, from {from} to {to}");
            }
        }
    }
}

#[test]
fn signed_integers_are_reduced() {
    for q in MODULI {
        let multiple = (1_i64 << 62) / i64::from(q) * i64::from(q);
        let edges =
            [0, 1, -1, (1 << 62) - 1, 1 - (1 << 62), multiple - 1, 1 - multiple, 1 << 32, -(1 << 32), -multiple / 2];
        let random = random_words(9).map(|word| word.cast_signed() >> 2).filter(|x| x.unsigned_abs() < 1 << 62);
        let x: Vec<i64> = edges.into_iter().chain(random).take(LENGTH).collect();
        let expected: Vec<u32> = x.iter().map(|&x| remainder_signed(x.into(), q)).collect();
        for isa in tiers() {
            assert_eq!(filled(|out| reduce_signed_into(isa, modulus(q), out, &x)), expected, "{isa}, q {q}");
        }
    }
}

#[test]
fn empty_limbs_are_accepted() {
    add_assign(Isa::detect(), modulus(17), &mut [], &[]);
}

/// Every kernel refuses limbs of different lengths, and parts of blocks.
#[test]
fn wrong_lengths_are_refused() {
    type Kernel = fn(Isa, Modulus, &mut [u32], &[u32]);
    let kernels: [(&str, Kernel); 19] = [
        ("add_assign", add_assign),
        ("add_into", |isa, m, out, x| add_into(isa, m, out, x, x)),
        ("sub_assign", sub_assign),
        ("sub_into", |isa, m, out, x| sub_into(isa, m, out, x, x)),
        ("mul_assign", mul_assign),
        ("mul_into", |isa, m, out, x| mul_into(isa, m, out, x, x)),
        ("mul_montgomery_assign", mul_montgomery_assign),
        ("mul_montgomery_into", |isa, m, out, x| mul_montgomery_into(isa, m, out, x, x)),
        ("mul_montgomery_add_assign", |isa, m, sum, x| mul_montgomery_add_assign(isa, m, sum, x, x)),
        ("mul_scalar_into", |isa, m, out, x| mul_scalar_into(isa, m, out, x, 1)),
        ("mul_scalar_add_assign", |isa, m, sum, x| mul_scalar_add_assign(isa, m, sum, x, 1)),
        ("sub_mul_scalar_into", |isa, m, out, x| sub_mul_scalar_into(isa, m, out, x, x, 1)),
        ("sub_mul_scalar_assign", |isa, m, x, y| sub_mul_scalar_assign(isa, m, x, y, 1)),
        ("lift_centred_into", |isa, m, out, x| lift_centred_into(isa, out, x, m, m)),
        ("reduce_signed_into", |isa, m, out, x| reduce_signed_into(isa, m, out, &vec![0; x.len()])),
        ("tensor_square_into: d2", |isa, m, out, x| {
            tensor_square_into(isa, m, &mut x.to_vec(), &mut x.to_vec(), out, x, x);
        }),
        ("tensor_square_into: d0", |isa, m, out, x| {
            tensor_square_into(isa, m, out, &mut x.to_vec(), &mut x.to_vec(), x, x);
        }),
        ("tensor_into: d1", |isa, m, out, x| {
            tensor_into(isa, m, &mut x.to_vec(), out, &mut x.to_vec(), x, x, x, x);
        }),
        ("tensor_into: b1", |isa, m, out, x| {
            let [d0, d1, d2] = &mut [x.to_vec(), x.to_vec(), x.to_vec()];
            tensor_into(isa, m, d0, d1, d2, x, x, x, out);
        }),
    ];
    for (name, kernel) in kernels {
        for (out, x) in [(32, 16), (16, 32), (15, 15), (16, 0)] {
            let call = || kernel(Isa::detect(), modulus(17), &mut vec![0; out], &vec![0; x]);
            assert!(std::panic::catch_unwind(call).is_err(), "{name} accepted {out} and {x} residues");
        }
        kernel(Isa::detect(), modulus(17), &mut [0; 16], &[0; 16]);
    }
    for kernel in [neg_assign, to_montgomery_assign] as [fn(Isa, Modulus, &mut [u32]); 2] {
        let call = || kernel(Isa::detect(), modulus(17), &mut [0; 17]);
        assert!(std::panic::catch_unwind(call).is_err(), "17 residues were accepted");
    }
    for kernel in [add_scalar_assign, mul_scalar_assign] as [fn(Isa, Modulus, &mut [u32], u32); 2] {
        let call = || kernel(Isa::detect(), modulus(17), &mut [0; 17], 1);
        assert!(std::panic::catch_unwind(call).is_err(), "17 residues were accepted");
    }
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "a residue is not below the modulus 17")]
fn an_unreduced_residue_is_refused_in_debug_builds() {
    let mut x = [0; 16];
    x[15] = 17;
    add_assign(Isa::detect(), modulus(17), &mut [0; 16], &x);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "an integer is not within 2^62 of zero")]
fn an_integer_out_of_range_is_refused_in_debug_builds() {
    reduce_signed_into(Isa::detect(), modulus(17), &mut [0; 16], &[1 << 62; 16]);
}

/// The oracle itself, where it can be seen at a glance.
#[test]
fn remainders_are_those_of_euclid() {
    assert_eq!(remainder_signed(-1, 17), 16);
    assert_eq!(remainder(35, 17), 1);
}
