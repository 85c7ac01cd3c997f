//! `batch.png`: steps against batch size with the other settings tuned anew for each, the line of perfect scaling, the
//! learning rate that was best, and the examples it took (after Shallue et al., JMLR 20:112, 2019).

mod chart;
mod draw;

pub(super) use chart::Chart;
use chart::Points;
use draw::{draw_examples, draw_rates, draw_steps, perfect_scaling};

use super::cells::Cells;
use super::figure::{Figure, Key, Legend};
use super::marker::{endings, status_shape};
use super::panel::{BELOW, BESIDE, Panel};
use super::scale::{Scale, rounded};
use super::scene::{Rect, Scene, Shape};
use super::style::{CONVERGED, EXHAUSTED, REFERENCE, status_color};
use crate::outcome::Status;
use crate::record::statistics::Quartiles;

/// The picture; none with fewer than two batch sizes or when nothing converged.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let chart = Chart::new(cells)?;
    let steps = chart.points(|batch| Some(batch.summary.steps).filter(|steps| steps.median.is_finite()));
    if chart.batches().count() < 2 || steps.iter().all(Vec::is_empty) {
        return None;
    }
    let rates = chart.points(|batch| batch.rate.map(|rate| Quartiles { q25: rate, median: rate, q75: rate }));
    let examples = chart.points(|batch| batch.examples);
    let has = |points: &[Points]| points.iter().any(|points| !points.is_empty());

    let mut figure = Figure::new(cells.study, "steps to convergence by batch size", 1000.0);
    figure.notes(&notes(cells, &chart));
    figure.legend(&legend(&chart, &steps));

    let x = size_scale(&chart);
    let (large, small) = areas(figure.body, usize::from(has(&rates)) + usize::from(has(&examples)));
    let mut small = small.into_iter();
    let scene = &mut figure.scene;

    draw_steps(&chart, &steps, Panel { area: large, x, y: value_scale(&steps) }, scene);
    if has(&rates)
        && let Some(area) = small.next()
    {
        let name = cells.main().map_or("learning rate", |axis| axis.name.as_str());
        draw_rates(&chart, &rates, &Panel { area, x, y: value_scale(&rates) }, name, scene);
    }
    if has(&examples)
        && let Some(area) = small.next()
    {
        draw_examples(&chart, &examples, &Panel { area, x, y: value_scale(&examples) }, scene);
    }
    Some(figure.scene)
}

fn size_scale(chart: &Chart) -> Scale {
    let sizes = || chart.batches().map(|batch| batch.size);
    let (low, high) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
    Scale::log(low.max(0.5), high.max(1.0)).padded(0.05, 0.05)
}

fn value_scale(points: &[Points]) -> Scale {
    let values = || {
        let all = points.iter().flatten().flat_map(|(_, value)| [value.q25, value.median, value.q75]);
        all.filter(|value| value.is_finite() && *value > 0.0)
    };
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let scale = if high > 0.0 { Scale::log(low, high) } else { Scale::log(1.0, 10.0) };
    let zero = points.iter().flatten().any(|(_, value)| value.q25 <= 0.0);
    let scale = scale.at_least_half_a_decade().padded(0.1, 0.14);
    if zero { scale.with_zero() } else { scale }
}

/// One large panel, and up to two small ones to its right.
fn areas(body: Rect, small: usize) -> (Rect, Vec<Rect>) {
    let whole = Rect { left: body.left + BESIDE, bottom: body.bottom - BELOW, ..body };
    if small == 0 {
        return (whole, Vec::new());
    }
    let middle = body.left + 0.54 * body.width();
    let left = middle + BESIDE + 10.0;
    let height = (whole.height() - (small - 1) as f64 * (BELOW + 14.0)) / small as f64;
    let area = |index: usize| {
        let top = whole.top + index as f64 * (height + BELOW + 14.0);
        Rect { left, right: body.right, top, bottom: top + height }
    };
    (Rect { right: middle, ..whole }, (0..small).map(area).collect())
}

fn legend(chart: &Chart, steps: &[Points]) -> Legend {
    let mut legend = Legend::default();
    let several = chart.lines.len() > 1;
    if several {
        let entries = chart.lines.iter().map(|line| (Key::Line(line.color), line.label.clone())).collect();
        legend.entries(&chart.names.join(" · "), entries);
    }
    let color = if several { REFERENCE } else { CONVERGED };
    let mut entries = vec![(Key::Ending(color, Shape::Disc, color), "fewest steps".to_owned())];
    if steps.iter().any(|steps| perfect_scaling(steps).is_some()) {
        entries.push((Key::Dashes(REFERENCE), "perfect scaling".to_owned()));
    }
    if chart
        .batches()
        .any(|batch| batch.summary.status() == Status::Converged && batch.summary.steps.q25 < batch.summary.steps.q75)
    {
        entries.push((Key::Whisker(color), "quartiles".to_owned()));
    }
    if chart.batches().any(|batch| batch.resolution.is_some()) {
        entries.push((Key::Swatch(color.faded(0.3)), "not evaluated".to_owned()));
    }
    let is_there = |status, partial| {
        (status, partial) != (Status::Converged, false)
            && chart.batches().any(|batch| (batch.summary.status(), batch.summary.is_partial()) == (status, partial))
    };
    for (status, partial, name) in endings(is_there) {
        let color = if status == Status::Converged { color } else { status_color(status) };
        entries.push((Key::Marker(status_shape(status, partial), color), name));
    }
    let has = |shape| chart.batches().any(|batch| batch.edge == Some(shape));
    for (shape, text) in [(Shape::Up, "edge: try larger"), (Shape::Down, "edge: try smaller")] {
        if has(shape) {
            entries.push((Key::Marker(shape, EXHAUSTED), text.to_owned()));
        }
    }
    legend.entries("", entries);
    legend
}

fn notes(cells: &Cells, chart: &Chart) -> Vec<String> {
    let mut notes = Vec::new();
    if !chart.tuned.is_empty() {
        notes.push(format!("For each batch size the {} with the fewest median steps.", chart.tuned.join(" and ")));
    }
    if cells.replicates() > 1 {
        notes.push(format!("Median of {} seeds, whiskers: quartiles.", cells.replicates()));
    }
    if let Some(full) = chart.batches().find(|batch| batch.word && chart.full_is_known) {
        notes.push(format!("{} = {} examples.", full.label, full.size));
    }
    let coarse: Vec<String> = chart
        .batches()
        .filter_map(|batch| Some(format!("{} ({})", batch.label, rounded(batch.resolution?, 3))))
        .collect();
    if !coarse.is_empty() {
        notes.push(format!(
            "Bars: steps since the evaluation before, where they are over a tenth; the true number lies on the bar: {}.",
            coarse.join(", ")
        ));
    }
    notes.push("Perfect scaling: twice the batch size, half the steps. All axes are logarithmic.".to_owned());
    if !chart.left_out.is_empty() {
        notes.push(format!("Left out: {} {}.", chart.names.join(" · "), chart.left_out.join(", ")));
    }
    notes
}
