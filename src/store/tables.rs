//! Writes the tables of a study into a folder.

use std::path::Path;

use super::attachment;
use super::layout;
use super::manifest::write_manifest;
use crate::fs;
use crate::record::{self, Study};

/// Writes the tables, and the manifest that says that they are complete.
///
/// # Errors
/// When a file cannot be written.
pub fn write_tables(study: &Study, folder: &Path) -> Result<(), fs::Error> {
    let table = |name: &str| folder.join(name);
    fs::write_stream(&table(layout::RUNS), |out| record::write_runs(study, out))?;
    fs::write_stream(&table(layout::SUMMARY), |out| record::write_summary(study, out))?;
    fs::write_stream(&table(layout::GOLDILOCKS), |out| record::write_goldilocks(study, out))?;
    fs::write_stream(&table(layout::CURVES), |out| record::write_curves(study, out))?;
    if !study.parameters.is_empty() {
        fs::write_stream(&table(layout::PARAMETERS), |out| record::write_parameters(&study.parameters, out))?;
    }
    for attached in &study.attachments {
        attachment::write(attached, folder)?;
    }
    write_manifest(folder)
}
