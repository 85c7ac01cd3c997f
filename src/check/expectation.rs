//! Holds a study against the expectations of its spec.
//!
//! Owns which cells an expectation speaks of; what a claim means and how it is worded is in `claim`.

use std::fmt;
use std::path::PathBuf;

use super::claim;
use crate::grid;
use crate::record::{Axis, Groups, Study};
use crate::spec::{Condition, Experiment, Span};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgment {
    /// Where the claim stands.
    pub place: Place,
    /// What is claimed, and of which runs: `10 steps at learning_rate 0.7`.
    pub claim: String,
    /// Where it does not hold; empty if it holds.
    pub violations: Vec<Violation>,
}

/// A cell of which a claim does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What was found instead: `11 steps`.
    pub found: String,
    /// The settings of the cell: `learning_rate 0.7`; empty if there is nothing to tell cells apart by.
    pub cell: String,
    /// The runs: `run 2`.
    pub runs: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { found, cell, runs } = self;
        let comma = if cell.is_empty() { "" } else { ", " };
        write!(f, "{found} ({cell}{comma}{runs})")
    }
}

impl Judgment {
    /// The line that tells a violation: what was expected, what was found, and the runs; `None` if the claim holds.
    pub fn message(&self) -> Option<String> {
        let first = self.violations.first()?;
        let more = match self.violations.len() - 1 {
            0 => String::new(),
            1 => ", and so in 1 more cell".to_owned(),
            more => format!(", and so in {more} more cells"),
        };
        Some(format!("expected {}, got {first}{more}", self.claim))
    }
}

/// Holds every claim of a spec against a study; the study's axes must be those of the spec's grid (the store puts results read from a folder in that order).
pub fn judge(experiment: &Experiment, study: &Study) -> Vec<Judgment> {
    let expectations = experiment.expectations.iter();
    let claims = expectations.flat_map(|expectation| expectation.claims.iter().map(move |claim| (expectation, claim)));
    claims
        .map(|(expectation, claim)| {
            let cells = cells(study, &expectation.conditions);
            Judgment {
                place: Place::of(experiment, claim.span),
                claim: claim::wording(&claim.value, expectation, &cells),
                violations: claim::violations(&claim.value, expectation, study, &cells),
            }
        })
        .collect()
}

/// The cells of the runs that meet all conditions, with these runs only.
pub(super) fn cells(study: &Study, conditions: &[Condition]) -> Vec<Vec<u32>> {
    let selected = select(study, conditions);
    let groups = Groups::cells(study);
    let cells = groups.iter().map(|runs| runs.iter().copied().filter(|run| selected[*run as usize]).collect());
    cells.filter(|runs: &Vec<u32>| !runs.is_empty()).collect()
}

/// Which runs meet all conditions. A condition on something that is not an axis met no run when the spec was expanded already.
pub(super) fn select(study: &Study, conditions: &[Condition]) -> Vec<bool> {
    let count = study.runs.len();
    grid::select(&study.axes, count, conditions).unwrap_or_else(|_| vec![false; count])
}

/// The study of some of the runs, in their order, without curves.
pub(super) fn part(study: &Study, runs: &[u32]) -> Study {
    let axis = |axis: &Axis| Axis {
        path: axis.path.clone(),
        values: axis.values.clone(),
        positions: runs.iter().map(|run| axis.positions[*run as usize]).collect(),
    };
    Study {
        axes: study.axes.iter().map(axis).collect(),
        extras: study.extras.iter().map(|extra| extra.of_runs(runs.iter().map(|run| *run as usize))).collect(),
        runs: runs.iter().map(|run| study.runs[*run as usize].clone()).collect(),
        ..Study::default()
    }
}
