//! The files of attachments: one file each, with how it is written and read.
//!
//! Owns the list of readers; the compiler names what lacks a writer.

mod boundary;
mod landscape;

use std::path::Path;

use super::read::source::ReadError;
use crate::fs;
use crate::record::Attachment;

/// Writes the tables of an attachment.
pub(super) fn write(attachment: &Attachment, folder: &Path) -> Result<(), fs::Error> {
    match attachment {
        Attachment::Landscape(landscape) => landscape::write(landscape, folder),
        Attachment::Boundary(boundary) => boundary::write(boundary, folder),
    }
}

/// All attachments whose tables are there, of so many runs.
pub(super) fn read(folder: &Path, runs: usize) -> Result<Vec<Attachment>, ReadError> {
    let all = [landscape::read(folder)?, boundary::read(folder, runs)?];
    Ok(all.into_iter().flatten().collect())
}
