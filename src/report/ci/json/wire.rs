//! The fields of the JSON, in their order. Infinite numbers are `null`.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::expectation::{Expectation, RunEnding, Tally, settings, tally};
use crate::check::{self, Against, CellChange, Checked, Conclusion, Counts, Moved, Note, Side, Sought, Verdict};

#[derive(Serialize)]
pub(super) struct Checks {
    conclusion: &'static str,
    specs: Vec<Spec>,
}

#[derive(Serialize)]
struct Spec {
    name: String,
    spec: String,
    conclusion: &'static str,
    runs: usize,
    failed: Vec<Failed>,
    expectations: Vec<Expectation>,
    baseline: Baseline,
}

#[derive(Serialize)]
struct Failed {
    run: usize,
    reason: String,
}

/// What a study was held against.
#[derive(Serialize)]
struct Baseline {
    state: &'static str,
    folder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sought: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten)]
    comparison: Option<Comparison>,
}

#[derive(Serialize)]
pub(super) struct Comparison {
    fail_on: String,
    counts: Tally,
    notes: Vec<NoteOf>,
    settings_that_differ: Vec<Difference>,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct NoteOf {
    kind: &'static str,
    cells: usize,
}

#[derive(Serialize)]
struct Difference {
    setting: String,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Serialize)]
struct Cell {
    settings: Map<String, Json>,
    verdict: &'static str,
    before: Option<CellSide>,
    after: Option<CellSide>,
    change: Option<Change>,
    paired_ratio: Option<f64>,
    pairs: usize,
    identical: usize,
    seeds_that_differ: usize,
    p_value: Option<f64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Change {
    Endings { before: RunEnding, after: RunEnding },
    Medians { median_before: f64, median_after: f64, median_ratio: f64 },
}

#[derive(Serialize)]
struct CellSide {
    first_run: Option<u32>,
    runs: u64,
    counts: Tally,
    steps_median: f64,
    success_rate: f64,
}

impl Checks {
    pub(super) fn of(checked: &[Checked]) -> Checks {
        let conclusion = checked.iter().map(Checked::conclusion).max().unwrap_or(Conclusion::Passed);
        Checks { conclusion: conclusion.name(), specs: checked.iter().map(Spec::of).collect() }
    }
}

impl Spec {
    fn of(one: &Checked) -> Spec {
        let failed = one.failed.iter().map(|(run, reason)| Failed { run: *run, reason: reason.clone() });
        Spec {
            name: one.name.clone(),
            spec: one.spec.to_string_lossy().into_owned(),
            conclusion: one.conclusion().name(),
            runs: one.runs,
            failed: failed.collect(),
            expectations: one.judgments.iter().map(Expectation::of).collect(),
            baseline: Baseline::of(&one.against),
        }
    }
}

impl Baseline {
    fn of(against: &Against) -> Baseline {
        let none =
            |state| Baseline { state, folder: None, sought: None, others: Vec::new(), error: None, comparison: None };
        let sought = |sought: &Sought| {
            Some(match sought {
                Sought::Results(folder) => folder.to_string_lossy().into_owned(),
                Sought::Folder(name) | Sought::Name(name) => name.clone(),
            })
        };
        match against {
            Against::Baseline { folder, comparison, .. } => Baseline {
                folder: Some(folder.to_string_lossy().into_owned()),
                comparison: Some(Comparison::of(comparison)),
                ..none("compared")
            },
            Against::Itself => none("itself"),
            Against::NoneYet(place) => Baseline { sought: sought(place), ..none("none yet") },
            Against::ExpectationsAlone(place, others) => {
                Baseline { sought: sought(place), others: others.clone(), ..none("expectations alone") }
            }
            Against::Missing(place) => Baseline { sought: sought(place), ..none("missing") },
            Against::Unreadable(error) => Baseline { error: Some(error.clone()), ..none("unreadable") },
            Against::NoResults(error) => Baseline { error: Some(error.clone()), ..none("no results") },
        }
    }
}

impl Comparison {
    pub(super) fn of(comparison: &check::Comparison) -> Comparison {
        let counts =
            Verdict::ALL.into_iter().map(|verdict| (verdict.name().to_owned(), comparison.count(verdict).into()));
        let notes = comparison.notes.iter().map(|note| match *note {
            Note::OtherSeeds(cells) => NoteOf { kind: "other seeds", cells },
            Note::OtherSettings(cells) => NoteOf { kind: "other settings", cells },
            Note::UnequalSeeds(cells) => NoteOf { kind: "unequal seeds", cells },
        });
        let differences = comparison.differences.iter().map(|one| Difference {
            setting: one.path.clone(),
            before: one.before.clone(),
            after: one.after.clone(),
        });
        Comparison {
            fail_on: comparison.fail_on.to_string(),
            counts: counts.collect(),
            notes: notes.collect(),
            settings_that_differ: differences.collect(),
            cells: comparison.cells.iter().map(Cell::of).collect(),
        }
    }
}

impl Cell {
    fn of(cell: &CellChange) -> Cell {
        let change = cell.moved.as_ref().map(|moved| match moved {
            Moved::One(before, after) => Change::Endings { before: RunEnding::of(before), after: RunEnding::of(after) },
            Moved::Several { before, after, ratio } => {
                Change::Medians { median_before: *before, median_after: *after, median_ratio: *ratio }
            }
        });
        Cell {
            settings: settings(&cell.settings),
            verdict: cell.verdict.name(),
            before: cell.before.as_ref().map(CellSide::of),
            after: cell.after.as_ref().map(CellSide::of),
            change,
            paired_ratio: cell.paired_ratio,
            pairs: cell.pairs,
            identical: cell.identical,
            seeds_that_differ: cell.seeds.0,
            p_value: cell.p_value,
        }
    }
}

impl CellSide {
    fn of(side: &Side) -> CellSide {
        CellSide {
            first_run: side.runs.first().copied(),
            runs: side.summary.runs,
            counts: tally(&Counts::of(&side.summary)),
            steps_median: side.summary.steps.median,
            success_rate: side.summary.success_rate(),
        }
    }
}
