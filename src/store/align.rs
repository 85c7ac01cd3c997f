//! Puts results that were read back into the order of a grid.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::grid::Grid;
use crate::record::Study;
use crate::spec::Experiment;

/// Results that are not those of a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    missing: usize,
    foreign: usize,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { missing, foreign } = self;
        write!(
            f,
            "the results are not those of this spec: {missing} of its runs are missing, and {foreign} are none of it"
        )
    }
}

impl std::error::Error for Mismatch {}

/// Puts the runs of results into the order of a grid and gives them its axes, so that conditions speak of them as of the grid,
/// and the name of the spec.
/// Curves, parameters and pictures keep to their runs.
///
/// # Errors
/// When the results have other runs than the grid.
pub fn align(results: Study, experiment: &Experiment, grid: &Grid) -> Result<Study, Mismatch> {
    let places: HashMap<u64, usize> = results.runs.iter().enumerate().map(|(place, run)| (run.id, place)).collect();
    let found: Vec<usize> = grid.runs.iter().filter_map(|run| places.get(&run.id).copied()).collect();
    if found.len() != grid.runs.len() || found.len() != results.runs.len() {
        return Err(Mismatch { missing: grid.runs.len() - found.len(), foreign: results.runs.len() - found.len() });
    }
    let mut runs: Vec<_> = results.runs.into_iter().map(Some).collect();
    let mut number = vec![0; found.len()];
    found.iter().enumerate().for_each(|(new, old)| number[*old] = new);
    let mut curves = results.curves;
    curves.iter_mut().for_each(|curve| curve.run = number[curve.run]);
    curves.sort_by_key(|curve| curve.run);
    let mut parameters = results.parameters;
    parameters.iter_mut().for_each(|parameters| parameters.run = number[parameters.run]);
    parameters.sort_by_key(|parameters| (parameters.run, parameters.is_final));
    let mut attachments = results.attachments;
    attachments.iter_mut().for_each(|attachment| attachment.renumber(&number));
    Ok(Study {
        name: experiment.name.clone(),
        description: experiment.description.clone(),
        axes: Arc::clone(&grid.axes),
        extras: results.extras.iter().map(|extra| extra.of_runs(found.iter().copied())).collect(),
        runs: found.iter().filter_map(|&place| runs[place].take()).collect(),
        curves,
        parameters,
        attachments,
        full_batch: if results.full_batch.is_empty() {
            Vec::new()
        } else {
            found.iter().map(|place| results.full_batch[*place]).collect()
        },
        ..results
    })
}
