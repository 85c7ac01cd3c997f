//! Some runs carried out twice, to see whether their program gives the same losses again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::choice::evenly;
use crate::engine::plan::Plan;
use crate::grid;

/// The losses of a run, step by step.
pub(super) type Losses = Vec<(u64, f64)>;

/// What came of carrying runs out twice.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replicates {
    /// Cells whose runs were carried out twice.
    pub cells: usize,
    /// These runs.
    pub runs: usize,
    /// So many more failed the second time.
    pub failed: usize,
    /// Those whose losses were not the same again, in their order.
    pub differing: Vec<Differing>,
}

/// A run whose losses were not the same again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Differing {
    /// Its number.
    pub run: u32,
    /// The first step that differs.
    pub step: u64,
    /// The loss at that step, at first and then; `None` where there was none.
    pub losses: [Option<f64>; 2],
}

/// The runs that are carried out twice, and what they said the first time.
pub(super) struct Watched {
    pub(super) runs: BTreeSet<u32>,
    pub(super) cells: usize,
    seen: Mutex<BTreeMap<u32, [Option<Losses>; 2]>>,
}

impl Watched {
    /// The runs of so many cells, evenly chosen.
    pub(super) fn new(plan: &Plan<'_>, cells: u64) -> Watched {
        let mut places: HashMap<_, usize> = HashMap::new();
        let mut all: Vec<Vec<u32>> = Vec::new();
        for (number, grid::Run { setup, settings, .. }) in (0..).zip(&plan.grid.runs) {
            let key = (*setup, settings.learning_rate.to_bits(), settings.momentum.to_bits(), settings.batch_size);
            let place = *places.entry(key).or_insert_with(|| {
                all.push(Vec::new());
                all.len() - 1
            });
            all[place].push(number);
        }
        let chosen = evenly(all.len(), usize::try_from(cells).unwrap_or(usize::MAX).min(all.len()));
        let runs = chosen.iter().flat_map(|&cell| &all[cell]).copied().collect();
        Watched { runs, cells: chosen.len(), seen: Mutex::default() }
    }

    /// Keeps what a run said, the first time and the second.
    pub(super) fn keep(&self, run: u32, losses: Losses) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = seen.entry(run).or_default();
        if let Some(free) = kept.iter_mut().find(|kept| kept.is_none()) {
            *free = Some(losses);
        }
    }

    /// Whether the first time of a run was seen; one that an interrupted sweep has finished was not.
    pub(super) fn has_seen(&self, run: u32) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&run)
    }

    /// What came of it.
    pub(super) fn compare(&self) -> Replicates {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let twice = seen.iter().filter_map(|(&run, [first, second])| Some((run, first.as_ref()?, second.as_ref()?)));
        let mut replicates = Replicates { cells: self.cells, ..Replicates::default() };
        for (run, first, second) in twice {
            replicates.runs += 1;
            replicates.differing.extend(difference(run, first, second));
        }
        replicates.failed = seen.len() - replicates.runs;
        replicates
    }
}

fn difference(run: u32, first: &Losses, second: &Losses) -> Option<Differing> {
    let same =
        |a: &(u64, f64), b: &(u64, f64)| a.0 == b.0 && (a.1.to_bits() == b.1.to_bits() || a.1.is_nan() && b.1.is_nan());
    let longest = first.len().max(second.len());
    let place = (0..longest).find(|&place| match (first.get(place), second.get(place)) {
        (Some(a), Some(b)) => !same(a, b),
        _ => true,
    })?;
    let sides = [first.get(place), second.get(place)];
    let step = sides.iter().flatten().map(|(step, _)| *step).min()?;
    Some(Differing { run, step, losses: sides.map(|side| side.filter(|side| side.0 == step).map(|side| side.1)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_that_differs_is_told() {
        let losses = |losses: &[f64]| -> Losses { (0..).zip(losses.iter().copied()).collect() };
        let found =
            |a: &[f64], b: &[f64]| difference(7, &losses(a), &losses(b)).map(|found| (found.step, found.losses));
        assert_eq!(found(&[1.0, 0.5], &[1.0, 0.5]), None);
        assert_eq!(found(&[1.0, f64::NAN], &[1.0, f64::NAN]), None);
        assert_eq!(found(&[1.0, 0.5, 0.2], &[1.0, 0.6, 0.2]), Some((1, [Some(0.5), Some(0.6)])));
        assert_eq!(found(&[1.0], &[1.0, 0.6]), Some((1, [None, Some(0.6)])));
        assert_eq!(
            difference(0, &vec![(0, 1.0), (5, 0.5)], &vec![(0, 1.0), (4, 0.5)]).map(|d| (d.step, d.losses)),
            Some((4, [None, Some(0.5)]))
        );
    }
}
