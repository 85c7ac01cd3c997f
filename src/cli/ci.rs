//! The outputs for CI servers that `check` has: files, annotations, JSON.

use std::io::Write as _;
use std::path::PathBuf;

use super::{Failure, terminal};
use crate::check::Checked;
use crate::fs;
use crate::report::ci;

/// Where GitHub Actions takes a job's summary from.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// What to write for a CI server.
#[derive(Debug, clap::Args)]
pub(super) struct CiArgs {
    /// Write a JUnit report, which most CI servers read
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Print annotations for GitHub Actions, and add a summary to the file that $GITHUB_STEP_SUMMARY names
    #[arg(long)]
    github: bool,

    /// Print JSON instead of text
    #[arg(long, conflicts_with = "github")]
    pub(super) json: bool,
}

impl CiArgs {
    /// Fails for a file that could not be written; to be asked before anything is trained.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.junit.iter().try_for_each(|path| fs::check_writable(path)).map_err(Failure::bad_input)
    }

    /// Writes what is asked for.
    pub(super) fn write(&self, checked: &[Checked]) -> Result<(), Failure> {
        if let Some(path) = &self.junit {
            fs::write(path, ci::junit(checked).as_bytes()).map_err(Failure::lost_output)?;
        }
        if self.github {
            terminal::verdict(|| terminal::print(&ci::annotations(checked)))?;
            if let Some(path) = std::env::var_os(SUMMARY).filter(|path| !path.is_empty()) {
                append(&PathBuf::from(path), &ci::check_markdown(checked))?;
            }
        }
        if self.json {
            terminal::verdict(|| terminal::print(&ci::check_json(checked)))?;
        }
        Ok(())
    }
}

/// Other steps of the job write to the same file.
fn append(path: &PathBuf, text: &str) -> Result<(), Failure> {
    let mut file = std::fs::OpenOptions::new();
    let written = file.create(true).append(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Failure::lost_output(format!("cannot write {}: {error}", path.display())))
}
