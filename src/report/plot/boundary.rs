//! `boundary.png`: what networks make of the plane, as the Playground's page draws it: the background from orange to blue, the points
//! of both classes on it; one row of panels per run, one column per epoch.

use super::cells::{Cells, evenly};
use super::figure::{Figure, Key, Legend, wrapped};
use super::marker::Shape;
use super::scale::Scale;
use super::scene::{Align, Point, Rect, Scene, Text};
use super::style::{FRAME, GRID, LABEL_SIZE, NOTE_SIZE, TEXT, THIN, TICK_SIZE, WHITE, between_classes};
use crate::record::{Boundary, BoundaryPoint, Plane};

/// More rows or columns than this are thinned.
const MOST_ROWS: usize = 6;
const MOST_COLUMNS: usize = 5;
/// So many shades from orange to blue, so that neighbors of one shade are one rectangle.
const SHADES: f64 = 40.0;
/// Room for the name of a run.
const BESIDE: f64 = 190.0;
/// Room for the name of an epoch.
const ABOVE: f64 = 44.0;
const GAP: f64 = 16.0;

/// The picture; none unless outputs over the plane were recorded.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let study = cells.study;
    let boundary = study.boundary.as_ref().filter(|boundary| boundary.coordinates.len() > 1)?;
    let distinct = |mut all: Vec<u64>, most: usize| {
        all.sort_unstable();
        all.dedup();
        evenly(all.len(), most).into_iter().map(|place| all[place]).collect::<Vec<u64>>()
    };
    let runs = distinct(boundary.planes.iter().map(|plane| plane.run as u64).collect(), MOST_ROWS);
    let epochs = distinct(boundary.planes.iter().map(|plane| plane.epoch).collect(), MOST_COLUMNS);
    if runs.is_empty() {
        return None;
    }

    // The height follows from the width of the panels, which is known only beside the legend.
    let side = |width: f64| ((width - BESIDE - GAP * (epochs.len() - 1) as f64) / epochs.len() as f64).min(420.0);
    let build = |height: f64| {
        let mut figure = Figure::new(study, "what the network makes of the plane", height);
        figure.notes(&[
            "Background: the output. Discs with a light rim: points to learn from; with a dark rim: test points."
                .to_owned(),
            "An epoch is one press of the page's Step button.".to_owned(),
        ]);
        figure.legend(&legend());
        figure
    };
    let body = build(1000.0).body;
    let side = side(body.width());
    let rows = ABOVE + runs.len() as f64 * (side + GAP);
    let mut figure = build(1000.0 - body.height() + rows);
    let body = figure.body;
    for (row, &run) in runs.iter().enumerate() {
        let top = body.top + ABOVE + row as f64 * (side + GAP);
        name_run(
            cells,
            run as usize,
            Rect { left: body.left, right: body.left + BESIDE, top, bottom: top + side },
            &mut figure.scene,
        );
        for (column, &epoch) in epochs.iter().enumerate() {
            let left = body.left + BESIDE + column as f64 * (side + GAP);
            let area = Rect { left, right: left + side, top, bottom: top + side };
            if row == 0 {
                let name = if column == 0 { format!("epoch {epoch}") } else { epoch.to_string() };
                let at = (area.center().0, top - 22.0);
                figure.scene.text(Text::new(name, at, LABEL_SIZE, TEXT).align(Align::Center));
            }
            let is_it = |plane: &&Plane| plane.run as u64 == run && plane.epoch == epoch;
            if let Some(plane) = boundary.planes.iter().find(is_it) {
                draw(boundary, plane, area, &mut figure.scene);
            }
        }
    }
    Some(figure.scene)
}

fn legend() -> Legend {
    let mut legend = Legend::default();
    legend.colors("output", Scale::linear(-1.0, 1.0), between_classes);
    let disc = |share| Key::Marker(Shape::Disc, between_classes(share));
    legend.entries("label", vec![(disc(1.0), "1".to_owned()), (disc(0.0), "-1".to_owned())]);
    legend
}

/// What tells this run from the others: its learning rate, and whatever else varies (not the seed: it is the same for all).
fn name_run(cells: &Cells, run: usize, area: Rect, scene: &mut Scene) {
    let names: Vec<(String, String)> =
        cells.axes.iter().map(|axis| (axis.name.clone(), axis.label(axis.rank(run)).to_owned())).collect();
    let mut y = area.center().1 - (names.len() as f64 - 1.0) * 32.0;
    for (name, value) in names {
        for (text, bold) in [(name, false), (value, true)] {
            for line in wrapped(&text, TICK_SIZE, bold, area.width() - 20.0, 1) {
                let size = if bold { LABEL_SIZE } else { NOTE_SIZE };
                let text = Text::new(line, (area.left, y), size, TEXT);
                scene.text(if bold { text.bold() } else { text });
            }
            y += 32.0;
        }
    }
}

fn draw(boundary: &Boundary, plane: &Plane, area: Rect, scene: &mut Scene) {
    let coordinates = &boundary.coordinates;
    let count = coordinates.len();
    let (low, high) = (coordinates[0], coordinates[count - 1]);
    let half = 0.5 * (high - low) / (count - 1) as f64;
    // A tile reaches half-way to its neighbors; whole pixels, so that no seam shows.
    let share = |value: f64| ((value - low + half) / (high - low + 2.0 * half)).clamp(0.0, 1.0);
    let at =
        |x: f64, y: f64| -> Point { (area.left + share(x) * area.width(), area.bottom - share(y) * area.height()) };
    for (outputs, &y) in plane.outputs.chunks_exact(count).zip(coordinates) {
        let shades: Vec<Option<i64>> = outputs.iter().map(|&output| shade(output)).collect();
        let mut start = 0;
        for run in shades.chunk_by(|a, b| a == b) {
            let end = start + run.len() - 1;
            let ((left, bottom), (right, top)) =
                (at(coordinates[start] - half, y - half), at(coordinates[end] + half, y + half));
            let tile = Rect { left: left.round(), right: right.round(), top: top.round(), bottom: bottom.round() };
            scene.rect(tile, run[0].map_or(GRID, |shade| between_classes(shade as f64 / SHADES).faded(0.75)));
            start = end + 1;
        }
    }
    // Points to learn from lie on top.
    for is_test in [true, false] {
        for point in boundary.points.iter().filter(|point| point.is_test == is_test && is_inside(point, low, high)) {
            let (radius, rim) = (0.0115 * area.width(), if is_test { TEXT } else { WHITE });
            let center = at(point.x, point.y);
            scene.disc(center, radius + 1.2, rim);
            scene.disc(center, radius, between_classes(0.5 * (point.label.clamp(-1.0, 1.0) + 1.0)));
        }
    }
    scene.outline(area, THIN, FRAME);
}

fn is_inside(point: &BoundaryPoint, low: f64, high: f64) -> bool {
    [point.x, point.y].into_iter().all(|value| value >= low && value <= high)
}

/// Which shade an output has; none when it is no number.
fn shade(output: f64) -> Option<i64> {
    (!output.is_nan()).then(|| (SHADES * 0.5 * (output.clamp(-1.0, 1.0) + 1.0)).round() as i64)
}
