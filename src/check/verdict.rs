//! What became of a cell between two studies.
//!
//! Owns the rules: which changes count, and when a change is no accident.

use std::fmt;

use super::fail_on::FailOn;
use super::joint::{self, Scores};
use crate::record::statistics::quantile;
use crate::record::{Run, Status};

/// What became of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The same bits, or a change that is too small to count or may well be an accident.
    Same,
    /// Fewer steps, or more runs that converge.
    Improved,
    /// More steps.
    Slower,
    /// Runs end in another way: fewer converge, or others diverge.
    StatusChanged,
    /// A change that would count, but there are too few seeds to tell it from an accident.
    CannotTell,
    /// The earlier study has no such cell.
    New,
    /// The later study has no such cell.
    Removed,
    /// Both have it, but settings that are no axis differ (the problem, the data, the stop rule …).
    NotComparable,
}

impl Verdict {
    /// All of them, the worst first.
    pub const ALL: [Verdict; 8] = [
        Verdict::StatusChanged,
        Verdict::Slower,
        Verdict::NotComparable,
        Verdict::CannotTell,
        Verdict::Removed,
        Verdict::New,
        Verdict::Improved,
        Verdict::Same,
    ];

    /// The words used everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::Improved => "improved",
            Verdict::Slower => "slower",
            Verdict::StatusChanged => "status changed",
            Verdict::CannotTell => "cannot tell",
            Verdict::New => "new",
            Verdict::Removed => "removed",
            Verdict::NotComparable => "not comparable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The two runs of one seed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    /// The index of the seed among all seeds of the comparison.
    pub(super) seed: u32,
    pub(super) before: &'a Run,
    pub(super) after: &'a Run,
}

impl Pair<'_> {
    /// Whether both runs went the same way, bit by bit.
    pub(super) fn is_identical(&self) -> bool {
        let Pair { before, after, .. } = self;
        (before.trajectory, before.status, before.steps) == (after.trajectory, after.status, after.steps)
    }
}

/// What changed in a cell, before any test.
pub(super) struct Change {
    pub(super) median_before: f64,
    pub(super) median_after: f64,
    /// The median over the pairs of steps after / steps before; infinite or 0 where one never converged, 1 where neither did.
    pub(super) ratio: f64,
    /// The median over the pairs of steps after − steps before.
    more: f64,
    /// Share of converged runs after − before.
    success: f64,
    /// Share of diverged runs after − before.
    divergence: f64,
    /// The pairs.
    count: usize,
}

/// Steps to convergence; infinite for a run that never did.
fn steps(run: &Run) -> f64 {
    run.steps.map_or(f64::INFINITY, |steps| steps as f64)
}

/// Steps after / steps before.
fn ratio(pair: &Pair) -> f64 {
    let (before, after) = (steps(pair.before), steps(pair.after));
    if before == after { 1.0 } else { after / before }
}

/// Steps after − steps before.
fn more(pair: &Pair) -> f64 {
    let (before, after) = (steps(pair.before), steps(pair.after));
    if before == after { 0.0 } else { after - before }
}

/// The median; of the two in the middle, what `between` makes of them. Exchanging before and after turns it around exactly.
fn middle(mut values: Vec<f64>, between: impl Fn(f64, f64) -> f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
    if low == high { low } else { between(low, high) }
}

impl Change {
    /// The change over the pairs of a cell, of which there is at least one.
    pub(super) fn of(pairs: &[Pair]) -> Change {
        let median = |of: &dyn Fn(&Pair) -> f64| {
            let mut steps: Vec<f64> = pairs.iter().map(of).collect();
            steps.sort_unstable_by(f64::total_cmp);
            quantile(&steps, 0.5)
        };
        let share = |status: Status| {
            let difference = |pair: &Pair| is(pair.after, status) - is(pair.before, status);
            pairs.iter().map(difference).fold(0.0, |a, b| a + b) / pairs.len().max(1) as f64
        };
        Change {
            median_before: median(&|pair| steps(pair.before)),
            median_after: median(&|pair| steps(pair.after)),
            ratio: middle(pairs.iter().map(ratio).collect(), |low, high| {
                if low == 0.0 && high.is_infinite() { 1.0 } else { (low * high).sqrt() }
            }),
            more: middle(
                pairs.iter().map(more).collect(),
                |low, high| if low == -high { 0.0 } else { (low + high) / 2.0 },
            ),
            success: share(Status::Converged),
            divergence: share(Status::Diverged),
            count: pairs.len(),
        }
    }

    /// What this change amounts to, were it no accident.
    fn face_value(&self, fail_on: &FailOn) -> [Verdict; 3] {
        let steps = if fail_on.is_slower(self.ratio, self.more) {
            Verdict::Slower
        } else if fail_on.is_slower(1.0 / self.ratio, -self.more) {
            Verdict::Improved
        } else {
            Verdict::Same
        };
        let success = match self.success {
            change if change < -fail_on.success => Verdict::StatusChanged,
            change if change > fail_on.success => Verdict::Improved,
            _ => Verdict::Same,
        };
        // Runs that neither converged before nor do now, but end in another way.
        let divergence = match self.divergence {
            change if self.success.abs() <= fail_on.success && change.abs() > fail_on.success => Verdict::StatusChanged,
            _ => Verdict::Same,
        };
        [steps, success, divergence]
    }

    /// The verdict on a cell: of the changes that count and are no accident (by their corrected p-values, in the order of
    /// [`statistics`]), the worst.
    ///
    /// A lone pair leaves nothing to test: runs are functions of their settings, so any change is a change of the program.
    pub(super) fn verdict(&self, p_values: [f64; 3], fail_on: &FailOn) -> Verdict {
        let face_value = self.face_value(fail_on);
        let is_real = |p: f64| self.count == 1 || p <= joint::LEVEL;
        let real = face_value.into_iter().zip(p_values).filter(|(_, p)| is_real(*p)).map(|(verdict, _)| verdict);
        let real: Vec<Verdict> = real.filter(|verdict| *verdict != Verdict::Same).collect();
        let worst = [Verdict::StatusChanged, Verdict::Slower, Verdict::Improved];
        match worst.into_iter().find(|verdict| real.contains(verdict)) {
            Some(verdict) => verdict,
            None if self.count == 1 || joint::least_p_value(self.count) <= joint::LEVEL => Verdict::Same,
            None if face_value == [Verdict::Same; 3] => Verdict::Same,
            None => Verdict::CannotTell,
        }
    }

    /// The smallest p-value of a change that counts; 1 if none does.
    pub(super) fn p_value(&self, p_values: [f64; 3], fail_on: &FailOn) -> f64 {
        let counting =
            self.face_value(fail_on).into_iter().zip(p_values).filter(|(verdict, _)| *verdict != Verdict::Same);
        counting.map(|(_, p)| p).fold(1.0, f64::min)
    }
}

fn is(run: &Run, status: Status) -> f64 {
    if run.status == status { 1.0 } else { 0.0 }
}

/// The statistics of a cell: signed ranks of steps, and the signs of success and of divergence (the exact test of McNemar).
pub(super) fn statistics(pairs: &[Pair]) -> [Scores; 3] {
    let values: Vec<(f64, f64)> = pairs.iter().map(|pair| (steps(pair.before), steps(pair.after))).collect();
    let ranks = joint::signed_ranks(&values);
    let scores = |score: &dyn Fn(usize, &Pair) -> f64| -> Scores {
        pairs.iter().enumerate().map(|(place, pair)| (pair.seed, score(place, pair))).collect()
    };
    let signs = |status: Status| scores(&|_, pair| is(pair.after, status) - is(pair.before, status));
    [scores(&|place, _| ranks[place]), signs(Status::Converged), signs(Status::Diverged)]
}
