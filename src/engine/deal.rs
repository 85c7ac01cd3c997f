//! Deals the runs of a plan to processes that know nothing of each other: the same cards for everybody who asks.

use std::cmp::Reverse;

use super::plan::{Part, Plan};
use super::tasks::{MOST_LANES, tasks};

/// The runs of each of so many shares, ascending; every run is in one of them. Whole groups of lanes are dealt, the costliest
/// first, each to the share that has least to do so far, so that costly neighbours spread.
pub fn deal(plan: &Plan<'_>, shares: u32) -> Vec<Vec<u32>> {
    let mut tasks = tasks(plan, Part::All, shares as usize, MOST_LANES);
    let cost = |runs: &[u32]| plan.steps(runs[0]).max(1).saturating_mul(runs.len() as u64);
    tasks.sort_by_cached_key(|task| (Reverse(cost(&task.runs)), task.runs[0]));
    let mut dealt = vec![Vec::new(); shares as usize];
    let mut loads = vec![0u64; shares as usize];
    for task in tasks {
        let least = (0..loads.len()).min_by_key(|&share| loads[share]).unwrap_or_default();
        loads[least] = loads[least].saturating_add(cost(&task.runs));
        dealt[least].extend(task.runs);
    }
    dealt.iter_mut().for_each(|runs| runs.sort_unstable());
    dealt
}
