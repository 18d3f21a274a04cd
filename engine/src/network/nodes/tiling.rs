//! How much of a network whose nodes are ciphertexts is in memory at a time.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::network::method::UnknownName;

/// In which order nodes are computed. All orders give the same bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// A stage after the other, as in the prior work: the results of every stage are in memory as a whole.
    Layers,
    /// The last layer's rows one after the other, each as soon as the rows are there that it reads. Of a layer only as many
    /// rows are in memory as the next one reads at a time. Nothing is computed twice.
    #[default]
    Rows,
}

impl Order {
    /// Every order, that which takes most memory first.
    pub const ALL: [Self; 2] = [Self::Layers, Self::Rows];

    /// The name that the command line uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Rows => "rows",
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Order {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let order = Self::ALL.into_iter().find(|order| order.name() == name);
        order.ok_or_else(|| UnknownName::new("order", name, &Self::ALL.map(Self::name)))
    }
}

/// Which nodes wait in a file until they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spill {
    /// None.
    #[default]
    Nothing,
    /// Fresh ciphertexts.
    Inputs,
    /// Fresh ciphertexts and the nodes between layers.
    Nodes,
}

/// How a run over nodes is cut. The results are the same bits however that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tiling {
    /// In which order nodes are computed.
    pub order: Order,
    /// Output channels of a convolution that are computed before their activations are: more of them share the packing of
    /// their inputs, fewer take less memory. (A chunk of weights at least.)
    pub channels: usize,
    /// Which nodes wait in a file.
    pub spill: Spill,
}

impl Default for Tiling {
    fn default() -> Self {
        Self { order: Order::default(), channels: 128, spill: Spill::default() }
    }
}

impl Tiling {
    /// The tilings by rows, the fastest first, each of which takes less memory than those before: fewer channels at a time, so
    /// that inputs are packed more often; then reading inputs, and nodes, from a file.
    #[must_use]
    pub fn fastest_first() -> Vec<Self> {
        let of = |spill| [128, 64, 32].map(|channels| Self { order: Order::Rows, channels, spill });
        [Spill::Nothing, Spill::Inputs, Spill::Nodes].into_iter().flat_map(of).collect()
    }
}
