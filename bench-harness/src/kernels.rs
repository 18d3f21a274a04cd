//! Times of single kernels on one thread, at the ring of the paper's networks. Each is verified before it is timed.
//!
//! Operands stay where the caches keep them from call to call: these are times of arithmetic, not of memory.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hear_engine::{
    circuits::rotation::Rotation,
    ckks::{EvaluateError, Evaluator},
    params::{Parameters, ParametersError, ParametersLiteral},
    ring::{Context, PrimeIndex, Words, zeroed_words},
    rlwe::{
        Ciphertext, Gadget, KeyError, KeySwitchSpec, KeyTarget, PublicKey, PublicSeed, Purpose, Randomness,
        RandomnessError, SecretKey, SpecError, SwitchingKey,
    },
};
use hear_kernels::{
    accumulate::{
        Accumulation, TileShape, WeightTile, key_product_into, key_stream_from_limbs, key_stream_words,
        multiply_accumulate_into, multiply_accumulate_scratch_words, weight_stream_insert, weight_stream_words,
    },
    modulus::Modulus,
    simd::Isa,
};

use crate::statistics::Summary;

/// The parameter set: 13 data primes and a special one at N = 2^14.
const PARAMETERS: &str = "fast-hear";
/// Limbs at which a rotation is timed: the highest, a middle and a low level.
const ROTATION_LIMBS: [usize; 3] = [13, 7, 4];
/// Another one, with several special primes: 8 data primes and 4 special ones.
const HYBRID_PARAMETERS: &str = "lean-hear";
/// Limbs at which a rotation is timed with all its special primes.
const HYBRID_ROTATION_LIMBS: [usize; 2] = [7, 4];
/// Inputs and outputs of a tile of products, as runs use them.
const TILE: (usize, usize) = (16, 4);
/// A round repeats a kernel for at least so long.
const ROUND: Duration = Duration::from_millis(2);
/// The largest error of a slot after a rotation of numbers in [0, 1): far above the noise, far below a wrong result.
const SLOT_TOLERANCE: f64 = 1e-3;
/// log2 of the scale of the ciphertext that is rotated.
const SCALE_BITS: f64 = 40.0;

/// A kernel's times on one instruction set.
#[derive(Clone, Debug)]
pub struct KernelTimes {
    /// What it does.
    pub name: String,
    /// The instruction set.
    pub isa: Isa,
    /// Microseconds a call.
    pub call_us: Summary,
}

/// Why kernels were not timed.
#[derive(Debug, thiserror::Error)]
pub enum KernelsError {
    /// A kernel computes something else than its definition.
    #[error("{name} on {isa} is wrong: {reason}")]
    Wrong {
        /// The kernel.
        name: String,
        /// The instruction set.
        isa: Isa,
        /// Where it differs.
        reason: String,
    },
    /// The parameters are refused.
    #[error(transparent)]
    Parameters(#[from] ParametersError),
    /// No tables or keys can be made.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A key cannot be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The system gives no randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// Encryption failed.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
}

/// A kernel with operands of its own, verified.
struct Kernel {
    name: String,
    call: Box<dyn FnMut()>,
}

/// Verifies and times all kernels on each instruction set, taking turns within each of `rounds` rounds.
///
/// # Errors
/// If a kernel is wrong: then nothing is timed.
pub fn measure(isas: &[Isa], rounds: usize) -> Result<Vec<KernelTimes>, KernelsError> {
    let parameters = Parameters::new(ParametersLiteral::by_name(PARAMETERS)?)?;
    let mut kernels = Vec::new();
    for &isa in isas {
        let context = Context::new(&parameters, isa);
        for kernel in all(&context)? {
            kernels.push((isa, kernel, Vec::with_capacity(rounds)));
        }
    }
    // By kernel, then by instruction set: what is compared is timed within milliseconds.
    kernels.sort_by(|(_, a, _), (_, b, _)| a.name.cmp(&b.name));
    let calls: Vec<u32> = kernels.iter_mut().map(|(_, kernel, _)| calls_a_round(&mut kernel.call)).collect();
    for _ in 0..rounds {
        for ((_, kernel, times_us), &calls) in kernels.iter_mut().zip(&calls) {
            times_us.push(time_calls(&mut kernel.call, calls).as_secs_f64() * 1e6 / f64::from(calls));
        }
    }
    let summed_up = kernels.into_iter().filter_map(|(isa, Kernel { name, .. }, times_us)| {
        Summary::of(&times_us).map(|call_us| KernelTimes { name, isa, call_us })
    });
    Ok(summed_up.collect())
}

fn time_calls(call: &mut dyn FnMut(), calls: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        call();
    }
    start.elapsed()
}

/// How many calls fill a round; the first calls, which this makes, also warm up.
fn calls_a_round(call: &mut dyn FnMut()) -> u32 {
    let mut calls = 1;
    while time_calls(call, calls) < ROUND {
        calls *= 2;
    }
    calls
}

fn all(context: &Arc<Context>) -> Result<Vec<Kernel>, KernelsError> {
    let mut kernels = vec![forward(context)?, inverse(context)?, key_product(context)?, products(context)?];
    let rotations = Rotations::new(context)?;
    for limbs in ROTATION_LIMBS {
        kernels.push(rotations.kernel(limbs, 1)?);
    }
    let parameters = Parameters::new(ParametersLiteral::by_name(HYBRID_PARAMETERS)?)?;
    let rotations = Rotations::new(&Context::new(&parameters, context.isa()))?;
    for limbs in HYBRID_ROTATION_LIMBS {
        kernels.push(rotations.kernel(limbs, parameters.special().len())?);
    }
    Ok(kernels)
}

/// The prime that single-limb kernels are timed with: time does not depend on it.
const PRIME: PrimeIndex = PrimeIndex(0);

fn forward(context: &Arc<Context>) -> Result<Kernel, KernelsError> {
    let name = "NTT, forward";
    let table = Arc::clone(context.table(PRIME));
    let (modulus, n) = (table.modulus(), context.n());
    let coefficients = residues(1, modulus, n);
    let mut values = coefficients.clone();
    table.forward(&mut values);
    // The definition, at a few points: value[i] = a(psi^(2 bitrev(i) + 1)), by Horner's rule.
    let points = (0..n).step_by(n / 8 + 1);
    let wrong = points.into_iter().find(|&i| {
        let exponent = 2 * (i.reverse_bits() >> (usize::BITS - context.log_n())) + 1;
        let point = modulus.pow(table.root(), exponent as u64);
        let value = coefficients.iter().rev().fold(0, |value, &a| modulus.add(modulus.mul(value, point), a));
        value != values[i]
    });
    verify(context, name, wrong)?;
    let call = Box::new(move || table.forward(&mut values));
    Ok(Kernel { name: name.to_owned(), call })
}

fn inverse(context: &Arc<Context>) -> Result<Kernel, KernelsError> {
    let name = "NTT, inverse";
    let table = Arc::clone(context.table(PRIME));
    let coefficients = residues(2, table.modulus(), context.n());
    let mut values = coefficients.clone();
    // The forward transform has been held to its definition.
    table.forward(&mut values);
    table.inverse(&mut values);
    verify(context, name, differing(&values, &coefficients))?;
    let call = Box::new(move || table.inverse(&mut values));
    Ok(Kernel { name: name.to_owned(), call })
}

fn key_product(context: &Arc<Context>) -> Result<Kernel, KernelsError> {
    let (isa, modulus, n) = (context.isa(), context.modulus(PRIME), context.n());
    let count = context.parameters().max_limbs();
    let name = format!("key product, a limb, {count} digits");
    let digits = residues(3, modulus, count * n);
    let key = residues(4, modulus, 2 * count * n);
    let mut stream = zeroed_words(key_stream_words(count, n));
    key_stream_from_limbs(isa, modulus, &key.chunks_exact(n).collect::<Vec<_>>(), &mut stream);
    let mut out = zeroed_words(2 * n);
    key_product_into(isa, modulus, &digits.chunks_exact(n).collect::<Vec<_>>(), &stream, &mut out);
    let expected = sums(2 * n, |i| {
        let (component, at) = (i / n, i % n);
        let terms = (0..count).map(|d| modulus.mul(digits[d * n + at], key[(2 * d + component) * n + at]));
        terms.fold(0, |sum, term| modulus.add(sum, term))
    });
    verify(context, &name, differing(&out, &expected))?;
    let call = Box::new(move || {
        let digits: Vec<_> = digits.chunks_exact(n).collect();
        key_product_into(isa, modulus, &digits, &stream, &mut out);
    });
    Ok(Kernel { name, call })
}

fn products(context: &Arc<Context>) -> Result<Kernel, KernelsError> {
    let (modulus, n) = (context.modulus(PRIME), context.n());
    let (inputs, outputs) = TILE;
    let name = format!("multiply-accumulate, a limb, {inputs} x {outputs}");
    let halves = residues(6, modulus, inputs * outputs * n / 2);
    let mut tile = Tile::new(context, &halves);
    tile.run();
    let expected = sums(outputs * 2 * n, |i| {
        let (output, at) = (i / (2 * n), i % (2 * n));
        // Plaintexts with real slots are symmetric: half of the residues say all.
        let mirrored = (at % n).min(n - 1 - at % n);
        let terms = (0..inputs).map(|input| {
            modulus.mul(tile.x[input * 2 * n + at], halves[(input * outputs + output) * n / 2 + mirrored])
        });
        terms.fold(0, |sum, term| modulus.add(sum, term))
    });
    verify(context, &name, differing(&tile.out, &expected))?;
    Ok(Kernel { name, call: Box::new(move || tile.run()) })
}

/// One limb of a tile of sums of products.
struct Tile {
    isa: Isa,
    modulus: Modulus,
    pair_words: usize,
    x: Vec<u32>,
    weights: Words,
    scratch: Words,
    out: Words,
}

impl Tile {
    /// `halves` are the first halves of the plaintexts, input by input.
    fn new(context: &Context, halves: &[u32]) -> Self {
        let (isa, modulus, n) = (context.isa(), context.modulus(PRIME), context.n());
        let (inputs, outputs) = TILE;
        let shape = TileShape::new(inputs, outputs);
        let mut weights = zeroed_words(weight_stream_words(shape, n));
        for (i, half) in halves.chunks_exact(n / 2).enumerate() {
            weight_stream_insert(isa, modulus, &mut weights, shape, i / outputs, i % outputs, half);
        }
        Self {
            isa,
            modulus,
            pair_words: 2 * n,
            x: residues(5, modulus, inputs * 2 * n),
            weights,
            scratch: zeroed_words(multiply_accumulate_scratch_words(inputs, n)),
            out: zeroed_words(outputs * 2 * n),
        }
    }

    fn run(&mut self) {
        let Self { isa, modulus, pair_words, x, weights, scratch, out } = self;
        let x: Vec<&[u32]> = x.chunks_exact(*pair_words).collect();
        let mut out: Vec<&mut [u32]> = out.chunks_exact_mut(*pair_words).collect();
        let tile = WeightTile { stream: weights, outputs: TILE.1 };
        multiply_accumulate_into(*isa, *modulus, &x, &[tile], &mut out, Accumulation::Overwrite, scratch);
    }
}

/// A ciphertext to rotate, at every level.
struct Rotations {
    evaluator: Evaluator,
    randomness: Randomness,
    seed: PublicSeed,
    secret: SecretKey,
    slots: Vec<f64>,
    fresh: Ciphertext,
}

impl Rotations {
    /// Slots by which the ciphertext is rotated.
    const STEPS: i32 = 1;

    fn new(context: &Arc<Context>) -> Result<Self, KernelsError> {
        let evaluator = Evaluator::new(context);
        let limbs = context.parameters().max_limbs();
        // Nothing secret is computed on.
        let randomness = Randomness::from_seed_insecure([0; 32]);
        let seed = PublicSeed::generate(&randomness)?;
        let secret = SecretKey::generate(context, &randomness)?;
        let public = PublicKey::generate(context, &secret, seed, &randomness)?;
        let unit = residues(7, context.modulus(PRIME), context.slots());
        let q = f64::from(context.modulus(PRIME).value());
        let slots: Vec<f64> = unit.into_iter().map(|x| f64::from(x) / q).collect();
        let mut stream = randomness.stream(&Purpose::Encryption { row: 0 })?;
        let fresh = evaluator.encrypt(&public, &slots, limbs, SCALE_BITS.exp2(), &mut stream)?;
        Ok(Self { evaluator, randomness, seed, secret, slots, fresh })
    }

    /// A rotation at `limbs` limbs with a key of its own, whose digits are as large as its special primes allow.
    fn kernel(&self, limbs: usize, special: usize) -> Result<Kernel, KernelsError> {
        let name = format!("rotation, {limbs:2} limbs, {special} special");
        let context = self.evaluator.context();
        let x = self.evaluator.drop_to(&self.fresh, limbs)?;
        let max_limbs = context.parameters().max_limbs();
        let spec = KeySwitchSpec {
            target: KeyTarget::Rotate(Self::STEPS),
            limbs: PrimeIndex::first(limbs),
            special: PrimeIndex::range(max_limbs..max_limbs + special),
            digits: limbs.div_ceil(special),
        };
        let key = SwitchingKey::generate(context, &self.secret, &spec, self.seed, &self.randomness)?;
        let gadget = Gadget::new(context, &spec.limbs, &spec.special, spec.digits)?;
        let automorphism = context.rotation(i64::from(Self::STEPS));
        let mut out = Ciphertext::zero(context, x.basis().clone(), x.scale());
        let mut scratch = zeroed_words(gadget.switch_scratch_words());
        let context = Arc::clone(context);
        let mut run = move |out: &mut Ciphertext| {
            let rotation = Rotation { key: &key, automorphism: Arc::clone(&automorphism) };
            let x: Vec<&[u32]> = x.pairs().collect();
            let mut out: Vec<_> = out.pairs_mut().collect();
            rotation.switch_into(&context, &gadget, &x, &mut out, &mut scratch);
        };
        run(&mut out);
        let turned = self.evaluator.decrypt_real(&self.secret, &out);
        let expected = self.slots.iter().cycle().skip(1);
        let wrong = turned.iter().zip(expected).position(|(x, y)| (x - y).abs().total_cmp(&SLOT_TOLERANCE).is_gt());
        verify(self.evaluator.context(), &name, wrong)?;
        Ok(Kernel { name, call: Box::new(move || run(&mut out)) })
    }
}

/// Refuses a kernel that differs from its definition at a position.
fn verify(context: &Context, name: &str, wrong: Option<usize>) -> Result<(), KernelsError> {
    wrong.map_or(Ok(()), |position| {
        let reason = format!("its output differs from the definition at position {position}");
        Err(KernelsError::Wrong { name: name.to_owned(), isa: context.isa(), reason })
    })
}

fn differing(found: &[u32], expected: &[u32]) -> Option<usize> {
    found.iter().zip(expected).position(|(found, expected)| found != expected)
}

fn sums(count: usize, at: impl Fn(usize) -> u32) -> Vec<u32> {
    (0..count).map(at).collect()
}

/// Residues from a seed; good enough for kernels, whose time does not depend on values.
///
/// - source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (`SplitMix64`)
fn residues(seed: u64, modulus: Modulus, count: usize) -> Vec<u32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        modulus.reduce_u64(x ^ (x >> 31))
    };
    (0..count).map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_is_right_on_every_instruction_set_and_timed() {
        let isas = Isa::all();
        let times = measure(&isas, 1).unwrap();
        assert_eq!(times.len(), 9 * isas.len());
        for KernelTimes { name, isa, call_us } in &times {
            assert!(call_us.min > 0.1 && call_us.n == 1, "{name} on {isa}: {call_us:?}");
        }
        // A rotation at 13 limbs does 4 times the transforms of one at 7.
        let [high, low] = ["rotation, 13 limbs, 1 special", "rotation,  4 limbs, 1 special"]
            .map(|name| times.iter().find(|times| times.name == name).unwrap().call_us.median);
        assert!(high > low, "{high} {low}");
    }

    #[test]
    fn a_wrong_kernel_is_named_with_the_position() {
        let parameters = Parameters::new(ParametersLiteral::by_name(PARAMETERS).unwrap()).unwrap();
        let context = Context::new(&parameters, Isa::capped("scalar").unwrap());
        let error = verify(&context, "NTT, forward", differing(&[1, 2, 3], &[1, 2, 4])).unwrap_err().to_string();
        assert_eq!(error, "NTT, forward on scalar is wrong: its output differs from the definition at position 2");
    }
}
