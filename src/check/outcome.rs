//! What a check of one spec comes to: its expectations, its baseline, and the conclusion.

use std::path::PathBuf;

use super::comparison::{CellChange, Comparison, Note};
use super::judgment::{Judgment, Place};
use super::verdict::Verdict;
use crate::spec::Difference;

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
    /// None, for this outcome becomes one.
    Itself,
    /// There is none yet, and that is fine.
    NoneYet(Sought),
    /// There is none, so the expectations decide alone; with a warning where other studies have results (the first few of them), for
    /// then the spec may have been renamed.
    ExpectationsAlone(Sought, Vec<String>),
    /// There should be one.
    Missing(Sought),
    /// It cannot be read; the error says why.
    Unreadable(String),
    /// The results that were to be checked cannot be used; the error says why.
    NoResults(String),
}

/// Where a baseline was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// Among the results that belong to specs, in this folder.
    Results(PathBuf),
    /// In a folder that was named.
    Folder(String),
    /// Among the baselines that were saved under this name.
    Name(String),
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

impl Conclusion {
    /// The word used everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Conclusion::Passed => "passed",
            Conclusion::NotComparable => "cannot tell",
            Conclusion::Regressed => "regressed",
        }
    }
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
            Against::Itself | Against::NoneYet(_) | Against::ExpectationsAlone(..) => Conclusion::Passed,
            Against::Missing(_) | Against::Unreadable(_) | Against::NoResults(_) => Conclusion::NotComparable,
            Against::Baseline { comparison, lenient, .. } => {
                let cells = comparison.cells.iter().map(|cell| comparison.conclusion(cell, *lenient));
                cells.max().unwrap_or(Conclusion::Passed)
            }
        }
    }

    /// The claims that do not hold.
    pub fn violated(&self) -> impl Iterator<Item = &Judgment> {
        self.judgments.iter().filter(|judgment| !judgment.violations.is_empty())
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

/// Something that is wrong, or worth knowing.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    /// Where in the spec.
    pub place: &'a Place,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// Whether it has to be seen although it passes.
    pub is_warning: bool,
    /// What it is.
    pub what: What<'a>,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum What<'a> {
    /// A claim does not hold.
    Violated(&'a Judgment),
    /// Runs could not be carried out, of which there is at least one.
    FailedRuns(&'a [(usize, String)]),
    /// There is no baseline.
    NoBaseline(&'a Against),
    /// A cell keeps the check from passing.
    Cell(&'a CellChange),
    /// So do so many more with the same verdict.
    MoreCells(Verdict, usize),
    /// Settings beside the axes differ.
    Settings(&'a [Difference]),
    /// So many cells are not in the baseline, and that is fine.
    NewCells(usize),
    /// Something about the comparison itself.
    Note(Note),
}

impl Checked {
    /// All that is to be told of this spec: violated expectations, failed runs, what became of cells, notes.
    pub fn findings(&self) -> Vec<Finding<'_>> {
        let here = |conclusion, what| Finding { place: &self.place, conclusion, is_warning: false, what };
        let violated = self.violated().map(|judgment| Finding {
            place: &judgment.place,
            conclusion: Conclusion::Regressed,
            is_warning: false,
            what: What::Violated(judgment),
        });
        let mut list: Vec<Finding<'_>> = violated.collect();
        if !self.failed.is_empty() {
            list.push(here(Conclusion::Regressed, What::FailedRuns(&self.failed)));
        }
        match &self.against {
            Against::Baseline { comparison, lenient, .. } => {
                list.extend(self.cells_found().into_iter().map(|(conclusion, what)| here(conclusion, what)));
                if !comparison.differences.is_empty() {
                    list.push(here(Conclusion::NotComparable, What::Settings(&comparison.differences)));
                }
                let new = comparison.count(Verdict::New);
                if *lenient && new > 0 {
                    list.push(here(Conclusion::Passed, What::NewCells(new)));
                }
                list.extend(comparison.notes.iter().map(|note| here(Conclusion::Passed, What::Note(*note))));
            }
            against @ (Against::Itself | Against::NoneYet(_)) => {
                list.push(here(Conclusion::Passed, What::NoBaseline(against)));
            }
            against @ Against::ExpectationsAlone(_, others) => {
                let finding = here(Conclusion::Passed, What::NoBaseline(against));
                list.push(Finding { is_warning: !others.is_empty(), ..finding });
            }
            against @ (Against::Missing(_) | Against::Unreadable(_) | Against::NoResults(_)) => {
                list.push(here(Conclusion::NotComparable, What::NoBaseline(against)));
            }
        }
        list
    }

    /// The first cells of each verdict that keeps the check from passing, and how many more there are.
    fn cells_found(&self) -> Vec<(Conclusion, What<'_>)> {
        let mut list = Vec::new();
        for alike in self.objections().chunk_by(|(a, _), (b, _)| a.verdict == b.verdict) {
            let regressed = alike.iter().any(|(_, conclusion)| *conclusion == Conclusion::Regressed);
            let most = if regressed { MOST_CELLS } else { MOST_INCOMPARABLE };
            list.extend(alike.iter().take(most).map(|(cell, conclusion)| (*conclusion, What::Cell(cell))));
            if let [.., (cell, conclusion)] = alike
                && let more @ 1.. = alike.len().saturating_sub(most)
            {
                list.push((*conclusion, What::MoreCells(cell.verdict, more)));
            }
        }
        list
    }
}
