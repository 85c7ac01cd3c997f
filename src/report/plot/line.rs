//! [`Line`]: the course of a cell as a line with a band and a mark at its end.

use super::cells::Cells;
use super::curves::Course;
use super::panel::{Panel, clip};
use super::quantity::{Drawn, Quantity};
use super::scale::Scale;
use super::scene::{Point, Scene, Shape};
use super::style::{Color, LINE, MARKER, TEXT};
use crate::outcome::Status;
use crate::record::Study;

/// A panel narrower than this has thinner lines.
pub(super) const SMALL: f64 = 600.0;

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

    /// The first of its points beyond the top, if it diverges.
    fn leaves(&self, y: Values) -> Option<usize> {
        let beyond = |value: &f64| y.scale.fraction(y.shown(*value)) > 1.0;
        self.course.median.iter().position(beyond).filter(|_| self.status == Status::Diverged)
    }

    /// Whether it leaves the panel at the top.
    pub(super) fn leaves_at_the_top(&self, y: Values) -> bool {
        self.leaves(y).is_some()
    }

    /// Whether there is a band around it.
    pub(super) fn has_band(&self) -> bool {
        self.course.low != self.course.high && self.course.steps.len() > 1
    }

    /// What is seen of it: up to where a diverging line leaves the panel at the top, and whether it does.
    fn visible(&self, panel: &Panel, y: Values) -> (Vec<Point>, bool) {
        let points = self.points(panel, y);
        match self.leaves(y) {
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

    /// Where the mark stands that says how its runs ended: on the line. Where a diverging line leaves the panel at the top (the second
    /// point), the mark stands at the top at the step where half of its runs had diverged.
    pub(super) fn end(&self, panel: &Panel, y: Values) -> Option<(Point, Option<Point>)> {
        let (points, leaves) = self.visible(panel, y);
        let last = *points.last()?;
        let inside = |(x, y): Point| (x, y.clamp(panel.area.top, panel.area.bottom));
        Some(match self.converged_at {
            Some(step) => (inside(panel.at(step, y.shown(self.course.at(step)))), None),
            None if leaves => ((panel.x_at(self.course.end()), panel.area.top), Some(last)),
            None => (inside(last), None),
        })
    }

    /// Draws the mark at its end.
    pub(super) fn draw_end(&self, panel: &Panel, y: Values, scene: &mut Scene) {
        let radius = if panel.area.width() < SMALL { 0.8 * MARKER } else { MARKER };
        let Some((end, leaves)) = self.end(panel, y) else { return };
        if let Some(leaves) = leaves {
            scene.dashes(leaves, end, 0.6 * LINE, self.color);
            scene.marker(Shape::Up, leaves, 0.9 * radius, self.color);
        }
        scene.status_marker(self.status, self.partial, end, radius);
    }
}

fn width(panel: &Panel) -> f64 {
    if panel.area.width() < SMALL { 0.75 * LINE } else { LINE }
}

/// How opaque the bands of so many lines are: many lie over each other.
pub(super) fn band_opacity(lines: usize) -> f64 {
    if lines > 5 { 0.1 } else { 0.18 }
}

/// The quartiles.
pub(super) fn draw_band(panel: &Panel, line: &Line, y: Values, opacity: f64, scene: &mut Scene) {
    let course = &line.course;
    if !line.has_band() {
        return;
    }
    let points = |values: &[f64]| -> Vec<Point> {
        course.steps.iter().zip(values).map(|(step, value)| panel.at(*step, y.shown(*value))).collect()
    };
    panel.band(scene, &points(&course.low), &points(&course.high), line.color.faded(opacity));
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

/// Draws lines that others cover again.
pub(super) fn draw_hidden(panel: &Panel, lines: &[Line], y: Values, scene: &mut Scene) {
    let visible: Vec<(Vec<Point>, Color)> = lines.iter().map(|line| (line.visible(panel, y).0, line.color)).collect();
    show_hidden(panel, &visible, width(panel), scene);
}

/// Draws lines from left to right that later ones cover again, as dashes on top of them.
pub(super) fn show_hidden(panel: &Panel, lines: &[(Vec<Point>, Color)], width: f64, scene: &mut Scene) {
    for (index, (line, color)) in lines.iter().enumerate() {
        let samples = samples(line, panel);
        let is_near =
            |other: &[Point], (x, y): Point| height_at(other, x).is_some_and(|height| (height - y).abs() < 0.8 * LINE);
        let covered = |point: &Point| lines[index + 1..].iter().any(|(other, _)| is_near(other, *point));
        let hidden: Vec<bool> = samples.iter().map(covered).collect();
        if 2 * hidden.iter().filter(|hidden| **hidden).count() <= samples.len() {
            continue;
        }
        // The dashes of the first, second, … line of several in one place stand beside each other.
        let phase = index % 3;
        for start in (0..samples.len()).filter(|start| start / DASH % 3 == phase && start % DASH == 0) {
            let dash = start..(start + DASH + 1).min(samples.len());
            if hidden[start] {
                panel.polyline(scene, &samples[dash], width, *color);
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

/// Logarithmic where some lines end long before others.
pub(super) fn step_scale(lines: &[&Line]) -> Scale {
    let ends = || lines.iter().map(|line| line.course.end().max(1.0));
    let (least, most) = ends().fold((f64::INFINITY, 1.0f64), |(least, most), end| (least.min(end), most.max(end)));
    let scale = if most > 15.0 * least { Scale::log_one_plus(most) } else { Scale::linear(0.0, most) };
    scale.padded(0.0, 0.015)
}

/// The scale of values, and what counts as 0 on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values {
    pub(super) scale: Scale,
    floor: f64,
}

impl Values {
    /// The range that the lines which do not diverge need, where every line starts, and the target.
    pub(super) fn new(study: &Study, lines: &[&Line], drawn: Drawn) -> Values {
        /// Less than this share of the largest value is rounding.
        const SMALLEST: f64 = 1e-20;
        let steady = lines.iter().filter(|line| line.status != Status::Diverged).flat_map(|line| line.course.values());
        let starts = lines.iter().filter_map(|line| line.course.median.first().copied());
        let values: Vec<f64> = steady.chain(starts).chain(drawn.target).filter(|value| value.is_finite()).collect();
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let plain = |scale| Values { scale, floor: f64::NEG_INFINITY };
        if drawn.quantity.is_share(study) || (low < 0.0 && low < -1e-9 * high.abs()) {
            return plain(Scale::linear(low, high).padded(0.05, 0.08));
        }
        if high <= 0.0 || !high.is_finite() {
            return Values { scale: Scale::log(1e-3, 1.0).with_zero(), floor: 0.0 };
        }
        let floor = high * SMALLEST;
        let least = values.iter().copied().filter(|value| *value > floor).fold(f64::INFINITY, f64::min);
        let only_diverging = lines.iter().all(|line| line.status == Status::Diverged);
        let top = if only_diverging { high * 1e3 } else { high };
        let scale = if top > 1.05 * least { Scale::log(least, top) } else { Scale::log(least / 3.0, top * 3.0) };
        let scale = scale.padded(0.04, 0.1);
        match values.iter().any(|value| *value <= floor) {
            true => Values { scale: scale.with_zero(), floor },
            false => plain(scale),
        }
    }

    /// A value, or 0 where it is no more than rounding.
    pub(super) fn shown(self, value: f64) -> f64 {
        if value <= self.floor { 0.0 } else { value }
    }
}
