//! Convolutions with periodic plaintexts.

use super::*;

#[test]
fn convolutions_match_the_definition() {
    // Every size of a tile, several tiles, inputs around the folding's period, and blocks from half a widest vector to all
    // residues.
    for (n, blocks, inputs, outputs) in [
        (16, 1, 1, 1),
        (16, 2, 3, 2),
        (32, 2, 7, 3),
        (64, 8, 8, 4),
        (64, 4, 9, 5),
        (128, 16, 16, 6),
        (128, 8, 17, 7),
        (256, 32, 24, 13),
        (256, 1, 25, 8),
        (512, 4, 33, 2),
        (1024, 8, 48, 10),
        (64, 8, 128, 3),
    ] {
        for q in MODULI {
            check(n, PeriodicShape::new(inputs, outputs, blocks), q);
        }
    }
}

fn check(n: usize, shape: PeriodicShape, q: u32) {
    let (inputs, outputs, block_length) = (shape.inputs(), shape.outputs(), n / shape.blocks());
    let modulus = Modulus::new(q).unwrap();
    let ciphertexts: Vec<Vec<u32>> = (0..inputs).map(|k| residues(2 * n, q, 3 + k as u64)).collect();
    let plain: Vec<Vec<u32>> = (0..inputs * outputs).map(|i| residues(shape.blocks(), q, 1000 + i as u64)).collect();
    let before: Vec<Vec<u32>> = (0..outputs).map(|o| residues(2 * n, q, 2000 + o as u64)).collect();
    let expected = |o: usize, at: usize| {
        let weight = |k: usize| plain[k * outputs + o][at % n / block_length];
        sum_of_products(q, (0..inputs).map(|k| (ciphertexts[k][at], weight(k))))
    };
    let sums: Vec<Vec<u32>> = (0..outputs).map(|o| (0..2 * n).map(|at| expected(o, at)).collect()).collect();
    let added: Vec<Vec<u32>> =
        before.iter().zip(&sums).map(|(a, b)| a.iter().zip(b).map(|(&a, &b)| add(q, a, b)).collect()).collect();

    let mut weights = vec![u32::MAX; periodic_weight_words(shape)];
    for (i, plain) in plain.iter().enumerate() {
        periodic_weights_insert(shape, i / outputs, i % outputs, &montgomery(modulus, plain), &mut weights);
    }
    for (i, plain) in plain.iter().enumerate() {
        let word = |block| periodic_weight(shape, i / outputs, i % outputs, block, &weights);
        assert_eq!((0..shape.blocks()).map(word).collect::<Vec<_>>(), montgomery(modulus, plain));
    }
    let mut scratch = vec![u32::MAX; multiply_accumulate_periodic_scratch_words(inputs, n)];
    for isa in tiers() {
        for (mode, start, expected) in [
            (Accumulation::Overwrite, vec![vec![u32::MAX; 2 * n]; outputs], &sums),
            (Accumulation::Add, before.clone(), &added),
        ] {
            let (ciphertexts, mut out) = (views(&ciphertexts), start);
            // In one call, and in one for the first tile and one for the others.
            let whole = out.clone();
            for first in [shape.tiles(), 1] {
                out.clone_from(&whole);
                let mut outputs = views_mut(&mut out);
                for tiles in [0..first, first..shape.tiles()].into_iter().filter(|tiles| !tiles.is_empty()) {
                    let outputs = &mut outputs[shape.outputs_of(tiles.clone())];
                    multiply_accumulate_periodic_into(
                        isa,
                        modulus,
                        shape,
                        tiles,
                        &ciphertexts,
                        &weights,
                        outputs,
                        mode,
                        &mut scratch,
                    );
                }
                assert!(&out == expected, "{isa}, q {q}, n {n}, {shape:?}, {mode:?}");
            }
        }
    }
}

/// Products of the largest residues, for every number of inputs up to several foldings: the sums closest to 2^64.
#[test]
fn largest_sums_do_not_overflow() {
    const N: usize = 16;
    for q in MODULI {
        let modulus = Modulus::new(q).unwrap();
        for inputs in 1..=48 {
            let shape = PeriodicShape::new(inputs, 1, 2);
            // In Montgomery form too the factor is q - 1.
            let weights = vec![q - 1; periodic_weight_words(shape)];
            let ciphertexts = vec![vec![q - 1; 2 * N]; inputs];
            let expected = sum_of_products(q, (0..inputs).map(|_| (q - 1, modulus.from_montgomery(q - 1))));
            let mut scratch = vec![0; multiply_accumulate_periodic_scratch_words(inputs, N)];
            for isa in tiers() {
                let mut out = [0; 2 * N];
                let (ciphertexts, outputs) = (views(&ciphertexts), &mut [&mut out[..]]);
                let mode = Accumulation::Overwrite;
                multiply_accumulate_periodic_into(
                    isa,
                    modulus,
                    shape,
                    0..1,
                    &ciphertexts,
                    &weights,
                    outputs,
                    mode,
                    &mut scratch,
                );
                assert_eq!(out, [expected; 2 * N], "{isa}, q {q}, {inputs} inputs");
            }
        }
    }
}

/// Two inputs, two outputs, n = 32 and four blocks, except for what is said.
struct Lengths {
    inputs: Vec<usize>,
    weights: usize,
    outputs: Vec<usize>,
    scratch: usize,
}

fn right() -> Lengths {
    Lengths { inputs: vec![64; 2], weights: 16, outputs: vec![64; 2], scratch: 128 }
}

fn run(lengths: &Lengths) {
    let (isa, modulus) = any();
    let zeros = |lengths: &[usize]| lengths.iter().map(|&words| vec![0; words]).collect::<Vec<_>>();
    let (inputs, mut outputs) = (zeros(&lengths.inputs), zeros(&lengths.outputs));
    let (weights, mut scratch) = (vec![0; lengths.weights], vec![0; lengths.scratch]);
    let (shape, inputs, outputs) = (PeriodicShape::new(2, 2, 4), views(&inputs), &mut views_mut(&mut outputs));
    let (mode, tiles) = (Accumulation::Overwrite, 0..shape.tiles());
    multiply_accumulate_periodic_into(isa, modulus, shape, tiles, &inputs, &weights, outputs, mode, &mut scratch);
}

#[test]
fn right_lengths_are_not_refused() {
    run(&right());
}

#[test]
#[should_panic(expected = "inputs of a convolution")]
fn other_number_of_inputs() {
    run(&Lengths { inputs: vec![64; 3], ..right() });
}

#[test]
#[should_panic(expected = "outputs of a convolution")]
fn other_number_of_outputs() {
    run(&Lengths { outputs: vec![64], ..right() });
}

#[test]
#[should_panic(expected = "limbs of 16 residues have no 4 blocks of 8 or more")]
fn short_blocks() {
    run(&Lengths { inputs: vec![32; 2], outputs: vec![32; 2], ..right() });
}

#[test]
#[should_panic(expected = "limbs of 48 residues have no 4 blocks")]
fn length_that_is_no_power_of_two() {
    run(&Lengths { inputs: vec![96; 2], outputs: vec![96; 2], ..right() });
}

#[test]
#[should_panic(expected = "words of an input")]
fn input_of_another_length() {
    run(&Lengths { inputs: vec![64, 128], ..right() });
}

#[test]
#[should_panic(expected = "words of an output")]
fn output_of_another_length() {
    run(&Lengths { outputs: vec![64, 128], ..right() });
}

#[test]
#[should_panic(expected = "words of the weights of PeriodicShape")]
fn weights_of_another_length() {
    run(&Lengths { weights: 12, ..right() });
}

#[test]
#[should_panic(expected = "127 words of scratch, 128 needed")]
fn short_scratch() {
    run(&Lengths { scratch: 127, ..right() });
}

#[test]
#[should_panic(expected = "no power of two")]
fn blocks_that_are_no_power_of_two() {
    let _ = PeriodicShape::new(2, 2, 3);
}

#[test]
#[should_panic(expected = "needs an input and an output")]
fn no_output() {
    let _ = PeriodicShape::new(2, 0, 4);
}

#[test]
#[should_panic(expected = "plaintext 1, 2 of 2 by 2")]
fn unknown_output() {
    periodic_weights_insert(PeriodicShape::new(2, 2, 4), 1, 2, &[0; 4], &mut [0; 16]);
}

#[test]
#[should_panic(expected = "block 4 of plaintext 1, 1 of 2 by 2 of 4 blocks")]
fn unknown_block() {
    let _ = periodic_weight(PeriodicShape::new(2, 2, 4), 1, 1, 4, &[0; 16]);
}

#[test]
#[should_panic(expected = "distinct residues of a periodic plaintext")]
fn whole_plaintext() {
    periodic_weights_insert(PeriodicShape::new(2, 2, 4), 1, 1, &[0; 32], &mut [0; 16]);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "a residue is not below the modulus 12289")]
fn unreduced_weight() {
    let ((isa, modulus), shape) = (any(), PeriodicShape::new(1, 1, 1));
    let (mode, outputs) = (Accumulation::Overwrite, &mut [&mut [0; 32][..]]);
    multiply_accumulate_periodic_into(
        isa,
        modulus,
        shape,
        0..shape.tiles(),
        &[&[0; 32]],
        &[12_289],
        outputs,
        mode,
        &mut [0; 32],
    );
}
