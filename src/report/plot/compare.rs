//! `steps.png` and `loss.png` of two studies, one drawn over the other: a panel per series (or per cell), two lines in each.

use std::collections::HashMap;

use super::cells::{Cell, Cells, evenly};
use super::figure::{Figure, Key, Legend};
use super::loss::{self, Line};
use super::marker::status_shape;
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::scale::{Scale, Tick};
use super::scene::{Align, Point, Rect, Scene, Text};
use super::style::{BEST, Color, LABEL_SIZE, LINE, MARKER, NOTE_SIZE, REFERENCE, TEXT};
use crate::outcome::Status;
use crate::record::{SEED, Study};

const MOST_PANELS: usize = 12;
/// The earlier study.
const BEFORE: Color = REFERENCE;
/// The later one, drawn on top.
const AFTER: Color = BEST;

/// The two studies, the earlier one first.
pub(super) struct Pair<'a> {
    pub(super) cells: [Cells<'a>; 2],
    pub(super) names: [&'a str; 2],
}

/// A cell as a point: its number on the main axis, median steps, how it ended.
#[derive(Debug, Clone, Copy)]
struct Dot {
    x: f64,
    steps: f64,
    status: Status,
    partial: bool,
}

impl Pair<'_> {
    /// What tells series or cells of both studies apart: the values of the axes both have, but for the seed and `except`.
    fn key(&self, study: &Study, run: usize, except: Option<&str>) -> Vec<String> {
        let [before, after] = [0, 1].map(|side| self.cells[side].study);
        let shared = |path: &str| [before, after].iter().all(|study| study.axes.iter().any(|axis| axis.path == path));
        let mut axes: Vec<_> =
            study.axes.iter().filter(|axis| axis.path != SEED && Some(axis.path.as_str()) != except).collect();
        axes.retain(|axis| shared(&axis.path));
        axes.sort_by(|a, b| a.path.cmp(&b.path));
        axes.into_iter().map(|axis| axis.value(run).to_string()).collect()
    }

    fn figure(&self, topic: &str, panels: usize) -> Figure {
        let name = format!("{} → {}", self.names[0], self.names[1]);
        let study = Study { name, ..Study::default() };
        let mut figure = Figure::new(&study, topic, if panels > 6 { 1250.0 } else { 1000.0 });
        let mut legend = Legend::default();
        let line = |side: usize, color| (Key::Line(color), self.names[side].to_owned());
        legend.entries("", vec![line(0, BEFORE), line(1, AFTER)]);
        figure.legend(&legend);
        figure
    }
}

/// Median steps against the learning rate (or whatever else varies most); none when nothing varies.
pub(super) fn steps(pair: &Pair) -> Option<Scene> {
    let [before, after] = &pair.cells;
    let axis = after.main()?;
    let path = after.main_path();
    if before.main_path() != path {
        return None;
    }
    let earlier: HashMap<Vec<String>, Vec<Dot>> = before
        .series()
        .into_iter()
        .filter_map(|one| {
            Some((pair.key(before.study, before.cells[*one.cells.first()?].run, path), dots(before, &one.cells)))
        })
        .collect();
    let series = after.series();
    let panels: Vec<(String, [Vec<Dot>; 2])> = evenly(series.len(), MOST_PANELS)
        .into_iter()
        .filter_map(|index| {
            let one = &series[index];
            let key = pair.key(after.study, after.cells[*one.cells.first()?].run, path);
            Some((one.label.clone(), [earlier.get(&key).cloned().unwrap_or_default(), dots(after, &one.cells)]))
        })
        .collect();
    let all = || panels.iter().flat_map(|(_, sides)| sides.iter().flatten());
    let (low, high) =
        all().map(|dot| dot.x).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low >= high || axis.numbers.is_none() {
        return None;
    }
    let x = if low > 0.0 && high > 10.0 * low { Scale::log(low, high) } else { Scale::linear(low, high) }
        .padded(0.04, 0.04);
    let finite = || all().map(|dot| dot.steps).filter(|steps| steps.is_finite());
    let most = finite().fold(1.0, f64::max);
    let least = finite().filter(|steps| *steps > 0.0).fold(most, f64::min);
    // Room at the top for what never converged.
    let y = Scale::log(least, most).at_least_half_a_decade().padded(0.08, 0.16);
    let y = if finite().any(|steps| steps == 0.0) { y.with_zero() } else { y };

    let mut figure = pair.figure(&format!("steps to convergence by {}", axis.name), panels.len());
    figure.notes(&[
        "Median over seeds; marks at the top never converged: crosses diverged, triangles spent their budget."
            .to_owned(),
    ]);
    let name = after.others_name();
    let titles: Vec<String> = panels
        .iter()
        .map(|(label, _)| if label.is_empty() { String::new() } else { format!("{name} {label}") })
        .collect();
    lay_out(&mut figure, &titles, (x, y), |index, panel, scene| {
        let sides = &panels[index].1;
        for (dots, color, share) in [(&sides[0], BEFORE, 0.035), (&sides[1], AFTER, 0.085)] {
            draw_dots(panel, dots, color, share, scene);
        }
    });
    labels(&mut figure, &axis.name, "steps to convergence, log scale");
    Some(figure.scene)
}

fn dots(cells: &Cells, series: &[usize]) -> Vec<Dot> {
    let numbers = cells.main().and_then(|axis| axis.numbers.as_deref());
    let dot = |index: &usize| {
        let cell = &cells.cells[*index];
        let rank = cells.main_rank(*index);
        let x = numbers.map_or(rank as f64, |numbers| numbers[rank]);
        Dot { x, steps: cell.steps.median, status: cell.status(), partial: cell.is_partial() }
    };
    series.iter().map(dot).collect()
}

/// A line through what converged, and marks in a row at the top (`share` of the panel below its edge) for what did not.
fn draw_dots(panel: &Panel, dots: &[Dot], color: Color, share: f64, scene: &mut Scene) {
    let width = if panel.area.width() > 600.0 { LINE } else { 0.7 * LINE };
    for stretch in dots.chunk_by(|a, b| (a.status == Status::Converged) == (b.status == Status::Converged)) {
        if stretch[0].status == Status::Converged {
            let points: Vec<Point> = stretch.iter().map(|dot| panel.at(dot.x, dot.steps)).collect();
            panel.polyline(scene, &points, width, color);
        }
    }
    for dot in dots {
        let at = match dot.status {
            Status::Converged => panel.at(dot.x, dot.steps),
            _ => (panel.x_at(dot.x), panel.area.top + share * panel.area.height()),
        };
        scene.marker(status_shape(dot.status, dot.partial), at, 0.6 * MARKER, color);
    }
}

/// The loss (or the gap, where both know it) along the steps, a panel per cell that both have; none without curves.
pub(super) fn loss(pair: &Pair) -> Option<Scene> {
    let [before, after] = &pair.cells;
    let [old, new] = [before, after].map(|cells| loss::quantity(cells.study));
    let earlier: HashMap<Vec<String>, &Cell> =
        before.cells.iter().map(|cell| (pair.key(before.study, cell.run, None), cell)).collect();
    let shared: Vec<(usize, [Line; 2])> = (0..after.cells.len())
        .filter_map(|index| {
            let cell = &after.cells[index];
            let earlier = earlier.get(&pair.key(after.study, cell.run, None))?;
            Some((index, [Line::new(before, earlier, old, BEFORE)?, Line::new(after, cell, new, AFTER)?]))
        })
        .collect();
    let shown: Vec<&(usize, [Line; 2])> =
        evenly(shared.len(), MOST_PANELS).into_iter().map(|index| &shared[index]).collect();
    let all: Vec<&Line> = shown.iter().flat_map(|(_, lines)| lines).collect();
    if all.is_empty() {
        return None;
    }
    let (x, y) = (loss::step_scale(&all), loss::value_scale(&all));
    let is_loss = [old, new] == [loss::Quantity::Loss; 2];
    let topic = if is_loss { "loss along the steps" } else { "optimality gap along the steps" };
    let mut figure = pair.figure(topic, shown.len());
    let names: Vec<&str> = after.axes.iter().map(|axis| axis.name.as_str()).collect();
    let mut notes = Vec::new();
    if names.len() > 1 {
        notes.push(format!("Above each panel: {}.", names.join(" · ")));
    }
    if shown.len() < shared.len() {
        notes.push(format!("{} of {} cells drawn, evenly chosen.", shown.len(), shared.len()));
    }
    figure.notes(&notes);
    let title = |cell: &Cell| {
        let labels: Vec<String> = after.axes.iter().map(|axis| axis.label(axis.rank(cell.run))).collect();
        match names.as_slice() {
            [only] => format!("{only} {}", labels.join("")),
            _ => labels.join(" · "),
        }
    };
    let titles: Vec<String> = shown.iter().map(|(index, _)| title(&after.cells[*index])).collect();
    lay_out(&mut figure, &titles, (x, y), |index, panel, scene| {
        shown[index].1.iter().for_each(|line| loss::draw_line(panel, line, scene));
    });
    let value = if is_loss { "training loss" } else { "optimality gap" };
    labels(&mut figure, "step (parameter updates)", value);
    Some(figure.scene)
}

/// Draws small panels of equal scales, row by row.
fn lay_out(figure: &mut Figure, titles: &[String], (x, y): (Scale, Scale), draw: impl Fn(usize, &Panel, &mut Scene)) {
    let count = titles.len();
    let columns = if count < 3 { count } else { count.div_ceil(count.div_ceil(4)) };
    let rows = count.div_ceil(columns);
    for (index, title) in titles.iter().enumerate() {
        let area =
            loss::panel_area(figure.body, (index / columns, index % columns), (rows, columns), !title.is_empty());
        let panel = Panel { area, x, y };
        let kept = |ticks: Vec<Tick>| ticks.into_iter().filter(|tick| count < 3 || !tick.label.is_empty()).collect();
        let axes = Axes {
            x_ticks: kept(x.ticks((area.width() / 80.0) as usize)),
            y_ticks: kept(y.ticks((area.height() / 60.0) as usize)),
            x_labeled: index + columns >= count,
            y_labeled: index % columns == 0,
            ..Axes::default()
        };
        panel.grid(&mut figure.scene, &axes);
        draw(index, &panel, &mut figure.scene);
        panel.frame(&mut figure.scene, &axes);
        let at = (area.center().0, area.top - 18.0);
        figure.scene.text(Text::new(title, at, NOTE_SIZE, TEXT).align(Align::Center));
    }
}

fn labels(figure: &mut Figure, x: &str, y: &str) {
    let body = figure.body;
    let panels = Rect { left: body.left + BESIDE, bottom: body.bottom - BELOW, ..body };
    let (below, beside) = ((panels.center().0, panels.bottom + 64.0), (body.left + 14.0, panels.center().1));
    figure.scene.text(Text::new(x, below, LABEL_SIZE, TEXT).align(Align::Center));
    figure.scene.text(Text::new(y, beside, LABEL_SIZE, TEXT).align(Align::Center).upright());
}
