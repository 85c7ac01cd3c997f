//! Which runs conditions speak of.

use std::fmt;

use super::Axis;
use super::{Grid, column};
use crate::spec::{Condition, Matcher};
use crate::value::Value;

/// Whether an axis value meets a condition. Numbers compare by size, so `1` meets `1.0`.
pub fn matches(condition: &Condition, value: &Value) -> bool {
    match &condition.matcher {
        Matcher::OneOf(values) => values.contains(value),
        Matcher::Within(bounds) => value.as_number().is_some_and(|number| bounds.contains(number)),
    }
}

/// A condition on something that is no axis of the grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAxis {
    /// What the condition speaks of.
    pub path: String,
    /// The axes there are.
    pub axes: Vec<String>,
}

impl fmt::Display for UnknownAxis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an axis of this grid; its axes are {}", self.path, self.axes.join(", "))
    }
}

impl std::error::Error for UnknownAxis {}

/// For each of the runs of these axes, whether it meets all conditions.
///
/// # Errors
/// When a condition speaks of no axis.
pub fn select(axes: &[Axis], runs: usize, conditions: &[Condition]) -> Result<Vec<bool>, UnknownAxis> {
    let mut selected = vec![true; runs];
    for condition in conditions {
        let Some(axis) = axes.iter().find(|axis| axis.path == condition.path) else {
            let axes = axes.iter().map(|axis| axis.path.clone()).collect();
            return Err(UnknownAxis { path: condition.path.clone(), axes });
        };
        let matching: Vec<bool> = axis.values.iter().map(|value| matches(condition, value)).collect();
        for (selected, position) in selected.iter_mut().zip(&axis.positions) {
            *selected &= matching[*position as usize];
        }
    }
    Ok(selected)
}

impl Grid {
    /// Keeps the runs that meet all conditions, in their order; their identities stay.
    ///
    /// # Errors
    /// When a condition speaks of no axis.
    pub fn filter(mut self, conditions: &[Condition]) -> Result<Grid, UnknownAxis> {
        let selected = select(&self.axes, self.runs.len(), conditions)?;
        self.keep(&selected);
        Ok(self)
    }

    /// Keeps the runs with these numbers, in their order; their identities stay.
    #[must_use]
    pub fn only(mut self, numbers: &[u32]) -> Grid {
        let mut selected = vec![false; self.runs.len()];
        for number in numbers {
            if let Some(selected) = selected.get_mut(*number as usize) {
                *selected = true;
            }
        }
        self.keep(&selected);
        self
    }

    /// Keeps the selected runs.
    pub(super) fn keep(&mut self, selected: &[bool]) {
        retain(&mut self.runs, selected);
        // The axes are shared; what is kept of them is not.
        let mut axes = self.axes.to_vec();
        for axis in &mut axes {
            retain(&mut axis.positions, selected);
            column::compact(axis);
        }
        self.axes = axes.into();
    }
}

pub(super) fn retain<T>(items: &mut Vec<T>, selected: &[bool]) {
    let mut selected = selected.iter();
    items.retain(|_| selected.next().copied().unwrap_or(true));
}
