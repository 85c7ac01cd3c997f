//! [`Cells`]: the runs of a study grouped by everything but their seed, and which axis each plot lays out how.
//!
//! A run that never converged counts as infinitely many steps, so that a median tells the truth about all replicates.
//! Knows nothing of drawing.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::scale::rounded;
use super::style::{axis_name, shortened};
use crate::outcome::Status;
use crate::record::statistics::Quartiles;
use crate::record::{Axis, Study};
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
    /// How many values it has.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// The value with this rank, as text: with as few digits as tell it from its neighbors.
    pub(super) fn label(&self, rank: usize) -> String {
        let value = |rank: usize| self.order.get(rank).map(|position| &self.axis.values[*position as usize]);
        let number = |rank: usize| value(rank).and_then(Value::as_number);
        let neighbors = [rank.checked_sub(1), rank.checked_add(1)].map(|rank| rank.and_then(number));
        let short = number(rank).and_then(|number| {
            let unlike =
                |text: &String, digits| neighbors.iter().flatten().all(|other| rounded(*other, digits) != *text);
            [3, 4, 6, 9]
                .into_iter()
                .map(|digits| (rounded(number, digits), digits))
                .find(|(text, digits)| unlike(text, *digits))
        });
        match short {
            Some((text, _)) => text,
            None => value(rank).map_or_else(String::new, |value| shortened(&value.to_string())),
        }
    }

    /// The rank of a run's value.
    pub(super) fn rank(&self, run: usize) -> usize {
        self.ranks[self.axis.positions[run] as usize] as usize
    }
}

/// All runs that differ only in their seed.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// One of its runs, to look up what they share.
    pub(super) run: usize,
    /// Indices into [`Cells::members`].
    members: Range<usize>,
    pub(super) converged: usize,
    pub(super) diverged: usize,
    pub(super) exhausted: usize,
    /// Steps to convergence; infinite where that many replicates never converged.
    pub(super) steps: Quartiles,
}

impl Cell {
    /// How most of its replicates ended; converged when the median is finite.
    pub(super) fn status(&self) -> Status {
        if self.steps.median.is_finite() {
            Status::Converged
        } else if self.diverged >= self.exhausted {
            Status::Diverged
        } else {
            Status::Exhausted
        }
    }

    /// How many replicates it has, those that failed left out.
    pub(super) fn size(&self) -> usize {
        self.converged + self.diverged + self.exhausted
    }

    /// Whether some replicates converged and others did not.
    pub(super) fn is_partial(&self) -> bool {
        self.converged > 0 && self.converged < self.size()
    }
}

/// The cells of a study that have a result.
#[derive(Debug)]
pub(super) struct Cells<'a> {
    pub(super) study: &'a Study,
    /// The axes that vary, in spec order, seeds left out.
    pub(super) axes: Vec<Varying<'a>>,
    /// Which of `axes` is laid out from left to right: the learning rate where it varies.
    pub(super) main: Option<usize>,
    /// By first run.
    pub(super) cells: Vec<Cell>,
    members: Vec<u32>,
    /// How many runs could not be carried out.
    pub(super) failed: usize,
}

/// The cells that share everything but the main axis.
#[derive(Debug)]
pub(super) struct Series {
    /// The values that set it apart, joined by `·`; empty when it is the only one.
    pub(super) label: String,
    /// Indices into [`Cells::cells`], by rank on the main axis.
    pub(super) cells: Vec<usize>,
}

impl<'a> Cells<'a> {
    /// Groups the runs of a study.
    pub(super) fn new(study: &'a Study) -> Cells<'a> {
        let axes: Vec<Varying> = study
            .axes
            .iter()
            .filter(|axis| axis.path != "seed" && axis.positions.len() == study.runs.len())
            .filter_map(|axis| Varying::new(axis, study))
            .collect();
        let main = main_axis(&axes);
        let mut cells = Cells { study, axes, main, cells: Vec::new(), members: Vec::new(), failed: 0 };
        cells.group();
        cells
    }

    /// The runs of a cell.
    pub(super) fn runs(&self, cell: &Cell) -> impl Iterator<Item = usize> {
        self.members[cell.members.clone()].iter().map(|run| *run as usize)
    }

    /// The most replicates a cell has.
    pub(super) fn replicates(&self) -> usize {
        self.cells.iter().map(Cell::size).max().unwrap_or(0)
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
    pub(super) fn others(&self) -> Vec<&Varying<'a>> {
        let main = self.main;
        self.axes.iter().enumerate().filter(|(axis, _)| Some(*axis) != main).map(|(_, axis)| axis).collect()
    }

    /// What sets series apart, for example `batch size · momentum`.
    pub(super) fn others_name(&self) -> String {
        self.others().iter().map(|axis| axis.name.as_str()).collect::<Vec<_>>().join(" · ")
    }

    /// The rank of a cell on the main axis.
    pub(super) fn main_rank(&self, cell: usize) -> usize {
        self.main().map_or(0, |axis| axis.rank(self.cells[cell].run))
    }

    /// One series per combination of the other axes, in order of their values.
    pub(super) fn series(&self) -> Vec<Series> {
        let others = self.others();
        let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        let mut key = Vec::with_capacity(others.len());
        for (index, cell) in self.cells.iter().enumerate() {
            key.clear();
            key.extend(others.iter().map(|axis| axis.rank(cell.run)));
            match groups.get_mut(&key) {
                Some(group) => group.push(index),
                None => drop(groups.insert(key.clone(), vec![index])),
            }
        }
        groups
            .into_iter()
            .map(|(ranks, mut cells)| {
                cells.sort_by_key(|cell| self.main_rank(*cell));
                let labels: Vec<String> = others.iter().zip(ranks).map(|(axis, rank)| axis.label(rank)).collect();
                Series { label: labels.join(" · "), cells }
            })
            .collect()
    }

    /// The cell with the fewest median steps, the first of equals; none when no median is finite.
    pub(super) fn best(&self, cells: impl IntoIterator<Item = usize>) -> Option<usize> {
        cells
            .into_iter()
            .filter(|cell| self.cells[*cell].steps.median.is_finite())
            .min_by(|a, b| self.cells[*a].steps.median.total_cmp(&self.cells[*b].steps.median))
    }

    /// An extra column's value, when it is the same positive number for all of these cells.
    pub(super) fn shared_extra(&self, name: &str, cells: impl IntoIterator<Item = usize>) -> Option<f64> {
        let extra = self.study.extra(name)?;
        let mut values = cells.into_iter().map(|cell| extra.get(self.cells[cell].run));
        let first = values.next()??;
        let same = values.all(|value| value.is_some_and(|value| value.to_bits() == first.to_bits()));
        (same && first.is_finite() && first > 0.0).then_some(first)
    }

    /// Gives every run the number of its cell, axis by axis, then collects the runs of each.
    fn group(&mut self) {
        let runs = self.study.runs.len();
        let mut numbers = vec![0u32; runs];
        let mut count = runs.min(1);
        for axis in &self.axes {
            let mut seen: HashMap<u64, u32> = HashMap::new();
            for (number, position) in numbers.iter_mut().zip(&axis.axis.positions) {
                let fresh = seen.len() as u32;
                *number = *seen.entry(u64::from(*number) << 32 | u64::from(*position)).or_insert(fresh);
            }
            count = seen.len();
        }

        // Counting sort keeps the runs of a cell in spec order.
        let mut starts = vec![0usize; count + 1];
        for number in &numbers {
            starts[*number as usize + 1] += 1;
        }
        for cell in 0..count {
            starts[cell + 1] += starts[cell];
        }
        let mut next = starts.clone();
        self.members = vec![0; runs];
        for (run, number) in numbers.iter().enumerate() {
            let place = &mut next[*number as usize];
            self.members[*place] = run as u32;
            *place += 1;
        }
        let mut steps = Vec::new();
        for bounds in starts.windows(2) {
            self.collect(bounds[0]..bounds[1], &mut steps);
        }
    }

    fn collect(&mut self, members: Range<usize>, steps: &mut Vec<f64>) {
        steps.clear();
        let Some(first) = self.members.get(members.start) else { return };
        let run = *first as usize;
        let never = Quartiles::of(&mut []);
        let mut cell = Cell { run, members: members.clone(), converged: 0, diverged: 0, exhausted: 0, steps: never };
        for run in &self.members[members] {
            let run = &self.study.runs[*run as usize];
            match run.status {
                Status::Converged => cell.converged += 1,
                Status::Diverged => cell.diverged += 1,
                Status::Exhausted => cell.exhausted += 1,
                Status::Failed => {
                    self.failed += 1;
                    continue;
                }
            }
            let converged = run.status == Status::Converged;
            steps.push(run.steps.filter(|_| converged).map_or(f64::INFINITY, |steps| steps as f64));
        }
        if !steps.is_empty() {
            self.cells.push(Cell { steps: Quartiles::of(steps), ..cell });
        }
    }
}

impl<'a> Varying<'a> {
    fn new(axis: &'a Axis, study: &Study) -> Option<Varying<'a>> {
        if axis.values.len() < 2 {
            return None;
        }
        let mut order: Vec<u32> = (0..axis.values.len() as u32).collect();
        order.sort_by(|a, b| axis.values[*a as usize].total_cmp(&axis.values[*b as usize]));
        let mut ranks = vec![0; order.len()];
        for (rank, position) in order.iter().enumerate() {
            ranks[*position as usize] = rank as u32;
        }
        let full = if axis.path == "batch_size" { examples_per_epoch(study) } else { None };
        let number = |position: &u32| match &axis.values[*position as usize] {
            Value::Text(word) if &**word == "full" => full,
            value => value.as_number().filter(|number| number.is_finite()),
        };
        let numbers = order.iter().map(number).collect();
        Some(Varying { axis, name: axis_name(&axis.path), order, ranks, numbers })
    }
}

/// How many examples an epoch has, from a run that counted both.
fn examples_per_epoch(study: &Study) -> Option<f64> {
    study.runs.iter().find_map(|run| {
        let (epochs, examples) = (run.epochs.get()?, run.examples.get()?);
        (epochs > 0.0 && examples > 0).then(|| (examples as f64 / epochs).round())
    })
}

/// The learning rate; else a number, other than the batch size if there is one; else whatever varies.
fn main_axis(axes: &[Varying]) -> Option<usize> {
    let find = |wanted: &dyn Fn(&Varying) -> bool| axes.iter().position(wanted);
    find(&|axis| axis.axis.path == "learning_rate")
        .or_else(|| find(&|axis| axis.numbers.is_some() && axis.axis.path != "batch_size"))
        .or_else(|| find(&|axis| axis.axis.path == "batch_size"))
        .or(if axes.is_empty() { None } else { Some(0) })
}

/// At most `most` of `count` things, evenly chosen, first and last among them.
pub(super) fn evenly(count: usize, most: usize) -> Vec<usize> {
    if count <= most || most < 2 {
        return (0..count.min(most)).collect();
    }
    (0..most).map(|index| (index * (count - 1) + (most - 1) / 2) / (most - 1)).collect()
}
