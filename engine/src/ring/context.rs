//! Everything that depends on parameters and instruction set only, made once and shared.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hear_kernels::automorphism::{Automorphism, galois_element};
use hear_kernels::modulus::Modulus;
use hear_kernels::ntt::NttTable;
use hear_kernels::simd::Isa;

use super::PrimeIndex;
use crate::params::Parameters;

/// Parameters, the instructions to use, and one NTT table per prime of the pool.
///
/// Every key, gadget and ciphertext of a computation is made from one context, so that they cannot disagree.
pub struct Context {
    parameters: Parameters,
    isa: Isa,
    tables: Vec<Arc<NttTable>>,
    automorphisms: Mutex<BTreeMap<u32, Arc<Automorphism>>>,
}

impl Context {
    /// Makes the tables for `parameters`.
    #[must_use]
    pub fn new(parameters: &Parameters, isa: Isa) -> Arc<Self> {
        let table = |&prime: &u32| {
            let modulus = Modulus::new(prime).expect("checked parameters: an odd prime below 2^30");
            let table = NttTable::new(isa, modulus, parameters.log_n());
            Arc::new(table.expect("checked parameters: a prime that is 1 mod 2N"))
        };
        Arc::new(Self {
            parameters: parameters.clone(),
            isa,
            tables: parameters.primes().iter().map(table).collect(),
            automorphisms: Mutex::default(),
        })
    }

    /// The parameters.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The instructions in use.
    #[must_use]
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// The ring degree N: words of one limb of a polynomial.
    #[must_use]
    pub fn n(&self) -> usize {
        self.parameters.n()
    }

    /// log2 of the ring degree.
    #[must_use]
    pub fn log_n(&self) -> u32 {
        self.parameters.log_n()
    }

    /// Slots of a plaintext: N / 2.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.parameters.slots()
    }

    /// The NTT table of a prime.
    ///
    /// # Panics
    /// If `index` is outside the pool.
    #[must_use]
    pub fn table(&self, index: PrimeIndex) -> &Arc<NttTable> {
        &self.tables[index.get()]
    }

    /// The NTT tables of several primes.
    ///
    /// # Panics
    /// If an index is outside the pool.
    #[must_use]
    pub fn tables(&self, indices: &[PrimeIndex]) -> Vec<Arc<NttTable>> {
        indices.iter().map(|&index| Arc::clone(self.table(index))).collect()
    }

    /// The modulus at `index`.
    ///
    /// # Panics
    /// If `index` is outside the pool.
    #[must_use]
    pub fn modulus(&self, index: PrimeIndex) -> Modulus {
        self.table(index).modulus()
    }

    /// NTTs done so far, forward and inverse, over all primes: what plans predict.
    #[must_use]
    pub fn transforms(&self) -> u64 {
        self.tables.iter().map(|table| table.transforms()).sum()
    }

    /// The automorphism X -> X^g, from a cache.
    ///
    /// # Panics
    /// If `g` is even or not below 2N.
    #[must_use]
    pub fn automorphism(&self, g: u32) -> Arc<Automorphism> {
        // A panic while the lock was held leaves the map whole: entries are inserted complete.
        let mut cache = self.automorphisms.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(Automorphism::new(self.log_n(), g).expect("an odd Galois element below 2N"));
        Arc::clone(cache.entry(g).or_insert_with(make))
    }

    /// The automorphism that rotates slots left by `steps` (right where negative).
    #[must_use]
    pub fn rotation(&self, steps: i64) -> Arc<Automorphism> {
        self.automorphism(galois_element(steps, self.log_n()))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("parameters", &self.parameters).field("isa", &self.isa.name()).finish()
    }
}
