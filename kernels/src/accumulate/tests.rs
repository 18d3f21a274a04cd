//! Every tier against the definitions in 128-bit arithmetic, and the preconditions.

mod periodic;
mod scalar;

use super::*;
use crate::automorphism::{Automorphism, galois_element};
use crate::modulus::Modulus;
use crate::simd::Isa;
use crate::testing::{random_words, remainder, tiers};

/// The largest and the smallest moduli, and one in the middle.
const MODULI: [u32; 5] = [(1 << 30) - 35, 1_073_643_521, 12_289, 65_537, 3];

/// Residues in `[0, q)`: fixed pseudo-random ones, with runs of q - 1 and of 0, which sums must survive.
fn residues(count: usize, q: u32, seed: u64) -> Vec<u32> {
    let residue = |(i, word): (usize, u64)| match i % 64 {
        0..8 => q - 1,
        8..10 => 0,
        _ => remainder(u128::from(word), q),
    };
    random_words(seed).take(count).enumerate().map(residue).collect()
}

fn sum_of_products(q: u32, products: impl Iterator<Item = (u32, u32)>) -> u32 {
    remainder(products.map(|(a, b)| u128::from(a) * u128::from(b)).sum(), q)
}

fn add(q: u32, a: u32, b: u32) -> u32 {
    remainder(u128::from(a) + u128::from(b), q)
}

/// The residue of a plaintext with real slots, of which `half` are the first n/2.
fn real(half: &[u32], i: usize) -> u32 {
    if i < half.len() { half[i] } else { half[2 * half.len() - 1 - i] }
}

fn montgomery(modulus: Modulus, plain: &[u32]) -> Vec<u32> {
    plain.iter().map(|&x| modulus.to_montgomery(x)).collect()
}

fn views(vectors: &[Vec<u32>]) -> Vec<&[u32]> {
    vectors.iter().map(Vec::as_slice).collect()
}

fn views_mut(vectors: &mut [Vec<u32>]) -> Vec<&mut [u32]> {
    vectors.iter_mut().map(Vec::as_mut_slice).collect()
}

#[test]
fn key_products_match_the_definition() {
    const N: usize = 64;
    for q in MODULI {
        let modulus = Modulus::new(q).unwrap();
        // Fewer digits than the key has, as many, and counts around the folding's period.
        for (digit_count, key_digits) in [(1, 1), (1, 3), (2, 2), (7, 7), (8, 8), (9, 13), (13, 13), (16, 17), (32, 32)]
        {
            let digits = residues(digit_count * N, q, 1);
            let limbs: Vec<Vec<u32>> = (0..2 * key_digits).map(|i| residues(N, q, 2 + i as u64)).collect();
            let before = residues(2 * N, q, 99);
            let expected: Vec<u32> = (0..2 * N)
                .map(|at| {
                    let (component, i) = (at / N, at % N);
                    sum_of_products(q, (0..digit_count).map(|d| (digits[d * N + i], limbs[2 * d + component][i])))
                })
                .collect();
            for isa in tiers() {
                let mut key = vec![0; key_stream_words(key_digits, N)];
                key_stream_from_limbs(isa, modulus, &views(&limbs), &mut key);
                let mut out = vec![u32::MAX; 2 * N];
                let digits: Vec<&[u32]> = digits.chunks_exact(N).collect();
                key_product_into(isa, modulus, &digits, &key, &mut out);
                assert_eq!(out, expected, "{isa}, q {q}, {digit_count} of {key_digits} digits");

                let mut sum = before.clone();
                key_product_add_assign(isa, modulus, &digits, &key, &mut sum);
                let expected: Vec<u32> = before.iter().zip(&expected).map(|(&a, &b)| add(q, a, b)).collect();
                assert_eq!(sum, expected, "{isa}, q {q}, {digit_count} of {key_digits} digits, added");

                let mut back = vec![vec![0; N]; 2 * key_digits];
                key_stream_to_limbs(isa, modulus, &key, &mut views_mut(&mut back));
                assert_eq!(back, limbs, "{isa}, q {q}");
            }
        }
    }
}

#[test]
fn turned_key_products_are_products_and_then_an_automorphism() {
    const N: usize = 1024;
    for (q, digit_count) in MODULI.into_iter().cycle().zip([1, 2, 3, 6, 7, 8, 9, 15, 16, 32]) {
        let modulus = Modulus::new(q).unwrap();
        let digits = residues(digit_count * N, q, 1);
        let digits: Vec<&[u32]> = digits.chunks_exact(N).collect();
        let (key, values) = (residues(key_stream_words(digit_count, N), q, 2), residues(N, q, 3));
        let (before, factor) = (residues(2 * N, q, 4), q - 1);
        for (steps, with_addend) in [(1, true), (-5, false), (64, true)] {
            let automorphism = Automorphism::new(10, galois_element(steps, 10)).unwrap();
            let addend = with_addend.then_some(Addend { values: &values, factor });
            for isa in tiers() {
                let mut product = vec![0; 2 * N];
                key_product_into(isa, modulus, &digits, &key, &mut product);
                if with_addend {
                    for (product, &x) in product.iter_mut().zip(&values) {
                        *product =
                            add(q, *product, sum_of_products(q, [(x, modulus.from_montgomery(factor))].into_iter()));
                    }
                }
                let mut expected = vec![0; 2 * N];
                for (product, expected) in product.chunks_exact(N).zip(expected.chunks_exact_mut(N)) {
                    automorphism.apply_into(isa, product, expected);
                }
                let mut out = vec![u32::MAX; 2 * N];
                let mode = Accumulation::Overwrite;
                turned_key_product_into(isa, modulus, &digits, &key, addend, &automorphism, mode, &mut out);
                assert_eq!(out, expected, "{isa}, q {q}, {digit_count} digits by {steps}");

                let mut out = before.clone();
                let mode = Accumulation::Add;
                turned_key_product_into(isa, modulus, &digits, &key, addend, &automorphism, mode, &mut out);
                let expected: Vec<u32> = before.iter().zip(&expected).map(|(&a, &b)| add(q, a, b)).collect();
                assert_eq!(out, expected, "{isa}, q {q}, {digit_count} digits by {steps}, added");
            }
        }
    }
}

/// Products of the largest residues, for every number of digits: the sums that come closest to 2^64.
#[test]
fn largest_sums_do_not_overflow() {
    const N: usize = 16;
    for q in MODULI {
        let modulus = Modulus::new(q).unwrap();
        for digits in 1..=MAX_DIGITS {
            // In Montgomery form too the factor is q - 1.
            let key = vec![q - 1; key_stream_words(digits, N)];
            let expected = sum_of_products(q, (0..digits).map(|_| (q - 1, modulus.from_montgomery(q - 1))));
            for isa in tiers() {
                let mut out = [0; 2 * N];
                key_product_into(isa, modulus, &vec![&[q - 1; N][..]; digits], &key, &mut out);
                assert_eq!(out, [expected; 2 * N], "{isa}, q {q}, {digits} digits");
            }
        }
    }
}

#[test]
fn tiles_match_the_definition() {
    for (n, inputs, outputs) in [
        (32, 1, 1),
        (32, 3, 2),
        (64, 7, 3),
        (64, 8, 4),
        (64, 9, 4),
        (96, 16, 1),
        (1024, 16, 4),
        (1024, 17, 3),
        (128, 63, 2),
        (64, 9, 5),
        (64, 16, 7),
        (128, 17, 8),
        (64, 64, 4),
    ] {
        for q in MODULI {
            check_tiles(n, TileShape::new(inputs, outputs), outputs, q);
            check_tiles(n, TileShape::new(inputs, outputs), 2 * outputs + 1, q);
        }
    }
}

/// Checks `outputs` sums, taken in tiles of the shape's outputs and what is left of them.
fn check_tiles(n: usize, shape: TileShape, outputs: usize, q: u32) {
    let inputs = shape.inputs();
    let modulus = Modulus::new(q).unwrap();
    let ciphertexts: Vec<Vec<u32>> = (0..inputs).map(|k| residues(2 * n, q, 3 + k as u64)).collect();
    let weights: Vec<Vec<u32>> = (0..inputs * outputs).map(|i| residues(n / 2, q, 1000 + i as u64)).collect();
    let before: Vec<Vec<u32>> = (0..outputs).map(|o| residues(2 * n, q, 2000 + o as u64)).collect();
    let expected = |o: usize, at: usize| {
        sum_of_products(q, (0..inputs).map(|k| (ciphertexts[k][at], real(&weights[k * outputs + o], at % n))))
    };
    let sums: Vec<Vec<u32>> = (0..outputs).map(|o| (0..2 * n).map(|at| expected(o, at)).collect()).collect();
    let added: Vec<Vec<u32>> =
        before.iter().zip(&sums).map(|(a, b)| a.iter().zip(b).map(|(&a, &b)| add(q, a, b)).collect()).collect();
    for isa in tiers() {
        let stream = |first: usize| {
            let shape = TileShape::new(inputs, shape.outputs().min(outputs - first));
            let mut stream = vec![0; weight_stream_words(shape, n)];
            for (k, o) in (0..inputs).flat_map(|k| (0..shape.outputs()).map(move |o| (k, o))) {
                weight_stream_insert(isa, modulus, &mut stream, shape, k, o, &weights[k * outputs + first + o]);
            }
            (stream, shape.outputs())
        };
        let streams: Vec<_> = (0..outputs).step_by(shape.outputs()).map(stream).collect();
        let tiles: Vec<_> = streams.iter().map(|(stream, outputs)| WeightTile { stream, outputs: *outputs }).collect();
        let mut scratch = vec![u32::MAX; multiply_accumulate_scratch_words(inputs, n)];
        for (mode, mut out, expected) in [
            (Accumulation::Overwrite, vec![vec![u32::MAX; 2 * n]; outputs], &sums),
            (Accumulation::Add, before.clone(), &added),
        ] {
            let (x, outputs) = (views(&ciphertexts), &mut views_mut(&mut out));
            multiply_accumulate_into(isa, modulus, &x, &tiles, outputs, mode, &mut scratch);
            assert_eq!(&out, expected, "{isa}, q {q}, n {n}, {shape:?}, {mode:?}");
        }
        check_batches(isa, modulus, &ciphertexts, &tiles, &sums);
    }
}

/// Checks that batches that share the weights give what each gives: `inputs` give `sums`, before
/// and after a batch of zeros.
fn check_batches(isa: Isa, modulus: Modulus, inputs: &[Vec<u32>], tiles: &[WeightTile<'_>], sums: &[Vec<u32>]) {
    let zeros = |count: usize| vec![vec![0; inputs[0].len()]; count];
    if 3 * inputs.len() > MAX_INPUTS {
        return;
    }
    let batches = [inputs, &zeros(inputs.len()), inputs].concat();
    let expected = [sums, &zeros(sums.len()), sums].concat();
    let mut out = vec![vec![u32::MAX; inputs[0].len()]; 3 * sums.len()];
    let mut scratch = vec![u32::MAX; multiply_accumulate_scratch_words(batches.len(), inputs[0].len() / 2)];
    let (x, mode) = (views(&batches), Accumulation::Overwrite);
    multiply_accumulate_into(isa, modulus, &x, tiles, &mut views_mut(&mut out), mode, &mut scratch);
    assert!(out == expected, "{isa}, {} inputs, {} outputs", inputs.len(), sums.len());
}

#[test]
fn real_products_match_the_definition() {
    for n in [32, 1024] {
        for q in MODULI {
            let modulus = Modulus::new(q).unwrap();
            let (ciphertext, half, before) = (residues(2 * n, q, 1), residues(n / 2, q, 2), residues(2 * n, q, 3));
            let products: Vec<u32> = (0..2 * n)
                .map(|at| sum_of_products(q, std::iter::once((ciphertext[at], real(&half, at % n)))))
                .collect();
            let sums: Vec<u32> = products.iter().zip(&before).map(|(&a, &b)| add(q, a, b)).collect();
            let weight = montgomery(modulus, &half);
            for isa in tiers() {
                let mut out = vec![u32::MAX; 2 * n];
                multiply_real_into(isa, modulus, &ciphertext, &weight, &mut out);
                assert_eq!(out, products, "{isa}, q {q}, n {n}");
                let mut out = before.clone();
                multiply_real_add_assign(isa, modulus, &ciphertext, &weight, &mut out);
                assert_eq!(out, sums, "{isa}, q {q}, n {n}, added");
            }
        }
    }
}

/// A modulus for the tests of preconditions, and the instructions.
fn any() -> (Isa, Modulus) {
    (Isa::detect(), Modulus::new(12_289).unwrap())
}

mod refused_key_products {
    use super::*;

    fn product(digits: &[usize], key_words: usize, out_words: usize) {
        let (isa, modulus) = any();
        let digits: Vec<_> = digits.iter().map(|&words| vec![0; words]).collect();
        let digits: Vec<_> = digits.iter().map(Vec::as_slice).collect();
        key_product_into(isa, modulus, &digits, &vec![0; key_words], &mut vec![0; out_words]);
    }

    #[test]
    #[should_panic(expected = "0 words are no pair of limbs")]
    fn empty() {
        product(&[0], 0, 0);
    }

    #[test]
    #[should_panic(expected = "48 words are no pair of limbs")]
    fn half_block() {
        product(&[24], 48, 48);
    }

    #[test]
    #[should_panic(expected = "0 digits are not 1 to 32")]
    fn no_digit() {
        product(&[], 64, 64);
    }

    #[test]
    #[should_panic(expected = "residues of a digit")]
    fn part_of_a_digit() {
        product(&[32, 16], 128, 64);
    }

    #[test]
    #[should_panic(expected = "33 digits are not 1 to 32")]
    fn too_many_digits() {
        product(&[32; 33], 33 * 64, 64);
    }

    #[test]
    #[should_panic(expected = "64 words are no key stream of 2 or more digits")]
    fn key_of_fewer_digits() {
        product(&[32; 2], 64, 64);
    }

    #[test]
    #[should_panic(expected = "96 words are no key stream")]
    fn part_of_a_key_digit() {
        product(&[32], 96, 64);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "a residue is not below the modulus 12289")]
    fn unreduced_digit() {
        let (isa, modulus) = any();
        key_product_into(isa, modulus, &[&[12_289; 16]], &[0; 32], &mut [0; 32]);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "a residue is not below the modulus 12289")]
    fn unreduced_sum() {
        let (isa, modulus) = any();
        key_product_add_assign(isa, modulus, &[&[0; 16]], &[0; 32], &mut [12_289; 32]);
    }

    fn insert(stream_words: usize, digits: usize, digit: usize, component: usize, n: usize) {
        let (isa, modulus) = any();
        key_stream_insert(isa, modulus, &mut vec![0; stream_words], digits, digit, component, &vec![0; n]);
    }

    #[test]
    #[should_panic(expected = "words of a key stream")]
    fn stream_of_another_length() {
        insert(64, 2, 0, 0, 32);
    }

    #[test]
    #[should_panic(expected = "digit 2 of 2, component 1 of 2")]
    fn unknown_digit() {
        insert(128, 2, 2, 1, 32);
    }

    #[test]
    #[should_panic(expected = "digit 1 of 2, component 2 of 2")]
    fn unknown_component() {
        insert(128, 2, 1, 2, 32);
    }

    #[test]
    #[should_panic(expected = "24 residues are no whole blocks")]
    fn limb_of_half_a_block() {
        insert(96, 2, 1, 1, 24);
    }

    #[test]
    #[should_panic(expected = "3 limbs are no pairs")]
    fn odd_number_of_limbs() {
        let (isa, modulus) = any();
        key_stream_from_limbs(isa, modulus, &[&[0; 16][..]; 3], &mut [0; 48]);
    }
}

mod refused_tiles {
    use super::*;

    /// Two inputs, two outputs and n = 32, except for what is said.
    struct Lengths {
        inputs: Vec<usize>,
        weights: usize,
        in_tile: usize,
        outputs: Vec<usize>,
        scratch: usize,
    }

    fn right() -> Lengths {
        Lengths { inputs: vec![64; 2], weights: 64, in_tile: 2, outputs: vec![64; 2], scratch: 128 }
    }

    fn run(lengths: &Lengths) {
        let (isa, modulus) = any();
        let zeros = |lengths: &[usize]| lengths.iter().map(|&words| vec![0; words]).collect::<Vec<_>>();
        let (inputs, mut outputs) = (zeros(&lengths.inputs), zeros(&lengths.outputs));
        let (weights, mut scratch) = (vec![0; lengths.weights], vec![0; lengths.scratch]);
        let (mode, outputs) = (Accumulation::Overwrite, &mut views_mut(&mut outputs));
        let tiles = [WeightTile { stream: &weights, outputs: lengths.in_tile }];
        multiply_accumulate_into(isa, modulus, &views(&inputs), &tiles, outputs, mode, &mut scratch);
    }

    #[test]
    fn right_lengths_are_not() {
        run(&right());
    }

    #[test]
    #[should_panic(expected = "0 inputs, not 1 to 64")]
    fn no_input() {
        run(&Lengths { inputs: vec![], ..right() });
    }

    #[test]
    #[should_panic(expected = "65 inputs, not 1 to 64")]
    fn too_many_inputs() {
        run(&Lengths { inputs: vec![64; 65], ..right() });
    }

    #[test]
    #[should_panic(expected = "number of outputs")]
    fn no_output() {
        run(&Lengths { in_tile: 0, outputs: vec![], ..right() });
    }

    #[test]
    #[should_panic(expected = "number of outputs")]
    fn too_many_outputs() {
        run(&Lengths { in_tile: 9, outputs: vec![64; 9], ..right() });
    }

    #[test]
    #[should_panic(expected = "outputs of tiles of")]
    fn more_outputs_than_the_tiles_have() {
        run(&Lengths { outputs: vec![64; 3], ..right() });
    }

    #[test]
    #[should_panic(expected = "96 words are no pair of limbs")]
    fn half_a_pair_of_blocks() {
        run(&Lengths { inputs: vec![96; 2], outputs: vec![96; 2], ..right() });
    }

    #[test]
    #[should_panic(expected = "words of an output")]
    fn outputs_of_different_lengths() {
        run(&Lengths { outputs: vec![64, 128], ..right() });
    }

    #[test]
    #[should_panic(expected = "words of an input")]
    fn input_of_another_length() {
        run(&Lengths { inputs: vec![64, 128], ..right() });
    }

    #[test]
    #[should_panic(expected = "words of the weights of 2 by 2 plaintexts")]
    fn weights_of_another_length() {
        run(&Lengths { weights: 128, ..right() });
    }

    #[test]
    #[should_panic(expected = "127 words of scratch, 128 needed")]
    fn short_scratch() {
        run(&Lengths { scratch: 127, ..right() });
    }

    #[test]
    #[should_panic(expected = "plaintext 1, 2 of 2 by 2")]
    fn unknown_output() {
        let (isa, modulus) = any();
        weight_stream_insert(isa, modulus, &mut [0; 64], TileShape::new(2, 2), 1, 2, &[0; 16]);
    }

    #[test]
    #[should_panic(expected = "words of the weights of 2 by 2 plaintexts")]
    fn stream_of_another_length() {
        let (isa, modulus) = any();
        weight_stream_insert(isa, modulus, &mut [0; 128], TileShape::new(2, 2), 1, 1, &[0; 16]);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "a residue is not below the modulus 12289")]
    fn unreduced_weight() {
        let (isa, modulus) = any();
        let (mode, outputs) = (Accumulation::Overwrite, &mut [&mut [0; 64][..]]);
        let tiles = [WeightTile { stream: &[12_289; 16], outputs: 1 }];
        multiply_accumulate_into(isa, modulus, &[&[0; 64]], &tiles, outputs, mode, &mut [0; 64]);
    }
}

mod refused_real_products {
    use super::*;

    fn product(ciphertext_words: usize, weight_words: usize, out_words: usize) {
        let (isa, modulus) = any();
        multiply_real_into(isa, modulus, &vec![0; ciphertext_words], &vec![0; weight_words], &mut vec![0; out_words]);
    }

    #[test]
    #[should_panic(expected = "0 words are no pair of limbs")]
    fn empty() {
        product(0, 0, 0);
    }

    #[test]
    #[should_panic(expected = "96 words are no pair of limbs")]
    fn half_a_pair_of_blocks() {
        product(96, 24, 96);
    }

    #[test]
    #[should_panic(expected = "words of the ciphertext's limb")]
    fn ciphertext_of_another_length() {
        product(128, 16, 64);
    }

    #[test]
    #[should_panic(expected = "words of half a plaintext's limb")]
    fn whole_plaintext() {
        product(64, 32, 64);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "a residue is not below the modulus 12289")]
    fn unreduced_weight() {
        let (isa, modulus) = any();
        multiply_real_into(isa, modulus, &[0; 64], &[12_289; 16], &mut [0; 64]);
    }
}
