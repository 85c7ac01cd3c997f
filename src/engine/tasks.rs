//! Which runs train together: lane groups, large enough to fill the vectors and small enough to keep every thread busy.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::plan::{Part, Plan};
use crate::data::{EXAMPLES_PER_SUM, Sampling};
use crate::train::BatchSize;

/// Runs that are trained as one group, in run order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Their numbers in the grid; never empty.
    pub runs: Vec<u32>,
    /// Which order of examples they see, or the first of them; `None` where there is none or all share it.
    order: Option<u64>,
    /// Whether each sees an order of examples of its own.
    pub(super) is_apart: bool,
    /// Steps of one run, if it spends its budget.
    steps: u64,
}

impl Task {
    /// A run by itself.
    pub fn of_one(run: u32) -> Task {
        Task { runs: vec![run], order: None, is_apart: false, steps: 0 }
    }

    /// One of its runs by itself.
    pub(super) fn only(&self, run: u32) -> Task {
        Task { runs: vec![run], ..*self }
    }
}

/// At most so many lanes train together: four vectors of the widest kind, twice.
pub const MOST_LANES: usize = 64;

/// Lanes that see the same rows load each number once for all of them. Fewer lanes than this gain more from the company of lanes that
/// see rows of their own.
const ENOUGH_FOR_ROWS: usize = 4;

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

/// Runs that may train together.
struct Together {
    key: Key,
    runs: Vec<u32>,
    is_apart: bool,
}

/// Splits a part of a plan into tasks for so many threads, in the order in which they are to be started. `most_lanes` bounds the
/// size of a group (for tests of its irrelevance).
///
/// Tasks that see the same order of examples follow each other, so that few orders are in memory at a time; among these the
/// longest come first, so that no thread is left alone with a long one at the end.
pub(super) fn tasks(plan: &Plan<'_>, part: Part<'_>, threads: usize, most_lanes: usize) -> Vec<Task> {
    let groups = join_small(plan, groups(plan, part));
    // With few groups, smaller ones let every thread have several; one thread has them all anyway.
    let shares = if threads > 1 { 4 * threads } else { 1 };
    let enough = part.len(plan).div_ceil(shares).next_multiple_of(8);
    let size = most_lanes.min(enough).max(1);
    let pieces = groups.iter().flat_map(|group| group.runs.chunks(size).map(move |runs| (group, runs)));
    let task = |(group, runs): (&Together, &[u32])| {
        let seed = plan.grid.runs[runs[0] as usize].settings.seed;
        let order = if group.is_apart { Some(seed) } else { group.key.order };
        Task { runs: runs.to_vec(), order, is_apart: group.is_apart, steps: plan.steps(runs[0]) }
    };
    let mut tasks: Vec<Task> = pieces.map(task).collect();
    tasks.sort_by_key(|task| (task.order, Reverse(task.steps)));
    tasks
}

/// Puts runs together that see the same rows, if any.
fn groups(plan: &Plan<'_>, part: Part<'_>) -> Vec<Together> {
    let mut groups: Vec<Together> = Vec::new();
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
                groups.push(Together { key, runs: Vec::new(), is_apart: false });
                groups.len() - 1
            }),
        };
        last = Some((key, group));
        groups[group].runs.push(number);
    }
    groups
}

/// Joins small groups that differ in nothing but the order of examples, where the problem lets each lane see rows of its own.
fn join_small(plan: &Plan<'_>, groups: Vec<Together>) -> Vec<Together> {
    let mut joined: Vec<Together> = Vec::with_capacity(groups.len());
    let mut known: HashMap<Key, usize> = HashMap::new();
    for group in groups {
        let fits = |size| matches!(size, BatchSize::Examples(size) if size <= EXAMPLES_PER_SUM as u64);
        let is_small = group.runs.len() < ENOUGH_FOR_ROWS && group.key.order.is_some() && fits(group.key.batch_size);
        if !is_small || !plan.prepared.problems[group.key.problem].takes_rows_apart() {
            joined.push(group);
            continue;
        }
        match known.entry(Key { order: None, ..group.key }) {
            Entry::Vacant(place) => {
                place.insert(joined.len());
                joined.push(group);
            }
            Entry::Occupied(place) => {
                let other = &mut joined[*place.get()];
                other.runs.extend(group.runs);
                other.is_apart = true;
            }
        }
    }
    // In the order of runs, whichever groups they come from.
    joined.iter_mut().filter(|group| group.is_apart).for_each(|group| group.runs.sort_unstable());
    joined
}
