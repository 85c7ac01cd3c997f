//! `landscape.csv`, the loss along the only parameter of a problem.

use std::io::{self, Write};

use super::super::table;

/// The columns of `landscape.csv`.
pub(crate) const LANDSCAPE_COLUMNS: [&str; 2] = ["w", "loss"];

/// A point of the loss curve of a one-parameter problem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LandscapePoint {
    /// The parameter.
    pub w: f64,
    /// The loss there.
    pub loss: f64,
}

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
