//! The three parties of an encrypted inference in one process, with randomness from a fixed seed.
#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::sync::Arc;

use hear_engine::{
    ckks::{Encoder, Evaluator},
    network::{
        encode::EncodedNetwork,
        lower::Keep,
        plan::{Plan, PlanRequest, Security},
        run::{EvaluationKeys, Inference},
    },
    ring::Context,
    rlwe::{Ciphertext, PublicKey, PublicSeed, Purpose, Randomness, SecretKey, SwitchingKey, encrypt},
};
use hear_kernels::simd::Isa;
use hear_model::network::Network;
use hear_scheduler::{Cancel, Executor, ForkJoin, RunOptions};
use num_complex::Complex64;

const SEED: [u8; 32] = [7; 32];

/// All parties in one place, with randomness from a fixed seed.
pub struct Parties {
    pub context: Arc<Context>,
    pub plan: Plan,
    pub secret: SecretKey,
    pub public: PublicKey,
    pub keys: EvaluationKeys,
    pub encoded: EncodedNetwork,
}

impl Parties {
    pub fn new(isa: Isa, network: &Network, request: &PlanRequest) -> Self {
        Self::with_seed(isa, network, request, SEED)
    }

    pub fn with_seed(isa: Isa, network: &Network, request: &PlanRequest, seed: [u8; 32]) -> Self {
        let plan = Plan::new(request).unwrap();
        let parameters = plan.checked_parameters(Security::Required).unwrap();
        let context = Context::new(&parameters, isa);
        let randomness = Randomness::from_seed_insecure(seed);
        let seed = PublicSeed(seed);
        let secret = SecretKey::generate(&context, &randomness).unwrap();
        let public = PublicKey::generate(&context, &secret, seed, &randomness).unwrap();
        let keys = plan
            .keys()
            .iter()
            .map(|spec| SwitchingKey::generate(&context, &secret, spec, seed, &randomness).unwrap())
            .collect();
        let executor = ForkJoin::new(2).unwrap();
        let encoded = EncodedNetwork::new(&context, &plan, network, &executor, &Cancel::default(), &|_, _| {}).unwrap();
        Self { context, plan, secret, public, keys, encoded }
    }

    pub fn encrypt(&self, clip: &[f64]) -> Ciphertext {
        let scale = self.plan.input.scale_bits.exp2();
        let coefficients =
            Encoder::new(self.context.log_n()).encode_complex(&self.plan.input.pack(clip), scale).unwrap();
        let mut stream = Randomness::from_seed_insecure([8; 32]).stream(&Purpose::Encryption { row: 0 }).unwrap();
        encrypt(&self.context, &self.public, &coefficients, self.plan.input.limbs, scale, &mut stream)
    }

    pub fn infer(&self, clip: &[f64], executor: &dyn Executor) -> Ciphertext {
        let inference = Inference::new(&self.context, &self.plan, &self.keys, &self.encoded, Keep::Result).unwrap();
        let mut memory = inference.memory(executor.workers()).unwrap();
        inference.run(&self.encrypt(clip), &mut memory, executor, &RunOptions::default()).unwrap().0
    }

    pub fn slots(&self, ciphertext: &Ciphertext) -> Vec<Complex64> {
        Evaluator::new(&self.context).decrypt(&self.secret, ciphertext)
    }

    pub fn logits(&self, result: &Ciphertext) -> Vec<f64> {
        self.plan.output.unpack(&self.slots(result))
    }
}

/// The largest absolute difference of two vectors.
pub fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
