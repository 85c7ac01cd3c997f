//! [`Fake`]: an executor for tests, whose runs go as a script says.

use super::executor::{Executor, Interrupted};
use super::plan::Plan;
use super::tasks::Task;
use crate::record::{Compact, Finished, Run};

/// An executor that trains nothing. Its script says how each run goes, or why it cannot be carried out; it may wait, and it may
/// panic.
pub struct Fake<F>(pub F);

impl<F: Fn(u32) -> Result<Run, String> + Sync> Executor for Fake<F> {
    fn carry_out(
        &self,
        plan: &Plan<'_>,
        task: &Task,
        interrupted: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Finished, Interrupted> {
        let mut finished = Finished::default();
        for &run in &task.runs {
            if interrupted(0) {
                return Err(Interrupted);
            }
            finished.append(match (self.0)(run) {
                Ok(outcome) => Finished {
                    runs: vec![Run { id: plan.grid.runs[run as usize].id, ..outcome }],
                    extras: vec![Compact::default(); plan.columns.extras().len()],
                    ..Finished::default()
                },
                Err(reason) => plan.failed(run, &reason),
            });
        }
        Ok(finished)
    }
}
