use std::io;
use std::path::PathBuf;

use super::MAX_FILE_BYTES;
use crate::network::{ShapeError, UnknownNetwork};
use crate::text::TextError;

/// Weights that make no network, or cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// Neither a known name nor an existing path.
    #[error(transparent)]
    UnknownNetwork(#[from] UnknownNetwork),
    /// The operating system refuses to read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// File or directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The operating system refuses to write.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file that is not called `.safetensors`.
    #[error("{}: not a network; needed is a directory of CSV tensors or a .safetensors file", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A directory without a single tensor.
    #[error("{}: not a network; no file in it is named like \"conv1.weight_torch.Size([64, 2, 3, 3]).csv\"", path.display())]
    NoTensors {
        /// The directory.
        path: PathBuf,
    },
    /// A file above [`MAX_FILE_BYTES`].
    #[error("{}: {size_bytes} bytes; at most {MAX_FILE_BYTES} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size_bytes: u64,
    },
    /// A file of no bytes.
    #[error("{}: the file is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A CSV file that holds no lines of numbers.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A truncated or malformed safetensors file.
    #[error("{}: truncated or not a safetensors file ({source})", path.display())]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: safetensors::SafeTensorError,
    },
    /// A CSV file whose name carries a size that does not parse.
    #[error("{}: the size in the file's name does not parse; needed is a name like \"bn1.bias_torch.Size([64]).csv\"", path.display())]
    FileName {
        /// The file.
        path: PathBuf,
    },
    /// A tensor of a type that is not read.
    #[error("{}: tensor {tensor} has values of type {found}; needed is F64, F32, F16 or BF16", file.display())]
    ElementType {
        /// The file.
        file: PathBuf,
        /// The tensor.
        tensor: String,
        /// Its type.
        found: String,
    },
    /// Two files hold the same tensor.
    #[error("{}: tensor {tensor} is also in {}", second.display(), first.display())]
    Duplicate {
        /// The tensor.
        tensor: String,
        /// A file that holds it.
        first: PathBuf,
        /// Another one.
        second: PathBuf,
    },
    /// A tensor is not there.
    #[error("{}: tensor {tensor} is missing", origin.display())]
    Missing {
        /// Directory or file.
        origin: PathBuf,
        /// The tensor.
        tensor: String,
    },
    /// A tensor that these networks do not have.
    #[error("{}: tensor {tensor} is in no network of this architecture", file.display())]
    Unexpected {
        /// The file.
        file: PathBuf,
        /// The tensor.
        tensor: String,
    },
    /// A file holds more or fewer values than its name says.
    #[error("{}: {found} values, but the size {size:?} in its name asks for {needed}", file.display())]
    ValueCount {
        /// The file.
        file: PathBuf,
        /// The size in the name.
        size: Vec<usize>,
        /// Values in the file.
        found: usize,
        /// Values of a tensor of that size.
        needed: String,
    },
    /// A tensor's size or rank is not the one that the network's shape asks for.
    #[error("{}: tensor {tensor} has size {found:?}; needed is {needed}", file.display())]
    Size {
        /// The file.
        file: PathBuf,
        /// The tensor.
        tensor: String,
        /// Its size.
        found: Vec<usize>,
        /// What was needed and why.
        needed: String,
    },
    /// A convolution whose kernels are not 3 or 3 x 3.
    #[error(
        "{}: tensor {tensor} has kernels of size {found:?}; only 3 (1D) and 3 x 3 (2D) with stride 1 and same padding can \
         be evaluated under encryption",
        file.display()
    )]
    Kernel {
        /// The file.
        file: PathBuf,
        /// The tensor.
        tensor: String,
        /// The kernel's size.
        found: Vec<usize>,
    },
    /// A width that is not supported.
    #[error("{}: {source}", file.display())]
    Shape {
        /// The file.
        file: PathBuf,
        /// The width and what is supported.
        source: ShapeError,
    },
    /// A value is infinite or NaN.
    #[error("{}: value {index} of tensor {tensor}, counted from 0, is {value}; needed are finite numbers", file.display())]
    NotFinite {
        /// The file.
        file: PathBuf,
        /// The tensor.
        tensor: String,
        /// Row-major index from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A running variance is negative.
    #[error("{}: value {index} of tensor {tensor}, counted from 0, is {value}; a variance is not negative", file.display())]
    Variance {
        /// The file.
        file: PathBuf,
        /// The tensor.
        tensor: String,
        /// Index from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A value is too large for the file's type.
    #[error("{}: value {index} of tensor {tensor}, counted from 0, is {value}, too large for {element}", file.display())]
    NotRepresentable {
        /// The file.
        file: PathBuf,
        /// The tensor.
        tensor: String,
        /// Row-major index from 0.
        index: usize,
        /// The value.
        value: f64,
        /// The type.
        element: String,
    },
    /// A directory to write to holds tensors already.
    #[error("{}: holds tensors already; needed is a directory without any", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
    },
}
