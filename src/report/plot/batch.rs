//! `batch.png`: steps against batch size with the other settings tuned anew for each, the line of perfect scaling, the
//! learning rate that was best, and the examples it took (after Shallue et al., JMLR 20:112, 2019).

use super::cells::{Cells, Varying};
use super::figure::{Figure, Key, Legend};
use super::marker::Shape;
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::scale::{Scale, Tick};
use super::scene::{Point, Rect, Scene};
use super::style::{BEST, CONVERGED, Color, EXHAUSTED, LINE, MARKER, QUIET_TEXT, REFERENCE};
use crate::outcome::Status;
use crate::record::statistics::Quartiles;

/// What was best for one batch size.
struct Batch {
    size: f64,
    label: String,
    /// Whether the label is a word such as `full`.
    word: bool,
    best: Option<Best>,
}

struct Best {
    steps: Quartiles,
    examples: Option<Quartiles>,
    /// The value of the main axis.
    rate: Option<f64>,
    /// Whether a smaller or larger value might be better still.
    edge: Option<Shape>,
}

/// The picture; none with fewer than two batch sizes or when nothing converged.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let position = cells.position("batch_size")?;
    let batches = batches(cells, position);
    let steps = points(&batches, |best| Some(best.steps));
    if batches.len() < 2 || steps.is_empty() {
        return None;
    }
    let rates = points(&batches, |best| best.rate.map(|rate| Quartiles { q25: rate, median: rate, q75: rate }));
    let examples = points(&batches, |best| best.examples);
    let tuned: Vec<&str> = cells
        .axes
        .iter()
        .enumerate()
        .filter(|(axis, _)| *axis != position)
        .map(|(_, axis)| axis.name.as_str())
        .collect();

    let mut figure = Figure::new(cells.study, "steps to convergence by batch size", 1000.0);
    figure.notes(&notes(cells, &batches, &tuned));
    figure.legend(&legend(&batches, !rates.is_empty()));

    let x = size_scale(&batches);
    let (large, small) = areas(figure.body, usize::from(!rates.is_empty()) + usize::from(!examples.is_empty()));
    let mut small = small.into_iter();
    let scene = &mut figure.scene;

    let panel = Panel { area: large, x, y: value_scale(&steps) };
    let axes = axes(&batches, &panel, "steps to convergence");
    panel.grid(scene, &axes);
    draw_perfect_scaling(&panel, &steps, scene);
    draw_points(&panel, &steps, CONVERGED, scene);
    for batch in batches.iter().filter(|batch| batch.best.is_none()) {
        let at = (panel.x_at(batch.size), panel.area.top + 18.0);
        scene.status_marker(Status::Exhausted, false, at, MARKER);
    }
    panel.frame(scene, &axes);

    if !rates.is_empty()
        && let Some(area) = small.next()
    {
        let panel = Panel { area, x, y: value_scale(&rates) };
        let name = cells.main().map_or("learning rate", |axis| axis.name.as_str());
        let axes = self::axes(&batches, &panel, &format!("best {name}"));
        panel.grid(scene, &axes);
        draw_points(&panel, &rates, BEST, scene);
        for batch in &batches {
            let Some(Best { rate: Some(rate), edge: Some(shape), .. }) = batch.best else { continue };
            let (x, y) = panel.at(batch.size, rate);
            let away = if shape == Shape::Up { -1.0 } else { 1.0 };
            scene.marker(shape, (x, y + away * 22.0), 0.9 * MARKER, EXHAUSTED);
        }
        panel.frame(scene, &axes);
    }
    if !examples.is_empty()
        && let Some(area) = small.next()
    {
        let panel = Panel { area, x, y: value_scale(&examples) };
        let axes = self::axes(&batches, &panel, "examples seen");
        panel.grid(scene, &axes);
        draw_points(&panel, &examples, QUIET_TEXT, scene);
        panel.frame(scene, &axes);
    }
    Some(figure.scene)
}

fn batches(cells: &Cells, position: usize) -> Vec<Batch> {
    let axis = &cells.axes[position];
    let sizes = sizes(axis);
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); axis.len()];
    for (index, cell) in cells.cells.iter().enumerate() {
        groups[axis.rank(cell.run)].push(index);
    }
    let tuned = cells.main.filter(|main| *main != position);
    groups
        .into_iter()
        .enumerate()
        .filter(|(_, group)| !group.is_empty())
        .map(|(rank, mut group)| {
            group.sort_by_key(|cell| cells.main_rank(*cell));
            let best = cells.best(group.iter().copied()).map(|best| Best {
                steps: cells.cells[best].steps,
                examples: examples(cells, best),
                rate: tuned.and_then(|_| cells.main()?.numbers.as_ref()?.get(cells.main_rank(best)).copied()),
                edge: tuned.and_then(|_| edge(cells, &group, best)),
            });
            let label = axis.label(rank);
            Batch { size: sizes[rank], word: label.parse::<f64>().is_err(), label, best }
        })
        .collect()
}

/// Batch sizes as numbers; `full`, where its number is not known, stands after the largest.
fn sizes(axis: &Varying) -> Vec<f64> {
    if let Some(numbers) = &axis.numbers {
        return numbers.clone();
    }
    let mut largest: f64 = 0.5;
    let size = |rank: usize| match axis.label(rank).parse::<f64>() {
        Ok(size) => {
            largest = largest.max(size);
            size
        }
        Err(_) => {
            largest *= 2.0;
            largest
        }
    };
    (0..axis.len()).map(size).collect()
}

/// Examples seen by the replicates of a cell until they converged.
fn examples(cells: &Cells, cell: usize) -> Option<Quartiles> {
    let cell = &cells.cells[cell];
    let runs = || cells.runs(cell).map(|run| &cells.study.runs[run]).filter(|run| run.status != Status::Failed);
    if !runs().any(|run| run.examples.get().is_some()) {
        return None;
    }
    let mut counts: Vec<f64> =
        runs().map(|run| run.examples.get().map_or(f64::INFINITY, |count| count as f64)).collect();
    Some(Quartiles::of(&mut counts)).filter(|quartiles| quartiles.median.is_finite())
}

/// Where the best lies at the end of the values tried with this batch size; `group` is sorted by the main axis.
fn edge(cells: &Cells, group: &[usize], best: usize) -> Option<Shape> {
    let ranks = |cell: Option<&usize>| cell.map(|cell| cells.main_rank(*cell));
    let (first, last) = (ranks(group.first())?, ranks(group.last())?);
    match cells.main_rank(best) {
        _ if first == last => None,
        rank if rank == first => Some(Shape::Down),
        rank if rank == last => Some(Shape::Up),
        _ => None,
    }
}

/// A value per batch size.
type Points = Vec<(f64, Quartiles)>;

fn points(batches: &[Batch], value: impl Fn(&Best) -> Option<Quartiles>) -> Points {
    let point = |batch: &Batch| Some((batch.size, value(batch.best.as_ref()?)?));
    let mut points: Points = batches.iter().filter_map(point).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

fn size_scale(batches: &[Batch]) -> Scale {
    let sizes = || batches.iter().map(|batch| batch.size);
    let (low, high) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
    Scale::log(low.max(0.5), high.max(1.0)).padded(0.05, 0.05)
}

fn value_scale(points: &Points) -> Scale {
    let values = || {
        let all = points.iter().flat_map(|(_, value)| [value.q25, value.median, value.q75]);
        all.filter(|value| value.is_finite() && *value > 0.0)
    };
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let scale = if high > 0.0 { Scale::log(low, high) } else { Scale::log(1.0, 10.0) };
    let zero = points.iter().any(|(_, value)| value.median <= 0.0);
    let scale = scale.at_least_half_a_decade().padded(0.1, 0.14);
    if zero { scale.with_zero() } else { scale }
}

fn axes(batches: &[Batch], panel: &Panel, y_label: &str) -> Axes {
    let tick = |batch: &Batch| Tick { fraction: panel.x.fraction(batch.size), label: batch.label.clone() };
    // Where labels are too close, those that come first stay: words, then the sizes from the ends inwards.
    let (words, sizes): (Vec<&Batch>, Vec<&Batch>) = batches.iter().partition(|batch| batch.word);
    Axes {
        x_ticks: words.into_iter().chain(sizes).map(tick).collect(),
        y_ticks: panel.y.ticks((panel.area.height() / 60.0) as usize),
        x_label: "batch size (examples per step)".to_owned(),
        y_label: y_label.to_owned(),
        x_labeled: true,
        y_labeled: true,
    }
}

/// One large panel, and up to two small ones to its right.
fn areas(body: Rect, small: usize) -> (Rect, Vec<Rect>) {
    let whole = Rect { left: body.left + BESIDE, bottom: body.bottom - BELOW, ..body };
    if small == 0 {
        return (whole, Vec::new());
    }
    let middle = body.left + 0.54 * body.width();
    let left = middle + BESIDE + 10.0;
    let height = (whole.height() - (small - 1) as f64 * (BELOW + 14.0)) / small as f64;
    let area = |index: usize| {
        let top = whole.top + index as f64 * (height + BELOW + 14.0);
        Rect { left, right: body.right, top, bottom: top + height }
    };
    (Rect { right: middle, ..whole }, (0..small).map(area).collect())
}

/// Steps in inverse proportion to the batch size, through the smallest batch size.
fn draw_perfect_scaling(panel: &Panel, steps: &Points, scene: &mut Scene) {
    let Some((size, first)) = steps.first().filter(|(_, steps)| steps.median > 0.0) else { return };
    let Some((last, _)) = steps.last() else { return };
    let from = panel.at(*size, first.median);
    let to = panel.at(*last, first.median * size / last);
    if let Some((from, to)) = super::panel::clip(panel.area, from, to) {
        scene.dashes(from, to, 0.8 * LINE, REFERENCE);
    }
}

fn draw_points(panel: &Panel, points: &Points, color: Color, scene: &mut Scene) {
    let place = |size: f64, value: f64| -> Point { (panel.x_at(size), panel.y_at(value).max(panel.area.top)) };
    let line: Vec<Point> = points.iter().map(|(size, value)| place(*size, value.median)).collect();
    panel.polyline(scene, &line, 0.8 * LINE, color);
    for (size, value) in points {
        if value.q25 < value.q75 {
            let (low, high) = (place(*size, value.q25), place(*size, value.q75));
            scene.line(vec![low, high], 2.5, color);
            for (x, y) in [low, high].into_iter().filter(|(_, y)| *y > panel.area.top) {
                scene.line(vec![(x - 7.0, y), (x + 7.0, y)], 2.5, color);
            }
        }
        scene.disc(place(*size, value.median), MARKER, color);
    }
}

fn legend(batches: &[Batch], rates: bool) -> Legend {
    let mut entries = vec![
        (Key::Ending(CONVERGED, Shape::Disc, CONVERGED), "fewest steps".to_owned()),
        (Key::Dashes(REFERENCE), "perfect scaling".to_owned()),
    ];
    if batches.iter().any(|batch| batch.best.is_none()) {
        entries.push((Key::Marker(Shape::Triangle, EXHAUSTED), "never converged".to_owned()));
    }
    let has = |shape| batches.iter().any(|batch| batch.best.as_ref().is_some_and(|best| best.edge == Some(shape)));
    for (shape, text) in [(Shape::Up, "edge: try larger"), (Shape::Down, "edge: try smaller")] {
        if rates && has(shape) {
            entries.push((Key::Marker(shape, EXHAUSTED), text.to_owned()));
        }
    }
    let mut legend = Legend::default();
    legend.entries("", entries);
    legend
}

fn notes(cells: &Cells, batches: &[Batch], tuned: &[&str]) -> Vec<String> {
    let mut notes = Vec::new();
    let batch_axis = cells.position("batch_size").map(|axis| &cells.axes[axis]);
    let full_is_known = batch_axis.is_some_and(|axis| axis.numbers.is_some());
    if !tuned.is_empty() {
        notes.push(format!("For each batch size the {} with the fewest median steps.", tuned.join(" and ")));
    }
    if cells.replicates() > 1 {
        notes.push(format!("Median of {} seeds, whiskers: quartiles.", cells.replicates()));
    }
    if let Some(full) = batches.iter().find(|batch| batch.word && full_is_known) {
        notes.push(format!("{} = {} examples.", full.label, full.size));
    }
    notes.push("Perfect scaling: twice the batch size, half the steps.".to_owned());
    notes
}
