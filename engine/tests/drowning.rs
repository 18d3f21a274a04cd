//! What a result tells its owner: the logits, and nothing about the slots beside them.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

mod common;

use std::path::Path;

use common::{clips, hear, workplace};
use hear_engine::{
    ckks::Encoder,
    network::{
        drowning::amplitude,
        method::Method,
        packing::SLOTS,
        plan::{Plan, PlanRequest},
    },
    params::{Parameters, ParametersLiteral},
    ring::Context,
    rlwe::{Ciphertext, SecretKey, decrypt},
    wire::{CiphertextReader, Kind, SecretKeyFile},
};
use hear_kernels::simd::Isa;
use hear_model::network::{Dimension, Network, Shape};
use num_complex::Complex64;

struct Owner {
    context: std::sync::Arc<Context>,
    plan: Plan,
    secret: SecretKey,
}

impl Owner {
    fn slots(&self, file: &Path) -> (Ciphertext, Vec<Complex64>) {
        let ciphertext = CiphertextReader::open(file, Kind::Result, &self.context).unwrap().read().unwrap();
        let coefficients = decrypt(&self.context, &self.secret, &ciphertext);
        let slots = Encoder::new(self.context.log_n()).decode(&coefficients, ciphertext.scale());
        (ciphertext, slots)
    }
}

#[test]
fn slots_without_logits_are_drowned_unless_tests_ask_for_them() {
    for (method, width) in [(Method::Hear, 16), (Method::FastHear, 16), (Method::LeanHear, 32)] {
        let place = workplace();
        let path = |name: &str| place.path().join(name);
        let shape = Shape::new(Dimension::OneD, width).unwrap();
        let network = Network::seeded(shape, 3);
        network.save_safetensors(path("n.safetensors")).unwrap();
        let run = |arguments: &str| hear(place.path(), arguments).succeeded();
        run(&format!("keygen --network n.safetensors --method {} --out keys", method.name()));
        run("encrypt --key keys/public.key --input clips.csv --rows 0..1 --out in");
        let infer = "infer --keys keys/evaluation.key --network n.safetensors --in in";
        run(&format!("{infer} --out kept --keep-unused-slots"));
        run(&format!("{infer} --out first"));
        run(&format!("{infer} --out second"));

        let request = PlanRequest::new(shape, method);
        let parameters = Parameters::new(ParametersLiteral::by_name(method.name()).unwrap()).unwrap();
        let context = Context::new(&parameters, Isa::detect());
        let secret = SecretKeyFile::read(&path("keys/secret.key")).unwrap().into_key(&context).unwrap();
        let owner = Owner { context, plan: Plan::new(&request).unwrap(), secret };
        let [kept, first, second] =
            ["kept", "first", "second"].map(|out| owner.slots(&path(out).join("row-000000.out")));

        let plain = network.forward(&clips()[0]);
        for (_, slots) in [&kept, &first, &second] {
            for (logit, plain) in owner.plan.output.unpack(std::slice::from_ref(slots), 0).iter().zip(plain) {
                assert!((logit - plain).abs() < 0.1, "{method}: {logit} instead of {plain}");
            }
        }
        // Parts of slots in which no logit stands.
        let beside = |slots: &[Complex64]| {
            let mut slots = slots.to_vec();
            owner.plan.output.clear_logits(0, 1, &mut slots);
            slots.iter().flat_map(|slot| [slot.re, slot.im]).filter(|&part| part != 0.0).collect::<Vec<f64>>()
        };
        let [kept_parts, first_parts, second_parts] = [&kept, &first, &second].map(|(_, slots)| beside(slots));
        assert_eq!(first_parts.len(), 2 * SLOTS - plain.len());
        let size = |parts: &[f64]| (parts.iter().map(|part| part * part).sum::<f64>() / parts.len() as f64).sqrt();
        let modulus = kept.0.basis().iter().map(|&prime| f64::from(owner.context.parameters().prime(prime))).product();
        let uniform = amplitude(modulus, kept.0.scale(), SLOTS) / 3.0_f64.sqrt();
        let differences: Vec<f64> = first_parts.iter().zip(&second_parts).map(|(a, b)| a - b).collect();
        assert!(size(&kept_parts) < 0.1 * uniform, "{method}: partial sums of {}", size(&kept_parts));
        for (parts, expected) in [(&first_parts, uniform), (&differences, uniform * 2.0_f64.sqrt())] {
            let found = size(parts);
            assert!((found / expected - 1.0).abs() < 0.05, "{method}: {found} instead of {expected}");
        }
        // The polynomials are random anew, too.
        assert!(first.0.words() != second.0.words() && first.0.pair(0)[..64] != kept.0.pair(0)[..64], "{method}");
    }
}
