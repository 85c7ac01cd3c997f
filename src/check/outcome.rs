//! What a check of one spec comes to: its expectations, its baseline, and the conclusion.

use std::path::PathBuf;

use super::comparison::{CellChange, Comparison};
use super::expectation::{Judgment, Place};
use super::verdict::Verdict;

/// A spec held against its expectations and its baseline.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The name of the study.
    pub name: String,
    /// The spec.
    pub spec: PathBuf,
    /// How many runs it has.
    pub runs: usize,
    /// Runs that could not be carried out, with their reasons.
    pub failed: Vec<(usize, String)>,
    /// Its expectations, one entry per claim.
    pub judgments: Vec<Judgment>,
    /// Its baseline.
    pub against: Against,
    /// Where in the spec what is said of the baseline is shown.
    pub place: Place,
}

/// What a study was held against.
#[derive(Debug, Clone)]
pub enum Against {
    /// An earlier study.
    Baseline {
        /// Where it is kept.
        folder: PathBuf,
        /// Cell by cell.
        comparison: Comparison,
        /// New cells are fine.
        lenient: bool,
    },
    /// There is none, and that is fine; says why.
    Nothing(String),
    /// There is none, though others are there: passes on the expectations alone, with a warning that says so.
    NotFound(String),
    /// There should be one; says why there is none that can be used.
    Unusable(String),
}

/// What a check comes to, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conclusion {
    /// All is as expected.
    Passed,
    /// It cannot be told.
    NotComparable,
    /// Something is not as expected, or worse than before.
    Regressed,
}

impl Comparison {
    /// What a cell comes to.
    pub fn conclusion(&self, cell: &CellChange, lenient: bool) -> Conclusion {
        let fail_on = &self.fail_on;
        match cell.verdict {
            Verdict::Slower | Verdict::StatusChanged => Conclusion::Regressed,
            Verdict::Improved if fail_on.improvements || fail_on.bits => Conclusion::Regressed,
            Verdict::Same if fail_on.bits && cell.identical < cell.pairs => Conclusion::Regressed,
            Verdict::New if lenient => Conclusion::Passed,
            Verdict::New | Verdict::Removed | Verdict::NotComparable | Verdict::CannotTell => Conclusion::NotComparable,
            Verdict::Same | Verdict::Improved => Conclusion::Passed,
        }
    }
}

impl Checked {
    /// What the check comes to. That something is known to be wrong outweighs that something cannot be told.
    pub fn conclusion(&self) -> Conclusion {
        let expectations = self.judgments.iter().any(|judgment| !judgment.violations.is_empty());
        if expectations || !self.failed.is_empty() {
            return Conclusion::Regressed;
        }
        match &self.against {
            Against::Nothing(_) | Against::NotFound(_) => Conclusion::Passed,
            Against::Unusable(_) => Conclusion::NotComparable,
            Against::Baseline { comparison, lenient, .. } => {
                let cells = comparison.cells.iter().map(|cell| comparison.conclusion(cell, *lenient));
                cells.max().unwrap_or(Conclusion::Passed)
            }
        }
    }

    /// The claims that do not hold, each with the line that tells it.
    pub fn violations(&self) -> impl Iterator<Item = (&Judgment, String)> {
        self.judgments.iter().filter_map(|judgment| Some((judgment, judgment.message()?)))
    }

    /// The cells that keep the check from passing, the worst first.
    pub fn objections(&self) -> Vec<(&CellChange, Conclusion)> {
        let Against::Baseline { comparison, lenient, .. } = &self.against else { return Vec::new() };
        let cells = comparison.cells.iter().map(|cell| (cell, comparison.conclusion(cell, *lenient)));
        let mut cells: Vec<_> = cells.filter(|(_, conclusion)| *conclusion != Conclusion::Passed).collect();
        let rank = |verdict: Verdict| Verdict::ALL.iter().position(|one| *one == verdict);
        cells.sort_by_key(|(cell, conclusion)| (std::cmp::Reverse(*conclusion), rank(cell.verdict)));
        cells
    }
}

/// Of the cells with one verdict at most so many are told one by one, and of those that cannot be compared at most …
const MOST_CELLS: usize = 10;

/// … so many: they usually have one cause.
const MOST_INCOMPARABLE: usize = 3;

/// A line of what is wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where in the spec.
    pub place: Place,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// Whether it has to be seen although it passes.
    pub is_warning: bool,
    /// The line.
    pub message: String,
}

impl Checked {
    /// All that is to be told of this spec, a line each: violated expectations, failed runs, what became of cells, notes.
    pub fn findings(&self) -> Vec<Finding> {
        let finding = |place: &Place, conclusion, message| Finding {
            place: place.clone(),
            conclusion,
            is_warning: false,
            message,
        };
        let here = |conclusion, message| finding(&self.place, conclusion, message);
        let mut list: Vec<Finding> = self
            .violations()
            .map(|(judgment, message)| finding(&judgment.place, Conclusion::Regressed, message))
            .collect();
        list.extend(self.failed.first().map(|(run, reason)| {
            let count = self.failed.len();
            let noun = if count == 1 { "run" } else { "runs" };
            here(Conclusion::Regressed, format!("{count} {noun} could not be carried out; run {run}: {reason}"))
        }));
        match &self.against {
            Against::Nothing(why) => list.push(here(Conclusion::Passed, why.clone())),
            Against::NotFound(why) => {
                list.push(Finding { is_warning: true, ..here(Conclusion::Passed, why.clone()) });
            }
            Against::Unusable(why) => list.push(here(Conclusion::NotComparable, why.clone())),
            Against::Baseline { comparison, lenient, .. } => {
                let objections = self.objections();
                for alike in objections.chunk_by(|(a, _), (b, _)| a.verdict == b.verdict) {
                    let regressed = alike.iter().any(|(_, conclusion)| *conclusion == Conclusion::Regressed);
                    let most = if regressed { MOST_CELLS } else { MOST_INCOMPARABLE };
                    let shown = alike.iter().take(most);
                    list.extend(shown.map(|(cell, conclusion)| here(*conclusion, objection(cell))));
                    if let [.., (cell, conclusion)] = alike
                        && let more @ 1.. = alike.len().saturating_sub(most)
                    {
                        let noun = if more == 1 { "cell" } else { "cells" };
                        list.push(here(*conclusion, format!("{}: {more} more {noun}", cell.verdict)));
                    }
                }
                if !comparison.differences.is_empty() {
                    let differences = comparison.differing_settings();
                    let message = format!("settings that differ from those of the baseline: {differences}");
                    list.push(here(Conclusion::NotComparable, message));
                }
                let new = comparison.count(Verdict::New);
                if *lenient && new > 0 {
                    let noun = if new == 1 { "cell is" } else { "cells are" };
                    list.push(here(
                        Conclusion::Passed,
                        format!("{new} {noun} new; passed, for --baseline-lenient was given"),
                    ));
                }
                list.extend(comparison.notes.iter().map(|note| here(Conclusion::Passed, note.clone())));
            }
        }
        list
    }

    /// How it went, in one line.
    pub fn headline(&self) -> String {
        let violated = self.violations().count();
        let expectations = match (self.judgments.len(), violated) {
            (0, _) => "no expectations".to_owned(),
            (1, 0) => "1 expectation holds".to_owned(),
            (all, 0) => format!("{all} expectations hold"),
            (all, violated) => format!("{violated} of {all} expectations violated"),
        };
        let (folder, comparison) = match &self.against {
            Against::Baseline { folder, comparison, .. } => (folder, comparison),
            Against::NotFound(_) => return format!("{}: {expectations}; no baseline was found", self.name),
            Against::Nothing(_) | Against::Unusable(_) => return format!("{}: {expectations}", self.name),
        };
        let folder = folder.display();
        let cells = comparison.cells.len();
        if comparison.identical() == cells {
            let noun = if cells == 1 { "1 cell is".to_owned() } else { format!("{cells} cells are") };
            return format!("{}: {expectations}; {noun} as in {folder}, bit by bit", self.name);
        }
        let counts = Verdict::ALL.into_iter().map(|verdict| (comparison.count(verdict), verdict));
        let counts: Vec<String> =
            counts.filter(|(count, _)| *count > 0).map(|(count, verdict)| format!("{count} {verdict}")).collect();
        format!("{}: {expectations}; cells against {folder}: {}", self.name, counts.join(", "))
    }
}

/// The line of a cell that keeps a check from passing.
fn objection(cell: &CellChange) -> String {
    match cell.verdict {
        Verdict::Same => format!("other bits, though bits must not change: {}", cell.message()),
        Verdict::Improved => format!("the baseline is out of date: {}", cell.message()),
        Verdict::New => format!("{}: not in the baseline; save a new one, or pass --baseline-lenient", cell.message()),
        Verdict::Removed => format!("{}: only in the baseline; save a new one", cell.message()),
        _ => cell.message(),
    }
}
