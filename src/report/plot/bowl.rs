//! `bowl.png`: the loss of a one-parameter problem, and on it the first steps of a learning rate that is too small, of
//! the one that is just right, and of one that is too large.

use super::cells::Cells;
use super::curves::curve_of;
use super::figure::Figure;
use super::marker::Shape;
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::scale::Scale;
use super::scene::{Align, Point, Rect, Scene, Text};
use super::style::{
    BEST, CONVERGED, Color, DIVERGED, LABEL_SIZE, LINE, MARKER, NOTE_SIZE, REFERENCE, TEXT, TICK_SIZE, WHITE,
};
use crate::outcome::{Status, Trend};
use crate::record::{LandscapePoint, Run};

/// How many steps are drawn.
const STEPS: u64 = 12;

/// The recorded beginning of one run.
struct Path<'a> {
    cell: usize,
    run: &'a Run,
    /// Step, parameter and loss, as far as [`STEPS`] and as long as they are finite.
    points: Vec<(u64, f64, f64)>,
}

/// The picture; none unless the parameter was recorded along some run of a problem with one parameter.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let study = cells.study;
    let landscape: Vec<LandscapePoint> =
        study.landscape.iter().filter(|point| point.w.is_finite() && point.loss.is_finite()).copied().collect();
    let minimum = landscape.iter().min_by(|a, b| a.loss.total_cmp(&b.loss))?.w;
    let paths = paths(cells);
    let chosen = choose(cells, &paths, minimum);
    if chosen.is_empty() {
        return None;
    }

    let mut figure = Figure::new(study, "the first steps on the loss curve", 760.0);
    let last = STEPS;
    figure.notes(&[format!("The numbers count the steps; up to {last} are drawn.")]);
    let (x, y) = scales(&landscape, &chosen);
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    TooSmall,
    JustRight,
    TooLarge,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Verdict::TooSmall => "too small",
            Verdict::JustRight => "just right",
            Verdict::TooLarge => "too large",
        }
    }

    fn color(self) -> Color {
        match self {
            Verdict::TooSmall => CONVERGED,
            Verdict::JustRight => BEST,
            Verdict::TooLarge => DIVERGED,
        }
    }
}

/// One path per cell of the first series, by rank on the main axis.
fn paths<'a>(cells: &Cells<'a>) -> Vec<Path<'a>> {
    let study = cells.study;
    let Some(parameter) = study.measures.iter().position(|name| name == "w") else { return Vec::new() };
    let path = |cell: &usize| {
        let run = cells.runs(&cells.cells[*cell]).next()?;
        let curve = curve_of(study, run)?;
        let parameters = curve.measures.get(parameter)?;
        let points: Vec<(u64, f64, f64)> = curve
            .steps
            .iter()
            .zip(parameters)
            .zip(&curve.loss)
            .map(|((step, w), loss)| (*step, *w, *loss))
            .take_while(|(step, w, loss)| *step <= STEPS && w.is_finite() && loss.is_finite())
            .collect();
        (!points.is_empty()).then_some(Path { cell: *cell, run: &study.runs[run], points })
    };
    cells.series().first().map_or_else(Vec::new, |series| series.cells.iter().filter_map(path).collect())
}

fn choose<'p, 'a>(cells: &Cells, paths: &'p [Path<'a>], minimum: f64) -> Vec<(Verdict, &'p Path<'a>)> {
    let best = cells.best(paths.iter().map(|path| path.cell));
    let Some(best) = best.and_then(|best| paths.iter().position(|path| path.cell == best)) else {
        return Vec::new();
    };
    // The one that is about half-way there when the picture ends shows slowness best.
    let remaining = |path: &Path| {
        let distance = |point: Option<&(u64, f64, f64)>| point.map_or(0.0, |(_, w, _)| (w - minimum).abs());
        (distance(path.points.last()) / distance(path.points.first()) - 0.5).abs()
    };
    let small = paths[..best].iter().min_by(|a, b| remaining(a).total_cmp(&remaining(b)));
    let larger = &paths[best + 1..];
    let large = larger
        .iter()
        .find(|path| path.run.status == Status::Diverged)
        .or_else(|| larger.iter().find(|path| path.run.trend == Some(Trend::Oscillating)))
        .or(larger.last());
    let small = small.map(|path| (Verdict::TooSmall, path));
    let large = large.map(|path| (Verdict::TooLarge, path));
    small.into_iter().chain([(Verdict::JustRight, &paths[best])]).chain(large).collect()
}

/// The same scales for all panels, so that they can be compared: what the landscape has, unless little of it is used.
fn scales(landscape: &[LandscapePoint], chosen: &[(Verdict, &Path)]) -> (Scale, Scale) {
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
        scene.marker(Shape::Cross, end, 1.2 * MARKER, DIVERGED);
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
        (status, _) => status.name().to_owned(),
    };
    let text = value.map_or(outcome.clone(), |value| format!("{value}: {outcome}"));
    scene.text(Text::new(text, (middle, area.top - 22.0), NOTE_SIZE, TEXT).align(Align::Center));
}
