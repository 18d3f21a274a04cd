//! Convolutions with scalars.

use super::*;

fn run(input: usize, row: usize, count: usize) -> ScalarRun {
    ScalarRun { input, row, count }
}

/// Inputs, rows of weights, outputs of each part of the weights, and the runs of each sum.
struct Case {
    inputs: usize,
    inputs_each: usize,
    rows: usize,
    outputs: Vec<usize>,
    outputs_each: usize,
    sums: Vec<Vec<ScalarRun>>,
}

#[test]
fn sums_match_the_definition() {
    let cases = [
        Case { inputs: 1, inputs_each: 1, rows: 1, outputs: vec![1], outputs_each: 1, sums: vec![vec![run(0, 0, 1)]] },
        // Neighbouring sums over windows of the same inputs; runs that are no whole groups of a folding.
        Case {
            inputs: 24,
            inputs_each: 3,
            rows: 18,
            outputs: vec![8, 4],
            outputs_each: 4,
            sums: vec![vec![run(0, 0, 9), run(9, 9, 9)], vec![run(3, 3, 6), run(12, 9, 9)], vec![run(23, 17, 1)]],
        },
        // Many products, whose sums are folded across runs.
        Case {
            inputs: 40,
            inputs_each: 8,
            rows: 40,
            outputs: vec![13],
            outputs_each: 1,
            sums: vec![vec![run(0, 0, 7), run(7, 7, 8), run(15, 15, 25)], vec![run(0, 0, 40)]],
        },
    ];
    for case in &cases {
        for n in [16, 48, 256] {
            for q in MODULI {
                check(n, case, q);
            }
        }
    }
}

fn check(n: usize, case: &Case, q: u32) {
    let Case { inputs, inputs_each, rows, ref outputs, outputs_each, ref sums } = *case;
    let modulus = Modulus::new(q).unwrap();
    let ciphertexts: Vec<Vec<u32>> = (0..inputs).map(|k| residues(2 * n, q, 3 + k as u64)).collect();
    let slices: Vec<Vec<u32>> = ciphertexts.chunks(inputs_each).map(<[_]>::concat).collect();
    let plain: Vec<Vec<u32>> =
        outputs.iter().map(|&outputs| residues(rows * outputs, q, 1000 + outputs as u64)).collect();
    let parts: Vec<_> = plain
        .iter()
        .zip(outputs)
        .map(|(plain, &outputs)| {
            let shape = PeriodicShape::new(rows, outputs, 1);
            let mut words = vec![u32::MAX; periodic_weight_words(shape)];
            for (i, &weight) in plain.iter().enumerate() {
                let weight = modulus.to_montgomery(weight);
                periodic_weights_insert(shape, i / outputs, i % outputs, &[weight], &mut words);
            }
            (shape, words)
        })
        .collect();
    let weights: Vec<_> = parts.iter().map(|(shape, words)| ScalarWeights { shape: *shape, words }).collect();

    let mut expected = Vec::new();
    for (plain, &outputs) in plain.iter().zip(outputs) {
        for runs in sums {
            for o in 0..outputs {
                expected.extend((0..2 * n).map(|at| {
                    let of_run = |run: &ScalarRun| {
                        let ScalarRun { input, row, count } = *run;
                        (0..count).map(move |i| (input + i, row + i))
                    };
                    let products = runs.iter().flat_map(of_run);
                    sum_of_products(q, products.map(|(k, r)| (ciphertexts[k][at], plain[r * outputs + o])))
                }));
            }
        }
    }
    let mut scratch = vec![u32::MAX; multiply_accumulate_scalar_scratch_words(inputs, n)];
    let sums: Vec<_> = sums.iter().map(Vec::as_slice).collect();
    for isa in tiers() {
        let mut out = vec![vec![u32::MAX; 2 * n * outputs_each]; expected.len() / (2 * n * outputs_each)];
        let (inputs, mut outputs) = (views(&slices), views_mut(&mut out));
        multiply_accumulate_scalar_into(isa, modulus, n, &inputs, &sums, &weights, &mut outputs, &mut scratch);
        assert!(out.concat() == expected, "{isa}, q {q}, n {n}, {inputs_each} and {outputs_each} a slice");
    }
}

/// Products of the largest residues, for every number of inputs up to several foldings, in runs of all lengths.
#[test]
fn largest_sums_do_not_overflow() {
    const N: usize = 16;
    for q in MODULI {
        let modulus = Modulus::new(q).unwrap();
        for length in 1..=9 {
            for runs in 1..=9 {
                let inputs = length * runs;
                let shape = PeriodicShape::new(inputs, 1, 1);
                let words = vec![q - 1; inputs];
                let runs: Vec<_> = (0..runs).map(|r| run(r * length, r * length, length)).collect();
                let factor = modulus.from_montgomery(q - 1);
                let expected = sum_of_products(q, (0..inputs).map(|_| (q - 1, factor)));
                let ciphertexts = vec![q - 1; 2 * N * inputs];
                let mut scratch = vec![0; multiply_accumulate_scalar_scratch_words(inputs, N)];
                for isa in tiers() {
                    let mut out = [0; 2 * N];
                    let weights = [ScalarWeights { shape, words: &words }];
                    let outputs = &mut [&mut out[..]];
                    let inputs = [&ciphertexts[..]];
                    multiply_accumulate_scalar_into(
                        isa,
                        modulus,
                        N,
                        &inputs,
                        &[&runs],
                        &weights,
                        outputs,
                        &mut scratch,
                    );
                    assert_eq!(out, [expected; 2 * N], "{isa}, q {q}, runs of {length}");
                }
            }
        }
    }
}

/// Two inputs in one slice, two rows, two outputs in one slice, n = 32, except for what is said.
struct Operands {
    n: usize,
    inputs: Vec<usize>,
    sums: Vec<Vec<ScalarRun>>,
    blocks: usize,
    weights: usize,
    outputs: Vec<usize>,
    scratch: usize,
}

fn right() -> Operands {
    Operands {
        n: 32,
        inputs: vec![128],
        sums: vec![vec![run(0, 0, 2)]],
        blocks: 1,
        weights: 4,
        outputs: vec![128],
        scratch: 128,
    }
}

fn call(operands: &Operands) {
    let (isa, modulus) = any();
    let zeros = |lengths: &[usize]| lengths.iter().map(|&words| vec![0; words]).collect::<Vec<_>>();
    let (inputs, mut outputs) = (zeros(&operands.inputs), zeros(&operands.outputs));
    let (words, mut scratch) = (vec![0; operands.weights], vec![0; operands.scratch]);
    let weights = [ScalarWeights { shape: PeriodicShape::new(2, 2, operands.blocks), words: &words }];
    let sums: Vec<_> = operands.sums.iter().map(Vec::as_slice).collect();
    let (inputs, outputs) = (views(&inputs), &mut views_mut(&mut outputs));
    multiply_accumulate_scalar_into(isa, modulus, operands.n, &inputs, &sums, &weights, outputs, &mut scratch);
}

#[test]
fn right_operands_are_not_refused() {
    call(&right());
}

#[test]
#[should_panic(expected = "limbs of 24 residues are no whole blocks")]
fn length_of_no_whole_blocks() {
    call(&Operands { n: 24, ..right() });
}

#[test]
#[should_panic(expected = "slices of 96 words hold no whole ciphertexts of 32")]
fn slices_of_no_whole_ciphertexts() {
    call(&Operands { inputs: vec![96], ..right() });
}

#[test]
#[should_panic(expected = "slices hold unequal numbers of ciphertexts")]
fn unequal_slices() {
    call(&Operands { inputs: vec![64, 128], ..right() });
}

#[test]
#[should_panic(expected = "hold no whole ciphertexts")]
fn no_input() {
    call(&Operands { inputs: vec![], ..right() });
}

#[test]
#[should_panic(expected = "of 2 inputs and 2 rows")]
fn run_beyond_the_inputs() {
    call(&Operands { sums: vec![vec![run(1, 0, 2)]], ..right() });
}

#[test]
#[should_panic(expected = "of 2 inputs and 2 rows")]
fn run_beyond_the_rows() {
    call(&Operands { sums: vec![vec![run(0, 1, 2)]], ..right() });
}

#[test]
#[should_panic(expected = "a sum of no products")]
fn sum_of_no_runs() {
    call(&Operands { sums: vec![vec![]], ..right() });
}

#[test]
#[should_panic(expected = "of 2 inputs and 2 rows")]
fn empty_run() {
    call(&Operands { sums: vec![vec![run(0, 0, 0)]], ..right() });
}

#[test]
#[should_panic(expected = "blocks of a scalar")]
fn weights_of_two_blocks() {
    call(&Operands { blocks: 2, weights: 8, ..right() });
}

#[test]
#[should_panic(expected = "words of the weights")]
fn weights_of_another_length() {
    call(&Operands { weights: 5, ..right() });
}

#[test]
#[should_panic(expected = "outputs of a convolution")]
fn other_number_of_outputs() {
    call(&Operands { outputs: vec![64], ..right() });
}

#[test]
#[should_panic(expected = "127 words of scratch, 128 needed")]
fn short_scratch() {
    call(&Operands { scratch: 127, ..right() });
}
