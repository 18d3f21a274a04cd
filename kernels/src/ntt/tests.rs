use super::*;
use crate::primes::ntt_primes;
use crate::simd::{Lanes, dispatch};
use crate::testing::{mul_mod, naive_forward, naive_negacyclic_product, residues, tiers};
use registers::Bounds;

fn modulus(q: u32) -> Modulus {
    Modulus::new(q).unwrap()
}

/// The largest and the smallest prime below 2^30 that a degree admits, and one between.
fn primes(log_n: u32) -> [u32; 3] {
    let smallest = (1_u32..).map(|k| (k << (log_n + 1)) + 1).find(|&q| is_prime(q)).unwrap();
    [ntt_primes(log_n, 1 << 30, 1)[0], ntt_primes(log_n, 1 << 28, 1)[0], smallest]
}

#[test]
fn the_root_is_a_primitive_root_of_unity_and_the_same_on_every_tier() {
    for q in primes(12) {
        let root = NttTable::new(Isa::detect(), modulus(q), 12).unwrap().root();
        let power = (0..1 << 12).fold(1, |power, _| mul_mod(power, root, q));
        assert_eq!(power, q - 1, "root^N is -1 modulo {q}");
        for isa in tiers() {
            assert_eq!(NttTable::new(isa, modulus(q), 12).unwrap().root(), root);
        }
    }
}

#[test]
fn forward_is_the_definition() {
    for (log_n, seed) in [(10, 1), (11, 2)] {
        for q in primes(log_n) {
            let input = residues(q, 1 << log_n, seed);
            for isa in tiers() {
                let table = NttTable::new(isa, modulus(q), log_n).unwrap();
                let mut values = input.clone();
                table.forward(&mut values);
                assert_eq!(values, naive_forward(&input, table.root(), q), "{isa}, log_n {log_n}, q {q}");
            }
        }
    }
}

/// Inputs that drive the lazy intervals to their ends, among pseudo-random ones.
fn inputs(q: u32, n: usize) -> Vec<Vec<u32>> {
    let alternating = (0..n).map(|i| if i % 2 == 0 { 0 } else { q - 1 }).collect();
    let halves = (0..n).map(|i| if i < n / 2 { q - 1 } else { 0 }).collect();
    let edges = residues(2, n, 5).into_iter().map(|bit| bit * (q - 1)).collect();
    vec![vec![0; n], vec![q - 1; n], alternating, halves, edges, residues(q, n, 6)]
}

#[test]
fn all_tiers_agree_with_the_scalar_one_and_the_inverse_undoes_the_forward_transform() {
    for log_n in NttTable::MIN_LOG_N..=NttTable::MAX_LOG_N {
        for q in primes(log_n) {
            let tables: Vec<_> =
                tiers().into_iter().map(|isa| NttTable::new(isa, modulus(q), log_n).unwrap()).collect();
            for input in inputs(q, 1 << log_n) {
                let mut expected = input.clone();
                tables[0].forward(&mut expected);
                let mut expected_inverse = input.clone();
                tables[0].inverse(&mut expected_inverse);
                for table in &tables {
                    let context = format!("{}, log_n {log_n}, q {q}", table.isa());
                    let mut values = input.clone();
                    table.forward(&mut values);
                    assert!(values == expected, "forward: {context}");
                    table.inverse(&mut values);
                    assert!(values == input, "inverse of forward: {context}");
                    table.inverse(&mut values);
                    assert!(values == expected_inverse, "inverse: {context}");
                    let mut coefficients = vec![u32::MAX; input.len()];
                    table.inverse_into(&input, &mut coefficients);
                    assert!(coefficients == expected_inverse, "inverse into: {context}");
                }
            }
        }
    }
}

/// The generic code on every tier, also where hand-ordered loops would run.
#[inline(always)]
fn forward_twin<L: Lanes>(l: L, table: &NttTable, values: &mut [u32]) {
    forward::transform(l, Bounds::new(l, table.modulus, None), &table.tables, values);
}

#[inline(always)]
fn inverse_twin<L: Lanes>(l: L, table: &NttTable, source: Option<&[u32]>, values: &mut [u32]) {
    inverse::transform(l, Bounds::new(l, table.modulus, None), &table.tables, &table.scaling, source, values);
}

#[test]
fn ordered_loops_are_their_generic_twins() {
    for log_n in NttTable::MIN_LOG_N..=NttTable::MAX_LOG_N {
        for q in primes(log_n) {
            for isa in tiers() {
                let table = &NttTable::new(isa, modulus(q), log_n).unwrap();
                for input in inputs(q, 1 << log_n) {
                    let context = format!("{isa}, log_n {log_n}, q {q}");
                    let (mut values, mut expected) = (input.clone(), input.clone());
                    table.forward(&mut values);
                    dispatch!(isa, forward_twin(table: &NttTable, values: &mut [u32] = &mut expected));
                    assert!(values == expected, "forward: {context}");

                    let (mut values, mut expected) = (input.clone(), input.clone());
                    table.inverse(&mut values);
                    let source = None;
                    dispatch!(
                        isa,
                        inverse_twin(table: &NttTable, source: Option<&[u32]>, values: &mut [u32] = &mut expected)
                    );
                    assert!(values == expected, "inverse: {context}");

                    let mut values = vec![u32::MAX; input.len()];
                    let mut expected = values.clone();
                    table.inverse_into(&input, &mut values);
                    let source = Some(input.as_slice());
                    dispatch!(
                        isa,
                        inverse_twin(table: &NttTable, source: Option<&[u32]>, values: &mut [u32] = &mut expected)
                    );
                    assert!(values == expected, "inverse into: {context}");
                }
            }
        }
    }
}

#[test]
fn products_of_values_are_negacyclic_products() {
    let q = primes(10)[0];
    let (a, b) = (residues(q, 1024, 7), residues(q, 1024, 8));
    for isa in tiers() {
        let table = NttTable::new(isa, modulus(q), 10).unwrap();
        let (mut x, mut y) = (a.clone(), b.clone());
        table.forward(&mut x);
        table.forward(&mut y);
        let mut product: Vec<u32> = x.iter().zip(&y).map(|(&x, &y)| mul_mod(x, y, q)).collect();
        table.inverse(&mut product);
        assert_eq!(product, naive_negacyclic_product(&a, &b, q), "{isa}");
    }
}

#[test]
fn transforms_are_counted() {
    let table = NttTable::new(Isa::detect(), modulus(primes(10)[0]), 10).unwrap();
    assert_eq!(table.transforms(), 0);
    let mut values = vec![0; 1024];
    table.forward(&mut values);
    table.forward(&mut values);
    table.inverse(&mut values);
    assert_eq!(table.transforms(), 3);
}

#[test]
fn what_has_no_transform_is_refused() {
    let isa = Isa::detect();
    let q = primes(16)[0];
    assert_eq!(NttTable::new(isa, modulus(q), 9).unwrap_err(), NttError::Degree(9));
    assert_eq!(NttTable::new(isa, modulus(q), 17).unwrap_err(), NttError::Degree(17));
    // 3 * 43691 = 131073 = 1 modulo 2^17.
    assert_eq!(NttTable::new(isa, modulus(131_073), 16).unwrap_err(), NttError::Composite(131_073));
    let error = NttTable::new(isa, modulus(12_289), 12).unwrap_err();
    assert_eq!(error, NttError::NoRoot { modulus: 12_289, log_n: 12 });
    assert_eq!(error.to_string(), "the prime 12289 is not 1 modulo 2N = 2^13");
    assert!(NttTable::new(isa, modulus(12_289), 11).is_ok());
}

#[test]
#[should_panic(expected = "a transform of 1024 residues was given 512")]
fn a_wrong_length_is_refused() {
    NttTable::new(Isa::detect(), modulus(primes(10)[0]), 10).unwrap().forward(&mut [0; 512]);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "a residue is not below the modulus")]
fn an_unreduced_residue_is_refused_in_debug_builds() {
    let q = primes(10)[0];
    let mut values = vec![0; 1024];
    values[1000] = q;
    NttTable::new(Isa::detect(), modulus(q), 10).unwrap().inverse(&mut values);
}
