//! `steps.png`: steps to convergence against the learning rate, with what never converged on strips above.

use super::cells::{Cells, Series, scale_of};
use super::figure::{Figure, Key, Legend, line_colors};
use super::marker::{Shape, endings, status_name, status_shape};
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::scale::{Scale, Tick, rounded};
use super::scene::{Align, Point, Rect, Scene, Text};
use super::style::{
    BEST, CONVERGED, Color, DIVERGED, FRAME, LABEL_SIZE, LINE, MARKER, MOST_CATEGORIES, NOTE_SIZE, STRIP, TEXT, THIN,
    TICK_SIZE, WHITE, status_color,
};
use crate::choice::evenly;
use crate::metric::STABILITY_LIMIT;
use crate::outcome::Status;
use crate::record::statistics::Quartiles;

/// Room above the strips for the label of the stability limit.
const ABOVE: f64 = 26.0;
/// What a line of a legend needs.
const LEGEND_ROW: f64 = 36.0;
const MOST_SERIES: usize = 12;
/// With more lines than this, bands would hide each other; whiskers stay.
const MOST_BANDS: usize = 3;
/// With more points than this per line, markers would hide each other.
const MOST_MARKERS: usize = 70;

/// One cell, or several that fall on the same pixel column.
#[derive(Debug, Clone, Copy)]
struct Dot {
    x: f64,
    status: Status,
    partial: bool,
    low: f64,
    median: f64,
    high: f64,
}

impl Dot {
    /// The dots with this status as one: their full range, and the median of the middle one.
    fn merged(dots: &[Dot], status: Status) -> Option<Dot> {
        let mut dots: Vec<Dot> = dots.iter().filter(|dot| dot.status == status).copied().collect();
        dots.sort_by(|a, b| a.median.total_cmp(&b.median));
        let middle = dots.get(dots.len() / 2)?;
        let low = dots.iter().map(|dot| dot.low).fold(f64::INFINITY, f64::min);
        let high = dots.iter().map(|dot| dot.high).fold(0.0, f64::max);
        Some(Dot { low, high, partial: dots.iter().any(|dot| dot.partial), ..*middle })
    }
}

/// What the picture shows.
pub(super) struct Chart {
    pub(super) curves: Vec<Curve>,
    /// How many series there are.
    series: usize,
    /// All cells that are shown.
    shown: Vec<usize>,
}

/// One line of the plot.
pub(super) struct Curve {
    label: String,
    color: Color,
    dots: Vec<Dot>,
    /// The cell with the star; none where nothing converged or there is no best.
    pub(super) best: Option<usize>,
}

/// A strip above the panel for cells that never converged.
struct Strip {
    status: Status,
    area: Rect,
}

impl Strip {
    /// The middle of the row of a line.
    fn row(&self, index: usize, curves: usize) -> f64 {
        self.area.top + (index as f64 + 0.5) * self.area.height() / curves as f64
    }
}

/// The picture; none when nothing but the seed varies.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let axis = cells.main()?;
    let mut chart = Chart::new(cells);
    if chart.shown.is_empty() {
        return None;
    }
    let nothing = chart.dots().all(|dot| dot.status != Status::Converged);
    let build = |height: f64| {
        let mut figure = Figure::new(cells.study, &format!("steps to convergence by {}", axis.name), height);
        figure.notes(&notes(cells, &chart, nothing));
        figure.legend(&legend(cells, &chart.curves));
        figure
    };
    let mut figure = build(1000.0);
    if nothing {
        let needed = (ABOVE + strips_height(&chart.curves) + BELOW).max(LEGEND_ROW * (chart.curves.len() + 6) as f64);
        figure = build(1000.0 - figure.body.height() + needed);
    }
    let body = figure.body;
    let (area, strips) = layout(body, &chart.curves);
    // Where nothing converged there are no steps to draw: strips are all there is.
    let area = strips.last().map_or(area, |strip| if nothing { strip.area } else { area });
    let panel = Panel { area, x: x_scale(cells, &chart.shown), y: y_scale(&chart.curves) };
    chart.curves.iter_mut().for_each(|curve| curve.merge(&panel));
    let curves = &chart.curves;
    let axes = Axes {
        x_ticks: x_ticks(cells, panel.x, area.width()),
        y_ticks: if nothing { Vec::new() } else { panel.y.ticks((area.height() / 70.0) as usize) },
        x_label: axis.name.clone(),
        y_label: String::new(),
        x_labeled: true,
        y_labeled: true,
    };

    let scene = &mut figure.scene;
    strips.iter().for_each(|strip| scene.rect(strip.area, STRIP));
    shade(&panel, curves, body.top + ABOVE, scene);
    panel.grid(scene, &axes);
    let limit = cells.shared_extra(STABILITY_LIMIT, chart.shown.iter().copied());
    if let Some(limit) = limit {
        draw_limit(&panel, limit, body.top, scene);
    }
    strips.iter().for_each(|strip| draw_strip(&panel, strip, curves, scene));
    // Between words there is nothing that a line could mean.
    let joined = axis.numbers.is_some();
    curves.iter().for_each(|curve| draw_curve(&panel, curve, joined, joined && curves.len() <= MOST_BANDS, scene));
    draw_best(cells, curves, &strips, (&panel, limit), scene);
    panel.frame(scene, &axes);
    if !nothing {
        let at = (body.left + 14.0, area.center().1);
        let label = Text::new("steps to convergence, log scale", at, LABEL_SIZE, TEXT);
        scene.text(label.align(Align::Center).upright());
    }
    Some(figure.scene)
}

impl Chart {
    /// Lines for the series, evenly chosen where there are many.
    pub(super) fn new(cells: &Cells) -> Chart {
        let series = cells.series();
        let ordered = cells.are_ordered(&cells.others());
        let most = if ordered { MOST_SERIES } else { MOST_CATEGORIES };
        let chosen: Vec<&Series> = evenly(series.len(), most).into_iter().map(|index| &series[index]).collect();
        let colors = line_colors(ordered, chosen.len());
        let curve = |(one, color): (&&Series, Color)| Curve {
            label: one.label.clone(),
            color: if chosen.len() == 1 { CONVERGED } else { color },
            dots: one.cells.iter().map(|cell| dot(cells, *cell)).collect(),
            best: cells.best(one.cells.iter().copied()).filter(|_| cells.main_is_tuned()),
        };
        Chart {
            curves: chosen.iter().zip(colors).map(curve).collect(),
            series: series.len(),
            shown: chosen.iter().flat_map(|one| one.cells.iter().copied()).collect(),
        }
    }

    fn dots(&self) -> impl Iterator<Item = &Dot> {
        self.curves.iter().flat_map(|curve| &curve.dots)
    }
}

/// The statuses that have a strip, if some cell ended so.
const STRIPS: [Status; 3] = [Status::Diverged, Status::Exhausted, Status::Failed];
/// Between strips.
const GAP: f64 = 12.0;

fn strip_height(curves: &[Curve]) -> f64 {
    if curves.len() == 1 { 46.0 } else { (12.0 * curves.len() as f64 + 10.0).clamp(40.0, 154.0) }
}

fn strip_statuses(curves: &[Curve]) -> impl Iterator<Item = Status> {
    let ends_so = |status| curves.iter().flat_map(|curve| &curve.dots).any(|dot| dot.status == status);
    STRIPS.into_iter().filter(move |status| ends_so(*status))
}

fn strips_height(curves: &[Curve]) -> f64 {
    strip_statuses(curves).count() as f64 * (strip_height(curves) + GAP)
}

/// The area of the panel and, above it, the strips that are needed.
fn layout(body: Rect, curves: &[Curve]) -> (Rect, Vec<Strip>) {
    let height = strip_height(curves);
    let mut area =
        Rect { left: body.left + BESIDE + 24.0, top: body.top + ABOVE, right: body.right, bottom: body.bottom - BELOW };
    let mut strips = Vec::new();
    for status in strip_statuses(curves) {
        strips.push(Strip { status, area: Rect { bottom: area.top + height, ..area } });
        area.top += height + GAP;
    }
    (area, strips)
}

/// The number on the main axis, or the rank of a word.
pub(super) fn x_value(cells: &Cells, cell: usize) -> f64 {
    let rank = cells.main_rank(cell);
    let numbers = cells.main().and_then(|axis| axis.numbers.as_deref());
    numbers.map_or(rank as f64, |numbers| numbers[rank])
}

fn dot(cells: &Cells, index: usize) -> Dot {
    let cell = &cells.cells[index];
    let Quartiles { q25: low, median, q75: high } = cell.summary.steps;
    Dot { x: x_value(cells, index), status: cell.status(), partial: cell.is_partial(), low, median, high }
}

/// As the numbers want it; words stand side by side.
pub(super) fn x_scale(cells: &Cells, shown: &[usize]) -> Scale {
    let values = || shown.iter().map(|cell| x_value(cells, *cell));
    if cells.main().is_some_and(|axis| axis.numbers.is_some()) {
        return scale_of(values()).padded(0.03, 0.03);
    }
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    Scale::linear(low - 0.5, high + 0.5)
}

pub(super) fn x_ticks(cells: &Cells, x: Scale, width: f64) -> Vec<Tick> {
    match cells.main() {
        Some(axis) if axis.numbers.is_none() => {
            (0..axis.len()).map(|rank| Tick { fraction: x.fraction(rank as f64), label: axis.label(rank) }).collect()
        }
        _ => x.ticks((width / 95.0) as usize),
    }
}

fn y_scale(curves: &[Curve]) -> Scale {
    let dots = || curves.iter().flat_map(|curve| &curve.dots).filter(|dot| dot.status == Status::Converged);
    let values = || dots().flat_map(|dot| [dot.low, dot.median, dot.high]).filter(|steps| steps.is_finite());
    let low = values().filter(|steps| *steps > 0.0).fold(f64::INFINITY, f64::min);
    let high = values().fold(0.0, f64::max);
    let scale = if high < 1.0 { Scale::log(1.0, 10.0) } else { Scale::log(low, high) };
    let scale = scale.at_least_half_a_decade().padded(0.14, 0.05);
    if values().any(|steps| steps == 0.0) { scale.with_zero() } else { scale }
}

impl Curve {
    /// Joins the dots of each pixel column, when there are more dots than columns.
    fn merge(&mut self, panel: &Panel) {
        if self.dots.len() as f64 <= panel.area.width() {
            return;
        }
        let column = |dot: &Dot| panel.x_at(dot.x).floor();
        let columns = self.dots.chunk_by(|a, b| column(a) == column(b));
        // Dots of different status stay apart; the strips show both.
        self.dots = columns.flat_map(|dots| Status::ALL.map(|status| Dot::merged(dots, status))).flatten().collect();
    }

    fn has_markers(&self) -> bool {
        self.dots.len() <= MOST_MARKERS
    }

    fn radius(&self) -> f64 {
        if self.dots.len() <= MOST_MARKERS / 2 { MARKER } else { 0.6 * MARKER }
    }
}

/// From the smallest rate on from which every larger one diverges, whatever else varies.
fn diverged_from(curves: &[Curve]) -> Option<f64> {
    let from = |curve: &Curve| {
        let tail = curve.dots.iter().rev().take_while(|dot| dot.status == Status::Diverged);
        tail.last().map(|dot| dot.x)
    };
    let starts: Option<Vec<f64>> = curves.iter().map(from).collect();
    starts?.into_iter().reduce(f64::max)
}

fn shade(panel: &Panel, curves: &[Curve], top: f64, scene: &mut Scene) {
    if let Some(from) = diverged_from(curves) {
        scene.rect(Rect { left: panel.x_at(from), top, ..panel.area }, DIVERGED.faded(0.13));
    }
}

fn draw_strip(panel: &Panel, strip: &Strip, curves: &[Curve], scene: &mut Scene) {
    let Strip { status, area } = *strip;
    let row = area.height() / curves.len() as f64;
    for (index, curve) in curves.iter().enumerate() {
        let y = strip.row(index, curves.len());
        let dots = curve.dots.iter().filter(|dot| dot.status == status);
        let marks: Vec<(f64, bool)> = dots.map(|dot| (panel.x_at(dot.x), dot.partial)).collect();
        if curves.len() > 1 {
            let key = Rect { right: area.left + 12.0, top: y - 0.4 * row, bottom: y + 0.4 * row, ..area };
            scene.rect(key, curve.color);
        }
        if curve.has_markers() {
            let radius = curve.radius().min(0.4 * row);
            marks.iter().for_each(|(x, partial)| scene.status_marker(status, *partial, (*x, y), radius));
        } else {
            draw_runs(&marks, panel, (y, 0.3 * row), status_color(status), scene);
        }
    }
    scene.outline(area, THIN, FRAME);
    let at = (area.left - 13.0, area.center().1);
    scene.text(Text::new(status_name(status), at, NOTE_SIZE, TEXT).align(Align::Right));
}

/// Dense marks as bars; neighbors closer than a few pixels join.
fn draw_runs(marks: &[(f64, bool)], panel: &Panel, (y, half): (f64, f64), color: Color, scene: &mut Scene) {
    let reach = (0.6 * panel.area.width() / MOST_MARKERS as f64).min(12.0);
    let mut open: Option<(f64, f64)> = None;
    let bar = |(left, right): (f64, f64), scene: &mut Scene| {
        let (left, right) = (left.max(panel.area.left), (right.max(left + 2.0)).min(panel.area.right));
        scene.rect(Rect { left, right, top: y - half, bottom: y + half }, color);
    };
    for (x, _) in marks {
        open = match open {
            Some((left, right)) if x - right <= reach => Some((left, *x)),
            Some(done) => {
                bar(done, scene);
                Some((*x, *x))
            }
            None => Some((*x, *x)),
        };
    }
    if let Some(last) = open {
        bar(last, scene);
    }
}

fn draw_limit(panel: &Panel, limit: f64, top: f64, scene: &mut Scene) {
    let x = panel.x_at(limit);
    if x < panel.area.left || x > panel.area.right {
        return;
    }
    scene.dashes((x, top + 24.0), (x, panel.area.bottom), 2.5, TEXT);
    let text =
        Text::new(format!("2/λmax = {}", rounded(limit, 4)), (x, top + 6.0), TICK_SIZE, TEXT).align(Align::Center);
    scene.text(kept_inside(text, panel.area));
}

/// Moves a text sideways until it lies within an area.
pub(super) fn kept_inside(text: Text, area: Rect) -> Text {
    let bounds = text.bounds();
    let shift = (area.left + 6.0 - bounds.left).max(0.0) - (bounds.right - area.right + 6.0).max(0.0);
    Text { at: (text.at.0 + shift, text.at.1), ..text }
}

/// Moves a text sideways until it does not touch an upright line, to the side on which most of it lies.
fn beside_line(text: Text, line: Option<f64>) -> Text {
    const ROOM: f64 = 12.0;
    let bounds = text.bounds();
    let Some(x) = line.filter(|x| bounds.left - ROOM < *x && *x < bounds.right + ROOM) else { return text };
    let shift = if bounds.center().0 <= x { x - ROOM - bounds.right } else { x + ROOM - bounds.left };
    Text { at: (text.at.0 + shift, text.at.1), ..text }
}

fn draw_curve(panel: &Panel, curve: &Curve, joined: bool, banded: bool, scene: &mut Scene) {
    let place = |dot: &Dot, steps: f64| -> Point { (panel.x_at(dot.x), panel.y_at(steps).max(panel.area.top)) };
    for stretch in curve.dots.chunk_by(|a, b| a.status == b.status) {
        if stretch[0].status != Status::Converged {
            continue;
        }
        let band =
            |bound: fn(&Dot) -> f64| -> Vec<Point> { stretch.iter().map(|dot| place(dot, bound(dot))).collect() };
        if banded && stretch.iter().any(|dot| dot.low < dot.high) {
            panel.band(scene, &band(|dot| dot.low), &band(|dot| dot.high), curve.color.faded(0.16));
        }
        let line: Vec<Point> = band(|dot| dot.median);
        if joined {
            panel.polyline(scene, &line, if curve.has_markers() { 0.75 * LINE } else { LINE }, curve.color);
        }
    }
    let converged = || curve.dots.iter().filter(|dot| dot.status == Status::Converged);
    if curve.has_markers() {
        for dot in converged().filter(|dot| dot.low < dot.high) {
            scene.line(vec![place(dot, dot.low), place(dot, dot.high)], 2.0, curve.color);
        }
        for dot in converged() {
            let shape = status_shape(Status::Converged, dot.partial);
            scene.marker(shape, place(dot, dot.median), curve.radius(), curve.color);
        }
    } else {
        // A lone dot between two gaps has no line to show it.
        for stretch in curve.dots.chunk_by(|a, b| a.status == b.status) {
            if let ([dot], Status::Converged) = (stretch, stretch[0].status) {
                scene.marker(Shape::Disc, place(dot, dot.median), 0.4 * MARKER, curve.color);
            }
        }
    }
}

/// A star at the best of each line; in a strip where its median is infinite.
fn draw_best(
    cells: &Cells,
    curves: &[Curve],
    strips: &[Strip],
    (panel, limit): (&Panel, Option<f64>),
    scene: &mut Scene,
) {
    for (index, curve) in curves.iter().enumerate() {
        let Some(best) = curve.best else { continue };
        let cell = &cells.cells[best];
        let steps = cell.summary.steps.median;
        let x = panel.x_at(x_value(cells, best));
        let strip = strips.iter().find(|strip| strip.status == cell.status());
        let at = strip.map_or((x, panel.y_at(steps)), |strip| (x, strip.row(index, curves.len())));
        scene.star(at, 1.6 * MARKER, if curves.len() == 1 { BEST } else { curve.color });
        if let ([_], Some(axis), Status::Converged) = (curves, cells.main(), cell.status()) {
            let unit = if steps == 1.0 { "step" } else { "steps" };
            let text = format!("{}: {} {unit}", axis.label(cells.main_rank(best)), rounded(steps, 4));
            // Below the star, where the line does not run, if there is room.
            let below = if at.1 + 56.0 < panel.area.bottom { 38.0 } else { -38.0 };
            let text = Text::new(text, (at.0, at.1 + below), TICK_SIZE, TEXT).align(Align::Center).bold();
            let text = beside_line(kept_inside(text, panel.area), limit.map(|limit| panel.x_at(limit)));
            let bounds = text.bounds();
            let room = Rect { left: bounds.left - 5.0, right: bounds.right + 5.0, ..bounds };
            scene.rect(room, WHITE.faded(0.8));
            scene.text(text);
        }
    }
}

fn legend(cells: &Cells, curves: &[Curve]) -> Legend {
    let mut legend = Legend::default();
    if let [_, _, ..] = curves {
        let entries = curves.iter().map(|curve| (Key::Line(curve.color), curve.label.clone())).collect();
        legend.entries(&cells.others_name(), entries);
    }
    let several = curves.len() > 1;
    let color = |status| if status == Status::Converged && several { FRAME } else { status_color(status) };
    let dots = || curves.iter().flat_map(|curve| &curve.dots);
    let dense = curves.iter().all(|curve| !curve.has_markers());
    let key = |status, partial| match (dense, status) {
        (false, _) => Key::Marker(status_shape(status, partial), color(status)),
        (true, Status::Converged) => Key::Line(color(status)),
        (true, _) => Key::Swatch(color(status)),
    };
    let there = endings(|status, partial| dots().any(|dot| (dot.status, dot.partial) == (status, partial)));
    let mut entries: Vec<(Key, String)> =
        there.into_iter().map(|(status, partial, name)| (key(status, partial), name)).collect();
    if curves.iter().any(|curve| curve.best.is_some()) {
        entries.push((Key::Star(if several { WHITE } else { BEST }), "fewest steps".to_owned()));
    }
    if diverged_from(curves).is_some() {
        entries.push((Key::Swatch(DIVERGED.faded(0.13)), "all diverge".to_owned()));
    }
    legend.entries("", entries);
    legend
}

fn notes(cells: &Cells, chart: &Chart, nothing: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let (count, chosen) = (cells.replicates(), chart.curves.len());
    if nothing {
        notes.push(
            if count > 1 { "In no cell did half of the runs converge." } else { "Nothing converged." }.to_owned(),
        );
    } else if count > 1 {
        notes.push(format!(
            "Median of {count} seeds with quartiles; a run that never converged counts as infinitely many steps."
        ));
    }
    if chosen < chart.series {
        let series = chart.series;
        notes.push(format!("{chosen} of {series} values of {} drawn, evenly chosen.", cells.others_name()));
    }
    notes
}
