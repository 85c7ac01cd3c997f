//! The checked experiment: what a spec says once nothing in it is wrong.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::data;
use crate::problem;
use crate::train;
use crate::value::Value;

/// A spec file and its text, kept for error messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as the user gave it.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

/// A byte range in the text of a spec.
pub type Span = Range<usize>;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands in the spec.
    pub span: Span,
}

/// All that decides a run's numbers except the four settings that may differ between lanes of one group
/// (learning rate, momentum, batch size and seed).
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// What is trained.
    pub problem: problem::Definition,
    /// What it is trained on, if the problem has examples.
    pub data: Option<data::Definition>,
    /// In which order the examples are visited.
    pub sampling: data::Sampling,
    /// Which random streams change with the seed.
    pub streams: Streams,
    /// Look ahead with momentum.
    pub nesterov: bool,
    /// When a run ends.
    pub stop: train::Stop,
}

/// Which random streams change with the seed: `true` is `"per-seed"`, `false` is `"shared"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Streams {
    /// Generated examples, and the split into training and test.
    pub data: bool,
    /// Initial parameters.
    pub init: bool,
    /// The order of examples.
    pub order: bool,
}

/// The settings of one run that may differ between lanes of one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneSettings {
    /// Learning rate, positive and finite.
    pub learning_rate: f64,
    /// Momentum in `[0, 1)`.
    pub momentum: f64,
    /// Examples per step. Curves have none and use [`train::BatchSize::Full`].
    pub batch_size: train::BatchSize,
    /// Seed of the random streams.
    pub seed: u64,
}

/// What one `[[expect]]` holds the runs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The runs it speaks of: every condition must hold.
    pub conditions: Vec<Condition>,
    /// Where the expectation stands.
    pub span: Span,
}

/// A condition on one axis, from `where` or `exclude`.
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
    Bounds {
        /// Greater than this.
        above: Option<f64>,
        /// Less than this.
        below: Option<f64>,
        /// At least this.
        at_least: Option<f64>,
        /// At most this.
        at_most: Option<f64>,
    },
}

/// How curves are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurveDetail {
    /// Every evaluation.
    All,
    /// Evenly in log step, first and last always kept.
    Thinned,
    /// No curves.
    None,
}

/// A spec without errors.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// Name of the results folder.
    pub name: String,
    /// One sentence for plots and tables; may be empty.
    pub description: String,
    /// The file it came from.
    pub source: Arc<SourceFile>,
    /// What it is held to.
    pub expectations: Vec<Expectation>,
}
