//! The `.safetensors` format.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use ::safetensors::tensor::{Dtype, SafeTensors, TensorView};
use half::f16;

use super::{IGNORED_SUFFIX, Precision, Tensor, Tensors, WeightsError, open_limited};
use crate::network::{CLASS_COUNT, Convolution, Dimension, KERNEL_SIZE, Network};
use crate::text::replace_file;

/// All tensors of a file.
pub(super) fn read(file: &Path) -> Result<Tensors, WeightsError> {
    let mut bytes = Vec::new();
    let read = open_limited(file)?.read_to_end(&mut bytes);
    read.map_err(|source| WeightsError::Read { path: file.to_path_buf(), source })?;
    if bytes.is_empty() {
        return Err(WeightsError::Empty { path: file.to_path_buf() });
    }
    parse(file, &bytes)
}

/// All tensors in the bytes of `file`.
pub(super) fn parse(file: &Path, bytes: &[u8]) -> Result<Tensors, WeightsError> {
    let parsed = SafeTensors::deserialize(bytes)
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
        Dtype::F16 => little_endian(data, |bytes| f16::from_le_bytes(bytes).to_f64()),
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

/// Writes `network` to a file beside `file` that then takes its name.
pub(super) fn write(network: &Network, file: &Path, precision: Precision) -> Result<(), WeightsError> {
    let tensors = tensors_of(network);
    let mut encoded = Vec::with_capacity(tensors.len());
    for (name, size, values) in tensors {
        let element = match precision {
            // Of one value a channel there are few, and variances may be too small for f16.
            Precision::Half if size.len() > 1 => Dtype::F16,
            _ => Dtype::F32,
        };
        let bytes = encode(values, element).map_err(|index| WeightsError::NotRepresentable {
            file: file.to_path_buf(),
            tensor: name.clone(),
            index,
            value: values[index],
            element: element.to_string(),
        })?;
        encoded.push((name, size, element, bytes));
    }
    let write_error = |source| WeightsError::Write { path: file.to_path_buf(), source };
    let bytes = encoded
        .iter()
        .map(|(name, size, element, bytes)| Ok((name, TensorView::new(*element, size.clone(), bytes)?)))
        .collect::<Result<Vec<_>, _>>()
        .and_then(|views| ::safetensors::serialize(views, None));
    let bytes = bytes.map_err(|error| write_error(io::Error::other(error)))?;
    replace_file(file, &bytes).map_err(write_error)
}

/// Name, size and values of every tensor, borrowed.
pub(super) fn tensors_of(network: &Network) -> Vec<(String, Vec<usize>, &[f64])> {
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

/// Little-endian `f16` or else `f32`, or the index of the first value that is too large.
fn encode(values: &[f64], element: Dtype) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::new();
    for (index, &value) in values.iter().enumerate() {
        #[expect(clippy::cast_possible_truncation, reason = "rounding to the file's precision")]
        let single = value as f32;
        let half = f16::from_f64(value);
        if !single.is_finite() || element == Dtype::F16 && !half.is_finite() {
            return Err(index);
        }
        if element == Dtype::F16 { bytes.extend(half.to_le_bytes()) } else { bytes.extend(single.to_le_bytes()) }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_their_type_are_found() {
        assert_eq!(encode(&[1.0, -1e39, f64::MAX], Dtype::F32), Err(1));
        assert_eq!(encode(&[1.0, 65504.0, -7e4], Dtype::F16), Err(2));
        assert_eq!(encode(&[1.0, -0.5], Dtype::F32), Ok([1_f32.to_le_bytes(), (-0.5_f32).to_le_bytes()].concat()));
        assert_eq!(encode(&[1.0, -0.5], Dtype::F16), Ok(vec![0x00, 0x3c, 0x00, 0xb8]));
    }
}
