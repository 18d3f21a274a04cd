//! Public crates at what our kernels do, each held to the definition before it is timed.
//!
//! - `tfhe-ntt`: transforms and products modulo primes of 32 bits; chooses its instructions when it runs
//! - `p3-monty-31` (Plonky3): transforms over the field of `BabyBear`'s prime of 31 bits; its instructions are those that
//!   the program is compiled for
//! - `fhe` (fhe.rs): key switches and rotations of BFV, the only ones at a choice of limbs in a crate of pure Rust

use std::{array, sync::Arc};

use fhe::bfv::{
    BfvParameters, BfvParametersBuilder, Ciphertext, Encoding, EvaluationKeyBuilder, Plaintext, RelinearizationKey,
    SecretKey,
};
use fhe_traits::{FheDecoder, FheDecrypter, FheEncoder, FheEncrypter};
use hear_kernels::{modulus::Modulus, primes::ntt_primes, simd::Isa};
use p3_baby_bear::BabyBear;
use p3_field::{Field, PackedValue, PrimeCharacteristicRing, PrimeField32, TwoAdicField};
use tfhe_ntt::prime32::Plan;

use super::{Implementation, Kernel, KernelsError, LOG_N, Operation, Ring, Subject, TILE, differing, residues, verify};

/// Residues of a limb.
const N: usize = 1 << LOG_N;
/// Limbs at which keys are switched.
const SWITCHED_LIMBS: [usize; 3] = [13, 7, 4];
/// Bits of the primes.
const PRIME_BITS: usize = 30;
/// The modulus of BFV's slots: the least prime that gives N of them.
const SLOT_MODULUS: u64 = 65_537;
/// The lock file, which says what versions of the crates this program is built with.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// What public crates do, verified.
///
/// # Errors
/// If a crate is wrong, or refuses the parameters.
pub(super) fn all() -> Result<Vec<Kernel>, KernelsError> {
    let mut kernels = TfheNtt::new()?.kernels()?;
    kernels.extend(Plonky3::new().kernels()?);
    for limbs in SWITCHED_LIMBS {
        kernels.extend(fhe_rs(limbs)?);
    }
    Ok(kernels)
}

/// The newest version of a crate in the lock file.
fn version_of(name: &str) -> String {
    let head = format!("name = \"{name}\"\nversion = \"");
    // The file has the versions of a crate in ascending order.
    let version = LOCK.rsplit(&head).next().filter(|rest| rest.len() < LOCK.len());
    version.and_then(|rest| rest.split('"').next()).unwrap_or("of unknown version").to_owned()
}

fn peer(name: &str, isa: Option<&str>, parameters: String) -> Implementation {
    Implementation {
        name: name.to_owned(),
        version: version_of(name),
        isa: isa.map(str::to_owned),
        parameters,
        ours: false,
    }
}

/// Coefficient `k` of the product of two polynomials modulo X^N + 1 and `q`.
fn product_coefficient(q: u32, a: &[u32], b: &[u32], k: usize) -> u32 {
    let (n, q) = (a.len(), u64::from(q));
    let sum = (0..n).fold(0, |sum, i| {
        let term = u64::from(a[i]) * u64::from(b[(k + n - i) % n]) % q;
        (sum + if i <= k { term } else { q - term }) % q
    });
    u32::try_from(sum).unwrap_or(u32::MAX)
}

/// The first of some positions at which `product` is not that of two polynomials.
fn wrong_product(q: u32, a: &[u32], b: &[u32], product: &[u32]) -> Option<usize> {
    (0..a.len()).step_by(a.len() / 8 + 1).find(|&k| product[k] != product_coefficient(q, a, b, k))
}

/// A tile of products: 16 limb pairs, and a limb of weights for each of them and each of 4 outputs.
struct TileOperands {
    q: u32,
    /// Pair after pair.
    inputs: Vec<u32>,
    /// `[input][output][N]`.
    weights: Vec<u32>,
}

impl TileOperands {
    fn new(q: u32) -> Self {
        let (inputs, outputs) = TILE;
        Self { q, inputs: residues(5, q, inputs * 2 * N), weights: residues(6, q, inputs * outputs * N) }
    }

    fn weight(&self, input: usize, output: usize) -> &[u32] {
        let at = (input * TILE.1 + output) * N;
        &self.weights[at..at + N]
    }

    fn component(&self, input: usize, component: usize) -> &[u32] {
        let at = (2 * input + component) * N;
        &self.inputs[at..at + N]
    }

    /// The sums, pair after pair.
    fn expected(&self) -> Vec<u32> {
        let sum = |output, component, i: usize| {
            let terms = (0..TILE.0).map(|input| {
                u64::from(self.component(input, component)[i]) * u64::from(self.weight(input, output)[i])
                    % u64::from(self.q)
            });
            u32::try_from(terms.sum::<u64>() % u64::from(self.q)).unwrap_or(u32::MAX)
        };
        let limbs = (0..TILE.1).flat_map(|output| [(output, 0), (output, 1)]);
        limbs
            .flat_map(|(output, component)| (0..N).map(move |i| (output, component, i)))
            .map(|(o, c, i)| sum(o, c, i))
            .collect()
    }
}

/// `tfhe-ntt` with primes below 2^30, as ours.
struct TfheNtt {
    plan: Arc<Plan>,
    q: u32,
}

impl TfheNtt {
    fn new() -> Result<Self, KernelsError> {
        let refused = || KernelsError::Peer { peer: "tfhe-ntt", reason: "no prime serves it".to_owned() };
        let q = *ntt_primes(LOG_N, Modulus::LIMIT, 1).first().ok_or_else(refused)?;
        let plan = Plan::try_new(N, q).ok_or_else(refused)?;
        Ok(Self { plan: Arc::new(plan), q })
    }

    fn implementation(&self, more: &str) -> Implementation {
        // It detects the CPU as we do, whatever ours are capped to, but knows no other instruction sets.
        let isa = Isa::detect().name();
        peer("tfhe-ntt", Some(isa), format!("prime32, q = {}{more}", self.q))
    }

    fn kernels(&self) -> Result<Vec<Kernel>, KernelsError> {
        Ok(vec![self.forward()?, self.inverse()?, self.multiply_accumulate()?])
    }

    /// Their order of values is their own: the product of two polynomials through both transforms does not depend on it.
    fn forward(&self) -> Result<Kernel, KernelsError> {
        let subject = Subject::of_one_limb(Operation::NttForward);
        let implementation = self.implementation("");
        let [a, b] = [1, 2].map(|seed| residues(seed, self.q, N));
        let (mut values, mut product) = (a.clone(), b.clone());
        self.plan.fwd(&mut values);
        self.plan.fwd(&mut product);
        self.plan.mul_assign_normalize(&mut product, &values);
        self.plan.inv(&mut product);
        verify(subject, &implementation, wrong_product(self.q, &a, &b, &product))?;
        let plan = Arc::clone(&self.plan);
        Ok(Kernel { subject, implementation, call: Box::new(move || plan.fwd(&mut values)) })
    }

    fn inverse(&self) -> Result<Kernel, KernelsError> {
        let subject = Subject::of_one_limb(Operation::NttInverse);
        let implementation = self.implementation(", with normalize");
        let coefficients = residues(2, self.q, N);
        let mut values = coefficients.clone();
        let plan = Arc::clone(&self.plan);
        plan.fwd(&mut values);
        let invert = move |values: &mut [u32]| {
            plan.inv(values);
            plan.normalize(values);
        };
        invert(&mut values);
        verify(subject, &implementation, differing(&values, &coefficients))?;
        Ok(Kernel { subject, implementation, call: Box::new(move || invert(&mut values)) })
    }

    fn multiply_accumulate(&self) -> Result<Kernel, KernelsError> {
        let subject = Subject::of_one_limb(Operation::MultiplyAccumulate);
        let implementation = self.implementation(", mul_accumulate, a product at a time");
        let operands = TileOperands::new(self.q);
        let expected = operands.expected();
        let TileOperands { inputs, weights, .. } = operands;
        let bytes = size_of_val(&*weights);
        let mut weights = Ring::streamed(weights, bytes);
        let mut sums = vec![0; TILE.1 * 2 * N];
        let plan = Arc::clone(&self.plan);
        let mut run = move |sums: &mut [u32]| {
            sums.fill(0);
            // Each weight is read once: it meets both components while the cache holds it.
            for (input, weights) in inputs.chunks_exact(2 * N).zip(weights.next().chunks_exact(TILE.1 * N)) {
                for (weight, sums) in weights.chunks_exact(N).zip(sums.chunks_exact_mut(2 * N)) {
                    for (component, sum) in input.chunks_exact(N).zip(sums.chunks_exact_mut(N)) {
                        plan.mul_accumulate(sum, component, weight);
                    }
                }
            }
        };
        run(&mut sums);
        verify(subject, &implementation, differing(&sums, &expected))?;
        Ok(Kernel { subject, implementation, call: Box::new(move || run(&mut sums)) })
    }
}

/// What Plonky3 computes on: as many lanes as the program is compiled for.
type Packed = <BabyBear as Field>::Packing;

/// Plonky3's transforms, which are cyclic: multiplying by powers of psi before makes them negacyclic.
struct Plonky3 {
    /// `psi^i`.
    twist: Arc<[BabyBear]>,
    /// `psi^-i / N`.
    untwist: Arc<[BabyBear]>,
    /// Powers of the roots, a table a layer.
    roots: Arc<[Vec<BabyBear>]>,
    /// Those of their inverses.
    inverse_roots: Arc<[Vec<BabyBear>]>,
}

impl Plonky3 {
    fn new() -> Self {
        let psi = BabyBear::two_adic_generator(LOG_N as usize + 1);
        let scale = BabyBear::from_usize(N).inverse();
        let roots = BabyBear::get_missing_twiddles(LOG_N as usize, 1);
        // w^-j = -w^(half - j) for the root w of twice as many values as a table has entries.
        let inverted = |table: &Vec<BabyBear>| -> Vec<BabyBear> {
            std::iter::once(BabyBear::ONE).chain(table[1..].iter().rev().map(|&root| -root)).collect()
        };
        Self {
            twist: psi.powers().collect_n(N).into(),
            untwist: psi.inverse().shifted_powers(scale).collect_n(N).into(),
            inverse_roots: roots.iter().map(inverted).collect(),
            roots: roots.into(),
        }
    }

    fn implementation(more: &str) -> Implementation {
        let isa = if cfg!(target_feature = "avx512f") {
            "avx512"
        } else if cfg!(target_feature = "avx2") {
            "avx2"
        } else {
            "scalar"
        };
        peer("p3-monty-31", Some(isa), format!("q = {} (31 bits), {more}", BabyBear::ORDER_U32))
    }

    fn kernels(&self) -> Result<Vec<Kernel>, KernelsError> {
        Ok(vec![self.forward()?, self.inverse()?, Self::multiply_accumulate()?])
    }

    fn forward(&self) -> Result<Kernel, KernelsError> {
        let subject = Subject::of_one_limb(Operation::NttForward);
        let implementation = Self::implementation("twisted cyclic");
        let coefficients = elements(1, N);
        let mut values = coefficients.clone();
        let (twist, roots) = (Arc::clone(&self.twist), Arc::clone(&self.roots));
        let run = move |values: &mut [BabyBear]| {
            scale(values, &twist);
            BabyBear::forward_fft(values, &roots);
        };
        run(&mut values);
        // The definition, at a few points: value[i] = a(psi^(2 bitrev(i) + 1)), by Horner's rule.
        let wrong = (0..N).step_by(N / 8 + 1).find(|&i| {
            let exponent = 2 * (i.reverse_bits() >> (usize::BITS - LOG_N)) + 1;
            let point = BabyBear::two_adic_generator(LOG_N as usize + 1).exp_u64(exponent as u64);
            let value = coefficients.iter().rev().fold(BabyBear::ZERO, |value, &a| value * point + a);
            value != values[i]
        });
        verify(subject, &implementation, wrong)?;
        Ok(Kernel { subject, implementation, call: Box::new(move || run(&mut values)) })
    }

    fn inverse(&self) -> Result<Kernel, KernelsError> {
        let subject = Subject::of_one_limb(Operation::NttInverse);
        let implementation = Self::implementation("twisted cyclic");
        let coefficients = elements(2, N);
        let mut values = coefficients.clone();
        // The forward transform has been held to its definition.
        scale(&mut values, &self.twist);
        BabyBear::forward_fft(&mut values, &self.roots);
        let (untwist, roots) = (Arc::clone(&self.untwist), Arc::clone(&self.inverse_roots));
        let run = move |values: &mut [BabyBear]| {
            BabyBear::backward_fft(values, &roots);
            scale(values, &untwist);
        };
        run(&mut values);
        verify(subject, &implementation, differing(&values, &coefficients))?;
        Ok(Kernel { subject, implementation, call: Box::new(move || run(&mut values)) })
    }

    fn multiply_accumulate() -> Result<Kernel, KernelsError> {
        const INPUTS: usize = TILE.0;
        let subject = Subject::of_one_limb(Operation::MultiplyAccumulate);
        let implementation = Self::implementation("dot_product of 16, operands in the order of reading");
        let operands = TileOperands::new(BabyBear::ORDER_U32);
        let expected = operands.expected();
        let blocks = N / Packed::WIDTH;
        let lanes = |limb: &[u32], block: usize| {
            *Packed::from_slice(&to_elements(&limb[block * Packed::WIDTH..][..Packed::WIDTH]))
        };
        // [block][component] and [block][output], of 16 inputs each.
        let inputs: Vec<[Packed; INPUTS]> = (0..blocks)
            .flat_map(|block| [(block, 0), (block, 1)])
            .map(|(block, c)| array::from_fn(|input| lanes(operands.component(input, c), block)))
            .collect();
        let weights: Vec<[Packed; INPUTS]> = (0..blocks * TILE.1)
            .map(|at| array::from_fn(|input| lanes(operands.weight(input, at % TILE.1), at / TILE.1)))
            .collect();
        let bytes = size_of_val(&*weights);
        let mut weights = Ring::streamed(weights, bytes);
        let mut sums = vec![BabyBear::ZERO; TILE.1 * 2 * N];
        let mut run = move |sums: &mut [BabyBear]| {
            let sums = Packed::pack_slice_mut(sums);
            let blocks = inputs.chunks_exact(2).zip(weights.next().chunks_exact(TILE.1)).enumerate();
            for (block, (inputs, weights)) in blocks {
                for (output, weights) in weights.iter().enumerate() {
                    for (component, inputs) in inputs.iter().enumerate() {
                        sums[(2 * output + component) * (N / Packed::WIDTH) + block] =
                            Packed::dot_product(inputs, weights);
                    }
                }
            }
        };
        run(&mut sums);
        let found: Vec<u32> = sums.iter().map(PrimeField32::as_canonical_u32).collect();
        verify(subject, &implementation, differing(&found, &expected))?;
        Ok(Kernel { subject, implementation, call: Box::new(move || run(&mut sums)) })
    }
}

/// Multiplies element by element.
fn scale(values: &mut [BabyBear], factors: &[BabyBear]) {
    for (value, &factor) in Packed::pack_slice_mut(values).iter_mut().zip(Packed::pack_slice(factors)) {
        *value *= factor;
    }
}

fn to_elements(residues: &[u32]) -> Vec<BabyBear> {
    residues.iter().map(|&residue| BabyBear::from_u32(residue)).collect()
}

fn elements(seed: u64, count: usize) -> Vec<BabyBear> {
    to_elements(&residues(seed, BabyBear::ORDER_U32, count))
}

/// Key switch and rotation of fhe.rs at so many limbs.
fn fhe_rs(limbs: usize) -> Result<[Kernel; 2], KernelsError> {
    let parameters = BfvParametersBuilder::new()
        .set_degree(N)
        .set_plaintext_modulus(SLOT_MODULUS)
        .set_moduli_sizes(&vec![PRIME_BITS; limbs])
        .build_arc()
        .map_err(refused)?;
    let secret = SecretKey::random(&parameters, &mut rand_for_fhe::rng());
    let below = u32::try_from(SLOT_MODULUS).unwrap_or(u32::MAX);
    let slots: Vec<u64> = residues(7, below, N).into_iter().map(u64::from).collect();
    let plain = Plaintext::try_encode(&slots, Encoding::simd(), &parameters).map_err(refused)?;
    let fresh: Ciphertext = secret.try_encrypt(&plain, &mut rand_for_fhe::rng()).map_err(refused)?;
    let bfv = Bfv { limbs, parameters, secret, slots, fresh };
    Ok([bfv.relinearisation()?, bfv.rotation()?])
}

fn refused(error: fhe::Error) -> KernelsError {
    KernelsError::Peer { peer: "fhe", reason: error.to_string() }
}

/// A ciphertext of fhe.rs whose key is switched.
struct Bfv {
    limbs: usize,
    parameters: Arc<BfvParameters>,
    secret: SecretKey,
    slots: Vec<u64>,
    fresh: Ciphertext,
}

impl Bfv {
    fn implementation(&self, more: &str) -> Implementation {
        let limbs = self.limbs;
        let parameters = format!(
            "BFV, {limbs} limbs of 30 bits, digits {limbs}, special primes 0, 64-bit words, 128-bit security{more}"
        );
        peer("fhe", None, parameters)
    }

    /// The first slot that is not the expected one.
    fn wrong(&self, found: &Ciphertext, expected: &[u64]) -> Result<Option<usize>, KernelsError> {
        let plain = self.secret.try_decrypt(found).map_err(refused)?;
        let slots = Vec::<u64>::try_decode(&plain, Encoding::simd()).map_err(refused)?;
        Ok(differing(&slots, expected))
    }

    fn rotation(&self) -> Result<Kernel, KernelsError> {
        let subject = Subject::new(Operation::Rotation, self.limbs);
        let implementation = self.implementation("");
        let key = EvaluationKeyBuilder::new(&self.secret)
            .and_then(|mut builder| builder.enable_column_rotation(1)?.build(&mut rand_for_fhe::rng()))
            .map_err(refused)?;
        let rotated = key.rotates_columns_by(&self.fresh, 1).map_err(refused)?;
        // The slots are two rows, and each is turned by itself.
        let expected: Vec<u64> =
            self.slots.chunks_exact(N / 2).flat_map(|row| row.iter().cycle().skip(1).take(N / 2)).copied().collect();
        verify(subject, &implementation, self.wrong(&rotated, &expected)?)?;
        let fresh = self.fresh.clone();
        let call = Box::new(move || {
            std::hint::black_box(key.rotates_columns_by(&fresh, 1)).ok();
        });
        Ok(Kernel { subject, implementation, call })
    }

    fn relinearisation(&self) -> Result<Kernel, KernelsError> {
        let subject = Subject::new(Operation::KeySwitch, self.limbs);
        let implementation = self.implementation(", with a copy of the ciphertext");
        let key = RelinearizationKey::new(&self.secret, &mut rand_for_fhe::rng()).map_err(refused)?;
        let product = &self.fresh * &self.fresh;
        let mut switched = product.clone();
        key.relinearizes(&mut switched).map_err(refused)?;
        let q = self.parameters.plaintext();
        let squares: Vec<u64> = self.slots.iter().map(|slot| slot * slot % q).collect();
        verify(subject, &implementation, self.wrong(&switched, &squares)?)?;
        // It replaces its operand.
        let call = Box::new(move || {
            let mut switched = product.clone();
            key.relinearizes(&mut switched).ok();
            std::hint::black_box(&switched);
        });
        Ok(Kernel { subject, implementation, call })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_knows_the_crates() {
        for name in ["tfhe-ntt", "p3-monty-31", "fhe"] {
            assert!(version_of(name).starts_with(|c: char| c.is_ascii_digit()), "{name} {}", version_of(name));
        }
        assert_eq!(version_of("no-such-crate"), "of unknown version");
    }

    #[test]
    fn products_are_negacyclic_and_a_wrong_one_is_found() {
        // (1 + 2 X) (3 + 4 X) = 3 + 10 X + 8 X^2, and X^2 = -1.
        assert_eq!([0, 1].map(|k| product_coefficient(17, &[1, 2], &[3, 4], k)), [12, 10]);
        assert_eq!(wrong_product(17, &[1, 2], &[3, 4], &[12, 10]), None);
        assert_eq!(wrong_product(17, &[1, 2], &[3, 4], &[12, 11]), Some(1));
    }
}
