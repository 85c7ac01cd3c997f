//! `batch.png`: steps against batch size with the other settings tuned anew for each, the line of perfect scaling, the
//! learning rate that was best, and the examples it took (after Shallue et al., JMLR 20:112, 2019).

mod draw;

use draw::{draw_examples, draw_rates, draw_steps, perfect_scaling};

use super::cells::{Cells, Series, Varying};
use super::figure::{Figure, Key, Legend, line_colors};
use super::marker::{endings, status_shape};
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::scale::{Scale, Tick, rounded};
use super::scene::{Rect, Scene, Shape};
use super::style::{CONVERGED, Color, EXHAUSTED, REFERENCE, status_color};
use crate::choice::evenly;
use crate::outcome::Status;
use crate::record::{BATCH_SIZE, Summary, statistics::Quartiles};

const MOST_LINES: usize = 8;
/// The column, where runs are not evaluated after every step, with the steps since the evaluation before that of convergence.
const RESOLUTION: &str = "steps_resolution";

/// What the picture shows.
pub(super) struct Chart<'a> {
    /// The names of what is tuned for each batch size, and of what tells lines apart.
    tuned: Vec<&'a str>,
    names: Vec<&'a str>,
    pub(super) lines: Vec<Line>,
    left_out: Vec<String>,
    /// Whether `full` stands where its number of examples is.
    full_is_known: bool,
}

/// The batch sizes of one problem.
pub(super) struct Line {
    label: String,
    color: Color,
    pub(super) batches: Vec<Batch>,
}

/// What was best for one batch size.
pub(super) struct Batch {
    size: f64,
    label: String,
    /// Whether the label is a word such as `full`.
    word: bool,
    /// How the best cell by merit went, also where nothing converged.
    pub(super) summary: Summary,
    examples: Option<Quartiles>,
    /// By how much steps may be counted too many, where that is more than a tenth of them.
    pub(super) resolution: Option<f64>,
    /// The best value of the main axis; none when nothing converged.
    pub(super) rate: Option<f64>,
    /// Whether a smaller or larger value might be better still.
    edge: Option<Shape>,
}

/// The picture; none with fewer than two batch sizes or when nothing converged.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let chart = Chart::new(cells)?;
    let steps = chart.points(|batch| Some(batch.summary.steps).filter(|steps| steps.median.is_finite()));
    if chart.batches().count() < 2 || steps.iter().all(Vec::is_empty) {
        return None;
    }
    let rates = chart.points(|batch| batch.rate.map(|rate| Quartiles { q25: rate, median: rate, q75: rate }));
    let examples = chart.points(|batch| batch.examples);
    let has = |points: &[Points]| points.iter().any(|points| !points.is_empty());

    let mut figure = Figure::new(cells.study, "steps to convergence by batch size", 1000.0);
    figure.notes(&notes(cells, &chart));
    figure.legend(&legend(&chart, &steps));

    let x = size_scale(&chart);
    let (large, small) = areas(figure.body, usize::from(has(&rates)) + usize::from(has(&examples)));
    let mut small = small.into_iter();
    let scene = &mut figure.scene;

    draw_steps(&chart, &steps, Panel { area: large, x, y: value_scale(&steps) }, scene);
    if has(&rates)
        && let Some(area) = small.next()
    {
        let name = cells.main().map_or("learning rate", |axis| axis.name.as_str());
        draw_rates(&chart, &rates, &Panel { area, x, y: value_scale(&rates) }, name, scene);
    }
    if has(&examples)
        && let Some(area) = small.next()
    {
        draw_examples(&chart, &examples, &Panel { area, x, y: value_scale(&examples) }, scene);
    }
    Some(figure.scene)
}

impl<'a> Chart<'a> {
    /// None unless batch sizes vary.
    pub(super) fn new(cells: &'a Cells) -> Option<Chart<'a>> {
        let position = cells.position(BATCH_SIZE)?;
        let rest = (0..cells.axes.len()).filter(|axis| *axis != position);
        let (tuned, apart): (Vec<usize>, Vec<usize>) = rest.partition(|axis| cells.axes[*axis].is_tuned());
        let groups = cells.grouped(&apart);
        let shown = evenly(groups.len(), MOST_LINES);
        let left_out = (0..groups.len()).filter(|index| !shown.contains(index));
        let colors = line_colors(cells.are_ordered(&apart), shown.len());
        let line = |(index, color): (&usize, Color)| Line {
            label: groups[*index].label.clone(),
            color,
            batches: batches(cells, position, &groups[*index]),
        };
        Some(Chart {
            tuned: cells.names(&tuned),
            names: cells.names(&apart),
            left_out: left_out.map(|index| groups[index].label.clone()).collect(),
            lines: shown.iter().zip(colors).map(line).collect(),
            full_is_known: cells.axes[position].numbers.is_some(),
        })
    }

    /// A value per batch size of each line.
    fn points(&self, value: impl Fn(&Batch) -> Option<Quartiles>) -> Vec<Points> {
        let points = |line: &Line| {
            let point = |batch: &Batch| Some((batch.size, value(batch)?));
            let mut points: Points = line.batches.iter().filter_map(point).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            points
        };
        self.lines.iter().map(points).collect()
    }

    fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.lines.iter().flat_map(|line| &line.batches)
    }
}

fn batches(cells: &Cells, position: usize, line: &Series) -> Vec<Batch> {
    let axis = &cells.axes[position];
    let sizes = sizes(axis);
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); axis.len()];
    line.cells.iter().for_each(|cell| groups[axis.rank(cells.cells[*cell].run)].push(*cell));
    let tuned = cells.main.filter(|main| *main != position && cells.main_is_tuned());
    let batch = |(rank, group): (usize, Vec<usize>)| {
        let cell = group.iter().copied().min_by(|a, b| cells.by_merit(*a, *b))?;
        let numbers = cells.main().and_then(|axis| axis.numbers.as_ref());
        let rate = cells.best([cell]).and(tuned).and_then(|_| numbers?.get(cells.main_rank(cell)).copied());
        Some(Batch {
            size: sizes[rank],
            word: axis.is_word(rank),
            label: axis.label(rank),
            summary: cells.cells[cell].summary,
            examples: examples(cells, cell),
            resolution: resolution(cells, cell),
            rate,
            edge: rate.and_then(|_| edge(cells, &group, cell)),
        })
    };
    groups.into_iter().enumerate().filter_map(batch).collect()
}

/// Batch sizes as numbers; `full`, where its number is not known, stands after the largest.
fn sizes(axis: &Varying) -> Vec<f64> {
    if let Some(numbers) = &axis.numbers {
        return numbers.clone();
    }
    let mut largest: f64 = 0.5;
    let size = |rank: usize| {
        largest = axis.number(rank).map_or(2.0 * largest, |size| size.max(largest));
        axis.number(rank).unwrap_or(largest)
    };
    (0..axis.len()).map(size).collect()
}

/// Examples seen by the replicates of a cell until they converged.
fn examples(cells: &Cells, cell: usize) -> Option<Quartiles> {
    let runs = || cells.runs(cell).map(|run| &cells.study.runs[run]);
    let mut counts: Vec<f64> =
        runs().map(|run| run.examples.get().map_or(f64::INFINITY, |count| count as f64)).collect();
    Some(Quartiles::of(&mut counts)).filter(|quartiles| quartiles.median.is_finite())
}

/// The median distance between the evaluation at which a run had converged and the one before, if it exceeds a tenth of the median
/// steps: the steps are that uncertain.
fn resolution(cells: &Cells, cell: usize) -> Option<f64> {
    let extra = cells.study.extra(RESOLUTION)?;
    let mut known: Vec<f64> = cells.runs(cell).filter_map(|run| extra.get(run)).collect();
    let steps = cells.cells[cell].summary.steps.median;
    Some(Quartiles::of(&mut known).median).filter(|resolution| resolution.is_finite() && *resolution > 0.1 * steps)
}

/// Where the best lies at the end of the values tried with this batch size.
fn edge(cells: &Cells, group: &[usize], best: usize) -> Option<Shape> {
    let ranks = || group.iter().map(|cell| cells.main_rank(*cell));
    let (first, last) = (ranks().min()?, ranks().max()?);
    match cells.main_rank(best) {
        _ if first == last => None,
        rank if rank == first => Some(Shape::Down),
        rank if rank == last => Some(Shape::Up),
        _ => None,
    }
}

/// A value per batch size.
type Points = Vec<(f64, Quartiles)>;

fn size_scale(chart: &Chart) -> Scale {
    let sizes = || chart.batches().map(|batch| batch.size);
    let (low, high) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
    Scale::log(low.max(0.5), high.max(1.0)).padded(0.05, 0.05)
}

fn value_scale(points: &[Points]) -> Scale {
    let values = || {
        let all = points.iter().flatten().flat_map(|(_, value)| [value.q25, value.median, value.q75]);
        all.filter(|value| value.is_finite() && *value > 0.0)
    };
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let scale = if high > 0.0 { Scale::log(low, high) } else { Scale::log(1.0, 10.0) };
    let zero = points.iter().flatten().any(|(_, value)| value.q25 <= 0.0);
    let scale = scale.at_least_half_a_decade().padded(0.1, 0.14);
    if zero { scale.with_zero() } else { scale }
}

fn axes(chart: &Chart, panel: &Panel, y_label: &str) -> Axes {
    let tick = |batch: &Batch| Tick { fraction: panel.x.fraction(batch.size), label: batch.label.clone() };
    // Where labels are too close, those that come first stay: words, then the sizes from the ends inwards.
    let (words, sizes): (Vec<&Batch>, Vec<&Batch>) = chart.batches().partition(|batch| batch.word);
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

fn legend(chart: &Chart, steps: &[Points]) -> Legend {
    let mut legend = Legend::default();
    let several = chart.lines.len() > 1;
    if several {
        let entries = chart.lines.iter().map(|line| (Key::Line(line.color), line.label.clone())).collect();
        legend.entries(&chart.names.join(" · "), entries);
    }
    let color = if several { REFERENCE } else { CONVERGED };
    let mut entries = vec![(Key::Ending(color, Shape::Disc, color), "fewest steps".to_owned())];
    if steps.iter().any(|steps| perfect_scaling(steps).is_some()) {
        entries.push((Key::Dashes(REFERENCE), "perfect scaling".to_owned()));
    }
    if chart
        .batches()
        .any(|batch| batch.summary.status() == Status::Converged && batch.summary.steps.q25 < batch.summary.steps.q75)
    {
        entries.push((Key::Whisker(color), "quartiles".to_owned()));
    }
    if chart.batches().any(|batch| batch.resolution.is_some()) {
        entries.push((Key::Swatch(color.faded(0.3)), "not evaluated".to_owned()));
    }
    let is_there = |status, partial| {
        (status, partial) != (Status::Converged, false)
            && chart.batches().any(|batch| (batch.summary.status(), batch.summary.is_partial()) == (status, partial))
    };
    for (status, partial, name) in endings(is_there) {
        let color = if status == Status::Converged { color } else { status_color(status) };
        entries.push((Key::Marker(status_shape(status, partial), color), name));
    }
    let has = |shape| chart.batches().any(|batch| batch.edge == Some(shape));
    for (shape, text) in [(Shape::Up, "edge: try larger"), (Shape::Down, "edge: try smaller")] {
        if has(shape) {
            entries.push((Key::Marker(shape, EXHAUSTED), text.to_owned()));
        }
    }
    legend.entries("", entries);
    legend
}

fn notes(cells: &Cells, chart: &Chart) -> Vec<String> {
    let mut notes = Vec::new();
    if !chart.tuned.is_empty() {
        notes.push(format!("For each batch size the {} with the fewest median steps.", chart.tuned.join(" and ")));
    }
    if cells.replicates() > 1 {
        notes.push(format!("Median of {} seeds, whiskers: quartiles.", cells.replicates()));
    }
    if let Some(full) = chart.batches().find(|batch| batch.word && chart.full_is_known) {
        notes.push(format!("{} = {} examples.", full.label, full.size));
    }
    let coarse: Vec<String> = chart
        .batches()
        .filter_map(|batch| Some(format!("{} ({})", batch.label, rounded(batch.resolution?, 3))))
        .collect();
    if !coarse.is_empty() {
        notes.push(format!(
            "Bars: steps since the evaluation before, where they are over a tenth; the true number lies on the bar: {}.",
            coarse.join(", ")
        ));
    }
    notes.push("Perfect scaling: twice the batch size, half the steps. All axes are logarithmic.".to_owned());
    if !chart.left_out.is_empty() {
        notes.push(format!("Left out: {} {}.", chart.names.join(" · "), chart.left_out.join(", ")));
    }
    notes
}
