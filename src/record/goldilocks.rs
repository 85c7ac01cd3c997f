//! `goldilocks.csv`: for every combination of the axes beside learning rate and seed, the learning rate that is just right.
//!
//! Owns what "best" means and what is said about the edges of the grid and the limits of convergence.

use std::cmp::Ordering;
use std::io::{self, Write};

use rayon::prelude::*;

use super::cell::{Groups, LEARNING_RATE, SEED};
use super::study::Study;
use super::summary::Summary;
use super::table::{self, Rows};
use crate::grid::Axis;
use crate::outcome::Status;
use crate::value::Value;

/// The column, if the problem has it, in which a run carries the stability limit that theory gives (2/λmax and its like).
const STABILITY_LIMIT: &str = "stability_limit";

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

/// A cell seen as a learning rate that was tried.
struct Trial<'a> {
    rate: Option<&'a Value>,
    runs: &'a [u32],
    summary: Summary,
}

impl Trial<'_> {
    fn rate(&self) -> Option<f64> {
        self.rate.and_then(Value::as_number)
    }
}

fn of_group(study: &Study, cells: &Groups, rate: Option<&Axis>, group: &[u32]) -> Goldilocks {
    let mut trials: Vec<Trial> = group
        .par_iter()
        .map(|&cell| {
            let runs = cells.get(cell as usize);
            Trial { rate: rate.map(|axis| axis.value(runs[0] as usize)), runs, summary: Summary::of(study, runs) }
        })
        .collect();
    let run = trials[0].runs[0] as usize;
    trials.sort_by(|a, b| match (a.rate, b.rate) {
        (Some(a), Some(b)) => a.total_cmp(b),
        _ => Ordering::Equal,
    });
    let converging = || trials.iter().filter(|trial| trial.summary.count(Status::Converged) == trial.summary.runs);
    let diverging =
        trials.iter().rev().take_while(|trial| 2 * trial.summary.count(Status::Diverged) >= trial.summary.runs);
    Goldilocks {
        run,
        rates: trials.len(),
        best: best(&trials),
        converging: converging().next().and_then(Trial::rate).zip(converging().next_back().and_then(Trial::rate)),
        diverging_from: diverging.last().and_then(Trial::rate),
        stability_limit: stability_limit(study, &trials),
    }
}

/// The best of the trials, which are in ascending order of the learning rate.
fn best(trials: &[Trial]) -> Option<Best> {
    let converged = trials.iter().enumerate().filter(|(_, trial)| trial.summary.count(Status::Converged) > 0);
    // The first of equals is the smallest learning rate.
    let (place, trial) = converged.min_by(|(_, a), (_, b)| {
        let (a, b) = (&a.summary, &b.summary);
        a.steps
            .median
            .total_cmp(&b.steps.median)
            .then(b.success_rate().total_cmp(&a.success_rate()))
            .then(a.expected_steps.total_cmp(&b.expected_steps))
    })?;
    let edge = match place {
        _ if trials.len() == 1 => Edge::Inside,
        0 => Edge::Lower,
        _ if place + 1 == trials.len() => Edge::Upper,
        _ => Edge::Inside,
    };
    Some(Best { run: trial.runs[0] as usize, summary: trial.summary, edge })
}

fn stability_limit(study: &Study, trials: &[Trial]) -> Option<f64> {
    let column = study.extras.iter().position(|name| name == STABILITY_LIMIT)?;
    let runs = trials.iter().flat_map(|trial| trial.runs);
    runs.filter_map(|&run| *study.runs[run as usize].extras.get(column)?).min_by(f64::total_cmp)
}

/// Writes `goldilocks.csv`: the axes beside learning rate and seed, then what [`Goldilocks`] holds.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_goldilocks(study: &Study, out: &mut (impl Write + Send)) -> io::Result<()> {
    let axes = || study.axes.iter().filter(|axis| axis.path != SEED && axis.path != LEARNING_RATE);
    let rate = study.axes.iter().find(|axis| axis.path == LEARNING_RATE);
    let groups = Goldilocks::of(study);
    let header = axes().map(|axis| axis.path.as_str()).chain(COLUMNS);
    table::write(out, header, groups.len(), 1024, |group, rows| {
        let group = &groups[group];
        axes().for_each(|axis| rows.value(axis.value(group.run)));
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
