//! `hear demo`: all parties in one process, and the plain network beside them.

use std::{path::PathBuf, time::Instant};

use clap::Args;
use hear_engine::network::{
    encode::EncodedNetwork,
    lower::Keep,
    method::Method,
    plan::Plan,
    run::Inference,
    store::{KeySet, Logits, Scheme, UnusedSlots},
};
use hear_engine::rlwe::Randomness;
use hear_model::{
    input::{Clip, RowRange, read_rows},
    metrics::{Class, argmax, margin},
    network::{Network, Shape},
    synthetic,
};
use hear_scheduler::RunOptions;
use serde_json::{Value, json};

use crate::{
    arguments::{Choices, Common, open_network},
    failure::Failure,
    output::{bytes, counted, hexadecimal, peak_rss_bytes, seconds},
    session::{Interrupt, Session},
};

/// Encrypt, classify and decrypt a few clips, and compare with the plain network
///
/// Everything happens in memory: no file is written. Without --input the clips are those of the shipped test set, a fall
/// first.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Demo {
    /// 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights or a
    /// .safetensors file
    #[arg(long, value_name = "NETWORK", default_value = "2d-64")]
    network: String,

    /// hear, fast-hear, lean-hear, lola, ngraph-he2 or lean-ngraph [default:
    /// lean-hear, or fast-hear for what lean-hear does not take]
    #[arg(long)]
    method: Option<Method>,

    /// How many clips
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=100_000))]
    samples: usize,

    /// Take the first clips of a file
    #[arg(long, value_name = "CSV")]
    input: Option<PathBuf>,

    #[command(flatten)]
    choices: Choices,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  hear demo
  hear demo --network 1d-64 --method fast-hear --samples 1
  hear demo --network parameters_conv2d_64 --input test_input.csv --samples 5";

/// Logits may be this far off; the authors' program is up to 0.232 off on their data.
const LARGEST_ERROR: f64 = 0.25;
/// Or this part of the largest logit, where logits are large.
const LARGEST_RELATIVE_ERROR: f64 = 0.01;

impl Demo {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::new(&self.common, interrupt)?;
        let network = open_network(&self.network)?;
        let clips = self.clips()?;
        let plan = self.plan(network.shape(), &session)?;
        let scheme = Scheme::new(plan, session.security, session.isa)?;
        let report = Story { session: &session, network: &network, scheme: &scheme }.tell(&clips)?;
        session.print(|| report.text(&self, &network, &scheme), || report.json(&self, &scheme))?;
        report.verdict()
    }

    fn plan(&self, shape: Shape, session: &Session<'_>) -> Result<Plan, Failure> {
        let plan = |method| self.choices.plan(shape, method, session.security, session.executor.workers());
        match self.method {
            Some(method) => plan(method),
            None => plan(Method::LeanHear).or_else(|_| plan(Method::FastHear)),
        }
    }

    /// What is classified, with labels where they are known.
    fn clips(&self) -> Result<Vec<(Clip, Option<Class>)>, Failure> {
        if let Some(path) = &self.input {
            let clips = read_rows(path, RowRange::new(0, self.samples)?)?;
            return Ok(clips.into_iter().map(|clip| (clip, None)).collect());
        }
        let (clips, labels) = synthetic::test_set();
        if clips.len() < self.samples {
            let count = clips.len();
            return Err(Failure::Usage(format!("--samples {}: the shipped test set has {count}", self.samples)));
        }
        let mut clips: Vec<_> = clips.into_iter().zip(labels.into_iter().map(Some)).collect();
        // What the system is for, among whatever comes.
        let fall = clips.iter().position(|&(_, label)| label == Some(Class::Fall)).unwrap_or(0);
        clips[..=fall].rotate_right(1);
        clips.truncate(self.samples);
        Ok(clips)
    }
}

/// What the parties share.
struct Story<'a> {
    session: &'a Session<'a>,
    network: &'a Network,
    scheme: &'a Scheme,
}

/// What happened.
#[derive(Debug, Default)]
struct DemoReport {
    keygen_s: f64,
    encode_s: f64,
    key_bytes: u64,
    model_bytes: u64,
    input_bytes: u64,
    output_bytes: u64,
    peak_rss_bytes: Option<u64>,
    threads: usize,
    isa: &'static str,
    samples: Vec<Sample>,
}

/// What happened to one clip.
#[derive(Debug)]
struct Sample {
    label: Option<Class>,
    encrypt_s: f64,
    infer_s: f64,
    decrypt_s: f64,
    logits: Logits,
    plain: Logits,
}

impl Sample {
    fn class(&self) -> Class {
        argmax(&self.logits)
    }

    fn error(&self) -> f64 {
        self.logits.iter().zip(&self.plain).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    /// The largest error that noise explains. Within it the class is the plain one wherever the plain margin exceeds twice
    /// the error.
    fn tolerance(&self) -> f64 {
        let largest = self.plain.iter().fold(0.0, |largest: f64, logit| largest.max(logit.abs()));
        LARGEST_ERROR.max(LARGEST_RELATIVE_ERROR * largest)
    }
}

impl Story<'_> {
    fn tell(&self, clips: &[(Clip, Option<Class>)]) -> Result<DemoReport, Failure> {
        let Self { session, network, scheme } = *self;
        let executor = session.executor.as_ref();
        let randomness = Randomness::from_os();

        let started = Instant::now();
        let progress = session.progress("making keys");
        let watch = |done, total| progress.set(done, total);
        let keys = KeySet::generate(&scheme.into(), &randomness, &session.work(&watch))?;
        drop(progress);
        let keygen_s = started.elapsed().as_secs_f64();

        let started = Instant::now();
        let progress = session.progress("encoding the network");
        let watch = |done, total| progress.set(done, total);
        let cancel = session.interrupt.cancel();
        let encoded = EncodedNetwork::new(&scheme.context, &scheme.plan, network, executor, cancel, &watch)?;
        drop(progress);
        let encode_s = started.elapsed().as_secs_f64();

        let inference = Inference::new(&scheme.context, &scheme.plan, &keys.evaluation.keys, &encoded, Keep::Result)?;
        let options = RunOptions { cancel: cancel.clone(), ..RunOptions::default() };
        let mut memory = inference.memory(executor.workers())?;
        let mut report = DemoReport {
            keygen_s,
            encode_s,
            key_bytes: keys.evaluation.keys.bytes() as u64,
            model_bytes: encoded.bytes() as u64,
            threads: executor.workers(),
            isa: session.isa.name(),
            ..DemoReport::default()
        };
        let progress = session.progress("classifying clips");
        let count = clips.len();
        progress.set(0, count);
        // As many clips at a time as are packed together; each has its share of the time.
        let at_once = keys.encryptor.clips();
        for (first_row, clips) in (0..).step_by(at_once).zip(clips.chunks(at_once)) {
            session.interrupt.check()?;
            let values: Vec<_> = clips.iter().map(|(clip, _)| *clip).collect();
            let share = |started: Instant| started.elapsed().as_secs_f64() / clips.len() as f64;
            let started = Instant::now();
            let input = keys.encryptor.encrypt(first_row, &values, &randomness)?;
            let encrypt_s = share(started);
            let started = Instant::now();
            let (results, _) = inference.run_clips(&input.ciphertexts, &mut memory, executor, &options)?;
            let unused = UnusedSlots::Drown(&randomness);
            let result = keys.evaluation.release(&scheme.plan, &input.origin(), results, unused)?;
            let infer_s = share(started);
            report.input_bytes = input.bytes() as u64;
            report.output_bytes = result.encrypted.bytes() as u64;
            let started = Instant::now();
            let rows = keys.decryptor.logits(&result)?;
            let decrypt_s = share(started);
            for ((clip, label), (_, logits)) in clips.iter().zip(rows) {
                let (label, plain) = (*label, network.forward(clip));
                report.samples.push(Sample { label, encrypt_s, infer_s, decrypt_s, logits, plain });
            }
            progress.set(report.samples.len(), count);
        }
        report.peak_rss_bytes = peak_rss_bytes();
        Ok(report)
    }
}

impl DemoReport {
    fn mean(&self, of: impl Fn(&Sample) -> f64) -> f64 {
        self.samples.iter().map(of).sum::<f64>() / self.samples.len().max(1) as f64
    }

    fn text(&self, demo: &Demo, network: &Network, scheme: &Scheme) -> String {
        let mut text = format!(
            "network {} with method {}, on {} ({})\n",
            network.shape(),
            scheme.plan.method,
            counted(self.threads, "thread"),
            self.isa
        );
        if demo.input.is_none() {
            text += "clips: synthetic skeletons that the network was not trained on\n";
        }
        let mut line =
            |what: &str, time_s: f64, size: &str| text += &format!("{what:<25}{:>10}  {size}\n", seconds(time_s));
        line("monitoring: make keys", self.keygen_s, &format!("{} of evaluation keys", bytes(self.key_bytes)));
        line("cloud: encode the network", self.encode_s, &format!("{} of plaintexts", bytes(self.model_bytes)));
        line("home: encrypt a clip", self.mean(|s| s.encrypt_s), &format!("{} a ciphertext", bytes(self.input_bytes)));
        line("cloud: classify it", self.mean(|s| s.infer_s), "without decrypting it");
        line("monitoring: decrypt", self.mean(|s| s.decrypt_s), &format!("{} a result", bytes(self.output_bytes)));
        if let Some(peak) = self.peak_rss_bytes {
            text += &format!("{:<25}{:>10}\n", "peak memory", bytes(peak));
        }
        text += &format!(
            "\n{:>4}  {:<6}  {:<6}  {:<5}  {:<6}  {}\n",
            "clip", "label", "class", "alarm", "plain", "logit error"
        );
        for (index, sample) in self.samples.iter().enumerate() {
            let alarm = if sample.class() == Class::Fall { "FALL" } else { "-" };
            text += &format!(
                "{index:>4}  {:<6}  {:<6}  {alarm:<5}  {:<6}  {:.4} (plain margin {:.3})\n",
                sample.label.map_or("-", Class::name),
                sample.class().name(),
                argmax(&sample.plain).name(),
                sample.error(),
                margin(&sample.plain),
            );
        }
        text
    }

    fn json(&self, demo: &Demo, scheme: &Scheme) -> Value {
        let sample = |(index, sample): (usize, &Sample)| {
            json!({
                "row": index,
                "label": sample.label.map(Class::name),
                "class": sample.class().name(),
                "fall": sample.class() == Class::Fall,
                "plain_class": argmax(&sample.plain).name(),
                "plain_margin": margin(&sample.plain),
                "max_abs_logit_error": sample.error(),
                "encrypt_s": sample.encrypt_s,
                "infer_s": sample.infer_s,
                "decrypt_s": sample.decrypt_s,
            })
        };
        json!({
            "network": demo.network,
            "method": scheme.plan.method.name(),
            "strategy": scheme.plan.method.strategy_name(demo.choices.strategy(scheme.plan.method)),
            "plan_hash": hexadecimal(&scheme.plan.hash()),
            "threads": self.threads,
            "isa": self.isa,
            "keygen_s": self.keygen_s,
            "encode_s": self.encode_s,
            "key_bytes": self.key_bytes,
            "model_bytes": self.model_bytes,
            "input_ciphertext_bytes": self.input_bytes,
            "output_ciphertext_bytes": self.output_bytes,
            "peak_rss_bytes": self.peak_rss_bytes,
            "samples": self.samples.iter().enumerate().map(sample).collect::<Vec<_>>(),
        })
    }

    /// Encrypted logits that noise does not explain are a defect, and the demo says so.
    fn verdict(&self) -> Result<(), Failure> {
        let is_off = |sample: &Sample| sample.error() > sample.tolerance();
        let Some((index, sample)) = self.samples.iter().enumerate().find(|(_, sample)| is_off(sample)) else {
            return Ok(());
        };
        Err(Failure::Outside(format!(
            "clip {index}: the encrypted logits are {:.3} off the plain ones; noise explains at most {:.3}",
            sample.error(),
            sample.tolerance()
        )))
    }
}
