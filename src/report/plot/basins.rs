//! `basins.png`: which minimum each starting point leads to, one panel per setting; made for a loss with many minima beside a
//! convex one, where every start ends in the same place.
//!
//! With one parameter the starting points lie on the loss curve, with two they are tiles of a map.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::Cells;
use super::figure::{Figure, Key, Legend, wrapped};
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::scale::Scale;
use super::scene::{Align, Point, Rect, Scene, Shape, Text};
use super::style::{Color, GRID, LABEL_SIZE, MARKER, NOTE_SIZE, REFERENCE, TEXT, THIN, WHITE, line_color, stepped};
use crate::choice::evenly;
use crate::metric::{MINIMUM, MINIMUM_W, MINIMUM_Y};
use crate::record::{Extra, Run};

/// More panels than this are thinned.
const MOST_PANELS: usize = 3;
/// More minima than this get a color scale instead of a line each.
const MOST_ENTRIES: usize = 10;

/// One run: where it started, and which minimum it reached.
struct Trace {
    start: Point,
    end: Option<End>,
}

struct End {
    number: usize,
    /// Where the minimum is.
    at: Point,
}

/// The runs that share everything but their start.
struct Group {
    label: String,
    traces: Vec<Trace>,
}

/// What a study says of where its runs end.
struct Columns<'a> {
    minimum: &'a Extra,
    w: &'a Extra,
    y: Option<&'a Extra>,
}

/// The picture; none unless starting points vary and the problem says which minimum a run ended in.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let study = cells.study;
    let columns = Columns { minimum: study.extra(MINIMUM)?, w: study.extra(MINIMUM_W)?, y: study.extra(MINIMUM_Y) };
    let start = cells.position("problem.start")?;
    let start_y = cells.position("problem.start_y");
    if columns.y.is_some() != start_y.is_some() {
        return None;
    }
    let groups = groups(cells, &columns, start, start_y);
    let shown = evenly(groups.len(), MOST_PANELS);
    let groups: Vec<&Group> = shown.iter().map(|index| &groups[*index]).collect();
    let last = groups.iter().flat_map(|group| ends(group)).map(|end| end.number).max()?;

    let is_map = start_y.is_some();
    let height = match (is_map, groups.len()) {
        (true, 3..) => 680.0,
        (true, _) => 860.0,
        (false, _) => 700.0,
    };
    let mut figure = Figure::new(study, "which minimum each starting point reaches", height);
    let (x, y) = scales(&groups, is_map);
    figure.notes(&["Minima are numbered by their loss, from 0 for the best.".to_owned()]);
    figure.legend(&legend(&groups, last, is_map, (x, y)));
    let body = figure.body;
    let gap = 60.0;
    let count = groups.len().max(2) as f64;
    let width = (body.width() - BESIDE - gap * (count - 1.0)) / count;
    for (index, group) in groups.iter().enumerate() {
        let left = body.left + BESIDE + index as f64 * (width + gap);
        let top = body.top + 74.0;
        let bottom = if is_map { (top + width).min(body.bottom - BELOW) } else { body.bottom - BELOW };
        let panel = Panel { area: Rect { left, right: left + width, top, bottom }, x, y };
        let axes = Axes {
            x_ticks: x.ticks((width / 90.0) as usize),
            y_ticks: y.ticks(6),
            x_label: if is_map { "start, first parameter" } else { "start" }.to_owned(),
            y_label: match (index, is_map) {
                (0, true) => "start, second parameter".to_owned(),
                (0, false) => "loss at the start".to_owned(),
                _ => String::new(),
            },
            x_labeled: true,
            y_labeled: index == 0,
        };
        panel.grid(&mut figure.scene, &axes);
        match is_map {
            true => draw_map(&panel, group, last, &mut figure.scene),
            false => draw_curve(&panel, group, last, &mut figure.scene),
        }
        panel.frame(&mut figure.scene, &axes);
        titles(group, panel.area, &mut figure.scene);
    }
    Some(figure.scene)
}

fn groups(cells: &Cells, columns: &Columns<'_>, start: usize, start_y: Option<usize>) -> Vec<Group> {
    let study = cells.study;
    let others: Vec<usize> = (0..cells.axes.len()).filter(|axis| *axis != start && Some(*axis) != start_y).collect();
    let mut groups: BTreeMap<Vec<usize>, Vec<Trace>> = BTreeMap::new();
    for (number, run) in study.runs.iter().enumerate() {
        let key = others.iter().map(|axis| cells.axes[*axis].rank(number)).collect();
        let value = |axis: usize| {
            let varying = &cells.axes[axis];
            varying.numbers.as_ref().map(|numbers| numbers[varying.rank(number)])
        };
        let second = start_y.map_or(Some(run.initial_loss), value);
        if let (Some(x), Some(y)) = (value(start), second.filter(|y| y.is_finite())) {
            groups.entry(key).or_default().push(Trace { start: (x, y), end: end(number, run, columns) });
        }
    }
    let name = |axis: usize, rank: usize| {
        let varying = &cells.axes[axis];
        format!("{} {}", varying.name, varying.label(rank))
    };
    groups
        .into_iter()
        .map(|(ranks, mut traces)| {
            traces.sort_by(|a, b| a.start.0.total_cmp(&b.start.0).then(a.start.1.total_cmp(&b.start.1)));
            let label: Vec<String> = others.iter().zip(ranks).map(|(axis, rank)| name(*axis, rank)).collect();
            Group { label: label.join(" · "), traces }
        })
        .collect()
}

fn end(number: usize, run: &Run, columns: &Columns) -> Option<End> {
    let y = columns.y.map_or(Some(run.final_loss), |extra| extra.get(number))?;
    Some(End { number: columns.minimum.get(number)? as usize, at: (columns.w.get(number)?, y) })
}

fn ends(group: &Group) -> impl Iterator<Item = &End> {
    group.traces.iter().filter_map(|trace| trace.end.as_ref())
}

/// The minima that were reached and lie where the starts do.
fn minima_inside(group: &Group, (x, y): (Scale, Scale)) -> BTreeMap<usize, Point> {
    let is_inside = |scale: Scale, value: f64| (0.0..=1.0).contains(&scale.fraction(value));
    let mut minima = minima(group);
    minima.retain(|_, at| is_inside(x, at.0) && is_inside(y, at.1));
    minima
}

/// The minima of a group that were reached: number and place.
fn minima(group: &Group) -> BTreeMap<usize, Point> {
    ends(group).map(|end| (end.number, end.at)).collect()
}

/// The better the minimum, the brighter.
fn color(number: usize, last: usize) -> Color {
    shade(stepped(number as f64 / last.max(1) as f64))
}

fn shade(share: f64) -> Color {
    line_color(1.0 - share)
}

fn legend(groups: &[&Group], last: usize, is_map: bool, scales: (Scale, Scale)) -> Legend {
    let key = |color: Color| if is_map { Key::Swatch(color) } else { Key::Marker(Shape::Disc, color) };
    let mut legend = Legend::default();
    let title = "minimum reached";
    if last < MOST_ENTRIES {
        let name = |number: usize| if number == 0 { "0, the best".to_owned() } else { number.to_string() };
        let reached: BTreeSet<usize> = groups.iter().flat_map(|group| ends(group)).map(|end| end.number).collect();
        legend.entries(title, reached.into_iter().map(|number| (key(color(number, last)), name(number))).collect());
    } else {
        legend.colors(title, Scale::linear(0.0, last as f64).ticks(8), shade);
    }
    if groups.iter().any(|group| group.traces.iter().any(|trace| trace.end.is_none())) {
        legend.entries("", vec![(key(GRID), "none".to_owned())]);
    }
    let numbers: BTreeSet<usize> = groups.iter().flat_map(|group| minima_inside(group, scales).into_keys()).collect();
    let place = if is_map { Key::Rimmed(color(last, last), TEXT, WHITE) } else { Key::Marker(Shape::Ring, TEXT) };
    let mut places = Vec::new();
    if numbers.contains(&0) {
        places.push((Key::Star(color(0, last)), "best minimum".to_owned()));
    }
    if numbers.last().is_some_and(|number| *number > 0) {
        places.push((place, "other minimum".to_owned()));
    }
    legend.entries("", places);
    legend
}

/// The same scales for all panels, so that they can be compared.
fn scales(groups: &[&Group], is_map: bool) -> (Scale, Scale) {
    let range = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let starts = || groups.iter().flat_map(|group| &group.traces).map(|trace| trace.start);
    let (left, right) = range(&mut starts().map(|start| start.0));
    let (low, high) = range(&mut starts().map(|start| start.1));
    let padded = |low: f64, high: f64, step: f64| Scale::linear(low - 0.5 * step, high + 0.5 * step);
    let steps = |values: Vec<f64>| spacing(&values).unwrap_or(1.0);
    let x = padded(left, right, steps(starts().map(|start| start.0).collect()));
    if is_map {
        return (x, padded(low, high, steps(starts().map(|start| start.1).collect())));
    }
    (x.padded(0.02, 0.02), Scale::linear(0.0f64.min(low), high).padded(0.06, 0.06))
}

/// The least distance between different values.
fn spacing(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted.windows(2).map(|pair| pair[1] - pair[0]).min_by(f64::total_cmp)
}

fn draw_map(panel: &Panel, group: &Group, last: usize, scene: &mut Scene) {
    let step = |values: Vec<f64>| 0.5 * spacing(&values).unwrap_or(1.0);
    let half_x = step(group.traces.iter().map(|trace| trace.start.0).collect());
    let half_y = step(group.traces.iter().map(|trace| trace.start.1).collect());
    for trace in &group.traces {
        let (x, y) = trace.start;
        let ((left, bottom), (right, top)) = (panel.at(x - half_x, y - half_y), panel.at(x + half_x, y + half_y));
        // Whole pixels, so that no seam shows between tiles.
        let tile = Rect { left: left.round(), right: right.round(), top: top.round(), bottom: bottom.round() };
        scene.rect(tile, trace.end.as_ref().map_or(GRID, |end| color(end.number, last)));
    }
    for (number, (x, y)) in minima_inside(group, (panel.x, panel.y)) {
        let at = panel.at(x, y);
        match number {
            0 => scene.star(at, 1.8 * MARKER, color(0, last)),
            _ => {
                scene.disc(at, 0.75 * MARKER, WHITE);
                scene.disc(at, 0.5 * MARKER, TEXT);
            }
        }
    }
}

fn draw_curve(panel: &Panel, group: &Group, last: usize, scene: &mut Scene) {
    let curve: Vec<Point> = group.traces.iter().map(|trace| panel.at(trace.start.0, trace.start.1)).collect();
    panel.polyline(scene, &curve, THIN, REFERENCE);
    for (trace, at) in group.traces.iter().zip(&curve) {
        scene.disc(*at, 0.7 * MARKER, trace.end.as_ref().map_or(GRID, |end| color(end.number, last)));
    }
    for (number, (x, y)) in minima_inside(group, (panel.x, panel.y)) {
        let at = panel.at(x, y);
        match number {
            0 => scene.star(at, 1.8 * MARKER, color(0, last)),
            _ => scene.marker(Shape::Ring, at, 1.2 * MARKER, TEXT),
        }
    }
}

fn titles(group: &Group, area: Rect, scene: &mut Scene) {
    let reached = minima(group).len();
    let best = ends(group).filter(|end| end.number == 0).count();
    let count = group.traces.len();
    let outcome = match reached {
        0 => "no start reaches a minimum".to_owned(),
        1 if best == count => "every start: the same minimum".to_owned(),
        _ => format!("{reached} minima, the best from {best} of {count}"),
    };
    for (text, above, size, bold) in [(&group.label, 58.0, LABEL_SIZE, true), (&outcome, 22.0, NOTE_SIZE, false)] {
        for line in wrapped(text, size, bold, area.width() + 40.0, 1) {
            let text = Text::new(line, (area.center().0, area.top - above), size, TEXT).align(Align::Center);
            scene.text(if bold { text.bold() } else { text });
        }
    }
}
