//! `boundary.csv` and `points.csv`: what networks make of the plane.

use std::path::Path;

use super::super::layout;
use super::super::read::source::{Cell, ReadError, Source, read_optional};
use crate::fs;
use crate::record::{self, Attachment, BOUNDARY_COLUMNS, Boundary, BoundaryPoint, PARTS, POINT_COLUMNS, Plane};

pub(super) fn write(boundary: &Boundary, folder: &Path) -> Result<(), fs::Error> {
    fs::write_stream(&folder.join(layout::BOUNDARY), |out| record::write_boundary(boundary, out))?;
    fs::write_stream(&folder.join(layout::POINTS), |out| record::write_points(boundary, out))
}

pub(super) fn read(folder: &Path, runs: usize) -> Result<Option<Attachment>, ReadError> {
    let path = folder.join(layout::BOUNDARY);
    let Some(text) = read_optional(&path)? else { return Ok(None) };
    let mut boundary = read_boundary(Source::new(&path, &text)?, runs)?;
    let path = folder.join(layout::POINTS);
    if let Some(text) = read_optional(&path)? {
        boundary.points = read_points(Source::new(&path, &text)?)?;
    }
    Ok(Some(Attachment::Boundary(boundary)))
}

fn read_boundary(mut source: Source, runs: usize) -> Result<Boundary, ReadError> {
    source.expect_columns(0, &BOUNDARY_COLUMNS)?;
    let mut boundary = Boundary::default();
    for place in BOUNDARY_COLUMNS.len()..source.header().len() {
        let coordinate = source.header().get(place).and_then(|name| name.parse().ok());
        let ascends = |x: &f64| boundary.coordinates.last().is_none_or(|last| last < x);
        let coordinate = coordinate.filter(ascends).ok_or_else(|| source.unknown_column(place, "ascending numbers"))?;
        boundary.coordinates.push(coordinate);
    }
    let side = boundary.coordinates.len();
    while let Some(row) = source.next_row()? {
        let run = row.cell(0);
        let (number, epoch) = (usize::try_from(run.count()?).unwrap_or(usize::MAX), row.cell(1).count()?);
        if number >= runs {
            return Err(run.error(&format!("one of the {runs} runs of runs.csv")));
        }
        let is_same = |plane: &Plane| plane.run == number && plane.epoch == epoch;
        if !boundary.planes.last().is_some_and(is_same) {
            let [loss, test_loss] = [row.cell(2).number()?, row.cell(3).number()?];
            let outputs = Vec::with_capacity(side * side);
            boundary.planes.push(Plane { run: number, epoch, loss, test_loss, outputs });
        }
        let Some(plane) = boundary.planes.last_mut() else { continue };
        let expected = boundary.coordinates.get(plane.outputs.len() / side.max(1));
        if Some(&row.cell(4).number()?) != expected {
            return Err(row.cell(4).error("the coordinates of the header, one after the other"));
        }
        for place in BOUNDARY_COLUMNS.len()..BOUNDARY_COLUMNS.len() + side {
            plane.outputs.push(row.cell(place).filled().map_or(Ok(f64::NAN), Cell::number)?);
        }
    }
    Ok(boundary)
}

fn read_points(mut source: Source) -> Result<Vec<BoundaryPoint>, ReadError> {
    source.expect_columns(0, &POINT_COLUMNS)?;
    let mut points = Vec::new();
    while let Some(row) = source.next_row()? {
        let part = row.cell(3);
        let place = PARTS.iter().position(|name| *name == part.text).ok_or_else(|| part.error("train or test"))?;
        let [x, y, label] = [row.cell(0).number()?, row.cell(1).number()?, row.cell(2).number()?];
        points.push(BoundaryPoint { x, y, label, is_test: place == 1 });
    }
    Ok(points)
}
