//! [`Judgment`]: one claim of an expectation held against a study, as fields; whoever shows it finds the words.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::record::{Edge, Run, Status, Summary, Trend, Value};
use crate::spec::{Claim, Condition, Experiment, Over, Span};

/// A place in a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The spec as the user named it, or `--set`.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
}

impl Place {
    /// Where a span of an experiment begins.
    pub fn of(experiment: &Experiment, span: Span) -> Place {
        let file = experiment.sources.get(span.source).map(|source| source.path.clone()).unwrap_or_default();
        Place { file, line: experiment.line(span) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// One claim of an expectation, held against a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgment {
    /// Where the claim stands.
    pub place: Place,
    /// What is claimed.
    pub claim: Claim,
    /// Of which runs.
    pub conditions: Vec<Condition>,
    /// Which of the replicates count; `None` where no cell has several, or where the claim is on a cell as a whole.
    pub over: Option<Over>,
    /// Where it does not hold; empty if it holds.
    pub violations: Vec<Violation>,
}

/// A cell of which a claim does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// What was found instead.
    pub found: Found,
    /// The settings of the cell; empty if there is nothing to tell cells apart by.
    pub cell: Settings,
    /// The runs that show it.
    pub runs: Vec<u32>,
}

/// Settings by their paths.
pub type Settings = Vec<(String, Value)>;

/// What was found of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// How one run ended.
    Ending(Ending),
    /// How the replicates ended.
    Counts(Counts),
    /// The steps of one or all of the replicates; infinite ones come with how the replicates ended.
    Steps(f64, Option<Counts>),
    /// The final loss of one or all of the replicates; an infinite one of several comes with how they ended.
    FinalLoss(f64, Option<Counts>),
    /// None of so many runs is as claimed.
    NoneOf(usize),
    /// The share of converged runs, and how all of them ended.
    SuccessRate(f64, Counts),
    /// No run converged, so no learning rate is the best.
    NoLearningRate,
    /// The best learning rate, and whether it lies on the edge of the grid.
    LearningRate(f64, Edge),
    /// Steps against those of other runs; infinite where they never converged.
    StepsAgainst(f64, f64),
    /// There are no other runs that agree on all other axes.
    NoCounterpart,
}

/// How many replicates ended in which way, in the order of [`Status::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts(pub [u64; Status::ALL.len()]);

impl Counts {
    /// Those of a cell.
    pub fn of(summary: &Summary) -> Counts {
        Counts(Status::ALL.map(|status| summary.count(status)))
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Its status.
    pub status: Status,
    /// What it was doing at its end; only for exhausted runs.
    pub trend: Option<Trend>,
    /// Steps to convergence; only for converged runs.
    pub steps: Option<u64>,
    /// Steps actually trained.
    pub trained_steps: u64,
    /// Why it ended, where the status does not say it all.
    pub reason: Option<Arc<str>>,
}

impl Ending {
    /// The ending of a run.
    pub fn of(run: &Run) -> Ending {
        let Run { status, trend, steps, trained_steps, reason, .. } = run.clone();
        Ending { status, trend, steps, trained_steps, reason }
    }
}
