//! What can be wrong with a data set.

use std::fmt;
use std::path::PathBuf;

use crate::fs;
use crate::value::shortened;

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
        let help = if error.is_not_found() { "the path is relative to the spec" } else { "" };
        Error { key: "csv", message: error.to_string(), help: help.into() }
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

    pub(super) fn too_many_examples(examples: usize) -> Error {
        let message = format!("{examples} examples are too many: at most {} can be numbered", u32::MAX);
        Error { key: "examples", message, help: String::new() }
    }

    pub(super) fn targets_too_large() -> Error {
        let message = "some targets are too large, their squares cannot be computed with".to_owned();
        Error { key: "noise", message, help: "use a smaller `noise`".into() }
    }

    pub(super) fn no_mean(feature: &str) -> Error {
        let message = format!("feature `{}` has no value in the training examples, and so no mean", shortened(feature));
        Error { key: "missing", message, help: "`missing = \"drop\"` leaves rows without a value out".into() }
    }

    pub(super) fn spread_too_small(feature: &str) -> Error {
        let message = format!(
            "feature `{}` varies too little to be scaled: the square of its spread vanishes",
            shortened(feature)
        );
        Error { key: "scale", message, help: "multiply the column by a power of ten, or leave it out".into() }
    }

    /// Something is wrong with the column to predict.
    pub(super) fn in_target(message: String, help: &str) -> Error {
        Error { key: "target", message, help: help.into() }
    }

    pub(super) fn in_file(message: String) -> Error {
        Error { key: "csv", message, help: String::new() }
    }
}
