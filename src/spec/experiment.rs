//! The checked experiment: what a spec says once nothing in it is wrong.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::axis::Block;
use super::condition::{Bounds, Condition};
use super::diagnostic::{Diagnostic, Diagnostics, Located, SourceFile, Span, line};
use super::key;
use super::kind::Given;
use super::settings::{Point, Settings};
use super::together;
use crate::outcome::Status;
use crate::train;
use crate::value::Value;

/// What one `[[expect]]` holds the runs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The runs it speaks of: every condition must hold; all runs when empty.
    pub conditions: Vec<Condition>,
    /// How replicates are put together; when `None`, the median for numbers and all of them for a status.
    pub over: Option<Over>,
    /// What is claimed of them; never empty.
    pub claims: Vec<Located<Claim>>,
    /// Where the expectation stands.
    pub span: Span,
}

/// How the replicates of a cell are put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Over {
    /// Their median.
    Median,
    /// Every one of them.
    All,
    /// At least one of them.
    Any,
    /// This quantile, in `[0, 1]`.
    Quantile(f64),
}

/// One claim of an `[[expect]]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// Steps to convergence lie within bounds; `steps = 10` is at least and at most 10.
    Steps(Bounds),
    /// The runs end so.
    Status(Status),
    /// The share of converged runs lies within bounds.
    SuccessRate(Bounds),
    /// The loss at the last evaluation lies within bounds.
    FinalLoss(Bounds),
    /// The learning rate with the fewest steps lies within bounds.
    BestLearningRate {
        /// The bounds.
        bounds: Bounds,
        /// Among the runs with this batch size; `None` when the expectation's `where` says it all.
        batch_size: Option<Value>,
    },
    /// The runs need fewer steps than these.
    FewerStepsThan(Vec<Condition>),
}

/// Pictures of what networks make of the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Pictures {
    /// After so many epochs; ascending, different, never empty.
    pub epochs: Vec<u64>,
    /// For the runs that meet all of these; for a few of all runs when empty.
    pub conditions: Vec<Condition>,
    /// Where they are asked for.
    pub span: Span,
}

/// A setting outside the grid that two specs have differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its dotted path.
    pub path: String,
    /// What the earlier spec says; `None` if nothing.
    pub before: Option<String>,
    /// What the later one says; `None` if nothing.
    pub after: Option<String>,
}

/// A spec without errors.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// Name of the results folder.
    pub name: String,
    /// One sentence for plots and tables; may be empty.
    pub description: String,
    /// The spec file, then the overrides; never empty.
    pub sources: Arc<[SourceFile]>,
    /// The folder that paths in the spec are relative to.
    pub base_dir: PathBuf,
    /// The blocks of the grid; never empty.
    pub blocks: Vec<Block>,
    /// What it is held to.
    pub expectations: Vec<Expectation>,
    /// How curves are recorded.
    pub curves: train::Detail,
    /// At most so many runs keep a curve.
    pub max_curves: u64,
    /// Which parameters are recorded.
    pub parameters: train::ParameterDetail,
    /// Which pictures of the plane are drawn.
    pub boundary: Option<Pictures>,
    /// Which changes fail `check`, as written in `[check]`.
    pub fail_on: Vec<Located<String>>,
    /// What stands outside the grid.
    pub(crate) settings: Settings,
}

impl Experiment {
    /// The spec file.
    pub fn source(&self) -> &SourceFile {
        &self.sources[0]
    }

    /// The settings outside the grid that a later spec has differently, in the order of their paths.
    pub fn differences(&self, later: &Experiment) -> Vec<Difference> {
        let text = |experiment: &Experiment, path: &str| {
            experiment.settings.given.get(path).map(|given| match &given.value {
                Given::Scalar(value) => value.to_string(),
                Given::Names(names) => format!("[{}]", names.join(", ")),
            })
        };
        let paths: BTreeSet<&str> =
            [self, later].into_iter().flat_map(|experiment| experiment.settings.given.keys().copied()).collect();
        let differences = paths.into_iter().map(|path| Difference {
            path: path.to_owned(),
            before: text(self, path),
            after: text(later, path),
        });
        differences.filter(|difference| difference.before != difference.after).collect()
    }

    /// Where a setting got this value: the value on an axis of the grid, else the setting outside the grid.
    /// For an axis that is computed (`{ log = … }`) it is the whole axis.
    pub fn locate(&self, path: &str, value: &Value) -> Option<Span> {
        together::locate(path, value, &self.settings, &self.blocks)
    }

    /// Whether the spec says when a run has converged.
    pub fn has_criterion(&self) -> bool {
        let axes = self.blocks.iter().flat_map(|block| &block.axes).map(|axis| axis.path);
        self.settings.given.keys().copied().chain(axes).any(|path| key::is_below(path, "stop.converged"))
    }

    /// The measure that convergence is judged by and its value, if it is one criterion and the same for all runs.
    pub fn target(&self) -> Option<(&'static str, f64)> {
        const CRITERIA: &str = "stop.converged";
        let is_criterion = |path: &&str| key::is_below(path, CRITERIA) && *path != "stop.converged.hold";
        let mut axes = self.blocks.iter().flat_map(|block| &block.axes).map(|axis| axis.path);
        let mut given = self.settings.given.iter().filter(|(path, _)| is_criterion(path));
        let (Some((path, value)), None) = (given.next(), given.next()) else { return None };
        let measure = path.strip_prefix(CRITERIA)?.strip_prefix('.')?;
        match &value.value {
            Given::Scalar(value) if !axes.any(|path| is_criterion(&path)) => Some((measure, value.as_number()?)),
            Given::Scalar(_) | Given::Names(_) => None,
        }
    }

    /// The value of a setting outside the grid, or its default.
    pub fn setting(&self, path: &str) -> Option<Value> {
        Point { settings: &self.settings, axes: &[] }.value(path)
    }

    /// The settings outside the grid that a program may want to know: its own, the optimizer's, and when a run ends.
    pub fn settings_for_programs(&self) -> Vec<&'static str> {
        let is_told = |path: &&str| ["params", "optimizer", "stop"].iter().any(|section| key::is_below(path, section));
        self.settings.given.keys().copied().filter(is_told).collect()
    }

    /// Whether its runs are programs of the user's own.
    pub fn has_programs(&self) -> bool {
        self.settings.kinds.is_command()
    }

    /// Where a setting outside the grid stands.
    pub fn place(&self, path: &str) -> Option<Span> {
        self.settings.span(path).or_else(|| self.settings.section_span(path))
    }

    /// Whether runs train as the TensorFlow Playground does.
    pub fn trains_as_the_page(&self) -> bool {
        Point { settings: &self.settings, axes: &[] }.optional_word("optimizer.kind")
            == Some(train::OptimizerKind::Playground)
    }

    /// Errors about this experiment that turn up after reading it, for example when its data are loaded.
    pub fn diagnostics(&self, list: Vec<Diagnostic>) -> Diagnostics {
        Diagnostics::new(self.sources.clone(), list)
    }

    /// The text of the spec.
    pub fn text(&self) -> &str {
        self.sources.first().map_or("", |source| &source.text)
    }

    /// The line a span begins on, counted from 1.
    pub fn line(&self, span: Span) -> usize {
        line(&self.sources, span)
    }
}
