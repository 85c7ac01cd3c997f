//! [`Sink`]: takes finished runs as they come; [`Memory`] keeps them for a study.

use std::io;

use super::finished::Finished;
use super::plan::{Plan, not_carried_out};
use crate::outcome::Status;
use crate::record::{Compact, Curve, Extra, Parameters, Run};

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
        let extra = |name: String| Extra { name, values: vec![Compact::default(); count] };
        Memory {
            runs: vec![not_carried_out(); count],
            extras: plan.columns.extras().into_iter().map(extra).collect(),
            curves: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// Whether a run has been carried out, or has failed for a reason.
    pub fn has(&self, run: u32) -> bool {
        self.runs.get(run as usize).is_some_and(|run| run.status != Status::Failed || run.reason.is_some())
    }
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
