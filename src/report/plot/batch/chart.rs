//! What the picture of batch sizes shows: for each problem and batch size, what was best.

use crate::choice::evenly;
use crate::record::{BATCH_SIZE, Summary, statistics::Quartiles};
use crate::report::plot::cells::{Cells, Series, Varying};
use crate::report::plot::figure::line_colors;
use crate::report::plot::panel::{Axes, Panel};
use crate::report::plot::scale::Tick;
use crate::report::plot::scene::Shape;
use crate::report::plot::style::Color;

const MOST_LINES: usize = 8;
/// The column, where runs are not evaluated after every step, with the steps since the evaluation before that of convergence.
const RESOLUTION: &str = "steps_resolution";

/// What the picture shows.
pub(in crate::report::plot) struct Chart<'a> {
    /// The names of what is tuned for each batch size, and of what tells lines apart.
    pub(super) tuned: Vec<&'a str>,
    pub(super) names: Vec<&'a str>,
    pub(in crate::report::plot) lines: Vec<Line>,
    pub(super) left_out: Vec<String>,
    /// Whether `full` stands where its number of examples is.
    pub(super) full_is_known: bool,
}

/// The batch sizes of one problem.
pub(in crate::report::plot) struct Line {
    pub(super) label: String,
    pub(super) color: Color,
    pub(in crate::report::plot) batches: Vec<Batch>,
}

/// What was best for one batch size.
pub(in crate::report::plot) struct Batch {
    pub(super) size: f64,
    pub(super) label: String,
    /// Whether the label is a word such as `full`.
    pub(super) word: bool,
    /// How the best cell by merit went, also where nothing converged.
    pub(in crate::report::plot) summary: Summary,
    pub(super) examples: Option<Quartiles>,
    /// By how much steps may be counted too many, where that is more than a tenth of them.
    pub(in crate::report::plot) resolution: Option<f64>,
    /// The best value of the main axis; none when nothing converged.
    pub(in crate::report::plot) rate: Option<f64>,
    /// Whether a smaller or larger value might be better still.
    pub(super) edge: Option<Shape>,
}

impl<'a> Chart<'a> {
    /// None unless batch sizes vary.
    pub(in crate::report::plot) fn new(cells: &'a Cells) -> Option<Chart<'a>> {
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
    pub(super) fn points(&self, value: impl Fn(&Batch) -> Option<Quartiles>) -> Vec<Points> {
        let points = |line: &Line| {
            let point = |batch: &Batch| Some((batch.size, value(batch)?));
            let mut points: Points = line.batches.iter().filter_map(point).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            points
        };
        self.lines.iter().map(points).collect()
    }

    pub(super) fn batches(&self) -> impl Iterator<Item = &Batch> {
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
pub(super) type Points = Vec<(f64, Quartiles)>;

/// Axes of batch sizes and another value.
pub(super) fn axes(chart: &Chart, panel: &Panel, y_label: &str) -> Axes {
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
