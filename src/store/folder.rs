//! A results folder that is being written.

use std::fmt;
use std::path::{Path, PathBuf};

use super::layout::RUNS;
use crate::fs::{self, Staging};

/// Why a folder cannot be written.
#[derive(Debug)]
pub enum StageError {
    /// It cannot be made.
    File(fs::Error),
    /// There is something in it that would be lost.
    Occupied(PathBuf),
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StageError::File(error) => error.fmt(f),
            StageError::Occupied(folder) => write!(
                f,
                "{} holds something else than results and would be replaced\nhelp: choose another folder with `--out`",
                folder.display()
            ),
        }
    }
}

impl std::error::Error for StageError {}

/// Starts a results folder; refuses one that holds something else than results, so that replacing it loses nothing.
///
/// # Errors
/// When it cannot be made or would replace something else.
pub fn stage(folder: &Path) -> Result<Staging, StageError> {
    if let Ok(mut entries) = folder.read_dir()
        && entries.next().is_some()
        && !folder.join(RUNS).is_file()
    {
        return Err(StageError::Occupied(folder.to_owned()));
    }
    Staging::new(folder).map_err(StageError::File)
}

/// Whether a folder can be replaced by plots: it is not there, or empty, or holds nothing but plots.
pub fn is_plots_or_nothing(folder: &Path) -> bool {
    let is_plot = |path: &Path| path.extension().is_some_and(|ending| ending == "png" || ending == "svg");
    match folder.read_dir() {
        Ok(entries) => entries.filter_map(Result::ok).all(|entry| is_plot(&entry.path())),
        Err(_) => true,
    }
}
