//! How much work a grid is, before any of it is done.

use super::prepare::{Prepared, with_model};
use super::tasks::{MOST_LANES, steps, tasks};
use crate::grid::Grid;
use crate::problem::Model as _;

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
pub fn work(grid: &Grid, prepared: &Prepared) -> Work {
    let threads = rayon::current_num_threads();
    let mut work = Work { steps: 0, groups: tasks(grid, prepared, threads, MOST_LANES).len(), multiply_adds: 0.0 };
    for (number, run) in grid.runs.iter().enumerate() {
        let setup = &grid.setups[run.setup as usize];
        let problem = &prepared.problems[prepared.problem_of(run.setup, run.settings.seed)];
        let schedule = problem.schedule(run.settings.batch_size, setup);
        let steps = steps(grid, prepared, number as u32);
        let parameters = with_model!(&**problem, model => model.parameters()) as f64;
        let rows = schedule.map_or(1.0, |schedule| schedule.examples_at(1) as f64);
        work.steps += u128::from(steps);
        work.multiply_adds += steps as f64 * 2.0 * parameters * rows;
    }
    work
}
