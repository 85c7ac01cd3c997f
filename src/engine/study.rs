//! From finished runs to a [`Study`]: the one place where one is put together.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::boundary::boundary;
use super::executor::Interrupted;
use super::plan::Plan;
use super::prepare::Prepared;
use super::sink::Memory;
use crate::outcome::Status;
use crate::problem::Problem;
use crate::record::{BATCH_SIZE, LandscapePoint, Study, Target};
use crate::value::Value;

/// The study of a plan and its finished runs, with the pictures that it asks for. A run that is not there is a failed one.
///
/// # Errors
/// When interrupted.
pub fn study(plan: &Plan<'_>, finished: Memory, interrupted: &AtomicBool) -> Result<Study, Interrupted> {
    let Memory { mut runs, extras, mut curves, mut parameters } = finished;
    let missing: Arc<str> = "not carried out".into();
    for (run, planned) in runs.iter_mut().zip(&plan.grid.runs) {
        if run.status == Status::Failed && run.reason.is_none() {
            (run.id, run.reason) = (planned.id, Some(Arc::clone(&missing)));
        }
    }
    curves.sort_by_key(|curve| curve.run);
    parameters.sort_by_key(|parameters| (parameters.run, parameters.is_final));
    let boundary = match &plan.experiment.boundary {
        Some(pictures) => boundary(plan, pictures, |run| runs[run].status == Status::Failed, interrupted)?,
        None => None,
    };
    Ok(Study {
        name: plan.experiment.name.clone(),
        description: plan.experiment.description.clone(),
        axes: Arc::clone(&plan.grid.axes),
        extras,
        measures: plan.columns.measures.iter().map(|measure| measure.name().to_owned()).collect(),
        runs,
        curves,
        parameters,
        landscape: landscape(plan.prepared),
        without_target: !plan.experiment.has_criterion(),
        target: plan.experiment.target().map(|(measure, value)| Target { measure: measure.to_owned(), value }),
        full_batch: full_batch(plan),
        trains_as_the_page: plan.experiment.trains_as_the_page(),
        boundary,
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

/// The loss around the minimum of a problem with one parameter, when all runs share it.
fn landscape(prepared: &Prepared) -> Vec<LandscapePoint> {
    let [problem] = &prepared.problems[..] else { return Vec::new() };
    let Problem::Parabola(parabola) = &**problem else { return Vec::new() };
    let reach = 1.5 * (parabola.start - parabola.minimum).abs().max(f64::MIN_POSITIVE);
    (-100..=100)
        .map(|i| parabola.minimum + reach * f64::from(i) / 100.0)
        .map(|w| LandscapePoint { w, loss: parabola.loss(w) })
        .collect()
}
