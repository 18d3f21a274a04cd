//! Stochastic gradient descent with momentum, weight decay and a bound on the gradient's norm.

use candle_core::{Result, Tensor, Var, backprop::GradStore};

use super::options::Options;
use super::storage::with_values;

/// The velocity of every parameter.
#[derive(Debug)]
pub(super) struct Descent {
    velocity: Vec<Tensor>,
}

impl Descent {
    /// At rest.
    pub(super) fn new(parameters: &[&Var]) -> Result<Self> {
        Ok(Self { velocity: parameters.iter().map(|parameter| parameter.zeros_like()).collect::<Result<_>>()? })
    }

    /// The velocities, row-major.
    pub(super) fn to_values(&self) -> Result<Vec<Vec<f32>>> {
        self.velocity.iter().map(|velocity| velocity.flatten_all()?.to_vec1()).collect()
    }

    /// Velocities as [`Self::to_values`] gave them.
    pub(super) fn restore(&mut self, values: Vec<Vec<f32>>) -> Result<()> {
        for (velocity, values) in self.velocity.iter_mut().zip(values) {
            *velocity = Tensor::from_vec(values, velocity.shape(), velocity.device())?;
        }
        Ok(())
    }

    /// One step down the gradient.
    pub(super) fn step(
        &mut self,
        options: &Options,
        parameters: &[&Var],
        gradients: &GradStore,
        learning_rate: f64,
    ) -> Result<()> {
        // Detached: a gradient remembers what it was computed from, and the velocity would keep that for ever.
        let gradients: Vec<Tensor> =
            parameters.iter().filter_map(|parameter| Some(gradients.get(parameter)?.detach())).collect();
        assert_eq!(gradients.len(), parameters.len(), "every parameter has a gradient");
        let scale = (options.clip_norm / norm(&gradients)?).min(1.0);
        for ((velocity, parameter), gradient) in self.velocity.iter_mut().zip(parameters).zip(gradients) {
            let value = parameter.as_detached_tensor();
            let gradient = ((gradient * scale)? + (&value * options.weight_decay)?)?;
            *velocity = ((&*velocity * options.momentum)? + gradient)?;
            parameter.set(&(value - (&*velocity * learning_rate)?)?)?;
        }
        Ok(())
    }
}

/// The Euclidean norm of all values together.
fn norm(tensors: &[Tensor]) -> Result<f64> {
    let squares = tensors
        .iter()
        .map(|tensor| with_values(tensor, |values| values.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>()));
    Ok(squares.sum::<Result<f64>>()?.sqrt())
}
