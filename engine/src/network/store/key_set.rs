//! All keys of some plans, in memory.

use std::sync::Mutex;

use super::{Decryptor, Encryptor, Evaluation, Schemes, StoreError, Work, work::locked};
use crate::{
    network::run::EvaluationKeys,
    rlwe::{KeyArena, PublicKey, PublicSeed, Randomness, SecretKey},
};

/// The three parties' keys, as one process has them that plays all parts.
#[derive(Debug)]
pub struct KeySet {
    /// The monitoring service's.
    pub decryptor: Decryptor,
    /// The homes'.
    pub encryptor: Encryptor,
    /// The cloud's.
    pub evaluation: Evaluation,
}

impl KeySet {
    /// Makes the keys that the plans need, in parallel. Progress counts switching keys.
    ///
    /// # Errors
    /// If the operating system gives no randomness, or the work was stopped.
    pub fn generate(schemes: &Schemes, randomness: &Randomness, work: &Work<'_>) -> Result<Self, StoreError> {
        let Pair { decryptor, encryptor, seed } = Pair::generate(schemes, randomness)?;
        let Schemes { plans, context } = schemes;
        let specs = plans.keys();
        let mut arena = KeyArena::new(context, &specs);
        let places = Mutex::new(arena.places());
        work.try_for_each(specs.len(), |_| {
            // Which of the keys a call makes does not matter: as many calls as keys.
            let place = locked(&places).next();
            place.map_or(Ok(()), |place| place.generate(context, decryptor.key(), seed, randomness))?;
            Ok::<_, StoreError>(())
        })?;
        drop(places);
        let keys: EvaluationKeys = arena.into_keys().collect();
        let insecure = randomness.is_insecure();
        let evaluation = Evaluation::new(schemes.clone(), encryptor.key().clone(), keys, insecure);
        Ok(Self { decryptor, encryptor, evaluation })
    }
}

/// The keys but for the many switching keys, and the seed that all public halves are expanded from.
pub(super) struct Pair {
    pub(super) decryptor: Decryptor,
    pub(super) encryptor: Encryptor,
    pub(super) seed: PublicSeed,
}

impl Pair {
    pub(super) fn generate(schemes: &Schemes, randomness: &Randomness) -> Result<Self, StoreError> {
        let (context, insecure) = (&schemes.context, randomness.is_insecure());
        let seed = PublicSeed::generate(randomness)?;
        let secret = SecretKey::generate(context, randomness)?;
        let public = PublicKey::generate(context, &secret, seed, randomness)?;
        let encryptor = Encryptor::new(schemes.clone(), public, insecure);
        Ok(Self { decryptor: Decryptor::new(schemes.clone(), secret, insecure), encryptor, seed })
    }
}
