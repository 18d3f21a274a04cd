//! How the program ends when it cannot do what was asked.

use std::{error::Error, fmt, io::Write, process::ExitCode};

use clap::error::ErrorKind;
use hear_model::weights::WeightsError;

use crate::{output, session::Interrupt};

/// Why the program ends early, in one sentence, and with which exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Arguments that do not parse or name nothing known.
    Usage(String),
    /// Everything else from outside.
    Outside(String),
    /// Help or version was asked for, or nothing at all: not a sentence, and not always a failure.
    Help {
        /// What to print.
        text: String,
        /// Whether it was asked for.
        asked: bool,
    },
    /// Somebody asked the program to stop.
    Interrupted,
}

/// Every library error is a sentence of its own; its sources stand in it already.
impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Outside(error.to_string())
    }
}

/// The sentence alone.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(sentence) | Self::Outside(sentence) | Self::Help { text: sentence, .. } => {
                f.write_str(sentence)
            }
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl Failure {
    /// What the reader of the arguments says.
    pub(crate) fn from_clap(error: clap::Error) -> Self {
        let text = error.render().to_string();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Self::Help { text, asked: true },
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Self::Help { text, asked: false },
            _ => Self::Usage(first_paragraph(&text)),
        }
    }

    /// A network that could not be opened: a name that means nothing is the caller's mistake, the rest the files'.
    pub(crate) fn from_network(error: &WeightsError) -> Self {
        match error {
            WeightsError::UnknownNetwork(_) => Self::Usage(error.to_string()),
            _ => Self::Outside(error.to_string()),
        }
    }

    /// The same failure, or an interruption if there was one: then whatever else went wrong is its consequence.
    pub(crate) fn or_interrupted(self, interrupt: &Interrupt) -> Self {
        if interrupt.cancel().is_cancelled() { Self::Interrupted } else { self }
    }

    /// Says so, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let (sentence, code) = match self {
            Self::Usage(sentence) => (sentence, 2),
            Self::Outside(sentence) => (sentence, 1),
            Self::Interrupted => ("interrupted; nothing half-written is left".to_owned(), 130),
            Self::Help { text, asked: true } => {
                return if output::print(&text).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
            }
            Self::Help { text, asked: false } => {
                // If nobody reads standard error there is nobody to tell.
                let _ = write!(std::io::stderr(), "{text}");
                return ExitCode::from(2);
            }
        };
        output::say(&sentence);
        ExitCode::from(code)
    }
}

/// The first paragraph of what clap says, as one line without its `error: `; usage and tips follow after a blank line.
fn first_paragraph(text: &str) -> String {
    let lines = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    let line = lines.collect::<Vec<_>>().join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clap_says_becomes_one_line() {
        let text = "error: the following required arguments were not provided:\n  --key <FILE>\n  --out <DIR>\n\nUsage: hear\n";
        let line = "the following required arguments were not provided: --key <FILE> --out <DIR>";
        assert_eq!(first_paragraph(text), line);
        assert_eq!(first_paragraph("plain"), "plain");
    }
}
