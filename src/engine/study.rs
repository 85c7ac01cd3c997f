//! From finished runs to a [`Study`]: the one place where one is put together.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::attachment::attachments;
use super::executor::Interrupted;
use super::plan::Plan;
use super::sink::Memory;
use crate::outcome::Status;
use crate::record::{BATCH_SIZE, Study, Target};
use crate::value::Value;

/// The study of a plan and its finished runs, with what its families have to show. A run that is not there is a failed one.
///
/// # Errors
/// When interrupted.
pub fn study(plan: &Plan<'_>, finished: Memory, interrupted: &AtomicBool) -> Result<Study, Interrupted> {
    let Memory { mut runs, extras, mut curves, mut parameters } = finished;
    let missing: Arc<str> = "not carried out".into();
    runs.par_iter_mut().zip(&plan.grid.runs).with_min_len(1 << 14).for_each(|(run, planned)| {
        if run.status == Status::Failed && run.reason.is_none() {
            (run.id, run.reason) = (planned.id, Some(Arc::clone(&missing)));
        }
    });
    curves.sort_by_key(|curve| curve.run);
    parameters.sort_by_key(|parameters| (parameters.run, parameters.is_final));
    let attachments = attachments(plan, |run| runs[run].status == Status::Failed, interrupted)?;
    Ok(Study {
        name: plan.experiment.name.clone(),
        description: plan.experiment.description.clone(),
        axes: Arc::clone(&plan.grid.axes),
        extras,
        measures: plan.columns.measures.iter().map(|measure| measure.name().to_owned()).collect(),
        runs,
        curves,
        parameters,
        attachments,
        without_target: !plan.experiment.has_criterion(),
        target: plan.experiment.target().map(|(measure, value)| Target { measure: measure.to_owned(), value }),
        full_batch: full_batch(plan),
        trains_as_the_page: plan.experiment.trains_as_the_page(),
        notes: plan.prepared.notes.clone(),
    })
}

/// How many examples the full batch of each run has whose batch size is on an axis as that.
fn full_batch(plan: &Plan<'_>) -> Vec<u64> {
    let Some(axis) = plan.grid.axes.iter().find(|axis| axis.path == BATCH_SIZE) else { return Vec::new() };
    let is_full: Vec<bool> = axis.values.iter().map(|value| matches!(value, Value::Text(_))).collect();
    if !is_full.contains(&true) {
        return Vec::new();
    }
    let examples = |run| plan.prepared.problems[plan.prepared.problem_of(run)].examples().unwrap_or_default() as u64;
    let positions = axis.positions.iter().zip(&plan.grid.runs);
    positions.map(|(&position, run)| if is_full[position as usize] { examples(run) } else { 0 }).collect()
}
