//! Our kernels, each held to its definition.

use std::sync::Arc;

use hear_engine::{
    circuits::rotation::Rotation,
    ckks::Evaluator,
    params::{Parameters, ParametersLiteral},
    ring::{Context, PrimeIndex, Words, zeroed_words},
    rlwe::{
        Ciphertext, Gadget, KeySwitchSpec, KeyTarget, PublicKey, PublicSeed, Purpose, Randomness, SecretKey,
        SwitchingKey,
    },
};
use hear_kernels::{
    accumulate::{
        Accumulation, TileShape, WeightTile, key_product_into, key_stream_from_limbs, key_stream_words,
        multiply_accumulate_into, multiply_accumulate_scratch_words, weight_stream_insert, weight_stream_words,
    },
    automorphism::Automorphism,
    modulus::Modulus,
    simd::Isa,
};

use super::{Implementation, Kernel, KernelsError, Operation, Ring, Subject, TILE, differing, residues, verify};

/// The parameter set: 13 data primes and a special one at N = 2^14.
const PARAMETERS: &str = "fast-hear";
/// Limbs at which keys are switched: the highest, a middle and a low level.
const SWITCHED_LIMBS: [usize; 3] = [13, 7, 4];
/// Another one, with several special primes: 8 data primes and 4 special ones.
const HYBRID_PARAMETERS: &str = "lean-hear";
/// Limbs at which keys are switched with all its special primes.
const HYBRID_SWITCHED_LIMBS: [usize; 2] = [7, 4];
/// The largest error of a slot after a rotation of numbers in [0, 1): far above the noise, far below a wrong result.
const SLOT_TOLERANCE: f64 = 1e-3;
/// log2 of the scale of the ciphertext that is rotated.
const SCALE_BITS: f64 = 40.0;

/// What is timed, on one instruction set, verified.
///
/// # Errors
/// If a kernel is wrong.
pub(super) fn all(isa: Isa) -> Result<Vec<Kernel>, KernelsError> {
    let parameters = Parameters::new(ParametersLiteral::by_name(PARAMETERS)?)?;
    let context = &Context::new(&parameters, isa);
    let mut kernels = vec![forward(context)?, inverse(context)?, key_product(context)?, products(context)?];
    let chains = [(parameters, &SWITCHED_LIMBS[..], 1), {
        let hybrid = Parameters::new(ParametersLiteral::by_name(HYBRID_PARAMETERS)?)?;
        let special = hybrid.special().len();
        (hybrid, &HYBRID_SWITCHED_LIMBS[..], special)
    }];
    for (parameters, limbs, special) in chains {
        let switched = Switched::new(&Context::new(&parameters, isa))?;
        for &limbs in limbs {
            kernels.push(switched.key_switch(limbs, special)?);
            kernels.push(switched.rotation(limbs, special)?);
        }
    }
    Ok(kernels)
}

/// This workspace, on an instruction set.
pub(super) fn implementation(isa: Isa, parameters: String) -> Implementation {
    Implementation {
        name: "HEAR".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        isa: Some(isa.name().to_owned()),
        parameters,
        ours: true,
    }
}

/// The implementation of a kernel of one limb.
fn of_one_limb(context: &Context) -> Implementation {
    implementation(context.isa(), format!("q = {}, 32-bit words", context.modulus(PRIME).value()))
}

/// The prime that single-limb kernels are timed with: time does not depend on it.
const PRIME: PrimeIndex = PrimeIndex(0);

fn forward(context: &Arc<Context>) -> Result<Kernel, KernelsError> {
    let (subject, implementation) = (Subject::of_one_limb(Operation::NttForward), of_one_limb(context));
    let table = Arc::clone(context.table(PRIME));
    let (modulus, n) = (table.modulus(), context.n());
    let coefficients = residues(1, modulus.value(), n);
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
    verify(subject, &implementation, wrong)?;
    let call = Box::new(move || table.forward(&mut values));
    Ok(Kernel { subject, implementation, call })
}

fn inverse(context: &Arc<Context>) -> Result<Kernel, KernelsError> {
    let (subject, implementation) = (Subject::of_one_limb(Operation::NttInverse), of_one_limb(context));
    let table = Arc::clone(context.table(PRIME));
    let coefficients = residues(2, table.modulus().value(), context.n());
    let mut values = coefficients.clone();
    // The forward transform has been held to its definition.
    table.forward(&mut values);
    table.inverse(&mut values);
    verify(subject, &implementation, differing(&values, &coefficients))?;
    let call = Box::new(move || table.inverse(&mut values));
    Ok(Kernel { subject, implementation, call })
}

fn key_product(context: &Arc<Context>) -> Result<Kernel, KernelsError> {
    let (isa, modulus, n) = (context.isa(), context.modulus(PRIME), context.n());
    let count = context.parameters().max_limbs();
    let (subject, implementation) = (Subject::of_one_limb(Operation::KeyProduct), of_one_limb(context));
    let digits = residues(3, modulus.value(), count * n);
    let key = residues(4, modulus.value(), 2 * count * n);
    let mut stream = zeroed_words(key_stream_words(count, n));
    key_stream_from_limbs(isa, modulus, &key.chunks_exact(n).collect::<Vec<_>>(), &mut stream);
    let mut out = zeroed_words(2 * n);
    key_product_into(isa, modulus, &digits.chunks_exact(n).collect::<Vec<_>>(), &stream, &mut out);
    let expected = sums(2 * n, |i| {
        let (component, at) = (i / n, i % n);
        let terms = (0..count).map(|d| modulus.mul(digits[d * n + at], key[(2 * d + component) * n + at]));
        terms.fold(0, |sum, term| modulus.add(sum, term))
    });
    verify(subject, &implementation, differing(&out, &expected))?;
    let call = Box::new(move || {
        let digits: Vec<_> = digits.chunks_exact(n).collect();
        key_product_into(isa, modulus, &digits, &stream, &mut out);
    });
    Ok(Kernel { subject, implementation, call })
}

fn products(context: &Arc<Context>) -> Result<Kernel, KernelsError> {
    let (modulus, n) = (context.modulus(PRIME), context.n());
    let (inputs, outputs) = TILE;
    let subject = Subject::of_one_limb(Operation::MultiplyAccumulate);
    let mut implementation = of_one_limb(context);
    implementation.parameters.push_str(", weights of real slots: half is read");
    let halves = residues(6, modulus.value(), inputs * outputs * n / 2);
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
    verify(subject, &implementation, differing(&tile.out, &expected))?;
    Ok(Kernel { subject, implementation, call: Box::new(move || tile.run()) })
}

/// One limb of a tile of sums of products.
struct Tile {
    isa: Isa,
    modulus: Modulus,
    pair_words: usize,
    x: Vec<u32>,
    weights: Ring<Words>,
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
        let weight_bytes = size_of_val(&*weights);
        Self {
            isa,
            modulus,
            pair_words: 2 * n,
            x: residues(5, modulus.value(), inputs * 2 * n),
            weights: Ring::streamed(weights, weight_bytes),
            scratch: zeroed_words(multiply_accumulate_scratch_words(inputs, n)),
            out: zeroed_words(outputs * 2 * n),
        }
    }

    fn run(&mut self) {
        let Self { isa, modulus, pair_words, x, weights, scratch, out } = self;
        let x: Vec<&[u32]> = x.chunks_exact(*pair_words).collect();
        let mut out: Vec<&mut [u32]> = out.chunks_exact_mut(*pair_words).collect();
        let tile = WeightTile { stream: weights.next(), outputs: TILE.1 };
        multiply_accumulate_into(*isa, *modulus, &x, &[tile], &mut out, Accumulation::Overwrite, scratch);
    }
}

/// A ciphertext whose key is switched, at every level.
struct Switched {
    evaluator: Evaluator,
    randomness: Randomness,
    seed: PublicSeed,
    secret: SecretKey,
    slots: Vec<f64>,
    fresh: Ciphertext,
}

/// What a switch at some limbs takes.
struct Switch {
    context: Arc<Context>,
    gadget: Gadget,
    key: SwitchingKey,
    automorphism: Arc<Automorphism>,
    x: Ciphertext,
    out: Ciphertext,
    scratch: Words,
    implementation: Implementation,
}

impl Switched {
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
        let unit = residues(7, context.modulus(PRIME).value(), context.slots());
        let q = f64::from(context.modulus(PRIME).value());
        let slots: Vec<f64> = unit.into_iter().map(|x| f64::from(x) / q).collect();
        let mut stream = randomness.stream(&Purpose::Encryption { row: 0, ciphertext: 0 })?;
        let fresh = evaluator.encrypt(&public, &slots, limbs, SCALE_BITS.exp2(), &mut stream)?;
        Ok(Self { evaluator, randomness, seed, secret, slots, fresh })
    }

    /// A switch at `limbs` limbs with a key of its own, whose digits are as large as its special primes allow.
    fn switch(&self, limbs: usize, special: usize) -> Result<Switch, KernelsError> {
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
        // As parameters are checked before anything is made of them, every key here has 128 bits of security.
        let parameters = format!(
            "{limbs} limbs of 30 bits, digits {}, special primes {special}, 32-bit words, 128-bit security",
            spec.digits
        );
        Ok(Switch {
            context: Arc::clone(context),
            key,
            automorphism: context.rotation(i64::from(Self::STEPS)),
            out: Ciphertext::zero(context, x.basis().clone(), x.scale()),
            x,
            scratch: zeroed_words(gadget.switch_scratch_words()),
            gadget,
            implementation: implementation(context.isa(), parameters),
        })
    }

    /// The slots of what should be the rotated ciphertext: where they first are wrong.
    fn wrong(&self, rotated: &Ciphertext) -> Option<usize> {
        let turned = self.evaluator.decrypt_real(&self.secret, rotated);
        let expected = self.slots.iter().cycle().skip(1);
        turned.iter().zip(expected).position(|(x, y)| (x - y).abs().total_cmp(&SLOT_TOLERANCE).is_gt())
    }

    fn rotation(&self, limbs: usize, special: usize) -> Result<Kernel, KernelsError> {
        let subject = Subject::new(Operation::Rotation, limbs);
        let mut switch = self.switch(limbs, special)?;
        switch.rotate();
        verify(subject, &switch.implementation, self.wrong(&switch.out))?;
        let implementation = switch.implementation.clone();
        Ok(Kernel { subject, implementation, call: Box::new(move || switch.rotate()) })
    }

    fn key_switch(&self, limbs: usize, special: usize) -> Result<Kernel, KernelsError> {
        let subject = Subject::new(Operation::KeySwitch, limbs);
        let mut switch = self.switch(limbs, special)?;
        switch.switch();
        // With component 0 added it is the ciphertext under the secret that the automorphism turns into this one.
        let mut rotated = switch.out.clone();
        for (limb, (pair, x)) in rotated.pairs_mut().zip(switch.x.pairs()).enumerate() {
            let modulus = switch.context.modulus(PrimeIndex::from(limb));
            let (sums, _) = pair.split_at_mut(x.len() / 2);
            for (sum, &x) in sums.iter_mut().zip(x) {
                *sum = modulus.add(*sum, x);
            }
        }
        switch.turn(&mut rotated);
        verify(subject, &switch.implementation, self.wrong(&rotated))?;
        let implementation = switch.implementation.clone();
        Ok(Kernel { subject, implementation, call: Box::new(move || switch.switch()) })
    }
}

impl Switch {
    /// `out = rotate(x)`.
    fn rotate(&mut self) {
        let Self { context, gadget, key, automorphism, x, out, scratch, .. } = self;
        let rotation = Rotation { key, automorphism: Arc::clone(automorphism) };
        let x: Vec<&[u32]> = x.pairs().collect();
        let mut out: Vec<_> = out.pairs_mut().collect();
        rotation.switch_into(context, gadget, &x, &mut out, scratch);
    }

    /// Applies the automorphism to both components.
    fn turn(&self, ciphertext: &mut Ciphertext) {
        for pair in ciphertext.pairs_mut() {
            let before = pair.to_vec();
            let n = before.len() / 2;
            for (turned, values) in pair.chunks_exact_mut(n).zip(before.chunks_exact(n)) {
                self.automorphism.apply_into(self.context.isa(), values, turned);
            }
        }
    }

    /// `out = (k0, k1)` with k0 + k1 s = x1 times the secret that the key is from.
    fn switch(&mut self) {
        let Self { gadget, key, x, out, scratch, .. } = self;
        let x: Vec<&[u32]> = x.component(1).collect();
        let mut out: Vec<_> = out.pairs_mut().collect();
        gadget.switch_into(&x, key, &mut out, scratch);
    }
}

fn sums(count: usize, at: impl Fn(usize) -> u32) -> Vec<u32> {
    (0..count).map(at).collect()
}
