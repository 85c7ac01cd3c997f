//! How much work a grid is, before any of it is done.

use super::plan::{Part, Plan};
use super::tasks::{MOST_LANES, tasks};
use crate::data;
use crate::grid::Grid;
use crate::problem::{Measure, with_model};
use crate::spec::Setup;
use crate::train::{BatchSize, EvaluateEvery};

/// How much work a grid is at the most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Work {
    /// Steps of all runs, if each spends its budget.
    pub steps: u128,
    /// Groups of lanes.
    pub groups: usize,
    /// Evaluations of all runs, if each spends its budget.
    pub evaluations: u128,
    /// The most columns that a point of a curve has.
    pub columns: usize,
    /// Multiply-adds of these steps and evaluations; functions such as tanh count as several.
    pub multiply_adds: f64,
}

/// Adds up the budgets of all runs.
pub fn work(plan: &Plan<'_>) -> Work {
    let (grid, prepared) = (plan.grid, plan.prepared);
    let groups = tasks(plan, Part::All, rayon::current_num_threads(), MOST_LANES).len();
    let mut work = Work { steps: 0, groups, evaluations: 0, columns: 0, multiply_adds: 0.0 };
    let costs: Vec<Cost> =
        prepared.problems.iter().map(|problem| with_model!(&**problem, model => Cost::of(model))).collect();
    for run in &grid.runs {
        let setup = &grid.setups[run.setup as usize];
        let cost = &costs[prepared.problem_of(run)];
        let length = Length::of(setup, run.settings.batch_size, &cost.size);
        let is_full = run.settings.batch_size == BatchSize::Full;
        let step = match cost.closed_step.filter(|_| is_full || cost.size.examples == 0) {
            Some(closed) => closed,
            None => 3.0 * cost.example * length.rows,
        };
        let needed = setup.stop.converged.iter().flat_map(|converged| &converged.criteria);
        let norms = needed.filter(|criterion| criterion.measure() == Measure::GradientNorm).count() as f64;
        work.steps = work.steps.saturating_add(length.steps);
        work.evaluations = work.evaluations.saturating_add(length.evaluations);
        work.columns = work.columns.max(cost.columns);
        work.multiply_adds +=
            length.steps as f64 * step + length.evaluations as f64 * (1.0 + 2.0 * norms) * cost.evaluation;
    }
    work
}

/// About how many seconds it takes to solve the least-squares problems of a grid, before any run trains.
pub fn seconds_of_solving(grid: &Grid) -> f64 {
    const CUBES_PER_SECOND: f64 = 6e8;
    let mut known: Vec<(&data::Definition, f64)> = Vec::new();
    for setup in grid.setups.iter().filter(|setup| setup.problem.is_least_squares()) {
        let Some(definition) = &setup.data else { continue };
        if !known.iter().any(|(other, _)| *other == definition) {
            let size = definition.size();
            let side = (size.features + 1).min(size.examples) as f64;
            let parts = if definition.test_fraction > 0.0 { 2.0 } else { 1.0 };
            known.push((definition, parts * side * side * side / CUBES_PER_SECOND));
        }
    }
    known.into_iter().map(|(_, seconds)| seconds).sum()
}

/// What a model's parts cost, in multiply-adds.
struct Cost {
    /// Of the training examples.
    size: data::Size,
    /// One example, forward.
    example: f64,
    /// A step that needs no examples.
    closed_step: Option<f64>,
    /// Everything that is measured at an evaluation.
    evaluation: f64,
    /// Of a point of a curve.
    columns: usize,
}

/// A function such as tanh, in multiply-adds.
const FUNCTION: f64 = 20.0;

impl Cost {
    fn of(model: &impl crate::problem::Model) -> Cost {
        let parameters = model.parameters() as f64;
        let train = model.examples().map_or(0, |examples| examples.len());
        let size = data::Size { examples: train as u128, features: 0, bytes: 0 };
        let columns = 4 + model.recorded().iter().count();
        if train == 0 || model.is_cheap_to_measure() {
            let closed = parameters * parameters;
            let closed_step = (train == 0 || model.has_closed_gradient()).then_some(closed);
            let tests = if model.recorded().has(Measure::TestLoss) { 2.0 } else { 1.0 };
            return Cost { size, example: parameters, closed_step, evaluation: tests * closed, columns };
        }
        // A node has at least as many parameters as the one that scores an example.
        let example = parameters + FUNCTION * (1.0 + parameters.sqrt());
        let evaluated = (train + model.test_examples()) as f64;
        Cost { size, example, closed_step: None, evaluation: evaluated * example, columns }
    }
}

/// How long a run is, if it spends its budget.
pub(super) struct Length {
    pub(super) steps: u128,
    /// That at step 0 included.
    pub(super) evaluations: u128,
    /// Examples per step.
    rows: f64,
}

impl Length {
    /// The length of a run of a setup on a data set of this size.
    pub(super) fn of(setup: &Setup, batch_size: BatchSize, size: &data::Size) -> Length {
        let examples = size.examples.max(1);
        let rows = match batch_size {
            BatchSize::Full => examples,
            BatchSize::Examples(batch) => u128::from(batch).min(examples),
        };
        let per_epoch = examples.div_ceil(rows.max(1));
        let budget = setup.stop.budget;
        let from_epochs = budget.epochs.map(|epochs| u128::from(epochs).saturating_mul(per_epoch));
        let steps = budget.steps.map(u128::from).into_iter().chain(from_epochs).min().unwrap_or(0);
        let by_epoch = size.examples > 0 && !setup.problem.is_least_squares();
        let evaluations = match setup.stop.spacing(!by_epoch) {
            EvaluateEvery::Steps(every) => steps.div_ceil(u128::from(every).max(1)),
            EvaluateEvery::Epoch => steps.div_ceil(per_epoch),
            EvaluateEvery::Tenth => {
                // After ten epochs a tenth of the steps is more than an epoch.
                let close = steps.min(10 * per_epoch);
                let between = close.min(10 + (25.0 * libm::log10(close as f64 / 10.0)).max(0.0) as u128);
                (steps.div_ceil(per_epoch) + between).min(steps)
            }
        };
        Length { steps, evaluations: evaluations + 1, rows: rows as f64 }
    }
}
