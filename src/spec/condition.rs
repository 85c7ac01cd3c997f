//! Conditions on axes, checked: what `where`, `exclude` and filters say.

use super::diagnostic::Span;
use crate::value::Value;

/// A condition on one axis, from `where`, `exclude` or a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Dotted path of the axis.
    pub path: String,
    /// What its value must be.
    pub matcher: Matcher,
    /// Where the condition stands.
    pub span: Span,
}

/// What an axis value is held against.
#[derive(Debug, Clone, PartialEq)]
pub enum Matcher {
    /// One of these values (numbers compare by size, so `1` matches `1.0`).
    OneOf(Vec<Value>),
    /// A number within bounds.
    Within(Bounds),
}

/// Bounds on a number; all that are set must hold, and at least one is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bounds {
    /// Greater than this.
    pub above: Option<f64>,
    /// Less than this.
    pub below: Option<f64>,
    /// At least this.
    pub at_least: Option<f64>,
    /// At most this.
    pub at_most: Option<f64>,
}

impl Bounds {
    /// Whether `number` lies within the bounds.
    pub fn contains(&self, number: f64) -> bool {
        self.above.is_none_or(|bound| number > bound)
            && self.below.is_none_or(|bound| number < bound)
            && self.at_least.is_none_or(|bound| number >= bound)
            && self.at_most.is_none_or(|bound| number <= bound)
    }
}
