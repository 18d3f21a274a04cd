//! The `.safetensors` format.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use ::safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::{IGNORED_SUFFIX, Tensor, Tensors, WeightsError, open_limited};
use crate::network::{CLASS_COUNT, Convolution, Dimension, KERNEL_SIZE, Network};

/// All tensors of a file.
pub(super) fn read(file: &Path) -> Result<Tensors, WeightsError> {
    let mut bytes = Vec::new();
    let read = open_limited(file)?.read_to_end(&mut bytes);
    read.map_err(|source| WeightsError::Read { path: file.to_path_buf(), source })?;
    if bytes.is_empty() {
        return Err(WeightsError::Empty { path: file.to_path_buf() });
    }
    let parsed = SafeTensors::deserialize(&bytes)
        .map_err(|source| WeightsError::Safetensors { path: file.to_path_buf(), source })?;
    let mut by_name = BTreeMap::new();
    for (name, view) in parsed.tensors() {
        if name.ends_with(IGNORED_SUFFIX) {
            continue;
        }
        let values = values_of(&view).ok_or_else(|| WeightsError::ElementType {
            file: file.to_path_buf(),
            tensor: name.clone(),
            found: view.dtype().to_string(),
        })?;
        by_name.insert(name, Tensor { file: file.to_path_buf(), size: view.shape().to_vec(), values });
    }
    Ok(Tensors { origin: file.to_path_buf(), by_name })
}

/// The values in `f64`, exactly; `None` if their type is no floating-point type that is read.
fn values_of(view: &TensorView<'_>) -> Option<Vec<f64>> {
    let data = view.data();
    let values = match view.dtype() {
        Dtype::F64 => little_endian(data, f64::from_le_bytes),
        Dtype::F32 => little_endian(data, |bytes| f64::from(f32::from_le_bytes(bytes))),
        Dtype::F16 => little_endian(data, |bytes| half_to_f64(u16::from_le_bytes(bytes))),
        Dtype::BF16 => {
            little_endian(data, |bytes| f64::from(f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16)))
        }
        _ => return None,
    };
    Some(values)
}

fn little_endian<const BYTES: usize>(data: &[u8], value: impl Fn([u8; BYTES]) -> f64) -> Vec<f64> {
    data.as_chunks::<BYTES>().0.iter().map(|&bytes| value(bytes)).collect()
}

/// IEEE 754 binary16: sign, 5 bits of exponent, 10 bits of fraction.
fn half_to_f64(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    };
    if bits >> 15 == 0 { magnitude } else { -magnitude }
}

/// Writes `network` with `f32` values to a file beside `file` that then takes its name.
pub(super) fn write(network: &Network, file: &Path) -> Result<(), WeightsError> {
    let tensors = tensors_of(network);
    let mut encoded = Vec::with_capacity(tensors.len());
    for (name, size, values) in tensors {
        let bytes = f32_bytes(values).map_err(|index| WeightsError::NotRepresentable {
            file: file.to_path_buf(),
            tensor: name.clone(),
            index,
            value: values[index],
        })?;
        encoded.push((name, size, bytes));
    }
    let write_error = |source| WeightsError::Write { path: file.to_path_buf(), source };
    let bytes = encoded
        .iter()
        .map(|(name, size, bytes)| Ok((name, TensorView::new(Dtype::F32, size.clone(), bytes)?)))
        .collect::<Result<Vec<_>, _>>()
        .and_then(|views| ::safetensors::serialize(views, None));
    let bytes = bytes.map_err(|error| write_error(io::Error::other(error)))?;
    replace(file, &bytes).map_err(write_error)
}

/// Name, size and values of every tensor, borrowed.
fn tensors_of(network: &Network) -> Vec<(String, Vec<usize>, &[f64])> {
    let dimension = network.shape().dimension();
    let mut tensors = Vec::new();
    for (index, layer) in network.layers().iter().enumerate() {
        let (number, channels) = (index + 1, layer.convolution.out_channels);
        let mut add =
            |name: &str, size, values| tensors.push((name.replacen("{}", &number.to_string(), 1), size, values));
        add("conv{}.weight", convolution_size(dimension, &layer.convolution), layer.convolution.weight.as_slice());
        add("conv{}.bias", vec![channels], &layer.convolution.bias);
        add("bn{}.weight", vec![channels], &layer.batch_norm.weight);
        add("bn{}.bias", vec![channels], &layer.batch_norm.bias);
        add("bn{}.running_mean", vec![channels], &layer.batch_norm.running_mean);
        add("bn{}.running_var", vec![channels], &layer.batch_norm.running_var);
        add("act{}.alpha", vec![1], std::slice::from_ref(&layer.activation.alpha));
        add("act{}.beta", vec![1], std::slice::from_ref(&layer.activation.beta));
        add("act{}.c", vec![1], std::slice::from_ref(&layer.activation.c));
    }
    let dense = network.dense();
    tensors.push(("linear.weight".to_owned(), vec![CLASS_COUNT, dense.in_features], &dense.weight));
    tensors.push(("linear.bias".to_owned(), vec![CLASS_COUNT], &dense.bias));
    tensors
}

fn convolution_size(dimension: Dimension, convolution: &Convolution) -> Vec<usize> {
    let (outputs, inputs) = (convolution.out_channels, convolution.in_channels);
    match dimension {
        Dimension::OneD => vec![outputs, inputs, KERNEL_SIZE],
        Dimension::TwoD => vec![outputs, inputs, KERNEL_SIZE, KERNEL_SIZE],
    }
}

/// Little-endian `f32`, or the index of the first value that is too large for one.
fn f32_bytes(values: &[f64]) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::with_capacity(4 * values.len());
    for (index, &value) in values.iter().enumerate() {
        #[expect(clippy::cast_possible_truncation, reason = "rounding to the file's precision")]
        let rounded = value as f32;
        if !rounded.is_finite() {
            return Err(index);
        }
        bytes.extend(rounded.to_le_bytes());
    }
    Ok(bytes)
}

/// Writes a file beside `file`, then renames it: whoever reads `file` sees the old content or the new, and an error
/// leaves nothing behind.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    // Weights are no secret: the permissions of any new file, as the umask leaves them.
    #[cfg(unix)]
    let builder = builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(directory)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(file)?;
    fs::File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_values_are_exact() {
        let known = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 6.103_515_625e-5),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x83ff, -6.097_555_160_522_461e-5),
            (0x3555, 0.333_251_953_125),
            (0x7c00, f64::INFINITY),
            (0xfc00, f64::NEG_INFINITY),
        ];
        for (bits, value) in known {
            assert_eq!(half_to_f64(bits), value, "{bits:#06x}");
        }
        assert!(half_to_f64(0x8000).is_sign_negative());
        assert!(half_to_f64(0x7e00).is_nan());
    }

    #[test]
    fn values_beyond_single_precision_are_found() {
        assert_eq!(f32_bytes(&[1.0, -1e39, f64::MAX]), Err(1));
        assert_eq!(f32_bytes(&[1.0, -0.5]), Ok([1_f32.to_le_bytes(), (-0.5_f32).to_le_bytes()].concat()));
    }
}
