//! Networks in files, with PyTorch's names for the tensors: `conv{1,2,3}.weight|bias`,
//! `bn{1,2,3}.weight|bias|running_mean|running_var`, `act{1,2,3}.alpha|beta|c`, `linear.weight|bias`.
//!
//! A network is either a directory in the layout in which the authors of HEAR publish theirs (a CSV file a tensor, one
//! value a line, row-major, named like `conv2.weight_torch.Size([128, 64, 3, 3]).csv`) or a `.safetensors` file.
//! Dimension and width follow from the size of `conv1.weight`. Its third input channel, which reads nothing but zeros in
//! the published networks, is dropped; `num_batches_tracked` is ignored. Neither layout records strides: stride 1 and
//! same padding are what these networks mean.

mod assemble;
mod directory;
mod error;
mod safetensors;
mod shipped;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub use error::WeightsError;

use crate::network::{Network, NetworkName};

/// The largest weight file that is read, in bytes; 2D networks of the largest width take less.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// Ends the names of tensors that count training steps and are ignored.
const IGNORED_SUFFIX: &str = ".num_batches_tracked";

impl Network {
    /// The network called `name_or_path` ([`Network::by_name`]), or else the one at that path ([`Network::load`]).
    ///
    /// # Errors
    /// If it is neither a known name nor an existing path, or for the reasons of [`Network::load`].
    pub fn open(name_or_path: &str) -> Result<Self, WeightsError> {
        match name_or_path.parse::<NetworkName>() {
            Ok(name) => Ok(Self::by_name(name.as_str())?),
            Err(unknown) if !Path::new(name_or_path).exists() => Err(unknown.into()),
            Err(_) => Self::load(name_or_path),
        }
    }

    /// The network in a directory of CSV files or in a `.safetensors` file of `f64`, `f32`, `f16` or `bf16` values.
    ///
    /// # Errors
    /// If the path is neither, a file cannot be read or is malformed, a tensor is missing, unexpected, there twice or of
    /// another size than the network's shape asks for, or a value is not finite or a negative variance.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, WeightsError> {
        let path = path.as_ref();
        let tensors = if path.is_dir() {
            directory::read(path)?
        } else if path.extension().is_some_and(|extension| extension == "safetensors") {
            safetensors::read(path)?
        } else if let Err(source) = path.metadata() {
            return Err(WeightsError::Read { path: path.to_path_buf(), source });
        } else {
            return Err(WeightsError::UnknownFormat { path: path.to_path_buf() });
        };
        tensors.into_network()
    }

    /// The network of tensors made in memory, which names `origin` as its source.
    ///
    /// # Errors
    /// Those of [`Network::load`] about tensors.
    #[cfg(feature = "train")]
    pub(crate) fn from_tensors(origin: &Path, tensors: Vec<NamedTensor>) -> Result<Self, WeightsError> {
        let by_name = tensors
            .into_iter()
            .map(|NamedTensor { name, size, values }| (name, Tensor { file: origin.to_path_buf(), size, values }))
            .collect();
        Tensors { origin: origin.to_path_buf(), by_name }.into_network()
    }

    /// Writes the network as a `.safetensors` file of `f32` values. The file appears whole or not at all, and replaces
    /// one of the same name.
    ///
    /// # Errors
    /// If a value does not fit an `f32` or the file cannot be written.
    pub fn save_safetensors(&self, path: impl AsRef<Path>) -> Result<(), WeightsError> {
        safetensors::write(self, path.as_ref(), Precision::Single)
    }

    /// Writes the network as [`Network::save_safetensors`] does, with weights of the given precision.
    ///
    /// # Errors
    /// If a value does not fit its type or the file cannot be written.
    pub fn save_safetensors_with(&self, path: impl AsRef<Path>, precision: Precision) -> Result<(), WeightsError> {
        safetensors::write(self, path.as_ref(), precision)
    }

    /// Writes the network as the directory of CSV files that [`Network::load`] reads, with the digits that identify each
    /// `f64`. The directory is made if it is missing; it must not hold tensors already.
    ///
    /// # Errors
    /// If the directory holds tensors or a file cannot be written.
    pub fn save_directory(&self, path: impl AsRef<Path>) -> Result<(), WeightsError> {
        directory::write(self, path.as_ref())
    }
}

/// How exactly a `.safetensors` file holds weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// All values in `f32`.
    Single,
    /// Convolution kernels and dense weights, nearly all values, in `f16`; batch norm, biases and activations in `f32`.
    Half,
}

/// A tensor with its name, row-major.
#[cfg(feature = "train")]
pub(crate) struct NamedTensor {
    pub(crate) name: String,
    pub(crate) size: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

/// One tensor as a file has it: the size is what the file claims and agrees with the number of values.
struct Tensor {
    file: PathBuf,
    size: Vec<usize>,
    values: Vec<f64>,
}

/// Tensors by name, without those that are ignored, and where they come from.
struct Tensors {
    origin: PathBuf,
    by_name: BTreeMap<String, Tensor>,
}

/// Opens a regular file of at most [`MAX_FILE_BYTES`].
fn open_limited(path: &Path) -> Result<impl Read, WeightsError> {
    let read_error = |source| WeightsError::Read { path: path.to_path_buf(), source };
    // Before opening: that would wait at a pipe.
    let metadata = path.metadata().map_err(read_error)?;
    if !metadata.is_file() {
        return Err(read_error(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(WeightsError::TooLarge { path: path.to_path_buf(), size_bytes: metadata.len() });
    }
    Ok(File::open(path).map_err(read_error)?.take(MAX_FILE_BYTES))
}
