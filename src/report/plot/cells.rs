//! [`Cells`]: the cells of a study, summed up as in its tables, and which axis each plot lays out how.
//!
//! Knows nothing of drawing.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::scale::{Scale, rounded};
use super::style::{axis_name, shortened};
use crate::outcome::Status;
use crate::record::{Axis, BATCH_SIZE, Groups, LEARNING_RATE, SEED, Study, Summary};
use crate::value::Value;

/// An axis with more than one value, its values sorted.
#[derive(Debug)]
pub(super) struct Varying<'a> {
    axis: &'a Axis,
    /// For people: `momentum`.
    pub(super) name: String,
    /// Positions in the axis by value; the index into it is a value's rank.
    order: Vec<u32>,
    /// The rank of each position.
    ranks: Vec<u32>,
    /// The values as numbers, by rank; `None` when some value is a word.
    pub(super) numbers: Option<Vec<f64>>,
}

impl Varying<'_> {
    /// Whether its values are ways to train, of which one is best. Those of other axes are different problems, targets or batch
    /// sizes: each has a best of its own, and there is none among them.
    pub(super) fn is_tuned(&self) -> bool {
        self.axis.path == LEARNING_RATE || self.axis.path.starts_with("optimizer.")
    }

    /// How many values it has.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// The value with this rank, as text: in full if that is short, else with as few digits as tell it from its neighbors.
    pub(super) fn label(&self, rank: usize) -> String {
        let value = |rank: usize| self.order.get(rank).map(|position| &self.axis.values[*position as usize]);
        let number = |rank: usize| value(rank).and_then(Value::as_number);
        let neighbors = [rank.checked_sub(1), rank.checked_add(1)].map(|rank| rank.and_then(number));
        let short = number(rank).and_then(|number| {
            // In full where that is short.
            let exact = rounded(number, 12);
            if exact.chars().count() <= 6 {
                return Some((exact, 12));
            }
            let unlike =
                |text: &String, digits| neighbors.iter().flatten().all(|other| rounded(*other, digits) != *text);
            [3, 4, 6, 9]
                .into_iter()
                .map(|digits| (rounded(number, digits), digits))
                .find(|(text, digits)| unlike(text, *digits))
        });
        match short {
            Some((text, _)) => text,
            None => value(rank).map_or_else(String::new, word),
        }
    }

    /// The value with this rank, if it is a number.
    pub(super) fn number(&self, rank: usize) -> Option<f64> {
        self.axis.values[self.order[rank] as usize].as_number()
    }

    /// Whether the value with this rank is a word.
    pub(super) fn is_word(&self, rank: usize) -> bool {
        self.number(rank).is_none()
    }

    /// The rank of a run's value.
    pub(super) fn rank(&self, run: usize) -> usize {
        self.ranks[self.axis.positions[run] as usize] as usize
    }
}

/// All runs that differ only in their seed.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// Its first run, to look up what they share.
    pub(super) run: usize,
    /// How they went, as `summary.csv` has it.
    pub(super) summary: Summary,
}

impl Cell {
    /// How the cell counts as a whole.
    pub(super) fn status(&self) -> Status {
        self.summary.status()
    }

    /// Whether some replicates converged and others did not.
    pub(super) fn is_partial(&self) -> bool {
        self.summary.is_partial()
    }
}

/// The cells of a study.
#[derive(Debug)]
pub(super) struct Cells<'a> {
    pub(super) study: &'a Study,
    /// The axes that vary, in spec order, seeds left out.
    pub(super) axes: Vec<Varying<'a>>,
    /// Which of `axes` is laid out from left to right: the learning rate where it varies.
    pub(super) main: Option<usize>,
    /// By first run.
    pub(super) cells: Vec<Cell>,
    groups: Groups,
}

/// Cells that share the values of some axes.
#[derive(Debug)]
pub(super) struct Series {
    /// These values.
    pub(super) values: Vec<String>,
    /// The same, joined by `·`; empty when nothing sets it apart.
    pub(super) label: String,
    /// Indices into [`Cells::cells`], by rank on the main axis.
    pub(super) cells: Vec<usize>,
}

impl<'a> Cells<'a> {
    /// Groups the runs of a study.
    pub(super) fn new(study: &'a Study) -> Cells<'a> {
        let axes: Vec<Varying> =
            study.axes.iter().filter(|axis| axis.path != SEED).filter_map(|axis| Varying::new(axis, study)).collect();
        let main = main_axis(&axes);
        let groups = Groups::cells(study);
        let cell = |number: usize| {
            let runs = groups.get(number);
            Cell { run: runs[0] as usize, summary: Summary::of(study, runs) }
        };
        let cells = (0..groups.len()).into_par_iter().map(cell).collect();
        Cells { study, axes, main, cells, groups }
    }

    /// The runs of a cell.
    pub(super) fn runs(&self, cell: usize) -> impl Iterator<Item = usize> {
        self.groups.get(cell).iter().map(|run| *run as usize)
    }

    /// The most replicates a cell has.
    pub(super) fn replicates(&self) -> u64 {
        self.cells.iter().map(|cell| cell.summary.runs).max().unwrap_or(0)
    }

    /// The axis laid out from left to right.
    pub(super) fn main(&self) -> Option<&Varying<'a>> {
        self.main.map(|main| &self.axes[main])
    }

    /// The path of the axis laid out from left to right.
    pub(super) fn main_path(&self) -> Option<&str> {
        self.main().map(|axis| axis.axis.path.as_str())
    }

    /// The axis called `path`, if it varies.
    pub(super) fn position(&self, path: &str) -> Option<usize> {
        self.axes.iter().position(|axis| axis.axis.path == path)
    }

    /// The axes that set series apart.
    pub(super) fn others(&self) -> Vec<usize> {
        (0..self.axes.len()).filter(|axis| Some(*axis) != self.main).collect()
    }

    /// What sets series apart, for example `batch size · momentum`.
    pub(super) fn others_name(&self) -> String {
        self.names(&self.others()).join(" · ")
    }

    /// Whether the values of all of these axes are numbers, so that colors may go from dark to light.
    pub(super) fn are_ordered(&self, axes: &[usize]) -> bool {
        axes.iter().all(|axis| self.axes[*axis].numbers.is_some())
    }

    /// The names of some axes.
    pub(super) fn names(&self, axes: &[usize]) -> Vec<&str> {
        axes.iter().map(|axis| self.axes[*axis].name.as_str()).collect()
    }

    /// The rank of a cell on the main axis.
    pub(super) fn main_rank(&self, cell: usize) -> usize {
        self.main().map_or(0, |axis| axis.rank(self.cells[cell].run))
    }

    /// One series per combination of the other axes, in order of their values.
    pub(super) fn series(&self) -> Vec<Series> {
        self.grouped(&self.others())
    }

    /// The cells by their values on these axes, in order of the values.
    pub(super) fn grouped(&self, axes: &[usize]) -> Vec<Series> {
        let axes: Vec<&Varying> = axes.iter().map(|axis| &self.axes[*axis]).collect();
        let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        let mut key = Vec::with_capacity(axes.len());
        for (index, cell) in self.cells.iter().enumerate() {
            key.clear();
            key.extend(axes.iter().map(|axis| axis.rank(cell.run)));
            match groups.get_mut(&key) {
                Some(group) => group.push(index),
                None => drop(groups.insert(key.clone(), vec![index])),
            }
        }
        let series = |(ranks, mut cells): (Vec<usize>, Vec<usize>)| {
            cells.sort_by_key(|cell| self.main_rank(*cell));
            let values: Vec<String> = axes.iter().zip(ranks).map(|(axis, rank)| axis.label(rank)).collect();
            Series { label: values.join(" · "), values, cells }
        };
        groups.into_iter().map(series).collect()
    }

    /// Whether there is a best value along the axis laid out from left to right.
    pub(super) fn main_is_tuned(&self) -> bool {
        self.main().is_some_and(Varying::is_tuned)
    }

    /// The best of these cells, as `goldilocks.csv` has it where they differ only in their learning rate: by merit, among equals
    /// the smallest value of the axis laid out from left to right; none when no run converged.
    pub(super) fn best(&self, cells: impl IntoIterator<Item = usize>) -> Option<usize> {
        let best = cells.into_iter().min_by(|a, b| self.by_merit(*a, *b))?;
        (self.cells[best].summary.count(Status::Converged) > 0).then_some(best)
    }

    /// Orders cells, the better one first; among equals that with the smallest value of the axis laid out from left to right.
    pub(super) fn by_merit(&self, a: usize, b: usize) -> Ordering {
        let merit = self.cells[a].summary.by_merit(&self.cells[b].summary);
        merit.then_with(|| self.main_rank(a).cmp(&self.main_rank(b)))
    }

    /// An extra column's value, when it is the same positive number for all of these cells.
    pub(super) fn shared_extra(&self, name: &str, cells: impl IntoIterator<Item = usize>) -> Option<f64> {
        let extra = self.study.extra(name)?;
        let mut values = cells.into_iter().map(|cell| extra.get(self.cells[cell].run));
        let first = values.next()??;
        let same = values.all(|value| value.is_some_and(|value| value.to_bits() == first.to_bits()));
        (same && first.is_finite() && first > 0.0).then_some(first)
    }
}

impl<'a> Varying<'a> {
    fn new(axis: &'a Axis, study: &Study) -> Option<Varying<'a>> {
        if axis.values.len() < 2 {
            return None;
        }
        let mut order: Vec<u32> = (0..axis.values.len() as u32).collect();
        // Words have no order of their own: they stay as the spec has them.
        if axis.values.iter().any(|value| value.as_number().is_some()) {
            order.sort_by(|a, b| axis.values[*a as usize].total_cmp(&axis.values[*b as usize]));
        }
        let mut ranks = vec![0; order.len()];
        for (rank, position) in order.iter().enumerate() {
            ranks[*position as usize] = rank as u32;
        }
        let full = if axis.path == BATCH_SIZE { study.examples_per_epoch() } else { None };
        let number = |position: &u32| match &axis.values[*position as usize] {
            Value::Text(word) if &**word == "full" => full,
            value => value.as_number().filter(|number| number.is_finite()),
        };
        let numbers = order.iter().map(number).collect();
        Some(Varying { axis, name: axis_name(&axis.path), order, ranks, numbers })
    }
}

/// Whether numbers in ascending order want a logarithmic scale: they are positive and span a decade, or more nearly have equal
/// ratios than equal differences.
fn wants_log(ascending: &[f64]) -> bool {
    let (Some(low), Some(high)) = (ascending.first(), ascending.last()) else { return false };
    let unevenness = |gap: fn(f64, f64) -> f64| {
        let gaps = || ascending.windows(2).map(|pair| gap(pair[0], pair[1]));
        gaps().fold(0.0, f64::max) / gaps().fold(f64::INFINITY, f64::min)
    };
    let even = unevenness(|a, b| libm::log(b) - libm::log(a)) + 1e-6 < unevenness(|a, b| b - a);
    *low > 0.0 && (*high >= 10.0 * low || even)
}

/// The scale along these numbers.
pub(super) fn scale_of(numbers: impl IntoIterator<Item = f64>) -> Scale {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.dedup();
    match (numbers.first(), numbers.last()) {
        (Some(low), Some(high)) if wants_log(&numbers) => Scale::log(*low, *high),
        (Some(low), Some(high)) => Scale::linear(*low, *high),
        _ => Scale::linear(0.0, 1.0),
    }
}

/// A value that is no number, as text that is never empty: lists in brackets.
fn word(value: &Value) -> String {
    match value {
        Value::Counts(counts) => {
            let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
            shortened(&format!("[{}]", counts.join(", ")))
        }
        Value::Number(_) | Value::Count(_) | Value::Flag(_) | Value::Text(_) => shortened(&value.to_string()),
    }
}

/// The learning rate; else what is tuned; else the number with the most values, other than the batch size if there is one; else
/// whatever varies.
fn main_axis(axes: &[Varying]) -> Option<usize> {
    let find = |wanted: &dyn Fn(&Varying) -> bool| axes.iter().position(wanted);
    let is_number = |axis: &&usize| axes[**axis].numbers.is_some() && axes[**axis].axis.path != BATCH_SIZE;
    let places: Vec<usize> = (0..axes.len()).rev().collect();
    let longest = || places.iter().filter(is_number).max_by_key(|axis| axes[**axis].len()).copied();
    find(&|axis| axis.axis.path == LEARNING_RATE)
        .or_else(|| find(&|axis| axis.is_tuned() && axis.numbers.is_some()))
        .or_else(longest)
        .or_else(|| find(&|axis| axis.axis.path == BATCH_SIZE))
        .or(if axes.is_empty() { None } else { Some(0) })
}
