//! [`Follower`]: judges what another program measures, by the same books that judge the lanes of a group.
//!
//! Knows nothing of processes and of how measurements are read: steps and numbers come in, an [`Outcome`] comes out.

use super::definition::Stop;
use super::group::{Outcome, recorded};
use super::ledger::{Ledger, Verdict};
use super::recording::{Curve, Detail, Thinning};
use crate::outcome::Status;
use crate::problem::{Measure, Measures};

/// What a program says of itself after some step: a number per [`Measure`], NaN for what it does not say.
pub type Said = [f64; Measure::COUNT];

/// Follows one run, measurement by measurement.
pub struct Follower<'a> {
    stop: &'a Stop,
    budget: u64,
    ledger: Ledger,
    detail: Detail,
    thinning: Thinning,
    recorded: Vec<Measure>,
    keeps_curve: bool,
    curve: Curve,
    last: Option<(u64, Said)>,
    verdict: Verdict,
    end: Option<End>,
}

/// Why nothing more of a run counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its criteria hold.
    Converged,
    /// Its loss grew beyond its bound, or is no finite number.
    Diverged,
    /// It has spent its budget.
    Spent,
}

/// A step that does not come after the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backwards {
    /// The step before.
    pub before: u64,
    /// The step.
    pub step: u64,
}

impl<'a> Follower<'a> {
    /// Follows a run of at most `budget` steps. Beside the loss, `also` is recorded; its curve is kept in this detail, if it is.
    pub fn new(stop: &'a Stop, budget: u64, also: Measures, detail: Detail, keeps_curve: bool) -> Follower<'a> {
        Follower {
            stop,
            budget,
            ledger: Ledger::new(stop, budget),
            detail,
            thinning: Thinning::new(detail),
            recorded: recorded(also, stop).iter().collect(),
            keeps_curve: keeps_curve && detail != Detail::None,
            curve: Curve::default(),
            last: None,
            verdict: Verdict::Continues,
            end: None,
        }
    }

    /// Enters a measurement. The first one is what the bounds of divergence and of relative criteria are relative to. Nothing is
    /// entered after an end.
    ///
    /// # Errors
    /// When its step is not after the one before; but a loss that is no finite number counts for that step too.
    pub fn enter(&mut self, step: u64, said: &Said) -> Result<Option<End>, Backwards> {
        if self.end.is_some() {
            return Ok(self.end);
        }
        if let Some((before, _)) = self.last
            && (step < before || step == before && said[Measure::Loss as usize].is_finite())
        {
            return Err(Backwards { before, step });
        }
        if step > self.budget {
            // Programs that measure every so many steps may pass their budget between two of them.
            self.end = self.last.is_some().then_some(End::Spent);
            return Ok(self.end);
        }
        if self.last.is_none() {
            self.ledger.open(self.stop, said, 1);
        }
        let mut entered = *said;
        if said[Measure::Loss as usize] == f64::NEG_INFINITY {
            // It is no better than a loss that is not a number.
            entered[Measure::Loss as usize] = f64::NAN;
        }
        self.ledger.enter(step, &entered);
        self.last = Some((step, *said));
        self.verdict = self.ledger.verdicts[0];
        self.end = match self.verdict {
            Verdict::Converged => Some(End::Converged),
            Verdict::Diverged => Some(End::Diverged),
            Verdict::Continues if step >= self.budget => Some(End::Spent),
            Verdict::Continues => None,
        };
        // Asked at every measurement, whether kept or not.
        if (self.thinning.keeps(step) || self.end.is_some()) && self.keeps_curve {
            self.curve.push(step, &self.recorded, |measure| said[measure as usize]);
        }
        Ok(self.end)
    }

    /// How many steps have been followed.
    pub fn steps(&self) -> u64 {
        self.last.map_or(0, |(step, _)| step)
    }

    /// The outcome, whether the run came to an end or just stopped measuring; `None` if it never measured anything.
    pub fn outcome(mut self) -> Option<Outcome> {
        let (step, said) = self.last?;
        if self.keeps_curve {
            self.curve.push(step, &self.recorded, |measure| said[measure as usize]);
        }
        let ending = self.ledger.ending(0, self.verdict);
        let books = &self.ledger.columns;
        Some(Outcome {
            status: ending.status,
            trend: (ending.status == Status::Exhausted).then(|| self.ledger.trend(0, false)),
            steps: ending.steps,
            resolution: ending.resolution,
            trained_steps: step,
            initial_loss: books.initial_loss[0],
            final_loss: said[Measure::Loss as usize],
            best_loss: books.best_loss[0],
            best_step: books.best_step[0],
            trajectory: books.trajectory[0],
            last: said,
            later: ending.later,
            extras: Vec::new(),
            parameters: None,
            curve: (self.keeps_curve && self.detail != Detail::None).then_some(self.curve),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Trend;
    use crate::train::{AfterConvergence, Budget, Convergence, Criterion};

    fn stop(criteria: &[Criterion]) -> Stop {
        Stop {
            budget: Budget { steps: Some(100), epochs: None },
            converged: (!criteria.is_empty()).then(|| Convergence { criteria: criteria.to_vec(), hold: 1 }),
            after_convergence: AfterConvergence::Stop,
            diverged_loss_factor: 1e3,
            evaluate_every: None,
        }
    }

    fn said(loss: f64) -> Said {
        let mut said = [f64::NAN; Measure::COUNT];
        said[Measure::Loss as usize] = loss;
        said
    }

    fn follow(stop: &Stop, losses: &[(u64, f64)]) -> (Option<End>, Outcome) {
        let mut follower = Follower::new(stop, 100, Measures::default(), Detail::All, true);
        let mut end = None;
        for &(step, loss) in losses {
            end = follower.enter(step, &said(loss)).unwrap();
        }
        (end, follower.outcome().unwrap())
    }

    #[test]
    fn a_run_ends_where_its_criterion_holds_and_what_comes_later_does_not_count() {
        let stop = stop(&[Criterion::Loss(0.5)]);
        let (end, outcome) = follow(&stop, &[(0, 2.0), (10, 1.0), (20, 0.5), (30, f64::NAN)]);
        assert_eq!(end, Some(End::Converged));
        assert_eq!((outcome.status, outcome.steps, outcome.resolution), (Status::Converged, Some(20), Some(10)));
        assert_eq!((outcome.trained_steps, outcome.final_loss), (20, 0.5));
        assert_eq!(outcome.curve.unwrap().steps, [0, 10, 20]);
    }

    #[test]
    fn a_loss_that_is_no_number_is_divergence_at_that_step_and_never_the_best() {
        for lost in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let (end, outcome) = follow(&stop(&[Criterion::Loss(0.5)]), &[(1, 2.0), (2, 1.0), (3, lost)]);
            assert_eq!((end, outcome.status), (Some(End::Diverged), Status::Diverged), "{lost}");
            assert_eq!((outcome.best_loss, outcome.best_step, outcome.trained_steps), (1.0, 2, 3), "{lost}");
        }
    }

    #[test]
    fn losses_below_zero_are_no_divergence() {
        let (end, outcome) = follow(&stop(&[]), &[(0, -1.0), (1, -2.0), (2, 1.0)]);
        assert_eq!((end, outcome.status), (None, Status::Exhausted));
        assert_eq!(follow(&stop(&[]), &[(0, -1.0), (1, 1001.0)]).0, Some(End::Diverged));
    }

    #[test]
    fn the_budget_ends_a_run_and_what_lies_beyond_it_is_not_entered() {
        let (end, outcome) = follow(&stop(&[]), &[(0, 4.0), (60, 2.0), (120, 1.0)]);
        assert_eq!((end, outcome.status, outcome.trained_steps), (Some(End::Spent), Status::Exhausted, 60));
        assert_eq!(outcome.trend, Some(Trend::Falling));
        assert_eq!(follow(&stop(&[]), &[(0, 4.0), (100, 2.0)]).0, Some(End::Spent));
    }

    #[test]
    fn steps_must_increase() {
        let stop = stop(&[]);
        let mut follower = Follower::new(&stop, 100, Measures::default(), Detail::All, true);
        assert_eq!(follower.enter(5, &said(1.0)), Ok(None));
        assert_eq!(follower.enter(5, &said(1.0)), Err(Backwards { before: 5, step: 5 }));
        assert_eq!(follower.enter(4, &said(1.0)), Err(Backwards { before: 5, step: 4 }));
        assert_eq!(follower.enter(5, &said(f64::NAN)), Ok(Some(End::Diverged)));
    }

    #[test]
    fn nothing_measured_is_no_outcome() {
        assert!(Follower::new(&stop(&[]), 100, Measures::default(), Detail::All, true).outcome().is_none());
    }
}
