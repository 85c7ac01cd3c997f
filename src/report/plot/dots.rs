//! [`Chart`]: what `steps.png` shows: a line per series, a dot per cell, and the scales they stand on.
//!
//! Knows nothing of drawing.

use super::cells::{Cells, Series, scale_of};
use super::figure::line_colors;
use super::panel::{Panel, fitting_ticks};
use super::scale::{Scale, Tick};
use super::style::{CONVERGED, Color, MARKER, MOST_CATEGORIES};
use crate::choice::evenly;
use crate::outcome::Status;
use crate::record::statistics::Quartiles;

const MOST_SERIES: usize = 12;
/// With more points than this per line, markers would hide each other.
pub(super) const MOST_MARKERS: usize = 70;

/// One cell, or several that fall on the same pixel column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dot {
    pub(super) x: f64,
    pub(super) status: Status,
    pub(super) partial: bool,
    pub(super) low: f64,
    pub(super) median: f64,
    pub(super) high: f64,
}

impl Dot {
    /// The dots with this status as one: their full range, and the median of the middle one.
    fn merged(dots: &[Dot], status: Status) -> Option<Dot> {
        let mut dots: Vec<Dot> = dots.iter().filter(|dot| dot.status == status).copied().collect();
        dots.sort_by(|a, b| a.median.total_cmp(&b.median));
        let middle = dots.get(dots.len() / 2)?;
        let low = dots.iter().map(|dot| dot.low).fold(f64::INFINITY, f64::min);
        let high = dots.iter().map(|dot| dot.high).fold(0.0, f64::max);
        Some(Dot { low, high, partial: dots.iter().any(|dot| dot.partial), ..*middle })
    }
}

/// What the picture shows.
pub(super) struct Chart {
    pub(super) curves: Vec<Curve>,
    /// How many series there are.
    pub(super) series: usize,
    /// All cells that are shown.
    pub(super) shown: Vec<usize>,
}

/// One line of the plot.
pub(super) struct Curve {
    pub(super) label: String,
    pub(super) color: Color,
    pub(super) dots: Vec<Dot>,
    /// Whether there are too many dots for markers.
    pub(super) dense: bool,
    /// The cell with the star; none where nothing converged or there is no best.
    pub(super) best: Option<usize>,
}

impl Chart {
    /// Lines for the series, evenly chosen along their longest axis where there are many.
    pub(super) fn new(cells: &Cells) -> Chart {
        let series = cells.series();
        let ordered = cells.are_ordered(&cells.others());
        let most = if ordered { MOST_SERIES } else { MOST_CATEGORIES };
        let chosen: Vec<&Series> = chosen(cells, &series, most);
        let colors = line_colors(ordered, chosen.len());
        let curve = |(one, color): (&&Series, Color)| Curve {
            label: one.label.clone(),
            color: if chosen.len() == 1 { CONVERGED } else { color },
            dots: one.cells.iter().map(|cell| dot(cells, *cell)).collect(),
            dense: one.cells.len() > MOST_MARKERS,
            best: cells.best(one.cells.iter().copied()).filter(|_| cells.main_is_tuned()),
        };
        Chart {
            curves: chosen.iter().zip(colors).map(curve).collect(),
            series: series.len(),
            shown: chosen.iter().flat_map(|one| one.cells.iter().copied()).collect(),
        }
    }

    pub(super) fn dots(&self) -> impl Iterator<Item = &Dot> {
        self.curves.iter().flat_map(|curve| &curve.dots)
    }

    /// From the smallest rate on from which every larger one diverges, whatever else varies.
    pub(super) fn diverged_from(&self) -> Option<f64> {
        let from = |curve: &Curve| {
            let tail = curve.dots.iter().rev().take_while(|dot| dot.status == Status::Diverged);
            tail.last().map(|dot| dot.x)
        };
        let starts: Option<Vec<f64>> = self.curves.iter().map(from).collect();
        starts?.into_iter().reduce(f64::max)
    }
}

/// At most so many series: evenly along the longest of their axes, with all values of the others; just evenly where that is too many.
fn chosen<'s>(cells: &Cells, series: &'s [Series], most: usize) -> Vec<&'s Series> {
    if series.len() <= most {
        return series.iter().collect();
    }
    let evenly_chosen = || evenly(series.len(), most).into_iter().map(|index| &series[index]).collect();
    let Some(longest) = cells.others().into_iter().max_by_key(|axis| cells.axes[*axis].len()) else {
        return evenly_chosen();
    };
    let axis = &cells.axes[longest];
    let each = series.len().div_ceil(axis.len());
    let ranks = evenly(axis.len(), most / each);
    let is_chosen =
        |one: &&Series| one.cells.first().is_some_and(|cell| ranks.contains(&axis.rank(cells.cells[*cell].run)));
    let chosen: Vec<&Series> = series.iter().filter(is_chosen).collect();
    if (1..=most).contains(&chosen.len()) { chosen } else { evenly_chosen() }
}

/// The number on the main axis, or the rank of a word.
pub(super) fn x_value(cells: &Cells, cell: usize) -> f64 {
    let rank = cells.main_rank(cell);
    let numbers = cells.main().and_then(|axis| axis.numbers.as_deref());
    numbers.map_or(rank as f64, |numbers| numbers[rank])
}

fn dot(cells: &Cells, index: usize) -> Dot {
    let cell = &cells.cells[index];
    let Quartiles { q25: low, median, q75: high } = cell.summary.steps;
    Dot { x: x_value(cells, index), status: cell.status(), partial: cell.is_partial(), low, median, high }
}

/// As the numbers want it; words stand side by side.
pub(super) fn x_scale(cells: &Cells, shown: &[usize]) -> Scale {
    let values = || shown.iter().map(|cell| x_value(cells, *cell));
    if cells.main().is_some_and(|axis| axis.numbers.is_some()) {
        return scale_of(values()).padded(0.03, 0.03);
    }
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    Scale::linear(low - 0.5, high + 0.5)
}

pub(super) fn x_ticks(cells: &Cells, x: Scale, width: f64) -> Vec<Tick> {
    match cells.main() {
        Some(axis) if axis.numbers.is_none() => {
            (0..axis.len()).map(|rank| Tick { fraction: x.fraction(rank as f64), label: axis.label(rank) }).collect()
        }
        _ => fitting_ticks(x, width),
    }
}

/// Steps of what converged.
pub(super) fn y_scale(curves: &[Curve]) -> Scale {
    let dots = || curves.iter().flat_map(|curve| &curve.dots).filter(|dot| dot.status == Status::Converged);
    let values = || dots().flat_map(|dot| [dot.low, dot.median, dot.high]).filter(|steps| steps.is_finite());
    let low = values().filter(|steps| *steps > 0.0).fold(f64::INFINITY, f64::min);
    let high = values().fold(0.0, f64::max);
    // A median may lie between 0 and 1. Where there is nothing but 0, the rest of the scale is arbitrary.
    let scale = if low.is_finite() { Scale::log(low, high) } else { Scale::log(1.0, 10.0) };
    let scale = scale.at_least_half_a_decade().padded(0.14, 0.05);
    if values().any(|steps| steps == 0.0) { scale.with_zero() } else { scale }
}

impl Curve {
    /// Joins the dots of each pixel column, when there are more dots than columns.
    pub(super) fn merge(&mut self, panel: &Panel) {
        if self.dots.len() as f64 <= panel.area.width() {
            return;
        }
        let column = |dot: &Dot| panel.x_at(dot.x).floor();
        let columns = self.dots.chunk_by(|a, b| column(a) == column(b));
        // Dots of different status stay apart; the strips show both.
        self.dots = columns.flat_map(|dots| Status::ALL.map(|status| Dot::merged(dots, status))).flatten().collect();
    }

    pub(super) fn radius(&self) -> f64 {
        if self.dots.len() <= MOST_MARKERS / 2 { MARKER } else { 0.6 * MARKER }
    }
}
