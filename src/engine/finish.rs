//! From the outcome of training to a row of the results.

use std::sync::Arc;

use super::prepare::{Prepared, Problem};
use crate::data::Schedule;
use crate::grid;
use crate::grid::Grid;
use crate::outcome::Status;
use crate::problem::Measure;
use crate::record::{Curve, Run};
use crate::spec::Setup;
use crate::train::{AfterConvergence, Later, Outcome};

/// A finished run and what was kept of its curve.
pub(super) type Finished = (Run, Option<Box<Curve>>);

/// Which columns the problems of a grid have beside the common ones.
pub(super) struct Layout {
    pub(super) measures: Vec<Measure>,
    /// What problems say of a run at its end.
    of_problems: Vec<&'static str>,
    /// Whether some runs train on after convergence.
    trains_on: bool,
}

impl Layout {
    pub(super) fn new(grid: &Grid, prepared: &Prepared) -> Layout {
        let recorded = prepared.problems.iter().map(|problem| problem.recorded());
        let measures: Vec<Measure> = recorded.reduce(|a, b| a.union(b)).unwrap_or_default().iter().collect();
        let mut of_problems: Vec<&str> = Vec::new();
        for &extra in prepared.problems.iter().flat_map(|problem| problem.extras()) {
            if !of_problems.contains(&extra) {
                of_problems.push(extra);
            }
        }
        let continues = |setup: &Setup| setup.stop.after_convergence == AfterConvergence::Continue;
        Layout { measures, of_problems, trains_on: grid.setups.iter().any(continues) }
    }

    /// The columns of a run beside those that every run has; [`Finisher::finish`] fills them in this order.
    pub(super) fn extras(&self) -> Vec<String> {
        let last = self.measures.iter().map(|measure| format!("final_{}", measure.name()));
        let of_problems = self.of_problems.iter().map(|&extra| extra.to_owned());
        let later: &[&str] = if self.trains_on { &["later_drop", "false_convergence"] } else { &[] };
        let later = later.iter().map(|&name| name.to_owned());
        last.chain(["stability_limit".to_owned()]).chain(of_problems).chain(later).collect()
    }
}

/// What the runs of one group have in common.
pub(super) struct Finisher<'a> {
    problem: &'a Problem,
    setup: &'a Setup,
    schedule: Option<&'a Schedule>,
    /// The measures of the layout.
    measures: &'a [Measure],
    /// For each of them, where this problem has it among its own.
    places: Vec<Option<usize>>,
    /// For each extra of the layout, where this problem has it among its own.
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
        layout: &'a Layout,
    ) -> Finisher<'a> {
        let place = |&measure: &Measure| problem.recorded().iter().position(|own| own == measure);
        let extra_place = |extra: &&str| problem.extras().iter().position(|own| own == extra);
        Finisher {
            problem,
            setup,
            schedule,
            measures: &layout.measures,
            places: layout.measures.iter().map(place).collect(),
            extra_places: layout.of_problems.iter().map(extra_place).collect(),
            trains_on: layout.trains_on,
            too_large: format!("loss above {} times its start", setup.stop.diverged_loss_factor).into(),
            not_finite: "loss not finite".into(),
            later: "diverged after it had converged".into(),
        }
    }

    pub(super) fn finish(&self, number: u32, run: &grid::Run, outcome: Outcome) -> Finished {
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
        let later = if self.trains_on { later_columns(outcome.later).to_vec() } else { Vec::new() };
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
            extras: last.chain([limit]).chain(of_problem).chain(later).collect(),
        };
        let curve = outcome.curve.filter(|curve| !curve.steps.is_empty()).map(|curve| {
            let column = |place: &Option<usize>| match *place {
                Some(place) => curve.measures[place].clone(),
                None => vec![f64::NAN; curve.steps.len()],
            };
            let epochs = |schedule: &Schedule| curve.steps.iter().map(|&step| schedule.epochs_at(step)).collect();
            Box::new(Curve {
                run: number as usize,
                epochs: self.schedule.map_or(Vec::new(), epochs),
                measures: self.places.iter().map(column).collect(),
                steps: curve.steps,
                loss: curve.loss,
            })
        });
        (row, curve)
    }
}

/// How much of the drop came after convergence, and whether that makes it a false one.
fn later_columns(later: Option<Later>) -> [Option<f64>; 2] {
    [later.map(|later| later.drop), later.map(|later| f64::from(u8::from(later.was_false())))]
}
