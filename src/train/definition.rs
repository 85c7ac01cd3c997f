//! What a spec's `[stop]` section says, checked, and batch sizes.

use crate::metric::{Direction, RELATIVE_GAP};
use crate::problem::{Measure, Measures};
use crate::word::words;

/// Examples per step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BatchSize {
    /// So many examples.
    Examples(u64),
    /// All training examples.
    Full,
}

/// When a run ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// When it ends at the latest.
    pub budget: Budget,
    /// When it has converged; `None` trains to the budget.
    pub converged: Option<Convergence>,
    /// What a run does that has converged.
    pub after_convergence: AfterConvergence,
    /// It has diverged when its loss exceeds this multiple of the loss at step 0, or is not finite.
    pub diverged_loss_factor: f64,
    /// How often the run is evaluated; `None` leaves it to the problem.
    pub evaluate_every: Option<EvaluateEvery>,
}

/// The most a run may spend; at least one of the two is set, and the first one reached counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// In steps.
    pub steps: Option<u64>,
    /// In epochs.
    pub epochs: Option<u64>,
}

words! {
    /// What a run does that has converged.
    pub enum AfterConvergence {
        /// It ends.
        Stop = "stop",
        /// It trains on to its budget, to see whether the loss drops again.
        Continue = "continue",
    }
}

/// When a run has converged: all criteria hold, `hold` evaluations in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Convergence {
    /// All of these must hold; never empty.
    pub criteria: Vec<Criterion>,
    /// So many evaluations in a row, at least 1; `steps` is the first of them.
    pub hold: u64,
}

/// One condition of convergence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Criterion {
    /// Training loss at most this.
    Loss(f64),
    /// Optimality gap (loss − best possible loss) at most this.
    Gap(f64),
    /// Optimality gap at most this multiple of the gap at step 0.
    RelativeGap(f64),
    /// `|w − w*|` at most this multiple of `|w₀ − w*|`.
    Distance(f64),
    /// Euclidean norm of the full gradient at most this.
    GradientNorm(f64),
    /// Share of training examples classified correctly at least this.
    Accuracy(f64),
    /// Loss on the test examples at most this.
    TestLoss(f64),
    /// Share of test examples classified correctly at least this.
    TestAccuracy(f64),
    /// Over the last `window` evaluations the loss changed by at most `change`, relative to its size.
    Plateau {
        /// Largest relative change.
        change: f64,
        /// Number of evaluations.
        window: u64,
    },
}

/// How often a run is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvaluateEvery {
    /// After every so many steps.
    Steps(u64),
    /// After every epoch.
    Epoch,
    /// After every epoch, and as soon as the number of steps has grown by a tenth since the last evaluation.
    Tenth,
}

impl Stop {
    /// What is measured to judge convergence.
    pub fn measures(&self) -> Measures {
        let criteria = self.converged.iter().flat_map(|converged| &converged.criteria);
        criteria.fold(Measures::default(), |set, criterion| set.with(criterion.measure()))
    }

    /// Whether convergence is judged by a plateau of the loss, among others perhaps.
    pub fn waits_for_plateau(&self) -> bool {
        self.converged.iter().flat_map(|c| &c.criteria).any(|c| matches!(c, Criterion::Plateau { .. }))
    }

    /// How often a run is evaluated. Where the spec does not say: after every step if that is cheap; else finely enough to know the step
    /// of convergence to a tenth; but after every epoch where the criterion counts evaluations, or there is none.
    pub fn spacing(&self, is_cheap_to_measure: bool) -> EvaluateEvery {
        match self.evaluate_every {
            Some(every) => every,
            None if is_cheap_to_measure => EvaluateEvery::Steps(1),
            None if self.waits_for_plateau() => EvaluateEvery::Epoch,
            None if self.converged.as_ref().is_some_and(|c| c.hold == 1) => EvaluateEvery::Tenth,
            None => EvaluateEvery::Epoch,
        }
    }
}

impl Criterion {
    /// What has to be measured to judge it.
    pub fn measure(self) -> Measure {
        match self {
            Criterion::Loss(_) | Criterion::Plateau { .. } => Measure::Loss,
            Criterion::Gap(_) | Criterion::RelativeGap(_) => Measure::Gap,
            Criterion::Distance(_) => Measure::Distance,
            Criterion::GradientNorm(_) => Measure::GradientNorm,
            Criterion::Accuracy(_) => Measure::Accuracy,
            Criterion::TestLoss(_) => Measure::TestLoss,
            Criterion::TestAccuracy(_) => Measure::TestAccuracy,
        }
    }

    /// Its key in `stop.converged`.
    pub fn key(self) -> &'static str {
        match self {
            Criterion::RelativeGap(_) => RELATIVE_GAP,
            Criterion::Plateau { .. } => "plateau",
            Criterion::Loss(_)
            | Criterion::Gap(_)
            | Criterion::Distance(_)
            | Criterion::GradientNorm(_)
            | Criterion::Accuracy(_)
            | Criterion::TestLoss(_)
            | Criterion::TestAccuracy(_) => self.measure().name(),
        }
    }

    /// Whether it says that its measure is at most some threshold.
    pub(super) fn is_upper_bound(self) -> bool {
        let is_threshold = !matches!(self, Criterion::Plateau { .. });
        is_threshold && self.measure().direction() == Some(Direction::Down)
    }
}
