//! The trained networks that come with the crate.

use std::path::Path;

use super::safetensors;
use crate::network::{Network, NetworkName, Source, UnknownNetwork};

/// What `hear-train fit` wrote; the model card beside each says from what and how.
const fn file(name: NetworkName) -> &'static [u8] {
    match name {
        NetworkName::OneD64 => include_bytes!("../../networks/1d-64.safetensors"),
        NetworkName::OneD128 => include_bytes!("../../networks/1d-128.safetensors"),
        NetworkName::TwoD64 => include_bytes!("../../networks/2d-64.safetensors"),
        NetworkName::TwoD128 => include_bytes!("../../networks/2d-128.safetensors"),
    }
}

impl Network {
    /// The network that comes with the crate under this name, trained on clips of [`synthetic`](crate::synthetic).
    ///
    /// # Panics
    /// If the crate was built with a damaged file; a test sees to it that it is not.
    #[must_use]
    pub fn shipped(name: NetworkName) -> Self {
        let tensors = safetensors::parse(Path::new(name.as_str()), file(name));
        let network = tensors.and_then(|tensors| tensors.into_network()).expect("the embedded networks are whole");
        Self { source: Source::Shipped(name), ..network }
    }

    /// The shipped network called `name`.
    ///
    /// # Errors
    /// If no network has that name; the error lists those that exist.
    pub fn by_name(name: &str) -> Result<Self, UnknownNetwork> {
        Ok(Self::shipped(name.parse()?))
    }
}
