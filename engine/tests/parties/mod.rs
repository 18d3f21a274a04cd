//! The three parties of an encrypted inference in one process, with randomness from a fixed seed.
#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::sync::Arc;

use hear_engine::{
    ckks::{Encoder, Evaluator},
    network::{
        encode::EncodedNetwork,
        lower::{Keep, RunShape},
        plan::{Plan, PlanRequest, Security},
        run::{EvaluationKeys, Inference},
    },
    params::{Parameters, ParametersLiteral},
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
        Self::of_plan(isa, network, Plan::new(request).unwrap(), seed)
    }

    /// With a ring that is too small to be secure, for plans that any ring will do for.
    pub fn on_small_ring(isa: Isa, network: &Network, request: &PlanRequest, log_n: u32) -> Self {
        let own = ParametersLiteral::by_name(request.method.parameters()).unwrap().check().unwrap();
        let small = ParametersLiteral::uniform("small", log_n, own.q().len(), own.p().len());
        let plan = Plan::with_parameters(request, &Parameters::new_insecure(small).unwrap()).unwrap();
        Self::of_plan(isa, network, plan, SEED)
    }

    pub fn of_plan(isa: Isa, network: &Network, plan: Plan, seed: [u8; 32]) -> Self {
        let parameters = plan.checked_parameters(Security::Waived).unwrap();
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
        let [ciphertext] = self.encrypt_together(&[clip]).try_into().unwrap();
        ciphertext
    }

    /// The ciphertexts of clips that are packed together.
    pub fn encrypt_together(&self, clips: &[&[f64]]) -> Vec<Ciphertext> {
        let input = &self.plan.input;
        let scale = input.scale_bits.exp2();
        let (encoder, randomness) = (Encoder::new(self.context.log_n()), Randomness::from_seed_insecure([8; 32]));
        let ciphertext = |index| {
            let coefficients = encoder.encode_complex(&input.pack(index, clips), scale).unwrap();
            let number = u32::try_from(index).unwrap();
            let mut stream = randomness.stream(&Purpose::Encryption { row: 0, ciphertext: number }).unwrap();
            encrypt(&self.context, &self.public, &coefficients, input.limbs, scale, &mut stream)
        };
        (0..input.ciphertexts()).map(ciphertext).collect()
    }

    /// The ciphertexts of a run, from those that it reads.
    pub fn infer_loaded(
        &self,
        inputs: &[Ciphertext],
        shape: impl Into<RunShape>,
        threads: usize,
        executor: &dyn Executor,
    ) -> Vec<Ciphertext> {
        let Self { context, plan, keys, encoded, .. } = self;
        let mut inference = Inference::for_runs(context, plan, keys, encoded, Keep::Result, shape, threads).unwrap();
        let directory = tempfile::tempdir().unwrap();
        inference.spill_into(directory.path()).unwrap();
        let mut memory = inference.memory(executor.workers()).unwrap();
        for (index, input) in inputs.iter().enumerate() {
            inference.load(index, input, &mut memory).unwrap();
        }
        inference.run_loaded(&mut memory, executor, &RunOptions::default()).unwrap().0
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
        self.plan.output.unpack(&[self.slots(result)], 0)
    }
}

/// The largest absolute difference of two vectors.
pub fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
