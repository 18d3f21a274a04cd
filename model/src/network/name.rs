//! The four networks that have a name.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::{Dimension, Shape};
use crate::text::excerpt;

/// A network known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum NetworkName {
    /// 1D, width 64.
    #[serde(rename = "1d-64")]
    OneD64,
    /// 1D, width 128.
    #[serde(rename = "1d-128")]
    OneD128,
    /// 2D, width 64.
    #[serde(rename = "2d-64")]
    TwoD64,
    /// 2D, width 128.
    #[serde(rename = "2d-128")]
    TwoD128,
}

impl NetworkName {
    /// All that exist.
    pub const ALL: [Self; 4] = [Self::OneD64, Self::OneD128, Self::TwoD64, Self::TwoD128];

    /// The name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneD64 => "1d-64",
            Self::OneD128 => "1d-128",
            Self::TwoD64 => "2d-64",
            Self::TwoD128 => "2d-128",
        }
    }

    /// Dimension and width.
    #[must_use]
    pub const fn shape(self) -> Shape {
        let (dimension, width) = match self {
            Self::OneD64 => (Dimension::OneD, 64),
            Self::OneD128 => (Dimension::OneD, 128),
            Self::TwoD64 => (Dimension::TwoD, 64),
            Self::TwoD128 => (Dimension::TwoD, 128),
        };
        match Shape::new(dimension, width) {
            Ok(shape) => shape,
            Err(_) => panic!("a named width is out of bounds"),
        }
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for NetworkName {
    type Err = UnknownNetwork;
    fn from_str(name: &str) -> Result<Self, UnknownNetwork> {
        let found = Self::ALL.into_iter().find(|known| known.as_str() == name);
        found.ok_or_else(|| UnknownNetwork { name: excerpt(name) })
    }
}

/// A name that no network has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no network is called {name:?}: there are {}, directories of published weights and .safetensors files",
    NetworkName::ALL.map(NetworkName::as_str).join(", ")
)]
pub struct UnknownNetwork {
    /// The name, cut short if it is long.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_shapes_and_parse_back() {
        for name in NetworkName::ALL {
            assert_eq!(name.to_string(), name.shape().to_string());
            assert_eq!(name.as_str().parse(), Ok(name));
            assert_eq!(serde_json::to_string(&name).unwrap(), format!("{:?}", name.as_str()));
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_those_that_exist() {
        let error = "3d-64".parse::<NetworkName>().unwrap_err().to_string();
        assert_eq!(
            error,
            "no network is called \"3d-64\": there are 1d-64, 1d-128, 2d-64, 2d-128, directories of published weights \
             and .safetensors files"
        );
    }
}
