//! `steps.png` and `loss.png` of two studies, one drawn over the other: a panel per series (or per cell), two lines in each.

use std::collections::HashMap;

use super::cells::{Cells, scale_of};
use super::figure::{Figure, Key, Legend};
use super::line::{Line, Values, draw_line, step_scale};
use super::loss;
use super::marker::{endings, status_shape};
use super::panel::{Facets, Panel, titles};
use super::quantity::{Drawn, Quantity, drawn};
use super::scale::Scale;
use super::scene::{Point, Scene};
use super::style::{BEST, Color, LINE, MARKER, REFERENCE};
use crate::choice::evenly;
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

    /// A figure whose legend has the two studies, and what is added to it.
    fn figure(&self, topic: &str, panels: usize, add: impl FnOnce(&mut Legend)) -> Figure {
        let name = format!("{} → {}", self.names[0], self.names[1]);
        let study = Study { name, ..Study::default() };
        let mut figure = Figure::new(&study, topic, if panels > 6 { 1250.0 } else { 1000.0 });
        let mut legend = Legend::default();
        let line = |side: usize, color| (Key::Line(color), self.names[side].to_owned());
        legend.entries("", vec![line(0, BEFORE), line(1, AFTER)]);
        add(&mut legend);
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
    let panels: Vec<(&[String], [Vec<Dot>; 2])> = evenly(series.len(), MOST_PANELS)
        .into_iter()
        .filter_map(|index| {
            let one = &series[index];
            let key = pair.key(after.study, after.cells[*one.cells.first()?].run, path);
            Some((one.values.as_slice(), [earlier.get(&key).cloned().unwrap_or_default(), dots(after, &one.cells)]))
        })
        .collect();
    let all = || panels.iter().flat_map(|(_, sides)| sides.iter().flatten());
    let (low, high) =
        all().map(|dot| dot.x).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low >= high || axis.numbers.is_none() {
        return None;
    }
    let x = scale_of(all().map(|dot| dot.x)).padded(0.04, 0.04);
    let finite = || all().map(|dot| dot.steps).filter(|steps| steps.is_finite());
    let most = finite().fold(1.0, f64::max);
    let least = finite().filter(|steps| *steps > 0.0).fold(most, f64::min);
    // Room at the top for what never converged.
    let y = Scale::log(least, most).at_least_half_a_decade().padded(0.08, 0.16);
    let y = if finite().any(|steps| steps == 0.0) { y.with_zero() } else { y };

    let is_there = |status, partial| all().any(|dot| (dot.status, dot.partial) == (status, partial));
    let key = |(status, partial, name)| (Key::Marker(status_shape(status, partial), REFERENCE), name);
    let mut figure = pair.figure(&format!("steps to convergence by {}", axis.name), panels.len(), |legend| {
        legend.entries("", endings(is_there).into_iter().map(key).collect());
    });
    let values: Vec<&[String]> = panels.iter().map(|(values, _)| *values).collect();
    let width = Facets::new(figure.body, panels.len(), true).width();
    let (titles, naming) = titles(&after.names(&after.others()), &values, width);
    let mut notes = vec!["Median over seeds; marks at the top never converged.".to_owned()];
    notes.extend(naming);
    figure.notes(&notes);
    let facets = lay_out(&mut figure, &titles, (x, y), |index, panel, scene| {
        let sides = &panels[index].1;
        for (dots, color, share) in [(&sides[0], BEFORE, 0.035), (&sides[1], AFTER, 0.085)] {
            draw_dots(panel, dots, color, share, scene);
        }
    });
    facets.labels(&axis.name, "steps to convergence, log scale", &mut figure.scene);
    Some(figure.scene)
}

fn dots(cells: &Cells, series: &[usize]) -> Vec<Dot> {
    let numbers = cells.main().and_then(|axis| axis.numbers.as_deref());
    let dot = |index: &usize| {
        let cell = &cells.cells[*index];
        let rank = cells.main_rank(*index);
        let x = numbers.map_or(rank as f64, |numbers| numbers[rank]);
        Dot { x, steps: cell.summary.steps.median, status: cell.status(), partial: cell.is_partial() }
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

/// The loss (or what both studies are judged by) along the steps, a panel per cell that both have; none without curves.
pub(super) fn loss(pair: &Pair) -> Option<Scene> {
    let [before, after] = &pair.cells;
    // What both can show: the same, or else the loss.
    let [old, new] = [before, after].map(|cells| drawn(cells.study));
    let named = |cells: &Cells, drawn: Drawn| drawn.quantity.label(cells.study);
    let same = named(before, old) == named(after, new);
    let [old, new] =
        [old, new].map(|drawn| if same { drawn } else { Drawn { quantity: Quantity::Loss, target: None } });
    let earlier: HashMap<Vec<String>, usize> =
        (0..before.cells.len()).map(|cell| (pair.key(before.study, before.cells[cell].run, None), cell)).collect();
    let shared: Vec<(usize, [Line; 2])> = (0..after.cells.len())
        .filter_map(|cell| {
            let earlier = *earlier.get(&pair.key(after.study, after.cells[cell].run, None))?;
            let lines =
                [Line::new(before, earlier, old.quantity, BEFORE)?, Line::new(after, cell, new.quantity, AFTER)?];
            Some((cell, lines))
        })
        .collect();
    let shown: Vec<&(usize, [Line; 2])> =
        evenly(shared.len(), MOST_PANELS).into_iter().map(|index| &shared[index]).collect();
    let all: Vec<&Line> = shown.iter().flat_map(|(_, lines)| lines).collect();
    if all.is_empty() {
        return None;
    }
    let (x, y) = (step_scale(&all), Values::new(after.study, &all, new));
    let topic = format!("{} along the steps", new.quantity.name(after.study));
    let mut figure = pair.figure(&topic, shown.len(), |legend| loss::legend_of_ends(legend, &all, y));
    let values_of = |cell: usize| {
        after.axes.iter().map(|axis| axis.label(axis.rank(after.cells[cell].run))).collect::<Vec<String>>()
    };
    let values: Vec<Vec<String>> = shown.iter().map(|(cell, _)| values_of(*cell)).collect();
    let values: Vec<&[String]> = values.iter().map(Vec::as_slice).collect();
    let names: Vec<&str> = after.axes.iter().map(|axis| axis.name.as_str()).collect();
    let width = Facets::new(figure.body, shown.len(), true).width();
    let (titles, naming) = titles(&names, &values, width);
    let mut notes: Vec<String> = naming.into_iter().collect();
    if shown.len() < shared.len() {
        notes.push(format!("{} of {} cells drawn, evenly chosen.", shown.len(), shared.len()));
    }
    figure.notes(&notes);
    let facets = lay_out(&mut figure, &titles, (x, y.scale), |index, panel, scene| {
        for line in &shown[index].1 {
            draw_line(panel, line, y, scene);
            line.draw_end(panel, y, scene);
        }
    });
    facets.labels(loss::step_label(x), &loss::value_label(after.study, new, y), &mut figure.scene);
    Some(figure.scene)
}

/// Draws small panels of equal scales, row by row.
fn lay_out(
    figure: &mut Figure,
    titles: &[String],
    (x, y): (Scale, Scale),
    draw: impl Fn(usize, &Panel, &mut Scene),
) -> Facets {
    let facets = Facets::new(figure.body, titles.len(), titles.iter().any(|title| !title.is_empty()));
    for (index, title) in titles.iter().enumerate() {
        let panel = Panel { area: facets.area(index), x, y };
        let axes = loss::axes(&panel, &facets, index);
        panel.grid(&mut figure.scene, &axes);
        draw(index, &panel, &mut figure.scene);
        panel.frame(&mut figure.scene, &axes);
        facets.title(index, title, &mut figure.scene);
    }
    facets
}
