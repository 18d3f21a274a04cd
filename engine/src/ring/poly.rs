//! Owned polynomials whose domain is a type.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use hear_kernels::eltwise;
use zeroize::Zeroize;

use super::{Context, PrimeIndex, Words, zeroed_words};

/// An ordered selection of the pool's primes; cloning shares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis(Arc<[PrimeIndex]>);

impl Basis {
    /// The selection `primes`, in this order.
    #[must_use]
    pub fn new(primes: &[PrimeIndex]) -> Self {
        Self(primes.into())
    }

    /// The data primes `q_0 .. q_{limbs-1}`.
    #[must_use]
    pub fn first(limbs: usize) -> Self {
        Self(PrimeIndex::first(limbs).into())
    }
}

impl Deref for Basis {
    type Target = [PrimeIndex];

    fn deref(&self) -> &[PrimeIndex] {
        &self.0
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Coefficients {}
    impl Sealed for super::Ntt {}
}

/// Where a polynomial's values stand: [`Coefficients`] or [`Ntt`].
pub trait Domain: sealed::Sealed {}

/// Coefficients, natural order.
#[derive(Clone, Copy, Debug)]
pub enum Coefficients {}

/// NTT values, bit-reversed order.
#[derive(Clone, Copy, Debug)]
pub enum Ntt {}

impl Domain for Coefficients {}
impl Domain for Ntt {}

/// A polynomial over a basis: one limb of N residues in `[0, q)` after the other.
#[derive(Clone, Debug)]
pub struct Poly<D: Domain> {
    basis: Basis,
    n: usize,
    words: Words,
    domain: PhantomData<D>,
}

impl<D: Domain> Poly<D> {
    /// The zero polynomial.
    #[must_use]
    pub fn zero(context: &Context, basis: &Basis) -> Self {
        let n = context.n();
        Self { basis: basis.clone(), n, words: zeroed_words(basis.len() * n), domain: PhantomData }
    }

    /// The primes, in the order of the limbs.
    #[must_use]
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// The N residues modulo the i-th prime of the basis.
    ///
    /// # Panics
    /// If there is no limb `i`.
    #[must_use]
    pub fn limb(&self, i: usize) -> &[u32] {
        &self.words[i * self.n..(i + 1) * self.n]
    }

    /// The N residues modulo the i-th prime of the basis; they must stay below it.
    ///
    /// # Panics
    /// If there is no limb `i`.
    #[must_use]
    pub fn limb_mut(&mut self, i: usize) -> &mut [u32] {
        &mut self.words[i * self.n..(i + 1) * self.n]
    }

    /// All limbs.
    pub fn limbs(&self) -> impl DoubleEndedIterator<Item = &[u32]> + ExactSizeIterator + Clone {
        self.words.chunks_exact(self.n)
    }

    fn into_domain<E: Domain>(self) -> Poly<E> {
        Poly { basis: self.basis, n: self.n, words: self.words, domain: PhantomData }
    }
}

impl Poly<Coefficients> {
    /// The residues of integer coefficients below 2^62 in absolute value.
    ///
    /// # Panics
    /// If there are not N coefficients.
    #[must_use]
    pub fn from_signed(context: &Context, basis: &Basis, coefficients: &[i64]) -> Self {
        let mut poly = Self::zero(context, basis);
        for (i, &prime) in basis.iter().enumerate() {
            eltwise::reduce_signed_into(context.isa(), context.modulus(prime), poly.limb_mut(i), coefficients);
        }
        poly
    }

    /// NTT values, in the same memory.
    #[must_use]
    pub fn into_ntt(mut self, context: &Context) -> Poly<Ntt> {
        for (limb, &prime) in self.words.chunks_exact_mut(self.n).zip(&*self.basis) {
            context.table(prime).forward(limb);
        }
        self.into_domain()
    }
}

impl Poly<Ntt> {
    /// Coefficients, in the same memory.
    #[must_use]
    pub fn into_coefficients(mut self, context: &Context) -> Poly<Coefficients> {
        for (limb, &prime) in self.words.chunks_exact_mut(self.n).zip(&*self.basis) {
            context.table(prime).inverse(limb);
        }
        self.into_domain()
    }
}

impl<D: Domain> Zeroize for Poly<D> {
    fn zeroize(&mut self) {
        self.words.zeroize();
    }
}
