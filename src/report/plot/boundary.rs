//! `boundary.png`: what networks make of the plane, as the Playground's page draws it: the background from orange to blue, the points
//! of both classes on it; one row of panels per run, one column per epoch.

use super::cells::Cells;
use super::figure::{Figure, Key, Legend, wrapped};
use super::font::text_width;
use super::scale::{Scale, rounded};
use super::scene::{Align, Point, Rect, Scene, Shape, Text};
use super::style::{
    Color, FRAME, GRID, LABEL_SIZE, NOTE_SIZE, QUIET_TEXT, TEXT, THIN, TICK_SIZE, WHITE, between_classes,
};
use crate::choice::evenly;
use crate::record::{Boundary, BoundaryPoint, Plane, SEED};

/// More rows or columns than this are thinned.
const MOST_ROWS: usize = 12;
const MOST_COLUMNS: usize = 8;
/// So many shades from orange to blue, so that neighbors of one shade are one rectangle.
const SHADES: f64 = 40.0;
/// How opaque the background is: points of the same color must stand out from it.
const BACKGROUND: f64 = 0.7;
/// Between two coordinates there are so many tiles, their outputs interpolated.
const TILES: usize = 3;
/// Room for the name of a run.
const BESIDE: f64 = 180.0;
/// Room for the name of an epoch.
const ABOVE: f64 = 36.0;
/// Room for the loss.
const TITLE: f64 = 34.0;
const GAP: f64 = 18.0;

/// The picture; none unless outputs over the plane were recorded.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let study = cells.study;
    let boundary = study.boundary().filter(|boundary| boundary.coordinates.len() > 1)?;
    let distinct = |mut all: Vec<u64>, most: usize| {
        all.sort_unstable();
        all.dedup();
        evenly(all.len(), most).into_iter().map(|place| all[place]).collect::<Vec<u64>>()
    };
    let runs = distinct(boundary.planes.iter().map(|plane| plane.run as u64).collect(), MOST_ROWS);
    let epochs = distinct(boundary.planes.iter().map(|plane| plane.epoch).collect(), MOST_COLUMNS);
    let first = *runs.first()?;

    // The height follows from the width of the panels, which is known only beside the legend.
    let side = |width: f64| ((width - BESIDE - GAP * (epochs.len() - 1) as f64) / epochs.len() as f64).min(420.0);
    let legend = legend(boundary);
    let build = |height: f64| {
        let mut figure = Figure::new(study, "the decision boundary", height);
        figure.notes(&notes(cells, boundary, first as usize));
        figure.legend(&legend);
        figure
    };
    let body = build(1000.0).body;
    let side = side(body.width());
    let row_height = TITLE + side + GAP;
    let rows = ABOVE + runs.len() as f64 * row_height;
    let mut figure = build(1000.0 - body.height() + rows.max(legend.height()));
    let body = figure.body;
    let left_of = |column: usize| body.left + BESIDE + column as f64 * (side + GAP);
    for (column, epoch) in epochs.iter().enumerate() {
        let at = (left_of(column) + 0.5 * side, body.top + 8.0);
        figure.scene.text(Text::new(format!("epoch {epoch}"), at, LABEL_SIZE, TEXT).align(Align::Center).bold());
    }
    for (row, &run) in runs.iter().enumerate() {
        let top = body.top + ABOVE + TITLE + row as f64 * row_height;
        let area = Rect { left: body.left, right: body.left + BESIDE, top, bottom: top + side };
        name_run(cells, run as usize, area, &mut figure.scene);
        for (column, &epoch) in epochs.iter().enumerate() {
            let area = Rect { left: left_of(column), right: left_of(column) + side, top, bottom: top + side };
            let is_it = |plane: &&Plane| plane.run as u64 == run && plane.epoch == epoch;
            if let Some(plane) = boundary.planes.iter().find(is_it) {
                let at = (area.center().0, top - 17.0);
                figure.scene.text(Text::new(title(plane, side), at, NOTE_SIZE, QUIET_TEXT).align(Align::Center));
                draw(boundary, plane, area, &mut figure.scene);
            }
        }
    }
    Some(figure.scene)
}

fn notes(cells: &Cells, boundary: &Boundary, run: usize) -> Vec<String> {
    let mut notes = vec![
        "An epoch is one press of the Playground's Step button; runs train on after they have converged.".to_owned(),
    ];
    if let Some(seed) = cells.study.axes.iter().find(|axis| axis.path == SEED && axis.values.len() > 1) {
        notes.push(format!("Seed {}, one of {}.", seed.value(run), seed.values.len()));
    }
    let (low, high) = ends(boundary);
    match boundary.points.iter().filter(|point| !is_inside(point, low, high)).count() {
        0 => {}
        1 => notes.push("One point lies outside.".to_owned()),
        count => notes.push(format!("{count} points lie outside.")),
    }
    notes
}

fn legend(boundary: &Boundary) -> Legend {
    let mut legend = Legend::default();
    legend.colors("output", Scale::linear(-1.0, 1.0).ticks(8), background);
    if boundary.planes.iter().any(|plane| plane.outputs.iter().any(|output| output.is_nan())) {
        legend.entries("", vec![(Key::Swatch(GRID), "no number".to_owned())]);
    }
    let (low, high) = ends(boundary);
    let points = || boundary.points.iter().filter(|point| is_inside(point, low, high));
    let has = |is_test: bool| points().any(|point| point.is_test == is_test);
    let mut entries = Vec::new();
    if points().all(|point| point.label.abs() == 1.0) {
        for (label, name) in [(1.0, "label 1"), (-1.0, "label −1")] {
            if points().any(|point| point.label == label) {
                entries.push((Key::Marker(Shape::Disc, class(label)), name.to_owned()));
            }
        }
    }
    for (is_test, name) in [(false, "training"), (true, "test")] {
        if has(is_test) {
            entries.push((Key::Rimmed(background(0.5), REFERENCE_POINT, rim(is_test)), name.to_owned()));
        }
    }
    legend.entries("points", entries);
    legend
}

/// A point of no class.
const REFERENCE_POINT: Color = FRAME;

fn rim(is_test: bool) -> Color {
    if is_test { TEXT } else { WHITE }
}

/// The losses of a panel; the one on test points only where there is room.
fn title(plane: &Plane, width: f64) -> String {
    if !plane.loss.is_finite() {
        return "loss not finite".to_owned();
    }
    let fits = |text: &String| text_width(text, NOTE_SIZE, false) <= width;
    let both = [3, 2].into_iter().filter(|_| plane.test_loss.is_finite());
    let both =
        both.map(|digits| format!("loss {}, test {}", rounded(plane.loss, digits), rounded(plane.test_loss, digits)));
    both.into_iter().find(fits).unwrap_or_else(|| format!("loss {}", rounded(plane.loss, 3)))
}

/// What tells this run from the others: its learning rate, and whatever else varies (not the seed: it is the same for all).
fn name_run(cells: &Cells, run: usize, area: Rect, scene: &mut Scene) {
    const LINE: f64 = 32.0;
    let axes = &cells.axes;
    let mut y = area.center().1 - (axes.len() as f64 - 0.5) * LINE;
    for axis in axes {
        for (text, size, bold) in
            [(axis.name.clone(), NOTE_SIZE, false), (axis.label(axis.rank(run)), LABEL_SIZE, true)]
        {
            for line in wrapped(&text, TICK_SIZE, bold, area.width() - 20.0, 1) {
                let text = Text::new(line, (area.left, y), size, TEXT);
                scene.text(if bold { text.bold() } else { text });
            }
            y += LINE;
        }
    }
}

fn ends(boundary: &Boundary) -> (f64, f64) {
    let coordinates = &boundary.coordinates;
    (coordinates.first().copied().unwrap_or_default(), coordinates.last().copied().unwrap_or_default())
}

fn draw(boundary: &Boundary, plane: &Plane, area: Rect, scene: &mut Scene) {
    let count = boundary.coordinates.len();
    let (low, high) = ends(boundary);
    let tiles = (count - 1) * TILES;
    // Whole pixels, so that no seam shows.
    let x = |tile: usize| (area.left + area.width() * tile as f64 / tiles as f64).round();
    let y = |tile: usize| (area.bottom - area.height() * tile as f64 / tiles as f64).round();
    for row in 0..tiles {
        let shades: Vec<Option<i64>> = (0..tiles).map(|column| shade(output(plane, count, row, column))).collect();
        let mut start = 0;
        for run in shades.chunk_by(|a, b| a == b) {
            let end = start + run.len();
            let tile = Rect { left: x(start), right: x(end), top: y(row + 1), bottom: y(row) };
            scene.rect(tile, run[0].map_or(GRID, |shade| background(shade as f64 / SHADES)));
            start = end;
        }
    }
    let share = |value: f64| (value - low) / (high - low);
    let at = |point: &BoundaryPoint| -> Point {
        (area.left + share(point.x) * area.width(), area.bottom - share(point.y) * area.height())
    };
    // Points to learn from lie on top.
    for is_test in [true, false] {
        for point in boundary.points.iter().filter(|point| point.is_test == is_test && is_inside(point, low, high)) {
            let radius = 0.0125 * area.width();
            scene.disc(at(point), radius + 1.3, rim(is_test));
            scene.disc(at(point), radius, class(point.label));
        }
    }
    scene.outline(area, THIN, FRAME);
}

/// The output in the middle of a tile: linear between the four coordinates around it, in both directions.
fn output(plane: &Plane, count: usize, row: usize, column: usize) -> f64 {
    let between = |tile: usize| (tile / TILES, ((tile % TILES) as f64 + 0.5) / TILES as f64);
    let ((below, up), (left, right)) = (between(row), between(column));
    let at = |row: usize, column: usize| plane.outputs.get(row * count + column).copied().unwrap_or(f64::NAN);
    let along = |row: usize| (1.0 - right) * at(row, left) + right * at(row, left + 1);
    (1.0 - up) * along(below) + up * along(below + 1)
}

fn is_inside(point: &BoundaryPoint, low: f64, high: f64) -> bool {
    [point.x, point.y].into_iter().all(|value| value >= low && value <= high)
}

fn background(share: f64) -> Color {
    between_classes(share).faded(BACKGROUND)
}

/// The color of a point.
fn class(label: f64) -> Color {
    between_classes(0.5 * (label.clamp(-1.0, 1.0) + 1.0))
}

/// Which shade an output has; none when it is no number.
fn shade(output: f64) -> Option<i64> {
    (!output.is_nan()).then(|| (SHADES * 0.5 * (output.clamp(-1.0, 1.0) + 1.0)).round() as i64)
}
