//! Limb arithmetic for RNS-CKKS: what is done to one residue polynomial, on slices of `u32`.
//!
//! A limb holds N = 2^10 .. 2^16 residues modulo one odd number below 2^30 ([`modulus::Modulus`]), as coefficients in
//! natural order or as NTT values in bit-reversed order, fully reduced between kernels.
//!
//! | module | what it does |
//! |---|---|
//! | [`simd`] | the instructions to use ([`simd::Isa`]), and all intrinsics |
//! | [`modulus`], [`primes`] | scalar arithmetic modulo one number, primes that have a transform |
//! | [`ntt`] | the negacyclic number-theoretic transform |
//! | [`eltwise`] | sums, products, tensor products, reductions, element by element |
//! | [`automorphism`] | X -> X^g on values and on coefficients |
//! | [`rns`] | exact centred base conversion, mod_up, mod_down, rescale |
//! | [`accumulate`] | multiply-accumulate: key switching's products and the convolutions' |
//!
//! # Conventions
//! - Every algorithm is written once, over lanes, and compiled for each instruction set; all give identical results.
//! - Kernels take slices. They neither allocate nor spawn threads. `_into` writes to another slice, `_assign` in place,
//!   `_lazy` leaves residues unreduced, within the interval that its documentation states.
//! - Lengths are asserted always (that is what makes the vector code sound), ranges of residues in debug builds; a broken
//!   precondition is a bug and panics. What depends on parameters, and so may come from outside, returns a `Result`.
//! - On the vector tiers no branch and no address depends on a residue. The scalar tier and [`modulus::Modulus`] leave the
//!   choice between a branch and a conditional move to the compiler.
//!
//! # Example
//! The product of two polynomials modulo X^N + 1 and q:
//! ```
//! use hear_kernels::{eltwise, modulus::Modulus, ntt::NttTable, primes, simd::Isa};
//!
//! let isa = Isa::detect();
//! let modulus = Modulus::new(primes::ntt_primes(10, 1 << 30, 1)[0])?;
//! let table = NttTable::new(isa, modulus, 10)?;
//! let (mut a, mut b) = (vec![0; 1024], vec![0; 1024]);
//! a[1023] = 3; // 3 X^1023
//! b[2] = 5; // 5 X^2
//! table.forward(&mut a);
//! table.forward(&mut b);
//! eltwise::mul_assign(isa, modulus, &mut a, &b);
//! table.inverse(&mut a);
//! assert_eq!(a[1], modulus.neg(15)); // 15 X^1025 = -15 X
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]

pub mod accumulate;
pub mod automorphism;
mod bounds;
pub mod eltwise;
pub mod modulus;
pub mod ntt;
pub mod primes;
pub mod rns;
pub mod simd;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
