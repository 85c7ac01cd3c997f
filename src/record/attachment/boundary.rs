//! `boundary.csv`, what networks make of the plane, one row per run, epoch and vertical coordinate; and `points.csv`, the points.

use std::io::{self, Write};

use super::super::table;
use crate::value::Shortest;

/// The columns of `boundary.csv` before the horizontal coordinates, which are the names of the others.
pub(crate) const BOUNDARY_COLUMNS: [&str; 5] = ["run", "epoch", "loss", "test_loss", "y"];

/// The columns of `points.csv`.
pub(crate) const POINT_COLUMNS: [&str; 4] = ["x", "y", "label", "part"];

/// What stands in the column `part`: points to learn from, and points to be tested on.
pub(crate) const PARTS: [&str; 2] = ["train", "test"];

/// What the networks of some runs make of the plane, after some epochs, and the points of the first of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Boundary {
    /// Where the outputs are taken: all pairs of these, as horizontal and as vertical coordinate; ascending, evenly spaced.
    pub coordinates: Vec<f64>,
    /// Ordered by run, then by epoch.
    pub planes: Vec<Plane>,
    /// The points that these runs learn from, and those that they are tested on.
    pub points: Vec<BoundaryPoint>,
}

/// What the network of one run makes of the plane after some epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Number of the run.
    pub run: usize,
    /// After so many epochs.
    pub epoch: u64,
    /// Training loss then; not a number or infinite where training has gone too far.
    pub loss: f64,
    /// Loss on the points set aside for testing, likewise.
    pub test_loss: f64,
    /// Outputs, from −1 for one class to 1 for the other (amounts may lie beyond), rounded to three decimals: one row of horizontal
    /// coordinates after the other. Not a number where training has gone too far.
    pub outputs: Vec<f64>,
}

/// A point of the plane with its label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundaryPoint {
    /// Horizontal coordinate.
    pub x: f64,
    /// Vertical coordinate.
    pub y: f64,
    /// −1 or 1 for the two classes, else an amount.
    pub label: f64,
    /// Whether it was set aside for testing.
    pub is_test: bool,
}

impl Boundary {
    /// Runs have other numbers: the one that each had has become `number` of it.
    pub(super) fn renumber(&mut self, number: &[usize]) {
        self.planes.iter_mut().for_each(|plane| plane.run = number[plane.run]);
    }
}

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
