//! [`Course`]: the curves of a cell's replicates as one line with a band.
//!
//! A replicate that ended keeps its last value, a diverged one counts as infinite from there on; the line ends where half
//! of the replicates have ended. Knows nothing of drawing.

use std::borrow::Cow;

use super::cells::Cells;
use super::quantity::Quantity;
use crate::outcome::Status;
use crate::record::statistics::Quartiles;
use crate::record::{Curve, Study};

/// More points than this along one line cannot be told apart.
const MOST_POINTS: usize = 500;

/// Median and quartiles of a quantity along the steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Course {
    pub(super) steps: Vec<f64>,
    pub(super) low: Vec<f64>,
    pub(super) median: Vec<f64>,
    pub(super) high: Vec<f64>,
}

/// The curve of a run, if it was recorded.
pub(super) fn curve_of(study: &Study, run: usize) -> Option<&Curve> {
    let index = study.curves.binary_search_by_key(&run, |curve| curve.run).ok()?;
    study.curves.get(index).filter(|curve| !curve.steps.is_empty())
}

impl Course {
    /// The course of a cell; none when no replicate has a curve.
    pub(super) fn new(cells: &Cells, cell: usize, quantity: Quantity) -> Option<Course> {
        let study = cells.study;
        // What a run counts as from where it diverged on, and a value that is no number: the worst there is.
        let worst = if quantity.is_share(study) { 0.0 } else { f64::INFINITY };
        let traces: Vec<Trace> = cells
            .runs(cell)
            .filter(|run| study.runs[*run].status != Status::Failed)
            .filter_map(|run| {
                let curve = curve_of(study, run)?;
                let values = quantity.of(curve);
                let diverged = study.runs[run].status == Status::Diverged;
                (values.len() == curve.steps.len()).then_some(Trace { steps: &curve.steps, values, diverged, worst })
            })
            .collect();
        let mut ends: Vec<u64> = traces.iter().filter_map(|trace| trace.steps.last().copied()).collect();
        ends.sort_unstable();
        let end = *ends.get(ends.len() / 2)?;
        let mut steps: Vec<u64> =
            traces.iter().flat_map(|trace| trace.steps.iter().copied()).filter(|step| *step <= end).collect();
        steps.sort_unstable();
        steps.dedup();

        let mut course = Course::default();
        let mut values = Vec::with_capacity(traces.len());
        for step in thinned(&steps) {
            values.clear();
            values.extend(traces.iter().map(|trace| trace.at(step)));
            let quartiles = Quartiles::of(&mut values);
            course.steps.push(step as f64);
            course.low.push(quartiles.q25);
            course.median.push(quartiles.median);
            course.high.push(quartiles.q75);
        }
        Some(course)
    }

    /// All of its values.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        [&self.low, &self.median, &self.high].into_iter().flatten().copied()
    }

    /// The median at a step between its first and its last one.
    pub(super) fn at(&self, step: f64) -> f64 {
        let after = self.steps.partition_point(|own| *own < step).min(self.steps.len().saturating_sub(1));
        let before = after.saturating_sub(1);
        let (low, high) = (self.median[before], self.median[after]);
        let length = self.steps[after] - self.steps[before];
        let share = if length > 0.0 { (step - self.steps[before]) / length } else { 1.0 };
        if low > 0.0 && high > 0.0 { low * libm::pow(high / low, share) } else { low + share * (high - low) }
    }

    /// The step at which it ends.
    pub(super) fn end(&self) -> f64 {
        self.steps.last().copied().unwrap_or(0.0)
    }
}

/// One replicate.
struct Trace<'a> {
    steps: &'a [u64],
    values: Cow<'a, [f64]>,
    diverged: bool,
    worst: f64,
}

impl Trace<'_> {
    /// The value at a step; between two recorded ones along a straight line of the logarithm, where there is one.
    fn at(&self, step: u64) -> f64 {
        let number = |value: f64| if value.is_nan() { self.worst } else { value };
        let after = self.steps.partition_point(|recorded| *recorded <= step);
        let Some(before) = after.checked_sub(1) else { return number(self.values[0]) };
        let value = number(self.values[before]);
        let Some((next_step, next)) = self.steps.get(after).zip(self.values.get(after)) else {
            let gone = self.diverged && step > self.steps[before];
            return if gone { self.worst } else { value };
        };
        let next = number(*next);
        if step == self.steps[before] || value <= 0.0 || next <= 0.0 || !value.is_finite() || !next.is_finite() {
            return value;
        }
        let share = (step - self.steps[before]) as f64 / (next_step - self.steps[before]) as f64;
        value * libm::pow(next / value, share)
    }
}

/// Steps evenly in their logarithm, first and last always kept.
fn thinned(steps: &[u64]) -> Vec<u64> {
    if steps.len() <= MOST_POINTS {
        return steps.to_vec();
    }
    let place = |step: u64| libm::log(1.0 + step as f64);
    let last = steps.last().copied().unwrap_or(0);
    let width = place(last) / MOST_POINTS as f64;
    let mut kept: Vec<u64> = Vec::new();
    for step in steps {
        if *step == last || kept.last().is_none_or(|previous| place(*step) - place(*previous) >= width) {
            kept.push(*step);
        }
    }
    kept
}
