//! Polynomials modulo X^N + 1 and a set of primes of the pool.
mod context;
mod poly;
mod words;

pub use context::Context;
pub use poly::{Basis, Coefficients, Domain, Ntt, Poly};
pub use words::{Words, words_from, zeroed_words};

pub use crate::params::PrimeIndex;
