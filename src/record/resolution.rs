//! How precisely steps to convergence are known, where runs are not evaluated after every step.

use super::study::Study;
use crate::metric::RESOLUTION;

impl Study {
    /// How many steps before its convergence a run was last evaluated; the criterion came to hold somewhere in between. 1 where every
    /// step was evaluated, `None` for a run that has not converged.
    pub fn resolution(&self, run: usize) -> Option<u64> {
        self.runs[run].steps?;
        Some(self.extra(RESOLUTION).map_or(1, |extra| extra.get(run).unwrap_or(1.0) as u64))
    }

    /// Whether the steps of a run to convergence are known only to within more than a tenth.
    pub fn is_coarse(&self, run: usize) -> bool {
        match (self.runs[run].steps, self.resolution(run)) {
            (Some(steps), Some(resolution)) => resolution > 1 && resolution.saturating_mul(10) > steps,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, converged, diverged};
    use super::*;
    use crate::record::{Extra, SEED};
    use crate::value::Value;

    #[test]
    fn steps_are_coarse_above_a_tenth() {
        let mut study = sample::study(&[(SEED, &sample::counts([0, 1, 2, 3]))], |values| match values {
            [Value::Count(0)] => converged(100),
            [Value::Count(1)] => converged(99),
            [Value::Count(2)] => converged(3),
            _ => diverged(5),
        });
        assert_eq!(study.resolution(0), Some(1));
        assert!(!study.is_coarse(0));
        study.extras = vec![Extra::new(RESOLUTION, [Some(10.0), Some(10.0), Some(1.0), None])];
        assert_eq!([0, 1, 2, 3].map(|run| study.resolution(run)), [Some(10), Some(10), Some(1), None]);
        assert_eq!([0, 1, 2, 3].map(|run| study.is_coarse(run)), [false, true, false, false]);
    }
}
