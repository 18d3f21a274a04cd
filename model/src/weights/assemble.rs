//! From named tensors to a checked network.

use super::{Tensor, Tensors, WeightsError};
use crate::network::{
    Activation, BatchNorm, CLASS_COUNT, Convolution, Dense, Dimension, INPUT_CHANNELS, KERNEL_SIZE, Layer, LayerShape,
    Network, Shape, Source,
};

/// Input channels of `conv1` in the published networks; the third reads zeros.
const PUBLISHED_CHANNELS: usize = 3;

impl Tensors {
    /// The network that these tensors are, all of them.
    pub(super) fn into_network(mut self) -> Result<Network, WeightsError> {
        let shape = self.shape()?;
        let [first, second, third] = shape.layers();
        let layers = [self.layer(shape, 1, &first)?, self.layer(shape, 2, &second)?, self.layer(shape, 3, &third)?];
        let dense = self.dense(shape)?;
        if let Some((name, tensor)) = self.by_name.pop_first() {
            return Err(WeightsError::Unexpected { file: tensor.file, tensor: name });
        }
        Ok(Network { shape, source: Source::Path(self.origin), layers, dense })
    }

    /// Dimension and width, from the size of `conv1.weight`.
    fn shape(&self) -> Result<Shape, WeightsError> {
        const NAME: &str = "conv1.weight";
        let Some(Tensor { file, size, .. }) = self.by_name.get(NAME) else { return Err(self.missing(NAME)) };
        let (dimension, width) = match size[..] {
            [width, INPUT_CHANNELS | PUBLISHED_CHANNELS, _] => (Dimension::OneD, width),
            [width, INPUT_CHANNELS | PUBLISHED_CHANNELS, _, _] => (Dimension::TwoD, width),
            _ => {
                return Err(WeightsError::Size {
                    file: file.clone(),
                    tensor: NAME.to_owned(),
                    found: size.clone(),
                    needed: "[width, 2 or 3, 3] (1D) or [width, 2 or 3, 3, 3] (2D)".to_owned(),
                });
            }
        };
        check_kernel(NAME, &self.by_name[NAME])?;
        Shape::new(dimension, width).map_err(|source| WeightsError::Shape { file: file.clone(), source })
    }

    fn layer(&mut self, shape: Shape, number: usize, layer: &LayerShape) -> Result<Layer, WeightsError> {
        let convolution = Convolution {
            in_channels: layer.in_channels,
            out_channels: layer.out_channels,
            kernel_rows: shape.dimension().kernel_rows(),
            weight: self.convolution_weight(shape, number, layer)?,
            bias: self.channels(shape, &format!("conv{number}.bias"), layer)?,
        };
        let mut channels = |name: &str| self.channels(shape, &format!("bn{number}.{name}"), layer);
        let batch_norm = BatchNorm {
            weight: channels("weight")?,
            bias: channels("bias")?,
            running_mean: channels("running_mean")?,
            running_var: channels("running_var")?,
        };
        let mut coefficient = |name: &str| self.scalar(&format!("act{number}.{name}"));
        let activation = Activation { alpha: coefficient("alpha")?, beta: coefficient("beta")?, c: coefficient("c")? };
        Ok(Layer { convolution, batch_norm, activation })
    }

    /// Without the third input channel of the first layer.
    fn convolution_weight(
        &mut self,
        shape: Shape,
        number: usize,
        layer: &LayerShape,
    ) -> Result<Vec<f64>, WeightsError> {
        let name = format!("conv{number}.weight");
        let tensor = self.take(&name)?;
        let kernel: &[usize] = match shape.dimension() {
            Dimension::OneD => &[KERNEL_SIZE],
            Dimension::TwoD => &[KERNEL_SIZE, KERNEL_SIZE],
        };
        if tensor.size.len() == 2 + kernel.len() {
            check_kernel(&name, &tensor)?;
        }
        let size = |in_channels| [&[layer.out_channels, in_channels], kernel].concat();
        if number == 1 && tensor.size == size(PUBLISHED_CHANNELS) {
            let taps: usize = kernel.iter().product();
            let kernels = tensor.values.chunks_exact(PUBLISHED_CHANNELS * taps);
            return Ok(kernels.flat_map(|kernels| &kernels[..INPUT_CHANNELS * taps]).copied().collect());
        }
        check_size(shape, &name, &tensor, &size(layer.in_channels))?;
        Ok(tensor.values)
    }

    /// A tensor of one value an output channel.
    fn channels(&mut self, shape: Shape, name: &str, layer: &LayerShape) -> Result<Vec<f64>, WeightsError> {
        let tensor = self.take(name)?;
        check_size(shape, name, &tensor, &[layer.out_channels])?;
        Ok(tensor.values)
    }

    /// A tensor of one value, of rank 0 or 1.
    fn scalar(&mut self, name: &str) -> Result<f64, WeightsError> {
        let tensor = self.take(name)?;
        match (&tensor.size[..], &tensor.values[..]) {
            ([] | [1], &[value]) => Ok(value),
            _ => Err(WeightsError::Size {
                file: tensor.file,
                tensor: name.to_owned(),
                found: tensor.size,
                needed: "[1] or []".to_owned(),
            }),
        }
    }

    fn dense(&mut self, shape: Shape) -> Result<Dense, WeightsError> {
        let in_features = shape.feature_count();
        let weight = self.take("linear.weight")?;
        check_size(shape, "linear.weight", &weight, &[CLASS_COUNT, in_features])?;
        let bias = self.take("linear.bias")?;
        check_size(shape, "linear.bias", &bias, &[CLASS_COUNT])?;
        Ok(Dense { in_features, weight: weight.values, bias: std::array::from_fn(|class| bias.values[class]) })
    }

    /// Removes a tensor whose values are all good numbers.
    fn take(&mut self, name: &str) -> Result<Tensor, WeightsError> {
        let tensor = self.by_name.remove(name).ok_or_else(|| self.missing(name))?;
        let find = |bad: fn(f64) -> bool| tensor.values.iter().copied().enumerate().find(|&(_, value)| bad(value));
        let (file, name) = (tensor.file.clone(), name.to_owned());
        if let Some((index, value)) = find(|value| !value.is_finite()) {
            return Err(WeightsError::NotFinite { file, tensor: name, index, value });
        }
        if let Some((index, value)) = find(|value| value < 0.0).filter(|_| name.ends_with(".running_var")) {
            return Err(WeightsError::Variance { file, tensor: name, index, value });
        }
        Ok(tensor)
    }

    fn missing(&self, name: &str) -> WeightsError {
        WeightsError::Missing { origin: self.origin.clone(), tensor: name.to_owned() }
    }
}

/// Refuses kernels other than 3 and 3 x 3; the tensor has rank 3 or 4.
fn check_kernel(name: &str, tensor: &Tensor) -> Result<(), WeightsError> {
    let found = &tensor.size[2..];
    if found.iter().all(|&length| length == KERNEL_SIZE) {
        return Ok(());
    }
    Err(WeightsError::Kernel { file: tensor.file.clone(), tensor: name.to_owned(), found: found.to_vec() })
}

fn check_size(shape: Shape, name: &str, tensor: &Tensor, needed: &[usize]) -> Result<(), WeightsError> {
    if tensor.size == needed {
        return Ok(());
    }
    Err(WeightsError::Size {
        file: tensor.file.clone(),
        tensor: name.to_owned(),
        found: tensor.size.clone(),
        needed: format!("{needed:?}, because conv1.weight makes this a {shape} network"),
    })
}
