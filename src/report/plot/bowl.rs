//! `bowl.png`: the loss of a one-parameter problem, and on it the first steps of a learning rate that is too small, of
//! the one that is just right, and of one that is too large.

use super::cells::Cells;
use super::curves::curve_of;
use super::figure::Figure;
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::scale::Scale;
use super::scene::{Align, Point, Rect, Scene, Shape, Text};
use super::style::{
    BEST, CONVERGED, Color, DIVERGED, LABEL_SIZE, LINE, MARKER, NOTE_SIZE, REFERENCE, TEXT, TICK_SIZE, WHITE,
};
use crate::metric::Metric;
use crate::outcome::{Status, Trend};
use crate::record::{LEARNING_RATE, LandscapePoint, Run};

/// How many steps are drawn.
const STEPS: u64 = 12;

/// What the picture shows.
pub(super) struct Chart<'a> {
    pub(super) paths: Vec<(Verdict, Path<'a>)>,
    /// The best, if its steps were not recorded.
    unrecorded: Option<usize>,
}

/// The recorded beginning of one run.
#[derive(Clone)]
pub(super) struct Path<'a> {
    pub(super) cell: usize,
    run: &'a Run,
    /// Step, parameter and loss, as far as [`STEPS`] and as long as they are finite.
    pub(super) points: Vec<(u64, f64, f64)>,
}

/// The picture; none unless the parameter was recorded along some run of a problem with one parameter.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let study = cells.study;
    let landscape: Vec<LandscapePoint> =
        study.landscape().iter().filter(|point| point.w.is_finite() && point.loss.is_finite()).copied().collect();
    let minimum = landscape.iter().min_by(|a, b| a.loss.total_cmp(&b.loss))?.w;
    let chart = Chart::new(cells, minimum)?;
    let chosen = &chart.paths;

    let mut figure = Figure::new(study, "the first steps on the loss curve", 760.0);
    let last = STEPS;
    let (x, y) = scales(&landscape, chosen);
    let mut notes = vec![format!("Numbers count the steps, up to {last}.")];
    if chosen.iter().any(|(_, path)| path.leaves(x, y)) {
        notes.push("Arrow: the path leaves the picture.".to_owned());
    }
    if let (Some(best), Some(axis)) = (chart.unrecorded, cells.main()) {
        let value = axis.label(cells.main_rank(best));
        notes.push(format!("The best {} is {value}, whose steps were not recorded.", axis.name));
    }
    figure.notes(&notes);
    let body = figure.body;
    let gap = 60.0;
    let count = chosen.len().max(2) as f64;
    let width = (body.width() - BESIDE - gap * (count - 1.0)) / count;
    for (index, (verdict, path)) in chosen.iter().enumerate() {
        let left = body.left + BESIDE + index as f64 * (width + gap);
        let area = Rect { left, right: left + width, top: body.top + 74.0, bottom: body.bottom - BELOW };
        let panel = Panel { area, x, y };
        let axes = Axes {
            x_ticks: x.ticks((width / 90.0) as usize),
            y_ticks: y.ticks(6),
            x_label: "parameter w".to_owned(),
            y_label: if index == 0 { "loss".to_owned() } else { String::new() },
            x_labeled: true,
            y_labeled: index == 0,
        };
        let scene = &mut figure.scene;
        panel.grid(scene, &axes);
        let curve: Vec<Point> = landscape.iter().map(|point| panel.at(point.w, point.loss)).collect();
        panel.polyline(scene, &curve, LINE, REFERENCE);
        draw_path(&panel, path, verdict.color(), scene);
        panel.frame(scene, &axes);
        titles(cells, *verdict, path, area, scene);
    }
    Some(figure.scene)
}

impl Path<'_> {
    /// Whether some of it lies outside of the picture.
    fn leaves(&self, x: Scale, y: Scale) -> bool {
        let inside = |scale: Scale, value: f64| (0.0..=1.0).contains(&scale.fraction(value));
        self.points.iter().any(|(_, w, loss)| !inside(x, *w) || !inside(y, *loss))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    TooSmall,
    /// The best of all.
    JustRight,
    /// The best of those whose steps were recorded.
    BestRecorded,
    TooLarge,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Verdict::TooSmall => "too small",
            Verdict::JustRight => "just right",
            Verdict::BestRecorded => "best of those recorded",
            Verdict::TooLarge => "too large",
        }
    }

    fn color(self) -> Color {
        match self {
            Verdict::TooSmall => CONVERGED,
            Verdict::JustRight | Verdict::BestRecorded => BEST,
            Verdict::TooLarge => DIVERGED,
        }
    }
}

/// One path per cell that recorded the parameter after every one of its first steps, in the same order.
fn paths<'a>(cells: &Cells<'a>, series: &[usize]) -> Vec<Path<'a>> {
    let study = cells.study;
    let Some(parameter) = study.measure(Metric::W) else { return Vec::new() };
    let path = |cell: &usize| {
        let run = cells.runs(*cell).next()?;
        let curve = curve_of(study, run)?;
        let parameters = curve.measures.get(parameter)?;
        if curve.steps.get(1).is_some_and(|second| *second != 1) {
            return None;
        }
        let points: Vec<(u64, f64, f64)> = curve
            .steps
            .iter()
            .zip(parameters)
            .zip(&curve.loss)
            .zip(0..=STEPS)
            .take_while(|(((step, w), loss), due)| *step == due && w.is_finite() && loss.is_finite())
            .map(|(((step, w), loss), _)| (*step, *w, *loss))
            .collect();
        (!points.is_empty()).then_some(Path { cell: *cell, run: &study.runs[run], points })
    };
    series.iter().filter_map(path).collect()
}

impl<'a> Chart<'a> {
    /// Paths of the first series; none when nothing converged or nothing was recorded.
    pub(super) fn new(cells: &Cells<'a>, minimum: f64) -> Option<Chart<'a>> {
        if cells.main().is_some() && cells.main_path() != Some(LEARNING_RATE) {
            return None;
        }
        let series = cells.series();
        let first = series.first()?;
        let paths = paths(cells, &first.cells);
        let best_of_all = cells.best(first.cells.iter().copied())?;
        let best = cells.best(paths.iter().map(|path| path.cell))?;
        let place = paths.iter().position(|path| path.cell == best)?;
        // The one that is about half-way there when the picture ends shows slowness best.
        let remaining = |path: &Path| {
            let distance = |point: Option<&(u64, f64, f64)>| point.map_or(0.0, |(_, w, _)| (w - minimum).abs());
            (distance(path.points.last()) / distance(path.points.first()) - 0.5).abs()
        };
        let small = paths[..place].iter().min_by(|a, b| remaining(a).total_cmp(&remaining(b)));
        let larger = &paths[place + 1..];
        let large = larger
            .iter()
            .find(|path| path.run.status == Status::Diverged)
            .or_else(|| larger.iter().find(|path| path.run.trend == Some(Trend::Oscillating)))
            .or(larger.last());
        let verdict = if best == best_of_all { Verdict::JustRight } else { Verdict::BestRecorded };
        let small = small.map(|path| (Verdict::TooSmall, path.clone()));
        let large = large.map(|path| (Verdict::TooLarge, path.clone()));
        let middle = (verdict, paths[place].clone());
        Some(Chart {
            paths: small.into_iter().chain([middle]).chain(large).collect(),
            unrecorded: (best != best_of_all).then_some(best_of_all),
        })
    }
}

/// The same scales for all panels, so that they can be compared: what the landscape has, unless little of it is used.
fn scales(landscape: &[LandscapePoint], chosen: &[(Verdict, Path)]) -> (Scale, Scale) {
    let starts = || chosen.iter().filter_map(|(_, path)| path.points.first());
    let (first, last) = (landscape[0].w, landscape[landscape.len() - 1].w);
    let low = starts().map(|point| point.1).fold(first, f64::min);
    let high = starts().map(|point| point.1).fold(last, f64::max);
    let bottom = landscape.iter().map(|point| point.loss).fold(f64::INFINITY, f64::min);
    let top = landscape.iter().map(|point| point.loss).fold(f64::NEG_INFINITY, f64::max);
    (Scale::linear(low, high), Scale::linear(bottom, top.max(bottom)).padded(0.1, 0.05))
}

fn draw_path(panel: &Panel, path: &Path, color: Color, scene: &mut Scene) {
    let places: Vec<Point> = path.points.iter().map(|(_, w, loss)| panel.at(*w, *loss)).collect();
    let area = panel.area;
    let inside = |(x, y): Point| x >= area.left && x <= area.right && y >= area.top && y <= area.bottom;
    let leaves = places.iter().position(|place| !inside(*place)).unwrap_or(places.len());
    let shown = &places[..(leaves + 1).min(places.len())];
    panel.polyline(scene, shown, 0.6 * LINE, color.faded(0.75));
    let kept = &places[..leaves];
    for (index, place) in kept.iter().enumerate() {
        // Later steps are paler, so that the order can be seen where they crowd.
        let share = index as f64 / kept.len().max(2) as f64;
        scene.disc(*place, MARKER + 1.5, WHITE);
        scene.disc(*place, MARKER, color.faded(1.0 - 0.5 * share));
    }
    let mut taken: Vec<Rect> = kept.iter().map(|(x, y)| around((*x, *y), MARKER)).collect();
    let exit = leaves.checked_sub(1).and_then(|last| Some((*places.get(last)?, *places.get(leaves)?)));
    if let Some((_, end)) = exit.and_then(|(from, to)| super::panel::clip(area, from, to)) {
        scene.marker(side(area, end), end, 1.2 * MARKER, color);
        taken.push(around(end, 1.2 * MARKER));
    }
    let last = kept.len().saturating_sub(1);
    for (index, ((step, _, _), (x, y))) in path.points.iter().zip(kept).enumerate() {
        // Outside of the bowl, where the path does not run; first and last may also stand elsewhere, the others give way.
        let side = if *x < area.center().0 { -1.0 } else { 1.0 };
        let inner = x - side * 26.0;
        let places =
            [(x + side * 24.0, y + 12.0), (*x, y + 28.0), (*x, y - 28.0), (inner, y - 14.0), (inner, y + 24.0)];
        let allowed = if index == 0 || index == last { &places[..] } else { &places[..1] };
        for at in allowed {
            let text = Text::new(step.to_string(), *at, TICK_SIZE, TEXT).align(Align::Center);
            let bounds = text.bounds();
            let free = !taken.iter().any(|other| other.overlaps(bounds));
            let [(left, top), (right, bottom)] = [(bounds.left, bounds.top), (bounds.right, bounds.bottom)];
            if free && inside((left, top)) && inside((right, bottom)) {
                taken.push(bounds);
                scene.text(text);
                break;
            }
        }
    }
}

/// The arrow head for a path that leaves here: it points beyond the nearest side.
fn side(area: Rect, (x, y): Point) -> Shape {
    let sides = [
        (y - area.top, Shape::Up),
        (area.right - x, Shape::Right),
        (x - area.left, Shape::Left),
        (area.bottom - y, Shape::Down),
    ];
    sides.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(Shape::Up, |(_, shape)| shape)
}

fn around((x, y): Point, radius: f64) -> Rect {
    Rect { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
}

fn titles(cells: &Cells, verdict: Verdict, path: &Path, area: Rect, scene: &mut Scene) {
    let middle = area.center().0;
    let title = Text::new(verdict.name(), (middle, area.top - 58.0), LABEL_SIZE, verdict.color());
    scene.text(title.align(Align::Center).bold());
    let value = cells.main().map(|axis| format!("{} {}", axis.name, axis.label(cells.main_rank(path.cell))));
    let outcome = match (path.run.status, path.run.steps) {
        (Status::Converged, Some(1)) => "1 step".to_owned(),
        (Status::Converged, Some(steps)) => format!("{steps} steps"),
        (Status::Exhausted, _) => format!("not there after {} steps", path.run.trained_steps),
        (Status::Unknown, _) => format!("unknown after {} steps", path.run.trained_steps),
        (status, _) => status.name().to_owned(),
    };
    let text = value.map_or(outcome.clone(), |value| format!("{value}: {outcome}"));
    scene.text(Text::new(text, (middle, area.top - 22.0), NOTE_SIZE, TEXT).align(Align::Center));
}
