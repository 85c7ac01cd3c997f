//! [`Sink`]: takes finished runs as they come; [`Memory`] keeps them for a study.

use std::collections::{HashMap, HashSet};
use std::io;

use rayon::prelude::*;

use super::plan::{Part, Plan, not_carried_out};
use crate::outcome::Status;
use crate::record::{Compact, Curve, Extra, Finished, Parameters, Run};
use crate::train::Detail;

/// Takes finished runs, in whatever order they finish.
pub trait Sink: Send {
    /// Takes the runs with these numbers.
    ///
    /// # Errors
    /// When they cannot be kept; nothing more is carried out then.
    fn take(&mut self, runs: &[u32], finished: Finished) -> io::Result<()>;
}

/// The results so far, in memory: a place for every run of a plan.
pub struct Memory {
    pub(super) runs: Vec<Run>,
    pub(super) extras: Vec<Extra>,
    pub(super) curves: Vec<Curve>,
    pub(super) parameters: Vec<Parameters>,
}

impl Memory {
    /// Room for the runs of a plan.
    pub fn new(plan: &Plan<'_>) -> Memory {
        let count = plan.grid.runs.len();
        // All threads fetch the memory of many runs from the system.
        let places = || (0..count).into_par_iter().with_min_len(1 << 14);
        let extra = |name: String| Extra { name, values: places().map(|_| Compact::default()).collect() };
        Memory {
            runs: places().map(|_| not_carried_out()).collect(),
            extras: plan.columns.extras().into_iter().map(extra).collect(),
            curves: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// Whether a run has been carried out, or has failed for a reason.
    pub fn has(&self, run: u32) -> bool {
        self.runs.get(run as usize).is_some_and(|run| run.status != Status::Failed || run.reason.is_some())
    }

    /// Whether a run has been carried out and did not fail.
    pub fn has_succeeded(&self, run: u32) -> bool {
        self.runs.get(run as usize).is_some_and(|run| run.status != Status::Failed)
    }
}

/// The runs of a part of a plan that are still to be carried out, ascending.
pub fn missing(plan: &Plan<'_>, part: Part<'_>, finished: &Memory) -> Vec<u32> {
    part.runs(plan).filter(|&run| !finished.has(run)).collect()
}

/// Of runs that were finished under another plan, which records the same of runs, those that can stand in this one: with a curve
/// and parameters where this plan keeps them, and without a curve where it keeps none.
pub fn fitting(plan: &Plan<'_>, runs: &[u32], mut finished: Finished) -> (Vec<u32>, Finished) {
    let parameters = &plan.experiment.parameters;
    let ends = usize::from(parameters.has_initial()) + usize::from(parameters.has_final());
    let keeps_curve = |run: u32| plan.curves != Detail::None && plan.keeps_curve(run);
    finished.curves.retain(|curve| keeps_curve(curve.run as u32));
    let with_curve: HashSet<usize> = finished.curves.iter().map(|curve| curve.run).collect();
    let mut found: HashMap<usize, usize> = HashMap::new();
    finished.parameters.iter().for_each(|of| *found.entry(of.run).or_default() += 1);
    finished.only(runs, |number, run| {
        let place = number as usize;
        let is_recorded = !keeps_curve(number) || with_curve.contains(&place);
        run.status == Status::Failed || is_recorded && found.get(&place).copied().unwrap_or(0) == ends
    })
}

impl Sink for Memory {
    fn take(&mut self, runs: &[u32], finished: Finished) -> io::Result<()> {
        let width = self.extras.len();
        for (place, (&number, run)) in runs.iter().zip(finished.runs).enumerate() {
            self.runs[number as usize] = run;
            for (extra, &value) in self.extras.iter_mut().zip(&finished.extras[place * width..]) {
                extra.values[number as usize] = value;
            }
        }
        self.curves.extend(finished.curves);
        self.parameters.extend(finished.parameters);
        Ok(())
    }
}
