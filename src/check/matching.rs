//! Which cells of two studies are the same cell, and which runs are the same seed.
//!
//! Runs are known by their identity, a hash of all their settings; so an axis that was added, or columns in another order,
//! mislead nobody. Cells without such runs are known by the values of their axes.

use std::collections::HashMap;

use crate::record::{Axis, Groups, SEED, Study, Value};

/// When cells of equal axis values but other settings may be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Only if their seeds are others, for then no identity can be equal.
    Settings,
    /// Always: two studies are put side by side because something was changed.
    AxesOnly,
}

/// The runs of one seed in the earlier and the later study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seed {
    pub(super) seed: u64,
    pub(super) before: u32,
    pub(super) after: u32,
}

/// A cell of either study, or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    /// Its runs in the earlier study; empty if it is new.
    pub(super) before: Vec<u32>,
    /// Its runs in the later study; empty if it was removed.
    pub(super) after: Vec<u32>,
    pub(super) how: How,
}

/// How the two sides of a cell belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum How {
    /// Only one study has it.
    Alone,
    /// Runs of equal identities.
    Same(Vec<Seed>),
    /// Equal axis values and equal seeds, but other settings.
    OtherSettings(Vec<Seed>),
    /// Equal axis values, but no seed in common: paired in the order of their seeds.
    OtherSeeds(Vec<Seed>),
    /// Equal axis values, but other settings, and so not to be compared.
    Refused,
}

/// All cells of two studies: those of the later one in its order, then those that were removed.
pub(super) fn matches(before: &Study, after: &Study, strictness: Strictness) -> Vec<Match> {
    let (old, new) = (Groups::cells(before), Groups::cells(after));
    let mut cell_of = vec![0; before.runs.len()];
    for (cell, runs) in old.iter().enumerate() {
        runs.iter().for_each(|run| cell_of[*run as usize] = cell);
    }
    let by_id: HashMap<u64, u32> = (0..).zip(&before.runs).map(|(number, run)| (run.id, number)).collect();
    let seeds = |study: &Study, runs: &[u32]| -> Vec<u64> { runs.iter().map(|run| seed(study, *run)).collect() };

    let mut used = vec![false; old.len()];
    let mut list: Vec<Match> = new
        .iter()
        .map(|runs| {
            let same = runs.iter().zip(seeds(after, runs)).filter_map(|(&run, seed)| {
                let before = *by_id.get(&after.runs[run as usize].id)?;
                Some(Seed { seed, before, after: run })
            });
            let same: Vec<Seed> = same.collect();
            let before = same.first().map(|first| cell_of[first.before as usize]);
            before.into_iter().for_each(|cell| used[cell] = true);
            let before = before.map_or(Vec::new(), |cell| old.get(cell).to_vec());
            let how = if same.is_empty() { How::Alone } else { How::Same(same) };
            Match { before, after: runs.to_vec(), how }
        })
        .collect();

    let shared: Vec<&str> = before.axes.iter().map(|axis| axis.path.as_str()).filter(|path| *path != SEED).collect();
    let shared: Vec<&str> =
        shared.into_iter().filter(|path| after.axes.iter().any(|axis| axis.path == *path)).collect();
    let mut by_values: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for cell in (0..old.len()).filter(|cell| !used[*cell]) {
        by_values.entry(key(before, &shared, old.get(cell)[0])).or_default().push(cell);
    }
    let mut claimants: HashMap<Vec<String>, usize> = HashMap::new();
    for alone in list.iter().filter(|one| one.how == How::Alone) {
        *claimants.entry(key(after, &shared, alone.after[0])).or_default() += 1;
    }
    for alone in list.iter_mut().filter(|one| one.how == How::Alone) {
        let key = key(after, &shared, alone.after[0]);
        // Where an axis came or went, equal values may not tell cells apart; then nothing is guessed.
        let (Some([cell]), Some(1)) = (by_values.get(&key).map(Vec::as_slice), claimants.get(&key)) else { continue };
        used[*cell] = true;
        alone.before = old.get(*cell).to_vec();
        alone.how = other_identities(
            alone.before.iter().copied().zip(seeds(before, &alone.before)).collect(),
            alone.after.iter().copied().zip(seeds(after, &alone.after)).collect(),
            strictness,
        );
    }
    let removed = (0..old.len()).filter(|cell| !used[*cell]);
    list.extend(removed.map(|cell| Match { before: old.get(cell).to_vec(), after: Vec::new(), how: How::Alone }));
    list
}

/// Pairs runs of equal axis values whose identities differ.
fn other_identities(mut before: Vec<(u32, u64)>, mut after: Vec<(u32, u64)>, strictness: Strictness) -> How {
    let old: HashMap<u64, u32> = before.iter().map(|&(run, seed)| (seed, run)).collect();
    let common = after.iter().filter_map(|&(after, seed)| Some(Seed { seed, before: *old.get(&seed)?, after }));
    let common: Vec<Seed> = common.collect();
    match (strictness, common.is_empty()) {
        (Strictness::Settings, false) => How::Refused,
        (Strictness::AxesOnly, false) => How::OtherSettings(common),
        (_, true) => {
            before.sort_by_key(|(_, seed)| *seed);
            after.sort_by_key(|(_, seed)| *seed);
            let pairs = before.iter().zip(&after);
            How::OtherSeeds(pairs.map(|(&(before, _), &(after, seed))| Seed { seed, before, after }).collect())
        }
    }
}

/// The seed of a run; 0 where seeds are no axis.
fn seed(study: &Study, run: u32) -> u64 {
    match study.axes.iter().find(|axis| axis.path == SEED).map(|axis| axis.value(run as usize)) {
        Some(Value::Count(seed)) => *seed,
        _ => 0,
    }
}

/// The values of a run on these axes, as they are written in tables.
fn key(study: &Study, paths: &[&str], run: u32) -> Vec<String> {
    let axis = |path: &&str| -> Option<&Axis> { study.axes.iter().find(|axis| axis.path == *path) };
    paths.iter().filter_map(axis).map(|axis| axis.value(run as usize).to_string()).collect()
}
