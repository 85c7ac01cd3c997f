//! One axis of the expanded grid, as a column over all runs.

use crate::value::Value;

/// One axis of the grid.
#[derive(Debug, Clone)]
pub struct Axis {
    /// The dotted path in the spec, for example `learning_rate` or `optimizer.momentum`.
    pub path: String,
    /// The distinct values, in order of first appearance.
    pub values: Vec<Value>,
    /// For each run, the index of its value in `values`.
    pub positions: Vec<u32>,
}

impl Axis {
    /// The value of this axis for a run.
    pub fn value(&self, run: usize) -> &Value {
        &self.values[self.positions[run] as usize]
    }
}
