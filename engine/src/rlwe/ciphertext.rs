//! Ciphertexts that own their memory.

use super::KeyError;
use super::keys::check_residues;
use crate::ring::{Basis, Context, Words, words_from, zeroed_words};

/// A ciphertext (c0, c1) of c0 + c1 s, in limb pairs, with the scale of its message.
#[derive(Clone, Debug, PartialEq)]
pub struct Ciphertext {
    basis: Basis,
    pair_words: usize,
    words: Words,
    scale: f64,
}

impl Ciphertext {
    /// The ciphertext (0, 0).
    #[must_use]
    pub fn zero(context: &Context, basis: Basis, scale: f64) -> Self {
        let pair_words = 2 * context.n();
        let words = zeroed_words(basis.len() * pair_words);
        Self { basis, pair_words, words, scale }
    }

    /// The ciphertext with these limb pairs, one after the other.
    ///
    /// # Errors
    /// [`KeyError::Residues`] if the number of residues is wrong or one of them is not below its prime.
    pub fn from_words(context: &Context, basis: Basis, scale: f64, words: Words) -> Result<Self, KeyError> {
        let limbs: Vec<_> = basis.iter().flat_map(|&prime| [prime; 2]).collect();
        check_residues(context, &limbs, &words)?;
        Ok(Self { basis, pair_words: 2 * context.n(), words, scale })
    }

    /// The primes, in the order of the limbs.
    #[must_use]
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// How many limbs.
    #[must_use]
    pub fn limbs(&self) -> usize {
        self.basis.len()
    }

    /// What the message is multiplied by.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Declares another scale for the same words.
    pub fn set_scale(&mut self, scale: f64) {
        self.scale = scale;
    }

    /// All limb pairs, one after the other.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// The limb pairs.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = &[u32]> + Clone {
        self.words.chunks_exact(self.pair_words)
    }

    /// The limb pairs, to be written.
    pub fn pairs_mut(&mut self) -> impl ExactSizeIterator<Item = &mut [u32]> {
        self.words.chunks_exact_mut(self.pair_words)
    }

    /// The limb pair of the i-th prime.
    ///
    /// # Panics
    /// If there is no limb `i`.
    #[must_use]
    pub fn pair(&self, i: usize) -> &[u32] {
        &self.words[i * self.pair_words..(i + 1) * self.pair_words]
    }

    /// The limb pair of the i-th prime, to be written.
    ///
    /// # Panics
    /// If there is no limb `i`.
    #[must_use]
    pub fn pair_mut(&mut self, i: usize) -> &mut [u32] {
        &mut self.words[i * self.pair_words..(i + 1) * self.pair_words]
    }

    /// The component c0 or c1, limb by limb.
    ///
    /// # Panics
    /// If there is no such component.
    pub fn component(&self, component: usize) -> impl ExactSizeIterator<Item = &[u32]> + Clone {
        assert!(component < 2, "component {component} of a ciphertext");
        let n = self.pair_words / 2;
        self.pairs().map(move |pair| &pair[component * n..(component + 1) * n])
    }

    /// Keeps the first `limbs` limbs.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn truncate(&mut self, limbs: usize) {
        self.basis = Basis::new(&self.basis[..limbs]);
        self.words = words_from(&self.words[..limbs * self.pair_words]);
    }
}
