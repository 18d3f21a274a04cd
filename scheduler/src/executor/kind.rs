use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Executor, ExecutorError, ForkJoin, Serial, Stealing};
use crate::placement::{Pin, Placement, PlacementOptions};
use crate::topology::Topology;

/// The executors by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutorKind {
    /// [`Serial`].
    Serial,
    /// [`ForkJoin`].
    ForkJoin,
    /// [`Stealing`].
    #[default]
    Stealing,
}

impl ExecutorKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Serial, Self::ForkJoin, Self::Stealing];

    /// The name on the command line and in records: that of [`Executor::name`].
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::ForkJoin => "fork-join",
            Self::Stealing => "stealing",
        }
    }

    /// Whether it starts threads. One that does not works on the calling thread, as one worker that is never bound.
    #[must_use]
    pub fn has_threads(self) -> bool {
        match self {
            Self::Serial => false,
            Self::ForkJoin | Self::Stealing => true,
        }
    }

    /// Places workers for this kind: what is left open becomes what it can do.
    ///
    /// # Errors
    /// [`ExecutorError::Placement`] where the machine has no such placement, [`ExecutorError::CallingThread`] if an
    /// executor without threads is asked for several workers or for bound ones.
    pub fn place(self, topology: &Topology, options: &PlacementOptions) -> Result<Placement, ExecutorError> {
        if self.has_threads() {
            return Ok(Placement::new(topology, options)?);
        }
        let PlacementOptions { threads, pin, .. } = *options;
        let (workers, pin) = (threads.unwrap_or(1), pin.unwrap_or(Pin::None));
        if workers > 1 || pin != Pin::None {
            return Err(ExecutorError::CallingThread { executor: self, workers, pin });
        }
        Ok(Placement::unpinned(workers)?)
    }

    /// Starts an executor of this kind.
    ///
    /// # Errors
    /// If the system gives no threads, or does not bind them as `placement` says; [`ExecutorError::CallingThread`] as
    /// [`Self::place`] says.
    pub fn start(self, placement: &Placement) -> Result<Box<dyn Executor>, ExecutorError> {
        let (workers, pin) = (placement.workers(), placement.pin());
        match self {
            Self::Serial if workers > 1 || pin != Pin::None => {
                Err(ExecutorError::CallingThread { executor: self, workers, pin })
            }
            Self::Serial => Ok(Box::new(Serial)),
            Self::ForkJoin => Ok(Box::new(ForkJoin::on(placement)?)),
            Self::Stealing => Ok(Box::new(Stealing::on(placement)?)),
        }
    }
}

impl fmt::Display for ExecutorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An executor that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown executor '{name}': expected {}", ExecutorKind::ALL.map(ExecutorKind::name).join(", "))]
pub struct UnknownExecutor {
    /// What was asked for.
    pub name: String,
}

impl FromStr for ExecutorKind {
    type Err = UnknownExecutor;

    fn from_str(name: &str) -> Result<Self, UnknownExecutor> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| UnknownExecutor { name: name.to_owned() })
    }
}
