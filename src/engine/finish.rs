//! From the outcome of training to a row of the results.

use std::sync::Arc;

use super::plan::Columns;
use crate::data::Batches;
use crate::grid;
use crate::outcome::Status;
use crate::problem::{Measure, Measures, Problem};
use crate::record::{Compact, Curve, Finished, Run};
use crate::spec::Setup;
use crate::train::{self, Outcome};

/// What the runs of one group have in common.
pub(super) struct Finisher<'a> {
    /// The problem's largest curvature.
    curvature: Option<f64>,
    setup: &'a Setup,
    batches: Option<&'a Batches>,
    /// The measures of the columns.
    measures: &'a [Measure],
    /// For each of them, where this problem has it among its own.
    places: Vec<Option<usize>>,
    recorded: Measures,
    /// For each extra of the columns, where this problem has it among its own.
    extra_places: Vec<Option<usize>>,
    trains_on: bool,
    tells_false: bool,
    skips_steps: bool,
    too_large: Arc<str>,
    not_finite: Arc<str>,
    later: Arc<str>,
}

impl<'a> Finisher<'a> {
    pub(super) fn new(
        problem: &'a Problem,
        setup: &'a Setup,
        batches: Option<&'a Batches>,
        columns: &'a Columns,
    ) -> Finisher<'a> {
        let recorded = train::recorded(problem.recorded(), &setup.stop);
        let place = |&measure: &Measure| recorded.iter().position(|own| own == measure);
        let extra_place = |extra: &&str| problem.extras().iter().position(|own| own == extra);
        Finisher {
            curvature: problem.largest_curvature(),
            setup,
            batches,
            measures: &columns.measures,
            places: columns.measures.iter().map(place).collect(),
            recorded,
            extra_places: columns.of_problems.iter().map(extra_place).collect(),
            trains_on: columns.trains_on,
            tells_false: columns.tells_false,
            skips_steps: columns.skips_steps,
            too_large: format!("loss above {} times its start", setup.stop.diverged_loss_factor).into(),
            not_finite: "loss not finite".into(),
            later: "diverged after it had converged".into(),
        }
    }

    /// Adds a run and what belongs to it.
    pub(super) fn finish(&self, number: u32, run: &grid::Run, outcome: Outcome, finished: &mut Finished) {
        let limit =
            self.curvature.and_then(|curvature| self.setup.optimizer.stability_limit(curvature, run.settings.momentum));
        let reason = match (outcome.status, outcome.final_loss.is_finite()) {
            (Status::Diverged, true) => Some(Arc::clone(&self.too_large)),
            (Status::Diverged, false) => Some(Arc::clone(&self.not_finite)),
            _ if outcome.later.is_some_and(|later| later.diverged) => Some(Arc::clone(&self.later)),
            _ => None,
        };
        let mut tell = |value: Option<f64>| finished.extras.push(Compact::from(value));
        for &measure in self.measures {
            tell(self.recorded.has(measure).then(|| outcome.last[measure as usize]));
        }
        tell(limit);
        if self.skips_steps {
            tell(outcome.resolution.map(|steps| steps as f64));
        }
        for place in &self.extra_places {
            tell(place.and_then(|place| outcome.extras[place]));
        }
        if self.trains_on {
            tell(outcome.later.map(|later| later.drop));
        }
        if self.tells_false {
            let can_be_false = self.setup.stop.waits_for_plateau();
            tell(outcome.later.filter(|_| can_be_false).map(|later| f64::from(u8::from(later.was_false()))));
        }
        finished.runs.push(Run {
            id: run.id,
            status: outcome.status,
            trend: outcome.trend,
            steps: outcome.steps,
            epochs: outcome.steps.and_then(|steps| Some(self.batches?.epochs_at(steps))).into(),
            examples: outcome.steps.and_then(|steps| Some(self.batches?.examples_at(steps))).into(),
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
            let epochs = |batches: &Batches| curve.steps.iter().map(|&step| batches.epochs_at(step)).collect();
            finished.curves.push(Curve {
                run: number as usize,
                epochs: self.batches.map_or(Vec::new(), epochs),
                measures: self.places.iter().map(column).collect(),
                steps: curve.steps,
                loss: curve.loss,
            });
        }
    }
}
