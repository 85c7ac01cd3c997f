//! From the outcome of training to a row of the results.

use std::sync::Arc;

use super::prepare::{Prepared, Problem};
use crate::data::Schedule;
use crate::grid;
use crate::outcome::Status;
use crate::problem::Measure;
use crate::record::{Curve, Run};
use crate::spec::Setup;
use crate::train::Outcome;

/// A finished run and what was kept of its curve.
pub(super) type Finished = (Run, Option<Curve>);

/// Which columns the problems of a grid have beside the common ones.
pub(super) struct Layout {
    pub(super) measures: Vec<Measure>,
    pub(super) extras: Vec<String>,
}

impl Layout {
    pub(super) fn new(prepared: &Prepared) -> Layout {
        let recorded = prepared.problems.iter().map(|problem| problem.recorded());
        let measures: Vec<Measure> = recorded.reduce(|a, b| a.union(b)).unwrap_or_default().iter().collect();
        let mut extras: Vec<String> = measures.iter().map(|measure| format!("final_{}", measure.name())).collect();
        extras.push("stability_limit".into());
        Layout { measures, extras }
    }
}

/// What the runs of one group have in common.
pub(super) struct Finisher<'a> {
    problem: &'a Problem,
    setup: &'a Setup,
    schedule: Option<&'a Schedule>,
    /// For each measure of the layout, where this problem has it among its own.
    places: Vec<Option<usize>>,
    too_large: Arc<str>,
    not_finite: Arc<str>,
}

impl<'a> Finisher<'a> {
    pub(super) fn new(
        problem: &'a Problem,
        setup: &'a Setup,
        schedule: Option<&'a Schedule>,
        layout: &Layout,
    ) -> Finisher<'a> {
        let place = |&measure: &Measure| problem.recorded().iter().position(|own| own == measure);
        Finisher {
            problem,
            setup,
            schedule,
            places: layout.measures.iter().map(place).collect(),
            too_large: format!("loss above {} times its start", setup.stop.diverged_loss_factor).into(),
            not_finite: "loss not finite".into(),
        }
    }

    pub(super) fn finish(&self, number: u32, run: &grid::Run, outcome: Outcome) -> Finished {
        let limit = self.problem.stability_limit(run.settings.momentum, self.setup.optimizer.is_nesterov());
        let last = self.places.iter().map(|place| place.map(|place| outcome.last[place]));
        let reason = match (outcome.status, outcome.final_loss.is_finite()) {
            (Status::Diverged, true) => Some(Arc::clone(&self.too_large)),
            (Status::Diverged, false) => Some(Arc::clone(&self.not_finite)),
            _ => None,
        };
        let row = Run {
            id: run.id,
            status: outcome.status,
            trend: outcome.trend,
            steps: outcome.steps,
            epochs: outcome.steps.and_then(|steps| Some(self.schedule?.epochs_at(steps))),
            examples: outcome.steps.and_then(|steps| Some(self.schedule?.examples_at(steps))),
            trained_steps: outcome.trained_steps,
            initial_loss: outcome.initial_loss,
            final_loss: outcome.final_loss,
            best_loss: outcome.best_loss,
            best_step: outcome.best_step,
            trajectory: outcome.trajectory,
            reason,
            extras: last.chain([limit]).collect(),
        };
        let curve = outcome.curve.filter(|curve| !curve.steps.is_empty()).map(|curve| {
            let column = |place: &Option<usize>| match *place {
                Some(place) => curve.measures[place].clone(),
                None => vec![f64::NAN; curve.steps.len()],
            };
            let epochs = |schedule: &Schedule| curve.steps.iter().map(|&step| schedule.epochs_at(step)).collect();
            Curve {
                run: number as usize,
                epochs: self.schedule.map_or(Vec::new(), epochs),
                measures: self.places.iter().map(column).collect(),
                steps: curve.steps,
                loss: curve.loss,
            }
        });
        (row, curve)
    }
}
