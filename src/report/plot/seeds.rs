//! `seeds.png`: how runs that differ only in their seed spread: the loss at their end, and how smooth the way there was.
//!
//! Where training is chaotic, one run says nothing and only this distribution does. Drawn where every run trained to the budget;
//! elsewhere losses at the end are what the criterion made them.

use super::cells::Cells;
use super::curves::curve_of;
use super::dots::{x_scale, x_ticks, x_value};
use super::figure::{Figure, Key, Legend};
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::scale::Scale;
use super::scene::{Align, Point, Rect, Scene, Shape, Text};
use super::style::{CONVERGED, LABEL_SIZE, LINE, MARKER, TEXT};
use crate::choice::evenly;
use crate::outcome::Status;
use crate::record::statistics::Quartiles;

/// Fewer seeds are no distribution.
const LEAST_SEEDS: u64 = 10;
/// More dots than this in a column cannot be told apart.
const MOST_DOTS: usize = 100;

/// What one cell shows in a panel: a value per seed, in ascending order.
struct Column {
    x: f64,
    values: Vec<f64>,
}

/// The picture; none for few seeds, several series, or runs that stopped when they had converged.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let axis = cells.main()?;
    if cells.replicates() < LEAST_SEEDS || !cells.others().is_empty() || !is_even(cells) {
        return None;
    }
    let stays = |run: &usize| matches!(cells.study.runs[*run].status, Status::Converged | Status::Exhausted);
    let losses = columns(cells, |run| Some(run).filter(stays).map(|run| cells.study.runs[run].final_loss));
    let rises = columns(cells, |run| curve_of(cells.study, Some(run).filter(stays)?).map(|curve| rise(&curve.loss)));
    let highest = rises.iter().flat_map(|column| &column.values).copied().fold(0.0, f64::max);
    let positive = || losses.iter().flat_map(|column| &column.values).copied().filter(|loss| *loss > 0.0);
    let (low, high) = positive().fold((f64::INFINITY, 0.0f64), |(low, high), loss| (low.min(loss), high.max(loss)));
    if low > high {
        return None;
    }

    let mut figure = Figure::new(cells.study, "the spread over seeds", 1150.0);
    figure.notes(&notes(cells));
    let mut legend = Legend::default();
    let (dot, median) = (Key::Marker(Shape::Disc, CONVERGED.faded(0.5)), Key::Line(TEXT));
    legend.entries("", vec![(dot, "one seed".to_owned()), (median, "median".to_owned())]);
    figure.legend(&legend);

    let x = x_scale(cells, &(0..cells.cells.len()).collect::<Vec<usize>>()).padded(0.02, 0.02);
    let half = |top: f64, height: f64| Rect {
        left: figure.body.left + BESIDE + 24.0,
        right: figure.body.right,
        top: figure.body.top + top,
        bottom: figure.body.top + top + height,
    };
    let room = figure.body.height() - BELOW - 30.0;
    let scale = Scale::log(low, high).at_least_half_a_decade().padded(0.06, 0.06);
    let panels = [
        (half(0.0, 0.55 * room), scale, &losses, "training loss at the end, log scale", false),
        (
            half(0.55 * room + 30.0, 0.45 * room),
            Scale::linear(0.0, highest).padded(0.05, 0.05),
            &rises,
            "rises of the loss, sum",
            true,
        ),
    ];
    for (area, y, columns, label, labeled) in panels {
        let panel = Panel { area, x, y };
        let axes = Axes {
            x_ticks: x_ticks(cells, x, area.width()),
            y_ticks: y.ticks((area.height() / 70.0) as usize),
            x_label: if labeled { axis.name.clone() } else { String::new() },
            x_labeled: labeled,
            y_labeled: true,
            ..Axes::default()
        };
        panel.grid(&mut figure.scene, &axes);
        let width = 0.35 * area.width() / columns.len() as f64;
        columns.iter().for_each(|column| draw(&panel, column, width.min(40.0), &mut figure.scene));
        panel.frame(&mut figure.scene, &axes);
        let at = (figure.body.left + 14.0, area.center().1);
        figure.scene.text(Text::new(label, at, LABEL_SIZE, TEXT).align(Align::Center).upright());
    }
    Some(figure.scene)
}

/// What is shown, and what is left out.
fn notes(cells: &Cells) -> Vec<String> {
    let beyond = cells.cells.iter().map(|cell| cell.summary.count(Status::Diverged)).sum::<u64>();
    let mut notes = vec![format!(
        "One dot per run, {} seeds. All rises of the loss between recorded steps, added up: 0 is a smooth way down.",
        cells.replicates()
    )];
    if beyond > 0 {
        notes.push(format!("Left out: {beyond} that diverged."));
    }
    let failed = cells.cells.iter().map(|cell| cell.summary.count(Status::Failed)).sum::<u64>();
    if failed > 0 {
        notes.push(format!("Left out: {failed} that failed."));
    }
    notes
}

/// Whether all runs that did not diverge trained equally long.
fn is_even(cells: &Cells) -> bool {
    let mut steps = cells.study.runs.iter().filter(|run| matches!(run.status, Status::Converged | Status::Exhausted));
    let first = steps.next().map(|run| run.trained_steps);
    first.is_some() && steps.all(|run| Some(run.trained_steps) == first)
}

fn columns(cells: &Cells, value: impl Fn(usize) -> Option<f64>) -> Vec<Column> {
    let column = |cell: usize| {
        let mut values: Vec<f64> = cells.runs(cell).filter_map(&value).filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        Column { x: x_value(cells, cell), values }
    };
    (0..cells.cells.len()).map(column).collect()
}

/// By how much the loss rose in all between recorded steps: 0 on a smooth way down.
fn rise(losses: &[f64]) -> f64 {
    losses.windows(2).fold(0.0, |sum, pair| sum + (pair[1] - pair[0]).max(0.0))
}

/// Dots side by side in a fixed pattern, so that equal values stay visible, and the median across them.
fn draw(panel: &Panel, column: &Column, half_width: f64, scene: &mut Scene) {
    /// The golden ratio's fractional multiples fill an interval evenly, in any number.
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let x = panel.x_at(column.x);
    let at = |value: f64| panel.y_at(value).clamp(panel.area.top, panel.area.bottom);
    for place in evenly(column.values.len(), MOST_DOTS) {
        let aside = 2.0 * (place as f64 * GOLDEN).fract() - 1.0;
        let center: Point = (x + 0.8 * half_width * aside, at(column.values[place]));
        scene.disc(center, 0.7 * MARKER, CONVERGED.faded(0.5));
    }
    if !column.values.is_empty() {
        let median = at(Quartiles::of(&mut column.values.clone()).median);
        scene.line(vec![(x - half_width, median), (x + half_width, median)], LINE, TEXT);
    }
}
