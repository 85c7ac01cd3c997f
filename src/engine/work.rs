//! How much work a grid is, before any of it is done.

use super::footprint;
use super::length::Length;
use super::plan::{Part, Plan};
use super::sizes::Sizes;
use super::tasks::{MOST_LANES, tasks};
use crate::data;
use crate::grid::Grid;
use crate::problem::{Definition, Measure, with_model};
use crate::spec::Setup;
use crate::train::BatchSize;

/// How much work a grid is at the most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Work {
    /// Steps of all runs, if each spends its budget.
    pub steps: u128,
    /// Evaluations of all runs, if each spends its budget.
    pub evaluations: u128,
    /// The most columns that a point of a curve has.
    pub columns: usize,
    /// About how many seconds this takes on the threads there are.
    pub seconds: f64,
}

/// What groups of lanes do until their runs have spent their budgets.
#[derive(Debug, Clone, Copy, Default)]
struct Effort {
    /// Multiply-adds of vectors of eight lanes.
    multiply_adds: f64,
    /// Functions such as tanh, likewise of vectors.
    functions: f64,
    /// Steps of whole groups.
    steps: f64,
    /// Evaluations of whole groups.
    evaluations: f64,
    runs: f64,
}

impl Effort {
    /// Of one thread, about: a guess from a few sweeps of docs/performance.md on a machine with vectors of eight, right to a small factor.
    fn seconds(self) -> f64 {
        let Effort { multiply_adds, functions, steps, evaluations, runs } = self;
        1e-9 * (0.3 * multiply_adds + 6.0 * functions + 20.0 * steps + 40.0 * evaluations + 300.0 * runs)
    }
}

/// Adds up the budgets of all runs, group by group: a group of one run takes as long as one of eight.
pub fn work(plan: &Plan<'_>) -> Work {
    /// Lanes of a vector.
    const VECTOR: usize = 8;
    let threads = rayon::current_num_threads();
    let costs: Vec<Cost> = plan
        .prepared
        .problems
        .iter()
        .map(|problem| with_model!(&**problem, model => Cost::of(model), else _command => Cost::OF_A_PROGRAM))
        .collect();
    let mut work = Work { steps: 0, evaluations: 0, columns: 0, seconds: 0.0 };
    let mut longest: f64 = 0.0;
    for task in tasks(plan, Part::All, threads, MOST_LANES) {
        let run = &plan.grid.runs[task.runs[0] as usize];
        let setup = &plan.grid.setups[run.setup as usize];
        let cost = costs[plan.prepared.problem_of(run)].with_nodes(&setup.problem);
        let length = Length::of(setup, run.settings.batch_size, &cost.size);
        let runs = task.runs.len() as u128;
        work.steps = work.steps.saturating_add(length.steps.saturating_mul(runs));
        work.evaluations = work.evaluations.saturating_add(length.evaluations.saturating_mul(runs));
        work.columns = work.columns.max(cost.columns);
        let vectors = task.runs.len().div_ceil(VECTOR) as f64;
        let seconds = cost.effort(setup, run.settings.batch_size, &length, vectors, runs as f64).seconds();
        work.seconds += seconds / threads as f64;
        longest = longest.max(seconds);
    }
    work.seconds = work.seconds.max(longest);
    work
}

/// About how many seconds it takes to solve the least-squares problems of a grid, before any run trains.
pub fn seconds_of_solving(grid: &Grid, sizes: &Sizes) -> f64 {
    const CUBES_PER_SECOND: f64 = 6e8;
    let mut known: Vec<(&data::Definition, f64)> = Vec::new();
    let setups = grid.setups.iter().zip(&sizes.0);
    for (setup, size) in setups.filter(|(setup, _)| setup.problem.is_least_squares()) {
        let Some(definition) = &setup.data else { continue };
        if !known.iter().any(|(other, _)| *other == definition) {
            let side = (size.features + 1).min(size.examples) as f64;
            let parts = if definition.test_fraction > 0.0 { 2.0 } else { 1.0 };
            known.push((definition, parts * side * side * side / CUBES_PER_SECOND));
        }
    }
    known.into_iter().map(|(_, seconds)| seconds).sum()
}

/// What a model's parts cost one vector of lanes.
#[derive(Debug, Clone, Copy)]
struct Cost {
    /// Of the training examples.
    size: data::Size,
    parameters: f64,
    /// Training and test examples, where an evaluation goes through them.
    evaluated: f64,
    /// Functions such as tanh per example.
    nodes: f64,
    /// Whether a full batch takes a formula in place of the examples.
    has_formula: bool,
    /// Of a point of a curve.
    columns: usize,
}

impl Cost {
    /// What another program takes is not known.
    const OF_A_PROGRAM: Cost = Cost {
        size: data::Size { examples: 0, features: 0, classes: 0, bytes: 0 },
        parameters: 0.0,
        evaluated: 0.0,
        nodes: 0.0,
        has_formula: true,
        columns: 4,
    };

    fn of(model: &impl crate::problem::Model) -> Cost {
        let train = model.examples().map_or(0, |examples| examples.len());
        let by_examples = train > 0 && !model.is_cheap_to_measure();
        Cost {
            size: data::Size {
                examples: train as u128,
                features: model.examples().map_or(0, |examples| examples.width) as u128,
                classes: 0,
                bytes: 0,
            },
            parameters: model.parameters() as f64,
            evaluated: if by_examples { (train + model.test_examples()) as f64 } else { 0.0 },
            nodes: 0.0,
            has_formula: train == 0 || model.has_closed_gradient(),
            columns: 4 + model.recorded().iter().count(),
        }
    }

    /// The same with the functions that a problem computes of an example.
    fn with_nodes(self, problem: &Definition) -> Cost {
        let of_classes = |classes| footprint::shape(problem, &data::Size { classes, ..self.size });
        let nodes = if self.evaluated > 0.0 {
            // How many classes there are shows in the parameters, of which each class has as many.
            let (two, three) = (of_classes(2), of_classes(3));
            let of_one = of_classes(4).0 - three.0;
            let missing = (self.parameters as u128).saturating_sub(three.0).checked_div(of_one).unwrap_or(0);
            if two.0 as f64 == self.parameters { two.1 } else { of_classes(3 + missing).1 }
        } else if self.size.examples == 0 {
            self.parameters as u128
        } else {
            0
        };
        Cost { nodes: nodes as f64, ..self }
    }

    /// What a group of so many vectors does.
    fn effort(&self, setup: &Setup, batch_size: BatchSize, length: &Length, vectors: f64, runs: f64) -> Effort {
        let Cost { parameters, nodes, evaluated, .. } = *self;
        let needed = setup.stop.converged.iter().flat_map(|converged| &converged.criteria);
        let norms = needed.filter(|criterion| criterion.measure() == Measure::GradientNorm).count() as f64;
        let (steps, evaluations) = (length.steps as f64, length.evaluations as f64);
        let is_full = batch_size == BatchSize::Full || self.size.examples == 0;
        let (step, functions) = if self.has_formula && is_full {
            (parameters * parameters, nodes)
        } else {
            // Forward, backward, and the gradient added up; then the update.
            ((3.0 * length.rows + 2.0) * parameters, length.rows * nodes)
        };
        // A formula is a triangle of a matrix; a norm of the gradient takes another pass.
        let measured = if evaluated > 0.0 { evaluated * parameters } else { 0.5 * parameters * parameters };
        let of_evaluation = (1.0 + 2.0 * norms) * measured;
        let functions_of_evaluation = (1.0 + norms) * if evaluated > 0.0 { evaluated * nodes } else { nodes };
        Effort {
            multiply_adds: vectors * (steps * step + evaluations * of_evaluation),
            functions: vectors * (steps * functions + evaluations * functions_of_evaluation),
            steps,
            evaluations,
            runs,
        }
    }
}
