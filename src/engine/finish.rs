//! From the outcome of training to a row of the results.

use std::sync::Arc;

use super::finished::Finished;
use super::plan::Columns;
use crate::data::Schedule;
use crate::grid;
use crate::outcome::Status;
use crate::problem::{Measure, Problem};
use crate::record::{Compact, Curve, Run};
use crate::spec::Setup;
use crate::train::{Later, Outcome};

/// What the runs of one group have in common.
pub(super) struct Finisher<'a> {
    problem: &'a Problem,
    setup: &'a Setup,
    schedule: Option<&'a Schedule>,
    /// The measures of the columns.
    measures: &'a [Measure],
    /// For each of them, where this problem has it among its own.
    places: Vec<Option<usize>>,
    /// For each extra of the columns, where this problem has it among its own.
    extra_places: Vec<Option<usize>>,
    trains_on: bool,
    too_large: Arc<str>,
    not_finite: Arc<str>,
    later: Arc<str>,
}

impl<'a> Finisher<'a> {
    pub(super) fn new(
        problem: &'a Problem,
        setup: &'a Setup,
        schedule: Option<&'a Schedule>,
        columns: &'a Columns,
    ) -> Finisher<'a> {
        let place = |&measure: &Measure| problem.recorded().iter().position(|own| own == measure);
        let extra_place = |extra: &&str| problem.extras().iter().position(|own| own == extra);
        Finisher {
            problem,
            setup,
            schedule,
            measures: &columns.measures,
            places: columns.measures.iter().map(place).collect(),
            extra_places: columns.of_problems.iter().map(extra_place).collect(),
            trains_on: columns.trains_on,
            too_large: format!("loss above {} times its start", setup.stop.diverged_loss_factor).into(),
            not_finite: "loss not finite".into(),
            later: "diverged after it had converged".into(),
        }
    }

    /// Adds a run and what belongs to it.
    pub(super) fn finish(&self, number: u32, run: &grid::Run, outcome: Outcome, finished: &mut Finished) {
        let limit = self.problem.stability_limit(run.settings.momentum, self.setup.optimizer.is_nesterov());
        let recorded = self.problem.recorded();
        let last = self.measures.iter().map(|&measure| recorded.has(measure).then(|| outcome.last[measure as usize]));
        let reason = match (outcome.status, outcome.final_loss.is_finite()) {
            (Status::Diverged, true) => Some(Arc::clone(&self.too_large)),
            (Status::Diverged, false) => Some(Arc::clone(&self.not_finite)),
            _ if outcome.later.is_some_and(|later| later.diverged) => Some(Arc::clone(&self.later)),
            _ => None,
        };
        let of_problem = self.extra_places.iter().map(|place| outcome.extras[(*place)?]);
        let later = self.trains_on.then(|| later_columns(outcome.later)).into_iter().flatten();
        let row = last.chain([limit]).chain(of_problem).chain(later);
        finished.extras.extend(row.map(Compact::from));
        finished.runs.push(Run {
            id: run.id,
            status: outcome.status,
            trend: outcome.trend,
            steps: outcome.steps,
            epochs: outcome.steps.and_then(|steps| Some(self.schedule?.epochs_at(steps))).into(),
            examples: outcome.steps.and_then(|steps| Some(self.schedule?.examples_at(steps))).into(),
            trained_steps: outcome.trained_steps,
            initial_loss: outcome.initial_loss,
            final_loss: outcome.final_loss,
            best_loss: outcome.best_loss,
            best_step: outcome.best_step,
            trajectory: outcome.trajectory,
            reason,
        });
        if let Some(curve) = outcome.curve.filter(|curve| !curve.steps.is_empty()) {
            let column = |place: &Option<usize>| match *place {
                Some(place) => curve.measures[place].clone(),
                None => vec![f64::NAN; curve.steps.len()],
            };
            let epochs = |schedule: &Schedule| curve.steps.iter().map(|&step| schedule.epochs_at(step)).collect();
            finished.curves.push(Curve {
                run: number as usize,
                epochs: self.schedule.map_or(Vec::new(), epochs),
                measures: self.places.iter().map(column).collect(),
                steps: curve.steps,
                loss: curve.loss,
            });
        }
    }
}

/// How much of the drop came after convergence, and whether that makes it a false one.
fn later_columns(later: Option<Later>) -> [Option<f64>; 2] {
    [later.map(|later| later.drop), later.map(|later| f64::from(u8::from(later.was_false())))]
}
