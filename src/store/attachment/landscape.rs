//! `landscape.csv`: the loss along the only parameter of a problem.

use std::path::Path;

use super::super::layout;
use super::super::read::source::{ReadError, Source, read_optional};
use crate::fs;
use crate::record::{self, Attachment, LANDSCAPE_COLUMNS, LandscapePoint};

pub(super) fn write(landscape: &[LandscapePoint], folder: &Path) -> Result<(), fs::Error> {
    fs::write_stream(&folder.join(layout::LANDSCAPE), |out| record::write_landscape(landscape, out))
}

pub(super) fn read(folder: &Path) -> Result<Option<Attachment>, ReadError> {
    let path = folder.join(layout::LANDSCAPE);
    let Some(text) = read_optional(&path)? else { return Ok(None) };
    let mut source = Source::new(&path, &text)?;
    source.expect_columns(0, &LANDSCAPE_COLUMNS)?;
    let mut landscape = Vec::new();
    while let Some(row) = source.next_row()? {
        landscape.push(LandscapePoint { w: row.cell(0).number()?, loss: row.cell(1).number()? });
    }
    Ok((!landscape.is_empty()).then_some(Attachment::Landscape(landscape)))
}
