//! What became of a cell between two studies.
//!
//! Owns the rules: which changes count, and when a change is not put down to chance.

use std::fmt;

use super::fail_on::FailOn;
use super::permutation::{self, Statistic};
use crate::record::statistics::quantile;
use crate::record::{Run, Status};

/// What became of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The same bits, or a change that is too small to count or may well be chance.
    Same,
    /// Fewer steps, or more runs that converge.
    Improved,
    /// More steps.
    Slower,
    /// Runs end in another way: fewer converge, or others diverge.
    StatusChanged,
    /// A change that would count, but there are too few seeds to tell it from chance.
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
        outcome(before) == outcome(after)
    }

    /// Whether another pair went the same ways, before and after.
    fn is_copy(&self, other: &Pair) -> bool {
        outcome(self.before) == outcome(other.before) && outcome(self.after) == outcome(other.after)
    }
}

/// What runs of equal bits share.
fn outcome(run: &Run) -> (u64, Status, Option<u64>) {
    (run.trajectory, run.status, run.steps)
}

/// The pairs that say something of their own: one if all are copies of it, as where seeds change nothing (full batches from a
/// given start).
pub(super) fn independent<'a, 'b>(pairs: &'a [Pair<'b>]) -> &'a [Pair<'b>] {
    let copies = pairs.windows(2).all(|two| two[0].is_copy(&two[1]));
    if copies { &pairs[..pairs.len().min(1)] } else { pairs }
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
    /// The pairs that differ in their steps.
    differing: usize,
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
            differing: pairs.iter().filter(|pair| pair.before.steps != pair.after.steps).count(),
        }
    }

    /// The ratio that decides, where there is one to show.
    pub(super) fn paired_ratio(&self) -> Option<f64> {
        let no_steps = self.median_before.is_infinite() && self.median_after.is_infinite() && self.ratio == 1.0;
        (self.ratio.is_finite() && self.ratio > 0.0 && !no_steps).then_some(self.ratio)
    }

    /// What this change amounts to, were it not chance.
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

    /// The verdict on a cell: of the changes that count and are not put down to chance (by their corrected p-values, in the
    /// order of [`statistics`]), the worst.
    ///
    /// A lone pair leaves nothing to test. Where runs are functions of their settings, any change is a change of the program; of
    /// others it tells nothing.
    pub(super) fn verdict(&self, p_values: [f64; 3], fail_on: &FailOn) -> Verdict {
        let face_value = self.face_value(fail_on);
        let has_no_test = self.count == 1 && fail_on.lone;
        let is_real = |p: f64| has_no_test || p <= permutation::LEVEL;
        let real = face_value.into_iter().zip(p_values).filter(|(_, p)| is_real(*p)).map(|(verdict, _)| verdict);
        let real: Vec<Verdict> = real.filter(|verdict| *verdict != Verdict::Same).collect();
        let worst = [Verdict::StatusChanged, Verdict::Slower, Verdict::Improved];
        match worst.into_iter().find(|verdict| real.contains(verdict)) {
            Some(verdict) => verdict,
            None if !has_no_test && self.is_beyond_reach(face_value) => Verdict::CannotTell,
            None => Verdict::Same,
        }
    }

    /// Whether a change counts that no p-value could show: seeds that do not differ, or are too few, leave too few ways of
    /// swapping.
    fn is_beyond_reach(&self, face_value: [Verdict; 3]) -> bool {
        let seeds = [self.differing, self.count, self.count];
        let mut kinds = face_value.into_iter().zip(seeds);
        kinds.any(|(verdict, seeds)| verdict != Verdict::Same && permutation::least_p_value(seeds) > permutation::LEVEL)
    }

    /// The seeds that the test of steps can make use of, and all of them.
    pub(super) fn seeds(&self) -> (usize, usize) {
        (self.differing, self.count)
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

/// Added to the standard error of the logarithm of steps: a change of 5% in every seed stands out like any t of 1 or less.
const STEPS_MODERATION: f64 = 0.05;

/// Added to the standard error of a share of runs.
const SHARE_MODERATION: f64 = 0.1;

/// The factor that a run which never converged counts for against one that did, unless another seed of the cell has a larger
/// one. Success and divergence have statistics of their own.
const NEVER: f64 = 10.0;

/// Steps of 0 count as this many, so that they have a logarithm.
const LEAST_STEPS: f64 = 0.5;

/// The statistics of a cell: logarithms of the ratios of steps, and the signs of success and of divergence.
pub(super) fn statistics(pairs: &[Pair]) -> [Statistic; 3] {
    let of = |moderation: f64, score: &dyn Fn(&Pair) -> f64| Statistic {
        scores: pairs.iter().map(|pair| (pair.seed, score(pair))).collect(),
        moderation,
    };
    let finite = pairs.iter().map(log_ratio).filter(|ratio| ratio.is_finite());
    let never = finite.map(f64::abs).fold(libm::log(NEVER), f64::max);
    let share = |status: Status| of(SHARE_MODERATION, &|pair| is(pair.after, status) - is(pair.before, status));
    [
        of(STEPS_MODERATION, &|pair| log_ratio(pair).clamp(-never, never)),
        share(Status::Converged),
        share(Status::Diverged),
    ]
}

/// The logarithm of steps after / steps before; infinite where one never converged, 0 where neither did.
fn log_ratio(pair: &Pair) -> f64 {
    let (before, after) = (steps(pair.before).max(LEAST_STEPS), steps(pair.after).max(LEAST_STEPS));
    // The difference of logarithms turns around exactly when before and after are exchanged; a ratio would not.
    if before == after { 0.0 } else { libm::log(after) - libm::log(before) }
}
