//! Writes the tables of a study into a folder.

use std::io::{self, Write};
use std::path::Path;

use super::attachment;
use super::layout;
use super::manifest::{Tally, write_manifest_of};
use crate::fs::{self, Error};
use crate::record::{self, Study};

/// Writes the tables, and the manifest that says that they are complete.
///
/// # Errors
/// When a file cannot be written.
pub fn write_tables(study: &Study, folder: &Path) -> Result<(), Error> {
    // The two that may be large are written at the same time: while one waits for the system, the other one is formatted.
    let (runs, others) = rayon::join(
        || table(folder, layout::RUNS, |out| record::write_runs(study, out)),
        || write_others(study, folder),
    );
    let mut lines = vec![runs?];
    lines.extend(others?);
    write_manifest_of(folder, &lines)
}

/// Writes all tables but that of runs.
fn write_others(study: &Study, folder: &Path) -> Result<Vec<(&'static str, String)>, Error> {
    let mut lines = vec![
        table(folder, layout::SUMMARY, |out| record::write_summary(study, out))?,
        table(folder, layout::GOLDILOCKS, |out| record::write_goldilocks(study, out))?,
        table(folder, layout::CURVES, |out| record::write_curves(study, out))?,
    ];
    if !study.parameters.is_empty() {
        lines.push(table(folder, layout::PARAMETERS, |out| record::write_parameters(&study.parameters, out))?);
    }
    for attached in &study.attachments {
        attachment::write(attached, folder)?;
    }
    Ok(lines)
}

/// Writes one table; gives its line for the manifest, which would else have to read it again.
fn table(
    folder: &Path,
    name: &'static str,
    write: impl FnOnce(&mut Tally<&mut (dyn Write + Send)>) -> io::Result<()>,
) -> Result<(&'static str, String), Error> {
    let mut line = String::new();
    fs::write_stream(&folder.join(name), |out| {
        let mut tally = Tally::new(out as &mut (dyn Write + Send));
        write(&mut tally)?;
        line = tally.line(name);
        Ok(())
    })?;
    Ok((name, line))
}
