//! `goldilocks.csv`: for every combination of the axes beside learning rate and seed, the learning rate that is just right.
//!
//! Owns what "best" means and what is said about the edges of the grid and the limits of convergence.

use std::cmp::Ordering;
use std::io::{self, Write};

use rayon::prelude::*;

use super::cell::{Groups, LEARNING_RATE, SEED};
use super::study::{Extra, Study};
use super::summary::Summary;
use super::table::{self, Rows};
use crate::grid::Axis;
use crate::metric::STABILITY_LIMIT;
use crate::outcome::Status;
use crate::value::Value;

/// The columns after the axes.
const COLUMNS: [&str; 14] = [
    LEARNING_RATE,
    "steps_median",
    "steps_q25",
    "steps_q75",
    "epochs_median",
    "examples_median",
    "ert",
    "success_rate",
    "runs",
    "on_edge",
    "converging_low",
    "converging_high",
    "diverging_from",
    STABILITY_LIMIT,
];

/// Whether the best learning rate might lie outside the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Smaller and larger learning rates were tried, or there is only one.
    Inside,
    /// The best is the largest that was tried.
    Upper,
    /// The best is the smallest that was tried.
    Lower,
}

impl Edge {
    /// What to do about it; empty inside.
    pub fn advice(self) -> &'static str {
        match self {
            Edge::Inside => "",
            Edge::Upper => "extend upwards",
            Edge::Lower => "extend downwards",
        }
    }
}

/// The best learning rate of a group of cells and how it went with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    /// The first run of its cell.
    pub run: usize,
    /// Its replicates.
    pub summary: Summary,
    /// Whether it might lie outside the grid.
    pub edge: Edge,
}

/// What the learning rates of one group of cells amount to. The cells differ in nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Goldilocks {
    /// A run of the group, for the values of the axes that all its runs share.
    pub run: usize,
    /// Learning rates tried.
    pub rates: usize,
    /// The learning rate with the fewest steps: the smallest median; among equals the highest success rate, then the fewest
    /// expected steps per success, then the smallest learning rate. `None` if no run of the group converged.
    pub best: Option<Best>,
    /// Smallest and largest learning rate all of whose replicates converged.
    pub converging: Option<(f64, f64)>,
    /// The measured stability limit: the smallest learning rate from which on, upwards, at least half of the replicates of
    /// each diverged.
    pub diverging_from: Option<f64>,
    /// The stability limit that theory gives; the least of the group if its runs have different ones.
    pub stability_limit: Option<f64>,
}

impl Goldilocks {
    /// One for each combination of the axes beside learning rate and seed, in order of first appearance.
    pub fn of(study: &Study) -> Vec<Goldilocks> {
        let cells = Groups::cells(study);
        let rate = study.axes.iter().find(|axis| axis.path == LEARNING_RATE);
        let groups = Groups::of_cells_by_the_rest(study, &cells);
        (0..groups.len()).into_par_iter().map(|group| of_group(study, &cells, rate, groups.get(group))).collect()
    }
}

/// What is known of some cells that follow each other in ascending order of the learning rate. Joining such parts in order gives
/// the same result however they are cut, so a large group is summed up by all threads.
struct Part {
    /// The place of the best cell in the whole group, its first run, and how it went.
    best: Option<(usize, usize, Summary)>,
    /// First and last learning rate all of whose replicates converged.
    converging: Option<(f64, f64)>,
    /// The learning rate from which on at least half of the replicates of each diverged.
    diverging_from: Option<f64>,
    /// Whether that is so of all the cells.
    all_diverge: bool,
    stability_limit: Option<f64>,
}

impl Part {
    const EMPTY: Part =
        Part { best: None, converging: None, diverging_from: None, all_diverge: true, stability_limit: None };

    /// What one cell says.
    fn of(study: &Study, limit: Option<&Extra>, rate: Option<f64>, place: usize, runs: &[u32]) -> Part {
        let summary = Summary::of(study, runs);
        let diverges = 2 * summary.count(Status::Diverged) >= summary.runs;
        let limits = runs.iter().filter_map(|&run| limit?.get(run as usize));
        Part {
            best: (summary.count(Status::Converged) > 0).then_some((place, runs[0] as usize, summary)),
            converging: rate.filter(|_| summary.count(Status::Converged) == summary.runs).map(|rate| (rate, rate)),
            diverging_from: rate.filter(|_| diverges),
            all_diverge: diverges,
            stability_limit: limits.min_by(f64::total_cmp),
        }
    }

    /// These cells and, after them, those of `next`.
    fn join(self, next: Part) -> Part {
        Part {
            best: match (self.best, next.best) {
                // The first of equals is the smallest learning rate.
                (Some(first), Some(second)) if second.2.by_merit(&first.2).is_lt() => Some(second),
                (first, second) => first.or(second),
            },
            converging: match (self.converging, next.converging) {
                (Some((low, _)), Some((_, high))) => Some((low, high)),
                (first, second) => first.or(second),
            },
            diverging_from: if next.all_diverge {
                self.diverging_from.or(next.diverging_from)
            } else {
                next.diverging_from
            },
            all_diverge: self.all_diverge && next.all_diverge,
            stability_limit: [self.stability_limit, next.stability_limit].into_iter().flatten().min_by(f64::total_cmp),
        }
    }
}

/// Cells that one thread sums up at a time.
const CELLS_PER_PART: usize = 1024;

fn of_group(study: &Study, cells: &Groups, rate: Option<&Axis>, group: &[u32]) -> Goldilocks {
    let value = |cell: u32| rate.map(|axis| axis.value(cells.get(cell as usize)[0] as usize));
    let mut ascending = group.to_vec();
    ascending.sort_by(|&a, &b| match (value(a), value(b)) {
        (Some(a), Some(b)) => a.total_cmp(b),
        _ => Ordering::Equal,
    });
    let limit = study.extra(STABILITY_LIMIT);
    let part = |(place, &cell): (usize, &u32)| {
        Part::of(study, limit, value(cell).and_then(Value::as_number), place, cells.get(cell as usize))
    };
    let parts = ascending.par_iter().enumerate().with_min_len(CELLS_PER_PART).map(part);
    let all = parts.reduce(|| Part::EMPTY, Part::join);
    let edge = |place: usize| match place {
        _ if group.len() == 1 => Edge::Inside,
        0 => Edge::Lower,
        _ if place + 1 == group.len() => Edge::Upper,
        _ => Edge::Inside,
    };
    Goldilocks {
        run: cells.get(group[0] as usize)[0] as usize,
        rates: group.len(),
        best: all.best.map(|(place, run, summary)| Best { run, summary, edge: edge(place) }),
        converging: all.converging,
        diverging_from: all.diverging_from,
        stability_limit: all.stability_limit,
    }
}

/// Writes `goldilocks.csv`: the axes beside learning rate and seed, then what [`Goldilocks`] holds.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_goldilocks(study: &Study, out: &mut (impl Write + Send)) -> io::Result<()> {
    let axes = || study.axes.iter().filter(|axis| axis.path != SEED && axis.path != LEARNING_RATE);
    let rate = study.axes.iter().find(|axis| axis.path == LEARNING_RATE);
    let groups = Goldilocks::of(study);
    let header = axes().flat_map(table::columns).chain(COLUMNS);
    table::write(out, header, groups.len(), 1024, |group, rows| {
        let group = &groups[group];
        axes().for_each(|axis| rows.axis(study, axis, group.run));
        match &group.best {
            Some(best) => write_best(best, rate.map(|axis| axis.value(best.run)), rows),
            None => (0..10).for_each(|_| rows.none()),
        }
        let (low, high) = group.converging.unzip();
        [low, high, group.diverging_from, group.stability_limit]
            .into_iter()
            .for_each(|rate| rows.optional_number(rate));
        rows.end();
    })
}

fn write_best(best: &Best, rate: Option<&Value>, rows: &mut Rows) {
    match rate {
        Some(rate) => rows.value(rate),
        None => rows.none(),
    }
    let Summary { steps, epochs_median, examples_median, expected_steps, .. } = best.summary;
    [steps.median, steps.q25, steps.q75, epochs_median, examples_median, expected_steps]
        .into_iter()
        .for_each(|count| rows.finite(count));
    rows.number(best.summary.success_rate());
    rows.count(best.summary.runs);
    rows.text(best.edge.advice());
}

#[cfg(test)]
mod tests;
