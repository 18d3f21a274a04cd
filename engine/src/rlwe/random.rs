//! Randomness: where secret streams come from, the public streams that keys are expanded from, and the distributions.

use std::fmt;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use hear_kernels::modulus::Modulus;
use thiserror::Error;
use zeroize::Zeroizing;

use super::KeySwitchSpec;
use crate::params::PrimeIndex;

/// The operating system gave no randomness.
#[derive(Debug, Error)]
#[error("the operating system gives no randomness")]
pub struct RandomnessError(#[from] getrandom::Error);

/// The source of all secret randomness.
///
/// From the operating system every stream starts from 32 fresh bytes, so that no two can coincide, whatever their
/// purposes. From a seed a stream is a function of seed and purpose: that is for tests, and asking twice for one purpose
/// gives the same stream twice.
pub struct Randomness(Source);

enum Source {
    OperatingSystem,
    InsecureSeed(Zeroizing<[u8; 32]>),
}

impl Randomness {
    /// Randomness of the operating system.
    #[must_use]
    pub fn from_os() -> Self {
        Self(Source::OperatingSystem)
    }

    /// Reproducible randomness, **for tests only**: who knows the seed knows every key and every plaintext.
    #[must_use]
    pub fn from_seed_insecure(seed: [u8; 32]) -> Self {
        Self(Source::InsecureSeed(Zeroizing::new(seed)))
    }

    /// Whether what is made from this randomness can be reproduced by others.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        matches!(self.0, Source::InsecureSeed(_))
    }

    /// The stream for `purpose`.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn stream(&self, purpose: &Purpose<'_>) -> Result<Stream, RandomnessError> {
        let mut key = Zeroizing::new([0; 32]);
        match &self.0 {
            Source::OperatingSystem => getrandom::fill(key.as_mut_slice())?,
            Source::InsecureSeed(seed) => {
                let mut hasher = blake3::Hasher::new_derive_key("hear-engine 2025 secret stream");
                hasher.update(seed.as_slice());
                purpose.write(&mut hasher);
                *key = *hasher.finalize().as_bytes();
            }
        }
        Ok(Stream::new(&key))
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::OperatingSystem => "Randomness(operating system)",
            Source::InsecureSeed(_) => "Randomness(insecure seed)",
        })
    }
}

/// What a secret stream is for; streams of different purposes are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose<'a> {
    /// The secret key.
    SecretKey,
    /// The errors of the public key.
    PublicKey,
    /// The seed of the uniform halves of keys, which is published.
    PublicSeed,
    /// The errors of a switching key.
    SwitchingKey(&'a KeySwitchSpec),
    /// Mask and errors of one ciphertext of an input.
    Encryption {
        /// The first row of the input.
        row: u64,
        /// The ciphertext.
        ciphertext: u32,
    },
    /// Values, mask and errors that one ciphertext of a result is drowned with.
    Drowning {
        /// The first row of the input.
        row: u64,
        /// The ciphertext.
        ciphertext: u32,
    },
}

impl Purpose<'_> {
    fn write(&self, hasher: &mut blake3::Hasher) {
        match self {
            Self::SecretKey => hasher.update(&[0]),
            Self::PublicKey => hasher.update(&[1]),
            Self::PublicSeed => hasher.update(&[2]),
            Self::SwitchingKey(spec) => {
                hasher.update(&[3]);
                spec.write(hasher);
                hasher
            }
            Self::Encryption { row, ciphertext } => {
                hasher.update(&[4]).update(&row.to_le_bytes()).update(&ciphertext.to_le_bytes())
            }
            Self::Drowning { row, ciphertext } => {
                hasher.update(&[5]).update(&row.to_le_bytes()).update(&ciphertext.to_le_bytes())
            }
        };
    }
}

/// The public seed from which the uniform halves of a set of keys are expanded.
///
/// It is independent of every secret and stands in the files. A set of keys holds one key for each spec: two keys for the
/// same spec from the same seed would share their uniform halves, and their difference would show their errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct PublicSeed(pub [u8; 32]);

impl PublicSeed {
    /// A fresh public seed.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn generate(randomness: &Randomness) -> Result<Self, RandomnessError> {
        let mut seed = [0; 32];
        randomness.stream(&Purpose::PublicSeed)?.0.fill_bytes(&mut seed);
        Ok(Self(seed))
    }

    /// The uniform residues of one limb of the public key.
    pub(super) fn public_key_stream(&self, prime: PrimeIndex) -> Stream {
        self.stream(|hasher| {
            hasher.update(&[0]).update(&(prime.get() as u64).to_le_bytes());
        })
    }

    /// The uniform residues of one limb of one digit of a switching key.
    pub(super) fn switching_key_stream(&self, spec: &KeySwitchSpec, digit: usize, prime: PrimeIndex) -> Stream {
        self.stream(|hasher| {
            hasher.update(&[1]);
            spec.write(hasher);
            hasher.update(&(digit as u64).to_le_bytes()).update(&(prime.get() as u64).to_le_bytes());
        })
    }

    fn stream(&self, purpose: impl FnOnce(&mut blake3::Hasher)) -> Stream {
        let mut hasher = blake3::Hasher::new_derive_key("hear-engine 2025 public uniform stream");
        hasher.update(&self.0);
        purpose(&mut hasher);
        Stream::new(hasher.finalize().as_bytes())
    }
}

/// A stream of random bits (ChaCha20), with the distributions that RLWE draws; erased from memory when dropped.
pub struct Stream(ChaCha20Rng);

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream(..)")
    }
}

/// Bytes drawn at a time: a whole number of ChaCha20 blocks that stays in the first-level cache.
const CHUNK: usize = 4096;
/// Bytes of a ChaCha20 block.
const BLOCK: usize = 64;

impl Stream {
    fn new(key: &[u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(*key))
    }

    /// Residues uniform in `[0, q)`: words of as many bits as q has, those not below q thrown away.
    pub(super) fn uniform(&mut self, modulus: Modulus, out: &mut [u32]) {
        let q = modulus.value();
        let mask = u32::MAX >> q.leading_zeros();
        let mut bytes = Zeroizing::new([0; CHUNK]);
        let mut filled = 0;
        while filled < out.len() {
            let wanted = (4 * (out.len() - filled)).next_multiple_of(BLOCK).min(CHUNK);
            self.0.fill_bytes(&mut bytes[..wanted]);
            for block in bytes[..wanted].as_chunks::<BLOCK>().0 {
                let candidates: [u32; BLOCK / 4] = std::array::from_fn(|i| {
                    let word = &block[4 * i..4 * i + 4];
                    u32::from_le_bytes([word[0], word[1], word[2], word[3]]) & mask
                });
                // Primes stand just below powers of two, so that most blocks are good as a whole.
                let all_below = candidates.iter().fold(true, |all, &x| all & (x < q));
                if let (true, Some(out)) = (all_below, out[filled..].first_chunk_mut()) {
                    *out = candidates;
                    filled += candidates.len();
                    continue;
                }
                let room = out.len() - filled;
                for &candidate in candidates.iter().filter(|&&x| x < q).take(room) {
                    out[filled] = candidate;
                    filled += 1;
                }
            }
        }
    }

    /// Numbers uniform in `[-1, 1)`, multiples of 2^-31.
    pub(crate) fn signed_units(&mut self, out: &mut [f64]) {
        let mut bytes = Zeroizing::new([0; CHUNK]);
        for out in out.chunks_mut(CHUNK / 4) {
            self.0.fill_bytes(bytes.as_mut_slice());
            for (out, &word) in out.iter_mut().zip(bytes.as_chunks().0) {
                *out = f64::from(i32::from_le_bytes(word)) / 2.0_f64.powi(31);
            }
        }
    }

    /// Coefficients uniform in {-1, 0, 1}, from bytes below 255 modulo 3.
    pub(super) fn ternary(&mut self, out: &mut [i8]) {
        let mut bytes = Zeroizing::new([0_u8; CHUNK]);
        let mut filled = 0;
        while filled < out.len() {
            self.0.fill_bytes(bytes.as_mut_slice());
            for &byte in bytes.iter() {
                if filled < out.len() {
                    out[filled] = (byte % 3).cast_signed() - 1;
                    filled += usize::from(byte != 255);
                }
            }
        }
    }

    /// Centred binomial coefficients: the difference of two sums of `coins` fair coins; standard deviation
    /// `sqrt(coins / 2)`.
    ///
    /// # Panics
    /// If `coins` exceeds 32.
    pub(super) fn binomial(&mut self, coins: u32, out: &mut [i8]) {
        assert!(coins <= 32, "{coins} coins a side");
        let mask = u32::MAX.checked_shr(32 - coins).unwrap_or(0);
        let mut bytes = Zeroizing::new([0; CHUNK]);
        for out in out.chunks_mut(CHUNK / 8) {
            self.0.fill_bytes(&mut bytes[..8 * out.len()]);
            for (out, draw) in out.iter_mut().zip(bytes.chunks_exact(8)) {
                let side = |word: &[u8]| (u32::from_le_bytes([word[0], word[1], word[2], word[3]]) & mask).count_ones();
                let (heads, tails) = (side(&draw[..4]), side(&draw[4..]));
                #[expect(clippy::cast_possible_truncation, reason = "both are at most 32")]
                {
                    *out = heads as i8 - tails as i8;
                }
            }
        }
    }
}

/// The residues in `[0, q)` of small coefficients.
///
/// # Panics
/// If the lengths differ.
pub(super) fn reduce_small_into(modulus: Modulus, coefficients: &[i8], out: &mut [u32]) {
    assert_eq!(coefficients.len(), out.len(), "{} small coefficients", coefficients.len());
    let q = modulus.value();
    for (out, &x) in out.iter_mut().zip(coefficients) {
        let x = i32::from(x);
        // All ones where x is negative: no branch on a secret.
        let sign = (x >> 31).cast_unsigned();
        *out = x.cast_unsigned().wrapping_add(q & sign);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rlwe::KeyTarget;

    fn stream(purpose: &Purpose<'_>) -> Stream {
        Randomness::from_seed_insecure([7; 32]).stream(purpose).unwrap()
    }

    #[test]
    fn streams_repeat_for_one_purpose_and_differ_between_purposes() {
        let specs = [1, 2].map(|steps| KeySwitchSpec {
            target: KeyTarget::Rotate(steps),
            limbs: PrimeIndex::first(3),
            special: PrimeIndex::range(3..4),
            digits: 3,
        });
        let purposes = [
            Purpose::SecretKey,
            Purpose::PublicKey,
            Purpose::PublicSeed,
            Purpose::SwitchingKey(&specs[0]),
            Purpose::SwitchingKey(&specs[1]),
            Purpose::Encryption { row: 0, ciphertext: 0 },
            Purpose::Encryption { row: 1, ciphertext: 0 },
            Purpose::Encryption { row: 0, ciphertext: 1 },
            Purpose::Drowning { row: 0, ciphertext: 0 },
            Purpose::Drowning { row: 0, ciphertext: 1 },
        ];
        let draws: Vec<u64> = purposes.iter().map(|purpose| stream(purpose).0.next_u64()).collect();
        assert_eq!(draws, purposes.map(|purpose| stream(&purpose).0.next_u64()));
        let distinct: std::collections::BTreeSet<_> = draws.iter().collect();
        assert_eq!(distinct.len(), draws.len());
    }

    #[test]
    fn streams_of_the_operating_system_never_repeat() {
        let randomness = Randomness::from_os();
        let draw = || randomness.stream(&Purpose::SecretKey).unwrap().0.next_u64();
        assert_ne!(draw(), draw());
    }

    #[test]
    fn public_streams_are_separated_by_everything_that_names_them() {
        let spec = KeySwitchSpec {
            target: KeyTarget::Relinearize,
            limbs: PrimeIndex::first(3),
            special: PrimeIndex::range(3..4),
            digits: 3,
        };
        let other = [
            KeySwitchSpec { target: KeyTarget::Conjugate, ..spec.clone() },
            KeySwitchSpec { target: KeyTarget::Rotate(-1), ..spec.clone() },
            KeySwitchSpec { limbs: PrimeIndex::first(2), ..spec.clone() },
            KeySwitchSpec { special: PrimeIndex::range(3..5), ..spec.clone() },
            KeySwitchSpec { digits: 2, ..spec.clone() },
        ];
        let seed = PublicSeed([1; 32]);
        let mut streams = vec![
            seed.public_key_stream(PrimeIndex(0)),
            seed.public_key_stream(PrimeIndex(1)),
            seed.switching_key_stream(&spec, 0, PrimeIndex(0)),
            seed.switching_key_stream(&spec, 1, PrimeIndex(0)),
            seed.switching_key_stream(&spec, 0, PrimeIndex(1)),
            PublicSeed([2; 32]).switching_key_stream(&spec, 0, PrimeIndex(0)),
        ];
        streams.extend(other.iter().map(|spec| seed.switching_key_stream(spec, 0, PrimeIndex(0))));
        let distinct: std::collections::BTreeSet<_> = streams.iter_mut().map(|stream| stream.0.next_u64()).collect();
        assert_eq!(distinct.len(), streams.len());
    }

    /// A sample of `count` has mean and variance within six standard errors of what they should be.
    fn check_moments(values: &[f64], mean: f64, variance: f64, fourth_moment: f64) {
        let count = values.len() as f64;
        let measured_mean = values.iter().sum::<f64>() / count;
        let measured_variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
        let error = 6.0 * (variance / count).sqrt();
        assert!((measured_mean - mean).abs() < error, "mean {measured_mean} is not {mean} +- {error}");
        let error = 6.0 * ((fourth_moment - variance * variance) / count).sqrt();
        assert!(
            (measured_variance - variance).abs() < error,
            "variance {measured_variance} is not {variance} +- {error}"
        );
    }

    #[test]
    fn distributions_have_their_moments_and_ranges() {
        let mut small = vec![0; 1 << 18];
        let as_f64 = |values: &[i8]| values.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        stream(&Purpose::SecretKey).ternary(&mut small);
        assert!(small.iter().all(|x| (-1..=1).contains(x)));
        check_moments(&as_f64(&small), 0.0, 2.0 / 3.0, 2.0 / 3.0);

        for coins in [1, 21, 32] {
            stream(&Purpose::PublicKey).binomial(coins, &mut small);
            assert!(small.iter().all(|x| u32::from(x.unsigned_abs()) <= coins));
            let variance = f64::from(coins) / 2.0;
            check_moments(&as_f64(&small), 0.0, variance, 3.0 * variance * variance - variance / 2.0);
        }

        for q in [12289, (1 << 29) + 11, (1 << 30) - 35] {
            let mut uniform = vec![0; 1 << 18];
            stream(&Purpose::PublicSeed).uniform(Modulus::new(q).unwrap(), &mut uniform);
            assert!(uniform.iter().all(|&x| x < q));
            let unit: Vec<f64> = uniform.iter().map(|&x| f64::from(x) / f64::from(q)).collect();
            check_moments(&unit, 0.5, 1.0 / 12.0, 1.0 / 80.0);
        }
    }

    #[test]
    fn small_coefficients_reduce_to_their_residues() {
        let coefficients: Vec<i8> = (-32..=32).collect();
        let mut out = vec![0; coefficients.len()];
        reduce_small_into(Modulus::new(12289).unwrap(), &coefficients, &mut out);
        for (&x, &residue) in coefficients.iter().zip(&out) {
            assert_eq!(i64::from(residue), i64::from(x).rem_euclid(12289));
        }
    }
}
