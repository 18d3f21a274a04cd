//! `hear prepare`: a network's encoded weights in one file.

use std::{fs, path::PathBuf, time::Instant};

use clap::Args;
use hear_engine::network::{
    encode::EncodedNetwork,
    store::{EvaluationFile, ModelWriter, OutputDirectory},
};
use hear_model::network::{Network, NetworkName, Source};
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

    #[command(flatten)]
    common: Common,
}

/// Broken into lines by hand: clap does not.
const USAGE: &str = "\
hear prepare [OPTIONS] --network <NETWORK> --keys <FILE>
                    --out <FILE>";

const EXAMPLES: &str = "\
Examples:
  hear prepare --network 2d-64 --keys evaluation.key --out 2d-64.model
  hear prepare --network net.safetensors --keys evaluation.key --out net.model
  hear infer   --keys evaluation.key --model net.model --in encrypted \\
               --out results";

impl Prepare {
    pub(crate) fn run(self, interrupt: &Interrupt) -> Result<(), Failure> {
        let session = Session::new(&self.common, interrupt)?;
        let network = open_network(&self.network)?;
        let keys = EvaluationFile::open(&self.keys, session.security, session.isa)?;
        let scheme = scheme_for(&network, &keys)?;

        // The file first: a place that cannot be written is to be known before the work.
        let parent = self.out.parent().filter(|parent| !parent.as_os_str().is_empty());
        let _directory = parent.map(OutputDirectory::create).transpose()?;
        let writer = ModelWriter::create(&self.out, &scheme, shipped(&network))?;

        let started = Instant::now();
        let progress = session.progress("encoding the network");
        let report = |done, total| progress.set(done, total);
        let (executor, cancel) = (session.executor.as_ref(), interrupt.cancel());
        let encoded = EncodedNetwork::new(&scheme.context, &scheme.plan, &network, executor, cancel, &report)?;
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
            format!(
                "{}: network {} for {}, {} (encoded in {}, written in {})\n",
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
