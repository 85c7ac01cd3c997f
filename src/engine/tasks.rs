//! Which runs train together: lane groups, large enough to fill the vectors and small enough to keep every thread busy.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::plan::{Part, Plan};
use crate::data::Sampling;
use crate::train::BatchSize;

/// Runs that are trained as one group, in run order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Their numbers in the grid; never empty.
    pub runs: Vec<u32>,
    /// Which order of examples they see; `None` where there is none or all share it.
    order: Option<u64>,
    /// Steps of one run, if it spends its budget.
    steps: u64,
}

impl Task {
    /// A run by itself.
    pub fn of_one(run: u32) -> Task {
        Task { runs: vec![run], order: None, steps: 0 }
    }

    /// One of its runs by itself.
    pub(super) fn only(&self, run: u32) -> Task {
        Task { runs: vec![run], ..*self }
    }
}

/// At most so many lanes train together: four vectors of the widest kind, twice.
pub const MOST_LANES: usize = 64;

/// Runs may share a group when all of this is equal.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct Key {
    setup: u32,
    problem: usize,
    batch_size: BatchSize,
    /// Which order of examples they see; `None` where there is none or all share it.
    order: Option<u64>,
    /// Runs without momentum skip its arithmetic, so they are kept apart.
    momentum: bool,
}

/// Splits a part of a plan into tasks for so many threads, in the order in which they are to be started. `most_lanes` bounds the
/// size of a group (for tests of its irrelevance).
///
/// Tasks that see the same order of examples follow each other, so that few orders are in memory at a time; among these the
/// longest come first, so that no thread is left alone with a long one at the end.
pub(super) fn tasks(plan: &Plan<'_>, part: Part<'_>, threads: usize, most_lanes: usize) -> Vec<Task> {
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut keys: Vec<Key> = Vec::new();
    let mut known: HashMap<Key, usize> = HashMap::new();
    let mut last: Option<(Key, usize)> = None;
    for number in part.runs(plan) {
        let run = &plan.grid.runs[number as usize];
        let setup = &plan.grid.setups[run.setup as usize];
        let has_order = setup.data.is_some()
            && setup.streams.order
            && setup.sampling != Sampling::Sequential
            && run.settings.batch_size != BatchSize::Full;
        let key = Key {
            setup: run.setup,
            problem: plan.prepared.problem_of(run),
            batch_size: run.settings.batch_size,
            order: has_order.then_some(run.settings.seed),
            momentum: run.settings.momentum != 0.0,
        };
        let group = match last {
            Some((same, group)) if same == key => group,
            _ => *known.entry(key).or_insert_with(|| {
                groups.push(Vec::new());
                keys.push(key);
                groups.len() - 1
            }),
        };
        last = Some((key, group));
        groups[group].push(number);
    }
    // With few groups, smaller ones let every thread have several; one thread has them all anyway.
    let shares = if threads > 1 { 4 * threads } else { 1 };
    let enough = part.len(plan).div_ceil(shares).next_multiple_of(8);
    let size = most_lanes.min(enough).max(1);
    let task = |(group, runs): (usize, &[u32])| Task {
        runs: runs.to_vec(),
        order: keys[group].order,
        steps: plan.steps(runs[0]),
    };
    let pieces = groups.iter().enumerate().flat_map(|(group, runs)| runs.chunks(size).map(move |runs| (group, runs)));
    let mut tasks: Vec<Task> = pieces.map(task).collect();
    tasks.sort_by_key(|task| (task.order, Reverse(task.steps)));
    tasks
}
