//! From the outcome of training to a row of the results.

use std::sync::Arc;

use super::prepare::{Prepared, Problem};
use crate::data::Schedule;
use crate::grid;
use crate::grid::Grid;
use crate::outcome::Status;
use crate::problem::Measure;
use crate::record::{Compact, Curve, Extra, Run, Study};
use crate::spec::Setup;
use crate::train::{AfterConvergence, Later, Outcome};

/// The finished runs of a task.
#[derive(Default)]
pub(super) struct Finished {
    /// In the order of the task.
    pub(super) runs: Vec<Run>,
    /// Of each run a row of what the layout names.
    pub(super) extras: Vec<Compact<f64>>,
    /// What was kept of curves.
    pub(super) curves: Vec<Curve>,
}

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

    /// The columns of a run beside those that every run has; [`Finisher::finish`] fills rows in this order.
    pub(super) fn extras(&self) -> Vec<String> {
        let last = self.measures.iter().map(|measure| format!("final_{}", measure.name()));
        let of_problems = self.of_problems.iter().map(|&extra| extra.to_owned());
        let later: &[&str] = if self.trains_on { &["later_drop", "false_convergence"] } else { &[] };
        let later = later.iter().map(|&name| name.to_owned());
        last.chain(["stability_limit".to_owned()]).chain(of_problems).chain(later).collect()
    }
}

/// The results so far: a place for every run, filled in whatever order tasks finish.
pub(super) struct Results {
    runs: Vec<Run>,
    extras: Vec<Extra>,
    curves: Vec<Curve>,
}

impl Results {
    /// Room for the runs of a grid.
    pub(super) fn new(grid: &Grid, layout: &Layout) -> Results {
        let count = grid.runs.len();
        let extra = |name: String| Extra { name, values: vec![Compact::default(); count] };
        Results {
            runs: vec![not_trained(); count],
            extras: layout.extras().into_iter().map(extra).collect(),
            curves: Vec::new(),
        }
    }

    /// Puts finished runs in their places.
    pub(super) fn place(&mut self, numbers: &[u32], finished: Finished) {
        let width = self.extras.len();
        for (place, (&number, run)) in numbers.iter().zip(finished.runs).enumerate() {
            self.runs[number as usize] = run;
            for (extra, &value) in self.extras.iter_mut().zip(&finished.extras[place * width..]) {
                extra.values[number as usize] = value;
            }
        }
        self.curves.extend(finished.curves);
    }

    /// The study, which still lacks what is known of its grid and its problems.
    pub(super) fn study(mut self) -> Study {
        self.curves.sort_by_key(|curve| curve.run);
        Study { runs: self.runs, extras: self.extras, curves: self.curves, ..Study::default() }
    }
}

/// What stands in the place of a run until it is finished.
fn not_trained() -> Run {
    Run {
        id: 0,
        status: Status::Failed,
        trend: None,
        steps: None,
        epochs: None.into(),
        examples: None.into(),
        trained_steps: 0,
        initial_loss: f64::NAN,
        final_loss: f64::NAN,
        best_loss: f64::NAN,
        best_step: 0,
        trajectory: 0,
        reason: None,
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
