//! `boundary.csv`, what networks make of the plane, one row per run, epoch and vertical coordinate; and `points.csv`, the points.

use std::io::{self, Write};

use super::super::table;
use super::boundary::Boundary;
use crate::value::Shortest;

/// The columns of `boundary.csv` before the horizontal coordinates, which are the names of the others.
pub(crate) const BOUNDARY_COLUMNS: [&str; 5] = ["run", "epoch", "loss", "test_loss", "y"];

/// The columns of `points.csv`.
pub(crate) const POINT_COLUMNS: [&str; 4] = ["x", "y", "label", "part"];

/// What stands in the column `part`: points to learn from, and points to be tested on.
pub(crate) const PARTS: [&str; 2] = ["train", "test"];

/// Writes `boundary.csv`; an output that is not a number is empty.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_boundary(boundary: &Boundary, out: &mut (impl Write + Send)) -> io::Result<()> {
    let Boundary { coordinates, planes, .. } = boundary;
    let names: Vec<String> = coordinates.iter().map(|&x| Shortest::new().format(x).to_owned()).collect();
    let header = BOUNDARY_COLUMNS.into_iter().chain(names.iter().map(String::as_str));
    table::write(out, header, planes.len(), 8, |number, rows| {
        let plane = &planes[number];
        for (&y, outputs) in coordinates.iter().zip(plane.outputs.chunks_exact(coordinates.len().max(1))) {
            rows.count(plane.run as u64);
            rows.count(plane.epoch);
            rows.number(plane.loss);
            rows.number(plane.test_loss);
            rows.number(y);
            outputs.iter().for_each(|&output| rows.optional_number(Some(output).filter(|output| !output.is_nan())));
            rows.end();
        }
    })
}

/// Writes `points.csv`.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_points(boundary: &Boundary, out: &mut (impl Write + Send)) -> io::Result<()> {
    table::write(out, POINT_COLUMNS, boundary.points.len(), 4096, |number, rows| {
        let point = boundary.points[number];
        [point.x, point.y, point.label].into_iter().for_each(|number| rows.number(number));
        rows.text(PARTS[usize::from(point.is_test)]);
        rows.end();
    })
}
