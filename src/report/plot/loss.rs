//! `loss.png`: the training loss, or the optimality gap where it is known, against the step, one line per learning rate.

use super::cells::{Cell, Cells, Series, evenly};
use super::curves::Course;
pub(super) use super::curves::Quantity;
use super::figure::{Figure, Key, Legend, ordered_color};
use super::marker::status_shape;
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::scale::{Kind, Scale, Tick};
use super::scene::{Align, Point, Rect, Scene, Text};
use super::style::{Color, LINE, MARKER, NOTE_SIZE, REFERENCE, TEXT, line_color, status_color};
use crate::outcome::Status;
use crate::record::Study;

const MOST_PANELS: usize = 12;
/// A panel narrower than this has thinner lines.
const SMALL: f64 = 600.0;
/// Lines of one panel, when it is alone and when it is one of several.
const MOST_LINES: usize = 40;
const MOST_LINES_OF_MANY: usize = 16;
/// With more lines than this a legend becomes a color scale.
const MOST_ENTRIES: usize = 8;

/// One line of the plot.
pub(super) struct Line {
    course: Course,
    color: Color,
    status: Status,
    partial: bool,
}

impl Line {
    /// The line of a cell; none when it has no curve.
    pub(super) fn new(cells: &Cells, cell: &Cell, quantity: Quantity, color: Color) -> Option<Line> {
        let course = Course::new(cells, cell, quantity)?;
        Some(Line { course, color, status: cell.status(), partial: cell.is_partial() })
    }
}

/// The picture; none when no curve was recorded.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let study = cells.study;
    let quantity = quantity(study);
    let series = recorded(cells);
    let shown = evenly(series.len(), MOST_PANELS);
    let ranks = recorded_ranks(cells, &series);
    let most = if shown.len() > 1 { MOST_LINES_OF_MANY } else { MOST_LINES };
    let chosen: Vec<usize> = evenly(ranks.len(), most).into_iter().map(|index| ranks[index]).collect();
    let panels: Vec<(&Series, Vec<Line>)> =
        shown.iter().map(|index| (&series[*index], lines(cells, &series[*index], &chosen, quantity))).collect();
    let all: Vec<&Line> = panels.iter().flat_map(|(_, lines)| lines).collect();
    if all.is_empty() {
        return None;
    }

    let topic = if quantity == Quantity::Loss { "loss along the steps" } else { "optimality gap along the steps" };
    let mut figure = Figure::new(study, topic, if panels.len() > 6 { 1250.0 } else { 1000.0 });
    figure.notes(&notes(cells, &series, &shown, ranks.len(), chosen.len()));
    figure.legend(&legend(cells, &chosen, &all));

    let (x, y) = (step_scale(&all), value_scale(&all));
    let columns = if panels.len() < 3 { panels.len() } else { panels.len().div_ceil(panels.len().div_ceil(4)) };
    let rows = panels.len().div_ceil(columns);
    let name = cells.others_name();
    for (index, (series, lines)) in panels.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let title = if series.label.is_empty() { String::new() } else { format!("{name} {}", series.label) };
        let area = panel_area(figure.body, (row, column), (rows, columns), !title.is_empty());
        let panel = Panel { area, x, y };
        // The lowest panel of a column carries the labels of its steps.
        let lowest = index + columns >= panels.len();
        // Fine grid lines would fill a small panel.
        let fine = area.width() > SMALL;
        let kept = |ticks: Vec<Tick>| ticks.into_iter().filter(|tick| fine || !tick.label.is_empty()).collect();
        let axes = Axes {
            x_ticks: kept(x.ticks((area.width() / 68.0) as usize)),
            y_ticks: kept(y.ticks((area.height() / 60.0) as usize)),
            x_labeled: lowest,
            y_labeled: column == 0,
            ..Axes::default()
        };
        panel.grid(&mut figure.scene, &axes);
        lines.iter().for_each(|line| draw_band(&panel, line, &mut figure.scene));
        lines.iter().for_each(|line| draw_line(&panel, line, &mut figure.scene));
        panel.frame(&mut figure.scene, &axes);
        let at = (area.center().0, area.top - 18.0);
        figure.scene.text(Text::new(title, at, NOTE_SIZE, TEXT).align(Align::Center));
    }
    axis_labels(&mut figure, quantity, x, y);
    Some(figure.scene)
}

/// The gap where it was recorded: it shows progress that vanishes in the digits of the loss.
pub(super) fn quantity(study: &Study) -> Quantity {
    study.measures.iter().position(|name| name == "gap").map_or(Quantity::Loss, Quantity::Measure)
}

fn has_curve(cells: &Cells, cell: usize) -> bool {
    cells.runs(&cells.cells[cell]).any(|run| super::curves::curve_of(cells.study, run).is_some())
}

/// The series with at least one curve, reduced to the cells that have one.
fn recorded(cells: &Cells) -> Vec<Series> {
    if cells.study.curves.is_empty() {
        return Vec::new();
    }
    let mut series = cells.series();
    for one in &mut series {
        one.cells.retain(|cell| has_curve(cells, *cell));
    }
    series.retain(|one| !one.cells.is_empty());
    series
}

fn recorded_ranks(cells: &Cells, series: &[Series]) -> Vec<usize> {
    let mut ranks: Vec<usize> = series.iter().flat_map(|one| &one.cells).map(|cell| cells.main_rank(*cell)).collect();
    ranks.sort_unstable();
    ranks.dedup();
    ranks
}

fn lines(cells: &Cells, series: &Series, chosen: &[usize], quantity: Quantity) -> Vec<Line> {
    let line = |cell: &usize| {
        let place = chosen.binary_search(&cells.main_rank(*cell)).ok()?;
        let cell: &Cell = &cells.cells[*cell];
        let color = color(cells, chosen, place);
        Line::new(cells, cell, quantity, color)
    };
    series.cells.iter().filter_map(line).collect()
}

/// By order where the legend lists every value, by size where it is a color scale.
fn color(cells: &Cells, chosen: &[usize], place: usize) -> Color {
    match color_scale(cells, chosen) {
        Some((scale, numbers)) => line_color(scale.fraction(numbers[chosen[place]])),
        None => ordered_color(place, chosen.len()),
    }
}

/// The scale of colors, once a legend would be too long.
fn color_scale<'a>(cells: &'a Cells, chosen: &[usize]) -> Option<(Scale, &'a [f64])> {
    let numbers = cells.main()?.numbers.as_deref().filter(|_| chosen.len() > MOST_ENTRIES)?;
    let (low, high) = (numbers[*chosen.first()?], numbers[*chosen.last()?]);
    let scale = if low > 0.0 && high > 10.0 * low { Scale::log(low, high) } else { Scale::linear(low, high) };
    Some((scale, numbers))
}

fn legend(cells: &Cells, chosen: &[usize], lines: &[&Line]) -> Legend {
    let mut legend = Legend::default();
    if let Some(axis) = cells.main() {
        match color_scale(cells, chosen) {
            Some((scale, _)) => legend.colors(&axis.name, scale, line_color),
            None => {
                let shown = chosen.iter().enumerate().take(2 * MOST_ENTRIES);
                let entries = shown
                    .map(|(place, rank)| (Key::Line(ordered_color(place, chosen.len())), axis.label(*rank)))
                    .collect();
                legend.entries(&axis.name, entries);
            }
        }
    }
    let endings = [
        (Status::Converged, false, "converged"),
        (Status::Converged, true, "converged, not all"),
        (Status::Exhausted, false, "budget spent"),
        (Status::Exhausted, true, "budget spent, not all"),
        (Status::Diverged, false, "diverged"),
        (Status::Diverged, true, "diverged, not all"),
    ];
    let present = endings
        .into_iter()
        .filter(|(status, partial, _)| lines.iter().any(|line| (line.status, line.partial) == (*status, *partial)))
        .map(|(status, partial, text)| {
            (Key::Ending(REFERENCE, status_shape(status, partial), status_color(status)), text.to_owned())
        });
    legend.entries("end of a line", present.collect());
    legend
}

fn notes(cells: &Cells, series: &[Series], shown: &[usize], rates: usize, chosen: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if cells.replicates() > 1 {
        let count = cells.replicates();
        notes.push(format!(
            "Line: median of {count} seeds; band: 25% to 75%; a line ends where half of its runs have ended."
        ));
    }
    if chosen < rates {
        let name = cells.main().map_or("value", |axis| axis.name.as_str());
        notes.push(format!("{chosen} of {rates} values of {name} drawn, evenly chosen."));
    }
    if shown.len() < series.len() {
        let left_out: Vec<&str> = (0..series.len())
            .filter(|index| !shown.contains(index))
            .map(|index| series[index].label.as_str())
            .collect();
        notes.push(format!("Left out: {} {}.", cells.others_name(), left_out.join(", ")));
    }
    notes
}

/// Logarithmic where some lines end long before others.
pub(super) fn step_scale(lines: &[&Line]) -> Scale {
    let ends = || lines.iter().map(|line| line.course.end().max(1.0));
    let (least, most) = ends().fold((f64::INFINITY, 1.0f64), |(least, most), end| (least.min(end), most.max(end)));
    if most > 15.0 * least { Scale::log_one_plus(most) } else { Scale::linear(0.0, most) }
}

/// The range that the lines which do not diverge need, and where every line starts.
pub(super) fn value_scale(lines: &[&Line]) -> Scale {
    /// Less than this share of the largest value is rounding.
    const SMALLEST: f64 = 1e-20;
    let steady = lines.iter().filter(|line| line.status != Status::Diverged).flat_map(|line| line.course.values());
    let starts = lines.iter().filter_map(|line| line.course.median.first().copied());
    let values: Vec<f64> = steady.chain(starts).filter(|value| value.is_finite()).collect();
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    if low < 0.0 && low < -1e-9 * high.abs() {
        return Scale::linear(low, high).padded(0.05, 0.08);
    }
    if high <= 0.0 || !high.is_finite() {
        return Scale::log(1e-3, 1.0).with_zero();
    }
    let positive = values.iter().copied().filter(|value| *value > high * SMALLEST);
    let least = positive.fold(f64::INFINITY, f64::min);
    let only_diverging = lines.iter().all(|line| line.status == Status::Diverged);
    let top = if only_diverging { high * 1e3 } else { high };
    let scale = if top > 1.05 * least { Scale::log(least, top) } else { Scale::log(least / 3.0, top * 3.0) };
    let scale = scale.padded(0.04, 0.1);
    if values.iter().any(|value| *value <= high * SMALLEST) { scale.with_zero() } else { scale }
}

pub(super) fn panel_area(
    body: Rect,
    (row, column): (usize, usize),
    (rows, columns): (usize, usize),
    titled: bool,
) -> Rect {
    // Wide enough for the last label of a panel beside the first of the next.
    let (gap, between, title) = (52.0, 26.0, if titled { 40.0 } else { 0.0 });
    let width = (body.width() - BESIDE - gap * (columns - 1) as f64) / columns as f64;
    let height = (body.height() - BELOW - title * rows as f64 - between * (rows - 1) as f64) / rows as f64;
    let left = body.left + BESIDE + column as f64 * (width + gap);
    let top = body.top + title + row as f64 * (height + between + title);
    Rect { left, top, right: left + width, bottom: top + height }
}

fn axis_labels(figure: &mut Figure, quantity: Quantity, x: Scale, y: Scale) {
    let value = match quantity {
        Quantity::Loss => "training loss",
        Quantity::Measure(_) => "optimality gap (loss − least possible loss)",
    };
    let value = if y.kind == Kind::Linear { value.to_owned() } else { format!("{value}, log scale") };
    let step = if x.kind == Kind::Linear { "step (parameter updates)" } else { "step (parameter updates), log scale" };
    let body = figure.body;
    let panels = Rect { left: body.left + BESIDE, bottom: body.bottom - BELOW, ..body };
    let below = (panels.center().0, panels.bottom + 64.0);
    let beside = (body.left + 14.0, panels.center().1);
    let size = super::style::LABEL_SIZE;
    figure.scene.text(Text::new(step, below, size, TEXT).align(Align::Center));
    figure.scene.text(Text::new(value, beside, size, TEXT).align(Align::Center).upright());
}

fn draw_band(panel: &Panel, line: &Line, scene: &mut Scene) {
    let course = &line.course;
    if course.low == course.high {
        return;
    }
    let points = |values: &[f64]| -> Vec<Point> {
        course.steps.iter().zip(values).map(|(step, value)| panel.at(*step, *value)).collect()
    };
    panel.band(scene, &points(&course.low), &points(&course.high), line.color.faded(0.18));
}

pub(super) fn draw_line(panel: &Panel, line: &Line, scene: &mut Scene) {
    let course = &line.course;
    let points: Vec<Point> =
        course.steps.iter().zip(&course.median).map(|(step, value)| panel.at(*step, *value)).collect();
    // A diverging line ends where it first leaves the picture at the top: what it does above is of no interest.
    let leaves = points.iter().position(|point| point.1 < panel.area.top);
    let (shown, end) = match leaves.filter(|_| line.status == Status::Diverged) {
        Some(0) => (&points[..1], Some((points[0].0, panel.area.top))),
        Some(index) => {
            let crossing = super::panel::clip(panel.area, points[index - 1], points[index]);
            (&points[..=index], crossing.map(|(_, end)| end))
        }
        None => (&points[..], points.last().copied()),
    };
    let small = panel.area.width() < SMALL;
    panel.polyline(scene, shown, if small { 0.75 * LINE } else { LINE }, line.color);
    if let Some((x, y)) = end {
        let at = (x.clamp(panel.area.left, panel.area.right), y.clamp(panel.area.top, panel.area.bottom));
        if line.status == Status::Diverged {
            scene.marker(super::marker::Shape::Disc, at, 0.5 * MARKER, line.color);
        }
        let radius = if small { 0.8 * MARKER } else { MARKER };
        scene.status_marker(line.status, line.partial, at, radius);
    }
}
