//! `loss.png`: what runs are judged by, or the loss, against the step: one line per learning rate, one panel per other setting.

use super::cells::{Cells, Series, scale_of};
use super::curves::curve_of;
use super::figure::{Figure, Key, Legend, line_colors};
use super::line::{Line, SMALL, Values, band_opacity, draw_band, draw_hidden, draw_line, draw_target, step_scale};
use super::marker::{endings, status_shape};
use super::panel::{Axes, Facets, Panel, fitting_ticks, titles};
use super::quantity::{Drawn, drawn};
use super::scale::{Kind, Scale, Tick, rounded};
use super::scene::Scene;
use super::style::{Color, MOST_CATEGORIES, REFERENCE, TEXT, line_color, status_color, stepped};
use crate::choice::evenly;
use crate::outcome::Status;
use crate::record::Study;

const MOST_PANELS: usize = 12;
/// Lines of one panel, when it is alone and when it is one of several.
const MOST_LINES: usize = 40;
const MOST_LINES_OF_MANY: usize = 16;
/// With more lines than this a legend becomes a color scale.
const MOST_ENTRIES: usize = 8;

/// The picture; none when no curve was recorded.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let study = cells.study;
    let drawn = drawn(study);
    let series = recorded(cells);
    let shown = evenly(series.len(), MOST_PANELS);
    let ranks = recorded_ranks(cells, &series);
    let most = match (cells.main(), shown.len()) {
        (Some(axis), _) if axis.numbers.is_none() => MOST_CATEGORIES,
        (_, 2..) => MOST_LINES_OF_MANY,
        _ => MOST_LINES,
    };
    let chosen: Vec<usize> = evenly(ranks.len(), most).into_iter().map(|index| ranks[index]).collect();
    let colors = Colors::new(cells, &chosen);
    let panels: Vec<(&Series, Vec<Line>)> =
        shown.iter().map(|index| (&series[*index], lines(cells, &series[*index], &chosen, &colors, drawn))).collect();
    let all: Vec<&Line> = panels.iter().flat_map(|(_, lines)| lines).collect();
    if all.is_empty() {
        return None;
    }

    let topic = format!("{} along the steps", drawn.quantity.name(study));
    let mut figure = Figure::new(study, &topic, if panels.len() > 6 { 1250.0 } else { 1000.0 });
    let (x, y) = (step_scale(&all), Values::new(study, &all, drawn));
    figure.legend(&legend(cells, &chosen, &colors, &all, (drawn, y)));
    let values: Vec<&[String]> = panels.iter().map(|(series, _)| series.values.as_slice()).collect();
    let width = Facets::new(figure.body, panels.len(), true).width();
    let (titles, naming) = titles(&cells.names(&cells.others()), &values, width);
    let mut notes = notes(cells, &series, &shown, ranks.len(), chosen.len());
    notes.extend(naming);
    figure.notes(&notes);

    let facets = Facets::new(figure.body, panels.len(), titles.iter().any(|title| !title.is_empty()));
    for (index, (_, lines)) in panels.iter().enumerate() {
        let area = facets.area(index);
        let panel = Panel { area, x, y: y.scale };
        let axes = axes(&panel, &facets, index);
        let scene = &mut figure.scene;
        panel.grid(scene, &axes);
        if let Some(target) = drawn.target {
            draw_target(&panel, target, scene);
        }
        let opacity = band_opacity(lines.len());
        lines.iter().for_each(|line| draw_band(&panel, line, y, opacity, scene));
        lines.iter().for_each(|line| draw_line(&panel, line, y, scene));
        draw_hidden(&panel, lines, y, scene);
        panel.frame(scene, &axes);
        lines.iter().for_each(|line| line.draw_end(&panel, y, scene));
        facets.title(index, &titles[index], scene);
    }
    facets.labels(step_label(x), &value_label(study, drawn, y), &mut figure.scene);
    Some(figure.scene)
}

/// Ticks and labels of one of several panels.
pub(super) fn axes(panel: &Panel, facets: &Facets, index: usize) -> Axes {
    let area = panel.area;
    // Fine grid lines would fill a small panel.
    let fine = area.width() > SMALL;
    let kept = |ticks: Vec<Tick>| ticks.into_iter().filter(|tick| fine || !tick.label.is_empty()).collect();
    Axes {
        x_ticks: kept(fitting_ticks(panel.x, area.width())),
        y_ticks: kept(panel.y.ticks((area.height() / 60.0) as usize)),
        x_labeled: facets.is_lowest(index),
        y_labeled: facets.is_first(index),
        ..Axes::default()
    }
}

fn has_curve(cells: &Cells, cell: usize) -> bool {
    let has_line = |run: usize| cells.study.runs[run].status != Status::Failed && curve_of(cells.study, run).is_some();
    cells.runs(cell).any(has_line)
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

fn lines(cells: &Cells, series: &Series, chosen: &[usize], colors: &Colors, drawn: Drawn) -> Vec<Line> {
    let line = |cell: &usize| {
        let place = chosen.binary_search(&cells.main_rank(*cell)).ok()?;
        Line::new(cells, *cell, drawn.quantity, colors.of_place[place])
    };
    series.cells.iter().filter_map(line).collect()
}

/// The colors of lines: by order, or unlike each other, where the legend lists every value; by size where it is a color scale.
struct Colors {
    /// For each value that is drawn.
    of_place: Vec<Color>,
    scale: Option<Scale>,
}

impl Colors {
    fn new(cells: &Cells, chosen: &[usize]) -> Colors {
        let numbers = cells.main().and_then(|axis| axis.numbers.as_deref());
        match numbers.filter(|_| chosen.len() > MOST_ENTRIES) {
            Some(numbers) => {
                let scale = scale_of(chosen.iter().map(|rank| numbers[*rank]));
                let color = |rank: &usize| line_color(stepped(scale.fraction(numbers[*rank])));
                Colors { of_place: chosen.iter().map(color).collect(), scale: Some(scale) }
            }
            None => {
                let ordered = cells.main().is_none_or(|axis| axis.numbers.is_some());
                Colors { of_place: line_colors(ordered, chosen.len()), scale: None }
            }
        }
    }
}

fn legend(cells: &Cells, chosen: &[usize], colors: &Colors, lines: &[&Line], (drawn, y): (Drawn, Values)) -> Legend {
    let mut legend = Legend::default();
    if let Some(axis) = cells.main() {
        match colors.scale {
            Some(scale) => legend.colors(&axis.name, scale.ticks(8), line_color),
            None => {
                let entry = |(color, rank): (&Color, &usize)| (Key::Line(*color), axis.label(*rank));
                legend.entries(&axis.name, colors.of_place.iter().zip(chosen).map(entry).collect());
            }
        }
    }
    if let Some(target) = drawn.target {
        legend.entries("", vec![(Key::Dashes(TEXT), format!("target {}", rounded(target, 3)))]);
    }
    if lines.iter().any(|line| line.has_band()) {
        legend.entries("", vec![(Key::Swatch(REFERENCE.faded(0.18)), "quartiles".to_owned())]);
    }
    legend_of_ends(&mut legend, lines, y);
    legend
}

/// How lines end.
pub(super) fn legend_of_ends(legend: &mut Legend, lines: &[&Line], y: Values) {
    let ends = |trains_on: bool| {
        move |status, partial| {
            lines.iter().any(|line| {
                (line.status, line.partial) == (status, partial) && line.converged_at.is_some() == trains_on
            })
        }
    };
    let key = |status, partial| Key::Ending(REFERENCE, status_shape(status, partial), status_color(status));
    let entry = |(status, partial, name)| (key(status, partial), name);
    legend.entries("end of a line", endings(ends(false)).into_iter().map(entry).collect());
    let through =
        |(status, partial, name)| (Key::Through(REFERENCE, status_shape(status, partial), status_color(status)), name);
    legend.entries("trains on", endings(ends(true)).into_iter().map(through).collect());
    if lines.iter().any(|line| line.leaves_at_the_top(y)) {
        legend.entries("", vec![(Key::Leaving(REFERENCE), "beyond the top".to_owned())]);
    }
}

fn notes(cells: &Cells, series: &[Series], shown: &[usize], values: usize, chosen: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if cells.replicates() > 1 {
        let count = cells.replicates();
        notes.push(format!("Line: median of {count} seeds; it ends where half of its runs have ended."));
    }
    if chosen < values {
        let name = cells.main().map_or("value", |axis| axis.name.as_str());
        notes.push(format!("{chosen} of {values} values of {name} drawn, evenly chosen."));
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

pub(super) fn step_label(x: Scale) -> &'static str {
    if x.kind == Kind::Linear { "step (parameter updates)" } else { "step (parameter updates), log scale" }
}

pub(super) fn value_label(study: &Study, drawn: Drawn, y: Values) -> String {
    let label = drawn.quantity.label(study);
    if y.scale.kind == Kind::Linear { label } else { format!("{label}, log scale") }
}
