//! [`Lanes`]: the executor that trains in this process, groups of runs in lockstep.

use std::sync::Arc;

use super::executor::{Executor, Interrupted};
use super::finish::Finisher;
use super::plan::{Part, Plan, init_key, order_seed};
use super::tasks::{MOST_LANES, Task, tasks};
use crate::data::SharedOrders;
use crate::problem::{Model as _, Problem, with_model};
use crate::record::{Finished, Parameters};
use crate::train::{self, Group, Lane, OrderSeeds};

/// Trains groups of runs in lockstep, one run per SIMD lane; none of its settings changes a single bit of the results.
#[derive(Debug)]
pub struct Lanes {
    /// Train on scalars only, whatever vectors the machine has.
    scalar: bool,
    /// At most so many runs in one group.
    most_lanes: usize,
    /// Permutations that several groups walk through.
    orders: SharedOrders,
}

impl Lanes {
    /// Groups of at most `most_lanes` runs, on scalars only or on whatever vectors the machine has.
    pub fn new(scalar: bool, most_lanes: usize) -> Lanes {
        Lanes { scalar, most_lanes, orders: SharedOrders::default() }
    }
}

impl Default for Lanes {
    /// What is fastest.
    fn default() -> Lanes {
        Lanes::new(false, MOST_LANES)
    }
}

impl Executor for Lanes {
    fn tasks(&self, plan: &Plan<'_>, part: Part<'_>, threads: usize) -> Vec<Task> {
        let tasks = tasks(plan, part, threads, self.most_lanes);
        for task in &tasks {
            let run = task.runs[0];
            if let Some(batches) = plan.batches(run).filter(|batches| !batches.is_full_batch()) {
                // Lanes that see rows of their own walk apart.
                for &run in &task.runs[..if task.is_apart { task.runs.len() } else { 1 }] {
                    let seed = plan.grid.runs[run as usize].settings.seed;
                    self.orders.announce(&batches, order_seed(plan.problem_of(run).0, seed));
                }
            }
        }
        tasks
    }

    fn carry_out(
        &self,
        plan: &Plan<'_>,
        task: &Task,
        interrupted: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Finished, Interrupted> {
        let (setup, problem) = plan.problem_of(task.runs[0]);
        if let Problem::Command(_) = problem {
            return Ok(refused(plan, task));
        }
        let first = &plan.grid.runs[task.runs[0] as usize];
        let draw = |seed: u64| -> Arc<[f64]> {
            with_model!(problem, model => model.initial(&init_key(setup, seed)), else _command => Vec::new()).into()
        };
        let mut last = (first.settings.seed, draw(first.settings.seed));
        let lanes = task.runs.iter().map(|&number| {
            let settings = &plan.grid.runs[number as usize].settings;
            if last.0 != settings.seed {
                last = (settings.seed, draw(settings.seed));
            }
            Lane {
                learning_rate: settings.learning_rate,
                momentum: settings.momentum,
                initial: Arc::clone(&last.1),
                keeps_curve: plan.keeps_curve(number),
            }
        });
        let seeds = || task.runs.iter().map(|&number| plan.grid.runs[number as usize].settings.seed);
        let group = Group {
            lanes: lanes.collect(),
            batches: plan.batches(task.runs[0]),
            order_seeds: match task.is_apart {
                false => OrderSeeds::Shared(order_seed(setup, first.settings.seed)),
                true => OrderSeeds::Apart(seeds().collect()),
            },
            orders: Some(&self.orders),
            optimizer: setup.optimizer,
            schedule: setup.schedule,
            stop: &setup.stop,
            detail: plan.curves,
            keeps_parameters: plan.experiment.parameters.has_final(),
            interrupted,
        };
        let arch = if self.scalar { pulp::Arch::Scalar } else { pulp::Arch::new() };
        let outcomes = with_model!(problem, model => train::train(arch, model, &group), else _command => None)
            .ok_or(Interrupted)?;
        let finisher = Finisher::new(problem, setup, group.batches.as_ref(), &plan.columns);
        let mut finished = Finished::default();
        for (place, (&number, mut outcome)) in task.runs.iter().zip(outcomes).enumerate() {
            if plan.experiment.parameters.has_initial() {
                let values = group.lanes[place].initial.to_vec();
                finished.parameters.push(Parameters { run: number as usize, is_final: false, values });
            }
            if let Some(values) = outcome.parameters.take() {
                finished.parameters.push(Parameters { run: number as usize, is_final: true, values });
            }
            finisher.finish(number, &plan.grid.runs[number as usize], outcome, &mut finished);
        }
        Ok(finished)
    }
}

/// The runs of a task that no lane can train.
fn refused(plan: &Plan<'_>, task: &Task) -> Finished {
    let mut all = Finished::default();
    task.runs.iter().for_each(|&run| all.append(plan.failed(run, "only its own program can train it")));
    all
}
