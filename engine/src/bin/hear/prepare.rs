//! `hear prepare`: a network's encoded weights in one file.

use std::{fs, path::PathBuf, time::Instant};

use clap::Args;
use hear_engine::network::{
    calibration::{Calibrated, Calibration},
    encode::EncodedNetwork,
    lean::scales::Scales,
    store::{EvaluationFile, ModelWriter, OutputDirectory, Scheme},
};
use hear_model::{
    input::{Clip, ClipSource},
    network::{Network, NetworkName, Source},
};
use serde_json::json;

use crate::{
    arguments::{Common, open_network, scheme_for},
    failure::Failure,
    output,
    session::{Interrupt, Session},
};

/// Encode a network into a file, from which `hear infer --model` starts at once
///
/// The file belongs to a plan that the keys carry, the one for the network's shape, and not to the keys: keys made anew for
/// the same plan go with it. It holds the network's weights, so it is as secret as they are.
///
/// Before that, clips run through the network in the clear. Under lean-hear the scales follow the largest values; what does
/// not fit the plan's limbs is refused, with the layer and the bits that it lacks.
#[derive(Debug, Args)]
#[command(override_usage = USAGE, after_help = EXAMPLES)]
pub(crate) struct Prepare {
    /// 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights or a
    /// .safetensors file
    #[arg(long, value_name = "NETWORK")]
    network: String,

    /// evaluation.key
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,

    /// File for the prepared model
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Clips that show how large values become: a file, or synthetic, the
    /// shipped test set. Of many, 32 are taken from all over the file
    #[arg(long, value_name = "CSV", default_value = "synthetic")]
    calibrate: ClipSource,

    /// Bits by which values may become larger than on those clips
    #[arg(long, value_name = "M", default_value = "2", value_parser = margin)]
    margin_bits: f64,

    #[command(flatten)]
    common: Common,
}

/// Clips that are run in the clear.
const CALIBRATION_ROWS: usize = 32;
/// The largest margin: no chain of primes leaves so many bits.
const MOST_MARGIN_BITS: f64 = 64.0;

fn margin(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(bits) if (0.0..=MOST_MARGIN_BITS).contains(&bits) => Ok(bits),
        _ => Err(format!("needed is a number from 0 to {MOST_MARGIN_BITS}")),
    }
}

/// Broken into lines by hand: clap does not.
const USAGE: &str = "\
hear prepare [OPTIONS] --network <NETWORK> --keys <FILE>
                    --out <FILE>";

const EXAMPLES: &str = "\
Examples:
  hear prepare --network 2d-64 --keys evaluation.key --out 2d-64.model
  hear prepare --network net.safetensors --keys evaluation.key \\
               --out net.model --calibrate clips.csv --margin-bits 3
  hear infer   --keys evaluation.key --model net.model --in encrypted \\
               --out results";

impl Prepare {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::new(&self.common, interrupt)?;
        let network = open_network(&self.network)?;
        let keys = EvaluationFile::open(&self.keys, session.security, session.isa)?;
        let scheme = scheme_for(&network, &keys)?;

        let parent = self.out.parent().filter(|parent| !parent.as_os_str().is_empty());
        let _directory = parent.map(OutputDirectory::create).transpose()?;
        let calibrated = self.calibrate(&scheme, &network, &session)?;
        let Calibrated { plan, tightest, headroom_bits } = &calibrated;
        // The file before the encoding: a place that cannot be written is to be known before the work.
        let writer = ModelWriter::create(&self.out, &scheme, shipped(&network), plan.scales())?;

        let started = Instant::now();
        let progress = session.progress("encoding the network");
        let report = |done, total| progress.set(done, total);
        let (executor, cancel) = (session.executor.as_ref(), interrupt.cancel());
        let encoded = EncodedNetwork::new(&scheme.context, plan, &network, executor, cancel, &report)?;
        drop(progress);
        let encode_s = started.elapsed().as_secs_f64();

        let started = Instant::now();
        let progress = session.progress("writing the model");
        let report = |done, total| progress.set(done, total);
        writer.write(&encoded, &session.work(&report))?;
        drop(progress);
        let write_s = started.elapsed().as_secs_f64();

        let bytes = fs::metadata(&self.out).map_or(0, |metadata| metadata.len());
        let text = || {
            let scales = plan.scales().map_or_else(String::new, |scales| format!("squares at {scales}; "));
            format!(
                "{}: network {} for {}, {} (encoded in {}, written in {})\n\
                 {scales}least headroom {headroom_bits:.1} bits, after {tightest}\n",
                self.out.display(),
                name(&network),
                scheme.plan.method,
                output::bytes(bytes),
                output::seconds(encode_s),
                output::seconds(write_s),
            )
        };
        session.print(text, || {
            json!({
                "network": name(&network),
                "method": scheme.plan.method.name(),
                "plan_hash": output::hexadecimal(&scheme.plan.hash()),
                "model": self.out,
                "calibration": self.calibrate.to_string(),
                "margin_bits": self.margin_bits,
                "scales_bits": plan.scales().map(Scales::bits),
                "least_headroom_bits": headroom_bits,
                "least_headroom_stage": tightest,
                "threads": session.executor.workers(),
                "isa": session.isa.name(),
                "encode_s": encode_s,
                "write_s": write_s,
                "model_bytes": encoded.bytes(),
                "file_bytes": bytes,
                "peak_rss_bytes": output::peak_rss_bytes(),
            })
        })
    }

    /// The plan at the scales that suit the network, if it fits.
    fn calibrate(&self, scheme: &Scheme, network: &Network, session: &Session<'_>) -> Result<Calibrated, Failure> {
        let clips = spread(self.calibrate.read_all()?, CALIBRATION_ROWS);
        if clips.is_empty() {
            return Err(Failure::Outside(format!("{}: no clip to calibrate on", self.calibrate)));
        }
        let progress = session.progress("calibrating");
        let report = |done, total| progress.set(done, total);
        let calibration = Calibration { plan: &scheme.plan, network, clips: &clips, margin_bits: self.margin_bits };
        Ok(calibration.run(session.executor.as_ref(), session.interrupt.cancel(), &report)?)
    }
}

/// At most so many clips, from all over the list.
fn spread(clips: Vec<Clip>, most: usize) -> Vec<Clip> {
    let step = clips.len().div_ceil(most).max(1);
    clips.into_iter().step_by(step).collect()
}

/// The name of a network that has one.
fn shipped(network: &Network) -> Option<NetworkName> {
    match network.source() {
        Source::Shipped(name) => Some(*name),
        _ => None,
    }
}

/// The name of a network, or its shape.
fn name(network: &Network) -> String {
    shipped(network).map_or_else(|| network.shape().to_string(), |name| name.as_str().to_owned())
}
