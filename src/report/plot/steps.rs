//! `steps.png`: steps to convergence against the learning rate, with what never converged on strips above.

use super::cells::Cells;
use super::dots::{Chart, Curve, Dot, x_scale, x_ticks, x_value, y_scale};
use super::figure::{Figure, Key, Legend};
use super::line::show_hidden;
use super::marker::{endings, status_shape};
use super::panel::{Axes, BELOW, BESIDE, Panel, clip};
use super::scale::rounded;
use super::scene::{Align, Point, Rect, Scene, Text};
use super::strips::{Strip, draw_strip, layout, strips_height};
use super::style::{
    BEST, Color, DIVERGED, FRAME, LABEL_SIZE, LINE, MARKER, STRIP, TEXT, TICK_SIZE, WHITE, status_color,
};
use crate::metric::STABILITY_LIMIT;
use crate::outcome::Status;

/// Room above the strips for the label of the stability limit.
const ABOVE: f64 = 26.0;
/// With more lines than this, bands would hide each other; whiskers stay.
const MOST_BANDS: usize = 3;
/// How opaque bands are.
const BAND: f64 = 0.16;

/// The picture; none when nothing but the seed varies.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let axis = cells.main()?;
    let mut chart = Chart::new(cells);
    if chart.shown.is_empty() {
        return None;
    }
    // Between words there is nothing that a line could mean.
    let joined = axis.numbers.is_some();
    let diverged_from = chart.diverged_from();
    let limit = cells.shared_extra(STABILITY_LIMIT, chart.shown.iter().copied());
    let x = x_scale(cells, &chart.shown);
    let limit = limit.filter(|limit| (0.0..=1.0).contains(&x.fraction(*limit)));
    let nothing = chart.dots().all(|dot| dot.status != Status::Converged);
    let legend = legend(cells, &chart, joined, limit);
    let build = |height: f64| {
        let mut figure = Figure::new(cells.study, &format!("steps to convergence by {}", axis.name), height);
        figure.notes(&notes(cells, &chart, nothing));
        figure.legend(&legend);
        figure
    };
    let mut figure = build(1000.0);
    if nothing {
        let needed = (ABOVE + strips_height(&chart.curves) + BELOW).max(legend.height());
        figure = build(1000.0 - figure.body.height() + needed);
    }
    let body = figure.body;
    let left = body.left + BESIDE + 24.0;
    let (area, strips) =
        layout(Rect { left, top: body.top + ABOVE, bottom: body.bottom - BELOW, ..body }, &chart.curves);
    // Where nothing converged there are no steps to draw: strips are all there is.
    let area = strips.last().map_or(area, |strip| if nothing { strip.area } else { area });
    let panel = Panel { area, x, y: y_scale(&chart.curves) };
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
    draw_diverged(&panel, diverged_from, body.top + ABOVE, scene);
    panel.grid(scene, &axes);
    if let Some(limit) = limit {
        draw_limit(&panel, limit, body.top, scene);
    }
    strips.iter().for_each(|strip| draw_strip(&panel, strip, curves, scene));
    draw_curves(&panel, curves, joined, scene);
    draw_best(cells, curves, &strips, (&panel, limit), scene);
    panel.frame(scene, &axes);
    if !nothing {
        label((body.left + 14.0, area.center().1), scene);
    }
    Some(figure.scene)
}

/// Shades where everything diverged.
fn draw_diverged(panel: &Panel, from: Option<f64>, top: f64, scene: &mut Scene) {
    if let Some(from) = from {
        scene.rect(Rect { left: panel.x_at(from), top, ..panel.area }, DIVERGED.faded(0.13));
    }
}

/// Names the steps, halfway up their axis.
fn label(at: Point, scene: &mut Scene) {
    scene.text(Text::new("steps to convergence, log scale", at, LABEL_SIZE, TEXT).align(Align::Center).upright());
}

fn draw_limit(panel: &Panel, limit: f64, top: f64, scene: &mut Scene) {
    let x = panel.x_at(limit);
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

/// Where converged cells of curves with markers stand.
fn places(panel: &Panel, curve: &Curve) -> Vec<Point> {
    let converged = curve.dots.iter().filter(|dot| dot.status == Status::Converged && !curve.dense);
    converged.map(|dot| place(panel, dot.x, dot.median)).collect()
}

fn place(panel: &Panel, x: f64, steps: f64) -> Point {
    (panel.x_at(x), panel.y_at(steps).max(panel.area.top))
}

/// How many of the later curves have a mark on every mark of this one: it is drawn larger, or would not be seen.
fn covers(marks: &[Point], later: &[Vec<Point>]) -> usize {
    let is_near = |a: Point, b: Point| (a.0 - b.0).abs() < 3.0 && (a.1 - b.1).abs() < 3.0;
    let covers = |other: &&Vec<Point>| marks.iter().all(|mark| other.iter().any(|own| is_near(*mark, *own)));
    later.iter().filter(covers).count().min(2)
}

fn draw_curves(panel: &Panel, curves: &[Curve], joined: bool, scene: &mut Scene) {
    let marks: Vec<Vec<Point>> = curves.iter().map(|curve| places(panel, curve)).collect();
    let mut lines: Vec<(Vec<Point>, Color)> = Vec::new();
    for (index, curve) in curves.iter().enumerate() {
        for stretch in curve.dots.chunk_by(|a, b| a.status == b.status) {
            if joined && stretch[0].status == Status::Converged {
                let points = |bound: fn(&Dot) -> f64| -> Vec<Point> {
                    stretch.iter().map(|dot| place(panel, dot.x, bound(dot))).collect()
                };
                if has_band(curves, stretch) {
                    panel.band(scene, &points(|dot| dot.low), &points(|dot| dot.high), curve.color.faded(BAND));
                }
                let line = points(|dot| dot.median);
                panel.polyline(scene, &line, line_width(curve), curve.color);
                lines.push((line, curve.color));
            }
        }
        match curve.dense {
            true => draw_lone(panel, curve, joined, scene),
            false => draw_marks(
                panel,
                curve,
                curve.radius() + 3.0 * covers(&marks[index], &marks[index + 1..]) as f64,
                scene,
            ),
        }
    }
    show_hidden(panel, &lines, 0.75 * LINE, scene);
}

fn line_width(curve: &Curve) -> f64 {
    if curve.dense { LINE } else { 0.75 * LINE }
}

/// Whether a stretch of cells that converged has a band: few curves, and seeds that differ.
fn has_band(curves: &[Curve], stretch: &[Dot]) -> bool {
    curves.len() <= MOST_BANDS && stretch.len() > 1 && stretch.iter().any(has_quartiles)
}

fn has_quartiles(dot: &Dot) -> bool {
    dot.low < dot.high
}

fn draw_marks(panel: &Panel, curve: &Curve, radius: f64, scene: &mut Scene) {
    let converged = || curve.dots.iter().filter(|dot| dot.status == Status::Converged);
    for dot in converged().filter(|dot| has_quartiles(dot)) {
        scene.line(vec![place(panel, dot.x, dot.low), place(panel, dot.x, dot.high)], 2.0, curve.color);
    }
    for dot in converged() {
        let shape = status_shape(Status::Converged, dot.partial);
        scene.marker(shape, place(panel, dot.x, dot.median), radius, curve.color);
    }
}

/// A short stroke for what no line shows: a dot between two gaps.
fn draw_lone(panel: &Panel, curve: &Curve, joined: bool, scene: &mut Scene) {
    for stretch in curve.dots.chunk_by(|a, b| a.status == b.status && joined) {
        if let ([dot], Status::Converged) = (stretch, stretch[0].status) {
            let (x, y) = place(panel, dot.x, dot.median);
            scene.line(vec![(x - 0.5 * MARKER, y), (x + 0.5 * MARKER, y)], LINE, curve.color);
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
    let stars: Vec<Vec<Point>> = curves
        .iter()
        .enumerate()
        .map(|(index, curve)| {
            let star = |best: usize| {
                let cell = &cells.cells[best];
                let strip = strips.iter().find(|strip| strip.status == cell.status());
                let x = panel.x_at(x_value(cells, best));
                (x, strip.map_or(panel.y_at(cell.summary.steps.median), |strip| strip.row(index, curves.len())))
            };
            curve.best.map(star).into_iter().collect()
        })
        .collect();
    for (index, star) in stars.iter().enumerate() {
        let radius = MARKER * (1.6 + 0.5 * covers(star, &stars[index + 1..]) as f64);
        let color = if curves.len() == 1 { BEST } else { curves[index].color };
        star.iter().for_each(|at| scene.star(*at, radius, color));
    }
    if let ([curve], [star]) = (curves, &stars[..])
        && let (Some(best), Some(at)) = (curve.best, star.first())
    {
        label_best(cells, (curve, best), *at, (panel, limit), scene);
    }
}

/// Writes beside the only star what it stands for; where the steps are finite.
fn label_best(
    cells: &Cells,
    (curve, best): (&Curve, usize),
    star: Point,
    (panel, limit): (&Panel, Option<f64>),
    scene: &mut Scene,
) {
    let steps = cells.cells[best].summary.steps.median;
    let Some(axis) = cells.main().filter(|_| steps.is_finite()) else { return };
    let unit = if steps == 1.0 { "step" } else { "steps" };
    let text = format!("{}: {} {unit}", axis.label(cells.main_rank(best)), rounded(steps, 4));
    let at = |(dx, dy, align)| {
        let text = Text::new(&text, (star.0 + dx, star.1 + dy), TICK_SIZE, TEXT).align(align).bold();
        beside_line(kept_inside(text, panel.area), limit.map(|limit| panel.x_at(limit)))
    };
    // Below the star, where the line does not run; else wherever it hides the least.
    let places = [
        (0.0, 38.0, Align::Center),
        (0.0, -38.0, Align::Center),
        (26.0, 24.0, Align::Left),
        (-26.0, 24.0, Align::Right),
        (26.0, -24.0, Align::Left),
        (-26.0, -24.0, Align::Right),
    ];
    let hidden = |text: &Text| {
        let Rect { left, right, top, bottom } = text.bounds();
        let room = Rect { left: left - 5.0, right: right + 5.0, top: top - 3.0, bottom: bottom + 3.0 };
        let outside = room.bottom > panel.area.bottom || room.top < panel.area.top;
        (outside, hidden_by(room, panel, curve))
    };
    let Some(text) = places.map(at).into_iter().min_by_key(hidden) else { return };
    let bounds = text.bounds();
    let room = Rect { left: bounds.left - 5.0, right: bounds.right + 5.0, ..bounds };
    scene.rect(room, WHITE.faded(0.8));
    scene.text(text);
}

/// How many dots, whiskers and pieces of the line a rectangle would hide.
fn hidden_by(room: Rect, panel: &Panel, curve: &Curve) -> usize {
    let converged: Vec<&Dot> = curve.dots.iter().filter(|dot| dot.status == Status::Converged).collect();
    let crosses = |from: Point, to: Point| clip(room, from, to).is_some();
    let upright = converged.iter().filter(|dot| crosses(place(panel, dot.x, dot.low), place(panel, dot.x, dot.high)));
    let pieces = converged.windows(2).filter(|pair| {
        let [from, to] = [pair[0], pair[1]].map(|dot| place(panel, dot.x, dot.median));
        crosses(from, to)
    });
    upright.count() + pieces.count()
}

fn legend(cells: &Cells, chart: &Chart, joined: bool, limit: Option<f64>) -> Legend {
    let curves = &chart.curves;
    let mut legend = Legend::default();
    if let [_, _, ..] = curves[..] {
        let entries = curves.iter().map(|curve| (Key::Line(curve.color), curve.label.clone())).collect();
        legend.entries(&cells.others_name(), entries);
    }
    let several = curves.len() > 1;
    let color = |status| if status == Status::Converged && several { FRAME } else { status_color(status) };
    let of = |dense: bool| curves.iter().filter(move |curve| curve.dense == dense);
    let ends_so = |dense, status| of(dense).flat_map(|curve| &curve.dots).any(|dot| dot.status == status);
    let marked = |status, partial| {
        of(false).flat_map(|curve| &curve.dots).any(|dot| (dot.status, dot.partial) == (status, partial))
    };
    let mark = |(status, partial, name)| (Key::Marker(status_shape(status, partial), color(status)), name);
    let mut entries: Vec<(Key, String)> = endings(marked).into_iter().map(mark).collect();
    for (status, _, name) in endings(|status, partial| !partial && ends_so(true, status)) {
        let key = if status == Status::Converged { Key::Line(color(status)) } else { Key::Swatch(color(status)) };
        entries.push((key, name));
    }
    let converged = |dot: &Dot| dot.status == Status::Converged;
    let color = color(Status::Converged);
    let has_whiskers = of(false).flat_map(|curve| &curve.dots).any(|dot| converged(dot) && has_quartiles(dot));
    let mut stretches = curves.iter().flat_map(|curve| curve.dots.chunk_by(|a, b| a.status == b.status));
    let has_bands = joined && stretches.any(|stretch| converged(&stretch[0]) && has_band(curves, stretch));
    let quartiles = match (has_whiskers, has_bands) {
        (true, true) => Some(Key::Spread(color.faded(BAND), color)),
        (true, false) => Some(Key::Upright(color)),
        (false, true) => Some(Key::Swatch(color.faded(BAND))),
        (false, false) => None,
    };
    entries.extend(quartiles.map(|key| (key, "quartiles".to_owned())));
    if curves.iter().any(|curve| curve.best.is_some()) {
        entries.push((Key::Star(if several { WHITE } else { BEST }), "fewest steps".to_owned()));
    }
    if chart.diverged_from().is_some() {
        entries.push((Key::Swatch(DIVERGED.faded(0.13)), "all diverge".to_owned()));
    }
    if limit.is_some() {
        entries.push((Key::Dashes(TEXT), "limit of stability".to_owned()));
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
        notes.push(format!("Median of {count} seeds; a run that never converged counts as infinitely many steps."));
    }
    if chosen < chart.series {
        let series = chart.series;
        notes.push(format!("{chosen} of {series} values of {} drawn, evenly chosen.", cells.others_name()));
    }
    notes
}
