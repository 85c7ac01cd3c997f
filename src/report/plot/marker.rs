//! Markers: small figures that say how a run ended, told apart by shape as well as by color.

use super::scene::{Point, Scene};
use super::style::{Color, TEXT, WHITE, status_color};
use crate::outcome::Status;

/// A shape centered on a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Disc,
    Ring,
    Triangle,
    HollowTriangle,
    Cross,
    CircledCross,
    Square,
    HollowSquare,
    Star,
    /// An arrow head that points up: beyond the edge.
    Up,
    /// An arrow head that points down: beyond the edge.
    Down,
}

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
    }
}

/// How a status is called in pictures.
pub(super) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Converged => "converged",
        Status::Exhausted => "budget spent",
        Status::Diverged => "diverged",
        Status::Failed => "failed",
    }
}

/// The endings that are there, for a legend, each with its name: status, and whether only some replicates converged.
pub(super) fn endings(is_there: impl Fn(Status, bool) -> bool) -> Vec<(Status, bool, String)> {
    let order = [Status::Converged, Status::Exhausted, Status::Diverged, Status::Failed];
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
        let (x, y) = at;
        let stroke = (radius / 3.0).max(1.5);
        let place = |points: &[Point], scale: f64| -> Vec<Point> {
            points.iter().map(|(dx, dy)| (x + dx * radius * scale, y + dy * radius * scale)).collect()
        };
        match shape {
            Shape::Disc => self.disc(at, radius, color),
            Shape::Ring => {
                self.disc(at, radius, color);
                self.disc(at, radius - stroke, WHITE);
            }
            Shape::Triangle => self.fill(place(&RIGHT, 1.0), color),
            Shape::HollowTriangle => {
                self.fill(place(&RIGHT, 1.15), color);
                self.fill(place(&RIGHT, 0.55), WHITE);
            }
            Shape::Up => self.fill(place(&UP, 1.0), color),
            Shape::Down => self.fill(place(&UP, -1.0), color),
            Shape::Cross => {
                self.line(place(&[(-0.85, -0.85), (0.85, 0.85)], 1.0), stroke, color);
                self.line(place(&[(-0.85, 0.85), (0.85, -0.85)], 1.0), stroke, color);
            }
            Shape::CircledCross => {
                self.disc(at, radius * 1.25, color);
                self.disc(at, radius * 1.25 - stroke, WHITE);
                self.line(place(&[(-0.65, -0.65), (0.65, 0.65)], 1.0), stroke, color);
                self.line(place(&[(-0.65, 0.65), (0.65, -0.65)], 1.0), stroke, color);
            }
            Shape::Square => self.fill(place(&SQUARE, 1.0), color),
            Shape::HollowSquare => {
                self.fill(place(&SQUARE, 1.0), color);
                self.fill(place(&SQUARE, 0.5), WHITE);
            }
            Shape::Star => self.fill(place(&STAR, 1.0), color),
        }
    }
}

/// A triangle that points right, as if the run wanted to go on.
const RIGHT: [Point; 3] = [(-0.75, -1.0), (1.1, 0.0), (-0.75, 1.0)];
const SQUARE: [Point; 4] = [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)];
const UP: [Point; 3] = [(0.0, -1.1), (1.0, 0.75), (-1.0, 0.75)];
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
