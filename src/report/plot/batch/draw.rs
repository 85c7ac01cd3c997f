//! The panels of the picture of batch sizes: lines, marks, and what is uncertain.

use super::chart::{Batch, Chart, Points, axes};
use crate::outcome::Status;
use crate::report::plot::panel::{Axes, Panel, clip};
use crate::report::plot::scene::{Point, Rect, Scene, Shape};
use crate::report::plot::style::{CONVERGED, Color, EXHAUSTED, LINE, MARKER, REFERENCE};

impl Chart<'_> {
    /// The color of a line where there are several, else the one for what it shows.
    fn color(&self, line: Color, alone: Color) -> Color {
        if self.lines.len() > 1 { line } else { alone }
    }
}

/// Steps against batch size, with the lines of perfect scaling.
pub(super) fn draw_steps(chart: &Chart, steps: &[Points], panel: Panel, scene: &mut Scene) {
    let axes = axes(chart, &panel, "steps to convergence");
    panel.grid(scene, &axes);
    for (line, points) in chart.lines.iter().zip(steps) {
        draw_perfect_scaling(&panel, points, chart.color(line.color, REFERENCE), scene);
    }
    for (index, (line, points)) in chart.lines.iter().zip(steps).enumerate() {
        let color = chart.color(line.color, CONVERGED);
        // Where each line has its marks for what never converged.
        let row = panel.area.top + 18.0 + 20.0 * index as f64;
        if chart.lines.len() > 1 && line.batches.iter().any(|batch| batch.summary.status() != Status::Converged) {
            let Rect { left, .. } = panel.area;
            scene.rect(Rect { left, right: left + 12.0, top: row - 8.0, bottom: row + 8.0 }, color);
        }
        line.batches.iter().for_each(|batch| draw_resolution(&panel, batch, color, scene));
        draw_points(&panel, points, color, scene);
        for batch in &line.batches {
            match batch.summary.status() {
                Status::Converged if batch.summary.is_partial() => {
                    scene.marker(Shape::Ring, panel.at(batch.size, batch.summary.steps.median), MARKER, color);
                }
                Status::Converged => {}
                status => {
                    scene.status_marker(status, batch.summary.is_partial(), (panel.x_at(batch.size), row), MARKER);
                }
            }
        }
    }
    panel.frame(scene, &axes);
}

/// What was best for each batch size, of a setting of this name.
pub(super) fn draw_rates(chart: &Chart, rates: &[Points], panel: &Panel, name: &str, scene: &mut Scene) {
    let axes = draw_lines(chart, rates, panel, &format!("best {name}"), scene);
    draw_edges(chart, panel, scene);
    panel.frame(scene, &axes);
}

/// Examples seen until convergence, against batch size.
pub(super) fn draw_examples(chart: &Chart, examples: &[Points], panel: &Panel, scene: &mut Scene) {
    let axes = draw_lines(chart, examples, panel, "examples seen", scene);
    panel.frame(scene, &axes);
}

fn draw_lines(chart: &Chart, values: &[Points], panel: &Panel, label: &str, scene: &mut Scene) -> Axes {
    let axes = axes(chart, panel, label);
    panel.grid(scene, &axes);
    for (line, points) in chart.lines.iter().zip(values) {
        draw_points(panel, points, chart.color(line.color, CONVERGED), scene);
    }
    axes
}

/// Marks best values beyond which a better one may lie.
fn draw_edges(chart: &Chart, panel: &Panel, scene: &mut Scene) {
    for batch in chart.batches() {
        let (Some(rate), Some(shape)) = (batch.rate, batch.edge) else { continue };
        let (x, y) = panel.at(batch.size, rate);
        let away = if shape == Shape::Up { -1.0 } else { 1.0 };
        let y = (y + away * 22.0).clamp(panel.area.top + MARKER, panel.area.bottom - MARKER);
        scene.marker(shape, (x, y), 0.9 * MARKER, EXHAUSTED);
    }
}

/// Steps in inverse proportion to the batch size, from the smallest batch size to the largest: batch sizes and steps.
pub(super) fn perfect_scaling(steps: &Points) -> Option<[(f64, f64); 2]> {
    let ((size, first), (last, _)) = (steps.first()?, steps.last()?);
    (first.median > 0.0 && last > size).then(|| [(*size, first.median), (*last, first.median * size / last)])
}

fn draw_perfect_scaling(panel: &Panel, steps: &Points, color: Color, scene: &mut Scene) {
    let Some(ends) = perfect_scaling(steps) else { return };
    let [from, to] = ends.map(|(size, steps)| panel.at(size, steps));
    if let Some((from, to)) = clip(panel.area, from, to) {
        scene.dashes(from, to, 0.8 * LINE, color);
    }
}

/// From the evaluation before convergence to that of convergence: somewhere on this bar lies the true number.
fn draw_resolution(panel: &Panel, batch: &Batch, color: Color, scene: &mut Scene) {
    let steps = batch.summary.steps.median;
    let Some(resolution) = batch.resolution.filter(|_| steps.is_finite()) else { return };
    let (x, top) = panel.at(batch.size, steps);
    let bottom = panel.y_at((steps - resolution).max(0.0)).clamp(top, panel.area.bottom);
    scene.rect(Rect { left: x - 0.9 * MARKER, right: x + 0.9 * MARKER, top, bottom }, color.faded(0.3));
}

fn draw_points(panel: &Panel, points: &Points, color: Color, scene: &mut Scene) {
    let place = |size: f64, value: f64| -> Point { (panel.x_at(size), panel.y_at(value).max(panel.area.top)) };
    let line: Vec<Point> = points.iter().map(|(size, value)| place(*size, value.median)).collect();
    panel.polyline(scene, &line, 0.8 * LINE, color);
    for (size, value) in points {
        if value.q25 < value.q75 {
            let (low, high) = (place(*size, value.q25), place(*size, value.q75));
            scene.line(vec![low, high], 2.5, color);
            for (x, y) in [low, high].into_iter().filter(|(_, y)| *y > panel.area.top) {
                scene.line(vec![(x - 7.0, y), (x + 7.0, y)], 2.5, color);
            }
        }
        scene.disc(place(*size, value.median), MARKER, color);
    }
}
