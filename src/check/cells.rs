//! Which cells of a study a condition speaks of, and by which settings a cell is known.

use super::judgment::Settings;
use crate::grid;
use crate::record::{Axis, Groups, SEED, Study};
use crate::spec::Condition;

/// The cells of the runs that meet all conditions, with these runs only.
pub(super) fn cells(study: &Study, conditions: &[Condition]) -> Vec<Vec<u32>> {
    let selected = select(study, conditions);
    let groups = Groups::cells(study);
    let cells = groups.iter().map(|runs| runs.iter().copied().filter(|run| selected[*run as usize]).collect());
    cells.filter(|runs: &Vec<u32>| !runs.is_empty()).collect()
}

/// Which runs meet all conditions. A condition on something that is not an axis met no run when the spec was expanded already.
fn select(study: &Study, conditions: &[Condition]) -> Vec<bool> {
    let count = study.runs.len();
    grid::select(&study.axes, count, conditions).unwrap_or_else(|_| vec![false; count])
}

/// The study of some of the runs, in their order, without curves.
pub(super) fn part(study: &Study, runs: &[u32]) -> Study {
    let axis = |axis: &Axis| Axis {
        path: axis.path.clone(),
        values: axis.values.clone(),
        positions: runs.iter().map(|run| axis.positions[*run as usize]).collect(),
    };
    Study {
        axes: study.axes.iter().map(axis).collect(),
        extras: study.extras.iter().map(|extra| extra.of_runs(runs.iter().map(|run| *run as usize))).collect(),
        runs: runs.iter().map(|run| study.runs[*run as usize].clone()).collect(),
        ..Study::default()
    }
}

/// The settings that tell the cell of a run from the others: the axes with several values, else all of them; never the seed.
pub(super) fn settings(study: &Study, run: usize) -> Settings {
    match settings_but(study, run, &[SEED]) {
        none if none.is_empty() => all_settings(study, run),
        varying => varying,
    }
}

/// Every setting of the cell of a run; never the seed.
pub(super) fn all_settings(study: &Study, run: usize) -> Settings {
    let axes = study.axes.iter().filter(|axis| axis.path != SEED);
    axes.map(|axis| (axis.path.clone(), axis.value(run).clone())).collect()
}

/// The settings of a run on axes with several values, some axes left out.
pub(super) fn settings_but(study: &Study, run: usize, except: &[&str]) -> Settings {
    let axes = study.axes.iter().filter(|axis| axis.values.len() > 1 && !except.contains(&axis.path.as_str()));
    axes.map(|axis| (axis.path.clone(), axis.value(run).clone())).collect()
}
