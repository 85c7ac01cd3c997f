//! Cells: runs that differ only in their seed, and cells that differ only in their learning rate.
//!
//! Owns the grouping; knows nothing of how a group is summed up.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::study::{Run, Study};
use crate::grid::Axis;

/// The axis of replicates.
pub const SEED: &str = "seed";

/// The axis that is tuned.
pub const LEARNING_RATE: &str = "learning_rate";

/// The number of examples per step.
pub const BATCH_SIZE: &str = "batch_size";

/// Things put into groups: groups in order of first appearance, members in their own order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// The members of all groups, group after group.
    members: Vec<u32>,
    /// Where each group starts in `members`, and the end of the last.
    starts: Vec<u32>,
}

impl Groups {
    /// The cells of a study: run numbers that differ only in their seed.
    pub fn cells(study: &Study) -> Groups {
        let runs: Vec<u32> = (0..study.runs.len() as u32).collect();
        Groups::new(study, &runs, &[SEED])
    }

    /// The cells (as positions in `cells`) that differ only in their learning rate.
    pub fn of_cells_by_the_rest(study: &Study, cells: &Groups) -> Groups {
        let firsts: Vec<u32> = cells.iter().map(|runs| runs[0]).collect();
        Groups::new(study, &firsts, &[SEED, LEARNING_RATE])
    }

    /// Groups the positions of `runs` by the values of all axes but `except`.
    fn new(study: &Study, runs: &[u32], except: &[&str]) -> Groups {
        let mut labels = vec![0; runs.len()];
        let mut groups = usize::from(!runs.is_empty());
        for axis in study.axes.iter().filter(|axis| !except.contains(&axis.path.as_str())) {
            groups = refine(&mut labels, groups, axis, runs);
        }
        Groups::from_labels(&labels, groups)
    }

    fn from_labels(labels: &[u32], groups: usize) -> Groups {
        let mut starts = vec![0; groups + 1];
        labels.iter().for_each(|&label| starts[label as usize + 1] += 1);
        for group in 1..starts.len() {
            starts[group] += starts[group - 1];
        }
        let mut next = starts.clone();
        let mut members = vec![0; labels.len()];
        for (member, &label) in labels.iter().enumerate() {
            let place = &mut next[label as usize];
            members[*place as usize] = member as u32;
            *place += 1;
        }
        Groups { members, starts }
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is no group at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The members of one group; never empty.
    pub fn get(&self, group: usize) -> &[u32] {
        &self.members[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    /// The members of each group.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        (0..self.len()).map(|group| self.get(group))
    }
}

/// Those of a cell's runs that went a way of their own: of runs that are equal bit by bit, the first. Where the seed changes
/// nothing, as with full batches from a given start, the others are copies of it and no replicates.
pub fn distinct<'a>(study: &Study, runs: &'a [u32]) -> Cow<'a, [u32]> {
    if runs.len() < 2 {
        return Cow::Borrowed(runs);
    }
    let mut known = HashSet::with_capacity(runs.len());
    let mut is_new = |run: &u32| {
        let Run { trajectory, status, steps, .. } = study.runs[*run as usize];
        // 0 stands for a run that was never carried out.
        trajectory == 0 || known.insert((trajectory, status, steps))
    };
    let kept: Vec<u32> = runs.iter().copied().filter(|run| is_new(run)).collect();
    if kept.len() == runs.len() { Cow::Borrowed(runs) } else { Cow::Owned(kept) }
}

/// Splits groups by one more axis; new labels count up in order of first appearance. Returns their number.
fn refine(labels: &mut [u32], groups: usize, axis: &Axis, runs: &[u32]) -> usize {
    let values = axis.values.len();
    if values == 1 {
        return groups;
    }
    let mut count = 0;
    let mut fresh = || {
        count += 1;
        count - 1
    };
    let key = |label: u32, run: u32| label as usize * values + axis.positions[run as usize] as usize;
    if groups * values <= 4 * runs.len() + 1024 {
        let mut seen = vec![u32::MAX; groups * values];
        for (label, &run) in labels.iter_mut().zip(runs) {
            let entry = &mut seen[key(*label, run)];
            if *entry == u32::MAX {
                *entry = fresh();
            }
            *label = *entry;
        }
    } else {
        // A sparse grid (zipped axes, many blocks): most pairs never occur.
        let mut seen = HashMap::new();
        for (label, &run) in labels.iter_mut().zip(runs) {
            *label = *seen.entry(key(*label, run)).or_insert_with(&mut fresh);
        }
    }
    count as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::sample::{self, converged};
    use crate::value::Value;

    #[test]
    fn seeds_make_no_cells() {
        let study = sample::study(
            &[
                (LEARNING_RATE, &sample::numbers([0.1, 0.2])),
                (SEED, &sample::counts([1, 2, 3])),
                (BATCH_SIZE, &sample::counts([1, 8])),
            ],
            |_| converged(1),
        );
        let cells = Groups::cells(&study);
        let members: Vec<&[u32]> = cells.iter().collect();
        assert_eq!(members, [[0, 2, 4], [1, 3, 5], [6, 8, 10], [7, 9, 11]]);
        let by_batch_size = Groups::of_cells_by_the_rest(&study, &cells);
        let members: Vec<&[u32]> = by_batch_size.iter().collect();
        assert_eq!(members, [[0, 2], [1, 3]]);
    }

    #[test]
    fn no_runs_make_no_cells() {
        assert!(Groups::cells(&Study::default()).is_empty());
    }

    proptest! {
        /// Wide axes take the path of sparse grids, narrow ones the other.
        #[test]
        fn two_runs_share_a_cell_exactly_if_they_differ_only_in_their_seed(
            rows in prop::collection::vec((0u32..3, 0u32..3, 0u32..5), 1..60),
            width in prop_oneof![Just(5), Just(5000)],
        ) {
            let axis = |path: &str, positions: Vec<u32>| Axis {
                path: path.to_owned(),
                values: (0..width).map(Value::Count).collect(),
                positions,
            };
            let study = Study {
                axes: [
                    axis("a", rows.iter().map(|row| row.0).collect()),
                    axis(SEED, rows.iter().map(|row| row.1).collect()),
                    axis("b", rows.iter().map(|row| row.2).collect()),
                ]
                .into(),
                runs: vec![converged(1); rows.len()],
                ..Study::default()
            };
            let mut expected: Vec<((u32, u32), Vec<u32>)> = Vec::new();
            for (run, &(a, _, b)) in rows.iter().enumerate() {
                match expected.iter_mut().find(|(key, _)| *key == (a, b)) {
                    Some((_, members)) => members.push(run as u32),
                    None => expected.push(((a, b), vec![run as u32])),
                }
            }
            let cells = Groups::cells(&study);
            let cells: Vec<&[u32]> = cells.iter().collect();
            let expected: Vec<&[u32]> = expected.iter().map(|(_, members)| members.as_slice()).collect();
            prop_assert_eq!(cells, expected);
        }
    }
}
