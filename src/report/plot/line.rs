//! [`Line`]: the course of a cell as a line with a band and a mark at its end.

use super::cells::Cells;
use super::curves::Course;
use super::loss::{SMALL, Values};
use super::marker::Shape;
use super::panel::{Panel, clip};
use super::quantity::Quantity;
use super::scene::{Point, Scene};
use super::style::{Color, LINE, MARKER, TEXT};
use crate::outcome::Status;

/// One line of the plot.
pub(super) struct Line {
    pub(super) course: Course,
    pub(super) status: Status,
    pub(super) partial: bool,
    /// Where it converged, if its runs train on after that.
    pub(super) converged_at: Option<f64>,
    color: Color,
}

impl Line {
    /// The line of a cell; none when it has no curve.
    pub(super) fn new(cells: &Cells, cell: usize, quantity: Quantity, color: Color) -> Option<Line> {
        let course = Course::new(cells, cell, quantity)?;
        let summary = &cells.cells[cell].summary;
        let trains_on = |run: usize| {
            let run = &cells.study.runs[run];
            run.steps.is_some_and(|steps| steps < run.trained_steps)
        };
        let converged_at =
            Some(summary.steps.median).filter(|steps| *steps <= course.end() && cells.runs(cell).any(trains_on));
        Some(Line { course, color, status: summary.status(), partial: summary.is_partial(), converged_at })
    }

    /// What is seen of it: up to where a diverging line leaves the panel at the top, and whether it does.
    fn visible(&self, panel: &Panel, y: Values) -> (Vec<Point>, bool) {
        let points = self.points(panel, y);
        let leaves = points.iter().position(|point| point.1 < panel.area.top);
        match leaves.filter(|_| self.status == Status::Diverged) {
            Some(0) => (vec![(points[0].0, panel.area.top)], true),
            Some(index) => {
                let crossing = clip(panel.area, points[index - 1], points[index]);
                (points[..index].iter().copied().chain(crossing.map(|(_, end)| end)).collect(), true)
            }
            None => (points, false),
        }
    }

    fn points(&self, panel: &Panel, y: Values) -> Vec<Point> {
        let points = self.course.steps.iter().zip(&self.course.median);
        points.map(|(step, value)| panel.at(*step, y.shown(*value))).collect()
    }

    /// The mark that says how its runs ended, on the line; a line that has left the panel at the top has an arrow there, and the
    /// mark stands at the step where half of its runs had diverged.
    pub(super) fn draw_end(&self, panel: &Panel, y: Values, scene: &mut Scene) {
        let radius = if panel.area.width() < SMALL { 0.8 * MARKER } else { MARKER };
        let (points, leaves) = self.visible(panel, y);
        let Some(&last) = points.last() else { return };
        let inside = |(x, y): Point| (x, y.clamp(panel.area.top, panel.area.bottom));
        let end = match self.converged_at {
            Some(step) => inside(panel.at(step, y.shown(self.course.at(step)))),
            None if leaves => (panel.x_at(self.course.end()), panel.area.top),
            None => inside(last),
        };
        if leaves {
            scene.dashes(last, end, 0.6 * LINE, self.color);
            scene.marker(Shape::Up, last, 0.9 * radius, self.color);
        }
        scene.status_marker(self.status, self.partial, end, radius);
    }
}

fn width(panel: &Panel) -> f64 {
    if panel.area.width() < SMALL { 0.75 * LINE } else { LINE }
}

/// The quartiles.
pub(super) fn draw_band(panel: &Panel, line: &Line, y: Values, scene: &mut Scene) {
    let course = &line.course;
    if course.low == course.high {
        return;
    }
    let points = |values: &[f64]| -> Vec<Point> {
        course.steps.iter().zip(values).map(|(step, value)| panel.at(*step, y.shown(*value))).collect()
    };
    panel.band(scene, &points(&course.low), &points(&course.high), line.color.faded(0.18));
}

/// The median.
pub(super) fn draw_line(panel: &Panel, line: &Line, y: Values, scene: &mut Scene) {
    panel.polyline(scene, &line.visible(panel, y).0, width(panel), line.color);
}

/// The value at which runs have converged.
pub(super) fn draw_target(panel: &Panel, target: f64, scene: &mut Scene) {
    let at = panel.y_at(target);
    if (panel.area.top..=panel.area.bottom).contains(&at) {
        scene.dashes((panel.area.left, at), (panel.area.right, at), 2.5, TEXT);
    }
}

/// Draws lines that others cover again, as dashes on top of them.
pub(super) fn draw_hidden(panel: &Panel, lines: &[Line], y: Values, scene: &mut Scene) {
    let visible: Vec<Vec<Point>> = lines.iter().map(|line| line.visible(panel, y).0).collect();
    for (index, line) in lines.iter().enumerate() {
        let samples = samples(&visible[index], panel);
        let is_near = |other: &Vec<Point>, (x, y): Point| {
            height_at(other, x).is_some_and(|height| (height - y).abs() < 0.8 * LINE)
        };
        let covered = |point: &Point| visible[index + 1..].iter().any(|other| is_near(other, *point));
        let hidden: Vec<bool> = samples.iter().map(covered).collect();
        if 2 * hidden.iter().filter(|hidden| **hidden).count() <= samples.len() {
            continue;
        }
        // The dashes of the first, second, … line of several in one place stand beside each other.
        let phase = index % 3;
        for start in (0..samples.len()).filter(|start| start / DASH % 3 == phase && start % DASH == 0) {
            let dash = start..(start + DASH + 1).min(samples.len());
            if hidden[start] {
                panel.polyline(scene, &samples[dash], width(panel), line.color);
            }
        }
    }
}

/// So many samples are one dash.
const DASH: usize = 6;

/// Points along a line from left to right, three pixels apart.
fn samples(points: &[Point], panel: &Panel) -> Vec<Point> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let (from, to) = (first.0.max(panel.area.left), last.0.min(panel.area.right));
    let count = ((to - from) / 3.0).max(0.0) as usize;
    let at = |index: usize| from + 3.0 * index as f64;
    (0..=count).filter_map(|index| Some((at(index), height_at(points, at(index))?))).collect()
}

/// The height of a line from left to right at a place.
fn height_at(points: &[Point], x: f64) -> Option<f64> {
    let after = points.partition_point(|point| point.0 < x);
    let (right, left) = (points.get(after)?, points.get(after.saturating_sub(1))?);
    let share = if right.0 > left.0 { ((x - left.0) / (right.0 - left.0)).max(0.0) } else { 1.0 };
    (x >= points[0].0).then_some(left.1 + share * (right.1 - left.1))
}
