//! How much work a grid is, before any of it is done.

use super::plan::{Part, Plan};
use super::tasks::{MOST_LANES, tasks};
use crate::problem::{Model as _, with_model};

/// How much work a grid is at the most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Work {
    /// Steps of all runs, if each spends its budget.
    pub steps: u128,
    /// Groups of lanes.
    pub groups: usize,
    /// Multiply-adds of these steps, evaluations left out.
    pub multiply_adds: f64,
}

/// Adds up the budgets of all runs.
pub fn work(plan: &Plan<'_>) -> Work {
    let groups = tasks(plan, Part::All, rayon::current_num_threads(), MOST_LANES).len();
    let mut work = Work { steps: 0, groups, multiply_adds: 0.0 };
    for run in Part::All.runs(plan) {
        let (steps, (_, problem)) = (plan.steps(run), plan.problem_of(run));
        let parameters = with_model!(problem, model => model.parameters()) as f64;
        let rows = plan.schedule(run).map_or(1.0, |schedule| schedule.examples_at(1) as f64);
        work.steps += u128::from(steps);
        work.multiply_adds += steps as f64 * 2.0 * parameters * rows;
    }
    work
}
