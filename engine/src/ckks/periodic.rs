//! Plaintexts whose slots repeat: few distinct residues, computed in the subring where they live.
//!
//! Slots of period s belong to a polynomial in Y = X^(N/2s), which is one modulo Y^2s + 1. Its NTT values in bit-reversed
//! order are those of the small ring, each repeated N/2s times: a transform of 2s values says everything.

use std::sync::Arc;

use hear_kernels::{eltwise, modulus::Modulus, ntt::NttTable};
use num_complex::Complex64;

use super::{EncodeError, Encoder, EncoderScratch};
use crate::{params::PrimeIndex, ring::Context};

/// Encodes slots of one period for all primes of a context; immutable, to be shared.
#[derive(Debug)]
pub struct PeriodicEncoder {
    context: Arc<Context>,
    encoder: Encoder,
    /// One for each prime of the pool.
    transforms: Vec<Transform>,
}

/// Room for one encoding at a time. Made by [`PeriodicEncoder::scratch`].
#[derive(Clone, Debug)]
pub struct PeriodicScratch {
    coefficients: Vec<i64>,
    encoder: EncoderScratch,
}

/// The NTT of the small ring modulo one prime.
#[derive(Debug)]
enum Transform {
    /// As for the large ring.
    Table(NttTable),
    /// Degrees that are too small for the vectors of the large one.
    Small { modulus: Modulus, powers: Vec<u32> },
}

impl PeriodicEncoder {
    /// An encoder for slots that repeat after `period`.
    ///
    /// # Panics
    /// If `period` is no power of two from 8 up to N/2.
    #[must_use]
    pub fn new(context: &Arc<Context>, period: usize) -> Self {
        assert!(period.is_power_of_two() && (8..=context.slots()).contains(&period), "slots of period {period}");
        let log_degree = period.trailing_zeros() + 1;
        let transform = |index: usize| {
            let table = context.table(PrimeIndex::from(index));
            if log_degree >= NttTable::MIN_LOG_N {
                // Its root is the power of the large ring's root: both are powers of the smallest non-residue.
                let small = NttTable::new(context.isa(), table.modulus(), log_degree);
                Transform::Table(small.expect("a root of the large ring gives one of the small ring"))
            } else {
                Transform::small(table, log_degree)
            }
        };
        let transforms = (0..context.parameters().primes().len()).map(transform).collect();
        Self { context: Arc::clone(context), encoder: Encoder::new(log_degree), transforms }
    }

    /// Distinct residues of a plaintext modulo one prime: twice the period.
    #[must_use]
    pub fn residues(&self) -> usize {
        self.encoder.n()
    }

    /// Room for [`PeriodicEncoder::encode`].
    #[must_use]
    pub fn scratch(&self) -> PeriodicScratch {
        PeriodicScratch { coefficients: vec![0; self.residues()], encoder: self.encoder.scratch() }
    }

    /// Encodes one period of slots at a scale and calls `residue(i, values)` with the distinct NTT values modulo the i-th
    /// of `primes`, in Montgomery form. `room` is overwritten.
    ///
    /// # Errors
    /// As [`Encoder::encode_complex_into`].
    ///
    /// # Panics
    /// If `slots` is not a period or `room` not [`PeriodicEncoder::residues`] long.
    pub fn encode(
        &self,
        slots: &[Complex64],
        scale: f64,
        primes: &[PrimeIndex],
        room: &mut [u32],
        scratch: &mut PeriodicScratch,
        mut residues: impl FnMut(usize, &[u32]),
    ) -> Result<(), EncodeError> {
        assert_eq!(slots.len(), self.encoder.slots(), "slots of a period");
        self.encoder.encode_complex_into(slots, scale, &mut scratch.coefficients, &mut scratch.encoder)?;
        let isa = self.context.isa();
        for (i, &prime) in primes.iter().enumerate() {
            let modulus = self.context.modulus(prime);
            eltwise::reduce_signed_into(isa, modulus, room, &scratch.coefficients);
            self.transforms[prime.get()].forward(room);
            eltwise::to_montgomery_assign(isa, modulus, room);
            residues(i, room);
        }
        Ok(())
    }
}

impl Transform {
    fn small(table: &NttTable, log_degree: u32) -> Self {
        let (modulus, degree) = (table.modulus(), 1_usize << log_degree);
        let root = modulus.pow(table.root(), 1 << (table.log_n() - log_degree));
        let mut powers = vec![0; degree];
        let mut power = 1;
        for exponent in 0..degree {
            powers[exponent.reverse_bits() >> (usize::BITS - log_degree)] = power;
            power = modulus.mul(power, root);
        }
        Self::Small { modulus, powers }
    }

    fn forward(&self, values: &mut [u32]) {
        match self {
            Self::Table(table) => table.forward(values),
            Self::Small { modulus, powers } => {
                let mut blocks = 1;
                while blocks < values.len() {
                    let size = values.len() / blocks;
                    for (block, values) in values.chunks_exact_mut(size).enumerate() {
                        let factor = powers[blocks + block];
                        let (low, high) = values.split_at_mut(size / 2);
                        for (a, b) in low.iter_mut().zip(high) {
                            let turned = modulus.mul(*b, factor);
                            (*a, *b) = (modulus.add(*a, turned), modulus.sub(*a, turned));
                        }
                    }
                    blocks *= 2;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hear_kernels::simd::Isa;

    use super::*;
    use crate::{ckks::plaintext_limb_into, params::ParametersLiteral};

    #[test]
    fn the_residues_of_a_period_are_those_of_the_large_ring() {
        let parameters = ParametersLiteral::by_name("lean-hear").unwrap().check().unwrap();
        let context = Context::new(&parameters, Isa::detect());
        let (n, large) = (context.n(), Encoder::new(context.log_n()));
        for period in [8, 32, 64, 1024, 4096] {
            let slots: Vec<_> = (0..period).map(|i| Complex64::new((i as f64).sin(), (i as f64 * 0.7).cos())).collect();
            let scale = 2f64.powi(20);
            let coefficients = large.encode_complex(&slots, scale).unwrap();
            let encoder = PeriodicEncoder::new(&context, period);
            let primes = PrimeIndex::range(3..6);
            let (mut room, mut whole) = (vec![0; encoder.residues()], vec![0; n]);
            let mut compared = 0;
            let compare = |i: usize, residues: &[u32]| {
                plaintext_limb_into(&context, primes[i], &coefficients, &mut whole);
                eltwise::to_montgomery_assign(context.isa(), context.modulus(primes[i]), &mut whole);
                for (block, &residue) in whole.chunks_exact(n / residues.len()).zip(residues) {
                    assert!(block.iter().all(|&value| value == residue), "period {period}");
                }
                compared += 1;
            };
            encoder.encode(&slots, scale, &primes, &mut room, &mut encoder.scratch(), compare).unwrap();
            assert_eq!(compared, 3);
        }
    }
}
