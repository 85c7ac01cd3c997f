//! [`Finished`]: some runs at their ends, on their way from an executor to a sink.

use crate::record::{Compact, Curve, Parameters, Run};

/// The finished runs of a task.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finished {
    /// In the order of the task.
    pub runs: Vec<Run>,
    /// Of each run a row of what the plan's columns name, row after row.
    pub extras: Vec<Compact<f64>>,
    /// What was kept of curves; measures in the order of the plan's columns.
    pub curves: Vec<Curve>,
    /// Where runs began and ended, if the spec asks for it.
    pub parameters: Vec<Parameters>,
}

impl Finished {
    /// Adds what another task finished.
    pub fn append(&mut self, mut other: Finished) {
        self.runs.append(&mut other.runs);
        self.extras.append(&mut other.extras);
        self.curves.append(&mut other.curves);
        self.parameters.append(&mut other.parameters);
    }
}
