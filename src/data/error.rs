//! What can be wrong with a data set.

use std::fmt;
use std::path::PathBuf;

use crate::fs;

/// What is wrong with a data set, and which setting of the spec leads there.
#[derive(Debug)]
pub struct Error {
    /// The key of the spec's `[data]` section that the user will want to look at, for example `csv`.
    pub key: &'static str,
    /// What is wrong, with file, line and column where there are any.
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<fs::Error> for Error {
    fn from(error: fs::Error) -> Error {
        Error { key: "csv", message: error.to_string(), help: "the path is relative to the spec".into() }
    }
}

/// A place in a CSV file.
pub(super) struct Place {
    pub(super) path: PathBuf,
    /// Counted from 1, the header being line 1 of most files.
    pub(super) line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)
    }
}

impl Error {
    pub(super) fn no_training_examples(examples: usize, fraction: f64) -> Error {
        Error {
            key: "test_fraction",
            message: format!("no training example is left of {examples} when {fraction} of them are set aside"),
            help: "use a smaller `test_fraction`".into(),
        }
    }

    pub(super) fn class_without_examples(class: &str, fraction: f64) -> Error {
        Error {
            key: "test_fraction",
            message: format!("no training example of class `{class}` is left when {fraction} of them are set aside"),
            help: "use a smaller `test_fraction`".into(),
        }
    }

    /// Something is wrong with the column to predict.
    pub(super) fn in_target(message: String, help: &str) -> Error {
        Error { key: "target", message, help: help.into() }
    }

    pub(super) fn in_file(message: String) -> Error {
        Error { key: "csv", message, help: String::new() }
    }
}
