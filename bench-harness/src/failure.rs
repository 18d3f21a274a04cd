//! Why the program ends without success, and with which exit code.

use std::fmt;

/// An error and whose fault it is.
#[derive(Debug)]
pub enum Failure {
    /// Arguments that do not parse or name nothing known: exit code 2.
    Usage(anyhow::Error),
    /// Everything else from outside: exit code 1.
    Outside(anyhow::Error),
}

impl Failure {
    /// The exit code.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Outside(_) => 1,
        }
    }

    /// A fault in the arguments.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::Usage(error.into())
    }
}

impl fmt::Display for Failure {
    /// One sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Usage(error) | Self::Outside(error)) = self;
        write!(f, "{error:#}")
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Outside(error.into())
    }
}
