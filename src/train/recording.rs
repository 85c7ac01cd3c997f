//! What is kept along a run: at every evaluation, or thinned evenly in the logarithm of the step.

use crate::problem::Measure;
use crate::word::words;

words! {
    /// Which evaluations of a run are kept.
    pub enum Detail {
        /// About [`POINTS_PER_DECADE`] in every decade of steps, and always the first and the last.
        Thinned = "thinned",
        /// Every one.
        All = "all",
        /// None.
        None = "none",
    }
}

words! {
    /// Which parameters of all runs are recorded.
    pub enum ParameterDetail {
        /// None.
        None = "none",
        /// Those before the first step.
        Initial = "initial",
        /// Those at the end of the run.
        Final = "final",
        /// Both.
        Both = "both",
    }
}

impl ParameterDetail {
    /// Whether those before the first step are recorded.
    pub fn has_initial(self) -> bool {
        matches!(self, ParameterDetail::Initial | ParameterDetail::Both)
    }

    /// Whether those at the end are recorded.
    pub fn has_final(self) -> bool {
        matches!(self, ParameterDetail::Final | ParameterDetail::Both)
    }
}

/// How many steps per decade a thinned curve keeps.
pub const POINTS_PER_DECADE: u32 = 10;

/// Up to this step a thinned curve keeps all, so that the first steps can be drawn one by one.
const FIRST_STEPS: u64 = 16;

/// The steps at which the evaluations of a thinned curve are kept; the same for every run.
#[derive(Debug, Clone)]
pub(super) struct Thinning {
    detail: Detail,
    /// Evaluations from this step on are kept once.
    next: u64,
}

impl Thinning {
    pub(super) fn new(detail: Detail) -> Thinning {
        Thinning { detail, next: 0 }
    }

    /// The first step whose evaluation is kept, as far as is known; [`u64::MAX`] if none is.
    pub(super) fn next(&self) -> u64 {
        match self.detail {
            Detail::All => 0,
            Detail::Thinned => self.next,
            Detail::None => u64::MAX,
        }
    }

    /// Whether the evaluation after `step` steps is kept; asked once per evaluation, in order.
    pub(super) fn keeps(&mut self, step: u64) -> bool {
        match self.detail {
            Detail::All => true,
            Detail::None => false,
            Detail::Thinned => {
                let keep = step >= self.next;
                while self.next <= step {
                    self.next = following(self.next);
                }
                keep
            }
        }
    }
}

/// The scale goes up by `10^(1/10) ≈ 1 + 1/4`, in whole numbers so that it is the same everywhere.
fn following(step: u64) -> u64 {
    if step < FIRST_STEPS { step + 1 } else { step + step / 4 }
}

/// What was kept of one run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// Steps, ascending.
    pub steps: Vec<u64>,
    /// The loss at these steps.
    pub loss: Vec<f64>,
    /// One column per recorded measure, each as long as `steps`.
    pub measures: Vec<Vec<f64>>,
}

impl Curve {
    /// Adds an evaluation, unless it is the one added last.
    pub(super) fn push(&mut self, step: u64, recorded: &[Measure], value: impl Fn(Measure) -> f64) {
        if self.steps.last() == Some(&step) {
            return;
        }
        self.steps.push(step);
        self.loss.push(value(Measure::Loss));
        self.measures.resize(recorded.len(), Vec::new());
        for (column, &measure) in self.measures.iter_mut().zip(recorded) {
            column.push(value(measure));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_curve_keeps_every_early_step_and_about_ten_per_decade() {
        let mut thinning = Thinning::new(Detail::Thinned);
        let kept: Vec<u64> = (0..=100_000).filter(|&step| thinning.keeps(step)).collect();
        assert_eq!(kept[..18], (0..=16).chain([20]).collect::<Vec<_>>()[..]);
        let in_decade = kept.iter().filter(|&&step| (10_000..100_000).contains(&step)).count() as i64;
        assert!((in_decade - i64::from(POINTS_PER_DECADE)).abs() <= 1, "{in_decade}");
    }

    #[test]
    fn evaluations_between_the_marks_are_kept_at_the_next_one() {
        let mut thinning = Thinning::new(Detail::Thinned);
        let kept: Vec<u64> = (0..100).map(|epoch| epoch * 7).filter(|&step| thinning.keeps(step)).collect();
        assert_eq!(kept[..6], [0, 7, 14, 21, 28, 35]);
        assert!(kept.len() < 30);
    }
}
