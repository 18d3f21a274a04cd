//! `hear-train export`: a network in another layout.

use std::path::PathBuf;

use clap::Args;
use hear_model::network::Network;
use hear_model::weights::Precision;

use crate::failure::Failure;

/// Write a network's weights in another layout
///
/// A name that ends in .safetensors becomes a file with PyTorch's names; any other becomes a directory of CSV files, one a
/// tensor, as the authors of HEAR publish theirs.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Export {
    /// 1d-64, 1d-128, 2d-64, 2d-128, a directory of published weights or a
    /// .safetensors file
    #[arg(long, value_name = "NETWORK")]
    network: String,

    /// A .safetensors file, or a directory without tensors
    #[arg(long, value_name = "FILE|DIR")]
    out: PathBuf,

    /// Write kernels and dense weights as f16; for .safetensors only
    #[arg(long)]
    f16: bool,
}

const EXAMPLES: &str = "\
Examples:
  hear-train export --network 2d-64.safetensors --out parameters_conv2d_64
  hear-train export --network parameters_conv1d_64 --out 1d.safetensors --f16";

impl Export {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let network = Network::open(&self.network).map_err(|error| Failure::from_network(&error))?;
        let is_file = self.out.extension().is_some_and(|extension| extension == "safetensors");
        match (is_file, self.f16) {
            (true, true) => network.save_safetensors_with(&self.out, Precision::Half)?,
            (true, false) => network.save_safetensors(&self.out)?,
            (false, true) => return Err(Failure::Usage("--f16 needs a --out that ends in .safetensors".to_owned())),
            (false, false) => network.save_directory(&self.out)?,
        }
        Ok(())
    }
}
