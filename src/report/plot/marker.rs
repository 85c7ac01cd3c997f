//! Markers: small figures that say how a run ended, told apart by shape as well as by color.

use super::scene::{Mark, Point, Scene, Shape};
use super::style::{Color, TEXT, WHITE, status_color};
use crate::outcome::Status;

/// The shape of a cell's status; `partial` when only some replicates converged.
pub(super) fn status_shape(status: Status, partial: bool) -> Shape {
    match (status, partial) {
        (Status::Converged, false) => Shape::Disc,
        (Status::Converged, true) => Shape::Ring,
        (Status::Diverged, false) => Shape::Cross,
        (Status::Diverged, true) => Shape::CircledCross,
        (Status::Exhausted, false) => Shape::Triangle,
        (Status::Exhausted, true) => Shape::HollowTriangle,
        (Status::Failed, false) => Shape::Square,
        (Status::Failed, true) => Shape::HollowSquare,
        (Status::Unknown, false) => Shape::Diamond,
        (Status::Unknown, true) => Shape::HollowDiamond,
    }
}

/// How a status is called in pictures.
pub(super) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Converged => "converged",
        Status::Exhausted => "budget spent",
        Status::Diverged => "diverged",
        Status::Failed => "failed",
        Status::Unknown => "unknown",
    }
}

/// The endings that are there, for a legend, each with its name: status, and whether only some replicates converged.
pub(super) fn endings(is_there: impl Fn(Status, bool) -> bool) -> Vec<(Status, bool, String)> {
    let order = [Status::Converged, Status::Exhausted, Status::Unknown, Status::Diverged, Status::Failed];
    let all = order.into_iter().flat_map(|status| [(status, false), (status, true)]);
    let name = |status, partial| format!("{}{}", status_name(status), if partial { ", not all" } else { "" });
    all.filter(|(status, partial)| is_there(*status, *partial))
        .map(|(status, partial)| (status, partial, name(status, partial)))
        .collect()
}

impl Scene {
    /// The mark of a cell that ended with `status`.
    pub(super) fn status_marker(&mut self, status: Status, partial: bool, at: Point, radius: f64) {
        self.marker(status_shape(status, partial), at, radius, status_color(status));
    }

    /// The star of the best, in the color of its line.
    pub(super) fn star(&mut self, at: Point, radius: f64, color: Color) {
        self.marker(Shape::Star, at, 1.3 * radius, TEXT);
        self.marker(Shape::Star, at, 0.95 * radius, color);
    }

    /// Draws a shape; the hollow ones are filled with white.
    pub(super) fn marker(&mut self, shape: Shape, at: Point, radius: f64, color: Color) {
        self.draw(Mark::Marker { shape, at, radius, color });
    }
}

/// A shape as lines, polygons and discs.
pub(super) fn parts(shape: Shape, at: Point, radius: f64, color: Color) -> Vec<Mark> {
    let (x, y) = at;
    let stroke = (radius / 3.0).max(1.5);
    let place = |points: &[Point], scale: f64| -> Vec<Point> {
        points.iter().map(|(dx, dy)| (x + dx * radius * scale, y + dy * radius * scale)).collect()
    };
    let disc = |radius: f64, color| Mark::Disc { center: at, radius, color };
    let fill = |points: &[Point], scale: f64, color| Mark::Fill { points: place(points, scale), color };
    let cross = |half: f64| {
        [[(-half, -half), (half, half)], [(-half, half), (half, -half)]].map(|line| Mark::Line {
            points: place(&line, 1.0),
            width: stroke,
            color,
        })
    };
    match shape {
        Shape::Disc => vec![disc(radius, color)],
        Shape::Ring => vec![disc(radius, color), disc(radius - stroke, WHITE)],
        Shape::Triangle => vec![fill(&RIGHT, 1.0, color)],
        Shape::HollowTriangle => vec![fill(&RIGHT, 1.15, color), fill(&RIGHT, 0.55, WHITE)],
        Shape::Cross => cross(0.85).into(),
        Shape::CircledCross => {
            let around = [disc(1.25 * radius, color), disc(1.25 * radius - stroke, WHITE)];
            around.into_iter().chain(cross(0.65)).collect()
        }
        Shape::Square => vec![fill(&SQUARE, 1.0, color)],
        Shape::HollowSquare => vec![fill(&SQUARE, 1.0, color), fill(&SQUARE, 0.5, WHITE)],
        Shape::Diamond => vec![fill(&DIAMOND, 1.0, color)],
        Shape::HollowDiamond => vec![fill(&DIAMOND, 1.1, color), fill(&DIAMOND, 0.55, WHITE)],
        Shape::Star => vec![fill(&STAR, 1.0, color)],
        Shape::Up => vec![fill(&HEAD, 1.0, color)],
        Shape::Down => vec![fill(&HEAD, -1.0, color)],
        Shape::Left => vec![fill(&HEAD.map(|(dx, dy)| (dy, dx)), 1.0, color)],
        Shape::Right => vec![fill(&HEAD.map(|(dx, dy)| (dy, dx)), -1.0, color)],
    }
}

/// A triangle that points right, as if the run wanted to go on.
const RIGHT: [Point; 3] = [(-0.75, -1.0), (1.1, 0.0), (-0.75, 1.0)];
const SQUARE: [Point; 4] = [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)];
const DIAMOND: [Point; 4] = [(0.0, -1.15), (1.0, 0.0), (0.0, 1.15), (-1.0, 0.0)];
/// An arrow head that points up.
const HEAD: [Point; 3] = [(0.0, -1.1), (1.0, 0.75), (-1.0, 0.75)];
/// A pentagram: ten corners, radii 1 and 0.42, 36° apart.
const STAR: [Point; 10] = [
    (0.0, -1.0),
    (0.2469, -0.3398),
    (0.9511, -0.3090),
    (0.3994, 0.1298),
    (0.5878, 0.8090),
    (0.0, 0.42),
    (-0.5878, 0.8090),
    (-0.3994, 0.1298),
    (-0.9511, -0.3090),
    (-0.2469, -0.3398),
];
