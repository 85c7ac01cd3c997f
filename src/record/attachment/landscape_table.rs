//! `landscape.csv`, the loss along the only parameter of a problem.

use std::io::{self, Write};

use super::super::table;
use super::landscape::LandscapePoint;

/// The columns of `landscape.csv`.
pub(crate) const LANDSCAPE_COLUMNS: [&str; 2] = ["w", "loss"];

/// Writes `landscape.csv`.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_landscape(landscape: &[LandscapePoint], out: &mut (impl Write + Send)) -> io::Result<()> {
    table::write(out, LANDSCAPE_COLUMNS, landscape.len(), 4096, |number, rows| {
        let point = landscape[number];
        rows.number(point.w);
        rows.number(point.loss);
        rows.end();
    })
}
